"""auth, users, bots, team and emoji."""

from __future__ import annotations

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, method, page


@method("api.test", tier=4, token="")
def api_test(slack: LocalSlack, call: Call) -> Json:
    if "error" in call:
        raise Refused(call.text("error"), args=call.given)
    return {"args": call.given}


@method("apps.connections.open", tier=3, token="xapp-")
def connections_open(slack: LocalSlack, call: Call) -> Json:
    address = slack.address.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={slack.sockets.ticket()}&app_id={slack.workspace.bot['app_id']}"}


@method("auth.test", tier=0)
def auth_test(slack: LocalSlack, call: Call) -> Json:
    bot, team = slack.workspace.bot, slack.workspace.team
    return {
        "url": f"{slack.address}/",
        "team": team["name"],
        "user": slack.workspace.state["users"][bot["user_id"]]["handle"],
        "team_id": team["id"],
        "user_id": bot["user_id"],
        "bot_id": bot["bot_id"],
        "is_enterprise_install": False,
    }


@method("users.info", tier=4, required=["user"], scopes=["users:read"])
def user_info(slack: LocalSlack, call: Call) -> Json:
    user = slack.workspace.state["users"].get(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": slack.workspace.user_out(user, email=_shows_email(slack))}


@method("users.list", tier=2, scopes=["users:read"])
def users_list(slack: LocalSlack, call: Call) -> Json:
    everyone = [slack.workspace.user_out(user, email=_shows_email(slack)) for user in _users(slack)]
    members, following = page(everyone, call, "invalid_arguments")
    return {
        "members": members,
        "cache_ts": slack.workspace.state["last_stamp"] // 1_000_000,
        "response_metadata": following,
    }


@method("users.lookupByEmail", tier=3, required=["email"], scopes=["users:read.email"])
def lookup_by_email(slack: LocalSlack, call: Call) -> Json:
    email = call.text("email").strip().casefold()
    for user in _users(slack):
        if user["email"] and user["email"].casefold() == email and not (user["deleted"] or user.get("is_stranger")):
            return {"user": slack.workspace.user_out(user, email=True)}
    raise Refused("users_not_found")


@method("bots.info", tier=3, scopes=["users:read"])
def bots_info(slack: LocalSlack, call: Call) -> Json:
    user = slack.workspace.bot_user(call.text("bot"))
    if user is None:
        raise Refused("bot_not_found")
    return {
        "bot": {
            "id": user["bot_id"],
            "deleted": False,
            "name": user["name"],
            "updated": 1_760_000_000,
            "app_id": user.get("api_app_id", ""),
            "user_id": user["id"],
            "icons": {"image_48": "https://sandbox.invalid/app-48.png"},
        }
    }


@method("team.info", tier=3, scopes=["team:read"])
def team_info(slack: LocalSlack, call: Call) -> Json:
    team = slack.workspace.state["teams"].get(call.text("team") or slack.workspace.team["id"])
    if team is None:
        raise Refused("team_not_found")
    return {"team": {**team, "email_domain": "", "icon": {"image_default": True}}}


@method("users.profile.get", tier=4, scopes=["users.profile:read"])
def profile(slack: LocalSlack, call: Call) -> Json:
    user = slack.workspace.state["users"].get(call.text("user") or slack.workspace.bot["user_id"])
    if user is None:
        raise Refused("user_not_found")
    return {"profile": slack.workspace.user_out(user, email=_shows_email(slack))["profile"]}


@method("emoji.list", tier=2, scopes=["emoji:read"])
def list_emoji(slack: LocalSlack, call: Call) -> Json:
    answer: Json = {"emoji": slack.workspace.state["emoji"], "cache_ts": slack.workspace.new_ts()}
    return answer | ({"categories": []} if call.flag("include_categories") else {})


def _users(slack: LocalSlack) -> list[Json]:
    return list(slack.workspace.state["users"].values())


def _shows_email(slack: LocalSlack) -> bool:
    return "users:read.email" in slack.manifest.scopes

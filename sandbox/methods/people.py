"""auth, users, bots, team, user groups and reactions."""

from __future__ import annotations

import re

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, kind_of, method, page, visible_channel

EMOJI = re.compile(r"[\w+'-]+(::skin-tone-[2-6])?")


@method("api.test", token="")
def api_test(slack: LocalSlack, call: Call) -> Json:
    if "error" in call:
        raise Refused(call.text("error"), args=call.given)
    return {"args": call.given}


@method("apps.connections.open", token="xapp-")
def connections_open(slack: LocalSlack, call: Call) -> Json:
    address = slack.address.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={slack.sockets.ticket()}&app_id={slack.workspace.bot['app_id']}"}


@method("auth.test")
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


@method("users.info", required=["user"], scopes=["users:read"])
def user_info(slack: LocalSlack, call: Call) -> Json:
    user = slack.workspace.state["users"].get(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": slack.workspace.user_out(user, email=_shows_email(slack))}


@method("users.list", scopes=["users:read"])
def users_list(slack: LocalSlack, call: Call) -> Json:
    everyone = [slack.workspace.user_out(user, email=_shows_email(slack)) for user in _users(slack)]
    members, following = page(everyone, call, "invalid_arguments")
    return {
        "members": members,
        "cache_ts": slack.workspace.state["last_stamp"] // 1_000_000,
        "response_metadata": following,
    }


@method("users.lookupByEmail", required=["email"], scopes=["users:read.email"])
def lookup_by_email(slack: LocalSlack, call: Call) -> Json:
    email = call.text("email").strip().casefold()
    for user in _users(slack):
        if user["email"] and user["email"].casefold() == email and not (user["deleted"] or user.get("is_stranger")):
            return {"user": slack.workspace.user_out(user, email=True)}
    raise Refused("users_not_found")


@method("bots.info", scopes=["users:read"])
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


@method("team.info", scopes=["team:read"])
def team_info(slack: LocalSlack, call: Call) -> Json:
    team = slack.workspace.state["teams"].get(call.text("team") or slack.workspace.team["id"])
    if team is None:
        raise Refused("team_not_found")
    return {"team": {**team, "email_domain": "", "icon": {"image_default": True}}}


@method("usergroups.list", scopes=["usergroups:read"])
def user_groups(slack: LocalSlack, call: Call) -> Json:
    shown = []
    for group in slack.workspace.state["user_groups"]:
        row = {
            "id": group["id"],
            "team_id": slack.workspace.team["id"],
            "is_usergroup": True,
            "name": group["name"],
            "handle": group["handle"],
            "description": "",
            "is_external": False,
            "date_delete": 0,
        }
        row |= {"users": list(group["users"])} if call.flag("include_users") else {}
        row |= {"user_count": len(group["users"])} if call.flag("include_count") else {}
        shown.append(row)
    return {"usergroups": shown}


@method("usergroups.users.list", required=["usergroup"], scopes=["usergroups:read"])
def user_group_members(slack: LocalSlack, call: Call) -> Json:
    for group in slack.workspace.state["user_groups"]:
        if group["id"] == call.text("usergroup"):
            return {"users": list(group["users"])}
    raise Refused("no_such_subteam")


@method("reactions.add", required=["channel", "name", "timestamp"], scopes=["reactions:write"])
def add_reaction(slack: LocalSlack, call: Call) -> Json:
    return _react(slack, call, remove=False)


@method("reactions.remove", required=["name"], scopes=["reactions:write"])
def remove_reaction(slack: LocalSlack, call: Call) -> Json:
    return _react(slack, call, remove=True)


@method("reactions.get", scopes=["reactions:read"])
def get_reactions(slack: LocalSlack, call: Call) -> Json:
    channel, message = _item(slack, call)
    shown = slack.workspace.message_out(channel["id"], message)
    return {"type": "message", "channel": channel["id"], "message": shown}


def _react(slack: LocalSlack, call: Call, *, remove: bool) -> Json:
    channel, message = _item(slack, call)
    emoji = call.text("name").strip(":")
    if not EMOJI.fullmatch(emoji) or len(emoji) > 100:
        raise Refused("invalid_name")
    if channel["is_archived"] and not remove:
        raise Refused("is_archived")
    slack.react(channel, message, slack.workspace.bot["user_id"], emoji, remove=remove, act=call.act)
    return {}


def _item(slack: LocalSlack, call: Call) -> tuple[Json, Json]:
    if "channel" not in call or "timestamp" not in call:
        raise Refused("no_item_specified")
    channel = visible_channel(slack, call.text("channel"))
    message = slack.workspace.message(channel["id"], call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    if not slack.workspace.has_bot(channel) and kind_of(channel) != "channels":
        raise Refused("no_access")
    return channel, message


def _users(slack: LocalSlack) -> list[Json]:
    return list(slack.workspace.state["users"].values())


def _shows_email(slack: LocalSlack) -> bool:
    return "users:read.email" in slack.manifest.scopes

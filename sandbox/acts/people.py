"""Who is in the workspace, what they look at, and whether the app still is."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.acts.act import Act, acknowledged
from sandbox.arguments import Json, Refused
from sandbox.deliveries import Envelope

HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
FIELDS = ("name", "handle", "title", "tz", "email")


async def add(act: Act) -> Json:
    """An admin adds somebody to the workspace, who joins #general."""
    _refuse_all_but_admins(act)
    name = act.text("name").strip()
    if not name:
        raise Refused("bad_field", message="name is what the person is called")
    handle = act.text("handle") or re.sub(r"[^a-z0-9]+", ".", name.lower()).strip(".") or "person"
    user: Json = {
        "id": act.workspace.new_id("U"),
        "team_id": act.workspace.team["id"],
        "name": name,
        "handle": _handle(act, handle),
        "title": act.text("title"),
        "tz": _time_zone(act.text("tz") or act.user["tz"]),
        "email": act.text("email") or f"{handle}@{act.workspace.team['domain']}.example",
        "is_bot": False,
        "deleted": False,
        "is_restricted": act.flag("is_guest"),
    }
    act.workspace.state["users"][user["id"]] = user
    envelopes = _tell(act, user, "team_join")
    general = act.workspace.channel("#general")
    if general and not user["is_restricted"]:
        envelopes += act.slack.join(general, user["id"], act=act.id)
    return {"person": user, **await acknowledged(act, envelopes)}


async def change(act: Act) -> Json:
    """Somebody's profile: their own, or by an admin the one of `target`."""
    user = _target(act)
    changes = {name: act.text(name).strip() for name in FIELDS if name in act}
    if not changes or not all(changes.values()):
        raise Refused("bad_field", message=f"change one of {', '.join(FIELDS)}")
    if "handle" in changes and changes["handle"] != user["handle"]:
        _handle(act, changes["handle"])
    if "tz" in changes:
        _time_zone(changes["tz"])
    user.update(changes)
    return {"person": user, **await acknowledged(act, _tell(act, user, "user_change"))}


async def deactivate(act: Act) -> Json:
    """An admin takes somebody out of the workspace; with `remove` they are back."""
    _refuse_all_but_admins(act)
    user = _target(act)
    returning = act.flag("remove")
    if user["is_bot"] or user["id"] == act.user["id"]:
        raise Refused("cant_deactivate", message="neither bots nor yourself")
    if user["deleted"] is not returning:
        raise Refused("already_so", message=f"{user['id']} is {'active' if returning else 'deactivated'} already")
    user["deleted"] = not returning
    envelopes: list[Envelope] = []
    if user["deleted"]:
        for channel in act.workspace.channels.values():
            if not channel["is_im"] and user["id"] in channel["members"]:
                channel["members"].remove(user["id"])
                act.slack.tell_channel(channel, user["id"])
    envelopes += _tell(act, user, "user_change")
    return {"person": user, **await acknowledged(act, envelopes)}


async def look(act: Act) -> Json:
    """The user, with the app's messages open beside it, looks at `channel`; at nothing without one."""
    dm = act.slack.direct_message(act.user["id"])
    if "channel" in act:
        seen = {"type": "slack#/types/channel_id", "value": act.channel()["id"], "team_id": act.workspace.team["id"]}
        act.slack.contexts[act.user["id"]] = {"entities": [seen]}
    else:
        act.slack.contexts.pop(act.user["id"], None)
    context = act.slack.contexts.get(act.user["id"], {"entities": []})
    event: Json = {"type": "app_context_changed", "channel": dm["id"], "user": act.user["id"], "context": context}
    envelopes = act.slack.emit(event["type"], event | {"event_ts": act.workspace.new_ts()}, dm, act.id)
    return {"context": context, **await acknowledged(act, envelopes)}


async def uninstall(act: Act) -> Json:
    """An admin takes the app off the workspace, and its tokens die; with `remove` it is back."""
    _refuse_all_but_admins(act)
    bot = act.workspace.bot
    if act.flag("remove"):
        bot.pop("is_uninstalled", None)
        act.slack.changed()
        return {}
    stamp = act.workspace.new_ts()
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot["user_id"]]}, "event_ts": stamp}
    envelopes = act.slack.emit("tokens_revoked", revoked, None, act.id)
    envelopes += act.slack.emit("app_uninstalled", {"type": "app_uninstalled", "event_ts": stamp}, None, act.id)
    bot["is_uninstalled"] = True
    act.slack.changed()
    return await acknowledged(act, envelopes)


def _tell(act: Act, user: Json, event: str) -> list[Envelope]:
    """The app hears of the person as `users.info` would show them."""
    user["updated"] = act.workspace.stamp() // 1_000_000
    shown = act.workspace.user_out(user, email="users:read.email" in act.slack.manifest.scopes)
    act.slack.changed()
    act.slack.tell({"type": "user", "user": {**user, **act.workspace.user_out(user, email=True)}})
    told = {"user": shown, "cache_ts": user["updated"], "event_ts": act.workspace.new_ts()}
    return act.slack.emit(event, {"type": event, **told}, None, act.id)


def _target(act: Act) -> Json:
    user = act.workspace.user(act.text("target") or act.user["id"])
    if user is None:
        raise Refused("user_not_found", message=f"nobody is called {act.text('target')!r}")
    if user["id"] != act.user["id"]:
        _refuse_all_but_admins(act)
    return user


def _refuse_all_but_admins(act: Act) -> None:
    if not act.user.get("is_admin"):
        raise Refused("not_an_admin", message=f"{act.user['id']} is no admin")


def _handle(act: Act, handle: str) -> str:
    if not HANDLE.fullmatch(handle):
        raise Refused("bad_field", message="handle is lower-case letters, digits, dots, dashes and underscores")
    if any(user["handle"] == handle for user in act.workspace.state["users"].values()):
        raise Refused("name_taken", message=f"{handle} is somebody's already")
    return handle


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as problem:
        raise Refused("bad_field", message=f"{name!r} is no time zone of the tz database") from problem
    return name

"""usergroups.*: groups that are mentioned like a person."""

from __future__ import annotations

import re

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, method

HANDLE = re.compile(r"[a-z0-9._-]{1,21}")
MAX_NAME, MAX_DESCRIPTION = 80, 140


@method("usergroups.list", tier=2, scopes=["usergroups:read"])
def list_groups(slack: LocalSlack, call: Call) -> Json:
    groups = [one for one in _groups(slack) if not one.get("date_delete") or call.flag("include_disabled")]
    return {"usergroups": [_out(slack, group, call) for group in groups]}


@method("usergroups.users.list", tier=2, required=["usergroup"], scopes=["usergroups:read"])
def list_members(slack: LocalSlack, call: Call) -> Json:
    group = _find(slack, call, "no_such_subteam")
    if group.get("date_delete") and not call.flag("include_disabled"):
        raise Refused("no_such_subteam")
    return {"users": list(group["users"])}


@method("usergroups.create", tier=2, required=["name"], scopes=["usergroups:write"])
def create(slack: LocalSlack, call: Call) -> Json:
    name = call.text("name").strip()
    handle = call.text("handle").removeprefix("@") or re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-")[:21]
    group: Json = {"id": slack.workspace.new_id("S"), "name": "", "handle": handle, "users": []}
    group |= {"date_create": slack.workspace.stamp() // 1_000_000}
    _change(slack, call, group, name, handle)
    _groups(slack).append(group)
    return _told(slack, call, group, "subteam_created")


@method("usergroups.update", tier=2, required=["usergroup"], scopes=["usergroups:write"])
def update(slack: LocalSlack, call: Call) -> Json:
    group = _find(slack, call, "missing_argument")
    handle = call.text("handle").removeprefix("@") or group["handle"]
    _change(slack, call, group, call.text("name").strip() or group["name"], handle)
    return _told(slack, call, group, "subteam_updated")


@method("usergroups.enable", tier=2, required=["usergroup"], scopes=["usergroups:write"])
def enable(slack: LocalSlack, call: Call) -> Json:
    group = _find(slack, call, "missing_argument")
    group["date_delete"] = 0
    return _told(slack, call, group, "subteam_updated")


@method("usergroups.disable", tier=2, required=["usergroup"], scopes=["usergroups:write"])
def disable(slack: LocalSlack, call: Call) -> Json:
    group = _find(slack, call, "missing_argument")
    group["date_delete"] = slack.workspace.stamp() // 1_000_000
    return _told(slack, call, group, "subteam_updated")


@method("usergroups.users.update", tier=2, required=["usergroup", "users"], scopes=["usergroups:write"])
def update_members(slack: LocalSlack, call: Call) -> Json:
    group = _find(slack, call, "missing_argument")
    users = list(dict.fromkeys(call.names("users")))
    if not users:
        raise Refused("no_users_provided")
    if not set(users) <= set(slack.workspace.state["users"]):
        raise Refused("invalid_users")
    before, group["users"] = group["users"], users
    event = {"type": "subteam_members_changed", "subteam_id": group["id"], "team_id": slack.workspace.team["id"]}
    added, removed = [one for one in users if one not in before], [one for one in before if one not in users]
    event |= {"added_users": added, "added_users_count": len(added)}
    event |= {"removed_users": removed, "removed_users_count": len(removed)}
    slack.emit("subteam_members_changed", event | {"event_ts": slack.workspace.new_ts()}, None, call.act)
    return _told(slack, call, group, "subteam_updated")


def _groups(slack: LocalSlack) -> list[Json]:
    groups: list[Json] = slack.workspace.state["user_groups"]
    return groups


def _find(slack: LocalSlack, call: Call, otherwise: str) -> Json:
    found = next((group for group in _groups(slack) if group["id"] == call.text("usergroup")), None)
    if found is None:
        raise Refused(otherwise)
    return found


def _change(slack: LocalSlack, call: Call, group: Json, name: str, handle: str) -> None:
    others = [one for one in _groups(slack) if one is not group]
    if not name:
        raise Refused("missing_subteam_name")
    if len(name) > MAX_NAME:
        raise Refused("name_too_long")
    if len(call.text("description")) > MAX_DESCRIPTION:
        raise Refused("description_too_long")
    if not HANDLE.fullmatch(handle):
        raise Refused("bad_handle")
    if any(one["name"] == name for one in others):
        raise Refused("name_already_exists")
    if any(one["handle"] == handle for one in others) or slack.workspace.user(f"@{handle}"):
        raise Refused("handle_already_exists")
    channels = call.names("channels")
    if not all(channel in slack.workspace.channels for channel in channels):
        raise Refused("invalid_channel_provided")
    group.update(name=name, handle=handle)
    if "description" in call:
        group["description"] = call.text("description")
    if "channels" in call:
        group["channels"] = channels


def _out(slack: LocalSlack, group: Json, call: Call) -> Json:
    bot = slack.workspace.bot["user_id"]
    deleted = group.get("date_delete", 0)
    row: Json = {
        "id": group["id"],
        "team_id": slack.workspace.team["id"],
        "is_usergroup": True,
        "is_subteam": True,
        "name": group["name"],
        "description": group.get("description", ""),
        "handle": group["handle"],
        "is_external": False,
        "date_create": group.get("date_create", 1_760_000_000),
        "date_update": group.get("date_create", 1_760_000_000),
        "date_delete": deleted,
        "auto_type": None,
        "created_by": bot,
        "updated_by": bot,
        "deleted_by": bot if deleted else None,
        "prefs": {"channels": group.get("channels", []), "groups": []},
    }
    row |= {"users": list(group["users"])} if call.flag("include_users") else {}
    return row | ({"user_count": len(group["users"])} if call.flag("include_count") else {})


def _told(slack: LocalSlack, call: Call, group: Json, event: str) -> Json:
    slack.changed()
    slack.tell({"type": "user_groups", "user_groups": _groups(slack)})
    row = _out(slack, group, call) | {"users": list(group["users"])}
    slack.emit(event, {"type": event, "subteam": row, "event_ts": slack.workspace.new_ts()}, None, call.act)
    return {"usergroup": row}

"""Reads the YAML seed into the workspace's opening state."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from sandbox.arguments import Json
from sandbox.manifest import Manifest


class SeedUnreadable(Exception):
    """The seed can't be used; the message says why."""


def read_seed(path: Path) -> Json:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise SeedUnreadable(f"The seed {path} can't be read: {problem}") from problem
    missing = {"team", "bot", "users", "channels"} - set(content if isinstance(content, dict) else ())
    if missing:
        raise SeedUnreadable(f"The seed {path} lacks {', '.join(sorted(missing))}.")
    return dict(content)


def opening_state(seed: Json, manifest: Manifest) -> Json:
    team = seed["team"]
    bot = {**seed["bot"], "name": manifest.name, "display_name": manifest.bot_name}
    users = {user["id"]: _user(user, team["id"]) for user in seed["users"]}
    users[bot["user_id"]] = _user(
        {"id": bot["user_id"], "handle": manifest.bot_name.lower().replace(" ", "-"), "name": manifest.bot_name}
        | {"is_bot": True, "bot_id": bot["bot_id"], "api_app_id": bot["app_id"]},
        team["id"],
    )
    staff = [user["id"] for user in users.values() if is_full_member(user)]
    state: Json = {
        "last_stamp": 0,
        "team": team,
        "teams": {one["id"]: one for one in [team, *seed.get("other_teams", [])]},
        "bot": bot,
        "users": users,
        "user_groups": seed.get("user_groups", []),
        "channels": {},
        "messages": {},
        "ephemerals": [],
        "homes": {},
        "views": {},
        "prompts": {},
        "statuses": [],
        "inputs": {},
        "response_urls": {},
    }
    for entry in seed["channels"]:
        channel = _channel(entry, staff, bot["user_id"])
        state["channels"][channel["id"]] = channel
        posts = [_message(post, users, team["id"]) for post in entry.get("messages", [])]
        state["messages"][channel["id"]] = sorted(posts, key=lambda message: str(message["ts"]))
    return state


def is_full_member(user: Json) -> bool:
    return not any(user.get(trait) for trait in ("is_bot", "is_restricted", "is_stranger", "deleted"))


def _user(entry: Json, team_id: str) -> Json:
    defaults = {"team_id": team_id, "tz": "Europe/London", "title": "", "is_bot": False, "deleted": False}
    email = None if entry.get("is_bot") else f"{entry['handle']}@brightwater.example"
    return {**defaults, "email": email, **entry}


def _channel(entry: Json, staff: list[str], bot: str) -> Json:
    members = list(staff) if entry.get("members") == "everyone" else list(entry.get("members", []))
    members += entry.get("others", [])
    if entry.get("bot"):
        members.append(bot)
    return {
        "id": entry["id"],
        "name": entry["name"],
        "created": 1_760_000_000,
        "creator": members[0] if members else bot,
        "is_private": bool(entry.get("is_private")),
        "is_ext_shared": bool(entry.get("is_ext_shared")),
        "is_im": False,
        "is_archived": bool(entry.get("is_archived")),
        "topic": entry.get("topic", ""),
        "purpose": entry.get("purpose", ""),
        "members": members,
    }


def _message(entry: Json, users: Json, team_id: str) -> Json:
    user = users[entry["user"]]
    message: dict[str, Any] = {
        "type": "message",
        "user": user["id"],
        "text": entry["text"],
        "ts": _ts(entry["at"]),
        "team": user["team_id"],
    }
    if user.get("is_bot"):
        message |= {"subtype": "bot_message", "bot_id": user["bot_id"], "username": user["name"]}
    if entry.get("thread"):
        message["thread_ts"] = _ts(entry["thread"])
    return message


def _ts(at: str) -> str:
    return f"{int(datetime.fromisoformat(at).timestamp())}.000100"

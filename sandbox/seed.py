"""Reads the YAML seed into the workspace's opening state."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as daytime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from sandbox.arguments import Json
from sandbox.manifest import Manifest

# What each entry of the seed has to name.
NEEDED = {
    "team": ("id", "name", "domain"),
    "bot": ("user_id", "bot_id", "app_id"),
    "other_teams": ("id", "name", "domain"),
    "users": ("id", "handle", "name"),
    "user_groups": ("id", "handle", "name"),
    "channels": ("id", "name"),
    "conversations": ("id",),
}
OFFICE = ZoneInfo("Europe/London")
DAYS_AGO = re.compile(r"(\d{1,3}) days? ago, (\d\d):(\d\d)")
EXAMPLE = '"3 days ago, 09:12" or "2026-11-16T08:30:00Z"'


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
    for wrong in _problems(content):
        raise SeedUnreadable(f"The seed {path} can't be used: {wrong}.")
    return dict(content)


def _problems(seed: Json) -> Iterator[str]:
    for section, needed in NEEDED.items():
        rows = [seed[section]] if section in ("team", "bot") else seed.get(section, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield f"{section} is no list of entries"
            return
        for number, row in enumerate(rows, 1):
            missing = [name for name in needed if not (isinstance(row.get(name), str) and row[name].strip())]
            if missing:
                yield f"{section}, entry {number}, lacks {' and '.join(missing)} as a text"
    people = {user.get("id"): user for user in seed["users"]}
    for name, user in people.items():
        try:
            ZoneInfo(user.get("tz", "UTC"))
        except (ZoneInfoNotFoundError, OSError, TypeError, ValueError):
            yield f"{name} has no time zone of the tz database"
        if user.get("is_bot") and not user.get("bot_id"):
            yield f"{name} is a bot without bot_id"
    for group in seed.get("user_groups", []):
        if not isinstance(group.get("users"), list):
            yield f"{group['id']} has no list of users"
    for channel in [*seed["channels"], *seed.get("conversations", [])]:
        members, posts = channel.get("members", []), channel.get("messages", [])
        if not isinstance(posts, list) or not (isinstance(members, list) or members == "everyone"):
            yield f"{channel['id']} needs lists of members and messages"
            return
        named = set(map(str, [*(members if isinstance(members, list) else ()), *(channel.get("others") or ())]))
        if unknown := sorted(named - {*people, seed["bot"]["user_id"]}):
            yield f"{channel['id']} has members who are no users of the seed: {', '.join(unknown)}"
        if "name" not in channel and not named:
            yield f"{channel['id']} is a conversation without a list of members"
        for number, post in enumerate(posts, 1):
            if not (isinstance(post, dict) and str(post.get("user")) in people and isinstance(post.get("text"), str)):
                yield f"message {number} of {channel['id']} needs a text and a user of the seed"
            elif not (_is_time(post.get("at")) and _is_time(post.get("thread", post["at"]))):
                yield f"message {number} of {channel['id']} needs its time as a text, such as {EXAMPLE}"
            elif [one.get("at") for one in posts].index(post["at"]) < number - 1:
                yield f"message {number} of {channel['id']} has the time of another, and needs one of its own"
            elif not _is_reactions(post.get("reactions", {}), people):
                yield f"message {number} of {channel['id']} has reactions that aren't lists of users by emoji"


def _is_reactions(reactions: Any, people: Json) -> bool:
    if not isinstance(reactions, dict):
        return False
    return all(
        isinstance(emoji, str) and isinstance(users, list) and users and set(map(str, users)) <= set(people)
        for emoji, users in reactions.items()
    )


def _is_time(at: Any) -> bool:
    try:
        return bool(_ts(at, datetime.now(OFFICE).date()))
    except (TypeError, ValueError):
        return False


def opening_state(seed: Json, manifest: Manifest) -> Json:
    seed = copy.deepcopy(seed)  # the workspace changes, the seed stays
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
        "files": {},
        "uploads": {},
        "scheduled": {},
        "pins": {},
        "bookmarks": {},
        "invites": {},
        "emoji": seed.get("emoji", {}),
        "homes": {},
        "views": {},
        "prompts": {},
        "statuses": [],
        "inputs": {},
        "response_urls": {},
    }
    today = datetime.now(OFFICE).date()
    for entry in [*seed["channels"], *seed.get("conversations", [])]:
        channel = _channel(entry, staff, bot["user_id"]) if "name" in entry else _conversation(entry, users)
        state["channels"][channel["id"]] = channel
        posts = [_message(post, users, today) for post in entry.get("messages", [])]
        if pinned := [post for post in entry.get("messages", []) if post.get("pinned")]:
            state["pins"][channel["id"]] = [_pin(post, today) for post in pinned]
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
    members += entry.get("others") or []
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


def _conversation(entry: Json, users: Json) -> Json:
    """A direct message between two people, or a group's; the app is in neither."""
    members = list(entry["members"])
    is_group = len(members) > 2
    handles = "--".join(users[member]["handle"] for member in members)
    channel = _channel({**entry, "name": f"mpdm-{handles}-1" if is_group else "", "is_private": True}, [], "")
    return channel | ({"is_mpim": True} if is_group else {"is_im": True, "user": ""})


def _message(entry: Json, users: Json, today: date) -> Json:
    user = users[entry["user"]]
    message: dict[str, Any] = {
        "type": "message",
        "user": user["id"],
        "text": entry["text"],
        "ts": _ts(entry["at"], today),
        "team": user["team_id"],
    }
    if user.get("is_bot"):
        message |= {"subtype": "bot_message", "bot_id": user["bot_id"], "username": user["name"]}
    if entry.get("thread"):
        message["thread_ts"] = _ts(entry["thread"], today)
        message |= {"subtype": "thread_broadcast"} if entry.get("broadcast") else {}
    if reactions := entry.get("reactions"):
        message["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in reactions.items()
        ]
    return message


def _pin(entry: Json, today: date) -> Json:
    ts = _ts(entry["at"], today)
    return {"ts": ts, "created": int(float(ts)), "created_by": entry["user"]}


def _ts(at: str, today: date) -> str:
    """A message's timestamp from a moment, or from a count of working days before today."""
    ago = DAYS_AGO.fullmatch(at)
    if ago is None:
        return f"{int(datetime.fromisoformat(at).timestamp())}.000100"
    day = today
    for _ in range(int(ago[1])):
        day -= timedelta(days=1)
        while day.weekday() > 4:  # Saturday and Sunday
            day -= timedelta(days=1)
    moment = datetime.combine(day, daytime(int(ago[2]), int(ago[3])), OFFICE)
    return f"{int(moment.timestamp())}.000100"

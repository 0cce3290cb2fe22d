"""The workspace's state: people, channels, messages, views. Plain JSON in memory, saved to the state file."""

from __future__ import annotations

import bisect
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.arguments import Json
from sandbox.seed import is_full_member
from sandbox.store import Changes, StateUnusable, Store

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNSEEN = ("unfurl_links", "unfurl_media", "streaming")  # kept with a message, not part of Slack's answers


class Timeline:
    """A channel's messages: each found by its ts, a thread's by its root's, and those outside threads in order."""

    def __init__(self) -> None:
        self.messages: dict[str, Json] = {}
        self.top: list[Json] = []  # with the replies that were also sent to the channel
        self.replies: dict[str, list[Json]] = {}

    def add(self, message: Json) -> None:
        """A message later than all others."""
        self.messages[message["ts"]] = message
        for rows in self._places(message):
            rows.append(message)

    def remove(self, message: Json) -> None:
        del self.messages[message["ts"]]
        for rows in self._places(message):
            del rows[bisect.bisect_left(rows, at(message), key=at)]

    def _places(self, message: Json) -> list[list[Json]]:
        root = str(message.get("thread_ts", message["ts"]))
        if root == message["ts"]:
            return [self.top]
        thread = self.replies.setdefault(root, [])
        return [thread, self.top] if message.get("subtype") == "thread_broadcast" else [thread]


def at(message: Json) -> float:
    return float(message["ts"])


class Workspace:
    """Everything that survives a restart. Ids and timestamps come from one increasing clock and are never reused."""

    def __init__(self, state: Json) -> None:
        self.address = ""  # where it can be reached, known once it is
        self.timelines: dict[str, Timeline] = {}
        for channel, messages in state.pop("messages").items():
            for message in messages:
                self.timeline(channel).add(message)
        self.state = state
        self._written: dict[str, int] = {}  # a hash of each section as last taken to be written
        self._touched: set[tuple[str, str]] = set()

    # Restoring and keeping

    @staticmethod
    def load(store: Store, opening: Json) -> Workspace:
        """The workspace the store holds, else the opening one, which also says what belongs in it."""
        state = opening | store.read()
        foreign = f"The state file {store.path} is not a sandbox's. Choose another path or delete it."
        if any(type(state[name]) is not type(value) for name, value in opening.items()):
            raise StateUnusable(foreign)
        try:
            workspace = Workspace(dict(state))
        except (AttributeError, KeyError, TypeError) as problem:
            raise StateUnusable(foreign) from problem
        if state["last_stamp"] == 0:
            workspace.touch_everything()
        return workspace

    def touch(self, channel_id: str, message: Json) -> None:
        """This message has changed and is to be written."""
        self._touched.add((channel_id, message["ts"]))

    def touch_everything(self) -> None:
        self._touched = {(channel, ts) for channel, timeline in self.timelines.items() for ts in timeline.messages}
        self._written = {}

    def changes(self) -> Changes:
        """What has changed since it was last asked for."""
        taken = Changes()
        for name, section in self.state.items():
            body = json.dumps(section)
            if self._written.get(name) != hash(body):
                self._written[name] = hash(body)
                taken.sections[name] = body
        for channel, ts in self._touched:
            message = self.message(channel, ts)
            taken.messages[channel, ts] = json.dumps(message) if message else None
        self._touched = set()
        return taken

    def give_back(self, changes: Changes) -> None:
        """They could not be written, so they are to be next time."""
        self._touched |= set(changes.messages)
        for name in changes.sections:
            self._written.pop(name, None)

    # Time and ids

    def stamp(self) -> int:
        """Microseconds now, always larger than any given before, also across restarts."""
        self.state["last_stamp"] = max(time.time_ns() // 1000, self.state["last_stamp"] + 1)
        return int(self.state["last_stamp"])

    def new_ts(self) -> str:
        stamp = self.stamp()
        return f"{stamp // 1_000_000}.{stamp % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        number, digits = self.stamp(), ""
        while number:
            number, digit = divmod(number, 36)
            digits = DIGITS[digit] + digits
        return prefix + digits

    # People

    @property
    def bot(self) -> Json:
        bot: Json = self.state["bot"]
        return bot

    @property
    def team(self) -> Json:
        team: Json = self.state["team"]
        return team

    def user(self, name: str) -> Json | None:
        """By id, handle (with or without @) or real name."""
        users: dict[str, Json] = self.state["users"]
        if name in users:
            return users[name]
        wanted = name.removeprefix("@").casefold()
        return next((user for user in users.values() if wanted in (user["handle"], user["name"].casefold())), None)

    def bot_user(self, bot_id: str) -> Json | None:
        return next((user for user in self.state["users"].values() if user.get("bot_id") == bot_id), None)

    @property
    def bot_profile(self) -> Json:
        """The app as its messages show it."""
        return {
            "id": self.bot["bot_id"],
            "app_id": self.bot["app_id"],
            "name": self.bot["name"],
            "icons": {"image_48": "https://sandbox.invalid/app-48.png"},
            "deleted": False,
            "updated": 1_760_000_000,
            "team_id": self.team["id"],
        }

    def user_out(self, user: Json, *, email: bool) -> Json:
        """A user as `users.info` shows it."""
        offset = ZoneInfo(user["tz"]).utcoffset(datetime.now(UTC))
        profile = {
            "real_name": user["name"],
            "real_name_normalized": user["name"],
            "display_name": user["handle"],
            "display_name_normalized": user["handle"],
            "title": user["title"],
            "first_name": user["name"].split()[0],
            "last_name": user["name"].split()[-1],
            "avatar_hash": user["id"].lower(),
            "status_text": "",
            "status_emoji": "",
            "image_48": "https://sandbox.invalid/avatar-48.png",
            "team": user["team_id"],
        }
        if email and user["email"] and not user.get("is_stranger"):
            profile["email"] = user["email"]
        if user["is_bot"]:
            profile |= {"bot_id": user["bot_id"], "api_app_id": user.get("api_app_id", "")}
        out = {
            "id": user["id"],
            "team_id": user["team_id"],
            "name": user["handle"],
            "deleted": user["deleted"],
            "real_name": user["name"],
            "tz": user["tz"],
            "tz_label": user["tz"],
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": bool(user.get("is_admin")),
            "is_owner": bool(user.get("is_owner")),
            "is_primary_owner": bool(user.get("is_owner")),
            "is_restricted": bool(user.get("is_restricted")),
            "is_ultra_restricted": bool(user.get("is_ultra_restricted")),
            "is_bot": user["is_bot"],
            "is_app_user": False,
            "updated": user.get("updated", 1_760_000_000),
            "is_email_confirmed": True,
        }
        if user.get("is_stranger"):
            out["is_stranger"] = True
        return out

    # Channels

    @property
    def channels(self) -> dict[str, Json]:
        channels: dict[str, Json] = self.state["channels"]
        return channels

    def channel(self, name: str) -> Json | None:
        """By id, or `#name`."""
        if name in self.channels:
            return self.channels[name]
        wanted = name.removeprefix("#")
        return next((one for one in self.channels.values() if not one["is_im"] and one["name"] == wanted), None)

    def direct_message(self, user_id: str) -> Json | None:
        """The user's conversation with the app's bot, once it is open."""
        mine = (one for one in self.channels.values() if one["is_im"] and one["user"] == user_id)
        return next(mine, None)

    def open_direct_message(self, user_id: str) -> Json:
        channel: Json = {
            "id": "D" + user_id[1:],
            "name": "",
            "created": self.stamp() // 1_000_000,
            "creator": user_id,
            "is_private": True,
            "is_ext_shared": False,
            "is_im": True,
            "is_archived": False,
            "topic": "",
            "purpose": "",
            "user": user_id,
            "members": [user_id, self.bot["user_id"]],
        }
        self.channels[channel["id"]] = channel
        return channel

    def open_conversation(self, one: str, other: str) -> Json:
        """The direct messages between two people, opened when there are none; one person alone keeps notes there."""
        members = list(dict.fromkeys([one, other]))
        for channel in self.channels.values():
            if channel["is_im"] and set(channel["members"]) == set(members):
                return channel
        channel = self.open_channel("", members, is_private=True)
        del self.channels[channel["id"]]
        channel |= {"id": self.new_id("D"), "is_im": True, "user": "", "creator": one}
        self.channels[channel["id"]] = channel
        return channel

    def group_message(self, user_ids: list[str]) -> Json | None:
        """The conversation of the app's bot with several people, once it is open."""
        members = {*user_ids, self.bot["user_id"]}
        groups = (one for one in self.channels.values() if one.get("is_mpim") and set(one["members"]) == members)
        return next(groups, None)

    def open_group_message(self, user_ids: list[str]) -> Json:
        members = [*user_ids, self.bot["user_id"]]
        handles = [self.state["users"][one]["handle"] for one in members]
        channel = self.open_channel(f"mpdm-{'--'.join(handles)}-1", members, is_private=True) | {"is_mpim": True}
        self.channels[channel["id"]] = channel
        return channel

    def open_channel(self, name: str, members: list[str], *, is_private: bool) -> Json:
        channel: Json = {
            "id": self.new_id("C"),
            "name": name,
            "created": self.stamp() // 1_000_000,
            "creator": self.bot["user_id"],
            "is_private": is_private,
            "is_ext_shared": False,
            "is_im": False,
            "is_archived": False,
            "topic": "",
            "purpose": "",
            "members": members,
        }
        self.channels[channel["id"]] = channel
        return channel

    def has_bot(self, channel: Json) -> bool:
        return self.bot["user_id"] in channel["members"]

    def sees(self, user_id: str, channel: Json) -> bool:
        """Members see their channels; full members also look into public ones."""
        if user_id in channel["members"]:
            return True
        user = self.user(user_id)
        return user is not None and not channel["is_private"] and is_full_member(user)

    def channel_out(self, channel: Json) -> Json:
        """A channel as `conversations.info` shows it."""
        if channel["is_im"]:
            return {
                "id": channel["id"],
                "created": channel["created"],
                "is_im": True,
                "is_org_shared": False,
                "is_archived": False,
                "user": channel["user"],
                "is_user_deleted": False,
                "is_open": True,
                "context_team_id": self.team["id"],
            }
        private = channel["is_private"]
        return {
            "id": channel["id"],
            "name": channel["name"],
            "name_normalized": channel["name"],
            "is_channel": not private,
            "is_group": private,
            "is_im": False,
            "is_mpim": bool(channel.get("is_mpim")),
            "is_private": private,
            "is_archived": channel["is_archived"],
            "is_general": channel["name"] == "general",
            "is_shared": channel["is_ext_shared"],
            "is_ext_shared": channel["is_ext_shared"],
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "is_member": self.has_bot(channel),
            "created": channel["created"],
            "creator": channel["creator"],
            "unlinked": 0,
            "context_team_id": self.team["id"],
            "topic": {"value": channel["topic"], "creator": "", "last_set": 0},
            "purpose": {"value": channel["purpose"], "creator": channel["creator"], "last_set": channel["created"]},
            "previous_names": [],
            "num_members": len(channel["members"]),
        }

    # Messages

    def timeline(self, channel_id: str) -> Timeline:
        return self.timelines.setdefault(channel_id, Timeline())

    def messages(self, channel_id: str) -> Iterable[Json]:
        """In order of their time, replies among them."""
        return self.timeline(channel_id).messages.values()

    def message(self, channel_id: str, ts: str) -> Json | None:
        return self.timeline(channel_id).messages.get(ts)

    def thread(self, channel_id: str, ts: str) -> list[Json]:
        """The replies to a message, without the message itself."""
        return self.timeline(channel_id).replies.get(ts, [])

    def add_message(self, channel_id: str, message: Json) -> None:
        self.timeline(channel_id).add(message)
        self.touch(channel_id, message)

    def remove_message(self, channel_id: str, message: Json) -> None:
        self.timeline(channel_id).remove(message)
        self.touch(channel_id, message)

    def message_out(self, channel_id: str, message: Json, *, metadata: bool = True) -> Json:
        """A message as Slack returns it; a thread's parent carries the counts."""
        out = {name: value for name, value in message.items() if name not in UNSEEN}
        if not metadata:
            out.pop("metadata", None)
        if message.get("app_id") == self.bot["app_id"]:
            out["bot_profile"] = self.bot_profile
        if "files" in message:
            out["files"] = [self.file_out(file_id) for file_id in message["files"]]
        replies = self.thread(channel_id, message["ts"]) if message.get("thread_ts") in (None, message["ts"]) else []
        if replies:
            users = list(dict.fromkeys(str(reply.get("user") or reply.get("bot_id")) for reply in replies))
            out |= {
                "thread_ts": message["ts"],
                "reply_count": len(replies),
                "reply_users_count": len(users),
                "reply_users": users[:5],
                "latest_reply": replies[-1]["ts"],
                "is_locked": False,
                "subscribed": False,
            }
        return out

    def message_shown(self, channel_id: str, message: Json) -> Json:
        """A message as the page needs it: with what Slack keeps to itself."""
        return self.message_out(channel_id, message) | {name: message[name] for name in UNSEEN if name in message}

    # Files

    def file_out(self, file_id: str) -> Json:
        """A file as Slack returns it; of a deleted one only that it was."""
        file = self.state["files"].get(file_id)
        if file is None or file["deleted"]:
            return {"id": file_id, "mode": "tombstone"}
        out = {name: value for name, value in file.items() if name not in ("deleted", "shares", "hosted_name")}
        shared = [self.channels[channel] for channel in file["shares"] if channel in self.channels]
        shares: Json = {}
        for channel in shared:
            side = shares.setdefault("private" if channel["is_private"] else "public", {})
            side[channel["id"]] = [{"ts": ts} for ts in file["shares"][channel["id"]]]
        if "hosted_name" in file:
            address = f"{self.address}/files/{file_id}/{file['hosted_name']}"
            out |= {"url_private": address, "url_private_download": address, "permalink": address}
            if file["public_url_shared"]:
                out["permalink_public"] = address
        return out | {
            "channels": [one["id"] for one in shared if not one["is_private"]],
            "groups": [one["id"] for one in shared if one["is_private"] and not one["is_im"]],
            "ims": [one["id"] for one in shared if one["is_im"]],
            "is_public": any(not one["is_private"] for one in shared),
            "shares": shares,
        }

    # Ephemeral messages, views, status

    def ephemeral(self, user_id: str, ts: str) -> Json | None:
        mine: Iterable[Json] = self.state["ephemerals"]
        return next((one for one in mine if one["user"] == user_id and one["ts"] == ts), None)

    def stack(self, user_id: str) -> list[Json]:
        stack: list[Json] = self.state["views"].setdefault(user_id, [])
        return stack

    def view(self, view_id: str) -> tuple[str, Json] | None:
        """An open modal or a home, with the user who sees it."""
        for user_id, stack in self.state["views"].items():
            for view in stack:
                if view["id"] == view_id:
                    return user_id, view
        for user_id, home in self.state["homes"].items():
            if home["id"] == view_id:
                return user_id, home
        return None

    def view_called(self, external_id: str) -> Json | None:
        every = [*self.state["homes"].values(), *(view for stack in self.state["views"].values() for view in stack)]
        return next((view for view in every if external_id and view["external_id"] == external_id), None)

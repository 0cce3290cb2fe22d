"""The parts of the local Slack joined: what happens in the workspace, who is told, which events follow."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.arguments import Json, Refused
from sandbox.deliveries import Deliveries, Envelope, Road
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.live import Live
from sandbox.manifest import Manifest
from sandbox.mrkdwn import mentions
from sandbox.rates import Rates
from sandbox.request_urls import RequestUrls
from sandbox.seed import opening_state
from sandbox.sockets import OFF, Sockets
from sandbox.store import StateUnusable, Store
from sandbox.workspace import Workspace

log = logging.getLogger("sandbox")

SAVE_DELAY_SECONDS = 0.1
EPHEMERALS_KEPT = 1000
CLOSED_VIEWS_KEPT = 100
LINK = re.compile(r"<(https?://[^|>\s\[\]]+)")


@dataclass(frozen=True)
class Limits:
    """Slack's timings, some of them unpublished."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    follow_seconds: float = 1.5  # how long an act waits for a modal after the acknowledgement
    redelivery: tuple[float, ...] = (4.0, 60.0, 300.0)
    shortcuts_accept_payload: bool = False
    response_url_uses: int = 5
    response_url_seconds: float = 1800.0
    stream_seconds: float = 300.0
    status_seconds: float = 120.0
    rate_limits: bool = False


# What an app hears of every public channel, in it or not.
PUBLIC = ("channel_archive", "channel_created", "channel_rename", "channel_unarchive", "link_shared")


class LocalSlack:
    def __init__(
        self,
        manifest: Manifest,
        seed: Json,
        state_path: Path | None,
        limits: Limits | None = None,
        request_urls: RequestUrls | None = None,
    ) -> None:
        """Speaks Socket Mode with the app, or with `request_urls` over HTTP."""
        self.manifest, self.seed, self.state_path = manifest, seed, state_path
        self.limits = limits or Limits()
        self.loopback_only = True
        opening = opening_state(seed, manifest)
        self.store = Store(state_path)
        self.workspace = Workspace.load(self.store, opening)
        self._rename_bot(opening)
        self.store.write(self.workspace.changes())
        self.journal, self.live, self.faults = Journal(), Live(), Faults()
        self.rates = Rates() if self.limits.rate_limits else None
        self.sockets = Sockets(
            self.workspace.bot["app_id"],
            self.faults,
            ack_seconds=self.limits.ack_seconds,
            is_enabled=manifest.socket_mode and request_urls is None,
        )
        self.request_urls = request_urls
        road: Road = request_urls or self.sockets
        self.deliveries = Deliveries(
            road,
            self.journal,
            self.faults,
            ack_seconds=self.limits.ack_seconds,
            redelivery=self.limits.redelivery,
            shortcuts_accept_payload=self.limits.shortcuts_accept_payload,
        )
        road.on_change = lambda count: self.tell({"type": "connected", "connected": count})
        self.closed_views: deque[Json] = deque(maxlen=CLOSED_VIEWS_KEPT)  # for acts that forge a second submission
        self.unacknowledged: dict[str, asyncio.Event] = {}  # response_urls whose command is not acknowledged yet
        self.contexts: dict[str, Json] = {}  # what users look at beside the app's messages
        self._triggers: dict[str, Json] = {}
        self._saving: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._writing = asyncio.Lock()
        self._unsaved = self._anew = False  # what the next write has to do: write at all, empty the file first

    @property
    def address(self) -> str:
        """Where it listens, known once it does."""
        return self.workspace.address

    @address.setter
    def address(self, address: str) -> None:
        self.workspace.address = address

    def _rename_bot(self, fresh: Json) -> None:
        """The manifest may have changed since the state was saved."""
        bot = fresh["bot"]["user_id"]
        self.workspace.state["bot"] = self.workspace.bot | fresh["bot"]
        self.workspace.state["users"][bot] = fresh["users"][bot]

    # Keeping

    def changed(self) -> None:
        """The state file follows within a tenth of a second."""
        self._unsaved = True
        if self.state_path and self._saving is None:
            self._saving = asyncio.create_task(self._save_soon())

    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_DELAY_SECONDS)
        self._saving = None
        await self._save()

    async def _save(self) -> None:
        """Writes what has changed; once it returns, nothing from before is still to be written."""
        async with self._writing:
            if not self._unsaved:
                return
            changes, anew = self.workspace.changes(), self._anew
            self._unsaved = self._anew = False
            try:
                await asyncio.to_thread(self.store.write, changes, anew=anew)
            except StateUnusable as problem:  # the workspace goes on in memory, and the next change tries again
                self._unsaved = True
                self._anew = self._anew or anew
                self.workspace.give_back(changes)
                log.warning("%s", problem)

    async def close(self) -> None:
        if self._saving:
            self._saving.cancel()
        if self._alarm:
            self._alarm.cancel()
        if self.state_path:
            await self._save()
        self.store.close()

    async def reset(self) -> None:
        stamp, address = self.workspace.stamp(), self.address
        self.workspace = Workspace(opening_state(self.seed, self.manifest))
        self.address = address
        self.workspace.state["last_stamp"] = stamp  # nothing from before is issued again
        self.workspace.touch_everything()
        self._unsaved = self._anew = True
        self._triggers.clear()
        self.closed_views.clear()
        self.contexts.clear()
        self.faults.active.clear()
        self.deliveries.forget()
        self.tell({"type": "reset"})
        await self._save()

    def alarm(self, seconds: float, wake: Callable[[], None]) -> None:
        """Wakes once, in place of any alarm before."""
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, wake)

    async def disconnect(self, fault: Json) -> None:
        """Socket Mode stays off after `link_disabled`, until the faults are cleared."""
        if self.request_urls:
            raise Refused("socket_mode_off", message="the app is reached over HTTP; there is no socket to drop")
        if fault == OFF and OFF not in self.faults.active:
            self.faults.add(fault)
        await self.sockets.disconnect(fault["reason"])

    # Telling the page

    def tell(self, change: Json, *, channel: Json | None = None, user: str | None = None) -> None:
        """A change for everybody, for those who see the channel and this user besides, or for this user alone."""

        def sees(viewer: str) -> bool:
            if channel is None:
                return user in (None, viewer)
            return viewer == user or self.workspace.sees(viewer, channel)

        self.live.tell(change, sees)

    def notice(self, user_id: str, text: str) -> None:
        """What Slack itself would tell this user, such as a command that failed."""
        self.tell({"type": "notice", "user": user_id, "text": text}, user=user_id)

    # Telling the app

    def emit(
        self, subscription: str, event: Json, channel: Json | None = None, act: str | None = None
    ) -> list[Envelope]:
        """Sends the event when the manifest subscribes to it and the bot may know of it."""
        if not self.manifest.receives(subscription):
            return []
        if self.workspace.bot.get("is_uninstalled"):
            return []
        if channel and not self.workspace.has_bot(channel) and (channel["is_private"] or subscription not in PUBLIC):
            return []
        team = self.workspace.team["id"]
        place = (channel or {}).get("id", "")
        payload = {
            "token": "sandbox",
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": self.workspace.bot["app_id"],
            "event": event,
            "type": "event_callback",
            "event_id": self.workspace.new_id("Ev"),
            "event_time": self.workspace.stamp() // 1_000_000,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team,
                    "user_id": self.workspace.bot["user_id"],
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool((channel or {}).get("is_ext_shared")),
            "event_context": "-".join(part for part in ("4", event["type"], team, place) if part),
        }
        return [self.deliveries.send_event(payload, act)]

    def message_event(self, event: Json, channel: Json, act: str | None = None) -> list[Envelope]:
        kind, subscription = ("im", "message.im") if channel["is_im"] else ("channel", "message.channels")
        if channel.get("is_mpim"):
            kind, subscription = "mpim", "message.mpim"
        elif not channel["is_im"] and channel["is_private"]:
            kind, subscription = "group", "message.groups"
        told = {**event, "channel": channel["id"], "channel_type": kind}
        told |= self.context("app_context", channel, event)
        return self.emit(subscription, {"event_ts": event["ts"], **told}, channel, act)

    def context(self, name: str, channel: Json, event: Json) -> Json:
        """What the writer looks at, told with their direct messages to apps that subscribe to its changes."""
        context = self.contexts.get(str(event.get("user")))
        heard = channel["is_im"] and context and self.manifest.receives("app_context_changed")
        return {name: context} if heard else {}

    def trigger(self, user_id: str, act: str | None) -> str:
        """A trigger id: good for one view within three seconds."""
        now = time.monotonic()
        for old in [name for name, trigger in self._triggers.items() if now - trigger["at"] > 60]:
            del self._triggers[old]
        stamp = self.workspace.stamp()
        name = f"{stamp}.{stamp % 10_000_000}.{self.workspace.new_id('').lower()}"
        self._triggers[name] = {"user": user_id, "at": now, "used": False}
        self.journal.remember(act, name)
        return name

    def pull_trigger(self, name: str) -> str:
        """Whose trigger it is; it can't be used again."""
        trigger = self._triggers.get(name)
        if trigger is None:
            issued = name.split(".")[0]
            old = issued.isdigit() and name.count(".") == 2 and int(issued) <= self.workspace.state["last_stamp"]
            raise Refused("expired_trigger_id" if old else "invalid_trigger_id")
        if trigger["used"]:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - trigger["at"] > self.limits.trigger_seconds:
            raise Refused("expired_trigger_id")
        trigger["used"] = True
        return str(trigger["user"])

    def response_url(self, kind: str, act: str | None, **where: Any) -> str:
        """`kind` is commands or actions; `where` says which user, channel and message it answers."""
        token = self.workspace.new_id("")
        urls = self.workspace.state["response_urls"]
        urls[token] = {"kind": kind, "uses": 0, "born": time.time(), **where}
        for old in [name for name, url in urls.items() if time.time() - url["born"] > 2 * 1800]:
            del urls[old]
        self.journal.remember(act, token)
        return f"{self.address}/{kind}/{self.workspace.team['id']}/{token[:6]}/{token}"

    # Messages

    def post(self, channel: Json, message: Json, act: str | None = None) -> tuple[Json, list[Envelope]]:
        """Stores a message, shows it and sends the events it causes."""
        message = {"type": "message", "ts": self.workspace.new_ts(), **message}
        root = message.get("thread_ts")
        if root:
            parent = self.workspace.message(channel["id"], root)
            if parent:
                message["parent_user_id"] = parent.get("user") or parent.get("bot_id")
        self.workspace.add_message(channel["id"], message)
        self.journal.remember(act, f"{channel['id']}:{message['ts']}", f"{channel['id']}:{root or message['ts']}")
        if message.get("bot_id") == self.workspace.bot["bot_id"]:
            self.set_status(channel, root, "")
        self.changed()
        shown = self.workspace.message_out(channel["id"], message)
        told = self.workspace.message_shown(channel["id"], message)
        self.tell({"type": "message", "channel": channel["id"], "message": told}, channel=channel)
        event = {name: value for name, value in shown.items() if name not in ("reply_count", "metadata")}
        return message, [
            *self._mention(event, channel, act, before=""),
            *self.message_event(event, channel, act),
            *self._links(event, channel, act),
            *self._metadata("posted", channel, shown, {}, act),
        ]

    def _metadata(self, what: str, channel: Json, now: Json, before: Json, act: str | None) -> list[Envelope]:
        """`message_metadata_…` for what the manifest subscribes to, by app and type."""
        kept, gone = now.get("metadata"), before.get("metadata")
        author = now.get("app_id") or before.get("app_id") or ""
        if kept == gone or not self.manifest.reads_metadata(author, kept or gone or {}):
            return []
        name = f"message_metadata_{what}"
        told: Json = {
            "type": name,
            "app_id": author,
            "bot_id": now.get("bot_id") or before.get("bot_id"),
            "user_id": now.get("user") or before.get("user"),
            "team_id": self.workspace.team["id"],
            "channel_id": channel["id"],
            "message_ts": now.get("ts") or before.get("ts"),
            "event_ts": self.workspace.new_ts(),
        }
        told |= {"metadata": kept} if kept else {"deleted_ts": before.get("ts")}
        told |= {"previous_metadata": gone} if gone else {}
        return self.emit(name, told, channel, act)

    def _links(self, event: Json, channel: Json, act: str | None) -> list[Envelope]:
        """`link_shared` for links a person posts into a domain the manifest unfurls."""
        links = [{"url": url, "domain": _host(url)} for url in LINK.findall(event["text"])]
        domains = self.manifest.unfurl_domains
        ours = [link for link in links if any(f".{link['domain']}".endswith(f".{one}") for one in domains)]
        if not ours or event.get("bot_id"):
            return []
        told: Json = {
            "type": "link_shared",
            "channel": channel["id"],
            "is_bot_user_member": self.workspace.has_bot(channel),
            "user": event["user"],
            "message_ts": event["ts"],
            "unfurl_id": f"{channel['id']}-{event['ts']}",
            "source": "conversations_history",
            "links": ours,
            "event_ts": event["ts"],
        }
        if "thread_ts" in event:
            told["thread_ts"] = event["thread_ts"]
        return self.emit("link_shared", told, channel, act)

    def _mention(self, event: Json, channel: Json, act: str | None, before: str) -> list[Envelope]:
        """`app_mention` for a message that names the bot and did not before; none in a direct message."""
        bot, is_own = self.workspace.bot["user_id"], event.get("bot_id") == self.workspace.bot["bot_id"]
        if channel["is_im"] or is_own or not mentions(event["text"], bot) or mentions(before, bot):
            return []
        told = {**event, "type": "app_mention", "channel": channel["id"], "event_ts": event["ts"]}
        return self.emit("app_mention", told, channel, act)

    def edit(
        self, channel: Json, message: Json, changes: Json, editor: str | None, act: str | None = None
    ) -> list[Envelope]:
        """Changes a message; `editor` is None for changes nobody made, such as an unfurled link."""
        before = self.workspace.message_out(channel["id"], message)
        message.update(changes)
        self.workspace.touch(channel["id"], message)
        stamp = self.workspace.new_ts()
        if editor:
            message["edited"] = {"user": editor, "ts": stamp}
        self.changed()
        after = self.workspace.message_out(channel["id"], message)
        told = self.workspace.message_shown(channel["id"], message)
        self.tell({"type": "message_changed", "channel": channel["id"], "message": told}, channel=channel)
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": stamp}
        return [
            *self._mention(after, channel, act, before=before["text"]),
            *self.message_event({**event, "message": after, "previous_message": before}, channel, act),
            *self._metadata("updated" if "metadata" in before else "posted", channel, after, before, act),
        ]

    def delete(self, channel: Json, message: Json, act: str | None = None) -> list[Envelope]:
        """A parent with replies stays as a tombstone, as in Slack."""
        before = self.workspace.message_out(channel["id"], message)
        if self.workspace.thread(channel["id"], message["ts"]):
            kept: Json = {name: message[name] for name in ("type", "ts", "thread_ts") if name in message}
            message.clear()
            message.update(kept, subtype="tombstone", text="This message was deleted.", hidden=True, user="USLACKBOT")
            self.workspace.touch(channel["id"], message)
        else:
            self.workspace.remove_message(channel["id"], message)
        self.changed()
        stamp = self.workspace.new_ts()
        told = {"type": "message_deleted", "channel": channel["id"], "ts": before["ts"]}
        self.tell({**told, "thread_ts": before.get("thread_ts")}, channel=channel)
        event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": stamp}
        return [
            *self.message_event({**event, "deleted_ts": before["ts"], "previous_message": before}, channel, act),
            *self._metadata("deleted", channel, {}, before, act),
        ]

    def react(
        self, channel: Json, message: Json, user_id: str, emoji: str, *, remove: bool = False, act: str | None = None
    ) -> list[Envelope]:
        reactions: list[Json] = message.setdefault("reactions", [])
        entry = next((one for one in reactions if one["name"] == emoji), None)
        if remove:
            if entry is None or user_id not in entry["users"]:
                raise Refused("no_reaction")
            entry["users"].remove(user_id)
            entry["count"] -= 1
            if not entry["users"]:
                reactions.remove(entry)
            if not reactions:
                del message["reactions"]
        else:
            if entry is None:
                if len(reactions) >= 50:
                    raise Refused("too_many_emoji")
                entry = {"name": emoji, "users": [], "count": 0}
                reactions.append(entry)
            if user_id in entry["users"]:
                raise Refused("already_reacted")
            entry["users"].append(user_id)
            entry["count"] += 1
        self.workspace.touch(channel["id"], message)
        self.changed()
        told = {"type": "reaction", "channel": channel["id"], "ts": message["ts"], "user": user_id, "emoji": emoji}
        told |= {"removed": remove, "reactions": message.get("reactions", [])}
        self.tell(told, channel=channel)
        name = "reaction_removed" if remove else "reaction_added"
        item = {"type": "message", "channel": channel["id"], "ts": message["ts"]}
        event = {"type": name, "user": user_id, "reaction": emoji, "item": item, "event_ts": self.workspace.new_ts()}
        return self.emit(name, event | {"item_user": message.get("user", "")}, channel, act)

    def post_ephemeral(self, user_id: str, channel: Json, content: Json, act: str | None = None) -> Json:
        entry: Json = {
            "type": "message",
            "ts": self.workspace.new_ts(),
            "user": user_id,
            "channel": channel["id"],
            "bot_id": self.workspace.bot["bot_id"],
            "text": "",
            **content,
        }
        entry["id"] = entry["ts"]
        self.workspace.state["ephemerals"].append(entry)
        del self.workspace.state["ephemerals"][:-EPHEMERALS_KEPT]
        self.journal.remember(act, f"{channel['id']}:{entry['ts']}")
        self.changed()
        self.tell({"type": "ephemeral", "ephemeral": entry}, user=user_id)
        return entry

    def set_status(self, channel: Json, thread_ts: str | None, status: str, messages: list[str] | None = None) -> None:
        """Shows the bot at work in a thread; empty clears it. It goes by itself after two minutes."""
        statuses: list[Json] = self.workspace.state["statuses"]
        here = [one for one in statuses if (one["channel"], one["thread_ts"]) == (channel["id"], thread_ts)]
        statuses[:] = [one for one in statuses if one not in here and one["until"] > time.time()]
        told = {"channel": channel["id"], "thread_ts": thread_ts, "status": status}
        if status:
            until = time.time() + self.limits.status_seconds
            statuses.append({**told, "loading_messages": messages or [], "until": until})
            self._fade(statuses[-1])
        if status or here:
            self.changed()
            self.tell({"type": "status", **told, "loading_messages": messages or []}, channel=channel)

    def fade_statuses(self) -> None:
        """Those from before a restart end in time, too."""
        for status in self.workspace.state["statuses"]:
            self._fade(status)

    def _fade(self, status: Json) -> None:
        left = max(0.0, status["until"] - time.time())
        asyncio.get_running_loop().call_later(left, self._end_status, status)

    def _end_status(self, status: Json) -> None:
        if status in self.workspace.state["statuses"]:  # and not another in its place
            self.set_status(self.workspace.channels[status["channel"]], status["thread_ts"], "")

    # Channels

    def tell_channel(self, channel: Json, user: str | None = None) -> None:
        """The channel is new or has changed; `user` hears of it too."""
        self.changed()
        self.tell({"type": "channel", "channel": channel}, channel=channel, user=user)

    def direct_message(self, user_id: str) -> Json:
        """The user's conversation with the app's bot, opened when there is none."""
        channel = self.workspace.direct_message(user_id)
        if channel is None:
            channel = self.workspace.open_direct_message(user_id)
            self.tell_channel(channel)
        return channel

    def group_message(self, user_ids: list[str]) -> Json:
        """The bot's conversation with these people, opened when there is none."""
        channel = self.workspace.group_message(user_ids)
        if channel is None:
            channel = self.workspace.open_group_message(user_ids)
            self.tell_channel(channel)
        return channel

    def join(self, channel: Json, user_id: str, inviter: str | None = None, act: str | None = None) -> list[Envelope]:
        channel["members"].append(user_id)
        self.tell_channel(channel, user_id)
        event = {
            "type": "member_joined_channel",
            "user": user_id,
            "channel": channel["id"],
            "channel_type": "G" if channel["is_private"] else "C",
            "team": self.workspace.team["id"],
            "event_ts": self.workspace.new_ts(),
        }
        return self.emit("member_joined_channel", event | ({"inviter": inviter} if inviter else {}), channel, act)

    def leave(self, channel: Json, user_id: str, act: str | None = None) -> list[Envelope]:
        event = {
            "type": "member_left_channel",
            "user": user_id,
            "channel": channel["id"],
            "channel_type": "G" if channel["is_private"] else "C",
            "team": self.workspace.team["id"],
            "event_ts": self.workspace.new_ts(),
        }
        envelopes = self.emit("member_left_channel", event, channel, act)
        if user_id == self.workspace.bot["user_id"]:
            name = "group_left" if channel["is_private"] else "channel_left"
            gone = {"type": name, "channel": channel["id"], "event_ts": event["event_ts"]}
            envelopes += self.emit(name, gone, channel, act)
        channel["members"].remove(user_id)
        self.tell_channel(channel, user_id)
        return envelopes

    def channel_note(
        self, channel: Json, author: Json, what: str, words: str, act: str | None, **about: str
    ) -> list[Envelope]:
        """The line Slack itself writes into the channel when somebody changes it."""
        side = "group" if channel["is_private"] else "channel"
        text = f"<@{author['user']}> {words}"
        return self.post(channel, author | {"subtype": f"{side}_{what}", "text": text, **about}, act)[1]

    def channel_event(self, channel: Json, what: str, about: Json, act: str | None) -> list[Envelope]:
        self.tell_channel(channel)
        name = f"{'group' if channel['is_private'] else 'channel'}_{what}"
        return self.emit(name, {"type": name, **about, "event_ts": self.workspace.new_ts()}, channel, act)

    # Views

    def tell_views(self, user_id: str) -> None:
        self.changed()
        self.tell({"type": "view", "user": user_id, "views": self.workspace.stack(user_id)}, user=user_id)


def _host(url: str) -> str:
    """The host of a link that somebody wrote, nothing for one that is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

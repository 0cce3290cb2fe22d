"""One act of a person, and how it reaches the app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sandbox.arguments import Arguments, Json, Refused
from sandbox.deliveries import Envelope
from sandbox.elements import elements_of
from sandbox.local_slack import LocalSlack
from sandbox.views import as_sent, entered
from sandbox.workspace import Workspace

SEEN = ("views.", "chat.", "response_url")  # methods by which an app answers an act so that people see it


class Act(Arguments):
    """One act: what was asked, by whom, and its number in the journal."""

    def __init__(self, slack: LocalSlack, given: Json) -> None:
        super().__init__(dict(given))
        self.slack, self.id = slack, slack.journal.begin_act()
        self.begun = slack.journal.last
        self.started = time.monotonic()
        self.forged = self.flag("forge")

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def user(self) -> Json:
        user = self.workspace.user(self.text("user"))
        if user is None:
            raise Refused("user_not_found", message=f"nobody is called {self.text('user')!r}")
        return user

    def channel(self) -> Json:
        """By id, name, `dm` or the bot's name; only what the user sees."""
        name, user = self.text("channel"), self.user
        bot = self.workspace.user(name) if name else None
        if name == "dm" or (bot and bot["id"] == self.workspace.bot["user_id"]):
            return self.slack.direct_message(user["id"])
        channel = self.workspace.channel(name)
        if channel is None or not (self.workspace.sees(user["id"], channel) or self.forged):
            raise Refused("channel_not_found", message=f"{user['id']} sees no channel {name!r}")
        return channel

    def message(self) -> tuple[Json, Json]:
        """The channel and message named by `message_ts`."""
        channel = self.channel()
        message = self.workspace.message(channel["id"], self.text("message_ts") or self.text("ts"))
        if message is None:
            raise Refused("message_not_found", message=f"no such message in {channel['id']}")
        return channel, message

    def view(self) -> Json:
        """The view named, as this user sees it; with none named, the modal on top. A forged act may name any."""
        stack = self.workspace.stack(self.user["id"])
        if "view_id" not in self:
            if not stack:
                raise Refused("view_not_found", message=f"{self.user['id']} has no modal open")
            return stack[-1]
        found = self.workspace.view(self.text("view_id"))
        if found and (found[0] == self.user["id"] or self.forged):
            return found[1]
        closed = next((one for one in self.slack.closed_views if one["id"] == self.text("view_id")), None)
        if closed and self.forged:
            return closed
        raise Refused("view_not_found", message=f"{self.user['id']} has no view {self.text('view_id')!r}")

    def entered(self, element: Json, value: Any) -> Json:
        """The state of an input with this value in it; a forged act may enter what the page would not offer."""
        try:
            return entered(self.workspace, element, value)
        except Refused:
            if not self.forged:
                raise
            return as_sent(element, value)


async def acknowledged(act: Act, envelopes: list[Envelope]) -> Json:
    """Waits for the app to acknowledge all, unless nobody is connected; the message stands either way."""
    if not envelopes or not act.slack.deliveries.road.connected:
        return {"acked_ms": None, "delivered": False}
    await asyncio.gather(*(act.slack.deliveries.wait(envelope, act.slack.limits.ack_seconds) for envelope in envelopes))
    ends = [envelope.acked_at for envelope in envelopes if envelope.acked_at is not None]
    acked_ms = round((max(ends) - act.started) * 1000, 1) if len(ends) == len(envelopes) else None
    return {"acked_ms": acked_ms, "delivered": any(envelope.attempts for envelope in envelopes)}


async def asked(
    act: Act, user: Json, kind: str, payload: Json, at_ack: Callable[[Json], None] = lambda response: None
) -> Json:
    """Sends a command or interaction; the answer carries the modal it opened or changed.

    `at_ack` does what the acknowledgement itself asks for.
    """
    before = [view["hash"] for view in act.workspace.stack(user["id"])]
    act.slack.journal.remember(act.id, user["id"])
    envelope = await act.slack.deliveries.ask(kind, payload, act.id)
    acked_ms = round(((envelope.acked_at or 0) - act.started) * 1000, 1)
    answer: Json = {"acked_ms": acked_ms, "response": envelope.response}
    at_ack(envelope.response or {})
    is_typing = any(action["type"] == "plain_text_input" for action in payload.get("actions") or [])
    if "trigger_id" in payload and payload.get("type") != "view_submission" and not is_typing and not envelope.response:
        await followed(act)
    stack = act.workspace.stack(user["id"])
    if stack and stack[-1]["hash"] not in before:
        answer["view"] = stack[-1]
    return answer


async def followed(act: Act) -> None:
    """Waits a moment for what the app does after its acknowledgement: most open their modal only then.

    Over as soon as the app is seen to answer. A modal that opens with nothing to fill in or press is probably
    one that says "Loading", so what replaces it is waited for, too. With `follow` false nobody waits: the page
    is told of everything anyway.
    """
    if not act.flag("follow", True):
        return
    journal, since = act.slack.journal, act.begun
    until = time.monotonic() + act.slack.limits.follow_seconds
    while (left := until - time.monotonic()) > 0:
        read = await journal.read(since, left)
        since = read["next"]
        calls = [one for one in read["entries"] if one["kind"] == "call" and one["act"] == act.id]
        if any(one["method"].startswith(SEEN) and not _is_loading(one) for one in calls):
            return


def _is_loading(call: Json) -> bool:
    view = call["answer"].get("view") if call["method"] in ("views.open", "views.push") else None
    return view is not None and not any("action_id" in one for block in view["blocks"] for one in elements_of(block))


def interaction(act: Act, user: Json, kind: str) -> Json:
    team = act.workspace.team
    return {
        "type": kind,
        "token": "sandbox",
        "team": {"id": team["id"], "domain": team["domain"]},
        "user": {"id": user["id"], "username": user["handle"], "name": user["handle"], "team_id": user["team_id"]},
        "api_app_id": act.workspace.bot["app_id"],
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": act.slack.trigger(user["id"], act.id),
    }


def thread_root(act: Act, channel: Json) -> str:
    """The root of the thread that `thread_ts` is in, itself or as a reply; nothing without one."""
    thread_ts = act.text("thread_ts")
    message = act.workspace.message(channel["id"], thread_ts)
    if thread_ts and message is None:
        raise Refused("thread_not_found")
    return str((message or {}).get("thread_ts", thread_ts))


def channel_name(channel: Json) -> str:
    if channel["is_im"]:
        return "directmessage"
    return "privategroup" if channel["is_private"] else str(channel["name"])

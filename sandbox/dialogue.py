"""A conversation as a test: what people did and what the app then showed, in the style of `tests/conversations`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.arguments import Json, Refused
from sandbox.elements import elements_of
from sandbox.local_slack import LocalSlack

SPOKEN_WITHIN_SECONDS = 3.0  # between an act in the journal and its message
AIMED = ("click", "type", "select", "react", "edit", "delete", "pin", "shortcut")  # at a message or a view
SEEN_ONLY = ("open_home", "open_messages", "suggest")  # the page does these by itself
UNSTABLE = ("block_id",)  # made anew in each run
HEAD = '''"""{title}

Exported from the sandbox. What it waits for is the exact text; loosen that where the text depends on the day.
"""

from tests.conversations.conftest import Bot
from tests.conversations.slack import Company


def test_{name}(company: Company, bot: Bot) -> None:
    """{doc}"""
'''


@dataclass
class Script:
    """The lines so far, and the names of what was said."""

    slack: LocalSlack
    channel: Json
    lines: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # ts -> variable
    seen: Counter[str] = field(default_factory=Counter)  # condition -> how often so far

    def said(self, user: str, text: str, ts: str | None, root: str | None, more: Json) -> None:
        place = f", thread_ts={self.of(root)}" if root else ""
        extra = "".join(f", {name}={value!r}" for name, value in more.items())
        self.lines.append(f"{self._new(ts, 'said')} = company.say({user!r}, {self._where()!r}, {text!r}{place}{extra})")

    def shown(self, message: Json, *, is_final: bool = True) -> None:
        """The app's message, in its thread, in the channel, or to one person; before it is final without its text."""
        root = _root(message)
        if message.get("is_private_to"):
            where = f"company.private({message['is_private_to']!r})"
        elif root != message["ts"]:
            where = f"company.thread({self._place()}, {self.of(root)})"
        else:
            where = f"[m for m in company.messages({self._place()}) if m.get('bot_id')]"
        has_come = message["ts"] in self.names
        name = self.names[message["ts"]] if has_come else self._new(message["ts"], "answer")
        found = f"[m for m in {where} if m['text'] == {message['text']!r}]" if is_final else where
        before = self.seen[found]
        self.seen[found] += 1
        skip = f"[{before}:]" if before else ""
        self.lines.append(f"{name} = company.until(lambda: {found}{skip}, {_short(message['text'])!r})[0]")

    def did(self, given: Json) -> None:
        """Anything else that somebody did."""
        fields = {name: repr(value) for name, value in given.items() if name not in ("do", "user", *UNSTABLE)}
        if "channel" in fields:
            fields["channel"] = repr(self._where())
        if ts := given.get("message_ts"):
            fields["message_ts"] = self.of(str(ts))
            if _is_only_button(self.slack.workspace.message(self.channel["id"], str(ts)), given):
                fields.pop("value", None)
        if "view_id" in fields:
            kind = "home" if given["view_id"] in _homes(self.slack) else "view"
            fields["view_id"] = f"company.until(lambda: company.{kind}({given['user']!r}), 'the view')['id']"
        arguments = "".join(f", {name}={value}" for name, value in fields.items())
        self.lines.append(f"done = company.act({given['do']!r}, user={given['user']!r}{arguments})")
        self.lines.append("assert done['ok'], done")

    def of(self, ts: str) -> str:
        """The expression for a message's ts; one that was there before is looked up by its words."""
        if ts not in self.names:
            message = self.slack.workspace.message(self.channel["id"], ts)
            text = message["text"] if message else ""
            name = self._new(ts, "found")
            found = f"[m for m in company.messages({self._place()}) if m['text'] == {text!r}]"
            self.lines.append(f"{name} = company.until(lambda: {found}, {_short(text)!r})[-1]")
        return f'{self.names[ts]}["ts"]'

    def _new(self, ts: str | None, stem: str) -> str:
        name = f"{stem}_{sum(one.startswith(stem) for one in self.names.values()) + 1}"
        self.names[ts or f"unseen {name}"] = name
        return name

    def _where(self) -> str:
        return "dm" if self._is_dm() else str(self.channel["id"])

    def _place(self) -> str:
        """The channel's id as an expression: a direct message has one only once it is there."""
        return f"company.direct_channel({self.channel['user']!r}) or ''" if self._is_dm() else repr(self.channel["id"])

    def _is_dm(self) -> bool:
        return bool(self.channel["is_im"]) and self.slack.workspace.has_bot(self.channel)


def dialogue(slack: LocalSlack, channel: Json, thread: str | None) -> str:
    """The thread, or what was done in the channel since the sandbox started, as a test module.

    Raises:
        Refused: `nothing_to_export`, when nobody did anything there.
    """
    script = Script(slack, channel)
    for step in sorted(_steps(slack, channel, thread), key=lambda one: one[0]):
        _, kind, what = step
        if kind == "said":
            script.said(**what)
        elif kind in ("came", "shown"):
            script.shown(what, is_final=kind == "shown")
        else:
            script.did(what)
    if not script.lines:
        about = "Nothing was said here since the sandbox started. Open a thread to export it, or write something first."
        raise Refused("nothing_to_export", status=404, message=about)
    place = "a direct message" if channel["is_im"] else f"#{channel['name']}"
    name = re.sub(r"\W+", "_", "a_direct_message" if channel["is_im"] else channel["name"].lower()).strip("_")
    head = HEAD.format(
        title=f"A conversation in {place}.", name=f"conversation_in_{name}", doc="What was said is answered."
    )
    return head + "".join(f"    {line}\n" for line in script.lines)


def _steps(slack: LocalSlack, channel: Json, thread: str | None) -> Iterator[tuple[float, str, Any]]:
    """(when, kind, what) of everything in the conversation, in no order."""
    posted = [one for one in slack.workspace.messages(channel["id"]) if thread in (None, _root(one))]
    acts = [
        (datetime.fromisoformat(entry["at"]).timestamp(), {**entry["arguments"], "user": user["id"]})
        for entry in slack.journal.entries
        if entry["kind"] == "act" and "error" not in entry
        if (user := slack.workspace.user(str(entry["arguments"].get("user"))))
        and _is_told(slack, channel, entry["arguments"])
    ]
    began = min((at for at, given in acts if _is_here(slack, channel, thread, given)), default=None)
    if thread is None:
        posted = [one for one in posted if began is not None and float(one["ts"]) >= began]
    people, spoken = set(), set()
    for at, given in acts:
        if began is None or at < began:
            continue
        if given["do"] == "message":
            if (given.get("thread_ts") or None) not in (None, thread) and thread:
                continue
            message = next((one for one in posted if one["ts"] not in spoken and _is_it(one, given, at)), None)
            if message is None and thread:
                continue
            ts = message["ts"] if message else None
            spoken.add(ts)
            text = _typed(message["text"]) if message and "edited" not in message else given["text"]
            more = {"reply_broadcast": True} if given.get("reply_broadcast") else {}
            people.add(given["user"])
            yield at, "said", _words(given["user"], text, ts, given.get("thread_ts"), more)
        elif _is_here(slack, channel, thread, given) or (given["do"] not in AIMED and given["user"] in people):
            people.add(given["user"])
            yield at, "did", given
    for message in posted:
        if message.get("bot_id") == slack.workspace.bot["bot_id"]:
            edited = float(message["edited"]["ts"]) if "edited" in message else 0
            if edited:  # something in between may have been what changed it
                yield float(message["ts"]), "came", message
            yield max(edited, float(message["ts"])), "shown", message
        elif message["ts"] not in spoken and not message.get("bot_id") and message.get("user") != "USLACKBOT":
            root = message.get("thread_ts") if _root(message) != message["ts"] else None
            yield (
                float(message["ts"]),
                "said",
                _words(message["user"], _typed(message["text"]), message["ts"], root),
            )
    for entry in slack.workspace.state["ephemerals"]:
        is_here = entry["channel"] == channel["id"] and thread in (None, entry.get("thread_ts"))
        if is_here and entry["user"] in people and float(entry["ts"]) >= (began or 0):
            yield float(entry["ts"]), "shown", {**entry, "is_private_to": entry["user"]}


def _words(user: str, text: str, ts: str | None, root: str | None, more: Json | None = None) -> Json:
    return {"user": user, "text": text, "ts": ts, "root": root, "more": more or {}}


def _is_told(slack: LocalSlack, channel: Json, given: Json) -> bool:
    """An act that a test can repeat, in this channel or in no channel at all."""
    if given.get("do") in (None, *SEEN_ONLY):
        return False
    if given["do"] == "message" and not isinstance(given.get("text"), str):
        return False
    return not given.get("channel") or _is_channel(slack, channel, given)


def _is_channel(slack: LocalSlack, channel: Json, given: Json) -> bool:
    name, user = str(given["channel"]), slack.workspace.user(str(given["user"]))
    if channel["is_im"]:
        is_mine = user is not None and channel.get("user") == user["id"]
        return name == channel["id"] or (name == "dm" and is_mine)
    return name.removeprefix("#") in (channel["id"], channel["name"])


def _is_here(slack: LocalSlack, channel: Json, thread: str | None, given: Json) -> bool:
    if not given.get("channel") or not _is_channel(slack, channel, given):
        return False
    if thread is None or given["do"] == "message":
        return True
    message = slack.workspace.message(channel["id"], str(given.get("message_ts")))
    return message is not None and _root(message) == thread


def _is_it(message: Json, given: Json, at: float) -> bool:
    """Whether this act posted this message."""
    root = message.get("thread_ts") if message.get("thread_ts") != message["ts"] else None
    is_then = at <= float(message["ts"]) < at + SPOKEN_WITHIN_SECONDS
    return is_then and message.get("user") == given["user"] and root == (given.get("thread_ts") or None)


def _root(message: Json) -> str:
    return str(message.get("thread_ts", message["ts"]))


def _homes(slack: LocalSlack) -> set[str]:
    return {home["id"] for home in slack.workspace.state["homes"].values()}


def _is_only_button(message: Json | None, given: Json) -> bool:
    """A button that its action_id alone finds: its value may name a record of this run."""
    elements = [one for block in (message or {}).get("blocks", []) for one in elements_of(block)]
    found = [one for one in elements if one.get("action_id") == given.get("action_id")]
    return len(found) == 1 and found[0]["type"] == "button"


def _typed(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words[:60] or "an answer"

"""A company in the sandbox, as a test sees it: people say and click things, and it waits for what they see."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

Seen = TypeVar("Seen")
PATIENCE_S = 60  # a wait ends as soon as the thing is there; this only bounds a failure
BOT = "UFRONTLINE"


class NeverHappened(AssertionError):
    """What the test waited for was not seen in time."""


class Company:
    """The sandbox at one address."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    # What people do

    def act(self, do: str, **fields: Any) -> dict[str, Any]:
        """One thing that a person does; the sandbox's answer, whatever it is."""
        return self._post("/sandbox/act", {"do": do, **fields})

    def say(self, user: str, channel: str, text: str, **fields: Any) -> dict[str, Any]:
        """Post a message as a person; the message."""
        answer = self.act("message", user=user, channel=channel, text=text, **fields)
        assert answer["ok"], answer
        message: dict[str, Any] = answer["message"]
        return message

    def ask(self, user: str, question: str, channel: str = "C0ASK") -> dict[str, Any]:
        """Mention the bot with a question and wait for its one answer in the thread."""
        message = self.say(user, channel, f"<@{BOT}> {question}")
        return self.replies(channel, message["ts"], 1)[0]

    def click(self, user: str, message: dict[str, Any], action_id: str, **fields: Any) -> dict[str, Any]:
        """Click a button of a message as a person."""
        channel = fields.pop("channel", None) or message.get("channel") or "C0ASK"
        return self.act("click", user=user, channel=channel, message_ts=message["ts"], action_id=action_id, **fields)

    def fault(self, fault: str, **fields: Any) -> dict[str, Any]:
        """Make something go wrong."""
        return self._post("/sandbox/faults", {"fault": fault, **fields})

    # What people see

    def state(self, user: str | None = None) -> dict[str, Any]:
        return self._get("/sandbox/state" + (f"?user={user}" if user else ""))

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """What the bot has said in a thread."""
        return [m for m in self.messages(channel) if m.get("thread_ts") == ts and m["ts"] != ts and _is_bots(m)]

    def direct(self, user: str) -> list[dict[str, Any]]:
        """What the bot has said to a person directly, oldest first."""
        channel = self.direct_channel(user)
        return [m for m in self.messages(channel) if _is_bots(m)] if channel else []

    def direct_channel(self, user: str) -> str | None:
        """The id of a person's direct messages with the bot."""
        return next((c["id"] for c in self.state()["channels"] if c.get("is_im") and c.get("user") == user), None)

    def private(self, user: str) -> list[dict[str, Any]]:
        """The messages that only this person can see."""
        return [e for e in self.state()["ephemerals"] if e["user"] == user]

    def view(self, user: str) -> dict[str, Any] | None:
        """The form on top of this person's screen."""
        stack = self.state()["views"].get(user) or []
        return stack[-1] if stack else None

    def home(self, user: str) -> dict[str, Any] | None:
        view: dict[str, Any] | None = self.state()["homes"].get(user)
        return view

    def replies(self, channel: str, ts: str, count: int) -> list[dict[str, Any]]:
        """Wait until the bot has said so much in a thread."""

        def enough() -> list[dict[str, Any]] | None:
            said = self.thread(channel, ts)
            return said if len(said) >= count else None

        return self.until(enough, f"{count} replies in {channel} {ts}")

    def until(self, look: Callable[[], Seen | None], what: str, patience_s: float = PATIENCE_S) -> Seen:
        """Look again after each thing that happens, until there is something to see."""
        deadline = time.monotonic() + patience_s
        since = self.now()
        while True:
            seen = look()
            if seen:
                return seen
            if time.monotonic() > deadline:
                raise NeverHappened(what)
            since = self.journal(since, wait=2)["next"]

    def quiet(self) -> None:
        """Wait until the bot has dealt with everything before: it answers in order within a direct message."""
        message = self.say("UKIRA", "dm", "help")
        self.until(lambda: self.thread(message["channel"], message["ts"]), "an answer to a last question")

    # What went over the wire

    def now(self) -> int:
        """The number that the next journal entry will have."""
        following: int = self.journal(10**9)["next"]
        return following

    def journal(self, since: int = 0, wait: float = 0) -> dict[str, Any]:
        return self._get(f"/sandbox/journal?since={since}&wait={wait}")

    def calls(self, method: str, since: int = 0) -> list[dict[str, Any]]:
        """The bot's calls of one method."""
        entries = self.journal(since)["entries"]
        return [e for e in entries if e["kind"] == "call" and e["method"] == method]

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """Everything said in a channel, oldest first."""
        return [{**m, "channel": channel} for m in self.state()["messages"].get(channel, [])]

    def _get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def _is_bots(message: dict[str, Any]) -> bool:
    return bool(message.get("bot_id")) or message.get("user") == BOT


def words(thing: Any) -> str:
    """Every text in a message, a view or a block, in reading order."""
    if isinstance(thing, dict):
        own = thing.get("text") if isinstance(thing.get("text"), str) else ""
        rest = [words(v) for k, v in thing.items() if k != "metadata" and not (k == "text" and isinstance(v, str))]
        return "\n".join(part for part in (own, *rest) if part)
    if isinstance(thing, list):
        return "\n".join(part for part in map(words, thing) if part)
    return ""


def actions(thing: Any, action_id: str) -> list[dict[str, Any]]:
    """Every element with this action id in a message or a view."""
    if isinstance(thing, dict):
        own = [thing] if thing.get("action_id") == action_id else []
        return own + [found for value in thing.values() for found in actions(value, action_id)]
    if isinstance(thing, list):
        return [found for value in thing for found in actions(value, action_id)]
    return []

"""A local Slack for tests: people say and press things, and the test waits for what they see.

>>> with sandbox("manifest.json") as slack:  # doctest: +SKIP
...     said = slack.say("ana", "general", f"<@{slack.bot}> hello")
...     answer = slack.replies(said["channel"], said["ts"], 1)
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Seen = TypeVar("Seen")
PATIENCE_S = 60  # a wait ends as soon as the thing is there; this only bounds a failure


class NeverHappened(AssertionError):
    """What the test waited for was not seen in time."""


@contextmanager
def sandbox(manifest: Path | str, *options: Path | str) -> Iterator[Slack]:
    """A sandbox as a process of its own, on a free port and in memory unless the options say otherwise.

    Args:
        manifest: the file with the app's manifest, JSON or YAML.
        options: further ones of ``python -m sandbox``, such as ``"--seed", "company.yaml"``.

    Raises:
        RuntimeError: it did not start; it says why on standard error.
    """
    command = [sys.executable, "-m", "sandbox", "--manifest", manifest, "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            if "http://" not in line:
                raise RuntimeError("The sandbox did not start; it says why on standard error.")
            yield Slack(line.split()[-1])
        finally:
            process.terminate()


class Slack:
    """The sandbox at one address. People are named by id, handle or name; channels by id or name."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    @property
    def api_url(self) -> str:
        """The base URL for the app's Web API client."""
        return f"{self.address}/api/"

    @property
    def bot(self) -> str:
        """The user id of the app's bot."""
        return str(self.state()["bot"]["user_id"])

    # What people do

    def act(self, do: str, **fields: Any) -> dict[str, Any]:
        """One thing that a person does (see "Acts" in docs/sandbox.md); the sandbox's answer, whatever it is."""
        return self._post("/sandbox/act", {"do": do, **fields})

    def say(self, user: str, channel: str, text: str, **fields: Any) -> dict[str, Any]:
        """Post a message as a person; ``channel`` may be ``dm``. The message, with its channel's id.

        Raises:
            AssertionError: Slack would not have let them.
        """
        answer = self.act("message", user=user, channel=channel, text=text, **fields)
        assert answer["ok"], answer
        message: dict[str, Any] = answer["message"]
        return message

    def click(self, user: str, message: dict[str, Any], action_id: str, **fields: Any) -> dict[str, Any]:
        """Click a button of a message as a person."""
        fields = {"channel": message["channel"], **fields} if "channel" in message else fields
        return self.act("click", user=user, message_ts=message["ts"], action_id=action_id, **fields)

    def fault(self, fault: str, **fields: Any) -> dict[str, Any]:
        """Make something go wrong (see "Faults" in docs/sandbox.md)."""
        return self._post("/sandbox/faults", {"fault": fault, **fields})

    # What people see

    def state(self, user: str | None = None) -> dict[str, Any]:
        """The whole workspace, or what one person sees of it."""
        return self._get("/sandbox/state", user=user or "")

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """Everything said in a channel (by id), oldest first."""
        return [{**m, "channel": channel} for m in self.state()["messages"].get(channel, [])]

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """What the app has said in a thread."""
        state = self.state()
        bots = [m for m in state["messages"].get(channel, []) if _is_of(state["bot"], m)]
        return [{**m, "channel": channel} for m in bots if m.get("thread_ts") == ts and m["ts"] != ts]

    def private(self, user: str) -> list[dict[str, Any]]:
        """The messages that only this person (by id) can see."""
        return [one for one in self.state()["ephemerals"] if one["user"] == user]

    def view(self, user: str) -> dict[str, Any] | None:
        """The form on top of this person's screen."""
        stack = self.state()["views"].get(user) or []
        return stack[-1] if stack else None

    def home(self, user: str) -> dict[str, Any] | None:
        """The app's Home tab as this person last saw it."""
        view: dict[str, Any] | None = self.state()["homes"].get(user)
        return view

    def replies(self, channel: str, ts: str, count: int) -> list[dict[str, Any]]:
        """Wait until the app has said so much in a thread."""

        def enough() -> list[dict[str, Any]] | None:
            said = self.thread(channel, ts)
            return said if len(said) >= count else None

        return self.until(enough, f"{count} replies in {channel} {ts}")

    def connected(self) -> None:
        """Wait until the app is there."""
        self.until(lambda: self.state()["connected"], "the app to connect")

    def until(self, look: Callable[[], Seen | None], what: str, patience_s: float = PATIENCE_S) -> Seen:
        """Look again after each thing that happens, until there is something to see.

        Raises:
            NeverHappened: there was nothing in time.
        """
        deadline = time.monotonic() + patience_s
        since = self.now()
        while True:
            seen = look()
            if seen:
                return seen
            if time.monotonic() > deadline:
                raise NeverHappened(what)
            since = self.journal(since, wait=2)["next"]

    # What went over the wire

    def now(self) -> int:
        """The number that the next journal entry will have."""
        following: int = self.journal(10**9)["next"]
        return following

    def journal(self, since: int = 0, wait: float = 0) -> dict[str, Any]:
        """Calls, envelopes and acts since an entry; waits so many seconds for the first."""
        return self._get("/sandbox/journal", since=since, wait=wait)

    def calls(self, method: str, since: int = 0) -> list[dict[str, Any]]:
        """The app's calls of one method."""
        entries = self.journal(since)["entries"]
        return [e for e in entries if e["kind"] == "call" and e["method"] == method]

    def dialogue(self, channel: str) -> str:
        """What was done in a channel, as a test in Python."""
        return str(self._get("/sandbox/dialogue", channel=channel)["python"])

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        return _answer(urllib.request.Request(f"{self.address}{path}?{urllib.parse.urlencode(query)}"))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        return _answer(urllib.request.Request(self.address + path, json.dumps(body).encode(), headers))


def _answer(request: urllib.request.Request) -> dict[str, Any]:
    direct = urllib.request.ProxyHandler({})  # whatever proxy this machine uses, the sandbox is not behind it
    with urllib.request.build_opener(direct).open(request, timeout=PATIENCE_S) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _is_of(bot: dict[str, Any], message: dict[str, Any]) -> bool:
    return bool(message.get("bot_id") == bot["bot_id"] or message.get("user") == bot["user_id"])

"""The journal: every API call, envelope and act in order, to be read or waited for."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from datetime import UTC, datetime
from typing import Any

from sandbox.arguments import Json

KEPT = 20_000


class Journal:
    """Entries numbered from 1, and which act caused what.

    A call belongs to the act whose trigger or response_url it uses, else to the last act in its thread or
    direct message, else to the last act of all: the best that can be told from outside the app.
    """

    def __init__(self) -> None:
        self.entries: deque[Json] = deque(maxlen=KEPT)
        self.last = 0
        self._news = asyncio.Event()
        self._acts = itertools.count(1)
        self._latest: str | None = None
        self._causes: dict[str, str] = {}

    def add(self, kind: str, **about: Any) -> Json:
        self.last += 1
        entry: Json = {"n": self.last, "kind": kind, "at": datetime.now(UTC).isoformat(), **about}
        self.entries.append(entry)
        self._news.set()
        self._news = asyncio.Event()
        return entry

    async def read(self, since: int, seconds: float) -> Json:
        """Entries after `since`, waiting up to `seconds` for the first."""
        if self.last <= since and seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        fresh = list(itertools.islice(reversed(self.entries), max(0, self.last - since)))
        return {"ok": True, "next": self.last, "entries": fresh[::-1]}

    def begin_act(self) -> str:
        self._latest = f"A{next(self._acts)}"
        return self._latest

    def remember(self, act: str | None, *marks: str) -> None:
        """These triggers, response_urls or places (`channel:ts`) belong to the act."""
        if act:
            self._causes.update(dict.fromkeys(marks, act))
            while len(self._causes) > KEPT:
                del self._causes[next(iter(self._causes))]

    def cause(self, arguments: Json, *more: str) -> str | None:
        """The act behind a call with these arguments; `more` are marks it is known by."""
        channel = arguments.get("channel") or arguments.get("channel_id")
        marks = (
            *more,
            arguments.get("trigger_id"),
            f"{channel}:{arguments.get('thread_ts')}",
            f"{channel}:{arguments.get('ts') or arguments.get('timestamp')}",
            arguments.get("view_id"),
            channel if isinstance(channel, str) and channel[:1] in "DU" else None,
            arguments.get("user_id") or arguments.get("user"),
        )
        known = (self._causes[mark] for mark in marks if isinstance(mark, str) and mark in self._causes)
        return next(known, self._latest)

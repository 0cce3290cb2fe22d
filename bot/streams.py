"""Answers that are shown sentence by sentence while they are written; the outbox then makes them whole.

A stream is only an early look. The answer that is kept and its row in the outbox are what holds: the row carries the
stream's ts, and the outbox ends the stream and puts the whole answer in its place. A stream that a crash cut off is
found again by what it lacks: every other message of ours carries the key of its row.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.outbox import METADATA_EVENT, Outbox
from bot.delivery.slack_errors import FAILURES, code_of

log = logging.getLogger(__name__)

MOST_TAKEN = 1_000
STARTS, PER_S = 20, 60  # Slack allows so many; beyond them an answer comes in one piece


class Place(NamedTuple):
    """Where an answer is awaited, by whom, and from whom."""

    channel: str
    thread_ts: str
    user: str
    team: str
    bot: str


class Streams:
    """Begins streams, as many as Slack allows, and finds those that were cut off."""

    def __init__(self, slack: AsyncWebClient, outbox: Outbox, clock: Callable[[], float] = time.monotonic) -> None:
        """``slack`` must not retry by itself: a second start would be a second message."""
        self.slack = slack
        self._outbox = outbox
        self._clock = clock
        self._starts: deque[float] = deque(maxlen=STARTS)  # when the last ones began
        self.taken: deque[str] = deque(maxlen=MOST_TAKEN)  # the ts of the streams that are somebody's

    def at(self, place: Place, ts: str | None = None) -> "Stream":
        """A stream; one that was cut off shows no more, and is only ended."""
        return Stream(self, place, ts)

    def may_start(self) -> bool:
        """Whether one more may begin now, which counts as begun; nobody waits for it, nor has to."""
        now = self._clock()
        if len(self._starts) == STARTS and now - self._starts[0] < PER_S:
            return False
        self._starts.append(now)
        return True

    async def cut_off(self, place: Place, after: str) -> str | None:
        """The ts of a message in the thread that a stream left unfinished, which is the caller's from now on.

        Args:
            after: the ts of the question.
        """
        cursor = ""
        # A workspace may keep metadata from us; our rows know the finished messages then.
        known = await self._outbox.posted(place.channel, place.thread_ts)
        try:
            while True:
                page = await self.slack.conversations_replies(
                    channel=place.channel, ts=place.thread_ts, limit=200, cursor=cursor, include_all_metadata=True
                )
                for message in page["messages"]:
                    ts, metadata = str(message["ts"]), message.get("metadata") or {}
                    is_ours = message.get("user") == place.bot and metadata.get("event_type") != METADATA_EVENT
                    if is_ours and ts > after and ts not in self.taken and ts not in known:
                        self.taken.append(ts)
                        return ts
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    return None
        except FAILURES as error:
            log.warning("a stream that may have been cut off can't be looked for: %s", _name(error))
            return None


class Stream:
    """One message that grows by sentences, from when the first one is there."""

    def __init__(self, streams: Streams, place: Place, ts: str | None) -> None:
        self._streams = streams
        self._place = place
        self._ts = ts
        self._is_unsure = False
        self._came: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> "Stream":
        self._relaying = asyncio.create_task(self._relay())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            await self.take_back()

    async def take_back(self) -> None:
        """Remove the early look, for there will be no answer to put in its place."""
        if ts := await self.end():
            for call in (self._streams.slack.chat_stopStream, self._streams.slack.chat_delete):
                try:
                    await call(channel=self._place.channel, ts=ts)
                except FAILURES as failure:
                    log.warning("a stream could not be taken back: %s", _name(failure))

    def show(self, words: str) -> None:
        """Add a sentence, in escaped Markdown; any thread may call."""
        self._loop.call_soon_threadsafe(self._came.put_nowait, words)

    async def end(self) -> str | None:
        """The ts of the message, still open, once all has been said; None when nothing is seen of it."""
        self._loop.call_soon_threadsafe(self._came.put_nowait, None)  # behind all that was shown
        await self._relaying
        if self._ts is None and self._is_unsure:
            self._ts = await self._streams.cut_off(self._place, self._place.thread_ts)
        return self._ts

    async def _relay(self) -> None:
        """Say what comes, until nothing more does; a stream that fails shows no more, and loses nothing."""
        is_shown = self._ts is None
        while (words := await self._came.get()) is not None:
            is_shown = is_shown and (self._ts is not None or self._streams.may_start())
            if not is_shown:
                continue
            try:
                await self._say(words)
            except FAILURES as error:
                log.info("a stream shows no more: %s", _name(error))
                # What Slack has not refused may stand, though we were not told under which ts.
                self._is_unsure = not isinstance(error, SlackApiError)
                is_shown = False

    async def _say(self, words: str) -> None:
        slack = self._streams.slack
        if self._ts is None:
            started = await slack.chat_startStream(
                channel=self._place.channel,
                thread_ts=self._place.thread_ts,
                recipient_user_id=self._place.user,
                recipient_team_id=self._place.team,
                chunks=_chunks(words),
            )
            self._ts = str(started["ts"])
            self._streams.taken.append(self._ts)
        else:
            await slack.chat_appendStream(channel=self._place.channel, ts=self._ts, chunks=_chunks(f" {words}"))


def _chunks(words: str) -> list[dict[str, Any]]:
    return [{"type": "markdown_text", "text": words}]


def _name(error: BaseException) -> str:
    return code_of(error) or type(error).__name__

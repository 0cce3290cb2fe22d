"""What we post, each row seen once.

A row is claimed and posted with its key in the message's metadata; where nobody can know whether Slack took the post,
it is read back before it is tried again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import aiohttp
from aiolimiter import AsyncLimiter
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Update, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.delivery import Clock
from bot.delivery.holders import HERE, LEASE, has_ended
from bot.delivery.slack_errors import (
    FAILURES,
    GONE,
    LOST_STREAM,
    NO_ANSWER,
    NO_REPLY,
    NO_SUCH_BLOCKS,
    NO_TOKEN,
    NOT_YET,
    SHARED,
    UNKNOWN,
    code_of,
    explained,
    may_pass,
    status_of,
)
from bot.records.database import Database
from bot.records.tables import Post

log = logging.getLogger(__name__)
IsShared = Callable[[str], Awaitable[bool | None]]
PATIENCE = timedelta(hours=24)  # with a Slack that never says whether it took a post
METADATA_EVENT = "frontline_post"
PICTURE_TRIES = 4  # Slack shows a picture only some seconds after it has taken it
PICTURE_PAUSE = timedelta(seconds=2)
TOKEN_PAUSE = timedelta(minutes=1)
CALLED_OFF = "called off"
NO_PARENT = "the post above it was not taken"
STAYS_HERE = ("answer:", "reply:referral:")  # keys of the posts of rank ANSWER that say what the company knows


class Rank(IntEnum):
    """What goes first when there is more to post than Slack takes."""

    ANSWER = 0
    CARD = 1
    DIGEST = 2


class Outbox:
    """Posts each row exactly once, answers before cards before digests, and within those in order.

    A post whose outcome is unknown lets the ones behind it go first. Several processes may post from one database.
    """

    def __init__(self, database: Database, slack: AsyncWebClient, clock: Clock, is_shared: IsShared) -> None:
        """``slack`` must not retry by itself: a retry after an unknown outcome is how posts get doubled.

        Args:
            is_shared: whether people of other companies read a channel, where no card, digest, answer or owner's reply
                goes; None for unknown.
        """
        self._database = database
        self._slack = slack
        self._clock = clock
        self._is_shared = is_shared
        self._paces: dict[str, AsyncLimiter] = {}
        self._busy: set[str] = set()
        self._paused: dict[str, datetime] = {}  # channels that Slack wants left alone, and until when
        self._sending: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False

    async def put(
        self,
        session: AsyncSession,
        *,
        key: str,
        channel: str,
        text: str,
        blocks: list[dict[str, Any]] | None = None,
        thread_ts: str | None = None,
        thread_of: str | None = None,
        picture: bytes | None = None,
        stream_ts: str | None = None,
        rank: Rank = Rank.ANSWER,
        fallback_user: str | None = None,
    ) -> None:
        """Write a post down within the caller's transaction; a key that is there already changes nothing.

        Args:
            channel: a channel id, or a user id for a direct message.
            thread_of: the key of the post whose thread it goes to, which has to be posted first.
            stream_ts: a stream in the same place that the post ends, and takes the place of.
            picture: a PNG, shown by the image block among ``blocks`` that names no file.
            fallback_user: told by direct message when the channel refuses the post for good.
        """
        if await session.scalar(select(Post.id).where(Post.key == key)) is not None:
            return
        session.add(
            Post(
                key=key,
                channel=channel,
                thread_ts=thread_ts,
                thread_of=thread_of,
                text=text,
                blocks=blocks or [],
                picture=picture,
                ts=stream_ts,
                rank=int(rank),
                state="pending",
                fallback_user=fallback_user,
                due_at=self._clock(),
                created_at=self._clock(),
            )
        )

    async def call_off(self, session: AsyncSession, key: str) -> None:
        """Never post what is still waiting; what Slack may have already stays."""
        waits = update(Post).where(Post.key == key, Post.state == "pending")
        await session.execute(waits.values(state="failed", error=CALLED_OFF))

    async def posted(self, channel: str, thread_ts: str) -> set[str]:
        """The ts of what stands in a thread by a row of ours."""
        rows = select(Post.ts).where(Post.channel == channel, Post.thread_ts == thread_ts, Post.ts.is_not(None))
        async with self._database.read() as session:
            return {ts for ts in await session.scalars(rows) if ts}

    def wake(self) -> None:
        """There is something new to post."""
        self._woken.set()

    async def run(self) -> None:
        """Post until stopped. Rows that a process was sending when it ended are read back first."""
        has_taken_over = False
        while not self._stopping:
            self._woken.clear()
            try:
                if not has_taken_over:
                    await self._take_over()
                    has_taken_over = True
                pause_s = 0.25 if await self._start_what_is_due() else 60
            except SQLAlchemyError:
                log.exception("the outbox waits: the database did not answer")
                pause_s = 5
            try:
                await asyncio.wait_for(self._woken.wait(), pause_s)
            except TimeoutError:
                continue
        await asyncio.gather(*self._sending, return_exceptions=True)

    def stop(self) -> None:
        """Finish what is being posted and leave the rest for the next start."""
        self._stopping = True
        self._woken.set()

    async def _take_over(self) -> None:
        """End the leases of processes that are known to be gone."""
        async with self._database.write() as session:
            being_sent = update(Post).where(Post.state == "sending")
            holders = await session.scalars(select(Post.holder).where(Post.state == "sending").distinct())
            ended = [holder for holder in holders if holder is None or has_ended(holder)]
            theirs = or_(Post.holder.in_(ended), Post.holder.is_(None))
            await session.execute(being_sent.where(theirs).values(lease_until=self._clock()))

    async def _start_what_is_due(self) -> bool:
        """Begin every post that may go now; returns whether any has to wait."""
        above = aliased(Post)
        async with self._database.read() as session:
            rows = list(
                await session.execute(
                    select(Post.id, Post.channel, Post.state, Post.due_at, Post.lease_until)
                    .outerjoin(above, above.key == Post.thread_of)
                    .where(Post.state.in_(("pending", "sending")))
                    .where(Post.thread_of.is_(None) | above.ts.is_not(None))
                    .order_by(Post.rank, Post.id)
                )
            )
        now = self._clock()
        for row in rows:
            pace = self._paces.setdefault(row.channel, AsyncLimiter(10, 10))
            is_claimed = row.state == "sending" and row.lease_until is not None and row.lease_until > now
            is_paused = self._paused.get(row.channel, now) > now
            if row.channel in self._busy or is_paused or is_claimed or row.due_at > now or not pace.has_capacity():
                continue
            self._busy.add(row.channel)
            await pace.acquire()  # has capacity, so this does not wait
            task = asyncio.create_task(self._send(row.id, row.channel))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return bool(rows)

    async def _send(self, post_id: int, channel: str) -> None:
        try:
            claim = await self._claim(post_id)
            if claim is not None:
                post, is_unsure = claim
                await self._post_once(post, is_unsure)
        except SQLAlchemyError:
            log.exception("post %s stays in the outbox: the database did not answer", post_id)
        finally:
            self._busy.discard(channel)
            self._woken.set()

    async def _claim(self, post_id: int) -> tuple[Post, bool] | None:
        now = self._clock()
        async with self._database.write() as session:
            post = await session.get(Post, post_id, with_for_update=True)
            if post is None or post.state not in ("pending", "sending"):
                return None
            is_unsure = post.state == "sending"
            if is_unsure and post.lease_until is not None and post.lease_until > now:
                return None
            if post.thread_of is not None and post.thread_ts is None:
                post.thread_ts = await session.scalar(select(Post.ts).where(Post.key == post.thread_of))
            post.state = "sending"
            post.attempts += 1
            post.fence += 1
            post.holder = HERE
            post.lease_until = now + LEASE
        return post, is_unsure

    async def _post_once(self, post: Post, is_unsure: bool) -> None:
        not_taken = "sending" if is_unsure else "pending"  # an earlier try may stand, whatever becomes of this one
        stays_here = post.rank > Rank.ANSWER or post.key.startswith(STAYS_HERE)
        if stays_here and post.channel.startswith(("C", "G")):
            is_shared = await self._is_shared(post.channel)
            if is_shared is None:
                await self._later(post, not_taken, self._backoff(post), "unknown who reads the channel")
                return
            if is_shared:
                log.error("post %s stays here: people of another company read its channel", post.id)
                await self._give_up(post, SHARED)
                return
        try:
            conversation = await self._conversation(post)
            if is_unsure and (ts := await self._read_back(post, conversation)):
                await self._settle(post, state="sent", ts=ts, posted_in=conversation, sent_at=self._clock(), error=None)
                return
            if post.picture is not None and post.picture_file is None:
                await self._upload(post)
            content: dict[str, Any] = {
                "channel": conversation,
                "text": post.text,
                "blocks": _with_picture(post.blocks, post.picture_file) or None,
                "metadata": {"event_type": METADATA_EVENT, "event_payload": _told_by(post)},
            }
            if post.ts is not None:
                await self._end_stream(conversation, post.ts)
                answer = await self._slack.chat_update(ts=post.ts, **content)
            else:
                answer = await self._slack.chat_postMessage(
                    thread_ts=post.thread_ts, unfurl_links=False, unfurl_media=False, **content
                )
        except SlackApiError as error:
            await self._refused(post, error, not_taken)
        except aiohttp.ClientConnectorError:
            await self._later(post, not_taken, self._backoff(post), "no connection to Slack")
        except NO_REPLY as error:
            await self._later(post, "sending", self._backoff(post), f"unknown outcome: {type(error).__name__}")
        else:
            await self._settle(
                post, state="sent", ts=answer["ts"], posted_in=answer["channel"], sent_at=self._clock(), error=None
            )

    async def _end_stream(self, conversation: str, ts: str) -> None:
        """Nothing but its end lets a stream be changed; that it has ended already is as good."""
        try:
            await self._slack.chat_stopStream(channel=conversation, ts=ts)
        except SlackApiError as error:
            if code_of(error) != "message_not_in_streaming_state":
                raise

    async def _upload(self, post: Post) -> None:
        """Hand Slack the picture, which nobody sees until the post shows it. A picture that is refused is left out."""
        assert post.picture is not None
        try:
            answer = await self._slack.files_upload_v2(content=post.picture, filename="picture.png")
            post.picture_file = str(answer["file"]["id"])
        except SlackApiError as error:
            if may_pass(error):
                raise
            log.warning("post %s goes without its picture: %s", post.id, code_of(error))
            post.picture = None
        except SlackRequestError:
            log.warning("post %s goes without its picture: the upload was not taken", post.id)
            post.picture = None
        await self._settle(post, picture=post.picture, picture_file=post.picture_file)

    async def _conversation(self, post: Post) -> str:
        """The id to post and to read back in: a person's direct message is opened first."""
        if not post.channel.startswith(("U", "W")):
            return post.channel
        opened = await self._slack.conversations_open(users=post.channel)
        return str(opened["channel"]["id"])

    async def _read_back(self, post: Post, conversation: str) -> str | None:
        """The ts of the post if Slack has it already."""
        cursor = ""
        try:
            for _ in range(5):
                if post.thread_ts:
                    page = await self._slack.conversations_replies(
                        channel=conversation, ts=post.thread_ts, limit=200, cursor=cursor, include_all_metadata=True
                    )
                else:
                    page = await self._slack.conversations_history(
                        channel=conversation, limit=200, cursor=cursor, include_all_metadata=True
                    )
                for message in page["messages"]:
                    if ((message.get("metadata") or {}).get("event_payload") or {}) == _told_by(post):
                        return str(message["ts"])
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    break
        except SlackApiError as error:
            if may_pass(error):
                raise
            log.warning("post %s can't be read back (%s); it is posted again", post.id, code_of(error))
        return None

    async def _refused(self, post: Post, error: SlackApiError, not_taken: str) -> None:
        status, code = status_of(error), code_of(error)
        if status == 429 or code in NOT_YET:
            wait = timedelta(seconds=float((error.response.headers or {}).get("Retry-After", 1)))
            self._paused[post.channel] = self._clock() + wait
            await self._later(post, not_taken, wait, code or "HTTP 429")
        elif code in NO_TOKEN:
            await self._later(post, not_taken, TOKEN_PAUSE, code)
        elif status >= 500 or code in UNKNOWN or not code:
            await self._later(post, "sending", self._backoff(post), f"unknown outcome: {code or f'HTTP {status}'}")
        elif post.ts is not None and code in LOST_STREAM:
            log.warning("post %s is posted anew: its stream was lost (%s)", post.id, code)
            with suppress(*FAILURES):
                await self._slack.chat_delete(channel=post.channel, ts=post.ts)
            await self._settle(post, state="pending", ts=None, due_at=self._clock())
        elif code == "streaming_state_conflict":
            await self._later(post, not_taken, self._backoff(post), code)
        elif code in NO_SUCH_BLOCKS and post.picture_file is not None:
            if post.attempts >= PICTURE_TRIES:
                log.warning("post %s goes without its picture: %s", post.id, code)
                await self._settle(post, picture=None, picture_file=None)
            await self._later(post, not_taken, PICTURE_PAUSE, f"the picture is not ready: {code}")
        else:
            log.error("post %s was refused for good: %s", post.id, code)
            await self._give_up(post, code)

    async def _give_up(self, post: Post, code: str) -> None:
        """The end of the post, and in the same transaction what is said instead."""
        async with self._database.write() as session:
            await session.execute(_its_row(post).values(state="failed", error=code))
            children = update(Post).where(Post.thread_of == post.key, Post.state == "pending")
            if code in NO_SUCH_BLOCKS and post.blocks:
                await session.execute(children.values(thread_of=f"{post.key}:plain"))
            else:
                await session.execute(children.values(state="failed", error=NO_PARENT))
            if code in GONE:
                pass  # whoever asked has deleted the question, and does not wait for an answer
            elif code in NO_SUCH_BLOCKS and post.blocks:
                await self._say_plainly(session, post)
            elif post.fallback_user is not None and post.fallback_user != post.channel:
                await self._tell_instead(session, post, post.fallback_user, code)
        self.wake()

    async def _say_plainly(self, session: AsyncSession, post: Post) -> None:
        """The post's words without its blocks, in the same place."""
        await self.put(
            session,
            key=f"{post.key}:plain",
            channel=post.channel,
            thread_ts=post.thread_ts,
            thread_of=post.thread_of,
            text=post.text,
            stream_ts=post.ts,
            rank=Rank(post.rank),
            fallback_user=post.fallback_user,
        )

    async def _tell_instead(self, session: AsyncSession, post: Post, user: str, code: str) -> None:
        """The post as a direct message."""
        opening = f"I could not post this where you asked ({explained(code)}), so here it is:"
        await self.put(
            session,
            key=f"{post.key}:instead",
            channel=user,
            text=f"{opening} {post.text}",
            blocks=[
                {"type": "section", "text": {"type": "plain_text", "text": opening}},
                *_with_picture(post.blocks, None),
            ][:50],
            rank=Rank(post.rank),
        )

    async def _later(self, post: Post, state: str, wait: timedelta, error: str) -> None:
        now = self._clock()
        if now - post.created_at > PATIENCE:
            log.error("post %s is given up after %s (%s)", post.id, PATIENCE, error)
            await self._give_up(post, NO_ANSWER)
            return
        log.warning("post %s waits %.1f s (%s)", post.id, wait.total_seconds(), error)
        await self._settle(post, state=state, due_at=now + wait, lease_until=now, error=error)

    async def _settle(self, post: Post, **values: Any) -> None:
        """Write the outcome down, unless a later claim has taken the post over."""
        async with self._database.write() as session:
            await session.execute(_its_row(post).values(**values))

    @staticmethod
    def _backoff(post: Post) -> timedelta:
        return timedelta(seconds=min(60.0, 0.25 * 2 ** min(post.attempts, 8)))


def _told_by(post: Post) -> dict[str, str]:
    """What a post is known by in Slack; those of earlier versions have no mark."""
    return {"key": post.key} | ({"mark": post.mark} if post.mark else {})


def _its_row(post: Post) -> Update:
    """The row of a claimed post, as long as no later claim has taken it over."""
    return update(Post).where(Post.id == post.id, Post.fence == post.fence)


def _with_picture(blocks: list[dict[str, Any]], file: str | None) -> list[dict[str, Any]]:
    """The blocks with the picture where its place is; without one, with what it would have shown, in words."""
    return [
        _shown(block, file) if block["type"] == "image" and "slack_file" not in block else block for block in blocks
    ]


def _shown(image: dict[str, Any], file: str | None) -> dict[str, Any]:
    if file is not None:
        return {**image, "slack_file": {"id": file}}
    return {"type": "context", "elements": [{"type": "plain_text", "text": image["alt_text"]}]}

"""What Slack hands over, each delivery handled once.

It is written down before it is acknowledged; what a crash left unhandled is handled at the next start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import Clock
from bot.delivery.holders import HERE, LEASE, has_ended
from bot.records.database import Database
from bot.records.tables import Delivery

log = logging.getLogger(__name__)

ALONE_WITHIN_S = 30
MOST_REPLAYS = 6  # a delivery that was begun this often and never finished is given up, in words
RENEW_EVERY_S = 10
BY_A_PERSON = (None, "file_share", "thread_broadcast", "me_message")  # subtypes of a message that somebody typed


def once_key(body: dict[str, Any]) -> tuple[str, str | None] | None:
    """What makes a delivery the same one: its key, and for a posted question also the post that it is about.

    None for what is asked rather than told (while somebody types) and needs no record.
    """
    kind = body.get("type")
    user = (body.get("user") or {}).get("id") if isinstance(body.get("user"), dict) else None
    if kind == "event_callback":
        event = body.get("event") or {}
        if event.get("type") == "message" and event.get("channel_type") != "im" and not _in_a_thread(event):
            return None
        is_question = event.get("type") == "app_mention" or (
            event.get("type") == "message" and event.get("channel_type") == "im" and event.get("subtype") in BY_A_PERSON
        )
        post = f"{event.get('channel')}:{event.get('ts')}" if is_question else None
        return f"event:{body.get('event_id')}", post
    if "command" in body:
        return f"command:{body.get('trigger_id')}", None
    if kind in ("shortcut", "message_action"):
        return f"shortcut:{body.get('trigger_id')}", None
    if kind == "block_actions":
        container = body.get("container") or {}
        place = container.get("message_ts") or container.get("view_id")
        action = (body.get("actions") or [{}])[0]
        if action.get("type") == "plain_text_input":
            return None
        return f"click:{user}:{place}:{action.get('action_id')}:{action.get('action_ts')}", None
    if kind in ("view_submission", "view_closed"):
        return f"{kind}:{(body.get('view') or {}).get('id')}", None
    return None


def _in_a_thread(event: dict[str, Any]) -> bool:
    """Only what is said in threads of channels can be a comment; of the rest, no copy is kept."""
    return any((event.get(name) or {}).get("thread_ts") for name in ("message", "previous_message")) or bool(
        event.get("thread_ts")
    )


class Inbox:
    """One row for each delivery, so that it is handled exactly once."""

    def __init__(self, database: Database, clock: Clock, holder: str | None = None) -> None:
        """``holder`` is what this process is called, by machine and number unless it is given."""
        self._database = database
        self._holder = holder or HERE
        self._clock = clock
        self._open: set[int] = set()
        self._all_done = asyncio.Event()
        self._all_done.set()

    def recorder(self, opens: Callable[[dict[str, Any]], bool]) -> Callable[..., Awaitable[BoltResponse | None]]:
        """The middleware that goes before authorization.

        Args:
            opens: whether a delivery opens a view. Its trigger id dies after three seconds and works once, so
                it goes straight on, before any database.
        """

        async def record(req: AsyncBoltRequest, next: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
            if "delivery_id" in req.context:  # handed back to the app by `replay`
                await next()
                return None
            keys = once_key(req.body)
            req.context["delivery_id"] = None
            if keys is not None and not opens(req.body):
                try:
                    delivery_id = await self._write_down(keys, req)
                except SQLAlchemyError:
                    log.exception("a delivery could not be written down; Slack will bring it again")
                    return BoltResponse(status=503)
                if delivery_id is None:
                    return BoltResponse(status=200)  # we have it already
                req.context["delivery_id"] = delivery_id
            await next()
            return None

        return record

    async def _write_down(self, keys: tuple[str, str | None], req: AsyncBoltRequest) -> int | None:
        row = Delivery(
            key=keys[0],
            subject=keys[1],
            body={name: value for name, value in req.body.items() if name != "token"},
            headers={name: list(values) for name, values in req.headers.items()},
            state="received",
            attempts=1,
            holder=self._holder,
            held_until=self._clock() + LEASE,
            received_at=self._clock(),
        )
        delivery_id = None
        try:
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                self._begin(delivery_id := row.id)  # before it is seen: `replay` would take it for left behind
        except IntegrityError:
            return None
        except SQLAlchemyError:
            self.let_go(delivery_id)
            raise
        return delivery_id

    async def done(self, delivery_id: int | None) -> None:
        """The delivery has had its visible outcome; it will never be handled again."""
        await self._finish(delivery_id, "done")

    async def settle(self, session: AsyncSession, delivery_id: int | None, state: str = "done") -> None:
        """Done, within the transaction that writes the outcome down: a crash right after it begins nothing again."""
        values = {"state": state, "done_at": self._clock()}
        await session.execute(update(Delivery).where(Delivery.id == delivery_id).values(values))

    async def release(self, delivery_id: int | None) -> None:
        """The person was told to correct something; the same form may come again."""
        if delivery_id is None:
            return
        async with self._database.write() as session:
            row = await session.get(Delivery, delivery_id)
            if row is not None:
                await session.delete(row)
        self._end(delivery_id)

    def let_go(self, delivery_id: int | None) -> None:
        """It can be neither handled nor told of now: `replay` takes it up again when the database is back."""
        if delivery_id is not None:
            self._end(delivery_id)

    async def replay(self, app: AsyncApp, give_up: Callable[[Delivery], Awaitable[None]]) -> int:
        """Handle what a process that has ended wrote down and did not finish; returns how many.

        Args:
            give_up: tells the person when a delivery was begun too often, and so probably kills the process.
        """
        async with self._database.read() as session:
            left = select(Delivery).where(Delivery.state == "received").order_by(Delivery.attempts, Delivery.id)
            rows = [row for row in await session.scalars(left) if self._is_left(row)]
        for row in rows:
            if row.attempts >= MOST_REPLAYS:
                log.error("delivery %s was begun %s times and never finished; given up", row.id, row.attempts)
                await give_up(row)
                await self._finish(row.id, "failed")
                continue
            if row.attempts > 1:  # it may be what kills us, and must not take others with it
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._all_done.wait(), ALONE_WITHIN_S)
            if not await self._claim(row):
                continue
            self._begin(row.id)
            request = AsyncBoltRequest(
                body=row.body,
                headers=row.headers,
                context={"delivery_id": row.id, "is_replay": True},
                mode="socket_mode",
            )
            response = await app.async_dispatch(request)
            if response.status != 200:
                log.error("delivery %s could not be handled again (status %s)", row.id, response.status)
        return len(rows)

    def _is_left(self, row: Delivery) -> bool:
        """Whether nobody handles it any more: its process has ended, or says nothing from another machine."""
        if row.id in self._open:
            return False
        return row.holder is None or row.held_until is None or has_ended(row.holder) or row.held_until < self._clock()

    async def _claim(self, row: Delivery) -> bool:
        """Take it over; False when another process was quicker."""
        untouched = (Delivery.id == row.id, Delivery.state == "received", Delivery.attempts == row.attempts)
        ours = {"attempts": row.attempts + 1, "holder": self._holder, "held_until": self._clock() + LEASE}
        async with self._database.write() as session:
            claimed = await session.execute(update(Delivery).where(*untouched).values(ours).returning(Delivery.id))
            return claimed.first() is not None

    async def keep(self, app: AsyncApp, give_up: Callable[[Delivery], Awaitable[None]]) -> None:
        """Until cancelled: say that what is open here is being handled, and take over what other processes left."""
        # Two tasks: taking over may wait for what is open here, which must not be taken from us meanwhile.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._renew))
            group.create_task(self._again_and_again(lambda: self.replay(app, give_up)))

    async def _again_and_again(self, act: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                await act()
            except SQLAlchemyError:
                log.exception("the inbox could not be looked through; tried again in %s s", RENEW_EVERY_S)

    async def _renew(self) -> None:
        if self._open:
            mine = update(Delivery).where(Delivery.id.in_(self._open)).values(held_until=self._clock() + LEASE)
            async with self._database.write() as session:
                await session.execute(mine)

    async def drained(self) -> None:
        """Wait until nothing is being handled."""
        await self._all_done.wait()

    async def _finish(self, delivery_id: int | None, state: str) -> None:
        if delivery_id is None:
            return
        async with self._database.write() as session:
            await self.settle(session, delivery_id, state)
        self._end(delivery_id)

    def _begin(self, delivery_id: int) -> None:
        self._open.add(delivery_id)
        self._all_done.clear()

    def _end(self, delivery_id: int) -> None:
        self._open.discard(delivery_id)
        if not self._open:
            self._all_done.set()

"""Socket Mode: tickets, connections, envelopes handed over, acknowledged and handed over again."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import itertools
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.arguments import Json, Refused, loads
from sandbox.faults import Faults
from sandbox.journal import Journal

MAX_CONNECTIONS = 10
MAX_MESSAGE_BYTES = 2_000_000
CLOSE_SECONDS = 2.0  # how long a client may take to say goodbye
GRACE = {"warning": 10.0}  # seconds between the disconnect message and the close; 1 for other reasons
ACCEPTS_PAYLOAD = {"events_api": False, "slash_commands": True, "interactive": True}


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    leaving: bool = False

    def cut(self) -> None:
        if self.transport:
            self.transport.abort()


@dataclass(eq=False)
class Envelope:
    type: str
    payload: Json
    act: str | None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    attempts: list[str] = field(default_factory=list)
    carrier: Connection | None = None
    first_sent: float | None = None
    acked_at: float | None = None
    response: Json | None = None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)  # something happened: look again
    settled: asyncio.Event = field(default_factory=asyncio.Event)  # acknowledged or given up

    def settle(self) -> None:
        self.settled.set()
        self.stirred.set()

    @property
    def name(self) -> str:
        """What it carries: `app_mention`, `block_actions`, `/ask`."""
        inner = self.payload["event"]["type"] if self.type == "events_api" else self.payload.get("command")
        return str(inner or self.payload["type"])

    @property
    def acked_ms(self) -> float | None:
        if self.acked_at is None or self.first_sent is None:
            return None
        return round((self.acked_at - self.first_sent) * 1000, 1)


class Sockets:
    def __init__(
        self, app_id: str, journal: Journal, faults: Faults, *, ack_seconds: float, redelivery: tuple[float, ...]
    ) -> None:
        self.app_id, self.journal, self.faults = app_id, journal, faults
        self.ack_seconds, self.redelivery = ack_seconds, redelivery
        self.connections: list[Connection] = []
        self.on_change: Callable[[int], None] = lambda count: None
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._waiting: dict[str, Envelope] = {}
        self._sent: deque[Envelope] = deque(maxlen=500)
        self._tasks: set[asyncio.Task[None]] = set()
        self._came = asyncio.Event()
        self._last_left = float("-inf")

    # Connections

    def ticket(self) -> str:
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise Refused("invalid_ticket", status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30, timeout=CLOSE_SECONDS, max_msg_size=MAX_MESSAGE_BYTES)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await socket.close()
            return socket
        transport = request.transport
        connection = Connection(socket, transport if isinstance(transport, asyncio.Transport) else None)
        brief = request.query.get("debug_reconnects") == "true"
        self.connections.append(connection)
        self.on_change(len(self.connections))
        if brief:
            self._later(360, self._ask_to_leave, connection, "refresh_requested")
        try:
            hello = {"type": "hello", "num_connections": len(self.connections)}
            seconds = 360 if brief else 18060
            about = {"debug_info": {**_debug(), "build_number": 1, "approximate_connection_time": seconds}}
            await self._send(connection, {**hello, "connection_info": {"app_id": self.app_id}, **about})
            self._wake_stranded()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._drop(connection)
        return socket

    async def disconnect(self, reason: str) -> None:
        """Every connection is asked to leave for this reason; `abort` cuts them and `close` only closes them."""
        for connection in list(self.connections):
            if reason == "abort":
                connection.cut()
            elif reason == "close":
                self._later(0, connection.socket.close)
            else:
                await self._ask_to_leave(connection, reason)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        leaving = [one.socket.close(code=1001, message=b"sandbox stopping") for one in self.connections]
        await asyncio.gather(*leaving)

    def forget(self) -> None:
        """Nothing is waiting any more (the workspace was reset)."""
        for envelope in self._waiting.values():
            envelope.settle()
        self._waiting.clear()

    async def _ask_to_leave(self, connection: Connection, reason: str) -> None:
        connection.leaving = True
        if await self._send(connection, {"type": "disconnect", "reason": reason, "debug_info": _debug()}):
            self._later(GRACE.get(reason, 1.0), connection.socket.close)

    async def _send(self, connection: Connection, message: Json) -> bool:
        """Whether it left; a client that has stopped reading is cut off."""
        watch = asyncio.get_running_loop().call_later(self.ack_seconds, connection.cut)
        try:
            # Not under a timeout: a send that is cancelled takes those waiting behind it along.
            await connection.socket.send_json(message)
        except ConnectionError:
            return False
        finally:
            watch.cancel()
        return connection.transport is not None and not connection.transport.is_closing()

    def _drop(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self._last_left = time.monotonic()
        self.on_change(len(self.connections))
        for envelope in self._waiting.values():
            if envelope.carrier is connection:
                envelope.carrier = None
        self._wake_stranded()

    def _wake_stranded(self) -> None:
        if self._free():
            self._came.set()
            self._came = asyncio.Event()
            for envelope in self._waiting.values():
                if envelope.carrier is None:
                    envelope.stirred.set()

    def _free(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.leaving]

    # Envelopes

    def send_event(self, payload: Json, act: str | None) -> Envelope:
        """On its way, again after each redelivery interval until it is acknowledged or given up."""
        envelope = Envelope("events_api", copy.deepcopy(payload), act)
        self._waiting[envelope.id] = envelope
        self._later(0, self._carry, envelope)
        return envelope

    async def ask(self, kind: str, payload: Json, act: str | None) -> Envelope:
        """A command or interaction: delivered once, answered within the limit or not at all.

        Raises:
            Refused: `dispatch_failed` (nobody connected) or `operation_timeout` (no acknowledgement in time).
        """
        envelope = Envelope(kind, copy.deepcopy(payload), act)
        if not self._free() and time.monotonic() - self._last_left < self.ack_seconds:
            with contextlib.suppress(TimeoutError):  # it was here a moment ago and is probably reconnecting
                await asyncio.wait_for(self._came.wait(), self.ack_seconds)
        self._waiting[envelope.id] = envelope
        sent = await self._hand_over(envelope)
        if sent:
            await self.wait(envelope, self.ack_seconds)
        self._waiting.pop(envelope.id, None)
        if envelope.acked_at is None:
            self._note(envelope, "gave_up")
            raise Refused("operation_timeout" if sent else "dispatch_failed")
        return envelope

    async def wait(self, envelope: Envelope, seconds: float) -> None:
        """Until it is acknowledged, given up, or the time is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(envelope.settled.wait(), seconds)

    async def redeliver(self, fault: Json) -> bool:
        """Hands an envelope over once more: the one named, or the last that fits."""
        for envelope in reversed(self._sent):
            if fault["envelope_id"] in (None, envelope.id) and fault["event"] in (None, envelope.name, envelope.type):
                for _ in range(int(fault["times"])):
                    await self._hand_over(envelope)
                return True
        return False

    async def _carry(self, envelope: Envelope) -> None:
        started = time.monotonic()
        await self._hand_over(envelope)
        dues = list(itertools.accumulate(self.redelivery))
        for due in [*dues, (dues or [0])[-1] + self.ack_seconds]:
            while not envelope.settled.is_set() and (left := started + due - time.monotonic()) > 0:
                envelope.stirred.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(envelope.stirred.wait(), left)
                if not envelope.settled.is_set() and envelope.carrier is None:
                    await self._hand_over(envelope)
            if envelope.settled.is_set():
                return
            if due in dues:
                await self._hand_over(envelope)
        self._waiting.pop(envelope.id, None)
        envelope.settle()
        self._note(envelope, "gave_up")

    async def _hand_over(self, envelope: Envelope) -> bool:
        free = self._free()
        envelope.carrier = carrier = free[next(self._turn) % len(free)] if free else None
        if carrier is None:
            return False
        fault = self.faults.take("duplicate", event=envelope.name) if not envelope.attempts else None
        for _ in range(int(fault["copies"]) if fault else 1):
            message: Json = {
                "envelope_id": envelope.id,
                "type": envelope.type,
                "accepts_response_payload": ACCEPTS_PAYLOAD[envelope.type],
                "payload": envelope.payload,
            }
            if envelope.type == "events_api":
                tried = len(envelope.attempts)
                message |= {"retry_attempt": tried, "retry_reason": "timeout" if tried else ""}
            envelope.attempts.append(datetime.now(UTC).isoformat())
            envelope.first_sent = envelope.first_sent or time.monotonic()
            if len(envelope.attempts) == 1:
                self._sent.append(envelope)
            self._note(envelope, "sent")
            if not await self._send(carrier, message):
                envelope.carrier = None
                return False
        return True

    def _acknowledge(self, text: str) -> None:
        try:
            ack = loads(text)
        except Refused:
            return
        envelope = self._waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if envelope is None or self.faults.take("noack", event=envelope.name):
            return
        payload = ack.get("payload")
        envelope.response = payload if isinstance(payload, dict) else None
        envelope.acked_at = time.monotonic()
        self._waiting.pop(envelope.id, None)
        envelope.settle()
        self._note(envelope, "acked")

    def _note(self, envelope: Envelope, state: str) -> None:
        self.journal.add(
            "envelope",
            state=state,
            type=envelope.type,
            name=envelope.name,
            envelope_id=envelope.id,
            payload=envelope.payload,
            attempts=list(envelope.attempts),
            acked_ms=envelope.acked_ms,
            response=envelope.response,
            act=envelope.act,
        )

    def _later(self, seconds: float, work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        async def run() -> None:
            await asyncio.sleep(seconds)
            await work(*arguments)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _debug() -> Json:
    return {"host": "sandbox"}

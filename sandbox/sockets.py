"""Socket Mode: tickets, connections, and the frames that go over them."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.arguments import Json, Refused, loads
from sandbox.deliveries import Deliveries, Envelope
from sandbox.faults import Faults

MAX_CONNECTIONS = 10
MAX_MESSAGE_BYTES = 2_000_000
CLOSE_SECONDS = 2.0  # how long a client may take to say goodbye
HEARTBEAT_SECONDS = 20  # JavaScript's client goes after 30 seconds without a ping from here
GRACE = {"warning": 10.0}  # seconds between the disconnect message and the close; 1 for other reasons
LIFE_SECONDS, BRIEF_LIFE_SECONDS = 18_060, 360  # a connection's; the brief one with `debug_reconnects=true`
OFF = {"fault": "disconnect", "reason": "link_disabled"}  # stands among the faults while Socket Mode is off


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    leaving: bool = False
    silent: bool = False  # as if the network between were gone without a word

    def cut(self) -> None:
        if self.transport:
            self.transport.abort()


class Sockets:
    """The app's connections; each envelope goes to one of them in turn."""

    deliveries: Deliveries

    def __init__(self, app_id: str, faults: Faults, *, ack_seconds: float, is_enabled: bool) -> None:
        self.app_id, self.faults, self.ack_seconds, self.is_enabled = app_id, faults, ack_seconds, is_enabled
        self.connections: list[Connection] = []
        self.on_change: Callable[[int], None] = lambda count: None
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> int:
        return len(self._free())

    # Connections

    def ticket(self) -> str:
        """One connection's admission.

        Raises:
            Refused: `forbidden_team` while Socket Mode is off.
        """
        if not self.is_enabled or OFF in self.faults.active:
            said = ["[ERROR] Socket Mode is off for this app"]
            raise Refused("forbidden_team", response_metadata={"messages": said})
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise Refused("invalid_ticket", status=403)
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS, max_msg_size=MAX_MESSAGE_BYTES, autoping=False
        )
        if not socket.can_prepare(request):
            raise Refused("websocket_expected", status=400)
        self._tickets.discard(ticket)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await socket.close()
            return socket
        transport = request.transport
        connection = Connection(socket, transport if isinstance(transport, asyncio.Transport) else None)
        seconds = BRIEF_LIFE_SECONDS if request.query.get("debug_reconnects") == "true" else LIFE_SECONDS
        self.connections.append(connection)
        self.on_change(self.connected)
        end = self._later(seconds, self._ask_to_leave, connection, "refresh_requested")
        try:
            hello = {"type": "hello", "num_connections": len(self.connections)}
            about = {"debug_info": {**_debug(), "build_number": 1, "approximate_connection_time": seconds}}
            await self._send(connection, {**hello, "connection_info": {"app_id": self.app_id}, **about})
            self.deliveries.wake()
            await self._listen(connection)
        finally:
            end.cancel()
            self.connections.remove(connection)
            self.on_change(self.connected)
            self.deliveries.strand(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.silent:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                self._acknowledge(message.data)

    async def disconnect(self, reason: str) -> None:
        """Every connection is asked to leave for this reason; after `link_disabled` no ticket given so far opens one.

        `abort` cuts them, `close` only closes them, and after `silence` they hear nothing any more, not even a pong.
        """
        if reason == OFF["reason"]:
            self._tickets.clear()
        for connection in list(self.connections):
            if reason == "abort":
                connection.cut()
            elif reason == "close":
                self._later(0, connection.socket.close)
            elif reason == "silence":
                connection.silent = True
                self._leave_out(connection)
                self.deliveries.strand(connection)
            else:
                await self._ask_to_leave(connection, reason)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        leaving = [one.socket.close(code=1001, message=b"sandbox stopping") for one in self.connections]
        await asyncio.gather(*leaving)

    async def _ask_to_leave(self, connection: Connection, reason: str) -> None:
        self._leave_out(connection)
        if await self._send(connection, {"type": "disconnect", "reason": reason, "debug_info": _debug()}):
            self._later(GRACE.get(reason, 1.0), connection.socket.close)

    def _leave_out(self, connection: Connection) -> None:
        """Nothing more is sent over it."""
        connection.leaving = True
        self.on_change(self.connected)

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

    def _free(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.leaving]

    # Frames

    def pick(self, envelope: Envelope) -> Connection | None:
        free = self._free()
        return free[next(self._turn) % len(free)] if free else None

    async def carry(self, envelope: Envelope, attempt: int) -> bool:
        message: Json = {
            "envelope_id": envelope.id,
            "type": envelope.type,
            "accepts_response_payload": self.deliveries.accepts_payload(envelope),
            "payload": envelope.payload,
        }
        if envelope.type == "events_api":
            message |= {"retry_attempt": attempt, "retry_reason": envelope.trouble if attempt else ""}
        return isinstance(envelope.carrier, Connection) and await self._send(envelope.carrier, message)

    def _acknowledge(self, text: str | bytes) -> None:
        """Takes an acknowledgement; what is none is left aside, with a line in the journal."""
        try:
            ack = loads(text)
        except Refused:
            return self._ignore("it is not JSON", text)
        if not isinstance(ack, dict) or not isinstance(ack.get("envelope_id"), str):
            return self._ignore("it names no envelope_id", text)
        if not self.deliveries.acknowledge(ack["envelope_id"], ack.get("payload")):
            return self._ignore("no such envelope is waiting", text)
        return None

    def _ignore(self, reason: str, text: str | bytes) -> None:
        shown = text if isinstance(text, str) else text.decode(errors="replace")
        self.deliveries.journal.add("frame", state="ignored", reason=reason, text=shown[:500], act=None)

    def _later(self, seconds: float, work: Callable[..., Awaitable[Any]], *arguments: Any) -> asyncio.Task[None]:
        async def run() -> None:
            await asyncio.sleep(seconds)
            await work(*arguments)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _debug() -> Json:
    return {"host": "sandbox"}

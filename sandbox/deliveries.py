"""What the app is told: each envelope on its way until the app acknowledges it or it is given up."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from sandbox.arguments import Json, Refused
from sandbox.faults import Faults
from sandbox.journal import Journal

SHORTCUTS = ("shortcut", "message_action")


@dataclass(eq=False)
class Envelope:
    type: str
    payload: Json
    act: str | None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    attempts: list[str] = field(default_factory=list)
    trouble: str = "timeout"  # what came between the last attempt and its acknowledgement, should none come
    carrier: object | None = None  # the connection it left on; None once that broke, or while nobody is there
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


class Road(Protocol):
    """How envelopes reach the app: over its sockets, or at its request URLs."""

    deliveries: Deliveries
    on_change: Callable[[int], None]

    @property
    def connected(self) -> int:
        """How many ends of the app can be reached now."""

    def pick(self, envelope: Envelope) -> object | None:
        """The end that takes the envelope next, None while there is none."""

    async def carry(self, envelope: Envelope, attempt: int) -> bool:
        """Takes it to the end that was picked; whether it got there."""

    async def close(self) -> None: ...


class Deliveries:
    def __init__(
        self,
        road: Road,
        journal: Journal,
        faults: Faults,
        *,
        ack_seconds: float,
        redelivery: tuple[float, ...],
        shortcuts_accept_payload: bool,
    ) -> None:
        self.road, self.journal, self.faults = road, journal, faults
        self.ack_seconds, self.redelivery = ack_seconds, redelivery
        self.shortcuts_accept_payload = shortcuts_accept_payload
        self._waiting: dict[str, Envelope] = {}
        self._sent: deque[Envelope] = deque(maxlen=500)
        self._tasks: set[asyncio.Task[None]] = set()
        self._came = asyncio.Event()
        self._last_left = float("-inf")
        road.deliveries = self

    # What happens in the workspace

    def send_event(self, payload: Json, act: str | None) -> Envelope:
        """On its way, again after each redelivery interval until it is acknowledged or given up."""
        envelope = Envelope("events_api", copy.deepcopy(payload), act)
        self._waiting[envelope.id] = envelope
        task = asyncio.create_task(self._bring(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return envelope

    async def ask(self, kind: str, payload: Json, act: str | None) -> Envelope:
        """A command or interaction: delivered once, answered within the limit or not at all.

        Raises:
            Refused: `dispatch_failed` (nobody there, or it broke) or `operation_timeout` (no acknowledgement in time).
        """
        envelope = Envelope(kind, copy.deepcopy(payload), act)
        if time.monotonic() - self._last_left < self.ack_seconds:
            with contextlib.suppress(TimeoutError):  # it was here a moment ago and is probably reconnecting
                await asyncio.wait_for(self.reachable(), self.ack_seconds)
        self._waiting[envelope.id] = envelope
        started = time.monotonic()
        arrived = await self._hand_over(envelope)
        if arrived:
            await self.wait(envelope, started + self.ack_seconds - time.monotonic())
        self._waiting.pop(envelope.id, None)
        if envelope.acked_at is None:
            if not envelope.settled.is_set():
                self._settle(envelope, "gave_up")
            raise Refused("operation_timeout" if arrived else "dispatch_failed")
        return envelope

    async def reachable(self) -> None:
        """Until there is an end of the app to bring something to."""
        while not self.road.connected:
            await self._came.wait()

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

    def forget(self) -> None:
        """Nothing is waiting any more (the workspace was reset)."""
        for envelope in self._waiting.values():
            envelope.settle()
        self._waiting.clear()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.road.close()

    # What the road tells

    def accepts_payload(self, envelope: Envelope) -> bool:
        """Whether an answer may travel in the acknowledgement."""
        if envelope.payload.get("type") in SHORTCUTS:
            return self.shortcuts_accept_payload
        return envelope.type != "events_api"

    def acknowledge(self, envelope_id: str, response: object) -> bool:
        """Whether this envelope was waiting for it."""
        envelope = self._waiting.get(envelope_id)
        if envelope is None:
            return False
        if self.faults.take("noack", event=envelope.name):
            return True
        takes = isinstance(response, dict) and self.accepts_payload(envelope)
        envelope.response = dict(response) if takes and isinstance(response, dict) else None
        envelope.acked_at = time.monotonic()
        self._settle(envelope, "acked")
        return True

    def fail(self, envelope: Envelope, trouble: str, *, finally_: bool = False) -> None:
        """An attempt went wrong; the next one tells the app why, unless there is none."""
        envelope.trouble = trouble
        self._note(envelope, "failed")
        if finally_ and envelope.id in self._waiting:
            self._settle(envelope, "gave_up")

    def strand(self, carrier: object) -> None:
        """This end is gone; what it had not acknowledged goes to another."""
        self._last_left = time.monotonic()
        for envelope in self._waiting.values():
            if envelope.carrier is carrier:
                envelope.carrier = None
        self.wake()

    def wake(self) -> None:
        """Perhaps there is an end again for what found none."""
        if self.road.connected:
            self._came.set()
            self._came = asyncio.Event()
            for envelope in self._waiting.values():
                if envelope.carrier is None:
                    envelope.stirred.set()

    # On the way

    async def _bring(self, envelope: Envelope) -> None:
        for seconds in (*self.redelivery, self.ack_seconds):
            await self._hand_over(envelope)
            until = time.monotonic() + seconds
            while not envelope.settled.is_set() and (left := until - time.monotonic()) > 0:
                envelope.stirred.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(envelope.stirred.wait(), left)
                if not envelope.settled.is_set() and envelope.carrier is None:
                    await self._hand_over(envelope)
            if envelope.settled.is_set():
                return
        self._settle(envelope, "gave_up")

    async def _hand_over(self, envelope: Envelope) -> bool:
        envelope.carrier = self.road.pick(envelope)
        if envelope.carrier is None:
            return False
        fault = self.faults.take("duplicate", event=envelope.name) if not envelope.attempts else None
        copies = []
        for _ in range(int(fault["copies"]) if fault else 1):
            envelope.attempts.append(datetime.now(UTC).isoformat())
            envelope.first_sent = envelope.first_sent or time.monotonic()
            if len(envelope.attempts) == 1:
                self._sent.append(envelope)
            self._note(envelope, "sent")
            copies.append(self.road.carry(envelope, len(envelope.attempts) - 1))
        return all(await asyncio.gather(*copies))

    def _settle(self, envelope: Envelope, state: str) -> None:
        self._waiting.pop(envelope.id, None)
        envelope.settle()
        self._note(envelope, state)

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
            reason=envelope.trouble if state in ("failed", "gave_up") else None,
            act=envelope.act,
        )

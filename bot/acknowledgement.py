"""When an acknowledgement has left, for what must not overtake it.

In Bolt, `ack()` only lays down what Slack is told; it goes over the websocket some milliseconds later. What a listener
says elsewhere meanwhile may be shown first, and the acknowledgement then appears below it or takes its place.
"""

import asyncio
from contextvars import ContextVar

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

SLACK_WAITS_S = 3  # an acknowledgement that comes later than that is not shown any more
_settled: ContextVar[asyncio.Event | None] = ContextVar("settled", default=None)


class Socket(AsyncSocketModeHandler):
    """Bolt's connection to Slack, whose listeners can wait for their acknowledgement."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        settled = asyncio.Event()
        _settled.set(settled)  # each envelope has a task of its own, and its listener begins with a copy of this
        # While it reconnects, Bolt keeps the acknowledgement back for as long as it takes.
        late = asyncio.get_running_loop().call_later(SLACK_WAITS_S, settled.set)
        try:
            await super().handle(client, req)
        finally:
            late.cancel()
            settled.set()


async def sent() -> None:
    """Wait until the acknowledgement of what is handled here has left, or never will; to be called after `ack()`.

    What is handled again after a crash was acknowledged by an earlier process, and waits for nothing.
    """
    settled = _settled.get()
    if settled is not None:
        await settled.wait()

"""The four official Python socket clients, unmodified, through everything that can happen to a connection."""

import asyncio
import gc
import logging
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.aiohttp import SocketModeClient as Aiohttp
from slack_sdk.socket_mode.builtin import SocketModeClient as Builtin
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websocket_client import SocketModeClient as WebsocketClient
from slack_sdk.socket_mode.websockets import SocketModeClient as Websockets
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Json, Start

Kind = Callable[..., Any]
PING_SECONDS = 0.1
PATIENT = Limits(redelivery=(0.3,) * 100)  # a client may be deaf for a while after it has come back


@asynccontextmanager
async def threaded(
    kind: Callable[..., Any], sandbox: Client, heard: list[Json], left: asyncio.Event
) -> AsyncIterator[None]:
    client = kind("xapp-test", web_client=WebClient(base_url=f"{sandbox.address}/api/"), ping_interval=PING_SECONDS)
    client.message_listeners.append(lambda client, message, raw=None: heard.append(message))
    client.socket_mode_request_listeners.append(acknowledge)
    await asyncio.to_thread(client.connect)
    yield
    client.auto_reconnect_enabled = False
    left.clear()
    await sandbox.slack.sockets.disconnect("close")  # both would go on reading for seconds
    await left.wait()
    try:
        await asyncio.to_thread(client.close)
    except AttributeError:  # the built-in client met its own reader, which closed the same socket; now nobody does
        await asyncio.to_thread(client.close)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the sockets that websocket_client leaves open


def acknowledge(client: Any, request: SocketModeRequest) -> None:
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))


@asynccontextmanager
async def in_the_loop(
    kind: Callable[..., Any], sandbox: Client, heard: list[Json], left: asyncio.Event
) -> AsyncIterator[None]:
    web_client = AsyncWebClient(base_url=f"{sandbox.address}/api/")
    client = kind("xapp-test", web_client=web_client, ping_interval=PING_SECONDS)

    async def keep(client: Any, message: Json, raw: str | None = None) -> None:
        heard.append(message)

    client.message_listeners.append(keep)
    client.socket_mode_request_listeners.append(acknowledge_async)
    await client.connect()
    yield
    await client.close()


async def acknowledge_async(client: Any, request: SocketModeRequest) -> None:
    await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))


CLIENTS = {
    "builtin": (threaded, Builtin),
    "websocket_client": (threaded, WebsocketClient),
    "aiohttp": (in_the_loop, Aiohttp),
    "websockets": (in_the_loop, Websockets),
}
TROUBLES = ("warning", "refresh_requested", "close", "abort", "silence")
# These wait for seconds by themselves, `websockets` for 20 until it misses a pong; `make soak` has them.
LONG = {
    *(("builtin", "warning"), ("builtin", "close"), ("builtin", "silence")),
    *(("websocket_client", "warning"), ("websocket_client", "abort"), ("websockets", "silence")),
}
NEVER = {("websocket_client", "silence")}  # it never looks for pongs, so it stays on a dead connection


@pytest.mark.parametrize(
    ("name", "happening"),
    [
        pytest.param(name, happening, marks=[pytest.mark.soak] if (name, happening) in LONG else [])
        for name in CLIENTS
        for happening in ("hello", "ack", *TROUBLES)
        if (name, happening) not in NEVER
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # websocket_client leaves those it drops open
async def test_every_python_client_lives_with_it(start_sandbox: Start, name: str, happening: str) -> None:
    """It is greeted, acknowledges, and hears the next message on a new connection after any end of the last."""
    for logger in ("slack_sdk", "websocket", "websockets"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    sandbox = await start_sandbox(limits=PATIENT)
    how, kind = CLIENTS[name]
    heard: list[Json] = []
    greeted, left = asyncio.Event(), asyncio.Event()
    sandbox.slack.sockets.on_change = lambda count: (greeted if count else left).set()
    async with how(kind, sandbox, heard, left):
        since = 0
        if happening in TROUBLES:
            await greeted.wait()
            since = sandbox.slack.journal.last
            await sandbox.fault("disconnect", reason=happening)
            await sandbox.entry(lambda entry: entry.get("method") == "apps.connections.open", since, wait=60)
        await sandbox.act("message", user="UANA", channel="dm", text="are you there?")
        entry = await sandbox.entry(lambda entry: entry.get("state") == "acked", since)

    assert entry["payload"]["event"]["text"] == "are you there?"
    if happening == "hello":
        assert heard[0]["type"] == "hello"
        assert (heard[0]["num_connections"], heard[0]["connection_info"]) == (1, {"app_id": "AFRONTLINE"})

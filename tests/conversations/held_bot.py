"""A bot whose /ask is acknowledged once its answer is ready: `python -m tests.conversations.held_bot`.

It writes down in its data folder, beside its log, which of the two left first.
"""

import asyncio
import os
import runpy
from pathlib import Path
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from bot import acknowledgement

LEFT = "left.txt"
ACKNOWLEDGEMENT, ANSWER = "acknowledgement", "answer"


def hold() -> None:
    """Put the holding in, between the bot and what it speaks through."""
    is_ready = asyncio.Event()
    sent, send, respond = acknowledgement.sent, SocketModeClient.send_socket_mode_response, AsyncRespond.__call__

    async def ready() -> None:
        is_ready.set()
        await sent()

    async def held_send(client: SocketModeClient, response: SocketModeResponse) -> None:
        if response.payload:
            await is_ready.wait()
            _write(ACKNOWLEDGEMENT)
        await send(client, response)

    async def noted_respond(self: AsyncRespond, **said: Any) -> Any:
        _write(ANSWER)
        return await respond(self, **said)

    acknowledgement.sent = ready
    SocketModeClient.send_socket_mode_response = held_send  # type: ignore[assignment, method-assign]
    AsyncRespond.__call__ = noted_respond  # type: ignore[assignment, method-assign]


def _write(what: str) -> None:
    with (Path(os.environ["DATA_DIR"]) / LEFT).open("a") as file:
        file.write(f"{what}\n")


if __name__ == "__main__":
    hold()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)

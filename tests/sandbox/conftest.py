"""A sandbox on a free port and a real, unmodified Bolt app connected to it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.__main__ import start
from sandbox.local_slack import Limits, LocalSlack
from sandbox.manifest import manifest_from
from sandbox.request_urls import RequestUrls
from sandbox.seed import read_seed

Json = dict[str, Any]
SEED = Path(__file__).parents[2] / "sandbox" / "seed.yaml"
SECRET = "sandbox-secret"
SCOPES = [
    *("app_mentions:read", "assistant:write", "channels:history", "channels:join", "channels:read", "chat:write"),
    *("commands", "groups:history", "groups:read", "im:history", "im:read", "im:write", "reactions:read"),
    *("reactions:write", "users:read"),
]
EVENTS = [
    *("app_home_opened", "app_mention", "member_joined_channel", "message.channels", "message.groups", "message.im"),
    "reaction_added",
]


def manifest(**changes: Any) -> Json:
    content: Json = {
        "display_information": {"name": "Frontline"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "Frontline"},
            "slash_commands": [
                {"command": "/ask", "description": "Ask", "should_escape": True},
                {"command": "/raw", "description": "Unescaped", "should_escape": False},
            ],
            "shortcuts": [
                {"name": "Ask", "type": "global", "callback_id": "ask_guides", "description": "Ask"},
                {"name": "Find", "type": "message", "callback_id": "ask_about_message", "description": "Find"},
            ],
        },
        "oauth_config": {"scopes": {"bot": changes.get("scopes", SCOPES), "bot_optional": ["users:read.email"]}},
        "settings": {"event_subscriptions": {"bot_events": changes.get("events", EVENTS)}},
    }
    return content


class Client:
    """What a test says to the sandbox over HTTP."""

    def __init__(self, slack: LocalSlack, session: aiohttp.ClientSession) -> None:
        self.slack, self.session, self.address = slack, session, slack.address

    async def act(self, do: str, **fields: Any) -> Json:
        return await self.post("/sandbox/act", {"do": do, **fields})

    async def fault(self, fault: str, **fields: Any) -> Json:
        return await self.post("/sandbox/faults", {"fault": fault, **fields})

    async def post(self, path: str, body: Json) -> Json:
        async with self.session.post(self.address + path, json=body) as response:
            return dict(await response.json())

    async def state(self, user: str | None = None) -> Json:
        return await self.get("/sandbox/state", user=user or "")

    async def get(self, path: str, **query: Any) -> Json:
        async with self.session.get(self.address + path, params=query) as response:
            return dict(await response.json())

    async def api(self, method: str, *, token: str = "xoxb-test", **arguments: Any) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.post(f"{self.address}/api/{method}", json=arguments, headers=headers) as response:
            return dict(await response.json())

    async def entry(self, fits: Callable[[Json], bool], since: int = 0, wait: float = 10) -> Json:
        """The first journal entry that fits, waiting for it as long as something happens every `wait` seconds."""
        while True:
            read = await self.get("/sandbox/journal", since=since, wait=wait)
            assert read["entries"], "nothing more happened"
            for entry in read["entries"]:
                if fits(entry):
                    return dict(entry)
            since = read["next"]


Start = Callable[..., Awaitable[Client]]


@pytest.fixture
async def start_sandbox() -> AsyncIterator[Start]:
    """Starts a sandbox: `manifest`, `limits`, `state` and `request_url` as the test needs them."""
    runners, sessions = [], []

    async def begin(
        content: Json | None = None,
        limits: Limits | None = None,
        state: Path | None = None,
        request_url: str | None = None,
    ) -> Client:
        described = manifest_from(content or manifest())
        places = dict.fromkeys(("events", "interactivity", "/ask"), request_url) if request_url else {}
        urls = None
        if request_url or not described.socket_mode:
            ack_seconds = (limits or Limits()).ack_seconds
            urls = RequestUrls(described.request_urls | places, SECRET, ack_seconds=ack_seconds)
        slack = LocalSlack(described, read_seed(SEED), state, limits, urls)
        runners.append(await start(slack, "127.0.0.1", 0))
        sessions.append(aiohttp.ClientSession())
        return Client(slack, sessions[-1])

    yield begin
    for session in sessions:
        await session.close()
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def sandbox(start_sandbox: Start) -> Client:
    return await start_sandbox()


Connect = Callable[[Client], Awaitable[AsyncApp]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connects a Bolt app over Socket Mode; listeners may be added before or after."""
    handlers = []
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)

    async def begin(sandbox: Client) -> AsyncApp:
        app = AsyncApp(client=AsyncWebClient(token="xoxb-test", base_url=f"{sandbox.address}/api/"))
        handler = AsyncSocketModeHandler(app, "xapp-test")
        await handler.connect_async()
        handlers.append(handler)
        return app

    yield begin
    for handler in handlers:
        await handler.close_async()

"""What follows an acknowledgement leaves after it, and leaves also when the acknowledgement can't."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import acknowledgement
from bot.acknowledgement import Socket
from bot.app import create_app
from bot.blocks.questions import LOOKING, OUTSIDER

WHO = AuthorizeResult(enterprise_id=None, team_id="T0", bot_user_id="UFRONTLINE", bot_token="xoxb-test")
ASK = {
    "command": "/ask",
    "text": "Is there a reconnection fee?",
    "trigger_id": "1",
    "user_id": "UGUEST",
    "channel_id": "C0ASK",
    "response_url": "http://127.0.0.1:9/",
}
SEARCH = {
    "type": "view_submission",
    "user": {"id": "UGUEST"},
    "view": {"id": "V1", "type": "modal", "callback_id": "ideas", "state": {"values": {}}},
}


class Slack:
    """Keeps acknowledgements back until the bot has asked who somebody is, and so has all it needs for what follows."""

    logger = logging.getLogger(__name__)

    def __init__(self) -> None:
        self.seen: list[str] = []  # in the order in which it left the bot
        self.was_asked = asyncio.Event()
        self.takes_acknowledgements = self.was_asked
        self.people_trouble: Exception | None = None
        self.socket_trouble: Exception | None = None

    async def is_outsider(self, _: str) -> bool:
        self.was_asked.set()
        if self.people_trouble:
            raise self.people_trouble
        return True

    async def send_socket_mode_response(self, response: SocketModeResponse) -> None:
        await self.takes_acknowledgements.wait()
        if self.socket_trouble:
            raise self.socket_trouble
        said = response.payload or {}
        self.seen.append(said.get("text") or said["view"]["callback_id"])

    async def respond(self, text: str, **__: Any) -> Any:
        self.seen.append(text)
        return SimpleNamespace(status_code=200)

    async def views_update(self, view: dict[str, Any], **_: Any) -> None:
        self.seen.append(view["callback_id"])


class Inbox:
    """Knows when a delivery is done; writes nothing down."""

    def __init__(self) -> None:
        self.is_done = asyncio.Event()

    def recorder(self, _: Any) -> Callable[..., Awaitable[None]]:
        async def record(req: AsyncBoltRequest, next: Callable[[], Awaitable[Any]]) -> None:
            req.context["delivery_id"] = 1
            await next()

        return record

    async def release(self, _: int) -> None: ...

    async def done(self, _: int) -> None:
        self.is_done.set()


class Bot:
    """The app behind its socket."""

    def __init__(self, slack: Slack) -> None:
        self.slack, self.inbox = slack, Inbox()
        settings = SimpleNamespace(command_prefix="", max_question_characters=1000)
        parts: Any = SimpleNamespace(people=slack, slack=slack, settings=settings, inbox=self.inbox)
        self.socket = Socket(create_app(parts, AsyncWebClient(), WHO), "xapp-test")

    async def handle(self, kind: str, payload: dict[str, Any]) -> None:
        slack: Any = self.slack
        await self.socket.handle(slack, SocketModeRequest(type=kind, envelope_id="1", payload=payload))


@pytest.fixture
async def bot(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot whose every word comes to a Slack that remembers it."""
    bot = Bot(Slack())
    monkeypatch.setattr(AsyncRespond, "__call__", bot.slack.respond)
    monkeypatch.setattr(acknowledgement, "SLACK_WAITS_S", 3600)  # so that nothing goes on by waiting long enough
    yield bot
    await bot.socket.close_async()


async def test_a_private_answer_follows_the_acknowledgement(bot: Bot) -> None:
    """However quick it is: the line that says we are looking is replaced by it, and never comes below it."""
    await bot.handle("slash_commands", ASK)
    await bot.inbox.is_done.wait()

    assert bot.slack.seen == [LOOKING, OUTSIDER]


async def test_a_private_excuse_follows_the_acknowledgement(bot: Bot) -> None:
    """What went wrong is told in place of the line that says we are looking."""
    bot.slack.people_trouble = RuntimeError()

    await bot.handle("slash_commands", ASK)
    await bot.inbox.is_done.wait()

    assert [said.partition(" (")[0] for said in bot.slack.seen] == [LOOKING, "Something went wrong on my side"]


async def test_what_was_found_follows_the_acknowledgement(bot: Bot) -> None:
    """The window that says it is being looked for is not what stays."""
    await bot.handle("interactive", SEARCH)
    await bot.inbox.is_done.wait()

    assert bot.slack.seen == ["ideas_searching", "idea_refused"]


async def test_an_answer_comes_when_its_acknowledgement_is_lost(bot: Bot) -> None:
    """The connection broke; the response_url is another one."""
    bot.slack.socket_trouble = ConnectionError()

    with pytest.raises(ConnectionError):
        await bot.handle("slash_commands", ASK)
    await bot.inbox.is_done.wait()

    assert bot.slack.seen == [OUTSIDER]


async def test_an_answer_comes_when_slack_waits_no_longer(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it reconnects, the acknowledgement may stay for longer than Slack would take it."""
    monkeypatch.setattr(acknowledgement, "SLACK_WAITS_S", 0)
    bot.slack.takes_acknowledgements = asyncio.Event()

    sending = asyncio.create_task(bot.handle("slash_commands", ASK))
    await bot.inbox.is_done.wait()
    sending.cancel()

    assert bot.slack.seen == [OUTSIDER]


async def test_what_is_handled_again_waits_for_nothing(bot: Bot) -> None:
    """It was acknowledged by a process that has ended."""
    replay = AsyncBoltRequest(body=ASK, context={"is_replay": True}, mode="socket_mode")

    await bot.socket.app.async_dispatch(replay)
    await bot.inbox.is_done.wait()

    assert bot.slack.seen == [OUTSIDER]

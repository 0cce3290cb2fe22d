"""Each delivery is written down before it is acknowledged, and handled once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import create_app
from bot.delivery.holders import LEASE
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.records.database import Database
from bot.records.tables import Delivery, Post
from tests.conftest import NOW, ours

WHO = AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UFRONTLINE", bot_id="B1", bot_token="xoxb-test")


def mention(event_id: str, ts: str = "1700000000.000100") -> dict[str, Any]:
    event = {"type": "app_mention", "channel": "C0ASK", "ts": ts, "user": "UANA", "text": "<@UFRONTLINE> hello"}
    return {"type": "event_callback", "event_id": event_id, "event": event, "token": "canary"}


async def deliver(inbox: Inbox, body: dict[str, Any], opens: bool = False) -> tuple[int | None, int | None]:
    """The status that the middleware answers by itself, and the delivery id it passes on."""
    passed: list[int | None] = []
    request = AsyncBoltRequest(body=body, mode="socket_mode")

    async def onward() -> None:
        passed.append(request.context["delivery_id"])

    response = await inbox.recorder(lambda _: opens)(request, onward)
    return (response.status if response else None), (passed[0] if passed else None)


async def test_the_same_event_is_handled_once(database: Database) -> None:
    """Four deliveries of one event, at the same time, are passed on once and all acknowledged."""
    inbox = Inbox(database, lambda: NOW)

    answers = await asyncio.gather(*(deliver(inbox, mention("Ev1")) for _ in range(4)))

    assert sorted(str(status) for status, _ in answers) == ["200", "200", "200", "None"]


async def test_a_mention_and_a_message_about_one_post_are_one_question(database: Database) -> None:
    """Slack sends two events with ids of their own for one post; the second is acknowledged and dropped."""
    inbox = Inbox(database, lambda: NOW)
    direct = mention("Ev2")
    direct["event"] |= {"type": "message", "channel_type": "im"}

    assert (await deliver(inbox, mention("Ev1")))[0] is None
    assert (await deliver(inbox, direct))[0] == 200


async def test_an_edit_of_an_answered_mention_is_not_a_new_question(database: Database) -> None:
    """An edited mention comes with a new event id and the old ts."""
    inbox = Inbox(database, lambda: NOW)
    edited = mention("Ev9")
    edited["event"]["edited"] = {"user": "UANA", "ts": "1700000009.000000"}

    await deliver(inbox, mention("Ev1"))

    assert (await deliver(inbox, edited))[0] == 200


async def test_what_opens_a_view_goes_straight_on(database: Database) -> None:
    """A trigger id lives three seconds, so nothing is written before the view is opened."""
    inbox = Inbox(database, lambda: NOW)

    assert await deliver(inbox, {"command": "/frontline", "trigger_id": "1.2.a"}, opens=True) == (None, None)
    async with database.read() as session:
        assert await session.scalar(select(func.count(Delivery.id))) == 0


async def test_a_corrected_form_may_come_again(database: Database) -> None:
    """A submission that was refused with field errors is released; one that was taken is not."""
    inbox = Inbox(database, lambda: NOW)
    form = {"type": "view_submission", "view": {"id": "V1"}, "user": {"id": "UANA"}}

    _, first = await deliver(inbox, form)
    await inbox.release(first)
    status, second = await deliver(inbox, form)
    await inbox.done(second)

    assert status is None
    assert (await deliver(inbox, form))[0] == 200


async def test_a_database_that_cannot_be_written_is_not_acknowledged(database: Database) -> None:
    """Slack brings again what we could not write down."""
    inbox = Inbox(database, lambda: NOW)
    async with database.write() as session:
        await session.run_sync(lambda sync: Delivery.__table__.drop(sync.connection()))

    assert await deliver(inbox, mention("Ev1")) == (503, None)


async def test_the_verification_token_is_not_kept(database: Database) -> None:
    """The body is kept for replay without Slack's token."""
    await deliver(Inbox(database, lambda: NOW), mention("Ev1"))

    async with database.read() as session:
        body = await session.scalar(select(Delivery.body))
    assert "canary" not in str(body)


async def test_an_id_is_never_used_again(database: Database) -> None:
    """Questions are keyed by it: a new question must not get the answer of a delivery that was tidied away."""
    inbox = Inbox(database, lambda: NOW)

    _, first = await deliver(inbox, mention("Ev1", "1.1"))
    async with database.write() as session:
        await session.execute(delete(Delivery))
    _, second = await deliver(inbox, mention("Ev2", "1.2"))

    assert first != second


@pytest.mark.parametrize("subtype", ["file_share", "me_message"])
async def test_a_direct_message_with_a_subtype_is_one_question_too(database: Database, subtype: str) -> None:
    """Of a file or of "/me"; a mention in it brings a second event all the same."""
    inbox = Inbox(database, lambda: NOW)
    direct = mention("Ev2")
    direct["event"] |= {"type": "message", "channel_type": "im", "subtype": subtype}

    assert (await deliver(inbox, mention("Ev1")))[0] is None
    assert (await deliver(inbox, direct))[0] == 200


class Begins:
    """An app that is handed deliveries and remembers which."""

    def __init__(self) -> None:
        self.begun: list[int] = []

    async def async_dispatch(self, request: AsyncBoltRequest) -> Any:
        self.begun.append(request.context["delivery_id"])
        return type("Response", (), {"status": 200})


async def never(_: Delivery) -> None:
    raise AssertionError("given up")


async def test_what_another_process_is_handling_is_left_to_it(database: Database) -> None:
    """As long as it says that it lives; after that it is begun once, however many look for it."""
    now, app = NOW, Begins()
    await deliver(Inbox(database, lambda: NOW), mention("Ev1"))
    async with database.write() as session:
        await session.execute(update(Delivery).values(holder="another-machine:pid:[1]:7"))
    several = [Inbox(database, lambda: now, f"machine-{number}:pid:[1]:7") for number in range(3)]

    for inbox in several:
        await inbox.replay(app, never)  # type: ignore[arg-type]
    assert app.begun == []
    now += LEASE + timedelta(seconds=1)
    await asyncio.gather(*(inbox.replay(app, never) for inbox in several))  # type: ignore[arg-type]

    assert app.begun == [1]


async def test_replay_hands_over_what_was_left_and_gives_up_on_what_kills(database: Database) -> None:
    """A delivery that was begun six times without an end is answered in words instead of begun again."""
    inbox = Inbox(database, lambda: NOW)
    await deliver(inbox, mention("Ev1", "1.1"))
    await deliver(inbox, mention("Ev2", "1.2"))
    handled: list[int] = []
    given_up: list[str] = []

    class App:
        async def async_dispatch(self, request: AsyncBoltRequest) -> Any:
            handled.append(request.context["delivery_id"])
            if request.body["event_id"] == "Ev1":
                await process.done(request.context["delivery_id"])
            return type("Response", (), {"status": 200})

    async def give_up(delivery: Delivery) -> None:
        given_up.append(delivery.body["event_id"])

    for _ in range(7):
        process = Inbox(database, lambda: NOW)  # another start after another crash
        await process.replay(App(), give_up)  # type: ignore[arg-type]

    assert (handled, given_up) == ([1, 2, 2, 2, 2, 2], ["Ev2"])


async def test_what_is_just_being_written_down_is_not_left_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look for what others left comes between its row and its handling, and leaves it alone."""
    inbox, app, write = Inbox(database, lambda: NOW), Begins(), database.write

    @asynccontextmanager
    async def with_a_look_behind() -> AsyncIterator[AsyncSession]:
        async with write() as session:
            yield session
        monkeypatch.setattr(database, "write", write)
        await inbox.replay(app, never)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "write", with_a_look_behind)
    _, delivery_id = await deliver(inbox, mention("Ev1"))

    assert delivery_id is not None
    assert app.begun == []


def away(*_: Any) -> NoReturn:
    raise OperationalError("BEGIN", {}, Exception("server closed the connection"))


async def test_what_was_not_kept_after_all_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away at the very end of writing it down: Slack brings it again, and nothing is open."""
    inbox, write = Inbox(database, lambda: NOW), database.write

    @asynccontextmanager
    async def without_an_end() -> AsyncIterator[AsyncSession]:
        async with write() as session:
            yield session
            away()

    monkeypatch.setattr(database, "write", without_an_end)

    assert await deliver(inbox, mention("Ev1")) == (503, None)
    await asyncio.wait_for(inbox.drained(), 5)


async def test_what_can_not_be_told_of_is_taken_up_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away while a greeting is handled; once it is back, the greeting is answered."""
    inbox, outbox = Inbox(database, lambda: NOW), Outbox(database, AsyncWebClient(), lambda: NOW, ours)
    write, is_back = database.write, False

    class People:
        async def is_outsider(self, _: str) -> bool:
            if not is_back:
                monkeypatch.setattr(database, "write", away)
            return False

    settings = SimpleNamespace(command_prefix="", max_question_characters=2_000)
    parts: Any = SimpleNamespace(settings=settings, database=database, inbox=inbox, outbox=outbox, people=People())
    app = create_app(parts, AsyncWebClient(), WHO)
    greeting = mention("Ev1")
    greeting["event"] |= {"type": "message", "channel_type": "im", "text": "hello"}

    await app.async_dispatch(AsyncBoltRequest(body=greeting, mode="socket_mode"))
    await asyncio.wait_for(inbox.drained(), 5)
    monkeypatch.setattr(database, "write", write)
    is_back = True
    await inbox.replay(app, never)
    await asyncio.wait_for(inbox.drained(), 5)

    async with database.read() as session:
        assert list(await session.scalars(select(Post.key))) == ["reply:1"]
        assert await session.scalar(select(Delivery.state)) == "done"


async def test_nobody_hears_of_a_hint_that_fails_while_they_type(database: Database) -> None:
    """The next key tries again; a message for each would be what they hear of Slack's full minute."""
    inbox = Inbox(database, lambda: NOW)
    outbox = Outbox(database, AsyncWebClient(), lambda: NOW, ours)

    is_typed_out = asyncio.Event()

    class LiveForms:
        async def is_typed_out(self, _: Any) -> int:
            await is_typed_out.wait()
            return 1

        async def redraw(self, *_: Any) -> NoReturn:
            raise SlackApiError("", {"error": "ratelimited"})

    settings = SimpleNamespace(command_prefix="")
    parts: Any = SimpleNamespace(
        settings=settings, database=database, inbox=inbox, outbox=outbox, live_forms=LiveForms()
    )
    action = {"type": "plain_text_input", "action_id": "win_deed", "block_id": "win_deed", "value": "Thanks Ben!"}
    view = {"id": "V1", "type": "modal", "blocks": [{"block_id": "coach", "elements": [{"text": ""}]}]}
    view |= dict.fromkeys(("callback_id", "title", "submit", "close", "private_metadata"), "")
    view["state"] = {"values": {"win_deed": {"win_deed": action}}}

    app = create_app(parts, AsyncWebClient(), WHO)
    typed = {"type": "block_actions", "user": {"id": "UANA"}, "view": view, "actions": [action]}
    assert (await app.async_dispatch(AsyncBoltRequest(body=typed, mode="socket_mode"))).status == 200
    is_typed_out.set()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    async with database.read() as session:
        assert list(await session.scalars(select(Post.text))) == []

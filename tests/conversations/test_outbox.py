"""Each row of the outbox becomes one message, whatever Slack answers."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from bot.delivery.outbox import Outbox, Rank
from bot.records.database import Database, migrate
from bot.records.tables import Post
from tests.conftest import ours
from tests.conversations.slack import Company

GENERAL = "C0GENERAL"


@pytest.fixture
async def outbox(company: Company, tmp_path: Path) -> AsyncIterator[Outbox]:
    """An outbox that is posting to the sandbox."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    database = Database(url)
    slack = AsyncWebClient("xoxb-sandbox", base_url=f"{company.address}/api/", retry_handlers=[], timeout=5)
    outbox = Outbox(database, slack, lambda: datetime.now(UTC), ours)
    posting = asyncio.create_task(outbox.run())
    yield outbox
    outbox.stop()
    await posting
    await database.close()
    company.fault("clear")


async def put(outbox: Outbox, *keys: str, channel: str = GENERAL, rank: Rank = Rank.CARD, **more: str) -> None:
    async with outbox._database.write() as session:
        for key in keys:
            await outbox.put(session, key=key, channel=channel, text=f"post {key}", rank=rank, **more)
    outbox.wake()


async def settled(outbox: Outbox, company: Company) -> list[tuple[str, str]]:
    """(key, state) of every row once none is waiting; woken by what happens at the sandbox."""
    deadline = time.monotonic() + 60
    since = 0
    while True:
        async with outbox._database.read() as session:
            rows = [(row.key, row.state) for row in await session.scalars(select(Post).order_by(Post.id))]
        if all(state in ("sent", "failed") for _, state in rows):
            return rows
        assert time.monotonic() < deadline, rows
        since = (await asyncio.to_thread(company.journal, since, 1))["next"]


def seen(company: Company, text: str) -> int:
    return sum(message["text"] == text for message in company.messages(GENERAL))


@pytest.mark.parametrize(
    ("fault", "fields"),
    [
        ("drop", {}),
        ("ratelimit", {"retry_after": 1}),
        ("error", {"status": 503}),
        ("error", {"error": "internal_error"}),
    ],
)
async def test_a_post_is_seen_once_whatever_slack_answers_first(
    outbox: Outbox, company: Company, fault: str, fields: dict[str, object]
) -> None:
    """A dropped connection, a full minute, a broken server: one message each, none lost."""
    key = f"{fault}:{fields}"
    company.fault(fault, method="chat.postMessage", times=2, **fields)

    await put(outbox, key)

    assert await settled(outbox, company) == [(key, "sent")]
    assert seen(company, f"post {key}") == 1


@pytest.mark.parametrize(
    ("fault", "fields"),
    [("ratelimit", {"retry_after": 1}), ("error", {"status": 503}), ("error", {"error": "invalid_auth"})],
)
async def test_a_post_that_may_stand_is_looked_up_however_often_that_fails(
    outbox: Outbox, company: Company, monkeypatch: pytest.MonkeyPatch, fault: str, fields: dict[str, object]
) -> None:
    """Slack took the post, the connection dropped, and the look that follows is put off: still one message."""
    monkeypatch.setattr("bot.delivery.outbox.TOKEN_PAUSE", timedelta(seconds=1))
    key = f"looked up:{fault}:{fields}"
    company.fault("drop", method="chat.postMessage", times=1)
    company.fault(fault, method="conversations.history", times=1, **fields)

    await put(outbox, key)

    assert await settled(outbox, company) == [(key, "sent")]
    assert seen(company, f"post {key}") == 1


async def test_a_post_that_can_not_be_looked_up_is_posted_again(outbox: Outbox, company: Company) -> None:
    """Slack took it, the connection dropped, and the bot may not read there: better twice than not at all."""
    company.fault("drop", method="chat.postMessage", times=1)
    company.fault("error", method="conversations.history", error="missing_scope", times=1)

    await put(outbox, "unread")

    assert await settled(outbox, company) == [("unread", "sent")]
    assert seen(company, "post unread") == 2


async def test_what_slack_does_not_take_for_a_day_goes_to_the_person(outbox: Outbox, company: Company) -> None:
    """And says why; nobody waits for ever."""
    company.fault("error", method="chat.postMessage", status=503, times=1)
    async with outbox._database.write() as session:
        await outbox.put(session, key="old", channel=GENERAL, text="post old", fallback_user="UANA")
        await session.flush()
        await session.execute(update(Post).values(created_at=datetime.now(UTC) - timedelta(hours=25)))
    outbox.wake()

    assert await settled(outbox, company) == [("old", "failed"), ("old:instead", "sent")]
    assert "(Slack took nothing for a whole day), so here it is: post old" in company.direct("UANA")[-1]["text"]


async def test_an_answer_to_a_question_that_was_deleted_goes_nowhere(outbox: Outbox, company: Company) -> None:
    """Whoever deleted it does not wait for it."""
    await put(outbox, "deleted", thread_ts="1.000001", fallback_user="UANA")
    assert await settled(outbox, company) == [("deleted", "failed")]


async def test_a_card_of_an_earlier_database_is_not_taken_for_the_new_one(outbox: Outbox, company: Company) -> None:
    """Both count from 1; the old one stands in the channel when the new one is looked up."""
    await put(outbox, "win:1")
    await settled(outbox, company)
    async with outbox._database.write() as session:
        await session.execute(delete(Post))
    company.fault("error", method="chat.postMessage", times=1, status=503)

    await put(outbox, "win:1")

    assert await settled(outbox, company) == [("win:1", "sent")]
    assert seen(company, "post win:1") == 2


@pytest.mark.parametrize("is_marked", [True, False], ids=["as it is written", "by an earlier version"])
async def test_a_post_that_stands_is_found_however_late_it_is_looked_for(
    outbox: Outbox, company: Company, is_marked: bool
) -> None:
    """A card that was refused is tried again for days, as if it were written down anew."""
    key = f"late:{is_marked}"
    async with outbox._database.write() as session:
        await outbox.put(session, key=key, channel=GENERAL, text=f"post {key}")
        if not is_marked:
            await session.flush()
            await session.execute(update(Post).values(mark=None))
    outbox.wake()
    await settled(outbox, company)
    later = datetime.now(UTC) + timedelta(days=2)
    async with outbox._database.write() as session:
        await session.execute(update(Post).values(state="sending", ts=None, lease_until=None, created_at=later))
    outbox.wake()

    assert await settled(outbox, company) == [(key, "sent")]
    assert seen(company, f"post {key}") == 1


async def test_a_channel_is_left_alone_for_as_long_as_slack_says(outbox: Outbox, company: Company) -> None:
    """After "too many", the posts behind wait as well, and keep their order."""
    since = company.now()
    company.fault("ratelimit", method="chat.postMessage", times=1, retry_after=2)

    await put(outbox, "first", "second")
    await settled(outbox, company)

    said = [m["text"] for m in company.messages(GENERAL) if m["text"] in ("post first", "post second")]
    assert said == ["post first", "post second"]
    assert len(company.calls("chat.postMessage", since)) == 3


async def test_a_token_that_slack_refuses_loses_no_post(
    outbox: Outbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post waits for a token that is taken."""
    monkeypatch.setattr("bot.delivery.outbox.TOKEN_PAUSE", timedelta(seconds=1))
    company.fault("error", method="chat.postMessage", error="token_revoked", times=1)

    await put(outbox, "patient")

    assert await settled(outbox, company) == [("patient", "sent")]


async def test_blocks_that_slack_refuses_are_said_in_words(outbox: Outbox, company: Company) -> None:
    """Nobody is left without an answer because of how it is drawn."""
    company.fault("error", method="chat.postMessage", error="msg_blocks_too_long", times=1)
    async with outbox._database.write() as session:
        divider = [{"type": "divider"}]
        await outbox.put(session, key="drawn", channel=GENERAL, text="only words", blocks=divider)
    outbox.wake()

    assert await settled(outbox, company) == [("drawn", "failed"), ("drawn:plain", "sent")]
    assert seen(company, "only words") == 1


async def test_a_database_that_does_not_answer_at_the_start_is_asked_again(
    outbox: Outbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put later is posted, as if it had answered."""
    outbox.stop()  # another one takes its place
    database, has_failed = outbox._database, asyncio.Event()
    other, write = Outbox(database, outbox._slack, outbox._clock, ours), database.write

    def failing() -> NoReturn:
        monkeypatch.setattr(database, "write", write)
        has_failed.set()
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(database, "write", failing)
    posting = asyncio.create_task(other.run())
    await has_failed.wait()
    await put(other, "later")

    assert await settled(other, company) == [("later", "sent")]
    other.stop()
    await posting


async def test_the_same_key_is_posted_once(outbox: Outbox, company: Company) -> None:
    """Whoever asks for it, however often."""
    await put(outbox, "twice", "twice")
    await put(outbox, "twice")

    assert await settled(outbox, company) == [("twice", "sent")]
    assert seen(company, "post twice") == 1


async def test_answers_overtake_digests_and_a_channel_keeps_its_pace(outbox: Outbox, company: Company) -> None:
    """Ten at once, then one a second; what matters most goes first."""
    async with outbox._database.write() as session:
        for number in range(11):
            await outbox.put(session, key=f"d{number}", channel=GENERAL, text=f"digest {number}", rank=Rank.DIGEST)
        await outbox.put(session, key="answer", channel=GENERAL, text="the answer", rank=Rank.ANSWER)
    outbox.wake()

    await settled(outbox, company)

    said = [m for m in company.messages(GENERAL) if m["text"].startswith(("digest", "the answer"))]
    assert [m["text"] for m in said] == ["the answer", *(f"digest {number}" for number in range(11))]
    assert float(said[-1]["ts"]) - float(said[0]["ts"]) >= 1.0  # twelve posts: two more than the burst


async def test_what_a_channel_refuses_goes_to_the_person(outbox: Outbox, company: Company) -> None:
    """A refusal for good is final, and what was written is not lost."""
    await put(outbox, "refused", channel="C0IDEAS", fallback_user="UANA")

    states = await settled(outbox, company)
    assert states == [("refused", "failed"), ("refused:instead", "sent")]
    assert "post refused" in company.direct("UANA")[-1]["text"]


async def test_what_another_company_would_read_goes_to_the_person(
    outbox: Outbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel was shared since somebody asked there; what says nothing of the company may stand in it."""

    async def shared(_: str) -> bool:
        return True

    monkeypatch.setattr(outbox, "_is_shared", shared)
    await put(outbox, "answer:7", "reply:referral:7", "reply:7", rank=Rank.ANSWER, fallback_user="UANA")

    assert sorted(await settled(outbox, company)) == [
        ("answer:7", "failed"),
        ("answer:7:instead", "sent"),
        ("reply:7", "sent"),
        ("reply:referral:7", "failed"),
        ("reply:referral:7:instead", "sent"),
    ]
    assert [seen(company, f"post {key}") for key in ("answer:7", "reply:referral:7", "reply:7")] == [0, 0, 1]


async def test_previews_are_off(outbox: Outbox, company: Company) -> None:
    """A link preview can carry data out, so every post says no to it."""
    since = company.now()
    await put(outbox, "plain")
    await settled(outbox, company)

    arguments = company.calls("chat.postMessage", since)[-1]["arguments"]
    assert (arguments["unfurl_links"], arguments["unfurl_media"]) in [(False, False), ("0", "0"), ("false", "false")]

"""A card that Slack refuses is never missing in silence."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.delivery.outbox import Outbox, Rank
from bot.parts import Parts
from bot.records import appearances, choices, idea_queries, ideas, roles, wins
from bot.records.appearances import Appears
from bot.records.database import migrate
from bot.records.tables import Idea, Post
from bot.records.wins import Story
from bot.settings import load
from bot.wiring import at_rest, slack_client
from jobs import idea_cards, refused_cards, win_cards
from tests.conversations.conftest import sandbox_process
from tests.conversations.slack import Company, words

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
IDEAS, WINS, GENERAL = "C0IDEAS", "C0WINS", "C0GENERAL"
SHARED, OURS = "C0COBALT", "C0BILLING"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample company, the bot in none of its channels for ideas and wins."""
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as company:
        yield company


async def look(parts: Parts) -> None:
    """What the schedule does every few seconds, and all that it leads to in Slack."""
    await idea_cards.catch_up(parts)
    await win_cards.redraw(parts)
    await refused_cards.post_again(parts)
    await settled(parts)


async def settled(parts: Parts) -> None:
    """Wait until nothing is due in the outbox."""
    async with asyncio.timeout(60):
        while True:
            async with parts.database.read() as session:
                due = Post.state.in_(("pending", "sending")) & (Post.due_at <= parts.clock())
                if await session.scalar(select(Post.id).where(due)) is None:
                    return
            await asyncio.sleep(0.05)  # between looks; it ends as soon as the outbox is through


def said(company: Company, channel: str) -> str:
    return words([m for m in company.messages(channel) if m.get("bot_id")])


class Hours:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def at_work(company: Company, folder: Path, clock: Hours) -> AsyncIterator[Parts]:
    """A bot as far as it posts cards, with its channels chosen and an admin."""
    url = f"sqlite:///{folder / 'records.db'}"
    migrate(url)
    settings = {"slack_bot_token": "xoxb-sandbox", "slack_app_token": "xapp-sandbox", "data_dir": str(folder)}
    settings |= {"slack_api_url": f"{company.address}/api/", "database_url": url}
    async with at_rest(load(env_file=None, **settings)) as made:
        outbox = Outbox(made.database, slack_client(made.settings, retries=False), clock, made.people.is_shared)
        parts = replace(made, clock=clock, outbox=outbox)
        posting = asyncio.create_task(outbox.run())
        async with parts.database.write() as session:
            await roles.seed(session, ["UADMIN"], NOW)
            await choices.choose(session, {"ideas_channel": IDEAS, "wins_channel": WINS}, "UADMIN", NOW)
        try:
            yield parts
        finally:
            outbox.stop()
            await posting


async def suggest(parts: Parts, title: str) -> None:
    given = {"title": title, "text": "They stop at ten.", "respond_by": date(2026, 11, 30)}
    async with parts.database.write() as session:
        await ideas.submit(session, key=title, author="UANA", now=NOW, **given)


async def thank(parts: Parts, deed: str, channel: str = WINS) -> int:
    """Dev thanks Ben; the number of the win, its card in the outbox."""
    day = {"day": NOW.date(), "daily": 5, "now": NOW}
    story = Story(deed=deed, is_public=True)
    async with parts.database.write() as session:
        win, _ = await wins.tell(session, key=deed, giver="UDEV", people=["UBEN"], story=story, **day)
        key = wins.card_key(win.id)
        await parts.outbox.put(session, key=key, channel=channel, text="A card", rank=Rank.CARD, fallback_user="UDEV")
    parts.outbox.wake()
    return win.id


async def test_a_card_that_is_refused_comes_later_and_admins_hear_of_it_once(company: Company, tmp_path: Path) -> None:
    """Its author and the admins know at once; it comes when the bot may, or at once in a channel that is chosen."""
    clock = Hours()
    async with at_work(company, tmp_path, clock) as parts:
        await suggest(parts, "Later buses")
        await thank(parts, "Waited with a customer for the last bus.")
        await look(parts)
        await look(parts)
        assert "Later buses" in words(company.direct("UANA"))
        told = [m["text"] for m in company.direct("UADMIN")]
        assert sorted(f"<#{IDEAS}>" in text for text in told) == [False, True]
        assert all("/invite @Frontline" in text for text in told)

        assert company.act("invite", user="UADMIN", channel=IDEAS)["ok"]
        async with parts.database.write() as session:
            await choices.choose(session, {"wins_channel": GENERAL}, "UADMIN", NOW)
        await look(parts)
        assert "last bus" in said(company, GENERAL)
        assert said(company, IDEAS) == ""
        clock.now += timedelta(hours=1, seconds=1)
        await look(parts)
        await look(parts)
        async with parts.database.read() as session:
            (idea,) = await idea_queries.every(session)

    assert said(company, IDEAS).count("Later buses") == 2  # its text, and its block
    assert idea.card_channel == IDEAS
    assert said(company, GENERAL).count("last bus") == 2
    assert len(company.direct("UADMIN")) == 2
    assert len([m for m in company.direct("UANA") if "Later buses" in words(m)]) == 1


async def test_a_card_that_somebody_deleted_is_said_once(company: Company, tmp_path: Path) -> None:
    """The admins learn which idea it was; its card is drawn at most once in two seconds until then."""
    clock, before = Hours(), len(company.direct("UADMIN"))
    company.act("invite", user="UADMIN", channel=IDEAS)
    async with at_work(company, tmp_path, clock) as parts:
        await suggest(parts, "A deleted card")
        await look(parts)
        await look(parts)
        since = company.now()
        async with parts.database.write() as session:
            (idea,) = await idea_queries.every(session)
            await ideas.vote(session, idea.id, "UBEN", NOW)
        await asyncio.gather(*(idea_cards.catch_up(parts) for _ in range(3)))
        async with parts.database.write() as session:
            await ideas.vote(session, idea.id, "UDEV", NOW)
        await idea_cards.catch_up(parts)
        assert len(company.calls("chat.update", since)) == 1
        await parts.slack.chat_delete(channel=IDEAS, ts=idea.card_ts or "")
        for _ in range(2):
            clock.now += timedelta(seconds=3)
            await look(parts)

    (told,) = company.direct("UADMIN")[before:]
    assert "A deleted card" in told["text"]
    assert "/ideas" in told["text"]


@pytest.mark.parametrize("why", ["token_revoked", "request_timeout"])
async def test_a_card_that_waits_for_slack_is_no_news(company: Company, tmp_path: Path, why: str) -> None:
    """Nor does it wait for an hour: it is no fault of its channel."""
    clock, before = Hours(), len(company.direct("UADMIN"))
    company.act("invite", user="UADMIN", channel=IDEAS)
    async with at_work(company, tmp_path, clock) as parts:
        await suggest(parts, f"Waits: {why}")
        await look(parts)
        await look(parts)
        company.fault("error", method="chat.update", error=why, times=1)
        async with parts.database.write() as session:
            (idea,) = await idea_queries.every(session)
            await ideas.vote(session, idea.id, "UBEN", NOW)
        for _ in range(2):
            clock.now += timedelta(seconds=3)
            await look(parts)

    (card,) = [m for m in company.messages(IDEAS) if m.get("bot_id") and f"Waits: {why}" in words(m)]
    assert "Vote (1)" in words(card)
    assert company.direct("UADMIN")[before:] == []


async def test_a_card_that_can_not_be_changed_is_changed_later(company: Company, tmp_path: Path) -> None:
    """Its channel is archived for a while: admins hear of it once, and after an hour the card is as it should be."""
    clock, before = Hours(), len(company.direct("UADMIN"))
    company.act("invite", user="UADMIN", channel=WINS)
    async with at_work(company, tmp_path, clock) as parts:
        number = await thank(parts, "Closed the shop with Ana Duarte at midnight.")
        await settled(parts)
        company.fault("error", method="chat.update", error="is_archived", times=1)
        async with parts.database.write() as session:
            choice = {"tell_me": True, "manager": None, "called": ["Ana Duarte"], "now": NOW}
            await appearances.choose(session, "UANA", Appears.PRIVATE, **choice)
            await wins.add_kudos(session, number, "UFINN", NOW)
        for _ in range(3):
            await look(parts)
        assert "A card" in said(company, WINS)
        assert len(company.direct("UADMIN")) == before + 1
        clock.now += timedelta(hours=1, seconds=1)
        await look(parts)

    assert "Closed the shop with a colleague at midnight" in said(company, WINS)
    assert "Ana" not in said(company, WINS)
    assert len(company.direct("UADMIN")) == before + 1


async def test_a_card_comes_back_once_when_its_name_may_be_shown_again(company: Company, tmp_path: Path) -> None:
    """Whatever Slack left unsaid when it was removed and posted, and however many look at the same moment."""
    clock = Hours()
    company.act("invite", user="UADMIN", channel=WINS)
    async with at_work(company, tmp_path, clock) as parts:
        number = await thank(parts, "Carried the router to the third floor.")
        await settled(parts)

        async def appear(how: Appears) -> None:
            async with parts.database.write() as session:
                await appearances.choose(session, "UBEN", how, tell_me=True, manager=None, called=[], now=NOW)
            for _ in range(3):
                await asyncio.gather(*(win_cards.redraw(parts) for _ in range(3)))
                await settled(parts)
                clock.now += timedelta(seconds=1)  # so that what was dropped is tried again

        company.fault("drop", method="chat.delete", times=1)
        for _ in range(2):
            await appear(Appears.PRIVATE)
            assert "third floor" not in said(company, WINS)
            company.fault("drop", method="chat.postMessage", times=1)
            await appear(Appears.PUBLIC)
            assert len([m for m in company.messages(WINS) if "third floor" in words(m)]) == 1
        async with parts.database.write() as session:
            await wins.withdraw(session, number, "UDEV", NOW)
        await look(parts)
        assert "third floor" not in said(company, WINS)


async def test_a_win_gets_its_card_with_the_first_who_may_be_named(company: Company, tmp_path: Path) -> None:
    """Somebody is added to a thank-you that reached its people in private."""
    company.act("invite", user="UADMIN", channel=WINS)
    async with at_work(company, tmp_path, Hours()) as parts:
        story = Story(deed="Found the lost contract in an hour.", is_public=True)
        async with parts.database.write() as session:
            choice = {"tell_me": True, "manager": None, "called": [], "now": NOW}
            await appearances.choose(session, "UGRACE", Appears.PRIVATE, **choice)
            day = {"day": NOW.date(), "daily": 5, "now": NOW}
            win, _ = await wins.tell(session, key="lost", giver="UDEV", people=["UGRACE"], story=story, **day)
        await look(parts)
        assert "lost contract" not in said(company, WINS)
        async with parts.database.write() as session:
            await wins.edit(session, win.id, "UDEV", ["UGRACE", "UANA"], story, NOW)
        await asyncio.gather(*(win_cards.redraw(parts) for _ in range(3)))
        await settled(parts)
        await look(parts)

    (card,) = [m for m in company.messages(WINS) if "lost contract" in words(m)]
    assert "Ana Duarte" in words(card)
    assert "Grace" not in words(card)


async def test_no_card_goes_where_another_company_reads(company: Company, tmp_path: Path) -> None:
    """Neither of an idea nor of thanks: authors and admins hear why, and it comes in a channel of our own."""
    clock = Hours()
    before = {user: len(company.direct(user)) for user in ("UADMIN", "UANA", "UDEV")}
    async with at_work(company, tmp_path, clock) as parts:
        async with parts.database.write() as session:
            await choices.choose(session, {"ideas_channel": SHARED, "wins_channel": SHARED}, "UADMIN", NOW)
        await suggest(parts, "No more waivers for Cobalt")
        await thank(parts, "Calmed Cobalt down.", SHARED)
        company.fault("error", method="conversations.info", error="internal_error", times=1)
        for _ in range(3):
            await look(parts)
            clock.now += timedelta(seconds=1)
        assert said(company, SHARED) == ""
        (told,) = company.direct("UADMIN")[before["UADMIN"] :]
        assert f"<#{SHARED}>: people of another company can read that channel" in told["text"]
        assert "No more waivers" in words(company.direct("UANA")[before["UANA"] :])
        assert "A card" in words(company.direct("UDEV")[before["UDEV"] :])

        async with parts.database.write() as session:
            await choices.choose(session, {"ideas_channel": OURS, "wins_channel": OURS}, "UADMIN", NOW)
        company.act("invite", user="UADMIN", channel=OURS)
        await look(parts)
    assert said(company, SHARED) == ""
    assert "No more waivers" in said(company, OURS)
    assert "Calmed Cobalt" in said(company, OURS)


async def test_the_card_of_an_idea_stands_still_while_another_company_reads(company: Company, tmp_path: Path) -> None:
    """Its channel was shared later: what is decided is not shown there, but what is withdrawn goes at once."""
    clock = Hours()
    company.act("invite", user="UADMIN", channel=IDEAS)
    async with at_work(company, tmp_path, clock) as parts:
        await suggest(parts, "Waive fewer fees")
        await look(parts)
        await look(parts)
        async with parts.database.write() as session:
            (idea,) = await idea_queries.every(session)
            await session.execute(update(Idea).values(card_channel=SHARED))
            await ideas.decide(session, "d", idea.id, "UADMIN", "declined", "Cobalt pays for them.", NOW)
        since = company.now()
        clock.now += timedelta(seconds=3)
        await look(parts)
        assert company.calls("chat.update", since) == []
        async with parts.database.write() as session:
            await session.execute(update(Idea).values(card_channel=IDEAS))
            await ideas.withdraw(session, "w", idea.id, "UANA", NOW)
        await look(parts)
    assert "Waive fewer fees" not in said(company, IDEAS)

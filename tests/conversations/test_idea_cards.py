"""Cards of ideas and votes on them, with several bots on one database and whatever dies meanwhile."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, select

from bot.delivery.outbox import Outbox, Rank
from bot.records import choices, ideas, wins
from bot.records.database import Database
from bot.records.tables import Vote
from bot.records.wins import Story
from tests.conftest import ours
from tests.conversations.conftest import Bot, sandbox_process
from tests.conversations.slack import Company, NeverHappened, words

IDEAS, WINS = "C0IDEAS", "C0WINS"
MANY, CLICKS = int(os.environ.get("MANY", "200")), 8


@contextmanager
def bots(company: Company, database_url: str, folder: Path, count: int) -> Iterator[list[Bot]]:
    """So many bots with one database, each with a folder of its own and one short guide."""
    (folder / "guides").mkdir()
    (folder / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    every = [Bot(company, folder / f"data-{number}") for number in range(count)]
    for channel in (IDEAS, WINS):
        assert company.act("invite", user="UADMIN", channel=channel)["ok"]
    with ExitStack() as stack:
        for bot in every:
            stack.callback(bot.stop)
            start(bot, database_url)
        yield every


def start(bot: Bot, database_url: str) -> None:
    before = bot.company.state()["connected"]
    with suppress(NeverHappened):  # several at once take long on a busy machine
        bot.start(DATABASE_URL=database_url, GUIDES_DIR=str(bot.data.parent / "guides"))
    bot.company.until(lambda: bot.company.state()["connected"] > before, "a connected bot", 300)


async def submit(database_url: str, count: int, first: int = 0) -> list[int]:
    """So many ideas of Ana's, and the channels that cards go to."""
    database = Database(database_url)
    numbers = []
    async with database.write() as session:
        await choices.choose(session, {"ideas_channel": IDEAS, "wins_channel": WINS}, "UADMIN", datetime.now(UTC))
        for n in range(first, first + count):
            given = {"title": f"Idea {n}", "text": "It would help.", "respond_by": date(2099, 1, 1)}
            idea, _ = await ideas.submit(session, key=f"n{n}", author="UANA", now=datetime.now(UTC), **given)
            numbers.append(idea.id)
    await database.close()
    return numbers


async def vote(database_url: str, number: int, user: str) -> None:
    database = Database(database_url)
    async with database.write() as session:
        await ideas.vote(session, number, user, datetime.now(UTC))
    await database.close()


async def votes(database_url: str) -> Counter[int]:
    """How many votes each idea has."""
    database = Database(database_url)
    async with database.read() as session:
        rows = await session.execute(select(Vote.idea_id, func.count()).group_by(Vote.idea_id))
        found = Counter({row[0]: row[1] for row in rows})
    await database.close()
    return found


def cards(company: Company) -> dict[int, list[dict[str, Any]]]:
    """The cards in the ideas channel, by the idea's number."""
    found: dict[int, list[dict[str, Any]]] = {}
    for message in company.messages(IDEAS):
        said = words(message.get("blocks"))
        if message.get("bot_id") and message.get("thread_ts") in (None, message["ts"]) and said.startswith("*"):
            found.setdefault(int(said[1:].split(".")[0]), []).append(message)
    return found


def told(company: Company, number: int) -> list[dict[str, Any]]:
    """The cards of a win."""
    return [m for m in company.messages(WINS) if m.get("bot_id") and f"Deed {number} for" in words(m)]


def click_all_at_once(company: Company, there: dict[int, list[dict[str, Any]]]) -> int:
    """Ben presses Vote on each card so many times at the same moment; how many of them Slack saw answered in time."""
    in_time = 0
    with ThreadPoolExecutor(CLICKS) as pool:
        for (card,) in there.values():
            clicks = [pool.submit(company.click, "UBEN", card, "vote_idea") for _ in range(CLICKS)]
            in_time += sum(click.result()["ok"] for click in clicks)
    return in_time


def until_drawn(company: Company, saying: str, count: int, patience_s: float) -> dict[int, list[dict[str, Any]]]:
    """The cards, once so many say this."""

    def look() -> dict[int, list[dict[str, Any]]] | None:
        found = cards(company)
        return found if sum(saying in words(one) for every in found.values() for one in every) >= count else None

    return company.until(look, f"{count} cards with {saying!r}", patience_s) or {}


async def thank(database_url: str, deed: str) -> None:
    """Dev thanks Ana, and Finn adds his kudos: a card, and something new to show on it."""
    database, now = Database(database_url), datetime.now(UTC)
    outbox = Outbox(database, AsyncWebClient(), lambda: now, ours)  # it only writes down what the bots post
    async with database.write() as session:
        day = {"day": now.date(), "daily": 1_000, "now": now}
        win, _ = await wins.tell(session, key=deed, giver="UDEV", people=["UANA"], story=Story(deed=deed), **day)
        await outbox.put(session, key=wins.card_key(win.id), channel=WINS, text=deed, rank=Rank.CARD)
        await wins.add_kudos(session, win.id, "UFINN", now)
    await database.close()


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_ideas_and_eight_simultaneous_clicks(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the real button, with three bots on one database: exactly two hundred votes; prints the figures."""
    with sandbox_process(tmp_path) as company:
        numbers = asyncio.run(submit(database_url, MANY))
        with bots(company, database_url, tmp_path, 3):
            there = until_drawn(company, "It would help", MANY, 1200)
            began = time.monotonic()
            in_time = click_all_at_once(company, there)
            took = time.monotonic() - began
            drawn = until_drawn(company, "Vote (1)", MANY, 1200)
        found = asyncio.run(votes(database_url))
    with capsys.disabled():
        kind = database_url.split(":")[0]
        print(f"\n{kind}: {MANY} ideas, {CLICKS} simultaneous clicks each, 3 bots, {took:.0f} s: {found.total()} votes")
        print(f"answered within 3 s: {in_time} of {MANY * CLICKS}")
    assert found == dict.fromkeys(numbers, 1)
    assert Counter(len(every) for every in drawn.values()) == {1: MANY}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_bots_that_are_killed_while_they_post_and_draw_cards(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Random kill -9 of two bots: one card for each idea and each win, and every vote on its card; prints figures."""
    dice = random.Random(int(os.environ.get("DICE", "7")))
    kills = int(os.environ.get("KILLS", "30"))
    with sandbox_process(tmp_path) as company, bots(company, database_url, tmp_path, 2) as every:
        company.fault("delay", method="chat.postMessage", seconds=0.3, times=10_000, after=True)
        company.fault("delay", method="chat.update", seconds=0.3, times=10_000, after=True)
        numbers = list[int]()
        voters: Counter[int] = Counter()
        for kill in range(kills):
            numbers += asyncio.run(submit(database_url, 1, first=kill))
            asyncio.run(thank(database_url, f"Deed {kill} for the customer at number {kill}"))
            for number in dice.sample(numbers, min(len(numbers), 2)):
                asyncio.run(vote(database_url, number, f"U{kill}"))
                voters[number] += 1
            enough = company.now() + dice.randrange(1, 12)
            with suppress(NeverHappened):  # everything may be drawn before so much has happened
                company.until(lambda enough=enough: company.now() >= enough, "so much to happen", patience_s=5)
            every[kill % 2].kill()
            start(every[kill % 2], database_url)
        company.fault("clear")
        for number in numbers:
            saying = f"Vote ({voters[number]})" if voters[number] else "no votes yet"
            company.until(lambda n=number, s=saying: s in words(cards(company).get(n)), f"idea {number}: {saying}", 300)
        for kill in range(kills):
            company.until(lambda n=kill: "Kudos from Finn" in words(told(company, n)), f"win {kill}", 300)
        found = Counter(len(each) for each in cards(company).values())
        thanks = Counter(len(told(company, kill)) for kill in range(kills))
    with capsys.disabled():
        kind = database_url.split(":")[0]
        print(f"\n{kind}: {kills} kill -9 of 2 bots; cards for each idea {dict(found)}, for each win {dict(thanks)}")
    assert found == {1: kills}
    assert thanks == {1: kills}

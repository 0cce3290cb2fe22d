"""Wins, kudos and how people appear, in the records, on both databases."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.records import appearances, wins
from bot.records.appearances import Appears
from bot.records.database import Database
from bot.records.tables import Kudos, Post, Thanked, Win
from bot.records.wins import Story
from tests.conftest import NOW

DEED = "Stayed on the line until her alarm worked again."
NAMES = {"UANA": ["Ana Duarte", "ana", "Ana"], "UBEN": ["Ben Okafor", "Ben"], "UDEV": ["Dev"], "UKIRA": ["Kira"]}
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


async def told(database: Database, *people: str, giver: str = "UANA", key: str = "view:V1", **more: Any) -> Win:
    """A win of these people."""
    now: datetime = more.pop("now", NOW)
    daily: int = more.pop("daily", 10)
    async with database.write() as session:
        win, _ = await wins.tell(
            session,
            key=key,
            giver=giver,
            people=people or ["UBEN"],
            story=Story(**{"deed": DEED, **more}),
            day=now.date(),
            daily=daily,
            now=now,
        )
    return win


async def cheer(database: Database, win: Win, user: str, now: datetime = NOW) -> bool:
    async with database.write() as session:
        return await wins.add_kudos(session, win.id, user, now)


async def appear(database: Database, user: str, how: Appears) -> None:
    async with database.write() as session:
        await appearances.choose(session, user, how, tell_me=True, manager=None, called=NAMES.get(user, []), now=NOW)


async def shown(database: Database, start: datetime = NOW, end: datetime = NOW + DAY) -> list[wins.Shown]:
    async with database.read() as session:
        return await wins.shown(session, start, end)


async def test_a_form_tells_one_win(database: Database) -> None:
    """The same form again, at the same moment or after a crash, finds the win that is there."""
    told_ones = await asyncio.gather(*(told(database, "UBEN", "UBEN", "UDEV") for _ in range(8)))
    async with database.read() as session:
        assert await session.scalar(select(func.count(Win.id))) == 1
        assert await wins.people(session, told_ones[0].id) == ["UBEN", "UDEV"]
        assert await session.scalar(select(func.count(Kudos.id))) == 1
    assert len({win.id for win in told_ones}) == 1


async def test_the_daily_number_holds_at_the_same_moment(database: Database) -> None:
    """Eight forms at once with three left for the day: three go through, and tomorrow there is room again."""

    async def one(number: int) -> bool:
        try:
            await told(database, key=f"view:V{number}", daily=3)
        except wins.EnoughToday:
            return False
        return True

    assert sum(await asyncio.gather(*map(one, range(8)))) == 3
    assert (await told(database, key="view:tomorrow", daily=3, now=NOW + DAY)).nth == 1


@pytest.mark.parametrize(
    ("people", "deed", "refusal"),
    [
        (["UBEN", "UANA"], DEED, wins.NotYourself),
        (["UBEN"], "Great job as always, thank you so much!", wins.TooThin),
        (["UBEN"], "👏👏👏", wins.TooThin),
        (["UGRACE"], DEED, wins.RatherNot),
    ],
)
async def test_what_is_not_taken(
    database: Database, people: list[str], deed: str, refusal: type[wins.CannotThank]
) -> None:
    """Not yourself, not praise alone, and nobody who would rather not: nothing is written down."""
    await appear(database, "UGRACE", Appears.NOT_AT_ALL)
    with pytest.raises(refusal):
        await told(database, *people, deed=deed)
    async with database.read() as session:
        assert await session.scalar(select(func.count(Win.id))) == 0


async def test_words_in_other_scripts_have_substance() -> None:
    """A sentence without spaces is no less of a sentence."""
    assert not wins.is_thin("お客様の家の停電を夜のうちに直してくれました。")
    assert not wins.is_thin("Calmed Mrs Okoye down.")


async def test_clicks_at_the_same_moment_count_once_a_person(database: Database) -> None:
    """Four people click eight times each, all at once: four kudos beside the giver's."""
    win = await told(database)
    people = ["UDEV", "UINES", "UKIRA", "UFINN"]
    new = await asyncio.gather(*(cheer(database, win, user) for user in people * 8))
    assert sum(new) == 4
    async with database.read() as session:
        assert await session.scalar(select(func.count(Kudos.id))) == 5
        found = await wins.shown_now(session, win.id)
        row = await wins.get(session, win.id)
    assert found is not None
    assert sorted(user or "" for user, _ in found.kudos) == sorted(people)
    assert row is not None
    assert row.revision == 5


async def test_kudos_are_for_others_and_can_be_taken_back(database: Database) -> None:
    """Whom it thanks can't add to it; a note goes with one's own kudos; the giver withdraws instead."""
    win = await told(database)
    with pytest.raises(wins.OwnThanks):
        await cheer(database, win, "UBEN")
    assert await cheer(database, win, "UDEV")
    async with database.write() as session:
        assert await wins.note(session, win.id, "UDEV", "Mine, too")
        assert not await wins.note(session, win.id, "UKIRA", "I gave none")
        assert await wins.note_of(session, win.id, "UDEV") == "Mine, too"
        assert not await wins.take_back(session, win.id, "UANA")
    assert (await shown(database))[0].kudos == [("UDEV", "Mine, too")]
    async with database.write() as session:
        assert await wins.take_back(session, win.id, "UDEV")
        assert not await wins.take_back(session, win.id, "UDEV")
    assert (await shown(database))[0].kudos == []


async def test_only_the_giver_changes_and_withdraws(database: Database) -> None:
    """Changes keep who added kudos, people come and go, private stays private, and what is withdrawn is gone."""
    win = await told(database, "UBEN", "UDEV", is_public=False)
    async with database.write() as session:
        with pytest.raises(wins.NotYours):
            await wins.edit(session, win.id, "UBEN", ["UBEN"], Story(deed=DEED), NOW)
        edited, added = await wins.edit(
            session, win.id, "UANA", ["UDEV", "UINES"], Story(deed=f"{DEED} Twice.", is_public=True), NOW
        )
        assert added == ["UINES"]
        assert (edited.deed, edited.is_public) == (f"{DEED} Twice.", False)
        assert await wins.people(session, win.id) == ["UDEV", "UINES"]
        with pytest.raises(wins.NotYours):
            await wins.withdraw(session, win.id, "UDEV", NOW)
    for _ in range(2):
        async with database.write() as session:
            await wins.withdraw(session, win.id, "UANA", NOW)
    async with database.write() as session:
        with pytest.raises(wins.Gone):
            await wins.edit(session, win.id, "UANA", ["UDEV"], Story(deed=DEED), NOW)
        assert await wins.received(session, "UDEV") == []
    with pytest.raises(wins.Gone):
        await cheer(database, win, "UKIRA")


async def test_names_go_wherever_they_are_shown(database: Database) -> None:
    """A later choice takes a name from what is there already: as thanked, as giver, and as one who added kudos."""
    win = await told(database, "UBEN", "UDEV", quote="I fixed it.", quote_of="UBEN")
    await cheer(database, win, "UKIRA")
    assert (await shown(database))[0].has_quote
    for user in ("UBEN", "UANA", "UKIRA"):
        await appear(database, user, Appears.PRIVATE)
    now = (await shown(database))[0]
    assert (now.people, now.giver, now.kudos, now.has_quote) == (["UDEV"], None, [(None, "")], False)
    async with database.read() as session:
        assert [behind.id for behind in await wins.to_draw(session, NOW)] == [win.id]
    await appear(database, "UDEV", Appears.PRIVATE)
    assert await shown(database) == []
    await appear(database, "UBEN", Appears.PUBLIC)
    assert (await shown(database))[0].people == ["UBEN"]


async def test_who_is_thanked_can_take_their_name_off_one_win(database: Database) -> None:
    """It stays theirs, and the others stay on it."""
    win = await told(database, "UBEN", "UDEV")
    async with database.write() as session:
        assert not await wins.hide(session, win.id, "UKIRA", [], NOW)
        assert await wins.hide(session, win.id, "UBEN", NAMES["UBEN"], NOW)
    assert (await shown(database))[0].people == ["UDEV"]
    async with database.read() as session:
        assert [one.id for one in await wins.received(session, "UBEN")] == [win.id]


async def test_what_a_digest_asks(database: Database) -> None:
    """The period's wins, who was thanked for the first time, the values, who got more kudos, and the counts."""
    old = await told(database, "UBEN", key="old", now=NOW - WEEK, value="Own it")
    await told(database, "UBEN", "UDEV", key="new", value="Own it")
    await told(database, "UINES", key="private", is_public=False, value="Own it")
    await told(database, "UFINN", key="later", now=NOW + DAY)
    await cheer(database, old, "UKIRA")
    end = NOW + DAY
    assert [one.win.key for one in await shown(database)] == ["new"]
    async with database.read() as session:
        assert await wins.first_thanked(session, NOW, end) == ["UDEV"]
        assert await wins.values(session, NOW - WEEK, end) == [(NOW - WEEK, "Own it"), (NOW, "Own it")]
        assert await wins.thanked_again(session, NOW, end) == ["UBEN"]
        assert await wins.count(session, NOW, end) == (2, 3)
        assert [win.key for win in await wins.received(session, "UINES")] == ["private"]
        assert [win.key for win in await wins.given(session, "UKIRA")] == ["old"]


async def test_home_names_only_who_may_be_named(database: Database) -> None:
    """Whoever gave a thank-you sees whom it thanks; whoever added kudos sees the names on the card."""
    win = await told(database, "UBEN", "UDEV")
    await cheer(database, win, "UKIRA")
    await appear(database, "UBEN", Appears.PRIVATE)
    async with database.read() as session:
        assert await wins.named_to(session, win, "UANA") == ["UBEN", "UDEV"]
        assert await wins.named_to(session, win, "UKIRA") == ["UDEV"]


async def test_a_drawing_that_is_overtaken_is_done_again(database: Database) -> None:
    """Slack shows the revision that was read, so a change meanwhile keeps the win among those that are behind."""
    win = await told(database)
    await cheer(database, win, "UDEV")
    async with database.read() as session:
        behind = await wins.to_draw(session, NOW)
    await cheer(database, win, "UKIRA")
    async with database.write() as session:
        await wins.drawn(session, win.id, behind[0].revision)
    async with database.read() as session:
        assert [one.id for one in await wins.to_draw(session, NOW)] == [win.id]


async def test_the_messages_of_a_win_are_its_own(database: Database) -> None:
    """Win 1's messages are not those of win 11."""
    async with database.write() as session:
        for key in ("win:1", "win:11", "thanks:1:UBEN:UBEN", "thanks:11:UBEN:UBEN", "thanks:1:UKIRA:UBEN"):
            session.add(
                Post(key=key, channel="C1", text="", blocks=[], rank=1, state="sent", due_at=NOW, created_at=NOW)
            )
        await session.flush()
        mine = [post.key for post in await wins.posted(session, 1)]
    assert mine == ["win:1", "thanks:1:UBEN:UBEN", "thanks:1:UKIRA:UBEN"]


async def test_nobody_is_thanked_twice_in_one_win(database: Database) -> None:
    """The rows of a win's people are unique, too."""
    win = await told(database, "UBEN", "UBEN")
    async with database.read() as session:
        rows = select(func.count(Thanked.id)).where(Thanked.win_id == win.id)
        assert await session.scalar(rows) == 1


async def test_a_story_does_not_tell_a_name_that_is_kept_back(database: Database) -> None:
    """Neither in the deed nor in a note, for who appears in private and who took their name off; both can read it."""
    told_one = await told(
        database,
        "UBEN",
        "UDEV",
        giver="UKIRA",
        deed="Ben Okafor and @UDEV called Mrs Benson. ana duarte's list helped, as @ana said: let her stay.",
        words="Ben was kind. Anastasia says so, too.",
    )
    await cheer(database, told_one, "UFINN")
    async with database.write() as session:
        await wins.note(session, told_one.id, "UFINN", "Bravo, Ana!")
    revision = told_one.revision
    await appear(database, "UANA", Appears.PRIVATE)
    async with database.write() as session:
        await wins.hide(session, told_one.id, "UBEN", NAMES["UBEN"], NOW)
        read = {user: await wins.as_told_to(session, told_one, user) for user in ("UBEN", "UDEV", "UKIRA")}
    (one,) = await shown(database)

    assert one.win.deed == (
        "A colleague and @UDEV called Mrs Benson. A colleague's list helped, as a colleague said: let her stay."
    )
    assert one.win.words == "A colleague was kind. Anastasia says so, too."
    assert [note for _, note in one.kudos] == ["Bravo, a colleague!"]
    assert one.win.revision >= revision + 2
    assert read["UBEN"].words == "Ben was kind. Anastasia says so, too."
    assert "Ben" not in read["UDEV"].words
    assert read["UKIRA"].deed == told_one.deed
    await appear(database, "UANA", Appears.PUBLIC)
    assert "ana duarte's list" in (await shown(database))[0].win.deed

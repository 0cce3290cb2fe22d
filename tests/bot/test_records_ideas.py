"""Ideas as records: once each, merged without losing anything, and the same as a simple model of them."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import func, select

from bot.records import choices, ideas, mutes
from bot.records.database import Database, migrate
from bot.records.ideas import Status, Tally, Wanted
from bot.records.tables import Idea, IdeaNotice, Vote
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)
RESPOND_BY = date(2026, 11, 30)


async def submit(database: Database, key: str = "view:V1", author: str = "UANA", **more: Any) -> int:
    given = {"title": "A title", "text": "A text", "respond_by": RESPOND_BY, "now": NOW, **more}
    async with database.write() as session:
        idea, _ = await ideas.submit(session, key=key, author=author, **given)
        return idea.id


async def vote(database: Database, number: int, user: str) -> bool:
    async with database.write() as session:
        return (await ideas.vote(session, number, user, NOW))[1]


async def tally(database: Database, number: int) -> Tally:
    async with database.read() as session:
        return (await ideas.tallies(session, [number]))[number]


async def test_a_form_that_comes_twice_is_one_idea(database: Database) -> None:
    """The same view is the same idea."""
    assert await submit(database) == await submit(database)


async def test_simultaneous_clicks_are_one_vote(database: Database) -> None:
    """Eight at once of one person count once, and eight people eight times."""
    number = await submit(database)

    new = await asyncio.gather(*(vote(database, number, "UBEN") for _ in range(8)))
    await asyncio.gather(*(vote(database, number, f"U{n}") for n in range(8)))

    assert sorted(new) == [False] * 7 + [True]
    assert (await tally(database, number)).votes == 9


@pytest.mark.soak
async def test_two_hundred_ideas_and_eight_simultaneous_clicks(database: Database) -> None:
    """Exactly two hundred votes."""
    numbers = [await submit(database, f"view:{n}") for n in range(200)]
    for number in numbers:
        await asyncio.gather(*(vote(database, number, "UBEN") for _ in range(8)))

    async with database.read() as session:
        assert await session.scalar(select(func.count(Vote.id))) == 200


async def test_votes_are_counted_over_what_was_merged(database: Database) -> None:
    """Nobody twice; a vote for a merged idea counts where it went; undone, each has its own again."""
    first, second, third = [await submit(database, f"view:{n}", f"U{n}") for n in range(3)]
    for number, user in ((first, "UBEN"), (second, "UBEN"), (second, "UDEV"), (third, "UFINN")):
        await vote(database, number, user)
    async with database.write() as session:
        await ideas.merge(session, "m1", third, second, "UELENA", NOW)
        await ideas.merge(session, "m2", second, first, "UELENA", NOW)
    assert (await tally(database, first)) == Tally(votes=3, merged=2)
    assert await vote(database, third, "UDEV") is False
    assert await vote(database, third, "UGRACE") is True
    async with database.write() as session:
        assert await ideas.followers(session, first) == {"U0", "U1", "U2", "UBEN", "UDEV", "UFINN", "UGRACE"}
        await ideas.unmerge(session, "m3", second, "UELENA", LATER)

    assert (await tally(database, first)).votes == 2
    assert (await tally(database, second)).votes == 3


async def test_an_idea_never_goes_round_in_circles(database: Database) -> None:
    """Not into itself, not into what was merged into it, not twice."""
    first, second = [await submit(database, f"view:{n}") for n in range(2)]
    async with database.write() as session:
        with pytest.raises(ideas.IntoItself):
            await ideas.merge(session, "m0", first, first, "UELENA", NOW)
        await ideas.merge(session, "m1", second, first, "UELENA", NOW)
        with pytest.raises(ideas.IntoItself):
            await ideas.merge(session, "m2", first, second, "UELENA", NOW)
        with pytest.raises(ideas.IsMerged):
            await ideas.merge(session, "m3", second, first, "UELENA", NOW)
        with pytest.raises(ideas.IsMerged):
            await ideas.decide(session, "d1", second, "UELENA", Status.PLANNED, "", NOW)


async def test_an_idea_that_was_merged_by_mistake_waits_for_a_response_again(database: Database) -> None:
    """The merge counts as a response only as long as it stands; an answer that came before it stays."""
    first, second, answered = [await submit(database, f"view:{n}") for n in range(3)]
    async with database.write() as session:
        await ideas.respond(session, answered, NOW)
        for number in (second, answered):
            await ideas.merge(session, f"m{number}", number, first, "UELENA", LATER)
    async with database.write() as session:
        assert [idea.id for idea in await ideas.waiting(session)] == [first]
        for number in (second, answered):
            await ideas.unmerge(session, f"u{number}", number, "UELENA", LATER + timedelta(days=1))
    async with database.read() as session:
        assert [idea.id for idea in await ideas.waiting(session)] == [first, second]


async def test_a_replayed_decision_is_told_once(database: Database) -> None:
    """The same form again changes nothing, and author and voters have one notice each."""
    number = await submit(database)
    await vote(database, number, "UBEN")
    async with database.write() as session:
        once = await ideas.decide(session, "view:V9", number, "UELENA", Status.DECLINED, "No money.", NOW)
    async with database.write() as session:
        again = await ideas.decide(session, "view:V9", number, "UELENA", Status.DECLINED, "No money.", LATER)
        told = list(await session.scalars(select(IdeaNotice.user).order_by(IdeaNotice.user)))

    assert once is not None
    assert again is not None
    assert (again.id, told) == (once.id, ["UANA", "UBEN"])


async def test_declining_needs_a_reason_and_closes_the_votes(database: Database) -> None:
    """Who tries without gets a sentence."""
    number = await submit(database)
    async with database.write() as session:
        with pytest.raises(ideas.ReasonNeeded, match="say why"):
            await ideas.decide(session, "d1", number, "UELENA", Status.DECLINED, "  ", NOW)
        await ideas.decide(session, "d2", number, "UELENA", Status.DECLINED, "No.", NOW)
        with pytest.raises(ideas.Closed, match="declined already"):
            await ideas.vote(session, number, "UBEN", NOW)


async def test_comments_follow_the_thread_in_any_order(database: Database) -> None:
    """The newest edit wins, a deletion is final, even when it comes first."""
    number = await submit(database)
    place = {"channel": "C1", "user": "UBEN", "now": NOW}
    async with database.write() as session:
        for ts, text, edited in (
            ("1.1", "old", ""),
            ("1.1", "newest", "3.0"),
            ("1.1", "newer", "2.0"),
            ("1.1", "old", ""),
        ):
            await ideas.comment(session, number, ts=ts, text=text, edited_ts=edited, **place)
        await ideas.remove_comment(session, number, ts="1.2", **place)
        await ideas.comment(session, number, ts="1.2", text="gone before it came", **place)
        said = await ideas.comments(session, number)

    assert [one.text for one in said] == ["newest"]


async def test_withdrawing_erases_the_words_and_frees_what_was_merged(database: Database) -> None:
    """The row keeps its number only."""
    first, second = [await submit(database, f"view:{n}") for n in range(2)]
    await vote(database, first, "UBEN")
    async with database.write() as session:
        await ideas.merge(session, "m1", second, first, "UELENA", NOW)
        await ideas.withdraw(session, "w1", first, "UANA", LATER)
    async with database.read() as session:
        gone, free = await ideas.get(session, first), await ideas.get(session, second)

    assert gone is not None
    assert free is not None
    assert (gone.title, gone.text) == ("", "")
    assert (free.status, free.merged_into) == (Status.OPEN, None)
    assert await tally(database, first) == Tally()


async def test_lists_hold_what_is_asked_for(database: Database) -> None:
    """By votes or age, status, stage, tag and author; page by page."""
    numbers = [
        await submit(database, f"view:{n}", f"U{n % 2}", now=NOW + timedelta(hours=n), tags=["café", "a"][: n % 3])
        for n in range(5)
    ]
    await vote(database, numbers[1], "UBEN")

    async def listed(**wanted: Any) -> list[int]:
        async with database.read() as session:
            return [idea.id for idea in (await ideas.listed(session, Wanted(**wanted)))[0]]

    assert await listed() == [numbers[n] for n in (1, 4, 3, 2, 0)]
    assert await listed(order="newest") == numbers[::-1]
    assert await listed(order="newest", tag="café") == [numbers[n] for n in (4, 2, 1)]
    assert await listed(author="U1") == [numbers[n] for n in (1, 3)]
    assert await listed(status=Status.DECLINED) == []
    assert await listed(ids=(numbers[3], numbers[0])) == [numbers[3], numbers[0]]
    async with database.read() as session:
        page, total = await ideas.listed(session, Wanted(order="newest"), offset=3, limit=3)
    assert ([idea.id for idea in page], total) == ([numbers[1], numbers[0]], 5)


async def test_a_digest_finds_what_happened(database: Database) -> None:
    """Created, decided, completed, waiting, overdue, most wanted, and how long a response took."""
    first, second = [await submit(database, f"view:{n}") for n in range(2)]
    await vote(database, second, "UBEN")
    async with database.write() as session:
        await ideas.decide(session, "d1", first, "UELENA", Status.COMPLETED, "Done.", LATER)
    async with database.read() as session:
        assert [idea.id for idea in await ideas.created(session, NOW, LATER)] == [first, second]
        assert await ideas.created(session, LATER, LATER) == []
        completed = await ideas.decided(session, NOW, LATER + timedelta(days=1), Status.COMPLETED)
        assert [(idea.id, change.reason) for idea, change in completed] == [(first, "Done.")]
        assert [idea.id for idea in await ideas.most_wanted(session)] == [second]
        assert [idea.id for idea in await ideas.waiting(session)] == [second]
        assert await ideas.overdue(session, RESPOND_BY) == []
        assert [idea.id for idea in await ideas.overdue(session, RESPOND_BY + timedelta(days=1))] == [second]
        assert await ideas.response_times(session, NOW, LATER + timedelta(days=1)) == [(NOW, LATER)]


async def test_the_days_to_an_answer_are_working_days(database: Database) -> None:
    """By the workspace's own calendar: Friday evening to Monday is one."""
    friday = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)  # Saturday in Auckland
    number = await submit(database, now=friday)
    async with database.write() as session:
        await choices.choose(session, {"time_zone": "Pacific/Auckland"}, "UADMIN", NOW)
        await ideas.respond(session, number, datetime(2026, 11, 30, 9, tzinfo=UTC))
        idea = await ideas.get(session, number)
        assert idea is not None
        assert (await ideas.shown(session, [idea], ""))[0].answered_in == 1


async def test_muting_twice_is_muting(database: Database) -> None:
    """And it can be taken back."""
    async with database.write() as session:
        assert await mutes.mute(session, "UANA", "ideas", NOW) is True
        assert await mutes.mute(session, "UANA", "ideas", NOW) is False
        assert await mutes.of(session, "UANA") == {"ideas"}
        await mutes.unmute(session, "UANA", "ideas")
        assert await mutes.of(session, "UANA") == set()


# Against a model


@dataclass
class Model:
    """What an idea should be."""

    status: str = "open"
    into: int | None = None
    before: str = "open"  # of the merge
    voters: set[str] = field(default_factory=set)
    is_gone: bool = False


PEOPLE = st.sampled_from(["UA", "UB", "UC", "UD"])
DECIDED = st.sampled_from(list(ideas.DECISIONS))


class Ideas(RuleBasedStateMachine):
    """Any order of what people do, crashes between and within, gives what a plain model gives."""

    numbers = Bundle("numbers")

    @initialize()
    def start(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'ideas.db'}"
        migrate(self.url)
        self.runner = asyncio.Runner()
        self.database = Database(self.url)
        self.model: dict[int, Model] = {}
        self.keys = 0

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    def do(self, verb: Any, *args: Any, twice: bool = False, **kwargs: Any) -> bool:
        """Do it in a transaction, a second time where the crash came before anybody knew; False when refused."""

        async def run() -> bool:
            try:
                async with self.database.write() as session:
                    await verb(session, *args, **kwargs)
            except ideas.CannotChange:
                return False
            return True

        done = self.runner.run(run())
        return (self.runner.run(run()) and done) if twice else done

    def key(self) -> str:
        self.keys += 1
        return f"key:{self.keys}"

    def root(self, number: int) -> int:
        while (above := self.model[number].into) is not None:
            number = above
        return number

    def family(self, number: int) -> list[int]:
        return [one for one in self.model if self.root(one) == number or one == number or self.is_below(one, number)]

    def is_below(self, number: int, other: int) -> bool:
        while (above := self.model[number].into) is not None:
            if above == other:
                return True
            number = above
        return False

    @rule(target=numbers, author=PEOPLE, twice=st.booleans())
    def submit(self, author: str, twice: bool) -> int:
        key = self.key()
        number = self.runner.run(submit(self.database, key, author))
        if twice:
            assert self.runner.run(submit(self.database, key, author)) == number
        self.model[number] = Model()
        return number

    @rule(number=numbers, user=PEOPLE, twice=st.booleans())
    def vote(self, number: int, user: str, twice: bool) -> None:
        root = self.model[self.root(number)]
        takes = not root.is_gone and root.status in ideas.LIVE
        assert self.do(ideas.vote, number, user, NOW, twice=twice) is takes
        if takes and user not in set().union(*(self.model[n].voters for n in self.family(self.root(number)))):
            root.voters.add(user)

    @rule(number=numbers, user=PEOPLE, twice=st.booleans())
    def take_back(self, number: int, user: str, twice: bool) -> None:
        root = self.root(number)
        there = not self.model[root].is_gone
        assert self.do(ideas.take_back, number, user, twice=twice) is there
        for one in self.family(root) if there else []:
            self.model[one].voters.discard(user)

    @rule(number=numbers, status=DECIDED, reason=st.sampled_from(["", "Because."]), twice=st.booleans())
    def decide(self, number: int, status: str, reason: str, twice: bool) -> None:
        one = self.model[number]
        allowed = not one.is_gone and one.into is None and not (status == "declined" and not reason)
        assert self.do(ideas.decide, self.key(), number, "UM", status, reason, NOW, twice=twice) is allowed
        if allowed:
            one.status = status

    @rule(number=numbers, other=numbers, twice=st.booleans())
    def merge(self, number: int, other: int, twice: bool) -> None:
        one, into = self.model[number], self.root(other)
        allowed = not one.is_gone and one.into is None and not self.model[into].is_gone and into != number
        assert self.do(ideas.merge, self.key(), number, other, "UM", NOW, twice=twice) is allowed
        if allowed:
            one.before, one.status, one.into = one.status, "duplicate", into

    @rule(number=numbers, twice=st.booleans())
    def unmerge(self, number: int, twice: bool) -> None:
        one = self.model[number]
        allowed = one.into is not None
        assert self.do(ideas.unmerge, self.key(), number, "UM", NOW, twice=twice) is allowed
        if allowed:
            one.status, one.into = one.before, None

    @rule(number=consumes(numbers), twice=st.booleans())
    def withdraw(self, number: int, twice: bool) -> None:
        self.do(ideas.withdraw, self.key(), number, "UM", NOW, twice=twice)
        one = self.model[number]
        for other in self.model.values():
            if other.into == number:
                other.status, other.into = other.before, None
        one.is_gone, one.into, one.voters = True, None, set()

    @rule()
    def crash(self) -> None:
        self.runner.run(self.database.close())
        self.database = Database(self.url)

    @invariant()
    def is_as_the_model_says(self) -> None:
        if getattr(self, "model", None):
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        async with self.database.read() as session:
            rows = {idea.id: idea for idea in await session.scalars(select(Idea))}
            counted = await ideas.tallies(session, rows)
        assert rows.keys() == self.model.keys()
        for number, one in self.model.items():
            row = rows[number]
            voters = set().union(*(self.model[n].voters for n in self.family(number)))
            assert (row.deleted_at is not None, row.merged_into) == (one.is_gone, one.into)
            assert one.is_gone or row.status == one.status
            assert counted[number].votes == len(voters)


Ideas.TestCase.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)
TestIdeas = Ideas.TestCase


@pytest.mark.soak
class TestManyIdeas(Ideas.TestCase):
    """The same, in the full count."""

    settings = settings(max_examples=300, stateful_step_count=60, deadline=None)

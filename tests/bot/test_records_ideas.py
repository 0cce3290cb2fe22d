"""Ideas as records: once each, merged without losing anything, and the same as a simple model of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bot.records import choices, figures, idea_families, idea_queries, ideas, mutes
from bot.records.database import Database, forget_records
from bot.records.idea_families import Tally
from bot.records.idea_queries import Wanted
from bot.records.ideas import Status
from bot.records.similar import Similar, Vectors
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
        return (await idea_families.tallies(session, [number]))[number]


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
        assert await idea_families.followers(session, first) == {"U0", "U1", "U2", "UBEN", "UDEV", "UFINN", "UGRACE"}
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
        assert [idea.id for idea in await idea_queries.waiting(session)] == [first]
        for number in (second, answered):
            await ideas.unmerge(session, f"u{number}", number, "UELENA", LATER + timedelta(days=1))
    async with database.read() as session:
        assert [idea.id for idea in await idea_queries.waiting(session)] == [first, second]


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


async def test_a_new_owner_hears_of_it(database: Database) -> None:
    """Once, and alone where nothing else is new; the idea still waits for its first response then."""
    number = await submit(database)
    await vote(database, number, "UBEN")
    due = date(2026, 12, 3)
    async with database.write() as session:
        for key in ("d1", "d1", "d2"):
            await ideas.decide(session, key, number, "UELENA", Status.OPEN, "", NOW, owner="UDEV", due=due)
        await ideas.decide(session, "d3", number, "UELENA", Status.OPEN, "", NOW, owner="UELENA", due=due)
        kinds = [one.kind for one in await idea_queries.changes(session, number)]
        told = list(await session.scalars(select(IdeaNotice.user)))
        assert [one.id for one in await idea_queries.waiting(session)] == [number]
        assert [one.id for one in await figures.waiting_at(session, LATER)] == [number]

    assert kinds == ["assigned", "assigned"]
    assert told == ["UDEV"]


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
        said = await idea_queries.comments(session, number)

    assert [one.text for one in said] == ["newest"]


async def test_withdrawing_erases_the_words_and_frees_what_was_merged(database: Database) -> None:
    """The row keeps its number only."""
    first, second = [await submit(database, f"view:{n}") for n in range(2)]
    await vote(database, first, "UBEN")
    async with database.write() as session:
        await ideas.merge(session, "m1", second, first, "UELENA", NOW)
        await ideas.withdraw(session, "w1", first, "UANA", LATER)
    async with database.read() as session:
        gone, free = await idea_queries.get(session, first), await idea_queries.get(session, second)

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
            return [idea.id for idea in (await idea_queries.listed(session, Wanted(**wanted)))[0]]

    assert await listed() == [numbers[n] for n in (1, 4, 3, 2, 0)]
    assert await listed(order="newest") == numbers[::-1]
    assert await listed(order="newest", tag="café") == [numbers[n] for n in (4, 2, 1)]
    assert await listed(author="U1") == [numbers[n] for n in (1, 3)]
    assert await listed(status=Status.DECLINED) == []
    assert await listed(ids=(numbers[3], numbers[0])) == [numbers[3], numbers[0]]
    async with database.read() as session:
        page, total = await idea_queries.listed(session, Wanted(order="newest"), offset=3, limit=3)
    assert ([idea.id for idea in page], total) == ([numbers[1], numbers[0]], 5)


async def test_a_digest_finds_what_happened(database: Database) -> None:
    """Decided, completed, waiting, most wanted, and how long a response took."""
    first, second = [await submit(database, f"view:{n}") for n in range(2)]
    await vote(database, second, "UBEN")
    async with database.write() as session:
        await ideas.decide(session, "d1", first, "UELENA", Status.COMPLETED, "Done.", LATER)
    async with database.read() as session:
        completed = await idea_queries.decided(session, NOW, LATER + timedelta(days=1), Status.COMPLETED)
        assert [(idea.id, change.reason) for idea, change in completed] == [(first, "Done.")]
        assert [idea.id for idea in await idea_queries.most_wanted(session)] == [second]
        assert [idea.id for idea in await idea_queries.waiting(session)] == [second]
        assert await idea_queries.response_times(session, NOW, LATER + timedelta(days=1)) == [(NOW, LATER)]


async def test_the_days_to_an_answer_are_working_days(database: Database) -> None:
    """By the workspace's own calendar: Friday evening to Monday is one."""
    friday = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)  # Saturday in Auckland
    number = await submit(database, now=friday)
    async with database.write() as session:
        await choices.choose(session, {"time_zone": "Pacific/Auckland"}, "UADMIN", NOW)
        await ideas.respond(session, number, datetime(2026, 11, 30, 9, tzinfo=UTC))
        idea = await idea_queries.get(session, number)
        assert idea is not None
        assert (await idea_queries.shown(session, [idea], ""))[0].answered_in == 1


async def test_muting_twice_is_muting(database: Database) -> None:
    """And it can be taken back."""
    async with database.write() as session:
        assert await mutes.mute(session, "UANA", "ideas", NOW) is True
        assert await mutes.mute(session, "UANA", "ideas", NOW) is False
        assert await mutes.of(session, "UANA") == {"ideas"}
        await mutes.unmute(session, "UANA", "ideas")
        assert await mutes.of(session, "UANA") == set()


async def test_similar_ideas_are_those_that_stand_now(database: Database) -> None:
    """What is added, reworded or withdrawn counts at the next look; what has not changed is not read again."""
    asked: list[str] = []

    async def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        angles = np.array([text.count("x") * np.pi / 20 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    async def near(text: str) -> list[int]:
        return [number for number, _ in await similar.to(text, floor=0.95) or ()]

    similar = Similar(database, embed, "angles")
    assert await near("xxx") == []
    first, second = [await submit(database, f"view:{n}", title="x" * n, text="-") for n in (3, 9)]
    assert await near("xxx") == [first]
    assert await near("x" * 9) == [second]
    async with database.write() as session:
        await ideas.edit(session, "e1", second, "UANA", title="xxxx", text="-", stage=None, tags=[], now=LATER)
    assert await near("xxx") == [first, second]
    async with database.write() as session:
        await ideas.withdraw(session, "w1", first, "UANA", LATER)
    assert await near("xxx") == [second]
    assert await similar.to_idea(second) == []
    assert [text for text in asked if "-" in text] == ["xxx\n-", "x" * 9 + "\n-", "xxxx\n-"]


async def test_without_a_model_ideas_are_found_by_words(database: Database) -> None:
    """All of them, in the title or the text, in any case; nothing is a wildcard."""

    async def embed(_: Sequence[str]) -> Vectors | None:
        return None

    number = await submit(database, "view:1", title="Text the engineer's arrival", text="100% would like that.")
    await submit(database, "view:2", title="Text the engineer's name", text="Everybody would like that.")
    similar = Similar(database, embed, "none")
    assert await similar.embed_new() == 0
    assert await similar.to("arrival") is None
    assert await similar.to_idea(number) == []
    async with database.read() as session:
        for words, found in (("ARRIVAL engineer", [number]), ("100%", [number]), ("1%t", []), ("arrival name", [])):
            listed, total = await idea_queries.listed(session, idea_queries.Wanted(words=words))
            assert ([idea.id for idea in listed], total) == (found, len(found))


async def test_an_author_can_reword_an_idea_while_it_is_open(database: Database) -> None:
    """Once for each form; its votes stay, and whoever follows it has one notice however often it is reworded."""
    number = await submit(database)
    await vote(database, number, "UBEN")
    words = {"title": "Better", "text": "Much better", "stage": "use", "tags": ["app"], "now": LATER}
    async with database.write() as session:
        with pytest.raises(ideas.NotYours):
            await ideas.edit(session, "e0", number, "UBEN", **words)
        once = await ideas.edit(session, "e1", number, "UANA", **words)
        again = await ideas.edit(session, "e1", number, "UANA", **words | {"title": "Never"})
        assert await ideas.edit(session, "e2", number, "UANA", **words) is None
        await ideas.edit(session, "e3", number, "UANA", **words | {"title": "Best"})
        idea = await idea_queries.get(session, number)
        assert idea is not None
        told = list(await session.scalars(select(IdeaNotice.user)))
        assert [one.id for one in await idea_queries.waiting(session)] == [number]
        assert [one.id for one in await figures.waiting_at(session, LATER + timedelta(days=1))] == [number]
        await ideas.decide(session, "d1", number, "UELENA", Status.PLANNED, "", LATER)
        with pytest.raises(ideas.NotOpen, match="planned"):
            await ideas.edit(session, "e4", number, "UANA", **words)

    assert once is not None
    assert again is not None
    assert again.id == once.id
    assert (idea.title, idea.text, idea.stage, idea.tags, idea.wording) == ("Best", "Much better", "use", ["app"], 3)
    assert told == ["UBEN"]
    assert (await tally(database, number)).votes == 1


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
CRASHES = st.sampled_from(["never", "within", "after"])


class Crashed(Exception):
    """The process ended within the transaction."""


class Ideas(RuleBasedStateMachine):
    """Any order of what people do, crashes between, within and right after, gives what a plain model gives."""

    numbers = Bundle("numbers")

    def __init__(self, url: str) -> None:
        super().__init__()
        forget_records(url)
        self.url = url
        self.runner = asyncio.Runner()
        self.database = Database(url)
        self.model: dict[int, Model] = {}
        self.keys = self.acts = 0

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()

    def do(self, crash: str, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """Do it in a transaction, and anew after a crash that nobody answered; False when it was refused."""

        async def run(*, crashes: bool) -> Any:
            try:
                async with self.database.write() as session:
                    done = await verb(session, *args, **kwargs)
                    if crashes:
                        raise Crashed
            except ideas.CannotChange:
                return False
            except Crashed:
                return None
            return done or True

        self.acts += 1
        done = self.runner.run(run(crashes=crash == "within"))
        return done if crash == "never" else self.runner.run(run(crashes=False))

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

    @rule(target=numbers, author=PEOPLE, crash=CRASHES)
    def submit(self, author: str, crash: str) -> int:
        given = {"title": "A title", "text": "A text", "respond_by": RESPOND_BY, "now": NOW}
        idea, _ = self.do(crash, ideas.submit, key=self.key(), author=author, **given)
        self.model[idea.id] = Model()
        return int(idea.id)

    @rule(number=numbers, user=PEOPLE, crash=CRASHES)
    def vote(self, number: int, user: str, crash: str) -> None:
        root = self.model[self.root(number)]
        takes = not root.is_gone and root.status in ideas.LIVE
        assert bool(self.do(crash, ideas.vote, number, user, NOW)) is takes
        if takes and user not in set().union(*(self.model[n].voters for n in self.family(self.root(number)))):
            root.voters.add(user)

    @rule(number=numbers, user=PEOPLE, crash=CRASHES)
    def take_back(self, number: int, user: str, crash: str) -> None:
        root = self.root(number)
        there = not self.model[root].is_gone
        assert bool(self.do(crash, ideas.take_back, number, user)) is there
        for one in self.family(root) if there else []:
            self.model[one].voters.discard(user)

    @rule(number=numbers, status=DECIDED, reason=st.sampled_from(["", "Because."]), crash=CRASHES)
    def decide(self, number: int, status: str, reason: str, crash: str) -> None:
        one = self.model[number]
        allowed = not one.is_gone and one.into is None and not (status == "declined" and not reason)
        assert bool(self.do(crash, ideas.decide, self.key(), number, "UM", status, reason, NOW)) is allowed
        if allowed:
            one.status = status

    @rule(number=numbers, other=numbers, crash=CRASHES)
    def merge(self, number: int, other: int, crash: str) -> None:
        one, into = self.model[number], self.root(other)
        allowed = not one.is_gone and one.into is None and not self.model[into].is_gone and into != number
        assert bool(self.do(crash, ideas.merge, self.key(), number, other, "UM", NOW)) is allowed
        if allowed:
            one.before, one.status, one.into = one.status, "duplicate", into

    @rule(number=numbers, crash=CRASHES)
    def unmerge(self, number: int, crash: str) -> None:
        one = self.model[number]
        allowed = one.into is not None
        assert bool(self.do(crash, ideas.unmerge, self.key(), number, "UM", NOW)) is allowed
        if allowed:
            one.status, one.into = one.before, None

    @rule(number=consumes(numbers), crash=CRASHES)
    def withdraw(self, number: int, crash: str) -> None:
        self.do(crash, ideas.withdraw, self.key(), number, "UM", NOW)
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
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        async with self.database.read() as session:
            rows = {idea.id: idea for idea in await session.scalars(select(Idea))}
            counted = await idea_families.tallies(session, rows)
        assert rows.keys() == self.model.keys()
        for number, one in self.model.items():
            row = rows[number]
            voters = set().union(*(self.model[n].voters for n in self.family(number)))
            assert (row.deleted_at is not None, row.merged_into) == (one.is_gone, one.into)
            assert one.is_gone or row.status == one.status
            assert counted[number].votes == len(voters)


def test_ideas_are_as_a_plain_model_says(database_url: str) -> None:
    """Votes, statuses and merges come out the same, whatever order they come in and wherever it crashes."""
    few = settings(max_examples=4, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(lambda: Ideas(database_url), settings=few)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_many_ideas_are_as_a_plain_model_says(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same in the full count; prints it."""
    acts = 0

    class Counted(Ideas):
        def teardown(self) -> None:
            nonlocal acts
            acts += self.acts
            super().teardown()

    many = settings(max_examples=300, stateful_step_count=60, deadline=None)
    run_state_machine_as_test(lambda: Counted(database_url), settings=many)
    with capsys.disabled():
        print(f"\n{database_url.split(':')[0]}: 300 histories of up to 60 steps, {acts:,} acts: each as the model says")

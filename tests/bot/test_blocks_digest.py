"""What the digests say, and what they must not say."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import digest, digest_chart, digest_figures, schedules
from bot.blocks.digest import Recognition, Story, Suggestion
from bot.blocks.digest_figures import Team
from bot.records.figures import Figures
from bot.records.schedules import Kind, usual
from bot.records.stories import FEWEST, MOST, chosen
from bot.records.tables import Schedule, Win
from bot.records.wins import Shown
from sandbox.limits import check_message
from tests.conversations.slack import words

START, END = datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC)
NASTY = "*bold* <!channel> <@UZZ> <https://evil.example|here> & _x_\n> quoted `code`"


def story(*people: str, **changed: Any) -> Story:
    plain = Story(people, "UGIVER", 2, "Stayed on the line.", "She slept well.", "So kind!", "Own it", None)
    return replace(plain, **changed)


def told(**changed: Any) -> Recognition:
    everybody = [f"U{number}" for number in range(40)]
    weeks = [date(2026, 8, 31) + timedelta(days=7 * number) for number in range(12)]
    week = Recognition(
        start=START,
        end=END,
        zone="Europe/Amsterdam",
        stories=[story(f"U{number}") for number in range(7)],
        thanked=everybody,
        first=frozenset({"U1", "U30"}),
        completed=[Suggestion(f"Idea {number}", "U2", 5, "https://x.example/p1") for number in range(3)],
        wanted=[Suggestion("A large-print bill", "U3", 4, None)],
        values={"Own it": [1] * 12, "Help each other": [2] * 12},
        weeks=weeks,
    )
    return replace(week, **changed)


NAMES = {f"U{number}": f"Name {number}" for number in range(40)} | {"UGIVER": "Kira"}


def test_everybody_is_named_once() -> None:
    """In a story or in the list below, on the screen or in the thread; who is new to it has a seedling."""
    drawn = digest.recognition(told(), NAMES)
    assert drawn.thread
    said = words(drawn.screen.blocks) + words(drawn.thread.blocks)

    assert sorted(re.findall(r"<@(\w+)>", said)) == sorted(f"U{number}" for number in range(40))
    assert re.findall(r"<@(\w+)> 🌱", said) == ["U1", "U30"]


def test_the_screen_holds_three_stories_and_the_thread_the_rest() -> None:
    """One screen: few blocks, few words; nothing is lost."""
    drawn = digest.recognition(told(), NAMES)
    assert drawn.thread

    assert words(drawn.screen.blocks).count("Stayed on the line.") == 3
    assert words(drawn.thread.blocks).count("Stayed on the line.") == 4
    assert "A large-print bill, 4 votes" in words(drawn.thread.blocks)
    assert len(drawn.screen.blocks) <= 10
    assert drawn.screen.text.startswith("40 colleagues were thanked from 16 to 22 November.")


def test_people_who_left_are_former_colleagues() -> None:
    """Their work is told, their name is not."""
    names = {"U2": "Ann"}
    drawn = digest.recognition(told(stories=[story("U0", "U1", "U2"), story("U3")], thanked=["U0", "U1", "U2"]), names)
    said = words(drawn.screen.blocks)

    assert "<@U2> and 2 former colleagues" in said
    assert "*a former colleague*" in said
    assert "thanked by a former colleague and 2 others" in said
    assert "U0" not in said


@pytest.mark.parametrize("letter", ["x", "&"])
def test_however_long_everything_is_slack_takes_it(letter: str) -> None:
    """Stories of ten people, values, names and titles, each at its longest, and as long as it gets when escaped."""
    colleagues = [f"U0{number:09}" for number in range(400)]
    link = f"https://x.example/archives/{'p' * 60}"
    typed = dict.fromkeys(("deed", "effect", "words", "value"), letter * 1000)
    ideas = [Suggestion(letter * 150, "U2", 5, link)] * 50
    drawn = digest.recognition(
        told(
            stories=[story(*colleagues[:10], link=link, **typed)] * 7,
            thanked=colleagues,
            completed=ideas,
            wanted=ideas[:3],
        ),
        dict.fromkeys([*colleagues, "U2", "UGIVER"], letter * 90),
    )
    assert drawn.thread
    for said in (drawn.screen, drawn.thread):
        check_message(said.text, [block for block in said.blocks if block["type"] != "image"], None)


def test_what_people_typed_is_only_text() -> None:
    """No mention, link, quote or formatting of theirs comes alive, and long words are cut."""
    nasty = story("U1", deed=NASTY * 50, effect=NASTY * 50, words=NASTY * 50, value=NASTY, link="javascript:alert(1)")
    idea = Suggestion(NASTY, "UZZ", 1, None)
    drawn = digest.recognition(
        told(stories=[nasty] * 7, completed=[idea], wanted=[idea]), NAMES | {"UZZ": NASTY, "UGIVER": NASTY}
    )
    assert drawn.thread
    for said in (drawn.screen, drawn.thread):
        text = words(said.blocks)
        assert not re.search(r"<!|<@UZZ>|<https://evil|<javascript|`", text)
        assert sum(len(words(block)) for block in said.blocks) < 6_000


@pytest.mark.parametrize(("people", "ideas"), [(230, 0), (5, 30), (3_000, 300)])
def test_however_many_there_are_slack_takes_it(people: int, ideas: int) -> None:
    """Long lists are split over sections, and whoever and whatever is not named is counted."""
    everybody = [f"U0{number:09}" for number in range(people)]
    title, link = "A title of ninety characters. " * 3, "https://x.example/archives/p"
    done = [Suggestion(title, everybody[0], 5, f"{link}{number}") for number in range(ideas)]
    drawn = digest.recognition(told(thanked=everybody, completed=done), dict.fromkeys(everybody, "Ana Duarte"))
    assert drawn.thread
    for said in (drawn.screen, drawn.thread):
        check_message(said.text, [block for block in said.blocks if block["type"] != "image"], None)

    below = words(drawn.thread.blocks)
    named = re.findall(rf"<@U0\d+>|{link}", words(drawn.screen.blocks) + below)
    left_out = [int(many.replace(",", "")) for many in re.findall(r"and ([\d,]+) more", below)]
    assert len(named) + sum(left_out) == people + ideas


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (START, END, "from 16 to 22 November"),
        (
            datetime(2026, 9, 27, 22, tzinfo=UTC),
            datetime(2026, 10, 4, 22, tzinfo=UTC),
            "from 28 September to 4 October",
        ),
        (
            datetime(2026, 12, 27, 23, tzinfo=UTC),
            datetime(2027, 1, 3, 23, tzinfo=UTC),
            "from 28 December 2026 to 3 January 2027",
        ),
        (datetime(2026, 11, 21, 23, tzinfo=UTC), END, "on 22 November 2026"),
    ],
)
def test_a_period_in_words(start: datetime, end: datetime, expected: str) -> None:
    """By the place's own days, the last one included."""
    assert digest.when(start, end, "Europe/Amsterdam") == expected


def test_the_picture_says_the_same_in_words() -> None:
    """A PNG of the values, most thanked first; the alt text has its figures; small enough for any Slack."""
    week = told(values={f"Value {n}": [n] * 12 for n in range(1, 11)} | {"多言語 $x^2$": [1] * 12})
    picture = digest_chart.draw({"Own it": [0, 1], "Help $each$ other": [2, 3]}, week.weeks[:2])

    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 100_000
    assert digest_chart.in_words(week.values).startswith(
        "What people were thanked for in the last 12 weeks: Value 10 120, Value 9 108,"
    )
    assert digest_chart.in_words(week.values).endswith("Others 48.")


def win(people: str, value: str | None = None, words: str = "", effect: str = "", kudos: int = 0) -> Shown:
    return Shown(Win(value=value, words=words, effect=effect), people.split(), None, [(None, "")] * kudos, False)


def test_stories_vary_in_people_and_values() -> None:
    """A new person for a new value with the customer's words comes first."""
    wins = [
        win("A", "x", kudos=9),
        win("A", "y", words="Thanks!"),
        win("B", "y"),
        win("C", "y", words="Great!"),
        win("D", None),
        win("B", "x"),
    ]
    assert [(one.people[0], one.win.value) for one in chosen(wins)] == [("A", "y"), ("B", "x"), ("C", "y"), ("D", None)]
    assert [one.win.words for one in chosen(wins)][:3] == ["Thanks!", "", "Great!"]


@given(st.lists(st.tuples(st.sampled_from("ABCDEFGHIJ"), st.sampled_from(["x", "y", None])), max_size=20))
def test_stories_are_few_and_nobody_fills_them(rows: list[tuple[str, str | None]]) -> None:
    """At most seven; none is told twice; beyond three, nobody is in a second one."""
    told = chosen([win(person, value) for person, value in rows])
    people = [one.people[0] for one in told]

    assert min(len(rows), FEWEST) <= len(told) <= MOST
    assert len({id(one) for one in told}) == len(told)
    assert len(set(people)) == min(len(set(people)), MOST)
    assert len(people) - len(set(people)) <= FEWEST - 1


def test_small_numbers_are_told_as_they_are() -> None:
    """Each figure with how it was before; no percentage, and no median of three."""
    before = Figures(2, 0, [], 0, 0, 0, 0, 0, 0)
    now = Figures(4, 1, [1, 2, 9], 12, 3, 3, 2, 1, 5)
    said = digest_figures.managers(Team(now, before, START, END, "Europe/Amsterdam"), prefix="fl-")
    text = words(said.blocks)

    assert "4, 1 of them overdue; 2 the period before (up 2)" in text
    assert "3 after 1, 2 and 9 working days; none the period before" in text
    assert "3 of 12; none was asked the period before" in text
    assert "2 👍 and 1 👎; 0 and 0 the period before" in text
    assert "1 story with 5 kudos" in text
    assert "%" not in text
    assert "/fl-digest" in text


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([0], "1 on the same day;"),
        ([1], "1 after 1 working day;"),
        ([1, 1], "2 after 1 and 1 working days;"),
        ([0, 1, 3, 4, 9], "5, half of them within 3 working days;"),
        ([0, 0, 0, 4, 9], "5, half of them on the same day;"),
    ],
)
def test_how_long_first_answers_took(days: list[int], told: str) -> None:
    """How many there are, and after how long they came, in whole words."""
    period = Figures(0, 0, days, 0, 0, 0, 0, 0, 0)
    said = digest_figures.managers(Team(period, period, START, END, "Europe/Amsterdam"), prefix="")
    assert f"*First answers to ideas:* {told}" in words(said.blocks)


def test_a_preview_has_no_live_buttons() -> None:
    """Nothing in it can be pressed by mistake, and the picture's words stand in where it can't be shown."""
    view = schedules.preview(digest.recognition(told(), NAMES), None)

    assert "action_id" not in str(view)
    assert "[ Thank someone ]" in words(view)
    assert "What people were thanked for" in words(view)


def test_home_tells_the_next_digests_in_their_order_by_the_readers_clock() -> None:
    """Each schedule has a time zone of its own; who reads it may be in a third."""
    at = [datetime(2026, 11, day, 8, 0, tzinfo=UTC) for day in (30, 29)]
    weekly = [Schedule(id=n, **usual(Kind.RECOGNITION, f"C{n}", "Europe/Paris")._asdict()) for n in (1, 2)]
    planned = [schedules.Planned(one, when) for one, when in zip(weekly, at, strict=True)]
    later, sooner = "<!date^1796025600^{date_long} at {time}|Monday 30 November, 09:00>", "Sunday 29 November, 09:00>"
    said = words(schedules.in_home(planned, None))
    assert said.index(sooner) < said.index(later)

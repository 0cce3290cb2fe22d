"""What lies beyond the last of a kind that the guides number is in none of them."""

from collections.abc import Callable

import pytest

from knowledge.answers import Outcome
from knowledge.library import Library
from knowledge.names import Names

Open = Callable[..., Library]

GUIDES = [
    "# Appeals\n\n| | Stage 1 | Stage 2 |\n| --- | --- | --- |\n| Answered within | 5 days | 9 days |\n\nAsk us.",
    "# Bays\n\n| Class | For |\n| --- | --- |\n| A – small | bikes |\n| B | cars |\n\nClasses A to D are free.",
    "- Group 1: new\n- Group 2: old\n\nGroups 1–5 may wait, also in a lane.",
    "| Grade | Fee |\n| --- | --- |\n| 1 | £3 |\n| 2 or more | £5 |",
    "## Award 1\n\n## Award 2\n\nAward 2 and above is rare.",
    "Sort 1 egg.\nSort 2 eggs.\n\nRow A is by the door, and Row B is not.",
    "## Step 1\n\n## Step 2\n\n## Child 1\n\n## Child 2",
    "# Lane 1\n\n# Lane 2\n\nLane three is for buses, Lane 5a for none.\n\n| Street | Lane |\n|---|---|\n| Quay | 4 |",
    "# Team H\n\n## Visit 1\n\n## Visit 2\n\n" + "\n".join(f"## Team {each}" for each in "ABCDEFGH"),
]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(GUIDES)


@pytest.mark.parametrize(
    ("question", "beyond"),
    [
        ("how long is a Stage 3 appeal", ["Stage 3"]),
        ("stage 4 of it?", ["stage 4"]),
        ("is class e free, or Class F?", ["class e", "Class F"]),
        ("does group 6 wait", ["group 6"]),
        ("is lane 6 for buses", ["lane 6"]),
        ("what of team j", ["team j"]),
    ],
)
def test_what_lies_beyond_the_last_is_unknown(question: str, beyond: list[str], names: Names) -> None:
    """However it is typed, and after the guides have been kept or have grown."""
    grown = Names(GUIDES[:1]).with_more(GUIDES[1:])
    for each in (names, Names.from_counts(names.counts()), grown):
        assert each.beyond_in(question, bool) == beyond


@pytest.mark.parametrize(
    "question",
    [
        "how long is stage 2, or class d",
        "is class c free",  # only in a list from one to another
        "stage 12",  # a number of another kind
        "stage 3 cancer",  # what no guide has
        "stage 3 days",
        "stage 3.5 or stage 3/4",
        "does group 4 wait",
        "grade 3 fee",  # goes on
        "award 3",
        "sort 3 eggs",  # an amount
        "row c",  # not headed
        "lane 3, lane 4 or lane 5",  # said otherwise
        "which team I am in",
        "can they visit 3 gardens",
        "step 3 or child 3",
        "a",
    ],
)
def test_what_may_be_in_the_guides_or_no_member_is_not(question: str, names: Names) -> None:
    """A question that the guides may answer is not declined."""
    assert names.beyond_in(question, lambda word: word != "cancer") == []


def test_it_is_said_to_be_unknown(open_library: Open, put_guide: Callable[[str, str | None], None]) -> None:
    """Rather than answered for another."""
    put_guide("appeals.md", GUIDES[0])
    library = open_library()
    library.warm()

    assert library.answer("within how many days is a stage 2 appeal answered?").outcome is Outcome.ANSWERED
    answer = library.answer("within how many days is a stage 3 appeal answered?")
    assert answer.outcome is Outcome.NOT_IN_GUIDES
    assert answer.notes == ("The guides don't mention “stage 3”.",)

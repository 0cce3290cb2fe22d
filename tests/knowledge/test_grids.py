"""A table is read by the keys of its rows and the names of its columns; what it has nothing for is told."""

import pytest

from knowledge.answers import Passage
from knowledge.closely import read_closely
from knowledge.grids import agreeing, below_head, keys_in, nothing_for, told_by_keys
from knowledge.rows import filled_down
from knowledge.sentences import cells_of, pieces

BERTHS = """\
| Boat | Berth | Low | High |
|---|---|---|---|
| Tern | Bunk | £40 | £52 |
| Tern | Cabin | £70 | £88 |
| Gannet | Bunk | £44 | – |
| Gannet | En-suite | £95 | £120 |
| Gannet | Cabin with desk | £80 | £99 |
"""
TICKETS = """\
| Ticket | 1 day | 3 days | 7 days | Lockers |
|---|---|---|---|---|
| Harbour, adult | £9 | £24 | £50 | yes |
| Harbour, child | £5 | £12 | £25 | – |
| Island, adult | £14 | £36 | – | no |
"""
CASES = """\
| Case | To the quay | To the isle |
|---|---|---|
| Basic | £2 | £3 |
| Basic Dry | £4 | £6 |
| Up to 10 kg | £5 | £7 |
| 11 to 20 kg | £8 | £9 |
| each further kg | £1 | £1 |
"""
FERRIES = """\
| Ferry | Season | First | Last |
|---|---|---|---|
| Ferry to Soay | 1 Nov to 14 Mar | 9:30 | 15:00 |
| Ferry to Soay | 15 Mar to 31 Oct | 8:00 | 19:00 |
| Ferry to Rona | 1 Apr to 30 Sep | 10:00 | 16:00 |
| All ferries | 25 December to 2 January | closed | closed |
"""
SACKS = """\
| Sack | Price |
|---|---|
| 11 to 20 kg | £8 |
| over 20 kg | £12 |
"""
LIFTS = """\
| Lift | Kind | First | Last |
|---|---|---|---|
| Tern | Chair | 9:00 | – |
| Tern | Drag | 9:30 | – |
| Soay | Chair | 9:00 | 17:00 |
"""
REPAIRS = """\
| Work | Quayside | Moorgate |
|---|---|---|
| Sail repair, two weeks | £60 | |
| Hull repair | £90 | £85 |
| Rudder of a dinghy | £40 | |
"""
COVERS = """\
| Cover | Boat | Price |
|---|---|---|
| Amber 1-yr. | Kayak | £20 |
| Amber 1-yr. | Dinghy | £45 |
| Jade 3-yr. | Kayak | £50 |
| Jade 3-yr. | Dinghy | £110 |
"""
HIRE = """\
| Kayak | Half day from noon | Weekend |
|---|---|---|
| 1 hour | £8 | £10 |
| 2 hours | £14 | |
| 4 hours | £22 | £30 |
"""


def told(text: str, question: str) -> list[str]:
    """The first cells of the rows that may answer, with the second."""
    every = pieces(text)
    texts = [text[each.start : each.end] for each in every]
    off = told_by_keys(keys_in(question), "", every, texts).off
    return [
        ", ".join(cells_of(row)[:2])
        for piece, row in zip(every, texts, strict=True)
        if piece.kind.name == "ROW" and piece not in off
    ]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        (BERTHS, "what is a bunk on the gannet", ["Gannet, Bunk"]),
        (BERTHS, "gannet ensuite", ["Gannet, En-suite"]),
        (BERTHS, "a cabin on the gannet", ["Gannet, Cabin with desk"]),
        (BERTHS, "bunk in high season", ["Tern, Bunk"]),  # the other has a dash there
        (BERTHS, "what boats are there", ["Tern, Bunk", "Tern, Cabin", "Gannet, Bunk", "Gannet, En-suite"]),
        (FERRIES, "ferry to soay on 20 March", ["Ferry to Soay, 15 Mar to 31 Oct"]),
        (FERRIES, "ferry to soay on the 3rd of march", ["Ferry to Soay, 1 Nov to 14 Mar"]),
        (FERRIES, "first ferry to soay on new year's day", ["All ferries, 25 December to 2 January"]),
        (FERRIES, "soay on boxing day", ["All ferries, 25 December to 2 January"]),
        (TICKETS, "harbour for a child", ["Harbour, child, £5"]),
        (SACKS, "a sack over 20 kg", ["over 20 kg, £12"]),
        (CASES, "a basic dry case", ["Basic Dry, £4", "each further kg, £1"]),
        (COVERS, "the jade one for a kayak", ["Jade 3-yr., Kayak"]),
        (COVERS, "a 3 year cover for a dinghy", ["Amber 1-yr., Dinghy", "Jade 3-yr., Dinghy"]),
        (CASES, "a case of 15 kg", ["Basic, £2", "Basic Dry, £4", "11 to 20 kg, £8", "each further kg, £1"]),
    ],
)
def test_rows_on_other_keys_than_are_named_do_not_answer(text: str, question: str, expected: list[str]) -> None:
    """Nor do those with wider limits than one that is on all, or with nothing in the column that is named."""
    assert told(text, question)[: len(expected)] == expected
    assert len(told(text, question)) == len(expected) or "what boats" in question


@pytest.mark.parametrize(
    ("text", "row", "question", "expected"),
    [
        (BERTHS, 1, "en-suite on the tern", ("Tern", "En-suite")),
        (f"{BERTHS}| | |\n", 1, "en-suite on the tern", ("Tern", "En-suite")),
        (BERTHS, 2, "bunk on the gannet in high season", ("Gannet", "Bunk", "High")),
        (BERTHS, 2, "bunk on the gannet in low season", ()),
        (BERTHS, 4, "a cabin on the gannet", ()),
        (BERTHS, 2, "bunk in high season", ()),  # that of another boat has a price
        (TICKETS, 0, "harbour ticket for an adult, two days", ("Harbour", "adult", "two days")),
        (TICKETS, 0, "harbour ticket for an adult, a week", ()),
        (TICKETS, 2, "island ticket for a child", ("Island", "child")),
        (TICKETS, 1, "do lockers come with harbour child", ()),  # no
        (TICKETS, 2, "island, adult, 7 days", ("Island", "adult", "7 days")),
        (TICKETS, 0, "are lockers in the adult harbour ticket", ()),
        (HIRE, 1, "kayak for 2 hours at the weekend", ("2 hours", "Weekend")),
        (HIRE, 0, "kayak for 3 hours", ("3 hours",)),
        (HIRE, 0, "kayak for 3 hours at the weekend", ("3 hours",)),
        (CASES, 3, "a case of 35 kg to the isle", ()),  # there is each further one
        (HIRE, 0, "kayak for half a day", ()),
        (LIFTS, 0, "the last tern", ("Tern", "Last")),  # of whatever kind
        (FERRIES, 2, "first ferry to rona on 3 march", ("Ferry to Rona", "1 Nov to 14 Mar")),
        (REPAIRS, 0, "sail repair at moorgate", ("Sail repair, two weeks", "Moorgate")),
        (REPAIRS, 2, "a new rudder at moorgate", ("Rudder of a dinghy", "Moorgate")),
        (REPAIRS, 0, "a repair at moorgate", ()),  # of a hull there is one
        (REPAIRS, 0, "who works at moorgate", ()),
    ],
)
def test_what_a_table_has_nothing_for_is_told(text: str, row: int, question: str, expected: tuple[str, ...]) -> None:
    """A place that is blank, keys that no row has together, or an amount beside a scale of them."""
    grid = below_head(text, text.split("\n")[0])

    assert tuple(nothing_for(keys_in(question), grid, grid.rows[row])) == expected


def test_a_row_with_another_word_of_the_question_may_answer() -> None:
    rows = ["Refund", "Trip cancelled by us", "Weather"]
    text = "\n".join(["| Case | Paid |", "|---|---|", *(f"| {row} | £{n} |" for n, row in enumerate(rows))])

    assert told(text, "refund for a cancelled trip") == ["Refund, £0", "Trip cancelled by us, £1"]


def test_a_table_is_that_of_its_section() -> None:
    head = "| Room | Low |"
    text = f"# Inns\n\n## Bay\n\n{head}\n|---|---|\n| Suite | £9 |\n\n## Hill\n\n{head}\n|---|---|\n| Twin | £7 |\n"
    text += f"\n{head}\n|---|---|\n| Bunk | £3 |\n"

    assert below_head(text, head, text.index("| Twin")).rows == [["Twin", "£7"], ["Bunk", "£3"]]


def test_the_row_that_is_asked_for_may_stand_further_down_a_sheet() -> None:
    grid = below_head(FERRIES, FERRIES.split("\n")[0])
    keys = keys_in("last ferry to soay on 20 march")

    assert agreeing(keys, grid, grid.rows[0]) == [grid.rows[1]]
    assert agreeing(keys, grid, grid.rows[1]) == []


def test_a_dash_beside_what_is_included_says_no() -> None:
    text = "| Extra | Basic | Full |\n|---|---|---|\n| Towels | – | incl. |\n| Soap | – | £2 |\n"
    grid = below_head(text, "| Extra | Basic | Full |")

    assert nothing_for(keys_in("towels with basic"), grid, grid.rows[0]) == ()
    assert tuple(nothing_for(keys_in("soap with basic"), grid, grid.rows[1])) == ("Soap", "Basic")


def test_what_is_written_once_for_several_rows_is_the_key_of_each() -> None:
    rows = ["| Tern | Low | £40 |", "| | High | £52 |", "| Gannet | Low | £44 |", "| | High | £60 |"]
    text = "\n".join(["| Boat | Season | Price |", "|---|---|---|", *rows])
    every = pieces(text)
    texts = [text[each.start : each.end] for each in every]
    off = told_by_keys(keys_in("gannet in high season"), "", every, texts).off

    assert [row for piece, row in zip(every, texts, strict=True) if piece not in off and row in rows] == rows[3:]
    assert filled_down([["Post", "1 day", "£2"], ["", "", "£3"]])[1][0] == ""


def test_of_sections_called_alike_the_one_that_is_named_answers() -> None:
    head = "| Age | Price |\n|---|---|\n"
    text = f"## Bay ticket\n\n{head}| Adult | £9 |\n| Child | £4 |\n\n"
    text += f"## Loch ticket\n\n{head}| Adult | £7 |\n| Child | £3 |\n"
    extras = text.replace("## Loch ticket", "## Extras")

    assert told(text, "loch ticket for an adult") == ["Adult, £7"]
    assert told(extras, "bay ticket for an adult") == ["Adult, £9", "Adult, £7"]


def test_a_row_with_the_key_and_the_column_that_are_named_comes_first() -> None:
    text = f"{BERTHS}\nIn high season a bunk is cold.\n"
    passage = Passage(1, 1, "a.md", "A", None, None, None, (), 0, len(text), text, 1.0)
    rarity = {"bunk": 0.3, "high": 0.3, "tern": 0.2}
    read = read_closely(passage, {}, {}, rarity, set(), set(), set(), None, "bunk on the tern in high season")
    best = read.pieces[read.scores.index(max(read.scores))]

    assert text[best.start : best.end] == "| Tern | Bunk | £40 | £52 |"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("a sail at quayside", ["Sail repair, two weeks"]),
        ("any repair at quayside", ["Sail repair, two weeks", "Hull repair"]),
        ("a bunk or a sail at quayside in low season", ["Tern", "Gannet"]),  # the keys of another table
        ("a sail", []),
        ("the fee of a tub at the quay", []),  # of a table with one column
    ],
)
def test_rows_that_are_named_in_part_come_before_others(question: str, expected: list[str]) -> None:
    """By more words of their key than others have, where no key is named whole."""
    text = f"{REPAIRS}\n{BERTHS}\n| | Quay |\n|---|---|\n| Yearly fee | £4 |\n| Size | 3 m |\n"
    every = pieces(text)
    texts = [text[each.start : each.end] for each in every]
    crossed = told_by_keys(keys_in(question), "", every, texts).crossed

    assert [cells_of(row)[0] for piece, row in zip(every, texts, strict=True) if piece in crossed] == expected

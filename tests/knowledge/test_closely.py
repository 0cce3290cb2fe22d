"""Of the sentences of a passage, the one that answers scores highest."""

import numpy as np
import pytest

from knowledge.answers import Passage
from knowledge.closely import Closely, TokenByToken, read_closely
from knowledge.lexical import keywords_of
from knowledge.names import Names
from knowledge.products import asked_of, rows_on, tabled_in
from knowledge.sentences import pieces


def best(
    text: str, question: str = "", tokens: TokenByToken | None = None, rarity: dict[str, float] | None = None
) -> str:
    passage = Passage(1, 1, "a.md", "A", None, None, None, (), 0, len(text), text, 1.0)
    closely = read_closely(passage, {}, {}, rarity or {}, frozenset(), frozenset(), frozenset(), tokens, question)
    piece = closely.pieces[int(np.argmax(closely.scores))]
    return text[piece.start : piece.end]


def scored(text: str, rarity: dict[str, float]) -> Closely:
    passage = Passage(1, 1, "a.md", "A", None, None, None, (), 0, len(text), text, 1.0)
    return read_closely(passage, {}, {}, rarity, frozenset(), frozenset(), frozenset(), None, "")


STEPS = "1. Ring the desk.\n2. Send the form, which is £3.\n3. Wait."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how much is it", "2. Send the form, which is £3."),
        ("what's the fee", "2. Send the form, which is £3."),
        ("how is it done", "1. Ring the desk."),
    ],
)
def test_what_asks_for_a_figure_is_answered_by_one(question: str, expected: str) -> None:
    """The number of a step is none."""
    assert best(STEPS, question) == expected


def test_a_figure_is_one_of_the_kind_that_is_asked_for() -> None:
    assert best("Taken off once in 12 months.\n\nIt is £7.50.", "what is the late fee") == "It is £7.50."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how long may a title be", "- At most 60 characters"),
        ("what may a title be", "- A title has at least one letter"),
    ],
)
def test_how_long_a_text_may_be_is_told_in_characters(question: str, expected: str) -> None:
    """A single letter is no length that anybody asks for."""
    text = "- A title has at least one letter\n- At most 60 characters"

    assert best(text, question, rarity={"titl": 0.1, "long": 0.9}) == expected


@pytest.mark.parametrize(
    "pointer",
    [
        "This guide outlines how a boat is hired.",
        "In this section, you will learn how a boat is hired.",
        "The following pages describe how a boat is hired.",
        "For more details on how a boat is hired, see the hire section.",
        "- [How a boat is hired](#hire)",
        "1. Step 1: [How a boat is hired](hire.html#boat)",
        "How a boat is hired . . . . . . . 42",
        "This is how a boat is hired:\n\n- [Boat](#boat)",
        "This is how a boat is hired:\n\n## Boat",
    ],
)
def test_what_only_says_where_something_stands_is_no_answer(pointer: str) -> None:
    """It repeats the words of a title, and so those of a question."""
    words = {"boat": 0.5, "hire": 0.5}

    assert best(f"{pointer}\n\nAsk the boatman.", "how is a boat hired", rarity=words) == "Ask the boatman."
    assert not scored(pointer, words).pieces


@pytest.mark.parametrize(
    "text",
    [
        "This guide is binding for boats.",
        "This section explains that a boat is never lent.",
        "- [Boat](https://boat.example)",
        "See the boatman.",
        "Boats:\n\n- Tern",
    ],
)
def test_what_says_something_itself_points_nowhere(text: str) -> None:
    assert best(f"{text}\n\nAsk the harbour.", "boat", rarity={"boat": 1.0}) == text.split("\n")[0]


def test_what_a_customer_has_lies_within_the_limits_of_a_row() -> None:
    table = (
        "| Delay | Back |\n|---|---|\n| 15–29 minutes | 20% |\n| 30–59 minutes | 50% |\n| 60 minutes or more | 100% |"
    )

    assert best(table, "train was 40 mins late") == "| 30–59 minutes | 50% |"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("when is the 2nd service visit due", "| Yearly | 2 | May |"),
        ("is the second visit dear", "| Yearly | 2 | May |"),
        ("when is the first visit", "| At once | one | June |"),
        ("when is the 7th visit", "| At once | one | June |"),
        ("is there a visit on the 2nd of April", "| At once | one | June |"),
        ("is the second form for a visit", "| At once | one | June |"),
    ],
)
def test_a_row_that_is_numbered_otherwise_does_not_answer(question: str, expected: str) -> None:
    """Where its column is what is asked for by number."""
    assert (
        best("| Plan | Visit | Due |\n|---|---|---|\n| At once | one | June |\n| Yearly | 2 | May |", question)
        == expected
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("rink on 24 Nov", "| Founders' Day | 11/24/2026 | 1p-5p |"),
        ("rink on November 9", "| Skate swap | 11/09/2026 | usual hours |"),
        ("rink on Sept. 11", "| Lantern night | 09/11/2026 | until 11 p.m. |"),
        ("ferry on 9 Nov", "| Skipper's day | 11/09/2026 | at noon |"),
        ("ferry on May 3", "| Regatta | 03/05/2026 | hourly |"),
        ("do you carry skates to ZIP 40218", "| 40210-40250 | Lowry | no |"),
        ("do you carry skates to ZIP 40117", "| 40100-40199 | Ames | on Fridays |"),
        ('price of a 44" banner', "| Banner over 40 in. | $31 |"),
        ("price of a banner of 30 inches", "| Banner 20 in. to 40 in. | $22 |"),
    ],
)
def test_a_row_is_told_by_its_day_its_range_of_codes_or_its_inches(question: str, expected: str) -> None:
    rows = {
        "rink": "| Day | Date | Rink |\n|---|---|---|\n| Lantern night | 09/11/2026 | until 11 p.m. |\n"
        "| Skate swap | 11/09/2026 | usual hours |\n| Founders' Day | 11/24/2026 | 1p-5p |",
        "ferry": "| Day | Date | Ferry |\n|---|---|---|\n| New moon | 10/12/2026 | none |\n"
        "| Skipper's day | 11/09/2026 | at noon |\n| Regatta | 03/05/2026 | hourly |",
        "skates": "| ZIP | Town | Carried |\n|---|---|---|\n| 40100-40199 | Ames | on Fridays |\n"
        "| 40210-40250 | Lowry | no |",
        "banner": "| Item | Price |\n|---|---|\n| Banner 20 in. to 40 in. | $22 |\n| Banner over 40 in. | $31 |",
    }
    text = next(table for word, table in rows.items() if word in question)

    assert best(text, question) == expected


@pytest.mark.parametrize(
    ("question", "is_even"),
    [
        ("when is it open", True),
        ("when is it open by the quay", False),
        ("how much for 4 flats", False),
        ("how much for 9 flats", True),
    ],
)
def test_rows_are_even_unless_a_word_or_a_range_tells_one(question: str, is_even: bool) -> None:
    """However little more it scores for that."""
    tables = {
        "open": "| Place | Open |\n|---|---|\n| Yard | 8 to 5, enter from the quay |\n| Mill | 8 to 4 |",
        "flats": "| Size | Fee |\n|---|---|\n| Block of 2 to 5 | £90 |\n| Block of 6 or 7 | £120 |",
    }
    text = next(table for word, table in tables.items() if word in question)
    passage = Passage(1, 1, "a.md", "A", None, None, None, (), 0, len(text), text, 1.0)
    rarity = {"quay": 0.01, "open": 1.0}

    read = read_closely(passage, {}, {}, rarity, frozenset(), frozenset(), frozenset(), None, question)

    assert read.is_even is is_even


def test_the_unit_of_a_row_may_stand_in_its_head() -> None:
    """The row has few words that are like the question."""
    table = (
        "| Days before arrival | Back |\n|---|---|\n| 60 or more | 90% |\n| 30 to 59 | 50% |\n\nCancelled late, none."
    )

    assert best(table, "cancelled 40 days before", rarity={"cancel": 0.2, "guest": 0.8}) == "| 30 to 59 | 50% |"


CREWS = "# Sailing\n\n- **Gulls**: 3 to 5 years, in the morning\n- **Terns**: 6 to 9 years\n- **Skuas**: 10 to 14 years"
FARES = "# Fares\n\n| Who | Price |\n|---|---|\n| Child (5 to 15) | £3 |\n| Under 5 | free |\n| Skipper (18+) | £9 |"
GATES = "| When | Gate |\n|---|---|\n| Mon–Fri | 2 |\n| Sat | 3 |"
DRIVERS = "- Drivers must be over 21 years\n- Free under 20 years"


@pytest.mark.parametrize(
    ("text", "question", "word", "expected"),
    [
        (CREWS, "sailing for a 7 year old", "3", "- **Terns**: 6 to 9 years"),
        (CREWS, "morning sailing for a 7 year old", "morn", "- **Gulls**: 3 to 5 years, in the morning"),
        (FARES, "fares for a child of 4", "child", "| Under 5 | free |"),
        (FARES, "fares for a skipper aged 4", "skipper", "| Skipper (18+) | £9 |"),
        (f"{FARES}\n\n{CREWS}", "sailing for a 4 yr old", "", "- **Gulls**: 3 to 5 years, in the morning"),
        (f"{CREWS}\n\n{FARES}", "fares for a 4 yr old", "", "| Under 5 | free |"),
        (DRIVERS, "driver aged 19", "driver", "- Drivers must be over 21 years"),
        (DRIVERS, "aged 19", "must", "- Drivers must be over 21 years"),
        (GATES, "gate on Saturday", "2", "| Sat | 3 |"),
    ],
)
def test_of_a_scale_the_step_that_includes_what_is_asked_answers(
    text: str, question: str, word: str, expected: str
) -> None:
    """Though another has more words like the question, unless it demands something or the question names it; of two
    scales, that below the heading with its words.
    """
    assert best(text, question, rarity={word: 1.0, "other": 1.0}) == expected


def test_what_limits_leave_out_is_said_behind_them() -> None:
    text = "Whoever owes more than eight weeks' rent can't bid. Smaller sums do no harm. Ask us."

    assert (
        best(text, "can they bid owing 3 weeks' rent", rarity={"rent": 1.0, "bid": 1.0}) == "Smaller sums do no harm."
    )


POOL = (
    "| Pool | Season | Sunday |\n|---|---|---|\n| Lido | Summer | 10:00–21:00 |\n| Lido | Winter | closed |\n\nMind it."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("lido closing time in summer", "| Lido | Summer | 10:00–21:00 |"),
        ("when does the lido close in summer", "| Lido | Summer | 10:00–21:00 |"),
        ("when is the lido closed", "| Lido | Winter | closed |"),
    ],
)
def test_what_is_closed_does_not_say_when_it_closes(question: str, expected: str) -> None:
    assert best(POOL, question, rarity={"close": 3.0, "lido": 1.0, "summer": 1.0}) == expected


@pytest.mark.parametrize("earned", ["28k", "£28k", "28 K", "£28,000"])
def test_a_sum_in_thousands_lies_within_a_range_of_money(earned: str) -> None:
    bands = "| Earned | Grant |\n|---|---|\n| Up to £20,000 | £9 |\n| £20,001 to £30,000 | £5 |\n| Over £30,000 | £1 |"
    assert best(bands, f"grant for one who earns {earned}") == "| £20,001 to £30,000 | £5 |"


def test_a_number_of_what_is_counted_answers() -> None:
    text = "For the owners of a boat the notice is given in May. At least one full month's notice is given."

    assert best(text, "how much notice of it do owners get", rarity={"owner": 0.2, "other": 0.8}).startswith("At least")


BIKES = "| Bike | Week |\n|---|---|\n| City 3 | €55 |\n| City 7 | €70 |"
TENTS = "| | Tent 4 | Tent 6 |\n|---|---|---|\n| Heating | none | stove |\n\nThe Tent 6 is new."


@pytest.mark.parametrize(
    ("text", "name", "title", "expected"),
    [
        (BIKES, ("city", "7"), "Bikes", ["| City 7 | €70 |"]),
        (TENTS, ("tent", "6"), "Tents", ["| Heating | none | stove |"]),
        (BIKES, ("city", "7"), "City 7", []),  # all of the place is on it
        (BIKES, ("city", "9"), "Bikes", []),
    ],
)
def test_a_row_is_on_the_product_that_it_or_its_column_names(
    text: str, name: tuple[str, ...], title: str, expected: list[str]
) -> None:
    names = Names(["The City 3, the City 7, the City 9, the Tent 4 and the Tent 6."])
    passage = Passage(1, 1, "a.md", title, None, None, None, (), 0, len(text), text, 1.0)
    own = rows_on(names, {name}, passage)

    assert sorted(text[piece.start : piece.end] for piece in own) == expected
    closely = read_closely(passage, {}, {}, {}, frozenset(), own, frozenset(), None, "")
    assert {piece for piece, score in zip(closely.pieces, closely.scores, strict=True) if score >= 0.1} == own


PLANS = "| Plan | Per month | Joining fee |\n|---|---|---|\n| City 3 | £5 | £1 |\n| City 7 | £9 | £1 |"


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        (PLANS, "Plans", ["| City 7 | £9 | £1 |"]),
        ("| Plan | Joining fee |\n|---|---|\n| City 7 | £1 |", "Plans", []),
        ("| Plan | 24 months |\n|---|---|\n| City 7 | see below |", "Plans", []),
        ("| Price | £9 a month |\n|---|---|\n| Weight | 9 kg |", "City 7", []),  # the head of a table
        (
            "| Is | |\n|---|---|\n| Price, in shops | £9 |\n| Delivery fee | £2 |",
            "City 7",
            ["| Price, in shops | £9 |"],
        ),
        ("- **Monthly fee:** £9\n- **Fee for moving:** £3", "City 7", ["- **Monthly fee:** £9"]),
        ("Price: £9\n\nIt costs £2 to fit.", "City 7", ["Price: £9"]),
        ("Price: £9", "City 3", []),
        ("Price: on request", "City 7", []),
    ],
)
def test_a_price_is_told_from_what_comes_with_a_product(text: str, title: str, expected: list[str]) -> None:
    """By what its column, row or line is called; a sibling's is none."""
    names = Names(["The City 3, the City 7 and the City 9."])
    passage = Passage(1, 1, "a.md", title, None, None, None, (), 0, len(text), text, 1.0)
    asked = asked_of({("city", "7")}, "How much is the City 7?", ["citi", "7"])
    priced = tabled_in(names, {("city", "7")}, asked, passage)

    assert sorted(text[piece.start : piece.end] for piece in priced) == expected


LEFT = "## Leaving early\n\n| Plan | For each month |\n|---|---|\n| City 3 | £5 |\n| City 7 | £9 |"
SIZES = "| | City 3 | City 7 |\n|---|---|---|\n| Weight | 3 kg | 9 kg |\n| Top speed | 3 | 7 |"


@pytest.mark.parametrize(
    ("text", "title", "keywords", "expected"),
    [
        (LEFT, "Plans", ["leav", "earli"], ["| City 7 | £9 |"]),
        (LEFT, "Plans", ["month"], ["| City 7 | £9 |"]),
        (LEFT, "Plans", ["leav", "late"], []),
        (LEFT, "Plans", ["leav", "cost"], ["| City 7 | £9 |"]),
        (SIZES, "Sizes", ["weight"], ["| Weight | 3 kg | 9 kg |"]),
        (SIZES, "Sizes", ["weight", "cost"], []),  # none of money
        (SIZES, "Sizes", ["speed"], ["| Top speed | 3 | 7 |"]),
        ("Weight: 9 kg", "City 7", ["weight"], []),  # many lists say it, each of something else
        (SIZES, "Sizes", [], []),
    ],
)
def test_a_row_is_told_by_what_it_its_column_or_its_section_is_called(
    text: str, title: str, keywords: list[str], expected: list[str]
) -> None:
    """Where that is all that is asked of the product; it is then marked, whatever sentences say."""
    names = Names(["The City 3, the City 7 and the City 9."])
    passage = Passage(1, 1, "a.md", title, None, None, None, (), 0, len(text), text, 1.0)
    asked = asked_of({("city", "7")}, f"Which {' '.join(keywords)}?", ["citi", "7", *keywords])
    tabled = tabled_in(names, {("city", "7")}, asked, passage)

    assert sorted(text[piece.start : piece.end] for piece in tabled) == expected
    closely = read_closely(passage, {}, {}, {}, frozenset(), frozenset(), tabled, None, "")
    assert {piece for piece, score in zip(closely.pieces, closely.scores, strict=True) if score >= 0.4} == tabled


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does the City 7 cost?", True),
        ("how much is the city 7 per month", True),
        ("City 7 price", True),
        ("City 7", False),
        ("How do I charge the City 7?", False),
        ("Can I rent a City 7?", False),
        ("What is the rent of a City 7?", True),
        ("How much does the City 7 weigh?", False),
        ("What does it cost to fit a City 7?", False),
        ("What does it cost?", False),
    ],
)
def test_a_price_is_asked_for_where_nothing_else_is(question: str, expected: bool) -> None:
    wanted = {("city", "7")} if "7" in question else set()

    assert (asked_of(wanted, question, keywords_of(question)).beside_cost == set()) is expected


def test_the_sentence_behind_what_is_asked_of_comes_before_others() -> None:
    """Its own words say nothing of that, and the sentence before it does."""
    text = "They may ring.\n\nHeaters are lent to anybody. Ask stores. Then wait."
    passage = Passage(1, 1, "a.md", "A", None, None, None, (), 0, len(text), text, 1.0)
    closely = read_closely(
        passage, {}, {}, {"heater": 1.0, "lent": 1.0}, frozenset(), frozenset(), frozenset(), None, "heaters lent"
    )

    scores = closely.scores
    assert scores[1] > scores[2] > scores[3] == scores[0] == 0
    assert scores[2] == pytest.approx(0.1)


def test_of_two_rows_alike_neither_comes_first() -> None:
    """The one before says nothing of the next; nor does a first sentence lose by having none before it."""
    text = "| Thing | Fee |\n|---|---|\n| Heater | £9 |\n| Mower | £7 |\n\nHeater. Mower."
    closely = scored(text, {"heater": 1.0, "mower": 1.0})

    assert closely.scores[0] == closely.scores[1] == pytest.approx(0.55)
    assert closely.alone == pytest.approx(0.5)


def test_a_line_in_bold_says_what_the_next_is_on() -> None:
    """It is most like the question, as a heading is, and answers nothing."""
    text = "**T-07 Not authorised.**\n\nPress the button.\n\n**T-08 No signal.**\n\nAsk the desk."

    assert best(text, rarity={"t": 1.0, "08": 2.0, "signal": 1.0}) == "Ask the desk."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("sending a parcel of 8 kg", "Others cost £9."),
        ("sending a parcel of 1 kg", "Small parcels under 2 kg: sending costs £4."),
        ("sending a parcel for 3 days", "Small parcels under 2 kg: sending costs £4."),
    ],
)
def test_what_is_labelled_for_other_amounts_does_not_answer(question: str, expected: str) -> None:
    text = "Small parcels under 2 kg: sending costs £4. Others cost £9."

    assert best(text, question, rarity={"parcel": 1.0, "send": 1.0, "kg": 0.1}) == expected


def test_a_question_in_bold_may_begin_with_its_case() -> None:
    """Both say what the next sentence is on, and neither answers."""
    text = "**A key is lost. Who pays?**\nThe tenant.\n\n**May pets stay?**\nOnly cats."

    assert best(text, rarity={"key": 2.0, "lost": 2.0, "pai": 0.1}) == "The tenant."


@pytest.mark.parametrize(
    ("text", "rarity", "expected"),
    [
        ("If you smell it:\n\n**Ring 0800 111 999.**\n\nThen leave.", {"ring": 1.0}, "**Ring 0800 111 999.**"),
        ("- **Joining is dear**\n- Ask us", {"join": 1.0}, "- **Joining is dear**"),
        ("Who pays?\n\n**Whoever joins.**\n\nAsk us.", {"join": 1.0}, "**Whoever joins.**"),
        ("Ask us.\n\n**Whoever joins.**", {"join": 1.0}, "**Whoever joins.**"),
    ],
)  # fmt: skip
def test_a_line_in_bold_may_be_the_answer(text: str, rarity: dict[str, float], expected: str) -> None:
    """With a figure, in a list, behind a question, or with nothing behind it."""
    assert best(text, rarity=rarity) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("P45, and claiming", "P45 is a form. Claim with a P87 instead.", "Claim with a P87 instead."),
        ("claim E12", "# Fault E12\n\nE12 is the door.\n\nE13 first for a claim.", "E13 first for a claim."),
        ("claim E12", "- E10-E15: claim it\n- E12 is in the window", "- E10-E15: claim it"),
    ],
)  # fmt: skip
def test_what_mentions_another_code_may_answer(question: str, text: str, expected: str) -> None:
    """Within a sentence, below a heading with the code that is asked for, or as one end of a range."""
    assert best(text, question, rarity={"claim": 1.0}) == expected


def test_the_row_of_a_code_says_what_it_is() -> None:
    """Not the sentence on an exception, which begins with it too and has more words that the question has."""
    text = "| Code | Why |\n|---|---|\n| UF-1 | blocked duct |\n| UF-2 | no power |\n\nUF-1 brings no credit."

    assert best(text, "What is UF-1", rarity={"uf": 1.0, "1": 1.0, "credit": 0.2}) == "| UF-1 | blocked duct |"


@pytest.mark.parametrize("question", ["who lifts bl-sec", "BL-SEC?"])
def test_a_code_may_be_of_letters(question: str) -> None:
    text = "| Code | Lifted by |\n|---|---|\n| BL-REQ | whoever lifts it |\n| BL-SEC | the desk |"

    assert best(text, question, rarity={"lift": 0.5, "bl": 1.0}) == "| BL-SEC | the desk |"


def test_a_sentence_has_its_own_tokens() -> None:
    """Though it is a short one behind one that a token fits nearly as well."""
    text = "It is grey and made of tin. It weighs one stone."
    starts = np.array([0, 3, 6, 12, 17, 22, 25, 28, 31, 38, 42])
    alike = np.full((2, len(starts)), 0.2)
    alike[0, 8], alike[0, 1], alike[1, 9] = 0.8, 0.7, 0.3

    assert [piece.start for piece in pieces(text)] == [0, 28]
    assert best(text, tokens=TokenByToken(alike, starts)) == "It weighs one stone."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("port rejected R12", "R12 number missing: ask for it"),
        ("port rejected r-12?", "R12 number missing: ask for it"),
        ("port rejected for good R13", "R55 a port rejected for good"),
    ],
)
def test_a_code_is_never_answered_for_another(question: str, expected: str) -> None:
    """Though the other has more of the question's words."""
    text = "- R12 number missing: ask for it\n- R55 a port rejected for good\n- Any port is rejected once"

    assert best(text, question, rarity={"port": 1.0, "reject": 1.0, "good": 8.0}) == f"- {expected}"

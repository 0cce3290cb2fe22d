"""Which rows of tables are on the product that a question asks for, and which of them answer."""

from collections.abc import Collection

import pytest

from knowledge.answers import Passage
from knowledge.closely import read_closely
from knowledge.lexical import keywords_of
from knowledge.names import Names
from knowledge.products import (
    Asked,
    asked_of,
    on_siblings,
    rows_on,
    said_of_siblings,
    tabled_in,
    with_tabled,
    without_siblings,
)
from knowledge.sentences import Piece

LAMPS = (
    "| Code | Lamp | Price (£) | Max. watts | Cable |\n|---|---|---|---|---|\n"
    "| L10 | Orla | 90 | 40 | silk |\n| L11 | Orla Arched | 140 | 60 | silk |\n| L12 | Orla Nook | 75 | 25 | rubber |"
)
PARTS = "| Item | Price |\n|---|---|\n| Shade (Orla) | £12 |\n| Extension, 2 metres | £8 |\n| Cable for the Orla | £9 |"
SIDE_BY_SIDE = "| | Orla | Orla Plus |\n|---|---|---|\n| Dimmer | no | included |\n| Timer | £5 | no |"
EXTRAS = "| Code | Extra | Price |\n|---|---|---|\n| X1 | Dimmer (Orla only) | £20 |\n| X2 | Second shade | £15 |"
ORLA, PLUS = ("orla",), ("orla", "plus")
NAMES = Names([f"# Lamps\n\nThe Orla is new, and so is the Orla Plus.\n\n{LAMPS}\n\n{PARTS}\n\n{SIDE_BY_SIDE}"])


def passage(text: str, chunk_id: int = 1, score: float = 1.0, title: str = "Lamps") -> Passage:
    return Passage(chunk_id, 1, "a.md", title, None, None, None, (), 0, len(text), text, score)


def in_order(found: Collection[Piece]) -> list[Piece]:
    return sorted(found, key=lambda piece: piece.start)


def asked(question: str, *wanted: tuple[str, ...]) -> Asked:
    return asked_of(set(wanted), question, keywords_of(question))


def tabled(text: str, question: str, *wanted: tuple[str, ...]) -> list[str]:
    rows = tabled_in(NAMES, set(wanted), asked(question, *wanted), passage(text))
    return sorted(text[piece.start : piece.end] for piece in rows)


@pytest.mark.parametrize(
    ("question", "name", "expected"),
    [
        ("max watts of the Orla", ORLA, "| L10 | Orla | 90 | 40 | silk |"),
        ("max watts of the Orla Nook", ("orla", "nook"), "| L12 | Orla Nook | 75 | 25 | rubber |"),
        ("How much is an Orla?", ORLA, "| L10 | Orla | 90 | 40 | silk |"),
        ("price of the Orla lamp", ORLA, "| L10 | Orla | 90 | 40 | silk |"),
    ],
)
def test_a_row_is_on_the_product_behind_its_code(question: str, name: tuple[str, ...], expected: str) -> None:
    assert tabled(LAMPS, question, name) == [expected]


def test_a_code_may_have_no_figure_where_its_column_says_that_it_is_one() -> None:
    table = "| Ref | Lamp | Price |\n|---|---|---|\n| OR | Orla | £90 |"

    assert tabled(table, "price of the Orla", ORLA) == ["| OR | Orla | £90 |"]
    assert tabled(table.replace("Ref", "Room"), "price of the Orla", ORLA) == []


def test_a_code_has_figures_where_its_column_does_not_say_that_it_is_one() -> None:
    table = "| Lot | Lamp | Price |\n|---|---|---|\n| 12-B | Orla | £90 |"

    assert tabled(table, "price of the Orla", ORLA) == ["| 12-B | Orla | £90 |"]
    assert tabled(table.replace("12-B", "Brass"), "price of the Orla", ORLA) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happens on day 7?", "| 7 | The bill is sent again |"),
        ("What happens on day 10?", "| 10 | A fee of 7.50 euros |"),
        ("What is the seating of the K7?", "| K7 | Hall of 9 | 17 |"),
        ("How much is the K7 per day?", "| K7 | Hall of 9 | £139 |"),
        ("What is the seating of the hall of 9?", "| K7 | Hall of 9 | 17 |"),
    ],
)
def test_a_row_is_found_by_the_number_or_code_that_it_begins_with(question: str, expected: str) -> None:
    days = "| Day | What happens |\n|---|---|\n| 7 | The bill is sent again |\n| 10 | A fee of 7.50 euros |"
    rooms = "| Code | Room | Seating |\n|---|---|---|\n| K7 | Hall of 9 | 17 |\n| K8 | Next to K7 | 8 |"
    prices = "| Class | Room | Per day |\n|---|---|---|\n| K7 | Hall of 9 | £139 |\n| K8 | Den | £20 |"
    table = next(each for each in (days, rooms, prices) if expected in each)

    assert tabled(table, question) == [expected]


def test_what_is_asked_for_may_stand_in_a_column_of_codes() -> None:
    table = "| Model no. | Made in | Price |\n|---|---|---|\n| Orla | Leith | £90 |"

    assert tabled(table, "price of the Orla", ORLA) == ["| Orla | Leith | £90 |"]


def test_rows_behind_a_code_are_those_of_siblings_too() -> None:
    lamps = passage(LAMPS)
    apart = on_siblings(NAMES, {ORLA}, lamps)
    own = rows_on(NAMES, {ORLA}, lamps)

    assert sorted(LAMPS[each.start : each.start + 5] for each in apart) == ["| L11", "| L12"]
    assert [LAMPS[each.start : each.start + 5] for each in own] == ["| L10"]


@pytest.mark.parametrize(
    ("column", "cell", "is_price"),
    [
        ("Price", "90", True),
        ("Price (£)", "1,090.50", True),
        ("Cost in £", "90", True),
        ("Total", "£90", True),
        ("Price paid at once", "£90", True),
        ("Total", "90", False),  # of what, it doesn't say
        ("Price", "on request", False),
        ("24 months", "90", False),
        ("Watts", "90", False),
    ],
)
def test_a_number_alone_is_a_price_where_its_column_says_so(column: str, cell: str, is_price: bool) -> None:
    row = f"| Orla | {cell} |"
    found = tabled(f"| Lamp | {column} |\n|---|---|\n{row}", "How much is the Orla?", ORLA)

    assert found == [row] * is_price


def test_a_row_with_no_other_name_goes_before_those_that_mention_it() -> None:
    both = f"{PARTS}\n\n{LAMPS}"

    assert tabled(both, "price of the Orla", ORLA) == ["| L10 | Orla | 90 | 40 | silk |"]
    assert tabled(both, "price of a shade Orla", ORLA) == []  # its column doesn't say it, and the path is on all
    assert tabled(PARTS, "price of an extension") == ["| Extension, 2 metres | £8 |"]
    shades = "| Item | Price |\n|---|---|\n| Second shade, white | £15 |\n| Shade (6 colours) | £20 |"
    assert tabled(shades, "price of a shade") == ["| Shade (6 colours) | £20 |"]


def test_a_passage_with_the_row_of_the_product_goes_before_those_that_mention_it() -> None:
    parts, lamps = passage(PARTS, 1, 2.0), passage(LAMPS, 2, 1.0)
    question = "price of the Orla"

    assert with_tabled(NAMES, {ORLA}, question, keywords_of(question), [parts, lamps]) == [lamps]


def test_the_row_of_the_product_decides_between_tables_with_the_same_columns() -> None:
    rates = "| Lamp | 12 parts | 60 parts |\n|---|---|---|\n| Orla | £8 | £2 |\n| Orla Plus | £9 | £3 |"
    unpaid = "| When | 12 parts | 60 parts |\n|---|---|---|\n| In the first 12 months | you keep it | it comes back |"
    question = "orla 60 parts monthly price"
    found = with_tabled(
        NAMES,
        {ORLA},
        question,
        keywords_of(question),
        [passage(unpaid, 1, 2.0, "Orla"), passage(rates, 2, 1.0, "Orla")],
    )

    assert [each.chunk_id for each in found] == [2]


def test_what_is_included_says_what_it_costs() -> None:
    assert tabled(SIDE_BY_SIDE, "price of a dimmer Orla Plus", PLUS) == ["| Dimmer | no | included |"]


def test_what_is_included_is_no_price_of_the_product() -> None:
    assert asked("what does the Orla include", ORLA).beside_cost is None


@pytest.mark.parametrize(
    "question",
    [
        "Does moving cost extra?",
        "Is moving extra?",
        "is there an extra charge for moving",
        "Does moving the Orla cost extra?",
        "Is moving an Orla extra with a dimmer?",
    ],
)
def test_whether_something_costs_extra_asks_for_no_row(question: str) -> None:
    works = "| Extra | Price |\n|---|---|\n| Extra socket | £45 |\n| Moving it to another room | £95 |"
    wanted = {ORLA} if "Orla" in question else set()
    orla = passage(f"{works}\n\n| Feature | Orla |\n|---|---|\n| Price | £90 |", title="Orla")

    assert tabled(orla.text, question, *wanted) == []
    assert with_tabled(NAMES, wanted, question, keywords_of(question), [orla]) == []
    assert tabled(works, "how much is an extra socket") == ["| Extra socket | £45 |"]


def test_a_product_may_be_called_extra() -> None:
    assert asked("What is the weight of the Orla Extra?", ("orla", "extra")).words == {"weight"}
    assert not asked("Does moving cost extra?", ("extra",)).words


@pytest.mark.parametrize(
    ("question", "is_price"),
    [
        ("Orla monthly", True),
        ("Orla 36 months monthly", True),
        ("Is the Orla inspected yearly?", False),
        ("Who does the yearly inspection of the Orla?", False),
    ],
)
def test_a_rate_asks_for_the_price_where_nothing_else_is_asked(question: str, is_price: bool) -> None:
    assert asked(question, ORLA).is_price == is_price


def test_an_amount_that_is_stated_needs_no_row() -> None:
    leaving = "## Early return\n\n| Lamp | For each month |\n|---|---|\n| Orla | £5 |"

    assert tabled(leaving, "early return fee for an Orla, 7 months", ORLA) == ["| Orla | £5 |"]
    assert tabled("| Ticket | Price |\n|---|---|\n| Day | £5 |", "price of a 7 day ticket") == []


@pytest.mark.parametrize(
    ("question", "sentence", "counts"),
    [
        ("price of a dimmer orla plus", "The Orla Plus has no dimmer.", True),
        ("price of a dimmer orla plus", "The Orla Plus has a dimmer.", False),
        ("is there a dimmer orla plus", "The Orla Plus has a dimmer.", True),
        ("price of a dimmer orla plus", "A dimmer is not sold in June.", False),
    ],
)
def test_a_sentence_that_says_all_that_is_asked_of_the_product_counts_as_a_row(
    question: str, sentence: str, counts: bool
) -> None:
    text = f"{SIDE_BY_SIDE}\n\n{sentence}"

    assert (sentence in tabled(text, question, PLUS)) is counts
    assert tabled(sentence, question, PLUS) == []


def test_a_row_may_refer_to_the_one_before() -> None:
    table = "| Work | Price |\n|---|---|\n| Moving an old lamp in a room | £5 |\n| Moving it to another room | £9 |"

    assert tabled(table, "cost of moving a lamp to another room") == ["| Moving it to another room | £9 |"]


def test_a_passage_with_the_price_and_the_rest_in_a_sentence_has_what_is_asked() -> None:
    rented = passage("| Lamp | Price |\n|---|---|\n| Orla | £90 |\n\nA lamp in brass costs £5 more.")
    question = "what is the price of an orla in brass"

    assert with_tabled(NAMES, {ORLA}, question, keywords_of(question), [rented]) == [rented]
    assert with_tabled(NAMES, {ORLA}, "price of an orla in gold", ["price", "orla", "gold"], [rented]) == []


def test_where_a_row_says_it_of_a_sibling_none_of_the_same_table_answers() -> None:
    extras = passage(EXTRAS)
    question = asked("price of a dimmer Orla Plus", PLUS)
    apart = on_siblings(NAMES, {PLUS}, extras)
    aside = said_of_siblings(NAMES, {PLUS}, question, extras, apart)

    assert read_closely(extras, {}, {}, {}, apart | aside, set(), set(), None, "").is_aside
    assert not read_closely(extras, {}, {}, {}, apart, set(), set(), None, "").is_aside
    shade = asked("price of a second shade Orla Plus", PLUS)
    assert not said_of_siblings(NAMES, {PLUS}, shade, extras, apart)


OPEN = "| Shop | Saturday | Sunday |\n|---|---|---|\n| Leith | 9-12 | closed |\n| Perth | closed | 10-12 |"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("which shops open on a sunday", ["Perth"]),
        ("which shops are closed on Sundays", ["Leith"]),
        ("is leith open on sunday", ["Leith"]),  # the row that is asked for says no
        ("which shops are open", ["Leith", "Perth"]),
        ("sunday", ["Leith", "Perth"]),
    ],
)
def test_a_shop_that_is_closed_on_a_day_is_none_that_is_open(question: str, expected: list[str]) -> None:
    shops = passage(OPEN)
    read = read_closely(shops, {}, {}, {}, set(), set(), set(), None, question)

    assert [OPEN[each.start : each.end].split()[1] for each in read.pieces] == expected


def test_rows_are_on_the_product_that_a_column_of_their_table_names() -> None:
    assert not on_siblings(NAMES, {PLUS}, passage(SIDE_BY_SIDE, title="Orla"))
    assert on_siblings(NAMES, {PLUS}, passage("| | Orla |\n|---|---|\n| Dimmer | no |", title="Orla"))


@pytest.mark.parametrize(
    ("cell", "question", "expected"),
    [
        ("Closed", "which shops are open on Monday", ["Perth"]),
        ("closed all day", "which shops are open on Monday", ["Perth"]),
        ("–", "which shops are open on Monday", ["Perth"]),
        ("closed after 14:00", "which shops are open on Monday", ["Leith", "Perth"]),
        ("Closed 12-13, else 9-18", "which shop is open at 17 on Monday", ["Leith", "Perth"]),
        ("closed", "can I open an account on Monday", ["Leith", "Perth"]),
    ],
)
def test_a_shop_is_closed_on_a_day_where_its_cell_says_nothing_else(
    cell: str, question: str, expected: list[str]
) -> None:
    text = f"| Shop | Monday |\n|---|---|\n| Leith | {cell} |\n| Perth | 10-12 |"
    read = read_closely(passage(text), {}, {}, {}, set(), set(), set(), None, question)

    assert [text[each.start : each.end].split()[1] for each in read.pieces] == expected


def test_what_is_said_of_the_product_in_other_words_stays() -> None:
    text = "Lunch comes with soup in Mere.\n\nIn Corrow Bay it comes with bread."
    question = asked("what does lunch come with in corrow bay", CORROW)
    apart = on_siblings(SITES, {CORROW}, passage(text))
    aside = said_of_siblings(SITES, {CORROW}, question, passage(text), apart)

    assert {text[each.start : each.end] for each in aside} == {"Lunch comes with soup in Mere."}


POOLS = "| Pool | Lanes |\n|---|---|\n| Ashby | 6 |\n| Corrow Bay | 8 |\n| Mere | 4 |"
COURSES = "| Course | Where | Price |\n|---|---|---|\n| Diving | Ashby, Mere | £9 |\n| Rowing | Corrow Bay | £7 |"
SITES = Names(
    [f"# Sites\n\nWe are in Ashby, Corrow Bay and Mere, but in Ashby and in Mere all year.\n\n{POOLS}\n\n{COURSES}"]
)
CORROW = ("corrow", "bay")


def of_siblings(text: str, *wanted: tuple[str, ...]) -> list[str]:
    apart = on_siblings(SITES, set(wanted), passage(text))
    return [text[piece.start : piece.end] for piece in in_order(apart)]


def test_names_that_are_listed_side_by_side_twice_are_of_one_kind() -> None:
    assert SITES.of_kind(CORROW) == {("ashby",), ("mere",)}
    assert SITES.of_kind(("rowing",)) == set()  # it only begins rows
    once = Names([f"{POOLS}\n\nYou may swim in Ashby, in Corrow Bay, in Mere."])
    assert once.of_kind(CORROW) == set()
    again = Names.from_counts(once.counts()).with_more(["Closed: Ashby, Mere and Corrow Bay"])
    assert again.of_kind(CORROW) == {("ashby",), ("mere",)}


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (COURSES, ["| Diving | Ashby, Mere | £9 |"]),
        ("Diving is taught in Ashby.", ["Diving is taught in Ashby."]),
        ("Diving is taught in Ashby and Mere only.", []),
        ("All pools but Mere are heated.", []),
        ("As in Mere, towels are free in Corrow Bay.", []),
        ("As in Mere, towels are free.", []),
        ("Adults only | Mere", ["Adults only | Mere"]),
        ("Mere is for adults only on Mondays.", ["Mere is for adults only on Mondays."]),
        ("Only Mere is heated.", []),
        ("Mere is cleaned every Monday.", []),
        ("Mere is cleaned every four weeks.", ["Mere is cleaned every four weeks."]),
        (
            "- **Mere** is the small one. Towels are £4.\n- Sheets are £5.",
            ["- **Mere** is the small one.", "Towels are £4."],
        ),
        ("- **Mere** is the small one.\n\nTowels are £4.", ["- **Mere** is the small one."]),
        ("Towels are free.", []),
    ],
)
def test_what_is_said_of_others_of_a_kind_is_on_siblings(text: str, apart: list[str]) -> None:
    """But for what tells something of those that it doesn't name."""
    assert of_siblings(text, CORROW) == apart


def test_long_words_are_told_apart_at_once() -> None:
    text = f"Mere {'A' * 400_000}"

    assert of_siblings(text, CORROW) == [text]


MIXERS = """# Mixers

The Lune is new, and so is the Lune Plus.

## Lune

It whisks.

## Whisk-free bowls

Bowls are made of glass.
"""
HEATERS = """# Heaters

The Tove and the Tove Mini are heaters.

## Tove

It has a guarantee of 3 years. With a Lune nothing changes.
"""
SHOP = Names([MIXERS, HEATERS])
LUNE = ("lune",)


@pytest.mark.parametrize(
    ("title", "text", "apart"),
    [
        ("Tove", "Its guarantee is 3 years. Sold with a Lune.", ["Its guarantee is 3 years."]),
        ("Guarantees", "## Tove\n\nFor 3 years.\n\n## Lune\n\nFor 2 years.", ["For 3 years."]),
        ("Guarantees", "## Bowls\n\nFor 3 years.", []),
        ("Tove and Lune", "For 3 years.", []),
    ],
)
def test_what_is_said_below_the_name_of_another_product_is_on_that(title: str, text: str, apart: list[str]) -> None:
    found = on_siblings(SHOP, {LUNE}, passage(text, title=title))

    assert [text[piece.start : piece.end] for piece in in_order(found)] == apart


def test_others_tell_something_of_a_product_only_where_there_is_a_passage_on_it() -> None:
    """Then it is one, too; a word that has a capital in some sentences need not be."""
    names, there = Names([HEATERS, "# Kiln\n\nThe Kiln is new."]), passage("For 3 years.", title="Tove")

    assert on_siblings(names, {("kiln",)}, there) == frozenset()
    assert len(on_siblings(names, {("kiln",)}, there, is_headed=True)) == 1


def test_a_name_with_a_hyphen_stands_in_a_title_beside_another() -> None:
    rows = "| Heater | Price |\n|---|---|\n| Re-Lume | £5 |\n| Tove | £3 |"
    names = Names([f"# Prices\n\n{rows}\n\nWe sell the Re-Lume and the Tove."])
    both = passage("For 3 years.", title="Tove and Re-Lume")

    assert on_siblings(names, {("re-lume",)}, both) == frozenset()
    assert on_siblings(names, {("re-lume",)}, passage("For 3 years.", title="Tove")) != frozenset()


def test_a_passage_on_another_product_goes_behind_those_on_the_one_asked_for() -> None:
    heater, mixer = passage("For 3 years.", 1, 2.0, "Tove"), passage("It whisks.", 2, 1.5, "Lune")

    assert [each.title for each in without_siblings(SHOP, {LUNE}, [heater, mixer])] == ["Lune", "Tove"]
    beside = passage("For 3 years, with a Lune, too.", 1, 2.0, "Tove")
    assert [each.title for each in without_siblings(SHOP, {LUNE}, [beside, mixer])] == ["Tove", "Lune"]
    general = passage("It whisks.", 2, 1.5, "Mixers")
    assert [each.title for each in without_siblings(SHOP, {LUNE}, [heater, general])] == ["Tove", "Mixers"]


def test_what_is_listed_behind_one_name_is_of_one_kind() -> None:
    """The Acme Wren and the Acme Heron, asked for without their maker's name."""
    items = "- **Acme Wren** for small rooms. Bulbs £3.\n- **Acme Heron** for halls. Bulbs £5."
    names = Names([f"# Lamps\n\n{items}\n\nThe Wren is light, and so is the Heron."])
    apart = on_siblings(names, {("heron",)}, passage(items))

    assert names.of_kind(("heron",)) == {("wren",)}
    assert [items[each.start : each.end] for each in in_order(apart)] == [
        "- **Acme Wren** for small rooms.",
        "Bulbs £3.",
    ]


def test_products_of_two_kinds_are_told_apart_each_by_itself() -> None:
    """A row on what is asked for at another place, and one on another at that place."""
    courses = Names(
        [f"{POOLS}\n\n{COURSES}", "In Ashby, Corrow Bay and Mere we teach Diving or Rowing; Rowing is new."]
    )
    apart = on_siblings(courses, {CORROW, ("diving",)}, passage(COURSES))

    assert {COURSES[each.start : each.end] for each in apart} == {*COURSES.splitlines()[2:]}
    assert on_siblings(courses, {CORROW, ("rowing",)}, passage(COURSES)) < apart


@pytest.mark.parametrize(
    ("question", "is_aside"),
    [
        ("price of diving in corrow bay", True),
        ("price of rowing in corrow bay", False),
        ("lessons in corrow bay", False),
    ],
)
def test_where_what_is_asked_is_said_of_siblings_alone_nothing_else_answers(question: str, is_aside: bool) -> None:
    text = f"{COURSES}\n\nLockers are free."
    there = passage(text)
    apart = on_siblings(SITES, {CORROW}, there)
    aside = said_of_siblings(SITES, {CORROW}, asked(question, CORROW), there, apart)

    assert ("Lockers are free." in {text[each.start : each.end] for each in aside}) is is_aside


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Corrow Bay has no diving.", ["Corrow Bay has no diving."]),
        ("Mere has no diving.", ["| Diving | £9 |"]),
        ("Corrow Bay has no sauna.", ["| Diving | £9 |"]),
    ],
)
def test_what_is_denied_of_a_place_goes_before_a_row_on_all(sentence: str, expected: list[str]) -> None:
    names = Names([f"{POOLS}\n\n{COURSES}", "We teach Diving, and Diving only, in Ashby, Corrow Bay and Mere."])
    wanted = {CORROW, ("diving",)}
    text = f"| Course | Price |\n|---|---|\n| Diving | £9 |\n\n{sentence}"
    rows = tabled_in(names, wanted, asked("price of diving in corrow bay", *wanted), passage(text))

    assert [text[piece.start : piece.end] for piece in rows] == expected


def test_a_guide_on_all_of_a_family_is_on_no_sibling() -> None:
    """The Lumen 10 and the Lumen Basic are both Lumens; there is no product that is called Lumen alone."""
    names = Names(["Our Lumen plans are the Lumen 10, the Lumen 30 and the Lumen Basic."])
    wanted = {("lumen", "basic")}
    plans, terms = passage("Prices rise in May.", 1, 2.0, "Lumen plans"), passage("It is sold.", 2, 1.0, "Lumen Basic")

    assert without_siblings(names, wanted, [plans, terms]) == [plans, terms]
    sibling = passage("Prices rise in May.", 1, 2.0, "Lumen 10")
    assert [each.title for each in without_siblings(names, wanted, [sibling, terms])] == ["Lumen Basic", "Lumen 10"]

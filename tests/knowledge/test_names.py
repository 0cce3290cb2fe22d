"""A question on a product that only its siblings are in the guides for is told from one on a product that is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from knowledge.answers import Outcome, Passage
from knowledge.lexical import stems
from knowledge.library import Library
from knowledge.names import Names, are_siblings
from knowledge.products import is_on, on_siblings, without_siblings

GUIDES = [
    "# Brook 4 router\n\nThe Brook 4 comes with Stream 100. The Brook 4 Pro comes with Stream 300.",
    "# Brook 5 router\n\nWe send the Brook 5 with Stream 900 and with Stream Business 300. Step 1: pull the plug.",
    "# Heron doorbell\n\nThe Heron is bigger than the Heron Lite. Error TV-52 means that a stream was cut.",
    "Prices went up in April 2026. From 3 May 2026 calls cost £2. Step 2: ring the Heron twice.",
]


def passage(title: str, score: float, *headings: str) -> Passage:
    return Passage(1, 1, f"{title}.md", title, None, None, None, headings, 0, 1, ".", score)


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(GUIDES)


UNKNOWN = [
    ("how many devices can the Brook 6 handle at once", ["Brook 6"]),
    ("brook-6 lights", ["brook-6"]),
    ("HOW MANY PODS FOR THE BROOK 6?", ["BROOK 6"]),
    ("Does the Brook 4 Plus have a USB port?", ["Brook 4 Plus"]),
    ("Heron Pro: does it come with a chime?", ["Heron Pro"]),
    ("battery life of the heron mini", ["heron mini"]),
    ("is the heron 2 out?", ["heron 2"]),
    ("upload on Stream Business 100, not Stream 500", ["Stream Business 100", "Stream 500"]),
    ("error TV-99", ["TV-99"]),
]


@pytest.mark.parametrize(("question", "expected"), UNKNOWN)
def test_a_sibling_that_no_guide_knows_is_seen(question: str, expected: list[str], names: Names) -> None:
    """By its number, its qualifier or its code, however it is typed."""
    assert names.strangers_in(question, bool)[0] == expected


COVER = "The Hearth Basic, the Hearth Plus and the Hearth Complete pay for a boiler. Nothing else is insured."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("loss of rent on hearth landlord", ["hearth landlord"]),
        ("standard excess hearth gold", ["hearth gold"]),
        ("Hearth Landlord and hearth plus", ["Hearth Landlord"]),
        ("is hearth plus cheaper", []),
        ("hearth boiler", []),  # of the guides' words
        ("hearth insures what", []),
        ("hearth expired", []),
        ("hearth kw rating", []),
        ("hearth thanks", []),
        ("why does hearth family go up", []),
        ("hearth, landlord wants it", []),
        ("boiler landlord", []),
    ],
)
def test_what_may_be_a_sibling_is_told_from_what_becomes_of_one(question: str, expected: list[str]) -> None:
    known = set(stems(COVER))
    assert Names([COVER]).strangers_in(question, lambda word: known.issuperset(stems(word)))[1] == expected


CABINS = """# Tents and cabins

Each cabin has one key, and the price is for all in the cabin. Can I ring? Ask if I may.

| | Cabin Oak | Cabin Birch |
|---|---|---|
| Price a night | €109 | €72 |
| Television | yes | no |

## Short stays

The Cabin Birch may be booked for a single night in low season, for €20 more a night.
Whoever loses the key of a Cabin Oak pays for a lock.
"""


def test_a_common_word_may_begin_a_name() -> None:
    """Only with the name behind it; what else it begins with such a name is a sibling."""
    names = Names([CABINS])

    assert names.known_in("price of cabin oak, or any cabin with tv") == {("cabin", "oak")}
    assert names.siblings_of(("cabin", "oak")) == {("cabin", "birch")}
    assert names.known_in("what can I do if I ring") == set()
    assert names.kind_of(("cabin", "oak"), "cabin oak") == len("cabin ")
    assert names.kind_of(("oak",), "oak") == 0


def test_the_column_of_a_product_answers_rather_than_a_sibling(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Though the sibling's sentence has all of the words."""
    put_guide("cabins.md", CABINS)
    library = open_library()
    library.warm()
    first = library.answer("cabin oak price for a night in low season").citations[0]

    assert [first.quote[start:end] for start, end in first.highlights] == ["| Price a night | €109 | €72 |"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("price of a railcard 70", ["railcard 70"]),
        ("price of the Railcard 70 and the Railcard 60", ["Railcard 70"]),
        ("is a railcard 26 cheaper", []),
        ("a railcard 3 months old", []),
        ("a railcard 2026", []),
        ("what if it takes until day 10", []),  # of a row that says "Day 7 to Day 14"
        ("coach 12", []),
    ],
)
def test_a_number_behind_a_common_word_may_be_of_no_product(question: str, expected: list[str]) -> None:
    text = "A railcard, any railcard: you buy the Railcard 60 or the Railcard 26. Then from Day 7 to Day 14, by coach."

    assert Names([text]).strangers_in(question, bool)[0] == expected


def test_a_tier_behind_a_common_word_may_be_a_product() -> None:
    names = Names(
        ["Each pitch, any pitch: you get a Pitch Basic, a Pitch Plus or a Pitch Comfort. No pitch is for gold."]
    )

    assert names.strangers_in("pitch gold price", lambda _: True)[1] == ["pitch gold"]
    assert names.strangers_in("pitch plus, or a gold pitch", lambda _: True)[1] == []


def test_one_product_alone_has_no_family() -> None:
    assert Names(["The Heron Lite rings."]).strangers_in("is the heron dishwasherproof", lambda _: False)[1] == []


def test_what_may_be_on_a_sibling_is_answered_in_part_and_named(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Also where the guides' own words are asked for."""
    put_guide("cover.md", f"# Hearth cover\n\n{COVER}\n\n## Excess\n\nThe standard excess of Hearth is £50 a visit.\n")
    library = open_library()
    library.warm()
    known, unfamiliar = (library.answer(f"standard excess of hearth{name}?") for name in ("", " landlord"))
    story = library.answer(
        "Customer is on hearth landlord, moved in last week. She rang twice. What is the standard excess of a visit?"
    )

    assert (known.outcome, known.notes) == (Outcome.ANSWERED, ())
    assert (unfamiliar.outcome, unfamiliar.notes) == (Outcome.PARTLY, ("The guides don't mention “hearth landlord”.",))
    assert story.outcome is not Outcome.ANSWERED
    assert story.notes == unfamiliar.notes
    assert library.answer("excess of Hearth Pro, hearth landlord?").notes == ("The guides don't mention “Hearth Pro”.",)


KNOWN = [
    "brook 4 pro shows red",
    "Brook5 keeps restarting",
    "Brook 5 Router price",
    "Stream for 3 months free",
    "customer left Stream 3 months ago",
    "stream business 300 for 24 months",
    "his heron 2 weeks ago",
    "the heron plus the lite",
    "a Brook 4 bought in 2026",
    "prices since April 12 and May 2025",
    "error TV-52",
    "error TV 52",
    "step 7",
    "my PS5 and my Galaxy S21 are offline, ticket INC4711",
    "Anna Berg from Leeds has a Brook 5. 3 lights are red",
    "",
]


@pytest.mark.parametrize("question", KNOWN)
def test_what_only_looks_like_a_sibling_is_let_through(question: str, names: Names) -> None:
    """Amounts, dates, durations, people, places and other makers' codes are no products of ours."""
    assert names.strangers_in(question, bool)[0] == []


def test_the_longest_name_counts(names: Names) -> None:
    """A Brook 4 Pro is no Brook 4."""
    assert names.known_in("swap a brook 4 pro for the Heron Lite") == {("brook", "4", "pro"), ("heron", "lite")}


RAILCARDS = Names(
    [
        "A railcard is a card. Ask for the railcard first. Of them, the Railcard 26 and the Railcard 60 are cheap.",
        "Ask on platform 2. Savers are sold early; a Saver Return is two in one. The Saver is not sold on the day.",
    ]
)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("lost railcard 60, and a railcard", {("railcard", "60")}),
        ("On Platform 2", set()),
        ("how many savers", {("saver",)}),
        ("two Saver Returns", {("saver", "return")}),
    ],
)
def test_a_common_word_is_a_name_with_its_number_and_in_the_plural(text: str, known: set[tuple[str, ...]]) -> None:
    assert RAILCARDS.known_in(text) == known
    assert Names.from_counts(RAILCARDS.counts()).known_in(text) == known


@pytest.mark.parametrize(
    ("text", "question", "known"),
    [
        ("Teams Pro is for ten seats. The Team is a group.", "How much is Teams Pro?", ("teams", "pro")),
        ("We sell the Note 10 and the Notes 3 Basic. Notes 3 is free.", "is Notes 3 free", ("notes", "3")),
        ("A railcard. No railcard. The railcard. See the Railcard 60.", "lost railcard-60", ("railcard", "60")),
    ],
)
def test_a_name_that_only_looks_like_a_plural_is_known_as_it_is_written(
    text: str, question: str, known: tuple[str, ...]
) -> None:
    names = Names([text])

    assert known in names.known_in(question)
    assert names.strangers_in(question, bool)[0] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("brook 4", "brook 5", True),
        ("brook 4", "brook 4 pro", True),
        ("heron", "heron lite", True),
        ("brook 4", "brook 4", False),
        ("brook 4", "brook routers", False),
        ("brook", "brook 4", False),
        ("brook 4", "stream 4", False),
        ("brook", "brook family", False),
        ("brook 4", "brook family", False),
        ("brook basic", "brook family", True),
    ],
)
def test_siblings_differ_by_a_number_or_a_qualifier(one: str, other: str, expected: bool) -> None:
    """Whichever is named first."""
    assert are_siblings(tuple(one.split()), tuple(other.split())) is expected
    assert are_siblings(tuple(other.split()), tuple(one.split())) is expected


def test_a_sibling_is_never_answered_for(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """The nearest sections are offered, with a word on why."""
    library = open_library()
    library.warm()

    for question in ("How do I reset the Brook 7?", "how do I reset the brook 6 pro"):
        answer = library.answer(question)
        assert (answer.outcome, answer.citations) == (Outcome.NOT_IN_GUIDES, ())
        assert answer.nearest[0].guide_key == "router.md"
        assert answer.notes[0].startswith("The guides don't mention “")


def test_the_data_sheet_of_the_product_asked_for_comes_first(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Though its siblings' say the same in nearly the same words, and more of them."""
    put_guide(
        "brook-6-pro.md", "# Brook 6 Pro router\n\n## Restarting it\n\nPull the plug. Restart: wait 60 seconds.\n"
    )
    put_guide("brook-7.md", "# Brook 7 router\n\n## Restarting it\n\nPress restart. Restart takes 9 seconds.\n")
    library = open_library()
    library.warm()

    cited = {
        asked: library.answer(f"How do I restart the {asked}?").citations[0].title
        for asked in ("brook 6 pro", "Brook 6", "Brook 7")
    }

    assert cited == {"brook 6 pro": "Brook 6 Pro router", "Brook 6": "Brook 6 router", "Brook 7": "Brook 7 router"}


def test_more_texts_leave_the_names_in_use_as_they_are() -> None:
    """Questions go on being answered by them meanwhile."""
    names = Names(["The Brook 4 and the Brook 4 Pro."])

    more = names.with_more(["The Brook 4 Max."])

    assert names.strangers_in("Is there a Brook 4 Max?", bool)[0] == ["Brook 4 Max"]
    assert more.strangers_in("Is there a Brook 4 Max?", bool)[0] == []
    assert more.known_in("the brook 4 pro") == {("brook", "4", "pro")}


ERRORS = """# Display of the boiler

| Error | Meaning |
| --- | --- |
| 19 | The flame went out |
| 28 | The water pressure is too low |
"""


def test_the_row_of_a_table_is_no_unknown_product(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Its head begins with a capital as names do; what no row has is not in the guides all the same."""
    put_guide("boiler.md", ERRORS)
    library = open_library()
    library.warm()
    known, unknown = library.answer("what is error 28"), library.answer("what is error 55")

    assert known.outcome is Outcome.ANSWERED
    assert "pressure is too low" in known.citations[0].quote
    assert (unknown.outcome, unknown.notes) == (Outcome.NOT_IN_GUIDES, ("The guides don't mention “error 55”.",))


STOOLS = """# Stools

| Stool | Price | Max. load |
| --- | --- | --- |
| Alder | £90 | 110 kg |
| Alder Swivel | £120 | 120 kg |
| Alder Mini | £70 | 60 kg |
| Alder Direct | £80 | 110 kg |
| Alder Plus | £95 | 110 kg |
| Rowan | £140 | 150 kg |
"""


def test_a_cell_is_no_row_of_its_own_where_it_is_on_another(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """ "Mini" stands beside "Rowan", behind another name; by itself, it is a row on what the guide is on."""
    put_guide("stools.md", STOOLS)
    put_guide("lamp.md", "# Linnet\n\n| Lamp | Price |\n| --- | --- |\n| Mini | £15 |\n| Table | £25 |\n")
    library = open_library()
    library.warm()
    row, cell = library.answer("price of the rowan mini"), library.answer("price of the linnet mini")

    assert (row.outcome, row.notes) == (Outcome.NOT_IN_GUIDES, ("The guides don't mention “rowan mini”.",))
    assert cell.notes == ()


def test_what_begins_the_name_of_a_column_is_no_part_of_a_product(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide("stools.md", STOOLS)
    library = open_library()
    library.warm()
    column, name = library.answer("alder swivel max load"), library.answer("alder swivel max price")

    assert (column.outcome, column.notes) == (Outcome.ANSWERED, ())
    assert name.notes == ("The guides don't mention “alder swivel max”.",)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("rowan swivel price", ["rowan swivel"]),
        ("what is a Rowan Swivel", ["Rowan Swivel"]),
        ("price of the alder swivel", []),
        ("is the alder direct mini cheaper", []),  # both are of the family
        ("pay for a rowan direct debit or not", []),  # begins another name
        ("rowan return", []),  # a word as well
        ("rowan plus price", ["rowan plus"]),
        ("rowan plus a cushion", []),  # which it adds
        ("rowan plus delivery", []),
        ("stool swivel", []),
    ],
)
def test_what_tells_others_apart_may_be_of_no_product(question: str, expected: list[str]) -> None:
    """Also where guides have the word, as they have that of another family."""
    sentences = "The Rowan is heavy. You return it, or pay by Direct Debit.\n\n| Alder Return | £5 |\n"
    names = Names([STOOLS + "| Alder Return | £5 |\n\n" + sentences])

    assert names.strangers_in(question, lambda _: True)[1] == expected


@pytest.mark.parametrize("maker", ["", "Lark ", "Lark Home "])
@pytest.mark.parametrize(("asked", "guide"), [("Swift 7", "swift.md"), ("Swift 7 Tethered", "tethered.md")])
def test_a_word_of_any_kind_may_tell_siblings_apart_and_a_maker_may_stand_in_front(
    maker: str,
    asked: str,
    guide: str,
    open_library: Callable[..., Library],
    put_guide: Callable[[str, str | None], None],
) -> None:
    """ "Tethered" is in no list of qualifiers; a sentence names the Swift 7 Tethered."""
    cable = "The cable in the box reaches {} metres from the charger. The cable of a charger is never extended.\n"
    put_guide("swift.md", f"# {maker}Swift 7: sheet\n\n## Fitting\n\nUp to 10 metres of cable lead to the meter.\n")
    put_guide("tethered.md", f"# {maker}Swift 7 Tethered: sheet\n\n## Cable\n\n" + cable.format(5))
    put_guide("choice.md", f"# Which charger\n\nIt is a {maker}Swift 7 or a {maker}Swift 7 Tethered.\n")
    library = open_library()
    library.warm()

    found = library._answering.find(f"How many metres is the cable in the box of a charger {asked}?")

    assert found.wanted == {tuple(asked.casefold().split())}
    assert found.passages[0].guide_key == guide


def test_what_stands_before_a_number_is_not_always_a_name() -> None:
    """A Type 2 cable makes no product of "type"."""
    names = Names(["It takes a Type 2 cable. A Type 1 plug doesn't fit the Heron."])

    assert names.known_in("what type of cable for the heron") == {("heron",)}


@pytest.mark.parametrize(
    ("asked", "titles", "order"),
    [
        ("swift 7", ("Swift 7 Tethered", "Swift 7"), (1, 0)),
        ("swift 7 or swift 7 tethered", ("Swift 7 Tethered", "Swift 7"), (0, 1)),  # both are asked for
        ("heron", ("Heron Lite", "Heron", "Prices"), (1, 0, 2)),  # back once, though sentences name both
        ("heron", ("Heron App", "Heron"), (0, 1)),  # no product of its own
        ("lark swift 7 or swift 5", ("Lark Swift 7", "Swift 5"), (0, 1)),
        ("lark home with the home hub", ("Lark Home", "Home Hub"), (0, 1)),
        ("heron lite", ("Lark Heron", "Lark Heron Lite"), (1, 0)),
    ],
)
def test_only_what_is_on_a_sibling_goes_back(asked: str, titles: tuple[str, ...], order: tuple[int, ...]) -> None:
    """Whoever is asked for stays, with a maker in front or without."""
    names = Names(
        [
            "It is the Swift 7 or the Swift 7 Tethered, the Heron or the Heron Lite, with the Heron App, the Home Hub.",
            "They sell the Lark Swift 7, a Swift 5, the Lark Home and the Lark Heron, or a Lark Heron Lite.",
        ]
    )
    wanted = names.known_in(asked)
    found = [passage(title, score) for title, score in zip(titles, (5.0, 4.0, 2.0), strict=False)]

    sorted_out = without_siblings(names, wanted, found)

    assert [each.title for each in sorted_out] == [titles[n] for n in order]


def test_a_section_on_a_sibling_is_on_no_product_that_is_asked_for() -> None:
    """Though it stands in that one's guide."""
    names = Names(["It is the Heron or the Heron Lite."])
    wanted = {("heron",)}

    assert is_on(names, wanted, passage("Heron", 1.0, "Battery"))
    assert is_on(names, wanted, passage("Heron Data Sheet", 1.0))
    assert not is_on(names, wanted, passage("Heron", 1.0, "Heron Lite"))
    assert not is_on(names, wanted, passage("Prices", 1.0))


@pytest.mark.parametrize(
    ("wanted", "text", "apart"),
    [
        ("heron", "## Heron Lite\n\nTake it if the Heron, with 120 m², is too much. It is small.", "It is small."),
        ("heron", "It rings. The Heron Lite costs £45. Unlike a Heron Lite, it lasts.", "The Heron Lite costs £45."),
        ("heron", "**Heron Lite**\n\nIt costs £45.\n\n**Returns**\n\nIt goes back.", "It costs £45."),
        ("heron", "# Heron\n\n## Cable\n\nFor a Heron Lite it is black.", "For a Heron Lite it is black."),
        ("heron", "## Your Heron\n\nBelow a Heron Lite it says so.", ""),
        ("heron lite", "You pay £90 for the Heron. You pay £45 for the Heron\nLite.", "You pay £90 for the Heron."),
    ],
)  # fmt: skip
def test_what_is_on_a_sibling_within_a_passage(wanted: str, text: str, apart: str) -> None:
    """A sentence that names what is asked for is on that, also over two lines; below a heading with the name all are,
    and in a guide with it in the title all that don't begin with the sibling's.
    """
    names, of_guide = Names(["We sell the Heron and the Heron Lite."]), "Prices" if " " in wanted else "Heron"
    found = on_siblings(names, {tuple(wanted.split())}, replace(passage(of_guide, 1.0, of_guide), text=text))

    assert "".join(text[piece.start : piece.end] for piece in found) == apart


@pytest.mark.parametrize(
    "guide",
    [
        "## Varia Start\n\nPrism: none\n\n## Varia Life\n\nPrism: up to 4",
        "| | Varia Start | Varia Life |\n|---|---|---|\n| Prism | none | up to 4 |",
        "| Lens | Prism |\n|---|---|\n| **Varia Start** (new) | none |\n| Varia Life | up to 4 |",
    ],
)
def test_what_heads_sections_columns_or_rows_of_one_family_are_siblings(guide: str) -> None:
    """No word that tells siblings apart in any trade stands in their names; but a Varia Prices is no product."""
    names = Names([guide, "## Varia Prices\n\nThe Varia Start is new."])
    for each in (names, Names.from_counts(names.counts()), Names([]).with_more([guide])):
        assert ("varia", "start") in each.siblings_of(("varia", "life"))
        assert ("varia", "prices") not in each.siblings_of(("varia", "life"))


@pytest.mark.parametrize(
    ("guide", "sibling"),
    [
        ("| Tarn | 2 m |\n| Tarn Corner | 3 m |\n| Tarn Prices | here |", True),
        ("We sell the Tarn Corner.\n\n## Tarn\n\n### Care\n\n## Tarn Corner\n\nAsh.\n\n## Tarn Prices\n\nBelow.", True),
        ("# Sofas\n\n## Tarn\n\nOak.\n\n## Tarn Corner\n\nSweep it.", False),  # no sentence has such a thing
        ("# Sofas\n\n## Tarn\n\n### Tarn Corner\n\nAsh.", False),
        ("# Sofas\n\n## Tarn Care\n\nOak.\n\n## Tarn Corner\n\nAsh.", False),
        ("| Tarn | 2 m |\n\nMore:\n\n| Tarn Corner | 3 m |", False),
    ],
)
def test_what_stands_in_parallel_is_of_one_family(guide: str, sibling: bool) -> None:
    """Rows of one table, and sections of one level where one is on the product whose name the others begin with; even
    where sentences call a product by that name alone.
    """
    names = Names([guide, "You sit on the Tarn."])
    for each in (names, Names.from_counts(names.counts()), Names(["You sit on the Tarn."]).with_more([guide])):
        assert (("tarn", "corner") in each.siblings_of(("tarn",))) is sibling
        assert (("tarn",) in each.siblings_of(("tarn", "corner"))) is sibling
        assert ("tarn", "prices") not in each.siblings_of(("tarn",))


def test_a_long_list_of_parts_is_no_family() -> None:
    """Or what is kept of it would grow with the square of its length."""
    assert Names(["".join(f"| Valve {n} | £{n} |\n" for n in range(300))]).counts()["beside"] == []


@pytest.mark.parametrize(
    ("wanted", "order"), [("tarn", ["Tarn", "Tarn Corner"]), ("tarn corner", ["Tarn Corner", "Tarn"])]
)
def test_a_section_on_one_of_a_family_is_not_on_what_heads_the_guide(wanted: str, order: list[str]) -> None:
    """The guide on all of them is called by the name that all begin with, and so is one of them."""
    names = Names(["# Sofas\n\nThere is a Tarn Corner.\n\n## Tarn\n\nOak.\n\n## Tarn Corner\n\nAsh."])
    passages = [
        replace(passage("Tarn sofas", score, "Tarn sofas", name), text="Oak.")
        for score, name in ((1.0, order[1]), (0.9, order[0]))
    ]

    found = without_siblings(names, {tuple(wanted.split())}, passages)

    assert [each.headings[-1] for each in found] == order
    assert [is_on(names, {tuple(wanted.split())}, each) for each in found] == [True, False]


def test_a_grade_that_no_guide_has_may_be_a_sibling_of_those_there_are() -> None:
    """Where things are told apart by grades at all: a silver car is just a colour."""
    grades = Names(["A Gold member gets 10%, a Silver member 5%. Is HearWell Basic or the HearWell Family in silver?"])
    none = Names(["A silver car."])

    assert grades.strangers_in("bronze member discount", lambda _: False)[1] == ["bronze"]
    assert grades.strangers_in("bronze member discount", lambda _: True)[1] == []
    assert none.strangers_in("bronze member discount", lambda _: False)[1] == []
    assert grades.strangers_in("hearwell plus for one aid", lambda _: True)[1] == ["hearwell plus"]
    assert grades.strangers_in("hearwell plus batteries", lambda _: True)[1] == []


def test_sections_on_parts_of_a_product_are_no_siblings() -> None:
    """The Heron's abroad and its delivery are both the Heron's, which sentences call by its name."""
    names = Names(["## Heron Delivery\n\nWe bring the Heron.\n\n## Heron Abroad\n\nThe Heron works there."])

    assert names.siblings_of(("heron", "abroad")) == set()


def test_a_name_may_be_spelled_like_a_word_that_only_asks() -> None:
    """Where sentences have it with a capital alone: "haven" is what is left of "haven't"."""
    assert Names(["The Haven and the Haven Plus."]).known_in("haven plus price") == {("haven", "plus")}
    assert not Names(["The Haven is new. We haven't more."]).known_in("we haven't one, or haven")


def test_long_codes_in_tables_are_read_fast() -> None:
    """Keys of thousands of digits, in each row."""
    rows = "\n".join(f"| {'1A' * 10_000} key | Heron |" for _ in range(200))

    assert Names([f"| Key | Name |\n| --- | --- |\n{rows}"]).known_in("heron") == {("heron",)}


def test_a_name_in_a_quarter_of_the_guides_tells_none_from_another() -> None:
    """What is small in a guide is no name there; a sibling tells guides apart, however many have it."""
    guides = [f"Day {n}: at Ostavia.eu we buy Brooms, and the Orvane or the Orvane Lite." for n in range(3)]
    others = ["All brooms are in the cellar, as brooms."] * 9
    for each in (
        Names(guides + others),
        Names.from_counts(Names(guides + others).counts()),
        Names(others).with_more(guides),
    ):
        assert [slice(*span) for span in each.everywhere_in("is orvane on ostavia.eu's list?")] == [slice(13, 25)]
    assert Names([*guides, *others, *others]).everywhere_in("is it on Ostavia.eu?") == []
    assert Names(guides[:2]).everywhere_in("is it on Ostavia.eu?") == []
    small = [guide.replace("buy", "buy brooms,") for guide in guides]
    assert Names(guides).everywhere_in("for brooms")
    assert Names(small).everywhere_in("for brooms") == []


def test_a_text_is_looked_through_again_once_more_names_are_known() -> None:
    """What was found in it before is not kept for the names that came later."""
    names = Names(["The Heron is new."])
    assert names.known_in("a wren lite") == set()

    assert names.with_more(["We like the Wren Lite, a small Wren."]).known_in("a wren lite") == {("wren", "lite")}

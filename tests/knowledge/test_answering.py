"""An answer quotes what was found, or says that the guides do not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from knowledge.answering import (
    CHANGING,
    LONGEST_MESSAGE,
    NOT_YET,
    WORDS_ALONE,
)
from knowledge.answers import ONLY_WORDS, Answer, Outcome
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.conftest import NOW
from tests.knowledge.conftest import GUIDES, QUESTION, RESET, marked, parts, put

Open = Callable[..., Library]
Put = Callable[[str, str | None], None]


def test_an_answer_quotes_the_guide_and_marks_the_sentence(library: Library) -> None:
    """The first citation holds the answer, with section, owner and review date."""
    answer = library.answer(QUESTION)

    assert answer.outcome is Outcome.ANSWERED
    first = answer.citations[0]
    assert (first.guide_key, first.section, first.owner) == (
        "refunds.md",
        "How long it takes",
        "ana@brightwater.example",
    )
    assert first.reviewed is not None
    assert "We pay a refund back within 10 working days, to the account it came from." in marked(answer)
    assert "Refunds never go to another person's account." in first.quote
    assert answer.notes == ()


def test_a_story_around_a_question_does_not_hide_it(library: Library) -> None:
    """The question alone is answered, and the answer says that it was taken so."""
    story = (
        "Hi, I have a lady on the line who is upset, she was waiting for twenty minutes and this is her second call."
    )
    answer = library.answer(f"{story} When can a visit be moved free of charge?")

    assert answer.understood == "When can a visit be moved free of charge?"
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citations[0].guide_key == "visits.md"
    assert library.answer(f"{story} Who won the football match last night?").outcome is Outcome.NOT_IN_GUIDES


FOOTBALL = "Who won the football match last night?"


COMPARED = {
    "larks.md": "# Larks\n\n## Lark 4\n\nThe Lark 4 is a small lamp for a desk. It costs £30 and comes with a bulb.\n\n"
    "## Lark 5\n\nThe Lark 5 is a tall lamp for a hall. It costs £80 and comes without a bulb.\n",
    "cables.md": "# Cables\n\nA cable for the Lark 4 costs the same as one for the Lark 5. The Lark 6 is a lantern.\n",
}


@pytest.mark.parametrize(
    ("question", "on_each"),
    [
        ("What's the difference between the Lark 4 and the Lark 5?", ["What is the Lark 4?", "What is the Lark 5?"]),
        (
            "Which is cheaper, the Lark 4 or 5?",
            ["What is the price of the Lark 4?", "What is the price of the Lark 5?"],
        ),
    ],
)
def test_what_is_compared_is_quoted_of_each(
    question: str, on_each: list[str], library: Library, put_guide: Put
) -> None:
    """Where no quote is on both."""
    for key, text in COMPARED.items():
        put_guide(key, text)
    library.refresh()
    library.warm()
    answer = library.answer(question)

    assert [part.question for part in answer.parts] == on_each
    assert [each.headings[-1] for each in answer.citations] == ["Lark 4", "Lark 5"]


LAMPS = {
    "lark-4.md": "# Lark 4\n\n## What an orange ring means\n\nAn orange ring means that the Lark 4 charges.\n",
    "lark-5.md": "# Lark 5\n\n## Care\n\nWipe it with a dry cloth and oil its hinge once a year. It can stand outdoors "
    "in summer, never in rain. Never cover it: where it is too warm it has a ring in orange and goes off.\n",
}


@pytest.mark.parametrize(
    ("question", "is_said"),
    [
        ("what does an orange ring mean", True),
        ("what does the orange ring of the Lark mean", True),
        ("what does an orange ring mean on the Lark 4", False),
        ("how do I oil the hinge", False),
    ],
)
def test_an_answer_on_one_of_several_products_says_so(
    question: str, is_said: bool, library: Library, put_guide: Put
) -> None:
    """Where the question names none, and the guides say as much of another."""
    for key, text in LAMPS.items():
        put_guide(key, text)
    library.refresh()
    library.warm()
    answer = library.answer(question)

    assert answer.outcome is Outcome.ANSWERED
    note = "This is about “Lark 4”. If you mean “Lark 5”, ask with its name: it may differ."
    assert answer.notes == ((note,) if is_said else ())


def test_another_edition_is_no_other_product(library: Library, put_guide: Put) -> None:
    """That one holds and the other doesn't is said elsewhere."""
    for key, text in LAMPS.items():
        put_guide(key, text.replace("Lark 4", "Lark Sale 2026").replace("Lark 5", "Lark Sale 2025"))
    library.refresh()
    library.warm()

    assert not library.answer("what does an orange ring mean").notes


def test_an_answer_that_quotes_each_product_needs_no_such_note(library: Library, put_guide: Put) -> None:
    """Both are read anyway."""
    for name, meaning in (("Lark 4", "that it charges"), ("Lark 5", "that it is too hot")):
        text = f"# {name} data sheet\n\n## The light\n\nAn orange ring on the {name} means {meaning}.\n"
        put_guide(f"{name.lower()}.md", text)
    library.refresh()
    library.warm()
    answer = library.answer("what does an orange ring mean")

    assert {each.title for each in answer.citations} == {"Lark 4 data sheet", "Lark 5 data sheet"}
    assert answer.notes == ()


def test_what_is_said_of_one_alone_is_no_whole_comparison(library: Library, put_guide: Put) -> None:
    """The other is named as open."""
    for key, text in COMPARED.items():
        put_guide(key, text)
    library.refresh()
    library.warm()
    answer = library.answer("Does the Lark 4 or the Lark 6 come with a bulb?")

    assert answer.outcome is Outcome.PARTLY
    assert "Lark 4" in answer.citations[0].quote


def test_each_of_two_questions_gets_its_quote(library: Library) -> None:
    """In the order asked; a slip of the finger is still said."""
    answer = library.answer(f"{QUESTION} And how do I reset the Brook 6?")
    assert answer.outcome is Outcome.ANSWERED
    assert parts(answer) == [
        (QUESTION, Outcome.ANSWERED, ["refunds.md"]),
        (RESET, Outcome.ANSWERED, ["router.md"]),
    ]
    slip = library.answer(f"How long does a refnud take? {RESET}")
    assert slip.understood == f"{QUESTION} {RESET}"
    assert [citation.guide_key for citation in slip.citations] == ["refunds.md", "router.md"]


def test_a_question_that_the_guides_leave_open_is_named(library: Library) -> None:
    """The other one is answered, and beside it are only sections that it doesn't quote."""
    answer = library.answer(f"{FOOTBALL} {QUESTION}")
    assert answer.outcome is Outcome.PARTLY
    assert parts(answer) == [(FOOTBALL, Outcome.NOT_IN_GUIDES, []), (QUESTION, Outcome.ANSWERED, ["refunds.md"])]
    assert answer.unanswered == (FOOTBALL,)
    seven = "Can a visit for the Brook 7 be moved free of charge?"
    unknown = library.answer(f"When can a visit be moved free of charge? {seven}")
    assert unknown.unanswered == (seven,)
    assert unknown.nearest
    assert unknown.citations[0].section not in [citation.section for citation in unknown.nearest]
    assert unknown.notes == ("The guides don't mention “Brook 7”.",)
    assert library.answer(f"{FOOTBALL} Is the moon made of cheese?").parts == ()


@pytest.mark.parametrize(
    "second", ["Can it go to another person's account?", "How many days until a refund is paid back?"]
)
def test_what_one_quote_answers_is_one_answer(second: str, library: Library) -> None:
    """Two questions on the same sentences, or one in other words."""
    answer = library.answer(f"{QUESTION} {second}")
    assert (answer.outcome, answer.parts) == (Outcome.ANSWERED, ())
    assert [citation.section for citation in answer.citations] == ["How long it takes"]
    assert "We pay a refund back within 10 working days, to the account it came from." in marked(answer)


def test_a_question_that_leans_on_another_is_not_answered_by_it(library: Library) -> None:
    """What is found with the other's words, and without its own, may answer it in part at most."""
    answer = library.answer(f"{QUESTION} Can it be paid in gold bars?")
    assert answer.outcome is Outcome.PARTLY
    assert parts(answer) == [
        (QUESTION, Outcome.ANSWERED, ["refunds.md"]),
        ("Can it be paid in gold bars?", Outcome.PARTLY, ["refunds.md"]),
    ]


def test_what_only_the_whole_message_finds_answers_in_part(open_library: Open, put_guide: Put) -> None:
    """The passage must have the question's words."""
    put_guide(
        "returns.md",
        "# Returns\n\n## Doorbells\n\nDoorbells can be returned within 14 days from delivery. "
        "Whoever sends something back uses our bag, free of postage.\n",
    )
    library = open_library()
    library.warm()
    returned = "Can they return the doorbell after 14 days?"
    answer = library.answer(f"{returned} And who pays the postage?")
    assert parts(answer) == [
        (returned, Outcome.ANSWERED, ["returns.md"]),
        ("Who pays the postage?", Outcome.PARTLY, ["returns.md"]),
    ]


def test_a_later_question_is_not_answered_for_a_sibling(open_library: Open, put_guide: Put) -> None:
    """The product asked about before is put in front of it."""
    put_guide(
        "brook4.md", "# Brook 4 router\n\nThe Brook 4 is flat.\n\n## What the light means\n\nRed: no light arrives.\n"
    )
    put_guide(
        "pro.md",
        "# Brook 4 Pro router\n\nThe Brook 4 Pro stands upright.\n\n"
        "## What the light means\n\nA solid red light means that it is too hot.\n",
    )
    library = open_library()
    library.warm()
    answer = library.answer("Is the Brook 4 flat? And what does a solid red light mean?")
    assert parts(answer) == [
        ("Is the Brook 4 flat?", Outcome.ANSWERED, ["brook4.md"]),
        ("Brook 4: What does a solid red light mean?", Outcome.ANSWERED, ["brook4.md"]),
    ]


def test_a_comparison_beside_another_question_asks_of_each(open_library: Open, put_guide: Put) -> None:
    """In its place, where no quote is on both."""
    for name, price in (("Finch 2", "£40"), ("Finch 3", "£55")):
        put_guide(
            f"{name}.md",
            f"# {name} lamp\n\nThe {name} is a lamp for desks.\n\n| Fact | {name} |\n|---|---|\n| Price | {price} |\n",
        )
    put_guide("shops.md", "# Shops\n\nOur shops open at 10 on Saturdays.\n")
    library = open_library()
    library.warm()
    answer = library.answer("Which is cheaper, the Finch 2 or the Finch 3? And when do our shops open on Saturdays?")
    assert [(part.question, part.outcome) for part in answer.parts] == [
        ("What is the price of the Finch 2?", Outcome.ANSWERED),
        ("What is the price of the Finch 3?", Outcome.ANSWERED),
        ("When do our shops open on Saturdays?", Outcome.ANSWERED),
    ]


@pytest.mark.parametrize(
    ("question", "understood", "guide"),
    [
        ("and what does a solid red light mean?", "Brook 4: what does a solid red light mean?", "brook4.md"),
        ("how many devices?", "Brook 4: how many devices?", "brook4.md"),
        ("What does a solid red light on the Brook 4 Pro mean?", None, "pro.md"),
        ("How do I restart it?", "How do I restart the Brook 4?", "brook4.md"),
        ("When can a visit be moved free of charge?", None, "visits.md"),
        ("Who won the football match last night?", None, None),
    ],
)
def test_a_question_without_a_product_is_of_the_one_before(
    question: str, understood: str | None, guide: str | None, open_library: Open, put_guide: Put
) -> None:
    """Where a sibling's guide, or one on all products, would be quoted otherwise; another question stays as it is."""
    for name, key, light in (("Brook 4", "brook4.md", "that no light arrives"), ("Brook 4 Pro", "pro.md", "too hot")):
        red = f"A {'solid ' * (key == 'pro.md')}red light means {light}."
        put_guide(
            key,
            f"# {name} router\n\nThe {name} is flat. To restart the {name}, pull the plug.\n\n"
            f"| At a glance | {name} |\n| --- | --- |\n| Devices at the same time | up to 80 |\n\n"
            f"## The light\n\n{red}\n",
        )
    put_guide("wifi.md", "# Slow Wi-Fi\n\nHow many devices are slow? With many devices it is the evening.\n")
    library = open_library()
    library.warm()
    answer = library.answer(question, ["Is the Brook 4 flat?"])

    assert answer.understood == understood
    assert [each.guide_key for each in answer.citations[:1]] == ([guide] if guide else [])


@pytest.mark.parametrize(
    ("before", "question", "understood", "guide"),
    [
        ("when do boats have to be booked", "can groups get a discount", "with", "boats.md"),
        ("when do boats have to be booked", "what if it storms", "with", "boats.md"),
        ("how big is the campsite", "can groups get a discount", "alone", "tickets.md"),
        ("when do boats have to be booked", "is the museum open", "alone", "museum.md"),
        ("when do boats have to be booked", "can groups get a discount on museum tickets", "alone", "tickets.md"),
    ],
)
def test_a_question_that_says_little_is_on_the_matter_before(
    before: str, question: str, understood: str, guide: str, open_library: Open, put_guide: Put
) -> None:
    """Where that has a passage of its own with the same words; not where it is a new matter."""
    put_guide(
        "boats.md",
        "# Hiring boats\n\nBoats have to be booked two days before.\n\n"
        "## Boats for less\n\nGroups get a discount on boats of a tenth. If it storms, all is paid.\n",
    )
    put_guide("tickets.md", "# Museum tickets\n\nGroups get a discount on museum tickets of a third.\n")
    put_guide("museum.md", "# Museum\n\nThe museum is open from Tuesday to Sunday.\n")
    put_guide("camp.md", "# Campsite\n\nThe campsite is big: it has 80 pitches.\n")
    library = open_library()
    library.warm()

    answer = library.answer(question, [before])

    both = f"{before}? {question[0].upper()}{question[1:]}?"
    assert (answer.understood, answer.citations[0].guide_key) == (both if understood == "with" else None, guide)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("and by taxi?", Outcome.PARTLY),
        ("does that include taxis?", Outcome.PARTLY),
        ("and by shuttle?", Outcome.ANSWERED),
        ("how much is that?", Outcome.ANSWERED),
        ("and by shutlte?", Outcome.ANSWERED),
    ],
)
def test_a_quote_without_a_word_of_the_follow_up_answers_in_part(
    question: str, outcome: Outcome, open_library: Open, put_guide: Put
) -> None:
    """It answers the question before once more."""
    put_guide(
        "claims.md",
        "# Travel to a fair\n\nStaff who travel to a fair by train or shuttle claim £12 a day on form T2.\n",
    )
    put_guide("cars.md", "# Company cars\n\nA company car is ordered from Nina.\n")
    library = open_library()
    library.warm()

    answer = library.answer(question, ["What can staff claim who travel to a fair by train?"])

    assert answer.outcome is outcome
    assert ("Company cars" in [each.title for each in answer.nearest]) == (outcome is Outcome.PARTLY)
    assert bool(answer.citations[0].highlights) == (question != "and by taxi?")


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("and lockers?", ["Lockers"]),
        ("what about tents", ["Tents, large", "Tents, small"]),
        ("and hut keys?", ["Hut keys"]),
        ("and for members?", ["Boat keys"]),
        ("and the deposit?", ["Boat keys"]),
    ],
)
def test_what_a_fragment_names_is_marked(question: str, marked: list[str], open_library: Open, put_guide: Put) -> None:
    """Not what answers the question before, unless the heading has what is named, or a column."""
    things = ("Boat keys", "Hut keys", "Lockers", "Tents, large", "Tents, small")
    rows = "".join(f"| {thing} | {weeks} weeks | £{weeks} |\n" for weeks, thing in enumerate(things, 2))
    put_guide("lent.md", f"# Things lent to members\n\n| What | How long | Deposit |\n|---|---|---|\n{rows}")
    library = open_library()
    library.warm()

    quote = library.answer(question, ["How long do we lend boat keys?"]).citations[0]

    assert [quote.quote[low:high].split(" | ")[0].strip("| ") for low, high in quote.highlights] == marked


@pytest.mark.parametrize("question", ["What does the Osprey cost?", "how much is the osprey"])
def test_what_a_product_costs_is_its_price(question: str, open_library: Open, put_guide: Put) -> None:
    """Not what comes with it, which "costs" something in sentences, and is all in one section."""
    put_guide(
        "osprey.md",
        "# Osprey alarm data sheet\n\n## At a glance\n\n| Fact | Osprey |\n|---|---|\n| Power | mains |\n"
        + "".join(f"| Feature {n} | as described in the box of the Osprey, on page {n} |\n" for n in range(20))
        + "| Price | £129 |\n\n## Fitting the Osprey\n\n"
        + "A fitting visit for the Osprey costs £49. A second visit costs £29. " * 12,
    )
    library = open_library()
    library.warm()

    answer = library.answer(question)

    assert marked(answer) == ["| Price | £129 |"]


@pytest.mark.parametrize(
    "message",
    [
        "Hi Frontline, how long does a refund take?",
        f"Mr Ruiz asks: {QUESTION} Thanks!",
        f"{QUESTION} Thanks, Priya",
        f"@U0ANA {QUESTION} – Priya Patel",
    ],
)
def test_who_asks_is_no_part_of_the_question(message: str, library: Library) -> None:
    """A name that no guide has would speak against an answer."""
    assert library.answer(message).probability == pytest.approx(library.answer(QUESTION).probability, abs=0.02)


def test_who_asks_is_no_part_of_a_conversation(library: Library) -> None:
    """Nor is the name taken for a product that the next question is about."""
    answer = library.answer("And by cheque? Thanks, Priya", [f"{QUESTION} Kind regards, Priya"])
    assert answer.understood == f"{QUESTION} And by cheque?"


def test_a_name_that_no_guide_says_makes_it_a_partial_answer(open_library: Open, put_guide: Put) -> None:
    """The row of another town reads just as well; days and what stands in capitals throughout are no such names."""
    put_guide(
        "shops.md", "# Opening hours of our shops\n\n| Shop | Open |\n|---|---|\n| York | 9:00 |\n| Hull | 10:00 |\n"
    )
    library = open_library()
    library.warm()
    known, other, day = (
        library.answer(f"When is the {name} shop open?") for name in ("Hull", "Glasgow", "Hull Monday")
    )

    assert (known.outcome, known.notes, day.notes) == (Outcome.ANSWERED, (), ())
    assert other.outcome is not Outcome.ANSWERED
    assert other.notes == ("The guides don't mention “Glasgow”.",)


def test_accents_in_two_pieces_are_found(open_library: Open, put_guide: Put) -> None:
    """As some systems and files write them."""
    put_guide("cafe.md", "# Café Müller\n\nThe Café Müller opens at 9:00.\n")
    library = open_library()
    library.warm()
    answer = library.answer("When does the Cafe\u0301 Mu\u0308ller open?")

    assert (answer.outcome, answer.notes) == (Outcome.ANSWERED, ())


BROOKS = {
    "brook-4.md": "# Brook 4\n\nThe Brook 4 is a router with two ports.\n",
    "brook-5.md": "# Brook 5\n\nThe Brook 5 is a router with five ports.\n",
}


@pytest.mark.parametrize(
    "guarantee",
    [
        "# Guarantee\n\nThe guarantee of the Brook 5 is 12 years.\n",
        "# Guarantees\n\n## Brook 5\n\nThe guarantee is 12 years.\n",
        "# Guarantee\n\n- Brook 5: 12 years\n- Osprey 3: 2 years\n",
        "# Guarantee\n\n| Product | Guarantee |\n|---|---|\n| Brook 5 | 12 years |\n| Osprey 3 | 2 years |\n",
    ],
    ids=["a sentence", "a section", "a list of products", "a table of products"],
)
def test_what_is_said_of_a_sibling_alone_is_a_partial_answer_with_nothing_marked(
    open_library: Open, put_guide: Put, guarantee: str
) -> None:
    for name, text in (BROOKS | {"guarantee.md": guarantee}).items():
        put_guide(name, text)
    library = open_library()
    library.warm()
    own, sibling = (library.answer(f"How long is the guarantee of the Brook {number}?") for number in (5, 4))

    assert (own.outcome, own.notes) == (Outcome.ANSWERED, ())
    assert sibling.outcome is Outcome.PARTLY
    assert [(each.guide_key, each.highlights) for each in sibling.citations] == [("guarantee.md", ())]
    assert sibling.notes == ("This is said of another; the guides don't say it of “Brook 4”.",)


def test_what_is_said_of_another_product_is_never_marked(open_library: Open, put_guide: Put) -> None:
    """Where a guide on the one that is asked for doesn't say it, whatever the other is called."""
    put_guide("tove.md", "# Tove\n\nThe Tove and the Tove Mini are heaters.\n\n## Guarantee\n\nIt is 3 years long.\n")
    put_guide("kiln.md", "# Kiln\n\nThe Kiln is a heater for barns. The Kiln stands on wheels and needs no chimney.\n")
    library = open_library()
    library.warm()

    question = "How long is the guarantee of the Kiln?"
    answer, found = library.answer(question), library._answering._retriever.retrieve(question)
    assert answer.outcome is not Outcome.ANSWERED
    assert not any("3 years" in text for text in marked(answer))
    assert {found.is_aside(each) for each in found.passages if each.guide_key == "tove.md"} == {True}
    assert any("3 years" in text for text in marked(library.answer("How long is the guarantee of the Tove?")))


def test_a_passage_on_a_sibling_does_not_stand_for_one_on_the_product(open_library: Open, put_guide: Put) -> None:
    own = "# Guarantee of small ones\n\nThe guarantee of the Brook 4 is 3 years.\n"
    sibling = "# Guarantee\n\nThe guarantee of the Brook 5 is 12 years.\n"
    for name, text in (BROOKS | {"own.md": own, "sibling.md": sibling}).items():
        put_guide(name, text)
    library = open_library()
    library.warm()
    answer = library.answer("How long is the guarantee of the Brook 4?")

    assert answer.outcome is Outcome.ANSWERED
    assert [each.guide_key for each in answer.citations] == ["own.md"]


@pytest.mark.parametrize(
    ("question", "missed"),
    [
        ("What does mooring cost in 2023?", 2023),
        ("mooring 2027 price", 2027),
        ("What does mooring cost in 2026?", None),
        ("A member since 2023 pays what for mooring?", None),
        ("Order 2023: what does mooring cost?", None),
        ("What does mooring cost in 2025?", None),
        ("What does mooring cost?", None),
        ("What does mooring cost a boat built in 2023?", None),
        ("Mooring for a boat of 1999, what does it cost?", None),
    ],
)
def test_a_year_that_no_edition_is_of_is_answered_in_part(
    question: str, missed: int | None, open_library: Open, put_guide: Put
) -> None:
    """The list of another year has all the words, and says another price."""
    for year, price in ((2024, 12), (2025, 14)):
        put_guide(
            f"fees-{year}.md",
            f"# Harbour fees {year}\n\n## Mooring\n\nMooring costs £{price} a night.\n\nSince 2023.\n",
        )
    library = open_library()
    library.warm()
    answer = library.answer(question)

    assert (answer.outcome is Outcome.PARTLY) == bool(missed)
    assert any("no edition" in note and str(missed) in note for note in answer.notes) == bool(missed)


@pytest.mark.parametrize(
    ("title", "asked", "is_missed"),
    [
        ("Harbour fees {this}", "What are the harbour fees for {next}?", True),
        ("Harbour fees {this}", "What does mooring cost for a boat from {next}?", False),
        ("Harbour fees {this}", "What are the harbour fees for {this}?", False),
        ("Harbour handbook {split}", "What does mooring cost in {split}?", False),
        ("Harbour handbook {last}", "harbour handbook {next}: what does mooring cost?", True),
        ("Harbour Act 2010", "harbour act 2011: what does mooring cost?", False),
    ],
)
def test_a_year_that_the_only_edition_is_not_of_is_answered_in_part(
    title: str, asked: str, is_missed: bool, open_library: Open, put_guide: Put
) -> None:
    year = datetime.now(UTC).year
    years = {"last": year - 1, "this": year, "next": year + 1, "split": f"{year}/{(year + 1) % 100}"}
    put_guide("fees.md", f"# {title.format(**years)}\n\n## Mooring\n\nMooring costs £14 a night.\n")
    library = open_library()
    library.warm()
    answer = library.answer(asked.format(**years))

    assert any(f"no edition of it for {year + 1}" in note for note in answer.notes) == is_missed
    assert (answer.outcome is Outcome.PARTLY) == is_missed


def test_what_begins_after_what_is_asked_is_answered_in_part(open_library: Open, put_guide: Put) -> None:
    """The edition before it doesn't say."""
    put_guide("old.md", "# Harbour fees\n\nApplies until 31 March 2026.\n\nWater is free.\n")
    put_guide("new.md", "# Harbour fees\n\nApplies from 1 April 2026.\n\nMooring costs £14 a night.\n")
    library = open_library()
    library.warm()
    was, now = (library.answer(f"How much {each}?") for each in ("was mooring in 2024", "is mooring"))

    assert (was.outcome, now.outcome) == (Outcome.PARTLY, Outcome.ANSWERED)
    assert was.notes == ("“Harbour fees” holds from 1 April 2026 on, which is after what you ask about.",)
    assert now.notes == ()


def test_the_day_that_is_named_is_no_word_of_what_is_asked(open_library: Open, put_guide: Put) -> None:
    """The edition before it need not name it."""
    put_guide(
        "a.md",
        "# Crane rates\n\nValid until 31 March 2026.\n\nCrews claim £45 a lift by day. Crews claim £60 by night.\n",
    )
    put_guide(
        "b.md", "# Crane rates\n\nApplies from 1 April 2026.\n\nCrews claim £50 a lift by day and £70 by night.\n"
    )
    library = open_library()
    library.warm()
    was = library.answer("what was the lift rate before april 2026")

    assert ([each.guide_key for each in was.citations], was.notes) == (["a.md"], ())


def test_no_note_says_that_what_was_put_away_holds(open_library: Open, put_guide: Put) -> None:
    """By its title it does, until the year is over."""
    year = datetime.now(UTC).year
    put_guide("docks/fees.md", f"# Harbour fees {year + 1}\n\nMooring costs £14 a night. A crane costs £90.\n")
    put_guide("docks/old/fees.md", f"# Harbour fees {year}\n\nMooring costs £12 a night.\n")
    library = open_library()
    library.warm()

    assert library.answer("What does a crane cost?").notes == ()


def test_what_only_an_edition_that_was_put_away_says_is_quoted_with_a_note(
    open_library: Open, sqlite_engine: Engine, put_guide: Put
) -> None:
    told = "# Harbour fees\n\nMooring costs £12 a night. Water costs £3 a day.\n"
    put(sqlite_engine, "old/fees.md", told, date(2024, 5, 1))
    put_guide("docks/fees.md", "# Harbour fees\n\nMooring costs £14 a night.\n")
    library = open_library()
    library.warm()
    water, mooring = (library.answer(f"What does {each} cost?") for each in ("water", "mooring"))

    assert water.notes == ("“Harbour fees (old)” is quoted; the edition that holds is “Harbour fees (docks)”.",)
    assert [each.guide_key for each in mooring.citations] == ["docks/fees.md"]
    assert mooring.notes == ()


def test_editions_of_three_kinds_of_titles_leave_an_answer(open_library: Open, put_guide: Put) -> None:
    """Each may be taken for newer than another, all round."""
    for key, title, heading in (
        ("a.md", "Rates 2024", "Parking"),
        ("b.md", "Rates", "Parking 2025"),
        ("c.md", "Rates 2026", "Parking"),
    ):
        put_guide(key, f"# {title}\n\n## {heading}\n\nThe price of parking in the yard is £{len(title)}.\n")
    library = open_library()
    library.warm()

    assert library.answer("Price of parking in the yard last year").citations


def test_more_than_three_questions_are_not_passed_over_in_silence(library: Library) -> None:
    """Three are answered, and the answer says which it has left; the numbers of a list are no part of them."""
    free = "When can a visit be moved free of charge?"
    answer = library.answer(f"1) {QUESTION} 2) {RESET} 3) {free} 4) What does a missed engineer visit pay?")
    assert [question for question, *_ in parts(answer)] == [QUESTION, RESET, free]
    assert answer.outcome is Outcome.PARTLY
    assert answer.notes == (
        "I look up 3 questions at a time. Please ask again: “What does a missed engineer visit pay?”",
    )


def test_no_follow_up_leans_on_what_found_nothing(library: Library) -> None:
    """Where a question before did; but on a product that no guide knows, for it may be the wrong name of another."""
    missed = "who handles xylophones"
    answer = library.answer("And by cheque?", [QUESTION, missed, f"{missed}? And zithers?"])

    assert answer.understood == f"{QUESTION} And by cheque?"
    assert library.answer("And by cheque?", [missed]).understood == f"{missed}? And by cheque?"
    named = library.answer("And by cheque?", [QUESTION, "What does the Osprey cost?"])
    assert named.understood == "What does the Osprey cost? And by cheque?"


def test_the_first_of_two_questions_may_follow_another(library: Library) -> None:
    """It is shown as it was taken."""
    answer = library.answer(f"And by cheque? {RESET}", [QUESTION])
    assert parts(answer) == [
        (f"{QUESTION} And by cheque?", Outcome.ANSWERED, ["refunds.md"]),
        (RESET, Outcome.ANSWERED, ["router.md"]),
    ]


@pytest.mark.parametrize("question", ["Who won the football match last night?", "What is the capital of Peru?"])
def test_what_the_guides_do_not_say_is_not_answered(question: str, library: Library) -> None:
    """The nearest sections are offered instead, each once and with nothing marked as the answer."""
    answer = library.answer(question)

    assert answer.outcome is Outcome.NOT_IN_GUIDES
    assert answer.citations == ()
    assert 0 < len(answer.nearest) <= 3
    assert len({(each.guide_key, each.section) for each in answer.nearest}) == len(answer.nearest)
    assert not any(each.highlights for each in answer.nearest)


def test_words_alone_answer_before_the_vectors_are_there(open_library: Open) -> None:
    """A question asked while the index is built gets an answer that says so."""
    answer = open_library().answer("How many working days does a refund take?")

    assert answer.outcome in {Outcome.ANSWERED, Outcome.PARTLY}
    assert answer.citations[0].guide_key == "refunds.md"
    assert answer.notes == ("The index is still being built, so this was found by words alone.",)


def test_what_is_not_found_before_the_vectors_are_there_is_to_be_asked_again(open_library: Open) -> None:
    """No gap in the guides, for the owner to be asked about, until vectors have been searched too."""
    library = open_library()
    questions = ("Who won the football match last night?", "Who pays when the router bites the engineer?")
    early = [library.answer(question) for question in questions]
    named = library.answer("How do I reset the Brook 7 router?")
    several = library.answer("How many working days does a refund take? Who won the football match last night?")
    library.warm()

    assert [(each.outcome, each.notes) for each in early] == [(Outcome.FAULT, (NOT_YET,))] * 2
    assert several.unanswered == ()
    assert [bool(each.nearest) for each in early] == [False, True]
    assert named.outcome is Outcome.NOT_IN_GUIDES  # whatever the vectors find is on another router
    assert [library.answer(question).outcome for question in questions] == [Outcome.NOT_IN_GUIDES] * 2


def test_without_a_model_nobody_is_told_to_wait_for_vectors(guides: Engine, tmp_path: Path) -> None:
    """They never come, so what words don't find is a gap; the answer says what is wrong."""
    without = Encoder(str(tmp_path / "no-model"), None)
    library = Library(guides, tmp_path / "index", without, None, root=tmp_path, clock=lambda: NOW)
    library.open()
    library.warm()
    found, missed = map(library.answer, ("How many working days does a refund take?", "Who won the football match?"))
    library.close()

    assert found.citations
    assert missed.outcome is Outcome.NOT_IN_GUIDES
    assert found.notes == missed.notes == (ONLY_WORDS,)


def test_without_guides_it_says_that_there_are_none(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """An empty library is no reason to guess, with vectors and without."""
    for key in ("refunds.md", "router.md", "visits.md"):
        put_guide(key, None)
    library = open_library()

    assert library.answer(QUESTION) == Answer(Outcome.NOT_IN_GUIDES, 0.0, notes=("There are no guides yet.",))
    library.warm()
    assert library.answer(QUESTION) == Answer(Outcome.NOT_IN_GUIDES, 0.0, notes=("There are no guides yet.",))


def test_one_guide_alone_answers_what_it_says_and_nothing_else(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """With so few words to compare, the decision must still stay sane."""
    for key in ("router.md", "visits.md"):
        put_guide(key, None)
    library = open_library()
    library.warm()

    assert library.answer(QUESTION).outcome is Outcome.ANSWERED
    assert library.answer("What is the capital of Peru?").outcome is Outcome.NOT_IN_GUIDES
    assert library.answer("How do I reset the Brook 6 router?").outcome is Outcome.NOT_IN_GUIDES


LATER = "# Refunds\n\nNobody gets any money back without a signed form from their own manager, whatever happens.\n"


@pytest.mark.parametrize("changed", [GUIDES["refunds.md"].replace("# Refunds\n", LATER), None], ids=["edit", "removal"])
def test_a_guide_that_changes_while_it_is_quoted_is_not_quoted(
    changed: str | None, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Passages and guides are read one after the other, and other words must never be marked as the answer."""
    library = open_library(exact=True)
    library.warm()
    found = library._answering._retriever.retrieve(QUESTION)

    put_guide("refunds.md", changed)

    assert library._answering.answer_from(QUESTION, found) == Answer(
        Outcome.FAULT, 0.0, notes=("The guides are just being changed. Please ask again in a moment.",)
    )


def test_a_change_in_another_guide_costs_only_its_passages(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """What answers still stands."""
    library = open_library(exact=True)
    library.warm()
    found = library._answering._retriever.retrieve(QUESTION)
    others = {passage.guide_key for passage in found.passages} - {"refunds.md"}
    assert others

    for key in others:
        put_guide(key, None)
    answer = library._answering.answer_from(QUESTION, found)

    assert answer.outcome is Outcome.ANSWERED
    assert {citation.guide_key for citation in answer.citations} == {"refunds.md"}


@pytest.mark.parametrize(
    "question",
    ["What is the limit of the Marlin 2?", "What is the limit of the Marlin 2? And what is that of the Marlin 3?"],
)
def test_no_other_guide_answers_while_the_one_that_does_is_changed(
    question: str, open_library: Open, put_guide: Put
) -> None:
    """Neither before its new text is read, nor before that has vectors."""
    for number in range(12):
        put_guide(f"{number}.md", f"# Marlin {number}\n\nThe limit of the Marlin {number} is {100 + number} euros.\n")
    library = open_library(exact=True)
    library.warm()

    put_guide("2.md", "# Marlin 2\n\nThe limit of the Marlin 2 is 555 euros.\n")
    unread = library.answer(question)
    library._index.refresh_words()
    answer = library.answer(question)

    assert (unread.outcome, unread.notes) == (Outcome.FAULT, (CHANGING,))
    assert "The limit of the Marlin 2 is 555 euros." in marked(answer)
    assert answer.citations[0].guide_key == "2.md"
    assert WORDS_ALONE in answer.notes


def test_a_message_may_be_long_or_hold_half_an_emoji(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question behind a long story is answered; no more than the longest message is looked at, turns included."""
    looked_at: list[int] = []
    monkeypatch.setattr(
        "knowledge.answering.condensed", lambda *given: looked_at.extend(map(len, (given[0], *given[1])))
    )
    story = "A lady called from the port about her lost blue umbrella. " * 50

    assert library.answer(story + QUESTION).citations[0].guide_key == "refunds.md"
    library.answer("Heron " * 7_000, ["Heron " * 7_000, "Swift"])
    assert looked_at == [len(story + QUESTION), LONGEST_MESSAGE, LONGEST_MESSAGE, 5]

    monkeypatch.undo()
    assert (
        library.answer("How long is it \ud83d?", [f"{QUESTION} \ud83d"]).understood == f"{QUESTION} ? How long is it ??"
    )

"""What is quoted of the guides, and what is marked in it."""

from collections.abc import Callable

import pytest

from knowledge.answers import Outcome
from knowledge.extractive import EVEN_ROWS
from knowledge.library import Library
from tests.knowledge.conftest import GUIDES, marked

Open = Callable[..., Library]
Put = Callable[[str, str | None], None]


@pytest.mark.parametrize(
    "question", ["which case gets which refund?", "refund amounts", "missed engineer visit refund"]
)
def test_neither_a_heading_nor_the_head_of_a_table_is_marked(question: str, library: Library) -> None:
    """They share most words with the question, and answer nothing."""
    bold = marked(library.answer(question))

    assert bold
    assert not any(words.startswith(("#", "| Case |", "| ---")) for words in bold)


def test_a_price_answers_what_something_costs(open_library: Open, put_guide: Put) -> None:
    """In a list of prices nothing else may say what a product costs."""
    rows = "\n".join(f"| Kelo {number} | £{7 * number} |" for number in range(1, 30))
    for key in GUIDES:
        put_guide(key, None)
    put_guide("prices.md", f"# List\n\n| Lamp | Price |\n| --- | --- |\n{rows}\n")
    library = open_library()
    library.warm()

    for question in ("What does Kelo 12 cost?", "How much is Kelo 12?"):
        answer = library.answer(question)
        assert answer.outcome is Outcome.ANSWERED
        assert marked(answer) == ["| Kelo 12 | £84 |"]
    assert library.answer("What does Kelo 42 cost?").outcome is Outcome.NOT_IN_GUIDES


@pytest.mark.parametrize(
    ("question", "outcome", "note"),
    [
        ("What does the Kelo bunk cost in high season?", Outcome.ANSWERED, ()),
        ("What does the Kelo cabin cost in high season?", Outcome.PARTLY, ("“Kelo”, “Cabin”, “High season”",)),
        ("What does a Taro suite cost in low season?", Outcome.PARTLY, ("“Taro”, “Suite”",)),
    ],
)
def test_what_a_table_has_nothing_for_is_a_partial_answer_with_nothing_marked(
    open_library: Open, put_guide: Put, question: str, outcome: Outcome, note: tuple[str, ...]
) -> None:
    rows = ["Kelo | Bunk | £40 | £52", "Kelo | Cabin | £70 | –", "Kelo | Suite | £90 | £99", "Taro | Bunk | £44 | £50"]
    table = "\n".join(["Boat | Berth | Low season | High season", "---|---|---|---", *rows]).replace("\n", " |\n| ")
    put_guide("berths.md", f"# What berths cost\n\n| {table} |\n")
    library = open_library()
    library.warm()
    answer = library.answer(question)

    assert (answer.outcome, answer.citations[0].guide_key) == (outcome, "berths.md")
    assert answer.notes == tuple(f"The table has nothing for {each}." for each in note)
    assert bool(answer.citations[0].highlights) is (outcome is Outcome.ANSWERED)


def test_what_stands_beside_a_table_answers_for_it(open_library: Open, put_guide: Put) -> None:
    """Where a row has nothing, a sentence on it may."""
    rows = "| Dog | £5 | – | £15 |\n| Cat | £5 | £5 | £10 |\n| Bird | £2 | £2 | |"
    table = f"| Pet | Deck | Lounge | Cabin |\n|---|---|---|---|\n{rows}"
    said = "Birds may travel in a cabin free of charge, in a cage."
    put_guide("pets.md", f"# Pets on board\n\n{table}\n\nDogs may not enter the lounge. {said}\n")
    library = open_library()
    library.warm()
    answer = library.answer("what does a bird cost in a cabin")

    assert answer.outcome is Outcome.ANSWERED
    assert answer.notes == ()
    assert marked(answer) == [said]


def test_a_passage_is_given_around_what_answers(open_library: Open, put_guide: Put) -> None:
    """To a chat model, though the index cut it elsewhere."""
    filling = " ".join(f"Boat {n} is painted at the yard each spring." for n in range(40))
    said = "The moorings cost £7 a night."
    put_guide("yard.md", f"# The yard\n\n{filling[:1000]}\n\n{said}\n\n{filling}\n")
    library = open_library()
    library.warm()
    evidence = library._answering.evidence(library._answering.find("What do the moorings cost a night?"))
    passage, given = evidence.sources[0].passage, evidence.given[0]

    assert said in passage.text
    assert abs(given.text.index(said) - len(given.text) / 2) < 100
    assert (given.start, given.end) != (passage.start, passage.end)


@pytest.mark.parametrize(
    ("until", "since", "question", "quoted"),
    [
        ("(until 31 March 2026)", "(from 1 April 2026)", "How much is a locker a month?", ["new.md"]),
        ("(until 31 March 2026)", "(from 1 April 2026)", "How much was a locker a month?", ["old.md", "new.md"]),
        ("(until 31 March 2026)", "(from 1 April 2026)", "How much is a locker a month on 3 March?", ["old.md"]),
        ("(until 31 March 2026)", "(from 1 April 2026)", "With us since 2019, how much is a locker?", ["new.md"]),
        ("(until 24 November 2026)", "(from 25 November 2026)", "How much is a locker a month?", ["old.md"]),
    ],
    ids=["in force", "asked what was", "asked of a day", "since a day", "not yet in force"],
)
def test_what_does_not_hold_is_not_quoted_beside_what_does(
    until: str, since: str, question: str, quoted: list[str], open_library: Open, put_guide: Put
) -> None:
    """Both say the same with another figure, and the older in words that may fit better; today is 23 November 2026."""
    put_guide(
        "old.md", f"# Locker fees {until}\n\nA locker costs 12 euros a month. Pay for the locker a month ahead.\n"
    )
    put_guide("new.md", f"# Locker fees {since}\n\nA locker costs 15 euros a month.\n")
    library = open_library()
    library.warm()

    assert sorted(each.guide_key for each in library.answer(question).citations) == sorted(quoted)


FAQ = """# Gift cards

**Can a gift card be refunded?** Yes. Within 14 days, if nothing was spent.

**Can a gift card be sent abroad?** No. Only to addresses in the country that it was bought in.
"""


def test_a_question_in_a_guide_is_not_marked_as_the_answer(open_library: Open, put_guide: Put) -> None:
    """It is most like what is asked, in a list of questions and answers."""
    put_guide("gift-cards.md", FAQ)
    library = open_library()
    library.warm()
    bold = marked(library.answer("can a gift card be sent abroad"))

    assert bold
    assert not any(words.rstrip("*").endswith("?") for words in bold)
    assert "in the country that it was bought in" in " ".join(bold)


def test_a_picture_is_not_marked_as_the_answer(open_library: Open, put_guide: Put) -> None:
    """Its words say what it shows, which is most like what is asked."""
    picture = "![Choosing a later delivery day for the parcel on the tracking page](day.jpg)"
    put_guide("parcels.md", f"# Parcels\n\nA customer picks another day under Bring it later.\n\n{picture}\n")
    library = open_library()
    library.warm()

    bold = marked(library.answer("How is a later delivery day chosen for the parcel on the tracking page?"))

    assert bold == ["A customer picks another day under Bring it later."]


def test_the_list_that_a_marked_sentence_announces_is_marked_with_it(open_library: Open, put_guide: Put) -> None:
    """The sentence has the words of the question, and the list has the answer."""
    listed = ["- A tenancy agreement", "- A council tax bill", "- A letter from a bank. Not by mail."]
    text = "\n".join(["# Mooring", "", "These prove an address:", "", *listed, "", "Moor at the red buoy."])
    put_guide("mooring.md", text)
    library = open_library()
    library.warm()

    bold = marked(library.answer("what proves an address for mooring"))

    assert bold[:4] == ["These prove an address:", *listed[:2], "- A letter from a bank."]


def test_a_section_that_is_cut_into_passages_is_quoted_once(open_library: Open, put_guide: Put) -> None:
    """Both passages answer as well; one quote reaches over them, and has what is marked of each."""
    before = " ".join(f"Screw number {number} holds the case of the clock to its stand." for number in range(17))
    shown = "\n".join(f"| sign {number} | wait for {number} minutes, then press the button |" for number in range(4))
    text = f"# Clock\n\n## The case\n\n{before}\n\n## The display\n\nThe clock has a small display on top.\n\n"
    text += f"| Shown | What to do |\n| --- | --- |\n{shown}\n\nThe display of the clock is dark after 5 minutes.\n"
    put_guide("clock.md", text)
    library = open_library()
    library.warm()

    answer = library.answer("clock dark display on top")

    assert [each.headings[-1] for each in answer.citations].count("The display") == 1


def test_what_two_guides_say_in_the_same_words_is_quoted_once(open_library: Open, put_guide: Put) -> None:
    """Their passages are cut differently, for other things stand around it."""
    same = "To turn one page of a letter on its side, press the wide arrow, then pick that page. " + " ".join(
        f"Where {thing} would be cut off, the arrow turns red, and the {thing} has to be moved before the page turns."
        for thing in ("a picture", "a border", "a stamp", "a signature", "an address")
    )
    others = (
        "Rulers lie along the top. Ink dries within minutes. Glue holds paper, card and felt. Mats keep tables clean. "
        "Scissors hang beside doors. Pencils break when dropped. Brushes want water. Clips rust outdoors, pins do not.",
        "Margins grow with print. Tabs jump over gaps. Columns flow like rivers. Folds hide whole chapters from view. "
        "Indents shift quotations inward. Footers carry dates. Fonts differ by machine. Bullets mark short points.",
    )
    for name, other in zip(("letters", "sheets"), others, strict=True):
        put_guide(f"{name}.md", f"# All about {name}\n\n{same}\n\n{other}\n")
    library = open_library()
    library.warm()

    answer = library.answer("How do I turn one page of a letter on its side?")

    assert sum("wide arrow" in citation.quote for citation in answer.citations) == 1


CODES = """# Display codes

| Code | What it means | What to tell the customer |
| --- | --- | --- |
| E-20 | The battery is empty | Charge it |
| E-21 | The battery is too warm | Nothing; an engineer calls |
"""


def test_the_row_beside_the_one_that_answers_is_not_marked(open_library: Open, put_guide: Put) -> None:
    """It shares all its words with the question but the one that counts."""
    put_guide("codes.md", CODES)
    library = open_library()
    library.warm()

    question = "the display shows the battery code E-20 to a customer, what does it mean and what do I tell"

    assert marked(library.answer(question)) == ["| E-20 | The battery is empty | Charge it |"]


DESKS = """# Parcel desks

## When you can drop off a parcel

| Desk | Weekdays | Sundays |
| --- | --- | --- |
| Harbour | 8am to 7pm | closed |
| Station | 7am to 9pm | 9am to 1pm |
| Market | 9am to 6pm | closed |
"""


@pytest.mark.parametrize(
    ("question", "outcome", "expected"),
    [
        ("When can I drop off a parcel?", Outcome.ANSWERED, []),
        ("When can I drop off a parcel in the basement?", Outcome.PARTLY, []),
        ("When can I drop off a parcel at the market?", Outcome.ANSWERED, ["| Market | 9am to 6pm | closed |"]),
    ],
)
def test_of_rows_that_fit_alike_none_is_marked(
    question: str, outcome: Outcome, expected: list[str], open_library: Open, put_guide: Put
) -> None:
    """The table is quoted, and the answer says that several rows fit; in part, where no word tells which is meant."""
    put_guide("desks.md", DESKS)
    library = open_library()
    library.warm()
    answer = library.answer(question)

    assert answer.outcome is outcome
    assert "| Station | 7am to 9pm | 9am to 1pm |" in answer.citations[0].quote
    assert marked(answer) == expected
    assert answer.notes == (() if expected else (EVEN_ROWS,))


def test_an_older_guide_does_not_silence_a_newer_one(open_library: Open, put_guide: Put) -> None:
    """They say the same but for a figure, so both are quoted, and whoever reads them sees that they differ."""
    put_guide("cards.md", "# Lost cards\n\nA lost card is replaced within 5 working days. The new card costs £8.\n")
    put_guide(
        "cards-2023.md", "# Lost cards\n\nA lost card is replaced within 9 working days. The new card costs £8.\n"
    )
    library = open_library()
    library.warm()
    cited = {each.guide_key for each in library.answer("How soon is a lost card replaced?").citations}

    assert cited == {"cards.md", "cards-2023.md"}


def test_one_good_quote_is_enough(library: Library) -> None:
    """Another passage is quoted only where it answers nearly as well."""
    assert len(library.answer("How many seconds do I hold the pin to reset the Brook 6?").citations) == 1


def test_a_quote_without_marked_words_is_told_from_another(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Sentences too long for a quote can't be marked, and still each question has its own."""
    bicycle = f"A bicycle is hired at the front desk with a passport, {'and then it is yours, ' * 35}until the evening."
    scooter = f"A scooter has to be charged in the cellar over night, {'or it stands still, ' * 38}which nobody likes."
    put_guide("manual.md", f"# Manual\n\n## Bicycles\n\n{bicycle}\n\n## Scooters\n\n{scooter}\n")
    library = open_library()
    library.warm()

    answer = library.answer("How is a bicycle hired at the front desk? When has a scooter to be charged?")

    assert [each.section for each in answer.citations] == ["Bicycles", "Scooters"]


def test_the_name_of_a_product_does_not_choose_the_sentence(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """All of a guide on it is on it, wherever it is named once more."""
    text = "# Fix 24\n\nWhoever moves to Fix 24 pays £10, and Fix 24 then begins anew. The exit fee is £35.\n"
    put_guide("fix-24.md", text)
    library = open_library()
    library.warm()

    (citation, *_) = library.answer("What is the exit fee of Fix 24?").citations

    assert [citation.quote[low:high] for low, high in citation.highlights] == ["The exit fee is £35."]


def test_the_name_of_a_product_chooses_its_row(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Where the title names several, the place tells none from another."""
    rows = (
        "| Product | Price |\n| --- | --- |\n| Heron | £5 a month |\n| Kestrel | £9 a month |\n| Wren | £7 a month |\n"
    )
    put_guide("prices.md", f"# Prices (Heron, Wren, Kestrel)\n\n{rows}")
    library = open_library()
    library.warm()

    (citation, *_) = library.answer("What is the monthly price of the Wren?").citations

    assert [citation.quote[low:high] for low, high in citation.highlights] == ["| Wren | £7 a month |"]

"""Slips of the finger are put right with the guides' words; whatever may be a word or a name stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from knowledge.answers import Outcome
from knowledge.dates import orders_in
from knowledge.library import Library
from knowledge.spelling import in_full
from knowledge.words import Shelved

Open = Callable[..., Library]


@pytest.fixture
def library(open_library: Open, put_guide: Callable[[str, str | None], None]) -> Library:
    put_guide(
        "parking.md", "# Parking\n\nA parking permit costs £12 a month. Bicycles park for free at Wander Lodge.\n"
    )
    library = open_library()
    library.warm()
    return library


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("how long does a cheqeu refund take?", "how long does a cheque refund take?"),  # two changed places
        ("Engneer visit cancelling?", "Engineer visit cancelling?"),  # one too few
        ("do I lose the wirelless password?", "do I lose the wireless password?"),  # one too many
        ("How do I restart the Brool 6?", "How do I restart the Brook 6?"),  # of a name
        ("what does a parkinh permit cost", "what does a parking permit cost"),  # another one
    ],
)
def test_a_slip_is_put_right_and_shown(typed: str, taken: str, library: Library) -> None:
    """It is answered as if it had been typed well, and the answer says how it was read."""
    answer = library.answer(typed)

    assert answer.understood == taken
    assert answer.outcome is Outcome.ANSWERED


def test_what_is_shortened_while_listening_is_read_in_full(library: Library) -> None:
    """Without a word, for whoever types so knows what it means; what a guide has stays."""
    words = library._answering._index.words

    assert (
        in_full("Cust asks 2 mths acct? wk. QTY-1 rtn/refund, WK isnt", words)
        == "customer asks 2 months account? week. QTY-1 rtn/refund, WK isn't"
    )
    assert (
        in_full("u check ur list pls, incl a u-bend or U", words)
        == "you check your list please, including a u-bend or U"
    )
    assert in_full("u close FRİ in mİns", words) == "you close FRİ in mİns"  # a capital that lower() keeps apart
    assert library.answer("how long does a cust refund take?").understood is None


@pytest.mark.parametrize(
    ("dates", "typed", "taken"),
    [
        ("Open 11/24/2026 and 10/3/2026.", "open on 3/4?", "open on 3/4 (4 March)?"),
        ("Open 11/24/2026 and 10/3/2026.", "open on Mar. 4", "open on Mar. 4 (3/4)"),
        ("Open 24/11/2026 and 3/10/2026.", "open on 3/4/27", "open on 3/4/27 (3 April 2027)"),
        ("Open 24/11/2026.", "pay on 12/40 or by 0/5", "pay on 12/40 or by 0/5"),
        ("Open Nov. 24, 2026.", "open Mar. 4 or 3/4/2027", "open Mar. 4 or 3/4/2027 (4 March 2027)"),
        ("Open 3/10/2026.", "open on 3/4, 3/4/2027, 12/24/26", "open on 3/4, 3/4/2027, 12/24/26 (24 December 2026)"),
    ],
)
def test_a_day_in_figures_is_read_in_the_order_of_the_guides(
    dates: str, typed: str, taken: str, library: Library
) -> None:
    """And named as well as in figures, as these may have it either way; in no order where they don't tell."""
    words = replace(
        library._answering._index.words, shelved={1: Shelved("", "", (), frozenset(), "", orders_in(dates))}
    )

    assert in_full(typed, words) == taken


def test_a_cheque_is_a_check_where_guides_are_american(
    library: Library, put_guide: Callable[[str, str | None], None]
) -> None:
    """For others a check is what they make, and Georgia a colleague."""
    put_guide("vet.md", "# Operations\n\nFor a GA, tell the owner the story of the day before.\n")
    library.refresh()
    words = library._answering._index.words
    typed, taken = "by a draught from a storey in georgia", "by a draft from a story in georgia (GA)"
    american, british = (
        replace(words, shelved={1: Shelved("", "", (), frozenset(), "", orders_in(dates))})
        for dates in ("Oct. 15, 2026", "15 October 2026")
    )

    assert [in_full(typed, each) for each in (american, british)] == [taken, typed]


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("What COLOURS of tyre? at the kerb", "What colors of tire? at the curb"),
        ("is it organised at the theatre, and how many litres", "is it organized at the theater, and how many liters"),
        ("behavior in the harbor", "behaviour in the harbour"),
        (
            "the catalogue; four hours, a tier, should it raise doors",
            "the catalog; four hours, a tier, should it raise doors",
        ),
        ("rent in South Dakota, Utah and virginia", "rent in South Dakota (SD), Utah and virginia (VA)"),
        ("see colour.example or an anaesthetic", "see colour.example or an anesthetic"),
    ],
)
def test_words_are_spelled_as_in_the_guides(
    typed: str, taken: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """On whichever side of the ocean these were written, and where they have the word in one way only."""
    put_guide(
        "shop.md",
        "# Shop\n\nColor of a tire, curb, organized theater, 3 liters, catalog, anesthetic.\n\n"
        "Behaviour in the harbour. For rent: dors, tire, for hors. SD and VA; Utah, UT.\n",
    )
    library = open_library()
    library.warm()

    assert in_full(typed, library._answering._index.words) == taken


HOURS = "# Hours\n\nOpen Mon-Fri 9-17, on Saturday 9-13, never on Sunday. The limousine is examined in September.\n"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("open sat?", "open saturday?"),
        ("is it open on Sat or closed sun", "is it open on saturday or closed sunday"),
        ("tues, weds or thurs", "tuesday, wednesday or thursday"),
        ("sat/sun hours, sats and suns", "saturday/sunday hours, saturdays and sundays"),
        ("sat morning, or wed 9am", "saturday morning, or wednesday 9am"),
        ("was open in jan, closed 3rd feb and dec 24", "was open in january, closed 3rd february and december 24"),
        ("sept 2026, apr 5", "september 2026, april 5"),
        ("limo info", "limousine info"),  # no guide has information
        # What is none, and what the guides shorten, too.
        ("she sat on a sun lounger", None),
        ("damaged by sun on sun loungers, by the next sat nav", None),
        ("Jan says the apr for 12 months", None),
        ("a letter from Jan", None),
        ("who is Thu, and what does tue lead", None),
        ("open mon or fri", None),
        ("OPEN SAT", None),
        ("exam in the limousine", "examination in the limousine"),
    ],
)
def test_days_months_and_usual_beginnings_are_read_in_full(
    typed: str, taken: str | None, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Where they are some, and as the guides have them."""
    put_guide("hours.md", HOURS)
    put_guide("eyes.md", "# Eyes\n\nAn examination takes an hour.\n")
    library = open_library()
    library.warm()

    assert in_full(typed, library._answering._index.words) == (taken or typed)


def test_a_day_stays_as_the_guides_have_it_more_often(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide("hours.md", "# Hours\n\nSat 9-13. Sat in May: closed. On Saturday ring the bell. Sundays and Sun 9-10.\n")
    library = open_library()
    library.warm()

    assert in_full("open sat or suns", library._answering._index.words) == "open sat or sundays"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("Compensation is £5 a day.", "how much compensation"),
        ("Comprehensive cover is £5 a day.", "how much comprehensive"),
        ("Compensation with comprehensive cover is £5 a day.", "how much comp"),  # may be either
        ("A comp is £5.", "how much comp"),
    ],
)
def test_a_beginning_stands_for_the_one_word_that_the_guides_have(
    said: str, taken: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide("pay.md", f"# Pay\n\n{said}\n")
    library = open_library()
    library.warm()

    assert in_full("how much comp", library._answering._index.words) == taken


def test_a_beginning_that_a_guide_has_stays(open_library: Open, put_guide: Callable[[str, str | None], None]) -> None:
    put_guide("eyes.md", "# Eyes\n\nExams are one kind of examination.\n")
    library = open_library()
    library.warm()

    assert in_full("eye exam", library._answering._index.words) == "eye exam"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ecard for tbones?", "e-card for t-bones?"),
        ("a teabag", "a teabag"),  # the guides have it so, too
        ("45min in a 3mbps line", "45 min in a 3 mbps line"),
        ("the 2nd 10mm at 5pm", "the 2nd 10mm at 5pm"),
        ("dd or DD on the nok", "direct debit or direct debit on the nok"),  # kin are in no guide
    ],
)
def test_words_are_put_together_as_the_guides_have_them(
    typed: str, taken: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    said = "An e-card pays for T-bones, for a tea-bag or a teabag, or by direct debit. 30 min at 20 mbps, 10mm of mm."
    put_guide("diner.md", f"# Diner\n\n{said}\n")
    library = open_library()
    library.warm()

    assert in_full(typed, library._answering._index.words) == taken


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("how often chlorhex", "how often chlorhexidine"),
        ("is the overinsp due", "is the over-inspection due"),
        ("a Chlorhex", None),  # may be a name
        ("which chlori", None),  # of two words
        ("in wynstan", None),  # of a name
    ],
)
def test_what_one_word_of_the_guides_begins_with_is_that(
    typed: str, taken: str | None, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    said = "We use chlorhexidine in Wynstanley, at Wynstanley pool, and chlorine or chlorite at each over-inspection."
    put_guide("pool.md", f"# Pool\n\n{said}\n")
    library = open_library()
    library.warm()

    assert library.answer(typed).understood == taken


def test_a_tier_stands_apart_from_its_number(library: Library) -> None:
    assert library.answer("How do I restart the brook 6pro?").notes == ("The guides don't mention “brook 6 pro”.",)


@pytest.mark.parametrize(
    "typed",
    [
        "How long does a refund take?",
        "Do refunded customers get interest?",  # another form of a guide's word
        "Do the televisions stand near the router?",
        "How many activations are late?",
        "Does the price go by weight or by height?",  # words that no guide has
        "Can I pay with PaRking or PARKINH?",  # whoever writes so means something
        "Does Ann Larch of 12 Larch Close get a refund?",  # no month
        "wonder if bicycle parking is free",  # is a word, and one letter away from a name
    ],
)
def test_words_and_names_stay_as_they_are(typed: str, library: Library) -> None:
    """A product that no guide knows is not made into one that they do."""
    assert library.answer(typed).understood is None


@pytest.mark.parametrize("typed", ["Is the renter free?", "Are the renters free?", "Is a charger free?"])
def test_what_does_what_the_guides_say_is_no_slip(
    typed: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Though it is a letter away from another form of that."""
    put_guide("seats.md", "# Seats\n\nA seat that is rented is free, and its rentees like it. We charge nothing.\n")
    library = open_library()
    library.warm()

    assert library.answer(typed).understood is None


@pytest.mark.parametrize(
    "typed",
    ["It didnt restart after an outage", "theyre asking for a refund", "why wasnt the credit paid", "youve no credit"],
)
def test_a_contraction_without_its_apostrophe_is_no_slip(
    typed: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Guides have the words around it, which are cut at the apostrophe: not "didn", nor "there"."""
    put_guide("calls.md", "# Calls\n\nIf it didn't help, or wasn't there, say: you haven't to pay. Are you there?\n")
    library = open_library()
    library.warm()

    assert library.answer(typed).understood is None


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("What does it cost when a DD bounces?", "What does it cost when a Direct Debit bounces?"),
        (
            "What is the cost of a lost WLP. She asks now.",
            "What is the cost of a lost Wander Lodge Pass. She asks now.",
        ),
    ],
)
def test_initials_are_read_as_the_name_that_they_are_of(
    typed: str, taken: str, open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Of a name that guides have often in their sentences, and no guide has the initials."""
    said = "You pay by Direct Debit. Each Direct Debit has a date. When a Direct Debit bounces, it costs £8. "
    said += (
        "You get the Wander Lodge Pass. Show your Wander Lodge Pass. When the Wander Lodge Pass is lost, it costs £5. "
    )
    put_guide("paying.md", f"# Paying\n\n{said}\n")
    library = open_library()
    library.warm()

    answer = library.answer(typed)

    assert answer.understood == taken
    assert [each.guide_key for each in answer.citations] == ["paying.md"]


@pytest.mark.parametrize(
    "typed",
    [
        "Is a WD free?",  # of two names
        "Is the HD free?",  # of one that is said twice
        "Is the PM free, or the pm?",  # means something to everybody
        "IS THE GBX FREE?",  # all is in capitals
        "is a gbx free",
        "my GBX5 is offline",  # a part of something
        "error GBX-99",
        "help@meals.GBX.example",
        "Is a GB free?",  # the beginning of a name
    ],
)
def test_other_capitals_stay(typed: str, open_library: Open, put_guide: Callable[[str, str | None], None]) -> None:
    """Initials of two names, of one that is hardly said, or of none, and what only looks like initials."""
    said = (
        "It is our Prime Meal. The Prime Meal is free, and a Prime Meal has tea. Ask for a Wet Day or a Wild Deal. " * 3
    )
    said += "It comes in the Green Box Xtra. " * 3 + "We give the Happy Day, and a Happy Day is free. "
    put_guide("meals.md", f"# Meals\n\n{said}\n")
    library = open_library()
    library.warm()

    assert library.answer(typed).understood is None

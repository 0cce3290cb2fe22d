"""Slips of the finger are put right with the guides' words; whatever may be a word or a name stays."""

from collections.abc import Callable

import pytest

from knowledge.answers import Outcome
from knowledge.library import Library

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


@pytest.mark.parametrize(
    "typed",
    [
        "How long does a refund take?",
        "Do refunded customers get interest?",  # another form of a guide's word
        "Do the televisions stand near the router?",
        "How many activations are late?",
        "Does the price go by weight or by height?",  # words that no guide has
        "Can I pay with PaRking or PARKINH?",  # whoever writes so means something
        "wonder if bicycle parking is free",  # is a word, and one letter away from a name
    ],
)
def test_words_and_names_stay_as_they_are(typed: str, library: Library) -> None:
    """A product that no guide knows is not made into one that they do."""
    assert library.answer(typed).understood is None

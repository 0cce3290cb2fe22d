"""A question that compares products asks something of each."""

import pytest

from knowledge.comparing import compared, is_on_all
from knowledge.names import Names

NAMES = Names(["The Brook 4, the Brook 5, the Brook 5 Pro and the Heron. The Stream 100 or the Stream 300."])
FOUR, FIVE = ("brook", "4"), ("brook", "5")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("brook 4 vs 5", ["What is the brook 4?", "What is the brook 5?"]),
        ("How do the Brook 4 and the Brook 5 differ?", ["What is the Brook 4?", "What is the Brook 5?"]),
        (
            "Which is heavier, the Brook 5 or the Brook 5 Pro?",
            ["What is the weight of the Brook 5?", "What is the weight of the Brook 5 Pro?"],
        ),
        (
            "compare stream 100 and stream 300 for uploads",
            ["stream 100: for uploads?", "stream 300: for uploads?"],
        ),
        (
            "Which is more expensive to repair, the Brook 4 or the Brook 5?",
            [
                "Which is more expensive to repair, the Brook 4?",
                "Which is more expensive to repair, the Brook 5?",
            ],
        ),
        (
            "what weighs more, the Stream 100 or the Stream 300?",
            ["What is the weight of the Stream 100?", "What is the weight of the Stream 300?"],
        ),
        (
            "Which is cheaper, the Brook 4 or the Brook 5? How are they paid? And can it be returned?",
            ["Brook 4: can it be returned?", "Brook 5: can it be returned?"],
        ),
        ("Is the Brook 4 or 5 years old?", []),
        ("Can I move from the Brook 4 to the Brook 5?", []),
        ("Can I use the Brook 4 and the Brook 5 together?", []),
        ("Does the Brook 4 or the Heron come with Stream 100?", []),
        ("Is the Brook 4 free for 2 or 3 months?", []),
        ("Is the Brook 4 cheaper now?", []),
    ],
)
def test_a_comparison_asks_of_each(question: str, asked: list[str]) -> None:
    """Only siblings that stand side by side are compared, the last perhaps by its number alone."""
    assert list(compared(question, NAMES).values()) == asked


@pytest.mark.parametrize(
    ("question", "above", "quote", "is_on_both"),
    [
        ("Brook 4 vs Brook 5", "Brook 4 and Brook 5", "Both are routers.", True),
        ("Brook 4 vs Brook 5", "Routers", "| | Brook 4 | Brook 5 |\n| --- | --- | --- |\n| USB | no | yes |", True),
        ("Brook 4 vs Brook 5", "Cables", "A cable for the Brook 4 is the one of the Brook 5.", False),
        ("Has the Brook 4 or the Brook 5 USB?", "Sockets", "The Brook 5 has USB, and the Brook 4 has none.", True),
        ("Has the Brook 4 or the Brook 5 USB?", "Sockets", "The Brook 5 has USB.", False),
    ],
)
def test_a_quote_is_on_all_that_is_compared(question: str, above: str, quote: str, is_on_both: bool) -> None:
    """What only mentions both doesn't compare them."""
    assert is_on_all(question, [(above, quote)], {FOUR, FIVE}, NAMES) is is_on_both

"""What is said of another product than the first passage is on."""

import pytest

from knowledge.answers import Passage
from knowledge.found import Found
from knowledge.names import Names


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("Heron prices", "Wren prices", True),
        ("Heron prices", "Heron Lite prices", True),
        ("Prices (Products › Heron)", "Prices (Products › Wren 4)", True),
        ("Heron Prices", "Wren Prices", True),
        ("Heron prices", "Prices", False),
        ("Heron prices", "All prices", False),
        ("Heron prices", "Wren returns", False),
        ("Heron prices", "Heron prices", False),
        ("Prices", "Wren prices", False),
    ],
)
def test_the_same_place_on_another_product(first: str, other: str, expected: bool) -> None:
    """What is for all products, or on something else, is not taken for it."""
    passages = [
        Passage(n, n, f"{n}.md", title, None, None, None, (title, "Cash"), 0, 4, "Cash", 1.0)
        for n, title in enumerate((first, other))
    ]

    names = Names(["The Heron, the Heron Lite, the Wren and the Wren 4."])
    found = Found(tuple(passages), None, False, wanted=frozenset({("heron",)}), names=names)
    assert found.is_on_another(*passages) is expected


@pytest.mark.parametrize(
    ("wanted", "first", "other", "expected"),
    [
        ("heron", "Heron\nReturns", "Heron Lite\nWarranty and returns", True),
        ("heron", "Heron\nReturns", "Contracts\nReturns", False),
        ("heron", "Heron\nReturns", "Heron\nPrice", False),
        ("heron", "Heron Lite\nReturns", "Heron Lite\nPrice", False),
        ("nova", "Nova Mini\nPrice", "Nova Max\nPrice", False),
    ],
)
def test_what_a_sibling_is_said_to_be_is_on_another(wanted: str, first: str, other: str, expected: bool) -> None:
    """Under whichever heading; but where only siblings are known, each of them is quoted."""
    names = Names(["Of the Heron, the Heron Lite, the Nova Mini and the Nova Max."])
    found = Found((), None, dense=False, wanted=frozenset({(wanted,)}), names=names)
    one, two = (
        Passage(number, number, "a.md", title, None, None, None, (heading,), 0, 4, "Text", 1.0)
        for number, (title, heading) in enumerate(each.split("\n") for each in (first, other))
    )

    assert found.is_on_another(one, two) is expected

"""The words of a question that look like names."""

import pytest

from knowledge.lexical import keywords_of
from knowledge.proper_nouns import names_of, whole_names_of


def test_names_and_keywords_of_a_question() -> None:
    """Names are models, acronyms and capitals within a sentence; keywords are stems that are not just asking."""
    assert names_of("Does the Brook 6 work with WPA3? Some TVs, like Aria X200, don't.") == [
        "Brook",
        "WPA3",
        "TVs",
        "Aria",
        "X200",
    ]
    assert names_of("Her 19yo son, till 3.50pm on the 2nd, a 12k claim: 5G in 8K, a 500X and an iPad2?") == [
        "5G",
        "8K",
        "500X",
        "iPad2",
    ]
    assert names_of("After a 30h outage, 5d late, a 2-year-old on 500g a day and £7.5k, form 3a, 5g or an M4?") == [
        "3a",
        "5g",
        "M4",
    ]
    assert keywords_of("How do I restart the routers?") == ["restart", "router"]
    assert keywords_of("What is it?") == ["what"]
    assert keywords_of("How long is it?") == ["long"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Is the Project Hub of Brightwater's shops open?", ["Project Hub", "Brightwater"]),
        ("HOW DO I RESET MY BROOK", ["HOW", "DO", "RESET", "MY", "BROOK"]),
        ("Is a Brook 4 Pro like the Heron My Lite?", ["Brook 4 Pro", "Heron", "Lite"]),
        ("Is it the Brook, Wren or Nest Hub?", ["Brook", "Wren", "Nest Hub"]),
        ("What is it?", []),
    ],
)
def test_names_side_by_side_are_one(question: str, names: list[str]) -> None:
    """A guide on projects that has hubs in it is not on the Project Hub."""
    assert whole_names_of(question) == names

"""The coach: what it finds in examples of our own, and that it never gets in the way."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import FEWEST_WORDS, Lack, lacks
from bot.records.wins import is_thin

EXAMPLES = [line.split("\t") for line in (Path(__file__).with_name("thanks.tsv")).read_text().splitlines()[1:]]


def judged(part: str) -> list[tuple[set[str], set[str]]]:
    """(what the example lacks, what the coach says), for one part of the examples."""
    return [(set(lack.split(",")) - {"-"}, set(lacks(text))) for which, lack, text in EXAMPLES if which == part]


@pytest.mark.parametrize("part", ["tune", "test"])
def test_it_finds_what_is_lacking_and_seldom_more(part: str) -> None:
    """On examples that we wrote ourselves: four in five of the lacking ones, one false alarm in ten of the others."""
    pairs = judged(part)
    lacking = [(real, said) for real, said in pairs if real]
    complete = [said for real, said in pairs if not real]
    for lack in Lack:
        real = [said for wanted, said in pairs if lack in wanted]
        others = [said for wanted, said in pairs if lack not in wanted]
        print(f"{part} {lack}: {sum(lack in said for said in real)}/{len(real)} found, ", end="")
        print(f"{sum(lack in said for said in others)}/{len(others)} false")
    assert sum(bool(real & said) for real, said in lacking) >= 0.8 * len(lacking)
    assert sum(bool(said) for said in complete) <= 0.1 * len(complete)
    assert sum(bool(said - real) for real, said in pairs) <= 0.1 * len(pairs)


def test_it_keeps_quiet_in_other_languages() -> None:
    """Rules for English say nothing about another language, or about pictures."""
    assert judged("other") == [(set(), set())] * len(judged("other"))


def test_good_examples_have_substance() -> None:
    """What the coach has nothing to say about is never refused as too thin; praise alone is."""
    assert [text for _, lack, text in EXAMPLES if lack == "-" and is_thin(text) and text[0] != "👏"] == []
    assert is_thin("Great job as always, keep it up!")


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_has_an_answer(deed: str, effect: str) -> None:
    """Whatever is typed: each lack at most once, in the order to ask."""
    found = lacks(deed, effect)
    assert found == [lack for lack in Lack if lack in found]


@given(st.lists(st.sampled_from(["thank", "you", "for", "the", "great", "help"]), max_size=FEWEST_WORDS - 1))
def test_nothing_is_asked_before_a_thought_is_finished(words: list[str]) -> None:
    """The first words bring no hint."""
    assert lacks(" ".join(words)) == []


@given(st.sampled_from([text for _, _, text in EXAMPLES]), st.sampled_from([str.upper, str.title, str.lower]))
def test_capitals_change_nothing(text: str, change: object) -> None:
    """Who writes everything in capitals gets the same hint."""
    assert callable(change)
    assert lacks(change(text)) == lacks(text)


@given(st.sampled_from([text for _, _, text in EXAMPLES]), st.integers(1, 60))
def test_more_effect_never_makes_it_ask_for_one(text: str, cut: int) -> None:
    """A field that says what it meant for the customer answers that question, however little the deed says."""
    assert Lack.EFFECT not in lacks(text[:cut], "Her alarm worked again")

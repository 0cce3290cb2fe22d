"""Several answers as one."""

from collections.abc import Callable

from knowledge.answers import Answer, Citation, Outcome, Sentence
from knowledge.library import Library
from knowledge.together import fitting, together

Open = Callable[..., Library]
Put = Callable[[str, str | None], None]


def test_the_nearest_sections_are_those_of_what_is_left_open() -> None:
    """They say whose owner can be asked about it."""

    def near(*keys: str) -> tuple[Citation, ...]:
        return tuple(Citation(key, key, key, (key,), None, None, None, 0, 4, "Text") for key in keys)

    partly = Answer(Outcome.PARTLY, 0.5, citations=near("a"), nearest=near("b", "c"))
    missed = Answer(Outcome.NOT_IN_GUIDES, 0.1, nearest=near("d"))

    shown = together(["One?", "Two?"], [partly, missed])

    assert [each.guide_key for each in shown.nearest] == ["d", "b", "c"]


def test_of_several_answers_no_sentence_loses_its_source() -> None:
    """So many quotes are shown; a sentence that rests on another is left out with it."""
    cited = tuple(Citation(key, key, key, (key,), None, None, None, 0, 4, "Text") for key in "abc")
    answer = Answer(
        Outcome.ANSWERED, 0.9, citations=cited, sentences=(Sentence("One.", (0,)), Sentence("Three.", (2,)))
    )

    kept = fitting(answer, 2)

    assert [each.guide_key for each in kept.citations] == ["a", "b"]
    assert kept.sentences == (Sentence("One.", (0,)),)

"""The answers to several questions of one message, as one."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answers import Answer, Citation, Outcome, Part, Sentence, Show
from knowledge.extractive import MOST_NEAREST, number_of

MOST_SHOWN = 5  # citations of one answer
MOST_APART = 3  # questions of one message

MORE_AT_ONCE = f"I look up {MOST_APART} questions at a time. Please ask again:"


def together(questions: Sequence[str], answers: Sequence[Answer]) -> Answer:
    """The answers to several questions as one: a quote for each, or those that a chat model's sentences rest on.

    Where one quote answers all of them, it needs no parts.
    """
    citations: list[Citation] = []
    parts: list[Part] = []
    sentences: list[Sentence] = []
    for question, answer in zip(questions, answers, strict=False):
        numbers = tuple(number_of(citation, citations) for citation in used(answer))
        parts.append(Part(question, answer.outcome, numbers))
        sentences += [Sentence(each.text, tuple(numbers[n] for n in each.citations)) for each in answer.sentences]
    others = " ".join(f"“{each}”" for each in questions[len(answers) :])
    left = (f"{MORE_AT_ONCE} {others}",) if others else ()
    is_whole = not left and all(part.outcome is Outcome.ANSWERED for part in parts)
    quoted = {(citation.guide_key, citation.headings) for citation in citations}
    missed_first = sorted(answers, key=lambda answer: answer.outcome is not Outcome.NOT_IN_GUIDES)
    nearest = {(each.guide_key, each.headings): each for answer in missed_first for each in answer.nearest}
    return Answer(
        Outcome.ANSWERED if is_whole else Outcome.PARTLY,
        min(answer.probability for answer in answers),
        citations=tuple(citations),
        nearest=tuple(each for place, each in nearest.items() if place not in quoted)[:MOST_NEAREST],
        sentences=tuple(sentences),
        notes=tuple(dict.fromkeys([*left, *(note for answer in answers for note in answer.notes)])),
        parts=() if is_whole and len(citations) == 1 else tuple(parts),
    )


def fitting(answer: Answer, of: int) -> Answer:
    """The answer to one of so many questions, with no more sources than its share of those that are shown."""
    most = MOST_SHOWN // of
    kept = tuple(each for each in answer.sentences if all(number < most for number in each.citations))
    return replace(answer, citations=answer.citations[:most], sentences=kept)


def used(answer: Answer) -> tuple[Citation, ...]:
    """What is cited of the answer to one question of several."""
    return answer.citations if answer.sentences else answer.citations[:1]


def numbered_from(first: int, show: Show) -> Show:
    """What is told of a sentence, with the numbers of its citations behind those of the questions before."""
    return lambda sentence: show(replace(sentence, citations=tuple(first + each for each in sentence.citations)))

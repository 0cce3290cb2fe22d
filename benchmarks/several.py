"""Two questions in one message, taken as one and told apart: how often each is answered, or said not to be.

python -m benchmarks.several                                  made from the sample guides' questions
python -m benchmarks.several --evaldata FOLDER --tier core    made from a set in the evaldata format

A message is made from two questions of the set: two on one guide, two on two guides, or one that the guides answer and
one that they don't. The questions of the set that are told apart when they are asked by themselves are named.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle, pairwise

from benchmarks.question_set import chosen
from knowledge.answering import Answering
from knowledge.answers import Answer, Outcome
from knowledge.calibration import load
from knowledge.extractive import Extractive
from knowledge.measures import same_place
from knowledge.question_sets import QuestionRow
from knowledge.several import asked_apart

Pair = tuple[QuestionRow, QuestionRow]


def made(questions: Sequence[QuestionRow]) -> Iterator[tuple[str, Pair]]:
    """Pairs of questions, by what they have in common."""
    answerable = [row for row in questions if row.answerable]
    by_guide: defaultdict[str | None, list[QuestionRow]] = defaultdict(list)
    for row in answerable:
        by_guide[row.doc_id].append(row)
    yield from (("on one guide", pair) for rows in by_guide.values() for pair in pairwise(rows))
    for number, row in enumerate(answerable):
        other = answerable[(number + len(answerable) // 2) % len(answerable)]
        if not row.documents & other.documents:
            yield "on two guides", (row, other)
    others = cycle(row for row in questions if not row.answerable)
    for number, row in enumerate(answerable):
        pair = (row, next(others))
        yield "one not answered", pair if number % 2 else pair[::-1]


def quoted(answer: Answer, row: QuestionRow) -> bool:
    places = [(each.guide_key, each.start, each.end) for each in answer.citations]
    return any(same_place(place, span) for place in places for span in row.spans or ())


def tally(kind: str, pair: Pair, answer: Answer, counts: Counter[str]) -> None:
    counts["n"] += 1
    counts["all quoted"] += all(quoted(answer, row) for row in pair if row.answerable)
    counts["called whole"] += answer.outcome is Outcome.ANSWERED
    if kind == "one not answered":
        (other,) = (row.question for row in pair if not row.answerable)
        counts["named as open"] += any(each.casefold().startswith(other.casefold()) for each in answer.unanswered)


def measure(questions: Sequence[QuestionRow], answering: Answering) -> None:
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, pair in made(questions):
        message = " ".join(row.question.rstrip(" .?") + "?" for row in pair)
        found = answering.find(message)
        tally(kind, pair, answering.answer_from(message, found), counts[kind, "as one"])
        tally(kind, pair, answering.answer(message), counts[kind, "told apart"])
    for (kind, how), each in counts.items():
        figures = "  ".join(f"{name} {each[name] / each['n']:.2f}" for name in list(each)[1:])
        print(f"{kind:18}{how:12}{each['n']:4}  {figures}")


def main() -> None:
    with chosen(__doc__, "full") as ours:
        measure(ours.questions, Answering(ours.engine, ours.index, ours.retriever, Extractive(), load()))
        for row in ours.questions:
            if len(asked_apart(row.question, [], ours.index.words.names)) > 1:
                print(f"  told apart: {row.question}")


if __name__ == "__main__":
    main()

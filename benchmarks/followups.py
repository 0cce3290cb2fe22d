"""Follow-up questions as they are asked and as they are understood: how often the right passage is found.

python -m benchmarks.followups                                  the sample guides and 70 follow-ups on them
python -m benchmarks.followups --evaldata FOLDER --tier mini    follow-ups made from a set in the evaldata format

A follow-up is made from two questions in a row on one guide that name the same thing: in the second, "it" stands for
that name. Every question of the set is also asked after a question on something else, which must not change it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks.question_set import chosen
from knowledge.answering import Answering
from knowledge.calibration import load
from knowledge.extractive import Extractive
from knowledge.followups import stands_for
from knowledge.found import Found
from knowledge.measures import same_place
from knowledge.names import Names
from knowledge.question_sets import GuideRow, QuestionRow

PAIRS = Path(__file__).with_name("sample_followups.jsonl")
FIGURES = ("guide first", "passage first", "passage in 5")
NAME = re.compile(r"(?:\b[Tt]he |\b[Aa]n? )?(?<=\s)[A-Z][\w-]*(?: [A-Z0-9][\w-]*)*(?: [a-z0-9]\w*-\w+)?")


class FollowUp(NamedTuple):
    kind: str
    turns: list[str]
    question: str
    documents: set[str]
    spans: list[tuple[str, int, int]]


def written(guides: Iterable[GuideRow]) -> Iterator[FollowUp]:
    """The follow-ups written for the sample guides."""
    texts = {guide.doc_id: guide.text for guide in guides}
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        start = texts[row["doc_id"]].index(row["evidence"])
        span = (row["doc_id"], start, start + len(row["evidence"]))
        yield FollowUp(row["kind"], row["turns"], row["question"], {row["doc_id"]}, [span])


def made(questions: Sequence[QuestionRow]) -> Iterator[FollowUp]:
    """Follow-ups made of a set's own questions."""
    by_guide: defaultdict[str, list[QuestionRow]] = defaultdict(list)
    for row in questions:
        if row.answerable and row.doc_id:
            by_guide[row.doc_id].append(row)
    for rows in by_guide.values():
        for before, row in pairwise(rows):
            for name in NAME.finditer(row.question):
                bare = re.sub(r"^(the|an?) ", "", name.group(), flags=re.IGNORECASE)
                if len(bare) > 2 and bare in before.question:
                    asked = row.question[: name.start()] + "it" + row.question[name.end() :]
                    yield FollowUp(str(row.kb), [before.question], asked, row.documents, list(row.spans or ()))
                    break


def taken_as(question: str, turns: Sequence[str], answering: Answering, names: Names) -> Found:
    """What is found on a question in a conversation, and how it was taken."""
    understood = stands_for(question, turns, names)
    if understood:
        return replace(answering.find(understood), taken_as=understood)
    return answering.of_product_before(question, turns, answering.find(question))


def measure(follow_ups: Iterable[FollowUp], answering: Answering, names: Names) -> None:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 8)
    for each in follow_ups:
        turns: list[str] = []
        for turn in each.turns:
            turns.append(taken_as(turn, turns, answering, names).taken_as or turn)
        understood = taken_as(each.question, turns, answering, names)
        for kind in (each.kind, "all"):
            counts[kind][0] += 1
            counts[kind][1] += understood.taken_as is not None
        for at, found in ((2, answering.find(each.question)), (5, understood)):
            places = [(passage.guide_key, passage.start, passage.end) for passage in found.passages[:5]]
            right = [any(same_place(place, span) for span in each.spans) for place in places]
            hits = (bool(places) and places[0][0] in each.documents, any(right[:1]), any(right))
            for kind in (each.kind, "all"):
                for number, hit in enumerate(hits):
                    counts[kind][at + number] += hit
    print(f"{'':18}{'n':>4} {'changed':>8}   as asked: {', '.join(FIGURES)} → as understood")
    for kind, (n, changed, *hits) in counts.items():
        before, after = (" ".join(f"{hit / n:5.2f}" for hit in part) for part in (hits[:3], hits[3:]))
        print(f"{kind:18}{n:4} {changed:8}   {before} → {after}")


def altered(questions: Sequence[QuestionRow], answering: Answering, names: Names) -> None:
    """How often a whole question is changed after one on something else."""
    asked = changed = 0
    for distance in (3, 17, 101):
        for number, row in enumerate(questions):
            before = questions[(number + distance) % len(questions)]
            if not row.documents & before.documents:
                asked += 1
                understood = taken_as(row.question, [before.question], answering, names).taken_as
                alone = answering.find(row.question).taken_as
                if understood != alone:
                    changed += 1
                    print(f"  changed: {row.question} → {understood}")
    print(f"whole questions changed: {changed} of {asked}")


def main() -> None:
    with chosen(__doc__, "mini") as ours:
        names = ours.index.words.names
        answering = Answering(ours.engine, ours.index, ours.retriever, Extractive(), load())
        measure(written(ours.guides) if ours.is_sample else made(ours.questions), answering, names)
        altered(ours.questions, answering, names)


if __name__ == "__main__":
    main()

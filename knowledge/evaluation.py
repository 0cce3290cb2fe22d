"""How good the answers are, measured on a set of guides and questions, in an index that is thrown away."""

from __future__ import annotations

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from knowledge.answering import Answering, Extractive
from knowledge.answers import Answer, Outcome
from knowledge.chunking import cut
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.retriever import Found, Retriever
from knowledge.tables import Chunk, Guide, KnowledgeTable, Revision

TIERS = ("mini", "core", "full")
OVERLAP = 0.5  # of the shorter of two spans, so that they count as the same place
RESAMPLES = 1_000
ECE_BINS = 10
ANSWERED_SHARE = 0.9  # at which the share declined is also given, to compare with other systems

Progress = Callable[[int, int, str], None]
Span = tuple[str, int, int]
Floats = NDArray[np.float64]


class BadSet(Exception):
    """A line of an evaluation file can't be used; the message names it and says why."""


class GuideRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    doc_id: str
    title: str
    text: str
    tier: str | None = None


class QuestionRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    question: str
    answerable: bool
    kb: str | None = None
    kind: str = "any"
    tier: str | None = None
    doc_id: str | None = None
    doc_ids: list[str] | None = None
    spans: list[Span] | None = None
    evidence: list[str] | None = None  # the same places as text; used where there are no spans

    @property
    def documents(self) -> set[str]:
        return set(self.doc_ids or ()) | ({self.doc_id} if self.doc_id else set())


@dataclass(frozen=True)
class Asked:
    """One question, and what came of it."""

    row: QuestionRow
    found: Found
    answer: Answer
    seconds: float

    def documents_hit(self, first: int) -> bool:
        return any(passage.guide_key in self.row.documents for passage in self.found.passages[:first])

    def evidence_hit(self, first: int) -> bool:
        spans = self.row.spans or ()
        places = [(each.guide_key, each.start, each.end) for each in self.found.passages[:first]]
        return any(same_place(place, span) for place in places for span in spans)

    def quote_hit(self) -> bool:
        """Whether the first quote is the right one, be it given as the answer or only as the nearest section."""
        quotes = (*self.answer.citations, *self.answer.nearest)[:1]
        return any(same_place((q.guide_key, q.start, q.end), span) for q in quotes for span in self.row.spans or ())


def evaluate_answers(
    guides_path: Path, questions_path: Path, tier: str = "full", progress: Progress | None = None
) -> dict[str, Any]:
    """Asks every question of a tier of the guides of that tier.

    Args:
        guides_path: JSON lines (``.gz`` or plain) with ``doc_id``, ``title``, ``text`` and perhaps ``tier``.
        questions_path: likewise, with ``question``, ``answerable``, ``doc_ids`` and ``spans`` where answerable,
            perhaps ``kb``, ``kind`` and ``tier``; ``evidence`` (text) may stand for ``spans``.
            A line without a tier is part of every one.
        progress: called with how many are done, of how many, and of what.

    Returns:
        ``{"tier", "n", "figures", "intervals", "by_kind", "by_kb"}``; intervals are 95% bootstrap over questions.

    Raises:
        BadSet: a line can't be used.
    """
    guides = [row for row in read_rows(guides_path, GuideRow) if is_in(row.tier, tier)]
    questions = [row for row in read_rows(questions_path, QuestionRow) if is_in(row.tier, tier)]
    _check(guides, questions, guides_path, questions_path)
    questions = [_with_spans(row, guides, questions_path) for row in questions]
    began = time.perf_counter()
    with TemporaryDirectory(prefix="frontline-evaluation-", ignore_cleanup_errors=True) as folder:
        engine = create_engine(f"sqlite:///{folder}/knowledge.db")
        try:
            store(engine, guides)
            asked, index_seconds = ask_all(engine, Path(folder) / "index", questions, progress)
        finally:
            engine.dispose()
    report = summarize(asked)
    report["figures"] |= {
        "guides": len(guides),
        "seconds_index": round(index_seconds, 1),
        "seconds_all": round(time.perf_counter() - began, 1),
    }
    return {"tier": tier, "n": len(asked), **report}


Row = TypeVar("Row", GuideRow, QuestionRow)


def read_rows(path: Path, kind: type[Row]) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield kind.model_validate(json.loads(line))
            except ValidationError as failure:
                first = failure.errors()[0]
                field = ".".join(str(part) for part in first["loc"]) or "the line"
                raise BadSet(f"{path.name}, line {number}: {field}: {first['msg']}.") from None
            except ValueError as failure:
                raise BadSet(f"{path.name}, line {number}: not JSON ({failure}).") from None


def store(engine: Engine, guides: Sequence[GuideRow]) -> None:
    """Puts guides into an empty database as they are, so that spans of their text stay true."""
    KnowledgeTable.metadata.create_all(engine)
    now = datetime.fromtimestamp(0, UTC)  # nobody looks at the age of guides that are thrown away
    with Session(engine) as session, session.begin():
        session.add(Revision(id=1, number=1))
        for row in guides:
            # One character for one: what a database can't hold must not shift what follows.
            text = row.text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
            guide = Guide(key=row.doc_id, title=row.title, text=text, hash="", updated_at=now, audience="everyone")
            guide.chunks = [
                Chunk(ordinal=n, start=each.start, end=each.end, headings=list(each.headings), hash=each.hash)
                for n, each in enumerate(cut(row.title, text))
            ]
            session.add(guide)


def ask_all(
    engine: Engine, folder: Path, questions: Sequence[QuestionRow], progress: Progress | None
) -> tuple[list[Asked], float]:
    """What came of each question, and how long indexing took."""
    encoder = Encoder()
    index = Index(engine, folder, encoder)
    index.open()
    try:
        began = time.perf_counter()
        index.refresh(None if progress is None else lambda done, total: progress(done, total, "passages embedded"))
        index_seconds = time.perf_counter() - began
        retriever = Retriever(engine, index, encoder)
        answering = Answering(engine, index, retriever, Extractive())
        asked = []
        for number, row in enumerate(questions, 1):
            began = time.perf_counter()
            found = retriever.retrieve(row.question)
            answer = answering.answer_from(row.question, found)
            asked.append(Asked(row, found, answer, time.perf_counter() - began))
            if progress:
                progress(number, len(questions), "questions asked")
    finally:
        index.close()
        encoder.close()
    return asked, index_seconds


def summarize(asked: Sequence[Asked]) -> dict[str, Any]:
    """The figures of all questions, with intervals, and of each kind and knowledge base."""
    by_kind: dict[str, list[Asked]] = defaultdict(list)
    by_kb: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_kind[each.row.kind].append(each)
        by_kb[each.row.kb or "(none)"].append(each)
    answerable = [each for each in asked if each.row.answerable]
    seconds = [each.seconds for each in asked]
    quotes = [len(c.quote) for each in asked for c in each.answer.citations]
    shown = [len(passage.text) for each in asked for passage in each.found.passages[:5]]
    return {
        "figures": _figures(asked)
        | {
            "seconds_p50": _percentile(seconds, 50),
            "seconds_p95": _percentile(seconds, 95),
            "passage_characters": _percentile(shown, None),
            "quote_characters": _percentile(quotes, None),
        },
        "intervals": _intervals(asked),
        # A kind is answerable or not as a whole; one that isn't is held against all that are.
        "by_kind": {
            kind: {"n": len(those)} | _figures([*those, *(() if _has_answerable(those) else answerable)], those)
            for kind, those in sorted(by_kind.items())
        },
        "by_kb": {kb: {"n": len(those)} | _figures(those) for kb, those in sorted(by_kb.items())},
    }


def same_place(one: Span, other: Span) -> bool:
    """Whether two spans of one document overlap by half of the shorter or more."""
    if one[0] != other[0]:
        return False
    shorter = min(one[2] - one[1], other[2] - other[1])
    return shorter > 0 and min(one[2], other[2]) - max(one[1], other[1]) >= OVERLAP * shorter


def auroc(positive: Floats, negative: Floats) -> float:
    """How often a positive scores above a negative; a tie counts half.

    >>> auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")
    return float(below.sum() / 2 / (len(positive) * len(negative)))


def expected_calibration_error(probabilities: Floats, came_true: Floats) -> float:
    """How far stated and real shares lie apart, on average, over bins of equal count."""
    order = np.argsort(probabilities)
    bins = [each for each in np.array_split(order, ECE_BINS) if len(each)]
    apart = [abs(probabilities[each].mean() - came_true[each].mean()) * len(each) for each in bins]
    return float(sum(apart) / len(order))


def _figures(asked: Sequence[Asked], of: Sequence[Asked] | None = None) -> dict[str, float]:
    """Every figure that these questions allow; ``of`` limits the shares answered and declined."""
    table = _table(asked)
    return {name: round(value, 4) for name, value in _measure(table, _table(of) if of is not None else table).items()}


def _table(asked: Sequence[Asked]) -> dict[str, Floats]:
    columns: Mapping[str, Callable[[Asked], float]] = {
        "answerable": lambda each: each.row.answerable,
        "probability": lambda each: each.answer.probability,
        "answered": lambda each: each.answer.outcome is Outcome.ANSWERED,
        "declined": lambda each: each.answer.outcome is Outcome.NOT_IN_GUIDES,
        "doc@1": lambda each: each.documents_hit(1),
        "doc@5": lambda each: each.documents_hit(5),
        "evidence@1": lambda each: each.evidence_hit(1),
        "evidence@5": lambda each: each.evidence_hit(5),
        "answer_hit@1": Asked.quote_hit,
    }
    return {name: np.array([column(each) for each in asked], dtype=np.float64) for name, column in columns.items()}


def _measure(table: Mapping[str, Floats], of: Mapping[str, Floats]) -> dict[str, float]:
    yes, no = table["answerable"] > 0, table["answerable"] == 0
    own_yes, own_no = of["answerable"] > 0, of["answerable"] == 0
    measured: dict[str, float] = {}
    if own_yes.any():
        for name in ("doc@1", "doc@5", "evidence@1", "evidence@5", "answer_hit@1"):
            measured[name] = float(of[name][own_yes].mean())
        measured["answered_at_threshold"] = float(of["answered"][own_yes].mean())
    if own_no.any():
        measured["declined_at_threshold"] = float(of["declined"][own_no].mean())
        measured["answered_wrongly_at_threshold"] = float(of["answered"][own_no].mean())
    if yes.any() and no.any():
        bar = np.quantile(table["probability"][yes], 1 - ANSWERED_SHARE)
        measured["auroc"] = auroc(table["probability"][yes], table["probability"][no])
        measured["declined_at_90_answered"] = float((table["probability"][no] < bar).mean())
        measured["ece"] = expected_calibration_error(table["probability"], table["answerable"])
    return measured


def _intervals(asked: Sequence[Asked]) -> dict[str, tuple[float, float]]:
    table = _table(asked)
    chance = np.random.default_rng(0)
    drawn: dict[str, list[float]] = defaultdict(list)
    for _ in range(RESAMPLES if len(asked) > 1 else 0):
        picked = chance.integers(0, len(asked), len(asked))
        sample = {name: column[picked] for name, column in table.items()}
        for name, value in _measure(sample, sample).items():
            drawn[name].append(value)
    bounds = {name: np.percentile(values, (2.5, 97.5)) for name, values in drawn.items()}
    return {name: (round(float(low), 4), round(float(high), 4)) for name, (low, high) in bounds.items()}


def _percentile(values: Sequence[float], percent: float | None) -> float:
    """A percentile, or the mean; 0 of nothing."""
    if not values:
        return 0.0
    return round(float(np.mean(values) if percent is None else np.percentile(values, percent)), 4)


def _has_answerable(asked: Sequence[Asked]) -> bool:
    return any(each.row.answerable for each in asked)


def is_in(own: str | None, asked: str) -> bool:
    """Whether a line's tier is part of the tier asked for; one of no known name is only part of the last."""
    rank = TIERS.index(own) if own in TIERS else len(TIERS) - 1
    return own is None or own == asked or rank <= TIERS.index(asked)


def _check(
    guides: Sequence[GuideRow], questions: Sequence[QuestionRow], guides_path: Path, questions_path: Path
) -> None:
    if not questions:
        raise BadSet(f"{questions_path.name} has no questions of this tier.")
    known: set[str] = set()
    for guide in guides:
        if guide.doc_id in known:
            raise BadSet(f"{guides_path.name} has two guides with doc_id {guide.doc_id}.")
        known.add(guide.doc_id)
    for row in questions:
        if row.answerable and not row.documents & known:
            raise BadSet(
                f"{questions_path.name}: “{row.question[:80]}” is said to be answered in "
                f"{', '.join(sorted(row.documents)) or 'no guide'}, which {guides_path.name} doesn't hold in this tier."
            )


def _with_spans(row: QuestionRow, guides: Sequence[GuideRow], path: Path) -> QuestionRow:
    """The question with the places of its evidence, looked up where they aren't given."""
    if not row.answerable or row.spans:
        return row
    spans = [
        (guide.doc_id, at, at + len(evidence))
        for guide in guides
        if guide.doc_id in row.documents
        for evidence in row.evidence or ()
        if evidence and (at := guide.text.find(evidence)) >= 0
    ]
    if not spans:
        raise BadSet(
            f"{path.name}: “{row.question[:80]}” is answerable, but none of its evidence stands in its guides."
        )
    return row.model_copy(update={"spans": spans})

"""How good the answers are, measured on a set of guides and questions, in an index that is thrown away."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from sqlalchemy import Engine, create_engine, delete
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from knowledge import measures
from knowledge.answering import Answering, is_partial
from knowledge.answers import Answer, Citation, Passage
from knowledge.calibration import BadCalibration, Calibration, Half, refit
from knowledge.calibration import load as load_calibration
from knowledge.chunking import cut
from knowledge.encoder import DEFAULT_MODEL, Encoder
from knowledge.extractive import Extractive
from knowledge.found import Found
from knowledge.index import AlreadyOwned, Index
from knowledge.loading import EVERYONE
from knowledge.measures import Span, same_place
from knowledge.question_sets import (
    TIERS,
    BadSet,
    GuideRow,
    PairRow,
    QuestionRow,
    Row,
    check,
    is_in,
    named,
    read_guides,
    read_questions,
    read_rows,
    with_keys,
    with_spans,
)
from knowledge.retriever import Retriever
from knowledge.tables import Chunk, Guide, KnowledgeTable, Revision

LEAST_KEPT = 0.2  # of the answerable questions that a fit may leave answered whole

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Asked:
    """One question, and what came of it."""

    row: QuestionRow
    found: Found
    passages: Sequence[Passage]  # as a writer gets them
    answer: Answer
    seconds: float

    def record(self) -> dict[str, Any]:
        """What is measured of one question; None where the set doesn't say what is right."""
        row, answer = self.row, self.answer
        shown = [(each.guide_key, each.start, each.end) for each in self.passages]
        quotes = (*answer.citations, *answer.nearest)[:1]  # given as the answer, or only as the nearest section
        quotes = answer.citations if answer.parts else quotes
        documents = [place[0] in row.documents for place in shown]
        right = [any(same_place(place, span) for span in row.spans) for place in shown] if row.spans else None
        hit = [same_place((each.guide_key, each.start, each.end), span) for each in quotes for span in row.spans or ()]
        said = " ".join(each.quote[low:high] for each in quotes for low, high in each.highlights)
        first = right.index(True) + 1 if right and any(right) else None
        return {
            "question": row.question,
            "kind": row.kind,
            "kb": row.kb,
            "answerable": row.answerable,
            "outcome": answer.outcome.value,
            "probability": round(answer.probability, 4),
            "doc@1": any(documents[:1]) if row.answerable else None,
            "doc@5": any(documents[:5]) if row.answerable else None,
            "evidence@1": any(right[:1]) if right is not None else None,
            "evidence@5": any(right[:5]) if right is not None else None,
            "mrr": (1 / first if first else 0.0) if right is not None else None,
            "answer_hit@1": any(hit) if row.spans else None,
            "marked@1": _is_marked(answer.citations[: len(quotes)], row.spans) if row.spans and any(hit) else None,
            "token_f1": measures.token_f1(said, row.answer) if row.answerable and row.answer else None,
            "seconds": round(self.seconds, 4),
            "passage_characters": round(float(np.mean([len(each.text) for each in self.passages[:5]] or [0]))),
            "quote_characters": len(quotes[0].quote) if quotes else None,
        }


def _is_marked(citations: Sequence[Citation], spans: Sequence[Span]) -> bool | None:
    """Whether a sentence that is marked in a quote stands in one of the spans; None where nothing is quoted."""
    marked = [
        (each.guide_key, low - len(each.quote) + each.end, high - len(each.quote) + each.end)
        for each in citations
        for low, high in each.highlights
    ]
    within = (max(one[1], other[1]) < min(one[2], other[2]) for one in marked for other in spans if one[0] == other[0])
    return any(within) if citations else None


def evaluate_answers(
    guides_path: Path,
    questions_path: Path,
    tier: str = "full",
    progress: Progress | None = None,
    *,
    kb: str | None = None,
    limit: int | None = None,
    cache: Path | None = None,
    own: Path | None = None,
    model: str = DEFAULT_MODEL,
) -> Evaluation:
    """Asks every question of a tier of the guides of that tier.

    Args:
        guides_path: JSON lines (``.gz`` or plain) with ``doc_id``, ``title``, ``text`` and perhaps ``kb``, ``tier``,
            ``products``, ``language`` and ``reviewed``; or a folder of guides, as an ingest takes it.
        questions_path: likewise, with ``question``, ``answerable``, ``doc_ids`` and ``spans`` where answerable,
            perhaps ``kb``, ``kind``, ``answer`` and ``tier``; ``evidence`` (text) may stand for ``spans``; or a CSV
            file with the columns ``question``, ``guide`` (empty when no guide answers), ``answer`` (its words),
            ``kind`` and ``kb``. A line without a tier is part of every one.
        progress: called with how many are done, of how many, and of what.
        kb: only the guides of this knowledge base, and the questions on it and on none.
        limit: at most so many questions, spread over the set.
        cache: a folder that keeps what was embedded, for the next run or after a break; None throws it away.
        own: an admin's own calibration, where there is one.
        model: that embeds, as in `Encoder`.

    Raises:
        AlreadyOwned: the same guides are being measured with the same cache.
        BadSet: a line can't be used.
        ModelUnavailable: the model can't be loaded.
    """
    refused: dict[str, str] = {}
    guides = [row for row in read_guides(guides_path, refused) if is_in(row.tier, tier) and kb in (None, row.kb)]
    if refused and not guides:
        raise BadSet(named(refused))
    notes: list[str] = []
    keys = {row.doc_id for row in guides} | refused.keys()
    questions = [
        with_keys(row, keys, guides_path)
        for row in read_questions(questions_path, notes.append)
        if is_in(row.tier, tier)
    ]
    left_out = [row for row in questions if row.documents and row.documents <= refused.keys()]
    questions = [row for row in questions if row not in left_out]
    if refused:
        left = f"Questions left out, because one of these answers them: {len(left_out)}."
        notes.append(f"{named(refused)}\n{left}")
    questions = _spread([row for row in questions if kb is None or row.kb in (None, kb)], limit)
    part = f" of tier {tier}" * (tier != TIERS[-1]) + f" of the knowledge base {kb}" * (kb is not None)
    check(guides, questions, guides_path, questions_path, part)
    questions = [with_spans(row, guides, questions_path) for row in questions]
    calibration = load_calibration(own)
    began = time.perf_counter()
    with _kept(cache, f"{guides_path.resolve()} {tier} {kb}{f' {model}' * (model != DEFAULT_MODEL)}") as folder:
        engine = create_engine(f"sqlite:///{folder}/knowledge.db")
        try:
            try:
                store(engine, guides)
            except DatabaseError as error:
                raise BadSet(
                    f"What was kept in {folder} can't be used ({error.orig}). Delete that folder and try again."
                ) from None
            encoder = Encoder(model, folder / "models")
            asked, index_seconds = ask_all(engine, folder / "index", questions, progress, calibration, encoder)
        finally:
            engine.dispose()
    bars = {"answered": calibration.with_vectors.answered, "partly": calibration.with_vectors.partly}
    report = summarize([each.record() for each in asked], bars["answered"])
    report["figures"] |= {
        "guides": len(guides),
        "seconds_index": round(index_seconds, 1),
        "seconds_all": round(time.perf_counter() - began, 1),
    }
    told = sha256(
        "\n".join(sorted(f"{row.doc_id} {row.title} {row.text}" for row in guides)).encode("utf-8", "replace")
    )
    run: dict[str, Any] = {"tier": tier, "kb": kb, "limit": limit, "model": encoder.identity, "n": len(asked)}
    run |= {"guides_hash": told.hexdigest()[:12], "calibration": calibration.how, "bars": bars, "notes": notes}
    return Evaluation(asked, run | report)


@dataclass(frozen=True)
class Evaluation:
    """What came of each question, and all figures as JSON knows them."""

    asked: Sequence[Asked]
    report: dict[str, Any]

    def fit(self, wrong: tuple[float, float]) -> Calibration:
        """The calibration for these questions, and bars for so many wrong answers. Raises BadCalibration."""
        known = [each for each in self.asked if each.found.features and not each.found.unknown]
        shipped = load_calibration()
        half = refit(
            shipped.with_vectors,
            [each.found.features for each in known if each.found.features],
            [each.row.answerable for each in known],
            wrong,
        )
        whole, _ = self.answered(half)
        if whole < LEAST_KEPT:
            was = self.report["figures"]["answered_at_threshold"]
            raise BadCalibration(
                f"No calibration was saved: with at most {wrong[0]:.0%} of the others answered, only {whole:.0%} of "
                f"the answerable questions would be answered whole (before: {was:.0%}). Allow more with --wrong, or "
                "see in the report which of the others come near to what the guides say."
            )
        asked, kept = len(self.asked), len(known)
        of = f" (of {asked}; the others ask for what no guide names)" if kept < asked else ""
        how = (
            f"The shipped weights, fitted to {kept} questions{of} by `frontline evaluate answers --fit`, "
            f"for at most {wrong[0]:.0%} (partly: {wrong[1]:.0%}) of those that the guides don't answer."
        )
        return Calibration(how=how, with_vectors=half, words_only=shipped.words_only)

    def answered(self, half: Half) -> tuple[float, float]:
        """The shares that would be answered whole with this fit: of the answerable questions, and of the others."""

        def is_whole(found: Found) -> bool:
            if found.features is None or found.unknown or is_partial(found):
                return False
            return half.probability(found.features) >= half.answered

        whole = [(each.row.answerable, is_whole(each.found)) for each in self.asked]
        yes, no = ([is_it for held, is_it in whole if held is kind] for kind in (True, False))
        return sum(yes) / max(1, len(yes)), sum(no) / max(1, len(no))


def evaluate_related(
    pairs_path: Path, progress: Progress | None = None, *, limit: int | None = None, model: str = DEFAULT_MODEL
) -> dict[str, Any]:
    """How well the likeness of two short texts tells whether they ask for the same.

    Raises BadSet, and ModelUnavailable.
    """
    pairs = _spread(list(read_rows(pairs_path, PairRow)), limit)
    if len({pair.same for pair in pairs}) < 2:
        raise BadSet(f"{pairs_path.name} needs pairs that are the same and pairs that are not.")
    encoder = Encoder(model)
    try:
        texts = list(dict.fromkeys(text for pair in pairs for text in (pair.a, pair.b)))
        vectors: dict[str, Any] = {}
        for at in range(0, len(texts), 64):
            part = texts[at : at + 64]
            vectors |= zip(part, encoder.encode(part, bulk=True), strict=True)
            if progress:
                progress(min(at + 64, len(texts)), len(texts), "texts embedded")
    finally:
        encoder.close()
    records = [
        {"kb": pair.source, "question": f"{pair.a}\n{pair.b}", "answerable": pair.same, "outcome": "none"}
        | {"probability": float(vectors[pair.a] @ vectors[pair.b])}
        for pair in pairs
    ]
    sources = sorted({pair.source for pair in pairs})
    by_source = {name: [each for each in records if each["kb"] == name] for name in sources}
    return {
        "model": encoder.identity,
        "n": len(pairs),
        "figures": {"auroc": measures.figures(records)["auroc"]},
        "intervals": {"auroc": measures.intervals(records)["auroc"]},
        "by_source": {
            name: {"n": len(those)} | {key: value for key, value in measures.figures(those).items() if key == "auroc"}
            for name, those in by_source.items()
        },
        "questions": records,
    }


def store(engine: Engine, guides: Sequence[GuideRow]) -> None:
    """Puts guides into a database of their own as they are, so that spans of their text stay true."""
    KnowledgeTable.metadata.create_all(engine)
    now = datetime.fromtimestamp(0, UTC)  # nobody looks at the age of guides that are thrown away
    with Session(engine) as session, session.begin():
        session.execute(delete(Chunk))
        session.execute(delete(Guide))
        session.merge(Revision(id=1, number=1))
        for row in guides:
            # One character for one: what a database can't hold must not shift what follows.
            text = row.text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
            told = sha256(f"{row.title}\n{text}\n{row.products}\n{row.language}".encode()).hexdigest()
            guide = Guide(key=row.doc_id, title=row.title, text=text, hash=told, updated_at=now, audience=EVERYONE)
            guide.products, guide.language, guide.reviewed = row.products, row.language, row.reviewed
            guide.chunks = [
                Chunk(ordinal=n, start=each.start, end=each.end, headings=list(each.headings), hash=each.hash)
                for n, each in enumerate(cut(row.title, text))
            ]
            session.add(guide)


def ask_all(
    engine: Engine,
    folder: Path,
    questions: Sequence[QuestionRow],
    progress: Progress | None,
    calibration: Calibration,
    encoder: Encoder,
) -> tuple[list[Asked], float]:
    """What came of each question, and how long indexing took; the encoder is closed. Raises ModelUnavailable."""
    index = Index(engine, folder, encoder)
    index.open()
    try:
        encoder.load()  # without it words alone would be measured
        began = time.perf_counter()
        index.refresh(None if progress is None else lambda done, total: progress(done, total, "passages embedded"))
        index_seconds = time.perf_counter() - began
        retriever = Retriever(engine, index, encoder)
        answering = Answering(engine, index, retriever, Extractive(), calibration)
        asked = []
        for number, row in enumerate(questions, 1):
            began = time.perf_counter()
            found = answering.find(row.question)
            answer = answering.answer(row.question)  # which finds the same, kept
            seconds = time.perf_counter() - began
            asked.append(Asked(row, found, answering.evidence(found).given, answer, seconds))
            if progress:
                progress(number, len(questions), "questions asked")
    finally:
        index.close()
        encoder.close()
    return asked, index_seconds


def summarize(records: Sequence[Mapping[str, Any]], bar: float) -> dict[str, Any]:
    """The figures of all questions, with intervals, and of each kind and knowledge base. ``bar``: as set."""
    by_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    by_kb: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in records:
        by_kind[each["kind"]].append(each)
        by_kb[each["kb"] or "(none)"].append(each)
    answerable = [each for each in records if each["answerable"]]
    seconds = [each["seconds"] for each in records]
    quotes = [each["quote_characters"] for each in records if each["quote_characters"]]
    return {
        "figures": measures.figures(records)
        | {
            "seconds_p50": round(float(np.percentile(seconds, 50)), 4),
            "seconds_p95": round(float(np.percentile(seconds, 95)), 4),
            "passage_characters": round(float(np.mean([each["passage_characters"] for each in records])), 1),
            "quote_characters": round(float(np.mean(quotes or [0])), 1),
        },
        "intervals": measures.intervals(records),
        # A kind is answerable or not as a whole; one that isn't is held against all that are.
        "by_kind": {
            kind: {"n": len(those)}
            | measures.figures([*those, *(() if any(each["answerable"] for each in those) else answerable)], those)
            for kind, those in sorted(by_kind.items())
        },
        "by_kb": {kb: {"n": len(those)} | measures.figures(those) for kb, those in sorted(by_kb.items())},
        "risk_coverage": measures.risk_coverage(records, bar),
        "questions": list(records),
    }


@contextmanager
def _kept(cache: Path | None, what: str) -> Iterator[Path]:
    """A folder for the database and the index: thrown away, or one for each set in the cache. Raises AlreadyOwned."""
    if cache is None:
        with TemporaryDirectory(prefix="frontline-evaluation-", ignore_cleanup_errors=True) as passing:
            yield Path(passing)
        return
    folder = cache / sha256(what.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "evaluation.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyOwned(
            "These guides are being measured by another `frontline evaluate`. Wait until it is done, or stop it."
        ) from None
    try:
        yield folder
    finally:
        lock.release()


def _spread(rows: list[Row], limit: int | None) -> list[Row]:
    """At most so many, from the whole length of the set: sets are sorted by kind and knowledge base."""
    if limit is None or limit >= len(rows):
        return rows
    return [rows[n * len(rows) // limit] for n in range(limit)]

"""Sets to measure on: guides and questions as JSON lines, or an admin's own folder and CSV; a bad line is named."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.ingest import guide_files
from knowledge.loading import Limits, NotForEveryone, Parser, Refused, read
from knowledge.measures import Span

TIERS = ("mini", "core", "full")
TELLING = 3  # words of an answer; fewer, such as "yes" or "14", may stand in its guide for something else, too


class BadSet(Exception):
    """A line of an evaluation file can't be used; the message names it and says why."""


class GuideRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    doc_id: str
    title: str
    text: str
    kb: str | None = None
    tier: str | None = None
    products: list[str] = []
    language: str | None = None
    reviewed: date | None = None


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
    answer: str | None = None  # in anybody's words

    @property
    def documents(self) -> set[str]:
        return set(self.doc_ids or ()) | ({self.doc_id} if self.doc_id else set())


class PairRow(BaseModel):
    model_config = ConfigDict(extra="ignore")

    a: str
    b: str
    same: bool
    source: str = "any"


Row = TypeVar("Row", GuideRow, QuestionRow, PairRow)


def read_rows(path: Path, kind: type[Row]) -> Iterator[Row]:
    number = 0
    try:
        # As bytes, for text is decoded far ahead of the line that is read.
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    yield kind.model_validate(json.loads(line))
    except ValidationError as failure:
        first = failure.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadSet(f"{path.name}, line {number}: {field}: {first['msg']}.") from None
    except ValueError as failure:
        raise BadSet(f"{path.name}, line {number}: not JSON in UTF-8 ({failure}).") from None
    except (OSError, EOFError, zlib.error) as failure:
        raise BadSet(f"{path.name}, line {number + 1}: can't be read ({failure}); save the file anew.") from None


def read_guides(path: Path) -> Iterator[GuideRow]:
    """Guides as JSON lines, or a folder of guide files; a file that an ingest would refuse is refused here too."""
    if not path.is_dir():
        yield from read_rows(path, GuideRow)
        return
    limits, root = Limits(), path.resolve()
    files, refused = guide_files(root)
    with Parser(limits) as parser:
        for key, file in files.items():
            try:
                draft = parser.parse(read(file, root, limits))
            except NotForEveryone:
                continue  # nobody is answered from it
            except Refused as refusal:
                refused[key] = str(refusal)
                continue
            yield GuideRow(
                doc_id=key,
                title=draft.title,
                text=draft.text,
                products=list(draft.products),
                language=draft.language,
                reviewed=draft.reviewed,
            )
    if refused:  # all in one message, or each run would name only the next
        raise BadSet("\n".join(f"{key} {reason}." for key, reason in sorted(refused.items())))


def read_questions(path: Path) -> Iterator[QuestionRow]:
    if path.suffix.lower() != ".csv":
        yield from read_rows(path, QuestionRow)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadSet(f"{path.name} is not in UTF-8; save it as “CSV UTF-8”.") from None
    head = text.partition("\n")[0]
    lines = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        found = lines.fieldnames or []
        lines.fieldnames = [name.strip().casefold() for name in found]
        if not {"question", "guide"} <= {*lines.fieldnames}:
            raise BadSet(
                f"{path.name} needs a first line with the columns question, guide and answer (which may be left out); "
                f"it has {', '.join(f'“{name}”' for name in found) or 'none'}."
            )
        for line in lines:
            question, guide, answer = ((line.get(name) or "").strip() for name in ("question", "guide", "answer"))
            if question:
                yield QuestionRow(
                    question=question,
                    answerable=bool(guide),
                    doc_id=guide or None,
                    evidence=[answer] if guide and answer else None,
                    answer=answer or None,
                )
    except csv.Error as failure:
        raise BadSet(f"{path.name}, line {lines.line_num}: not CSV ({failure}).") from None


def is_in(own: str | None, asked: str) -> bool:
    """Whether a line's tier is part of the tier asked for; one of no known name is only part of the last."""
    rank = TIERS.index(own) if own in TIERS else len(TIERS) - 1
    return own is None or own == asked or rank <= TIERS.index(asked)


def check(
    guides: Sequence[GuideRow], questions: Sequence[QuestionRow], guides_path: Path, questions_path: Path, part: str
) -> None:
    for what, rows, path in (("guides", guides, guides_path), ("questions", questions, questions_path)):
        if not rows:
            raise BadSet(f"{path.name} has no {what}{part}.")
    known: set[str] = set()
    for guide in guides:
        if guide.doc_id in known:
            raise BadSet(f"{guides_path.name} has two guides with doc_id {guide.doc_id}.")
        known.add(guide.doc_id)
    for row in questions:
        if row.answerable and not row.documents & known:
            raise BadSet(
                f"{questions_path.name}: “{row.question[:80]}” is said to be answered in "
                f"{', '.join(sorted(row.documents)) or 'no guide'}, which is no guide{part} in {guides_path.name}."
            )


def _places(words: str, text: str) -> list[tuple[int, int]]:
    """Where some words stand in a text, not as parts of longer words.

    >>> _places("14", "In 2014 it was 14 euros.")
    [(15, 17)]
    """
    if not words:
        return []
    before, after = (r"\b" * (re.match(r"\w", end) is not None) for end in (words[0], words[-1]))
    return [match.span() for match in re.finditer(f"{before}{re.escape(words)}{after}", text)]


def with_spans(row: QuestionRow, guides: Sequence[GuideRow], path: Path) -> QuestionRow:
    """The question with the places of its evidence, each of which will do, looked up where they aren't given."""
    is_csv = path.suffix.lower() == ".csv"
    if not row.answerable or row.spans or (is_csv and not row.evidence):
        return row
    spans: list[Span] = []
    for guide in guides:
        for evidence in row.evidence or () if guide.doc_id in row.documents else ():
            places = _places(evidence, guide.text)
            if not places and not is_csv and (at := guide.text.find(evidence)) >= 0:  # cut off within a word
                places = [(at, at + len(evidence))]
            if len(places) < 2 or not is_csv or len(evidence.split()) >= TELLING:
                spans += [(guide.doc_id, start, end) for start, end in places]
    if not spans and is_csv:
        return row  # the answer is in the admin's own words, or in too few
    if not spans:
        raise BadSet(
            f"{path.name}: “{row.question[:80]}” is answerable, but none of its evidence stands in its guides."
        )
    return row.model_copy(update={"spans": spans})

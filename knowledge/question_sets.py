"""Sets to measure on: guides and questions as JSON lines, or an admin's own folder and CSV; a bad line is named."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.ingest import guide_files
from knowledge.loading import Limits, NotForEveryone, Parser, Refused, read
from knowledge.measures import Span

TIERS = ("mini", "core", "full")
COLUMNS = ("question", "guide", "answer", "kind", "kb")  # of a CSV; the first two must be there
MOST_NAMED = 20  # faults of a set in one message
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


class CsvRow(QuestionRow):
    line: int  # where it begins


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
        remedy = " If it is CSV, give it a name that ends in .csv." if kind is QuestionRow and number == 1 else ""
        raise BadSet(f"{path.name}, line {number}: not JSON in UTF-8 ({failure}).{remedy}") from None
    except (OSError, EOFError, zlib.error) as failure:
        raise BadSet(f"{path.name}, line {number + 1}: can't be read ({failure}); save the file anew.") from None


def read_guides(path: Path, refused: dict[str, str] | None = None) -> Iterator[GuideRow]:
    """Guides as JSON lines, or a folder of guide files; a file that an ingest would refuse is refused here too.

    Args:
        refused: takes the names of those, with the reasons; without it they raise BadSet.
    """
    if not path.is_dir():
        yield from read_rows(path, GuideRow)
        return
    limits, root = Limits(), path.resolve()
    files, faults = guide_files(root)
    with Parser(limits) as parser:
        for key, file in files.items():
            try:
                draft = parser.parse(read(file, root, limits))
            except NotForEveryone:
                continue  # nobody is answered from it
            except Refused as refusal:
                faults[key] = str(refusal)
                continue
            yield GuideRow(
                doc_id=key,
                title=draft.title,
                text=draft.text,
                products=list(draft.products),
                language=draft.language,
                reviewed=draft.reviewed,
            )
    if refused is not None:
        refused |= faults
    elif faults:
        raise BadSet(named(faults))


def named(refused: Mapping[str, str]) -> str:
    """All in one message, or each run would name only the next."""
    return "\n".join(f"{key} {reason}." for key, reason in sorted(refused.items()))


def read_questions(path: Path, say: Callable[[str], None] = lambda _: None) -> list[QuestionRow]:
    """Questions as JSON lines, or an admin's CSV, where a question may stand once for each guide that answers it.

    Args:
        say: called with what of a CSV isn't used.
    """
    if path.suffix.lower() != ".csv":
        return list(read_rows(path, QuestionRow))
    rows: dict[tuple[str | None, str], CsvRow] = {}
    again, both = [], []
    for row in _read_csv(path, say):
        first = rows.setdefault((row.kb, " ".join(row.question.casefold().split())), row)
        if first is row:
            continue
        again.append(str(row.line))
        if first.answerable != row.answerable:
            both.append(
                f"{path.name}, lines {first.line} and {row.line}: “{row.question[:80]}” is answered in one only."
            )
        first.doc_ids = sorted(first.documents | row.documents)
        first.evidence = [*(first.evidence or ()), *(row.evidence or ())] or None
    if both:
        raise BadSet(_at_once(both))
    if again:
        say(f"{path.name}: questions that stand there before are counted once: line {', '.join(again)}.")
    return list(rows.values())


def _read_csv(path: Path, say: Callable[[str], None]) -> Iterator[CsvRow]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadSet(f"{path.name} is not in UTF-8; save it as “CSV UTF-8”.") from None
    head, _, rest = text.partition("\n")
    told = re.fullmatch("sep=(.)", head, re.IGNORECASE)  # Excel's own way to name the sign
    sign = told[1] if told else max(",;\t", key=head.count)
    above = 1 if told else 0
    lines = csv.DictReader(io.StringIO(rest if told else text), delimiter=sign)
    try:
        found = lines.fieldnames or []
        lines.fieldnames = [name.strip().casefold() for name in found]
        if not {"question", "guide"} <= {*lines.fieldnames}:
            raise BadSet(
                f"{path.name} needs a first line with the columns question, guide and answer (which may be left out); "
                f"it has {', '.join(f'“{name}”' for name in found) or 'none'}."
            )
        if unknown := [name for name in found if name.strip() and name.strip().casefold() not in COLUMNS]:
            names = ", ".join(f"“{name.strip()}”" for name in unknown)
            say(f"{path.name}: not used: the columns {names}. Those known are {', '.join(COLUMNS)}.")
        for line in lines:
            surplus = [cell for cell in line.pop(None, None) or () if cell.strip()]
            cells = {name: (cell or "").strip() for name, cell in line.items()}
            number = above + lines.line_num - sum((cell or "").count("\n") for cell in line.values())
            if surplus:
                raise BadSet(
                    f"{path.name}, line {number}: more cells than the first line has columns, from “{surplus[0][:80]}” "
                    f"on. Put quotation marks around a cell that has a “{sign}” in it."
                )
            question, guide, answer = cells["question"], cells["guide"], cells.get("answer")
            if question:
                yield CsvRow(
                    line=number,
                    question=question,
                    kb=cells.get("kb") or None,
                    kind=cells.get("kind") or "any",
                    answerable=bool(guide),
                    doc_ids=[guide] if guide else None,
                    evidence=[answer] if guide and answer else None,
                    answer=answer or None,
                )
    except csv.Error as failure:
        raise BadSet(f"{path.name}, line {above + lines.line_num}: not CSV ({failure}).") from None


def with_keys(row: QuestionRow, known: Container[str], folder: Path) -> QuestionRow:
    """The question of a CSV with its guides as they are called below their folder; any other as it is."""
    if not isinstance(row, CsvRow):
        return row
    return row.model_copy(update={"doc_ids": [_key(name, known, folder) for name in row.doc_ids or ()]})


def _key(name: str, known: Container[str], folder: Path) -> str:
    r"""The guide that a path means: below its folder, or from further up, with either kind of slash.

    >>> [_key(path, {"bills/fees.md"}, Path("/a/guides")) for path in (r".\bills\fees.md", "guides/bills/fees.md")]
    ['bills/fees.md', 'bills/fees.md']
    >>> _key("others/bills/fees.md", {"bills/fees.md"}, Path("/a/guides"))
    'others/bills/fees.md'
    """
    parts, above = PurePosixPath(name.replace("\\", "/")).parts, folder.resolve().parts
    for at in range(0 if name not in known else len(parts), len(parts)):
        key = "/".join(parts[at:])
        if key in known and above[len(above) - at :] == parts[:at]:
            return key
    return name


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
    called = {
        name.casefold(): each.doc_id for each in guides for name in (Path(each.doc_id).name, each.title, each.doc_id)
    }
    faults: list[str] = []
    for row in questions:
        line = row.line if isinstance(row, CsvRow) else None
        unknown = sorted(row.documents - known)
        if not row.answerable or (row.documents & known and (line is None or not unknown)):
            continue
        near = get_close_matches(unknown[0].casefold(), called, 1, 0.8) if unknown and len(faults) < MOST_NAMED else ()
        faults.append(
            f"{questions_path.name}{f', line {line}' if line else ''}: “{row.question[:80]}” is said to be answered "
            f"in {', '.join(unknown) or 'no guide'}, which is no guide{part} in {guides_path.name}."
            + "".join(f" Did you mean {called[name]}?" for name in near)
        )
    if faults:  # all in one message, or each run would name only the next
        raise BadSet(_at_once(faults))


def _at_once(faults: Sequence[str]) -> str:
    more = [f"… and {len(faults) - MOST_NAMED} more."] if len(faults) > MOST_NAMED else []
    return "\n".join([*faults[:MOST_NAMED], *more])


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

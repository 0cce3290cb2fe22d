"""Where a passage may be quoted from and to: its sentences, list items, table rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from knowledge.lexical import says_something

LONGEST_UNIT = 250  # characters: one thought; its vector says more than that of the passage around it

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_ROW = re.compile(r"\s*\|")
_RULE = re.compile(r"[\s:|]*-[\s:|-]*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_STOP = re.compile(r"[.!?…][\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[A-ZÀ-ÞА-Я0-9])")
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
BOLD = re.compile(r"\s*(\*\*|__)[^*_]+\1[.:!]?\s*")  # a text in bold as a whole
_DIGIT = re.compile(r"\d")
_NO_WORD = re.compile(r"[^\w.]")
_ABBREVIATION = re.compile(r"e\.g|i\.e|etc|vs|approx|mrs?|ms|dr|st|mt|no|nr|fig|inc|ltd|incl|excl")
_INITIALS = re.compile(r"(?![ap]\.m)(?:[^\W\d_]\.)*[^\W\d_]")  # the J of "J. Smith", the U.S of "U.S. Postal Service"
_DAY = "(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)"
_BEFORE_FIGURE = re.compile(  # else these end a sentence as well as not
    rf"(?i:max|min|tel|ext|rev|sec|[ap]\.m)|{_DAY}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_FIGURE = re.compile(
    rf"[^\w\s]*(?:\d|{_DAY}(?:(?:nes|ur)?day)?s?\b|(?-i:[CEMP][DS]?T|GMT|UTC)\b)", re.IGNORECASE
)  # or a day, or a time zone
_LABEL = re.compile(r"\s*(\*\*|__)[^*_\n]+(?::\1|\1:)")  # "**Payload:** 620 kg" is a line by itself
_BREAK = re.compile(r"(?: {2}|\\|<br ?/?>)$", re.IGNORECASE)  # the next line is another
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 20  # characters that are looked at of the word before a stop; no abbreviation is as long


class Kind(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"  # a list item, or its first sentence
    ROW = "row"
    HEAD = "head"  # the first row of a table, which names its columns; the second too where it names them further
    RULE = "rule"  # the line below a table's head, or a line across the page
    HEADING = "heading"
    CODE = "code"


@dataclass(frozen=True)
class Piece:
    start: int
    end: int
    kind: Kind


def pieces(text: str) -> list[Piece]:
    """The text cut into sentences, list items, table rows, headings and lines of code, in order.

    >>> text = "It costs € 4.50 a month. Ask Dr. Kim first."
    >>> [text[piece.start : piece.end] for piece in pieces(text)]
    ['It costs € 4.50 a month.', 'Ask Dr. Kim first.']
    """
    found = [trimmed for piece in _raw(text) if (trimmed := _trim(text, piece))]
    titled = [_titled(text, piece, after) for piece, after in zip_longest(found, found[1:])]
    for at, (head, rule, row) in enumerate(zip(titled, titled[1:], titled[2:], strict=False), 2):
        is_start = (head.kind, rule.kind, row.kind) == (Kind.HEAD, Kind.RULE, Kind.ROW)
        if is_start and has_second_head(text[head.start : row.end].split("\n", 3)):
            titled[at] = Piece(row.start, row.end, Kind.HEAD)
    return titled


def has_second_head(lines: Sequence[str]) -> bool:
    """Whether the third line of a table names the columns too: a row without figures below names of several columns.

    One empty place is not enough to tell such names by, for above a column of names there is often none.

    >>> has_second_head(["| | Flow | |", "|---|---|---|", "| Region | rate | charge |"])
    True
    >>> has_second_head(["| | Basic | Plus |", "|---|---|---|", "| Help | by phone | by mail |"])
    False
    """
    if len(lines) != 3 or _DIGIT.search(lines[2]):
        return False
    head, row = cells_of(lines[0]), cells_of(lines[2])
    return len(head) == len(row) and head.count("") + row[:1].count("") > 1


def cells_of(row: str) -> list[str]:
    """The cells of a row or head of a table.

    >>> cells_of("| 30 to 59 | half |")
    ['30 to 59', 'half']
    """
    return [cell.strip() for cell in _BETWEEN_CELLS.split(row.strip().removeprefix("|").removesuffix("|"))]


def units(text: str) -> list[tuple[int, int]]:
    """The spans that get a vector each: runs of whole pieces, of at most `LONGEST_UNIT` characters where pieces allow.

    A heading begins a new one, so that none speaks of two things.

    >>> text = "It costs € 4.50 a month. Ask Dr. Kim first."
    >>> units(text) == [(0, len(text))]
    True
    """
    return runs(pieces(text))


def runs(every: Iterable[Piece]) -> list[tuple[int, int]]:
    """The units that the pieces of a text make."""
    spans: list[tuple[int, int]] = []
    after_heading = False
    for piece in every:
        is_heading = piece.kind is Kind.HEADING
        if spans and piece.end - spans[-1][0] <= LONGEST_UNIT and (after_heading or not is_heading):
            spans[-1] = (spans[-1][0], piece.end)
        else:
            spans.append((piece.start, piece.end))
        after_heading = is_heading
    return spans


def _titled(text: str, piece: Piece, after: Piece | None) -> Piece:
    """What a rule on the next line makes of a piece: the head of a table, or an underlined heading."""
    kind = {Kind.ROW: Kind.HEAD, Kind.SENTENCE: Kind.HEADING}.get(piece.kind)
    is_ruled = after is not None and after.kind is Kind.RULE and text[piece.end : after.start].count("\n") == 1
    return Piece(piece.start, piece.end, kind) if kind and is_ruled else piece


def _raw(text: str) -> Iterator[Piece]:
    start, end, kind = 0, 0, None  # the paragraph or list item being read
    in_code = is_broken = False
    for line in _LINE.finditer(text):
        words = line.group()
        if not words.strip():
            continue
        own = _kind_of_line(words, in_code)
        in_code ^= bool(_FENCE.match(words))
        blank_before = "\n" in text[end : line.start()].replace("\n", "", 1)
        if kind and (own or blank_before or is_broken or _LABEL.match(words)):
            yield from _sentences(text, start, end, kind)
            kind = None
        if own and own is not Kind.ITEM:
            yield Piece(line.start(), line.end(), own)
        elif kind is None:
            start, kind = line.start(), own or Kind.SENTENCE
        end, is_broken = line.end(), _BREAK.search(words) is not None
    if kind:
        yield from _sentences(text, start, end, kind)


def _kind_of_line(words: str, in_code: bool) -> Kind | None:
    """What a line is by itself; None for a line of running text."""
    if in_code or _FENCE.match(words):
        return Kind.CODE
    for pattern, kind in ((_HEADING, Kind.HEADING), (_RULE, Kind.RULE), (_ROW, Kind.ROW), (_ITEM, Kind.ITEM)):
        if pattern.match(words):
            return kind
    return None


def _sentences(text: str, start: int, end: int, kind: Kind) -> Iterator[Piece]:
    for stop in _STOP.finditer(text, start, end):
        before = text[max(start, stop.start() - _LONGEST_WORD) : stop.start()]
        written = _NO_WORD.split(before)[-1]
        word = written.lower()
        is_number = word.isdecimal() and _ITEM.fullmatch(text, start, stop.end())
        is_name = _INITIALS.fullmatch(word) and not _begins_anew(text, stop.end())
        if _ABBREVIATION.fullmatch(word) or is_name or is_number:
            continue
        if _BEFORE_FIGURE.fullmatch(written) and _FIGURE.match(text, stop.end(), end):
            continue
        yield Piece(start, stop.end(), kind)
        start, kind = stop.end(), Kind.SENTENCE
    yield Piece(start, end, kind)


def _begins_anew(text: str, at: int) -> bool:
    """Whether behind letters ("Zone A. We don't …", "in the U.S. We don't …") stands what is no name."""
    following = _FIRST_WORD.match(text, at)
    return following is not None and not says_something(following[0].casefold())


def _trim(text: str, piece: Piece) -> Piece | None:
    words = text[piece.start : piece.end]
    start = piece.start + len(words) - len(words.lstrip())
    end = piece.start + len(words.rstrip())
    return Piece(start, end, piece.kind) if start < end else None

"""Which sentence of a passage answers a question."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.amounts import (
    Figure,
    answers_in,
    are_within,
    counted_in,
    days_in,
    figures_in,
    has_any,
    is_at_another,
    is_day,
    limits_of,
    off_the_step,
    place_in,
    says_of_the_rest,
    with_units,
)
from knowledge.answers import Passage
from knowledge.dates import is_month_first, orders_in, with_days_first
from knowledge.encoder import Vectors
from knowledge.grids import OF_ANY_AGE, keys_in, told_by_keys
from knowledge.lexical import covered, stems
from knowledge.names import CODE, codes_asked, codes_in
from knowledge.ranking import likeness
from knowledge.sentences import BOLD, Kind, Piece, cells_of, pieces, runs

# What a sentence scores beside its cosine.
WORDS_WEIGHT = 0.25  # for the words that it shares
TOKENS_WEIGHT = 1.0  # for how like the question it is, token by token
AMOUNT_WEIGHT = 0.1  # for an amount of the kind that is asked for
COUNTED_WEIGHT = 0.2  # for a number of just what is counted
LIMITS_WEIGHT = 0.1  # for limits that an amount, a day or a month in the question lies within
STEP_WEIGHT = 0.3  # for a row, or an item among others, with such limits for an amount, and few words like any question
CODE_WEIGHT = (
    0.25  # for a code that is asked for, unless all of the guide is on it; again for a row that begins with it
)
TABLED_WEIGHT = 0.4  # for a row that is called what is asked of a product
CROSSED_WEIGHT = 0.2  # for a row with the key and the name of a column that are asked for
ROW_WEIGHT = 0.15  # for a row on the product that is asked for, in a table on several
EVEN = 0.05  # a row that scores at most so much more than another one, and has no word more, is told from it by chance
LONGEST_LABEL = 6  # words in front of a colon
BEFORE_WEIGHT = 0.1  # for what the sentence before scores, for it may say what this one is on; not so with rows

_OPEN = re.compile(r"\bopen\b(?! (?:an?|the|my|our|your|his|her|its|their|it|up)\b)", re.IGNORECASE)  # not an account
_CLOSED = re.compile(r"\b(?:closed|shut)\b", re.IGNORECASE)
_CLOSED_CELL = re.compile(r"(?:closed|shut)(?: all day)?|[–—-]", re.IGNORECASE)  # not "closed after 14:00"
_CLOSES = re.compile(r"\bclos(?:es?|ing)\b", re.IGNORECASE)
_DEMANDS = re.compile(
    r"\b(?:must|only|at least|minimum|not?|needs?|needed|ha(?:ve|s) to|from)\b|n['’]t\b", re.IGNORECASE
)
_NUMBERS, _RANGES = re.compile(r"\b\d{1,9}\b"), re.compile(r"\b(\d{1,9}) ?(?:to|[–-]) ?(\d{1,9})\b")
_PICTURE = re.compile(r"(?:[-*+>] )?!\[[^\[\]\n]*\]\([^()\n]*\)")
_OPENS_BOLD = re.compile(r"\*\*(?!.*\*\*)", re.DOTALL)  # and doesn't close it
_PLACE_IN_LIST = re.compile(r"\A\s*\d{1,3}[.)]\s+")
_OF_GUIDES = r"(?:articles?|chapters?|documents?|guides?|pages?|sections?|topics?|tutorials?)"
_SIGNPOST = re.compile(  # a sentence on what guides say
    rf"\W*(?:(?:in )?th(?:is|ese)|(?:in )?the (?:following|next)) {_OF_GUIDES},? (?:(?:we|you)(?: will|['’]ll)? )?"
    r"(?:describes?|discuss(?:es)?|explains?|goes through|learn|outlines?|shows?|walks?)\b"
    r"|\W*(?:for (?:more |further )?(?:details|information)[^,.]{0,60},? )?(?:please )?(?:see|read|refer to) (?:also )?"
    r"the [^.;]{1,80} (?:chapter|section)s?\W*\Z",
    re.IGNORECASE,
)
_STATES = re.compile(r"\bthat\b|:\s*\w|\d|\b(?:must|never|not|no|always|only)\b|n['’]t\b", re.IGNORECASE)
_LINK_INSIDE = re.compile(  # one link into the guides
    r"\s*(?:[-*+•]|\d{1,3}[.)])?\s*(?:\w+ \d{1,3}[:.)] ?)?"
    r"\[[^\]\n]+\]\((?:#|[^\s():]+\.(?:html?|mdx?|rst)\b)[^\s)]*\)\W*\Z",
    re.IGNORECASE,
)
_ASKS_PLACE = re.compile(r"\b(?:where|links?|forms?|find)\b", re.IGNORECASE)
_TO_PAGE = (".....", ". . .")  # the dots of a table of contents
_CODE_FIRST = re.compile(  # but for a range
    r"[^\w]*(?:\d{1,3}[.)]\s+[^\w]*)?([A-ZÀ-Þ]{1,6}-?\d{1,4})\b(?!\s*(?:[-–—/,]|to|and|or)\s*[A-Z]{0,6}-?\d)"
)


@dataclass(frozen=True)
class Closely:
    """The sentences of a passage, and how well each answers the question by itself."""

    pieces: tuple[Piece, ...]
    scores: tuple[float, ...]
    best: float  # the highest, as it compares with that of other passages
    alone: float  # the highest score, without what only tells sentences of one passage apart
    is_aside: bool = False  # whether all of it is on a sibling of what is asked for
    is_even: bool = False  # whether the best is a row, and nothing that is asked tells it from another of its table

    @property
    def answering(self) -> Piece | None:
        """The sentence that answers best; None where none says anything."""
        return max(zip(self.scores, self.pieces, strict=True), key=lambda each: each[0])[1] if self.pieces else None


class TokenByToken(NamedTuple):
    """How like each token of a question (a row) each token of a passage is, and where these start in its text."""

    alike: NDArray[np.float64]
    starts: NDArray[np.intp]


def read_closely(
    passage: Passage,
    alike: Mapping[int, Vectors],
    without_names: Mapping[int, Vectors],
    rarity: Mapping[str, float],
    apart: Set[Piece],
    own_rows: Set[Piece],
    tabled: Set[Piece],
    tokens: TokenByToken | None,
    question: str,
) -> Closely:
    """The sentences of a passage, each with what it scores: the cosine of its unit, its share of the question's words,
    how like the question it is token by token, and whether it has the figure or the code that is asked for; with a
    little of what the sentence before it scores (or its own score again, where there is none and in tables).

    In the guide of a product the cosine is that without the product's name, which stands where the least is said.
    A question in it, as in a list of questions and answers, or a line in bold is most like what is asked and answers
    nothing: its words count for the sentences behind it. What only tells where something stands is left out.

    Args:
        alike: by chunk id, the cosine of each of its units.
        without_names: the same of the question without its names; empty where these tell sentences apart.
        apart: sentences on a sibling of what is asked for; they don't answer as long as there are others.
        own_rows: of tables on several products, those on the one asked for.
        tabled: rows and lines that are called what is asked of a product.
        tokens: None where they are not known, which is so for all sentences of a passage.
    """
    every, cosines = pieces(passage.text), alike.get(passage.chunk_id, ())
    spans, texts = runs(every), [passage.text[piece.start : piece.end] for piece in every]
    around = zip(every, texts, [*texts[1:], ""], ["", *texts[:-1]], strict=True)
    leading = {piece for piece, text, after, before in around if _leads(text, after, before)}
    apart = apart | _on_other_codes(question, passage.headings, every, texts)
    pointing = {piece for piece, text in zip(every, texts, strict=True) if _points(text, question)}
    for piece, text, after in zip(every, texts, every[1:], strict=False):
        if text.rstrip(" *_").endswith(":") and (after.kind is Kind.HEADING or after in pointing):
            pointing.add(piece)
    saying = {piece for piece, text in zip(every, texts, strict=True) if _says_something(piece, text)}
    has_answers = not saying <= apart | leading | pointing
    is_all_apart = saying <= apart
    unnamed = without_names.get(passage.chunk_id, cosines)
    counted = counted_in(question)
    asks_closing = bool(_CLOSES.search(question)) and not _CLOSED.search(question)  # for a time, not what is closed
    amounts, figures, days = answers_in(question), figures_in(question), days_in(question)
    steps, off_step = _steps(question, figures, days, passage.headings, every, texts)
    by_keys = told_by_keys(keys_in(question, [*figures, *days]), "".join(passage.headings[-1:]), every, texts)
    off_step = off_step | _at_other_places(question, every, texts) | by_keys.off | _labelled(figures, every, texts)
    codes = codes_asked(question).keys() - codes_in("\n".join((passage.title, *passage.headings))).keys()
    own, scores, asked, begun, best = [], [], "", "", 0.0
    limited = set[Piece]()
    head: list[str] = []
    for piece, text in zip(every, texts, strict=True):
        if piece.kind not in {Kind.ROW, Kind.RULE}:
            head = cells_of(text) if piece.kind is Kind.HEAD else []
        if piece.kind is Kind.HEADING or piece in leading:
            asked = f"{begun}{text}" if piece in leading else ""
        begun = f"{text} " if piece in leading else ""
        cells = cells_of(text) if piece.kind is Kind.ROW else []
        if piece in off_step or (piece in apart and not is_all_apart) or _says_otherwise(question, days, head, cells):
            continue
        if piece not in saying or piece in pointing or (has_answers and piece in leading):
            continue
        own.append(piece)
        shared = covered(rarity, set(stems(f"{asked}\n{_CLOSED.sub('', text) if cells and asks_closing else text}")))
        score, comparable = shared, shared
        if len(cosines):
            unit = next(n for n, (_, end) in enumerate(spans) if piece.start < end)
            score, comparable = (float(each[unit]) + WORDS_WEIGHT * shared for each in (unnamed, cosines))
        said = with_units(cells, head) if head and cells else _PLACE_IN_LIST.sub("", text)
        has_amount = any(each.search(said) for each in amounts)
        has_code = not codes.isdisjoint(codes_in(f"{asked}\n{text}"))
        is_on_code = bool(cells) and not codes.isdisjoint(codes_in(cells[0]))
        besides = AMOUNT_WEIGHT * has_amount + CODE_WEIGHT * (has_code + is_on_code)
        besides += CROSSED_WEIGHT * (piece in by_keys.crossed)
        besides += COUNTED_WEIGHT * (counted is not None and counted.search(said) is not None)
        limits = steps.get(piece, STEP_WEIGHT if piece.kind is Kind.ROW else LIMITS_WEIGHT)
        within = limits * are_within(figures, said) + LIMITS_WEIGHT * are_within(days, said)
        besides += within
        limited |= {piece} if within else set()
        scores.append(score + TOKENS_WEIGHT * _by_tokens(tokens, piece) + besides)
        best = max(best, comparable)
    told = [
        score
        + BEFORE_WEIGHT * (score if piece.kind is Kind.ROW else before)
        + max(ROW_WEIGHT * (piece in own_rows), TABLED_WEIGHT * (piece in tabled))
        for piece, score, before in zip(own, scores, [*scores[:1], *scores], strict=False)
    ]
    for n, (limit, rest) in enumerate(pairwise(own) if figures or days else (), 1):
        before, behind = (passage.text[each.start : each.end] for each in (limit, rest))
        if rest.kind is Kind.SENTENCE and says_of_the_rest([*figures, *days], before, behind):
            told[n - 1 : n + 1] = sorted(told[n - 1 : n + 1])  # it answers in place of the limit
    by_piece = {} if is_all_apart else dict(zip(own, told, strict=True))
    is_even = _is_even(question, by_piece, limited, every, texts)
    return Closely(tuple(own), tuple(told), best, max(scores, default=0.0), is_all_apart, is_even)


def _is_even(
    question: str,
    scores: Mapping[Piece, float],
    limited: Set[Piece],
    every: Sequence[Piece],
    texts: Sequence[str],
) -> bool:
    """Whether the best is a row beside another that scores nearly as much and has all words of the question that it
    has, in a table none of whose rows is left out for an amount, a key or a product that is asked for. "4 flats" tells
    a row from others that has "2 to 5".

    Args:
        limited: what has limits that an amount or a day in the question lies within.
    """
    best = max(scores, key=lambda piece: scores[piece], default=None)
    if best is None or best.kind is not Kind.ROW or best in limited:
        return False
    runs_of_kind = (dict(run) for _, run in groupby(zip(every, texts, strict=True), key=lambda each: each[0].kind))
    table = next(run for run in runs_of_kind if best in run)
    numbers, ranges = map(int, _NUMBERS.findall(question)), _RANGES.findall(table[best])
    if any(int(low) <= number <= int(high) for number in numbers for low, high in ranges):
        return False
    asked = set(stems(question))
    said = {piece: asked & set(stems(text)) for piece, text in table.items()}
    return scores.keys() >= said.keys() and any(
        scores[each] >= scores[best] - EVEN and said[best] <= said[each] for each in said if each is not best
    )


def _says_otherwise(question: str, days: Sequence[Figure], head: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row is closed on the day for which a question asks what is open, or the other way round; but for one
    that the question names.
    """
    asks_open, asks_closed = _OPEN.search(question) is not None, _CLOSED.search(question) is not None
    if not days or not cells or asks_open == asks_closed:
        return False
    on_day = [cell for name, cell in zip(head, cells, strict=False) if cell and are_within(days, name)]
    closed = [_CLOSED_CELL.fullmatch(cell) is not None for cell in on_day]
    is_otherwise = bool(closed) and (all(closed) if asks_open else not any(closed))
    return is_otherwise and set(stems(cells[0])).isdisjoint(stems(question))


def _at_other_places(question: str, every: Sequence[Piece], texts: Sequence[str]) -> set[Piece]:
    """The rows with another number than is asked for in the column of what is numbered ("the 2nd rent instalment", in
    "Instalment"), where one has that.
    """
    if not (asked := place_in(question)):
        return set()
    place, behind = asked[0], set(stems(asked[1]))
    column: int | None = None
    rows: dict[Piece, bool] = {}
    for piece, text in zip(every, texts, strict=True):
        cells = cells_of(text) if piece.kind in {Kind.HEAD, Kind.ROW} else []
        if piece.kind is Kind.HEAD:
            column = next((at for at, cell in enumerate(cells) if cell and behind.issuperset(stems(cell))), None)
        elif cells and column is not None and column < len(cells):
            is_other = is_at_another(cells[column], place)
            rows |= {} if is_other is None else {piece: is_other}
    return set() if all(rows.values()) else {piece for piece, is_other in rows.items() if is_other}


def _labelled(figures: Sequence[Figure], every: Sequence[Piece], texts: Sequence[str]) -> set[Piece]:
    """The sentences whose label has limits that exclude the amount of a question: "Parcels under 2 kg: £4" for
    one of 8 kg.
    """
    labels = [text.partition(":")[0] if figures and ":" in text else "" for text in texts]
    return {
        piece
        for piece, label in zip(every, labels, strict=True)
        if piece.kind is Kind.SENTENCE and 0 < len(label.split()) <= LONGEST_LABEL and limits_of(figures, label) == []
    }


class _Scale(NamedTuple):
    """The rows of a table or the items of a list, with what limits each: of a row its first cell and its days."""

    heading: str
    kind: Kind
    members: list[tuple[Piece, str, str]]  # piece, limits, text


def _steps(
    question: str,
    figures: Sequence[Figure],
    days: Sequence[Figure],
    headings: Sequence[str],
    every: Sequence[Piece],
    texts: Sequence[str],
) -> tuple[dict[Piece, float], set[Piece]]:
    """The rows and list items whose limits include an amount of the question, where those of others in the same table
    or list exclude it, with what that weighs; and these others. The limits of a row may be days or months too.

    One that demands something, or has a word of the question that the other hasn't, is not left out; and of two such
    tables or lists, it weighs less in the one whose heading has fewer of the question's words.
    """
    asked = set(stems(question)) - OF_ANY_AGE
    found: list[tuple[int, set[Piece]]] = []
    off: set[Piece] = set()
    for scale in _scales(headings, every, texts) if figures or days else ():
        is_table = scale.kind is Kind.ROW
        limits = [limited for _, limited, _ in scale.members]
        words = [asked.intersection(stems(text)) for _, _, text in scale.members]
        on: set[Piece] = set()
        for n, others in off_the_step([*figures, *days] if is_table else figures, limits).items():
            demands = not is_table and _DEMANDS.search(limits[n])
            if not demands and any(words[n] <= words[other] for other in others):
                on.update(scale.members[other][0] for other in others)
                off.add(scale.members[n][0])
        found.append((len(asked.intersection(stems(scale.heading))), on))
    most = max((shared for shared, on in found if on), default=0)
    return {piece: STEP_WEIGHT if shared == most else LIMITS_WEIGHT for shared, on in found for piece in on}, off


def _scales(headings: Sequence[str], every: Sequence[Piece], texts: Sequence[str]) -> list[_Scale]:
    scales: list[_Scale] = []
    heading, head = "".join(headings[-1:]), [""]
    whole = "\n".join(texts)
    order = is_month_first(*orders_in(whole)[:2]) if "/" in whole else None
    before: Kind | None = None
    for piece, text in zip(every, texts, strict=True):
        if piece.kind is Kind.HEADING:
            heading, before = text, None
        elif piece.kind is Kind.HEAD:
            head, before = cells_of(text)[:1], None
        elif piece.kind in {Kind.ROW, Kind.ITEM}:
            if piece.kind is not before:
                scales.append(_Scale(heading, piece.kind, []))
            cells = cells_of(text) if piece.kind is Kind.ROW else []
            limited = with_units(cells[:1], head) if cells else _PLACE_IN_LIST.sub("", text)
            days = (with_days_first(cell, is_month_first=order) for cell in cells[1:] if is_day(cell))
            limited = "; ".join([limited, *days])
            scales[-1].members.append((piece, limited, text))
            before = piece.kind
    return scales


def _on_other_codes(question: str, headings: Sequence[str], every: Sequence[Piece], texts: Sequence[str]) -> set[Piece]:
    """What begins with another code of the series than the one that is asked for: R55 for R12.

    Only where something begins with that; below a heading with it, all is on it, and so may be a range.
    """
    asked = codes_asked(question)
    begins = [(_CODE_FIRST.match(text) if asked else None) for text in texts]
    codes = [codes_in(match[1]) if match else {} for match in begins]
    if not any(asked.keys() & own.keys() for own in codes):
        return set()
    series, is_below = set(asked.values()), bool(asked.keys() & codes_in("\n".join(headings)).keys())
    apart: set[Piece] = set()
    for piece, text, own in zip(every, texts, codes, strict=True):
        if piece.kind is Kind.HEADING:
            is_below = bool(asked.keys() & codes_in(text).keys())
        elif not is_below and not asked.keys() & own.keys() and series & set(own.values()):
            apart.add(piece)
    return apart


def _by_tokens(tokens: TokenByToken | None, piece: Piece) -> float:
    """How like a question a sentence is, token by token: what is apart in it, though its unit is the same."""
    if tokens is None:
        return 0.0
    first, end = np.searchsorted(tokens.starts, (piece.start, piece.end))
    return float(likeness(tokens.alike[:, first:end].max(axis=1, keepdims=True))[0]) if first < end else 0.0


def _leads(text: str, after: str, before: str) -> bool:
    """Whether it says what the next sentence is on: a question, also with its case before it in the same bold ("**My
    card is lost. Who helps?**"), or a line in bold that has no figure itself and answers nothing before it.
    """
    if _asks(text) or (_OPENS_BOLD.match(text) and after.endswith("**") and "**" not in after[:-2] and _asks(after)):
        return True
    is_bold = BOLD.fullmatch(text) and not has_any(CODE.sub("", text))
    return bool(is_bold and after and not BOLD.fullmatch(after) and not before.rstrip(" *_").endswith(("?", ":")))


def _asks(text: str) -> bool:
    return text.rstrip(' *_"”’)').endswith("?")


def _says_something(piece: Piece, text: str) -> bool:
    """Whether a piece may answer: names of what follows, lines across the page and pictures by themselves don't."""
    is_name = piece.kind in {Kind.RULE, Kind.HEAD, Kind.HEADING}
    return not is_name and len(text) > 2 and not _PICTURE.fullmatch(text)


def _points(text: str, question: str) -> bool:
    """Whether it only tells where in the guides something stands, as a table of contents does, where that isn't asked.

    >>> [_points(text, "") for text in ("This guide outlines steps.", "This page shows that cash is never paid.")]
    [True, False]
    >>> [_points("- [Order form](form.md)", question) for question in ("order a cap", "where is the order form")]
    [True, False]
    """
    if text.rstrip("0123456789 ").endswith(_TO_PAGE):
        return True
    signs = _SIGNPOST.match(text)
    if signs and not _STATES.search(text, signs.end()):
        return True
    return _LINK_INSIDE.match(text) is not None and not _ASKS_PLACE.search(question)

"""Tables whose rows have keys: which rows a question names, and what it asks that no place of them says."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from knowledge.amounts import Figure, Limits, days_in, figures_in, limits_of, typed_in, with_units
from knowledge.lexical import asking, stems
from knowledge.names import UNITS
from knowledge.rows import filled_down
from knowledge.sentences import Kind, Piece, cells_of

MOST_KEYS = 3  # columns that tell rows apart
LONGEST_KEY = 6  # words; what is longer tells something
MOST_OF_NAME = 0.5  # of the words that no other column's name has, so that this one is meant
LEAST_AMOUNTS = 2  # among columns or rows, that make a scale of them
KEPT = 10_000  # cells

OF_ANY_AGE = frozenset(stems("child kid infant baby toddler teenager junior adult senior"))  # told by their limits
_OF_LIMITS = OF_ANY_AGE.union(stems(" ".join(UNITS)))

_BESIDE = re.compile(
    r"\([^()]*\)|[¹²³*†]|(?<!\d)\d+ ?(?:[–-] ?\d+\b|\+)"
)  # "Teen 13-17", "Over 65+", "Single (1 pair)"
_INSIDE = re.compile(r"\(([^()]*)\)")
_BLANK = re.compile(r"[\s–—-]*|n/?a", re.IGNORECASE)
_OF_MANY = re.compile(r"\b(?:all|any|both|each|every|other|others|rest|further|additional|extra)\b", re.IGNORECASE)
_IN_WORDS = re.compile(r"\W*(?:yes|no|incl(?:uded|\.)?|x|[✓✔✗✘●])\W*", re.IGNORECASE)  # a dash beside it says "no"


class Keys(NamedTuple):
    """What may name rows and columns in a question."""

    words: frozenset[str]  # stems
    figures: Sequence[Figure]  # amounts, days and months
    typed: str


class Grid(NamedTuple):
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Rows(NamedTuple):
    """The rows that the keys in a question tell from others."""

    off: Set[Piece]
    crossed: Set[Piece]  # with keys and a column that it names


class _Read(NamedTuple):
    """A table beside a question."""

    width: int  # columns that tell the rows apart
    slots: Sequence[Sequence[str]]  # the keys of all rows, by column; or by their place in one cell
    scales: Sequence[Collection[str]]  # of each, its values with the unit that the name of the column has
    named: Sequence[Set[str]]  # of each, those that the question names
    others: Sequence[bool]  # for each row, whether one of its keys is another than the question names
    columns: Sequence[int]  # that it names
    says: Sequence[bool]  # for each row, whether it says something in one of these
    shared: Sequence[int]  # of each, how many of its keys are named


def keys_in(question: str, figures: Sequence[Figure] | None = None) -> Keys:
    figures = [*figures_in(question), *days_in(question)] if figures is None else figures
    return Keys(frozenset(stems(question)), figures, question)


def told_by_keys(asked: Keys, above: str, every: Sequence[Piece], texts: Sequence[str]) -> Rows:
    """The rows that the keys in a question tell from others: "Peak" from "Main", and what holds until 14 March from
    what holds on the 20th. Off are those on other keys, where a row is on all that are named, of the rest those with a
    blank or a dash in the column, where one has something there, and those below "Plus pass" where a "Basic pass" is
    named and has a table, too. Where no table has a key that is named, rows with most of its words count as on it.
    """
    off, crossed = set[Piece](), set[Piece]()
    grids = list(_grids(above, every, texts))
    headings = {heading: _words(heading.lstrip("# ")) for heading, *_ in grids}
    named = [words for words in headings.values() if words and words <= asked.words]
    reads = [_read(asked, grid) for _, grid, _ in grids]
    names_keys = any(any(read.named) for read in reads)
    for (heading, grid, pieces), read in zip(grids, reads, strict=True):
        if headings[heading] not in named and any(words & headings[heading] for words in named):
            off.update(pieces)
            continue
        own = {
            piece: shared for piece, shared, other in zip(pieces, read.shared, read.others, strict=True) if not other
        }
        if read.columns and not names_keys and len(grid.head) > read.width + 1:  # one column alone tells nothing
            own = dict(zip(pieces, _shared_in_part(asked, grid), strict=True))
        most = max(own.values(), default=0)
        saying = {piece for piece, says in zip(pieces, read.says, strict=True) if says and own.get(piece) == most > 0}
        if own:
            off.update(set(pieces).difference(own))
        if saying:
            off.update(piece for piece, shared in own.items() if shared == most and piece not in saying)
            crossed |= saying
    return Rows(off, crossed)


def nothing_for(asked: Keys, grid: Grid, cells: Sequence[str]) -> Sequence[str]:
    """What a question names and a table has nothing for, where one of its rows is taken for the answer: no row has all
    keys, those that have them have a blank or a dash in the column, or the amount is none of a scale of them ("1 day |
    3 days" for two). Where no key is named, those have it that have as many of its words. Beside "yes" or "included",
    in the row or the column, a dash says "no".

    >>> table = Grid(["Room", "Low", "Peak"], [["Twin", "£80", "£95"], ["Bunk", "£30", "–"]])
    >>> [nothing_for(keys_in(asked), table, table.rows[1]) for asked in ("bunk in peak season", "bunk, low season")]
    [('Bunk', 'Peak'), ()]
    """
    if cells not in grid.rows:
        return ()
    at, read = grid.rows.index(cells), _read(asked, grid)
    if read.others[at]:
        return _never_together(read) if all(read.others) else ()
    own: Sequence[str] = [values[at] for values, keys in zip(read.slots, read.named, strict=True) if values[at] in keys]
    missed = _beside_scale(asked, grid.head[read.width :], read.scales, own)
    if not read.columns or len(missed) == 1:
        return missed
    alike = [n for n, shared in enumerate(read.shared) if shared == read.shared[at] and not read.others[n]]
    if not own:
        shared = _shared_in_part(asked, grid)
        alike, own = [n for n, count in enumerate(shared) if count >= shared[at] > 0], cells[:1]
    is_said = not alike or any(read.says[n] for n in alike)
    columns = ([row[at] for row in grid.rows if at < len(row)] for at in read.columns)
    is_said_by_dash = any(map(_are_in_words, (cells[read.width :], *columns)))
    return () if is_said or is_said_by_dash else (*own, grid.head[read.columns[0]])


def _shared_in_part(asked: Keys, grid: Grid) -> list[int]:
    """For each row, how many words of its first cell a question has, besides those of columns: of "Screen repair, same
    day" two in "screen repair".
    """
    words = asked.words.difference(stems(" ".join(grid.head)))
    return [len(words & _words(row[0])) for row in grid.rows]


def _are_in_words(cells: Sequence[str]) -> bool:
    """Whether cells say "yes" and the like, where they say anything."""
    said = [cell for cell in cells if not _BLANK.fullmatch(cell)]
    return bool(said) and all(map(_IN_WORDS.fullmatch, said))


def agreeing(asked: Keys, grid: Grid, cells: Sequence[str]) -> list[Sequence[str]]:
    """The rows on all keys that a question names, where one is taken for the answer that is not."""
    others = _read(asked, grid).others if cells in grid.rows else []
    is_other = bool(others) and others[grid.rows.index(cells)]
    return [row for row, other in zip(grid.rows, others, strict=True) if not other] if is_other else []


def below_head(text: str, head: str, at: int = 0) -> Grid:
    """All rows of the section around a place that stand below the same head: a long sheet is kept as several tables."""
    end = text.find("\n#", at)
    section = text[text.rfind("\n#", 0, at) + 1 : end if end >= 0 else len(text)]
    rows: list[list[str]] = []
    is_below, before = False, ""
    for line in section.splitlines():
        if not line.lstrip().startswith("|"):
            is_below = False
        elif not line.strip(" |:-"):
            is_below = before.strip() == head.strip()
        elif is_below:
            rows.append(cells_of(line))
        before = line
    return Grid(cells_of(head), rows)


def _grids(heading: str, every: Sequence[Piece], texts: Sequence[str]) -> Iterator[tuple[str, Grid, list[Piece]]]:
    """The tables of a passage, each with the heading above it and the places of its rows."""
    head: list[str] = []
    rows: list[list[str]] = []
    own: list[Piece] = []
    for piece, text in zip(every, texts, strict=True):
        if piece.kind is Kind.ROW:
            rows.append(cells_of(text))
            own.append(piece)
        elif piece.kind is not Kind.RULE:
            if len(rows) > 1:
                yield heading, Grid(head, rows), own
            head, rows, own = cells_of(text) if piece.kind is Kind.HEAD else [], [], []
            heading = text if piece.kind is Kind.HEADING else heading
    if len(rows) > 1:
        yield heading, Grid(head, rows), own


def _read(asked: Keys, grid: Grid) -> _Read:
    rows, width, slots = _keyed(tuple(map(tuple, grid.rows)))
    units = [grid.head[at : at + 1] for at in (range(width) if width == len(slots) else [0] * len(slots))]
    scales = [{each: with_units([each], unit) for each in values} for values, unit in zip(slots, units, strict=True)]
    limits = [_limits(asked, values) for values in scales]
    named = [_named(asked, each) or _groups(asked, values) for each, values in zip(limits, slots, strict=True)]
    told = {word for own in named for value in own for word in _words(value)}
    columns = _columns(asked, grid.head, width, told)
    others = _others(slots, limits, named, asked.words.difference(told, *(stems(grid.head[at]) for at in columns)))
    says = [any(at < len(row) and not _BLANK.fullmatch(row[at]) for at in columns) for row in rows]
    shared = [sum(value in own for value, own in zip(keys, named, strict=True)) for keys in zip(*slots, strict=True)]
    return _Read(width, slots, [each.values() for each in scales], named, others, columns, says, shared)


@lru_cache(KEPT // 10)
def _keyed(rows: tuple[tuple[str, ...], ...]) -> tuple[Sequence[Sequence[str]], int, Sequence[Sequence[str]]]:
    """The rows with what is written once for several, how many columns tell them apart, and their keys."""
    filled = filled_down(rows)
    width = _width(filled)
    return filled, width, _slots(filled, width)


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns tell the rows apart; one where a few don't."""
    widths = range(1, MOST_KEYS + 1)
    return next((width for width in widths if len({tuple(row[:width]) for row in rows}) == len(rows)), 1)


def _slots(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The keys of all rows, by column; or by their place in one cell, where they come again: "Plus, adult"."""
    slots = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    parts = [value.split(", ", 1) for value in slots[0]] if width == 1 else []
    both = [each for each in parts if len(each) > 1]
    if both and all(len({each[at] for each in both}) < len(both) for at in (0, 1)):
        return [[each[0] for each in parts], [each[1] if len(each) > 1 else "" for each in parts]]
    return slots


def _limits(asked: Keys, values: Mapping[str, str]) -> dict[str, Sequence[Limits] | None]:
    """The values of a key, each with its limits that hold an amount or a day of the question."""
    return {each: limits_of(asked.figures, limiting) if asked.figures else None for each, limiting in values.items()}


def _named(asked: Keys, limits: Mapping[str, Sequence[Limits] | None]) -> Set[str]:
    """The values of a key that a question names, of "Plus" and "Extra Plus" the longer; or whose limits hold an amount
    or a day of it.
    """
    words = {value: _words(value) for value in limits}
    said = {
        value: own
        for value, own in words.items()
        if own and (limits[value] != [] or own - _OF_LIMITS)
        if own <= asked.words or not asked.words.isdisjoint(_joined(value))
    }
    typed = {value for value, own in limits.items() if own is not None and value and _stands_in(value, asked.typed)}
    if typed:  # "over 20 kg", though "11 to 20 kg" holds 20, too
        return {value for value in typed if not any(value != other and _stands_in(value, other) for other in typed)}
    longest = {value for value, own in said.items() if not any(own < other for other in said.values())}
    return longest.union(value for value, own in limits.items() if own)


def _groups(asked: Keys, values: Sequence[str]) -> Set[str]:
    """The values of a key that come again, named by their first word, which no other value has: "Gold 5-yr." in "gold".

    >>> _groups(keys_in("the gold plan"), ["Gold 5-yr.", "Gold 5-yr.", "Silver 3-yr.", "Silver 3-yr."])
    {'Gold 5-yr.'}
    >>> _groups(keys_in("how do I sign up"), ["Up to 3 days", "Up to 3 days", "A week", "A week"])
    set()
    """
    words = {value: _words(value) for value, times in Counter(values).items() if times > 1}
    firsts = {value: set(stems(value.split()[0])) - asking() for value, own in words.items() if own}
    return {
        value
        for value, first in firsts.items()
        if first & asked.words and not any(first & own for other, own in words.items() if other != value)
    }


def _stands_in(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def _others(
    slots: Sequence[Sequence[str]],
    limits: Sequence[Mapping[str, Sequence[Limits] | None]],
    named: Sequence[Set[str]],
    besides: Set[str],
) -> list[bool]:
    """For each row, whether one of its keys is another than the question names, or has wider limits than that of a row
    on all; but for one with a word of the question besides ("Cancelled event" where "Refund" is named), and, where all
    are, for one with more words ("Skis with poles" for "skis").
    """
    others: list[bool] = []
    for is_strict in (True, False):
        others = [any(named) and not any(keys) for keys in zip(*slots, strict=True)]
        for values, own, within in zip(slots, named, limits, strict=True):
            has_limits, words = any(within.values()), [_words(value) for value in own]
            for n, value in enumerate(values) if own else ():
                if value in own or _OF_MANY.search(value) or _BLANK.fullmatch(value):
                    continue
                is_near = not is_strict and any(each and each <= _words(value) for each in words)
                is_near = is_near or (within[value] is None and not besides.isdisjoint(_words(value)))
                others[n] |= not is_near and not (has_limits and within[value] is None)
        if not all(others):
            break
    for values, within in zip(slots, limits, strict=True):
        on_all = [(n, limited) for n, value in enumerate(values) if (limited := within[value]) and not others[n]]
        for n, limited in on_all:
            others[n] = any(_are_narrower(each, limited) for _, each in on_all)
    return others


def _are_narrower(limits: Sequence[Limits], than: Sequence[Limits]) -> bool:
    pairs = [(one, other) for one in limits for other in than if one.kind == other.kind and one != other]
    return bool(pairs) and all(other.low <= one.low and one.high <= other.high for one, other in pairs)


@lru_cache(KEPT)
def _words(value: str) -> frozenset[str]:
    said = _BESIDE.sub(" ", value)
    return frozenset(stems(said)) if len(said.split()) <= LONGEST_KEY else frozenset()


@lru_cache(KEPT)
def _joined(value: str) -> frozenset[str]:
    """The stem of what is written with a hyphen, typed as one word: "ensuite"."""
    return frozenset(stems(value.replace("-", ""))) if re.fullmatch(r"[^\W\d]+-[^\W\d]+", value) else frozenset()


def _columns(asked: Keys, head: Sequence[str], width: int, told: Collection[str]) -> list[int]:
    """The columns that a question names: by an amount ("3 days"), or by most of the words that no other column has."""
    besides, shares = asked.words.difference(told), dict[int, float]()
    for at, (name, ways) in enumerate(zip(head, _ways(tuple(head)), strict=True)):
        limits = limits_of(asked.figures, name) if asked.figures else None
        share = max((len(way & besides) / len(way) for way in ways), default=0.0)
        shares[at] = 1.0 if limits else 0.0 if limits == [] else share
    most = max((share for at, share in shares.items() if at >= width), default=0.0)
    return [at for at, share in shares.items() if at >= width and share == most >= MOST_OF_NAME]


@lru_cache(KEPT // 10)
def _ways(head: tuple[str, ...]) -> list[list[frozenset[str]]]:
    """By column, the words that none of the others has in its name: of all of that, or of what stands in brackets."""
    own = [set(stems(name)) for name in head]
    ways: list[list[frozenset[str]]] = []
    for at, name in enumerate(head):
        others = set[str]().union(*(words for n, words in enumerate(own) if n != at))
        told = (set(stems(way)) - others for way in (_BESIDE.sub(" ", name), *_INSIDE.findall(name)))
        ways.append([frozenset({word for word in way if not word.isdecimal()} or way) for way in told if way])
    return ways


def _never_together(read: _Read) -> Sequence[str]:
    """The keys that no row has together; none where only one is named."""
    told = [(n, next(each for each in read.slots[n] if each in own)) for n, own in enumerate(read.named) if own]
    for (n, one), (m, other) in combinations(told, 2):
        if (one, other) not in zip(read.slots[n], read.slots[m], strict=True):
            return one, other
    return tuple(value for _, value in told) if len(told) > 2 else ()


def _beside_scale(
    asked: Keys, names: Sequence[str], slots: Sequence[Collection[str]], own: Sequence[str]
) -> Sequence[str]:
    """The amount in a question that is none of those which several columns or rows are called, where no amount of its
    kind is: two days beside "1 day" and "3 days". With what the row is called, where it is one of columns.
    """
    for typed, (kind, _) in typed_in(asked.typed):
        figures = [each for each in asked.figures if each.kind == kind]
        scales = [
            [each for name in scale if (each := limits_of(figures, name)) is not None] for scale in (names, *slots)
        ]
        every = [name for scale in (names, *slots) for name in scale]
        if any(map(any, scales)) or any(
            _OF_MANY.search(name) or set(stems(typed)) <= set(stems(name)) for name in every
        ):
            continue
        for n, scale in enumerate(scales):
            if len(scale) >= LEAST_AMOUNTS:
                return (typed,) if n else (*own, typed)
    return ()

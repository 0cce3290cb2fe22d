"""Which names a text lists side by side: in rows and columns, sections of one level, items of a list, and sentences."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import combinations
from typing import NamedTuple

MOST_WORDS = 4  # of a name
MOST_OF_FAMILY = 40  # names; longer lists of names that begin alike are of parts, or of the pieces of one thing
MOST_OF_KIND = 40  # names; a longer list is a register
ROWS, COLUMNS, SECTIONS, ITEMS = "rows", "columns", "sections", "items"

RUN = re.compile(r"[A-ZÀ-Þ][^\W_]*(?:[-'’][^\W_]+)*(?:[ \u00a0](?:[A-ZÀ-Þ][^\W_]*|\d+[^\W_]*(?:\.\d+)*))*")
CODE_CELL = r"#?[A-Z0-9./-]{0,15}\d[A-Z0-9./-]{0,15}[a-z]?"  # of a row whose name stands in the next cell
_HEAD = re.compile(  # a heading, the head of a table, or the first cell of a row that is no code
    r"^[ \t]*(?:#{1,6}[ \t]+(.+)|\|(.*)(?=\n[ \t]*\|[ \t:|-]+$)"
    rf"|\|(?:[ \t]*{CODE_CELL}[ \t]*\|)?([^|\n]*)\|.*)$",
    re.MULTILINE,
)
_SECTION = re.compile(r"^[ \t]*#{1,6}[ \t]", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*[-*+•][ \t]+(\*\*|__)(.+?)\1", re.MULTILINE)  # one that begins in bold
_BESIDE = re.compile(r"\([^()]*\)|[,–—].*")
_LAST = re.compile(r",? (?:and|or|&) ")  # stands before the last of a list

_Name = tuple[str, ...]


class Listing(NamedTuple):
    """The names that are all of a cell or a heading, but for what stands in brackets or behind a comma."""

    kind: str
    names: list[_Name]  # in small letters, one word each


def listings(text: str) -> Iterator[Listing]:
    """The first cells of the rows of each table, the cells of its head, the headings of one level side by side, and
    what the items of a section begin with in bold.

    >>> list(listings("| Park | Swift 7 |\\n|---|---|\\n| Corrow Sands | yes |"))
    [Listing(kind='columns', names=[('park',), ('swift', '7')]), Listing(kind='rows', names=[('corrow', 'sands')])]
    """
    rows: list[_Name] = []
    sections: dict[int, list[_Name]] = {}
    end = -1
    for found in _HEAD.finditer(text):
        heading, columns, first = found.groups()
        if heading is not None:
            level = found[0].count("#", 0, found.start(1) - found.start())
            for deeper in [each for each in sections if each > level]:
                yield Listing(SECTIONS, sections.pop(deeper))
            sections.setdefault(level, []).extend(_heads_in(heading))
        elif found.start() > end + 1:
            yield Listing(ROWS, rows)
            rows = []
        if columns is not None:
            yield Listing(COLUMNS, list(_heads_in(columns)))
        if first is not None:
            rows.extend(_heads_in(first))
        end = found.end()
    yield Listing(ROWS, rows)
    for names in sections.values():
        yield Listing(SECTIONS, names)
    if _ITEM.search(text):
        for section in _SECTION.split(text):
            yield Listing(ITEMS, [name for item in _ITEM.finditer(section) for name in _heads_in(item[2])])


def in_sentences(text: str) -> Iterator[Sequence[_Name]]:
    """The names that stand side by side in sentences.

    >>> list(in_sentences("It is sold in Ashby, Corrow Sands and Mere."))
    [[('ashby',), ('corrow', 'sands'), ('mere',)]]
    """
    row: list[str] = []
    end = 0
    for found in RUN.finditer(text):
        between = text[end : found.start()] if row else ""
        end = found.end()
        if _LAST.fullmatch(between):
            yield [tuple(name.casefold().split()) for name in (*row, found[0])]
            row = []
        else:
            row = [*row, found[0]] if between == ", " else [found[0]]


def in_parallel(listed: Iterable[Listing], said: Set[_Name]) -> Iterator[tuple[_Name, _Name]]:
    """Pairs of names that begin alike and head rows of one table, items of one list, or sections of one level beside
    one that is headed by what both begin with.

    Args:
        said: what stands in sentences; a section on "Heron Care" is one on the Heron unless these have such a thing.
    """
    for kind, names in listed:
        if kind in {ROWS, ITEMS}:
            yield from _pairs(names, with_base=False)
        elif kind == SECTIONS:
            yield from _pairs([name for name in names if len(name) == 1 or name in said], with_base=True)


def pairs_listed(lists: Iterable[Collection[_Name]], but: Set[str]) -> Iterator[tuple[_Name, _Name]]:
    """Pairs of names that begin otherwise, once for each list that has both; none with a letter for a name, or with one
    of the words in ``but``.
    """
    for names in lists:
        listed = {
            name
            for name in names
            if len("".join(name)) > 1 and but.isdisjoint({*name, *(word.removesuffix("s") for word in name)})
        }
        if len(listed) <= MOST_OF_KIND:
            yield from ((one, other) for one, other in combinations(sorted(listed), 2) if one[0] != other[0])


def _heads_in(cells: str) -> Iterator[_Name]:
    return filter(None, map(_head_in, cells.split("|")))


def _head_in(cell: str) -> _Name:
    head = _BESIDE.sub("", cell).strip(" *_#:")
    name = tuple(head.casefold().split())
    return name if len(name) <= MOST_WORDS and RUN.fullmatch(head) else ()


def _pairs(names: Sequence[_Name], *, with_base: bool) -> Iterator[tuple[_Name, _Name]]:
    """Pairs of some names that begin alike; with a base, of those that one of them is the beginning of."""
    families: defaultdict[str, set[_Name]] = defaultdict(set)
    for name in names:
        families[name[0]].add(name)
    for family in families.values():
        has_base = any(all(other[: len(name)] == name for other in family) for name in family)
        if 1 < len(family) <= MOST_OF_FAMILY and (has_base or not with_base):
            yield from combinations(sorted(family), 2)

"""Tables of a PDF that no lines are drawn for: words that stand below each other in columns.

Text in two columns, an address, boxes to sign in and a table of contents look much the same, and stay as they are. In
doubt it is no table: the columns have to be aligned, and what names them is asked for later, when pages are together.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from statistics import mean, median
from typing import NamedTuple

from knowledge.pdf_rules import Rule
from knowledge.pdf_tables import Line, Table, Word
from knowledge.rows import MOST_COLUMNS

_ROW_GAP, _WRAP_GAP = 2.5, 1.0  # of a line's height, at most: between two rows, between two lines of a cell
_LINES_OF_CELL, _LEADING = 6, 0.5  # at most, and the room between them in heights of a line
_LEAST_HEIGHT = 0.1  # points; text may have none at all
_BETWEEN = 0.3  # of a line's height, at least, between two columns
_ALIGNED = 0.3  # of a line's height, at most, between where two cells of a column begin, end or have their middle
_SAME_HEIGHT = 1.15
_MOST_SIDE_BY_SIDE = 60
_TRIES = 3  # rows from which a table may begin in what goes on below each other
_LONG_CELL, _FULL_CELL = 20, 0.8  # characters, and part of its column, of a line in a column of text
_LONGEST_FIGURE = 15
_NUMBER = re.compile(r"[\d.]+")  # in front of a heading
_MARK = re.compile(r"[^\w\s]|\(?(?:\d{1,3}|[a-z])[.)]")  # of an item
_NO_CELL = re.compile(r"[_.\s]+|.*(?:\.{4}|(?:\. ){4}).*")  # a line to sign on, or the dots of a table of contents


class _Row(NamedTuple):
    """What stands side by side."""

    lines: list[int]
    pieces: list[Word]  # words that go on in each other
    is_bold: bool

    @property
    def top(self) -> float:
        return max(piece.top for piece in self.pieces)

    @property
    def bottom(self) -> float:
        return min(piece.bottom for piece in self.pieces)

    @property
    def height(self) -> float:
        return max(self.pieces[0].height, _LEAST_HEIGHT)


class _Column(NamedTuple):
    left: float
    right: float


def aligned_tables(lines: Sequence[Line], free: Sequence[int], across: Sequence[Rule]) -> Iterator[Table]:
    """Tables in the lines `free`, which follow each other."""
    rows = _rows(lines, free)
    at = end = tries = free_from = 0
    while at < len(rows):
        run, columns = _run(rows, at) if _may_begin(rows[at]) else ([], [])
        if table := _table(run, columns, across):
            may_have = at > free_from and not table.has_head
            head = _names_above(lines, rows[at - 1], run[0], columns) if may_have else None
            with_head = head and _table([head, *run], columns, across)
            yield with_head if with_head and (with_head.has_head or with_head.is_drawn) else table
            at = free_from = at + len(run)
            continue
        if at >= end:  # not from each row of a long list again
            end, tries = at + len(run), 0
        tries += 1
        at = at + 1 if tries < _TRIES else max(end, at + 1)


def _rows(lines: Sequence[Line], free: Sequence[int]) -> list[_Row]:
    rows: list[_Row] = []
    for at in free:
        row = _Row([at], _pieces(lines[at].words), lines[at].is_bold)
        for before in reversed(rows[len(rows) - _beside(rows, row) :]):
            row = _Row(before.lines + row.lines, before.pieces + row.pieces, before.is_bold and row.is_bold)
            rows.pop()
        rows.append(row)
    return rows


def _beside(rows: Sequence[_Row], row: _Row) -> int:
    """How many of the last rows are lines of a cell that the next line stands beside."""
    found = 0
    for number, before in enumerate(reversed(rows[-_LINES_OF_CELL:]), 1):
        if _is_beside(before, row):
            found = number
        if number < len(rows) and rows[-number - 1].bottom - before.top > _LEADING * row.height:
            break
    return found


def _is_beside(row: _Row, other: _Row) -> bool:
    if len(row.pieces) + len(other.pieces) > _MOST_SIDE_BY_SIDE:
        return False
    beside = [(one, two) for one in row.pieces for two in other.pieces if one.is_beside(two)]
    return bool(beside) and all(one.right <= two.left or two.right <= one.left for one, two in beside)


def _pieces(words: Sequence[Word]) -> list[Word]:
    pieces = [[words[0]]]
    for before, word in pairwise(words):
        if before.goes_on_in(word):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [piece[0] if len(piece) == 1 else _whole(piece) for piece in pieces]


def _whole(words: Sequence[Word]) -> Word:
    return Word(
        " ".join(word.text for word in words),
        words[0].left,
        max(word.right for word in words),
        min(word.bottom for word in words),
        max(word.top for word in words),
    )


def _may_begin(row: _Row) -> bool:
    return 1 < len(row.pieces) <= MOST_COLUMNS and not (row.is_bold and _NUMBER.fullmatch(row.pieces[0].text))


def _run(rows: Sequence[_Row], start: int) -> tuple[list[_Row], list[_Column]]:
    """The rows from `start` on that keep to the same columns, and these; another row in bold names the next ones."""
    run: list[_Row] = []
    columns: list[_Column] = []
    for at in range(start, len(rows)):
        row = rows[at]
        is_head = row.is_bold and len(row.pieces) > 1 and bool(run) and not run[0].is_bold
        if len(row.pieces) > _MOST_SIDE_BY_SIDE or is_head or (run and not _follows(run[-1], row)):
            break
        widened = _widened(columns, row)
        if widened is None or (len(row.pieces) == 1 and not _wraps(run[-1], row, columns, widened)):
            break
        run.append(row)
        columns = widened
    return run, columns


def _follows(before: _Row, row: _Row) -> bool:
    gap = (before.bottom - row.top) / before.height
    sizes = sorted([before.height, row.height])
    return -_BETWEEN < gap < _ROW_GAP and sizes[1] < sizes[0] * _SAME_HEIGHT


def _widened(columns: Sequence[_Column], row: _Row) -> list[_Column] | None:
    """The columns with a row in them; None where a piece of it stands in two, or two side by side in one."""
    after = [*columns]
    placed: list[tuple[_Column, Word]] = []
    for piece in row.pieces:
        met = [each for each in after if each.left < piece.right and piece.left < each.right]
        if len(met) > 1 or any(met[:1] == [column] and piece.is_beside(other) for column, other in placed):
            return None
        column = _Column(piece.left, piece.right)
        if met:
            column = _Column(min(met[0].left, piece.left), max(met[0].right, piece.right))
            after.remove(met[0])
            placed = [(column if each == met[0] else each, other) for each, other in placed]
        after.append(column)
        placed.append((column, piece))
    after.sort()
    is_apart = all(right.left - left.right > _BETWEEN * row.height for left, right in pairwise(after))
    return after if is_apart and len(after) <= MOST_COLUMNS else None


def _names_above(lines: Sequence[Line], row: _Row, below: _Row, columns: Sequence[_Column]) -> _Row | None:
    """The row above as the names of the columns, where it is that: long names leave little room between them."""
    words = [word for at in row.lines for word in lines[at].words]
    near = _ALIGNED * below.height
    is_apart = {id(word): word.left - before.right > _BETWEEN * row.height for before, word in pairwise(words)}
    pieces = []
    for column, after in zip_longest(columns, columns[1:]):
        name = [w for w in words if column.left - near < w.left and not (after and w.left >= after.left - near)]
        if not name or name[0].left > column.left + near or not is_apart.get(id(name[0]), True):
            return None
        pieces.append(_whole(name))
    return _Row(row.lines, pieces, row.is_bold) if _follows(row, below) else None


def _wraps(before: _Row, row: _Row, columns: Sequence[_Column], widened: Sequence[_Column]) -> bool:
    """Whether a line by itself goes on with a cell, and does not begin a paragraph below the table."""
    piece = row.pieces[0]
    is_near = before.bottom - row.top < _WRAP_GAP * before.height
    is_first = piece.left < widened[0].right
    return is_near and len(columns) == len(widened) and (not is_first or piece.text[:1].islower())


def _table(run: Sequence[_Row], columns: Sequence[_Column], across: Sequence[Rule]) -> Table | None:
    if len(run) < 2 or len(columns) < 2:
        return None
    cells = [
        [[each for each in row.pieces if each.left < column.right and column.left < each.right] for column in columns]
        for row in run
    ]
    ruled = _ruled_off(run, columns, across)
    begins = _begin_at(run, cells, ruled)
    ends = [*begins[1:], len(run)]
    rows = [
        [" ".join(piece.text for line in cells[begin:end] for piece in line[column]) for column in range(len(columns))]
        for begin, end in zip(begins, ends, strict=True)
    ]
    filled = [cell for row in rows for cell in row if cell]
    is_full = len(filled) > 0.6 * len(rows) * len(columns) and all(sum(map(bool, row)) > 1 for row in rows)
    if not is_full or len(rows) < 2 or any(map(_NO_CELL.fullmatch, filled)) or _is_text(rows, cells, columns):
        return None
    body = begins[len(rows) > 2 :]  # names may stand in the middle above what they name
    if not all(_is_aligned([p for at in body for p in cells[at][column][:1]]) for column in range(len(columns))):
        return None
    is_bold = all(row.is_bold for row in run[: ends[0]]) and not run[ends[0]].is_bold
    return Table(
        lines=[at for row in run for at in row.lines],
        rows=rows,
        columns=[(column.left, column.right) for column in columns],
        is_drawn=len(ruled) > 1 and ruled.issuperset(begins[1:]),
        has_head=is_bold or ruled == {ends[0]},
    )


def _ruled_off(run: Sequence[_Row], columns: Sequence[_Column], across: Sequence[Rule]) -> set[int]:
    """The rows that a line is drawn above of, from the first column to the last."""
    left, right = columns[0].right, columns[-1].left
    heights = [rule.at for rule in across if rule.start < left and rule.end > right]
    middles = [(row.top + row.bottom) / 2 for row in run]
    return {
        at
        for at, (above, below) in enumerate(pairwise(middles), 1)
        if any(below < height < above for height in heights)
    }


_Cells = Sequence[Sequence[Sequence[Word]]]  # by row and column


def _begin_at(run: Sequence[_Row], cells: _Cells, ruled: set[int]) -> list[int]:
    """Where rows begin: a line that has not all cells, and not the first above all, may go on with the one before."""
    begins = [0, *sorted(ruled)]
    ends = [*begins[1:], len(run)]
    if len(ruled) > 1 and all(
        not line[0] or line[0][0].text[:1].islower()
        for begin, end in zip(begins, ends, strict=True)
        for line in cells[begin + 1 : end]
    ):
        return begins
    begins = [0]
    for at in range(1, len(run)):
        first, *others = cells[at]
        is_near = run[at - 1].bottom - run[at].top < _WRAP_GAP * run[at].height
        if first:
            goes_on = first[0].text[:1].islower() and not all(others)
        else:
            goes_on = len(others) == 1 or not all(others) or (len(begins) == 1 and run[at].is_bold and run[0].is_bold)
        if at in ruled or not (is_near and goes_on):
            begins.append(at)
    return begins


def _is_text(rows: Sequence[Sequence[str]], cells: _Cells, columns: Sequence[_Column]) -> bool:
    """Whether it is a list, or text printed in columns: it goes on in the next line, or fills them."""
    if all(_MARK.fullmatch(row[0]) for row in rows[1:]):
        return True
    goes_on = sum(row[0][:1].islower() for row in rows)
    full = 0
    for at, column in enumerate(columns):
        pieces = [piece for line in cells for piece in line[at]]
        width = median(piece.right - piece.left for piece in pieces) / (column.right - column.left)
        full += width > _FULL_CELL and mean(len(piece.text) for piece in pieces) > _LONG_CELL
    return goes_on * 3 > len(rows) or full > 1


def _is_aligned(cells: Sequence[Word]) -> bool:
    """Whether most cells begin, end or have their middle at one place; short figures may stand as they like."""
    if not cells or all(len(cell.text) <= _LONGEST_FIGURE and re.search(r"\d", cell.text) for cell in cells):
        return True
    near = _ALIGNED * cells[0].height
    for places in ([c.left for c in cells], [c.right for c in cells], [(c.left + c.right) / 2 for c in cells]):
        usual = median(places)
        if sum(abs(place - usual) <= near for place in places) >= 0.8 * len(cells):
            return True
    return False

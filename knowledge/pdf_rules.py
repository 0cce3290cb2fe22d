"""The lines that are drawn on a page of a PDF, and the tables that stand in them.

Files draw a table's lines as strokes, as thin boxes or as the edges of cells, and most draw each cell for itself.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from ctypes import c_float, c_int
from itertools import pairwise
from typing import Any, NamedTuple

from knowledge.pdf_tables import Line, Table, Word
from knowledge.rows import MOST_COLUMNS

_SAME = 2.0  # points between places that are meant to be one
_TOUCH = 3.0  # points between lines that are meant to meet
_THIN = 3.0  # points up to which a drawn box is a line
_MOST_OBJECTS, _MOST_SEGMENTS, _MOST_RULES = 20_000, 200, 400  # of a page; more than that is a drawing
_LONGEST_CELL = 800

_Point = tuple[float, float]


class Rule(NamedTuple):
    """A line that is drawn."""

    at: float  # its height if it goes across, else its distance from the left
    start: float
    end: float


class Rules(NamedTuple):
    across: Sequence[Rule] = ()
    down: Sequence[Rule] = ()


class _Placed(NamedTuple):
    word: Word
    line: int
    row: int
    column: int


class _Grid:
    """Rules that meet each other."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.lefts = _places(rules.down)  # where its columns begin, and the last ends
        self._heights = _places(rules.across)
        self.columns = len(self.lefts) - 1
        self.rows = len(self._heights) - 1

    def place(self, word: Word) -> tuple[int, int]:
        """The row and the column that a word is in; -1 where it is in none."""
        column = bisect(self.lefts, (word.left + word.right) / 2) - 1
        row = self.rows - bisect(self._heights, (word.bottom + word.top) / 2)
        return (row if row < self.rows else -1), (column if column < self.columns else -1)

    def has_down(self, row: int, column: int) -> bool:
        """Whether a rule is drawn on the left of a cell."""
        middle = (self._heights[self.rows - row] + self._heights[self.rows - row - 1]) / 2
        return _is_drawn(self._rules.down, self.lefts[column], middle)

    def has_across(self, row: int, column: int) -> bool:
        """Whether a rule is drawn above a cell."""
        middle = (self.lefts[column] + self.lefts[column + 1]) / 2
        return _is_drawn(self._rules.across, self._heights[self.rows - row], middle)


def rules_of(page: Any) -> Rules:
    """The lines that are drawn on a page, and the edges of boxes; none where there are so many that it is a drawing."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page)
    if count > _MOST_OBJECTS:
        return Rules()
    across: list[Rule] = []
    down: list[Rule] = []
    for number in range(count):
        thing = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH:
            continue
        for (x, y), (to_x, to_y) in _strokes(thing):
            if abs(x - to_x) <= _THIN < abs(y - to_y):
                down.append(Rule((x + to_x) / 2, min(y, to_y), max(y, to_y)))
            elif abs(y - to_y) <= _THIN < abs(x - to_x):
                across.append(Rule((y + to_y) / 2, min(x, to_x), max(x, to_x)))
    merged = Rules(_merged(across), _merged(down))
    return merged if len(merged.across) + len(merged.down) <= _MOST_RULES else Rules()


def _strokes(path: Any) -> Iterator[tuple[_Point, _Point]]:
    """The straight lines of a path; one that is thin is a line itself, whether stroked or filled."""
    from pypdfium2 import raw

    left, bottom, right, top = (c_float() for _ in range(4))
    fill, stroke = c_int(), c_int()
    segments = raw.FPDFPath_CountSegments(path)
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    is_known = raw.FPDFPageObj_GetBounds(path, left, bottom, right, top)
    if not is_known or segments > _MOST_SEGMENTS or not (fill.value or stroke.value):
        return
    if right.value - left.value <= _THIN or top.value - bottom.value <= _THIN:
        flat = (bottom.value + top.value) / 2 if top.value - bottom.value <= _THIN else None
        upright = (left.value + right.value) / 2
        if flat is None:
            yield (upright, bottom.value), (upright, top.value)
        else:
            yield (left.value, flat), (right.value, flat)
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    start = before = (0.0, 0.0)
    x, y = c_float(), c_float()
    for number in range(segments):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_LINETO:
            yield before, at
        elif kind == raw.FPDF_SEGMENT_MOVETO:
            start = at
        if raw.FPDFPathSegment_GetClose(segment):
            yield at, start
        before = at


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """The rules with the parts of one put together: most files draw each cell for itself."""
    merged: list[Rule] = []
    same: list[Rule] = []
    for rule in [*sorted(rules), None]:
        if same and (rule is None or rule.at - same[0].at > _SAME):
            at = same[0].at
            for _, start, end in sorted(same, key=lambda each: each.start):
                if merged and merged[-1].at == at and start <= merged[-1].end + _TOUCH:
                    merged[-1] = Rule(at, merged[-1].start, max(end, merged[-1].end))
                else:
                    merged.append(Rule(at, start, end))
            same = []
        if rule:
            same.append(rule)
    return merged


def drawn_tables(lines: Sequence[Line], rules: Rules) -> Iterator[Table]:
    """The words within each grid; a cell that goes over several columns or rows is written into all of them."""
    for grid in _grids(rules):
        placed = _placed(lines, grid)
        if placed and (table := _table(lines, grid, placed)):
            yield table


def _grids(rules: Rules) -> Iterator[_Grid]:
    """The rules that meet, where they make columns."""
    left = [*((False, rule) for rule in rules.across), *((True, rule) for rule in rules.down)]
    while left:
        met = [left.pop()]
        for is_down, one in met:  # which grows meanwhile
            new = [other for other in left if other[0] != is_down and _meet(one, other[1])]
            left = [other for other in left if other not in new]
            met += new
        grid = _Grid(Rules(*([rule for is_down, rule in met if is_down == wanted] for wanted in (False, True))))
        if 1 < grid.columns <= MOST_COLUMNS and grid.rows > 0:
            yield grid


def _meet(one: Rule, other: Rule) -> bool:
    return one.start - _TOUCH <= other.at <= one.end + _TOUCH and other.start - _TOUCH <= one.at <= other.end + _TOUCH


def _places(rules: Sequence[Rule]) -> list[float]:
    places: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not places or at - places[-1] > _SAME:
            places.append(at)
    return places


def _is_drawn(rules: Sequence[Rule], at: float, across: float) -> bool:
    return any(abs(rule.at - at) <= _SAME and rule.start <= across <= rule.end for rule in rules)


def _placed(lines: Sequence[Line], grid: _Grid) -> list[_Placed]:
    """The words in a grid; none where a line is only partly in it, for then it is something else: a frame, a chart."""
    inside: list[_Placed] = []
    for at, line in enumerate(lines):
        places = [(word, *grid.place(word)) for word in line.words]
        known = [_Placed(word, at, row, column) for word, row, column in places if row >= 0 <= column]
        if known and len(known) < len(places):
            return []
        inside += known
    return inside


def _table(lines: Sequence[Line], grid: _Grid, placed: Sequence[_Placed]) -> Table | None:
    titles, rows, numbers = _said(grid, placed)
    if not rows or any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        return None
    if len(rows) < 3:
        rows[-1:] = _by_lines([each for each in placed if each.row == numbers[-1]], grid.columns) or rows[-1:]
    kept = [column for column in range(grid.columns) if any(row[column] for row in rows)]
    return Table(
        lines=sorted({each.line for each in placed}),
        rows=[[row[column] for column in kept] for row in rows],
        columns=[(grid.lefts[column], grid.lefts[column + 1]) for column in kept],
        is_drawn=True,
        has_head=all(lines[each.line].is_bold for each in placed if each.row == numbers[0]),
        titles=titles,
    )


def _said(grid: _Grid, placed: Sequence[_Placed]) -> tuple[list[str], list[list[str]], list[int]]:
    """The titles above a table, its rows and their numbers in the grid.

    Where a name of the first row reaches into the second, that has the rest of the names.
    """
    whole = _whole_cells(grid, placed)
    words: dict[tuple[int, int], list[str]] = {}
    for each in placed:
        words.setdefault(whole[each.row, each.column], []).append(each.word.text)
    titles: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    for row in range(grid.rows):
        cells = [whole[row, column] for column in range(grid.columns)]
        is_alone = len({*cells}) == 1
        texts = [" ".join(words.get(cell, ())) for cell in ([cells[0]] if is_alone else cells)]
        if not any(texts):
            continue
        if is_alone and not rows:
            titles += texts
        elif len(rows) == 1 and any(cell[0] == numbers[0] for cell in cells):
            rows = [[" ".join(filter(None, dict.fromkeys(both))) for both in zip(rows[0], texts, strict=True)]]
        else:
            rows.append(texts + [""] * (grid.columns - len(texts)))
            numbers.append(row)
    return titles, rows, numbers


def _whole_cells(grid: _Grid, placed: Sequence[_Placed]) -> dict[tuple[int, int], tuple[int, int]]:
    """The first of the places that each place is one cell with, for no rule is between them.

    In a row without any rules they may only not be drawn, as between shaded rows; there words have to run across.
    """
    whole: dict[tuple[int, int], tuple[int, int]] = {}
    in_rows: dict[int, list[Word]] = {}
    for each in placed:
        in_rows.setdefault(each.row, []).append(each.word)
    for row in range(grid.rows):
        has_rules = any(grid.has_down(row, column) for column in range(grid.columns + 1))
        for column in range(grid.columns):
            whole[row, column] = row, column
            is_open = column and not grid.has_down(row, column)
            if is_open and (has_rules or _run_across(in_rows.get(row, ()), grid.lefts[column])):
                whole[row, column] = whole[row, column - 1]
            elif row and not grid.has_across(row, column):
                whole[row, column] = whole[row - 1, column]
    return whole


def _run_across(words: Sequence[Word], left: float) -> bool:
    """Whether words go on where the next column begins."""
    is_crossed = any(word.left < left - 1 and word.right > left + 1 for word in words)
    return is_crossed or any(
        word.right <= left + 1 and after.left >= left - 1 and word.is_beside(after) and word.goes_on_in(after)
        for word, after in pairwise(words)
    )


def _by_lines(placed: Sequence[_Placed], columns: int) -> list[list[str]]:
    """The rows of what is drawn as one, below the names of columns or all around; none where its cells only wrap."""
    rows: list[list[_Placed]] = []
    for each in sorted(placed, key=lambda each: -each.word.top):
        if not rows or not each.word.is_beside(rows[-1][0].word):
            rows.append([])
        rows[-1].append(each)
    filled = [{each.column for each in row} for row in rows]
    if len(rows) < 2 or not all(0 in each and len(each) > 1 for each in filled):
        return []
    if len(rows) == 2 and any(each.word.text[:1].islower() for each in rows[1]):
        return []
    in_order = [sorted(row, key=lambda each: each.word.left) for row in rows]
    if sum(row[0].word.text[:1].islower() for row in in_order) * 3 > len(rows):
        return []
    return [
        [" ".join(each.word.text for each in row if each.column == column) for column in range(columns)]
        for row in in_order
    ]

"""Tables on a page of a PDF, which knows no tables: only words at places, and perhaps lines drawn between them.

Looked for with what PDFium says of them: pdfplumber reads eleven pages a second, and a guide may have hundreds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from knowledge.rows import names_columns

_COLUMN_GAP = 0.45  # of a line's height; the gap between two words is a quarter of it, or a little more
_NEAR = 6.0  # points between the columns of one table on two pages
_FIGURE = re.compile(r"(?=.*\d)\S+(?: \S+)?")  # with a unit perhaps
_PAGE = re.compile(r"pages?|p\.", re.IGNORECASE)


class Word(NamedTuple):
    text: str
    left: float
    right: float
    bottom: float  # from the foot of the page, in points
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def is_beside(self, other: "Word") -> bool:
        """Whether both stand at one height, more or less: a cell may be in the middle of two lines of the next."""
        return min(self.top, other.top) - max(self.bottom, other.bottom) > 0.3 * min(self.height, other.height)

    def goes_on_in(self, other: "Word") -> bool:
        is_level = abs(self.bottom - other.bottom) < 0.3 * self.height
        return is_level and other.left >= self.left and other.left - self.right < _COLUMN_GAP * self.height


class Line(NamedTuple):
    """Words that stand behind each other in the file; cells side by side may be one line of it or several."""

    words: Sequence[Word]
    is_bold: bool


@dataclass
class Table:
    """What is one if its page, and those before and after, leave enough of it."""

    lines: list[int]  # by their numbers on the page
    rows: list[list[str]]
    columns: list[tuple[float, float]]  # from where to where
    is_drawn: bool  # as a grid
    has_head: bool  # whether its first row looks like one
    titles: list[str] = field(default_factory=list)  # above its head: rows of one cell

    def goes_on_in(self, other: "Table") -> bool:
        """Whether the first table of the next page is the rest of this, which is the last of its page."""
        if self.is_drawn != other.is_drawn or len(self.columns) != len(other.columns) or other.titles:
            return False
        is_new = other.has_head and other.rows[0] != self.rows[0]
        return not is_new and all(
            abs(left - other_left) < _NEAR or abs(right - other_right) < _NEAR
            for (left, right), (other_left, other_right) in zip(self.columns, other.columns, strict=True)
        )

    def take(self, other: "Table") -> None:
        self.rows += other.rows[other.rows[0] == self.rows[0] :]

    def is_one(self) -> bool:
        is_filled = sum(sum(map(bool, row)) > 1 for row in self.rows) > 1  # in two columns of two rows
        return is_filled and (self.is_drawn or self._has_names())

    def _has_names(self) -> bool:
        """Whether the first row names columns; without a grid, words in columns may as well be addresses."""
        head, *rows = self.rows
        is_contents = _PAGE.fullmatch(head[-1]) and all(row[-1].isdigit() for row in rows)
        has_names = (self.has_head or names_columns(head, *rows)) and all(head[1:]) and ":" not in "".join(head)
        # Two addresses may stand side by side, below names in bold.
        is_enough = len(rows) > 3 or (
            len(rows) > 1 and (len(head) > 2 or all(_FIGURE.fullmatch(row[1]) for row in rows))
        )
        return is_enough and has_names and not is_contents

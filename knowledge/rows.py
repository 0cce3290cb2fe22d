"""Rows of cells as Markdown tables, whatever format they are from."""

from collections import Counter
from collections.abc import Sequence

from knowledge.chunking import LIMIT
from knowledge.sentences import has_second_head

TABLE = LIMIT - 150  # characters of one Markdown table: it goes into a chunk whole, under a heading
MOST_COLUMNS = 20  # that words at places are taken for


def as_table(rows: Sequence[Sequence[str]]) -> str:
    width = max(len(row) for row in rows)
    header, *body = ([*row, *[""] * (width - len(row))] for row in rows)
    if not body:  # then it heads nothing
        return "\n\n".join(filter(None, header))
    top = f"{_row(header)}\n{_row(['---'] * width)}"
    filled = filled_down(body)
    lines = [_row(row) for row in filled]
    if len(top) + max((len(line) for line in lines), default=0) > TABLE:
        return "\n".join(_item(header, row) for row in filled)
    if lines and has_second_head([*top.split("\n"), lines[0]]):
        top += f"\n{lines.pop(0)}"
    tables = [top]
    size = len(top)
    for line in lines:
        if size + 1 + len(line) > TABLE:
            tables.append(top)
            size = len(top)
        tables[-1] += f"\n{line}"
        size += 1 + len(line)
    return "\n\n".join(tables)


def filled_down(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Rows whose first cell is written once for several, with it in each: where what stands behind the blanks mostly
    comes again, as a second key does.

    >>> filled_down([["Adult", "Low", "46"], ["", "Peak", "61"], ["Child", "Low", "23"], ["", "Peak", "31"]])[-1]
    ['Child', 'Peak', '31']
    >>> filled_down([["Post", "£4", "3 days"], ["", "£6", "1 day"]])[-1]
    ['', '£6', '1 day']
    """
    times = Counter(row[1] for row in rows if len(row) > 2)
    seconds = [row[1] for row in rows if len(row) > 2 and not row[0] and row[1]]
    filled = list(rows)
    if rows and rows[0][0] and sum(times[each] > 1 for each in seconds) * 2 > len(seconds):
        for at, row in enumerate(rows):
            if len(row) > 2 and not row[0] and row[1]:
                filled[at] = [filled[at - 1][0], *row[1:]]
    return filled


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _item(header: Sequence[str], row: Sequence[str]) -> str:
    named = zip(header, row, strict=True)
    return "- " + "; ".join(f"{name}: {value}" if name else value for name, value in named if value)


def escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def names_columns(first: Sequence[str], *rows: Sequence[str]) -> bool:
    """Whether a row names the columns: it has no figure, and below it the first has one in each row, or two have.

    One of two may have words in some rows ("none needed"); a dash is neither.
    """
    columns = [[_has_figure(cell) for cell in column if cell.strip("-–—")] for column in zip(*rows, strict=True)]
    are_figures = [bool(column) and all(column) for column in columns]
    are_mostly = [sum(column) * 3 >= len(column) * 2 > 0 for column in columns]
    return not _has_figure("".join(first)) and (are_figures[0] or (any(are_figures) and sum(are_mostly) > 1))


def _has_figure(cell: str) -> bool:
    return any(map(str.isdigit, cell))

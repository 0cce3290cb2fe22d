"""Workbooks and CSV files as Markdown: the tables in them, with the titles above and the notes between their rows."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import groupby, takewhile, zip_longest
from typing import Any

from knowledge.decoding import decode
from knowledge.loading import Converted, Limits, Refused
from knowledge.office import check_archive
from knowledge.rows import as_table, escaped
from knowledge.sentences import has_second_head

_UNIT = re.compile(r'\[\$([^\]-]+)|"([^"]*\w[^"]*|[^"]*[$€£¥][^"]*)"|(?<!\[)([$€£¥])')  # in a sheet's number format
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[$A-Za-z][^\]]*\]|[\s$€£¥]')  # what stands around the figure there
_FIGURE = re.compile(r"[#,]*0(?:\.(?P<decimals>0*))?%?")
_LONG_NOTE = 60  # characters, at least, of what is no row among those of a sheet
_WORDS_OF_NOTE = 5  # the same below them all


def xlsx_as_markdown(content: bytes, limits: Limits) -> Converted:
    check_archive(content, limits)
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    parts = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # as declared they may be the whole sheet
        table = _tables(_shown_rows(sheet), limits)
        if table:
            parts.append(f"## {_cell(sheet.title)}\n\n{table}")
    return Converted("\n\n".join(parts), has_own_headings=False)


def _shown_rows(sheet: Any) -> Iterator[list[object]]:
    """The rows of a sheet without what is hidden. Below the head merged cells are filled; a line by itself stays so."""
    hidden_columns, hidden_rows, merged = _layout(sheet)
    has_head = False
    going: list[tuple[int, int, int, object]] = []  # merged cells: left, right, bottom, and what they say
    for number, row in enumerate(sheet.iter_rows(), 1):
        values = [_as_shown(cell) for cell in row]
        said = sum(value is not None for value in values)
        going = [each for each in going if each[2] >= number]
        for left, right, bottom in merged.get(number, ()) if has_head and said else ():
            going.append((left, right if said > 1 else left, bottom, values[left - 1] if left <= len(values) else None))
        for left, right, _, value in going if said else ():
            values += [None] * (right - len(values))
            values[left - 1 : right] = [value] * (right - left + 1)
        has_head = has_head or said > 1
        if number not in hidden_rows:
            yield [value for column, value in enumerate(values, 1) if column not in hidden_columns]


def _layout(sheet: Any) -> tuple[set[int], set[int], dict[int, list[tuple[int, int, int]]]]:
    """Hidden columns and rows, and merged cells (left, right, bottom) by top row; openpyxl drops them as it streams."""
    from lxml.etree import iterparse
    from openpyxl.utils import range_boundaries

    columns: set[int] = set()
    rows: set[int] = set()
    merged: dict[int, list[tuple[int, int, int]]] = {}
    number = 0
    with sheet._get_source() as source:
        for _, part in iterparse(source, tag=("{*}col", "{*}row", "{*}mergeCell")):
            name, is_hidden = part.tag.rpartition("}")[2], part.get("hidden") in ("1", "true")
            if name == "col" and is_hidden:
                columns.update(range(int(part.get("min")), int(part.get("max")) + 1))
            elif name == "row":
                number = int(part.get("r", number + 1))
                if is_hidden:
                    rows.add(number)
                part.clear()
            elif name == "mergeCell":
                left, top, right, bottom = range_boundaries(part.get("ref"))
                merged.setdefault(top, []).append((left, right, bottom))
    return columns, rows, merged


def _as_shown(cell: Any) -> object:
    """A cell's value; where its number format makes it a share, money or so many of something, in that format.

    In any other the figure stays as it is, for a format may also leave digits out ("0.##") or scale ("#,##0,").
    """
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    form = (cell.number_format or "").split(";")[0]
    bare = _LITERAL.sub("", form)
    unit, is_share, figure = _UNIT.search(form), bare.endswith("%"), _FIGURE.fullmatch(bare)
    if not figure or not (unit or is_share):
        return value
    with localcontext(rounding=ROUND_HALF_UP):  # as sheets round
        exact = abs(Decimal(str(value))) * (100 if is_share else 1)
        number = f"{exact:{',' if ',' in bare else ''}.{len(figure['decimals'] or '')}f}"
    minus = "-" if value < 0 else ""
    if is_share or not unit:
        return f"{minus}{number}%"
    name = (unit[1] or unit[2] or unit[3]).strip()
    if re.search("[0#]", form[: unit.start()]):
        return f"{minus}{number} {name}"
    return f"{minus}{name}{' ' if name[-1:].isalnum() else ''}{number}"


def csv_as_markdown(content: bytes, limits: Limits) -> Converted:
    text = decode(content)
    csv.field_size_limit(limits.characters)
    try:
        between = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|").delimiter
    except csv.Error:
        between = ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between, skipinitialspace=True)  # quotes are always "
    return Converted(_tables(rows, limits), has_own_headings=False)


def _tables(rows: Iterable[Sequence[object]], limits: Limits) -> str:
    """Rows as Markdown tables, the first row as the header of each, with the second if that names columns too.

    Titles above it become paragraphs, and so do notes between and below its rows.

    A long table becomes several that each fit into a chunk with the header on top, for a row alone says little.
    Where a row is too long for that, each is a list item that names its columns.
    """
    kept: list[list[str]] = []
    cells = 0
    for row in rows:
        cells += len(row)
        if cells > limits.cells:
            raise Refused(f"has more than {limits.cells:,} cells; keep what people ask about, or split it")
        words = [_cell(value) for value in row]
        while words and not words[-1]:
            words.pop()
        if len(words) > limits.columns:
            raise Refused(f"has {len(words):,} columns, more than {limits.columns:,}; keep what people ask about")
        if words:
            kept.append(words)
    if not kept:
        return ""
    titles = list(takewhile(lambda row: len([*filter(None, row)]) == 1, kept))
    if len(titles) * 2 >= len(kept):  # it is a list, with a note beside it perhaps
        titles = []
    return "\n\n".join([*(title for row in titles for title in row if title), *_with_notes(kept[len(titles) :])])


def _with_notes(rows: Sequence[list[str]]) -> Iterator[str]:
    """A table, in parts where notes are among its rows: cells by themselves, longer than all others of their column."""
    width = max(map(len, rows))
    top = [row + [""] * (width - len(row)) for row in rows[:2]]
    head = top[: 1 + has_second_head(as_table(top).split("\n"))]
    below = rows[len(head) :]
    longest = [max(map(len, column)) for column in zip_longest(*filter(_is_row, below), fillvalue="")]
    first = next(at for at, name in enumerate(head[0]) if name)
    last = max((at for at, row in enumerate(below) if _is_row(row)), default=-1)

    def is_note(at: int) -> bool:
        row = below[at]
        if _is_row(row) or len(row) > min(first + 1, len(longest)) or len(row[-1]) <= longest[len(row) - 1]:
            return False
        return len(row[-1]) >= _LONG_NOTE or (at > last and len(row[-1].split()) >= _WORDS_OF_NOTE)

    are_notes = [is_note(at) for at in range(len(below))]
    if not any(are_notes):
        yield as_table(rows)
        return
    for is_apart, some in groupby(zip(are_notes, below, strict=True), lambda each: each[0]):
        if is_apart:
            yield from (row[-1] for _, row in some)
        else:
            yield as_table([*head, *(row for _, row in some)])


def _is_row(row: Sequence[str]) -> bool:
    return len([*filter(None, row)]) > 1


def _cell(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, datetime | time):
        value = str(value).removesuffix(":00")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else escaped(" ".join(str(value).split()))

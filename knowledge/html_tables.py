"""The tables of a web page as Markdown can have them: one row of names, and no cell over several columns or rows."""

import re
from collections.abc import Sequence
from copy import copy
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from knowledge.rows import names_columns

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_LONGEST_TERM = 100
_DIGIT = re.compile(r"\d")
_WIDEST = 100  # columns or rows that a cell may go over


def open_boxes(soup: "BeautifulSoup") -> None:
    """A table that only stands a picture beside words, as manuals box a note, becomes those words, "Note: …"."""
    for table in soup("table"):
        rows = [row(["td", "th"], recursive=False) for row in table("tr")]
        pictures = [cell for row in rows for cell in row if cell.img and not words_in(cell)]
        told = [[cell for cell in row if words_in(cell)] for row in rows]
        are_alike = len({str(cell.img.get("alt")) for cell in pictures if cell.img}) == 1
        if table.table or not any(told) or not are_alike or any(len(cells) > 1 for cells in told):
            continue
        table.name = "div"
        table.clear()
        name = ""
        for cell in (cell for cells in told for cell in cells):
            if cell.name == "th":
                name = f"{words_in(cell)}: "
                continue
            (cell.p or cell).insert(0, name)
            cell.name, name = "div", ""
            table.append(cell)


def list_rows(soup: "BeautifulSoup") -> None:
    """A table of two columns without names becomes terms with their meanings, or its first row would name them."""
    for table in soup("table"):
        rows = [row(["td", "th"], recursive=False) for row in table("tr")]
        if table.table or table.thead or not rows or any(len(row) != 2 for row in rows):
            continue
        words = [[words_in(cell) for cell in row] for row in rows]
        are_terms = all(0 < len(term) <= _LONGEST_TERM for term, _ in words)
        is_wide = any(_spans(cell) != (1, 1) or cell.find(["p", "ul", "ol"]) for cell, _ in rows)
        says_names = any(cell.name == "th" for _, cell in rows)
        if not are_terms or is_wide or says_names or not (rows[0][0].name == "th" or _is_headless(rows, words)):
            continue
        if table.caption and (caption := words_in(table.caption)):
            table.insert_before(soup.new_tag("p", string=caption))
        table.clear()
        table.name = "dl"
        for term, meaning in rows:
            term.name, meaning.name = "dt", "dd"
            table.extend([term, meaning])


def _is_headless(rows: Sequence[Sequence["Tag"]], words: Sequence[Sequence[str]]) -> bool:
    """Whether the first of several rows of cells is written like the others, and above no figures."""
    if len(rows) < 2:
        return False
    are_bold = [all(cell.find(["b", "strong"]) for cell in row) for row in rows]
    are_figures = [_DIGIT.search(meaning) is not None for _, meaning in words]
    are_numbered = [_DIGIT.search(term) is not None for term, _ in words]
    is_above_figures = names_columns(*words) or any(
        not some[0] and all(some[1:]) for some in (are_figures, are_numbered)
    )
    return are_bold[0] == are_bold[-1] and not is_above_figures


def with_flat_tables(soup: "BeautifulSoup") -> str:
    """The page with each cell that goes over several columns or rows written into all of them.

    Markdown has no such cells, and ends one at each `|`. A table that holds others is a page's layout, and stays.
    """
    for table in soup("table"):
        if not table.table:
            _tidy(soup, table)
            _flatten(soup, table)
    for words in soup(string=re.compile(r"\|")):
        if words.find_parent(["td", "th"]):
            words.replace_with(type(words)(words.replace("|", "\\|")))
    return str(soup)


def _tidy(soup: "BeautifulSoup", table: "Tag") -> None:
    """Only rows stay in a table, or the first would be none for markdownify, and no head: its caption goes above it."""
    for other in table(["caption", "colgroup", "col"]):
        if words := words_in(other):
            table.insert_before(soup.new_tag("p", string=words))
        other.extract()


def _flatten(soup: "BeautifulSoup", table: "Tag") -> None:
    """A title over all columns goes above the table; several head rows become one that says what all of them say."""
    grid = _grid(table("tr"))
    width = max((len(row) for row in grid if not _is_alone(row)), default=0)
    first = next((number for number, row in enumerate(grid) if not _is_alone(row)), len(grid))
    body = first + _heads(grid[first:])
    if not width or (body == 1 and all(_spans(cell) == (1, 1) for cell in table(["td", "th"]))):
        return
    titles = [cell for row in grid[:first] for cell in row[:1]]
    head = [" ".join(dict.fromkeys(map(words_in, column))).strip() for column in zip_longest(*grid[first:body])]
    lines = [[soup.new_tag("th", string=name) for name in head]]
    for places in grid[body:]:
        told = places[: 1 if _is_alone(places) else width]
        lines.append([copy(cell) if cell else soup.new_tag("td") for cell in told])
    table.insert_before(*(soup.new_tag("p", string=words_in(title)) for title in titles if title))
    table.clear()
    for line in lines:
        line += (soup.new_tag("td") for _ in range(width - len(line)))
        for cell in line:
            del cell["colspan"], cell["rowspan"]
        row = soup.new_tag("tr")
        row.extend(line)
        table.append(row)


def _grid(rows: Sequence["Tag"]) -> list[list["Tag | None"]]:
    """The cell at each place of a table; one that goes over several places is at each of them."""
    places: list[dict[int, Tag]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        at = 0
        for cell in row(["td", "th"]):
            while at in places[number]:
                at += 1
            wide, high = _spans(cell)
            for place in places[number : number + high]:
                place.update(dict.fromkeys(range(at, at + wide), cell))
            at += wide
    return [[place.get(column) for column in range(max(place, default=-1) + 1)] for place in places]


def _spans(cell: "Tag") -> tuple[int, int]:
    """Over how many columns and over how many rows a cell goes."""
    wide, high = (str(cell.get(name)) for name in ("colspan", "rowspan"))
    return _span(wide), _span(high)


def _span(written: str) -> int:
    return max(1, min(int(written), _WIDEST)) if re.fullmatch("[0-9]{1,9}", written) else 1


def _heads(grid: Sequence[Sequence["Tag | None"]]) -> int:
    """How many rows of a table name its columns.

    Where the page doesn't say so, the second does when a cell of the first reaches into it, or when the first has a
    name over several columns and the second no figures.
    """
    said = 0
    for row in grid:
        if _is_alone(row) or not all(cell and (cell.name == "th" or cell.find_parent("thead")) for cell in row):
            break
        said += 1
    if said < 2 and len(grid) > 2:
        first, second = grid[:2]
        reaches = any(cell and cell is below for cell, below in zip(first, second, strict=False))
        names_several = any(cell and cell is beside for cell, beside in pairwise(first))
        said = 2 if reaches or (names_several and not _DIGIT.search(" ".join(map(words_in, second)))) else 1
    return max(1, min(said, len(grid) - 1))


def _is_alone(row: Sequence["Tag | None"]) -> bool:
    """Whether a row has no more than one cell, however wide it is."""
    return len({id(cell) for cell in row if cell}) < 2


def words_in(cell: "Tag | None") -> str:
    return " ".join(cell.get_text(" ").split()) if cell else ""

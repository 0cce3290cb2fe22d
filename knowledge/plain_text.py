"""Plain text as old systems print it, as Markdown: headings in capitals, and columns kept apart by spaces."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from knowledge.rows import MOST_COLUMNS, TABLE, as_table, escaped, names_columns

_BLANK = re.compile(r"(\n(?:[ \t]*\n)+)")
_RULER = re.compile(r"[ \t]*[-=_]{2,}(?:[ \t]+[-=_]{2,})*[ \t]*")  # below the names of columns, or below a heading
_BETWEEN_RULES = re.compile(
    r"(?:(?<=\n\n)|\A\n*)([=-])\1{3,}[ \t]*\n([^\n]+)\n\1{4,}[ \t]*\n(?=[ \t]*\n|\Z)"
)  # by itself
_PART = re.compile(r"[-=_]{2,}")
_CELL = re.compile(r"\S+(?:(?: |(?<=[.!?:]) {2})\S+)*")  # two spaces behind a stop are only wide
_MARKED = re.compile(r"[ \t]*(?:[|#>]|```|~~~|[-*+•](?:\s|$)|\d{1,3}[.)]\s)")  # Markdown already
_PLACE = re.compile(r"(?:\d+(?:\.\d+)*|[A-Z])[.)]?[ \t]+")  # of a section, in front of its heading
_ABOUT = re.compile(  # what says of a text which one it is
    r"(?:version|issue|edition|rev(?:ision|ised|iewed)?|(?:last )?(?:updated|checked)|valid|effective|owner)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)[ \t]*$")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CLAUSE = re.compile(r"\(?(?:[1-9]\d?(?:\.(?P<last>\d{1,2}))+|(?:\d{1,2}|[a-z]|[ivx]+)\))[.)]?")  # its number
_SECTION = re.compile(  # what heads one, with its number
    r"(?P<word>Chapter |Section )?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.:]? (?:[^\W\d_]|[\"“'‘(].*\w)"
)
_SECTIONS = 3  # at least, in a text whose headings are numbered
_TOTAL = re.compile(r"(?:sub-?|grand )?total|sum\b|all\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{3}")
_HEADING_WORDS, _HEADING_CHARACTERS, _DIRECT_CHARACTERS = 6, 70, 60
_TITLE_WORDS = 9
_LONGEST_SECTION, _LINES_OF_SECTION = 200, 3  # a numbered heading: characters, lines
_LOWEST_SECTION = 4
_DIRECT_HEADINGS = 3  # at least, in a text that has any
_LONGEST_FIGURE = 15
_COLUMNS_OF_WORDS, _ROWS_OF_WORDS = 3, 3  # at least, below names that only their capitals tell
_LINES_ABOVE_HEAD = 3  # of a table, at most, in its block


class _Cell(NamedTuple):
    start: int
    end: int
    text: str


def as_markdown(text: str) -> str:
    """The text with its headings marked, and with its columns as tables or lists; the rest stays as it is.

    >>> print(as_markdown("FEES\\n\\nBag or suitcase    7.50\\nLaptop            15.00"))
    ## FEES
    <BLANKLINE>
    - Bag or suitcase: 7.50
    - Laptop: 15.00
    """
    if "```" in text or "~~~" in text:
        return text
    text = _with_sections_marked(_BETWEEN_RULES.sub(_ruled_off, text))
    parts = _BLANK.split(
        _with_headings_apart(_with_title_apart(text))
    )  # those at odd places are what is between two blocks
    blocks = {at: part for at, part in enumerate(parts) if at % 2 == 0 and part.strip()}
    titles = [_title(block) for block in blocks.values()]
    for at, title, before, after in zip(blocks, titles, ["", *titles], [*titles[1:], ""], strict=False):
        # The last heads nothing; lines like it side by side are steps or orders, but for a title above all.
        is_head = title and after is None and (before is None or len(blocks) < 2 or at <= 2)
        parts[at] = f"## {title}" if is_head else _block(parts[at])
    return "".join(parts)


def _with_sections_marked(text: str) -> str:
    """The text with its numbered headings marked ("4.2. Who may borrow keys?"): short blocks that count up, most of
    them with other text below, and some in parts. The clauses of a contract are sentences, or stand below each other.

    >>> print(_with_sections_marked("1.1 Why?\\n\\nSo.\\n\\n1.2 How?\\n\\nAs said.\\n\\n1.3 When\\n\\nNow.")[:16])
    ## 1.1 Why?
    <BLANKLINE>
    So.
    """
    parts = _BLANK.split(text)
    may_be: dict[int, tuple[int, ...]] = {}
    named: set[int] = set()
    for at in range(0, len(parts), 2):
        block = " ".join(parts[at].split())
        is_short = parts[at].count("\n") < _LINES_OF_SECTION and len(block) <= _LONGEST_SECTION
        found = _SECTION.match(block) if is_short and not parts[at][:1].isspace() else None
        if not found or block.endswith((".", ";", ",", ":")):
            continue
        may_be[at] = tuple(map(int, found["number"].split(".")))
        named |= {at} if found["word"] else set()
    last: tuple[int, ...] = ()
    heads: dict[int, tuple[int, ...]] = {}
    for (at, number), (_, below) in pairwise([*may_be.items(), (0, ())]):
        is_step = len(number) == 1 and at not in named and below != (*number, 1)
        if number in _next_sections(last) and not is_step:
            heads[at] = last = number
    alone = sum(at + 2 in heads and len(heads[at + 2]) <= len(number) for at, number in heads.items())
    if sum(len(number) > 1 for number in heads.values()) < _SECTIONS or alone * 2 > len(heads):
        return text
    for at, number in heads.items():
        parts[at] = f"{'#' * min(len(number), _LOWEST_SECTION)} {' '.join(parts[at].split())}"
    return "".join(parts)


def _next_sections(number: tuple[int, ...]) -> set[tuple[int, ...]]:
    """The numbers that may come behind that of a section; 1 and 1.1 behind none."""
    up = {(*number[:depth], number[depth] + 1) for depth in range(len(number))}
    return {*up, *((*each, 1) for each in up), (*number, 1), *([(1, 1)] if not number else [])}


def _ruled_off(found: re.Match[str]) -> str:
    """A title with a line above and one below it, as a heading."""
    return f"## {found[2].strip()}\n" if _may_be_title(found[2].strip()) else found[0]


def _with_title_apart(text: str) -> str:
    """The text with its first line marked as a heading where one more below says of which day or whose the text is."""
    block, blank, rest = text.lstrip("\n").partition("\n\n")
    first, *below = block.split("\n")
    if below and _RULER.fullmatch(below[-1]) and not _is_cut(below[0]):
        is_told = len(below) == 2  # which rules both off
        del below[1:]
    else:
        is_told = len(below) == 1 and (_ABOUT.search if _title(first) else _ABOUT.match)(below[0]) is not None
    if not is_told or not _may_be_title(first):
        return text
    return f"## {first.strip()}\n\n{below[0]}{blank}{rest}"


def _may_be_title(line: str) -> bool:
    is_short = len(line) <= _HEADING_CHARACTERS and len(line.split()) <= _TITLE_WORDS
    is_name = line[:1].isupper() and (line.rstrip()[-1].isalnum() or line.rstrip().endswith(")"))
    return is_short and is_name and not _is_cut(line)


def _with_headings_apart(text: str) -> str:
    """The text with those headings marked that have no empty line below them, but one above.

    They are only where the text has several: a single line may be a name above an address, or said aloud.
    """
    parts = _BLANK.split(text)
    blocks = {at: part.split("\n") for at, part in enumerate(parts) if at % 2 == 0 and part.strip()}
    heads = [at for at, block in blocks.items() if _is_direct_heading(block)]
    if heads and heads[-1] == max(blocks) and not any(map(_is_told, blocks[heads[-1]][1:])):
        del heads[-1]  # a name below a letter
    for at in heads if len(heads) >= _DIRECT_HEADINGS else ():
        first, *rest = blocks[at]
        parts[at] = "\n".join([f"## {first.strip()}\n", *rest])
    return "".join(parts)


def _is_direct_heading(block: Sequence[str]) -> bool:
    """Whether a block begins with a line in capitals that heads the next, which goes on with no sentence of it."""
    line, below = block[0], block[1] if len(block) > 1 else ""
    if not below.strip() or line[:1].isspace() or len(line) > _DIRECT_CHARACTERS:
        return False
    if _title(line) is None:
        return False
    goes_on = below.lstrip()[0].islower() or _RULER.fullmatch(below)
    return not goes_on and (_is_cut(below) or any(map(str.islower, below)))


def _is_told(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?")) or _is_cut(line) or _MARKED.match(line) is not None


def _is_cut(line: str) -> bool:
    return len(_CELL.findall(line)) > 1


def _title(block: str) -> str | None:
    """What a block says as a heading: a short line in capitals by itself, which may have a line below it.

    A fact in capitals is none.
    """
    first, *rest = block.strip("\n").split("\n")
    if len(first) > _HEADING_CHARACTERS or len(rest) > 1 or (rest and not _RULER.fullmatch(rest[0])):
        return None
    first = first.strip()
    place = _PLACE.match(first)
    words = _IN_BRACKETS.sub(r"\1", first[place.end() :] if place else first)
    is_title = words[:1].isalnum() and words[-1].isalnum() and ":" not in words and not _LONG_NUMBER.search(words)
    is_title = is_title and len(words.split()) <= _HEADING_WORDS and _CELL.fullmatch(words) is not None
    is_capital = all(sign.isupper() for sign in words if sign.isalpha()) and _WORD.search(words) is not None
    return " ".join(first.split()) if is_title and is_capital else None


def _block(block: str) -> str:
    lines = block.expandtabs().rstrip().split("\n")
    if len(lines) < 2 or any(map(_MARKED.match, lines)):
        return block
    rulers = (at for at, line in enumerate(lines) if _RULER.fullmatch(line) and len(_PART.findall(line)) > 1)
    if at := next(rulers, 0):
        first = at - 1 - (at > 1 and _below(_cells(lines[at - 2]), _cells(lines[at - 1])) is not None)
        table = _ruled(lines[first:at], lines[at], lines[at + 1 :])
        return _joined([*(["\n".join(lines[:first])] if first else []), table]) if table else block
    return _in_columns(lines) or block


def _ruled(head: Sequence[str], ruler: str, below: Sequence[str]) -> str | None:
    """A table whose columns begin where the parts of the line below their names do.

    A line without a first cell goes on with the one above, or is on the same; a cell that is too long takes the next
    along.
    """
    parts = [part.span() for part in _PART.finditer(ruler)]
    if len(parts) > MOST_COLUMNS:
        return None
    starts = [start for start, _ in parts]
    gaps = dict(zip(starts[1:], (end for _, end in parts), strict=False))  # where the one before each start begins
    if any(line[: starts[0]].strip() for line in below):
        gaps[starts[0]] = starts[0] - 1
        starts = [0, *starts]
    else:
        starts[0] = 0
    rows: list[list[str]] = []
    for line in (*head, *below):
        own = [at for at in starts if not line[gaps.get(at, at) : at].strip()]
        ends = dict(zip(own, [*own[1:], None], strict=True))
        row = [line[at : ends[at]].strip() if at in ends else "" for at in starts]
        if len(rows) > len(head) and not row[0]:
            filled = [cell for cell in row if cell]
            if len(filled) == 1 and not any(map(str.isdigit, filled[0])) and not _RULER.fullmatch(filled[0]):
                rows[-1] = [" ".join(filter(None, both)) for both in zip(rows[-1], row, strict=True)]
                continue
            row[0] = rows[-1][0] if len(filled) > 1 and not _TOTAL.match(filled[0]) else ""
        rows.append(row)
    names = [" ".join(filter(None, column)) for column in zip(*rows[: len(head)], strict=True)]
    return _table([names, *rows[len(head) :]])


def _table(rows: Sequence[Sequence[str]]) -> str | None:
    """The rows with their head above them; None where they are no table, or too wide to be read as one."""
    is_wide = len(rows[0]) > MOST_COLUMNS or any(sum(map(len, row)) > TABLE // 3 for row in rows)
    if len(rows) < 2 or is_wide:
        return None
    return as_table([[escaped(cell) for cell in row] for row in rows])


def _in_columns(lines: Sequence[str]) -> str | None:
    """Lines with those that have aligned cells as a table, if the names of their columns are above; else as a list.

    None where none have.
    """
    in_cells = [(line, _cells(line)) for line in lines]
    for at, (line, cells) in enumerate(in_cells[: _LINES_ABOVE_HEAD + 1]):
        may_name = len(cells) > 1 and not any(map(str.isdigit, line))
        if may_name and (parts := _headed(cells, in_cells[at + 1 :])):
            return _joined([*(["\n".join(lines[:at])] if at else []), *parts])
    written: list[str] = []
    head: list[_Cell] | None = None  # of the line before
    for (is_drawn, _), group in groupby(in_cells, lambda each: (bool(_RULER.fullmatch(each[0])), len(each[1]))):
        some, rows = zip(*group, strict=True)
        if head and len(rows) == 1 and (both := _below(head, rows[0])):
            head, written[-1] = both, f"{written[-1]}\n{some[0]}"
            continue
        if is_drawn or not _are_columns(rows):
            written.append("\n".join(some))
            head = rows[0] if len(rows) == 1 and len(rows[0]) > 1 else None
            continue
        texts = [[cell.text for cell in row] for row in rows]
        names = _names_of(head, rows) if head else None
        if names and (table := _table([names, *texts])):
            written[-1] = table
        elif _are_named(*texts) and (table := _table(texts)):
            written.append(table)
        else:
            written.append("\n".join(f"- {first.rstrip(':')}: {'; '.join(rest)}" for first, *rest in texts))
        head = None
    return _joined(written) if any(part.startswith(("- ", "|")) for part in written) else None


def _headed(head: Sequence[_Cell], below: Sequence[tuple[str, list[_Cell]]]) -> list[str] | None:
    """A table with odd rows: its parts, for a line that fits no column is between two of them, and what is below it.

    None where most lines don't have all columns, or where all have, for which nothing has to be guessed.
    """
    last = max((at for at, (_, row) in enumerate(below) if len(row) > 1), default=-1)
    lines = [each for each in below[: last + 1] if not _RULER.fullmatch(each[0])]
    if lines and (both := _below(head, lines[0][1])):
        head, lines = both, lines[1:]
    rows = [row for _, row in lines]
    full = [row for row in rows if len(row) == len(head)]
    if len(full) < 2 or len(full) * 2 < len(rows) or len(head) > MOST_COLUMNS:
        return None
    starts, ends = (
        [
            Counter(cells).most_common(1)[0][0]
            for cells in zip(*([cell[side] for cell in row] for row in full), strict=True)
        ]
        for side in (0, 1)
    )
    regular = [row for row in full if _is_regular(row, starts, ends)]
    names = _names_of(head, regular) if len(regular) > 1 else None
    texts = [[cell.text for cell in row] for row in regular]
    if len(regular) == last + 1 or not names or not _are_named(names, *texts):
        return None
    parts: list[str] = []
    table: list[list[str]] = []
    for line, row in [*lines, ("", [])]:
        cells = _placed(row, starts, ends)
        if cells is None:
            part = _table([names, *table]) if table else ""
            if part is None:
                return None
            parts += filter(None, [part, line.strip()])
            table = []
        elif cells[0] or not table:
            table.append(cells)
        else:  # the rest of a cell in the line above
            table[-1] = [" ".join(filter(None, both)) for both in zip(table[-1], cells, strict=True)]
    rest = [line for line, _ in below[last + 1 :]]
    return [*parts, "\n".join(rest)] if rest else parts


def _is_regular(row: Sequence[_Cell], starts: Sequence[int], ends: Sequence[int]) -> bool:
    return all(cell.start == start or cell.end == end for cell, start, end in zip(row, starts, ends, strict=True))


def _placed(row: Sequence[_Cell], starts: Sequence[int], ends: Sequence[int]) -> list[str] | None:
    """The cells of a row in their columns, as far as that can be told.

    With as many cells as columns each is in the one that begins next to it; with fewer they begin where columns begin,
    and a cell with a figure right where the next column begins is two.
    """
    if len(row) == len(starts):
        if _is_regular(row, starts, ends):
            return [cell.text for cell in row]
        nearest = [min(range(len(starts)), key=lambda at: abs(starts[at] - cell.start)) for cell in row]
        return [cell.text for cell in row] if nearest == [*range(len(starts))] else None
    cells = [""] * len(starts)
    for cell in row:
        cut = next((at for at in starts if cell.start < at < cell.end and _begins_figure(cell, at)), cell.end)
        for start, text in ((cell.start, cell.text[: cut - cell.start]), (cut, cell.text[cut - cell.start :])):
            if text and start not in starts:
                return None
            if text:
                cells[starts.index(start)] = text.strip()
    is_rest = not cells[0] and len(row) == 1 and not any(map(str.isdigit, row[0].text))
    return cells if (cells[0] and len(row) > 1) or is_rest else None


def _begins_figure(cell: _Cell, at: int) -> bool:
    behind = cell.text[at - cell.start :]
    return cell.text[at - cell.start - 1] == " " and any(map(str.isdigit, behind.split(" ", 1)[0]))


def _cells(line: str) -> list[_Cell]:
    return [_Cell(*match.span(), match.group()) for match in _CELL.finditer(line)]


def _below(head: Sequence[_Cell], row: Sequence[_Cell]) -> list[_Cell] | None:
    """The names of columns with those that go on in the next line; None where that is none of theirs."""
    further = {cell.start: cell for cell in row}
    if not 1 < len(head) > len(row) > 0 or not {cell.start for cell in head} >= further.keys():
        return None
    if head[0].start in further or any(sign.isdigit() for cell in row for sign in cell.text):
        return None
    return [
        _Cell(cell.start, max(cell.end, further[cell.start].end), f"{cell.text} {further[cell.start].text}")
        if cell.start in further
        else cell
        for cell in head
    ]


def _joined(parts: Sequence[str]) -> str:
    """Parts of a block; a list or table ends with an empty line, or what follows would belong to it."""
    text = parts[0]
    for before, part in pairwise(parts):
        text += ("\n\n" if before.startswith(("- ", "|")) or part.startswith("|") else "\n") + part
    return text


def _are_named(first: Sequence[str], *rows: Sequence[str]) -> bool:
    """Whether a row names the columns: by the figures below it, or because it is written as no other row is.

    >>> rows = [["Keys", "at the desk", "any day"], ["Post", "Hall", "by noon"], ["Bins", "in the yard", "Mondays"]]
    >>> _are_named(["What", "Where", "When"], *rows), _are_named(["Pens", "at the desk", "any day"], *rows)
    (True, False)
    """
    if names_columns(first, *rows):
        return True
    ways: list[Callable[[str], bool]] = [_begins_large, _is_large_word, str.isupper]
    return min(len(first) - _COLUMNS_OF_WORDS, len(rows) - _ROWS_OF_WORDS) >= 0 and any(
        all(map(is_so, first)) and not any(all(map(is_so, row[1:])) for row in rows) for is_so in ways
    )


def _begins_large(cell: str) -> bool:
    return cell[:1].isupper()


def _is_large_word(cell: str) -> bool:
    return cell[:1].isupper() and " " not in cell


def _are_columns(rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether the cells of several lines stand below each other, and are no text printed in columns or numbered."""
    if len(rows) < 2 or not 1 < len(rows[0]) <= MOST_COLUMNS or _are_clauses(rows):
        return False
    goes_on = sum(row[0].text[0].islower() for row in rows)
    return goes_on * 3 <= len(rows) and all(map(_is_aligned, [*zip(*rows, strict=True)][1:]))


def _are_clauses(rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether lines are text behind numbers that count up by one ("2.1  Rent is due on Mondays")."""
    numbers = [_CLAUSE.fullmatch(row[0].text) for row in rows]
    lasts = [int(number["last"] or 0) for number in numbers if number]
    counts_up = all(after in {0, 1, before + 1} for before, after in pairwise(lasts))
    return len(rows[0]) == 2 and all(numbers) and counts_up


def _is_aligned(column: Sequence[_Cell]) -> bool:
    """Whether cells start at the same place or, short figures, end at the same."""
    are_figures = all(len(cell.text) <= _LONGEST_FIGURE and any(map(str.isdigit, cell.text)) for cell in column)
    return len({cell.start for cell in column}) == 1 or (are_figures and len({cell.end for cell in column}) == 1)


def _names_of(head: Sequence[_Cell], rows: Sequence[Sequence[_Cell]]) -> list[str] | None:
    """The names above columns; the first may have none. None where they stand above something else."""
    columns = [(min(cell.start for cell in each), max(cell.end for cell in each)) for each in zip(*rows, strict=True)]
    missing = len(columns) - len(head)
    above = zip(head, columns[missing:], strict=False)
    if missing not in {0, 1} or not all(cell.start < end and start < cell.end for cell, (start, end) in above):
        return None
    return [*[""] * missing, *(cell.text for cell in head)]

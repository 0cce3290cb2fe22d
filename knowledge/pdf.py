"""A PDF as Markdown: its large or bold lines become headings, for a citation names the section it is from.

Read with PDFium rather than a Python parser: a manual of hundreds of pages must be read within the time limit.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import c_int, create_string_buffer
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from knowledge.loading import Converted, Limits, Refused
from knowledge.pdf_columns import aligned_tables
from knowledge.pdf_rules import Rules, drawn_tables, rules_of
from knowledge.pdf_tables import Line, Table, Word
from knowledge.rows import as_table, escaped

_LONGEST_HEADING = 120
_BULLET = re.compile(r"^[•●▪‣◦∙·–]\s+")
_ITEM = re.compile(r"^(?:- |\d{1,3}[.)]\s)")
_PLACE = re.compile(r"(?:(?P<above>\d{1,2}(?:\.\d{1,2})*)\.)?(?P<last>\d{1,2})[.)]?\s+(?=[A-Z])")  # of a section
_COLUMN_GAP = 0.7  # of a line's height; the gap between two words is a quarter of it
_BOLD = 600  # font weight from which a line counts as bold


@dataclass
class _Line:
    page: int
    text: str
    height: float  # of its font, in points on the page
    bold: bool
    is_row: bool  # whether it is bold and its words stand in columns, as the head of a table
    left: float
    right: float
    top: float  # from the foot of the page, in points
    bottom: float
    level: int = field(default=0)  # of the heading that it is; 0: it is none
    table: Table | None = None  # that it is in
    begins: bool = False  # that table
    heads_place: bool = False  # whether it is a heading that begins with the number of a section

    def goes_on_in(self, other: "_Line") -> bool:
        """Whether the next line may be of the same block; all of it further left than a heading, it is not of that."""
        inward = 0.5 * self.height
        is_left = other.left < self.left - inward and other.right < self.right - inward
        return self.level == other.level and not other.heads_place and not (self.level and is_left)


def pages_as_markdown(content: bytes, limits: Limits) -> Converted:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("is locked with a password; save it without one") from error
        raise Refused("is broken or no PDF; open it, save it again and put the new file there") from error
    if len(document) > limits.pages:
        raise Refused(f"has {len(document):,} pages, more than {limits.pages:,}; split it into smaller files")
    lines: list[_Line] = []
    size = 0
    for number in range(len(document)):
        page = document[number]
        words: list[Line] = []
        for line, its_words in _lines(page, number + 1):
            size += len(line.text)
            if size > limits.characters:
                raise Refused(f"has more than {limits.characters:,} characters; split it into smaller files")
            lines.append(line)
            words.append(Line(its_words, line.bold))
        for table in _tables(words, rules_of(page)) if words else ():
            for at in table.lines:
                lines[at - len(words)].table = table
    lines = _without_running_lines(lines, len(document))
    _join_tables(lines)
    found_headings = _find_headings(lines)
    parts = []
    for number, page_lines in groupby(lines, key=lambda line: line.page):
        blocks = [*_blocks(list(page_lines))]
        if blocks and not found_headings:
            parts.append(f"## Page {number}")
        parts.extend(blocks)
    return Converted(
        "\n\n".join(parts),
        found_headings,
        when_empty="has no text in it, only pictures perhaps; have its text recognised (OCR) and save that",
    )


def _lines(page: Any, number: int) -> Iterator[tuple[_Line, list[Word]]]:
    from pypdfium2 import raw

    text = page.get_textpage()
    characters = "".join(chr(raw.FPDFText_GetUnicode(text, at)) for at in range(text.count_chars()))
    for match in re.finditer(r"[^\r\n]+", characters):
        words = match[0].strip()
        if not words:
            continue
        first = match.start() + len(match[0]) - len(match[0].lstrip())
        last = first + len(words) - 1
        left, bottom, right, top = text.get_charbox(first, loose=True)
        bold = _is_bold(text, first) and _is_bold(text, last)
        its_words = [*_words(text, words, first)]
        line = _Line(
            page=number,
            text=" ".join(word.text for word in its_words),
            height=round(top - bottom, 1),
            bold=bold,
            is_row=bold and len(words) <= _LONGEST_HEADING and _is_row(text, words, first),
            left=left,
            right=max(right, text.get_charbox(last, loose=True)[2]),
            top=top,
            bottom=bottom,
        )
        yield line, its_words


def _words(text: Any, line: str, first: int) -> Iterator[Word]:
    from pypdfium2 import raw

    box, last_box = raw.FS_RECTF(), raw.FS_RECTF()
    for found in re.finditer(r"\S+", line):
        raw.FPDFText_GetLooseCharBox(text, first + found.start(), box)
        raw.FPDFText_GetLooseCharBox(text, first + found.end() - 1, last_box)
        # PDFium writes U+FFFE or U+0002 where a word is hyphenated at the end of a line.
        signs = found[0].replace("\ufffe", "-").replace("\x02", "-")
        yield Word(signs, box.left, max(box.right, last_box.right), box.bottom, box.top)


def _is_row(text: Any, words: str, first: int) -> bool:
    """Whether two columns of words are wider apart than words are; the number of a heading is none."""
    boxes = [(sign, text.get_charbox(at, loose=True)) for at, sign in enumerate(words, first) if not sign.isspace()]
    columns = [boxes[0][0]]
    for (_, before), (sign, box) in pairwise(boxes):
        if box[0] - before[2] > _COLUMN_GAP * (box[3] - box[1]):
            columns.append("")
        columns[-1] += sign
    named = columns[1:] if re.search(r"\d", columns[0]) else columns
    return sum(any(sign.isalpha() for sign in each) for each in named) > 1


def _is_bold(text: Any, at: int) -> bool:
    from pypdfium2 import raw

    if raw.FPDFText_GetFontWeight(text, at) >= _BOLD:
        return True
    name = create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, at, name, len(name), c_int())
    return re.search(rb"bold|black|heavy", name.value, re.IGNORECASE) is not None


def _tables(lines: Sequence[Line], rules: Rules) -> list[Table]:
    """What may be tables on one page; whether they are is known with those of the pages before and after."""
    drawn = [*drawn_tables(lines, rules)]
    taken = {at for table in drawn if len(table.rows) > 1 for at in table.lines}
    tables: list[Table] = []
    for is_taken, free in groupby(range(len(lines)), key=lambda at: at in taken):
        if not is_taken:
            tables += aligned_tables(lines, [*free], rules.across)
    # A single row may go on with a table over the page, or be one of several that are shaded.
    taken = {at for table in tables for at in table.lines}
    return [*tables, *(table for table in drawn if not taken.intersection(table.lines))]


def _join_tables(lines: Sequence[_Line]) -> None:
    """Puts together what is one table on two pages, and lets go of what is none."""
    joined: dict[int, Table] = {}
    for before, line in pairwise(lines):
        if line.table and before.table and before.page < line.page and before.table.goes_on_in(line.table):
            before.table.take(line.table)
            joined[id(line.table)] = before.table
        line.table = joined.get(id(line.table), line.table)
    begun: set[int] = set()
    for line in lines:
        if line.table and not line.table.is_one():
            line.table = None
        line.begins = line.table is not None and id(line.table) not in begun
        begun.add(id(line.table))


def _without_running_lines(lines: list[_Line], pages: int) -> list[_Line]:
    """The lines without page numbers, headers and footers: what stands first or last on most pages."""
    if pages < 3:
        return lines
    edges: Counter[str] = Counter()
    at_edge: set[int] = set()
    in_tables: Counter[str] = Counter()
    for _, page in groupby(lines, key=lambda line: line.page):
        stood = sorted(page, key=lambda line: -line.top)
        outermost = {id(line): _without_numbers(line) for line in (*stood[:2], *stood[-2:])}
        edges.update(set(outermost.values()))
        at_edge.update(outermost)
        in_tables.update({_without_numbers(line) for line in stood if line.table})
    # The head of a long table stands first on each page, too; where a table is a header, all of it is on each.
    own = {id(line.table) for line in lines if line.table and in_tables[_without_numbers(line)] <= pages * 0.6}
    return [
        line
        for line in lines
        if id(line) not in at_edge or id(line.table) in own or edges[_without_numbers(line)] <= pages * 0.6
    ]


def _without_numbers(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _find_headings(lines: Sequence[_Line]) -> bool:
    """Marks the headings, larger fonts higher up; returns whether there are any."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.height] += len(line.text)
    if not weights:
        return False
    body = weights.most_common(1)[0][0]
    larger = sorted({line.height for line in lines if line.height > body * 1.12 and _may_head(line)}, reverse=True)
    levels = {height: min(level, 5) for level, height in enumerate(larger, 1)}
    for line in lines:
        if _may_head(line):
            line.level = levels.get(line.height, 0)
            if not line.level and line.bold and line.height >= body and not line.text.endswith((".", ",", ";", ":")):
                line.level = min(len(levels) + 1, 6)
    numbered = [(line, match) for line in lines if line.level and (match := _PLACE.match(line.text))]
    places = {(match["above"], int(match["last"])) for _, match in numbered}
    for line, match in numbered:  # "2.4 GHz" may only go on with a heading; a section has another before or behind it
        line.heads_place = bool(places & {(match["above"], int(match["last"]) + step) for step in (-1, 1)})
    return any(line.level for line in lines)


def _may_head(line: _Line) -> bool:
    return (
        not line.is_row
        and not line.table
        and len(line.text) <= _LONGEST_HEADING
        and any(sign.isalpha() for sign in line.text)
    )


def _blocks(lines: Sequence[_Line]) -> Iterator[str]:
    """Headings, paragraphs and lists: a line that reaches the right edge goes on in the next."""
    edge = max(line.right for line in lines)
    block: list[str] = []
    before: _Line | None = None
    for line in lines:
        if line.table:
            if block:
                yield "\n".join(block)
            block, before = [], None
            if line.begins:
                yield from [*line.table.titles, as_table([[*map(escaped, row)] for row in line.table.rows])]
            continue
        text = _BULLET.sub("- ", line.text)
        gap = before is not None and before.bottom - line.top > 0.6 * line.height
        if before is None or gap or not before.goes_on_in(line) or line.top > before.top:
            if block:
                yield "\n".join(block)
            block = ["#" * line.level + " " + text if line.level else text]
        elif line.level or (before.right > edge * 0.8 and not (before.is_row or line.is_row or _ITEM.match(text))):
            block[-1] += f" {text}"
        else:
            block.append(text)
        before = line
    if block:
        yield "\n".join(block)

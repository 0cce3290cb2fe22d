"""Words on their way to Slack and back: escaping, Markdown as Slack text, splitting. Nothing else does these.

Guides and people write anything; Slack must show it and never act on it. So `&`, `<` and `>` are escaped, what
would become formatting is swapped for a look-alike, and links are shown as their words.
"""

import html
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate, groupby, pairwise, takewhile
from typing import Any
from urllib.parse import urlsplit

SECTION_LIMIT = 3_000  # characters of a section block
PATH_LIMIT = 200  # characters that say where a section stands
LINK_LIMIT = 1_000  # of a web address: a section has room for one, a message for five
Spans = Sequence[tuple[int, int]]

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")  # controls, bidi overrides
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_WIDTHS = {"&": 5, "<": 4, ">": 4}  # of what is escaped
_LOOK_ALIKE = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})


def escape(text: str) -> str:
    """Exactly as typed, with the three characters that Slack acts on taken out of force."""
    visible = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).encode("utf-8", "replace").decode()
    return visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Escaped, and shown without formatting even where it looks like some."""
    without = text.translate(_LOOK_ALIKE)
    return escape(re.sub(r"(?<!\w)_|_(?!\w)", "ˍ", without))


def without_quotes(escaped: str) -> str:
    """Without the ``>`` that somebody typed at the beginning of a line, which Slack takes for the mark of a quote.

    >>> without_quotes("&gt; 24 hours &gt; a day")
    '˃ 24 hours &gt; a day'
    """
    return re.sub("^&gt;", "˃", escaped, flags=re.MULTILINE)


def one_line(text: str, limit: int) -> str:
    """On one line, and at most ``limit`` characters once it is escaped, as it is not yet."""
    line = " ".join(_UNSEEN.sub("", text).split()).encode("utf-8", "replace").decode()
    if len(line) * max(_WIDTHS.values()) <= limit:
        return line
    ends = list(accumulate(_WIDTHS.get(char, 1) for char in line))
    return line if ends[-1] <= limit else line[: bisect(ends, limit - 1)].rstrip() + "…"


def path(title: str, headings: Iterable[str], limit: int = PATH_LIMIT) -> list[str]:
    """Where a section stands, not escaped yet: title and headings, none repeated, "…" for those in the middle.

    The title and the two innermost headings always stay; where even these are more than ``limit``, each is cut.

    >>> path("Rental handbook (Leeds)", ["Rental handbook", "Cargo bike", "Range"])
    ['Rental handbook (Leeds)', 'Cargo bike', 'Range']
    """
    parts = [one_line(title, limit) or "Untitled"]
    for heading in headings:
        words = one_line(heading, limit)
        if words and words not in (parts[0], parts[-1]) and not parts[0].startswith(f"{words} ("):
            parts.append(words)
    shown = parts
    for first in range(2, len(parts) - 1):
        if len(escape(" › ".join(shown))) > limit:
            shown = [parts[0], "…", *parts[first:]]
    if len(escape(" › ".join(shown))) > limit:
        shown = [one_line(part, (limit - 10) // min(len(shown), 3)) for part in shown]
    return shown


def said(text: str) -> Iterator[str]:
    """What a person wrote, as Slack lines: every line break kept, nothing taken as formatting."""
    for line in _LINE_ENDS.sub("\n", text).strip("\n").split("\n"):
        yield from (literal(piece) for piece in _pieces(line, SECTION_LIMIT // 6))


def in_pieces(text: str) -> Iterator[str]:
    """A text as it was typed, in pieces that fit a section even once Slack has escaped them."""
    ends = [0, *accumulate(_WIDTHS.get(char, 1) for char in text)]
    start = 0
    while start < len(text):
        end = bisect(ends, ends[start] + SECTION_LIMIT) - 1
        yield text[start:end]
        start = end


def typed(text: str) -> str:
    """What a person typed, from Slack's encoding of it: mentions and links as words, entities undone."""
    words = re.sub(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>", _as_words, text)
    return kept(html.unescape(words))


def kept(text: str) -> str:
    """What a person typed, without what no database keeps: null characters and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def number_in(value: Any) -> int:
    """The number in a button's value or a form; 0, which no record has, for anything else."""
    text = str(value or "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _as_words(found: re.Match[str]) -> str:
    sign, target, label = found.groups()
    if sign == "":
        return str(label or target)
    return f"{'' if sign == '!' else sign}{label or target}"


def link(url: str | None, words: str) -> str | None:
    """A live link, only for a web address that has nothing in it that could end the link early."""
    if url is None or len(escape(url)) > LINK_LIMIT or re.search(r"[\s<>|\x00-\x1f]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return f"<{url.replace('&', '&amp;')}|{literal(words)}>"


def day(when: date) -> str:
    """3 March 2026; of an instant, the day that it is where the reader is, which Slack knows."""
    words = f"{when.day} {when:%B %Y}"
    return f"<!date^{int(when.timestamp())}^{{date}}|{words}>" if isinstance(when, datetime) else words


def counted(number: int, one: str, several: str = "") -> str:
    """1 vote, 2,000 votes, 3 stories"""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def series(names: Sequence[str]) -> str:
    """Ana, Ben and Chloé"""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def packed(lines: Iterable[str], limit: int = SECTION_LIMIT, between: str = "\n") -> list[str]:
    """Lines put together into texts of at most ``limit`` characters, cut between lines only."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(between) + len(line) <= limit:
            texts[-1] += between + line
        else:
            texts.append(line)
    return [text for text in texts if text.strip("> \n")]


def shortened(lines: Sequence[str], limit: int) -> tuple[list[str], bool]:
    """As many whole lines as fit in ``limit`` characters, and whether any were left out."""
    kept: list[str] = []
    for line in lines:
        limit -= len(line) + 1
        if limit < 0:
            return kept, True
        kept.append(line)
    return kept, False


# Markdown as Slack text


@dataclass(slots=True)
class _Run:
    """Visible characters that look alike: where they stand in the source and how they are shown."""

    text: str
    at: int
    code: bool = False
    bold: bool = False
    struck: bool = False

    @property
    def look(self) -> tuple[bool, bool, bool]:
        return self.bold, self.code, self.struck


@dataclass
class _Block:
    """A paragraph, heading, list item, table row or line of code: one or more lines of Slack text."""

    kind: str
    prefix: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)  # of the source; several are the cells of a row


_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_HEADING = re.compile(r"\s{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_BULLET = re.compile(r"(\s*)(?:[-*+]|(\d{1,9}[.)]))[ \t]+(?=\S)")
_RULE = re.compile(r"\s{0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
_TABLE_RULE = re.compile(r"\s{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_QUOTE_MARK = re.compile(r"\s{0,3}(?:>[ \t]?)+")
_PIPE = re.compile(r"(?<!\\)\|")
# Repetitions are bounded, so that no text makes this slow.
_INLINE = re.compile(
    r"""
      (?P<hard>(?:[ ]{2,}|\\)\n\s*) | (?P<soft>[ \t]*\n[ \t]*(?:>[ \t]?)*)
    | \\(?P<escaped>[!-/:-@\[-`{-~])
    | (?P<ticks>`{1,3})(?P<code>[^`\n]{1,400})(?P=ticks)
    | !\[(?P<alt>[^\[\]]{0,400})\]\([^()\s]{0,2000}(?:\s{1,9}"[^"\n]{0,300}")?\)
    | \[(?P<label>[^\[\]]{1,400})\]\([^()\s]{0,2000}(?:\s{1,9}"[^"\n]{0,300}")?\)
    | <(?P<address>(?:https?://|mailto:)[^<>\s]{1,2000}|[^<>@\s]{1,100}@[^<>@\s]{1,200})>
    | (?P<newline><br\s{0,3}/?>) | (?P<tag></?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>]{0,400})?/?>|<!--[^>]{0,400}-->)
    | (?<![\w*])(?P<stars>\*{1,3})(?=[^\s*])(?P<starred>.{0,600}?[^\s*])(?P=stars)(?![\w*])
    | (?<![\w_])(?P<lows>_{1,3})(?=[^\s_])(?P<lowed>.{0,600}?[^\s_])(?P=lows)(?![\w_])
    | (?P<waves>~~)(?=\S)(?P<waved>.{0,400}?\S)(?P=waves)
    | (?P<entity>&(?:[A-Za-z]{2,31}|\#[0-9]{1,7}|\#x[0-9A-Fa-f]{1,6});)
    """,
    re.VERBOSE | re.DOTALL,
)


def from_markdown(source: str, highlights: Spans = (), width: int = SECTION_LIMIT - 100) -> list[str]:
    """A guide's Markdown as lines of Slack text.

    Headings are bold, lists have bullets, tables are rows, links are their words, what is struck through stays so.

    Args:
        source: the Markdown.
        highlights: spans of ``source`` to show bold.
        width: the most characters of a line; a longer one becomes several.
    """
    lines: list[str] = []
    before = ""
    for block in _blocks(source):
        if lines and not (before == block.kind and block.kind in ("item", "row", "code")):
            lines.append("")
        before = block.kind
        for number, line in enumerate(_lines(source, block, highlights)):
            indent = " " * len(block.prefix) if number else block.prefix
            lines.extend(_render(line, indent, width))
    return lines


def table_head(source: str, at: int) -> str:
    """The head of the table in whose row ``at`` stands; empty in the head itself and outside tables.

    >>> table_head("| Bike | Range |\\n|---|---|\\n| Cargo | 35 km |", 30)
    '| Bike | Range |'
    """
    row = source.rfind("\n", 0, at) + 1
    above = list(takewhile(_is_row, reversed(source[:row].split("\n")[:-1])))
    return above[-1] if above and _is_row(source[row:]) else ""


def _is_row(line: str) -> bool:
    return line.lstrip(" \t").startswith("|")


def quoted(lines: Iterable[str]) -> list[str]:
    """The lines as a block quote."""
    return [f"> {line}" if line else ">" for line in lines]


def _blocks(source: str) -> list[_Block]:
    blocks: list[_Block] = []
    in_fence = ""
    in_table = is_open = False  # an open block takes the next plain line in
    for match in re.finditer(r"[^\n]*\n?", source):
        start, end = match.start(), match.end() - match.group().endswith("\n")
        line = source[start:end].rstrip("\r")
        if in_fence or (fence := _FENCE.match(line)):
            if not in_fence:
                assert fence is not None
                in_fence = fence[1]
            elif line.strip().startswith(in_fence):
                in_fence = ""
            elif line.strip():
                blocks.append(_Block("code", spans=[(start, end)]))
            in_table = is_open = False
            continue
        start += (mark := _QUOTE_MARK.match(line)) is not None and mark.end()
        line = source[start:end].rstrip("\r")
        last = blocks[-1] if blocks and is_open else None
        if not line.strip():
            in_table = is_open = False
        elif _TABLE_RULE.match(line) and "|" in line and (last or in_table):
            if last and last.kind == "plain":
                last.kind, last.spans = "row", _cells(source, *last.spans[0])
            in_table, is_open = True, False
        elif _UNDERLINE.match(line) and last and last.kind == "plain":
            last.kind, is_open = "heading", False
        elif heading := _HEADING.match(line):
            blocks.append(_Block("heading", spans=[(start + heading.start(1), start + heading.end(1))]))
            in_table = is_open = False
        elif _RULE.match(line):
            in_table = is_open = False
        elif bullet := _BULLET.match(line):
            depth = min(len(bullet[1].expandtabs(4)) // 2, 5)
            blocks.append(_Block("item", "   " * depth + (f"{bullet[2]} " if bullet[2] else "• ")))
            blocks[-1].spans = [(start + bullet.end(), end)]
            in_table, is_open = False, True
        elif line.lstrip().startswith("|") or (in_table and "|" in line):
            blocks.append(_Block("row", spans=_cells(source, start, end)))
            in_table, is_open = True, True
        elif last:
            last.spans[-1] = (last.spans[-1][0], end)
            in_table = False
        else:
            blocks.append(_Block("plain", spans=[(start, end)]))
            in_table, is_open = False, True
    return blocks


def _cells(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """The cells of a table row, as spans without the white space around them."""
    edges = [start - 1, *(start + pipe.start() for pipe in _PIPE.finditer(source[start:end])), end]
    cells = []
    for left, right in pairwise(edges):
        cell = source[left + 1 : right]
        ink = left + 1 + len(cell) - len(cell.lstrip())
        cells.append((ink, ink + len(cell.strip())))
    if cells and cells[0][0] >= cells[0][1]:
        cells = cells[1:]
    if cells and cells[-1][0] >= cells[-1][1]:
        cells = cells[:-1]
    return cells


def _lines(source: str, block: _Block, highlights: Spans) -> list[list[_Run]]:
    """The visible characters of a block, line by line."""
    runs: list[_Run] = []
    for number, (start, end) in enumerate(block.spans):
        if number:
            runs.append(_Run(" | ", block.spans[number - 1][1]))
        if block.kind == "code":
            runs.append(_Run(source[start:end].rstrip(), start, code=True))
        elif block.kind == "row" and start == end:
            runs.append(_Run("–", start))
        else:
            runs.extend(_inline(source, start, end))
    if block.kind == "heading":
        highlights = ((0, len(source)),)
    if block.kind == "row":
        highlights = _without_empty_cells(source, block.spans, highlights)
    shown = [part for run in runs for part in _highlighted(run, highlights)]
    return [list(line) for is_break, line in groupby(shown, lambda run: run.text == "\n") if not is_break]


def _without_empty_cells(source: str, cells: Spans, highlights: Spans) -> Spans:
    """The highlights but for cells without a letter or digit, which answer nothing, and for what parts these off."""
    for (_, low), (start, end), (high, _) in zip([(0, 0), *cells], cells, [*cells[1:], (len(source), 0)], strict=False):
        if not any(map(str.isalnum, source[start:end])):
            halves = [half for a, b in highlights for half in ((a, min(b, low)), (max(a, high), b))]
            highlights = [(a, b) for a, b in halves if a < b]
    return highlights


def _inline(source: str, start: int, end: int) -> Iterator[_Run]:
    at = start
    while at < end:
        found = _INLINE.search(source, at, end)
        stop = found.start() if found else end
        if stop > at:
            yield _Run(source[at:stop], at)
        if not found:
            return
        at = found.end()
        kind = found.lastgroup or ""
        if kind in ("label", "starred", "lowed", "waved"):
            for run in _inline(source, *found.span(kind)):
                run.struck |= kind == "waved"
                yield run
        elif kind in ("code", "alt", "escaped", "address"):
            yield _Run(found[kind].replace("\n", " "), found.start(kind), code=kind == "code")
        elif kind in ("hard", "newline"):
            yield _Run("\n", stop)
        elif kind == "soft":
            yield _Run(" ", stop)
        elif kind == "entity":
            yield _Run(html.unescape(found[kind]).replace("\n", " "), stop)


def _highlighted(run: _Run, highlights: Spans) -> Iterator[_Run]:
    """The run, cut where a highlight begins or ends within it."""
    end = run.at + len(run.text)
    edges = sorted({run.at, end, *(edge for span in highlights for edge in span if run.at < edge < end)})
    for left, right in pairwise(edges):
        bold = any(a <= left < b for a, b in highlights)
        yield _Run(run.text[left - run.at : right - run.at], left, run.code, bold, run.struck)


def _render(line: list[_Run], prefix: str, width: int) -> Iterator[str]:
    """A line as Slack text; one that is too long becomes several."""
    for run in line:
        run.text = _UNSEEN.sub("", run.text)
    line = [run for run in line if run.text]
    _struck_words(line)
    _bold_whole_words(line)
    room = width - len(prefix) - 10  # for the marks around bold, and the escape of the last character
    if sum(len(escape(run.text)) + 4 for run in line) <= room:
        if line:
            yield prefix + _marked(line)
        return
    chars = [_Run(char, run.at, run.code, run.bold, run.struck) for run in line for char in run.text]
    start = 0
    while start < len(chars):
        end, size, space = start, 0, 0
        while end < len(chars):
            size += _WIDTHS.get(chars[end].text, 1) + 4 * (end == start or chars[end].look != chars[end - 1].look)
            if size > room:
                break
            end += 1
            space = end if chars[end - 1].text == " " else space
        cut = end if end == len(chars) else space or max(end, start + 1)
        yield prefix + _marked(chars[start:cut])
        start = cut


def _struck_words(line: list[_Run]) -> None:
    """Slack shows what is struck through only when it begins and ends at the edge of a word: a space makes one."""
    for left, right in pairwise(line):
        if left.struck != right.struck and left.text[-1:].isalnum() and right.text[:1].isalnum():
            right.text = f" {right.text}"


def _bold_whole_words(line: list[_Run]) -> None:
    """Slack shows bold only when it begins and ends at the edge of a word."""
    for left, right in pairwise(line):
        if left.bold and not right.bold and left.text[-1:].isalnum() and (word := re.match(r"[^\W_]+", right.text)):
            left.text, right.text = left.text + word[0], right.text[word.end() :]
    for left, right in reversed(list(pairwise(line))):
        if right.bold and not left.bold and right.text[:1].isalnum() and (word := re.search(r"[^\W_]+$", left.text)):
            left.text, right.text = left.text[: word.start()], word[0] + right.text


def _marked(line: list[_Run]) -> str:
    text = ""
    for bold, part in groupby(line, lambda run: run.bold and not run.code):
        looks = groupby(part, lambda run: (run.code, run.struck))
        shown = "".join(_shown("".join(run.text for run in runs), *look) for look, runs in looks)
        text += _between("*", shown) if bold else shown
    return text.replace("\t", " ").rstrip()


def _shown(text: str, code: bool, struck: bool) -> str:
    shown = _between("`", escape(text.replace("`", "ˋ"))) if code else literal(text)
    return _between("~", shown) if struck else shown


def _between(mark: str, text: str) -> str:
    """The text between two marks; white space at its edges stays outside, for Slack shows such marks as they are."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}") if inner else text


def _pieces(line: str, limit: int) -> Iterator[str]:
    """A line cut at spaces into pieces of at most ``limit`` characters."""
    while len(line) > limit:
        cut = line.rfind(" ", 1, limit)
        cut = limit if cut < limit // 2 else cut
        yield line[:cut]
        line = line[cut:].lstrip(" ")
    yield line

"""Where a guide may be cut: its sections by heading, and the chunks that are indexed.

Both are spans of the guide's exact text, so they can be held against each other and against a quotation.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 1_100  # characters of a chunk; larger chunks found the passage more often, and this much is still shown whole
LONGEST_HEADING = 200  # what is longer, or runs over lines, is a paragraph above a rule, not a heading

_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_INLINE = MarkdownIt("commonmark")
_NEWLINE = re.compile(r"\r\n?|\n")  # what Markdown calls a line end, and nothing else
_INK = re.compile(r"\S")
_PLACES_TO_BREATHE = (
    re.compile(r"[.!?…。！？][\"'”’)\]*_]*\s+|[。！？]"),  # sentences
    re.compile(r"[\r\n]+"),
    re.compile(r"\s+"),
)
_VERBATIM = {"fence", "code_block", "html_block"}
_CONTAINERS_ONLY = {"inline", "thead_open", "tbody_open", "th_open", "td_open"}


@dataclass(frozen=True)
class SectionSpan:
    """A heading with what stands under it, up to the next heading of any level; the first may have no heading."""

    start: int
    end: int
    headings: tuple[str, ...]  # as plain words, outermost first
    heading_end: int  # where the heading's own lines end


@dataclass(frozen=True)
class ChunkDraft:
    start: int
    end: int
    headings: tuple[str, ...]  # heading path at `start`
    hash: str  # of the title and the text: what is embedded


def sections(text: str) -> list[SectionSpan]:
    """The whole text as sections, in order, without a gap."""
    return _sections(text, _Outline(text))


def cut(title: str, text: str) -> list[ChunkDraft]:
    """The text as chunks of at most `LIMIT` characters that hold everything but the white space between them.

    Whole blocks are packed together as long as they fit: paragraphs, list items, tables, fenced code. A block that
    doesn't fit is cut at the blocks, rows or lines within it, then at sentences, then at words. A heading stays with
    what follows it.
    """
    outline = _Outline(text)
    spans = _sections(text, outline)
    section_starts = [span.start for span in spans]
    chunks = []
    start = _next_ink(text, 0)
    while start < len(text):
        stop = outline.stop(start)
        span = text[start:stop].rstrip()
        headings = spans[bisect_right(section_starts, start) - 1].headings
        chunks.append(ChunkDraft(start, start + len(span), headings, chunk_hash(title, span)))
        start = _next_ink(text, stop)
    return chunks


def chunk_hash(title: str, span: str) -> str:
    return sha256(f"{title}\n{span}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class _Heading:
    start: int
    end: int
    level: int
    text: str


class _Outline:
    """The places where a text may be cut: joints between whole blocks, seams inside them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.headings: list[_Heading] = []
        self._ink_end = len(text.rstrip())
        lines = [0, *(match.end() for match in _NEWLINE.finditer(text)), len(text)]
        joints: set[int] = set()
        seams: set[int] = set()
        held: set[int] = set()  # starts that must stay with the heading before them
        below_heading = -1  # the line that follows the last heading
        tokens = _BLOCKS.parse(text)
        for number, token in enumerate(tokens):
            if token.map is None or token.type in _CONTAINERS_ONLY:
                continue
            first, last = token.map
            start = lines[first]
            after_heading = start == below_heading
            heading = _heading(tokens[number : number + 2], start, lines[min(last, len(lines) - 1)])
            if heading:
                self.headings.append(heading)
                below_heading = _line_at_ink(text, lines, heading.end)
                (seams if after_heading else joints).add(start)
            elif after_heading:
                held.add(start)
            elif token.type == "tr_open":
                if tokens[number - 1].type == "tr_close":  # the first two stay together: the header and a row
                    seams.add(start)
            elif token.level == 0 or (token.level == 1 and token.type == "list_item_open"):
                joints.add(start)
            else:
                seams.add(start)
            if token.type in _VERBATIM:
                seams.update(lines[first + 1 : last])
        self._joints = sorted(joints - held)
        self._seams = sorted(seams - held - joints)

    def stop(self, start: int) -> int:
        """Where a chunk that starts here stops: at the farthest good place within the limit."""
        reach = _next_ink(self.text, start + LIMIT)
        if reach >= self._ink_end:
            return len(self.text)
        least = start + LIMIT // 3  # a chunk of a few words is worth less than a whole block
        joint = _last_within(self._joints, start, reach)
        if joint is not None and (joint > least or self._fits_behind(joint)):
            return joint
        seam = _last_within(self._seams, least, reach)
        if seam is not None:
            return seam
        window = self.text[least : start + LIMIT]
        for place in _PLACES_TO_BREATHE:
            ends = [match.end() for match in place.finditer(window)]
            if ends:
                return least + ends[-1]
        return start + LIMIT

    def _fits_behind(self, joint: int) -> bool:
        after = bisect_right(self._joints, joint)
        return (self._joints[after] if after < len(self._joints) else self._ink_end) - joint <= LIMIT


def _sections(text: str, outline: _Outline) -> list[SectionSpan]:
    spans = []
    path: list[_Heading] = []
    starts = [heading.start for heading in outline.headings]
    if not starts or text[: starts[0]].strip():
        spans.append(SectionSpan(0, starts[0] if starts else len(text), (), 0))
    for number, heading in enumerate(outline.headings):
        path = [*(above for above in path if above.level < heading.level), heading]
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        start = heading.start if spans else 0
        spans.append(SectionSpan(start, end, tuple(above.text for above in path), heading.end))
    return spans


def _heading(tokens: Sequence[Token], start: int, end: int) -> _Heading | None:
    if tokens[0].type != "heading_open" or tokens[0].level:
        return None
    opening, inline = tokens
    if len(inline.content) > LONGEST_HEADING or "\n" in inline.content:
        return None
    children = _INLINE.parseInline(inline.content)[0].children or []
    words = "".join(" " if child.type == "softbreak" else child.content for child in children if _is_read(child))
    return _Heading(start, end, int(opening.tag[1:]), " ".join(words.split())) if words.strip() else None


def _is_read(token: Token) -> bool:
    return token.type in {"text", "code_inline", "image", "softbreak", "text_special"}


def _next_ink(text: str, position: int) -> int:
    match = _INK.search(text, position)
    return match.start() if match else len(text)


def _line_at_ink(text: str, lines: Sequence[int], position: int) -> int:
    return lines[bisect_right(lines, _next_ink(text, position)) - 1]


def _last_within(places: Sequence[int], low: int, high: int) -> int | None:
    """The last of the sorted places in (low, high]."""
    after = bisect_right(places, high)
    return places[after - 1] if after > bisect_left(places, low + 1) else None

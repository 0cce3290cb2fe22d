"""Citations: places in a guide, made only from passages that retrieval returned, and found again later."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.answers import Citation, Passage
from knowledge.chunking import SectionSpan, sections
from knowledge.sentences import Kind, Piece, pieces

LONGEST_QUOTE = 700  # characters


class NotRetrieved(Exception):
    """A citation names a passage that retrieval did not return; it is never shown."""


@dataclass(frozen=True)
class Quotable:
    """A passage with the guide that it stands in, whole: a quote may need the head of its table."""

    passage: Passage
    guide_text: str


def resolve(number: int, retrieved: Sequence[Quotable], highlights: Sequence[tuple[int, int]] = ()) -> Citation:
    """The citation of passage ``number`` (from 0), quoting what stands around ``highlights``.

    Args:
        highlights: spans of the passage's text that answer, best first; the quote is made around the first.

    Raises:
        NotRetrieved: there is no such passage.
    """
    if not 0 <= number < len(retrieved):
        raise NotRetrieved(f"Passage {number} of {len(retrieved)}")
    passage, guide_text = retrieved[number].passage, retrieved[number].guide_text
    start, end = _quote_span(passage.text, highlights[0] if highlights else None)
    at = passage.start + start
    quote = passage.text[start:end]
    head = _table_head(guide_text, at)
    section = _section_at(guide_text, at)
    return Citation(
        guide_key=passage.guide_key,
        title=passage.title,
        section=section.headings[-1] if section and section.headings else passage.title,
        headings=section.headings if section else passage.headings,
        owner=passage.owner,
        reviewed=passage.reviewed,
        url=passage.url,
        start=at,
        end=passage.start + end,
        quote=head + quote,
        highlights=tuple(
            sorted(
                (low - start + len(head), high - start + len(head))
                for low, high in highlights
                if start <= low < high <= end
            )
        ),
    )


def locate(text: str, start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in the guide's text as it is now; nearest to where it stood; None when it is gone.

    A quote may begin with the head of its table, which stands further up.
    """
    if start < end and quote.endswith(text[start:end]) and (text[start:end] == quote or _table_head(text, start)):
        return start, end
    tail = quote[len(quote) - (end - start) :] if 0 < end - start < len(quote) else quote
    for words in dict.fromkeys((quote, tail)):
        places = []
        at = text.find(words) if words else -1
        while at >= 0:
            places.append(at)
            at = text.find(words, at + 1)
        if places:
            nearest = min(places, key=lambda place: abs(place - start))
            return nearest, nearest + len(words)
    return None


def section_around(text: str, start: int, end: int) -> SectionSpan:
    """The section that a span begins in, stretched to the one that it ends in."""
    first = _section_at(text, start) or SectionSpan(0, len(text), (), 0)
    last = _section_at(text, max(start, end - 1)) or first
    return SectionSpan(first.start, max(first.end, last.end), first.headings, first.heading_end)


def _quote_span(text: str, around: tuple[int, int] | None) -> tuple[int, int]:
    """Whole pieces of a passage, grown on both sides of the answering one up to the length of a quote."""
    every = pieces(text)
    if not every:
        return 0, min(len(text), LONGEST_QUOTE)
    first = last = _piece_at(every, around[0]) if around else 0
    if every[first].end - every[first].start > LONGEST_QUOTE:
        return every[first].start, _last_space(text, every[first].start + LONGEST_QUOTE)
    growing = True
    while growing:
        growing = False
        # What follows first: exceptions and conditions stand behind the rule.
        if last + 1 < len(every) and every[last + 1].end - every[first].start <= LONGEST_QUOTE:
            last, growing = last + 1, True
        if first > 0 and every[last].end - every[first - 1].start <= LONGEST_QUOTE:
            first, growing = first - 1, True
    while last > first and every[last].kind in {Kind.HEADING, Kind.RULE}:  # of what the quote no longer holds
        last -= 1
    while first < last and every[first].kind is Kind.RULE:
        first += 1
    return every[first].start, every[last].end


def _piece_at(every: Sequence[Piece], position: int) -> int:
    return max((n for n, piece in enumerate(every) if piece.start <= position), default=0)


def _last_space(text: str, limit: int) -> int:
    return max(text.rfind(" ", 0, limit), limit - 80)


def _table_head(text: str, at: int) -> str:
    """The head of the table that a quote begins in the middle of, with its line end; empty elsewhere."""
    lines = []
    row_start = text.rfind("\n", 0, at) + 1
    if text[row_start:at].strip() or not text[row_start:].lstrip().startswith("|"):
        return ""
    while row_start > 0:
        above = text.rfind("\n", 0, row_start - 1) + 1
        line = text[above : row_start - 1]
        if not line.lstrip().startswith("|"):
            break
        lines.append(line)
        row_start = above
    return "".join(f"{line}\n" for line in lines[:-3:-1]) if len(lines) >= 2 else ""


def _section_at(text: str, position: int) -> SectionSpan | None:
    return next((each for each in _sections(text) if each.start <= position < each.end), None)


@lru_cache(maxsize=64)
def _sections(text: str) -> tuple[SectionSpan, ...]:
    return tuple(sections(text))

"""Citations: places in a guide, made only from passages that retrieval returned, and found again later."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.answers import Citation, Passage
from knowledge.chunking import SectionSpan, sections
from knowledge.instructions import LEFT_OUT, without_instructions
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
    """The citation of passage ``number`` (from 0), quoting its section around ``highlights``.

    Args:
        highlights: spans of the passage's text that answer, best first; the quote is made around the first. Those
            that the quote doesn't reach are left out.

    Raises:
        NotRetrieved: there is no such passage.
    """
    if not 0 <= number < len(retrieved):
        raise NotRetrieved(f"Passage {number} of {len(retrieved)}")
    passage, text = retrieved[number].passage, retrieved[number].guide_text
    marked = [(passage.start + low, passage.start + high) for low, high in highlights]
    answering = marked[0] if marked else (passage.start, passage.start + 1)
    section = _section_at(text, answering[0])
    start, end = _quote_span(text, *answering, within=section)
    head = _table_head(text, start)
    shift = len(head) - start
    spans = sorted((low + shift, high + shift) for low, high in marked if start <= low < high <= end)
    quote, spans = without_instructions(head + text[start:end], spans)
    title, *headings = (without_instructions(each)[0] for each in (passage.title, *section.headings))
    return Citation(
        guide_key=passage.guide_key,
        title=title,
        section=headings[-1] if headings else title,
        headings=tuple(headings),
        owner=passage.owner,
        reviewed=passage.reviewed,
        url=passage.url,
        start=start,
        end=end,
        quote=quote,
        highlights=tuple(spans),
    )


def locate(text: str, start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in the guide's text as it is now; nearest to where it stood; None when it is gone.

    A quote may begin with the head of its table, which stands further up, and leave out what speaks to an assistant.
    """
    if start < end and LEFT_OUT in quote and quote.endswith(without_instructions(text[start:end])[0]):
        return start, end
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
    first, last = _section_at(text, start), _section_at(text, max(start, end - 1))
    return SectionSpan(first.start, last.end, first.headings, first.heading_end)


def _quote_span(text: str, start: int, end: int, within: SectionSpan) -> tuple[int, int]:
    """Whole pieces of a section, grown on both sides of what answers up to the length of a quote."""
    # Reading a few lines more than a quote can hold is enough, however long the section is.
    low = max(within.start, text.rfind("\n", 0, max(0, start - LONGEST_QUOTE)) + 1)
    line_end = text.find("\n", end + LONGEST_QUOTE)
    high = min(within.end, line_end if line_end >= 0 else len(text))
    every = [Piece(low + each.start, low + each.end, each.kind) for each in pieces(text[low:high])]
    first = last = max((n for n, piece in enumerate(every) if piece.start <= start), default=0)
    if not every or every[first].end - every[first].start > LONGEST_QUOTE:
        return start, _last_space(text, min(high, start + LONGEST_QUOTE))
    growing = True
    while growing:
        growing = False
        # What follows first: exceptions and conditions stand behind the rule.
        if last + 1 < len(every) and every[last + 1].end - every[first].start <= LONGEST_QUOTE:
            last, growing = last + 1, True
        before = every[first - 1] if first > 0 else None
        if before and before.kind is not Kind.HEADING and every[last].end - before.start <= LONGEST_QUOTE:
            first, growing = first - 1, True
    while first < last and every[first].kind is Kind.RULE:
        first += 1
    while first < last and every[last].kind is Kind.RULE:
        last -= 1
    return every[first].start, every[last].end


def _last_space(text: str, limit: int) -> int:
    return limit if limit == len(text) else max(text.rfind(" ", 0, limit), limit - 80)


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


def _section_at(text: str, position: int) -> SectionSpan:
    """The section at a position; the last one behind the end, the whole of a text without any."""
    every = _sections(text) or (SectionSpan(0, len(text), (), 0),)
    return next((each for each in every if position < each.end), every[-1])


@lru_cache(maxsize=64)
def _sections(text: str) -> tuple[SectionSpan, ...]:
    return tuple(sections(text))

"""Citations: places in a guide, made only from passages that retrieval returned, and found again later."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from knowledge.answers import Citation, Passage
from knowledge.chunking import SectionSpan, sections
from knowledge.instructions import LEFT_OUT, without_instructions
from knowledge.sentences import BOLD, Kind, Piece, has_second_head, pieces

LONGEST_QUOTE = 700  # characters
FAR_BELOW = 3_000  # characters at most from the line that says for which case a list is to the item that is quoted
NEAR = 20_000  # characters of a guide that are read on either side of a place: reading all of a long one takes seconds

_OF_TABLE = (Kind.HEAD, Kind.RULE, Kind.ROW)
_LINE_IN_BOLD = re.compile(r"^[ \t]*(\*\*|__)([^*_\n]+)\1([.:!]?)[ \t]*$", re.MULTILINE)
_LEANING = re.compile(  # how a sentence begins that nobody understands without the one before
    r"[\"'“‘(*_]*(?:it|its|this|that|these|those|they|their|he|she|his|her|then|so|but|and|or|otherwise|instead|also|"
    r"both|neither|either|such|if (?:so|not|they|it)|(?:in|for) (?:this|that|these|those)(?: case)?)\b",
    re.IGNORECASE,
)

_DENIES = re.compile(r"\b(?:never|not|cannot|exclu(?:ded|sions?))\b|n['’]t\b", re.IGNORECASE)


class NotRetrieved(Exception):
    """A citation names a passage that retrieval did not return; it is never shown."""


@dataclass(frozen=True)
class Quotable:
    """A passage with the guide that it stands in, whole: a quote may need the head of its table."""

    passage: Passage
    guide_text: str

    @property
    def is_whole(self) -> bool:
        """Whether the passage stands in the guide; they are read one after the other, and guides are edited."""
        return self.guide_text[self.passage.start : self.passage.end] == self.passage.text


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
    span = _quote_span(text, *answering, marked, within=section)
    start, end = span.start, span.end
    case = _case_above(text, section, start)
    is_quotable = case is not None and end - case.start() <= LONGEST_QUOTE
    start = case.start() if case and is_quotable else start
    of_case = [case[2].rstrip(" :")] if case and not is_quotable else []
    head = _shortened(table_head(text, start), LONGEST_QUOTE - (end - start))
    head = _denying_heading(text, section, LONGEST_QUOTE - len(head) - (end - start), start) + head
    shift = len(head) - start
    spans = sorted((low + shift, high + shift) for low, high in marked if start <= low < high <= end)
    quote, spans = without_instructions(head + text[start:end], spans)
    title, *headings = (without_instructions(each)[0] for each in (passage.title, *section.headings, *of_case))
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
        begins_above=span.begins_above and not is_quotable,
        goes_on=span.goes_on,
    )


def locate(text: str, start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in the guide's text as it is now; nearest to where it stood; None when it is gone.

    A quote may begin with the head of its table or section, further up, and leave out what speaks to an assistant.
    """
    if 0 <= start < end <= len(text):
        words = without_instructions(text[start:end])[0]
        if quote == words or (quote.endswith(f"\n{words}") and _may_have_head(text, start)):
            return start, end
    tail = quote[len(quote) - (end - start) :] if 0 < end - start < len(quote) else quote
    for words in filter(None, (quote, tail)):
        before, after = text.rfind(words, 0, max(0, start) + len(words)), text.find(words, max(0, start))
        places = [place for place in (before, after) if place >= 0]
        if places:
            nearest = min(places, key=lambda place: abs(place - start))
            return nearest, nearest + len(words)
    return None


def items_below(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the list that a sentence of a passage announces with a colon; none where it announces none."""
    every = pieces(text[end:]) if text[start:end].rstrip("*_ ").endswith(":") else []
    if not every or every[0].kind is not Kind.ITEM:
        return []
    last = _lists(text[end:], every)[0][1]
    return [(end + each.start, end + each.end) for each in every[: last + 1]]


def section_around(text: str, start: int, end: int) -> SectionSpan:
    """The section that a span begins in, stretched to the one that it ends in."""
    first, last = _section_at(text, start), _section_at(text, max(start, end - 1))
    return SectionSpan(first.start, last.end, first.headings, first.heading_end)


@dataclass(frozen=True)
class _Span:
    """A quote's place, and whether what it begins or ends in goes on outside it, as in `Citation`."""

    start: int
    end: int
    begins_above: bool
    goes_on: bool


def _quote_span(text: str, start: int, end: int, marked: Sequence[tuple[int, int]], within: SectionSpan) -> _Span:
    """Whole pieces of a section around what answers, or as much of a piece as is longer than a quote.

    It doesn't end on a question, or on a line that heads something, whose answer would be left out.
    """
    every = _pieces_around(text, start, end, within)
    at = max((n for n, piece in enumerate(every) if piece.start <= start), default=0)
    if not every or every[at].end - every[at].start > LONGEST_QUOTE:
        piece_end = every[at].end if every else within.end
        cut = _last_space(text, start, piece_end)
        return _Span(start, cut, False, cut < piece_end)
    lists = _lists(text, every)
    held = [n for n, each in enumerate(every) if n == at or any(a < each.end and each.start < b for a, b in marked)]
    first, last = _grown(text, every, at, lists, held)
    while first < last and every[first].kind is Kind.RULE:
        first += 1
    last = max(first, _ending(text, every, last, max(n for n in held if n <= last)))
    while first < last and every[last].kind in (Kind.RULE, Kind.HEAD):
        last -= 1
    begins_above = first > lists[first][0] and every[first].kind not in _OF_TABLE
    return _Span(every[first].start, every[last].end, begins_above, last < lists[last][1])


def _grown(
    text: str, every: Sequence[Piece], at: int, lists: Sequence[tuple[int, int]], held: Sequence[int]
) -> tuple[int, int]:
    """The first and the last piece of a quote: grown from what answers on both sides as long as it fits.

    A list or table that fits beside what answers is taken whole, rather than what precedes it. What precedes begins
    with a whole thought; ``held`` are the pieces that are marked, which stay.
    """

    @cache
    def head_above(first: int) -> str:
        """The head that a quote from a piece on needs; that of another table than the one that answers whole."""
        is_below_head = every[first].kind in (Kind.ROW, Kind.RULE) or first > lists[first][0]
        quoted = next((each for each in every[first:] if each.kind is not Kind.RULE), every[first])
        head = table_head(text, quoted.start) if is_below_head and every[first].kind in _OF_TABLE else ""
        return _shortened(head, LONGEST_QUOTE // 2) if lists[first] == lists[at] else head

    def fits(first: int, last: int) -> bool:
        head = head_above(first)
        # A long sheet is kept as several tables that each have its head, which is not quoted twice.
        table = lists[first][0] if every[first].kind in _OF_TABLE else first
        heads = [text[each.start : each.end] for each in every[table : last + 1] if each.kind is Kind.HEAD]
        heads += [head.split("\n")[0]] if head and every[table].kind is not Kind.HEAD else []
        return len(head) + every[last].end - every[first].start <= LONGEST_QUOTE and len({*heads}) == len(heads)

    first, last = lists[at] if fits(*lists[at]) else (at, at)
    answering = first
    whole = [span if fits(min(first, span[0]), max(last, span[1])) else (n, n) for n, span in enumerate(lists)]
    growing = True
    while growing:
        growing = False
        # What follows first: exceptions and conditions stand behind the rule.
        if last + 1 < len(every) and fits(first, whole[last + 1][1]):
            last, growing = whole[last + 1][1], True
        if first > 0 and every[first - 1].kind is not Kind.HEADING and fits(whole[first - 1][0], last):
            first, growing = whole[first - 1][0], True
    if last + 1 < len(every) and whole[last + 1][1] > last + 1:  # a list, in place of some of what was taken before
        last = whole[last + 1][1]
        first = next(n for n in range(first, answering + 1) if whole[n][0] == n and fits(n, last))
    first = _beginning(text, every, first, min(n for n in held if n >= first))
    while last + 1 < len(every) and fits(first, last + 1):
        last += 1
    return first, last


def _beginning(text: str, every: Sequence[Piece], first: int, latest: int) -> int:
    """Where a quote begins well, from ``first`` on: with a paragraph, or at least not leaning on what is left out."""
    could = range(first, latest + 1)
    whole = (n for n in could if n == 0 or not _goes_on(text, every[n - 1], every[n]))
    clear = (n for n in could if not _LEANING.match(text, every[n].start))
    return next(whole, next(clear, first))


def _ending(text: str, every: Sequence[Piece], last: int, earliest: int) -> int:
    """Where a quote ends well, from ``last`` back: with a paragraph, or at least not by announcing what is left out."""
    could = range(last, earliest - 1, -1)
    whole = (n for n in could if n == len(every) - 1 or not _goes_on(text, every[n], every[n + 1]))
    clear = (n for n in could if not _opens(text, every[n]))
    return next(whole, next(clear, last))


def _goes_on(text: str, before: Piece, piece: Piece) -> bool:
    """Whether a piece needs the one before it: as a further sentence of its paragraph, or what that one announces."""
    gap = text[before.end : piece.start]
    is_line = "\n" in gap and text.startswith(("**", "__"), piece.start)
    of_paragraph = piece.kind is Kind.SENTENCE and before.kind in (Kind.SENTENCE, Kind.ITEM)
    announced = before.kind is not Kind.HEADING and _opens(text, before)  # a heading is shown with the source
    return announced or (of_paragraph and gap.count("\n") < 2 and not is_line)


def _opens(text: str, piece: Piece) -> bool:
    """Whether a piece announces what follows: a heading, a line in bold, a question, or what ends with a colon."""
    low, high = text.rfind("\n", 0, piece.start) + 1, text.find("\n", piece.end)
    is_bold = BOLD.fullmatch(text, low, high if high >= 0 else len(text)) is not None
    announces = text[piece.start : piece.end].rstrip("*_\"'”’) ").endswith(("?", ":"))
    return piece.kind is Kind.HEADING or (piece.kind is Kind.SENTENCE and (is_bold or announces))


def _pieces_around(text: str, start: int, end: int, within: SectionSpan) -> list[Piece]:
    """The pieces of a section that a quote could hold; the outermost may be cut, and are longer than a quote then."""
    low = text.rfind("\n", max(0, start - 2 * LONGEST_QUOTE), max(0, start - LONGEST_QUOTE)) + 1
    low = max(within.start, low or start - 2 * LONGEST_QUOTE)
    high = text.find("\n", end + LONGEST_QUOTE, end + 2 * LONGEST_QUOTE)
    high = min(within.end, high if high >= 0 else end + 2 * LONGEST_QUOTE)
    return [Piece(low + each.start, low + each.end, each.kind) for each in pieces(text[low:high])]


def _lists(text: str, every: Sequence[Piece]) -> list[tuple[int, int]]:
    """For each piece the first and the last of the list or table that it is part of; elsewhere itself, twice."""
    runs: list[list[int]] = []
    in_list = False
    for number, piece in enumerate(every):
        before = every[number - 1]
        gap = text[before.end : piece.start]
        if piece.kind in _OF_TABLE:
            goes_on = number > 0 and before.kind in _OF_TABLE and gap.count("\n") == 1
            in_list = False
        elif piece.kind is Kind.ITEM:
            goes_on, in_list = in_list, True
        else:  # an item's further sentences: on its line, on the next, or indented
            is_near = gap.count("\n") < 2 or not gap.endswith("\n")
            goes_on = in_list = in_list and is_near and piece.kind is not Kind.HEADING
        if goes_on:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [(run[0], run[-1]) for run in runs for _ in run]


def _case_above(text: str, section: SectionSpan, start: int) -> re.Match[str] | None:
    """The line in bold that says for which case a list is, where a quote begins in that list, or between the two.

    At most one paragraph stands between them.
    """
    above = list(_LINE_IN_BOLD.finditer(text, max(section.heading_end, start - FAR_BELOW), start))
    if not above:
        return None
    below = above[-1].end()
    every = pieces(text[below : _line_end(text, _line_end(text, start) + 1)])
    items = [n for n, piece in enumerate(every) if piece.kind is Kind.ITEM]
    if not items or any(_is_apart(text[below + a.end : below + b.start]) for a, b in pairwise(every[: items[0]])):
        return None
    last = _lists(text[below : section.end], every)[items[0]][1]
    return above[-1] if start < below + every[last].end else None


def _is_apart(gap: str) -> bool:
    return gap.count("\n") > 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)


def _last_space(text: str, start: int, end: int) -> int:
    """The end of a quote of what is too long for one: at a space, or in an endless word."""
    limit = start + LONGEST_QUOTE
    return end if end <= limit else max(text.rfind(" ", start, limit), limit - 80)


def table_head(text: str, at: int) -> str:
    """The head of the table that a quote begins in the middle of, with its line end; empty elsewhere.

    It is the first row and the rule below, and the second row where that names the columns further.
    """
    lines: list[str] = []
    row_start = text.rfind("\n", 0, at) + 1
    if text[row_start:at].strip() or not text[row_start : at + 1].lstrip().startswith("|"):
        return ""
    while row_start > max(0, at - NEAR):
        above = text.rfind("\n", 0, row_start - 1) + 1
        line = text[above : row_start - 1]
        if not line.lstrip().startswith("|"):
            break
        lines.append(line)
        row_start = above
    head = lines[: -4 if has_second_head(lines[:-4:-1]) else -3 : -1]
    return "".join(f"{line}\n" for line in head) if len(head) >= 2 else ""


def _may_have_head(text: str, start: int) -> bool:
    return bool(table_head(text, start) or _denying_heading(text, _section_at(text, start), LONGEST_QUOTE, start))


def _denying_heading(text: str, section: SectionSpan, room: int, start: int) -> str:
    """The heading that a quote begins below, where it turns round what is quoted: "What we never ask for"."""
    heading = f"{text[section.start : section.heading_end].strip()}\n\n"
    is_below = bool(section.headings) and section.heading_end <= start
    return heading if is_below and len(heading) <= room and _DENIES.search(section.headings[-1]) else ""


def _shortened(head: str, room: int) -> str:
    """The head of a table without its rule, or with only its first columns, where there is too little room."""
    names = [line for number, line in enumerate(head.splitlines(keepends=True)) if number != 1]
    if len(head) <= room or sum(map(len, names)) <= room:
        return head if len(head) <= room else "".join(names)
    reach = max(0, room // max(1, len(names)) - 3)
    columns = [line[: line.rfind("|", 0, reach) + 1] for line in names]
    return "".join(f"{each} {LEFT_OUT}\n" for each in columns if each.strip(" \t|"))


def _section_at(text: str, position: int) -> SectionSpan:
    """The section at a position; the last one behind the end.

    In a long guide it is cut, and its outermost headings are unknown, where they are more than `NEAR` away.
    """
    low = max(0, (min(position, len(text)) // NEAR - 1) * NEAR)
    low = low and (text.find("\n", low, position) + 1 or low)
    high = (position // NEAR + 2) * NEAR
    every = _sections(text[low:high])
    found = next((each for each in every if position - low < each.end), every[-1])
    return SectionSpan(low + found.start, low + found.end, found.headings, low + found.heading_end)


@lru_cache(maxsize=64)
def _sections(text: str) -> tuple[SectionSpan, ...]:
    return tuple(sections(text))

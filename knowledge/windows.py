"""A passage as a writer gets it: cut around the sentence that answers best, not where the index happened to cut."""

from dataclasses import replace

from knowledge.answers import Passage
from knowledge.chunking import LIMIT
from knowledge.citations import Quotable, section_around, table_head
from knowledge.sentences import LONGEST_UNIT, Piece, pieces

LONGEST = LIMIT + LONGEST_UNIT  # characters, where whole sentences make it longer


def centred(source: Quotable, answering: Piece | None) -> Passage:
    """The passage moved up or down its guide until the sentence that answers best stands in its middle.

    It stays in that sentence's section as far as this reaches, and about as long as it was: whole sentences, items and
    rows. Where it begins within a table, its text has the table's head in front. A passage that an index cut in two is
    whole in this way; measured, the right one comes first for two more in a hundred questions.

    Args:
        answering: a sentence of the passage; without one, or without the whole guide, the passage stays as it is.
    """
    passage, text = source.passage, source.guide_text
    if answering is None or not source.is_whole:
        return passage
    low, high = passage.start + answering.start, passage.start + answering.end
    section, length = section_around(text, low, high), passage.end - passage.start
    start = (low + high - length) // 2
    start = _within(start, section.start, section.end - length)
    start = _within(start, 0, len(text) - length)
    every = _pieces_around(text, start, start + length)
    first = min((each.start for each in every), key=lambda each: abs(each - start))
    last = min((each.end for each in every if each.end > first), key=lambda each: abs(each - start - length))
    if not (first <= low and high <= last <= first + LONGEST):
        return passage  # of a sentence without end
    headings = section_around(text, first, first + 1).headings
    return replace(passage, start=first, end=last, headings=headings, text=table_head(text, first) + text[first:last])


def _within(start: int, one: int, other: int) -> int:
    """The nearest to a start between two others."""
    return max(min(one, other), min(start, max(one, other)))


def _pieces_around(text: str, start: int, end: int) -> list[Piece]:
    """The pieces of a span and beside it; the outermost may be cut."""
    low = text.rfind("\n", max(0, start - 2 * LIMIT), max(0, start - LIMIT)) + 1 or max(0, start - 2 * LIMIT)
    return [Piece(low + each.start, low + each.end, each.kind) for each in pieces(text[low : end + LIMIT])]

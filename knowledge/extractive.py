"""What a writer is given and gives back, and the writer that quotes the guides as they stand."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from knowledge.answers import Citation, Outcome, Passage, Sentence, Show
from knowledge.citations import Quotable, items_below, resolve, table_head
from knowledge.closely import Closely
from knowledge.found import Found
from knowledge.grids import Grid, agreeing, below_head, keys_in, nothing_for
from knowledge.instructions import instructions_in
from knowledge.lexical import keywords_of, stems
from knowledge.questions import ATTRIBUTES, SAYS_LITTLE
from knowledge.sentences import Kind, Piece, cells_of, pieces
from knowledge.superseded import is_newer
from knowledge.windows import centred

MOST_CITATIONS = 3
MOST_NEAREST = 3
MOST_HIGHLIGHTS = 2
# A further passage is quoted when it, and its best sentence, score at most so much below the first: one for every four
# answers, a third of them right; with twice the distance it is one for two, a quarter right.
CLOSE_PASSAGE, CLOSE_READ = 0.5, 0.05
CLOSE_SENTENCE = 0.16  # a further sentence is marked when it scores at most so much below the best
CLOSE_ROW = 0.001  # a further row, which is on something else even if all its words but one are the same
SAME_WORDS = 0.8  # passages that share so many of their words say the same thing

EVEN_ROWS = "Several rows of a table fit the question, so none of them is marked."
NOTHING_THERE = "The table has nothing for {}."


@dataclass(frozen=True)
class Evidence:
    """What a writer may use: passages, best first, each with its guide."""

    sources: tuple[Quotable, ...]
    found: Found

    @cached_property
    def given(self) -> tuple[Passage, ...]:
        """The passages as a writer in words of its own gets them: each around what answers best."""
        return tuple(centred(each, self.closely(number).answering) for number, each in enumerate(self.sources))

    def closely(self, number: int) -> Closely:
        """The sentences of a passage, by its number from 0."""
        return self.found.closely(self.sources[number].passage)


@dataclass(frozen=True)
class Written:
    """What a writer made of the evidence; the outcome when it knows better than the decision before it."""

    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()
    outcome: Outcome | None = None


class Writer(Protocol):
    def write(
        self, question: str, evidence: Evidence, show: Show | None = None, began: float | None = None
    ) -> Written: ...


class Extractive:
    """Quotes the guides as they stand, and marks the sentences that answer; nothing is generated."""

    def write(self, question: str, evidence: Evidence, show: Show | None = None, began: float | None = None) -> Written:
        """The passage whose sentence answers best, of the first and those close to it, and up to two more that answer
        nearly as well, on no other product and in other words. For a row on other keys than are asked, the passage of
        its guide that has the one on all of them.
        """
        chosen: list[int] = []
        citations: list[Citation] = []
        first = evidence.sources[0].passage
        near = [
            number
            for number, source in enumerate(evidence.sources)
            if source.passage.score >= first.score - CLOSE_PASSAGE
            and not evidence.found.is_on_another(first, source.passage)
        ]
        passages, day = [source.passage for source in evidence.sources], evidence.found.day
        near = [n for n in near if not any(is_newer(passages[other], passages[n], day) for other in near)] or near[:1]
        near = [n for n in near if not evidence.found.is_aside(passages[n])] or near
        best = max(near, key=lambda n: passages[n].score + evidence.closely(n).alone)
        keys = keys_in(question)
        if table := _answering_row(best, evidence):
            rows = agreeing(keys, *table)
            of_guide = (n for n, each in enumerate(passages) if each.guide_id == passages[best].guide_id)
            best = next((n for n in of_guide if _has_row(passages[n].text, rows)), best)
        for number in (best, *(n for n in near if n != best)):
            source = evidence.sources[number]
            close = evidence.closely(number).best >= evidence.closely(best).best - CLOSE_READ
            told = any(_say_the_same(source.passage.text, evidence.sources[other].passage.text) for other in chosen)
            if len(citations) < MOST_CITATIONS and close and not told:
                citation = cite(number, evidence)
                if not any(_repeats(citation, other) for other in citations):
                    chosen.append(number)
                    number_of(citation, citations)  # of one section, cut into passages, there is one quote
        table = _answering_row(best, evidence)
        written = _without_nothing(citations, nothing_for(keys, *table) if table else ())
        if not evidence.closely(best).is_even:
            return written
        outcome = Outcome.PARTLY if _leaves_out(question, citations[0]) else written.outcome
        return replace(written, notes=(*written.notes, EVEN_ROWS), outcome=outcome)


def cite(number: int, evidence: Evidence) -> Citation:
    """The citation of a passage, quoted around the sentence that scores best, which is marked; with the list that it
    announces, unless some of that is marked already.
    """
    closely, text = evidence.closely(number), evidence.sources[number].passage.text
    scored = zip(closely.scores, closely.pieces, strict=True)
    ranked = sorted((pair for pair in scored if _speaks_to_people(text, pair[1])), key=lambda pair: -pair[0])
    marked = [
        (piece.start, piece.end)
        for score, piece in ranked[:MOST_HIGHLIGHTS]
        if score >= ranked[0][0] - (CLOSE_ROW if piece.kind is Kind.ROW else CLOSE_SENTENCE) and score > 0
    ]
    own = {(piece.start, piece.end) for piece in closely.pieces}
    for span in marked[:]:
        items = items_below(text, *span)
        marked += [] if any(item in marked for item in items) else [item for item in items if item in own]
    cited = resolve(number, evidence.sources, marked)
    is_unmarked = closely.is_even or evidence.found.is_aside(evidence.sources[number].passage)
    return replace(cited, highlights=()) if is_unmarked else cited


def marked_on(words: Set[str], citation: Citation) -> Citation:
    """A quote with what it says of what a fragment names ("and cheques?") marked, unless what is marked says as much of
    it, or all of it stands below headings on that; with nothing marked where it says nothing of it.
    """
    below = words - {*stems("\n".join((citation.title, *citation.headings)))}
    if not citation.highlights or not below:
        return citation
    if below == words and words.isdisjoint(stems(citation.quote)):
        return replace(citation, highlights=())
    said = {
        (piece.start, piece.end): len(below & {*stems(citation.quote[piece.start : piece.end])})
        for piece in pieces(citation.quote)
        if piece.kind in {Kind.ROW, Kind.ITEM, Kind.SENTENCE}
    }
    most = max(said.values(), default=0)
    marked = max(len(below & {*stems(citation.quote[low:high])}) for low, high in citation.highlights)
    if most > marked:
        best = [span for span, count in said.items() if count == most]
        return replace(citation, highlights=tuple(best[:MOST_HIGHLIGHTS]))
    return citation


def nearest(evidence: Evidence, but: Sequence[Citation]) -> tuple[Citation, ...]:
    """The closest sections, each once; nothing in them is marked, for they don't answer."""
    seen = {(citation.guide_key, citation.headings) for citation in but}
    nearest: list[Citation] = []
    for number in range(len(evidence.sources)):
        if len(nearest) == MOST_NEAREST:
            break
        citation = replace(cite(number, evidence), highlights=())
        if (place := (citation.guide_key, citation.headings)) not in seen:
            seen.add(place)
            nearest.append(citation)
    return tuple(nearest)


def number_of(citation: Citation, among: list[Citation]) -> int:
    """The number of a citation, which is added; where a quote has its marked words already, they are marked there."""
    for number, other in enumerate(among):
        if _says(other, citation):
            marked = (citation.quote[low:high] for low, high in citation.highlights)
            places = [(at, at + len(words)) for words in marked if (at := other.quote.find(words)) >= 0]
            new = [each for each in places if all(each[1] <= low or high <= each[0] for low, high in other.highlights)]
            among[number] = replace(other, highlights=tuple(sorted((*other.highlights, *new))))
            return number
    among.append(citation)
    return len(among) - 1


def _says(quote: Citation, other: Citation) -> bool:
    """Whether a quote has the words that answer in another."""
    words = [other.quote[low:high] for low, high in other.highlights] or [other.quote]
    return quote.guide_key == other.guide_key and all(each in quote.quote for each in words)


def _answering_row(number: int, evidence: Evidence) -> tuple[Grid, list[str]] | None:
    """The row of a passage that scores best, where one does, with all that the guide has of its table."""
    piece, source = evidence.closely(number).answering, evidence.sources[number]
    if piece is None or piece.kind is not Kind.ROW:
        return None
    at = source.passage.start + piece.start
    head = table_head(source.guide_text, at).split("\n")[0]
    row = cells_of(source.passage.text[piece.start : piece.end])
    return (below_head(source.guide_text, head, at), row) if head else None


def _leaves_out(question: str, quote: Citation) -> bool:
    """Whether a quote lacks a word of the question that would tell which of its rows is meant: "60 min hygienist price"
    beside others of the hygienist's; what something has, such as its price, is a column at best.
    """
    told = stems("\n".join((quote.title, *quote.headings, quote.quote)))
    return not ATTRIBUTES.union(SAYS_LITTLE, told).issuperset(keywords_of(question))


def _without_nothing(citations: Sequence[Citation], missed: Sequence[str]) -> Written:
    """What is written of quotes, whose first marks a row of a table that has nothing for some of what is asked: the
    sentence beside it that says so is marked instead, or the answer is partial.
    """
    if not missed:
        return Written(tuple(citations))
    first, *others = citations
    if beside := _told_beside(first.quote, missed):
        return Written((replace(first, highlights=(beside,)), *others))
    notes = (NOTHING_THERE.format(", ".join(f"“{each}”" for each in missed)),)
    return Written((replace(first, highlights=()), *others), notes=notes, outcome=Outcome.PARTLY)


def _told_beside(quote: str, missed: Sequence[str]) -> tuple[int, int] | None:
    """The sentence of a quote, outside its table, that has all words of what the table has nothing for."""
    words = {word for word in stems(" ".join(missed)) if not word.isdecimal()}
    return next(
        (
            (piece.start, piece.end)
            for piece in pieces(quote)
            if words
            and piece.kind in {Kind.SENTENCE, Kind.ITEM}
            and words.issubset(stems(quote[piece.start : piece.end]))
        ),
        None,
    )


def _has_row(text: str, rows: Sequence[Sequence[str]]) -> bool:
    return any(cells_of(line) in rows for line in text.splitlines()) if rows else False


def _speaks_to_people(text: str, piece: Piece) -> bool:
    """Whether something of it is left without what is planted for an assistant."""
    at = piece.start
    for start, end in instructions_in(text):
        if re.search(r"\w", text[at : max(at, min(start, piece.end))]):
            return True
        at = max(at, end)
    return re.search(r"\w", text[at : piece.end]) is not None


def _repeats(quote: Citation, other: Citation) -> bool:
    """Whether a quote is what another guide says in the same words, which stand in passages cut differently."""
    longer = max(len(quote.quote), len(other.quote))
    is_as_long = min(len(quote.quote), len(other.quote)) >= SAME_WORDS * longer
    return quote.guide_key != other.guide_key and is_as_long and _say_the_same(quote.quote, other.quote)


def _say_the_same(one: str, other: str) -> bool:
    """Whether another passage adds nothing; one with other figures is of another product, or newer or older."""
    a, b = set(stems(one)), set(stems(other))
    figures = ({word for word in words if any(map(str.isdigit, word))} for words in (a, b))
    return len(a & b) >= SAME_WORDS * min(len(a), len(b)) and next(figures) == next(figures)

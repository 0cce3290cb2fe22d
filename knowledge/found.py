"""What a question found: everything that an answer may stand on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from knowledge.answers import Citation, Passage
from knowledge.closely import Closely, TokenByToken, read_closely
from knowledge.editions import edition_of
from knowledge.encoder import Vectors
from knowledge.lexical import covered, stems
from knowledge.names import Name, Names
from knowledge.products import (
    asked_of,
    is_on_sibling,
    named_above,
    named_in,
    on_siblings,
    path_of,
    rows_on,
    said_of_siblings,
    tabled_in,
)
from knowledge.ranking import Features
from knowledge.sentences import Piece

AS_WELL = 0.5  # of the share of the question's words that a quoted passage has, what one on a sibling must have

_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Found:
    """Everything that an answer may stand on."""

    passages: tuple[Passage, ...]  # best first
    features: Features | None  # None when nothing was found
    dense: bool  # whether vectors took part
    unknown: tuple[str, ...] = ()  # products that the question names and no guide knows, though it knows their siblings
    unfamiliar: tuple[str, ...] = ()  # what may be such a product
    missed: tuple[str, str] | None = None  # the guide that has editions by year, and the year asked for that none is of
    begins: tuple[str, date] | None = None  # the guide that answers and since when, where what was before that is asked
    alike: Mapping[int, Vectors] = field(default_factory=dict)  # by chunk id, the cosine of each of its units
    alike_besides: Mapping[int, Vectors] = field(default_factory=dict)  # the same without the names in the question
    rarity: Mapping[str, float] = field(default_factory=dict)  # of the question's words
    wanted: frozenset[Name] = frozenset()  # products that the question names and some guide knows
    is_headed: bool = False  # whether a passage is on one of them
    names: Names = field(default_factory=lambda: Names(()), repr=False, compare=False)  # of the guides
    is_changing: bool = False  # what may answer has just been changed, and can't be read yet
    taken_as: str | None = None  # the question as it was looked up, where that is not as it was asked
    asked: str = ""  # the question that was looked up, as sentences are held against it
    day: date | None = None  # that it is asked of; None where any may be meant
    apart: Mapping[int, frozenset[Piece]] = field(default_factory=dict)  # by chunk id: what is on siblings
    tokens_in: Callable[[Passage], TokenByToken | None] = field(default=lambda _: None, repr=False, compare=False)
    _read: dict[int, Closely] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_on_another(self, first: Passage, other: Passage) -> bool:
        """Whether a passage says of another product what the first says of the one asked for: "Heron › Prices" and
        "Wren › Prices". A section on all of them stands elsewhere. Of a sibling, anything it says is on another.
        """
        if self._is_on_sibling(other) and not self._is_on_sibling(first):
            return True
        place, same = path_of(first).casefold(), path_of(other).casefold()
        instead = {
            " ".join(name[start:end])
            for name in self.names.known_in(same)
            for start in range(len(name))
            for end in range(start + 1, len(name) + 1)
        }
        named = [name for name in map(" ".join, self.wanted) if name in place and _WORD.search(place.replace(name, ""))]
        return place != same and any(place.replace(name, each) == same for name in named for each in instead)

    def _is_on_sibling(self, passage: Passage) -> bool:
        named = named_above(passage, partial(named_in, self.names, self.wanted)) - self.wanted
        return any(is_on_sibling(self.names, name, named) for name in self.wanted)

    def told_apart(self, quoted: Sequence[Citation]) -> tuple[list[str], list[str]]:
        """The product that the first quote is on, where the question doesn't name it, and those siblings of it, but
        other editions, of which another passage says as much, and none is quoted; as written, and empty where none is.
        """
        first = next((each for each in self.passages if quoted and each.guide_key == quoted[0].guide_key), None)
        if first is None or not all(map(self.names.is_family, self.wanted)):
            return [], []
        said, above = set(stems(self.asked)), named_above(quoted[0], self._with_siblings)
        own = {name for name in above if not said.issuperset(stems(" ".join(name)))}
        siblings = {
            sibling
            for name in own
            for sibling in self.names.siblings_of(name)
            if edition_of(" ".join(sibling)).of != edition_of(" ".join(name)).of
            and said.isdisjoint(set(stems(" ".join(name))) - set(stems(" ".join(sibling))))
        }
        siblings -= self._on_any(quoted)
        least = AS_WELL * self._share_asked(first) if siblings else 0.0
        others = [each for each in self.passages if least and self._share_asked(each) >= least]
        told = siblings & self._on_any(others)
        return (self._written(own, quoted), self._written(told, others)) if told else ([], [])

    def _with_siblings(self, line: str) -> set[Name]:
        """The products in a line that have siblings."""
        return {
            name for name in self.names.known_in(line) if self.names.is_product(name) and self.names.siblings_of(name)
        }

    def _on_any(self, places: Sequence[Passage | Citation]) -> set[Name]:
        return {name for each in places for name in named_above(each, self._with_siblings)}

    def _share_asked(self, passage: Passage) -> float:
        return covered(self.rarity, set(stems(f"{path_of(passage)}\n{passage.text}")))

    def _written(self, names: set[Name], places: Sequence[Passage | Citation]) -> list[str]:
        """Some names as they first stand above some passages, without those that are part of others: "Gold" of "Swift
        Gold".
        """
        lines = [line for each in places for line in path_of(each).splitlines()]
        written = {name: line[start:end] for line in lines[::-1] for name, (start, end) in self.names.spans_in(line)}
        there = sorted(names & written.keys())
        return [written[name] for name in there if not any(set(name) < set(other) for other in there)]

    def is_aside(self, passage: Passage) -> bool:
        """Whether all that a passage says is on a sibling of what is asked for; of the first few it is known."""
        return bool(self.apart.get(passage.chunk_id)) and self.closely(passage).is_aside

    def closely(self, passage: Passage) -> Closely:
        """The sentences of a passage; telling them apart takes a while, so it is done for those that are needed.

        A product that is all that the place names is what all of them are on: its name tells none from another.
        """
        if (read := self._read.get(passage.chunk_id)) is None:
            lines = path_of(passage).splitlines()
            named = {name for line in lines for name in self.names.known_in(line, self.wanted)}
            apart = self.apart.get(passage.chunk_id)
            if apart is None:
                apart = on_siblings(self.names, self.wanted, passage, is_headed=self.is_headed)
            there = {name for name in named if name in self.wanted or self.names.is_product(name)}
            alone = [name for name in self.wanted if there and all(each[: len(name)] == name for each in there)]
            told = {word for name in alone for word in stems(" ".join(name))}
            rarity = {word: weight for word, weight in self.rarity.items() if word not in told}
            besides = self.alike_besides if alone else {}
            own = rows_on(self.names, self.wanted, passage)
            asked = asked_of(self.wanted, self.asked, self.rarity.keys())
            tabled = tabled_in(self.names, self.wanted, asked, passage)
            apart |= said_of_siblings(self.names, self.wanted, asked, passage, apart)
            tokens = self.tokens_in(passage)
            read = self._read[passage.chunk_id] = read_closely(
                passage, self.alike, besides, rarity, apart, own, tabled, tokens, self.asked
            )
        return read

"""How passages are put in order, and what tells whether one of them answers."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# Measured on the developer set; shares of .4 to .7 are the same within noise. Sums of z-scores keep the margins
# that a fusion by rank throws away.
WHOLE, UNIT, WORDS = 0.25, 0.25, 0.5
SIBLING = 1.0  # against a passage on another product of the same family; what is asked is the same on both data sheets

# Of ever more passages, the best is ever more like any question, by chance: for each time they are e times as many by
# .01 to .015 of a cosine (questions on other things, 141 to 11,685 passages). A little more made the decision carry
# over best from the developer set to the sample guides: at .5, 82% are kept and 93% declined; without it 61% and 100%.
CHANCE = 0.02


@dataclass(frozen=True)
class Alike:
    """The cosines of a question to a passage as a whole, and to each of its units."""

    whole: float
    units: tuple[float, ...]

    @property
    def best(self) -> float:
        return max(self.units)


@dataclass(frozen=True)
class Features:
    """What speaks for and against the guides holding the answer.

    Few, because with more the fit learned one publisher's way of asking and failed on the next.
    """

    best_unit: float  # highest cosine of a unit of a candidate, above chance; 0 without vectors, as next
    best_passage: float
    words_matched: float  # highest BM25, as a share of what a passage with every word could reach
    words_covered: float  # highest share of the question's words, by rarity, in one of the top passages
    names_elsewhere: float  # share of the names in the question that don't stand in the first passage's guide
    names_absent: float  # share of them that stand in no guide at all


def above_chance(cosine: float, chunks: int) -> float:
    """A highest cosine, made comparable between a library of ten guides and one of thousands."""
    return cosine - CHANCE * math.log(max(1, chunks))


def fuse(alike: Mapping[int, Alike], bm25: Mapping[int, float], candidates: Collection[int]) -> dict[int, float]:
    """One score per candidate, best first: the sum of the z-scores of each kind over the candidates.

    A chunk without any of the words has a BM25 of zero; one without a vector yet counts as average.
    """
    order = list(candidates)
    by_whole = _z_scores([alike[each].whole if each in alike else None for each in order])
    by_unit = _z_scores([alike[each].best if each in alike else None for each in order])
    by_words = _z_scores([bm25.get(each, 0.0) for each in order])
    scores = {
        each: WHOLE * whole + UNIT * unit + WORDS * words
        for each, whole, unit, words in zip(order, by_whole, by_unit, by_words, strict=True)
    }
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _z_scores(values: Sequence[float | None]) -> list[float]:
    known = [value for value in values if value is not None]
    if not known:
        return [0.0] * len(values)
    mean = sum(known) / len(known)
    spread = math.sqrt(sum((value - mean) ** 2 for value in known) / len(known))
    return [0.0 if value is None or spread == 0 else (value - mean) / spread for value in values]

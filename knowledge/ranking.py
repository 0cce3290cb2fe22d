"""How passages are put in order, and what tells whether one of them answers."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Bits

# Measured on the developer set; shares of .4 to .7 are the same within noise. Sums of z-scores keep the margins
# that a fusion by rank throws away.
WHOLE, UNIT, WORDS = 0.25, 0.25, 0.5
TOKENS = 0.6  # share of the likeness by tokens in the order of the first passages; .5 to .75 are the same within noise
SIBLING = 2.0  # against a passage on another product of the same family; what is asked is the same on both data sheets

# Of ever more passages, the best is ever more like any question, by chance. So much is taken off for each time they are
# e times as many, within the sizes that it was measured for. One bar then serves 141 passages and 11,685 (of answerable
# questions .92 and .92 are answered, of others .12 and .06); without it, one of the two fails.
CHANCE, FEWEST, MOST = 0.03, 100, 20_000


class Alike(NamedTuple):
    """The cosines of a question to a passage as a whole, and to its units."""

    whole: float
    best: float
    units: Sequence[float] | NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What speaks for and against the guides holding the answer.

    Few, because with more the fit learned one publisher's way of asking and failed on the next.
    """

    best_unit: float  # highest cosine of a unit of a candidate, above chance; 0 without vectors, as next
    best_passage: float
    best_tokens: float  # highest likeness by tokens of one of the first passages
    words_matched: float  # highest BM25, as a share of what a passage with every word could reach
    words_covered: float  # highest share of the question's words, by rarity, in one of the top passages
    names_elsewhere: float  # share of the names in the question that don't stand in the first passage's guide
    names_absent: float  # share of them that stand in no guide at all


def above_chance(cosine: float, chunks: int) -> float:
    """A highest cosine, made comparable between a library of ten guides and one of thousands."""
    return cosine - CHANCE * math.log(min(MOST, max(FEWEST, chunks)))


def fuse(alike: Mapping[int, Alike], bm25: Mapping[int, float], candidates: Collection[int]) -> dict[int, float]:
    """One score per candidate, best first: the sum of the z-scores of each kind over the candidates.

    A chunk without any of the words has a BM25 of zero; one without a vector yet counts as average.
    """
    order = list(candidates)
    known = [alike.get(each) for each in order]
    by_whole = _z_scores([each and each.whole for each in known])
    by_unit = _z_scores([each and each.best for each in known])
    by_words = _z_scores([bm25.get(each, 0.0) for each in order])
    scores = {
        each: WHOLE * whole + UNIT * unit + WORDS * words
        for each, whole, unit, words in zip(order, by_whole, by_unit, by_words, strict=True)
    }
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def likeness(asked: Bits, passages: Mapping[int, Bits]) -> dict[int, float]:
    """How like a question each passage is, token by token: 1 when each token of the question stands in it, 0 by chance.

    For each token of the question the most alike of the passage counts (late interaction, MaxSim), by the share of
    dimensions with the same sign. One bit a dimension orders passages as well as 32 do, at a hundredth of the cost.
    """
    read = {each: bits for each, bits in passages.items() if len(bits)}
    if not len(asked) or not read:
        return {}
    wide = np.uint64 if asked.shape[1] % 8 == 0 else np.uint8
    columns = np.ascontiguousarray(np.concatenate(list(read.values())).view(wide).T)
    starts = np.cumsum([0, *(len(bits) for bits in read.values())][:-1])
    apart = np.zeros((len(asked), columns.shape[1]), np.uint16)
    for column, part in zip(columns, asked.view(wide).T, strict=True):
        apart += np.bitwise_count(column ^ part[:, None])
    differing = np.minimum.reduceat(apart, starts, axis=1).sum(axis=0)
    alike = 1 - 2 * differing / (len(asked) * asked.shape[1] * 8)
    return dict(zip(read, alike.tolist(), strict=True))


def read_again(scores: Mapping[int, float], by_tokens: Mapping[int, float]) -> dict[int, float]:
    """The first passages in a better order: their scores so far, and how like the question they are by tokens."""
    order = list(scores)
    before, again = _z_scores(list(scores.values())), _z_scores([by_tokens.get(each) for each in order])
    mixed = {
        each: (1 - TOKENS) * first + TOKENS * second for each, first, second in zip(order, before, again, strict=True)
    }
    return dict(sorted(mixed.items(), key=lambda item: (-item[1], item[0])))


def _z_scores(values: Sequence[float | None]) -> list[float]:
    known = [value for value in values if value is not None]
    if not known:
        return [0.0] * len(values)
    mean = sum(known) / len(known)
    spread = math.sqrt(sum((value - mean) ** 2 for value in known) / len(known))
    return [0.0 if value is None or spread == 0 else (value - mean) / spread for value in values]

"""How passages are put in order, and what tells whether one of them answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import simsimd
from numpy.typing import NDArray

from knowledge.encoder import Bits, Vectors

# Measured on the developer set; shares of .4 to .7 are the same within noise. Sums of z-scores keep the margins
# that a fusion by rank throws away.
WHOLE, UNIT, WORDS = 0.25, 0.25, 0.5
TOKENS = 0.6  # share of the likeness by tokens in the order of the first passages; .5 to .75 are the same within noise
SIBLING = 2.0  # against a passage on another product of the same family; what is asked is the same on both data sheets

# Of ever more passages, the best is ever more like any question, by chance. So much is taken off for each time they are
# e times as many, within the sizes that it was measured for. One bar then serves 141 passages and 11,685 (of answerable
# questions .92 and .92 are answered, of others .12 and .06); without it, one of the two fails.
CHANCE, FEWEST, MOST = 0.03, 100, 20_000

ROUNDED = 1e-9  # values that are equal differ by less


class Alike(NamedTuple):
    """The cosines of a question to some chunks, as wholes and to their units; NaN for one that has no vectors yet."""

    wholes: Vectors  # one for each chunk
    bests: Vectors  # the highest of a unit of each
    units: Vectors  # of all chunks, one after the other
    ends: NDArray[np.int64]  # of those of each

    def units_of(self, place: int) -> Vectors:
        return self.units[self.ends[place - 1] if place else 0 : self.ends[place]]


@dataclass(frozen=True)
class Features:
    """What speaks for and against the guides holding the answer.

    Few, because with more the fit learned one publisher's way of asking and failed on the next.
    """

    # The highest cosine of a unit of a candidate, above chance; 0 without vectors, as next. Both are the lower of with
    # and without a name that stands everywhere, which is not counted among the words asked.
    best_unit: float
    best_passage: float
    best_tokens: float  # highest likeness by tokens of one of the first passages, the lower of with and without names
    words_matched: float  # highest BM25, as a share of what a passage with every word could reach
    words_covered: float  # highest share of the question's words, by rarity, in one of the top passages, as indexed
    names_elsewhere: float  # share of the question's names, side by side as one, that the first passage's guide lacks
    names_absent: float  # share of them, word by word, that stand in no guide at all
    # In a question on a product most of what is alike and covered is its name: so both count in their own way there.
    on_product: float  # 1 where something is asked of a known product, and not answered for all; else 0, as next
    best_tokens_on_product: float
    words_covered_on_product: float
    words_asked: float  # how many words the question is about, in eighths: what is alike to few may be so by chance


def above_chance(cosine: float, chunks: int) -> float:
    """A highest cosine, made comparable between a library of ten guides and one of thousands."""
    return cosine - CHANCE * math.log(min(MOST, max(FEWEST, chunks)))


def fuse(alike: Alike | None, bm25: Mapping[int, float], candidates: Sequence[int]) -> dict[int, float]:
    """One score per candidate, best first: the sum of the z-scores of each kind over the candidates.

    A chunk without any of the words has a BM25 of zero; one without a vector yet counts as average.
    """
    by_words = [bm25.get(each, 0.0) for each in candidates]
    kinds = _z_scores([by_words, alike.wholes, alike.bests] if alike else [by_words])
    return _best_first(candidates, np.array([WORDS, WHOLE, UNIT][: len(kinds)]) @ kinds)


def token_likeness(asked: Bits, tokens: Bits, lengths: NDArray[np.intp]) -> NDArray[np.float64]:
    """How like each token of a question (a row) is the most alike token of each passage: 1 when the same, 0 by chance.

    It is told by the share of dimensions with the same sign. One bit a dimension orders passages as well as 32 do, at a
    hundredth of the cost. A passage without tokens is NaN.

    Args:
        tokens: of all passages, one below the other.
        lengths: of each passage.
    """
    alike = np.full((len(asked), len(lengths)), np.nan)
    if not len(asked) or not len(tokens):
        return alike
    apart = np.asarray(simsimd.cdist(asked, tokens, metric="hamming", dtype="bin8", out_dtype="f32"))
    there = lengths > 0
    starts = (lengths.cumsum() - lengths)[there]
    alike[:, there] = 1 - 2 * np.minimum.reduceat(apart, starts, axis=1) / (asked.shape[1] * 8)
    return alike


def likeness(token_by_token: NDArray[np.float64]) -> NDArray[np.float64]:
    """How like a question each passage is: the mean over its tokens (late interaction, MaxSim); NaN without any."""
    return token_by_token.mean(axis=0) if len(token_by_token) else np.full(token_by_token.shape[1], np.nan)


def read_again(scores: Mapping[int, float], by_tokens: NDArray[np.float64]) -> dict[int, float]:
    """The first passages in a better order: their scores so far, and how like the question each is by tokens."""
    if np.isnan(by_tokens).all():
        return dict(scores)
    both = _z_scores([list(scores.values()), by_tokens])
    return _best_first(list(scores), np.array([1 - TOKENS, TOKENS]) @ both)


def _best_first(chunk_ids: Sequence[int], scores: NDArray[np.float64]) -> dict[int, float]:
    order = np.lexsort((np.array(chunk_ids), -scores)).tolist()
    values = scores.tolist()
    return {chunk_ids[place]: values[place] for place in order}


def _z_scores(kinds: Sequence[Any]) -> NDArray[np.float64]:
    """By how many standard deviations each value of a row is above the mean of the row; 0 for NaN, unknown."""
    values = np.array(kinds, np.float64)
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    values -= values.sum(axis=1, keepdims=True, where=known) / count
    values[~known] = 0.0
    spread = np.sqrt((values * values).sum(axis=1, keepdims=True) / count)
    scores = np.zeros_like(values)
    np.divide(values, spread, out=scores, where=spread > ROUNDED)
    return scores

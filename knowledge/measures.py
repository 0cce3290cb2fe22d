"""What is measured of answers: shares, areas and errors with their intervals, from one record a question."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OVERLAP = 0.5  # of the shorter of two spans, so that they count as the same place
RESAMPLES = 1_000
ECE_BINS = 10
ANSWERED_SHARE = 0.9  # at which the share declined is also given, to compare with other systems
RISK = 0.05  # of the answers given, how many may be to questions that the guides don't answer
SHARES = ("doc@1", "doc@5", "evidence@1", "evidence@5", "mrr", "answer_hit@1", "marked@1", "token_f1")

Span = tuple[str, int, int]
Floats = NDArray[np.float64]
Record = Mapping[str, Any]
Table = Mapping[str, Floats]


def same_place(one: Span, other: Span) -> bool:
    """Whether two spans of one document overlap by half of the shorter or more."""
    if one[0] != other[0]:
        return False
    shorter = min(one[2] - one[1], other[2] - other[1])
    return shorter > 0 and min(one[2], other[2]) - max(one[1], other[1]) >= OVERLAP * shorter


def token_f1(said: str, reference: str) -> float:
    """The harmonic mean of how many words of one text stand in the other, each way.

    >>> token_f1("Within ten days.", "ten days")
    0.8
    """
    a, b = (Counter(re.findall(r"\w+", text.casefold())) for text in (said, reference))
    shared = (a & b).total()
    return round(2 * shared / (a.total() + b.total()), 4) if shared else 0.0


def auroc(positive: Floats, negative: Floats) -> float:
    """How often a positive scores above a negative; a tie counts half.

    >>> auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")
    return float(below.sum() / 2 / (len(positive) * len(negative)))


def expected_calibration_error(probabilities: Floats, came_true: Floats) -> float:
    """How far stated and real shares lie apart, on average, over bins of equal count."""
    order = np.argsort(probabilities)
    bins = [each for each in np.array_split(order, ECE_BINS) if len(each)]
    apart = [abs(probabilities[each].mean() - came_true[each].mean()) * len(each) for each in bins]
    return float(sum(apart) / len(order))


def coverage_at(probabilities: Floats, answerable: Floats, risk: float) -> float:
    """The largest share of the questions that can be answered with at most a share ``risk`` of wrong answers.

    >>> coverage_at(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 1.0]), 0.25)
    1.0
    """
    bar = bar_at(probabilities, answerable, risk)
    return 0.0 if bar is None else float((probabilities >= bar).mean())


def bar_at(probabilities: Floats, answerable: Floats, risk: float) -> float | None:
    """The lowest probability from which on at most a share ``risk`` of the answers is wrong; None where none is.

    >>> bar_at(np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 0.0]), 0.25)
    0.8
    """
    order = np.argsort(-probabilities, kind="stable")
    likely = probabilities[order]
    wrong = np.cumsum(1 - answerable[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(likely[1:] < likely[:-1], True)  # those that are as likely are answered with it
    within = np.flatnonzero((wrong <= risk) & is_last)
    return float(likely[within[-1]]) if len(within) else None


def risk_coverage(records: Sequence[Record], bar: float | None = None) -> list[dict[str, float]]:
    """For bars from .05 to .95, and one more: what would be answered from there on, and how much of it wrongly."""
    table = _table(records)
    likely, held, hit = table["probability"], table["answerable"] > 0, table["answer_hit@1"]
    rows = []
    for at in sorted({*np.arange(1, 20) / 20} | ({bar} if bar else set())):
        given = likely >= at
        row = {"bar": round(float(at), 3), "coverage": given.mean(), "wrong": _mean(~held[given])}
        row["wrong_or_elsewhere"] = _mean(1 - np.nan_to_num(hit[given], nan=1.0) * held[given])
        row |= {"answerable_answered": _mean(given[held]), "others_answered": _mean(given[~held])}
        rows.append({name: round(float(value), 4) for name, value in row.items()})
    return rows


def figures(records: Sequence[Record], of: Sequence[Record] | None = None) -> dict[str, float]:
    """Every figure that these questions allow; ``of`` limits the shares to some of them."""
    table = _table(records)
    measured = _measure(table, _table(of) if of is not None else table)
    return {name: round(value, 4) for name, value in measured.items()}


def intervals(records: Sequence[Record]) -> dict[str, tuple[float, float]]:
    """95% bootstrap intervals over questions."""
    drawn: dict[str, list[float]] = defaultdict(list)
    table = _table(records)
    for picked in _resamples(len(records)):
        sample = {name: column[picked] for name, column in table.items()}
        for name, value in _measure(sample, sample).items():
            drawn[name].append(value)
    return {name: _middle(values) for name, values in drawn.items()}


def changes(new: Sequence[Record], old: Sequence[Record]) -> dict[str, tuple[float, float, float]]:
    """By figure, new minus old over the questions that both have, with the 95% interval of paired resamples."""
    before = {(each["kb"], each["question"]): each for each in old}
    pairs = [(each, before[key]) for each in new if (key := (each["kb"], each["question"])) in before]
    one, other = _table([pair[0] for pair in pairs]), _table([pair[1] for pair in pairs])
    drawn: dict[str, list[float]] = defaultdict(list)
    for picked in _resamples(len(pairs)):
        both = [{name: column[picked] for name, column in table.items()} for table in (one, other)]
        measured = [_measure(each, each) for each in both]
        for name in measured[0].keys() & measured[1].keys():
            drawn[name].append(measured[0][name] - measured[1][name])
    if not pairs:
        return {}
    now, then = _measure(one, one), _measure(other, other)
    return {
        name: (round(now[name] - then[name], 4), *_middle(drawn[name])) for name in now if name in then and drawn[name]
    }


def is_record(one: Any) -> bool:
    """Whether it is what a run keeps of one question."""
    if not isinstance(one, dict) or not isinstance(one.get("question"), str) or not {"kb", "outcome"} <= one.keys():
        return False
    shares = (one[name] for name in SHARES if one.get(name) is not None)
    figures = (one.get("answerable"), one.get("probability"), *shares)
    return isinstance(one["kb"], str | None) and all(isinstance(each, int | float) for each in figures)


def in_common(new: Sequence[Record], old: Sequence[Record]) -> int:
    """How many questions both have."""
    return len(set.intersection(*({(each["kb"], each["question"]) for each in records} for records in (new, old))))


def _table(records: Sequence[Record]) -> dict[str, Floats]:
    columns: dict[str, list[Any]] = {
        "answered": [each["outcome"] == "answered" for each in records],
        "declined": [each["outcome"] == "not_in_guides" for each in records],
    }
    for name in ("answerable", "probability", *SHARES):
        columns[name] = [each.get(name) for each in records]
    return {name: np.array(column, dtype=np.float64) for name, column in columns.items()}


def _measure(table: Table, of: Table) -> dict[str, float]:
    yes, no = table["answerable"] > 0, table["answerable"] == 0
    own_yes, own_no = of["answerable"] > 0, of["answerable"] == 0
    measured: dict[str, float] = {}
    if own_yes.any():
        for name in SHARES:
            if not np.isnan(of[name][own_yes]).all():
                measured[name] = float(np.nanmean(of[name][own_yes]))
        measured["answered_at_threshold"] = float(of["answered"][own_yes].mean())
    if own_no.any():
        measured["declined_at_threshold"] = float(of["declined"][own_no].mean())
        measured["answered_wrongly_at_threshold"] = float(of["answered"][own_no].mean())
    if yes.any() and no.any():
        likely, held = table["probability"], table["answerable"]
        low = np.quantile(likely[yes], 1 - ANSWERED_SHARE)
        measured["auroc"] = auroc(likely[yes], likely[no])
        measured["declined_at_90_answered"] = float((likely[no] < low).mean())
        measured["coverage_at_5_wrong"] = coverage_at(likely, held, RISK)
        measured["ece"] = expected_calibration_error(likely, held)
    return measured


def bar_for(records: Sequence[Record]) -> float | None:
    """The bar of ``coverage_at_5_wrong``."""
    table = _table(records)
    return bar_at(table["probability"], table["answerable"], RISK)


def _resamples(size: int) -> list[NDArray[np.int64]]:
    chance = np.random.default_rng(0)
    return [chance.integers(0, size, size) for _ in range(RESAMPLES if size > 1 else 0)]


def _middle(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.percentile(values, (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else 0.0

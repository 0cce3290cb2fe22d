"""How likely it is that the guides hold the answer, and from where on one is given: weights and bars, kept as JSON."""

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from knowledge.measures import auroc
from knowledge.ranking import Features

Floats = NDArray[np.float64]

FEWEST = 20  # questions of either kind: with fewer, a fit says more about chance than about the guides
STEADY = 10.0  # questions that the shipped slope weighs as much as
TOLD_APART = 0.6  # AUROC that a fit needs; .5 is what tossing a coin gives
LEAST_SLOPE = 0.1  # of a fit: below, all questions would be nearly as likely as each other
NEVER = 0.999  # a bar that next to nothing passes
# The lowest bars of a fit. Questions that have nothing to do with the guides say nothing about those that nearly do.
LEAST_ANSWERED, LEAST_PARTLY = 0.5, 0.2


class BadCalibration(Exception):
    """A calibration can't be used or made; the message says why and what to do."""


class Half(BaseModel):
    """A logistic regression over features, and the probabilities from which on an answer is whole, or partial."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, FiniteFloat]
    answered: float = Field(gt=0, lt=1)
    partly: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _check_bars(self) -> Self:
        if self.partly > self.answered:
            raise ValueError(f"partly ({self.partly}) is above answered ({self.answered})")
        return self

    def probability(self, features: Features) -> float:
        values = asdict(features) | {"intercept": 1.0}
        score = sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, score))))


class Calibration(BaseModel):
    """What the decision to answer is made with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    how: str  # it was made, for people
    with_vectors: Half
    words_only: Half

    def half(self, *, dense: bool) -> Half:
        return self.with_vectors if dense else self.words_only


def load(path: Path | None = None) -> Calibration:
    """The admin's own calibration where there is one, else the shipped one. Raises BadCalibration."""
    shipped = Calibration.model_validate_json(files("knowledge").joinpath("calibration.json").read_text("utf-8"))
    if path is None or not path.exists():
        return shipped
    remedy = "Delete it to go back to the shipped one; then `frontline evaluate answers --fit` makes it again."
    try:
        own = Calibration.model_validate_json(path.read_text("utf-8"))
    except ValidationError as failure:
        first = failure.errors()[0]
        why = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        raise BadCalibration(f"The calibration in {path} can't be used ({why}). {remedy}") from None
    except (OSError, UnicodeDecodeError) as failure:
        raise BadCalibration(f"The calibration in {path} can't be read ({type(failure).__name__}). {remedy}") from None
    for mine, theirs in ((own.with_vectors, shipped.with_vectors), (own.words_only, shipped.words_only)):
        if wrong := sorted(mine.weights.keys() ^ theirs.weights.keys()):
            what = "a weight that is not known" if wrong[0] in mine.weights else "a weight missing"
            raise BadCalibration(f"The calibration in {path} has {what}: {wrong[0]}. {remedy}")
    return own


def save(calibration: Calibration, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(calibration.model_dump(), indent=2) + "\n", encoding="utf-8")
    os.replace(draft, path)


def refit(shipped: Half, features: Sequence[Features], answerable: Sequence[bool], wrong: tuple[float, float]) -> Half:
    """The shipped weights, stretched and shifted to an admin's own questions: two numbers, which few questions teach.

    Args:
        wrong: the share of the questions that the guides don't answer which may get an answer, whole or partial.

    Raises:
        BadCalibration: there are too few questions of either kind, or the probability doesn't tell the kinds apart.
    """
    held = np.array(answerable, dtype=np.float64)
    for count, what in ((int(held.sum()), "are answered"), (int((1 - held).sum()), "are not answered")):
        if count < FEWEST:
            raise BadCalibration(
                f"A calibration needs at least {FEWEST} questions that {what} in the guides; there are {count}."
            )
    odds = np.array([_log_odds(shipped.probability(each)) for each in features])
    apart = auroc(odds[held == 1], odds[held == 0])
    slope, shift = _stretched(odds, held)
    if apart < TOLD_APART or slope < LEAST_SLOPE:
        raise BadCalibration(
            "No calibration was saved: the questions that are said to be answered don't score higher than the others "
            f"(AUROC {apart:.2f}; a fit needs {TOLD_APART}, and .5 is chance), so no bar would tell them apart. "
            "Check that each question names its guide exactly where one answers it."
        )
    weights = {name: weight * slope for name, weight in shipped.weights.items()}
    weights["intercept"] = weights.get("intercept", 0.0) + shift
    half = Half(weights={name: round(weight, 3) for name, weight in weights.items()}, answered=NEVER, partly=NEVER)
    likely = np.array([half.probability(each) for each in features])  # by the weights as they are kept
    bars = (bar(likely[held == 0], share) for share in wrong)
    answered, partly = map(max, bars, (LEAST_ANSWERED, LEAST_PARTLY))
    return Half(weights=half.weights, answered=max(answered, partly), partly=min(answered, partly))


def bar(unanswerable: Floats, share: float) -> float:
    """The lowest probability above which lies at most a share of the questions that the guides don't answer.

    >>> bar(np.array([0.1, 0.2, 0.3, 0.9]), 0.25)
    0.301
    """
    order = np.sort(unanswerable)[::-1]
    allowed = int(share * len(order))
    lowest = order[allowed] if allowed < len(order) else 0.0
    return round(float(min(NEVER, max(0.01, lowest + 0.001))), 3)


def _log_odds(probability: float) -> float:
    kept = min(1 - 1e-6, max(1e-6, probability))
    return math.log(kept / (1 - kept))


def _stretched(odds: Floats, held: Floats) -> tuple[float, float]:
    """Slope and shift of the log-odds, by Newton's method; the slope is drawn towards the shipped one."""
    slope, shift = 1.0, 0.0
    for _ in range(200):
        likely = 1 / (1 + np.exp(-(slope * odds + shift)))
        weight = np.maximum(likely * (1 - likely), 1e-9)
        pull = np.array([np.sum((likely - held) * odds) + STEADY * (slope - 1), np.sum(likely - held)])
        mixed = np.sum(weight * odds)
        bend = np.array([[np.sum(weight * odds**2) + STEADY, mixed], [mixed, np.sum(weight)]])
        step = np.clip(np.linalg.solve(bend, pull), -1, 1)  # where all is certain, the bend is next to nothing
        slope, shift = slope - step[0], shift - step[1]
        if np.abs(step).max() < 1e-8:
            break
    return float(slope), float(shift)

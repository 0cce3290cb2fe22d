"""Fits knowledge/calibration.json: how likely the guides hold the answer, from what retrieval found.

    python -m benchmarks.calibrate --set GUIDES QUESTIONS TIER WEIGHT [--set …]

Two logistic regressions on features of knowledge.ranking: with vectors, and by words alone. Several sets and tiers are
pooled, so that what is learned holds for small and large libraries and for more than one way of asking. Printed
are figures with one library left out, and of five folds in which all questions on one guide stay together. The bars are
put where, out of fold, so many questions of the first set that the guides don't answer would get an answer.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sqlalchemy import create_engine

from knowledge import calibration, evaluation, question_sets
from knowledge.answering import OF_UNKNOWN
from knowledge.calibration import Calibration, Half
from knowledge.encoder import Encoder
from knowledge.evaluation import Asked
from knowledge.found import Found
from knowledge.index import Index
from knowledge.measures import Floats, auroc, expected_calibration_error
from knowledge.question_sets import QuestionRow
from knowledge.retriever import Retriever

SAMPLE, NO_LIBRARY = "brightwater", "(none)"
WRONG, PARTLY_WRONG = 0.06, 0.12  # of the questions that the guides don't answer, answered whole or partly at most
TARGET = Path(__file__).parents[1] / "knowledge" / "calibration.json"
WITH_VECTORS = (
    "best_unit",
    "best_passage",
    "best_tokens",
    "words_covered",
    "words_asked",
    "on_product",
    "best_tokens_on_product",
    "words_covered_on_product",
    "names_elsewhere",
    "names_absent",
)
WORDS_ONLY = ("words_matched", "words_covered", "names_elsewhere", "names_absent")

HOW = (
    "Logistic regression (L2, C=1, features standardized), made by benchmarks/calibrate.py from questions answerable "
    "and not: {}. Questions on products that no guide knows are left out; they are never answered."
)


def ask(guides: Path, questions: Path, tier: str) -> tuple[list[Asked], list[Found]]:
    """Every question of a tier, asked with vectors and by words alone."""
    rows = [row for row in question_sets.read_rows(questions, QuestionRow) if question_sets.is_in(row.tier, tier)]
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/knowledge.db")
        wanted = [row for row in question_sets.read_guides(guides) if question_sets.is_in(row.tier, tier)]
        evaluation.store(engine, wanted)
        tell = lambda *step: print(*step, end="\r")  # noqa: E731
        asked, _ = evaluation.ask_all(engine, Path(folder) / "index", rows, tell, calibration.load(), Encoder())
        index = Index(engine, Path(folder) / "words", Encoder())
        index.open()
        words = Retriever(engine, index, Encoder())
        found = [words.retrieve(row.question) for row in rows]
        index.close()
    return asked, found


def fit(rows: Sequence[QuestionRow], found: Sequence[Found], counts: Floats, names: Sequence[str]) -> Half:
    """Weights by name, and the bars; says how they do on questions that they were not fitted to."""
    values = np.array([[asdict(each.features)[name] if each.features else 0.0 for name in names] for each in found])
    held = np.array([row.answerable for row in rows], dtype=np.float64)
    unknown = np.array([bool(each.unknown) for each in found])
    # One half of the questions on nothing in particular is asked of each library that is left out.
    half = np.array([crc32((row.doc_id or row.question).encode()) % 2 for row in rows])
    libraries = np.array([_library(row) for row in rows])
    print(f"{len(names)} features, {len(held)} questions")
    for left_out in sorted(set(libraries) - {NO_LIBRARY}):
        test = (libraries == left_out) | ((libraries == NO_LIBRARY) & (half == 1) & (left_out != SAMPLE))
        train = (libraries != left_out) & ~((libraries == NO_LIBRARY) & (half == 1)) & ~unknown
        likely = _fitted(values[train], held[train], counts[train]).predict_proba(values[test])[:, 1]
        _tell(f"without {left_out}", np.where(unknown[test], OF_UNKNOWN, likely), held[test])
    likely = np.zeros(len(held))
    for train, test in GroupKFold(5).split(values, held, [row.doc_id or row.question for row in rows]):
        known = train[~unknown[train]]
        likely[test] = _fitted(values[known], held[known], counts[known]).predict_proba(values[test])[:, 1]
    likely = np.where(unknown, OF_UNKNOWN, likely)
    _tell("five folds", likely, held)
    _tell("… of the sample", likely[libraries == SAMPLE], held[libraries == SAMPLE])
    scaler, model = _fitted(values[~unknown], held[~unknown], counts[~unknown])
    slopes = model.coef_[0] / scaler.scale_
    weights = [model.intercept_[0] - slopes @ scaler.mean_, *slopes]
    first = (libraries != SAMPLE) & (held == 0)
    return Half(
        weights={name: round(float(weight), 2) for name, weight in zip(("intercept", *names), weights, strict=True)},
        answered=calibration.bar(likely[first], WRONG),
        partly=calibration.bar(likely[first], PARTLY_WRONG),
    )


def _library(row: QuestionRow) -> str:
    return row.kb or NO_LIBRARY


def _tell(what: str, likely: Floats, held: Floats) -> None:
    if held.min() == held.max():
        return
    shares = "; ".join(
        f"at {bar} {(likely[held > 0] >= bar).mean():.2f} kept, {(likely[held == 0] < bar).mean():.2f} declined"
        for bar in (0.5, 0.7)
    )
    area, error = auroc(likely[held > 0], likely[held == 0]), expected_calibration_error(likely, held)
    print(f"  {what}: AUROC {area:.3f}, ECE {error:.3f}; {shares}")


def _fitted(values: Floats, held: Floats, counts: Floats) -> Pipeline:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=1, max_iter=2_000))
    return pipeline.fit(values, held, logisticregression__sample_weight=counts)


def write(asked: Sequence[Asked], words: Sequence[Found], counts: Floats, how: str) -> None:
    rows = [each.row for each in asked]
    fitted = Calibration(
        how=how,
        with_vectors=fit(rows, [each.found for each in asked], counts, WITH_VECTORS),
        words_only=fit(rows, words, counts, WORDS_ONLY),
    )
    calibration.save(fitted, TARGET)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", nargs=4, action="append", required=True, metavar=("GUIDES", "QUESTIONS", "TIER", "WEIGHT")
    )
    asked: list[Asked] = []
    words: list[Found] = []
    counts: list[float] = []
    made_of = []
    for guides, questions, tier, weight in parser.parse_args().set:
        own, by_words = ask(Path(guides), Path(questions), tier)
        asked, words, counts = asked + own, words + by_words, counts + [float(weight)] * len(own)
        made_of.append(f"{len(own)} of {Path(questions).name} ({tier}, each counting {weight})")
    write(asked, words, np.array(counts), HOW.format(" and ".join(made_of)))


if __name__ == "__main__":
    main()

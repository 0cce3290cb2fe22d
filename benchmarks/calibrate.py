"""Fits knowledge/calibration.json: how likely the guides hold the answer, from what retrieval found.

    python -m benchmarks.calibrate --set GUIDES QUESTIONS TIER WEIGHT [--set …]

Two logistic regressions on features of knowledge.ranking: with vectors, and by words alone. Several sets and tiers are
pooled, so that what is learned holds for small and large libraries and for more than one way of asking. Printed
are figures of five-fold cross-validation in which all questions on one guide stay in one fold.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sqlalchemy import create_engine

from knowledge import evaluation
from knowledge.encoder import Encoder
from knowledge.evaluation import Asked, Floats, GuideRow, QuestionRow, auroc, expected_calibration_error
from knowledge.index import Index
from knowledge.retriever import Found, Retriever

TARGET = Path(__file__).parents[1] / "knowledge" / "calibration.json"
WITH_VECTORS = ("best_sentence", "best_passage", "words_covered", "names_elsewhere")
WORDS_ONLY = ("words_matched", "words_covered", "names_elsewhere")

HOW = "Logistic regression (L2, C=10), made by benchmarks/calibrate.py from questions answerable and not: {}."


def ask(guides: Path, questions: Path, tier: str) -> tuple[list[Asked], list[Found]]:
    """Every question of a tier, asked with vectors and by words alone."""
    rows = [row for row in evaluation.read_rows(questions, QuestionRow) if evaluation.is_in(row.tier, tier)]
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/knowledge.db")
        wanted = [row for row in evaluation.read_rows(guides, GuideRow) if evaluation.is_in(row.tier, tier)]
        evaluation.store(engine, wanted)
        asked, _ = evaluation.ask_all(engine, Path(folder) / "index", rows, lambda *step: print(*step, end="\r"))
        index = Index(engine, Path(folder) / "words", Encoder())
        index.open()
        words = Retriever(engine, index, Encoder())
        found = [words.retrieve(row.question) for row in rows]
        index.close()
    return asked, found


def fit(rows: Sequence[QuestionRow], found: Sequence[Found], counts: Floats, names: Sequence[str]) -> dict[str, float]:
    """Weights by name; says how they do on guides that they were not fitted to."""
    values = np.array([[asdict(each.features)[name] if each.features else 0.0 for name in names] for each in found])
    held = np.array([row.answerable for row in rows], dtype=np.float64)
    guides = [row.doc_id or row.question for row in rows]
    likely: Floats = np.zeros(len(held))
    for train, test in GroupKFold(5).split(values, held, guides):
        likely[test] = _regression().fit(values[train], held[train], counts[train]).predict_proba(values[test])[:, 1]
    bar = np.quantile(likely[held > 0], 0.1)
    print(
        f"{len(names)} features, {len(held)} questions: AUROC {auroc(likely[held > 0], likely[held == 0]):.3f}, "
        f"ECE {expected_calibration_error(likely, held):.3f}, 90% answered at {bar:.2f}, "
        f"{(likely[held == 0] < bar).mean():.3f} declined there"
    )
    model = _regression().fit(values, held, counts)
    weights = [model.intercept_[0], *model.coef_[0]]
    return {name: round(float(weight), 2) for name, weight in zip(("intercept", *names), weights, strict=True)}


def write(asked: Sequence[Asked], words: Sequence[Found], counts: Floats, how: str) -> None:
    rows = [each.row for each in asked]
    fitted = {
        "how": how,
        "with_vectors": fit(rows, [each.found for each in asked], counts, WITH_VECTORS),
        "words_only": fit(rows, words, counts, WORDS_ONLY),
    }
    TARGET.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")


def _regression() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=2_000)


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

"""Figures mean what they are called, and a bad file is refused by its line."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.evaluation import BadSet, auroc, evaluate_answers, expected_calibration_error, same_place
from tests.conftest import EVALDATA
from tests.knowledge.conftest import GUIDES

ANSWER = "We pay a refund back within 10 working days, to the account it came from."


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The guides of the tests and three questions in the format of the evaluation data."""
    guides = [
        {"doc_id": key, "title": text.split("\n")[0][2:], "text": text, "tier": "mini"} for key, text in GUIDES.items()
    ]
    guides.append({"doc_id": "later", "title": "Later", "text": "Only in full.", "tier": "full"})
    at = GUIDES["refunds.md"].index(ANSWER)
    span = ["refunds.md", at, at + len(ANSWER)]
    questions: list[dict[str, Any]] = [
        {"question": "How long does a refund take?", "answerable": True, "doc_ids": ["refunds.md"], "spans": [span]},
        {"question": "Money back?", "answerable": True, "doc_id": "refunds.md", "evidence": [ANSWER], "tier": "core"},
        {"question": "What is the capital of Peru?", "answerable": False, "kind": "general_oos", "kb": None},
        {"question": "Who sells the cheapest flights?", "answerable": False, "kind": "general_oos", "tier": "core"},
    ]
    for question in questions[:1]:
        question |= {"kind": "human", "kb": "home", "tier": "mini"}
    paths = (tmp_path / "guides.jsonl.gz", tmp_path / "questions.jsonl")
    with gzip.open(paths[0], "wt") as file:
        file.write("\n".join(map(json.dumps, guides)))
    paths[1].write_text("\n".join(map(json.dumps, questions)) + "\n\n")
    return paths


def test_a_set_is_measured(files: tuple[Path, Path]) -> None:
    """A tier holds the lines of the tiers below it and those without one."""
    told = []
    report = evaluate_answers(*files, "mini", lambda *step: told.append(step))

    assert (report["tier"], report["n"]) == ("mini", 2)
    figures = report["figures"]
    for name in ("doc@1", "doc@5", "evidence@1", "evidence@5", "answer_hit@1", "auroc", "answered_at_threshold"):
        assert figures[name] == 1.0, name
    assert figures["declined_at_threshold"] == 1.0
    assert figures["guides"] == 3
    assert report["intervals"]["auroc"] == (1.0, 1.0)
    assert report["by_kind"]["general_oos"]["n"] == 1
    assert report["by_kind"]["general_oos"]["auroc"] == 1.0
    assert report["by_kb"]["home"]["evidence@1"] == 1.0
    assert told[-1] == (2, 2, "questions asked")
    assert json.loads(json.dumps(report))


def test_evidence_as_text_is_looked_up(files: tuple[Path, Path]) -> None:
    """Not every set counts characters."""
    report = evaluate_answers(*files, "core")

    assert report["n"] == 4
    assert report["figures"]["evidence@1"] == 1.0


def test_a_bad_line_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Which file, which line, what is wrong."""
    guides, questions = files
    for line, said in {
        "{": "bad.jsonl, line 2: not JSON",
        '{"question": "Why?"}': "bad.jsonl, line 2: answerable: Field required",
        "[1]": "bad.jsonl, line 2: the line: Input should be",
        '{"question": "Why?", "answerable": true, "doc_id": "x", "spans": [["x", 0, 1]]}': "said to be answered in x",
        '{"question": "Why?", "answerable": true, "doc_ids": ["refunds.md"]}': "none of its evidence stands",
    }.items():
        bad = tmp_path / "bad.jsonl"
        bad.write_text(f"{questions.read_text().splitlines()[0]}\n{line}\n")
        with pytest.raises(BadSet, match=said):
            evaluate_answers(guides, bad, "full")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    with pytest.raises(BadSet, match="no questions"):
        evaluate_answers(guides, empty, "full")


def test_places_are_the_same_when_half_of_the_shorter_is_shared() -> None:
    """The measure of the evaluation data."""
    assert same_place(("a", 0, 100), ("a", 90, 110))
    assert not same_place(("a", 0, 100), ("a", 91, 110))
    assert not same_place(("a", 0, 100), ("b", 0, 100))
    assert not same_place(("a", 5, 5), ("a", 0, 100))


def test_auroc_and_calibration_error_by_hand() -> None:
    """Small enough to be done on paper."""
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == 0.875
    assert expected_calibration_error(np.array([0.2, 0.8]), np.array([0.0, 1.0])) == pytest.approx(0.2)


@pytest.mark.soak
@pytest.mark.skipif(not EVALDATA.is_dir(), reason="the developer set is not here")
def test_the_mini_tier_stays_good() -> None:
    """Well below what it measures today, well above what a naive stack reaches."""
    report = evaluate_answers(EVALDATA / "guides.jsonl.gz", EVALDATA / "questions.jsonl", "mini")

    assert report["figures"]["evidence@5"] > 0.84
    assert report["figures"]["auroc"] > 0.97

"""The sample company's guides and questions hold together: an answer that is asked for stands where it is said to."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from knowledge.loading import FORMATS, Draft, Limits, Parser, read

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "knowledge" / "guides"
STAGES = {"awareness", "consideration", "purchase", "onboarding", "use", "support", "renewal"}
UNANSWERABLE = {"near_removed_product", "near_not_covered", "other_company_service", "general_oos"}


@cache
def guides() -> dict[str, Draft]:
    limits = Limits()
    paths = sorted(path for path in GUIDES.rglob("*") if path.suffix in FORMATS)
    with Parser(limits) as parser:
        return {p.relative_to(GUIDES).as_posix(): parser.parse(read(p, GUIDES.resolve(), limits)) for p in paths}


@cache
def questions() -> list[dict[str, Any]]:
    lines = (ROOT / "benchmarks" / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_guide_says_what_it_is() -> None:
    """A guide has a title, an owner, a journey stage and a review date, is for everyone, and may have a web address."""
    for key, guide in guides().items():
        assert guide.title, key
        assert guide.owner, key
        assert guide.audience == "everyone", key
        assert guide.journey_stage in STAGES, key
        assert guide.reviewed is not None, key
        assert guide.reviewed.year == 2026, key
        assert guide.url is None or urlsplit(guide.url)[:2] == ("https", "guides.brightwater.example"), key
    titles = Counter(guide.title for guide in guides().values())
    assert titles.most_common(1)[0][1] == 1


def test_owners_are_people_of_the_company() -> None:
    """All owners are in the sandbox's company: by e-mail, by user id, and by user group id."""
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    domain = seed["team"]["domain"]
    emails = {user.get("email", f"{user['handle']}@{domain}.example") for user in seed["users"]}
    user_ids = {user["id"] for user in seed["users"]}
    group_ids = {group["id"] for group in seed["user_groups"]}

    owners = {guide.owner for guide in guides().values()}

    assert owners - emails - user_ids - group_ids == set()
    assert owners & user_ids
    assert owners & group_ids


@pytest.mark.parametrize("format", [".pdf", ".docx", ".html", ".csv"])
def test_one_guide_of_each_other_format(format: str) -> None:
    """Beside Markdown there is one PDF, one DOCX, one HTML page and one CSV table, each small."""
    (path,) = GUIDES.rglob(f"*{format}")
    assert path.stat().st_size < 150_000


def test_guides_are_long_enough_to_be_hard() -> None:
    """There are at least 14 guides, three of them above 3,000 words."""
    lengths = sorted(len(guide.text.split()) for guide in guides().values())
    assert len(lengths) >= 14
    assert lengths[-3] > 3_000


def test_question_set_is_balanced() -> None:
    """At least 70 questions are answered in the guides and 35 not; every tier and kind has some, none comes twice."""
    asked = questions()
    assert sum(bool(q["answerable"]) for q in asked) >= 70
    assert sum(not q["answerable"] for q in asked) >= 35
    assert {"mini", "core", "full"} == {q["tier"] for q in asked}
    assert {"human"} == {q["kind"] for q in asked if q["answerable"]}
    unanswerable = {q["kind"] for q in asked if not q["answerable"]}
    assert unanswerable == UNANSWERABLE
    assert len(asked) == len({q["qid"] for q in asked}) == len({q["question"].casefold() for q in asked})


def test_evidence_stands_in_its_guide() -> None:
    """What answers a question stands word for word, and once, in a guide named for it; every named guide answers."""
    texts = {key: guide.text for key, guide in guides().items()}
    for question in questions():
        named, evidence = question["doc_ids"], question["evidence"]
        assert bool(question["answerable"]) == bool(named) == bool(evidence), question["qid"]
        assert question["doc_id"] == (named[0] if named else None)
        for words in evidence:
            assert max(texts[key].count(words) for key in named) == 1, (question["qid"], words)
        for key in named:
            assert any(words in texts[key] for words in evidence), (question["qid"], key)


def test_every_guide_is_asked_about() -> None:
    """No guide is without a question, so a file that is no longer read is noticed."""
    assert set(guides()) == {key for question in questions() for key in question["doc_ids"]}

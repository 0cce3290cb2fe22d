"""Figures mean what they are called, and a bad file is refused by its line."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from knowledge import calibration, evaluation, report
from knowledge.answers import Citation
from knowledge.calibration import BadCalibration
from knowledge.encoder import DEFAULT_MODEL, ModelUnavailable
from knowledge.evaluation import Asked, Evaluation, _is_marked, evaluate_answers, evaluate_related
from knowledge.index import AlreadyOwned
from knowledge.measures import (
    auroc,
    changes,
    coverage_at,
    expected_calibration_error,
    risk_coverage,
    same_place,
    token_f1,
)
from knowledge.question_sets import (
    BadSet,
    GuideRow,
    QuestionRow,
    read_guides,
    read_questions,
    read_rows,
    with_spans,
)
from knowledge.ranking import Features
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
    report = evaluate_answers(*files, "mini", lambda *step: told.append(step)).report

    assert (report["tier"], report["n"]) == ("mini", 2)
    figures = report["figures"]
    for name in ("doc@1", "doc@5", "evidence@1", "evidence@5", "answer_hit@1", "marked@1", "auroc"):
        assert figures[name] == 1.0, name
    assert (figures["answered_at_threshold"], figures["declined_at_threshold"]) == (1.0, 1.0)
    assert figures["guides"] == 3
    assert figures["mrr"] == 1.0
    assert report["intervals"]["auroc"] == (1.0, 1.0)
    assert report["by_kind"]["general_oos"]["n"] == 1
    assert report["by_kind"]["general_oos"]["auroc"] == 1.0
    assert report["by_kb"]["home"]["evidence@1"] == 1.0
    assert told[-1] == (2, 2, "questions asked")
    assert json.loads(json.dumps(report))


def test_a_question_is_asked_as_people_ask_it(files: tuple[Path, Path]) -> None:
    """A message that asks two things is measured by the answer that it gets."""
    message = "How long does a refund take? What is the capital of Peru?"
    files[1].write_text(json.dumps({"question": message, "answerable": False}) + "\n")
    assert [row["outcome"] for row in evaluate_answers(*files).report["questions"]] == ["partly"]


def test_guides_that_changed_are_measured_as_they_are_now(files: tuple[Path, Path], tmp_path: Path) -> None:
    """What was kept of the run before serves only the text that is still the same."""
    evaluate_answers(*files, "mini", cache=tmp_path / "kept")
    guides = gzip.decompress(files[0].read_bytes()).decode()
    files[0].write_bytes(gzip.compress(guides.replace("10 working days", "10 moons and tides").encode()))
    words = "How many moons and tides?"
    files[1].write_text(
        json.dumps({"question": words, "answerable": True, "doc_id": "refunds.md", "evidence": ["moons"]})
    )

    (asked,) = evaluate_answers(*files, "mini", cache=tmp_path / "kept").asked
    (anew,) = evaluate_answers(*files, "mini").asked

    assert asked.found.features == anew.found.features


def test_evidence_as_text_is_looked_up(files: tuple[Path, Path]) -> None:
    """Not every set counts characters."""
    report = evaluate_answers(*files, "core").report

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


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("latin.jsonl", b'{"question": "Why?", "answerable": false}\n"\xff"', "latin.jsonl, line 2: not JSON in UTF-8"),
        ("plain.jsonl.gz", b"{}", "plain.jsonl.gz, line 1: can't be read (Not a gzipped file (b'{}')); save the file"),
        ("cut.jsonl.gz", gzip.compress(b"{}")[:-6], "cut.jsonl.gz, line 1: can't be read"),
        ("spoilt.jsonl.gz", gzip.compress(b"{}")[:10] + b"\xff" * 20, "spoilt.jsonl.gz, line 1: can't be read"),
    ],
    ids=["not UTF-8", "not packed", "cut off", "spoilt"],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """With the line that could not be read, whatever it is packed in."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadSet, match=re.escape(said)):
        list(read_rows(tmp_path / name, QuestionRow))


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
    report = evaluate_answers(EVALDATA / "guides.jsonl.gz", EVALDATA / "questions.jsonl", "mini").report

    assert report["figures"]["evidence@5"] > 0.84
    assert report["figures"]["auroc"] > 0.97


def test_a_company_asks_its_own_questions_of_its_own_folder(tmp_path: Path) -> None:
    """A CSV of question, guide and answer is enough; what was embedded is kept for the next run."""
    for key, text in GUIDES.items():
        (tmp_path / "guides").mkdir(exist_ok=True)
        (tmp_path / "guides" / key).write_text(text)
    for hidden in (".draft.md", "~$plan.docx"):
        (tmp_path / "guides" / hidden).write_bytes(b"\0 left out by an ingest too")
    questions = tmp_path / "questions.csv"
    questions.write_text(
        "question,guide,answer\n"
        f'How long does a refund take?,refunds.md,"{ANSWER}"\n'
        "How do I restart the Brook 6?,router.md,Unplug it for half a minute.\n"
        "What is the capital of Peru?,,\n"
    )
    first = evaluate_answers(tmp_path / "guides", questions, cache=tmp_path / "cache").report
    told: list[str] = []
    again = evaluate_answers(
        tmp_path / "guides",
        questions,
        progress=lambda _, __, name: told.append(name),
        cache=tmp_path / "cache",
        limit=2,
    ).report

    assert (first["n"], again["n"], set(told)) == (3, 2, {"questions asked"})
    assert first["figures"]["doc@1"] == 1.0
    assert first["figures"]["token_f1"] > 0.4
    assert [each["evidence@1"] for each in first["questions"]] == [True, None, None]
    questions.write_bytes("question;guide;answer\nWie lange?;refunds.md;für Müller\n".encode("cp1252"))
    with pytest.raises(BadSet, match="save it as “CSV UTF-8”"):
        evaluate_answers(tmp_path / "guides", questions)
    questions.write_text("question;guide;answer\nHow long does a refund take?;refund.md;\n")
    with pytest.raises(BadSet, match=r"answered in refund\.md, which is no guide in guides\."):
        evaluate_answers(tmp_path / "guides", questions)
    with pytest.raises(BadSet, match=r"^guides has no guides of the knowledge base home\.$"):
        evaluate_answers(tmp_path / "guides", questions, kb="home")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("14", ["14 euros"]),
        ("No", ["No refund"]),
        ("£9", ["£9 a day"]),
        ("the fee", None),
        ("see the list", ["see the list. Se", "see the list, al"]),
        ("fees", None),
    ],
)
def test_a_short_answer_is_looked_for_as_words(tmp_path: Path, answer: str, expected: list[str] | None) -> None:
    """Not within others; where it stands more than once it must be long enough not to stand for something else."""
    text = (
        "Notices: in 2014 we changed the fee, see the list. Send no cash. It is 14 euros, the fee; £9 a day. No refund."
    )
    text += " Please see the list, always."
    (row,) = _rows(tmp_path, f"question,guide,answer\nHow much?,a.md,{answer}\n")
    guide = GuideRow(doc_id="a.md", title="Fees", text=text)

    spans = with_spans(row, [guide], tmp_path / "own.csv").spans

    found = None if spans is None else [text[start:] for _, start, _ in spans]
    assert (found is None) == (expected is None)
    assert all(one.startswith(other) for one, other in zip(found or [], expected or [], strict=True))


def test_evidence_that_ends_within_a_word_is_placed(tmp_path: Path) -> None:
    guide = GuideRow(doc_id="a.md", title="Fees", text="A visit costs 14 euros.")
    row = QuestionRow(question="How much?", answerable=True, doc_id="a.md", evidence=["costs 14 euro"])

    assert with_spans(row, [guide], tmp_path / "set.jsonl").spans == [("a.md", 8, 21)]


def _rows(folder: Path, lines: str) -> list[QuestionRow]:
    (folder / "own.csv").write_text(lines)
    return list(read_questions(folder / "own.csv"))


def test_the_model_that_is_set_is_measured(files: tuple[Path, Path], tmp_path: Path) -> None:
    """And named; without it nothing is, rather than words alone or another."""
    assert evaluate_answers(*files, "mini").report["model"] == DEFAULT_MODEL
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("\n".join(json.dumps({"a": "a", "b": "b", "same": same}) for same in (True, False)))

    with pytest.raises(ModelUnavailable, match="not-there"):
        evaluate_answers(*files, "mini", model=str(tmp_path / "not-there"))
    with pytest.raises(ModelUnavailable, match="not-there"):
        evaluate_related(pairs, model=str(tmp_path / "not-there"))


def test_a_folder_is_measured_with_what_its_front_matter_says(tmp_path: Path) -> None:
    """As the bot has it: the products, also where only they have changed, and which edition is the newer."""
    folder, questions = tmp_path / "guides", tmp_path / "questions.csv"
    folder.mkdir()
    care = "title: Care of covers\n---\n# Washing\n\nThe covers can be washed at 30 degrees.\n"
    credit = "# Missed visits\n\nA customer gets a credit of {} euros for a missed visit.\n"
    for name, text in {
        "care.md": f"---\n{care}",
        "sofas.md": "# Delivery\n\nThe Tarn Sleeper comes in 6 weeks. The Osprey is delivered in two weeks.\n",
        "old.md": f"---\ntitle: Credits\nreviewed: 2024-01-01\n---\n{credit.format(10)}",
        "new.md": f"---\ntitle: Credits\nreviewed: 2026-01-01\nlanguage: en-GB\n---\n{credit.format(25)}",
    }.items():
        (folder / name).write_text(text)
    questions.write_text(
        "question,guide\nHow much credit for a missed visit?,new.md\nWhen is the Tarn Corner delivered?,\n"
    )

    def apart(asked: Asked) -> int:
        return sum(map(len, asked.found.apart.values()))

    edition, before = evaluate_answers(folder, questions, cache=tmp_path / "kept").asked
    (folder / "care.md").write_text(f"---\nproduct: [Tarn, Tarn Corner, Tarn Sleeper]\n{care}")
    _, after = evaluate_answers(folder, questions, cache=tmp_path / "kept").asked

    assert [each.guide_key for each in edition.answer.citations] == ["new.md"]
    assert (apart(before), apart(after)) == (0, 1)
    assert [row.language for row in read_guides(folder) if row.doc_id == "new.md"] == ["en-GB"]


def test_two_evaluations_do_not_share_a_folder(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The second is told so before it changes what the first one stands on."""
    kept, said = tmp_path / "kept", []
    text = gzip.decompress(files[0].read_bytes()).decode()

    def begin_another(done: int, _: int, what: str) -> None:
        if (done, what) == (1, "questions asked"):
            files[0].write_bytes(gzip.compress(text.replace("10 working days", "99 working days").encode()))
            with pytest.raises(AlreadyOwned) as refused:
                evaluate_answers(*files, "mini", cache=kept)
            said.append(str(refused.value))

    evaluate_answers(*files, "mini", begin_another, cache=kept)

    assert said == [
        "These guides are being measured by another `frontline evaluate`. Wait until it is done, or stop it."
    ]
    (database,) = kept.glob("*/knowledge.db")
    assert b"99 working days" not in database.read_bytes()


def test_all_files_that_an_ingest_would_refuse_are_named_at_once(tmp_path: Path) -> None:
    """Not one in each run."""
    (tmp_path / "a.md").write_text("# Refunds\n\nTen days.\n")
    (tmp_path / "b.md").write_text("---\nreviewed: soon\n---\n# Fees\n")
    (tmp_path / "gone.pdf.yaml").write_text("owner: ana\n")
    (tmp_path / "link.md").symlink_to("/etc/hostname")

    with pytest.raises(BadSet) as said:
        list(read_guides(tmp_path))

    assert [line.split()[0] for line in str(said.value).splitlines()] == ["b.md", "gone.pdf.yaml", "link.md"]


def test_a_file_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    """Its questions are left out, and both are said."""
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "a.md").write_text("# Refunds\n\nA refund takes ten working days.\n")
    (tmp_path / "guides" / "b.md").write_text("---\nreviewed: soon\n---\n# Fees\n\nA locker costs £3.\n")
    questions = tmp_path / "questions.csv"
    questions.write_text("question,guide\nHow long does a refund take?,a.md\nWhat is a locker?,b.md\nA pool?,\n")

    report = evaluate_answers(tmp_path / "guides", questions).report

    assert (report["n"], report["figures"]["guides"]) == (2, 1)
    assert report["notes"][-1].startswith("b.md has a `reviewed` in its front matter that is not a date")
    assert report["notes"][-1].endswith("\nQuestions left out, because one of these answers them: 1.")
    (tmp_path / "guides" / "a.md").unlink()
    with pytest.raises(BadSet, match=r"^b\.md has a `reviewed`"):
        evaluate_answers(tmp_path / "guides", questions)


def test_what_was_kept_and_is_damaged_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    """It can be deleted, for it is only kept to save time."""
    evaluate_answers(*files, "mini", cache=tmp_path / "kept")
    (kept,) = (tmp_path / "kept").glob("*/knowledge.db")
    kept.write_bytes(b"no database" * 1_000)

    with pytest.raises(BadSet, match=rf"kept in {kept.parent} can't be used \(file is not a database\)\. Delete that"):
        evaluate_answers(*files, "mini", cache=tmp_path / "kept")


@pytest.mark.parametrize(
    "head", ["question,guide,answer", "question,Guide,Answer", "Question; guide ;ANSWER", "guide,question"]
)
def test_the_columns_of_a_csv_are_found_by_name(tmp_path: Path, head: str) -> None:
    """In any order, with capitals and spaces as a spreadsheet or a person writes them."""
    sign = ";" if ";" in head else ","
    line = {"question": "How long?", "guide": "refunds.md", "answer": "Ten days."}
    (tmp_path / "own.csv").write_text(f"{head}\n{sign.join(line[name.strip().lower()] for name in head.split(sign))}\n")

    (row,) = read_questions(tmp_path / "own.csv")

    assert (row.question, row.answerable, row.documents) == ("How long?", True, {"refunds.md"})


@pytest.mark.parametrize(
    ("head", "found"),
    [("frage,antwort", "“frage”, “antwort”"), ("question, source", "“question”, “ source”"), ("", "none")],
)
def test_a_csv_without_its_columns_is_refused(tmp_path: Path, head: str, found: str) -> None:
    """Without the column of guides every question would count as one that no guide answers."""
    (tmp_path / "own.csv").write_text(f"{head}\nWhy?,a.md\n" if head else "")

    with pytest.raises(BadSet, match=rf"a first line with the columns question, guide and answer .*it has {found}\."):
        list(read_questions(tmp_path / "own.csv"))


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("above", ["", "sep={}\n"])
def test_a_csv_is_read_with_the_sign_that_it_is_written_with(tmp_path: Path, sign: str, above: str) -> None:
    """As its first line has it; a kind and a knowledge base of one's own are kept, and what isn't used is named."""
    head, line = (
        ("question", "guide", "kind", "kb", "owner"),
        ('"How long, or how; late?"', "fees.md", "bills", "home", "Ana"),
    )
    (tmp_path / "own.csv").write_text(f"{above.format(sign)}{sign.join(head)}\n{sign.join(line)}\n")
    told: list[str] = []

    (row,) = read_questions(tmp_path / "own.csv", told.append)

    assert (row.question, row.kind, row.kb) == ("How long, or how; late?", "bills", "home")
    assert told == ["own.csv: not used: the columns “owner”. Those known are question, guide, answer, kind, kb."]


def test_a_question_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    """With both guides, where it names two; and not at all where one line says that it has no answer."""
    lines = "question,guide,answer\nHow much?,a.md,9 euros\nWhy?,,\nhow  much?,b.md,\n"
    (tmp_path / "own.csv").write_text(lines)
    told: list[str] = []

    much, why = read_questions(tmp_path / "own.csv", told.append)

    assert (much.documents, much.evidence, why.answerable) == ({"a.md", "b.md"}, ["9 euros"], False)
    assert told == ["own.csv: questions that stand there before are counted once: line 4."]
    with pytest.raises(BadSet, match=r"^own\.csv, lines 3 and 5: “Why\?” is answered in one only\.$"):
        _rows(tmp_path, f"{lines}Why?,a.md,\n")


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        (
            "own.csv",
            "\nHow long, in days?,a.md,14\n",
            "own.csv, line 3: more cells than the first line has columns, from “14”",
        ),
        (
            "own.csv",
            '"How\nlong?",a.md,14,,\nWhy?,,,what\n',
            "own.csv, line 4: more cells than the first line has columns",
        ),
        (
            "own.txt",
            "",
            "own.txt, line 1: not JSON in UTF-8 (Expecting value: line 1 column 1 (char 0)). If it is CSV, give",
        ),
    ],
)
def test_a_csv_with_a_slip_in_it_is_refused_by_its_line(tmp_path: Path, name: str, lines: str, said: str) -> None:
    """A comma without quotation marks would move a guide into the next column."""
    (tmp_path / name).write_text(f"question,guide,answer\n{lines}")

    with pytest.raises(BadSet, match=re.escape(said)):
        read_questions(tmp_path / name)


def test_all_unknown_guides_of_a_csv_are_named_with_what_may_be_meant(tmp_path: Path) -> None:
    """Paths from further up, and with the other slash, are understood."""
    folder = tmp_path / "own" / "guides"
    for key in ("bills/late-fees.md", "visits.md"):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_text(f"# Guide {key}\n\nA visit costs 9 euros.\n")
    understood = (r".\visits.md", "guides/visits.md", "own/guides/bills/late-fees.md", str(folder / "visits.md"))
    unknown = ("bills/late-fee.md", "Visits.md", "guide visits.md", "archive/guides/visits.md", "tariffs.md")
    lines = [f"Question {number}?,{name}" for number, name in enumerate((*understood, *unknown))]
    (tmp_path / "own.csv").write_text("\n".join(["question,guide", *lines]))

    with pytest.raises(BadSet) as refused:
        evaluate_answers(folder, tmp_path / "own.csv")

    meant = [re.search(r"line (\d+): .*?(?: mean (\S+)\?)?$", line) for line in str(refused.value).splitlines()]
    assert [found.groups() for found in meant if found] == [
        ("6", "bills/late-fees.md"),
        ("7", "visits.md"),
        ("8", "visits.md"),
        ("9", None),
        ("10", None),
    ]


def test_pairs_are_told_apart(tmp_path: Path) -> None:
    """Those that ask for the same are more alike, over all and by source."""
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        {"a": "How do I reset the router?", "b": "Resetting my router", "same": True, "source": "one"},
        {"a": "How do I reset the router?", "b": "When is the refund paid?", "same": False, "source": "one"},
    ]
    pairs.write_text("\n".join(map(json.dumps, rows)))

    measured = evaluate_related(pairs)

    assert (measured["n"], measured["figures"]["auroc"]) == (2, 1.0)
    assert measured["by_source"]["one"] == {"n": 2, "auroc": 1.0}
    report.write_related(measured, tmp_path / "pairs.md", measured)
    page = (tmp_path / "pairs.md").read_text()
    assert "| one | 2 | 1.000 |  |" in page
    assert "Nothing changed by more than chance allows." in page
    assert (tmp_path / "pairs-likeness.png").read_bytes().startswith(b"\x89PNG")
    pairs.write_text(json.dumps(rows[0]))
    with pytest.raises(BadSet, match="needs pairs that are the same and pairs that are not"):
        evaluate_related(pairs)


def record(number: int, likely: float, answerable: bool, hit: bool = True) -> dict[str, Any]:
    return {
        "question": f"q{number}",
        "kb": None,
        "kind": "any",
        "outcome": "answered" if likely > 0.5 else "not_in_guides",
        "answerable": answerable,
        "probability": likely,
        "answer_hit@1": hit if answerable else None,
    }


def test_words_shared_and_coverage_by_hand() -> None:
    """Small enough to be done on paper."""
    assert token_f1("Within ten days.", "ten days") == 0.8
    assert token_f1("No.", "ten days") == 0.0
    likely, held = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 1.0, 0.0, 1.0])
    assert [coverage_at(likely, held, risk) for risk in (0.0, 0.25, 0.3)] == [0.5, 1.0, 1.0]
    assert coverage_at(np.array([0.9, 0.8, 0.8]), np.array([1.0, 1.0, 0.0]), 0.0) == pytest.approx(1 / 3)
    rows = risk_coverage([record(1, 0.9, True), record(2, 0.8, True, hit=False), record(3, 0.6, False)])
    row = next(row for row in rows if row["bar"] == 0.5)
    assert row == {
        "bar": 0.5,
        "coverage": 1.0,
        "wrong": 0.3333,
        "wrong_or_elsewhere": 0.6667,
        "answerable_answered": 1.0,
        "others_answered": 1.0,
    }


@pytest.mark.parametrize(("low", "high", "expected"), [(13, 20, True), (19, 21, True), (20, 29, False), (3, 6, False)])
def test_a_marked_sentence_is_found_in_the_guide_behind_the_head_of_its_table(
    low: int, high: int, expected: bool
) -> None:
    """Thirteen characters of head stand before what is quoted from 100 on; the answer stands there until 107."""
    quote = "head of table" + "the answer and more"
    citation = Citation(
        "a.md", "A", "A", (), None, None, None, 100, 119, quote, ((low, high),), begins_above=False, goes_on=False
    )

    assert _is_marked([citation], [("a.md", 100, 107)]) is expected
    assert _is_marked([citation], [("b.md", 100, 107)]) is False
    assert _is_marked([], [("a.md", 100, 107)]) is None


def test_only_changes_larger_than_noise_are_told() -> None:
    """Two runs are held against each other question by question."""
    old = [record(n, 0.9, n % 2 == 0, hit=False) for n in range(60)]
    new = [record(n, 0.9, n % 2 == 0) for n in range(60)]

    assert changes(new, old)["answer_hit@1"] == (1.0, 1.0, 1.0)
    assert report.compared({"questions": new}, {"questions": old}) == [
        "The quote holds the answer: +1.000 (+1.000 to +1.000)"
    ]
    assert report.compared({"questions": new}, {"questions": new}) == ["Nothing changed by more than chance allows."]
    assert "nothing in common" in report.compared({"questions": new}, {"questions": []})[0]
    assert "only one question in common" in report.compared({"questions": new}, {"questions": old[:1]})[0]


def run(records: list[dict[str, Any]], guides: int = 9, **told: Any) -> dict[str, Any]:
    return {"questions": records, "figures": {"guides": guides}, "tier": "full", "kb": None, **told}


def test_what_differs_between_two_runs_is_said_before_what_changed() -> None:
    """A smaller library is no better search, so another tier is not compared at all."""
    old = [record(n, 0.9, n % 2 == 0, hit=False) for n in range(60)]
    new = [record(n, 0.9, n % 2 == 0) for n in range(40)]

    assert report.compared(run(new, tier="mini"), run(old)) == [
        "The two evaluations can't be compared: the tier was full, now mini, so other guides were searched."
    ]
    first, *rest = report.compared(run(new, 7, model="a", limit=40), run(old, model="b", limit=None))
    assert first == (
        "Not the same in both runs: the limit was not set, now 40, the model was b, now a, "
        "the guides are not the same (9 then, 7 now). Compared over the 40 questions that both have."
    )
    assert rest == ["The quote holds the answer: +1.000 (+1.000 to +1.000)"]
    edited = report.compared(run(new, guides_hash="a"), run(new, guides_hash="b"))
    assert "the guides are not the same (9 then, 9 now)" in edited[0]
    assert report.compared(run(new), run(new)) == ["Nothing changed by more than chance allows."]


def test_the_page_shows_figures_and_pictures(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Everything that the page names stands beside it."""
    done = evaluate_answers(*files, "core").report

    report.write(done, tmp_path / "page.md", done)

    page = (tmp_path / "page.md").read_text()
    assert page.startswith("# 4 questions asked of 3 guides\n")
    assert "| The first passage is the right one | 1.000 | 1.000 to 1.000 |" in page
    assert "Nothing changed by more than chance allows." in page
    assert page.count(f"\n| **{done['bars']['answered']:g}, as set** | ") == 1
    assert re.search(r"With a bar of 0\.\d\d 5% of the answers are wrong at most\.", page)
    for picture in ("page-risk-coverage.png", "page-reliability.png"):
        assert f"({picture})" in page
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


def test_the_page_lists_the_questions_that_went_wrong(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The worst first, each with why; so many at most."""
    done = evaluate_answers(*files, "mini").report
    good = {"answerable": True, "outcome": "answered", "probability": 0.9, "doc@1": True, "answer_hit@1": True}
    asked = [
        good | {"question": "Good?"},
        good | {"question": "Other figure?", "answer_hit@1": False},
        good | {"question": "Missed?", "outcome": "not_in_guides", "probability": 0.1},
        good | {"question": "Other |\nguide?", "outcome": "partly", "doc@1": False},
        good | {"question": "Invented?", "answerable": False},
        good | {"question": "Partly?", "answerable": False, "outcome": "partly"},
        *(good | {"question": f"Other figure {n}?", "answer_hit@1": None} for n in range(2)),
    ]

    report.write(done | {"questions": asked}, tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()

    listed = page.split("## Questions to look at")[1].split("##")[0].strip().split("\n")
    assert listed[2:] == [
        "| Invented? | answered, though no guide does | 0.90 |",
        "| Other \\| guide? | another guide came first | 0.90 |",
        "| Missed? | not answered | 0.10 |",
        "| Other figure? | the quote doesn't hold the answer | 0.90 |",
    ]
    report.write(done | {"questions": asked[2:3] * (report.MOST_WRONG + 3)}, tmp_path / "page.md")
    assert "\n3 more stand in the file of `--json`.\n" in (tmp_path / "page.md").read_text()
    report.write(done | {"questions": asked[:1]}, tmp_path / "page.md")
    assert "to look at" not in (tmp_path / "page.md").read_text()


def features(best: float) -> Features:
    return Features(best, best, best, best, best, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5)


def test_a_fit_to_questions_on_something_else_does_not_lower_the_bars_to_the_floor() -> None:
    """What is more likely wrong than right is not given as the answer."""
    scores, held = [0.6] * 20 + [0.0] * 20, [True] * 20 + [False] * 20

    own = calibration.refit(calibration.load().with_vectors, [features(each) for each in scores], held, (0.05, 0.1))

    assert (own.answered, own.partly) == (0.5, 0.2)


def test_a_fit_moves_the_bar_to_a_company_s_own_questions() -> None:
    """Where everything scores higher than elsewhere, the bar moves up, and the order stays."""
    shipped = calibration.load().with_vectors
    chance = np.random.default_rng(1)
    scores = np.concatenate([chance.normal(0.5, 0.05, 40), chance.normal(0.35, 0.05, 40)])
    held = [n < 40 for n in range(80)]

    own = calibration.refit(shipped, [features(each) for each in scores], held, (0.05, 0.1))

    likely = [own.probability(features(each)) for each in scores]
    assert sum(each >= own.answered for each in likely[40:]) <= 2
    assert sum(each >= own.answered for each in likely[:40]) > 30
    assert own.partly <= own.answered
    assert own.probability(features(0.5)) > own.probability(features(0.4)) > own.probability(features(0.3))
    assert shipped.probability(features(0.35)) > own.probability(features(0.35))
    with pytest.raises(BadCalibration, match="at least 20 questions that are not answered"):
        calibration.refit(shipped, [features(0.7)] * 40, [True] * 40, (0.05, 0.1))


@pytest.mark.parametrize(("answered", "others"), [((0.5, 0.3), (0.5, 0.3)), ((0.3, 0.2), (0.6, 0.5)), ((0.5,), (0.5,))])
def test_labels_that_the_probability_does_not_follow_are_refused(
    answered: tuple[float, ...], others: tuple[float, ...]
) -> None:
    """Each question with both labels, with the wrong one, or all alike: any bar would silence the guides."""
    drawn = [features(each) for each in (*answered * 20, *others * 20)]
    held = [n < 20 * len(answered) for n in range(len(drawn))]

    with pytest.raises(BadCalibration, match=r"No calibration was saved: .* don't score higher than the others"):
        calibration.refit(calibration.load().with_vectors, drawn, held, (0.05, 0.1))


def test_a_fit_that_leaves_next_to_nothing_answered_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of the others above all that is answered are enough for that, however well the rest is told apart."""
    monkeypatch.setattr(evaluation, "is_partial", lambda _: False)
    drawn = [*((0.5, True),) * 20, *((0.3, False),) * 18, *((0.9, False),) * 2]
    asked = [
        SimpleNamespace(
            row=SimpleNamespace(answerable=held), found=SimpleNamespace(features=features(each), unknown=())
        )
        for each, held in drawn
    ]
    done = Evaluation(asked, {"figures": {"answered_at_threshold": 0.9}})  # type: ignore[arg-type]

    with pytest.raises(BadCalibration, match=r"only 0% of the answerable .* \(before: 90%\)\. Allow more with --wrong"):
        done.fit((0.05, 0.1))
    assert done.answered(done.fit((0.1, 0.2)).with_vectors) == (1.0, 0.1)


@pytest.mark.parametrize("seed", [14, 18, 108])
def test_no_more_questions_pass_a_bar_than_may(seed: int) -> None:
    """Not one, with the weights as they are kept; these draws are ones that rounding them decides."""
    chance, held = np.random.default_rng(seed), [n % 2 == 0 for n in range(60)]
    drawn = []
    for each in held:
        *five, asked = chance.normal(0.55 if each else 0.45, 0.15, 6).clip(0, 1).tolist()
        on = float(chance.random() < 0.4)
        drawn.append(Features(*five, 0.0, 0.0, on, on * five[2], on * five[4], asked))

    own = calibration.refit(calibration.load().with_vectors, drawn, held, (0.0, 0.0))

    assert not any(own.probability(each) >= own.answered for each in drawn[1::2])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "can't be used (Invalid JSON"),
        ("[]", "can't be used (Input should be an object)"),
        ('{"how": "", "with_vectors": {}, "words_only": {}}', "can't be used (with_vectors.weights: Field required)"),
        ("\x80", "can't be read (UnicodeDecodeError)"),
    ],
)
def test_a_calibration_that_can_not_be_read_is_named(written: str, said: str, tmp_path: Path) -> None:
    """A hand-edited file ends in words, not in other answers than before."""
    path = tmp_path / "calibration.json"
    path.write_bytes(written.encode("latin-1"))

    with pytest.raises(BadCalibration, match=rf"{re.escape(said)}.* Delete it to go back to the shipped one"):
        calibration.load(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda half: half["weights"].update(luck=1.0), "has a weight that is not known: luck."),
        (lambda half: half["weights"].clear(), "has a weight missing: "),
        (lambda half: half["weights"].pop("words_covered"), "has a weight missing: words_covered."),
        (lambda half: half["weights"].update(intercept=float("nan")), "weights.intercept: Input should be a finite"),
        (lambda half: half["weights"].update(intercept=float("inf")), "weights.intercept: Input should be a finite"),
        (lambda half: half.update(partly=0.9, answered=0.3), "partly (0.9) is above answered (0.3)"),
        (lambda half: half.update(answered=float("nan")), "answered: Input should be less than 1"),
    ],
)
@pytest.mark.parametrize("half", ["with_vectors", "words_only"])
def test_a_calibration_that_would_answer_everything_is_refused(
    half: str, change: Callable[[dict[str, Any]], None], said: str, tmp_path: Path
) -> None:
    """Weights are numbers and those of the shipped one, and a part of an answer needs no more than the whole."""
    path = tmp_path / "calibration.json"
    written = calibration.load().model_dump()
    change(written[half])
    path.write_text(json.dumps(written))

    with pytest.raises(BadCalibration, match=rf"{re.escape(said)}.* Delete it to go back to the shipped one"):
        calibration.load(path)

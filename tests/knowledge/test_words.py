"""The words are kept for the next process, and only what changed is read again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge import words as reading_words
from knowledge.lexical import Entry, Lexical, stems
from knowledge.tables import Chunk, Guide, Revision
from knowledge.words import STATE, Words, brought_up, keep

Put = Callable[[str, str | None], None]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes any library count as one in which reading everything again would take too long."""
    monkeypatch.setattr(reading_words, "FEW_GUIDES", 0)
    monkeypatch.setattr(reading_words, "STALE_SHARE", 1)


def read(engine: Engine, folder: Path, words: Words | None = None) -> Words:
    now = brought_up(words or Words(Lexical()), engine.execution_options(writes=False), folder)
    if not now.are_kept:
        keep(now, folder)
    return now


def finds(words: Words, word: str) -> int:
    return len(words.lexical.search(stems(word), 10))


@pytest.mark.usefixtures("large")
def test_a_change_reads_only_the_guide_that_changed(
    guides: Engine, tmp_path: Path, put_guide: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other guides stay where they are, and nobody's search is disturbed meanwhile."""
    before = read(guides, tmp_path / "words")
    put_guide("visits.md", "# Engineer visits\n\nThe engineer now comes by zeppelin.\n")
    taken: list[int] = []
    rows = reading_words._rows
    monkeypatch.setattr(reading_words, "_rows", lambda session, ids: taken.extend(ids) or rows(session, ids))

    after = read(guides, tmp_path / "words", before)

    assert len(taken) == 1
    assert (finds(before, "zeppelin"), finds(before, "cancelling")) == (0, 1)
    assert (finds(after, "zeppelin"), finds(after, "cancelling")) == (1, 0)
    assert after.lexical.size == len(after.keys) == len(after.hashes) == len(after.chunk_ids)


def test_a_heading_counts_twice_wherever_it_stands(guides: Engine, tmp_path: Path, put_guide: Put) -> None:
    """That of a second section as much as that with which a chunk begins; a remark in code is no heading."""
    put_guide(
        "one.md",
        "---\ntitle: Travel\n---\n# Zeppelins\n\nThey fly.\n\n## Ferries\n\nThey swim.\n\n```\n# gondolas\n```\n",
    )

    words = read(guides, tmp_path / "words")

    scores = [next(iter(words.lexical.search(stems(word), 1).values())) for word in ("zeppelin", "ferries", "gondolas")]
    assert scores[0] == pytest.approx(scores[1])
    assert scores[1] > scores[2] > 0


@pytest.mark.usefixtures("large")
def test_step_by_step_is_the_same_as_at_once(guides: Engine, tmp_path: Path, put_guide: Put) -> None:
    """Guides that come, change and leave end in the words of a first start."""
    words = read(guides, tmp_path / "words")
    for key, text in (
        ("new.md", "# The Heron\n\nThe Heron 2 swims.\n"),
        ("visits.md", "# Visits\n\nBy bicycle.\n"),
        ("new.md", None),
    ):
        put_guide(key, text)
        words = read(guides, tmp_path / "words", words)

    fresh = read(guides, tmp_path / "fresh")

    assert (words.keys, words.hashes, words.chunk_ids) == (fresh.keys, fresh.hashes, fresh.chunk_ids)
    assert words.shelved == fresh.shelved


def test_a_second_process_finds_the_words_as_they_were_left(guides: Engine, tmp_path: Path) -> None:
    """Nothing is read again, and nothing is written."""
    first = read(guides, tmp_path / "words")
    written = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "words").iterdir()}

    second = read(guides, tmp_path / "words")

    assert (second.keys, second.shelved, second.revision) == (first.keys, first.shelved, first.revision)
    assert second.names.counts() == first.names.counts()
    assert finds(second, "refund") == finds(first, "refund") > 0
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "words").iterdir()} == written


def test_what_changed_while_nobody_looked_is_taken_up(guides: Engine, tmp_path: Path, put_guide: Put) -> None:
    """A start after an ingest finds the new text and no longer the old."""
    read(guides, tmp_path / "words")
    put_guide("visits.md", None)
    put_guide("ferries.md", "# Ferries\n\nCalls at sea cost £2.\n")

    words = read(guides, tmp_path / "words")

    assert (finds(words, "ferries"), finds(words, "cancelling")) == (1, 0)


def test_a_guide_that_was_changed_and_changed_back_is_read_again(guides: Engine, tmp_path: Path, large: None) -> None:
    """Its text is the same, its chunks are others."""
    words = read(guides, tmp_path / "words")
    with Session(guides) as session, session.begin():
        guide = session.scalars(select(Guide).where(Guide.key == "refunds.md")).one()
        copies = [(each.ordinal, each.start, each.end, each.headings, each.hash) for each in guide.chunks]
        guide.chunks.clear()
        session.flush()
        session.add(Chunk(guide_id=guide.id, ordinal=9, start=0, end=1, headings=[], hash="taken"))
        guide.chunks += [
            Chunk(ordinal=ordinal, start=start, end=end, headings=headings, hash=hash_)
            for ordinal, start, end, headings, hash_ in copies
        ]
        session.get_one(Revision, 1).number += 1

    again = read(guides, tmp_path / "words", words)

    assert finds(again, "refund") > 0
    with Session(guides) as session:
        assert set(again.keys) == set(session.scalars(select(Chunk.id)))


def test_a_process_that_dies_before_it_keeps_the_words_doubles_none(
    guides: Engine, tmp_path: Path, put_guide: Put, large: None
) -> None:
    """The next one finds as many chunks as it expects, but others, and reads what it does not know."""
    words = read(guides, tmp_path / "words")
    put_guide("visits.md", None)
    put_guide("ferries.md", "# Ferries\n\nCalls at sea cost £2.\n")
    brought_up(words, guides.execution_options(writes=False), tmp_path / "words")  # and dies

    again = read(guides, tmp_path / "words")

    assert (again.lexical.size, again.lexical.frequency("ferri")) == (len(again.keys), 1)


@pytest.mark.parametrize("broken", [STATE, "meta.json"])
def test_a_broken_folder_is_made_anew(guides: Engine, tmp_path: Path, broken: str) -> None:
    """A cache that can't be read costs a moment, not an answer."""
    whole = read(guides, tmp_path / "words")
    (tmp_path / "words" / broken).write_text("{ half a")

    again = read(guides, tmp_path / "words")

    assert (again.keys, finds(again, "refund")) == (whole.keys, finds(whole, "refund"))
    assert json.loads((tmp_path / "words" / broken).read_text())


def test_a_product_whose_guide_left_is_unknown_again(guides: Engine, tmp_path: Path, put_guide: Put) -> None:
    """In a small library nothing of an earlier version stays in mind."""
    put_guide("eight.md", "# Brook 8\n\nThe Brook 8 is out of date.\n")
    words = read(guides, tmp_path / "words")
    assert words.names.strangers_in("Is the Brook 8 white?", bool)[0] == []
    put_guide("eight.md", None)

    assert read(guides, tmp_path / "words", words).names.strangers_in("Is the Brook 8 white?", bool)[0] == ["Brook 8"]


def test_the_words_of_a_question_are_weighed_in_the_passage_that_has_most(tmp_path: Path) -> None:
    """Each word once, however often it stands there; only in the chunks named, and in what they say now."""
    entries = [
        Entry(1, 1, "Refunds and refunds of a refund", ()),
        Entry(2, 1, "Routers restart after a refund", ()),
        Entry(3, 2, "Routers, refunds and engineers", ()),
    ]
    lexical = Lexical(tmp_path).changed([], entries)
    weights = {"refund": 1.5, "router": 0.25, "engin": 4.0, "zeppelin": 8.0}

    assert lexical.most(weights, [1]) == pytest.approx(1.5)
    assert lexical.most(weights, [1, 2]) == pytest.approx(1.75)
    assert lexical.most(weights, [1, 2, 3]) == pytest.approx(5.75)
    assert lexical.most(weights, []) == lexical.most({}, [1]) == lexical.most({"zeppelin": 8.0}, [1, 2, 3]) == 0
    changed = lexical.changed([2], [Entry(4, 3, "Nothing of the kind", ())])
    assert changed.most(weights, [1, 2, 3, 4]) == pytest.approx(1.75)

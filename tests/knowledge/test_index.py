"""The caches follow the rows, heal by themselves, and have one owner."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from knowledge import generation
from knowledge import index as indexing
from knowledge.encoder import EIGHT_BITS, Encoder
from knowledge.generation import Generation
from knowledge.index import AlreadyOwned, Index
from knowledge.packed import Packed
from knowledge.retriever import Retriever
from knowledge.tables import Vector
from knowledge.words import Words
from tests.knowledge.conftest import GUIDES

Open = Callable[[], Index]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three guides are treated as more than are compared one by one, so Chroma is asked."""
    monkeypatch.setattr(indexing, "ONE_BY_ONE", 0)


class CountingEncoder:
    """Remembers how many texts it was given in bulk: units and titles."""

    name, identity, precision, dimensions = "all-MiniLM-L6-v2", "all-MiniLM-L6-v2", EIGHT_BITS, 384

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self.embedded = 0

    def load(self) -> None:
        self._inner.load()

    def encode(self, texts: list[str]) -> np.ndarray:
        return self._inner.encode(texts)

    def read(self, texts: list[str], *, bulk: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        self.embedded += len(texts) if bulk else 0
        return self._inner.read(texts, bulk=bulk)


@pytest.fixture
def counting(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> CountingEncoder:
    return CountingEncoder(encoder)


def nearest_guide(index: Index, encoder: Encoder, engine: Engine, question: str) -> str:
    return Retriever(engine, index, encoder).retrieve(question).passages[0].guide_key


def current(folder: Path) -> str:
    return str(json.loads((folder / "index" / "CURRENT").read_text())["folder"])


def test_words_are_searched_at_once_and_vectors_when_they_are_ready(open_index: Open, encoder: Encoder) -> None:
    """Opening needs no model; a refresh fills the vectors and says how many there are."""
    index = open_index()

    assert index.words.lexical.search(["refund"], 5)
    assert index.nearest(encoder.encode(["refund"])[0], 5) is None
    assert (index.state().vectors, index.state().ready) == (0, False)

    told: list[tuple[int, int]] = []
    assert index.refresh(lambda done, total: told.append((done, total)))

    state = index.state()
    assert state.guides == 3
    assert state.chunks == state.vectors > 0
    assert state.ready
    assert told[-1] == (state.chunks, state.chunks)
    assert not index.refresh()


def test_a_change_is_followed_by_both_halves(
    open_index: Open, encoder: Encoder, guides: Engine, put_guide: Callable[[str, str | None], None], many: None
) -> None:
    """New text is found, text that left is not, and its vector leaves the database too."""
    index = open_index()
    index.refresh()
    put_guide("roaming.md", "# Roaming abroad\n\nCalls from the ferry to Norway cost £2 a minute.\n")
    put_guide("visits.md", None)

    assert index.refresh()

    assert nearest_guide(index, encoder, guides, "What do calls on a ferry cost?") == "roaming.md"
    vector = encoder.encode(["moving an engineer visit"])[0]
    found = index.nearest(vector, 50)
    assert found is not None
    assert set(found) == set(index.words.keys)
    with Session(guides) as session:
        assert session.scalar(select(func.count()).select_from(Vector)) == index.state().chunks


def test_without_chroma_the_same_chunks_are_nearest(
    open_index: Open, guides: Engine, tmp_path: Path, encoder: Encoder, many: None
) -> None:
    """A process that answers one question makes no folder of Chroma, and finds what others find."""
    exact = Index(guides, tmp_path / "exact", encoder, exact=True)
    exact.open()
    exact.refresh()
    index = open_index()
    index.refresh()
    vector = encoder.encode(["How long does a refund take?"])[0]

    found, same = exact.nearest(vector, 3), index.nearest(vector, 3)

    assert (exact.state().ready, exact.fault) == (True, None)
    assert found == pytest.approx(same, abs=3e-3)  # one compares whole numbers
    assert found is not None
    assert list(found) == list(same or ())
    assert not (tmp_path / "exact" / "CURRENT").exists()
    exact.close()


@pytest.mark.parametrize("damage", ["cut short", "of other guides", "another's"])
def test_packed_vectors_that_are_damaged_are_packed_anew(
    damage: str, open_index: Open, guides: Engine, tmp_path: Path, counting: CountingEncoder, encoder: Encoder
) -> None:
    """From SQL, without embedding anything; what is found stays the same."""
    index = open_index()
    index.refresh()
    vector = encoder.encode(["How long does a refund take?"])[0]
    every = list(index.words.keys)

    def found(index: Index) -> tuple[object, ...]:
        alike = index.alike(vector, every)
        return (
            index.nearest(vector, 3),
            alike and [each.tolist() for each in alike],
            [each.tolist() for each in index.tokens(every)],
        )

    before = found(index)
    index.close()
    (folder,) = (tmp_path / "index").glob("packed-*")
    if damage == "cut short":
        (folder / "tokens").write_bytes((folder / "tokens").read_bytes()[:-1])
    elif damage == "of other guides":
        (folder / "units").write_bytes(bytes((folder / "units").stat().st_size))
    else:
        folder.rename(folder.with_name("packed-0123abcd"))

    again = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
    again.open()
    again.refresh()

    after = found(again)
    assert after == before
    assert (again.state().ready, counting.embedded) == (True, 0)
    assert list((tmp_path / "index").glob("packed-*")) == [folder]
    again.close()


def test_text_that_comes_back_is_embedded_again(
    open_index: Open, put_guide: Callable[[str, str | None], None], guides: Engine, encoder: Encoder
) -> None:
    """Its vectors left the database when it left the guides, so they are made, and kept, anew."""
    index = open_index()
    index.refresh()
    before = index.state().chunks
    for text in ("# Visits\n\nNobody comes.\n", GUIDES["visits.md"]):
        put_guide("visits.md", text)
        assert index.refresh()
        assert index.is_complete

    assert nearest_guide(index, encoder, guides, "moving an engineer visit") == "visits.md"
    with Session(guides) as session:
        assert session.scalar(select(func.count()).select_from(Vector)) == before


def test_vectors_of_an_earlier_layout_are_made_again_and_stay(
    open_index: Open, guides: Engine, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old ones leave the database; the new ones are not taken for them."""
    with monkeypatch.context() as before:
        before.setattr(indexing, "LAYOUT", "older")
        old = open_index()
        old.refresh()
        old.close()

    index = open_index()
    index.refresh()

    assert set(index.nearest(encoder.encode(["refund"])[0], 50) or ()) == set(index.words.keys)
    with Session(guides) as session:
        assert session.scalar(select(func.count()).select_from(Vector)) == index.state().chunks


def test_what_changes_while_others_are_embedded_is_found_by_its_words_at_once(
    guides: Engine, tmp_path: Path, encoder: Encoder, put_guide: Callable[[str, str | None], None]
) -> None:
    """Embedding many guides takes hours; the refresh that does it follows the guides meanwhile."""
    for number in range(40):
        put_guide(f"part-{number}.md", f"# Part {number}\n\nPart {number} hangs on hook {number + 7}.\n")
    index = Index(guides, tmp_path / "index", encoder)
    index.open()
    revisions: list[int] = []

    def change_once(*_: int) -> None:
        if not revisions:
            put_guide("visits.md", GUIDES["visits.md"].replace("until 16:00", "until 17:00"))
        revisions.append(index.words.revision)

    index.refresh(change_once)

    assert revisions[1] == revisions[0] + 1
    assert index.is_complete
    assert index.state().vectors == index.state().chunks
    assert nearest_guide(index, encoder, guides, "Until when can a visit be moved free of charge?") == "visits.md"
    index.close()


def test_text_that_left_and_came_back_unseen_keeps_its_vectors(
    open_index: Open, encoder: Encoder, put_guide: Callable[[str, str | None], None]
) -> None:
    """Words are brought up more often than vectors while many guides are taken in."""
    index = open_index()
    index.refresh()
    for text in (None, GUIDES["visits.md"]):
        put_guide("visits.md", text)
        index.refresh_words()
    index.refresh()

    assert set(index.nearest(encoder.encode(["refund"])[0], 50) or ()) == set(index.words.keys)


def test_chroma_is_not_asked_before_it_holds_the_newest(
    open_index: Open,
    encoder: Encoder,
    put_guide: Callable[[str, str | None], None],
    monkeypatch: pytest.MonkeyPatch,
    many: None,
) -> None:
    """A question in between would be remembered without the new guide."""
    index = open_index()
    index.refresh()
    vector = encoder.encode(["What do calls on a ferry cost?"])[0]
    put_guide("roaming.md", "# Roaming abroad\n\nCalls from the ferry to Norway cost £2 a minute.\n")
    found = []
    fill = Index._fill

    def ask_first(self: Index, *how: object) -> None:
        found.append(self.nearest(vector, 50))
        fill(self, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(Index, "_fill", ask_first)
    index.refresh()

    assert [set(each or ()) for each in found] == [set(index.words.keys)]


@pytest.mark.parametrize("size", [0, 10, 768])
@pytest.mark.parametrize("name", ["units", "tokens", "means"])
def test_packed_files_that_fail_a_question_are_made_anew(
    open_index: Open, encoder: Encoder, tmp_path: Path, name: str, size: int
) -> None:
    """The question is answered by words, or without tokens, and the next refresh heals."""
    index = open_index()
    index.refresh()
    retriever = Retriever(index._engine, index, encoder)
    (file,) = (tmp_path / "index").glob(f"packed-*/{name}")
    os.truncate(file, size)

    found = retriever.retrieve("How long does a refund take?")
    assert (found.dense, found.passages[0].guide_key) == (name == "tokens", "refunds.md")

    assert index.refresh()
    healed = retriever.retrieve("How long does a refund take?")
    assert (healed.dense, index.is_complete) == (True, True)
    assert healed.features is not None
    assert healed.features.best_tokens > 0


def test_chunks_without_vectors_keep_their_places_among_the_others(
    open_index: Open, put_guide: Callable[[str, str | None], None], encoder: Encoder
) -> None:
    """A new guide is found by its words before its vectors are there; an unknown chunk is nobody's."""
    index = open_index()
    index.refresh()
    vector, before = encoder.encode(["How long does a refund take?"])[0], list(index.words.keys)
    put_guide("zeppelin.md", "# Zeppelins\n\nA zeppelin delivers the spare routers on Fridays.\n")
    index.refresh_words()
    (new,) = set(index.words.keys) - set(before)

    alone, mixed = index.alike(vector, before[:2]), index.alike(vector, [new, before[0], 10**9, before[1]])
    assert alone
    assert mixed
    for part, whole in ((alone.wholes, mixed.wholes), (alone.bests, mixed.bests)):
        assert np.array_equal(whole, [np.nan, part[0], np.nan, part[1]], equal_nan=True)
    own = [alone.units_of(place).tolist() for place in range(2)]
    assert [mixed.units_of(place).tolist() for place in range(4)] == [[], own[0], [], own[1]]
    (tokens, (first, second)), (same, counts) = index.tokens(before[:2]), index.tokens([before[0], new, before[1]])
    assert (same.tolist(), counts.tolist()) == (tokens.tolist(), [first, 0, second])
    assert (index.alike(vector, [new]), index.alike(vector, [])) == (None, None)


def test_packed_files_that_are_cut_before_more_is_added_are_made_anew(
    open_index: Open, put_guide: Callable[[str, str | None], None], encoder: Encoder, tmp_path: Path
) -> None:
    """What is missing does not become zeros, and what a question found damaged meanwhile is not taken for whole."""
    index = open_index()
    index.refresh()
    (units,) = (tmp_path / "index").glob("packed-*/units")
    os.truncate(units, 768)
    put_guide("zeppelin.md", "# Zeppelins\n\nA zeppelin delivers the spare routers on Fridays.\n")

    assert index.refresh()
    assert not index.is_complete
    assert index.refresh()

    assert (index.is_complete, index.fault) == (True, None)
    vector = encoder.encode(["Who delivers spare routers?"])[0]
    alike = index.alike(vector, list(index.words.keys))
    assert alike
    assert np.all(alike.bests > 0)


def test_packed_vectors_of_guides_that_are_long_gone_are_given_up(
    open_index: Open,
    put_guide: Callable[[str, str | None], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Changes only ever add to the files; they are packed anew once most of it is dead."""
    index = open_index()
    for number in range(6):
        put_guide("visits.md", f"# Visits\n\nAn engineer comes on day {number}.\n")
        index.refresh()
    index.close()
    (places,) = (tmp_path / "index").glob("packed-*/places")
    before = places.stat().st_size
    monkeypatch.setattr(indexing, "DEAD_KEPT", 0)

    again = open_index()
    again.refresh()

    assert places.stat().st_size < before / 2
    assert again.is_complete


def test_packed_vectors_are_packed_anew_while_questions_are_answered(
    open_index: Open,
    encoder: Encoder,
    guides: Engine,
    put_guide: Callable[[str, str | None], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a restart, however often guides change; what a crash left of it is no trouble."""
    monkeypatch.setattr(indexing, "DEAD_KEPT", 2)
    index, nearest = open_index(), []
    index.refresh()
    (places,) = (tmp_path / "index").glob("packed-*/places")
    first = places.stat().st_size
    draft = Path(f"{places.parent}.draft")
    draft.mkdir()
    (draft / "places").write_bytes(b"cut off")
    pack = index._pack

    def watched(packed: Packed, words: Words) -> None:
        pack(packed, words)
        nearest.append(nearest_guide(index, encoder, guides, "What does a cheque cost?"))

    monkeypatch.setattr(index, "_pack", watched)
    for number in range(12):
        put_guide("visits.md", f"# Visits\n\nAn engineer comes on day {number}.\n")
        index.refresh()

    assert places.stat().st_size <= 3 * first
    assert len(nearest) > 12  # some of them while it is packed anew
    assert set(nearest) == {"refunds.md"}
    assert nearest_guide(index, encoder, guides, "On which day does an engineer come?") == "visits.md"
    assert index.is_complete
    assert not draft.exists()


def test_a_second_start_embeds_nothing_and_keeps_the_generation(
    open_index: Open, guides: Engine, tmp_path: Path, counting: CountingEncoder
) -> None:
    """What is fine is used as it stands."""
    index = open_index()
    index.refresh()
    before = current(tmp_path)
    index.close()

    again = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
    again.open()
    assert (again.state().ready, again.state().vectors) == (False, again.state().chunks)  # kept, and not yet probed
    again.refresh()

    assert (again.state().ready, counting.embedded, current(tmp_path)) == (True, 0, before)
    again.close()


def test_a_damaged_generation_is_rebuilt_without_embedding(
    open_index: Open, guides: Engine, tmp_path: Path, counting: CountingEncoder
) -> None:
    """As after a kill at a bad moment: the probe finds it out, the vectors in SQL fill a new one."""
    index = open_index()
    index.refresh()
    index.close()
    broken = tmp_path / "index" / current(tmp_path)
    (broken / "chroma.sqlite3").write_bytes(b"not a database" * 100)

    again = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
    again.open()
    again.refresh()

    assert (again.state().ready, again.state().fault, counting.embedded) == (True, None, 0)
    assert not broken.exists()
    again.close()


def test_a_generation_that_fails_a_question_is_left_and_rebuilt(
    open_index: Open, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: None
) -> None:
    """The question is answered without it, the state says why, and the next refresh heals."""
    index = open_index()
    index.refresh()
    before = current(tmp_path)
    vector = encoder.encode(["refund"])[0]
    with monkeypatch.context() as broken:
        broken.setattr(Generation, "nearest", lambda *_: (_ for _ in ()).throw(RuntimeError("Failed to apply logs")))
        found = index.nearest(vector, 5)

    state = index.state()
    assert state.ready
    assert "every passage is compared" in (state.fault or "")

    assert index.refresh()

    assert index.state().fault is None
    assert found == pytest.approx(index.nearest(vector, 5), abs=1e-3)
    assert current(tmp_path) != before


def test_a_generation_that_breaks_again_and_again_is_given_up(
    open_index: Open,
    encoder: Encoder,
    guides: Engine,
    put_guide: Callable[[str, str | None], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebuilding without end would fill the disk and the log; questions and new guides do without it."""
    index = open_index()
    built = []
    monkeypatch.setattr(Generation, "add", lambda self, *_: built.append(self) or 1 / 0)

    for _ in range(10):
        index.refresh()

    assert len(built) == 3
    assert "broke again" in (index.state().fault or "")
    put_guide("roaming.md", "# Roaming abroad\n\nCalls from the ferry to Norway cost £2 a minute.\n")
    assert index.refresh()
    assert "broke again" in (index.state().fault or "")
    assert index.is_complete
    assert nearest_guide(index, encoder, guides, "What do calls on a ferry cost?") == "roaming.md"


def test_another_model_gets_a_generation_of_its_own(
    open_index: Open, guides: Engine, tmp_path: Path, counting: CountingEncoder
) -> None:
    """Vectors of two models are never mixed."""
    index = open_index()
    index.refresh()
    before = current(tmp_path)
    index.close()
    counting.name = counting.identity = "another"  # type: ignore[misc]

    again = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
    again.open()
    again.refresh()

    assert counting.embedded >= again.state().chunks
    assert current(tmp_path) != before
    assert again.state().ready
    again.close()


def test_vectors_of_a_model_in_use_take_the_place_of_those_before(
    guides: Engine, tmp_path: Path, counting: CountingEncoder
) -> None:
    """They leave the database with their packed files, of another model or of other weights in its folder."""
    models = [("/models/own", "1f"), ("/models/other", "2f"), ("/models/other", "3f")]
    for name, told in models:
        counting.name, counting.identity = name, f"{name} {told}"  # type: ignore[misc]
        index = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
        index.open()
        index.refresh()
        assert index.is_complete
        index.close()

    assert counting.embedded >= len(models) * len(index.words.keys)
    with Session(guides) as session:
        assert set(session.scalars(select(Vector.model))) == {"/models/other 3f"}


def test_what_a_kill_left_half_done_is_finished(open_index: Open, guides: Engine, tmp_path: Path, many: None) -> None:
    """Half of the vectors in Chroma, not all in SQL, none packed: the next start adds what is missing."""
    index = open_index()
    index.refresh()
    keys = sorted(index.words.chunk_ids)
    index.close()
    half = Generation(tmp_path / "index" / current(tmp_path))
    half.remove(keys[::2])
    half.close()
    for packed in (tmp_path / "index").glob("packed-*"):
        shutil.rmtree(packed)
    with Session(guides) as session, session.begin():
        session.delete(session.scalars(select(Vector)).first())

    again = open_index()
    again.refresh()

    assert again.state().ready
    with Session(guides) as session:
        assert session.scalar(select(func.count()).select_from(Vector)) == len(keys)
    vector = next(iter(again._samples().values()))
    found = again.nearest(vector, 50)
    assert found is not None
    assert set(found) == set(again.words.keys)


EMBED = """
import sys
from pathlib import Path
from bot.records.database import engine_for
from knowledge.encoder import Encoder
from knowledge.index import Index

index = Index(engine_for(sys.argv[1]), Path(sys.argv[2]), Encoder())
index.open()
index.refresh(lambda done, of: print(done, flush=True))
"""


def test_a_process_killed_while_it_embeds_costs_one_batch(
    open_index: Open,
    guides: Engine,
    tmp_path: Path,
    counting: CountingEncoder,
    put_guide: Callable[[str, str | None], None],
) -> None:
    """The next start takes the lock, keeps what was embedded, and goes on from there."""
    for number in range(80):
        put_guide(f"more-{number}.md", f"# Part {number}\n\nPart {number} hangs on hook {number + 7}.\n")
    command = [sys.executable, "-c", EMBED, str(guides.url), str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        embedded = int(process.stdout.readline())
        process.kill()

    again = Index(guides, tmp_path / "index", counting)  # type: ignore[arg-type]
    again.open()
    assert embedded <= again.state().vectors < again.state().chunks
    again.refresh()

    assert again.state().ready
    several = 10  # units in the three longer guides
    assert counting.embedded <= 2 * (again.state().chunks - embedded) + several  # each with its title
    again.close()


def test_the_folder_has_one_owner(open_index: Open, guides: Engine, tmp_path: Path, encoder: Encoder) -> None:
    """A second process is refused in words, and welcome once the first has gone."""
    index = open_index()
    second = Index(guides, tmp_path / "index", encoder)

    with pytest.raises(AlreadyOwned, match="Another Frontline process is using the index"):
        second.open()

    index.close()
    second.open()
    second.close()


def test_the_probe_outlives_what_kills_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that hangs or crashes Chroma costs a child process, not the bot."""

    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("probe", 1)

    monkeypatch.setattr(subprocess, "run", hang)

    assert generation.probe(tmp_path, {}, 1) == "the vector index did not answer within 1 s"

    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", shutil.which("false"))

    assert generation.probe(tmp_path, {}, 10) == "the vector index can't be read"


def test_a_lost_vector_in_sql_is_noticed_by_the_probe(open_index: Open, guides: Engine, tmp_path: Path) -> None:
    """Vectors that don't find themselves mean an index of something else."""
    index = open_index()
    index.refresh()
    samples = {key: -vector for key, vector in index._samples().items()}
    index.close()

    said = generation.probe(tmp_path / "index" / current(tmp_path), samples, 60)

    assert said == "the vector index does not find what is in it"


def test_an_empty_library_is_ready(sqlite_engine: Engine, tmp_path: Path, encoder: Encoder) -> None:
    """No guides is a state like any other."""
    index = Index(sqlite_engine, tmp_path / "index", encoder)
    index.open()
    index.refresh()

    assert (index.state().chunks, index.state().ready) == (0, True)
    assert index.nearest(encoder.encode(["anything"])[0], 5) == {}
    index.close()

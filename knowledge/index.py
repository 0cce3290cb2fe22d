"""The caches that questions are looked up in, words and vectors, kept in step with the rows in SQL.

Words (tantivy) are in a folder that changes where guides change. Vectors are in Chroma, in a folder of one generation:
a change is an upsert into it; a new model, or a fault, means a new generation, filled from the vectors in SQL. They are
also packed in a few files.

Only the units of a chunk (a few sentences each) are embedded. Chroma holds their mean, which finds a chunk as well as
a vector of the whole text does; the units themselves, and the vectors of their tokens at one bit a dimension, are read
from the packed files for the chunks found and tell them apart. Few chunks are compared with a question one by one,
so that none is missed; so are many while there is no generation.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count, filterfalse, repeat
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, delete, func, insert, not_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.answers import LibraryState
from knowledge.encoder import Bits, Encoder, ModelUnavailable, Vectors
from knowledge.generation import Generation, probe
from knowledge.lexical import Lexical
from knowledge.packed import FORMAT, CutShort, Packed, Stored, mean_of
from knowledge.ranking import Alike
from knowledge.sentences import units
from knowledge.tables import Chunk, Guide, Refusal, Revision, Vector
from knowledge.words import Filters, Words, brought_up, keep

Progress = Callable[[int, int], None]
T = TypeVar("T")

WORDS = "words"
CURRENT = "CURRENT"  # names the generation in use; replaced in one step, so it is never half written
EMBEDDED_AT_ONCE = 32  # about a second of work: what a kill can cost
ROWS_AT_ONCE = 500
PROBE_SECONDS = 60.0
FILLED_EVERY = 16  # batches: new text is found by its vectors long before a big ingest is through
SAMPLES = 20
PACKED = "packed-"
DEAD_KEPT = 1_000  # chunks that are gone, and as many again as there are, before the packed files are made anew
LONGEST_EMBEDDED = 1_000  # characters of a unit; the model reads about as many
LAYOUT = "tokens-5"  # of the vectors kept in SQL: what is made in another way must not be mixed in
ONE_BY_ONE = 40_000  # chunks that are compared with a question one by one: none is missed, nor is Chroma quicker
MOST_REBUILDS = 3  # in one process: an index that breaks again and again must not fill the disk or the log

REVISION = select(Revision.number)
GIVEN_UP = (
    "The vector index broke again after it was rebuilt, so it is left alone until the next start. "
    "Every passage is compared instead, which is slower."
)
SPAN = func.substr(Guide.text, Chunk.start + 1, Chunk.end - Chunk.start)  # a chunk's text

NO_FILTERS = Filters()

log = logging.getLogger(__name__)


def reading(engine: Engine) -> Engine:
    """The engine for transactions that only read, and see one moment; ours on SQLite would wait for every writer."""
    one_moment = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}  # as SQLite always
    return engine.execution_options(writes=False, **one_moment)


class IndexFault(Exception):
    """The index can't be used; the message says why and what to do."""


class AlreadyOwned(IndexFault):
    """Another process owns the index."""


class _Placed(NamedTuple):
    """Where the chunks of one revision stand in the packed files, as far as they are in them."""

    words: Words
    packed: Packed
    changes: int  # of the files, until then
    chunk_ids: NDArray[np.int64]
    rows: NDArray[np.intp]


class Index:
    """Owns the folder of the caches: one process at a time, any number of threads.

    Searching never fails: where the vectors can't be asked, it says so (``fault``) and the words answer alone.
    ``refresh`` is the only writer and heals what it finds broken.

    Args:
        exact: don't open Chroma; for a process that answers one question.
    """

    def __init__(self, engine: Engine, folder: Path, encoder: Encoder, *, exact: bool = False) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._folder = folder
        self._encoder = encoder
        # Not the thread's own: the bot opens and closes from different threads.
        self._lock = FileLock(folder / "owner.lock", thread_local=False)
        self._refreshing = threading.Lock()
        self._closing = False
        self._words = Words(Lexical())
        self._kept = self._words.lexical  # on disk
        self._packed: Packed | None = None
        self._are_damaged = False  # the packed files
        self._placed: _Placed | None = None
        self._placing = threading.Lock()
        self._generation: Generation | None = None
        self._broken: list[Generation] = []
        self._complete = -1  # the revision whose vectors are all packed
        self._in_generation = -1  # the revision whose vectors are all in the generation
        self._embedded = 0
        self._rebuilds = 0
        self._titles: dict[str, Bits] = {}  # of the guides that are being embedded
        self._gone: set[str] | None = None  # texts of chunks that left; None before all vectors were looked through
        self._hopeless = False  # there is no model, and trying again can't help before a restart
        self._without_generation = exact  # for good
        self._given_up: str | None = None  # why, when that is a fault
        self.fault: str | None = None

    # For questions

    @property
    def words(self) -> Words:
        return self._words

    def nearest(self, vector: Vectors, limit: int, filters: Filters = NO_FILTERS) -> dict[int, float] | None:
        """The cosines of the ``limit`` nearest chunks within the filters, by id; None while vectors can't be asked."""
        if (packed := self._packed) is None:
            return None
        every = self._words.within(filters) if filters.facets else self._words.hashes
        # Chroma's graph leads to what is nearest of all: the fewer of its chunks count, the fewer it finds of them.
        if len(every) > ONE_BY_ONE and (found := self._ask(vector, limit, filters)) is not None:
            return found
        chunk_ids, rows = self._there(packed, every) if filters.facets else self._all_there(packed)
        compared = self._guarded(packed, lambda: packed.nearest(vector, limit, rows))
        return compared and dict(zip(chunk_ids[compared[0]].tolist(), compared[1].tolist(), strict=True))

    def alike(self, vector: Vectors, chunk_ids: Sequence[int]) -> Alike | None:
        """How like a question the chunks named are; None when none of them has vectors, or these can't be read."""
        if (packed := self._packed) is None:
            return None
        rows = self._rows_of(packed, chunk_ids)
        there = rows >= 0
        read = self._guarded(packed, lambda: packed.alike(vector, rows[there])) if there.any() else None
        if read is None or there.all():
            return read
        wholes, bests = (_spread(each, there, np.float32(np.nan)) for each in (read.wholes, read.bests))
        counts = _spread(np.diff(read.ends, prepend=0), there, np.int64(0))
        return Alike(wholes, bests, read.units, np.cumsum(counts))

    def tokens(self, chunk_ids: Sequence[int]) -> tuple[Bits, NDArray[np.intp]]:
        """The bits of the tokens of the chunks named, one below the other and titles first, and how many each has."""
        none = np.zeros((0, 0), np.uint8), np.zeros(len(chunk_ids), np.intp)
        if (packed := self._packed) is None:
            return none
        rows = self._rows_of(packed, chunk_ids)
        there = rows >= 0
        read = self._guarded(packed, lambda: packed.tokens(rows[there])) if there.any() else None
        return (read[0], _spread(read[1], there, 0)) if read else none

    def has_vectors(self, chunk_ids: Collection[int]) -> bool:
        """Whether all of the chunks named have theirs."""
        return (packed := self._packed) is not None and bool((self._rows_of(packed, chunk_ids) >= 0).all())

    def _guarded(self, packed: Packed, read: Callable[[], T]) -> T | None:
        """What is read; None, and the files are made anew, where they don't hold what they should."""
        try:
            return read()
        except (OSError, ValueError, IndexError):
            log.exception("The packed vectors can't be read")
            self._leave(packed)
            return None

    def _leave(self, packed: Packed) -> None:
        """From here on words answer alone, and the next refresh packs anew."""
        if packed is self._packed:
            self._packed, self._complete, self._are_damaged = None, -1, True

    def _rows_of(self, packed: Packed, chunk_ids: Collection[int]) -> NDArray[np.intp]:
        """Where the chunks named stand in the packed files; -1 for one that is not in them."""
        hashes = map(self._words.hashes.get, chunk_ids, repeat(""))
        return np.fromiter(map(packed.rows.get, hashes, repeat(-1)), np.intp, len(chunk_ids))

    def _all_there(self, packed: Packed) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        with self._placing:  # one after the other, or each would do what one can do for all
            words, changes, placed = self._words, packed.changes, self._placed
            if not (placed and placed.words is words and placed.packed is packed and placed.changes == changes):
                placed = self._placed = _Placed(words, packed, changes, *self._there(packed, words.hashes))
            return placed.chunk_ids, placed.rows

    def _there(self, packed: Packed, every: Collection[int]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """Those of some chunks that are in the packed files, and where they stand there."""
        rows = self._rows_of(packed, every)
        return np.fromiter(every, np.int64, len(every))[rows >= 0], rows[rows >= 0]

    def settled(self) -> int | None:
        """The revision that rows, words and vectors all stand at; None while one of them lags behind."""
        with self._reading.connect() as connection:
            revision = connection.scalar(REVISION) or 0
        return revision if self.is_complete and self._words.revision == revision else None

    @property
    def is_dense(self) -> bool:
        return self._packed is not None

    @property
    def is_complete(self) -> bool:
        """Whether every chunk of the latest known revision is among the vectors."""
        return self._packed is not None and self._complete == self._words.revision

    def state(self) -> LibraryState:
        with Session(self._reading) as session:
            refused = [(each.key, each.reason) for each in session.scalars(select(Refusal).order_by(Refusal.key))]
        chunks = len(self._words.keys)
        vectors = chunks if self.is_complete else min(self._embedded, chunks)
        return LibraryState(self._words.guides, chunks, vectors, self.is_complete, refused, self.fault)

    # For the owner

    def open(self, patience_s: float = 0) -> None:
        """Takes the folder and makes the lexical index; no model and no Chroma yet.

        Raises AlreadyOwned where another process still has the folder after so many seconds.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=patience_s)
        except Timeout:
            raise AlreadyOwned(
                f"Another Frontline process is using the index in {self._folder}. Wait until it is done, or stop it."
            ) from None
        self._read_words()
        self._keep_words()
        with Session(self._reading) as session:
            embedded = select(func.count()).select_from(Chunk).join(Vector, (Vector.hash == Chunk.hash) & self._ours)
            self._embedded = session.scalar(embedded) or 0

    def close(self) -> None:
        """Gives the folder back; a refresh that is running stops after its batch."""
        self._closing = True
        with self._refreshing:
            if self._generation is not None:
                self._broken.append(self._generation)
                self._generation = None
            self._packed = None
            self._close_broken()
        self._lock.release()

    def refresh(self, progress: Progress | None = None) -> bool:
        """Brings words, then vectors, up to the rows; True when there was something to do. Cheap when there wasn't."""
        with self._refreshing:
            try:
                moved = self._read_words()
                is_filled = self._without_generation or (
                    self._generation and self._in_generation == self._words.revision
                )
                if (self.is_complete and is_filled) or self._hopeless or self._closing:
                    return moved
                self._bring_vectors(progress)
                if not self._without_generation:
                    self._bring_generation(self._words)
            except ModelUnavailable as failure:
                self._hopeless, self.fault = True, str(failure)
            except _Closing:
                pass
            except SQLAlchemyError:
                raise  # the rows can't be read or written; nothing is wrong with the vectors
            except Exception as failure:
                what = f"{type(failure).__name__}: {failure}"
                said = f"The index could not be brought up to date ({what}). Frontline goes on trying."
                if said != self.fault:
                    log.exception(said)
                self.fault = said
            finally:
                self._keep_words()
            return True

    def refresh_words(self) -> None:
        """Brings only the words up to the rows, for the time until vectors follow; not while a refresh is running."""
        if self._refreshing.acquire(blocking=False):
            try:
                self._read_words()
                self._keep_words()
            finally:
                self._refreshing.release()

    def _read_words(self) -> bool:
        before, self._words = self._words, brought_up(self._words, self._reading, self._folder / WORDS)
        if self._words is before:
            return False
        if self._gone is not None:
            now = self._words.hashes
            self._gone.update(hash_ for each, hash_ in before.hashes.items() if now.get(each) != hash_)
        return True

    def _keep_words(self) -> None:
        if not self._words.are_kept and self._kept is not self._words.lexical:
            try:
                keep(self._words, self._folder / WORDS)
            except OSError as failure:
                log.warning("How the words stand could not be kept (%s); the next start makes them anew.", failure)
            self._kept = self._words.lexical

    # Vectors: SQL first, then the packed files, then Chroma

    def _bring_vectors(self, progress: Progress | None) -> None:
        self._close_broken()
        self._encoder.load()  # from here on its precision is final
        packed = self._packed or self._open_packed()
        if packed.rows:
            self._packed = packed  # what is new is found by its words until its turn comes
        try:
            self._embed_missing(progress)
            words = self._words
            self._pack(packed, words)
        except CutShort:
            self._leave(packed)
            raise
        if self._are_damaged:
            raise IndexFault("a question found the packed vectors damaged")
        self._packed, self._complete = packed, words.revision
        self.fault = self._given_up
        self._forget_vectors()
        if packed.dead > len(packed.rows) + DEAD_KEPT:
            try:
                self._pack_anew(packed, words)
            except OSError as failure:  # no room for both; what is there goes on
                log.warning("The packed vectors could not be packed anew: %s", failure)

    def _bring_generation(self, words: Words) -> None:
        try:
            if self._generation is None and (named := self._named_generation()):
                self._open_generation(named)
            generation = self._generation
            if generation is None:
                generation = self._build_generation(words)
            else:
                self._fill(generation, words)
        except (_Closing, SQLAlchemyError):
            raise
        except Exception as failure:
            log.exception("The vector index could not be brought up to date")
            self._break(f"the vector index could not be brought up to date ({type(failure).__name__}: {failure})")
            return
        if generation is self._generation:  # a question may have found it broken meanwhile
            self._in_generation = words.revision
            self.fault = self._given_up

    def _open_packed(self) -> Packed:
        made = f"{FORMAT} {self._encoder.identity} {self._precision} {self._encoder.dimensions}"
        folder = self._folder / f"{PACKED}{sha256(made.encode()).hexdigest()[:8]}"
        for other in self._folder.glob(f"{PACKED}*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        packed = Packed(folder, self._encoder.dimensions)
        if self._are_damaged:
            packed.clear()
            self._are_damaged = False
        known = [hash_ for hash_ in self._words.hashes.values() if hash_ in packed.rows]
        samples = self._stored(random.sample(known, min(SAMPLES, len(known))))
        try:
            is_right = all(map(packed.holds, samples))
        except (OSError, ValueError, IndexError):
            is_right = False
        if not is_right:
            packed.clear()
        return packed

    def _pack(self, packed: Packed, words: Words) -> None:
        """Packs the vectors of the chunks there are, as far as they are embedded."""
        for some in _slices(list(_unpacked(packed, words)), ROWS_AT_ONCE):
            self._go_on()
            packed.add(self._stored(some))

    def _pack_anew(self, old: Packed, words: Words) -> None:
        """Packs only what there is; questions read the old files until the new ones are whole."""
        packed = old.draft()
        self._pack(packed, words)
        packed.replace(old)
        if self._packed is old:  # or a question has just found it damaged
            self._packed = packed

    def _open_generation(self, folder: Path) -> None:
        with ThreadPoolExecutor(1) as pool:
            probing = pool.submit(probe, folder, self._samples(), PROBE_SECONDS)
            import chromadb  # noqa: F401 - takes as long as the probe, so both at once

            wrong = probing.result()
        if wrong:
            self._break(wrong)
        else:
            self._generation = Generation(folder)
            self._sweep(folder)

    def _build_generation(self, words: Words) -> Generation:
        self._rebuilds += 1
        if self._rebuilds > MOST_REBUILDS:
            self._without_generation, self._given_up = True, GIVEN_UP
            raise IndexFault("it broke again after it was rebuilt")
        folder = next(path for n in count(1) if not (path := self._folder / f"generation-{n}").exists())
        generation = Generation(folder)
        try:
            self._fill(generation, words)
            if not generation.finds(list(self._samples().values())):
                raise IndexFault("it does not find what was just put into it")
        except BaseException:
            generation.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._name_generation(folder)
        self._generation = generation
        self._sweep(folder)
        return generation

    def _fill(self, generation: Generation, words: Words) -> None:
        """Makes the generation hold the vectors of exactly the chunks there are, as far as they are embedded."""
        there = generation.keys()
        missing = sorted(filterfalse(there.__contains__, words.chunk_ids), key=words.chunk_ids.__getitem__)
        for keys in _slices(missing, ROWS_AT_ONCE):
            self._go_on()
            if (packed := self._packed) is None:
                break
            rows = dict(zip(keys, self._rows_of(packed, [words.chunk_ids[key] for key in keys]).tolist(), strict=True))
            if known := [key for key in keys if rows[key] >= 0]:
                means = packed.means(np.array([rows[key] for key in known]))
                generation.add(known, means, [words.facets.get(words.chunk_ids[key], ()) for key in known])
        if gone := there.difference(words.chunk_ids):
            generation.remove(list(gone))

    def _embed_missing(self, progress: Progress | None) -> None:
        """Embeds what has no vector yet. Each batch is kept at once, so that a kill costs one batch."""
        words = None
        while words is not self._words:  # they may have moved on meanwhile
            words, missing = self._words, self._without_vectors()
            self._embedded = len(self._words.keys) - len(missing)
            if len(missing) > EMBEDDED_AT_ONCE:
                self._keep_words()  # it takes a while, and so does making words anew
            for number, chunk_ids in enumerate(_slices(missing, EMBEDDED_AT_ONCE), 1):
                self._go_on()
                self._embed(chunk_ids)
                self._embedded += len(chunk_ids)
                if progress:
                    progress(self._embedded, len(self._words.keys))
                if self._packed is not None and number % FILLED_EVERY == 0:
                    self._pack(self._packed, self._words)
                self._read_words()  # what changes meanwhile is found by its words now, by its vectors in the next round
        self._embedded = len(self._words.keys)
        self._titles.clear()

    def _without_vectors(self) -> list[int]:
        """One chunk of each text that has no vectors yet, the shortest texts first."""
        unknown = _unpacked(self._packed, self._words)
        lengths: dict[int, int] = {}
        with Session(self._reading) as session:
            for some in _slices(list(unknown), ROWS_AT_ONCE):
                known = set(session.scalars(select(Vector.hash).where(self._ours, Vector.hash.in_(some))))
                ids = [unknown[hash_] for hash_ in some if hash_ not in known]
                columns = select(Chunk.id, Chunk.end - Chunk.start)
                lengths |= dict(session.execute(columns.where(Chunk.id.in_(ids), Chunk.hash.in_(some))).all())
        return sorted(lengths, key=lengths.__getitem__)

    def _embed(self, chunk_ids: Sequence[int]) -> None:
        with Session(self._reading) as session:
            columns = select(Chunk.hash, Guide.title, SPAN)
            rows = session.execute(columns.join(Guide).where(Chunk.id.in_(chunk_ids))).all()
        spans = [units(text) for _, _, text in rows]
        parts = [text[low:high] for (_, _, text), own in zip(rows, spans, strict=True) for low, high in own]
        titles = list({title for _, title, _ in rows} - self._titles.keys())
        read, tokens = self._encoder.read([*(part[:LONGEST_EMBEDDED] for part in parts), *titles], bulk=True)
        self._titles |= zip(titles, tokens[len(parts) :], strict=True)
        vectors, kind = read.astype("<f2"), {"model": self._encoder.identity, "precision": self._precision}
        made, at = {}, 0
        for (hash_, title, _), own in zip(rows, spans, strict=True):
            part = slice(at, at + len(own))
            said = np.concatenate([self._titles[title], *tokens[part]])
            made[hash_] = {"hash": hash_, "values": vectors[part].tobytes(), "tokens": said.tobytes(), **kind}
            at += len(own)
        if not made:  # they have left meanwhile
            return
        with self._engine.begin() as connection:
            connection.execute(delete(Vector).where(self._ours, Vector.hash.in_(made)))
            connection.execute(insert(Vector), list(made.values()))

    @property
    def _ours(self) -> ColumnElement[bool]:
        return (Vector.model == self._encoder.identity) & (Vector.precision == self._precision)

    @property
    def _precision(self) -> str:
        return f"{self._encoder.precision} {LAYOUT}"

    def _stored(self, hashes: Sequence[str]) -> list[Stored]:
        """The vectors that SQL holds of the chunks named."""
        with Session(self._reading) as session:
            columns = select(Vector.hash, Vector.values, Vector.tokens)
            return [Stored(*row) for row in session.execute(columns.where(self._ours, Vector.hash.in_(hashes)))]

    def _samples(self) -> dict[str, Vectors]:
        words = self._words
        chosen = random.sample(list(words.keys), min(SAMPLES, len(words.keys)))
        stored = {each.hash: each for each in self._stored([words.hashes[each] for each in chosen])}
        shape = (-1, self._encoder.dimensions)
        return {
            words.keys[each]: mean_of(np.frombuffer(stored[words.hashes[each]].units, "<f2").reshape(shape))
            for each in chosen
            if words.hashes[each] in stored
        }

    def _forget_vectors(self) -> None:
        """What was taken out of the guides leaves the database too, and what another model made or in another way."""
        other = not_(self._ours)
        if self._gone is None:
            with Session(self._reading) as session:
                gone = select(Vector.hash).where(other | Vector.hash.not_in(select(Chunk.hash))).distinct()
                self._gone = set(session.scalars(gone))
        if self._packed is not None:
            # Only now are they known to be gone: a text may have left and come back since.
            self._packed.forget(self._gone.difference(self._words.hashes.values()))
        for some in _slices(list(self._gone), ROWS_AT_ONCE):
            there = select(Chunk.hash).where(Chunk.hash.in_(some))
            with Session(self._engine) as session, session.begin():
                session.execute(delete(Vector).where(Vector.hash.in_(some), other | Vector.hash.not_in(there)))
        self._gone.clear()

    # Generations

    def _named_generation(self) -> Path | None:
        """The folder in use, if it was made for this model."""
        try:
            named = json.loads((self._folder / CURRENT).read_text())
        except (FileNotFoundError, ValueError):
            return None
        folder = self._folder / str(named["folder"])
        fits = named["model"] == self._encoder.identity and named["precision"] == self._precision
        return folder if fits and folder.is_dir() else None

    def _name_generation(self, folder: Path) -> None:
        named = {"folder": folder.name, "model": self._encoder.identity, "precision": self._precision}
        draft = self._folder / f"{CURRENT}.draft"
        with draft.open("w") as file:
            json.dump(named, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._folder / CURRENT)

    def _sweep(self, keep: Path) -> None:
        for folder in self._folder.glob("generation-*"):
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _ask(self, vector: Vectors, limit: int, filters: Filters) -> dict[int, float] | None:
        """What Chroma says; None where it can't be asked, or doesn't hold the vectors of this revision yet."""
        generation = self._generation
        if generation is None or self._in_generation != self._words.revision:
            return None
        try:
            found = generation.nearest(vector, limit, filters.facets)
        except Exception as failure:
            log.exception("The vector index failed a question")
            if generation is self._generation:
                self._break(f"the vector index failed a question ({type(failure).__name__})")
            return None
        chunk_ids = self._words.chunk_ids
        return {chunk_ids[key]: cosine for key, cosine in found.items() if key in chunk_ids}

    def _break(self, what: str) -> None:
        """From here on questions do without the generation, and the next refresh builds a new one."""
        if self._given_up:
            self.fault = self._given_up
            return
        instead = "every passage is compared, which is slower" if self._packed else "answers are found by words alone"
        self.fault = f"{what[:1].upper()}{what[1:]}. Until it is rebuilt, {instead}."
        (self._folder / CURRENT).unlink(missing_ok=True)
        if self._generation is not None:
            self._broken.append(self._generation)  # closed by the next refresh: other questions may be in it
            self._generation = None

    def _close_broken(self) -> None:
        while self._broken:
            self._broken.pop().close()

    def _go_on(self) -> None:
        if self._closing:
            raise _Closing


class _Closing(Exception):
    """The index is being closed; a refresh stops where it stands."""


def _unpacked(packed: Packed | None, words: Words) -> dict[str, int]:
    """The texts whose vectors are not packed, each with one of its chunks."""
    packed_already = packed.rows if packed else {}
    return {hash_: each for each, hash_ in words.hashes.items() if hash_ not in packed_already}


def _spread(values: NDArray[Any], there: NDArray[np.bool_], otherwise: Any) -> NDArray[Any]:
    """A value for each, those that are there one after the other."""
    every = np.full(len(there), otherwise)
    every[there] = values
    return every


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))

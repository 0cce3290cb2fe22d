"""The two caches that questions are looked up in, words and vectors, kept in step with the rows in SQL.

Words (tantivy) are in a folder that changes where guides change. Vectors (Chroma) are in a folder of one generation:
a change is an upsert into it; a new model, or a fault, means a new generation, filled from the vectors in SQL.

Only the units of a chunk (a few sentences each) are embedded. Chroma holds their mean, which finds a chunk as well as
a vector of the whole text does; the units themselves, and the vectors of their tokens at one bit a dimension, are read
from SQL for the chunks found and tell them apart.
"""

from __future__ import annotations

import heapq
import json
import logging
import os
import random
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from sqlalchemy import ColumnElement, Engine, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.answers import LibraryState
from knowledge.encoder import Bits, Encoder, ModelUnavailable, Vectors
from knowledge.exact import Exact
from knowledge.generation import Generation, probe
from knowledge.lexical import Lexical
from knowledge.sentences import units
from knowledge.tables import Chunk, Guide, Refusal, Revision, Vector
from knowledge.words import Filters, Words, brought_up

Progress = Callable[[int, int], None]
T = TypeVar("T")

WORDS = "words"
CURRENT = "CURRENT"  # names the generation in use; replaced in one step, so it is never half written
EMBEDDED_AT_ONCE = 32  # about a second of work: what a kill can cost
ROWS_AT_ONCE = 500
PROBE_SECONDS = 60.0
FILLED_EVERY = 16  # batches: new text is found by its vectors long before a big ingest is through
SAMPLES = 20
# Chunks whose vectors stay in memory, at 4 kB for the units and 10 kB for the tokens; most people ask about the same.
UNITS_KEPT, TOKENS_KEPT = 5_000, 2_000
LONGEST_EMBEDDED = 1_000  # characters of a unit; the model reads about as many
LAYOUT = "tokens-1"  # of the vectors kept in SQL: what is made in another way must not be mixed in
ONE_BY_ONE = 5_000  # chunks that filters may leave to be compared with a question one by one, some 50 ms
MOST_REBUILDS = 3  # in one process: an index that breaks again and again must not fill the disk or the log

SPAN = func.substr(Guide.text, Chunk.start + 1, Chunk.end - Chunk.start)  # a chunk's text

NO_FILTERS = Filters()

log = logging.getLogger(__name__)


def reading(engine: Engine) -> Engine:
    """The engine for transactions that only read; without this, ours on SQLite wait for every writer."""
    return engine.execution_options(writes=False)


class IndexFault(Exception):
    """The index can't be used; the message says why and what to do."""


class AlreadyOwned(IndexFault):
    """Another process owns the index."""


class Index:
    """Owns the folder of the caches: one process at a time, any number of threads.

    Searching never fails: where the vectors can't be asked, it says so (``fault``) and the words answer alone.
    ``refresh`` is the only writer and heals what it finds broken.

    Args:
        exact: look through the vectors in SQL instead of opening Chroma; for a process that answers one question.
    """

    def __init__(self, engine: Engine, folder: Path, encoder: Encoder, *, exact: bool = False) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._folder = folder
        self._encoder = encoder
        self._exact = exact
        # Not the thread's own: the bot opens and closes from different threads.
        self._lock = FileLock(folder / "owner.lock", thread_local=False)
        self._refreshing = threading.Lock()
        self._closing = False
        self._words = Words(Lexical())
        self._generation: Generation | Exact | None = None
        self._broken: list[Generation | Exact] = []
        self._complete = -1  # the revision whose vectors are all in the generation
        self._embedded = 0
        self._rebuilds = 0
        self._units: _Kept[Vectors] = _Kept(UNITS_KEPT)
        self._tokens: _Kept[Bits] = _Kept(TOKENS_KEPT)
        self._titles: dict[str, Bits] = {}  # of the guides that are being embedded
        self._hopeless = False  # trying again can't help before a restart
        self.fault: str | None = None

    # For questions

    @property
    def words(self) -> Words:
        return self._words

    def nearest(self, vector: Vectors, limit: int, filters: Filters = NO_FILTERS) -> dict[int, float] | None:
        """The cosines of the ``limit`` nearest chunks within the filters, by id; None while vectors can't be asked."""
        if filters.facets and self._generation is not None:
            chunk_ids = self._words.within(filters)
            # Chroma's graph leads to what is nearest of all: the fewer of its chunks count, the fewer it finds of them.
            if len(chunk_ids) <= ONE_BY_ONE or isinstance(self._generation, Exact):
                cosines = {each: float(mean_of(own) @ vector) for each, own in self.units(chunk_ids).items()}
                return dict(heapq.nlargest(limit, cosines.items(), key=lambda item: item[1]))
        found = self._ask(lambda generation: generation.nearest(vector, limit, filters.facets))
        return None if found is None else self._by_chunk(found)

    def units(self, chunk_ids: Collection[int]) -> dict[int, Vectors]:
        """The vectors of the units of the chunks named, a row for each, as far as they are embedded."""
        hashes = self._hashes(chunk_ids)
        known = self._units.get(hashes.values(), self._stored)
        return {chunk_id: known[hash_] for chunk_id, hash_ in hashes.items() if hash_ in known}

    def tokens(self, chunk_ids: Collection[int]) -> dict[int, Bits]:
        """The bits of the tokens of the chunks named, titles first, a row for each, as far as they are embedded."""
        hashes = self._hashes(chunk_ids)
        known = self._tokens.get(hashes.values(), self._stored_tokens)
        return {chunk_id: known[hash_] for chunk_id, hash_ in hashes.items() if hash_ in known}

    def _hashes(self, chunk_ids: Collection[int]) -> dict[int, str]:
        hashes = self._words.hashes
        return {each: hashes[each] for each in chunk_ids if each in hashes}

    def settled(self) -> int | None:
        """The revision that rows, words and vectors all stand at; None while one of them lags behind."""
        with Session(self._reading) as session:
            revision = session.scalar(select(Revision.number)) or 0
        return revision if self.is_complete and self._words.revision == revision else None

    @property
    def is_dense(self) -> bool:
        return self._generation is not None

    @property
    def is_complete(self) -> bool:
        """Whether every chunk of the latest known revision is among the vectors."""
        return self._generation is not None and self._complete == self._words.revision

    def state(self) -> LibraryState:
        with Session(self._reading) as session:
            refused = [(each.key, each.reason) for each in session.scalars(select(Refusal).order_by(Refusal.key))]
        chunks = len(self._words.keys)
        vectors = chunks if self.is_complete else min(self._embedded, chunks)
        return LibraryState(self._words.guides, chunks, vectors, self.is_complete, refused, self.fault)

    # For the owner

    def open(self) -> None:
        """Takes the folder and makes the lexical index; no model and no Chroma yet. Raises AlreadyOwned."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyOwned(
                f"Another Frontline process is using the index in {self._folder}. "
                "Stop it first, or ask your question there."
            ) from None
        self._read_words()
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
            self._close_broken()
        self._lock.release()

    def refresh(self, progress: Progress | None = None) -> bool:
        """Brings words, then vectors, up to the rows; True when there was something to do. Cheap when there wasn't."""
        with self._refreshing:
            moved = self._read_words()
            if self.is_complete or self._hopeless or self._closing:
                return moved
            try:
                self._bring_vectors(progress)
            except ModelUnavailable as failure:
                self._hopeless, self.fault = True, str(failure)
            except _Closing:
                pass
            except SQLAlchemyError:
                raise  # the rows can't be read or written; nothing is wrong with the vectors
            except Exception as failure:
                log.exception("The vector index could not be brought up to date")
                self._break(f"the vector index could not be brought up to date ({type(failure).__name__}: {failure})")
            return True

    def refresh_words(self) -> None:
        """Brings only the words up to the rows, for the time until vectors follow; not while a refresh is running."""
        if self._refreshing.acquire(blocking=False):
            try:
                self._read_words()
            finally:
                self._refreshing.release()

    def _read_words(self) -> bool:
        before, self._words = self._words, brought_up(self._words, self._reading, self._folder / WORDS)
        return self._words is not before

    # Vectors: SQL first, then Chroma

    def _bring_vectors(self, progress: Progress | None) -> None:
        self._close_broken()
        self._encoder.load()  # from here on its precision is final
        if self._exact:
            self._generation = Exact(self._reading, self._ours, self._encoder.dimensions, self._words.keys)
        elif self._generation is None and (named := self._named_generation()):
            self._open_generation(named)
        self._embed_missing(progress)
        words, generation = self._words, self._generation
        if generation is None:
            generation = self._build_generation(words)
        elif isinstance(generation, Generation):
            self._fill(generation, words)
        self._forget_vectors()
        if generation is self._generation:  # a question may have found it broken meanwhile
            self._complete = words.revision
            self.fault = None

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
            self._hopeless = True
            raise IndexFault("it broke again after it was rebuilt")
        folder = next(path for n in count(1) if not (path := self._folder / f"generation-{n}").exists())
        generation = Generation(folder)
        try:
            self._fill(generation, words)
            if not generation.finds(list(self._samples().values())):
                raise IndexFault("it does not find what was just put into it")
        except BaseException:
            generation.close()
            raise
        self._name_generation(folder)
        self._generation = generation
        self._sweep(folder)
        return generation

    def _fill(self, generation: Generation, words: Words) -> None:
        """Makes the generation hold the vectors of exactly the chunks there are, as far as they are embedded."""
        there = generation.keys()
        for keys in _slices([key for key in words.chunk_ids if key not in there], ROWS_AT_ONCE):
            self._go_on()
            hashes = {key: words.hashes[words.chunk_ids[key]] for key in keys}
            vectors = self._stored(set(hashes.values()))
            if known := [key for key in keys if hashes[key] in vectors]:
                means = np.stack([mean_of(vectors[hashes[key]]) for key in known])
                generation.add(known, means, [words.facets[words.chunk_ids[key]] for key in known])
        if gone := [key for key in there if key not in words.chunk_ids]:
            generation.remove(gone)

    def _embed_missing(self, progress: Progress | None) -> None:
        """Embeds what has no vector yet. Each batch is kept at once, so that a kill costs one batch."""
        with Session(self._reading) as session:
            rows = session.execute(
                select(Chunk.hash, func.min(Chunk.id), func.max(Chunk.end - Chunk.start))
                .outerjoin(Vector, (Vector.hash == Chunk.hash) & self._ours)
                .where(Vector.hash.is_(None))
                .group_by(Chunk.hash)
            ).all()
        missing = [chunk_id for _, chunk_id, _ in sorted(rows, key=lambda row: row[2])]
        self._embedded = len(self._words.keys) - len(missing)
        for number, chunk_ids in enumerate(_slices(missing, EMBEDDED_AT_ONCE), 1):
            self._go_on()
            self._embed(chunk_ids)
            self._embedded += len(chunk_ids)
            if progress:
                progress(self._embedded, len(self._words.keys))
            if isinstance(self._generation, Generation) and number % FILLED_EVERY == 0:
                self._fill(self._generation, self._words)
        self._titles.clear()

    def _embed(self, chunk_ids: Sequence[int]) -> None:
        with Session(self._reading) as session:
            columns = select(Chunk.hash, Guide.title, SPAN)
            rows = session.execute(columns.join(Guide).where(Chunk.id.in_(chunk_ids))).all()
        spans = [units(text) for _, _, text in rows]
        parts = [text[low:high] for (_, _, text), own in zip(rows, spans, strict=True) for low, high in own]
        titles = list({title for _, title, _ in rows} - self._titles.keys())
        read, tokens = self._encoder.read([*(part[:LONGEST_EMBEDDED] for part in parts), *titles], bulk=True)
        self._titles |= zip(titles, tokens[len(parts) :], strict=True)
        vectors = read.astype("<f2")
        with Session(self._engine) as session, session.begin():
            at = 0
            for (hash_, title, _), own in zip(rows, spans, strict=True):
                part = slice(at, at + len(own))
                row = Vector(hash=hash_, model=self._encoder.name, precision=self._precision)
                row.values = vectors[part].tobytes()
                row.tokens = np.concatenate([self._titles[title], *tokens[part]]).tobytes()
                session.merge(row)
                at += len(own)

    @property
    def _ours(self) -> ColumnElement[bool]:
        return (Vector.model == self._encoder.name) & (Vector.precision == self._precision)

    @property
    def _precision(self) -> str:
        return f"{self._encoder.precision} {LAYOUT}"

    def _stored(self, hashes: Collection[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        with Session(self._reading) as session:
            for some in _slices(list(hashes), ROWS_AT_ONCE):
                rows = session.execute(select(Vector.hash, Vector.values).where(self._ours, Vector.hash.in_(some)))
                found |= {
                    hash_: np.frombuffer(values, "<f2").reshape(-1, self._encoder.dimensions) for hash_, values in rows
                }
        return found

    def _stored_tokens(self, hashes: Collection[str]) -> dict[str, Bits]:
        if not hashes:
            return {}
        width = -(-self._encoder.dimensions // 8)
        with Session(self._reading) as session:
            rows = session.execute(select(Vector.hash, Vector.tokens).where(self._ours, Vector.hash.in_(hashes)))
            return {hash_: np.frombuffer(bits, np.uint8).reshape(-1, width) for hash_, bits in rows}

    def _samples(self) -> dict[str, Vectors]:
        words = self._words
        chosen = random.sample(list(words.keys), min(SAMPLES, len(words.keys)))
        vectors = self._stored([words.hashes[each] for each in chosen])
        return {
            words.keys[each]: mean_of(vectors[words.hashes[each]]) for each in chosen if words.hashes[each] in vectors
        }

    def _forget_vectors(self) -> None:
        """What was taken out of the guides leaves the database too, and what this model made in another way."""
        gone = Vector.hash.not_in(select(Chunk.hash)) | (
            (Vector.model == self._encoder.name) & (Vector.precision != self._precision)
        )
        with Session(self._engine) as session, session.begin():
            if session.scalar(select(Vector.hash).where(gone).limit(1)) is not None:
                session.execute(delete(Vector).where(gone))

    # Generations

    def _named_generation(self) -> Path | None:
        """The folder in use, if it was made for this model."""
        try:
            named = json.loads((self._folder / CURRENT).read_text())
        except (FileNotFoundError, ValueError):
            return None
        folder = self._folder / str(named["folder"])
        fits = named["model"] == self._encoder.name and named["precision"] == self._precision
        return folder if fits and folder.is_dir() else None

    def _name_generation(self, folder: Path) -> None:
        named = {"folder": folder.name, "model": self._encoder.name, "precision": self._precision}
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

    def _ask(self, question: Callable[[Generation | Exact], T]) -> T | None:
        generation = self._generation
        if generation is None:
            return None
        try:
            return question(generation)
        except Exception as failure:
            log.exception("The vector index failed a question")
            if generation is self._generation:
                self._break(f"the vector index failed a question ({type(failure).__name__})")
            return None

    def _break(self, what: str) -> None:
        """From here on the words answer alone, and the next refresh builds a new generation."""
        self.fault = f"{what[:1].upper()}{what[1:]}. Until it is rebuilt, answers are found by words alone."
        (self._folder / CURRENT).unlink(missing_ok=True)
        if self._generation is not None:
            self._broken.append(self._generation)  # closed by the next refresh: other questions may be in it
            self._generation = None

    def _close_broken(self) -> None:
        while self._broken:
            self._broken.pop().close()

    def _by_chunk(self, found: Mapping[str, float]) -> dict[int, float]:
        chunk_ids = self._words.chunk_ids
        return {chunk_ids[key]: cosine for key, cosine in found.items() if key in chunk_ids}

    def _go_on(self) -> None:
        if self._closing:
            raise _Closing


def mean_of(vectors: Vectors) -> Vectors:
    """The mean of unit vectors, at length 1."""
    mean = vectors.astype(np.float32).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


class _Kept(Generic[T]):
    """What was read last, by the hash of the chunk."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, hashes: Collection[str], read: Callable[[Collection[str]], dict[str, T]]) -> dict[str, T]:
        """What belongs to the hashes, as far as there is any; ``read`` is asked for those that aren't kept."""
        with self._lock:
            known = {hash_: self._kept[hash_] for hash_ in set(hashes) if hash_ in self._kept}
        known |= read({hash_ for hash_ in hashes if hash_ not in known})
        with self._lock:
            for hash_, what in known.items():
                self._kept[hash_] = what
                self._kept.move_to_end(hash_)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return known


class _Closing(Exception):
    """The index is being closed; a refresh stops where it stands."""


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))

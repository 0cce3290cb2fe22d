"""The vectors of all chunks in a few files: a cache of the rows in SQL, like Chroma's.

A question reads the units and tokens of a hundred chunks from here in a fraction of the time that SQL takes, and can
compare itself with every chunk there is. Reading is for any thread; only the owner of the folder adds.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import simsimd
from numpy.typing import NDArray

from knowledge.encoder import Bits, Vectors
from knowledge.ranking import Alike

Halves = NDArray[np.float16]
Bytes = NDArray[np.int8]

FORMAT = 2  # of the files; counted up when they would hold something else
PLACE = np.dtype(
    [
        ("hash", "S64"),
        ("unit", "<u8"),
        ("units", "<u4"),
        ("token", "<u8"),
        ("tokens", "<u4"),
        ("length", "<f4"),  # of the mean of the units
        ("step", "<f4"),  # of the mean's whole numbers
    ]
)
FILES = ("units", "tokens", "means", "places")  # in this order: a chunk is there once its place is

SHORTEST = 1e-12  # a length to divide by

# They would add up the products of halves in 16 bits; without them all machines do so in 32.
simsimd.disable_capability("sapphire")
simsimd.disable_capability("sve_f16")


class CutShort(ValueError):
    """A file is shorter than it was; the message says which."""


class Stored(NamedTuple):
    """A chunk's vectors as SQL keeps them."""

    hash: str
    units: bytes  # float16
    tokens: bytes  # one bit a dimension


class _Content(NamedTuple):
    """What the files held at one moment."""

    rows: dict[str, int]  # by hash, of the chunks that are not forgotten; shared with the next content
    places: NDArray[Any]
    means: Bytes  # at length 1, mapped into memory
    steps: Vectors  # one for each mean


class Packed:
    """The vectors of one model and precision, by the hash of the chunk.

    Args:
        folder: is made where there is none, and emptied where its files don't fit together.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.changes = 0  # counted, so that what was made of the rows is known to be old
        self._folder = folder
        self._dimensions = dimensions
        self._width = -(-dimensions // 8)  # bytes of a token
        try:
            self._content = self._read()
        except (OSError, ValueError, IndexError):
            self.clear()

    @property
    def rows(self) -> Mapping[str, int]:
        """The row of each chunk, by hash."""
        return self._content.rows

    @property
    def dead(self) -> int:
        """How many rows are of chunks that were forgotten."""
        return len(self._content.places) - len(self._content.rows)

    def clear(self) -> None:
        """Begins anew, with nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._content = self._read()

    def draft(self) -> Packed:
        """An empty one beside this, to take its place."""
        draft = Packed(self._folder.with_name(f"{self._folder.name}.draft"), self._dimensions)
        draft.clear()  # what a crash left
        return draft

    def replace(self, other: Packed) -> None:
        """Takes the place of another, which is still read by whoever has it, but added to no more."""
        shutil.rmtree(other._folder)
        os.replace(self._folder, other._folder)
        self._folder = other._folder

    def add(self, chunks: Sequence[Stored]) -> None:
        """Adds chunks that are not there yet; after a crash in the middle they are there, or not.

        Raises CutShort where a file has been cut.
        """
        if not chunks:
            return
        content = self._content
        places, means = np.zeros(len(chunks), PLACE), np.empty((len(chunks), self._dimensions), np.int8)
        unit, token = _ends(content.places)
        for n, chunk in enumerate(chunks):
            own = np.frombuffer(chunk.units, "<f2").reshape(-1, self._dimensions)
            mean = own.astype(np.float32).mean(axis=0)
            length = max(float(np.linalg.norm(mean)), SHORTEST)
            means[n], step = _in_steps(mean / length)
            places[n] = (chunk.hash.encode(), unit, len(own), token, len(chunk.tokens) // self._width, length, step)
            unit, token = unit + len(own), token + len(chunk.tokens) // self._width
        written = (
            b"".join(chunk.units for chunk in chunks),
            b"".join(chunk.tokens for chunk in chunks),
            means.tobytes(),
            places.tobytes(),
        )
        for name, data, there in zip(FILES, written, self._sizes(content.places), strict=True):
            with (self._folder / name).open("r+b") as file:
                if file.seek(0, os.SEEK_END) < there:  # what is missing would become zeros
                    raise CutShort(f"{name} is cut short")
                file.truncate(there)  # what a crash left behind the last place
                file.seek(there)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        self._content = self._held(content.rows, np.concatenate([content.places, places]))
        # Last, so that whoever finds a row here finds it in the content too.
        content.rows.update((chunk.hash, len(content.places) + n) for n, chunk in enumerate(chunks))
        self.changes += 1

    def forget(self, hashes: Iterable[str]) -> None:
        """Chunks are here no more; their vectors stay in the files until those are made anew."""
        rows = [row for hash_ in hashes if (row := self._content.rows.pop(hash_, None)) is not None]
        if not rows:
            return
        with (self._folder / "places").open("r+b") as file:
            for row in rows:
                file.seek(row * PLACE.itemsize)
                file.write(bytes(PLACE["hash"].itemsize))
        self.changes += 1

    def alike(self, vector: Vectors, rows: NDArray[np.intp]) -> Alike:
        """How like a question some chunks are."""
        halves, counts = self._units_of(rows)
        units, ends = _products(vector.astype("<f2"), halves), np.cumsum(counts)
        starts, lengths = ends - counts, self._content.places["length"][rows]
        wholes = np.add.reduceat(units, starts) / (counts * lengths)  # as the mean's, at length 1
        return Alike(wholes.astype(np.float32), np.maximum.reduceat(units, starts), units, ends)

    def tokens(self, rows: NDArray[np.intp]) -> tuple[Bits, NDArray[np.intp]]:
        """The bits of the tokens of some chunks, one below the other and title first, and how many each has."""
        places = self._content.places
        return _pieces(self._tokens, places["token"][rows], places["tokens"][rows], self._width)

    def means(self, rows: NDArray[np.intp]) -> Vectors:
        """The means of the units of some chunks, at length 1."""
        halves, counts = self._units_of(rows)
        sums = np.add.reduceat(halves.astype(np.float32), np.cumsum(counts) - counts)
        means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), SHORTEST)
        return means

    def nearest(self, vector: Vectors, limit: int, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Vectors]:
        """Which of the rows have the highest cosine to ``vector`` (places in ``rows``, best first), and it.

        In whole numbers, which changes a cosine by .0004, at most .003: enough to choose candidates by, of which the
        last few may be others.
        """
        means, steps = self._all_means(), self._content.steps
        asked, step = _in_steps(vector)
        are_most = 2 * len(rows) > len(means)  # then picking them first takes longer than comparing all
        products = _products(asked, means)[rows] if are_most else _products(asked, means[rows])
        cosines = products * (step * steps[rows])
        few = np.argpartition(-cosines, limit)[:limit] if len(cosines) > limit else np.arange(len(cosines))
        best = few[np.argsort(-cosines[few], kind="stable")]
        return best, cosines[best]

    def holds(self, chunk: Stored) -> bool:
        """Whether a chunk is here with the vectors that it should have."""
        if (row := self._content.rows.get(chunk.hash)) is None:
            return False
        (units, _), (tokens, _) = self._units_of(np.array([row])), self.tokens(np.array([row]))
        return (units.tobytes(), tokens.tobytes()) == (chunk.units, chunk.tokens)

    def _units_of(self, rows: NDArray[np.intp]) -> tuple[Halves, NDArray[np.intp]]:
        """The units of some chunks, one below the other, and how many each has."""
        places = self._content.places
        read, counts = _pieces(self._units, places["unit"][rows], places["units"][rows], 2 * self._dimensions)
        return read.view("<f2"), counts

    def _all_means(self) -> Bytes:
        """Raises CutShort where the file has been cut: to read behind the end of a mapping kills the process."""
        means = self._content.means
        if os.fstat(self._means).st_size < means.nbytes:
            raise CutShort("means is cut short")
        return means

    def _sizes(self, places: NDArray[Any]) -> tuple[int, ...]:
        """How long the files are with these places."""
        units, tokens = _ends(places)
        return 2 * units * self._dimensions, tokens * self._width, len(places) * self._dimensions, places.nbytes

    def _read(self) -> _Content:
        """What the files hold. Raises CutShort or OSError where they are shorter than the places say."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (self._folder / name).touch()
        places = np.fromfile(self._folder / "places", PLACE)
        for name, size in zip(FILES, self._sizes(places), strict=True):
            if (self._folder / name).stat().st_size < size:
                raise CutShort(f"{name} is cut short")
        self._units, self._tokens, self._means = (self._opened(name) for name in ("units", "tokens", "means"))
        rows = {hash_.decode(): row for row, hash_ in enumerate(places["hash"].tolist()) if hash_}
        return self._held(rows, places)

    def _opened(self, name: str) -> int:
        file = os.open(self._folder / name, os.O_RDONLY)
        weakref.finalize(self, os.close, file)  # not sooner: somebody may be reading
        return file

    def _held(self, rows: dict[str, int], places: NDArray[Any]) -> _Content:
        shape = (len(places), self._dimensions)
        # Nothing can't be mapped.
        means = (
            np.memmap(self._folder / "means", np.int8, "r", shape=shape) if len(places) else np.zeros(shape, np.int8)
        )
        return _Content(rows, places, means.view(np.ndarray), np.ascontiguousarray(places["step"]))


def _pieces(
    file: int, first: NDArray[Any], count: NDArray[Any], size: int
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """So many rows of ``size`` bytes from each place, one below the other, and how many. Raises CutShort.

    Not mapped into memory, where some systems count a megabyte for each place that is touched.
    """
    counts, starts = count.astype(np.intp), first.astype(np.intp)
    read = b"".join(map(os.pread, repeat(file), (counts * size).tolist(), (starts * size).tolist()))
    if len(read) != counts.sum() * size:
        raise CutShort("units or tokens are cut short")
    return np.frombuffer(read, np.uint8).reshape(-1, size), counts


def _products(vector: Halves | Bytes, others: Halves | Bytes) -> Vectors:
    """The products of a vector and others of its kind, without making floats of them all."""
    if not len(others):
        return np.zeros(0, np.float32)
    products: Vectors = np.asarray(simsimd.cdist(vector[None], others, metric="dot", out_dtype="f32"), np.float32)[0]
    return products


def _in_steps(vector: Vectors) -> tuple[Bytes, float]:
    """A vector as whole numbers from -127 to 127, and what one of them is worth."""
    step = max(float(np.abs(vector).max()), SHORTEST) / 127
    return np.rint(vector / step).astype(np.int8), step


def _ends(places: NDArray[Any]) -> tuple[int, int]:
    """How many units and tokens there are; a place that the power went off over is all zeros."""
    units, tokens = places["unit"] + places["units"], places["token"] + places["tokens"]
    return int(units.max(initial=0)), int(tokens.max(initial=0))


def mean_of(vectors: Vectors) -> Vectors:
    """The mean of unit vectors, at length 1."""
    mean = vectors.astype(np.float32).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), SHORTEST), dtype=np.float32)

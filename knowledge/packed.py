"""The vectors of all chunks in a few files: a cache of the rows in SQL, like Chroma's.

A question reads the units and tokens of a hundred chunks from here in a fraction of the time that SQL takes, and can
compare itself with every chunk there is. Reading is for any thread; only the owner of the folder adds.
"""

from __future__ import annotations

import mmap
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Bits, Vectors

PLACE = np.dtype([("hash", "S64"), ("unit", "<u8"), ("units", "<u4"), ("token", "<u8"), ("tokens", "<u4")])
FILES = ("units", "tokens", "means", "places")  # in this order: a chunk is there once its place is


class Stored(NamedTuple):
    """A chunk's vectors as SQL keeps them."""

    hash: str
    units: bytes  # float16
    tokens: bytes  # one bit a dimension


class _Mapped:
    """Rows of a file as far as they are known, mapped into memory: reading them lets no other thread in between."""

    def __init__(self, path: Path, kind: str, shape: tuple[int, int]) -> None:
        self._size = np.dtype(kind).itemsize * shape[0] * shape[1]
        with path.open("rb") as file:  # nothing can't be mapped
            self._memory = mmap.mmap(file.fileno(), self._size, access=mmap.ACCESS_READ) if self._size else None
        self._rows: NDArray[Any] = np.frombuffer(self._memory or b"", kind).reshape(shape)

    @property
    def rows(self) -> NDArray[Any]:
        """Raises ValueError where the file is shorter by now: to read behind its end would kill the process."""
        if self._memory is not None and self._memory.size() < self._size:
            raise ValueError("a file of packed vectors was cut short")
        return self._rows


class _Content(NamedTuple):
    """What the files held at one moment."""

    rows: dict[str, int]  # by hash, of the chunks that are not forgotten; shared with the next content
    places: NDArray[Any]
    units: _Mapped
    tokens: _Mapped
    means: _Mapped


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

    def add(self, chunks: Sequence[Stored]) -> None:
        """Adds chunks that are not there yet; after a crash in the middle they are there, or not."""
        if not chunks:
            return
        content = self._content
        places, means = np.zeros(len(chunks), PLACE), np.empty((len(chunks), self._dimensions), np.float32)
        unit, token = _ends(content.places)
        for n, chunk in enumerate(chunks):
            own = np.frombuffer(chunk.units, "<f2").reshape(-1, self._dimensions)
            places[n] = (chunk.hash.encode(), unit, len(own), token, len(chunk.tokens) // self._width)
            means[n] = mean_of(own)
            unit, token = unit + len(own), token + len(chunk.tokens) // self._width
        written = (
            b"".join(chunk.units for chunk in chunks),
            b"".join(chunk.tokens for chunk in chunks),
            means.tobytes(),
            places.tobytes(),
        )
        for name, data, there in zip(FILES, written, self._sizes(content.places), strict=True):
            with (self._folder / name).open("r+b") as file:
                file.truncate(there)  # what a crash left behind the last place
                file.seek(there)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        both = np.concatenate([content.places, places])
        self._content = _Content(content.rows, both, *self._mapped(both))
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

    def units(self, rows: Sequence[int]) -> tuple[Vectors, NDArray[np.int64]]:
        """The vectors of the units of some chunks, one below the other, and where those of each begin."""
        content = self._content
        spans, counts = _spans(content.places[list(rows)], "unit", "units")
        units = content.units.rows
        return _floats(np.concatenate([units[first:end] for first, end in spans])), np.cumsum(counts) - counts

    def tokens(self, rows: Sequence[int]) -> list[Bits]:
        """The bits of the tokens of each of some chunks, title first."""
        content = self._content
        spans, _ = _spans(content.places[list(rows)], "token", "tokens")
        tokens = content.tokens.rows
        return [tokens[first:end] for first, end in spans]

    def means(self, rows: Sequence[int]) -> Vectors:
        """The means of the units of some chunks, at length 1."""
        return np.asarray(self._content.means.rows[list(rows)], np.float32)

    def nearest(self, vector: Vectors, limit: int, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Vectors]:
        """Which of the rows have the highest cosine to ``vector`` (places in ``rows``, best first), and it."""
        means = self._content.means.rows
        are_most = 2 * len(rows) > len(means)  # then picking them first takes longer than comparing all
        cosines = (means @ vector)[rows] if are_most else means[rows] @ vector
        few = np.argpartition(-cosines, limit)[:limit] if len(cosines) > limit else np.arange(len(cosines))
        best = few[np.argsort(-cosines[few], kind="stable")]
        return best, cosines[best]

    def holds(self, chunk: Stored) -> bool:
        """Whether a chunk is here with the vectors that it should have."""
        if (row := self._content.rows.get(chunk.hash)) is None:
            return False
        units = self.units([row])[0].astype("<f2").tobytes()
        return (units, self.tokens([row])[0].tobytes()) == (chunk.units, chunk.tokens)

    def _sizes(self, places: NDArray[Any]) -> tuple[int, ...]:
        """How long the files are with these places."""
        units, tokens = _ends(places)
        return 2 * units * self._dimensions, tokens * self._width, 4 * len(places) * self._dimensions, places.nbytes

    def _read(self) -> _Content:
        """What the files hold. Raises ValueError or OSError where they are shorter than the places say."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (self._folder / name).touch()
        places = np.fromfile(self._folder / "places", PLACE)
        for name, size in zip(FILES, self._sizes(places), strict=True):
            if (self._folder / name).stat().st_size < size:
                raise ValueError(f"{name} is cut short")
        rows = {hash_.decode(): row for row, hash_ in enumerate(places["hash"].tolist()) if hash_}
        return _Content(rows, places, *self._mapped(places))

    def _mapped(self, places: NDArray[Any]) -> tuple[_Mapped, _Mapped, _Mapped]:
        """The files as far as the places go."""
        units, tokens = _ends(places)
        return (
            _Mapped(self._folder / "units", "<f2", (units, self._dimensions)),
            _Mapped(self._folder / "tokens", "u1", (tokens, self._width)),
            _Mapped(self._folder / "means", "<f4", (len(places), self._dimensions)),
        )


def _spans(places: NDArray[Any], first: str, count: str) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    """From where to where the units, or tokens, of some chunks go, and how many they are."""
    begin, counts = places[first].astype(np.int64), places[count].astype(np.int64)
    return list(zip(begin.tolist(), (begin + counts).tolist(), strict=True)), counts


def _floats(halves: NDArray[np.float16]) -> Vectors:
    """As float32, in a quarter of numpy's time: the bits are moved to their places, the exponent is 112 more there."""
    bits = halves.view(np.int16).astype(np.int32)  # the sign fills all bits above
    bits <<= 13
    bits &= ~0x70000000  # of these, only the highest is wanted
    floats: Vectors = bits.view(np.float32)
    floats *= np.float32(2.0**112)
    return floats


def _ends(places: NDArray[Any]) -> tuple[int, int]:
    """How many units and tokens there are; a place that the power went off over is all zeros."""
    units, tokens = places["unit"] + places["units"], places["token"] + places["tokens"]
    return int(units.max(initial=0)), int(tokens.max(initial=0))


def mean_of(vectors: Vectors) -> Vectors:
    """The mean of unit vectors, at length 1."""
    mean = vectors.astype(np.float32).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

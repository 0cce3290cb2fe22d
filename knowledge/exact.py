"""The vectors in SQL, compared one by one: for a process that answers one question this is quicker than opening Chroma.

It also is exact, needs no folder, and knows at once what another process has embedded.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from knowledge.tables import Chunk, Vector

ROWS_AT_ONCE = 2_000  # 15 MB of units


class Exact:
    """Looks through all vectors of one model and precision, in the place of a generation.

    Args:
        engine: for transactions that only read.
        ours: tells the rows of the model and precision.
    """

    def __init__(self, engine: Engine, ours: ColumnElement[bool], dimensions: int) -> None:
        self._engine = engine
        self._ours = ours
        self._dimensions = dimensions

    def nearest(self, vector: NDArray[np.float32], limit: int) -> dict[str, float]:
        """The ``limit`` keys with the highest cosine to ``vector``, and it."""
        best = heapq.nlargest(limit, self._cosines(vector))
        return {key: cosine for cosine, key in best}

    def _cosines(self, vector: NDArray[np.float32]) -> Iterator[tuple[float, str]]:
        rows = select(Chunk.id, Chunk.hash, Vector.values).join(Vector, (Vector.hash == Chunk.hash) & self._ours)
        with Session(self._engine) as session:
            for part in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)).partitions():
                units = np.frombuffer(b"".join(row.values for row in part), "<f2").reshape(-1, self._dimensions)
                lengths = [len(row.values) // (2 * self._dimensions) for row in part]
                sums = np.add.reduceat(units.astype(np.float32), np.cumsum([0, *lengths[:-1]]), axis=0)
                cosines = sums @ vector / np.maximum(np.linalg.norm(sums, axis=1), 1e-12)
                yield from zip(cosines.tolist(), (key_of(row.id, row.hash) for row in part), strict=True)

    def close(self) -> None:
        """There is nothing to give back."""


def key_of(chunk_id: int, hash_: str) -> str:
    """A chunk's key among vectors; it holds the hash too, for SQL may give a chunk's number to another chunk later."""
    return f"{chunk_id}-{hash_[:16]}"

"""The vectors in SQL, compared one by one: for a process that answers one question this is quicker than opening Chroma.

It also is exact, needs no folder, and knows at once what another process has embedded.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping

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
        keys: of the chunks, by id; others are left out.
    """

    def __init__(self, engine: Engine, ours: ColumnElement[bool], dimensions: int, keys: Mapping[int, str]) -> None:
        self._engine = engine
        self._ours = ours
        self._dimensions = dimensions
        self._keys = keys

    def nearest(self, vector: NDArray[np.float32], limit: int, _: Collection[str] = ()) -> dict[str, float]:
        """The ``limit`` keys with the highest cosine to ``vector``, and it."""
        best = heapq.nlargest(limit, self._cosines(vector))
        return {self._keys[chunk_id]: cosine for cosine, chunk_id in best}

    def _cosines(self, vector: NDArray[np.float32]) -> Iterator[tuple[float, int]]:
        rows = select(Chunk.id, Vector.values).join(Vector, (Vector.hash == Chunk.hash) & self._ours)
        with Session(self._engine) as session:
            for part in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)).partitions():
                known = [row for row in part if row.id in self._keys]
                for size in {len(row.values) for row in known}:  # chunks of as many units, for they are summed faster
                    same = [row for row in known if len(row.values) == size]
                    units = np.frombuffer(b"".join(row.values for row in same), "<f2").astype(np.float32)
                    sums = units.reshape(len(same), -1, self._dimensions).sum(axis=1)
                    cosines = sums @ vector / np.maximum(np.linalg.norm(sums, axis=1), 1e-12)
                    yield from zip(cosines.tolist(), (row.id for row in same), strict=True)

    def close(self) -> None:
        """There is nothing to give back."""

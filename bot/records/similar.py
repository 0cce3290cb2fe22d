"""Ideas that mean the same, by exact comparison of the vectors that are kept beside them."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.database import Database
from bot.records.tables import Idea

log = logging.getLogger(__name__)
Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Awaitable[Vectors | None]]

LIKE = 0.4  # cosine from which two ideas are shown as similar; benchmarks/ideas.py measures what that is worth
MUCH_LIKE = 0.6  # near-duplicates
BATCH = 32
LONGEST = 2_000  # characters that are compared


class Similar:
    """Finds ideas by meaning.

    The vectors are kept as one matrix, which is brought up to date when ideas were added, reworded or withdrawn.

    Args:
        embed: makes unit vectors of texts; None when there is no model.
        model: what tells the model behind it from others, at most 200 characters; vectors of another are made anew.
    """

    def __init__(self, database: Database, embed: Embed, model: str) -> None:
        self._database = database
        self._embed = embed
        self._model = model
        self._mark: tuple[int, ...] = ()  # of the ideas in the matrix
        self._rows: dict[int, tuple[int, int]] = {}  # of each idea, its row in the matrix and its wording there
        self._matrix: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._has_model = True

    async def to(self, text: str, *, count: int = 3, floor: float = LIKE) -> list[tuple[int, float]] | None:
        """The ideas most like a text, best first, as (id, cosine); one that was merged is given as itself.

        None where a text can't be compared, for there is no model.
        """
        if not text.strip():
            return []
        vectors = await self._vectors([text[:LONGEST]])
        if vectors is None:
            return None
        await self._refresh()
        return self._nearest(vectors[0], count, floor)

    async def to_idea(self, idea_id: int, *, count: int = 3, floor: float = LIKE) -> list[tuple[int, float]]:
        """The ideas most like another one."""
        await self._refresh()
        if idea_id not in self._rows:
            return []
        near = self._nearest(self._matrix[self._rows[idea_id][0]], count + 1, floor)
        return [pair for pair in near if pair[0] != idea_id][:count]

    async def embed_new(self) -> int:
        """Give a vector to ideas that have none of this model; returns how many got one."""
        async with self._database.read() as session:
            rows = (await session.execute(_without(self._model))).all()
        if not rows:
            return 0
        vectors = await self._vectors([f"{row.title}\n{row.text}"[:LONGEST] for row in rows])
        if vectors is None:
            return 0
        async with self._database.write() as session:
            for row, vector in zip(rows, vectors, strict=True):
                as_read = (Idea.id == row.id, Idea.wording == row.wording, Idea.deleted_at.is_(None))
                values = {"vector": vector.tobytes(), "vector_model": self._model}
                await session.execute(update(Idea).where(*as_read).values(values))
        return len(rows)

    async def _vectors(self, texts: Sequence[str]) -> Vectors | None:
        vectors = await self._embed(texts) if self._has_model else None
        if vectors is None and self._has_model:
            self._has_model = False  # until a restart
            log.warning("ideas are found by words alone: there is no embedding model")
        return vectors

    def _nearest(self, vector: Vectors, count: int, floor: float) -> list[tuple[int, float]]:
        ids = list(self._rows)
        if not ids:
            return []
        scores = self._matrix @ vector
        best = np.argsort(-scores, kind="stable")[:count]
        return [(ids[n], float(scores[n])) for n in best if scores[n] >= floor]

    async def _refresh(self) -> None:
        """Bring the matrix up to date; one short query where it is."""
        async with self._database.read() as session:
            *mark, without = (await session.execute(_mark(self._model))).one()
        if without:
            await self.embed_new()  # what was suggested a moment ago counts
        elif tuple(mark) == self._mark:
            return
        async with self._database.read() as session:
            *mark, _ = (await session.execute(_mark(self._model))).one()
            wordings = {row.id: row.wording for row in await session.execute(_with(self._model))}
            new = [n for n, wording in wordings.items() if n not in self._rows or self._rows[n][1] != wording]
            read = await _read(session, new)
        kept = {number: self._matrix[row] for number, (row, _) in self._rows.items()} | read
        ids = [number for number in wordings if number in kept]
        self._rows = {number: (row, wordings[number]) for row, number in enumerate(ids)}
        self._matrix = np.stack([kept[number] for number in ids]) if ids else np.zeros((0, 0), dtype=np.float32)
        self._mark = tuple(mark)


def _mark(model: str) -> Select[int, int, int, int]:
    """What changes whenever the ideas that have a vector do: their number and two sums; and how many have none."""
    has, zero = Idea.vector_model == model, literal(0)
    ids = func.coalesce(func.sum(Idea.id).filter(has), zero)
    wordings = func.coalesce(func.sum(Idea.wording).filter(has), zero)
    without = func.count().filter(Idea.vector_model.is_distinct_from(model))
    return select(func.count().filter(has), ids, wordings, without).where(Idea.deleted_at.is_(None))


def _with(model: str) -> Select[int, int]:
    return select(Idea.id, Idea.wording).where(Idea.deleted_at.is_(None), Idea.vector_model == model).order_by(Idea.id)


def _without(model: str) -> Select[int, int, str, str]:
    other = Idea.vector_model.is_distinct_from(model)
    rows = select(Idea.id, Idea.wording, Idea.title, Idea.text).where(Idea.deleted_at.is_(None), other)
    return rows.order_by(Idea.id).limit(BATCH)


async def _read(session: AsyncSession, ids: Sequence[int]) -> dict[int, Vectors]:
    found: dict[int, Vectors] = {}
    for at in range(0, len(ids), 500):
        rows = select(Idea.id, Idea.vector).where(Idea.id.in_(ids[at : at + 500]))
        found |= {
            row.id: np.frombuffer(row.vector, dtype=np.float32) for row in await session.execute(rows) if row.vector
        }
    return found

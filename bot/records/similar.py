"""Ideas that mean the same, by exact comparison of the vectors that are kept beside them."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.database import Database
from bot.records.tables import Idea

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Awaitable[Vectors]]

LIKE = 0.4  # cosine from which two ideas are shown as similar; benchmarks/ideas.py measures what that is worth
MUCH_LIKE = 0.6  # near-duplicates
BATCH = 32
LONGEST = 2_000  # characters that are compared


class Similar:
    """Finds ideas by meaning.

    What an idea says never changes, so vectors that were read once are kept; ids decide what still counts.

    Args:
        embed: makes unit vectors of texts.
        model: the name of the model behind it, so that vectors of another one are made anew.
    """

    def __init__(self, database: Database, embed: Embed, model: str) -> None:
        self._database = database
        self._embed = embed
        self._model = model[:200]
        self._vectors: dict[int, Vectors] = {}

    async def to(self, text: str, *, count: int = 3, floor: float = LIKE) -> list[tuple[int, float]]:
        """The ideas most like a text, best first, as (id, cosine); one that was merged is given as itself."""
        if not text.strip():
            return []
        return await self._nearest((await self._embed([text[:LONGEST]]))[0], count, floor)

    async def to_idea(self, idea_id: int, *, count: int = 3, floor: float = LIKE) -> list[tuple[int, float]]:
        """The ideas most like another one."""
        await self._known()
        mine = self._vectors.get(idea_id)
        near = [] if mine is None else await self._nearest(mine, count + 1, floor)
        return [pair for pair in near if pair[0] != idea_id][:count]

    async def embed_new(self) -> int:
        """Give a vector to ideas that have none of this model; returns how many got one."""
        async with self._database.read() as session:
            rows = (await session.execute(_without(self._model))).all()
        if not rows:
            return 0
        vectors = await self._embed([f"{row.title}\n{row.text}"[:LONGEST] for row in rows])
        async with self._database.write() as session:
            for row, vector in zip(rows, vectors, strict=True):
                still_there = update(Idea).where(Idea.id == row.id, Idea.deleted_at.is_(None))
                await session.execute(still_there.values(vector=vector.tobytes(), vector_model=self._model))
        return len(rows)

    async def _nearest(self, vector: Vectors, count: int, floor: float) -> list[tuple[int, float]]:
        ids, matrix = await self._known()
        if not ids:
            return []
        scores = matrix @ vector
        best = np.argsort(-scores, kind="stable")[:count]
        return [(ids[n], float(scores[n])) for n in best if scores[n] >= floor]

    async def _known(self) -> tuple[list[int], Vectors]:
        await self.embed_new()  # what was suggested a moment ago counts
        async with self._database.read() as session:
            ids = list(await session.scalars(_with(self._model)))
            missing = [number for number in ids if number not in self._vectors]
            if missing:
                self._vectors |= await _read(session, missing)
        self._vectors = {number: self._vectors[number] for number in ids if number in self._vectors}
        ids = list(self._vectors)
        return ids, np.stack(list(self._vectors.values())) if ids else np.zeros((0, 0), dtype=np.float32)


def _with(model: str) -> Select[int]:
    return select(Idea.id).where(Idea.deleted_at.is_(None), Idea.vector_model == model).order_by(Idea.id)


def _without(model: str) -> Select[int, str, str]:
    other = or_(Idea.vector.is_(None), Idea.vector_model.is_(None), Idea.vector_model != model)
    return select(Idea.id, Idea.title, Idea.text).where(Idea.deleted_at.is_(None), other).order_by(Idea.id).limit(BATCH)


async def _read(session: AsyncSession, ids: Sequence[int]) -> dict[int, Vectors]:
    found: dict[int, Vectors] = {}
    for at in range(0, len(ids), 500):
        rows = select(Idea.id, Idea.vector).where(Idea.id.in_(ids[at : at + 500]))
        found |= {
            row.id: np.frombuffer(row.vector, dtype=np.float32) for row in await session.execute(rows) if row.vector
        }
    return found

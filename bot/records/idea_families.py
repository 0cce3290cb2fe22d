"""An idea and all that was merged into it, taken together.

An idea that was merged into another keeps its own votes, evidence, comments and author. What is counted and who is
told is worked out over the whole family, so that undoing a merge loses nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE

from bot.records.tables import Comment, Evidence, Idea, Vote


@dataclass(frozen=True)
class Tally:
    """How much an idea is wanted and talked about, everything merged into it included."""

    votes: int = 0
    customers: int = 0
    comments: int = 0
    merged: int = 0  # ideas that were merged into it


async def root_of(session: AsyncSession, idea_id: int) -> int | None:
    """The idea that this one was merged into in the end, or itself; None where there is no such idea."""
    while (idea := await session.get(Idea, idea_id)) is not None:
        if idea.merged_into is None:
            return idea.id
        idea_id = idea.merged_into
    return None


async def roots(session: AsyncSession, idea_ids: Iterable[int]) -> list[Idea]:
    """The ideas that these were merged into in the end, in the same order, each once; withdrawn ones left out."""
    numbers = dict.fromkeys([await root_of(session, number) for number in idea_ids])
    found = [await session.get(Idea, number) for number in numbers if number is not None]
    return [idea for idea in found if idea is not None and idea.deleted_at is None]


async def family_of(session: AsyncSession, idea_id: int) -> list[int]:
    """An idea and everything that was merged into it."""
    family = families([idea_id])
    return list(await session.scalars(select(family.c.member).order_by(family.c.member)))


async def tallies(session: AsyncSession, idea_ids: Iterable[int]) -> dict[int, Tally]:
    """How much each idea is wanted and talked about."""
    ids = list(dict.fromkeys(idea_ids))
    family = families(ids)

    async def counted(
        table: type[Vote | Evidence | Comment], figure: ColumnElement[Any], *where: Any
    ) -> dict[int, int]:
        query = select(family.c.root, figure).join(table, table.idea_id == family.c.member).where(*where)
        return {row[0]: int(row[1]) for row in await session.execute(query.group_by(family.c.root))}

    votes = await counted(Vote, func.count(Vote.user.distinct()))
    customers = await counted(Evidence, func.sum(Evidence.customers))
    comments = await counted(Comment, func.count(Comment.id), Comment.deleted_at.is_(None))
    sizes = select(family.c.root, func.count()).group_by(family.c.root)
    merged = {row[0]: int(row[1]) - 1 for row in await session.execute(sizes)}
    return {n: Tally(votes.get(n, 0), customers.get(n, 0), comments.get(n, 0), merged.get(n, 0)) for n in ids}


async def voted(session: AsyncSession, idea_ids: Iterable[int], user: str) -> set[int]:
    """Which of these ideas a person has voted for, by themselves or by what was merged into them."""
    family = families(list(idea_ids))
    mine = select(family.c.root).join(Vote, Vote.idea_id == family.c.member).where(Vote.user == user)
    return set(await session.scalars(mine))


async def followers(session: AsyncSession, idea_id: int) -> set[str]:
    """Who is told of changes: the authors, voters and those who spoke for customers, of the whole family."""
    family = await family_of(session, idea_id)
    found: set[str] = set()
    found.update(await session.scalars(select(Idea.author).where(Idea.id.in_(family), Idea.deleted_at.is_(None))))
    found.update(await session.scalars(select(Vote.user).where(Vote.idea_id.in_(family))))
    found.update(await session.scalars(select(Evidence.user).where(Evidence.idea_id.in_(family))))
    return found


def families(roots: Sequence[int] | None) -> CTE:
    """(root, member) of the families of these ideas; of all that are merged into nothing for None."""
    first = select(Idea.id.label("root"), Idea.id.label("member"))
    first = first.where(Idea.merged_into.is_(None)) if roots is None else first.where(Idea.id.in_(roots))
    family = first.cte("family", recursive=True)
    return family.union_all(select(family.c.root, Idea.id).join(family, Idea.merged_into == family.c.member))

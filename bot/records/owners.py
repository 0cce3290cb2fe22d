"""Whom the owner lines of the guides stand for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Owner


async def differs(session: AsyncSession, name: str, users: Sequence[str], problem: str | None) -> bool:
    """Whether what is written down about an owner line is not this."""
    owner = await session.get(Owner, name[:200])
    return owner is None or (owner.users, owner.problem) != (list(users), problem)


async def save(session: AsyncSession, name: str, users: Sequence[str], problem: str | None, now: datetime) -> None:
    """Write down what an owner line stands for now."""
    await session.merge(Owner(name=name[:200], users=list(users), problem=problem, resolved_at=now))


async def keep_only(session: AsyncSession, names: Sequence[str]) -> None:
    """Forget the owners that no guide names any more."""
    await session.execute(delete(Owner).where(Owner.name.not_in([name[:200] for name in names])))


async def unresolved(session: AsyncSession) -> list[Owner]:
    """The owners that Slack knows nobody by, in order of name."""
    return list(await session.scalars(select(Owner).where(Owner.problem.is_not(None)).order_by(Owner.name)))

"""How people want to appear in thanks; everything that shows a win asks here, at the moment it is shown."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Appearance, Kudos, Thanked, Win


class Appears(StrEnum):
    PUBLIC = "public"  # by name, on cards and in digests
    PRIVATE = "private"  # thanks reach them alone
    NOT_AT_ALL = "not_at_all"  # nobody can thank them through Frontline


def unchosen(user: str) -> Appearance:
    """What holds for somebody who has chosen nothing."""
    return Appearance(user=user, appears=Appears.PUBLIC, tell_me=True, manager=None)


async def of(session: AsyncSession, users: Iterable[str]) -> dict[str, Appearance]:
    """How each of these people wants to appear."""
    wanted = set(users)
    rows = await session.scalars(select(Appearance).where(Appearance.user.in_(wanted)))
    return {user: unchosen(user) for user in wanted} | {row.user: row for row in rows}


async def hidden(session: AsyncSession) -> set[str]:
    """Everybody whose name is shown nowhere in public."""
    return set(await session.scalars(select(Appearance.user).where(Appearance.appears != Appears.PUBLIC)))


async def choose(
    session: AsyncSession, user: str, appears: Appears, *, tell_me: bool, manager: str | None, now: datetime
) -> None:
    """Keep somebody's choice; every win that they are part of is drawn anew when it changes what is seen."""
    before = (await of(session, [user]))[user].appears
    await session.merge(
        Appearance(user=user, appears=str(appears), tell_me=tell_me, manager=manager, chosen_at=now),
    )
    if before != appears:
        theirs = [select(table.win_id).where(table.user == user) for table in (Thanked, Kudos)]
        is_theirs = or_(*(Win.id.in_(ids) for ids in theirs))
        await session.execute(update(Win).where(is_theirs).values(revision=Win.revision + 1))

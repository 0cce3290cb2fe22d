"""How people want to appear in thanks; everything that shows a win asks here, at the moment it is shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Appearance, Kudos, Thanked, Win


class Appears(StrEnum):
    PUBLIC = "public"  # by name, on cards and in digests
    PRIVATE = "private"  # thanks reach them alone
    NOT_AT_ALL = "not_at_all"  # nobody can thank them through Frontline


def unchosen(user: str) -> Appearance:
    """What holds for somebody who has chosen nothing."""
    return Appearance(user=user, appears=Appears.PUBLIC, tell_me=True, manager=None, called=[])


async def of(session: AsyncSession, users: Iterable[str]) -> dict[str, Appearance]:
    """How each of these people wants to appear."""
    wanted = set(users)
    rows = await session.scalars(select(Appearance).where(Appearance.user.in_(wanted)))
    return {user: unchosen(user) for user in wanted} | {row.user: row for row in rows}


async def hidden(session: AsyncSession) -> set[str]:
    """Everybody whose name is shown nowhere in public."""
    return set(await session.scalars(select(Appearance.user).where(Appearance.appears != Appears.PUBLIC)))


async def choose(
    session: AsyncSession,
    user: str,
    appears: Appears,
    *,
    tell_me: bool,
    manager: str | None,
    called: Sequence[str],
    now: datetime,
) -> None:
    """Keep somebody's choice; every win that they are part of or named in is drawn anew when it changes what is seen.

    Args:
        called: what they go by; stories leave that out as long as they don't appear in public.
    """
    before = (await of(session, [user]))[user].appears
    await session.merge(
        Appearance(
            user=user, appears=str(appears), tell_me=tell_me, manager=manager, called=list(called), chosen_at=now
        ),
    )
    if before != appears:
        theirs = [select(table.win_id).where(table.user == user) for table in (Thanked, Kudos)]
        is_theirs = or_(*(Win.id.in_(ids) for ids in theirs), *_named(user, called))
        await session.execute(update(Win).where(is_theirs).values(revision=Win.revision + 1))


async def keep_names(session: AsyncSession, user: str, called: Sequence[str], now: datetime) -> None:
    """Know what somebody is called who takes their name off a single win."""
    row = (await of(session, [user]))[user]
    row.called, row.chosen_at = list(called), row.chosen_at or now
    session.add(row)


def _named(user: str, called: Sequence[str]) -> Iterable[ColumnElement[bool]]:
    """Whether a win's words may name somebody."""
    for name in (user, *called):
        for words in (Win.deed, Win.effect, Win.words, Win.quote):
            yield func.lower(words).contains(name.lower(), autoescape=True)
        notes = select(Kudos.win_id).where(func.lower(Kudos.note).contains(name.lower(), autoescape=True))
        yield Win.id.in_(notes)

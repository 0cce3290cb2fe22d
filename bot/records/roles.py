"""Who may do what: experts, managers and admins. Everyone else at the company is a member."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import audit
from bot.records.once import add_once
from bot.records.tables import Audit, Role


class Roles(StrEnum):
    MEMBER = "member"
    EXPERT = "expert"
    MANAGER = "manager"
    ADMIN = "admin"


GRANTED = (Roles.EXPERT, Roles.MANAGER, Roles.ADMIN)


class LastAdmin(Exception):
    """Somebody has to be able to give roles."""

    def __init__(self) -> None:
        super().__init__("This is the only admin left. Make somebody else an admin first.")


async def seed(session: AsyncSession, holders: Sequence[str], now: datetime) -> None:
    """Make the admins named in the settings admins, once each: what an admin takes back in Slack stays so."""
    seeded = set(await session.scalars(select(Audit.subject).where(Audit.action == "seed_admin")))
    for holder in dict.fromkeys(holders):
        if holder not in seeded:
            await grant(session, holder, Roles.ADMIN, "settings", now)
            await audit.note(session, "settings", "seed_admin", holder, now)


async def every(session: AsyncSession) -> list[Role]:
    return list(await session.scalars(select(Role).order_by(Role.role, Role.holder)))


async def grant(session: AsyncSession, holder: str, role: str, by: str, now: datetime) -> bool:
    """Give a role; False when they have it already."""
    if not await add_once(session, Role(holder=holder, role=role, granted_by=by, granted_at=now)):
        return False
    await audit.note(session, by, "grant_role", holder, now, role=role)
    return True


async def make_member(session: AsyncSession, holder: str, by: str, now: datetime) -> bool:
    """Take back every role, which leaves a member; False when they are no more than that already.

    Raises:
        LastAdmin: nobody else would be an admin.
    """
    return any([await take_back(session, holder, role, by, now) for role in GRANTED])


async def take_back(session: AsyncSession, holder: str, role: str, by: str, now: datetime) -> bool:
    """Take a role back; False when they don't have it.

    Raises:
        LastAdmin: nobody else would be an admin.
    """
    rows = list(await session.scalars(select(Role).where(Role.role == role).order_by(Role.id).with_for_update()))
    mine = next((row for row in rows if row.holder == holder), None)
    if mine is None:
        return False
    if role == Roles.ADMIN and len(rows) == 1:
        raise LastAdmin
    await session.delete(mine)
    await audit.note(session, by, "take_back_role", holder, now, role=role)
    return True

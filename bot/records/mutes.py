"""What people don't want direct messages about."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.once import add_once
from bot.records.tables import Mute


async def mute(session: AsyncSession, user: str, topic: str, now: datetime) -> bool:
    """False when it is muted already."""
    return await add_once(session, Mute(user=user, topic=topic, muted_at=now))


async def unmute(session: AsyncSession, user: str, topic: str) -> None:
    await session.execute(delete(Mute).where(Mute.user == user, Mute.topic == topic))


async def of(session: AsyncSession, user: str) -> set[str]:
    """The topics that somebody has muted."""
    return set(await session.scalars(select(Mute.topic).where(Mute.user == user)))

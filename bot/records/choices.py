"""The settings that admins make in Slack."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import audit
from bot.records.tables import Choice

_ZONE = select(Choice.value).where(Choice.name == "time_zone")
CHANNELS = ("ideas_channel", "wins_channel", "digest_channel")


async def every(session: AsyncSession) -> dict[str, str]:
    """All choices made so far, by name."""
    return {choice.name: choice.value for choice in await session.scalars(select(Choice))}


async def zone(session: AsyncSession) -> ZoneInfo:
    """The workspace's time zone; UTC until one is chosen."""
    return ZoneInfo(await session.scalar(_ZONE) or "UTC")


def zone_kept(engine: Engine) -> ZoneInfo:
    """The same without asyncio."""
    with engine.execution_options(writes=False).connect() as connection:
        return ZoneInfo(connection.scalar(_ZONE) or "UTC")


async def choose(session: AsyncSession, values: Mapping[str, str], by: str, now: datetime) -> None:
    """Set choices by name; what changes leaves one audit row."""
    before = await every(session)
    changed = {name: value for name, value in values.items() if before.get(name) != value}
    for name, value in changed.items():
        await session.merge(Choice(name=name, value=value, chosen_by=by, chosen_at=now))
    if changed:
        await audit.note(
            session, by, "choose", "set-up", now, before={name: before.get(name) for name in changed}, after=changed
        )

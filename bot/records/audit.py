"""Who changed what, and who tried to without the role for it."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import Audit


async def note(
    session: AsyncSession, actor: str, action: str, subject: str, now: datetime, *, allowed: bool = True, **detail: Any
) -> None:
    session.add(Audit(actor=actor, action=action, subject=subject, detail=detail, allowed=allowed, at=now))
    await session.flush()

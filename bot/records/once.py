"""What may be there once, also when two processes write it at the same moment."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.tables import RecordsTable


async def add_once(session: AsyncSession, row: RecordsTable) -> bool:
    """Add a row; False when its UNIQUE constraint has it already, and the transaction goes on."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True

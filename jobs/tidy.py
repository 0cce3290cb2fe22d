"""Forget the traffic that only crash recovery needed."""

from datetime import timedelta

from sqlalchemy import delete

from bot.delivery import Clock
from bot.records.database import Database
from bot.records.tables import Delivery, IdeaDraft, Post

KEPT_FOR = timedelta(days=30)  # Slack redelivers within the hour; a month leaves room to look into a complaint


async def forget_old_traffic(database: Database, clock: Clock) -> None:
    """Remove deliveries and posts that were settled more than ``KEPT_FOR`` ago."""
    before = clock() - KEPT_FOR
    async with database.write() as session:
        await session.execute(delete(Delivery).where(Delivery.state != "received", Delivery.done_at < before))
        await session.execute(delete(IdeaDraft).where(IdeaDraft.typed_at < before))
        await session.execute(delete(Post).where(Post.state == "sent", Post.sent_at < before))

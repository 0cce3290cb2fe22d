"""Forget the traffic that only crash recovery needed."""

from datetime import timedelta

from sqlalchemy import delete, or_, update

from bot.delivery import Clock
from bot.records.database import Database
from bot.records.tables import Delivery, IdeaDraft, Post

KEPT_FOR = timedelta(days=30)  # Slack redelivers within the hour; a month leaves room to look into a complaint
FOUND_AGAIN = ("idea:", "win:", "thanks:", "referral:")  # keys of posts that are changed, or posted anew, at any time


async def forget_old_traffic(database: Database, clock: Clock) -> None:
    """Remove deliveries and posts that were settled more than ``KEPT_FOR`` ago; of some posts only their words."""
    before = clock() - KEPT_FOR
    is_old = or_(
        (Post.state == "sent") & (Post.sent_at < before), (Post.state == "failed") & (Post.created_at < before)
    )
    is_found_again = or_(*map(Post.key.startswith, FOUND_AGAIN))
    async with database.write() as session:
        await session.execute(delete(Delivery).where(Delivery.state != "received", Delivery.done_at < before))
        await session.execute(delete(IdeaDraft).where(IdeaDraft.typed_at < before))
        await session.execute(delete(Post).where(is_old, ~is_found_again))
        await session.execute(update(Post).where(is_old, Post.text != "").values(text="", blocks=[]))

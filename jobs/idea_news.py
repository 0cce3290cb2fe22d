"""What changed in ideas, told to those who suggested or voted for them: one direct message for all of ten minutes."""

from datetime import timedelta

from bot.blocks import idea_news as blocks
from bot.delivery import Clock
from bot.delivery.outbox import Outbox, Rank
from bot.records import idea_queries, mutes
from bot.records.database import Database

HELD_FOR = timedelta(minutes=9)  # so that, with the time between two looks, nobody waits longer than ten


async def send(database: Database, outbox: Outbox, clock: Clock) -> None:
    """Send what has been held long enough, with everything newer for the same person."""
    now = clock()
    async with database.read() as session:
        users = await idea_queries.due_for_news(session, now - HELD_FOR)
    for user in users:
        async with database.write() as session:
            muted = await mutes.of(session, user)
            told, first = [], 0
            for notice, change, idea in await idea_queries.news_for(session, user):
                notice.sent_at = now
                first = first or notice.id
                if not {"ideas", f"idea:{idea.id}"} & muted:
                    other = await idea_queries.get(session, change.other_id) if change.other_id else None
                    told.append((change, idea, other))
            if told:
                said = blocks.news(told)
                await outbox.put(
                    session,
                    key=f"idea-news:{first}",
                    channel=user,
                    text=said.text,
                    blocks=said.blocks,
                    rank=Rank.CARD,
                )
    outbox.wake()

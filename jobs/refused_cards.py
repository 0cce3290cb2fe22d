"""Cards that Slack refuses: tried again each hour, or at once where another channel is chosen; admins are told once."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import ideas as idea_blocks
from bot.blocks import wins as win_blocks
from bot.blocks.answers import Said
from bot.delivery.outbox import CALLED_OFF
from bot.delivery.slack_errors import IN_WORDS, NO_SUCH_BLOCKS
from bot.parts import Parts
from bot.records import choices, idea_queries, wins
from bot.records.tables import Post
from jobs.refusals import AGAIN_AFTER, tell_admins
from jobs.win_cards import names_on

CHANNELS = {"idea": "ideas_channel", "win": "wins_channel"}


async def post_again(parts: Parts) -> None:
    """Put the cards that were refused back into the outbox, as they are now and become until their hour."""
    async with parts.database.read() as session:
        refused = await _refused(session, parts.clock())
        chosen = await choices.every(session)
    for post in refused:
        channel = chosen.get(CHANNELS[post.key.partition(":")[0]], post.channel)
        waits = post.state == "sending" and channel == post.channel
        said = await _as_it_is_now(post, parts)
        async with parts.database.write() as session:
            still = update(Post).where(Post.id == post.id, Post.state == post.state)
            if said is None:  # nobody may see it any more
                await session.execute(still.values(state="failed", error=CALLED_OFF))
                continue
            due_at = post.due_at if waits else parts.clock()
            due_at += AGAIN_AFTER if post.state == "failed" and channel == post.channel else timedelta()
            # An earlier try may stand after all, so it is looked for before it is posted again, as after a crash.
            now = {"channel": channel, "text": said.text, "blocks": said.blocks, "due_at": due_at}
            await session.execute(still.values(state="sending", lease_until=due_at, created_at=parts.clock(), **now))
        if post.state == "failed":
            await tell_admins(parts, post.channel, post.error or "")
    if refused:
        parts.outbox.wake()


async def _refused(session: AsyncSession, now: datetime) -> list[Post]:
    """Cards that were refused, and those that wait for another try; what was said in plain words needs none."""
    failed = (Post.state == "failed") & Post.error.not_in((CALLED_OFF, *NO_SUCH_BLOCKS))
    waits = (Post.state == "sending") & Post.error.in_(IN_WORDS) & (Post.due_at > now)
    is_card = (Post.key.like("idea:%") | Post.key.like("win:%")) & Post.key.not_like("%:%:%")
    return list(await session.scalars(select(Post).where(is_card, failed | waits).order_by(Post.id)))


async def _as_it_is_now(post: Post, parts: Parts) -> Said | None:
    kind, _, number = post.key.partition(":")
    async with parts.database.read() as session:
        if kind == "idea":
            idea = await idea_queries.get(session, int(number))
            if idea is None or idea.deleted_at is not None:
                return None
            return idea_blocks.card((await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0])
        shown = await wins.shown_now(session, int(number))
    return None if shown is None else win_blocks.card(shown, await names_on(shown, parts.people))

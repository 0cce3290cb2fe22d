"""Cards of ideas: posted once, found again, and drawn anew from the rows, so that a crash loses nothing."""

import logging
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import idea_news
from bot.blocks import ideas as blocks
from bot.blocks.answers import Said
from bot.delivery.outbox import Outbox, Rank
from bot.delivery.slack_errors import FAILURES, GONE, NO_REPLY, SHARED, code_of, may_pass
from bot.parts import Parts
from bot.records import choices, idea_families, idea_queries
from bot.records.database import Database
from bot.records.tables import Idea, IdeaChange, Post
from jobs.refusals import AGAIN_AFTER, tell_admins, tell_admins_of_a_lost_card

log = logging.getLogger(__name__)

BETWEEN_DRAWINGS = timedelta(seconds=2)  # of one card, however many vote meanwhile
MOST_AT_ONCE = 25
NOT_NOW = "not now"  # instead of Slack's word for why it refused


async def put_card(session: AsyncSession, outbox: Outbox, idea: Idea, channel: str, country: str) -> None:
    """Have the card of an idea posted, and tell where it was made from a message."""
    said = blocks.card((await idea_queries.shown(session, [idea], country))[0])
    idea.drawn_version = idea.version
    await outbox.put(
        session,
        key=f"idea:{idea.id}",
        channel=channel,
        text=said.text,
        blocks=said.blocks,
        rank=Rank.CARD,
        fallback_user=idea.author,
    )


async def put_step(session: AsyncSession, outbox: Outbox, change: IdeaChange) -> None:
    """Tell a change in the threads of the cards that it concerns."""
    concerned = await idea_families.family_of(session, change.idea_id)
    cards = [idea for number in concerned if (idea := await idea_queries.get(session, number)) and idea.card_ts]
    other = await idea_queries.get(session, change.other_id) if change.other_id else None
    idea = await idea_queries.get(session, change.idea_id)
    assert idea is not None
    said = idea_news.step_in_thread(change, idea, other)
    for card in cards:
        key = f"idea-change:{change.id}:{card.id}"
        await outbox.put(
            session,
            key=key,
            channel=card.card_channel or "",
            thread_ts=card.card_ts,
            text=said.text,
            blocks=said.blocks,
            rank=Rank.CARD,
        )
    if other is not None and other.card_ts:
        said = idea_news.other_in_thread(change, idea)
        await outbox.put(
            session,
            key=f"idea-change:{change.id}:{other.id}",
            channel=other.card_channel or "",
            thread_ts=other.card_ts,
            text=said.text,
            blocks=said.blocks,
            rank=Rank.CARD,
        )


async def catch_up(parts: Parts) -> None:
    """Post the cards that are missing, note where new ones stand, and draw those that have something new to show."""
    database, country = parts.database, parts.settings.holidays_country
    async with database.read() as session:
        missing = list(await session.scalars(select(Idea).where(Idea.card_ts.is_(None)).order_by(Idea.id).limit(200)))
    if missing:
        await _post(database, parts.outbox, missing, country)
        await _note_places(database, parts.outbox, parts.slack, missing)
    await _draw(parts)


async def _post(database: Database, outbox: Outbox, missing: list[Idea], country: str) -> None:
    """Ideas that were submitted while no channel was chosen."""
    async with database.write() as session:
        channel = (await choices.every(session)).get("ideas_channel")
        if channel is None:
            return
        keys = {f"idea:{idea.id}" for idea in missing}
        known = set(await session.scalars(select(Post.key).where(Post.key.in_(keys))))
        for idea in missing:
            if idea.deleted_at is None and f"idea:{idea.id}" not in known:
                await put_card(session, outbox, await session.merge(idea), channel, country)
    outbox.wake()


async def _note_places(database: Database, outbox: Outbox, slack: AsyncWebClient, missing: list[Idea]) -> None:
    keys = {f"idea:{idea.id}": idea for idea in missing}
    async with database.read() as session:
        posts = list(await session.scalars(select(Post).where(Post.key.in_(keys), Post.ts.is_not(None))))
    for post in posts:
        try:
            found = await slack.chat_getPermalink(channel=post.posted_in or "", message_ts=post.ts or "")
        except FAILURES as error:
            log.warning("the card of post %s has no link yet: %s", post.id, type(error).__name__)
            continue
        idea = keys[post.key]
        async with database.write() as session:
            place = {"card_channel": post.posted_in, "card_ts": post.ts, "card_url": found["permalink"]}
            await session.execute(update(Idea).where(Idea.id == idea.id).values(**place))
            for change in await idea_queries.changes(session, idea.id):
                await put_step(session, outbox, change)
            await _link_back(session, outbox, idea, str(found["permalink"]))
    outbox.wake()


async def _link_back(session: AsyncSession, outbox: Outbox, idea: Idea, url: str) -> None:
    """Say below the message that it was made from what became of it."""
    if not idea.source or idea.deleted_at is not None:
        return
    said = blocks.from_message(idea, url)
    await outbox.put(
        session,
        key=f"idea-source:{idea.id}",
        channel=idea.source["channel"],
        thread_ts=idea.source["thread_ts"] or idea.source["ts"],
        text=said.text,
        blocks=said.blocks,
        rank=Rank.CARD,
    )


async def _draw(parts: Parts) -> None:
    due_since = parts.clock() - BETWEEN_DRAWINGS
    async with parts.database.read() as session:
        stale = select(Idea.id).where(Idea.card_ts.is_not(None), Idea.version > Idea.drawn_version, _rested(due_since))
        numbers = list(await session.scalars(stale.order_by(Idea.drawn_at, Idea.id).limit(MOST_AT_ONCE)))
    for number in numbers:
        if not await _draw_one(number, due_since, parts):
            return


async def _draw_one(number: int, due_since: datetime, parts: Parts) -> bool:
    """Bring one card up to date, unless another process does; False when Slack wants to be left alone."""
    async with parts.database.write() as session:
        claim = update(Idea).where(Idea.id == number, _rested(due_since)).values(drawn_at=parts.clock())
        if (await session.execute(claim.returning(Idea.id))).first() is None:
            return True
    async with parts.database.read() as session:
        idea = await session.get(Idea, number)
        assert idea is not None
        said = blocks.card((await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0])
    drawn = {"drawn_version": idea.version, "drawn_at": parts.clock()}
    why_not = await _bring_up_to_date(idea, said, parts)
    if why_not == NOT_NOW:
        log.warning("the card of idea %s waits", idea.id)
        return False
    if why_not in GONE:
        log.error("the card of idea %s is gone", idea.id)
        await tell_admins_of_a_lost_card(parts, idea)
    elif why_not is not None:
        log.error("the card of idea %s can't be drawn: %s", idea.id, why_not)
        await tell_admins(parts, idea.card_channel or "", why_not)
        drawn = {"drawn_at": parts.clock() + AGAIN_AFTER}
    async with parts.database.write() as session:
        await session.execute(update(Idea).where(Idea.id == idea.id).values(**drawn))
    return True


async def _bring_up_to_date(idea: Idea, said: Said, parts: Parts) -> str | None:
    """None once the card shows it; else why it doesn't."""
    channel = idea.card_channel or ""
    if idea.deleted_at is None:  # what was withdrawn has to go, whoever reads the card
        is_shared = await parts.people.is_shared(channel)
        if is_shared is not False:
            return SHARED if is_shared else NOT_NOW
    try:
        await parts.slack.chat_update(channel=channel, ts=idea.card_ts or "", text=said.text, blocks=said.blocks)
    except SlackApiError as error:
        return NOT_NOW if may_pass(error) else code_of(error)
    except NO_REPLY:
        return NOT_NOW
    return None


def _rested(since: datetime) -> ColumnElement[bool]:
    return Idea.drawn_at.is_(None) | (Idea.drawn_at <= since)

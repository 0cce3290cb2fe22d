"""The threads of cards, kept as comments: what is said, edited and deleted there."""

import logging
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.blocks.text import typed
from bot.delivery.inbox import BY_A_PERSON
from bot.parts import Parts
from bot.people import Unknown
from bot.records import idea_queries, ideas
from bot.records.roles import Roles
from bot.records.tables import Idea

log = logging.getLogger(__name__)

EDITED, DELETED = "message_changed", "message_deleted"
ONLY_A_FILE = "(a file)"


async def heard(event: dict[str, Any], context: AsyncBoltContext, parts: Parts, delivery_id: int | None) -> None:
    """Something happened in a channel; what is not below a card is forgotten at once."""
    subtype = event.get("subtype")
    message = event.get("message" if subtype == EDITED else "previous_message" if subtype == DELETED else "", event)
    idea = await _discussed(event["channel"], message, context.bot_user_id, parts)
    if idea is not None and (subtype in (EDITED, DELETED) or subtype in BY_A_PERSON):
        if is_deletion(event):
            await _deleted(idea, event["channel"], message, parts)
        else:
            await _said(idea, event["channel"], message, parts)
    # The inbox keeps no copy of what people say in channels: a comment is a row of its own, once for each message.
    await parts.inbox.release(delivery_id)


def is_deletion(event: dict[str, Any]) -> bool:
    """Whether a message has gone; one with replies leaves a tombstone above them."""
    return event.get("subtype") == DELETED or (event.get("message") or {}).get("subtype") == "tombstone"


async def _discussed(channel: str, message: dict[str, Any], bot_user: str | None, parts: Parts) -> Idea | None:
    """The idea below whose card a person wrote this."""
    thread_ts, ts = message.get("thread_ts"), message.get("ts")
    if not thread_ts or thread_ts == ts or message.get("bot_id") or message.get("user") in (None, bot_user):
        return None
    async with parts.database.read() as session:
        return await idea_queries.by_card(session, channel, thread_ts)


async def _said(idea: Idea, channel: str, message: dict[str, Any], parts: Parts) -> None:
    user, now = message["user"], parts.clock()
    is_response = idea.responded_at is None and await _speaks_for_us(idea, user, parts)
    async with parts.database.write() as session:
        await ideas.comment(
            session,
            idea.id,
            channel=channel,
            ts=message["ts"],
            user=user,
            text=typed(message.get("text") or "") or ONLY_A_FILE,
            edited_ts=(message.get("edited") or {}).get("ts") or "",
            now=now,
        )
        if is_response:
            await ideas.respond(session, idea.id, now)


async def _speaks_for_us(idea: Idea, user: str, parts: Parts) -> bool:
    """Whether this person's comment is a response: a manager's or the owner's, not the author's own."""
    if user == idea.author:
        return False
    try:
        return user == idea.owner or await parts.people.allowed(user, Roles.MANAGER)
    except Unknown:
        log.warning("a comment on idea %s may be its first response; Slack could not say who wrote it", idea.id)
        return False


async def _deleted(idea: Idea, channel: str, message: dict[str, Any], parts: Parts) -> None:
    async with parts.database.write() as session:
        await ideas.remove_comment(
            session, idea.id, channel=channel, ts=message["ts"], user=message["user"], now=parts.clock()
        )

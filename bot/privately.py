"""What one person alone is told: where they clicked or typed, or by direct message where Slack has no place for it."""

import logging
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.blocks.answers import Said
from bot.blocks.given_back import too_long
from bot.delivery.outbox import Rank
from bot.delivery.slack_errors import NO_REPLY
from bot.parts import Parts

log = logging.getLogger(__name__)


async def tell(
    said: Said,
    body: dict[str, Any],
    respond: AsyncRespond,
    parts: Parts,
    delivery_id: int | None,
    *,
    beside: bool = False,
) -> None:
    """Answer a click.

    Args:
        beside: a private line that was clicked in stays; else this takes its place.
    """
    container, message = body.get("container") or {}, body.get("message") or {}
    in_place = bool(container.get("is_ephemeral")) and not beside
    thread_ts = message.get("thread_ts") or container.get("thread_ts")
    if in_place or thread_ts == (message.get("ts") or container.get("message_ts")):
        thread_ts = None  # a card with replies: whoever clicks it in the channel doesn't look into its thread
    if body.get("response_url") and await is_shown(respond, said, in_place=in_place, thread_ts=thread_ts):
        return
    async with parts.database.write() as session:
        key = f"told:{delivery_id}"
        await parts.outbox.put(
            session, key=key, channel=body["user"]["id"], text=said.text, blocks=said.blocks, rank=Rank.ANSWER
        )
    parts.outbox.wake()


async def give_back(text: str, limit: int, body: dict[str, Any], parts: Parts) -> None:
    """Send what was typed after a command and is too long for its form, for Slack keeps no command."""
    async with parts.database.write() as session:
        for number, said in enumerate(too_long(text, limit)):
            key = f"typed:{body['trigger_id']}:{number}"
            await parts.outbox.put(session, key=key, channel=body["user_id"], text=said.text, blocks=said.blocks)
    parts.outbox.wake()


async def is_shown(respond: AsyncRespond, said: Said, *, in_place: bool, thread_ts: str | None = None) -> bool:
    """Show a private line through the response_url; False when Slack would not have it, as half an hour later."""
    try:
        reply = await respond(
            text=said.text,
            blocks=said.blocks,
            response_type="ephemeral",
            replace_original=in_place,
            thread_ts=thread_ts,
        )
    except NO_REPLY as error:
        log.warning("a private line could not be shown: %s", type(error).__name__)
        return False
    if reply.status_code != 200:
        log.warning("a private line was refused: HTTP %s", reply.status_code)
    return reply.status_code == 200

"""Messages, by where they are posted."""

from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.listeners import idea_comments, questions
from bot.parts import Parts


async def heard(
    event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, parts: Parts, delivery_id: int | None
) -> None:
    """A direct message is a question; in a channel, a message below the card of an idea is a comment."""
    if idea_comments.is_deletion(event):
        await questions.deleted(event, parts)
    if event.get("channel_type") == "im":
        assert delivery_id is not None
        ask = questions.changed if event.get("subtype") == idea_comments.EDITED else questions.messaged
        await ask(event, body, context, parts, delivery_id)
    else:
        await idea_comments.heard(event, context, parts, delivery_id)

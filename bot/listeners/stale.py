"""Buttons and forms that are no longer in use, and events that need no answer."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.blocks import kit
from bot.blocks.answers import plainly
from bot.parts import Parts
from bot.privately import tell

BUTTON = "That button is no longer in use. Ask again, or open my Home tab."
FORM = "That form is no longer in use. Open it again from my Home tab or with a command."


async def clicked(
    ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int | None
) -> None:
    await ack()
    await tell(plainly(BUTTON), body, respond, parts, delivery_id, beside=True)


async def chosen(
    ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int | None
) -> None:
    """A shortcut that an older manifest still names; Slack shows nothing of what it is acknowledged with."""
    await ack()
    await tell(plainly(_unknown(parts)), body, respond, parts, delivery_id, beside=True)


async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
    if body.get("type") == "view_submission":
        await ack(response_action="update", view=kit.notice("Frontline", FORM, "stale"))
    else:
        await ack()


async def asked(ack: AsyncAck, parts: Parts) -> None:
    """A command that an older manifest still names."""
    await ack(text=_unknown(parts))


async def happened(event: dict[str, Any]) -> None:
    """An event that nothing follows from."""


def _unknown(parts: Parts) -> str:
    return f"That is no longer in use. Type /{parts.settings.command_prefix}frontline help to see what there is."

"""Buttons and forms that are no longer in use, and events that need no answer."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.blocks import kit
from bot.parts import Parts

BUTTON = "That button is no longer in use. Ask again, or open my Home tab."
FORM = "That form is no longer in use. Open it again from my Home tab or with a command."


async def clicked(
    ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int | None
) -> None:
    await ack()
    await _tell(BUTTON, body, respond, parts, delivery_id)


async def chosen(
    ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int | None
) -> None:
    """A shortcut that an older manifest still names; Slack shows nothing of what it is acknowledged with."""
    await ack()
    await _tell(_unknown(parts), body, respond, parts, delivery_id)


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


async def _tell(text: str, body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int | None) -> None:
    """Privately where it was clicked; by direct message where Slack has no place for that."""
    if body.get("response_url"):
        await respond(text=text, response_type="ephemeral", replace_original=False)
        return
    async with parts.database.write() as session:
        await parts.outbox.put(session, key=f"stale:{delivery_id}", channel=body["user"]["id"], text=text)
    parts.outbox.wake()

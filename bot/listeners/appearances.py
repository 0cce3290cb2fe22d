"""How somebody wants to appear in thanks: shown, changed, and honoured at once."""

from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.blocks import wins as blocks
from bot.blocks.kit import View
from bot.listeners import home, modals
from bot.parts import Parts
from bot.people import Unknown
from bot.records import appearances
from bot.records.appearances import Appears

TITLE = "How I appear"


async def open_form(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """From Home, or from a message of thanks."""
    await ack()
    await show(body, body["user"]["id"], parts)


async def show(body: dict[str, Any], user: str, parts: Parts) -> None:
    await modals.show_then_fill(parts.slack, body, TITLE, "appearance", partial(_form, user, parts))


async def _form(user: str, parts: Parts) -> View:
    async with parts.database.read() as session:
        return blocks.appearance_form((await appearances.of(session, [user]))[user])


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the choice; cards that name this person are drawn anew."""
    user, form = body["user"]["id"], modals.answers(view)
    manager = form.get("manager") or None
    problem = await _problem_with(manager, user, parts) if manager else None
    if problem is None and form.get("appears") not in list(Appears):
        problem = {"appears": "Please choose one."}
    if problem is not None:
        await ack(response_action="errors", errors=problem)
        await parts.inbox.release(delivery_id)
        return
    appears, called = Appears(form["appears"]), (await parts.people.profile(user)).called
    async with parts.database.write() as session:
        await appearances.choose(
            session,
            user,
            appears,
            tell_me="tell_me" in modals.several(view, "tell_me"),
            manager=manager,
            called=called,
            now=parts.clock(),
        )
    await ack(response_action="update", view=blocks.appearance_saved(appears))
    await home.publish(parts, user)


async def _problem_with(manager: str, user: str, parts: Parts) -> dict[str, str] | None:
    if manager == user:
        return {"manager": "That is you. Choose somebody else, or nobody."}
    try:
        if await parts.people.is_outsider(manager):
            return {"manager": "Only a colleague with an open account can be told. Choose somebody else, or nobody."}
    except Unknown:
        return {"manager": "I could not check with Slack who this is. Please try again in a minute."}
    return None

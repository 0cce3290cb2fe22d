"""Thanks: giving them, adding to them, changing them and taking them back."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import kit
from bot.blocks import wins as blocks
from bot.blocks.answers import Said, plainly
from bot.blocks.kit import Block, View
from bot.blocks.text import number_in
from bot.coach import lacks
from bot.delivery.outbox import Rank
from bot.listeners import home, modals
from bot.parts import Parts
from bot.people import Unknown
from bot.privately import tell
from bot.records import choices, wins
from bot.records.stages import Stage
from bot.records.tables import Win
from bot.records.wins import CannotThank, Story
from jobs.win_cards import Scene, scene

NO_KUDOS_YET = "Press “Add my kudos” on the card first."
ON_THE_CARD = "It's on the card in a moment."
UNSURE = "I could not check with Slack who this is. Please try again in a minute; nothing that you wrote is lost."
NOT_THANKED = "Only somebody whom it thanks can take their name off it."


# Giving


async def form(people: Sequence[str], story: Story, about: Sequence[Block], giver: str, parts: Parts) -> View:
    """The form to give thanks in, with what is known already; doubt about the giver waits until it is sent."""
    if await _may_not(giver, parts) == blocks.EMPLOYEES:
        return blocks.refused(story)
    return blocks.form(parts.settings.values, people[: blocks.MOST_PEOPLE], story, about=about)


async def open_form(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """From the menu of shortcuts, a digest or Home."""
    await ack()
    make = partial(form, [], Story(deed=""), [], body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, blocks.GIVE, "win", make)


async def wrote(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Say what a reader would still ask, once the writer pauses."""
    await ack()
    typing, typed = await parts.live_forms.is_typed_out(body), modals.answers(body["view"])
    hint = lacks(typed.get("win_deed", ""), typed.get("win_effect", ""))
    changed = blocks.coached(body["view"], hint)
    if typing is not None and changed is not None:
        await parts.live_forms.redraw(body, typing, changed)


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the win and send the card and the messages, or the changes to them."""
    giver, people = body["user"]["id"], list(dict.fromkeys(modals.several(view, "win_people")))
    try:
        if await parts.people.is_outsider(giver):
            await ack(response_action="update", view=blocks.refused(_story(modals.answers(view), {})))
            return
        problems = await _problems_with(people, giver, parts)
        if not problems:
            shown = await _keep(giver, people, view, parts)
            await ack(response_action="update", view=shown)
            await home.publish(parts, giver)
            return
    except wins.RatherNot as refusal:
        problems = {"win_people": blocks.rather_not(await parts.people.names(refusal.users))}
    except wins.NotYourself as refusal:
        problems = {"win_people": str(refusal)}
    except CannotThank as refusal:
        problems = {"win_deed": str(refusal)}
    except Unknown:
        problems = {"win_people": UNSURE}
    await ack(response_action="errors", errors=problems)
    await parts.inbox.release(delivery_id)


async def _may_not(user: str, parts: Parts) -> str | None:
    """Why somebody can't give thanks, in words."""
    try:
        return blocks.EMPLOYEES if await parts.people.is_outsider(user) else None
    except Unknown:
        return UNSURE


async def _problems_with(people: Sequence[str], giver: str, parts: Parts) -> dict[str, str]:
    """What has to be corrected in the choice of people."""
    if not people:
        return {"win_people": "Please choose at least one colleague."}
    if len(people) > blocks.MOST_PEOPLE:
        return {"win_people": f"Please choose at most {blocks.MOST_PEOPLE} people, so that each of them feels it."}
    if not all(re.fullmatch(r"[UW][A-Z0-9]{1,30}", user) for user in people):
        return {"win_people": "Please choose people from the list."}
    if giver in people:
        raise wins.NotYourself
    are_outside = await asyncio.gather(*map(parts.people.is_outsider, people))
    outside = [user for user, is_outside in zip(people, are_outside, strict=True) if is_outside]
    return {"win_people": blocks.not_colleagues(await parts.people.names(outside))} if outside else {}


async def _keep(giver: str, people: Sequence[str], view: dict[str, Any], parts: Parts) -> View:
    """Write a new win or a change down, with all that is sent because of it; returns what the giver sees."""
    origin = _origin(view)
    story = _story(modals.answers(view), origin)
    names = dict(zip([giver, *people], await parts.people.names([giver, *people]), strict=True))
    async with parts.database.write() as session:
        chosen = await choices.every(session)
        channel = chosen.get("wins_channel")
        if origin.get("win"):
            win, added = await wins.edit(session, number_in(origin["win"]), giver, people, story, parts.clock())
            await _announce(await scene(session, win), added, None, names, session, parts)
            shown = blocks.saved()
        else:
            win, is_new = await wins.tell(
                session,
                key=f"view:{view['id']}",
                giver=giver,
                people=people,
                story=story,
                day=_today(chosen, parts),
                daily=parts.settings.daily_thanks,
                now=parts.clock(),
            )
            now = await scene(session, win)
            if is_new:
                await _announce(now, now.people, channel, names, session, parts)
            on_card = now.shown.people if now.shown else []
            only_told = [user for user in now.people if user not in on_card]
            shown = blocks.sent(channel, on_card, only_told, is_public=win.is_public)
    parts.outbox.wake()
    return shown


def _origin(view: dict[str, Any]) -> dict[str, Any]:
    """What the form was opened with."""
    try:
        origin = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return origin if isinstance(origin, dict) else {}


def _story(typed: dict[str, str], origin: dict[str, Any]) -> Story:
    value, stage = typed.get("win_value", ""), typed.get("win_stage", "")
    return Story(
        deed=typed.get("win_deed", "")[: blocks.DEED_LIMIT],
        effect=typed.get("win_effect", "")[: blocks.LIMIT],
        words=typed.get("win_words", "")[: blocks.WORDS_LIMIT],
        value=value[:60] or None,
        stage=stage if stage in list(Stage) else None,
        is_public=typed.get("win_visibility") == "public",
        quote=str(origin.get("quote") or ""),
        quote_of=str(origin["quote_of"])[:40] if origin.get("quote_of") else None,
        link=str(origin["link"])[:500] if origin.get("link") else None,
    )


def _today(chosen: dict[str, str], parts: Parts) -> date:
    return parts.clock().astimezone(ZoneInfo(chosen.get("time_zone", "UTC"))).date()


async def _announce(
    now: Scene, to: Sequence[str], channel: str | None, names: dict[str, str], session: AsyncSession, parts: Parts
) -> None:
    """Put the card and the messages to these people, and to their managers where they want that, in the outbox."""
    win = now.win

    async def put(key: str, where: str, said: Said, **how: Any) -> None:
        await parts.outbox.put(session, key=key, channel=where, text=said.text, blocks=said.blocks, **how)

    if now.shown and channel:
        card = blocks.card(now.shown, names)
        await put(wins.card_key(win.id), channel, card, rank=Rank.CARD, fallback_user=win.giver)
    for user in to:
        if now.choices[user].tell_me:
            await put(wins.told_key(win.id, user, user), user, now.thanks(user))
        if manager := now.manager_of(user):
            await put(wins.told_key(win.id, manager, user), manager, blocks.to_manager(now.told[user], user))


# Adding to a card


async def add_kudos(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """Count somebody's kudos once and offer a few words to go with it."""
    await ack()
    user, win_id = body["user"]["id"], number_in(action.get("value"))
    refusal, said = await _may_not(user, parts), None
    if refusal is None:
        try:
            async with parts.database.write() as session:
                is_new = await wins.add_kudos(session, win_id, user, parts.clock())
            said = blocks.added(win_id, is_new=is_new)
        except CannotThank as why_not:
            refusal = str(why_not)
    await tell(said or plainly(refusal or ""), body, respond, parts, delivery_id)


async def open_note(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show a box for a few words."""
    await ack()
    make = partial(_note_form, number_in(action.get("value")), body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Add a few words", "note_kudos", make)


async def _note_form(win_id: int, user: str, parts: Parts) -> View:
    async with parts.database.read() as session:
        note = await wins.note_of(session, win_id, user)
    if note is None:
        return kit.notice("Add a few words", NO_KUDOS_YET, "note_kudos")
    return blocks.note_form(win_id, note)


async def noted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the few words."""
    note = modals.answers(view).get("note", "")[: blocks.NOTE_LIMIT]
    try:
        async with parts.database.write() as session:
            is_kept = await wins.note(session, number_in(view.get("private_metadata")), body["user"]["id"], note)
        problem = None if is_kept else NO_KUDOS_YET
    except CannotThank as refusal:
        problem = str(refusal)
    if problem:
        await ack(response_action="errors", errors={"note": problem})  # the form keeps what was typed
        await parts.inbox.release(delivery_id)
        return
    await ack(response_action="update", view=kit.notice("Add a few words", ON_THE_CARD, "note_kudos"))


async def take_back_kudos(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """Remove kudos that somebody added."""
    await ack()
    async with parts.database.write() as session:
        is_taken = await wins.take_back(session, number_in(action.get("value")), body["user"]["id"])
    text = "Your kudos is taken back." if is_taken else "There is no kudos of yours on that card."
    await tell(plainly(text), body, respond, parts, delivery_id)


# Changing and taking back


async def more(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open what was chosen from ⋯ on a card or in Home, or by the button of somebody who is thanked."""
    await ack()
    what, _, win_id = (action.get("selected_option") or {}).get("value", f"hide:{action.get('value')}").partition(":")
    make = partial(FORMS.get(what, _change_form), number_in(win_id), body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, blocks.GIVE, "win", make)


async def _change_form(win_id: int, user: str, parts: Parts) -> View:
    win, people = await _mine(win_id, user, parts)
    if isinstance(win, str):
        return kit.notice(blocks.GIVE, win, "win")
    story = Story(**{name: getattr(win, name) for name in Story.__dataclass_fields__})
    return blocks.form(parts.settings.values, people, story, win_id=win_id)


async def _withdraw_form(win_id: int, user: str, parts: Parts) -> View:
    win, _ = await _mine(win_id, user, parts)
    return kit.notice(blocks.GIVE, win, "win") if isinstance(win, str) else blocks.ask_to_withdraw(win_id)


async def _hide_form(win_id: int, user: str, parts: Parts) -> View:
    async with parts.database.read() as session:
        people = await wins.people(session, win_id)
    return blocks.ask_to_hide(win_id) if user in people else kit.notice(blocks.GIVE, NOT_THANKED, "win")


FORMS: dict[str, Callable[[int, str, Parts], Any]] = {
    "change": _change_form,
    "withdraw": _withdraw_form,
    "hide": _hide_form,
}


async def _mine(win_id: int, user: str, parts: Parts) -> tuple[Win | str, list[str]]:
    """A win that this person may change and whom it thanks, or why they may not."""
    async with parts.database.read() as session:
        win = await wins.get(session, win_id)
        people = await wins.people(session, win_id)
    if win is None or win.withdrawn_at is not None:
        return str(wins.Gone()), []
    return (win, people) if win.giver == user else (str(wins.NotYours()), [])


async def withdrawn(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts) -> None:
    """Take a win back; what waits to be posted is never seen."""
    user, win_id = body["user"]["id"], number_in(view.get("private_metadata"))
    try:
        async with parts.database.write() as session:
            await wins.withdraw(session, win_id, user, parts.clock())
            for post in await wins.posted(session, win_id):
                await parts.outbox.call_off(session, post.key)
        shown = blocks.saved(was_taken_back=True)
    except CannotThank as refusal:
        shown = kit.notice(blocks.GIVE, str(refusal), "win")
    await ack(response_action="update", view=shown)
    await home.publish(parts, user)


async def hidden(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts) -> None:
    """Take somebody's name off a win that thanks them."""
    user = body["user"]["id"]
    called = (await parts.people.profile(user)).called
    async with parts.database.write() as session:
        is_done = await wins.hide(session, number_in(view.get("private_metadata")), user, called, parts.clock())
    await ack(
        response_action="update", view=blocks.hidden() if is_done else kit.notice(blocks.GIVE, NOT_THANKED, "win")
    )

"""Suggesting an idea, with similar ones shown while it is typed, and voting."""

import json
import logging
import re
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import idea_lists, kit
from bot.blocks import ideas as blocks
from bot.blocks.answers import plainly
from bot.blocks.given_back import CUT_SHORT
from bot.blocks.ideas import Draft
from bot.blocks.text import number_in, typed
from bot.delivery.slack_errors import FAILURES
from bot.listeners import modals
from bot.parts import Parts
from bot.people import Unknown
from bot.privately import give_back, tell
from bot.records import audit, choices, idea_families, idea_queries, ideas
from bot.records.idea_queries import Shown
from bot.records.ideas import CannotChange
from bot.records.roles import Roles
from bot.records.stages import Stage
from bot.records.tables import Idea, IdeaChange
from bot.records.working_days import add_working_days
from jobs.idea_cards import put_card, put_step

log = logging.getLogger(__name__)

MOST_SIMILAR = 3
MOST_TAGS = 5
SHORTEST = 8  # characters, before anything can be similar
CAN_WAIT = (SQLAlchemyError, *FAILURES)


# The form


async def commanded(ack: AsyncAck, body: dict[str, Any], command: dict[str, Any], parts: Parts) -> None:
    """/idea: open the form with what was typed as its title, or as the text when it is too long for one.

    What is too long even for that goes back to whoever typed it, for Slack keeps no command.
    """
    await ack()
    text = typed(command.get("text") or "")
    draft = Draft(title=text) if len(text) <= blocks.TITLE_LIMIT else blocks.begun(text)
    await _open(body, draft, parts)
    if draft.is_cut:
        await give_back(text, blocks.TEXT_LIMIT, body, parts)


async def shortcut(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Open the form from anywhere."""
    await ack()
    await _open(body, Draft(), parts)


async def from_message(ack: AsyncAck, body: dict[str, Any], shortcut: dict[str, Any], parts: Parts) -> None:
    """Open the form with what a message says, and remember where it stands."""
    await ack()
    message, channel = shortcut.get("message") or {}, (shortcut.get("channel") or {}).get("id") or ""
    place = {"channel": channel, "ts": message.get("ts") or "", "thread_ts": message.get("thread_ts") or ""}
    draft = blocks.begun(typed(message.get("text") or ""))
    await _open(body, draft, parts, json.dumps(place))


async def open_form(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Open the form from Home."""
    await ack()
    await _open(body, Draft(), parts)


async def _open(body: dict[str, Any], draft: Draft, parts: Parts, place: str = "") -> None:
    """Slack waits three seconds for a form, so it is there before we ask who somebody is; an outsider then hears it."""
    view_id = await modals.show(parts.slack, body, blocks.form(draft, place=place))
    if await why_not(body["user_id"] if "command" in body else body["user"]["id"], parts) == blocks.OUTSIDER:
        await modals.fill(parts.slack, view_id, blocks.refused(draft))


async def look_for_similar(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Show ideas that mean the same while somebody types. Only a courtesy, so nothing that fails here is told."""
    await ack()
    view, user = body["view"], body["user"]["id"]
    typing = await parts.live_forms.is_typed_out(body)
    if typing is None:
        return
    draft = drafted(view)
    try:
        found = await _similar(f"{draft.title}\n{draft.text}".strip(), user, parts)
        await parts.live_forms.redraw(body, typing, blocks.form(draft, found, view.get("private_metadata") or ""))
    except CAN_WAIT as error:
        log.warning("no similar ideas were shown: %s", type(error).__name__)


async def _similar(text: str, user: str, parts: Parts) -> list[tuple[Shown, bool]]:
    if len(text) < SHORTEST or await why_not(user, parts) is not None:
        return []
    near = [number for number, _ in await parts.similar.to(text, count=2 * MOST_SIMILAR) or ()]
    async with parts.database.read() as session:
        found = (await idea_families.roots(session, near))[:MOST_SIMILAR]
        shown = await idea_queries.shown(session, found, parts.settings.holidays_country)
        mine = await idea_families.voted(session, [idea.id for idea in found], user)
    return [(one, one.idea.id in mine) for one in shown]


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the idea, and have its card posted."""
    user, draft = body["user"]["id"], drafted(view)
    refusal = await why_not(user, parts)
    if refusal == blocks.OUTSIDER:
        await ack(response_action="update", view=blocks.refused(draft))
        return
    problems = {"idea_text": refusal} if refusal else problems_in(draft)
    if problems:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    parts.live_forms.forget(view["id"])
    source = await _source(view, parts)
    async with parts.database.write() as session:
        chosen = await choices.every(session)
        today = parts.clock().astimezone(await choices.zone(session)).date()
        days, country = parts.settings.first_response_days, parts.settings.holidays_country
        idea, is_new = await ideas.submit(
            session,
            key=f"view:{view['id']}",
            author=user,
            **words_of(draft),
            source=source,
            respond_by=add_working_days(today, days, country),
            now=parts.clock(),
        )
        channel = chosen.get("ideas_channel")
        if is_new and channel:
            await put_card(session, parts.outbox, idea, channel, country)
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.submitted(idea, channel))


async def _source(view: dict[str, Any], parts: Parts) -> dict[str, Any] | None:
    """The message that it was made from, with a link to it where Slack gives one."""
    try:
        place = json.loads(view.get("private_metadata") or "null")
        source = {name: str(place[name]) for name in ("channel", "ts", "thread_ts")}
    except (ValueError, TypeError, KeyError):
        return None
    try:
        link = await parts.slack.chat_getPermalink(channel=source["channel"], message_ts=source["ts"])
        return {**source, "url": link["permalink"]}
    except FAILURES:
        return {**source, "url": None}


# Voting instead


async def vote_instead(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Vote for an idea that is there already, and keep what was typed for the way back."""
    await ack()
    view, user = body["view"], body["user"]["id"]
    parts.live_forms.forget(view["id"])
    form = {**asdict(drafted(view)), "place": view.get("private_metadata") or ""}
    async with parts.database.write() as session:
        await ideas.save_draft(session, view["id"], user, form, parts.clock())
    refusal = await why_not(user, parts)
    if refusal is not None:
        await modals.fill(parts.slack, view["id"], blocks.not_voted(refusal))
        return
    try:
        shown, _ = await _cast(action.get("value"), user, parts)
    except CannotChange as problem:
        await modals.fill(parts.slack, view["id"], blocks.not_voted(str(problem)))
        return
    await modals.fill(parts.slack, view["id"], blocks.voted_instead(shown))


async def back_to_idea(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """The form again, with what was typed."""
    await ack()
    await _restore(body, parts)


async def take_back_instead(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """The vote was a mistake: take it back, and show the form again."""
    await ack()
    with suppress(CannotChange):  # the idea was withdrawn, and the vote with it
        async with parts.database.write() as session:
            await ideas.take_back(session, number_in(action.get("value")), body["user"]["id"])
    await _restore(body, parts)


async def _restore(body: dict[str, Any], parts: Parts) -> None:
    view_id, user = body["view"]["id"], body["user"]["id"]
    async with parts.database.read() as session:
        form = await ideas.draft(session, view_id, user)
    place = form.pop("place", "")
    draft = Draft(**form)
    found = await _similar(f"{draft.title}\n{draft.text}".strip(), user, parts)
    parts.live_forms.forget(view_id)
    await modals.fill(parts.slack, view_id, blocks.form(draft, found, place))


# Voting


async def vote(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """One vote a person, told to them privately."""
    await ack()
    user = body["user"]["id"]
    refusal = await why_not(user, parts)
    if refusal is not None:
        await tell(plainly(refusal), body, respond, parts, delivery_id)
        return
    try:
        shown, is_new = await _cast(action.get("value"), user, parts)
    except CannotChange as problem:
        await tell(plainly(str(problem)), body, respond, parts, delivery_id)
        return
    await tell(blocks.voted(shown, is_new=is_new), body, respond, parts, delivery_id)


async def take_back(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """Take a vote back, told privately."""
    await ack()
    try:
        async with parts.database.write() as session:
            idea, was_there = await ideas.take_back(session, number_in(action.get("value")), body["user"]["id"])
            shown = (await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0]
    except CannotChange as problem:
        await tell(plainly(str(problem)), body, respond, parts, delivery_id)
        return
    await tell(blocks.taken_back(shown, was_there=was_there), body, respond, parts, delivery_id)


async def _cast(value: Any, user: str, parts: Parts) -> tuple[Shown, bool]:
    async with parts.database.write() as session:
        idea, is_new = await ideas.vote(session, number_in(value), user, parts.clock())
        shown = (await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0]
    return shown, is_new


async def open_customer(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open the form for a vote on behalf of customers."""
    await ack()

    async def make() -> kit.View:
        refusal = await why_not(body["user"]["id"], parts)
        idea = await find(action.get("value"), parts)
        if refusal or idea is None:
            return kit.notice("For a customer", refusal or blocks.GONE, "idea_refused")
        return blocks.customer_form(idea)

    await modals.show_then_fill(parts.slack, body, "For a customer", "idea_customer_loading", make)


async def customer_submitted(
    ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int
) -> None:
    """Keep what was said for customers."""
    user, form = body["user"]["id"], modals.answers(view)
    refusal = await why_not(user, parts)
    problems = {"customer": refusal} if refusal else _customer_problems(form)
    if not problems:
        try:
            async with parts.database.write() as session:
                idea, _ = await ideas.speak_for(
                    session,
                    key=f"view:{view['id']}",
                    idea_id=number_in(view.get("private_metadata")),
                    user=user,
                    customer=" ".join(form["customer"].split())[:200],
                    customers=int(form["customers"]),
                    note=form["note"][: blocks.NOTE_LIMIT],
                    now=parts.clock(),
                )
                shown = (await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0]
        except CannotChange as problem:
            problems = {"customer": str(problem)}  # in the form, which keeps what was typed
    if problems:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    await ack(response_action="update", view=blocks.customer_added(shown))


def _customer_problems(form: dict[str, str]) -> dict[str, str]:
    problems = {}
    if not re.search(r"\w", form.get("customer", "")):
        problems["customer"] = "Please name the customer, or say which ones."
    count = form.get("customers", "")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= 1_000_000):
        problems["customers"] = "Please give a whole number from 1 to 1,000,000."
    if not re.search(r"\w", form.get("note", "")):
        problems["note"] = "Please say what they said; it is the evidence."
    return problems


# Home


async def for_home(user: str, parts: Parts) -> list[kit.Block]:
    """The sections about ideas in somebody's Home."""
    async with parts.database.read() as session:
        mine, all_mine = await idea_queries.listed(session, idea_queries.Wanted(order="newest", author=user), limit=5)
        wanted, all_wanted = await idea_queries.listed(session, idea_queries.Wanted(), limit=5)
        every = {idea.id: idea for idea in (*mine, *wanted)}
        shown = await idea_queries.shown(session, list(every.values()), parts.settings.holidays_country)
        voted = await idea_families.voted(session, list(every), user)
    rows = {one.idea.id: idea_lists.Row(one, one.idea.id in voted) for one in shown}
    own, others = ([rows[idea.id] for idea in some] for some in (mine, wanted))
    return idea_lists.home(own, others, all_mine, all_wanted)


# Shared with the other listeners of ideas


def drafted(view: dict[str, Any]) -> Draft:
    """What is in the form."""
    form = modals.answers(view)
    title, text, stage, tags = (form.get(name, "") for name in ("idea_title", "idea_text", "stage", "tags"))
    return Draft(title, text, stage, tags, is_cut=any(block["block_id"] == CUT_SHORT for block in view["blocks"]))


def problems_in(draft: Draft) -> dict[str, str]:
    """What has to be corrected, by block."""
    problems = {}
    if not re.search(r"\w", draft.title):
        problems["idea_title"] = "Please give it a title in words."
    if not re.search(r"\w", draft.text):
        problems["idea_text"] = "Please say in words what should change, and why."
    if draft.stage and draft.stage not in list(Stage):
        problems["stage"] = "Please choose one of the stages."
    return problems


def words_of(draft: Draft) -> dict[str, Any]:
    """What an idea keeps of the form."""
    title, stage = " ".join(draft.title.split()), draft.stage or None
    return {"title": title, "text": draft.text, "stage": stage, "tags": _tags(draft.tags)}


def _tags(text: str) -> list[str]:
    """`Billing, #My App` → billing, my-app"""
    tags = (re.sub(r"\s+", "-", part.strip().lstrip("#").strip().lower())[:30] for part in re.split(r"[,;\n]", text))
    return list(dict.fromkeys(tag for tag in tags if re.search(r"\w", tag)))[:MOST_TAGS]


async def why_not(user: str, parts: Parts) -> str | None:
    """Why this person takes no part in ideas, in words; None when they do."""
    try:
        return blocks.OUTSIDER if await parts.people.is_outsider(user) else None
    except Unknown:
        return blocks.UNSURE


async def find(value: Any, parts: Parts) -> Idea | None:
    """The idea that a button names, unless it was withdrawn."""
    async with parts.database.read() as session:
        idea = await idea_queries.get(session, number_in(value))
    return idea if idea is not None and idea.deleted_at is None else None


async def denied(user: str, action: str, idea_id: int, parts: Parts) -> str | None:
    """What somebody who is no manager is told, their attempt written down."""
    try:
        if await parts.people.allowed(user, Roles.MANAGER):
            return None
    except Unknown:
        return blocks.UNSURE
    async with parts.database.write() as session:
        await audit.note(session, user, f"{action}_idea", f"idea {idea_id}", parts.clock(), allowed=False)
    return blocks.not_manager(parts.settings.command_prefix)


async def noted(
    session: AsyncSession,
    user: str,
    action: str,
    idea_id: int,
    change: IdeaChange | None,
    parts: Parts,
    **detail: Any,
) -> Shown:
    """A change on record and told in the threads; the idea as it is now."""
    await audit.note(session, user, f"{action}_idea", f"idea {idea_id}", parts.clock(), **detail)
    if change is not None:
        await put_step(session, parts.outbox, change)
    idea = await idea_queries.get(session, idea_id)
    assert idea is not None
    return (await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0]

"""An idea's details, and what managers and its author do with it: decide, merge, undo, withdraw."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any, TypedDict

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import idea_news, kit
from bot.blocks import ideas as blocks
from bot.blocks.answers import plainly
from bot.blocks.ideas import May
from bot.blocks.text import number_in
from bot.listeners import home, idea_lists, modals
from bot.listeners.ideas import denied, drafted, find, noted, problems_in, why_not, words_of
from bot.parts import Parts
from bot.privately import tell
from bot.records import idea_families, idea_queries, ideas, mutes
from bot.records.ideas import DECISIONS, CannotChange, Status
from bot.records.roles import Roles
from bot.records.tables import Idea

MOST_OFFERED = 30  # ideas to merge into


class Place(TypedDict):
    """What a window is about, and the windows below it that show the same: view id to callback id, deepest first."""

    idea: int
    below: dict[str, str]


# Details


async def open_details(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show all there is to know about an idea."""
    await ack()
    make = partial(_details, _place(action.get("value"), body), body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Idea", "idea_details", make)


async def _details(place: Place, user: str, parts: Parts) -> kit.View:
    refusal = await why_not(user, parts)
    idea = await find(place["idea"], parts)
    if refusal or idea is None:
        return kit.notice("Idea", refusal or blocks.GONE, "idea_refused")
    is_manager = await parts.people.allowed(user, Roles.MANAGER)
    async with parts.database.read() as session:
        shown = (await idea_queries.shown(session, [idea], parts.settings.holidays_country))[0]
        evidence = await idea_queries.evidence(session, idea.id)
        said = await idea_queries.comments(session, idea.id)
        changes = await idea_queries.changes(session, idea.id)
        family = [await idea_queries.get(session, number) for number in await idea_families.family_of(session, idea.id)]
        has_voted = bool(await idea_families.voted(session, [idea.id], user))
    may = May(
        decide=is_manager,
        edit=idea.author == user and idea.status == Status.OPEN,
        withdraw=is_manager or idea.author == user,
        remove=frozenset(one.id for one in evidence if is_manager or one.user == user),
    )
    merged = [one for one in family if one is not None and one.id != idea.id]
    return blocks.details(shown, evidence, said, changes, merged, may, json.dumps(place), has_voted=has_voted)


async def remove_evidence(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Take back what was said for a customer."""
    await ack()
    user = body["user"]["id"]
    is_manager = await parts.people.allowed(user, Roles.MANAGER)
    async with parts.database.write() as session:
        await ideas.remove_evidence(session, number_in(action.get("value")), user, is_manager=is_manager)
    await _show_again(body, parts)


async def _show_again(body: dict[str, Any], parts: Parts) -> None:
    """The details that were clicked in, as they are now, and what lies below."""
    view, user = body["view"], body["user"]["id"]
    await modals.fill(parts.slack, view["id"], await _details(_kept_place(view), user, parts))
    await _show_below(view, user, parts)


async def _show_below(view: dict[str, Any], user: str, parts: Parts) -> None:
    """The windows below, as they are now."""
    place = _kept_place(view)
    below: dict[str, str] = {}
    for view_id, callback_id in place["below"].items():
        if view_id == view["id"]:  # there was no room above it, so it is this one that the click was in
            continue
        if callback_id == "ideas_triage":
            shown = await idea_lists.triage(user, parts)
        else:
            shown = await _details({"idea": place["idea"], "below": dict(below)}, user, parts)
        await modals.fill(parts.slack, view_id, shown)
        below[view_id] = callback_id


def _place(number: Any, body: dict[str, Any]) -> Place:
    """For a window that is about to be opened by a click."""
    view = body.get("view") or {}
    below = _kept_place(view)["below"] if view.get("callback_id") == "idea_details" else {}
    if view.get("callback_id") in ("idea_details", "ideas_triage"):
        below = {**below, view["id"]: view["callback_id"]}
    return {"idea": number_in(number), "below": below}


def _kept_place(view: dict[str, Any]) -> Place:
    found = json.loads(view.get("private_metadata") or "{}")
    return {"idea": number_in(found.get("idea")), "below": dict(found.get("below") or {})}


# Deciding


async def open_decide(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open the form with status, reason, owner and due date."""
    await ack()
    number, _, suggested = str(action.get("value") or "").partition(":")
    place = _place(number, body)
    fill = partial(_decide_form, place=place, suggested_owner=suggested or None)
    make = partial(_for_managers, "decide", place["idea"], body["user"]["id"], parts, fill)
    await modals.show_then_fill(parts.slack, body, "Decide", "idea_loading", make)


async def _decide_form(idea: Idea, parts: Parts, place: Place, suggested_owner: str | None) -> kit.View:
    if idea.merged_into is not None:
        return kit.notice("Decide", str(ideas.IsMerged()), "idea_refused")
    return blocks.decide_form(idea, json.dumps(place), suggested_owner)


async def decided(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the decision, and tell it."""
    user, form = body["user"]["id"], modals.answers(view)
    idea_id = _kept_place(view)["idea"]
    refusal = await denied(user, "decide", idea_id, parts)
    problems = {"reason": refusal} if refusal else _decision_problems(form)
    if not problems and form.get("owner") and await why_not(form["owner"], parts):
        problems = {"owner": "Only a colleague with an open account can own an idea."}
    if not problems:
        try:
            async with parts.database.write() as session:
                change = await ideas.decide(
                    session,
                    f"view:{view['id']}",
                    idea_id,
                    user,
                    form["status"],
                    form.get("reason", "")[: blocks.REASON_LIMIT],
                    parts.clock(),
                    owner=form.get("owner") or None,
                    due=date.fromisoformat(form["due"]) if form.get("due") else None,
                )
                detail = {name: form.get(name) for name in ("status", "owner", "due")}
                shown = await noted(session, user, "decide", idea_id, change, parts, **detail)
        except CannotChange as problem:
            problems = {"reason": str(problem)}  # in the form, which keeps what was typed
    if problems:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.decided(shown, is_news=change is not None))
    await _show_below(view, user, parts)


def _decision_problems(form: dict[str, str]) -> dict[str, str]:
    problems = {}
    if form.get("status") not in list(DECISIONS):
        problems["status"] = "Please choose a status."
    if form.get("status") == Status.DECLINED and not re.search(r"\w", form.get("reason", "")):
        problems["reason"] = str(ideas.ReasonNeeded())
    if form.get("due") and not re.fullmatch(r"\d{4}-\d\d-\d\d", form["due"]):
        problems["due"] = "Please choose a date."
    return problems


# Rewording


async def open_edit(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open the form with the idea's words, for its author."""
    await ack()
    make = partial(_edit_form, action.get("value"), body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Edit the idea", "idea_loading", make)


async def _edit_form(value: Any, user: str, parts: Parts) -> kit.View:
    refusal, idea = await why_not(user, parts), await find(value, parts)
    if refusal is None and idea is not None and idea.author != user:
        refusal = str(ideas.NotYours())
    if refusal is None and idea is not None and idea.status != Status.OPEN:
        refusal = str(ideas.NotOpen(idea.status))
    if refusal or idea is None:
        return kit.notice("Edit the idea", refusal or blocks.GONE, "idea_refused")
    return blocks.edit_form(idea)


async def edited(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep the new words; the card and its thread follow."""
    user, draft, idea_id = body["user"]["id"], drafted(view), number_in(view.get("private_metadata"))
    refusal = await why_not(user, parts)
    problems = {"idea_title": refusal} if refusal else problems_in(draft)
    if not problems:
        try:
            async with parts.database.write() as session:
                change = await ideas.edit(
                    session, f"view:{view['id']}", idea_id, user, **words_of(draft), now=parts.clock()
                )
                shown = await noted(session, user, "edit", idea_id, change, parts)
        except CannotChange as problem:
            problems = {"idea_title": str(problem)}
    if problems:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.edited(shown, is_news=change is not None))


# Merging


async def open_merge(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open the form with the ideas that this one is most like."""
    await ack()
    place = _place(action.get("value"), body)
    fill = partial(_merge_form, place=place)
    make = partial(_for_managers, "merge", place["idea"], body["user"]["id"], parts, fill)
    await modals.show_then_fill(parts.slack, body, "Merge", "idea_loading", make)


async def _merge_form(idea: Idea, parts: Parts, place: Place) -> kit.View:
    near = [number for number, _ in await parts.similar.to_idea(idea.id, count=MOST_OFFERED, floor=-1)]
    async with parts.database.read() as session:
        family = await idea_families.family_of(session, idea.id)
        others = [one for one in await idea_families.roots(session, near) if one.id not in family]
        shown = await idea_queries.shown(session, others, parts.settings.holidays_country)
    return blocks.merge_form(idea, shown, json.dumps(place))


async def merged(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Merge, and tell it."""
    user, form = body["user"]["id"], modals.answers(view)
    idea_id, into_id = _kept_place(view)["idea"], number_in(form.get("number") or form.get("into"))
    problem = await denied(user, "merge", idea_id, parts)
    field = "number" if form.get("number") or "into" not in form else "into"
    into = await find(into_id, parts)
    unknown = blocks.GONE if form.get("number") else "Please choose an idea, or give its number."
    if problem is None and into is not None:
        try:
            async with parts.database.write() as session:
                change = await ideas.merge(session, f"view:{view['id']}", idea_id, into_id, user, parts.clock())
                shown = await noted(session, user, "merge", idea_id, change, parts, into=into_id)
        except CannotChange as refusal:
            problem = str(refusal)
    if problem is not None or into is None:
        await ack(response_action="errors", errors={field: problem or unknown})
        await parts.inbox.release(delivery_id)
        return
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.merged(shown.idea, shown.into or into))
    await _show_below(view, user, parts)


async def unmerge(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Undo a merge, and tell it."""
    await ack()
    verb = partial(_undo, f"click:{delivery_id}", number_in(action.get("value")), body["user"]["id"], parts)
    await _do_in_details("unmerge", action, body, parts, verb)


async def _undo(key: str, idea_id: int, user: str, parts: Parts, session: AsyncSession) -> None:
    change = await ideas.unmerge(session, key, idea_id, user, parts.clock())
    await noted(session, user, "unmerge", idea_id, change, parts)


async def withdraw(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Erase an idea, for its author or a manager."""
    await ack()
    verb = partial(_erase, f"click:{delivery_id}", number_in(action.get("value")), body["user"]["id"], parts)
    await _do_in_details("withdraw", action, body, parts, verb)


async def _erase(key: str, idea_id: int, user: str, parts: Parts, session: AsyncSession) -> None:
    change = await ideas.withdraw(session, key, idea_id, user, parts.clock())
    if change is not None:
        await noted(session, user, "withdraw", idea_id, change, parts)


async def _do_in_details(
    action_name: str,
    action: dict[str, Any],
    body: dict[str, Any],
    parts: Parts,
    verb: Callable[[AsyncSession], Awaitable[None]],
) -> None:
    """Do something that was clicked in the details, for whoever may, and show them as they are then."""
    user, idea_id = body["user"]["id"], number_in(action.get("value"))
    idea = await find(idea_id, parts)
    is_own = action_name == "withdraw" and idea is not None and idea.author == user
    refusal = (await why_not(user, parts)) if is_own else await denied(user, action_name, idea_id, parts)
    if refusal is None:
        try:
            async with parts.database.write() as session:
                await verb(session)
        except CannotChange as problem:
            refusal = str(problem)
    parts.outbox.wake()
    if refusal is not None:
        await modals.fill(parts.slack, body["view"]["id"], kit.notice("Idea", refusal, "idea_refused"))
        return
    await _show_again(body, parts)


async def _for_managers(
    action: str, value: Any, user: str, parts: Parts, make: Callable[[Idea, Parts], Awaitable[kit.View]]
) -> kit.View:
    title = action.capitalize()
    idea = await find(value, parts)
    refusal = await denied(user, action, number_in(value), parts)
    if refusal or idea is None:
        return kit.notice(title, refusal or blocks.GONE, "idea_refused")
    return await make(idea, parts)


# Who wants no news


async def mute(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """No more news of one idea, or of any."""
    await ack()
    await _mute(action, body, respond, parts, delivery_id, is_muted=True)


async def unmute(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """News again."""
    await ack()
    await _mute(action, body, respond, parts, delivery_id, is_muted=False)


async def _mute(
    action: dict[str, Any],
    body: dict[str, Any],
    respond: AsyncRespond,
    parts: Parts,
    delivery_id: int,
    *,
    is_muted: bool,
) -> None:
    topic, user = str(action.get("value") or ""), body["user"]["id"]
    if not re.fullmatch(r"ideas|idea:[0-9]{1,9}", topic):
        await tell(plainly(blocks.GONE), body, respond, parts, delivery_id)
        return
    async with parts.database.write() as session:
        if is_muted:
            await mutes.mute(session, user, topic, parts.clock())
        else:
            await mutes.unmute(session, user, topic)
    if (body.get("view") or {}).get("type") == "home":
        await home.publish(parts, user)  # which shows the setting
        return
    await tell(idea_news.muted(topic, is_muted=is_muted), body, respond, parts, delivery_id)

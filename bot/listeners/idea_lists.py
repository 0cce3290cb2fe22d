"""/ideas: finding ideas, and for managers what waits for a response and the file for a spreadsheet."""

import json
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.blocks import idea_lists as blocks
from bot.blocks import kit
from bot.blocks.idea_lists import ANY, PAGE, Choice, Row, Waiting
from bot.blocks.text import number_in, typed
from bot.delivery.slack_errors import NO_REPLY, code_of
from bot.listeners import home, modals
from bot.listeners.ideas import denied, noted, why_not
from bot.listeners.questions import whom_to_ask
from bot.parts import Parts
from bot.records import choices, idea_families, idea_queries, ideas
from bot.records.idea_queries import Shown, Wanted
from bot.records.ideas import CannotChange, Status
from bot.records.roles import Roles
from bot.records.similar import MUCH_LIKE
from bot.records.stages import Stage
from bot.records.working_days import working_days_between

TITLE = "Ideas"
CHOSEN = ("list_order", "list_status", "list_stage", "list_page", "list_next")
VOTED = ("vote_in_list", "take_back_in_list", "vote_in_home", "take_back_in_home")
NAMES = ("status", "stage", "tag")
MOST_FOUND = 60  # by meaning
MOST_GROUPS = 8  # of waiting ideas at once
MOST_ALIKE = 10


# Finding


async def commanded(ack: AsyncAck, body: dict[str, Any], command: dict[str, Any], parts: Parts) -> None:
    """/ideas, and what to find."""
    await ack()
    text, user = typed(command.get("text") or ""), command["user_id"]
    if text.lower() == "triage":
        await modals.show_then_fill(parts.slack, body, "Waiting", "ideas_triage", partial(triage, user, parts))
    elif text.lower() == "export":
        await modals.show_then_fill(parts.slack, body, "Export", "ideas_exported", partial(_export, user, parts))
    else:
        make = partial(_page, user, _asked_for(text), parts)
        await modals.show_then_fill(parts.slack, body, TITLE, "ideas", make)


async def open_list(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """All ideas, from Home."""
    await ack()
    make = partial(_page, body["user"]["id"], Choice(), parts)
    await modals.show_then_fill(parts.slack, body, TITLE, "ideas", make)


def _asked_for(text: str) -> Choice:
    """`newest #billing refunds by text` → newest first, tagged billing, about refunds by text

    A status or stage counts as one by itself (`planned`) or after its name (`stage support`); in a search, where
    `support` may well be what it is about, only after its name.
    """
    choice, before = Choice(), ""
    words: list[str] = []
    is_search = any(not _is_filter(word) for word in text.lower().split())
    for word in text.split():
        low = word.lower()
        if low in blocks.ORDERS and not words:
            choice = choice.first_page(order=low)
        elif low in list(Status) and (before == "status" or not is_search):
            choice = choice.first_page(status=low)
        elif low in list(Stage) and (before == "stage" or not is_search):
            choice = choice.first_page(stage=low)
        elif low.startswith("#") and len(low) > 1:
            choice = choice.first_page(tag=low[1:31])
        elif low not in NAMES:
            words.append(word)
        before = low
    return choice.first_page(query=" ".join(words)[: blocks.QUERY_LIMIT])


def _is_filter(low: str) -> bool:
    return low in (*blocks.ORDERS, *Status, *Stage, *NAMES) or low.startswith("#")


async def chosen(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Another order, status, stage or page."""
    await ack()
    view, choice = body["view"], _choice(body["view"])
    picked = str((action.get("selected_option") or {}).get("value") or "")
    if action["action_id"] == "list_order" and picked in blocks.ORDERS:
        choice = choice.first_page(order=picked)
    elif action["action_id"] == "list_status" and picked in (ANY, *Status):
        choice = choice.first_page(status=picked)
    elif action["action_id"] == "list_stage" and picked in (ANY, *Stage):
        choice = choice.first_page(stage=picked)
    elif action["action_id"] in ("list_page", "list_next"):
        choice = Choice(**{**asdict(choice), "page": number_in(action.get("value"))})
    await modals.fill(parts.slack, view["id"], await _page(body["user"]["id"], choice, parts))


async def searched(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Another search; the window stays, so it may be sent again and again."""
    await ack(response_action="update", view=kit.loading(TITLE, "ideas_searching"))
    wanted = _asked_for(modals.answers(view).get("list_search", ""))
    choice = _choice(view).first_page(query=wanted.query, tag=wanted.tag)
    await parts.inbox.release(delivery_id)  # before there is anything to send again
    await modals.fill(parts.slack, view["id"], await _page(body["user"]["id"], choice, parts))


async def vote_in_list(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Vote, or take the vote back, where ideas are listed; the list shows it."""
    await ack()
    user, number = body["user"]["id"], number_in(action.get("value"))
    if await why_not(user, parts) is None:
        with suppress(CannotChange):  # the list is drawn anew, and shows why
            async with parts.database.write() as session:
                if action["action_id"].startswith("vote"):
                    await ideas.vote(session, number, user, parts.clock())
                else:
                    await ideas.take_back(session, number, user)
    if action["action_id"].endswith("home"):
        await home.publish(parts, user)
    else:
        await modals.fill(parts.slack, body["view"]["id"], await _page(user, _choice(body["view"]), parts))


def _choice(view: dict[str, Any]) -> Choice:
    try:
        return Choice(**json.loads(view.get("private_metadata") or "{}"))
    except (ValueError, TypeError):
        return Choice()


async def _page(user: str, choice: Choice, parts: Parts) -> kit.View:
    refused = await why_not(user, parts)
    if refused is not None:
        return kit.notice(TITLE, refused, "idea_refused")
    is_manager = await parts.people.allowed(user, Roles.MANAGER)
    near = await parts.similar.to(choice.query, count=MOST_FOUND, floor=0.2) if choice.query else None
    wanted = Wanted(
        order=choice.order,
        status=None if choice.status == ANY else choice.status,
        stage=None if choice.stage == ANY else choice.stage,
        tag=choice.tag or None,
        author=user if choice.order == "mine" else None,
        ids=None if near is None else tuple(number for number, _ in near),
        words=choice.query if near is None else "",
    )
    async with parts.database.read() as session:
        page, total = await idea_queries.listed(session, wanted, offset=choice.page * PAGE, limit=PAGE)
        shown = await idea_queries.shown(session, page, parts.settings.holidays_country)
        mine = await idea_families.voted(session, [idea.id for idea in page], user)
    rows = [Row(one, one.idea.id in mine) for one in shown]
    place, prefix = json.dumps(asdict(choice)), parts.settings.command_prefix
    return blocks.listing(rows, total, choice, place, prefix, is_manager=is_manager)


# Waiting for a response


async def open_triage(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    await ack()
    make = partial(triage, body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Waiting", "ideas_triage", make)


async def merge_alike(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts, delivery_id: int
) -> None:
    """Merge near-duplicates into the oldest of them."""
    await ack()
    user = body["user"]["id"]
    into, _, others = str(action.get("value") or "").partition(":")
    if await denied(user, "merge", number_in(into), parts) is None:
        for number in map(number_in, others.split(",")[:MOST_ALIKE]):
            with suppress(CannotChange):  # somebody else did it meanwhile; what is left is shown
                async with parts.database.write() as session:
                    key = f"click:{delivery_id}:{number}"
                    change = await ideas.merge(session, key, number, number_in(into), user, parts.clock())
                    await noted(session, user, "merge", number, change, parts, into=number_in(into))
        parts.outbox.wake()
    await modals.fill(parts.slack, body["view"]["id"], await triage(user, parts))


async def triage(user: str, parts: Parts) -> kit.View:
    """What waits, for a manager."""
    refused = await denied(user, "triage", 0, parts)
    if refused is not None:
        return kit.notice("Waiting", refused, "idea_refused")
    country = parts.settings.holidays_country
    async with parts.database.read() as session:
        waiting = await idea_queries.waiting(session)
        zone = await choices.zone(session)
        shown = {one.idea.id: one for one in await idea_queries.shown(session, waiting, country)}
    today = parts.clock().astimezone(zone).date()
    groups: list[Waiting] = []
    while shown and len(groups) < MOST_GROUPS:
        first = shown.pop(next(iter(shown)))
        alike = await parts.similar.to_idea(first.idea.id, count=MOST_ALIKE, floor=MUCH_LIKE)
        same = [shown.pop(number) for number, _ in alike if number in shown]
        since = first.idea.created_at.astimezone(zone).date()
        days = working_days_between(since, today, country)
        groups.append(Waiting([first, *same], days, await _suggested_owner(first, parts)))
    return blocks.triage(groups, len(waiting), today)


async def _suggested_owner(shown: Shown, parts: Parts) -> str | None:
    """Who owns what is most like it; else who owns ideas of that stage; else the owner of the nearest guide."""
    idea = shown.idea
    if idea.owner:
        return idea.owner
    near = [number for number, _ in await parts.similar.to_idea(idea.id, count=10)]
    async with parts.database.read() as session:
        owner = await idea_queries.likely_owner(session, near, idea.stage)
    if owner is None:
        answer = await parts.think(parts.library.answer, idea.title)
        owner = next(iter(await whom_to_ask(parts, answer)), None)
    return owner


# For a spreadsheet


async def open_export(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    await ack()
    make = partial(_export, body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Export", "ideas_exported", make)


async def _export(user: str, parts: Parts) -> kit.View:
    """Send the file by direct message, and say so."""
    refused = await denied(user, "export", 0, parts)
    if refused is not None:
        return kit.notice("Export", refused, "idea_refused")
    async with parts.database.read() as session:
        shown = await idea_queries.shown(session, await idea_queries.every(session), parts.settings.holidays_country)
        zone = await choices.zone(session)
    people = sorted({who for one in shown for who in (one.idea.author, one.idea.owner) if who})
    names = dict(zip(people, await parts.people.names(people), strict=True))
    content = blocks.spreadsheet(shown, names)
    try:
        opened = await parts.slack.conversations_open(users=user)
        await parts.slack.files_upload_v2(
            channel=opened["channel"]["id"],
            filename=f"ideas-{parts.clock().astimezone(zone).date()}.csv",
            title="Ideas",
            content=content.encode(),
            initial_comment=f"All {len(shown)} ideas, as a file for a spreadsheet.",
        )
    except SlackApiError as error:
        return blocks.not_exported(code_of(error) or "an error")
    except SlackRequestError:
        return blocks.not_exported("the upload was refused")
    except NO_REPLY:
        return blocks.not_exported("no connection")
    return blocks.export_sent(len(shown))

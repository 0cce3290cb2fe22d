"""/digest: schedules, previews and posting by hand, and the lists behind the managers' figures."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackRequestError

from bot.blocks import admin as admin_words
from bot.blocks import digest as digest_words
from bot.blocks import digest_figures, kit
from bot.blocks import schedules as blocks
from bot.blocks.text import day, link, literal, number_in, one_line
from bot.delivery.slack_errors import FAILURES
from bot.listeners import modals
from bot.listeners.access import why_not_there
from bot.listeners.zones import zone_named, zones_like
from bot.parts import Parts
from bot.people import Unknown
from bot.records import audit, choices, figures, schedules, wins
from bot.records.periods import WEEKDAYS
from bot.records.roles import Roles
from bot.records.schedules import BY_HAND, EVERY_MANAGER, Kind, Plan, Quiet
from bot.records.tables import Idea, Schedule
from jobs import digest

log = logging.getLogger(__name__)

MOST_PAST = 15
GONE = "That digest is no longer scheduled."
UNSURE = "I could not check something with Slack. Please try again in a minute."
Make = Callable[[], Coroutine[Any, Any, kit.View]]


async def commanded(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Show all schedules."""
    await ack()
    await _show(body, blocks.TITLE, "digests", partial(_overview, parts), parts)


async def open_overview(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """The same from a button in Home."""
    await ack()
    await _show(body, blocks.TITLE, "digests", partial(_overview, parts), parts)


async def add(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Open the form for a new schedule."""
    await ack()
    await _show(body, "Add a digest", "digest_schedule", partial(_form, None, body["user"]["id"], parts), parts)


async def edit(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Open the form for a schedule."""
    await ack()
    make = partial(_form, action.get("value"), body["user"]["id"], parts)
    await _show(body, "Edit the digest", "digest_schedule", make, parts)


async def preview(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show the digest as it would look now."""
    await ack()
    await _show(body, "Preview", "digest_preview", partial(_preview, action.get("value"), parts), parts)


async def history(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show what was posted when."""
    await ack()
    await _show(body, "History", "digest_history", partial(_history, action.get("value"), parts), parts)


async def show_list(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show the list behind a figure."""
    await ack()
    await _show(body, "Figures", "digest_list", partial(_list, action.get("value") or "", parts), parts)


async def post_now(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Post a digest at once; Slack has asked whether to."""
    await ack()

    async def post(schedule: Schedule, user: str) -> str:
        try:
            said = await digest.post_now(parts, schedule, user, f"now:{delivery_id}")
        except Unknown:
            return UNSURE
        async with parts.database.write() as session:
            await audit.note(session, user, "post_digest_now", str(schedule.id), parts.clock())
        return said

    await _do(action, body, parts, "post_digest_now", post)


async def pause(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Stop a schedule."""
    await ack()

    async def stop(schedule: Schedule, user: str) -> str:
        async with parts.database.write() as session:
            await schedules.pause(session, schedule.id, BY_HAND, user, parts.clock())
        return "Paused."

    await _do(action, body, parts, "pause_digest", stop)


async def resume(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Start a schedule again."""
    await ack()

    async def start(schedule: Schedule, user: str) -> str:
        async with parts.database.write() as session:
            await schedules.resume(session, schedule.id, user, parts.clock())
        return "It runs again."

    await _do(action, body, parts, "resume_digest", start)


async def remove(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """End a schedule for good; Slack has asked whether to."""
    await ack()

    async def end(schedule: Schedule, user: str) -> str:
        async with parts.database.write() as session:
            await schedules.remove(session, schedule.id, user, parts.clock())
        return f"Removed: {blocks.name(schedule)}. What was posted stays in the history."

    await _do(action, body, parts, "remove_digest", end)


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Keep a schedule, and go to its channel."""
    by, form = body["user"]["id"], modals.answers(view)
    denied = await _denied(by, "change_schedule", parts)
    if denied is not None:
        await ack(response_action="update", view=denied)
        return
    plan, problems = await _plan(form, parts)
    schedule = None
    if plan is not None:
        try:
            schedule = await _keep(view.get("private_metadata", ""), plan, by, parts)
        except schedules.Refused as refusal:
            problems = {"channel" if plan.channel else "kind": str(refusal)}
    if problems:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    if schedule is None:
        await ack(response_action="update", view=kit.notice(blocks.TITLE, GONE, "digests"))
        return
    next_at = await digest.next_at(parts, schedule)
    await ack(response_action="update", view=blocks.saved(schedule, next_at, joined=None))
    if schedule.kind == Kind.RECOGNITION and not await _join(schedule.channel, parts):
        await modals.fill(parts.slack, view["id"], blocks.saved(schedule, next_at, joined=False))
    if view.get("root_view_id") not in (None, view["id"]):
        await modals.fill(parts.slack, view["root_view_id"], await _overview(parts))


async def _plan(form: dict[str, str], parts: Parts) -> tuple[Plan | None, dict[str, str]]:
    """What the form says, or what has to be corrected in it, by block."""
    problems = {}
    kind = Kind.MANAGERS if form.get("kind") == Kind.MANAGERS else Kind.RECOGNITION
    channel = form.get("channel", "") if kind == Kind.RECOGNITION else EVERY_MANAGER
    if kind == Kind.RECOGNITION and (problem := await why_not_there(parts.people, channel)):
        problems["channel"] = problem
    if form.get("weekday") not in WEEKDAYS:
        problems["weekday"] = "Please choose a day."
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", form.get("at", "")):
        problems["at"] = "Please choose a time."
    zone = zone_named(form.get("zone", ""))
    if zone is None:
        problems["zone"] = admin_words.unknown_zone(form.get("zone", ""), zones_like(form.get("zone", "")))
    if problems or zone is None:
        return None, problems
    quiet = Quiet.NOTHING if form.get("quiet") == Quiet.NOTHING else Quiet.NOTE
    return Plan(kind, channel, form["weekday"], form["at"], zone, quiet), {}


async def _keep(schedule_id: str, plan: Plan, by: str, parts: Parts) -> Schedule | None:
    async with parts.database.write() as session:
        if schedule_id:
            return await schedules.change(session, number_in(schedule_id), plan, by, parts.clock())
        if len(await schedules.every(session)) >= schedules.MOST:
            raise schedules.TooMany
        return await schedules.add(session, plan, by, parts.clock())


async def _join(channel: str, parts: Parts) -> bool:
    """Whether we are in the channel, after trying to join it."""
    try:
        await parts.slack.conversations_join(channel=channel)
    except FAILURES:
        parts.people.forget_channel(channel)
        try:
            found = await parts.people.channel(channel)
        except Unknown:
            return False
        return found is not None and found.is_member
    return True


# In Home


async def for_home(user: str, parts: Parts) -> list[kit.Block]:
    """When the next digests come; for managers also the figures, and the ways to triage and schedules."""
    async with parts.database.read() as session:
        every = [one for one in await schedules.every(session) if one.paused is None]
        zone = (await choices.every(session)).get("time_zone", "UTC")
    roles = await parts.people.roles_of(user)
    is_manager = bool(roles & {Roles.MANAGER, Roles.ADMIN})
    shown = [one for one in every if is_manager or one.kind == Kind.RECOGNITION]
    team = digest_figures.figures(await digest.team(parts, zone)) if is_manager else None
    return blocks.in_home([blocks.Planned(one, await digest.next_at(parts, one)) for one in shown], team)


# Acts on a schedule of the overview


async def _do(
    action: dict[str, Any],
    body: dict[str, Any],
    parts: Parts,
    what: str,
    act: Callable[[Schedule, str], Coroutine[Any, Any, str]],
) -> None:
    """Do something with the schedule that was clicked on, and show what came of it where it was clicked."""
    user, view_id = body["user"]["id"], body["view"]["id"]
    denied = await _denied(user, what, parts)
    if denied is not None:
        await modals.fill(parts.slack, view_id, denied)
        return
    schedule = await _schedule(action.get("value"), parts)
    said = GONE if schedule is None else await act(schedule, user)
    await modals.fill(parts.slack, view_id, await _overview(parts, said))


# What is shown


async def _show(body: dict[str, Any], title: str, callback_id: str, make: Make, parts: Parts) -> None:
    """Open a modal for a manager."""
    user = body.get("user_id") or body["user"]["id"]

    async def allowed() -> kit.View:
        return await _denied(user, f"open_{callback_id}", parts) or await make()

    await modals.show_then_fill(parts.slack, body, title, callback_id, allowed)


async def _denied(user: str, action: str, parts: Parts) -> kit.View | None:
    """What somebody who is neither manager nor admin is shown, their attempt written down."""
    try:
        roles = await parts.people.roles_of(user)
    except Unknown:
        return kit.notice(blocks.TITLE, UNSURE, "denied")
    if roles & {Roles.MANAGER, Roles.ADMIN}:
        return None
    async with parts.database.write() as session:
        await audit.note(session, user, action, blocks.TITLE, parts.clock(), allowed=False)
    return kit.notice(blocks.TITLE, blocks.not_manager(await parts.people.admins()), "denied")


async def _schedule(schedule_id: str | None, parts: Parts) -> Schedule | None:
    async with parts.database.read() as session:
        return await schedules.get(session, number_in(schedule_id))


async def _overview(parts: Parts, said: str = "") -> kit.View:
    async with parts.database.read() as session:
        every = await schedules.every(session)
    return blocks.overview([blocks.Planned(one, await digest.next_at(parts, one)) for one in every], said)


async def _form(schedule_id: str | None, user: str, parts: Parts) -> kit.View:
    if schedule_id is None:
        async with parts.database.read() as session:
            chosen = await choices.every(session)
        zone = chosen.get("time_zone") or (await parts.people.profile(user)).time_zone
        return blocks.form(schedules.usual(Kind.RECOGNITION, "", zone), None)
    schedule = await _schedule(schedule_id, parts)
    if schedule is None:
        return kit.notice(blocks.TITLE, GONE, "digests")
    return blocks.form(schedules.plan_of(schedule), schedule.id)


async def _preview(schedule_id: str | None, parts: Parts) -> kit.View:
    schedule = await _schedule(schedule_id, parts)
    if schedule is None:
        return kit.notice("Preview", GONE, "digest_preview")
    drawn, picture = await digest.preview(parts, schedule)
    return blocks.preview(drawn, await _uploaded(picture, parts) if picture else None)


async def _uploaded(picture: bytes, parts: Parts) -> str | None:
    try:
        answer = await parts.slack.files_upload_v2(content=picture, filename="picture.png")
    except (SlackRequestError, *FAILURES) as error:
        log.info("a preview goes without its picture: %s", type(error).__name__)
        return None
    return str(answer["file"]["id"])


async def _history(schedule_id: str | None, parts: Parts) -> kit.View:
    if schedule_id == "all":
        async with parts.database.read() as session:
            zone = (await choices.every(session)).get("time_zone", "UTC")
            return blocks.history_of_all(await schedules.history(session, None, MOST_PAST), zone)
    schedule = await _schedule(schedule_id, parts)
    if schedule is None:
        return kit.notice("History", GONE, "digest_history")
    async with parts.database.read() as session:
        return blocks.history(schedule, await schedules.history(session, schedule, MOST_PAST))


async def _list(value: str, parts: Parts) -> kit.View:
    """The rows behind a figure, as they stand now."""
    what, _, span = value.partition(":")
    if what not in digest_figures.LISTS or not re.fullmatch(r"\d{1,11}:\d{1,11}", span):
        return kit.notice(blocks.TITLE, "I don't know that list.", "digest_list")
    start, end = (datetime.fromtimestamp(int(second), UTC) for second in span.split(":"))
    async with parts.database.read() as session:
        zone = (await choices.every(session)).get("time_zone", "UTC")
        if what == "waiting":
            lines, note = [_idea(idea) for idea in await figures.waiting_at(session, end)], ""
        elif what == "answered":
            lines, note = [_idea(idea) for idea in await figures.answered_ideas(session, start, end)], ""
        elif what == "thanks":
            shown = await wins.shown(session, start, end)
            lines = [f"• {', '.join(f'<@{u}>' for u in one.people)}: {_words(one.win.deed)}" for one in shown]
            note = "Private thanks are counted, not listed."
    if what in ("unanswered", "unhelpful"):
        lines, note = await _questions(what, start, end, parts)
    period = digest_words.when(start, end, zone)
    return digest_figures.listed(what, period[0].upper() + period[1:], lines, note)


def _idea(idea: Idea) -> str:
    title = link(idea.card_url, one_line(idea.title, 100)) or _words(idea.title)
    due = f"first answer due on {idea.respond_by.day} {idea.respond_by:%B}"
    return f"• {title}, by <@{idea.author}>, {f'answered on {day(idea.responded_at)}' if idea.responded_at else due}"


async def _questions(what: str, start: datetime, end: datetime, parts: Parts) -> tuple[list[str], str]:
    """Those asked where everybody can read them; any other stays with its readers, and is only counted."""
    of = figures.unanswered_questions if what == "unanswered" else figures.unhelpful
    async with parts.database.read() as session:
        rows = await of(session, start, end)
    channels = list({row.channel for row in rows if row.way == "mention" and row.channel})
    found = await asyncio.gather(*(_is_public(channel, parts) for channel in channels))
    public = {channel for channel, is_public in zip(channels, found, strict=True) if is_public}
    shown = [f"• {_words(row.text)}" for row in rows if row.way == "mention" and row.channel in public]
    private = len(rows) - len(shown)
    return shown, f"{private:,} asked in private, or where I can't check: counted, not shown." if private else ""


async def _is_public(channel: str, parts: Parts) -> bool:
    """Whether every colleague can read a channel now; not when in doubt."""
    try:
        found = await parts.people.channel(channel)
    except Unknown:
        return False
    return found is not None and not found.is_private


def _words(text: str) -> str:
    return literal(one_line(text, 150))

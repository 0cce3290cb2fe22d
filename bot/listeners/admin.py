"""/frontline: what admins set up, and who may do what."""

import asyncio
import re
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt.context.ack.async_ack import AsyncAck
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import admin as blocks
from bot.blocks import kit
from bot.delivery.slack_errors import FAILURES
from bot.listeners import home, modals
from bot.listeners.access import why_not_there
from bot.listeners.zones import zone_named, zones_like
from bot.parts import Parts
from bot.people import Unknown
from bot.records import audit, choices, roles, schedules
from bot.records.roles import GRANTED, Roles

ROLES, SET_UP = "Roles", "Set up Frontline"


def opens_a_view(command: dict[str, Any]) -> bool:
    """Whether this /frontline opens a modal."""
    return _word(command) in ("roles", "setup")


async def commanded(ack: AsyncAck, body: dict[str, Any], command: dict[str, Any], parts: Parts) -> None:
    """Open what was asked for, or say what there is."""
    if not opens_a_view(command):
        await ack(text=blocks.help_text(parts.settings.command_prefix), response_type="ephemeral")
        return
    await ack()
    user = command["user_id"]
    if _word(command) == "roles":
        await modals.show_then_fill(parts.slack, body, ROLES, "roles", partial(_roles_form, user, parts))
    else:
        await modals.show_then_fill(parts.slack, body, SET_UP, "setup", partial(_setup_form, user, parts))


def _word(command: dict[str, Any]) -> str:
    words = (command.get("text") or "").lower().split()
    return str(words[0]) if words else "help"


async def _roles_form(user: str, parts: Parts) -> kit.View:
    denied = await _denied(user, "open_roles", ROLES, parts)
    if denied is not None:
        return denied
    async with parts.database.read() as session:
        rows = await roles.every(session)
    return blocks.roles_form({role.value: [row.holder for row in rows if row.role == role] for role in GRANTED})


async def roles_submitted(
    ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int
) -> None:
    """Give a role or take it back, and tell the person."""
    by, form = body["user"]["id"], modals.answers(view)
    person, role, change = form.get("person", ""), form.get("role", ""), form.get("change", "")
    denied = await _denied(by, "change_role", ROLES, parts, person=person, role=role, change=change)
    if denied is not None:
        await ack(response_action="update", view=denied)
        return
    problem = await _role_problem(person, role, change, parts)
    changed = False
    if problem is None:
        try:
            async with parts.database.write() as session:
                changed = await _change_role(session, person, role, change, by, parts)
                if changed and person != by:
                    said = blocks.role_news(role, change, by)
                    await parts.outbox.put(
                        session, key=f"role:{delivery_id}", channel=person, text=said.text, blocks=said.blocks
                    )
        except roles.LastAdmin as refusal:
            problem = {"person": str(refusal)}
    if problem is not None:
        await ack(response_action="errors", errors=problem)
        await parts.inbox.release(delivery_id)
        return
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.role_saved(person, role, change, changed=changed))
    for one in {by, person}:
        await home.publish(parts, one)


async def _role_problem(person: str, role: str, change: str, parts: Parts) -> dict[str, str] | None:
    """What has to be corrected in the form, by block."""
    if not re.fullmatch(r"[UW][A-Z0-9]+", person):
        return {"person": "Please choose a person."}
    if role not in blocks.WHAT_ROLES_DO or change not in blocks.CHANGES:
        return {"role": "Please choose a role."}
    if role == Roles.MEMBER and change != "grant":
        return {"role": "Everybody at the company is a member; that can't be taken back."}
    if change == "grant":
        try:
            if await parts.people.is_outsider(person):
                return {"person": "Only a colleague with an open account can have a role."}
        except Unknown:
            return {"person": "I could not check with Slack who this is. Please try again in a minute."}
    if _ends_an_admin(role, change) and set(await parts.people.admins()) == {person}:
        return {"person": str(roles.LastAdmin())}
    return None


def _ends_an_admin(role: str, change: str) -> bool:
    return (role, change) in ((Roles.ADMIN, "take_back"), (Roles.MEMBER, "grant"))


async def _change_role(session: AsyncSession, person: str, role: str, change: str, by: str, parts: Parts) -> bool:
    """Whether anything is different now."""
    if role == Roles.MEMBER:
        return await roles.make_member(session, person, by, parts.clock())
    verb = roles.grant if change == "grant" else roles.take_back
    return await verb(session, person, role, by, parts.clock())


async def open_setup(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Open the set-up from Home."""
    await ack()
    make = partial(_setup_form, body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, SET_UP, "setup", make)


async def _setup_form(user: str, parts: Parts) -> kit.View:
    denied = await _denied(user, "open_setup", SET_UP, parts)
    if denied is not None:
        return denied
    async with parts.database.read() as session:
        chosen = await choices.every(session)
    return blocks.setup_form(chosen, (await parts.people.profile(user)).time_zone)


async def setup_submitted(
    ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int
) -> None:
    """Keep the choices and go to the channels."""
    by, form = body["user"]["id"], modals.answers(view)
    denied = await _denied(by, "choose", SET_UP, parts)
    if denied is not None:
        await ack(response_action="update", view=denied)
        return
    wanted = {name: form.get(name, "") for name in choices.CHANNELS}
    why_not = await asyncio.gather(*(why_not_there(parts.people, channel) for channel in wanted.values()))
    problems = {name: problem for name, problem in zip(wanted, why_not, strict=True) if problem}
    zone = zone_named(form.get("time_zone", ""))
    if zone is None:
        problems["time_zone"] = blocks.unknown_zone(form.get("time_zone", ""), zones_like(form.get("time_zone", "")))
    if problems or zone is None:
        await ack(response_action="errors", errors=problems)
        await parts.inbox.release(delivery_id)
        return
    async with parts.database.write() as session:
        before = await choices.every(session)
        await choices.choose(session, {**wanted, "time_zone": zone}, by, parts.clock())
        await schedules.follow_set_up(session, before, wanted["digest_channel"], zone, by, parts.clock())
    parts.library.zone = ZoneInfo(zone)
    await ack(response_action="update", view=kit.notice(SET_UP, "Saved. Joining the channels…", "setup"))
    joined, to_invite = await _go_to(dict.fromkeys(wanted.values()), parts)
    await modals.fill(parts.slack, view["id"], blocks.setup_saved(joined, to_invite))
    await home.publish(parts, by)


async def _go_to(channels: dict[str, None], parts: Parts) -> tuple[list[str], list[str]]:
    """Join what can be joined: (channels joined now, channels that somebody has to invite the bot to)."""
    joined, to_invite = [], []
    for channel in channels:
        try:
            found = await parts.people.channel(channel)
            if found is not None and found.is_member:
                continue
            await parts.slack.conversations_join(channel=channel)
            parts.people.forget_channel(channel)
            joined.append(channel)
        except (*FAILURES, Unknown):
            to_invite.append(channel)
    return joined, to_invite


async def _denied(user: str, action: str, title: str, parts: Parts, **detail: str) -> kit.View | None:
    """What somebody who is not an admin is shown, their attempt written down; None for an admin."""
    try:
        is_admin = await parts.people.allowed(user, Roles.ADMIN)
    except Unknown:
        return kit.notice(title, "I could not check your role with Slack. Please try again in a minute.", "denied")
    if is_admin:
        return None
    async with parts.database.write() as session:
        await audit.note(session, user, action, title, parts.clock(), allowed=False, **detail)
    return kit.notice(title, blocks.not_admin(await parts.people.admins()), "denied")

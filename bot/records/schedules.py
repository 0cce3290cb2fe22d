"""When digests go out, and what became of each."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import audit
from bot.records.once import add_once
from bot.records.periods import Rhythm
from bot.records.tables import Digest, Post, Schedule

BY_HAND = "paused by hand"
MOST = 30  # schedules that managers may add: their list has room for little more
EVERY_MANAGER = ""  # the channel of the managers' digest, which goes to each of them directly


class Kind(StrEnum):
    RECOGNITION = "recognition"
    MANAGERS = "managers"


class Quiet(StrEnum):
    """What comes after a week in which nobody was thanked."""

    NOTE = "note"
    NOTHING = "nothing"


class State(StrEnum):
    QUEUED = "queued"  # on its way
    POSTED = "posted"
    QUIET = "quiet"  # nothing to tell, so nothing was posted
    SKIPPED = "skipped"  # noticed too late
    FAILED = "failed"


class Plan(NamedTuple):
    """What a schedule says."""

    kind: Kind
    channel: str
    weekday: str
    at: str
    zone: str
    quiet: Quiet


class Refused(Exception):
    """A schedule that can't be; the message says why."""


class Taken(Refused):
    """There is a schedule of this kind for this channel."""

    def __init__(self, plan: Plan) -> None:
        which = "for this channel" if plan.channel else "for managers"
        super().__init__(f"There is a digest of this kind {which} already. Edit that one instead.")


class TooMany(Refused):
    """There are as many schedules as their list has room for."""

    def __init__(self) -> None:
        super().__init__(f"There are {MOST} digests, and the list has no room for more. Edit or remove one.")


def usual(kind: Kind, channel: str, zone: str) -> Plan:
    """Monday at nine, with a short note after a quiet week."""
    return Plan(kind, channel if kind == Kind.RECOGNITION else EVERY_MANAGER, "mon", "09:00", zone, Quiet.NOTE)


def rhythm(schedule: Schedule) -> Rhythm:
    return Rhythm(schedule.weekday, time.fromisoformat(schedule.at), schedule.zone)


def plan_of(schedule: Schedule) -> Plan:
    return Plan(
        Kind(schedule.kind), schedule.channel, schedule.weekday, schedule.at, schedule.zone, Quiet(schedule.quiet)
    )


# Schedules


async def every(session: AsyncSession) -> list[Schedule]:
    """In the order in which they were made."""
    return list(await session.scalars(select(Schedule).order_by(Schedule.id)))


async def get(session: AsyncSession, schedule_id: int) -> Schedule | None:
    return await session.get(Schedule, schedule_id)


async def add(session: AsyncSession, plan: Plan, by: str, now: datetime) -> Schedule:
    """Raises Taken when the channel has one of this kind."""
    schedule = Schedule(**plan._asdict(), owner=by, active_from=now)
    if not await add_once(session, schedule):
        raise Taken(plan)
    await audit.note(session, by, "add_schedule", str(schedule.id), now, after=plan._asdict())
    return schedule


async def change(session: AsyncSession, schedule_id: int, plan: Plan, by: str, now: datetime) -> Schedule | None:
    """Change a schedule, which is then its changer's to look after; None when there is none.

    Raises:
        Taken: the channel has one of this kind.
    """
    schedule = await session.get(Schedule, schedule_id, with_for_update=True)
    if schedule is None:
        return None
    others = select(Schedule.id).where(
        Schedule.kind == plan.kind, Schedule.channel == plan.channel, Schedule.id != schedule_id
    )
    if await session.scalar(others) is not None:
        raise Taken(plan)
    before = plan_of(schedule)
    if before == plan:
        return schedule
    for name, value in plan._asdict().items():
        setattr(schedule, name, value)
    schedule.owner, schedule.active_from = by, now
    if plan.channel != before.channel and schedule.paused != BY_HAND:
        schedule.paused = None  # it was the other channel that could not be posted in
    await audit.note(
        session, by, "change_schedule", str(schedule_id), now, before=before._asdict(), after=plan._asdict()
    )
    return schedule


async def pause(session: AsyncSession, schedule_id: int, why: str, by: str, now: datetime) -> Schedule | None:
    """Stop a running schedule; None when there is nothing to stop."""
    return await _set_paused(session, schedule_id, why, by, now)


async def resume(session: AsyncSession, schedule_id: int, by: str, now: datetime) -> Schedule | None:
    """Start a paused schedule again, without what was due meanwhile; None when there is nothing to start."""
    return await _set_paused(session, schedule_id, None, by, now)


async def remove(session: AsyncSession, schedule_id: int, by: str, now: datetime) -> bool:
    """No more digests of a schedule; those that were made stay on record. False when it is gone already."""
    schedule = await session.get(Schedule, schedule_id, with_for_update=True)
    if schedule is None:
        return False
    await audit.note(session, by, "remove_schedule", str(schedule_id), now, before=plan_of(schedule)._asdict())
    await session.delete(schedule)
    return True


async def _set_paused(
    session: AsyncSession, schedule_id: int, why: str | None, by: str, now: datetime
) -> Schedule | None:
    schedule = await session.get(Schedule, schedule_id, with_for_update=True)
    if schedule is None or (schedule.paused is None) == (why is None):
        return None
    schedule.paused = why
    if why is None:
        schedule.active_from = now
    action = "resume_schedule" if why is None else "pause_schedule"
    await audit.note(session, by, action, str(schedule_id), now, why=why)
    return schedule


async def follow_set_up(
    session: AsyncSession, before: Mapping[str, str], channel: str, zone: str, by: str, now: datetime
) -> None:
    """Keep the usual digests in line with the digest channel and the time zone that an admin chooses.

    Args:
        before: the choices so far. With no digest channel among them, the usual digests begin.
    """
    schedules = await every(session)
    for kind in Kind:
        plan = usual(kind, channel, zone)
        if "digest_channel" not in before and not any(schedule.kind == kind for schedule in schedules):
            await add(session, plan, by, now)
    for schedule in schedules:
        moved = schedule.channel == before.get("digest_channel") and schedule.kind == Kind.RECOGNITION
        to = channel if moved else schedule.channel
        at_home = zone if schedule.zone == before.get("time_zone") else schedule.zone
        taken = any(s.channel == to and s.kind == schedule.kind for s in schedules if s.id != schedule.id)
        if (to, at_home) != (schedule.channel, schedule.zone) and not taken:
            plan = plan_of(schedule)._replace(channel=to, zone=at_home)
            await change(session, schedule.id, plan, by, now)


# Digests


async def has(session: AsyncSession, schedule: Schedule, period: str) -> bool:
    """Whether this period has had its digest, whatever became of it."""
    mine = select(Digest.id).where(
        Digest.kind == schedule.kind, Digest.channel == schedule.channel, Digest.period == period
    )
    return await session.scalar(mine) is not None


async def by_hand(session: AsyncSession, digest: Digest, within: timedelta) -> str | None:
    """Who has asked for another one like it within that time of it, and got it; two who ask at once take turns."""
    mine = select(Schedule.id).where(Schedule.kind == digest.kind, Schedule.channel == digest.channel)
    await session.execute(mine.with_for_update())
    others = select(Digest.asked_by).where(
        Digest.kind == digest.kind,
        Digest.channel == digest.channel,
        Digest.period != digest.period,
        Digest.made_at.between(digest.made_at - within, digest.made_at + within),
        Digest.state.in_((State.QUEUED, State.POSTED)),
        Digest.asked_by.is_not(None),
    )
    return await session.scalar(others)


async def told_until(session: AsyncSession, schedule: Schedule) -> datetime | None:
    """The end of the last period that a scheduled digest told of; what was skipped or failed was not told."""
    told = select(func.max(Digest.end)).where(
        Digest.kind == schedule.kind,
        Digest.channel == schedule.channel,
        Digest.asked_by.is_(None),
        Digest.state.in_((State.QUEUED, State.POSTED, State.QUIET)),
    )
    return await session.scalar(told)


async def history(session: AsyncSession, schedule: Schedule | None, most: int) -> list[Digest]:
    """Its latest digests, newest first; for None those of all, of removed schedules too."""
    found = select(Digest).order_by(Digest.made_at.desc(), Digest.id.desc()).limit(most)
    if schedule is not None:
        found = found.where(Digest.kind == schedule.kind, Digest.channel == schedule.channel)
    return list(await session.scalars(found))


async def unsettled(session: AsyncSession) -> list[Digest]:
    """What is on its way."""
    return list(await session.scalars(select(Digest).where(Digest.state == State.QUEUED).order_by(Digest.id)))


async def posts(session: AsyncSession, digest: Digest) -> list[Post]:
    """Its messages: in the channel first, then those of its thread; or one for each manager."""
    mine = Post.key.startswith(post_key(digest), autoescape=True)
    return list(await session.scalars(select(Post).where(mine).order_by(Post.id)))


async def settle(
    session: AsyncSession,
    digest: Digest,
    state: State,
    now: datetime,
    *,
    why: str | None = None,
    link: str | None = None,
) -> bool:
    """What became of a digest; False when somebody else has settled it."""
    values = {"state": state, "why": why, "link": link, "settled_at": now}
    settled = await session.execute(
        update(Digest).where(Digest.id == digest.id, Digest.state == State.QUEUED).values(values).returning(Digest.id)
    )
    return settled.first() is not None


async def schedule_of(session: AsyncSession, digest: Digest) -> Schedule | None:
    return await session.scalar(
        select(Schedule).where(Schedule.kind == digest.kind, Schedule.channel == digest.channel)
    )


def post_key(digest: Digest) -> str:
    """What the outbox keys of a digest's messages begin with."""
    return f"digest:{digest.kind}:{digest.channel}:{digest.period}:"

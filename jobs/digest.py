"""Digests: what is due and unclaimed is claimed, drawn and handed to the outbox; each period of a channel once."""

import logging
import re
from asyncio import CancelledError
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import digest as blocks
from bot.blocks import digest_chart, digest_figures
from bot.blocks import schedules as words
from bot.blocks.answers import Said
from bot.blocks.digest import Drawn, Recognition, Story, Suggestion
from bot.blocks.digest_figures import Team
from bot.delivery.outbox import Rank
from bot.delivery.slack_errors import FAILURES, SHARED, explained
from bot.parts import Parts
from bot.people import Unknown
from bot.records import appearances, figures, idea_families, idea_queries, ideas, periods, schedules, stories, wins
from bot.records.once import add_once
from bot.records.periods import Due, IsHoliday
from bot.records.roles import Roles
from bot.records.schedules import EVERY_MANAGER, Kind, Quiet, State
from bot.records.tables import Digest, Idea, Schedule
from bot.records.working_days import calendar

log = logging.getLogger(__name__)

CATCH_UP = timedelta(hours=24)  # a digest that was missed still comes within this time
LATE = timedelta(minutes=30)  # and says that it is late after this
JUST_NOW = timedelta(minutes=2)  # two managers who press at the same time, or one twice, want one digest
WEEKS_DRAWN = 12
WORTH_A_PICTURE = 8  # thank-yous for values in those weeks
MOST_WANTED = 3
NO_MANAGER = "nobody is a manager yet"
MISSED = "I could not post it when it was due, and more than a day has passed"


# On the clock


async def tick(parts: Parts) -> None:
    """Post what is due, and see what became of what was posted; safe to repeat, in several processes at once."""
    with suppress(CancelledError):  # the bot stops; APScheduler would log that as a failure
        await _settle_all(parts)
        async with parts.database.read() as session:
            running = [one for one in await schedules.every(session) if one.paused is None]
        for schedule in running:
            try:
                await _post_if_due(parts, schedule)
            except Unknown as doubt:
                log.warning("a digest waits: Slack can't be asked (%s)", doubt)


async def _post_if_due(parts: Parts, schedule: Schedule) -> None:
    now = parts.clock()
    due = periods.latest(schedules.rhythm(schedule), now, is_holiday(parts))
    async with parts.database.read() as session:
        if due.at < schedule.active_from or await schedules.has(session, schedule, due.key):
            return
        start, end = periods.period(due, schedule.zone, await schedules.told_until(session, schedule))
    digest = _digest(schedule, due, start, end, now)
    if now - due.at > CATCH_UP:
        log.warning("the digest %s of schedule %s is skipped: it was due at %s", due.key, schedule.id, due.at)
        digest.state, digest.why = State.SKIPPED, MISSED
        async with parts.database.write() as session:
            await add_once(session, digest)
    elif await _is_shared(parts, schedule):
        digest.state, digest.why = State.FAILED, explained(SHARED)
        admins = await parts.people.admins()
        async with parts.database.write() as session:
            if await add_once(session, digest):
                await _pause(parts, session, schedule, digest, explained(SHARED), admins)
        parts.outbox.wake()
    else:
        note = blocks.late(due.at, schedule.zone) if now - due.at > LATE else ""
        await _post(parts, schedule, digest, note)


async def _is_shared(parts: Parts, schedule: Schedule) -> bool:
    """Whether outsiders could read it. A channel that can't be seen refuses the post, and is dealt with then."""
    if schedule.kind != Kind.RECOGNITION:
        return False
    channel = await parts.people.channel(schedule.channel)
    return channel is not None and channel.is_shared


# What managers ask for


async def post_now(parts: Parts, schedule: Schedule, by: str, key: str) -> str:
    """Post the last seven days at once, once for each key; returns what comes of it, in words.

    Raises:
        Unknown: Slack can't be asked.
    """
    if await _is_shared(parts, schedule):
        return f"Not posted: {explained(SHARED)}."
    now = parts.clock()
    start, end = periods.last_days(7, now, schedule.zone)
    digest = _digest(schedule, Due(key, now.date(), now), start, end, now)
    digest.asked_by = by
    await _post(parts, schedule, digest, blocks.by_hand(by))
    if digest.why:
        return f"Not posted: {digest.why}."
    where = f"<#{schedule.channel}>" if schedule.kind == Kind.RECOGNITION else "each manager"
    return f"It is on its way to {where}."


async def preview(parts: Parts, schedule: Schedule) -> tuple[Drawn | None, bytes | None]:
    """The digest as it would look now, with its picture; None for one that would not be posted.

    Raises:
        Unknown: Slack can't be asked.
    """
    start, end = periods.last_days(7, parts.clock(), schedule.zone)
    if schedule.kind == Kind.MANAGERS:
        return Drawn(await _figures(parts, start, end, schedule.zone, "")), None
    async with parts.database.read() as session:
        told = await _recognition(session, start, end, schedule.zone)
    if told.is_quiet:
        return (blocks.quiet(told), None) if schedule.quiet == Quiet.NOTE else (None, None)
    return blocks.recognition(told, await _names(parts, told)), await _picture(parts, told)


async def team(parts: Parts, zone: str) -> Team:
    """The figures of the last seven days."""
    return await _team(parts, *periods.last_days(7, parts.clock(), zone), zone)


async def in_words(parts: Parts) -> str:
    """Every digest as it would look now, for a terminal.

    Raises:
        Unknown: Slack can't be asked.
    """
    async with parts.database.read() as session:
        every = await schedules.every(session)
    if not every:
        return "No digest is scheduled yet. Choose the channels in Slack: Frontline › Home › Set up."
    texts = [
        f"{words.name(one)}. {words.rhythm(one)}\n\n{words.in_words((await preview(parts, one))[0])}" for one in every
    ]
    text = "\n\n".join(texts)
    users, channels = (sorted(set(re.findall(rf"<{sign}(\w+)>", text))) for sign in "@#")
    names = dict(zip(users, await parts.people.names(users), strict=True))
    for channel in channels:
        found = await parts.people.channel(channel)
        names[channel] = found.name if found else channel
    return re.sub(r"<([@#])(\w+)>", lambda mention: mention[1] + names[mention[2]], text)


async def next_at(parts: Parts, schedule: Schedule) -> datetime | None:
    """When it comes next, in a week that has had none yet; None while it is paused."""
    if schedule.paused is not None:
        return None
    rhythm = schedules.rhythm(schedule)
    due = periods.following(rhythm, parts.clock(), is_holiday(parts))
    async with parts.database.read() as session:
        while await schedules.has(session, schedule, due.key):
            due = periods.following(rhythm, due.at, is_holiday(parts))
    return due.at


def is_holiday(parts: Parts) -> IsHoliday:
    holidays = calendar(parts.settings.holidays_country)
    return lambda day: day in holidays


# Posting


def _digest(schedule: Schedule, due: Due, start: datetime, end: datetime, now: datetime) -> Digest:
    return Digest(
        kind=schedule.kind,
        channel=schedule.channel,
        period=due.key,
        start=start,
        end=end,
        due_at=due.at,
        state=State.QUEUED,
        made_at=now,
    )


async def _post(parts: Parts, schedule: Schedule, digest: Digest, note: str) -> None:
    """Claim the period and write its messages into the outbox, in one transaction."""
    if schedule.kind == Kind.MANAGERS:
        await _post_to_managers(parts, schedule, digest, note)
    else:
        await _post_in_channel(parts, schedule, digest, note)
    parts.outbox.wake()


async def _claimed(session: AsyncSession, digest: Digest) -> bool:
    """Whether it is ours to post; not by hand where somebody has just done that, and then it says so."""
    if digest.asked_by and (other := await schedules.by_hand(session, digest, JUST_NOW)):
        digest.why = f"<@{other}> posted it less than two minutes ago"
        return False
    return await add_once(session, digest)


async def _post_in_channel(parts: Parts, schedule: Schedule, digest: Digest, note: str) -> None:
    async with parts.database.read() as session:
        told = await _recognition(session, digest.start, digest.end, schedule.zone)
    picture = None
    if not told.is_quiet:
        drawn = blocks.recognition(told, await _names(parts, told), note=note)
        picture = await _picture(parts, told)
    elif schedule.quiet == Quiet.NOTE:
        drawn = blocks.quiet(told, note=note)
    else:
        digest.state, digest.why = State.QUIET, "nobody was thanked"
    key = schedules.post_key(digest)
    async with parts.database.write() as session:
        if not await _claimed(session, digest) or digest.state == State.QUIET:
            return
        await parts.outbox.put(
            session,
            key=f"{key}screen",
            channel=schedule.channel,
            text=drawn.screen.text,
            blocks=drawn.screen.blocks,
            picture=picture,
            rank=Rank.DIGEST,
        )
        if drawn.thread is not None:
            await parts.outbox.put(
                session,
                key=f"{key}thread",
                channel=schedule.channel,
                text=drawn.thread.text,
                blocks=drawn.thread.blocks,
                thread_of=f"{key}screen",
                rank=Rank.DIGEST,
            )


async def _post_to_managers(parts: Parts, schedule: Schedule, digest: Digest, note: str) -> None:
    managers = await parts.people.holders(Roles.MANAGER)
    said = await _figures(parts, digest.start, digest.end, schedule.zone, note)
    if not managers:
        digest.state, digest.why = State.SKIPPED, NO_MANAGER
    async with parts.database.write() as session:
        if not await _claimed(session, digest):
            return
        for manager in managers:
            key = f"{schedules.post_key(digest)}{manager}"
            await parts.outbox.put(
                session, key=key, channel=manager, text=said.text, blocks=said.blocks, rank=Rank.DIGEST
            )


# What it tells


async def _recognition(session: AsyncSession, start: datetime, end: datetime, zone: str) -> Recognition:
    shown = await wins.shown(session, start, end)
    again = await wins.thanked_again(session, start, end)
    weeks = periods.weeks_before(end, WEEKS_DRAWN, zone)
    valued = await wins.values(session, weeks[0][0], end)
    begins = [begin for begin, following in weeks if any(at < following for at, _ in valued)]  # none before the first
    completed = [idea for idea, _ in await idea_queries.decided(session, start, end, ideas.Status.COMPLETED)]
    wanted = await idea_queries.most_wanted(session, MOST_WANTED)
    tallies = await idea_families.tallies(session, [idea.id for idea in [*completed, *wanted]])
    hidden = await appearances.hidden(session)

    def suggestion(idea: Idea) -> Suggestion:
        author = None if idea.author in hidden else idea.author
        return Suggestion(idea.title, author, tallies[idea.id].votes, idea.card_url)

    return Recognition(
        start=start,
        end=end,
        zone=zone,
        stories=[_story(one) for one in stories.chosen(shown)],
        thanked=list(dict.fromkeys([*(user for one in shown for user in one.people), *again])),
        first=frozenset(await wins.first_thanked(session, start, end)),
        completed=[suggestion(idea) for idea in {idea.id: idea for idea in completed}.values()],
        wanted=[suggestion(idea) for idea in wanted],
        values=_by_week(valued, begins) if len(valued) >= WORTH_A_PICTURE and len(begins) > 1 else {},
        weeks=[begin.astimezone(ZoneInfo(zone)).date() for begin in begins],
    )


def _story(one: wins.Shown) -> Story:
    win = one.win
    return Story(one.people, one.giver, len(one.kudos), win.deed, win.effect, win.words, win.value, win.link)


def _by_week(valued: Iterable[tuple[datetime, str]], begins: list[datetime]) -> dict[str, list[int]]:
    """How often each value was thanked for, week by week."""
    counts = Counter((value, sum(at >= begin for begin in begins) - 1) for at, value in valued)
    return {value: [counts[value, week] for week in range(len(begins))] for value in {value for value, _ in counts}}


async def _names(parts: Parts, told: Recognition) -> dict[str, str]:
    givers = [story.giver for story in told.stories if story.giver is not None]
    authors = [idea.author for idea in told.completed if idea.author is not None]
    return await parts.people.colleague_names([*told.thanked, *givers, *authors])


async def _picture(parts: Parts, told: Recognition) -> bytes | None:
    return await parts.think(digest_chart.draw, told.values, told.weeks) if told.values else None


async def _figures(parts: Parts, start: datetime, end: datetime, zone: str, note: str) -> Said:
    found = await _team(parts, start, end, zone)
    return digest_figures.managers(found, prefix=parts.settings.command_prefix, note=note)


async def _team(parts: Parts, start: datetime, end: datetime, zone: str) -> Team:
    country = parts.settings.holidays_country
    async with parts.database.read() as session:
        now = await figures.of(session, start, end, zone, country)
        before = await figures.of(session, start - (end - start), start, zone, country)
    return Team(now, before, start, end, zone)


# What became of it


async def _settle_all(parts: Parts) -> None:
    async with parts.database.read() as session:
        waiting = [(digest, await schedules.posts(session, digest)) for digest in await schedules.unsettled(session)]
    for digest, posts in waiting:
        if any(post.state in ("pending", "sending") for post in posts):
            continue
        sent = [post for post in posts if post.state == "sent"]
        if not sent:
            await _settle_failed(parts, digest, next((post.error for post in posts if post.error), None))
            continue
        link = await _link(parts, sent[0].posted_in, sent[0].ts) if digest.channel != EVERY_MANAGER else None
        async with parts.database.write() as session:
            await schedules.settle(session, digest, State.POSTED, parts.clock(), link=link)


async def _settle_failed(parts: Parts, digest: Digest, error: str | None) -> None:
    """Nothing of it was taken: its schedule waits until somebody has mended that, and its owner is told once."""
    why = explained(error or "")
    log.error("digest %s was not posted: %s", digest.id, error)
    admins = await parts.people.admins()
    async with parts.database.write() as session:
        if not await schedules.settle(session, digest, State.FAILED, parts.clock(), why=why):
            return
        schedule = await schedules.schedule_of(session, digest)
        if schedule is not None:
            await _pause(parts, session, schedule, digest, why, admins)
    parts.outbox.wake()


async def _pause(
    parts: Parts, session: AsyncSession, schedule: Schedule, digest: Digest, why: str, admins: Sequence[str]
) -> None:
    """Pause a schedule and tell its owner; an admin where the owner has left."""
    if await schedules.pause(session, schedule.id, why, "frontline", parts.clock()) is None:
        return
    await parts.outbox.put(
        session,
        key=f"paused:{schedules.post_key(digest)}",
        channel=schedule.owner,
        text=words.paused(schedule, why, parts.settings.command_prefix),
        rank=Rank.CARD,
        fallback_user=next(iter(admins), None),
    )


async def _link(parts: Parts, channel: str | None, ts: str | None) -> str | None:
    try:
        return str((await parts.slack.chat_getPermalink(channel=channel or "", message_ts=ts or ""))["permalink"])
    except FAILURES:
        return None  # the history shows it without a link

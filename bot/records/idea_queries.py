"""Ideas looked up: one with what is worked out about it, lists, what waits for whom, and what a period brought."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import choices
from bot.records.idea_families import Tally, families, family_of, tallies
from bot.records.ideas import LIVE, Kind, Status
from bot.records.tables import Comment, Evidence, Idea, IdeaChange, IdeaNotice, Post, Vote
from bot.records.working_days import working_days_between


@dataclass(frozen=True)
class Shown:
    """An idea with what is worked out about it."""

    idea: Idea
    tally: Tally
    into: Idea | None = None  # what it was merged into
    answered_in: int | None = None  # working days until the first response


async def shown(session: AsyncSession, ideas: Sequence[Idea], country: str) -> list[Shown]:
    """Ideas as people see them, in the same order.

    Args:
        country: whose public holidays don't count as working days.
    """
    counted = await tallies(session, [idea.id for idea in ideas])
    zone = await choices.zone(session)
    return [
        Shown(
            idea,
            counted[idea.id],
            await session.get(Idea, idea.merged_into) if idea.merged_into else None,
            answered_in(idea, zone, country),
        )
        for idea in ideas
    ]


def answered_in(idea: Idea, zone: tzinfo, country: str) -> int | None:
    """Working days from the idea to its first response; None while there is none."""
    if idea.responded_at is None:
        return None
    first, last = (moment.astimezone(zone).date() for moment in (idea.created_at, idea.responded_at))
    return working_days_between(first, last, country)


async def get(session: AsyncSession, idea_id: int) -> Idea | None:
    """An idea, withdrawn ones included."""
    return await session.get(Idea, idea_id)


async def by_card(session: AsyncSession, channel: str, ts: str) -> Idea | None:
    """The idea whose card stands there, from the moment that it is posted."""
    idea = await session.scalar(select(Idea).where(Idea.card_channel == channel, Idea.card_ts == ts))
    if idea is None:
        post = select(Post.key).where(Post.posted_in == channel, Post.ts == ts, Post.key.like("idea:%"))
        number = (await session.scalar(post) or "").removeprefix("idea:")
        idea = await session.get(Idea, int(number)) if number.isdigit() else None
    return idea


async def changes(session: AsyncSession, idea_id: int) -> list[IdeaChange]:
    """An idea's history, oldest first."""
    return list(await session.scalars(select(IdeaChange).where(IdeaChange.idea_id == idea_id).order_by(IdeaChange.id)))


async def evidence(session: AsyncSession, idea_id: int) -> list[Evidence]:
    """What was said for customers, oldest first, of the whole family."""
    family = await family_of(session, idea_id)
    return list(await session.scalars(select(Evidence).where(Evidence.idea_id.in_(family)).order_by(Evidence.id)))


async def comments(session: AsyncSession, idea_id: int) -> list[Comment]:
    """What was said in the threads of the whole family, oldest first."""
    family = await family_of(session, idea_id)
    said = select(Comment).where(Comment.idea_id.in_(family), Comment.deleted_at.is_(None))
    return list(await session.scalars(said.order_by(Comment.ts)))


async def likely_owner(session: AsyncSession, near: Sequence[int], stage: str | None) -> str | None:
    """Who owns the first of these ideas that has an owner; else whoever owns most ideas of that stage."""
    owners: dict[int, str | None] = {
        row.id: row.owner for row in await session.execute(_owned().where(Idea.id.in_(near)))
    }
    if owners:
        return next(owners[number] for number in near if number in owners)
    if stage is None:
        return None
    most = select(Idea.owner).where(Idea.owner.is_not(None), Idea.stage == stage, Idea.deleted_at.is_(None))
    return (await session.scalars(most.group_by(Idea.owner).order_by(func.count().desc(), Idea.owner).limit(1))).first()


def _owned() -> Select[int, str | None]:
    return select(Idea.id, Idea.owner).where(Idea.owner.is_not(None), Idea.deleted_at.is_(None))


# Lists


@dataclass(frozen=True)
class Wanted:
    """What a list of ideas is to hold."""

    order: str = "top"  # or newest
    status: str | None = None  # one of them, or None: all that can be voted for
    stage: str | None = None
    tag: str | None = None
    author: str | None = None  # somebody's own, whatever their status
    ids: tuple[int, ...] | None = None  # found by meaning, best first
    words: str = ""  # all of which the title or the text has


async def listed(session: AsyncSession, wanted: Wanted, *, offset: int = 0, limit: int = 10) -> tuple[list[Idea], int]:
    """One page of a list, and how many there are in all."""
    found = _matching(wanted)
    total = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
    if wanted.ids is not None:
        order = {number: place for place, number in enumerate(wanted.ids)}
        rows = sorted(await session.scalars(found), key=lambda idea: order[idea.id])
        return rows[offset : offset + limit], total
    if wanted.order == "top":
        family = families(None)
        votes = (
            select(family.c.root, func.count(Vote.user.distinct()).label("votes"))
            .join(Vote, Vote.idea_id == family.c.member)
            .group_by(family.c.root)
            .subquery()
        )
        found = found.outerjoin(votes, votes.c.root == Idea.id).order_by(func.coalesce(votes.c.votes, 0).desc())
    page = found.order_by(Idea.created_at.desc(), Idea.id.desc()).offset(offset).limit(limit)
    return list(await session.scalars(page)), total


def _matching(wanted: Wanted) -> Select[Idea]:
    found = _alive()
    if wanted.author is not None:
        found = found.where(Idea.author == wanted.author)
    if wanted.status is not None:
        found = found.where(Idea.status == wanted.status)
    elif wanted.author is None:
        found = found.where(Idea.status.in_(LIVE))
    if wanted.stage is not None:
        found = found.where(Idea.stage == wanted.stage)
    if wanted.tag is not None:
        found = found.where(cast(Idea.tags, String).contains(json.dumps(wanted.tag), autoescape=True))
    for word in wanted.words.split():
        found = found.where((Idea.title + " " + Idea.text).icontains(word, autoescape=True))
    return found if wanted.ids is None else found.where(Idea.id.in_(wanted.ids))


async def pending(session: AsyncSession, by_then: date) -> list[Idea]:
    """Ideas whose first response or due date is on that day or earlier."""
    unanswered = (Idea.status == Status.OPEN) & Idea.responded_at.is_(None) & (Idea.respond_by <= by_then)
    live = _alive().where(Idea.status.in_(LIVE), unanswered | (Idea.due <= by_then))
    return list(await session.scalars(live.order_by(Idea.id)))


async def waiting(session: AsyncSession) -> list[Idea]:
    """Open ideas that nobody has responded to, oldest first."""
    open_ones = _alive().where(Idea.status == Status.OPEN, Idea.responded_at.is_(None))
    return list(await session.scalars(open_ones.order_by(Idea.created_at, Idea.id)))


async def every(session: AsyncSession) -> list[Idea]:
    """All ideas that were not withdrawn, oldest first."""
    return list(await session.scalars(select(Idea).where(Idea.deleted_at.is_(None)).order_by(Idea.id)))


async def due_for_news(session: AsyncSession, before: datetime) -> list[str]:
    """Followers who have waited for news since then."""
    waiting_ones = select(IdeaNotice.user).join(IdeaChange, IdeaNotice.change_id == IdeaChange.id)
    held = waiting_ones.where(IdeaNotice.sent_at.is_(None), IdeaChange.changed_at <= before)
    return list(await session.scalars(held.distinct().order_by(IdeaNotice.user)))


async def news_for(session: AsyncSession, user: str) -> list[tuple[IdeaNotice, IdeaChange, Idea]]:
    """What somebody has not been told yet, oldest first."""
    found = (
        select(IdeaNotice, IdeaChange, Idea)
        .join(IdeaChange, IdeaNotice.change_id == IdeaChange.id)
        .join(Idea, IdeaChange.idea_id == Idea.id)
        .where(IdeaNotice.user == user, IdeaNotice.sent_at.is_(None))
        .order_by(IdeaNotice.id)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(found)]


# For digests and figures: periods are [start, end)


async def decided(
    session: AsyncSession, start: datetime, end: datetime, status: str | None = None
) -> list[tuple[Idea, IdeaChange]]:
    """Decisions of a period, merges included, with their ideas; of one outcome (`completed`, say) if named."""
    found = (
        select(Idea, IdeaChange)
        .join(IdeaChange, IdeaChange.idea_id == Idea.id)
        .where(IdeaChange.kind.in_((Kind.DECIDED, Kind.MERGED)), Idea.deleted_at.is_(None))
        .where(IdeaChange.changed_at >= start, IdeaChange.changed_at < end)
        .order_by(IdeaChange.id)
    )
    if status is not None:
        found = found.where(IdeaChange.after == status, Idea.status == status)
    return [(row[0], row[1]) for row in await session.execute(found)]


async def most_wanted(session: AsyncSession, limit: int = 3) -> list[Idea]:
    """The open ideas with most votes."""
    return (await listed(session, Wanted(order="top", status=Status.OPEN), limit=limit))[0]


async def response_times(session: AsyncSession, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When each idea that got its first response in a period was submitted, and when it got it."""
    answered = _alive().where(Idea.responded_at >= start, Idea.responded_at < end).order_by(Idea.responded_at)
    return [(idea.created_at, idea.responded_at) for idea in await session.scalars(answered) if idea.responded_at]


def _alive() -> Select[Idea]:
    return select(Idea).where(Idea.deleted_at.is_(None))

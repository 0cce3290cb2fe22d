"""Ideas: submitted, wanted, talked about, decided, merged; and who is told.

An idea that was merged into another keeps its own votes, evidence, comments and author. What is counted and who is
told is worked out over the whole family (an idea and everything merged into it), so that undoing a merge loses nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE

from bot.records import choices
from bot.records.once import add_once
from bot.records.tables import Comment, Evidence, Idea, IdeaChange, IdeaDraft, IdeaNotice, Nudge, Post, Vote
from bot.records.working_days import working_days_between


class Status(StrEnum):
    OPEN = "open"
    PLANNED = "planned"
    STARTED = "started"
    COMPLETED = "completed"
    DECLINED = "declined"
    DUPLICATE = "duplicate"  # merged into another one


LIVE = (Status.OPEN, Status.PLANNED, Status.STARTED)  # can still be voted for
DECISIONS = (*LIVE, Status.COMPLETED, Status.DECLINED)


class Kind(StrEnum):
    """What a change was."""

    DECIDED = "decided"
    MERGED = "merged"
    UNMERGED = "unmerged"
    WITHDRAWN = "withdrawn"
    REWORDED = "reworded"
    ASSIGNED = "assigned"  # owner or due date, and nothing else


class CannotChange(Exception):
    """It was not done; the message says why, in words for whoever tried."""


class Gone(CannotChange):
    def __init__(self) -> None:
        super().__init__("This idea was withdrawn.")


class Closed(CannotChange):
    """No more votes are counted for it."""

    def __init__(self, status: str) -> None:
        super().__init__(f"This idea is {status} already, so no more votes are counted.")


class NotYours(CannotChange):
    def __init__(self) -> None:
        super().__init__("Only the person who suggested this idea can change its words.")


class NotOpen(CannotChange):
    """What was decided about it was decided about these words."""

    def __init__(self, status: str) -> None:
        what = "merged into another one" if status == Status.DUPLICATE else status
        super().__init__(f"This idea is {what} already, so its words stay. Add what is new in the thread of its card.")


class ReasonNeeded(CannotChange):
    def __init__(self) -> None:
        super().__init__("Please say why, in words that everybody can read.")


class IsMerged(CannotChange):
    def __init__(self) -> None:
        super().__init__("This idea was merged into another one. Undo that first.")


class NotMerged(CannotChange):
    def __init__(self) -> None:
        super().__init__("This idea is not merged into another one.")


class IntoItself(CannotChange):
    def __init__(self) -> None:
        super().__init__("An idea can't be merged into itself, nor into one that was merged into it.")


@dataclass(frozen=True)
class Tally:
    """How much an idea is wanted and talked about, everything merged into it included."""

    votes: int = 0
    customers: int = 0
    comments: int = 0
    merged: int = 0  # ideas that were merged into it


@dataclass(frozen=True)
class Shown:
    """An idea with what is worked out about it."""

    idea: Idea
    tally: Tally
    into: Idea | None = None  # what it was merged into
    answered_in: int | None = None  # working days until the first response


# What people do


async def submit(
    session: AsyncSession,
    *,
    key: str,
    author: str,
    title: str,
    text: str,
    respond_by: date,
    now: datetime,
    stage: str | None = None,
    tags: Sequence[str] = (),
    source: dict[str, Any] | None = None,
) -> tuple[Idea, bool]:
    """The idea of this form: a new one, or the one that came of it before; and whether it is new."""
    idea = Idea(
        key=key,
        author=author,
        title=title,
        text=text,
        stage=stage,
        tags=list(tags),
        source=source,
        status=Status.OPEN,
        reason="",
        respond_by=respond_by,
        created_at=now,
    )
    if await add_once(session, idea):
        return idea, True
    return (await session.scalars(select(Idea).where(Idea.key == key))).one(), False


async def edit(
    session: AsyncSession,
    key: str,
    idea_id: int,
    by: str,
    *,
    title: str,
    text: str,
    stage: str | None,
    tags: Sequence[str],
    now: datetime,
) -> IdeaChange | None:
    """Change the words of an open idea; None where they are the same.

    Followers are told once, however often it is reworded until then. The same form again (a replay) changes nothing
    and returns the change that it made.

    Raises:
        Gone, NotYours, NotOpen
    """
    if earlier := await _made_by(session, key):
        return earlier
    idea = await _own(session, idea_id)
    if idea.author != by:
        raise NotYours
    if idea.status != Status.OPEN:
        raise NotOpen(idea.status)
    before = (idea.title, idea.text, idea.stage, idea.tags)
    if before == (title, text, stage, list(tags)):
        return None
    idea.title, idea.text, idea.stage, idea.tags = title, text, stage, list(tags)
    if (title, text) != before[:2]:
        idea.wording, idea.vector, idea.vector_model = idea.wording + 1, None, None
    change = await _note(session, key, idea, by, Kind.REWORDED, idea.status, now)
    await _touch(session, idea.id, *await _merged_in(session, idea.id))
    return change


async def vote(session: AsyncSession, idea_id: int, user: str, now: datetime) -> tuple[Idea, bool]:
    """Count one vote a person; returns the idea that it counts for and whether it is new.

    Raises:
        Gone, Closed: it takes no votes.
    """
    idea = await _taking_votes(session, idea_id)
    if idea.id in await voted(session, [idea.id], user):
        return idea, False
    if not await add_once(session, Vote(idea_id=idea.id, user=user, voted_at=now)):
        return idea, False
    await _touch(session, idea.id)
    return idea, True


async def take_back(session: AsyncSession, idea_id: int, user: str) -> tuple[Idea, bool]:
    """Remove a person's vote; returns the idea that it counted for and whether there was one.

    Raises:
        Gone: the idea was withdrawn.
    """
    idea = await _root(session, idea_id)
    family = await family_of(session, idea.id)
    gone = await session.execute(delete(Vote).where(Vote.idea_id.in_(family), Vote.user == user).returning(Vote.id))
    if not gone.all():
        return idea, False
    await _touch(session, idea.id)
    return idea, True


async def speak_for(
    session: AsyncSession,
    *,
    key: str,
    idea_id: int,
    user: str,
    customer: str,
    customers: int,
    note: str,
    now: datetime,
) -> tuple[Idea, bool]:
    """Keep a vote on behalf of customers as evidence, once for each form.

    Raises:
        Gone, Closed: it takes no votes.
    """
    idea = await _taking_votes(session, idea_id)
    evidence = Evidence(
        key=key, idea_id=idea.id, user=user, customer=customer, customers=customers, note=note, noted_at=now
    )
    if not await add_once(session, evidence):
        return idea, False
    await _touch(session, idea.id)
    return idea, True


async def remove_evidence(session: AsyncSession, evidence_id: int, user: str, *, is_manager: bool) -> Idea | None:
    """Take back what was said for customers, by whoever said it or a manager; None when there is nothing to remove."""
    evidence = await session.get(Evidence, evidence_id)
    if evidence is None or (evidence.user != user and not is_manager):
        return None
    idea = await _root(session, evidence.idea_id)
    await session.delete(evidence)
    await _touch(session, idea.id)
    return idea


async def withdraw(session: AsyncSession, key: str, idea_id: int, by: str, now: datetime) -> IdeaChange | None:
    """Erase an idea's words, votes, evidence and comments; what was merged into it stands for itself again.

    None when it is gone already.
    """
    idea = await session.get(Idea, idea_id, with_for_update=True)
    if idea is None or idea.deleted_at is not None:
        return None
    for child in await session.scalars(select(Idea.id).where(Idea.merged_into == idea_id)):
        await unmerge(session, f"{key}:{child}", child, by, now)
    above = idea.merged_into
    change = await _note(session, key, idea, by, Kind.WITHDRAWN, idea.status, now)
    for table in (Vote, Evidence, Comment):
        await session.execute(delete(table).where(table.idea_id == idea_id))
    idea.title, idea.text, idea.reason, idea.tags, idea.source, idea.vector = "", "", "", [], None, None
    idea.merged_into, idea.deleted_at, idea.drawn_at = None, now, None  # its card goes at once, though others wait
    await session.flush()
    await _touch(session, idea_id, *([above] if above else []))
    return change


async def save_draft(session: AsyncSession, view_id: str, user: str, form: dict[str, Any], now: datetime) -> None:
    """Keep what somebody typed while their form shows something else."""
    await session.merge(IdeaDraft(view_id=view_id, user=user, form=form, typed_at=now))


async def draft(session: AsyncSession, view_id: str, user: str) -> dict[str, Any]:
    kept = await session.get(IdeaDraft, view_id)
    return dict(kept.form) if kept is not None and kept.user == user else {}


# What managers do


async def decide(
    session: AsyncSession,
    key: str,
    idea_id: int,
    by: str,
    status: str,
    reason: str,
    now: datetime,
    *,
    owner: str | None = None,
    due: date | None = None,
) -> IdeaChange | None:
    """Set status, owner and due date; the change that people are told of, None where nothing is new.

    Followers hear of the status; somebody who becomes its owner hears of that.

    The same form again (a replay) changes nothing and returns the change that it made.

    Raises:
        Gone, IsMerged: it can't be decided.
        ReasonNeeded: it is declined without a reason.
    """
    if earlier := await _made_by(session, key):
        return earlier
    idea = await _own(session, idea_id)
    if idea.merged_into is not None:
        raise IsMerged
    if status == Status.DECLINED and not reason.strip():
        raise ReasonNeeded
    is_assigned, new_owner = (owner, due) != (idea.owner, idea.due), owner if owner != idea.owner else None
    idea.owner, idea.due = owner, due
    change = None
    if status != idea.status or (reason and reason != idea.reason):
        before, idea.status, idea.reason, idea.decided_at = idea.status, Status(status).value, reason, now
        idea.responded_at = idea.responded_at or now
        change = await _note(session, key, idea, by, Kind.DECIDED, before, now, reason=reason, owner=new_owner)
    elif is_assigned:
        change = await _note(session, key, idea, by, Kind.ASSIGNED, idea.status, now, owner=new_owner)
    await _touch(session, idea.id, *await _merged_in(session, idea.id))
    return change


async def merge(session: AsyncSession, key: str, idea_id: int, into_id: int, by: str, now: datetime) -> IdeaChange:
    """Merge an idea into another one, or into what that one was merged into.

    Raises:
        Gone: one of them was withdrawn.
        IsMerged: it is merged already.
        IntoItself: the other is the idea itself, or belongs to it.
    """
    if earlier := await _made_by(session, key):
        return earlier
    into = await _root(session, into_id)
    idea = await _own(session, idea_id)
    if idea.merged_into is not None:
        raise IsMerged
    if into.id == idea.id:
        raise IntoItself
    before, idea.status, idea.merged_into, idea.decided_at = idea.status, Status.DUPLICATE.value, into.id, now
    idea.responded_at = idea.responded_at or now
    await session.flush()
    change = await _note(session, key, idea, by, Kind.MERGED, before, now, other=into.id)
    await _touch(session, idea.id, into.id)
    return change


async def unmerge(session: AsyncSession, key: str, idea_id: int, by: str, now: datetime) -> IdeaChange:
    """Undo a merge: the idea stands for itself again, as it was.

    Raises:
        Gone: the idea was withdrawn.
        NotMerged: it is not merged.
    """
    if earlier := await _made_by(session, key):
        return earlier
    idea = await _own(session, idea_id)
    if idea.merged_into is None:
        raise NotMerged
    merges = select(IdeaChange).where(IdeaChange.idea_id == idea_id, IdeaChange.kind == Kind.MERGED)
    merged = (await session.scalars(merges.order_by(IdeaChange.id.desc()).limit(1))).one()
    above = idea.merged_into
    if idea.responded_at == merged.changed_at:  # the merge was all the response it got
        idea.responded_at = None
    idea.status, idea.merged_into, idea.decided_at = merged.before, None, now
    await session.flush()
    change = await _note(session, key, idea, by, Kind.UNMERGED, Status.DUPLICATE, now, other=above)
    await _touch(session, idea.id, above)
    return change


async def respond(session: AsyncSession, idea_id: int, now: datetime) -> bool:
    """Note the first response; False when there was one, or the idea is gone."""
    first = (Idea.id == idea_id, Idea.responded_at.is_(None), Idea.deleted_at.is_(None))
    noted = await session.execute(update(Idea).where(*first).values(responded_at=now).returning(Idea.id))
    if not noted.all():
        return False
    await _touch(session, idea_id)
    return True


# The thread of the card


async def comment(
    session: AsyncSession,
    idea_id: int,
    *,
    channel: str,
    ts: str,
    user: str,
    text: str,
    now: datetime,
    edited_ts: str = "",
) -> bool:
    """Keep a comment, or the newer wording of one; False when what we have is as new.

    Slack's events may come twice and in any order: the newest edit wins, and what was deleted stays so.
    """
    row = Comment(idea_id=idea_id, channel=channel, ts=ts, user=user, text=text, edited_ts=edited_ts, commented_at=now)
    if not await add_once(session, row):
        kept = await _comment(session, channel, ts)
        if kept.deleted_at is not None or _moment(edited_ts) <= _moment(kept.edited_ts):
            return False
        kept.text, kept.edited_ts = text, edited_ts
    await _touch(session, (await root_of(session, idea_id)) or idea_id)
    return True


async def remove_comment(
    session: AsyncSession, idea_id: int, *, channel: str, ts: str, user: str, now: datetime
) -> None:
    """Forget a comment's words; a deletion that overtakes its comment counts all the same."""
    row = Comment(idea_id=idea_id, channel=channel, ts=ts, user=user, text="", commented_at=now, deleted_at=now)
    if not await add_once(session, row):
        kept = await _comment(session, channel, ts)
        kept.text, kept.deleted_at = "", kept.deleted_at or now
    await _touch(session, (await root_of(session, idea_id)) or idea_id)


# Looking up


async def get(session: AsyncSession, idea_id: int) -> Idea | None:
    """An idea, withdrawn ones included."""
    return await session.get(Idea, idea_id)


async def root_of(session: AsyncSession, idea_id: int) -> int | None:
    """The idea that this one was merged into in the end, or itself; None where there is no such idea."""
    while (idea := await session.get(Idea, idea_id)) is not None:
        if idea.merged_into is None:
            return idea.id
        idea_id = idea.merged_into
    return None


async def roots(session: AsyncSession, idea_ids: Iterable[int]) -> list[Idea]:
    """The ideas that these were merged into in the end, in the same order, each once; withdrawn ones left out."""
    numbers = dict.fromkeys([await root_of(session, number) for number in idea_ids])
    found = [await session.get(Idea, number) for number in numbers if number is not None]
    return [idea for idea in found if idea is not None and idea.deleted_at is None]


async def family_of(session: AsyncSession, idea_id: int) -> list[int]:
    """An idea and everything that was merged into it."""
    family = _families([idea_id])
    return list(await session.scalars(select(family.c.member).order_by(family.c.member)))


async def tallies(session: AsyncSession, idea_ids: Iterable[int]) -> dict[int, Tally]:
    """How much each idea is wanted and talked about."""
    ids = list(dict.fromkeys(idea_ids))
    family = _families(ids)

    async def counted(
        table: type[Vote | Evidence | Comment], figure: ColumnElement[Any], *where: Any
    ) -> dict[int, int]:
        query = select(family.c.root, figure).join(table, table.idea_id == family.c.member).where(*where)
        return {row[0]: int(row[1]) for row in await session.execute(query.group_by(family.c.root))}

    votes = await counted(Vote, func.count(Vote.user.distinct()))
    customers = await counted(Evidence, func.sum(Evidence.customers))
    comments = await counted(Comment, func.count(Comment.id), Comment.deleted_at.is_(None))
    sizes = select(family.c.root, func.count()).group_by(family.c.root)
    merged = {row[0]: int(row[1]) - 1 for row in await session.execute(sizes)}
    return {n: Tally(votes.get(n, 0), customers.get(n, 0), comments.get(n, 0), merged.get(n, 0)) for n in ids}


async def voted(session: AsyncSession, idea_ids: Iterable[int], user: str) -> set[int]:
    """Which of these ideas a person has voted for, by themselves or by what was merged into them."""
    family = _families(list(idea_ids))
    mine = select(family.c.root).join(Vote, Vote.idea_id == family.c.member).where(Vote.user == user)
    return set(await session.scalars(mine))


async def followers(session: AsyncSession, idea_id: int) -> set[str]:
    """Who is told of changes: the authors, voters and those who spoke for customers, of the whole family."""
    family = await family_of(session, idea_id)
    found: set[str] = set()
    found.update(await session.scalars(select(Idea.author).where(Idea.id.in_(family), Idea.deleted_at.is_(None))))
    found.update(await session.scalars(select(Vote.user).where(Vote.idea_id.in_(family))))
    found.update(await session.scalars(select(Evidence.user).where(Evidence.idea_id.in_(family))))
    return found


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


async def by_card(session: AsyncSession, channel: str, ts: str) -> Idea | None:
    """The idea whose card stands there, from the moment that it is posted."""
    idea = await session.scalar(select(Idea).where(Idea.card_channel == channel, Idea.card_ts == ts))
    if idea is None:
        post = select(Post.key).where(Post.posted_in == channel, Post.ts == ts, Post.key.like("idea:%"))
        number = (await session.scalar(post) or "").removeprefix("idea:")
        idea = await session.get(Idea, int(number)) if number.isdigit() else None
    return idea


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
        family = _families(None)
        votes = (
            select(family.c.root, func.count(Vote.user.distinct()).label("votes"))
            .join(Vote, Vote.idea_id == family.c.member)
            .group_by(family.c.root)
            .subquery()
        )
        found = found.outerjoin(votes, votes.c.root == Idea.id).order_by(func.coalesce(votes.c.votes, 0).desc())
    page = found.order_by(Idea.created_at.desc(), Idea.id.desc()).offset(offset).limit(limit)
    return list(await session.scalars(page)), total


async def pending(session: AsyncSession, by_then: date) -> list[Idea]:
    """Ideas whose first response or due date is on that day or earlier."""
    unanswered = (Idea.status == Status.OPEN) & Idea.responded_at.is_(None) & (Idea.respond_by <= by_then)
    live = _alive().where(Idea.status.in_(LIVE), unanswered | (Idea.due <= by_then))
    return list(await session.scalars(live.order_by(Idea.id)))


async def nudge(session: AsyncSession, idea_id: int, user: str, kind: str, now: datetime) -> bool:
    """Note that somebody is reminded; False when they were."""
    known = select(Nudge.id).where(Nudge.idea_id == idea_id, Nudge.user == user, Nudge.kind == kind)
    if await session.scalar(known) is not None:
        return False
    return await add_once(session, Nudge(idea_id=idea_id, user=user, kind=kind, nudged_at=now))


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


async def every(session: AsyncSession) -> list[Idea]:
    """All ideas that were not withdrawn, oldest first."""
    return list(await session.scalars(select(Idea).where(Idea.deleted_at.is_(None)).order_by(Idea.id)))


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


async def waiting(session: AsyncSession) -> list[Idea]:
    """Open ideas that nobody has responded to, oldest first."""
    open_ones = _alive().where(Idea.status == Status.OPEN, Idea.responded_at.is_(None))
    return list(await session.scalars(open_ones.order_by(Idea.created_at, Idea.id)))


async def response_times(session: AsyncSession, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When each idea that got its first response in a period was submitted, and when it got it."""
    answered = _alive().where(Idea.responded_at >= start, Idea.responded_at < end).order_by(Idea.responded_at)
    return [(idea.created_at, idea.responded_at) for idea in await session.scalars(answered) if idea.responded_at]


# Inside


def _owned() -> Select[int, str | None]:
    return select(Idea.id, Idea.owner).where(Idea.owner.is_not(None), Idea.deleted_at.is_(None))


def _alive() -> Select[Idea]:
    return select(Idea).where(Idea.deleted_at.is_(None))


def _families(roots: Sequence[int] | None) -> CTE:
    """(root, member) of the families of these ideas; of all that are merged into nothing for None."""
    first = select(Idea.id.label("root"), Idea.id.label("member"))
    first = first.where(Idea.merged_into.is_(None)) if roots is None else first.where(Idea.id.in_(roots))
    family = first.cte("family", recursive=True)
    return family.union_all(select(family.c.root, Idea.id).join(family, Idea.merged_into == family.c.member))


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


async def _own(session: AsyncSession, idea_id: int) -> Idea:
    """The row itself, locked; raises Gone."""
    idea = await session.get(Idea, idea_id, with_for_update=True)
    if idea is None or idea.deleted_at is not None:
        raise Gone
    return idea


async def _root(session: AsyncSession, idea_id: int) -> Idea:
    """The idea that stands for this one, locked; raises Gone."""
    root = await root_of(session, idea_id)
    return await _own(session, root if root is not None else idea_id)


async def _taking_votes(session: AsyncSession, idea_id: int) -> Idea:
    idea = await _root(session, idea_id)
    if idea.status not in LIVE:
        raise Closed(idea.status)
    return idea


async def _merged_in(session: AsyncSession, idea_id: int) -> list[int]:
    return (await family_of(session, idea_id))[1:]


async def _touch(session: AsyncSession, *idea_ids: int) -> None:
    """Their cards have something new to show."""
    await session.execute(update(Idea).where(Idea.id.in_(idea_ids)).values(version=Idea.version + 1))


async def _made_by(session: AsyncSession, key: str) -> IdeaChange | None:
    return await session.scalar(select(IdeaChange).where(IdeaChange.key == key))


async def _note(
    session: AsyncSession,
    key: str,
    idea: Idea,
    by: str,
    kind: Kind,
    before: str,
    now: datetime,
    *,
    reason: str = "",
    other: int | None = None,
    owner: str | None = None,
) -> IdeaChange:
    """Write a change down, and who is to hear of it: followers, and who becomes its owner by it."""
    change = IdeaChange(
        key=key,
        idea_id=idea.id,
        user=by,
        kind=kind,
        before=before,
        after=idea.status,
        reason=reason,
        other_id=other,
        changed_at=now,
    )
    session.add(change)
    await session.flush()
    told = set() if kind == Kind.ASSIGNED else await followers(session, idea.id)
    told = (told | ({owner} if owner else set())) - {by}
    if kind == Kind.REWORDED:
        told -= await _expecting(session, idea.id, kind)
    session.add_all([IdeaNotice(change_id=change.id, user=user) for user in sorted(told)])
    await session.flush()
    return change


async def _expecting(session: AsyncSession, idea_id: int, kind: Kind) -> set[str]:
    """Who has not been told yet that this happened before."""
    held = select(IdeaNotice.user).join(IdeaChange, IdeaNotice.change_id == IdeaChange.id)
    held = held.where(IdeaChange.idea_id == idea_id, IdeaChange.kind == kind, IdeaNotice.sent_at.is_(None))
    return set(await session.scalars(held))


async def _comment(session: AsyncSession, channel: str, ts: str) -> Comment:
    return (await session.scalars(select(Comment).where(Comment.channel == channel, Comment.ts == ts))).one()


def _moment(ts: str) -> tuple[int, int]:
    """Slack's time stamps in order; one that was never edited comes first."""
    seconds, _, rest = ts.partition(".")
    return int(seconds or 0), int(rest or 0)

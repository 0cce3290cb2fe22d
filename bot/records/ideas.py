"""Ideas: submitted, wanted, talked about, decided, merged; and who is told."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.idea_families import family_of, followers, root_of, voted
from bot.records.once import add_once
from bot.records.tables import Comment, Evidence, Idea, IdeaChange, IdeaDraft, IdeaNotice, Nudge, Vote


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


async def nudge(session: AsyncSession, idea_id: int, user: str, kind: str, now: datetime) -> bool:
    """Note that somebody is reminded; False when they were."""
    known = select(Nudge.id).where(Nudge.idea_id == idea_id, Nudge.user == user, Nudge.kind == kind)
    if await session.scalar(known) is not None:
        return False
    return await add_once(session, Nudge(idea_id=idea_id, user=user, kind=kind, nudged_at=now))


# Inside


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

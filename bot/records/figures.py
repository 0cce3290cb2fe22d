"""How the team does in one period, [start, end): counts that can be listed, each with its n."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.records import idea_queries, ideas, wins
from bot.records.tables import Idea, IdeaChange, Question, Rating
from bot.records.working_days import working_days_between

SETTLING = (ideas.Kind.DECIDED, ideas.Kind.MERGED, ideas.Kind.UNMERGED)
UNANSWERED = "not_in_guides"


@dataclass(frozen=True)
class Figures:
    """The managers' figures."""

    waiting: int  # ideas without a first answer, at the end of the period
    overdue: int  # of them, past the day that they should have had it
    answer_days: Sequence[int]  # working days to each first answer given in the period
    asked: int
    unanswered: int  # questions that the guides don't answer
    ratings: int
    helpful: int
    stories: int
    kudos: int


async def of(session: AsyncSession, start: datetime, end: datetime, zone: str, country: str) -> Figures:
    """Args:
    country: whose working days count, as in ``working_days``.
    """
    waiting = await waiting_at(session, end)
    today = end.astimezone(ZoneInfo(zone)).date()
    asked = await _count(session, Question.asked_at, start, end, Question.outcome.is_not(None))
    unanswered = await _count(session, Question.asked_at, start, end, Question.outcome == UNANSWERED)
    told, given = await wins.count(session, start, end)
    return Figures(
        waiting=len(waiting),
        overdue=sum(idea.respond_by < today for idea in waiting),
        answer_days=sorted(
            working_days_between(
                asked.astimezone(ZoneInfo(zone)).date(), got.astimezone(ZoneInfo(zone)).date(), country
            )
            for asked, got in await idea_queries.response_times(session, start, end)
        ),
        asked=asked,
        unanswered=unanswered,
        ratings=await _count(session, Rating.rated_at, start, end),
        helpful=await _count(session, Rating.rated_at, start, end, Rating.helpful.is_(True)),
        stories=told,
        kudos=given,
    )


async def waiting_at(session: AsyncSession, at: datetime) -> list[Idea]:
    """The ideas that had no first answer at a moment, and were not withdrawn since; oldest first."""
    unanswered = or_(Idea.responded_at.is_(None), Idea.responded_at >= at)
    settled = select(IdeaChange.idea_id).where(IdeaChange.changed_at < at, IdeaChange.kind.in_(SETTLING))
    there = select(Idea).where(Idea.created_at < at, Idea.deleted_at.is_(None), unanswered, Idea.id.not_in(settled))
    return list(await session.scalars(there.order_by(Idea.created_at, Idea.id)))


async def answered_ideas(session: AsyncSession, start: datetime, end: datetime) -> list[Idea]:
    """The ideas that got their first answer in a period, oldest answer first."""
    there = select(Idea).where(Idea.deleted_at.is_(None), Idea.responded_at >= start, Idea.responded_at < end)
    return list(await session.scalars(there.order_by(Idea.responded_at, Idea.id)))


async def unanswered_questions(session: AsyncSession, start: datetime, end: datetime) -> list[Question]:
    """The questions of a period that the guides don't answer, newest first."""
    there = select(Question).where(Question.asked_at >= start, Question.asked_at < end, Question.outcome == UNANSWERED)
    return list(await session.scalars(there.order_by(Question.asked_at.desc(), Question.id.desc())))


async def unhelpful(session: AsyncSession, start: datetime, end: datetime) -> list[Question]:
    """The questions whose answer somebody rated 👎 in a period, newest first."""
    rated = select(Rating.question_id).where(Rating.rated_at >= start, Rating.rated_at < end, Rating.helpful.is_(False))
    there = select(Question).where(Question.id.in_(rated))
    return list(await session.scalars(there.order_by(Question.asked_at.desc(), Question.id.desc())))


async def _count(
    session: AsyncSession,
    at: InstrumentedAttribute[datetime],
    start: datetime,
    end: datetime,
    *where: ColumnElement[bool],
) -> int:
    counted = select(func.count()).where(at >= start, at < end, *where)
    return await session.scalar(counted) or 0

"""Questions, the answers that they got, and what people thought of those."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.once import add_once
from bot.records.tables import Question, Rating

MOST_TURNS = 3
GOES_ON_FOR = timedelta(minutes=5)  # a conversation in the main box of a direct message; then it is about another call
FORGOTTEN = "(deleted)"  # the text of a question whose message was deleted


async def begin(
    session: AsyncSession,
    *,
    key: str,
    asker: str,
    text: str,
    way: str,
    now: datetime,
    channel: str | None = None,
    asked_ts: str | None = None,
    thread_ts: str | None = None,
) -> Question:
    """The question of this delivery: a new row, or the one that was begun before a crash."""
    place = {"channel": channel, "asked_ts": asked_ts, "thread_ts": thread_ts}
    question = Question(key=key, asker=asker, text=text, way=way, asked_at=now, **place)
    if await add_once(session, question):
        return question
    return (await session.scalars(select(Question).where(Question.key == key))).one()


async def get(session: AsyncSession, question_id: int) -> Question | None:
    return await session.get(Question, question_id)


async def finish(session: AsyncSession, question_id: int, outcome: str, answer: dict[str, Any], now: datetime) -> bool:
    """Keep the answer; False when nobody waits for it: the question has one already, or its message was deleted."""
    question = await session.get(Question, question_id, with_for_update=True)
    if question is None or question.outcome is not None:
        return False
    is_gone = question.text == FORGOTTEN
    question.outcome, question.answered_at = outcome, now
    question.answer = _without_words(answer) if is_gone else answer
    await session.flush()
    return not is_gone


async def before(session: AsyncSession, question: Question, *, begins_thread: bool = False) -> list[str]:
    """The last questions before this one in its thread, oldest first, as they were understood.

    A thread of a channel has everybody's, for everybody there reads them; a direct message has its own. There, people
    also go on in the main box: a question that begins a thread follows those of the last minutes. One that was changed
    follows neither itself as it was nor what was asked after it.
    """
    if question.thread_ts is None or (begins_thread and question.way != "dm"):
        return []
    lately = and_(Question.asker == question.asker, Question.asked_at >= question.asked_at - GOES_ON_FOR)
    belongs = lately if begins_thread else Question.thread_ts == question.thread_ts
    is_above = or_(Question.asked_ts.is_(None), Question.asked_ts < question.asked_ts) if question.asked_ts else true()
    rows = await session.scalars(
        select(Question)
        .where(Question.channel == question.channel, Question.way == question.way, belongs, is_above)
        .where(Question.id < question.id, Question.text != FORGOTTEN)
        .order_by(Question.id.desc())
        .limit(MOST_TURNS)
    )
    return [(row.answer or {}).get("understood") or row.text for row in rows][::-1]


async def forget(session: AsyncSession, channel: str, ts: str) -> None:
    """Keep no words of a question whose message was deleted; that it was asked, and how it went, stays counted."""
    asked = select(Question).where(Question.channel == channel, Question.asked_ts == ts).with_for_update()
    for question in await session.scalars(asked):
        question.text = FORGOTTEN
        if question.answer is not None:
            question.answer = _without_words(question.answer)


def _without_words(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what was asked, and how it was understood."""
    return {**answer, "understood": None, "parts": []}


async def latest(session: AsyncSession, asker: str, count: int = 10) -> list[Question]:
    """Somebody's own questions that have an answer, newest first."""
    return list(
        await session.scalars(
            select(Question)
            .where(Question.asker == asker, Question.outcome.is_not(None), Question.text != FORGOTTEN)
            .order_by(Question.asked_at.desc(), Question.id.desc())
            .limit(count)
        )
    )


async def rate(session: AsyncSession, question_id: int, user: str, helpful: bool, now: datetime) -> bool:
    """Keep one rating a person; returns whether it changed an earlier one."""
    if await add_once(session, Rating(question_id=question_id, user=user, helpful=helpful, rated_at=now)):
        return False
    mine = select(Rating).where(Rating.question_id == question_id, Rating.user == user)
    rating = (await session.scalars(mine.with_for_update())).one()
    changed = rating.helpful != helpful
    rating.helpful, rating.rated_at = helpful, now
    return changed

"""Questions passed on to the owner of a guide, and the owner's reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.once import add_once
from bot.records.tables import Post, Question, Referral


class CannotReply(Exception):
    """The reply was not taken; the message says why, in words for whoever tried."""


class NotYours(CannotReply):
    def __init__(self) -> None:
        super().__init__("This question was sent to somebody else, so only they can reply to it.")


@dataclass
class AlreadyReplied(CannotReply):
    """Another owner was faster, or the same one did it before."""

    by: str
    at: datetime
    reply: str


async def open_or_replied(session: AsyncSession, question_id: int) -> Referral | None:
    """The referral that a question has already, whoever asked for it."""
    return await session.scalar(
        select(Referral).where(Referral.question_id == question_id).order_by(Referral.id).limit(1)
    )


async def get(session: AsyncSession, referral_id: int) -> Referral | None:
    return await session.get(Referral, referral_id)


async def refer(
    session: AsyncSession, question_id: int, asker: str, owners: Sequence[str], note: str, now: datetime
) -> tuple[Referral, bool]:
    """Pass a question on, once; returns the referral and whether it is new."""
    await session.get(Question, question_id, with_for_update=True)  # two who ask for it at once take turns
    earlier = await open_or_replied(session, question_id)
    if earlier is not None:
        return earlier, False
    referral = Referral(question_id=question_id, asker=asker, owners=list(owners), note=note, created_at=now)
    if await add_once(session, referral):
        return referral, True
    mine = select(Referral).where(Referral.question_id == question_id, Referral.asker == asker)
    return (await session.scalars(mine)).one(), False


async def reply(session: AsyncSession, referral_id: int, by: str, text: str, now: datetime) -> Referral:
    """Keep the first owner's reply. The very same reply again (a replay) is taken as done.

    Raises:
        NotYours: the question was not sent to this person.
        AlreadyReplied: it has another reply.
    """
    referral = await session.get(Referral, referral_id, with_for_update=True)
    if referral is None or by not in referral.owners:
        raise NotYours
    if referral.reply is None or referral.replied_by is None or referral.replied_at is None:
        referral.reply, referral.replied_by, referral.replied_at = text, by, now
        await session.flush()
    elif (referral.reply, referral.replied_by) != (text, by):
        raise AlreadyReplied(referral.replied_by, referral.replied_at, referral.reply)
    return referral


def message_key(referral_id: int, owner: str) -> str:
    """The outbox key of the message that brings a referral to one of its owners."""
    return f"referral:{referral_id}:{owner}"


async def messages(session: AsyncSession, referral: Referral) -> list[tuple[str, str, str]]:
    """Where the owners' messages stand: (owner, channel, ts) of those that are posted."""
    keys = {message_key(referral.id, owner): owner for owner in referral.owners}
    posts = await session.scalars(select(Post).where(Post.key.in_(keys), Post.ts.is_not(None)))
    return [(keys[post.key], post.posted_in or "", post.ts or "") for post in posts]

"""What runs when. APScheduler is only the alarm clock: it keeps nothing, and every job may be late or repeated."""

from asyncio import CancelledError, Lock
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.parts import Parts
from jobs import digest, idea_cards, idea_news, nudges, refused_cards, reindex, tidy, win_cards

REINDEX_EVERY_S = 2
CARDS_EVERY_S = 1
WIN_CARDS_EVERY_S = 2  # so that a card changes once, however many click at the same moment
VECTORS_EVERY_S = 2
NEWS_EVERY_S = 15
NUDGES_EVERY_S = 15
REFUSED_EVERY_S = 5
TIDY_EVERY_H = 6
DIGEST_EVERY_S = 10


def start(parts: Parts, in_background: Callable[..., Awaitable[object]]) -> AsyncIOScheduler:
    """Set the alarms and start them.

    Args:
        in_background: runs a long synchronous call in a thread of its own, away from people's questions.
    """
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})

    every = partial(_every, scheduler)
    reindexing = (parts.library, parts.people, in_background)
    every(reindex.catch_up, reindexing, seconds=REINDEX_EVERY_S)
    every(tidy.forget_old_traffic, (parts.database, parts.clock), hours=TIDY_EVERY_H)
    every(digest.tick, (parts,), seconds=DIGEST_EVERY_S)
    country = parts.settings.holidays_country
    every(idea_cards.catch_up, (parts,), seconds=CARDS_EVERY_S)
    every(refused_cards.post_again, (parts,), seconds=REFUSED_EVERY_S)
    every(parts.similar.embed_new, (), seconds=VECTORS_EVERY_S)
    news = (parts.database, parts.outbox, parts.clock)
    every(idea_news.send, news, seconds=NEWS_EVERY_S)
    nudged = (parts.database, parts.outbox, parts.people, parts.clock, country)
    every(nudges.remind, nudged, seconds=NUDGES_EVERY_S)
    every(win_cards.redraw, (parts,), seconds=WIN_CARDS_EVERY_S)
    scheduler.start()
    return scheduler


def _every(
    scheduler: AsyncIOScheduler, job: Callable[..., Awaitable[object]], arguments: tuple[object, ...], **interval: int
) -> None:
    """Runs a job at once, for what came due before the start has waited long enough, and then at an interval."""
    how = {"args": (Lock(), job, *arguments), "name": job.__qualname__}
    scheduler.add_job(_in_turn, "interval", **how, **interval)
    scheduler.add_job(_in_turn, **how)


async def _in_turn(turn: Lock, job: Callable[..., Awaitable[object]], *arguments: Any) -> None:
    """The job, never twice at the same time. When the bot stops it is cut off, which is no failure to log."""
    with suppress(CancelledError):
        async with turn:
            await job(*arguments)

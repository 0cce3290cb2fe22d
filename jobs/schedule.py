"""What runs when. APScheduler is only the alarm clock: it keeps nothing, and every job may be late or repeated."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.parts import Parts
from jobs import digest, idea_cards, idea_news, nudges, reindex, tidy, win_cards

REINDEX_EVERY_S = 2
CARDS_EVERY_S = 1
WIN_CARDS_EVERY_S = 2  # so that a card changes once, however many click at the same moment
VECTORS_EVERY_S = 2
NEWS_EVERY_S = 15
NUDGES_EVERY_S = 15
TIDY_EVERY_H = 6
DIGEST_EVERY_S = 10


def start(parts: Parts, in_background: Callable[..., Awaitable[object]]) -> AsyncIOScheduler:
    """Set the alarms and start them.

    Args:
        in_background: runs a long synchronous call in a thread of its own, away from people's questions.
    """
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
    reindexing = (parts.library, parts.people, in_background)
    scheduler.add_job(reindex.catch_up, "interval", seconds=REINDEX_EVERY_S, args=reindexing)
    scheduler.add_job(tidy.forget_old_traffic, "interval", hours=TIDY_EVERY_H, args=(parts.database, parts.clock))
    scheduler.add_job(digest.tick, "interval", seconds=DIGEST_EVERY_S, args=(parts,))
    country = parts.settings.holidays_country
    cards = (parts.database, parts.outbox, parts.slack, parts.clock, country)
    scheduler.add_job(idea_cards.catch_up, "interval", seconds=CARDS_EVERY_S, args=cards)
    scheduler.add_job(parts.similar.embed_new, "interval", seconds=VECTORS_EVERY_S)
    news = (parts.database, parts.outbox, parts.clock)
    scheduler.add_job(idea_news.send, "interval", seconds=NEWS_EVERY_S, args=news)
    nudged = (parts.database, parts.outbox, parts.people, parts.clock, country)
    scheduler.add_job(nudges.remind, "interval", seconds=NUDGES_EVERY_S, args=nudged)
    drawing = (parts.database, parts.slack, parts.people)
    scheduler.add_job(win_cards.redraw, "interval", seconds=WIN_CARDS_EVERY_S, args=drawing)
    scheduler.start()
    return scheduler

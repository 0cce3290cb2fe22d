"""Reminders of ideas: a first response that is due, and work that is due, to the owner or else to the managers."""

import logging
from collections.abc import Iterator
from datetime import date, time

from bot.blocks import idea_news as blocks
from bot.delivery import Clock
from bot.delivery.outbox import Outbox, Rank
from bot.people import People, Unknown
from bot.records import choices, idea_queries, ideas
from bot.records.database import Database
from bot.records.roles import Roles
from bot.records.tables import Idea
from bot.records.working_days import add_working_days, is_working_day

log = logging.getLogger(__name__)

FROM, UNTIL = time(9), time(17)  # local: reminders come while people work


async def remind(database: Database, outbox: Outbox, people: People, clock: Clock, country: str) -> None:
    """Remind of what is due by the next working day, and once more when it is late; each once a person."""
    async with database.read() as session:
        zone = await choices.zone(session)
        local = clock().astimezone(zone)
        today = local.date()
        if not is_working_day(today, country) or not FROM <= local.time() < UNTIL:
            return
        by_then = add_working_days(today, 1, country)
        found = [
            (idea, kind) for idea in await idea_queries.pending(session, by_then) for kind in _due(idea, today, by_then)
        ]
    for idea, kind in found:
        try:
            owner = list(await people.colleague_names([idea.owner])) if idea.owner else []
            users = owner or await people.holders(Roles.MANAGER)
        except Unknown as doubt:
            log.warning("a reminder of idea %s waits: Slack can't be asked (%s)", idea.id, doubt)
            continue
        for user in users:
            async with database.write() as session:
                if not await ideas.nudge(session, idea.id, user, kind, clock()):
                    continue
                said = blocks.reminder(idea, kind.partition(":")[0], today, to_owner=bool(owner))
                await outbox.put(
                    session,
                    key=f"nudge:{idea.id}:{kind}:{user}",
                    channel=user,
                    text=said.text,
                    blocks=said.blocks,
                    rank=Rank.CARD,
                )
    outbox.wake()


def _due(idea: Idea, today: date, by_then: date) -> Iterator[str]:
    """What to remind of: each kind names its day, so that a new day is reminded of anew."""
    if idea.status == ideas.Status.OPEN and idea.responded_at is None:
        if idea.respond_by < today:
            yield f"late:{idea.respond_by}"
        elif idea.respond_by <= by_then:
            yield f"soon:{idea.respond_by}"
    if idea.due is not None:
        if idea.due < today:
            yield f"due:{idea.due}:late"
        elif idea.due <= by_then:
            yield f"due:{idea.due}"

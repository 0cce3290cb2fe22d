"""What Slack refuses for good: who hears of it, and when it is tried again all the same."""

from datetime import timedelta

from bot.blocks import admin as words
from bot.delivery.outbox import Rank
from bot.delivery.slack_errors import explained
from bot.parts import Parts
from bot.records.tables import Idea

AGAIN_AFTER = timedelta(hours=1)


async def tell_admins(parts: Parts, channel: str, code: str) -> None:
    """Say what keeps cards out of a channel, once for each reason."""
    text = words.cards_refused(channel, explained(code), parts.settings.command_prefix)
    await _tell(parts, f"refused:{channel}:{code}", text)


async def tell_admins_of_a_lost_card(parts: Parts, idea: Idea) -> None:
    """Say, once, that somebody deleted the card of an idea."""
    await _tell(parts, f"card-lost:{idea.id}", words.card_lost(idea, parts.settings.command_prefix))


async def _tell(parts: Parts, key: str, text: str) -> None:
    admins = await parts.people.admins()
    async with parts.database.write() as session:
        for admin in admins:
            await parts.outbox.put(session, key=f"{key}:{admin}", channel=admin, text=text, rank=Rank.CARD)
    parts.outbox.wake()

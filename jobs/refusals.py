"""What Slack refuses for good: who hears of it, and when it is tried again all the same."""

from datetime import timedelta

from bot.blocks import admin as words
from bot.delivery import IN_WORDS, Rank
from bot.parts import Parts

AGAIN_AFTER = timedelta(hours=1)


async def tell_admins(parts: Parts, channel: str, code: str) -> None:
    """Say what keeps cards out of a channel, once for each reason."""
    text = words.cards_refused(channel, IN_WORDS.get(code, f"Slack says {code}"), parts.settings.command_prefix)
    admins = await parts.people.admins()
    async with parts.database.write() as session:
        for admin in admins:
            key = f"refused:{channel}:{code}:{admin}"
            await parts.outbox.put(session, key=key, channel=admin, text=text, rank=Rank.CARD)
    parts.outbox.wake()

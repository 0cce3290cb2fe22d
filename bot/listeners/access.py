"""Who may be shown what the guides say, asked anew at each question and each click."""

from bot.blocks import questions as words
from bot.people import People, Unknown
from bot.records.tables import Question


async def why_not(people: People, user: str, channel: str | None = None, *, is_shared: bool = False) -> str | None:
    """Why this person gets nothing from the guides here, in words; None when they do.

    Args:
        channel: where it would be shown; None for a modal, a direct message or Home.
        is_shared: Slack said that people of another company read the channel.
    """
    if is_shared:
        return words.SHARED
    try:
        if await people.is_outsider(user):
            return words.OUTSIDER
        if channel is not None and await people.shared_with_outsiders(channel):
            return words.SHARED
    except Unknown:
        return words.UNSURE
    return None


def may_see(question: Question | None, user: str, channel: str | None) -> bool:
    """An answer in a channel is for everybody there, any other for whoever asked."""
    if question is None:
        return False
    return question.asker == user or (question.way == "mention" and question.channel == channel)

"""Who may be shown what the guides say, asked anew at each question and each click; and what channels may be chosen."""

import re

from bot.blocks import questions as words
from bot.people import NotGranted, People, Unknown
from bot.records.tables import Question


async def why_not(
    people: People, user: str, channel: str | None = None, *, is_shared: bool = False, only_to_them: bool = False
) -> str | None:
    """Why this person gets nothing from the guides here, in words; None when they do.

    Args:
        channel: where it is asked; None for a direct message, Home, or a form opened there.
        is_shared: Slack said that people of another company read the channel.
        only_to_them: nobody else sees the answer, so it may also be asked in a private channel that we can't see.
    """
    try:
        if await people.is_outsider(user):
            return words.OUTSIDER
        if is_shared:
            return words.SHARED
        if channel is None or (only_to_them and await people.channel(channel) is None):
            return None
        return words.SHARED if await people.shared_with_outsiders(channel) else None
    except NotGranted:
        return words.NOT_GRANTED
    except Unknown:
        return words.SHARED if is_shared else words.UNSURE


async def why_not_there(people: People, channel: str) -> str | None:
    """Why a channel can't be chosen for what stays in the company, in words; None when it can."""
    if not re.fullmatch(r"[CG][A-Z0-9]+", channel):
        return "Please choose a channel."
    try:
        found = await people.channel(channel)
    except Unknown:
        return "I could not check with Slack who can read that channel. Please try again in a minute."
    if found is not None and found.is_shared:
        return "People of another company can read that channel. Please choose another one."
    return None


def may_see(question: Question | None, user: str, channel: str | None) -> bool:
    """An answer in a channel is for everybody there, any other for whoever asked."""
    if question is None:
        return False
    return question.asker == user or (question.way == "mention" and question.channel == channel)

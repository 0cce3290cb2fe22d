"""Which channels may be chosen for what stays in the company."""

from typing import Any

import pytest

from bot.listeners.access import why_not_there
from bot.people import People
from tests.bot.test_people import Clock, Slack


@pytest.mark.parametrize(
    ("channel", "flags", "refusal", "why"),
    [
        ("C1", {}, None, None),
        ("C1", None, None, None),  # private, and the bot is not in it
        ("C1", {"is_ext_shared": True}, None, "People of another company can read that channel."),
        ("C1", {"is_pending_ext_shared": True}, None, "People of another company can read that channel."),
        ("C1", {}, "internal_error", "I could not check with Slack who can read that channel."),
        ("U1", {}, None, "Please choose a channel."),
        ("", {}, None, "Please choose a channel."),
    ],
)
async def test_a_channel_is_chosen_only_where_no_other_company_reads(
    channel: str, flags: dict[str, bool] | None, refusal: str | None, why: str | None
) -> None:
    """In doubt it can't be chosen now."""
    slack = Slack()
    slack.refusal = refusal
    if flags is not None:
        slack.channels["C1"] = {"id": "C1", **flags}

    records: Any = None  # what Slack says of a channel is nowhere else
    told = await why_not_there(People(slack, records, Clock()), channel)

    assert why is told if why is None else told is not None and told.startswith(why)

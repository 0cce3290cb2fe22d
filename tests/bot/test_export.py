"""The file of all ideas, when Slack doesn't take it."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackRequestError

from bot.listeners import idea_lists
from bot.records.database import Database
from tests.conftest import NOW
from tests.conversations.slack import words


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SlackRequestError("Failed to upload a file (status: 500)"), "the upload was refused"),
        (OSError(), "no connection"),
    ],
)
async def test_a_file_that_is_not_taken_is_told(database: Database, error: Exception, says: str) -> None:
    """In the window that waits for it; nothing goes on loading for ever."""

    async def yes(*_: Any) -> bool:
        return True

    async def nobody(_: Any) -> list[str]:
        return []

    async def opened(**_: Any) -> dict[str, Any]:
        return {"channel": {"id": "D1"}}

    async def uploaded(**_: Any) -> None:
        raise error

    parts: Any = SimpleNamespace(
        database=database,
        clock=lambda: NOW,
        settings=SimpleNamespace(holidays_country="GB"),
        people=SimpleNamespace(allowed=yes, names=nobody),
        slack=SimpleNamespace(conversations_open=opened, files_upload_v2=uploaded),
    )
    assert says in words(await idea_lists._export("UELENA", parts))

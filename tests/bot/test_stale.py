"""What an older manifest or an old message still offers is answered in words."""

from types import SimpleNamespace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.delivery.outbox import Outbox
from bot.listeners import stale
from bot.records.database import Database
from bot.records.tables import Post
from tests.conftest import NOW, ours


async def test_a_shortcut_of_an_older_manifest_is_answered_directly(database: Database) -> None:
    """Slack has no place of its own to say anything after a global shortcut."""
    acknowledged: list[dict[str, Any]] = []
    parts = SimpleNamespace(
        database=database,
        outbox=Outbox(database, AsyncWebClient(), lambda: NOW, ours),
        settings=SimpleNamespace(command_prefix="fl-"),
    )

    async def ack(**said: Any) -> None:
        acknowledged.append(said)

    await stale.chosen(ack, {"type": "shortcut", "user": {"id": "UANA"}}, None, parts, 7)  # type: ignore[arg-type]

    async with database.read() as session:
        posts = [(post.channel, post.text) for post in await session.scalars(select(Post))]
    assert acknowledged == [{}]
    assert posts == [("UANA", "That is no longer in use. Type /fl-frontline help to see what there is.")]

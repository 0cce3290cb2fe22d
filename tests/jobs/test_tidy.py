"""What is kept of the traffic with Slack, and for how long."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.delivery.outbox import Rank
from bot.records.database import Database, migrate
from bot.records.tables import Post
from jobs.tidy import KEPT_FOR, forget_old_traffic

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    database = Database(url)
    yield database
    await database.close()


def post(key: str, state: str) -> Post:
    where = {"channel": "C1", "posted_in": "C1", "ts": "1.1"} if state == "sent" else {"channel": "C1"}
    made = {"created_at": NOW, "due_at": NOW, "sent_at": NOW if state == "sent" else None}
    return Post(key=key, text="Their words", blocks=[{}], rank=Rank.ANSWER, state=state, **where, **made)


async def test_what_people_wrote_goes_after_a_month(database: Database) -> None:
    """Sent or refused; where cards and thanks stand stays, so that they can still be changed and taken back."""
    async with database.write() as session:
        session.add_all(post(f"answer:{state}", state) for state in ("sent", "failed", "pending"))
        session.add_all(post(key, "sent") for key in ("win:7", "thanks:7:UBEN:UBEN", "idea:3", "referral:1:UCHLOE"))
        session.add(post("idea:4", "failed"))

    await forget_old_traffic(database, lambda: NOW + KEPT_FOR)
    async with database.read() as session:
        assert len(list(await session.scalars(select(Post).where(Post.text != "")))) == 8

    await forget_old_traffic(database, lambda: NOW + KEPT_FOR + timedelta(seconds=1))
    async with database.read() as session:
        left = {row.key: (row.text, row.ts) for row in await session.scalars(select(Post))}
    assert left == {
        "answer:pending": ("Their words", None),
        **dict.fromkeys(("win:7", "thanks:7:UBEN:UBEN", "idea:3", "referral:1:UCHLOE"), ("", "1.1")),
        "idea:4": ("", None),
    }

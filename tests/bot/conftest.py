"""A database for the verbs of records and for deliveries."""

from collections.abc import AsyncIterator

import pytest

from bot.records.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database of each kind, open."""
    database = Database(database_url)
    yield database
    await database.close()

"""The database is migrated safely and writes never find it locked."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.records import database, ideas
from bot.records.database import Database, engine_for, forget_records, migrate
from bot.records.tables import Choice, RecordsTable
from knowledge.tables import KnowledgeTable, Revision
from tests.conftest import NOW


def choice(name: str) -> Choice:
    return Choice(name=name, value="x", chosen_by="UADMIN", chosen_at=NOW)


def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    """What Alembic builds is what the models say, on both databases."""
    engine = engine_for(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, [RecordsTable.metadata, KnowledgeTable.metadata])  # type: ignore[arg-type]
    engine.dispose()

    assert differences == []


def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    """Eight migrations of one new database at the same time all succeed."""
    url = f"sqlite:///{tmp_path / 'new.db'}"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(migrate, [url] * 8))


def test_older_tables_are_told_from_the_newest(tmp_path: Path) -> None:
    """What is up to date is left alone without a look into the migrations."""
    engine = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        assert not database._has_newest_tables(connection)
    migrate(str(engine.url))
    with engine.begin() as connection:
        assert database._has_newest_tables(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        assert not database._has_newest_tables(connection)
    engine.dispose()


def test_questions_of_an_earlier_version_know_their_message(database_url: str) -> None:
    """As far as their deliveries are kept, so that they are forgotten with it, too."""
    engine = engine_for(database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "bot:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        delivery = {"key": "event:1", "subject": "C1:1.2", "body": "{}", "headers": "{}", "state": "done"}
        question = {"asker": "UANA", "text": "When?", "way": "mention", "channel": "C1", "thread_ts": "1.1"}
        for table, row in (
            ("deliveries", {"id": 7, "attempts": 1, "received_at": NOW.isoformat(), **delivery}),
            ("questions", {"key": "delivery:7", "asked_at": NOW.isoformat(), **question}),
            ("questions", {"key": "delivery:6", "asked_at": NOW.isoformat(), **question}),
        ):
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        command.upgrade(config, "head")
        known = connection.execute(text("SELECT key, asked_ts FROM questions ORDER BY key")).all()
    engine.dispose()

    assert list(map(tuple, known)) == [("delivery:6", None), ("delivery:7", "1.2")]


async def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two processes' worth of read-then-write transactions on one SQLite file: none fails, none doubles."""
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    migrate(url)
    first, second = Database(url), Database(url)

    async def add_once(database: Database, name: str) -> None:
        async with database.write() as session:
            if await session.get(Choice, name) is None:
                session.add(choice(name))

    await asyncio.gather(*(add_once(database, f"n{number}") for number in range(40) for database in (first, second)))

    async with first.read() as session:
        assert await session.scalar(select(func.count(Choice.name))) == 40
    await first.close()
    await second.close()


async def test_an_error_holds_nothing_that_people_wrote(database_url: str) -> None:
    """Errors of the database are logged, so they must not hold the values of the row."""
    database = Database(database_url)
    row = {"name": "time_zone", "value": "canary", "chosen_by": "UADMIN", "chosen_at": NOW}

    with pytest.raises(IntegrityError) as refused:
        async with database.write() as session:
            await session.execute(insert(Choice), [row, row])

    assert "canary" not in str(refused.value)
    await database.close()


async def test_forgetting_the_records_keeps_the_guides(database_url: str) -> None:
    """A reset empties what people told us, ideas are numbered from 1 again, and what was indexed is left."""
    database = Database(database_url)
    idea = {"key": "view:V1", "author": "UANA", "title": "T", "text": "T", "respond_by": NOW.date(), "now": NOW}
    async with database.write() as session:
        session.add_all([choice("time_zone"), Revision(id=1, number=7)])
        await ideas.submit(session, **idea)

    forget_records(database_url)

    async with database.write() as session:
        assert await session.scalar(select(func.count(Choice.name))) == 0
        assert await session.scalar(select(Revision.number)) == 7
        assert (await ideas.submit(session, **idea))[0].id == 1
    await database.close()

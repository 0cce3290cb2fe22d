"""The database that holds the records: SQLite by default, PostgreSQL by address; migrated at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

BUSY_TIMEOUT_MS = 30_000
MIGRATION_LOCK = 0x46524F4E54  # any number of our own, for PostgreSQL's advisory lock


def engine_for(url: str) -> Engine:
    """A synchronous engine whose transactions write at once on SQLite (``BEGIN IMMEDIATE``), so none fails half-way.

    ``engine.execution_options(writes=False)`` only reads, and waits for nobody.
    """
    engine = create_engine(url, hide_parameters=True)  # errors are logged; what people wrote is not
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, always_writes=True)
    return engine


class Database:
    """Short transactions on the records.

    ``read`` sees a snapshot; ``write`` takes the write lock at its start and commits on leaving. Neither may
    be held open over a call to Slack.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        if self._is_sqlite:
            parsed = parsed.set(drivername="sqlite+aiosqlite")
        self._engine = create_async_engine(parsed, hide_parameters=True)
        if self._is_sqlite:
            _prepare_sqlite(self._engine.sync_engine, always_writes=False)
        self._reading = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writing = async_sessionmaker(self._engine.execution_options(writes=True), expire_on_commit=False)
        # SQLite has one writer; waiting here is fair and instant, its own busy handler polls.
        self._one_writer = asyncio.Lock() if self._is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with self._one_writer, self._writing.begin() as session:
            yield session

    async def close(self) -> None:
        await self._engine.dispose()


def _prepare_sqlite(engine: Engine, *, always_writes: bool) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not at the first write
        cursor = connection.cursor()
        for setting in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", always_writes)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(url: str) -> None:
    """Bring the database to the newest tables; safe when several processes start at once.

    Raises:
        sqlalchemy.exc.OperationalError: the database can't be reached or written.
        alembic.util.exc.CommandError: its tables are newer than this code.
    """
    engine = engine_for(url)
    try:
        with _alone(engine), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            if not _has_newest_tables(connection):
                _upgrade(connection)
    finally:
        engine.dispose()


def _has_newest_tables(connection: Connection) -> bool:
    """Told without Alembic, which takes a third of a second to import: nearly every start finds nothing to do."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.name for path in (Path(__file__).parent.parent / "migrations" / "versions").glob("*.py"))
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest.partition("_")[0]


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _alone(engine: Engine) -> AbstractContextManager[object]:
    """No other process prepares a SQLite file meanwhile: its first switch to WAL waits for nobody, it fails."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return nullcontext()
    file = Path(engine.url.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(file.with_name(f"{file.name}.lock"))


def forget_records(url: str) -> None:
    """Empty every table of what people told us, and count from 1 again; guides, chunks and vectors stay."""
    from bot.records.tables import RecordsTable  # a question from the terminal needs none of these

    engine = engine_for(url)
    try:
        with engine.begin() as connection:
            tables = RecordsTable.metadata.sorted_tables
            if connection.dialect.name == "postgresql":
                names = ", ".join(f'"{table.name}"' for table in tables)
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
                return
            for table in reversed(tables):
                connection.execute(table.delete())
            counted = text("DELETE FROM sqlite_sequence WHERE name = :name")
            connection.execute(counted, [{"name": table.name} for table in tables])
    finally:
        engine.dispose()

"""The state file: an SQLite database that a kill leaves as it was before a change or after it, never between."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.arguments import Json

FORMAT = 0x5357_0001  # the application_id of the state files this version writes
TABLES = """
CREATE TABLE sections (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (channel TEXT, ts TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, ts)) WITHOUT ROWID;
CREATE TABLE files (id TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


class StateUnusable(Exception):
    """The state file is no workspace, or can't be written; the message says what to do."""


@dataclass
class Changes:
    """What has to be written: whole sections, and single messages, None for those that are gone."""

    sections: dict[str, str] = field(default_factory=dict)
    messages: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sections or self.messages)


class Store:
    """Held by one sandbox at a time. Without a path it is in memory."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path or ":memory:", 1.0, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            with self._transaction():
                self._prepare()
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise StateUnusable(f"The state file {path} is in use by another sandbox.") from problem
            raise self._unwritable(problem) from problem
        except sqlite3.DatabaseError as problem:
            raise self._foreign() from problem
        except OSError as problem:
            raise self._unwritable(problem) from problem

    def _prepare(self) -> None:
        (found,) = self._database.execute("PRAGMA application_id").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and found != FORMAT:
            self._database.execute("ROLLBACK")
            self._database.close()
            raise self._foreign()
        if not tables:
            for statement in TABLES.strip().split("\n"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA application_id = {FORMAT}")

    def read(self) -> Json:
        """The workspace as it was last written; empty for a new file."""
        try:
            state: Json = {
                name: json.loads(body) for name, body in self._database.execute("SELECT name, body FROM sections")
            }
            if state:
                state["messages"] = {channel: self._messages(channel) for channel in state["channels"]}
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as problem:
            message = f"The state file {self.path} can't be read ({problem}). Delete it to start over."
            raise StateUnusable(message) from problem
        return state

    def _messages(self, channel: str) -> list[Json]:
        rows = self._database.execute("SELECT body FROM messages WHERE channel = ? ORDER BY ts", (channel,))
        messages: list[Json] = json.loads(f"[{','.join(body for (body,) in rows)}]")  # at once: they share their keys
        return messages

    def write(self, changes: Changes, *, anew: bool = False) -> None:
        """All of it or nothing; `anew` empties the file first.

        Raises:
            StateUnusable: the file can't be written.
        """
        gone = [key for key, body in changes.messages.items() if body is None]
        kept = [(*key, body) for key, body in changes.messages.items() if body is not None]
        try:
            with self._transaction():
                for table in ("sections", "messages", "files") if anew else ():
                    self._database.execute(f"DELETE FROM {table}")
                self._database.executemany("REPLACE INTO sections VALUES (?, ?)", changes.sections.items())
                self._database.executemany("DELETE FROM messages WHERE channel = ? AND ts = ?", gone)
                self._database.executemany("REPLACE INTO messages VALUES (?, ?, ?)", kept)
        except sqlite3.Error as problem:
            raise self._unwritable(problem) from problem

    def keep_file(self, file_id: str, content: bytes) -> None:
        try:
            with self._transaction():
                self._database.execute("REPLACE INTO files VALUES (?, ?)", (file_id, content))
        except sqlite3.Error as problem:
            raise self._unwritable(problem) from problem

    def file(self, file_id: str) -> bytes | None:
        with self._lock:
            row = self._database.execute("SELECT content FROM files WHERE id = ?", (file_id,)).fetchone()
        return bytes(row[0]) if row else None

    def drop_file(self, file_id: str) -> None:
        with self._transaction():
            self._database.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _foreign(self) -> StateUnusable:
        return StateUnusable(f"The state file {self.path} is not a sandbox's. Choose another path or delete it.")

    def _unwritable(self, problem: Exception) -> StateUnusable:
        return StateUnusable(f"The state file {self.path} can't be written ({problem}). Choose another with --state.")

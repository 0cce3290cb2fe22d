"""The guides and the digests as a terminal command sees them.

A bot that runs on this machine owns the indexes alone and is asked; while none runs, the command opens them itself.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from bot.library import CannotStart, clock_from, open_library
from bot.records import choices
from bot.records.database import engine_for
from bot.settings import Settings
from knowledge.index import AlreadyOwned
from knowledge.library import Library
from knowledge.words import Filters

PATIENCE_S = 120  # a bot that is still loading its model answers late
TURN_S = 30  # a question waits for others that are asked at the same time, each of which takes a second or two


class _SocketFile(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def answer(settings: Settings, question: str, filters: Filters) -> dict[str, Any] | None:
    """The running bot's answer (``knowledge.answers.Answer`` as a dict); None when no bot runs."""
    return _call(settings, "POST", "/ask", json.dumps({"question": question, "filters": asdict(filters)}))


def library_state(settings: Settings) -> dict[str, Any] | None:
    """How the guides stand in the running bot (``LibraryState`` as a dict); None when no bot runs."""
    return _call(settings, "GET", "/state")


def digests(settings: Settings) -> str | None:
    """The running bot's preview of every digest, in words; None when no bot runs."""
    said = _call(settings, "GET", "/digests")
    return None if said is None else str(said["words"])


async def own_digests(settings: Settings) -> str:
    """The same without a running bot.

    Raises:
        CannotStart: Slack can't be asked who people are.
    """
    from bot.people import Unknown  # Slack and all that speaks to it: a question to the guides does without
    from bot.wiring import at_rest
    from jobs import digest

    async with at_rest(settings) as parts:
        try:
            return await digest.in_words(parts)
        except Unknown:
            raise CannotStart(
                f"{settings.slack_api_url} can't be asked who people are, so there is no preview. Start Frontline, or "
                "check SLACK_BOT_TOKEN and the network."
            ) from None


@contextmanager
def own_library(settings: Settings, *, wait: Callable[[str], None] | None = None) -> Iterator[Library]:
    """The guides with their indexes, owned by this process for as long as the context lasts.

    Args:
        wait: for one question, which waits its turn and says so with this; Chroma is not opened.

    Raises:
        AlreadyOwned: another process has them, and keeps them.
    """
    library = open_library(settings, clock_from(settings), exact=wait is not None)
    try:
        library.open()
    except AlreadyOwned:
        if wait is None:
            raise
        wait("Another Frontline process is using the index; waiting for it.")
        library.open(TURN_S)
    try:
        engine = engine_for(settings.sync_database_url())
        try:
            library.zone = choices.zone_kept(engine)
        finally:
            engine.dispose()
        yield library
    finally:
        library.close()


def _call(settings: Settings, method: str, path: str, body: str | None = None) -> dict[str, Any] | None:
    connection = _SocketFile(settings.socket_path)
    try:
        connection.request(method, path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        said = response.read()
    except (OSError, HTTPException):
        return None  # nobody listens, or it stopped while we waited
    finally:
        connection.close()
    return dict(json.loads(said)) if response.status == 200 else None

"""Bring the index up to what the guides say now, when another process has ingested."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from contextlib import suppress

from knowledge.library import Library


async def catch_up(library: Library, in_background: Callable[..., Awaitable[object]]) -> None:
    """Cheap when nothing has changed; embeds what is new, in the background, when something has."""
    with suppress(CancelledError):  # the bot stops; APScheduler would log that as a failure
        await in_background(library.refresh)

"""Bring the index up to what the guides say now, when another process has ingested."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.people import People
from knowledge.library import Library


async def catch_up(library: Library, people: People, in_background: Callable[..., Awaitable[Any]]) -> None:
    """Cheap when nothing has changed; else embeds what is new, in the background, and resolves the guides' owners."""
    if await in_background(library.refresh):
        await people.resolve_owners(await in_background(library.owners))

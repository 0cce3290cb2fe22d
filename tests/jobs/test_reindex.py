"""What another process took in is taken up."""

from collections.abc import Callable, Iterable
from typing import Any

from jobs.reindex import catch_up


class Library:
    """Guides of one owner, changed so many times."""

    def __init__(self, changes: int) -> None:
        self.changes = changes

    def refresh(self) -> bool:
        self.changes -= 1
        return self.changes >= 0

    def owners(self) -> list[str]:
        return ["ana@brightwater.example"]


class People:
    """Remembers whom it was asked to resolve."""

    def __init__(self) -> None:
        self.resolved: list[str] = []

    async def resolve_owners(self, names: Iterable[str]) -> None:
        self.resolved += names


async def at_once(call: Callable[[], Any]) -> Any:
    return call()


async def test_owners_are_resolved_when_guides_have_changed() -> None:
    """Once for each change, not at each look."""
    library, people = Library(changes=1), People()

    for _ in range(3):
        await catch_up(library, people, at_once)  # type: ignore[arg-type]

    assert people.resolved == ["ana@brightwater.example"]

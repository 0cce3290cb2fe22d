"""Server-sent events: what changes in the workspace, told to each open page as its user may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.arguments import Json

BACKLOG = 2_000


class Live:
    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[Json | None], str | None] = {}

    def listen(self, user_id: str | None) -> asyncio.Queue[Json | None]:
        """A queue of changes; None on it means: too far behind, or closing."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners[queue] = user_id
        return queue

    def leave(self, queue: asyncio.Queue[Json | None]) -> None:
        self._listeners.pop(queue, None)

    def tell(self, change: Json, sees: Callable[[str], bool]) -> None:
        for queue, user_id in list(self._listeners.items()):
            if user_id is None or sees(user_id):
                if queue.qsize() > BACKLOG:  # a page that stopped reading reconnects and fetches the state again
                    self.leave(queue)
                    queue.put_nowait(None)
                else:
                    queue.put_nowait(change)

    def close(self) -> None:
        for queue in list(self._listeners):
            self.leave(queue)
            queue.put_nowait(None)

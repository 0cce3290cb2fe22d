"""A bot whose outbox breaks at its first post: `python -m tests.conversations.broken_bot`."""

import runpy
from typing import Any

from bot.delivery import outbox


def broken(*_: Any) -> Any:
    raise RuntimeError("broken for a test")


if __name__ == "__main__":
    outbox.AsyncLimiter = broken  # type: ignore[assignment, misc]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)

"""A bot whose chat model says what a script says: `python -m tests.conversations.scripted_bot`.

The model says the parts of its reply one by one, each when there is a file of its number beside the script.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from bot.settings import load
from bot.wiring import started

SCRIPT = "script"
LOOK_EVERY_S = 0.02
END = "\n---\n"  # between the parts


class Scripted(FakeListChatModel):
    folder: Path

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for number, part in enumerate((self.folder / SCRIPT).read_text(encoding="utf-8").split(END)):
            while not (self.folder / str(number)).exists():
                threading.Event().wait(LOOK_EVERY_S)
            yield ChatGenerationChunk(message=AIMessageChunk(content=part))


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = load(None)
    async with started(settings, chat_model=Scripted(responses=[], folder=settings.data_dir)):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)  # as `frontline run` does: a model that is still awaited is not worth waiting for

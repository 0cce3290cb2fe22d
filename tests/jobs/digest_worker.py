"""One of several processes that post digests from one database: ``python -m tests.jobs.digest_worker``.

Its settings come from the environment, as a bot's do.
"""

import asyncio
import logging
import signal
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import load
from bot.wiring import at_rest
from jobs import digest

PAUSE_S = 0.2


async def work() -> None:
    """Post what is due again and again, until told to stop."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with at_rest(load(env_file=None)) as parts:
        posting = asyncio.create_task(parts.outbox.run())
        while not stopped.is_set():
            try:
                await digest.tick(parts)
            except SQLAlchemyError:
                logging.exception("the database did not answer")
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), PAUSE_S)
        parts.outbox.stop()
        await posting


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(work())

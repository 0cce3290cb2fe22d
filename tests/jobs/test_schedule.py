"""When jobs run."""

import asyncio

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from jobs.schedule import _every, _in_turn


async def test_a_job_runs_at_the_start() -> None:
    """What came due while nothing ran doesn't wait for the interval to pass."""
    ran = asyncio.Event()

    async def job(event: asyncio.Event) -> None:
        event.set()

    scheduler = AsyncIOScheduler(timezone="UTC")
    _every(scheduler, job, (ran,), hours=6)
    scheduler.start()
    await asyncio.wait_for(ran.wait(), 60)
    scheduler.shutdown()


async def test_a_job_never_runs_twice_at_the_same_time() -> None:
    """The run at the start may take longer than the interval."""
    turn, running, most = asyncio.Lock(), 0, 0

    async def job() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await asyncio.gather(*(_in_turn(turn, job) for _ in range(3)))

    assert (most, running) == (1, 0)

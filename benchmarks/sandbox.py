"""How much the sandbox bears, as figures: ``python -m benchmarks.sandbox messages --count 100000``.

Each measurement starts a sandbox of its own as a process and speaks to it over HTTP, as an app would.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

SEED = Path(__file__).parents[1] / "sandbox" / "seed.yaml"
MANIFEST = {
    "display_information": {"name": "Frontline"},
    "features": {"app_home": {"messages_tab_enabled": True}, "bot_user": {"display_name": "Frontline"}},
    "oauth_config": {"scopes": {"bot": ["channels:history", "channels:read", "chat:write"]}},
    "settings": {"event_subscriptions": {"bot_events": []}},  # with nobody connected, envelopes would pile up
}
HEADERS = {"Authorization": "Bearer xoxb-benchmark"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "The hub resets with the small button. " * 5}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sandbox", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    messages = kinds.add_parser("messages", help="memory, and the time of calls, after many messages in one channel")
    messages.add_argument("--count", type=int, default=100_000, help="messages to post, default 100,000")
    options = parser.parse_args()
    asyncio.run(measure_messages(options.count))


# Messages


async def measure_messages(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        async with sandbox(state) as (address, process), aiohttp.ClientSession(headers=HEADERS) as session:
            print(f"{memory_mb(process.pid):8.0f} MB   at the start")
            begun = time.monotonic()
            posts = await post_many(session, address, count)
            print(f"{memory_mb(process.pid):8.0f} MB   after {count:,} messages in {time.monotonic() - begun:.0f} s")
            tell("chat.postMessage, the last thousand", posts[-1000:])
            tell("chat.postMessage, one at a time", await post_some(session, address, 1000))
            for name, arguments in {
                "conversations.history, newest page": {"limit": 100},
                "conversations.history, oldest page": {"limit": 100, "latest": "1900000000"},
                "conversations.replies": {"ts": await newest(session, address)},
            }.items():
                tell(name, [await timed(session, address, name.split(",")[0], arguments) for _ in range(50)])
        print(f"{state.stat().st_size / 1e6:8.0f} MB   the state file")
        begun = time.monotonic()
        async with sandbox(state) as (address, process), aiohttp.ClientSession(headers=HEADERS) as session:
            await newest(session, address)
            print(f"{time.monotonic() - begun:8.1f} s    to start again, then {memory_mb(process.pid):.0f} MB")


async def post_many(session: aiohttp.ClientSession, address: str, count: int) -> list[float]:
    """Posts from ten callers at once; the seconds each call took, in order of their end."""
    times: list[float] = []
    rest = iter(range(count))

    async def caller() -> None:
        for number in rest:
            times.append(await timed(session, address, "chat.postMessage", post(number)))

    await asyncio.gather(*(caller() for _ in range(10)))
    return times


async def post_some(session: aiohttp.ClientSession, address: str, count: int) -> list[float]:
    return [await timed(session, address, "chat.postMessage", post(number)) for number in range(count)]


def post(number: int) -> dict[str, Any]:
    return {"text": f"message {number}", "blocks": [SECTION]}


async def newest(session: aiohttp.ClientSession, address: str) -> str:
    arguments = {"channel": "C0ASK", "limit": 1}
    async with session.post(f"{address}/api/conversations.history", json=arguments) as response:
        return str((await response.json())["messages"][0]["ts"])


async def timed(session: aiohttp.ClientSession, address: str, method: str, arguments: dict[str, Any]) -> float:
    begun = time.perf_counter()
    async with session.post(f"{address}/api/{method}", json={"channel": "C0ASK", **arguments}) as response:
        answer = await response.json()
    if not answer["ok"]:
        raise SystemExit(f"{method} answered {answer}")
    return time.perf_counter() - begun


# What every measurement needs


@asynccontextmanager
async def sandbox(state: Path, *more: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A sandbox's address and process."""
    manifest = state.with_name("manifest.json")
    manifest.write_text(json.dumps(MANIFEST))
    files = ["--manifest", manifest, "--seed", SEED, "--state", state]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *map(str, files), "--port", "0", *more), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        ready = (await process.stdout.readline()).decode()
        yield ready.removeprefix("Sandbox ready at ").strip(), process
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in MB, as Linux tells it."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * 4096 / 1e6


def tell(name: str, seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"{cuts[49] * 1000:8.1f} ms   p50, {cuts[98] * 1000:.1f} ms p99   {name}")


if __name__ == "__main__":
    main()

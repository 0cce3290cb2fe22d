"""How much the sandbox bears, as figures: ``python -m benchmarks.sandbox messages --count 100000``.

Each measurement starts a sandbox of its own as a process and speaks to it over HTTP, as an app would.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

SEED = Path(__file__).parents[1] / "sandbox" / "seed.yaml"
MANIFEST = {
    "display_information": {"name": "Frontline"},
    "features": {"app_home": {"messages_tab_enabled": True}, "bot_user": {"display_name": "Frontline"}},
    "oauth_config": {"scopes": {"bot": ["channels:history", "channels:read", "chat:write"]}},
}
EVENTS = ["message.channels"]  # only where an app is connected: without one, envelopes would pile up
HEADERS = {"Authorization": "Bearer xoxb-benchmark"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "The hub resets with the small button. " * 5}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sandbox", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    messages = kinds.add_parser("messages", help="memory, and the time of calls, after many messages in one channel")
    messages.add_argument("--count", type=int, default=100_000, help="messages to post, default 100,000")
    envelopes = kinds.add_parser("envelopes", help="the time from a person's message to the app, at a steady rate")
    envelopes.add_argument("--rate", type=int, default=100, help="messages a second, default 100")
    envelopes.add_argument("--seconds", type=int, default=20, help="for how long, default 20")
    options = parser.parse_args()
    if options.kind == "messages":
        asyncio.run(measure_messages(options.count))
    else:
        for way in (over_sockets, over_http):
            asyncio.run(measure_envelopes(way, options.rate, options.seconds))


# Messages


async def measure_messages(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        async with sandbox(state) as (address, process), aiohttp.ClientSession(headers=HEADERS) as session:
            print(f"{memory_mb(process.pid):8.0f} MB   at the start")
            begun = time.monotonic()
            early = await post_many(session, address, count)
            print(f"{memory_mb(process.pid):8.0f} MB   after {count:,} messages in {time.monotonic() - begun:.0f} s")
            used = cpu_seconds(process.pid)
            tell("chat.postMessage", await post_some(session, address, 1000))
            print(f"{(cpu_seconds(process.pid) - used):8.1f} ms   of the processor for each of them")
            for name, arguments in {
                "conversations.history, newest page": {"limit": 100},
                "conversations.history, oldest page": {"limit": 100, "latest": early},
                "conversations.replies": {"ts": await newest(session, address)},
            }.items():
                tell(name, [await timed(session, address, name.split(",")[0], arguments) for _ in range(50)])
        print(f"{state.stat().st_size / 1e6:8.0f} MB   the state file")
        begun = time.monotonic()
        async with sandbox(state) as (address, process), aiohttp.ClientSession(headers=HEADERS) as session:
            await newest(session, address)
            print(f"{time.monotonic() - begun:8.1f} s    to start again, then {memory_mb(process.pid):.0f} MB")


async def post_many(session: aiohttp.ClientSession, address: str, count: int) -> str:
    """Posts from ten callers at once; the ts of an early message."""
    early = await newest(session, address)
    rest = iter(range(count))

    async def caller() -> None:
        for number in rest:
            await timed(session, address, "chat.postMessage", post(number))

    await asyncio.gather(*(caller() for _ in range(10)))
    return early


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


# Envelopes

Arrived = Callable[[dict[str, Any]], None]


async def measure_envelopes(way: Callable[[Path, Arrived], Any], rate: int, seconds: int) -> None:
    """People write at a steady rate, whether or not the last message has arrived; the app acknowledges at once."""
    begun: dict[str, float] = {}
    times: list[float] = []

    def arrived(payload: dict[str, Any]) -> None:
        times.append(time.perf_counter() - begun[payload["event"]["text"]])

    async def write(session: aiohttp.ClientSession, address: str, text: str) -> None:
        begun[text] = time.perf_counter()
        act = {"do": "message", "user": "UANA", "channel": "C0ASK", "text": text}
        async with session.post(f"{address}/sandbox/act", json=act) as response:
            if (await response.json())["acked_ms"] is None:
                raise SystemExit("a message was not acknowledged")

    with tempfile.TemporaryDirectory() as folder:
        async with way(Path(folder) / "state", arrived) as address, aiohttp.ClientSession() as session:
            started = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for number in range(rate * seconds):
                    await asyncio.sleep(started + number / rate - time.perf_counter())
                    group.create_task(write(session, address, f"message {number}"))
    tell(
        f"from a message to the app, {way.__name__.replace('_', ' ')}, {rate} a second, {len(times):,} messages", times
    )


@asynccontextmanager
async def over_sockets(state: Path, arrived: Arrived) -> AsyncIterator[str]:
    app_token = {"Authorization": "Bearer xapp-benchmark"}
    async with sandbox(state, events=EVENTS) as (address, _), aiohttp.ClientSession() as session:
        async with session.post(f"{address}/api/apps.connections.open", headers=app_token) as response:
            url = (await response.json())["url"]
        async with session.ws_connect(url) as socket:
            await socket.receive_json()

            async def listen() -> None:
                async for message in socket:
                    envelope = message.json()
                    arrived(envelope["payload"])
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})

            listening = asyncio.create_task(listen())
            yield address
            listening.cancel()


@asynccontextmanager
async def over_http(state: Path, arrived: Arrived) -> AsyncIterator[str]:
    checked = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # ssl_check, the last thing before the first event
            checked.set()
            return web.Response()
        body = await request.json()
        if "challenge" in body:
            return web.json_response({"challenge": body["challenge"]})
        arrived(body)
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with sandbox(state, "--request-url", url, "--signing-secret", "x", events=EVENTS) as (address, _):
        await checked.wait()
        yield address
    await runner.cleanup()


# What every measurement needs


@asynccontextmanager
async def sandbox(
    state: Path, *more: str, events: Sequence[str] = ()
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A sandbox's address and process."""
    manifest = state.with_name("manifest.json")
    manifest.write_text(json.dumps(MANIFEST | {"settings": {"event_subscriptions": {"bot_events": list(events)}}}))
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


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(name: str, seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"{cuts[49] * 1000:8.1f} ms   p50, {cuts[98] * 1000:.1f} ms p99   {name}")


if __name__ == "__main__":
    main()

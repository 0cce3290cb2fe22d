"""`python -m sandbox --manifest FILE --seed FILE --state FILE [--host 127.0.0.1] [--port 4040]`"""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import sys
from pathlib import Path

from aiohttp import web

from sandbox.local_slack import Limits, LocalSlack
from sandbox.manifest import ManifestUnreadable, read_manifest
from sandbox.seed import SeedUnreadable, read_seed
from sandbox.server import create_app, is_loopback
from sandbox.store import StateUnusable


def main() -> int:
    options = read_options()
    try:
        manifest, seed = read_manifest(options.manifest), read_seed(options.seed)
        limits = Limits(redelivery=options.redelivery)
        slack = LocalSlack(manifest, seed, options.state, limits)
    except (ManifestUnreadable, SeedUnreadable, StateUnusable) as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    for event in manifest.unheard():
        print(f"The manifest subscribes to {event} without its scope: it will not be delivered.", file=sys.stderr)  # noqa: T201
    try:
        asyncio.run(serve(slack, options.host, options.port))
    except OSError as problem:
        reason = "is taken" if problem.errno == errno.EADDRINUSE else f"can't be used ({problem})"
        print(f"Port {options.port} on {options.host} {reason}. Choose another with --port.", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def read_options() -> argparse.Namespace:
    def intervals(text: str) -> tuple[float, ...]:
        return tuple(float(part) for part in text.split(",") if part)

    def port(text: str) -> int:
        if not 0 <= int(text) <= 65535:
            raise ValueError(text)
        return int(text)

    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local Slack for one app.")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest, JSON or YAML")
    parser.add_argument("--seed", type=Path, required=True, help="the workspace to start with, YAML")
    parser.add_argument(
        "--state", type=Path, required=True, help="where the workspace is kept between runs, a file of its own"
    )
    parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine only")
    parser.add_argument("--port", type=port, default=4040, help="default 4040; 0 takes a free one")
    parser.add_argument(
        "--redelivery",
        type=intervals,
        default=Limits.redelivery,
        metavar="SECONDS",
        help="waits before an unacknowledged event is sent again, default 4,60,300",
    )
    return parser.parse_args()


async def serve(slack: LocalSlack, host: str, port: int) -> None:
    """Until SIGINT or SIGTERM."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    runner = await start(slack, host, port)
    try:
        print(f"Sandbox ready at {slack.address}", flush=True)  # noqa: T201
        await stopping.wait()
    finally:
        await runner.cleanup()


async def start(slack: LocalSlack, host: str, port: int) -> web.AppRunner:
    runner = web.AppRunner(create_app(slack), access_log=None, handle_signals=False, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0][1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)
    slack.loopback_only = is_loopback(host)
    slack.address = f"http://{shown}:{bound}"
    return runner


if __name__ == "__main__":
    sys.exit(main())

"""`python -m sandbox --manifest FILE --seed FILE --state FILE [--host 127.0.0.1] [--port 4040] [--request-url URL]`"""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import signal
import sys
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.local_slack import Limits, LocalSlack
from sandbox.manifest import Manifest, ManifestUnreadable, read_manifest
from sandbox.request_urls import RequestUrls, Unreachable, is_loopback
from sandbox.seed import SeedUnreadable, read_seed
from sandbox.server import create_app
from sandbox.store import StateUnusable

SEED = Path(__file__).parent / "seed.yaml"
SOCKET_REDELIVERY, HTTP_REDELIVERY = (4.0, 60.0, 300.0), (0.0, 60.0, 300.0)


def main() -> int:
    options = read_options()
    logging.basicConfig(format="%(message)s")
    logging.getLogger("sandbox").setLevel(logging.INFO)
    try:
        manifest, seed = read_manifest(options.manifest), read_seed(options.seed)
        urls = request_urls(manifest, options)
        usual = HTTP_REDELIVERY if urls else SOCKET_REDELIVERY
        redelivery = usual if options.redelivery is None else options.redelivery
        limits = Limits(
            redelivery=redelivery,
            shortcuts_accept_payload=options.shortcuts_accept_payload,
            rate_limits=options.rate_limits,
        )
        slack = LocalSlack(manifest, seed, options.state, limits, urls)
    except (ManifestUnreadable, SeedUnreadable, StateUnusable, Unreachable) as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    for event, why in manifest.unheard():
        print(f"The manifest subscribes to {event}, {why}.", file=sys.stderr)  # noqa: T201
    try:
        asyncio.run(serve(slack, options.host, options.port))
    except OSError as problem:
        reason = "is taken" if problem.errno == errno.EADDRINUSE else f"can't be used ({problem})"
        print(f"Port {options.port} on {options.host} {reason}. Choose another with --port.", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def read_options() -> argparse.Namespace:
    def intervals(text: str) -> tuple[float, ...]:
        seconds = tuple(float(part) for part in text.split(",") if part)
        if not all(0 <= one < 1e9 for one in seconds):
            raise ValueError(text)
        return seconds

    def port(text: str) -> int:
        if not 0 <= int(text) <= 65535:
            raise ValueError(text)
        return int(text)

    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local Slack for one app.")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest, JSON or YAML")
    parser.add_argument(
        "--seed", type=Path, default=SEED, help="the workspace to start with, YAML; default Brightwater"
    )
    parser.add_argument(
        "--state", type=Path, help="where the workspace is kept between runs, a file of its own; default in memory"
    )
    parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine only")
    parser.add_argument("--port", type=port, default=4040, help="default 4040; 0 takes a free one")
    parser.add_argument(
        "--redelivery",
        type=intervals,
        metavar="SECONDS",
        help="waits before an unacknowledged event is sent again: over HTTP 0,60,300 by default, as Slack documents; "
        "over sockets 4,60,300, as its schedule there is not public",
    )
    parser.add_argument(
        "--shortcuts-accept-payload",
        action="store_true",
        help="let acknowledgements of shortcuts over sockets carry a payload; public sources disagree, default no",
    )
    parser.add_argument(
        "--request-url",
        metavar="URL",
        help="speak HTTP instead of Socket Mode: all that Slack sends goes to this URL of the app, signed",
    )
    parser.add_argument("--signing-secret", default="", metavar="SECRET", help="what HTTP mode signs with, any text")
    parser.add_argument(
        "--allow-remote", action="store_true", help="let request URLs be on other machines; default this machine only"
    )
    parser.add_argument("--rate-limits", action="store_true", help="refuse calls beyond Slack's rates with 429")
    return parser.parse_args()


def request_urls(manifest: Manifest, options: argparse.Namespace) -> RequestUrls | None:
    """HTTP mode by `--request-url`, or by a manifest with Socket Mode off; else None.

    Raises:
        Unreachable: a URL or the secret can't be used.
    """
    urls = dict(manifest.request_urls)
    if options.request_url:
        urls = dict.fromkeys(("events", "interactivity", "options", *manifest.commands), options.request_url)
    elif manifest.socket_mode:
        return None
    return RequestUrls(urls, options.signing_secret, ack_seconds=Limits.ack_seconds, allow_remote=options.allow_remote)


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
    http = logging.getLogger("sandbox.http")
    http.addFilter(is_our_fault)
    runner = web.AppRunner(create_app(slack), access_log=None, handle_signals=False, shutdown_timeout=2, logger=http)
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
    if slack.request_urls:
        slack.request_urls.open()
    return runner


def is_our_fault(record: logging.LogRecord) -> bool:
    """Not a request that is no HTTP: its sender gets a 400, which says it all."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


if __name__ == "__main__":
    sys.exit(main())

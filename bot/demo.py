"""`frontline demo`: the sandbox as a child process and the bot connected to it, with records of their own."""

import asyncio
import ctypes
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from bot.manifest import manifest
from bot.settings import ROOT, Settings, SettingsError, load, make_data_dir, missing_tokens

if TYPE_CHECKING:
    from bot.wiring import Running

Say = Callable[[str], None]

DEMO = "demo"  # its folder within DATA_DIR
HOST = "127.0.0.1"
PORTS_TRIED = 50
STOPPING_S = 5
LOOK_EVERY_S = 1.0  # at the progress of the index


class DemoStopped(Exception):
    """The demo can't start or go on; the message says why."""


def in_use(yours: Settings) -> Settings | None:
    """The demo's settings, where commands are about it: it has been started, and there is no Slack of yours yet."""
    has_own = not missing_tokens(yours) or yours.database_url.get_secret_value()
    is_started = (yours.data_dir / DEMO / "frontline.db").exists()
    return settings_for() if is_started and not has_own else None


def settings_for(port: int = 0) -> Settings:
    """The demo's settings: yours, but with a sandbox for Slack and records of its own.

    Raises:
        SettingsError: SLACK_API_URL asks for a Slack that is not on this machine.
    """
    yours = load()
    if "slack_api_url" in yours.model_fields_set and not yours.slack_is_local:
        raise SettingsError(
            f"SLACK_API_URL is {yours.slack_api_url}, which is not this machine. The demo speaks to its own sandbox "
            "only; remove that setting, or use `frontline run`."
        )
    return load(
        slack_bot_token="xoxb-demo",
        slack_app_token="xapp-demo",
        slack_api_url=f"http://{HOST}:{port}/api/",
        database_url="",
        data_dir=yours.data_dir / DEMO,
        admin_user_ids="UADMIN",
    )


async def demo(first_port: int, *, reset: bool, say: Say) -> None:
    """Run sandbox and bot until Ctrl-C or SIGTERM.

    Raises:
        DemoStopped: another demo runs, or the sandbox can't start or died.
        SettingsError: the data folder can't be used.
    """
    port = free_port(first_port)
    settings = settings_for(port)
    folder = settings.data_dir
    make_data_dir(settings)
    # Stopping early must end the sandbox too; wiring takes the signals over once the bot starts.
    if task := asyncio.current_task():
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        with FileLock(folder / "demo.lock", timeout=0):
            if reset:
                forget(settings)
            async with sandbox(settings, port) as (child, address):
                say(f"Open {address} in your browser. Ctrl-C stops the demo.")
                await _until_either_stops(settings, child, say)
    except Timeout:
        raise DemoStopped(f"A demo runs already with the records in {folder}. Stop it first.") from None


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
    raise DemoStopped(f"Ports {first} to {first + PORTS_TRIED - 1} are all taken. Choose another with --port.")


def forget(settings: Settings) -> None:
    """Clears the sandbox's and the bot's records together; guides and index stay."""
    from bot.records.database import forget_records, migrate

    (settings.data_dir / "sandbox.db").unlink(missing_ok=True)
    migrate(settings.sync_database_url())
    forget_records(settings.sync_database_url())


@asynccontextmanager
async def sandbox(settings: Settings, port: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The sandbox as a child process and the address of its page; stopped on leaving, whatever happens."""
    described = settings.data_dir / "manifest.json"
    described.write_text(json.dumps(manifest(settings.command_prefix), indent=2), encoding="utf-8")
    arguments = ["--manifest", described, "--seed", ROOT / "sandbox" / "seed.yaml"]
    arguments += ["--state", settings.data_dir / "sandbox.db", "--host", HOST, "--port", port]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *map(str, arguments)),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        process_group=0,  # Ctrl-C reaches us alone, so the bot can say goodbye before its Slack goes away
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )
    try:
        yield child, await _ready_address(child)
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), STOPPING_S)
            except TimeoutError:
                child.kill()


def _end_with_parent() -> None:
    """The kernel ends the sandbox when the demo is killed in a way that it can't tidy up after."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


async def _ready_address(child: asyncio.subprocess.Process) -> str:
    assert child.stdout is not None
    async for line in child.stdout:
        said = line.decode(errors="replace").strip()
        if said.startswith("Sandbox ready at "):
            return said.removeprefix("Sandbox ready at ")
    raise DemoStopped(f"The sandbox did not start (exit code {await child.wait()}); it says why above.")


async def _until_either_stops(settings: Settings, child: asyncio.subprocess.Process, say: Say) -> None:
    from bot import sample, wiring  # seconds of imports, after the page is up

    async def beside(running: "Running") -> None:
        await asyncio.gather(_tell_progress(running, say), _ask_samples(running))

    say("Reading the guides; Frontline comes online in a moment.")
    bot = asyncio.create_task(wiring.run(settings, first=sample.tell, beside=beside))
    gone = asyncio.create_task(child.wait())
    try:
        await asyncio.wait({bot, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not bot.done():
            raise DemoStopped(f"The sandbox stopped by itself (exit code {child.returncode}), so the demo stops.")
        await bot
        say("Stopped.")
    finally:
        for task in (bot, gone):
            task.cancel()
        await asyncio.gather(bot, gone, return_exceptions=True)


async def _ask_samples(running: "Running") -> None:
    """Once the index is complete, so that the answers are the best there are."""
    from bot import sample

    await asyncio.wait({running.warmed})
    await sample.ask(running.parts)


async def _tell_progress(running: "Running", say: Say) -> None:
    """One line whenever the index has grown, until it is complete."""
    library, before = running.parts.library, None
    while not running.warmed.done():
        state = await asyncio.to_thread(library.state)
        now = (state.guides, state.chunks, state.vectors)
        if now != before:
            say(f"Indexing: {state.guides} guides, {state.vectors} of {state.chunks} passages; you can ask already.")
        before = now
        await asyncio.wait({running.warmed}, timeout=LOOK_EVERY_S)
    state = await asyncio.to_thread(library.state)
    for key, reason in state.refused:
        say(f"Not taken in: {key}: {reason}")
    say(state.fault or f"Ready: {state.guides} guides in {state.chunks} passages.")

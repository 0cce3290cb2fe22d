"""An unmodified JavaScript app on npm's @slack/bolt, from its first connection to the one after a drop."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from filelock import AsyncFileLock

from tests.conftest import need
from tests.sandbox.conftest import Client, Json, Start

FOLDER = Path(__file__).parent / "javascript"
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"  # npm writes it last


async def run(*command: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=FOLDER,
        env=os.environ | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@pytest.fixture
async def packages() -> None:
    """The app's packages, as its lock file has them; kept until that changes."""
    need("Node 20.18 or newer with npm", "nodejs npm", bool(shutil.which("npm")) and await node_version() >= [20, 18])
    async with AsyncFileLock(FOLDER / ".installing"):  # two files of tests need them, at the same time
        if INSTALLED.exists() and INSTALLED.stat().st_mtime > (FOLDER / "package-lock.json").stat().st_mtime:
            return
        npm = await run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        output, _ = await npm.communicate()
        assert npm.returncode == 0, output.decode()
        INSTALLED.touch()


async def node_version() -> list[int]:
    if not shutil.which("node"):
        return []
    output, _ = await (await run("node", "--version")).communicate()
    return [int(part) for part in output.decode().strip("v\n").split(".")]


@asynccontextmanager
async def javascript_app(sandbox: Client) -> AsyncIterator[None]:
    node = await run("node", "app.js", SLACK_API_URL=f"{sandbox.address}/api/")
    try:
        yield
    finally:
        node.kill()
        output, _ = await node.communicate()
    assert "Error" not in output.decode()


@pytest.mark.usefixtures("packages")
@pytest.mark.timeout(300)  # the first run fetches the packages
async def test_a_javascript_app_talks_to_it(start_sandbox: Start) -> None:
    """Command, mention, button, modal with errors, shortcut, a streamed answer, and all well after a reconnection."""
    sandbox = await start_sandbox()
    async with javascript_app(sandbox):
        await connected(sandbox)
        command = await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/ask refunds")
        await sandbox.entry(lambda entry: entry.get("method") == "response_url")
        private = (await sandbox.state("UANA"))["ephemerals"]
        mention = await sandbox.act("message", user="UANA", channel="C0ASK", text="@Frontline hello")
        reply = await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
        opened = await sandbox.act("click", user="UANA", action_id="open")
        wrong = await sandbox.act("submit", user="UANA", values={"why": "bad"})
        right = await sandbox.act("submit", user="UANA", values={"why": "good"})
        by_shortcut = await sandbox.act("shortcut", user="UBEN", callback_id="ask_guides")
        streamed = await stream(sandbox, "hello there")

        await sandbox.fault("disconnect", reason="refresh_requested")
        await connected(sandbox, sandbox.slack.journal.last)
        after = await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/ask again")

    assert command["response"]["text"] == "Looking for refunds"
    assert [one["text"] for one in private] == ["Found refunds"]
    assert reply["answer"]["message"]["thread_ts"] == mention["message"]["ts"]
    assert opened["view"]["private_metadata"] == "7"
    assert wrong["response"] == {"response_action": "errors", "errors": {"why": "Not this"}}
    assert (right["ok"], right.get("view")) == (True, None)
    assert by_shortcut["view"]["private_metadata"] == "shortcut"
    assert (streamed["text"], "streaming" in streamed) == ("You said: **hello there**", False)
    assert after["response"]["text"] == "Looking for again"


async def connected(sandbox: Client, since: int = 0) -> None:
    """Until the app has asked for a connection and has been greeted on it."""
    await sandbox.entry(lambda entry: entry.get("method") == "apps.connections.open", since)
    await sandbox.slack.deliveries.reachable()


async def stream(sandbox: Client, text: str) -> Json:
    since = sandbox.slack.journal.last
    asked = await sandbox.act("message", user="UANA", channel="dm", text=text)
    await sandbox.entry(lambda entry: entry.get("method") == "chat.stopStream", since)
    messages = (await sandbox.state("UANA"))["messages"][asked["message"]["channel"]]
    return dict(messages[-1])

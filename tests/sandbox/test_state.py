"""The state file: what was said is still there, whatever ends the sandbox."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.local_slack import Limits, LocalSlack
from sandbox.manifest import manifest_from
from sandbox.seed import read_seed
from sandbox.store import Changes, StateUnusable, Store
from tests.sandbox.conftest import SEED, Client, Json, Start, manifest

HEADERS = {"Authorization": "Bearer xoxb-1"}


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A sandbox as a process, with its state in the folder, and its address."""
    (folder / "manifest.json").write_text(json.dumps(manifest()), encoding="utf-8")
    files = ["--manifest", folder / "manifest.json", "--seed", SEED, "--state", folder / "state"]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *map(str, files), "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    try:
        yield child, (await child.stdout.readline()).decode().split()[-1]
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await child.wait()


async def call(session: aiohttp.ClientSession, address: str, method: str, **arguments: object) -> Json:
    async with session.post(f"{address}/api/{method}", json=arguments, headers=HEADERS) as response:
        return dict(await response.json())


async def test_a_kill_leaves_everything_up_to_a_moment(tmp_path: Path) -> None:
    """Killed while posting: what is kept is all that was said until then, each reply with its root."""
    said: list[str] = []
    kept = tmp_path / "state-wal"

    async def go_on() -> None:
        is_kept = False
        while True:
            posted = await call(session, address, "chat.postMessage", channel="C0ASK", text=str(len(said)))
            said.append(posted["ts"])
            await call(session, address, "chat.postMessage", channel="C0ASK", text="reply", thread_ts=said[-1])
            await call(session, address, "reactions.add", channel="C0ASK", timestamp=said[-1], name="tada")
            if is_kept:
                child.kill()
            is_kept = len(said) > 10 and said[10].encode() in kept.read_bytes()

    async with process(tmp_path) as (child, address), aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await go_on()
        await child.wait()
    async with process(tmp_path) as (_, address), aiohttp.ClientSession() as session:
        since = {"channel": "C0ASK", "oldest": said[0], "inclusive": True, "limit": 999}
        messages = (await call(session, address, "conversations.history", **since))["messages"][::-1]
        thread = await call(session, address, "conversations.replies", channel="C0ASK", ts=messages[-2]["ts"])

    assert [message["ts"] for message in messages] == said[: len(messages)]
    assert len(messages) > 2
    assert all(message["reactions"][0]["count"] == message["reply_count"] == 1 for message in messages[:-1])
    assert [message["text"] for message in thread["messages"]] == [messages[-2]["text"], "reply"]


async def test_a_state_file_serves_one_sandbox(start_sandbox: Start, tmp_path: Path) -> None:
    """A second one is told so, instead of both writing."""
    await start_sandbox(state=tmp_path / "state")

    with pytest.raises(StateUnusable, match="in use by another sandbox"):
        LocalSlack(manifest_from(manifest()), read_seed(SEED), tmp_path / "state")


async def test_what_fell_due_while_it_was_down_is_posted(start_sandbox: Start, tmp_path: Path) -> None:
    """Scheduled messages outlive a restart."""
    first = await start_sandbox(state=tmp_path / "state")
    due = int(time.time()) + 1
    await first.api("chat.scheduleMessage", channel="C0ASK", text="due", post_at=due)
    await first.slack.close()
    second = await start_sandbox(state=tmp_path / "state")
    changes = second.slack.live.listen(None)
    if not await said(second, "due"):  # it was down for less than a second
        await changes.get()
    assert await said(second, "due")


async def test_files_outlive_a_restart_and_end_with_a_reset(start_sandbox: Start, tmp_path: Path) -> None:
    """The same bytes at the same place, until the workspace starts over."""
    first = await start_sandbox(state=tmp_path / "state")
    first.slack.store.keep_file("F1", b"abc")
    await first.slack.close()
    second = await start_sandbox(state=tmp_path / "state")
    kept = second.slack.store.file("F1")
    await second.slack.reset()

    assert kept == b"abc"
    assert second.slack.store.file("F1") is None


async def test_a_reset_while_the_state_is_being_written_is_kept_whole(start_sandbox: Start, tmp_path: Path) -> None:
    """Whichever write comes first afterwards empties the file and fills it."""
    first = await start_sandbox(state=tmp_path / "state")
    async with first.slack._writing:  # as while a slow disk is busy
        await first.api("chat.postMessage", channel="C0ASK", text="old")
        saving = asyncio.create_task(first.slack._save())
        await asyncio.sleep(0)
        resetting = asyncio.create_task(first.slack.reset())
        await asyncio.sleep(0)
    await asyncio.gather(saving, resetting)
    new = await first.api("chat.postMessage", channel="C0ASK", text="new")
    await first.slack.close()
    kept = (await (await start_sandbox(state=tmp_path / "state")).state())["messages"]["C0ASK"]

    assert kept[-1]["ts"] == new["ts"]
    assert "old" not in [message["text"] for message in kept]


async def test_a_reset_brings_back_the_groups_of_the_seed(start_sandbox: Start) -> None:
    """Nothing that was done to them stays."""
    sandbox = await start_sandbox(manifest(scopes=["usergroups:read", "usergroups:write"]))
    before = (await sandbox.state())["user_groups"]
    await sandbox.api("usergroups.create", name="Night shift")
    await sandbox.api("usergroups.users.update", usergroup=before[0]["id"], users="UANA")
    await sandbox.slack.reset()

    assert (await sandbox.state())["user_groups"] == before


async def test_what_was_going_on_goes_on_after_a_restart(start_sandbox: Start, tmp_path: Path) -> None:
    """A stream and a status end in time, for the pages that are open; an app that was taken off stays away."""
    limits = Limits(stream_seconds=1, status_seconds=1)
    first = await start_sandbox(limits=limits, state=tmp_path / "state")
    ts = (await first.act("message", user="UANA", channel="dm", text="tell me"))["message"]["ts"]
    await first.api("chat.startStream", channel="DANA", thread_ts=ts, markdown_text="once")
    await first.api("assistant.threads.setStatus", channel_id="DANA", thread_ts=ts, status="is looking")
    await first.act("uninstall", user="UADMIN")
    await first.slack.close()
    second = await start_sandbox(limits=limits, state=tmp_path / "state")
    changes = second.slack.live.listen("UANA")
    seen = [change for _ in range(2) if (change := await changes.get())]

    assert sorted(change["type"] for change in seen) == ["message_changed", "status"]
    assert all(change.get("status", "") == "" for change in seen)
    assert ["streaming" in change["message"] for change in seen if "message" in change] == [False]
    assert (await second.api("auth.test"))["error"] == "account_inactive"


def test_a_write_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failure half-way leaves what was there before."""
    store = Store(tmp_path / "state")
    store.write(Changes({"team": '"before"', "channels": "{}"}, {}))
    unwritable: Any = {("C1", "1.0"): object()}
    with pytest.raises(StateUnusable):
        store.write(Changes({"team": '"after"'}, unwritable))

    assert store.read()["team"] == "before"


async def test_a_deleted_state_file_starts_over(tmp_path: Path) -> None:
    """Also after a kill, when SQLite has left its log beside it."""
    async with process(tmp_path) as (child, address), aiohttp.ClientSession() as session:
        await call(session, address, "chat.postMessage", channel="C0ASK", text="old")
        child.kill()
        await child.wait()
    (tmp_path / "state").unlink()
    async with process(tmp_path) as (_, address), aiohttp.ClientSession() as session:
        history = await call(session, address, "conversations.history", channel="C0ASK", limit=1)

    assert history["messages"][0]["text"] != "old"


async def test_only_what_changed_is_written(sandbox: Client) -> None:
    """One message more is one row more, and the clock."""
    sandbox.slack.workspace.changes()
    posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="new")
    changes = sandbox.slack.workspace.changes()

    assert list(changes.messages) == [("C0ASK", posted["ts"])]
    assert list(changes.sections) == ["last_stamp"]
    assert not sandbox.slack.workspace.changes()


async def said(sandbox: Client, text: str) -> bool:
    history = await sandbox.api("conversations.history", channel="C0ASK", limit=1)
    return bool(history["messages"][0]["text"] == text)

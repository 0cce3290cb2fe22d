"""The client for tests of one's own."""

import asyncio

import pytest

from sandbox.testing import Slack
from tests.sandbox.conftest import Client


async def test_it_goes_straight_to_the_sandbox(sandbox: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the machine's proxy, with names as people write them; what was refused is not exported."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    slack = Slack(sandbox.address)
    await asyncio.to_thread(slack.say, "Ana Duarte", "#general", "hello")
    refused = await asyncio.to_thread(slack.act, "join", user="Ana Duarte", channel="#general")
    state = await asyncio.to_thread(slack.state, "Ana Duarte")
    exported = await asyncio.to_thread(slack.dialogue, "#general")

    assert "C0GENERAL" in [channel["id"] for channel in state["channels"]]
    assert refused["error"] == "already_in_channel"
    assert [line.strip() for line in exported.splitlines() if "company." in line] == [
        "said_1 = company.say('UANA', 'C0GENERAL', 'hello')"
    ]

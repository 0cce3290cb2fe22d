"""Starting with files that can't be used: one sentence that names the file."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from sandbox import __main__ as command
from sandbox.seed import read_seed
from tests.sandbox.conftest import SEED, Client, Json, Start, manifest

ANA = {"id": "UANA", "handle": "ana", "name": "Ana"}
GENERAL = {"id": "C1", "name": "general"}
POST = {"user": "UANA", "text": "x", "at": "2026-11-16T08:30:00Z"}


def seed(**changes: Any) -> Json:
    small: Json = {
        "team": {"id": "T1", "name": "Team", "domain": "team"},
        "bot": {"user_id": "UBOT", "bot_id": "BBOT", "app_id": "ABOT"},
        "users": [ANA],
        "channels": [GENERAL],
    }
    return small | changes


def saying(**post: str) -> Json:
    return seed(channels=[GENERAL | {"messages": [post]}])


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("seed", seed(users=[{"id": "UANA", "name": "Ana"}]), "users, entry 1, lacks handle as a text"),
        ("seed", seed(users={"UANA": "Ana"}), "users is no list of entries"),
        ("seed", seed(team={"id": "T1"}), "team, entry 1, lacks name and domain"),
        ("seed", seed(users=[ANA | {"tz": "Mars"}]), "UANA has no time zone"),
        ("seed", saying(user="UBEN", text="x"), "message 1 of C1 needs a text and a user of the seed"),
        ("seed", saying(user="UANA", text="x"), "message 1 of C1 needs its time"),
        ("seed", seed(channels=[GENERAL | {"members": ["UBEN"]}]), "C1 has members who are no users of the seed: UBEN"),
        ("seed", seed(conversations=[{"id": "D1", "members": "everyone"}]), "D1 is a conversation without a list"),
        ("seed", seed(channels=[GENERAL | {"messages": [POST, POST]}]), "message 2 of C1 has the time of another"),
        ("seed", {"team": {}}, "lacks bot, channels, users"),
        ("manifest", {"display_information": {}, "features": ["x"]}, "is not as Slack's schema has it"),
        ("manifest", {"display_information": {}, "features": {"slash_commands": [{}]}}, "without its 'command'"),
        ("manifest", {"display_information": {"name": 7}}, "7 is no text"),
        ("manifest", {"display_information": {"name": "  "}}, "'  ' is no text"),
        ("manifest", {"display_information": {}, "oauth_config": {"scopes": {"bot": [1]}}}, "[1] is no list of texts"),
        ("seed", seed(users=[ANA | {"name": " "}]), "users, entry 1, lacks name as a text"),
        ("state", [], "is not a sandbox's"),
        ("state", {"channels": {}, "last_stamp": 1}, "is not a sandbox's"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    content: Any,
    said: str,
) -> None:
    """Which file, and what is wrong in it."""
    for name, given in ({"manifest": manifest(), "seed": seed()} | {option: content}).items():
        (tmp_path / name).write_text(json.dumps(given), encoding="utf-8")
    options = [f"--{name}={tmp_path / name}" for name in ("manifest", "seed", "state")]
    monkeypatch.setattr("sys.argv", ["sandbox", *options])

    assert command.main() == 2
    problem = capsys.readouterr().err
    assert said in problem
    assert str(tmp_path / option) in problem


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--state=/dev/null/state", "/dev/null/state can't be written"),
        ("--port=70000", "invalid port value: '70000'"),
        ("--redelivery=4,-1", "invalid intervals value: '4,-1'"),
        ("--request-url=https://slack-app.example/slack/events", "is not on this machine"),
        ("--request-url=http://127.0.0.1:3000/slack/events", "give the app's signing secret with --signing-secret"),
    ],
)
def test_a_place_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, said: str
) -> None:
    """Before anybody connects, rather than at the first change."""
    (tmp_path / "manifest").write_text(json.dumps(manifest()), encoding="utf-8")
    required = [f"--manifest={tmp_path / 'manifest'}", f"--seed={SEED}", f"--state={tmp_path / 'state'}"]
    monkeypatch.setattr("sys.argv", ["sandbox", *required, option])

    try:
        code = command.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert (code, said in capsys.readouterr().err) == (2, True)


def test_the_seed_that_comes_with_it_can_be_used() -> None:
    """And so can one that has only what is needed."""
    assert read_seed(SEED)["team"]["name"] == "Brightwater"


async def test_it_goes_on_when_the_state_can_no_longer_be_written(
    start_sandbox: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk is told in a line; what was said stays in memory."""
    sandbox: Client = await start_sandbox(state=tmp_path / "state")
    sandbox.slack.store._database.execute("PRAGMA max_page_count = 1")  # no smaller than the file is, so no growth

    with caplog.at_level(logging.WARNING):
        posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="still here" * 1000)
        await sandbox.slack.close()

    assert (await sandbox.state())["messages"]["C0ASK"][-1]["ts"] == posted["ts"]
    assert "can't be written" in caplog.text

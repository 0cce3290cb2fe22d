"""Terminal commands beside a bot that runs on the sandbox."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conversations.conftest import ROOT, Bot
from tests.conversations.slack import Company

Terminal = Callable[..., "subprocess.CompletedProcess[str]"]
SETTINGS = {"SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_APP_TOKEN": "xapp-sandbox", "ADMIN_USER_IDS": "UADMIN"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one guide, whose owner nobody knows."""
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "guides").mkdir()
    text = "---\ntitle: Refunds\nowner: nobody@brightwater.example\n---\n# Outages\n\nWe credit a day for each day.\n"
    (folder / "guides" / "refunds.md").write_text(text)
    return folder


@pytest.fixture(scope="module")
def bot(company: Company, folder: Path) -> Iterator[Bot]:
    """A bot with that guide, taken in."""
    bot = Bot(company, folder / "data").start(GUIDES_DIR=str(folder / "guides"))
    try:
        company.until(lambda: owner_is_listed(company), "the owner to be looked up")
        yield bot
    finally:
        bot.stop()


def owner_is_listed(company: Company) -> bool:
    """Whether the admin's Home, opened now, names the owner that nobody knows."""
    company.act("open_home", user="UADMIN")
    return "nobody@brightwater.example" in str(company.home("UADMIN"))


@pytest.fixture
def frontline(company: Company, folder: Path) -> Terminal:
    """Runs `frontline …` with the settings of that bot."""
    places = {"DATA_DIR": str(folder / "data"), "GUIDES_DIR": str(folder / "guides")}
    environment = os.environ | SETTINGS | places | {"SLACK_API_URL": f"{company.address}/api/"}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)

    return run


def test_doctor_examines_a_running_bot(frontline: Terminal, bot: Bot) -> None:
    """Everything that keeps it working is fine, and what an admin has yet to do is named with its remedy."""
    said = frontline("doctor")
    lines = [tuple(line.split(maxsplit=2)) for line in said.stdout.splitlines()]
    assert said.returncode == 0, said.stdout + said.stderr
    for what in ("python", "settings", "database", "tokens", "scopes", "index", "model"):
        assert any(line[:2] == ("ok", what) for line in lines), said.stdout
    assert any(line[:2] == ("warn", "owners") and "nobody@brightwater.example" in line[2] for line in lines)
    assert [line[0] for line in lines if line[1] == "channels"] == ["warn"] * 3


def test_doctor_names_a_token_that_slack_refuses(frontline: Terminal, bot: Bot, company: Company) -> None:
    """A token that Slack refuses fails, with the page to copy it from."""
    company.fault("error", method="auth.test", error="invalid_auth", times=1)
    said = frontline("doctor")
    assert said.returncode == 1
    assert "SLACK_BOT_TOKEN: Slack says invalid_auth → copy it from api.slack.com/apps" in said.stdout


def test_ask_is_answered_by_the_running_bot(frontline: Terminal, bot: Bot) -> None:
    """The bot owns the index, so the question goes to it."""
    said = frontline("ask", "Do we credit a day for each day of an outage?")
    assert said.returncode == 0, said.stderr
    assert "Refunds" in said.stdout
    assert "The guides don't say." in frontline("ask", "Is an outage credited?", "--product", "Ark").stdout


def test_ingest_leaves_the_index_to_the_running_bot(frontline: Terminal, bot: Bot, folder: Path) -> None:
    """The command writes the guide down; the bot takes it up."""
    (folder / "guides" / "routers.md").write_text("# Routers\n\nA blinking red light means that there is no signal.\n")
    said = frontline("ingest")
    assert said.returncode == 0, said.stderr
    assert "1 added" in said.stdout
    assert "The running bot takes the changes up" in said.stdout


def test_run_names_a_token_that_opens_no_connection(company: Company, tmp_path: Path) -> None:
    """A wrong SLACK_APP_TOKEN ends it at once, in plain words."""
    with run(f"{company.address}/api/", tmp_path, SLACK_APP_TOKEN="abc") as starting:
        _, said = starting.communicate(timeout=60)
    assert starting.returncode == 1
    assert "Slack did not accept the connection (" in said
    assert "Check SLACK_APP_TOKEN" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_can_be_stopped_while_it_starts(tmp_path: Path, number: signal.Signals) -> None:
    """A Slack that does not answer is not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        with run(f"http://127.0.0.1:{silent.getsockname()[1]}/api/", tmp_path) as starting, silent.accept()[0]:
            starting.send_signal(number)
            _, said = starting.communicate(timeout=60)
    assert starting.returncode == 0
    assert said.split("bot.wiring: ")[1:] == ["stopped before it was connected\n"]


def test_run_says_what_it_does(company: Company, tmp_path: Path) -> None:
    """From the connection to the goodbye, each in a line; a guide that was refused is named."""
    bot = Bot(company, tmp_path / "data")
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "refunds.md").write_text("# Refunds\n\nWe credit a day.\n")
    (guides / "broken.pdf").write_bytes(b"%PDF-1.7 nothing follows")
    (guides / "old.doc").write_bytes(b"")
    bot.start(GUIDES_DIR=str(guides))
    company.until(lambda: "the index is complete: 1 guides in 1 passages" in bot.log(), "the index")
    assert bot.stop() == 0
    said = [line.split(" bot.wiring: ")[1] for line in bot.log().splitlines() if " INFO bot.wiring: " in line]
    assert "connected to Slack as frontline in Brightwater" in said
    assert "guides: 1 added, 0 changed, 0 unchanged, 0 removed, 1 refused" in said
    assert "guides: 1 file skipped, of kinds that can't be read: .doc" in said
    assert any(line.startswith("guides: broken.pdf ") for line in said)
    assert said[-2:] == ["stopping; what is being answered is finished first", "stopped"]


@contextmanager
def run(slack: str, folder: Path, **settings: str) -> "Iterator[subprocess.Popen[str]]":
    """`frontline run` on that Slack, without guides."""
    (folder / "guides").mkdir()
    places = {"DATA_DIR": str(folder / "data"), "GUIDES_DIR": str(folder / "guides"), "SLACK_API_URL": slack}
    command = [sys.executable, "-m", "bot", "run"]
    environment = os.environ | SETTINGS | places | settings
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()

"""`frontline demo`, as a newcomer runs it."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conversations.slack import BOT, Company, words

ROOT = Path(__file__).resolve().parents[2]
Demo = subprocess.Popen[str]


@pytest.fixture
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """A demo with one guide, in an environment that points elsewhere: real tokens, and a proxy that leads nowhere."""
    sections = getattr(request, "param", 1)
    text = "\n".join(f"# Refund {n}\n\nWe credit a day for each day of an outage.\n" for n in range(sections))
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "refunds.md").write_text(text)
    environment = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "GUIDES_DIR": str(tmp_path / "guides"),
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_APP_TOKEN": "xapp-real",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "bot", "demo"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def address(demo: Demo) -> str:
    """Where the page is, as the demo says first."""
    assert demo.stdout
    said = demo.stdout.readline()
    assert said.startswith("Open http://127.0.0.1:"), said
    return said.split()[1]


def test_the_page_comes_first_and_ctrl_c_stops_both(demo: Demo) -> None:
    """The page is up before the bot; the bot answers there; Ctrl-C ends both in good order."""
    page = address(demo)
    with urllib.request.urlopen(page) as answer:
        assert answer.status == 200
    company = Company(page)
    company.until(lambda: company.state()["connected"], "a connected bot")
    assert company.ask("UANA", "Is a day of an outage credited?")
    sandbox = psutil.Process(demo.pid).children()
    demo.send_signal(signal.SIGINT)
    said, complaints = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert "Stopped." in said
    assert complaints == ""
    assert psutil.wait_procs(sandbox, timeout=20)[1] == []


@pytest.mark.parametrize("demo", [3_000], indirect=True)
def test_stopped_while_it_indexes_it_is_not_ready(demo: Demo) -> None:
    """Ctrl-C ends the demo without a word about an index that is not complete."""
    address(demo)
    assert demo.stdout
    assert any(line.startswith("Indexing:") for line in demo.stdout)
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=60)
    assert "Stopped." in said
    assert "Ready" not in said


def test_all_is_there_from_the_first_moment(demo: Demo) -> None:
    """Whoever acts as soon as the bot is online finds the guides read, the digests scheduled and the ideas told."""
    company = Company(address(demo))
    company.until(lambda: company.state()["connected"], "a connected bot")
    company.act("command", user="UADMIN", channel="C0GENERAL", text="/digest")
    company.act("open_home", user="UADMIN")
    question = company.say("UANA", "C0ASK", f"<@{BOT}> Is a day of an outage credited?")
    digests = company.until(lambda: (v := company.view("UADMIN")) and "Loading" not in words(v) and v, "the digests")
    home = company.until(lambda: company.home("UADMIN"), "Home")
    assert "Recognition in <#C0GENERAL>" in words(digests)
    assert "Show the next bill's amount" in words(home)
    assert "a day for each day" in words(company.replies("C0ASK", question["ts"], 1))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_sandbox_is_left_behind(demo: Demo, number: signal.Signals) -> None:
    """However the demo ends, and however early, the sandbox ends with it."""
    address(demo)
    sandbox = psutil.Process(demo.pid).children()
    demo.send_signal(number)
    _, complaints = demo.communicate(timeout=60)
    assert "Traceback" not in complaints
    assert psutil.wait_procs(sandbox, timeout=60)[1] == []


def test_a_sandbox_that_dies_ends_the_demo(demo: Demo) -> None:
    """Without its Slack the demo stops and says why."""
    address(demo)
    for sandbox in psutil.Process(demo.pid).children():
        sandbox.kill()
    _, complaints = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "The sandbox stopped by itself" in complaints
    assert "Traceback" not in complaints

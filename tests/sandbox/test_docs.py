"""The guide to the sandbox says what the code does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.acts import ACTS
from sandbox.faults import KINDS, Faults
from sandbox.methods import METHODS
from tests.sandbox.test_javascript import FOLDER, packages

__all__ = ["packages"]

GUIDE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_method_is_listed() -> None:
    """No more and no fewer than are emulated."""
    start = GUIDE.index("JSON strings inside forms")
    listed = re.findall(r"`([\w.]+)`", GUIDE[start : GUIDE.index("Everything else", start)])

    assert listed == sorted(METHODS)


def test_every_act_and_fault_has_an_example_that_is_valid() -> None:
    """Each example is JSON of the right shape; the two acts explained together share one."""
    acts = {json.loads(body)["do"] for body in re.findall(r"^say '(.+?)'$", GUIDE, re.MULTILINE)}
    faults = [json.loads(body) for body in re.findall(r"^fault '(.+?)'", GUIDE, re.MULTILINE)]

    assert acts | {"kick"} == set(ACTS)
    assert {Faults().parse(fault)["fault"] for fault in faults} == set(KINDS)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of "Test your own bot in five minutes", as the guide prints them."""
    folder = tmp_path_factory.mktemp("own-bot")
    for body in re.findall(r"^```(?:python|js)\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL):
        if named := re.match(r"(?:#|//) ([\w.]+)\n", body):
            (folder / named[1]).write_text(body, encoding="utf-8")
    manifest = re.search(r"^```json\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert manifest
    (folder / "manifest.json").write_text(manifest[1], encoding="utf-8")
    return folder


def outcome(folder: Path, bot: str) -> str:
    """The last line of the guide's own tests, run on one of its bots."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_bot.py"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "BOT": bot}, capture_output=True, text=True, timeout=90
    )
    return done.stdout.strip().splitlines()[-1].split(" in ")[0] if done.returncode == 0 else done.stdout


def test_the_python_example_works_as_printed(examples: Path) -> None:
    """Its tests pass on its bot."""
    assert outcome(examples, f"{sys.executable} bot.py") == "2 passed"


@pytest.mark.usefixtures("packages")
@pytest.mark.timeout(300)  # the first run fetches the packages
async def test_the_javascript_example_works_as_printed(examples: Path) -> None:
    """The same tests pass on the bot in JavaScript."""
    if not (examples / "node_modules").exists():
        (examples / "node_modules").symlink_to(FOLDER / "node_modules")
    assert outcome(examples, "node bot.mjs") == "2 passed"

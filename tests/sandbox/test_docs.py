"""The guide to the sandbox says what the code does."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox.acts import ACTS
from sandbox.blocks import BLOCKS
from sandbox.elements import ELEMENTS
from sandbox.faults import KINDS, Faults
from sandbox.manifest import EVENT_SCOPES
from sandbox.methods import METHODS
from sandbox.methods.differences import ABSENT
from tests.sandbox.test_javascript import FOLDER, packages

__all__ = ["packages"]

GUIDE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("heading", "emulated"), [("Methods", METHODS), ("Events", EVENT_SCOPES)])
def test_every_method_and_event_is_listed(heading: str, emulated: Iterable[str]) -> None:
    """No more and no fewer than are emulated."""
    section = GUIDE.partition(f"### {heading}\n")[2].partition("\n###")[0]

    assert re.findall(r"`([\w.]+)`", section) == sorted(emulated)


def test_the_figures_are_those_of_the_code() -> None:
    """What the table sums up."""
    (figures,) = re.findall(
        r"^(\d+) of Slack's (\d+) methods for apps, (\d+) events, (\d+) blocks and (\d+) ", GUIDE, re.M
    )
    slacks = len(METHODS) + len(ABSENT)  # held against Slack's own list in test_contract.py

    assert [*map(int, figures)] == [len(METHODS), slacks, len(EVENT_SCOPES), len(BLOCKS), len(ELEMENTS)]


def test_every_live_change_and_journal_entry_is_listed() -> None:
    """By the name that those who listen look for."""
    code = "".join(path.read_text(encoding="utf-8") for path in (Path(sandbox.__file__).parent).rglob("*.py"))
    live = GUIDE.partition("## Live\n")[2].partition("\n## ")[0]
    journal = GUIDE.partition("## Journal\n")[2].partition("\n## ")[0]
    told = set(re.findall(r'tell\(\{"type": "(\w+)"', code))
    kept = set(re.findall(r'journal\.add\(\s*"(\w+)"', code)) | {"envelope"}

    assert told - set(re.findall(r"`(\w+)`", live)) == set()
    assert set(re.findall(r"^- `(\w+)`:", journal, re.M)) == kept


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


def begin(folder: Path, bot: str) -> subprocess.Popen[str]:
    """The guide's own tests, run on one of its bots."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_bot.py"]
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "BOT": bot}, stdout=subprocess.PIPE, text=True)


def outcome(run: subprocess.Popen[str]) -> str:
    """Their last line when they have passed, otherwise all that they say."""
    said, _ = run.communicate(timeout=90)
    return said.strip().splitlines()[-1].split(" in ")[0] if run.returncode == 0 else said


@pytest.fixture(scope="module")
def on_python(examples: Path) -> Iterator[subprocess.Popen[str]]:
    """The tests on the bot in Python: they wait for seconds that the others can use."""
    with begin(examples, f"{sys.executable} bot.py") as run:
        yield run
        run.kill()


@pytest.mark.usefixtures("on_python", "packages")
@pytest.mark.timeout(300)  # the first run fetches the packages
def test_the_javascript_example_works_as_printed(examples: Path) -> None:
    """Its tests pass on its bot."""
    if not (examples / "node_modules").exists():
        (examples / "node_modules").symlink_to(FOLDER / "node_modules")
    assert outcome(begin(examples, "node bot.mjs")) == "2 passed"


def test_the_python_example_works_as_printed(on_python: subprocess.Popen[str]) -> None:
    """The same tests pass on the bot in Python."""
    assert outcome(on_python) == "2 passed"

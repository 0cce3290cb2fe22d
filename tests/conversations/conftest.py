"""A sandbox and a bot, each a process of its own, talking over the real socket."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from filelock import FileLock

from bot.manifest import manifest
from sandbox.testing import sandbox
from tests.conversations.forked import started
from tests.conversations.slack import Company

ROOT = Path(__file__).resolve().parents[2]
Bots = Callable[..., "Bot"]


@contextmanager
def sandbox_process(folder: Path, seed: Path = ROOT / "sandbox" / "seed.yaml") -> Iterator[Company]:
    """A sandbox of our own on a free port, with the sample company unless another seed is given."""
    manifest_file = folder / "manifest.json"
    manifest_file.write_text(json.dumps(manifest()), encoding="utf-8")
    with sandbox(manifest_file, "--seed", seed, "--state", folder / "sandbox.json") as slack:
        yield Company(slack.address)


@dataclass
class Bot:
    """The bot as a process."""

    company: Company
    data: Path
    program: tuple[str, ...] = ("bot", "run")
    process: ForkServerProcess | None = None

    def start(self, **settings: str) -> "Bot":
        """Start it and wait until it is connected."""
        before = self.company.state()["connected"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "FRONTLINE_"))}
        environment |= {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_API_URL": f"{self.company.address}/api/",
            "DATA_DIR": str(self.data),
            "ADMIN_USER_IDS": "UADMIN",
            **settings,
        }
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = started(self.program, environment, self.data / "log.txt")
        self.company.until(lambda: self._lives() and self.company.state()["connected"] > before, "a connected bot")
        return self

    def kill(self) -> None:
        """As a crash or a power cut does: no goodbye."""
        self._end(ForkServerProcess.kill)

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit code."""
        return self._end(ForkServerProcess.terminate)

    def log(self) -> str:
        return (self.data / "log.txt").read_text()

    def _lives(self) -> bool:
        assert self.process
        if self.process.exitcode is not None:
            raise AssertionError(f"the bot ended with {self.process.exitcode}:\n{self.log()[-3000:]}")
        return True

    def _end(self, how: Callable[[ForkServerProcess], None]) -> int:
        if self.process is None:
            return 0
        how(self.process)
        self.process.join(timeout=40)
        code = self.process.exitcode
        assert code is not None, "it goes on"
        self.process = None
        return code


def ingested(folder: Path) -> Path:
    """The same folder, with the sample guides in it as records and index."""
    environment = {**os.environ, "DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "bot", "ingest"], cwd=ROOT, env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder to copy from, one for all workers: embedding the sample guides takes a while."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "indexed"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            ingested(own / "ingested").rename(shared)
    return shared


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample company, for one module of dialogues."""
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as company:
        yield company


@pytest.fixture(scope="module")
def bots(company: Company, indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    """Makes bots that end with the module."""
    made: list[Bot] = []

    def make(*program: str, has_guides: bool = True) -> Bot:
        folder = tmp_path_factory.mktemp("bot") / "data"
        if has_guides:
            shutil.copytree(indexed, folder)
        made.append(Bot(company, folder, program or Bot.program))
        return made[-1]

    yield make
    for bot in made:
        bot.kill()  # a stop would wait for a model that is still loading


@pytest.fixture(scope="module")
def bot(bots: Bots) -> Bot:
    """One bot for a module of dialogues."""
    return bots().start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dialogues start processes that load a model: on a busy machine that takes longer than other tests may."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(1800 if item.get_closest_marker("soak") else 300))

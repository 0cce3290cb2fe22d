"""A Python program as a process of its own that starts at once: forked from one that has imported what bots do."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

IMPORTED = ["bot.wiring", "chromadb", __name__]  # four seconds' work of a busy machine
forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(IMPORTED)


def started(program: tuple[str, ...], environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """`python -m` program, in this environment, what it says added to the log."""
    process = forking.Process(target=_become, args=(program, dict(environment), log))
    process.start()
    return process


def _become(program: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = program[1:]
    runpy.run_module(program[0], run_name="__main__", alter_sys=True)

"""install.py, with a pip that remembers what it was asked for."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


class Setup(NamedTuple):
    module: ModuleType
    asked: list[tuple[str, ...]]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """install.py working on an empty checkout, with neither a virtual environment made nor pip run."""
    spec = importlib.util.spec_from_file_location("install_under_test", ROOT / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "frontline"\n')
    (tmp_path / "constraints.txt").write_text("aiohttp==1\n")
    (tmp_path / ".venv").mkdir()
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(module, "pip", lambda *arguments: asked.append(arguments))
    monkeypatch.setattr(module, "runs", lambda code="": "version('torch')" not in code)
    monkeypatch.setattr(module, "within_reach", lambda: True)
    monkeypatch.setattr(module, "compile_imports", lambda: None)
    return Setup(module, asked)


def torch_from(asked: list[tuple[str, ...]]) -> list[bool]:
    """Of each time that torch was asked for, whether it was from the CPU index."""
    return ["--index-url" in each for each in asked if any(word.startswith("torch==") for word in each)]


def test_torch_comes_first_and_the_rest_is_pinned(setup: Setup) -> None:
    """torch is a step of its own from the CPU index; everything else goes through the constraints file."""
    assert setup.module.main([]) == 0
    assert torch_from(setup.asked) == [True]
    assert setup.asked[-1] == ("install", "-c", "constraints.txt", "-e", ".")


def test_torch_falls_back_when_the_cpu_index_is_out_of_reach(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyTorch's own index the usual one serves."""
    monkeypatch.setattr(setup.module, "within_reach", lambda: False)
    assert setup.module.main([]) == 0
    assert torch_from(setup.asked) == [False]


def test_torch_falls_back_when_the_cpu_index_fails(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that answers but does not deliver costs one try."""

    def pip(*arguments: str) -> None:
        setup.asked.append(arguments)
        if "--index-url" in arguments:
            raise setup.module.Stopped("no such version")

    monkeypatch.setattr(setup.module, "pip", pip)
    assert setup.module.main([]) == 0
    assert torch_from(setup.asked) == [True, False]


def test_an_old_pip_serves_where_no_newer_is_to_be_had(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of packages need not hold pip; that it takes longer is said."""

    def pip(*arguments: str) -> None:
        setup.asked.append(arguments)
        if "pip" in arguments:
            raise setup.module.Stopped("no such package")

    monkeypatch.setattr(setup.module, "pip", pip)
    monkeypatch.setattr(setup.module, "runs", lambda code="": "version('" not in code)
    assert setup.module.main([]) == 0
    assert "pip" in setup.asked[0]
    assert setup.asked[-1] == ("install", "-c", "constraints.txt", "-e", ".")
    assert "a few minutes longer" in capsys.readouterr().out


def test_what_is_compiled_is_there(setup: Setup) -> None:
    """A module that was renamed would be compiled at every start instead, without a word."""
    names = [name for line in setup.module.IMPORTED for name in line.replace(" ", "").split(",")]

    assert len(names) > 5
    assert [name for name in names if importlib.util.find_spec(name) is None] == []


def test_gpu_packages_are_told_of(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Gigabytes of GPU packages don't come along in silence."""
    packages = setup.module.VENV / "lib" / "python3.11" / "site-packages"
    (packages / "nvidia_cublas-1.dist-info").mkdir(parents=True)
    (packages / "triton-3.dist-info").mkdir()
    monkeypatch.setattr(setup.module, "within_reach", lambda: False)
    setup.module.main([])
    assert "brought 2 GPU packages along (nvidia_cublas" in capsys.readouterr().out


def test_a_second_start_does_nothing(setup: Setup) -> None:
    """What is installed is not installed again, and the development tools include all of it."""
    setup.module.main(["--dev"])
    setup.asked.clear()
    assert setup.module.main(["--dev"]) == 0
    assert setup.module.main([]) == 0
    assert setup.asked == []


def test_a_changed_pin_or_more_tools_install_again(setup: Setup) -> None:
    """The stamp knows what it stands for."""
    setup.module.main([])
    setup.asked.clear()
    setup.module.main(["--dev"])
    assert setup.asked[-1] == ("install", "-c", "constraints.txt", "-e", ".[dev]")
    (setup.module.ROOT / "constraints.txt").write_text("aiohttp==2\n")
    setup.asked.clear()
    setup.module.main([])
    assert setup.asked[-1] == ("install", "-c", "constraints.txt", "-e", ".")


def test_an_interrupted_installation_is_finished_by_the_next(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle leaves nothing that passes for done."""

    def interrupted(*_: str) -> None:
        raise KeyboardInterrupt

    good = setup.module.pip
    monkeypatch.setattr(setup.module, "pip", interrupted)
    assert setup.module.main([]) == 130
    monkeypatch.setattr(setup.module, "pip", good)
    assert setup.module.main([]) == 0
    assert setup.asked[-1] == ("install", "-c", "constraints.txt", "-e", ".")


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_an_unfit_python_is_named_with_its_remedy(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: tuple[int, int, int]
) -> None:
    """The wrong Python is told which ones fit."""
    monkeypatch.setattr(sys, "version_info", version)
    assert setup.module.main([]) == 1
    error = capsys.readouterr().err
    assert f"this is 3.{version[1]}" in error
    assert "apt-get install python3.12" in error


def test_a_missing_venv_module_is_named_with_its_package(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Debian's python3 comes without ensurepip; the error names the package that brings it."""
    monkeypatch.setattr(setup.module, "runs", lambda code="": False)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert setup.module.main([]) == 1
    assert "sudo apt-get install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("error: command 'gcc' failed: No such file or directory", "apt-get install build-essential"),
        ("error: command '/usr/bin/x86_64-linux-gnu-gcc' failed: No such file or directory", "build-essential"),
        ("foo.c:1:10: fatal error: Python.h: No such file or directory", "-dev"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Failed to establish a new connection: Temporary failure in name resolution", "PIP_INDEX_URL"),
        ("SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
    ],
)
def test_pips_failure_comes_with_a_remedy(setup: Setup, said: str, remedy: str) -> None:
    """What pip could not do is shown as pip said it, and what to do follows."""
    explained = setup.module.explain(["Collecting x", said])
    assert said in explained
    assert remedy in explained


def test_an_unknown_option_is_refused(setup: Setup) -> None:
    """A typing mistake installs nothing."""
    assert setup.module.main(["--dve"]) == 2
    assert setup.asked == []

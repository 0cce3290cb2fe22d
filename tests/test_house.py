"""The lines of the house: who imports whom, what each folder is for, which names stay out, one reader of each thing."""

import ast
import doctest
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType

import pytest

from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
OURS = ("bot", "knowledge", "prompts", "jobs")
PURPOSE = {
    "bot": "Slack in, Slack out, and the process around it",
    "bot/delivery": "each delivery handled once, each post seen once",
    "bot/blocks": "pure functions from a record to Block Kit",
    "bot/listeners": "Slack in, one file a feature",
    "bot/migrations": "the database's history",
    "bot/migrations/versions": "one file a step",
    "bot/records": "what people told us: tables and verbs",
    "knowledge": "guides in, cited answers out",
    "prompts": "one Markdown prompt a file",
    "jobs": "what runs on a schedule",
    "sandbox": "a local Slack",
    "sandbox/acts": "what people do in it",
    "sandbox/methods": "Slack's Web API",
    "benchmarks": "measurements to run by hand",
    "tests": "one folder a package, and the conversations",
}
FORBIDDEN = {"manager", "helper", "helpers", "util", "utils", "service", "engine", "processor", "data"}
FORBIDDEN |= {"info", "common", "base"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words(identifier: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().split("_"))


def test_imports_go_downwards_only() -> None:
    """The import rules of pyproject.toml hold."""
    linted = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_what_is_imported_is_asked_for() -> None:
    """No package is there only because another one needs it today; torch is installed in a step of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked_for = {re.split(r"[\[<>=]", line)[0].replace("_", "-") for line in project["dependencies"]} | {"torch"}
    brought_by = packages_distributions()
    missing = {}
    for path in sources(*OURS, "sandbox"):
        for module in (
            _imported(ast.parse(path.read_text(encoding="utf-8"))) - sys.stdlib_module_names - {*OURS, "sandbox"}
        ):
            if not asked_for & {package.lower().replace("_", "-") for package in brought_by[module]}:
                missing[module] = name(path)
    assert missing == {}


def _imported(tree: ast.Module) -> set[str]:
    """The first part of every absolute import."""
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {each.partition(".")[0] for each in names}


def test_every_job_has_its_place_in_the_import_rules() -> None:
    """A new job can't escape the rules by not being listed."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = set(re.findall(r"jobs\.\w+", " ".join(rules[0]["layers"])))
    assert {f"jobs.{path.stem}" for path in sources("jobs") if path.stem != "__init__"} <= layered


def test_measurements_call_what_is_there() -> None:
    """No type checker reads them, and they are run by hand, long after a function has moved."""
    missing = []
    for path in sources("benchmarks"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        modules = {}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith((*OURS, "sandbox")):
                for imported in node.names:
                    found = resolve_name(f"{node.module}.{imported.name}")
                    modules |= {imported.name: found} if isinstance(found, ModuleType) else {}
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                missing += [] if hasattr(modules[node.value.id], node.attr) else [f"{path.name}: {ast.unparse(node)}"]
    assert missing == []


def test_each_folder_has_a_purpose() -> None:
    """Code lives in folders whose purpose is written down, so a new one is a decision."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in sources(*OURS, "sandbox", "benchmarks")}
    assert folders <= set(PURPOSE)


def test_words_that_say_nothing_name_nothing() -> None:
    """No module or class is named after a word that fits everything."""
    named = {(name(path), path.stem) for path in sources(*OURS, "sandbox", "benchmarks")}
    for path in sources(*OURS, "sandbox", "benchmarks"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named |= {(name(path), node.name) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    assert sorted(place for place in named if words(place[1]) & FORBIDDEN) == []


@pytest.mark.parametrize(
    ("pattern", "readers"),
    [
        pytest.param(
            r"os\.environ|os\.getenv|import environ",
            {"bot/__init__.py", "bot/settings.py", "bot/wiring.py"},
            id="environment",
        ),
        pytest.param(
            r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(", {"bot/library.py"}, id="clock"
        ),
        pytest.param(r"init_chat_model", {"bot/library.py", "knowledge/answering.py"}, id="chat model"),
    ],
)
def test_each_outside_thing_is_read_in_one_place(pattern: str, readers: set[str]) -> None:
    """The environment, the clock and the chat model come in through one door each."""
    found = {name(path) for path in sources(*OURS) if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert found <= readers


def test_env_example_and_settings_agree() -> None:
    """`.env.example` names every setting once and nothing else."""
    lines = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.M)
    assert sorted(Settings.model_fields) == sorted(line.lower() for line in lines)


def test_env_example_shows_the_defaults() -> None:
    """A commented line in `.env.example` can be uncommented without changing anything."""
    shown = re.findall(r"^#([A-Z][A-Z0-9_]*)=(.+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.M)
    defaults = {field.upper(): str(Settings.model_fields[field].default) for field in Settings.model_fields}
    assert {key: defaults[key] for key, _ in shown} == dict(shown)


def test_commands_in_the_documents_exist() -> None:
    """Every `make …` and `frontline …` that a document names is there."""
    from bot.cli import app

    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    commands |= {group.name for group in app.registered_groups}
    for document in [*ROOT.glob("*.md"), ROOT / ".env.example", *(ROOT / "docs").glob("*.md")]:
        code = "\n".join(re.findall(r"`[^`\n]+`|^```.*?^```", document.read_text(encoding="utf-8"), flags=re.M | re.S))
        assert set(re.findall(r"(?:^|`)make ([a-z]+)", code, flags=re.M)) <= targets, document.name
        assert set(re.findall(r"(?:^|`|bin/)frontline ([a-z]+)", code, flags=re.M)) <= commands, document.name


EXAMPLES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("bot", "jobs", "knowledge")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_in_docstrings_hold(module: str) -> None:
    """Whoever reads one takes it for true."""
    failed, attempted = doctest.testmod(importlib.import_module(module))

    assert (failed, attempted > 0) == (0, True)

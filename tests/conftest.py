"""What every test shares: a fixed clock, databases of both kinds, and what to do when a tool is missing."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples for everybody, so that a red test is red again; `HYPOTHESIS_PROFILE=random` looks further.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"})

LONGEST = ("conversations", "sandbox", "knowledge")  # folders
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
EVALDATA = Path(__file__).resolve().parents[2] / "shared" / "evaldata"


async def ours(_: str) -> bool:
    """For an outbox: no channel is shared with another company."""
    return False


def need(what: str, packages: str, present: bool) -> None:
    """Skip when a tool is missing, naming the line that would enable the test; with REQUIRE_ALL=1, fail."""
    if present:
        return
    message = f"{what} is missing; enable with: sudo apt-get install -y {packages}"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    need("Chromium", "chromium", found is not None)
    assert found
    return found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL of our own, on a socket file in a folder of its own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    need("PostgreSQL", "postgresql", bool(programs))
    bin_folder = programs[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="frontline-pg-"))  # pytest's own folders are closed to other users
    as_user: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres", "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "check": True}
    cluster = folder / "cluster"
    subprocess.run([*as_user, bin_folder / "initdb", "-D", cluster, "-U", "frontline", "-A", "trust", "-N"], **quiet)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run(
        [*as_user, bin_folder / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log", "-o", options, "start"], **quiet
    )
    yield f"postgresql://frontline@/postgres?host={folder}"
    subprocess.run([*as_user, bin_folder / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database, once of each kind."""
    from bot.records.database import migrate

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'records.db'}"
        migrate(url)
        yield url
        return
    import psycopg

    server = request.getfixturevalue("postgres_server")
    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
    migrate(url)
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: next((n for n, each in enumerate(LONGEST) if each in item.path.parts), len(LONGEST)))

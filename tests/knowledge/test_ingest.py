"""The guides folder and SQL say the same after an ingest, whatever lay in the folder and whenever it was killed."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from bot.records.database import engine_for
from knowledge.chunking import cut
from knowledge.ingest import NoGuidesFolder, Summary, ingest
from knowledge.tables import Chunk, Guide, Refusal, Revision

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
GOOD = "# Refunds\n\nWithin 14 days.\n"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "guides"
    root.mkdir()
    return root


def test_what_became_of_each_file(engine: Engine, root: Path) -> None:
    """Files are added, left alone, changed and removed, each counted once and said in words."""
    (root / "a.md").write_text(GOOD)
    (root / "billing").mkdir()
    (root / "billing" / "b.csv").write_text("Plan,Price\nBasic,20\n")
    (root / ".hidden.md").write_text("Hidden")
    (root / "notes.svg").write_text("<svg/>")
    assert ingest(engine, root, now=NOW) == Summary(added=("a.md", "billing/b.csv"))
    assert ingest(engine, root, now=NOW) == Summary(unchanged=("a.md", "billing/b.csv"))
    (root / "billing" / "b.csv.yaml").write_text("owner: UBEN\n")
    (root / "a.md").unlink()
    summary = ingest(engine, root, now=NOW)
    assert summary == Summary(changed=("billing/b.csv",), removed=("a.md",))
    assert summary.in_words() == "0 added, 1 changed, 0 unchanged, 1 removed, 0 refused"
    with Session(engine) as session:
        assert session.execute(select(Guide.key, Guide.owner, Guide.title)).all() == [("billing/b.csv", "UBEN", "B")]
        assert session.scalar(select(func.count()).select_from(Chunk)) == 1


def test_files_of_other_formats_are_counted(engine: Engine, root: Path) -> None:
    """What may be a guide and can't be read is said; what lies beside guides anyway is not."""
    (root / "old").mkdir()
    said = ["a.doc", "b.XLS", "old/c.odt", "old/d.rtf"]
    for name in (*said, ".e.doc", "~$a.doc", "f.csv.yaml", "logo.PNG", "Thumbs.db", "LICENSE", "v1. To be done"):
        (root / name).write_text("x")
    (root / "f.md").write_text(GOOD)
    summary = ingest(engine, root, now=NOW)
    assert summary.skipped == tuple(said)
    assert summary.in_words().splitlines()[1:] == ["4 files skipped, of kinds that can't be read: .doc .odt .rtf .xls"]


def test_sidecars_that_are_not_read(engine: Engine, root: Path) -> None:
    """One that no guide is read with is said, for it may name an audience; of two beside a guide neither wins."""
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        (root / name).write_text("Plan,Price\nBasic,20\n")
    for name in ("a.csv.yaml", "b.csv.yaml", "b.csv.yml", "c.csv.YML", "d.yml", "gone.pdf.yaml", "mkdocs.yml"):
        (root / name).write_text("owner: ana\n")
    summary = ingest(engine, root, now=NOW)
    assert [key for key, _ in summary.refused] == ["b.csv", "c.csv.YML", "d.yml", "gone.pdf.yaml"]
    assert "b.csv has two sidecars, b.csv.yaml and b.csv.yml; put all fields in one." in summary.refusals()
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        (root / name).unlink()
    with pytest.raises(NoGuidesFolder):
        ingest(engine, root, now=NOW)
    (root / "gone.pdf.yaml").unlink()
    (root / "d.csv").write_text("Plan,Price\nBasic,20\n")
    (root / "d.yml").rename(root / "d.csv.yml")
    ingest(engine, root, now=NOW)
    with Session(engine) as session:
        assert "d.yml" not in session.scalars(select(Refusal.key)).all()
        assert session.scalars(select(Guide.owner)).all() == ["ana"]


def test_the_revision_counts_changed_guides(engine: Engine, root: Path) -> None:
    """The revision counts up with each guide that changes, and only then."""
    counted = []
    for write in ("a.md", None, "b.md", "refused.md", None):
        if write:
            (root / write).write_text(GOOD if write != "refused.md" else "")
        ingest(engine, root, now=NOW)
        with Session(engine) as session:
            counted.append(session.scalars(select(Revision.number)).one())
    (root / "a.md").unlink()
    ingest(engine, root, now=NOW)
    with Session(engine) as session:
        counted.append(session.scalars(select(Revision.number)).one())
    assert counted == [1, 1, 2, 2, 2, 3]


def test_unchanged_chunks_keep_their_rows(engine: Engine, root: Path) -> None:
    """A change in one place leaves the rows of all other chunks, moved to where they now stand."""
    paragraphs = [f"Rule {number}. " + "It holds for every customer of the region. " * 24 for number in range(6)]
    (root / "a.md").write_text("# Rules\n\n" + "\n\n".join(paragraphs))
    ingest(engine, root, now=NOW)
    before = _chunks(engine)
    paragraphs[2] = "Another rule. " * 70
    (root / "a.md").write_text("# Rules\n\n" + "\n\n".join(paragraphs))
    ingest(engine, root, now=NOW)
    after = _chunks(engine)
    same = [words for words in before if words in after]
    assert len(same) == len(before) - 1
    assert [before[words] for words in same] == [after[words] for words in same]


def _chunks(engine: Engine) -> dict[str, int]:
    """Each chunk's words and the id of its row, in order."""
    with Session(engine) as session:
        guide = session.scalars(select(Guide)).one()
        return {guide.text[chunk.start : chunk.end]: chunk.id for chunk in guide.chunks}


def test_guides_from_elsewhere(engine: Engine, root: Path, tmp_path: Path) -> None:
    """A file and a folder that somebody names are taken in, and followed by each whole ingest; links stay inside."""
    (root / "a.md").write_text(GOOD)
    ingest(engine, root, now=NOW)
    folder = tmp_path / "else"
    folder.mkdir()
    for place in (tmp_path / "single.md", folder / "b.md"):
        place.write_text(GOOD)
    (folder / "link.md").symlink_to(tmp_path / "single.md")
    summary = ingest(engine, root, [tmp_path / "single.md", folder], now=NOW)
    assert summary.added == (str(tmp_path / "single.md"), str(folder / "b.md"))
    assert [key for key, _ in summary.refused] == [str(folder / "link.md")]
    assert ingest(engine, root, [root], now=NOW).removed == ()
    (tmp_path / "single.md").write_text("Changed")
    (folder / "b.md").unlink()
    again = ingest(engine, root, now=NOW)
    assert (again.changed, again.removed) == ((str(tmp_path / "single.md"),), (str(folder / "b.md"),))


def test_some_paths_only(engine: Engine, root: Path) -> None:
    """Named files and folders are brought up to date alone; what they are not is said."""
    (root / "billing").mkdir()
    for name in ("a.md", "billing/b.md", "billing/c.md", "gone.md"):
        (root / name).write_text(GOOD)
    ingest(engine, root, now=NOW)
    (root / "a.md").write_text("Changed")
    (root / "billing" / "b.md").unlink()
    (root / "gone.md").unlink()
    (root / "clip.mp4").write_text("x")
    names = (root / "billing", Path("clip.mp4"), Path("never.md"))
    summary = ingest(engine, root, names, now=NOW)
    assert (summary.unchanged, summary.removed) == (("billing/c.md",), ("billing/b.md",))
    reasons = dict(summary.refused)
    assert reasons["clip.mp4"].startswith("is not in a guide format")
    assert reasons["never.md"] == "is not there; check the name"
    assert ingest(engine, root, [root / "gone.md"], now=NOW) == Summary(removed=("gone.md",))
    assert ingest(engine, root, now=NOW).changed == ("a.md",)
    with Session(engine) as session:
        assert session.scalars(select(Refusal.key)).all() == []


def test_a_refused_guide_keeps_its_earlier_version(engine: Engine, root: Path) -> None:
    """A guide whose new version can't be taken stays as it was, says so, and is well again once it is fixed."""
    (root / "a.md").write_text(GOOD)
    ingest(engine, root, now=NOW)
    (root / "a.md").write_text("---\nreviewed: soon\n---\n" + GOOD)
    ((key, reason),) = ingest(engine, root, now=NOW).refused
    assert key == "a.md"
    assert reason.endswith("write it like 2026-03-31; its earlier version stays in use")
    with Session(engine) as session:
        assert session.scalars(select(Guide.text)).one() == GOOD
        assert session.execute(select(Refusal.key, Refusal.reason)).all() == [("a.md", reason)]
    (root / "a.md").write_text(GOOD)
    assert ingest(engine, root, now=NOW) == Summary(unchanged=("a.md",))
    with Session(engine) as session:
        assert session.scalars(select(Refusal.key)).all() == []


def test_a_guide_that_is_no_longer_for_everyone_leaves(engine: Engine, root: Path) -> None:
    """When a guide's audience is narrowed, its earlier version goes as well: nobody may read on in it."""
    (root / "a.md").write_text(GOOD)
    ingest(engine, root, now=NOW)
    (root / "a.md").write_text("---\naudience: managers\nreviewed: soon\n---\n" + GOOD)
    summary = ingest(engine, root, now=NOW)
    assert summary.removed == ("a.md",)
    assert summary.refusals() == [
        "a.md is for an audience other than `everyone`, which needs access control that Frontline does not have yet."
    ]
    with Session(engine) as session:
        assert session.scalars(select(Guide.key)).all() == []


def test_no_guides_folder(engine: Engine, root: Path) -> None:
    """A folder that is missing, perhaps not mounted, does not empty the index."""
    (root / "a.md").write_text(GOOD)
    ingest(engine, root, now=NOW)
    with pytest.raises(NoGuidesFolder, match="make it, or name the right one"):
        ingest(engine, root / "elsewhere", now=NOW)
    with Session(engine) as session:
        assert session.scalars(select(Guide.key)).all() == ["a.md"]


def test_an_empty_guides_folder(engine: Engine, root: Path, tmp_path: Path) -> None:
    """One without any guide, perhaps an unmounted share, removes none; each that is named as the error says leaves."""
    assert ingest(engine, root, now=NOW) == Summary()
    for path in (root / "a b.md", root / "c.md", tmp_path / "elsewhere.md"):
        path.write_text(GOOD)
    ingest(engine, root, [root, tmp_path / "elsewhere.md"], now=NOW)
    (root / "a b.md").unlink()
    (root / "c.md").unlink()
    (root / ".mounted").write_text("no")
    for paths in (None, [root]):
        with pytest.raises(
            NoGuidesFolder, match=r"though known ones \(2\) come from it; nothing was removed"
        ) as refused:
            ingest(engine, root, paths, now=NOW)
    named = shlex.split(str(refused.value).split("`")[1].removeprefix("frontline ingest "))
    assert named == [str(root / "a b.md")]
    assert ingest(engine, root, [Path(*named)], now=NOW) == Summary(removed=("a b.md",))
    assert ingest(engine, root, [root / "c.md"], now=NOW) == Summary(removed=("c.md",))
    assert ingest(engine, root, now=NOW) == Summary(unchanged=(str(tmp_path / "elsewhere.md"),))


def test_a_folder_that_cannot_be_read(engine: Engine, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a folder that can't be looked into stays known, and the folder is named."""
    (root / "billing").mkdir()
    (root / "billing" / "a.md").write_text(GOOD)
    ingest(engine, root, now=NOW)
    scan, closed = os.scandir, {str(root / "billing")}

    def scandir(folder: str) -> Any:
        if str(folder) in closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    reason = "can't be looked into (Permission denied); check who may read it"
    assert ingest(engine, root, now=NOW) == Summary(refused=(("billing", reason),))
    closed.add(str(root))
    with pytest.raises(NoGuidesFolder, match="can't be read"):
        ingest(engine, root, now=NOW)
    closed.clear()
    assert ingest(engine, root, now=NOW) == Summary(unchanged=("billing/a.md",))
    with Session(engine) as session:
        assert session.scalars(select(Refusal.key)).all() == []


def test_progress(engine: Engine, root: Path) -> None:
    """Whoever waits hears of each file."""
    for name in ("a.md", "b.md"):
        (root / name).write_text(GOOD)
    heard: list[tuple[int, int, str]] = []
    ingest(engine, root, now=NOW, progress=lambda *news: heard.append(news))
    assert heard == [(1, 2, "a.md"), (2, 2, "b.md")]


def test_two_ingests_at_once(engine: Engine, root: Path) -> None:
    """Two ingests of one folder at the same time leave each guide once and count each change once."""
    names = [f"{number:02}.md" for number in range(20)]
    for name in names:
        (root / name).write_text(f"# Guide {name}\n\n{GOOD}")
    together = Barrier(2)

    def run() -> Summary:
        together.wait()
        return ingest(engine, root, now=NOW)

    with ThreadPoolExecutor(2) as threads:
        summaries = [future.result() for future in (threads.submit(run), threads.submit(run))]
    assert sorted([*summaries[0].added, *summaries[1].added]) == names
    with Session(engine) as session:
        assert session.scalars(select(Guide.key).order_by(Guide.key)).all() == names
        assert session.scalar(select(func.count()).select_from(Chunk)) == len(names)
        assert session.scalars(select(Revision.number)).one() == len(names)


@pytest.mark.parametrize("kill_after", [1, 7])
def test_killed_half_way(database_url: str, engine: Engine, root: Path, kill_after: int) -> None:
    """After kill -9 SQL holds whole guides only, the parsing process is gone too, and the next ingest finishes."""
    names = [f"{number:02}.md" for number in range(30)]
    for name in names:
        (root / name).write_text(f"# Guide {name}\n\n" + f"{name} is a rule for every customer. " * 200)
    code = (
        "from datetime import UTC, datetime; from pathlib import Path\n"
        "from bot.records.database import engine_for; from knowledge.ingest import ingest\n"
        f"ingest(engine_for({database_url!r}), Path({str(root)!r}), now=datetime(2026, 11, 2, tzinfo=UTC), "
        "progress=lambda *news: print(*news, flush=True))"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert running.stdout is not None
    for _ in range(kill_after):
        running.stdout.readline()
    children = psutil.Process(running.pid).children()
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert psutil.wait_procs(children, timeout=20)[1] == []
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    with Session(engine) as session:
        guides = session.scalars(select(Guide)).all()
        assert kill_after <= len(guides) < len(names)
        assert all(
            _spans(guide) == [(c.start, c.end, c.hash) for c in cut(guide.title, guide.text)] for guide in guides
        )
    assert len(ingest(engine, root, now=NOW).added) == len(names) - len(guides)
    with Session(engine) as session:
        assert session.scalars(select(Revision.number)).one() == len(names)


def _spans(guide: Guide) -> list[tuple[int, int, str]]:
    return [(chunk.start, chunk.end, chunk.hash) for chunk in guide.chunks]

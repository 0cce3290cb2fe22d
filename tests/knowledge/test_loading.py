"""The process that reads files: what it is not given, what it may not do, and what is refused."""

import io
import os
import random
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import knowledge.ingest
from knowledge.ingest import ingest
from knowledge.loading import FORMATS, Limits, Parser, Refused, read
from knowledge.tables import KnowledgeTable, Refusal
from tests.knowledge.small_files import docx, pdf


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(seconds=3), "takes longer than 3 seconds"),
        (Limits(memory_bytes=150_000_000), "needs more than 150 MB of memory"),
        (Limits(characters=1_000), "has 3,000,000 characters, more than 1,000"),
        (Limits(file_bytes=1_000), "is 3 MB, more than 1 kB"),
    ],
)
def test_limits(tmp_path: Path, limits: Limits, reason: str) -> None:
    """A file that needs more time, memory or room than there is is refused, and the next is read."""
    (tmp_path / "long.md").write_text("a\n" * 1_500_000)
    (tmp_path / "good.md").write_text("Good.")
    with Parser(limits) as parser:
        with pytest.raises(Refused) as refusal:
            parser.parse(read(tmp_path / "long.md", tmp_path, limits))
        assert reason in str(refusal.value)
        assert parser.parse(read(tmp_path / "good.md", tmp_path, limits)).text == "Good."


def test_endless_pdf(tmp_path: Path) -> None:
    """A page whose few compressed kilobytes unpack to millions of lines is given up in time."""
    lines = zlib.compress(b"BT /F1 9 Tf 72 700 Td (flood flood flood) Tj ET\n" * 2_000_000)
    small = pdf([[(11, "F1", 700, "Flood")]])
    start, end = small.index(b"<< /Length"), small.index(b"endstream")
    head = f"<< /Length {len(lines)} /Filter /FlateDecode >>\nstream\n".encode()
    (tmp_path / "endless.pdf").write_bytes(small[:start] + head + lines + b"\n" + small[end:])
    either = r"takes longer than 3 seconds|stopped the converter"  # time or memory runs out first, by machine
    limits = Limits(seconds=3)
    with Parser(limits) as parser, pytest.raises(Refused, match=either):
        parser.parse(read(tmp_path / "endless.pdf", tmp_path, limits))


def test_the_parsing_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds none of ours, and it can neither connect nor start a program nor write a file."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    (tmp_path / "a.md").write_text("Text")
    with Parser(Limits()) as parser:
        parser.parse(read(tmp_path / "a.md", tmp_path, Limits()))
        children = [child for child in psutil.Process().children() if "knowledge.parsing" in child.cmdline()]
        assert children
        assert [child for child in children if "canary" in str(child.environ())] == []
    attempts = (
        "socket.create_connection(('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        f"pathlib.Path({str(tmp_path / 'x')!r}).write_text('x')",
    )
    for attempt in attempts:
        code = f"import os, pathlib, socket, subprocess, knowledge.parsing as p; p._lock_in(os.getppid()); {attempt}"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert ended.returncode != 0
        assert "Refused" in ended.stderr or "File too large" in ended.stderr


def test_hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each broken or hostile file is refused by name with a reason; the good one among them goes in."""
    small = Limits(unpacked_bytes=20_000_000, characters=1_000_000, cells=100_000)
    monkeypatch.setattr(knowledge.ingest, "Limits", lambda: small)
    engine = create_engine(f"sqlite:///{tmp_path / 'frontline.db'}")
    KnowledgeTable.metadata.create_all(engine)
    root = tmp_path / "guides"
    root.mkdir()
    expected = _write_hostile_files(root, tmp_path)
    (root / "good.md").write_text("Good.")
    (root / "zz-last.csv").write_text("Plan,Price\nBasic,20\n")
    summary = ingest(engine, root, now=datetime(2026, 11, 2, tzinfo=UTC))
    assert summary.added == ("good.md", "zz-last.csv")
    reasons = dict(summary.refused)
    assert reasons.keys() == expected.keys()
    assert {name: reason for name, reason in reasons.items() if expected[name] not in reason} == {}
    assert not list(tmp_path.rglob("*evil*"))
    with Session(engine) as session:
        assert dict(session.execute(select(Refusal.key, Refusal.reason)).all()) == reasons


def _write_hostile_files(root: Path, outside: Path) -> dict[str, str]:
    """Writes the files and says what each is to be refused for."""
    expected: dict[str, str] = {}

    def put(name: str, content: bytes, reason: str) -> None:
        (root / name).write_bytes(content)
        expected[name] = reason

    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    lol = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>]>"
    for ending in FORMATS:
        put(f"empty{ending}", b"", "is empty")
    put("only-front-matter.md", b"---\ntitle: A\n---\n", "is empty")
    put("garbage.md", random.Random(1).randbytes(50_000), "is not text")
    put("zeros.txt", bytes(10_000), "is not text")
    put("deep-yaml.md", b"---\n" + b"[" * 5_000 + b"\n---\nText", "nested too deeply")
    bomb = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 30))
    put("bomb-yaml.md", f"---\nx0: &x0 [lol]\n{bomb}product: *x29\n---\nText".encode(), "not one line of words")
    put("long.md", b"word " * 400_000, "more than 1,000,000")
    put("wide.csv", b"a," * 50_000, "columns, more than 1,000")
    put("tall.csv", b",,,\n" * 30_000, "more than 100,000 cells")
    put("deep.html", b"<div>" * 3_000 + b"deep", "nested too deeply")
    put("entity.html", f"{entity}<p>&e;</p>".encode(), "declares XML entities")
    put("secret.html", f"<?xml version='1.0'?>{lol}<p>&c;</p>".encode("utf-16"), "declares XML entities")
    put("entity.docx", docx("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", entity), "declares XML entities")
    put("lol.docx", docx("<w:p><w:r><w:t>&c;</w:t></w:r></w:p>", lol), "declares XML entities")
    put("deep.docx", docx("<w:tbl><w:tr><w:tc>" * 1_000 + "</w:tc></w:tr></w:tbl>" * 1_000), "nested too deeply")
    put("bomb.docx", _zip({"word/document.xml": bytes(30_000_000)}), "unpacks to more than 20 MB")
    put("bomb.xlsx", _zip({f"{n}.bin": bytes(9_000_000) for n in range(3)}), "unpacks to more than 20 MB")
    put("lying.docx", _zip({"word/document.xml": bytes(9_000_000)}, claim=10), "is broken")
    put("many.pptx", _zip({f"{n}": b"" for n in range(10_001)}), "files inside, more than 10,000")
    put("escape.docx", _zip({"../../evil.txt": b"x"}), "points outside it")
    put("root.pptx", _zip({"/tmp/evil.txt": b"x"}), "points outside it")
    put("locked.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000), "locked with a password")
    put("locked.xlsx", _zip({"xl/workbook.xml": b"x"}, flags=1), "locked with a password")
    put("text.docx", b"This is not a Word file.", "broken or not what its name says")
    put("half.docx", docx("<w:p/>")[:400], "broken or not what its name says")
    put("locked.pdf", pdf([[(11, "F1", 700, "Secret")]], _ENCRYPTED), "locked with a password")
    put("half.pdf", pdf([[(11, "F1", 700, "Half")]])[:60], "is broken or no PDF")
    put("picture.pdf", pdf([[]]), "has no text in it")
    loop = (
        pdf([[(11, "F1", 700, "Loop")]]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]").replace(b"/Count 1", b"/Count 9")
    )
    put("loop.pdf", loop, "is broken")
    put("pages.pdf", pdf([[]] * 2_001), "has 2,001 pages, more than 2,000")
    put("signs\n.md", b"Good.", "rename it")
    expected["signs\N{REPLACEMENT CHARACTER}.md"] = expected.pop("signs\n.md")
    with open(root / "sparse.md", "wb") as file:
        file.truncate(1_000_000_000)
    expected["sparse.md"] = "is 1,000 MB, more than 50 MB"
    os.mkfifo(root / "pipe.md")
    expected["pipe.md"] = "is not an ordinary file"
    (root / "folder.md").mkdir()
    (root / "device.md").symlink_to("/dev/zero")
    (outside / "private.md").write_text("Good.")
    (root / "link.md").symlink_to(outside / "private.md")
    (root / "up").symlink_to(outside, target_is_directory=True)
    (root / "circle.md").symlink_to("circle.md")
    expected |= {
        "device.md": "is a link to a place outside",
        "link.md": "is a link to a place outside",
        "up": "is a link to a folder outside",
        "circle.md": "can't be opened",
    }
    return expected


_ENCRYPTED = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>] "


def _zip(members: dict[str, bytes], claim: int | None = None, flags: int = 0) -> bytes:
    """A zip archive that claims a size for its members that is not theirs, or that they are encrypted."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
        for entry in archive.infolist():
            entry.file_size = entry.file_size if claim is None else claim
            entry.flag_bits |= flags
    return content.getvalue()


def test_a_parser_that_is_closed_starts_no_process_again(tmp_path: Path) -> None:
    """Another thread may have a file for it still when reading is broken off."""
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    source, before = read(tmp_path / "a.md", tmp_path, Limits()), psutil.Process().children()
    with Parser(Limits()) as parser:
        parser.parse(source)

    with pytest.raises(Refused, match="was not read"):
        parser.parse(source)

    assert psutil.Process().children() == before

"""A guide's file read as Markdown, in a separate process that can be killed.

A broken or hostile file costs one refusal with a reason. It never costs the bot its memory, its time or its network:
the process that parses (`knowledge.parsing`) has limits, an empty environment and no way out.
"""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from knowledge.chunking import ChunkDraft

FORMATS = (".md", ".markdown", ".mdx", ".txt", ".html", ".htm", ".pdf", ".docx", ".pptx", ".xlsx", ".csv")
EVERYONE = "everyone"  # the audience of a guide that may be searched
SIDECARS = (".yaml", ".yml")  # `prices.pdf.yaml` says for `prices.pdf` what front matter says for Markdown
RULES = "12"  # counted up when the same bytes would be read or cut differently, so that the next ingest reads all again


class Refused(Exception):
    """A file that is not taken; the reason goes on from its name and says what to do."""


class NotForEveryone(Refused):
    """A guide that only some may read: what is already indexed of it must go."""


@dataclass(frozen=True)
class Limits:
    file_bytes: int = 50_000_000
    sidecar_bytes: int = 64_000
    unpacked_bytes: int = 200_000_000
    characters: int = 10_000_000
    pages: int = 2_000
    cells: int = 1_000_000  # empty ones too
    columns: int = 1_000
    memory_bytes: int = 1_000_000_000  # of address space; the converters themselves take a third
    seconds: int = 30


@dataclass(frozen=True)
class Source:
    """A file's bytes as they stood at one moment, with its sidecar's."""

    name: str
    content: bytes
    sidecar: bytes | None

    @property
    def hash(self) -> str:
        parts = [RULES.encode(), self.content, *([self.sidecar] if self.sidecar is not None else [])]
        return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


@dataclass(frozen=True)
class Converted:
    """A file's content as Markdown."""

    text: str
    has_own_headings: bool = True  # or headings that the converter made up: pages, sheets
    title: str | None = None  # where a page says it otherwise than by its first heading
    when_empty: str = "is empty; write the guide, or remove the file"


@dataclass(frozen=True)
class Draft:
    """A guide as read, before it is a row."""

    title: str
    owner: str | None
    audience: str
    journey_stage: str | None
    reviewed: date | None
    url: str | None
    products: tuple[str, ...]
    language: str | None
    text: str
    chunks: tuple[ChunkDraft, ...]


def read(path: Path, root: Path, limits: Limits) -> Source:
    """The bytes of an ordinary file in the guides folder `root` (resolved), and of its sidecar if it has one."""
    sidecars = [sidecar for ending in SIDECARS if os.path.lexists(sidecar := path.with_name(path.name + ending))]
    if len(sidecars) > 1:
        raise Refused(f"has two sidecars, {' and '.join(each.name for each in sidecars)}; put all fields in one")
    return Source(
        name=os.fsencode(path.name).decode("utf-8", "replace"),
        content=_bytes(path, root, limits.file_bytes),
        sidecar=_bytes(sidecars[0], root, limits.sidecar_bytes) if sidecars else None,
    )


def _bytes(path: Path, root: Path, most: int) -> bytes:
    name = "has a sidecar that " if path.suffix in SIDECARS else ""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            raise Refused(f"{name}is a link to a place outside the guides folder; put the file itself there")
        if not stat.S_ISREG(path.stat().st_mode):  # before opening: opening a device may do something
            raise Refused(f"{name}is not an ordinary file; put a copy of the guide there")
        # Not waiting for a writer, should it have become a pipe meanwhile.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(most + 1) if size <= most else b""
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before Python 3.13
        words = error.strerror if isinstance(error, OSError) else "it is a link to itself"
        raise Refused(f"{name}can't be opened ({words}); check the file and who may read it") from error
    if size > most or len(content) > most:
        raise Refused(f"{name}is {_in_megabytes(size)}, more than {_in_megabytes(most)}; split it into smaller files")
    return content


class Parser:
    """The separate process, started when first needed and used for one file after another until one harms it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._used = False
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_closed = True  # another thread may be about to start one
        self._stop()

    def parse(self, source: Source) -> Draft:
        answer = self._ask(source)
        if answer.get("out_of_memory"):
            used = self._used
            self._stop()
            if used:  # what earlier files left behind may have taken the room
                return self.parse(source)
            raise Refused(
                f"needs more than {_in_megabytes(self._limits.memory_bytes)} of memory to read; "
                "split it into smaller files"
            )
        self._used = True
        if "refused" in answer:
            raise (NotForEveryone if answer.get("not_for_everyone") else Refused)(answer["refused"])
        fields = answer["draft"]
        reviewed = date.fromisoformat(fields.pop("reviewed")) if fields["reviewed"] else None
        chunks = tuple(ChunkDraft(start, end, tuple(path), hash) for start, end, path, hash in fields.pop("chunks"))
        products = tuple(fields.pop("products"))
        return Draft(**fields | {"reviewed": reviewed, "products": products, "chunks": chunks})

    def _ask(self, source: Source) -> dict[str, Any]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = _start()
        if self._is_closed:
            self._stop()
            raise Refused("was not read, because reading was stopped; take it in again")
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        too_late = threading.Event()

        def stop() -> None:
            too_late.set()
            process.kill()

        alarm = threading.Timer(self._limits.seconds, stop)
        alarm.start()
        try:
            head = {
                "name": source.name,
                "content": len(source.content),
                "sidecar": None if source.sidecar is None else len(source.sidecar),
                "limits": asdict(self._limits),
            }
            process.stdin.write(json.dumps(head).encode() + b"\n" + source.content + (source.sidecar or b""))
            process.stdin.flush()
            line = process.stdout.readline(12 * self._limits.characters + 1_000_000)
        except BrokenPipeError:  # it died; how is read below
            line = b""
        finally:
            alarm.cancel()
            alarm.join()  # it may be killing at this very moment
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._stop()
        if too_late.is_set() or process.returncode == -signal.SIGXCPU:
            return {
                "refused": f"takes longer than {self._limits.seconds} seconds to read; split it into smaller files, "
                "or open it and save it again"
            }
        return {"refused": "stopped the converter half-way, so it is probably broken; open it and save it again"}

    def _stop(self) -> None:
        process, self._process, self._used = self._process, None, False
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError), process:  # closes the pipes, with what was not yet written, and waits
                pass


def _start() -> subprocess.Popen[bytes]:
    here = Path(__file__).resolve().parent.parent
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "knowledge.parsing", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        process_group=0,  # Ctrl-C is for us: we stop it, and it must not seem to have crashed on a file
        # None of our settings: no token may be where a hostile file is read. One thread each, for on a large machine
        # the memory that numeric libraries set aside for their threads would use up the limit.
        env={"PYTHONPATH": str(here), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def _in_megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB" if size >= 1_000_000 else f"{size / 1_000:,.0f} kB"

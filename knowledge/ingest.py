"""The guides brought into SQL: what is new, changed or gone, and what can't be taken.

Most stand in the guides folder. A file elsewhere that somebody names is taken too, under its whole path, and is looked
at again at each whole ingest.

Each guide is one short transaction of its own, so other readers and writers never wait for a whole ingest, and one
that is killed leaves whole guides behind; the next one goes on from there.
"""

import os
import shlex
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.loading import FORMATS, SIDECARS, Draft, Limits, NotForEveryone, Parser, Refused, Source, read
from knowledge.tables import Chunk, Guide, Refusal, Revision

_LONGEST_KEY = 500  # as the column has it
_LONGEST_ENDING = 10  # of a file's name, dot and all; what is longer is a part of a sentence
_NO_GUIDES = {  # endings of what lies beside guides and is missed by nobody
    *(*SIDECARS, ".css", ".js", ".map", ".woff", ".woff2", ".ttf", ".db", ".ini", ".lnk", ".bak", ".tmp"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".heic"),
    *(".mp3", ".m4a", ".wav", ".mp4", ".mov", ".avi", ".mkv", ".webm"),
}
_T = TypeVar("_T")
_Outcome = Literal["added", "changed", "unchanged"]


class NoGuidesFolder(Exception):
    """The guides folder is missing, closed to us or empty; guides already known are left as they are."""


@dataclass(frozen=True)
class Summary:
    """What became of each file, by its key: its path below the guides folder, or its whole path when it is elsewhere.

    A reason goes on from the file's name.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    skipped: tuple[str, ...] = ()  # files in the folders that may be guides, in formats that can't be read

    def in_words(self) -> str:
        """
        >>> print(Summary(added=("a.md",), skipped=("b.odt", "c.doc", "d.doc")).in_words())
        1 added, 0 changed, 0 unchanged, 0 removed, 0 refused
        3 files skipped, of kinds that can't be read: .doc .odt
        """
        kinds = ("added", "changed", "unchanged", "removed", "refused")
        counts = ", ".join(f"{len(getattr(self, kind)):,} {kind}" for kind in kinds)
        if not self.skipped:
            return counts
        files = "1 file" if len(self.skipped) == 1 else f"{len(self.skipped):,} files"
        endings = " ".join(sorted({_ending(key) for key in self.skipped}))
        return f"{counts}\n{files} skipped, of kinds that can't be read: {endings}"

    def refusals(self) -> list[str]:
        """
        >>> Summary(refused=(("b.pdf", "is locked with a password"),)).refusals()
        ['b.pdf is locked with a password.']
        """
        return [f"{key} {reason}." for key, reason in self.refused]


def ingest(
    engine: Engine,
    root: Path,
    paths: Sequence[Path] | None = None,
    *,
    now: datetime,
    progress: Callable[[int, int, str], None] | None = None,
) -> Summary:
    """Brings the guides folder, or only the files and folders named, into SQL.

    Args:
        paths: files and folders, in `root` or elsewhere. What is known of them but no longer there leaves. None means
            all of `root`, and what is known from elsewhere.
        progress: called after each file with how many are done, how many there are, and its name.

    Raises:
        NoGuidesFolder: `root` is not a folder, or all its guides are gone at once; a folder that is not mounted must
            not empty the index.
    """
    root = root.resolve()
    if not root.is_dir():
        raise NoGuidesFolder(f"There is no guides folder at {root}; make it, or name the right one.")
    with Session(engine) as session:  # before looking at the folder: what another ingest adds meanwhile is not "gone"
        hashes = dict(session.execute(select(Guide.key, Guide.hash)).all())
        refusals = dict(session.execute(select(Refusal.key, Refusal.reason)).all())
    found = _find(root, paths, {*hashes, *refusals})
    _check_not_emptied(root, found, hashes)
    outcomes: dict[_Outcome, list[str]] = defaultdict(list)
    removed: list[str] = []
    refused = dict(found.refused)
    limits = Limits()
    ahead = ThreadPoolExecutor(1, "parser")
    with Parser(limits) as parser, _ended(ahead):

        def look(path: Path, folder: Path, known: str | None) -> tuple[Source, Draft | None]:
            source = read(path, folder, limits)
            return source, None if source.hash == known else parser.parse(source)

        looking = (ahead.submit(look, *place, hashes.get(key)) for key, place in found.files.items())
        for done, (key, looked) in enumerate(zip(found.files, _one_ahead(looking), strict=True), 1):
            try:
                source, draft = looked.result()
                if draft is None:
                    outcomes["unchanged"].append(key)
                else:
                    outcomes[_in_transaction(engine, _store(key, source, draft, now))].append(key)
            except NotForEveryone as refusal:
                refused[key] = str(refusal)
                if key in hashes and _in_transaction(engine, _remove(key)):
                    removed.append(key)
            except Refused as refusal:
                refused[key] = str(refusal) + ("; its earlier version stays in use" if key in hashes else "")
            if progress:
                progress(done, len(found.files), key)
    removed += [key for key in sorted(found.gone) if key in hashes and _in_transaction(engine, _remove(key))]
    settled = refusals.keys() & {*outcomes["added"], *outcomes["changed"], *outcomes["unchanged"], *found.gone}
    lasting = {key: reason for key, reason in refused.items() if key not in found.strangers}
    if settled or lasting.items() - refusals.items():
        _in_transaction(engine, _write_refusals(lasting, settled, now))
    return Summary(
        tuple(outcomes["added"]),
        tuple(outcomes["changed"]),
        tuple(outcomes["unchanged"]),
        tuple(removed),
        tuple(sorted(refused.items())),
        tuple(sorted(found.skipped)),
    )


@contextmanager
def _ended(ahead: ThreadPoolExecutor) -> Iterator[None]:
    """Nothing more is begun afterwards, however it ends; what is running ends with the parser."""
    try:
        yield
    finally:
        ahead.shutdown(wait=False, cancel_futures=True)


def _one_ahead(items: Iterable[_T]) -> Iterator[_T]:
    """The items in order, each made while the one before is in use."""
    coming = iter(items)
    begun = deque(islice(coming, 1))
    while begun:
        begun.extend(islice(coming, 1))
        yield begun.popleft()


def _check_not_emptied(root: Path, found: "_Found", known: Iterable[str]) -> None:
    """Of a guides folder that loses every guide, none is removed, unless each that goes was named."""
    ours = sorted(key for key in known if not _is_elsewhere(key))
    met = (key for key in (*found.files, *found.refused) if _ending(key) not in SIDECARS)
    there = [key for key in met if not _is_elsewhere(key)]
    if found.is_whole and ours and not there:
        raise NoGuidesFolder(
            f"The guides folder {root} holds no guides, though known ones ({len(ours):,}) come from it; nothing was "
            "removed. Put them back, or mount the folder again. A guide that is to go leaves when you name it: "
            f"`frontline ingest {shlex.quote(str(root / ours[0]))}`."
        )


@dataclass
class _Found:
    files: dict[str, tuple[Path, Path]] = field(default_factory=dict)  # by key; with the folder no link may leave
    refused: dict[str, str] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)  # of the refused: named by someone, but no guide at all
    skipped: set[str] = field(default_factory=set)  # met in a folder, perhaps guides, in no format of ours
    gone: set[str] = field(default_factory=set)  # known, asked for, and no longer there
    is_whole: bool = False  # the guides folder was looked through from its top


def guide_files(root: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The files below a folder that are guides, and what is refused there and why, both by key."""
    found = _Found()
    _walk(root, root, found)
    return {key: path for key, (path, _) in sorted(found.files.items())}, found.refused


def _find(root: Path, paths: Sequence[Path] | None, known: set[str]) -> _Found:
    found = _Found()
    scopes: list[str] = []  # keys of the folders and files asked for; "" is the guides folder
    elsewhere = [Path(key) for key in sorted(known) if _is_elsewhere(key)]
    for path in [root, *elsewhere] if paths is None else paths:
        place = _place(root, path)
        scope = "" if place == root else _key(root, place)
        if place.is_dir() and not place.is_symlink():
            _walk(root, place, found)
        elif place.suffix.lower() in FORMATS and os.path.lexists(place):
            _take(root, place, place.parent, found)
        elif os.path.lexists(place):
            found.refused[scope] = f"is not in a guide format ({' '.join(FORMATS)}); save it in one of them"
            found.strangers.add(scope)
        elif not any(_is_below(key, scope) for key in known):
            found.refused[scope] = "is not there; check the name"
            found.strangers.add(scope)
        scopes.append(scope)
    found.is_whole = "" in scopes
    unseen = known - found.files.keys() - found.refused.keys()
    closed = [key for key in found.refused if key not in found.strangers]  # folders that can't be looked into
    found.gone = {
        key
        for key in unseen
        if any(_is_below(key, scope) for scope in scopes) and not any(_is_below(key, folder) for folder in closed)
    }
    return found


def _place(root: Path, path: Path) -> Path:
    """The place meant, seen from here or else from the guides folder."""
    seen = path if path.is_absolute() or os.path.lexists(path) else root / path
    return seen.parent.resolve() / seen.name if seen.name not in ("", "..") else seen.resolve()


def _walk(root: Path, folder: Path, found: _Found) -> None:
    def closed(error: OSError) -> None:
        if Path(error.filename) == root:
            raise NoGuidesFolder(
                f"The guides folder {root} can't be read ({error.strerror}); check who may."
            ) from error
        key = _key(root, Path(error.filename))
        found.refused[key] = f"can't be looked into ({error.strerror}); check who may read it"

    for place, folders, files in os.walk(folder, onerror=closed):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in folders:
            link = Path(place, name)
            if link.is_symlink() and not link.resolve().is_relative_to(_bounds(root, folder)):
                found.refused[_key(root, link)] = "is a link to a folder outside; put the folder itself there"
        for name in sorted(files):
            if _is_hidden(name):
                continue
            path = Path(place, name)
            if _ending(name) in FORMATS:
                _take(root, path, folder, found)
            elif _is_lost_sidecar(name, files):
                found.refused[_key(root, path)[:_LONGEST_KEY]] = (
                    "belongs to no guide; name it after one, like prices.pdf.yaml for prices.pdf, or remove it"
                )
            elif _may_be_guide(name):
                found.skipped.add(_key(root, path))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))  # ~$: what Office leaves beside a file that is open


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _may_be_guide(name: str) -> bool:
    ending = _ending(name)
    return ending[1:].isalnum() and len(ending) <= _LONGEST_ENDING and ending not in _NO_GUIDES


def _is_lost_sidecar(name: str, files: Sequence[str]) -> bool:
    """Whether it is a sidecar, to judge by its name, that none of the guides among `files` is read with."""
    stem, ending = os.path.splitext(name)
    if ending.lower() not in SIDECARS or (ending in SIDECARS and stem in files and _ending(stem) in FORMATS):
        return False
    return _ending(stem) in FORMATS or any(stem + each in files for each in FORMATS)


def _take(root: Path, path: Path, folder: Path, found: _Found) -> None:
    key = _key(root, path)
    if len(key) > _LONGEST_KEY:
        found.refused[key[:_LONGEST_KEY]] = f"has a path of more than {_LONGEST_KEY} characters; shorten it"
    elif not key.isprintable() or "\N{REPLACEMENT CHARACTER}" in key:
        readable = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in key)
        found.refused[readable] = "has signs in its name that can't be shown; rename it"
    else:
        found.files[key] = (path, _bounds(root, folder))


def _bounds(root: Path, folder: Path) -> Path:
    """The folder that links may not lead out of: the guides folder, or the one that somebody named elsewhere."""
    return root if folder.is_relative_to(root) else folder


def _key(root: Path, path: Path) -> str:
    place = path.relative_to(root) if path.is_relative_to(root) else path
    return os.fsencode(place.as_posix()).decode("utf-8", "replace")


def _is_elsewhere(key: str) -> bool:
    return key.startswith("/")


def _is_below(key: str, scope: str) -> bool:
    return key == scope or key.startswith(f"{scope}/") if scope else not _is_elsewhere(key)


def _in_transaction(engine: Engine, work: Callable[[Session, Revision], _T]) -> _T:
    """One write transaction; tried again when another ingest has just written the same row first."""
    for attempt in range(3):
        try:
            with Session(engine) as session, session.begin():
                # Held until the end, so that ingests take turns on an engine that has no single writer.
                revision = session.get(Revision, 1, with_for_update=True)
                if revision is None:
                    revision = Revision(id=1, number=0)
                    session.add(revision)
                    session.flush()
                return work(session, revision)
        except IntegrityError:
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _store(key: str, source: Source, draft: Draft, now: datetime) -> Callable[[Session, Revision], _Outcome]:
    def work(session: Session, revision: Revision) -> _Outcome:
        guide = session.scalar(select(Guide).where(Guide.key == key))
        if guide is not None and guide.hash == source.hash:  # another ingest was faster
            return "unchanged"
        outcome: _Outcome = "changed" if guide else "added"
        guide = guide or Guide(key=key)
        guide.title, guide.owner, guide.audience = draft.title, draft.owner, draft.audience
        guide.journey_stage, guide.reviewed, guide.url = draft.journey_stage, draft.reviewed, draft.url
        guide.products, guide.language = list(draft.products), draft.language
        guide.text, guide.hash, guide.updated_at = draft.text, source.hash, now
        session.add(guide)
        session.flush()
        _store_chunks(session, guide, draft)
        revision.number += 1
        return outcome

    return work


def _store_chunks(session: Session, guide: Guide, draft: Draft) -> None:
    """Chunks that say the same keep their rows, and with them their place in the index."""
    rows: defaultdict[str, list[Chunk]] = defaultdict(list)
    for row in session.scalars(select(Chunk).where(Chunk.guide_id == guide.id).order_by(Chunk.ordinal.desc())):
        rows[row.hash].append(row)
    for ordinal, chunk in enumerate(draft.chunks):
        same = rows[chunk.hash]
        row = same.pop() if same else Chunk(guide_id=guide.id, hash=chunk.hash)
        row.ordinal, row.start, row.end, row.headings = ordinal, chunk.start, chunk.end, list(chunk.headings)
        session.add(row)
    for row in (row for same in rows.values() for row in same):
        session.delete(row)


def _remove(key: str) -> Callable[[Session, Revision], bool]:
    def work(session: Session, revision: Revision) -> bool:
        guide_id = session.scalar(select(Guide.id).where(Guide.key == key))
        if guide_id is None:
            return False
        session.execute(delete(Chunk).where(Chunk.guide_id == guide_id))
        session.execute(delete(Guide).where(Guide.id == guide_id))
        revision.number += 1
        return True

    return work


def _write_refusals(
    refused: dict[str, str], settled: Iterable[str], now: datetime
) -> Callable[[Session, Revision], None]:
    def work(session: Session, _: Revision) -> None:
        session.execute(delete(Refusal).where(Refusal.key.in_(list(settled))))
        for key, reason in refused.items():
            row = session.get(Refusal, key) or Refusal(key=key)
            if row.reason != reason:
                row.reason, row.refused_at = reason, now
                session.add(row)

    return work

"""The words of one revision of the guides, for searching: kept in a folder, and changed only where guides changed."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from knowledge.dates import is_month_first, orders_in, with_days_first
from knowledge.editions import Edition, dated, edition_of
from knowledge.lexical import Entry, Lexical
from knowledge.loading import EVERYONE
from knowledge.names import Names
from knowledge.sentences import Kind, pieces
from knowledge.tables import Chunk, Guide, Revision

MADE = 21  # counted up when the folder would be filled differently, so that the next start fills it anew
STATE = "state.json"
GUIDES_AT_ONCE = 200
# What an earlier version of a guide called its products, and how often it used a word, can't be taken back one by
# one: after so many changes all is read again, in a small library after each.
FEW_GUIDES, STALE_SHARE = 200, 50

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Filters:
    """Which guides may answer: those whose front matter names the product, or the language (`en` holds `en-GB`)."""

    product: str | None = None
    language: str | None = None

    @property
    def facets(self) -> frozenset[str]:
        return facets((self.product,) if self.product else (), self.language)


def facets(products: Collection[str], language: str | None) -> frozenset[str]:
    """What a guide can be filtered by, one word each.

    >>> sorted(facets(["Brook 4"], "en-GB"))
    ['language=en', 'language=en-gb', 'product=brook 4']
    """
    spoken = {language.casefold(), language.casefold().partition("-")[0]} if language else set()
    named = {" ".join(product.casefold().split()) for product in products}
    return frozenset({*(f"product={each}" for each in named), *(f"language={each}" for each in spoken)})


@lru_cache(10_000)
def folders_of(key: str) -> tuple[str, ...]:
    """The folders that a guide stands in, in words: people sort by what guides are on, and don't repeat it in them.

    >>> folders_of("products/heron-lite/warranty.md"), folders_of("/mnt/share/Heron/warranty.md")
    (('products', 'heron lite'), ('Heron',))
    """
    *folders, _ = key.split("/")
    within = folders[-1:] if key.startswith("/") else folders  # what lies above a guide from elsewhere says little
    return tuple(words for folder in within if (words := " ".join(re.split(r"[\s_-]+", folder)).strip()))


@dataclass(frozen=True)
class Shelved:
    """What the words know of one guide."""

    version: str
    title: str
    chunks: tuple[int, ...]
    facets: frozenset[str]
    dated: str = ""  # since and until when it holds, as its first lines tell
    orders: tuple[int, int, int] = (0, 0, 0)  # of its dates: with the month first, with the day first, in figures


@dataclass(frozen=True)
class Words:
    """The lexical index of one revision, and under which key each of its chunks stands in the vector index."""

    lexical: Lexical
    revision: int = -1
    keys: Mapping[int, str] = field(default_factory=dict)  # by chunk id
    hashes: Mapping[int, str] = field(default_factory=dict)
    chunk_ids: Mapping[str, int] = field(default_factory=dict)  # by key
    shelved: Mapping[int, Shelved] = field(default_factory=dict)  # by guide id
    names: Names = field(default_factory=lambda: Names(()))
    are_kept: bool = False  # as they stand, for the next process
    stale: int = 0  # versions of guides that names and counts still stand on, though they are gone

    @property
    def guides(self) -> int:
        return len(self.shelved)

    @cached_property
    def facets(self) -> dict[int, frozenset[str]]:
        """By chunk id, of those that can be filtered by anything."""
        return {chunk: guide.facets for guide in self.shelved.values() if guide.facets for chunk in guide.chunks}

    @cached_property
    def _editions(self) -> dict[str, set[Edition]]:
        editions: dict[str, set[Edition]] = {}
        for guide_id, guide in self.shelved.items():
            edition = edition_of(guide.title, self.dated(guide_id))
            editions.setdefault(edition.of, set()).add(edition)
        return editions

    def editions(self, title: str) -> Collection[Edition]:
        """All editions of the guide that a title is one of."""
        return self._editions.get(edition_of(title).of, ())

    def dated(self, guide_id: int) -> str:
        """Since and until when a guide holds, as its first lines tell."""
        written = self.shelved[guide_id].dated if guide_id in self.shelved else ""
        return with_days_first(written, is_month_first=self.is_month_first) if "/" in written else written

    @cached_property
    def is_month_first(self) -> bool | None:
        """Whether dates in figures have the month first, as those of all guides tell; None where they don't."""
        return is_month_first(*self._orders[:2])

    @property
    def has_days_in_figures(self) -> bool:
        return self._orders[2] > 0

    @cached_property
    def _orders(self) -> list[int]:
        return [sum(each) for each in zip((0, 0, 0), *(guide.orders for guide in self.shelved.values()), strict=True)]

    @cached_property
    def _titles(self) -> Counter[str]:
        return Counter(guide.title for guide in self.shelved.values())

    def shown_title(self, title: str, key: str) -> str:
        """A guide's title; where another guide has the same, with the folders that tell them apart."""
        folders = folders_of(key)
        return f"{title} ({' › '.join(folders)})" if folders and self._titles[title] > 1 else title

    def within(self, filters: Filters) -> list[int]:
        """The chunks that the filters leave."""
        wanted = filters.facets
        return [chunk for guide in self.shelved.values() if wanted <= guide.facets for chunk in guide.chunks]


def brought_up(words: Words, engine: Engine, folder: Path) -> Words:
    """The words of the newest rows; ``words`` itself where it stands at them. Only the owner of the folder calls this.

    Args:
        engine: for transactions that only read.
        folder: keeps the words for the next process, which makes them anew unless `keep` has said how they stand.
    """
    with Session(engine) as session:
        revision = session.scalar(select(Revision.number)) or 0
        if revision == words.revision:
            return words
        if words.revision < 0:
            words = _kept(session, folder)
        now = _newest(session)
        unchanged = {guide_id for guide_id, guide in words.shelved.items() if now.get(guide_id) == guide.version}
        gone = [guide_id for guide_id in words.shelved if guide_id not in unchanged]
        new = [guide_id for guide_id in now if guide_id not in unchanged]
        stale = words.stale + len(gone)
        if stale > (len(now) // STALE_SHARE if len(now) > FEW_GUIDES else 0):
            words, gone, new, stale = Words(words.lexical), [], list(now), 0
        if not gone and not new and words.lexical.size == len(words.keys):
            return replace(words, revision=revision)
        return replace(_changed(session, words, gone, new), revision=revision, stale=stale)


def keep(words: Words, folder: Path) -> None:
    """Says in the folder how the words stand, for the next process."""
    guides = {
        guide_id: (each.version, each.title, each.chunks, sorted(each.facets), each.dated, each.orders)
        for guide_id, each in words.shelved.items()
    }
    state = {"made": MADE, "stale": words.stale, "guides": guides, "names": words.names.counts()}
    draft = folder / f"{STATE}.draft"
    draft.write_bytes(orjson.dumps(state, option=orjson.OPT_NON_STR_KEYS))
    os.replace(draft, folder / STATE)


def _newest(session: Session) -> dict[int, str]:
    """The versions of the guides that everyone may read; of others not a word is known here, nor counted."""
    newest = select(Chunk.guide_id, func.max(Chunk.id).label("chunk")).group_by(Chunk.guide_id).subquery()
    columns = select(Guide.id, Guide.hash, newest.c.chunk).outerjoin(newest, newest.c.guide_id == Guide.id)
    columns = columns.where(Guide.audience == EVERYONE).order_by(Guide.id)
    guides = session.connection().execute(columns).all()  # as plain rows: they are many
    return {guide_id: _version(hash_, newest_chunk or 0) for guide_id, hash_, newest_chunk in guides}


def _version(hash_: str, newest_chunk: int) -> str:
    """A guide that was changed and changed back has the same hash, and other chunks."""
    return f"{hash_} {newest_chunk}"


def _changed(session: Session, words: Words, gone: Collection[int], new: Sequence[int]) -> Words:
    keys, chunk_ids = dict(words.keys), dict(words.chunk_ids)
    hashes, shelved = dict(words.hashes), dict(words.shelved)
    for guide_id in gone:
        for chunk_id in shelved.pop(guide_id).chunks:
            del chunk_ids[keys.pop(chunk_id)], hashes[chunk_id]
    texts: list[str] = []

    def entries() -> Iterator[Entry]:
        for guide, chunks in _rows(session, new):
            own, ids = facets(guide.products, guide.language), tuple(chunk.id for chunk in chunks)
            version = _version(guide.hash, max(ids, default=0))
            shelved[guide.id] = Shelved(version, guide.title, ids, own, dated(guide.text), orders_in(guide.text))
            above = "\n".join((guide.title, *folders_of(guide.key)))
            texts.append("\n".join((above, guide.text, *(f"| {each} |" for each in guide.products))))
            for chunk in chunks:
                key = keys[chunk.id] = _key(chunk.id, chunk.hash, own)
                chunk_ids[key], hashes[chunk.id] = chunk.id, chunk.hash
                span = guide.text[chunk.start : chunk.end]
                said = "\n".join((guide.title, *chunk.headings[-2:], span, *_headings_within(span)))
                unsaid = [each for each in folders_of(guide.key) if each.casefold() not in said.casefold()]
                yield Entry(chunk.id, guide.id, "\n".join((said, *unsaid)), own)

    # Without the new ones, too: they are there already if a process died before it kept how the words stand.
    lexical = words.lexical.changed([*gone, *new], entries(), anew=not words.shelved)
    names = words.names.with_more(texts)
    return replace(
        words,
        lexical=lexical,
        keys=keys,
        hashes=hashes,
        chunk_ids=chunk_ids,
        shelved=shelved,
        names=names,
        are_kept=False,
    )


def _headings_within(span: str) -> Iterator[str]:
    """The headings of a chunk but for one that it begins with: that is among those above it, so all count twice."""
    return (span[piece.start : piece.end] for piece in pieces(span)[1:] if piece.kind is Kind.HEADING)


def _rows(session: Session, guide_ids: Sequence[int]) -> Iterator[tuple[Any, list[Any]]]:
    """Guides with their chunks in order."""
    for at in range(0, len(guide_ids), GUIDES_AT_ONCE):
        some = guide_ids[at : at + GUIDES_AT_ONCE]
        columns = (Guide.id, Guide.key, Guide.hash, Guide.title, Guide.text, Guide.products, Guide.language)
        chunks: dict[int, list[Any]] = {guide_id: [] for guide_id in some}
        spans = select(Chunk.guide_id, Chunk.id, Chunk.hash, Chunk.headings, Chunk.start, Chunk.end)
        for chunk in session.execute(spans.where(Chunk.guide_id.in_(some)).order_by(Chunk.guide_id, Chunk.ordinal)):
            chunks[chunk.guide_id].append(chunk)
        for guide in session.execute(select(*columns).where(Guide.id.in_(some)).order_by(Guide.id)):
            yield guide, chunks[guide.id]


def _key(chunk_id: int, hash_: str, own: Collection[str]) -> str:
    """Holds the hash too, for SQL may give a chunk's number to another chunk later; and what it is filtered by."""
    filtered = f"-{sha256('|'.join(sorted(own)).encode()).hexdigest()[:8]}" if own else ""
    return f"{chunk_id}-{hash_[:16]}{filtered}"


# The folder


def _kept(session: Session, folder: Path) -> Words:
    """What an earlier process left; nothing when it can't be used."""
    try:
        state = orjson.loads((folder / STATE).read_bytes())
        if state["made"] == MADE:
            words = _as_left(session, Lexical(folder), state)
            if words.lexical.size == len(words.keys):
                return words
    except FileNotFoundError:
        pass
    except Exception as failure:  # noqa: BLE001 - whatever is wrong with a cache, it is made anew
        log.warning("The index of words could not be read (%s) and is made anew.", type(failure).__name__)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Words(Lexical(folder))


def _as_left(session: Session, lexical: Lexical, state: Mapping[str, Any]) -> Words:
    now = _newest(session)
    left = {
        int(guide_id): Shelved(version, title, tuple(chunks), frozenset(own), dated_as, tuple(orders))
        for guide_id, (version, title, chunks, own, dated_as, orders) in state["guides"].items()
    }
    hashes = {chunk: "" for guide in left.values() for chunk in guide.chunks}
    rows = session.execute(select(Chunk.id, Chunk.hash, Chunk.guide_id))
    # What has changed since keeps no hash: it is taken out in a moment.
    hashes |= {chunk: hash_ for chunk, hash_, guide in rows if guide in left and left[guide].version == now.get(guide)}
    keys = {chunk: _key(chunk, hashes[chunk], guide.facets) for guide in left.values() for chunk in guide.chunks}
    return Words(
        lexical,
        keys=keys,
        hashes=hashes,
        chunk_ids={key: chunk for chunk, key in keys.items()},
        shelved=left,
        names=Names.from_counts(state["names"]),
        stale=state["stale"],
        are_kept=True,
    )

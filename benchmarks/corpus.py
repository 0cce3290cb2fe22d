"""Guides and vectors in any number, for measurements of speed.

The texts are real: a file of JSON lines (`title`, `text`), or the sample guides. Once they are used up they come again
under another title. Embedding hundreds of thousands of chunks takes hours, so beyond `REAL` chunks a vector is that of
another chunk, turned by chance (its tokens' as they are); it goes the same way into the database as a real one.
"""

import gzip
import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from knowledge.encoder import Encoder
from knowledge.index import LAYOUT, SPAN
from knowledge.sentences import units
from knowledge.tables import Chunk, Guide, Vector

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "knowledge" / "guides"
REAL = 600  # chunks that are embedded for real
LIKENESS = 0.85  # the cosine of a turned vector to the one that it comes from
ROWS_AT_ONCE = 2_000


def texts(corpus: Path | None) -> Iterator[tuple[str, str]]:
    """Titles and texts without end."""
    once = list(_read(corpus) if corpus else _sample())
    for number in itertools.count(1):
        yield from ((f"{title} ({number})" if number > 1 else title, text) for title, text in once)


def _read(corpus: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(corpus, "rt") if corpus.suffix == ".gz" else corpus.open() as lines:
        for line in lines:
            row = json.loads(line)
            yield row["title"], row["text"]


def _sample() -> Iterator[tuple[str, str]]:
    for path in sorted(SAMPLE.rglob("*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.S)
        yield path.stem.replace("-", " "), text


def write_guides(folder: Path, corpus: Path | None, characters: int, skip: int = 0) -> int:
    """Writes files of about so many characters in all; says how many. ``skip`` are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (title, text) in enumerate(texts(corpus)):
        if characters <= 0:
            return number
        characters -= len(text)
        if number >= skip:
            name = folder / f"{number // 1000:03}" / f"{number:06}.md"
            name.parent.mkdir(exist_ok=True)
            name.write_text(f"---\ntitle: {json.dumps(title)}\n---\n{text}", encoding="utf-8")
    raise AssertionError("unreachable")


def pretend(engine: Engine, encoder: Encoder) -> int:
    """Gives every chunk that has no vectors those of an embedded chunk, turned by chance; says how many got some."""
    encoder.load()
    chance = np.random.default_rng(1)
    with Session(engine.execution_options(writes=False)) as session:
        rows = session.execute(select(Vector.values, Vector.tokens).limit(REAL)).all()
        known = np.concatenate([np.frombuffer(row.values, "<f2").reshape(-1, encoder.dimensions) for row in rows])
        missing = session.execute(
            select(Chunk.hash, func.min(Chunk.id))
            .outerjoin(Vector, Vector.hash == Chunk.hash)
            .where(Vector.hash.is_(None))
            .group_by(Chunk.hash)
        ).all()
    for at in range(0, len(missing), ROWS_AT_ONCE):
        chunk_ids = [row[1] for row in missing[at : at + ROWS_AT_ONCE]]
        with Session(engine) as session, session.begin():
            for hash_, text in session.execute(select(Chunk.hash, SPAN).join(Guide).where(Chunk.id.in_(chunk_ids))):
                first = int(chance.integers(len(known)))
                own = known[(first + np.arange(len(units(text)))) % len(known)].astype(np.float32)
                session.add(
                    Vector(
                        hash=hash_,
                        model=encoder.identity,
                        precision=f"{encoder.precision} {LAYOUT}",
                        values=turned(own, chance).astype("<f2").tobytes(),
                        tokens=rows[first % len(rows)].tokens,
                    )
                )
    return len(missing)


def turned(vectors: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Vectors of length 1 at a cosine of about `LIKENESS` to those given, all in one direction of chance."""
    noise = chance.standard_normal(vectors.shape[1]).astype(np.float32)
    noise /= np.linalg.norm(noise)
    mixed = LIKENESS * vectors + np.sqrt(1 - LIKENESS**2) * noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)

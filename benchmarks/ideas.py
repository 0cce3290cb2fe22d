"""Similar ideas: are the right ones found, is what is shown right, and how long does it take with 5,000 ideas?

    python benchmarks/ideas.py [related_pairs.jsonl]

Of each source, every distinct `b` is the pool and every `a` that some pair marks the same is a query; the query's own
text is no find. Relevant is any text that pairs mark the same, directly or through others; where the data names
intents, a second line counts every text of the query's intent. The time is from a text to the ideas as they are shown,
model and database included; five people typing at the same moment share the model.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.records import idea_families, idea_queries
from bot.records.database import Database, migrate
from bot.records.similar import LIKE, Similar
from bot.records.tables import Idea
from knowledge.encoder import Encoder

EVALDATA = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "related_pairs.jsonl"
SHOWN, IDEAS, QUERIES, AT_ONCE = 3, 5_000, 200, 5
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
Pairs = Sequence[dict[str, Any]]


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else EVALDATA
    if not file.is_file():
        sys.exit(f"{file} is not there; name a file of pairs (a, b, same, source) to measure on.")
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    encoder = Encoder()
    print(
        f"{'source':20} {'relevant':16} {'queries':>7} {f'recall@{SHOWN}':>9} {f'precision at {LIKE}':>18} {'shown':>6}"
    )
    for source in sorted({pair["source"] for pair in pairs}):
        measured = [pair for pair in pairs if pair["source"] == source]
        found(encoder, source, "marked same", measured, groups(measured))
        if all("intents" in pair for pair in measured):
            found(encoder, source, "same intent", measured, intents(measured))
    asyncio.run(timed(encoder, [pair["b"] for pair in pairs]))


def groups(pairs: Pairs) -> dict[str, str]:
    """The group of each text: those that pairs mark the same, directly or through others."""
    above: dict[str, str] = {}

    def first(text: str) -> str:
        while (higher := above.get(text, text)) != text:
            text = higher
        return text

    for pair in pairs:
        if pair["same"]:
            above[first(pair["a"])] = first(pair["b"])
    return {text: first(text) for pair in pairs for text in (pair["a"], pair["b"])}


def intents(pairs: Pairs) -> dict[str, str]:
    """The intent of each text, as the data names it."""
    return {text: name for p in pairs for text, name in zip((p["a"], p["b"]), p["intents"], strict=True)}


def found(encoder: Encoder, source: str, relevant: str, pairs: Pairs, group: dict[str, str]) -> None:
    """Print how often a relevant text is among the three that are shown, and how many of those shown are relevant."""
    pool = list(dict.fromkeys(pair["b"] for pair in pairs))
    queries = list(dict.fromkeys(pair["a"] for pair in pairs if pair["same"]))
    scores = encoder.encode(queries, bulk=True) @ encoder.encode(pool, bulk=True).T
    hits, shown = 0, []
    for query, row in zip(queries, scores, strict=True):
        best = [n for n in np.argsort(-row) if pool[n] != query][:SHOWN]
        right = [group[query] == group[pool[n]] for n in best]
        hits += any(right)
        shown += [is_right for is_right, n in zip(right, best, strict=True) if row[n] >= LIKE]
    recall, precision = hits / len(queries), sum(shown) / max(len(shown), 1)
    print(f"{source:20} {relevant:16} {len(queries):7} {recall:9.3f} {precision:18.3f} {len(shown):6}")


async def timed(encoder: Encoder, texts: list[str]) -> None:
    """Print how long it takes to find what is shown, among many ideas in a database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ideas.db'}"
        migrate(url)
        database = Database(url)
        await fill(database, encoder, texts)

        async def embed(some: Sequence[str]) -> Any:
            return await asyncio.to_thread(encoder.encode, some)

        similar = Similar(database, embed, encoder.identity)

        async def look(text: str) -> float:
            start = time.perf_counter()
            near = [number for number, _ in await similar.to(text, count=2 * SHOWN) or ()]
            async with database.read() as session:
                of_them = (await idea_families.roots(session, near))[:SHOWN]
                await idea_queries.shown(session, of_them, "")
                await idea_families.voted(session, [idea.id for idea in of_them], "U1")
            return 1000 * (time.perf_counter() - start)

        print(f"\nfirst look, which reads {IDEAS:,} vectors: {await look('warm up'):.0f} ms")
        one_by_one = [await look(text) for text in texts[:QUERIES]]
        print(in_words("one at a time", one_by_one))
        together: list[float] = []
        for at in range(0, QUERIES, AT_ONCE):
            together += await asyncio.gather(*map(look, texts[at : at + AT_ONCE]))
        print(in_words(f"{AT_ONCE} at a time", together))
        await database.close()


async def fill(database: Database, encoder: Encoder, texts: list[str]) -> None:
    """So many ideas with vectors near those of the texts."""
    vectors = encoder.encode(texts, bulk=True)
    rng = np.random.default_rng(7)
    given = {"author": "U1", "text": "-", "tags": [], "status": "open", "respond_by": date(2026, 11, 30)}
    async with database.write() as session:
        for n in range(IDEAS):
            vector = vectors[n % len(texts)] + rng.normal(0, 0.02, vectors.shape[1]).astype(np.float32)
            title, row = texts[n % len(texts)][:150], (vector / np.linalg.norm(vector)).tobytes()
            idea = Idea(key=f"n{n}", title=title, vector=row, vector_model=encoder.identity, created_at=NOW, **given)
            session.add(idea)


def in_words(how: str, times: list[float]) -> str:
    middle, most, longest = np.percentile(times, (50, 95, 100))
    return f"{how}: p50 {middle:.0f} ms, p95 {most:.0f} ms, max {longest:.0f} ms (n={len(times)})"


if __name__ == "__main__":
    main()

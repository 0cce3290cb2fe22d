"""Similar ideas: are the right ones found, is what is shown right, and how long does it take with 5,000 ideas?

    python benchmarks/ideas.py [related_pairs.jsonl]

Of each source, every distinct `b` is the pool and every `a` that has a match is a query; what stands under the same
intent, or is marked the same, is relevant. The time is from a text to the ideas that are shown, model included.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.records.database import Database, migrate
from bot.records.similar import LIKE, Similar
from bot.records.tables import Idea
from knowledge.encoder import Encoder

EVALDATA = Path(__file__).resolve().parents[2] / "shared" / "evaldata" / "related_pairs.jsonl"
SHOWN, IDEAS, QUERIES = 3, 5_000, 200


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else EVALDATA
    if not file.is_file():
        sys.exit(f"{file} is not there; name a file of pairs (a, b, same, source) to measure on.")
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    encoder = Encoder()
    for source in sorted({pair["source"] for pair in pairs}):
        found(encoder, source, [pair for pair in pairs if pair["source"] == source])
    asyncio.run(timed(encoder, [pair["b"] for pair in pairs]))


def found(encoder: Encoder, source: str, pairs: list[dict[str, Any]]) -> None:
    """Print recall among the three that are shown, and how many of those above the threshold are right."""
    pool = list(dict.fromkeys(pair["b"] for pair in pairs))
    intents = {
        text: name for p in pairs if "intents" in p for text, name in zip((p["a"], p["b"]), p["intents"], strict=True)
    }
    same = {(pair["a"], pair["b"]) for pair in pairs if pair["same"]}
    queries = list(dict.fromkeys(pair["a"] for pair in pairs if pair["same"]))
    scores = encoder.encode(queries, bulk=True) @ encoder.encode(pool, bulk=True).T
    hits, shown = 0, []
    for query, row in zip(queries, scores, strict=True):
        best = [n for n in np.argsort(-row) if pool[n] != query][:SHOWN]
        right = [(query, pool[n]) in same or intents.get(query, "-") == intents.get(pool[n]) for n in best]
        hits += any(right)
        shown += [is_right for is_right, n in zip(right, best, strict=True) if row[n] >= LIKE]
    recall, precision = hits / len(queries), sum(shown) / max(len(shown), 1)
    print(f"{source}: recall@{SHOWN} {recall:.3f} (n={len(queries)})")
    print(f"{source}: precision at {LIKE} {precision:.3f} (n={len(shown)})")


async def timed(encoder: Encoder, texts: list[str]) -> None:
    """Print how long it takes to find what is shown, among many ideas in a database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ideas.db'}"
        migrate(url)
        database = Database(url)

        async def embed(some: Any) -> Any:
            return await asyncio.to_thread(encoder.encode, some)

        vectors = encoder.encode(texts, bulk=True)
        rng = np.random.default_rng(7)
        now = datetime(2026, 11, 23, 8, tzinfo=UTC)
        async with database.write() as session:
            for n in range(IDEAS):
                vector = vectors[n % len(texts)] + rng.normal(0, 0.02, vectors.shape[1]).astype(np.float32)
                session.add(
                    Idea(
                        key=f"n{n}",
                        author="U1",
                        title=texts[n % len(texts)][:150],
                        text="-",
                        tags=[],
                        status="open",
                        respond_by=date(2026, 11, 30),
                        created_at=now,
                        vector=(vector / np.linalg.norm(vector)).tobytes(),
                        vector_model=encoder.name,
                    )
                )
        similar = Similar(database, embed, encoder.name)
        await similar.to("warm up")
        times = []
        for n in range(QUERIES):
            start = time.perf_counter()
            await similar.to(texts[n])
            times.append(1000 * (time.perf_counter() - start))
        await database.close()
    low, middle, high = np.percentile(times, (50, 95, 100))
    print(f"{IDEAS:,} ideas: p50 {low:.0f} ms, p95 {middle:.0f} ms, max {high:.0f} ms (n={QUERIES})")


if __name__ == "__main__":
    main()

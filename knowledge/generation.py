"""One folder that Chroma keeps the vectors in. It is a cache: when anything is wrong, the next is built from SQL.

Run as ``python -m knowledge.generation`` it is the probe: a damaged folder can make Chroma crash or hang, so the first
look into one is taken by a process that may die of it.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.types import Metadata, Where

Vectors = NDArray[np.float32]

COLLECTION = "chunks"
# Of the exact ten neighbours among the fifty found, with 6,000 vectors that lie in crowds: .95, and .92 with half the
# links. A question costs 0.4 ms more for it, and adding half as much again.
GRAPH: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_search": 200,
    "max_neighbors": 32,
    "ef_construction": 200,
}
MOST_AT_ONCE = 5_000  # Chroma refuses more than 5,461
FOUND_AGAIN = 0.9  # of the samples; the search is approximate, so not quite all

log = logging.getLogger(__name__)


class Generation:
    """The vectors of one model and precision, by key, in one folder of Chroma's."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self.folder = folder
        self._client = cast(
            "Client", chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        )
        self._collection = self._client.get_or_create_collection(
            COLLECTION, configuration={"hnsw": GRAPH}, embedding_function=None
        )
        self._keys: set[str] | None = None

    def keys(self) -> set[str]:
        """Of all vectors here; read once, for nobody else may write to the folder."""
        if self._keys is None:
            self._keys = set(self._collection.get(include=[])["ids"])
        return self._keys

    def count(self) -> int:
        return self._collection.count()

    def add(self, keys: Sequence[str], vectors: Vectors, facets: Sequence[Collection[str]]) -> None:
        """Adds or replaces vectors; doing it twice changes nothing, so what a crash cut short is simply done again."""
        known = self.keys()
        for at in range(0, len(keys), MOST_AT_ONCE):
            part = slice(at, at + MOST_AT_ONCE)
            flags = cast("list[Metadata]", [dict.fromkeys(own, True) or None for own in facets[part]])
            self._collection.upsert(ids=list(keys[part]), embeddings=np.asarray(vectors[part]), metadatas=flags)
            known.update(keys[part])

    def remove(self, keys: Sequence[str]) -> None:
        for at in range(0, len(keys), MOST_AT_ONCE):
            self._collection.delete(ids=list(keys[at : at + MOST_AT_ONCE]))
        self.keys().difference_update(keys)

    def nearest(self, vector: Vectors, limit: int, facets: Collection[str] = ()) -> dict[str, float]:
        """The ``limit`` keys with the highest cosine to ``vector`` among those with all ``facets``, and it."""
        flags: list[Where] = [{each: True} for each in sorted(facets)]
        where: Where | None = {"$and": flags} if len(flags) > 1 else flags[0] if flags else None
        result = self._collection.query(
            query_embeddings=vector[None, :], n_results=limit, where=where, include=["distances"]
        )
        distances = result["distances"]
        return dict(zip(result["ids"][0], (1 - each for each in distances[0]), strict=True)) if distances else {}

    def finds(self, samples: Sequence[Vectors]) -> bool:
        """Whether vectors that are here find themselves."""
        found = sum(max(self.nearest(vector, 1).values(), default=0.0) > 0.999 for vector in samples)
        return found >= FOUND_AGAIN * len(samples)

    def close(self) -> None:
        self._client.close()


def probe(folder: Path, samples: Mapping[str, Vectors], seconds: float) -> str | None:
    """What is wrong with a generation, in words; None when it answers as it should.

    Args:
        samples: vectors that SQL holds; those that are in the folder must find themselves there.
        seconds: how long the look may take.
    """
    question = json.dumps({key: vector.tolist() for key, vector in samples.items()})
    command = [sys.executable, "-m", "knowledge.generation", str(folder)]
    try:
        run = subprocess.run(command, input=question, capture_output=True, text=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired:
        return f"the vector index did not answer within {seconds:g} s"
    except subprocess.CalledProcessError as failure:
        log.warning("The probe of the vector index ended with %s: %s", failure.returncode, failure.stderr[-500:])
        return "the vector index can't be read"
    said: str | None = json.loads(run.stdout)["fault"]
    return said


def _look(folder: Path, samples: Mapping[str, Sequence[float]]) -> str | None:
    generation = Generation(folder)
    here = generation.keys()
    if len(here) != generation.count():
        return "the vector index miscounts itself"
    mine = [np.asarray(values, dtype=np.float32) for key, values in samples.items() if key in here]
    return None if generation.finds(mine) else "the vector index does not find what is in it"


if __name__ == "__main__":
    json.dump({"fault": _look(Path(sys.argv[1]), json.load(sys.stdin))}, sys.stdout)

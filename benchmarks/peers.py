"""One peer at its defaults, run by `benchmarks.answers` in an environment of the peers' own.

``python peers.py PEER WORK STORE MODEL``, with chunks and the vectors' file, or questions, as JSON on standard input.
``fill`` keeps all chunks with the vectors given; ``ingest`` embeds some; ``search`` measures questions; ``cold`` opens
what is kept and asks one.
"""

import json
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

TOP = 5
ASKERS = 16


class Naive:
    """LangChain, Chroma and sentence-transformers, as anyone would put them together."""

    def __init__(self, store: Path, model: str) -> None:
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings

        self._store = Chroma("chunks", HuggingFaceEmbeddings(model_name=model), persist_directory=str(store))

    def embed(self, chunks: list[str]) -> None:
        self._store.add_texts(chunks)

    def keep(self, chunks: list[str], vectors: Any) -> None:
        for at in range(0, len(chunks), 5_000):
            ids = [str(number) for number in range(at, min(at + 5_000, len(chunks)))]
            self._store._collection.add(ids, vectors[at : at + 5_000], documents=chunks[at : at + 5_000])

    def ask(self, question: str) -> str:
        return str(self._store.similarity_search(question, k=TOP)[0].page_content)


class LlamaIndex:
    """LlamaIndex's vector index in its own store."""

    def __init__(self, store: Path, model: str) -> None:
        from llama_index.core import Settings, StorageContext, load_index_from_storage
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._place = store
        Settings.llm = None
        Settings.embed_model = HuggingFaceEmbedding(model)
        if store.exists():
            kept = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(store)))
            self._retriever = kept.as_retriever(similarity_top_k=TOP)

    def embed(self, chunks: list[str]) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        VectorStoreIndex([TextNode(text=chunk) for chunk in chunks])

    def keep(self, chunks: list[str], vectors: Any) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(text=chunk, embedding=own.tolist()) for chunk, own in zip(chunks, vectors, strict=True)]
        VectorStoreIndex(nodes).storage_context.persist(str(self._place))

    def ask(self, question: str) -> str:
        return str(self._retriever.retrieve(question)[0].text)


class Haystack:
    """Haystack's store in memory, with its sentence-transformers embedders."""

    def __init__(self, store: Path, model: str) -> None:
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        self._place, self._model = store, model
        self._store = InMemoryDocumentStore.load_from_disk(str(store)) if store.exists() else InMemoryDocumentStore()
        self._embedder = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
        self._embedder.warm_up()
        self._retriever = InMemoryEmbeddingRetriever(self._store, top_k=TOP)

    def embed(self, chunks: list[str]) -> None:
        from haystack import Document
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        embedder = SentenceTransformersDocumentEmbedder(model=self._model, progress_bar=False)
        embedder.warm_up()
        embedder.run([Document(content=chunk) for chunk in chunks])

    def keep(self, chunks: list[str], vectors: Any) -> None:
        from haystack import Document

        named = enumerate(zip(chunks, vectors, strict=True))
        self._store.write_documents(
            [Document(id=str(number), content=chunk, embedding=own.tolist()) for number, (chunk, own) in named]
        )
        self._store.save_to_disk(str(self._place))

    def ask(self, question: str) -> str:
        vector = self._embedder.run(question)["embedding"]
        return str(self._retriever.run(vector)["documents"][0].content)


def searched(ask: Callable[[str], Any], questions: list[str]) -> dict[str, float]:
    """Milliseconds a question for one asker (median), and questions a second for many."""
    ask("Is this thing on?")
    alone = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        alone.append((time.perf_counter() - began) * 1000)
    other = [f"{question} Please tell me." for question in questions]  # an answer must not be remembered
    began = time.perf_counter()
    with ThreadPoolExecutor(ASKERS) as pool:
        list(pool.map(ask, other))
    took = time.perf_counter() - began
    warm_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"p50_ms": statistics.median(alone), "a_second": len(other) / took, "warm_mb": warm_mb}


def main() -> None:
    peer, work, store, model = sys.argv[1:]
    given = json.load(sys.stdin)
    place = Path(f"{store}.passing" if work == "ingest" else store)
    if work in {"fill", "ingest"}:
        shutil.rmtree(place, ignore_errors=True)
        place.unlink(missing_ok=True)
    opened = {"naive": Naive, "llama-index": LlamaIndex, "haystack": Haystack}[peer](place, model)
    figures: dict[str, float] = {}
    if work == "fill":
        import numpy as np

        opened.keep(given["chunks"], np.load(given["vectors"]))
    elif work == "ingest":
        some = given["chunks"][: given["real"]]
        opened.embed(some[:8])  # the first call loads what is loaded late
        began = time.perf_counter()
        opened.embed(some)
        figures["characters_a_second"] = sum(map(len, some)) / (time.perf_counter() - began)
        shutil.rmtree(place, ignore_errors=True)
    elif work == "search":
        figures |= searched(opened.ask, given["questions"])
    else:
        opened.ask(given["questions"][0])
    print(json.dumps(figures))


if __name__ == "__main__":
    main()

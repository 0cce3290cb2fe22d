"""How Frontline grows: the same measurements at ever more chunks, and a curve through them.

``python -m benchmarks.growth BASE WORK [--sizes 1000 10000 100000 300000] [--plot docs/scaling.png]``. BASE is a
database of guides whose vectors are there: `benchmarks.answers --work` makes one, `frontline evaluate answers` another.
Beyond its chunks come copies of its guides under other titles, with the vectors of the originals turned by chance;
questions are real. Processor time is measured, of both threads that a question may have, so that others on the machine
don't show; a change is timed by the clock.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, create_engine, delete, func, insert, select

from benchmarks.answers import _library, exact_found
from benchmarks.corpus import turned
from bot.records.database import engine_for, migrate
from knowledge.encoder import Encoder
from knowledge.retriever import Retriever
from knowledge.tables import Chunk, Guide, Revision, Vector

SIZES = (1_000, 10_000, 100_000, 300_000)
QUESTIONS = 100
ASKERS = 2  # while a guide changes
FIGURES = {
    "first_s": "first index, without embedding (CPU s)",
    "open_s": "start, words ready (CPU s)",
    "change_s": "one guide changed until found (s)",
    "p50_ms": "question, median (CPU ms)",
    "memory_mb": "memory (MB)",
    "disk_mb": "disk (MB)",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--step", choices=("build", "measure"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps({"build": build, "measure": measure}[given.step](given.work / str(given.sizes[0]))))
        return
    results = given.work / "growth.json"
    rows: dict[str, dict[str, float]] = json.loads(results.read_text()) if results.exists() else {}
    for size in given.sizes:
        folder = given.work / str(size)
        if not folder.exists():
            fill(given.base, folder, size)
        row = rows.setdefault(str(size), {})
        for step in ("measure",) if (folder / "index").exists() else ("build", "measure"):
            command = [sys.executable, "-m", "benchmarks.growth", str(given.base), str(given.work)]
            run = subprocess.run(
                [*command, "--sizes", str(size), "--step", step], stdout=subprocess.PIPE, text=True, check=True
            )
            row |= json.loads(run.stdout.splitlines()[-1])
        results.write_text(json.dumps(rows, indent=2))
        print(size, rows[str(size)], flush=True)
    if given.plot:
        plot(rows, given.plot)


def fill(base: Path, folder: Path, size: int) -> None:
    """A database of so many chunks, as ingest and encoder would have left it."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder}/frontline.db"
    migrate(url)
    source, engine = create_engine(f"sqlite:///{base}"), engine_for(url)
    chance = np.random.default_rng(1)
    number, have = 0, 0
    while have < size:
        for guides, chunks, vectors in _parts(source):
            if have >= size:
                break
            with engine.begin() as connection:
                first = connection.scalar(select(func.max(Guide.id))) or 0
                place = {row["id"]: first + n for n, row in enumerate(guides, 1)}
                named = [
                    row
                    | {"id": place[row["id"]], "key": f"{number}/{row['key']}", "title": f"{row['title']} ({number})"}
                    for row in guides
                ]
                connection.execute(insert(Guide), [{**row, "products": []} for row in named])
                own = [
                    {**row, "guide_id": place[row["guide_id"]], "hash": _again(number, row["hash"])} for row in chunks
                ]
                connection.execute(insert(Chunk), own)
                copies = [
                    {**row, "hash": _again(number, row["hash"]), "values": _turned(row["values"], number, chance)}
                    for row in vectors
                ]
                connection.execute(insert(Vector).prefix_with("OR IGNORE"), copies)
                have += len(own)
        number += 1
    with engine.begin() as connection:
        connection.execute(insert(Revision), [{"id": 1, "number": 1}])
    engine.dispose()


def _parts(source: Engine, at_once: int = 100) -> Iterator[tuple[list[Any], list[Any], list[Any]]]:
    columns = [column for column in Guide.__table__.c if column.name not in ("products", "language")]
    with source.connect() as connection:
        ids = list(connection.scalars(select(Guide.id).order_by(Guide.id)))
        for at in range(0, len(ids), at_once):
            some = ids[at : at + at_once]
            guides = connection.execute(select(*columns).where(Guide.id.in_(some))).mappings()
            kept = [column for column in Chunk.__table__.c if column.name != "id"]
            chunks = [dict(row) for row in connection.execute(select(*kept).where(Chunk.guide_id.in_(some))).mappings()]
            hashes = {row["hash"] for row in chunks}
            vectors = connection.execute(select(*Vector.__table__.c).where(Vector.hash.in_(hashes))).mappings()
            yield [dict(row) for row in guides], chunks, [dict(row) for row in vectors]


def _again(number: int, hash_: str) -> str:
    return sha256(f"{number} {hash_}".encode()).hexdigest() if number else hash_


def _turned(values: bytes, number: int, chance: np.random.Generator) -> bytes:
    if not number:
        return values
    return turned(np.frombuffer(values, "<f2").reshape(-1, 384).astype(np.float32), chance).astype("<f2").tobytes()


def build(folder: Path) -> dict[str, float]:
    encoder = Encoder(exports=folder.parent / "models")
    began = time.process_time()
    library = _library(folder, folder, encoder)
    library.warm()
    library.close()
    return {"first_s": time.process_time() - began}


def measure(folder: Path) -> dict[str, float]:
    encoder = Encoder(exports=folder.parent / "models")
    began = time.process_time()
    library = _library(folder, folder, encoder)
    figures = {"open_s": time.process_time() - began}
    library.warm()
    lines = (Path(__file__).parent / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][:QUESTIONS]
    retriever = Retriever(library._engine, library._index, encoder)
    times = []
    for question in questions:
        began = time.process_time()
        retriever.retrieve(question)
        times.append((time.process_time() - began) * 1000)
    figures["p50_ms"] = statistics.median(times)
    figures["chunks"] = library.state().chunks
    figures["change_s"] = _change(library, retriever, questions)
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["found"] = exact_found(library._index, encoder, questions)
    library.close()
    figures["disk_mb"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return figures


def _change(library: Any, retriever: Retriever, questions: list[str]) -> float:
    """Seconds from a changed guide in the database until a question finds its new text, while others ask."""
    done, index = threading.Event(), library._index
    name, before = f"Quillfeather {time.time_ns() % 1_000_000}", index.words.revision
    needle, question = f"A zeppelin called {name} delivers the spare routers.", f"Does {name} deliver spare routers?"

    def found() -> bool:
        passages = retriever.retrieve(question).passages
        return bool(passages) and passages[0].text == needle

    def keep_asking(turn: int) -> None:
        while not done.is_set():
            turn += 1
            retriever.retrieve(f"{questions[turn % len(questions)]} ({turn})")

    askers = [threading.Thread(target=keep_asking, args=(n * 1_000,)) for n in range(ASKERS)]
    for asker in askers:
        asker.start()
    try:
        with library._engine.begin() as connection:
            guide_id = connection.scalar(select(func.max(Guide.id)))
            hash_ = sha256(str(time.time_ns()).encode()).hexdigest()
            connection.execute(delete(Chunk).where(Chunk.guide_id == guide_id))
            changed = {"text": needle, "hash": hash_}
            connection.execute(Guide.__table__.update().where(Guide.id == guide_id).values(changed))
            row = {"guide_id": guide_id, "ordinal": 0, "start": 0, "end": len(needle), "headings": [], "hash": hash_}
            connection.execute(insert(Chunk), [row])
            connection.execute(Revision.__table__.update().values(number=Revision.number + 1))
        began = time.perf_counter()
        following = threading.Thread(target=library.refresh)
        following.start()
        while following.is_alive():
            if index.words.revision > before and index.is_complete and found():  # by its vectors, too
                break
            time.sleep(0.02)
        took = time.perf_counter() - began
        following.join()
        assert found()
    finally:
        done.set()
        for asker in askers:
            asker.join()
    return took


def plot(rows: dict[str, dict[str, float]], path: Path) -> None:
    """Each figure over the number of chunks, with the power of it that fits best."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    sizes = np.array([row["chunks"] for row in rows.values()])
    figure = Figure(figsize=(11, 6), layout="constrained")
    for axes, (name, words) in zip(figure.subplots(2, 3).flat, FIGURES.items(), strict=True):
        values = np.array([row[name] for row in rows.values()])
        power, scale = np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-3)), 1)
        along = np.geomspace(sizes.min(), 300_000, 50)
        axes.loglog(along, np.exp(scale) * along**power, color="#8da2c0", label=f"grows as n^{power:.2f}")
        axes.loglog(sizes, values, "o", color="#1d4f91")
        axes.set_title(words, fontsize=10)
        axes.set_xlabel("chunks")
        plain = FuncFormatter(lambda value, _: f"{value:,.10g}")
        axes.yaxis.set_major_formatter(plain)
        axes.yaxis.set_minor_formatter(plain if values.max() < 5 * values.min() else NullFormatter())
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()

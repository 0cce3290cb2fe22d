"""Frontline beside what a user would pick instead: same guides, same model, one run, one table.

``python -m benchmarks.answers [--corpus FILE] [--chunks N] [--peers NAME …] [--work FOLDER]``. The peers are
installed, pinned, into an environment of their own under the user's cache folder; it sees the packages of this one, so
that torch, Chroma and sentence-transformers are the same. Without a network, and nothing installed yet, Frontline is
measured alone.

Peers get chunks of 800 characters and give five passages. Beyond `corpus.REAL` chunks vectors are turned by chance, for
the peers and for Frontline alike: speeds don't depend on what they mean. Every step runs in a process of its own.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import corpus
from benchmarks.peers import searched
from bot import QUIET
from bot.records.database import engine_for, migrate
from knowledge.encoder import Encoder, _packaged
from knowledge.index import Index
from knowledge.ingest import ingest
from knowledge.lexical import keywords_of
from knowledge.library import Library
from knowledge.retriever import CANDIDATES, Retriever

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "frontline" / "peers"
PINS = (
    "langchain-chroma==1.1.0",
    "langchain-huggingface==1.2.3",
    "llama-index-core==0.14.25",
    "llama-index-embeddings-huggingface==0.8.0",
    "haystack-ai==3.4.1",
    "sentence-transformers-haystack==2.0.0",
)
PEERS = ("naive", "llama-index", "haystack")
CHUNK = 800  # characters, of the peers
# Fills a store, takes in some texts, answers many questions, answers one from cold.
STEPS = ("fill", "ingest", "search", "cold")
CHUNKS, QUESTIONS = "chunks.json", "questions.json"  # what the first two are given, and the others
TURNS = 3
COMPARED = ("Frontline", "naive")  # several times; the others once
ROWS = (
    ("characters_a_second", "ingest, characters a second", True),
    ("passages_a_second", "  Frontline, passages alone", True),
    ("p50_ms", "retrieval, one asker, p50 ms", False),
    ("dense_ms", "  Frontline, its dense half", False),
    ("a_second", "questions a second, 16 askers", True),
    ("cold_s", "process start to first answer, s", False),
    ("cold_cpu_s", "  CPU seconds of it", False),
    ("cold_mb", "memory of that process, MB", False),
    ("warm_mb", "memory while answering, MB", False),
)
SAME_AS = {"passages_a_second": "characters_a_second", "dense_ms": "p50_ms"}  # what the peers are held against


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with title and text; without it the sample guides")
    parser.add_argument("--chunks", type=int, default=20_000, help="of the peers'")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--work", type=Path, help="where stores are kept for another run")
    parser.add_argument("--ours", choices=["prepare", "fill", "ingest", "search"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    with _folder(given.work) as work:
        if given.ours == "prepare":
            prepare(work, given.corpus, given.chunks)
        elif given.ours:
            print(json.dumps({"fill": fill, "ingest": ingest_some, "search": search}[given.ours](work)))
        else:
            compare(work, given.corpus, given.chunks, given.peers)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
    else:
        with tempfile.TemporaryDirectory() as passing:
            yield Path(passing)


def compare(work: Path, file: Path | None, chunks: int, peers: Sequence[str]) -> None:
    # Not in this process: its memory would count as that of those that it starts.
    corpus_given = ["--corpus", str(file)] if file else []
    command = [sys.executable, "-m", "benchmarks.answers", "--work", str(work), "--chunks", str(chunks)]
    subprocess.run([*command, *corpus_given, "--ours", "prepare"], check=True)
    me = [sys.executable, "-m", "benchmarks.answers", "--work", str(work), "--ours"]
    ask = [sys.executable, "-m", "bot", "ask", json.loads((work / QUESTIONS).read_text())["questions"][0]]
    tools = {
        "Frontline": _Tool({**{step: [*me, step] for step in STEPS}, "cold": ask}, {**QUIET, "DATA_DIR": str(work)})
    }
    if python := _environment():
        tools |= {peer: _peer(python, peer, work) for peer in peers}
    of = json.dumps([str(file), chunks])
    for name, tool in tools.items():
        filled = work / f"{name}.filled"
        if not filled.exists():
            _run(tool.steps["fill"], work / CHUNKS, tool.settings)
            filled.write_text(of)
        elif filled.read_text() != of:
            raise SystemExit(f"{work} was filled with something else; name another folder.")
    # In turns, for the machine is not equally fast at all times: a ratio is of what ran one after the other.
    turns: list[dict[str, dict[str, float]]] = []
    for turn in range(TURNS):
        some = {name: tool for name, tool in tools.items() if turn == 0 or name in COMPARED}
        turns.append({name: {} for name in some})
        for step in STEPS[1:]:
            for name, tool in some.items():
                turns[-1][name] |= _measured(step, tool, work)
    _print(turns)


def prepare(work: Path, file: Path | None, chunks: int) -> None:
    """Guides for Frontline, and the same text as chunks with vectors for the peers."""
    if not (work / "guides").exists():
        corpus.write_guides(work / "guides", file, chunks * CHUNK)
    (work / CHUNKS).write_text(json.dumps(_chunks(work, file, chunks)))
    lines = (Path(__file__).parent / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
    (work / QUESTIONS).write_text(json.dumps({"questions": [json.loads(line)["question"] for line in lines]}))


def _chunks(work: Path, file: Path | None, chunks: int) -> dict[str, Any]:
    texts = corpus.texts(file)
    cut: list[str] = []
    while len(cut) < chunks:
        _, text = next(texts)
        cut += [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    cut = cut[:chunks]
    encoder = Encoder(exports=work / "models")
    known = encoder.encode(cut[: corpus.REAL], bulk=True)
    chance = np.random.default_rng(1)
    copies = [corpus.turned(known[[n % len(known)]], chance) for n in range(len(known), chunks)]
    np.save(work / "vectors.npy", np.concatenate([known, *copies]))
    return {"chunks": cut, "real": len(known) // 2, "vectors": str(work / "vectors.npy")}


def _environment() -> Path | None:
    """The Python of the peers' environment, made when it is not there; None, with a word, when it can't be."""
    python, said = CACHE / "bin" / "python", CACHE / "installed.txt"
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    wanted = "\n".join((ours, *PINS))
    if said.exists() and said.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", CACHE], check=True)
    (site,) = CACHE.glob("lib/python*/site-packages")
    (site / "frontline.pth").write_text(ours)
    installed = subprocess.run([python, "-m", "pip", "install", "--quiet", *PINS], capture_output=True, text=True)
    if installed.returncode:
        reason = (installed.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        print(f"The peers can't be installed, so Frontline stands alone: {reason}", file=sys.stderr)
        return None
    said.write_text(wanted)
    return python


class _Tool(NamedTuple):
    steps: dict[str, list[str]]  # the command for each
    settings: dict[str, str]


def _peer(python: Path, peer: str, work: Path) -> _Tool:
    command, rest = [str(python), str(Path(__file__).parent / "peers.py"), peer], [str(work / f"{peer}.store")]
    return _Tool({step: [*command, step, *rest, str(_packaged())] for step in STEPS}, {})


def _measured(step: str, tool: _Tool, work: Path) -> dict[str, float]:
    found, used = _run(tool.steps[step], work / (CHUNKS if step == "ingest" else QUESTIONS), tool.settings)
    return {f"cold_{name}": figure for name, figure in used.items()} if step == "cold" else found


def _run(command: list[str], given: Path, settings: dict[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """What a process printed as its last line, if that is JSON, and what it cost."""
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    tokens = {"SLACK_BOT_TOKEN": "xoxb-0", "SLACK_APP_TOKEN": "xapp-0"}  # or `ask` is about the demo's guides
    began = time.perf_counter()
    with given.open() as file, tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            command, stdin=file, stdout=out, cwd=ROOT, env={**os.environ, **quiet, **tokens, **settings}
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
        out.seek(0)
        last = (out.read().strip().splitlines() or [""])[-1]
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    said = json.loads(last) if last.startswith("{") else {}
    return said, {"s": took, "cpu_s": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


# Frontline's own steps


def fill(work: Path) -> dict[str, float]:
    """Takes in all guides; beyond the first, with vectors that are turned."""
    encoder = Encoder(exports=work / "models")
    library = _library(work, work / "guides", encoder)
    ingest(library._engine, work / "guides", now=corpus.NOW)
    _embed_some(library._engine, encoder)
    corpus.pretend(library._engine, encoder)
    library.warm()
    library.close()
    return {}


def ingest_some(work: Path) -> dict[str, float]:
    """Takes in some guides as an admin would, timed."""
    import chromadb  # noqa: F401 - the peers have theirs imported as well when the clock starts

    given = json.load(sys.stdin)
    some = given["chunks"][: given["real"]]
    encoder = Encoder(exports=work / "models")
    encoder.encode(some[:8], bulk=True)
    began = time.perf_counter()
    encoder.encode(some, bulk=True)
    alone = sum(map(len, some)) / (time.perf_counter() - began)
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(passing)
        for number, chunk in enumerate(some):
            (folder / f"{number}.md").write_text(chunk, encoding="utf-8")
        library = _library(folder, folder, encoder)
        began = time.perf_counter()
        library.ingest()
        with_units = sum(map(len, some)) / (time.perf_counter() - began)
        library.close()
    return {"characters_a_second": with_units, "passages_a_second": alone}


def _embed_some(engine: Any, encoder: Encoder) -> None:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from knowledge.tables import Chunk

    encoder.load()
    with Session(engine) as session:
        chunk_ids = list(session.scalars(select(Chunk.id).order_by(Chunk.id).limit(corpus.REAL)))
    with tempfile.TemporaryDirectory() as passing:
        Index(engine, Path(passing), encoder)._embed(chunk_ids)


def search(work: Path) -> dict[str, float]:
    questions = json.load(sys.stdin)["questions"]
    encoder = Encoder(exports=work / "models")
    library = _library(work, work / "guides", encoder)
    library.warm()
    index = library._index
    retriever = Retriever(library._engine, index, encoder)
    figures = searched(retriever.retrieve, questions)
    dense = []
    for question in questions:
        began = time.perf_counter()
        index.nearest(encoder.read([question], alone=True)[0][0], CANDIDATES)  # as one asker has it
        dense.append((time.perf_counter() - began) * 1000)
    figures["dense_ms"] = statistics.median(dense)
    figures["found"] = exact_found(index, encoder, questions)
    library.close()
    return figures


def exact_found(index: Index, encoder: Encoder, questions: list[str]) -> float:
    """The share of the ten nearest chunks, all compared in full, that are among the candidates for the ranking."""
    packed = index._packed
    assert packed is not None
    chunk_ids, rows = index._all_there(packed)
    means = np.concatenate([packed.means(rows[at : at + 1_000]) for at in range(0, len(rows), 1_000)])
    shares = []
    for question in questions[::4]:
        vector = encoder.encode([question])[0]
        ten = set(chunk_ids[np.argsort(-(means @ vector))[:10]].tolist())
        near = index.nearest(vector, CANDIDATES) or {}
        words = index.words.lexical.search(keywords_of(question), CANDIDATES)
        shares.append(len(ten & {*near, *words}) / 10)
    return statistics.mean(shares)


def _library(folder: Path, guides: Path, encoder: Encoder) -> Library:
    url = f"sqlite:///{folder}/frontline.db"
    migrate(url)
    library = Library(engine_for(url), folder / "index", encoder, None, root=guides, clock=lambda: corpus.NOW)
    library.open()
    return library


def _print(turns: list[dict[str, dict[str, float]]]) -> None:
    names = list(turns[0])
    print(f"{'':34}" + "".join(f"{name:>14}" for name in names) + f"{'× naive':>10}")
    for key, words, more_is_better in ROWS:
        theirs = SAME_AS.get(key, key)
        keys = {name: key if name == "Frontline" else theirs for name in names}
        row = [_median(turn[name].get(keys[name]) for turn in turns if name in turn) for name in names]
        ratio = _median(_ratio(turn, key, theirs, more_is_better) for turn in turns)
        print(
            f"{words:34}" + "".join(f"{value:>14,.2f}" if value else f"{'–':>14}" for value in row) + f"{ratio:>10.2f}"
        )
    print(f"medians of {len(turns)} turns for {' and '.join(COMPARED)}, and of the ratio in each")
    print(f"of the exact top 10 among the candidates: {turns[0]['Frontline']['found']:.3f}")
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if sys.platform == "linux" else None
    print(f"{os.cpu_count()} cores, {model[1] if model else sys.platform}, load {os.getloadavg()[0]:.1f}")


def _ratio(turn: dict[str, dict[str, float]], key: str, theirs: str, more_is_better: bool) -> float | None:
    own, naive = turn["Frontline"].get(key), turn.get("naive", {}).get(theirs)
    if not own or not naive:
        return None
    return own / naive if more_is_better or key.endswith("mb") else naive / own


def _median(values: Iterable[float | None]) -> float:
    return statistics.median([value for value in values if value is not None] or [0.0])


if __name__ == "__main__":
    main()

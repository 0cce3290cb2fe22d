"""How scores are put together, and what makes an answer probable."""

import numpy as np
import pytest

from knowledge import calibration
from knowledge.ranking import Alike, Features, above_chance, fuse, likeness, read_again, token_likeness


def test_scores_of_both_kinds_are_added_as_z_scores() -> None:
    """What is best by both comes first; no vector yet counts as average, no word as none."""
    wholes, bests = (np.array(each, np.float32) for each in ((0.9, 0.1, 0.5, np.nan), (0.9, 0.1, 0.5, np.nan)))
    units, ends = np.array([0.9, 0.1, 0.0, 0.2, 0.5], np.float32), np.array([1, 3, 5, 5])
    alike = Alike(wholes, bests, units, ends)
    scores = fuse(alike, {1: 8.0, 4: 8.0}, [1, 2, 3, 4])

    assert list(scores) == [1, 4, 3, 2]
    assert scores[4] == pytest.approx(0.5)
    assert [alike.units_of(place).tolist() for place in range(4)] == [
        pytest.approx(each) for each in ([0.9], [0.1, 0.0], [0.2, 0.5], [])
    ]
    assert fuse(None, {4: 8.0, 1: 3.0}, [1, 4]) == {4: pytest.approx(0.5), 1: pytest.approx(-0.5)}
    assert fuse(None, {1: 0.1, 2: 0.1, 3: 0.1}, [3, 2, 1]) == {1: 0.0, 2: 0.0, 3: 0.0}
    assert fuse(None, {}, []) == {}


def test_passages_are_read_again_token_by_token() -> None:
    """A token counts with the most alike one of a passage; a passage that isn't embedded yet counts as average."""
    asked = np.array([[0b1111_0000], [0b0000_1111]], np.uint8)
    # One passage has the first whole, of the second nothing; one isn't embedded; one has all but a bit of the second.
    tokens = np.array([[0b1111_0000], [0b1111_0000], [0b0000_1110], [0b1010_1010]], np.uint8)
    lengths = np.array([1, 0, 3])

    alike = likeness(token_likeness(asked, tokens, lengths))

    assert alike.tolist() == pytest.approx([1 - 2 * 8 / 16, np.nan, 1 - 2 * 1 / 16], nan_ok=True)
    assert list(read_again({2: 1.0, 3: 0.9, 1: 0.8}, alike)) == [1, 3, 2]
    assert likeness(token_likeness(asked, tokens[:0], lengths[:0])).tolist() == []
    assert np.isnan(likeness(token_likeness(asked[:0], tokens, lengths))).all()
    assert read_again({2: 1.0, 1: 0.8}, np.full(2, np.nan)) == {2: 1.0, 1: 0.8}


def test_more_evidence_is_more_probable_and_unknown_names_are_less() -> None:
    """Whatever the weights were fitted to, their signs stay sensible, with vectors and without."""
    weak = Features(0.1, 0.1, 0.1, 0.1, 0.2, 1.0, 1.0, 0.0, 0.0, 0.0, 0.5)
    strong = Features(0.7, 0.7, 0.7, 0.7, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5)
    wrong_product = Features(0.7, 0.7, 0.7, 0.6, 0.8, 1.0, 0.0, 1.0, 0.7, 0.8, 0.5)

    for dense in (True, False):
        probability = calibration.load().half(dense=dense).probability
        assert probability(weak) < 0.1
        assert probability(strong) > 0.9
        assert probability(wrong_product) < probability(strong)


def test_a_likeness_counts_less_among_more_passages() -> None:
    """The best of ten thousand is like anything, so that one calibration serves one guide and a thousand."""
    assert above_chance(0.5, 1) == above_chance(0.5, 100)
    assert above_chance(0.5, 100) > above_chance(0.5, 10_000) > 0.2
    assert above_chance(0.5, 0) == above_chance(0.5, 1)

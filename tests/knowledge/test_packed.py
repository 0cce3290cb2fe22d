"""Vectors packed in files: added once, read from memory, and right after a crash."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.packed import FILES, Packed, Stored, mean_of

DIMENSIONS = 384


def chunks(count: int, seed: int = 1) -> list[Stored]:
    """Chunks of one to four units and up to fifty tokens, by chance."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        units = chance.standard_normal((int(chance.integers(1, 5)), DIMENSIONS)).astype(np.float32)
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        tokens = chance.integers(0, 256, (int(chance.integers(1, 50)), DIMENSIONS // 8), np.uint8)
        made.append(Stored(f"{seed}-{number}", units.astype("<f2").tobytes(), tokens.tobytes()))
    return made


def units_of(chunk: Stored) -> np.ndarray:
    return np.frombuffer(chunk.units, "<f2").reshape(-1, DIMENSIONS)


def test_what_is_added_is_read_again_by_this_process_and_the_next(tmp_path: Path) -> None:
    """Units, tokens and means, whatever was added before and after."""
    first, more = chunks(5), chunks(7, seed=2)
    packed = Packed(tmp_path, DIMENSIONS)
    packed.add(first)
    packed.add(more)

    for each in (packed, Packed(tmp_path, DIMENSIONS)):
        assert all(each.holds(chunk) for chunk in (*first, *more))
        assert not each.holds(Stored(first[0].hash, first[1].units, first[0].tokens))
        rows = np.array([each.rows[chunk.hash] for chunk in (more[3], first[1])])
        bits, counts = each.tokens(rows)
        assert bits.tobytes() == more[3].tokens + first[1].tokens
        assert counts.tolist() == [len(chunk.tokens) // (DIMENSIONS // 8) for chunk in (more[3], first[1])]
        means = np.stack([mean_of(units_of(more[3])), mean_of(units_of(first[1]))])
        assert each.means(rows) == pytest.approx(means, abs=1e-6)


def test_a_question_is_compared_with_chunks_and_with_each_of_their_units(tmp_path: Path) -> None:
    """As numpy does with floats, but for what halves round off."""
    every = chunks(9)
    packed = Packed(tmp_path, DIMENSIONS)
    packed.add(every)
    asked = mean_of(units_of(every[4])[:1])

    alike = packed.alike(asked, np.array([4, 0, 7]))

    for place, units in enumerate(units_of(every[row]) for row in (4, 0, 7)):
        cosines = units.astype(np.float32) @ asked
        assert alike.units_of(place) == pytest.approx(cosines, abs=1e-3)
        assert alike.bests[place] == pytest.approx(cosines.max(), abs=1e-3)
        assert alike.wholes[place] == pytest.approx(mean_of(units) @ asked, abs=1e-3)


def test_the_nearest_are_those_of_a_full_comparison(tmp_path: Path) -> None:
    """Among all chunks, among most and among few."""
    every = chunks(60)
    packed = Packed(tmp_path, DIMENSIONS)
    packed.add(every)
    asked = packed.means(np.array([17]))[0]
    cosines = np.stack([mean_of(units_of(chunk)) for chunk in every]) @ asked

    for some in (np.arange(60), np.arange(59, 10, -1), np.array([5, 17, 40]), np.zeros(0, np.intp)):
        places, found = packed.nearest(asked, 4, some)
        assert some[places].tolist() == sorted(some, key=lambda row: -cosines[row])[:4]
        assert found == pytest.approx(cosines[some[places]], abs=3e-3)


def test_what_is_forgotten_can_be_added_again(tmp_path: Path) -> None:
    """It stays forgotten for the next process; the rows of others don't move."""
    one, other = chunks(2)
    packed = Packed(tmp_path, DIMENSIONS)
    packed.add([one, other])
    packed.forget([one.hash, "never here"])

    for each in (packed, Packed(tmp_path, DIMENSIONS)):
        assert (dict(each.rows), each.dead) == ({other.hash: 1}, 1)

    packed.add([one])
    assert packed.holds(one)
    assert packed.holds(other)
    assert dict(Packed(tmp_path, DIMENSIONS).rows) == {other.hash: 1, one.hash: 2}


@pytest.mark.parametrize("reached", range(len(FILES)))
def test_a_crash_while_adding_leaves_what_was_there(tmp_path: Path, reached: int) -> None:
    """However many of the files were written already, half of them even, the same chunks can be added again."""
    before, more = chunks(3), chunks(4, seed=2)
    packed = Packed(tmp_path / "whole", DIMENSIONS)
    packed.add(before)
    lengths = [(tmp_path / "whole" / name).stat().st_size for name in FILES]
    packed.add(more)
    (tmp_path / "crashed").mkdir()
    for number, (name, length) in enumerate(zip(FILES, lengths, strict=True)):
        data = (tmp_path / "whole" / name).read_bytes()
        kept = len(data) if number < reached else length + 7 if number == reached and name != "places" else length
        (tmp_path / "crashed" / name).write_bytes(data[:kept])

    again = Packed(tmp_path / "crashed", DIMENSIONS)
    assert set(again.rows) == {chunk.hash for chunk in before}
    again.add(more)

    assert all(Packed(tmp_path / "crashed", DIMENSIONS).holds(chunk) for chunk in (*before, *more))


@pytest.mark.parametrize("name", FILES)
def test_files_that_do_not_fit_together_are_emptied(tmp_path: Path, name: str) -> None:
    """A file that lost its end, or is gone, costs packing anew and no answer."""
    Packed(tmp_path, DIMENSIONS).add(chunks(3))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:100])

    packed = Packed(tmp_path, DIMENSIONS)

    assert len(packed.rows) == (1 if name == "places" else 0)  # a place is 96 bytes
    packed.add(chunks(3, seed=3))
    assert all(Packed(tmp_path, DIMENSIONS).holds(chunk) for chunk in chunks(3, seed=3))


def test_a_place_that_the_power_went_off_over_costs_one_chunk(tmp_path: Path) -> None:
    """It is all zeros then, and what is added next must not be written over the others."""
    there, more = chunks(3), chunks(2, seed=2)
    Packed(tmp_path, DIMENSIONS).add(there)
    places = tmp_path / "places"
    size = places.stat().st_size // 3
    places.write_bytes(places.read_bytes()[: 2 * size] + bytes(size))

    packed = Packed(tmp_path, DIMENSIONS)
    packed.add(more)

    assert [packed.holds(chunk) for chunk in (*there, *more)] == [True, True, False, True, True]

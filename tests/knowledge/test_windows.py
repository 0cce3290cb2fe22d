"""A passage as a writer gets it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Passage
from knowledge.chunking import LIMIT, cut
from knowledge.citations import Quotable
from knowledge.sentences import pieces
from knowledge.windows import LONGEST, centred

FILLING = "\n\n".join(
    f"Parcels of kind {n} go by road and are weighed at the depot before they leave." for n in range(1, 40)
)
TABLE = "| Weight | Inland | Abroad |\n|---|---|---|\n" + "\n".join(
    f"| {n} kg | {n}.10 | {n}.90 |" for n in range(1, 90)
)


def passage(text: str, number: int) -> Passage:
    """A chunk of a guide, as an index cuts it."""
    chunk = cut("Parcels", text)[number]
    span = text[chunk.start : chunk.end]
    return Passage(1, 1, "parcels.md", "Parcels", None, None, None, chunk.headings, chunk.start, chunk.end, span, 1.0)


def around(text: str, number: int, words: str) -> Passage:
    """The passage, where the sentence with some words answers best."""
    source = Quotable(passage(text, number), text)
    (answering,) = (each for each in pieces(source.passage.text) if words in source.passage.text[each.start : each.end])
    return centred(source, answering)


def test_what_answers_stands_in_the_middle() -> None:
    """Of a passage that an index cut just behind it."""
    last = FILLING[: passage(FILLING, 0).end].splitlines()[-1]

    found = around(FILLING, 0, last)

    at = FILLING.index(last) + len(last) / 2
    assert abs(at - (found.start + found.end) / 2) < 100
    assert found.text == FILLING[found.start : found.end]
    assert found.text.splitlines()[0] in FILLING.splitlines()  # whole sentences
    assert found.text.splitlines()[-1] in FILLING.splitlines()


def test_its_section_comes_before_the_next() -> None:
    """A section that fits is whole, wherever in it what answers stands; one that doesn't is not left."""
    short = "## Returns\n\nCall us first. Labels come by mail."
    text = f"## Sizes\n\n{FILLING[:900]}\n\n{short}\n\n## Prices\n\n{FILLING}"

    assert short in around(text, 0, "Call us first").text
    first = text.splitlines()[2].split(".")[0]
    long = f"## Sizes\n\n{FILLING}\n\n## Prices\n\n{FILLING}"
    assert around(long, 0, first).start == 0
    within = around(long, 2, passage(long, 2).text[-70:])
    assert within.headings == ("Sizes",)
    assert "Prices" not in within.text
    below = f"## Sizes\n\nUp to 60 cm.\n\n## Prices\n\n{FILLING}"
    assert around(below, 0, "kind 9").headings == ("Prices",)


def test_it_is_as_long_as_it_was() -> None:
    """Also where the guide begins."""
    text = f"## Sizes\n\nUp to 60 cm.\n\n## Prices\n\n{FILLING}"

    found = around(text, 0, "60 cm")

    assert found.start == 0
    assert abs(found.end - passage(text, 0).end) < 100


def test_rows_have_the_head_of_their_table() -> None:
    """A figure says nothing without the name of its column."""
    found = around(TABLE, 1, passage(TABLE, 1).text.splitlines()[5])

    head, rule, *rows = found.text.splitlines()
    assert [head, rule] == TABLE.splitlines()[:2]
    assert "\n".join(rows) == TABLE[found.start : found.end]


def test_it_stays_where_nothing_answers() -> None:
    """Or what does is a part of something endless."""
    source = Quotable(passage(FILLING, 0), FILLING)
    endless = Quotable(passage("parcel " * 1_000, 0), "parcel " * 1_000)
    (without_end,) = pieces(endless.passage.text)

    assert centred(source, None) is source.passage
    assert centred(endless, without_end) is endless.passage


@given(st.text(st.sampled_from("ab .!?\n|-#*1`"), max_size=4 * LIMIT), st.randoms())
def test_it_is_whole_pieces_of_the_guide_around_what_answers(text: str, chance: random.Random) -> None:
    """Whatever the guide is."""
    for number in range(len(cut("Parcels", text))):
        source = Quotable(passage(text, number), text)
        if every := pieces(source.passage.text):
            answering = chance.choice(every)
            found = centred(source, answering)

            assert found.text.endswith(text[found.start : found.end])
            assert found.start <= source.passage.start + answering.start
            assert source.passage.start + answering.end <= found.end <= found.start + LONGEST

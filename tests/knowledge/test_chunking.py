"""Sections and chunks are spans of the guide's text that lose nothing and break nothing that fits."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import LIMIT, ChunkDraft, cut, sections

_SENTENCE = "The engineer rings the bell and waits for five minutes before leaving a card. "
_PIECES = st.sampled_from(
    [
        "# Heading\n",
        "## Sub *heading*\n\n",
        "Setext\n======\n",
        _SENTENCE,
        _SENTENCE * 20 + "\n\n",
        "x" * 1_500,
        "- item\n- item two\n",
        "1. step\n   - inner\n",
        "> quoted\n",
        "```\ncode\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "\r\n\r",
        "\n\n",
        "[ref]: https://example.com\n\n",
        "<div>\n",
        "\x0b\x0c\u2028\u00a0\0",
        "# \n",
        "    indented\n",
        "---\n",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=50)), max_size=30).map("".join))
def test_chunks_hold_everything_once(text: str) -> None:
    """Whatever the text, chunks hold all of it but white space, in order, without overlap, within the limit."""
    chunks = cut("Title", text)
    at = 0
    for chunk in chunks:
        assert not text[at : chunk.start].strip()
        assert chunk.start < chunk.end <= chunk.start + LIMIT
        assert text[chunk.start : chunk.end] == text[chunk.start : chunk.end].strip()
        at = chunk.end
    assert not text[at:].strip()


@given(st.lists(st.one_of(_PIECES, st.text(max_size=50)), max_size=30).map("".join))
def test_sections_are_the_whole_text(text: str) -> None:
    """Whatever the text, its sections follow one another without a gap, and chunks take their headings from them."""
    spans = sections(text)
    assert text == "".join(text[span.start : span.end] for span in spans)
    for chunk in cut("Title", text):
        assert [span.headings for span in spans if span.start <= chunk.start < span.end] == [chunk.headings]


def test_heading_paths() -> None:
    """A section knows the headings above it, as plain words, and where its own heading line ends."""
    text = (
        "Before.\n\n# Billing & *refunds*\n\n### Late `fee`\nTen euros.\n\n## Exceptions\n\nNone.\n\nSetext\n===\nEnd"
    )
    found = [(span.headings, text[span.heading_end : span.end].strip()) for span in sections(text)]
    expected = [
        ((), "Before."),
        (("Billing & refunds",), ""),
        (("Billing & refunds", "Late fee"), "Ten euros."),
        (("Billing & refunds", "Exceptions"), "None."),
        (("Setext",), "End"),
    ]
    assert expected == found


def test_a_comment_in_code_is_no_heading() -> None:
    """A line that starts with # inside fenced code starts no section."""
    assert [span.headings for span in sections("# Real\n\n```\n# not one\n```\n")] == [("Real",)]


def test_small_sections_share_a_chunk() -> None:
    """Sections are packed together as long as they fit."""
    text = "# One\n\nShort.\n\n## Two\n\nShort too.\n"
    assert [text.strip()] == _texts(text, cut("T", text))


def test_blocks_that_fit_stay_whole() -> None:
    """Steps, fenced code and tables that fit into a chunk are never cut."""
    step = "1. " + _SENTENCE * 4 + "\n   - " + _SENTENCE * 3 + "\n"
    code = "```\n" + "line one\n" * 90 + "```\n"
    table = "| Plan | Price |\n|---|---|\n" + "| Basic | 20 |\n" * 60
    text = f"# Guide\n\n{step * 4}\n{code}\n{table}\n{_SENTENCE * 3}\n"
    pieces = _texts(text, cut("T", text))
    assert sum(piece.count(step.strip()) for piece in pieces) == 4
    assert sum(code.strip() in piece for piece in pieces) == 1
    assert sum(table.strip() in piece for piece in pieces) == 1


def test_long_table_is_cut_between_rows() -> None:
    """A table that doesn't fit is cut at rows, and its header row keeps company."""
    rows = [f"| plan number {number} | {number} euros a month |" for number in range(100)]
    text = "| Plan | Price |\n|---|---|\n" + "\n".join(rows)
    pieces = _texts(text, cut("T", text))
    assert ["| Plan | Price |", "|---|---|", *rows] == [line for piece in pieces for line in piece.split("\n")]


def test_long_paragraph_is_cut_after_sentences() -> None:
    """A paragraph that doesn't fit is cut where a sentence ends."""
    text = _SENTENCE * 60
    assert all(piece.endswith(".") for piece in _texts(text, cut("T", text)))


def test_a_heading_never_ends_a_chunk() -> None:
    """A heading stays with what follows it, even where that has to be cut."""
    text = "".join(f"## Heading {number}\n\n{_SENTENCE * (number % 17 + 1)}\n\n" for number in range(60))
    last_lines = [piece.split("\n")[-1] for piece in _texts(text, cut("T", text))]
    assert [line for line in last_lines if line.startswith("#")] == []


def test_the_title_is_part_of_the_hash() -> None:
    """The same words under another title are another chunk, for the title is embedded with them."""
    assert cut("Brook 4", "Same.")[0].hash != cut("Brook 5", "Same.")[0].hash
    assert cut("Brook 4", "Same.")[0].hash == cut("Brook 4", "\n\nSame.\n")[0].hash


def _texts(text: str, chunks: list[ChunkDraft]) -> list[str]:
    return [text[chunk.start : chunk.end] for chunk in chunks]

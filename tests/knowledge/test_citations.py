"""A citation is a place in a guide that retrieval returned, quoted whole, and found again later."""

import pytest

from knowledge.answers import Passage
from knowledge.citations import LONGEST_QUOTE, NotRetrieved, Quotable, locate, resolve, section_around


def source(text: str, start: int = 0, end: int | None = None) -> Quotable:
    end = len(text) if end is None else end
    passage = Passage(1, 1, "a.md", "The guide", "ana", None, None, ("Old",), start, end, text[start:end], 1.0)
    return Quotable(passage, text)


def highlight(text: str, words: str) -> tuple[int, int]:
    at = text.index(words)
    return at, at + len(words)


def test_only_retrieved_passages_can_be_cited() -> None:
    """Whatever a writer says, a number without a passage is no citation."""
    for number in (-1, 1, 99):
        with pytest.raises(NotRetrieved):
            resolve(number, [source("Some text.")])


def test_a_quote_keeps_to_the_section_of_what_answers() -> None:
    """The section named above the quote is the one that it stands in."""
    text = "# Guide\n\nIntro.\n\n## Fees\n\nIt costs £5. Not on Sundays.\n\n## Times\n\nFrom 8 to 5.\n"

    citation = resolve(0, [source(text)], [highlight(text, "It costs £5.")])

    assert citation.section == "Fees"
    assert citation.headings == ("Guide", "Fees")
    assert citation.quote == "It costs £5. Not on Sundays."
    assert citation.quote == text[citation.start : citation.end]
    assert [citation.quote[low:high] for low, high in citation.highlights] == ["It costs £5."]


def test_a_quote_reaches_past_the_passage_but_not_past_its_length() -> None:
    """A chunk may end where the exception begins; a quote is cut at sentences."""
    sentences = [f"Rule number {number} holds for all customers and products." for number in range(40)]
    text = " ".join(sentences)
    start, end = highlight(text, sentences[20])

    citation = resolve(0, [source(text, start, end)], [(0, end - start)])

    assert LONGEST_QUOTE - 120 < len(citation.quote) <= LONGEST_QUOTE
    assert citation.quote.startswith("Rule number ")
    assert citation.quote.endswith(".")
    assert sentences[21] in citation.quote
    assert sentences[19] in citation.quote


def test_a_row_of_a_long_table_is_shown_with_the_head_of_the_table() -> None:
    """Without its head a row means nothing."""
    rows = [f"| Product {number} with a long name for its row | {number} euros a month |" for number in range(40)]
    text = "\n".join(["# Prices", "", "| Product | Price |", "|---|---|", *rows, ""])

    citation = resolve(0, [source(text)], [highlight(text, rows[30])])

    assert citation.quote.startswith("| Product | Price |\n|---|---|\n| Product ")
    assert [citation.quote[low:high] for low, high in citation.highlights] == [rows[30]]
    assert locate(text, citation.start, citation.end, citation.quote) == (citation.start, citation.end)
    moved = f"New first line.\n\n{text}"
    assert locate(moved, citation.start, citation.end, citation.quote) == (citation.start + 17, citation.end + 17)


def test_one_endless_sentence_is_cut_at_a_word() -> None:
    """A quote stays readable in Slack whatever the guide looks like."""
    text = "word " * 1_000

    citation = resolve(0, [source(text)], [(0, 4)])

    assert len(citation.quote) <= LONGEST_QUOTE
    assert citation.quote.endswith("word")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two. Three.", (5, 9)),
        ("Zero. One. Two. Three. Two.", (11, 15)),
        ("One. Three.", None),
        ("", None),
    ],
)
def test_a_quote_is_found_again_nearest_to_where_it_stood(text: str, expected: tuple[int, int] | None) -> None:
    """Guides are edited after they were quoted."""
    assert locate(text, 5, 9, "Two.") == expected


@pytest.mark.parametrize("span", [(0, 5), (30, 40), (1_000, 2_000), (0, 0)])
def test_there_is_a_section_around_any_span(span: tuple[int, int]) -> None:
    """A forged or outdated span leads to some section, never to an error."""
    text = "Before.\n\n# One\n\nFirst words.\n\n# Two\n\nSecond words.\n"

    around = section_around(text, *span)

    assert 0 <= around.start <= around.end <= len(text)
    assert section_around("", *span).end == 0

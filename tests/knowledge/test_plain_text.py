"""What old systems print becomes headings, tables and lists; other plain text stays as it is."""

import pytest

from knowledge.plain_text import as_markdown

HOURS = """OPENING HOURS

SITE              MON-TUE    WED
----------------  ---------  ---------
CIVIC CENTRE      0900-1700  1030-1700
OLD BANK          BY APPOINTMENT ONLY.
  (REGISTRARS)               CLOSED

Ring first."""

SCHEME = """                MM             MX
                ------------   -----------
Delivered by    The garage     Hartwell
                               Hire
Abroad          No             No"""


def test_a_table_has_the_columns_of_the_line_below_their_names() -> None:
    """A text that is too long for its column stays whole."""
    assert as_markdown(HOURS) == (
        "## OPENING HOURS\n\n"
        "| SITE | MON-TUE | WED |\n| --- | --- | --- |\n| CIVIC CENTRE | 0900-1700 | 1030-1700 |\n"
        "| OLD BANK | BY APPOINTMENT ONLY. |  |\n| (REGISTRARS) |  | CLOSED |\n\n"
        "Ring first."
    )


def test_a_first_column_may_have_no_name_and_a_cell_two_lines() -> None:
    assert as_markdown(SCHEME) == (
        "|  | MM | MX |\n| --- | --- | --- |\n| Delivered by | The garage | Hartwell Hire |\n| Abroad | No | No |"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fees:\n  Bag     7.50\n  Laptop  15.00\nAsk first.", "Fees:\n- Bag: 7.50\n- Laptop: 15.00\nAsk first."),
        ("Bag      7.50\nLaptop  15.00", "- Bag: 7.50\n- Laptop: 15.00"),
        ("Cash:   6 months   safe\nKeys:   3 months   shelf", "- Cash: 6 months; safe\n- Keys: 3 months; shelf"),
    ],
)
def test_columns_without_names_become_a_list(text: str, expected: str) -> None:
    assert as_markdown(text) == expected


@pytest.mark.parametrize("heading", ["FEES", "3  CLAIM TYPES", "2. LIBRARIES\n============", "ÖFFNUNGSZEITEN"])
def test_a_line_in_capitals_by_itself_is_a_heading(heading: str) -> None:
    words = " ".join(heading.split("\n")[0].split())
    assert as_markdown(f"{heading}\n\nAll of them.") == f"## {words}\n\nAll of them."


@pytest.mark.parametrize(
    "text",
    [
        "Stay out for four hours.  Then open\nall windows that you find.  Wait.",  # wide spaces behind a stop
        "Ask for a  receipt, and then\nfor a form.",
        "NEVER SAY THE CODE.\n\nIt is ours.",
        "CLOSED ON SUNDAYS\nand on Mondays\n\nAsk.",
        "Ask.\n\nTHE END",
        "A-1\n\nAsk.",
        "Births\n------\n\nAsk.",
        "  - Bag\n  - Coat\n\n1. Ring\n2. Wait",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert as_markdown(text) == text

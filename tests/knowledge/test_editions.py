"""Which edition of a guide holds, and which day a question is about."""

from datetime import date

import pytest

from knowledge.answers import Passage
from knowledge.editions import asks_what_was, dated, days_asked, edition_of
from knowledge.superseded import is_newer

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("Prices 2026", "Prices 2025", True),
        ("Prices from May 2026", "Prices until 30 April 2026", True),
        ("Prices 2026", "Fees 2025", False),
        ("Prices", "Prices 2025", False),
        ("Prices until 28 February 2027", "Prices from 1 March 2027", True),
        ("Prices 2026", "Prices 2027", True),
        ("Price list 2026 27", "Price list 2025 26", True),
        ("Prices 26/27", "Prices 25/26", True),
        ("Prices 2026/27", "Prices 2027/28", True),
        ("Form 26/27", "Form 25/26", False),
        ("Prices 2026/28", "Prices 2025/27", False),
        ("Prices (effective March 1, 2026)", "Prices (effective Feb. 15, 2025)", True),
        ("Prices as of 10/15/2026", "Prices as of 10/16/2025", True),
        ("Contracts signed from 1 April 2024", "Contracts signed before 1 April 2024", False),
    ],
)
def test_any_section_of_a_later_edition_is_newer(title: str, other: str, expected: bool) -> None:
    """Whoever writes this year's list anew may cut it in another way; next year's doesn't hold yet."""
    passages = [
        Passage(n, n, f"{n}.md", each, None, None, None, (each, str(n)), 0, 4, "Cash", 1.0)
        for n, each in enumerate((title, other))
    ]

    assert (is_newer(*passages, TODAY), is_newer(*passages[::-1], TODAY)) == (expected, False)


@pytest.mark.parametrize(
    ("keys", "dates", "holds"),
    [
        (("this.md", "next.md"), "", ""),
        (("old/this.md", "next.md"), "", "next.md"),
        (("this.md", "next.md"), "from 6 April 2027", "next.md"),
        (("this.md", "next.md"), "from 1 September 2027 until 31 August 2028", "this.md"),
    ],
)
def test_which_of_two_split_years_holds_in_summer(keys: tuple[str, str], dates: str, holds: str) -> None:
    """A financial year has begun then, and an academic one hasn't, unless one of them is put away or says when."""
    passages = [
        Passage(n, n, key, f"Fees {year}", None, None, None, (f"Fees {year}",), 0, 4, "Cash", 1.0, told)
        for n, (key, year, told) in enumerate(zip(keys, ("2026/27", "2027/28"), ("", dates), strict=True))
    ]
    both = (passages, passages[::-1])

    assert "".join(one.guide_key for one, other in both if is_newer(one, other, date(2027, 6, 9))) == holds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Version 2 (valid until 31st May 2025)", "until 31 May 2025"),
        ("| Valid from | 1 April 2026 |", "from 1 April 2026"),
        ("**Effective date:** April 1, 2026", "from 1 April 2026"),
        ("These prices are valid from 1/4/2026 to 31/03/2027.", "from 1 April 2026 until 31 March 2027"),
        ("LIST 26A     VALID FROM 01 FEB 2026     PAGE 1", "from 1 February 2026"),
        ("These vouchers are valid until 31 March 2026.", ""),
        ("The discount applies from 1 April 2026.", ""),
        ("Tickets valid until 31 May 2026", ""),
        ("In force until 31/13/2026", ""),
        ("Effective Sept. 8, 2026", "from 8 September 2026"),
        ("EFFECTIVE: 10/15/2026 through 11/3/2026", "from 15 October 2026 until 3 November 2026"),
        ("Effective 4/1/2026", "from 4/1/2026"),
        ("Valid from 1 April 2026-27", ""),
        ("a\n\nb\n\nc\n\nd\n\ne\n\nValid from 1 April 2026", ""),
    ],
)
def test_the_dates_of_a_guide_as_its_first_lines_tell(text: str, expected: str) -> None:
    assert dated(f"# Fees\n\n{text}") == expected


@pytest.mark.parametrize("title", ["Form 2042", "Cargo bike 2000"])
def test_a_number_that_is_no_year_makes_no_edition(title: str) -> None:
    assert edition_of(title).year == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the fee for 2000 euros?", ""),
        ("What is the fee for £2000?", ""),
        ("What may they pay on day 31?", ""),
        ("What is the fee in 2025?", "2025-12-31"),
        ("What is the fee in 2026?", "2026-11-27"),
        ("last year's fee", "2025-11-27"),
        ("What is the fee in 2026/27?", "2026-12-31"),
        ("rents for 24/25", "2024-12-31"),
        ("in the 2024-2025 season", "2024-12-31"),
        ("zones 24/25, and 2024/26", "2024-12-31"),
        ("fault 20th of feb 2026, fixed 4 march", "2026-02-20 2026-03-04"),
        ("visit missed 20 november", "2026-11-20"),
        ("a visit on January 3rd", "2027-01-03"),
        ("fees since 1/3/2026", "2026-01-03 2026-03-01"),
        ("fees in May", "2026-05-15 2027-05-15"),
        ("what will it cost in May", "2027-05-15"),
        ("on 2026-03-01, 03/04/26 and 12/31/2026", "2026-03-01 2026-03-04 2026-04-03 2026-12-31"),
        ("on 1.3.2026 and Sept. 30, 2026", "2026-03-01 2026-09-30"),
        ("only 3 may come, and may 7 rent it", ""),
        ("on 3 may how much was it", "2026-05-03"),
        ("on 31 February", "2026-02-28"),
        ("what was it in December", "2025-12-15"),
        ("what was it before 1 May", "2026-04-30"),
        ("on 31/13/2026", ""),
        ("firmware 3.2.15", ""),
    ],
)
def test_the_days_that_are_asked_about(question: str, expected: str) -> None:
    """Without a year, the next to today, 27 November 2026."""
    assert " ".join(day.isoformat() for day in sorted(days_asked(question, TODAY))) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which form is used to cancel?", False),
        ("May the previous owner cancel?", False),
        ("How long did the caller have to wait?", False),
        ("What were the fees?", True),
        ("What did a visit cost?", True),
        ("We used to charge a fee. Is there one?", True),
        ("What were the previous prices?", True),
    ],
)
def test_the_past_is_asked_about_in_so_many_words(question: str, expected: bool) -> None:
    """A use or an owner is none."""
    assert asks_what_was(question) is expected

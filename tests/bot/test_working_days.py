"""Which days count when somebody is given so many working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.working_days import UnknownCalendar, add_working_days, calendar, is_working_day, working_days_between

FRIDAY = date(2026, 4, 24)


@pytest.mark.parametrize(
    ("country", "days", "expected"),
    [
        ("", 1, date(2026, 4, 27)),
        ("NL", 1, date(2026, 4, 28)),  # King's Day on Monday
        ("nl", 1, date(2026, 4, 28)),
        ("AE", 1, date(2026, 4, 27)),
        ("EG", 1, date(2026, 4, 26)),  # the weekend is Friday and Saturday, and Saturday the 25th is a holiday
        ("", 5, date(2026, 5, 1)),
        ("DE", 5, date(2026, 5, 4)),  # 1 May is a Friday
        ("", 0, FRIDAY),
    ],
)
def test_so_many_working_days_later(country: str, days: int, expected: date) -> None:
    """Weekends and holidays are those of the country."""
    assert add_working_days(FRIDAY, days, country) == expected


def test_a_region_has_holidays_of_its_own() -> None:
    """2 January is one in Scotland, not in England."""
    assert not is_working_day(date(2026, 1, 2), "GB-SCT")
    assert is_working_day(date(2026, 1, 2), "GB-ENG")


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 30), st.sampled_from(["", "NL", "GB-SCT", "SA"]))
def test_counting_undoes_adding(start: date, days: int, country: str) -> None:
    """A day that is n working days away has n working days before it, across years."""
    end = add_working_days(start, days, country)
    assert is_working_day(end, country)
    assert working_days_between(start, end, country) == days
    assert working_days_between(end, start, country) == 0


@pytest.mark.parametrize("name", ["XX", "Holland", "GB-XXX", "-"])
def test_an_unknown_calendar_is_refused(name: str) -> None:
    """With the codes that would be known."""
    with pytest.raises(UnknownCalendar, match="such as NL"):
        calendar(name)

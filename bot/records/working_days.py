"""Working days by a country's calendar: no weekends there, no public holidays.

A calendar is named as in ISO 3166, with a region where its holidays differ: ``NL``, ``GB-SCT``, ``US-CA``. An empty
name knows no holidays, and a weekend of Saturday and Sunday.
"""

from datetime import date, timedelta
from functools import cache

from holidays import HolidayBase, country_holidays


class UnknownCalendar(Exception):
    """No holidays are known under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no public holidays are known for “{name}”; use a code such as NL, GB-SCT or US-CA")


@cache
def calendar(name: str) -> HolidayBase:
    """The holidays of a country or region.

    Raises:
        UnknownCalendar: the library has none by that name.
    """
    if not name:
        return HolidayBase()
    country, _, region = name.upper().partition("-")
    try:
        return country_holidays(country, subdiv=region or None)
    except NotImplementedError:
        raise UnknownCalendar(name) from None


def is_working_day(day: date, country: str) -> bool:
    return calendar(country).is_working_day(day)


def add_working_days(start: date, days: int, country: str) -> date:
    """The day that comes so many working days after ``start``; with 0, the first working day from ``start`` on.

    >>> add_working_days(date(2026, 4, 24), 1, "NL")  # Monday is King's Day there
    datetime.date(2026, 4, 28)
    """
    return calendar(country).get_nth_working_day(start, days)


def working_days_between(start: date, end: date, country: str) -> int:
    """How many working days there are after ``start`` up to and including ``end``; none when it is not later.

    >>> working_days_between(date(2026, 4, 24), date(2026, 4, 28), "")
    2
    """
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(is_working_day(day, country) for day in days)

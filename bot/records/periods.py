"""Which week a digest is about, and the instant when it is due: the calendar of one place, pure.

A period is [start, end) between two midnights of the place, whatever its clocks do in between. It goes by the ISO week
of the day that it is posted on, so an hour that comes twice, or a schedule that is moved, never makes a second one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = timedelta(days=7)
LONGEST = timedelta(days=14)  # how far a period reaches back for what no earlier digest told

IsHoliday = Callable[[date], bool]


@dataclass(frozen=True)
class Rhythm:
    """Once a week, on a weekday at a time of one place."""

    weekday: str  # one of WEEKDAYS
    at: time
    zone: str


@dataclass(frozen=True)
class Due:
    """One week's posting."""

    key: str  # the local week: 2026-W48
    day: date
    at: datetime  # UTC


def latest(rhythm: Rhythm, now: datetime, is_holiday: IsHoliday) -> Due:
    """The last posting whose time has come."""
    this_week = _monday(now.astimezone(ZoneInfo(rhythm.zone)).date())
    weeks = (this_week + number * WEEK for number in (1, 0, -1))
    return next(due for due in (_of_week(rhythm, monday, is_holiday) for monday in weeks) if due.at <= now)


def following(rhythm: Rhythm, now: datetime, is_holiday: IsHoliday) -> Due:
    """The next posting whose time has not come."""
    this_week = _monday(now.astimezone(ZoneInfo(rhythm.zone)).date())
    weeks = (this_week + number * WEEK for number in (-1, 0, 1, 2))
    return next(due for due in (_of_week(rhythm, monday, is_holiday) for monday in weeks) if due.at > now)


def period(due: Due, zone: str, told_until: datetime | None) -> tuple[datetime, datetime]:
    """The seven days before the day of posting; up to fourteen when the digest before ended earlier or later.

    Args:
        told_until: the end of the period of the digest that was posted before.
    """
    end = midnight(due.day, zone)
    longest, usual = (midnight(due.day - days, zone) for days in (LONGEST, WEEK))
    if told_until is not None and longest <= told_until < end:
        return told_until, end
    return usual, end


def last_days(days: int, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """From the midnight so many days ago until now."""
    return midnight(now.astimezone(ZoneInfo(zone)).date() - timedelta(days=days), zone), now


def weeks_before(end: datetime, count: int, zone: str) -> list[tuple[datetime, datetime]]:
    """So many weeks of seven local days that lead up to the day of ``end``, oldest first."""
    day = end.astimezone(ZoneInfo(zone)).date()
    edges = [midnight(day - number * WEEK, zone) for number in range(count, 0, -1)] + [end]
    return list(pairwise(edges))


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day; where the clocks jump over midnight, the jump."""
    return _instant(day, time(0), zone)


def _of_week(rhythm: Rhythm, monday: date, is_holiday: IsHoliday) -> Due:
    day = _posting_day(monday, WEEKDAYS.index(rhythm.weekday), is_holiday)
    year, week, _ = day.isocalendar()
    return Due(f"{year}-W{week:02}", day, _instant(day, rhythm.at, rhythm.zone))


def _posting_day(monday: date, weekday: int, is_holiday: IsHoliday) -> date:
    """The weekday, or when that is a holiday the nearest day of the same week that is none, later before earlier."""
    chosen = monday + timedelta(days=weekday)
    if not is_holiday(chosen):
        return chosen
    workdays = range(5) if weekday < 5 else range(7)
    others = sorted(workdays, key=lambda number: (number < weekday, abs(number - weekday)))
    days = [monday + timedelta(days=number) for number in others]
    return next((day for day in days if not is_holiday(day)), chosen)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _instant(day: date, at: time, zone: str) -> datetime:
    """A local time as UTC: the first of two, and for one that the clocks leave out as much later."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)

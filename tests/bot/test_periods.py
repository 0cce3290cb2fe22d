"""The week that a digest is about, and when it is due, in every place of the world."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.periods import WEEKDAYS, Rhythm, following, last_days, latest, midnight, period, weeks_before
from bot.records.working_days import calendar

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MONDAY_9 = Rhythm("mon", time(9), "Europe/Amsterdam")


def no_holiday(_: date) -> bool:
    return False


def changing_zones() -> dict[tuple[timedelta | None, ...], list[str]]:
    """Every zone whose offset from UTC changes between 2024 and 2030, by its offsets every ten days."""
    days = [FIRST + timedelta(days=number) for number in range(0, (LAST - FIRST).days, 10)]
    zones: dict[tuple[timedelta | None, ...], list[str]] = {}
    for name in sorted(available_timezones() - {"localtime"}):
        offsets = tuple(day.astimezone(ZoneInfo(name)).utcoffset() for day in days)
        if len(set(offsets)) > 1:
            zones.setdefault(offsets, []).append(name)
    return zones


def check_seven_years(zone: str, number: int) -> None:
    """Each local week has one digest, one after the other, at an hour when clocks change."""
    rhythm = Rhythm("sun", time(number % 4, (number * 15) % 60), zone)
    now, seen = FIRST, []
    while now < LAST:
        due = following(rhythm, now, no_holiday)
        assert due.at > now
        assert latest(rhythm, due.at, no_holiday) == due
        seen.append(due)
        now = due.at
    days = [due.day for due in seen]
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days)), zone
    assert len({due.key for due in seen}) == len(seen) >= 365, zone


def test_one_digest_a_local_week_where_clocks_change() -> None:
    """Seven years in one zone of each kind."""
    kinds = changing_zones().values()
    assert len(kinds) > 30
    for number, zones in enumerate(kinds):
        check_seven_years(zones[0], number)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_one_digest_a_local_week_in_every_zone_whose_clocks_change(capsys: pytest.CaptureFixture[str]) -> None:
    """Every zone at each quarter of the hours when clocks change; prints how many."""
    every = [zone for zones in changing_zones().values() for zone in zones]
    for zone in every:
        for number in range(16):
            check_seven_years(zone, number)
    with capsys.disabled():
        print(f"\none digest a local week, 2024 to 2030: {len(every)} zones, 16 times of day each")


@pytest.mark.parametrize(
    ("rhythm", "day", "utc"),
    [
        (MONDAY_9, date(2026, 3, 23), datetime(2026, 3, 23, 8, tzinfo=UTC)),
        (MONDAY_9, date(2026, 3, 30), datetime(2026, 3, 30, 7, tzinfo=UTC)),  # summer time began the day before
        (Rhythm("sun", time(2, 30), "Europe/Amsterdam"), date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (Rhythm("sun", time(1, 30), "America/New_York"), date(2026, 11, 1), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (Rhythm("sun", time(0), "Africa/Cairo"), date(2026, 10, 25), datetime(2026, 10, 24, 21, tzinfo=UTC)),
    ],
)
def test_the_clock_of_the_place_decides(rhythm: Rhythm, day: date, utc: datetime) -> None:
    """09:00 stays 09:00; an hour that is left out comes as much later, one that comes twice counts the first time."""
    due = latest(rhythm, utc, no_holiday)
    assert (due.day, due.at) == (day, utc)
    assert latest(rhythm, utc - timedelta(seconds=1), no_holiday).day == day - timedelta(days=7)


@pytest.mark.parametrize(
    ("country", "weekday", "monday", "expected"),
    [
        ("NL", "mon", date(2026, 4, 27), date(2026, 4, 28)),  # King's Day
        ("GB", "fri", date(2026, 3, 30), date(2026, 4, 2)),  # Good Friday: the day before, not the week after
        ("GB", "mon", date(2026, 12, 28), date(2026, 12, 29)),  # Boxing Day in lieu
        ("DE", "sat", date(2026, 12, 21), date(2026, 12, 27)),  # 26 December is a holiday and a Saturday
        ("", "mon", date(2026, 4, 27), date(2026, 4, 27)),
    ],
)
def test_a_holiday_moves_the_digest_within_its_week(country: str, weekday: str, monday: date, expected: date) -> None:
    """To the next day on which people are there, else to the one before."""
    holidays = calendar(country)
    rhythm = Rhythm(weekday, time(9), "Europe/London")
    due = latest(rhythm, datetime.combine(monday + timedelta(days=7), time(0), UTC), lambda day: day in holidays)
    assert due.day == expected
    assert date.fromisocalendar(int(due.key[:4]), int(due.key[-2:]), 1) == monday


def test_a_week_of_holidays_keeps_its_day() -> None:
    """There is no better day, so the digest comes as scheduled."""
    assert latest(MONDAY_9, datetime(2026, 11, 25, tzinfo=UTC), lambda _: True).day == date(2026, 11, 23)


@given(
    st.integers(0, 7 * 365 * 24).map(lambda hours: FIRST + timedelta(hours=hours)),
    st.sampled_from(WEEKDAYS),
    st.times(),
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]),
)
def test_digests_tell_each_moment_once(now: datetime, weekday: str, at: time, zone: str) -> None:
    """Week after week the periods meet: no gap and no overlap, across months, years and clock changes."""
    rhythm = Rhythm(weekday, at.replace(second=0, microsecond=0), zone)
    told_until = None
    for _ in range(30):
        due = following(rhythm, now, no_holiday)
        start, end = period(due, zone, told_until)
        assert start < end <= due.at
        assert told_until is None or start == told_until
        assert end == midnight(due.day, zone)
        told_until, now = end, due.at


def test_a_digest_that_was_missed_is_made_up_for_by_the_next() -> None:
    """Two weeks at most: after a long pause nobody wants the whole summer."""
    due = latest(MONDAY_9, datetime(2026, 11, 23, 8, tzinfo=UTC), no_holiday)
    usual = datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert period(due, MONDAY_9.zone, None) == usual
    assert period(due, MONDAY_9.zone, datetime(2026, 11, 8, 23, tzinfo=UTC))[0] == datetime(2026, 11, 8, 23, tzinfo=UTC)
    assert period(due, MONDAY_9.zone, datetime(2026, 11, 8, 22, tzinfo=UTC)) == usual
    assert period(due, MONDAY_9.zone, usual[1]) == usual


def test_the_year_ends_in_the_week_that_it_ends_in() -> None:
    """1 January 2027 is a Friday of the last week of 2026."""
    friday = Rhythm("fri", time(16), "Europe/London")
    due = latest(friday, datetime(2027, 1, 1, 16, tzinfo=UTC), no_holiday)
    assert (due.key, due.day) == ("2026-W53", date(2027, 1, 1))


def test_weeks_lead_up_to_the_end() -> None:
    """Oldest first, each seven local days, the last one up to now."""
    end = datetime(2026, 11, 2, 12, tzinfo=UTC)
    weeks = weeks_before(end, 3, "Europe/Amsterdam")
    assert [start.isoformat() for start, _ in weeks] == [
        "2026-10-11T22:00:00+00:00",
        "2026-10-18T22:00:00+00:00",
        "2026-10-25T23:00:00+00:00",
    ]
    assert [end for _, end in weeks] == [weeks[1][0], weeks[2][0], end]
    assert last_days(7, end, "Europe/Amsterdam") == (weeks[2][0], end)

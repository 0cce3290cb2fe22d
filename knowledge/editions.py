"""Editions of one guide: "Fees 2025" and "Fees 2026", "Fees until 28 February 2026" and "Fees from 1 March 2026"."""

import re
from calendar import month_name, monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge.lexical import says_something
from knowledge.names import UNITS

LEAST_EDITIONS = 2  # of one guide, for it to be one by year
FAR = 3  # years before or behind all editions, from which a year is hardly of one more
AHEAD = 3  # how much nearer a day to come must be than one that is past

_MONTH = "|".join(month_name[1:])
_DATE = re.compile(
    r"[\s(,:–—-]{0,3}(?:\b(until|till|before|up to)|\b(from|since|as of))?(?:\s+(\d{1,2}))?"
    rf"(?:\s+({_MONTH}))?\s*\b(20[1-3]\d)\b\)?",  # a Form 2042 is none of a year
    re.IGNORECASE,
)
# "Contracts signed before 2024" and "Contracts signed from 2024" hold side by side.
_EVENTS = r"(?:\w{2}ed|born|bought|sold|made|built|taken|given|sent|won)"
_OF_EVENTS = re.compile(rf"{_EVENTS}$")
_OF_LIST = r"(?:prices?|costs?|fees?|charges?|rates?|lists?|tariffs?|terms|rules|polic(?:y|ies)|editions?)"
_BEFORE_EDITION = re.compile(  # "the fee in 2024", "how much was it in 2024"; anything else may have a year
    rf"\b(?:{_OF_LIST}(?: (?:back )?in| for| of)?|how much (?:is|was|were|did) [\w ]{{1,40}} in) $", re.IGNORECASE
)
_BEHIND_EDITION = re.compile(rf" {_OF_LIST}\b", re.IGNORECASE)
_NAMED_MONTH = rf"(?P<month>{_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_OF_YEAR = r"(?:,? (?P<year>20[0-3]\d))?"
_ASKED = tuple(  # days that a question names: "3rd March 2026", "March 3", "in early March", "1/3/2026"
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_DAY} (?:of )?{_NAMED_MONTH}{_OF_YEAR}(?!\w)",
        rf"\b{_NAMED_MONTH} {_DAY}(?!\w){_OF_YEAR}",
        rf"\b(?:in|of|since|until|from|before|last|for) (?:early |mid |late )?{_NAMED_MONTH}{_OF_YEAR}(?!\w)",
        r"(?<![\w./-])(?P<year>20[0-3]\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\w)",
        r"(?<![\w./-])(?P<day>\d{1,2})[./-](?P<number>\d{1,2})[./-](?P<year>20[0-3]\d)(?!\w)",
        r"(?<![\w./-])(?P<day>\d{1,2})/(?P<number>\d{1,2})/(?P<year>[1-3]\d)(?![\w/])",  # but 3.2.15 is a version
        r"(?P<last>\blast year\b)",
    )
)
# What began then goes on: "with us since 2019" asks for what holds today.
_BEFORE = re.compile(r"\bbefore +(?:the )?$", re.IGNORECASE)
_BEGAN = re.compile(r"\b(?:since|born in|born on|joined(?: us)? in|joined(?: us)? on) +(?:\w+ )?$", re.IGNORECASE)
_VERB = re.compile(r"(?:\d may(?= +([a-z]+))|may \d+)")  # "only 3 may come" is no day in May
_TO_COME = re.compile(r"\b(?:will|going to|next|upcoming|planned)\b|['’]ll\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w£$€.,-])(?<![£$€] )(?:19[5-9]|20[0-3])\d(?![.,-]?\w)(?= *([^\W\d]*))")
_PAST = re.compile(
    r"\b(?:i|we|you|they|he|she|it|there|that|what|who|customers?|people) used to\b"
    r"|\b(?:previously|formerly|back in)\b"
    r"|\b(?:old|previous|former|earlier) "
    r"(?:terms?|prices?|lists?|polic(?:y|ies)|rates?|fees?|editions?|ones?|tariffs?)\b"
    r"|\b(?:what|how (?:much|long|many)|when|which) (?:\w+ )?(?:was|were)\b"
    r"|\b(?:what|how (?:much|long)) did (?:\w+ ){1,4}"
    r"(?:allow|apply|charge|claim|cost|cover|include|offer|pay|say)\b",
    re.IGNORECASE,
)
_NAMES = [each[:3].casefold() for each in month_name]
HEAD_LINES, HEAD_LENGTH = 6, 1_000  # of a guide, in which it may say since or until when it holds; and characters
_OWN = (  # what a guide calls itself, or all that is in it
    r"(?:(?:this|the) (?:\w+ )?"
    r"(?:version|edition|issue|revision|policy|guide|document|procedure|handbook|manual|schedule|list|tariff) (?:is )?"
    r"|these (?:\w+ )?(?:terms|conditions|rules|prices|costs|fees|charges|rates|tariffs) (?:are )?|it (?:is )?)"
)
_WRITTEN = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{_NAMED_MONTH.replace('?P<month>', '?:')} ?)(?:\d{{1,2}}, )?20[1-3]\d"
    r"|20[1-3]\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]20[1-3]\d"
)
_HOLDS = re.compile(  # "Applies from 1 June 2023 until 31 March 2026", "These prices are valid until 31 May 2026"
    rf"(?:^|[.;|(]|(?<=\s\s)|\b(?:version|issue|edition|revision) [\w.]+,? )[\s*_>|-]*{_OWN}?"
    r"(?:appl(?:y|ies)|valid|effective|in force|in effect)"
    rf"(?: (?:(?P<sole>until|till|up to)|from|since|as of)| date)[\s:|*_]{{1,6}}(?P<first>{_WRITTEN})(?![\w/-])"
    rf"(?:,? (?:and )?(?:until|till|up to|to|–|-) (?P<until>{_WRITTEN})(?![\w/-]))?",
    re.IGNORECASE | re.MULTILINE,
)


class Edition(NamedTuple):
    """What a title is an edition of, and where it stands among the others; year 0 where it has none."""

    of: str
    year: int = 0
    side: int = 0  # -1 for what holds until a day of that year, 1 for what holds from one
    day: date = date.min  # which it holds until or from; where only a year is named its last or its first
    since: date = date.min  # of what holds until a day, where it says that, too


@lru_cache(10_000)
def edition_of(title: str, dated: str = "") -> Edition:
    """Which edition a guide is, as its title tells, or else the dates in its text.

    >>> edition_of("Fees 2025")[:3], edition_of("Fees (from 1 March 2026)")[:3]
    (('fees', 2025, 0), ('fees', 2026, 1))
    >>> edition_of("Fees", "until 31 May 2026")[:3], edition_of("Fees 2025", "until 31 May 2026")[:3]
    (('fees', 2026, -1), ('fees', 2025, 0))
    """
    title = " ".join(title.split())
    of = _DATE.sub("", title).strip().casefold()
    found = _DATE.findall(title)
    if dated and not found:
        return edition_of(f"{title} {dated}")
    until, since, day, month, year = max(found, key=lambda each: (each[4], each[0]), default=[""] * 5)
    if not year or _OF_EVENTS.search(of):
        return Edition(title.casefold() if year else of)
    begins = [_day(*each[2:]) for each in found if each[1]] if until else []
    return Edition(of, int(year), bool(since) - bool(until), _day(day, month, year, until), *begins[:1])


def _day(day: str, month: str, year: str, until: str = "") -> date:
    """A day as a title names it; of a month or a year its first, or its last where something holds until then."""
    place = [*month_name].index(month.capitalize()) if month else 12 if until else 1
    last = monthrange(int(year), place)[1]
    return date(int(year), place, min(last, max(1, int(day or (last if until else 1)))))


def dated(text: str) -> str:
    """Since and until when a guide holds, as its first lines tell, in the words of a title.

    >>> dated("# Fees\\n\\nVersion 5.0. Applies from 1 June 2023 until 31 March 2026.")
    'from 1 June 2023 until 31 March 2026'
    >>> [dated(each) for each in ("In force until 2026-05-31", "**Effective date:** May 2026")]
    ['until 31 May 2026', 'from May 2026']
    >>> [dated(f"# Fees\\n\\n{each} from May 2026.") for each in ("The discount applies", "## Lockers\\n\\nValid")]
    ['', '']
    """
    head: list[str] = []
    for line in filter(str.strip, text[:HEAD_LENGTH].splitlines()):
        if len(head) == HEAD_LINES or (line.startswith("#") and head):
            break
        head.append(line)
    if not (match := _HOLDS.search("\n".join(head))):
        return ""
    first, until = (_in_words(each) for each in match.group("first", "until"))
    if not first or match["sole"]:
        return first and f"until {first}"
    return f"from {first} until {until}" if until else f"from {first}"


def _in_words(day: str | None) -> str:
    """A day or month of a year as a title names it."""
    for pattern in _ASKED:
        if day and (match := pattern.fullmatch(day)):
            return "".join(
                f"{each.day} {month_name[each.month]} {each.year}" for each in _days_of(match.groupdict(), date.min)
            )
    return re.sub(r"^[^\W\d]+\.?", lambda month: month_name[_NAMES.index(month[0][:3].casefold())], day or "")


def is_later(one: Edition, other: Edition, at: date) -> bool:
    """Whether one edition holds in place of another on a day.

    >>> year, season = map(edition_of, ("Fees from 1 March 2026", "Fees from 1 May 2026 until 31 July 2026"))
    >>> [is_later(season, year, date(2026, month, 9)) for month in (4, 6, 8)]
    [False, True, False]
    >>> [is_later(year, season, date(2026, month, 9)) for month in (4, 6, 8)]
    [True, False, True]
    """
    if not (one.year and other.year and is_in_force(one, at)):
        return False
    return _order(one) > _order(other) or not is_in_force(other, at)


def _order(edition: Edition) -> tuple[Any, ...]:
    """Of one year what begins last goes first, also where it is for some months only."""
    return edition.year, edition.since if edition.side < 0 else edition.day, *edition[2:]


def is_in_force(edition: Edition, at: date) -> bool:
    """Whether an edition may hold on a day; one without a day always may."""
    return edition.since <= at <= edition.day if edition.side < 0 else at >= edition.day


def days_asked(question: str, today: date) -> set[date]:
    """The days that a question names. Where it names no year, a day is the next to today, sooner one that is past, and
    a month the last and the next, or one of them alone in a question on what was or will be. Of a month that is its
    middle, of another year its end; what was before is asked of the day before.

    >>> today = date(2026, 11, 23)
    >>> [min(days_asked(each, today)).isoformat() for each in ("on 3rd March", "what will it cost in May", "in 2025")]
    ['2026-03-03', '2027-05-15', '2025-12-31']
    >>> [min(days_asked(f"what was it {each}", today)).isoformat() for each in ("in May", "before May", "before 2025")]
    ['2026-05-15', '2026-04-30', '2024-12-31']
    >>> [days_asked(each, today) for each in ("for 2000 euros", "with us since 2019", "a customer since May 2019")]
    [set(), set(), set()]
    """
    days: set[date] = set()
    was, is_to_come = asks_what_was(question), _TO_COME.search(question) is not None
    for pattern in _ASKED:
        matches = list(pattern.finditer(question))
        for match in matches:
            verb = _VERB.match(question, match.start() if match[0][0] == "m" else match.end() - len("3 may"))
            goes_on = "day" not in match.groupdict() and _began(question, match)
            if not (verb and says_something(verb[1] or "come")) and not goes_on:
                named, eve = match.groupdict(), was and _is_before(question, match)
                named = {"day": "1", **named} if eve else named  # not the middle of a month
                of = _days_of(named, today, is_to_come=is_to_come, is_past=was)
                days |= {day - timedelta(days=eve) for day in of}
        question = pattern.sub(" ", question) if matches else question
    years = {
        int(match[0]) - (was and _is_before(question, match))
        for match in _YEAR.finditer(question)
        if match[1].casefold() not in UNITS and not _began(question, match)
    }
    return days or {today if year == today.year else date(year, 12, 31) for year in years}


def _is_before(question: str, match: re.Match[str]) -> bool:
    return _BEFORE.search(question[: match.start()]) is not None or match[0].casefold().startswith("before ")


def _began(question: str, match: re.Match[str]) -> bool:
    return _BEGAN.search(question[: match.start()]) is not None or match[0].casefold().startswith("since ")


def year_missed(question: str, editions: Collection[Edition], today: date) -> int | None:
    """The year whose prices, terms or the like are asked for, where none of a guide's editions by year is of it; not
    this year, for which the last holds, and none that is far from all of them.

    >>> lists, today = [edition_of("Fees 2025"), edition_of("Fees 2026")], date(2026, 11, 23)
    >>> asked = ("the fee in 2024", "the 2025 fee", "a member since 2024", "order 2024", "the 1998 fee")
    >>> [year_missed(each, lists, today) for each in asked]
    [2024, None, None, None, None]
    >>> lists = [edition_of("Fees until 1 March 2026"), edition_of("Fees from 2 March 2026")]
    >>> year_missed("the fee in 2024", lists, today)
    """
    years = {edition.year for edition in editions}
    if len(years) < LEAST_EDITIONS or 0 in years or any(edition.side for edition in editions):
        return None
    named = {
        int(match[0])
        for match in _YEAR.finditer(question)
        if _BEFORE_EDITION.search(question[: match.start()]) or _BEHIND_EDITION.match(question, match.end())
    }
    missed = {year for year in named - years - {today.year} if min(years) - FAR < year < max(years) + FAR}
    return min(missed, default=None)


def _days_of(
    named: Mapping[str, str | None], today: date, *, is_to_come: bool = False, is_past: bool = False
) -> set[date]:
    if "last" in named:
        return {date(today.year - 1, 12, 31)}
    month = _NAMES.index(str(named["month"])[:3].casefold()) if "month" in named else int(named["number"] or 0)
    day = int(named.get("day") or 15)
    if month > 12:  # 12/31/2026
        month, day = day, month
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return set()
    years = [int(f"20{named['year'][-2:]}")] if named["year"] else [today.year + each for each in (-1, 0, 1)]
    days = [date(year, month, min(day, monthrange(year, month)[1])) for year in years]
    if named["year"]:
        return set(days)
    past, to_come = max(each for each in days if each <= today), min(each for each in days if each >= today)
    if is_to_come != is_past:
        return {past if is_past else to_come}
    if "day" in named:
        return {past if today - past <= AHEAD * (to_come - today) else to_come}
    return {past, to_come}


def asks_what_was(question: str) -> bool:
    """Whether an older edition may be meant without a day.

    >>> asks_what_was("What were the fees?"), asks_what_was("I was away. What is the fee?")
    (True, False)
    """
    return _PAST.search(question) is not None

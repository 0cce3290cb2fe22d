"""Editions of one guide: "Fees 2025" and "Fees 2026", or "Fees 2025/26" and "Fees 2026/27"; "Fees until 28 February
2026" and "Fees from 1 March 2026".
"""

import re
from calendar import month_name, monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge.dates import is_month_first, orders_in, with_days_first
from knowledge.lexical import asking, says_something, stems
from knowledge.names import UNITS

OLDEST_ALONE = 1  # years ago, of which the one edition of a guide may be for it to be by year; an "Act 2010" isn't
FAR = 3  # years before or behind all editions, from which a year is hardly of one more
AHEAD = 3  # how much nearer a day to come must be than one that is past
MONTHS_OF_SPLIT = (4, 8)  # of its first year, in which 2026/27 has begun as a financial year, and as an academic one

_MONTH = "|".join(month_name[1:])
_SPLIT = "|".join(rf"20{year} ?[/–—-] ?(?:20)?{year + 1}" for year in range(10, 39))  # "2026/27", "2026-2027"
_SPLIT_YEAR = re.compile(rf"(?<![\w£$€./-])(?:{_SPLIT})(?![\w/]|-\d)")
_OF_SHORT = "|".join(rf"{year}/{year + 1}" for year in range(13, 39))  # what is less may be a day and month
_DATE = re.compile(
    r"[\s(,:–—-]{0,3}(?:\b(until|till|through|before|up to)|\b(from|since|as of|effective(?: from)?))?"
    r"(?:\s+(\d{1,2}))?"
    rf"(?:\s+({_MONTH}))?\s*\b({_SPLIT.replace('[/', '[ /')}|20[1-3]\d)\b\)?",  # a Form 2042 is none of a year
    re.IGNORECASE,
)
# "Contracts signed before 2024" and "Contracts signed from 2024" hold side by side.
_EVENTS = r"(?:\w{2}ed|born|bought|sold|made|built|taken|given|sent|won)"
_OF_EVENTS = re.compile(rf"{_EVENTS}$")
_OF_LIST = r"(?:prices?|costs?|fees?|charges?|rates?|lists?|tariffs?|terms|rules|polic(?:y|ies)|editions?)"
_BEFORE_EDITION = re.compile(  # "the fee in 2024", "how much was it in 2024"; anything else may have a year
    rf"\b(?:{_OF_LIST}(?: (?:back )?in| for| of)?|how much (?:is|was|were|did) [\w ]{{1,40}} in) $", re.IGNORECASE
)
_OF_YEAR_TOO = rf"(?:{_OF_LIST}|years?|seasons?|rents?|handbook)"
_SHORT = re.compile(  # "fees 25/26", "last year (25/26)", "the 25/26 season"
    rf"(?P<before>\b{_OF_YEAR_TOO}(?: in| for| of)? \(?)?\b(?P<year>{_OF_SHORT})(?![\w/])"
    rf"(?(before)|(?= {_OF_YEAR_TOO}\b))",
    re.IGNORECASE,
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
        r"(?<![\w./-])(?P<one>\d{1,2})[/-](?P<other>\d{1,2})[/-](?P<year>20[0-3]\d)(?!\w| \(\d)",  # in either order
        r"(?<![\w./-])(?P<one>\d{1,2})/(?P<other>\d{1,2})/(?P<year>[1-3]\d)(?![\w/]| \(\d)",
        r"(?P<last>\blast (?:(?:academic|financial|fiscal|school|tax) )?(?:year|season)\b(?! of\b| tickets?\b))",
    )
)
# What began then goes on: "with us since 2019" asks for what holds today.
_BEFORE = re.compile(r"\bbefore +(?:the )?$", re.IGNORECASE)
_BEGAN = re.compile(r"\b(?:since|born in|born on|joined(?: us)? in|joined(?: us)? on) +(?:\w+ )?$", re.IGNORECASE)
_VERB = re.compile(r"(?:\d may(?= +([a-z]+))|may \d+)")  # "only 3 may come" is no day in May
_TO_COME = re.compile(r"\b(?:will|going to|next|upcoming|planned)\b|['’]ll\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w£$€.,-])(?<![£$€] )(?:19[5-9]|20[0-3])\d(?![.,-]?\w)(?= *([^\W\d]*))")
_EVENT_IN = re.compile(  # "who joined the scheme in 2024"
    rf"(?:{_EVENTS}|\bleft|\bbegan)(?: [\w'’-]+){{0,2}} (?:in |for |during |of )?(?:the )?$"
    r"|\b(?:from|since|until|till|before|after|by) (?:the )?$",
    re.IGNORECASE,
)
_BESIDE_YEAR = re.compile(r"([^\W\d_]+) (?:(?:back )?in |for |of )?(?:the )?$"), re.compile(r" ([^\W\d_]+)")
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
_YEARS = re.compile(r"\b20[0-3]\d\b")
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
    rf"(?: (?:(?P<sole>until|till|through|up to)|from|since|as of)| date)?[\s:|*_]{{1,6}}"
    rf"(?P<first>{_WRITTEN})(?![\w/-])"
    rf"(?:,? (?:and )?(?:until|till|through|up to|to|–|-) (?P<until>{_WRITTEN})(?![\w/-]))?",
    re.IGNORECASE | re.MULTILINE,
)


class Edition(NamedTuple):
    """What a title is an edition of, and where it stands among the others; year 0 where it has none."""

    of: str
    year: int = 0
    side: int = 0  # -1 for what holds until a day of that year, 1 for what holds from one
    day: date = date.min  # which it holds until or from; where only a year is named its last or its first
    since: date = date.min  # of what holds until a day, where it says that, too; of "2026/27" when it may have begun


@lru_cache(10_000)
def edition_of(title: str, dated: str = "") -> Edition:
    """Which edition a guide is, as its title tells, or else the dates in its text.

    >>> edition_of("Fees 2025")[:3], edition_of("Fees (from 1 March 2026)")[:3]
    (('fees', 2025, 0), ('fees', 2026, 1))
    >>> edition_of("Fees", "until 31 May 2026")[:3], edition_of("Fees 2025", "until 31 May 2026")[:3]
    (('fees', 2026, -1), ('fees', 2025, 0))
    >>> edition_of("Fees 2026/27")[:2], edition_of("Fees 2026 27", "from 1 May 2026").day, edition_of("Form 26/27").year
    (('fees', 2026), datetime.date(2026, 5, 1), 0)
    """
    title = with_days_first(_in_full(" ".join(title.split())))
    of = _DATE.sub("", title).strip().casefold()
    found = _DATE.findall(title)
    if dated and not found:
        return edition_of(f"{title} {dated}")
    until, since, day, month, year = max(found, key=lambda each: (each[4], each[0]), default=[""] * 5)
    if not year or _OF_EVENTS.search(of):
        return Edition(title.casefold() if year else of)
    if len(year) > len("2026") and not (until or since or month):
        begun, *others = [date(int(year[:4]), each, 1) for each in MONTHS_OF_SPLIT]
        told = edition_of(dated) if dated else Edition("")
        first = told.since if told.side < 0 else told.day
        is_told = bool(told.side) and first.year == begun.year
        return Edition(of, begun.year, 0, first if is_told else others[0], first if is_told else begun)
    year = year[:4]
    begins = [_day(each[2], each[3], each[4][:4]) for each in found if each[1]] if until else []
    return Edition(of, int(year), bool(since) - bool(until), _day(day, month, year, until), *begins[:1])


def _in_full(text: str) -> str:
    """A text with the short years that stand in it in full: "fees 2025/26" for "fees 25/26"."""
    return _SHORT.sub(lambda match: f"{match['before'] or ''}20{match['year']}", text) if "/" in text else text


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

    A day in figures that may be another stays as it is, unless other dates of the guide tell.

    >>> [dated(f"Effective 04/01/2026.{each}") for each in ("", " Ends 04/30/2027.", " Ends 30/04/2027.")]
    ['from 04/01/2026', 'from 1 April 2026', 'from 4 January 2026']
    """
    head: list[str] = []
    for line in filter(str.strip, text[:HEAD_LENGTH].splitlines()):
        if len(head) == HEAD_LINES or (line.startswith("#") and head):
            break
        head.append(line)
    written = "\n".join(head)
    if not (match := _HOLDS.search(with_days_first(written, is_month_first=is_month_first(*orders_in(text)[:2])))):
        return ""
    first, until = (_in_words(each) for each in match.group("first", "until"))
    if not first or match["sole"]:
        return first and f"until {first}"
    return f"from {first} until {until}" if until else f"from {first}"


def _in_words(day: str | None) -> str:
    """A day or month of a year as a title names it."""
    for pattern in _ASKED:
        if day and (match := pattern.fullmatch(day)):
            days = _days_of(match.groupdict(), date.min)
            return day if len(days) > 1 else "".join(map(_named, days))
    return re.sub(r"^[^\W\d]+\.?", lambda month: month_name[_NAMES.index(month[0][:3].casefold())], day or "")


def _named(day: date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"


def is_later(one: Edition, other: Edition, at: date) -> bool:
    """Whether one edition holds in place of another on a day; neither does while a split year may have begun.

    >>> year, season = map(edition_of, ("Fees from 1 March 2026", "Fees from 1 May 2026 until 31 July 2026"))
    >>> [is_later(season, year, date(2026, month, 9)) for month in (4, 6, 8)]
    [False, True, False]
    >>> [is_later(year, season, date(2026, month, 9)) for month in (4, 6, 8)]
    [True, False, True]
    >>> years = [edition_of("Fees 2026/27"), edition_of("Fees 2025/26")]
    >>> [is_later(*of, date(2026, month, 9)) for month in (2, 6, 9) for of in (years, years[::-1])]
    [False, True, False, False, True, False]
    """
    if not (one.year and other.year and is_in_force(one, at)):
        return False
    has_begun = one.side < 0 or at >= one.day
    return (has_begun and _order(one) > _order(other)) or not is_in_force(other, at)


def _order(edition: Edition) -> tuple[Any, ...]:
    """Of one year what begins last goes first, also where it is for some months only."""
    return edition.year, edition.since if edition.side < 0 else edition.day, *edition[2:]


def is_in_force(edition: Edition, at: date) -> bool:
    """Whether an edition may hold on a day; one without a day always may."""
    if edition.side < 0:
        return edition.since <= at <= edition.day
    return at >= (edition.day if edition.since == date.min else edition.since)


def days_asked(question: str, today: date) -> set[date]:
    """The days that a question names. Where it names no year, a day is the next to today, sooner one that is past, and
    a month the last and the next, or one of them alone in a question on what was or will be. Of a month that is its
    middle, of another year its end, of 2026/27 the end of 2026; what was before is asked of the day before.

    >>> today = date(2026, 11, 23)
    >>> [min(days_asked(each, today)).isoformat() for each in ("on 3rd March", "what will it cost in May", "in 2025")]
    ['2026-03-03', '2027-05-15', '2025-12-31']
    >>> [min(days_asked(f"what was it {each}", today)).isoformat() for each in ("in May", "before May", "before 2025")]
    ['2026-05-15', '2026-04-30', '2024-12-31']
    >>> [days_asked(each, today) for each in ("for 2000 euros", "with us since 2019", "a customer since May 2019")]
    [set(), set(), set()]
    >>> sorted(each.isoformat() for each in days_asked("on 3/4/2026 or 12/31/2026", today))  # the first may be either
    ['2026-03-04', '2026-04-03', '2026-12-31']
    >>> [max(days_asked(each, today)).isoformat() for each in ("rents 24/25", "the 2026-27 fee", "last financial year")]
    ['2024-12-31', '2026-12-31', '2025-11-23']
    """
    question = with_days_first(_in_full(question))
    split = {int(each[:4]) for each in _SPLIT_YEAR.findall(question)}
    question = _SPLIT_YEAR.sub(lambda match: match[0][:4], question) if split else question
    days: set[date] = set()
    was, is_to_come = asks_what_was(question), _TO_COME.search(question) is not None
    for pattern in _ASKED:
        matches = list(pattern.finditer(question))
        for match in matches:
            verb = _VERB.match(question, match.start() if match[0][0] == "m" else match.end() - len("3 may"))
            goes_on = match.groupdict().keys().isdisjoint({"day", "one"}) and _began(question, match)
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
    return days or {today if year == today.year and year not in split else date(year, 12, 31) for year in years}


def _is_before(question: str, match: re.Match[str]) -> bool:
    return _BEFORE.search(question[: match.start()]) is not None or match[0].casefold().startswith("before ")


def _began(question: str, match: re.Match[str]) -> bool:
    return _BEGAN.search(question[: match.start()]) is not None or match[0].casefold().startswith("since ")


def year_missed(question: str, editions: Collection[Edition], today: date) -> str | None:
    """The year whose prices, terms or the like are asked for, where none of a guide's editions by year is of it; not
    this year, for which the last holds, and none that is far from all of them.

    >>> lists, today = [edition_of("Fees 2025"), edition_of("Fees 2026")], date(2026, 11, 23)
    >>> asked = ("the fee in 2024", "the 2025 fee", "a member since 2024", "order 2024", "the 1998 fee")
    >>> [year_missed(each, lists, today) for each in asked]
    ['2024', None, None, None, None]
    >>> [year_missed("the fee in 2024", [edition_of(each)], today) for each in ("Fees 2026", "Fees until 1 March 2026")]
    ['2024', None]
    >>> asked = ("the 2027/28 fee", "room in 2025/26", "room in 26/27", "fees 2027", "who joined in 2025/26")
    >>> [year_missed(each, [edition_of("Fees 2026/27")], today) for each in asked]
    ['2027/28', '2025/26', None, None, None]
    """
    years = {edition.year for edition in editions}
    if not years or 0 in years or any(edition.side for edition in editions):
        return None
    if len(years) == 1 and max(years) < today.year - OLDEST_ALONE:
        return None
    question = _in_full(question)
    are_split = {edition.year for edition in editions if edition.since > date.min}
    either = years | {year + 1 for year in are_split}
    called = {stem for edition in editions for stem in stems(edition.of)} - asking()
    missed: list[str] = []
    for match in _SPLIT_YEAR.finditer(question):
        year = int(match[0][:4])
        is_of_one = year in years if are_split else not {year, year + 1}.isdisjoint(years)
        is_now = date(year, MONTHS_OF_SPLIT[1], 1) <= today < date(year + 1, MONTHS_OF_SPLIT[1], 1)
        if not (is_of_one or is_now or _EVENT_IN.search(question[: match.start()])):
            missed.append(match[0])
    for match in _YEAR.finditer(_SPLIT_YEAR.sub(lambda match: "-" * len(match[0]), question)):
        if int(match[0]) not in either | {today.year} and _is_of_edition(question, match, called):
            missed.append(match[0])
    near = [each for each in missed if min(years) - FAR < int(each[:4]) < max(years) + FAR]
    return min(near, default=None)


def _is_of_edition(question: str, year: re.Match[str], called: set[str]) -> bool:
    """Whether a year stands beside "prices" or the like, or a word that the guide is called by."""
    before, behind = question[: year.start()], year.end()
    if _BEFORE_EDITION.search(before) or _BEHIND_EDITION.match(question, behind):
        return True
    beside = (_BESIDE_YEAR[0].search(before), _BESIDE_YEAR[1].match(question, behind))
    return not _EVENT_IN.search(before) and any(each and not called.isdisjoint(stems(each[1])) for each in beside)


def says_year(text: str, year: str) -> bool:
    """Whether a text has a year, however it is written.

    >>> says_year("Fees of 2026-2027", "2026/27"), says_year("from 3 May 2027", "2027/28"), says_year("In 2027", "2027")
    (True, False, True)
    """
    if len(year) == len("2026"):
        return year in _YEARS.findall(text)
    return year[:4] in {each[:4] for each in _SPLIT_YEAR.findall(_in_full(text))}


def _days_of(
    named: Mapping[str, str | None], today: date, *, is_to_come: bool = False, is_past: bool = False
) -> set[date]:
    if "last" in named:
        return {today - timedelta(days=365)}
    if "one" in named:
        orders = (("one", "other"), ("other", "one"))
        every = ({"day": named[day], "number": named[month], "year": named["year"]} for day, month in orders)
        return {each for one in every for each in _days_of(one, today)}
    month = _NAMES.index(str(named["month"])[:3].casefold()) if "month" in named else int(named["number"] or 0)
    day = int(named.get("day") or 15)
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

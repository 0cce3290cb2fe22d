"""Amounts: which kind a question asks for, and whether one that it states lies within what a sentence allows.

Both only help to choose between sentences; what isn't understood as an amount is none.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

_ANYCASE = re.IGNORECASE | re.ASCII  # or the letter "ı" would be an "i", and "sıx" a number

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}
_NUMBERS = {word: float(n) for n, word in enumerate(_SMALL, 1)} | _TENS | {"half": 0.5}
_DAY = 24 * 60.0  # minutes
_UNITS: dict[str, dict[str, float]] = {  # each with what it measures, and how much of that
    "time": {"min(?:ute)?": 1, "h(?:ou)?r|(?-i:h)": 60, "day|night|(?-i:d)": _DAY, "w(?:ee)?k": 7 * _DAY}
    | {"month|mth": 365 / 12 * _DAY, "ye?a?r|yo": 365 * _DAY},
    "weight": {"kg|kilo(?:gram)?": 1_000, "gram|(?-i:g)": 1, "tonne": 1_000_000},
    "way": {"km|kilomet(?:re|er)": 1_000, "mile": 1_609, "m(?:et(?:re|er))?": 1, "cm": 0.01, "mm": 0.001},
    "data": {"gb|gig": 1_000, "mb|meg": 1, "tb": 1_000_000},
    "share": {"%|per ?cent": 1},
    "money": {"euro|eur|pound|gbp|quid|dollar|usd": 1},
}
_ROUNDS = {  # what comes again, with what its members begin with
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
}
_PLACES = {begins: (kind, float(n)) for kind, members in _ROUNDS.items() for n, begins in enumerate(members)}
_SIZES = [
    (re.compile(f"(?:{pattern})s?", _ANYCASE), kind, size)
    for kind, sizes in _UNITS.items()
    for pattern, size in sizes.items()
]

_ANY_UNIT = "|".join(pattern for sizes in _UNITS.values() for pattern in sizes)
_CURRENCY = re.compile(r"(?:[£$€]\s?|\b(?:eur|gbp|usd) )", _ANYCASE)
_NUMBER = (
    rf"{_CURRENCY.pattern}?(?<!\d[.,])(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})(?:\.\d{{1,6}})?"
    rf"(?![.,]?\d|\s?(?:k|bn|million|thousand)\b)|\b(?:{'|'.join(_NUMBERS)})\b"
    rf"|(?<![\dp] )(?<!once )(?<!twice )(?<!times )\ban?(?= (?:{_ANY_UNIT})\b)"  # not of "£5 a month"
)


def _with_unit(number: str, unit: str) -> str:
    """A pattern for a number and its unit, if any, as groups of these names."""
    between = r"[\s-]{0,2}(?:(?:an?|full|whole|working|business|calendar) )?"
    return rf"(?P<{number}>{_NUMBER})(?:{between}(?P<{unit}>(?:{_ANY_UNIT})s?)(?!\w))?"


_FIGURE = re.compile(_with_unit("number", "unit"), _ANYCASE)
_BETWEEN = re.compile(
    rf"(?P<between>\bbetween )?{_with_unit('low', 'low_unit')}\s{{0,2}}(?:[–—-]|to|(?(between)and|to))\s{{0,2}}"
    rf"{_with_unit('high', 'high_unit')}",
    _ANYCASE,
)
_MEMBER = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:(?<=in )|(?<=of )|(?<=by )|(?<=om )|(?<=il )|(?<=to )|(?<=\d )|(?<=[–-]))may"
)
_ROUND = re.compile(
    rf"\b(?P<first>{_MEMBER})\b"
    rf"(?:\s{{0,2}}(?:[–—-]|to|until|till|through)\s{{0,2}}(?:\d{{1,2}} )?(?P<last>{_MEMBER})\b)?"
    r"|\b(?:(?P<work>weekdays?)|(?P<free>weekends?)|(?P<all>daily|every day))\b",
    _ANYCASE,
)
_AGED = re.compile(r"\b(?:aged?|ages|age of) *$", _ANYCASE)  # in front of a number without a unit
_MORE, _LESS = "more|longer|older|heavier|later|earlier", "less|fewer|shorter|younger|lighter"
_AT_LEAST = re.compile(
    rf"(?:(?<!\bno )(?<!\bnot )\b(?:(?:{_MORE}) than|over|above|exceed(?:s|ing)?)"
    rf"|\bnot? (?:(?:{_LESS}) than|under|below)|\b(?:from|at least|minimum(?: of)?|after|beyond))(?: the age of)? *$",
    _ANYCASE,
)
_AT_MOST = re.compile(
    rf"(?:(?<!\bno )(?<!\bnot )\b(?:(?:{_LESS}) than|under|below)"
    rf"|\bnot? (?:(?:{_MORE}) than|over|above|exceed(?:ing)?)|\b(?:up to|within|at most|maximum(?: of)?|until))"
    r"(?: the age of)? *$",
    _ANYCASE,
)
_OR_MORE = re.compile(r" *\+| *(?:old )?(?:or|and) (?:more|longer|older|over|above|heavier|later|earlier)\b", _ANYCASE)
_OR_LESS = re.compile(r" *(?:old )?(?:or|and) (?:less|fewer|shorter|younger|under|below|lighter)\b", _ANYCASE)
_IN_HEAD = re.compile(rf"\b(?:(?P<age>ages?)|(?:{_ANY_UNIT})s?)\b", _ANYCASE)
_BEFORE = 30  # characters in front of a number that may say how it limits

_ANY = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice|free)\b", _ANYCASE)
MONEY = re.compile(
    r"[£$€]\s?\d|\d\s?(?:p|pence|cents?|pounds?|dollars?|euros?|gbp|eur|usd)\b|\bfree\b|\bno charge\b|\d\s?%",
    _ANYCASE,
)
_ASKED = (  # what asks for an amount of a kind, and what an answer has
    (
        re.compile(
            r"\b(?:how much|prices?|costs?|fees?|(?:the|a) charge|charges|deposit|surcharge|discount|rates?)\b|[£$€]",
            _ANYCASE,
        ),
        MONEY,
    ),
    (
        re.compile(
            r"\bhow (?:long|soon|often|late|early|fast|quick(?:ly)?|many (?:minutes|hours|days|weeks|months|years))\b"
            r"|\b(?:when (?:is|are|do|does|did|will|must|can|may|should|has|have)|(?:by|until|till) when|what time"
            r"|notice|deadline|cut-?off|time limit|opening|hours|latest)\b",
            _ANYCASE,
        ),
        re.compile(
            rf"(?:{_NUMBER}|\ban?)[\s-]{{0,2}}(?:\w{{1,20}} )?"
            r"(?:second|min|minute|hour|hr|day|night|week|month|year)s?\b"
            r"|\d[:.]\d\d\b|\b\d{4} ?[-–] ?\d{4}\b|\d ?(?:am|pm)\b|\d(?:st|nd|rd|th)? (?:of )?may\b"
            r"|\b(?:noon|midnight|immediately|at once|same day|next day|daily|weekly|monthly|yearly)\b"
            r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august"
            r"|september|october|november|december)\b",
            _ANYCASE,
        ),
    ),
    (
        re.compile(
            r"\bhow (?:many|far|old|heavy|big|wide|tall|high|deep|loud)\b"
            r"|\b(?:limits?|max(?:imum)?|min(?:imum)?|number of|age|weight|height|size|length)\b",
            _ANYCASE,
        ),
        _ANY,
    ),
)


class Figure(NamedTuple):
    """An amount with its unit, in what that measures: minutes, grams, metres, megabytes, money."""

    kind: str
    size: float


class Limits(NamedTuple):
    kind: str
    low: float
    high: float


def has_any(text: str) -> bool:
    """Whether a text has an amount of any kind."""
    return _ANY.search(text) is not None


def answers_in(question: str) -> Sequence[re.Pattern[str]]:
    """What a sentence has that gives an amount a question asks for: money, a time, or else any; nothing if none is.

    >>> [each.search("10 days later, £7.50").group() for each in answers_in("what is the late fee")]
    ['£7']
    """
    asked = [has for asks, has in _ASKED if asks.search(question)]
    return [has for has in asked if has is not _ANY] or asked


def figures_in(text: str) -> list[Figure]:
    """The amounts with a unit that a text states.

    >>> figures_in("train is 40 mins late, paid £12.50")
    [Figure(kind='time', size=40.0), Figure(kind='money', size=12.5)]
    """
    return [figure for _, figure in _figures(text)]


def days_in(text: str) -> list[Figure]:
    """The days of the week and the months that a text names, by their places.

    >>> days_in("open on Sundays in May")
    [Figure(kind='weekday', size=6.0), Figure(kind='month', size=4.0)]
    """
    return [Figure(kind, low) for kind, low, _ in _rounds(text)]


def are_within(figures: Sequence[Figure], text: str) -> bool:
    """Whether an amount lies within limits that a text names: "30–59 minutes", "over £100", "18 or older".

    >>> are_within(figures_in("train is 40 mins late"), "30–59 minutes: half the price of the ticket")
    True
    >>> are_within(figures_in("train is 40 mins late"), "an hour or more: all of it")
    False
    """
    every = [*_limits(text), *_rounds(text)] if figures else []
    return any(each.kind == kind and each.low <= size <= each.high for kind, size in figures for each in every)


def with_units(cells: Sequence[str], head: Sequence[str]) -> str:
    """The cells of a row, each with the unit that the name of its column has.

    >>> with_units(["30 to 59", "half"], ["Days before arrival", "Refund"])
    '30 to 59 Days; half'
    """
    units = [_IN_HEAD.search(name) for name in head[: len(cells)]]
    return "; ".join(
        f"aged {cell}" if unit and unit["age"] else f"{cell} {unit[0]}" if unit else cell
        for cell, unit in zip_longest(cells, units)
    )


def _figures(text: str) -> Iterator[tuple[re.Match[str], Figure]]:
    for match in _FIGURE.finditer(text):
        if figure := _figure(match["number"], match["unit"], text[max(0, match.start() - _BEFORE) : match.start()]):
            yield match, figure


def _limits(text: str) -> Iterator[Limits]:
    spans: list[tuple[int, int]] = []
    for match in _BETWEEN.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        low = _figure(match["low"], match["low_unit"] or match["high_unit"], before)
        high = _figure(match["high"], match["high_unit"] or match["low_unit"], before)
        if low and high and low.kind == high.kind:
            yield Limits(low.kind, *sorted((low.size, high.size)))
            spans.append(match.span())
    for match, (kind, size) in _figures(text):
        if any(start <= match.start() < end for start, end in spans):
            continue
        before, after = text[max(0, match.start() - _BEFORE) : match.start()], text[match.end() : match.end() + _BEFORE]
        if _AT_LEAST.search(before) or _OR_MORE.match(after):
            yield Limits(kind, size, math.inf)
        elif _AT_MOST.search(before) or _OR_LESS.match(after):
            yield Limits(kind, 0.0, size)


def _rounds(text: str) -> Iterator[Limits]:
    """The days of the week and the months in a text, from one to another where it says so; over the end in two."""
    for match in _ROUND.finditer(text):
        if match["first"] is None:
            yield Limits("weekday", *((0.0, 4.0) if match["work"] else (5.0, 6.0) if match["free"] else (0.0, 6.0)))
            continue
        kind, low = _PLACES[match["first"][:3].casefold()]
        last_kind, high = _PLACES[(match["last"] or match["first"])[:3].casefold()]
        if kind != last_kind or low <= high:
            yield Limits(kind, low, high if kind == last_kind else low)
        else:
            yield Limits(kind, low, math.inf)
            yield Limits(kind, 0.0, high)


def _figure(number: str, unit: str | None, before: str) -> Figure | None:
    digits = _CURRENCY.sub("", number.casefold()).replace(",", "")
    size = 1.0 if digits in {"a", "an"} else _NUMBERS.get(digits) or float(digits)
    if _CURRENCY.match(number):
        return Figure("money", size)
    if unit is None:
        return Figure("time", size * 365 * _DAY) if _AGED.search(before) else None
    return next((Figure(kind, size * each) for pattern, kind, each in _SIZES if pattern.fullmatch(unit)), None)

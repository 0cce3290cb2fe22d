"""Amounts: which kind a question asks for, and whether one that it states lies within what a sentence allows.

Both only help to choose between sentences of one passage, so an amount that isn't understood costs nothing.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}
_NUMBERS = {word: float(n) for n, word in enumerate(_SMALL, 1)} | _TENS | {"half": 0.5}
_DAY = 24 * 60.0  # minutes
_UNITS: dict[str, dict[str, float]] = {  # each with what it measures, and how much of that
    "time": {"min(?:ute)?": 1, "h(?:ou)?r": 60, "day|night": _DAY, "w(?:ee)?k": 7 * _DAY}
    | {"month|mth": 365 / 12 * _DAY, "ye?a?r|yo": 365 * _DAY},
    "weight": {"kg|kilo(?:gram)?": 1_000, "g(?:ram)?": 1, "tonne": 1_000_000},
    "way": {"km|kilomet(?:re|er)": 1_000, "mile": 1_609, "m(?:et(?:re|er))?": 1, "cm": 0.01, "mm": 0.001},
    "data": {"gb|gig": 1_000, "mb|meg": 1, "tb": 1_000_000},
    "share": {"%|per ?cent": 1},
}
_SIZES = [
    (re.compile(f"(?:{pattern})s?", re.IGNORECASE), kind, size)
    for kind, sizes in _UNITS.items()
    for pattern, size in sizes.items()
]

_ANY_UNIT = "|".join(pattern for sizes in _UNITS.values() for pattern in sizes)
_NUMBER = (
    rf"(?:[£$€]\s?)?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,12}})(?:\.\d+)?|\b(?:{'|'.join(_NUMBERS)})\b"
    rf"|(?<!\d )(?<!once )(?<!twice )(?<!times )\ban?(?= (?:{_ANY_UNIT})\b)"  # not of "£5 a month"
)


def _with_unit(number: str, unit: str) -> str:
    """A pattern for a number and its unit, if any, as groups of these names."""
    between = r"[\s-]{0,2}(?:(?:an?|full|whole|working|business|calendar) )?"
    return rf"(?P<{number}>{_NUMBER})(?:{between}(?P<{unit}>(?:{_ANY_UNIT})s?)(?!\w))?"


_FIGURE = re.compile(_with_unit("number", "unit"), re.IGNORECASE)
_BETWEEN = re.compile(
    rf"{_with_unit('low', 'low_unit')}\s*(?:[–—-]|to|and)\s*{_with_unit('high', 'high_unit')}", re.IGNORECASE
)
_AGED = re.compile(r"\b(?:aged?|ages|age of) *$", re.IGNORECASE)  # in front of a number without a unit
_AT_LEAST = re.compile(
    r"\b(?:(?:more|longer|older|heavier|later|earlier) than|over|above|from|at least|minimum(?: of)?|after|beyond"
    r"|exceed(?:s|ing)?)(?: the age of)? *$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:(?:less|fewer|shorter|younger|lighter|no (?:more|later|longer)|not (?:more|later|over)) than|under|below"
    r"|up to|within|at most|maximum(?: of)?|until)(?: the age of)? *$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r" *\+| *(?:old )?(?:or|and) (?:more|longer|older|over|above|heavier|later|earlier)\b", re.IGNORECASE
)
_OR_LESS = re.compile(r" *(?:old )?(?:or|and) (?:less|fewer|shorter|younger|under|below|lighter)\b", re.IGNORECASE)
_BEFORE = 30  # characters in front of a number that may say how it limits

_ANY = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice|free)\b", re.IGNORECASE
)
_ASKED = (  # what asks for an amount of a kind, and what an answer has
    (
        re.compile(
            r"\b(?:how much|prices?|costs?|fees?|charge[sd]?|deposit|pay|surcharge|discount|rates?)\b|[£$€]",
            re.IGNORECASE,
        ),
        re.compile(
            r"[£$€]\s?\d|\d\s?(?:p|pence|cents?|pounds?|dollars?|euros?|gbp|eur|usd)\b|\bfree\b|\bno charge\b|\d\s?%",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(
            r"\bhow (?:long|soon|often|late|early|fast|quick(?:ly)?|many (?:minutes|hours|days|weeks|months|years))\b"
            r"|\b(?:when|what time|notice|deadline|cut-?off|time limit|opening|hours|latest)\b",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?:{_NUMBER}|\ban?)[\s-]{{0,2}}(?:\w{{1,20}} )?"
            r"(?:second|min|minute|hour|hr|day|night|week|month|year)s?\b"
            r"|\d[:.]\d\d\b|\b\d{4} ?[-–] ?\d{4}\b|\d ?(?:am|pm)\b|\d(?:st|nd|rd|th)? (?:of )?may\b"
            r"|\b(?:noon|midnight|immediately|at once|same day|next day|daily|weekly|monthly|yearly)\b"
            r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august"
            r"|september|october|november|december)\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(
            r"\bhow (?:many|far|old|heavy|big|wide|tall|high|deep|loud)\b"
            r"|\b(?:limits?|max(?:imum)?|min(?:imum)?|number of|age|weight|height|size|length)\b",
            re.IGNORECASE,
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


def are_within(figures: Sequence[Figure], text: str) -> bool:
    """Whether an amount lies within limits that a text names: "30–59 minutes", "over £100", "18 or older".

    >>> are_within(figures_in("train is 40 mins late"), "30–59 minutes: half the price of the ticket")
    True
    >>> are_within(figures_in("train is 40 mins late"), "an hour or more: all of it")
    False
    """
    every = list(_limits(text)) if figures else []
    return any(each.kind == kind and each.low <= size <= each.high for kind, size in figures for each in every)


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


def _figure(number: str, unit: str | None, before: str) -> Figure | None:
    digits = number.lstrip("£$€ ").replace(",", "").lower()
    size = 1.0 if digits in {"a", "an"} else _NUMBERS.get(digits) or float(digits)
    if not number[0].isalnum():
        return Figure("money", size)
    if unit is None:
        return Figure("time", size * 365 * _DAY) if _AGED.search(before) else None
    return next((Figure(kind, size * each) for pattern, kind, each in _SIZES if pattern.fullmatch(unit)), None)

"""Editions of one guide: "Fees 2025" and "Fees 2026", "Fees until 28 February 2026" and "Fees from 1 March 2026"."""

import re
from calendar import month_name
from datetime import date
from typing import NamedTuple

from knowledge.names import UNITS

_MONTH = "|".join(month_name[1:])
_DATE = re.compile(
    r"[\s(,:–—-]*(?:\b(until|till|before|up to)|\b(from|since|as of))?(?:\s+(\d{1,2}))?"
    rf"(?:\s+({_MONTH}))?\s*\b(20[1-3]\d)\b\)?",  # a Form 2042 is none of a year
    re.IGNORECASE,
)
# "Contracts signed before 2024" and "Contracts signed from 2024" hold side by side.
_OF_EVENTS = re.compile(r"(?:\w{2}ed|born|bought|sold|made|built|taken|given|sent|won)$")
_YEAR = re.compile(r"(?<![\w£$€.,-])(?<![£$€] )(?:19[5-9]|20[0-3])\d(?![.,-]?\w)(?= *([^\W\d]*))")
_PAST = re.compile(
    rf"\b(?:in|of|since|until|from|before|last|for|\d{{1,2}}(?:st|nd|rd|th)?) (?:early |mid |late )?"
    rf"(?:{_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
    r"|\b(?:i|we|you|they|he|she|it|there|that|what|who|customers?|people) used to\b"
    r"|\b(?:previously|formerly|last year|back in)\b"
    r"|\b(?:old|previous|former|earlier) "
    r"(?:terms?|prices?|lists?|polic(?:y|ies)|rates?|fees?|editions?|ones?|tariffs?)\b"
    r"|\b(?:what|how (?:much|long|many)|when|which) (?:\w+ )?(?:was|were)\b"
    r"|\b(?:what|how (?:much|long)) did (?:\w+ ){1,4}(?:cost|charge|say|offer|apply|include|pay)\b",
    re.IGNORECASE,
)


class Edition(NamedTuple):
    """What a title is an edition of, and where it stands among the others; year 0 where it has none."""

    of: str
    year: int = 0
    side: int = 0  # -1 for what holds until a day of that year, 1 for what holds from one
    day: date = date.min  # which it holds until or from; the first of the year where only that is named


def edition_of(title: str) -> Edition:
    """Which edition a guide is, as its title tells.

    >>> edition_of("Fees 2025")[:3], edition_of("Fees (from 1 March 2026)")[:3]
    (('fees', 2025, 0), ('fees', 2026, 1))
    """
    of = _DATE.sub("", title).strip().casefold()
    until, since, day, month, year = max(_DATE.findall(title), key=lambda found: found[4], default=[""] * 5)
    if not year or _OF_EVENTS.search(of):
        return Edition(title.strip().casefold() if year else of)
    place = [*month_name].index(month.capitalize()) if month else 1
    at = date(int(year), place, min(28, max(1, int(day or 1))))
    return Edition(of, int(year), bool(since) - bool(until), at)


def is_later(one: Edition, other: Edition, today: date) -> bool:
    """Whether one edition has taken the place of another by now."""
    return bool(one.year and other.year) and one > other and not (one.side >= 0 and one.day > today)


def is_about_the_past(question: str) -> bool:
    """Whether an older edition may be meant: it names a year or a month, or asks what was.

    >>> is_about_the_past("What is the fee on 3rd March?"), is_about_the_past("I was away. What is the fee?")
    (True, False)
    """
    years = (match[1].casefold() for match in _YEAR.finditer(question))
    return _PAST.search(question) is not None or any(behind not in UNITS for behind in years)

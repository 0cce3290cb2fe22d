"""Editions of one guide: "Fees 2025" and "Fees 2026", "Fees until 28 February 2026" and "Fees from 1 March 2026"."""

import re
from typing import NamedTuple

_MONTH = r"(?:january|february|march|april|june|july|august|september|october|november|december)"  # "may" is no month
_DATE = re.compile(
    r"[\s(,:–—-]*(?:\b(until|till|before|up to)|\b(from|since|as of))?(?:\s+\d{1,2})?"
    rf"(?:\s+(?:{_MONTH}|may))?\s*\b((?:19|20)\d\d)\b\)?",
    re.IGNORECASE,
)
_PAST = re.compile(
    rf"\b(?:(?:19|20)\d\d|{_MONTH}|was|were|did|used to|previous(?:ly)?|former(?:ly)?|last year|earlier|back in)\b|"
    r"\bold (?:terms?|prices?|lists?|polic(?:y|ies)|rates?|fees?|editions?|ones?|tariffs?)\b",
    re.IGNORECASE,
)


class Edition(NamedTuple):
    """What a title is an edition of, and where it stands among the others; 0 where it has no year."""

    of: str
    year: int = 0
    side: int = 0  # -1 for what held until a day of that year, 1 for what holds from one


def edition_of(title: str) -> Edition:
    """Which edition a guide is, as its title tells.

    >>> edition_of("Fees 2025"), edition_of("Fees (from 1 March 2026)")
    (Edition(of='fees', year=2025, side=0), Edition(of='fees', year=2026, side=1))
    """
    dates = _DATE.findall(title)
    of = _DATE.sub("", title).strip().casefold()
    until, since, year = max(dates, key=lambda date: date[2], default=("", "", "0"))
    return Edition(of, int(year), bool(since) - bool(until))


def is_about_the_past(question: str) -> bool:
    """Whether an older edition may be meant: it names a year or a month, or asks what was.

    >>> is_about_the_past("What was the fee in March?"), is_about_the_past("What is the fee?")
    (True, False)
    """
    return _PAST.search(question) is not None

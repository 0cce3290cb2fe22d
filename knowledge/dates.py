"""Days written in one way: "15 October 2026" for "Oct. 15, 2026", "October 15th, 2026" and "10/15/2026"."""

import re
from calendar import month_name

from knowledge.lexical import says_something

_YEAR = r"(?:19[5-9]|20[0-4])\d"
# "may" is a month with a capital and no word behind its day, or before "5th" or a day of a year; a full stop belongs to
# what is shortened.
MONTHS = "|".join(
    r"(?:(?-i:May)(?! \d{1,2} (?!to\b|through\b|and\b|or\b|at\b)[a-z])"
    rf"|May(?= \d{{1,2}}(?:st|nd|rd|th|,? {_YEAR})\b))"
    if name == "May"
    else rf"{name[:3]}{'t?' * (name == 'September')}(?:{name[3:]}\b|\.|\b)"
    for name in month_name[1:]
)
_NAMES = [each[:3] for each in month_name]
_BEGUN = [each.casefold() for each in _NAMES if each]
_MONTHS_OF_YEAR = 12
_MOSTLY = 3  # times as many dates have one order as the other, for the rest to be read in it
_FIGURES = re.compile(r"\d[./-]\d{1,2}[./-]\d")
_NO_TIME = r"(?!\w|[.,:/]\d|\s?[ap]\.?m\b|\s?%)"
_MONTH_FIRST = re.compile(
    rf"(?<!\d )(?<!\d[a-z]{{2}} )\b(?P<month>{MONTHS}) (?P<day>[0-3]?\d)(?:st|nd|rd|th)?{_NO_TIME}"  # but "5 Jan 26"
    rf"(?:\s?(?:[–—-]|to|through)\s?(?P<last>[0-3]?\d)(?:st|nd|rd|th)?{_NO_TIME}(?! (?:{MONTHS})))?"
    rf"(?:,? (?P<year>{_YEAR})\b)?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTHS})(?! \()", re.IGNORECASE)
_SHORT = re.compile(rf"(?<=\d )(?P<month>{MONTHS})(?= {_YEAR}\b| (?-i:[a-z])|[\s,;)–—-]*$)", re.IGNORECASE)
_IN_FIGURES = re.compile(
    rf"(?<![\w./-])(?P<one>\d{{1,2}})(?P<sign>[./-])(?P<other>\d{{1,2}})(?P=sign)(?P<year>{_YEAR}|(?<=/)[1-3]\d)"
    r"(?![\w/-]|\.\d| \(\d)"  # what is named behind it is read there
)
_WITHOUT_YEAR = re.compile(
    r"\b(?:on|by|until|till|from|since|before|after|for) (?!24/7)(?P<one>\d{1,2})/(?P<other>\d{1,2})"
    r"(?![\w/]|[.,:-]\d|[\"”″]| (?:an?|am|in|of)\b)(?= (?P<behind>[a-z]+)|)",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\d[./-]\d")
_AMERICAN = re.compile(rf"\b(?:{MONTHS}) [0-3]?\d, {_YEAR}\b", re.IGNORECASE)
_BRITISH = re.compile(rf"\b[0-3]?\d(?:st|nd|rd|th)? (?:{MONTHS}) {_YEAR}\b", re.IGNORECASE)


def with_days_first(text: str, *, is_month_first: bool | None = None) -> str:
    """A text with its days before their months, which are named in full; those in figures, too, where only one order
    makes them a day, or the order is known.

    >>> with_days_first("Oct. 15, 2026, 10/15/2026 and 15/10/26; not 10/12/2026")
    '15 October 2026, 15 October 2026 and 15 October 2026; not 10/12/2026'
    >>> with_days_first("Nov. 28-30, 2026, 10/12/2026", is_month_first=True)
    '28 November 2026 to 30 November 2026, 12 October 2026'
    >>> with_days_first("5 Jan 26, Dec. 24 to 2 Jan. and Mar 20%")
    '5 Jan 26, 24 December to 2 January and Mar 20%'
    >>> with_days_first("on may 5th or may 6, 2026 we may 7")
    'on 5 May or 6 May 2026 we may 7'
    """

    def named(match: re.Match[str]) -> str:
        month, year = _in_full(match["month"]), f" {match['year']}" if match["year"] else ""
        last = f" to {match['last']} {month}{year}" if match["last"] else ""
        return f"{match['day']} {month}{year}{last}"

    def in_figures(match: re.Match[str]) -> str:
        day = _ordered(match["one"], match["other"], False if match["sign"] == "." else is_month_first)
        return f"{day} {match['year'] if len(match['year']) > len('26') else '20' + match['year']}" if day else match[0]

    if _FIGURES.search(text):
        text = _IN_FIGURES.sub(in_figures, text)
    small = text.casefold()
    if not any(each in small for each in _BEGUN):  # which most texts are done with in a moment
        return text
    return _SHORT.sub(lambda match: _in_full(match["month"]), _MONTH_FIRST.sub(named, text))


def with_days_both_ways(question: str, is_month_first: bool | None, *, in_figures: bool = False) -> str:
    """A question with the days that it has in figures named, too, also those without a year ("on 12/24"); and where
    guides have days ``in_figures`` those that it names in figures.

    >>> with_days_both_ways("open on 12/24?", None), with_days_both_ways("a 3/4 bed on 3/4", True)
    ('open on 12/24 (24 December)?', 'a 3/4 bed on 3/4 (4 March)')
    >>> with_days_both_ways("from 3/4 to noon, for 1/2 term, on 24/7 call", False)
    'from 3/4 (3 April) to noon, for 1/2 term, on 24/7 call'
    >>> with_days_both_ways("open on Dec. 24th or 10/12/2026?", True, in_figures=True)
    'open on Dec. 24th (12/24) or 10/12/2026 (12 October 2026)?'
    """

    def named(match: re.Match[str]) -> str:
        is_share = match["behind"] and says_something(match["behind"])  # "for 1/2 term", "by 2/3 majority"
        day = None if is_share else _ordered(match["one"], match["other"], is_month_first)
        return f"{match[0]} ({day})" if day else match[0]

    def figured(match: re.Match[str]) -> str:
        day, month = int(match["day"]), _NAMES.index(match["month"][:3].capitalize())
        return f"{match[0]} ({f'{month}/{day}' if is_month_first else f'{day}/{month}'})"

    if in_figures and is_month_first is not None and any(each in question.casefold() for each in _BEGUN):
        question = _DAY_FIRST.sub(figured, _MONTH_FIRST.sub(figured, question))
    if not _PARTED.search(question):
        return question
    with_year = _IN_FIGURES.sub(
        lambda match: (
            f"{match[0]} ({day})"
            if (day := with_days_first(match[0], is_month_first=is_month_first)) != match[0]
            else day
        ),
        question,
    )
    return _WITHOUT_YEAR.sub(named, with_year)


def orders_in(text: str) -> tuple[int, int, int]:
    """How many dates of a text have the month first, and how many the day, of those that tell; how many are in figures.

    >>> orders_in("On 10/15/2026, Oct. 15, 2026 or 10/12/2026"), orders_in("On 15/10/2026 or 15 October 2026")
    ((2, 0, 2), (0, 2, 1))
    """
    figures = [(int(match["one"]), int(match["other"])) for match in _IN_FIGURES.finditer(text)]
    month_first = sum(one <= _MONTHS_OF_YEAR < other for one, other in figures)
    day_first = sum(other <= _MONTHS_OF_YEAR < one for one, other in figures)
    return month_first + len(_AMERICAN.findall(text)), day_first + len(_BRITISH.findall(text)), len(figures)


def is_month_first(month_first: int, day_first: int) -> bool | None:
    """Which order dates have where so many tell; None where there is no telling."""
    if month_first > _MOSTLY * day_first:
        return True
    return False if day_first > _MOSTLY * month_first else None


def _ordered(one: str, other: str, is_month_first: bool | None) -> str | None:
    """The day and month that two figures are; None where there is no telling, or no such day."""
    if max(int(one), int(other)) > _MONTHS_OF_YEAR:
        is_month_first = int(other) > int(one)
    if is_month_first is None and one != other:
        return None
    month, day = (int(one), int(other)) if is_month_first else (int(other), int(one))
    return f"{day} {month_name[month]}" if 1 <= month <= _MONTHS_OF_YEAR and 1 <= day <= 31 else None


def _in_full(month: str) -> str:
    return month_name[_NAMES.index(month[:3].capitalize())]

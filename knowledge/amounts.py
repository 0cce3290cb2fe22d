"""Amounts: which kind a question asks for, and whether one that it states lies within what a sentence allows.

Both only help to choose between sentences; what isn't understood as an amount is none.
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from knowledge.dates import with_days_first
from knowledge.lexical import says_something, stems

_ANYCASE = re.IGNORECASE | re.ASCII  # or the letter "ı" would be an "i", and "sıx" a number

_SMALL = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}
_NUMBERS = {word: float(n) for n, word in enumerate(_SMALL, 1)} | _TENS | {"half": 0.5}
_DAY = 24 * 60.0  # minutes
_YEAR = 365 * _DAY
_OLDEST = 120 * _YEAR  # what is more is no age
_UNITS: dict[str, dict[str, float]] = {  # each with what it measures, and how much of that
    "time": {"min(?:ute)?": 1, "h(?:ou)?r|(?-i:h)": 60, "day|night|(?-i:d)": _DAY, "w(?:ee)?k": 7 * _DAY}
    | {"month|mth|mo": _YEAR / 12, "ye?a?r|yo": _YEAR},
    "weight": {"kg|kilo(?:gram)?": 1_000, "gram|(?-i:g)": 1, "tonne": 1_000_000, "lb": 453.6, "oz|ounce": 28.35},
    "way": {"km|kilomet(?:re|er)": 1_000, "mile": 1_609, "m(?:et(?:re|er))?": 1, "cm": 0.01, "mm": 0.001}
    | {r"inch|inche(?=s)|(?<=\d)in|in(?=\.)|[\"″]": 0.0254, "ft|foot|feet": 0.3048},
    "data": {"gb|gig": 1_000, "mb|meg": 1, "tb": 1_000_000},
    "share": {"%|per ?cent": 1},
    "money": {"euro|eur|pound|gbp|quid|dollar|usd|buck": 1, "cent|¢": 0.01},
}
_ROUNDS = {  # what comes again, with what its members begin with
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
}
_PLACES = {begins: (kind, float(n)) for kind, members in _ROUNDS.items() for n, begins in enumerate(members)}
_AROUND = re.compile(r"\(\?<?=[^)]*\)")  # what must stand beside a unit
_SIZES = [
    (re.compile(rf"(?:{_AROUND.sub('', pattern)})s?", _ANYCASE), kind, size)
    for kind, sizes in _UNITS.items()
    for pattern, size in sizes.items()
]

_ANY_UNIT = "|".join(pattern for sizes in _UNITS.values() for pattern in sizes)
_COUNTED = "people|children|[a-z]{2,19}s"  # what has no unit is counted
_CURRENCY = re.compile(r"(?:[£$€]\s?|\b(?:eur|gbp|usd) )", _ANYCASE)
_NUMBER = (
    rf"{_CURRENCY.pattern}?(?<!\d[.,])(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})(?:\.\d{{1,6}})?"
    rf"(?![.,]?\d|\s?(?:k|bn|million|thousand)\b)|\b(?:{'|'.join(_NUMBERS)})\b"
    rf"|(?<![\dp] )(?<!once )(?<!twice )(?<!times )\ban?(?= (?:{_ANY_UNIT})\b)"  # not of "£5 a month"
)
_THOUSANDS = re.compile(rf"(?<![\w.,])(?:[£$€]\s?)?(\d{{1,3}})\s?k(?!\w|\s?(?:{_ANY_UNIT})s?\b)", _ANYCASE)  # money
_MORE, _LESS = "more|longer|older|heavier|later|earlier", "less|fewer|shorter|younger|lighter"


def _with_unit(number: str, unit: str) -> str:
    """A pattern for a number and its unit or what it counts, if any, as groups of these names."""
    or_more = rf"(?: (?:or|and) (?:{_MORE}|{_LESS}))?"
    between = rf"{or_more}[\s-]{{0,2}}(?:(?:an?|full|whole|working|business|calendar) )?"
    amount = rf"(?P<{number}>{_NUMBER})(?:{between}(?P<{unit}>(?:{_ANY_UNIT})s?|{_COUNTED})(?!\w)"
    return rf"{amount}(?:\.(?= ?(?:to|and|or|[–-])))?)?"  # "55 in. to 65 in."


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
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(  # "24 December to 2 January", "6–21 Feb"
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?(?: (?P<month>{_MONTH})\b\.?)?(?: \d{{4}})?"
    rf"\s{{0,2}}(?:[–—-]|to|until|till|through|and)\s{{0,2}})?"
    rf"(?P<last_day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<last_month>{_MONTH})\b",
    _ANYCASE,
)
_BESIDE_DAY = re.compile(rf"^(?:{_MEMBER})\b,?|,? \d{{4}}$", _ANYCASE)
_FEASTS = (
    (re.compile(r"\b(?:christmas|xmas) eve\b", _ANYCASE), "24 December"),
    (re.compile(r"\b(?:christmas|xmas) day\b", _ANYCASE), "25 December"),
    (re.compile(r"\bboxing day\b", _ANYCASE), "26 December"),
    (re.compile(r"\bnew year['’]?s['’]? eve\b", _ANYCASE), "31 December"),
    (re.compile(r"\bnew year['’]?s['’]? day\b", _ANYCASE), "1 January"),
)
_OPEN_BEFORE = re.compile(
    r"\b(?:from|since|after|until|till|before|by|up to|to)(?: (?:the|and including))? *$", _ANYCASE
)
_OPEN_BEHIND = re.compile(r" (?:onwards?|and (?:later|earlier|after))\b", _ANYCASE)
_DAYS_OF_MONTH = 31
NAMES_KEPT = 10_000  # of rows and columns
_ROUND = re.compile(
    rf"\b(?P<first>{_MEMBER})\b"
    rf"(?:\s{{0,2}}(?:[–—-]|to|until|till|through)\s{{0,2}}(?:\d{{1,2}} )?(?P<last>{_MEMBER})\b)?"
    r"|\b(?:(?P<work>weekdays?)|(?P<free>weekends?)|(?P<all>daily|every day))\b",
    _ANYCASE,
)
_OF_A_CHILD = r"(?:s?he|child|kid|son|daughter|boy|girl|baby)(?: of|(?: who)?(?: is|['’]s| was| turns))"
_AGED = re.compile(rf"\b(?:aged?|ages|age of|{_OF_A_CHILD}) *$", _ANYCASE)  # in front of a number without a unit
_OLD = re.compile(r"(?<=yo)\b|[ -]?(?:olds?|of age)\b", _ANYCASE)  # behind one with a unit
_YEARS = re.compile(r"(?:month|mth|ye?a?r|yo)s?", _ANYCASE)  # that limit something may be an age also without "old"
_AGE_LIMIT = re.compile(r"\b(?:over|above|older than|under|below|younger than) *$", _ANYCASE)  # of a mere number
_AGE_OR = re.compile(r"s?(?: ?\+| (?:and|or) (?:over|above|older|under|below|younger)\b)", _ANYCASE)
_ENDS = re.compile(r"s?(?![\w:])", _ANYCASE)
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
_OR_MORE = re.compile(
    r" *\+| *(?:old )?(?:or|and) (?:more|longer|older|over|above|heavier|later|earlier|up(?! to))\b", _ANYCASE
)
_OR_LESS = re.compile(r" *(?:old )?(?:or|and) (?:less|fewer|shorter|younger|under|below|lighter)\b", _ANYCASE)
_REST = re.compile(  # how a sentence begins that is on all other amounts than the one before
    r"\W*(?:(?:for|in|at) )?(?:(?:any|all) )?"
    r"(?:(?P<low>smaller|lower|shorter|younger|lighter|fewer|less than th(?:is|at))"
    r"|(?P<high>larger|bigger|higher|longer|older|heavier|more than th(?:is|at))"
    r"|otherwise|outside (?:it|this|that|these|those|them))\b(?! than (?!this|that))",
    _ANYCASE,
)
_BESIDE = re.compile(r"\([^()]*\)")
_IN_HEAD = re.compile(rf"\b(?:(?P<age>ages?)|(?:{_ANY_UNIT})s?)\b", _ANYCASE)
_BEFORE = 30  # characters in front of a number that may say how it limits

_PLACED = ("first", "second", "third", "fourth", "fifth", "sixth")
_PLACE_OF = re.compile(  # but for days
    rf"\b(?:(?P<word>{'|'.join(_PLACED)})|(?P<digits>\d{{1,2}})(?:st|nd|rd|th))\b(?! (?:of|{_MEMBER})\b)", _ANYCASE
)
_WHOLE = re.compile(rf"\d{{1,2}}|{'|'.join(_SMALL)}", _ANYCASE)
_WORDS_BEHIND = 3  # of "2nd", among which is what is numbered

_ANY = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice|free)\b", _ANYCASE)
MONEY = re.compile(
    r"[£$€]\s?\d|\d\s?¢|\d\s?(?:p|pence|cents?|pounds?|dollars?|euros?|gbp|eur|usd)\b|\bfree\b|\bno charge\b|\d\s?%",
    _ANYCASE,
)
_COUNT = re.compile(  # a number that is no money, length, time, share or part of a date
    rf"(?<![£$€\d.,:/])(?:\b\d{{1,3}}(?:,\d{{3}})*|\b(?:{'|'.join(_NUMBERS)}))\b"
    rf"(?![.,:/]\d|\s?(?:[£$€%]|(?:{_ANY_UNIT}|[ap]m|pence|p)s?(?!\w))|[ –-](?:{_MEMBER})\b)"
    r"|\b(?:once|twice|none)\b",
    _ANYCASE,
)
_COUNTS = re.compile(rf"\bhow (?:many (?:\w+ ){{0,2}}?(?P<things>{_COUNTED})|much (?P<span>notice|time))\b", _ANYCASE)
_ASKED = (  # what asks for an amount of a kind, and what an answer has
    (
        re.compile(
            r"\b(?:how much(?! (?:notice|time|longer|earlier|later)\b)|prices?|costs?|fees?|(?:the|a) charge|charges"
            r"|deposit|surcharge|discount|rates?)\b|[£$€]",
            _ANYCASE,
        ),
        MONEY,
    ),
    (
        re.compile(
            r"\bhow (?:long|soon|often|late|early|fast|quick(?:ly)?|many (?:minutes|hours|days|weeks|months|years))\b"
            r"|\b(?:when (?:is|are|do|does|did|will|must|can|may|should|has|have)|(?:by|until|till) when|what time"
            r"|notice|deadline|cut-?off|time limit|opening|hours|latest|how much (?:time|longer|earlier|later))\b",
            _ANYCASE,
        ),
        re.compile(
            rf"(?:{_NUMBER}|\ban?)[\s-]{{0,2}}(?:\w{{1,20}} )?"
            r"(?:second|min|minute|hour|hr|day|night|week|month|year)s?\b"
            r"|\d[:.]\d\d\b|\b\d{4} ?[-–] ?\d{4}\b|\d ?(?:am|pm)\b|\da ?[–-] ?\d|\d(?:st|nd|rd|th)? (?:of )?may\b"
            r"|\b(?:noon|midnight|immediately|at once|same day|next day|daily|weekly|monthly|yearly)\b"
            r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august"
            r"|september|october|november|december)\b",
            _ANYCASE,
        ),
    ),
    (re.compile(rf"\bhow many (?!(?:{_ANY_UNIT})s?\b)", _ANYCASE), _COUNT),
    (
        re.compile(
            rf"\bhow (?:many (?:{_ANY_UNIT})s?|far|old|heavy|big|wide|tall|high|deep|loud)\b"
            r"|\b(?:limits?|max(?:imum)?|min(?:imum)?|number of|age|weight|height|size|length)\b",
            _ANYCASE,
        ),
        _ANY,
    ),
)
_SIGNS = re.compile(  # how long a name or a text is
    rf"(?!one\b|1\b)(?:{_NUMBER})(?:[\s-]{{1,2}}\w{{1,20}})?[\s-]{{1,2}}(?:character|char|digit|letter|line|page|word)s?\b",
    _ANYCASE,
)
_LENGTH = re.compile(r"\bhow long (?:can|do(?:es)?|ha(?:s|ve)|may|must|should)\b.{1,100}\bbe\b", _ANYCASE)


_CODE = r"(?<![\w£$€.,/#+-])\d{5,9}(?!\w|[.,/-]\d)"  # of five digits and more, as ZIP codes and numbers of orders have
_BARE = re.compile(rf"{_CODE}(?! ?(?:[£$€%]|(?:{_ANY_UNIT})s?\b))", _ANYCASE)
_CODES = re.compile(r"(?<![\w£$€.,/#+-])(\d{5,9}) ?(?:[–—-]|to|through) ?(\d{5,9})(?!\w|[.,/-]\d)", _ANYCASE)
_POUND = re.compile(r"\b(\d+) ?pounds?\b", re.IGNORECASE)
_WEIGHS = re.compile(  # what has pounds that are no money
    r"\b(?:weigh|how heavy|heavier|lbs?\b|lifting|(?:to|can|may|must) lift\b)", re.IGNORECASE
)


class Figure(NamedTuple):
    """An amount with its unit, in what that measures: minutes, grams, metres, megabytes, money; or with the stem of
    what it counts.
    """

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
    >>> [each.search("10a-9p").group() for each in answers_in("what time do they open")]
    ['0a-9']
    """
    asked = [has for asks, has in _ASKED if asks.search(question)]
    return [has for has in asked if has not in {_ANY, _COUNT}] or asked


def counted_in(question: str) -> re.Pattern[str] | None:
    """A number of what a question counts: of the offers in "how many offers", of the notice in "how much notice", of
    the signs in "how long may a title be".

    >>> counted_in("how much notice do they give").search("It is at least one full month's notice.").group()
    "one full month's notice"
    >>> counted_in("how long may a title be").search("It has at most 60 characters.").group()
    '60 characters'
    """
    if (counted := _COUNTS.search(question)) is None:
        return _SIGNS if _LENGTH.search(question) else None
    thing = (counted["things"] or counted["span"]).removesuffix("s")
    return re.compile(rf"(?:{_NUMBER})(?:\s+\S+){{0,2}}\s+{thing}s?\b", _ANYCASE)


def figures_in(text: str) -> list[Figure]:
    """The amounts that a text states: those with a unit, ages, and what is counted.

    >>> figures_in("train is 40 mins late, paid £12.50")
    [Figure(kind='time', size=40.0), Figure(kind='money', size=12.5)]
    >>> figures_in("two dogs")
    [Figure(kind='dog', size=2.0)]
    >>> figures_in("earns 28k a year")
    [Figure(kind='money', size=28000.0)]
    >>> figures_in("it weighs 10 pounds") == figures_in("10 lbs."), figures_in('65" TV') == figures_in("65 in. TV")
    (True, True)
    >>> figures_in("3 mo") == figures_in("3 months"), figures_in("16 oz") == figures_in("16 ounces") != []
    (True, True)
    >>> [round(each.size, 2) for each in figures_in("3 ft. and 1 foot by 2 feet, or 99 cents")]
    [0.91, 0.3, 0.61, 0.99]
    >>> [each.kind for each in figures_in("heavy use costs 20 pounds") + figures_in("a lift pass for 5 pounds")]
    ['money', 'money']
    """
    return list(_figures_in(text))


@lru_cache(NAMES_KEPT)
def _figures_in(text: str) -> tuple[Figure, ...]:
    text = _with_weights(text)
    codes = [_as_code(each) for each in _BARE.findall(text)]
    return (*(figure for _, figure in typed_in(_THOUSANDS.sub(r"£\g<1>000", text))), *codes)


def typed_in(text: str) -> list[tuple[str, Figure]]:
    """The same, each as it is written."""
    every = ((match, _around(text, *match.span())) for match in _FIGURE.finditer(text))
    return [
        (match[0], figure) for match, around in every if (figure := _figure(match["number"], match["unit"], *around))
    ]


def limits_of(figures: Sequence[Figure], name: str) -> list[Limits] | None:
    """The limits in the name of a row or column that an amount or a day is within, or the amount that it is; None where
    it has none of their kind.

    >>> limits_of(figures_in("3 days"), "3 days"), limits_of(figures_in("3 days"), "each week")
    ([Limits(kind='time', low=4320.0, high=4320.0)], None)
    >>> limits_of(days_in("on 20 March"), "19 Dec to 14 Mar")
    []
    """
    of_kind = [(each, size) for kind, size in figures for each in _limits_in_name(name) if each.kind == kind]
    return [each for each, size in of_kind if each.low <= size <= each.high] if of_kind else None


@lru_cache(NAMES_KEPT)
def _limits_in_name(name: str) -> tuple[Limits, ...]:
    every = [*_limits(name), *_rounds(name)]
    if not every and (amount := _FIGURE.fullmatch(_BESIDE.sub("", name).strip())):
        figure = _figure(amount["number"], amount["unit"], "", "")
        every = [Limits(figure.kind, figure.size, figure.size)] if figure else []
    return tuple(every)


def place_in(text: str) -> tuple[int, str] | None:
    """The place that a text names, with the words behind it: of what it is one.

    >>> place_in("when is the 2nd rent instalment due"), place_in("Third"), place_in("by the 2nd of May")
    ((2, ' rent instalment due'), (3, ''), None)
    """
    match = _PLACE_OF.search(text)
    if not match:
        return None
    place = int(match["digits"] or 1 + _PLACED.index(match["word"].casefold()))
    return place, " ".join(text[match.end() :].split(" ")[: 1 + _WORDS_BEHIND])


def is_at_another(cell: str, place: int) -> bool | None:
    """Whether a cell is the number of another place; None where it is none.

    >>> [is_at_another(cell, 2) for cell in ("1", "two", "second", "3rd", "1 to 9")]
    [True, False, False, True, None]
    """
    if _WHOLE.fullmatch(cell):
        return _size(cell) != place
    named = place_in(cell) if _PLACE_OF.fullmatch(cell) else None
    return named and named[0] != place


def days_in(text: str) -> list[Figure]:
    """The days of the week and the months that a text names, by their places, or the days of the year.

    >>> days_in("open on Sundays in May"), days_in("open on 2 January")
    ([Figure(kind='weekday', size=6.0), Figure(kind='month', size=4.0)], [Figure(kind='date', size=2.0)])
    """
    every = list(_rounds(text))
    dates = [each for each in every if each.kind == "date" and each.low == each.high]
    return [Figure(kind, low) for kind, low, _ in every if kind == "weekday" or kind == ("date" if dates else "month")]


@lru_cache(NAMES_KEPT)
def is_day(cell: str) -> bool:
    """Whether a cell is a day of the year, or days from one to another.

    >>> is_day("10/12/2026"), is_day("Mon, Oct. 12"), is_day("24 Dec to 2 Jan"), is_day("by 12 May"), is_day("3")
    (True, True, True, False, False)
    """
    days = with_days_first(cell, is_month_first=True) if any(map(str.isdigit, cell)) else ""
    return _DATE.fullmatch(_BESIDE_DAY.sub("", days).strip()) is not None


def are_within(figures: Sequence[Figure], text: str) -> bool:
    """Whether an amount lies within limits that a text names: "30–59 minutes", "over £100", "18 or older".

    >>> are_within(figures_in("train is 40 mins late"), "30–59 minutes: half the price of the ticket")
    True
    >>> are_within(figures_in("train is 40 mins late"), "an hour or more: all of it")
    False
    >>> are_within(figures_in("60 lb"), "$9: 50 lb and up"), are_within(figures_in("60 lb"), "$9: 50 lb and up to 55")
    (True, False)
    """
    every = [*_limits(text), *_rounds(text)] if figures else []
    return any(each.kind == kind and each.low <= size <= each.high for kind, size in figures for each in every)


def off_the_step(figures: Sequence[Figure], steps: Sequence[str]) -> dict[int, list[int]]:
    """Which steps of a scale exclude an amount, and which include it; none where all do, or where limits overlap.

    >>> off_the_step(figures_in("a child of 4"), ["Dogs", "Under 5", "Child (5 to 15)", "Adult (16 and over)"])
    {2: [1], 3: [1]}
    >>> off_the_step(figures_in("a driver aged 20"), ["drivers over 21 years", "under 25 years: £5 more"])
    {}
    """
    every = [[*_limits(step), *_rounds(step)] for step in steps]
    off: dict[int, list[int]] = {}
    for kind, size in figures:
        of_kind = [[each for each in step if each.kind == kind] for step in every]
        on = [n for n, step in enumerate(of_kind) if any(each.low <= size <= each.high for each in step)]
        included = [each for n in on for each in of_kind[n]]
        for n, step in enumerate(of_kind):
            if n not in on and step and on and all(a.high <= b.low or b.high <= a.low for a in step for b in included):
                off.setdefault(n, []).extend(on)
    return off


def says_of_the_rest(figures: Sequence[Figure], limit: str, behind: str) -> bool:
    """Whether a sentence is on what the limits in the one before it leave out, and an amount is among that.

    >>> says_of_the_rest(figures_in("owes £30"), "Over £50 we write.", "For smaller sums we ring.")
    True
    """
    if not figures or (rest := _REST.match(behind)) is None:
        return False
    every = [*_limits(limit), *_rounds(limit)]
    for kind, size in figures:
        limits = [each for each in every if each.kind == kind]
        is_lower, is_higher = all(size < each.low for each in limits), all(size > each.high for each in limits)
        is_outside = not any(each.low <= size <= each.high for each in limits)
        if limits and (is_lower if rest["low"] else is_higher if rest["high"] else is_outside):
            return True
    return False


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


def _limits(text: str) -> Iterator[Limits]:
    text = _with_weights(text)
    for code in filter(_BARE.fullmatch, [text]):
        yield Limits(*_as_code(code), float(code))
    for low, high in _CODES.findall(text):
        if len(low) == len(high):  # "01223-456789" has a dash, and no limits
            yield Limits(*_as_code(low), float(high))
    spans: list[tuple[int, int]] = []
    for match in _BETWEEN.finditer(text):
        before, after = _around(text, *match.span())
        unit = match["high_unit"] or match["low_unit"]
        low = _figure(match["low"], match["low_unit"] or unit, before, after)
        high = _figure(match["high"], unit, before, after)
        if not low and not high and before.endswith("(") and after.startswith(")"):
            low, high = _age(match["low"]), _age(match["high"])
        if low and high and low.kind == high.kind:
            yield from _also_of_age(Limits(low.kind, *sorted((low.size, high.size))), unit)
            spans.append(match.span())
    for match in _FIGURE.finditer(text):
        if any(start <= match.start() < end for start, end in spans):
            continue
        number, unit = match["number"], match["unit"]
        before, after = _around(text, *match.span())
        figure = _figure(number, unit, before, after)
        if figure is None and (_AGE_OR.match(after) or (_ENDS.match(after) and _AGE_LIMIT.search(before))):
            figure = _age(number)
        if figure is None:
            continue
        behind = (match.end("number"), match.end())  # "2 or more days", "2 days or more"
        if _AT_LEAST.search(before) or any(_OR_MORE.match(text, at) for at in behind):
            yield from _also_of_age(Limits(figure.kind, figure.size, math.inf), unit)
        elif _AT_MOST.search(before) or any(_OR_LESS.match(text, at) for at in behind):
            yield from _also_of_age(Limits(figure.kind, 0.0, figure.size), unit)


def _with_weights(text: str) -> str:
    """A text with those pounds that are no money as "lb"."""
    return _POUND.sub(r"\1 lb", text) if "pound" in text and _WEIGHS.search(text) else text


def _as_code(digits: str) -> Figure:
    """A number by itself, which compares with others of as many digits.

    >>> are_within(figures_in("to ZIP 30117?"), "30100-30199"), are_within(figures_in("to ZIP 30117?"), "30218-30250")
    (True, False)
    >>> are_within(figures_in("to ZIP 30117?"), "ring 01223-456789")
    False
    """
    return Figure(f"{len(digits)} digits", float(digits))


def _also_of_age(limits: Limits, unit: str | None) -> Iterator[Limits]:
    """Limits in years are those of an age as well, and the other way round: "3 to 5 years"."""
    yield limits
    if unit and _YEARS.fullmatch(unit):
        yield limits._replace(kind="time" if limits.kind == "age" else "age")


def _rounds(text: str) -> Iterator[Limits]:
    """The days of the week and the months in a text, from one to another where it says so; over the end in two. The
    days of the year, too: of a month alone all that it has.
    """
    for feast, day in _FEASTS:
        text = feast.sub(day, text)
    orders = (True, False) if "/" in text or "-" in text else (None,)  # of a day that may be another, either
    text, *others = dict.fromkeys(with_days_first(text, is_month_first=each) for each in orders)
    for each in (text, *others):
        yield from _dates(each)
    has_dates = _DATE.search(text) is not None
    for match in _ROUND.finditer(text):
        if match["first"] is None:
            yield Limits("weekday", *((0.0, 4.0) if match["work"] else (5.0, 6.0) if match["free"] else (0.0, 6.0)))
            continue
        kind, low = _PLACES[match["first"][:3].casefold()]
        last_kind, high = _PLACES[(match["last"] or match["first"])[:3].casefold()]
        if kind != last_kind:
            high = low
        yield from _around_the_end(Limits(kind, low, high))
        if kind == "month" and not has_dates:
            first, last = low * _DAYS_OF_MONTH + 1, (high + 1) * _DAYS_OF_MONTH
            yield from _around_the_end(Limits("date", first, last))


def _dates(text: str) -> Iterator[Limits]:
    """The days of the year in a text, from one to another where it says so; but for what begins or ends on one, whose
    other end may be in another year.
    """
    for match in _DATE.finditer(text):
        if not match["day"] and (
            _OPEN_BEFORE.search(_around(text, *match.span())[0]) or _OPEN_BEHIND.match(text, match.end())
        ):
            continue
        last = _day_of_year(match["last_day"], match["last_month"])
        first = _day_of_year(match["day"], match["month"] or match["last_month"]) if match["day"] else last
        yield from _around_the_end(Limits("date", first, last))


def _day_of_year(day: str, month: str) -> float:
    return _PLACES[month[:3].casefold()][1] * _DAYS_OF_MONTH + float(day)


def _around_the_end(limits: Limits) -> Iterator[Limits]:
    """Limits that go over the end of the year or the week, in two."""
    if limits.low <= limits.high:
        yield limits
    else:
        yield limits._replace(high=math.inf)
        yield limits._replace(low=0.0)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - _BEFORE) : start], text[end : end + _BEFORE]


def _figure(number: str, unit: str | None, before: str, after: str) -> Figure | None:
    size = _size(number)
    if _CURRENCY.match(number):
        return Figure("money", size)
    known = next(
        (Figure(kind, size * each) for pattern, kind, each in _SIZES if unit and pattern.fullmatch(unit)), None
    )
    if known:
        is_age = unit and _YEARS.fullmatch(unit) and _OLD.match(f"{unit}{after}", len(unit))
        return known._replace(kind="age") if is_age else known
    if _AGED.search(before):
        return _age(number) if unit or _ENDS.match(after) else None
    return Figure(" ".join(stems(unit)), size) if unit and says_something(unit) else None


def _age(number: str) -> Figure | None:
    size = _size(number) * _YEAR
    return Figure("age", size) if size <= _OLDEST and not _CURRENCY.match(number) else None


def _size(number: str) -> float:
    digits = _CURRENCY.sub("", number.casefold()).replace(",", "")
    return 1.0 if digits in {"a", "an"} else _NUMBERS.get(digits) or float(digits)

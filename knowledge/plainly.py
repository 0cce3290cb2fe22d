"""Text written plainly, so that two ways of saying the same can be compared: its words, figures, units and rates."""

import re
from itertools import takewhile

from knowledge.dates import with_days_first
from knowledge.lexical import asking, stems
from knowledge.names import UNITS, word_set


def word_list(listed: str) -> list[str]:
    return listed.split()


_COUNTING = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = word_list("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
_VALUES = {word: 10 * value for value, word in enumerate(_TENS)} | {word: n for n, word in enumerate(_COUNTING)}
_LARGE = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_ORDINALS = word_list("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
_TIMES = {"half": "0.5 x", "quarter": "0.25 x", "once": "1 time", "twice": "2 time", "double": "2 time",
          "doubled": "2 time", "thrice": "3 time", "triple": "3 time", "tripled": "3 time", "couple": "2"}  # fmt: skip

# "Two hundred and five", "twenty-five"; but "two and three" are two numbers, as are "one two".
_SMALL = rf"(?:{'|'.join(_TENS[2:])})(?:[\s-]+(?:{'|'.join(_COUNTING[1:10])})\b)?|{'|'.join(_COUNTING)}"
_IN_WORDS = re.compile(
    rf"\b(?:{_SMALL}|{'|'.join(_LARGE)})\b(?:[\s-]+(?:{'|'.join(_LARGE)})\b|"
    rf"(?:(?<=hundred)|(?<=thousand)|(?<=million))(?:\s+and)?[\s-]+(?:{_SMALL})\b)*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:the|this|that|which|other|another|new|no|any|every|each)\s+$", re.IGNORECASE)
_ORDINAL = re.compile(rf"(?<![\d-])(?<!\d )\b({'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_TIMES_WORD = re.compile(rf"\b({'|'.join(_TIMES)})\b", re.IGNORECASE)
PERIOD = r"(?:day|week|weekday|weekend|month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b"
GLUED = "|".join(sorted((unit for unit in {*UNITS, "h"} - word_set("a of st nd rd th k") if unit.isalpha()), key=len))
WORD = re.compile(r"(\d+(?:[.,:/]\d+)*(?:st|nd|rd|th)?)|[^\W\d_][\w'’-]*")  # or a figure
_BEFORE_ONE = "within|after|before|for|in|of|than|about|only|least|under|over"  # "a day", which is one day there
# What says the same in another way, written in one way before anything is compared.
_INSTEAD = {
    phrase: instead
    for instead, phrases in {
        "ahead": "in advance|beforehand",
        "except": "apart from|with the exception of|but for",
        "includes": "comes with",
        "if": "as long as|so long as|provided that",
        "nobody": "no one|no-one",
        "tell us": "let us know",
        "by phone": "over the phone|by telephone",
        "free": "for free",
        "is free": "costs nothing",
        "automatically": "by itself|by themselves",
        "14 days": "a fortnight",
        "email": "e-mail",
        "emails": "e-mails",
        "setup": "set-up",
        "%": "per cent",
        "is": "counts as|count as",
        "will not": "won't|won’t",
        "excluding vat": "plus vat|exclusive of vat|net of vat",
        "with": "including|inclusive of",
        "may": "is allowed to|are allowed to|is permitted to|are permitted to|is able to|are able to|is entitled to|"
        "are entitled to",
    }.items()
    for phrase in phrases.split("|")
}
_PHRASE = re.compile(rf"\b(?:{'|'.join(_INSTEAD)})\b", re.IGNORECASE)
_REWRITTEN = (
    (re.compile(r"\b(?:is|are) ?(?:not|n['’]t) (?:allowed|permitted|able|entitled) to\b", re.IGNORECASE), "may not"),
    (re.compile(r"\b([^\W\d_]+) (?:is |are )?not included\b(?! in\b)", re.IGNORECASE), r"excluding \1"),
    (re.compile(r"\bwith ([^\W\d_]+) included\b", re.IGNORECASE), r"with \1"),
    (
        re.compile(
            r"\bonce (?=(?:an?|the|it|they|we|you|your|their|his|her|all|any|no) (?!PERIOD))".replace("PERIOD", PERIOD),
            re.IGNORECASE,
        ),
        "after ",
    ),
    (re.compile(r"(?<=\d),(?=\d{3}\b)|(?<=\d)\.00\b|\*\*|__"), ""),
    (re.compile(r"\b0(?=\d:\d\d\b)"), ""),
    (re.compile(r"(?<=\d)\s?¢"), " cents"),
    (re.compile(r"(?<=\d)\s?(?:°|degrees) ?F\b"), " degrees Fahrenheit"),
    (re.compile(r"(?<=\d)\s?(?:°|degrees) ?C\b"), " degrees Celsius"),
    (re.compile(r"(?<=\d)[ -]in\.|(?<=\d)″", re.IGNORECASE), " inches"),
    (re.compile(r"(?<=\d)[ -]cu\. ?ft\b\.?", re.IGNORECASE), " cubic feet"),
    (re.compile(r"(?<=\d)[ -]sq\. ?ft\b\.?", re.IGNORECASE), " square feet"),
    (re.compile(r"\b(?:12 )?noon\b", re.IGNORECASE), "12:00"),
    (re.compile(r"\bnon-(?=[a-z]+[ai]ble\b)", re.IGNORECASE), "not "),
    (
        re.compile(r"\b((?:all|every|any|each)(?: [^\W\d_]+){1,3},?) but (?=(?:the|for|on|in) )", re.IGNORECASE),
        r"\1 except ",
    ),
    (re.compile(r"\bin the first (?=\d)", re.IGNORECASE), "within "),
    (
        re.compile(
            r"(?<![\d.,])([£€$]?\d[\d.,]*)( [^.!?|\n]{0,120}?\b(?:above|over|below|under)) (?:this|that)\b",
            re.IGNORECASE,
        ),
        r"\1\2 \1",
    ),
    (re.compile(rf"(?<![\w.,])(?=[£€$\d])([£€$]?\d[\d.,]*)(?=(?:{GLUED})\b)"), r"\1 "),
    (re.compile(r"(?<=\d)(?=(?:[GMTk]B|[MG]bps|[MG]Hz)\b)"), " "),
    (re.compile(r"(?:(?<=[\s(|])|^)(?<!\d )(?:[-−]|minus )(?=\d)"), "−"),
    (re.compile(rf"\bevery (?:other|second) (?={PERIOD})", re.IGNORECASE), "every 2 "),
    (re.compile(r"\b(?:no|not) later than (\d+ [^\W\d_]+) (?:after|from)\b", re.IGNORECASE), r"within \1 of"),
    (
        re.compile(r"\b(?:cannot|(?:can|may|must)(?: not|n['’]t)) ([^\W\d_]+) more than\b", re.IGNORECASE),
        r"may \1 up to",
    ),
    (re.compile(r"\b(?:do|does|will)(?: not|n['’]t) ([^\W\d_]+) more than\b", re.IGNORECASE), r"\1 up to"),
    (
        re.compile(
            r"\b(?:(?:no|not) (?:more|longer|higher|larger) than|(?:up to )?(?:an? )?maximum of|"
            r"limited to(?= [£€$]?\d))",
            re.IGNORECASE,
        ),
        "up to",
    ),
    (re.compile(r"\b(?:larger|bigger|greater|longer|higher|heavier|older) than(?= [£€$]?\d)", re.IGNORECASE), "over"),
    (re.compile(r"\b(?:smaller|shorter|lower|lighter|younger|cheaper) than(?= [£€$]?\d)", re.IGNORECASE), "under"),
    (re.compile(r"\b(?:no|not) (?:less|fewer|lower|shorter) than\b", re.IGNORECASE), "at least"),
    (re.compile(r"\bbetween ([£€$]?\d[\w.:]*) and (?=[£€$]?\d)", re.IGNORECASE), r"from \1 to "),
    (
        re.compile(r"(?<![\d.])([£€$]?\d[\d.]*)( \w+)? (?:or|and) (?:over|above|older|more)\b", re.IGNORECASE),
        r"at least \1\2",
    ),
    (
        re.compile(r"(?<![\d.])([£€$]?\d[\d.]*)( \w+)? or (?:under|below|younger|less|fewer)\b", re.IGNORECASE),
        r"up to \1\2",
    ),
    (re.compile(r"\bof (?:any|every|all) (?:kind|sort|type)s?\b", re.IGNORECASE), ""),
    (
        re.compile(
            r"\ban? (?=(?:minute|hour|day|week|month|year) (?:before|after|ahead|earlier|later)\b)", re.IGNORECASE
        ),
        "1 ",
    ),
    (re.compile(rf"\b({_BEFORE_ONE}) an? (?=(?:minute|hour|day|week|month|year)s?\b)", re.IGNORECASE), r"\1 1 "),
    (
        re.compile(r"\bfree of charge\b|\b(?:at no|without(?: any)?|no) (?:extra )?(?:cost|charge)s?\b", re.IGNORECASE),
        "free",
    ),
    (re.compile(r"\bfree (?:on|with|at|in)\b", re.IGNORECASE), "free for"),
    (re.compile(r"(?<!not )\b(possible|available|valid) (?:on|with)\b", re.IGNORECASE), r"\1 for"),
    (re.compile(r"\bbut not (?=(?:in|on|at|for|during|between)\b)", re.IGNORECASE), "except "),
)
# "8 p.m.", "from 8 to 10pm", which both are of the evening.
_CLOCK = re.compile(
    r"(?<![\d:.£€$])(?:(\d\d?)(?:[.:](\d\d))?(\s?[–-]\s?| to ))?(\d\d?)(?:[.:](\d\d))?\s?"
    r"([ap])(?:m\b|\.\s?m\b(?:\.(?!\s+(?-i:[A-Z])))?)",
    re.IGNORECASE,
)
_FROM_TO = re.compile(  # "9a-5:30p", but not "5p-10p" of pence
    r"(?<![\w.£€$])(\d{1,2}(?::\d\d)?)(?:(a)\s?[–-]\s?(\d{1,2}(?::\d\d)?)([ap])\b)(?!\.)", re.IGNORECASE
)
_MIXED = re.compile(r"(?<![\w.,/-])(\d{1,4})(?:-|\s)([1-9]|1[1-5])/(2|4|8|16)(?![\w/]|[.,]\d)")  # "27-3/8"
_MILLIONS = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?) (thousand|million|billion)\b", re.IGNORECASE)
_AND_HALF = re.compile(r"\b(?:(\d+)|an?)( [^\W\d_]+)? and a half\b( [^\W\d_]+)?", re.IGNORECASE)
# One unit, so many of which are another one.
_OF_SHORTER = {"week": (7, "day"), "year": (12, "month"), "day": (24, "hour"), "hour": (60, "minute")}
_PERIOD_OF = re.compile(r"(?<![\d.,:£€$])(\d+(?:\.\d+)?)([ -])(minute|hour|day|week|month|year)(s?)\b")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_NUMBER = re.compile(r"([£€$]?)\s?(−?\d+(?:[.,:/]\d+)*)(?:\s?(%)|(st|nd|rd|th)\b)?((?:[\s-]+[^\W\d_]+){0,3})")
_FIGURES = re.compile(r"(?<![^\W_])[£€$]?\d[\d.,:/]*(?:%|(?:st|nd|rd|th)\b)?")  # none of a code, as in "form B2"
_MEASURES = UNITS - {"a", "of"} | word_set("h lb lbs oz ounce ounces ft foot feet")
_BEFORE_UNIT = word_set("working business full whole calendar more further other consecutive extra additional")
_UNITS = {"min": "minute", "sec": "second", "hr": "hour", "h": "hour", "pound": "£", "quid": "£", "euro": "€",
          "dollar": "$", "percent": "%", "gig": "gb", "meter": "metre", "inche": "inch", "feet": "foot", "ft": "foot",
          "ounce": "oz"}  # fmt: skip
_RATE = re.compile(
    r"(?:\ba|\ban|\bper|\beach|\bevery|/)\s*(?:full |working |business )?(second|minute|hour|day|week|month|year)s?\b"
    r"|\b(dai|week|month|year)ly\b",
    re.IGNORECASE,
)
# Words that add nothing to what is said.
GLUE = (
    "per also then here now however both provided case mean note apply go come happen make made give use using via "
    "take took need must one whether after period during sent currently plus "
    "please simply yourself yourselves otherwise"
)
# Words that needn't stand in a passage: what they say besides is checked by itself.
LINKING = (
    GLUE + " until till between either both while whereas within such example instance cannot goes receive customer"
)


def plain(text: str) -> str:
    """The text with its number words in figures, and what can be written in two ways in one.

    >>> plain("Twenty-five **working** days, £1,500.00, twice, the second time, at no extra cost")
    '25 working days, £1500, 2 time, the 2nd time, free'
    """
    text = _PHRASE.sub(lambda match: _INSTEAD.get(match[0].casefold(), match[0]), text)
    text = with_days_first(_CLOCK.sub(_in_24_hours, _FROM_TO.sub(r"\1 \2m–\3 \4m", text)))
    text = _MIXED.sub(lambda match: f"{int(match[1]) + int(match[2]) / int(match[3]):g}", text)
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    text = _MILLIONS.sub(lambda match: f"{float(match[1]) * _LARGE[match[2].casefold()]:.0f}", text)
    text = _IN_WORDS.sub(_in_figures, text)
    text = _AND_HALF.sub(lambda match: f"{match[1] or 1}.5{match[2] or ''}{match[3] or ''}", text)
    text = re.sub(r"(\d?)\s?([½¼¾])", lambda match: (match[1] or "0") + _FRACTIONS[match[2]], text)
    text = _ORDINAL.sub(lambda match: _as_ordinal(_ORDINALS.index(match[1].casefold()) + 1), text)
    return _TIMES_WORD.sub(lambda match: _TIMES[match[1].casefold()], text)


def in_units_of(there: str, text: str) -> str:
    """A text with its periods in the units in which the same stand there; both are written plainly.

    >>> in_units_of("It takes 14 days and holds for 12 months.", "It holds for 1 year and takes 3 weeks.")
    'It holds for 12 month and takes 3 weeks.'
    """
    known = amounts(there)

    def as_there(period: re.Match[str]) -> str:
        number, between, unit, _ = period.groups()
        if (number, unit) in known:
            return period.group()
        others = [(f"{float(number) * many:g}", shorter) for one, (many, shorter) in _OF_SHORTER.items() if one == unit]
        others += [(f"{float(number) / many:g}", longer) for longer, (many, one) in _OF_SHORTER.items() if one == unit]
        return next((f"{many}{between}{other}" for many, other in others if (many, other) in known), period.group())

    return _PERIOD_OF.sub(as_there, text)


def without_figures(text: str) -> str:
    """For comparing meanings: with figures, what holds the figure looks closest, whatever it is the figure of."""
    return _FIGURES.sub(" ", text)


def stems_said(text: str) -> set[str]:
    """The stems of the words that say something; figures are compared by themselves."""
    return {stem for stem in stems(without_figures(text)) if len(stem) > 1} - asking()


def words_in(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def amounts(text: str) -> set[tuple[str, str]]:
    """Every number of a plain text, and every number with its unit: another unit is another amount.

    >>> sorted(amounts("£5 within 10 working days"))
    [('10', ''), ('10', 'working day'), ('5', ''), ('5', '£')]
    """
    found = set()
    for currency, number, percent, ordinal, after in _NUMBER.findall(text):
        found.add((number, ""))
        found.update((number, sign) for sign in (currency, percent, ordinal) if sign)
        words = after.casefold().replace("-", " ").split()
        before = list(takewhile(_BEFORE_UNIT.__contains__, words))
        if words[len(before) :] and (unit := words[len(before)]) in _MEASURES:
            unit = unit.removesuffix("s") or unit
            working = "working " if {"working", "business"} & set(before) else ""
            found.add((number, working + _UNITS.get(unit, unit)))
    return found


def counted_in(text: str) -> set[str]:
    """What is counted: the stem of the word behind a number that has no unit.

    >>> counted_in("Up to 2 pods within 10 days")
    {'pod'}
    """
    found = ((ordinal, after.split()) for *_, ordinal, after in _NUMBER.findall(text))
    words = [after[0].lstrip("-") for ordinal, after in found if after and not ordinal]
    counted = " ".join(word for word in words if word.casefold() not in UNITS | _BEFORE_UNIT)
    return stems_said(counted) - frozenset(stems(GLUE))


def rates_in(text: str) -> set[str]:
    """What something is for each of: "a day", "monthly"."""
    return {(per or ly).casefold().replace("dai", "day") for per, ly in _RATE.findall(text)}


def figures_of(text: str) -> set[str]:
    return {word[1] for word in WORD.finditer(text) if word[1]}


def _in_figures(words: re.Match[str]) -> str:
    """The figure that number words stand for, but for a "one" that stands for a thing named before.

    >>> plain("two thousand three hundred and five, two and three, one two, nineteen ninety")
    '2305, 2 and 3, 1 2, 19 90'
    """
    said = words.group().casefold()
    if said == "one" and _PRONOUN.search(words.string, 0, words.start()):
        return words.group()
    total = current = 0
    for word in re.findall(r"[a-z]+", said):
        if word == "and":
            continue
        value = _LARGE.get(word)
        if value is None:
            current += _VALUES[word]
        elif value < 1_000:
            current = max(1, current) * value
        else:
            total, current = total + max(1, current) * value, 0
    return str(total + current)


def _in_24_hours(time: re.Match[str]) -> str:
    """A time of day as the clock of a station shows it.

    >>> plain("8am, 12.30 p.m., 6–9pm, 08:00, 10 to 12 pm")
    '8:00, 12:30, 18:00–21:00, 8:00, 10:00 to 12:00'
    """
    begin, begin_minute, reach, end, minute, half = time.groups()
    until = _hour(end, half)
    if not begin:
        return f"{until}:{minute or '00'}"
    since = _hour(begin, half)
    return f"{since if since <= until else int(begin)}:{begin_minute or '00'}{reach}{until}:{minute or '00'}"


def _hour(hour: str, half: str) -> int:
    return int(hour) % 12 + 12 * (half in "pP")


def _as_ordinal(number: int) -> str:
    return f"{number}{('st', 'nd', 'rd')[number - 1] if number <= 3 else 'th'}"


def unit_behind(text: str) -> bool:
    words = re.match(r"\s*([^\W\d_]+)", text)
    return bool(words and words[1].casefold() in UNITS)

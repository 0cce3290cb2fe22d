"""Whether a sentence keeps what figures limit, reach to, are a share of and are for each of; all is written plainly."""

import re

from knowledge.plainly import GLUED, PERIOD, amounts, figures_of, stems_said, words_in
from knowledge.wording import first_of, is_mostly, stands

# A figure, and what is not said without it: "2 time the fee", "every 2 weeks"; a price beside what is free.
_BOUND = (
    re.compile(r"(?<![\d.])(?!1 time)(\d[\d.]*)(?: x| time| ?%) (?=(?:of|the)\b)(?P<of>[^,;.|]*)"),
    re.compile(rf"\bevery (\d+) (?P<of>{PERIOD}|\w+)", re.IGNORECASE),
)
_BESIDE_FREE = re.compile(
    r"\bfree\b[^.;|]{0,200}?[ ,](?:and|but) (?P<of>[^,;.|\d£€$]{0,80})[£€$](\d[\d.]*)", re.IGNORECASE
)
# The ends of what reaches from one amount to another; times and dates begin and end, and may be said by themselves.
_REACHES = re.compile(
    rf"(?<![\w.,:/–-])[£€$]?(\d[\d.]*)(?: ?%)?(?: ?[–-] ?| to )"
    rf"(?:(?=[£€$])|(?=[\d.]+ ?(?:%|(?:working )?(?:{GLUED})\b)))[£€$]?(\d[\d.]*)"
)
_PRICE_FOR = re.compile(r"[£€$]\d[\d.]* (?:an?|per|each|every|/) ([^\W\d_]+)", re.IGNORECASE)
# What makes a limit of the figure behind it.
_AT_MOST = "under below less fewer up most maximum max within in until till before by 1st"
_AT_LEAST = "over above more least minimum min after from exceeding beyond since"
_SIDES = {word: side for side, words in enumerate((_AT_MOST, _AT_LEAST)) for word in words.split()}
_LIMITED = re.compile(r"(?:\b(\w+)\W+)?\b(?:(\w+)\W{1,2})?(?<![\w.,:/])(\d+(?:[.,:/]\d+)*)(?!st|nd|rd|th)")
# "In 2026", "in 3 parts" and "by 4%" are no limits.
_IN_NO_TIME = re.compile(rf"\bin (?=\d+\b(?! (?:[a-z]+ )?(?:{GLUED})\b))|\bby (?=[£€$]|\d[\d.]* ?%)")
_FROM_TO = re.compile(
    r"(?:\b(?:from|between) )?(?<![\w.,:/])(\d[\d.:]*)(?: ?[–-] ?| (?:to|and|until|till) )(?:the )?(\d[\d.:]*)"
)


def keeps_limits(text: str, there: str) -> bool:
    """Whether figures that are limits stay limits, of the same side: "under 18" is not 18."""
    said, known = _limits(text), _limits(there)
    return all(known[number] & sides for number, sides in said.items() if None not in known.get(number, {None}))


def turns_limits(text: str, there: str) -> bool:
    """Whether a figure limits the other side.

    >>> turns_limits("It is free after 14 days.", "It is free within 14 days.")
    True
    """
    known = _limits(there)
    return any(
        None not in sides and not (sides | {None}) & known.get(number, {None})
        for number, sides in _limits(text).items()
    )


def _limits(text: str) -> dict[str, set[int | None]]:
    """By figure, on which side it limits something: 0 for at most, 1 for at least, None for neither."""
    limits: dict[str, set[int | None]] = {}
    text = _FROM_TO.sub(r"; \1; ; \2;", text.casefold())  # the ends of a range are none of these
    text = _IN_NO_TIME.sub("", text)
    for *before, number in _LIMITED.findall(text):
        sides = [_SIDES[word] for word in before if word in _SIDES]
        limits.setdefault(number, set()).add(sides[-1] if sides else None)
    return limits


def keeps_prices_for(text: str, there: str) -> bool:
    """Whether what a price is for each of stands there: "£5 a night".

    >>> keeps_prices_for("It is £5 a night.", "It is £5 a caravan.")
    False
    """
    known = stems_said(there)
    return all(stands(word, known) for each in _PRICE_FOR.findall(text) for word in stems_said(each))


def keeps_bound_figures(text: str, there: str) -> bool:
    """Whether what is said has the figure that it is a share or a multiple of, or comes round with.

    >>> keeps_bound_figures("Members pay the fee.", "Members pay 0.5 x of the fee of £80.")
    False
    >>> keeps_bound_figures("Bins are emptied weekly.", "Bins are emptied every 2 weeks.")
    False
    """
    own, figures = stems_said(text), {number.lstrip("−") for number, _ in amounts(text)}
    for found in (match for pattern in _BOUND for match in pattern.finditer(there)):
        first = first_of(found["of"])
        is_said = (first is not None and stands(first, own)) or not figures.isdisjoint(figures_of(found["of"]))
        if is_said and found[1] not in figures:
            return False
    costs = _BESIDE_FREE.finditer(there) if "free" in words_in(text) else ()
    beside = [(stems_said(found["of"]), found[2]) for found in costs]
    return not any(is_mostly(scope, own, 1) and number not in figures for scope, number in beside)


def keeps_reach(text: str, there: str) -> bool:
    """Whether one end of a reach is said only as a limit of its side.

    >>> [keeps_reach(text, "It takes 2 to 3 weeks.") for text in ("It takes 3 weeks.", "It takes up to 3 weeks.")]
    [False, True]
    """
    figures, limits = figures_of(text), _limits(re.sub(r"(?<!up )\bto (?=[£€$]?\d)", "up to ", text))
    for low, high in _REACHES.findall(there):
        if (low in figures) != (high in figures):
            number, side = (low, 1) if low in figures else (high, 0)
            if side not in limits.get(number, ()):
                return False
    return True

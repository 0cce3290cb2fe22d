"""Slips of the finger and what is shortened in a question, put into the guides' own words."""

import re
from calendar import day_name, month_name
from collections.abc import Callable
from functools import lru_cache
from string import ascii_lowercase

from knowledge.dates import with_days_both_ways
from knowledge.lexical import stems
from knowledge.names import COUNTED, QUALIFIERS, UNITS, word_set
from knowledge.words import Words

LEAST_LETTERS = 5  # of a word that is put right; for shorter ones there are too many others a letter away
LEAST_BEGUN = 6  # letters of a beginning that is put right to the one word that begins so
LEAST_OF_MONTHS = 7  # the same of a month or a day, with a capital as a name has it, too

COMMON = word_set(  # what initials mean to everybody
    "am pm uk us usa eu tv pc id it ok pin pdf sms usb vat gps faq asap fyi eta cv hr nhs ceo diy dvd led qr sim url"
)
# Contractions without their apostrophe, as people type them.
CONTRACTED = {
    each.replace("'", ""): each
    for each in word_set(
        "aren't can't couldn't could've didn't doesn't don't hadn't hasn't haven't he's here's how're i've isn't "
        "mustn't needn't shan't she's shouldn't should've that'll that's there's they'd they'll they're they've wasn't "
        "weren't we've what're what's where's who'll who's won't wouldn't would've you'll you're you've"
    )
}
SHORT = {  # what people who take calls type
    "cust": "customer", "custs": "customers", "acct": "account", "appt": "appointment",
    "appts": "appointments", "addr": "address", "rtn": "return", "mth": "month", "mths": "months", "wk": "week",
    "wks": "weeks", "yr": "year", "yrs": "years", "hrs": "hours", "mins": "minutes", "msg": "message",
    "dept": "department", "mgr": "manager", "recvd": "received", "qty": "quantity",
    "amt": "amount", "pmt": "payment", "tkt": "ticket", "ppl": "people", "u": "you", "ur": "your",
    "pls": "please", "plz": "please", "incl": "including", "excl": "excluding",
}  # fmt: skip
# Beginnings that stand for one word, where the guides have that and no other of these; a rule would guess at others.
CLIPPED = {
    "admin": "administration", "approx": "approximately", "auto": "automatic", "cert": "certificate",
    "certs": "certificates", "comp": "compensation comprehensive complimentary", "config": "configuration",
    "docs": "documents doctors", "elec": "electricity", "exam": "examination", "exams": "examinations",
    "info": "information", "limo": "limousine", "limos": "limousines", "maint": "maintenance",
    "physio": "physiotherapy", "poss": "possible", "promo": "promotion", "ref": "reference", "reg": "registration",
    "temp": "temporary temperature",
}  # fmt: skip
# Initials of words that guides mostly write small, where they have these and not the initials.
INITIALS = {
    "dd": "direct debit", "dds": "direct debits", "dob": "date of birth", "ncb": "no claims bonus",
    "ncd": "no claims discount", "nok": "next of kin", "ooh": "out of hours", "poa": "power of attorney",
    "ssp": "statutory sick pay", "wfh": "work from home",
}  # fmt: skip
# How British and American spelling differ: in how words end, and in words of their own; "check" may be no cheque.
_ENDINGS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(..+)our(s|ed|ing|ites?|able|)", r"\1or\2"),
        (r"(..+)or(s|ed|ing|ites?|able|)", r"\1our\2"),
        (r"(.+[bcdgptv])re(s|)", r"\1er\2"),
        (r"(.+[bcdgptv])er(s|)", r"\1re\2"),
        (r"(.+)ogue(s|)", r"\1og\2"),
        (r"(.+)og(s|)", r"\1ogue\2"),
        (r"(.+en)ce(s|)", r"\1se\2"),
        (r"(.+en)se(s|)", r"\1ce\2"),
        (r"(.+[iy])s(e[ds]?|ing|ations?|ers?)", r"\1z\2"),
        (r"(.+[iy])z(e[ds]?|ing|ations?|ers?)", r"\1s\2"),
        (r"(.+)[ao]e([a-z]{3,})", r"\1e\2"),
    )
)
_ALIKE = (
    "aluminium/aluminum grey/gray jewellery/jewelry kerb/curb mould/mold moulds/molds programme/program "
    "programmes/programs tyre/tire tyres/tires"
)
_PAIRS = [each.split("/") for each in _ALIKE.split()]
SPELLED = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
# What Americans write is another word, too, so that it is meant where guides are theirs.
AMERICAN = {"cheque": "check", "cheques": "checks", "draught": "draft", "storey": "story", "storeys": "stories"}
_STATES = (  # whose names people type, where guides have the two letters of the post
    "alabama AL, alaska AK, arizona AZ, arkansas AR, california CA, colorado CO, connecticut CT, delaware DE, "
    "florida FL, georgia GA, hawaii HI, idaho ID, illinois IL, indiana IN, iowa IA, kansas KS, kentucky KY, "
    "louisiana LA, maine ME, maryland MD, massachusetts MA, michigan MI, minnesota MN, mississippi MS, missouri "
    "MO, montana MT, nebraska NE, nevada NV, new hampshire NH, new jersey NJ, new mexico NM, new york NY, north "
    "carolina NC, north dakota ND, ohio OH, oklahoma OK, oregon OR, pennsylvania PA, rhode island RI, south "
    "carolina SC, south dakota SD, tennessee TN, texas TX, utah UT, vermont VT, virginia VA, washington WA, west "
    "virginia WV, wisconsin WI, wyoming WY"
)
STATES = {each[:-3]: each[-2:] for each in re.findall("[a-z][a-z ]+[A-Z]{2}", _STATES)}
_STATE = re.compile(rf"\b(?:{'|'.join(sorted(STATES, key=len, reverse=True))})\b", re.IGNORECASE)
_OF_STATES = frozenset(" ".join(STATES).split())
_DAYS, _MONTHS = ([each.casefold() for each in listed if each] for listed in (day_name, month_name))
DATED = {short: each for each in _DAYS + _MONTHS if (short := each[:3]) not in {"mar", "may"}} | {
    "tues": "tuesday", "weds": "wednesday", "thur": "thursday", "thurs": "thursday", "sept": "september",
    "mons": "mondays", "fris": "fridays", "sats": "saturdays", "suns": "sundays",
}  # fmt: skip
SHORTENED = SHORT | CONTRACTED | CLIPPED | INITIALS
_SHORT = re.compile(rf"(?<![\w@./-])(?:{'|'.join(SHORTENED)})(?![\w@/-]|\.\w)", re.IGNORECASE)
_DATED = re.compile(rf"(?<![\w@.])(?:{'|'.join(DATED)})(?![\w@]|\.\w)", re.IGNORECASE)
# "Open sat", "sat and sun", "mon morning", "in jan", "3 feb"; not "she sat down", nor a sun lounger.
_ONE_DAY = rf"(?:{'|'.join(_DAYS)}|(?:mon|tue|wed|thu|thur|fri|sat|sun)s?)"
_BESIDE_DAY = r"(?: ?[,/&–-] ?| (?:and|or|to|till?|until) )"
_BEHIND_DAY = re.compile(
    rf"\b(?:open(?:s|ed|ing)?|close[sd]?|on|this|next|last|every|each|till?|until|by) $"
    rf"|\b{_ONE_DAY}{_BESIDE_DAY}$",
    re.IGNORECASE,
)
_BEFORE_DAY = re.compile(
    rf"{_BESIDE_DAY}{_ONE_DAY}\b| (?:mornings?|afternoons?|evenings?|nights?|opening|hours|\d+(?::\d\d| ?[ap]m))\b",
    re.IGNORECASE,
)
_NO_DAY = re.compile(r"[ -]?(?:nav|lounger|screen|cream|bed|shade|hat|roof|light|damage|protection)", re.IGNORECASE)
_BEHIND_MONTH = re.compile(
    r"\b(?:in|since|until|till?|last|next|this|early|mid|late|end of|[1-3]?\d(?:st|nd|rd|th)?(?: of)?) $",
    re.IGNORECASE,
)
_BEFORE_MONTH = re.compile(r" (?:[1-3]?\d(?:st|nd|rd|th)?|20\d\d)\b", re.IGNORECASE)
_INITIALS = re.compile(r"(?<![\w@./-])[A-Z]{2,4}(?![\w@/-]|\.\w)")  # by themselves, no part of a code or an address
_WORD = re.compile(r"[^\W\d_]+")
_DOER = re.compile(r"(.+e)rs?")
_MEASURED = sorted(each for each in UNITS - word_set("am pm st nd rd th") if len(each) > len("k"))
_TOGETHER = re.compile(rf"(?<![\w.,-])(\d+(?:[.,]\d+)?)({'|'.join(_MEASURED)})(?![\w-])", re.IGNORECASE)
_TIER = re.compile(rf"\b(\d{{1,4}})({'|'.join(sorted(QUALIFIERS))})\b", re.IGNORECASE)  # "4pro"


def in_full(question: str, words: Words) -> str:
    """The question without what people shorten while they listen: "cust" is the customer, unless a guide has it; days
    and months are read in full where they are some, unless guides shorten them, too, as often as not. What guides
    write with a hyphen alone ("x-ray") has one ("xray"), and a number stands apart from its unit ("6kg") where guides
    never have them together.
    """

    def written_out(found: re.Match[str]) -> str:
        if (word := found.group().casefold()) not in SHORTENED:  # "İ" matches an i, and is none in small letters
            return found.group()
        meant = [SHORTENED[word]]
        if word in CLIPPED:
            meant = [] if words.lexical.says(word) else list(filter(words.lexical.says, CLIPPED[word].split()))
        is_own = found.group().isupper()
        if word in INITIALS:
            is_own = words.names.stands_for(word) is not None or not all(map(words.lexical.says, meant[0].split()))
        is_whole = is_own or words.names.says(word) or len(meant) != 1
        return found.group() if is_whole else meant[0]

    def dated(found: re.Match[str]) -> str:
        if (word := found.group().casefold()) not in DATED:
            return found.group()
        is_short = 0 < words.names.times(word) >= words.names.times(DATED[word])
        return found.group() if found.group().isupper() or is_short or not _is_date(found) else DATED[word]

    def apart(found: re.Match[str]) -> str:
        says = words.lexical.says
        return f"{found[1]} {found[2]}" if says(found[2]) and not says(found[0]) else found[0]

    def with_code(found: re.Match[str]) -> str:
        name, code, says = found[0].casefold(), STATES[found[0].casefold()], words.lexical.says
        return found[0] if all(map(says, name.split())) or not says(code) else f"{found[0]} ({code})"

    question = _TOGETHER.sub(apart, question)
    question = with_days_both_ways(question, words.is_month_first, in_figures=words.has_days_in_figures)
    typed = set(_WORD.findall(question.casefold()))  # most questions have none, which is quickly told
    question = question if typed.isdisjoint(SHORTENED) else _SHORT.sub(written_out, question)
    question = question if typed.isdisjoint(DATED) else _DATED.sub(dated, question)
    if words.is_month_first is not False and not typed.isdisjoint(_OF_STATES):
        question = _STATE.sub(with_code, question)
    for word in typed:
        if written := words.names.hyphened(word) or _spelled(word, words):
            question = re.sub(rf"(?<![\w@./-]){word}(?![\w@/-]|\.\w)", written, question, flags=re.IGNORECASE)
    return question


def spelled_elsewhere(word: str, is_said: Callable[[str], bool]) -> str | None:
    """A word as it is spelled on the other side of the ocean, where the guides have it so and not as it is typed.

    >>> said = {"colors", "organized", "behaviour"}
    >>> [spelled_elsewhere(each, said.__contains__) for each in ("colours", "organised", "behavior", "centre")]
    ['colors', 'organized', 'behaviour', None]
    >>> spelled_elsewhere("tyre", {"tyre", "tire"}.__contains__)  # is None
    """
    if not (others := [*_others(word)]) or is_said(word):
        return None
    return next(filter(is_said, others), None)


def _spelled(word: str, words: Words) -> str | None:
    """The same; and a check for a cheque where guides write dates as Americans do."""
    if words.is_month_first and word in AMERICAN and not words.lexical.says(word):
        return AMERICAN[word]
    return spelled_elsewhere(word, words.lexical.says)


@lru_cache(1_000)
def _others(word: str) -> tuple[str, ...]:
    every = [SPELLED[word]] if word in SPELLED else []
    return tuple(every + [pattern.sub(to, word) for pattern, to in _ENDINGS if pattern.fullmatch(word)])


def _is_date(found: re.Match[str]) -> bool:
    """Whether what may be a short day or month is one, as what stands around it tells."""
    question, word = found.string, found.group().casefold()
    before, end = question[: found.start()], found.end()
    if DATED[word].removesuffix("s") not in _DAYS:
        return bool(_BEHIND_MONTH.search(before) or _BEFORE_MONTH.match(question, end))
    if word in {"tues", "weds", "thurs"} or _BEFORE_DAY.match(question, end):
        return True
    is_by_the_sun = word == "sun" and before.casefold().endswith("by ")
    return bool(_BEHIND_DAY.search(before)) and not is_by_the_sun and not _NO_DAY.match(question, end)


def respelled(question: str, words: Words, is_word: Callable[[str], bool]) -> str:
    """The question with words that are none put right: to the guides' most frequent word that is one slip away.

    A slip is a letter too many, too few or another one, or two that changed places. What the guides have in any form
    stays, and so does who does it (a renter of what is rented), any other word of the language, which they may just not
    have, and what has capitals inside. What one word of theirs alone begins with is that ("preauth"). Initials in
    capitals that no guide has, and not everybody knows, are read as the one name that they are of: "DD" as "Direct
    Debit".

    Args:
        is_word: whether the embedding model has a word as one piece, as it has the common ones of its language.
    """

    def spelled_out(found: re.Match[str]) -> str:
        word = found.group().casefold()
        is_known = word in COMMON | UNITS or words.names.says(word)
        return (None if is_known else words.names.stands_for(word)) or found.group()

    def put_right(found: re.Match[str]) -> str:
        written = found.group()
        word = written.casefold()
        if len(word) < LEAST_LETTERS or not written[1:].islower() or words.names.times(word):
            return written
        own = stems(word)
        if not own or any(map(words.lexical.frequency, own)) or is_word(word):
            return written
        if begun := len(word) >= LEAST_BEGUN and written.islower() and words.names.begun_by(word):
            return begun
        near = _one_slip_away(word)
        if doer := _DOER.fullmatch(word):
            near = {each for each in near if not each.startswith(doer[1])}  # a charger is no charge, nor charged
        if written[0].isupper() and len(word) < LEAST_OF_MONTHS:
            near -= COUNTED  # "12 Larch Close" is not about March
        known = words.names.said_of(near)
        best = max(known, key=lambda each: (words.names.times(each), each), default=written)
        return best.capitalize() if written[0].isupper() else best

    question = _TIER.sub(r"\1 \2", question)
    return _WORD.sub(put_right, question if question.isupper() else _INITIALS.sub(spelled_out, question))


def _one_slip_away(word: str) -> set[str]:
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {a + b[1:] for a, b in halves if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    other = {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase}
    more = {a + letter + b for a, b in halves for letter in ascii_lowercase}
    return fewer | swapped | other | more

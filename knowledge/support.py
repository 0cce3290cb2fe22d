"""Whether passages support a sentence that a chat model wrote: its figures, its words, and what it denies.

It is checked by rules that a sentence made of a passage's own words nearly always keeps, and that a sentence with
something of its own nearly always breaks. In doubt it is refused: the passage itself is quoted then.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile

from knowledge.encoder import Vectors
from knowledge.lexical import asking, stems
from knowledge.names import COUNTED, UNITS, Name, Names, word_set
from knowledge.retriever import names_of
from knowledge.sentences import Piece

SUPPORTED_COSINE = 0.5  # of a sentence to the closest one in its passages
SHARED_WORDS = 0.25  # what all of a sentence's words count for beside its cosine, in choosing the closest one
NEAR_WORDS = 0.6  # of a sentence's words, how many stand in the closest ones; all of them stand in the passage
DENIED_WORDS = 0.5  # of what a passage denies, how much a sentence has to name that denies the same
OWN_WORDS = 2  # that make a clause say something by itself


def word_list(listed: str) -> list[str]:
    return listed.split()


_COUNTING = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = word_list("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
_VALUES = {word: 10 * value for value, word in enumerate(_TENS)} | {word: n for n, word in enumerate(_COUNTING)}
_LARGE = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000}
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
_PERIOD = r"(?:day|week|weekday|weekend|month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b"
_GLUED = "|".join(
    sorted((unit for unit in {*UNITS, "h"} - set(word_list("a of st nd rd th k")) if unit.isalpha()), key=len)
)
_BEFORE_ONE = "within|after|before|for|in|of|than|about|only|least|under|over"  # "a day", which is one day there
# What says the same in another way, written in one way before anything is compared.
_REWRITTEN = (
    (re.compile(r"(?<=\d),(?=\d{3}\b)|(?<=\d)\.00\b|\*\*|__"), ""),
    (re.compile(r"(?<=\d)\s?([ap])\.?\s?m\b\.?", re.IGNORECASE), r" \1m"),
    (re.compile(rf"(?<![\w.,])(?=[£€$\d])([£€$]?\d[\d.,]*)(?=(?:{_GLUED})\b)"), r"\1 "),
    (re.compile(r"(?<=\d)(?=(?:[GMTk]B|[MG]bps|[MG]Hz)\b)"), " "),
    (re.compile(r"(?:(?<=[\s(|])|^)(?<!\d )(?:[-−]|minus )(?=\d)"), "−"),
    (re.compile(rf"\bevery (?:other|second) (?={_PERIOD})", re.IGNORECASE), "every 2 "),
    (re.compile(r"\be-mail", re.IGNORECASE), "email"),
    (re.compile(r"\bset-up", re.IGNORECASE), "setup"),
    (re.compile(r"\bby (?:itself|themselves)\b", re.IGNORECASE), "automatically"),
    (re.compile(r"\bper cent\b", re.IGNORECASE), "%"),
    (re.compile(rf"\b({_BEFORE_ONE}) an? (?=(?:second|minute|hour|day|week|month|year)s?\b)", re.IGNORECASE), r"\1 1 "),
    (
        re.compile(r"\bfree of charge\b|\b(?:at no|without(?: any)?|no) (?:extra )?(?:cost|charge)s?\b", re.IGNORECASE),
        "free",
    ),
)

_AND_HALF = re.compile(r"\b(?:(\d+)|an?)( [^\W\d_]+)? and a half\b( [^\W\d_]+)?", re.IGNORECASE)
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_NUMBER = re.compile(r"([£€$]?)\s?(−?\d+(?:[.,:/]\d+)*)(?:\s?(%)|(st|nd|rd|th)\b)?((?:[\s-]+[^\W\d_]+){0,3})")
_FIGURES = re.compile(r"[£€$]?\d[\d.,:/]*(?:%|(?:st|nd|rd|th)\b)?")
_NAMED_FIGURE = re.compile(r"\b[A-Z][\w-]*[ -](\d+)\b(?![.,:/]\d)")
_BEFORE_UNIT = word_set("working business full whole calendar more further other consecutive extra additional")
_UNITS = {"min": "minute", "sec": "second", "hr": "hour", "h": "hour", "pound": "£", "quid": "£", "euro": "€",
          "dollar": "$", "percent": "%", "gig": "gb", "meter": "metre"}  # fmt: skip
_RATE = re.compile(
    r"(?:\ba|\ban|\bper|\beach|\bevery|/)\s*(?:full |working |business )?(second|minute|hour|day|week|month|year)s?\b"
    r"|\b(dai|week|month|year)ly\b",
    re.IGNORECASE,
)

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|unless|except|excluded|excluding|unable|forbidden|"
    r"prohibited|rare|rarely|seldom|hardly|(?<!a )few|instead of|rather than|avoid\w*|refus\w+|declin\w+|abolished|"
    r"scrapped|discontinued|withdrawn|stopped)\b|n['’]t\b",
    re.IGNORECASE,
)
_ONLY_THERE = re.compile(r"\b(?:unless|except|only)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[,;:|()]|\s[–—-]\s|[.!?](?=\s)|\b(?:and|but|or|while|whereas|if|when|because|although|so)\b|"
    r"(?=\b(?:unless|except|without)\b)",
    re.IGNORECASE,
)
# What begins a phrase on when a rule holds, or for whom; some words do so only in front, or behind a subject.
_WHEN = (
    r"\b(?:if|when|while|1 time(?= (?:the|an?|it|they|you|we|your)\b)|until|till|before|after|since|during|as long as|"
    r"provided|in case of|who|whose|(?:under|over|above|below)(?= [£€$]?\d)|for(?! \d)|"
    r"(?:from|between)(?= (?-i:[A-Z\d])))\b"
)
_ARTICLES = word_set("a an the each every any this that these their its your our")
_BEGINS_LIMIT = re.compile(rf"\W*{_WHEN}", re.IGNORECASE)
_OF_SUBJECT = re.compile(r"\b(?:with|without|in|on|at|from|of|by)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:may|can|must|should|will|is|are|has|have|do|does|goes|(?:get|pay|take|cost|need|receive|go|open|close|start|"
    r"end|last)s?)\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    rf"[;|()]|:(?!\d)|\s[–—]\s|[.!?](?=\s)|\b(?:whereas|because)\b|\b(?:and|but|or)\b(?!\s+{_WHEN}[^,;.]*(?:$|[;.]))",
    re.IGNORECASE,
)
_PHRASE = re.compile(rf",|(?={_WHEN})", re.IGNORECASE)
_WORD = re.compile(r"(\d+(?:[.,:/]\d+)*(?:st|nd|rd|th)?)|[^\W\d_][\w'’-]*")
_WAS = re.compile(r"\b(?:was|were|used to \w+)(?: (?:only|just|about))? [£€$]?\d", re.IGNORECASE)
_SAYS_WAS = re.compile(r"\b(?:was|were|had|used to|until|before|formerly|previously)\b", re.IGNORECASE)
_THEN = re.compile(r"\b(?:then|afterwards)\b", re.IGNORECASE)
_SAYS_THEN = re.compile(r"\b(?:then|afterwards|after|later|from)\b", re.IGNORECASE)
_IN_ORDER = re.compile(r"\b(before|after)\b([^,;.:|]*)", re.IGNORECASE)
_LINK = re.compile(
    r"\w+://|www\.|<[@!#]|\]\(|@\w|"
    r"\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|xyz|co|io|ai|app|dev|me|tv|uk|de|nl|eu|us|ru|cn|example)\b",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[^\W\d_][\w-]*[.．。｡][^\W\d_]\w[\w./-]*")  # an address, or the name of a file
# Words that turn a rule round, against those that they turn round.
_OPPOSITES = tuple(
    (word_set(one), word_set(other))
    for one, other in (
        ("before until till within", "after from since once"),
        (
            "more over above least minimum exceeding longer higher",
            "less fewer under below most maximum shorter lower up",
        ),
        ("with including included includes", "excluding excluded except without"),
        ("first", "last after"),
        ("start starts begin begins", "end ends stop stops"),
        ("can may allowed", "must cannot"),
    )
)
# A figure, and what is not said without it: "2 time the fee", "every 2 weeks"; a price beside what is free.
_BOUND = (
    re.compile(r"(?<![\d.])(?!1 time)(\d[\d.]*)(?: x| time| ?%) (?=(?:of|the)\b)(?P<of>[^,;.|]*)"),
    re.compile(rf"\bevery (\d+) (?P<of>{_PERIOD}|\w+)", re.IGNORECASE),
)
_BESIDE_FREE = re.compile(
    r"\bfree\b[^.;|]{0,200}?[ ,](?:and|but) (?P<of>[^,;.|\d£€$]{0,80})[£€$](\d[\d.]*)", re.IGNORECASE
)
# The ends of what reaches from one amount to another; times and dates begin and end, and may be said by themselves.
_REACHES = re.compile(
    rf"(?<![\w.,:/–-])[£€$]?(\d[\d.]*)(?: ?%)?(?: ?[–-] ?| to )"
    rf"(?:(?=[£€$])|(?=[\d.]+ ?(?:%|(?!am\b|pm\b)(?:working )?(?:{_GLUED})\b)))[£€$]?(\d[\d.]*)"
)
# What is not sure, or left to people; without such a word it is a rule.
_HEDGES = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"usually|normally|typically|generally|often|sometimes|mostly|mainly|probably|as a rule|(?-i:most)",
        r"(?:(?-i:may)|might|can|could)(?! not\b|['’])|possibl[ey]|able|allow\w*|permit\w*|entitled|option\w*|lets?",
    )
)
_JOINED = re.compile(r"\b(and|or)\b", re.IGNORECASE)
# What makes a limit of the figure behind it.
_AT_MOST = "under below less fewer up most maximum max within in until till before by 1st"
_AT_LEAST = "over above more least minimum min after from exceeding beyond since"
_SIDES = {word: side for side, words in enumerate((_AT_MOST, _AT_LEAST)) for word in words.split()}
_LIMITED = re.compile(r"(?:\b(\w+)\W+)?\b(?:(\w+)\W{1,2})?(?<![\w.,:/])(\d+(?:[.,:/]\d+)*)(?!st|nd|rd|th)")
_FROM_TO = re.compile(
    r"(?:\b(?:from|between) )?(?<![\w.,:/])(\d[\d.:]*)(?: ?[–-] ?| (?:to|and|until|till) )(?:the )?(\d[\d.:]*)"
)
# Words that promise more than most rules do: they have to stand in the closest sentence itself.
_PROMISES = word_set(
    "free always only every everyone anyone guaranteed unlimited immediately automatically forever refundable"
)
# Words that add nothing to what is said.
_GLUE = (
    "per also then here now however both provided case mean note apply go come happen make made give use using via "
    "take took need must one whether after period"
)
# Words that stand for each other in what guides say to people.
_SYNONYMS = (
    "cost price charge fee pay paid payment",
    "refund reimburse repay",
    "start begin",
    "end stop finish",
    "get receive gain",
    "customer client subscriber",
    "call phone ring telephone",
    "buy bought purchase",
    "need require necessary",
    "allow permit possible",
    "keep kept store retain",
    "last take",
    "cancel withdraw withdrawn",
    "show display",
    "arrive come",
    "mend fix repair",
    "provide give supply",
    "include contain hold",
    "until till",
    "because since",
    "month monthly",
    "day daily",
    "week weekly",
    "year yearly annual",
    "additional extra further more",
    "if when",
    "add enter",
    "collect take taken",
    "notice notify",
    "lock block",
    "due owed",
    "somebody someone",
)


@dataclass(frozen=True)
class Said:
    """A sentence, list item or row of a passage, and what it stands below: the words before a list, a table's head."""

    text: str
    below: str = ""
    at: Piece | None = None  # where it stands in its passage

    @property
    def whole(self) -> str:
        return f"{self.below}| {self.text}" if self.below else self.text

    @property
    def rule(self) -> str:
        """The same without the head of a table, whose words may be on other rows."""
        return self.text if "|" in self.below else self.whole


@dataclass(frozen=True)
class Source:
    """What a passage says to people: all of it, and sentence by sentence with the vectors of those; written plainly."""

    said: str
    sentences: tuple[Said, ...]
    vectors: Vectors | None

    def without(self, apart: Set[Piece]) -> "Source":
        """The same without some sentences."""
        kept = [number for number, each in enumerate(self.sentences) if each.at not in apart]
        vectors = None if self.vectors is None else self.vectors[kept]
        return Source(self.said, tuple(self.sentences[number] for number in kept), vectors)


def plain(text: str) -> str:
    """The text with its number words in figures, and what can be written in two ways in one.

    >>> plain("Twenty-five **working** days, £1,500.00, twice, the second time, at no extra cost")
    '25 working days, £1500, 2 time, the 2nd time, free'
    """
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    text = _IN_WORDS.sub(_in_figures, text)
    text = _AND_HALF.sub(lambda match: f"{match[1] or 1}.5{match[2] or ''}{match[3] or ''}", text)
    text = re.sub(r"(\d?)\s?([½¼¾])", lambda match: (match[1] or "0") + _FRACTIONS[match[2]], text)
    text = _ORDINAL.sub(lambda match: _as_ordinal(_ORDINALS.index(match[1].casefold()) + 1), text)
    return _TIMES_WORD.sub(lambda match: _TIMES[match[1].casefold()], text)


def without_figures(text: str) -> str:
    """For comparing meanings: with figures, what holds the figure looks closest, whatever it is the figure of."""
    return _FIGURES.sub(" ", text)


def supports(
    sources: Sequence[Source],
    text: str,
    encode: Callable[[Sequence[str]], Vectors],
    names: Names | None = None,
    wanted: Set[Name] = frozenset(),
) -> bool:
    """Whether the passages say what a sentence says.

    The sentence, and each of its clauses, is compared with the closest sentence of the passages. There stand its
    figures with their units, its promises and what it denies; all its words stand in the same passage.

    Args:
        names: of the guides, which tell one product from another.
        wanted: the products that are asked for.
    """
    every = [(source, sentence) for source in sources for sentence in source.sentences]
    if _LINK.search(text) or not every:
        return False
    text = plain(text)
    parts = [text, *_clauses_that_say_something(text)]
    places, cosine = _closest(parts, sources, [sentence for _, sentence in every], encode)
    near = [every[place][1].whole for place in dict.fromkeys(places)]
    asked = _stems(" ".join(word for name in wanted for word in name))
    rules = [every[place][1].rule for place in places]
    beside = {id(source): source for source, _ in (every[place] for place in places)}.values()
    said = "\n".join(source.said for source in beside)
    return (
        cosine >= SUPPORTED_COSINE
        and all(dotted in said for dotted in _DOTTED.findall(text))
        and all(name.casefold() in said.casefold() for name in names_of(text))
        and _has_figures(text, parts, [every[place][1].whole for place in places], said)
        and _has_words(text, said, "\n".join(near))
        and not any(_turned_round(text, there) for there in near[:1])
        and _keeps_conditions(text, near[0])
        and _keeps_limits(text, near[0])
        and _keeps_bound_figures(text, rules[0])
        and _keeps_reach(text, rules[0])
        and _keeps_hedges(text, rules[0])
        and not _joins_otherwise(text, rules[0])
        and not any(_leaves_out(part, rule, asked) for part, rule in _each_with_its_own(parts, rules))
        and not _is_out_of_time(text, rules[0])
        and _keeps_order(text, list(dict.fromkeys(rules)))
        and not (names and _names_another(text, near, names, wanted))
        and _denies_the_same(text, near, [each.whole for source in beside for each in source.sentences])
        and not _is_of_another(text, near, [each.text for source in beside for each in source.sentences])
    )


def _closest(
    parts: Sequence[str],
    sources: Sequence[Source],
    sentences: Sequence[Said],
    encode: Callable[[Sequence[str]], Vectors],
) -> tuple[list[int], float]:
    """Where the closest sentence to each part stands, and how alike the first part and its closest one are."""
    there = [_stems(sentence.text) for sentence in sentences]
    vectors = [source.vectors for source in sources if source.vectors is not None]
    mine = encode([without_figures(part) for part in parts]) if vectors else None
    places, first = [], 0.0
    for number, part in enumerate(parts):
        own = _stems(part)
        shared = [len(own & words) / max(1, len(own)) for words in there]
        alike = shared if mine is None else [float(cosine) for each in vectors for cosine in each @ mine[number]]
        places.append(max(range(len(there)), key=lambda at: alike[at] + SHARED_WORDS * shared[at]))
        first = first if number else alike[places[0]]
    return places, first


def _has_figures(text: str, parts: Sequence[str], near: Sequence[str], said: str) -> bool:
    """Whether all figures stand in the closest sentence, or those of each clause in the one closest to it.

    A figure that belongs to a name, as in "Brook 4", goes with its name, which only has to be known.
    """
    for name in _NAMED_FIGURE.finditer(text):  # at the beginning any word may be meant, as in "Press 2 keys"
        known = re.search(rf"\b{re.escape(name.group())}\b", said)
        word = re.split(r"[ -]", name.group())[0].casefold()
        if known:
            parts = [part.replace(name.group(), " ") for part in parts]
        elif (
            word not in COUNTED
            and not _unit_behind(text[name.end() :])
            and (name.start() > 0 or re.search(rf"\b{re.escape(name.group()[: len(word)])}[ -]\d", said))
        ):
            return False
    rates, there = _rates(text), _rates(" ".join(near))
    if rates and there and not rates <= there:
        return False
    if not all(_stands(word, _stems(" ".join(near))) for word in _counted(parts[0])):
        return False
    held = [amounts(each) for each in near]
    return amounts(parts[0]) <= held[0] or (
        len(parts) > 1
        and amounts(parts[0]) <= set().union(*map(amounts, parts[1:]))
        and all(amounts(part) <= holds for part, holds in zip(parts[1:], held[1:], strict=True))
    )


def _has_words(text: str, said: str, near: str) -> bool:
    """Whether each word that says something stands in the passage, or another for it, and half of them close by."""
    own, glue = _stems(text), frozenset(stems(_GLUE))
    if not own or not _PROMISES & _words(text) <= _words(near):
        return False
    known, close = set(stems(said)), set(stems(near))
    return all(_stands(word, known) for word in own - glue) and (
        sum(_stands(word, close) for word in own) >= NEAR_WORDS * len(own)
    )


def _stands(word: str, known: set[str]) -> bool:
    """Whether a stem is among those known: itself, with another ending, or as a synonym."""
    if word in known or any(other in known for other in _alike().get(word, ())):
        return True
    return len(word) > 3 and any(
        len(other) > 3 and (other.startswith(word) or word.startswith(other)) and not (other + word).endswith("less")
        for other in known
    )


@cache
def _alike() -> dict[str, set[str]]:
    """The stems that stand for a stem."""
    alike: dict[str, set[str]] = {}
    for group in map(_stems, _SYNONYMS):
        for word in group:
            alike[word] = alike.get(word, set()) | group
    return alike


def _stems(text: str) -> set[str]:
    """The stems of the words that say something; figures are compared by themselves."""
    return {stem for stem in stems(without_figures(text)) if len(stem) > 1} - asking()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def _clauses_that_say_something(text: str) -> list[str]:
    """The clauses of a sentence of several, each with what is too short to be compared by itself."""
    clauses: list[str] = []
    for clause in _CLAUSE.split(text):
        if clauses and (len(_stems(clause)) < OWN_WORDS or len(_stems(clauses[-1])) < OWN_WORDS):
            clauses[-1] += clause
        else:
            clauses.append(clause)
    return clauses if len(clauses) > 1 else []


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
        if words[len(before) :] and (unit := words[len(before)]) in UNITS - {"a", "of"} | {"h"}:
            unit = unit.removesuffix("s") or unit
            working = "working " if {"working", "business"} & set(before) else ""
            found.add((number, working + _UNITS.get(unit, unit)))
    return found


def _counted(text: str) -> set[str]:
    """What is counted: the stem of the word behind a number that has no unit.

    >>> _counted("Up to 2 pods within 10 days")
    {'pod'}
    """
    words = [after.split()[0].lstrip("-") for *_, after in _NUMBER.findall(text) if after.split()]
    counted = " ".join(word for word in words if word.casefold() not in UNITS | _BEFORE_UNIT)
    return _stems(counted) - frozenset(stems(_GLUE))


def _rates(text: str) -> set[str]:
    """What something is for each of: "a day", "monthly"."""
    return {(per or ly).casefold().replace("dai", "day") for per, ly in _RATE.findall(text)}


def _turned_round(text: str, there: str) -> bool:
    """Whether a sentence says "after" where the guide says "before", or the like.

    >>> _turned_round("It is free after 16:00.", "It is free until 16:00.")
    True
    """
    said, stands = _words(text), _words(there)
    here_only, there_only = said - stands, stands - said
    return any(here_only & one and there_only & other for pair in _OPPOSITES for one, other in (pair, pair[::-1]))


def _keeps_conditions(text: str, there: str) -> bool:
    """Whether what holds "unless", "except" or "only" so is said with that."""
    own = _stems(text)
    for clause in _CLAUSE.split(there):
        found = _ONLY_THERE.search(clause)
        scope = _stems(clause[found.end() :]) if found else set()
        if sum(_stands(word, own) for word in scope) < DENIED_WORDS * len(scope):
            return False
    return True


def _leaves_out(text: str, there: str, asked: Set[str] = frozenset()) -> bool:
    """Whether a rule is said without when it holds, or for whom: where most of it is said, the first word of each
    phrase on that is said, too, or its figure; and so are the words before what it is on.

    Args:
        asked: stems of the product that is asked for, which needn't be said again.

    >>> _leaves_out("We pay the postage.", "If the item is faulty, we pay the postage.")
    True
    >>> _leaves_out("We pay the postage of faulty items.", "If the item is faulty, we pay the postage.")
    False
    >>> _leaves_out("Customers pay no fee.", "New customers pay no fee.")
    True
    """
    own, figures = _stems(text), _figures(text)
    statements = [each for each in _STATEMENT.split(there) if re.search(r"\w", each)]
    for statement, following in pairwise([*statements, ""]):
        rule, limits = _rule_and_limits(statement)
        is_said: dict[str, bool] = {}  # by the word that phrases begin with: "if …, if …, or if …" is a list
        firsts = [(phrase.split()[0].casefold(), first) for phrase in limits if (first := _first_of(phrase))]
        for begin, first in firsts:
            here = first in figures if first[0].isdigit() else _stands(first, own | asked)
            is_said[begin] = is_said.get(begin, False) or here
        held = (_stems(rule), _stems(" ".join(limits)) - {first for _, first in firsts}, _stems(following))
        if not all(is_said.values()) and _is_mostly(next(filter(None, held), set()), own):
            return True
        if any(_is_mostly(_stems(each), own, NEAR_WORDS) and _is_cut(each, own) for each in statement.split(",")):
            return True
    return False


def _each_with_its_own(parts: Sequence[str], rules: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A sentence with the closest rule, and its clauses with theirs, but for those that are in that one, too."""
    yield parts[0], rules[0]
    known = _stems(rules[0])
    for part, rule in zip(parts[1:], rules[1:], strict=True):
        if rule != rules[0] and not all(_stands(word, known) for word in _stems(part)):
            yield part, rule


def _is_mostly(words: set[str], known: set[str], share: float = DENIED_WORDS) -> bool:
    return bool(words) and sum(_stands(word, known) for word in words) >= share * len(words)


def _rule_and_limits(statement: str) -> tuple[str, list[str]]:
    """What a statement says, and its phrases on when that holds, or for whom.

    >>> _rule_and_limits("customers with the Gold plan may cancel until 16:00")
    ('customers ', ['with the Gold plan may cancel ', 'until 16:00'])
    """
    limits: list[str] = []
    found = _OF_SUBJECT.search(statement)
    if found and not _VERB.search(statement, 0, found.start()):
        before, behind = statement[: found.start()], statement[found.start() :]
        if not before.strip() or _VERB.search(behind):
            first, *others = _PHRASE.split(behind)
            limits, statement = [first], before + ",".join(others)
    phrases = _PHRASE.split(statement)
    limits += [each for each in phrases if _BEGINS_LIMIT.match(each)]
    return " ".join(each for each in phrases if each not in limits), limits


def _first_of(phrase: str) -> str | None:
    """The stem of the first word of a phrase that says something, or its figure."""
    for word in _WORD.finditer(phrase):
        if word[1]:
            return word[1]
        if said := _stems(word[0]) - frozenset(stems(_GLUE)):
            return said.pop()
    return None


def _figures(text: str) -> set[str]:
    return {word[1] for word in _WORD.finditer(text) if word[1]}


def _is_cut(phrase: str, own: set[str]) -> bool:
    """Whether of the words that a phrase begins with, up to its verb, one is said without the one before it."""
    subject: list[set[str]] = []
    for word in phrase.split():
        said = _stems(word)
        if _VERB.search(word) or _NEGATION.search(word) or (subject and not said):
            if word in _ARTICLES:  # then the word before is a verb: "Ledger adds the credit"
                subject.pop()
            break
        subject += [said] if said else []
    return any(other <= own and not any(_stands(word, own) for word in one) for one, other in pairwise(subject))


def _is_out_of_time(text: str, there: str) -> bool:
    """Whether what was so is said to be so, or what comes later to be so from the start.

    >>> _is_out_of_time("The fee is £20.", "The fee was £20.")
    True
    >>> _is_out_of_time("It costs £30.", "It costs £20 for a year, then £30.")
    True
    """
    if _WAS.search(there) and not _SAYS_WAS.search(text):
        return True
    later = (_figures(text) & _figures(there)) - _figures(_THEN.split(there)[0])
    return bool(later) and not _SAYS_THEN.search(text)


def _keeps_order(text: str, near: Sequence[str]) -> bool:
    """Whether what a sentence has behind "before" or "after" stands behind it there, too."""
    for word, behind in _IN_ORDER.findall(text):
        first = _first_of(behind)
        scopes = [scope for each in near for other, scope in _IN_ORDER.findall(each) if other.lower() == word.lower()]
        if first and not first[0].isdigit() and scopes and not any(_stands(first, _stems(scope)) for scope in scopes):
            return False
    return True


def _names_another(text: str, near: Sequence[str], names: Names, wanted: Set[Name]) -> bool:
    """Whether the closest sentences name a sibling of a product that is named, and not that one: "the Heron" for the
    Heron Lite, or "the Brook" for one of several Brooks, if that is not what is asked for.
    """
    there = {name for each in near for name in names.known_in(each, wanted)}
    return any(
        other in names.siblings_of(name)
        or (other[: len(name)] == name and other not in wanted and bool(names.siblings_of(other)))
        for name in names.known_in(text, wanted) - there
        for other in there
    )


def _keeps_limits(text: str, there: str) -> bool:
    """Whether figures that are limits stay limits, of the same side: "under 18" is not 18."""
    said, stands = _limits(text), _limits(there)
    return all(stands[number] & sides for number, sides in said.items() if None not in stands.get(number, {None}))


def _limits(text: str) -> dict[str, set[int | None]]:
    """By figure, on which side it limits something: 0 for at most, 1 for at least, None for neither."""
    limits: dict[str, set[int | None]] = {}
    text = _FROM_TO.sub(r"; \1; ; \2;", text.casefold())  # the ends of a range are none of these
    for *before, number in _LIMITED.findall(text):
        sides = [_SIDES[word] for word in before if word in _SIDES]
        limits.setdefault(number, set()).add(sides[-1] if sides else None)
    return limits


def _keeps_bound_figures(text: str, there: str) -> bool:
    """Whether what is said has the figure that it is a share or a multiple of, or comes round with.

    >>> _keeps_bound_figures("Members pay the fee.", "Members pay 0.5 x of the fee of £80.")
    False
    >>> _keeps_bound_figures("Bins are emptied weekly.", "Bins are emptied every 2 weeks.")
    False
    """
    own, figures = _stems(text), {number.lstrip("−") for number, _ in amounts(text)}
    for found in (match for pattern in _BOUND for match in pattern.finditer(there)):
        first = _first_of(found["of"])
        is_said = (first is not None and _stands(first, own)) or not figures.isdisjoint(_figures(found["of"]))
        if is_said and found[1] not in figures:
            return False
    beside = (
        [(_stems(found["of"]), found[2]) for found in _BESIDE_FREE.finditer(there)] if "free" in _words(text) else []
    )
    return not any(_is_mostly(scope, own, 1) and number not in figures for scope, number in beside)


def _keeps_reach(text: str, there: str) -> bool:
    """Whether one end of a reach is said only as a limit of its side.

    >>> [_keeps_reach(text, "It takes 2 to 3 weeks.") for text in ("It takes 3 weeks.", "It takes up to 3 weeks.")]
    [False, True]
    """
    figures, limits = _figures(text), _limits(re.sub(r"(?<!up )\bto (?=[£€$]?\d)", "up to ", text))
    for low, high in _REACHES.findall(there):
        if (low in figures) != (high in figures):
            number, side = (low, 1) if low in figures else (high, 0)
            if side not in limits.get(number, ()):
                return False
    return True


def _keeps_hedges(text: str, there: str) -> bool:
    """Whether what is so "usually", or "may" be so, is not said to be so.

    >>> _keeps_hedges("A term ends after 12 months.", "A term usually ends after 12 months.")
    False
    """
    own = _stems(text)
    return not any(
        (found := hedge.search(clause)) and _is_mostly(_stems(clause[found.end() :]), own, NEAR_WORDS)
        for hedge in _HEDGES
        if not hedge.search(text)
        for clause in _CLAUSE.split(there)
    )


def _joins_otherwise(text: str, there: str) -> bool:
    """Whether a sentence has "and" between the same as the guide has "or" between, or the other way round; with what
    people may do or what is denied, both can say the same.
    """
    if _HEDGES[1].search(text) or _NEGATION.search(text):
        return False
    return any(
        word != other and first == second and before & others
        for word, before, first in _joints(text)
        for other, others, second in _joints(there)
    )


def _joints(text: str) -> Iterator[tuple[str, set[str], str]]:
    """Each "and" and "or" between words that say something: the last ones before it, and the first behind."""
    for found in _JOINED.finditer(text):
        before = " ".join(text[: found.start()].split()[-3:])
        if (first := _first_of(text[found.end() :])) is not None:
            yield found[0].casefold(), _stems(before) | _figures(before), first


def _is_of_another(text: str, near: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a sentence has a word that the closest ones lack, from one which says of another thing nearly the same:
    "Homes get a refund. Shops get a credit."
    """
    own, there = _stems(text), _stems("\n".join(near))
    foreign = {word for word in own if not _stands(word, there)}
    return any(
        any(_stands(word, other) for word in foreign)
        and sum(_stands(word, other) for word in own) >= NEAR_WORDS * len(own)
        for other in map(_stems, others)
    )


def _denies_the_same(text: str, near: Sequence[str], others: Sequence[str]) -> bool:
    """Whether what a sentence denies is denied in the closest ones, and what these deny is not said without that.

    Denied is what stands behind the negation in its clause. To say of one thing what is said of another takes other
    words there, so they must be the same on both sides.
    """
    glue = frozenset(stems(_GLUE))
    own = _stems(text)
    denied = [scope - glue for scope in _denials(text)]
    denied_there = [scope - glue for each in near for scope in _denials(each)]
    for scope in denied:
        if not any(
            all(_stands(word, there) for word in scope)
            and sum(_stands(word, own) for word in there) >= DENIED_WORDS * len(there)
            for there in denied_there
        ):
            return False
    denied_beside = [scope - glue for each in others for scope in _denials(each)]
    for there in (*denied_there, *denied_beside):
        share = sum(_stands(word, own) for word in there) / max(1, len(there))
        is_said = share > DENIED_WORDS if there in denied_there else share == 1 and len(there) > 1
        if is_said and not any(_stands(word, scope) for scope in denied for word in there):
            return False
    return True


def _denials(text: str) -> Iterator[set[str]]:
    """The words that each negation of a text is about.

    >>> [sorted(scope) for scope in _denials("Refunds never go to another person's account. Bridge mode | no")]
    [['account', 'anoth', 'go', 'person'], ['bridg', 'mode']]
    """
    clauses = _CLAUSE.split(text)
    for before, clause in pairwise(["", *clauses]):
        if negation := _NEGATION.search(clause):
            scope = _stems(clause[negation.end() :]) or _stems(clause[: negation.start()]) or _stems(before)
            if scope:
                yield scope


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


def _as_ordinal(number: int) -> str:
    return f"{number}{('st', 'nd', 'rd')[number - 1] if number <= 3 else 'th'}"


def _unit_behind(text: str) -> bool:
    words = re.match(r"\s*([^\W\d_]+)", text)
    return bool(words and words[1].casefold() in UNITS)

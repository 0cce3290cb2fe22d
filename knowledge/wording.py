"""How guides word what they say: words that stand for each other, verbs, clauses, and what is not sure."""

import re
from functools import cache

from knowledge.lexical import stems
from knowledge.plainly import GLUE, WORD, stems_said

DENIED_WORDS = 0.5  # of what a passage denies, how much a sentence has to name that denies the same
MOST_OF_SUBJECT = 6  # words
CLAUSE = re.compile(
    r"[,;|()]|:(?!\d)|\s[–—-]\s|[.!?](?=\s)|\b(?:and|but|or|while|whereas|if|when|because|although|so)\b|"
    r"(?=\b(?:unless|except|without)\b)",
    re.IGNORECASE,
)
VERB = re.compile(
    r"\b(?:may|can|must|should|will|is|are|has|have|do|does|goes|(?:get|pay|take|cost|need|receive|go|open|close|start|"
    r"end|last)s?)\b",
    re.IGNORECASE,
)
# What is not sure, and what is left to people; without such a word it is a rule.
NOT_SURE, MAY = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"usually|normally|typically|generally|often|sometimes|mostly|mainly|probably|as a rule|(?-i:most)",
        r"(?:(?-i:may)|might|can|could)(?! not\b|['’])|"
        r"(?:(?<!not )(?<!n['’]t )(?:possibl[ey]|able|allow\w*|permit\w*)|entitled|option\w*|lets?)",
    )
)
# Words that stand for each other in what guides say to people.
_SYNONYMS = (
    "cost price charge fee pay paid payment",
    "refund reimburse repay back",
    "start begin",
    "end stop finish",
    "get receive gain",
    "customer client subscriber",
    "somebody someone",
    "call phone ring telephone",
    "buy bought purchase",
    "need require necessary must",
    "allow permit possible admit",
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
    "child children kid",
    "photograph photo",
    "eat drink consume",
    "book reserve",
    "return back",
    "leave left",
    "know known tell",
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
    "least minimum",
    "most maximum",
    "over above more exceed",
    "under below less fewer",
    "each every",
    "whole full",
    "accept take",
    "minute min",
    "lose lost",
    "send sent submit",
    "sell sold",
    "hold held",
    "find found",
    "bring brought",
    "write written wrote",
    "choose chosen chose",
    "break broken broke",
    "steal stolen stole",
    "see seen saw",
    "drive driven drove",
    "build built",
    "spend spent",
    "lend lent",
    "meet met",
    "win won",
    "wear worn wore",
    "give given gave",
    "person people",
    "complete fill finish",
    "discount off reduction",
    "refuse reject decline",
    "issue provide",
    "hour hr",
)


def stands(word: str, known: set[str]) -> bool:
    """Whether a stem is among those known: itself, with another ending, or as a synonym."""
    if word in known or any(other in known for other in _alike().get(word, ())):
        return True
    return (
        len(word) > 3
        and not word[-1].isdigit()
        and any(
            len(other) > 3
            and (other.startswith(word) or word.startswith(other))
            and not (other + word).endswith("less")
            for other in known
        )
    )


@cache
def _alike() -> dict[str, set[str]]:
    """The stems that stand for a stem."""
    alike: dict[str, set[str]] = {}
    for group in map(stems_said, _SYNONYMS):
        for word in group:
            alike[word] = alike.get(word, set()) | group
    return alike


def subject_of(text: str) -> str:
    """The few words before the first verb.

    >>> subject_of("The blue vans are hired out."), subject_of("Hire a van.")
    ('The blue vans', '')
    """
    verb = VERB.search(text)
    subject = text[: verb.start()].strip() if verb else ""
    return subject if len(subject.split()) <= MOST_OF_SUBJECT and not CLAUSE.search(subject) else ""


def is_mostly(words: set[str], known: set[str], share: float = DENIED_WORDS) -> bool:
    return bool(words) and sum(stands(word, known) for word in words) >= share * len(words)


def first_of(phrase: str) -> str | None:
    """The stem of the first word of a phrase that says something, or its figure."""
    for word in WORD.finditer(phrase):
        if word[1]:
            return word[1]
        if said := stems_said(word[0]) - frozenset(stems(GLUE)):
            return next(stem for stem in stems(word[0]) if stem in said)
    return None

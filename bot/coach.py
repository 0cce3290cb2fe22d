"""What a thank-you still lacks, by rules for English; it never judges, and keeps quiet when it can't tell.

No model: a hint has to be there while somebody types. The words below are signs, not proof, so they err on the side of
silence: the examples in tests/bot/thanks.tsv measure how often that goes wrong.
"""

import re
from enum import StrEnum

FEWEST_WORDS = 4  # before that nobody has finished a thought
ENGLISH_SHARE = 0.15  # of words that only English has so many of


class Lack(StrEnum):
    DEED = "deed"  # what was done
    WHOM = "whom"  # for which customer
    EFFECT = "effect"  # what it changed for them


def lacks(deed: str, effect: str = "") -> list[Lack]:
    """What a reader would still ask, in the order to say it; empty for a text that is short, or not English.

    Args:
        effect: what was written of it in a field of its own, which says by being there that there was one.
    """
    text = " ".join(f"{deed} {effect}".lower().replace("’", "'").split())
    words = re.findall(r"[^\W\d_]+(?:'\w+)?", text)
    if len(words) < FEWEST_WORDS or sum(word in _ENGLISH for word in words) < ENGLISH_SHARE * len(words):
        return []
    says = {
        Lack.DEED: _does(text),
        Lack.WHOM: _WHOM.search(text) is not None,
        Lack.EFFECT: len(effect.split()) >= 3 or _EFFECT.search(text) is not None,
    }
    return [lack for lack in Lack if not says[lack]]


def _does(text: str) -> bool:
    """A verb in the past, or an -ing after a word of thanks."""
    pasts = (word for word in re.findall(r"[a-z]+ed\b", text) if len(word) > 4 and word not in _NO_DEED)
    doings = (word for word in _DOING.findall(text) if word not in _NO_DEED)
    return any(pasts) or any(doings) or _PAST.search(text) is not None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any_of(words: str) -> str:
    return rf"\b(?:{'|'.join(words.split())})"


_ENGLISH = _words(
    "a an and are as at be but by did every for from had has have he her him his i in is it just me my of on or our "
    "she so that the their them they this to us was we were who with you your"
)
_NO_DEED = _words(  # they end like a verb, and say how somebody is
    "needed wanted dedicated talented gifted committed skilled experienced motivated organised organized amazed "
    "impressed blessed loved liked beloved valued inspired honoured honored indeed hundred united outdated relaxed "
    "being having everything something anything nothing caring amazing outstanding working trying continuing"
)
_DOING = re.compile(r"\b(?:for|by|in|and)\s+(?:always\s+|also\s+)?([a-z]{3,}ing)\b")
_PAST = re.compile(
    _any_of(
        "agreed built bought brought called came caught chose cut drew drove dealt fed found fought gave got held "
        "kept laid led left lent lit let made meant met paid picked put ran rang read rewrote rebuilt sat saw sent "
        "set shown showed sold sorted spent spoke spotted stood stayed stuck swept taught took thought told tidied "
        "tried undid understood went woke won wrote"
    )
    + r"\b"
)
_WHOM = re.compile(
    _any_of(
        "customer client guest caller visitor subscriber tenant resident patient user household famil couple "
        "neighbou?r pensioner widow lady ladies gentlem woman women man\\b men\\b child pupil student school clinic "
        "hospital shopper buyer passenger traveller traveler homeowner landlord owner mr\\b mrs\\b ms\\b dr\\b "
        "miss\\b grandm grandf elderly council business parent mother father daughter"
    )
)
_EFFECT = re.compile(
    "|".join(
        (
            r"\bso (?:that|he|she|they|we|it|i|you|the|her|his|their|our|both|no|not|nobody|every|everyone|all|\d)\b",
            r"\b(?:which|that) (?:mean[st]?|save[sd]?|made|makes|help(?:s|ed)|gave|let|kept|stopped|allow(?:s|ed))\b",
            r"\b(?:now|no longer|any ?more|instead of|at last|for the first time|as a result)\b",
            r"\b(?:online|back|working|up|running) again\b|\b(?:was|were|is|are) back\b|\bback online\b",
            r"\b(?:happy|happier|relieved|relief|grateful|delighted|safe|safely|reassured|pleased|glad|thrilled)\b",
            r"\b(?:saved|saves|saving|avoided|prevented|recommend|renewed|took back|lost nothing|missed nothing)\b",
            r"\b(?:decided to|chose to)\b|\b(?:stayed|stays|staying|stay) with us\b",
            r"\b(?:he|she|they|customers?|clients?) (?:called|wrote|told|said|thanked)\b|\bthank(?:ed)? (?:us|me)\b",
            r"\b(?:could|can) (?!not\b)\w+|\bable to\b",
            r"\b(?:fewer|faster|shorter|quicker|easier|twice as|half the)\b|\bfrom \d+ to \d+\b",
            r"\b(?:went|go|going) (?:up|down)\b|\b(?:dropped|rose|fell|doubled|halved|improved)\b|\bhave stopped\b",
            r"\b(?:on|in) time\b|\bready on\b|\bthe same (?:day|evening|hour|morning|night)\b",
            r"\b(?:not one|not a single|no) \w+ (?:missed|waited|lost|had)\b|\bnobody (?:missed|waited|lost|had)\b",
            r"\b(?:closed|solved|resolved) (?:the|his|her|their) (?:case|complaint|problem)\b|\bunderstood\b",
        )
    )
)

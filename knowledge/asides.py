"""What a message says besides its question: greetings, who asks, ticket numbers, thanks."""

import re
from collections.abc import Callable

from knowledge.lexical import says_something

_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_TITLE = r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? +"
_CASE = r"\b(?i:ticket|case|incident|ref(?:erence)?|complaint)\b(?i: +(?:no\.?|number))?:? *(?:#?[A-Z]*-?\d{3,})"

_GREETING = re.compile(
    r"\W*(?i:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening))\b(?i: +(?:all|team|there)\b)?"
)
_BOT = re.compile(r"\W*(?i:frontline)\b(?=\s*[,:])")
_ADDRESSED = re.compile(rf"\W*(?!{_TITLE})({_NAME})")
_REPORTED = re.compile(  # "Mr Reed asks", "As Kira said yesterday,", "My customer in Hull wants to know"
    rf"\W*(?:[Aa]s +)?(?:(?:{_TITLE}){_NAME}|((?:{_NAME} +)?{_NAME})|"
    r"(?i:(?:my|our|a|the|this) +(?:customer|caller|client|colleague|guest|member|patient)))"
    rf"(?: +(?:in|from|at) +{_NAME}(?: +{_NAME})?)? +(?:asks|asked|is asking|says|said|wonders|wants to know|"
    r"would like to know)\b(?: +(?:me|us|today|yesterday|that)\b)*"
)
_ABOUT = re.compile(rf",? ?\(?{_CASE}\)?(?:\s*[:,–-])?|(?<!\w)#\d{{4,}}\b|(?<![\w.])@{_NAME}(?: +{_NAME})?")
_TITLED = re.compile(rf"{_TITLE}({_NAME})")
_THANKS = re.compile(
    r"(?<![\s,.!–-])[\s,.!–-]+"
    r"(?i:(?:many +)?(?:thanks?|thank you|thx|cheers|ty)\b(?: (?:so|very) much| a lot| in advance)?)\W*$"
)


def without_asides(message: str, says: Callable[[str], bool]) -> str:
    """A message without what does not matter to its answer; the message itself where nothing would be left.

    Names of people would be taken for products that no guide knows.

    Args:
        says: whether a word is in the guides, in any form; then it is no person's name.

    >>> without_asides("Hi Frontline, Mr Reed asks when the bill is sent, case INC-48213. Thanks!", lambda word: False)
    'when the bill is sent'
    """
    told = _THANKS.sub("", _ABOUT.sub("", message))
    if greeting := _GREETING.match(told):
        told = told[greeting.end() :]
        while (person := _ADDRESSED.match(told)) and says_something(person[1]) and not says(person[1]):
            told = told[person.end() :]
    if bot := _BOT.match(told):
        told = told[bot.end() :]
    reported = _REPORTED.match(told)
    if reported and not (reported[1] and any(map(says, reported[1].split()))):
        told = told[reported.end() :]
    told = _TITLED.sub(lambda found: found[0] if says(found[1]) else "the customer", told).lstrip(" ,:;.!–-").rstrip()
    return told if re.search(r"\w", told) else message

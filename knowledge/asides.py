"""What a message says besides its question: greetings, who asks, ticket numbers, thanks."""

import re
from collections.abc import Callable

_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_TITLE = r"\b(?:Mr|Mrs|Ms|Miss)\b\.? +"
_CASE = (
    r"\b(?i:ticket|case|incident|ref(?:erence)?|complaint)\b(?i: +(?:no\.?|number))?:? *"
    r"(?:#[A-Z]*-?\d{3,}|[A-Z]+-?\d{3,}|\d{5,})"
)

_GREETING = re.compile(
    r"\W*(?i:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening))\b(?i: +(?:all|team|there)\b)?"
)
_ADDRESSED = re.compile(rf" +({_NAME}(?: +{_NAME})?)(?=\s*[,:!.–-])")
_BOT = re.compile(r"\W*(?i:frontline)\b(?=\s*[,:])")
_REPORTED = re.compile(  # "Mr Reed asks", "As Kira said yesterday,", "My customer in Hull wants to know"
    rf"\W*(?:[Aa]s +)?(?:(?:{_TITLE}){_NAME}|((?:{_NAME} +)?{_NAME})|"
    r"(?i:(?:my|our|a|the|this) +(?:customer|caller|client|colleague|guest|member|patient)))"
    rf"(?: +(?:in|from|at) +{_NAME}(?: +{_NAME})?)? +(?:asks|asked|is asking|says|said|wonders|wants to know|"
    r"would like to know)\b(?: +(?:me|us|today|yesterday|that)\b)*"
)
_AROUND = re.compile(rf"^\W*{_CASE}\s*[:,–-]?|(?:, ?|[–-] ?){_CASE}[\s.!?]*$| ?\({_CASE}\)")
_MENTION = re.compile(rf"(?<![\w.])@({_NAME}(?: +{_NAME})?)")
_TITLED = re.compile(rf"{_TITLE}({_NAME})(?= +\w| *\()")
_THANKS = re.compile(
    r"(?<![\s,.!–-])[\s,.!–-]+"
    r"(?i:(?:many +)?(?:thanks?|thank you|thx|cheers|ty)\b(?: (?:so|very) much| a lot| in advance)?)\W*$"
)


def without_asides(message: str, says: Callable[[str], bool]) -> str:
    """A message without what does not matter to its answer; the message itself where nothing would be left.

    Names of people would be taken for products that no guide knows.

    Args:
        says: whether a word is in the guides, in any form; then it is no person's name.

    >>> without_asides("Hi Frontline, Mr Reed asks when the bill is sent, case INC-48213", lambda word: False)
    'when the bill is sent'
    """

    def is_known(name: str) -> bool:
        return any(map(says, name.split()))

    told = _AROUND.sub("", _THANKS.sub("", message))
    told = _MENTION.sub(lambda found: found[0] if is_known(found[1]) else "", told)
    if greeting := _GREETING.match(told):
        told = told[greeting.end() :]
        if (person := _ADDRESSED.match(told)) and not (person[1].isupper() or is_known(person[1])):
            told = told[person.end() :]
    if bot := _BOT.match(told):
        told = told[bot.end() :]
    if (reported := _REPORTED.match(told)) and not (reported[1] and is_known(reported[1])):
        told = told[reported.end() :]
    told = _TITLED.sub(lambda found: found[0] if says(found[1]) else "the customer", told)
    told = told.lstrip(" ,:;.!–-").rstrip()
    return told if re.search(r"\w", told) else message

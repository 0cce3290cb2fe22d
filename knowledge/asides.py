"""What a message says besides its question: greetings, who asks, ticket numbers, thanks."""

import re
from collections.abc import Callable

from knowledge.lexical import says_something
from knowledge.names import COUNTED

_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_PERSON = (  # with no number and no capital in it, as products have ("Kestrel 5", "PayPal")
    r"(?:Mc|[DO]['’])?[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ]++(?:['’-][A-ZÀ-Þ]?[^\W\d_A-ZÀ-Þ]++)*+(?![\w'’-]| ?\d)"
)
_PERSONS = rf"({_PERSON}(?: +{_PERSON})?)"
_WORD = r"[^\W\d_](?:[^\W\d_]|['’-])*+(?!\w)"
_TITLE = r"\b(?:Mr|Mrs|Ms|Miss)\b\.? +"
_WHO = r"(?:customer|caller|client|colleague|guest|member|patient)"
_WHOSE = r"(?i:my|this|his|her|their|your)"
_RELATIVE = (  # in small letters: "Gran Canaria"
    r"(?:(?i:my|his|her|their|your|our|the|an?) +)?"
    r"(?:(?:grand|step)?(?:son|daughter|mother|father)|wife|husband|mum|mom|dad|gran|nan|grandma|grandad|brother|sister"
    r"|uncle|aunt|auntie|nephew|niece|cousin|girlfriend|boyfriend)(?:-in-law)?"
)
_ROLE = (
    rf"(?i:{_WHO}|tenant|resident|applicant|passenger|student|pupil|employee|manager|neighbou?r|friend|lodger|carer"
    r"|partner)"
)
_CASE = (
    r"\b(?i:ticket|case|incident|ref(?:erence)?|complaint)\b(?i: +(?:no\.?|number))?:? *"
    r"(?:#[A-Z]*-?\d{3,}|[A-Z]+-?\d{3,}|\d{5,})"
)

_GREETING = re.compile(
    r"\W*(?i:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening))\b(?!-\w)(?i: +(?:all|team|there)\b)?"
)
_ADDRESSED = re.compile(rf" +({_NAME}(?: +{_NAME})?)(?=\s*[,:!.–-])")
_BOT = re.compile(r"\W*(?i:frontline)\b(?=\s*[,:])")
_REPORTED = re.compile(  # "Mr Reed asks", "As Kira said yesterday,", "My customer in Hull wants to know"
    rf"\W*(?:[Aa]s +)?(?:(?:{_TITLE}){_NAME}|((?:{_NAME} +)?{_NAME})|(?i:(?:my|our|a|the|this) +{_WHO}))"
    rf"(?: +(?:in|from|at) +{_NAME}(?: +{_NAME})?)? +(?:asks|asked|is asking|says|said|wonders|wants to know|"
    r"would like to know)\b(?: +(?:me|us|today|yesterday|that)\b)*"
)
_AROUND = re.compile(rf"^\W*{_CASE}\s*[:,–-]?|(?:, ?|[–-] ?){_CASE}[\s.!?]*$| ?\({_CASE}\)")
_MENTION = re.compile(rf"(?<![\w.])@({_NAME})((?: +{_PERSON})?)")
_SOMEBODY = re.compile(
    rf"{_TITLE}({_NAME})(?= +\w| *\()|(?<!\bis )(?<!['’]s ){_TITLE}({_NAME})"  # but "What is Mr Muscle?"
    rf"|\b(?i:(?:(?:my|our|an?|the|this) +)?{_WHO}(?:['’]s +name +is| +(?:is +)?(?:called|named))) +{_PERSONS}"
    rf"|(?<=[.?!]\s[Aa]sking for ){_PERSONS}(?= *(?:[.!\n]|$))"
)
_RELATED = re.compile(rf"\b({_RELATIVE}) +{_PERSONS}")  # "her son Priya"
_SERVED = re.compile(  # "my tenant Priya missed it", but "my customer Heron router"
    rf"\b({_WHOSE} +{_ROLE}) +{_PERSONS}"
    r"(?= *(?:[,;.!?)]|$)| +(?i:asks|says|wants|needs|would|(?:has|had|is|was|can|does|did)(?:n?['’]?t)?|lost|left|rang"
    r"|[a-z]+(?:id|ed)|and|who|to|for|on|in|at|from|about|get|have|pay|come|keep)\b)"
)
_TOLD = re.compile(  # "spoke to Priya, who"; what a company does, too ("call", "email", "update"), tells nothing
    r"\b((?i:(?:spoke|spoken|talked|on the (?:phone|line)) +(?:to|with)|(?:i|we|he|she|i['’]ve|we['’]ve|have) +told"
    rf"|(?:had|got|took|taken) +an? +(?:phone +)?call +from)) +{_PERSONS}"
    r"(?= *(?:[,;:.!?)–-]|$)| +(?:and|but|who|that|about|today|yesterday|this|again|he|she|they|it|we|you|to)\b)"
)
_DOING = re.compile(  # "and Priya rang": what nothing but people do
    r"((?:\b(?i:and|but|because|that|if|when|while|so|since|as|where|whether|though)|,)) +"
    rf"{_PERSONS}(?= +(?:lives|lived|thinks|thought|rang|phoned|forgot|married)\b)"
)
_THANKS = re.compile(  # but "Who signs the thank you?"
    r"(?<![\s,.!–—-])(?<!\bthe)(?<!\ba)[\s,.!–—-]++"
    r"(?i:(?:many +)?(?:thanks|thank you|thx|cheers|ty)\b(?: (?:so|very) much| a lot| in advance)?)"
    rf"(?:[\s,.!–—-]++({_WORD}(?: +{_WORD})?))?[^\w?]*+$"
)
_SIGNED = re.compile(
    r"(?:(?<=[.?!])\s++|(?<!\s)[^\S\n]*+\n\s*+)"
    rf"(?:[–—-] *+|(?i:(?:(?:kind|best|warm) +)?regards|best(?: wishes)?)[\s,.!–—-]++){_PERSONS}[^\w?]*+$"
)

# Of a letter that is passed on, with the question below it.
_TO_NOBODY = re.compile(r"(?<![^\n\"“(])(?i:dear +(?:sirs?|madam)(?:(?: +or +| */ *)madam)?) *+(?:[,:]|\n)\s*+")
_CLOSING = re.compile(
    r"(?<![^\n])[^\S\n]*+(?i:(?:(?:kind|best|warm) +)?regards|best(?: wishes)?|(?:yours +)?(?:sincerely|faithfully))"
    rf"[^\S\n]*+[,.!]?[^\S\n]*+\n\s*+(?:[A-Z]\.? +)*+{_PERSONS}(?=[\"”]?[^\S\n]*+(?:\n|$))"
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
        words = name.split()
        return any(says(word) or not says_something(word) or word.casefold() in COUNTED for word in words)

    people: dict[str, str] = {}  # what stands for a name where it is said again

    def unless_known(instead: str, again: str = "") -> Callable[[re.Match[str]], str]:
        def replaced(found: re.Match[str]) -> str:
            name = found[found.lastindex or 0]
            if found.lastindex and is_known(name):
                return found[0]
            if again:
                people.update(dict.fromkeys(name.split(), found.expand(again).casefold()))
            return found.expand(instead)

        return replaced

    told = _SIGNED.sub(unless_known(""), _THANKS.sub(unless_known(""), message))
    told = _AROUND.sub("", _CLOSING.sub(unless_known(""), _TO_NOBODY.sub("", told)))
    told = _MENTION.sub(lambda found: found[0] if is_known(found[1]) else is_known(found[2]) * found[2], told)
    if greeting := _GREETING.match(told):
        told = told[greeting.end() :]
        if (person := _ADDRESSED.match(told)) and not (person[1].isupper() or is_known(person[1])):
            told = told[person.end() :]
    if bot := _BOT.match(told):
        told = told[bot.end() :]
    told = _SOMEBODY.sub(unless_known("the customer", "the customer"), told)
    for named in _RELATED, _SERVED:
        told = named.sub(unless_known(r"\1", r"\1"), told)
    for named in _TOLD, _DOING:
        told = named.sub(unless_known(r"\1 the customer", "the customer"), told)
    if people:
        name = rf"(?:{'|'.join(map(re.escape, people))})"
        again = re.compile(rf"(?<![\w@./-])({name})(?: +{name})*+(?![\w@/-])")
        told = again.sub(lambda found: people[found[1]], told)
    if (reported := _REPORTED.match(told)) and not (reported[1] and is_known(reported[1])):
        told = told[reported.end() :]
    told = told.lstrip(" ,:;.!–-").rstrip()
    return told if re.search(r"\w", told) else message

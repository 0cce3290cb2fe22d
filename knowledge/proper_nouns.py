"""The words of a question that look like names of products, models or people, however much the guides know of them."""

import re
from functools import lru_cache

from knowledge.lexical import says_something
from knowledge.names import COUNTED, TYPED_TOGETHER, UNITS, Names

IN_CAPITALS = 0.5  # of the words of a question; where more have a capital, it tells no name
OF_MODELS = set("adghlmpvwxy")  # units that stand in capitals behind the numbers of models, too: the 500X
LOOKED_THROUGH = 500  # questions; each is looked through from several sides

_NAME = re.compile(r"\b[^\W_][\w'’-]*")
_AMOUNT = re.compile(r"(?![2-6]g$)(\d+)-?([^\W\d_]+)(?:-olds?)?")  # a 5g network is none
_UNITS = (UNITS | TYPED_TOGETHER) - set("avwx")  # which stand behind numbers of codes in small letters, too: "form 3a"
_GAP = re.compile(r" (?:\d+ )?")  # within a name


def names_of(question: str) -> list[str]:
    """Words that look like the name of a product, a model or a person.

    >>> names_of("How do I pair the Aria X200 with a Nest hub?")
    ['Aria', 'X200', 'Nest']
    """
    return [match.group() for match in _named_in(question)]


def whole_names_of(question: str) -> list[str]:
    """The same, those side by side as one: a "Project Hub" is not meant where projects and hubs are.

    >>> whole_names_of("How do I pair the Aria X200 with a Nest hub?")
    ['Aria X200', 'Nest']
    """
    if question.isupper():
        return names_of(question)
    spans: list[tuple[int, int]] = []
    for match in _named_in(question):
        name = match.group().removesuffix("'s").removesuffix("’s")
        if not says_something(name):
            continue
        start, end = match.start(), match.start() + len(name)
        if spans and _GAP.fullmatch(question, spans[-1][1], start):
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return [question[start:end] for start, end in spans]


def names_of_others(question: str, names: Names) -> list[str]:
    """The names in a question, with one capital in front, of which no guide says a word: "Glasgow" where the shops of
    other towns are. Capitals throughout may stand for what guides say in full; where most words have one, none tells.
    """
    words = _NAME.findall(question)
    if sum(word[0].isupper() for word in words) > IN_CAPITALS * len(words):
        return []
    return [
        name
        for name in whole_names_of(question)
        if not any(is_known(word, names) for word in name.casefold().split())
        and all(word[1:].islower() for word in name.split())
    ]


@lru_cache(LOOKED_THROUGH)
def _named_in(question: str) -> tuple[re.Match[str], ...]:
    return tuple(
        match
        for match in _NAME.finditer(question)
        if len(name := match.group()) > 1
        and not _is_amount(name)
        and (
            any(letter.isupper() for letter in name[1:])
            or (any(letter.isdigit() for letter in name) and any(letter.isalpha() for letter in name))
            or (name[0].isupper() and not _starts_sentence(question, match.start()))
        )
    )


def _is_amount(word: str) -> bool:
    """Whether it is a number typed together with its unit, as in "30h", "2nd", "12k" and "2-year-old"; 5G and 8K are
    none.
    """
    parts = _AMOUNT.fullmatch(word)
    if parts is None or (unit := parts[2].casefold()) not in _UNITS:
        return False
    return parts[2].islower() or (unit not in OF_MODELS and len(word) > 2)


def is_known(word: str, names: Names) -> bool:
    """Whether a word of a name, in small letters, is in the guides, or a day or the like, or the plural of a name or
    a day: of the Heron or Saturday, but not of a boot.
    """
    return bool(names.says(word) or {word, word.removesuffix("s")} & COUNTED or names.known_in(word))


def _starts_sentence(text: str, at: int) -> bool:
    return text[:at].rstrip(" \"'“‘(*_\n")[-1:] in {"", ".", "!", "?", ":"}

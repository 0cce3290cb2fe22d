"""A question that compares products, told apart into one on each of them."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from knowledge.names import UNITS, Name, Names
from knowledge.questions import meaning_of, sentences_of, without_link

_COMPARES = re.compile(  # a question that another product may answer, too
    r"\b(?:differ\w*|compar\w+|versus|vs|than|between|better|best|both|each|same|instead|alternatives?|another|others?)\b",
    re.IGNORECASE,
)
_JOINT = r"[\s,/]*(?:\b(?P<link>and|or|than|versus|vs\.?|compared (?:to|with))\s+)?(?:(?:the|an?)\s+)?"
_BETWEEN, _ONE_MORE = (
    re.compile(each, re.IGNORECASE) for each in (_JOINT, rf"{_JOINT}(?P<last>\w+)(?:[ -]?(?P<unit>[^\W\d_]+))?")
)
_ARTICLE = re.compile(r"\b(?:the|an?)\s+$", re.IGNORECASE)
# What only compares, and asks nothing of either.
_COMPARING = re.compile(
    r"\b(?:(?:what|which|how)(?:['’]?s|\s+(?:is|are|do(?:es)?))?\s+)?(?:the\s+)?(?:\w+\s+)?(?:differ(?:ences?|ent|s)?|compar\w+)"
    r"(?:\s+(?:in|of|between|to|with|from)\b)*|\b(?:which|what)(?:\s+one)?(?:\s+is|['’]?s)?(?:\s+the)?\s+(?:better|best)\b",
    re.IGNORECASE,
)
_MEASURES = {
    "price": "cheap cheaper cheapest dearer pricier expensive costlier",
    "weight": "heavier heaviest lighter lightest weighs",
    "size": "bigger biggest larger largest smaller smallest",
}
_MEASURE_OF = {word: measure for measure, words in _MEASURES.items() for word in words.split()}
_COMPARED = {*_MEASURE_OF, "more", "less", "most", "least", "better", "best"}


def compared(question: str, names: Names) -> dict[Name, str]:
    """What a question that compares products asks of each; empty where it compares none.

    >>> names = Names(["The Brook 4, the Brook 5 and the Brook 5 Pro."])
    >>> list(compared("Is a Brook 4 or the Brook 5 better for a flat?", names).values())
    ['Is a Brook 4 better for a flat?', 'Is a Brook 5 better for a flat?']
    >>> list(compared("Which is cheaper, Brook 4 or 5?", names).values())
    ['What is the price of the Brook 4?', 'What is the price of the Brook 5?']
    >>> compared("Can I move from the Brook 4 to the Brook 5?", names)
    {}
    """
    named = _side_by_side(question, names)
    if len(named) < 2:
        return {}
    start, end = named[0].start, named[-1].end
    if len(sentences := sentences_of(question[end:])) > 1 and sentences[-1].endswith("?"):  # which leans on it
        return {each.name: f"{each.written}: {without_link(sentences[-1])}" for each in named}
    rest = f"{_ARTICLE.sub('', question[:start])} {question[end:]}"
    asked = " ".join(_COMPARING.sub(" ", rest).split()).strip(" ,:;?.!")
    besides = [word for word in meaning_of(re.findall(r"\w+", asked)) if word.casefold() not in _COMPARED]
    if not besides:
        measure = _measured(rest)
        return {
            each.name: f"What is the {measure} of the {each.written}?" if measure else f"What is the {each.written}?"
            for each in named
        }
    if _COMPARING.search(rest):
        return {each.name: f"{each.written}: {asked}?" for each in named}
    return {each.name: f"{question[:start]}{each.written}{question[end:]}" for each in named}


def compares(question: str) -> bool:
    """Whether a question compares, so that another product may answer it, too."""
    return _COMPARES.search(question) is not None


def is_on_all(question: str, quotes: Sequence[tuple[str, str]], wanted: Collection[Name], names: Names) -> bool:
    """Whether one of some quotes is on all products that a question names side by side: a line of its headings or a row
    of its table names all of them; where the question doesn't compare them, any of its text may.

    Args:
        quotes: what stands above each, line by line, and its text.
    """
    is_comparing = compares(question) or _measured(question) is not None
    for above, text in quotes:
        rows = [line for line in text.splitlines() if line.startswith("|")]
        lines = [*above.splitlines(), *(rows if is_comparing else [text])]
        if any(names.known_in(line).issuperset(wanted) for line in lines):
            return True
    return False


def _measured(question: str) -> str | None:
    """What the first word that compares amounts is on: the price for "cheaper"."""
    return next((_MEASURE_OF[word] for word in re.findall(r"\w+", question.casefold()) if word in _MEASURE_OF), None)


class _Named(NamedTuple):
    name: Name
    written: str
    start: int
    end: int


def _side_by_side(question: str, names: Names) -> list[_Named]:
    """Siblings that a question names side by side, the last perhaps by its end alone: "the Brook 4 or 5"."""
    run: list[_Named] = []
    for name, (start, end) in names.spans_in(question):
        if run and not _are_joined(question, run[-1], name, start, names):
            if len(run) > 1:
                break
            run = []
        run.append(_Named(name, question[start:end], start, end))
    more = _ONE_MORE.match(question, run[-1].end) if len(run) == 1 else None
    if more and _links(more["link"], question) and (more["unit"] or "").casefold() not in UNITS:
        before = run[-1]
        last = more["last"].casefold()
        kind = [each for each in names.siblings_of(before.name) if each[:-1] == before.name[:-1] and each[-1] == last]
        written = " ".join([*before.written.split()[:-1], more["last"]])
        run += [_Named(each, written, *more.span("last")) for each in kind[:1]]
    return run


def _are_joined(question: str, before: _Named, name: Name, start: int, names: Names) -> bool:
    joint = _BETWEEN.fullmatch(question, before.end, start)
    return bool(joint and _links(joint["link"], question)) and name in names.siblings_of(before.name)


def _links(link: str | None, question: str) -> bool:
    """Whether what stands between two names compares them: "or" and "than" do, "and" where the question does."""
    return link is not None and (link.casefold() != "and" or compares(question))

"""Whether a sentence made of a guide's words leaves each with what it belongs to there: a figure with its part of the
sentence or its column, a deed with who does it, a day with its preposition.
"""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import combinations

from knowledge.lexical import stems
from knowledge.plainly import figures_of, rates_in, stems_said
from knowledge.sentences import cells_of
from knowledge.wording import stands

Part = tuple[Set[str], Set[str]]  # the figures and the words of a part of a sentence

_PART = re.compile(
    r"[,;()|]|:(?!\d)|\s[–—]\s|[.!?](?=\s|$)|\b(?:and|but|or|while|whereas|(?-i:plus)|then)\b", re.IGNORECASE
)
_LISTED = re.compile(r"^\W*(?:\d+(?:\.\d+)+|\d+[.)]) ")  # the number of a section or step
ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b")
_CHARGED = frozenset(stems("cost price charge pay paid"))  # of any amount of money
_PERIODS = frozenset(stems("second minute hour week month year"))  # that only count; a day is told from a night
_CURRENCY = re.compile("[£€$]")
_REACH = re.compile(r"(?<![\w.,:/])(\d+(?:[.:]\d+)*)(?: ?[–-] ?| to | until )(?:[A-Z][a-z]+ )?(\d+(?:[.:]\d+)*)")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_ON_DAY = re.compile(rf"\b(on|by|until|before|after) (?:the |a |every )?({_WEEKDAY})s?\b(?! to)", re.IGNORECASE)
_SHARE_OF = re.compile(r"(?<![\w.])(\d[\d.]*)(?: x| time| ?%) of (?:the |an? )?([^,;.|]*)")
_CLAUSE_BEGINS = re.compile(r"[.;|,()]|:(?!\d)|\b(?:but|if|when|while|unless|because)\b", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(rf"{_CLAUSE_BEGINS.pattern}|\b(?:and|or|while|whereas)\b", re.IGNORECASE)
_COMPANY, _CUSTOMER = (
    rf"\b(?:{words}) (?:(?:may|can|must|will|should) )?(?:also |always |never |then )?([^\W\d_]{{3,}})"
    for words in (
        "we",
        "you|(?:customer|client|guest|tenant|resident|student|patient|member|passenger|driver|owner|applicant)s?|"
        "famil(?:y|ies)",
    )
)
_SIDES = tuple(re.compile(words, re.IGNORECASE) for words in (_COMPANY, _CUSTOMER))
_DOES = re.compile(
    r"\b(?P<who>[^\W\d_][\w'’-]*) (?:(?:must|may|can|should|will|would|could|(?:has|have) to|needs? to)"
    r"(?: (?:not|never|only|also|then|still|always))? (?!be\b|have\b)(?P<may>[^\W\d_]{2,})|"
    r"(?P<does>(?:pay|owe|sign|approve|decide|send|take|fill|bring|choose|arrange|confirm|issue|provide|report|collect|enter)s?)\b)",
    re.IGNORECASE,
)
# "Paid by the tenant", but no "paid by card" and no "paid by the end".
_DONE_BY = re.compile(
    r"\b(?:is|are|was|were|be|been) (?P<deed>[^\W\d_]+) by (?:(?:the|an?|your|our) "
    r"(?!(?:end|start|due|date|time|deadline|day|same|next|last|following)\b)|(?=(?-i:[A-Z])))"
    r"(?P<who>[^\W\d_]{2,}(?: [^\W\d_]+)?)",
    re.IGNORECASE,
)


def keeps_belonging(text: str, there: Sequence[tuple[str, str]]) -> bool:
    """Whether all belongs together in a sentence as it does in the closest ones; all are written plainly.

    Args:
        there: the head of its table, if it is a row, and each sentence.
    """
    whole = [sentence for _, sentence in there]
    return (
        not any(_is_of_other_part(part, there) for part in _with_what_leads(text))
        and _keeps_direction(text, whole)
        and not any(_is_done_by_another(text, each) for each in whole)
        and not _changes_sides(text, whole)
    )


def _is_of_other_part(said: str, there: Sequence[tuple[str, str]]) -> bool:
    """Whether a part of a sentence has figures of one part there and words of others alone.

    >>> _is_of_other_part("Vans cost £5", [("", "Cars cost £5, and vans £9.")])
    True
    >>> _is_of_other_part("Vans cost £9", [("| Day | Car | Van |", "| Sunday | £9 | £5 |")])
    True
    """
    figures = _figures(said)
    held = [(head, each) for head, each in there if figures & figures_of(f"{head} {each}")]
    return bool(figures and held) and all(
        _is_of_other_column(said, figures, head, each) if "|" in head else _is_mixed(said, figures, _parts(each))
        for head, each in held
    )


def _is_of_other_column(said: str, figures: Set[str], head: str, row: str) -> bool:
    columns = list(zip(cells_of(head), cells_of(row), strict=False))[1:]
    mine = [column for column in columns if figures & figures_of(" ".join(column))]
    rates = rates_in("; ".join([*cells_of(row)[:1], *map(" ".join, mine)]))
    own, other = (
        max((_share(_words(name), _words(said)) for name, _ in each), default=0.0)
        for each in (mine, [column for column in columns if column not in mine])
    )
    return bool(mine) and (other > own or bool(rates_in(said) & rates_in(row) - rates))


def _share(words: Set[str], known: Set[str]) -> float:
    return len(words & known) / max(1, len(words))


def _is_mixed(said: str, figures: Set[str], parts: Sequence[Part]) -> bool:
    known = set[str]().union(*(held for held, _ in parts))
    mine = [part for part in parts if figures & known <= part[0]]
    others = [part for part in parts if part not in mine]
    if mine:
        own, other = (set[str]().union(*(words for _, words in each)) for each in (mine, others))
        unsaid = _PERIODS | (_CHARGED if _CURRENCY.search(said) else frozenset[str]())
        return _is_elsewhere(_words(said) - unsaid, own - unsaid, other - unsaid)
    return any(
        min(len(one - other), len(other - one)) > 1 and figures & (one - other) and figures & (other - one)
        for (one, _), (other, _) in combinations(parts, 2)
    )


def _with_what_leads(text: str) -> Iterator[str]:
    """The parts of a sentence that have figures, each with what stands before it without any."""
    before = ""
    for part in _PART.split(text):
        before = f"{before} {part}"
        if _figures(part):
            yield before
            before = ""


def _is_elsewhere(said: Set[str], mine: Set[str], others: Set[str]) -> bool:
    """Whether more is said of what is said of others alone than of what is said here alone, or as much and not all."""
    own, other = len(said & (mine - others)), len(said & (others - mine))
    return other > 0 and (not own or (other >= own and not mine - others <= said))


def _parts(text: str) -> list[Part]:
    return [(_figures(part), _words(part)) for part in _with_what_leads(_LISTED.sub("", text))]


def _figures(text: str) -> set[str]:
    return figures_of(text) - set(ORDINAL.findall(text))


def _words(text: str) -> set[str]:
    return stems_said(text) | set(ORDINAL.findall(text))


def _first(text: str) -> str | None:
    return next((stem for word in text.split() for stem in stems_said(word)), None)


def _keeps_direction(text: str, there: Sequence[str]) -> bool:
    """Whether what reaches from one figure to another does not reach back, a day stands behind its preposition, and a
    share is of the same.

    >>> _keeps_direction("Doors close on Sunday.", ["From Friday to Sunday doors close late, on Friday at 9."])
    False
    """
    reaches = {pair for each in there for pair in _REACH.findall(each)}
    if any(pair not in reaches and pair[::-1] in reaches for pair in _REACH.findall(text)):
        return False
    days = {(word.casefold(), day.casefold()) for each in there for word, day in _ON_DAY.findall(each)}
    for word, day in _ON_DAY.findall(text.casefold()):
        if (word, day) not in days and any(word == other for other, _ in days):
            return False
    shares = [(figure, stems_said(scope)) for each in there for figure, scope in _SHARE_OF.findall(each)]
    return all(
        any(not first or first in whole for other, whole in shares if other == figure)
        for figure, first in ((figure, _first(scope)) for figure, scope in _SHARE_OF.findall(text))
        if any(other == figure for other, _ in shares)
    )


def _changes_sides(text: str, there: Sequence[str]) -> bool:
    """Whether customers do what "we" do there, or the other way round.

    >>> _changes_sides("Guests choose the day.", ["We choose the day."])
    True
    """
    said, done = (
        [{_first(verb) for verb in side.findall(each)} for side in _SIDES] for each in (text, "; ".join(there))
    )
    return any((mine & theirs) - {None} - ours for mine, ours, theirs in zip(said, done, done[::-1], strict=True))


def _is_done_by_another(text: str, there: str) -> bool:
    """Whether somebody else does it there, also where the one that is named does so to something else.

    >>> _is_done_by_another("The tenant pays the fee.", "The tenant signs, and the landlord pays the fee.")
    True
    >>> _is_done_by_another("The tenant pays the fee.", "The tenant pays the rent and the landlord pays the fee.")
    True
    >>> _is_done_by_another("A tenant pays the fee.", "If the tenant signs late, the tenant pays the fee.")
    False
    """
    done = list(_deeds(there))
    for doer, before, deed, what in _deeds(text):
        others = [(other, scope, that) for other, scope, same, that in done if stands(same, {deed})]
        if others and all(other and not doer & scope and not other & before for other, scope, _ in others):
            return bool(doer)
        mine = [that for other, _, that in others if doer & other]
        theirs = [that for other, _, that in others if not doer & other]
        if what and mine and all(mine) and not any(what & each for each in mine) and any(map(what.issubset, theirs)):
            return True
    return False


def _deeds(text: str) -> Iterator[tuple[set[str], set[str], str, set[str]]]:
    """Who does what: the word before the verb, all words before it in its clause, the verb, and to what.

    >>> [(deed, sorted(what)) for *_, deed, what in _deeds("Rent is paid by the tenant; the owner must sign it.")]
    [('paid', ['rent']), ('sign', [])]
    """
    for found in _DONE_BY.finditer(text):
        doer, what = stems_said(found["who"]), _CLAUSE_ENDS.split(text[: found.start()])[-1]
        yield from ((doer, doer, deed, stems_said(what)) for deed in stems_said(found["deed"]))
    for found in _DOES.finditer(text):
        before, what = _CLAUSE_BEGINS.split(text[: found.end("who")])[-1], _CLAUSE_ENDS.split(text[found.end() :])[0]
        if deed := stems_said(found["may"] or found["does"]):
            yield stems_said(found["who"]), stems_said(before), deed.pop(), stems_said(what)

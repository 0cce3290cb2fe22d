"""What a sentence denies or lets people do, and whether that is what the passages deny; all are written plainly."""

import re
from collections.abc import Iterator, Sequence

from knowledge.lexical import stems
from knowledge.plainly import GLUE, stems_said
from knowledge.sentences import cells_of
from knowledge.wording import CLAUSE, DENIED_WORDS, MAY, VERB, first_of, stands

MOST_OF_ITEM = 6  # words of an item in a list within a sentence
NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|unless|except|excluded|excluding|unable|forbidden|"
    r"prohibited|rare|rarely|seldom|hardly|(?<!a )few|instead of|rather than|avoid\w*|refus\w+|declin\w+|abolished|"
    r"scrapped|discontinued|withdrawn|stopped)\b|n['’]t\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"\b(?:nobody|no one|nothing|none) else\b", re.IGNORECASE)
_NOTHING = re.compile(r"nothing|none|nobody", re.IGNORECASE)  # denies what stands on both sides
_IS, _IS_A = re.compile(r"\b(?:is|are|was|were|be)\s*$"), re.compile(r" an?\b")  # "is not a gift", of what is before
_ALLOWED = (
    "accept accepted allow allowed permit permitted admit admitted possible include included available offered valid"
)
_UNSAID = frozenset(stems(f"{GLUE} {_ALLOWED}"))
_IS_ALLOWED = re.compile(rf" (?:{'|'.join(_ALLOWED.split())})\b")
_CASE = re.compile(r"[.;:|()]|\b(?:but|if|when|while|because|unless)\b", re.IGNORECASE)
_JOINT = re.compile(r",|\b(?:and|n?or)\b")
_CAN_BE = re.compile(r"\b(?:can|may|could|might) be\s*$", re.IGNORECASE)  # "can be stopped" denies nothing
_ENDED = re.compile(r"abolished|scrapped|discontinued|withdrawn|stopped", re.IGNORECASE)  # what stands before it
_FORBIDDEN = re.compile(
    r"(?:^|[.;:|(])(?P<what>[^.;:|()]*?)(?:\b(?:is|are|was|were|be)(?: not|n['’]t| never)|\bnot) "
    r"(?:allowed|permitted|possible|accepted)(?: at all| anywhere| here)?\b\W*(?P<list>:.*)?$",
    re.IGNORECASE,
)


def denies_the_same(text: str, near: Sequence[str], others: Sequence[str], items: Sequence[str] = ()) -> bool:
    """Whether what a sentence denies is denied in the closest ones, and what these deny is not said without that.

    Denied is what stands behind the negation in its clause. To say of one thing what is said of another takes other
    words there, so they must be the same on both sides.

    Args:
        items: of lists that deny each.
    """
    own = stems_said(text)
    denied = list(_denials(text))
    denied_there = [scope for each in near for clause in _cell_by_cell(each) for scope in _denials(clause)]
    denied_there += map(_said, items)
    done_there = [scope for each in near for clause in _cell_by_cell(each) for scope in _not_done(clause)]
    for scope in denied:
        if not any(
            all(stands(word, there) for word in scope)
            and sum(stands(word, own) for word in there) >= DENIED_WORDS * len(there)
            for there in (*denied_there, *done_there)
        ):
            return False
    denied_beside = [scope for each in others for scope in _denials(each)]
    for there in (*denied_there, *denied_beside):
        share = sum(stands(word, own) for word in there) / max(1, len(there))
        enough = share > DENIED_WORDS or (share == DENIED_WORDS and _IS_ALLOWED.search(text))
        is_said = enough if there in denied_there else share == 1 and len(there) > 1
        if is_said and not any(stands(word, scope) for scope in denied for word in there):
            return False
    return True


def _cell_by_cell(text: str) -> list[str]:
    """A row as cells, each with what it stands for; other text as it is, and without its brackets.

    >>> _cell_by_cell("| | Car | Van || | Roof rack | £5 | none |")
    ['£5 Roof rack Car', 'none Roof rack Van']
    """
    head, bar, row = text.partition("|| |")
    if not bar:
        return [text, re.sub(r"[()]", " ", text)] if "(" in text else [text]
    first, *cells = cells_of(row)
    return [f"{cell} {first} {name}" for cell, name in zip(cells, cells_of(head)[1:], strict=False)]


def allows(text: str, others: Sequence[str]) -> bool:
    """Whether a sentence lets people have or do what is not allowed.

    >>> allows("Drums may be played at noon.", ["Drums and trumpets are not allowed at all."])
    True
    """
    if NEGATION.search(text) or not MAY.search(text):
        return False
    own = stems_said(text)
    return any(
        (item := stems_said(each)) and item <= own
        for found in map(_FORBIDDEN.search, others)
        if found
        for each in re.split(r",|\b(?:and|or|nor)\b", found["list"] or found["what"])
    )


def _denials(text: str) -> Iterator[set[str]]:
    """The words that each negation of a text is about.

    >>> [sorted(scope) for scope in _denials("Refunds never go to another person's account. Bridge mode | no")]
    [['account', 'anoth', 'person'], ['bridg', 'mode']]
    """
    at, before = 0, ""
    for clause in CLAUSE.split(text):
        at = text.find(clause, at) + len(clause)
        for negation in NEGATION.finditer(clause):
            following = NEGATION.search(clause, negation.end())
            behind = clause[negation.end() : following.start() if following else None]
            until = text[: at - len(clause) + negation.start()]
            if _OF_OTHERS.match(clause, negation.start()) or _CAN_BE.search(until):
                continue
            if _ENDED.match(negation.group()):
                yield _said(until)
                continue
            if negation.group().casefold() == "without" and (verb := VERB.search(behind)):
                behind = behind[: verb.start()]
            if _NOTHING.match(negation.group()):
                behind += clause[: negation.start()]
            if _IS_A.match(behind) and _IS.search(until):
                behind += re.split(r"\bwithout\b", re.split(r"[.;:|]", until)[-1])[0]
            if _IS_ALLOWED.match(behind):  # "Cash is not accepted"
                behind += f" {_CASE.split(until)[-1]}"
            if scope := _said(behind) or _said(_CASE.split(until)[-1]) or _said(before):
                yield scope
                yield from (_said(f"{first_of(behind) or ''} {item}") for item in _listed_behind(text[at:]))
        before = clause


def _said(text: str) -> set[str]:
    """The stems of a text without what only says that something is allowed or not."""
    return stems_said(text) - _UNSAID


def _not_done(there: str) -> Iterator[set[str]]:
    """The words of each clause that denies, with what it is said of, where one has it before what is denied and the
    other behind: "Cash is not accepted", "We don't accept cash".
    """
    for clause in _CASE.split(there):
        if NEGATION.search(clause):
            yield _said(NEGATION.sub(" ", clause))


def _listed_behind(text: str) -> Iterator[str]:
    """What goes on with a list.

    >>> list(_listed_behind(", Vienna or Rome. Then it is free, and Oslo is"))
    [' Vienna ', ' Rome']
    """
    listed = re.split(r"[.:](?!\d)|[;|()]", text)[0]
    if not (_JOINT.match(listed.strip()) and re.search(r"\b(?:and|n?or)\b", listed)):
        return
    for item in _JOINT.split(listed):
        if VERB.search(item) or len(item.split()) > MOST_OF_ITEM:
            return
        if item.strip():
            yield item

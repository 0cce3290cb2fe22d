"""Kinds that guides number or letter from the first on: Stage 1 and Stage 2, Band A to Band D."""

import re
from collections.abc import Collection, Iterator
from string import ascii_uppercase

from knowledge.lexical import stems

BEYOND = 2  # places past the last; what lies further off is a number of another kind ("size 12", "section 20")
OPEN = "+"  # stands beside the members of a kind that goes on: "Level 3 and above"

_MEMBER = r"(?:\d{1,2}|[A-Z])"
_SAID = re.compile(  # "Stage 2", "bands B, C and D", "Zones 1–6"
    rf"\b([^\W\d_]{{3,}})[ \u00a0]({_MEMBER}(?:(?:,? (?:and|or|to) |, | ?[-–/&] ?){_MEMBER})*+)"
    r"(?![^\W_]|[.,:/]\d)(\+| (?:and|or) (?:above|higher|more|over|later)\b)?"
)
_BEGINS = re.compile(r"^[ \t]*#|(?:^|\|)[\s>*_\d.()-]*$")  # before all of a heading, or a line
_ENDS = re.compile(r"[*_]*[ \t]*(?:$|[|:*_(),.–—-])", re.MULTILINE)  # "Stage 1:", but "Add 1 spoon"
_TABLE = re.compile(r"^[ \t]*\|(.*)\|[ \t]*\n[ \t]*\|[ \t:|-]+\n((?:[ \t]*\|.*(?:\n|$))+)", re.MULTILINE)
_HEAD_CELL = re.compile(r"[ *_]*([^\W\d_]{3,})[ *_]*")
_CELL = re.compile(rf"[ *_]*({_MEMBER})[ *_]*(?:[–—:(-].*)?")
_ASKED = re.compile(
    r"\b([^\W\d_]{3,})[ \u00a0](\d{1,2}|(?!i\b)[^\W\d_])(?![^\W_]|[.,:/%'’-]\w)(?= ?([^\W\d_]*))", re.IGNORECASE
)

_NUMBERS = "one two three four five six seven eight nine ten"
_WORDS = {word: str(n) for n, word in enumerate(_NUMBERS.split(), 1)}
_OTHERWISE = re.compile(  # "Zone three", "Stage 3a"
    rf"\b([^\W\d_]{{3,}})[ \u00a0](?:({'|'.join(_WORDS)})\b|(\d{{1,2}})[a-z]\b)", re.IGNORECASE
)
Member = tuple[str, str, bool]  # a kind, one of it, and whether that heads a section, a column, a row or a line


def members_in(text: str) -> Iterator[Member]:
    """What a text numbers or letters, with all that lie between two ("Zones 1–6").

    >>> sorted(members_in("| Stage 1 | Stage 2 |\\n\\nIn Bands A to C"))
    [('band', 'A', False), ('band', 'B', False), ('band', 'C', False), ('stage', '1', True), ('stage', '2', True)]
    >>> list(members_in("| Class | For |\\n| --- | --- |\\n| A | cars |\\n| B | vans |"))
    [('class', 'A', True), ('class', 'B', True)]
    >>> list(members_in("| Street | Zone |\\n| --- | --- |\\n| Quay | 3 |\\n\\nZone two is free."))
    [('zone', '2', False), ('zone', '3', False)]
    """
    for found in _SAID.finditer(text):
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        heads = bool(_ENDS.match(text, found.end()) and _BEGINS.search(before))
        said = re.findall(_MEMBER, found[2])
        numbers = sorted(int(each) for each in said if each.isdigit())
        letters = sorted(each for each in said if not each.isdigit())
        between = list(map(str, range(numbers[0], numbers[-1] + 1))) if numbers else []
        if letters:
            between += ascii_uppercase[ascii_uppercase.index(letters[0]) : ascii_uppercase.index(letters[-1]) + 1]
        yield from ((_kind(found[1]), each, heads) for each in (*between, *(OPEN if found[3] else "")))
    for found in _OTHERWISE.finditer(text):
        yield _kind(found[1]), found[3] or _WORDS[found[2].casefold()], False
    for head, rows in _TABLE.findall(text):
        table = [row.strip().split("|")[1:] for row in rows.splitlines()]
        for column, kind in enumerate(map(_HEAD_CELL.fullmatch, head.split("|"))):
            cells = [_CELL.fullmatch(cell) for row in table if kind for cell in row[column : column + 1]]
            members = [cell[1] for cell in cells if cell]
            is_first = column == 0 and len(members) == len(table)
            heads = is_first and members == _from_first(len(table), members[0].isdigit())
            yield from ((_kind(kind[1]), each, heads) for each in members if kind)


def asked_in(question: str) -> list[tuple[str, str, str, str]]:
    """What looks like a member in a question: as it is written, its kind, the member, and the word behind it.

    >>> asked_in("how long is stage 3 of it?")
    [('stage 3', 'stage', '3', 'of')]
    """
    return [(found[0], _kind(found[1]), found[2].upper(), found[3].casefold()) for found in _ASKED.finditer(question)]


def is_beyond(member: str, heads: Collection[str], said: Collection[str]) -> bool:
    """Whether a member comes next after the last of a kind, whose first two head something.

    >>> is_beyond("3", {"1", "2"}, {"1", "2"}), is_beyond("12", {"1", "2"}, {"1", "2"}), is_beyond("B", "AB", "AB")
    (True, False, False)
    """
    every = _from_first(len(said) + BEYOND, member.isdigit())
    if member in said or OPEN in said or member not in every or not set(every[:2]).issubset(heads):
        return False
    last = next(at for at, each in enumerate(every) if each not in said)
    return every.index(member) < last + BEYOND


def _from_first(count: int, is_number: bool) -> list[str]:
    return list(map(str, range(1, count + 1))) if is_number else list(ascii_uppercase[:count])


def _kind(word: str) -> str:
    """A kind in the plural is the same; empty for a word that is always left out."""
    return next(iter(stems(word)), "")

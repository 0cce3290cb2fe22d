"""Plain text as old systems print it, as Markdown: headings in capitals, and columns kept apart by spaces."""

import re
from collections.abc import Sequence
from itertools import groupby

from knowledge.formats import as_table

_BLANK = re.compile(r"(\n(?:[ \t]*\n)+)")
_RULER = re.compile(r"\s*[-=_]{2,}(?:\s+[-=_]{2,})*\s*")  # below the names of columns, or below a heading
_PART = re.compile(r"[-=_]{2,}")
_CELL = re.compile(r"\S+(?:(?: |(?<=[.!?:]) {2})\S+)*")  # two spaces behind a stop are only wide
_PLACE = re.compile(r"\s*(?:\d+(?:\.\d+)*[.)]?|[A-Z][.)])\s+")  # of a section, in front of its heading
_WORD = re.compile(r"[^\W\d_]{3,}")
_LONGEST_HEADING = 70  # characters
_LONGEST_FIGURE = 15


def as_markdown(text: str) -> str:
    """The text with its headings marked, and with its columns as tables or lists; the rest stays as it is.

    >>> print(as_markdown("FEES\\n\\nBag or suitcase    7.50\\nLaptop            15.00"))
    ## FEES
    <BLANKLINE>
    - Bag or suitcase: 7.50
    - Laptop: 15.00
    """
    blocks = _BLANK.split(text)  # those at odd places are what is between two
    last = max((at for at, block in enumerate(blocks) if block.strip()), default=0)
    return "".join(_block(block, at < last) if at % 2 == 0 else block for at, block in enumerate(blocks))


def _block(block: str, is_followed: bool) -> str:
    lines = block.expandtabs().rstrip().split("\n")
    if is_followed and _is_heading(lines):
        return f"## {' '.join(lines[0].split())}"
    rulers = (at for at, line in enumerate(lines) if _RULER.fullmatch(line) and len(_PART.findall(line)) > 1)
    if at := next(rulers, 0):
        table = _ruled(lines[at - 1], lines[at], lines[at + 1 :])
        return "\n\n".join(["\n".join(lines[: at - 1]), table] if at > 1 else [table])
    parts = [[*some] for _, some in groupby(lines, lambda line: len(_CELL.findall(line)))]
    return "\n".join(_listed(part) for part in parts) if len(lines) > 1 else block


def _is_heading(lines: Sequence[str]) -> bool:
    """Whether it is a short line in capitals by itself; a line may be drawn below it."""
    words = _PLACE.sub("", lines[0], count=1).strip()
    is_alone = len(lines) == 1 or (len(lines) == 2 and _RULER.fullmatch(lines[1]) is not None)
    is_title = words.isupper() and _WORD.search(words) is not None and _CELL.fullmatch(words) is not None
    return is_alone and is_title and len(words) <= _LONGEST_HEADING and words[-1].isalnum()


def _ruled(head: str, ruler: str, below: Sequence[str]) -> str:
    """A table whose columns begin where the parts of the line below their names do.

    A line without a first cell goes on with the one above; a cell that is too long takes the next along.
    """
    parts = [part.span() for part in _PART.finditer(ruler)]
    starts = [start for start, _ in parts]
    gaps = dict(zip(starts[1:], (end for _, end in parts), strict=False))  # where the one before each start begins
    if any(line[: starts[0]].strip() for line in below):
        gaps[starts[0]] = starts[0] - 1
        starts = [0, *starts]
    else:
        starts[0] = 0
    rows: list[list[str]] = []
    for line in (head, *below):
        own = [at for at in starts if not line[gaps.get(at, at) : at].strip()]
        ends = dict(zip(own, [*own[1:], None], strict=True))
        row = [line[at : ends[at]].strip() if at in ends else "" for at in starts]
        if len(rows) > 1 and not row[0]:
            rows[-1] = [" ".join(filter(None, both)) for both in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    return as_table(rows)


def _listed(lines: Sequence[str]) -> str:
    """Lines with equally many cells as a list, if these are aligned: on the left or, short figures, on the right."""
    cells = [[match.span() for match in _CELL.finditer(line)] for line in lines]
    for column in [*zip(*cells, strict=True)][1:]:
        is_figures = all(end - start <= _LONGEST_FIGURE for start, end in column) and all(
            any(map(str.isdigit, line[start:end])) for line, (start, end) in zip(lines, column, strict=True)
        )
        if len({start for start, _ in column}) > 1 and not (is_figures and len({end for _, end in column}) == 1):
            return "\n".join(lines)
    if len(lines) < 2 or len(cells[0]) < 2:
        return "\n".join(lines)
    rows = ([line[start:end] for start, end in own] for line, own in zip(lines, cells, strict=True))
    return "\n".join(f"- {first.rstrip(':')}: {'; '.join(rest)}" for first, *rest in rows)

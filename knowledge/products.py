"""Which product a passage is on, and whether that is the one asked for or a sibling of it."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from knowledge.amounts import MONEY
from knowledge.answers import Citation, Passage
from knowledge.lexical import covered, stems
from knowledge.listings import CODE_CELL
from knowledge.names import GENERAL, UNITS, Name, Names, are_siblings
from knowledge.ranking import SIBLING
from knowledge.sentences import BOLD, Kind, Piece, cells_of, pieces
from knowledge.words import Words, folders_of

# In a question on a product, another passage on that comes first when it scores at most so much less and has such a
# share more of the words that are asked; so does one on all products, when it has such a share in its headings too.
NEARLY, MOSTLY = 2.0, 0.5
APART = 1.0  # what it then scores more, so that the other, which doesn't answer, is not quoted beside
EARLY = 8  # characters before the name in a sentence that is on it: "For the "
DEEPEST = 7  # level of a line in bold among headings
COSTS = "price cost fee charge rent"
ROUNDED = 1e-6  # sums that are equal differ by a smaller share

_ASKS_COST = re.compile(  # but not "how do I charge it" or "can I rent it"
    r"\bhow much\b|[£$€]|\b(?:prices?|costs?|fees?)\b"
    r"|\b(?:the|an?|any|no|what|which|of|\w+ing) (?:\w+ ){0,2}(?:charges?|rent)\b",
    re.IGNORECASE,
)
_ASKS_RATE = re.compile(r"\b(?:month|year)ly\b", re.IGNORECASE)  # a price, unless something else is asked
_ASKS_IF_EXTRA = re.compile(  # but not "how much is an extra socket"
    r"\b(?:cost|charged?|pay|is|are|be|an?|any)\b.*\bextra\b(?: (?:cost|charge|fee)s?\b)?(?= *(?:[?.,!]|$)"
    r"| (?:for|with|on|in|at|to|when|if)\b)",
    re.IGNORECASE,
)
_COST_ALONE = frozenset(stems(f"{COSTS} per day week month year annum monthly yearly annual total all"))
_PERIOD = "day|night|week|month|quarter|year|annum|hour|minute|person|user|line|item|unit|visit|session"
_PRICE = re.compile(  # what a column, a row or a line with the price of something is called
    rf"(?:(?:list|retail|full|regular|standard|total|monthly|yearly|annual|weekly|daily) )?"
    rf"(?:{COSTS.replace(' ', '|')})s?(?:,? ?[(£$€].*|,.*|(?: an?| per| each) (?:{_PERIOD})\b.*| paid\b.*| in\b.*)?"
    rf"|monthly|weekly|daily|annual(?:ly)?|yearly|total"
    rf"|(?:an?|per|each) (?:{_PERIOD})|\d+ (?:{_PERIOD})s?",
    re.IGNORECASE,
)
_COST = re.compile(rf"\b(?:{COSTS.replace(' ', '|')})", re.IGNORECASE)
_BARE_AMOUNT = re.compile(r"[+~]?\d[\d.,]*")
_BARE_CELL = re.compile(rf"\| *{_BARE_AMOUNT.pattern} *\|")
_NONE = re.compile(r"\b(?:no|none|not|never)\b|n['’]t\b", re.IGNORECASE)
_IN_WORDS = re.compile(r"(?:included|no|none|not|n/?a)\b.*", re.IGNORECASE)  # what a cell has in place of money
_STATED = re.compile(rf"\b(\d+)[ -]?(?:{'|'.join(sorted(UNITS))})\b", re.IGNORECASE)
_OF_CODES = re.compile(r"(?:\w+ )?(?:codes?|refs?\.?|reference|sku|nos?\.?|nr\.?|numbers?|id|#)", re.IGNORECASE)
_CODE = re.compile(rf"(?!#?\d+$){CODE_CELL}")  # "7" alone may be a day or a size
_BESIDE = re.compile(r"\([^()]*\)|,.*")  # of the name of a row, what only says more of it
_IT = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)
_TIME = "minute|hour|day|night|week|month|quarter|year"
_OF_OTHERS = re.compile(  # what such a sentence says of some tells something of others; "every week" does not
    r"\b(?:apart from|as (?:at|in|for|with)|both|but|elsewhere|every(?:one|where)|except|like|others?|same)\b"
    rf"|\b(?:all|each|every)\b(?! (?:\w+ )?(?:{_TIME})s?\b)"
    r"|\bonly (?:(?:an?|at|by|for|from|in|on|our|the|with) ){0,2}(?-i:[A-ZÀ-Þ])(?!\w+days?\b)"
    r"|\b(?-i:[A-ZÀ-Þ])\w* only\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[|;.]")
_LABEL = re.compile(r"[\W_]*([^|:]+?)[*_ ]*[|:]")
_ABOVE = re.compile(r"^(?:#{1,6} .*|[ \t]*\|.*(?=\n[ \t]*\|[ \t:|-]+$))", re.MULTILINE)  # headings, heads of tables


def without_siblings(names: Names, wanted: set[Name], passages: Sequence[Passage]) -> list[Passage]:
    """The passages in order; behind go those whose title or headings name a sibling of a product asked for, but for
    those that name the product itself in a heading or a table's head of their own; and those on another altogether.

    That is only so where others name the product itself: a guide on all of them has no heading for each.
    """
    known = cache(partial(named_in, names, wanted))  # the passages of a guide share most lines of their path
    there = [named_above(each, known) | _wanted_within(names, wanted, each) for each in passages]
    own = {name for name in wanted if any(name in each for each in there)}
    behind = [sum(is_on_sibling(names, name, named - wanted) for name in own - named) for named in there]
    if own:
        others = _Others(names, wanted, is_headed=True)
        behind = [
            siblings or (others.stand_above(path_of(each)) and named_in(names, wanted, each.text).isdisjoint(wanted))
            for each, siblings in zip(passages, behind, strict=True)
        ]
    moved = [
        replace(each, score=each.score - SIBLING * siblings) if siblings else each
        for each, siblings in zip(passages, behind, strict=True)
    ]
    return sorted(moved, key=lambda each: -each.score)


def said_first(
    words: Words, wanted: Set[Name], rarity: Mapping[str, float], passages: Sequence[Passage]
) -> list[Passage]:
    """The passages in order; where the first has not what is asked of the product, one takes its place that has:
    another on it, or one on all products, such as "Warranty" for "Luna 200 › Cleaning". One whose path names another
    product never does.
    """
    other = set(stems(" ".join(word for name in wanted for word in name)))
    asked = {word: weight for word, weight in rarity.items() if word not in other and words.lexical.frequency(word)}
    said = words.lexical.weigh(asked, [each.chunk_id for each in passages])
    first, half = passages[0], MOSTLY * sum(asked.values())
    needed = (said.get(first.chunk_id, 0.0) + half) * (1 - ROUNDED)
    for each in passages[1:] if asked else ():
        if (
            each.score >= first.score - NEARLY
            and said.get(each.chunk_id, 0.0) >= needed
            and (is_on(words.names, wanted, each) or _is_on_all(words.names, asked, each))
        ):
            return put_first(each, passages)
    return list(passages)


def put_first(passage: Passage, passages: Sequence[Passage]) -> list[Passage]:
    """The passages, with one of them so far before the others that they are not quoted beside it."""
    others = [each for each in passages if each is not passage]
    return [replace(passage, score=passages[0].score + APART), *others]


def with_tabled(
    names: Names, wanted: Set[Name], question: str, keywords: Collection[str], passages: Sequence[Passage]
) -> list[Passage]:
    """Those passages that have a line which is called what is asked, of the product where one is named: sentences say
    what comes with it "costs", and its own price stands in a table. Where all that stands above the first is on what is
    asked, only those of which that holds, too; where a row has no other name than that, only those with one. Where no
    row is called all of it, those that have the product's price, and say the rest beside.
    """
    first, asked = passages[0], asked_of(wanted, question, keywords)
    near = [each for each in passages if each.score >= first.score - NEARLY and _may_be_tabled(asked, each)]
    if asked.words and asked.words <= set(stems(path_of(first))):
        near = [each for each in near if asked.words <= set(stems(path_of(each)))]
    called = [(each, _called(names, wanted, asked, each)) for each in near]
    exactly = [each for each, rows in called if any(rows.values())]
    return exactly or [each for each, rows in called if rows] or _priced(names, wanted, asked, near)


class Asked(NamedTuple):
    """What is asked of a product, in stems besides its name."""

    words: frozenset[str]
    beside_cost: frozenset[str] | None  # without those that only ask what it costs; None where that is not asked
    stated: frozenset[str] = frozenset()  # amounts that the question states, which a row on the product needn't have

    @property
    def is_price(self) -> bool:
        """Whether that is all that is asked."""
        return self.beside_cost is not None and self.beside_cost <= self.stated


def asked_of(wanted: Set[Name], question: str, keywords: Collection[str]) -> Asked:
    """What a question asks of products.

    >>> question = "How much is a spare Heron 7 months on?"
    >>> [sorted(words) for words in asked_of({("heron",)}, question, ["spare", "heron", "7", "month"])]
    [['7', 'month', 'spare'], ['7', 'spare'], ['7']]
    """
    of_names = {word for name in wanted for word in name}
    is_called_extra = any("extra" in name[1:] for name in wanted)
    if not is_called_extra and _ASKS_IF_EXTRA.search(question):  # what has a row may be something else: "Moving it"
        return Asked(frozenset(), None)
    words = frozenset(keywords).difference(stems(" ".join(of_names)))
    besides = words - _COST_ALONE
    stated = words.intersection(_STATED.findall(question))
    asks_cost = _ASKS_COST.search(question) or (besides <= stated and _ASKS_RATE.search(question))
    return Asked(words, besides if asks_cost and (wanted or besides) else None, stated)


def tabled_in(names: Names, wanted: Set[Name], asked: Asked, passage: Passage) -> frozenset[Piece]:
    """The rows of a passage that are called what is asked of a product: "Weight" in a table on it, or its own row below
    a heading, or the name of a column, with all that is asked; where it is asked what that costs, with an amount of
    money. A price may be a line of its own, too ("Price: £129").

    A row with no other name goes before others: "Heron" before "Handles (Heron)" and "Second limousine" after one.
    Beside rows, a sentence that names all products and says all that is asked counts as they do, and one that denies it
    ("Corrow has no sauna") goes before rows that don't name all.
    """
    called = _called(names, wanted, asked, passage)
    rows = {piece for piece, is_all in called.items() if is_all or not any(called.values())}
    said = {piece: passage.text[piece.start : piece.end] for piece in rows and _said_of(names, wanted, asked, passage)}
    if any(map(_NONE.search, said.values())):
        rows = {each for each in rows if wanted <= names.known_in(passage.text[each.start : each.end], wanted)}
    return frozenset(rows.union(said))


def _said_of(names: Names, wanted: Set[Name], asked: Asked, passage: Passage) -> Iterator[Piece]:
    """The sentences that name all products asked for and say all that is asked; where that is what it costs, with an
    amount of money, or that there is none.
    """
    words = asked.words if asked.beside_cost is None else asked.beside_cost
    for piece in pieces(passage.text) if wanted and (words or len(wanted) > 1) else ():
        text = passage.text[piece.start : piece.end]
        says = piece.kind is Kind.SENTENCE and words <= set(stems(text)) and wanted <= names.known_in(text, wanted)
        if says and (asked.beside_cost is None or MONEY.search(text) or _NONE.search(text)):
            yield piece


def _priced(names: Names, wanted: Set[Name], asked: Asked, passages: Sequence[Passage]) -> list[Passage]:
    """Those passages that have a row with the price of a product, and say what else is asked."""
    besides, price = asked.beside_cost, asked._replace(beside_cost=frozenset())
    if not wanted or not besides:
        return []
    saying = [each for each in passages if besides <= own_words(each, frozenset())]
    return [each for each in saying if any(_called(names, wanted, price, each).values())]


def _called(names: Names, wanted: Set[Name], asked: Asked, passage: Passage) -> dict[Piece, bool]:
    """The lines of a passage that are called what is asked, and whether each has no other name than that."""
    if not _may_be_tabled(asked, passage):
        return {}
    is_price, is_on_it = asked.is_price, not wanted or is_on(names, wanted, passage)
    named = asked.words.union(stems(" ".join(word for name in wanted for word in name)))
    found: dict[Piece, bool] = {}
    above, head, columns, meant = passage.headings[-1] if passage.headings else "", "", list[str](), ""
    for piece in pieces(passage.text):
        text = passage.text[piece.start : piece.end]
        if piece.kind is Kind.HEADING:
            above = text
        if piece.kind is Kind.HEAD:
            head, columns, meant = text, cells_of(text), ""
            continue
        cells = cells_of(text) if piece.kind is Kind.ROW else []
        called = _names_of(names, wanted, cells, columns)
        name = " | ".join(called)
        meant = f"{meant}\n{name}" if _IT.search(name) else name  # "Moving it": what the row before says
        has_price = asked.beside_cost is not None and any(map(_is_price, columns, cells))
        has_cost = has_price or MONEY.search(text) is not None
        if is_on_it or (cells and _names_one(names, wanted, head)):
            label = _LABEL.match(text)
            if is_price and label and _PRICE.fullmatch(label[1]):
                if has_cost or any(_is_price(label[1], cell) for cell in cells):
                    found[piece] = True
            elif not is_price and not asked.words.isdisjoint(stems(name)):
                own = [cell for cell, column in zip(cells, columns, strict=False) if _names_one(names, wanted, column)]
                if _says(asked, f"{above}\n{head}\n{meant}", has_cost or any(map(_IN_WORDS.fullmatch, own))):
                    found[piece] = any(_is_all_of(each, named) for each in called)
        says = has_price if is_price else _says(asked, f"{above}\n{head}", has_cost, without=asked.stated)
        if says and cells and _names_one(names, wanted, name):
            found[piece] = any(_is_all_of(each, named) for each in called)
    return found


def _says(asked: Asked, label: str, has_cost: bool, without: Set[str] = frozenset()) -> bool:
    """Whether what a row is called says all that is asked, but for some words."""
    said, words, besides = set(stems(label)), asked.words - without, (asked.beside_cost or frozenset()) - without
    return bool(words) and (words <= said or (has_cost and bool(besides) and besides <= said))


def _is_price(column: str, cell: str) -> bool:
    """Whether a cell is a price: its column says so, and it has money; or a number alone, where that says "price"."""
    if not _PRICE.fullmatch(column):
        return False
    return MONEY.search(cell) is not None or bool(_COST.search(column) and _BARE_AMOUNT.fullmatch(cell))


def _names_of(names: Names, wanted: Set[Name], cells: Sequence[str], columns: Sequence[str]) -> Sequence[str]:
    """The cells of a row that say what it is on: the first, and the one behind a code, unless the code is asked for.

    >>> _names_of(Names([]), frozenset(), ["C20", "Heron", "£9"], ["Code", "Lamp", "Price"])
    ['C20', 'Heron']
    """
    first = cells[0] if cells else ""
    is_code = _CODE.fullmatch(first) or (columns and _OF_CODES.fullmatch(columns[0]))
    return cells[: 1 + bool(is_code and not _names_one(names, wanted, first))]


def _is_all_of(name: str, asked: Set[str]) -> bool:
    """Whether the name of a row says nothing else than what is asked, but for what stands in brackets."""
    own = set(stems(_BESIDE.sub("", name)))
    return bool(own) and own <= asked


def _may_be_tabled(asked: Asked, passage: Passage) -> bool:
    """A quick look, before a passage is cut into pieces: it has a table, or a price may be a line, and says that."""
    if asked.is_price:
        is_line = "|" in passage.text or ":" in passage.text
        return is_line and any(each.search(passage.text) for each in (MONEY, _BARE_CELL))
    if "|" not in passage.text:
        return False
    said = f"{path_of(passage)}\n{passage.text}".casefold()
    needed = (asked.words if asked.beside_cost is None else asked.beside_cost) - asked.stated
    return bool(needed) and all(word.rstrip("ei") in said for word in needed)  # the stem of "moving" is "move"


def _names_one(names: Names, wanted: Set[Name], text: str) -> bool:
    return bool(wanted) and not wanted.isdisjoint(names.known_in(text, wanted))


class _Others:
    """The products that are not asked for, and share no word with those that are.

    Args:
        is_headed: whether a passage is on what is asked for, which is a product then; so is one with siblings.
    """

    def __init__(self, names: Names, wanted: Set[Name], *, is_headed: bool) -> None:
        self._names, self._wanted = names, wanted
        self._words = {word for name in wanted for word in name}
        self._is_product = is_headed or any(map(names.has_siblings, wanted))
        self.named_in = cache(self._named_in)  # the passages of a guide share most lines of their path

    def _named_in(self, line: str) -> set[Name]:
        """The names in a line that stand in a list with one asked for, or are of a family where that is a product."""
        others = [name for name in self._names.known_in(line) if self._words.isdisjoint(name)]
        listed = {name for name in others if any(self._names.are_listed(name, each) for each in self._wanted)}
        return listed.union(filter(self._names.has_siblings, others)) if self._is_product else listed

    def stand_above(self, path: str) -> bool:
        """Whether the lines above something name one, and have no word of those asked for but numbers: the data sheet
        of a Heron, where the Brook 4 is.
        """
        said = path.casefold()
        is_named = any(word in said for word in self._words if not word.isdigit())
        return not is_named and any(map(self.named_in, path.splitlines()))


def on_siblings(names: Names, wanted: Set[Name], passage: Passage, *, is_headed: bool = False) -> frozenset[Piece]:
    """The sentences of a passage that are on a sibling of a product asked for, or on another product altogether.

    Below a heading (or a line in bold) with the sibling's name all are but those that name what is asked for; elsewhere
    those that name the sibling alone. Below a heading with the name that is asked for none is; where only the guide's
    title has that, those that begin with the sibling's name. In a list or table with a line for each of several
    products, so are those on the others; in a table with a column for the product asked for, no row is.

    Args:
        is_headed: whether the path of another passage names a product asked for.
    """
    siblings = {name: wanted & names.siblings_of(name) for name in wanted}
    families = {
        frozenset({name, *own, *(each for each in wanted if name in siblings[each])}) for name, own in siblings.items()
    }
    others = _Others(names, wanted, is_headed=is_headed)
    return frozenset().union(*(_on_siblings_within(names, each, others, passage) for each in families))


def _on_siblings_within(names: Names, wanted: Set[Name], others: _Others, passage: Passage) -> frozenset[Piece]:
    """The same for products that are siblings themselves."""
    if not _may_be_on_siblings(names, wanted, others, passage):
        return frozenset()
    title = [passage.title, *folders_of(passage.guide_key)]
    of_title, place = _places_above(names, wanted, others, passage)
    apart, columned, is_column = set[Piece](), set[Piece](), False
    end, is_in_item = 0, False  # of the piece before; whether it is of an item on a sibling
    for piece in pieces(passage.text):
        text = " ".join(passage.text[piece.start : piece.end].split())  # a name may go on in the next line
        is_in_item = is_in_item and piece.kind is Kind.SENTENCE and "\n\n" not in passage.text[end : piece.start]
        end = piece.end
        if piece.kind is Kind.RULE:
            continue
        if piece.kind is Kind.ROW and is_column:
            columned.add(piece)
            continue
        is_column = piece.kind is Kind.HEAD and _names_one(names, wanted, text)
        is_bold = BOLD.fullmatch(text) is not None
        on = _is_on_wanted(names, wanted, text)
        if piece.kind is Kind.HEADING or is_bold:
            if on is None and others.named_in(text) and others.stand_above("\n".join((*title, text))):
                on = False
            level = DEEPEST if is_bold else len(text) - len(text.lstrip("#"))
            place = place.below(on, level, of_title, is_title=text.lstrip("# ") == passage.title)
        elif place.on is False or (is_in_item and on is None):
            if named_in(names, wanted, text).isdisjoint(wanted):
                apart.add(piece)
        elif on is False and (place.on is None or (place.is_of_title and _begins_with_name(names, wanted, text))):
            apart.add(piece)
            is_in_item = is_in_item or (piece.kind is Kind.ITEM and _begins_with_name(names, wanted, text))
    return frozenset(apart | _lines_beside(names, wanted, passage, apart, columned))


class _Place(NamedTuple):
    """What the lines above a piece say that it is on (as of `_is_on_wanted`), on what level the one stands that does,
    and whether that is the guide's title.
    """

    on: bool | None
    level: int
    is_of_title: bool

    def below(self, on: bool | None, level: int, of_title: bool | None, *, is_title: bool) -> "_Place":
        """The place below a further heading; the same where that says nothing and stands deeper."""
        if on is None and level > self.level:
            return self
        return _Place(of_title if on is None else on, level, on is None or is_title)


def _may_be_on_siblings(names: Names, wanted: Set[Name], others: _Others, passage: Passage) -> bool:
    """A quick look, before a passage is cut into pieces: whether a sibling or another product stands in it."""
    siblings = {each for name in wanted for each in names.siblings_of(name)} - wanted
    said = " ".join(f"{path_of(passage)} {passage.text}".casefold().split())
    has_other = others.stand_above(path_of(passage)) or any(map(others.named_in, _ABOVE.findall(passage.text)))
    return has_other or any(" ".join(each) in said for each in siblings)


def _places_above(names: Names, wanted: Set[Name], others: _Others, passage: Passage) -> tuple[bool | None, _Place]:
    """What the title of a guide says that it is on, and the place that a passage begins in."""
    title = [passage.title, *folders_of(passage.guide_key)]
    headings = [each for each in passage.headings[::-1] if each != passage.title]
    of_headings, of_lines = ([_is_on_wanted(names, wanted, line) for line in lines] for lines in (headings, title))
    of_title = next((each for each in of_lines if each is not None), None)
    on = next((each for each in of_headings if each is not None), of_title)
    if others.stand_above(path_of(passage)):
        on = False if on is None else on
        of_title = False if of_title is None and any(map(others.named_in, title)) else of_title
    is_of_title = all(each is None for each in of_headings)
    return of_title, _Place(on, len(passage.headings), is_of_title)


def _lines_beside(
    names: Names, wanted: Set[Name], passage: Passage, apart: Set[Piece], columned: Set[Piece]
) -> set[Piece]:
    """The rows or items that name no product asked for, where some are on a sibling and all begin with a product."""
    beside: set[Piece] = set()
    for kind in {piece.kind for piece in apart} & {Kind.ROW, Kind.ITEM}:
        lines = {
            piece: passage.text[piece.start : piece.end]
            for piece in pieces(passage.text)
            if piece.kind is kind and piece not in columned
        }
        if all(_begins_with_product(names, wanted, text) for text in lines.values()):
            beside |= {piece for piece, text in lines.items() if not _names_one(names, wanted, text)}
    return beside


def said_of_siblings(names: Names, wanted: Set[Name], asked: Asked, passage: Passage, apart: Set[Piece]) -> set[Piece]:
    """What doesn't answer in a passage that says what is asked of siblings alone: "Fitting (Heron only)" for the Lite.
    That is all of it, but for what it says of the product with some of what is asked.
    """
    words = asked.words if asked.beside_cost is None else asked.beside_cost - asked.stated
    if len(wanted) != 1 or not (words and apart) or words <= set(stems(path_of(passage))):
        return set()
    said, says, own, head = dict[Piece, Set[str]](), set[Piece](), set[Piece](), ""
    for piece in pieces(passage.text):
        text = passage.text[piece.start : piece.end]
        if piece.kind is Kind.RULE:
            continue
        if piece.kind is not Kind.ROW:
            head = text if piece.kind is Kind.HEAD else ""
        said[piece] = words.intersection(stems(f"{head}\n{text}" if piece.kind is Kind.ROW else text))
        on = _is_on_wanted(names, wanted, text)
        is_above = piece.kind is Kind.HEADING and on is False
        if on and said[piece] and piece.kind is not Kind.HEADING:
            own.add(piece)
        if said[piece] == words and piece.kind is not Kind.HEAD and not is_above:
            says.add(piece)
    if not says <= apart or words not in said.values():
        return set()
    return set(said) - own - {piece for piece in rows_on(names, wanted, passage) if said[piece]}


def rows_on(names: Names, wanted: Set[Name], passage: Passage) -> frozenset[Piece]:
    """The rows of a passage that are on a product asked for, where its place does not say so of all: those that begin
    with its name, and those of a table that has it among the names of its columns.
    """
    wanted = wanted - named_in(names, wanted, path_of(passage))
    found: set[Piece] = set()
    is_column, columns = False, list[str]()
    for piece in pieces(passage.text) if wanted else ():
        if piece.kind is Kind.RULE:
            continue
        text = passage.text[piece.start : piece.end]
        if piece.kind is not Kind.ROW:
            is_column = piece.kind is Kind.HEAD and _names_one(names, wanted, text)
            columns = cells_of(text) if piece.kind is Kind.HEAD else []
        elif is_column or _names_one(names, wanted, " | ".join(_names_of(names, wanted, cells_of(text), columns))):
            found.add(piece)
    return frozenset(found)


def _begins_with_name(names: Names, wanted: Set[Name], text: str) -> bool:
    """Whether a sentence is on the product that it names: "The Heron Lite costs" or "The Acme Heron Lite costs", not
    "Unlike the Heron Lite, it".
    """
    spans = names.spans_in(text, wanted)
    first = spans[0][1][0] if spans else len(text)
    return any(low <= first < high and low <= EARLY for _, (low, high) in names.spans_in(text))


def _begins_with_product(names: Names, wanted: Set[Name], text: str) -> bool:
    spans = names.spans_in(text, wanted)
    return bool(spans) and spans[0][1][0] <= EARLY and names.is_product(spans[0][0])


def _is_on_wanted(names: Names, wanted: Set[Name], text: str) -> bool | None:
    """Whether a text names a product that is asked for; False where it names a sibling instead, None for both, and
    where what it says of others of its kind ("all but", "only at") tells something of it, too.
    """
    named = named_in(names, wanted, text)
    if any(is_on_sibling(names, name, named - wanted) for name in wanted):
        of_kind = {other for name in wanted for other in names.of_kind(name)}
        clauses = _CLAUSE.split(text) if named & of_kind else ()
        are_others = (_OF_OTHERS.search(each) and named_in(names, wanted, each) & of_kind for each in clauses)
        return None if named & wanted or any(are_others) else False
    return any(each[: len(name)] == name for each in named for name in wanted) or None


def is_on_sibling_alone(names: Names, wanted: Set[Name], text: str) -> bool:
    """Whether a text names a sibling of what is asked for, and not that.

    >>> names = Names(["The Heron and the Heron Lite."])
    >>> [is_on_sibling_alone(names, {("heron",)}, text) for text in ("The Heron Lite is small.", "It is small.")]
    [True, False]
    """
    return bool(wanted) and _is_on_wanted(names, wanted, text) is False


def is_on(names: Names, wanted: Set[Name], passage: Passage) -> bool:
    """Whether its path names no sibling of a product that is asked for, and it or a heading within the product."""
    named = named_above(passage, partial(named_in, names, wanted))
    is_named = any(each[: len(name)] == name for each in named for name in wanted)
    is_named = is_named or bool(_wanted_within(names, wanted, passage))
    return is_named and not any(is_on_sibling(names, name, named - wanted) for name in wanted)


def _wanted_within(names: Names, wanted: Set[Name], passage: Passage) -> set[Name]:
    """The products asked for that headings or the heads of tables within a passage name, but for what the guide on
    another says of moving up to it.
    """
    named = named_in(names, wanted, "\n".join(_ABOVE.findall(passage.text))) & wanted
    if not named:
        return named
    of_guide = named_in(names, wanted, "\n".join((passage.title, *folders_of(passage.guide_key))))
    of_guide = {each for each in of_guide if not any(name[: len(each)] == each for name in named)}
    return {name for name in named if not is_on_sibling(names, name, of_guide)}


def own_words(passage: Passage, apart: Set[Piece]) -> set[str]:
    """The stems of a passage and its path without those sentences that are apart."""
    own = [passage.text[each.start : each.end] for each in pieces(passage.text) if each not in apart]
    return set(stems("\n".join((path_of(passage), *own))))


def named_in(names: Names, wanted: Set[Name], text: str) -> set[Name]:
    """The names in the lines of a text that may name what is asked for, or a sibling of it, without the maker's in
    front: "Swift 7" of "Acme Swift 7".
    """
    firsts = {each[0] for name in wanted for each in (name, *names.of_kind(name))}
    lines = [line for line in text.splitlines() if any(map(line.casefold().__contains__, firsts))]
    return {name for line in lines for name in names.known_in(line, wanted)}


def named_above(passage: Passage | Citation, named: Callable[[str], set[Name]]) -> set[Name]:
    """What ``named`` finds in the lines of the path of a passage: "Heron › Heron Lite" is on the Heron Lite alone."""
    found: set[Name] = set()
    for line in (*passage.headings[::-1], passage.title, *folders_of(passage.guide_key)):
        found |= {each for each in named(line) if not any(each == name[: len(each)] for name in found)}
    return found


def _is_on_all(names: Names, asked: Mapping[str, float], passage: Passage) -> bool:
    """Whether its path says what is asked, and of no product."""
    says = covered(asked, set(stems(path_of(passage)))) >= MOSTLY
    return says and not _is_on_some_product(names, asked.keys(), passage)


def _is_on_some_product(names: Names, asked: Set[str], passage: Passage) -> bool:
    """Whether its path has a name besides what is asked; "Returns Policy" is none where returns are."""
    no_name = asked | set(stems(" ".join(GENERAL)))
    lines = (line.split() for line in path_of(passage).splitlines())
    path = "\n".join(" ".join(word for word in line if no_name.isdisjoint(stems(word))) for line in lines)
    return any(names.is_product(name) or passage.title.casefold() == name[0] for name in names.known_in(path))


def path_of(passage: Passage | Citation) -> str:
    """Everything above a passage that may say what it is on."""
    return "\n".join((passage.title, *folders_of(passage.guide_key), *passage.headings))


def is_on_sibling(names: Names, wanted: Name, named: Collection[Name]) -> bool:
    """Whether a passage that names others than the one wanted is on a sibling of it, and not on "UNO R4 boards", or on
    all of the family.
    """
    of_kind = names.of_kind(wanted)
    named = [name for name in named if not (wanted[: len(name)] == name and names.is_family(name))]
    siblings = {
        name for name in named if are_siblings(wanted, name) or names.is_variant(name, wanted) or name in of_kind
    }
    return bool(siblings) and all(name in siblings or name[: len(wanted)] != wanted for name in named)

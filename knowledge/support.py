"""Whether passages support a sentence that a chat model wrote: its figures, its words, and what it denies.

It is checked by rules that a sentence made of a passage's own words nearly always keeps, and that a sentence with
something of its own nearly always breaks. In doubt it is refused: the passage itself is quoted then.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from knowledge.belonging import ORDINAL, keeps_belonging
from knowledge.denials import NEGATION, allows, denies_the_same
from knowledge.encoder import Vectors
from knowledge.lexical import stems
from knowledge.limits import keeps_bound_figures, keeps_limits, keeps_prices_for, keeps_reach, turns_limits
from knowledge.names import COUNTED, Name, Names, word_set
from knowledge.plainly import (
    GLUED,
    LINKING,
    amounts,
    counted_in,
    figures_of,
    in_units_of,
    plain,
    rates_in,
    stems_said,
    unit_behind,
    without_figures,
    words_in,
)
from knowledge.proper_nouns import names_of, whole_names_of
from knowledge.sentences import Piece, cells_of
from knowledge.wording import CLAUSE, DENIED_WORDS, MAY, NOT_SURE, VERB, first_of, is_mostly, stands

SUPPORTED_COSINE = 0.5  # of a sentence to the closest one in its passages
SHARED_WORDS = 0.25  # what all of a sentence's words count for beside its cosine, in choosing the closest one
NEAR_WORDS = 0.6  # of a sentence's words, how many stand in the closest ones; all of them stand in the passage
BARE_WORDS = 0.5  # of them, how many stand there without a heading or the question that is answered
MOST_OF_PHRASE = 3  # words of a phrase, from which on most of them say it without its first
OWN_WORDS = 2  # that make a clause say something by itself
_NAMED_FIGURE = re.compile(r"\b[A-Z][\w-]*[ -](\d+)\b(?![.,:/]\d)")
_ONLY_THERE = re.compile(r"\b(?:unless|except|only)\b", re.IGNORECASE)
# What begins a phrase on when a rule holds, or for whom; some words do so only in front, or behind a subject.
_WHEN = (
    r"\b(?:if|when|while|1 time(?= (?:the|an?|it|they|you|we|your)\b)|until|till|before|after|since|during|as long as|"
    r"provided|in case of|who|whose|(?:under|over|above|below)(?= [£€$]?\d)|for(?! \d)|"
    r"(?:from|between)(?= (?-i:[A-Z\d])))\b"
)
_ARTICLES = word_set("a an the each every any this that these their its your our")
_ANY = word_set("all also any both every")
_PEOPLE = frozenset(stems("customer customers people person persons client clients"))  # who may be "you"
_LINKING = frozenset(stems(LINKING))
_CASES = frozenset({"if", "when"})
_BEGINS_LIMIT = re.compile(rf"\W*{_WHEN}", re.IGNORECASE)
_OF_SUBJECT = re.compile(r"\b(?:with|without|in|on|at|from|of|by|to(?= the\b))\b", re.IGNORECASE)
_STATEMENT = re.compile(
    rf"[;|()]|:(?!\d)|\s[–—]\s|[.!?](?=\s)|\b(?:whereas|because)\b|\b(?:and|but|or)\b(?!\s+(?!from|between){_WHEN}[^,;.]*(?:$|[;.]))",
    re.IGNORECASE,
)
_PHRASE = re.compile(rf",|(?={_WHEN})", re.IGNORECASE)
_GOES_ON = re.compile(r"^\W*(?:from|between|until|before|after)\b.*\band\W*$", re.IGNORECASE)
_MEASURE = re.compile(rf"(?<![\d.])\b(?:within )?\d[\d.]* (?:working )?(?:{GLUED})\b", re.IGNORECASE)
_HALVES = re.compile(r";|\b(?:but|while|whereas)\b|[.!?](?=\s)", re.IGNORECASE)
_OF_BEFORE = re.compile(r"\b(?:it|its|they|them|their)\b", re.IGNORECASE)
_JOINED_HALVES = re.compile(r";|\b(?:and|or|but|while|whereas)\b", re.IGNORECASE)
_WAS = re.compile(r"\b(?:was|were|used to \w+)(?: (?:only|just|about))? [£€$]?\d", re.IGNORECASE)
_SAYS_WAS = re.compile(r"\b(?:was|were|had|used to|until|before|formerly|previously)\b", re.IGNORECASE)
_THEN = re.compile(r"\b(?:then|afterwards)\b", re.IGNORECASE)
_SAYS_THEN = re.compile(r"\b(?:then|afterwards|after|later|from)\b", re.IGNORECASE)
_IN_ORDER = re.compile(r"\b(before|after)\b([^,;.:|]*)", re.IGNORECASE)
_LINK = re.compile(
    r"\w+://|www\.|<[@!#]|\]\(|@\w|"
    r"\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|xyz|co|io|ai|app|dev|me|tv|uk|de|nl|eu|us|ru|cn|example)\b",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[^\W\d_][\w-]*[.．。｡][^\W\d_]\w[\w./-]*")  # an address, or the name of a file
# Words that turn a rule round, against those that they turn round.
_OPPOSITES = tuple(
    (word_set(one), word_set(other))
    for one, other in (
        ("before until till within", "after from since once"),
        (
            "more over above least minimum exceeding longer higher",
            "less fewer under below most maximum shorter lower up",
        ),
        ("with including included includes", "excluding excluded except without"),
        ("first", "last after"),
        ("start starts begin begins", "end ends stop stops"),
        ("can may allowed", "must cannot"),
        ("same", "different other"),
        ("charge charged charges cost costs pay pays fee", "free"),
    )
)
_SUPPOSED = re.compile(r"(?:\b(?:if|when|once|unless)|^to)\b[^,;.]*", re.IGNORECASE)  # said of no more than a case
_NO_AMOUNT = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)|(?:19|20)\d\d)\b|^\d+(?:\.\d+)+|(?:(?<=\d[nrst][dht] )|(?<=(?:last|next) ))\d+"
)  # ordinals, years, numbers of sections, "the first 2"
_CURRENCY = re.compile("[£€$]")
_JOINED = re.compile(r"\b(and|or)\b", re.IGNORECASE)
# Words that promise more than most rules do: they have to stand in the closest sentence itself.
_NOT_THIS = re.compile(r"\bnot [^\W\d_]+", re.IGNORECASE)
_PROMISES = word_set(
    "free always only every everyone anyone guaranteed unlimited immediately automatically forever refundable"
)


@dataclass(frozen=True)
class Said:
    """A sentence, list item or row of a passage, and what it stands below: the words before a list, a table's head."""

    text: str
    below: str = ""
    at: Piece | None = None  # where it stands in its passage
    heading: str = ""
    is_denied: bool = False  # by the heading or the words before the list

    @property
    def whole(self) -> str:
        return f"{self.below}| {self.text}" if self.below else self.text

    @property
    def spelled(self) -> str:
        """The same with each cell of a row behind it again, with the unit that stands in the name of its column."""
        if "|" not in self.below:
            return self.whole
        columns = zip(cells_of(self.below), cells_of(self.text), strict=False)
        return "; ".join([self.whole, *(f"{''.join(_CURRENCY.findall(name))}{cell} {name}" for name, cell in columns)])

    @property
    def denied(self) -> list[str]:
        """Each that a list denies, with the words that do."""
        return [f"{self.below} {item}" for item in self.text.split(",")] if self.is_denied else []

    @property
    def rule(self) -> str:
        """The same without the head of a table, whose words may be on other rows."""
        return self.text if "|" in self.below else self.whole


@dataclass(frozen=True)
class Source:
    """What a passage says to people: all of it, and sentence by sentence with the vectors of those; written plainly."""

    said: str
    sentences: tuple[Said, ...]
    vectors: Vectors | None

    def without(self, apart: Set[Piece]) -> "Source":
        """The same without some sentences."""
        kept = [number for number, each in enumerate(self.sentences) if each.at not in apart]
        vectors = None if self.vectors is None else self.vectors[kept]
        return Source(self.said, tuple(self.sentences[number] for number in kept), vectors)


def supports(
    sources: Sequence[Source],
    text: str,
    encode: Callable[[Sequence[str]], Vectors],
    names: Names | None = None,
    wanted: Set[Name] = frozenset(),
) -> bool:
    """Whether the passages say what a sentence says.

    The sentence, and each of its clauses, is compared with the closest sentence of the passages. There stand its
    figures with their units, its promises and what it denies; all its words stand in the same passage.

    Args:
        names: of the guides, which tell one product from another.
        wanted: the products that are asked for.
    """
    every = [(source, sentence) for source in sources for sentence in source.sentences]
    if _LINK.search(text) or not every:
        return False
    text = plain(text)
    parts = [text, *_clauses_that_say_something(text)]
    places, cosine = _closest(parts, sources, [sentence for _, sentence in every], encode)
    near = [_half_meant(text, every[place][1].whole) for place in dict.fromkeys(places)]
    text, *parts = (in_units_of("\n".join(near), each) for each in parts)
    parts = [text, *parts]
    asked = stems_said(" ".join(word for name in wanted for word in name))
    rules = [_half_meant(text, every[place][1].rule) for place in places]
    beside = {id(source): source for source, _ in (every[place] for place in places)}.values()
    said = "\n".join(source.said for source in beside)
    return (
        cosine >= SUPPORTED_COSINE
        and all(dotted in said for dotted in _DOTTED.findall(text))
        and all(name.casefold() in said.casefold() for name in names_of(text))
        and _has_figures(text, parts, [every[place][1].spelled for place in places], said)
        and keeps_prices_for(text, "\n".join(near))
        and _has_words(text, said, "\n".join(near), [every[place][1] for place in places])
        and not any(_turned_round(text, there) for there in near[:1])
        and _keeps_conditions(text, near[0])
        and keeps_limits(text, near[0])
        and not turns_limits(text, "\n".join(near))
        and keeps_bound_figures(text, rules[0])
        and keeps_reach(text, rules[0])
        and _keeps_hedges(text, rules[0])
        and not _joins_otherwise(text, rules[0])
        and not _mixes_halves(text, rules[0])
        and not _is_of_other_row(text, every[places[0]][1], [each for source in beside for each in source.sentences])
        and not _swaps_names(text, near[0])
        and not any(_leaves_out(part, rule, asked) for part, rule in _each_with_its_own(parts, rules))
        and not _is_out_of_time(text, rules[0])
        and _keeps_order(text, list(dict.fromkeys(rules)))
        and keeps_belonging(text, [(each.below, each.text) for each in dict.fromkeys(every[at][1] for at in places)])
        and not _is_of_other_subject(text, near[0], [each.text for source in beside for each in source.sentences])
        and not (names and _names_another(text, near, names, wanted))
        and not (every[places[0]][1].is_denied and not NEGATION.search(text))
        and not allows(text, [each.text for source in beside for each in source.sentences])
        and denies_the_same(
            text,
            near,
            [each.whole for source in beside for each in source.sentences],
            [item for place in places for item in every[place][1].denied],
        )
        and not _is_of_another(text, near, [each.text for source in beside for each in source.sentences])
    )


def _closest(
    parts: Sequence[str],
    sources: Sequence[Source],
    sentences: Sequence[Said],
    encode: Callable[[Sequence[str]], Vectors],
) -> tuple[list[int], float]:
    """Where the closest sentence to each part stands, and how alike the first part and its closest one are."""
    there = [stems_said(sentence.text) | figures_of(sentence.text) for sentence in sentences]
    vectors = [source.vectors for source in sources if source.vectors is not None]
    mine = encode([without_figures(part) for part in parts]) if vectors else None
    places, first = list[int](), 0.0
    for number, part in enumerate(parts):
        own = stems_said(part) | figures_of(part)
        shared = [len(own & words) / max(1, len(own)) for words in there]
        alike = shared if mine is None else [float(cosine) for each in vectors for cosine in each @ mine[number]]
        places.append(max(range(len(there)), key=lambda at: alike[at] + SHARED_WORDS * shared[at]))
        first = first if number else alike[places[0]]
    return places, first


def _half_meant(text: str, there: str) -> str:
    """The half of a sentence that has all words and figures of another, or the sentence; that, too, where what it
    begins with may be for both halves.

    >>> _half_meant("Boats need a deposit.", "Vans are hired without a deposit; boats need a deposit.")
    ' boats need a deposit.'
    >>> _half_meant("Boats need a deposit.", "Members only: vans are free; boats need a deposit.")
    'Members only: vans are free; boats need a deposit.'
    """
    if _BEGINS_LIMIT.match(there) or re.search(r":(?!\d)", there):
        return there
    own, figures = stems_said(text) - _LINKING, figures_of(text)
    return next(
        (
            half
            for half in there.split(";")
            if figures <= figures_of(half) and all(stands(word, stems_said(half)) for word in own)
        ),
        there,
    )


def _has_figures(text: str, parts: Sequence[str], near: Sequence[str], said: str) -> bool:
    """Whether all figures stand in the closest sentence, or those of each clause in the one closest to it.

    A figure that belongs to a name, as in "Brook 4", goes with its name, which only has to be known.
    """
    for name in _NAMED_FIGURE.finditer(text):  # at the beginning any word may be meant, as in "Press 2 keys"
        known = re.search(rf"\b{re.escape(name.group())}\b", said)
        word = re.split(r"[ -]", name.group())[0].casefold()
        if known:
            parts = [part.replace(name.group(), " ") for part in parts]
        elif (
            word not in COUNTED
            and not unit_behind(text[name.end() :])
            and (name.start() > 0 or re.search(rf"\b{re.escape(name.group()[: len(word)])}[ -]\d", said))
        ):
            return False
    rates, there = rates_in(text), rates_in(" ".join(near))
    if rates and there and not rates <= there:
        return False
    if not all(stands(word, stems_said(" ".join(near))) for word in counted_in(parts[0])):
        return False
    held = [amounts(each) for each in near]
    return amounts(parts[0]) <= held[0] or (
        len(parts) > 1
        and amounts(parts[0]) <= set().union(*map(amounts, parts[1:]))
        and all(amounts(part) <= holds for part, holds in zip(parts[1:], held[1:], strict=True))
    )


def _has_words(text: str, said: str, near: str, places: Sequence[Said]) -> bool:
    """Whether each word that says something stands in the passage, or another for it, and most of them close by: in the
    closest sentences, with their headings and the questions that they answer; half of them without these.
    """
    own = stems_said(text)
    there = words_in(near)
    promised = _PROMISES & words_in(_NOT_THIS.sub(" ", text))
    if not own or not promised <= (there | {"every"} if "each" in there else there):
        return False
    known, close = set(stems(said)), set(stems("\n".join([near, *(each.heading for each in places)])))
    answers = (each.text if each.below.endswith("?") and VERB.search(each.text) else each.whole for each in places)
    bare = set(stems("\n".join(answers)))
    return (
        all(stands(word, known) for word in own - _LINKING)
        and sum(stands(word, close) for word in own) >= NEAR_WORDS * len(own)
        and sum(stands(word, bare) for word in own) >= BARE_WORDS * len(own)
    )


def _clauses_that_say_something(text: str) -> list[str]:
    """The clauses of a sentence of several, each with what is too short to be compared by itself."""
    clauses: list[str] = []
    for clause in CLAUSE.split(text):
        if clauses and (len(stems_said(clause)) < OWN_WORDS or len(stems_said(clauses[-1])) < OWN_WORDS):
            clauses[-1] += clause
        else:
            clauses.append(clause)
    return clauses if len(clauses) > 1 else []


def _turned_round(text: str, there: str) -> bool:
    """Whether a sentence says "after" where the guide says "before", or the like.

    >>> _turned_round("It is free after 16:00.", "It is free until 16:00.")
    True
    """
    said, stands = words_in(text), words_in(there)
    here_only, there_only = said - stands, stands - said
    return any(here_only & one and there_only & other for pair in _OPPOSITES for one, other in (pair, pair[::-1]))


def _keeps_conditions(text: str, there: str) -> bool:
    """Whether what holds "unless", "except" or "only" so is said with that."""
    own = stems_said(text)
    for clause in CLAUSE.split(there):
        scope = set[str]()
        found = _ONLY_THERE.search(clause)
        if found and not (scope := stems_said(clause[found.end() :])):  # "on weekdays only"
            scope = stems_said((clause[: found.start()].split() or [""])[-1])
        before = stems_said(clause[: found.start()]) if found and stems_said(clause[found.end() :]) else set()
        if before and not any(stands(word, own) for word in before):
            continue
        if sum(stands(word, own) for word in scope) < DENIED_WORDS * len(scope):
            return False
        if found and found[0].casefold() == "only" and "only" not in words_in(text) and _adds(text, there):
            return False
    return True


def _adds(text: str, there: str) -> bool:
    known = stems_said(there)
    return bool((words_in(text) - words_in(there)) & _ANY) or not all(stands(word, known) for word in stems_said(text))


def _leaves_out(text: str, there: str, asked: Set[str] = frozenset()) -> bool:
    """Whether a rule is said without when it holds, or for whom: where most of it is said, the first word of each
    phrase on that is said, too, or its figure; and so are the words before what it is on.

    Args:
        asked: stems of the product that is asked for, which needn't be said again.

    >>> _leaves_out("We pay the postage.", "If the item is faulty, we pay the postage.")
    True
    >>> _leaves_out("We pay the postage of faulty items.", "If the item is faulty, we pay the postage.")
    False
    >>> _leaves_out("Customers pay no fee.", "New customers pay no fee.")
    True
    """
    own, figures = stems_said(text) | set(ORDINAL.findall(text)), figures_of(text)
    statements = [each for each in _STATEMENT.split(there) if re.search(r"\w", each)]
    for before, statement, following in zip(["", *statements], statements, [*statements[1:], ""], strict=False):
        rule, limits = _rule_and_limits(statement)
        is_said: dict[str, bool] = {}  # by the word that phrases begin with: "if …, if …, or if …" is a list
        firsts = [(phrase, first) for phrase in limits if (first := first_of(phrase))]
        begin, goes_on = "", False
        for phrase, first in firsts:
            begin = begin if goes_on else phrase.split()[0].casefold()
            goes_on, words = bool(_GOES_ON.search(phrase)), stems_said(_MEASURE.sub(" ", phrase))
            here = first in figures if first[0].isdigit() else stands(first, own | asked)
            here = here or (len(words) >= MOST_OF_PHRASE and begin in _CASES and is_mostly(words, own, NEAR_WORDS))
            here = here and not (begin in _CASES and (limit := figures_of(phrase)) and not limit & figures)
            is_said[begin] = is_said.get(begin, False) or here
        held = (stems_said(rule), stems_said(" ".join(limits)) - {first for _, first in firsts}, stems_said(following))
        if not all(is_said.values()) and is_mostly(next(filter(None, held), set()), own):
            return True
        beside = own - (stems_said(before) if before and not VERB.search(before) else set())
        if any(
            is_mostly(stems_said(each), own, NEAR_WORDS) and _is_cut(each, beside)
            for each in statement.split(",")
            if figures & (of_each := figures_of(each) - set(_NO_AMOUNT.findall(each.strip()))) or not of_each
        ):
            return True
    return False


def _each_with_its_own(parts: Sequence[str], rules: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A sentence with the closest rule, and its clauses with theirs, but for those that are in that one, too."""
    yield parts[0], rules[0]
    known = stems_said(rules[0])
    for part, rule in zip(parts[1:], rules[1:], strict=True):
        if rule != rules[0] and not all(stands(word, known) for word in stems_said(part)):
            yield part, rule


def _rule_and_limits(statement: str) -> tuple[str, list[str]]:
    """What a statement says, and its phrases on when that holds, or for whom.

    >>> _rule_and_limits("customers with the Gold plan may cancel until 16:00")
    ('customers ', ['with the Gold plan may cancel ', 'until 16:00'])
    """
    limits: list[str] = []
    found = _OF_SUBJECT.search(statement)
    if found and not VERB.search(statement, 0, found.start()):
        before, behind = statement[: found.start()], statement[found.start() :]
        if not before.strip() or VERB.search(behind):
            first, *others = _PHRASE.split(behind)
            limits, statement = [first], before + ",".join(others)
    phrases = _PHRASE.split(statement)
    limits += [each for each in phrases if _BEGINS_LIMIT.match(each)]
    return " ".join(each for each in phrases if each not in limits), limits


def _is_cut(phrase: str, own: set[str]) -> bool:
    """Whether of the words that a phrase begins with, up to its verb, one is said without the one before it."""
    subject: list[set[str]] = []
    for word in phrase.split():
        said = stems_said(word) or set(ORDINAL.findall(word))
        if VERB.search(word) or NEGATION.search(word) or (subject and not said and not figures_of(word)):
            if word in _ARTICLES:  # then the word before is a verb: "Ledger adds the credit"
                subject.pop()
            break
        subject += [said] if said else []
    return any(
        other <= own and not any(stands(word, own | _PEOPLE) for word in one) for one, other in pairwise(subject)
    )


def _is_out_of_time(text: str, there: str) -> bool:
    """Whether what was so is said to be so, or what comes later to be so from the start.

    >>> _is_out_of_time("The fee is £20.", "The fee was £20.")
    True
    >>> _is_out_of_time("It costs £30.", "It costs £20 for a year, then £30.")
    True
    """
    if _WAS.search(there) and not _SAYS_WAS.search(text):
        return True
    later = (figures_of(text) & figures_of(there)) - figures_of(_THEN.split(there)[0])
    return bool(later) and not _SAYS_THEN.search(text)


def _keeps_order(text: str, near: Sequence[str]) -> bool:
    """Whether what a sentence has behind "before" or "after" stands behind it there, too."""
    for word, behind in _IN_ORDER.findall(text):
        first = first_of(behind)
        pairs = (pair for each in near for pair in _IN_ORDER.findall(each))
        scopes = [stems_said(scope) for other, scope in pairs if other.lower() == word.lower()]
        if first and not first[0].isdigit() and scopes and not any(stands(first, scope) for scope in scopes):
            return False
    return True


def _names_another(text: str, near: Sequence[str], names: Names, wanted: Set[Name]) -> bool:
    """Whether the closest sentences name a sibling of a product that is named, and not that one: "the Heron" for the
    Heron Lite, or "the Brook" for one of several Brooks, if that is not what is asked for.
    """
    there = {name for each in near for name in names.known_in(each, wanted)}
    return any(
        other in names.siblings_of(name)
        or (other[: len(name)] == name and other not in wanted and bool(names.siblings_of(other)))
        for name in names.known_in(text, wanted) - there
        for other in there
    )


def _keeps_hedges(text: str, there: str) -> bool:
    """Whether what is so "usually", or "may" be so, is not said to be so.

    >>> _keeps_hedges("A term ends after 12 months.", "A term usually ends after 12 months.")
    False
    """
    own = stems_said(_SUPPOSED.sub(" ", text))
    return not any(
        (found := hedge.search(clause)) and is_mostly(stems_said(clause[found.end() :]), own, NEAR_WORDS)
        for hedge in (NOT_SURE, MAY)
        if not hedge.search(text)
        for clause in CLAUSE.split(there)
    )


def _is_of_other_row(text: str, row: Said, others: Sequence[Said]) -> bool:
    """Whether a sentence names another row of the same table whole, and this one in part: "lodges", "lake lodges"."""
    if "|" not in row.below:
        return False
    own = stems_said(text) | figures_of(text)
    mine, *firsts = (
        stems_said(name) | figures_of(name)
        for each in (row, *(each for each in others if each.below == row.below))
        for name in cells_of(each.text)[:1]
    )
    return not mine <= own and any(first and first <= own and first < mine for first in firsts)


def _mixes_halves(text: str, there: str) -> bool:
    """Whether one statement has words of both halves of a sentence there that each say something of their own.

    >>> _mixes_halves("Vans can be washed at night.", "Cars can be washed at noon; vans must be hired at night.")
    True
    >>> _mixes_halves("Vans can be washed.", "But …")
    False
    """
    first, *others = [each for each in _HALVES.split(there) if re.search(r"\w", each)] or [""]
    whole = stems_said(first)
    halves = [whole]
    for each in others:
        verb = VERB.search(each)
        is_by_itself = verb and re.search(r"\w", each[: verb.start()]) and not _OF_BEFORE.search(each)
        halves.append(stems_said(each) if is_by_itself else stems_said(each) | whole)
    if not others:
        return False
    for statement in _JOINED_HALVES.split(text):
        held = [{word for word in stems_said(statement) if stands(word, half)} for half in halves]
        if not any(set().union(*held) <= each for each in held):
            return True
    return False


def _swaps_names(text: str, there: str) -> bool:
    """Whether a sentence names something else than the closest one does.

    >>> _swaps_names("Ask at the Gate House.", "Ask at the Front Desk.")
    True
    """
    mine, theirs = whole_names_of(text), whole_names_of(there)
    return any(each.casefold() not in there.casefold() for each in mine) and any(
        each.casefold() not in text.casefold() for each in theirs
    )


def _joins_otherwise(text: str, there: str) -> bool:
    """Whether a sentence has "and" between the same as the guide has "or" between, or the other way round; with what
    people may do or what is denied, both can say the same.
    """
    if MAY.search(text) or NEGATION.search(text):
        return False
    return any(
        word != other and first == second and before & others
        for word, before, first in _joints(text)
        for other, others, second in _joints(there)
    )


def _joints(text: str) -> Iterator[tuple[str, set[str], str]]:
    """Each "and" and "or" between words that say something: the last ones before it, and the first behind."""
    for found in _JOINED.finditer(text):
        before = " ".join(text[: found.start()].split()[-3:])
        if (first := first_of(text[found.end() :])) is not None:
            yield found[0].casefold(), stems_said(before) | figures_of(before), first


def _is_of_another(text: str, near: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a sentence has a word that the closest ones lack, from one which says of another thing nearly the same:
    "Homes get a refund. Shops get a credit."
    """
    own, there = stems_said(text), stems_said("\n".join(near))
    foreign = {word for word in own if not stands(word, there)}
    return any(
        any(stands(word, other) for word in foreign)
        and sum(stands(word, other) for word in own) >= NEAR_WORDS * len(own)
        for other in map(stems_said, others)
    )


def _is_of_other_subject(text: str, near: str, others: Sequence[str]) -> bool:
    """Whether the closest sentence says it of something else, and others speak of what this is said of.

    >>> _is_of_other_subject("Vans are white.", "Cars are white.", ["Vans have a roof rack."])
    True
    """
    own, subject, there = stems_said(text), _subject(text), _subject(near)
    foreign = {word for word in subject if not stands(word, stems_said(near))}
    return any(not stands(word, own) for word in there) and any(foreign & _subject(other) for other in others)


def _subject(text: str) -> set[str]:
    """The words before the first verb."""
    verb = VERB.search(text)
    return stems_said(text[: verb.start()]) if verb else set()

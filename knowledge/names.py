"""The names that guides give to products, and those in a question that no guide knows.

Sibling products differ by a word or a number behind a shared name ("Brook 4", "Brook 4 Pro", "Brook 5"), which is
all that tells a question on a product that we don't have ("Brook 6") from one that we do. What is a name is learned
from the guides' own capitals and numbers; no product is listed here.
"""

import copy
import re
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import pairwise
from typing import Any, Self

from knowledge.lexical import says_something, stems
from knowledge.listings import COLUMNS, MOST_WORDS, RUN, in_parallel, in_sentences, listings, pairs_listed
from knowledge.series import asked_in, is_beyond, members_in


def word_set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that tell siblings apart in any trade; the second row only when it is written with a capital.
QUALIFIERS = word_set("pro max mini lite ultra nano xl deluxe premium")
QUALIFIERS_IN_CAPITALS = word_set("plus air go home one gold silver basic business family advanced")
TIERS = word_set("gold silver basic advanced")  # of those in capitals, what hardly says anything else in small letters
GRADES = TIERS | word_set("bronze platinum diamond premium deluxe elite")
FAMILY = "family"  # of those in capitals, the one that may also be said of all products of a name
# A number before one of these is an amount, not part of a name.
UNITS = word_set(
    "second seconds minute minutes min mins hour hours day days week weeks month months year years night nights am pm "
    "time times x euro euros pound pounds quid dollar dollars cent cents percent people users customers devices of "
    "gb mb tb kb gig mbps gbps mbit ghz km metres meters m cm mm inch inches kg g w v a st nd rd th yo yr yrs hr hrs k"
)
TYPED_TOGETHER = word_set("h d y l p lb lbs oz ml wk wks mth mths ft kw kwh bn")  # units right behind a number
# A number behind one of these is a date, a place in a text, or a kind of something.
COUNTED = word_set(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "spring summer autumn winter christmas easter step page section chapter part figure table question line no nr "
    "type annex appendix article clause paragraph"
)
NO_NAMES = COUNTED | {unit for unit in UNITS if len(unit) > len("km")}  # "Day 7"; but a policy may be a "K policy"
# What is numbered for as long as there are some of it, or anywhere.
ENDLESS = NO_NAMES | word_set(
    "child person adult guest passenger age size floor room flat house unit item number within"
)
LISTED_OFTEN = 2  # lists in which names of one kind stand together
SAID_OFTEN = 3  # times within sentences: then people shorten a name to its initials
NO_SIBLING = word_set(  # what may stand behind any name
    "thanks thank please pls plz cheers hello without within myself yourself himself herself themselves wants want "
    "needs need got gets told said says keeps still anymore"
)
GENERAL = word_set(  # words of headings that are no product's name, capitals or not
    "policy conditions terms information options guide rules overview faq general customers products services support "
    "claims costs fees prices charges times process procedure warranty returns setup app documents manager agent"
)
PRICED = word_set("price prices cost")  # what a "plus" hardly adds to a product
DETERMINERS = word_set("a an the my his her our their your its one two any some another")
SHORTEST_SINGULAR = 3  # letters
SHORTEST_ASKING = 5  # letters of a name that is spelled like a word that only asks: the Haven and "haven't"
SHORTEST_NEW = 3  # letters of a word that may tell a sibling apart though no guide has it
LAST_SIGN = chr(sys.maxunicode)  # behind all others, in order
STRICTLY = 4  # times as often with a capital as without: then a word is a name, however it is typed

TEXTS_KEPT = 2_000  # most are titles and headings, which the passages of a guide share
FEWEST_WITH, SPREAD = 3, 0.25  # guides, and the share of all, in which a name stands that tells none from another

_RUN_INSIDE = re.compile(rf"(?<=[a-zß-ÿ,;] ){RUN.pattern}")
_WORD = re.compile(r"[^\W\d_]+")
_HYPHENED = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+)+\b")
_INSIDE = re.compile(r"(?<=[a-zß-ÿ,;] )[A-ZÀ-Þ][^\W\d_]*")
_WHOLE_INSIDE = re.compile(r"(?<=[a-zß-ÿ,;] )[A-ZÀ-Þ][^\W_]*(?:[-'’.][^\W_]+)*")  # the same, with "Login.gov" as one
_WHOLE_SMALL = re.compile(r"(?<!\S)[\"'“‘(]?([a-zß-ÿ][^\W_]*(?:[-'’.][^\W_]+)*)")
_NO_SENTENCE = re.compile(r"^[ \t]*[#|].*$", re.MULTILINE)  # headings and rows of tables
CODE = re.compile(r"\b[^\W\d_]{1,6}-?\d{1,4}[^\W\d_]?\b")
_LETTERS = re.compile(r"\b[A-Z]{2,6}-[A-Z]{2,6}\b")
_APART = re.compile(r"\b([^\W\d_]{1,6}) (\d{1,4})\b")
_JOINED = re.compile(r"([^\W\d_]{3,})-?(\d{1,4})")
_TOKEN = re.compile(r"[£€$]?[^\W_]+(?:[-'’.][^\W_]+)*%?")
_NUMBER = re.compile(r"\d{1,4}[^\W\d_]?")
_SMALL_NUMBERED = re.compile(r"\b([a-zß-ÿ][^\W\d_]*)[ \u00a0]\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_VERBS = ("ed", "ing", "ly")

Name = tuple[str, ...]  # in small letters, one word each
Spans = tuple[tuple[Name, tuple[int, int]], ...]


class Names:
    """What a set of guides calls its products; made once for all questions."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._followers: defaultdict[Name, set[str]] = defaultdict(set)
        self._numbered: Counter[str] = Counter()  # how often a word stands before a number
        self._small_numbered: Counter[str] = Counter()  # the same in small letters
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        self._hyphened: dict[str, str] = {}  # words as they are typed in one, as guides write them: "x-ray" of "xray"
        self._begun: list[str] | None = None  # all words in small letters, in order, once they are needed
        self._inside: Counter[str] = Counter()  # with a capital in the middle of a sentence
        self._texts = 0  # that all of this was learned from
        self._spread: Counter[str] = Counter()  # in how many texts a word has a capital there, and is never small
        self._runs: Counter[Name] = Counter()  # of several words there, as often as they stand side by side
        self._alone: Counter[str] = Counter()  # the same of a word by itself
        self._heads: set[Name] = set()  # of several words, that are all of a heading, a first cell or an item's bold
        self._columns: set[Name] = set()  # the same of the head of a column
        self._beside: defaultdict[Name, set[Name]] = defaultdict(set)  # names that begin alike and stand in parallel
        self._listed: Counter[tuple[Name, Name]] = Counter()  # in how many lists two names stand that begin otherwise
        self._kinds: dict[Name, set[Name]] | None = None  # names with those that are of one kind, once they are needed
        self._initials: dict[str, list[Name]] | None = None  # of those that are said often, once they are needed
        self._endings: frozenset[Name] | None = None  # of all runs, likewise
        self._siblings: dict[Name, set[Name]] = {}  # of names that were asked for
        self._tiers: frozenset[str] | None = None  # words that tell names in parallel apart, once they are needed
        self._spans: dict[tuple[str, Set[Name]], Spans] = {}  # of texts that were looked through
        self._codes: set[str] = set()
        self._series: set[str] = set()  # what codes begin with
        self._members: defaultdict[str, set[str]] = defaultdict(set)  # by kind, what is numbered or lettered
        self._heading: defaultdict[str, set[str]] = defaultdict(set)  # those of them that head something
        for text in texts:
            self._learn(text)

    @classmethod
    def from_counts(cls, counts: Mapping[str, Any]) -> Self:
        """What ``counts`` told of, again."""
        names = cls(())
        names._followers.update({tuple(name): set(words) for *name, words in counts["followers"]})
        names._numbered, names._small_numbered, names._capital, names._small, names._inside = (
            Counter(counts[kind]) for kind in ("numbered", "small_numbered", "capital", "small", "inside")
        )
        names._alone, names._spread, names._texts = Counter(counts["alone"]), Counter(counts["spread"]), counts["texts"]
        names._heads, names._columns = ({tuple(name) for name in counts[kind]} for kind in ("heads", "columns"))
        names._beside.update({tuple(name): set(map(tuple, others)) for *name, others in counts["beside"]})
        names._listed.update({(tuple(one), tuple(other)): times for one, other, times in counts["listed"]})
        names._hyphened.update(counts["hyphened"])
        names._codes, names._series = set(counts["codes"]), set(counts["series"])
        names._members.update({kind: set(members) for kind, members in counts["members"].items()})
        names._heading.update({kind: set(members) for kind, members in counts["heading"].items()})
        names._runs.update({tuple(name): times for *name, times in counts["runs"]})
        return names

    def counts(self) -> dict[str, Any]:
        """All that was learned, in what JSON knows."""
        return {
            "followers": [(*name, sorted(words)) for name, words in self._followers.items()],
            "numbered": self._numbered,
            "small_numbered": self._small_numbered,
            "capital": self._capital,
            "small": self._small,
            "hyphened": self._hyphened,
            "inside": self._inside,
            "spread": self._spread,
            "texts": self._texts,
            "runs": [(*name, times) for name, times in self._runs.items()],
            "alone": self._alone,
            "heads": sorted(self._heads),
            "columns": sorted(self._columns),
            "beside": [(*name, sorted(others)) for name, others in self._beside.items()],
            "listed": [(*pair, times) for pair, times in self._listed.items()],
            "codes": sorted(self._codes),
            "series": sorted(self._series),
            "members": {kind: sorted(members) for kind, members in self._members.items()},
            "heading": {kind: sorted(members) for kind, members in self._heading.items()},
        }

    def with_more(self, texts: Iterable[str]) -> Self:
        """What these names and more texts call products; those in use for questions stay as they are."""
        more, new = copy.copy(self), type(self)(texts)
        more._followers = _union(self._followers, new._followers)
        more._numbered = _sum(self._numbered, new._numbered)
        more._small_numbered = _sum(self._small_numbered, new._small_numbered)
        more._capital, more._small = _sum(self._capital, new._capital), _sum(self._small, new._small)
        more._hyphened, more._begun = self._hyphened | new._hyphened, None
        more._inside = _sum(self._inside, new._inside)
        more._spread, more._texts = _sum(self._spread, new._spread), self._texts + new._texts
        more._alone = _sum(self._alone, new._alone)
        more._heads, more._columns = self._heads | new._heads, self._columns | new._columns
        more._beside = _union(self._beside, new._beside)
        more._codes, more._series = self._codes | new._codes, self._series | new._series
        more._members, more._heading = _union(self._members, new._members), _union(self._heading, new._heading)
        more._runs, more._initials, more._endings = _sum(self._runs, new._runs), None, None
        more._listed, more._kinds = _sum(self._listed, new._listed), None
        more._siblings, more._tiers, more._spans = {}, None, {}
        return more

    def _learn(self, text: str) -> None:
        for word, times in Counter(_WORD.findall(text)).items():
            (self._capital if word[0].isupper() else self._small)[word.casefold()] += times
        self._hyphened.update((word.replace("-", ""), word) for word in map(str.casefold, _HYPHENED.findall(text)))
        sentences = _NO_SENTENCE.sub("", text)
        self._inside.update(word.casefold() for word in _INSIDE.findall(sentences))
        self._texts += 1
        self._spread.update(set(map(_bare, _WHOLE_INSIDE.findall(sentences))).difference(_WHOLE_SMALL.findall(text)))
        runs = [tuple(run.casefold().split()) for run in _RUN_INSIDE.findall(sentences)]
        self._runs.update(run for run in runs if 1 < len(run) <= MOST_WORDS)
        self._alone.update(run[0] for run in runs if len(run) == 1)
        self._small_numbered.update(map(str.casefold, _SMALL_NUMBERED.findall(text)))
        listed = list(listings(text))
        for listing in listed:
            names = self._columns if listing.kind == COLUMNS else self._heads
            names.update(name for name in listing.names if len(name) > 1)
        for one, other in in_parallel(listed, set(runs)):
            self._beside[one].add(other)
            self._beside[other].add(one)
        self._listed.update(pairs_listed([*(each.names for each in listed), *in_sentences(sentences)], NO_NAMES))
        codes = set(CODE.findall(text))
        self._codes.update(_plain(code) for code in codes)
        self._series.update(_series(code) for code in codes)
        for kind, member, heads in members_in(text):
            self._members[kind].add(member)
            if heads:
                self._heading[kind].add(member)
        for run in RUN.findall(text):
            words = run.casefold().split()
            for *name, word in _parts(words):
                self._followers[tuple(name)].add(word)
            self._numbered.update(word for word, after in pairwise(words) if after[0].isdigit())

    def known_in(self, text: str, wanted: Set[Name] = frozenset()) -> set[Name]:
        """The names in a text that the guides use, each as long as it goes.

        Args:
            wanted: names that are looked for; what stands in front of one, or of a sibling, is its maker's.

        >>> sorted(Names(["The Brook 4, the Brook 4 Pro and the Heron."]).known_in("my brook 4 pro and heron"))
        [('brook', '4', 'pro'), ('heron',)]
        >>> Names(["The Acme Heron."]).known_in("Acme Heron", {("heron",)})
        {('heron',)}
        """
        return {name for name, _ in self.spans_in(text, wanted)}

    def surely_in(self, text: str) -> set[Name]:
        """Those of several words, and what has a capital inside a sentence: other words may begin a line."""
        return {name for name in self.known_in(text) if len(name) > 1} | {(word,) for word in _INSIDE.findall(text)}

    def spans_in(self, text: str, wanted: Set[Name] = frozenset()) -> Spans:
        """The same names in the order that they stand in, each with its span."""
        if (known := self._spans.get(key := (text, frozenset(wanted)))) is None:
            if len(self._spans) >= TEXTS_KEPT:
                self._spans.clear()
            self._spans[key] = known = tuple(self._found_in(text, wanted))
        return known

    def _found_in(self, text: str, wanted: Set[Name]) -> list[tuple[Name, tuple[int, int]]]:
        spans = self._words_of(text)
        words = [_bare(text[start:end]) for start, end in spans]
        found: list[tuple[Name, tuple[int, int]]] = []
        at = 0
        while at < len(words):
            name = self._longest(words, at)
            if before := self._maker(name, wanted):
                at += before
                continue
            if name:
                found.append((name, (spans[at][0], spans[at + len(name) - 1][1])))
            at += max(1, len(name))
        return found

    def strangers_in(self, question: str, said: Callable[[str], bool]) -> tuple[list[str], list[str]]:
        """What no guide knows, as the question has it: names of siblings, and codes of a series; and what may be a
        sibling: behind a name that tells several apart stands a word that is in no guide. It may also say something
        else in words of its own.

        Args:
            said: whether a word is in the guides, in any form.

        >>> Names(["The Brook 4, the Brook 5 and the Heron Lite."]).strangers_in("Is the Brook 6 better?", bool)
        (['Brook 6'], [])
        >>> names = Names(["The Hearth Basic, the Hearth Plus and the Hearth Complete."])
        >>> names.strangers_in("rent on hearth landlord", lambda word: word != "landlord")
        ([], ['hearth landlord'])
        """
        spans = self._words_of(question)
        words = [_bare(question[start:end]) for start, end in spans]
        unknown: list[str] = []
        unfamiliar: list[str] = []
        at = 0
        while at < len(words):
            name = self._longest(words, at)
            after = at + len(name)
            word, following = (*words[after : after + 2], "", "")[:2]
            between = question[spans[after - 1][1] : spans[after][0]] if name and word else None
            last = max(after - 1, at)
            if _plain("".join(words[last : last + 2])) in self._codes:  # "TV 52" for TV-52
                after = last + 2
            elif between in {"", " ", "-"} and self._is_sibling(name, question[slice(*spans[after])], following):
                after += 1
                unknown.append(question[spans[at][0] : spans[after - 1][1]])
            elif between == " " and (
                self._may_be_sibling(name, word, following, said) or self._is_tier_of_others(name, word, following)
            ):
                unfamiliar.append(question[spans[at][0] : spans[after][1]])
            elif not name and self._is_unknown_number(words[at : at + 3]):
                after = at + 2
                unknown.append(question[spans[at][0] : spans[after - 1][1]])
            elif not name and self._is_unknown_code(word):
                unknown.append(question[slice(*spans[at])])
            elif not name and following and self._may_be_tier(word, following):
                unfamiliar.append(question[spans[at][0] : spans[at + 1][1]])
            elif not name and word in GRADES and self._has_grades and not said(word):
                unfamiliar.append(question[slice(*spans[at])])
            at = max(after, at + 1)
        return unknown, unfamiliar

    def beyond_in(self, question: str, said: Callable[[str], bool]) -> list[str]:
        """What lies beyond the last of a kind that the guides number or letter, as the question has it.

        Args:
            said: whether a word is in the guides, in any form; what is not may number the kind otherwise.

        >>> names = Names(["# Stage 1\\n# Stage 2"])
        >>> names.beyond_in("how long is stage 3, or stage 2?", bool)
        ['stage 3']
        >>> names.beyond_in("is it for stage 3 cancer?", lambda word: word != "cancer")
        []
        """
        return [
            written
            for written, kind, member, following in asked_in(question)
            if kind in self._heading
            and kind not in _endless()
            and says_something(kind)
            and following not in UNITS - {"of"}
            and (not says_something(following) or said(following))
            and not (member.isdigit() and following.endswith("s") and says_something(following))  # "visit 3 gardens"
            and is_beyond(member, self._heading[kind], self._members[kind])
        ]

    def is_in_sentences(self, word: str) -> bool:
        """Whether a word has a capital in the middle of a sentence: "Error" may only head a table, or begin lines."""
        return self._inside[word.casefold()] > 0

    def is_never_small(self, word: str) -> bool:
        """Whether sentences have a word, and never in small letters: then it is a name, however it is typed."""
        return self.is_in_sentences(word) and not self._small.get(word.casefold())

    def is_product(self, name: Name) -> bool:
        """Whether a name of `known_in` is a product's; a common word may only begin headings, rows and sentences.

        >>> names = Names(["The Heron is new.", "Wren Lite", "Leaving early"])
        >>> names.is_product(("heron",)), names.is_product(("wren",)), names.is_product(("leaving",))
        (True, True, False)
        """
        return len(name) > 1 or self.is_in_sentences(name[0]) or any(map(_is_qualifier, self._followers.get(name, ())))

    def is_variant(self, name: Name, of: Name) -> bool:
        """Whether a name is one with a number and one word more that stands in the guides' sentences, too, or another
        of the same kind, which a common word tells, or another of one family, where both head something of their own.

        >>> names = Names(["It is the Swift 7 or the Swift 7 Tethered.", "Swift 7 Returns"])
        >>> [names.is_variant(("swift", "7", word), ("swift", "7")) for word in ("tethered", "returns")]
        [True, False]
        >>> Names(["A cabin is a Cabin Oak or a Cabin Birch."]).is_variant(("cabin", "birch"), ("cabin", "oak"))
        True
        >>> Names(["# Varia Life\\n# Varia Drive"]).is_variant(("varia", "life"), ("varia", "drive"))
        True
        """
        if len(name) == len(of) == 2 and name != of and name[0] == of[0] and not self._is_strict(name[0]):
            return self._is_kind(*name[:1], name[1:]) and self._is_kind(of[0], of[1:])
        if self._head_alike(name, of):
            return True
        is_longer = name[:-1] == of and any(sign.isdigit() for word in of for sign in word)
        if not (is_longer and self._is_strict(name[-1])):
            return False
        if self._endings is None:
            self._endings = frozenset(run[at:] for run in self._runs for at in range(len(run) - 1))
        return name in self._endings

    def _head_alike(self, one: Name, other: Name) -> bool:
        """Whether two names that begin alike head columns, rows of one table, or sections beside one that is headed by
        what both begin with (which is of the family, too); or other sections and rows. Those may be on parts of one
        product, such as Heron Setup and Heron Returns, where sentences call it by what both begin with.
        """
        is_family = {one, other} <= self._columns or other in self._beside.get(one, ())
        if not is_family:
            is_family = {one, other} <= self._columns | self._heads and not self._alone[one[0]]
        if not is_family or not self._is_strict(one[0]):
            return False
        shared = _shared(one, other)
        apart = {*one[shared : shared + 1], *other[shared : shared + 1]}
        return shared > 0 and bool(apart) and GENERAL.isdisjoint(apart)

    def kind_of(self, name: Name, written: str) -> int:
        """How many characters of a name, as it is written, only tell what kind of thing it is: the cabin of Cabin Oak.

        >>> Names(["A cabin is a Cabin Oak or a Cabin Birch."]).kind_of(("cabin", "oak"), "cabin oak")
        6
        """
        if len(name) < 2 or self._is_strict(name[0]) or not self._is_kind(name[0], name[1:]):
            return 0
        return self._words_of(written)[1][0]

    def everywhere_in(self, text: str) -> list[tuple[int, int]]:
        """The spans of words that are names in so many of the guides that they tell none from another, as the
        company's own is; of a product that has siblings there are none.

        >>> Names(["We at Acme care.", "You join Acme.", "Call Acme."]).everywhere_in("how old is acme?")
        [(11, 15)]
        """
        spans = (token.span() for token in _TOKEN.finditer(text))
        return [(start, end) for start, end in spans if self._is_everywhere(_bare(text[start:end]))]

    def _is_everywhere(self, word: str) -> bool:
        least = max(FEWEST_WITH, SPREAD * self._texts)
        return self._spread.get(word, 0) >= least and not self.siblings_of((word,))

    def siblings_of(self, name: Name) -> set[Name]:
        """The names of its siblings that the guides use.

        >>> sorted(Names(["The Brook 4, the Brook 4 Pro and the Brook 5."]).siblings_of(("brook", "4")))
        [('brook', '4', 'pro'), ('brook', '5')]
        """
        if (known := self._siblings.get(name)) is None:
            starts = [name[:end] for end in range(1, len(name) + 1)]
            every = {*starts, *((*start, word) for start in starts for word in self._followers.get(start, ()))}
            known = {each for each in every if are_siblings(name, each) or self.is_variant(each, name)}
            self._siblings[name] = known = known | self.of_kind(name)
        return known

    def is_family(self, name: Name) -> bool:
        """Whether a name is what numbered products are called by, and none of its own.

        >>> names = Names(["The Heron and the Heron Lite, with Brook 4 and Brook 5."])
        >>> names.is_family(("brook",)), names.is_family(("heron",))
        (True, False)
        """
        return sum(word[0].isdigit() for word in self._followers.get(name, ())) > 1

    def has_siblings(self, name: Name) -> bool:
        """Whether a name is one of several products that are called alike.

        >>> names = Names(["The Heron and the Heron Lite, with Brook 4 and Brook 5."])
        >>> [names.has_siblings(name) for name in (("heron",), ("brook", "4"), ("brook",))]
        [True, True, False]
        """
        return self.is_product(name) and not self.is_family(name) and not self.siblings_of(name) <= {name}

    def are_listed(self, one: Name, other: Name) -> bool:
        """Whether two names that begin otherwise stand in one list or more.

        >>> Names(["# Treatments\\n\\n## Lungard\\n\\n## Wormelle"]).are_listed(("wormelle",), ("lungard",))
        True
        """
        return self._listed[min(one, other), max(one, other)] > 0

    def of_kind(self, name: Name) -> set[Name]:
        """The other names of its kind, such as those of all parks: what is listed beside it in two places or more, or
        in one behind the same name: the Acme Wren beside the Acme Heron.

        >>> rows = "| Park | Pool |\\n|---|---|\\n| Ashby | yes |\\n| Corrow | no |"
        >>> Names([rows, "We are open in Ashby, Corrow and Mere, but in Corrow all year."]).of_kind(("ashby",))
        {('corrow',)}
        >>> items = "- **Acme Heron** is big. The Heron is new.\\n- **Acme Wren** is small: a Wren."
        >>> Names([items]).of_kind(("heron",))
        {('wren',)}
        """
        if self._kinds is None:
            kinds: defaultdict[Name, set[Name]] = defaultdict(set)
            often = [pair for pair, times in self._listed.items() if times >= LISTED_OFTEN]
            named = ((one, other) for one, others in self._beside.items() for other in others)
            short = [(one[1:], other[1:]) for one, other in named if len(one) > 1 < len(other) and one[0] == other[0]]
            for one, other in [*often, *short]:
                if all(map(self._is_proper, (one, other))):
                    kinds[one].add(other)
                    kinds[other].add(one)
            self._kinds = dict(kinds)
        return self._kinds.get(name, set())

    def _is_proper(self, name: Name) -> bool:
        """Whether each of its words hardly ever stands in small letters."""
        return self.is_product(name) and all(word[0].isdigit() or self._is_strict(word) for word in name)

    def stands_for(self, letters: str) -> str | None:
        """The name that an abbreviation is the initials of; None where there is none that is said often, or two.

        >>> Names(["You pay by Direct Debit. " * 3]).stands_for("DD")
        'Direct Debit'
        """
        if self._initials is None:
            initials: dict[str, list[Name]] = {}
            for name, times in self._runs.items():
                if times >= SAID_OFTEN:
                    initials.setdefault("".join(word[0] for word in name), []).append(name)
            self._initials = initials
        meant = sorted(self._initials.get(letters.casefold(), ()))
        is_one = len({tuple(stems(" ".join(name))) for name in meant}) == 1  # or it is also said of several
        return " ".join(map(str.capitalize, meant[0])) if is_one else None

    def hyphened(self, word: str) -> str | None:
        """A word, in small letters, as guides write it, where that is with a hyphen and never without.

        >>> Names(["An X-ray is £90."]).hyphened("xrays")
        'x-rays'
        """
        ending = "s" if word not in self._hyphened and word.endswith("s") else ""
        written = self._hyphened.get(word.removesuffix(ending))
        return None if written is None or self.says(word) else written + ending

    def begun_by(self, beginning: str) -> str | None:
        """The one word of the guides, in whatever form, that begins so; of names there is none.

        >>> names = Names(["We take phenobarbital. A pre-authorisation is free, and so are authors and authority."])
        >>> [names.begun_by(each) for each in ("phenobarb", "preauth", "author")]
        ['phenobarbital', 'pre-authorisation', None]
        """
        if self._begun is None:
            self._begun = sorted(self._small.keys() | self._hyphened.keys())
        first, behind = (bisect_left(self._begun, each) for each in (beginning, beginning + LAST_SIGN))
        words = self._begun[first:behind]
        is_one = len({tuple(stems(word)) for word in words}) == 1 and not any(map(self.is_never_small, words))
        return self._hyphened.get(words[0], words[0]) if is_one else None

    def says(self, word: str) -> bool:
        """Whether a word stands anywhere in the guides, in capitals or not."""
        return any(part in self._capital or part in self._small for part in _WORD.findall(word.casefold()))

    def said_of(self, words: Set[str]) -> Set[str]:
        """Those of some words, in small letters, that stand in the guides."""
        return words & self._capital.keys() | words & self._small.keys()

    def times(self, word: str) -> int:
        """How often a word, in small letters, stands in the guides, with a capital or without."""
        return self._capital.get(word, 0) + self._small.get(word, 0)  # a counter's own way takes five times as long

    def _words_of(self, text: str) -> list[tuple[int, int]]:
        """The spans of the words; a name typed together with its number ("Brook4", "brook-4") makes two."""
        spans = []
        for token in _TOKEN.finditer(text):
            joined = _JOINED.fullmatch(text, *token.span()) if text[token.end() - 1].isdigit() else None
            is_name = joined and (
                self._is_name(joined[1].casefold()) or self._is_numbered(joined[1].casefold(), joined.groups()[1:])
            )
            if joined and is_name and _plain(token.group()) not in self._codes:
                spans += [joined.span(1), joined.span(2)]
            else:
                spans.append(token.span())
        return spans

    def _maker(self, name: Name, wanted: Set[Name]) -> int:
        """How many words stand in front of a name that is looked for, or of a sibling of one; 0 where none does."""
        if not wanted or any(name[: len(each)] == each for each in wanted):
            return 0
        rests = ((n, name[n:]) for n in range(1, len(name)))
        return next((n for n, rest in rests if any(self._is_one_of(rest, each) for each in wanted)), 0)

    def _is_one_of(self, name: Name, wanted: Name) -> bool:
        return name[: len(wanted)] == wanted or are_siblings(name, wanted) or name in self.of_kind(wanted)

    def _longest(self, words: list[str], at: int) -> Name:
        """The longest name that begins here; empty where none does. In the plural it is the same ("Savers" of the
        Saver), unless the guides use that for another.
        """
        firsts = [form for form in _forms(words[at]) if self._is_name(form)]
        if not firsts and (
            self._is_numbered(words[at], words[at + 1 : at + 2]) or self._is_kind(words[at], words[at + 1 : at + 2])
        ):
            firsts = [words[at]]
        names = [self._grown((first,), words[at + 1 : at + MOST_WORDS]) for first in firsts]
        return max(names, key=len, default=())  # the first of equals

    def _grown(self, name: Name, words: Sequence[str]) -> Name:
        """A name with the words behind it that belong to it."""
        for word in words:
            following = self._followers.get(name, ())
            if (form := next((form for form in _forms(word)[::-1] if form in following), None)) is None:
                break
            name = (*name, form)
        return name

    def _is_sibling(self, name: Name, written: str, following: str) -> bool:
        """Whether what stands behind a name would make it another product's."""
        if len(name) == MOST_WORDS:  # what may follow so long a name was not learned
            return False
        word, siblings = _bare(written), self._followers.get(name, set())
        if _NUMBER.fullmatch(word):
            if following in UNITS or _YEAR.fullmatch(word):
                return False
            # "the Heron 2" where there is only a Heron: a name's own number has no noun of its own behind it.
            alone = not following or not says_something(following)
            return any(each[0].isdigit() for each in siblings) or (alone and self._is_strict(name[0]))
        in_capitals = written[0].isupper() and not written.isupper()
        tells = word in QUALIFIERS or (in_capitals and word in QUALIFIERS_IN_CAPITALS)
        return tells and self._is_strict(name[0])

    def _may_be_sibling(self, name: Name, word: str, following: str, said: Callable[[str], bool]) -> bool:
        """Whether a word behind a name that tells several apart does so, too, as far as one can tell: it is in no
        guide, or names a tier where siblings differ by those. What ends as verbs do says what becomes of the product;
        a "plus" with something behind it adds that.
        """
        siblings = self._followers.get(name, set())
        if (
            not self.is_product(name)
            or len(siblings) < 2
            or word in siblings | UNITS | NO_SIBLING
            or not word.isalpha()
        ):
            return False
        is_new = len(word) >= SHORTEST_NEW and says_something(word) and not word.endswith(_OF_VERBS) and not said(word)
        names_tier = word in TIERS or (word == "plus" and not _adds(following))
        return is_new or (names_tier and any(map(_is_qualifier, siblings)))

    def _is_tier_of_others(self, name: Name, word: str, following: str) -> bool:
        """Whether a word behind a product's name tells others apart, and none of its own family: "Wren Mini" where a
        Wren and a Heron Mini are. It may begin what follows ("by Wren Direct Debit"), and a "plus" may add that.
        """
        if self._tiers is None:
            pairs = ((one, other) for one, others in self._beside.items() for other in others)
            self._tiers = frozenset(word for one, other in pairs for word in one[_shared(one, other) :][:1])
        if word not in self._tiers or word in self._followers.get(name[:1], ()) or word in name:
            return False
        if not (word.isalpha() and self._is_name(word)):
            return False
        if following in self._followers.get((word,), ()) or (word == "plus" and _adds(following)):
            return False
        return self._is_strict(name[0]) and (self.is_product(name) or name in self._beside)

    def _may_be_tier(self, kind: str, word: str) -> bool:
        """The same of a common word that two products are of, and a third tier: "pitch gold"."""
        if word not in TIERS:
            return False
        known = {each for each in self._followers.get((kind,), ()) if self._is_kind(kind, (each,))}
        return word not in known and len(known) > 1 and any(map(_is_qualifier, known))

    @property
    def _has_grades(self) -> bool:
        """Whether the guides tell some things apart by grades: a Gold member from a Silver one."""
        return sum(self._capital.get(each, 0) > self._small.get(each, 0) for each in GRADES) > 1

    def _is_unknown_number(self, words: Sequence[str]) -> bool:
        """Whether a common word is a product's with two numbers or more, and has another here: a Railcard 70."""
        kind, number, following = (*words, "", "")[:3]
        if not _NUMBER.fullmatch(number) or _YEAR.fullmatch(number) or {kind, following} & UNITS:
            return False
        known = [each for each in self._followers.get((kind,), ()) if self._is_numbered(kind, (each,))]
        return len(known) > 1 and number not in known

    def _is_unknown_code(self, word: str) -> bool:
        """Whether it is missing in a series that the guides have, as TV-99 beside TV-52; others may be anybody's."""
        return bool(CODE.fullmatch(word)) and _plain(word) not in self._codes and _series(word) in self._series

    def _is_name(self, word: str) -> bool:
        stands_out = self._is_strict(word) or self._numbered.get(word, 0) > self._small.get(word, 0)
        says = says_something(word) or (len(word) >= SHORTEST_ASKING and self.is_never_small(word))
        return stands_out and word not in NO_NAMES and says

    def _is_numbered(self, word: str, following: Sequence[str]) -> bool:
        """Whether a common word is a product's with the number behind it: a railcard is none, the Railcard 60 is."""
        return (
            bool(following)
            and (word, following[0]) in self._runs
            and following[0][0].isdigit()
            and self._numbered[word] > STRICTLY * self._small_numbered[word]
            and word not in COUNTED
        )

    def _is_kind(self, word: str, following: Sequence[str]) -> bool:
        """Whether a common word is a product's with the name behind it: a cabin is none, the Cabin Oak is."""
        pair = (word, *following)[:2]
        return pair in self._runs and says_something(word) and len(pair[-1]) > 1 and self._is_name(pair[-1])

    def _is_strict(self, word: str) -> bool:
        return self._capital.get(word, 0) > STRICTLY * self._small.get(word, 0)


def codes_in(text: str) -> dict[str, str]:
    """The codes in a text, with the series that each is of; those without a figure are in capitals.

    >>> codes_in("Errors TV-52, BL-SEC and r12, not e-mail")
    {'tv52': 'tv', 'r12': 'r', 'blsec': 'bl'}
    """
    found = [*CODE.findall(text), *_LETTERS.findall(text)]
    return {_plain(code): _series(code) for code in found}


def codes_asked(question: str) -> dict[str, str]:
    """The same of a question, in which they are typed as comes: "bl-sec", "tv 52"."""
    return codes_in(_APART.sub(r"\1\2", question.upper()))


def are_siblings(one: Name, other: Name) -> bool:
    """Whether two names are of different products of one family.

    >>> are_siblings(("brook", "4", "pro"), ("brook", "4")), are_siblings(("brook", "4"), ("brook", "guide"))
    (True, False)
    """
    shared = _shared(one, other)
    apart = (*one[shared:][:1], *other[shared:][:1])
    if shared == 0 or not apart:
        return False
    if len(apart) == 1:  # a Heron and a Heron Lite are two products; but the Brook 4 is one of the Brooks
        return _is_qualifier(apart[0]) and apart[0] != FAMILY
    if FAMILY in apart:  # a Heron Family and a Heron Basic are two; but the Brook Family has the Brook 4
        return all(map(_is_qualifier, apart))
    return all(_is_qualifier(word) or any(sign.isdigit() for sign in word) for word in apart)


def _shared(one: Name, other: Name) -> int:
    """How many words two names begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _is_qualifier(word: str) -> bool:
    return word in QUALIFIERS or word in QUALIFIERS_IN_CAPITALS


def _adds(following: str) -> bool:
    """Whether a "plus" adds what stands behind it, as in "the Heron plus a spare key"."""
    return following in DETERMINERS or (bool(following) and says_something(following) and following not in PRICED)


def _sum(one: Counter[Any], other: Counter[Any]) -> Counter[Any]:
    """What `+` makes, without a look at each word of ``one``."""
    both = one.copy()
    both.update(other)
    return both


@cache
def _endless() -> frozenset[str]:
    return frozenset(stems(" ".join(ENDLESS)))


def _union(one: defaultdict[Any, set[Any]], other: defaultdict[Any, set[Any]]) -> defaultdict[Any, set[Any]]:
    """Both; a set to which nothing is added is the same: there are many, and a change is small."""
    return one | {key: one.get(key, set()) | each for key, each in other.items()}


def _forms(word: str) -> tuple[str, ...]:
    """A word as the guides may have it: "Savers" are of the Saver."""
    return (word.removesuffix("s"), word) if len(word) > SHORTEST_SINGULAR and word[-1] == "s" else (word,)


def _parts(words: Sequence[str]) -> Iterator[Name]:
    """The names of two words or more that stand in some words side by side."""
    for first in range(len(words) - 1):
        for end in range(first + 2, min(first + MOST_WORDS, len(words)) + 1):
            yield tuple(words[first:end])


def _bare(written: str) -> str:
    return written.removesuffix("'s").removesuffix("’s").casefold()


def _plain(code: str) -> str:
    return code.replace("-", "").casefold()


def _series(code: str) -> str:
    return re.split(r"-|\d", code, maxsplit=1)[0].casefold()

"""From a question to passages: candidates by vectors and by words, in one order, with what their sentences score."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date
from functools import cache, partial
from itertools import islice
from threading import Lock, Semaphore
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Integer, Select, bindparam, select

from knowledge.answers import Passage
from knowledge.closely import TokenByToken
from knowledge.editions import asks_what_was, days_asked
from knowledge.encoder import Bits, Encoder, Vectors
from knowledge.found import Found
from knowledge.index import LONGEST_EMBEDDED, NO_FILTERS, REVISION, SPAN, Index, reading
from knowledge.lexical import BM25_K1, asking, covered, keywords_of, stems
from knowledge.names import Name, Names
from knowledge.products import (
    asked_of,
    is_on,
    on_siblings,
    own_words,
    path_of,
    put_first,
    said_first,
    tabled_in,
    with_tabled,
    without_siblings,
)
from knowledge.proper_nouns import is_known, names_of, names_of_others, whole_names_of
from knowledge.ranking import Alike, Features, above_chance, fuse, likeness, read_again, token_likeness
from knowledge.sentences import Piece, units
from knowledge.spelling import in_full, respelled
from knowledge.superseded import begins_later, edition_shown, is_newer, missed_year, newest_first, without_dates
from knowledge.tables import Chunk, Guide
from knowledge.words import Filters, Words, folders_of

CANDIDATES = 50  # by each of the two ways; the right passage is among them for 94 questions in 100
PASSAGES = 10
READ_AGAIN = 20  # of these, token by token; those on a sibling of the product asked for go back
WORDS_ASKED = 8  # of a question; more say no more
FIRST = 3  # passages without which nothing can be said: one of them has just been changed, or has no vectors yet
COVERING = 5  # passages that are looked through for the question's words
AT_ONCE = 2  # questions looked up at the same time: more get in each other's way (with 4 a fourth fewer are answered)
LONGEST_QUESTION = 1_000  # characters; the model reads about as many
FOUND_KEPT = 500  # questions; many people ask the same ones

_TEXT = select(Guide.text).where(Guide.id == bindparam("guide_id"))

_NAME = re.compile(r"\b[^\W_][\w'’-]*")
_WORD = re.compile(r"\w")


class _Question(NamedTuple):
    """A question as the model read it."""

    words: Words
    typed: str
    asked: str  # without slips of the finger
    named: Sequence[tuple[Name, tuple[int, int]]]  # in it, by guides
    vector: Vectors | None = None  # None while there are no vectors to compare it with
    tokens: Bits | None = None
    besides: Vectors | None = None  # the vector without names; None where nothing is left, or nothing named
    everywhere: Sequence[tuple[int, int]] = ()  # where it has names that tell no guide from another


class _Ranked(NamedTuple):
    candidates: Sequence[int]
    bm25: Mapping[int, float]  # of those that have any of the words
    alike: Alike | None
    token_by_token: NDArray[np.float64] | None  # of the question and the first passages
    scores: Mapping[int, float]  # of the first, best first


class Retriever:
    def __init__(self, engine: Engine, index: Index, encoder: Encoder, today: Callable[[], date] = date.today) -> None:
        self._today = today
        self._reading = reading(engine)
        self._index = index
        self._encoder = encoder
        self._found: OrderedDict[tuple[str, Filters, date], Found] = OrderedDict()
        self._found_at = -1  # the revision that all of it stands at
        self._found_lock = Lock()
        self._looking = 0  # questions that are being looked up, or wait for that
        self._counting = Lock()
        self._turns = Semaphore(AT_ONCE)

    def retrieve(self, question: str, filters: Filters = NO_FILTERS) -> Found:
        """The passages that fit the question best, best first; none when the filters leave none at all.

        What was found before is found again as long as guides and index stand as they did, on the same day.
        """
        # Half of an emoji, cut off somewhere on its way here, is no text that the index could take.
        asked = " ".join(question[:LONGEST_QUESTION].encode("utf-8", "replace").decode("utf-8").split())
        today = self._today()
        key, revision = (asked, filters, today), self._index.words.revision
        is_whole = self._index.is_complete
        with self._found_lock:
            known_at, known = self._found_at, self._found.get(key)
        if known is not None and known_at == self._index.settled():
            found = known
        else:
            with self._counted() as looking, self._turns:
                found = self._find(self._read(asked, alone=looking == 1), filters, today)
        if is_whole and self._index.is_complete:  # before and after
            with self._found_lock:
                if revision != self._found_at:  # what was found before is of no use, and holds the words of its time
                    self._found.clear()
                    self._found_at = revision
                self._found[key] = found
                self._found.move_to_end(key)
                while len(self._found) > FOUND_KEPT:
                    self._found.popitem(last=False)
        return found

    @contextmanager
    def _counted(self) -> Iterator[int]:
        """How many questions are being looked up, this one included."""
        with self._counting:
            self._looking += 1
            looking = self._looking
        try:
            yield looking
        finally:
            with self._counting:
                self._looking -= 1

    def _read(self, typed: str, *, alone: bool) -> _Question:
        words = self._index.words
        typed = in_full(typed, words)
        if not self._index.is_dense:
            return _Question(words, typed, typed, words.names.spans_in(typed))
        asked = respelled(typed, words, self._encoder.is_word)
        named, everywhere = self._names_in(asked, words.names), self._everywhere_in(asked, words.names)
        named = [each for each in named if each[1] not in everywhere]
        everywhere = [span for span in everywhere if all(span[1] <= low or high <= span[0] for _, (low, high) in named)]
        spans = sorted([*everywhere, *(span for _, span in named)])
        besides = _without(asked, spans) if spans else ""
        texts = [asked] if asking().issuperset(stems(besides)) else [asked, besides]
        vectors, tokens = self._encoder.read(texts, alone=alone)
        unnamed = vectors[1] if len(texts) > 1 else None
        return _Question(words, typed, asked, named, vectors[0], tokens[0], unnamed, everywhere)

    def _everywhere_in(self, asked: str, names: Names) -> list[tuple[int, int]]:
        """The spans of names that tell no guide from another; "Store" or "Policy" says something all the same."""
        spans = names.everywhere_in(asked)
        return [span for span in spans if not self._encoder.is_word(asked[slice(*span)].casefold())]

    def _names_in(self, asked: str, names: Names) -> list[tuple[Name, tuple[int, int]]]:
        """The names in a question with their spans, less common words that only have a capital where a heading, a row
        or a sentence begins: "post" of "Post and returns". The cabin of a Cabin Oak is asked for like any other word.
        """
        typed = {name.casefold() for name in names_of(asked)}
        return [
            (name, (start + names.kind_of(name, asked[start:end]), end))
            for name, (start, end) in names.spans_in(asked)
            if names.is_product(name) or name[0] in typed or not self._encoder.is_word(name[0])
        ]

    def _find(self, question: _Question, filters: Filters, today: date) -> Found:
        words, typed, asked, named, *_ = question
        keywords = keywords_of(asked)
        bm25 = words.lexical.search(keywords, CANDIDATES, filters.facets)
        if not self._index.is_complete and not self._index.has_vectors(list(islice(bm25, FIRST))):
            question = question._replace(vector=None, tokens=None, besides=None)  # those that have some would win
        vector, tokens, besides = question.vector, question.tokens, question.besides
        is_changing = False
        near = self._index.nearest(vector, CANDIDATES, filters) if vector is not None else None
        found = [*dict.fromkeys([*(near or ()), *bm25])]
        if not found:
            return Found((), None, dense=vector is not None)
        if unscored := [each for each in found if each not in bm25]:
            bm25 |= words.lexical.score(keywords, unscored)
        wanted = {name for name, _ in named}
        ranked = self._ranked(found, bm25, vector, tokens)
        with self._reading.connect() as connection:
            passages, revision = _passages(connection, words, ranked.scores, READ_AGAIN if wanted else PASSAGES)
            if revision != words.revision:  # guides have changed, and SQL gives a number again
                there = _still_there(connection, words, found)
                is_changing = not set(islice(ranked.scores, FIRST)).issubset(there)
                ranked = self._ranked(there, bm25, vector, tokens)
                passages, _ = _passages(connection, words, ranked.scores, READ_AGAIN if wanted else PASSAGES)
            alike = ranked.alike
            if not passages:
                return Found((), None, alike is not None, is_changing=is_changing)
            rarity = {word: words.lexical.rarity(word) for word in keywords}
            days = days_asked(asked, today) or {today}
            day = min(days) if len(days) == 1 else None
            was = asks_what_was(asked)
            if was and (day is None or day >= today or not any(edition_shown(each).year for each in passages)):
                day = None
            told = without_dates(rarity) if was else rarity
            passages, about = _in_order(words, asked, keywords, wanted, told, passages, day)
            unnamed_tokens = self._tokens_besides(question) if alike else ()
            first = passages[:COVERING] if wanted else ()
            is_headed = bool(wanted) and any(is_on(words.names, wanted, each) for each in passages)
            apart = {each.chunk_id: on_siblings(words.names, wanted, each, is_headed=is_headed) for each in first}
            rest = besides if question.everywhere and not named and alike else None
            of_rest = self._index.alike(rest, ranked.candidates) if rest is not None else None
            features = _features(connection, question, passages, rarity, apart, ranked, unnamed_tokens, about, of_rest)
        places = {each: place for place, each in enumerate(ranked.candidates)}
        own = {each.chunk_id: alike.units_of(places[each.chunk_id]) for each in passages} if alike else {}
        chunk_ids = list(own)
        again = self._index.alike(besides, chunk_ids) if alike and besides is not None else None
        unnamed = {each: again.units_of(place) for place, each in enumerate(chunk_ids)} if again else {}
        unnamed = {each: cosines for each, cosines in unnamed.items() if len(cosines) == len(own[each])}
        strangers, unfamiliar = words.names.strangers_in(asked, words.lexical.says)
        strangers = [
            each
            for each in strangers
            if not _stands_in_a_table(words, each, ranked.candidates, passages)
            and not _begins_what_follows(asked, each, passages)
        ]
        unknown = tuple(dict.fromkeys([*strangers, *words.names.beyond_in(asked, words.lexical.says)]))
        unfamiliar = unfamiliar or names_of_others(asked, words.names)
        as_read = asked if asked != typed else None
        return Found(
            passages=tuple(passages),
            features=features,
            dense=alike is not None,
            unknown=unknown,
            unfamiliar=() if unknown else tuple(unfamiliar),
            missed=missed_year(words, asked, passages, today),
            begins=begins_later(words, passages[0], day) if was else None,
            alike=own,
            alike_besides=unnamed,
            rarity=rarity,
            wanted=frozenset(wanted),
            is_headed=is_headed,
            names=words.names,
            is_changing=is_changing,
            taken_as=as_read,
            asked=asked,
            day=day,
            apart=apart,
            tokens_in=partial(self._tokens_in, tokens[unnamed_tokens or slice(None)] if tokens is not None else None),
        )

    def _tokens_besides(self, question: _Question) -> list[int]:
        """The tokens of a question that are not part of a name; none where nothing is asked besides."""
        if question.besides is None or question.tokens is None:
            return []
        spans = self._encoder.token_spans(question.asked)
        names = [*question.everywhere, *(span for _, span in question.named)]
        if len(spans) != len(question.tokens):  # of a model that puts something in front
            return []
        return [n for n, (start, end) in enumerate(spans) if all(end <= low or high <= start for low, high in names)]

    def _tokens_in(self, asked: Bits | None, passage: Passage) -> TokenByToken | None:
        """The tokens of a question beside those of a passage; None where these are not known."""
        if asked is None or not len(asked):
            return None
        tokens, _ = self._index.tokens([passage.chunk_id])
        starts = [
            low + start
            for low, high in units(passage.text)
            for start, _ in self._encoder.token_spans(passage.text[low:high][:LONGEST_EMBEDDED])
        ]
        titles = len(tokens) - len(starts)
        if not starts or titles < 0:  # the chunk is another by now
            return None
        own = np.ones(len(starts), np.intp)
        return TokenByToken(token_likeness(asked, tokens[titles:], own), np.array(starts))

    def _ranked(
        self, candidates: Sequence[int], bm25: Mapping[int, float], vector: Vectors | None, tokens: Bits | None
    ) -> _Ranked:
        """The candidates in order, by words and, where the question has vectors, by these."""
        bm25 = {each: bm25[each] for each in candidates if each in bm25}
        alike = self._index.alike(vector, candidates) if vector is not None else None
        scores = dict(islice(fuse(alike, bm25, candidates).items(), READ_AGAIN))
        if not alike or tokens is None:
            return _Ranked(candidates, bm25, alike, None, scores)
        token_by_token = token_likeness(tokens, *self._index.tokens(list(scores)))
        return _Ranked(candidates, bm25, alike, token_by_token, read_again(scores, likeness(token_by_token)))


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text without some parts of it, which are in order."""
    starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    return " ".join("".join(text[start:end] for start, end in zip(starts, ends, strict=True)).split())


@cache
def _rows(count: int) -> Select[Any]:
    """So many chunks with their guides, made once; a list of any length takes as long to be put in as to be read."""
    columns = (
        Chunk.id,
        Chunk.guide_id,
        Guide.key,
        Guide.title,
        Guide.owner,
        Guide.reviewed,
        Guide.url,
        Chunk.headings,
        Chunk.start,
        Chunk.end,
        SPAN,
        REVISION.scalar_subquery(),
    )
    return select(*columns).join(Guide).where(Chunk.id.in_([bindparam(str(n), type_=Integer) for n in range(count)]))


def _stands_in_a_table(words: Words, name: str, chunk_ids: Sequence[int], passages: Sequence[Passage]) -> bool:
    """Whether "Error 28" is a row of a table of errors: a chunk has both words, and no sentence has such a name. A word
    has a cell of its own there: "Mini" is no row where a "Heron Mini" is one.
    """
    parts = dict.fromkeys(stems(name), 1.0)
    first, *_, last = name.split() * 2
    if words.names.is_in_sentences(first) or words.lexical.most(parts, chunk_ids) < len(parts):
        return False
    cell = re.compile(rf"(?:^|\|)[\s*_#]*{re.escape(last)}[\s*_]*(?:$|\|)", re.IGNORECASE | re.MULTILINE)
    on_first = (each for each in passages if first.casefold() in f"{path_of(each)}\n{each.text}".casefold())
    return not last.isalpha() or any(cell.search(each.text) for each in on_first)


def _begins_what_follows(question: str, name: str, passages: Sequence[Passage]) -> bool:
    """Whether the end of what looks like a name begins what is asked of it: "Heron max weight", where a table has a
    column "Max. weight".
    """
    last, following = name.split()[-1], _NAME.search(question, question.find(name) + len(name))
    if not last.isalpha() or following is None:
        return False
    pair = rf"(?:^|[|(:,;])[\s*_]*{last}\W{{1,2}}{re.escape(following[0])}\b"
    begins = re.compile(pair, re.IGNORECASE | re.MULTILINE)
    return any(begins.search(each.text) for each in passages)


def _still_there(connection: Connection, words: Words, chunk_ids: Sequence[int]) -> Sequence[int]:
    """The chunks that are rows now, as the words know them."""
    hashes = dict(connection.execute(select(Chunk.id, Chunk.hash).where(Chunk.id.in_(chunk_ids))).all())
    return [each for each in chunk_ids if each in hashes and hashes[each] == words.hashes.get(each)]


def _passages(
    connection: Connection, words: Words, scores: Mapping[int, float], most: int
) -> tuple[list[Passage], int | None]:
    """The rows of the best chunks, and the revision that they are of; None when none is there any more."""
    best = dict(islice(scores.items(), most))
    read: Any = connection.execute(_rows(len(best)), {str(n): each for n, each in enumerate(best)})
    rows = {row[0]: row for row in read.all()}
    found = [
        # Fields in their order.
        Passage(
            *(
                *row[:3],
                words.shown_title(row[3], row[2]),
                *row[4:7],
                tuple(row[7]),
                *row[8:-1],
                score,
                words.dated(row[1]),
            )
        )
        for each, score in best.items()
        if (row := rows.get(each))
    ]
    return found, next((row[-1] or 0 for row in rows.values()), None)


def _features(
    connection: Connection,
    question: _Question,
    passages: Sequence[Passage],
    rarity: Mapping[str, float],
    apart: Mapping[int, Set[Piece]],
    ranked: _Ranked,
    unnamed_tokens: Sequence[int],
    about: Passage | None,
    of_rest: Alike | None,
) -> Features:
    """What the decision stands on.

    Args:
        unnamed_tokens: of the question, those outside names. All that is said of a product has its name, so the lower
            of the likeness over all tokens and over these counts.
        about: the passage in whose guide the names should stand, where it is not the first.
        of_rest: the cosines of the question without a name that stands everywhere, such as the company's; it makes
            anything alike, so that the lower count here, too, and it is no word that is asked for.
    """
    words, asked = question.words, question.asked
    names, alikes, chunks = names_of(asked), [each for each in (ranked.alike, of_rest) if each], len(words.keys)
    told = stems(" ".join(asked[slice(*span)] for span in question.everywhere)) if of_rest else ()
    words_covered = _most_covered(words, _besides_price(question, rarity, passages[0]), apart, passages[:COVERING])
    tokens, by_tokens = ranked.token_by_token, None
    if tokens is not None:
        by_tokens = np.minimum(likeness(tokens), likeness(tokens[unnamed_tokens or slice(None)]))
    best_tokens = _best(by_tokens, chunks)
    on_product = bool(unnamed_tokens and question.named) and about is None
    return Features(
        best_unit=min((_best(each.bests, chunks) for each in alikes), default=0.0),
        best_passage=min((_best(each.wholes, chunks) for each in alikes), default=0.0),
        best_tokens=best_tokens,
        words_matched=_matched(ranked.bm25, rarity),
        words_covered=words_covered,
        words_asked=min(len(rarity.keys() - set(told)), WORDS_ASKED) / WORDS_ASKED,
        names_elsewhere=_share_elsewhere(connection, whole_names_of(asked), about or passages[0]),
        names_absent=sum(not is_known(name.casefold(), words.names) for name in names) / len(names) if names else 0.0,
        on_product=float(on_product),
        best_tokens_on_product=on_product * best_tokens,
        words_covered_on_product=on_product * words_covered,
    )


def _besides_price(question: _Question, rarity: Mapping[str, float], first: Passage) -> Mapping[str, float]:
    """The question's words without those for the price, where the first passage has the product's: in the row of what
    a lamp "costs" stands no such word.
    """
    wanted = {name for name, _ in question.named}
    price = asked_of(wanted, question.asked, rarity.keys())
    if not (wanted and price.is_price and tabled_in(question.words.names, wanted, price, first)):
        return rarity
    return {word: weight for word, weight in rarity.items() if word not in price.words}


def _share_elsewhere(connection: Connection, names: Sequence[str], first: Passage) -> float:
    """The share of the question's names that the guide of the first passage never says."""
    if not names:
        return 0.0
    text = connection.scalar(_TEXT, {"guide_id": first.guide_id}) or ""
    said = " ".join("\n".join((first.title, *folders_of(first.guide_key), text)).casefold().split())
    return sum(name.casefold().removesuffix("s") not in said for name in names) / len(names)


def _in_order(
    words: Words,
    asked: str,
    keywords: Sequence[str],
    wanted: set[Name],
    rarity: Mapping[str, float],
    passages: Sequence[Passage],
    day: date | None,
) -> tuple[list[Passage], Passage | None]:
    """The passages, best first; and what was found first on the product asked for, where one on all comes before it."""
    names = words.names
    if wanted:
        passages = without_siblings(names, wanted, passages)
    found_first = passages[0]
    if tabled := with_tabled(names, wanted, asked, keywords, passages):
        newest = tabled[0]
        for each in tabled:
            newest = each if is_newer(each, newest, day) else newest
        passages = put_first(newest, passages)
    elif wanted:
        passages = said_first(words, wanted, rarity, passages)
    passages = passages[:PASSAGES]
    is_on_all = bool(wanted) and passages[0].chunk_id != found_first.chunk_id and not is_on(names, wanted, passages[0])
    return newest_first(names, rarity, passages, day), found_first if is_on_all else None


def _best(cosines: NDArray[Any] | None, chunks: int) -> float:
    """The highest of those that are known, above chance; 0 without any."""
    best = np.nan if cosines is None else float(np.fmax.reduce(cosines))  # NaN where all are
    return 0.0 if np.isnan(best) else above_chance(best, chunks)


def _matched(bm25: Mapping[int, float], rarity: Mapping[str, float]) -> float:
    most = (1 + BM25_K1) * sum(rarity.values())  # what a chunk nears that has every word many times
    return min(1.0, max(bm25.values(), default=0.0) / most) if most else 0.0


def _most_covered(
    words: Words, rarity: Mapping[str, float], apart: Mapping[int, Set[Piece]], passages: Sequence[Passage]
) -> float:
    """The highest share of the question's words in one passage, without what it says of a sibling of what is asked."""
    if not (every := sum(rarity.values())):
        return 0.0
    some = [covered(rarity, own_words(each, own)) for each in passages if (own := apart.get(each.chunk_id))]
    whole = [each.chunk_id for each in passages if not apart.get(each.chunk_id)]
    return min(1.0, max([*some, words.lexical.most(rarity, whole) / every]))

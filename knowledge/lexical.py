"""Search by the words of the guides: stemmed English."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

if TYPE_CHECKING:
    import tantivy

BM25_K1 = 1.2  # tantivy's own
WORDS_KEPT = 10_000  # of those that were looked up: questions share most of them

# Words of a question that say nothing about what it asks for.
ASKING = (
    "a about am an and any anyone are be been being but can could did do does doing for from get got had has have "
    "he her his how i if in into is it its just may me might must my of on or our out please shall she should so "
    "some tell than that the their them there they this to up us very was we were what when where which who whom "
    "whose why will with would you your "
    "t s d ll m re ve don didn doesn isn aren wasn weren couldn wouldn shouldn hasn haven hadn mustn"  # of "don't"
)

_HOW = re.compile(r"\bhow (long|much|many|often|far|soon)\b", re.IGNORECASE)

# Where a word may be broken, or may not, which nobody types.
_BREAKS = dict.fromkeys(map(ord, "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}"))


def as_typed(text: str) -> str:
    """A text without signs that nobody sees within words, and each letter in one piece with its accent.

    >>> as_typed("war\\u00adranty"), len(as_typed("Cafe\\u0301"))
    ('warranty', 4)
    """
    return normalize("NFC", text.translate(_BREAKS))


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for each in (
        Filter.remove_long(60),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.stemmer("english"),
    ):
        builder = builder.filter(each)
    return builder.build()


def stems(text: str) -> list[str]:
    """The stems of a text in order, stop words left out.

    >>> stems("How do I restart the routers?")
    ['how', 'do', 'i', 'restart', 'router']
    """
    return _analyzer().analyze(text)


@lru_cache(WORDS_KEPT)
def says_something(word: str) -> bool:
    """Whether a word does more than ask."""
    return not asking().issuperset(stems(word))


@cache
def asking() -> frozenset[str]:
    """The stems of the words that only ask."""
    return frozenset(stems(ASKING))


def keywords_of(question: str) -> list[str]:
    """The stems that the question is about, without the "long" of "how long"; all of them when it has no others.

    >>> keywords_of("How long can I return the Heron?")
    ['return', 'heron']
    """
    every = list(dict.fromkeys(stems(question)))
    told = [word for word in every if word not in asking()]
    if _HOW.search(question):
        besides = set(stems(_HOW.sub("", question)))
        told = [word for word in told if word in besides] or told
    return told or every


def covered(rarity: Mapping[str, float], among: set[str]) -> float:
    """The share of the words that are among others, rare words counting for more."""
    every = sum(rarity.values())
    return sum(weight for word, weight in rarity.items() if word in among) / every if every else 0.0


def _index(folder: Path | None) -> tantivy.Index:
    import tantivy

    builder = tantivy.SchemaBuilder().add_integer_field("chunk", indexed=True, fast=True)
    builder = builder.add_integer_field("guide", indexed=True)
    builder = builder.add_text_field("text", tokenizer_name="guides", index_option="freq")
    builder = builder.add_text_field("facets", tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(builder.build(), str(folder) if folder else None)
    index.config_reader("manual", 1)
    index.register_tokenizer("guides", _analyzer())
    return index


class Entry(NamedTuple):
    """A chunk as it is found by words: title, folders, headings and body in one.

    In fields of their own, titles outweigh everything (.06 less for the right passage among the first five).
    """

    chunk_id: int
    guide_id: int
    text: str
    facets: Collection[str]


class Lexical:
    """The words of the guides as they stood at one moment; a change makes another one over the same index.

    Args:
        folder: where the index is kept, there or to be made; None keeps it in memory.
    """

    def __init__(self, folder: Path | None = None, *, index: tantivy.Index | None = None) -> None:
        self._index = index or _index(folder)
        self._searcher = self._index.searcher()
        self.size: int = self._searcher.num_docs
        self._frequencies: dict[str, int] = {}

    def changed(self, gone: Iterable[int], entries: Iterable[Entry], *, anew: bool = False) -> Lexical:
        """Without the chunks of the guides that are gone, with those of the entries; ``anew``: with only those."""
        import tantivy

        # One thread, and where it fits one segment, so that a run finds what the one before found.
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        if anew:
            writer.delete_all_documents()
        for guide_id in gone:
            writer.delete_documents_by_term("guide", guide_id)
        for entry in entries:
            document = tantivy.Document()
            document.add_integer("chunk", entry.chunk_id)
            document.add_integer("guide", entry.guide_id)
            document.add_text("text", entry.text)
            for facet in entry.facets:
                document.add_text("facets", facet)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        return Lexical(index=self._index)

    def search(self, words: Sequence[str], limit: int, facets: Collection[str] = ()) -> dict[int, float]:
        """The ``limit`` chunks with the highest BM25 among those that have all ``facets``, and it."""
        from tantivy import Occur, Query

        query = self._any_of(words)
        only = [Query.const_score_query(Query.term_query(self._index.schema, "facets", each), 0.0) for each in facets]
        if only:
            query = Query.boolean_query([(Occur.Must, query), *((Occur.Must, each) for each in only)])
        return self._scores(query, limit)

    def score(self, words: Sequence[str], chunk_ids: Sequence[int]) -> dict[int, float]:
        """BM25 of the chunks named; those without any of the words are left out."""
        return self._scores(self._among(chunk_ids, self._any_of(words)), max(1, len(chunk_ids)))

    def weigh(self, weights: Mapping[str, float], chunk_ids: Sequence[int]) -> dict[int, float]:
        """The sum of the weights of the words in each of the chunks named; those without any are left out."""
        from tantivy import Occur, Query

        words = [(Occur.Should, Query.const_score_query(self._word(word), weight)) for word, weight in weights.items()]
        return self._scores(self._among(chunk_ids, Query.boolean_query(words)), max(1, len(chunk_ids)))

    def most(self, weights: Mapping[str, float], chunk_ids: Sequence[int]) -> float:
        """The highest sum of the weights of the words that stand in one of the chunks named."""
        return max(self.weigh(weights, chunk_ids).values(), default=0.0)

    def says(self, word: str) -> bool:
        """Whether a word, as it is typed, is in any chunk, in whatever form."""
        return any(self.frequency(stem) for stem in stems(word))

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a stem over all chunks; highest where none has it."""
        frequency = self.frequency(word)
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def frequency(self, word: str) -> int:
        """In how many chunks a stem stands."""
        if (known := self._frequencies.get(word)) is not None:
            return known
        frequency = min(self.size, int(self._searcher.doc_freq("text", word)))  # it counts what is gone until tidied
        if len(self._frequencies) < WORDS_KEPT:
            self._frequencies[word] = frequency
        return frequency

    def _any_of(self, words: Sequence[str]) -> tantivy.Query:
        from tantivy import Occur, Query

        return Query.boolean_query([(Occur.Should, self._word(word)) for word in dict.fromkeys(words)])

    def _word(self, word: str) -> tantivy.Query:
        import tantivy

        return tantivy.Query.term_query(self._index.schema, "text", word, index_option="freq")

    def _among(self, chunk_ids: Sequence[int], query: tantivy.Query) -> tantivy.Query:
        """Only the chunks named."""
        from tantivy import Occur, Query

        # Not as a set of terms: for that, tantivy walks through all the chunks there are.
        each = [(Occur.Should, Query.term_query(self._index.schema, "chunk", chunk_id)) for chunk_id in chunk_ids]
        only = Query.const_score_query(Query.boolean_query(each), 0.0)
        return Query.boolean_query([(Occur.Must, only), (Occur.Must, query)])

    def _scores(self, query: tantivy.Query, limit: int) -> dict[int, float]:
        if self.size == 0:
            return {}
        hits = self._searcher.search(query, limit=limit, count=False).hits
        chunk_ids = self._searcher.fast_field_values("chunk", [address for _, address in hits])
        return {int(chunk_id): float(score) for chunk_id, (score, _) in zip(chunk_ids, hits, strict=True)}  # type: ignore[arg-type]

"""The words of the guides: stemmed English, in memory, made anew from the rows whenever they change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

BM25_K1 = 1.2  # tantivy's own

# Words of a question that say nothing about what it asks for.
ASKING = (
    "a about am an and any anyone are be been being but can could did do does doing for from get got had has have "
    "he her his how i if in into is it its just may me might must my of on or our out please shall she should so "
    "some tell than that the their them there they this to up us very was we were what when where which who whom "
    "whose why will with would you your"
)


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


@cache
def asking() -> frozenset[str]:
    """The stems of the words that only ask."""
    return frozenset(stems(ASKING))


class Lexical:
    """An index of words that never changes: the next revision gets a new one.

    Args:
        entries: chunk ids with the text that they are found by: title, headings and body in one. In fields of
            their own, titles outweigh everything (.06 less for the right passage among the first five).
    """

    def __init__(self, entries: Iterable[tuple[int, str]]) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder().add_integer_field("chunk", indexed=True, fast=True)
        builder = builder.add_text_field("text", tokenizer_name="guides", index_option="freq")
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        index.register_tokenizer("guides", _analyzer())
        # One thread and one segment: BM25 then weighs each word over all guides alike, in every run.
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for chunk_id, text in entries:
            document = tantivy.Document()
            document.add_integer("chunk", chunk_id)
            document.add_text("text", text)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()
        self.size: int = self._searcher.num_docs

    def search(self, words: Sequence[str], limit: int) -> dict[int, float]:
        """The ``limit`` chunks with the highest BM25, and it."""
        return self._scores(self._any_of(words), limit)

    def score(self, words: Sequence[str], chunk_ids: Sequence[int]) -> dict[int, float]:
        """BM25 of the chunks named; those without any of the words are left out."""
        from tantivy import Occur, Query

        only = Query.const_score_query(Query.term_set_query(self._schema, "chunk", list(chunk_ids)), 0.0)
        return self._scores(
            Query.boolean_query([(Occur.Must, only), (Occur.Must, self._any_of(words))]), max(1, len(chunk_ids))
        )

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a stem over all chunks; highest where none has it."""
        return math.log(1 + (self.size - self.frequency(word) + 0.5) / (self.frequency(word) + 0.5))

    def frequency(self, word: str) -> int:
        """In how many chunks a stem stands."""
        return int(self._searcher.doc_freq("text", word))

    def _any_of(self, words: Sequence[str]) -> tantivy.Query:
        from tantivy import Occur, Query

        return Query.boolean_query(
            [
                (Occur.Should, Query.term_query(self._schema, "text", word, index_option="freq"))
                for word in dict.fromkeys(words)
            ]
        )

    def _scores(self, query: tantivy.Query, limit: int) -> dict[int, float]:
        if self.size == 0:
            return {}
        hits = self._searcher.search(query, limit=limit, count=False).hits
        chunk_ids = self._searcher.fast_field_values("chunk", [address for _, address in hits])
        return {int(chunk_id): float(score) for chunk_id, (score, _) in zip(chunk_ids, hits, strict=True)}  # type: ignore[arg-type]

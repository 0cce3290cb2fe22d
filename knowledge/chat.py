"""An answer in a chat model's words, kept to what its cited passages say; anything else, and the guides are quoted."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from knowledge.answering import Evidence, Extractive, Written, cite
from knowledge.answers import Outcome, Sentence, Show
from knowledge.chat_model import ChatModel, Unusable, parsed
from knowledge.encoder import Encoder, Vectors
from knowledge.instructions import without_instructions
from knowledge.lexical import asking, stems
from knowledge.names import UNITS, word_set
from knowledge.retriever import names_of
from prompts import fill, inside

MOST_SENTENCES = 6
SUPPORTED_COSINE = 0.5  # of a sentence to the closest one in its passages
SUPPORTED_WORDS = 0.6  # of a sentence's words, how many stand in its passages
SHARED_WORDS = 0.25  # what all of a sentence's words count for beside its cosine, in choosing the closest one
ENOUGH_LEFT = 0.5  # of the sentences; with less, what the model meant can't be told any more

QUOTED_INSTEAD = "so the guides are quoted as they stand."

_NUMBER = re.compile(r"([£€$]?)\s?(\d+(?:[.,:/]\d+)*)(?:\s?(%))?((?:[\s-]+[^\W\d_]+){0,2})")
_DIGITS = re.compile(r"[£€$]?\d[\d.,:/]*%?")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|unless|except|excluded|unable|forbidden|prohibited)"
    r"\b|n['’]t\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\w+://|www\.|<[@!#]|\]\(|\b[\w.+-]+@[\w-]+\.\w|"
    r"\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|xyz|co|io|ai|app|dev|me|tv|uk|de|nl|eu|us|ru|cn|example)\b",
    re.IGNORECASE,
)
# Words that turn a rule round, against those that they turn round.
_OPPOSITES = tuple(
    (word_set(one), word_set(other))
    for one, other in (
        ("before until till", "after from since once"),
        ("more over above least minimum exceeding longer higher", "less fewer under below most maximum shorter lower"),
        ("with including included includes", "excluding excluded except"),
        ("first", "last"),
        ("start starts begin begins", "end ends stop stops"),
        ("can may allowed", "must cannot"),
    )
)
# Words that promise more than most rules do: they have to stand in the passage themselves.
_PROMISES = word_set(
    "free always only every everyone anyone guaranteed unlimited immediately automatically forever refundable"
)


class DraftSentence(BaseModel):
    text: str = Field(min_length=1, max_length=600)
    passages: list[int] = Field(min_length=1)  # counted from 1, as the prompt shows them


class Draft(BaseModel):
    sentences: list[DraftSentence] = Field(max_length=MOST_SENTENCES)


@dataclass(frozen=True)
class Source:
    """What a passage says to people: all of it, and sentence by sentence with the vectors of those."""

    said: str
    sentences: tuple[str, ...]
    vectors: Vectors | None


class ChatWriter:
    """Lets a chat model write; each sentence is shown only if its passages support it."""

    def __init__(self, model: ChatModel, encoder: Encoder) -> None:
        self._model = model
        self._encoder = encoder
        self._otherwise = Extractive()

    def write(
        self, question: str, evidence: Evidence, show: Show | None = None, began: float | None = None
    ) -> Written:
        """The model's answer; each sentence is shown as soon as it is whole and supported."""
        kept: list[DraftSentence] = []
        order: list[int] = []  # of the passages, as they are cited
        said, sources = 0, dict[int, Source]()
        try:
            deadline = (time.monotonic() if began is None else began) + self._model.patience_s
            for sentence in self._sentences(question, evidence, deadline):
                said += 1
                if not self._is_supported(sentence, evidence, sources):
                    continue
                kept.append(sentence)
                order += [number for number in dict.fromkeys(sentence.passages) if number not in order]
                if show is not None:
                    show(_kept(sentence, order))
            if said and len(kept) < max(1, ENOUGH_LEFT * said):
                raise Unusable("wrote what the passages don't say")
        except Unusable as failure:
            quoted = self._otherwise.write(question, evidence)
            return Written(quoted.citations, notes=(f"The chat model {failure}, {QUOTED_INSTEAD}",))
        if not kept:
            quoted = self._otherwise.write(question, evidence)
            note = f"The chat model found no full answer in these passages, {QUOTED_INSTEAD}"
            return Written(quoted.citations, notes=(note,), outcome=Outcome.PARTLY)
        return Written(
            tuple(cite(number - 1, evidence) for number in order), tuple(_kept(each, order) for each in kept)
        )

    def _sentences(self, question: str, evidence: Evidence, deadline: float) -> Iterator[DraftSentence]:
        """The sentences of the model's reply as they come. Raises Unusable, for a reply that can't be read too."""
        reply, told = "", 0
        for part in self._model.ask(_prompt(question, evidence), Draft, deadline):
            reply += part
            if "}" not in part:
                continue
            whole = _whole_sentences(reply)
            yield from whole[told:MOST_SENTENCES]
            told = max(told, len(whole))
        yield from parsed(reply, Draft).sentences[told:]

    def _is_supported(self, sentence: DraftSentence, evidence: Evidence, read: dict[int, Source]) -> bool:
        """Whether the cited passages were retrieved, hold each number and name of the sentence, and mean the same."""
        if not all(1 <= number <= len(evidence.sources) for number in sentence.passages):
            return False
        text = sentence.text
        cited = list(dict.fromkeys(sentence.passages))
        read |= {number: self._source(number - 1, evidence) for number in cited if number not in read}
        sources = [read[number] for number in cited]
        said = "\n".join(source.said for source in sources)
        amounts = _amounts(text)
        if _LINK.search(text) or not amounts <= _amounts(said):
            return False
        if not all(name.casefold() in said.casefold() for name in names_of(text)):
            return False
        words, there = set(stems(text)), set(stems(said))
        if len(words & there) < SUPPORTED_WORDS * len(words) or not _PROMISES & _words(text) <= _words(said):
            return False
        return self._means_the_same(text, amounts, sources)

    def _means_the_same(self, text: str, amounts: set[tuple[str, str]], sources: Sequence[Source]) -> bool:
        """Whether the closest sentence of the passages is close, has what figures there are, and turns nothing round.

        Figures are left out of the comparison: with them, the row that holds the figure would look closest, whatever
        it is the figure of.
        """
        sentences = [sentence for source in sources for sentence in source.sentences]
        if not sentences:
            return False
        own = set(stems(_DIGITS.sub(" ", text))) - asking()
        shared = [len(own & set(stems(sentence))) / max(1, len(own)) for sentence in sentences]
        vectors = [source.vectors for source in sources if source.vectors is not None]
        if vectors:
            mine = self._encoder.encode([_DIGITS.sub(" ", text)])[0]
            alike = [float(cosine) for each in vectors for cosine in each @ mine]
        else:
            alike = shared
        closest = max(range(len(sentences)), key=lambda at: alike[at] + SHARED_WORDS * shared[at])
        there = sentences[closest]
        has_figure = not amounts or bool(amounts & _amounts(there))
        same_sense = bool(_NEGATION.search(text)) == bool(_NEGATION.search(there))
        return alike[closest] >= SUPPORTED_COSINE and has_figure and same_sense and not _turned_round(text, there)

    def _source(self, number: int, evidence: Evidence) -> Source:
        """The passage without what speaks to an assistant: a model that obeyed it must find no support there."""
        passage = evidence.sources[number].passage
        every = (passage.text[piece.start : piece.end] for piece in evidence.closely(number).pieces)
        sentences = tuple(kept for each in every if re.search(r"\w", kept := without_instructions(each)[0]))
        bare = [_DIGITS.sub(" ", sentence) for sentence in sentences]
        return Source(
            without_instructions("\n".join((passage.title, *passage.headings, passage.text)))[0],
            sentences,
            self._encoder.encode(bare) if evidence.found.dense and bare else None,
        )


def _kept(sentence: DraftSentence, order: Sequence[int]) -> Sentence:
    cited = sorted(order.index(number) for number in set(sentence.passages))
    return Sentence(" ".join(sentence.text.split()), tuple(cited))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def _turned_round(text: str, there: str) -> bool:
    """Whether a sentence says "after" where the guide says "before", or the like.

    >>> _turned_round("It is free after 16:00.", "It is free until 16:00.")
    True
    """
    said, stands = _words(text), _words(there)
    here_only, there_only = said - stands, stands - said
    return any(here_only & one and there_only & other for pair in _OPPOSITES for one, other in (pair, pair[::-1]))


def _amounts(text: str) -> set[tuple[str, str]]:
    """Every number, and every number with its unit: another unit is another amount.

    >>> sorted(_amounts("£5 within 10 working days"))
    [('10', ''), ('10', 'day'), ('5', ''), ('5', '£')]
    """
    found = set()
    for currency, number, percent, after in _NUMBER.findall(text):
        found.add((number, ""))
        found.update((number, sign) for sign in (currency, percent) if sign)
        unit = next((word for word in after.casefold().replace("-", " ").split() if word in UNITS), None)
        if unit:
            found.add((number, unit.removesuffix("s") or unit))
    return found


def _prompt(question: str, evidence: Evidence) -> str:
    passages = "\n\n".join(
        f"<<< {number}: {_given(source.passage.title)}\n{_given(source.passage.text)}\n>>>"
        for number, source in enumerate(evidence.sources, 1)
    )
    return fill("answer", question=inside(question), passages=passages)


def _given(text: str) -> str:
    return inside(without_instructions(text)[0])


def _whole_sentences(reply: str) -> list[DraftSentence]:
    """The sentences of a reply that is still being written, as far as they are finished.

    >>> [each.text for each in _whole_sentences('{"sentences": [{"text": "Yes.", "passages": [1]}, {"text": "But')]
    ['Yes.']
    """
    begin = re.search(r'"sentences"\s*:\s*\[', reply)
    found: list[DraftSentence] = []
    at = begin.end() if begin else len(reply)
    while at < len(reply):
        if reply[at] != "{":
            if not (reply[at].isspace() or reply[at] == ","):
                break
            at += 1
            continue
        try:
            sentence, at = json.JSONDecoder().raw_decode(reply, at)
            found.append(DraftSentence.model_validate(sentence))
        except (ValueError, RecursionError):
            break
    return found

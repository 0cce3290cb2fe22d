"""An answer in a chat model's words, kept to what its cited passages say; anything else, and the guides are quoted."""

from __future__ import annotations

import json
import re

from pydantic import BaseModel, Field, ValidationError

from knowledge.answering import Evidence, Extractive, Written, cite
from knowledge.answers import Outcome, Sentence
from knowledge.chat_model import ChatModel, Unusable
from knowledge.encoder import Encoder
from knowledge.lexical import stems
from knowledge.names import UNITS
from knowledge.retriever import names_of
from prompts import fill, inside

MOST_SENTENCES = 6
SUPPORTED_COSINE = 0.5  # of a sentence to the closest one in its passages
SUPPORTED_WORDS = 0.6  # of a sentence's words, how many stand in its passages
ENOUGH_LEFT = 0.5  # of the sentences; with less, what the model meant can't be told any more

QUOTED_INSTEAD = "so the guides are quoted as they stand."

_NUMBER = re.compile(r"([£€$]?)\s?(\d+(?:[.,:/]\d+)*)(?:\s?(%))?((?:[\s-]+[^\W\d_]+){0,2})")
_NEGATION = re.compile(r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_LINK = re.compile(r"\w+://|www\.|<[@!#]|\]\(")


class DraftSentence(BaseModel):
    text: str = Field(min_length=1, max_length=600)
    passages: list[int] = Field(min_length=1)  # counted from 1, as the prompt shows them


class Draft(BaseModel):
    sentences: list[DraftSentence] = Field(max_length=MOST_SENTENCES)


class ChatWriter:
    """Lets a chat model write; each sentence is shown only if its passages support it."""

    def __init__(self, model: ChatModel, encoder: Encoder) -> None:
        self._model = model
        self._encoder = encoder
        self._otherwise = Extractive()

    def write(self, question: str, evidence: Evidence) -> Written:
        try:
            draft = _parse("".join(self._model.ask(_prompt(question, evidence), Draft, self._model.patience_s)))
            kept = [each for each in draft.sentences if self._is_supported(each, evidence)]
            if draft.sentences and len(kept) < max(1, ENOUGH_LEFT * len(draft.sentences)):
                raise Unusable("wrote what the passages don't say")
        except Unusable as failure:
            quoted = self._otherwise.write(question, evidence)
            return Written(quoted.citations, notes=(f"The chat model {failure}, {QUOTED_INSTEAD}",))
        if not kept:
            quoted = self._otherwise.write(question, evidence)
            note = f"The chat model found no full answer in these passages, {QUOTED_INSTEAD}"
            return Written(quoted.citations, notes=(note,), outcome=Outcome.PARTLY)
        used = sorted({number - 1 for each in kept for number in each.passages})
        return Written(
            tuple(cite(number, evidence) for number in used),
            tuple(
                Sentence(" ".join(each.text.split()), tuple(sorted({used.index(n - 1) for n in each.passages})))
                for each in kept
            ),
        )

    def _is_supported(self, sentence: DraftSentence, evidence: Evidence) -> bool:
        """Whether the cited passages were retrieved, hold each number and name of the sentence, and mean the same."""
        if not all(1 <= number <= len(evidence.sources) for number in sentence.passages):
            return False
        cited = [number - 1 for number in sentence.passages]
        passages = [evidence.sources[number].passage for number in cited]
        said = "\n".join(f"{each.title}\n{' '.join(each.headings)}\n{each.text}" for each in passages)
        if _LINK.search(sentence.text) or not _amounts(sentence.text) <= _amounts(said):
            return False
        if not all(name.casefold() in said.casefold() for name in names_of(sentence.text)):
            return False
        words, there = set(stems(sentence.text)), set(stems(said))
        if len(words & there) < SUPPORTED_WORDS * len(words):
            return False
        texts = [
            source.passage.text[piece.start : piece.end]
            for number in cited
            for source, piece in ((evidence.sources[number], piece) for piece in evidence.closely[number].pieces)
        ]
        if not texts:
            return False
        if evidence.dense:
            vectors = self._encoder.encode([sentence.text, *texts])
            alike = (vectors[1:] @ vectors[0]).tolist()
        else:
            alike = [len(words & set(stems(text))) / max(1, len(words)) for text in texts]
        closest = max(range(len(texts)), key=alike.__getitem__)
        same_sense = bool(_NEGATION.search(sentence.text)) == bool(_NEGATION.search(texts[closest]))
        return same_sense and alike[closest] >= SUPPORTED_COSINE


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
        f"<<< {number}: {inside(source.passage.title)}\n{inside(source.passage.text)}\n>>>"
        for number, source in enumerate(evidence.sources, 1)
    )
    return fill("answer", question=inside(question), passages=passages)


def _parse(reply: str) -> Draft:
    begin, end = reply.find("{"), reply.rfind("}")
    try:
        return Draft.model_validate(json.loads(reply[begin : end + 1]))
    except (ValueError, ValidationError) as failure:
        raise Unusable("gave a reply that can't be read") from failure

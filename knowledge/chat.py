"""An answer in a chat model's words, kept to what its cited passages say; anything else, and the guides are quoted."""

from __future__ import annotations

import json
import logging
import re
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, ValidationError

from knowledge.answering import Evidence, Extractive, Written, cite
from knowledge.answers import Outcome, Sentence
from knowledge.encoder import Encoder
from knowledge.lexical import stems
from knowledge.names import UNITS
from knowledge.retriever import names_of
from prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PATIENCE_S = 60.0  # the model's own time-out comes first; this one is for a model that hangs all the same
MOST_SENTENCES = 6
SUPPORTED_COSINE = 0.5  # of a sentence to the closest one in its passages
SUPPORTED_WORDS = 0.6  # of a sentence's words, how many stand in its passages
ENOUGH_LEFT = 0.5  # of the sentences; with less, what the model meant can't be told any more

QUOTED_INSTEAD = "so the guides are quoted as they stand."

_NUMBER = re.compile(r"([£€$]?)\s?(\d+(?:[.,:/]\d+)*)(?:\s?(%))?((?:[\s-]+[^\W\d_]+){0,2})")
_NEGATION = re.compile(r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_LINK = re.compile(r"\w+://|www\.|<[@!#]|\]\(")

log = logging.getLogger(__name__)


class DraftSentence(BaseModel):
    text: str = Field(min_length=1, max_length=600)
    passages: list[int] = Field(min_length=1)  # counted from 1, as the prompt shows them


class Draft(BaseModel):
    sentences: list[DraftSentence] = Field(max_length=MOST_SENTENCES)


class Unusable(Exception):
    """The chat model gave nothing that can be used; the message ends the sentence "The chat model …"."""


class ChatWriter:
    """Lets a LangChain chat model write; each sentence is shown only if its passages support it."""

    def __init__(self, model: BaseChatModel, encoder: Encoder, *, patience_s: float = PATIENCE_S) -> None:
        self._model = model
        self._encoder = encoder
        self._patience_s = patience_s
        self._otherwise = Extractive()

    def write(self, question: str, evidence: Evidence) -> Written:
        try:
            draft = _parse(self._ask(_fill(question, evidence)))
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

    def _ask(self, prompt: str) -> str:
        """The model's reply. Raises Unusable; a model that hangs is left behind on its own thread."""
        reply: Future[str] = Future()

        def ask() -> None:
            try:
                reply.set_result(str(self._model.invoke(prompt).text))
            except Exception as failure:  # noqa: BLE001 - any provider's own kind; told to the asker below
                reply.set_exception(failure)

        threading.Thread(target=ask, name="chat-model", daemon=True).start()
        try:
            return reply.result(self._patience_s)
        except TimeoutError:
            raise Unusable("did not answer in time") from None
        except Exception as failure:
            log.warning("The chat model failed: %s", type(failure).__name__)
            raise Unusable("could not be reached") from failure

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


def _fill(question: str, evidence: Evidence) -> str:
    passages = "\n\n".join(
        f"<<< {number}: {_inside(source.passage.title)}\n{_inside(source.passage.text)}\n>>>"
        for number, source in enumerate(evidence.sources, 1)
    )
    values = {"question": _inside(question), "passages": passages}
    return re.sub(r"\{(question|passages)\}", lambda match: values[match[1]], load_prompt("answer"))


def _inside(text: str) -> str:
    """Text that can't close the fence it stands in."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")


def _parse(reply: str) -> Draft:
    begin, end = reply.find("{"), reply.rfind("}")
    try:
        return Draft.model_validate(json.loads(reply[begin : end + 1]))
    except (ValueError, ValidationError) as failure:
        raise Unusable("gave a reply that can't be read") from failure

"""An answer in a chat model's words, kept to what its cited passages say; anything else, and the guides are quoted."""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import partial

from pydantic import BaseModel, Field, RootModel, field_validator, model_validator

from knowledge.answers import Outcome, Sentence, Show
from knowledge.chat_model import ChatModel, Unusable, parsed
from knowledge.comparing import compares
from knowledge.encoder import Encoder
from knowledge.extractive import Evidence, Extractive, Written, cite
from knowledge.found import Found
from knowledge.instructions import without_instructions
from knowledge.names import Name
from knowledge.plainly import plain, without_figures
from knowledge.products import is_on_sibling_alone, on_siblings
from knowledge.sentences import Kind, pieces
from knowledge.support import Said, Source, supports
from knowledge.together import MOST_SHOWN
from knowledge.wording import subject_of
from prompts import fill, inside

MOST_SENTENCES = 6
ENOUGH_LEFT = 0.5  # of the sentences; with less, what the model meant can't be told any more

QUOTED_INSTEAD = "so the guides are quoted as they stand."

_SOURCE = r"(?:guides?|guidelines?|passages?|policy|policies|documents?|documentation|handbook|manual|information)"
# "According to the guide, …", which the citations say.
_LEAD = re.compile(rf"\s*(?:according to|based on|as per) (?:the|our|this|these) (?:\w+ )?{_SOURCE},\s*", re.IGNORECASE)
_CITED = re.compile(r"\s*\[(?:passages? )?\d{1,2}(?:\s*,\s*\d{1,2})*\](?=[\s.!?]*$)", re.IGNORECASE)
# "Yes, …" and "No. It …", but no "No-show guests" and no "No. 7 buses".
_PARTICLE = re.compile(
    r"\s*(?:(?:yes|no)(?:\s*[,;:!–—]+\s*|\s+-+\s+|\.?\s*$)|yes\.\s+|no\.\s+(?![\s\d]))", re.IGNORECASE
)
# A heading, or the words before a list, that deny each item below: "What we don't take", "Not allowed in the hall:".
_DENIES_BELOW = re.compile(
    r"\W*(?:\d[\d.]*\s+)?(?:(?:what|things?|items?)\b[^.?]*\b|(?:we|you) (?:do |can |must |may )?|(?:do )?)"
    r"(?:not|never|cannot|(?:do|wo|ca)n['’]t|exclu(?:ded|sions?))\b[^.?]*$",
    re.IGNORECASE,
)
# At the beginning of a sentence, what the one before it is about; but not in "It is important that …".
_PRONOUN = re.compile(r"^(?:It(?! (?:takes|is|was|isn['’]t)(?: not)? [^\W\d_]+ (?:to|that|if)\b)(?! takes)|They)\b")
_BEGINS = re.compile(r'"sentences"\s*:\s*\[', re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
_BUT = re.compile(r"\b(?:we|you) (?:do|can|may)\b", re.IGNORECASE)  # an item that is not denied after all
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")

log = logging.getLogger(__name__)


class _Reply(BaseModel):
    """An object of a model's reply, whose names may be in capitals."""

    @model_validator(mode="before")
    @classmethod
    def with_small_names(cls, given: object) -> object:
        return {name.casefold(): each for name, each in given.items()} if isinstance(given, dict) else given


class DraftSentence(_Reply):
    text: str = Field(min_length=1, max_length=600)
    passages: list[int] = Field(json_schema_extra={"minItems": 1})  # counted from 1, as the prompt shows them

    @field_validator("passages", mode="before")
    @classmethod
    def as_numbers(cls, given: object) -> object:
        """Also one number, or text: "[1]", "1, 2"."""
        each = given if isinstance(given, list) else [given]
        return [number for one in each for number in (_DIGITS.findall(one) if isinstance(one, str) else [one])]

    @field_validator("text")
    @classmethod
    def without_unseen(cls, text: str) -> str:
        """Without what takes no room, marks of direction among it: what is shown is what was checked."""
        return "".join(sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSEEN)

    @field_validator("text")
    @classmethod
    def without_emphasis(cls, text: str) -> str:
        """Without the signs of bold around words, and without "[1]" behind them: both are shown as they stand."""
        return _CITED.sub("", _BOLD.sub(r"\2", text))

    @field_validator("text")
    @classmethod
    def without_particle(cls, text: str) -> str:
        """Without "Yes" or "No" in front, which depends on the question, and without "According to the guide"."""
        for lead in (_PARTICLE, _LEAD):
            if found := lead.match(text):
                text = text[found.end() :][:1].upper() + text[found.end() + 1 :]
        return text


class Draft(_Reply):
    sentences: list[DraftSentence]

    @field_validator("sentences", mode="before")
    @classmethod
    def as_list(cls, given: object) -> object:
        return [given] if isinstance(given, dict) else given


class Bare(RootModel[list[DraftSentence]]):
    """Sentences without the object around them, or one by itself."""

    @model_validator(mode="before")
    @classmethod
    def as_list(cls, given: object) -> object:
        return [given] if isinstance(given, dict) else given


class ChatWriter:
    """Lets a chat model write; each sentence is shown only if its passages support it."""

    def __init__(self, model: ChatModel, encoder: Encoder) -> None:
        self._model = model
        self._encoder = encoder
        self._otherwise = Extractive()

    def write(self, question: str, evidence: Evidence, show: Show | None = None, began: float | None = None) -> Written:
        """The model's answer; each sentence is shown as soon as it is whole and supported."""
        kept: list[DraftSentence] = []
        order: list[int] = []  # of the passages, as they are cited
        said, said_before, sources = 0, set[str](), dict[int, Source]()
        try:
            deadline = (time.monotonic() if began is None else began) + self._model.patience_s
            for sentence in self._sentences(question, evidence, deadline):
                cited = _shown(sentence.passages, order)
                is_again = sentence.text.casefold() in said_before
                said_before.add(sentence.text.casefold())
                if is_again or not (sentence.text and cited):  # nothing but "Yes.", or all of its sources are too many
                    continue
                said += 1
                sentence = sentence.model_copy(update={"passages": cited})
                if not self._is_supported(sentence, evidence, sources):
                    continue
                kept.append(sentence)
                order += [number for number in cited if number not in order]
                if show is not None:
                    show(_kept(sentence, order))
            if said and len(kept) < max(1, ENOUGH_LEFT * said):
                raise Unusable("wrote what the passages don't say")
        except Unusable as failure:
            return self._quoted(question, evidence, f"The chat model {failure}")
        except Exception as failure:  # noqa: BLE001 - a fault of the checks themselves must not cost the answer
            at = traceback.extract_tb(failure.__traceback__)[-1]  # a message may hold words of people
            log.error("The chat model's answer failed: %s at %s:%s", type(failure).__name__, at.filename, at.lineno)
            return self._quoted(question, evidence, "The chat model's words could not be checked")
        if not kept:
            found_none = "The chat model found no full answer in these passages"
            return replace(self._quoted(question, evidence, found_none), outcome=Outcome.PARTLY)
        return Written(
            tuple(cite(number - 1, evidence) for number in order), tuple(_kept(each, order) for each in kept)
        )

    def _quoted(self, question: str, evidence: Evidence, why: str) -> Written:
        quoted = self._otherwise.write(question, evidence)
        return replace(quoted, notes=(f"{why}, {QUOTED_INSTEAD}", *quoted.notes))

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
            if told >= MOST_SENTENCES:
                return
        has_name = '"sentences"' in reply.casefold()
        yield from (parsed(reply, Draft).sentences if has_name else parsed(reply, Bare).root)[told:MOST_SENTENCES]

    def _is_supported(self, sentence: DraftSentence, evidence: Evidence, read: dict[int, Source]) -> bool:
        """Whether the cited passages were retrieved, and say the same; and of what is asked for, not of its sibling."""
        if not all(1 <= number <= len(evidence.sources) for number in sentence.passages):
            return False
        found = evidence.found
        if is_on_sibling_alone(found.names, found.wanted, sentence.text) and not compares(found.asked):
            return False
        cited = list(dict.fromkeys(sentence.passages))
        read |= {number: self._source(number - 1, evidence) for number in cited if number not in read}
        products = _products_meant(sentence.text, found)
        apart = partial(on_siblings, found.names, products, is_headed=found.is_headed)
        sources = [read[number].without(apart(evidence.given[number - 1])) for number in cited]
        return supports(sources, sentence.text, self._encoder.encode, found.names, found.wanted)

    def _source(self, number: int, evidence: Evidence) -> Source:
        """The passage without what speaks to an assistant: a model that obeyed it must find no support there."""
        passage = evidence.given[number]
        sentences, below, heading, subject = list[Said](), "", " ".join(passage.headings[-1:]), ""
        for piece in pieces(passage.text):
            text = plain(without_instructions(passage.text[piece.start : piece.end])[0])
            if piece.kind is Kind.SENTENCE and subject and (pronoun := _PRONOUN.match(text)):
                text = subject + text[pronoun.end() :]
            subject = subject_of(text) if piece.kind is Kind.SENTENCE else ""
            asks = piece.kind in {Kind.HEADING, Kind.SENTENCE} and text.endswith(("?", "?**", "?*"))
            heading = text if piece.kind is Kind.HEADING else heading
            if piece.kind is Kind.ITEM and not below and _DENIES_BELOW.match(heading):
                below = heading
            if asks or piece.kind is Kind.HEAD or (piece.kind is Kind.SENTENCE and text.endswith(":")):
                below = text
            elif piece.kind not in {Kind.ROW, Kind.RULE, Kind.ITEM} and not below.endswith("?"):
                below = ""
            if not asks and piece.kind not in {Kind.HEAD, Kind.HEADING, Kind.RULE} and re.search(r"\w", text):
                below = "" if below == text else below
                is_denied = piece.kind is Kind.ITEM and bool(_DENIES_BELOW.match(below)) and not _BUT.search(text)
                sentences.append(Said(text, below, piece, heading, is_denied))
                below = "" if below.endswith("?") else below  # the first sentence answers a question
        rows = [each for each in sentences if "|" in each.below]  # may be said with their head, or without
        bare = [without_figures(said) for said in [each.text for each in sentences] + [each.whole for each in rows]]
        return Source(
            plain(without_instructions("\n".join((passage.title, *passage.headings, passage.text)))[0]),
            (*sentences, *rows),
            self._encoder.encode(bare) if evidence.found.dense and bare else None,
        )


def _products_meant(text: str, found: Found) -> Set[Name]:
    """The products that a sentence names; those that are asked for, where it names none, or only begins their names."""
    named = found.names.known_in(text, found.wanted)
    short = {name for name in named if any(name == each[: len(name)] for each in found.wanted)}
    return {name for name in named - short if found.names.siblings_of(name)} or found.wanted


def _shown(passages: Sequence[int], order: Sequence[int]) -> list[int]:
    """Of the passages that a sentence cites, those that are shown below the answer, where so many are cited before.

    >>> _shown([2, 9, 7, 8], order=[1, 2, 3, 4])
    [2, 9]
    """
    cited = list(dict.fromkeys(passages))
    further = [number for number in cited if number not in order]
    return [number for number in cited if number not in further[MOST_SHOWN - len(order) :]]


def _kept(sentence: DraftSentence, order: Sequence[int]) -> Sentence:
    cited = sorted(order.index(number) for number in set(sentence.passages))
    return Sentence(" ".join(sentence.text.split()), tuple(cited))


def _prompt(question: str, evidence: Evidence) -> str:
    passages = "\n\n".join(
        f"<<< {number}: {_given(passage.title)}\n{_given(passage.text)}\n>>>"
        for number, passage in enumerate(evidence.given, 1)
    )
    return fill("answer", question=inside(question), passages=passages)


def _given(text: str) -> str:
    return inside(without_instructions(text)[0])


def _whole_sentences(reply: str) -> list[DraftSentence]:
    """The sentences of a reply that is still being written, as far as they are finished.

    >>> [each.text for each in _whole_sentences('{"sentences": [{"text": "It is.", "passages": [1]}, {"text": "But')]
    ['It is.']
    """
    begin = _BEGINS.search(reply)
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

"""What a question gets: passages found, and an answer that stands on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

ONLY_WORDS = "Only words were searched, because the index does not work just now."


class Outcome(StrEnum):
    ANSWERED = "answered"
    PARTLY = "partly"
    NOT_IN_GUIDES = "not_in_guides"
    FAULT = "fault"


@dataclass(frozen=True)
class Passage:
    """A chunk as retrieved, with its score (higher is better; comparable within one question only)."""

    chunk_id: int
    guide_id: int
    guide_key: str
    title: str
    owner: str | None
    reviewed: date | None
    url: str | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    score: float
    dated: str = ""  # since and until when its guide holds, where its title doesn't tell


@dataclass(frozen=True)
class Citation:
    """A place in a guide that an answer stands on.

    ``quote`` is text of the guide, cut to whole sentences, steps or table rows; ``highlights`` are the spans
    ``(start, end)`` of ``quote`` that answer (shown bold).
    """

    guide_key: str
    title: str
    section: str  # the innermost heading; the title where the guide has none
    headings: tuple[str, ...]
    owner: str | None
    reviewed: date | None
    url: str | None
    start: int  # of the quote, in characters of the guide's text
    end: int
    quote: str
    highlights: tuple[tuple[int, int], ...] = ()
    begins_above: bool = False  # whether the list that the quote begins in has more above
    goes_on: bool = False  # whether the list, table or endless sentence that the quote ends in has more below


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer that a chat model wrote, with the numbers (from 0) of the citations that support it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """One question of several asked at once, with the numbers (from 0) of the citations that answer it."""

    question: str
    outcome: Outcome
    citations: tuple[int, ...] = ()


Show = Callable[[Sentence], None]  # what is told of a sentence that may be shown before the answer is whole


@dataclass(frozen=True)
class Answer:
    """The outcome of one question.

    Extractive answers have no ``sentences``: their ``citations`` are quoted as they stand. ``nearest`` are the
    closest sections when the guides don't say. ``understood`` is what the question was taken to be, where that is not
    what was typed. ``notes`` are plain sentences for the asker about how the answer
    came to be ("The index is being rebuilt, so this was found by words alone."). ``parts`` are the questions of a
    message that asks several; none where one quote answers them all.
    """

    outcome: Outcome
    probability: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()
    understood: str | None = None
    parts: tuple[Part, ...] = ()

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Which of several questions the guides don't answer."""
        return tuple(part.question for part in self.parts if part.outcome is Outcome.NOT_IN_GUIDES)


@dataclass(frozen=True)
class Section:
    """A whole section of a guide as it stands now, for reading; ``highlights`` as in ``Citation``."""

    title: str
    headings: tuple[str, ...]
    text: str
    highlights: tuple[tuple[int, int], ...]
    owner: str | None
    reviewed: date | None
    url: str | None
    changed: bool  # the quoted words no longer stand in the guide


@dataclass(frozen=True)
class LibraryState:
    """How the guides stand: for App Home, `frontline doctor` and progress lines."""

    guides: int
    chunks: int
    vectors: int  # of `chunks`, how many are embedded, be they in the dense index yet or not
    ready: bool  # dense search answers
    refused: Sequence[tuple[str, str]] = field(default=())  # (key, reason)
    fault: str | None = None  # why dense search is off, in words


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer in what JSON knows, to be kept; `from_json` brings it back."""

    def cited(citation: Citation) -> dict[str, Any]:
        reviewed = citation.reviewed.isoformat() if citation.reviewed else None
        return {**asdict(citation), "reviewed": reviewed}

    return {
        **asdict(answer),
        "outcome": answer.outcome.value,
        "citations": [cited(citation) for citation in answer.citations],
        "nearest": [cited(citation) for citation in answer.nearest],
    }


def from_json(kept: Mapping[str, Any]) -> Answer:
    """An answer as `as_json` made it."""

    def cited(one: Mapping[str, Any]) -> Citation:
        reviewed = date.fromisoformat(one["reviewed"]) if one["reviewed"] else None
        highlights = tuple((start, end) for start, end in one["highlights"])
        return Citation(**{**one, "headings": tuple(one["headings"]), "reviewed": reviewed, "highlights": highlights})

    return Answer(
        outcome=Outcome(kept["outcome"]),
        probability=kept["probability"],
        citations=tuple(cited(one) for one in kept["citations"]),
        nearest=tuple(cited(one) for one in kept["nearest"]),
        sentences=tuple(Sentence(one["text"], tuple(one["citations"])) for one in kept["sentences"]),
        notes=tuple(kept["notes"]),
        understood=kept.get("understood"),  # answers from before follow-ups have none
        parts=tuple(
            Part(one["question"], Outcome(one["outcome"]), tuple(one["citations"])) for one in kept.get("parts", ())
        ),
    )

"""The one door to the guides: what the bot and the command line use. Any thread may call it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge.answering import Answering
from knowledge.answers import Answer, LibraryState, Outcome, Section, Show
from knowledge.calibration import load as load_calibration
from knowledge.chat import ChatWriter
from knowledge.chat_model import PATIENCE_S, ChatModel
from knowledge.citations import locate, section_around
from knowledge.encoder import Encoder, ModelUnavailable, Vectors
from knowledge.extractive import Extractive
from knowledge.index import NO_FILTERS, Index, reading
from knowledge.ingest import Summary, ingest
from knowledge.instructions import without_instructions
from knowledge.retriever import Retriever
from knowledge.tables import Guide
from knowledge.words import Filters

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

STILL_READING = "I am still reading the guides. Please ask again in a moment."
FIRST_WORDS = 4  # guides that are in before anything can be found


class Library:
    """The guides, searchable.

    Args:
        folder: where the caches are kept; everything in it can be made anew.
        chat_model: writes the answers, kept to the passages; None quotes the guides.
        chat_timeout_s: how long that may take, in seconds.
        root: the folder of guide files.
        clock: the time, aware and UTC.
        calibration: an admin's own, where there is one.
        exact: for a process that answers one question, as in `Index`.

    ``zone`` is the company's, whose day is today; UTC until another is set.

    Raises:
        BadCalibration: the admin's own can't be read.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        encoder: Encoder,
        chat_model: BaseChatModel | None,
        *,
        root: Path,
        clock: Callable[[], datetime],
        calibration: Path | None = None,
        exact: bool = False,
        chat_timeout_s: float = PATIENCE_S,
    ) -> None:
        self._engine = engine
        self._encoder = encoder
        self._index = Index(engine, folder, encoder, exact=exact)
        chat = ChatModel(chat_model, chat_timeout_s) if chat_model is not None else None
        writer = Extractive() if chat is None else ChatWriter(chat, encoder)
        self.zone: tzinfo = UTC
        retriever = Retriever(engine, self._index, encoder, lambda: clock().astimezone(self.zone).date())
        self._answering = Answering(engine, self._index, retriever, writer, load_calibration(calibration), chat)
        self._root = root
        self._clock = clock
        self._is_reading_first = False

    def open(self, patience_s: float = 0) -> None:
        """Takes the index, after so long at most; questions are answered by words from here on. Raises AlreadyOwned."""
        self._index.open(patience_s)

    def warm(self) -> None:
        """Loads the model and brings the vectors up to date: seconds, or minutes when much is new."""
        self._index.refresh()

    def refresh(self) -> bool:
        """Takes up what an ingest changed, and heals the index; True when there was something to do."""
        return self._index.refresh()

    def answer(
        self,
        question: str,
        turns: Sequence[str] = (),
        filters: Filters = NO_FILTERS,
        show: Show | None = None,
    ) -> Answer:
        """What the guides say; a fault where they don't yet, because the first ones are still being taken in.

        Args:
            turns: the questions before in the same conversation, oldest first, as they were understood.
            show: called with each sentence of a chat model that is supported, before the answer is whole. It may turn
                out too little in the end; the answer that is returned is what holds.
        """
        is_reading = self._is_reading_first
        answer = self._answering.answer(question, turns, filters, show)
        if is_reading and (answer.outcome is Outcome.NOT_IN_GUIDES or answer.unanswered):
            return Answer(Outcome.FAULT, 0.0, notes=(STILL_READING,))
        return answer

    @property
    def model(self) -> str:
        """What tells vectors of this model from those of another."""
        return self._encoder.identity

    def embed(self, texts: Sequence[str]) -> Vectors | None:
        """Unit vectors of short texts, by the model of the guides; loads it (seconds) unless it is loaded.

        None without a model, which is a fault in the state already.
        """
        try:
            return self._encoder.encode(texts)
        except ModelUnavailable:
            return None

    def section(self, guide_key: str, start: int, end: int, quote: str) -> Section | None:
        """The section that a quote stands in now, wherever it has moved to; None when the guide is gone."""
        with Session(reading(self._engine)) as session:
            guide = session.scalar(select(Guide).where(Guide.key == guide_key))
            if guide is None:
                return None
            place = locate(guide.text, start, end, quote)
            low, high = place or (start, end)
            around = section_around(guide.text, low, high)
            marked = [(low - around.start, high - around.start)] if place else []
            text, marked = without_instructions(guide.text[around.start : around.end], marked)
            return Section(
                title=without_instructions(self._index.words.shown_title(guide.title, guide.key))[0],
                headings=tuple(without_instructions(heading)[0] for heading in around.headings),
                text=text,
                highlights=tuple(marked),
                owner=guide.owner,
                reviewed=guide.reviewed,
                url=guide.url,
                changed=place is None,
            )

    def ingest(
        self, progress: Callable[[int, int, str], None] | None = None, read: Callable[[], None] | None = None
    ) -> Summary:
        """Takes in the guides folder, then refreshes. What is in already is found by its words meanwhile.

        Args:
            read: called when all of it is found by its words, or can't be read.
        """

        def tell(done: int, of: int, name: str) -> None:
            if done >= FIRST_WORDS and done.bit_count() == 1:  # at 4, 8, 16, …: together no more work than the last
                self._index.refresh_words()
            if progress:
                progress(done, of, name)

        self._is_reading_first = not self._index.words.guides
        try:
            summary = ingest(self._engine, self._root, now=self._clock(), progress=tell)
            self._index.refresh_words()
        finally:
            self._is_reading_first = False
            if read:
                read()
        self._index.refresh()
        return summary

    def state(self) -> LibraryState:
        return self._index.state()

    def has(self, keys: Sequence[str]) -> bool:
        """Whether all of these guides are in."""
        with Session(reading(self._engine)) as session:
            return set(keys) == set(session.scalars(select(Guide.key).where(Guide.key.in_(keys))))

    def owners(self) -> list[str]:
        """Everyone that a guide names as its owner, as written."""
        with Session(reading(self._engine)) as session:
            owners = session.scalars(
                select(Guide.owner).where(Guide.owner.is_not(None)).distinct().order_by(Guide.owner)
            )
            return [owner for owner in owners if owner]

    def close(self) -> None:
        self._index.close()

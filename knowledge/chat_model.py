"""A chat model, asked for JSON of one shape, within a given time."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from itertools import islice
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

PATIENCE_S = 10.0
MOST_FAILURES = 3
REST_S = 60.0
PLAIN_S = 600.0  # before structured output is asked for again where it was refused
MOST_TRIED = 1_000  # places of a reply where its JSON may begin: each error counts the lines before it
LONGEST_REPLY = 200_000  # characters, with all that a model thinks aloud
NOT_OFFERED = frozenset({400, 404, 405, 415, 422, 501})  # HTTP statuses of servers that know no structured output
NO_JSON = "gave a reply that can't be read"
_MAY_BEGIN = re.compile(r'\{(?=\s*")|\[(?=\s*\{)')
_COMMA_TOO_MANY = re.compile(r",(?=\s*[\]}])")
# What clients raise at a web page or an empty reply.
_NOT_READ = (AssertionError, ValueError, TypeError, AttributeError, LookupError)

Shape = TypeVar("Shape", bound=BaseModel)

log = logging.getLogger(__name__)


class Unusable(Exception):
    """The chat model gave nothing that can be used; the message ends the sentence "The chat model …"."""


class ChatModel:
    """A LangChain chat model behind a deadline; any thread may ask.

    Args:
        patience_s: how long an answer may take, in seconds, whatever is asked for it.
    """

    def __init__(self, model: BaseChatModel, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._model = model
        self._plain_until = 0.0
        self._failures = 0  # in a row
        self._rests_until = 0.0

    def ask(self, prompt: str, shape: type[BaseModel], deadline: float) -> Iterator[str]:
        """The reply, piece by piece: JSON, asked for as structured output where the model offers that.

        Args:
            deadline: when the reply must be whole, by the monotonic clock.

        Raises:
            Unusable: the model failed, or the time is over; one that hangs is left behind on its own thread. After
                `MOST_FAILURES` in a row it is not asked for `REST_S`, so that nobody waits for it.
        """
        if time.monotonic() < self._rests_until:
            raise Unusable("has kept failing and is left alone for a minute")
        try:
            yield from self._ask(prompt, shape, deadline)
            self._failures = 0
        except GeneratorExit:  # enough was read
            self._failures = 0
            raise
        except Unusable:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self._failures, self._rests_until = 0, time.monotonic() + REST_S
            raise

    def _ask(self, prompt: str, shape: type[BaseModel], deadline: float) -> Iterator[str]:
        came: Queue[str | Exception | None] = Queue()
        left = threading.Event()
        threading.Thread(target=self._fetch, args=(prompt, shape, came, left), name="chat-model", daemon=True).start()
        length = 0
        try:
            while True:
                try:
                    if (remaining := deadline - time.monotonic()) <= 0:  # what pours without end is always there
                        raise Empty
                    part = came.get(timeout=remaining)
                except Empty:
                    raise Unusable("did not answer in time") from None
                if part is None:
                    return
                if isinstance(part, Exception):
                    log.warning("The chat model failed: %s", type(part).__name__)
                    if isinstance(part, _NOT_READ):
                        raise Unusable(NO_JSON) from part
                    if length:
                        raise Unusable("broke off") from part
                    is_there = getattr(part, "status_code", None) is not None  # it answered
                    raise Unusable("answered with an error" if is_there else "could not be reached") from part
                length += len(part)
                if length > LONGEST_REPLY:
                    raise Unusable(NO_JSON)
                yield part
        finally:
            left.set()

    def _fetch(
        self, prompt: str, shape: type[BaseModel], came: Queue[str | Exception | None], left: threading.Event
    ) -> None:
        try:
            for chunk in self._chunks(prompt, shape):
                if left.is_set():
                    return
                came.put(_json_of(chunk))
            came.put(None)
        except Exception as failure:  # noqa: BLE001 - any provider's own kind; told to the asker by `ask`
            came.put(failure)

    def _chunks(self, prompt: str, shape: type[BaseModel]) -> Iterator[BaseMessageChunk]:
        """The reply's chunks; as JSON in text where structured output is refused before any came.

        Only where the text then comes, that is kept in mind: what is wrong with a prompt is refused in either way.
        """
        is_refused = False
        if time.monotonic() >= self._plain_until:
            begun = False
            try:
                # The first step is the model, told of the shape; the second would hold everything back to the end.
                structured: Any = self._model.with_structured_output(shape.model_json_schema())
                for chunk in structured.first.stream(prompt):
                    begun = True
                    yield chunk
                return
            except NotImplementedError:
                pass
            except Exception as failure:
                if begun or getattr(failure, "status_code", None) not in NOT_OFFERED:
                    raise
                log.warning("The chat model refused structured output; asked for JSON in its text")
            is_refused = True
        yield from self._model.stream(prompt)
        if is_refused:
            self._plain_until = time.monotonic() + PLAIN_S


def parsed(reply: str, shape: type[Shape]) -> Shape:
    """The first JSON of this shape in a whole reply, whatever stands around it. Raises Unusable where there is none."""
    failure: Exception | None = None
    for text in dict.fromkeys((reply, _COMMA_TOO_MANY.sub("", reply))):
        for brace in islice(_MAY_BEGIN.finditer(text), MOST_TRIED):
            try:
                _, end = json.JSONDecoder().raw_decode(text, brace.start())
                return shape.model_validate_json(text[brace.start() : end])
            except ValueError as wrong:
                failure = wrong
            except RecursionError as wrong:
                raise Unusable(NO_JSON) from wrong
    raise Unusable(NO_JSON) from failure


def _json_of(chunk: BaseMessageChunk) -> str:
    """What a chunk adds to the reply, be it text or the arguments of the tool that stands for the shape."""
    calls = getattr(chunk, "tool_call_chunks", ())
    return str(chunk.text) + "".join(call["args"] or "" for call in calls)

"""A chat model is asked for JSON in the best way it offers, and never for longer than it may take."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableGenerator, RunnableLambda
from pydantic import BaseModel, Field

from knowledge import chat_model
from knowledge.chat_model import ChatModel, Unusable, parsed

SAYS = '{"n": 1}'


class Shape(BaseModel):
    n: int


def soon(patience_s: float = 10) -> float:
    return time.monotonic() + patience_s


class Refused(Exception):
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


class Structured(FakeListChatModel):
    """A model that answers by a tool call, as Anthropic's do, or refuses to."""

    refuses_with: int | None = None
    asked_for: list[Any] = Field(default_factory=list)

    def with_structured_output(self, schema: Any, **_: Any) -> Any:
        self.asked_for.append(schema)

        def call(_: Iterator[Any]) -> Iterator[AIMessageChunk]:
            if self.refuses_with is not None:
                raise Refused(self.refuses_with)
            for part in ('{"n"', ": 1}"):
                yield AIMessageChunk(
                    content="", tool_call_chunks=[{"name": "Shape", "args": part, "id": "1", "index": 0}]
                )

        return RunnableGenerator(call) | RunnableLambda(lambda message: message)


def test_structured_output_is_used_and_comes_in_pieces() -> None:
    """The arguments of the tool are the reply; nothing waits for its end."""
    model = Structured(responses=[])

    assert list(ChatModel(model).ask("?", Shape, soon())) == ['{"n"', ": 1}"]
    assert model.asked_for == [Shape.model_json_schema()]


def test_a_server_that_knows_no_structure_is_asked_for_text() -> None:
    """Once is enough to know."""
    model = Structured(responses=[SAYS], refuses_with=400)
    chat = ChatModel(model)

    assert ["".join(chat.ask("?", Shape, soon())) for _ in range(2)] == [SAYS, SAYS]
    assert len(model.asked_for) == 1


def test_structure_is_asked_for_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is just being loaded refuses it, too."""
    monkeypatch.setattr(chat_model, "PLAIN_S", 0.0)
    model = Structured(responses=[SAYS], refuses_with=404)
    chat = ChatModel(model)
    assert "".join(chat.ask("?", Shape, soon())) == SAYS
    model.refuses_with = None

    assert list(chat.ask("?", Shape, soon())) == ['{"n"', ": 1}"]


class Overfull(Structured):
    """A model that refuses a prompt in either way, for it is too long."""

    def _stream(self, *_: Any, **__: Any) -> Iterator[Any]:
        raise Refused(400)


def test_a_refused_prompt_says_nothing_about_structure() -> None:
    """What refuses it as text, too, is asked for structure the next time."""
    model = Overfull(responses=[], refuses_with=400)
    chat = ChatModel(model)
    with pytest.raises(Unusable, match="answered with an error"):
        list(chat.ask("?", Shape, soon()))
    model.refuses_with = None

    assert list(chat.ask("?", Shape, soon())) == ['{"n"', ": 1}"]


@pytest.mark.parametrize(
    "reply",
    [
        SAYS,
        f"```json\n{SAYS}\n```",
        f"In the form {{n}}: {SAYS}",
        f"{SAYS}\nNote: {{none}}",
        f'<think>{{"a": 1}}</think>{SAYS}',
        f'{{"name": "Shape", "parameters": {SAYS}}}',
        "{" * 50_000 + SAYS,
    ],
)
def test_the_json_is_found_whatever_stands_around_it(reply: str) -> None:
    """Braces, too."""
    assert parsed(reply, Shape) == Shape(n=1)


@pytest.mark.parametrize(
    "reply", ["", "{", "}{", '{"m": 1}', '{"n": "many"}', "n is 1", '{"n": 1', '{"a":' * 5_000 + SAYS]
)
def test_a_reply_without_such_json_is_unusable(reply: str) -> None:
    with pytest.raises(Unusable, match="can't be read"):
        parsed(reply, Shape)


def test_a_server_that_is_broken_is_not_asked_twice() -> None:
    """A refusal for another reason says nothing about structure."""
    model = Structured(responses=[SAYS], refuses_with=500)

    with pytest.raises(Unusable, match="answered with an error"):
        list(ChatModel(model).ask("?", Shape, soon()))


class Dripping(FakeListChatModel):
    sleep: float | None = 0.02  # seconds before each character


def test_a_model_that_drips_has_no_more_time_than_one_that_hangs() -> None:
    """The time is for the whole reply, not for each piece."""
    with pytest.raises(Unusable, match="did not answer in time"):
        list(ChatModel(Dripping(responses=["x" * 500])).ask("?", Shape, soon(0.2)))


class Pouring(FakeListChatModel):
    """A model whose reply never ends."""

    part: str = "x"

    def _stream(self, *_: Any, **__: Any) -> Iterator[Any]:
        while True:
            yield ChatGenerationChunk(message=AIMessageChunk(content=self.part))


def test_a_model_that_pours_has_no_more_time_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is always there must not be waited for."""
    monkeypatch.setattr(chat_model, "LONGEST_REPLY", 10**9)
    with pytest.raises(Unusable, match="did not answer in time"):
        for _ in ChatModel(Pouring(responses=[])).ask("?", Shape, soon(0.2)):
            pass


def test_a_reply_without_end_is_not_read() -> None:
    with pytest.raises(Unusable, match="can't be read"):
        list(ChatModel(Pouring(responses=[], part="x" * 50_000)).ask("?", Shape, soon()))


class Breaking(FakeListChatModel):
    """A model that is cut off, as when its reply gets too long."""

    def _stream(self, *_: Any, **__: Any) -> Iterator[Any]:
        yield ChatGenerationChunk(message=AIMessageChunk(content='{"n"'))
        raise ConnectionError


def test_a_reply_of_nothing_but_beginnings_is_read_at_once() -> None:
    began = time.monotonic()

    with pytest.raises(Unusable):
        parsed('{"' * 100_000, Shape)
    assert time.monotonic() - began < 1


def test_a_model_that_broke_off_was_reached() -> None:
    with pytest.raises(Unusable, match="broke off"):
        list(ChatModel(Breaking(responses=[])).ask("?", Shape, soon()))


def test_a_model_that_keeps_failing_is_left_alone_for_a_while() -> None:
    """Nobody waits for it meanwhile; a success in between begins the count anew."""
    model = Structured(responses=[], refuses_with=500)
    chat = ChatModel(model)
    for refuses_with in (500, 500, None, 500, 500, 500):
        model.refuses_with = refuses_with
        with suppress(Unusable):
            next(chat.ask("?", Shape, soon()))  # nobody reads on behind what is enough
    model.refuses_with = None

    with pytest.raises(Unusable, match="left alone for a minute"):
        list(chat.ask("?", Shape, soon()))
    assert len(model.asked_for) == 6

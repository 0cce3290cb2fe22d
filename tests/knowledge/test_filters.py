"""A question asked of some guides is answered from those alone, as well as if there were no others."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge import index as indexing
from knowledge.answers import Outcome
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.loading import Refused
from knowledge.retriever import Retriever
from knowledge.tables import Guide
from knowledge.words import Filters
from tests.knowledge.conftest import NOW, Take, put

NEAR, FAR = 30, 12  # more than the 25 that either way of searching would leave of ten
QUESTION = "How do I reset the wireless password of the router?"


@pytest.fixture
def library(sqlite_engine: Engine, tmp_path: Path, encoder: Encoder) -> Iterator[Library]:
    """Guides on one product that answer the question word for word, and guides on another that hardly do."""
    for number in range(NEAR):
        text = f"# Router {number}\n\nTo reset the wireless password of router {number}, hold its pin.\n"
        put(sqlite_engine, f"near-{number}.md", text)
    for number in range(FAR):
        put(sqlite_engine, f"far-{number}.md", f"# Invoice {number}\n\nInvoice {number} is sent by post in May.\n")
    with Session(sqlite_engine) as session, session.begin():
        for guide in session.scalars(select(Guide)):
            guide.products = ["Brook  4"] if guide.key.startswith("near") else ["Heron", "Heron Lite"]
            guide.language = "en-GB" if guide.key.startswith("near") else "nl"
    library = Library(sqlite_engine, tmp_path / "index", encoder, None, root=tmp_path, clock=lambda: NOW)
    library.open()
    library.warm()
    yield library
    library.close()


def found(library: Library, filters: Filters) -> list[str]:
    return [passage.guide_key.partition("-")[0] for passage in _retriever(library).retrieve(QUESTION, filters).passages]


def _retriever(library: Library) -> Retriever:
    return library._answering._retriever


@pytest.mark.parametrize(
    "filters", [Filters(product="heron lite"), Filters(language="NL"), Filters(product="Heron", language="nl")]
)
@pytest.mark.parametrize("one_by_one", [5_000, 0], ids=["one by one", "by Chroma"])
def test_ten_come_from_the_filtered_guides_though_all_nearest_are_outside(
    library: Library, filters: Filters, one_by_one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is filtered out takes no place among the candidates."""
    monkeypatch.setattr(indexing, "ONE_BY_ONE", one_by_one)

    assert found(library, filters) == ["far"] * 10
    assert _retriever(library).retrieve(QUESTION, filters).dense


def test_the_same_question_is_remembered_for_each_filter(library: Library) -> None:
    """What one asker found is not shown to another who asked of other guides."""
    assert found(library, Filters()) == ["near"] * 10
    assert found(library, Filters(product="Heron")) == ["far"] * 10
    assert found(library, Filters(language="en")) == ["near"] * 10
    assert found(library, Filters(language="en-gb")) == ["near"] * 10


def test_a_filter_that_leaves_nothing_finds_nothing(library: Library) -> None:
    """An unknown product is no reason to answer for another."""
    filters = Filters(product="Brook 4", language="nl")

    assert found(library, filters) == []
    answer = library.answer(QUESTION, filters=filters)

    assert answer.outcome is Outcome.NOT_IN_GUIDES
    assert answer.notes == ("No guide's front matter names that product or language.",)


def test_a_guide_that_changes_its_product_is_found_under_the_new_one(
    library: Library, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the front matter has changed: the vectors stay, and are filed anew."""
    monkeypatch.setattr(indexing, "ONE_BY_ONE", 0)
    put(sqlite_engine, "other.md", "# Nothing\n\nThis makes another revision.\n")
    with Session(sqlite_engine) as session, session.begin():
        guide = session.scalars(select(Guide).where(Guide.key == "near-1.md")).one()
        guide.products, guide.hash = ["Heron"], "of other front matter"
    library.refresh()

    passages = _retriever(library).retrieve(QUESTION, Filters(product="Heron")).passages

    assert passages[0].guide_key == "near-1.md"


@pytest.mark.parametrize("exact", [False, True])
def test_a_guide_for_some_people_is_in_no_index(
    guides: Engine, tmp_path: Path, encoder: Encoder, put_guide: Callable[[str, str | None], None], exact: bool
) -> None:
    """Neither its text nor its names nor its words have a part in any answer, whatever a row came in by."""
    library = Library(guides, tmp_path / "index", encoder, None, root=tmp_path, clock=lambda: NOW, exact=exact)
    library.open()
    library.warm()
    question = "Does the Brook 9 need a refund within ten working days?"
    before = _retriever(library).retrieve(question)
    put_guide("secret.md", "# Brook 9\n\nThe Brook 9 needs a refund within ten working days.\n")
    with Session(guides) as session, session.begin():
        session.scalars(select(Guide).where(Guide.key == "secret.md")).one().audience = "managers"
    library.refresh()

    after = _retriever(library).retrieve(question)

    assert library.state().ready
    assert (after.features, after.unknown) == (before.features, ("Brook 9",))
    assert [passage.guide_key for passage in after.passages] == [passage.guide_key for passage in before.passages]
    library.close()


@pytest.mark.parametrize(
    ("written", "products", "language"),
    [
        ("product: Brook 4\nlanguage: en-GB", ("Brook 4",), "en-GB"),
        ("product: [Brook 4, 500]", ("Brook 4", "500"), None),
        ("product:", (), None),
    ],
)
def test_front_matter_names_product_and_language(
    take: Take, written: str, products: tuple[str, ...], language: str | None
) -> None:
    """One product or a list of them, and a language code."""
    draft = take("guide.md", f"---\n{written}\n---\n# Guide\n\nText.\n")

    assert (draft.products, draft.language) == (products, language)


@pytest.mark.parametrize(
    ("written", "reason"),
    [("language: English please", "write its code"), ("product: [{a: 1}]", "not one line of words")],
)
def test_front_matter_that_can_not_be_a_filter_is_refused(take: Take, written: str, reason: str) -> None:
    """The author reads what to write."""
    with pytest.raises(Refused, match=reason):
        take("guide.md", f"---\n{written}\n---\n# Guide\n\nText.\n")

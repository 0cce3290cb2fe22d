"""A small library of guides for the tests of retrieval and answering; one embedding model for all of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.records.database import engine_for
from knowledge.answers import Answer, Outcome
from knowledge.chunking import cut
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.library import Library
from knowledge.loading import Draft, Limits, Parser, read
from knowledge.names import Names
from knowledge.tables import Chunk, Guide, KnowledgeTable, Revision

Take = Callable[[str, str | bytes], Draft]

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SAMPLE_GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"

# What questions are made of, for those that nobody would write.
ODD_WORDS = "and what it the that router Brook 4 Pro ? . , its one Heron for this is if é 'not “ | cost […] Lite"
WORDS_OF_QUESTIONS = st.sampled_from(ODD_WORDS.split())

QUESTION = "How long does a refund take?"
RESET = "How do I reset the Brook 6?"
GUIDES = {
    "refunds.md": """# Refunds

Refunds are for home customers.

## How long it takes

We pay a refund back within 10 working days, to the account it came from. By cheque it takes 15 working days.
Refunds never go to another person's account.

## Amounts

| Case | Refund |
| --- | --- |
| Missed engineer visit | £28 |
| Late activation | £5.83 a day |
""",
    "router.md": """# Brook 6 router

The Brook 6 stands upright, away from the television.

## Restarting it

1. Pull the power plug.
2. Wait 30 seconds.
3. Put the plug back. The light turns blue after two minutes.

## Resetting it

Hold the pin for 12 seconds. All settings are lost, so write down the wireless password first.
""",
    "visits.md": """# Engineer visits

An engineer comes between 8:00 and 13:00, or between 12:00 and 18:00.

## Cancelling

A visit can be moved free of charge until 16:00 on the day before. After that it costs £25.
""",
}


@pytest.fixture(scope="session")
def encoder() -> Iterator[Encoder]:
    encoder = Encoder()
    yield encoder
    encoder.close()


@pytest.fixture(scope="session")
def names() -> Names:
    """Of the sample guides."""
    return Names(path.read_text(encoding="utf-8") for path in SAMPLE_GUIDES.rglob("*.md"))


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database of our own; what differs between databases is tested with ingest."""
    engine = engine_for(f"sqlite:///{tmp_path}/knowledge.db")
    KnowledgeTable.metadata.create_all(engine)
    yield engine
    engine.dispose()


def put(engine: Engine, key: str, text: str | None, reviewed: date | None = date(2026, 9, 1)) -> None:
    """Writes a guide and its chunks as ingest does; without a text, the guide leaves."""
    with Session(engine) as session, session.begin():
        old = session.scalar(select(Guide).where(Guide.key == key))
        if old:
            session.delete(old)
            session.flush()
        if text is not None:
            title = text.splitlines()[0].lstrip("# ")
            guide = Guide(
                key=key,
                title=title,
                text=text,
                hash=sha256(text.encode()).hexdigest(),
                updated_at=NOW,
                audience="everyone",
            )
            guide.owner, guide.reviewed, guide.url = (
                "ana@brightwater.example",
                reviewed,
                f"https://x.example/{key}",
            )
            guide.chunks = [
                Chunk(ordinal=n, start=each.start, end=each.end, headings=list(each.headings), hash=each.hash)
                for n, each in enumerate(cut(title, text))
            ]
            session.add(guide)
        revision = session.get(Revision, 1) or Revision(id=1, number=0)
        revision.number += 1
        session.add(revision)


@pytest.fixture
def put_guide(sqlite_engine: Engine) -> Callable[[str, str | None], None]:
    """Writes or removes a guide, by key, as an ingest would."""
    return lambda key, text: put(sqlite_engine, key, text)


@pytest.fixture
def guides(sqlite_engine: Engine) -> Engine:
    """A database with the guides above."""
    for key, text in GUIDES.items():
        put(sqlite_engine, key, text)
    return sqlite_engine


@pytest.fixture
def open_index(guides: Engine, tmp_path: Path, encoder: Encoder) -> Iterator[Callable[[], Index]]:
    """Opens an index on the same folder, as often as asked; what is left open is closed."""
    opened: list[Index] = []

    def open_one() -> Index:
        index = Index(guides, tmp_path / "index", encoder)
        index.open()
        opened.append(index)
        return index

    yield open_one
    for index in opened:
        index.close()


@pytest.fixture
def open_library(guides: Engine, tmp_path: Path, encoder: Encoder) -> Iterator[Callable[..., Library]]:
    """Opens a library on the guides above, with or without a chat model; it is closed in the end."""
    opened: list[Library] = []

    def open_one(chat_model: Any = None, **how: Any) -> Library:
        library = Library(guides, tmp_path / "index", encoder, chat_model, root=tmp_path, clock=lambda: NOW, **how)
        library.open()
        opened.append(library)
        return library

    yield open_one
    for library in opened:
        library.close()


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    with Parser(Limits()) as parser:
        yield parser


@pytest.fixture
def take(tmp_path: Path, parser: Parser) -> Take:
    """Writes a file and reads it as a draft."""

    def take(name: str, content: str | bytes) -> Draft:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return parser.parse(read(tmp_path / name, tmp_path, Limits()))

    return take


@pytest.fixture
def library(open_library: Callable[..., Library]) -> Library:
    library = open_library()
    library.warm()
    return library


def marked(answer: Answer) -> list[str]:
    return [citation.quote[low:high] for citation in answer.citations for low, high in citation.highlights]


def parts(answer: Answer) -> list[tuple[str, Outcome, list[str]]]:
    """Each question of several, with the guides that answer it."""
    return [
        (part.question, part.outcome, [answer.citations[number].guide_key for number in part.citations])
        for part in answer.parts
    ]

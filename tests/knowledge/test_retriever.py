"""The passage that answers comes first, by vectors and words together or by words alone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from sqlalchemy import Engine, select

from knowledge import calibration
from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.retriever import Retriever
from knowledge.tables import Chunk
from knowledge.words import Filters
from tests.knowledge.conftest import put

Open = Callable[[], Index]


OLD = date(2026, 9, 1)


QUESTIONS = [
    ("How many days until the customer has the money back?", "refunds.md"),
    ("The router hangs, how do I turn it off and on?", "router.md"),
    ("What does it cost to move an appointment with the engineer?", "visits.md"),
]


@pytest.mark.parametrize(("question", "guide"), QUESTIONS)
def test_the_right_guide_comes_first(
    question: str, guide: str, open_index: Open, guides: Engine, encoder: Encoder
) -> None:
    """Asked in other words than the guide's."""
    index = open_index()
    index.refresh()

    found = Retriever(guides, index, encoder).retrieve(question)

    assert found.dense
    assert found.passages[0].guide_key == guide
    assert found.features
    assert found.features.best_unit > 0.3


def test_words_alone_do_while_vectors_are_missing(open_index: Open, guides: Engine, encoder: Encoder) -> None:
    """The result says that vectors took no part."""
    found = Retriever(guides, open_index(), encoder).retrieve("How long does a refund take by cheque?")

    assert not found.dense
    assert found.passages[0].guide_key == "refunds.md"


@pytest.mark.parametrize(
    ("question", "is_known"),
    [
        ("Do the Brooks stand near a television?", True),
        ("Do engineers come on Saturdays?", True),
        ("Do the Wrens stand near a television?", False),
        ("Do the Plugs stand near a television?", False),
    ],
)
def test_the_plural_of_what_is_known_is_known(
    question: str, is_known: bool, open_index: Open, guides: Engine, encoder: Encoder
) -> None:
    """Of a name of the guides as of a day; a plug is no name, but its guide is the one that has the word."""
    index = open_index()
    index.refresh()
    found = Retriever(guides, index, encoder).retrieve(question)

    assert found.features
    assert (found.features.names_absent, not found.unfamiliar) == (0.0 if is_known else 1.0, is_known)
    assert found.features.names_elsewhere == (0.0 if {"brook", "plug"} & found.rarity.keys() else 1.0)


@pytest.mark.parametrize(
    ("named", "unnamed", "is_lower"),
    [
        ("Does Ostavia cost money?", "Does cost money?", True),
        ("does ostavia cost money", "does cost money", True),
        ("Does Tremlow cost money?", "Does cost money?", False),  # which one guide has
        ("Does the Orvane 4 cost money?", "Does the cost money?", False),  # which has a sibling
        ("What is Ostavia?", "What is?", False),  # nothing is asked besides
    ],
)
def test_a_name_that_stands_everywhere_makes_nothing_likelier(
    named: str, unnamed: str, is_lower: bool, sqlite_engine: Engine, open_index: Open, encoder: Encoder
) -> None:
    """As the company's own does: all of its guides are like any question that has it."""
    for topic in ("Parking", "Badges", "Meals", "Desks"):
        say = f"With Ostavia, {topic.lower()} are booked a day ahead. Ask for the Orvane 4 or the Orvane 5."
        put(sqlite_engine, f"{topic}.md", f"# {topic}\n\n{say}\n", OLD)
    put(sqlite_engine, "rooms.md", "# Rooms\n\nAt Tremlow rooms are booked a week ahead.\n", OLD)
    index = open_index()
    index.refresh()
    retriever = Retriever(sqlite_engine, index, encoder)
    features, rest = (retriever.retrieve(each).features for each in (named, unnamed))

    assert features
    assert rest
    assert (features.best_unit <= rest.best_unit + 1e-3) is is_lower
    assert (features.words_asked == rest.words_asked) is (is_lower or named == "What is Ostavia?")
    assert features.on_product == ("Orvane" in named or "Tremlow" in named)


def test_only_a_question_that_no_other_is_beside_has_all_cores(
    open_index: Open, guides: Engine, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is so again once the others are through, or have failed."""
    index = open_index()
    index.refresh()
    retriever, read = Retriever(guides, index, encoder), encoder.read
    alone: list[bool] = []

    def watched(texts: Sequence[str], **how: bool) -> object:
        alone.append(how["alone"])
        if texts == ["first"]:
            with ThreadPoolExecutor(1) as other:
                other.submit(retriever.retrieve, "second").result(10)
        if texts == ["third"]:
            raise MemoryError
        return read(texts, **how)

    monkeypatch.setattr(encoder, "read", watched)
    retriever.retrieve("first")
    with pytest.raises(MemoryError):
        retriever.retrieve("third")
    retriever.retrieve("fourth")

    assert alone == [True, False, True, True]


def test_questions_asked_at_once_are_each_answered_for_themselves(
    open_index: Open, guides: Engine, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their own filters; what fails in one is told to whoever asked it."""
    index = open_index()
    index.refresh()
    alone = [Retriever(guides, index, encoder).retrieve(question) for question, _ in QUESTIONS]
    retriever, read = Retriever(guides, index, encoder), encoder.read
    first_is_in, others_are_through = Event(), Event()

    def watched(texts: Sequence[str], **how: bool) -> object:
        if texts == ["first"]:
            first_is_in.set()
            assert others_are_through.wait(30)
        if texts == ["broken"]:
            raise MemoryError
        return read(texts, **how)

    monkeypatch.setattr(encoder, "read", watched)
    with ThreadPoolExecutor(8) as askers:
        first = askers.submit(retriever.retrieve, "first")
        assert first_is_in.wait(30)
        broken = askers.submit(retriever.retrieve, "broken")
        filtered = askers.submit(retriever.retrieve, "How long does a refund take?", Filters(product="None of ours"))
        together = list(askers.map(retriever.retrieve, [question for question, _ in QUESTIONS]))
        with pytest.raises(MemoryError):
            broken.result(30)
        others_are_through.set()

    assert first.result(30).dense
    assert filtered.result(30).passages == ()
    assert [each.passages for each in together] == [each.passages for each in alone]


OLDER = "## Exit fee\n\nLeaving early costs an exit fee of £40 a month. Leave early, pay the exit fee.\n"


NEWER = "## Exit fee\n\nWhoever leaves early pays £45 a month.\n"


@pytest.mark.parametrize(
    ("older", "newer", "reviewed", "question", "first"),
    [
        ("# Fees 2025", "# Fees 2026", OLD, "What is the exit fee?", "newer.md"),
        ("# Fees 2025", "# Fees 2026", OLD, "What was the exit fee in 2025?", "older.md"),
        ("# Fees 2026", "# Fees 2025", OLD, "What is the exit fee?", "older.md"),
        ("# Fees 2025/26", "# Fees 2026–2027", OLD, "What is the exit fee?", "newer.md"),
        ("# Fees 2025/26", "# Fees 2026–2027", OLD, "What was the exit fee in 2025-26?", "older.md"),
        ("# Fees 25/26", "# Fees 26/27", OLD, "What was the exit fee last year (25/26)?", "older.md"),
        ("# Fees", "# Fees", date(2026, 10, 1), "What is the exit fee?", "newer.md"),
        ("# Fees", "# Fees", OLD, "What is the exit fee?", "older.md"),
        ("# Fees (until 28 February 2026)", "# Fees (from 1 March 2026)", OLD, "What is the exit fee?", "newer.md"),
        ("# Fees (until 28 February 2026)", "# Fees (from 1 March 2026)", OLD, "Exit fee in February?", "older.md"),
        ("# Fees", "# Prices", date(2026, 10, 1), "What is the exit fee?", "older.md"),
        ("# Fees", "# Fees", date(2026, 10, 1), "What does leaving early cost?", "older.md"),
        ("# Fees 2025\n\nThis is for the Heron.", "# Fees 2026\n\nThis is for the Wren.", OLD, "Exit fee?", "older.md"),
    ],
    ids=[
        "later year",
        "year asked",
        "earlier year",
        "later split year",
        "split year asked",
        "short split year asked",
        "reviewed later",
        "not later",
        "day",
        "month asked",
        "other title",
        "fewer words",
        "other product",
    ],
)
def test_the_newer_edition_of_a_guide_comes_first(
    older: str,
    newer: str,
    reviewed: date,
    question: str,
    first: str,
    sqlite_engine: Engine,
    open_index: Open,
    encoder: Encoder,
) -> None:
    """Last year's says the same in words that may fit better, and what it costs is another figure now."""
    put(sqlite_engine, "older.md", f"{older}\n\n{OLDER}", OLD)
    put(sqlite_engine, "newer.md", f"{newer}\n\n{NEWER}", reviewed)
    put(sqlite_engine, "other.md", "# Parking\n\nPark on deck 4.\n", OLD)
    index = open_index()
    index.refresh()

    passages = Retriever(sqlite_engine, index, encoder).retrieve(question).passages

    assert passages[0].guide_key == first
    assert [each.score for each in passages] == sorted((each.score for each in passages), reverse=True)


@pytest.mark.parametrize(
    ("older", "newer", "is_edition"),
    [
        ("archive/fees.md", "fees.md", True),
        ("finance/Archive/fees.md", "finance/fees.md", True),
        ("archive/fees.md", "finance/fees.md", True),
        ("archive/uk/fees.md", "uk/fees.md", True),
        ("archive/uk/fees.md", "us/fees.md", False),
        ("uk/fees.md", "us/fees.md", False),
    ],
)
def test_a_guide_that_was_put_away_is_an_older_edition_and_one_of_another_folder_is_none(
    older: str, newer: str, is_edition: bool, sqlite_engine: Engine, open_index: Open, encoder: Encoder
) -> None:
    """Two folders may be for two countries, and what holds in one doesn't in the other."""
    put(sqlite_engine, older, f"# Fees\n\n{OLDER}", OLD)
    put(sqlite_engine, newer, f"# Fees\n\n{NEWER}", date(2026, 10, 1))
    put(sqlite_engine, "other.md", "# Parking\n\nPark on deck 4.\n", OLD)
    index = open_index()
    index.refresh()

    first = Retriever(sqlite_engine, index, encoder).retrieve("What is the exit fee?").passages[0]
    assert first.guide_key == (newer if is_edition else older)


LOCKERS = (
    "# Lockers\n\n## Renting\n\nMembers rent a locker by the month.\n\n"
    "## {}\n\nFor a locker key that was lost people pay £30.\n"
)


ALL_IN_ONE = "# Lockers\n\n{}Members pay £20 for a lost locker key. A locker has 2 keys. Flood: call us.\n"


@pytest.mark.parametrize(
    ("reviewed", "newer_reviewed", "question", "first"),
    [
        (OLD, date(2026, 10, 1), "What do members pay for a lost locker key?", "club/lockers.md"),
        (None, None, "What do members pay for a lost locker key?", "club/lockers.md"),
        (date(2026, 10, 1), OLD, "What do members pay for a lost locker key?", "archive/lockers.md"),
        (OLD, date(2026, 10, 1), "A locker is flooded, whom do they call?", "archive/lockers.md"),
        (OLD, date(2026, 10, 1), "What did members pay for a lost key before?", "archive/lockers.md"),
    ],
)
def test_a_short_guide_that_was_put_away_is_superseded_as_a_whole(
    reviewed: date | None,
    newer_reviewed: date | None,
    question: str,
    first: str,
    sqlite_engine: Engine,
    open_index: Open,
    encoder: Encoder,
) -> None:
    """It has in one passage what the newer has in several; but what that doesn't say, it may."""
    put(sqlite_engine, "archive/lockers.md", ALL_IN_ONE.format(""), reviewed)
    put(sqlite_engine, "club/lockers.md", LOCKERS.format("Keys" + "\n\nKeys are cut on deck 2." * 40), newer_reviewed)
    put(sqlite_engine, "parking.md", "# Parking\n\nPark on deck 4.\n", OLD)
    index = open_index()
    index.refresh()

    passages = Retriever(sqlite_engine, index, encoder).retrieve(question).passages
    assert passages[0].guide_key == first
    assert (passages[-1].guide_key == "archive/lockers.md") == (first != "archive/lockers.md")
    assert [each.score for each in passages] == sorted((each.score for each in passages), reverse=True)


@pytest.mark.parametrize(
    ("dates", "newer_dates", "question", "first"),
    [
        ("Applies from 1 June 2023 until 31 March 2026.", "Applies from 1 April 2026.", "exit fee", "newer.md"),
        ("In force until 2026-03-31", "This edition is valid from 1 April 2026.", "exit fee", "newer.md"),
        ("Valid from 1 April 2023", "Valid from 1 April 2027", "exit fee", "older.md"),
        ("The refund applies until 31 March 2026.", "The refund applies from 1 April 2026.", "exit fee", "older.md"),
        ("Applies until 31 March 2026.", "Applies from 1 April 2026.", "What was the exit fee in 2024?", "older.md"),
        ("Applies until 31 March 2026.", "Applies from 1 April 2026.", "exit fee before April", "newer.md"),
        (
            "Applies until 31 March 2026.",
            "Applies from 1 April 2026.",
            "what was the exit fee before april",
            "older.md",
        ),
    ],
)
def test_dates_in_the_first_lines_are_those_of_an_edition(
    dates: str, newer_dates: str, question: str, first: str, sqlite_engine: Engine, open_index: Open, encoder: Encoder
) -> None:
    """Where two guides have one title; what begins or ends besides has other dates."""
    put(sqlite_engine, "older.md", f"# Fees\n\n{dates}\n\n{OLDER}", OLD)
    put(sqlite_engine, "newer.md", f"# Fees\n\n{newer_dates}\n\n{NEWER}", OLD)
    put(sqlite_engine, "other.md", "# Parking\n\nPark on deck 4.\n", OLD)
    index = open_index()
    index.refresh()

    assert Retriever(sqlite_engine, index, encoder).retrieve(question).passages[0].guide_key == first


def test_what_holds_no_more_may_name_others_that_nobody_asks_about(
    sqlite_engine: Engine, open_index: Open, encoder: Encoder
) -> None:
    put(
        sqlite_engine,
        "archive/sale-2025.md",
        "# Summer sale 2025\n\n## Fine print\n\n- Deckchair vouchers for 30 days.\n- Not for the Gannet Kayak.\n",
        OLD,
    )
    put(
        sqlite_engine,
        "sale-2026.md",
        "# Summer sale 2026\n\n## Fine print\n\n- Deckchair vouchers: no, on no days.\n- Not for the Puffin Canoe.\n",
        OLD,
    )
    put(sqlite_engine, "other.md", "# Boats\n\nThe Gannet Kayak and the Puffin Canoe.\n", OLD)
    index = open_index()
    index.refresh()

    found = Retriever(sqlite_engine, index, encoder).retrieve(
        "do we have deckchair vouchers for days in the summer sale"
    )

    assert found.passages[0].guide_key == "sale-2026.md"


def test_a_passage_is_the_text_of_its_span(open_index: Open, guides: Engine, encoder: Encoder) -> None:
    """Spans are held against quotes and sections later."""
    from tests.knowledge.conftest import GUIDES

    passage = Retriever(guides, open_index(), encoder).retrieve("Restart the Brook 6").passages[0]

    assert passage.text == GUIDES["router.md"][passage.start : passage.end]
    assert (passage.title, passage.owner) == ("Brook 6 router", "ana@brightwater.example")


def test_what_left_the_guides_is_not_returned_even_before_a_refresh(
    open_index: Open, guides: Engine, encoder: Encoder, put_guide: Callable[[str, str | None], None]
) -> None:
    """The caches may lag behind the rows; the rows decide, also on how likely it is that the guides say it."""
    index, question = open_index(), "Until when can an engineer visit be moved free of charge?"
    index.refresh()
    put_guide("visits.md", None)

    found = Retriever(guides, index, encoder).retrieve(question)
    index.refresh()
    refreshed = Retriever(guides, index, encoder).retrieve(question)

    assert "visits.md" not in {passage.guide_key for passage in found.passages}
    assert found.features
    assert refreshed.features
    half = calibration.load().with_vectors
    assert half.probability(found.features) < half.partly
    assert found.features.best_unit == pytest.approx(refreshed.features.best_unit, abs=0.02)


def test_a_number_that_the_database_gives_to_another_chunk_is_not_mistaken_for_it(
    open_index: Open, guides: Engine, encoder: Encoder, put_guide: Callable[[str, str | None], None]
) -> None:
    """The newest chunk leaves, and what is written next has its number."""
    put_guide("trade.md", "# Trade-in\n\nThe trade-in of an old Heron doorbell brings 40 euros of credit.\n")
    index = open_index()
    index.refresh()
    chunks = set(index.words.keys)
    put_guide("trade.md", None)
    put_guide("parking.md", "# Parking\n\nVisitors park on deck four.\n")
    with guides.connect() as connection:
        assert set(connection.scalars(select(Chunk.id))) == chunks

    found = Retriever(guides, index, encoder).retrieve("How much credit does the trade-in of a Heron doorbell bring?")

    assert found.passages
    assert {"trade.md", "parking.md"}.isdisjoint(passage.guide_key for passage in found.passages)


def test_what_was_asked_before_is_found_again_until_the_guides_change(
    open_index: Open, guides: Engine, encoder: Encoder, put_guide: Callable[[str, str | None], None]
) -> None:
    """Spaces don't make another question; a change of the guides does, and so does an index that lags behind."""
    index = open_index()
    retriever = Retriever(guides, index, encoder)
    by_words = retriever.retrieve("Restart the Brook 6")
    index.refresh()
    first = retriever.retrieve("Restart the Brook 6")

    assert (by_words.dense, first.dense) == (False, True)
    assert retriever.retrieve(" Restart  the Brook 6\n") is first
    retriever.retrieve("How long does a refund take?")

    put_guide("other.md", "# Other\n\nNothing about routers.\n")
    assert retriever.retrieve("Restart the Brook 6") is not first
    index.refresh()
    assert retriever.retrieve("Restart the Brook 6") is not first
    assert len(retriever._found) == 1  # nothing of before is kept


def test_the_same_question_on_another_day_finds_the_edition_of_that_day(
    open_index: Open, sqlite_engine: Engine, encoder: Encoder
) -> None:
    """However often it was asked before."""
    put(sqlite_engine, "older.md", f"# Fees until 28 February 2026\n\n{OLDER}", OLD)
    put(sqlite_engine, "newer.md", f"# Fees from 1 March 2026\n\n{NEWER}", OLD)
    index = open_index()
    index.refresh()
    days = [date(2026, 2, 28), date(2026, 3, 2)]
    retriever = Retriever(sqlite_engine, index, encoder, lambda: days[0])
    first = [retriever.retrieve("What is the exit fee?").passages[0].guide_key for _ in range(2)]
    del days[0]

    assert [*first, retriever.retrieve("What is the exit fee?").passages[0].guide_key] == [
        "older.md",
        "older.md",
        "newer.md",
    ]


@pytest.mark.parametrize("question", ["", "   ", "?!", "the of and", "x" * 40_000, "\ud83d\x00 refund", '("AND OR* ~'])
def test_any_text_may_be_asked(question: str, open_index: Open, guides: Engine, encoder: Encoder) -> None:
    """Nobody's typing ends in an error."""
    index = open_index()
    index.refresh()

    Retriever(guides, index, encoder).retrieve(question)


def test_what_is_like_two_words_is_less_probable_than_what_is_like_eight(
    open_index: Open, guides: Engine, encoder: Encoder
) -> None:
    """It is so more often by chance."""
    retriever = Retriever(guides, open_index(), encoder)
    short, long = (
        retriever.retrieve(question).features
        for question in ("refund time", "how many working days will a refund take to be paid back after the return")
    )
    assert short
    assert long
    assert (short.words_asked, long.words_asked) == (2 / 8, 1.0)
    probability = calibration.load().half(dense=True).probability
    assert probability(replace(long, words_asked=short.words_asked)) < probability(long)

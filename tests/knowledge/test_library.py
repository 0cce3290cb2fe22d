"""The one door to the guides: ingest, questions, sections and state, from any thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from knowledge.answers import Answer, Outcome
from knowledge.encoder import Encoder
from knowledge.index import AlreadyOwned
from knowledge.library import STILL_READING, Library
from tests.conftest import NOW

Open = Callable[..., Library]


def test_a_folder_of_guides_becomes_answers(open_library: Open, tmp_path: Path) -> None:
    """Ingest takes the folder in as it is, with what it refuses in the state."""
    (tmp_path / "roaming.md").write_text("# Roaming\n\nIn Norway a call costs £2 a minute.\n")
    (tmp_path / "secret.md").write_text("---\naudience: managers\n---\n# Secret\n\nNobody may read this.\n")
    library = open_library()

    summary = library.ingest()

    assert summary.added == ("roaming.md",)
    assert library.has(["roaming.md"])
    assert not library.has(["roaming.md", "secret.md"])
    state = library.state()
    assert (state.guides, state.ready) == (1, True)  # what stood in the database without a file has left
    assert [key for key, _ in state.refused] == ["secret.md"]
    assert library.answer("What does a call in Norway cost?").citations[0].guide_key == "roaming.md"


def test_a_question_before_the_first_guides_are_in_is_no_gap(
    sqlite_engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    """While the first guides are taken in it says so, instead of that they don't say."""
    (tmp_path / "roaming.md").write_text("# Roaming\n\nIn Norway a call costs £2 a minute.\n")
    library = Library(sqlite_engine, tmp_path / "index", encoder, None, root=tmp_path, clock=lambda: NOW)
    library.open()
    meanwhile: list[Answer] = []

    assert library.answer("What does a call in Norway cost?").outcome is Outcome.NOT_IN_GUIDES
    library.ingest(lambda *_: meanwhile.append(library.answer("What does a call in Norway cost?")))

    assert meanwhile == [Answer(Outcome.FAULT, 0.0, notes=(STILL_READING,))]
    assert library.answer("What does a call in Norway cost?").citations
    library.close()


def test_the_first_guides_are_found_while_the_others_are_taken_in(
    sqlite_engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    """By their words; what they don't say may stand in the others, so that isn't called a gap."""
    (tmp_path / "a.md").write_text("# Roaming\n\nIn Norway a roaming call costs £2 a minute.\n")
    for number in range(5):
        (tmp_path / f"b{number}.md").write_text(f"# Parking {number}\n\nPark on deck {number}.\n")
    library = Library(sqlite_engine, tmp_path / "index", encoder, None, root=tmp_path, clock=lambda: NOW)
    library.open()
    meanwhile: list[tuple[int | Outcome, ...]] = []

    def ask(done: int, *_: object) -> None:
        fence = "Who paints the fence?"
        said = {library.answer(question).outcome for question in (fence, f"How is a Norway call billed? {fence}")}
        meanwhile.append((done, library.answer("roaming call Norway cost").outcome, *said))

    library.ingest(ask)

    assert [said for said in meanwhile if said[0] in (3, 5)] == [
        (3, Outcome.FAULT, Outcome.FAULT),
        (5, Outcome.ANSWERED, Outcome.FAULT),
    ]
    assert library.answer("Who paints the fence?").outcome is Outcome.NOT_IN_GUIDES
    library.close()


@pytest.mark.parametrize(
    ("place", "top", "title"),
    [
        ("{}.md", "---\ntitle: Warranty\nproduct: {}\n---", "Warranty ({})"),
        ("Products/{}/warranty.md", "# Warranty\n", "Warranty (Products › {})"),
    ],
    ids=["in its front matter", "in its folders"],
)
def test_a_guide_is_found_by_its_product(
    place: str, top: str, title: str, sqlite_engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    """Guides that never name it are told apart by it, by those who ask and by those who read the answer."""
    lasts = {"Heron": 2, "Heron Lite": 5, "Brook 4": 3}
    root = tmp_path / "guides"
    for product, years in lasts.items():
        path = root / place.format(product)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{top.format(product)}\nThe warranty lasts {years} years from delivery.\n")
    (root / "claims.md").write_text("# Claims\n\nSend us the receipt and a picture of the fault.\n")

    for _ in range(2):  # once as taken in, once as kept for the next process
        library = Library(sqlite_engine, tmp_path / "index", encoder, None, root=root, clock=lambda: NOW)
        library.open()
        library.ingest()
        answers = {product: library.answer(f"How long is the warranty of the {product}?") for product in lasts}
        unknown = library.answer("How long is the warranty of the Heron Pro?")
        claims = library.answer("What must customers send us for claims?")
        library.close()

        for product, years in lasts.items():
            assert answers[product].outcome is Outcome.ANSWERED
            quotes = [(each.title, each.quote) for each in answers[product].citations]
            assert quotes == [(title.format(product), f"The warranty lasts {years} years from delivery.")]
        assert unknown.notes == ("The guides don't mention “Heron Pro”.",)
        assert claims.citations[0].title == "Claims"


def test_a_common_word_with_a_capital_only_where_a_heading_begins_is_no_product(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide(
        "Leaving/drift-plus.md",
        "# Drift Plus\n\nThis is Drift Plus, a plan of 12 months.\n\n## Leaving early\n\nIt costs £6 a month.\n",
    )
    put_guide("tern.md", "# Tern\n\nTern pays for what water does to furniture.\n")
    library = open_library()
    library.warm()

    found = library._answering.find("drift plus leaving early fee")
    read = found.closely(found.passages[0])

    assert found.wanted == {("drift", "plus")}
    assert max(read.scores) != read.best  # so sentences are compared without the product's name
    assert library._answering.find("tern furniture after a flood").wanted == {("tern",)}


def test_a_folder_tells_siblings_apart_whatever_their_guides_are_called(
    sqlite_engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    """The other's guide is not quoted beside, though it reads as well, and the product counts as known."""
    root = tmp_path / "guides"
    for place, text in {
        "Wren/insurance.md": "# Insurance\n\nThe insurance costs £4 a month.\n",
        "Wren Lite/cover.md": "# Cover\n\nThe insurance costs £3 a month. Insurance is paid with the bill.\n",
    }.items():
        (root / place).parent.mkdir(parents=True)
        (root / place).write_text(text)
    library = Library(sqlite_engine, tmp_path / "index", encoder, None, root=root, clock=lambda: NOW)
    library.open()
    library.ingest()

    cited = {
        product: [each.guide_key for each in library.answer(f"What does insurance of the {product} cost?").citations]
        for product in ("Wren", "Wren Lite")
    }

    found = library._answering.find("What does insurance of the Wren cost?")
    assert cited == {"Wren": ["Wren/insurance.md"], "Wren Lite": ["Wren Lite/cover.md"]}
    assert library._answering.find("what does insurance of the wren cost").wanted == {("wren",)}
    mixed = library._answering.find("Does the insurance of the Lite Wren cost anything?")
    assert found.features
    assert found.features.names_elsewhere == 0
    assert mixed.features
    assert mixed.features.names_elsewhere == 1
    library.close()


def test_a_section_is_read_where_the_quote_stands_now(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """It moves with the guide, says when the words are gone, and is None when the guide is."""
    library = open_library()
    library.warm()
    quoted = library.answer("How long does a refund take?").citations[0]

    def read() -> tuple[tuple[str, ...], str, bool]:
        section = library.section(quoted.guide_key, quoted.start, quoted.end, quoted.quote)
        assert section
        return section.headings, "".join(section.text[low:high] for low, high in section.highlights), section.changed

    assert read() == (("Refunds", "How long it takes"), quoted.quote, False)

    put_guide("refunds.md", f"# Refunds\n\nA new beginning.\n\n## Times\n\n{quoted.quote}\n")
    assert read() == (("Refunds", "Times"), quoted.quote, False)

    put_guide("refunds.md", "# Refunds\n\nAll new.\n")
    assert read() == (("Refunds",), "", True)

    put_guide("refunds.md", None)
    assert library.section(quoted.guide_key, quoted.start, quoted.end, quoted.quote) is None


def test_questions_are_answered_while_guides_come_and_go(
    open_library: Open, put_guide: Callable[[str, str | None], None]
) -> None:
    """Eight askers during three changes: every one gets the answer that holds all along."""
    library = open_library()
    library.warm()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(library.answer, "How long does a refund take?") for _ in range(24)]
        for number in range(3):
            put_guide("new.md", f"# Extra {number}\n\nSomething about parking number {number}.\n")
            library.refresh()
        answers = [each.result() for each in asked]

    assert {answer.outcome for answer in answers} == {Outcome.ANSWERED}
    assert {answer.citations[0].guide_key for answer in answers} == {"refunds.md"}


def test_owners_are_listed_once(open_library: Open) -> None:
    """Set-up resolves each of them to people."""
    assert open_library().owners() == ["ana@brightwater.example"]


def test_a_second_library_on_the_folder_is_refused(open_library: Open) -> None:
    """The command line then asks the running bot."""
    first = open_library()
    with pytest.raises(AlreadyOwned):
        open_library()
    first.close()
    open_library()


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("How long is the warranty of the Birch 3?", "warranty.md"),
        ("Can a customer return the Cedar?", "returns.md"),
        ("How long is the warranty of the Elm?", "elm.md"),
        ("What does the Cedar cost?", "cedar.md"),
    ],
)
def test_what_is_said_of_all_products_answers_for_one_whose_guide_does_not_say(
    question: str, cited: str, open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Neither what the product's guide says of something else is quoted, nor what another product's says of that.

    What is asked may have capitals in headings and sentences without being a product.
    """
    about = "\n\n## Price\nThe {0} costs £39.\n\n## Faults\nIf the {0} smells, unplug it, and call us.\n"
    for name in ("Birch 3", "Cedar", "Elm"):
        put_guide(f"{name.lower()}.md", f"# {name}\n\nThe {name} is a heater." + about.format(name))
    put_guide("elm.md", "# Elm" + about.format("Elm") + "\n## Warranty\nThe Elm has a warranty of 5 years.\n")
    put_guide("warranty.md", "# Warranty Conditions\n\nAll products have a warranty of 2 years from delivery.\n")
    put_guide("returns.md", "# Returns Policy\n\nAnything can be returned within 30 days, in its box. See Warranty.\n")
    library = open_library()
    library.warm()

    answer = library.answer(question)

    assert [each.guide_key for each in answer.citations] == [cited]
    # Three words are few to be sure by, with the product's name among them.
    is_short = question == "Can a customer return the Cedar?"
    assert answer.outcome is (Outcome.PARTLY if is_short else Outcome.ANSWERED)
    features = library._answering.find(question).features
    assert features
    assert features.on_product == (cited in {"elm.md", "cedar.md"})


def test_the_passage_that_says_what_is_asked_is_quoted_rather_than_one_that_has_the_name_more_often(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """Both are on the product; a guide on others says more of what is asked."""
    about = "The Osprey keeps its clips in the Osprey's own memory as long as the Osprey is online. " * 10
    facts = "It needs a signal of -65 dBm at the door, opens no lock, and works with any network at 5 GHz. " * 8
    put_guide(
        "osprey.md",
        f"# Osprey data sheet\n\n## Clips\n\n{about}\n\n## Limits\n\n{facts}\n\nReturned within 14 days from delivery "
        "by phone or online, 28 days with the receipt when bought in a shop.\n",
    )
    put_guide("contracts.md", "# Contracts\n\n## Returns\n\nA box goes back within 30 days of the end.\n")
    library = open_library()
    library.warm()

    answer = library.answer("Can the Osprey be returned?")

    assert [(each.guide_key, each.section) for each in answer.citations] == [("osprey.md", "Limits")]


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("Marlin 500: what is the monthly charge?", "You pay £6 for each month that it is lent."),
        ("What does the Marlin 500 do when it rains?", "In rain it goes home by itself."),
    ],
)
def test_what_answers_is_marked_rather_than_what_has_the_name_of_the_product(
    question: str, marked: str, open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """In the product's own guide, its name is in the sentences that say the least."""
    put_guide(
        "marlin.md",
        "# Marlin 500\n\nThe Marlin 500 is the big sister of the Marlin 300. The Marlin 500 is for all lawns. "
        "Customers of the Marlin 500 are mostly gardeners.\n\n## On the lawn\n\nIt climbs banks of up to 20 degrees. "
        "In rain it goes home by itself.\n\n## Lending\n\nYou pay £6 for each month that it is lent. "
        "The first two weeks are free.\n",
    )
    library = open_library()
    library.warm()

    citation = library.answer(question).citations[0]
    assert [citation.quote[low:high] for low, high in citation.highlights][:1] == [marked]


SIBLINGS_IN_ONE_GUIDE = """# Railcards

Our railcards are sold at the counter. Every railcard can be shown on a phone.

## Railcard 26

The Railcard 26 is for people up to 26. A lost card is replaced for £10, once in its life. Students over 26 ask at the
counter.

## Railcard 60

Holders of the Railcard 60 may travel at any time of day. It comes by post within 7 working days.

## At the counter

When a Railcard 26 is bought as a present, ask for the birthday. Presents are packed for £2.
"""


@pytest.mark.parametrize(
    ("question", "marked", "kept_back"),
    [
        ("What does it cost to replace a lost railcard 60?", None, "£10"),
        ("how many working days for a Railcard 26 by post", None, "7 working days"),
        ("railcard 60 as a present", "Presents are packed for £2.", "ask for the birthday"),
    ],
)
def test_what_a_guide_says_of_one_product_is_not_marked_for_its_sibling(
    question: str,
    marked: str | None,
    kept_back: str,
    open_library: Callable[..., Library],
    put_guide: Callable[[str, str | None], None],
) -> None:
    """Whether the sibling stands in a heading above it or in the sentence; and nothing is, where that alone says it."""
    put_guide("railcards.md", SIBLINGS_IN_ONE_GUIDE)
    library = open_library()
    library.warm()

    found = library._answering.find(question)
    passage = next(each for each in found.passages if each.guide_key == "railcards.md")
    closely = found.closely(passage)
    texts = [passage.text[piece.start : piece.end] for piece in closely.pieces]

    assert closely.is_aside is (marked is None)
    assert marked is None or (any(marked in text for text in texts) and not any(kept_back in text for text in texts))
    evidence = [each for each in library.answer(question).citations if each.guide_key == "railcards.md"]
    assert not any(kept_back in each.quote[low:high] for each in evidence for low, high in each.highlights)


def test_what_is_only_said_of_a_sibling_makes_an_answer_less_likely(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide("railcards.md", SIBLINGS_IN_ONE_GUIDE)
    library = open_library()
    library.warm()

    said, unsaid = (
        library._answering.find(f"What does it cost to replace a lost Railcard {number}?").features
        for number in ("26", "60")
    )

    assert said
    assert unsaid
    assert said.words_covered > unsaid.words_covered


def test_of_sentences_in_one_unit_the_one_that_answers_is_marked(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """They share a vector, and none has a word of the question; the tokens are each sentence's own."""
    put_guide(
        "mower.md",
        "# Marlin\n\n## At a glance\n\nWith battery and charger it costs £279. Without them, for whoever has one, it "
        "is £199. It weighs 13.4 kg with the battery fitted.\n",
    )
    library = open_library()
    library.warm()

    found = library._answering.find("how heavy is the marlin")
    passage = found.passages[0]
    closely = found.closely(passage)
    best = closely.pieces[closely.scores.index(max(closely.scores))]

    assert passage.text[best.start : best.end] == "It weighs 13.4 kg with the battery fitted."


def test_a_better_sentence_does_not_bring_an_older_edition_forward(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    put_guide(
        "fees-2026.md", "# Fees 2026\n\n## Cards\n\nWe replace a card that was lost, and our fee for it is £15.\n"
    )
    put_guide("fees-2025.md", "# Fees 2025\n\n## Cards\n\nA lost card is replaced for a fee of £10.\n")
    library = open_library()
    library.warm()

    answer = library.answer("a lost card is replaced for a fee of")

    assert answer.citations[0].guide_key == "fees-2026.md"


def test_tokens_are_told_apart_in_guides_of_one_title(
    open_library: Callable[..., Library], put_guide: Callable[[str, str | None], None]
) -> None:
    """They are shown with their folders, which were not embedded."""
    put_guide("heron/fees.md", "# Fees\n\nA payment that is late costs £5. Paper bills cost £2 a month.\n")
    put_guide("wren/fees.md", "# Fees\n\nThe window is open from nine.\n")
    library = open_library()
    library.warm()

    found = library._answering.find("how much is a late payment")
    passage = found.passages[0]

    assert passage.guide_key == "heron/fees.md"
    tokens = found.tokens_in(passage)
    assert tokens
    of_late = tokens.alike[4].argmax()  # the fifth word
    assert passage.text[tokens.starts[of_late] :].startswith("late")

"""Messages, modals and Home as Slack gets them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import admin, answers, digest_figures, home, idea_lists, kit, questions, referrals, schedules
from bot.blocks.digest_figures import Team
from bot.blocks.home import Asked, Sections, SetUp
from bot.blocks.idea_lists import Row
from bot.blocks.text import day
from bot.records.figures import Figures
from bot.records.idea_families import Tally
from bot.records.idea_queries import Shown
from knowledge.answers import Answer, Citation, LibraryState, Outcome, Part, Section, Sentence, as_json, from_json
from sandbox.limits import MAX_UPDATE_TEXT, MODAL, check_message, check_view
from tests.bot.an_idea import an_idea

QUOTE = "Refunds take five days. Ask **billing** first."
CITATION = Citation(
    guide_key="billing/refunds.md",
    title="Refunds & credits",
    section="How long",
    headings=("Refunds & credits", "By card", "How long"),
    owner="chloe@brightwater.example",
    reviewed=date(2026, 3, 3),
    url="https://guides.example/refunds",
    start=10,
    end=10 + len(QUOTE),
    quote=QUOTE,
    highlights=((0, 23),),
)
OWNERS = {"chloe@brightwater.example": "Chloé Martin"}
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def every_text(thing: Any) -> Iterator[str]:
    """All strings under a `text` key, and all plain words in them."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from every_text(value)
    elif isinstance(thing, list):
        for one in thing:
            yield from every_text(one)


def elements(blocks: Any, action_id: str) -> list[dict[str, Any]]:
    if isinstance(blocks, dict):
        own = [blocks] if blocks.get("action_id") == action_id else []
        return own + [one for value in blocks.values() for one in elements(value, action_id)]
    return [one for value in blocks for one in elements(value, action_id)] if isinstance(blocks, list) else []


def test_an_answer_quotes_cites_and_can_be_rated() -> None:
    """The quote comes first, the sentence that answers in bold, then its source, then the thumbs."""
    said = answers.answer(7, Answer(Outcome.ANSWERED, 0.9, citations=(CITATION,)), OWNERS)
    assert said.text == "Refunds take five days. (Refunds &amp; credits › By card › How long)"
    assert said.blocks == [
        {
            "type": "section",
            "expand": True,
            "text": mrkdwn("> *Refunds take five days.* Ask billing first."),
            "accessory": {
                "type": "button",
                "text": {"type": "plain_text", "text": "Read the section", "emoji": True},
                "action_id": "read_section",
                "value": "7:0",
            },
        },
        {
            "type": "context",
            "elements": [
                mrkdwn(
                    "*Refunds &amp; credits* › By card › How long · owner Chloé Martin · reviewed 3 March 2026 · "
                    "<https://guides.example/refunds|Open the guide>"
                )
            ],
        },
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "rate_answer",
                    "positive_button": {
                        "text": {"type": "plain_text", "text": "Helpful", "emoji": True},
                        "value": "up:7",
                        "accessibility_label": "Helpful",
                    },
                    "negative_button": {
                        "text": {"type": "plain_text", "text": "Not helpful", "emoji": True},
                        "value": "down:7",
                        "accessibility_label": "Not helpful",
                    },
                }
            ],
        },
    ]


def test_a_quote_of_part_of_a_list_says_so() -> None:
    """Nobody must take the second step for the last one; an answer from before this was told says nothing."""
    part = replace(CITATION, quote="2. Wait.\n3. Plug in.", highlights=(), begins_above=True, goes_on=True)
    said = answers.answer(7, Answer(Outcome.ANSWERED, 0.9, citations=(part,)), OWNERS)
    kept = as_json(Answer(Outcome.ANSWERED, 0.9, citations=(CITATION,)))
    for name in ("begins_above", "goes_on"):
        del kept["citations"][0][name]

    assert said.blocks[0]["text"] == mrkdwn(
        "> …\n> 2. Wait.\n> 3. Plug in.\n> … _(shortened: the section has the rest)_"
    )
    assert from_json(kept).citations == (CITATION,)


def test_what_a_follow_up_was_taken_to_ask_comes_first() -> None:
    """Shown before the answer and said in its words; escaped, for people typed it."""
    understood = "What does <!here> cost? " * 30
    for outcome in (Outcome.ANSWERED, Outcome.NOT_IN_GUIDES, Outcome.FAULT):
        said = answers.answer(7, Answer(outcome, 0.5, citations=(CITATION,), understood=understood), OWNERS)
        first = said.blocks[0]["elements"][0]["text"]

        assert first.startswith("I took this as: What does &lt;!here&gt; cost?")
        assert said.text.startswith("I took this as: What does &lt;!here&gt; cost?")
        assert len(first) < 500


@pytest.mark.parametrize(
    ("understood", "before"),
    [
        ("How heavy is sprint 22", "You asked: “And it?” I took this as: How heavy is sprint 22. "),
        ("How heavy is it?", "You asked: “And it?” I took this as: How heavy is it? "),
    ],
)
def test_what_was_understood_ends_before_the_answer_begins(understood: str, before: str) -> None:
    """In the words for notifications, where both are on one line."""
    answer = Answer(Outcome.ANSWERED, 0.9, citations=(CITATION,), understood=understood)
    said = answers.answer(7, answer, OWNERS, preface="You asked: “And it?”")
    assert said.text.startswith(f"{before}Refunds take")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("| Cargo | 35 km |", "Bike | Range: Cargo | 35 km"),
        ("| Bike | **Range** |", "Bike | Range"),
        ("Ranges are in summer.", "Ranges are in summer."),
    ],
)
def test_a_row_is_told_with_the_head_of_its_table(row: str, words: str) -> None:
    """A figure without the name of its column says nothing to whoever hears only the words."""
    quote = "| Bike | **Range** |\n|---|---|\n| City | 60 km |\n| Cargo | 35 km |\n\nRanges are in summer."
    start = quote.index(row)
    citation = replace(CITATION, quote=quote, highlights=((start, start + len(row)),))
    said = answers.answer(7, Answer(Outcome.ANSWERED, 0.9, (citation,)), OWNERS)
    assert said.text == f"{words} (Refunds &amp; credits › By card › How long)"


def test_a_written_answer_numbers_its_citations() -> None:
    """A chat model's sentences carry the numbers of the quotes below them."""
    answer = Answer(Outcome.ANSWERED, 0.9, (CITATION,), sentences=(Sentence("Five days <b>.", (0,)),))
    texts = list(every_text(answers.answer(1, answer, OWNERS).blocks))
    assert texts[0] == "Five days &lt;b&gt;. [1]"
    assert texts[3].startswith("[1] *Refunds &amp; credits*")


def test_a_partial_answer_says_so_and_shows_its_notes() -> None:
    """Both before the quote, or it is repeated to a customer before anybody reads what it is about."""
    answer = Answer(Outcome.PARTLY, 0.5, (CITATION,), notes=("This is about “Heron”.",))
    texts = list(every_text(answers.answer(1, answer, OWNERS).blocks))
    assert texts[:2] == [
        "This is about “Heron”.",
        "The guides say this, which may answer only part of your question:",
    ]


def test_no_note_is_lost() -> None:
    """Nor is the end of a long list of questions: what doesn't fit is counted, and none is cut but for its length."""
    left = [f"How much is the pod of kind {number}, and who <pays> for it{'?' * 40}" for number in range(9)]
    again = f"Please ask again: {' '.join(f'“{each}”' for each in left)}"
    unknown = "The guides don't mention “Swift 12”."
    notes = (again, "The chat model was late.", "Two.", "Three.", unknown)
    shown = [
        block["elements"][0]["text"]
        for block in answers.answer(1, Answer(Outcome.PARTLY, 0.5, (CITATION,), notes=notes), OWNERS).blocks
        if block["type"] == "context"
    ][:-1]

    assert shown[1:] == list(notes[1:])
    assert shown[0] == (
        "Please ask again: "
        + " ".join(f"“{each}”" for each in left[:2]).replace("<", "&lt;").replace(">", "&gt;")
        + " and 7 more"
    )


def test_many_long_notes_leave_room_for_the_quotes() -> None:
    """They are part of what a message may hold."""
    cited = (replace(CITATION, quote="word & word. " * 600, highlights=()),) * 5
    notes = ("&" * 600,) * answers.MOST_NOTES
    texts = list(every_text(answers.answer(1, Answer(Outcome.PARTLY, 0.5, cited, notes=notes), OWNERS).blocks))
    assert sum(map(len, texts)) <= answers.LONGEST
    assert sum(text.startswith("> word") for text in texts) >= len(cited)


def test_beside_a_partial_answer_are_the_nearest_sections_and_who_can_be_asked() -> None:
    """Below the quote; an answer that is whole has neither."""
    near = replace(CITATION, headings=("By cheque",))
    partly = Answer(Outcome.PARTLY, 0.5, (CITATION,), (near,))
    said = answers.answer(7, partly, OWNERS, ask="Chloé Martin")
    whole = answers.answer(7, replace(partly, outcome=Outcome.ANSWERED), OWNERS, ask="Chloé Martin")

    assert said.text.endswith("How long) Other sections that may help: Refunds &amp; credits › By cheque")
    assert list(every_text(said.blocks))[4:8] == [
        "Other sections that may help:",
        "*Refunds &amp; credits* › By cheque",
        "Read the section",
        "Ask Chloé Martin",
    ]
    assert [b["value"] for b in elements(said.blocks, "read_section")] == ["7:0", "7:near:0"]
    assert "By cheque" not in whole.text
    assert elements(whole.blocks, "ask_owner") == []


SEVERAL = Answer(
    Outcome.PARTLY,
    0.1,
    (CITATION, replace(CITATION, quote="By cheque it takes 15.", highlights=())),
    parts=(
        Part("How long?", Outcome.ANSWERED, (0,)),
        Part("Who pays <it>?", Outcome.NOT_IN_GUIDES),
        Part("And by cheque?", Outcome.PARTLY, (1,)),
    ),
)


def test_each_quote_stands_below_its_question() -> None:
    """Of several asked at once; what the guides leave open is said first, and in a notification too."""
    said = answers.answer(1, SEVERAL, {})
    texts = [block["text"]["text"] for block in said.blocks if block["type"] == "section"]

    assert texts[0] == "The guides don't say: “Who pays &lt;it&gt;?”"
    assert texts[1] == "*How long?*"
    assert "five days" in texts[2]
    assert texts[3] == f"*And by cheque?*\n{answers.PARTLY}"
    assert texts[4] == "> By cheque it takes 15."
    assert said.text == (
        "The guides don't say: “Who pays &lt;it&gt;?” "
        "How long? Refunds take five days. (Refunds &amp; credits › By card › How long) "
        "And by cheque? By cheque it takes 15. (Refunds &amp; credits › By card › How long)"
    )


def test_a_written_answer_to_several_questions_says_what_is_left_open() -> None:
    """A chat model's sentences stand first; that one may answer only part is said before them."""
    written = replace(SEVERAL, sentences=(Sentence("Five days.", (0,)),), parts=(SEVERAL.parts[0], SEVERAL.parts[2]))
    texts = list(every_text(answers.answer(1, written, {}).blocks))
    assert texts[:3] == [answers.PARTLY, "Five days. [1]", "*How long?*"]


@pytest.mark.parametrize("outcome", [Outcome.NOT_IN_GUIDES, Outcome.PARTLY])
def test_long_questions_and_quotes_fit_together(outcome: Outcome) -> None:
    """Each question is cut, so that there is room for the quotes."""
    cited = (replace(CITATION, quote="word & word. " * 600, highlights=((0, 7_000),)),) * 3
    parts = (Part("&" * 600, outcome, () if outcome == Outcome.NOT_IN_GUIDES else (0,)),)
    parts += tuple(Part("&" * 600, Outcome.PARTLY, (number,)) for number in (1, 2))
    said = answers.answer(1, Answer(Outcome.PARTLY, 0.5, cited, cited, parts=parts), OWNERS, ask="Ann")
    texts = list(every_text(said.blocks))
    assert sum(map(len, texts)) <= answers.LONGEST
    assert len(said.text) <= 4_000
    assert all(len(text) <= 3_000 for text in texts)


@pytest.mark.parametrize(
    ("quote", "end"), [("Terms & conditions. " + "word " * 700, " word…"), ("&" * 3_000, "&amp;…")]
)
def test_a_long_text_is_cut_at_a_word(quote: str, end: str) -> None:
    """As late as it can be, and never within an escape."""
    said = answers.answer(1, Answer(Outcome.ANSWERED, 0.9, (replace(CITATION, quote=quote, highlights=()),)), {})
    text = said.text.removesuffix(" (Refunds &amp; credits › By card › How long)")
    assert len(text) > answers.LONGEST_TEXT - 10
    assert text.endswith(end)


def test_when_the_guides_do_not_say() -> None:
    """The nearest sections can be read, and their owner asked."""
    said = answers.answer(7, Answer(Outcome.NOT_IN_GUIDES, 0.1, nearest=(CITATION,)), OWNERS, ask="Chloé Martin")
    assert said.text == (
        "I looked in the guides, and they don't answer this. Nearest: Refunds &amp; credits › By card › How long"
    )
    assert [b["value"] for b in elements(said.blocks, "read_section")] == ["7:near:0"]
    assert [(b["text"]["text"], b["value"]) for b in elements(said.blocks, "ask_owner")] == [("Ask Chloé Martin", "7")]


def test_what_is_to_be_asked_again_offers_no_owner() -> None:
    """That comes first; the nearest sections can be read meanwhile."""
    said = answers.answer(7, Answer(Outcome.FAULT, 0.1, nearest=(CITATION,), notes=("Ask again.",)), OWNERS)
    assert said.text == said.blocks[0]["text"]["text"] == "Ask again."
    assert [b["value"] for b in elements(said.blocks, "read_section")] == ["7:near:0"]
    assert elements(said.blocks, "ask_owner") == []


def test_kept_answers_come_back_whole() -> None:
    """An answer survives being kept as JSON."""
    parts = (Part("And?", Outcome.ANSWERED, (0,)),)
    answer = Answer(Outcome.PARTLY, 0.5, (CITATION,), (CITATION,), (Sentence("Yes.", (0,)),), ("Note.",), None, parts)
    assert from_json(json.loads(json.dumps(as_json(answer)))) == answer


words = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["&" * 5_000, "<!channel> " * 400, "# x\n\n" * 300, "<https://evil.example|hr> *a*"]),
)
citations = st.builds(
    Citation,
    guide_key=st.just("a.md"),
    title=words,
    section=words,
    headings=st.lists(words, max_size=5).map(tuple),
    owner=st.one_of(st.none(), words),
    reviewed=st.none(),
    url=st.one_of(st.none(), words.map(lambda text: f"https://x.example/{text}")),
    start=st.just(0),
    end=st.just(1),
    quote=words,
    highlights=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=3).map(tuple),
)
any_answer = st.builds(
    Answer,
    outcome=st.sampled_from(list(Outcome)),
    probability=st.just(0.5),
    citations=st.lists(citations, max_size=7).map(tuple),
    nearest=st.lists(citations, max_size=4).map(tuple),
    sentences=st.lists(st.builds(Sentence, text=words, citations=st.just((0, 1))), max_size=9).map(tuple),
    notes=st.lists(words, max_size=5).map(tuple),
    parts=st.lists(
        st.builds(
            Part,
            question=words,
            outcome=st.sampled_from([Outcome.ANSWERED, Outcome.PARTLY, Outcome.NOT_IN_GUIDES]),
            citations=st.lists(st.integers(0, 2), max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(any_answer)
def test_every_answer_fits_and_is_harmless(answer: Answer) -> None:
    """Whatever the guides hold, an answer keeps Slack's limits and pings nobody."""
    said = answers.answer(1, answer, {}, ask="Ann", preface="You asked: <!here>")
    texts = list(every_text(said.blocks))
    assert len(said.blocks) <= kit.FEW_BLOCKS
    assert sum(map(len, texts)) <= answers.LONGEST
    assert len(said.text) <= 4_000
    assert all(0 < len(text) <= 3_000 for text in texts)
    for text in [*texts, said.text]:
        assert "<!" not in text
        assert "<@" not in text
        assert "<#" not in text
        assert text.count("<") == text.count("<https://x.example/")
        text.encode()


@pytest.mark.parametrize("letter", ["x", "&", "<"])
@pytest.mark.parametrize("address", ["a" * 970, "?a&" * 130, "a" * 1_900])
def test_the_longest_of_everything_fits(letter: str, address: str) -> None:
    """Titles, names, quotes, notes and addresses, five times over and escaped: Slack would take no more."""
    headings = (letter * 300,) * 3
    longest = replace(
        CITATION,
        title=letter * 300,
        headings=headings,
        owner=letter * 90,
        url=f"https://x.example/{address}",
        quote=letter * 3_000,
        highlights=((0, 3_000),),
    )
    asked = letter * 600
    parts = tuple(Part(asked, Outcome.PARTLY, (number,)) for number in range(3))
    notes = (letter * 400,) * answers.MOST_NOTES
    partly = Answer(Outcome.PARTLY, 0.5, (longest,) * 5, (longest,) * 3, notes=notes, understood=asked)
    for answer in (
        Answer(Outcome.ANSWERED, 0.9, (longest,) * 5, parts=parts, understood=asked),
        partly,
        replace(partly, sentences=(Sentence(letter * 900, (0, 1)),) * 9, parts=parts),
        replace(partly, outcome=Outcome.NOT_IN_GUIDES, citations=()),
    ):
        said = answers.answer(1, answer, {}, ask=letter * 90, preface=questions.changed(asked))
        check_message(said.text, said.blocks, None)
        assert len(said.text) <= MAX_UPDATE_TEXT
    section = Section(letter * 300, headings, letter * 3_000, (), letter * 90, date(2026, 3, 3), longest.url, True)
    check_view(answers.section_modal(section, {}), MODAL)


@settings(max_examples=20, deadline=None)
@given(words, st.booleans())
def test_every_section_fits_a_modal(text: str, changed: bool) -> None:
    """A section is split over blocks, and cut with a word where even those don't suffice."""
    section = Section("Title", ("Heading",), text * 20, (), None, None, None, changed)
    view = answers.section_modal(section, {})
    assert len(view["blocks"]) <= kit.MANY_BLOCKS
    assert len(json.dumps(view)) <= 250_000
    assert all(0 < len(one) <= 3_000 for one in every_text(view))


def test_a_section_that_goes_on_says_so() -> None:
    """What a modal can't hold is named, with the link to the guide."""
    section = Section("T", (), "word word\n\n" * 40_000, (), None, None, "https://x.example/t", False)
    assert list(every_text(answers.section_modal(section, {})))[-1] == (
        "The section goes on, but Slack shows no more here. <https://x.example/t|Open the guide>"
    )


def test_a_section_shows_where_it_stands_and_its_sentence() -> None:
    """The path, the owner and the date come before the words; a changed section says so."""
    section = Section("Refunds", ("Refunds", "How long"), QUOTE, ((0, 23),), None, date(2026, 3, 3), None, True)
    view = answers.section_modal(section, OWNERS)
    assert [t for b in view["blocks"] for t in every_text(b)] == [
        "Refunds › How long · reviewed 3 March 2026",
        "This section has changed since: the quoted words are no longer in it.",
        "*Refunds take five days.* Ask billing first.",
    ]


@settings(max_examples=40, deadline=None)
@given(words, words)
def test_referrals_ping_only_the_people_they_name(question: str, note: str) -> None:
    """Questions, notes and replies are shown as typed; the only live mentions are ours."""
    shown = [
        referrals.to_owner(1, "UASKER", question[:2_000], note[:1_000], question),
        referrals.reply(question[:2_000], ["UASKER"], "UOWNER", note[:3_000], in_thread=False),
        referrals.replied(question[:2_000], "UASKER", note[:3_000], by=None),
    ]
    for said in shown:
        check_message(said.text, said.blocks, None)
        whole = "".join([said.text, *every_text(said.blocks)])
        assert whole.count("<") == whole.count("<@UASKER>") + whole.count("<@UOWNER>")


def test_the_asker_sees_what_is_sent_and_to_whom() -> None:
    """The form names the owner and holds the question word for word."""
    texts = list(every_text(referrals.ask_form("7:C1", "When? *Now*", ["Ben Okafor", "Dev Patel"])))
    assert "To *Ben Okafor and Dev Patel*, as a direct message with your name:" in texts
    assert "> When? ∗Now∗" in texts


@pytest.mark.parametrize(("notes", "text"), [((), answers.FAULT), (("Still <reading>.",), "Still &lt;reading&gt;.")])
def test_a_fault_says_why_and_nothing_else(notes: tuple[str, ...], text: str) -> None:
    """No quote, no rating and nobody to ask: the question was not looked up."""
    said = answers.answer(7, Answer(Outcome.FAULT, 0.0, notes=notes), {}, ask="Ben")
    assert said == (text, [kit.section(text)])


NOTHING_ELSE = Sections()
LIBRARY = LibraryState(guides=2, chunks=10, vectors=10, ready=True)
CHOSEN = {"ideas_channel": "C1", "wins_channel": "C2", "digest_channel": "C3", "time_zone": "Europe/Amsterdam"}


def test_home_lists_my_questions() -> None:
    """Each question has its outcome in words and a button that shows the answer."""
    view = home.home("fl-", [Asked(5, "How <long>?", Outcome.NOT_IN_GUIDES, NOW)], None, NOTHING_ELSE)
    assert f"How &lt;long&gt;?\n_the guides don't say, {day(NOW)}_" in list(every_text(view))
    assert [b["value"] for b in elements(view, "show_answer")] == ["5"]
    assert elements(view, "setup_open") == []
    assert any("/fl-ask" in text for text in every_text(view))


def test_home_keeps_the_set_up_list_until_all_is_done() -> None:
    """A channel that the bot is not in is still to do, and says how."""
    todo = list(every_text(home.home("", [], SetUp(CHOSEN, ["C3"], LIBRARY), NOTHING_ELSE)))
    done = list(every_text(home.home("", [], SetUp(CHOSEN, [], LIBRARY), NOTHING_ELSE)))
    assert todo[0] == "Finish setting up Frontline"
    assert "☐ Digest channel: <#C3>, but I am not in it. Type `/invite @Frontline` there." in todo[1]
    assert "Set-up" in done
    assert not any("☐" in text for text in done)


@pytest.mark.parametrize(
    ("library", "loading", "said"),
    [
        (LIBRARY, False, "2 guides loaded and ready."),
        (LIBRARY, True, "Loading the guides…"),
        (LibraryState(0, 0, 0, False), False, "No guides are loaded."),
        (LibraryState(1, 1_200, 30, False), False, "1 guide loaded; 30 of 1,200 passages indexed."),
        (
            LibraryState(1, 1, 1, True, refused=[("a.pdf", "it is <encrypted>")]),
            False,
            "`a.pdf`: it is &lt;encrypted&gt;",
        ),
        (LibraryState(1, 1, 0, False, fault="No model."), False, "⚠️ No model."),
    ],
)
def test_home_tells_admins_how_the_guides_stand(library: LibraryState, loading: bool, said: str) -> None:
    """Progress, refused files and faults are on Home, in words."""
    texts = list(every_text(home.home("", [], SetUp({}, [], library, is_loading=loading), NOTHING_ELSE)))
    assert any(said in text for text in texts)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(words, words), max_size=30), words)
def test_home_fits_whatever_was_refused(refused: list[tuple[str, str]], text: str) -> None:
    """Home keeps Slack's limits with many refused files, owners and questions."""
    library = LibraryState(1, 1, 1, True, refused=refused, fault=text or None)
    asked = [Asked(n, text, Outcome.ANSWERED, NOW) for n in range(10)]
    view = home.home("", asked, SetUp(CHOSEN, [], library, owners=refused), NOTHING_ELSE)
    assert len(view["blocks"]) <= kit.MANY_BLOCKS
    assert all(len(one) <= 3_000 for one in every_text(view))


def test_a_full_home_fits_and_leads_to_the_rest() -> None:
    """With every section at its longest it stays below Slack's 100 blocks, and says where the rest is."""
    shown = [Row(Shown(an_idea(id=n), Tally(votes=n)), mine=False) for n in range(5)]
    line = kit.section("A line")
    figures = Figures(1, 1, [1], 1, 1, 1, 1, 1, 1)
    team = digest_figures.figures(Team(figures, figures, NOW, NOW, "UTC"))
    sections = Sections(
        ideas=idea_lists.home(shown, shown, 12, 31),
        received=[*[line] * 5, *home.more("received")],
        given=[*[line] * 5, *home.more("given")],
        more_questions=home.more("questions"),
        settings=[line] * 3,
        digests=schedules.in_home([], team),
    )
    asked = [Asked(n, "How?", Outcome.ANSWERED, NOW) for n in range(5)]
    library = LibraryState(1, 1, 1, False, refused=[("a.pdf", "no text")], fault="No model.")
    view = home.home("", asked, SetUp(CHOSEN, [], library, owners=[("a@x.example", "nobody")]), sections)
    texts = "\n".join(every_text(view))
    assert len(view["blocks"]) <= kit.MANY_BLOCKS
    assert "The newest 5 of 12; *All ideas* › My own has the others." in texts
    assert "5 of 31; *All ideas* has the others." in texts
    assert texts.count("Show older ones, too") == 3


def test_what_is_too_much_for_a_window_is_said() -> None:
    """Everything of a section, in a window of its own: the latest, and that there are older ones."""
    whole = home.everything("given", [kit.section("A line")] * 3, 3)
    cut = home.everything("given", [kit.section("A line")] * 4, 3)
    assert (len(whole["blocks"]), len(cut["blocks"])) == (3, 4)
    assert cut["blocks"][-1] == kit.context("These are the latest 3.")


def test_the_set_up_form_starts_with_the_admins_own_zone() -> None:
    """What was chosen before is filled in; the zone is the admin's own until then."""
    fresh, again = admin.setup_form({}, "Europe/Lisbon"), admin.setup_form(CHOSEN, "Europe/Lisbon")
    assert fresh["blocks"][3]["element"]["initial_value"] == "Europe/Lisbon"
    assert again["blocks"][3]["element"]["initial_value"] == "Europe/Amsterdam"
    assert [b["element"].get("initial_conversation") for b in again["blocks"][:3]] == ["C1", "C2", "C3"]


def test_the_ask_form_is_cut_to_the_limit() -> None:
    """A long message is prefilled only as far as a question may go, and the form says so."""
    form = questions.ask_form(2_000, "x" * 5_000)
    assert form["blocks"][0]["element"]["initial_value"] == "x" * 2_000
    assert "Only the first 2,000 characters fit" in str(form)
    assert "characters fit" not in str(questions.ask_form(2_000, "x" * 2_000))


def test_many_holders_of_roles_fit_the_form() -> None:
    """Three roles with fifty user groups each."""
    groups = [f"S0{number:09}" for number in range(60)]
    check_view(admin.roles_form({"expert": groups, "manager": groups, "admin": groups}), MODAL)

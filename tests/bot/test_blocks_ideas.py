"""Cards, forms, lists and files of ideas as Slack gets them."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import idea_lists, idea_news, ideas, kit
from bot.blocks.given_back import too_long
from bot.blocks.idea_lists import Choice, Row, Waiting
from bot.blocks.ideas import Draft, May
from bot.blocks.text import SECTION_LIMIT, escape
from bot.records.idea_families import Tally
from bot.records.idea_queries import Shown
from bot.records.tables import Comment, Evidence, IdeaChange
from sandbox.limits import HOME, MODAL, check_message, check_view
from tests.bot.an_idea import an_idea
from tests.conftest import NOW

HOSTILE = "<!channel> <@U1> *x* _y_ <https://evil.example|https://bank.example> & \u202e"
WORDS = st.text(max_size=300) | st.sampled_from([HOSTILE, HOSTILE * 40, "&" * 3_000, "\n" * 50, "a" * 3_000])


def everything(words: str) -> list[tuple[str, Any]]:
    """Every message and view about an idea that says these words wherever people can write any."""
    idea = an_idea(title=words[:150] or "-", text=words[:3_000], reason=words[:1_000], tags=[words[:30]])
    idea.card_url = "https://brightwater.slack.com/archives/C0123456789/p1700000000123456"
    idea.source = {"url": "https://x.slack.com/archives/C1/p1", "channel": "C1", "ts": "1.1"}
    shown = Shown(idea, Tally(3, 14, 2, 1), answered_in=2)
    joined = Shown(an_idea(id=2, status="duplicate", merged_into=1), Tally(), into=idea)
    change = IdeaChange(
        kind="decided", before="open", after="declined", user="U1", reason=words[:1_000], changed_at=NOW, other_id=None
    )
    merge = IdeaChange(
        kind="merged", before="open", after="duplicate", user="U1", reason="", changed_at=NOW, other_id=1
    )
    evidence = Evidence(id=1, user="U1", customer=words[:200], customers=3, note=words[:1_000], noted_at=NOW)
    comment = Comment(user="U1", text=words, ts="1.1")
    may = May(decide=True, withdraw=True, remove=frozenset({1}))
    row = Row(shown, mine=False)
    draft = Draft(words[:150], words[:3_000], "support", words[:150])
    messages = [
        ideas.card(shown),
        ideas.card(joined),
        ideas.card(Shown(an_idea(deleted_at=NOW, title="", text=""), Tally())),
        ideas.voted(shown, is_new=True),
        ideas.taken_back(shown, was_there=False),
        ideas.from_message(idea, "https://x.slack.com/archives/C1/p1"),
        idea_news.step_in_thread(change, idea, None),
        idea_news.step_in_thread(merge, idea, idea),
        *(
            idea_news.step_in_thread(IdeaChange(kind=kind, user="U1", reason=""), idea, None)
            for kind in ("assigned", "reworded")
        ),
        idea_news.other_in_thread(merge, idea),
        idea_news.news([(change, idea, None), (merge, idea, idea)] * 30),
        *(idea_news.reminder(idea, "late", NOW.date(), to_owner=to_owner) for to_owner in (True, False)),
        idea_news.muted("idea:1", is_muted=True),
        *too_long(f"-{words * 40}", 3_000),
    ]
    views = [
        ideas.form(draft, [(shown, False), (joined, False), (shown, True)]),
        ideas.voted_instead(shown),
        ideas.not_voted("No."),
        ideas.submitted(idea, None),
        ideas.edit_form(an_idea(title=words[:150], text=words[:3_000], tags=["café"] * 5)),
        ideas.edited(shown, is_news=True),
        ideas.customer_form(idea),
        ideas.customer_added(shown),
        ideas.details(shown, [evidence] * 12, [comment] * 12, [change, merge] * 12, [idea] * 21, may, has_voted=True),
        ideas.decide_form(idea, suggested_owner="U2"),
        ideas.decided(shown, is_news=True),
        ideas.merge_form(idea, [shown] * 30),
        ideas.merged(idea, idea),
        idea_lists.listing([row] * 6, 40, Choice(page=1, query=words[:150]), "{}", "", is_manager=True),
        idea_lists.triage([Waiting([shown] * 11, 3, "U1")] * 8, 88, NOW.date()),
    ]
    home = {"type": "home", "blocks": idea_lists.home([row] * 5, [row] * 5)}
    return [*(("message", m) for m in messages), *((MODAL, v) for v in views), (HOME, home)]


@settings(max_examples=40)
@given(WORDS)
def test_slack_takes_whatever_people_write(words: str) -> None:
    """Within every limit of messages, modals and Home."""
    for kind, shown in everything(words):
        if kind == "message":
            check_message(shown.text, shown.blocks, None)
            assert shown.text
        else:
            check_view(shown, kind)


@settings(max_examples=40)
@given(WORDS)
def test_nothing_that_people_write_comes_alive(words: str) -> None:
    """No mention, channel or link of theirs is live anywhere."""
    quiet = {json.dumps(text) for text in everything_live(everything("quiet words"))}
    assert {json.dumps(text) for text in everything_live(everything(words)) if "evil" in text or "<!" in text} <= quiet


def everything_live(pages: list[tuple[str, Any]]) -> list[str]:
    """What stands in angle brackets in the texts that Slack takes for markup."""
    found: list[str] = []

    def look(thing: Any) -> None:
        if isinstance(thing, dict):
            if thing.get("type") == "mrkdwn":
                found.extend(part.partition(">")[0].split("|")[0] for part in thing["text"].split("<")[1:])
            for value in thing.values():
                look(value)
        elif isinstance(thing, list):
            for one in thing:
                look(one)

    for kind, page in pages:
        look({"type": "mrkdwn", "text": page.text} if kind == "message" else page)
        if kind == "message":
            look(page.blocks)
    return found


def test_long_lists_say_how_much_more_there_is() -> None:
    """More merged ideas, and more news, than Slack takes in one piece."""
    idea = an_idea(title="t" * 105, card_url="https://x.slack.com/archives/C1/p1")
    change = IdeaChange(kind="decided", before="open", after="planned", user="U1", reason="", changed_at=NOW)
    shown = Shown(idea, Tally(merged=23))
    assert "and 3 more" in str(ideas.details(shown, [], [], [], [idea] * 23, May(), has_voted=False))
    assert "and 13 more; each is told" in str(idea_news.news([(change, an_idea(), None)] * 60).blocks)
    assert "more;" not in str(idea_news.news([(change, an_idea(), None)] * 47).blocks)


def test_a_text_that_is_too_long_comes_back_to_the_letter() -> None:
    """In as many messages as it takes."""
    typed = f"{HOSTILE} {'Café & *bar*, ' * 1_000}"
    messages = too_long(typed, 3_000)
    sections = [block["text"] for said in messages for block in said.blocks if block["text"]["type"] == "plain_text"]

    assert len(messages) == 3
    assert max(len(escape(section["text"])) for section in sections) <= SECTION_LIMIT
    assert "".join(section["text"] for section in sections) == typed


def test_a_text_that_a_form_refuses_comes_back_to_the_letter() -> None:
    """In sections that fit once Slack has escaped them, however many these are."""
    typed = f"{'&<>' * 1_000}end"
    view = kit.notice("Idea", "Guests can't.", "idea_refused", typed, "  ")
    pieces = [block["text"]["text"] for block in view["blocks"] if block["text"]["type"] == "plain_text"]
    assert "".join(pieces) == typed
    assert max(len(escape(piece)) for piece in pieces) in range(SECTION_LIMIT - 5, SECTION_LIMIT + 1)


def test_a_line_that_begins_with_more_than_is_no_quote() -> None:
    """Slack would take the sign away, and leave "24 hours"; the quotes that we make stay."""
    typed = "> 24 hours\n>100 calls > 90 minutes"
    shown = ideas.details(Shown(an_idea(text=typed), Tally()), [], [], [], [], May(), has_voted=False)
    assert "˃ 24 hours\n˃100 calls &gt; 90 minutes" in [b["text"]["text"] for b in shown["blocks"] if "text" in b]
    assert kit.section("> &gt; 2")["text"]["text"] == "> &gt; 2"


def test_what_changes_nothing_is_not_said_to_be_saved() -> None:
    """Neither new words for an idea nor a decision on it."""
    shown = Shown(an_idea(), Tally())
    for told in (ideas.edited, ideas.decided):
        assert "Saved" in str(told(shown, is_news=True))
        assert "Saved" not in str(told(shown, is_news=False))


def test_an_empty_list_names_the_command_as_it_is_here() -> None:
    """With the prefix of this workspace."""
    assert "`/fl-idea`" in str(idea_lists.listing([], 0, Choice(), "{}", "fl-", is_manager=False))


def test_the_card_says_how_long_an_answer_took() -> None:
    """In working days, or until when it is due."""
    waiting = Shown(an_idea(), Tally())
    assert "first response by 30 November 2026" in str(ideas.card(waiting).blocks)
    assert "answered in 2 working days" in str(ideas.card(replace(waiting, answered_in=2)).blocks)
    assert "answered in 1 working day" in str(ideas.card(replace(waiting, answered_in=1)).blocks)


def test_cells_of_the_file_are_inert() -> None:
    """A spreadsheet takes none of them for a formula, and the rest is as it was."""
    starts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "plain", 'café, "quoted"\nnext']
    shown = [Shown(an_idea(id=n, title=title), Tally()) for n, title in enumerate(starts)]
    file = idea_lists.spreadsheet(shown, {"UANA": "Ana Duarte"})
    rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"), newline="")))

    assert [row["title"] for row in rows] == [f"'{start}" for start in starts[:7]] + starts[7:]
    assert {row["author"] for row in rows} == {"Ana Duarte"}

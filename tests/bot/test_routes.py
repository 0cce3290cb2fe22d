"""Whatever people can click, type or send arrives somewhere."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.blocks import (
    admin,
    answers,
    digest,
    digest_figures,
    home,
    idea_lists,
    idea_news,
    ideas,
    questions,
    referrals,
    schedules,
    wins,
)
from bot.blocks.home import Asked, SetUp
from bot.listeners import opens_a_view, routes
from bot.manifest import manifest
from bot.records import appearances
from bot.records.figures import Figures
from bot.records.idea_families import Tally
from bot.records.idea_queries import Shown
from bot.records.schedules import Kind as Digests
from bot.records.schedules import usual
from bot.records.tables import IdeaChange, Schedule, Win
from bot.records.wins import Shown as ShownWin
from knowledge.answers import Answer, Citation, LibraryState, Outcome
from tests.bot.an_idea import an_idea

CITATION = Citation("a.md", "A", "B", (), None, date(2026, 3, 3), None, 0, 1, "Yes.")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WIN = Win(id=1, giver="U1", deed="Helped.", effect="", words="", value=None, stage=None, quote="", told_at=NOW)


def known(kind: str, prefix: str = "") -> set[str]:
    return {route.on for route in routes(prefix) if route.kind == kind and isinstance(route.on, str)}


IDEA = an_idea()


def idea_pages() -> list[Any]:
    """Everything about ideas that has buttons."""
    shown, joined = Shown(IDEA, Tally(votes=1)), Shown(an_idea(merged_into=2, status="duplicate"), Tally(), into=IDEA)
    may = ideas.May(decide=True, edit=True, withdraw=True)
    row, voted = idea_lists.Row(shown, mine=False), idea_lists.Row(shown, mine=True)
    change = IdeaChange(kind="decided", before="open", after="planned", user="U1", reason="", changed_at=NOW)
    return [
        ideas.form(ideas.Draft(), [(shown, False)])["blocks"][1:3],
        ideas.voted_instead(shown),
        ideas.card(shown).blocks,
        ideas.voted(shown, is_new=True).blocks,
        ideas.taken_back(shown, was_there=True).blocks,
        *(ideas.details(one, [], [], [], [], may, has_voted=False) for one in (shown, joined)),
        idea_news.news([(change, IDEA, None)]).blocks,
        idea_news.muted("ideas", is_muted=True).blocks,
        idea_news.reminder(IDEA, "late", NOW.date(), to_owner=True).blocks,
        idea_lists.home([row], [row, voted]),
        *(
            [block for block in view["blocks"] if block["type"] != "input"]
            for view in (
                idea_lists.listing([row, voted], 20, idea_lists.Choice(page=n), "", "", is_manager=True) for n in (0, 1)
            )
        ),
        idea_lists.triage([idea_lists.Waiting([shown, shown], 1, "U1")], 2, NOW.date()),
    ]


def digest_pages() -> list[Any]:
    """Everything about digests that has buttons."""
    told = digest.Recognition(NOW, NOW, "UTC", [], ["U1"], frozenset(), [], [], {}, [])
    none = Figures(0, 0, [], 0, 0, 0, 0, 0, 0)
    team = digest_figures.figures(digest_figures.Team(none, none, NOW, NOW, "UTC"))
    weekly = Schedule(id=1, **usual(Digests.RECOGNITION, "C1", "UTC")._asdict())
    paused = Schedule(id=2, **usual(Digests.MANAGERS, "C1", "UTC")._asdict(), paused="by hand")
    return [
        digest.recognition(told, {"U1": "Ann"}).screen.blocks,
        schedules.overview([schedules.Planned(weekly, NOW), schedules.Planned(paused, None)]),
        schedules.in_home([], team),
    ]


def found(thing: Any, key: str) -> set[str]:
    """Every value of a key, at any depth."""
    if isinstance(thing, dict):
        return {value for k, value in thing.items() if k == key} | {v for t in thing.values() for v in found(t, key)}
    return {value for one in thing for value in found(one, key)} if isinstance(thing, list | tuple) else set()


def test_every_button_and_form_has_a_listener() -> None:
    """No button or form of ours is answered with "no longer in use"."""
    library = LibraryState(1, 1, 1, True)
    shown = [
        answers.answer(1, Answer(Outcome.ANSWERED, 1.0, (CITATION,)), {}).blocks,
        answers.answer(1, Answer(Outcome.NOT_IN_GUIDES, 0.0, nearest=(CITATION,)), {}, ask="Ann").blocks,
        home.home(
            "",
            [Asked(1, "?", Outcome.ANSWERED, NOW)],
            SetUp({}, [], library),
            home.Sections(received=home.more("received")),
        ),
        *(home.news_of_ideas(is_muted=muted) for muted in (True, False)),
        *digest_pages(),
        referrals.to_owner(1, "U1", "?", "").blocks,
        *idea_pages(),
        wins.card(ShownWin(WIN, ["U2"], "U1", [], has_quote=False), {"U1": "Ann", "U2": "Ben"}).blocks,
        wins.thanks(WIN, [], is_on_card=True, manager=None).blocks,
        wins.added(1, is_new=True).blocks,
        wins.finish("C1:1.2").blocks,
        wins.my_settings(appearances.unchosen("U1")),
        wins.given([WIN], "U1", {1: ["U2"]}),
        wins.given([WIN], "U3", {1: []}),
    ]
    assert found(shown, "action_id") <= known("action")
    forms = [
        questions.ask_form(100),
        referrals.ask_form("1:C1", "?", ["Ann"]),
        referrals.reply_form(1, "?", "", in_thread=True),
        admin.roles_form({}),
        admin.setup_form({}, "UTC"),
        schedules.form(usual(Digests.RECOGNITION, "C1", "UTC"), None),
        wins.form([]),
        wins.ask_to_withdraw(1),
        wins.ask_to_hide(1),
        wins.note_form(1, ""),
        wins.appearance_form(appearances.unchosen("U1")),
        ideas.form(ideas.Draft()),
        idea_lists.listing([], 0, idea_lists.Choice(), "", "", is_manager=False),
        ideas.customer_form(IDEA),
        ideas.edit_form(IDEA),
        ideas.decide_form(IDEA),
        ideas.merge_form(IDEA, [Shown(IDEA, Tally())]),
    ]
    assert found([form for form in forms if "submit" in form], "callback_id") == known("view")


@pytest.mark.parametrize("prefix", ["", "fl-"])
def test_all_that_the_manifest_promises_has_a_listener(prefix: str) -> None:
    """Commands, shortcuts and subscribed events each have a route, with the commands' prefix."""
    promised = manifest(prefix)
    assert found(promised["features"]["slash_commands"], "command") == known("command", prefix)
    assert found(promised["features"]["shortcuts"], "callback_id") == known("shortcut", prefix)
    events = promised["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == known("event", prefix)


@pytest.mark.parametrize(
    ("body", "opens"),
    [
        ({"type": "block_actions", "actions": [{"action_id": "read_section"}]}, True),
        ({"type": "block_actions", "actions": [{"action_id": "rate_answer"}]}, False),
        ({"type": "block_actions", "actions": []}, False),
        ({"type": "shortcut", "callback_id": "ask_guides"}, True),
        ({"type": "view_submission", "view": {"callback_id": "ask"}}, False),
        ({"command": "/fl-frontline", "text": "Roles"}, True),
        ({"command": "/fl-frontline", "text": ""}, False),
        ({"command": "/fl-ask", "text": "roles"}, False),
        ({"command": "/fl-idea", "text": "roles"}, True),
        ({"type": "block_actions", "actions": [{"action_id": "vote_idea"}]}, False),
        ({"type": "event_callback", "event": {"type": "message"}}, False),
    ],
)
def test_what_opens_a_form_is_known_beforehand(body: dict[str, Any], opens: bool) -> None:
    """Slack waits three seconds for a form, so these go before the inbox."""
    assert opens_a_view(body, "fl-") is opens

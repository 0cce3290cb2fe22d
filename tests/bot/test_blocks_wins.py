"""Cards, forms and messages of thanks as Slack gets them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import wins as blocks
from bot.blocks.answers import Said
from bot.coach import Lack
from bot.records import appearances
from bot.records.tables import Win
from bot.records.wins import Shown, Story
from sandbox.limits import check_message, check_view
from tests.bot.test_blocks import every_text
from tests.conftest import NOW

NASTY = st.text(st.sampled_from("<>&!@#|*_~` \nabc…U1"), max_size=1_200) | st.sampled_from(
    ["&" * 1_000, "<!channel> " * 90, "<https://evil.example|https://hr> " * 30, "\n" * 1_000, "a" * 1_000, "😀" * 600]
)
LIVE = re.compile(r"<(?!https://slack\.example/m\|this message>)[^@]|<@(?!UGIVER>|UBEN>|UDEV>|UKIRA>)")


def win(**texts: str) -> Win:
    row = {"deed": "", "effect": "", "words": "", "quote": "", "value": None, "stage": None, **texts}
    return Win(id=7, giver="UGIVER", link="https://slack.example/m", told_at=NOW, **row)


def fits(said: Said) -> None:
    check_message(said.text, said.blocks, None)
    assert [text for text in (said.text, *every_text(said.blocks)) if LIVE.search(text)] == []


@given(NASTY, NASTY, NASTY, NASTY, st.lists(st.tuples(st.sampled_from(["UDEV", None]), NASTY), max_size=30))
def test_every_message_fits_and_is_harmless(
    deed: str, effect: str, words: str, quote: str, kudos: list[tuple[str | None, str]]
) -> None:
    """Whatever people type: within Slack's limits, no live mention or link but our own, a fallback on each."""
    row = win(
        deed=f"Helped one: {deed}"[: blocks.DEED_LIMIT],
        effect=effect[: blocks.LIMIT],
        words=words[: blocks.WORDS_LIMIT],
        quote=quote[:800],
        value=deed[:60],
    )
    notes = [(user, note[: blocks.NOTE_LIMIT]) for user, note in kudos]
    names = {"UGIVER": deed[:80], "UBEN": f"<!here> Ben {'&' * 80}", "UDEV": effect[:80]}
    shown = Shown(row, ["UBEN"] * blocks.MOST_PEOPLE, "UGIVER", notes, has_quote=True)
    fits(blocks.card(shown, names))
    fits(blocks.card(Shown(row, ["UBEN"], None, notes, has_quote=False), names))
    fits(blocks.thanks(row, ["UDEV"], is_on_card=False, manager="UKIRA"))
    fits(blocks.to_manager(row, "UBEN"))
    assert "@U" not in str(blocks.card(shown, {**names, "UGIVER": "Ann", "UDEV": "Dev"}).text)


@given(NASTY, NASTY, st.sampled_from(["", "Own it", "Gone from the list"]), st.booleans())
def test_every_form_fits(text: str, quote: str, value: str, is_public: bool) -> None:
    """Prefilled with anything, for a new thank-you or a change."""
    story = Story(deed=text, effect=text, words=text, value=value or None, is_public=is_public, quote=quote[:800])
    for win_id in (None, 7):
        about = blocks.about("UBEN", quote[:800]) if quote.strip() else blocks.about_private()
        check_view(blocks.form(["Own it"], ["UBEN"], story, about=about, win_id=win_id), "modal")


def test_a_card_says_who_thanks_whom_for_what() -> None:
    """A colleague who keeps their name to themselves is one, as giver and among the kudos; the quote goes with it."""
    row = win(deed="Helped.", quote="Fixed it.", stage="support", value="Own it")
    kudos = [("UDEV", "Me too"), (None, "And me"), (None, "")]
    shown = blocks.card(Shown(row, ["UBEN"], None, kudos, has_quote=True), {"UBEN": "Ben", "UDEV": "Dev"})
    texts = [text for text in every_text(shown.blocks) if text not in ("mrkdwn", "plain_text")]
    assert texts[:5] == [
        "🏆 *A colleague* thanks *Ben*",
        "Helped.",
        "About <https://slack.example/m|this message>:\n> Fixed it.",
        "Shows: Own it · Support",
        "👏 Kudos from Dev and 2 others",
    ]
    assert texts[5] == "Dev: Me too\nA colleague: And me"
    hidden = blocks.card(Shown(row, ["UBEN"], None, [], has_quote=False), {"UBEN": "Ben"})
    assert "Fixed it." not in str(hidden.blocks)


@pytest.mark.parametrize(
    ("channel", "on_card", "only_told", "is_public", "says"),
    [
        ("C1", ["UBEN"], [], True, "on its way to <#C1>, and to them directly"),
        (None, ["UBEN"], [], True, "no wins channel is chosen yet"),
        ("C1", ["UBEN"], ["UDEV"], True, "<@UDEV> would rather be thanked in private"),
        ("C1", [], ["UBEN", "UDEV"], False, "<@UBEN> and <@UDEV>. It is private"),
    ],
)
def test_the_giver_is_told_what_happens(
    channel: str | None, on_card: list[str], only_told: list[str], is_public: bool, says: str
) -> None:
    """Where it goes and to whom, and how to change it."""
    text = blocks.sent(channel, on_card, only_told, is_public=is_public)["blocks"][0]["text"]["text"]
    assert says in text
    assert "take it back" in text


def test_the_hint_changes_nothing_else() -> None:
    """The form stays as it was, with other words in one place; the same words are no change."""
    view: dict[str, Any] = blocks.form(["Own it"])
    changed = blocks.coached(view, [Lack.WHOM])
    assert changed is not None
    different = [new for old, new in zip(view["blocks"], changed["blocks"], strict=True) if old != new]
    assert [block["block_id"] for block in different] == ["coach"]
    assert {**changed, "blocks": []} == {**view, "blocks": []}
    assert blocks.coached(changed, [Lack.WHOM]) is None


def test_home_says_how_somebody_appears() -> None:
    """The section about it, with the way to change it."""
    choice = appearances.unchosen("UANA")
    choice.manager = "UKIRA"
    shown = str(blocks.my_settings(choice))
    assert "In thanks I appear: *By name*" in shown
    assert "<@UKIRA> hears of private thanks" in shown
    assert "open_appearance" in shown

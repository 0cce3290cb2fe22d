"""An idea from the first word to its outcome, as people see it in Slack."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conversations.conftest import Bot
from tests.conversations.slack import Company, actions, words

ARRIVAL = ("Text the engineer's arrival", "Customers wait at home all day. A text with a one-hour window would help.")
SAME = "Send customers an SMS when the engineer is about to come"


@pytest.fixture(scope="module")
def bot(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot with one short guide: ideas need no more."""
    folder = tmp_path_factory.mktemp("bot")
    (folder / "guides").mkdir()
    (folder / "guides" / "refunds.md").write_text("---\nowner: UCHLOE\n---\n# Refunds\n\nWe refund within a day.\n")
    bot = Bot(company, folder / "data").start(GUIDES_DIR=str(folder / "guides"))
    yield bot
    bot.stop()


@pytest.fixture(scope="module", autouse=True)
def manager(company: Company, bot: Bot) -> str:
    """Channels chosen, and a manager."""
    set_up(company)
    command(company, "UADMIN", "/frontline roles")
    submit(company, "UADMIN", {"person": "UELENA", "role": "manager", "change": "grant"})
    company.until(lambda: "now a manager" in words(company.view("UADMIN")), "the role")
    close(company, "UADMIN")
    return "UELENA"


def set_up(company: Company) -> None:
    command(company, "UADMIN", "/frontline setup")
    channels = {"ideas_channel": "C0IDEAS", "wins_channel": "C0WINS", "digest_channel": "C0GENERAL"}
    submit(company, "UADMIN", {**channels, "time_zone": "Europe/Amsterdam"})
    company.until(lambda: "I joined" in words(company.view("UADMIN")), "the bot in its channels")
    close(company, "UADMIN")


def command(company: Company, user: str, text: str) -> None:
    answer = company.act("command", user=user, channel="C0SUPPORT", text=text)
    assert answer["ok"], answer


def submit(company: Company, user: str, values: dict[str, Any]) -> dict[str, Any]:
    """Fill in the form that is open, or will be, and send it."""
    form = company.until(lambda: (v := company.view(user)) and v.get("submit") and v, "a form")
    assert form
    answer = company.act("submit", user=user, view_id=form["id"], values=values)
    assert answer["ok"], answer
    return answer


def close(company: Company, user: str) -> None:
    """Every window that somebody has open."""
    while view := company.view(user):
        company.act("close", user=user, view_id=view["id"])


def press(company: Company, user: str, action_id: str, **fields: Any) -> dict[str, Any]:
    """Press a button in the window on top."""
    view = company.until(lambda: (v := company.view(user)) and actions(v, action_id) and v, f"{action_id} to press")
    assert view
    answer = company.act("click", user=user, view_id=view["id"], action_id=action_id, **fields)
    assert answer["ok"], answer
    return answer


def suggest(company: Company, user: str, title: str, text: str, **more: str) -> int:
    """Suggest an idea; its number."""
    command(company, user, f"/idea {title}")
    sent = submit(company, user, {"idea_text": text, **more})
    assert "Thank you" in words(sent["view"]), sent
    close(company, user)
    return int(words(sent["view"]).split("This is idea ")[1].split(":")[0])


def card(company: Company, number: int, saying: str = "", channel: str = "C0IDEAS") -> dict[str, Any]:
    """The card of an idea, once it says something."""

    def look() -> dict[str, Any] | None:
        found = [m for m in company.messages(channel) if f"*{number}. " in words(m.get("blocks")) and not _reply(m)]
        return found[0] if found and saying in words(found[0]["blocks"]) else None

    return company.until(look, f"the card of idea {number} with {saying!r}")


def _reply(message: dict[str, Any]) -> bool:
    return message.get("thread_ts") not in (None, message["ts"])


def told(company: Company, user: str, what: str) -> dict[str, Any]:
    """A private line that somebody gets."""
    found = company.until(lambda: [e for e in company.private(user) if what in e["text"]], f"{user} told {what!r}")
    return found[-1]


def opened(company: Company, user: str, saying: str) -> dict[str, Any]:
    """The window on top, once it says something."""
    view = company.until(lambda: (v := company.view(user)) and saying in words(v) and v, f"a window with {saying!r}")
    assert view
    return view


def details(company: Company, user: str, number: int) -> dict[str, Any]:
    close(company, user)
    company.click(user, card(company, number), "idea_details")
    return opened(company, user, "by <@")


def decide(company: Company, user: str, number: int, **values: str) -> dict[str, Any]:
    details(company, user, number)
    press(company, user, "decide_idea")
    opened(company, user, "Everybody reads this")
    return submit(company, user, values)


def test_an_idea_becomes_a_card(company: Company) -> None:
    """/idea prefills the title; the card has the words, the author, stage, tags, status, and when a response is due."""
    number = suggest(company, "UANA", *ARRIVAL, stage="onboarding", tags="Engineers, #Text messages")
    shown = words(card(company, number)["blocks"])

    for part in (*ARRIVAL, "<@UANA>", "stage: onboarding", "#engineers", "#text-messages", "Open", "first response by"):
        assert part in shown


def test_the_title_may_not_be_empty(company: Company) -> None:
    """What has to be corrected is said at its field, and the form can be sent again."""
    command(company, "UBEN", "/idea")
    refused = submit(company, "UBEN", {"idea_title": "???", "idea_text": "…"})
    assert set(refused["response"]["errors"]) == {"idea_title", "idea_text"}
    sent = submit(company, "UBEN", {"idea_title": "Sell umbrellas", "idea_text": "It rains."})
    assert "Thank you" in words(sent["view"])
    close(company, "UBEN")


def test_a_message_becomes_an_idea_and_both_lead_to_each_other(company: Company) -> None:
    """The form holds what the message says; the card links to it, and a line below the message links to the card."""
    message = next(m for m in company.messages("C0IDEAS") if "one-page comparison" in m["text"])
    company.act("shortcut", user="UJONAS", callback_id="turn_into_idea", channel="C0IDEAS", message_ts=message["ts"])
    form = opened(company, "UJONAS", "What should change")
    assert "one-page comparison" in form["state"]["values"]["idea_text"]["idea_text"]["value"]
    sent = submit(company, "UJONAS", {"idea_title": "Compare the fibre plans on a page"})
    number = int(words(sent["view"]).split("This is idea ")[1].split(":")[0])
    close(company, "UJONAS")

    assert f"p{message['ts'].replace('.', '')}|from a message>" in words(card(company, number)["blocks"])
    line = company.replies("C0IDEAS", message["ts"], 1)[0]
    assert card(company, number)["ts"].replace(".", "") in line["text"]


def test_similar_ideas_are_shown_while_typing_and_take_the_vote(company: Company) -> None:
    """By meaning; the vote counts once; the way back has every word that was typed."""
    number = suggest(company, "UDEV", "Refund small sums without approval", "It takes days, and customers are cross.")
    card(company, number)
    command(company, "UINES", "/idea")
    opened(company, "UINES", "What should change")
    typed = "Let agents pay back little amounts on their own"
    company.act("type", user="UINES", action_id="idea_text", value="Because\nit is *quicker* & <kinder>.")
    company.act("type", user="UINES", action_id="idea_title", value=typed)
    form = opened(company, "UINES", "Refund small sums")
    assert form["state"]["values"]["idea_title"]["idea_title"]["value"] == typed

    press(company, "UINES", "vote_instead", value=str(number))
    opened(company, "UINES", "Your vote counts for")
    card(company, number, "1 vote")
    press(company, "UINES", "back_to_idea")
    form = opened(company, "UINES", "you voted for it")
    values = form["state"]["values"]
    assert values["idea_title"]["idea_title"]["value"] == typed
    assert values["idea_text"]["idea_text"]["value"] == "Because\nit is *quicker* & <kinder>."
    close(company, "UINES")


def test_a_form_that_changed_meanwhile_is_left_alone(company: Company) -> None:
    """Slack refuses a stale change; the next thing typed is answered again, and nobody is bothered."""
    command(company, "UKIRA", "/idea")
    opened(company, "UKIRA", "What should change")
    company.act("type", user="UKIRA", action_id="idea_title", value="Refund small sums at once")
    opened(company, "UKIRA", "Is it one of these")
    since = company.now()
    company.fault("error", method="views.update", error="hash_conflict", times=1)
    company.act("type", user="UKIRA", action_id="idea_title", value="Something about swimming pools")
    company.until(lambda: company.calls("views.update", since), "the refused change")
    assert "Is it one of these" in words(company.view("UKIRA"))
    company.act("type", user="UKIRA", action_id="idea_title", value="Something about swimming pools and lakes")
    company.until(lambda: "Is it one of these" not in words(company.view("UKIRA")), "nothing similar")
    close(company, "UKIRA")

    assert [p for p in company.private("UKIRA") if "wrong" in p["text"]] == []


def test_one_vote_a_person(company: Company) -> None:
    """Clicks add up to one vote, told privately with the way to take it back; redraws are two seconds apart."""
    number = suggest(company, "UANA", "Open the shop at eight", "People pass by on their way to work.")
    there = card(company, number)
    since = company.now()
    for user in ("UBEN", "UDEV", "UBEN", "UFINN", "UBEN"):
        company.click(user, there, "vote_idea")
    told(company, "UBEN", "You had voted already for")
    private = told(company, "UDEV", "Voted for")
    card(company, number, "3 votes")
    company.click("UDEV", private, "take_back_vote", channel="C0IDEAS")
    card(company, number, "2 votes")
    told(company, "UDEV", "taken back")

    drawn = [call for call in company.calls("chat.update", since) if call["arguments"]["ts"] == there["ts"]]
    assert 1 <= len(drawn) <= 4


def test_a_vote_for_customers_is_kept_as_evidence(company: Company) -> None:
    """Who, how many and what they said; whoever said it can remove it."""
    number = suggest(company, "UANA", "Invoices by post again", "Some have no e-mail.")
    company.click("UCHLOE", card(company, number), "vote_for_customer")
    opened(company, "UCHLOE", "How many customers")
    refused = submit(company, "UCHLOE", {"customer": "Harbour care home", "customers": "0", "note": "They said <so>."})
    assert "customers" in refused["response"]["errors"]
    submit(company, "UCHLOE", {"customers": "14"})
    close(company, "UCHLOE")
    card(company, number, "asked for by 14 customers")

    shown = details(company, "UCHLOE", number)
    assert "Harbour care home" in words(shown)
    assert "They said &lt;so&gt;." in words(shown)
    press(company, "UCHLOE", "remove_evidence")
    company.until(lambda: "Harbour care home" not in words(company.view("UCHLOE")), "the evidence removed")
    close(company, "UCHLOE")


def test_a_manager_decides_and_everybody_concerned_hears(company: Company, bot: Bot) -> None:
    """On the card, in its thread, and in one direct message for author and voters; declining needs a reason."""
    number = suggest(company, "UGRACE", "Cameras in the shop", "For safety.")
    other = suggest(company, "UGRACE", "A bell at the door", "To hear who comes in.")
    company.click("UFINN", card(company, number), "vote_idea")
    card(company, number, "1 vote")
    refused = decide(company, "UELENA", number, status="declined", reason="")
    assert "say why" in refused["response"]["errors"]["reason"]
    submit(company, "UELENA", {"reason": "Not without the works council & <its> word."})
    decide(company, "UELENA", other, status="planned", owner="UHUGO", due="2027-02-01")
    close(company, "UELENA")

    shown = card(company, number, "Declined")
    assert "Not without the works council &amp; &lt;its&gt; word." in words(shown["blocks"])
    assert "answered at once" in words(shown["blocks"])
    assert not actions(shown, "vote_idea")
    assert "Declined" in words(company.replies("C0IDEAS", shown["ts"], 1)[0])
    planned = words(card(company, other, "Planned")["blocks"])
    assert "owner <@UHUGO>" in planned
    assert "due 1 February 2027" in planned

    before = {user: len(company.direct(user)) for user in ("UGRACE", "UFINN")}
    travel(bot, minutes=9)
    for user, count in before.items():
        company.until(lambda user=user, count=count: company.direct(user)[count:], f"the news for {user}")
    news = company.direct("UGRACE")[before["UGRACE"] :]
    assert len(news) == 1
    assert "Cameras in the shop" in words(news[0]["blocks"])
    assert "A bell at the door" in words(news[0]["blocks"])


def travel(bot: Bot, **ahead: int) -> None:
    """Start the bot again, with its clock so much later."""
    bot.stop()
    guides = str(bot.data.parent / "guides")
    bot.start(GUIDES_DIR=guides, FRONTLINE_NOW=(datetime.now(UTC) + timedelta(**ahead)).isoformat())

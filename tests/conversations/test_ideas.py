"""An idea from the first word to its outcome, as people see it in Slack."""

import csv
import io
import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.records.database import engine_for
from bot.records.tables import Delivery
from tests.conversations.conftest import Bot
from tests.conversations.slack import Company, actions, as_typed, words

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


def opened(company: Company, user: str, saying: str, patience_s: float = 60) -> dict[str, Any]:
    """The window on top, once it says something."""
    view = company.until(
        lambda: (v := company.view(user)) and saying in words(v) and v, f"a window with {saying!r}", patience_s
    )
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


def test_more_than_an_idea_takes_comes_back_whole(company: Company) -> None:
    """The form has the beginning and goes on saying so while somebody types; a direct message has every word."""
    typed = "Customers wait all day for *one* call & <nobody> says when. " * 60 + "That was the last word."
    command(company, "UHUGO", f"/idea {typed}")
    form = opened(company, "UHUGO", "Only the first 3,000 characters fit")
    assert form["state"]["values"]["idea_text"]["idea_text"]["value"] == typed[:3_000]
    since = company.now()
    company.act("type", user="UHUGO", action_id="idea_title", value="Say when the engineer comes")
    company.until(lambda: company.calls("views.update", since), "the form drawn again")
    assert "Only the first 3,000 characters fit" in words(company.view("UHUGO"))
    close(company, "UHUGO")

    whole = company.until(lambda: [m for m in company.direct("UHUGO") if "you typed 3," in m["text"]], "all of it")
    assert as_typed(whole[0]) == typed


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
@pytest.mark.parametrize(
    "typed", ["/idea Say <b> & *when*", "/kudos for <b> & *this*", f"/idea {'Say when. ' * 1_000}end"]
)
def test_a_form_that_does_not_open_costs_no_word(company: Company, typed: str, error: str) -> None:
    """What was typed comes back with what to do: privately in its place if one message holds it, else directly."""
    before = len(company.private("UHUGO")), len(company.direct("UHUGO"))
    company.fault("error", method="views.open", error=error, times=1)
    command(company, "UHUGO", typed)

    def told() -> list[dict[str, Any]]:
        return company.private("UHUGO")[before[0] :] + company.direct("UHUGO")[before[1] :]

    company.until(lambda: "".join(map(as_typed, told())) == typed, "every word")
    assert all("try again" in message["text"] for message in told())


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
    form = opened(company, "UINES", "Refund small sums", patience_s=200)  # the first time, the model is loaded
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


def test_managers_see_what_waits(company: Company) -> None:
    """Oldest first, near-duplicates together with one click to merge them, and who may own it."""
    first = suggest(company, "UANA", "Play music on hold", "Silence makes callers hang up.", stage="renewal")
    second = suggest(company, "UBEN", "Music while callers are on hold", "Callers hang up in silence.")
    command(company, "UDEV", "/ideas triage")
    opened(company, "UDEV", "Only managers")
    close(company, "UDEV")
    for number in [int(n) for n in re.findall(r"\*(\d+)\. ", str(company.messages("C0IDEAS"))) if int(n) < first]:
        respond(company, number)

    def alike() -> str | None:
        close(company, "UELENA")
        command(company, "UELENA", "/ideas triage")
        shown = words(opened(company, "UELENA", "Music while callers"))
        return shown if "Much the same" in shown else None

    shown = company.until(alike, "the two that are much the same")
    assert shown.index("Play music on hold") < shown.index("Music while callers")
    assert "Suggested owner: <@U" in shown
    press(company, "UELENA", "merge_alike", value=f"{first}:{second}")
    company.until(lambda: "Much the same" not in words(company.view("UELENA")), "one idea less")
    close(company, "UELENA")
    card(company, second, "Merged into")


def respond(company: Company, number: int) -> None:
    """A manager says something below a card."""
    found = [m for m in company.messages("C0IDEAS") if f"*{number}. " in words(m.get("blocks")) and not _reply(m)]
    if found:
        company.say("UELENA", "C0IDEAS", "Seen, thank you", thread_ts=found[0]["ts"])
        card(company, number, "answered")


def test_windows_below_show_what_was_decided(company: Company, manager: str) -> None:
    """From the list through what waits and the details, one more than Slack piles up; each is up to date after it."""
    other = suggest(company, "UANA", "Answer letters by letter", "Not everybody has a computer.")
    number = suggest(company, "UANA", "Print the opening hours on the receipt", "People ring us to ask for them.")
    command(company, manager, "/ideas")
    press(company, manager, "triage_ideas")
    waiting = opened(company, manager, "Print the opening hours")
    press(company, manager, "idea_details", value=str(number))
    opened(company, manager, "by <@UANA>")
    press(company, manager, "decide_idea")
    opened(company, manager, "Everybody reads this")
    submit(company, manager, {"status": "planned", "reason": "From January on."})
    opened(company, manager, "Saved.")

    def below() -> str:
        return words(next(v for v in company.state()["views"][manager] if v["id"] == waiting["id"]))

    company.until(lambda: "Print the opening hours" not in below(), "the list of what waits without it")
    close(company, manager)

    details(company, manager, number)
    press(company, manager, "merge_idea")
    opened(company, manager, "becomes part of")
    submit(company, manager, {"number": str(other)})
    opened(company, manager, "is part of")
    company.act("close", user=manager, view_id=company.view(manager)["id"])
    opened(company, manager, "Undo the merge")
    press(company, manager, "unmerge_idea")
    opened(company, manager, "Planned")
    close(company, manager)


def test_a_form_that_changed_meanwhile_is_left_alone(company: Company) -> None:
    """Slack refuses a stale change; the next thing typed is answered again, and nobody is bothered."""
    card(company, suggest(company, "UDEV", "Lend umbrellas to customers", "They wait in the rain."))
    command(company, "UKIRA", "/idea")
    opened(company, "UKIRA", "What should change")
    company.act("type", user="UKIRA", action_id="idea_title", value="Lend customers umbrellas")
    opened(company, "UKIRA", "Is it one of these", patience_s=200)  # the first time, the model is loaded
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


def test_merging_keeps_everything_and_can_be_undone(company: Company) -> None:
    """Votes add up without counting anybody twice; cards and threads say where it went; undone, all is as before."""
    number = suggest(company, "UANA", "A lounge in the shop", "People wait standing.")
    into = suggest(company, "UBEN", "Chairs in the shop", "Older customers need them.")
    for user, idea in (("UFINN", number), ("UGRACE", number), ("UGRACE", into)):
        company.click(user, card(company, idea), "vote_idea")
    card(company, number, "2 votes")
    details(company, "UELENA", number)
    press(company, "UELENA", "merge_idea")
    opened(company, "UELENA", "becomes part of another idea")
    refused = submit(company, "UELENA", {"number": str(number)})
    assert "merged into itself" in refused["response"]["errors"]["number"]
    submit(company, "UELENA", {"number": str(into)})
    opened(company, "UELENA", "is part of")

    went = card(company, number, "Merged into")
    assert not actions(went, "vote_idea")
    assert "Chairs in the shop" in words(went["blocks"])
    there = card(company, into, "includes 1 merged idea")
    assert "2 votes" in words(there["blocks"])
    assert "merged" in words(company.replies("C0IDEAS", went["ts"], 1))
    assert "merged" in words(company.replies("C0IDEAS", there["ts"], 1))

    details(company, "UELENA", number)
    press(company, "UELENA", "unmerge_idea")
    assert "2 votes" in words(card(company, number, "Vote (2)")["blocks"])
    assert "1 vote" in words(card(company, into, "Vote (1)")["blocks"])
    close(company, "UELENA")


def test_the_thread_of_the_card_is_the_discussion(company: Company) -> None:
    """What is said, edited and deleted there is so in the details; a manager's comment is the first response."""
    number = suggest(company, "UANA", "Name badges", "Customers ask who we are.")
    there = card(company, number)
    said = company.say("UJONAS", "C0IDEAS", "With <first> names only", thread_ts=there["ts"])
    mine = company.say("UELENA", "C0IDEAS", "Good, I ask HR", thread_ts=there["ts"])
    card(company, number, "2 comments")
    assert "answered at once" in words(card(company, number, "answered")["blocks"])
    company.act("edit", user="UJONAS", channel="C0IDEAS", message_ts=said["ts"], text="With both names")
    company.until(lambda: "With both names" in words(details(company, "UANA", number)), "the edited comment")
    assert "first" not in words(company.view("UANA")).partition("Latest comments")[2]
    company.act("delete", user="UELENA", channel="C0IDEAS", message_ts=mine["ts"])
    card(company, number, "1 comment")
    assert "ask HR" not in words(details(company, "UANA", number))
    close(company, "UANA")


def test_what_is_said_elsewhere_is_not_kept(company: Company, bot: Bot) -> None:
    """Channel messages that are no comments leave no copy in the inbox."""
    message = company.say("UANA", "C0IDEAS", "canary one")
    company.say("UBEN", "C0IDEAS", "canary two", thread_ts=message["ts"])
    number = suggest(company, "UANA", "A quiet room", "For long calls.")
    company.say("UBEN", "C0IDEAS", "heard", thread_ts=card(company, number)["ts"])
    card(company, number, "1 comment")

    engine = engine_for(f"sqlite:///{bot.data / 'frontline.db'}")
    with engine.connect() as connection:
        kept = [str(row) for row in connection.execute(select(Delivery.body))]
    engine.dispose()
    assert [row for row in kept if "canary" in row or "heard" in row] == []


def test_the_author_can_reword_an_open_idea(company: Company) -> None:
    """The card, its thread and the search follow; voters hear of it once; others, and later, can't."""
    number = suggest(company, "UANA", "Longer sockets", "The cord is too short.", tags="shop")
    there = card(company, number)
    assert not actions(details(company, "UBEN", number), "edit_idea")
    close(company, "UBEN")
    details(company, "UANA", number)
    press(company, "UANA", "edit_idea")
    form = opened(company, "UANA", "Its votes stay")
    assert form["state"]["values"]["tags"]["tags"]["value"] == "shop"
    refused = submit(company, "UANA", {"idea_title": "?"})
    assert set(refused["response"]["errors"]) == {"idea_title"}
    sent = submit(company, "UANA", {"idea_title": "Longer cords for the kettles", "tags": "kitchen"})
    assert "The card shows it" in words(sent["view"])

    assert "#kitchen" in words(card(company, number, "Longer cords for the kettles")["blocks"])
    assert "changed the words" in words(company.replies("C0IDEAS", there["ts"], 1))
    close(company, "UANA")
    command(company, "UBEN", "/ideas wires of water boilers")
    opened(company, "UBEN", "Longer cords for the kettles")
    close(company, "UBEN")
    details(company, "UANA", number)
    press(company, "UANA", "edit_idea")
    late = opened(company, "UANA", "Its votes stay")
    decide(company, "UELENA", number, status="planned")
    close(company, "UELENA")
    values = {"idea_title": "Too late"}
    refused = company.act("submit", user="UANA", view_id=late["id"], values=values)
    assert "planned already" in refused["response"]["errors"]["idea_title"]
    close(company, "UANA")


def test_the_author_can_withdraw(company: Company) -> None:
    """The words are gone from the card, and a click on an old button says so; others can't."""
    number = suggest(company, "UKIRA", "Something hasty", "I did not think.")
    assert not actions(details(company, "UDEV", number), "withdraw_idea")
    there = card(company, number)
    details(company, "UKIRA", number)
    press(company, "UKIRA", "withdraw_idea")
    opened(company, "UKIRA", "was withdrawn")

    def gone() -> bool:
        message = next(m for m in company.messages("C0IDEAS") if m["ts"] == there["ts"])
        return "hasty" not in words(message) and f"Idea {number} was withdrawn" in words(message)

    company.until(gone, "the card without its words")
    company.act(
        "click",
        user="UDEV",
        channel="C0IDEAS",
        message_ts=there["ts"],
        action_id="vote_idea",
        value=str(number),
        forge=True,
    )
    told(company, "UDEV", "withdrawn")
    close(company, "UDEV")
    close(company, "UKIRA")


def test_ideas_are_found(company: Company) -> None:
    """By status, by stage, by tag, one's own, by meaning; voted for in the list; page by page."""
    number = suggest(company, "UINES", "Wheelchair ramp", "Two steps at the door.", stage="awareness", tags="access")
    for title in ("Blue bags", "Green bags", "Red bags", "Paper bags", "No bags", "Cotton bags", "Old bags"):
        suggest(company, "UCHLOE", title, "For what people buy.", tags="bags")
    for text in (
        "awareness",
        "#access",
        "mine",
        "people in a wheelchair can't come in",
        "newest status open stage awareness",
    ):
        command(company, "UINES", f"/ideas {text}")
        view = opened(company, "UINES", "Wheelchair ramp", patience_s=200)
        assert "Cotton bags" not in words(view)
        close(company, "UINES")
    command(company, "UINES", "/ideas #access")
    opened(company, "UINES", "Wheelchair ramp")
    press(company, "UINES", "vote_in_list", value=str(number))
    opened(company, "UINES", "Take back")
    card(company, number, "1 vote")
    close(company, "UINES")

    command(company, "UINES", "/ideas #bags newest")
    assert "Old bags" in words(opened(company, "UINES", "1–6 of 7"))
    press(company, "UINES", "list_next")
    assert "Blue bags" in words(opened(company, "UINES", "7–7 of 7"))
    press(company, "UINES", "list_status", value="declined")
    opened(company, "UINES", "Nothing matches")
    press(company, "UINES", "list_status", value="any")
    opened(company, "UINES", "1–6 of 7")
    for search in ("made of paper", "#access"):
        submit(company, "UINES", {"list_search": search})
        opened(company, "UINES", {"made of paper": "Paper bags", "#access": "Wheelchair ramp"}[search])
    close(company, "UINES")


def test_managers_get_all_ideas_as_a_file(company: Company) -> None:
    """With cells that no spreadsheet takes for formulas; others are told who may."""
    suggest(company, "UANA", "=HYPERLINK(1)", "@here")
    command(company, "UANA", "/ideas export")
    opened(company, "UANA", "Only managers")
    close(company, "UANA")
    command(company, "UELENA", "/ideas export")
    opened(company, "UELENA", "the file is in our direct messages")
    close(company, "UELENA")
    file = company.until(lambda: [f for m in company.direct("UELENA") for f in m.get("files", [])], "the file")[0]
    request = urllib.request.Request(file["url_private"], headers={"Authorization": "Bearer xoxb-sandbox"})
    with urllib.request.urlopen(request) as answer:
        rows = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))

    assert rows[0][:3] == ["number", "title", "text"]
    assert "'=HYPERLINK(1)" in [row[1] for row in rows]
    assert [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell] == []


def test_home_has_ones_own_ideas_and_votes(company: Company) -> None:
    """With their state; a vote there is seen there."""
    company.act("open_home", user="UCHLOE")
    home = company.until(lambda: (h := company.home("UCHLOE")) and "My ideas" in words(h) and h, "ideas in Home")
    assert home
    vote = actions(home, "vote_in_home")[0]
    company.act("click", user="UCHLOE", view_id=home["id"], action_id="vote_in_home", value=vote["value"])
    company.until(lambda: actions(company.home("UCHLOE"), "take_back_in_home"), "one's own vote in Home")


def test_outsiders_take_no_part(company: Company) -> None:
    """A guest hears it before filling in the form, and keeps what was typed."""
    company.act("command", user="UGUEST", channel="C0ASK", text="/idea Free coffee")
    assert "Free coffee" in words(opened(company, "UGUEST", "employees of this company"))
    assert not company.view("UGUEST").get("submit")
    close(company, "UGUEST")


def test_doubt_about_who_somebody_is_costs_no_word(company: Company, bot: Bot) -> None:
    """While Slack can't be asked, the form stays as it is, and can be sent again."""
    bot.stop()  # who people are is kept for a minute
    company.fault("error", method="users.info", error="internal_error", times=99)
    bot.start(GUIDES_DIR=str(bot.data.parent / "guides"))
    command(company, "UFINN", "/idea Quieter keyboards")
    refused = submit(company, "UFINN", {"idea_text": "Customers hear us type."})
    assert "could not check with Slack" in refused["response"]["errors"]["idea_text"]
    company.fault("clear")
    assert "Thank you" in words(submit(company, "UFINN", {})["view"])
    close(company, "UFINN")


def test_doubt_costs_no_word_about_an_idea_that_is_there(company: Company, bot: Bot) -> None:
    """Words for customers, new words and a decision stay in their forms; a refused vote leads back to the own idea."""
    number = suggest(company, "UANA", "Quieter printers", "They wake the dog.")
    company.click("UCHLOE", card(company, number), "vote_for_customer")
    details(company, "UANA", number)
    press(company, "UANA", "edit_idea")
    details(company, "UELENA", number)
    press(company, "UELENA", "decide_idea")
    command(company, "UINES", "/idea Silent printers")
    opened(company, "UINES", "What should change")
    typed = {
        "UCHLOE": {"customer": "A library", "note": "Readers stare."},
        "UANA": {"idea_title": "Silent printers"},
        "UELENA": {"status": "planned", "reason": "Next spring."},
    }
    for user in typed:
        company.until(lambda user=user: company.view(user).get("submit"), "the form")
    bot.stop()  # who people are is kept for a minute
    company.fault("error", method="users.info", error="internal_error", times=99)
    bot.start(GUIDES_DIR=str(bot.data.parent / "guides"))

    for user, values in typed.items():
        refused = submit(company, user, values)["response"]
        assert "could not check with Slack" in str(refused["errors"])
    form = company.view("UINES")
    vote = {"view_id": form["id"], "action_id": "vote_instead", "value": str(number), "forge": True}
    company.act("click", user="UINES", **vote)
    opened(company, "UINES", "could not check with Slack")
    press(company, "UINES", "back_to_idea")
    form = opened(company, "UINES", "What should change")
    assert form["state"]["values"]["idea_title"]["idea_title"]["value"] == "Silent printers"
    company.fault("clear")
    for user in typed:
        assert submit(company, user, {})["response"]["response_action"] == "update"
        close(company, user)
    close(company, "UINES")


def test_an_idea_that_is_withdrawn_meanwhile_costs_no_word(company: Company) -> None:
    """What somebody has typed about it stays in the form, for them to copy."""
    number = suggest(company, "UKIRA", "Louder doorbells", "Nobody hears ours.")
    company.click("UCHLOE", card(company, number), "vote_for_customer")
    opened(company, "UCHLOE", "How many customers")
    details(company, "UELENA", number)
    press(company, "UELENA", "decide_idea")
    opened(company, "UELENA", "Everybody reads this")
    details(company, "UKIRA", number)
    press(company, "UKIRA", "withdraw_idea")
    opened(company, "UKIRA", "was withdrawn")
    close(company, "UKIRA")

    evidence = {"customer": "A school", "customers": "2", "note": "Parents wait outside."}
    for user, values in (("UCHLOE", evidence), ("UELENA", {"status": "planned", "reason": "This spring."})):
        refused = submit(company, user, values)
        assert "was withdrawn" in str(refused["response"]["errors"])
        assert "was withdrawn" not in words(company.view(user))
        close(company, user)


def test_a_manager_decides_and_everybody_concerned_hears(company: Company, bot: Bot) -> None:
    """On the card, in its thread, and in one direct message for author and voters; declining needs a reason."""
    number = suggest(company, "UGRACE", "Cameras in the shop", "For safety.")
    other = suggest(company, "UGRACE", "A bell at the door", "To hear who comes in.")
    company.click("UFINN", card(company, number), "vote_idea")
    card(company, number, "1 vote")
    refused = decide(company, "UELENA", number, status="declined", reason="")
    assert "say why" in refused["response"]["errors"]["reason"]
    refused = submit(company, "UELENA", {"reason": "Not yet.", "owner": "ULARS"})
    assert "colleague with an open account" in refused["response"]["errors"]["owner"]
    submit(company, "UELENA", {"owner": "", "reason": "Not without the works council & <its> word."})
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


def test_muted_news_does_not_come(company: Company, bot: Bot) -> None:
    """Neither of one idea nor of any, until it is asked for again; and what is due is reminded of."""
    number = suggest(company, "UGRACE", "Fewer forms", "They take long.")
    card(company, number)
    decide(company, "UELENA", number, status="started", owner="UHUGO", due=f"{datetime.now(UTC):%Y-%m-%d}")
    close(company, "UELENA")
    card(company, number, "Started")
    before = len(company.direct("UGRACE"))
    old = company.direct("UGRACE")[-1]
    company.click("UGRACE", old, "mute_ideas", value="ideas")
    told(company, "UGRACE", "no more news")
    reminded = len(company.direct("UHUGO"))
    weekday_morning(bot)

    def his() -> str:
        return words(company.direct("UHUGO")[reminded:])

    company.until(lambda: "News of an idea" in his() and "was due on" in his(), "the owner's news and reminder")
    assert len(company.direct("UGRACE")) == before


def test_managers_are_reminded_of_what_somebody_who_has_left_owns(company: Company, bot: Bot) -> None:
    """Their account is closed, the idea goes on."""
    number = suggest(company, "UGRACE", "Shorter queues", "People leave the shop.")
    card(company, number)
    decide(company, "UELENA", number, status="started", owner="UBEN", due=f"{datetime.now(UTC):%Y-%m-%d}")
    close(company, "UELENA")
    card(company, number, "Started")
    assert company.act("deactivate_person", user="UADMIN", target="UBEN")["ok"]
    weekday_morning(bot)

    def hers() -> list[str]:
        return [words(message) for message in company.direct("UELENA") if "Shorter queues" in message["text"]]

    (reminder,) = company.until(hers, "the manager's reminder")
    assert "was due on" in reminder
    assert "Its owner, <@UBEN>, has left, so all managers are reminded." in reminder


def test_without_a_model_ideas_are_found_by_their_words(company: Company, bot: Bot) -> None:
    """And what waits, merging and the way back to what was typed are there all the same; the log says why, once."""
    bot.stop()
    bot.start(GUIDES_DIR=str(bot.data.parent / "guides"), EMBEDDING_MODEL=str(bot.data / "no-model"))
    number = suggest(company, "UKIRA", "Lend parasols", "The sun shines on 100% of our customers.")
    suggest(company, "UKIRA", "Sell parasols", "The sun shines on 100 of our customers.")
    command(company, "UINES", "/ideas PARASOLS 100%")
    assert "Sell parasols" not in words(opened(company, "UINES", "Lend parasols", patience_s=200))
    close(company, "UINES")

    command(company, "UELENA", "/ideas triage")
    company.until(lambda: actions(company.view("UELENA"), "decide_idea"), "what waits")
    details(company, "UELENA", number)
    press(company, "UELENA", "merge_idea")
    opened(company, "UELENA", "Or another, by its number")
    close(company, "UELENA")

    command(company, "UINES", "/idea Parasols for everybody")
    form = opened(company, "UINES", "What should change")
    vote = {"view_id": form["id"], "action_id": "vote_instead", "value": str(number), "forge": True}
    assert company.act("click", user="UINES", **vote)["ok"]
    opened(company, "UINES", "Your vote counts for")
    press(company, "UINES", "back_to_idea")
    form = opened(company, "UINES", "What should change")
    assert form["state"]["values"]["idea_title"]["idea_title"]["value"] == "Parasols for everybody"
    assert bot.log().count("there is no embedding model") == 1
    assert "raised an exception" not in bot.log()


def weekday_morning(bot: Bot) -> None:
    """The next Wednesday at ten in Amsterdam, a week ahead at least."""
    day = datetime.now(UTC) + timedelta(days=7)
    day += timedelta(days=(2 - day.weekday()) % 7)
    restart(bot, day.replace(hour=9, minute=0))


def travel(bot: Bot, **ahead: int) -> None:
    """The bot again, with its clock so much later."""
    restart(bot, datetime.now(UTC) + timedelta(**ahead))


def restart(bot: Bot, now: datetime) -> None:
    bot.stop()
    bot.start(GUIDES_DIR=str(bot.data.parent / "guides"), FRONTLINE_NOW=now.isoformat())

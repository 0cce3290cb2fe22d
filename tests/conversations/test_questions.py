"""A question by each of its ways, and what people do with the answer."""

import re
from typing import Any

import pytest

from bot.listeners.home import EXAMPLES
from tests.conversations.conftest import Bot
from tests.conversations.slack import BOT, Company, actions, words

pytestmark = pytest.mark.usefixtures("bot")

QUESTION = "Does the Heron Lite record when the internet is down?"
SAYS = "the Lite records nothing"
NOT_SAID = "Can customers pay with PayPal?"


def says(thing: Any) -> str:
    return words(thing.get("blocks") or thing)


def direct_answer(company: Company, user: str, done: Any) -> dict[str, Any]:
    """The direct message that comes of what is done."""
    before = len(company.direct(user))
    done()
    return company.until(lambda: company.direct(user)[before:], "a direct message")[0]


def private_answer(company: Company, user: str, text: str) -> dict[str, Any]:
    """Type /ask and wait for what replaces the first line."""
    answer = company.act("command", user=user, channel="C0SUPPORT", text=f"/ask {text}")
    assert answer["ok"], answer
    assert answer["response"]["text"].startswith("Looking in the guides")
    return company.until(
        lambda: [p for p in company.private(user) if p["channel"] == "C0SUPPORT" and p.get("blocks")][-1:],
        "a private answer",
    )[0]


def test_a_mention_is_answered_in_its_thread_with_the_source(company: Company) -> None:
    """The quote, the sentence in bold, the guide, its owner and when it was reviewed; a sign of work before."""
    since = company.now()
    answer = company.ask("UANA", QUESTION)

    assert SAYS in says(answer)
    assert any(line.count("*") >= 2 and SAYS in line for line in says(answer).splitlines())
    assert "Heron Lite" in says(answer)
    assert "Hugo Weber" in says(answer)
    assert "reviewed" in says(answer)
    assert SAYS in answer["text"]
    methods = [e["method"] for e in company.journal(since)["entries"] if e["kind"] == "call"]
    assert methods.index("assistant.threads.setStatus") < methods.index("chat.postMessage")


def test_a_direct_message_is_answered_below_it(company: Company) -> None:
    """And so is what follows in the same thread."""
    first = company.say("UANA", "dm", QUESTION)
    answer = company.replies(first["channel"], first["ts"], 1)[0]
    company.say("UANA", "dm", "Is there a reconnection fee?", thread_ts=first["ts"])
    second = company.replies(first["channel"], first["ts"], 2)[1]

    assert SAYS in says(answer)
    assert "reconnection" in says(second)


def test_a_follow_up_in_a_thread_is_about_what_was_asked_there(company: Company) -> None:
    """By whoever it was asked; how it was taken is said, in the words for screen readers too."""
    first = company.say("UANA", "C0ASK", f"<@{BOT}> {QUESTION}")
    company.replies("C0ASK", first["ts"], 1)
    company.say("UBEN", "C0ASK", f"<@{BOT}> What does it cost?", thread_ts=first["ts"])
    about_it = company.replies("C0ASK", first["ts"], 2)[1]
    company.say("UANA", "C0ASK", f"<@{BOT}> and the Heron?", thread_ts=first["ts"])
    about_sibling = company.replies("C0ASK", first["ts"], 3)[2]
    company.say("UANA", "C0ASK", f"<@{BOT}> Is there a reconnection fee?", thread_ts=first["ts"])
    another = company.replies("C0ASK", first["ts"], 4)[3]

    assert "I took this as: What does the Heron Lite cost?" in says(about_it)
    assert "I took this as: What does the Heron Lite cost?" in about_it["text"]
    assert "I took this as: What does the Heron cost?" in says(about_sibling)
    assert "I took this" not in says(another)
    assert "reconnection" in says(another)


def test_two_questions_in_one_message_are_answered_one_by_one(company: Company) -> None:
    """The one that is left open can be put to an owner; and so it goes on in the thread."""
    first = company.say("UANA", "dm", "What is the Heron's warranty? Do zebras juggle?")
    answer = company.replies(first["channel"], first["ts"], 1)[0]
    company.say("UANA", "dm", "What does the Heron Lite cost? And who signs deadlock letters?", thread_ts=first["ts"])
    second = company.replies(first["channel"], first["ts"], 2)[1]

    assert "The guides don't say: “Do zebras juggle?”" in says(answer)
    assert "The guides don't say: “Do zebras juggle?”" in answer["text"]
    assert "*What is the Heron's warranty?*" in says(answer)
    assert "Ask " in says(answer)
    assert "*What does the Heron Lite cost?*" in says(second)
    assert "*Who signs deadlock letters?*" in says(second)


def test_a_follow_up_in_a_direct_message_knows_nothing_that_was_deleted(company: Company) -> None:
    """It is about the question above it, as long as that stands."""
    first = company.say("UDEV", "dm", QUESTION)
    company.replies(first["channel"], first["ts"], 1)
    company.say("UDEV", "dm", "What does it cost?", thread_ts=first["ts"])
    taken = company.replies(first["channel"], first["ts"], 2)[1]
    for question in [m for m in company.messages(first["channel"]) if m.get("user") == "UDEV"]:
        company.act("delete", user="UDEV", channel=first["channel"], message_ts=question["ts"])
    company.quiet()
    company.say("UDEV", "dm", "What does it cost?", thread_ts=first["ts"])
    alone = company.replies(first["channel"], first["ts"], 3)[2]

    assert "I took this as: What does the Heron Lite cost?" in says(taken)
    assert "I took this" not in says(alone)


def test_ask_is_answered_privately_and_kept_in_home(company: Company) -> None:
    """Nobody else sees it, and it can be found again."""
    before = company.state()["messages"].get("C0SUPPORT", [])
    answer = private_answer(company, "UINES", QUESTION)

    assert SAYS in says(answer)
    assert says(answer).count(f"You asked: “{QUESTION}”") == 1  # or two answers could not be told apart
    assert answer["text"].startswith(f"You asked: “{QUESTION}”")
    assert company.state()["messages"].get("C0SUPPORT", []) == before
    home = company.until(
        lambda: (h := company.home("UINES")) and "Heron Lite" in words(h) and h, "the question in Home"
    )
    assert home
    shown = company.act("click", user="UINES", view_id=home["id"], action_id="show_answer")
    assert shown["ok"], shown
    company.until(lambda: (v := company.view("UINES")) and SAYS in words(v), "the answer again")


def test_ask_comes_by_direct_message_when_slack_takes_no_reply(company: Company) -> None:
    """The private reply may be refused; the answer is not lost."""
    company.fault("error", method="response_url", status=500, times=3)
    answer = direct_answer(
        company, "UHUGO", lambda: company.act("command", user="UHUGO", channel="C0SUPPORT", text=f"/ask {QUESTION}")
    )
    company.fault("clear")

    assert SAYS in says(answer)
    assert says(answer).count(f"You asked: “{QUESTION}”") == 1


@pytest.mark.parametrize("callback_id", ["ask_guides", "ask_about_message"])
def test_a_shortcut_asks_in_a_form(company: Company, callback_id: str) -> None:
    """Empty from the menu, filled in from a message; the answer comes directly."""
    message = company.say("UDEV", "C0GENERAL", QUESTION)
    where = {} if callback_id == "ask_guides" else {"channel": "C0GENERAL", "message_ts": message["ts"]}
    company.act("shortcut", user="UDEV", callback_id=callback_id, **where)
    form = company.until(lambda: company.view("UDEV"), "the form")
    box = form["blocks"][0]["element"]

    assert box.get("initial_value", "") == ("" if callback_id == "ask_guides" else QUESTION)
    answer = direct_answer(
        company, "UDEV", lambda: company.act("submit", user="UDEV", view_id=form["id"], values={"question": QUESTION})
    )
    assert SAYS in says(answer)
    company.act("close", user="UDEV", view_id=form["id"])


def test_a_form_sent_twice_is_answered_once(company: Company) -> None:
    """A double click on Ask is one question."""
    company.act("shortcut", user="UKIRA", callback_id="ask_guides")
    form = company.until(lambda: company.view("UKIRA"), "the form")
    before = len(company.direct("UKIRA"))
    for _ in range(2):
        company.act("submit", user="UKIRA", view_id=form["id"], values={"question": QUESTION})
    company.until(lambda: company.direct("UKIRA")[before:], "the answer")
    company.quiet()

    assert sum(SAYS in says(message) for message in company.direct("UKIRA")[before:]) == 1
    company.act("close", user="UKIRA", view_id=form["id"])


def test_the_section_can_be_read(company: Company) -> None:
    """A form with the whole section, the sentence in bold and nothing else."""
    answer = company.ask("UBEN", QUESTION)
    clicked = company.click("UBEN", answer, "read_section")
    assert clicked["ok"], clicked
    view = company.until(lambda: (v := company.view("UBEN")) and SAYS in words(v) and v, "the section")

    assert view
    bold = [line for line in words(view).splitlines() if SAYS in line]
    assert "*" in bold[0]
    company.act("close", user="UBEN", view_id=view["id"])


def test_a_section_that_does_not_answer_has_nothing_in_bold(company: Company) -> None:
    """But for headings, which are."""
    asked = company.say("UCHLOE", "C0ASK", f"<@{BOT}> {NOT_SAID} Really?")
    answer = company.replies("C0ASK", asked["ts"], 1)[0]
    clicked = company.click("UCHLOE", answer, "read_section")
    assert clicked["ok"], clicked
    view = company.until(lambda: (v := company.view("UCHLOE")) and len(words(v)) > 100 and v, "the section")

    assert view
    bold = re.findall(r"\*[^*\n]+\*", words(view))
    assert not [each for each in bold if each.rstrip("*").endswith(".")]
    company.act("close", user="UCHLOE", view_id=view["id"])


def test_one_rating_a_person_that_can_be_changed(company: Company) -> None:
    """Thanks, privately; then the other thumb."""
    answer = company.ask("UCHLOE", QUESTION)
    value = actions(answer["blocks"], "rate_answer")[0]
    for thumb, thanks in (("positive_button", "this helped"), ("negative_button", "Changed. ")):
        clicked = company.click("UCHLOE", answer, "rate_answer", value=value[thumb]["value"])
        assert clicked["ok"], clicked
        company.until(
            lambda thanks=thanks: [p for p in company.private("UCHLOE") if thanks in p.get("text", "")], "thanks"
        )


def test_what_the_guides_dont_say_goes_to_the_owner_and_comes_back(company: Company) -> None:
    """Who gets it and what is sent is shown first; the reply is posted in the thread, with the owner's name.

    Home shows it with the question.
    """
    asked = company.say("UANA", "C0ASK", f"<@{BOT}> {NOT_SAID}")
    answer = company.replies("C0ASK", asked["ts"], 1)[0]
    assert "they don't answer this" in says(answer)
    assert actions(answer["blocks"], "read_section")
    assert "Chloé Martin" in says(answer)

    company.click("UANA", answer, "ask_owner")
    form = company.until(lambda: (v := company.view("UANA")) and v.get("submit") and v, "the form")
    assert form
    assert "Chloé Martin" in words(form)
    assert NOT_SAID in words(form)
    before = len(company.direct("UCHLOE"))
    for _ in range(2):
        company.act("submit", user="UANA", view_id=form["id"], values={"note": "The customer is at the counter."})
    question = company.until(lambda: company.direct("UCHLOE")[before:], "the owner's message")[0]
    assert "at the counter" in says(question)
    assert f"/archives/C0ASK/p{asked['ts'].replace('.', '')}" in says(question)

    stranger = company.act(
        "click",
        user="UDEV",
        channel="C0ASK",
        message_ts=answer["ts"],
        action_id="reply_referral",
        value="1",
        forge=True,
    )
    assert stranger["ok"], stranger
    company.until(lambda: "sent to somebody else" in words(company.view("UDEV")), "a refusal")

    company.click("UCHLOE", question, "reply_referral", channel=question["channel"])
    box = company.until(lambda: (v := company.view("UCHLOE")) and v.get("submit") and v, "the reply form")
    assert box
    for _ in range(2):
        company.act("submit", user="UCHLOE", view_id=box["id"], values={"reply": "Not yet; from March. <!channel>"})
    reply = company.replies("C0ASK", asked["ts"], 2)[1]
    company.quiet()

    assert "Not yet; from March. &lt;!channel&gt;" in says(reply)
    assert "<@UCHLOE>" in says(reply)
    assert len(company.thread("C0ASK", asked["ts"])) == 2
    assert len(company.direct("UCHLOE")) == before + 1
    company.until(lambda: "You replied" in says(company.direct("UCHLOE")[before]), "the settled message")
    for user in ("UANA", "UDEV", "UCHLOE"):
        if view := company.view(user):
            company.act("close", user=user, view_id=view["id"])

    company.act("open_home", user="UANA")
    home = company.until(lambda: (h := company.home("UANA")) and NOT_SAID in words(h) and h, "the question in Home")
    assert home
    company.act("click", user="UANA", view_id=home["id"], action_id="show_answer")
    shown = company.until(lambda: (v := company.view("UANA")) and NOT_SAID in words(v) and v, "the question again")
    assert shown
    assert "<@UCHLOE> replied on " in words(shown)
    assert "Not yet; from March. &lt;!channel&gt;" in words(shown)
    assert not actions(shown["blocks"], "ask_owner")
    assert "No guide names an owner" not in words(shown)
    company.act("close", user="UANA", view_id=shown["id"])


def test_a_follow_up_in_the_main_box_reaches_the_owner_in_full(company: Company) -> None:
    """A direct message follows the one before it, in a thread or not, and whoever reads it alone can tell what it is
    on.
    """
    first = company.say("UBEN", "dm", "What does the Heron Lite cost?")
    company.replies(first["channel"], first["ts"], 1)
    second = company.say("UBEN", "dm", "And is it sold in Norway?")
    answer = company.replies(second["channel"], second["ts"], 1)[0]
    taken = "I took this as: And is the Heron Lite sold in Norway?"
    assert taken in says(answer)

    company.click("UBEN", answer, "ask_owner", channel=second["channel"])
    form = company.until(lambda: (v := company.view("UBEN")) and v.get("submit") and v, "the form")
    assert form
    before = len(company.direct("UHUGO"))
    company.act("submit", user="UBEN", view_id=form["id"], values={})
    owned = company.until(lambda: company.direct("UHUGO")[before:], "the owner's message")[0]
    company.act("close", user="UBEN", view_id=form["id"])

    for shown in (words(form), says(owned)):
        assert "And is it sold in Norway?" in shown
        assert taken in shown


def test_a_question_that_was_deleted_is_not_passed_on(company: Company) -> None:
    """Neither from the button that stays below the answer, nor from a form that was open meanwhile."""
    asked = company.say("UELENA", "C0ASK", f"<@{BOT}> {NOT_SAID}")
    answer = company.replies("C0ASK", asked["ts"], 1)[0]
    company.click("UELENA", answer, "ask_owner")
    form = company.until(lambda: (v := company.view("UELENA")) and v.get("submit") and v, "the form")
    assert form
    company.act("delete", user="UELENA", channel="C0ASK", message_ts=asked["ts"])
    company.quiet()

    refused = company.act("submit", user="UELENA", view_id=form["id"], values={})
    assert refused["response"]["errors"]["note"] == "That question was deleted."
    company.act("close", user="UELENA", view_id=form["id"])
    company.click("UELENA", answer, "ask_owner")
    company.until(lambda: "That question was deleted." in words(company.view("UELENA")), "why not")
    company.act("close", user="UELENA", view_id=company.view("UELENA")["id"])


def test_doubt_costs_no_word_of_a_note_to_the_owner(company: Company, bot: Bot) -> None:
    """While Slack can't be asked who somebody is, the form stays as it is, and can be sent again."""
    answer = company.ask("UDEV", NOT_SAID)
    company.click("UDEV", answer, "ask_owner")
    form = company.until(lambda: (v := company.view("UDEV")) and v.get("submit") and v, "the form")
    assert form
    bot.stop()  # who people are is kept for a minute
    company.fault("error", method="users.info", error="internal_error", times=99)
    bot.start()

    refused = company.act("submit", user="UDEV", view_id=form["id"], values={"note": "He waits outside."})
    company.fault("clear")
    before = len(company.direct("UCHLOE"))
    assert "this is not sent" in refused["response"]["errors"]["note"]
    sent = company.act("submit", user="UDEV", view_id=form["id"], values={})
    assert sent["response"]["response_action"] == "update"
    owned = company.until(lambda: company.direct("UCHLOE")[before:], "the owner's message")[0]
    assert "He waits outside." in says(owned)
    company.act("close", user="UDEV", view_id=form["id"])


LEADS = (
    "*The final bill comes within 10 working days of the last day.*",
    "*There's no reconnection fee; it was abolished on 1 May 2025.*",
    "*NPS is the share of promoters",
)


@pytest.mark.parametrize(("question", "lead"), [(one[1], lead) for one, lead in zip(EXAMPLES, LEADS, strict=True)])
def test_the_suggested_questions_are_answered_well(company: Company, question: str, lead: str) -> None:
    """With the sample's guides, each leads with the sentence that says it."""
    answer = company.ask("UINES", question)

    assert lead in words(answer["blocks"][0])


@pytest.mark.parametrize("text", ["", "???", "👋", "Hello!", "help"])
def test_an_empty_question_gets_a_hint(company: Company, text: str) -> None:
    """Nothing to look up: how to ask, and what else there is to type."""
    answer = company.ask("UELENA", text)

    assert "Ask me a question in plain words" in says(answer)
    for command in ("/ask", "/idea", "/ideas", "/kudos", "/digest", "/frontline"):
        assert f"`{command}" in says(answer)


def test_thanks_are_taken_as_thanks(company: Company) -> None:
    """A courtesy is no question, so it is not looked up and its outcome is kept out of Home."""
    assert "You're welcome" in says(company.ask("UELENA", "Thanks a lot! :pray:"))


def test_talk_about_an_answer_is_passed_over_in_its_thread(company: Company) -> None:
    """It is told where the source stands, and the next question follows the one before it; emoji are no words."""
    first = company.say("UANA", "dm", "What does the Heron Lite cost? :thinking_face:")
    company.replies(first["channel"], first["ts"], 1)
    company.say("UANA", "dm", "are you sure?", thread_ts=first["ts"])
    assert "I only quote the guides" in says(company.replies(first["channel"], first["ts"], 2)[-1])
    company.say("UANA", "dm", "and the Heron?", thread_ts=first["ts"])
    assert "I took this as: What does the Heron cost?" in says(company.replies(first["channel"], first["ts"], 3)[-1])


def test_a_very_long_question_is_not_looked_up(company: Company) -> None:
    """40,000 characters: how many are too many, and what to do."""
    answer = company.ask("UELENA", "why " * 9_990)

    assert "I read at most 2,000" in says(answer)


def test_an_event_delivered_four_times_is_answered_once(company: Company) -> None:
    """Slack repeats itself when it is in doubt."""
    company.fault("duplicate", times=1, copies=4)
    message = company.say("UFINN", "C0ASK", f"<@{BOT}> {QUESTION}")
    company.replies("C0ASK", message["ts"], 1)
    company.quiet()
    company.fault("clear")

    assert len(company.thread("C0ASK", message["ts"])) == 1


def test_edits_and_deletions_get_no_second_answer(company: Company) -> None:
    """Nor do direct messages that are changed, nor the bot's own words."""
    asked = company.say("UFINN", "C0ASK", f"<@{BOT}> {QUESTION}")
    direct = company.say("UFINN", "dm", QUESTION)
    company.replies("C0ASK", asked["ts"], 1)
    company.replies(direct["channel"], direct["ts"], 1)
    for message, channel in ((asked, "C0ASK"), (direct, direct["channel"])):
        company.act("edit", user="UFINN", channel=channel, message_ts=message["ts"], text=f"<@{BOT}> {QUESTION}!")
        company.act("delete", user="UFINN", channel=channel, message_ts=message["ts"])
    company.quiet()

    assert len(company.thread("C0ASK", asked["ts"])) == 1
    assert len(company.thread(direct["channel"], direct["ts"])) == 1


def test_a_direct_message_that_is_changed_is_answered_again(company: Company) -> None:
    """In its thread and by its new words alone, which the answer repeats; other marks ask nothing new."""
    asked = company.say("UFINN", "dm", QUESTION)
    company.replies(asked["channel"], asked["ts"], 1)
    changed = "What does the Heron Lite cost?"
    for text in (f"{QUESTION}!!", changed):
        company.act("edit", user="UFINN", channel=asked["channel"], message_ts=asked["ts"], text=text)
    again = company.replies(asked["channel"], asked["ts"], 2)[1]
    company.quiet()

    assert f"Your question as you changed it: “{changed}”" in says(again)
    assert "£" in says(again)
    assert "I took this" not in says(again)
    assert len(company.thread(asked["channel"], asked["ts"])) == 2


@pytest.mark.parametrize(("first", "changes"), [("hi", ["hello", "ok"]), ("What is the late fee? " * 100, [])])
def test_what_was_no_question_is_answered_once_it_is_changed_into_one(
    company: Company, first: str, changes: list[str]
) -> None:
    """Once, however often Slack brings the change; a greeting that is put right gets nothing more."""
    asked = company.say("UFINN", "dm", first)
    company.replies(asked["channel"], asked["ts"], 1)
    company.fault("duplicate", times=9, copies=4)
    for text in (*changes, "What does the Heron Lite cost?"):
        company.act("edit", user="UFINN", channel=asked["channel"], message_ts=asked["ts"], text=text)
    again = company.replies(asked["channel"], asked["ts"], 2)[1]
    company.fault("clear")
    company.quiet()

    assert "£" in says(again)
    assert len(company.thread(asked["channel"], asked["ts"])) == 2


def test_a_sign_makes_another_question(company: Company) -> None:
    """Fewer than a day is not more than a day."""
    asked = company.say("UFINN", "dm", "What is paid for an outage of < 24 hours?")
    company.replies(asked["channel"], asked["ts"], 1)
    text = "What is paid for an outage of > 24 hours?"
    company.act("edit", user="UFINN", channel=asked["channel"], message_ts=asked["ts"], text=text)

    assert "> 24 hours" in says(company.replies(asked["channel"], asked["ts"], 2)[1]).replace("&gt;", ">")


def test_a_forged_click_is_refused_in_words(company: Company) -> None:
    """An answer that isn't there, and a button that never was."""
    answer = company.ask("UGRACE", QUESTION)
    for action_id, value in (("read_section", "999999:0"), ("ask_owner", "999999"), ("no_such_thing", "x")):
        before = len(company.private("UGRACE"))
        clicked = company.act(
            "click",
            user="UGRACE",
            channel="C0ASK",
            message_ts=answer["ts"],
            action_id=action_id,
            value=value,
            forge=True,
        )
        assert clicked["ok"], clicked
        company.until(
            lambda before=before: company.view("UGRACE") or company.private("UGRACE")[before:], "a sentence about it"
        )
        if view := company.view("UGRACE"):
            company.until(lambda: "no longer" in words(company.view("UGRACE")), "why not")
            company.act("close", user="UGRACE", view_id=view["id"])


def test_a_click_that_comes_too_late_is_told(company: Company) -> None:
    """Slack allows three seconds to open a form; after that the person is asked to try again."""
    answer = company.ask("UJONAS", QUESTION)
    company.fault("error", method="views.open", error="expired_trigger_id", times=1)
    company.click("UJONAS", answer, "read_section")

    company.until(lambda: [p for p in company.private("UJONAS") if "try again" in p["text"]], "what to do")


@pytest.mark.parametrize(
    ("user", "channel"), [("UGUEST", "C0ASK"), ("UEXT", "C0COBALT"), ("UKIRA", "C0COBALT"), ("UGUEST", "dm")]
)
def test_outsiders_get_nothing_from_the_guides(company: Company, user: str, channel: str) -> None:
    """Guests, people of another company, and everybody in a channel that is shared with one."""
    message = company.say(user, channel, f"<@{BOT}> {QUESTION}")
    answer = company.replies(message["channel"], message["ts"], 1)[0]

    assert SAYS not in says(answer)
    assert "I can't answer" in says(answer) or "for employees of this company only" in says(answer)
    assert not actions(answer.get("blocks") or [], "read_section")


@pytest.mark.parametrize(("user", "channel"), [("UGUEST", "dm"), ("UEXT", "C0COBALT")])
def test_outsiders_are_not_told_what_they_can_not_use(company: Company, user: str, channel: str) -> None:
    """Who asks for help and takes no part hears just that."""
    message = company.say(user, channel, f"<@{BOT}> help")
    answer = company.replies(message["channel"], message["ts"], 1)[0]

    assert "/idea" not in says(answer)
    assert "I can't answer" in says(answer) or "for employees of this company only" in says(answer)


def test_a_group_message_is_answered_like_a_private_channel(company: Company) -> None:
    """For everybody in it; an installation from before it asked for that permission says what to do instead."""
    group = company.act("group_message", user="UANA", users=["UBEN"])["channel"]["id"]
    company.fault("error", method="conversations.info", error="missing_scope", times=1)
    refused = company.ask("UANA", QUESTION, group)
    assert SAYS not in says(refused)
    assert "Ask me in a direct message" in says(refused)
    assert "frontline doctor" in says(refused)

    assert SAYS in says(company.ask("UANA", QUESTION, group))
    assert SAYS in says(company.ask("UBEN", QUESTION, group))


def test_doubt_about_who_asks_closes(company: Company, bot: Bot) -> None:
    """When Slack can't say who somebody is, nothing is answered from the guides."""
    bot.stop()
    company.fault("error", method="users.info", error="internal_error", times=1_000)  # jobs ask who somebody is, too
    bot.start()
    answer = company.ask("UANA", QUESTION)
    company.fault("clear")

    assert SAYS not in says(answer)
    assert "could not check" in says(answer)

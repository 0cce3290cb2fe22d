"""Digests as people meet them: scheduled, previewed, posted by hand, on Monday morning, and in Home."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, insert

from bot.records.database import engine_for
from bot.records.schedules import MOST, Kind, usual
from bot.records.tables import Schedule
from tests.conftest import NOW
from tests.conversations.conftest import ROOT, Bot
from tests.conversations.slack import Company, actions, words

GENERAL, WINS = "C0GENERAL", "C0WINS"
DEED = "Stayed on the line with Mrs Okoye for forty minutes until her alarm panel was back."
SUNDAY, MONDAY, NEXT_MONDAY = "2026-11-22T12:00:00+01:00", "2026-11-23T09:01:00+01:00", "2026-11-30T12:00:00+01:00"


@pytest.fixture(scope="module")
def bot(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot with one short guide on a Sunday, set up, with Kira as manager and Ana thanked once."""
    folder = tmp_path_factory.mktemp("digest")
    (folder / "guides").mkdir()
    (folder / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    bot = Bot(company, folder / "data")
    try:
        start(bot, SUNDAY)
        set_up(company)
        yield bot
    finally:
        bot.stop()


def set_up(company: Company) -> None:
    command(company, "UADMIN", "/frontline setup")
    values = {"ideas_channel": "C0IDEAS", "wins_channel": WINS, "digest_channel": GENERAL}
    submit(company, "UADMIN", {**values, "time_zone": "Europe/Amsterdam"})
    company.until(lambda: "I joined" in words(company.view("UADMIN")), "the bot to join")
    company.act("close", user="UADMIN", all=True)
    command(company, "UADMIN", "/frontline roles")
    submit(company, "UADMIN", {"person": "UKIRA", "role": "manager", "change": "grant"})
    command(company, "UDEV", "/kudos <@UANA>")
    thanks = {"win_people": ["UANA"], "win_deed": DEED, "win_effect": "She slept at home that night."}
    submit(company, "UDEV", {**thanks, "win_visibility": "public"})
    company.until(lambda: any(DEED in words(m) for m in company.messages(WINS)), "the card")


def start(bot: Bot, now: str) -> Bot:
    return bot.start(GUIDES_DIR=str(bot.data.parent / "guides"), FRONTLINE_NOW=now)


@pytest.fixture(autouse=True)
def tidy(company: Company, bot: Bot) -> None:
    """Nobody has a form open."""
    for user, stack in company.state()["views"].items():
        if stack:
            company.act("close", user=user, all=True)


def command(company: Company, user: str, text: str) -> None:
    """Type a command; once more when a busy machine took longer than Slack waits."""
    company.until(lambda: company.act("command", user=user, channel="C0SUPPORT", text=text)["ok"], text)


def form(company: Company, user: str) -> dict[str, Any]:
    return company.until(lambda: (v := company.view(user)) and v.get("submit") and v, "a form") or {}


def submit(company: Company, user: str, values: dict[str, Any]) -> dict[str, Any]:
    """Send a form; a busy machine may answer too late for Slack, and what comes of it is seen all the same."""
    return company.act("submit", user=user, view_id=form(company, user)["id"], values=values)


def refused(company: Company, values: dict[str, Any]) -> dict[str, str]:
    """What Kira is asked to correct."""
    return company.until(lambda: (submit(company, "UKIRA", values)["response"] or {}).get("errors"), "errors") or {}


def overview(company: Company) -> dict[str, Any]:
    """What /digest shows Kira."""
    command(company, "UKIRA", "/digest")
    return shown(company, "Add a digest")


def shown(company: Company, text: str, user: str = "UKIRA") -> dict[str, Any]:
    """The modal on top, once it says something."""
    return company.until(lambda: (v := company.view(user)) and text in words(v) and v, f"“{text}”") or {}


def press(company: Company, view: dict[str, Any], action_id: str, which: int = 0) -> None:
    value = actions(view, action_id)[which]["value"]
    company.act("click", user="UKIRA", view_id=view["id"], action_id=action_id, value=value)


def digests(company: Company, channel: str = GENERAL) -> list[dict[str, Any]]:
    """The digests in a channel."""
    return [m for m in company.messages(channel) if m.get("bot_id") and "thanked" in m["text"]]


def test_setting_up_schedules_the_usual_digests(company: Company) -> None:
    """Monday at nine in the workspace's zone: recognition in the digest channel, figures for managers."""
    said = words(overview(company))

    assert said.count("Every Monday at 09:00, Europe/Amsterdam") == 2
    assert f"Recognition in <#{GENERAL}>" in said
    assert "Next: Monday 23 November, 09:00" in said


def test_others_are_told_who_can_make_them_managers(company: Company) -> None:
    """A member who tries gets a sentence, not the schedules."""
    command(company, "UDEV", "/digest")

    assert "<@UADMIN>" in words(shown(company, "Only managers can do this", "UDEV"))


def test_a_wrong_form_says_what_to_correct(company: Company) -> None:
    """No channel, and a zone that doesn't exist; then a channel that others read, and one that has its digest."""
    press(company, overview(company), "digest_add")
    usual = {"kind": "recognition", "weekday": "fri", "at": "16:00", "zone": "Europe/Amsterdam", "quiet": "note"}

    errors = refused(company, usual | {"zone": "Europe/Amsterdm"})
    assert "Did you mean Europe/Amsterdam?" in errors["zone"]
    assert "choose a channel" in errors["channel"]
    errors = refused(company, usual | {"channel": "C0COBALT"})
    assert "another company" in errors["channel"]
    errors = refused(company, usual | {"channel": GENERAL})
    assert "already" in errors["channel"]
    errors = refused(company, usual | {"kind": "managers"})
    assert "for managers already" in errors["kind"]


def test_there_are_as_many_digests_as_the_list_has_room_for(company: Company, bot: Bot) -> None:
    """With one more, the list could not show them all."""
    engine = engine_for(f"sqlite:///{bot.data / 'frontline.db'}")
    others = [
        {**usual(Kind.RECOGNITION, f"CTEAM{n}", "UTC")._asdict(), "owner": "UKIRA", "active_from": NOW}
        for n in range(MOST)
    ]
    with engine.begin() as connection:
        connection.execute(insert(Schedule), others)
    listed = overview(company)
    press(company, listed, "digest_add")
    asked = {"kind": "recognition", "channel": "C0BILLING", "weekday": "fri", "at": "16:00", "zone": "UTC"}
    errors = refused(company, asked | {"quiet": "note"})
    with engine.begin() as connection:
        connection.execute(delete(Schedule).where(Schedule.channel.startswith("CTEAM")))
    engine.dispose()

    assert actions(listed, "digest_add")
    assert "no room for more" in errors["channel"]


def test_a_schedule_is_added_changed_paused_and_resumed(company: Company) -> None:
    """Each step is seen at once, in the list below as well."""
    press(company, overview(company), "digest_add")
    weekly = {"kind": "recognition", "channel": "C0BILLING", "weekday": "fri", "at": "16:00", "quiet": "nothing"}
    submit(company, "UKIRA", weekly | {"zone": "Europe/Paris"})
    shown(company, "Every Friday at 16:00, Europe/Paris, nothing in quiet weeks")
    company.act("close", user="UKIRA", view_id=(company.view("UKIRA") or {})["id"])

    listed = shown(company, "<#C0BILLING>")
    press(company, listed, "digest_edit", 2)
    submit(company, "UKIRA", weekly | {"weekday": "thu", "zone": "Europe/Paris"})
    shown(company, "Every Thursday at 16:00")
    company.act("close", user="UKIRA", view_id=(company.view("UKIRA") or {})["id"])
    press(company, shown(company, "Every Thursday at 16:00"), "digest_pause", 2)
    paused = shown(company, "Paused by hand")
    press(company, paused, "digest_resume")
    shown(company, "It runs again.")
    press(company, company.view("UKIRA") or {}, "digest_pause", 2)
    shown(company, "Paused by hand")


def test_a_schedule_is_removed_and_its_history_stays(company: Company) -> None:
    """Slack asks first; nothing more is due, what was posted can still be seen, and the channel may have another."""
    press(company, overview(company), "digest_add")
    weekly = {"kind": "recognition", "channel": "C0SUPPORT", "weekday": "tue", "at": "10:00", "quiet": "note"}
    submit(company, "UKIRA", weekly | {"zone": "Europe/Paris"})
    shown(company, "Every Tuesday at 10:00")
    company.act("close", user="UKIRA", view_id=(company.view("UKIRA") or {})["id"])
    listed = shown(company, "<#C0SUPPORT>")
    press(company, listed, "digest_post_now", -1)
    shown(company, "It is on its way")
    company.until(lambda: digests(company, "C0SUPPORT"), "the digest")
    button = actions(company.view("UKIRA"), "digest_remove")[-1]
    assert "What was posted stays" in button["confirm"]["text"]["text"]
    press(company, company.view("UKIRA") or {}, "digest_remove", -1)
    left = shown(company, "Removed: Recognition in <#C0SUPPORT>")
    assert words(left).count("<#C0SUPPORT>") == 1

    company.act("click", user="UKIRA", view_id=left["id"], action_id="digest_history", value="all")
    assert "Recognition in <#C0SUPPORT>" in words(shown(company, "asked for by <@UKIRA>"))
    company.act("close", user="UKIRA", all=True)
    command(company, "UADMIN", "/frontline setup")
    submit(company, "UADMIN", {"digest_channel": GENERAL})
    assert "<#C0SUPPORT>" not in words(overview(company))


def test_a_preview_posts_nothing(company: Company) -> None:
    """It shows the digest as it would look now, its thread included, to the one who asked."""
    before = len(company.messages(GENERAL))
    press(company, overview(company), "digest_preview")
    said = words(shown(company, "As it would look now"))

    assert DEED in said
    assert "[ Thank someone ]" in said
    assert len(company.messages(GENERAL)) == before


def test_a_preview_in_the_terminal(company: Company, bot: Bot) -> None:
    """Every digest as it would look now, in plain words with names for people, from the bot that runs."""
    before = company.now()
    settings = {"DATA_DIR": str(bot.data), "GUIDES_DIR": str(bot.data.parent / "guides")}
    settings |= {"SLACK_BOT_TOKEN": "xoxb-sandbox", "SLACK_APP_TOKEN": "xapp-sandbox"}
    settings |= {"SLACK_API_URL": f"{company.address}/api/"}
    command = [sys.executable, "-m", "bot", "digest", "--preview"]
    said = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True)

    heading = "Recognition in #general. Every Monday at 09:00, Europe/Amsterdam"
    for part in (heading, DEED, "@Ana Duarte", "Ideas waiting for a first answer"):
        assert part in said.stdout
    assert "<" not in said.stdout
    assert company.calls("chat.postMessage", before) == []


def test_posting_now_asks_first_and_posts_once(company: Company) -> None:
    """Slack asks; then the digest is in the channel with its two buttons, and in the history with a link."""
    view = overview(company)
    (button, _, *_) = actions(view, "digest_post_now")
    assert button["confirm"]["title"]["text"] == "Post this digest now?"
    press(company, view, "digest_post_now")
    shown(company, "It is on its way")
    press(company, view, "digest_post_now")
    shown(company, "Not posted: <@UKIRA> posted it less than two minutes ago.")
    (posted,) = company.until(lambda: digests(company), "the digest")

    assert "1 colleague was thanked" in posted["text"]
    assert words(posted["blocks"]).count("<@UANA>") == 1
    assert "thanked by Dev Patel" in words(posted["blocks"])
    assert [action["text"]["text"] for action in posted["blocks"][-1]["elements"]] == [
        "Thank someone",
        "Suggest something",
    ]

    def linked() -> bool:
        press(company, company.view("UKIRA") or {}, "digest_history")
        said = words(shown(company, "asked for by <@UKIRA>"))
        company.act("close", user="UKIRA", view_id=(company.view("UKIRA") or {})["id"])
        return "|posted>" in said

    company.until(linked, "the link in the history")


def test_the_buttons_of_the_digest_open_their_forms(company: Company) -> None:
    """Thank someone, suggest something."""
    posted = digests(company)[0]
    for action_id, title in (("open_thanks", "win_people"), ("open_idea", "idea_title")):
        company.until(lambda name=action_id: company.click("UINES", posted, name)["ok"], f"a press of {action_id}")
        company.until(lambda title=title: title in str(company.view("UINES")), title)
        company.act("close", user="UINES", all=True)


def test_home_shows_what_is_mine(company: Company) -> None:
    """Thanks received, settings and the next digest; the figures and the ways to act only for managers."""
    company.act("open_home", user="UANA")
    hers = words(company.until(lambda: (h := company.home("UANA")) and "My settings" in words(h) and h, "Home"))
    assert DEED in hers
    assert re.search(rf"Next digest: Recognition in <#{GENERAL}>, <!date\^.*\|Monday 23 November, 09:00>", hers)
    assert "In thanks I appear" in hers
    assert "Your team" not in hers

    company.act("open_home", user="UKIRA")
    figures = "*Thanks:* 1 story with 1 kudos"
    home = company.until(lambda: (h := company.home("UKIRA")) and figures in words(h) and h, "the figures") or {}
    assert actions(home, "triage_ideas")
    press(company, home, "mute_ideas")
    company.until(lambda: "News of ideas waits" in words(company.home("UKIRA")), "the change in Home")


def test_monday_morning_comes_once(company: Company, bot: Bot) -> None:
    """A bot that is started at nine posts the week, sends managers their figures, and does neither again."""
    bot.stop()
    start(bot, MONDAY)
    company.until(lambda: len(digests(company)) == 2, "the Monday digest")
    (figures,) = company.until(
        lambda: [m for m in company.direct("UKIRA") if "Your team's figures" in m["text"]], "the figures"
    )
    bot.kill()
    start(bot, MONDAY)
    company.quiet()

    monday = digests(company)[-1]
    assert "from 16 to 22 November" in monday["text"]
    assert len(digests(company)) == 2
    assert [m["ts"] for m in company.direct("UKIRA") if "Your team's figures" in m["text"]] == [figures["ts"]]
    assert "*Ratings:* 0 👍 and 0 👎; " in words(figures["blocks"])


def test_the_next_digest_is_not_promised_for_a_week_that_has_had_its_own(company: Company) -> None:
    """Posted on Monday and moved to Friday, it comes on Friday of next week: in both windows and in Home."""
    usual = {"kind": "recognition", "channel": GENERAL, "zone": "Europe/Amsterdam", "quiet": "note"}
    for to, coming in (
        ({"weekday": "fri", "at": "16:00"}, "Friday 4 December, 16:00"),
        ({"weekday": "mon", "at": "09:00"}, "Monday 30 November, 09:00"),
    ):
        press(company, overview(company), "digest_edit")
        submit(company, "UKIRA", usual | to)
        shown(company, f"Next: {coming}.")
        company.act("close", user="UKIRA", all=True)
        assert f"Next: {coming}" in words(overview(company))
        company.act("close", user="UKIRA", all=True)
        company.act("open_home", user="UANA")
        company.until(lambda coming=coming: f"|{coming}>" in words(company.home("UANA")), "it in Home")


def test_each_figure_leads_to_its_list(company: Company) -> None:
    """Thanks by name; private questions are counted and not shown."""
    figures = next(m for m in company.direct("UKIRA") if "Your team's figures" in m["text"])
    for button in actions(figures, "digest_list"):
        company.click("UKIRA", figures, "digest_list", value=button["value"])
        view = company.until(lambda: (v := company.view("UKIRA")) and "Loading" not in words(v) and v, "a list") or {}
        expected = f"<@UANA>: {DEED}" if button["value"].startswith("thanks") else "Nothing here."
        assert expected in words(view)
        assert "From 16 to 22 November" in words(view)
        company.act("close", user="UKIRA", all=True)


def test_a_quiet_week_is_told_late_and_kindly(company: Company, bot: Bot) -> None:
    """A week later, three hours late and with nobody thanked: a short note that says both."""
    bot.stop()
    start(bot, NEXT_MONDAY)
    note = company.until(
        lambda: [m for m in company.messages(GENERAL) if m["text"].startswith("A quiet week")], "the note"
    )

    assert len(note) == 1
    assert "from 23 to 29 November" in note[0]["text"]
    assert "it comes late" in note[0]["text"]


def test_whoever_wants_to_be_private_is_in_no_digest(company: Company) -> None:
    """The choice holds for what was told before it, too."""
    company.act("open_home", user="UANA")
    home = company.until(lambda: (h := company.home("UANA")) and actions(h, "open_appearance") and h, "Home") or {}
    company.act("click", user="UANA", view_id=home["id"], action_id="open_appearance")
    submit(company, "UANA", {"appears": "private"})
    figures = next(m for m in company.direct("UKIRA") if "Your team's figures" in m["text"])
    value = next(b["value"] for b in actions(figures, "digest_list") if b["value"].startswith("thanks"))

    def is_hidden() -> bool:
        company.click("UKIRA", figures, "digest_list", value=value)
        said = words(shown(company, "Private thanks are counted"))
        company.act("close", user="UKIRA", all=True)
        return "UANA" not in said

    company.until(is_hidden, "a list without her")


def test_what_was_asked_in_a_private_channel_is_only_counted(company: Company, bot: Bot) -> None:
    """And so is everything while Slack can't say which channels are private."""
    parking, illness = "Where do I park the van?", "May Jonas be dismissed while he is ill?"
    assert company.act("invite", user="UADMIN", channel="C0PRIVATE")["ok"]
    company.until(lambda: "ask again" not in company.ask("UKIRA", illness, "C0PRIVATE")["text"], "an answer")
    company.ask("UDEV", parking)
    bot.stop()
    start(bot, NEXT_MONDAY)  # it has no channel in mind any more
    company.act("open_home", user="UKIRA")
    home = company.until(lambda: (h := company.home("UKIRA")) and actions(h, "digest_list") and h, "Home") or {}
    ever = {"action_id": "digest_list", "value": "unanswered:0:9999999999", "forge": True}

    def listed() -> str:
        company.act("click", user="UKIRA", view_id=home["id"], **ever)
        said = words(shown(company, "counted, not shown"))
        company.act("close", user="UKIRA", all=True)
        return said

    company.fault("error", method="conversations.info", error="fatal_error", times=100)
    in_doubt = listed()
    company.fault("clear")
    assert "2 asked in private, or where I can't check" in in_doubt
    assert parking not in in_doubt
    known = listed()
    assert "1 asked in private" in known
    assert parking in known
    assert illness not in known


def test_ideas_behind_a_figure_say_when_they_were_answered(company: Company) -> None:
    """Until then, by when that is due."""
    command(company, "UDEV", "/idea Ring back within a day")
    submit(company, "UDEV", {"idea_text": "Callers wait for days."})

    def card() -> dict[str, Any] | None:
        return next((m for m in company.messages("C0IDEAS") if "Ring back" in m["text"] and m.get("bot_id")), None)

    def listed(which: int, what: str) -> bool:
        company.act("close", user="UKIRA", all=True)
        company.act("open_home", user="UKIRA")
        home = company.home("UKIRA") or {}
        company.act(
            "click",
            user="UKIRA",
            view_id=home["id"],
            action_id="digest_list",
            value=actions(home, "digest_list")[which]["value"],
        )
        return what in words(company.view("UKIRA"))

    idea = company.until(card, "the card")
    company.until(lambda: listed(0, "Ring back within a day>, by <@UDEV>, first answer due on"), "what waits")
    company.say("UKIRA", "C0IDEAS", "Let's do that.", thread_ts=idea["ts"])
    company.until(lambda: listed(1, "Ring back within a day>, by <@UDEV>, answered on <!date"), "what was answered")

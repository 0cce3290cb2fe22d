"""What an admin sets up in Slack, and what nobody else can."""

from typing import Any

import pytest

from tests.conversations.conftest import Bot
from tests.conversations.slack import Company, words

pytestmark = pytest.mark.usefixtures("bot")


def command(company: Company, user: str, text: str) -> dict[str, Any]:
    answer = company.act("command", user=user, channel="C0SUPPORT", text=text)
    assert answer["ok"], answer
    return answer


def form(company: Company, user: str) -> dict[str, Any]:
    """The form with fields that is on top of somebody's screen."""
    found = company.until(lambda: (v := company.view(user)) and v.get("submit") and v, "a form")
    assert found
    return found


def submit(company: Company, user: str, values: dict[str, str]) -> dict[str, Any]:
    answer = company.act("submit", user=user, view_id=form(company, user)["id"], values=values)
    assert answer["ok"], answer
    return answer


def test_the_checklist_leads_an_admin_through(company: Company) -> None:
    """Channels joined or an invitation asked for, what is wrong corrected, and the checklist ticked."""
    company.act("open_home", user="UADMIN")
    home = company.until(lambda: (h := company.home("UADMIN")) and "Finish setting up" in words(h) and h, "a checklist")
    assert home
    company.act("click", user="UADMIN", view_id=home["id"], action_id="setup_open")
    zone = next(b["element"] for b in form(company, "UADMIN")["blocks"] if b.get("block_id") == "time_zone")
    assert zone["initial_value"] == "Europe/Amsterdam"

    values = {"ideas_channel": "C0IDEAS", "wins_channel": "C0WINS", "digest_channel": "C0PRIVATE"}
    refused = submit(company, "UADMIN", values | {"time_zone": "Europe/Amsterdm"})
    assert "Did you mean Europe/Amsterdam?" in refused["response"]["errors"]["time_zone"]
    refused = submit(company, "UADMIN", values | {"wins_channel": "C0COBALT", "time_zone": "Europe/Amsterdam"})
    assert set(refused["response"]["errors"]) == {"wins_channel"}
    assert "People of another company" in refused["response"]["errors"]["wins_channel"]
    submit(company, "UADMIN", values | {"time_zone": "Europe/Amsterdam"})

    company.until(lambda: "/invite" in words(company.view("UADMIN")), "what is left to do")
    channels = {channel["id"]: channel for channel in company.state()["channels"]}
    assert "UFRONTLINE" in channels["C0IDEAS"]["members"]
    assert "UFRONTLINE" not in channels["C0PRIVATE"]["members"]
    company.act("close", user="UADMIN", view_id=company.view("UADMIN")["id"])


def test_the_guides_are_loaded_again_on_a_click(company: Company) -> None:
    """Home says that it is loading, and then what there is; all owners of the sample guides are in the company."""
    company.act("open_home", user="UADMIN")
    home = company.until(lambda: (h := company.home("UADMIN")) and "Load the guides" in words(h) and h, "the button")
    assert home
    company.act("click", user="UADMIN", view_id=home["id"], action_id="setup_ingest")
    company.until(lambda: "27 guides loaded" in words(company.home("UADMIN")), "Home with the guides")

    assert "that Slack doesn't know" not in words(company.home("UADMIN"))


def test_an_admin_gives_a_role_and_takes_it_back(company: Company) -> None:
    """The person is told, and may do what the role allows; the last admin stays."""
    for change, news in (("grant", "You are now an admin"), ("take_back", "You are no longer an admin")):
        before = len(company.direct("UKIRA"))
        command(company, "UADMIN", "/frontline roles")
        submit(company, "UADMIN", {"person": "UKIRA", "role": "admin", "change": change})
        company.until(lambda before=before: company.direct("UKIRA")[before:], "the news")
        assert news in words(company.direct("UKIRA")[before:])
        company.act("close", user="UADMIN", view_id=company.view("UADMIN")["id"])

    command(company, "UADMIN", "/frontline roles")
    refused = submit(company, "UADMIN", {"person": "UADMIN", "role": "admin", "change": "take_back"})
    assert "person" in refused["response"]["errors"]
    for nobody in ("UGUEST", "ULARS"):  # who is no colleague, and who has left
        refused = submit(company, "UADMIN", {"person": nobody, "role": "manager", "change": "grant"})
        assert "colleague with an open account" in refused["response"]["errors"]["person"]
    company.act("close", user="UADMIN", view_id=company.view("UADMIN")["id"])


@pytest.mark.parametrize("text", ["/frontline roles", "/frontline setup"])
def test_others_are_told_who_the_admins_are(company: Company, text: str) -> None:
    """A member who tries gets a sentence, not a form."""
    command(company, "UDEV", text)
    company.until(lambda: "Only admins can do this" in words(company.view("UDEV")), "a refusal")

    assert "<@UADMIN>" in words(company.view("UDEV"))
    company.act("close", user="UDEV", view_id=company.view("UDEV")["id"])


@pytest.mark.parametrize("text", ["/frontline", "/frontline help", "/frontline dance"])
def test_frontline_alone_says_what_there_is(company: Company, text: str) -> None:
    """An unknown word is answered like a call for help."""
    assert "/ask" in command(company, "UDEV", text)["response"]["text"]


def test_the_messages_tab_suggests_questions(company: Company) -> None:
    """Somebody who opens it sees what they could ask."""
    company.act("open_messages", user="UINES")

    prompts = company.until(lambda: company.state()["prompts"].get("UINES"), "suggested questions")
    assert prompts["prompts"]


def test_the_bot_says_hello_where_it_is_invited(company: Company) -> None:
    """Once, with how to ask."""
    assert company.act("invite", user="UADMIN", channel="C0BILLING")["ok"]
    hello = company.until(lambda: [m for m in company.messages("C0BILLING") if m.get("bot_id")], "a hello")

    assert "Ask me a question" in hello[0]["text"]


def test_a_restart_keeps_everything(company: Company, bot: Bot) -> None:
    """Roles and choices are there after Ctrl-C, which ends the bot in good order."""
    assert bot.stop() == 0
    bot.start()
    company.act("open_home", user="UADMIN")
    company.until(lambda: "Time zone: Europe/Amsterdam" in words(company.home("UADMIN")), "the choices")

"""The permissions that the manifest asks for: none missing, none unused."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.listeners.home import EXAMPLES
from bot.manifest import SCOPES, manifest
from sandbox.manifest import EVENT_SCOPES
from sandbox.methods.table import METHODS
from tests.conversations.conftest import ROOT, Bot
from tests.conversations.slack import Company

KINDS = {"D": "im", "C": "channels"}


@pytest.fixture
def bot(company: Company, tmp_path: Path) -> Iterator[Bot]:
    """A bot with two short guides, one of a person and one of a user group, and those that its suggestions stand on."""
    for _, _, guide in EXAMPLES:
        (tmp_path / "guides" / guide).parent.mkdir(parents=True)
        shutil.copy(ROOT / "knowledge" / "guides" / guide, tmp_path / "guides" / guide)
    for name, owner in (("refunds", "chloe@brightwater.example"), ("outages", "SFIELD")):
        text = f"---\ntitle: {name}\nowner: {owner}\n---\n# {name}\n\nWe credit a day for each day of an outage.\n"
        (tmp_path / "guides" / f"{name}.md").write_text(text)
    bot = Bot(company, tmp_path / "data").start(GUIDES_DIR=str(tmp_path / "guides"))
    yield bot
    bot.stop()


def use_everything(company: Company) -> None:
    """A little of all that Frontline does, and a lost connection after a post of each kind."""
    company.act("open_home", user="UADMIN")
    company.until(lambda: company.home("UADMIN"), "the set-up")
    company.until(partial(suggested, company), "suggested questions")
    company.ask("UANA", "When does a customer get a refund?")
    company.act("command", user="UANA", channel="C0GENERAL", text="/ask When does a customer get a refund?")
    company.until(lambda: company.calls("views.publish")[1:], "the answer in Home")
    form = company.act("shortcut", user="UANA", callback_id="ask_guides")["view"]
    company.act("submit", user="UANA", view_id=form["id"], values={"question": "When does a customer get a refund?"})
    company.until(lambda: company.direct("UANA"), "the answer by direct message")
    company.fault("error", method="assistant.threads.setStatus", error="channel_type_not_supported", times=1)
    company.ask("UANA", "When does a customer get a refund?")
    set_up(company)
    assert company.act("invite", user="UADMIN", channel="C0PRIVATE")["ok"]
    group = company.act("group_message", user="UANA", users=["UBEN"])["channel"]["id"]
    for user, channel in (("UADMIN", "C0PRIVATE"), ("UANA", "C0ASK"), ("UANA", "dm"), ("UANA", group)):
        company.fault("drop", method="chat.postMessage", times=1)
        mention = "" if channel == "dm" else "<@UFRONTLINE> "
        message = company.say(user, channel, f"{mention}When does a customer get a refund?")
        company.replies(message["channel"], message["ts"], 1)
    reading = ("conversations.replies", "conversations.history")
    company.until(lambda: sum(len(company.calls(method)) for method in reading) >= 4, "the posts read back")
    for method in ("users.lookupByEmail", "usergroups.users.list"):
        company.until(partial(company.calls, method), "the owners of the guides looked up")
    export(company)


def suggested(company: Company) -> Any:
    """What the Messages tab suggests once the guides are in."""
    company.act("open_messages", user="UANA")
    return company.state()["prompts"].get("UANA")


def export(company: Company) -> None:
    """The admin becomes a manager, too, and has all ideas sent as a file."""
    while view := company.view("UADMIN"):
        company.act("close", user="UADMIN", view_id=view["id"])
    company.act("command", user="UADMIN", channel="C0GENERAL", text="/frontline roles")
    view = company.until(lambda: (found := company.view("UADMIN")) and found.get("submit") and found, "the form")
    assert view
    values = {"person": "UADMIN", "role": "manager", "change": "grant"}
    assert company.act("submit", user="UADMIN", view_id=view["id"], values=values)["ok"]
    company.act("command", user="UADMIN", channel="C0GENERAL", text="/ideas export")
    company.until(lambda: company.calls("files.completeUploadExternal"), "the file")


def set_up(company: Company) -> None:
    """The admin's form, with a channel that the bot has to join."""
    company.act("command", user="UADMIN", channel="C0GENERAL", text="/frontline setup")
    view = company.until(lambda: (found := company.view("UADMIN")) and found.get("submit") and found, "the form")
    assert view
    values = dict.fromkeys(("ideas_channel", "wins_channel", "digest_channel"), "C0IDEAS")
    sent = company.act("submit", user="UADMIN", view_id=view["id"], values=values | {"time_zone": "Europe/Paris"})
    assert sent["ok"], sent
    company.until(lambda: company.calls("conversations.join"), "the bot to join")


def scope_of(call: dict[str, Any], private: dict[str, str]) -> set[str]:
    """What this call needs: where several scopes would do, the one for its kind of conversation."""
    scopes = set(METHODS[call["method"]].scopes)
    if not scopes or len(scopes) == 1:
        return scopes
    channel = str(call["arguments"].get("channel", "D"))
    kind = private.get(channel, KINDS[channel[0]])
    return {scope for scope in scopes if scope.startswith(f"{kind}:")}


def test_none_missing_none_unused(company: Company, bot: Bot) -> None:
    """Every call has its scope, and every scope is there for a call, an event or a command."""
    use_everything(company)
    calls = [entry for entry in company.journal()["entries"] if entry["kind"] == "call" and entry["method"] in METHODS]
    assert [call for call in calls if call["answer"].get("error") == "missing_scope"] == []
    private = {
        channel["id"]: "mpim" if channel.get("is_mpim") else "groups"
        for channel in company.state()["channels"]
        if channel.get("is_private") and not channel["is_im"]
    }
    used = {scope for call in calls for scope in scope_of(call, private)}
    used |= {
        EVENT_SCOPES[event]
        for event in manifest()["settings"]["event_subscriptions"]["bot_events"]
        if EVENT_SCOPES[event]
    }
    used |= {"commands"}
    assert used == {scope.name for scope in SCOPES}

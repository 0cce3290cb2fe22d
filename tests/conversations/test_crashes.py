"""Whatever dies and whenever: each question gets one answer."""

import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conversations.conftest import Bot, Bots
from tests.conversations.slack import Company, NeverHappened

QUESTIONS = [
    "How long do I have to cancel a new contract?",
    "Which light on the Brook 4 means there is no internet?",
    "When does a customer get a credit for an outage?",
    "How do we answer a complaint that has waited too long?",
    "What do I check before I talk about an account on the phone?",
]


def crash(company: Company, bot: Bot, kills: int, dice: random.Random) -> list[str]:
    """Ask, let so much happen, kill, start again; the ts of every question."""
    asked = []
    for number in range(kills):
        since = company.now()
        question = f"<@UFRONTLINE> {QUESTIONS[number % len(QUESTIONS)]} ({number})"
        asked.append(company.say("UANA", "C0ASK", question)["ts"])
        enough = since + dice.randrange(1, 12)
        with suppress(NeverHappened):  # the answer may be out before so much has happened
            company.until(lambda enough=enough: company.now() >= enough, "so much to happen", patience_s=5)
        bot.kill()
        bot.start()
    return asked


def count(company: Company, asked: list[str]) -> dict[str, int]:
    """How the questions fared."""
    seen = [len(company.thread("C0ASK", ts)) for ts in asked]
    return {"wanted": len(asked), "seen": sum(n > 0 for n in seen), "doubled": sum(n > 1 for n in seen)}


def test_killed_at_any_moment(company: Company, bots: Bots) -> None:
    """Five kills at moments that a die picks: no answer is lost or doubled."""
    bot = bots().start()

    asked = crash(company, bot, 5, random.Random(2))
    for ts in asked:
        company.replies("C0ASK", ts, 1)
    company.quiet()

    assert count(company, asked) == {"wanted": 5, "seen": 5, "doubled": 0}
    bot.kill()


@pytest.mark.soak
def test_killed_fifty_times(company: Company, bots: Bots, capsys: pytest.CaptureFixture[str]) -> None:
    """The full count of the proof; prints the figures."""
    bot = bots().start()

    asked = crash(company, bot, int(os.environ.get("KILLS", "50")), random.Random(11))
    for ts in asked:
        company.replies("C0ASK", ts, 1)
    company.quiet()

    figures = count(company, asked)
    with capsys.disabled():
        print(f"\nkill -9: {figures}")
    assert (figures["seen"], figures["doubled"]) == (figures["wanted"], 0)
    bot.kill()


def test_killed_between_the_acknowledgement_and_the_answer(company: Company, bots: Bots) -> None:
    """Slack never brings an acknowledged event again, so the bot must remember it."""
    bot = bots().start()
    company.fault("delay", method="chat.postMessage", seconds=20, times=1)

    message = company.say("UANA", "C0ASK", f"<@UFRONTLINE> {QUESTIONS[0]}")
    assert message["ts"]
    bot.kill()
    company.fault("clear")
    bot.start()
    company.replies("C0ASK", message["ts"], 1)
    company.quiet()

    assert len(company.thread("C0ASK", message["ts"])) == 1
    bot.kill()


def test_a_start_without_slack_loses_no_question(company: Company, tmp_path: Path) -> None:
    """What an earlier process wrote down waits for the start that reaches Slack."""
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    folder = {"GUIDES_DIR": str(tmp_path / "guides")}
    bot = Bot(company, tmp_path / "data").start(**folder)
    company.fault("delay", method="users.info", seconds=20, times=1)

    message = company.say("UANA", "C0ASK", "<@UFRONTLINE> Is a day of an outage credited?")
    bot.kill()
    company.fault("clear")
    with pytest.raises(AssertionError, match="can't be reached"):
        bot.start(SLACK_API_URL="http://127.0.0.1:9/api/", **folder)
    bot.process = None
    bot.start(**folder)

    assert len(company.replies("C0ASK", message["ts"], 1)) == 1
    bot.kill()


def test_an_outbox_that_breaks_ends_the_process(company: Company, tmp_path: Path) -> None:
    """It says so instead of going on without a word, and whoever starts it again gets the answer."""
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    folder = {"GUIDES_DIR": str(tmp_path / "guides")}
    bot = Bot(company, tmp_path / "data", ("tests.conversations.broken_bot", "run")).start(**folder)

    message = company.say("UANA", "C0ASK", "<@UFRONTLINE> Is a day of an outage credited?")
    assert bot.process
    bot.process.join(timeout=60)
    assert bot.process.exitcode == 1
    assert "its outbox ended by itself" in bot.log()
    bot.program = Bot.program
    bot.start(**folder)

    assert len(company.replies("C0ASK", message["ts"], 1)) == 1
    bot.kill()


def test_a_connection_that_drops_after_slack_took_the_post(company: Company, bots: Bots) -> None:
    """An unknown outcome is looked up, not repeated."""
    bot = bots().start()
    company.fault("drop", method="chat.postMessage", times=1)

    since = company.now()
    message = company.say("UANA", "C0ASK", f"<@UFRONTLINE> {QUESTIONS[1]}")
    company.until(lambda: company.calls("conversations.replies", since), "a look at the thread")
    company.quiet()

    assert len(company.thread("C0ASK", message["ts"])) == 1
    bot.kill()


def test_killed_after_slack_took_the_post(company: Company, bots: Bots) -> None:
    """The next process finds the post that the last one could not write down."""
    bot = bots().start()
    company.fault("delay", method="chat.postMessage", seconds=20, times=1, after=True)

    message = company.say("UANA", "C0ASK", f"<@UFRONTLINE> {QUESTIONS[2]}")
    company.replies("C0ASK", message["ts"], 1)
    bot.kill()
    company.fault("clear")
    bot.start()
    company.quiet()

    assert len(company.thread("C0ASK", message["ts"])) == 1
    bot.kill()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_a_socket_that_closes_while_answering(company: Company, bots: Bots, reason: str) -> None:
    """Slack recycles sockets; the answer comes all the same, and the next question too."""
    bot = bots().start()
    company.fault("delay", method="chat.postMessage", seconds=1, times=1)

    message = company.say("UANA", "C0ASK", f"<@UFRONTLINE> {QUESTIONS[3]}")
    company.fault("disconnect", reason=reason)
    company.fault("clear")  # Socket Mode is back after `link_disabled`

    company.replies("C0ASK", message["ts"], 1)
    assert company.ask("UDEV", QUESTIONS[4])
    assert len(company.thread("C0ASK", message["ts"])) == 1
    bot.kill()

"""Guides that change while people ask."""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import pytest

from tests.conversations.conftest import ROOT, Bot, Bots
from tests.conversations.slack import Company, NeverHappened, words

NEW = "---\ntitle: Canal boats\nowner: otto@x.example\n---\n# Canal boats\n\nA canal boat gets the Otter dish.\n"
QUESTION = "Which dish does a canal boat get?"


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    """A copy of the sample guides that a test may change."""
    return Path(shutil.copytree(ROOT / "knowledge" / "guides", tmp_path / "guides"))


def ingesting(bot: Bot, guides: Path) -> subprocess.Popen[str]:
    """`frontline ingest` beside the running bot."""
    environment = {**os.environ, "DATA_DIR": str(bot.data), "GUIDES_DIR": str(guides)}
    command = [sys.executable, "-m", "bot", "ingest"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_a_guide_is_found_after_an_ingest_and_gone_after_its_deletion(
    company: Company, bots: Bots, guides: Path
) -> None:
    """While the bot runs and people ask; nobody waits and nothing fails, and an owner whom nobody knows is named."""
    bot = bots().start(GUIDES_DIR=str(guides))
    assert "Otter dish" not in words(company.ask("UANA", QUESTION))

    (guides / "canal.md").write_text(NEW)
    command = ingesting(bot, guides)
    asked = [company.say("UDEV", "C0ASK", f"<@UFRONTLINE> Is there a reconnection fee? ({n})") for n in range(5)]
    assert "1 added" in command.communicate(timeout=120)[0]
    for message in asked:
        assert "reconnection" in words(company.replies("C0ASK", message["ts"], 1))
    company.until(lambda: "Otter dish" in words(company.ask("UANA", QUESTION)), "the new guide in an answer")
    company.act("open_home", user="UADMIN")
    company.until(lambda: "`otto@x.example`" in words(company.home("UADMIN")), "the unknown owner in Home")

    (guides / "canal.md").unlink()
    assert "1 removed" in ingesting(bot, guides).communicate(timeout=120)[0]
    company.until(lambda: "Otter dish" not in words(company.ask("UANA", QUESTION)), "the guide gone")
    bot.stop()


def test_the_edition_of_the_company_s_day_is_quoted(company: Company, bots: Bots, tmp_path: Path) -> None:
    """At 21:00 UTC it is tomorrow in Sydney: from the moment that this is set up, and after the next start."""
    (tmp_path / "guides").mkdir()
    for name, title, credit in (("old", "until 28 February 2026", 10), ("new", "from 1 March 2026", 25)):
        text = f"---\ntitle: Credits {title}\n---\n# Missed visits\n\nA missed visit gives {credit} euros.\n"
        (tmp_path / "guides" / f"{name}.md").write_text(text)
    given = {"GUIDES_DIR": str(tmp_path / "guides"), "FRONTLINE_NOW": "2026-02-28T21:00:00+00:00"}
    bot = bots(has_guides=False).start(**given)
    ingesting(bot, tmp_path / "guides").communicate(timeout=120)
    question = "How much does a missed visit give?"
    company.until(lambda: "10 euros" in words(company.ask("UANA", question)), "the edition of this day")

    company.act("command", user="UADMIN", channel="C0SUPPORT", text="/frontline setup")
    form = company.until(lambda: (v := company.view("UADMIN")) and v.get("submit") and v, "the form")
    assert form
    values = {"ideas_channel": "C0IDEAS", "wins_channel": "C0WINS", "digest_channel": "C0WINS"}
    company.act("submit", user="UADMIN", view_id=form["id"], values=values | {"time_zone": "Australia/Sydney"})
    company.until(lambda: "25 euros" in words(company.ask("UANA", question)), "the edition of the next")
    bot.stop()
    bot.start(**given)
    company.until(lambda: "25 euros" in words(company.ask("UANA", question)), "the same after a start")
    bot.stop()


def crowd(guides: Path) -> None:
    """Enough new text that its vectors take a while."""
    for number in range(40):
        text = NEW.replace("Canal boats", f"Canal boats {number}").replace("Otter", f"Otter{number}")
        (guides / f"canal-{number}.md").write_text(text)


def test_an_ingest_that_is_killed_is_completed_by_the_next(company: Company, bots: Bots, guides: Path) -> None:
    """The bot answers at once after a kill, and what was cut short goes in."""
    bot = bots()
    crowd(guides)
    bot.start(GUIDES_DIR=str(guides))
    bot.kill()
    bot.start(GUIDES_DIR=str(guides))

    assert "reconnection" in words(company.ask("UANA", "Is there a reconnection fee?"))
    company.until(
        lambda: "Otter39" in words(company.ask("UANA", "Which dish does canal boat 39 get?")), "the last guide"
    )
    bot.stop()


@pytest.mark.soak
def test_twenty_kills_during_ingest(
    company: Company, bots: Bots, guides: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The full count of the proof: how long after each kill the bot answers again, and that nothing is lost."""
    dice = random.Random(5)
    bot = bots()
    crowd(guides)
    bot.start(GUIDES_DIR=str(guides))
    waits = []
    for number in range(20):
        (guides / f"canal-{dice.randrange(40)}.md").write_text(NEW.replace("Otter", f"Heron{number}"))
        moment = dice.random() * 8
        with suppress(NeverHappened):  # a kill at any moment of the ingest, which nothing marks
            company.until(lambda: None, "the moment", patience_s=moment)
        bot.kill()
        began = time.monotonic()
        bot.start(GUIDES_DIR=str(guides))
        assert "reconnection" in words(company.ask("UANA", f"Is there a reconnection fee? ({number})"))
        waits.append(time.monotonic() - began)
    asked = "Who has the Heron19 dish on board?"
    company.until(lambda: "boat gets the Heron19 dish" in words(company.ask("UANA", asked)), "the last change")
    bot.stop()
    with capsys.disabled():
        print(f"\nkills during ingest: 20, seconds to an answer: median {median(waits):.1f}, most {max(waits):.1f}")


def test_words_answer_while_the_vectors_are_made(company: Company, bots: Bots) -> None:
    """The first start: a question is answered before the index is complete, or told to wait for the first guide."""
    bot = bots(has_guides=False).start()
    message = company.say("UANA", "C0ASK", "<@UFRONTLINE> Is there a reconnection fee?")
    answer = company.replies("C0ASK", message["ts"], 1)[0]
    bot.stop()

    assert "by words alone" in words(answer) or "ask again in a moment" in words(answer)

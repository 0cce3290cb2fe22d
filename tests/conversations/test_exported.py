"""A conversation had by hand, exported from the sandbox, runs as a test."""

from typing import Any

from tests.conversations.conftest import Bot
from tests.conversations.slack import Company, actions, words

QUESTION = "Does the Heron Lite record when the internet is down?"


def run(company: Company, bot: Bot, python: str) -> None:
    """What pytest would do with the file."""
    names: dict[str, Any] = {}
    exec(compile(python, "exported", "exec"), names)
    (test,) = (thing for name, thing in names.items() if name.startswith("test_"))
    test(company, bot)


def test_an_exported_conversation_runs(company: Company, bot: Bot) -> None:
    """A question, its answer, a rating and a private question are said, pressed and seen again."""
    answer = company.ask("ana", QUESTION, "C0ASK")
    assert actions(answer, "rate_answer")
    done = company.click("UANA", answer, "rate_answer", value="positive")
    assert done["ok"], done
    done = company.act("command", user="UANA", channel="C0ASK", text="/ask Is there a reconnection fee?")
    company.until(lambda: [one for one in company.private("UANA") if "fee" in words(one)], "the private answer")
    company.quiet()
    python = company.dialogue("C0ASK")

    assert "Looking in the guides" not in python
    assert python.count("company.say(") == 1
    assert "company.act('click', user='UANA', message_ts=answer_1[\"ts\"], " in python
    assert "company.act('command'" in python
    before = company.now()
    run(company, bot, python)
    assert sum(entry["kind"] == "act" for entry in company.journal(before)["entries"]) == 3

"""A private answer that is ready before its acknowledgement has left."""

from tests.conversations.conftest import Bots
from tests.conversations.held_bot import ACKNOWLEDGEMENT, ANSWER, LEFT
from tests.conversations.slack import Company


def test_a_private_answer_never_overtakes_its_acknowledgement(company: Company, bots: Bots) -> None:
    """The answer is all that stays, for it takes the place of the line that says we are looking."""
    bot = bots("tests.conversations.held_bot", "run").start()
    company.act("command", user="UANA", channel="C0ASK", text="/ask Is there a reconnection fee?")
    company.until(lambda: [one for one in company.private("UANA") if one.get("blocks")], "the private answer")

    assert (bot.data / LEFT).read_text().splitlines() == [ACKNOWLEDGEMENT, ANSWER]
    assert len(company.private("UANA")) == 1

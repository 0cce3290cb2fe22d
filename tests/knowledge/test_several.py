"""A message that asks several things is told apart, and a question from the story around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.followups import stands_for
from knowledge.names import Names
from knowledge.several import asked_alone, asked_apart, without_openers
from tests.knowledge.conftest import WORDS_OF_QUESTIONS

FEE = "Is there a reconnection fee?"
STORY = "Hi team, I have a customer on the line who is quite upset. She was on hold for ages"


@pytest.mark.parametrize(
    ("message", "alone"),
    [
        (f"{STORY}. How long does a late refund by cheque take?", "How long does a late refund by cheque take?"),
        (f"{STORY}\nhow long does a late refund by cheque take", "how long does a late refund by cheque take"),
        (f"{STORY}. are refunds paid by cheque free? thanks!", "are refunds paid by cheque free?"),
        (f"{STORY}. The engineer never came. What do we pay her?", "The engineer never came. What do we pay her?"),
        (f"{STORY}. She has a Brook 4. Is it covered?", None),  # it is the story's
        (f"{STORY}. She has a Brook 4. How do I reset the router?", "She has a Brook 4. How do I reset the router?"),
        (f"{STORY}. Paid 45 pounds. Is there a refund?", "Paid 45 pounds. Is there a refund?"),
        ("How long does a refund take?", None),
        ("How long does a refund take? And by cheque?", None),
        ("", None),
    ],
)
def test_a_question_is_told_from_its_story(message: str, alone: str | None, names: Names) -> None:
    """What names or counts something stays with it, and nothing is left out of what the question leans on."""
    assert asked_alone(message, names) == alone


@pytest.mark.parametrize(
    ("message", "own"),
    [
        (f"Can I ask you something? Got a minute? {FEE}", FEE),
        (f"Hi. Is this the right place to ask? I'm new. {FEE}", f"Hi. I'm new. {FEE}"),
        (f"Could you look something up for me?\n{FEE} Any idea?", f"{FEE} Any idea?"),
        (f"Does that make sense? {FEE}", FEE),
        (f"Brook 4? {FEE}", f"Brook 4? {FEE}"),
        ("Can you help?  How?", "Can you help?  How?"),
        (FEE, FEE),
        ("", ""),
    ],
)
def test_what_opens_a_message_is_no_question(message: str, own: str, names: Names) -> None:
    """It would be looked up, and answered or missed; where nothing else is asked, it stays."""
    assert without_openers(message, names) == own


LASTS = "How long is the Heron's warranty?"


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (
            "Can they return shoes after 30 days? And who pays the postage?",
            ["Can they return shoes after 30 days?", "Who pays the postage?"],
        ),
        ("What does the Heron cost and how long is its warranty?", ["What does the Heron cost?", LASTS]),
        ("what does the Heron cost and how long is its warranty", ["What does the Heron cost?", LASTS[:-1]]),
        (
            "What does the Heron cost, and how long is its warranty, and can they pay by card and who signs the order?",
            ["What does the Heron cost?", LASTS, "Can they pay by card?", "Who signs the order?"],
        ),
        (
            "What does the Heron cost and how long is the warranty?",
            ["What does the Heron cost?", "Heron: how long is the warranty?"],
        ),
        (
            "What's the upload of Stream 300, and does it rise in April?",
            ["What's the upload of Stream 300?", "Does it rise in April?"],
        ),
        (
            "What is the warranty of the Heron? And of the Heron Lite?",
            ["What is the warranty of the Heron?", "What is the warranty of the Heron Lite?"],
        ),
        (
            "I have a Brook 4 Pro. What does solid red mean? How do I reset it?",
            ["What does solid red mean?", "How do I reset the Brook 4 Pro?"],
        ),
        ("Can they cancel? How? And who pays the postage?", ["Can they cancel? How?", "Who pays the postage?"]),
        (
            "Can you help? What does the Heron cost? Any idea? Who may open a complaint?",
            ["Can you help? What does the Heron cost? Any idea?", "Who may open a complaint?"],
        ),
        (
            "Quick one, what's NPS? Who may open a complaint?",
            ["Quick one, what's NPS?", "Who may open a complaint?"],
        ),
        (
            "She asks: 1) when the final bill is sent; 2) how to return a router\n3. who pays the postage",
            ["When the final bill is sent?", "How to return a router?", "Who pays the postage?"],
        ),
        (
            "What does Stream 100 cost? Stream 500? And the Stream 900?",
            ["What does Stream 100 cost?", "What does Stream 500 cost?", "What does Stream 900 cost?"],
        ),
        (
            "What does fitting cost, e.g. for the Heron? Who signs form no. 7 after approx. 3 weeks?",
            ["What does fitting cost, e.g. for the Heron?", "Who signs form no. 7 after approx. 3 weeks?"],
        ),
        ("How long is the Heron's warranty? The Heron Lite?", [LASTS, "How long is the Heron Lite's warranty?"]),
        ("hall hours sunday? and is there a stage", ["Hall hours sunday?", "Is there a stage"]),
        ("Can I pay by card. Also when is the bill due?", ["Can I pay by card.", "When is the bill due?"]),
    ],
)
def test_the_questions_of_a_message_are_told_apart(message: str, asked: list[str], names: Names) -> None:
    """Each with its subject; what is too little for a question of its own stays with the one before it."""
    assert [each.question for each in asked_apart(message, [], names)] == asked


@pytest.mark.parametrize(
    "message",
    [
        "Do I need a receipt? I lost mine.",
        "Is it true that the Heron has a warranty of 3 years, right?",
        "salt and pepper mills: can they be returned?",
        "Can you help? What does the Heron cost?",
        "What does the Heron cost? Any idea? Does anybody know?",
        "Can they cancel? How?",
        "Can they move the visit? And is there a charge?",
        "Will it be long. The customer waits. What does the Heron cost?",
        "Can they move the visit? Is there a charge?",
        "Hello? Anyone there? What does the Heron cost?",
        "The customer's Heron is broken. What now? Is it under warranty?",
        'He asked "why is my bill so high?" What do I tell him?',
        "Can they move the visit and keep the same engineer?",
        "Is the light red or is it blinking?",
        "Does the Heron have 5 GHz Wi-Fi, yes or no?",
        "Does the customer need to know what the visit costs and when it is?",
        "What do I do if they ask who pays and when they get it?",
        "Do they know who comes and who pays the bill?",
        "What does the Heron cost and what the Heron Lite costs?",
        "Which router supports bridge mode and has mesh pods included?",
        "Can you tell me what the Heron costs and what the Lite costs?",
        "Can a customer with a Brook 4 and a Heron use both when the power is down?",
        "how many channels are in the family pack and how many are HD",
        "Can I ask you something? What does the Heron cost?",
        "Got a minute? What does the Heron cost? The customer is waiting, can you be quick?",
        "I did this: 1) restart the router 2) wait for an hour. It is still red",
        "engineer scratched the floor, repair would be 120 pounds. who pays and when",
        "",
    ],
)
def test_one_question_stays_one(message: str, names: Names) -> None:
    """However many question marks, asides and "and"s there are in it."""
    assert len(asked_apart(message, [], names)) < 2


def test_a_later_question_is_looked_up_with_what_it_leans_on(names: Names) -> None:
    """The one before it where it has no name, and the story; the first one leans on the conversation."""
    refund, cheque = asked_apart("How long does a refund take? Can it go to another account?", [], names)
    assert (refund.in_full, refund.leans) == ("How long does a refund take?", False)
    assert (cheque.in_full, cheque.leans) == ("How long does a refund take? Can it go to another account?", True)

    story = asked_apart("She is blind. How do we send bills? Who pays the postage?", [], names)
    assert [each.in_full for each in story][1] == "She is blind. Who pays the postage?"

    *_, express = asked_apart("How much is the form and how quick is the express one", [], names)
    assert (express.in_full, express.leans) == ("How much is the form? And how quick is the express one?", True)

    follow_up = asked_apart("And for shops? Who pays the postage?", [FEE], names)
    assert [each.question for each in follow_up] == [f"{FEE} And for shops?", "Who pays the postage?"]


@given(
    st.lists(WORDS_OF_QUESTIONS, max_size=12),
    st.lists(WORDS_OF_QUESTIONS, max_size=20),
)
def test_any_text_can_be_told_apart(before: list[str], message: list[str]) -> None:
    """Whatever people type, nothing breaks, and no question is empty."""
    names = Names(["The Brook 4, the Brook 4 Pro and the Heron Lite. The Heron."])
    for each in asked_apart(" ".join(message), [" ".join(before)], names):
        assert each.question.strip()
        assert each.in_full.strip()


@pytest.mark.parametrize(
    ("message", "apart"),
    [
        ("Hi team, anyone around today? How long does a refund take?", ["How long does a refund take?"]),
        ("Exit fee fix 24? Who pays the postage?", ["Exit fee fix 24?", "Who pays the postage?"]),
        (
            "What does the Heron Lite cost? How long is the warranty?",
            ["What does the Heron Lite cost?", "Heron Lite: How long is the warranty?"],
        ),
        ("What is it? " * 800, []),
    ],
)
def test_talk_is_no_question_and_the_warranty_is_that_of_the_product_before(message: str, apart: list[str]) -> None:
    """Who only speaks to somebody asks nothing; what asks without end is one message."""
    names = Names(["The Heron, the Heron Lite and the Brook 4."])

    assert [each.question for each in asked_apart(message, [], names)] == apart


def test_what_is_carried_over_is_no_story_of_it(names: Names) -> None:
    """A follow-up without a question mark is asked, however it begins: it is never left out of what is looked up."""
    understood = stands_for("ok thermal shoes then", ["Can I return shoes?"], names)

    assert understood == "Can I return shoes? Ok thermal shoes then?"
    assert asked_alone(understood, names) is None


def test_the_last_of_several_asks_without_a_question_mark(names: Names) -> None:
    """It goes on from what was asked; what only follows does not."""
    assert asked_alone("Does it cover pets? what about chewing gum", names) is None
    assert asked_alone("Does the plan cover pets? can cats", names) is None
    assert asked_alone("Does the plan cover pets? ok what about gum", names) is None
    assert asked_alone("Does the plan cover pets? whats the excess", names) is None
    assert asked_alone("Does the plan cover pets? He is waiting", names) == "Does the plan cover pets?"

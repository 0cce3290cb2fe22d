"""Greetings, who asks, ticket numbers and thanks are no part of a question."""

import pytest

from knowledge.asides import without_asides

KNOWN = {"heron", "lite", "brook", "app", "warranty", "home", "ticket"}


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Hi Frontline, when is the final bill sent?", "when is the final bill sent?"),
        ("Frontline: when is the final bill sent?", "when is the final bill sent?"),
        ("Good morning all! When is it sent?", "When is it sent?"),
        ("Hello Dev Patel! When is it sent?", "When is it sent?"),
        ("Hi, PayPal refunds?", "PayPal refunds?"),
        ("Hello Fresh vouchers refunded when?", "Fresh vouchers refunded when?"),
        ("Hi DD, what is that?", "DD, what is that?"),
        ("Mr Hernandez asks when it is sent", "when it is sent"),
        (
            'An e-mail: "Dear Sir or Madam, it is lost.\nKind regards\nP Ottley"\nwho pays?',
            'An e-mail: "it is lost.\n"\nwho pays?',
        ),
        ("Dear Sirs\nIt is lost.\nYours faithfully,\nJane Ottley\nWho pays?", "It is lost.\n\nWho pays?"),
        ("It is lost.\nBest wishes\nHeron Lite\nWho pays?", "It is lost.\nBest wishes\nHeron Lite\nWho pays?"),
        ("Do we write Dear Sir or Madam, or a name?", "Do we write Dear Sir or Madam, or a name?"),
        ("As Kira said yesterday, when is it sent?", "when is it sent?"),
        ("My customer in Manchester wants to know when it is sent", "when it is sent"),
        ("@Frontline @Dev Patel how long does it take?", "how long does it take?"),
        ("Hi @Dev, how long is the warranty of the Heron?", "how long is the warranty of the Heron?"),
        ("Ticket INC-48213: how long does it take, thanks!", "how long does it take"),
        ("Does Mr Larch (case #9912) get a credit?", "Does the customer get a credit?"),
        ("@U0ANA How long does it take?", "How long does it take?"),
        ("When is it sent to Mr Reed?", "When is it sent to the customer?"),
        ("Is it late (for Mrs Patel)? It's for Mrs Patel.", "Is it late (for the customer)? It's for the customer."),
        ("My customer Priya asks: when is it sent?", "when is it sent?"),
        ("My customer is called Priya Patel. When is it sent?", "the customer. When is it sent?"),
        ("A caller's name is Priya O'Neill. When is it sent?", "the customer. When is it sent?"),
        ("When is it sent? Asking for Priya.", "When is it sent? Asking for the customer."),
        ("Does her son Emeka pay? Emeka's wife?", "Does her son pay? her son's wife?"),
        ("my tenant Emeka Obi missed it, does Emeka Obi pay?", "my tenant missed it, does my tenant pay?"),
        ("Can my patient Priya come?", "Can my patient come?"),
        ("Spoke to Priya, is it late?", "Spoke to the customer, is it late?"),
        ("I told Priya it is late, is it?", "I told the customer it is late, is it?"),
        ("Had a call from Priya, who pays?", "Had a call from the customer, who pays?"),
        ("it is late and Priya rang, who pays?", "it is late and the customer rang, who pays?"),
    ],
)
def test_what_surrounds_a_question_is_left_out(message: str, question: str) -> None:
    """Or a person's name counts as one that no guide has, and the question is declined."""
    assert without_asides(message, lambda word: word.casefold() in KNOWN) == question


@pytest.mark.parametrize(
    "end",
    [
        " Thanks, Priya", " Many thanks Priya Patel!", "\n\nThx,\nPriya", " cheers anne-marie", " - Priya", "\n– Priya",
        "\nKind regards, Priya Patel", " Best,\nPriya", " Thanks, Priya\n",
    ],
)  # fmt: skip
def test_who_signs_is_left_out(end: str) -> None:
    """Behind thanks, a wish or a dash, where the message ends."""
    assert without_asides(f"When is it sent?{end}", lambda word: word.casefold() in KNOWN) == "When is it sent?"


@pytest.mark.parametrize(
    "question",
    [
        "Heron says low battery, what now?",
        "Brook 4 asks for a password",
        "The Heron said goodbye",
        "Order 12345 is late",
        "Thank you letter rules?",
        "How do I say thanks to a customer?",
        "How much is ticket 1000?",
        "What does reference number 00123 mean?",
        "Is the room #1001 free?",
        "How much is @Home a month?",
        "What is Mr Muscle?",
        "When is it sent? Thanks, Heron",
        "When is it sent? - Heron Lite",
        "When is it sent? Thanks. Kestrel 300",
        "For Home: when is it sent?",
        "My customer Heron is broken",
        "Is it for Business customers?",
        "A colleague of ours is asking for Kestrel. Who has it?",
        "Can my customer PayPal us?",
        "Hi-vis: who wears it?",
        "Who signs the thank you?",
        "Who signs a thank you",
        "Do we thank Priya",
        "What does Dr Martens cost?",
        "Does Kestrel have a warranty?",
        "Is my customer Kestrel router broken?",
        "When do we update Kestrel?",
        "What do we do if Kestrel rings?",
        "We spoke to Kestrel support, who pays?",
        "Her wife in Hull wants it",
        "What does Gran Canaria cost?",
        "Is the guest Wifi free?",
        "Does the son Heron apply?",
        "Hello!",
        "Hi there! Thanks",
        "@Dev Patel",
    ],
)
def test_what_the_guides_know_is_asked_about(question: str) -> None:
    """Or may be; so is a message that is nothing else."""
    assert without_asides(question, lambda word: word.casefold() in KNOWN) == question


def test_a_greeted_product_is_no_person() -> None:
    """Though its name stands where a colleague's does."""
    assert without_asides("Hi Heron Lite price?", lambda word: word.casefold() in KNOWN) == "Heron Lite price?"


OFTEN = [
    "\n",
    "? - ",
    "thanks a'",
    "thanks,,",
    "Aa'",
    "- A'a ",
    "regards, ",
    "my customer ",
    "caller's name is ",
    "for Aa ",
    "her son Aa ",
    "my friend Aa ",
    "spoke to Aa ",
    "and Aa ",
]


@pytest.mark.parametrize("part", ["hi ", "Mr A ", "@A", "Aa ", "#", "case ", " ", "Aa in Aa ", "thanks ", ", ", *OFTEN])
def test_no_message_takes_for_ever(part: str) -> None:
    """Each is looked through once; the time that any test may take is what fails."""
    assert without_asides(part * 30_000 + "x", lambda word: False)

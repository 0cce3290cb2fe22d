"""Honest sentences in other words than the guides': most of them may be shown; none that leaves out what matters."""

from pathlib import Path

import pytest

from knowledge.answering import Evidence
from knowledge.answers import Passage
from knowledge.chat import ChatWriter, DraftSentence
from knowledge.chat_model import ChatModel
from knowledge.chunking import cut
from knowledge.citations import Quotable
from knowledge.encoder import Encoder
from knowledge.retriever import Found
from knowledge.support import _keeps_limits

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"
FEWEST_KEPT = 34  # of 45; what is dropped is quoted from the guides instead

PARAPHRASES = {  # by guide: words of the passage, and what a good model makes of it
    "billing/bill-explained.md": [
        ("goes back within 10 working days", "Money that was paid twice is returned within ten working days."),
        ("goes back within 10 working days", "Overpaid money goes back to where it came from within 10 working days."),
        ("Refunds never go to another", "A refund is never paid to another person's account, not even to a spouse's."),
        (
            "collected 14 days after the bill day",
            "The direct debit is taken 14 days after the bill day, or on the next working day.",
        ),
        ("move the bill day once", "The customer can move the bill day once every six months."),
        ("late fee of £7.50", "A late fee of £7.50 is charged on day 10 after the bill is due."),
        ("taken off without discussion", "The first late fee in 12 months is taken off without discussion."),
        ("PAPER", "Paper bills cost £2 a month."),
        ("Paper bills are free", "Customers on the Extra Care register get paper bills free of charge."),
        ("first disputed rental", "The first disputed film rental is refunded, up to £20."),
        ("standing order isn't possible", "A standing order is not possible because amounts change."),
        ("Agents never take a card number", "Never take a card number in chat or by email."),
    ],
    "billing/credits-from-march-2026.md": [
        (
            "Total loss of internet or phone",
            "A total loss of internet or phone is credited with £6.20 for each full day, "
            "after 24 hours from the report.",
        ),
        ("Visit missed by us", "The customer gets a credit of £25 for each visit that we miss."),
        ("within 30 days of the fix", "The credit is added automatically within 30 days of the fix."),
        ("within 30 days of the fix", "The customer doesn't need to ask for it."),
        ("Severe weather is", "Severe weather is not an exception: storms and floods count like any other cause."),
        (
            "starts after 12 hours",
            "For Extra Care customers, the credit for a total loss begins after twelve hours instead of 24.",
        ),
        ("Team leader", "A team leader may give goodwill of up to £60 for each case."),
        ("blocked for non-payment", "No credit is due if the account was blocked for non-payment."),
    ],
    "contracts/moving-home.md": [
        ("Moving costs £35", "Moving home costs £35."),
        ("Moving costs £35", "It's free if the customer starts a new term of 24 months."),
        ("up to 7 days", "Both lines can run at the same time for up to seven days at no charge."),
        ("up to 7 days", "After that, each further day costs £1.50, for up to 30 days."),
        ("area code", "The phone number can be kept if the new home has the same area code."),
        ("90 days ahead", "A move can be booked 90 days ahead at the earliest."),
    ],
    "contracts/small-business-contracts.md": [
        ("Notice is 60 days", "The notice period is 60 days, in writing or by email from an address that we know."),
        ("no right of 14 days", "Businesses have no 14-day right to change their mind."),
        ("withdrawn free of charge", "An order can be cancelled free of charge until activation."),
    ],
    "contracts/contracts-and-cancellations.md": [
        (
            "paused once in 12 months",
            "A contract can be paused once in 12 months, for one to six months, and costs £4 a month.",
        ),
        ("Brook 4 Pro | £60", "If a Brook 4 Pro isn't returned, the charge is £60."),
        ("within 10 working days of the last day", "The final bill arrives within 10 working days of the last day."),
    ],
    "products/router-brook-4.md": [
        (
            "hold a paper clip",
            "To reset the Brook 4 to factory settings, "
            "hold a paper clip in the reset hole for ten seconds until the light flashes amber.",
        ),
        ("no signal from the fibre box", "A steady red light means that there is no signal from the fibre box."),
        ("has no bridge mode", "The Brook 4 does not have a bridge mode."),
    ],
    "products/router-brook-4-pro.md": [
        ("up to 80", "The Brook 4 Pro handles up to 80 devices at the same time."),
    ],
    "products/doorbell-heron-lite.md": [
        ("£69, no instalments", "The Heron Lite costs £69."),
        ("about 3 months at 20 events", "Its battery lasts about three months at 20 events a day."),
    ],
    "products/doorbell-heron.md": [
        (
            "Watch plan costs £3",
            "The Watch plan is £3 per month for each doorbell and keeps clips for 30 days in the cloud.",
        ),
    ],
    "products/fibre-plans.md": [
        (
            "Whole Home costs £7",
            "Whole Home costs £7 per month and promises at least 20 Mbps in every room we could measure.",
        ),
    ],
    "support/wifi-troubleshooting.md": [
        (
            "15 seconds until the light goes out",
            "If the pod won't pair, hold its button for 15 seconds until the light goes out.",
        ),
        ("Up to 2 pods on a Brook 4", "A Brook 4 supports up to two pods."),
    ],
    "support/outages-and-fault-triage.md": [
        ("needs an update, which takes", "TV-52 means the box needs an update, which can take up to 25 minutes."),
    ],
    "privacy/identity-checks.md": [
        (
            "Two failed attempts",
            "After two failed attempts the account is locked for checks by phone and chat for 24 hours.",
        ),
        ("Call recordings", "Call recordings are kept for 12 months."),
    ],
}


def passage_with(words: str, guide: str) -> Passage:
    title, _, text = (GUIDES / guide).read_text(encoding="utf-8").split("\n---\n", 1)[1].lstrip("# ").partition("\n")
    chunk = next(each for each in cut(title, text) if words in text[each.start : each.end])
    told = text[chunk.start : chunk.end]
    return Passage(1, 1, guide, title, None, None, None, tuple(chunk.headings), chunk.start, chunk.end, told, 1.0)


def test_most_honest_paraphrases_are_kept(encoder: Encoder) -> None:
    """The checks refuse in doubt, but not so much that a good model is never shown."""
    writer = ChatWriter(ChatModel(None), encoder)  # type: ignore[arg-type]
    kept = []
    for guide, told in PARAPHRASES.items():
        for words, text in told:
            passage = passage_with(words, guide)
            evidence = Evidence((Quotable(passage, ""),), Found((passage,), None, dense=True))
            kept.append(writer._is_supported(DraftSentence(text=text, passages=[1]), evidence, {}))

    assert sum(kept) >= FEWEST_KEPT, len(kept)


LEFT_OUT = [
    ("The visit fee of £25 was abolished.", "The visit fee is £25."),
    ("The fee is £2 unless the bill is paid by card.", "The fee is £2."),
    ("Staff should ask the customer for the PIN only in writing.", "Staff should ask the customer for the PIN."),
    ("Agents must refuse to give the PIN to callers.", "Agents must give the PIN to callers."),
    ("Agents should avoid promising a delivery date.", "Agents should promise a delivery date."),
    ("Refunds are rarely paid in cash.", "Refunds are paid in cash."),
    ("Customers under 18 may not order.", "Customers of 18 may not order."),
    ("The router is replaced in the first 2 years.", "The router is replaced after 2 years."),
    (
        "The line manager approves credits up to £50. The director approves credits over £50.",
        "The director approves credits up to £50.",
    ),
    (
        "Home customers get a refund within 10 days. Business customers get a credit note within 30 days.",
        "Business customers get a refund within 10 days.",
    ),
]
KEPT = [
    ("The fee is £2 unless the bill is paid by card.", "Unless it is paid by card, the bill has a fee of £2."),
    ("The reconnection fee was abolished in May.", "The reconnection fee was abolished in May."),
    ("Refunds are paid within 10 days.", "A refund is paid in 10 days."),
    ("Home customers get a refund. Business customers get a credit note.", "Business customers get a credit note."),
]


@pytest.mark.parametrize(
    ("said", "text", "is_shown"), [(*each, False) for each in LEFT_OUT] + [(*each, True) for each in KEPT]
)
def test_what_holds_under_a_condition_is_not_said_without(
    said: str, text: str, is_shown: bool, encoder: Encoder
) -> None:
    """Nor what is over, of another, or within other limits."""
    passage = Passage(1, 1, "a.md", "Rules", None, None, None, (), 0, len(said), said, 1.0)
    evidence = Evidence((Quotable(passage, said),), Found((passage,), None, dense=True))
    writer = ChatWriter(ChatModel(None), encoder)  # type: ignore[arg-type]

    assert writer._is_supported(DraftSentence(text=text, passages=[1]), evidence, {}) is is_shown


@pytest.mark.parametrize(
    ("text", "there", "kept"),
    [
        ("between 8:00 and 13:00", "from 8:00 to 13:00", True),
        ("from 8:00 to 18:00", "8:00 until 18:00", True),
        ("after 8:00", "from 8:00 to 13:00", True),
        ("after 13:00", "until 13:00", False),
    ],
)
def test_the_ends_of_a_range_are_no_limits_by_themselves(text: str, there: str, kept: bool) -> None:
    assert _keeps_limits(text, there) is kept

"""A question passed on to the owner of a guide, their reply, and what each of the two is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.kit import Block, View
from bot.blocks.text import day, link, literal, one_line, quoted, said, series, shortened

NOTE_LIMIT = 1_000
REPLY_LIMIT = 3_000
ROOM = 5_000  # characters of Slack text for each thing that is quoted, of which two go into a message

_BY_A_COLLEAGUE = "This is a colleague's reply; it is not from the guides."


def _quote(text: str) -> list[Block]:
    return _sections(quoted(said(text)))


def _sections(lines: Iterable[str]) -> list[Block]:
    fit, is_cut = shortened(list(lines), ROOM)
    return kit.sections([*fit, *["…"] * is_cut])


def ask_form(place: str, question: str, names: Sequence[str]) -> View:
    """Who gets it and what is sent, before anything is.

    Args:
        place: the question's id and the channel that it was clicked in, to be checked again, and what sending needs.
    """
    return kit.modal(
        "Ask the owner",
        [
            kit.section(f"To *{literal(series(names))}*, as a direct message with your name:"),
            *_quote(question),
            kit.question(
                "note",
                "A note to go with it",
                kit.text_box(NOTE_LIMIT, placeholder="What you know already, or why it matters"),
                optional=True,
            ),
        ],
        callback_id="ask_owner",
        submit="Send",
        close="Cancel",
        private_metadata=place,
    )


def sent(names: Sequence[str], *, in_thread: bool) -> View:
    where = "in the thread where the question was asked" if in_thread else "to you as a direct message"
    text = f"Sent to {literal(series(names))}. The reply comes {where}."
    return kit.notice("Ask the owner", text, "ask_owner")


def already_sent(names: Sequence[str], when: datetime, *, replied: bool) -> View:
    to = f"This question went to {literal(series(names))} on {day(when)}"
    text = f"{to} and has been replied to." if replied else f"{to}. They have not replied yet."
    return kit.notice("Ask the owner", text, "ask_owner")


def to_owner(referral_id: int, asker: str, question: str, note: str, url: str = "") -> Said:
    """The owner's message. Ids come from Slack, so mentioning them is meant.

    Args:
        url: where the question was asked, if there is a link to it.
    """
    opening = f"<@{asker}> has a question that the guides did not answer, and asks you:"
    blocks = [kit.section(opening), *_quote(question)]
    if live := link(url, "Open the thread that it was asked in"):
        blocks.append(kit.context(live))
    if note:
        blocks += [kit.context("Their note:"), *_quote(note)]
    blocks.append(kit.actions(kit.button("Reply", "reply_referral", str(referral_id), primary=True)))
    return Said(f"A question for you that the guides did not answer: {literal(one_line(question, 500))}", blocks)


def reply_form(referral_id: int, question: str, note: str, *, in_thread: bool) -> View:
    where = "in the thread where it was asked" if in_thread else "to the person who asked, as a direct message"
    return kit.modal(
        "Reply",
        [
            *_quote(question),
            *([kit.context("Their note:"), *_quote(note)] if note else []),
            kit.question(
                "reply", "Your reply", kit.text_box(REPLY_LIMIT), hint=f"It is posted {where}, with your name."
            ),
        ],
        callback_id="reply_referral",
        submit="Send reply",
        close="Cancel",
        private_metadata=str(referral_id),
    )


def reply(question: str, askers: Sequence[str], owner: str, text: str, *, in_thread: bool) -> Said:
    """The owner's reply, where the question was asked."""
    to = ", ".join(f"<@{asker}>" for asker in dict.fromkeys(askers))
    opening = f"{to}: <@{owner}> replied." if in_thread else f"<@{owner}> replied to your question."
    blocks = [kit.section(opening)]
    if not in_thread:
        blocks += _quote(one_line(question, 300))
    blocks += _sections(said(text))
    blocks.append(kit.context(_BY_A_COLLEAGUE))
    return Said(f"A reply to your question: {literal(one_line(text, 1_000))}", blocks)


def reply_again(by: str, when: datetime, text: str) -> list[Block]:
    """The owner's reply, wherever its question is shown later."""
    return [kit.section(f"<@{by}> replied on {day(when)}:"), *_quote(text), kit.context(_BY_A_COLLEAGUE)]


def replied(question: str, asker: str, text: str, *, by: str | None) -> Said:
    """The owner's message once somebody has replied; ``by`` is None for the one who did."""
    opening = f"You replied to <@{asker}>." if by is None else f"<@{by}> replied to <@{asker}>; nothing is left to do."
    blocks = [kit.section(opening), *_quote(question), kit.context("The reply:"), *_quote(text)]
    plain = "You replied to this question." if by is None else "Somebody else replied to this question."
    return Said(plain, blocks)


def reply_sent(*, in_thread: bool) -> View:
    where = "in the thread where the question was asked" if in_thread else "to the person who asked"
    return kit.notice("Reply", f"Your reply is on its way {where}. Thank you!", "reply_referral")


def already_replied(by: str, when: datetime, reply: str, typed: str = "") -> View:
    """Another owner was faster; what this one typed is kept on the screen so that it isn't lost."""
    blocks = [kit.section(f"<@{by}> already replied on {day(when)}:"), *_quote(reply)]
    if typed:
        blocks += [kit.context("What you wrote was not sent:"), *_quote(typed)]
    return kit.modal("Reply", blocks, callback_id="reply_referral")

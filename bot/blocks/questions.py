"""What is said around a question: how to ask, and why there is no answer here."""

from bot.blocks import kit
from bot.blocks.given_back import cut_short
from bot.blocks.kit import View
from bot.blocks.text import literal, one_line

LOOKING = "Looking in the guides…"
SHARED = (
    "I can't answer from the guides here, because people from another company can read this channel. "
    "Ask me in a direct message."
)
OUTSIDER = (
    "I answer from the guides for employees of this company only. Please ask the colleague you work with to look it up."
)
UNSURE = (
    "I could not check with Slack who can read this conversation, so I have not answered from the guides. "
    "Please ask again in a minute."
)
NOT_GRANTED = (
    "I may not see who can read this conversation, so I have not answered from the guides. Ask me in a direct message. "
    "An admin can change that: I was installed before I asked for this permission; `frontline doctor` says what to do."
)

ASK_ME = "Ask me a question in plain words and I look it up in the guides"
WELCOME = "You're welcome! Ask me whenever you need something from the guides."
NOT_SO = "Sorry about that! Ask me again in other words for what is missing; you can also rate the answer with 👎."
ABOUT_ANSWER = (
    "I only quote the guides: below each quote stand its guide, section and review date, and “Read the section” shows "
    "all of it."
)


def how_to(prefix: str) -> str:
    return (
        f"{ASK_ME}. "
        f"Mention me in a channel, write to me here in Slack, or type /{prefix}ask for an answer that only you see."
    )


def too_long(characters: int, limit: int) -> str:
    return (
        f"That is {characters:,} characters, and I read at most {limit:,}. "
        "Please leave out what I don't need and ask one question in a sentence or two."
    )


def asked(question: str) -> str:
    """Before an answer that stands apart from its question: one to the form or to /ask."""
    return f"You asked: “{one_line(question, 150)}”"


def changed(question: str) -> str:
    """Before an answer to a question whose words were changed after it was asked."""
    return f"Your question as you changed it: “{one_line(question, 150)}”"


def late(question: str) -> str:
    """Before an answer that comes by direct message because Slack refused the private reply."""
    return f"Slack takes a private reply for 30 minutes only and refused this one. {asked(question)}"


def hello(prefix: str) -> str:
    return f"Hello! {how_to(prefix)} Type `/{prefix}frontline help` to see what else I do."


def ask_form(limit: int, initial: str = "") -> View:
    limit = min(limit, 3_000)
    box = kit.text_box(limit, initial=initial, placeholder="In a sentence or two")
    return kit.modal(
        "Ask the guides",
        [
            kit.question("question", "Your question", box, hint="I send you the answer as a direct message."),
            *([cut_short(limit, in_message=True)] if len(initial) > limit else []),
        ],
        callback_id="ask",
        submit="Ask",
        close="Cancel",
    )


def ask_sent(question: str) -> View:
    words = f"Looking in the guides for “{literal(one_line(question, 200))}”. The answer comes as a direct message."
    return kit.notice("Ask the guides", words, "ask")

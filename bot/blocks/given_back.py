"""What somebody typed and no form has taken: said below the box, and given back to the letter."""

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.kit import Block

CUT_SHORT = "cut_short"  # the block that says so
MOST_SECTIONS = 3  # in one message; Slack refuses messages of somewhat more


def cut_short(limit: int, *, in_message: bool) -> Block:
    """Below a box that has only the beginning of a text; the rest is in a message here, or comes as one."""
    whole = "The whole text stays in the message." if in_message else "I send you the whole text as a direct message."
    return {**kit.context(f"Only the first {limit:,} characters fit in here. {whole}"), "block_id": CUT_SHORT}


def too_long(text: str, limit: int) -> list[Said]:
    """For whoever typed more than a form takes."""
    words = f"The form takes {limit:,} characters, and you typed {len(text):,}."
    return given_back(f"{words} Here is all of it.", text)


def given_back(words: str, text: str) -> list[Said]:
    """A text exactly as it was typed, after words that say why it comes back."""
    sections = kit.sections_as_typed(text)
    messages = [sections[at : at + MOST_SECTIONS] for at in range(0, len(sections), MOST_SECTIONS)]
    return [Said(words, [kit.section(words), *messages[0]]), *(Said(words, blocks) for blocks in messages[1:])]

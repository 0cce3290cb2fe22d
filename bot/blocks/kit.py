"""The Block Kit pieces that every message, modal and Home is made of."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.blocks.text import in_pieces, one_line, packed, without_quotes

Block = dict[str, Any]
Element = dict[str, Any]
View = dict[str, Any]

FEW_BLOCKS, MANY_BLOCKS = 50, 100  # in a message; in a modal or Home


def mrkdwn(text: str) -> Element:
    """Text that is already escaped. ``verbatim`` keeps Slack from making links of its own from it."""
    return {"type": "mrkdwn", "text": without_quotes(text), "verbatim": True}


def plain(text: str, limit: int = 75) -> Element:
    return {"type": "plain_text", "text": one_line(text, limit), "emoji": True}


def section(text: str, accessory: Element | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text), "expand": True}
    return block if accessory is None else {**block, "accessory": accessory}


def sections(lines: Iterable[str]) -> list[Block]:
    """Escaped lines, in as few sections as they fit in."""
    return [section(text) for text in packed(lines)]


def sections_as_typed(text: str) -> list[Block]:
    """What somebody may want to copy, in as many sections as it takes: every character shown, none as formatting."""
    return [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}, "expand": True}
        for piece in in_pieces(text)
        if piece.strip()
    ]


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Element) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(words: str, action_id: str, value: str, *, primary: bool = False, sure: str = "") -> Element:
    """A button; with ``sure``, a question that is asked before it counts."""
    element: Element = {"type": "button", "text": plain(words), "action_id": action_id, "value": value}
    if sure:
        asked = {"title": "Are you sure?", "text": sure, "confirm": words, "deny": "Cancel"}
        element |= {"style": "danger", "confirm": {part: plain(text, 300) for part, text in asked.items()}}
    return {**element, "style": "primary"} if primary else element


def choice(options: Sequence[Element], chosen: str | None = None, placeholder: str = "") -> Element:
    """A select; ``chosen`` is the value of the option to begin with."""
    element: Element = {"type": "static_select", "options": list(options)}
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    initial = next((one for one in options if one["value"] == chosen), None)
    return {**element, "initial_option": initial} if initial else element


def radio(options: Sequence[Element], chosen: str | None = None) -> Element:
    return {**choice(options, chosen), "type": "radio_buttons"}


def person(placeholder: str, chosen: str | None = None) -> Element:
    element: Element = {"type": "users_select", "placeholder": plain(placeholder, 150)}
    return {**element, "initial_user": chosen} if chosen else element


def channel(chosen: str | None = None) -> Element:
    """One of the company's own channels, for nothing of ours goes where others read it."""
    element: Element = {
        "type": "conversations_select",
        "placeholder": plain("Choose a channel"),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    return {**element, "initial_conversation": chosen} if chosen else element


def option(words: str, value: str, description: str = "") -> Element:
    element: Element = {"text": plain(words), "value": value}
    return {**element, "description": plain(description)} if description else element


def question(
    block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False, live: bool = False
) -> Block:
    """An input; its element goes by the same id. A ``live`` one tells us each time that something is typed."""
    if live:
        element = {**element, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 150),
        "element": {**element, "action_id": block_id},
        "optional": optional,
    }
    if live:
        block["dispatch_action"] = True
    return {**block, "hint": plain(hint, 300)} if hint else block


def text_box(limit: int, *, initial: str = "", placeholder: str = "", multiline: bool = True) -> Element:
    element: Element = {"type": "plain_text_input", "multiline": multiline, "max_length": limit}
    if initial:
        element["initial_value"] = initial[:limit]
    return {**element, "placeholder": plain(placeholder, 150)} if placeholder else element


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Close",
    private_metadata: str = "",
) -> View:
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "private_metadata": private_metadata,
        "blocks": list(blocks)[:MANY_BLOCKS],
    }
    return {**view, "submit": plain(submit, 24)} if submit else view


def loading(title: str, callback_id: str) -> View:
    """What is opened within Slack's three seconds, to be filled in at once."""
    return modal(title, [section("Loading…")], callback_id=callback_id)


def notice(title: str, text: str, callback_id: str, *typed: str) -> View:
    """A modal that says one thing, and has what was typed for a form that is refused, to take along."""
    given_back = [block for words in typed for block in sections_as_typed(words)]
    return modal(title, [section(text), *given_back], callback_id=callback_id)

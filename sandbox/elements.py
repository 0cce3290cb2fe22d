"""What Slack allows in the elements of blocks and in the objects they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.arguments import Json
from sandbox.shapes import (
    MESSAGE,
    MODAL,
    Check,
    Fields,
    Problems,
    anything,
    flag,
    items,
    needs_one,
    not_both,
    number,
    one_of,
    pattern,
    plain,
    shape,
    string,
    text,
    typed,
)

URL = string(3000)
ID = string(255)
DATE = pattern(r"\d{4}-\d\d-\d\d", "a date such as 2026-11-25")
TIME = pattern(r"\d\d:\d\d", "a time such as 09:30")
DECIMAL = pattern(r"-?\d+(\.\d+)?", "a number as a string")
STATUSES = ("pending", "in_progress", "complete", "error")

# Rich text

STYLE = shape(dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), flag))


def inline(**fields: Check) -> Check:
    return shape({"type!": anything, "style": STYLE} | {name.replace("__", "!"): one for name, one in fields.items()})


INLINE = {
    "text": inline(text__=string(40_000)),
    "link": inline(url__=URL, text=string(40_000, 0), unsafe=flag),
    "user": inline(user_id__=ID),
    "usergroup": inline(usergroup_id__=ID),
    "channel": inline(channel_id__=ID),
    "team": inline(team_id__=ID),
    "emoji": inline(name__=ID, unicode=string(100), skin_tone=number(1, 6), url=URL),
    "date": inline(timestamp__=number(0, 10**11), format__=string(1000), url=URL, fallback=string(1000)),
    "broadcast": inline(range__=one_of("here", "channel", "everyone")),
    "color": inline(value__=string(20)),
}
WORDS = items(typed(INLINE, {}), 1000, 0)
SECTION = shape({"type!": one_of("rich_text_section"), "elements!": WORDS})
BORDER = number(0, 1)
RICH_TEXT_ELEMENTS = {
    "rich_text_section": SECTION,
    "rich_text_list": shape(
        {
            "type!": anything,
            "style!": one_of("bullet", "ordered"),
            "elements!": items(SECTION, 1000),
            "indent": number(0, 8),
            "offset": number(0, 10**6),
            "border": BORDER,
        }
    ),
    "rich_text_preformatted": shape({"type!": anything, "elements!": WORDS, "border": BORDER, "language": string(100)}),
    "rich_text_quote": shape({"type!": anything, "elements!": WORDS, "border": BORDER}),
}
RICH_TEXT = shape(
    {"type!": one_of("rich_text"), "block_id": ID, "elements!": items(typed(RICH_TEXT_ELEMENTS, {}), 1000, 0)}
)

# Objects

CONFIRM = shape(
    {
        "title!": plain(100),
        "text!": text(300),
        "confirm!": plain(30),
        "deny!": plain(30),
        "style": one_of("primary", "danger"),
    }
)
OPTION = shape({"text!": text(75), "value!": string(150), "description": text(75)})
PLAIN_OPTION = shape({"text!": plain(75), "value!": string(150), "description": plain(75)})
LINK_OPTION = shape({"text!": plain(75), "value!": string(150), "description": plain(75), "url": URL})
GROUP = shape({"label!": plain(75), "options!": items(PLAIN_OPTION, 100)})
FILTER = shape(
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": flag,
        "exclude_external_shared_channels": flag,
    }
)
DISPATCH = shape({"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)})
SLACK_FILE = shape({"id": ID, "url": URL}, needs_one("id", "url"))
SOURCE = shape({"type!": one_of("url"), "url!": URL, "text!": string(3000)})
FEEDBACK = shape({"text!": plain(75), "value!": string(2000), "accessibility_label": string(75)})
PARAMETER = shape({"name!": ID, "value!": string(2000, 0)})
TRIGGER = shape({"url!": URL, "customizable_input_parameters": items(PARAMETER, 100, 0)})
PICTURE: Fields = {"type!": anything, "alt_text!": string(2000), "image_url": URL, "slack_file": SLACK_FILE}
IMAGE = shape(PICTURE | {"type!": one_of("image")}, needs_one("image_url", "slack_file"))

# Elements


def fits_options(value: Any, at: str, surface: str) -> Problems:
    """What is chosen at first is among the options."""
    groups = [value, *(value.get("option_groups") or [])]
    if not all(isinstance(one, dict) and isinstance(one.get("options", []), list) for one in groups):
        return
    options = [option for one in groups for option in one.get("options", [])]
    if "initial_option" in value and value["initial_option"] not in options:
        yield f"{at}/initial_option", "must be one of the options"
    chosen = value.get("initial_options")
    for place, option in enumerate(chosen if isinstance(chosen, list) else ()):
        if option not in options:
            yield f"{at}/initial_options/{place}", "must be one of the options"


def element(fields: Fields, *rules: Check) -> Check:
    return shape({"type!": anything, "action_id": ID, **fields}, *rules)


BUTTON: Fields = {
    "text!": plain(75),
    "value": string(2000, 0),
    "style": one_of("primary", "danger"),
    "accessibility_label": string(75),
}
FIELD: Fields = {"placeholder": plain(150), "focus_on_load": flag}
SELECT: Fields = {**FIELD, "confirm": CONFIRM}
MANY: Fields = {**SELECT, "max_selected_items": number(1, 100)}
CHOICES: Fields = {"options": items(PLAIN_OPTION, 100), "option_groups": items(GROUP, 100)}
CHOOSING = (needs_one("options", "option_groups"), not_both("options", "option_groups"), fits_options)
SEARCHING: Fields = {"min_query_length": number(0, 100)}
OF_CONVERSATIONS: Fields = {"default_to_current_conversation": flag, "filter": FILTER}
RESPONDING: Fields = {"response_url_enabled": flag}
TICKS: Fields = {"options!": items(OPTION, 10), "confirm": CONFIRM, "focus_on_load": flag}
TYPED: Fields = {**FIELD, "dispatch_action_config": DISPATCH}
IDS = items(ID, 100)

ELEMENTS: dict[str, Check] = {
    "button": element(
        {
            **BUTTON,
            "url": URL,
            "confirm": CONFIRM,
            "agent_prompt": string(4000),
            "visible_to_user_ids": IDS,
        }
    ),
    "static_select": element({**SELECT, **CHOICES, "initial_option": PLAIN_OPTION}, *CHOOSING),
    "multi_static_select": element({**MANY, **CHOICES, "initial_options": items(PLAIN_OPTION, 100)}, *CHOOSING),
    "external_select": element({**SELECT, **SEARCHING, "initial_option": PLAIN_OPTION}),
    "multi_external_select": element({**MANY, **SEARCHING, "initial_options": items(PLAIN_OPTION, 100)}),
    "users_select": element({**SELECT, "initial_user": ID}),
    "multi_users_select": element({**MANY, "initial_users": IDS}),
    "conversations_select": element({**SELECT, **OF_CONVERSATIONS, **RESPONDING, "initial_conversation": ID}),
    "multi_conversations_select": element({**MANY, **OF_CONVERSATIONS, "initial_conversations": IDS}),
    "channels_select": element({**SELECT, **RESPONDING, "initial_channel": ID}),
    "multi_channels_select": element({**MANY, "initial_channels": IDS}),
    "overflow": element({"options!": items(LINK_OPTION, 5), "confirm": CONFIRM}),
    "radio_buttons": element({**TICKS, "initial_option": OPTION}, fits_options),
    "checkboxes": element({**TICKS, "initial_options": items(OPTION, 10)}, fits_options),
    "datepicker": element({**SELECT, "initial_date": DATE}),
    "timepicker": element({**SELECT, "initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": element({"confirm": CONFIRM, "focus_on_load": flag, "initial_date_time": number(10**9, 10**10)}),
    "plain_text_input": element(
        {
            **TYPED,
            "initial_value": string(3000, 0),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        }
    ),
    "email_text_input": element({**TYPED, "initial_value": string(3000, 0)}),
    "url_text_input": element({**TYPED, "initial_value": string(3000, 0)}),
    "number_input": element(
        {
            **TYPED,
            "is_decimal_allowed!": flag,
            "initial_value": DECIMAL,
            "min_value": DECIMAL,
            "max_value": DECIMAL,
        }
    ),
    "rich_text_input": element({**TYPED, "initial_value": RICH_TEXT}),
    "file_input": element({"filetypes": items(string(20), 100), "max_files": number(1, 10)}),
    "image": IMAGE,
    "workflow_button": element({**BUTTON, "workflow!": shape({"trigger!": TRIGGER})}),
    "feedback_buttons": element({"positive_button!": FEEDBACK, "negative_button!": FEEDBACK}),
    "icon_button": element(
        {
            "icon!": one_of("trash"),
            "text!": plain(75),
            "value": string(2000, 0),
            "accessibility_label": string(75),
            "visible_to_user_ids": IDS,
            "confirm": CONFIRM,
        }
    ),
}
# The surfaces of the elements that are not on all.
SURFACES = {
    "feedback_buttons": (MESSAGE,),
    "file_input": (MODAL,),
    "icon_button": (MESSAGE,),
    "workflow_button": (MESSAGE,),
}
SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker")
INPUTS = (*SELECTS, *(name for name in ELEMENTS if name.endswith("_input")), *PICKERS)
BUTTONS = ("button", "workflow_button")


def among(*kinds: str) -> Check:
    return typed(ELEMENTS, SURFACES, kinds)


def leaves(blocks: Any) -> Iterator[Json]:
    """The blocks that a person sees: of a container those inside it."""
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict):
            yield from leaves(block["child_blocks"]) if "child_blocks" in block else (block,)


def elements_of(block: Json) -> list[Json]:
    """The interactive elements inside a block, those of child blocks and cards included."""
    found = [block.get("accessory"), block.get("element")]
    for name in ("elements", "actions"):
        inner = block.get(name)
        found += inner if isinstance(inner, list) else []
    inside = [one for one in found if isinstance(one, dict)]
    for name in ("child_blocks", "elements"):
        children = block.get(name)
        for child in children if isinstance(children, list) else []:
            if isinstance(child, dict) and ("elements" in child or "actions" in child or "accessory" in child):
                inside += elements_of(child)
    return inside

"""One valid example of every block and every element of Block Kit, with as many of its fields as go together."""

from tests.sandbox.conftest import Json
from tests.sandbox.contract import plain


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


CONFIRM: Json = {
    "title": plain("Sure?"),
    "text": mrkdwn("It *can't* be undone."),
    "confirm": plain("Do it"),
    "deny": plain("Stop"),
    "style": "danger",
}
OPTION: Json = {"text": plain("One"), "value": "1", "description": plain("The first")}
PICTURE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}
WORDS: list[Json] = [
    {"type": "text", "text": "plain", "style": {"bold": True, "italic": True, "strike": False, "code": False}},
    {"type": "link", "url": "https://example.com", "text": "a link"},
    {"type": "user", "user_id": "UANA"},
    {"type": "usergroup", "usergroup_id": "SFIELD"},
    {"type": "channel", "channel_id": "C0ASK"},
    {"type": "team", "team_id": "T1"},
    {"type": "emoji", "name": "tada", "unicode": "1f389"},
    {"type": "date", "timestamp": 1_760_000_000, "format": "{date}", "fallback": "then"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#F405B3"},
]
RICH_TEXT: Json = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": WORDS},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "border": 0,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "border": 0, "elements": [{"type": "text", "text": "code"}]},
    ],
}
PARAGRAPH: Json = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}
HINT = plain("Choose")
MANY: Json = {"placeholder": HINT, "confirm": CONFIRM, "max_selected_items": 2}
TYPED: Json = {
    "placeholder": HINT,
    "focus_on_load": True,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
}
FILTER: Json = {"include": ["public", "im"], "exclude_bot_users": True, "exclude_external_shared_channels": True}
THUMB: Json = {"text": plain("Good"), "value": "up", "accessibility_label": "Good answer"}
TRIGGER: Json = {"url": "https://slack.com/shortcuts/Ft1/x", "customizable_input_parameters": []}

ELEMENTS: dict[str, Json] = {
    "button": {
        "text": plain("Go"),
        "value": "7",
        "url": "https://example.com",
        "style": "primary",
        "confirm": CONFIRM,
        "accessibility_label": "Go there",
    },
    "static_select": {"placeholder": HINT, "options": [OPTION], "initial_option": OPTION, "confirm": CONFIRM},
    "multi_static_select": {**MANY, "option_groups": [{"label": plain("All"), "options": [OPTION]}]},
    "external_select": {"placeholder": HINT, "initial_option": OPTION, "min_query_length": 0},
    "multi_external_select": {**MANY, "initial_options": [OPTION], "min_query_length": 3},
    "users_select": {"placeholder": HINT, "initial_user": "UANA"},
    "multi_users_select": {**MANY, "initial_users": ["UANA"]},
    "conversations_select": {"placeholder": HINT, "default_to_current_conversation": True, "filter": FILTER},
    "multi_conversations_select": {**MANY, "initial_conversations": ["C0ASK"], "filter": FILTER},
    "channels_select": {"placeholder": HINT, "initial_channel": "C0ASK", "response_url_enabled": True},
    "multi_channels_select": {**MANY, "initial_channels": ["C0ASK"]},
    "overflow": {"options": [{"text": plain("More"), "value": "m", "url": "https://example.com"}], "confirm": CONFIRM},
    "radio_buttons": {"options": [OPTION], "initial_option": OPTION, "confirm": CONFIRM},
    "checkboxes": {"options": [OPTION | {"text": mrkdwn("*One*")}], "confirm": CONFIRM},
    "datepicker": {"placeholder": HINT, "initial_date": "2026-11-25", "confirm": CONFIRM},
    "timepicker": {"placeholder": HINT, "initial_time": "09:30", "timezone": "Europe/London"},
    "datetimepicker": {"initial_date_time": 1_760_000_000, "confirm": CONFIRM},
    "plain_text_input": {**TYPED, "initial_value": "x", "multiline": True, "min_length": 0, "max_length": 3000},
    "email_text_input": {**TYPED, "initial_value": "ana@example.com"},
    "url_text_input": {**TYPED, "initial_value": "https://example.com"},
    "number_input": {**TYPED, "is_decimal_allowed": True, "initial_value": "1.5", "min_value": "0", "max_value": "9"},
    "rich_text_input": {**TYPED, "initial_value": PARAGRAPH},
    "file_input": {"filetypes": ["png"], "max_files": 3},
    "image": {"image_url": "https://example.com/a.png", "alt_text": "A"},
    "workflow_button": {"text": plain("Run"), "workflow": {"trigger": TRIGGER}, "style": "danger"},
    "feedback_buttons": {"positive_button": THUMB, "negative_button": THUMB | {"value": "down"}},
    "icon_button": {"icon": "trash", "text": plain("Remove"), "value": "1", "visible_to_user_ids": ["UANA"]},
}
for name, sample in ELEMENTS.items():
    sample["type"] = name
    if name != "image":
        sample["action_id"] = "act"

CARD: Json = {
    "type": "card",
    "title": mrkdwn("*Card*"),
    "subtitle": mrkdwn("under it"),
    "body": mrkdwn("what it says"),
    "icon": PICTURE,
    "hero_image": PICTURE,
    "actions": [{"type": "button", "text": plain("Open"), "action_id": "card", "value": "1"}],
}
SOURCE: Json = {"type": "url", "url": "https://example.com", "text": "A page"}
TASK: Json = {
    "type": "task_card",
    "task_id": "1",
    "title": "Search",
    "status": "in_progress",
    "details": PARAGRAPH,
    "output": PARAGRAPH,
    "sources": [SOURCE],
}
CELL: Json = {"type": "raw_text", "text": "cell"}
NUMBER: Json = {"type": "raw_number", "value": 7, "text": "7 kg"}
BLOCKS: dict[str, Json] = {
    "section": {
        "text": mrkdwn("*Hello*"),
        "fields": [plain("one"), mrkdwn("two")],
        "accessory": ELEMENTS["button"],
        "expand": True,
    },
    "divider": {},
    "header": {"text": plain("Title")},
    "context": {"elements": [mrkdwn("small"), PICTURE]},
    "actions": {"elements": [ELEMENTS["button"], ELEMENTS["static_select"] | {"action_id": "pick"}]},
    "context_actions": {"elements": [ELEMENTS["feedback_buttons"], ELEMENTS["icon_button"] | {"action_id": "rm"}]},
    "image": {"image_url": "https://example.com/a.png", "alt_text": "A", "title": plain("A picture")},
    "input": {
        "label": plain("Why?"),
        "element": ELEMENTS["plain_text_input"],
        "hint": plain("In a line"),
        "optional": True,
        "dispatch_action": True,
    },
    "rich_text": {"elements": RICH_TEXT["elements"]},
    "markdown": {"text": "**bold** and a [link](https://example.com)"},
    "video": {
        "title": plain("A film"),
        "title_url": "https://example.com/film",
        "video_url": "https://example.com/embed",
        "thumbnail_url": "https://example.com/a.png",
        "alt_text": "A film",
        "description": plain("What it shows"),
        "author_name": "Ana",
        "provider_name": "Films",
        "provider_icon_url": "https://example.com/i.png",
    },
    "file": {"external_id": "doc-1", "source": "remote"},
    "call": {"call_id": "R1", "api_decoration_available": False},
    "table": {
        "rows": [[CELL, NUMBER], [CELL, PARAGRAPH]],
        "column_settings": [{"align": "right", "is_wrapped": True}, None],
    },
    "data_table": {"caption": "Sales", "rows": [[CELL, CELL], [CELL, NUMBER]], "page_size": 5},
    "card": CARD,
    "carousel": {"elements": [CARD, CARD]},
    "alert": {"text": mrkdwn("Careful"), "level": "warning"},
    "task_card": TASK,
    "plan": {"title": "The plan", "tasks": [TASK]},
    "container": {
        "title": plain("Box"),
        "subtitle": mrkdwn("of things"),
        "icon": PICTURE,
        "child_blocks": [{"type": "divider"}, {"type": "section", "text": mrkdwn("inside")}],
        "width": "wide",
        "is_collapsible": True,
        "default_collapsed": True,
    },
    "auth_provider": {
        "value": "drive",
        "name": plain("Drive"),
        "is_connected": False,
        "description": plain("Your documents"),
        "auth_url": "https://example.com/auth",
    },
}
for name, sample in BLOCKS.items():
    sample["type"] = name

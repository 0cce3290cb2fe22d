"""What Slack refuses in blocks, views, metadata and attachments, as tables of limits with one walker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.arguments import Json, Refused, bad_arguments

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_BLOCKS = 50
MAX_MARKDOWN = 12_000
MAX_BLOCKS_TEXT = 13_200
MAX_ATTACHMENTS = 100
MAX_METADATA_BYTES = 16_000
MAX_VIEW_BYTES = 250_000
MESSAGE, MODAL, HOME = "message", "modal", "home"

Problems = Iterator[tuple[str, str]]  # (JSON pointer, what is wrong)


# Fields of a block or element: (name, needed?, check). A check yields problems of one value.
Check = Callable[[Any, str], Problems]
Fields = tuple[tuple[str, bool, Check], ...]


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield at, "must be a string"
        elif len(value) > most:
            yield at, f"must be less than {most + 1} characters"
        elif len(value) < least:
            yield at, f"must be more than {least - 1} characters"

    return check


def text(most: int, *kinds: str) -> Check:
    allowed = kinds or ("plain_text", "mrkdwn")

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        if value.get("type") not in allowed:
            yield f"{at}/type", f"must be one of {', '.join(allowed)}"
        yield from string(most)(value.get("text"), f"{at}/text")

    return check


def plain(most: int) -> Check:
    return text(most, "plain_text")


def flag(value: Any, at: str) -> Problems:
    if not isinstance(value, bool):
        yield at, "must be a boolean"


def anything(value: Any, at: str) -> Problems:
    yield from ()


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Problems:
        if value not in allowed:
            yield at, f"must be one of {', '.join(allowed)}"

    return check


def items(check: Check, most: int, least: int = 1) -> Check:
    def each(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield at, "must provide an array"
            return
        if len(value) > most:
            yield at, f"no more than {most} items allowed"
        if len(value) < least:
            yield at, f"no less than {least} items allowed" if least > 1 else "must not be empty"
        for number, item in enumerate(value):
            yield from check(item, f"{at}/{number}")

    return each


def shape(fields: Fields) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        for name, needed, field in fields:
            if value.get(name) is not None:
                yield from field(value[name], f"{at}/{name}")
            elif needed:
                yield at, f"missing required field: {name}"

    return check


CONFIRM = shape(
    (("title", True, plain(100)), ("text", True, text(300)), ("confirm", True, plain(30)), ("deny", True, plain(30)))
)
OPTION = shape((("text", True, text(75)), ("value", True, string(150)), ("description", False, text(75))))
GROUP = shape((("label", True, plain(75)), ("options", True, items(OPTION, 100))))
FEEDBACK = shape((("text", True, plain(75)), ("value", True, string(2000)), ("accessibility_label", False, string(75))))
ACTION: Fields = (("action_id", False, string(255)),)
CHOICES: Fields = (("options", False, items(OPTION, 100)), ("option_groups", False, items(GROUP, 100)))
IMAGE: Fields = (("alt_text", True, string(2000)), ("image_url", False, string(3000)), ("slack_file", False, anything))
PLACEHOLDER: Fields = (*ACTION, ("placeholder", False, plain(150)), ("focus_on_load", False, flag))
SELECT: Fields = (*PLACEHOLDER, ("confirm", False, CONFIRM))

ELEMENTS: dict[str, Fields] = {
    "button": (
        *ACTION,
        ("text", True, plain(75)),
        ("value", False, string(2000, 0)),
        ("url", False, string(3000)),
        ("style", False, one_of("primary", "danger")),
        ("confirm", False, CONFIRM),
        ("accessibility_label", False, string(75)),
    ),
    "static_select": (*SELECT, *CHOICES, ("initial_option", False, OPTION)),
    "multi_static_select": (*SELECT, *CHOICES, ("initial_options", False, items(OPTION, 100))),
    "external_select": (*SELECT, ("initial_option", False, OPTION)),
    "multi_external_select": (*SELECT, ("initial_options", False, items(OPTION, 100))),
    "users_select": (*SELECT, ("initial_user", False, string(20))),
    "multi_users_select": (*SELECT, ("initial_users", False, items(string(20), 100))),
    "conversations_select": (*SELECT, ("initial_conversation", False, string(20))),
    "multi_conversations_select": (*SELECT, ("initial_conversations", False, items(string(20), 100))),
    "channels_select": (*SELECT, ("initial_channel", False, string(20))),
    "multi_channels_select": (*SELECT, ("initial_channels", False, items(string(20), 100))),
    "overflow": (*ACTION, ("options", True, items(OPTION, 5)), ("confirm", False, CONFIRM)),
    "radio_buttons": (*ACTION, ("options", True, items(OPTION, 10)), ("initial_option", False, OPTION)),
    "checkboxes": (*ACTION, ("options", True, items(OPTION, 10)), ("initial_options", False, items(OPTION, 10))),
    "datepicker": (*PLACEHOLDER, ("initial_date", False, string(10))),
    "timepicker": (*PLACEHOLDER, ("initial_time", False, string(5))),
    "datetimepicker": (*ACTION, ("initial_date_time", False, anything)),
    "plain_text_input": (*PLACEHOLDER, ("initial_value", False, string(3000, 0)), ("multiline", False, flag)),
    "email_text_input": (*PLACEHOLDER, ("initial_value", False, string(3000, 0))),
    "url_text_input": (*PLACEHOLDER, ("initial_value", False, string(3000, 0))),
    "number_input": (*PLACEHOLDER, ("is_decimal_allowed", True, flag)),
    "rich_text_input": (*PLACEHOLDER, ("initial_value", False, anything)),
    "file_input": ACTION,
    "image": IMAGE,
    "workflow_button": (*ACTION, ("text", True, plain(75)), ("workflow", True, anything)),
    "feedback_buttons": (*ACTION, ("positive_button", True, FEEDBACK), ("negative_button", True, FEEDBACK)),
    "icon_button": (*ACTION, ("icon", True, string(50)), ("text", True, plain(75)), ("value", False, string(2000, 0))),
}
SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("radio_buttons", "checkboxes", "datepicker", "timepicker", "overflow")
INPUTS = (*SELECTS, *(name for name in ELEMENTS if name.endswith("_input")), *PICKERS[:-1], "datetimepicker")


def element(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        kind = value.get("type")
        if kind not in allowed or not isinstance(kind, str):
            yield f"{at}/type", f"unsupported type: {kind}" if kind else "missing required field: type"
            return
        yield from shape(ELEMENTS[kind])(value, at)
        if kind.endswith("static_select") and not (value.get("options") or value.get("option_groups")):
            yield at, "missing required field: options"

    return check


def context_item(value: Any, at: str) -> Problems:
    image = isinstance(value, dict) and value.get("type") == "image"
    yield from shape(IMAGE)(value, at) if image else text(3000)(value, at)


def table_row(value: Any, at: str) -> Problems:
    kinds = ("raw_text", "raw_number", "rich_text")
    yield from items(shape((("type", True, one_of(*kinds)),)), 20)(value, at)


ACCESSORY = element("button", "image", "datetimepicker", "workflow_button", *SELECTS, *PICKERS)
ACTIONS = element("button", "datetimepicker", "workflow_button", *SELECTS, *PICKERS)
CARD: Fields = (
    ("title", False, text(150)),
    ("subtitle", False, text(150)),
    ("body", False, text(200)),
    ("icon", False, shape(IMAGE)),
    ("hero_image", False, shape(IMAGE)),
    ("actions", False, items(ACTIONS, 5)),
)
STATUSES = ("pending", "in_progress", "complete", "error")
TASK: Fields = (
    ("task_id", True, string(255)),
    ("title", True, string(3000)),
    ("status", False, one_of(*STATUSES)),
)
# Every block: its fields, and the surfaces it may be on.
BLOCKS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "section": (
        (("text", False, text(3000)), ("fields", False, items(text(2000), 10)), ("accessory", False, ACCESSORY)),
        (MESSAGE, MODAL, HOME),
    ),
    "divider": ((), (MESSAGE, MODAL, HOME)),
    "header": ((("text", True, plain(150)),), (MESSAGE, MODAL, HOME)),
    "context": ((("elements", True, items(context_item, 10)),), (MESSAGE, MODAL, HOME)),
    "actions": ((("elements", True, items(ACTIONS, 25)),), (MESSAGE, MODAL, HOME)),
    "image": ((*IMAGE, ("title", False, plain(2000))), (MESSAGE, MODAL, HOME)),
    "input": (
        (
            ("label", True, plain(2000)),
            ("element", True, element(*INPUTS)),
            ("hint", False, plain(2000)),
            ("optional", False, flag),
            ("dispatch_action", False, flag),
        ),
        (MESSAGE, MODAL, HOME),
    ),
    "rich_text": ((("elements", True, items(anything, 1000, 0)),), (MESSAGE, MODAL, HOME)),
    "video": ((("title", True, plain(200)), ("video_url", True, string(3000))), (MESSAGE, MODAL, HOME)),
    "file": ((("external_id", True, string(255)),), (MESSAGE,)),
    "markdown": ((("text", True, string(MAX_MARKDOWN)),), (MESSAGE,)),
    "table": ((("rows", True, items(table_row, 100)), ("column_settings", False, items(anything, 20))), (MESSAGE,)),
    "data_table": (
        (
            ("caption", True, string(2000)),
            ("rows", True, items(table_row, 101, 2)),
            ("page_size", False, anything),
        ),
        (MESSAGE,),
    ),
    "context_actions": ((("elements", True, items(element("feedback_buttons", "icon_button"), 5)),), (MESSAGE,)),
    "card": (CARD, (MESSAGE,)),
    "carousel": ((("elements", True, items(shape(CARD), 10)),), (MESSAGE,)),
    "alert": (
        (("text", True, text(3000)), ("level", False, one_of("default", "info", "warning", "error", "success"))),
        (MESSAGE, MODAL, HOME),
    ),
    "task_card": (TASK, (MESSAGE,)),
    "plan": ((("title", True, string(3000)), ("tasks", False, items(shape(TASK), 50))), (MESSAGE,)),
    "container": (
        (
            ("title", False, text(150)),
            ("width", False, one_of("narrow", "standard", "wide", "full")),
            ("is_collapsible", False, flag),
        ),
        (MESSAGE,),
    ),
}


def block_problems(blocks: Any, surface: str, at: str = "/blocks") -> Problems:
    most = 50 if surface == MESSAGE else 100
    if not isinstance(blocks, list):
        yield at, "must provide an array"
        return
    if len(blocks) > most:
        yield at, f"no more than {most} items allowed"
    seen: set[tuple[str, str]] = set()
    for number, block in enumerate(blocks):
        yield from _problems_of(block, surface, f"{at}/{number}")
        yield from _repeated(block, f"{at}/{number}", seen)
    tables = [number for number, block in enumerate(blocks) if isinstance(block, dict) and block.get("type") == "table"]
    if len(tables) > 1:
        yield f"{at}/{tables[1]}", "only one table is allowed"
    if sum(len(block["text"]) for block in blocks if _is_markdown(block)) > MAX_MARKDOWN:
        yield at, f"markdown blocks must be less than {MAX_MARKDOWN + 1} characters together"


def _problems_of(block: Any, surface: str, at: str) -> Problems:
    if not isinstance(block, dict):
        yield at, "must provide an object"
        return
    kind = block.get("type")
    fields, surfaces = BLOCKS.get(kind, ((), ())) if isinstance(kind, str) else ((), ())
    if surface not in surfaces:
        yield f"{at}/type", f"unsupported type: {kind}" if kind else "missing required field: type"
        return
    yield from shape((("block_id", False, string(255)), *fields))(block, at)
    if kind == "section" and not (block.get("text") or block.get("fields")):
        yield at, "missing required field: text"
    if kind == "image" and not (block.get("image_url") or block.get("slack_file")):
        yield at, "missing required field: image_url"
    if kind == "container":
        children = block.get("child_blocks")
        yield from items(lambda child, where: _problems_of(child, surface, where), 10)(children, f"{at}/child_blocks")


def _repeated(block: Any, at: str, seen: set[tuple[str, str]]) -> Problems:
    """A block_id only once a message, an action_id only once a block."""
    if not isinstance(block, dict):
        return
    if isinstance(name := block.get("block_id"), str) and name:
        if ("block", name) in seen:
            yield f"{at}/block_id", f"block_id already exists: {name}"
        seen.add(("block", name))
    actions: list[Any] = [one.get("action_id") for one in elements_of(block) if isinstance(one.get("action_id"), str)]
    for name in {action for action in actions if action and actions.count(action) > 1}:
        yield at, f"`action_id` {name} already exists"


def _is_markdown(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "markdown" and isinstance(block.get("text"), str)


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


def check_message(text: str, blocks: Any, attachments: Any) -> None:
    if blocks is not None:
        refuse_blocks(block_problems(blocks, MESSAGE))
        if sum(_lengths(blocks)) > MAX_BLOCKS_TEXT:
            raise Refused("msg_blocks_too_long")
    if attachments is not None and len(attachments) > MAX_ATTACHMENTS:
        raise Refused("too_many_attachments")
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")


def refuse_blocks(found: Problems) -> None:
    problems = [f"{what} [json-pointer:{at}]" for at, what in found]
    if problems:
        raise Refused("invalid_blocks", errors=problems, response_metadata={"messages": _marked(problems)})


def check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    name = metadata.get("event_type")
    if not isinstance(name, str) or not name or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if set(metadata) - {"event_type", "event_payload", "entities"} or len(name) > 255:
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > MAX_METADATA_BYTES:
        raise Refused("metadata_too_large")


VIEW: Fields = (
    ("private_metadata", False, string(3000, 0)),
    ("callback_id", False, string(255, 0)),
    ("external_id", False, string(255, 0)),
    ("clear_on_close", False, flag),
    ("notify_on_close", False, flag),
)
MODAL_ONLY: Fields = (("title", True, plain(24)), ("submit", False, plain(24)), ("close", False, plain(24)))


def check_view(view: Json, surface: str) -> None:
    """Raises invalid_arguments with a pointer for each problem, as views.* do."""
    if len(json.dumps(view)) > MAX_VIEW_BYTES:
        raise Refused("view_too_large")
    problems = list(view_problems(view, surface))
    if problems:
        raise bad_arguments(*(f"{what} [json-pointer:{at}]" for at, what in problems))


def view_problems(view: Json, surface: str) -> Problems:
    if view.get("type") != surface:
        yield "/view/type", f"must be one of {surface}"
        return
    yield from shape((*VIEW, *(MODAL_ONLY if surface == MODAL else ())))(view, "/view")
    if "blocks" not in view:
        yield "/view", "missing required field: blocks"
        return
    yield from block_problems(view["blocks"], surface, "/view/blocks")
    blocks = view["blocks"] if isinstance(view["blocks"], list) else []
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if surface == MODAL and has_input and not view.get("submit"):
        yield "/view", "missing required field: submit"


def _lengths(value: Any) -> Iterator[int]:
    """The characters of every text a reader sees: `text` strings, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                yield len(inner) if name == "text" else 0
            else:
                yield from _lengths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _lengths(inner)


def _marked(problems: list[str]) -> list[str]:
    return [f"[ERROR] {problem}" for problem in problems]

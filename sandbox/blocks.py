"""What Slack allows in blocks: their fields, where each may be, and what may not be twice."""

from __future__ import annotations

from typing import Any

from sandbox.elements import (
    BUTTONS,
    ID,
    IMAGE,
    INPUTS,
    PICKERS,
    PICTURE,
    RICH_TEXT,
    SELECTS,
    SOURCE,
    STATUSES,
    URL,
    among,
    elements_of,
)
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
    number,
    one_of,
    plain,
    shape,
    string,
    text,
    typed,
)

MAX_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_MARKDOWN = 12_000

ACTIONS = among(*BUTTONS, "overflow", *SELECTS, *PICKERS)


def block(fields: Fields, *rules: Check) -> Check:
    return shape({"type!": anything, "block_id": ID, **fields}, *rules)


def context_item(value: Any, at: str, surface: str) -> Problems:
    image = isinstance(value, dict) and value.get("type") == "image"
    yield from (IMAGE if image else text(3000))(value, at, surface)


CELLS = {
    "raw_text": shape({"type!": anything, "text!": string(10_000)}),
    "raw_number": shape({"type!": anything, "value!": anything, "text": string(1000)}),
    "rich_text": RICH_TEXT,
}
ROW = items(typed(CELLS, {}), 20)
COLUMN = shape({"align": one_of("left", "center", "right"), "is_wrapped": flag})


def column(value: Any, at: str, surface: str) -> Problems:
    """The settings of a column; null leaves them as they are."""
    if value is not None:
        yield from COLUMN(value, at, surface)


def divided(value: Any, at: str, surface: str) -> Problems:
    if value.get("is_collapsible") and value.get("has_header_divider"):
        yield at, "must not define `has_header_divider` when `is_collapsible` is set"


SLACK_ICON = shape({"type": one_of("icon"), "name!": string(50)})
CARD = block(
    {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "icon": IMAGE,
        "slack_icon": SLACK_ICON,
        "hero_image": IMAGE,
        "actions": items(ACTIONS, 5),
    },
    needs_one("hero_image", "title", "actions", "body"),
)
TASK = block(
    {
        "task_id!": ID,
        "title!": string(3000),
        "status!": one_of(*STATUSES),
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": items(SOURCE, 100, 0),
        "slack_icon": SLACK_ICON,
    }
)
BLOCKS: dict[str, Check] = {
    "section": block(
        {
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": among(*BUTTONS, "image", "overflow", *SELECTS, *PICKERS),
            "expand": flag,
        },
        needs_one("text", "fields"),
    ),
    "divider": block({}),
    "header": block({"text!": plain(150), "level": number(1, 4)}),
    "context": block({"elements!": items(context_item, 10)}),
    "actions": block({"elements!": items(ACTIONS, 25)}),
    "context_actions": block({"elements!": items(among("feedback_buttons", "icon_button"), 5)}),
    "image": block({**PICTURE, "title": plain(2000)}, needs_one("image_url", "slack_file")),
    "input": block(
        {
            "label!": plain(2000),
            "element!": among(*INPUTS),
            "hint": plain(2000),
            "optional": flag,
            "dispatch_action": flag,
        }
    ),
    "rich_text": RICH_TEXT,
    "markdown": block({"text!": string(MAX_MARKDOWN)}),
    "video": block(
        {
            "title!": plain(200),
            "video_url!": URL,
            "thumbnail_url!": URL,
            "alt_text!": string(2000),
            "title_url": URL,
            "description": plain(2000),
            "author_name": string(50),
            "provider_name": string(50),
            "provider_icon_url": URL,
        }
    ),
    "file": block({"external_id!": ID, "source!": one_of("remote")}),
    "call": block({"call_id!": ID, "api_decoration_available": flag, "call": anything}),
    "table": block({"rows!": items(ROW, 100), "column_settings": items(column, 20)}),
    "data_table": block(
        {
            "caption!": string(2000),
            "rows!": items(ROW, 101, 2),
            "page_size": number(1, 100),
            "row_header_column_index": number(0, 19),
        }
    ),
    "card": CARD,
    "carousel": block({"elements!": items(typed({"card": CARD}, {}), 10)}),
    "alert": block(
        {"text!": text(3000), "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "task_card": TASK,
    "plan": block({"title!": string(3000), "tasks": items(typed({"task_card": TASK}, {}), 50, 0)}),
    "auth_provider": block(
        {
            "value!": string(150),
            "name!": plain(75),
            "is_connected!": flag,
            "description": plain(150),
            "icon_url": URL,
            "auth_url": URL,
            "disconnect_url": URL,
            "connected_identity": plain(75),
            "connected_context": plain(75),
            "accessory": among("overflow"),
            "fallback": anything,
        }
    ),
}
# The surfaces of the blocks that are not on all.
ONLY_ON: dict[str, tuple[str, ...]] = {
    "alert": (MESSAGE, MODAL),
    **dict.fromkeys(("card", "carousel", "container", "context_actions", "data_table", "markdown"), (MESSAGE,)),
    **dict.fromkeys(("call", "file", "plan", "table", "task_card"), (MESSAGE,)),
}
CHILD = typed(BLOCKS, ONLY_ON, tuple(BLOCKS))  # any block but another container
BLOCKS["container"] = block(
    {
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": text(150),
        "icon": IMAGE,
        "child_blocks!": items(CHILD, 10),
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    needs_one("title", "rich_text_title"),
    divided,
)
ANY_BLOCK = typed(BLOCKS, ONLY_ON)


def block_problems(blocks: Any, surface: str, at: str = "/blocks") -> Problems:
    yield from items(ANY_BLOCK, MAX_BLOCKS if surface == MESSAGE else MAX_VIEW_BLOCKS, 0)(blocks, at, surface)
    if not isinstance(blocks, list):
        return
    placed = [(f"{at}/{place}", one) for place, one in enumerate(blocks) if isinstance(one, dict)]
    yield from _repeated_blocks(placed)
    for where, one in placed:
        yield from _repeated_actions(one, where)
    tables = [where for where, one in placed if one.get("type") == "table"]
    for where in tables[1:]:
        yield where, "only one table is allowed"
    if sum(len(one["text"]) for _, one in placed if _is_markdown(one)) > MAX_MARKDOWN:
        yield at, f"markdown blocks must be less than {MAX_MARKDOWN + 1} characters together"
    focused = [one for _, block in placed for one in elements_of(block) if one.get("focus_on_load") is True]
    if len(focused) > 1:
        yield at, "only one element may have `focus_on_load`"


def _repeated_blocks(placed: list[tuple[str, Any]]) -> Problems:
    seen = set()
    for where, one in placed:
        name = one.get("block_id")
        if isinstance(name, str) and name in seen:
            yield f"{where}/block_id", f'`block_id` "{name}" already exists'
        seen.add(name if isinstance(name, str) else None)


def _repeated_actions(block: Any, at: str) -> Problems:
    """An action_id only once a block."""
    seen = set()
    elements = block.get("elements")
    for place, one in enumerate(elements if isinstance(elements, list) else ()):
        name = one.get("action_id") if isinstance(one, dict) else None
        if isinstance(name, str) and name in seen:
            yield f"{at}/elements/{place}/action_id", f'`action_id` "{name}" already exists'
        seen.add(name if isinstance(name, str) else None)


def _is_markdown(block: Any) -> bool:
    return block.get("type") == "markdown" and isinstance(block.get("text"), str)

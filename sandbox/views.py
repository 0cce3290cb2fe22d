"""Modals and homes: how a view is completed on arrival, and what its inputs hold."""

from __future__ import annotations

import copy
import hashlib
import secrets
from typing import Any

from sandbox.arguments import Json, Refused
from sandbox.elements import ELEMENTS, SELECTS, elements_of, leaves
from sandbox.workspace import Workspace

MAX_STACK = 3

# Where each kind of input keeps its value, in the state and (as initial_…) in its definition.
VALUE_FIELD = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
KEPT = ("type", "title", "submit", "close", "private_metadata", "callback_id", "external_id")


def is_stateful(element: Json) -> bool:
    kind = element.get("type")
    return kind in TEXT_INPUTS or (kind in VALUE_FIELD and kind != "overflow")


def value_field(kind: str) -> str:
    return VALUE_FIELD.get(kind, "value")


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with the block_id and action_id Slack generates where the app gave none."""
    blocks = copy.deepcopy(blocks)
    for block in [*blocks, *leaves(blocks)]:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)[:5]
        for element in elements_of(block):
            if element.get("type") in ELEMENTS and element["type"] != "image" and not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(4)[:5]
    return blocks


def complete(workspace: Workspace, given: Json, *, old: Json | None = None, below: Json | None = None) -> Json:
    """The view as Slack stores it: an update of `old`, pushed on `below`, or the first of its stack."""
    blocks = with_ids(given["blocks"])
    identity = old["id"] if old else workspace.new_id("V")
    bot = workspace.bot
    view: Json = {
        "id": identity,
        "team_id": workspace.team["id"],
        **{name: given.get(name) for name in KEPT},
        "blocks": blocks,
        "state": {"values": _values(blocks, old["state"]["values"] if old else {})},
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "previous_view_id": old["previous_view_id"] if old else below["id"] if below else None,
        "root_view_id": old["root_view_id"] if old else below["root_view_id"] if below else identity,
        "app_id": bot["app_id"],
        "app_installed_team_id": workspace.team["id"],
        "bot_id": bot["bot_id"],
    }
    for name in ("private_metadata", "callback_id", "external_id"):
        view[name] = view[name] or ""
    view["hash"] = f"{workspace.stamp() // 1_000_000}.{hashlib.sha1(secrets.token_bytes(8)).hexdigest()[:8]}"
    return view


def refuse_known_external_id(workspace: Workspace, given: Json, old: Json | None = None) -> None:
    known = workspace.view_called(given.get("external_id") or "")
    if known and (old is None or known["id"] != old["id"]):
        raise Refused("duplicate_external_id")


def _values(blocks: list[Json], before: Json) -> Json:
    """What the inputs hold: what was typed before an update, else their initial values."""
    values: Json = {}
    for block in leaves(blocks):
        for element in elements_of(block):
            if is_stateful(element):
                earlier = before.get(block["block_id"], {}).get(element["action_id"])
                same = earlier is not None and earlier["type"] == element["type"]
                values.setdefault(block["block_id"], {})[element["action_id"]] = earlier if same else initial(element)
    return values


def initial(element: Json) -> Json:
    kind = element["type"]
    field = value_field(kind)
    given = element.get(field.replace("selected_", "initial_") if kind in VALUE_FIELD else "initial_value")
    if kind == "rich_text_input":
        given = element.get("initial_value")
    empty: Any = [] if field.endswith("s") else None
    return {"type": kind, field: empty if given is None else given}


def entered(workspace: Workspace, element: Json, value: Any) -> Json:
    """The state of an input after a person entered `value`: a text, an option's value or text, a name, or a list.

    Raises:
        Refused: `option_not_found` or `bad_value`, when the page could not have sent it.
    """
    kind, field = element["type"], value_field(element["type"])
    if isinstance(value, dict) and field in value:  # as in the state of a view
        value = value[field]
    if value is None or value == "":
        return {"type": kind, field: [] if field.endswith("s") else None}
    if field in ("selected_option", "selected_options"):
        chosen = [_option(element, one) for one in (value if isinstance(value, list) else [value])]
        return {"type": kind, field: chosen if field.endswith("s") else chosen[0] if chosen else None}
    if kind in SELECTS:
        named = [_id(workspace, kind, one) for one in (value if isinstance(value, list) else [value])]
        return {"type": kind, field: named if field.endswith("s") else named[0] if named else None}
    if kind == "datetimepicker":
        if not isinstance(value, int):
            raise Refused("bad_value", message="a datetimepicker takes seconds since 1970")
        return {"type": kind, field: value}
    if kind in ("rich_text_input", "file_input"):
        return {"type": kind, field: value}
    if not isinstance(value, str | int | float):
        raise Refused("bad_value", message=f"a {kind} takes a text")
    return {"type": kind, field: str(value)}


def as_sent(element: Json, value: Any) -> Json:
    """The state of an input that a tampering client sends: this value, whatever it is."""
    kind, field = element["type"], value_field(element["type"])
    if field == "selected_option":
        value = {"text": {"type": "plain_text", "text": str(value)}, "value": value}
    return {"type": kind, field: value}


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def _option(element: Json, wanted: Any) -> Json:
    if isinstance(wanted, dict):
        if element["type"].endswith("external_select") and set(wanted) >= {"text", "value"}:
            return wanted
        wanted = wanted.get("value")
    for option in options_of(element):
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    if element["type"].endswith("external_select") and isinstance(wanted, str):
        return {"text": {"type": "plain_text", "text": wanted}, "value": wanted}
    raise Refused("option_not_found", message=f"no option {wanted!r}")


def _id(workspace: Workspace, kind: str, name: Any) -> str:
    if not isinstance(name, str):
        raise Refused("bad_value", message=f"a {kind} takes ids or names")
    found = workspace.user(name) if "users" in kind else workspace.channel(name)
    if found is None and "conversations" in kind:
        found = workspace.user(name)
    if found is None:
        raise Refused("option_not_found", message=f"nobody and nothing is called {name!r}")
    return str(found["id"])

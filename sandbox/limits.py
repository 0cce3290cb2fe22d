"""What Slack refuses in messages and views as a whole: lengths, counts, metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.blocks import block_problems
from sandbox.shapes import HOME, MESSAGE, MODAL, Problems, anything, flag, one_of, plain, shape, string

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_BLOCKS_TEXT = 13_200
MAX_ATTACHMENTS = 100
MAX_METADATA_BYTES = 16_000
MAX_VIEW_BYTES = 250_000


def check_message(text: str, blocks: Any, attachments: Any) -> None:
    if blocks is not None:
        refuse_blocks(block_problems(blocks, MESSAGE))
        if sum(_lengths(blocks)) > MAX_BLOCKS_TEXT:
            raise Refused("msg_blocks_too_long")
    if attachments is not None:
        check_attachments(attachments)
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")


def check_attachments(attachments: list[Any]) -> None:
    if len(attachments) > MAX_ATTACHMENTS:
        raise Refused("too_many_attachments")
    for place, attachment in enumerate(attachments):
        inner = attachment.get("blocks", []) if isinstance(attachment, dict) else None
        found = [("", "must provide an object")] if inner is None else block_problems(inner, MESSAGE)
        problems = _told((f"/attachments/{place}{at}", what) for at, what in found)
        if problems:
            raise Refused("invalid_attachments", response_metadata={"messages": _marked(problems)})


def refuse_blocks(found: Problems) -> None:
    problems = _told(found)
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


ANY_VIEW = {
    "blocks!": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
VIEWS = {
    HOME: shape(ANY_VIEW | {"type!": one_of(HOME)}),
    MODAL: shape(
        ANY_VIEW
        | {
            "type!": one_of(MODAL),
            "title!": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        }
    ),
}


def check_view(view: Json, surface: str) -> None:
    """Raises invalid_arguments with a pointer for each problem, as views.* do."""
    if len(json.dumps(view)) > MAX_VIEW_BYTES:
        raise Refused("view_too_large")
    problems = _told(view_problems(view, surface))
    if problems:
        raise bad_arguments(*problems)


def view_problems(view: Json, surface: str) -> Problems:
    if view.get("type") != surface:
        yield "/view/type", "must be a valid enum value"
        return
    yield from VIEWS[surface](view, "/view", surface)
    blocks = view.get("blocks", [])
    yield from block_problems(blocks, surface, "/view/blocks")
    inputs = [place for place, one in enumerate(blocks) if isinstance(one, dict) and one.get("type") == "input"]
    if surface == MODAL and inputs and not view.get("submit"):
        yield f"/view/blocks/{inputs[0]}/input", "must define `submit` to use an `input` block in modals"


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


def _told(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{what} [json-pointer:{at}]" for at, what in found]


def _marked(problems: list[str]) -> list[str]:
    return [f"[ERROR] {problem}" for problem in problems]

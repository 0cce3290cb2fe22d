"""Every block and element: taken, kept and given back as it was; and nothing beyond what Slack takes."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from sandbox.blocks import BLOCKS, ONLY_ON, block_problems
from sandbox.elements import ELEMENTS, INPUTS, SURFACES
from sandbox.shapes import EVERYWHERE, HOME, MESSAGE, MODAL
from tests.sandbox import samples
from tests.sandbox.conftest import Client, Json
from tests.sandbox.contract import modal, plain, section

OPEN = ("call", "fallback")  # fields whose content Slack does not describe
DATES = ("initial_date", "initial_time")
ENUMS = (
    "type",
    "style",
    "align",
    "level",
    "status",
    "width",
    "range",
    "icon",
    "source",
    "initial_date",
    "initial_time",
)


def test_there_is_a_sample_of_everything() -> None:
    """So that what is added is tested too."""
    assert set(samples.BLOCKS) == set(BLOCKS)
    assert set(samples.ELEMENTS) == set(ELEMENTS)


async def test_every_block_comes_back_as_it_was_posted(sandbox: Client) -> None:
    """With a block_id and action_ids where the app gave none."""
    changed = {}
    for name, block in samples.BLOCKS.items():
        bare = without_ids(block)
        posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="x", blocks=[bare])
        found = await sandbox.api("conversations.history", channel="C0ASK", limit=1)
        kept = found["messages"][0]["blocks"][0]
        if posted["message"]["blocks"] != [kept] or without_ids(kept) != bare or not kept["block_id"]:
            changed[name] = kept
    assert changed == {}


@pytest.mark.parametrize("name", INPUTS)
async def test_every_input_keeps_its_value_in_a_modal(sandbox: Client, name: str) -> None:
    """Opened as given, with a place for its value in the state."""
    element = samples.ELEMENTS[name]
    block: Json = {"type": "input", "block_id": "in", "label": plain("x"), "element": element}
    trigger = sandbox.slack.trigger("UANA", None)
    view = (await sandbox.api("views.open", trigger_id=trigger, view=modal(submit=plain("Go"), blocks=[block])))["view"]

    assert view["blocks"][0]["element"] == element
    assert view["state"]["values"]["in"]["act"]["type"] == name


def test_the_page_is_drawn_from_blocks_that_slack_takes() -> None:
    """What the page's own tests show is allowed where they show it."""
    gallery = json.loads((Path(__file__).parent / "gallery.json").read_text(encoding="utf-8"))
    view = gallery.pop("modal")

    assert {name: list(block_problems(blocks, MESSAGE)) for name, blocks in gallery.items()} == {n: [] for n in gallery}
    assert list(block_problems(view["blocks"], MODAL)) == []


def test_what_slacks_own_client_builds_is_taken() -> None:
    """Each sample read into the client's classes and written out again."""
    refused = {}
    for name, block in samples.BLOCKS.items():
        built = Block.parse(copy.deepcopy(block)) if name != "data_table" else None  # a block without a class
        problems = list(block_problems([built.to_dict() if built else block], MESSAGE))
        if problems:
            refused[name] = problems
    assert refused == {}


def test_blocks_and_elements_are_only_where_slack_has_them() -> None:
    """A block or element that a surface lacks is an unsupported type there."""
    wrong = []
    for surface in EVERYWHERE:
        for name, block in samples.BLOCKS.items():
            allowed = surface in ONLY_ON.get(name, EVERYWHERE)
            if allowed != (list(block_problems([block], surface)) == []):
                wrong.append((surface, name))
        for name in INPUTS:
            block = {"type": "input", "label": plain("x"), "element": samples.ELEMENTS[name]}
            allowed = surface in SURFACES.get(name, EVERYWHERE)
            if allowed != (list(block_problems([block], surface)) == []):
                wrong.append((surface, name))
    assert wrong == []


def test_every_text_has_its_limit() -> None:
    """Each text of each sample, made endless, is refused at its place."""
    endless = []
    for name, block in [*samples.BLOCKS.items(), *wrapped_elements()]:
        for path in paths(block):
            if isinstance(at(block, path), str) and path[-1] not in ENUMS and not set(path) & set(OPEN):
                pointer = "/".join(("/blocks/0", *map(str, path)))
                if pointer not in [where for where, _ in problems_with(block, path, "x" * 50_000)]:
                    endless.append((name, path))
    assert endless == []


def test_no_object_takes_a_field_that_slack_does_not_know() -> None:
    """As Slack says: invalid additional property."""
    open_objects = []
    for name, block in [*samples.BLOCKS.items(), *wrapped_elements()]:
        for path in [(), *paths(block)]:
            inner = at(block, path)
            if isinstance(inner, dict) and not set(path) & set(OPEN):
                found = problems_with(block, path, inner | {"surprise": 1})
                pointer = "/".join(("/blocks/0", *map(str, path)))
                if (pointer, "invalid additional property: surprise") not in found:
                    open_objects.append((name, path))
    assert open_objects == []


def test_nothing_may_be_null_or_of_another_type() -> None:
    """Every field of every sample, replaced by null and by a number, is refused; table columns alone may be null."""
    loose = []
    for name, block in [*samples.BLOCKS.items(), *wrapped_elements()]:
        for path in paths(block):
            if set(path) & set(OPEN) or (path[-1] == "value" and block["type"].endswith("table")):
                continue
            for wrong in (None, {"a": 1}):
                if path[0] == "column_settings" and len(path) == 2 and wrong is None:
                    continue
                if not problems_with(block, path, wrong):
                    loose.append((name, path, wrong))
    assert loose == []


@pytest.mark.parametrize(
    ("blocks", "surface", "problem"),
    [
        ([section("x")] * 51, MESSAGE, ("/blocks", "no more than 50 items allowed")),
        ([section("x")] * 101, HOME, ("/blocks", "no more than 100 items allowed")),
        ([section("x" * 3001)], MESSAGE, ("/blocks/0/text", "failed to match all allowed schemas")),
        (
            [section("x") | {"block_id": "a"}, section("y") | {"block_id": "a"}],
            MODAL,
            ("/blocks/1/block_id", '`block_id` "a" already exists'),
        ),
        (
            [{"type": "markdown", "text": "x" * 7000}] * 2,
            MESSAGE,
            ("/blocks", "markdown blocks must be less than 12001 characters together"),
        ),
        ([samples.BLOCKS["table"]] * 2, MESSAGE, ("/blocks/1", "only one table is allowed")),
        (
            [samples.BLOCKS["container"] | {"child_blocks": [samples.BLOCKS["container"]]}],
            MESSAGE,
            ("/blocks/0/child_blocks/0/type", "unsupported type: container"),
        ),
        (
            [samples.BLOCKS["container"] | {"has_header_divider": True}],
            MESSAGE,
            ("/blocks/0", "must not define `has_header_divider` when `is_collapsible` is set"),
        ),
        (
            [{"type": "card"}],
            MESSAGE,
            ("/blocks/0", "must define either `hero_image` or `title` or `actions` or `body`"),
        ),
        (
            [{"type": "actions", "elements": [samples.ELEMENTS["static_select"] | {"options": []}]}],
            HOME,
            ("/blocks/0/elements/0/options", "must provide at least 1 items"),
        ),
        (
            [{"type": "actions", "elements": [samples.ELEMENTS["radio_buttons"] | {"initial_option": samples.TASK}]}],
            HOME,
            ("/blocks/0/elements/0/initial_option", "must be one of the options"),
        ),
        (
            [samples.BLOCKS["input"], samples.BLOCKS["input"]],
            MODAL,
            ("/blocks", "only one element may have `focus_on_load`"),
        ),
        ([{"text": plain("x")}], MESSAGE, ("/blocks/0", "missing required field: type")),
        (["x"], MESSAGE, ("/blocks/0", "must provide an object")),
    ],
)
def test_rules_about_several_fields(blocks: list[Any], surface: str, problem: tuple[str, str]) -> None:
    """Counts over all blocks, what excludes each other, and what may be there once."""
    assert problem in list(block_problems(blocks, surface))


def problems_with(block: Json, path: tuple[Any, ...], value: Any) -> list[tuple[str, str]]:
    """What is wrong with the block when this value stands at that place."""
    changed = copy.deepcopy(block)
    if path:
        at(changed, path[:-1])[path[-1]] = value
    else:
        changed = value
    return list(block_problems([changed], MODAL if _is_modal(block) else MESSAGE))


def wrapped_elements() -> Iterator[tuple[str, Json]]:
    for name, element in samples.ELEMENTS.items():
        if name in INPUTS:
            yield name, {"type": "input", "label": plain("x"), "element": element}
        elif name not in ("feedback_buttons", "icon_button", "image"):
            yield name, {"type": "actions", "elements": [element]}


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*at, name)
        yield from paths(one, (*at, name))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_ids(one) for name, one in value.items() if name not in ("block_id", "action_id")}
    return [without_ids(one) for one in value] if isinstance(value, list) else value


def _is_modal(block: Json) -> bool:
    return bool(block.get("element", {}).get("type") == "file_input")

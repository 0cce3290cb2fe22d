"""Lengths and counts: what is too much for Slack is too much here."""

import pytest

from tests.sandbox.conftest import Client, Json
from tests.sandbox.contract import button, modal, plain, section

INPUT: Json = {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}
TOO_MUCH: list[tuple[str, Json, str]] = [
    ("a long section", section("x" * 3001), "/blocks/0/text/text"),
    ("an empty text", section(""), "/blocks/0/text/text"),
    ("an empty section", {"type": "section"}, "/blocks/0"),
    ("eleven fields", {"type": "section", "fields": [plain("x")] * 11}, "/blocks/0/fields"),
    ("a long header", {"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ("a mrkdwn header", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text/type"),
    ("eleven remarks", {"type": "context", "elements": [plain("x")] * 11}, "/blocks/0/elements"),
    (
        "26 buttons",
        {"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]},
        "/blocks/0/elements",
    ),
    ("no buttons", {"type": "actions", "elements": []}, "/blocks/0/elements"),
    ("two of one action", {"type": "actions", "elements": [button(), button()]}, "/blocks/0/elements/1/action_id"),
    (
        "a long button",
        {"type": "actions", "elements": [button(text=plain("x" * 76))]},
        "/blocks/0/elements/0/text/text",
    ),
    ("a long value", {"type": "actions", "elements": [button(value="x" * 2001)]}, "/blocks/0/elements/0/value"),
    ("an odd style", {"type": "actions", "elements": [button(style="loud")]}, "/blocks/0/elements/0/style"),
    (
        "a long action_id",
        {"type": "actions", "elements": [button(action_id="x" * 256)]},
        "/blocks/0/elements/0/action_id",
    ),
    ("a long block_id", section("x") | {"block_id": "x" * 256}, "/blocks/0/block_id"),
    ("an unknown block", {"type": "poem"}, "/blocks/0/type"),
    ("an unknown element", {"type": "actions", "elements": [{"type": "lever"}]}, "/blocks/0/elements/0/type"),
    ("a long markdown", {"type": "markdown", "text": "x" * 12001}, "/blocks/0/text"),
    ("a wide table", {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}, "/blocks/0/rows/0"),
    ("a short data_table", {"type": "data_table", "caption": "x", "rows": [[]]}, "/blocks/0/rows"),
]


@pytest.mark.parametrize(("block", "pointer"), [row[1:] for row in TOO_MUCH], ids=[row[0] for row in TOO_MUCH])
async def test_blocks_beyond_the_limits_are_refused(sandbox: Client, block: Json, pointer: str) -> None:
    """With invalid_blocks and a JSON pointer to the place."""
    answer = await sandbox.api("chat.postMessage", channel="C0ASK", text="x", blocks=[block])

    assert answer["error"] == "invalid_blocks"
    assert any(error.endswith(f"[json-pointer:{pointer}]") for error in answer["errors"])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {error}" for error in answer["errors"]]


async def test_very_long_texts_are_cut_and_long_updates_refused(sandbox: Client) -> None:
    """40,000 characters are the most a message keeps; an update takes 4,000."""
    posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="x" * 40_001)
    fresh = await sandbox.api("chat.postMessage", channel="C0ASK", text="x")
    updated = await sandbox.api("chat.update", channel="C0ASK", ts=fresh["ts"], text="x" * 4_001)

    assert (len(posted["message"]["text"]), posted["warning"]) == (40_000, "message_truncated")
    assert updated["error"] == "msg_too_long"


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(title=plain("x" * 25)), "/view/title/text"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(callback_id="x" * 256), "/view/callback_id"),
        (modal(blocks=[section("x")] * 101), "/view/blocks"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type"),
        (
            modal(blocks=[{"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}]),
            "/view/blocks/0/input",
        ),
        ({"type": "home", "blocks": []}, "/view/type"),
    ],
)
async def test_views_beyond_the_limits_are_refused(sandbox: Client, view: Json, pointer: str) -> None:
    """With invalid_arguments and a pointer, before the trigger is used up."""
    answer = await sandbox.api("views.open", trigger_id=sandbox.slack.trigger("UANA", None), view=view)

    assert answer["error"] == "invalid_arguments"
    assert any(f"[json-pointer:{pointer}]" in message for message in answer["response_metadata"]["messages"])

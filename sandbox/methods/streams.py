"""chat.*Stream: a message written piece by piece, which lives about five minutes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from sandbox.arguments import Json, Refused
from sandbox.blocks import MAX_BLOCKS, MAX_MARKDOWN, block_problems
from sandbox.elements import STATUSES
from sandbox.limits import refuse_blocks
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import authorship, is_streaming, own_message, read_metadata, reply_to, writable_channel
from sandbox.methods.table import Call, method, visible_channel
from sandbox.shapes import MESSAGE
from sandbox.views import with_ids

MODES = ("timeline", "plan", "dense")
TASK_FIELDS = ("id", "title", "details", "output")


@method("chat.startStream", tier=2, required=["channel", "thread_ts"], scopes=["chat:write"])
def start(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    if not channel["is_im"]:
        for name in ("recipient_team_id", "recipient_user_id"):
            if name not in call:
                raise Refused(f"missing_{name}")
    if "recipient_user_id" in call and call.text("recipient_user_id") not in slack.workspace.state["users"]:
        raise Refused("user_not_found")
    if "recipient_team_id" in call and call.text("recipient_team_id") not in slack.workspace.state["teams"]:
        raise Refused("team_not_found")
    mode = call.text("task_display_mode", MODES[0]) or MODES[0]
    if mode not in MODES:
        raise Refused("invalid_arguments")
    thread_ts = reply_to(slack, channel, call)
    message = authorship(slack, call) | {"text": "", "blocks": [], "thread_ts": thread_ts}
    message["streaming"] = {"until": time.time() + slack.limits.stream_seconds, "mode": mode}
    message |= _grown(message, _chunks(call))
    posted, _ = slack.post(channel, message, call.act)
    _end_in_time(slack, channel, posted)
    return {"channel": channel["id"], "ts": posted["ts"]}


@method("chat.appendStream", tier=4, required=["channel", "ts"], scopes=["chat:write"])
def append(slack: LocalSlack, call: Call) -> Json:
    channel, message = _streaming(slack, call)
    chunks = _chunks(call)
    if not chunks:
        raise Refused("no_text")
    slack.edit(channel, message, _grown(message, chunks), None, call.act)
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.stopStream", tier=2, required=["channel", "ts"], scopes=["chat:write"])
def stop(slack: LocalSlack, call: Call) -> Json:
    channel, message = _streaming(slack, call)
    changes = _grown(message, _chunks(call))
    blocks = call.content("blocks", list, "invalid_blocks") or []
    changes["blocks"] = changes["blocks"] + with_ids(_checked(blocks)) if blocks else changes["blocks"]
    metadata = read_metadata(call)
    changes |= {"metadata": metadata} if metadata else {}
    if not changes["text"] and not changes["blocks"]:
        raise Refused("no_text")
    if len(changes["blocks"]) > MAX_BLOCKS:
        raise Refused("msg_blocks_too_many")
    del message["streaming"]
    slack.edit(channel, message, changes, None, call.act)
    shown = slack.workspace.message_out(channel["id"], message)
    return {"channel": channel["id"], "ts": message["ts"], "message": shown}


def resume(slack: LocalSlack) -> None:
    """What was streaming when the sandbox stopped ends when it would have."""
    for channel in slack.workspace.channels.values():
        for message in slack.workspace.messages(channel["id"]):
            if "streaming" in message:
                _end_in_time(slack, channel, message)


def _streaming(slack: LocalSlack, call: Call) -> tuple[Json, Json]:
    channel = visible_channel(slack, call.text("channel"))
    message = own_message(slack, channel, call.text("ts"), "message_not_owned_by_app")
    if not is_streaming(message):
        raise Refused("message_not_in_streaming_state")
    return channel, message


def _end_in_time(slack: LocalSlack, channel: Json, message: Json) -> None:
    left = message["streaming"]["until"] - time.time()
    asyncio.get_running_loop().call_later(max(0.0, left), _expire, slack, channel, message["ts"])


def _expire(slack: LocalSlack, channel: Json, ts: str) -> None:
    """A stream that nobody stopped stays as far as it came."""
    message = slack.workspace.message(channel["id"], ts)
    if message and message.pop("streaming", None):
        slack.edit(channel, message, {}, None)


def _chunks(call: Call) -> list[Json]:
    """What the call adds, `markdown_text` as a chunk of its own; each chunk is checked."""
    text = call.text("markdown_text")
    chunks: list[Any] = call.content("chunks", list, "invalid_chunks") or []
    if text and chunks:
        raise Refused("invalid_chunks")
    if text:
        chunks = [{"type": "markdown_text", "text": text}]
    for chunk in chunks:
        if not isinstance(chunk, dict) or not _is_chunk(chunk):
            raise Refused("invalid_chunks")
        if chunk["type"] == "markdown_text" and len(chunk["text"]) > MAX_MARKDOWN:
            raise Refused("msg_blocks_too_long")
        if chunk["type"] == "blocks":
            _checked(chunk["blocks"])
    return chunks


def _is_chunk(chunk: Json) -> bool:
    kind = chunk.get("type")
    if kind == "markdown_text":
        return isinstance(chunk.get("text"), str)
    if kind == "plan_update":
        return isinstance(chunk.get("title"), str) and chunk["title"] != ""
    if kind == "blocks":
        return isinstance(chunk.get("blocks"), list)
    return (
        kind == "task_update"
        and isinstance(chunk.get("id"), str)
        and isinstance(chunk.get("title"), str)
        and chunk.get("status") in STATUSES
        and all(isinstance(chunk.get(name), str | None) for name in TASK_FIELDS)
        and isinstance(chunk.get("sources"), list | None)
    )


def _checked(blocks: list[Any]) -> list[Json]:
    if len(blocks) > MAX_BLOCKS:
        raise Refused("msg_blocks_too_many")
    refuse_blocks(block_problems(blocks, MESSAGE))
    return blocks


def _grown(message: Json, chunks: list[Json]) -> Json:
    """The text and blocks of the message with the chunks: markdown runs on, tasks appear and change, blocks follow.

    In mode `plan`, and once a plan has a title, the tasks stand in one plan.
    """
    text, blocks = str(message["text"]), [dict(block) for block in message["blocks"]]
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "markdown_text":
            text += chunk["text"]
            if blocks and blocks[-1]["type"] == "markdown":
                blocks[-1]["text"] += chunk["text"]
            elif chunk["text"]:
                blocks += with_ids([{"type": "markdown", "text": chunk["text"]}])
        elif kind == "blocks":
            blocks += with_ids(chunk["blocks"])
        elif kind == "plan_update":
            _plan(blocks)["title"] = chunk["title"]
        else:
            in_plan = message["streaming"]["mode"] == "plan" or any(block["type"] == "plan" for block in blocks)
            _show_task(_plan(blocks)["tasks"] if in_plan else blocks, chunk)
    return {"text": text, "blocks": blocks}


def _plan(blocks: list[Json]) -> Json:
    """The message's plan, begun with the tasks there are when there is none."""
    for block in blocks:
        if block["type"] == "plan":
            block["tasks"] = [dict(task) for task in block["tasks"]]
            return block
    tasks = [block for block in blocks if block["type"] == "task_card"]
    blocks[:] = [block for block in blocks if block["type"] != "task_card"]
    blocks += with_ids([{"type": "plan", "title": "", "tasks": tasks}])
    return blocks[-1]


def _show_task(tasks: list[Json], chunk: Json) -> None:
    card = {"type": "task_card", "task_id": chunk["id"], "title": chunk["title"], "status": chunk["status"]}
    for name in ("details", "output"):
        if chunk.get(name):
            words = [{"type": "text", "text": chunk[name]}]
            section = {"type": "rich_text_section", "elements": words}
            card[name] = {"type": "rich_text", "elements": [section]}
    if chunk.get("sources"):
        card["sources"] = chunk["sources"]
    for number, task in enumerate(tasks):
        if task.get("task_id") == chunk["id"]:
            tasks[number] = task | card
            return
    tasks += with_ids([card])

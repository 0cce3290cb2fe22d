"""chat.*Stream: a message written piece by piece."""

from __future__ import annotations

from sandbox.arguments import Json, Refused
from sandbox.limits import check_message, check_metadata
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import bot_author, own_message, reply_to, writable_channel
from sandbox.methods.table import Call, method, visible_channel
from sandbox.views import with_ids

CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


@method("chat.startStream", required=["channel", "thread_ts"], scopes=["chat:write"])
def start(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    if not channel["is_im"]:
        for name in ("recipient_team_id", "recipient_user_id"):
            if name not in call:
                raise Refused(f"missing_{name}")
    thread_ts = reply_to(slack, channel, call)
    streaming: Json = {"text": "", "thread_ts": thread_ts, "streaming": True}
    message, _ = slack.post(channel, bot_author(slack) | streaming | {"text": _text(call)}, call.act)
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.appendStream", required=["channel", "ts"], scopes=["chat:write"])
def append(slack: LocalSlack, call: Call) -> Json:
    channel, message = _streaming(slack, call)
    slack.edit(channel, message, {"text": message["text"] + _text(call)}, None, call.act)
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.stopStream", required=["channel", "ts"], scopes=["chat:write"])
def stop(slack: LocalSlack, call: Call) -> Json:
    channel, message = _streaming(slack, call)
    blocks = call.content("blocks", list, "invalid_blocks")
    metadata = call.content("metadata", dict, "invalid_metadata_format")
    check_metadata(metadata)
    changes: Json = {"text": message["text"] + _text(call)}
    check_message(changes["text"], blocks, None)
    changes |= {"blocks": with_ids(blocks)} if blocks else {}
    changes |= {"metadata": metadata} if metadata else {}
    del message["streaming"]
    slack.edit(channel, message, changes, None, call.act)
    shown = slack.workspace.message_out(channel["id"], message)
    return {"channel": channel["id"], "ts": message["ts"], "message": shown}


def _streaming(slack: LocalSlack, call: Call) -> tuple[Json, Json]:
    channel = visible_channel(slack, call.text("channel"))
    message = own_message(slack, channel, call.text("ts"), "message_not_owned_by_app")
    if not message.get("streaming"):
        raise Refused("message_not_in_streaming_state")
    return channel, message


def _text(call: Call) -> str:
    """The text of the call's chunks; tasks and plans show as a line each."""
    parts = [call.text("markdown_text")]
    for chunk in call.content("chunks", list, "invalid_chunks") or []:
        if not isinstance(chunk, dict) or chunk.get("type") not in CHUNKS:
            raise Refused("invalid_chunks")
        text = chunk.get("text", "") if chunk["type"] == "markdown_text" else chunk.get("title", "")
        if not isinstance(text, str):
            raise Refused("invalid_chunks")
        parts.append(text if chunk["type"] == "markdown_text" or not text else f"\n{text}\n")
    return "".join(parts)

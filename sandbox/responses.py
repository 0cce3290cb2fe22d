"""What the app says through acknowledgements and response_urls."""

from __future__ import annotations

import time

from sandbox.arguments import Json, Refused
from sandbox.limits import check_metadata
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import bot_author, read_content, reply_to
from sandbox.methods.table import Call

GONE = 404


def respond(slack: LocalSlack, token: str, given: Json, act: str | None) -> Json:
    """One use of a response_url.

    Raises:
        Refused: `expired_url`, `used_url`, `invalid_url` (404), or what is wrong with the message (400).
    """
    where = slack.workspace.state["response_urls"].get(token)
    if where is None:
        raise Refused("invalid_url", status=GONE)
    if time.time() - where["born"] > slack.limits.response_url_seconds:
        raise Refused("expired_url", status=GONE)
    if where["uses"] >= slack.limits.response_url_uses:
        raise Refused("used_url", status=GONE)
    try:
        say(slack, where, Call(given, act))
    except Refused as refusal:
        refusal.status = 400
        raise
    where["uses"] += 1
    slack.changed()
    return {"ok": True}


def say(slack: LocalSlack, where: Json, call: Call) -> None:
    """Says it where the interaction was: beside it, in its place, or takes the original away.

    `where` keeps the original: `ts` of the message or ephemeral message it began with.
    """
    workspace = slack.workspace
    channel = workspace.channels.get(where["channel"])
    if channel is None:
        raise Refused("channel_not_found")
    message = workspace.message(channel["id"], where.get("ts") or "")
    if message and message.get("bot_id") != workspace.bot["bot_id"]:
        message = None  # a person's, where a shortcut was used: not the app's to change
    ephemeral = workspace.ephemeral(where["user"], where.get("ts") or "")
    if call.flag("delete_original"):
        if message:
            slack.delete(channel, message, call.act)
        elif ephemeral:
            workspace.state["ephemerals"].remove(ephemeral)
            told = {"type": "ephemeral_deleted", "channel": channel["id"], "ts": ephemeral["ts"]}
            slack.tell({**told, "user": where["user"]}, user=where["user"])
        where["ts"] = None
        return
    content = read_content(slack, call)
    metadata = call.content("metadata", dict, "invalid_metadata_format")
    check_metadata(metadata)
    content |= {"metadata": metadata} if metadata else {}
    if call.flag("replace_original") and message:
        for name in ("blocks", "attachments"):
            message.pop(name, None)
        slack.edit(channel, message, content, workspace.bot["user_id"], call.act)
    elif call.flag("replace_original") and ephemeral:
        for name in ("blocks", "attachments"):
            ephemeral.pop(name, None)
        ephemeral.update(content)
        slack.changed()
        slack.tell({"type": "ephemeral_changed", "ephemeral": ephemeral}, user=where["user"])
    else:
        thread_ts = reply_to(slack, channel, call) or where.get("thread_ts")
        content |= {"thread_ts": thread_ts} if thread_ts else {}
        if call.text("response_type", "ephemeral") == "in_channel":
            posted, _ = slack.post(channel, content | bot_author(slack), call.act)
        else:
            posted = slack.post_ephemeral(where["user"], channel, content, call.act)
        where["ts"] = where.get("ts") or posted["ts"]

"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

import re
import time

from sandbox.arguments import Json, Refused
from sandbox.blocks import MAX_MARKDOWN
from sandbox.limits import MAX_TEXT, MAX_UPDATE_TEXT, check_message, check_metadata
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, method, need, visible_channel
from sandbox.views import with_ids

TS = re.compile(r"\d{1,12}\.\d{6}")


@method("chat.postMessage", tier=0, required=["channel"], scopes=["chat:write"])
def post_message(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    message, warned = compose(slack, call, channel)
    posted, _ = slack.post(channel, message, call.act)
    shown = slack.workspace.message_out(channel["id"], posted)
    return {"channel": channel["id"], "ts": posted["ts"], "message": shown, **warned}


@method("chat.meMessage", tier=3, required=["channel", "text"], scopes=["chat:write"])
def me_message(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    text = call.text("text")
    if not text.strip():
        raise Refused("no_text")
    if len(text) > MAX_TEXT:
        raise Refused("msg_too_long")
    posted, _ = slack.post(channel, bot_author(slack) | {"subtype": "me_message", "text": text}, call.act)
    return {"channel": channel["id"], "ts": posted["ts"]}


@method("chat.postEphemeral", tier=4, required=["channel", "user"], scopes=["chat:write"])
def post_ephemeral(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    user = slack.workspace.state["users"].get(call.text("user"))
    if user is None or user["id"] not in channel["members"]:
        raise Refused("user_not_in_channel")
    content = read_content(slack, call)
    if len(content["text"]) > MAX_TEXT:
        raise Refused("msg_too_long")
    thread_ts = reply_to(slack, channel, call)
    extra = {"thread_ts": thread_ts} if thread_ts else {}
    return {"message_ts": slack.post_ephemeral(user["id"], channel, content | extra, call.act)["ts"]}


@method("chat.update", tier=3, required=["channel", "ts"], scopes=["chat:write"])
def update(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    message = own_message(slack, channel, call.text("ts"), "cant_update_message")
    if is_streaming(message):
        raise Refused("streaming_state_conflict")
    content = read_content(slack, call, keep=message)
    if len(content["text"]) > MAX_UPDATE_TEXT and len(content["text"]) > len(message["text"]):
        raise Refused("msg_too_long")
    metadata = read_metadata(call)
    if metadata is not None:
        content["metadata"] = metadata
    for name in ("blocks", "attachments"):
        if name in message and name not in content and call.given.get(name) is not None:
            del message[name]
    slack.edit(channel, message, content, slack.workspace.bot["user_id"], call.act)
    shown = slack.workspace.message_out(channel["id"], message)
    return {"channel": channel["id"], "ts": message["ts"], "text": message["text"], "message": shown}


@method("chat.delete", tier=3, required=["channel", "ts"], scopes=["chat:write"])
def delete(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    message = own_message(slack, channel, call.text("ts"), "cant_delete_message")
    slack.delete(channel, message, call.act)
    return {"channel": channel["id"], "ts": call.text("ts")}


@method("chat.getPermalink", tier=0, required=["channel", "message_ts"])
def get_permalink(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    message = slack.workspace.message(channel["id"], call.text("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"{slack.address}/archives/{channel['id']}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        link += f"?thread_ts={message['thread_ts']}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}


@method("chat.unfurl", tier=3, scopes=["links:write"])
def unfurl(slack: LocalSlack, call: Call) -> Json:
    """Adds previews of links to the message they are in, named by its place or by the `unfurl_id` of `link_shared`."""
    if "unfurl_id" in call:
        place, _, ts = call.text("unfurl_id").partition("-")
    elif "channel" not in call:
        raise Refused("missing_channel")
    elif "ts" not in call:
        raise Refused("missing_ts")
    else:
        place, ts = call.text("channel"), call.text("ts")
    channel = slack.workspace.channels.get(place)
    if channel is None:
        raise Refused("invalid_unfurl_id" if "unfurl_id" in call else "cannot_find_channel")
    message = slack.workspace.message(channel["id"], ts)
    if message is None:
        raise Refused("cannot_find_message")
    if "unfurls" not in call:
        if call.flag("user_auth_required") or "user_auth_url" in call or "user_auth_message" in call:
            return {}
        raise Refused("missing_unfurls")
    unfurls = call.content("unfurls", dict, "invalid_unfurls_format")
    if not all(isinstance(preview, dict) for preview in unfurls.values()):
        raise Refused("cannot_parse_attachment")
    if not all(url in message["text"].replace("&amp;", "&") for url in unfurls):
        raise Refused("cannot_unfurl_url")
    previews = message.get("attachments", [])
    for url, preview in unfurls.items():
        app = {"app_unfurl_url": url, "from_url": url, "is_app_unfurl": True, "app_id": slack.workspace.bot["app_id"]}
        previews = [*previews, preview | app | {"id": len(previews) + 1}]
    slack.edit(channel, message, {"attachments": previews}, None, call.act)
    return {}


def compose(slack: LocalSlack, call: Call, channel: Json) -> tuple[Json, Json]:
    """The message a call asks for, and the warning it earns, if any."""
    content = read_content(slack, call)
    warned: Json = {}
    if len(content["text"]) > MAX_TEXT:
        content["text"] = content["text"][:MAX_TEXT]
        warned = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    thread_ts = reply_to(slack, channel, call)
    message = content | authorship(slack, call) | ({"thread_ts": thread_ts} if thread_ts else {})
    message["unfurl_links"], message["unfurl_media"] = call.flag("unfurl_links"), call.flag("unfurl_media", True)
    if thread_ts and call.flag("reply_broadcast"):
        message["subtype"] = "thread_broadcast"
    metadata = read_metadata(call)
    if metadata:
        message["metadata"] = metadata
    return message, warned


def read_metadata(call: Call) -> Json | None:
    metadata: Json | None = call.content("metadata", dict, "invalid_metadata_format")
    check_metadata(metadata)
    return metadata


def writable_channel(slack: LocalSlack, name: str) -> Json:
    """Where the bot may post: a channel it is in, by id or #name, or the direct message of a user id."""
    workspace = slack.workspace
    user = workspace.state["users"].get(name)
    if user:
        if user["is_bot"] or user.get("is_stranger"):
            raise Refused("channel_not_found")
        channel = slack.direct_message(user["id"])
    else:
        named = workspace.channel(name)  # of the methods these alone take a name
        channel = visible_channel(slack, named["id"] if named else name)
    if channel["is_archived"]:
        raise Refused("is_archived")
    if channel["is_im"] and not slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if not workspace.has_bot(channel) and "chat:write.public" not in slack.manifest.scopes:
        raise Refused("not_in_channel")
    return channel


def read_content(slack: LocalSlack, call: Call, keep: Json | None = None) -> Json:
    """Text, blocks and attachments, checked; for an update, what the message keeps when they are not given."""
    text = call.text("text")
    blocks = call.content("blocks", list, "invalid_blocks_format")
    attachments = call.content("attachments", list)
    markdown = call.text("markdown_text")
    if markdown:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > MAX_MARKDOWN:
            raise Refused("msg_too_long")
        blocks, text = [{"type": "markdown", "text": markdown}], markdown
    if keep is not None and not text and "text" not in call.given:
        text = keep["text"] if (blocks or attachments) else ""
    check_message(text, blocks, attachments)
    content: Json = {"text": text}
    if blocks:
        content["blocks"] = with_ids(blocks)
    if attachments:
        content["attachments"] = [one | {"id": number} for number, one in enumerate(attachments, 1)]
    return content


def reply_to(slack: LocalSlack, channel: Json, call: Call) -> str:
    """The thread's root for `thread_ts`; a reply can't be replied to."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return ""
    root = slack.workspace.message(channel["id"], thread_ts)
    if root is None:
        if not TS.fullmatch(thread_ts):
            raise Refused("invalid_thread_ts")
        raise Refused("thread_not_found")
    if root.get("thread_ts", thread_ts) != thread_ts:
        raise Refused("cannot_reply_to_message")
    return thread_ts


def authorship(slack: LocalSlack, call: Call) -> Json:
    """Who a message of the app is from; with a name of its own it is a `bot_message`."""
    written = bot_author(slack)
    if call.text("username") or call.text("icon_emoji") or call.text("icon_url"):
        need(slack, "chat:write.customize")
        written |= {"subtype": "bot_message", "username": call.text("username") or slack.workspace.bot["name"]}
        del written["user"]
    return written


def bot_author(slack: LocalSlack) -> Json:
    bot, team = slack.workspace.bot, slack.workspace.team
    return {"user": bot["user_id"], "bot_id": bot["bot_id"], "app_id": bot["app_id"], "team": team["id"]}


def is_streaming(message: Json) -> bool:
    """A stream is open from its start to its stop, or to the end of its life."""
    return bool(message.get("streaming")) and time.time() < float(message["streaming"]["until"])


def own_message(slack: LocalSlack, channel: Json, ts: str, otherwise: str) -> Json:
    message = slack.workspace.message(channel["id"], ts)
    if message is None or not slack.workspace.has_bot(channel) or message.get("subtype") == "tombstone":
        raise Refused("message_not_found")
    if message.get("bot_id") != slack.workspace.bot["bot_id"]:
        raise Refused(otherwise)
    return message

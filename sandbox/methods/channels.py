"""conversations.*: making, naming, filling and closing channels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import TS, bot_author
from sandbox.methods.table import Call, kind_of, method, need_one_for, visible_channel

MANAGE = ("channels:manage", "channels:write", "groups:write", "im:write", "mpim:write")
INVITE = ("channels:manage", "channels:write.invites", "groups:write", "groups:write.invites", "im:write", "mpim:write")
TOPIC = (
    *("channels:manage", "channels:write.topic", "groups:write", "groups:write.topic"),
    *("im:write", "im:write.topic", "mpim:write", "mpim:write.topic"),
)
NAME = re.compile(r"[^\sA-Z!-,./:-@\[-^`{-~]+")
MAX_NAME, MAX_TOPIC = 80, 250


@method("conversations.create", tier=2, required=["name"], scopes=MANAGE)
def create(slack: LocalSlack, call: Call) -> Json:
    need_one_for(slack, "groups" if call.flag("is_private") else "channels", MANAGE)
    name = channel_name(slack, call.text("name"))
    bot = slack.workspace.bot["user_id"]
    channel = slack.workspace.open_channel(name, [bot], is_private=call.flag("is_private"))
    slack.tell_channel(channel)
    if not channel["is_private"]:
        about = {"id": channel["id"], "name": name, "created": channel["created"], "creator": bot}
        slack.channel_event(channel, "created", {"channel": about}, call.act)
    return {"channel": slack.workspace.channel_out(channel)}


@method("conversations.rename", tier=2, required=["channel", "name"], scopes=MANAGE)
def rename(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, MANAGE)
    before, channel["name"] = channel["name"], channel_name(slack, call.text("name"))
    _say(slack, call, channel, "name", "renamed the channel from “{old}” to “{name}”", old=before, name=channel["name"])
    about = {"id": channel["id"], "name": channel["name"], "created": channel["created"]}
    _tell(slack, call, channel, "rename", {"channel": about})
    return {"channel": slack.workspace.channel_out(channel)}


@method("conversations.setTopic", tier=2, required=["channel", "topic"], scopes=TOPIC)
def set_topic(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, TOPIC)
    channel["topic"] = _short(call.text("topic"))
    _say(slack, call, channel, "topic", "set the channel topic: {topic}", topic=channel["topic"])
    slack.tell_channel(channel)
    return {"channel": slack.workspace.channel_out(channel)}


@method("conversations.setPurpose", tier=2, required=["channel", "purpose"], scopes=TOPIC)
def set_purpose(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, TOPIC)
    channel["purpose"] = _short(call.text("purpose"))
    _say(slack, call, channel, "purpose", "set the channel description: {purpose}", purpose=channel["purpose"])
    slack.tell_channel(channel)
    return {"channel": slack.workspace.channel_out(channel), "purpose": channel["purpose"]}


@method("conversations.archive", tier=2, required=["channel"], scopes=MANAGE)
def archive(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, MANAGE, "already_archived")
    if channel["name"] == "general":
        raise Refused("cant_archive_general")
    _say(slack, call, channel, "archive", "archived the channel")
    channel["is_archived"] = True
    _tell(slack, call, channel, "archive", {"channel": channel["id"], "user": slack.workspace.bot["user_id"]})
    return {}


@method("conversations.unarchive", tier=2, required=["channel"], scopes=MANAGE)
def unarchive(slack: LocalSlack, call: Call) -> Json:
    channel = _channel(slack, call, MANAGE)
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    if not channel["is_archived"]:
        raise Refused("not_archived")
    channel["is_archived"] = False
    _tell(slack, call, channel, "unarchive", {"channel": channel["id"], "user": slack.workspace.bot["user_id"]})
    return {}


@method("conversations.leave", tier=3, required=["channel"], scopes=MANAGE)
def leave(slack: LocalSlack, call: Call) -> Json:
    channel = _channel(slack, call, MANAGE)
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    if channel["is_archived"]:
        raise Refused("is_archived")
    if channel["name"] == "general":
        raise Refused("cant_leave_general")
    if not slack.workspace.has_bot(channel):
        return {"not_in_channel": True}
    slack.leave(channel, slack.workspace.bot["user_id"], call.act)
    return {}


@method("conversations.invite", tier=3, required=["channel", "users"], scopes=INVITE)
def invite(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, INVITE)
    users = [(name, slack.workspace.state["users"].get(name)) for name in call.names("users")]
    if not users:
        raise Refused("no_user")
    wrong = [
        {"user": name, "ok": False, "error": code} for name, user in users if (code := _unfit(slack, channel, user))
    ]
    if wrong and (len(wrong) == len(users) or not call.flag("force")):
        raise Refused(str(wrong[0]["error"]), errors=wrong)
    for name, _ in users:
        if name not in [one["user"] for one in wrong]:
            slack.join(channel, name, slack.workspace.bot["user_id"], call.act)
    return {"channel": slack.workspace.channel_out(channel)} | ({"errors": wrong} if wrong else {})


@method("conversations.kick", tier=3, required=["channel", "user"], scopes=MANAGE)
def kick(slack: LocalSlack, call: Call) -> Json:
    channel = _managed_channel(slack, call, MANAGE, "restricted_action")
    user = slack.workspace.state["users"].get(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    if user["id"] == slack.workspace.bot["user_id"]:
        raise Refused("cant_kick_self")
    if channel["name"] == "general":
        raise Refused("cant_kick_from_general")
    if user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    slack.leave(channel, user["id"], call.act)
    return {"errors": {}}


@method("conversations.close", tier=2, required=["channel"], scopes=MANAGE)
def close(slack: LocalSlack, call: Call) -> Json:
    """The conversation leaves the bot's list, and with its next message is there again; nothing is lost."""
    channel = _channel(slack, call, MANAGE)
    if not (channel["is_im"] or channel.get("is_mpim")):
        raise Refused("method_not_supported_for_channel_type")
    return {}


@method("conversations.mark", tier=3, required=["channel", "ts"], scopes=MANAGE)
def mark(slack: LocalSlack, call: Call) -> Json:
    channel = _channel(slack, call, MANAGE)
    if not slack.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    if not TS.fullmatch(call.text("ts")):
        raise Refused("invalid_timestamp")
    channel["last_read"] = call.text("ts")
    slack.changed()
    return {}


@method("conversations.canvases.create", tier=2, required=["channel_id"], scopes=["canvases:write"])
def create_canvas(slack: LocalSlack, call: Call) -> Json:
    channel = slack.workspace.channels.get(call.text("channel_id"))
    if channel is None or not slack.workspace.has_bot(channel):
        raise Refused("channel_canvas_creation_failed")
    if "canvas" in channel:
        raise Refused("channel_canvas_already_exists")
    content = call.content("document_content", dict) or {}
    channel["canvas"] = {"id": slack.workspace.new_id("F"), "title": call.text("title"), "content": content}
    slack.changed()
    return {"canvas_id": channel["canvas"]["id"]}


def _managed_channel(slack: LocalSlack, call: Call, scopes: Sequence[str], when_archived: str = "is_archived") -> Json:
    """A channel with the bot in it that is open."""
    channel = _channel(slack, call, scopes)
    if channel["is_im"]:
        raise Refused("method_not_supported_for_channel_type")
    if channel["is_archived"]:
        raise Refused(when_archived)
    if not slack.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    return channel


def _channel(slack: LocalSlack, call: Call, scopes: Sequence[str]) -> Json:
    """A channel the bot may know of, with one of the scopes that are for its kind."""
    channel = visible_channel(slack, call.text("channel"))
    need_one_for(slack, kind_of(channel), scopes)
    return channel


def channel_name(slack: LocalSlack, given: str) -> str:
    """A name no channel has: lower case, no spaces or punctuation but - and _."""
    name = given.strip().removeprefix("#")
    if not name:
        raise Refused("invalid_name_required")
    if len(name) > MAX_NAME:
        raise Refused("invalid_name_maxlength")
    if not any(letter.isalnum() for letter in name):
        raise Refused("invalid_name_punctuation")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name_specials")
    if slack.workspace.channel(f"#{name}"):
        raise Refused("name_taken")
    return name


def _unfit(slack: LocalSlack, channel: Json, user: Json | None) -> str:
    """Why the user can't be invited, or nothing."""
    if user is None or user["deleted"]:
        return "user_not_found"
    if user["id"] == slack.workspace.bot["user_id"]:
        return "cant_invite_self"
    return "already_in_channel" if user["id"] in channel["members"] else ""


def _short(text: str) -> str:
    if len(text) > MAX_TOPIC:
        raise Refused("too_long")
    return text


def _say(slack: LocalSlack, call: Call, channel: Json, what: str, words: str, **about: str) -> None:
    """The line Slack itself writes into the channel."""
    slack.channel_note(channel, bot_author(slack), what, words.format(**about), call.act, **about)


def _tell(slack: LocalSlack, call: Call, channel: Json, what: str, about: Json) -> None:
    slack.channel_event(channel, what, about, call.act)

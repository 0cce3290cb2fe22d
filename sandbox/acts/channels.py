"""Opening, naming, filling and closing channels, and what people put into them."""

from __future__ import annotations

import base64

from sandbox.acts.act import Act, acknowledged, thread_root
from sandbox.arguments import Json, Refused
from sandbox.deliveries import Envelope
from sandbox.methods.channels import channel_name
from sandbox.methods.files import MAX_FILE_BYTES, keep, share
from sandbox.methods.marks import pin_message, unpin_message
from sandbox.seed import is_full_member

MAX_GROUP = 8


async def create(act: Act) -> Json:
    """A channel with its maker in it."""
    _refuse_guests(act)
    channel = act.workspace.open_channel(
        channel_name(act.slack, act.text("name")), [act.user["id"]], is_private=act.flag("is_private")
    )
    channel["creator"] = act.user["id"]
    act.slack.tell_channel(channel)
    envelopes: list[Envelope] = []
    if not channel["is_private"]:
        about = {"id": channel["id"], "name": channel["name"], "created": channel["created"]}
        told = {"channel": about | {"creator": act.user["id"]}}
        envelopes = act.slack.channel_event(channel, "created", told, act.id)
    return {"channel": channel, **await acknowledged(act, envelopes)}


async def join(act: Act) -> Json:
    channel = act.channel()
    if channel["is_private"] or channel["is_archived"]:
        raise Refused("is_archived" if channel["is_archived"] else "channel_not_found")
    if act.user["id"] in channel["members"]:
        raise Refused("already_in_channel")
    return await acknowledged(act, act.slack.join(channel, act.user["id"], act=act.id))


async def leave(act: Act) -> Json:
    channel = _own(act)
    if channel["name"] == "general":
        raise Refused("cant_leave_general")
    return await acknowledged(act, act.slack.leave(channel, act.user["id"], act.id))


async def rename(act: Act) -> Json:
    channel = _own(act)
    before, channel["name"] = channel["name"], channel_name(act.slack, act.text("name"))
    words = f"renamed the channel from “{before}” to “{channel['name']}”"
    envelopes = act.slack.channel_note(channel, _author(act), "name", words, act.id, old=before, name=channel["name"])
    about = {"id": channel["id"], "name": channel["name"], "created": channel["created"]}
    envelopes += act.slack.channel_event(channel, "rename", {"channel": about}, act.id)
    return {"channel": channel, **await acknowledged(act, envelopes)}


async def archive(act: Act) -> Json:
    """Closes the channel; with `remove` it opens again."""
    channel = act.channel()
    reopening = act.flag("remove")
    if channel["is_im"] or channel["name"] == "general":
        raise Refused("cant_archive_general")
    if channel["is_archived"] is not reopening:
        raise Refused("not_archived" if reopening else "already_archived")
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    told = {"channel": channel["id"], "user": act.user["id"]}
    envelopes: list[Envelope] = []
    if not reopening:
        envelopes = act.slack.channel_note(channel, _author(act), "archive", "archived the channel", act.id)
    channel["is_archived"] = not reopening
    envelopes += act.slack.channel_event(channel, "unarchive" if reopening else "archive", told, act.id)
    return {"channel": channel, **await acknowledged(act, envelopes)}


async def group_message(act: Act) -> Json:
    """A conversation of the user, the app's bot and the people in `users`."""
    people = [act.workspace.user(name) for name in act.names("users")]
    if not people or None in people:
        raise Refused("user_not_found", message="users is a list of ids or names")
    there = {act.user["id"], act.workspace.bot["user_id"]}
    others = list(dict.fromkeys(one["id"] for one in people if one and one["id"] not in there))
    if not 0 < len(others) < MAX_GROUP:
        raise Refused("invalid_user_combination", message=f"a group has 1 to {MAX_GROUP - 1} people besides you")
    return {"channel": act.slack.group_message([act.user["id"], *others])}


async def direct_message(act: Act) -> Json:
    """A conversation of the user with `target` alone, without the app; opened when there is none."""
    target = act.workspace.user(act.text("target"))
    if target is None or target["deleted"] or target["is_bot"]:
        raise Refused("user_not_found", message=f"nobody to write to is called {act.text('target')!r}")
    channel = act.workspace.open_conversation(act.user["id"], target["id"])
    act.slack.tell_channel(channel)
    return {"channel": channel}


async def pin(act: Act) -> Json:
    channel, message = act.message()
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    change = unpin_message if act.flag("remove") else pin_message
    envelopes = change(act.slack, channel, message, act.user["id"], act.id)
    return {"message": message, **await acknowledged(act, envelopes)}


async def upload(act: Act) -> Json:
    """A file by a person: its `name`, its `content` as a text or `base64`, and `text` as the words beside it."""
    channel = act.channel()
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    if channel["is_archived"]:
        raise Refused("is_archived")
    name, content = act.text("name").strip(), _content(act)
    if not name or not 0 < len(content) <= MAX_FILE_BYTES:
        raise Refused("bad_file", message=f"a file has a name and up to {MAX_FILE_BYTES} bytes of content")
    thread_ts = thread_root(act, channel)
    file = await keep(act.slack, name, content, act.user["id"])
    said = {"text": act.text("text")} | ({"thread_ts": thread_ts} if thread_ts else {})
    posted, envelopes = share(act.slack, [file["id"]], [channel], _author(act) | said, act.id)
    return {"file": file, "message": posted[0], **await acknowledged(act, envelopes)}


def _content(act: Act) -> bytes:
    if "base64" not in act:
        return act.text("content").encode("utf-8", "replace")
    try:
        return base64.b64decode(act.text("base64"), validate=True)
    except ValueError as problem:
        raise Refused("bad_file", message="base64 can't be read") from problem


def _own(act: Act) -> Json:
    """An open channel that the user is in."""
    channel = act.channel()
    if channel["is_im"] or act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    if channel["is_archived"]:
        raise Refused("is_archived")
    return channel


def _author(act: Act) -> Json:
    return {"user": act.user["id"], "team": act.user["team_id"]}


def _refuse_guests(act: Act) -> None:
    if not is_full_member(act.user):
        raise Refused("restricted_action", message=f"{act.user['id']} is a guest")

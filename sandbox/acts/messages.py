"""Writing, changing, reacting, inviting: what people do in channels."""

from __future__ import annotations

from sandbox.acts.act import Act, acknowledged, thread_root
from sandbox.arguments import Json, Refused
from sandbox.limits import MAX_TEXT
from sandbox.methods.marks import EMOJI
from sandbox.mrkdwn import composed, mentions, rich_text
from sandbox.workspace import Workspace


async def write(act: Act) -> Json:
    channel, user = act.channel(), act.user
    if user["id"] not in channel["members"]:
        raise Refused("not_in_channel", message=f"{user['id']} is not in {channel['name']}")
    if channel["is_archived"]:
        raise Refused("is_archived")
    is_apps = channel["is_im"] and act.workspace.has_bot(channel)
    if is_apps and (not act.slack.manifest.messages_tab or act.slack.manifest.messages_tab_read_only):
        raise Refused("messages_tab_disabled")
    text = composed(act.workspace, act.text("text"))[:MAX_TEXT]
    if not text.strip():
        raise Refused("no_text")
    thread_ts = thread_root(act, channel)
    message = _authored(act.workspace, user, text)
    if thread_ts:
        message |= {"thread_ts": thread_ts}
        message |= {"subtype": "thread_broadcast"} if act.flag("reply_broadcast") else {}
    posted, envelopes = act.slack.post(channel, message, act.id)
    bot = act.workspace.bot
    if mentions(text, bot["user_id"]) and not act.workspace.has_bot(channel):
        invitation = f"Invite it with /invite @{bot['name']}."
        act.slack.notice(user["id"], f"{bot['name']} is not in #{channel['name']}. {invitation}")
    return {"message": posted | {"channel": channel["id"]}, **await acknowledged(act, envelopes)}


def _authored(workspace: Workspace, user: Json, text: str) -> Json:
    if user["is_bot"]:
        bot = {"subtype": "bot_message", "bot_id": user["bot_id"], "username": user["name"]}
        return {"text": text, "team": user["team_id"], **bot}
    message: Json = {
        "user": user["id"],
        "client_msg_id": workspace.new_id("").lower().rjust(32, "0"),
        "text": text,
        "team": user["team_id"],
        "blocks": [rich_text(text, workspace.new_id("b"))],
    }
    if user.get("is_stranger"):
        profile = {"real_name": user["name"], "display_name": user["handle"], "name": user["handle"]}
        message |= {"user_team": user["team_id"], "source_team": user["team_id"], "user_profile": profile}
    return message


async def edit(act: Act) -> Json:
    channel, message = act.message()
    if message.get("user") != act.user["id"]:
        raise Refused("cant_update_message")
    text = composed(act.workspace, act.text("text"))
    if not text.strip():
        raise Refused("no_text")
    changes = {"text": text, "blocks": [rich_text(text, act.workspace.new_id("b"))]}
    envelopes = act.slack.edit(channel, message, changes, act.user["id"], act.id)
    return {"message": message, **await acknowledged(act, envelopes)}


async def delete(act: Act) -> Json:
    channel, message = act.message()
    if message.get("user") != act.user["id"] and not act.user.get("is_admin"):
        raise Refused("cant_delete_message")
    return await acknowledged(act, act.slack.delete(channel, message, act.id))


async def unfurl(act: Act) -> Json:
    """Slack itself adds a link's preview to a message: a change nobody made."""
    channel, message = act.message()
    preview = {"id": 1, "title": act.text("text", "A page"), "from_url": "https://example.com/", "fallback": "A page"}
    envelopes = act.slack.edit(channel, message, {"attachments": [preview]}, None, act.id)
    return {"message": message, **await acknowledged(act, envelopes)}


async def react(act: Act) -> Json:
    channel, message = act.message()
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    emoji = (act.text("emoji") or act.text("value") or act.text("text")).strip(":")
    if not EMOJI.fullmatch(emoji) or len(emoji) > 100:
        raise Refused("invalid_name")
    envelopes = act.slack.react(channel, message, act.user["id"], emoji, remove=act.flag("remove"), act=act.id)
    return {"message": message, **await acknowledged(act, envelopes)}


async def invite(act: Act) -> Json:
    """A member adds somebody to the channel, the app's bot unless `target` says otherwise."""
    channel = act.channel()
    target = act.workspace.user(act.text("target") or act.workspace.bot["user_id"])
    if target is None or channel["is_im"]:
        raise Refused("cant_invite")
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    if target["id"] in channel["members"]:
        raise Refused("already_in_channel")
    return await acknowledged(act, act.slack.join(channel, target["id"], act.user["id"], act.id))


async def kick(act: Act) -> Json:
    """A member removes somebody from the channel, the app's bot unless `target` says otherwise."""
    channel = act.channel()
    target = act.workspace.user(act.text("target") or act.workspace.bot["user_id"])
    if target is None or channel["is_im"] or target["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    return await acknowledged(act, act.slack.leave(channel, target["id"], act.id))

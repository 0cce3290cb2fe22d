"""Slash commands, shortcuts and the app's tabs."""

from __future__ import annotations

import asyncio

from sandbox.acts.act import Act, acknowledged, asked, channel_name, followed, interaction
from sandbox.acts.messages import invite, kick
from sandbox.arguments import Json, Refused
from sandbox.methods.table import Call
from sandbox.mrkdwn import escaped_command
from sandbox.responses import say


async def command(act: Act) -> Json:
    name, _, text = act.text("text").strip().partition(" ")
    if "command" in act:
        name, text = act.text("command"), act.text("text")
    if name in ("/invite", "/kick", "/remove"):
        act.given["target"] = text.strip()
        return await (invite if name == "/invite" else kick)(act)
    known = act.slack.manifest.commands.get(name)
    user = act.user
    if known is None or "commands" not in act.slack.manifest.scopes:
        act.slack.notice(user["id"], f"{name} is not a valid command.")
        raise Refused("unknown_command", message=f"{name!r} is not one of {', '.join(act.slack.manifest.commands)}")
    channel = act.channel()
    text = text.strip()
    url = act.slack.response_url("commands", act.id, user=user["id"], channel=channel["id"])
    token = url.rpartition("/")[2]
    acknowledged = act.slack.unacknowledged[token] = asyncio.Event()
    team = act.workspace.team
    payload = {
        "token": "sandbox",
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": channel["id"],
        "channel_name": channel_name(channel),
        "user_id": user["id"],
        "user_name": user["handle"],
        "command": name,
        "text": escaped_command(act.workspace, text) if known.get("should_escape") else text,
        "api_app_id": act.workspace.bot["app_id"],
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": act.slack.trigger(user["id"], act.id),
    }
    where = act.workspace.state["response_urls"][token]

    def at_ack(response: Json) -> None:
        if set(response) & {"text", "blocks", "attachments"}:
            say(act.slack, where, Call(response, act.id))
        acknowledged.set()

    try:
        answer = await asked(act, user, "slash_commands", payload, at_ack)
    except Refused as refusal:
        act.slack.notice(user["id"], f"{name} failed with the error “{refusal.code}”.")
        raise
    finally:
        acknowledged.set()
        del act.slack.unacknowledged[token]
    said = where.get("ts") or ""  # at once, or through the response_url since
    message = act.workspace.message(channel["id"], said) or act.workspace.ephemeral(user["id"], said)
    return answer | ({"message": message} if message else {})


async def shortcut(act: Act) -> Json:
    known = act.slack.manifest.shortcuts.get(act.text("callback_id"))
    if known is None or "commands" not in act.slack.manifest.scopes:
        raise Refused("unknown_shortcut", message=f"callback_id is one of {', '.join(act.slack.manifest.shortcuts)}")
    user = act.user
    payload = interaction(act, user, "shortcut") | {
        "callback_id": act.text("callback_id"),
        "action_ts": act.workspace.new_ts(),
    }
    del payload["api_app_id"]  # the one kind of interaction that does not carry it
    if known.get("type") == "message":
        channel, message = act.message()
        where = {"user": user["id"], "channel": channel["id"], "ts": message["ts"]}
        payload |= {
            "type": "message_action",
            "message_ts": message["ts"],
            "message": act.workspace.message_out(channel["id"], message),
            "channel": {"id": channel["id"], "name": channel_name(channel)},
            "response_url": act.slack.response_url("actions", act.id, **where),
        }
    return await asked(act, user, "interactive", payload)


async def open_home(act: Act) -> Json:
    if not act.slack.manifest.home_tab:
        raise Refused("home_tab_disabled")
    answer = await _open_tab(act, "home")
    homes = act.workspace.state["homes"]
    if answer["acked_ms"] is not None and act.user["id"] not in homes:
        await followed(act)
    return answer | {"view": homes.get(act.user["id"])}


async def open_messages(act: Act) -> Json:
    if not act.slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    return await _open_tab(act, "messages")


async def _open_tab(act: Act, tab: str) -> Json:
    user = act.user
    if user["is_bot"] or user.get("is_stranger"):
        raise Refused("user_not_found", message=f"{user['id']} has no App Home here")
    channel = act.slack.direct_message(user["id"])
    act.slack.journal.remember(act.id, user["id"], channel["id"])
    event: Json = {"type": "app_home_opened", "user": user["id"], "channel": channel["id"], "tab": tab}
    view = act.workspace.state["homes"].get(user["id"])
    if tab == "home" and view:
        event["view"] = view
    event |= act.slack.context("context", channel, event)
    envelopes = act.slack.emit("app_home_opened", event | {"event_ts": act.workspace.new_ts()}, channel, act.id)
    answer = await acknowledged(act, envelopes)
    return answer | {"channel": channel["id"]}

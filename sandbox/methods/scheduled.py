"""chat.scheduleMessage and its kin: messages that wait for their time."""

from __future__ import annotations

import logging
import time

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import compose, writable_channel
from sandbox.methods.table import Call, method, page, visible_channel

FARTHEST_SECONDS = 120 * 24 * 3600
WINDOW_SECONDS, MOST_IN_WINDOW = 300, 30
LAST_MINUTE_SECONDS = 60  # so short before its time a message can't be called back
LONGEST_WAIT_SECONDS = 30.0  # the machine may sleep or change its clock meanwhile

log = logging.getLogger("sandbox")


@method("chat.scheduleMessage", tier=3, required=["channel", "post_at"], scopes=["chat:write"])
def schedule(slack: LocalSlack, call: Call) -> Json:
    channel = writable_channel(slack, call.text("channel"))
    post_at, now = call.number("post_at", 0, "invalid_time"), int(time.time())
    if post_at <= now:
        raise Refused("time_in_past")
    if post_at > now + FARTHEST_SECONDS:
        raise Refused("time_too_far")
    message, warned = compose(slack, call, channel)
    waiting = slack.workspace.state["scheduled"]
    near = [one for one in waiting.values() if abs(one["post_at"] - post_at) < WINDOW_SECONDS]
    if len([one for one in near if one["channel_id"] == channel["id"]]) >= MOST_IN_WINDOW:
        raise Refused("restricted_too_many")
    entry = {"id": slack.workspace.new_id("Q"), "channel_id": channel["id"], "post_at": post_at, "date_created": now}
    waiting[entry["id"]] = entry | {"message": message}
    slack.changed()
    plan(slack)
    shown = {name: value for name, value in message.items() if not name.startswith("unfurl_")}
    answer = {"channel": channel["id"], "scheduled_message_id": entry["id"], "post_at": post_at}
    return answer | {"message": {"type": "delayed_message", **shown}} | warned


@method("chat.scheduledMessages.list", tier=3)
def list_scheduled(slack: LocalSlack, call: Call) -> Json:
    waiting = sorted(slack.workspace.state["scheduled"].values(), key=lambda one: int(one["post_at"]))
    if "channel" in call:
        channel = slack.workspace.channels.get(call.text("channel"))
        if channel is None:
            raise Refused("invalid_channel")
        waiting = [one for one in waiting if one["channel_id"] == channel["id"]]
    oldest = call.number("oldest", 0, "invalid_arguments")
    latest = call.number("latest", 2**40, "invalid_arguments")
    fields = ("id", "channel_id", "post_at", "date_created")
    found = [
        {name: one[name] for name in fields} | {"text": one["message"]["text"]}
        for one in waiting
        if oldest <= one["post_at"] <= latest
    ]
    messages, following = page(found, call, "invalid_arguments")
    return {"scheduled_messages": messages, "response_metadata": following}


@method("chat.deleteScheduledMessage", tier=3, required=["channel", "scheduled_message_id"], scopes=["chat:write"])
def delete_scheduled(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    waiting = slack.workspace.state["scheduled"]
    entry = waiting.get(call.text("scheduled_message_id"))
    if entry is None or entry["channel_id"] != channel["id"] or entry["post_at"] < time.time() + LAST_MINUTE_SECONDS:
        raise Refused("invalid_scheduled_message_id")
    del waiting[entry["id"]]
    slack.changed()
    return {}


def plan(slack: LocalSlack) -> None:
    """Posts what is due, also what fell due while the sandbox was down, and wakes for the next."""
    waiting = slack.workspace.state["scheduled"]
    for entry in sorted(waiting.values(), key=lambda one: int(one["post_at"])):
        if entry["post_at"] <= time.time():
            del waiting[entry["id"]]
            _post(slack, entry)
    if waiting:
        soonest = min(one["post_at"] for one in waiting.values()) - time.time()
        wait = min(max(soonest, 0.0), LONGEST_WAIT_SECONDS)
        slack.alarm(wait, lambda: plan(slack))


def _post(slack: LocalSlack, entry: Json) -> None:
    try:
        channel = writable_channel(slack, entry["channel_id"])
    except Refused as refusal:  # Slack drops it too, and tells nobody
        log.warning("The scheduled message %s was not posted: %s", entry["id"], refusal.code)
        slack.changed()
        return
    slack.post(channel, entry["message"])

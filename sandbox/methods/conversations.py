"""conversations.*: channels, their members and what was said in them."""

from __future__ import annotations

import bisect
import re

from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import (
    Call,
    kind_of,
    method,
    need,
    page,
    read_cursor,
    visible_channel,
    write_cursor,
)
from sandbox.workspace import at

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
MAX_GROUP_MESSAGE = 8
TS = re.compile(r"\d{1,12}(\.\d{1,9})?")


@method("conversations.list", tier=2, scopes=READ)
def list_channels(slack: LocalSlack, call: Call) -> Json:
    types = call.names("types") or ["public_channel"]
    if not set(types) <= set(KINDS):
        raise Refused("invalid_types")
    for kind in types:
        need(slack, f"{KINDS[kind]}:read")
    wanted = {KINDS[kind] for kind in types}
    workspace = slack.workspace
    found = [
        workspace.channel_out(channel)
        for channel in workspace.channels.values()
        if kind_of(channel) in wanted
        and (not channel["is_private"] or workspace.has_bot(channel))
        and not (channel["is_archived"] and call.flag("exclude_archived"))
    ]
    channels, following = page(found, call)
    return {"channels": channels, "response_metadata": following}


@method("conversations.info", tier=3, required=["channel"], scopes=READ)
def info(slack: LocalSlack, call: Call) -> Json:
    channel = readable_channel(slack, call, "read")
    shown = slack.workspace.channel_out(channel)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


@method("conversations.members", tier=4, required=["channel"], scopes=READ)
def members(slack: LocalSlack, call: Call) -> Json:
    channel = readable_channel(slack, call, "read")
    found, following = page(channel["members"], call)
    return {"members": found, "response_metadata": following}


@method("conversations.open", tier=3, scopes=["im:write", "mpim:write"])
def open_channel(slack: LocalSlack, call: Call) -> Json:
    workspace = slack.workspace
    if "channel" in call:
        channel = workspace.channels.get(call.text("channel"))
        if channel is None or kind_of(channel) not in ("im", "mpim") or not workspace.has_bot(channel):
            raise Refused("channel_not_found")
        return {"no_op": True, "already_open": True, "channel": {"id": channel["id"]}}
    names = list(dict.fromkeys(call.names("users")))
    if not names:
        raise Refused("users_list_not_supplied")
    users = [workspace.state["users"].get(name) for name in names]
    if None in users:
        raise Refused("user_not_found")
    if any(user["deleted"] for user in users if user):
        raise Refused("user_disabled")
    if any(user["is_bot"] for user in users if user):
        raise Refused("invalid_user_combination")
    if len(users) > MAX_GROUP_MESSAGE:
        raise Refused("too_many_users")
    is_group = len(users) > 1
    need(slack, "mpim:write" if is_group else "im:write")
    known = workspace.group_message(names) if is_group else workspace.direct_message(names[0])
    if known is None and call.flag("prevent_creation"):
        raise Refused("channel_not_found")
    channel = known or (slack.group_message(names) if is_group else slack.direct_message(names[0]))
    shown = workspace.channel_out(channel) if call.flag("return_im") else {"id": channel["id"]}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


@method("conversations.join", tier=3, required=["channel"], scopes=["channels:join"])
def join(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    if channel["is_private"]:
        raise Refused("method_not_supported_for_channel_type")
    if channel["is_archived"]:
        raise Refused("is_archived")
    if slack.workspace.has_bot(channel):
        warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": slack.workspace.channel_out(channel), **warned}
    slack.join(channel, slack.workspace.bot["user_id"], act=call.act)
    return {"channel": slack.workspace.channel_out(channel)}


@method("conversations.history", tier=3, required=["channel"], scopes=HISTORY)
def history(slack: LocalSlack, call: Call) -> Json:
    channel = readable_channel(slack, call, "history")
    if not slack.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    top = slack.workspace.timeline(channel["id"]).top
    found, cursor = _window(top, call, newest_first=True)
    answer = _listing(slack, channel, found, cursor, call)
    pins = slack.workspace.state["pins"].get(channel["id"], [])
    return answer | {"pin_count": len(pins), "channel_actions_ts": None, "channel_actions_count": 0}


@method("conversations.replies", tier=3, required=["channel", "ts"], scopes=HISTORY)
def replies(slack: LocalSlack, call: Call) -> Json:
    channel = readable_channel(slack, call, "history")
    if not slack.workspace.has_bot(channel):
        raise Refused("channel_not_found")
    named = slack.workspace.message(channel["id"], call.text("ts"))
    if named is None:
        raise Refused("thread_not_found")
    root = slack.workspace.message(channel["id"], str(named.get("thread_ts", named["ts"]))) or named
    found, cursor = _window(slack.workspace.thread(channel["id"], root["ts"]), call, newest_first=False)
    return _listing(slack, channel, [root, *found], cursor, call)


def readable_channel(slack: LocalSlack, call: Call, right: str) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    need(slack, f"{kind_of(channel)}:{right}")
    return channel


def _window(messages: list[Json], call: Call, *, newest_first: bool) -> tuple[list[Json], str]:
    """The messages between `oldest` and `latest` after the cursor, at most `limit`, and the next cursor."""
    limit = call.number("limit", 100, "invalid_arguments") or 100
    if not 0 < limit < 1000:
        raise bad_arguments("must be less than 1000 [json-pointer:/limit]")
    oldest, latest = _bound(call, "oldest", "0"), _bound(call, "latest", "9999999999")
    inclusive = call.flag("inclusive") or not ("oldest" in call or "latest" in call)
    first = (bisect.bisect_left if inclusive else bisect.bisect_right)(messages, oldest, key=at)
    last = (bisect.bisect_right if inclusive else bisect.bisect_left)(messages, latest, key=at)
    resume = read_cursor(call.text("cursor"), "next_ts")
    if newest_first:
        last = min(last, bisect.bisect_right(messages, float(resume), key=at)) if resume else last
        start = max(first, last - limit)
        return messages[start:last][::-1], write_cursor("next_ts", messages[start - 1]["ts"]) if start > first else ""
    first = max(first, bisect.bisect_left(messages, float(resume), key=at)) if resume else first
    end = min(last, first + limit)
    return messages[first:end], write_cursor("next_ts", messages[end]["ts"]) if end < last else ""


def _bound(call: Call, name: str, default: str) -> float:
    value = call.text(name) or default
    if value == "now":
        return float("inf")
    if not TS.fullmatch(value):
        raise Refused(f"invalid_ts_{name}")
    return float(value)


def _listing(slack: LocalSlack, channel: Json, found: list[Json], cursor: str, call: Call) -> Json:
    metadata = call.flag("include_all_metadata")
    shown = [slack.workspace.message_out(channel["id"], message, metadata=metadata) for message in found]
    return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}

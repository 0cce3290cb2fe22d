"""The whole workspace at this moment, or what one user may see of it."""

from __future__ import annotations

import bisect
import time

from sandbox.arguments import Json
from sandbox.local_slack import LocalSlack


def snapshot(slack: LocalSlack, viewer: str | None, newest: int | None = None) -> Json:
    """With `newest` only so many of each channel's latest messages; `older` names the channels that have more."""
    workspace, manifest = slack.workspace, slack.manifest
    state = workspace.state

    def own(mapping: Json) -> Json:
        return {user: value for user, value in mapping.items() if viewer in (None, user)}

    channels = [one for one in workspace.channels.values() if viewer is None or workspace.sees(viewer, one)]
    seen = {channel["id"] for channel in channels}
    now = time.time()
    pages = {channel: history(slack, channel, newest) for channel in seen}
    return {
        "ok": True,
        "team": workspace.team,
        "bot": workspace.bot,
        "users": [{**user, **workspace.user_out(user, email=True)} for user in state["users"].values()],
        "user_groups": state["user_groups"],
        "channels": channels,
        "messages": {channel: messages for channel, (messages, _) in pages.items()},
        "older": sorted(channel for channel, (_, has_more) in pages.items() if has_more),
        "files": {name: workspace.file_out(name) for name in state["files"]} if viewer is None else {},
        "pins": {channel: pins for channel, pins in state["pins"].items() if channel in seen},
        "bookmarks": {channel: rows for channel, rows in state["bookmarks"].items() if channel in seen},
        "emoji": state["emoji"],
        "ephemerals": [one for one in state["ephemerals"] if viewer in (None, one["user"])],
        "homes": own(state["homes"]),
        "views": own({user: stack for user, stack in state["views"].items() if stack}),
        "prompts": own(state["prompts"]),
        "suggested_prompts": list(manifest.suggested_prompts),
        "statuses": [one for one in state["statuses"] if one["channel"] in seen and one["until"] > now],
        "commands": list(manifest.commands.values()),
        "shortcuts": list(manifest.shortcuts.values()),
        "tabs": {"home": manifest.home_tab, "messages": manifest.messages_tab},
        "connected": slack.deliveries.road.connected,
    }


def history(slack: LocalSlack, channel: str, count: int | None, before: str = "") -> tuple[list[Json], bool]:
    """The latest `count` messages of a channel before a timestamp, each with its thread; and whether more remain."""
    workspace = slack.workspace
    if count is None:
        return [workspace.message_shown(channel, message) for message in workspace.messages(channel)], False
    top = workspace.timeline(channel).top
    last = bisect.bisect_left(top, before, key=lambda message: str(message["ts"])) if before else len(top)
    roots = top[max(0, last - count) : last]
    page = {one["ts"]: one for root in roots for one in (root, *workspace.thread(channel, root["ts"]))}
    return [workspace.message_shown(channel, page[ts]) for ts in sorted(page)], last > count

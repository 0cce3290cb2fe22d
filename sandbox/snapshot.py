"""The whole workspace at this moment, or what one user may see of it."""

from __future__ import annotations

import time

from sandbox.arguments import Json
from sandbox.local_slack import LocalSlack


def snapshot(slack: LocalSlack, viewer: str | None) -> Json:
    workspace, manifest = slack.workspace, slack.manifest
    state = workspace.state

    def own(mapping: Json) -> Json:
        return {user: value for user, value in mapping.items() if viewer in (None, user)}

    channels = [one for one in workspace.channels.values() if viewer is None or workspace.sees(viewer, one)]
    seen = {channel["id"] for channel in channels}
    now = time.time()
    return {
        "ok": True,
        "team": workspace.team,
        "bot": workspace.bot,
        "users": [{**user, **workspace.user_out(user, email=True)} for user in state["users"].values()],
        "user_groups": state["user_groups"],
        "channels": channels,
        "messages": {
            channel: [workspace.message_shown(channel, message) for message in workspace.messages(channel)]
            for channel in seen
        },
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

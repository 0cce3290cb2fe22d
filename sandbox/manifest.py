"""What the app's manifest declares: commands, shortcuts, events, scopes and tabs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.arguments import Json


class ManifestUnreadable(Exception):
    """The manifest can't be used; the message says why."""


# The events there are here, and the scope without which the app does not hear of one.
EVENT_SCOPES = {
    "app_home_opened": "",
    "app_uninstalled": "",
    "channel_left": "",
    "group_left": "",
    "member_joined_channel": "",
    "member_left_channel": "",
    "tokens_revoked": "",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "app_context_changed": "assistant:write",
    "channel_archive": "channels:read",
    "channel_created": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "file_deleted": "files:read",
    "file_public": "files:read",
    "file_shared": "files:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "link_shared": "links:read",
    "message_metadata_deleted": "metadata.message:read",
    "message_metadata_posted": "metadata.message:read",
    "message_metadata_updated": "metadata.message:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "subteam_created": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    commands: Mapping[str, Json]
    shortcuts: Mapping[str, Json]
    events: frozenset[str]
    scopes: tuple[str, ...]
    home_tab: bool
    messages_tab: bool
    messages_tab_read_only: bool
    suggested_prompts: tuple[Json, ...]
    unfurl_domains: tuple[str, ...]
    metadata_subscriptions: tuple[Json, ...]
    socket_mode: bool
    request_urls: dict[str, str]  # by what goes there: events, interactivity, options, or a command's name

    def receives(self, event: str) -> bool:
        return event in self.events and EVENT_SCOPES[event] in ("", *self.scopes)

    def reads_metadata(self, app_id: str, metadata: Json) -> bool:
        """Whether it subscribes to this app's metadata of this type; `*` stands for any."""
        wanted = [(one.get("app_id"), one.get("event_type")) for one in self.metadata_subscriptions]
        return any(app in ("*", app_id) and kind in ("*", metadata.get("event_type")) for app, kind in wanted)

    def unheard(self) -> Iterator[tuple[str, str]]:
        """Subscribed events that never arrive, and why."""
        for event in sorted(self.events):
            if event not in EVENT_SCOPES:
                yield event, "which the sandbox doesn't send"
            elif not self.receives(event):
                yield event, f"without its scope {EVENT_SCOPES[event]}: it will not be delivered"


def read_manifest(path: Path) -> Manifest:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise ManifestUnreadable(f"The manifest {path} can't be read: {problem}") from problem
    if not isinstance(content, dict) or not isinstance(content.get("display_information"), dict):
        raise ManifestUnreadable(f"The manifest {path} has no display_information; is it a Slack app manifest?")
    try:
        return manifest_from(content)
    except KeyError as missing:
        raise ManifestUnreadable(f"The manifest {path} has a command or shortcut without its {missing}.") from missing
    except (AttributeError, TypeError) as problem:
        raise ManifestUnreadable(f"The manifest {path} is not as Slack's schema has it: {problem}.") from problem


def manifest_from(content: Json) -> Manifest:
    features: Json = content.get("features") or {}
    tabs: Json = features.get("app_home") or {}
    granted: Json = (content.get("oauth_config") or {}).get("scopes") or {}
    settings: Json = content.get("settings") or {}
    subscriptions: Json = settings.get("event_subscriptions") or {}
    interactivity: Json = settings.get("interactivity") or {}
    name = _text(content["display_information"].get("name"), "App")
    commands = _named("command", features.get("slash_commands"))
    urls = {
        "events": subscriptions.get("request_url"),
        "interactivity": interactivity.get("request_url"),
        "options": interactivity.get("message_menu_options_url"),
        **{name: command.get("url") for name, command in commands.items()},
    }
    return Manifest(
        name=name,
        bot_name=_text((features.get("bot_user") or {}).get("display_name"), name),
        commands=commands,
        shortcuts=_named("callback_id", features.get("shortcuts")),
        events=frozenset(_listed(str, subscriptions.get("bot_events"))),
        scopes=tuple(_listed(str, granted.get("bot")) + _listed(str, granted.get("bot_optional"))),
        home_tab=bool(tabs.get("home_tab_enabled")),
        messages_tab=bool(tabs.get("messages_tab_enabled", True)),
        messages_tab_read_only=bool(tabs.get("messages_tab_read_only_enabled")),
        unfurl_domains=tuple(_listed(str, features.get("unfurl_domains"))),
        suggested_prompts=tuple(_listed(dict, (features.get("agent_view") or {}).get("suggested_prompts"))),
        metadata_subscriptions=tuple(_listed(dict, subscriptions.get("metadata_subscriptions"))),
        socket_mode=bool(settings.get("socket_mode_enabled", True)),
        request_urls={name: url for name, url in urls.items() if isinstance(url, str) and url},
    )


def _named(by: str, rows: Any) -> dict[str, Json]:
    return {_text(row[by], ""): row for row in _listed(dict, rows)}


def _listed(kind: type, value: Any) -> list[Any]:
    """A list of things of this kind, empty when it is not there."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        raise TypeError(f"{value!r} is no list of {'texts' if kind is str else 'objects'}")
    return value


def _text(value: Any, otherwise: str) -> str:
    if value in (None, ""):
        return otherwise
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{value!r} is no text")
    return value

"""What a person types, turned into what Slack stores: escaped text with references, and its rich_text block."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.arguments import Json
from sandbox.workspace import Workspace

TOKEN = re.compile(r"<(?:@[UWB]\w+|#[CDG]\w+|!\w+(?:\^\w+)?|https?://[^\s<>|]+|mailto:[^\s<>|]+)(?:\|[^<>]*)?>")
URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"]")
NAME = re.compile(r"(?<![\w<@#])([@#])([\w][\w.-]*)")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def composed(workspace: Workspace, text: str) -> str:
    """A message as Slack's composer sends it: `@ana` and links become references, the rest is escaped."""
    return _outside_tokens(text, lambda part: _linked(part, lambda words: _referenced(workspace, words, label=False)))


def escaped_command(workspace: Workspace, text: str) -> str:
    """Command text under `should_escape`: `@ana` becomes `<@UANA|ana>`, `#wins` `<#C0WINS|wins>`."""
    text = re.sub(r"<@(\w+)>", lambda found: f"@{_handle(workspace, found[1])}", text)
    return _outside_tokens(text, lambda part: _linked(part, lambda words: _referenced(workspace, words, label=True)))


def rich_text(text: str, block_id: str) -> Json:
    """The rich_text block Slack adds to what people type."""
    parts: list[Json] = []
    end = 0
    for found in TOKEN.finditer(text):
        if found.start() > end:
            parts.append({"type": "text", "text": _plain(text[end : found.start()])})
        parts.append(_element(found[0][1:-1]))
        end = found.end()
    if end < len(text):
        parts.append({"type": "text", "text": _plain(text[end:])})
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": "rich_text_section", "elements": parts}],
    }


def mentions(text: str, user_id: str) -> bool:
    return re.search(rf"<@{user_id}(\||>)", text) is not None


def _element(token: str) -> Json:
    target, _, label = token.partition("|")
    if target[0] == "@":
        return {"type": "user", "user_id": target[1:]}
    if target[0] == "#":
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target[0] == "!":
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": _plain(target)} | ({"text": _plain(label)} if label else {})


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _outside_tokens(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    end = 0
    for found in TOKEN.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def _linked(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    end = 0
    for found in URL.finditer(text):
        parts += [change(text[end : found.start()]), f"<{escape(found[0])}>"]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def _referenced(workspace: Workspace, text: str, *, label: bool) -> str:
    text = escape(text)
    for user in workspace.state["users"].values():  # full names hold spaces, so they go before handles
        if f"@{user['name']}" in text:
            text = text.replace(f"@{user['name']}", f"@{user['handle']}")

    def reference(found: re.Match[str]) -> str:
        name = found[2].rstrip(".-")
        rest = found[2][len(name) :]
        if found[1] == "@":
            if name in ("here", "channel", "everyone"):
                return f"<!{name}>{rest}"
            user = workspace.user(name)
            if user:
                return (f"<@{user['id']}|{user['handle']}>" if label else f"<@{user['id']}>") + rest
            group = next((one for one in workspace.state["user_groups"] if one["handle"] == name), None)
            return f"<!subteam^{group['id']}|@{name}>{rest}" if group else found[0]
        channel = workspace.channel(f"#{name}")
        return f"<#{channel['id']}|{name}>{rest}" if channel else found[0]

    return NAME.sub(reference, text)


def _handle(workspace: Workspace, user_id: str) -> str:
    user = workspace.user(user_id)
    return user["handle"] if user else user_id

"""What the tests of the Web API share: Slack's documented methods, and small valid parts to build calls from."""

import json
from pathlib import Path
from typing import Any

from sandbox.methods import METHODS
from sandbox.methods.differences import COMMON, SEEN

Json = dict[str, Any]
CONTRACT = Path(__file__).parents[1] / "fixtures" / "slack-methods.json"
EVERY_SCOPE = sorted({scope for method in METHODS.values() for scope in method.scopes})


def documented() -> Json:
    """Slack's method contracts, by name."""
    found: Json = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return found


def errors_of(contract: Json, name: str) -> set[str]:
    return set(COMMON) - {"fatal_error"} | set(SEEN.get(name, ())) | set(contract[name]["errors"])


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**changes: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go"} | changes


def modal(**changes: Any) -> Json:
    return {"type": "modal", "title": plain("T"), "blocks": [section("x")]} | changes


PLAUSIBLE: Json = {
    "channel": "C0ASK",
    "channel_id": "C0ASK",
    "user": "UANA",
    "users": "UANA",
    "user_id": "UANA",
    "email": "ana@brightwater.example",
    "ts": "1.000001",
    "thread_ts": "1.000001",
    "message_ts": "1.000001",
    "timestamp": "1.000001",
    "name": "tada",
    "status": "x",
    "title": "x",
    "prompts": [],
    "usergroup": "SFIELD",
    "view": modal(),
    "bot": "BFRONTLINE",
    "text": "x",
    "post_at": 2_000_000_000,
    "scheduled_message_id": "Q1",
    "type": "link",
    "topic": "x",
    "purpose": "x",
    "file": "F1",
    "files": [{"id": "F1"}],
    "filename": "x.png",
    "length": 3,
    "channels": "C0ASK",
    "external_id": "x",
    "external_url": "https://example.com/x",
    "invite_id": "I1",
    "action": "upgrade",
    "target_team": "TBRIGHT",
    "channel_name": "x",
    "query": "x",
}

"""What a person does in Slack: writing, clicking, submitting. Each act returns once the app has acknowledged it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sandbox.acts import clicks, commands, messages, modals
from sandbox.acts.act import Act
from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack

ACTS: dict[str, Callable[[Act], Awaitable[Json]]] = {
    "message": messages.write,
    "command": commands.command,
    "type": clicks.enter,
    "click": clicks.click,
    "select": clicks.enter,
    "suggest": clicks.suggest,
    "submit": modals.submit,
    "close": modals.close,
    "shortcut": commands.shortcut,
    "react": messages.react,
    "open_home": commands.open_home,
    "open_messages": commands.open_messages,
    "edit": messages.edit,
    "delete": messages.delete,
    "invite": messages.invite,
    "kick": messages.kick,
    "unfurl": messages.unfurl,
}


async def perform(slack: LocalSlack, given: Json) -> Json:
    act = Act(slack, given)
    slack.journal.add("act", act=act.id, arguments=given)
    try:
        known = ACTS.get(act.text("do"))
        if known is None:
            raise Refused("unknown_act", message=f"do is one of {', '.join(ACTS)}")
        return {"ok": True, "acked_ms": None, "response": None, **await known(act), "act": act.id}
    except Refused as refusal:
        words = refusal.code.replace("_", " ")
        return {"message": words, **refusal.answer(), "acked_ms": None, "response": None, "act": act.id}

"""What a person does in Slack: writing, clicking, submitting. Each act returns once the app has acknowledged it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sandbox.acts import channels, clicks, commands, messages, modals, people
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
    "pin": channels.pin,
    "upload": channels.upload,
    "join": channels.join,
    "leave": channels.leave,
    "create_channel": channels.create,
    "rename_channel": channels.rename,
    "archive_channel": channels.archive,
    "group_message": channels.group_message,
    "direct_message": channels.direct_message,
    "look": people.look,
    "add_person": people.add,
    "change_person": people.change,
    "deactivate_person": people.deactivate,
    "uninstall": people.uninstall,
}


async def perform(slack: LocalSlack, given: Json) -> Json:
    act = Act(slack, given)
    entry = slack.journal.add("act", act=act.id, arguments=given)
    try:
        known = ACTS.get(act.text("do"))
        if known is None:
            raise Refused("unknown_act", message=f"do is one of {', '.join(ACTS)}")
        return {"ok": True, "acked_ms": None, "response": None, **await known(act), "act": act.id}
    except Refused as refusal:
        entry["error"] = refusal.code
        words = refusal.code.replace("_", " ")
        return {"message": words, **refusal.answer(), "acked_ms": None, "response": None, "act": act.id}

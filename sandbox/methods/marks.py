"""reactions.*, pins.* and bookmarks.*: what people put on messages and channels."""

from __future__ import annotations

import re

from sandbox.arguments import Json, Refused
from sandbox.deliveries import Envelope
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import TS
from sandbox.methods.table import Call, method, page, visible_channel

EMOJI = re.compile(r"[\w+'-]+(::skin-tone-[2-6])?")
LINK = re.compile(r"https?://\S+")
MAX_PINS = MAX_BOOKMARKS = 100


# Reactions


@method("reactions.add", tier=3, required=["channel", "name", "timestamp"], scopes=["reactions:write"])
def add_reaction(slack: LocalSlack, call: Call) -> Json:
    channel, message = _item(slack, call)
    if channel["is_archived"]:
        raise Refused("is_archived")
    slack.react(channel, message, slack.workspace.bot["user_id"], _emoji_name(call), act=call.act)
    return {}


@method("reactions.remove", tier=2, required=["name"], scopes=["reactions:write"])
def remove_reaction(slack: LocalSlack, call: Call) -> Json:
    channel, message = _item(slack, call)
    slack.react(channel, message, slack.workspace.bot["user_id"], _emoji_name(call), remove=True, act=call.act)
    return {}


@method("reactions.get", tier=3, scopes=["reactions:read"])
def get_reactions(slack: LocalSlack, call: Call) -> Json:
    channel, message = _item(slack, call)
    shown = slack.workspace.message_out(channel["id"], message)
    return {"type": "message", "channel": channel["id"], "message": shown}


@method("reactions.list", tier=2, scopes=["reactions:read"])
def list_reactions(slack: LocalSlack, call: Call) -> Json:
    user = call.text("user") or slack.workspace.bot["user_id"]
    if user not in slack.workspace.state["users"]:
        raise Refused("user_not_found")
    found = [
        {"type": "message", "channel": channel["id"], "message": slack.workspace.message_out(channel["id"], message)}
        for channel in slack.workspace.channels.values()
        if slack.workspace.has_bot(channel)
        for message in slack.workspace.messages(channel["id"])
        if any(user in reaction["users"] for reaction in message.get("reactions", ()))
    ]
    items, following = page(found[::-1], call, "invalid_arguments")
    return {"items": items, "response_metadata": following}


def _emoji_name(call: Call) -> str:
    emoji = call.text("name").strip(":")
    if not EMOJI.fullmatch(emoji) or len(emoji) > 100:
        raise Refused("invalid_name")
    return emoji


def _item(slack: LocalSlack, call: Call) -> tuple[Json, Json]:
    if "channel" not in call or "timestamp" not in call:
        raise Refused("no_item_specified")
    channel = visible_channel(slack, call.text("channel"))
    message = slack.workspace.message(channel["id"], call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    return channel, message


# Pins


@method("pins.add", tier=2, required=["channel"], scopes=["pins:write"])
def add_pin(slack: LocalSlack, call: Call) -> Json:
    channel, message = _pinnable(slack, call)
    pin_message(slack, channel, message, slack.workspace.bot["user_id"], call.act)
    return {}


@method("pins.remove", tier=2, required=["channel"], scopes=["pins:write"])
def remove_pin(slack: LocalSlack, call: Call) -> Json:
    channel, message = _pinnable(slack, call)
    unpin_message(slack, channel, message, slack.workspace.bot["user_id"], call.act)
    return {}


@method("pins.list", tier=2, required=["channel"], scopes=["pins:read"])
def list_pins(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    items = []
    for pin in reversed(slack.workspace.state["pins"].get(channel["id"], [])):
        message = slack.workspace.message(channel["id"], pin["ts"])
        if message:
            items.append(_pin(slack, channel, message, pin))
    return {"items": items}


def pin_message(slack: LocalSlack, channel: Json, message: Json, user: str, act: str | None) -> list[Envelope]:
    """Pins it for this user.

    Raises:
        Refused: `already_pinned` or `too_many_pins`.
    """
    pins: list[Json] = slack.workspace.state["pins"].setdefault(channel["id"], [])
    if any(pin["ts"] == message["ts"] for pin in pins):
        raise Refused("already_pinned")
    if len(pins) >= MAX_PINS:
        raise Refused("too_many_pins")
    pin = {"ts": message["ts"], "created": slack.workspace.stamp() // 1_000_000, "created_by": user}
    pins.append(pin)
    return _tell_pin(slack, "pin_added", channel, message, pin, user, act)


def unpin_message(slack: LocalSlack, channel: Json, message: Json, user: str, act: str | None) -> list[Envelope]:
    """Takes the pin off.

    Raises:
        Refused: `no_pin`.
    """
    pins: list[Json] = slack.workspace.state["pins"].get(channel["id"], [])
    pin = next((one for one in pins if one["ts"] == message["ts"]), None)
    if pin is None:
        raise Refused("no_pin")
    pins.remove(pin)
    return _tell_pin(slack, "pin_removed", channel, message, pin, user, act)


def _pinnable(slack: LocalSlack, call: Call) -> tuple[Json, Json]:
    channel = visible_channel(slack, call.text("channel"))
    if "timestamp" not in call:
        raise Refused("no_item_specified")
    if not TS.fullmatch(call.text("timestamp")):
        raise Refused("bad_timestamp")
    if not slack.workspace.has_bot(channel):
        raise Refused("channel_not_found")
    message = slack.workspace.message(channel["id"], call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    return channel, message


def _pin(slack: LocalSlack, channel: Json, message: Json, pin: Json) -> Json:
    shown = slack.workspace.message_out(channel["id"], message)
    about = {"created": pin["created"], "created_by": pin["created_by"]}
    return {"type": "message", "channel": channel["id"], "message": shown, **about}


def _tell_pin(
    slack: LocalSlack, event: str, channel: Json, message: Json, pin: Json, user: str, act: str | None
) -> list[Envelope]:
    pins = slack.workspace.state["pins"][channel["id"]]
    slack.changed()
    slack.tell({"type": "pins", "channel": channel["id"], "pins": pins}, channel=channel)
    told: Json = {
        "type": event,
        "user": user,
        "channel_id": channel["id"],
        "item": _pin(slack, channel, message, pin),
        "item_user": message.get("user", ""),
        "pin_count": len(pins),
        "has_pins": bool(pins),
        "event_ts": slack.workspace.new_ts(),
    }
    return slack.emit(event, told, channel, act)


# Bookmarks


@method("bookmarks.add", tier=2, required=["title", "type"], scopes=["bookmarks:write"])
def add_bookmark(slack: LocalSlack, call: Call) -> Json:
    channel, bookmarks = _shelf(slack, call)
    if call.text("type") != "link":
        raise Refused("invalid_bookmark_type")
    if not LINK.fullmatch(call.text("link")):
        raise Refused("invalid_link")
    if len(bookmarks) >= MAX_BOOKMARKS:
        raise Refused("too_many_bookmarks")
    now = slack.workspace.stamp() // 1_000_000
    bookmark: Json = {
        "id": slack.workspace.new_id("Bk"),
        "channel_id": channel["id"],
        "title": call.text("title"),
        "link": call.text("link"),
        "emoji": _emoji(call),
        "icon_url": "",
        "type": "link",
        "entity_id": None,
        "date_created": now,
        "date_updated": 0,
        "rank": f"{len(bookmarks):04}",
        "last_updated_by_user_id": slack.workspace.bot["user_id"],
        "last_updated_by_team_id": slack.workspace.team["id"],
        "shortcut_id": None,
        "app_id": None,
    }
    bookmarks.append(bookmark)
    _tell_bookmarks(slack, channel, bookmarks)
    return {"bookmark": bookmark}


@method("bookmarks.edit", tier=2, scopes=["bookmarks:write"])
def edit_bookmark(slack: LocalSlack, call: Call) -> Json:
    channel, bookmarks = _shelf(slack, call)
    bookmark = _bookmark(call, bookmarks)
    if "link" in call and not LINK.fullmatch(call.text("link")):
        raise Refused("invalid_link")
    changes = {name: call.text(name) for name in ("title", "link") if name in call}
    if "emoji" in call:
        changes["emoji"] = _emoji(call)
    bookmark.update(changes, date_updated=slack.workspace.stamp() // 1_000_000)
    _tell_bookmarks(slack, channel, bookmarks)
    return {"bookmark": bookmark}


@method("bookmarks.remove", tier=2, scopes=["bookmarks:write"])
def remove_bookmark(slack: LocalSlack, call: Call) -> Json:
    channel, bookmarks = _shelf(slack, call)
    bookmarks.remove(_bookmark(call, bookmarks))
    _tell_bookmarks(slack, channel, bookmarks)
    return {}


@method("bookmarks.list", tier=3, scopes=["bookmarks:read"])
def list_bookmarks(slack: LocalSlack, call: Call) -> Json:
    return {"bookmarks": _shelf(slack, call)[1]}


def _shelf(slack: LocalSlack, call: Call) -> tuple[Json, list[Json]]:
    channel = visible_channel(slack, call.text("channel_id"))
    if not slack.workspace.has_bot(channel):
        raise Refused("channel_not_found")
    bookmarks: list[Json] = slack.workspace.state["bookmarks"].setdefault(channel["id"], [])
    return channel, bookmarks


def _bookmark(call: Call, bookmarks: list[Json]) -> Json:
    for bookmark in bookmarks:
        if bookmark["id"] == call.text("bookmark_id"):
            return bookmark
    raise Refused("not_found")


def _emoji(call: Call) -> str:
    emoji = call.text("emoji")
    if emoji and not EMOJI.fullmatch(emoji.strip(":")):
        raise Refused("invalid_emoji")
    return emoji


def _tell_bookmarks(slack: LocalSlack, channel: Json, bookmarks: list[Json]) -> None:
    slack.changed()
    slack.tell({"type": "bookmarks", "channel": channel["id"], "bookmarks": bookmarks}, channel=channel)

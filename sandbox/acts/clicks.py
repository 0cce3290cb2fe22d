"""Buttons and inputs, in messages, modals and App Home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.acts.act import Act, asked, channel_name, interaction
from sandbox.arguments import Json, Refused
from sandbox.elements import elements_of, leaves
from sandbox.views import initial, is_stateful

THUMBS = ("positive", "negative")
Place = tuple[str, Json, Json | None]  # ("message" | "ephemeral" | "view", what holds the blocks, its channel)


async def click(act: Act) -> Json:
    """A button, a feedback button, an overflow entry, or a choice in a select."""
    place, block, element = _found(act)
    if is_stateful(element):
        return await _enter(act, place, block, element)
    return await _dispatch(act, place, _action(act, block, element))


async def enter(act: Act) -> Json:
    """Fills an input; the app hears of it only where the block dispatches, and not with `dispatch` false."""
    place, block, element = _found(act)
    if not is_stateful(element):
        return await _dispatch(act, place, _action(act, block, element))
    return await _enter(act, place, block, element)


async def _enter(act: Act, place: Place, block: Json, element: Json) -> Json:
    state = act.entered(element, act.given.get("value", act.given.get("text")))
    values = _values(act, place)
    values.setdefault(block["block_id"], {})[element["action_id"]] = state
    act.slack.changed()
    if block["type"] == "input" and not (block.get("dispatch_action") and act.flag("dispatch", True)):
        return {"view": place[1]} if place[0] == "view" else {}
    action = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    return await _dispatch(act, place, action | state | {"action_ts": act.workspace.new_ts()})


def _found(act: Act) -> tuple[Place, Json, Json]:
    """The element meant, where this user sees it. By action_id; block_id and value narrow it down.

    A value that no such button has is sent in place of its own, as a tampering client would.

    Raises:
        Refused: `action_not_found` or `message_not_found`; with `forge` the click is sent all the same.
    """
    user, value = act.user, act.given.get("value")
    wanted, block_id = act.text("action_id"), act.text("block_id")
    near: tuple[Place, Json, Json] | None = None
    origin: Place | None = None
    for place in _places(act):
        origin = origin or place
        for block in leaves(place[1].get("blocks")):
            for element in elements_of(block):
                named = element.get("action_id") == wanted if wanted else block.get("block_id") == block_id
                if named and block_id in ("", block.get("block_id")) and _is_shown(element, user):
                    if _fits(element, value):
                        return place, block, element
                    near = near or (place, block, element | {"value": value if act.forged else act.text("value")})
    if near:
        return near
    if act.forged:
        text = {"type": "plain_text", "text": "forged"}
        button = {"type": "button", "action_id": wanted, "text": text, "value": value}
        return origin or _made_up(act), {"type": "actions", "block_id": block_id or "forged"}, button
    if origin is None and "message_ts" in act:
        raise Refused("message_not_found", message=f"{user['id']} sees no message {act.text('message_ts')!r} there")
    raise Refused("action_not_found", message=f"{user['id']} sees no {wanted or block_id!r} there")


def _places(act: Act) -> Iterator[Place]:
    """Where to look: what view_id or message_ts names, else the open modal, the home, then the newest messages."""
    workspace, user = act.workspace, act.user
    if "view_id" in act:
        yield "view", act.view(), None
        return
    ts = act.text("message_ts") or act.text("ts")
    if not ts and "channel" not in act:
        for view in reversed(workspace.stack(user["id"])[-1:]):
            yield "view", view, None
        home = workspace.state["homes"].get(user["id"])
        if home:
            yield "view", home, None
    channels = [act.channel()] if "channel" in act else list(workspace.channels.values())
    for channel in channels:
        if not (workspace.sees(user["id"], channel) or act.forged):
            continue
        private = [one for one in workspace.state["ephemerals"] if one["channel"] == channel["id"]]
        mine = [("ephemeral", one) for one in private if one["user"] == user["id"] or act.forged]
        every = [*mine, *(("message", one) for one in workspace.messages(channel["id"]))]
        for kind, holder in sorted(every, key=lambda one: str(one[1]["ts"]), reverse=True):
            if ts in ("", holder["ts"]):
                yield kind, holder, channel


def _made_up(act: Act) -> Place:
    """A message that was never there, for a click in it."""
    ts = act.text("message_ts") or act.workspace.new_ts()
    return "message", {"type": "message", "ts": ts, "text": "", "blocks": []}, act.channel()


def _is_shown(element: Json, user: Json) -> bool:
    only = element.get("visible_to_user_ids")
    return not only or user["id"] in only


def _fits(element: Json, value: Any) -> bool:
    if element.get("type") == "feedback_buttons":
        return any(value in _names(element, side) for side in THUMBS)
    return value is None or element.get("type") != "button" or value in (element.get("value"), element["text"]["text"])


def _names(element: Json, side: str) -> tuple[str, str, str]:
    button = element[f"{side}_button"]
    return side, button["value"], button["text"]["text"]


def _action(act: Act, block: Json, element: Json) -> Json:
    action = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    action["action_ts"] = act.workspace.new_ts()
    if element["type"] == "overflow":
        return action | act.entered(element, act.given.get("value"))
    pressed = element
    if element["type"] == "feedback_buttons":
        sides = [side for side in THUMBS if act.given.get("value") in _names(element, side)]
        pressed = element[f"{sides[0]}_button"] if sides else element
    return action | {name: pressed[name] for name in ("text", "value", "style", "url", "confirm") if name in pressed}


def _values(act: Act, place: Place) -> Json:
    kind, holder, channel = place
    if kind == "view":
        values: Json = holder["state"]["values"]
        return values
    key = f"{act.user['id']}:{(channel or {}).get('id')}:{holder['ts']}"
    kept: Json = act.workspace.state["inputs"].setdefault(key, {})
    for block in leaves(holder.get("blocks")):
        for element in elements_of(block):
            if is_stateful(element):
                kept.setdefault(block["block_id"], {}).setdefault(element["action_id"], initial(element))
    return kept


async def suggest(act: Act) -> Json:
    """Types into an external select; the response carries the options the app offers."""
    place, block, element = _found(act)
    payload = interaction(act, act.user, "block_suggestion") | _origin(act, place)
    payload |= {"block_id": block["block_id"], "action_id": element["action_id"], "value": act.text("value")}
    del payload["trigger_id"]
    return await asked(act, act.user, "interactive", payload)


async def _dispatch(act: Act, place: Place, action: Json) -> Json:
    payload = interaction(act, act.user, "block_actions") | _origin(act, place) | {"actions": [action]}
    if place[0] != "view":
        holder, channel = place[1], place[2] or {}
        thread_ts = holder.get("thread_ts")
        where = {"user": act.user["id"], "channel": channel["id"], "ts": holder["ts"], "thread_ts": thread_ts}
        payload |= {"state": {"values": _values(act, place)}}
        payload |= {"response_url": act.slack.response_url("actions", act.id, **where)}
    answer = await asked(act, act.user, "interactive", payload)
    message = _now(act, place)
    return answer | ({"message": message} if message else {})


def _now(act: Act, place: Place) -> Json | None:
    """The message as the app left it, if it is still there."""
    kind, holder, channel = place
    if kind == "view" or channel is None:
        return None
    if kind == "ephemeral":
        return act.workspace.ephemeral(holder["user"], holder["ts"])
    message = act.workspace.message(channel["id"], holder["ts"])
    return act.workspace.message_out(channel["id"], message) | {"channel": channel["id"]} if message else None


def _origin(act: Act, place: Place) -> Json:
    """Where it happened, as the payload tells it. Of an ephemeral message the app gets no copy."""
    kind, holder, channel = place
    if kind == "view":
        act.slack.journal.remember(act.id, holder["id"])
        return {"container": {"type": "view", "view_id": holder["id"]}, "view": holder}
    channel = channel or {}
    container = {"type": "message", "message_ts": holder["ts"], "channel_id": channel["id"]}
    container["is_ephemeral"] = kind == "ephemeral"
    if holder.get("thread_ts"):
        container["thread_ts"] = holder["thread_ts"]
    act.slack.journal.remember(act.id, f"{channel['id']}:{holder['ts']}", f"{channel['id']}:{holder.get('thread_ts')}")
    told = {"container": container, "channel": {"id": channel["id"], "name": channel_name(channel)}}
    return told | ({"message": act.workspace.message_out(channel["id"], holder)} if kind == "message" else {})

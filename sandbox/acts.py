"""What a person does in Slack: writing, clicking, submitting. Each act returns once the app has acknowledged it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from sandbox.arguments import Arguments, Json, Refused, bad_arguments
from sandbox.limits import MODAL, check_view, elements_of
from sandbox.local_slack import LocalSlack
from sandbox.methods.people import EMOJI
from sandbox.methods.table import Call
from sandbox.mrkdwn import composed, escaped_command, mentions, rich_text
from sandbox.responses import say
from sandbox.sockets import Envelope
from sandbox.views import (
    MAX_STACK,
    TEXT_INPUTS,
    complete,
    entered,
    initial,
    is_stateful,
    refuse_known_external_id,
    value_field,
)
from sandbox.workspace import Workspace

MAX_TYPED = 40_000


class Act(Arguments):
    """One act: what was asked, by whom, and its number in the journal."""

    def __init__(self, slack: LocalSlack, given: Json) -> None:
        super().__init__(dict(given))
        self.slack, self.id = slack, slack.journal.begin_act()
        self.started = time.monotonic()
        self.forged = self.flag("forge")

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def user(self) -> Json:
        user = self.workspace.user(self.text("user"))
        if user is None:
            raise Refused("user_not_found", message=f"nobody is called {self.text('user')!r}")
        return user

    def channel(self) -> Json:
        """By id, name, `dm` or the bot's name; only what the user sees."""
        name, user = self.text("channel"), self.user
        bot = self.workspace.user(name) if name else None
        if name == "dm" or (bot and bot["id"] == self.workspace.bot["user_id"]):
            return self.workspace.direct_message(user["id"])
        channel = self.workspace.channel(name)
        if channel is None or not (self.workspace.sees(user["id"], channel) or self.forged):
            raise Refused("channel_not_found", message=f"{user['id']} sees no channel {name!r}")
        return channel

    def message(self) -> tuple[Json, Json]:
        """The channel and message named by `message_ts`."""
        channel = self.channel()
        message = self.workspace.message(channel["id"], self.text("message_ts") or self.text("ts"))
        if message is None:
            raise Refused("message_not_found")
        return channel, message


async def perform(slack: LocalSlack, given: Json) -> Json:
    act = Act(slack, given)
    slack.journal.add("act", act=act.id, arguments=given)
    known = ACTS.get(act.text("do"))
    try:
        if known is None:
            raise Refused("unknown_act", message=f"do is one of {', '.join(ACTS)}")
        return {"ok": True, "acked_ms": None, "response": None, **await known(act), "act": act.id}
    except Refused as refusal:
        return {**refusal.answer(), "acked_ms": None, "act": act.id}


# Messages


async def write(act: Act) -> Json:
    channel, user = act.channel(), act.user
    if user["id"] not in channel["members"]:
        raise Refused("not_in_channel", message=f"{user['id']} is not in {channel['name']}")
    if channel["is_archived"]:
        raise Refused("is_archived")
    if channel["is_im"] and (not act.slack.manifest.messages_tab or act.slack.manifest.messages_tab_read_only):
        raise Refused("messages_tab_disabled")
    text = composed(act.workspace, act.text("text"))
    if not text.strip():
        raise Refused("no_text")
    if len(text) > MAX_TYPED:
        raise Refused("msg_too_long", message=f"{len(text)} characters; Slack takes {MAX_TYPED}")
    thread_ts = act.text("thread_ts")
    if thread_ts:
        root = act.workspace.message(channel["id"], thread_ts)
        if root is None:
            raise Refused("thread_not_found")
        thread_ts = root.get("thread_ts", thread_ts)
    message = _authored(act.workspace, user, text) | ({"thread_ts": thread_ts} if thread_ts else {})
    posted, envelopes = act.slack.post(channel, message, act.id)
    bot = act.workspace.bot
    if mentions(text, bot["user_id"]) and not act.workspace.has_bot(channel):
        invitation = f"Invite it with /invite @{bot['name']}."
        act.slack.notice(user["id"], f"{bot['name']} is not in #{channel['name']}. {invitation}")
    return {"message": posted | {"channel": channel["id"]}, **await _acknowledged(act, envelopes)}


def _authored(workspace: Workspace, user: Json, text: str) -> Json:
    if user["is_bot"]:
        bot = {"subtype": "bot_message", "bot_id": user["bot_id"], "username": user["name"]}
        return {"text": text, "team": user["team_id"], **bot}
    message: Json = {
        "user": user["id"],
        "client_msg_id": workspace.new_id("").lower().rjust(32, "0"),
        "text": text,
        "team": user["team_id"],
        "blocks": [rich_text(text, workspace.new_id("b"))],
    }
    if user.get("is_stranger"):
        profile = {"real_name": user["name"], "display_name": user["handle"], "name": user["handle"]}
        message |= {"user_team": user["team_id"], "source_team": user["team_id"], "user_profile": profile}
    return message


async def edit(act: Act) -> Json:
    channel, message = act.message()
    if message.get("user") != act.user["id"]:
        raise Refused("cant_update_message")
    text = composed(act.workspace, act.text("text"))
    if not text.strip():
        raise Refused("no_text")
    changes = {"text": text, "blocks": [rich_text(text, act.workspace.new_id("b"))]}
    envelopes = act.slack.edit(channel, message, changes, act.user["id"], act.id)
    return {"message": message, **await _acknowledged(act, envelopes)}


async def delete(act: Act) -> Json:
    channel, message = act.message()
    if message.get("user") != act.user["id"] and not act.user.get("is_admin"):
        raise Refused("cant_delete_message")
    return await _acknowledged(act, act.slack.delete(channel, message, act.id))


async def unfurl(act: Act) -> Json:
    """Slack itself adds a link's preview to a message: a change nobody made."""
    channel, message = act.message()
    preview = {"id": 1, "title": act.text("text", "A page"), "from_url": "https://example.com/", "fallback": "A page"}
    envelopes = act.slack.edit(channel, message, {"attachments": [preview]}, None, act.id)
    return {"message": message, **await _acknowledged(act, envelopes)}


async def react(act: Act) -> Json:
    channel, message = act.message()
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    emoji = act.text("emoji").strip(":")
    if not EMOJI.fullmatch(emoji) or len(emoji) > 100:
        raise Refused("invalid_name")
    envelopes = act.slack.react(channel, message, act.user["id"], emoji, remove=act.flag("remove"), act=act.id)
    return {"message": message, **await _acknowledged(act, envelopes)}


async def invite(act: Act) -> Json:
    """A member adds somebody to the channel, the app's bot unless `target` says otherwise."""
    channel = act.channel()
    target = act.workspace.user(act.text("target") or act.workspace.bot["user_id"])
    if target is None or channel["is_im"]:
        raise Refused("cant_invite")
    if act.user["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    if target["id"] in channel["members"]:
        raise Refused("already_in_channel")
    return await _acknowledged(act, act.slack.join(channel, target["id"], act.user["id"], act.id))


async def kick(act: Act) -> Json:
    """A member removes somebody from the channel, the app's bot unless `target` says otherwise."""
    channel = act.channel()
    target = act.workspace.user(act.text("target") or act.workspace.bot["user_id"])
    if target is None or channel["is_im"] or target["id"] not in channel["members"]:
        raise Refused("not_in_channel")
    return await _acknowledged(act, act.slack.leave(channel, target["id"], act.id))


async def _acknowledged(act: Act, envelopes: list[Envelope]) -> Json:
    """Waits for the app to acknowledge all, unless nobody is connected; the message stands either way."""
    if not envelopes or not act.slack.sockets.connections:
        return {"acked_ms": None, "delivered": False}
    await asyncio.gather(*(act.slack.sockets.wait(envelope, act.slack.limits.ack_seconds) for envelope in envelopes))
    ends = [envelope.acked_at for envelope in envelopes if envelope.acked_at is not None]
    acked_ms = round((max(ends) - act.started) * 1000, 1) if len(ends) == len(envelopes) else None
    return {"acked_ms": acked_ms, "delivered": any(envelope.attempts for envelope in envelopes)}


# App Home


async def open_home(act: Act) -> Json:
    if not act.slack.manifest.home_tab:
        raise Refused("home_tab_disabled")
    return await _open_tab(act, "home")


async def open_messages(act: Act) -> Json:
    if not act.slack.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    return await _open_tab(act, "messages")


async def _open_tab(act: Act, tab: str) -> Json:
    user = act.user
    if user["is_bot"] or user.get("is_stranger"):
        raise Refused("user_not_found", message=f"{user['id']} has no App Home here")
    channel = act.workspace.direct_message(user["id"])
    act.slack.journal.remember(act.id, user["id"], channel["id"])
    event: Json = {"type": "app_home_opened", "user": user["id"], "channel": channel["id"], "tab": tab}
    view = act.workspace.state["homes"].get(user["id"])
    if tab == "home" and view:
        event["view"] = view
    envelopes = act.slack.emit("app_home_opened", event | {"event_ts": act.workspace.new_ts()}, channel, act.id)
    answer = await _acknowledged(act, envelopes)
    return answer | {"channel": channel["id"], "view": act.workspace.state["homes"].get(user["id"])}


# Commands and shortcuts


async def command(act: Act) -> Json:
    name, _, text = act.text("text").strip().partition(" ")
    if "command" in act:
        name, text = act.text("command"), act.text("text")
    if name in ("/invite", "/kick", "/remove"):
        act.given["target"] = text.strip()
        return await (invite if name == "/invite" else kick)(act)
    known = act.slack.manifest.commands.get(name)
    user = act.user
    if known is None or "commands" not in act.slack.manifest.scopes:
        act.slack.notice(user["id"], f"{name} is not a valid command.")
        raise Refused("unknown_command", message=f"{name!r} is not one of {', '.join(act.slack.manifest.commands)}")
    channel = act.channel()
    text = text.strip()
    where: Json = {"user": user["id"], "channel": channel["id"]}
    url = act.slack.response_url("commands", act.id, **where)
    token = url.rpartition("/")[2]
    acknowledged = act.slack.unacknowledged[token] = asyncio.Event()
    team = act.workspace.team
    payload = {
        "token": "sandbox",
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": channel["id"],
        "channel_name": _channel_name(channel),
        "user_id": user["id"],
        "user_name": user["handle"],
        "command": name,
        "text": escaped_command(act.workspace, text) if known.get("should_escape") else text,
        "api_app_id": act.workspace.bot["app_id"],
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": act.slack.trigger(user["id"], act.id),
    }
    try:
        envelope, answer = await _asked(act, user, "slash_commands", payload)
        if envelope.response and set(envelope.response) & {"text", "blocks", "attachments"}:
            stored = act.workspace.state["response_urls"].get(token, where)
            say(act.slack, stored, Call(envelope.response, act.id))
    except Refused as refusal:
        act.slack.notice(user["id"], f"{name} failed with the error “{refusal.code}”.")
        raise
    finally:
        acknowledged.set()
        del act.slack.unacknowledged[token]
    return answer


async def shortcut(act: Act) -> Json:
    known = act.slack.manifest.shortcuts.get(act.text("callback_id"))
    if known is None or "commands" not in act.slack.manifest.scopes:
        raise Refused("unknown_shortcut", message=f"callback_id is one of {', '.join(act.slack.manifest.shortcuts)}")
    user = act.user
    payload = _interaction(act, user, "shortcut") | {
        "callback_id": act.text("callback_id"),
        "action_ts": act.workspace.new_ts(),
    }
    if known.get("type") == "message":
        channel, message = act.message()
        where = {"user": user["id"], "channel": channel["id"], "ts": message["ts"]}
        payload |= {
            "type": "message_action",
            "message_ts": message["ts"],
            "message": act.workspace.message_out(channel["id"], message),
            "channel": {"id": channel["id"], "name": _channel_name(channel)},
            "response_url": act.slack.response_url("actions", act.id, **where),
        }
    _, answer = await _asked(act, user, "interactive", payload)
    return answer


async def _asked(act: Act, user: Json, kind: str, payload: Json) -> tuple[Envelope, Json]:
    """Sends a command or interaction; the answer carries the modal it opened or changed."""
    before = [view["hash"] for view in act.workspace.stack(user["id"])]
    act.slack.journal.remember(act.id, user["id"])
    envelope = await act.slack.sockets.ask(kind, payload, act.id)
    acked_ms = round(((envelope.acked_at or 0) - act.started) * 1000, 1)
    answer: Json = {"acked_ms": acked_ms, "response": envelope.response}
    stack = act.workspace.stack(user["id"])
    if stack and stack[-1]["hash"] not in before:
        answer["view"] = stack[-1]
    return envelope, answer


def _interaction(act: Act, user: Json, kind: str) -> Json:
    team = act.workspace.team
    return {
        "type": kind,
        "token": "sandbox",
        "team": {"id": team["id"], "domain": team["domain"]},
        "user": {"id": user["id"], "username": user["handle"], "name": user["handle"], "team_id": user["team_id"]},
        "api_app_id": act.workspace.bot["app_id"],
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": act.slack.trigger(user["id"], act.id),
    }


def _channel_name(channel: Json) -> str:
    if channel["is_im"]:
        return "directmessage"
    return "privategroup" if channel["is_private"] else str(channel["name"])


# Clicks and inputs

Place = tuple[str, Json, Json | None]  # ("message" | "ephemeral" | "view", what holds the blocks, its channel)


async def click(act: Act) -> Json:
    """A button, a feedback button, an overflow entry, or a choice in a select."""
    place, block, element = _found(act)
    if is_stateful(element):
        return await _enter(act, place, block, element)
    return await _dispatch(act, place, _action(act, block, element))


async def enter(act: Act) -> Json:
    """Fills an input; the app hears of it only where the block dispatches."""
    place, block, element = _found(act)
    if not is_stateful(element):
        return await _dispatch(act, place, _action(act, block, element))
    return await _enter(act, place, block, element)


async def _enter(act: Act, place: Place, block: Json, element: Json) -> Json:
    state = entered(act.workspace, element, act.given.get("value"))
    values = _values(act, place)
    values.setdefault(block["block_id"], {})[element["action_id"]] = state
    act.slack.changed()
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {"view": place[1]} if place[0] == "view" else {}
    action = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    return await _dispatch(act, place, action | state | {"action_ts": act.workspace.new_ts()})


def _found(act: Act) -> tuple[Place, Json, Json]:
    """The element meant, where this user sees it. By action_id; block_id and value narrow it down.

    Raises:
        Refused: `action_not_found`; with `forge` the click is sent all the same.
    """
    user, place = act.user, None
    wanted, block_id = act.text("action_id"), act.text("block_id")
    candidates: list[tuple[Place, Json, Json]] = []
    for place in _places(act):
        blocks = place[1].get("blocks") or []
        for block in blocks:
            for element in elements_of(block):
                named = element.get("action_id") == wanted if wanted else block.get("block_id") == block_id
                if named and block_id in ("", block.get("block_id")) and _is_shown(element, user):
                    candidates.append((place, block, element))
        if candidates:
            break
    exact = [one for one in candidates if _fits(one[2], act.given.get("value"))]
    if exact:
        return exact[0]
    if act.forged:
        if place is None:
            raise Refused("message_not_found", message="a forged click still needs a message or view to come from")
        text = {"type": "plain_text", "text": "forged"}
        button = {"type": "button", "action_id": wanted, "text": text, "value": act.text("value")}
        return place, {"type": "actions", "block_id": block_id or "forged"}, button
    raise Refused("action_not_found", message=f"{user['id']} sees no {wanted or block_id!r} there")


def _places(act: Act) -> Iterator[Place]:
    """Where to look: what view_id or message_ts names, else the open modal, the home, then the newest messages."""
    workspace, user = act.workspace, act.user
    if "view_id" in act:
        yield "view", _view(act), None
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


def _is_shown(element: Json, user: Json) -> bool:
    only = element.get("visible_to_user_ids")
    return not only or user["id"] in only


def _fits(element: Json, value: Any) -> bool:
    if value is None or element.get("type") != "button":
        return True
    return value in (element.get("value"), element["text"]["text"])


def _action(act: Act, block: Json, element: Json) -> Json:
    action = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    action["action_ts"] = act.workspace.new_ts()
    if element["type"] == "feedback_buttons":
        wanted = act.text("value")
        for name in ("positive", "negative"):
            button = element[f"{name}_button"]
            if wanted in (name, button["value"], button["text"]["text"]):
                return action | {"value": button["value"], "text": button["text"]}
        raise Refused("action_not_found", message="value is positive, negative, or one of the two buttons' values")
    if element["type"] == "overflow":
        return action | entered(act.workspace, element, act.given.get("value"))
    return action | {name: element[name] for name in ("text", "value", "style", "url") if name in element}


def _values(act: Act, place: Place) -> Json:
    kind, holder, channel = place
    if kind == "view":
        values: Json = holder["state"]["values"]
        return values
    key = f"{act.user['id']}:{(channel or {}).get('id')}:{holder['ts']}"
    kept: Json = act.workspace.state["inputs"].setdefault(key, {})
    for block in holder.get("blocks") or []:
        for element in elements_of(block):
            if is_stateful(element):
                kept.setdefault(block["block_id"], {}).setdefault(element["action_id"], initial(element))
    return kept


async def _dispatch(act: Act, place: Place, action: Json) -> Json:
    kind, holder, channel = place
    user = act.user
    payload = _interaction(act, user, "block_actions")
    if kind == "view":
        payload |= {"container": {"type": "view", "view_id": holder["id"]}, "view": holder}
        act.slack.journal.remember(act.id, holder["id"])
    else:
        place_id = (channel or {})["id"]
        container = {"type": "message", "message_ts": holder["ts"], "channel_id": place_id}
        container["is_ephemeral"] = kind == "ephemeral"
        if holder.get("thread_ts"):
            container["thread_ts"] = holder["thread_ts"]
        where = {"user": user["id"], "channel": place_id, "ts": holder["ts"], "thread_ts": holder.get("thread_ts")}
        payload |= {
            "container": container,
            "channel": {"id": place_id, "name": _channel_name(channel or {})},
            "state": {"values": _values(act, place)},
            "response_url": act.slack.response_url("actions", act.id, **where),
        }
        act.slack.journal.remember(act.id, f"{place_id}:{holder['ts']}", f"{place_id}:{holder.get('thread_ts')}")
        if kind == "message":
            payload["message"] = act.workspace.message_out(place_id, holder)
    payload["actions"] = [action]
    _, answer = await _asked(act, user, "interactive", payload)
    return answer


# Modals


async def submit(act: Act) -> Json:
    view = _view(act)
    _fill(act, view)
    if not act.forged:
        errors = dict(_unfinished(view))
        if errors:  # Slack's own client stops these; the app never hears of them
            return {"response": {"response_action": "errors", "errors": errors}, "view": view}
    user = act.user
    act.slack.journal.remember(act.id, view["id"])
    payload = _interaction(act, user, "view_submission") | {"view": view, "response_urls": []}
    envelope, answer = await _asked(act, user, "interactive", payload)
    changed = _follow(act, user["id"], view, envelope.response or {})
    return answer | ({"view": changed} if changed else {})


async def close(act: Act) -> Json:
    view, user = _view(act), act.user
    stack = act.workspace.stack(user["id"])
    if view not in stack:
        raise Refused("view_not_found")
    cleared = act.flag("all") or bool(view["clear_on_close"])
    act.workspace.state["views"][user["id"]] = [] if cleared else stack[: stack.index(view)]
    act.slack.tell_views(user["id"])
    if not view["notify_on_close"]:
        return {}
    payload = _interaction(act, user, "view_closed") | {"view": view, "is_cleared": cleared}
    del payload["trigger_id"]
    _, answer = await _asked(act, user, "interactive", payload)
    return answer


def _view(act: Act) -> Json:
    """The view named, as this user sees it; with none named, the modal on top. A forged act may name any."""
    stack = act.workspace.stack(act.user["id"])
    if "view_id" not in act:
        if not stack:
            raise Refused("view_not_found", message=f"{act.user['id']} has no modal open")
        return stack[-1]
    found = act.workspace.view(act.text("view_id"))
    if found and (found[0] == act.user["id"] or act.forged):
        return found[1]
    closed: Json | None = act.slack.closed_views.get(act.text("view_id"))
    if closed and act.forged:
        return closed
    raise Refused("view_not_found", message=f"{act.user['id']} has no view {act.text('view_id')!r}")


def _fill(act: Act, view: Json) -> None:
    """`values` by block_id or action_id; the value, or `{action_id: value}`."""
    given = act.given.get("values")
    if given is not None and not isinstance(given, dict):
        raise bad_arguments("must provide an object [json-pointer:/values]")
    inputs = [(block, one) for block in view["blocks"] for one in elements_of(block) if is_stateful(one)]
    for name, value in (given or {}).items():
        for block, element in inputs:
            if name in (block["block_id"], element["action_id"]):
                nested = isinstance(value, dict) and element["action_id"] in value
                state = entered(act.workspace, element, value[element["action_id"]] if nested else value)
                view["state"]["values"].setdefault(block["block_id"], {})[element["action_id"]] = state
                break
        else:
            if not act.forged:
                known = ", ".join(f"{block['block_id']}/{one['action_id']}" for block, one in inputs)
                raise Refused("input_not_found", message=f"no input {name!r}; the view has {known or 'none'}")
    act.slack.changed()


def _unfinished(view: Json) -> Iterator[tuple[str, str]]:
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
        value = state.get(value_field(element["type"]))
        if value in (None, "", []):
            if not block.get("optional"):
                yield block["block_id"], "Please complete this required field."
        elif element["type"] in TEXT_INPUTS and isinstance(value, str):
            least, most = element.get("min_length"), element.get("max_length")
            if isinstance(least, int) and len(value) < least:
                yield block["block_id"], f"Please use at least {least} characters."
            if isinstance(most, int) and len(value) > most:
                yield block["block_id"], f"Please use at most {most} characters."


def _follow(act: Act, user_id: str, view: Json, response: Json) -> Json | None:
    """Does what the acknowledgement asks of the modal; the view now on top, if it changed into one."""
    stack = act.workspace.stack(user_id)
    action = response.get("response_action")
    if action == "errors":
        return view
    if view not in stack:
        return None
    at = stack.index(view)
    if action in ("update", "push"):
        given = response.get("view")
        if not isinstance(given, dict):
            raise bad_arguments("must provide an object [json-pointer:/view]")
        check_view(given, MODAL)
        refuse_known_external_id(act.workspace, given, view if action == "update" else None)
        if action == "update":
            stack[at] = complete(act.workspace, given, old=view)
        elif len(stack) >= MAX_STACK:
            raise Refused("push_limit_reached")
        else:
            stack.append(complete(act.workspace, given, below=view))
    else:
        act.slack.closed_views[view["id"]] = view
        del stack[0 if action == "clear" else at :]
    act.slack.tell_views(user_id)
    return stack[-1] if stack else None


ACTS: dict[str, Callable[[Act], Awaitable[Json]]] = {
    "message": write,
    "command": command,
    "type": enter,
    "click": click,
    "select": enter,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
    "react": react,
    "open_home": open_home,
    "open_messages": open_messages,
    "edit": edit,
    "delete": delete,
    "invite": invite,
    "kick": kick,
    "unfurl": unfurl,
}

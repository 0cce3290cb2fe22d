"""Submitting and closing modals."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.acts.act import Act, asked, interaction
from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.elements import elements_of
from sandbox.limits import check_view
from sandbox.shapes import MODAL
from sandbox.views import (
    MAX_STACK,
    TEXT_INPUTS,
    as_sent,
    complete,
    is_stateful,
    refuse_known_external_id,
    value_field,
)


async def submit(act: Act) -> Json:
    view = act.view()
    _fill(act, view)
    if not act.forged:
        errors = dict(_unfinished(view))
        if errors:  # Slack's own client stops these; the app never hears of them
            return {"response": {"response_action": "errors", "errors": errors}, "view": view}
    user = act.user
    act.slack.journal.remember(act.id, view["id"])
    payload = interaction(act, user, "view_submission") | {"view": view, "response_urls": _response_urls(act, view)}
    answer = await asked(act, user, "interactive", payload)
    changed = _follow(act, user["id"], view, answer["response"] or {})
    return answer | ({"view": changed} if changed else {})


def _response_urls(act: Act, view: Json) -> list[Json]:
    """An address to answer at, for each channel chosen in an input that asks for one."""
    urls = []
    for block in view["blocks"]:
        element = block.get("element") or {}
        if block["type"] == "input" and element.get("response_url_enabled"):
            state = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
            chosen = act.workspace.channel(str(state.get(value_field(element["type"]))))
            if chosen:
                url = act.slack.response_url("actions", act.id, user=act.user["id"], channel=chosen["id"])
                where = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen["id"]}
                urls.append(where | {"response_url": url})
    return urls


async def close(act: Act) -> Json:
    view, user = act.view(), act.user
    stack = act.workspace.stack(user["id"])
    if view not in stack:
        raise Refused("view_not_found")
    cleared = act.flag("all") or bool(view["clear_on_close"])
    act.workspace.state["views"][user["id"]] = [] if cleared else stack[: stack.index(view)]
    act.slack.closed_views.append(view)
    act.slack.tell_views(user["id"])
    if not view["notify_on_close"]:
        return {}
    payload = interaction(act, user, "view_closed") | {"view": view, "is_cleared": cleared}
    del payload["trigger_id"]
    return await asked(act, user, "interactive", payload)


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
                state = act.entered(element, value[element["action_id"]] if nested else value)
                view["state"]["values"].setdefault(block["block_id"], {})[element["action_id"]] = state
                break
        else:
            if not act.forged:
                known = ", ".join(f"{block['block_id']}/{one['action_id']}" for block, one in inputs)
                raise Refused("input_not_found", message=f"no input {name!r}; the view has {known or 'none'}")
            made_up = value if isinstance(value, dict) else {name: value}
            text = {"type": "plain_text_input"}
            view["state"]["values"][name] = {one: as_sent(text, entry) for one, entry in made_up.items()}
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
    at = next((at for at, one in enumerate(stack) if one["id"] == view["id"]), None)
    if at is None:
        return None
    view = stack[at]  # changed meanwhile by views.update, perhaps
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
        act.slack.closed_views.append(view)
        del stack[0 if action == "clear" else at :]
    act.slack.tell_views(user_id)
    return stack[-1] if stack else None

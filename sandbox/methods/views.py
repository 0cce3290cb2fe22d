"""views.*: modals and App Home."""

from __future__ import annotations

from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.limits import check_view
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, method
from sandbox.shapes import HOME, MODAL
from sandbox.views import MAX_STACK, complete, refuse_known_external_id


@method("views.open", tier=4, required=["view"])
def open_view(slack: LocalSlack, call: Call) -> Json:
    given = _given(call, MODAL)
    user_id = _user(slack, call)
    refuse_known_external_id(slack.workspace, given)
    view = complete(slack.workspace, given)
    slack.workspace.state["views"][user_id] = [view]
    slack.journal.remember(call.act, view["id"])
    slack.tell_views(user_id)
    return {"view": view}


@method("views.push", tier=4, required=["view"])
def push(slack: LocalSlack, call: Call) -> Json:
    given = _given(call, MODAL)
    user_id = _user(slack, call)
    stack = slack.workspace.stack(user_id)
    if not stack:
        raise Refused("not_found")
    if len(stack) >= MAX_STACK:
        raise Refused("push_limit_reached")
    refuse_known_external_id(slack.workspace, given)
    view = complete(slack.workspace, given, below=stack[-1])
    stack.append(view)
    slack.journal.remember(call.act, view["id"])
    slack.tell_views(user_id)
    return {"view": view}


@method("views.update", tier=4, required=["view"])
def update(slack: LocalSlack, call: Call) -> Json:
    if "view_id" not in call and "external_id" not in call:
        raise bad_arguments("missing required field: view_id")
    if "view_id" in call:
        found = slack.workspace.view(call.text("view_id"))
    else:
        named = slack.workspace.view_called(call.text("external_id"))
        found = slack.workspace.view(named["id"]) if named else None
    if found is None:
        raise Refused("not_found")
    user_id, old = found
    given = _given(call, old["type"])
    _match_hash(call, old)
    refuse_known_external_id(slack.workspace, given, old)
    view = complete(slack.workspace, given, old=old)
    if old["type"] == HOME:
        _show_home(slack, user_id, view)
    else:
        stack = slack.workspace.stack(user_id)
        stack[stack.index(old)] = view
        slack.tell_views(user_id)
    return {"view": view}


@method("views.publish", tier=4, required=["user_id", "view"])
def publish(slack: LocalSlack, call: Call) -> Json:
    given = _given(call, HOME)
    if not slack.manifest.home_tab:
        raise Refused("not_enabled")
    user = slack.workspace.state["users"].get(call.text("user_id"))
    if user is None or user["is_bot"]:
        raise bad_arguments("no such user [json-pointer:/user_id]")
    old = slack.workspace.state["homes"].get(user["id"])
    if old:
        _match_hash(call, old)
    refuse_known_external_id(slack.workspace, given, old)
    view = complete(slack.workspace, given, old=old)
    _show_home(slack, user["id"], view)
    return {"view": view}


def _given(call: Call, surface: str) -> Json:
    given: Json = call.content("view", dict) or {}
    check_view(given, surface)
    return given


def _user(slack: LocalSlack, call: Call) -> str:
    for name in ("trigger_id", "interactivity_pointer"):
        if name in call:
            return slack.pull_trigger(call.text(name))
    raise bad_arguments("missing required field: trigger_id")


def _match_hash(call: Call, old: Json) -> None:
    if "hash" in call and call.text("hash") != old["hash"]:
        raise Refused("hash_conflict")


def _show_home(slack: LocalSlack, user_id: str, view: Json) -> None:
    slack.workspace.state["homes"][user_id] = view
    slack.changed()
    slack.tell({"type": "home", "user": user_id, "view": view}, user=user_id)

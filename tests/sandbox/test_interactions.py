"""What interactions carry, field by field, and what their response_urls may change."""

from typing import Any

import pytest

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Connect, Json, Start
from tests.sandbox.contract import button, modal, plain

QUICK = Limits(follow_seconds=0.1)
USER = {"id": "UANA", "username": "ana", "name": "ana", "team_id": "T0BRIGHT"}
TEAM = {"id": "T0BRIGHT", "domain": "brightwater"}
INTERACTION = {"type", "token", "team", "user", "api_app_id", "enterprise", "is_enterprise_install", "trigger_id"}


class Taker:
    """An app that acknowledges every interaction and keeps what it carried."""

    def __init__(self, app: Any) -> None:
        self.bodies: list[Json] = []
        app.middleware(self.keep)
        for name in ("go", "pick", "words"):
            app.action(name)(self.acknowledge)
        for name in ("ask_guides", "ask_about_message"):
            app.shortcut(name)(self.acknowledge)
        app.view("form")(self.acknowledge)
        app.view_closed("form")(self.acknowledge)
        app.options("guide")(self.acknowledge)
        app.command("/ask")(self.acknowledge)
        app.event("message")(self.acknowledge)

    async def keep(self, body: Json, next: Any) -> None:
        if body.get("type") != "event_callback":
            self.bodies.append(body)
        await next()

    async def acknowledge(self, ack: Any) -> None:
        await ack()


@pytest.fixture
async def sandbox(start_sandbox: Start) -> Client:
    return await start_sandbox(limits=QUICK)


@pytest.fixture
async def taker(sandbox: Client, connect: Connect) -> Taker:
    return Taker(await connect(sandbox))


async def open_modal(sandbox: Client, taker: Taker, **view: Any) -> Json:
    await sandbox.act("shortcut", user="UANA", callback_id="ask_guides")
    trigger = taker.bodies.pop()["trigger_id"]
    opened = await sandbox.api("views.open", trigger_id=trigger, view=modal(callback_id="form", **view))
    return dict(opened["view"])


async def test_shortcuts_carry_what_slack_documents(sandbox: Client, taker: Taker) -> None:
    """A global one has no channel and no response_url; one on a message has both, and the message."""
    ts = (await sandbox.state())["messages"]["C0ASK"][0]["ts"]
    await sandbox.act("shortcut", user="UANA", callback_id="ask_guides")
    await sandbox.act("shortcut", user="UANA", callback_id="ask_about_message", channel="C0ASK", message_ts=ts)

    everywhere, on_message = taker.bodies
    assert set(everywhere) == INTERACTION - {"api_app_id"} | {"callback_id", "action_ts"}
    assert set(on_message) == set(everywhere) | {"channel", "message", "message_ts", "response_url"}
    assert (everywhere["type"], on_message["type"]) == ("shortcut", "message_action")
    assert (everywhere["user"], everywhere["team"]) == (USER, TEAM)
    assert on_message["channel"] == {"id": "C0ASK", "name": "ask-frontline"}
    assert on_message["message"]["ts"] == on_message["message_ts"] == ts


async def test_a_click_carries_its_message_and_the_state_of_all_inputs(sandbox: Client, taker: Taker) -> None:
    """With where it was, and a response_url; one in a modal carries the view instead."""
    select = {"type": "static_select", "action_id": "pick", "placeholder": plain("Pick")}
    select["options"] = [{"text": plain(name), "value": name} for name in ("a", "b")]
    blocks = [{"type": "actions", "block_id": "row", "elements": [button(value="7", style="primary"), select]}]
    posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="x", blocks=blocks)
    await sandbox.act("select", user="UANA", channel="C0ASK", action_id="pick", value="b")
    await sandbox.act("click", user="UANA", channel="C0ASK", action_id="go")
    picked, clicked = taker.bodies
    taker.bodies.clear()
    view = await open_modal(sandbox, taker, blocks=blocks)
    await sandbox.act("click", user="UANA", view_id=view["id"], action_id="go")

    assert set(clicked) == INTERACTION | {"actions", "container", "channel", "message", "state", "response_url"}
    assert clicked["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": "C0ASK",
        "is_ephemeral": False,
    }
    (action,) = clicked["actions"]
    assert action == {
        "type": "button",
        "block_id": "row",
        "action_id": "go",
        "text": plain("Go"),
        "value": "7",
        "style": "primary",
        "action_ts": action["action_ts"],
    }
    assert picked["actions"][0]["selected_option"] == {"text": plain("b"), "value": "b"}
    assert clicked["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "b"
    assert set(taker.bodies[0]) == INTERACTION | {"actions", "container", "view"}
    assert taker.bodies[0]["container"] == {"type": "view", "view_id": view["id"]}


async def test_a_modal_tells_of_its_end(sandbox: Client, taker: Taker) -> None:
    """Submitted with its values, and with a response_url where an input asks for one; closed, when it wants to know."""
    words = {"type": "plain_text_input", "action_id": "words"}
    place = {"type": "conversations_select", "action_id": "place", "response_url_enabled": True}
    blocks = [
        {"type": "input", "block_id": "why", "label": plain("Why?"), "element": words, "dispatch_action": True},
        {"type": "input", "block_id": "where", "label": plain("Where?"), "element": place},
    ]
    about = {"blocks": blocks, "submit": plain("Send"), "notify_on_close": True, "private_metadata": "kept"}
    await open_modal(sandbox, taker, **about)
    await sandbox.act("type", user="UANA", action_id="words", value="beca", dispatch=False)
    await sandbox.act("type", user="UANA", action_id="words", value="because")
    await sandbox.act("submit", user="UANA", values={"where": "C0WINS"})
    await open_modal(sandbox, taker, **about)
    shut = await sandbox.act("close", user="UANA")
    late = {"user": "UANA", "view_id": taker.bodies[-1]["view"]["id"]}
    honest = await sandbox.act("submit", **late)
    await sandbox.act("submit", **late, forge=True)

    typed, submitted, closed, forged = taker.bodies
    assert (shut["ok"], honest["error"]) == (True, "view_not_found")
    assert (forged["type"], forged["view"]["id"]) == ("view_submission", closed["view"]["id"])
    assert (typed["actions"][0]["value"], typed["view"]["state"]["values"]["why"]["words"]["value"]) == ("because",) * 2
    assert set(submitted) == INTERACTION | {"view", "response_urls"}
    (url,) = submitted["response_urls"]
    assert (url["block_id"], url["action_id"], url["channel_id"]) == ("where", "place", "C0WINS")
    async with sandbox.session.post(url["response_url"], json={"text": "Sent.", "response_type": "in_channel"}) as used:
        assert used.status == 200
    assert (await sandbox.state())["messages"]["C0WINS"][-1]["text"] == "Sent."
    assert set(closed) == INTERACTION - {"trigger_id"} | {"view", "is_cleared"}
    assert (closed["is_cleared"], closed["view"]["private_metadata"]) == (False, "kept")


async def test_suggestions_are_asked_for_with_what_was_typed(sandbox: Client, taker: Taker) -> None:
    """From a modal as from a message."""
    select = {"type": "external_select", "action_id": "guide"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select]}]
    await sandbox.api("chat.postMessage", channel="C0ASK", text="x", blocks=blocks)
    await sandbox.act("suggest", user="UANA", channel="C0ASK", action_id="guide", value="ref")

    (asked,) = taker.bodies
    assert set(asked) == INTERACTION - {"trigger_id"} | {
        *("container", "channel", "message", "block_id", "action_id", "value")
    }
    assert (asked["type"], asked["block_id"], asked["action_id"], asked["value"]) == (
        *("block_suggestion", "row", "guide", "ref"),
    )


async def test_a_response_url_changes_only_what_the_app_wrote(sandbox: Client, taker: Taker) -> None:
    """It replaces and deletes the message clicked, threads, and leaves the person's message of a shortcut alone."""
    posted = await sandbox.api(
        "chat.postMessage", channel="C0ASK", text="x", blocks=[{"type": "actions", "elements": [button()]}]
    )
    theirs = (await sandbox.act("message", user="UBEN", channel="C0ASK", text="mine"))["message"]
    await sandbox.act("click", user="UANA", channel="C0ASK", action_id="go")
    await sandbox.act(
        "shortcut", user="UANA", callback_id="ask_about_message", channel="C0ASK", message_ts=theirs["ts"]
    )
    clicked, used = (body["response_url"] for body in taker.bodies)
    statuses = []
    for url, body in (
        (clicked, {"text": "new", "replace_original": True, "metadata": {"event_type": "t", "event_payload": {}}}),
        (clicked, {"text": "reply", "response_type": "in_channel", "thread_ts": theirs["ts"]}),
        (used, {"text": "private", "replace_original": True}),
        (used, {"delete_original": True}),
        (clicked, {"blocks": "nonsense"}),
        (clicked, {"text": "lost", "thread_ts": "1.000001"}),
    ):
        async with sandbox.session.post(url, json=body) as response:
            statuses.append(response.status)
    messages = {one["text"]: one for one in (await sandbox.state())["messages"]["C0ASK"][-3:]}
    async with sandbox.session.post(clicked, json={"delete_original": "true"}) as response:
        statuses.append(response.status)
    left = [one["ts"] for one in (await sandbox.state())["messages"]["C0ASK"]]

    assert statuses == [200, 200, 200, 200, 400, 400, 200]
    assert (messages["new"]["ts"], "blocks" in messages["new"]) == (posted["ts"], False)
    assert messages["new"]["metadata"]["event_type"] == "t"
    assert messages["reply"]["thread_ts"] == theirs["ts"] == messages["mine"]["ts"]
    assert (posted["ts"] in left, theirs["ts"] in left) == (False, True)
    assert [one["text"] for one in (await sandbox.state("UANA"))["ephemerals"]] == ["private"]

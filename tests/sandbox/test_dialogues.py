"""People and a real, unmodified Bolt app talk through the sandbox."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Connect, Json, Start

MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "words"},
        }
    ],
}
BUTTON: Json = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open"}, "value": "7"}],
}


def answering(app: AsyncApp) -> list[Json]:
    """A bot that answers mentions with a button and keeps every event it hears."""
    heard: list[Json] = []

    @app.event("app_mention")
    async def answer(event: Json, say: Any) -> None:
        heard.append(event)
        await say(text="Here.", blocks=[BUTTON], thread_ts=event["ts"])

    @app.event("message")
    async def listen(event: Json) -> None:
        heard.append(event)

    @app.event("member_joined_channel")
    async def joined(event: Json) -> None:
        heard.append(event)

    return heard


async def test_a_mention_is_answered_in_its_thread(sandbox: Client, connect: Connect) -> None:
    """`@frontline` typed by a person reaches the app as a mention, and its answer is seen in the thread."""
    answering(await connect(sandbox))

    act = await sandbox.act("message", user="ana", channel="#ask-frontline", text="@Frontline, how do I <reset>?")
    call = await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
    messages = (await sandbox.state("UANA"))["messages"]["C0ASK"]

    assert act["message"]["text"] == "<@UFRONTLINE>, how do I &lt;reset&gt;?"
    assert act["acked_ms"] is not None
    assert act["act"] == call["act"]
    assert [messages[-1]["thread_ts"], messages[-1]["text"]] == [act["message"]["ts"], "Here."]


async def test_events_come_only_from_where_the_app_is(sandbox: Client, connect: Connect) -> None:
    """A channel without the bot stays silent until the bot joins."""
    heard = answering(await connect(sandbox))

    before = await sandbox.act("message", user="UANA", channel="C0IDEAS", text="<@UFRONTLINE> psst")
    refused = await sandbox.api("chat.postMessage", channel="C0IDEAS", text="hello")
    hidden = await sandbox.api("chat.postMessage", channel="C0PRIVATE", text="hello")
    joined = await sandbox.api("conversations.join", channel="C0IDEAS")
    after = await sandbox.act("message", user="UANA", channel="C0IDEAS", text="plain words")

    assert [before["delivered"], after["delivered"]] == [False, True]
    assert [refused["error"], hidden["error"], joined["ok"]] == ["not_in_channel", "channel_not_found", True]
    assert {event["type"] for event in heard} == {"member_joined_channel", "message"}


async def test_an_edit_that_adds_the_mention_is_a_mention(sandbox: Client, connect: Connect) -> None:
    """Edits, deletions and unfurled links arrive as changes; only a new mention counts as one."""
    heard = answering(await connect(sandbox))
    ts = (await sandbox.act("message", user="UANA", channel="C0ASK", text="how?"))["message"]["ts"]

    await sandbox.act("edit", user="UANA", channel="C0ASK", message_ts=ts, text="<@UFRONTLINE> how?")
    await sandbox.act("edit", user="UANA", channel="C0ASK", message_ts=ts, text="<@UFRONTLINE> how so?")
    await sandbox.act("unfurl", user="UANA", channel="C0ASK", message_ts=ts)
    await sandbox.act("delete", user="UANA", channel="C0ASK", message_ts=ts)
    await sandbox.act("message", user="UNOTICE", channel="C0ASK", text="a notice")

    mentions = [event for event in heard if event["type"] == "app_mention"]
    subtypes = [event.get("subtype") for event in heard if event["type"] == "message"]
    assert [(event["ts"], bool(event["edited"])) for event in mentions] == [(ts, True)]
    assert subtypes.count("message_changed") == 3
    assert [subtypes.count(name) for name in ("message_deleted", "bot_message")] == [1, 1]


async def test_a_command_is_answered_and_then_replaced(sandbox: Client, connect: Connect) -> None:
    """The acknowledgement is a private line; the response_url replaces it, five times and no more."""
    app = await connect(sandbox)
    urls: list[str] = []

    @app.command("/ask")
    async def ask(ack: Any, command: Json, respond: Any) -> None:
        urls.append(command["response_url"])
        await ack(f"Looking for {command['text']}")
        await respond(text="Found.", replace_original=True)

    act = await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/ask is @ben in #wins <now>?")
    await sandbox.entry(lambda entry: entry.get("method") == "response_url")
    private = (await sandbox.state("UANA"))["ephemerals"]
    others = (await sandbox.state("UBEN"))["ephemerals"]
    statuses = []
    for _ in range(5):
        async with sandbox.session.post(urls[0], json={"text": "again"}) as response:
            statuses.append((response.status, await response.text()))

    assert act["response"]["text"] == "Looking for is <@UBEN|ben> in <#C0WINS|wins> &lt;now&gt;?"
    assert ([one["text"] for one in private], others) == (["Found."], [])
    assert statuses[3] == (200, "ok")
    assert (statuses[4][0], "used_url" in statuses[4][1]) == (404, True)


async def test_command_text_is_raw_without_should_escape(sandbox: Client, connect: Connect) -> None:
    """Only commands that ask for it get references instead of names."""
    app = await connect(sandbox)

    @app.command("/raw")
    async def raw(ack: Any, command: Json) -> None:
        await ack(command["text"])

    act = await sandbox.act("command", user="UANA", channel="dm", text="/raw @ben & <co>")

    assert act["response"] == {"text": "@ben & <co>"}
    assert act["message"]["text"] == "@ben & <co>"


async def test_a_command_may_be_answered_only_later(sandbox: Client, connect: Connect) -> None:
    """An empty acknowledgement, then the response_url at once: nothing holds it back."""
    app = await connect(sandbox)

    @app.command("/raw")
    async def raw(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Later.")

    act = await sandbox.act("command", user="UANA", channel="C0ASK", text="/raw")
    use = await sandbox.entry(lambda entry: entry.get("method") == "response_url")
    acked = await sandbox.entry(lambda entry: entry.get("state") == "acked")

    assert (act["response"], act["message"]["text"]) == (None, "Later.")
    assert datetime.fromisoformat(use["at"]) - datetime.fromisoformat(acked["at"]) < timedelta(seconds=0.4)


async def test_a_click_opens_a_modal_that_is_filled_and_sent(sandbox: Client, connect: Connect) -> None:
    """Errors keep the modal open with what was typed; a clean submission closes it."""
    app = await connect(sandbox)
    answering(app)

    @app.action("open")
    async def show(ack: Any, body: Json, client: Any) -> None:
        view = MODAL | {"private_metadata": body["actions"][0]["value"]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("form")
    async def sent(ack: Any, view: Json) -> None:
        words = view["state"]["values"]["why"]["words"]["value"]
        if words == "bad":
            await ack(response_action="errors", errors={"why": "Not this"})
        elif words == "more":
            await ack(response_action="push", view=MODAL)
        else:
            await ack()

    await sandbox.act("message", user="UANA", channel="C0ASK", text="<@UFRONTLINE> hi")
    await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
    opened = await sandbox.act("click", user="UANA", action_id="open")
    empty = await sandbox.act("submit", user="UANA", view_id=opened["view"]["id"], values={"why": ""})
    wrong = await sandbox.act("submit", user="UANA", values={"words": "bad"})
    pushed = await sandbox.act("submit", user="UANA", values={"why": {"words": "more"}})
    top = await sandbox.act("submit", user="UANA", values={"why": "good"})
    last = await sandbox.act("submit", user="UANA", values={"why": "good"})
    gone = await sandbox.act("submit", user="UANA", view_id=opened["view"]["id"])

    assert opened["view"]["private_metadata"] == "7"
    assert empty["response"]["errors"] == {"why": "Please complete this required field."}
    assert wrong["response"] == {"response_action": "errors", "errors": {"why": "Not this"}}
    assert pushed["view"]["previous_view_id"] == opened["view"]["id"]
    assert top["view"]["id"] == opened["view"]["id"]
    assert (last.get("view"), gone["error"]) == (None, "view_not_found")


async def test_a_modal_changed_while_it_is_being_sent_follows_the_acknowledgement(
    sandbox: Client, connect: Connect
) -> None:
    """A form that is drawn anew meanwhile is still replaced, or closed, as the app says."""
    app = await connect(sandbox)
    answering(app)
    replies: list[Json] = [{"response_action": "update", "view": MODAL | {"private_metadata": "done"}}, {}]

    @app.action("open")
    async def show(ack: Any, body: Json, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @app.view("form")
    async def sent(ack: Any, view: Json, client: Any) -> None:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
        await ack(**replies.pop(0))

    await sandbox.act("message", user="UANA", channel="C0ASK", text="<@UFRONTLINE> hi")
    await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
    await sandbox.act("click", user="UANA", action_id="open")
    replaced = await sandbox.act("submit", user="UANA", values={"why": "good"})
    await sandbox.act("submit", user="UANA", values={"why": "good"})

    assert replaced["view"]["private_metadata"] == "done"
    assert not (await sandbox.state())["views"].get("UANA")


async def test_the_modal_opened_after_the_acknowledgement_is_in_the_answer(sandbox: Client, connect: Connect) -> None:
    """An app may acknowledge first, open a modal that says it is loading, and then fill it."""
    app = await connect(sandbox)
    answering(app)
    loading = {"type": "context", "elements": [{"type": "mrkdwn", "text": "Loading"}]}

    @app.action("open")
    async def show(ack: Any, body: Json, client: Any) -> None:
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=MODAL | {"blocks": [loading]})
        await client.views_update(view_id=opened["view"]["id"], view=MODAL)

    @app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.view("form")
    async def sent(ack: Any, view: Json) -> None:
        await ack(response_action="errors", errors={"why": view["state"]["values"]["why"]["words"]["value"]})

    posted = await sandbox.act("message", user="UANA", channel="C0ASK", text="<@UFRONTLINE> hi")
    call = await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
    clicked = await sandbox.act(
        "click", user="UANA", channel="C0ASK", message_ts=call["answer"]["ts"], action_id="open", value="7"
    )
    await sandbox.act("type", user="UANA", view_id=clicked["view"]["id"], action_id="words", text="typed")
    sent_as_typed = await sandbox.act("submit", user="UANA", view_id=clicked["view"]["id"])
    opened = await sandbox.act("open_home", user="UANA")

    assert clicked["view"]["blocks"][0]["block_id"] == "why"
    assert (clicked["message"]["ts"], clicked["message"]["thread_ts"]) == (
        call["answer"]["ts"],
        posted["message"]["ts"],
    )
    assert sent_as_typed["response"]["errors"] == {"why": "typed"}
    assert opened["view"]["blocks"][0]["type"] == "divider"


async def test_forged_clicks_and_submissions_go_through_as_sent(sandbox: Client, connect: Connect) -> None:
    """Whatever the value, the action or the message: the app has to cope with it, not the sandbox."""
    app = await connect(sandbox)
    clicks: list[Json] = []

    @app.action("rate")
    @app.action("ghost")
    @app.action("pick")
    async def take(ack: Any, action: Json, body: Json, client: Any) -> None:
        await ack()
        clicks.append(action)
        if action["action_id"] == "ghost":
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("form")
    async def sent(ack: Any, view: Json) -> None:
        await ack()
        clicks.append(view["state"]["values"])

    yes, no = ({"text": {"type": "plain_text", "text": text}, "value": text} for text in ("up:1", "down:1"))
    thumbs = {"type": "feedback_buttons", "action_id": "rate", "positive_button": yes, "negative_button": no}
    select = {"type": "static_select", "action_id": "pick", "options": [yes, no]}
    blocks = [{"type": "context_actions", "elements": [thumbs]}, {"type": "actions", "elements": [select]}]
    posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="Good?", blocks=blocks)
    where = {"user": "UANA", "channel": "C0ASK", "message_ts": posted["ts"], "forge": True}

    await sandbox.act("click", **where, action_id="rate", value="sideways:99")
    await sandbox.act("click", **where, action_id="pick", value="neither")
    honest = await sandbox.act("click", **where | {"forge": False}, action_id="pick", value="neither")
    unknown = await sandbox.act("click", **where | {"forge": False, "message_ts": "1.000001"}, action_id="rate")
    await sandbox.act("click", **where | {"message_ts": "1.000001"}, action_id="ghost", value={"any": ["thing"]})
    await sandbox.act("submit", user="UANA", forge=True, values={"why": {"words": {"value": "x"}}, "extra": "y"})

    assert [click["value"] for click in (clicks[0], clicks[2])] == ["sideways:99", {"any": ["thing"]}]
    assert clicks[1]["selected_option"]["value"] == "neither"
    assert [honest["error"], unknown["error"]] == ["option_not_found", "message_not_found"]
    assert clicks[3]["why"]["words"]["value"] == "x"
    assert clicks[3]["extra"]["extra"]["value"] == "y"


async def test_only_what_is_there_can_be_clicked(start_sandbox: Start, connect: Connect) -> None:
    """An unknown action is refused; a forged one reaches the app all the same, as does a tampered value."""
    sandbox = await start_sandbox(limits=Limits(follow_seconds=0.1))
    app = await connect(sandbox)
    answering(app)
    clicks: list[Json] = []

    @app.action("ghost")
    async def ghost(ack: Any, body: Json) -> None:
        await ack()
        clicks.append(body)

    posted = await sandbox.act("message", user="UANA", channel="C0ASK", text="<@UFRONTLINE> hi")
    where = {"user": "UANA", "channel": "C0ASK", "message_ts": posted["message"]["ts"], "action_id": "ghost"}
    honest = await sandbox.act("click", **where)
    forged = await sandbox.act("click", **where, value="42", forge=True)

    block = {"type": "actions", "elements": [BUTTON["elements"][0] | {"action_id": "ghost"}]}
    await sandbox.api("chat.postMessage", channel="C0ASK", text="x", blocks=[block])
    await sandbox.act("click", user="UANA", action_id="ghost")
    await sandbox.act("click", user="UANA", action_id="ghost", value="666")

    assert [honest["error"], forged["ok"]] == ["action_not_found", True]
    assert [click["actions"][0]["value"] for click in clicks] == ["42", "7", "666"]


async def test_feedback_buttons_and_private_messages_can_be_clicked(sandbox: Client, connect: Connect) -> None:
    """`positive` picks a thumb; a click in an ephemeral message says so and can replace it."""
    app = await connect(sandbox)
    clicks: list[Json] = []

    @app.action("rate")
    async def rate(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await respond(text="Thanks", replace_original=True)

    thumbs = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "positive_button": {"text": {"type": "plain_text", "text": "Yes"}, "value": "up:1"},
        "negative_button": {"text": {"type": "plain_text", "text": "No"}, "value": "down:1"},
    }
    blocks = [{"type": "context_actions", "elements": [thumbs]}]
    posted = await sandbox.api("chat.postEphemeral", channel="C0ASK", user="UANA", text="Good?", blocks=blocks)
    stranger = await sandbox.act("click", user="UBEN", channel="C0ASK", action_id="rate", value="positive")
    clicked = await sandbox.act(
        "click", user="UANA", channel="C0ASK", message_ts=posted["message_ts"], action_id="rate", value="positive"
    )
    await sandbox.entry(lambda entry: entry.get("method") == "response_url")

    assert (stranger["error"], clicked["ok"]) == ("action_not_found", True)
    assert (clicks[0]["actions"][0]["value"], clicks[0]["container"]["is_ephemeral"]) == ("up:1", True)
    assert [one["text"] for one in (await sandbox.state("UANA"))["ephemerals"]] == ["Thanks"]


async def test_an_external_select_asks_the_app_for_options(sandbox: Client, connect: Connect) -> None:
    """What is typed reaches the app, and its options come back."""
    app = await connect(sandbox)
    option = {"text": {"type": "plain_text", "text": "Refunds"}, "value": "refunds"}

    @app.options("guide")
    async def offer(ack: Any, payload: Json) -> None:
        await ack(options=[option] if payload["value"] == "ref" else [])

    select = {"type": "external_select", "action_id": "guide", "placeholder": {"type": "plain_text", "text": "Guide"}}
    blocks = [{"type": "actions", "elements": [select]}]
    await sandbox.api("chat.postMessage", channel="C0ASK", text="Which?", blocks=blocks)

    act = await sandbox.act("suggest", user="UANA", channel="C0ASK", action_id="guide", value="ref")

    assert act["response"] == {"options": [option]}


async def test_tabs_shortcuts_and_reactions_reach_the_app(sandbox: Client, connect: Connect) -> None:
    """App Home opens and shows its view; shortcuts carry the message they were used on."""
    app = await connect(sandbox)
    seen: list[tuple[str, str]] = []

    @app.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        seen.append(("tab", event["tab"]))
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.shortcut("ask_about_message")
    async def about(ack: Any, shortcut: Json) -> None:
        await ack()
        seen.append(("shortcut", shortcut["message"]["text"]))

    @app.event("reaction_added")
    async def reacted(event: Json) -> None:
        seen.append(("reaction", event["reaction"]))

    ts = (await sandbox.state())["messages"]["C0ASK"][0]["ts"]
    await sandbox.act("open_home", user="UANA")
    await sandbox.entry(lambda entry: entry.get("method") == "views.publish")
    await sandbox.act("shortcut", user="UANA", callback_id="ask_about_message", channel="C0ASK", message_ts=ts)
    await sandbox.act("react", user="UANA", channel="C0ASK", message_ts=ts, emoji=":tada:")
    await sandbox.act("react", user="UBEN", channel="C0ASK", message_ts=ts, value="tada")
    state = await sandbox.state("UANA")

    assert [kind for kind, _ in seen] == ["tab", "shortcut", "reaction", "reaction"]
    assert state["homes"]["UANA"]["blocks"][0]["type"] == "divider"
    assert state["messages"]["C0ASK"][0]["reactions"] == [{"name": "tada", "users": ["UANA", "UBEN"], "count": 2}]


async def test_the_page_hears_of_changes_its_user_may_see(sandbox: Client) -> None:
    """One line a change; a private channel's messages go to its members only."""

    async def first_line(user: str) -> str:
        async with sandbox.session.get(f"{sandbox.address}/sandbox/live", params={"user": user}) as response:
            listening.release()
            async for line in response.content:
                if line.startswith(b"data:"):
                    return line.decode()
        return ""

    listening = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(first_line(user)) for user in ("UKIRA", "UANA")]
    for _ in tasks:
        await listening.acquire()
    await sandbox.act("message", user="UKIRA", channel="C0PRIVATE", text="between us")
    await sandbox.act("message", user="UKIRA", channel="C0GENERAL", text="for all")
    lead, agent = await asyncio.gather(*tasks)

    assert ("between us" in lead, "for all" in agent) == (True, True)


async def test_the_page_hears_of_a_conversation_that_begins(sandbox: Client) -> None:
    """The first message between a person and the app comes with the channel it is in."""
    async with sandbox.session.get(f"{sandbox.address}/sandbox/live", params={"user": "UANA"}) as response:
        await response.content.readline()
        await sandbox.api("chat.postMessage", channel="UANA", text="Hello!")
        changes = []
        async for line in response.content:
            if line.startswith(b"data:"):
                changes.append(json.loads(line[5:]))
                if changes[-1]["type"] == "message":
                    break

    assert changes[0]["channel"]["user"] == "UANA"
    assert changes[-1]["channel"] == changes[0]["channel"]["id"]

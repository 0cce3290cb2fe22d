"""The Web API: what Slack answers and what it refuses."""

import json
from typing import Any

import aiohttp
import pytest

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Json, Start, manifest
from tests.sandbox.contract import modal, section


async def test_tokens_scopes_and_methods_are_checked(start_sandbox: Start) -> None:
    """In Slack's order and words, with needed and provided."""
    sandbox = await start_sandbox(manifest(scopes=["chat:write"]))
    errors = [
        (await sandbox.api("auth.test", token=token))["error"] for token in ("", "nonsense", "xoxb-", "xapp-test")
    ]
    opened = await sandbox.api("apps.connections.open", token="xoxb-test")
    refused = await sandbox.api("users.info", user="UANA")

    assert errors == ["not_authed", "invalid_auth", "invalid_auth", "not_allowed_token_type"]
    assert opened["error"] == "not_allowed_token_type"
    assert (await sandbox.api("chat.dance"))["error"] == "unknown_method"
    assert [refused[name] for name in ("error", "needed", "provided")] == [
        "missing_scope",
        "users:read",
        "chat:write,users:read.email",
    ]
    async with sandbox.session.get(f"{sandbox.address}/api/auth.test?token=xoxb-1") as response:
        assert response.headers["x-oauth-scopes"] == "chat:write,users:read.email"


async def test_a_channel_is_managed_with_the_scope_of_its_kind(start_sandbox: Start) -> None:
    """The one for public channels is not enough for a private one, nor the other way round."""
    sandbox = await start_sandbox(manifest(scopes=["channels:manage", "groups:write.topic", "groups:read"]))
    made = await sandbox.api("conversations.create", name="in-the-open")
    hidden = await sandbox.api("conversations.create", name="behind-doors", is_private=True)
    public = await sandbox.api("conversations.setTopic", channel=made["channel"]["id"], topic="x")
    private = sandbox.slack.workspace.open_channel("ours", [sandbox.slack.workspace.bot["user_id"]], is_private=True)
    topic = await sandbox.api("conversations.setTopic", channel=private["id"], topic="x")
    left = await sandbox.api("conversations.leave", channel=private["id"])

    assert (made["ok"], public["ok"], topic["ok"]) == (True, True, True)
    assert [(refused["error"], refused["needed"]) for refused in (hidden, left)] == [
        ("missing_scope", "groups:write"),
        ("missing_scope", "groups:write"),
    ]


@pytest.mark.parametrize("encoding", ["json", "form", "multipart", "query"])
async def test_every_encoding_is_read(sandbox: Client, encoding: str) -> None:
    """Python sends JSON or forms, Node sends forms with JSON strings inside."""
    blocks = [section("hi")]
    fields = {"channel": "C0ASK", "text": "hi", "blocks": json.dumps(blocks), "token": "xoxb-1"}
    sent: Json = {"json": fields | {"blocks": blocks}, "form": fields, "query": fields}.get(encoding, {})
    options: Json = {"json": {"json": sent}, "form": {"data": sent}, "query": {"params": sent}}.get(encoding, {})
    if encoding == "multipart":
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        options = {"data": form}
    async with sandbox.session.post(f"{sandbox.address}/api/chat.postMessage", **options) as response:
        answer = await response.json()

    assert answer["message"]["blocks"][0]["text"] == blocks[0]["text"]


@pytest.mark.parametrize(
    ("given", "broadcast"), [("1", True), ("true", True), ("0", False), ("false", False), ("", False)]
)
async def test_booleans_in_forms_are_read(sandbox: Client, given: str, broadcast: bool) -> None:
    """Python writes 1 and 0, JavaScript true and false; an argument of Bolt's own is no stumbling block."""
    ts = (await sandbox.api("chat.postMessage", channel="C0ASK", text="root"))["ts"]
    form = {
        "channel": "C0ASK",
        "text": "x",
        "thread_ts": ts,
        "reply_broadcast": given,
        "team_id": "T1",
        "token": "xoxb-1",
    }
    async with sandbox.session.post(f"{sandbox.address}/api/chat.postMessage", data=form) as response:
        message = (await response.json())["message"]

    assert (message.get("subtype") == "thread_broadcast") is broadcast


async def test_a_view_in_a_form_is_json(sandbox: Client) -> None:
    """As the JavaScript client sends it."""
    form = {"trigger_id": sandbox.slack.trigger("UANA", None), "view": json.dumps(modal()), "token": "xoxb-1"}
    async with sandbox.session.post(f"{sandbox.address}/api/views.open", data=form) as response:
        answer = await response.json()

    assert answer["view"]["blocks"][0]["text"] == section("x")["text"]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"text": " "}, "no_text"),
        ("chat.postMessage", {"text": "x", "blocks": "nonsense"}, "invalid_blocks_format"),
        ("chat.postMessage", {"text": "x", "blocks": [section("x")] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"text": "x", "blocks": [section("x" * 2700)] * 5}, "msg_blocks_too_long"),
        ("chat.postMessage", {"text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
        ("chat.postMessage", {"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ("chat.postMessage", {"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ("chat.postMessage", {"text": "x", "thread_ts": "soon"}, "invalid_thread_ts"),
        ("chat.postMessage", {"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"text": "x", "channel": "nowhere"}, "channel_not_found"),
        ("chat.postEphemeral", {"text": "x", "user": "UEXT"}, "user_not_in_channel"),
        ("chat.update", {"text": "x", "ts": "1.000001"}, "message_not_found"),
        ("chat.delete", {"ts": "1.000001"}, "message_not_found"),
        ("conversations.history", {"oldest": "yesterday"}, "invalid_ts_oldest"),
        ("conversations.history", {"cursor": "x"}, "invalid_cursor"),
        ("conversations.replies", {"ts": "1.000001"}, "thread_not_found"),
        ("reactions.add", {"timestamp": "1.000001", "name": "tada"}, "message_not_found"),
        ("assistant.threads.setStatus", {"channel_id": "C0ASK", "thread_ts": "1", "status": "x"}, "invalid_thread_ts"),
        ("conversations.join", {"channel": "C0PRIVATE"}, "channel_not_found"),
        ("conversations.history", {"channel": "#general"}, "channel_not_found"),
        ("chat.postEphemeral", {"text": "x", "user": "ana"}, "user_not_in_channel"),
        ("users.lookupByEmail", {"email": "ellis@cobalt-couriers.example"}, "users_not_found"),
    ],
)
async def test_what_slack_refuses_is_refused(sandbox: Client, method: str, arguments: Json, error: str) -> None:
    """One code each, as documented."""
    assert (await sandbox.api(method, **{"channel": "C0ASK"} | arguments))["error"] == error


async def test_a_trigger_opens_one_view_and_modals_stack_to_three(sandbox: Client) -> None:
    """Used and unknown triggers, a fourth modal, a stale hash and a repeated external_id each have their code."""

    async def push(method: str, **arguments: Any) -> Json:
        return await sandbox.api(method, trigger_id=sandbox.slack.trigger("UANA", None), view=modal(), **arguments)

    trigger = sandbox.slack.trigger("UANA", None)
    first = await sandbox.api("views.open", trigger_id=trigger, view=modal(external_id="one"))
    again = await sandbox.api("views.open", trigger_id=trigger, view=modal())
    unknown = await sandbox.api("views.open", trigger_id="1", view=modal())
    pushed = [await push("views.push") for _ in range(3)]
    double = await sandbox.api(
        "views.push", trigger_id=sandbox.slack.trigger("UBEN", None), view=modal(external_id="one")
    )
    updated = await sandbox.api("views.update", external_id="one", view=modal(), hash=first["view"]["hash"])
    stale = await sandbox.api("views.update", view_id=first["view"]["id"], view=modal(), hash=first["view"]["hash"])

    assert [again["error"], unknown["error"]] == ["exchanged_trigger_id", "invalid_trigger_id"]
    assert [push.get("error") for push in pushed] == [None, None, "push_limit_reached"]
    assert pushed[0]["view"]["root_view_id"] == first["view"]["id"]
    assert [double["error"], updated["ok"], stale["error"]] == ["not_found", True, "hash_conflict"]


async def test_a_trigger_expires(start_sandbox: Start) -> None:
    """After three seconds in Slack, at once here."""
    sandbox = await start_sandbox(limits=Limits(trigger_seconds=-1.0))
    answer = await sandbox.api("views.open", trigger_id=sandbox.slack.trigger("UANA", None), view=modal())

    assert answer["error"] == "expired_trigger_id"


async def test_posts_can_be_found_again_by_their_metadata(sandbox: Client) -> None:
    """History and replies page by cursor and carry metadata when asked to."""
    metadata = {"event_type": "answer", "event_payload": {"key": "7"}}
    root = await sandbox.api("chat.postMessage", channel="C0ASK", text="root", metadata=metadata)
    for number in range(3):
        await sandbox.api("chat.postMessage", channel="C0ASK", text=str(number), thread_ts=root["ts"])
    with_it = await sandbox.api("conversations.history", channel="C0ASK", limit=1, include_all_metadata=True)
    without = await sandbox.api("conversations.history", channel="C0ASK", oldest=root["ts"], inclusive=True)
    after = await sandbox.api("conversations.history", channel="C0ASK", oldest=root["ts"])
    page = await sandbox.api("conversations.replies", channel="C0ASK", ts=root["ts"], limit=2)
    cursor = page["response_metadata"]["next_cursor"]
    rest = await sandbox.api("conversations.replies", channel="C0ASK", ts=root["ts"], limit=2, cursor=cursor)

    assert with_it["messages"][0]["metadata"] == metadata
    assert (with_it["messages"][0]["reply_count"], with_it["has_more"]) == (3, True)
    assert ["metadata" in message for message in without["messages"]] == [False]
    assert after["messages"] == []
    assert [message["text"] for message in page["messages"]] == ["root", "0", "1"]
    assert [message["text"] for message in rest["messages"]] == ["root", "2"]


async def test_a_user_id_or_a_name_is_a_channel_too(sandbox: Client) -> None:
    """A user id opens the direct message; `#name` finds the channel."""
    direct = await sandbox.api("chat.postMessage", channel="UANA", text="hello")
    opened = await sandbox.api("conversations.open", users="UANA")
    named = await sandbox.api("chat.postMessage", channel="#general", text="hello")

    assert direct["channel"] == opened["channel"]["id"]
    assert named["channel"] == "C0GENERAL"


async def test_a_status_goes_when_the_bot_speaks(sandbox: Client) -> None:
    """It shows in its thread until the answer does."""
    ts = (await sandbox.api("chat.postMessage", channel="C0ASK", text="root"))["ts"]
    await sandbox.api("assistant.threads.setStatus", channel_id="C0ASK", thread_ts=ts, status="is looking")
    shown = (await sandbox.state("UANA"))["statuses"]
    await sandbox.api("chat.postMessage", channel="C0ASK", thread_ts=ts, text="found")

    assert [(one["thread_ts"], one["status"]) for one in shown] == [(ts, "is looking")]
    assert (await sandbox.state("UANA"))["statuses"] == []


async def test_a_stream_grows_into_a_message(sandbox: Client) -> None:
    """Started, appended to, stopped; then it is an ordinary message."""
    ts = (await sandbox.act("message", user="UANA", channel="dm", text="tell me"))["message"]["ts"]
    piece = [{"type": "markdown_text", "text": "once "}]
    stream = await sandbox.api("chat.startStream", channel="DANA", thread_ts=ts, chunks=piece)
    where = {"channel": "DANA", "ts": stream["ts"]}
    await sandbox.api("chat.appendStream", **where, chunks=piece)
    busy = await sandbox.api("chat.update", **where, text="x")
    stopped = await sandbox.api("chat.stopStream", **where, chunks=[])
    late = await sandbox.api("chat.appendStream", **where, chunks=piece)

    assert stopped["message"]["text"] == "once once "
    assert [busy["error"], late["error"]] == ["streaming_state_conflict", "message_not_in_streaming_state"]


async def test_each_person_sees_what_is_theirs(sandbox: Client) -> None:
    """A guest sees one channel, an agent no private ones; other companies' addresses stay hidden."""
    channels = {
        user: {channel["name"] for channel in (await sandbox.state(user))["channels"]}
        for user in ("UGUEST", "UEXT", "UANA", "UKIRA")
    }
    ana, ellis = [await sandbox.api("users.info", user=user) for user in ("UANA", "UEXT")]

    assert channels["UGUEST"] == {"ask-frontline"}
    assert channels["UEXT"] == {"shared-cobalt"}
    assert ("leads" in channels["UANA"], "leads" in channels["UKIRA"]) == (False, True)
    assert ana["user"]["profile"]["email"] == "ana@brightwater.example"
    assert ("email" in ellis["user"]["profile"], ellis["user"]["is_stranger"]) == (False, True)

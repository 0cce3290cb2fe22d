"""Envelopes under trouble: not acknowledged, doubled, cut off, brought again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Connect, Json, Start

QUICK = Limits(ack_seconds=0.3, redelivery=(0.2, 0.2))


class Socket:
    """A bare Socket Mode connection, for what a polite client never does."""

    def __init__(self, sandbox: Client) -> None:
        self.sandbox = sandbox

    async def __aenter__(self) -> "Socket":
        ticket = await self.sandbox.api("apps.connections.open", token="xapp-test")
        self.url = ticket["url"]
        self.socket = await self.sandbox.session.ws_connect(self.url)
        self.hello = await self.socket.receive_json()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.socket.close()

    async def receive(self) -> Json:
        return dict(await self.socket.receive_json(timeout=5))

    async def ack(self, envelope: Json, **payload: Any) -> None:
        await self.socket.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})


async def ask(sandbox: Client) -> "asyncio.Task[Json]":
    return asyncio.create_task(sandbox.act("message", user="UANA", channel="dm", text="hello"))


async def test_what_is_not_acknowledged_comes_again(start_sandbox: Start) -> None:
    """The same event, with the attempt counted, until it is acknowledged."""
    sandbox = await start_sandbox(limits=QUICK)
    async with Socket(sandbox) as socket:
        act = await ask(sandbox)
        first, second = await socket.receive(), await socket.receive()
        await socket.ack(second)
        entry = await sandbox.entry(lambda entry: entry.get("state") == "acked")

    assert (await act)["ok"]
    assert first["payload"] == second["payload"]
    assert [first["retry_attempt"], second["retry_attempt"], second["retry_reason"]] == [0, 1, "timeout"]
    assert len(entry["attempts"]) == 2


async def test_an_event_is_given_up_after_the_last_attempt(start_sandbox: Start) -> None:
    """Three deliveries under this schedule, then the journal says so."""
    sandbox = await start_sandbox(limits=QUICK)
    async with Socket(sandbox):
        act = await (await ask(sandbox))
        entry = await sandbox.entry(lambda entry: entry.get("state") == "gave_up")

    assert act["acked_ms"] is None
    assert len(entry["attempts"]) == 3


async def test_a_broken_connection_hands_its_events_to_the_next(sandbox: Client) -> None:
    """At once, not after the redelivery interval; events sent while nobody was there come too."""
    async with Socket(sandbox) as socket:
        act = await ask(sandbox)
        lost = await socket.receive()
    absent = await sandbox.act("message", user="UANA", channel="dm", text="anybody there?")
    async with Socket(sandbox) as socket:
        found, later = await socket.receive(), await socket.receive()
        for envelope in (found, later):
            await socket.ack(envelope)

    assert (await act)["ok"]
    assert found["payload"]["event_id"] == lost["payload"]["event_id"]
    assert (absent["acked_ms"], absent["delivered"]) == (None, False)
    assert later["payload"]["event"]["text"] == "anybody there?"


async def test_a_disconnect_is_survived_by_a_real_client(sandbox: Client, connect: Connect) -> None:
    """After `refresh_requested` Bolt connects again and the next question arrives."""
    app = await connect(sandbox)
    heard: list[str] = []

    @app.event("message")
    async def listen(event: Json) -> None:
        heard.append(event["text"])

    await sandbox.fault("disconnect", reason="refresh_requested")
    await sandbox.entry(lambda entry: entry.get("method") == "apps.connections.open" and entry["n"] > 1)
    await sandbox.act("message", user="UANA", channel="dm", text="still there?")
    await sandbox.entry(lambda entry: entry.get("state") == "acked")

    assert heard == ["still there?"]


async def test_a_command_without_an_answer_fails_in_slacks_words(start_sandbox: Start) -> None:
    """Nobody connected: dispatch_failed; connected but silent: operation_timeout."""
    sandbox = await start_sandbox(limits=QUICK)
    absent = await sandbox.act("command", user="UANA", channel="dm", text="/ask anyone?")
    async with Socket(sandbox):
        silent = await sandbox.act("command", user="UANA", channel="dm", text="/ask anyone?")
    unknown = await sandbox.act("command", user="UANA", channel="dm", text="/dance")

    assert [one["error"] for one in (absent, silent, unknown)] == [
        "dispatch_failed",
        "operation_timeout",
        "unknown_command",
    ]


async def test_a_client_that_stops_reading_is_cut_off(start_sandbox: Start) -> None:
    """Whoever waits for its acknowledgement gets an error, not silence."""
    sandbox = await start_sandbox(limits=QUICK)
    async with Socket(sandbox) as socket:
        assert socket.socket._conn is not None
        protocol = socket.socket._conn.protocol
        assert protocol is not None
        protocol.pause_reading()
        acts = (sandbox.act("command", user="UANA", channel="dm", text=f"/ask {'x' * 39_000}") for _ in range(80))
        answers = await asyncio.wait_for(asyncio.gather(*acts), 20)
        protocol.resume_reading()

    assert {answer["error"] for answer in answers} <= {"operation_timeout", "dispatch_failed"}


async def test_ordered_copies_arrive_with_one_event_id(sandbox: Client) -> None:
    """`duplicate` delivers the next event so many times."""
    await sandbox.fault("duplicate", copies=4)
    async with Socket(sandbox) as socket:
        act = await ask(sandbox)
        copies = [await socket.receive() for _ in range(4)]
        await socket.ack(copies[0])

    assert (await act)["acked_ms"] is not None
    assert len({copy["payload"]["event_id"] for copy in copies}) == 1


async def test_an_acknowledgement_can_get_lost_and_an_event_be_brought_again(start_sandbox: Start) -> None:
    """`noack` ignores one acknowledgement; `redeliver` repeats the last envelope even when it was acknowledged."""
    sandbox = await start_sandbox(limits=QUICK)
    await sandbox.fault("noack")
    async with Socket(sandbox) as socket:
        act = await ask(sandbox)
        await socket.ack(await socket.receive())
        await socket.ack(again := await socket.receive())
        await act
        await sandbox.fault("redeliver")
        third = await socket.receive()

    assert [again["retry_attempt"], third["retry_attempt"]] == [1, 2]


async def test_a_ticket_opens_one_connection_and_ten_are_the_most(sandbox: Client) -> None:
    """A used ticket is refused; the eleventh connection is told why it must go."""
    sockets = [await Socket(sandbox).__aenter__() for _ in range(10)]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await sandbox.session.ws_connect(sockets[0].url)
    async with Socket(sandbox) as eleventh:
        refusal = eleventh.hello
    for socket in sockets:
        await socket.__aexit__()

    assert sockets[9].hello["num_connections"] == 10
    assert refusal["reason"] == "too_many_websockets"


async def test_pings_are_echoed(sandbox: Client) -> None:
    """Clients put a time into the ping and read it back from the pong."""
    async with Socket(sandbox) as socket:
        await socket.socket.close()
        ticket = await sandbox.api("apps.connections.open", token="xapp-test")
        async with sandbox.session.ws_connect(ticket["url"], autoping=False) as raw:
            await raw.receive_json()
            await raw.ping(b"sdk-ping-pong:1")
            pong = await raw.receive(timeout=5)

    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_a_dropped_call_was_done(sandbox: Client) -> None:
    """`drop` is the unknown outcome: the post stands, its caller sees a broken connection."""
    client = AsyncWebClient(token="xoxb-test", base_url=f"{sandbox.address}/api/", retry_handlers=[])
    await sandbox.fault("drop", method="chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0ASK", text="did it arrive?")
    messages = (await sandbox.state())["messages"]["C0ASK"]

    assert [message["text"] for message in messages].count("did it arrive?") == 1


async def test_ordered_refusals_look_like_slacks(sandbox: Client) -> None:
    """429 with Retry-After, a server error, an error code; then all is well again."""
    client = AsyncWebClient(token="xoxb-test", base_url=f"{sandbox.address}/api/", retry_handlers=[])
    await sandbox.fault("ratelimit", method="auth.test", retry_after=7)
    await sandbox.fault("error", method="auth.test", status=503)
    listed = await sandbox.fault("error", method="auth.test", error="account_inactive")
    answers = []
    for _ in range(3):
        with pytest.raises(SlackApiError) as caught:
            await client.auth_test()
        response = caught.value.response
        answers.append((response.status_code, response["error"], response.headers.get("Retry-After")))

    assert [fault["fault"] for fault in listed["faults"]] == ["ratelimit", "error", "error"]
    assert answers == [(429, "ratelimited", "7"), (503, "internal_error", None), (200, "account_inactive", None)]
    assert (await client.auth_test())["user_id"] == "UFRONTLINE"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"fault": "storm"}, "fault is one of duplicate, noack"),
        ({"fault": "delay", "event": "app_mention"}, "delay takes method, seconds, times, after"),
        ({"fault": "disconnect", "reason": "boredom"}, "reason is one of warning, refresh_requested"),
        ({"fault": "error", "status": "503"}, "status is a number from 200 to 599"),
    ],
)
async def test_a_fault_that_would_not_do_what_was_meant_is_refused(sandbox: Client, fault: Json, message: str) -> None:
    """With what it takes."""
    answer = await sandbox.fault(**fault)

    assert message in answer["message"]
    assert (await sandbox.get("/sandbox/faults"))["faults"] == []


async def test_every_call_is_in_the_journal(sandbox: Client) -> None:
    """Those that can't be read as well, and without the token."""
    await sandbox.fault("error", method="chat.postMessage", status=429)
    await sandbox.api("chat.postMessage", channel="C0ASK", text="x")
    headers = {"Authorization": "Bearer xoxb-1", "Content-Type": "application/json"}
    async with sandbox.session.post(f"{sandbox.address}/api/chat.update", data=b"{", headers=headers) as response:
        assert (await response.json())["error"] == "invalid_json"
    read = await sandbox.get("/sandbox/journal", since=0)
    last = await sandbox.get("/sandbox/journal", since=1)

    assert [(one["method"], one["status"], one["answer"]["ok"]) for one in read["entries"]] == [
        ("chat.postMessage", 429, False),
        ("chat.update", 200, False),
    ]
    assert (last["entries"], last["next"]) == (read["entries"][1:], 2)
    assert "xoxb" not in json.dumps(read)


async def test_the_workspace_survives_a_restart(start_sandbox: Start, tmp_path: Path) -> None:
    """Messages come back, ids and timestamps go on rising, and a reset returns to the seed."""
    state = tmp_path / "state.json"
    first = await start_sandbox(state=state)
    before = await first.api("chat.postMessage", channel="C0ASK", text="kept")
    await first.slack.close()
    second = await start_sandbox(state=state)
    kept = (await second.state())["messages"]["C0ASK"][-1]
    after = await second.api("chat.postMessage", channel="C0ASK", text="new")
    await second.post("/sandbox/reset", {})
    reset = (await second.state())["messages"]["C0ASK"][-1]

    assert (kept["text"], kept["ts"]) == ("kept", before["ts"])
    assert after["ts"] > before["ts"]
    assert reset["text"].startswith("Welcome Gale!")


async def test_a_response_url_dies_after_its_time(start_sandbox: Start, connect: Connect) -> None:
    """Half an hour in Slack; the sandbox answers 404 afterwards."""
    sandbox = await start_sandbox(limits=Limits(response_url_seconds=0.0))
    app = await connect(sandbox)
    urls: list[str] = []

    @app.command("/ask")
    async def take(ack: Any, command: Json) -> None:
        urls.append(command["response_url"])
        await ack()

    await sandbox.act("command", user="UANA", channel="dm", text="/ask")
    async with sandbox.session.post(urls[0], json={"text": "late"}) as response:
        assert (response.status, (await response.json())["error"]) == (404, "expired_url")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("{", "it is not JSON"),
        ("[1]", "it names no envelope_id"),
        ('{"envelope_id": 7}', "it names no envelope_id"),
        ('{"envelope_id": "unknown"}', "no such envelope is waiting"),
        (b"\xff", "it is not JSON"),
    ],
)
async def test_a_frame_that_acknowledges_nothing_is_noted(sandbox: Client, frame: str | bytes, reason: str) -> None:
    """The connection goes on, and an acknowledgement in a binary frame counts."""
    async with Socket(sandbox) as socket:
        await (socket.socket.send_bytes(frame) if isinstance(frame, bytes) else socket.socket.send_str(frame))
        entry = await sandbox.entry(lambda entry: entry["kind"] == "frame")
        act = await ask(sandbox)
        envelope = await socket.receive()
        await socket.socket.send_bytes(json.dumps({"envelope_id": envelope["envelope_id"]}).encode())

    assert (entry["state"], entry["reason"]) == ("ignored", reason)
    assert (await act)["acked_ms"] is not None


async def test_a_huge_frame_ends_its_connection_only(sandbox: Client) -> None:
    """With the close code for it; a compressed one that grows huge as well."""
    for compress in (0, 15):
        ticket = await sandbox.api("apps.connections.open", token="xapp-test")
        async with sandbox.session.ws_connect(ticket["url"], compress=compress) as socket:
            await socket.receive_json()
            await socket.send_str("x" * 3_000_000)
            closed = await socket.receive(timeout=5)
            assert (closed.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1009)


async def test_permessage_deflate_is_agreed_on_when_offered(sandbox: Client) -> None:
    """JavaScript's client and Python's websockets offer it."""
    ticket = await sandbox.api("apps.connections.open", token="xapp-test")
    async with sandbox.session.ws_connect(ticket["url"], compress=15) as socket:
        assert socket.compress == 15
        assert (await socket.receive_json())["type"] == "hello"


async def test_socket_mode_that_was_switched_off_stays_off(sandbox: Client) -> None:
    """After `link_disabled` no connection opens until the faults are cleared."""
    unused = await sandbox.api("apps.connections.open", token="xapp-test")
    async with Socket(sandbox) as socket:
        await sandbox.fault("disconnect", reason="link_disabled")
        farewell = await socket.receive()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await sandbox.session.ws_connect(unused["url"])
    refused = await sandbox.api("apps.connections.open", token="xapp-test")
    await sandbox.fault("clear")
    opened = await sandbox.api("apps.connections.open", token="xapp-test")

    assert (farewell["type"], farewell["reason"]) == ("disconnect", "link_disabled")
    assert (refused["error"], opened["ok"]) == ("forbidden_team", True)


@pytest.mark.parametrize("reason", ["warning", "silence"])
async def test_a_connection_that_takes_nothing_more_counts_as_gone(sandbox: Client, reason: str) -> None:
    """The pages that are open are told what the state says."""
    changes = sandbox.slack.live.listen(None)
    async with Socket(sandbox):
        await sandbox.fault("disconnect", reason=reason)
        told = [await changes.get(), await changes.get()]
        assert (await sandbox.state())["connected"] == 0

    assert told == [{"type": "connected", "connected": 1}, {"type": "connected", "connected": 0}]


async def test_a_brief_connection_is_told_its_time(sandbox: Client) -> None:
    """`debug_reconnects=true` on its address asks for six minutes."""
    ticket = await sandbox.api("apps.connections.open", token="xapp-test")
    async with sandbox.session.ws_connect(ticket["url"] + "&debug_reconnects=true") as socket:
        brief = await socket.receive_json()
    async with Socket(sandbox) as usual:
        lives = [hello["debug_info"]["approximate_connection_time"] for hello in (brief, usual.hello)]

    assert lives == [360, 18060]


async def test_an_envelope_goes_to_one_connection_only(sandbox: Client) -> None:
    """In turn, so that several processes share the work."""
    async with Socket(sandbox) as first, Socket(sandbox) as second:
        for socket in (first, second):
            act = await ask(sandbox)
            await socket.ack(await socket.receive())
            assert (await act)["acked_ms"] is not None


@pytest.mark.parametrize("accepts", [False, True])
async def test_a_shortcut_takes_a_payload_only_by_setting(start_sandbox: Start, accepts: bool) -> None:
    """What Slack does today is not public: `accepts_response_payload` is false unless told otherwise."""
    sandbox = await start_sandbox(limits=Limits(shortcuts_accept_payload=accepts, follow_seconds=0))
    async with Socket(sandbox) as socket:
        act = asyncio.create_task(sandbox.act("shortcut", user="UANA", callback_id="ask_guides"))
        envelope = await socket.receive()
        await socket.ack(envelope, text="thanks")

    assert envelope["accepts_response_payload"] is accepts
    assert (await act)["response"] == ({"text": "thanks"} if accepts else None)

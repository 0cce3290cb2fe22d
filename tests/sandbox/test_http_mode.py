"""Slack's HTTP mode: signed requests to an app that listens, and what becomes of those that fail."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.app import SlackAppDevelopmentServer
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.local_slack import Limits
from sandbox.request_urls import RequestUrls, Unreachable
from tests.sandbox.conftest import SECRET, Client, Json, Start, manifest

QUICK = Limits(ack_seconds=0.4, follow_seconds=0.1, redelivery=(0.0, 0.1))


# One dialogue with Bolt's own client, sync and async, over sockets and over HTTP


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": "guide",
            "label": plain("Guide"),
            "element": {"type": "external_select", "action_id": "pick", "min_query_length": 1},
        }
    ],
}
BUTTON = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go"), "value": "7"}]}


def answer_async(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mention(event: Json, say: Any) -> None:
        await say(text="Here.", blocks=[BUTTON], thread_ts=event["ts"])

    @app.event("message")
    async def listen() -> None:
        pass

    @app.command("/ask")
    async def ask(ack: Any, command: Json) -> None:
        await ack(f"Looking for {command['text']}")

    @app.shortcut("ask_guides")
    async def shortcut(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.options("pick")
    async def offer(ack: Any, payload: Json) -> None:
        await ack(options=[{"text": plain(f"{payload['value']} day"), "value": "refunds"}])

    @app.view("form")
    async def sent(ack: Any) -> None:
        await ack(response_action="errors", errors={"guide": "Not this"})

    @app.action("go")
    async def go(ack: Any, respond: Any, action: Json) -> None:
        await ack()
        await respond(text=f"Went {action['value']}.", replace_original=True)


def answer_sync(app: App) -> None:
    @app.event("app_mention")
    def mention(event: Json, say: Any) -> None:
        say(text="Here.", blocks=[BUTTON], thread_ts=event["ts"])

    @app.event("message")
    def listen() -> None:
        pass

    @app.command("/ask")
    def ask(ack: Any, command: Json) -> None:
        ack(f"Looking for {command['text']}")

    @app.shortcut("ask_guides")
    def shortcut(ack: Any, body: Json, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.options("pick")
    def offer(ack: Any, payload: Json) -> None:
        ack(options=[{"text": plain(f"{payload['value']} day"), "value": "refunds"}])

    @app.view("form")
    def sent(ack: Any) -> None:
        ack(response_action="errors", errors={"guide": "Not this"})

    @app.action("go")
    def go(ack: Any, respond: Any, action: Json) -> None:
        ack()
        respond(text=f"Went {action['value']}.", replace_original=True)


@asynccontextmanager
async def over_sockets_async(start: Start) -> AsyncIterator[Client]:
    sandbox = await start()
    app = AsyncApp(client=AsyncWebClient(token="xoxb-test", base_url=f"{sandbox.address}/api/"))
    answer_async(app)
    handler = AsyncSocketModeHandler(app, "xapp-test")
    await handler.connect_async()
    yield sandbox
    await handler.close_async()


@asynccontextmanager
async def over_sockets_sync(start: Start) -> AsyncIterator[Client]:
    sandbox = await start()
    app = await asyncio.to_thread(
        App, client=WebClient(token="xoxb-test", base_url=f"{sandbox.address}/api/"), token_verification_enabled=False
    )
    answer_sync(app)
    handler = SocketModeHandler(app, "xapp-test", ping_interval=1)
    await asyncio.to_thread(handler.connect)
    yield sandbox
    await asyncio.to_thread(handler.close)


@asynccontextmanager
async def over_http_async(start: Start) -> AsyncIterator[Client]:
    client = AsyncWebClient(token="xoxb-test")
    app = AsyncApp(client=client, signing_secret=SECRET)
    answer_async(app)
    async with listening(app.web_app("/slack/events")) as address:
        sandbox = await start(request_url=f"{address}/slack/events")
        client.base_url = f"{sandbox.address}/api/"
        await passed(sandbox)
        yield sandbox


@asynccontextmanager
async def over_http_sync(start: Start) -> AsyncIterator[Client]:
    client = WebClient(token="xoxb-test")
    app = App(client=client, signing_secret=SECRET, token_verification_enabled=False)
    answer_sync(app)
    with serving(app) as address:
        sandbox = await start(request_url=f"{address}/slack/events")
        client.base_url = f"{sandbox.address}/api/"
        await passed(sandbox)
        yield sandbox


@contextmanager
def serving(app: App) -> Iterator[str]:
    server = SlackAppDevelopmentServer(port=0, path="/slack/events", app=app)
    thread = threading.Thread(target=server._server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server._server.server_address[1]}"
    server._server.shutdown()
    server._server.server_close()
    thread.join()


@pytest.mark.parametrize("way", [over_sockets_async, over_sockets_sync, over_http_async, over_http_sync])
async def test_bolt_holds_the_same_dialogue_either_way(
    start_sandbox: Start, way: Callable[[Start], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Mention, button, command, shortcut, suggestions and a submission with errors."""
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    async with way(start_sandbox) as sandbox:
        mention = await sandbox.act("message", user="UANA", channel="C0ASK", text="@Frontline hello")
        posted = await sandbox.entry(lambda entry: entry.get("method") == "chat.postMessage")
        clicked = await sandbox.act("click", user="UANA", action_id="go")
        command = await sandbox.act("command", user="UANA", channel="dm", text="/ask refunds")
        opened = await sandbox.act("shortcut", user="UANA", callback_id="ask_guides")
        offered = await sandbox.act("suggest", user="UANA", action_id="pick", value="14")
        refused = await sandbox.act("submit", user="UANA", values={"pick": "refunds"})

    assert mention["acked_ms"] is not None
    assert posted["answer"]["message"]["thread_ts"] == mention["message"]["ts"]
    assert clicked["message"]["text"] == "Went 7."
    assert command["message"]["text"] == "Looking for refunds"
    assert opened["view"]["callback_id"] == "form"
    assert offered["response"]["options"] == [{"text": plain("14 day"), "value": "refunds"}]
    assert refused["response"] == {"response_action": "errors", "errors": {"guide": "Not this"}}


# A bare app, for what a well-behaved one never does


class Listener:
    """Keeps every request and answers as told: a status, headers and a body, or after a wait."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response | float] = []
        self.came = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if b"url_verification" in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        if body.startswith(b"ssl_check"):
            return web.Response()
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, body))
        self.came.set()
        answer = self.answers.pop(0) if self.answers else web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response()
        return answer

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/slack/events", self.take)
        return app


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def passed(sandbox: Client) -> None:
    await sandbox.entry(lambda entry: entry["kind"] == "check" and entry["state"] == "passed")


Begin = Callable[..., Awaitable[tuple[Client, Listener]]]


@pytest.fixture
async def begin(start_sandbox: Start) -> AsyncIterator[Begin]:
    """A sandbox in HTTP mode and the listener it sends to, which answers as given."""
    places = []

    async def start(*answers: web.Response | float) -> tuple[Client, Listener]:
        listener = Listener()
        place = listening(listener.app())
        places.append(place)
        sandbox = await start_sandbox(limits=QUICK, request_url=f"{await place.__aenter__()}/slack/events")
        await passed(sandbox)
        listener.answers = list(answers)
        return sandbox, listener

    yield start
    for place in places:
        await place.__aexit__(None, None, None)


async def test_every_request_is_signed_and_encoded_as_slack_does(begin: Begin) -> None:
    """JSON for events, a form for commands, JSON in a form for interactions; the signature is over the raw body."""
    sandbox, listener = await begin()
    await sandbox.act("message", user="UANA", channel="dm", text="é & <é>")
    await sandbox.act("command", user="UANA", channel="dm", text="/ask é + é")
    await sandbox.act("shortcut", user="UANA", callback_id="ask_guides")

    verifier = SignatureVerifier(SECRET)
    assert all(verifier.is_valid_request(body, headers) for headers, body in listener.requests)
    assert [headers["content-type"] for headers, _ in listener.requests] == [
        "application/json",
        *["application/x-www-form-urlencoded"] * 2,
    ]
    event, command, interaction = (body for _, body in listener.requests)
    assert json.loads(event)["event"]["text"] == "é &amp; &lt;é&gt;"
    assert parse_qs(command.decode())["text"] == ["é + é"]
    assert json.loads(parse_qs(interaction.decode())["payload"][0])["callback_id"] == "ask_guides"


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (web.Response(status=500), "http_error"),
        (0.6, "http_timeout"),
        (web.Response(status=302, headers={"Location": "/slack/events"}), "too_many_redirects"),
        (web.Response(status=302, headers={"Location": "http://10.255.255.1/"}), "unknown_error"),
    ],
)
async def test_a_failed_event_comes_again_with_the_reason(
    begin: Begin, first: web.Response | float, reason: str
) -> None:
    """At once, with `x-slack-retry-num` and `x-slack-retry-reason`; never to another machine."""
    redirects = [first] * 3 if reason == "too_many_redirects" else [first]
    sandbox, listener = await begin(*(_fresh(one) for one in redirects))
    act = await sandbox.act("message", user="UANA", channel="dm", text="hello")
    await sandbox.entry(lambda entry: entry.get("state") == "acked")

    headers, body = listener.requests[-1]
    assert "x-slack-retry-num" not in listener.requests[0][0]
    assert (headers["x-slack-retry-num"], headers["x-slack-retry-reason"]) == ("1", reason)
    assert body == listener.requests[0][1]
    assert act["ok"]


def _fresh(answer: web.Response | float) -> web.Response | float:
    """A response can be sent only once."""
    return answer if isinstance(answer, float) else web.Response(status=answer.status, headers=answer.headers)


async def test_the_manifest_may_name_a_url_for_each_kind(start_sandbox: Start) -> None:
    """With Socket Mode off: events, interactions, options and each command go where it says."""
    taken: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        if "challenge" in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        if not body.startswith("ssl_check"):
            taken.append((request.path, request.content_type))
        return web.Response()

    app = web.Application()
    app.router.add_post("/{anything}", take)
    content = manifest()
    async with listening(app) as address:
        settings = content["settings"]
        settings["socket_mode_enabled"] = False
        settings["event_subscriptions"]["request_url"] = f"{address}/events"
        settings["interactivity"] = {"request_url": f"{address}/clicks", "message_menu_options_url": f"{address}/menus"}
        content["features"]["slash_commands"][0]["url"] = f"{address}/ask"
        sandbox = await start_sandbox(content, limits=QUICK)
        await passed(sandbox)
        select = {"type": "external_select", "action_id": "guide"}
        blocks = [{"type": "actions", "elements": [select, *BUTTON["elements"]]}]
        await sandbox.act("message", user="UANA", channel="dm", text="hello")
        await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/ask")
        homeless = await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/raw")
        private = {"channel": "C0ASK", "user": "UANA"}
        await sandbox.api("chat.postEphemeral", text="x", blocks=blocks, **private)
        await sandbox.act("click", action_id="go", **private)
        await sandbox.act("suggest", action_id="guide", value="x", **private)

    form = "application/x-www-form-urlencoded"
    assert taken == [("/events", "application/json"), *((path, form) for path in ("/ask", "/clicks", "/menus"))]
    assert homeless["error"] == "dispatch_failed"


async def test_no_retry_is_respected(begin: Begin) -> None:
    """An answer with `x-slack-no-retry: 1` is the last; without it the event is given up after the last retry."""
    no_more = web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    sandbox, listener = await begin(no_more, *(web.Response(status=500) for _ in range(3)))
    await sandbox.act("message", user="UANA", channel="dm", text="once")
    first = await sandbox.entry(lambda entry: entry.get("state") == "gave_up")
    await sandbox.act("message", user="UANA", channel="dm", text="three times")
    second = await sandbox.entry(lambda entry: entry.get("state") == "gave_up", since=first["n"])

    assert [len(first["attempts"]), len(second["attempts"]), len(listener.requests)] == [1, 3, 4]
    assert second["reason"] == "http_error"


async def test_a_command_is_answered_in_the_body(begin: Begin) -> None:
    """As plain text or JSON; an error or a late answer fails in Slack's words."""
    said = web.json_response({"text": "For all.", "response_type": "in_channel"})
    sandbox, _ = await begin(web.Response(text="Just text."), said, web.Response(status=500), 0.6)
    acts = [await sandbox.act("command", user="UANA", channel="C0IDEAS", text="/ask") for _ in range(4)]

    assert acts[0]["message"]["text"] == "Just text."
    assert "bot_id" in acts[1]["message"]
    assert [act.get("error") for act in acts] == [None, None, "dispatch_failed", "operation_timeout"]


async def test_an_app_that_starts_later_is_found(
    start_sandbox: Start, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Until its URL passes the check that is said, and events wait."""
    address = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    sandbox = await start_sandbox(request_url=address)
    await sandbox.entry(lambda entry: entry["kind"] == "check" and entry["state"] == "failed")
    absent = await sandbox.act("message", user="UANA", channel="dm", text="anybody there?")
    dropped = await sandbox.fault("disconnect")
    listener = Listener()
    runner = web.AppRunner(listener.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    await sandbox.entry(lambda entry: entry.get("state") == "acked")
    await runner.cleanup()

    assert absent["delivered"] is False
    assert f"The request URL {address} failed Slack's check: it can't be reached" in caplog.text
    assert json.loads(listener.requests[0][1])["event"]["text"] == "anybody there?"
    assert dropped["error"] == "socket_mode_off"


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (lambda given: web.Response(status=401), "is its signing secret the one given"),
        (lambda given: web.Response(text="hello"), "is not the challenge"),
        (lambda given: web.Response(text=given["challenge"]), ""),
        (
            lambda given: web.Response(
                body=f"challenge={given['challenge']}", content_type="application/x-www-form-urlencoded"
            ),
            "",
        ),
    ],
)
async def test_the_check_says_what_is_wrong(
    start_sandbox: Start, respond: Callable[[Json], web.Response], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The challenge may come back as text, in a form or in JSON."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        return respond(json.loads(body)) if b"challenge" in body else web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    async with listening(app) as address:
        sandbox = await start_sandbox(request_url=f"{address}/")
        check = await sandbox.entry(lambda entry: entry["kind"] == "check")

    assert check["state"] == ("failed" if said else "passed")
    assert said in caplog.text


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("https://example.com/slack/events", SECRET, "is not on this machine"),
        ("http://[::1/slack", SECRET, "is no http or https address"),
        ("ftp://127.0.0.1/", SECRET, "is no http or https address"),
        ("http://127.0.0.1:99999/", SECRET, "is no http or https address"),
        ("http://127.0.0.1:3000/slack/events", "", "give the app's signing secret"),
        ("", SECRET, "names no request URL"),
    ],
)
def test_a_url_that_may_not_be_used_is_refused(url: str, secret: str, said: str) -> None:
    """Before anything is sent to it."""
    with pytest.raises(Unreachable, match=said):
        RequestUrls({"events": url} if url else {}, secret, ack_seconds=3)


async def test_apps_connections_open_is_refused_over_http(begin: Begin) -> None:
    """An app in HTTP mode has no sockets."""
    sandbox, _ = await begin()
    answer = await sandbox.api("apps.connections.open", token="xapp-test")

    assert (answer["error"], answer["response_metadata"]["messages"]) == (
        "forbidden_team",
        ["[ERROR] Socket Mode is off for this app"],
    )

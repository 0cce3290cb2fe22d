"""Thousands of broken calls, acts, frames and requests: no traceback, no server error, and all is well afterwards."""

import asyncio
import json
import logging
import random
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest

from sandbox.acts import ACTS
from sandbox.blocks import BLOCKS
from sandbox.local_slack import Limits
from sandbox.methods import METHODS
from tests.sandbox.conftest import Client, Json, Start, manifest
from tests.sandbox.contract import CONTRACT, EVERY_SCOPE, PLAUSIBLE, modal

KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b")
IMPATIENT = Limits(ack_seconds=0.05, follow_seconds=0, redelivery=())
HUGE_TEXT = "é\u202e<!channel>" * 5_000
WORDS = [
    *(
        "",
        "0",
        "-1",
        "C0ASK",
        "UANA",
        "UADMIN",
        "dm",
        "#wins",
        "F0",
        "1.000001",
        "[]",
        "{}",
        "null",
        "true",
        "\x00",
        "\ud800",
    ),
    *("'; DROP TABLE messages; --", "<script>", "../../etc/passwd", "now", "1e999", "😀" * 300, HUGE_TEXT),
]
NUMBERS = [0, -1, 2**31, 2**63, -(2**70), 10**400, 1.5, 1e308, -0.0, True, False, None]
TYPES = [
    *BLOCKS,
    "plain_text",
    "mrkdwn",
    "rich_text_section",
    "link",
    "option",
    "modal",
    "home",
    "button",
    "no_such_type",
]
NAMES = [
    *("type", "text", "blocks", "elements", "element", "fields", "options", "option_groups", "accessory", "label"),
    *("value", "url", "style", "confirm", "action_id", "block_id", "rows", "event_type", "event_payload", "id"),
]
FIELDS = [
    *(
        "user",
        "channel",
        "text",
        "thread_ts",
        "message_ts",
        "action_id",
        "block_id",
        "value",
        "view_id",
        "values",
        "forge",
    ),
    *(
        "remove",
        "emoji",
        "command",
        "callback_id",
        "target",
        "name",
        "content",
        "users",
        "tz",
        "handle",
        "title",
        "all",
    ),
]


class Junk:
    """Made-up arguments, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        documented = json.loads(CONTRACT.read_text()) if CONTRACT.exists() else {}
        self.arguments = {
            name: [*method.required, *documented.get(name, {}).get("optional", ()), *PLAUSIBLE]
            for name, method in METHODS.items()
        }

    def pick(self, among: Any) -> Any:
        return self.chance.choice(list(among))

    def value(self, depth: int = 0) -> Any:
        roll = self.chance.random()
        if depth > 4 or roll < 0.35:
            return self.pick([*WORDS, *TYPES])
        if roll < 0.5:
            return self.pick(NUMBERS)
        if roll < 0.52:
            return nested(self.pick([50, 70, 900]))
        if roll < 0.7:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        block = {"type": self.pick(TYPES)} if self.chance.random() < 0.8 else {}
        return block | {self.pick(NAMES): self.value(depth + 1) for _ in range(self.chance.randrange(5))}

    def call(self) -> tuple[str, Json]:
        """A method's name with arguments that are good but for some."""
        name = self.pick(sorted(METHODS))
        given = {one: PLAUSIBLE.get(one, "x") for one in METHODS[name].required}
        names = self.arguments[name]
        return name, given | {self.pick(names): self.value() for _ in range(self.chance.randrange(1, 4))}

    def act(self) -> Json:
        given = {"user": "UANA", "channel": self.pick(["C0ASK", "dm"]), "text": "x", "do": self.pick(sorted(ACTS))}
        return given | {self.pick(FIELDS): self.value() for _ in range(self.chance.randrange(5))}

    def noise(self, most: int = 300) -> bytes:
        if self.chance.random() < 0.5:
            return self.chance.randbytes(self.chance.randrange(most))
        return "".join(self.chance.choices(string.printable, k=self.chance.randrange(most))).encode()


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"elements": [value]} if depth % 2 else [value]
    return value


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


class Attack:
    """Sends junk in every way there is, and remembers the answers that a server must never give."""

    def __init__(self, sandbox: Client, junk: Junk, url: str) -> None:
        self.sandbox, self.junk, self.url = sandbox, junk, url
        self.bad: list[str] = []
        self.ways: list[Callable[[], Any]] = [
            *[self.call_as_json] * 4,
            *[self.call_as_form] * 3,
            *[self.act] * 4,
            *(self.call_as_multipart, self.call_in_query, self.call_mislabelled, self.noise_anywhere),
            *(self.use_response_url, self.raw_request, self.frames),
        ]

    async def strike(self) -> None:
        await self.junk.pick(self.ways)()

    async def post(self, path: str, body: bytes, kind: str) -> None:
        headers = {"Authorization": "Bearer xoxb-1", "Content-Type": kind}
        async with self.sandbox.session.post(self.sandbox.address + path, data=body, headers=headers) as response:
            answer = await response.read()
        if response.status >= 500 or b"fatal_error" in answer:
            self.bad.append(f"{response.status} {path} {kind} {body[:300]!r}")

    async def call_as_json(self) -> None:
        name, given = self.junk.call()
        await self.post(f"/api/{name}", as_json(given), "application/json; charset=utf-8")

    async def call_as_form(self) -> None:
        name, given = self.junk.call()
        form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}
        body = urlencode(form, errors="surrogatepass").encode()
        await self.post(f"/api/{name}", body, "application/x-www-form-urlencoded")

    async def call_as_multipart(self) -> None:
        name, given = self.junk.call()
        part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
        extra = self.junk.pick(
            ["", '; filename="a"', "\r\nContent-Type: x/\x00", "\r\nContent-Transfer-Encoding: base64"]
        )
        body = (
            "".join(part.format(key, extra, json.dumps(value)) for key, value in given.items()).encode() + b"--b--\r\n"
        )
        cut = self.junk.chance.randrange(len(body)) if self.junk.chance.random() < 0.5 else len(body)
        boundary = self.junk.pick(["; boundary=b", "", "; boundary=", "; boundary=other", "; boundary=" + "x" * 100])
        await self.post(f"/api/{name}", body[:cut], f"multipart/form-data{boundary}")

    async def call_in_query(self) -> None:
        name, given = self.junk.call()
        query = urlencode({key: json.dumps(value)[:2_000] for key, value in given.items()})
        await self.post(f"/api/{name}?{query}&{quote(self.junk.noise(20))}", b"", "application/json")

    async def call_mislabelled(self) -> None:
        name, given = self.junk.call()
        kind = self.junk.pick(
            [
                *("application/json; charset=utf-16", "application/json; charset=nonsense", "text/plain", "x", "/", ""),
                *(
                    "application/x-www-form-urlencoded; charset=utf-7",
                    "application/x-www-form-urlencoded; charset=idna",
                ),
            ]
        )
        await self.post(f"/api/{name}", as_json(given), kind)

    async def noise_anywhere(self) -> None:
        path = self.junk.pick(
            ["/api/chat.postMessage", "/api/" + quote(self.junk.noise(30)), "/sandbox/act", "/upload/v1/x/y"]
        )
        kind = self.junk.pick(
            ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
        )
        await self.post(path, self.junk.noise(), kind)

    async def use_response_url(self) -> None:
        kind = self.junk.pick(["application/json", "application/x-www-form-urlencoded"])
        await self.post(self.url, as_json({"text": "x", self.junk.pick(NAMES): self.junk.value()}), kind)

    async def act(self) -> None:
        await self.post("/sandbox/act", as_json(self.junk.act()), "application/json")

    async def raw_request(self) -> None:
        """Cut off in the middle, or no HTTP at all."""
        host, _, port = self.sandbox.address.removeprefix("http://").rpartition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /api/chat.postMessage HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 999\r\n"
        kind = self.junk.pick(
            ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
        )
        writer.write(
            self.junk.pick([f"{head}Content-Type: {kind}\r\n\r\n--b".encode(), self.junk.noise() + b"\r\n\r\n"])
        )
        await writer.drain()
        writer.close()

    async def frames(self) -> None:
        """On a connection of their own, which may end over them."""
        ticket = await self.sandbox.api("apps.connections.open", token="xapp-test")
        if not ticket["ok"]:
            return
        async with self.sandbox.session.ws_connect(ticket["url"], max_msg_size=0) as socket:
            for _ in range(5):
                ack = as_json({"envelope_id": self.junk.value(), "payload": self.junk.value()})
                message = self.junk.pick([ack, self.junk.noise(), b"{", b"\xff\xfe", b"[" * 5_000, as_json(nested(70))])
                try:
                    await socket.send_frame(message, self.junk.pick([aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY]))
                    await socket.ping(self.junk.noise(100))
                except (aiohttp.ClientError, ConnectionError):
                    return


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])])
@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
async def test_junk_is_answered_and_leaves_no_trace(
    start_sandbox: Start, caplog: pytest.LogCaptureFixture, count: int
) -> None:
    """Over the Web API, the acts, response_urls, sockets and the bare wire."""
    caplog.set_level(logging.WARNING)
    sandbox = await start_sandbox(manifest(scopes=EVERY_SCOPE), limits=IMPATIENT)
    where = {"user": "UANA", "channel": "C0ASK"}
    url = sandbox.slack.response_url("actions", None, **where).removeprefix(sandbox.address)
    attack = Attack(sandbox, Junk(count), url)
    for _ in range(count // 10):
        await asyncio.gather(*(attack.strike() for _ in range(10)))
        sandbox.slack.workspace.state["response_urls"][url.rpartition("/")[2]]["uses"] = 0
    sandbox.slack.workspace.bot.pop("is_uninstalled", None)
    posted = await sandbox.api("chat.postMessage", channel="UANA", text="all well")
    opened = sandbox.slack.trigger("UANA", None)
    shown = await sandbox.api("views.open", trigger_id=opened, view=modal())

    assert attack.bad == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert (posted["ok"], shown["ok"]) == (True, True)
    assert len(json.dumps(await sandbox.state())) > 1_000

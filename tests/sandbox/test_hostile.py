"""Other sites' pages, broken bodies and nonsense."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.acts import ACTS
from sandbox.manifest import manifest_from
from sandbox.methods import METHODS
from sandbox.seed import opening_state, read_seed
from tests.sandbox.conftest import SEED, Client, Json, Start, manifest
from tests.sandbox.contract import EVERY_SCOPE, PLAUSIBLE, documented, errors_of


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Origin": "http://evil.example"}, "forbidden_origin"),
        ({"Origin": "null"}, "forbidden_origin"),
        ({"Host": "evil.example"}, "forbidden_host"),
        ({"Host": "[::1"}, "forbidden_host"),
        ({"Origin": "http://[::1"}, "forbidden_host"),
    ],
)
async def test_pages_of_other_sites_cannot_drive_it(sandbox: Client, headers: dict[str, str], error: str) -> None:
    """Neither by posting across origins nor by pointing their own name here."""
    async with sandbox.session.post(f"{sandbox.address}/sandbox/reset", headers=headers) as response:
        assert (response.status, (await response.json())["error"]) == (403, error)


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200)])
async def test_a_picture_in_another_sites_page_calls_nothing(sandbox: Client, site: str, status: int) -> None:
    """Browsers send no Origin with it, but say what asked; a link to a message still leads there."""
    call = "/api/chat.postMessage?token=xoxb-1&channel=C0ASK&text=hi"
    headers = {"Sec-Fetch-Site": site}
    async with sandbox.session.get(sandbox.address + call, headers=headers) as response:
        assert response.status == status
    headers["Sec-Fetch-Mode"] = "navigate"
    async with sandbox.session.get(f"{sandbox.address}/archives/C0ASK/p1794817920000100", headers=headers) as response:
        assert (response.status, response.url.path) == (200, "/")
    async with sandbox.session.get(sandbox.address + call, headers=headers) as response:
        assert response.status == status


async def test_the_page_may_only_use_its_own_files(sandbox: Client) -> None:
    """A strict policy on every answer."""
    async with sandbox.session.get(f"{sandbox.address}/") as response:
        policy = response.headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b'{"x": 1e999}', b"[" * 5000, b"null", b""])
@pytest.mark.parametrize("path", ["/sandbox/act", "/sandbox/faults", "/api/chat.postMessage", "/commands/T/1/x"])
async def test_broken_bodies_get_an_error_in_json(sandbox: Client, path: str, body: bytes) -> None:
    """Never a server error."""
    headers = {"Content-Type": "application/json"}
    async with sandbox.session.post(sandbox.address + path, data=body, headers=headers) as response:
        assert response.status < 500
        assert (await response.json())["error"] not in ("fatal_error", None)


@pytest.mark.parametrize("url", ["https://a℀b.example/", "https://a:b:c/", "https://a@@b/"])
async def test_a_link_that_is_no_address_is_posted(sandbox: Client, url: str) -> None:
    """Like any other text, by people and by the app."""
    said = await sandbox.act("message", user="UANA", channel="C0ASK", text=f"see {url}")
    posted = await sandbox.api("chat.postMessage", channel="C0ASK", text=f"see <{url}>")

    assert (said["ok"], posted["ok"]) == (True, True)


WORDS = ["C0ASK", "DANA", "UANA", "dm", "#wins", "1.000001", "", "[]", "{}", "tada", "\ud800", "-1", "/ask"]
TYPES = ["section", "actions", "input", "context", "button", "modal", "home", "plain_text", "mrkdwn", "table"]
NAMES = [
    "type",
    "text",
    "elements",
    "fields",
    "blocks",
    "element",
    "label",
    "options",
    "action_id",
    "rows",
    "accessory",
]
MORE = ["text", "blocks", "attachments", "metadata", "limit", "cursor", "oldest", "chunks", "trigger_id", "view_id"]
FIELDS = ["user", "channel", "text", "thread_ts", "message_ts", "action_id", "value", "view_id", "values", "forge"]
SEEDED = opening_state(read_seed(SEED), manifest_from(manifest()))["messages"]["C0ASK"][0]["ts"]
scalars = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
things = st.recursive(
    scalars | st.sampled_from(TYPES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
calls = st.builds(  # valid but for one to three arguments, so that the checks behind the first are reached
    lambda name, fields: (f"/api/{name}", {one: PLAUSIBLE[one] for one in METHODS[name].required} | fields),
    st.sampled_from(sorted(METHODS)),
    st.dictionaries(st.sampled_from([*PLAUSIBLE, *MORE]), things, min_size=1, max_size=3),
)
acts = st.builds(
    lambda do, fields: ("/sandbox/act", {"user": "UANA", "channel": "C0ASK", "message_ts": SEEDED, **fields, "do": do}),
    st.sampled_from(sorted(ACTS)),
    st.dictionaries(st.sampled_from(FIELDS), things, max_size=6),
)


async def test_nothing_sent_makes_it_fail(start_sandbox: Start) -> None:
    """Whatever arrives is answered in JSON, without a failure and with errors that Slack documents."""
    sandbox = await start_sandbox(manifest(scopes=EVERY_SCOPE))
    contract = documented()
    loop = asyncio.get_running_loop()

    async def send(path: str, body: Json) -> None:
        headers = {"Authorization": "Bearer xoxb-1"}
        async with sandbox.session.post(sandbox.address + path, json=body, headers=headers) as response:
            answer = await response.json()
        assert response.status < 500
        assert answer.get("error") != "fatal_error"
        name = path.removeprefix("/api/")
        if name in contract and name != "api.test" and not answer["ok"]:
            assert answer["error"] in errors_of(contract, name) | {"invalid_json"}

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(calls | acts)
    def fuzz(sent: tuple[str, Json]) -> None:
        asyncio.run_coroutine_threadsafe(send(*sent), loop).result(20)

    await asyncio.to_thread(fuzz)

"""What surrounds the messages' blocks: channels, news, threads, the composer, keys, history, the drawer, the tour."""

import asyncio
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.test_page import MANIFEST, QUIET, ROOT

HOSTILE = '<img src=x onerror="window.hacked=1">'
LONG = 700  # messages in the long channel
DRAWN = "[...document.querySelectorAll('main .message .body')].map((body) => Number(body.textContent.slice(5)))"
PHONE = {"width": 390, "height": 844}
ODD_FRAME = """url => {
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send('{oops');
  socket.onmessage = () => socket.close();
}"""
Open = Callable[..., Page]


class Sandbox:
    """The server in a process of its own, its app, and what people do through its API."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = WebClient(token="xoxb-page", base_url=f"{address}/api/")

    def act(self, do: str, user: str = "UANA", **fields: Any) -> dict[str, Any]:
        answer = self.post("/sandbox/act", {"do": do, "user": user, **fields})
        assert answer["ok"], answer
        return answer

    def say(self, user: str, channel: str, text: str, **fields: Any) -> str:
        return str(self.act("message", user, channel=channel, text=text, **fields)["message"]["ts"])

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sample company, with somebody and a channel of hostile names and a channel with a long past."""
    folder = tmp_path_factory.mktemp("page")
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    seed["users"].append({"id": "UEVIL", "handle": "evil", "name": HOSTILE, "title": HOSTILE})
    past = [
        {"user": "UANA" if number % 3 else "UBEN", "text": f"line {number}", "at": _minute(number)}
        for number in range(LONG)
    ]
    seed["channels"] += [
        {"id": "C0LONG", "name": "long", "members": "everyone", "bot": True, "messages": past},
        {"id": "C0EVIL", "name": HOSTILE, "purpose": HOSTILE, "members": "everyone"},
    ]
    (folder / "seed.yaml").write_text(yaml.safe_dump(seed), encoding="utf-8")
    prompts = [{"title": "Opening hours", "message": "When do we open?"}]
    manifest: dict[str, Any] = json.loads(json.dumps(MANIFEST))
    manifest["features"]["agent_view"] = {"suggested_prompts": prompts}
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    options = {"--manifest": "manifest.yaml", "--seed": "seed.yaml", "--state": "state"}
    arguments = [str(part) for name, file in options.items() for part in (name, folder / file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    sandbox = Sandbox(found[0])
    with connected(sandbox.address):
        yield sandbox
    process.terminate()
    process.wait()
    process.stdout.close()


def _minute(number: int) -> str:
    return f"2026-01-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"


@contextmanager
def connected(address: str) -> Iterator[None]:
    """A bot in a thread of its own that answers a mention in its thread and a command privately."""
    client = AsyncWebClient(token="xoxb-page", base_url=f"{address}/api/")
    app = AsyncApp(client=client)

    @app.event("app_mention")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        text = f"You wrote: {event['text']}"
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=text)

    @app.command("/look")
    async def look(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You looked for *{command['text']}*")

    @app.event("message")
    @app.event("app_home_opened")
    async def ignore() -> None:
        pass

    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    async def begin() -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(app, "xapp-page")
        await handler.connect_async()
        return handler

    handler = run(begin())
    yield
    run(handler.close_async())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=20_000)  # on a busy machine; a wait ends as soon as the thing is there
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(sandbox: Sandbox, browser: Browser) -> Iterator[Open]:
    """Opens a window of its own; at the end no script failed, no style was refused, nothing outside was asked."""
    complaints: list[str] = []
    contexts = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.on("request", lambda sent: None if sent.url.startswith(ours) else complaints.append(sent.url))

    ours = (sandbox.address, "data:", "blob:")

    def open_one(place: str = "?user=UANA#C0ASK", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(f"{sandbox.address}/{place}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def entry(page: Page, channel: str) -> Locator:
    return page.locator(f'.sidebar [data-channel="{channel}"]')


def message(page: Page, text: str) -> Locator:
    return page.locator("main .message").filter(has=page.locator(".body", has_text=text)).last


def press_in_menu(page: Page, line: Locator, testid: str) -> None:
    line.hover()
    line.get_by_test_id("message-menu").click()
    page.get_by_test_id(testid).click()


def test_at_first_glance_it_is_slack(open_page: Open) -> None:
    """Channels with signs, conversations, roles, days, pins, threads, and a reply that went to the channel."""
    page = open_page("?user=UADMIN#C0IDEAS")
    expect(entry(page, "C0PRIVATE")).to_contain_text("private")
    expect(entry(page, "C0COBALT")).to_contain_text("shared with another company")
    expect(entry(page, "D0MAYAKIRA")).to_contain_text("Kira Novak")
    expect(page.get_by_text("Yesterday", exact=True)).to_be_visible()
    first = page.locator("main .message").first
    expect(first).to_contain_text("Pinned by Ana Duarte")
    expect(first.get_by_test_id("replies")).to_contain_text("4 replies")
    expect(message(page, "First week: 41 visits")).to_contain_text("replied to a thread: Customers keep asking")

    page.get_by_test_id("pins").click()
    page.get_by_role("menuitem", name="Ana Duarte").click()
    expect(first).to_be_focused()

    entry(page, "C0ASK").click()
    guest = message(page, "New here for three months")
    expect(guest.locator(".heading")).to_contain_text("GUEST")
    guest.locator("button.author").click()
    profile = page.get_by_test_id("profile")
    expect(profile).to_contain_text("Contractor")
    profile.get_by_test_id("act-as").click()
    expect(page.get_by_test_id("user-switch")).to_contain_text("Gale Guest")
    expect(entry(page, "C0IDEAS")).to_have_count(0)
    expect(page.locator(".sidebar .entry", has_text="Helper")).to_have_count(1)


def test_what_is_new_is_marked_for_each_person(sandbox: Sandbox, open_page: Open) -> None:
    """Bold for news, a number for mentions, a line where the news begins, and all of it again on request."""
    page = open_page("?user=UANA#C0ASK")
    expect(entry(page, "C0WINS")).to_be_visible()
    sandbox.say("UBEN", "C0WINS", "nothing for you")
    ts = sandbox.say("UBEN", "C0IDEAS", "what do you think, @ana?")
    sandbox.say("UDEV", "D0ANADEV", "coffee?")
    expect(entry(page, "C0WINS")).to_have_class(re.compile("is-unread"))
    expect(entry(page, "C0WINS").locator(".badge")).to_have_count(0)
    expect(entry(page, "C0IDEAS").locator(".badge")).to_contain_text("1")
    expect(entry(page, "D0ANADEV").locator(".badge")).to_contain_text("1")
    expect(page).to_have_title(re.compile(r"^\(2\) "))

    entry(page, "C0IDEAS").click()
    expect(page.locator(f'[data-ts="{ts}"]').get_by_test_id("new-line")).to_be_visible()
    expect(entry(page, "C0IDEAS").locator(".badge")).to_have_count(0)
    page.reload()
    expect(entry(page, "D0ANADEV").locator(".badge")).to_contain_text("1")
    expect(entry(page, "C0IDEAS")).not_to_have_class(re.compile("is-unread"))
    press_in_menu(page, message(page, "what do you think"), "mark-unread")
    entry(page, "C0ASK").click()
    expect(entry(page, "C0IDEAS")).to_have_class(re.compile("is-unread"))


def test_a_message_can_be_answered_marked_changed_and_taken_back(sandbox: Sandbox, open_page: Open) -> None:
    """Reactions, a reply that is also sent to the channel, edit by arrow up, JSON, pin, delete, and dismissing."""
    page = open_page("?user=UBEN#C0BILLING")
    composer = page.get_by_test_id("composer")
    composer.fill("first version")
    composer.press("Enter")
    line = message(page, "first version")
    line.hover()
    line.get_by_role("button", name="React with eyes").click()
    expect(line.locator('[data-emoji="eyes"]')).to_have_attribute("aria-label", "eyes, 1: You")

    composer.press("ArrowUp")
    line.get_by_label("Edit message").fill("second version")
    page.keyboard.press("Enter")
    line = message(page, "second version")
    expect(line.locator(".edited")).to_be_visible()

    press_in_menu(page, line, "view-blocks")
    dialog = page.get_by_test_id("text-dialog")
    assert json.loads(dialog.locator("pre").inner_text())["text"] == "second version"
    page.keyboard.press("Escape")

    line.hover()
    line.get_by_test_id("reply").click()
    thread = page.get_by_test_id("thread")
    thread.get_by_test_id("to-channel").check()
    thread.get_by_test_id("thread-composer").fill("and for everybody")
    page.keyboard.press("Enter")
    expect(message(page, "and for everybody")).to_contain_text("replied to a thread: second version")
    expect(line.get_by_test_id("replies")).to_contain_text("1 reply")
    page.keyboard.press("Escape")

    press_in_menu(page, line, "pin")
    expect(line).to_contain_text("Pinned by you")
    press_in_menu(page, line, "delete")
    page.get_by_test_id("confirm").get_by_role("button", name="Delete").click()
    expect(page.locator("main .message", has_text="second version").locator(".edited")).to_have_count(0)

    composer.fill("/look around")
    composer.press("Enter")
    private = message(page, "You looked for")
    private.get_by_test_id("dismiss").click()
    expect(private).to_have_count(0)
    page.reload()
    expect(message(page, "This message was deleted")).to_be_visible()
    expect(private).to_have_count(0)


def test_the_composer_helps_and_loses_nothing(sandbox: Sandbox, open_page: Open) -> None:
    """Names, channels and emoji are completed; drafts stay; an unknown command is told privately and comes back."""
    page = open_page("?user=UANA#C0GENERAL")
    composer = page.get_by_test_id("composer")
    composer.fill("typing on")
    composer.press("ArrowLeft")
    sandbox.act("add_person", "UADMIN", name="Nora Newcomer", handle="nora")
    expect(page.get_by_test_id("members")).to_contain_text("16")
    composer.press_sequentially("!")
    expect(composer).to_have_value("typing o!n")
    composer.fill("")
    composer.press_sequentially("@nor")
    composer.press("Enter")
    expect(composer).to_have_value("@nora ")
    for typed, chosen in [("@chl", "@chloe "), ("#wi", "#wins "), (":tad", ":tada: "), ("/inv", "/invite ")]:
        composer.fill("")
        composer.press_sequentially(typed)
        composer.press("Enter")
        expect(composer).to_have_value(chosen)
    composer.fill("half a thought")
    composer.press("Shift+Enter")
    composer.press_sequentially("and more")
    entry(page, "C0WINS").click()
    expect(composer).to_have_value("")
    expect(entry(page, "C0GENERAL")).to_contain_text("draft")
    page.reload()
    entry(page, "C0GENERAL").click()
    expect(composer).to_have_value("half a thought\nand more")

    composer.fill("/nonsense please")
    composer.press("Enter")
    private = page.locator("main .message.is-ephemeral").last
    expect(private).to_contain_text("Slackbot")
    expect(private).to_contain_text("/nonsense is not a valid command")
    expect(composer).to_have_value("/nonsense please")
    composer.fill(" /nonsense please")
    composer.press("Enter")
    expect(message(page, "/nonsense please")).not_to_have_class(re.compile("is-ephemeral"))


def test_two_people_side_by_side(sandbox: Sandbox, open_page: Open) -> None:
    """What one writes the other sees at once; the app's work and its text as it grows are seen by both."""
    ana, ben = open_page("?user=UANA#C0SUPPORT"), open_page("?user=UBEN#C0SUPPORT")
    expect(ben.get_by_test_id("composer")).to_be_visible()
    ana.get_by_test_id("composer").fill("hello from here")
    ana.keyboard.press("Enter")
    expect(message(ben, "hello from here")).to_contain_text("Ana Duarte")

    root = sandbox.say("UANA", "C0ASK", "a long question")
    sandbox.client.assistant_threads_setStatus(channel_id="C0ASK", thread_ts=root, status="is searching…")
    for page in (ana, ben):
        entry(page, "C0ASK").click()
        expect(page.locator(f'[data-ts="{root}"]').get_by_test_id("status")).to_have_text("Helper is searching…")
    sandbox.client.assistant_threads_setStatus(
        channel_id="C0ASK", thread_ts=root, status="is at it", loading_messages=["Reading <b>…", "Comparing…"]
    )
    status = ben.locator(f'[data-ts="{root}"] .status')
    for turn in ("Reading <b>…", "Comparing…", "Reading <b>…"):
        expect(status.get_by_test_id("status")).to_have_text(turn)
    expect(status.locator(".unseen")).to_have_text("Helper is at it")
    stream = sandbox.client.chat_startStream(
        channel="C0ASK", thread_ts=root, recipient_team_id="T0BRIGHT", recipient_user_id="UANA", markdown_text="One"
    )
    message(ben, "a long question").get_by_test_id("replies").click()
    answer = ben.get_by_test_id("thread").locator(".message").last
    expect(answer).to_have_class(re.compile("is-streaming"))
    sandbox.client.chat_appendStream(channel="C0ASK", ts=stream["ts"], markdown_text=" and two")
    expect(answer).to_contain_text("One and two")
    sandbox.client.chat_stopStream(channel="C0ASK", ts=stream["ts"])
    expect(answer).not_to_have_class(re.compile("is-streaming"))
    expect(answer).to_contain_text("One and two")


def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    """Skip link, switcher, arrows in the sidebar, F6 between regions, and a message's actions."""
    page = open_page("?user=UANA#C0ASK")
    expect(page.locator("main .message").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log", name="Messages")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("main .message").last).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="React with white check mark")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("message-menu")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("supp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("support-floor")
    page.keyboard.press("Control+k")
    page.keyboard.type("dev")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dev Patel")

    entry(page, "D0ANADEV").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Okafor, Kira Novak")
    seen = []
    for _ in range(4):
        page.keyboard.press("F6")
        seen.append(page.evaluate("document.activeElement.closest('nav, main').id + document.activeElement.tagName"))
    assert seen == ["railBUTTON", "sidebarA", "mainDIV", "mainTEXTAREA"]


def test_a_long_past_comes_in_pieces(sandbox: Sandbox, open_page: Open) -> None:
    """Of a long channel only what is near the window is in the page: every line in order, up and down."""
    page = open_page("?user=UANA#C0LONG")
    drawn = page.locator("main .message")
    expect(drawn.last).to_contain_text(f"line {LONG - 1}")
    page.get_by_role("log", name="Messages").hover()
    seen: set[int] = set()
    begin = page.get_by_text("This is where #long begins")
    ways: list[tuple[int, Callable[[], bool]]] = [(-1500, begin.is_visible), (1500, lambda: LONG - 1 in seen)]
    for delta, is_there in ways:
        seen.clear()
        while not is_there():
            page.mouse.wheel(0, delta)
            lines = page.evaluate(DRAWN)
            assert lines == list(range(lines[0], lines[-1] + 1))
            assert len(lines) <= 400
            seen.update(lines)
        seen.update(page.evaluate(DRAWN))
        assert seen == set(range(LONG))
    assert page.evaluate("[...document.querySelectorAll('main .day')].length") == 1
    page.locator("main").get_by_test_id("to-end").click()
    expect(drawn.last).to_be_in_viewport()


def test_an_old_message_is_found_and_kept_in_sight(sandbox: Sandbox, open_page: Open) -> None:
    """By its link, through news, a new name and a lost connection; arrow up and a message of one's own lead back."""
    history = sandbox.get("/sandbox/history?user=UANA&channel=C0LONG&count=1000")
    assert history["has_more"] is False
    ts = history["messages"][30]["ts"]
    link = sandbox.client.chat_getPermalink(channel="C0LONG", message_ts=ts)["permalink"]
    page = open_page("?user=UANA#C0ASK")
    expect(page.locator("main .message").first).to_be_visible()
    page.goto(str(link))
    found = page.locator(f'main [data-ts="{ts}"]')
    expect(found).to_be_focused()
    expect(found).to_be_in_viewport()

    top = "ts => Math.round(document.querySelector(`main [data-ts='${ts}'] .body`).getBoundingClientRect().top)"
    at = page.evaluate(top, ts)
    sandbox.say("UBEN", "C0LONG", "news far below")
    expect(page.locator("main").get_by_test_id("to-end")).to_have_text("New messages")
    sandbox.act("change_person", "UADMIN", target="UBEN", name="Benedict Okafor")
    expect(page.locator("main .author", has_text="Benedict Okafor").first).to_be_visible()
    assert page.evaluate(top, ts) == at
    sandbox.act("change_person", "UADMIN", target="UBEN", name="Ben Okafor")
    with page.expect_response(re.compile("/sandbox/history")):
        page.evaluate("import('/page/live.js').then((live) => live.fetchState())")
    page.wait_for_function(f"ts => ({top})(ts) === {at}", arg=ts)
    expect(page.locator("main .message", has_text="news far below")).to_have_count(0)

    page.get_by_test_id("composer").fill("back at the end")
    page.get_by_test_id("composer").press("Enter")
    expect(message(page, "back at the end")).to_be_in_viewport()
    expect(message(page, "news far below")).to_be_in_viewport()
    page.get_by_test_id("composer").press("ArrowUp")
    expect(message(page, "back at the end").locator("textarea")).to_be_focused()


def test_no_gap_is_left_when_a_new_state_comes_between(open_page: Open) -> None:
    """Older messages that were asked for before the whole state came anew are asked for again."""
    page = open_page("?user=UANA#C0LONG")
    expect(page.locator("main .message").last).to_be_visible()
    lines = page.evaluate("""async () => {
      const [store, live] = [await import("/page/store.js"), await import("/page/live.js")];
      await live.fetchOlder("C0LONG");
      const real = window.fetch;
      window.fetch = async (address, ...rest) => {
        const answer = await real(address, ...rest);
        if (!String(address).includes("/sandbox/history")) return answer;
        window.fetch = real;
        await live.fetchState();
        return answer;
      };
      await live.fetchOlder("C0LONG");
      return store.timelineOf("C0LONG").map((item) => item.text);
    }""")
    numbers = [int(line.removeprefix("line ")) for line in lines if line.startswith("line ")]
    assert numbers == list(range(numbers[0], LONG))


def test_the_drawer_shows_and_makes_trouble(sandbox: Sandbox, open_page: Open) -> None:
    """The journal fills as things happen, an envelope is delivered again, faults are ordered, the socket is dropped."""
    page = open_page("?user=UANA#C0ASK")
    page.get_by_test_id("drawer-toggle").click()
    drawer = page.get_by_test_id("drawer")
    expect(drawer).to_contain_text("Helper is connected")
    page.get_by_test_id("composer").fill("@Helper ping")
    page.keyboard.press("Enter")
    drawer.get_by_test_id("filter").fill("app_mention")
    mention = drawer.get_by_test_id("entry").locator("visible=true").first
    expect(mention).to_contain_text("acknowledged")
    mention.locator("summary").click()
    expect(mention.locator("pre")).to_contain_text('"envelope_id"')
    mention.get_by_test_id("again").click()
    expect(mention).to_contain_text("sent 2×")

    drawer.get_by_test_id("filter").fill("")
    drawer.get_by_test_id("fault").select_option("error")
    drawer.get_by_label("method").fill("chat.postMessage")
    drawer.get_by_test_id("fault-order").click()
    expect(drawer).to_contain_text("error: method chat.postMessage")
    page.get_by_test_id("composer").fill("@Helper again")
    page.get_by_test_id("composer").press("Enter")
    drawer.get_by_role("button", name="Errors only").click()
    expect(drawer.locator('[data-kind="call"].is-error', has_text="chat.postMessage").first).to_contain_text(
        "internal_error"
    )
    expect(drawer).to_contain_text("Nothing is ordered.")

    open_socket = sandbox.client.apps_connections_open(app_token="xapp-page")["url"]
    drawer.get_by_role("button", name="Errors only").click()
    page.evaluate(ODD_FRAME, open_socket)
    frame = drawer.locator('li[data-kind="frame"]').first
    expect(frame).to_contain_text("Not understood")
    expect(frame).to_contain_text("it is not JSON")
    opened = drawer.get_by_test_id("entry").filter(has_text="apps.connections.open")
    before = opened.count()
    drawer.locator('[data-reason="refresh_requested"]').click()
    expect(opened).to_have_count(before + 1)
    expect(drawer).to_contain_text("Helper is connected")


def test_a_conversation_becomes_a_test(sandbox: Sandbox, open_page: Open) -> None:
    """The export says what was said, in words that Python reads and that wait for the app's answers."""
    page = open_page("?user=UANA#C0ASK")
    page.get_by_test_id("composer").fill("@Helper export me")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("thread")).to_contain_text("You wrote:")
    page.keyboard.press("Control+.")
    page.get_by_test_id("export").click()
    python = page.get_by_test_id("text-dialog").locator("pre").inner_text()

    compile(python, "exported", "exec")
    assert "said_1 = company.say('UANA', 'C0ASK', '<@UFRONTLINE> export me')" in python
    assert "company.thread('C0ASK', said_1[\"ts\"])" in python


def test_the_tour_shows_around_once(open_page: Open) -> None:
    """Five steps by keyboard on the first visit, a question for one press, and no tour the second time."""
    page = open_page("", viewport=PHONE)
    tour = page.get_by_test_id("tour")
    expect(tour).to_contain_text("Step 1 of 5")
    expect(tour.get_by_test_id("tour-next")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for step in range(2, 6):
        page.keyboard.press("Enter")
        expect(tour).to_contain_text(f"Step {step} of 5")
    page.keyboard.press("Enter")
    expect(tour).to_have_count(0)
    page.goto(page.url.split("?")[0])
    expect(page.locator("main .message").first).to_be_visible()
    expect(tour).to_have_count(0)

    page.get_by_role("button", name="Channels and people").click()
    page.get_by_test_id("tour-again").click()
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)


def test_the_tour_is_skipped_by_pointer_or_gives_a_question(open_page: Open) -> None:
    """A press on the cross or on Skip ends it; a press on a question writes it for the app, Enter sends it."""
    page = open_page("")
    tour = page.get_by_test_id("tour")
    tour.get_by_test_id("tour-skip").click()
    expect(tour).to_have_count(0)
    page.get_by_test_id("tour-again").click()
    tour.get_by_role("button", name="Skip", exact=True).click()
    expect(tour).to_have_count(0)
    page.get_by_test_id("tour-again").click()
    tour.get_by_test_id("tour-next").click()
    tour.get_by_test_id("tour-question").click()
    expect(tour).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_have_value("@helper When do we open?")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("thread")).to_contain_text("When do we open?")
    expect(page.get_by_test_id("thread")).to_contain_text("You wrote:")


def test_files_are_uploaded_and_their_names_are_text(open_page: Open, tmp_path: Path) -> None:
    """Through + with what was typed, a picture is shown and described, all else is a card; hostile names are text."""
    page = open_page("?user=UANA#C0SUPPORT")
    note, picture = tmp_path / f"{HOSTILE.replace('/', '')}.html", tmp_path / "\u202egnp.exe 'x' & y.png"
    note.write_text("<script>window.hacked = 1</script>", encoding="utf-8")
    picture.write_bytes((ROOT / "docs" / "card.png").read_bytes())
    page.get_by_test_id("composer").fill("look at these")
    page.locator("main").get_by_test_id("shortcuts").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("menuitem", name="Upload a file").click()
    choosing.value.set_files([note, picture])

    card = page.locator("main a.file")
    expect(card).to_contain_text(note.name)
    expect(message(page, "look at these").locator("a.file")).to_have_count(1)
    shown = page.locator("main .file-picture img")
    expect(shown).to_have_attribute("alt", picture.name)
    assert shown.evaluate("img => img.decode().then(() => img.naturalWidth)") > 100
    expect(page.get_by_test_id("composer")).to_have_value("")
    answer = page.request.get(str(card.evaluate("link => link.href")))
    assert "script" not in answer.headers["content-type"]
    assert "html" not in answer.headers["content-type"]
    assert page.evaluate("window.hacked") is None


def test_a_new_conversation_is_begun_and_seen_by_the_other(open_page: Open) -> None:
    """From the switcher and from a profile; it stands in both sidebars once something is said, and counts as news."""
    page, other = open_page("?user=UANA#C0ASK"), open_page("?user=UGRACE#C0ASK")
    expect(other.locator(".sidebar")).not_to_contain_text("Ana Duarte")
    expect(page.get_by_test_id("composer")).to_be_enabled()
    page.keyboard.press("Control+k")
    page.keyboard.type("grace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Kim")
    expect(page.locator(".intro")).to_contain_text("The app isn't in it")
    page.get_by_test_id("composer").fill(f"psst {HOSTILE}")
    page.keyboard.press("Enter")
    expect(message(page, f"psst {HOSTILE}")).to_be_visible()

    theirs = other.locator(".sidebar .entry", has_text="Ana Duarte")
    expect(theirs.locator(".badge")).to_contain_text("1")
    theirs.click()
    expect(message(other, f"psst {HOSTILE}")).to_be_visible()
    expect(theirs.locator(".badge")).to_have_count(0)
    message(other, "psst").locator("button.author").click()
    other.get_by_test_id("profile").get_by_role("button", name="Message").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Ana Duarte")


def test_the_first_message_to_the_app_is_seen_at_once(open_page: Open) -> None:
    """It opens the conversation, which the page goes over to."""
    page = open_page("?user=UBEN#C0ASK")
    entry(page, "dm").click()
    expect(page.locator(".intro")).to_contain_text("This is between you and")
    for text in ("first of all", "and then"):
        page.get_by_test_id("composer").fill(text)
        page.keyboard.press("Enter")
        expect(message(page, text)).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_page_fits_a_phone_and_a_taste(open_page: Open, look: str) -> None:
    """At 390 pixels nothing is cut off, the sidebar slides in, a thread fills the screen; light or dark is kept."""
    page = open_page("?user=UKIRA#C0SUPPORT", viewport=PHONE, color_scheme="dark" if look == "light" else "light")
    page.evaluate("look => localStorage.setItem('theme', look)", look)
    page.reload()
    page.get_by_test_id("composer").wait_for()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 28, 32)"
    assert dark == (look == "dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Channels and people").click()
    expect(entry(page, "C0WINS")).to_be_in_viewport()
    entry(page, "C0WINS").click()
    expect(entry(page, "C0WINS")).not_to_be_in_viewport()
    message(page, "From today's survey").get_by_test_id("replies").click()
    box = page.get_by_test_id("thread").bounding_box()
    assert box
    assert box["width"] == PHONE["width"]


def test_hostile_names_are_text(sandbox: Sandbox, open_page: Open) -> None:
    """Of people, channels and what they write, in the sidebar, heads, profiles, menus, the switcher and the journal."""
    sandbox.say("UEVIL", "C0EVIL", f"{HOSTILE} :tada:")
    page = open_page("?user=UEVIL#C0EVIL")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(message(page, HOSTILE)).to_be_visible()
    message(page, HOSTILE).locator("button.author").click()
    expect(page.get_by_test_id("profile")).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    page.get_by_test_id("members").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+.")
    expect(page.get_by_test_id("journal")).to_contain_text(HOSTILE)
    page.keyboard.press("Control+k")
    page.keyboard.type("<img")
    expect(page.locator("[data-place]").first).to_contain_text(HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0


def test_reset_asks_first(sandbox: Sandbox, open_page: Open) -> None:
    """Cancel keeps everything, Reset brings the first week back."""
    sandbox.say("UANA", "C0WINS", "gone soon")
    page = open_page("?user=UANA#C0WINS")
    page.keyboard.press("Control+.")
    page.get_by_test_id("reset").click()
    page.get_by_test_id("confirm").get_by_role("button", name="Cancel").click()
    expect(message(page, "gone soon")).to_be_visible()
    page.get_by_test_id("reset").click()
    page.get_by_test_id("confirm").get_by_role("button", name="Reset").click()
    expect(page.locator("main .message", has_text="gone soon")).to_have_count(0)
    expect(message(page, "a complaint with a happy end")).to_be_visible()

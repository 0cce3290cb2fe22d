"""The sandbox's page in a real browser, against the real server and a small Bolt app."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.async_api import Browser, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).parents[2]
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = (
    '&lt;img src=x onerror="window.hacked=1"&gt; <javascript:window.hacked=1|click me> '
    "&lt;script&gt;window.hacked=1&lt;/script&gt; "
    "\u202eright to left\u202c مرحبا " + "unbreakable" * 60
)
MANIFEST = {
    "display_information": {"name": "Helper"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": "Helper"},
        "slash_commands": [{"command": "/look", "description": "Look something up", "usage_hint": "[what]"}],
        "shortcuts": [
            {"name": "Look up", "type": "global", "callback_id": "look_global", "description": "Open the form"},
            {"name": "Look this up", "type": "message", "callback_id": "look_message", "description": "From a message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "assistant:write",
                "channels:history",
                "chat:write",
                "commands",
                "im:history",
                "im:write",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str, label: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(label)}


THUMBS = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": plain("Helpful"), "value": "up"},
    "negative_button": {"text": plain("Not helpful"), "value": "down"},
}
ANSWER = [
    section("It is *in the drawer*."),
    {"type": "actions", "elements": [button("open_form", "Tell me more")]},
    {"type": "context_actions", "elements": [THUMBS]},
]


def form(*extra: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "plain_text_input", "action_id": "words", "multiline": True}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Tell me more"),
        "submit": plain("Send"),
        "blocks": [
            {"type": "input", "block_id": "words", "label": plain("Your words"), "element": text},
            {"type": "actions", "block_id": "more", "elements": [button("add_line", "Add a line")]},
            *extra,
        ],
    }


def helper(client: AsyncWebClient) -> AsyncApp:
    """A bot that does one of each thing a bot does."""
    app = AsyncApp(client=client)

    @app.event("app_mention")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        where = {"channel": event["channel"], "thread_ts": event["ts"]}
        await client.chat_postMessage(text="It is in the drawer.", blocks=ANSWER, **where)

    @app.command("/look")
    async def look(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You looked for *{command['text']}*")

    @app.event("app_home_opened")
    async def show_home(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event["tab"] == "home":
            await client.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": [section("Welcome *home*")]}
            )

    @app.event("message")
    async def ignore() -> None:
        pass

    @app.action("open_form")
    async def open_form(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @app.action("add_line")
    async def add_line(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=form(section("One line more")))

    @app.action("rate")
    async def rate(ack: Any) -> None:
        await ack()

    @app.view("form")
    async def submitted(ack: Any, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        words = view["state"]["values"]["words"]["words"]["value"]
        if len(words) < 10:
            await ack(response_action="errors", errors={"words": "Please say a little more."})
        else:
            await ack()
            await client.chat_postMessage(channel=body["user"]["id"], text=f"You said: {words}")

    return app


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[str]:
    """The server in a process of its own; its address."""
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump(MANIFEST), encoding="utf-8")
    options = {
        "--manifest": tmp_path / "manifest.yaml",
        "--seed": ROOT / "sandbox" / "seed.yaml",
        "--state": tmp_path / "state.json",
        "--port": 0,
    }
    arguments = [str(part) for option in options.items() for part in option]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    line = (await process.stdout.readline()).decode()
    found = re.search(r"http://\S+", line)
    assert found, f"the sandbox said {line!r}"
    yield found[0]
    process.terminate()
    await process.communicate()


@pytest.fixture
async def client(sandbox: str) -> AsyncIterator[AsyncWebClient]:
    """The helper's Web API client, while the helper is connected."""
    client = AsyncWebClient(token="xoxb-page", base_url=f"{sandbox}/api/")
    handler = AsyncSocketModeHandler(helper(client), "xapp-page")
    await handler.connect_async()
    yield client
    await handler.close_async()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


async def open_page(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A window, and what its console complains of: scripts, refused styles, outside requests."""
    page = await browser.new_page(**options)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("request", lambda sent: None if sent.url.startswith(address.split("?")[0]) else complaints.append(sent.url))
    await page.goto(address)
    return page, complaints


async def test_a_person_asks_presses_and_fills_in(sandbox: str, client: AsyncWebClient, browser: Browser) -> None:
    """A command, a mention, a thread, a modal, thumbs, Home and a second person all work on the page."""
    page, complaints = await open_page(browser, f"{sandbox}/?user=UANA#C0ASK")
    composer = page.get_by_test_id("composer")

    await expect(composer).to_be_enabled()  # keys pressed before go nowhere
    await composer.press_sequentially("/lo")
    await composer.press("Enter")
    await expect(page.locator("main").get_by_test_id("command-hint")).to_contain_text("/look [what]")
    await composer.press_sequentially("the key")
    await composer.press("Enter")
    private = page.locator(".is-ephemeral")
    await expect(private).to_contain_text("Only visible to you")
    await expect(private.locator("strong").last).to_have_text("the key")

    await composer.press_sequentially("@hel")
    await composer.press("Tab")
    await composer.press_sequentially("where is *the key*?")
    await composer.press("Enter")
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("It is in the drawer.")
    await expect(page.locator(".message", has_text="where is the key?").first.locator(".mention")).to_have_text(
        "@Helper"
    )

    helpful = thread.get_by_role("button", name="Helpful", exact=True)
    await helpful.click()
    await expect(helpful).to_have_attribute("aria-pressed", "true")

    await thread.get_by_role("button", name="Tell me more").click()
    modal = page.get_by_test_id("modal")
    words = modal.get_by_label("Your words")
    await expect(words).to_be_focused()
    await words.fill("too short")
    await modal.get_by_role("button", name="Add a line").click()
    await expect(modal).to_contain_text("One line more")
    await expect(words).to_have_value("too short")
    await modal.get_by_test_id("modal-submit").click()
    await expect(modal.locator(".input-error")).to_have_text("Please say a little more.")
    await words.fill("long enough now")
    await modal.get_by_test_id("modal-submit").click()
    await expect(modal).to_be_hidden()

    await page.get_by_test_id("thread-close").click()
    await expect(thread).to_be_hidden()
    await page.locator(".sidebar").get_by_text("Helper").click()
    await expect(page.locator(".message").last).to_contain_text("You said: long enough now")
    await page.get_by_test_id("tab-home").click()
    await expect(page.get_by_test_id("home")).to_contain_text("Welcome home")

    await page.goto(f"{sandbox}/?user=UANA#C0ASK")
    await page.get_by_test_id("user-switch").click()
    await page.locator('[data-user="UBEN"]').click()
    await expect(page.get_by_test_id("user-switch")).to_contain_text("Ben Okafor")
    question = page.locator(".message", has_text="where is the key?")
    await expect(question).to_contain_text("1 reply")
    await expect(private).to_have_count(0)
    await question.hover()
    await page.get_by_test_id("react").click()
    await page.locator('.menu [data-emoji="tada"]').click()
    await expect(question.locator(".reaction")).to_have_attribute("aria-pressed", "true")

    await composer.fill("/nonsense")
    await composer.press("Enter")
    await expect(page.locator(".message.is-ephemeral").last).to_contain_text("/nonsense is not a valid command")
    await expect(composer).to_have_value("/nonsense")
    assert complaints == []


async def test_hostile_text_is_shown_as_text(sandbox: str, client: AsyncWebClient, browser: Browser) -> None:
    """Markup, script links, right-to-left marks and endless words stay text, also in blocks and on a phone."""
    blocks = [
        section(HOSTILE, fields=[{"type": "mrkdwn", "text": HOSTILE}]),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": HOSTILE}]},
        {"type": "markdown", "text": '**bold** [x](javascript:window.hacked=1) <img src=x onerror="window.hacked=1">'},
    ]
    await client.chat_postMessage(channel="C0ASK", text=HOSTILE)
    await client.chat_postMessage(channel="C0ASK", text="blocks", blocks=blocks)
    page, complaints = await open_page(browser, f"{sandbox}/?user=UANA#C0ASK", viewport={"width": 380, "height": 700})

    await expect(page.locator(".message").last).to_contain_text('<img src=x onerror="window.hacked=1">')
    await expect(page.locator(".message").last).to_contain_text("<javascript:window.hacked=1|click me>")
    await expect(page.locator(".message :is(img, script, iframe, [onerror])")).to_have_count(0)
    await expect(page.locator('.message a:not([href^="#"], [href^="http"], [href^="mailto:"])')).to_have_count(0)
    assert await page.evaluate("window.hacked") is None
    assert await page.evaluate("document.querySelector('.messages').scrollWidth <= innerWidth")
    assert complaints == []

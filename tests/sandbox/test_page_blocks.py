"""Blocks, elements and modals of the page in a real browser, against the real server and a Bolt app that remembers."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from slack_bolt.async_app import AsyncApp

from tests.sandbox.conftest import Client, Connect, Json
from tests.sandbox.contract import button, plain, section

GALLERY: Json = json.loads((Path(__file__).parent / "gallery.json").read_text(encoding="utf-8"))
MESSAGES = [name for name in GALLERY if name != "modal"]
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
OPENER = {"type": "actions", "elements": [button(action_id="open", text=plain("Open the form"))]}


class Listener:
    """A Bolt app that keeps what reaches it, opens the view it was given, and answers submissions as it was told."""

    def __init__(self, app: AsyncApp) -> None:
        self.actions: asyncio.Queue[Json] = asyncio.Queue()
        self.views: asyncio.Queue[Json] = asyncio.Queue()
        self.view: Json = GALLERY["modal"]
        self.answer: Json | None = {}  # of the acknowledgement of a submission; None acknowledges none
        self.asked: list[str] = []  # what external selects were asked
        self.on_action: Callable[[Json, Any], Any] | None = None
        app.action(re.compile("."))(self._act)
        app.options(re.compile("."))(self._suggest)
        app.view(re.compile(""))(self._submit)
        app.view_closed(re.compile(""))(self._close)

    async def _act(self, ack: Any, body: Json, client: Any) -> None:
        await ack()
        if body["actions"][0]["action_id"] == "open":
            await client.views_open(trigger_id=body["trigger_id"], view=self.view)
        elif self.on_action:
            await self.on_action(body, client)
        await self.actions.put(body)

    async def _suggest(self, ack: Any, payload: Json) -> None:
        self.asked.append(payload["value"])
        await ack(options=[{"text": plain(f"{payload['value']} {n}"), "value": f"g{n}"} for n in (1, 2)])

    async def _submit(self, ack: Any, view: Json) -> None:
        if self.answer is not None:
            await ack(**self.answer)
        await self.views.put(view)

    async def _close(self, ack: Any, body: Json) -> None:
        await ack()
        await self.views.put({"closed": body["view"]["callback_id"], "is_cleared": body["is_cleared"]})

    async def action(self) -> Json:
        body = await asyncio.wait_for(self.actions.get(), 10)
        while body["actions"][0]["action_id"] == "open":
            body = await asyncio.wait_for(self.actions.get(), 10)
        return body

    async def values(self) -> Json:
        view = await asyncio.wait_for(self.views.get(), 10)
        return dict(view["state"]["values"])


@pytest.fixture
async def listener(sandbox: Client, connect: Connect) -> Listener:
    return Listener(await connect(sandbox))


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


async def open_page(browser: Browser, sandbox: Client, **options: Any) -> tuple[Page, list[str]]:
    """A window on #ask-frontline, and what its console complains of: scripts, refused styles, outside requests."""
    page = await browser.new_page(**options)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("request", lambda sent: None if sent.url.startswith(sandbox.address) else complaints.append(sent.url))
    await page.goto(f"{sandbox.address}/?user=UANA#C0ASK")
    return page, complaints


async def post(sandbox: Client, *blocks: Json, text: str = "blocks") -> None:
    answer = await sandbox.api("chat.postMessage", channel="C0ASK", text=text, blocks=list(blocks))
    assert answer["ok"], answer


async def post_gallery(sandbox: Client) -> None:
    for name in MESSAGES:
        await post(sandbox, *GALLERY[name], text=name)


async def open_form(page: Page, sandbox: Client) -> Locator:
    await post(sandbox, OPENER)
    await page.get_by_role("button", name="Open the form").last.click()
    modal = page.get_by_test_id("modal")
    await expect(modal).to_be_visible()
    return modal


NAMELESS = """() => {
  const named = (ids) => (ids ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
  const name = (node) => node.getAttribute("aria-label") || node.textContent.trim() || node.title
    || node.labels?.[0]?.textContent || named(node.getAttribute("aria-labelledby"));
  const all = document.querySelectorAll(":is(.body, dialog) :is(button, a, input, textarea, summary, [role])");
  const spoken = [...all].filter((node) => !["alert", "status"].includes(node.role));
  return spoken.filter((node) => !name(node).trim()).map((node) => node.outerHTML);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_block_and_element_is_drawn(
    sandbox: Client, listener: Listener, browser: Browser, scheme: Any
) -> None:
    """At desktop and phone width, in both colours: nothing unknown, nameless or too wide, nothing fetched."""
    await post_gallery(sandbox)
    page, complaints = await open_page(browser, sandbox, color_scheme=scheme, viewport={"width": 1180, "height": 900})
    modal = await open_form(page, sandbox)

    wanted = {f"block-{block['type']}" for name in MESSAGES for block in GALLERY[name]} | {"block-input"}
    drawn = await page.locator(".block").evaluate_all("nodes => nodes.flatMap((node) => [...node.classList])")
    assert wanted <= set(drawn)
    for width in (1180, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await expect(page.locator(".unknown")).to_have_count(0)
        assert await page.evaluate(NAMELESS) == []
        assert await page.evaluate("document.querySelector('.messages').scrollWidth <= innerWidth")
        assert await modal.locator(".modal-body").evaluate("node => node.scrollWidth <= node.clientWidth")
    assert complaints == []


async def test_what_a_message_says_is_there(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Styles, lists, mentions, tables, tasks and pictures are what they say, to the eye and to a screen reader."""
    await post_gallery(sandbox)
    page, complaints = await open_page(browser, sandbox, viewport={"width": 1000, "height": 900})
    text, tables, rows, agent = (page.locator(".message").nth(at - 5) for at in range(4))

    await expect(text.locator(".block-section strong s")).to_have_text(["10"])
    rich = text.locator(".block-rich_text")
    await expect(rich.locator("strong").first).to_have_text("Bold")
    await expect(rich.locator(".mention")).to_have_text(["@Ana Duarte", "@field-team", "#ask-frontline", "@here"])
    await expect(rich.locator("ol").nth(1)).to_have_attribute("start", "3")
    await expect(rich.get_by_role("img", name="technologist")).to_have_text("\U0001f9d1\u200d\U0001f4bb")
    markdown = text.locator(".block-markdown")
    await expect(markdown.locator("ol > li").first.locator("ul > li")).to_have_text(["the box", "the app"])
    await expect(markdown.get_by_role("checkbox", name="Done")).to_be_checked()
    await expect(markdown.locator("td.align-right")).to_have_text(["12", "0"])
    await expect(text.get_by_role("img", name="Four lights, the second one red")).to_contain_text("pictures.example")
    await expect(text.locator(".block-image img")).to_have_attribute("alt", "A sign of our own")
    await expect(text.get_by_role("button", name="See more")).to_have_count(1)
    await text.get_by_role("button", name="See more").click()
    await expect(text.get_by_role("button", name="See less")).to_have_attribute("aria-expanded", "true")

    await expect(tables.locator("td.wrapped").first).to_contain_text("Broken on arrival")
    await expect(tables.locator("td.align-right")).to_have_text(["12", "7"])
    waiting = rows.get_by_role("region", name="Waiting time by team")
    await expect(waiting.locator("tbody th")).to_have_text(["Support", "Billing", "Field"])
    await waiting.get_by_role("button", name="Minutes").click()
    await expect(waiting.locator("tbody th")).to_have_text(["Complaints", "Support", "Retention"])
    await expect(waiting.get_by_role("columnheader", name="Minutes")).to_have_attribute("aria-sort", "ascending")
    await rows.get_by_role("button", name="Next rows").click()
    await expect(waiting.locator("tbody th")).to_have_text(["Billing", "Field"])
    await expect(rows.get_by_role("note").nth(1)).to_have_text("Warning: Two visits are late.")

    await expect(agent.get_by_text("Hidden until asked for")).to_be_hidden()
    await agent.get_by_text("Closed at first").click()
    await expect(agent.get_by_text("Hidden until asked for")).to_be_visible()
    await agent.get_by_text("Reading the guides").click()
    await expect(agent.get_by_role("list", name="Sources").get_by_role("link")).to_have_text(["Returns", "Routers"])
    await expect(agent.locator(".block-plan").get_by_role("img")).to_have_count(4)
    await expect(agent.locator(".block-plan").get_by_role("img", name="In progress")).to_be_visible()
    last = agent.get_by_role("button", name="Take it").last
    await expect(last).not_to_be_in_viewport()
    await agent.get_by_role("button", name="Next card").evaluate("on => { on.click(); on.click(); on.click(); }")
    await expect(last).to_be_in_viewport()
    assert complaints == []


async def test_pressing_and_choosing_in_a_message(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Every element sends the app its action with the state as it stands; a confirmation comes first."""
    await post(sandbox, *GALLERY["actions"])
    await post(sandbox, *GALLERY["agent"])
    page, complaints = await open_page(browser, sandbox)
    message, agent = page.locator(".message").nth(-2), page.locator(".message").last

    await expect(page.get_by_role("button", name="Only for Ben")).to_have_count(0)
    await page.get_by_role("button", name="Go ahead").click()
    assert (await listener.action())["actions"][0]["value"] == "go"

    await page.get_by_role("button", name="Stop").click()
    confirm = page.get_by_test_id("confirm")
    await expect(confirm.locator("strong")).to_have_text("one")
    await confirm.get_by_role("button", name="Keep it open").click()
    await page.get_by_role("button", name="Stop").click()
    await confirm.get_by_role("button", name="Close it").click()
    assert [(await listener.action())["actions"][0]["action_id"], listener.actions.qsize()] == ["stop", 0]

    await message.get_by_role("button", name="More options").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert (await listener.action())["actions"][0]["selected_option"]["value"] == "move"

    plan = message.get_by_role("combobox", name="Choose a plan")
    await plan.focus()
    await page.keyboard.press("ArrowDown")
    await expect(plan).to_have_attribute("aria-expanded", "true")
    await page.keyboard.type("pl")
    await page.keyboard.press("Enter")
    assert (await listener.action())["actions"][0]["selected_option"]["text"]["text"] == "Plus"
    await expect(plan).to_have_value("Plus")

    guide = message.get_by_role("combobox", name="Find a guide")
    await guide.press_sequentially("a")
    await expect(page.get_by_role("listbox")).to_have_text("Type at least 2 characters to search")
    await guide.press_sequentially("bc")
    await page.get_by_role("option", name="abc 2").click()
    body = await listener.action()
    assert body["actions"][0]["selected_option"] == {"text": plain("abc 2"), "value": "g2"}
    assert body["state"]["values"]["choices"]["plan"]["selected_option"]["value"] == "plus"
    assert listener.asked == ["abc"]

    people = message.get_by_role("combobox", name="Choose people")
    for name in ("ben", "chlo"):
        await people.press_sequentially(name)
        await people.press("Enter")
    assert (await listener.action())["actions"][0]["selected_users"] == ["UBEN"]
    assert (await listener.action())["actions"][0]["selected_users"] == ["UBEN", "UCHLOE"]
    await people.press_sequentially("dev")
    await expect(page.get_by_role("listbox")).to_have_text("That's all: 2 can be chosen.")
    await message.get_by_role("button", name="Remove Ben Okafor").click()
    assert (await listener.action())["actions"][0]["selected_users"] == ["UCHLOE"]

    await message.locator('[data-action-id="day"]').fill("2026-12-01")
    assert (await listener.action())["actions"][0]["selected_date"] == "2026-12-01"
    await message.locator('[data-action-id="moment"]').fill("2026-12-01T10:30")
    seconds = await page.evaluate("new Date('2026-12-01T10:30').getTime() / 1000")
    assert (await listener.action())["actions"][0]["selected_date_time"] == seconds
    await message.get_by_role("checkbox", name="Phone").check()
    chosen = (await listener.action())["actions"][0]["selected_options"]
    assert [option["value"] for option in chosen] == ["phone", "tv"]
    await message.get_by_role("radio", name="Fast").check()
    assert (await listener.action())["actions"][0]["selected_option"]["value"] == "fast"
    await message.get_by_label("A note").fill("call first")
    await message.get_by_label("A note").press("Enter")
    assert (await listener.action())["actions"][0]["value"] == "call first"

    await agent.get_by_role("button", name="Take it").nth(1).click()
    assert (await listener.action())["actions"][0]["action_id"] == "offer_2"
    await agent.get_by_role("button", name="Close the case").click()
    await confirm.get_by_role("button", name="Close it").click()
    body = await listener.action()
    assert [body["actions"][0][name] for name in ("action_id", "block_id")] == ["close_case", "case_actions"]
    await agent.get_by_role("button", name="Not helpful").click()
    assert (await listener.action())["actions"][0]["value"] == "down"
    await expect(agent.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    assert complaints == []


async def test_a_form_is_filled_in_by_keyboard(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Every field is reached with Tab and filled with keys alone, and the app gets what was entered."""
    page, complaints = await open_page(browser, sandbox)
    modal = await open_form(page, sandbox)
    keys = page.keyboard

    async def at(label: str) -> None:
        """Tab until the field of that name has the focus."""
        for _ in range(15):
            if await page.evaluate("document.activeElement.labels?.[0]?.textContent ?? ''") == label:
                return
            named = "document.getElementById(document.activeElement.getAttribute('aria-labelledby'))?.textContent ?? ''"
            if await page.evaluate(named) == label:
                return
            await keys.press("Tab")
        raise AssertionError(f"{label} was not reached")

    await at("One line")
    await keys.type("Router")
    await at("With styles")
    await keys.type("plain ")
    await keys.press("Control+b")
    await keys.type("bold")
    await keys.press("Control+b")
    await keys.press("Enter")
    await keys.type("one ")
    await keys.press("Control+Shift+8")
    await keys.type("item")
    await at("Email address")
    await keys.type("ana@brightwater.example")
    await at("Number of routers")
    await keys.type("3")
    await at("Plan")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await at("Topics (optional)")
    for word in ("pho", "roam"):
        await keys.type(word)
        await keys.press("Enter")
    await at("Day (optional)")
    await keys.type("12012026")
    await keys.press("Control+Enter")

    values = await listener.values()
    assert values["line"]["line"]["value"] == "Router"
    assert values["rich"]["rich"]["rich_text_value"] == {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "plain "},
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 0,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one item"}]}],
            },
        ],
    }
    assert values["plan"]["plan"]["selected_option"]["value"] == "plus"
    assert [one["value"] for one in values["topics"]["topics"]["selected_options"]] == ["phone", "roaming"]
    assert values["day"]["day"]["selected_date"] == "2026-12-01"
    assert values["where"]["where"]["selected_conversation"] == "C0ASK"
    assert values["topic"]["topic"]["selected_option"]["value"] == "mobile"
    assert values["people"]["people"]["selected_users"] == ["UANA"]
    assert values["speed"]["speed"]["selected_option"]["value"] == "fast"
    await expect(modal).to_be_hidden()
    assert complaints == []


def form(*blocks: Json, **changes: Any) -> Json:
    view = {"type": "modal", "callback_id": "form", "title": plain("A form"), "submit": plain("Send"), "blocks": blocks}
    return {name: value for name, value in (view | changes).items() if value is not None}


def asking(name: str, element: Json | None = None, **changes: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": name} | (element or {})
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": element, **changes}


async def test_what_does_not_fit_stays_on_the_page(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Slack's words stand at each field that doesn't fit, the first has the focus, and the app hears nothing."""
    page, _ = await open_page(browser, sandbox)
    modal = await open_form(page, sandbox)
    errors = modal.locator(".input-error:not(:empty)")

    await modal.get_by_label("One line").fill("ab")
    await modal.get_by_label("Email address").fill("ana at home")
    await modal.locator('[data-action-id="link"]').fill("javascript:alert(1)")
    await modal.get_by_label("Number of routers").fill("12")
    await modal.get_by_test_id("modal-submit").click()
    await expect(errors).to_have_text(
        [
            "Please use at least 3 characters.",
            "Please complete this required field.",
            "Please enter a valid email address.",
            "Please enter a valid URL, such as https://example.com.",
            "Please enter a number of at most 9.",
            "Please complete this required field.",
        ]
    )
    await expect(modal.get_by_label("One line")).to_be_focused()
    await expect(modal.get_by_label("One line")).to_have_accessible_description(
        "3 to 20 characters Please use at least 3 characters."
    )
    assert listener.views.empty()

    await modal.get_by_label("One line").fill("x" * 21)
    await expect(modal.locator(".counter")).to_have_text("-1")
    await modal.get_by_label("Number of routers").fill("2.5")
    await modal.get_by_test_id("modal-submit").click()
    await expect(errors.first).to_have_text("Please use at most 20 characters.")
    await expect(errors.nth(4)).to_have_text("Please enter a whole number.")


async def test_files_of_a_form_reach_the_app(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Only the kinds and as many as the app takes; each can be taken out again, and the app can fetch the rest."""
    listener.view = form(asking("files", {"type": "file_input", "filetypes": ["png", "txt"], "max_files": 2}))
    page, complaints = await open_page(browser, sandbox)
    modal = await open_form(page, sandbox)
    field = modal.locator("input[type=file]")

    await field.set_input_files({"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"x"})
    await expect(modal.locator(".drop")).to_contain_text("run.exe can't be added: only png, txt.")
    for name in ("<b>one</b>.txt", "two.txt"):
        await field.set_input_files({"name": name, "mimeType": "text/plain", "buffer": name.encode()})
        await expect(modal.locator(".drop")).to_contain_text(name)
    await field.set_input_files({"name": "three.txt", "mimeType": "text/plain", "buffer": b"three"})
    await expect(modal.locator(".drop")).to_contain_text("Please add at most 2 files.")
    await modal.get_by_role("button", name="Remove two.txt").click()
    await expect(modal.locator(".files .chip")).to_have_count(1)
    await modal.get_by_test_id("modal-submit").click()

    [file] = (await listener.values())["files"]["files"]["files"]
    assert [file["name"], file["user"]] == ["<b>one</b>.txt", "UANA"]
    async with sandbox.session.get(file["url_private"]) as response:
        assert await response.text() == "<b>one</b>.txt"
    assert complaints == []


async def test_a_form_changes_while_someone_types(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Each key reaches the app; what it redraws leaves the typed text, the cursor and the focus where they were."""

    def drawn(hint: str, *more: Json) -> Json:
        every_key = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
        return form(
            section(f"Seen: {hint}"),
            asking("title", every_key, dispatch_action=True, hint=plain(hint)),
            *more,
            asking("other", {"placeholder": plain(hint)}, optional=True),
        )

    async def redraw(body: Json, client: Any) -> None:
        said = body["actions"][0]["value"] or ""
        await client.views_update(view_id=body["view"]["id"], view=drawn(said or "nothing", section(f"More on {said}")))

    listener.view, listener.on_action = drawn("nothing"), redraw
    page, complaints = await open_page(browser, sandbox)
    modal = await open_form(page, sandbox)
    title = modal.get_by_label("Title")
    await modal.get_by_label("Other").fill("kept")
    await title.press_sequentially("routr")
    await expect(modal).to_contain_text("More on routr")
    await title.press("ArrowLeft")
    await page.keyboard.type("e")
    await expect(modal).to_contain_text("More on router")
    await expect(modal.locator(".input-hint").first).to_have_text("router")
    await expect(title).to_be_focused()
    await expect(title).to_have_value("router")
    assert await title.evaluate("node => node.selectionStart") == 5
    await expect(modal.get_by_label("Other")).to_have_value("kept")
    await expect(modal.get_by_label("Other")).to_have_attribute("placeholder", "router")

    await modal.get_by_label("Other").focus()
    await page.keyboard.press("ArrowLeft")
    view_id = (await sandbox.state("UANA"))["views"]["UANA"][-1]["id"]
    await sandbox.api("views.update", view_id=view_id, view=drawn("the end"))
    await expect(modal).to_contain_text("Seen: the end")
    await expect(modal.get_by_label("Other")).to_be_focused()
    assert await modal.get_by_label("Other").evaluate("node => [node.value, node.selectionStart]") == ["kept", 3]
    assert complaints == []


async def test_modals_stack_answer_and_close(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Errors, push to three views and back with what was typed, a failure in words, and the app told of the closing."""
    listener.view = form(asking("first"), notify_on_close=True)
    page, complaints = await open_page(browser, sandbox)
    modal = await open_form(page, sandbox)
    title, submit = modal.get_by_role("heading"), modal.get_by_test_id("modal-submit")

    await modal.get_by_label("First").fill("one")
    listener.answer = {"response_action": "errors", "errors": {"first": "Not *that* <b>one</b>", "gone": "Nowhere"}}
    await submit.click()
    await expect(modal.locator(".input-error")).to_have_text("Not *that* <b>one</b>")
    await expect(modal.get_by_label("First")).to_be_focused()
    await expect(modal.get_by_test_id("modal-banner")).to_contain_text("gone: Nowhere")

    for name in ("second", "third"):
        pushed = form(asking(name, optional=True), title=plain(name.title()), callback_id=name)
        listener.answer = {"response_action": "push", "view": pushed}
        await submit.click()
        await expect(title).to_have_text(name.title())
        await expect(modal.get_by_label(name.title())).to_be_focused()
    await submit.click()
    await expect(modal.get_by_test_id("modal-banner")).to_contain_text("We had some trouble connecting. Try again?")
    await expect(modal.get_by_test_id("modal-banner")).to_contain_text("push_limit_reached")
    await page.keyboard.press("Escape")
    await expect(title).to_have_text("Second")
    await modal.get_by_role("button", name="Back").click()
    await expect(title).to_have_text("A form")
    await expect(modal.get_by_label("First")).to_have_value("one")

    listener.answer = {
        "response_action": "update",
        "view": form(section("All done"), submit=None, notify_on_close=True),
    }
    await submit.click()
    await expect(modal).to_contain_text("All done")
    await expect(submit).to_have_count(0)
    while not listener.views.empty():
        listener.views.get_nowait()
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()
    assert await asyncio.wait_for(listener.views.get(), 10) == {"closed": "form", "is_cleared": False}
    await expect(page.get_by_role("button", name="Open the form").last).to_be_focused()

    await page.get_by_role("button", name="Open the form").last.click()
    await expect(modal.get_by_label("First")).to_be_focused()
    for _ in range(12):  # the focus stays inside, or in the browser's own controls
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    listener.answer = None
    await modal.get_by_label("First").fill("two")
    await submit.click()
    await expect(submit).to_have_attribute("aria-disabled", "true")
    await expect(modal.get_by_test_id("modal-banner")).to_contain_text(
        "did not answer within 3 seconds", timeout=10_000
    )
    await expect(submit).not_to_have_attribute("aria-disabled", "true")
    await expect(modal.get_by_label("First")).to_have_value("two")
    assert complaints == []


HOSTILE = "<img src=x onerror=hacked=1> <javascript:hacked=1|x> &lt;script&gt;"
ADDRESS = "javascript:hacked=1"
KEPT = ["type", "block_id", "action_id", "user_id", "channel_id", "usergroup_id", "include", "filetypes", "callback_id"]
KEPT += ["initial_date", "initial_time", "initial_users", "initial_channel", "min_value", "max_value"]


def hostile(value: Any, name: str = "") -> Any:
    """The same blocks with markup in every text and a script behind every address."""
    if isinstance(value, dict):
        return {key: one if key in KEPT else hostile(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, name) for one in value]
    if isinstance(value, str):
        return ADDRESS if "url" in name else HOSTILE
    return value


async def test_hostile_text_in_every_slot(sandbox: Client, listener: Listener, browser: Browser) -> None:
    """Whatever an app puts in any field of any block is shown as text; nothing runs, is fetched or breaks."""
    channel = sandbox.slack.workspace.channel("C0ASK")
    assert channel
    bot = {"user": "UFRONTLINE", "bot_id": "BFRONTLINE", "text": "x"}
    for name in MESSAGES:
        for block in GALLERY[name]:
            sandbox.slack.post(channel, bot | {"blocks": [hostile(block)]})  # past the limits that would refuse it
    short = {name: plain("<img src=x onerror=a=1>") for name in ("title", "submit", "close")}
    listener.view = hostile(GALLERY["modal"]) | short
    page, complaints = await open_page(browser, sandbox)
    await expect(page.locator(".message").last).to_contain_text("<img src=x onerror=")
    for unsure in await page.locator(".message :is(.feedback, summary, .sorter)").all():
        await unsure.evaluate("node => node.click()")
    for link in await page.locator(".message .body a").all():
        assert re.match(r"(https?:|#|mailto:)", await link.get_attribute("href") or "")
    made = ".message :is(img, script, iframe, object, embed, form, style, [onerror], [style*=url])"
    await expect(page.locator(made)).to_have_count(0)
    assert await page.locator(".message .body").filter(has_text="<img src=x onerror=").count() > 25
    assert await page.evaluate("document.querySelector('.messages').scrollWidth <= innerWidth")

    modal = await open_form(page, sandbox)
    await expect(modal.get_by_role("heading")).to_have_text("<img src=x onerror=a=1>")
    await modal.locator('[data-action-id="plan"]').click()
    await expect(page.get_by_role("option").first).to_contain_text("<img src=x onerror=hacked=1>")
    await expect(page.locator("dialog :is(img, script, iframe, [onerror])")).to_have_count(0)
    assert await page.evaluate("window.hacked") is None
    assert complaints == []


async def test_a_private_channel_has_a_name_for_its_members_only(
    sandbox: Client, listener: Listener, browser: Browser
) -> None:
    """Elena is in #leads, Ana is not; neither sees an id."""
    await post(sandbox, section("Next: <#C0PRIVATE>."))
    page, _ = await open_page(browser, sandbox)
    await expect(page.locator(".message").last).to_contain_text("Next: private channel.")
    await page.goto(f"{sandbox.address}/?user=UELENA#C0ASK")
    await expect(page.locator(".message").last).to_contain_text("Next: #leads.")


async def test_unknown_and_broken_blocks_are_shown_as_they_are(
    sandbox: Client, listener: Listener, browser: Browser
) -> None:
    """As a labelled box with their JSON, while everything around them works on."""
    channel = sandbox.slack.workspace.channel("C0ASK")
    assert channel
    odd = [
        {"type": "poem", "lines": ["one", "<b>two</b>"]},
        {"type": "constructor"},
        {"type": "section", "text": "no object"},
        {
            "type": "actions",
            "elements": [{"type": "lever", "pull": True}, button(action_id="fine", text=plain("Fine"))],
        },
        {"type": "rich_text", "elements": [{"type": "rich_text_song", "elements": []}]},
        {"type": "table"},
        None,
        section("The end"),
    ]
    bot = {"user": "UFRONTLINE", "bot_id": "BFRONTLINE", "text": "x", "blocks": odd}
    sandbox.slack.post(channel, bot)
    page, complaints = await open_page(browser, sandbox)
    message = page.locator(".message").last

    await expect(message).to_contain_text("The end")
    labels = ["Block “poem”", "Block “constructor”", "Block “section”", "Element “lever”", "Rich text “rich_text_song”"]
    labels += ["Block “table”", "Block “undefined”"]
    await expect(message.locator("summary")).to_have_text([f"{label} isn't drawn here" for label in labels])
    await message.locator("summary").first.click()
    await expect(message.locator("pre").first).to_contain_text('"<b>two</b>"')
    await message.get_by_role("button", name="Fine").click()
    assert complaints == []

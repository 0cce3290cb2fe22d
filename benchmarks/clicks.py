"""What it takes from a thought to a suggested idea and to a thank-you, and how much there is to read in the digest.

`python -m benchmarks.clicks http://127.0.0.1:4040 [--chromium /usr/bin/chromium]`, with the address of a running
`frontline demo`; needs the development tools. It leaves an idea, two thank-yous and a digest there.

A person's seconds are reckoned, by the keystroke-level model: 0.28 s a key (40 words a minute), 1.2 s to point and
click, 0.4 s to move the hand to the mouse. Source: Card, Moran, Newell, "The keystroke-level model for user performance
time with interactive systems", CACM 23 (1980). The product's seconds are measured: from each Enter or click until what
comes next can be seen.
"""

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sandbox.testing import Slack

KEY_S, CLICK_S, HAND_S = 0.28, 1.2, 0.4
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TITLE, WHY = "Text the engineer's arrival", "Customers wait at home all day. An hour's notice would do."
DEED = "for staying on the line with Mrs Okoye until her alarm panel worked again"


@dataclass
class Effort:
    """What one way takes: of a person, and of the product."""

    page: Page
    keys: int = 0
    clicks: int = 0
    waited_s: float = 0.0

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.keys += len(text)

    def press(self, key: str, shows: Locator | None = None) -> None:
        self.keys += len(key.split("+"))
        began = time.perf_counter()
        self.page.keyboard.press(key)
        self._wait(shows, began)

    def click(self, what: Locator, shows: Locator | None = None) -> None:
        self.clicks += 1
        what.hover()
        began = time.perf_counter()
        what.click()
        self._wait(shows, began)

    def _wait(self, shows: Locator | None, began: float) -> None:
        if shows is not None:
            expect(shows).to_be_visible(timeout=60_000)
            self.waited_s += time.perf_counter() - began

    def told(self, what: str) -> str:
        own = self.keys * KEY_S + self.clicks * (CLICK_S + HAND_S)
        whole = own + self.waited_s
        return (
            f"{what:34} {self.keys:3} keys, {self.clicks} clicks, {whole:5.1f} s, "
            f"of which the product {self.waited_s:4.1f} s ({self.waited_s / whole:.0%})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    given = parser.parse_args()
    slack = Slack(given.address)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        for what, way in (
            ("idea, by command", idea),
            ("thank-you, by command", thanks),
            ("thank-you, for a message", thanks_for_a_message),
        ):
            print(way(at(browser, slack, "UJONAS", "C0SUPPORT")).told(what))
        print(digest(at(browser, slack, "UKIRA", "C0GENERAL"), slack))
        browser.close()


def at(browser: Browser, slack: Slack, user: str, channel: str) -> Page:
    slack.act("close", user=user, all=True)
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(f"{slack.address}/?user={user}#{channel}")
    page.get_by_test_id("composer").focus()
    return page


def idea(page: Page) -> Effort:
    effort, form = Effort(page), page.get_by_test_id("modal")
    effort.type(f"/idea {TITLE}")
    effort.press("Enter", shows=form.get_by_role("textbox", name="Title"))
    effort.press("Tab")
    effort.type(WHY)
    effort.click(page.get_by_test_id("modal-submit"), shows=form.get_by_text("Thank you! This is idea"))
    return effort


def thanks(page: Page) -> Effort:
    effort, form = Effort(page), page.get_by_test_id("modal")
    effort.type(f"/kudos @ana {DEED}")
    effort.press("Enter", shows=form.get_by_role("textbox", name="What they did"))
    effort.click(page.get_by_test_id("modal-submit"), shows=form.get_by_text("is on its way to"))
    return effort


def thanks_for_a_message(page: Page) -> Effort:
    effort, form = Effort(page), page.get_by_test_id("modal")
    message = page.locator("#main [data-ts]").filter(has_text="Works in the Old Town went well")
    message.hover()
    effort.click(message.get_by_test_id("message-menu"))
    effort.click(
        page.locator('[data-callback-id="thank_for_message"]'), shows=form.get_by_role("textbox", name="What they did")
    )
    form.get_by_role("textbox", name="What they did").focus()
    effort.type(DEED)
    effort.click(page.get_by_test_id("modal-submit"), shows=form.get_by_text("is on its way to"))
    return effort


def digest(page: Page, slack: Slack) -> str:
    """Posts the recognition digest and measures it."""
    since = len(slack.messages("C0GENERAL"))
    page.get_by_test_id("composer").fill("/digest")
    page.get_by_role("button", name="Send message").click()
    page.get_by_role("button", name="Post now").first.click(timeout=60_000)
    page.get_by_test_id("confirm").get_by_role("button", name="Post now").click()
    screen, thread = slack.until(lambda: (new := slack.messages("C0GENERAL")[since:]) and new[1:] and new[:2], "both")
    page.keyboard.press("Escape")
    posted = page.locator(f'#main [data-ts="{screen["ts"]}"]')
    height = (posted.bounding_box() or {"height": 0})["height"]
    return f"digest: {size(screen)}, {height:.0f} px high at a width of 1280; its thread: {size(thread)}"


def size(message: dict[str, Any]) -> str:
    texts = sum(len(text) for text in _texts(message["blocks"]))
    return f"{len(message['blocks'])} blocks, {texts:,} characters ({len(json.dumps(message['blocks'])):,} as JSON)"


def _texts(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        own = [thing["text"]] if isinstance(thing.get("text"), str) else []
        return own + [text for value in thing.values() for text in _texts(value)]
    return [text for one in thing for text in _texts(one)] if isinstance(thing, list) else []


if __name__ == "__main__":
    main()

"""What a newcomer does on the page, in a real browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conversations.conftest import ROOT, Bot
from tests.conversations.slack import Company, words

FLAGS = [
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run",
    "--disable-background-networking --disable-component-update --disable-sync",
]
PICTURES = os.environ.get("PICTURES") == "1"
QUESTION = "@Frontline Does the Heron Lite record when the internet is down?"


@pytest.fixture
def page(chromium: str, company: Company, bot: Bot) -> Iterator[Page]:
    """Ana's window on the company; for pictures, once the index is complete."""
    if PICTURES:
        question = "Is there a reconnection fee?"
        company.until(lambda: "words alone" not in words(company.ask("UKIRA", question, "C0GENERAL")), "the index")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=" ".join(FLAGS).split())
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{company.address}/?user=UANA")
        yield page
        browser.close()


def picture(page: Page, name: str) -> None:
    """Keep a screenshot for the README when asked to: PICTURES=1."""
    if PICTURES:
        page.screenshot(path=ROOT / "docs" / name)


def test_asking_reading_and_rating_on_the_page(page: Page) -> None:
    """Ask in a channel, see the quote with its source, read the section, say that it helped."""
    page.locator('[data-channel="C0ASK"]').first.click()
    page.get_by_test_id("composer").fill(QUESTION)
    page.keyboard.press("Enter")
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_text("the Lite records nothing")).to_be_visible(timeout=30_000)
    expect(thread.get_by_text("owner Hugo Weber").first).to_be_visible()
    picture(page, "answer.png")

    thread.locator('[data-action-id="read_section"]').first.click()
    modal = page.get_by_test_id("modal")
    expect(modal.locator("strong, b", has_text="the Lite records nothing")).to_be_visible(timeout=30_000)
    picture(page, "section.png")
    page.keyboard.press("Escape")

    thumb = thread.locator('[data-action-id="rate_answer"]').first
    thumb.click()
    expect(page.get_by_text("I noted that this helped").first).to_be_visible(timeout=30_000)
    expect(thumb).to_have_attribute("aria-pressed", "true")

"""Ideas, thanks and digests as people see them on the page of the demo, on a wide screen and on a phone.

Each test leaves its screenshots in its temporary folder, or in the folder that SCREENSHOTS names: there with those of a
phone, and dark ones.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.conversations.conftest import ROOT
from tests.conversations.slack import Company
from tests.conversations.test_browser import FLAGS

SCREENSHOTS = os.environ.get("SCREENSHOTS")
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
TYPED = "Customers stay at home all day and do not know when the technician arrives."
Look = Callable[[Page, str], None]
expect.set_options(timeout=120_000)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The demo, once it is online; ideas, thanks and digests need no more than one guide."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "guides").mkdir()
    (folder / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    environment = os.environ | {"DATA_DIR": str(folder), "GUIDES_DIR": str(folder / "guides")}
    command = [sys.executable, "-m", "bot", "demo"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            company = Company(process.stdout.readline().split()[1])
            company.until(lambda: company.state()["connected"], "the demo to come online", patience_s=200)
            yield company
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=" ".join(FLAGS).split())
        yield browser
        browser.close()


@pytest.fixture
def window(demo: Company, browser: Browser) -> Iterator[Callable[[str, str], Page]]:
    """Opens somebody's window at a channel."""
    pages: list[Page] = []

    def open_at(user: str, channel: str) -> Page:
        demo.act("close", user=user, all=True)
        pages.append(browser.new_page(viewport=WIDE))
        pages[-1].goto(f"{demo.address}/?user={user}#{channel}")
        return pages[-1]

    yield open_at
    for page in pages:
        page.close()


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Keeps a picture of the page, and looks whether it fits on a phone."""
    folder = Path(SCREENSHOTS) if SCREENSHOTS else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", animations="disabled")
        page.set_viewport_size(PHONE)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"], name
        if SCREENSHOTS:
            page.screenshot(path=folder / f"{name}-phone.png", animations="disabled")
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=folder / f"{name}-phone-dark.png", animations="disabled")
        page.set_viewport_size(WIDE)
        if SCREENSHOTS:
            page.screenshot(path=folder / f"{name}-dark.png", animations="disabled")
            page.emulate_media(color_scheme="light")

    return keep


def type_in(page: Page, text: str) -> Locator:
    """Send a command, and wait for its modal."""
    modal = page.get_by_test_id("modal")

    def send() -> None:
        page.get_by_test_id("composer").fill(text)
        page.get_by_role("button", name="Send message").click()

    once_more(send, modal)
    return modal


def once_more(act: Callable[[], None], shows: Locator) -> None:
    """Do something that shows; once more where a busy machine took longer than the three seconds that Slack waits."""
    act()
    with suppress(AssertionError):
        return expect(shows).to_be_visible(timeout=20_000)
    act()
    return expect(shows).to_be_visible()


def message(page: Page, words: str) -> Locator:
    """The newest message in the channel that says this."""
    return page.locator("#main [data-ts]:not(.is-ephemeral)").filter(has_text=words).last


def test_similar_ideas_are_shown_while_typing_and_one_takes_the_vote(
    window: Callable[[str, str], Page], look: Look
) -> None:
    """What is typed stays while they appear, and is there again after the vote and the way back."""
    page = window("UCHLOE", "C0SUPPORT")
    form = type_in(page, "/idea Tell people when we come")
    words = form.get_by_role("textbox", name="What should change, and why?")
    words.press_sequentially(TYPED)
    expect(form.get_by_text("Is it one of these already?")).to_be_visible()
    similar = form.get_by_role("link", name=re.compile("Text customers a one-hour window"))
    expect(similar).to_be_visible()
    expect(form.get_by_text("🚧 Started · 5 votes")).to_be_visible()
    expect(words).to_be_focused()
    expect(words).to_have_value(TYPED)
    look(page, "idea-form")

    form.get_by_role("button", name="Add my vote instead").first.click()
    expect(form.get_by_role("heading", name="Voted")).to_be_visible()
    expect(form.get_by_text("It has 6 votes now.")).to_be_visible()
    look(page, "idea-voted")

    form.get_by_role("button", name="Back to my own idea").click()
    expect(form.get_by_role("heading", name="Suggest an idea")).to_be_visible()
    expect(words).to_have_value(TYPED)
    expect(form.get_by_role("textbox", name="Title")).to_have_value("Tell people when we come")
    expect(form.get_by_text("🚧 Started · 6 votes · you voted for it")).to_be_visible()


def test_voting_on_a_card_is_told_privately_with_the_way_back(window: Callable[[str, str], Page], look: Look) -> None:
    """The tally on the card follows the vote and its taking back; an idea of one's own has a card at once."""
    page = window("UGRACE", "C0IDEAS")
    form = type_in(page, "/idea Put the opening hours on the receipt")
    form.get_by_role("textbox", name="What should change, and why?").fill("People ring us to ask, <b>every</b> day.")
    own = message(page, "Put the opening hours on the receipt")
    once_more(form.get_by_test_id("modal-submit").click, form.get_by_text("Thank you! This is idea").or_(own).first)
    page.keyboard.press("Escape")
    expect(own).to_contain_text("<b>every</b> day")

    card = message(page, "Lend out a hub while ours is repaired")
    card.get_by_role("button", name="Vote (2)").click()
    told = page.locator(".is-ephemeral").filter(has_text="Voted for")
    expect(told).to_contain_text("Only visible to you")
    expect(told).to_contain_text("Lend out a hub while ours is repaired (3 votes)")
    expect(card.get_by_role("button", name="Vote (3)")).to_be_visible()
    look(page, "idea-card")

    told.get_by_role("button", name="Take back").click()
    expect(page.locator(".is-ephemeral").filter(has_text="Your vote is taken back")).to_be_visible()
    expect(card.get_by_role("button", name="Vote (2)")).to_be_visible()


def test_the_list_is_turned_and_searched_by_meaning(window: Callable[[str, str], Page], look: Look) -> None:
    """The next page has the rest; a search finds what says the same in other words."""
    page = window("UGRACE", "C0SUPPORT")
    ideas = type_in(page, "/ideas")
    expect(ideas.get_by_text(re.compile(r"^1–6 of \d+ ideas$"))).to_be_visible()
    first = ideas.get_by_role("link").first.inner_text()
    look(page, "ideas")
    ideas.get_by_role("button", name="Next ›").click()
    expect(ideas.get_by_text(re.compile(r"^7–\d+ of \d+ ideas$"))).to_be_visible()
    expect(ideas.get_by_role("link", name=first)).to_be_hidden()

    search = ideas.get_by_role("textbox", name="Search by meaning")
    search.fill("when does the technician arrive at my house?")
    search.press("Enter")
    expect(ideas.get_by_role("link").first).to_contain_text("Text customers a one-hour window")
    expect(ideas.get_by_role("link", name=re.compile("A large-print bill"))).to_be_hidden()
    look(page, "ideas-search")


def test_a_digest_is_previewed_and_posted(window: Callable[[str, str], Page], look: Look) -> None:
    """The preview posts nothing; posting asks first; then it is in the channel with its picture and its thread."""
    page = window("UKIRA", "C0GENERAL")
    opening = re.compile(r"colleagues were thanked|Worth a cheer|Good work")
    digests = type_in(page, "/digest")
    expect(digests.get_by_text("Recognition in #general")).to_be_visible()
    look(page, "digests")
    digests.get_by_role("button", name="Preview").first.click()
    expect(digests.get_by_text("As it would look now. Nothing has been posted.")).to_be_visible()
    expect(digests.get_by_role("img", name=re.compile("What people were thanked for"))).to_be_visible()
    look(page, "digest-preview")
    digests.get_by_test_id("modal-close").click()
    digests.get_by_role("button", name="Post now").first.click()
    asked = page.get_by_test_id("confirm")
    expect(asked).to_contain_text("Post this digest now?")
    expect(page.locator("#main [data-ts]").filter(has_text=opening)).to_have_count(0)
    asked.get_by_role("button", name="Post now").click()
    expect(digests.get_by_text("It is on its way to")).to_be_visible()
    digests.get_by_test_id("modal-close").click()

    posted = page.locator("#main [data-ts]").filter(has_text=opening)
    expect(posted).to_contain_text("“I have never been treated so kindly by a company.”")
    expect(posted.get_by_role("img", name=re.compile("Customer first"))).to_be_visible()
    posted.get_by_test_id("replies").click()
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_text("Most wanted ideas still open")).to_be_visible()
    look(page, "digest")


def test_home_has_what_is_mine_and_for_managers_what_waits(window: Callable[[str, str], Page], look: Look) -> None:
    """An employee's ideas, thanks and settings; a manager's figures with the lists behind them."""
    page = window("UANA", "home")
    home = page.get_by_test_id("home")
    for heading in ("Ask the guides", "Ideas", "Thanks", "My questions", "My settings"):
        expect(home.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(home.get_by_text("Next digest: Recognition in #general")).to_be_visible()
    expect(home.get_by_text("Stayed on the line with Mrs Okoye")).to_be_visible()
    expect(home.get_by_text("Your team, the last seven days")).to_be_hidden()
    look(page, "home-employee")

    page = window("UKIRA", "home")
    home = page.get_by_test_id("home")
    expect(home.get_by_text("Your team, the last seven days")).to_be_visible()
    expect(home.get_by_text(re.compile("Ideas waiting for a first answer:"))).to_be_visible()
    look(page, "home-manager")
    waiting = page.get_by_test_id("modal")
    once_more(home.get_by_role("button", name="Ideas to answer").click, waiting)
    expect(waiting.get_by_role("link", name=re.compile("Show the next bill's amount"))).to_be_visible()
    expect(waiting.get_by_text("Suggested owner").first).to_be_visible()
    look(page, "triage")

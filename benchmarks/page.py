"""What the sandbox's page weighs, how soon it is there, and how it bears a channel with 5,000 messages.

`python -m benchmarks.page [--messages 5000] [--chromium /usr/bin/chromium]`; needs the development tools.
"""

import argparse
import asyncio
import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from playwright.async_api import Browser, Response, async_playwright

ROOT = Path(__file__).parents[1]
RUNS = 3
MANIFEST = {"display_information": {"name": "Bench"}, "features": {"bot_user": {"display_name": "Bench"}}}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
# From choosing a channel until its newest message has been painted.
OPEN = """channel => new Promise((done) => {
  const from = performance.now();
  location.hash = `#${channel}`;
  const isThere = () => document.querySelector('main h1')?.textContent === 'long';
  const look = () => requestAnimationFrame(isThere() ? () => done(performance.now() - from) : look);
  look();
})"""
# Scrolling up to the very first message, and the longest frame on the way.
SCROLL = """() => new Promise((done) => {
  const list = document.querySelector('main .messages');
  const from = performance.now();
  let last = from, longest = 0;
  const step = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    const drawn = list.querySelectorAll('.message').length;
    if (list.querySelector('.intro') || now - from > 60000) return done({ total: now - from, longest, drawn });
    list.scrollTop = 0;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


@asynccontextmanager
async def sandbox(messages: int) -> AsyncIterator[str]:
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    people = [user["id"] for user in seed["users"] if not user.get("is_bot")][:6]
    begin = time.time() - messages * 60
    past = [
        {
            "user": people[number // 2 % len(people)],
            "text": f"Line {number} with *some* words, a :tada: and <https://guides.example/{number}|a link>",
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + number * 60)),
        }
        for number in range(messages)
    ]
    seed["channels"].append({"id": "C0LONG", "name": "long", "members": "everyone", "messages": past})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seed.yaml").write_text(yaml.safe_dump(seed), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
        options = {"--manifest": folder / "manifest.json", "--seed": folder / "seed.yaml", "--state": folder / "state"}
        arguments = [str(part) for option in options.items() for part in option]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", *arguments, "--port", "0"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        found = re.search(r"http://\S+", (await process.stdout.readline()).decode())
        assert found
        yield found[0]
        process.terminate()
        await process.communicate()


async def measure(browser: Browser, address: str) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}

    def note(**values: float) -> None:
        for name, value in values.items():
            figures.setdefault(name, []).append(value)

    for _ in range(RUNS):
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        weight: list[int] = []

        def weigh(response: Response, weight: list[int] = weight) -> None:
            weight.append(int(response.headers.get("content-length", 0)))

        page.on("response", weigh)
        from_start = time.perf_counter()
        await page.goto(f"{address}/?user=UANA#C0GENERAL")
        await page.locator("main .message").first.wait_for()
        note(ready_ms=(time.perf_counter() - from_start) * 1000, first_paint_ms=await page.evaluate(PAINT))
        note(page_and_state_kb=sum(weight) / 1024, requests=len(weight))
        note(open_long_channel_ms=await page.evaluate(OPEN, "C0LONG"))
        scrolled = await page.evaluate(SCROLL)
        note(scroll_to_first_ms=scrolled["total"], longest_frame_ms=scrolled["longest"], drawn=scrolled["drawn"])
        await page.close()
    return figures


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    files = [path for path in (ROOT / "sandbox" / "page").iterdir() if path.is_file()]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    print(
        f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1024:.0f} KB, {lines} lines, not minified"
    )
    async with sandbox(options.messages) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        for name, values in (await measure(browser, address)).items():
            print(f"{name:24} median {statistics.median(values):9.1f}   {min(values):9.1f} … {max(values):9.1f}")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())

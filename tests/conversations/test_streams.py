"""An answer of a chat model is seen sentence by sentence, and in the end once and whole, whatever dies or fails."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.streams import PER_S, STARTS, Place, Streams
from tests.conversations.conftest import Bot, Bots
from tests.conversations.scripted_bot import END, SCRIPT
from tests.conversations.slack import BOT, Company, NeverHappened, words

QUESTION = "Is there a reconnection fee?"
FIRST = "There's no reconnection fee; it was abolished on 1 May 2025."
SECOND = "A restriction is lifted within 2 hours of a payment of at least half the arrears."
LIE = "A restriction is lifted within 3 hours of a payment."
KILLS = 30
PATIENT = {"CHAT_TIMEOUT_S": "60"}  # a busy machine may take its time


@pytest.fixture(scope="module")
def bot(bots: Bots) -> Bot:
    """A bot whose model says true sentences, and lies in between."""
    return bots("tests.conversations.scripted_bot").start(**PATIENT)


def script(bot: Bot, *sentences: str, end: str = "]}") -> None:
    """What the model will say, a sentence a part; nothing is said yet."""
    for number in range(9):
        (bot.data / str(number)).unlink(missing_ok=True)
    parts = [json.dumps({"text": text, "passages": [1]}) for text in sentences]
    (bot.data / SCRIPT).write_text(END.join(['{"sentences": [', *(f"{p}," for p in parts[:-1]), parts[-1] + end]))


def say(bot: Bot, *parts: int) -> None:
    for part in parts:
        (bot.data / str(part)).touch()


def streaming(company: Company, message: dict[str, Any]) -> dict[str, Any] | None:
    """The answer as far as it has come."""
    there = company.thread(message["channel"], message["ts"])
    return there[0] if there and "Helpful" not in words(there[0]) else None


def whole(company: Company, message: dict[str, Any]) -> dict[str, Any]:
    """The one answer, once it can be rated."""
    return company.until(
        lambda: next((m for m in company.thread(message["channel"], message["ts"]) if "Helpful" in words(m)), None),
        "a whole answer",
    )


def ask(company: Company, channel: str = "C0ASK") -> dict[str, Any]:
    return company.say("UANA", channel, QUESTION if channel == "dm" else f"<@{BOT}> {QUESTION}")


def is_seen_once(company: Company, message: dict[str, Any]) -> bool:
    return len(company.thread(message["channel"], message["ts"])) == 1


@pytest.mark.parametrize("channel", ["C0ASK", "dm"])
def test_sentences_are_seen_as_they_are_supported(company: Company, bot: Bot, channel: str) -> None:
    """In a thread and in a direct message; then the whole answer stands in their place, and a lie is never sent."""
    since = company.now()
    script(bot, FIRST, LIE, SECOND)
    message = ask(company, channel)
    say(bot, 0, 1)
    early = company.until(lambda: streaming(company, message), "a first sentence")
    say(bot, 2, 3)
    answer = whole(company, message)

    assert FIRST in words(early)
    assert SECOND not in words(early)
    assert f"{FIRST} [1]" in words(answer)
    assert f"{SECOND} [1]" in words(answer)
    assert answer["ts"] == early["ts"]
    assert is_seen_once(company, message)
    assert LIE not in json.dumps(company.journal(since))
    assert len(company.calls("chat.startStream", since)) == 1
    assert company.calls("chat.postMessage", since) == []


def test_ask_gets_one_message(company: Company, bot: Bot) -> None:
    """A private reply can't grow, so it comes whole."""
    since = company.now()
    script(bot, FIRST, SECOND)
    say(bot, 0, 1, 2)
    company.act("command", user="UINES", channel="C0SUPPORT", text=f"/ask {QUESTION}")
    company.until(lambda: [p for p in company.private("UINES") if SECOND in words(p)], "a private answer")

    assert company.calls("chat.startStream", since) == []


def test_what_was_shown_gives_way_when_the_model_fails(company: Company, bot: Bot) -> None:
    """The quote takes the place of the sentence, and says why."""
    script(bot, FIRST, SECOND, end=" and so on")
    message = ask(company)
    say(bot, 0, 1)
    company.until(lambda: streaming(company, message), "a first sentence")
    say(bot, 2)
    answer = whole(company, message)

    assert "The chat model gave a reply that can't be read" in words(answer)
    assert "[1]" not in words(answer)
    assert is_seen_once(company, message)


@pytest.mark.parametrize(
    ("method", "fault", "more"),
    [
        pytest.param("chat.startStream", "ratelimit", {"retry_after": 1}, marks=pytest.mark.soak),
        pytest.param("chat.startStream", "error", {"error": "channel_type_not_supported"}, marks=pytest.mark.soak),
        ("chat.startStream", "drop", {}),
        pytest.param("chat.appendStream", "error", {"error": "stopped_by_user"}, marks=pytest.mark.soak),
        ("chat.stopStream", "error", {"error": "internal_error"}),
        ("chat.update", "drop", {}),
        ("chat.update", "error", {"error": "edit_window_closed"}),
    ],
)
def test_a_stream_that_slack_refuses_or_loses_ends_in_one_answer(
    company: Company, bot: Bot, method: str, fault: str, more: dict[str, Any]
) -> None:
    """Whether or not Slack took what was sent."""
    company.fault(fault, method=method, times=1, **more)
    script(bot, FIRST, SECOND)
    say(bot, 0, 1, 2)
    message = ask(company)
    answer = whole(company, message)
    company.fault("clear")
    company.quiet()

    assert SECOND in words(answer)
    assert is_seen_once(company, message)


def test_a_stream_that_slack_has_ended_is_made_whole(company: Company, bot: Bot) -> None:
    """Slack ends every stream after five minutes."""
    script(bot, FIRST, SECOND)
    message = ask(company)
    say(bot, 0, 1)
    early = company.until(lambda: streaming(company, message), "a first sentence")
    WebClient("xoxb-sandbox", base_url=company.api_url).chat_stopStream(channel="C0ASK", ts=early["ts"])
    say(bot, 2)

    assert SECOND in words(whole(company, message))
    assert is_seen_once(company, message)


def place_of(message: dict[str, Any]) -> Place:
    return Place(message["channel"], message["ts"], "UANA", "T0BRIGHT", BOT)


async def test_a_stream_without_an_answer_is_taken_back(company: Company) -> None:
    """What fails behind it is said in words, and no half answer stays above them."""
    message = company.say("UANA", "C0GENERAL", "Is anybody there?")
    streams = Streams(AsyncWebClient("xoxb-sandbox", base_url=company.api_url), None)  # type: ignore[arg-type]
    seen = asyncio.Event()

    async def fail_once_seen() -> None:
        async with streams.at(place_of(message)) as stream:
            stream.show(FIRST)
            await asyncio.to_thread(company.until, lambda: company.thread("C0GENERAL", message["ts"]), "a sentence")
            seen.set()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_once_seen()

    assert seen.is_set()
    assert company.thread("C0GENERAL", message["ts"]) == []


async def test_no_more_streams_begin_than_slack_allows(company: Company) -> None:
    """Those beyond show nothing early; their answers come in one piece."""
    streams = Streams(AsyncWebClient("xoxb-sandbox", base_url=company.api_url), None)  # type: ignore[arg-type]
    shown = []
    for _ in range(STARTS + 1):
        async with streams.at(place_of(company.say("UANA", "C0GENERAL", "Is anybody there?"))) as stream:
            stream.show(FIRST)
            shown.append(await stream.end())

    assert [ts is not None for ts in shown] == [True] * STARTS + [False]


async def test_streams_that_wait_for_their_first_sentence_begin_then_or_never() -> None:
    """Of more than may begin, all ask before any says something; the others end at once, and show nothing early."""
    slack, now = Starting(), 0.0
    streams = Streams(slack, None, lambda: now)  # type: ignore[arg-type]

    async def answer() -> str | None:
        async with streams.at(Place("C0ASK", "1.0", "UANA", "T0BRIGHT", BOT)) as stream:
            await asyncio.sleep(0)  # the others come in, too
            stream.show(FIRST)
            stream.show(SECOND)
            return await stream.end()

    async with asyncio.timeout(2):
        shown = await asyncio.gather(*(answer() for _ in range(STARTS + 5)))
        begun = slack.begun
        now = PER_S - 0.1
        shown += [await answer()]
        now = PER_S
        shown += await asyncio.gather(*(answer() for _ in range(STARTS + 1)))

    assert begun == STARTS
    assert slack.begun == 2 * STARTS
    assert [ts is not None for ts in shown] == [True] * STARTS + [False] * 6 + [True] * STARTS + [False]


class Starting(AsyncWebClient):
    """A Slack that begins every stream, and counts them."""

    begun = 0

    async def chat_startStream(self, **_: Any) -> Any:
        self.begun += 1
        return {"ts": f"{self.begun}.0"}

    async def chat_appendStream(self, **_: Any) -> Any:
        return {}


def crash(company: Company, bot: Bot) -> dict[str, Any]:
    """Kill the bot while a sentence is seen, and start it again; the question."""
    script(bot, FIRST, SECOND)
    message = ask(company)
    say(bot, 0, 1)
    company.until(lambda: streaming(company, message), "a first sentence")
    bot.kill()
    say(bot, 2)
    bot.start(**PATIENT)
    return message


def test_killed_while_a_sentence_is_seen(company: Company, bot: Bot) -> None:
    """The next process puts the whole answer in its place."""
    message = crash(company, bot)

    assert SECOND in words(whole(company, message))
    company.quiet()
    assert is_seen_once(company, message)


@pytest.mark.soak
def test_killed_at_any_moment_of_a_stream(company: Company, bot: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty kills at moments that a die picks: each question gets one whole answer, and nothing beside it."""
    dice = random.Random(5)
    asked = []
    for _ in range(KILLS):
        since = company.now()
        script(bot, FIRST, SECOND)
        say(bot, 0, 1, 2)
        asked.append(ask(company))
        enough = since + dice.randrange(1, 14)
        with suppress(NeverHappened):
            company.until(lambda enough=enough: company.now() >= enough, "so much to happen", patience_s=5)
        bot.kill()
        bot.start(**PATIENT)
        whole(company, asked[-1])  # before the next: what a bot dies of again and again is given up with an apology
    company.quiet()

    seen = [len(company.thread("C0ASK", message["ts"])) for message in asked]
    with capsys.disabled():
        print(f"\nstreams killed: {len(asked)}, seen once: {seen.count(1)}")
    assert seen == [1] * len(asked)

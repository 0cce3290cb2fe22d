"""Digests come once for each period and channel, whatever dies and whatever Slack answers."""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import sample
from bot.parts import Parts
from bot.records import appearances, ideas, roles, schedules, wins
from bot.records.appearances import Appears
from bot.records.database import Database
from bot.records.roles import Roles
from bot.records.schedules import EVERY_MANAGER, Kind, Plan, Quiet
from bot.records.wins import Story
from bot.settings import load
from bot.wiring import at_rest
from jobs import digest
from tests.conversations.conftest import sandbox_process
from tests.conversations.slack import Company, words

ROOT = Path(__file__).resolve().parents[2]
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday, nine o'clock in Amsterdam
AMSTERDAM = "Europe/Amsterdam"
CHANNELS = 100


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample company with a hundred more channels, the bot in each."""
    folder = tmp_path_factory.mktemp("sandbox")
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    seed["channels"] += [
        {"id": f"C9N{number:03}", "name": f"team-{number}", "members": ["UANA"], "bot": True}
        for number in range(CHANNELS)
    ]
    (folder / "seed.yaml").write_text(yaml.safe_dump(seed), encoding="utf-8")
    with sandbox_process(folder, folder / "seed.yaml") as company:
        yield company


def environment(company: Company, database_url: str, folder: Path, now: datetime) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"{company.address}/api/",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "FRONTLINE_NOW": now.isoformat(),
    }


@asynccontextmanager
async def processes(
    company: Company, database_url: str, folder: Path, now: datetime, count: int
) -> AsyncIterator[list[Parts]]:
    """So many bots on one database, as far as they post digests."""
    settings = load(env_file=None, **{k.lower(): v for k, v in environment(company, database_url, folder, now).items()})
    async with AsyncExitStack() as stack:
        every = [await stack.enter_async_context(at_rest(settings)) for _ in range(count)]
        posting = [asyncio.create_task(parts.outbox.run()) for parts in every]
        yield every
        for parts in every:
            parts.outbox.stop()
        await asyncio.gather(*posting)


async def plan(database_url: str, channels: list[str], *, quiet: Quiet = Quiet.NOTE, told: bool = True) -> None:
    """Mondays at nine in each channel, and four weeks of wins to tell of."""
    database = Database(database_url)
    rows = yaml.safe_load(sample.FILE.read_text(encoding="utf-8"))["wins"] if told else []
    async with database.write() as session:
        for number, row in enumerate(rows):
            await sample._win(session, f"sample:win:{number}", row, SUNDAY + timedelta(days=1))
        for channel in channels:
            weekly = Plan(Kind.RECOGNITION, channel, "mon", "09:00", AMSTERDAM, quiet)
            await schedules.add(session, weekly, "UADMIN", SUNDAY)
    await database.close()


async def until_settled(parts: Parts) -> dict[str, str]:
    """Tick until nothing is on its way; what became of each channel's latest digest."""
    deadline = time.monotonic() + 60
    while True:
        await digest.tick(parts)
        async with parts.database.read() as session:
            waiting = await schedules.unsettled(session)
            latest = {one.channel: await schedules.history(session, one, 1) for one in await schedules.every(session)}
        if not waiting:
            return {channel: found[0].state if found else "none" for channel, found in latest.items()}
        assert time.monotonic() < deadline, waiting
        await asyncio.sleep(0.1)  # between looks; it ends as soon as the outbox is through


def seen(company: Company, channel: str) -> list[str]:
    """What the bot has said in a channel."""
    return [message["text"] for message in company.messages(channel) if message.get("bot_id")]


def count(company: Company, channels: list[str]) -> Counter[tuple[int, int]]:
    """How many channels saw how many digests, and how many threads below them."""
    said = [seen(company, channel) for channel in channels]
    return Counter((sum("thanked" in text for text in one), sum("rest of" in text for text in one)) for one in said)


async def test_processes_that_share_a_database_post_each_digest_once(
    company: Company, database_url: str, tmp_path: Path
) -> None:
    """Three at once, while Slack drops connections, is full, and breaks: one digest each, with its thread."""
    offset = 0 if database_url.startswith("sqlite") else 4
    channels = [f"C9N{number:03}" for number in range(offset, offset + 4)]
    await plan(database_url, channels)
    company.fault("drop", method="chat.postMessage", times=2)
    company.fault("ratelimit", method="chat.postMessage", times=1, retry_after=1)
    company.fault("error", method="chat.postMessage", status=503, times=1)

    async with processes(company, database_url, tmp_path, DUE + timedelta(minutes=1), 3) as every:
        await asyncio.gather(*(digest.tick(parts) for parts in every))
        assert await until_settled(every[0]) == dict.fromkeys(channels, "posted")

    assert count(company, channels) == {(1, 1): 4}


async def test_pressed_by_several_at_once_it_is_posted_once(
    company: Company, database_url: str, tmp_path: Path
) -> None:
    """In several processes; who asks again later, or by a clock that was wrong an hour ahead, gets another."""
    channel = f"C9N{95 if database_url.startswith('sqlite') else 96:03}"
    await plan(database_url, [channel], told=False)  # nothing to draw, so that they are at it together

    async def press(every: list[Parts], at: datetime) -> list[str]:
        async with every[0].database.read() as session:
            (schedule,) = await schedules.every(session)
        keys = [f"now:{at:%H%M}:{number}" for number in range(len(every))]
        pressed = zip(every, keys, strict=True)
        return await asyncio.gather(*(digest.post_now(parts, schedule, "UKIRA", key) for parts, key in pressed))

    said = []
    for at in (SUNDAY, SUNDAY - timedelta(hours=1), SUNDAY + timedelta(minutes=3)):
        async with processes(company, database_url, tmp_path, at, 4) as every:
            said.append(await press(every, at))
            await press(every[:1], at)  # delivered again
            await until_settled(every[0])

    refused = "Not posted: <@UKIRA> posted it less than two minutes ago."
    assert [answers.count(refused) for answers in said] == [3, 3, 3]
    assert count(company, [channel]) == {(3, 0): 1}


@pytest.mark.parametrize(
    ("channel", "late", "state", "said"),
    [
        ("C9N010", timedelta(minutes=-5), "none", None),
        ("C9N011", timedelta(minutes=5), "posted", "colleagues"),
        ("C9N012", timedelta(hours=3), "posted", "This was due on Monday at 09:00"),
        ("C9N013", timedelta(hours=25), "skipped", None),
    ],
)
async def test_a_digest_that_was_missed_comes_late_or_is_skipped(
    company: Company, tmp_path: Path, channel: str, late: timedelta, state: str, said: str | None
) -> None:
    """Never early; within a day it says that it is late; after that it is written down as skipped."""
    url = _sqlite(tmp_path)
    await plan(url, [channel])

    async with processes(company, url, tmp_path, DUE + late, 1) as (parts,):
        assert await until_settled(parts) == {channel: state}

    texts = seen(company, channel)[:1]
    assert [said in text for text in texts if said] == ([True] if said else [])
    assert bool(texts) is (said is not None)


@pytest.mark.parametrize(
    ("quiet", "state", "said"), [(Quiet.NOTE, "posted", ["A quiet week"]), (Quiet.NOTHING, "quiet", [])]
)
async def test_a_quiet_week_gets_a_note_or_nothing(
    company: Company, tmp_path: Path, quiet: Quiet, state: str, said: list[str]
) -> None:
    """As the schedule says; never an empty frame."""
    url, channel = _sqlite(tmp_path), f"C9N02{len(said)}"
    await plan(url, [channel], quiet=quiet, told=False)

    async with processes(company, url, tmp_path, DUE, 1) as (parts,):
        assert await until_settled(parts) == {channel: state}

    assert [text[:12] for text in seen(company, channel)] == said


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        ("archive_channel", "that channel is archived"),
        ("kick", "/invite @Frontline"),
        ("delete", "can't see that channel"),
    ],
)
async def test_a_channel_that_is_lost_pauses_its_digest_and_tells_the_owner_once(
    company: Company, tmp_path: Path, loss: str, why: str
) -> None:
    """What is wrong and what to do, one message, and no second attempt."""
    url, before = _sqlite(tmp_path), len(company.direct("UADMIN"))
    channel = {"archive_channel": "C9N030", "kick": "C9N031", "delete": "C9N032"}[loss]
    if loss == "delete":  # nobody can do that in the sandbox
        company.fault("error", method="chat.postMessage", error="channel_not_found", times=1)
    else:
        assert company.act(loss, user="UANA", channel=channel)["ok"]
    await plan(url, [channel])

    async with processes(company, url, tmp_path, DUE, 2) as every:
        assert await until_settled(every[0]) == {channel: "failed"}
        await asyncio.gather(*(digest.tick(parts) for parts in every))
        await asyncio.to_thread(company.until, lambda: company.direct("UADMIN")[before:], "a word to the owner")
        async with every[0].database.read() as session:
            (schedule,) = await schedules.every(session)

    assert schedule.paused is not None
    assert why in schedule.paused
    (told,) = company.direct("UADMIN")[before:]
    assert why in told["text"]
    assert "/digest" in told["text"]
    assert seen(company, channel) == []


async def test_managers_wait_until_slack_says_who_they_are(company: Company, tmp_path: Path) -> None:
    """One that Slack can't be asked about holds it up for both, and then each has it once."""
    url, managers = _sqlite(tmp_path), ("UKIRA", "UELENA")
    database = Database(url)
    async with database.write() as session:
        for manager in managers:
            await roles.grant(session, manager, Roles.MANAGER, "UADMIN", SUNDAY)
        await schedules.add(session, schedules.usual(Kind.MANAGERS, "", AMSTERDAM), "UADMIN", SUNDAY)
    await database.close()
    company.fault("error", method="users.info", error="fatal_error", times=1)

    async with processes(company, url, tmp_path, DUE, 1) as (parts,):
        assert await until_settled(parts) == {EVERY_MANAGER: "none"}
        assert await until_settled(parts) == {EVERY_MANAGER: "posted"}

    for manager in managers:
        assert ["Your team's figures" in message["text"] for message in company.direct(manager)] == [True]


async def test_somebody_who_has_left_is_a_former_colleague(company: Company, tmp_path: Path) -> None:
    """Thanked or thanking, their name is nowhere in the digest; everybody else's is."""
    url, channel = _sqlite(tmp_path), "C9N041"
    await plan(url, [channel])
    for leaving in ("UGRACE", "UKIRA"):
        assert company.act("deactivate_person", user="UADMIN", target=leaving)["ok"]

    async with processes(company, url, tmp_path, DUE, 1) as (parts,):
        assert await until_settled(parts) == {channel: "posted"}

    said = words([m for m in company.messages(channel) if m.get("bot_id")])
    assert "*a former colleague*" in said
    assert "thanked by a former colleague" in said
    assert "<@UANA>" in said
    for gone in ("UGRACE", "UKIRA", "Grace", "Kira"):
        assert gone not in said


async def test_who_keeps_their_name_back_is_not_told_to_have_suggested(company: Company, tmp_path: Path) -> None:
    """An idea that came true is told without them; who was thanked again for an older story is named."""
    url, channel = _sqlite(tmp_path), "C9N042"
    await plan(url, [channel], told=False)
    database, week_before = Database(url), DUE - timedelta(days=10)
    async with database.write() as session:
        for number, author in enumerate(("UANA", "UBEN")):
            given = {"title": f"Idea {number}", "text": "-", "respond_by": DUE.date(), "now": week_before}
            idea, _ = await ideas.submit(session, key=f"n{number}", author=author, **given)
            await ideas.decide(session, f"d{number}", idea.id, "UELENA", "completed", "", DUE - timedelta(days=2))
        choice = {"tell_me": True, "manager": None, "called": ["Ana Duarte"], "now": week_before}
        await appearances.choose(session, "UANA", Appears.NOT_AT_ALL, **choice)
        story, day = Story(deed="Carried a hub up four floors."), {"day": week_before.date(), "daily": 5}
        win, _ = await wins.tell(session, key="w", giver="UDEV", people=["UINES"], story=story, now=week_before, **day)
        await wins.add_kudos(session, win.id, "UFINN", DUE - timedelta(days=3))
    await database.close()

    async with processes(company, url, tmp_path, DUE, 1) as (parts,):
        assert await until_settled(parts) == {channel: "posted"}

    said = words([m for m in company.messages(channel) if m.get("bot_id")])
    assert "(suggested by a colleague)" in said
    assert "(suggested by Ben Okafor)" in said
    assert "Ana" not in said
    assert "*Also thanked:* <@UINES>" in said


async def test_a_picture_that_slack_refuses_is_told_in_words(company: Company, tmp_path: Path) -> None:
    """The digest comes all the same, with the picture's words in its place."""
    url, channel = _sqlite(tmp_path), "C9N040"
    await plan(url, [channel])
    company.fault("error", method="files.getUploadURLExternal", error="storage_limit_reached", times=1)

    async with processes(company, url, tmp_path, DUE, 1) as (parts,):
        assert await until_settled(parts) == {channel: "posted"}

    blocks = next(m for m in company.messages(channel) if m.get("bot_id"))["blocks"]
    assert [block for block in blocks if block["type"] == "image"] == []
    assert any("What people were thanked for" in str(block) for block in blocks if block["type"] == "context")


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_hundred_digests_by_four_processes_that_are_killed(
    company: Company,
    database_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Random kill -9, drops after Slack took the post, and 429s: each digest once; prints the figures."""
    channels = [f"C9N{number:03}" for number in range(CHANNELS)]
    before = {channel: len(seen(company, channel)) for channel in channels}
    await plan(database_url, channels)
    dice = random.Random(int(os.environ.get("DICE", "7")))
    company.fault("delay", method="chat.postMessage", seconds=0.4, times=500, after=True)
    workers: list[asyncio.subprocess.Process | None] = [None] * 4
    request.addfinalizer(lambda: [worker.kill() for worker in workers if worker and worker.returncode is None])
    kills = faults = 0
    began = time.monotonic()

    async def begin() -> asyncio.subprocess.Process:
        """A worker whose clock goes on where the others' are: what waits for its time would wait for ever else."""
        now = DUE + timedelta(minutes=1, seconds=time.monotonic() - began)
        settings = os.environ | environment(company, database_url, tmp_path, now)
        command = (sys.executable, "-m", "tests.jobs.digest_worker")
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=settings)

    async with processes(company, database_url, tmp_path, DUE + timedelta(minutes=1), 1) as (watching,):
        watching.outbox.stop()  # it only looks
        while not await _all_told(watching, len(channels)):
            assert time.monotonic() - began < 3000
            for place, worker in enumerate(workers):
                workers[place] = worker or await begin()
            await _until_so_much(company, company.now() + dice.randrange(4, 40), watching, len(channels))
            victim = dice.randrange(4)
            worker = workers[victim]
            if worker is not None:
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
                workers[victim], kills = None, kills + 1
            trouble: dict[str, Any] = dice.choice(
                [{"fault": "drop"}, {"fault": "ratelimit", "retry_after": 1}, {"fault": "error", "status": 503}]
            )
            company.fault(**trouble, method="chat.postMessage", times=dice.randrange(1, 4))
            faults += 1
    for worker in workers:
        if worker is not None:
            worker.terminate()
            await worker.wait()
    company.fault("clear")
    said = [seen(company, channel)[before[channel] :] for channel in channels]
    figures = Counter((sum("thanked" in t for t in one), sum("rest of" in t for t in one)) for one in said)
    with capsys.disabled():
        kind = database_url.split(":")[0]
        took = time.monotonic() - began
        print(f"\n{kind}: 100 digests, 4 processes, {kills} kill -9, {faults} faults, {took:.0f} s: {dict(figures)}")
    assert figures == {(1, 1): CHANNELS}


async def _all_told(parts: Parts, wanted: int) -> bool:
    """Whether every digest has been made and nothing is on its way, the threads included."""
    async with parts.database.read() as session:
        every = await schedules.every(session)
        found = [one for schedule in every for one in await schedules.history(session, schedule, 1)]
        posts = [post.state for one in found for post in await schedules.posts(session, one)]
    return len(found) == wanted and all(state == "sent" for state in posts)


async def _until_so_much(company: Company, number: int, parts: Parts, wanted: int) -> None:
    """Wait until so much has happened in Slack, or there is nothing left to do; at most while a process starts."""
    deadline = time.monotonic() + 20
    since = company.now()
    while since < number and time.monotonic() < deadline and not await _all_told(parts, wanted):
        since = (await asyncio.to_thread(company.journal, since, 1))["next"]


def _sqlite(folder: Path) -> str:
    from bot.records.database import migrate

    url = f"sqlite:///{folder / 'records.db'}"
    migrate(url)
    return url

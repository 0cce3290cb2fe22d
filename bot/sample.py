"""What the sample company told Frontline, told again through the verbs that people's clicks come to."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.parts import Parts
from bot.records import choices, ideas, questions, roles, schedules, wins
from bot.records.roles import Roles
from bot.records.tables import IdeaNotice
from bot.records.wins import Story
from bot.records.working_days import add_working_days
from knowledge.answers import as_json

FILE = Path(__file__).with_name("sample.yaml")
ADMIN, MANAGERS = "UADMIN", ("UKIRA", "UELENA")
CHOICES = {
    "ideas_channel": "C0IDEAS",
    "wins_channel": "C0WINS",
    "digest_channel": "C0GENERAL",
    "time_zone": "Europe/Amsterdam",
}
NOON = time(12)
Row = Mapping[str, Any]


async def tell(parts: Parts) -> None:
    """Ideas, wins, managers and the usual digests; once, whatever happened since."""
    now, told = parts.clock(), yaml.safe_load(FILE.read_text(encoding="utf-8"))
    async with parts.database.read() as session:
        if await choices.every(session):
            return
    for channel in (CHOICES["ideas_channel"], CHOICES["wins_channel"]):
        await parts.slack.conversations_join(channel=channel)
    async with parts.database.write() as session:
        await choices.choose(session, CHOICES, ADMIN, now)
        await schedules.follow_set_up(session, {}, CHOICES["digest_channel"], CHOICES["time_zone"], ADMIN, now)
        for manager in MANAGERS:
            await roles.grant(session, manager, Roles.MANAGER, ADMIN, now)
        for number, row in enumerate(told["wins"]):
            await _win(session, f"sample:win:{number}", row, now)
        for number, row in enumerate(told["ideas"]):
            await _idea(session, f"sample:idea:{number}", row, parts.settings.holidays_country, now)
        await session.execute(update(IdeaNotice).values(sent_at=now))  # nobody waits for this news
    parts.library.zone = ZoneInfo(CHOICES["time_zone"])


async def ask(parts: Parts) -> None:
    """Ask the sample questions, which the guides answer as they would for anybody."""
    now, told = parts.clock(), yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for number, row in enumerate(told["questions"]):
        answer = await parts.think(parts.library.answer, row["text"])
        at = _at(row, now)
        async with parts.database.write() as session:
            question = await questions.begin(
                session, key=f"sample:question:{number}", asker=row["asker"], text=row["text"], way="mention", now=at
            )
            is_new = await questions.finish(session, question.id, answer.outcome, as_json(answer), at)
            if is_new and "helpful" in row:
                await questions.rate(session, question.id, row["asker"], row["helpful"], at)


async def _win(session: AsyncSession, key: str, row: Row, now: datetime) -> None:
    at = _at(row, now)
    story = Story(
        deed=row["deed"],
        effect=row.get("effect", ""),
        words=row.get("words", ""),
        value=row["value"],
        stage=row["stage"],
    )
    win, _ = await wins.tell(
        session, key=key, giver=row["giver"], people=row["people"], story=story, day=at.date(), daily=100, now=at
    )
    for user in row["kudos"]:
        await wins.add_kudos(session, win.id, user, at + timedelta(hours=1))


async def _idea(session: AsyncSession, key: str, row: Row, country: str, now: datetime) -> None:
    at = _at(row, now)
    idea, _ = await ideas.submit(
        session,
        key=key,
        author=row["author"],
        title=row["title"],
        text=row["text"],
        stage=row["stage"],
        tags=row["tags"],
        respond_by=add_working_days(at.date(), 5, country),
        now=at,
    )
    for user in row["votes"]:
        await ideas.vote(session, idea.id, user, at + timedelta(hours=2))
    for step in row.get("decided", []):
        name = f"{key}:{step['status']}"
        await ideas.decide(session, name, idea.id, step["by"], step["status"], step["reason"], _at(step, now))


def _at(row: Row, now: datetime) -> datetime:
    """So many days before now, at an hour of the sample company."""
    zone = ZoneInfo(CHOICES["time_zone"])
    day = now.astimezone(zone).date() - timedelta(days=row["day"])
    at = time.fromisoformat(row["at"]) if "at" in row else NOON
    return datetime.combine(day, at, zone).astimezone(now.tzinfo)

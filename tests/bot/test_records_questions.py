"""Questions, answers, ratings and referrals in the records, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.records import questions, referrals
from bot.records.database import Database
from bot.records.tables import Post, Question, Rating
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)


async def asked(database: Database, key: str = "delivery:1", asker: str = "UANA") -> Question:
    async with database.write() as session:
        return await questions.begin(
            session, key=key, asker=asker, text="When?", way="mention", now=NOW, channel="C1", thread_ts="1.2"
        )


async def test_a_delivery_asks_one_question(database: Database) -> None:
    """After a crash the same delivery finds the question that it had begun."""
    first, again = await asked(database), await asked(database)
    assert (first.id, first.asked_at) == (again.id, NOW)


async def test_the_first_answer_stays(database: Database) -> None:
    """A question is answered once; a second answer is refused."""
    question = await asked(database)
    async with database.write() as session:
        assert await questions.finish(session, question.id, "answered", {"n": 1}, NOW)
    async with database.write() as session:
        assert not await questions.finish(session, question.id, "partly", {"n": 2}, LATER)
    async with database.read() as session:
        kept = await questions.get(session, question.id)
    assert kept is not None
    assert (kept.outcome, kept.answer, kept.answered_at) == ("answered", {"n": 1}, NOW)


async def test_my_questions_are_mine_answered_and_newest_first(database: Database) -> None:
    """Home lists somebody's own questions once they are answered."""
    for key, asker in (("d1", "UANA"), ("d2", "UBEN"), ("d3", "UANA"), ("d4", "UANA")):
        question = await asked(database, key, asker)
        if key != "d4":
            async with database.write() as session:
                await questions.finish(session, question.id, "answered", {}, NOW)
    async with database.read() as session:
        assert [q.key for q in await questions.latest(session, "UANA")] == ["d3", "d1"]


async def test_the_questions_before_are_those_of_the_thread(database: Database) -> None:
    """Everybody's in a channel's thread, as they were understood; none of another thread, way or time."""
    asks = [
        ("d1", "UANA", "mention", "C1", "1.2"),
        ("d2", "UBEN", "mention", "C1", "1.2"),
        ("d3", "UBEN", "dm", "D1", "1.2"),
        ("d4", "UANA", "mention", "C1", "1.3"),
        ("d5", "UANA", "mention", "C1", "1.2"),
        ("d6", "UANA", "mention", "C1", "1.2"),
    ]
    async with database.write() as session:
        rows = [
            await questions.begin(
                session, key=key, asker=asker, text=f"{key}?", way=way, now=NOW, channel=channel, thread_ts=ts
            )
            for key, asker, way, channel, ts in asks
        ]
        await questions.finish(session, rows[1].id, "answered", {"understood": "d1 and d2?"}, NOW)
        command = await questions.begin(
            session, key="d7", asker="UANA", text="d7?", way="command", now=NOW, channel="C1"
        )
    async with database.read() as session:
        assert await questions.before(session, rows[4]) == ["d1?", "d1 and d2?"]
        assert await questions.before(session, rows[2]) == []
        assert await questions.before(session, command) == []


@pytest.mark.parametrize(
    ("way", "begins_thread", "asker", "minutes", "known"),
    [
        ("dm", True, "UANA", 4, ["d1?"]),
        ("dm", True, "UANA", 6, []),
        ("dm", True, "UBEN", 4, []),
        ("dm", False, "UANA", 4, []),
        ("mention", True, "UANA", 4, []),
    ],
)
async def test_the_main_box_of_a_direct_message_goes_on_for_a_while(
    database: Database, way: str, begins_thread: bool, asker: str, minutes: int, known: list[str]
) -> None:
    """A question there follows the asker's last ones of a few minutes; in a channel a new thread follows nothing."""
    async with database.write() as session:
        rows = [
            await questions.begin(
                session, key=f"d{n}", asker=who, text=f"d{n}?", way=way, now=when, channel="D1", thread_ts=f"1.{n}"
            )
            for n, who, when in ((1, "UANA", NOW), (2, asker, NOW + timedelta(minutes=minutes)))
        ]
    async with database.read() as session:
        assert await questions.before(session, rows[1], begins_thread=begins_thread) == known


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "being answered"])
async def test_a_deleted_question_leaves_no_words(database: Database, is_answered: bool) -> None:
    """Neither for follow-ups nor for Home, however late or early it is deleted; that it was answered stays counted."""
    answer = {"understood": "Secret? More?", "parts": ["Secret?"]}
    async with database.write() as session:
        gone = await questions.begin(
            session,
            key="delivery:1",
            asker="UANA",
            text="Secret?",
            way="mention",
            now=NOW,
            channel="C1",
            asked_ts="1.2",
            thread_ts="1.1",
        )
        if is_answered:
            assert await questions.finish(session, gone.id, "answered", answer, NOW)
        await questions.forget(session, "C1", "1.1")
        await questions.forget(session, "C2", "1.2")
        assert gone.text == "Secret?"
        await questions.forget(session, "C1", "1.2")
        if not is_answered:
            assert not await questions.finish(session, gone.id, "answered", answer, NOW)
    after = await asked(database, "d2")
    async with database.read() as session:
        kept = await questions.get(session, gone.id)
        assert await questions.before(session, after) == []
        assert await questions.latest(session, "UANA") == []
    assert kept is not None
    assert (kept.outcome, "Secret" in kept.text, kept.answer) == ("answered", False, {"understood": None, "parts": []})


async def test_one_rating_a_person(database: Database) -> None:
    """The latest verdict counts, and each person has one."""
    question = await asked(database)
    changes = []
    for user, helpful in (("UANA", True), ("UANA", True), ("UANA", False), ("UBEN", False)):
        async with database.write() as session:
            changes.append(await questions.rate(session, question.id, user, helpful, NOW))
    assert changes == [False, False, True, False]


async def test_clicks_at_the_same_moment_are_one_rating(database: Database) -> None:
    """A double click, or two processes, leave one row and no error."""
    question = await asked(database)

    async def click(helpful: bool) -> None:
        async with database.write() as session:
            await questions.rate(session, question.id, "UANA", helpful, NOW)

    await asyncio.gather(*(click(helpful=n % 2 == 0) for n in range(8)))
    async with database.read() as session:
        assert len(list(await session.scalars(select(Rating)))) == 1


async def test_a_question_is_passed_on_once(database: Database) -> None:
    """Whoever asks for it next gets the referral that is there."""
    question = await asked(database)
    async with database.write() as session:
        first, is_new = await referrals.refer(session, question.id, "UANA", ["UBEN"], "note", NOW)
        second, is_newer = await referrals.refer(session, question.id, "UDEV", ["UBEN"], "", LATER)
    assert (is_new, is_newer, first.id) == (True, False, second.id)


async def test_the_first_reply_counts(database: Database) -> None:
    """Only owners reply, once; a replay of the same reply is taken as done, another is told who was faster."""
    question = await asked(database)
    async with database.write() as session:
        referral, _ = await referrals.refer(session, question.id, "UANA", ["UBEN", "UDEV"], "", NOW)
    with pytest.raises(referrals.NotYours):
        async with database.write() as session:
            await referrals.reply(session, referral.id, "UANA", "me", NOW)
    for _ in range(2):
        async with database.write() as session:
            assert (await referrals.reply(session, referral.id, "UBEN", "Friday.", NOW)).reply == "Friday."
    with pytest.raises(referrals.AlreadyReplied) as told:
        async with database.write() as session:
            await referrals.reply(session, referral.id, "UDEV", "Monday.", LATER)
    assert (told.value.by, told.value.at, told.value.reply) == ("UBEN", NOW, "Friday.")


async def test_the_owners_messages_are_found_once_posted(database: Database) -> None:
    """A message that Slack has is found with its place; one that waits in the outbox is not."""
    question = await asked(database)
    async with database.write() as session:
        referral, _ = await referrals.refer(session, question.id, "UANA", ["UBEN", "UDEV"], "", NOW)
        for owner, ts in (("UBEN", "7.1"), ("UDEV", None)):
            key = referrals.message_key(referral.id, owner)
            post = Post(key=key, channel=owner, text="", blocks=[], rank=0, state="sent", due_at=NOW, created_at=NOW)
            post.ts, post.posted_in = ts, "D1"
            session.add(post)
    async with database.read() as session:
        assert await referrals.messages(session, referral) == [("UBEN", "D1", "7.1")]

"""The owners' replies to a question that was passed on to several of them."""

from types import SimpleNamespace
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select, update

from bot.delivery.outbox import Outbox
from bot.listeners import referrals as listeners
from bot.records import questions, referrals
from bot.records.database import Database
from bot.records.tables import Post
from tests.bot.test_blocks import every_text
from tests.conftest import NOW, ours


class Form:
    """What the form of one owner becomes, and whether it may be sent again."""

    def __init__(self) -> None:
        self.shown: dict[str, Any] = {}
        self.released: list[int] = []

    async def ack(self, **shown: Any) -> None:
        self.shown = shown

    async def release(self, delivery_id: int) -> None:
        self.released.append(delivery_id)


class Gone:
    """A Slack in which the owners' messages were deleted."""

    async def chat_update(self, **_: Any) -> None:
        raise SlackApiError("chat.update", {"ok": False, "error": "message_not_found"})


async def a_referral(database: Database) -> int:
    """Ana's question, with Chloé and Dev, to both of whom it was posted."""
    async with database.write() as session:
        question = await questions.begin(
            session, key="delivery:1", asker="UANA", text="Who pays?", way="shortcut", now=NOW
        )
        referral, _ = await referrals.refer(session, question.id, "UANA", ["UCHLOE", "UDEV"], "", NOW)
        for owner in referral.owners:
            key = referrals.message_key(referral.id, owner)
            await Outbox(database, AsyncWebClient(), lambda: NOW, ours).put(
                session, key=key, channel=owner, text="A question"
            )
        await session.execute(update(Post).values(state="sent", posted_in="D1", ts="1.1"))
    return referral.id


async def reply(database: Database, referral: object, user: str, text: str) -> Form:
    form = Form()
    outbox = Outbox(database, AsyncWebClient(), lambda: NOW, ours)
    parts: Any = SimpleNamespace(database=database, outbox=outbox, inbox=form, slack=Gone(), clock=lambda: NOW)
    values = {"reply": {"reply": {"type": "plain_text_input", "value": text}}}
    view = {"private_metadata": str(referral), "state": {"values": values}}
    ack: Any = form.ack
    await listeners.replied(ack, {"user": {"id": user}}, view, parts, 7)
    return form


async def replies(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Post.text).where(Post.key.like("reply:%"))))


async def test_of_two_owners_the_first_replies(database: Database) -> None:
    """Though the owners' messages can't be changed; what the other one wrote stays on the screen and goes nowhere."""
    number = await a_referral(database)
    first = await reply(database, number, "UCHLOE", "The landlord.")
    second = await reply(database, number, "UDEV", "Nobody does.")

    assert "Your reply is on its way" in str(first.shown["view"])
    shown = list(every_text(second.shown["view"]))
    assert shown[shown.index("What you wrote was not sent:") + 1] == "> Nobody does."
    assert await replies(database) == ["A reply to your question: The landlord."]


async def test_a_reply_that_is_not_taken_stays_in_the_form(database: Database) -> None:
    """From somebody else, to nothing, or without a word: the form says why, and may be sent again."""
    number = await a_referral(database)
    tried = [
        await reply(database, number, "UBEN", "The landlord."),
        await reply(database, "999", "UCHLOE", "The landlord."),
        await reply(database, number, "UCHLOE", " "),
    ]

    not_theirs = str(referrals.NotYours())
    told = [form.shown["errors"]["reply"] for form in tried]
    assert told == [not_theirs, not_theirs, "Please write a reply first."]
    assert [form.released for form in tried] == [[7]] * 3
    assert await replies(database) == []

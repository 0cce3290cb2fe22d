"""Asking the owner of a guide what it doesn't say, and the owner's reply."""

import logging
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.blocks import kit
from bot.blocks import questions as question_words
from bot.blocks import referrals as blocks
from bot.blocks.answers import TAKEN_AS
from bot.blocks.text import number_in
from bot.delivery.outbox import Rank
from bot.delivery.slack_errors import FAILURES
from bot.listeners import modals
from bot.listeners.access import may_see, why_not
from bot.listeners.answers import NOT_YOURS, visible
from bot.listeners.questions import whom_to_ask
from bot.parts import Parts
from bot.records import questions, referrals
from bot.records.tables import Question, Referral
from knowledge.answers import from_json

log = logging.getLogger(__name__)

NOT_SENT = "I could not check with Slack who you are, so this is not sent. Please send it again in a minute."
NOBODY = "There is nobody else to ask: no guide names another owner that I can reach, and there is no other admin."
DELETED = "That question was deleted."


async def ask_owner(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show who would get the question and what would be sent."""
    await ack()
    make = partial(_form, action.get("value") or "", body, parts)
    await modals.show_then_fill(parts.slack, body, "Ask the owner", "ask_owner", make)


async def _form(question_id: str, body: dict[str, Any], parts: Parts) -> kit.View:
    question, refusal = await visible(question_id, body, parts)
    if question is None:
        return kit.notice("Ask the owner", refusal or NOT_YOURS, "ask_owner")
    if question.text == questions.FORGOTTEN:
        return kit.notice("Ask the owner", DELETED, "ask_owner")
    async with parts.database.read() as session:
        earlier = await referrals.open_or_replied(session, question.id)
    if earlier is not None:
        return await _already_sent(earlier, parts)
    askers = {question.asker, body["user"]["id"]}
    owners = await whom_to_ask(parts, from_json(question.answer), askers) if question.answer else []
    if not owners:
        return kit.notice("Ask the owner", NOBODY, "ask_owner")
    channel = (body.get("channel") or {}).get("id") or ""
    # What sending needs goes with the form: whoever waits for Slack there has three seconds.
    place = f"{question.id}:{channel}:{','.join(owners)}:{await _link(question, parts)}"
    return blocks.ask_form(place, _in_full(question), await parts.people.names(owners))


async def _already_sent(referral: Referral, parts: Parts) -> kit.View:
    names = await parts.people.names(referral.owners)
    return blocks.already_sent(names, referral.created_at, replied=referral.reply is not None)


async def sent(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Pass the question on."""
    user = body["user"]["id"]
    question_id, channel, to, link = [*view.get("private_metadata", "").split(":", 3), "", "", ""][:4]
    owners = list(filter(None, to.split(",")))
    refusal = await why_not(parts.people, user)
    async with parts.database.read() as session:
        question = await questions.get(session, number_in(question_id))
    if refusal is None and question is not None and question.text == questions.FORGOTTEN:
        refusal = DELETED
    if refusal or question is None or not owners or not may_see(question, user, channel):
        problem = NOT_SENT if refusal == question_words.UNSURE else refusal or NOT_YOURS
        await ack(response_action="errors", errors={"note": problem})  # the form keeps what was typed
        await parts.inbox.release(delivery_id)
        return
    note = modals.answers(view).get("note", "")[: blocks.NOTE_LIMIT]
    async with parts.database.write() as session:
        referral, is_new = await referrals.refer(session, question.id, user, owners, note, parts.clock())
        if is_new:
            said = blocks.to_owner(referral.id, user, _in_full(question), note, link)
            for owner in owners:
                key = referrals.message_key(referral.id, owner)
                await parts.outbox.put(
                    session, key=key, channel=owner, text=said.text, blocks=said.blocks, rank=Rank.ANSWER
                )
    parts.outbox.wake()
    if is_new or referral.asker == user:
        shown = blocks.sent(await parts.people.names(referral.owners), in_thread=_in_thread(question))
    else:
        shown = await _already_sent(referral, parts)
    await ack(response_action="update", view=shown)


async def open_reply(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show the owner the question and a box for the reply."""
    await ack()
    make = partial(_reply_form, action.get("value") or "", body["user"]["id"], parts)
    await modals.show_then_fill(parts.slack, body, "Reply", "reply_referral", make)


async def _reply_form(value: str, user: str, parts: Parts) -> kit.View:
    referral, question = await _find(value, parts)
    if referral is None or question is None or user not in referral.owners:
        return kit.notice("Reply", str(referrals.NotYours()), "reply_referral")
    if referral.reply is not None and referral.replied_at is not None:
        return blocks.already_replied(referral.replied_by or "", referral.replied_at, referral.reply)
    return blocks.reply_form(referral.id, _in_full(question), referral.note, in_thread=_in_thread(question))


async def replied(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Post the reply where the question was asked, and settle the owners' messages."""
    user, text = body["user"]["id"], modals.answers(view).get("reply", "")
    if not text:
        await _refuse_reply("Please write a reply first.", ack, parts, delivery_id)
        return
    referral, question = await _find(view.get("private_metadata", ""), parts)
    if referral is None or question is None:
        await _refuse_reply(str(referrals.NotYours()), ack, parts, delivery_id)
        return
    in_thread = _in_thread(question)
    said = blocks.reply(question.text, [referral.asker, question.asker], user, text, in_thread=in_thread)
    try:
        async with parts.database.write() as session:
            referral = await referrals.reply(session, referral.id, user, text, parts.clock())
            await parts.outbox.put(
                session,
                key=f"reply:referral:{referral.id}",
                channel=question.channel if in_thread and question.channel else referral.asker,
                thread_ts=question.thread_ts if in_thread else None,
                text=said.text,
                blocks=said.blocks,
                fallback_user=referral.asker,
            )
    except referrals.AlreadyReplied as earlier:
        taken = blocks.already_replied(earlier.by, earlier.at, earlier.reply, typed=text)
        await ack(response_action="update", view=taken)
        return
    except referrals.NotYours as refusal:
        await _refuse_reply(str(refusal), ack, parts, delivery_id)
        return
    parts.outbox.wake()
    await ack(response_action="update", view=blocks.reply_sent(in_thread=in_thread))
    await _settle_messages(referral, question, parts)


async def _refuse_reply(problem: str, ack: AsyncAck, parts: Parts, delivery_id: int) -> None:
    """In the form, which keeps what was typed."""
    await ack(response_action="errors", errors={"reply": problem})
    await parts.inbox.release(delivery_id)


async def _settle_messages(referral: Referral, question: Question, parts: Parts) -> None:
    """Every owner's message says who replied. Only a courtesy: the Reply button says so as well."""
    async with parts.database.read() as session:
        messages = await referrals.messages(session, referral)
    for owner, channel, ts in messages:
        by = None if owner == referral.replied_by else referral.replied_by
        said = blocks.replied(_in_full(question), referral.asker, referral.reply or "", by=by)
        try:
            await parts.slack.chat_update(channel=channel, ts=ts, text=said.text, blocks=said.blocks)
        except FAILURES as error:
            log.warning("the message of referral %s was not updated: %s", referral.id, type(error).__name__)


async def _find(value: str, parts: Parts) -> tuple[Referral | None, Question | None]:
    async with parts.database.read() as session:
        referral = await referrals.get(session, number_in(value))
        question = await questions.get(session, referral.question_id) if referral else None
    return referral, question


def _in_full(question: Question) -> str:
    """What was typed, and how it was taken: the owner has not read what was said before "and the Heron?"."""
    understood = (question.answer or {}).get("understood")
    return f"{question.text}\n({TAKEN_AS} {understood})" if understood else question.text


async def _link(question: Question, parts: Parts) -> str:
    """Where it was asked in a channel, for what was said around it; empty where Slack gives no link."""
    ts = question.asked_ts or question.thread_ts
    if question.way != "mention" or not question.channel or not ts:
        return ""
    try:
        return str((await parts.slack.chat_getPermalink(channel=question.channel, message_ts=ts))["permalink"])
    except FAILURES as error:
        log.info("question %s has no link: %s", question.id, type(error).__name__)
        return ""


def _in_thread(question: Question) -> bool:
    return question.way in ("mention", "dm") and question.channel is not None

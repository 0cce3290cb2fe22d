"""What people click below an answer: read the section, rate it, show it again."""

from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.blocks import answers as blocks
from bot.blocks import kit
from bot.blocks.answers import plainly
from bot.blocks.referrals import reply_again
from bot.blocks.text import number_in
from bot.listeners import modals
from bot.listeners.access import may_see, why_not
from bot.listeners.questions import name_to_ask, render
from bot.parts import Parts
from bot.privately import tell
from bot.records import questions, referrals
from bot.records.tables import Question
from knowledge.answers import Answer, Citation, Section, from_json

NOT_YOURS = "This answer is somebody else's, or it is no longer kept."
SECTION_GONE = "This section is no longer in the guides. Ask again to find what they say now."


async def read_section(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show the section that a quote is from."""
    await ack()
    make = partial(_section, action.get("value") or "", body, parts)
    await modals.show_then_fill(parts.slack, body, "Read the section", "section", make)


async def _section(value: str, body: dict[str, Any], parts: Parts) -> kit.View:
    question_id, _, place = value.partition(":")
    question, refusal = await visible(question_id, body, parts)
    citation = _cited(from_json(question.answer), place) if question and question.answer else None
    if refusal or citation is None:
        return kit.notice("Read the section", refusal or SECTION_GONE, "section")
    section = await parts.think(parts.library.section, citation.guide_key, citation.start, citation.end, citation.quote)
    if section is None:
        return kit.notice("Read the section", SECTION_GONE, "section")
    owners = await parts.people.owner_names([section.owner])
    return blocks.section_modal(_sentence_only(section, citation), owners)


def _sentence_only(section: Section, citation: Citation) -> Section:
    """The section with the sentence marked that answered, if one did, and not the whole quote around it."""
    for start, end in section.highlights:
        if section.text[start:end] == citation.quote:
            return replace(section, highlights=tuple((start + a, start + b) for a, b in citation.highlights))
    return section


async def rate(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """Keep one rating a person, and offer the owner where the answer did not help."""
    await ack()
    verdict, _, question_id = (action.get("value") or "").partition(":")
    question, refusal = await visible(question_id, body, parts)
    if refusal or question is None or verdict not in ("up", "down"):
        await tell(plainly(refusal or NOT_YOURS), body, respond, parts, delivery_id, beside=True)
        return
    helpful = verdict == "up"
    async with parts.database.write() as session:
        changed = await questions.rate(session, question.id, body["user"]["id"], helpful, parts.clock())
    ask = None
    if question.answer and not helpful:
        ask = await name_to_ask(parts, from_json(question.answer), {question.asker, body["user"]["id"]})
    thanks = blocks.rating_thanks(question.id, helpful, changed, ask)
    await tell(thanks, body, respond, parts, delivery_id, beside=True)


async def show_answer(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """Show one of my questions with its whole answer, and the reply of whoever was asked."""
    await ack()
    make = partial(_answer, action.get("value") or "", body, parts)
    await modals.show_then_fill(parts.slack, body, "Your question", "answer", make)


async def _answer(question_id: str, body: dict[str, Any], parts: Parts) -> kit.View:
    question, refusal = await visible(question_id, body, parts)
    if refusal or question is None or question.answer is None:
        return kit.notice("Your question", refusal or NOT_YOURS, "answer")
    async with parts.database.read() as session:
        referral = await referrals.open_or_replied(session, question.id)
    reply: list[kit.Block] = []
    if referral and referral.reply is not None and referral.replied_at is not None:
        reply = reply_again(referral.replied_by or "", referral.replied_at, referral.reply)
    message = await render(parts, question, from_json(question.answer), is_replied=bool(reply), rated=False)
    return blocks.answer_modal(question.text, message, reply)


async def visible(question_id: str, body: dict[str, Any], parts: Parts) -> tuple[Question | None, str | None]:
    """The question that was clicked at, and why the person may not see its answer, if they may not."""
    user, channel = body["user"]["id"], (body.get("channel") or {}).get("id")
    where = None if channel is None or channel.startswith("D") else channel
    refusal = await why_not(parts.people, user, where, only_to_them=True)
    if refusal:
        return None, refusal
    async with parts.database.read() as session:
        question = await questions.get(session, number_in(question_id))
    return (question, None) if may_see(question, user, channel) else (None, NOT_YOURS)


def _cited(answer: Answer, place: str) -> Citation | None:
    near, _, number = place.rpartition(":")
    among = answer.nearest if near == "near" else answer.citations
    if not (number.isascii() and number.isdigit()) or int(number[:4]) >= len(among):
        return None
    return among[int(number)]

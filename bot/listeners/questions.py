"""A question, however it is asked: by mention, by direct message, by /ask, or in the modal of a shortcut."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import chain
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import acknowledgement
from bot.blocks import answers
from bot.blocks import questions as words
from bot.blocks.admin import help_text
from bot.blocks.answers import Said, plainly
from bot.blocks.text import typed
from bot.delivery.inbox import BY_A_PERSON
from bot.delivery.slack_errors import FAILURES
from bot.listeners import home, modals
from bot.listeners.access import why_not
from bot.parts import Parts
from bot.people import Unknown
from bot.privately import is_shown
from bot.records import questions
from bot.records.tables import Question
from bot.streams import Place
from bot.talk import Talk, talk_in, without_emoji
from knowledge.answers import Answer, Outcome, Sentence, Show, as_json, from_json

log = logging.getLogger(__name__)

REPLIES_STAY_OPEN_FOR = timedelta(minutes=30)
CHANGES_COUNT_FOR = timedelta(minutes=10)  # later, whoever puts a question right has read its answer
INSTEAD = {Talk.SMALL: words.WELCOME, Talk.NOT_SO: words.NOT_SO, Talk.ABOUT_ANSWER: words.ABOUT_ANSWER}
STATUS = "is looking in the guides…"

_UNREAD = re.compile(r"<(?:@[^<>]*|!(?!date\^)[^<>]*|#[^<>|]*\|?|https?://[^<>|]*)>")


async def mentioned(
    event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, parts: Parts, delivery_id: int
) -> None:
    """Answer a mention in its thread."""
    if _by_a_person(event, context.bot_user_id):
        await _answer_in_thread(event, body, context, parts, delivery_id, way="mention")


async def messaged(
    event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, parts: Parts, delivery_id: int
) -> None:
    """Answer a direct message, in a thread below it."""
    if event.get("channel_type") == "im" and _by_a_person(event, context.bot_user_id):
        await _answer_in_thread(event, body, context, parts, delivery_id, way="dm")


async def changed(
    event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, parts: Parts, delivery_id: int
) -> None:
    """Answer a direct message again whose words were changed soon after it was posted, or for the first time where it
    was no question before; links that unfold change none, and talk that is put right is still talk.
    """
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    edited = (message.get("edited") or {}).get("ts")
    if not _by_a_person(message, context.bot_user_id) or not edited:
        return
    text, text_before = (_question_in(each.get("text") or "") for each in (message, before))
    is_new = _in_essence(text) != _in_essence(text_before) and not (talk_in(text) and talk_in(text_before))
    if is_new and timedelta(seconds=float(edited) - float(message["ts"])) < CHANGES_COUNT_FOR:
        now = {**message, "channel": event["channel"]}
        await _answer_in_thread(now, body, context, parts, delivery_id, way="dm", preface=words.changed(text))


async def deleted(event: dict[str, Any], parts: Parts) -> None:
    """A message is gone: if it was a question, no later one is understood by it."""
    gone = event.get("deleted_ts") or (event.get("previous_message") or {}).get("ts") or ""
    async with parts.database.write() as session:
        await questions.forget(session, event["channel"], gone)


async def commanded(
    ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, parts: Parts, delivery_id: int
) -> None:
    """Answer /ask where only the person who typed it sees the answer."""
    text = _question_in(command.get("text") or "")
    instead = _not_one_question(text, parts)
    await ack(text=instead or words.LOOKING, response_type="ephemeral")
    if instead:
        return
    user, channel = command["user_id"], command["channel_id"]
    where = None if channel.startswith("D") else channel
    refusal = await why_not(parts.people, user, where, only_to_them=True)
    if refusal:
        if not await _is_in_its_place(respond, plainly(refusal)):
            await _post(parts, delivery_id, plainly(refusal), f"reply:{delivery_id}", user)
        return
    question, answer = await _look_up(parts, delivery_id, asker=user, text=text, way="command", channel=channel)
    async with parts.database.write() as session:
        await questions.finish(session, question.id, answer.outcome, as_json(answer), parts.clock())
    is_open = parts.clock() - question.asked_at < REPLIES_STAY_OPEN_FOR
    # What was typed after /ask is nowhere to be seen: without it, nobody could tell two answers apart.
    said = await render(parts, question, answer, preface=words.asked(text))
    if not (is_open and await _is_in_its_place(respond, said)):
        said = await render(parts, question, answer, preface=words.late(text))
        await _post(parts, delivery_id, said, f"answer:{question.id}", user)
    await home.publish(parts, user)


async def shortcut(ack: AsyncAck, body: dict[str, Any], shortcut: dict[str, Any], parts: Parts) -> None:
    """Open the form to ask in; from a message, with what the message says."""
    await ack()
    said = _question_in((shortcut.get("message") or {}).get("text") or "")
    form = words.ask_form(parts.settings.max_question_characters, initial=said)
    await modals.show(parts.slack, body, form)


async def open_ask(ack: AsyncAck, body: dict[str, Any], parts: Parts) -> None:
    """Open the form from Home."""
    await ack()
    await modals.show(parts.slack, body, words.ask_form(parts.settings.max_question_characters))


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Answer the form's question by direct message."""
    text = modals.answers(view).get("question", "")
    instead = _not_one_question(text, parts)
    if instead:
        await ack(response_action="errors", errors={"question": instead})
        await parts.inbox.release(delivery_id)
        return
    user = body["user"]["id"]
    await ack(response_action="update", view=words.ask_sent(text))
    refusal = await why_not(parts.people, user)
    if refusal:
        await _post(parts, delivery_id, plainly(refusal), f"reply:{delivery_id}", user)
        return
    question, answer = await _look_up(parts, delivery_id, asker=user, text=text, way="shortcut")
    await _keep_and_post(parts, delivery_id, question, answer, channel=user, preface=words.asked(text))
    await home.publish(parts, user)


async def render(parts: Parts, question: Question, answer: Answer, *, is_replied: bool = False, **how: Any) -> Said:
    """The answer as blocks, with the names of the people in it; whoever has replied is not to be asked again."""
    cited = (*answer.citations, *answer.nearest)
    owners = await parts.people.owner_names(citation.owner for citation in cited)
    ask = "" if is_replied else None
    if answer.outcome in (Outcome.NOT_IN_GUIDES, Outcome.PARTLY) and not is_replied:
        ask = await name_to_ask(parts, answer, {question.asker})
    return answers.answer(question.id, answer, owners, ask=ask, **how)


async def whom_to_ask(parts: Parts, answer: Answer, askers: Collection[str] = ()) -> list[str]:
    """The owner of the nearest guide that has one Slack knows; else an admin; else nobody. Never who asks.

    Of several questions, those that the guides don't answer are what is asked about.
    """

    def others(users: list[str]) -> list[str]:
        return [user for user in users if user not in askers]

    cited = (answer.citations, answer.nearest)
    for citation in chain(*(reversed(cited) if answer.unanswered else cited)):
        try:
            if citation.owner and (users := others(await parts.people.resolve_owner(citation.owner))):
                return users
        except Unknown:
            continue
    return others(await parts.people.admins())[:1]


async def name_to_ask(parts: Parts, answer: Answer, askers: Collection[str]) -> str | None:
    names = await parts.people.names((await whom_to_ask(parts, answer, askers))[:2])
    return " or ".join(names) or None


def _by_a_person(event: dict[str, Any], bot_user: str | None) -> bool:
    """Not an edit, a deletion, a join, another bot or ourselves; a message with a file is fine."""
    is_from_bot = bool(event.get("bot_id") or event.get("bot_profile")) or event.get("user") in (None, bot_user)
    return not is_from_bot and event.get("subtype") in BY_A_PERSON and not event.get("hidden")


def _question_in(text: str) -> str:
    """What is asked, without what nobody can read: mentions of us, colleagues and groups, and addresses of pages and
    channels that have no name.
    """
    return typed(_UNREAD.sub(" ", text))


def _in_essence(text: str) -> list[str]:
    """The words of a question, and the signs that make another one of it: "< 24 hours", "> 24 hours"."""
    return re.findall(r"\w+|[<>=≤≥+%£$€]|-(?=\d)", text.casefold())


def _not_one_question(text: str, parts: Parts) -> str | None:
    """What to say instead of looking it up."""
    limit = parts.settings.max_question_characters
    talk = talk_in(text)
    if talk is Talk.GREETING:
        return words.how_to(parts.settings.command_prefix)
    if talk:
        return INSTEAD[talk]
    return words.too_long(len(text), limit) if len(text) > limit else None


async def _answer_in_thread(
    event: dict[str, Any],
    body: dict[str, Any],
    context: AsyncBoltContext,
    parts: Parts,
    delivery_id: int,
    *,
    way: str,
    preface: str = "",
) -> None:
    channel, user = event["channel"], event["user"]
    thread_ts = event.get("thread_ts") or event["ts"]
    text = _question_in(event.get("text") or "")
    where = None if way == "dm" else channel
    is_shared = way == "mention" and bool(body.get("is_ext_shared_channel"))
    instead = _not_one_question(text, parts)
    if talk_in(text) is Talk.GREETING:  # what there is to type is for those who may ask
        refusal = await why_not(parts.people, user, where, is_shared=is_shared)
        instead = refusal or f"{words.ASK_ME}.\n{help_text(parts.settings.command_prefix)}"
    if instead:
        await _post(
            parts, delivery_id, plainly(instead), f"reply:{delivery_id}", channel, thread_ts, fallback_user=user
        )
        return
    async with _sign(parts.slack, channel, thread_ts, event["ts"]):
        refusal = await why_not(parts.people, user, where, is_shared=is_shared)
        if refusal:
            await _post(
                parts, delivery_id, plainly(refusal), f"reply:{delivery_id}", channel, thread_ts, fallback_user=user
            )
            return
        place = Place(channel, thread_ts, user, str(body.get("team_id") or ""), context.bot_user_id or "")
        # What an earlier process had begun to show is gone on with, or it would stay half beside the answer.
        begun = await parts.streams.cut_off(place, event["ts"]) if context.get("is_replay") else None
        async with parts.streams.at(place, begun) as stream:

            def show(sentence: Sentence) -> None:
                stream.show(answers.streamed(sentence))

            question, answer = await _look_up(
                parts,
                delivery_id,
                show=show,
                begins_thread=thread_ts == event["ts"],
                asker=user,
                text=text,
                way=way,
                channel=channel,
                asked_ts=event["ts"],
                thread_ts=thread_ts,
            )
            ts = await stream.end()
            is_posted = await _keep_and_post(
                parts,
                delivery_id,
                question,
                answer,
                channel=channel,
                thread_ts=thread_ts,
                stream_ts=ts,
                preface=preface,
            )
        # Whoever has answered it meanwhile may have put the answer into this very stream.
        if ts and not is_posted and ts not in await parts.outbox.posted(channel, thread_ts):
            await stream.take_back()
    if way == "dm":
        await home.publish(parts, user)


async def _look_up(
    parts: Parts, delivery_id: int, *, text: str, show: Show | None = None, begins_thread: bool = False, **asked: Any
) -> tuple[Question, Answer]:
    """The question's row and its answer; after a crash, the answer that it has already."""
    text = without_emoji(text)
    async with parts.database.write() as session:
        question = await questions.begin(session, key=f"delivery:{delivery_id}", text=text, now=parts.clock(), **asked)
        turns = await questions.before(session, question, begins_thread=begins_thread)
    if question.answer is not None:
        return question, from_json(question.answer)
    return question, await parts.think(parts.library.answer, text, turns, show=show)


async def _keep_and_post(
    parts: Parts,
    delivery_id: int,
    question: Question,
    answer: Answer,
    *,
    channel: str,
    thread_ts: str | None = None,
    stream_ts: str | None = None,
    preface: str = "",
) -> bool:
    """The answer, its post and the end of its delivery are one transaction: none is there without the others.

    Returns whether it is posted; False when somebody else has answered, or the question was deleted.
    """
    said = await render(parts, question, answer, preface=preface)
    async with parts.database.write() as session:
        is_posted = await questions.finish(session, question.id, answer.outcome, as_json(answer), parts.clock())
        if is_posted:
            await parts.outbox.put(
                session,
                key=f"answer:{question.id}",
                channel=channel,
                thread_ts=thread_ts,
                stream_ts=stream_ts,
                text=said.text,
                blocks=said.blocks,
                fallback_user=question.asker,
            )
        await parts.inbox.settle(session, delivery_id)
    parts.outbox.wake()
    return is_posted


async def _post(
    parts: Parts,
    delivery_id: int,
    said: Said,
    key: str,
    channel: str,
    thread_ts: str | None = None,
    *,
    fallback_user: str | None = None,
) -> None:
    async with parts.database.write() as session:
        await parts.outbox.put(
            session,
            key=key,
            channel=channel,
            thread_ts=thread_ts,
            text=said.text,
            blocks=said.blocks,
            fallback_user=fallback_user,
        )
        await parts.inbox.settle(session, delivery_id)
    parts.outbox.wake()


async def _is_in_its_place(respond: AsyncRespond, said: Said) -> bool:
    """Replace the private line of /ask; False when Slack would not have it."""
    await acknowledgement.sent()  # which is what brings that line
    return await is_shown(respond, said, in_place=True)


@asynccontextmanager
async def _sign(slack: AsyncWebClient, channel: str, thread_ts: str, ts: str) -> AsyncIterator[None]:
    """Show that somebody is at work, without holding it up."""
    showing = asyncio.create_task(_show_sign(slack, channel, thread_ts, ts))
    try:
        yield
    finally:
        if await showing:
            await _quietly(slack.reactions_remove(channel=channel, timestamp=ts, name="eyes"))


async def _show_sign(slack: AsyncWebClient, channel: str, thread_ts: str, ts: str) -> bool:
    """A status in the thread, which goes when the answer comes; else 👀. Returns whether 👀 is to be removed."""
    if await _quietly(slack.assistant_threads_setStatus(channel_id=channel, thread_ts=thread_ts, status=STATUS)):
        return False
    await _quietly(slack.reactions_add(channel=channel, timestamp=ts, name="eyes"))
    return True  # also when it was not added now: a process that died may have left it


async def _quietly(call: Any) -> bool:
    """Whether Slack did it; a sign that can't be shown is no reason not to answer."""
    try:
        await call
    except FAILURES as error:
        log.info("a sign was not shown: %s", type(error).__name__)
        return False
    return True

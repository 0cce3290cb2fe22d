"""Thanks that begin somewhere: with a command, a message, or a reaction to one."""

import logging
import re
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot.blocks import kit
from bot.blocks import wins as blocks
from bot.blocks.kit import Block, View
from bot.blocks.text import one_line, typed
from bot.delivery.slack_errors import FAILURES, code_of
from bot.listeners import appearances, modals
from bot.listeners.wins import form
from bot.parts import Parts
from bot.people import Unknown
from bot.privately import give_back
from bot.records.wins import Story

log = logging.getLogger(__name__)

SETTINGS = "settings"
LONGEST_QUOTE = 800  # characters
PRIVATE = ("privategroup", "directmessage")  # what Slack calls a channel whose name is nobody else's business
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
LEADING = re.compile(rf"(?:{PERSON.pattern}|[\s,&]|&amp;|and\b)*")
TAKEN_BACK = (
    "Your reaction isn't there any more, so there is nothing to fill in. You can start with the command instead."
)
UNREADABLE = "I could not read that message. It may be deleted; you can start with the command instead."


async def commanded(ack: AsyncAck, body: dict[str, Any], command: dict[str, Any], parts: Parts) -> None:
    """Open the form with the people and the words that were typed; or how somebody appears."""
    await ack()
    text, user = command.get("text") or "", command["user_id"]
    if text.strip().lower() == SETTINGS:
        await appearances.show(body, user, parts)
        return
    people = list(dict.fromkeys(found[1] for found in PERSON.finditer(text)))
    deed = typed(text[LEADING.match(text).end() :])  # type: ignore[union-attr]  # it matches nothing, at least
    make = partial(form, people, Story(deed=deed), [], user, parts)
    await modals.show_then_fill(parts.slack, body, blocks.GIVE, "win", make)
    if len(deed) > blocks.DEED_LIMIT:
        await give_back(deed, blocks.DEED_LIMIT, body, parts)


async def thank_for_message(
    ack: AsyncAck, body: dict[str, Any], shortcut: dict[str, Any], context: AsyncBoltContext, parts: Parts
) -> None:
    """Open the form with what the message says, quoted and linked."""
    await ack()
    channel = shortcut["channel"]
    message = {"ts": shortcut.get("message_ts"), **shortcut["message"]}
    is_private = channel.get("name") in PRIVATE or str(channel.get("name", "")).startswith("mpdm-")
    make = partial(_from_message, message, channel["id"], body["user"]["id"], context.bot_user_id, parts, is_private)
    await modals.show_then_fill(parts.slack, body, blocks.GIVE, "win", make)


async def reacted(event: dict[str, Any], context: AsyncBoltContext, parts: Parts) -> None:
    """Offer to finish a thank-you, where the message is; a reaction carries no trigger to open a form by."""
    item, user = event.get("item") or {}, event.get("user") or ""
    is_meant = str(event.get("reaction")).partition("::")[0] == parts.settings.thanks_reaction
    if not is_meant or item.get("type") != "message" or event.get("item_user") == context.bot_user_id:
        return
    if user == context.bot_user_id or await _is_outsider(user, parts):
        return
    place = f"{item['channel']}:{item['ts']}"
    said = blocks.finish(place)
    try:
        await parts.slack.chat_postEphemeral(channel=item["channel"], user=user, text=said.text, blocks=said.blocks)
        return
    except FAILURES as error:
        log.info("an offer goes by direct message: %s", type(error).__name__)
    async with parts.database.write() as session:
        await parts.outbox.put(session, key=f"finish:{place}:{user}", channel=user, text=said.text, blocks=said.blocks)
    parts.outbox.wake()


async def finish(
    ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, parts: Parts
) -> None:
    """Open the form for the message that somebody reacted to."""
    await ack()
    channel, _, ts = (action.get("value") or "").partition(":")
    make = partial(_from_reaction, channel, ts, body["user"]["id"], context.bot_user_id, parts)
    await modals.show_then_fill(parts.slack, body, blocks.GIVE, "win", make)


async def _from_reaction(channel: str, ts: str, user: str, bot: str | None, parts: Parts) -> View:
    """Their reaction on it shows that they can read the message."""
    try:
        found = await parts.slack.reactions_get(channel=channel, timestamp=ts, full=True)
    except SlackApiError as error:
        log.info("a message can't be read: %s", code_of(error))
        return kit.notice(blocks.GIVE, UNREADABLE, "win")
    message = found["message"]
    names = {parts.settings.thanks_reaction}
    theirs = (one for one in message.get("reactions") or [] if one["name"].partition("::")[0] in names)
    if not any(user in one["users"] for one in theirs):
        return kit.notice(blocks.GIVE, TAKEN_BACK, "win")
    return await _from_message({"ts": ts, **message}, channel, user, bot, parts, False)


async def _from_message(
    message: dict[str, Any], channel: str, giver: str, bot: str | None, parts: Parts, is_private: bool
) -> View:
    """A colleague's message is quoted; what a customer wrote, or the giver passes on, is the customer's words."""
    text = message.get("text") or ""
    author = message.get("user")
    is_colleague = author not in (None, giver, bot) and not await _is_outsider(author or "", parts)
    people = [author] if is_colleague and author else []
    people += [found[1] for found in PERSON.finditer(text) if found[1] not in (giver, bot)]
    people = list(dict.fromkeys(people))
    if is_private or await _is_private(channel, parts):
        return await form(people, Story(deed=""), blocks.about_private(), giver, parts)
    words, link = typed(text), await _link(channel, message.get("ts"), parts)
    if not is_colleague:
        praise = words if len(words) <= blocks.WORDS_LIMIT else words[: blocks.WORDS_LIMIT - 1] + "…"
        return await form(people, Story(deed="", words=praise, link=link), [], giver, parts)
    quote = one_line(words, LONGEST_QUOTE)
    about: list[Block] = blocks.about(author, quote) if quote else []
    return await form(people, Story(deed="", quote=quote, quote_of=author, link=link), about, giver, parts)


async def _is_private(channel: str, parts: Parts) -> bool:
    """Whether not everybody at the company may read it; on doubt, they may not."""
    try:
        found = await parts.people.channel(channel)
    except Unknown:
        return True
    return found is None or found.is_private


async def _is_outsider(user: str, parts: Parts) -> bool:
    try:
        return await parts.people.is_outsider(user)
    except Unknown:
        return True


async def _link(channel: str, ts: str | None, parts: Parts) -> str | None:
    if not ts:
        return None
    try:
        return str((await parts.slack.chat_getPermalink(channel=channel, message_ts=ts))["permalink"])
    except FAILURES as error:
        log.info("a message has no link: %s", type(error).__name__)
        return None

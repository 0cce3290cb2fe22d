"""App Home and the Messages tab."""

import logging
from functools import partial
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import home as blocks
from bot.blocks import kit
from bot.blocks import questions as words
from bot.blocks import wins as win_blocks
from bot.blocks.admin import not_admin
from bot.blocks.home import Asked, Sections, SetUp
from bot.blocks.text import literal
from bot.delivery.slack_errors import FAILURES, code_of
from bot.listeners import digest, ideas, modals
from bot.listeners.access import why_not
from bot.parts import Parts
from bot.people import Unknown
from bot.records import appearances, audit, choices, mutes, owners, questions, wins
from bot.records.roles import Roles
from knowledge.answers import Outcome
from knowledge.ingest import NoGuidesFolder

log = logging.getLogger(__name__)

MOST_LATEST = 5  # of each kind, in Home
MOST_SHOWN = 90  # in a window of their own
# What to ask first, while the guides are the sample company's: (title, question, the guide that answers it).
EXAMPLES = (
    ("Final bill", "When is the final bill sent?", "contracts/contracts-and-cancellations.md"),
    ("Reconnection fee", "Is there a reconnection fee?", "billing/payment-difficulties.docx"),
    ("Net promoter score", "How is NPS calculated?", "listening/how-we-listen.md"),
)
UNSURE = "I could not check something with Slack just now. Please open this tab again in a minute."


async def opened(event: dict[str, Any], parts: Parts) -> None:
    """Show Home, or suggest questions in the Messages tab where the guides are those of the sample."""
    if event.get("tab") == "home":
        await publish(parts, event["user"])
        return
    if not await parts.think(parts.library.has, [guide for _, _, guide in EXAMPLES]):
        return
    prompts = [{"title": title, "message": question} for title, question, _ in EXAMPLES]
    try:
        await parts.slack.assistant_threads_setSuggestedPrompts(
            channel_id=event["channel"], title="Ask the guides", prompts=prompts
        )
    except SlackApiError as error:
        log.info("no questions were suggested: %s", code_of(error))


async def joined(event: dict[str, Any], context: AsyncBoltContext, parts: Parts) -> None:
    """Say hello, once, in a channel that somebody invited us to."""
    if event.get("user") != context.bot_user_id or not event.get("inviter"):
        return
    problem = await why_not(parts.people, event["inviter"], event["channel"])
    text = f"Hello! {problem}" if problem == words.SHARED else words.hello(parts.settings.command_prefix)
    async with parts.database.write() as session:
        await parts.outbox.put(
            session, key=f"hello:{event['channel']}", channel=event["channel"], text=text, blocks=[kit.section(text)]
        )
    parts.outbox.wake()


async def load_guides(ack: AsyncAck, body: dict[str, Any], parts: Parts, delivery_id: int) -> None:
    """Take in the guides folder, for an admin, and show how that goes."""
    await ack()
    user = body["user"]["id"]
    is_admin = await parts.people.allowed(user, Roles.ADMIN)
    async with parts.database.write() as session:
        await audit.note(session, user, "load_guides", "guides", parts.clock(), allowed=is_admin)
    problem = None if is_admin else not_admin(await parts.people.admins())
    if is_admin:
        await publish(parts, user, is_loading=True)
        try:
            await parts.think(parts.library.ingest)
        except NoGuidesFolder as error:
            problem = literal(str(error))
    if problem is not None:
        async with parts.database.write() as session:
            await parts.outbox.put(session, key=f"reply:{delivery_id}", channel=user, text=problem)
        parts.outbox.wake()
    await publish(parts, user)


async def publish(parts: Parts, user: str, *, is_loading: bool = False) -> None:
    """Bring somebody's Home up to date. It is drawn again whenever it is opened, so a failure here may pass."""
    try:
        view = await _view(parts, user, is_loading)
    except Unknown:
        view = {"type": "home", "blocks": [kit.section(UNSURE)]}
    try:
        await parts.slack.views_publish(user_id=user, view=view)
    except FAILURES as error:
        log.warning("a Home was not brought up to date: %s", type(error).__name__)


async def _view(parts: Parts, user: str, is_loading: bool) -> kit.View:
    roles = await parts.people.roles_of(user)
    if not roles:
        return {"type": "home", "blocks": [kit.section(words.OUTSIDER)]}
    async with parts.database.read() as session:
        mine = await _asked(session, user, MOST_LATEST + 1)
    set_up = await _set_up(parts, is_loading) if Roles.ADMIN in roles else None
    sections = await _sections(parts, user, has_more_questions=len(mine) > MOST_LATEST)
    return blocks.home(parts.settings.command_prefix, mine[:MOST_LATEST], set_up, sections)


async def _asked(session: AsyncSession, user: str, most: int) -> list[Asked]:
    mine = await questions.latest(session, user, most)
    return [Asked(q.id, q.text, Outcome(q.outcome or Outcome.FAULT), q.asked_at) for q in mine]


async def _sections(parts: Parts, user: str, *, has_more_questions: bool) -> Sections:
    async with parts.database.read() as session:
        got, gave = (
            await wins.received(session, user, MOST_LATEST + 1),
            await wins.given(session, user, MOST_LATEST + 1),
        )
        received = [await wins.as_told_to(session, win, user) for win in got]
        given = [await wins.as_told_to(session, win, user) for win in gave]
        people = {win.id: await wins.named_to(session, win, user) for win in given}
        appearance = (await appearances.of(session, [user]))[user]
        muted = await mutes.of(session, user)
    return Sections(
        ideas=await ideas.for_home(user, parts),
        received=[
            *win_blocks.received(received[:MOST_LATEST]),
            *(blocks.more("received") if len(received) > MOST_LATEST else []),
        ],
        given=[
            *win_blocks.given(given[:MOST_LATEST], user, people),
            *(blocks.more("given") if len(given) > MOST_LATEST else []),
        ],
        more_questions=blocks.more("questions") if has_more_questions else [],
        settings=[*win_blocks.my_settings(appearance), blocks.news_of_ideas(is_muted="ideas" in muted)],
        digests=await digest.for_home(user, parts),
    )


async def show_more(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], parts: Parts) -> None:
    """All of what a section of Home shows the latest of."""
    await ack()
    what, user = str(action.get("value") or ""), body["user"]["id"]
    if what in blocks.MORE:
        await modals.show_then_fill(
            parts.slack, body, blocks.MORE[what], "home_more", partial(_more, what, user, parts)
        )


async def _more(what: str, user: str, parts: Parts) -> kit.View:
    async with parts.database.read() as session:
        if what == "questions":
            rows = blocks.questions(await _asked(session, user, MOST_SHOWN + 1))
        elif what == "received":
            rows = win_blocks.received(await wins.received(session, user, MOST_SHOWN + 1))
        else:
            given = await wins.given(session, user, MOST_SHOWN + 1)
            rows = win_blocks.given(given, "", {win.id: await wins.people(session, win.id) for win in given})
    return blocks.everything(what, rows, MOST_SHOWN)


async def _set_up(parts: Parts, is_loading: bool) -> SetUp:
    library = await parts.think(parts.library.state)
    await parts.people.resolve_owners(await parts.think(parts.library.owners))
    async with parts.database.read() as session:
        chosen = await choices.every(session)
        unknown = await owners.unresolved(session)
    channels = {chosen[name] for name in choices.CHANNELS if name in chosen}
    return SetUp(
        choices=chosen,
        outside=[channel for channel in channels if not await _is_in(parts, channel)],
        library=library,
        is_loading=is_loading,
        owners=[(owner.name, owner.problem or "") for owner in unknown],
    )


async def _is_in(parts: Parts, channel: str) -> bool:
    found = await parts.people.channel(channel)
    return found is not None and found.is_member

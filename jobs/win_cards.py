"""Bring the cards and messages of wins in Slack up to what the records say now."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.blocks import wins as blocks
from bot.blocks.answers import Said
from bot.delivery.outbox import CALLED_OFF, Rank
from bot.delivery.slack_errors import NO_REPLY, code_of, may_pass
from bot.parts import Parts
from bot.people import People
from bot.records import appearances, choices, wins
from bot.records.appearances import Appears
from bot.records.tables import Appearance, Post, Win
from bot.records.wins import Shown
from jobs.refusals import AGAIN_AFTER, tell_admins

log = logging.getLogger(__name__)

WAITING = ("pending", "sending")
MEANWHILE = timedelta(minutes=1)
GONE = frozenset({"message_not_found", "cant_delete_message"})


@dataclass(frozen=True)
class Scene:
    """What the messages of a win are made from, read at one moment."""

    win: Win
    people: list[str]  # whom it thanks, hidden or not
    choices: Mapping[str, Appearance]
    shown: Shown | None  # None: no card
    told: Mapping[str, Win]  # what each of the people, and their managers, may read of it

    def manager_of(self, user: str) -> str | None:
        """Who hears of this win because it reaches the person in private, and they want that."""
        manager = self.choices[user].manager
        is_public = self.shown is not None and user in self.shown.people
        return None if is_public or manager in (self.win.giver, *self.people) else manager

    def thanks(self, user: str) -> Said:
        """What somebody who is thanked gets."""
        named = [one for one in self.people if self.choices[one].appears == Appears.PUBLIC]
        if self.win.is_public:
            named = self.shown.people if self.shown else []
        is_on_card = self.shown is not None and user in self.shown.people
        others = [one for one in named if one != user]
        return blocks.thanks(self.told[user], others, is_on_card=is_on_card, manager=self.manager_of(user))


async def scene(session: AsyncSession, win: Win) -> Scene:
    people = await wins.people(session, win.id)
    chosen = await appearances.of(session, people)
    told = {user: await wins.as_told_to(session, win, user) for user in people}
    return Scene(win, people, chosen, await wins.shown_now(session, win.id), told)


async def names_on(shown: Shown | None, people: People) -> dict[str, str]:
    """What those are called whom a card names."""
    added = (user for user, _ in shown.kudos) if shown else ()
    named = list(dict.fromkeys(filter(None, (shown.giver, *shown.people, *added)))) if shown else []
    return dict(zip(named, await people.names(named), strict=True))


async def redraw(parts: Parts) -> None:
    """Change what is behind, each message once however much has happened to its win since the last time."""
    async with parts.database.read() as session:
        behind = await wins.to_draw(session, parts.clock())
    for win in behind:
        await _redraw(win.id, parts)


async def _redraw(win_id: int, parts: Parts) -> None:
    async with parts.database.read() as session:
        win = await wins.get(session, win_id)
        if win is None:
            return
        now, posts = await scene(session, win), await wins.posted(session, win_id)
    waiting = [post for post in posts if post.state in WAITING]
    if any(post.due_at <= parts.clock() for post in waiting):
        return  # it may be posted as it was, so that it has to be drawn after that
    names = await names_on(now.shown, parts.people)
    for post in posts:
        if post.ts is None:
            continue
        said = _said(post.key, now, names)
        refused = await _settle(post, said, parts.slack)
        if refused is None:
            if said is None:
                async with parts.database.write() as session:
                    removed = update(Post).where(Post.id == post.id, Post.ts == post.ts)
                    await session.execute(removed.values(state="failed", error=CALLED_OFF, ts=None))
            continue
        if refused:
            log.error("post %s can't be brought up to date: %s", post.id, refused)
            await tell_admins(parts, post.posted_in or post.channel, refused)
            async with parts.database.write() as session:
                await wins.draw_later(session, win_id, parts.clock() + AGAIN_AFTER)
        return
    async with parts.database.write() as session:
        if waiting:  # the card was refused, and comes as it is then; what is there need not wait for it
            await wins.draw_later(session, win_id, parts.clock() + MEANWHILE)
        elif await wins.drawn(session, win_id, win.revision) and now.shown and not _has_card(win_id, posts):
            await _put_card(session, win, blocks.card(now.shown, names), parts)
    parts.outbox.wake()


def _has_card(win_id: int, posts: Sequence[Post]) -> bool:
    return any(post.key == wins.card_key(win_id) and post.error != CALLED_OFF for post in posts)


async def _put_card(session: AsyncSession, win: Win, card: Said, parts: Parts) -> None:
    """The card of a win that nobody could be named on until now, or again."""
    channel = (await choices.every(session)).get("wins_channel")
    if channel is None:
        return
    key = wins.card_key(win.id)
    await session.execute(delete(Post).where(Post.key == key))
    await parts.outbox.put(
        session,
        key=key,
        channel=channel,
        text=card.text,
        blocks=card.blocks,
        rank=Rank.CARD,
        fallback_user=win.giver,
    )


def _said(key: str, now: Scene, names: Mapping[str, str]) -> Said | None:
    """What a message has to say; None when it should not be there."""
    if key == wins.card_key(now.win.id):
        return blocks.card(now.shown, names) if now.shown else None
    to, about = key.split(":")[2:4]
    if now.win.withdrawn_at is not None or about not in now.people:
        return blocks.taken_back(now.win.giver)
    return now.thanks(about) if to == about else blocks.to_manager(now.told[about], about)


async def _settle(post: Post, said: Said | None, slack: AsyncWebClient) -> str | None:
    """None when the message is as it should be, or can't be helped; else why not: empty for what passes by itself."""
    channel, ts = post.posted_in or post.channel, post.ts or ""
    try:
        if said is None:
            await slack.chat_delete(channel=channel, ts=ts)
        else:
            await slack.chat_update(channel=channel, ts=ts, text=said.text, blocks=said.blocks)
    except SlackApiError as error:
        if may_pass(error):
            return ""
        return None if code_of(error) in GONE else code_of(error)
    except NO_REPLY as error:
        log.info("post %s is brought up to date later: %s", post.id, type(error).__name__)
        return ""
    return None

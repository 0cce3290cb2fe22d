"""Wins and the kudos attached to them: who is thanked for what, and what of it may be shown."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import appearances
from bot.records.appearances import Appears
from bot.records.once import add_once
from bot.records.tables import Kudos, Post, Thanked, Win

LEAST_LETTERS = 10  # of a deed, its words of praise left out
PRAISE = (
    "a all always amazing and as awesome best big brilliant cheers day done ever everything excellent fantastic for "
    "good great help helping hero i it job just keep legend lot love made many me most much my nice of perfect please "
    "really rock say simply so star super superb team thank thanks thankyou that the this thx to today up very was "
    "were wanted week well wonderful work working would you your"
)


class CannotThank(Exception):
    """It was not taken; the message says why, in words for whoever tried."""


class NotYourself(CannotThank):
    def __init__(self) -> None:
        super().__init__("You can't thank yourself; a colleague can do it for you.")


class EnoughToday(CannotThank):
    def __init__(self, daily: int) -> None:
        super().__init__(
            f"You have given {daily} thank-yous today, which is the most for one day. Please send this one tomorrow."
        )


class TooThin(CannotThank):
    def __init__(self) -> None:
        super().__init__("A few more words, please: what did they do? Nothing that you wrote is lost.")


class RatherNot(CannotThank):
    """These people don't want to be thanked through Frontline."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__("They would rather not be thanked here.")
        self.users = users


class NotYours(CannotThank):
    def __init__(self) -> None:
        super().__init__("Only the person who gave this thank-you can change it.")


class Gone(CannotThank):
    def __init__(self) -> None:
        super().__init__("This thank-you was taken back.")


class OwnThanks(CannotThank):
    def __init__(self) -> None:
        super().__init__("This one thanks you, so the others can add to it.")


@dataclass(frozen=True)
class Story:
    """What the form says, as typed."""

    deed: str
    effect: str = ""  # what it meant for the customer
    words: str = ""  # the customer's own
    value: str | None = None
    stage: str | None = None  # bot.records.stages.Stage
    is_public: bool = True
    quote: str = ""  # the message that it is about
    quote_of: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Shown:
    """A win as it may be shown in public now; names that people keep to themselves are left out."""

    win: Win  # where it names such people, a copy that doesn't
    people: list[str]  # thanked; at least one
    giver: str | None
    kudos: list[tuple[str | None, str]]  # added by others, oldest first: (who, note)
    has_quote: bool  # the message that it is about may be shown


# Giving


async def tell(
    session: AsyncSession,
    *,
    key: str,
    giver: str,
    people: Iterable[str],
    story: Story,
    day: date,
    daily: int,
    now: datetime,
) -> tuple[Win, bool]:
    """Write a win down with the giver's kudos, once for each key; returns it and whether it is new.

    Args:
        day: the giver's, by the workspace's clock; no more than `daily` wins are told on it.

    Raises:
        TooThin, NotYourself, RatherNot, EnoughToday
    """
    earlier = await _by_key(session, key)
    if earlier is not None:
        return earlier, False
    wanted = list(dict.fromkeys(people))
    await _refuse(session, giver, wanted, story)
    last = await session.scalar(select(func.max(Win.nth)).where(Win.giver == giver, Win.day == day)) or 0
    for nth in range(last + 1, daily + 1):
        win = Win(key=key, giver=giver, day=day, nth=nth, told_at=now, revision=1, drawn=1, **asdict(story))
        if await add_once(session, win):
            session.add_all(Thanked(win_id=win.id, user=user) for user in wanted)
            session.add(Kudos(win_id=win.id, user=giver, given_at=now))
            await session.flush()
            return win, True
        earlier = await _by_key(session, key)  # the same form at the same moment, or another one took the number
        if earlier is not None:
            return earlier, False
    raise EnoughToday(daily)


async def _refuse(session: AsyncSession, giver: str, people: Sequence[str], story: Story) -> None:
    if is_thin(story.deed):
        raise TooThin
    if giver in people:
        raise NotYourself
    choices = await appearances.of(session, people)
    unwilling = [user for user in people if choices[user].appears == Appears.NOT_AT_ALL]
    if unwilling:
        raise RatherNot(unwilling)


def is_thin(deed: str) -> bool:
    """Whether there is nothing in it but thanks and praise."""
    said = [word for word in re.findall(r"[^\W\d_]+", deed.lower()) if word not in PRAISE.split()]
    return sum(map(len, said)) < LEAST_LETTERS


async def _by_key(session: AsyncSession, key: str) -> Win | None:
    return await session.scalar(select(Win).where(Win.key == key))


async def add_kudos(session: AsyncSession, win_id: int, user: str, now: datetime) -> bool:
    """Add somebody's kudos to a public win; False when theirs is there already.

    Raises:
        Gone: it was taken back, or is private now.
        OwnThanks: it thanks this person.
    """
    win = await _standing(session, win_id)
    if not win.is_public:
        raise Gone
    if user in await people(session, win_id):
        raise OwnThanks
    if not await add_once(session, Kudos(win_id=win_id, user=user, note="", given_at=now)):
        return False
    win.revision += 1
    return True


async def note(session: AsyncSession, win_id: int, user: str, text: str) -> bool:
    """A few words to go with the kudos that somebody has added; False when they have none there.

    Raises:
        Gone: the win was taken back.
    """
    win = await _standing(session, win_id)
    mine = await session.scalar(select(Kudos).where(Kudos.win_id == win_id, Kudos.user == user))
    if mine is None or user == win.giver:
        return False
    if mine.note != text:
        mine.note = text
        win.revision += 1
    return True


async def note_of(session: AsyncSession, win_id: int, user: str) -> str | None:
    """The words that go with the kudos that somebody added; None when they added none."""
    added = select(Kudos.note).join(Win, Win.id == Kudos.win_id).where(Kudos.user == user, Win.giver != user)
    return await session.scalar(added.where(Win.id == win_id, Win.withdrawn_at.is_(None)))


async def take_back(session: AsyncSession, win_id: int, user: str) -> bool:
    """Remove the kudos that somebody added; False when there is none. The giver withdraws the win instead."""
    win = await session.get(Win, win_id, with_for_update=True)
    if win is None or win.giver == user:
        return False
    taken = await session.execute(
        delete(Kudos).where(Kudos.win_id == win_id, Kudos.user == user).returning(Kudos.id),
    )
    if taken.first() is None:
        return False
    win.revision += 1
    return True


async def edit(
    session: AsyncSession, win_id: int, by: str, people_now: Iterable[str], story: Story, now: datetime
) -> tuple[Win, list[str]]:
    """Change the story or the people; returns the win and who is newly thanked. What is private stays private.

    Raises:
        NotYours, Gone, TooThin, NotYourself, RatherNot
    """
    win = await _standing(session, win_id)
    if win.giver != by:
        raise NotYours
    wanted, before = list(dict.fromkeys(people_now)), await people(session, win_id)
    await _refuse(session, by, [user for user in wanted if user not in before], story)
    for name in ("deed", "effect", "words", "value", "stage"):
        setattr(win, name, getattr(story, name))
    win.is_public = win.is_public and story.is_public
    win.edited_at = now
    win.revision += 1
    await session.execute(delete(Thanked).where(Thanked.win_id == win_id, Thanked.user.not_in(wanted)))
    await session.execute(delete(Kudos).where(Kudos.win_id == win_id, Kudos.user.in_(wanted)))
    added = [user for user in wanted if user not in before]
    session.add_all(Thanked(win_id=win_id, user=user) for user in added)
    await session.flush()
    return win, added


async def withdraw(session: AsyncSession, win_id: int, by: str, now: datetime) -> Win:
    """Take a win back; taking it back twice is taking it back.

    Raises:
        NotYours, Gone
    """
    win = await session.get(Win, win_id, with_for_update=True)
    if win is None:
        raise Gone
    if win.giver != by:
        raise NotYours
    if win.withdrawn_at is None:
        win.withdrawn_at = now
        win.revision += 1
    return win


async def hide(session: AsyncSession, win_id: int, user: str, called: Sequence[str], now: datetime) -> bool:
    """Take the name of somebody who is thanked off a win, for good; False when it doesn't thank them.

    Args:
        called: what they go by; the story leaves that out, too.
    """
    win = await session.get(Win, win_id, with_for_update=True)
    theirs = await session.scalar(select(Thanked).where(Thanked.win_id == win_id, Thanked.user == user))
    if win is None or theirs is None:
        return False
    if theirs.hidden_at is None:
        theirs.hidden_at = now
        await appearances.keep_names(session, user, called, now)
        win.revision += 1
    return True


async def _standing(session: AsyncSession, win_id: int) -> Win:
    win = await session.get(Win, win_id, with_for_update=True)
    if win is None or win.withdrawn_at is not None:
        raise Gone
    return win


# Asking


async def get(session: AsyncSession, win_id: int) -> Win | None:
    return await session.get(Win, win_id)


async def people(session: AsyncSession, win_id: int) -> list[str]:
    """Everybody whom a win thanks, hidden or not."""
    return list(await session.scalars(select(Thanked.user).where(Thanked.win_id == win_id).order_by(Thanked.id)))


async def named_to(session: AsyncSession, win: Win, user: str) -> list[str]:
    """Whom a win thanks, as far as somebody may be told: everybody for its giver, else who may be shown now."""
    if win.giver == user:
        return await people(session, win.id)
    found = await shown_now(session, win.id)
    return found.people if found else []


async def shown(session: AsyncSession, start: datetime, end: datetime) -> list[Shown]:
    """The wins told in [start, end) that may be shown in public, as people want to appear now; oldest first."""
    return await _shown(session, (Win.told_at >= start) & (Win.told_at < end))


async def shown_now(session: AsyncSession, win_id: int) -> Shown | None:
    """One win as it may be shown in public now; None when it may not be."""
    return next(iter(await _shown(session, Win.id == win_id)), None)


async def _shown(session: AsyncSession, which: ColumnElement[bool]) -> list[Shown]:
    is_open = which & Win.is_public & Win.withdrawn_at.is_(None)
    rows = list(await session.scalars(select(Win).where(is_open).order_by(Win.told_at, Win.id)))
    hidden = await appearances.hidden(session)
    of_these = select(Win.id).where(is_open)
    named: dict[int, list[str]] = {}
    unnamed: set[tuple[int, str]] = set()
    for one in await session.scalars(select(Thanked).where(Thanked.win_id.in_(of_these)).order_by(Thanked.id)):
        if one.hidden_at is None and one.user not in hidden:
            named.setdefault(one.win_id, []).append(one.user)
        else:
            unnamed.add((one.win_id, one.user))
    given: dict[int, list[Kudos]] = {}
    for kudos in await session.scalars(select(Kudos).where(Kudos.win_id.in_(of_these)).order_by(Kudos.id)):
        given.setdefault(kudos.win_id, []).append(kudos)
    wanting = {win.id: hidden | {user for number, user in unnamed if number == win.id} for win in rows}
    called = await _called(session, hidden | {user for _, user in unnamed})
    return [
        Shown(
            win=_without(win, names),
            people=named[win.id],
            giver=_unless(win.giver, hidden),
            kudos=[
                (_unless(k.user, hidden), without_names(k.note, names))
                for k in given.get(win.id, [])
                if k.user != win.giver
            ],
            has_quote=bool(win.quote) and win.quote_of not in wanting[win.id],
        )
        for win in rows
        if win.id in named
        for names in [[name for user in wanting[win.id] for name in called[user]]]
    ]


async def as_told_to(session: AsyncSession, win: Win, user: str) -> Win:
    """A win in the words that somebody whom it concerns may read: its giver all, others without names kept back."""
    if win.giver == user:
        return win
    hiding = select(Thanked.user).where(Thanked.win_id == win.id, Thanked.hidden_at.is_not(None))
    keeping = await appearances.hidden(session) | set(await session.scalars(hiding))
    called = await _called(session, keeping - {user})
    return _without(win, [name for names in called.values() for name in names])


async def _called(session: AsyncSession, users: set[str]) -> dict[str, list[str]]:
    """What these people go by, their ids included, as a mention without a name reads."""
    return {user: [user, *row.called] for user, row in (await appearances.of(session, users)).items()}


def _without(win: Win, names: Sequence[str]) -> Win:
    """The win, or a copy of it whose words don't name these people."""
    told = {field: without_names(getattr(win, field), names) for field in ("deed", "effect", "words", "quote")}
    if all(getattr(win, field) == words for field, words in told.items()):
        return win
    return Win(**{column.key: getattr(win, column.key) for column in Win.__table__.columns} | told)


def without_names(text: str, names: Sequence[str]) -> str:
    """The text with `a colleague` for each of these names that stands in it as a word.

    A name of one word counts when it has a capital or an @, so that somebody called Will doesn't cost every "will".

    >>> without_names("Ana stayed. Ben called @ana's customer; ana is no name.", ["Ana Duarte", "ana", "Ana"])
    "A colleague stayed. Ben called a colleague's customer; ana is no name."
    """
    if not names:
        return text
    any_case = [re.escape(name) for name in names if " " in name]
    capitals = [re.escape(name[0].upper() + name[1:]) for name in names if " " not in name]
    mentions = [re.escape(name) for name in names]
    longest_first = sorted((f"(?i:{name})" for name in any_case), key=len, reverse=True)
    forms = [f"@(?i:{'|'.join(sorted(mentions, key=len, reverse=True))})", *longest_first, *capitals]
    return re.sub(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", _colleague, text)


def _colleague(found: re.Match[str]) -> str:
    before = found.string[: found.start()].rstrip(" \"“‘'(")
    return "A colleague" if not before or before[-1] in ".!?\n…" else "a colleague"


def _unless(user: str, hidden: Collection[str]) -> str | None:
    return None if user in hidden else user


async def thanked_again(session: AsyncSession, start: datetime, end: datetime) -> list[str]:
    """Who may be shown and whose earlier win got kudos from others in [start, end)."""
    got = select(Kudos.win_id).where(Kudos.given_at >= start, Kudos.given_at < end)
    earlier = await _shown(session, Win.id.in_(got) & (Win.told_at < start))
    return list(dict.fromkeys(user for one in earlier for user in one.people))


async def first_thanked(session: AsyncSession, start: datetime, end: datetime) -> list[str]:
    """Who may be shown and was thanked for the first time in [start, end)."""
    now = list(dict.fromkeys(user for one in await shown(session, start, end) for user in one.people))
    before = (
        select(Thanked.user)
        .join(Win, Win.id == Thanked.win_id)
        .where(Win.told_at < start, Win.withdrawn_at.is_(None), Thanked.user.in_(now))
    )
    earlier = set(await session.scalars(before))
    return [user for user in now if user not in earlier]


async def values(session: AsyncSession, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """When which of the company's values was thanked for, in what may be shown of [start, end)."""
    return [(one.win.told_at, one.win.value) for one in await shown(session, start, end) if one.win.value]


async def count(session: AsyncSession, start: datetime, end: datetime) -> tuple[int, int]:
    """(wins told, kudos given) in [start, end), private ones included: figures, without names."""
    told = select(func.count(Win.id)).where(Win.told_at >= start, Win.told_at < end, Win.withdrawn_at.is_(None))
    given = (
        select(func.count(Kudos.id))
        .join(Win, Win.id == Kudos.win_id)
        .where(Kudos.given_at >= start, Kudos.given_at < end, Win.withdrawn_at.is_(None))
    )
    return await session.scalar(told) or 0, await session.scalar(given) or 0


async def received(session: AsyncSession, user: str, most: int = 10) -> list[Win]:
    """The wins that thank somebody, private ones included, newest first."""
    mine = select(Thanked.win_id).where(Thanked.user == user)
    return await _newest(session, Win.id.in_(mine), most)


async def given(session: AsyncSession, user: str, most: int = 10) -> list[Win]:
    """The wins that somebody told or added their kudos to, newest first."""
    mine = select(Kudos.win_id).where(Kudos.user == user)
    return await _newest(session, Win.id.in_(mine), most)


async def _newest(session: AsyncSession, which: ColumnElement[bool], most: int) -> list[Win]:
    standing = select(Win).where(which, Win.withdrawn_at.is_(None))
    return list(await session.scalars(standing.order_by(Win.told_at.desc(), Win.id.desc()).limit(most)))


# Drawing


def card_key(win_id: int) -> str:
    """The outbox key of the card in the wins channel."""
    return f"win:{win_id}"


def told_key(win_id: int, user: str, about: str) -> str:
    """The outbox key of the message that tells somebody of a win: the person thanked themselves, or their manager."""
    return f"thanks:{win_id}:{user}:{about}"


async def posted(session: AsyncSession, win_id: int) -> list[Post]:
    """The messages of a win, those that wait in the outbox included."""
    mine = or_(Post.key == card_key(win_id), Post.key.startswith(f"thanks:{win_id}:", autoescape=True))
    return list(await session.scalars(select(Post).where(mine).order_by(Post.id)))


async def to_draw(session: AsyncSession, now: datetime) -> list[Win]:
    """The wins whose messages in Slack are behind, and may be changed now."""
    rested = Win.draw_after.is_(None) | (Win.draw_after <= now)
    return list(await session.scalars(select(Win).where(Win.drawn < Win.revision, rested).order_by(Win.id)))


async def draw_later(session: AsyncSession, win_id: int, at: datetime) -> None:
    """Slack refuses to have it changed now."""
    await session.execute(update(Win).where(Win.id == win_id).values(draw_after=at))


async def drawn(session: AsyncSession, win_id: int, revision: int) -> bool:
    """Slack shows this revision now; False when it is no longer the last one, or was said to be shown already."""
    is_last = (Win.id == win_id, Win.drawn < revision, Win.revision == revision)
    rows = await session.execute(update(Win).where(*is_last).values(drawn=revision).returning(Win.id))
    return rows.first() is not None

"""Who somebody is, according to Slack and our roles.

What Slack says is kept for a minute, and doubt closes: when Slack can't be asked, `Unknown` is raised and nobody
is taken for a colleague.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Clock
from bot.delivery.slack_errors import FAILURES, NO_REPLY, code_of, refusal
from bot.records import owners, roles
from bot.records.database import Database
from bot.records.roles import Roles

KEPT_FOR = timedelta(seconds=60)
AT_ONCE = 10  # of a list of people, so many are looked up at the same time
MOST_OWNERS = 10  # of a user group that owns a guide; the others are neither shown nor asked
MOST_KEPT = 10_000  # answers from Slack; then all are asked for again
NOT_FOUND = frozenset({"user_not_found", "users_not_found", "user_not_visible", "no_such_subteam", "subteam_not_found"})
T = TypeVar("T")


class Unknown(Exception):
    """Slack could not be asked; nothing may be concluded from that."""


class NotGranted(Unknown):
    """Slack may not be asked: the app was installed before Frontline needed that permission."""


@dataclass(frozen=True)
class Profile:
    """A person, as far as Frontline needs to know one."""

    id: str
    name: str
    called: tuple[str, ...]  # everything that they go by: in full, as displayed, by the first name
    time_zone: str
    is_outsider: bool  # guest, from another company, a bot, or gone


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    is_member: bool  # whether the bot is in it
    is_shared: bool  # people of other companies may read it
    is_private: bool  # only its members may read it


class People:
    """Looks people up in Slack and in the roles."""

    def __init__(self, slack: AsyncWebClient, database: Database, clock: Clock) -> None:
        self._slack = slack
        self._database = database
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[datetime, asyncio.Future[Any]]] = {}  # also what is just being asked

    async def profile(self, user: str) -> Profile:
        """Raises Unknown when Slack can't be asked, or doesn't know them."""
        return await self._keep("profile", user, self._ask_profile)

    async def is_outsider(self, user: str) -> bool:
        return (await self.profile(user)).is_outsider

    async def channel(self, channel: str) -> Channel | None:
        """None for a channel that the bot can't see: a private one that it is not in."""
        return await self._keep("channel", channel, self._ask_channel)

    def forget_channel(self, channel: str) -> None:
        """Ask anew: we have just joined it."""
        self._kept.pop(("channel", channel), None)

    async def is_shared(self, channel: str) -> bool | None:
        """Whether people of other companies can read a channel; None while Slack can't be asked.

        One that can't be seen refuses what is posted there, and is dealt with then.
        """
        try:
            found = await self.channel(channel)
        except Unknown:
            return None
        return found is not None and found.is_shared

    async def shared_with_outsiders(self, channel: str) -> bool:
        """Whether people of other companies can read a channel, or soon could."""
        found = await self.channel(channel)
        if found is None:
            raise Unknown(f"channel {channel} can't be seen")
        return found.is_shared

    async def roles_of(self, user: str) -> set[str]:
        """The roles of a person, by themselves or through a user group; none for an outsider.

        An admin may do what managers may, but is sent what managers are sent only as one of them.
        """
        if await self.is_outsider(user):
            return set()
        async with self._database.read() as session:
            rows = await roles.every(session)
        held = {Roles.MEMBER.value}
        for row in rows:
            if row.holder == user or (row.holder.startswith("S") and user in await self._members(row.holder)):
                held.add(row.role)
        return held | {Roles.MANAGER.value} if Roles.ADMIN in held else held

    async def allowed(self, user: str, role: str) -> bool:
        return role in await self.roles_of(user)

    async def admins(self) -> list[str]:
        """Everybody who is an admin and still a colleague; those that Slack can't be asked about are left out."""
        holders = await self._holders(Roles.ADMIN)
        return await self._colleagues(
            [user for holder in holders for user in (await self._members(holder) if holder[0] == "S" else [holder])]
        )

    async def holders(self, role: str) -> list[str]:
        """Everybody who has a role, by themselves or through a user group, and is still a colleague.

        Raises:
            Unknown: Slack can't be asked about one of them.
        """
        users: list[str] = []
        for holder in await self._holders(role):
            users += await self._keep("group", holder, self._ask_group) if holder[0] == "S" else [holder]
        return list(await self.colleague_names(users))

    async def _holders(self, role: str) -> list[str]:
        """The users and user groups that have a role."""
        async with self._database.read() as session:
            return [row.holder for row in await roles.every(session) if row.role == role]

    async def resolve_owner(self, name: str) -> list[str]:
        """The people that a guide's owner line stands for, the first of a group; none when Slack knows nobody by it.

        The line may be an e-mail address, a user id or a user group id. What it stands for is written down, with
        what is wrong where it stands for nobody.
        """
        return list(await self._keep("owner", name, self._ask_owner))

    async def resolve_owners(self, names: Iterable[str]) -> None:
        """Bring the written-down owners in line with the guides; what Slack can't be asked about stays as it was."""
        wanted = sorted(set(names))
        await self.owner_names(wanted)
        async with self._database.write() as session:
            await owners.keep_only(session, wanted)

    async def names(self, users: Sequence[str]) -> list[str]:
        """What people are called; an id where Slack can't be asked."""
        return [await self._name(user) for user in users]

    async def colleague_names(self, users: Iterable[str], most: int | None = None) -> dict[str, str]:
        """What colleagues are called; whoever has left, or whom Slack doesn't know, is not among them.

        Args:
            most: so many are enough; the rest is not asked for.

        Raises:
            Unknown: Slack can't be asked.
        """
        left, found = list(dict.fromkeys(users)), dict[str, str]()
        while left and (most is None or len(found) < most):
            some, left = left[:AT_ONCE], left[AT_ONCE:]
            profiles = await asyncio.gather(*map(self._profile_if_known, some))
            found |= {profile.id: profile.name for profile in profiles if profile and not profile.is_outsider}
        return dict(list(found.items())[:most])

    async def _profile_if_known(self, user: str) -> Profile | None:
        """None for somebody whom Slack doesn't know."""
        try:
            return await self.profile(user)
        except Unknown as doubt:
            if code_of(doubt.__cause__) in NOT_FOUND:
                return None
            raise

    async def owner_names(self, lines: Iterable[str | None]) -> dict[str, str]:
        """What to show for each owner line: names of people, or the line itself while nobody is known by it."""
        wanted = sorted({line for line in lines if line})
        return dict(zip(wanted, await asyncio.gather(*map(self._owner_name, wanted)), strict=True))

    async def _owner_name(self, line: str) -> str:
        try:
            users = await self.resolve_owner(line)
        except Unknown:
            return line
        names = await self.names(users[:3])
        return (", ".join(names) + (" and others" if len(users) > 3 else "")) or line

    async def _name(self, user: str) -> str:
        try:
            return (await self.profile(user)).name
        except Unknown:
            return user

    async def _colleagues(self, users: Iterable[str]) -> list[str]:
        """The ones who are not outsiders; those that Slack can't be asked about are left out."""
        found = []
        for user in dict.fromkeys(users):
            try:
                if not await self.is_outsider(user):
                    found.append(user)
            except Unknown:
                continue
        return found

    async def _members(self, group: str) -> list[str]:
        """The people in a user group; none while Slack can't be asked."""
        try:
            return await self._keep("group", group, self._ask_group)
        except Unknown:
            return []

    async def _keep(self, kind: str, key: str, ask: Callable[[str], Awaitable[T]]) -> T:
        now = self._clock()
        kept = self._kept.get((kind, key))
        if kept is None or now - kept[0] >= KEPT_FOR or _has_failed(kept[1]):
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            kept = self._kept[kind, key] = (now, asyncio.ensure_future(ask(key)))
        answer: T = await asyncio.shield(kept[1])  # others may wait for it when we no longer do
        return answer

    async def _ask_profile(self, user: str) -> Profile:
        found = (await _asked(self._slack.users_info(user=user)))["user"]
        team = await self._keep("team", "", self._ask_team)
        profile = found.get("profile") or {}
        own_teams = {found.get("team_id"), *(found.get("enterprise_user") or {}).get("teams", [])}
        flags = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        names = (found.get("real_name"), profile.get("real_name"), profile.get("display_name"), found.get("name"), user)
        known = dict.fromkeys(filter(None, names[:-1]))
        return Profile(
            id=user,
            name=next(filter(None, names)),
            called=tuple(dict.fromkeys([*known, *(name.split()[0] for name in known if name.split())])),
            time_zone=found.get("tz") or "UTC",
            is_outsider=any(found.get(flag) for flag in flags) or team not in own_teams,
        )

    async def _ask_team(self, _: str) -> str:
        return str((await _asked(self._slack.auth_test()))["team_id"])

    async def _ask_channel(self, channel: str) -> Channel | None:
        try:
            found = (await self._slack.conversations_info(channel=channel))["channel"]
        except SlackApiError as error:
            code = code_of(error)
            if code == "channel_not_found":
                return None
            raise (NotGranted if code == "missing_scope" else Unknown)("conversations.info") from error
        except NO_REPLY as error:
            raise Unknown("conversations.info") from error
        shared = ("is_ext_shared", "is_pending_ext_shared")
        return Channel(
            id=channel,
            name=str(found.get("name") or channel),
            is_member=bool(found.get("is_member") or found.get("is_im")),
            is_shared=any(found.get(flag) for flag in shared) or bool(found.get("pending_shared")),
            is_private=any(found.get(flag) for flag in ("is_private", "is_im", "is_mpim")),
        )

    async def _ask_group(self, group: str) -> list[str]:
        return list((await _asked(self._slack.usergroups_users_list(usergroup=group)))["users"])

    async def _ask_owner(self, name: str) -> list[str]:
        users: list[str] = []
        problem = None
        try:
            users = list(await self.colleague_names(await self._owner_ids(name), MOST_OWNERS))
        except SlackApiError as error:
            problem = _owner_problem(error)
        except NO_REPLY as error:
            raise Unknown("owner") from error
        if not users and problem is None:
            problem = "no colleague with an open account goes by this"
        async with self._database.read() as session:
            is_news = await owners.differs(session, name, users, problem)
        if is_news:
            async with self._database.write() as session:
                await owners.save(session, name, users, problem, self._clock())
        return users

    async def _owner_ids(self, name: str) -> list[str]:
        if re.fullmatch(r"[UW][A-Z0-9]+", name):
            return [name]
        if re.fullmatch(r"S[A-Z0-9]+", name):
            return list((await self._slack.usergroups_users_list(usergroup=name))["users"])
        if "@" in name:
            return [str((await self._slack.users_lookupByEmail(email=name))["user"]["id"])]
        return []


def _has_failed(asked: asyncio.Future[Any]) -> bool:
    return asked.done() and (asked.cancelled() or asked.exception() is not None)


async def _asked(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except FAILURES as error:
        raise Unknown(type(error).__name__) from error


def _owner_problem(error: SlackApiError) -> str:
    code = code_of(error)
    if code == "missing_scope":
        return (
            f"Frontline needs the scope {refusal(error).get('needed')} to find this owner; or write a user id instead"
        )
    if code in NOT_FOUND:
        return "Slack knows nobody by this"
    raise Unknown(f"owner: {code}") from error

"""Who somebody is: lookups kept for a minute, doubt that closes, and owners of every kind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.people import People, Unknown
from bot.records import owners, roles
from bot.records.database import Database, migrate
from bot.records.roles import Roles
from tests.conftest import NOW


class Slack(AsyncWebClient):
    """A workspace that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-test")
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, list[str]] = {}
        self.refusal: str | None = None
        self.asked: list[str] = []

    def add(self, user: str, **flags: Any) -> None:
        self.users[user] = {"id": user, "team_id": "T1", "real_name": user.title(), "tz": "Europe/Lisbon", **flags}

    def _answer(self, method: str, found: Any, missing: str) -> Any:
        self.asked.append(method)
        if self.refusal or found is None:
            raise SlackApiError(method, {"ok": False, "error": self.refusal or missing, "needed": "users:read.email"})
        return found

    async def auth_test(self, **_: Any) -> Any:
        return self._answer("auth.test", {"team_id": "T1"}, "")

    async def users_info(self, *, user: str, **_: Any) -> Any:
        found = self.users.get(user)
        return self._answer("users.info", found and {"user": found}, "user_not_found")

    async def users_lookupByEmail(self, *, email: str, **_: Any) -> Any:
        found = self.users.get(f"U{email.partition('@')[0].upper()}")
        return self._answer("users.lookupByEmail", found and {"user": found}, "users_not_found")

    async def usergroups_users_list(self, *, usergroup: str, **_: Any) -> Any:
        found = self.groups.get(usergroup)
        return self._answer("usergroups.users.list", found and {"users": found}, "no_such_subteam")

    async def conversations_info(self, *, channel: str, **_: Any) -> Any:
        found = self.channels.get(channel)
        return self._answer("conversations.info", found and {"channel": found}, "channel_not_found")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def slack() -> Slack:
    slack = Slack()
    for user in ("UADMIN", "UANA", "UBEN"):
        slack.add(user)
    return slack


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(slack: Slack, records: Database, clock: Clock) -> People:
    return People(slack, records, clock)


@pytest.mark.parametrize(
    "flags",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"deleted": True},
        {"is_bot": True},
        {"team_id": "T2"},
    ],
)
async def test_guests_bots_and_other_companies_are_outsiders(
    people: People, slack: Slack, flags: dict[str, Any]
) -> None:
    """None of them is a member, whatever role they may once have had."""
    slack.add("UX", **flags)
    assert await people.is_outsider("UX")
    assert await people.roles_of("UX") == set()


async def test_a_colleague_of_the_same_organisation_is_none(people: People, slack: Slack) -> None:
    """In an organisation of several workspaces, a colleague's home may be another one."""
    slack.add("UX", team_id="E1", enterprise_user={"teams": ["T1", "T9"]})
    assert not await people.is_outsider("UX")


async def test_doubt_closes(people: People, slack: Slack, records: Database) -> None:
    """When Slack can't be asked, nobody is taken for a colleague, no channel for our own, and no list for complete."""
    async with records.write() as session:
        await roles.grant(session, "UADMIN", Roles.ADMIN, "settings", NOW)
        await roles.grant(session, "UANA", Roles.MANAGER, "UADMIN", NOW)
        await roles.grant(session, "SFIELD", Roles.EXPERT, "UADMIN", NOW)
    slack.refusal = "fatal_error"
    for question in (
        people.is_outsider("UANA"),
        people.shared_with_outsiders("C1"),
        people.roles_of("UANA"),
        people.holders(Roles.MANAGER),
        people.holders(Roles.EXPERT),
    ):
        with pytest.raises(Unknown):
            await question
    assert await people.admins() == []


async def test_answers_are_kept_for_a_minute(people: People, slack: Slack, clock: Clock) -> None:
    """A change in Slack is seen within sixty seconds, and not asked for at every question."""
    assert not await people.is_outsider("UANA")
    slack.add("UANA", is_restricted=True)
    clock.now += timedelta(seconds=59)
    assert not await people.is_outsider("UANA")
    clock.now += timedelta(seconds=1)
    assert await people.is_outsider("UANA")
    assert slack.asked.count("users.info") == 2


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
async def test_shared_channels_are_seen(people: People, slack: Slack, flag: str) -> None:
    """A channel that another company reads, or was invited to, is shared; our own is not."""
    slack.channels = {"C1": {"is_member": True}, "C2": {flag: True}}
    assert not await people.shared_with_outsiders("C1")
    assert await people.shared_with_outsiders("C2")
    assert await people.channel("C3") is None


async def test_a_group_may_hold_a_role_and_own_a_guide(people: People, slack: Slack, records: Database) -> None:
    """A user group stands for its members, except those who have left."""
    slack.groups = {"SFIELD": ["UBEN", "UGONE"]}
    slack.add("UGONE", deleted=True)
    async with records.write() as session:
        await roles.grant(session, "SFIELD", Roles.ADMIN, "settings", NOW)
    assert await people.roles_of("UBEN") == {"member", "manager", "admin"}
    assert await people.roles_of("UANA") == {"member"}
    assert await people.admins() == ["UBEN"]
    assert await people.resolve_owner("SFIELD") == ["UBEN"]


async def test_a_large_group_costs_no_more_than_what_is_shown(people: People, slack: Slack) -> None:
    """Only the first of its members are looked up, once for all who ask at the same time."""
    slack.groups = {"SFIELD": [f"U{number:03}" for number in range(120)]}
    for user in slack.groups["SFIELD"]:
        slack.add(user, deleted=user == "U000")
    shown = await asyncio.gather(*(people.owner_names(["SFIELD"]) for _ in range(3)))
    assert shown == [{"SFIELD": "U001, U002, U003 and others"}] * 3
    assert await people.resolve_owner("SFIELD") == [f"U{number:03}" for number in range(1, 11)]
    assert slack.asked.count("usergroups.users.list") == 1
    assert slack.asked.count("users.info") == 20


async def test_an_admin_may_what_managers_may(people: People, records: Database) -> None:
    """But is no manager to whom the managers' messages go, nor is whom Slack doesn't know; a manager is no admin."""
    async with records.write() as session:
        await roles.grant(session, "UANA", Roles.ADMIN, "settings", NOW)
        for manager in ("UBEN", "UDELETED"):
            await roles.grant(session, manager, Roles.MANAGER, "UANA", NOW)
    assert await people.allowed("UANA", Roles.MANAGER)
    assert not await people.allowed("UBEN", Roles.ADMIN)
    assert await people.holders(Roles.MANAGER) == ["UBEN"]


async def test_owners_are_found_by_address_and_by_id(people: People) -> None:
    """An owner line may be an e-mail address or a user id, and is shown by name."""
    assert await people.resolve_owner("ben@x.example") == ["UBEN"]
    assert await people.resolve_owner("UANA") == ["UANA"]
    assert await people.owner_names(["ben@x.example", "priya@x.example", None]) == {
        "ben@x.example": "Uben",
        "priya@x.example": "priya@x.example",
    }


@pytest.mark.parametrize(
    ("line", "refusal", "problem"),
    [
        ("priya@x.example", None, "Slack knows nobody by this"),
        ("Field team", None, "no colleague with an open account goes by this"),
        (
            "ben@x.example",
            "missing_scope",
            "Frontline needs the scope users:read.email to find this owner; or write a user id instead",
        ),
    ],
)
async def test_owners_that_stand_for_nobody_are_written_down(
    people: People, slack: Slack, records: Database, line: str, refusal: str | None, problem: str
) -> None:
    """The admin sees which owner line is wrong, and why."""
    slack.refusal = refusal
    await people.resolve_owners([line])
    async with records.read() as session:
        assert [(o.name, o.problem) for o in await owners.unresolved(session)] == [(line, problem)]


async def test_an_outage_keeps_the_owners(people: People, slack: Slack, records: Database, clock: Clock) -> None:
    """While Slack can't be asked, what is written down about owners stays as it was."""
    await people.resolve_owners(["ben@x.example"])
    clock.now += timedelta(minutes=2)
    slack.refusal = "fatal_error"
    await people.resolve_owners(["ben@x.example"])
    async with records.read() as session:
        assert not await owners.differs(session, "ben@x.example", ["UBEN"], None)

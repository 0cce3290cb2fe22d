"""Roles, choices and owners in the records, with their audit trail, on both databases."""

import pytest
from sqlalchemy import select

from bot.records import audit, choices, owners, roles
from bot.records.database import Database
from bot.records.roles import LastAdmin, Roles
from bot.records.tables import Audit
from tests.conftest import NOW


async def trail(database: Database) -> list[tuple[str, str, str, bool]]:
    async with database.read() as session:
        rows = await session.scalars(select(Audit).order_by(Audit.id))
        return [(row.actor, row.action, row.subject, row.allowed) for row in rows]


async def test_roles_come_and_go_with_an_audit_row(database: Database) -> None:
    """What changes is written down; what was so already is not."""
    async with database.write() as session:
        assert await roles.grant(session, "UBEN", Roles.EXPERT, "UADMIN", NOW)
        assert not await roles.grant(session, "UBEN", Roles.EXPERT, "UADMIN", NOW)
        assert [(row.holder, row.role) for row in await roles.every(session)] == [("UBEN", "expert")]
        assert await roles.take_back(session, "UBEN", Roles.EXPERT, "UADMIN", NOW)
        assert not await roles.take_back(session, "UBEN", Roles.EXPERT, "UADMIN", NOW)
    assert await trail(database) == [
        ("UADMIN", "grant_role", "UBEN", True),
        ("UADMIN", "take_back_role", "UBEN", True),
    ]


async def test_the_last_admin_stays(database: Database) -> None:
    """There is always somebody who can give roles."""
    async with database.write() as session:
        await roles.grant(session, "UADMIN", Roles.ADMIN, "settings", NOW)
        with pytest.raises(LastAdmin):
            await roles.take_back(session, "UADMIN", Roles.ADMIN, "UADMIN", NOW)
        await roles.grant(session, "UKIRA", Roles.ADMIN, "UADMIN", NOW)
        assert await roles.take_back(session, "UADMIN", Roles.ADMIN, "UKIRA", NOW)


async def test_admins_are_seeded_once(database: Database) -> None:
    """An admin named in the settings who was taken back in Slack is not given the role again at the next start."""
    async with database.write() as session:
        await roles.seed(session, ["UADMIN", "UKIRA", "UADMIN"], NOW)
        await roles.take_back(session, "UKIRA", Roles.ADMIN, "UADMIN", NOW)
        await roles.seed(session, ["UADMIN", "UKIRA"], NOW)
        assert [row.holder for row in await roles.every(session)] == ["UADMIN"]


async def test_denied_attempts_are_kept(database: Database) -> None:
    """Whoever tried without the role is in the audit trail."""
    async with database.write() as session:
        await audit.note(session, "UANA", "change_role", "Roles", NOW, allowed=False, role="admin")
    assert await trail(database) == [("UANA", "change_role", "Roles", False)]


async def test_choices_are_kept_by_name(database: Database) -> None:
    """A new choice replaces the old one; choosing the same again leaves no trace."""
    async with database.write() as session:
        await choices.choose(session, {"time_zone": "Europe/Lisbon"}, "UADMIN", NOW)
        await choices.choose(session, {"time_zone": "Europe/Amsterdam", "ideas_channel": "C1"}, "UADMIN", NOW)
        await choices.choose(session, {"ideas_channel": "C1"}, "UADMIN", NOW)
    async with database.read() as session:
        assert await choices.every(session) == {"time_zone": "Europe/Amsterdam", "ideas_channel": "C1"}
    assert len(await trail(database)) == 2


async def test_owners_that_no_guide_names_are_forgotten(database: Database) -> None:
    """What an owner line stands for is kept as long as a guide has it."""
    async with database.write() as session:
        await owners.save(session, "ben@x.example", ["UBEN"], None, NOW)
        await owners.save(session, "gone@x.example", [], "nobody", NOW)
        await owners.save(session, "old@x.example", [], "nobody", NOW)
        await owners.keep_only(session, ["ben@x.example", "gone@x.example"])
        assert [owner.name for owner in await owners.unresolved(session)] == ["gone@x.example"]
        assert not await owners.differs(session, "ben@x.example", ["UBEN"], None)
        assert await owners.differs(session, "ben@x.example", ["UDEV"], None)

"""The app manifest."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.blocks.admin import help_text
from bot.manifest import SCOPES, manifest

SCHEMA = Path(__file__).resolve().parent.parent / "fixtures" / "manifest.schema.2.0.0.json"


@pytest.mark.parametrize("prefix", ["", "fl-", "a" * 20])
def test_slack_would_take_it(prefix: str) -> None:
    """The manifest is valid against Slack's own schema, with and without a prefix."""
    problems = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).iter_errors(manifest(prefix))
    assert [problem.message for problem in problems] == []


def test_a_prefix_renames_the_commands_and_nothing_else() -> None:
    """Commands are shared by a whole workspace, so they alone take the prefix."""
    plain, prefixed = manifest(), manifest("fl-")
    names = [command for each in plain["features"]["slash_commands"] if (command := each["command"][1:])]
    assert {"ask", "idea", "ideas", "kudos", "digest", "frontline"} == {*names}
    assert [each["command"] for each in plain["features"]["slash_commands"]] == [f"/{name}" for name in names]
    assert [each["command"] for each in prefixed["features"]["slash_commands"]] == [f"/fl-{name}" for name in names]
    for each in (plain, prefixed):
        del each["features"]["slash_commands"]
    assert plain == prefixed


def test_help_names_every_command() -> None:
    """By the name that it has in this workspace."""
    commands = [command["command"] for command in manifest("fl-")["features"]["slash_commands"]]
    assert [command for command in commands if not re.search(rf"`{command}\b", help_text("fl-"))] == []


def test_commands_keep_people_apart_by_id() -> None:
    """`@ann` typed after a command arrives as her id: names are not unique."""
    assert all(each["should_escape"] for each in manifest()["features"]["slash_commands"])


def test_every_scope_says_what_it_is_for() -> None:
    """An admin who is asked for a permission can be told which feature needs it."""
    assert all(scope.feature for scope in SCOPES)
    assert len(SCOPES) == len({scope.name for scope in SCOPES})
    assert {"users:read.email", "usergroups:read"} == {scope.name for scope in SCOPES if scope.kind == "optional"}

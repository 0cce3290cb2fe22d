"""The Web API held against Slack's published contracts."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from sandbox.methods import METHODS
from sandbox.methods.differences import ABSENT, SEEN
from tests.sandbox.conftest import Start, manifest
from tests.sandbox.contract import EVERY_SCOPE, PLAUSIBLE, documented, errors_of

TOKENS = {"apps.connections.open": "xapp-1", "files.sharedPublicURL": "xoxp-1"}
CODE_ARGUMENT = {"number": 2, "content": 2, "page": 2}  # where these take the code of their refusal


def test_every_method_of_the_reference_is_here_or_said_to_be_absent() -> None:
    """And none that the reference does not know."""
    assert set(METHODS) | set(ABSENT) == set(documented())
    assert set(METHODS) & set(ABSENT) == set()


def test_scopes_and_tiers_are_those_of_the_reference() -> None:
    """A method asks for no scope the reference does not name, and is in its tier."""
    contract = documented()
    odd = {
        name: (set(method.scopes) - set(contract[name]["scopes"].get("bot", [])), method.tier)
        for name, method in METHODS.items()
        if set(method.scopes) - set(contract[name]["scopes"].get("bot", []))
        or not contract[name]["rate_limit"].startswith(f"Tier {method.tier}:" if method.tier else "Special")
    }

    assert odd == {}


async def test_a_missing_argument_is_answered_as_documented(start_sandbox: Start) -> None:
    """Each emulated method, each required argument left out: an error Slack documents."""
    contract = documented()
    sandbox = await start_sandbox(manifest(scopes=EVERY_SCOPE))
    wrong = []
    for name in METHODS:
        for missing in contract[name]["required"]:
            arguments = {one: PLAUSIBLE[one] for one in contract[name]["required"] if one != missing}
            answer = await sandbox.api(name, token=TOKENS.get(name, "xoxb-1"), **arguments)
            if answer.get("error") not in errors_of(contract, name):
                wrong.append((name, missing, answer))
    assert wrong == []


def test_every_error_in_the_code_is_documented() -> None:
    """Read from the source of each method and of what it calls, not only from what tests happen to provoke."""
    contract = documented()
    undocumented = {
        name: sorted(found)
        for name, method in METHODS.items()
        if (found := set(codes(method.run, set())) - errors_of(contract, name))
    }

    assert undocumented == {}


def test_the_differences_are_real() -> None:
    """An error listed as an exception is not in the reference, and the code can answer it."""
    contract = documented()
    stale = [
        (name, code)
        for name, seen in SEEN.items()
        for code in seen
        if code in contract[name]["errors"] or code not in set(codes(METHODS[name].run, set()))
    ]

    assert stale == []


def codes(function: Any, read: set[Any]) -> Iterator[str]:
    """The error codes written in a function and in the functions of the sandbox that it calls by name."""
    if function in read:
        return
    read.add(function)
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        given = call.args[:1] if name == "Refused" else call.args[CODE_ARGUMENT.get(name, 99) :][:1]
        for argument in given:
            choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            yield from (str(one.value) for one in choices if isinstance(one, ast.Constant))
        called = function.__globals__.get(name) if isinstance(call.func, ast.Name) else None
        if inspect.isfunction(called) and called.__module__.startswith("sandbox."):
            yield from codes(called, read)

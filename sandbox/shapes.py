"""Checks to build limits from: each yields what is wrong with a value, in Slack's words, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MESSAGE, MODAL, HOME = "message", "modal", "home"
EVERYWHERE = (MESSAGE, MODAL, HOME)

Problems = Iterator[tuple[str, str]]  # (JSON pointer, what is wrong)
Check = Callable[[Any, str, str], Problems]  # a value, its JSON pointer, and the surface it is to be on
Fields = dict[str, Check]  # a name that ends in "!" is required


def anything(value: Any, at: str, surface: str) -> Problems:
    yield from ()


def flag(value: Any, at: str, surface: str) -> Problems:
    if not isinstance(value, bool):
        yield at, "must provide a boolean"


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, str):
            yield at, "must provide a string"
        elif len(value) > most:
            yield at, f"must be less than {most + 1} characters"
        elif len(value) < least:
            yield at, f"must be more than {least - 1} characters"

    return check


def pattern(expression: str, told: str) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, str):
            yield at, "must provide a string"
        elif not re.fullmatch(expression, value):
            yield at, f"must be {told}"

    return check


def number(least: int, most: int) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield at, "must provide a number"
        elif value < least:
            yield at, f"must be greater than {least - 1}"
        elif value > most:
            yield at, f"must be less than {most + 1}"

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if value not in allowed:
            yield at, "must be a valid enum value"

    return check


def plain(most: int) -> Check:
    return shape({"type!": one_of("plain_text"), "text!": string(most), "emoji": flag})


def text(most: int) -> Check:
    """Either kind of text; like Slack it says first that neither fits."""
    either = {
        "plain_text": plain(most),
        "mrkdwn": shape({"type!": one_of("mrkdwn"), "text!": string(most), "verbatim": flag}),
    }

    def check(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        fitting = either.get(str(value.get("type")), either["mrkdwn"])
        problems = list(fitting(value, at, surface))
        if problems:
            yield at, "failed to match all allowed schemas"
        yield from problems

    return check


def items(check: Check, most: int, least: int = 1) -> Check:
    def each(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, list):
            yield at, "must provide an array"
            return
        if len(value) > most:
            yield at, f"no more than {most} items allowed"
        if len(value) < least:
            yield at, f"must provide at least {least} items"
        for place, item in enumerate(value):
            yield from check(item, f"{at}/{place}", surface)

    return each


def shape(fields: Fields, *rules: Check) -> Check:
    """An object with these fields and no others; the rules are about several fields at once."""
    checks = {name.rstrip("!"): check for name, check in fields.items()}
    required = [name.rstrip("!") for name in fields if name.endswith("!")]

    def check(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        for name in required:
            if name not in value:
                yield at, f"missing required field: {name}"
        for name, inner in value.items():
            if name in checks:
                yield from checks[name](inner, f"{at}/{name}", surface)
            else:
                yield at, f"invalid additional property: {name}"
        for rule in rules:
            yield from rule(value, at, surface)

    return check


def typed(kinds: Mapping[str, Check], surfaces: Mapping[str, tuple[str, ...]], allowed: tuple[str, ...] = ()) -> Check:
    """An object of a kind that its `type` names, of those allowed and on a surface that has it."""

    def check(value: Any, at: str, surface: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        kind = value.get("type")
        if kind is None:
            yield at, "missing required field: type"
        elif (
            not isinstance(kind, str) or kind not in (allowed or kinds) or surface not in surfaces.get(kind, EVERYWHERE)
        ):
            yield f"{at}/type", f"unsupported type: {kind}"
        else:
            yield from kinds[kind](value, at, surface)

    return check


# Rules


def needs_one(*names: str) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if not any(value.get(name) for name in names):
            yield at, f"must define either {' or '.join(f'`{name}`' for name in names)}"

    return check


def not_both(first: str, second: str) -> Check:
    def check(value: Any, at: str, surface: str) -> Problems:
        if value.get(first) and value.get(second):
            yield at, f"must not define both `{first}` and `{second}`"

    return check

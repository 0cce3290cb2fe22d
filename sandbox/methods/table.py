"""The table of Web API methods. Adding a method is one function under `@method` in a family's file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sandbox.arguments import Arguments, Json, Refused, bad_arguments
from sandbox.local_slack import LocalSlack


class Call(Arguments):
    """The arguments of one call, and the act that caused it as far as is known."""

    def __init__(self, given: Json, act: str | None) -> None:
        super().__init__(given)
        self.act = act


Run = Callable[[LocalSlack, Call], Json]


@dataclass(frozen=True)
class Method:
    run: Run
    required: tuple[str, ...]
    scopes: tuple[str, ...]  # any one of them
    token: str
    tier: int  # calls a minute, as Slack numbers them; 0 is one of its special limits


METHODS: dict[str, Method] = {}
Row = TypeVar("Row")
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


def method(
    name: str, *, tier: int, required: Sequence[str] = (), scopes: Sequence[str] = (), token: str = "xoxb-"
) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        METHODS[name] = Method(run, tuple(required), tuple(scopes), token, tier)
        return run

    return register


def answer(slack: LocalSlack, name: str, token: str, given: Json, act: str | None) -> Json:
    """What Slack answers to this call.

    Raises:
        Refused: with the error code Slack would answer.
    """
    known = METHODS.get(name)
    if known is None:
        raise Refused("unknown_method", req_method=name)
    if known.token:
        check_token(token, known.token)
        if slack.workspace.bot.get("is_uninstalled") and known.token == "xoxb-":
            raise Refused("account_inactive")
    wait = slack.rates.wait(name, known.tier, str(given.get("channel"))) if slack.rates else 0
    if wait:
        raise Refused("ratelimited", status=429, retry_after=wait)
    need(slack, *known.scopes)
    missing = [argument for argument in known.required if given.get(argument) is None]
    if missing:
        raise bad_arguments(*(f"missing required field: {argument}" for argument in missing))
    return {"ok": True, **known.run(slack, Call(given, act))}


def check_token(token: str, wanted: str) -> None:
    if not token:
        raise Refused("not_authed")
    if not token.startswith(("xoxb-", "xapp-", "xoxp-")) or len(token) < 6:
        raise Refused("invalid_auth")
    if not token.startswith(wanted):
        raise Refused("not_allowed_token_type")


def need(slack: LocalSlack, *scopes: str) -> None:
    """Any one of the scopes, or none named."""
    if scopes and not set(scopes) & set(slack.manifest.scopes):
        raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(slack.manifest.scopes))


def need_one_for(slack: LocalSlack, kind: str, scopes: Sequence[str]) -> None:
    """One of the scopes that are for this kind of channel, such as `groups:write` for a private one."""
    need(slack, *(scope for scope in scopes if scope.startswith(f"{kind}:")))


def page(rows: list[Row], call: Call, wrong_limit: str = "invalid_limit") -> tuple[list[Row], Json]:
    """One page of rows and the response_metadata with the next cursor."""
    limit = call.number("limit", DEFAULT_LIMIT, wrong_limit) or DEFAULT_LIMIT
    if not 0 < limit <= MAX_LIMIT:
        raise Refused(wrong_limit)
    start = int(read_cursor(call.text("cursor"), "offset") or 0)
    following = write_cursor("offset", start + limit) if len(rows) > start + limit else ""
    return rows[start : start + limit], {"next_cursor": following}


def write_cursor(kind: str, value: int | str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def read_cursor(cursor: str, kind: str) -> str:
    if not cursor:
        return ""
    try:
        name, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as problem:
        raise Refused("invalid_cursor") from problem
    if name != kind or not value.replace(".", "", 1).isdecimal() or not value.isascii() or len(value) > 30:
        raise Refused("invalid_cursor")
    if kind == "offset" and not value.isdecimal():
        raise Refused("invalid_cursor")
    return value


def visible_channel(slack: LocalSlack, channel_id: str) -> Json:
    """A channel the bot may know of: public, or private with the bot in it."""
    channel = slack.workspace.channels.get(channel_id)
    if channel is None or (channel["is_private"] and not slack.workspace.has_bot(channel)):
        raise Refused("channel_not_found")
    return channel


def kind_of(channel: Json) -> str:
    if channel["is_im"]:
        return "im"
    if channel.get("is_mpim"):
        return "mpim"
    return "groups" if channel["is_private"] else "channels"

"""What a caller sent, whatever its encoding: query, form, multipart or JSON, with Slack's ways of refusing it."""

from __future__ import annotations

import json
import math
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

MAX_DEPTH = 60
# What aiohttp raises for a form that is none: a broken boundary, header, charset or transfer encoding.
MALFORMED = (ValueError, AssertionError, LookupError, RuntimeError, HttpProcessingError)
type_names: dict[type, str] = {str: "string", dict: "object", list: "array"}
Json = dict[str, Any]


class Refused(Exception):
    """Slack says no: the error code, the seconds to wait before the next try, and whatever else its answer carries."""

    def __init__(self, code: str, *, status: int = 200, retry_after: int = 0, **extra: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.retry_after, self.extra = code, status, retry_after, extra

    def answer(self) -> Json:
        return {"ok": False, "error": self.code, **self.extra}


def bad_arguments(*messages: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


def loads(text: str | bytes) -> Any:
    """JSON without the values that can't be written back as JSON (NaN, Infinity, 1e999)."""

    def finite(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            raise ValueError(number)
        return value

    try:
        value = json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as problem:
        raise Refused("invalid_json") from problem
    if is_deep(value):
        raise Refused("invalid_json")
    return value


def is_deep(value: Any) -> bool:
    """Nested beyond anything Slack knows; walking it could exhaust the stack."""
    level = [value]
    for _ in range(MAX_DEPTH):
        nested = [one for one in level if isinstance(one, dict | list)]
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


async def read_arguments(request: web.Request) -> Json:
    """The arguments of a Web API call: query string, then the body over it."""
    arguments: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        body = await request.read()
        if body.strip():
            content = loads(body)
            if not isinstance(content, dict):
                raise Refused("json_not_object")
            arguments |= content
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            arguments |= await (_parts(request) if kind == "multipart/form-data" else request.post())
        except MALFORMED as problem:
            raise Refused("invalid_form_data") from problem
    elif request.can_read_body and await request.read():
        raise Refused("invalid_post_type")
    return arguments


async def _parts(request: web.Request) -> Json:
    """The texts of a multipart form; files in it are no arguments, and are not kept anywhere."""
    texts: Json = {}
    async for part in await request.multipart():
        if request.content.total_bytes > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size)
        if isinstance(part, BodyPartReader) and part.name and not part.filename:
            texts[part.name] = await part.text()
    return texts


class Arguments:
    """Typed reading of the arguments; a value of the wrong type is refused with `invalid_arguments`."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise bad_arguments(f"must be a string [json-pointer:/{name}]")

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.given.get(name)
        if value is None or value == "":
            return default
        return value in (True, 1) or (isinstance(value, str) and value.lower() in ("1", "true"))

    def number(self, name: str, default: int, code: str) -> int:
        value = self.given.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError) as problem:
            raise Refused(code) from problem

    def content(self, name: str, kind: type, code: str = "invalid_arguments") -> Any:
        """An object or array, given as JSON or as a JSON string; None when absent."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = loads(value)
            except Refused:
                value = None
        if isinstance(value, kind):
            return value
        message = f"must provide an {type_names[kind]} [json-pointer:/{name}]"
        raise bad_arguments(message) if code == "invalid_arguments" else Refused(code)

    def names(self, name: str) -> list[str]:
        """A comma-separated string, or an array of strings."""
        value = self.given.get(name)
        if value is None:
            return []
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise bad_arguments(f"must be a list of strings [json-pointer:/{name}]")
        return [part.strip() for part in parts if part.strip()]

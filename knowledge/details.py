"""What a guide says about itself: front matter, or the sidecar of a file that can't carry any."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from urllib.parse import urlsplit

import yaml

from knowledge.loading import EVERYONE, NotForEveryone, Refused

MOST_PRODUCTS = 50
JOURNEY_STAGES = ("awareness", "consideration", "purchase", "onboarding", "use", "support", "renewal")

_SLIP, _SLIP_OF_WORD = 0.8, 0.9  # how alike a field is to one of ours, or a word of it to one below, that is meant
_NO_SLIPS = {"reviewer", "reviewers"}  # but fields of other tools
# In the fields of other tools: who may read a page, what it is when not everyone may, and what it is when everyone may.
_READERS, _CLOSED = (
    frozenset(words.split())
    for words in (
        "access acl allowed audience classification clearance confidentiality group groups members permission "
        "permissions privacy readers restrictions role roles security sensitivity users viewers visibility visible",
        "classified confidential draft embargo embargoed hidden internal only password private protected restricted "
        "secret sensitive unlisted unpublished",
    )
)
_OPEN = {"public", "publish", "published"}
_ALL, _NO = {EVERYONE, "all", "anyone", "public", "true", "yes"}, {"", "0", "false", "no", "none", "off"}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # in accessLevel
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")


@dataclass(frozen=True)
class Details:
    title: str | None = None
    owner: str | None = None
    audience: str = EVERYONE
    journey_stage: str | None = None
    reviewed: date | None = None
    url: str | None = None
    product: tuple[str, ...] = ()  # one, or a list of them
    language: str | None = None


def details(written: str, where: str) -> Details:
    """The fields written in YAML; `where` they stand is named when they are refused."""
    try:
        said = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date like 2026-02-31
        raise Refused(f"has fields in {where} that are not YAML{_line(error)}; write `name: value` lines") from error
    if said is None:
        return Details()
    if not isinstance(said, dict):
        raise Refused(f"has no `name: value` lines in {where}; write them, or take it away")
    said = _known(said, where)
    return Details(
        title=_words(said, "title", 300, where),
        owner=_words(said, "owner", 200, where),
        journey_stage=_journey_stage(_words(said, "journey_stage", 40, where), where),
        reviewed=_day(said.get("reviewed"), where),
        url=_address(_words(said, "url", 2_000, where), where),
        product=_products(said, where),
        language=_language(_words(said, "language", 35, where), where),
    )


def _known(written: dict[object, object], where: str) -> dict[object, object]:
    """The fields that are ours, in small letters. Those of other tools are no fault, but for what may be meant for us.

    First come those that say who may read the guide: it must go even if it has other faults.
    """
    for name, value in written.items():
        is_for_all = value is None or (isinstance(value, str) and value.casefold() == EVERYONE)
        if str(name).casefold() == "audience" and not is_for_all:
            raise NotForEveryone(
                f"is for an audience other than `{EVERYONE}`, "
                "which needs access control that Frontline does not have yet"
            )
    ours = [field.name for field in fields(Details)]
    for name, value in _all_fields(written):
        if name.casefold() not in {*ours} - {"audience"} and _is_for_some(name, value):
            raise NotForEveryone(
                f"has `{_shown(name)}` in {where}, which tells who may read it, and Frontline has no access control "
                "yet; remove the line if everyone may read it"
            )
    said: dict[object, object] = {}
    for written_name, value in written.items():
        name = str(written_name).casefold()
        if name in said:
            raise Refused(f"has `{name}` twice in {where}; keep one")
        if name in ours:
            said[name] = value
        elif name not in _NO_SLIPS and (near := get_close_matches(name, ours, 1, _SLIP)):
            refusal = NotForEveryone if near == ["audience"] else Refused
            raise refusal(f"has `{_shown(name)}` in {where}; did you mean `{near[0]}`? Correct or remove it")
    return said


def _all_fields(written: object) -> Iterator[tuple[str, object]]:
    """Those within others, too; each part once, for by its name a part may be in itself or in thousands of others."""
    seen: set[int] = set()
    parts = [written]
    while parts:
        part = parts.pop()
        if id(part) in seen or not isinstance(part, dict | list):
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            yield from ((str(name), value) for name, value in part.items())
        parts += part.values() if isinstance(part, dict) else part


def _is_for_some(name: str, value: object) -> bool:
    """Whether a field of another tool says that not everyone may read a page, or may do so yet."""
    words = set(re.split(r"[\W_]+", _HUMP.sub(" ", name).casefold()))
    for word in words - _OPEN:
        words.update(get_close_matches(word, _READERS | _CLOSED, 1, _SLIP_OF_WORD))
    said = {_in_short(each) for each in (value if isinstance(value, list) else [value])}
    if said & _CLOSED:
        return True
    if words & _CLOSED:
        return not said <= _NO
    if words & _READERS or name.casefold() in ("for", "who"):
        return value is not None and not said <= _ALL
    return bool(words & _OPEN) and said <= _NO


def _in_short(value: object) -> str:
    """A single value in small letters; what holds others may be endless."""
    return "..." if isinstance(value, dict | list | set | tuple) else str(value).strip().casefold()


def _words(said: dict[object, object], name: str, most: int, where: str) -> str | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):  # a title may be 2026 or 24/7
        raise Refused(f"has a `{name}` in {where} that is not one line of words; write it in quotation marks")
    words = " ".join(str(value).encode("utf-8", "replace").decode().replace("\0", " ").split())
    if len(words) > most:
        raise Refused(f"has a `{name}` in {where} of {len(words):,} characters; {most:,} is the most")
    return words or None


def _journey_stage(stage: str | None, where: str) -> str | None:
    if stage not in (None, *JOURNEY_STAGES):
        raise Refused(f"has the journey_stage `{_shown(stage)}` in {where}; write one of {', '.join(JOURNEY_STAGES)}")
    return stage


def _products(said: dict[object, object], where: str) -> tuple[str, ...]:
    value = said.get("product")
    each = value if isinstance(value, list) else [value]
    if len(each) > MOST_PRODUCTS:
        raise Refused(f"has {len(each)} products in {where}; {MOST_PRODUCTS} is the most")
    return tuple(words for one in each if (words := _words({"product": one}, "product", 100, where)))


def _language(language: str | None, where: str) -> str | None:
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise Refused(f"has the language `{_shown(language)}` in {where}; write its code, such as en or en-GB")
    return language


def _day(value: object, where: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:40])
    except ValueError as error:
        raise Refused(f"has a `reviewed` in {where} that is not a date; write it like 2026-03-31") from error


def _address(url: str | None, where: str) -> str | None:
    if url is None:
        return None
    try:
        address = urlsplit(url)
    except ValueError:
        address = urlsplit("")
    if address.scheme not in ("http", "https") or not address.hostname or any(sign in url for sign in ' <>|"'):
        raise Refused(f"has a `url` in {where} that is not a web address; write it whole, from https:// on")
    return url


def _shown(value: object) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(value)[:40])


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark is not None else ""

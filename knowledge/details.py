"""What a guide says about itself: front matter, or the sidecar of a file that can't carry any."""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import urlsplit

import yaml

from knowledge.loading import EVERYONE, NotForEveryone, Refused

MOST_PRODUCTS = 50
JOURNEY_STAGES = ("awareness", "consideration", "purchase", "onboarding", "use", "support", "renewal")


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
    audience = said.get("audience")
    is_for_all = audience is None or (isinstance(audience, str) and audience.casefold() == EVERYONE)
    if not is_for_all:  # first: such a guide must go even if it has other faults
        raise NotForEveryone(
            f"is for an audience other than `{EVERYONE}`, which needs access control that Frontline does not have yet"
        )
    known = [field.name for field in fields(Details)]
    unknown = [name for name in said if name not in known]
    if unknown:
        raise Refused(
            f"has `{_shown(unknown[0])}` in {where}, which is none of {', '.join(known)}; correct or remove it"
        )
    return Details(
        title=_words(said, "title", 300, where),
        owner=_words(said, "owner", 200, where),
        journey_stage=_journey_stage(_words(said, "journey_stage", 40, where), where),
        reviewed=_day(said.get("reviewed"), where),
        url=_address(_words(said, "url", 2_000, where), where),
        product=_products(said, where),
        language=_language(_words(said, "language", 35, where), where),
    )


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

"""What a guide says about itself: front matter, or the sidecar of a file that can't carry any."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlsplit

import yaml

from knowledge.loading import EVERYONE, NotForEveryone, Refused

MOST_PRODUCTS = 50
JOURNEY_STAGES = ("awareness", "consideration", "purchase", "onboarding", "use", "support", "renewal")

_SLIP, _SLIP_OF_WORD = 0.8, 0.9  # how alike a field is to one of ours, or a word of it to one below, that is meant
_NO_SLIPS = {"reviewer", "reviewers", "reviewed_by"}  # but fields of other tools
_MOST_NAMES = 10_000  # characters of the names of all fields

# In the fields of other tools: who may read a page, what it is when not everyone may, and what it is when everyone may.
# Then words of what is no more than begun, groups of a few, and what things and people are called, which tells nothing.
_READERS, _CLOSED, _OF_STATUS, _GROUPS, _TOPICS = (
    frozenset(words.split())
    for words in (
        "access acl allowed audience classification distribution group groups members permission permissions privacy "
        "readable readers role roles security sensitivity share shared sharing users viewable viewers visibility "
        "visible who",
        "classified clearance confidential confidentiality draft embargo embargoed hidden hide internal nda only "
        "password private protected restricted restrictions secret sensitive unlisted unpublished wip",
        "pending progress review todo unapproved",
        "directors executives leadership management managers supervisors",
        "abstract author authors category categories contact description editor excerpt keyword keywords label labels "
        "reviewer reviewers slug subtitle summary tag tags title topic topics",
    )
)
_OPEN = {"public", "publish", "published"}
_ALL = {EVERYONE, "all", "all staff", "anyone", "everybody", "open", "public", "true", "yes"}
_NO = {"", "0", "false", "n", "n/a", "never", "no", "none", "off"}
_LAYOUT = {"breadcrumbs", "comments", "feedback", "footer", "header", "menu", "nav", "navigation", "sidebar", "toc"}
_THINGS = _LAYOUT | {"id", "link", "links", "reset"}  # that may be internal, hidden … in a page that everyone may read
_BY_NAME = {"created_by", "reviewed_by", "updated_by", "valid_for"}  # as harmless as those
_CLOSED_TAG = re.compile(r"confidential|restricted|private|internal|(?:staff|managers?|management|internal)[ _-]only")
_WORDS_APART = re.compile(r"[\W_]+")
_LONGEST_WORD = 20
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # in accessLevel
_FILE = re.compile(r"(?:\.{0,2}/|https?:)\S*|\S+\.[a-z]{2,4}")
_WITH_COLON = re.compile(  # "title: Visas: work", which YAML takes for a field within one
    r"""^(?P<name>\w[\w-]*:[ \t]+)(?P<value>[^\s"'\[\]{}|>&*!%#@`-].*?:(?:[ \t].*?)??)(?=[ \t]+\#|[ \t]*$)""",
    re.MULTILINE,
)
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
        said = in_yaml(written)
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


def in_yaml(written: str) -> object:
    """What is written in YAML; where it is none, a value with a colon in it is taken as it is."""
    try:
        return yaml.safe_load(written)
    except yaml.YAMLError:
        quoted = _WITH_COLON.sub(lambda line: line["name"] + json.dumps(line["value"]), written)
        if quoted == written:
            raise
        return yaml.safe_load(quoted)


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
    length = 0
    for name, value in _all_fields(written):
        length += len(name) + 1
        if length > _MOST_NAMES:
            raise NotForEveryone(
                f"has too many fields in {where} to see whether everyone may read it; keep some hundred"
            )
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
    """Whether a field of another tool says that not everyone may read a page, or may do so yet; in doubt it does."""
    each = [word for word in _WORDS_APART.split(_HUMP.sub(" ", name).casefold()) if word]
    words = {*each, *(near for word in each if (near := _near(word)))}
    said = {_in_short(one) for one in (value if isinstance(value, list) else [value])}
    tells = words & (_READERS | _CLOSED)
    if "_".join(each) in _BY_NAME or (each and each[-1] in _TOPICS | _LAYOUT and not tells):
        return any(_CLOSED_TAG.fullmatch(tag.strip()) for one in said for tag in re.split("[,;]", one))
    in_words = {word for one in said if not _FILE.fullmatch(one) for word in _WORDS_APART.split(one)}
    if in_words & (_CLOSED - {"hide", "password"}) or said & _CLOSED:
        return True
    if in_words & (_GROUPS - {"management"}) or said & _GROUPS or (words & _GROUPS and said & {"true", "yes", "1"}):
        return True
    if words & {"state", "status", "stage"} and in_words & _OF_STATUS:
        return True
    if words & _CLOSED and not words & _THINGS and each != ["read", "only"]:
        return not said <= _NO | _LAYOUT
    if "for" in each[:1] and len(each) > 1 and not {*each[1:]} <= _ALL:
        return not said <= _NO
    may_read = words & {"can", "may"} and words & {"open", "read", "see", "view"}
    if words & _READERS or "for" in each or may_read or {"read", "by"} <= words:
        all_of_it = _ALL | {"1"} if words & {"visible", "viewable", "readable"} else _ALL
        return value is not None and not said <= all_of_it | {""}
    return bool(words & _OPEN) and said <= _NO


@lru_cache(maxsize=10_000)
def _near(word: str) -> str | None:
    """What tells who may read a page and is meant by a word, with a slip perhaps, or with "is" in front."""
    if len(word) > _LONGEST_WORD or word in _OPEN:
        return None
    known = _READERS | _CLOSED
    if (bare := word.removeprefix("is")) in known:
        return bare
    return next(iter(get_close_matches(word, known, 1, _SLIP_OF_WORD)), None)


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

"""The process that parses files (`python -m knowledge.parsing`), started by `knowledge.loading` and fed through pipes.

It never opens a guide itself: it is given bytes and answers with one line of JSON, so that a parser that a hostile
file has taken over can hand back text and nothing else.
"""

import ctypes
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

from knowledge.chunking import cut, sections
from knowledge.decoding import decode
from knowledge.details import Details, details, in_yaml
from knowledge.formats import convert
from knowledge.html_pages import part_as_markdown
from knowledge.lexical import as_typed
from knowledge.loading import Draft, Limits, NotForEveryone, Refused
from knowledge.markup import as_plain, without_pictures
from knowledge.plain_text import as_markdown

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?P<fields>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"\A\s*---[ \t]*\n\s*[\"']?\w+[\"']?\s*:")
_UNSEEN = re.compile(r"\A[\s\u200c\u200d]*[\u200c\u200d]")  # elsewhere they join letters and emoji
# The rules of Markdown and TOML; one of stars or lines is nothing else, for ***words*** are only strong.
_RULE = r"(?:---|\+\+\+|(?:\*[ \t]*+){3,}+$|(?:_[ \t]*+){3,}+$|={3,}+[ \t]*$)"
# What stands behind a first rule: up to the next if it begins with a field, else up to an empty line or a heading.
_BLOCK = re.compile(
    rf"\A(?:\s++|\#[^\n]*+\n|(?><!--.*?-->))*+{_RULE}[^\n]*\n(?P<fields>"
    rf"(?=(?:\#[^\n]*\n)*[^\w\n]*+\w[\w-]*+[^\w\n:=]*+[:=]).*?^(?={_RULE})"
    rf"|\s*+(?:\#(?!\#)[^\n]*\n)*+.*?(?:^(?={_RULE}|\#|[ \t]*$)|\Z))",
    re.DOTALL | re.MULTILINE,
)
_AUDIENCE = re.compile(r"^[^\w\n#]*audience[^\w\n:=]*[:=](?![^\w\n]*everyone[^\w\n]*$)", re.IGNORECASE | re.MULTILINE)
_MARKDOWN = {".md", ".markdown", ".mdx"}
_PLAIN = _MARKDOWN | {".txt"}
_FORBIDDEN = {
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
}
_PR_SET_PDEATHSIG = 1
_LONGEST_TITLE = 300  # as the column has it


def main() -> None:
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a converter prints must not get among the answers
    _lock_in(int(sys.argv[1]))
    while line := requests.readline():
        head = json.loads(line)
        limits = Limits(**head["limits"])
        _limit(limits)
        answers.write(json.dumps(_answer(head, requests, limits), ensure_ascii=False).encode() + b"\n")
        answers.flush()


def _answer(head: dict[str, Any], requests: BinaryIO, limits: Limits) -> dict[str, Any]:
    try:
        content = requests.read(head["content"])
        sidecar = None if head["sidecar"] is None else requests.read(head["sidecar"])
        return {"draft": _as_json(_draft(head["name"], content, sidecar, limits))}
    except Refused as refusal:
        return {"refused": str(refusal), "not_for_everyone": isinstance(refusal, NotForEveryone)}
    except MemoryError:
        return {"out_of_memory": True}
    except RecursionError:
        return {"refused": "is nested too deeply to be read; flatten it and save it again"}
    except Exception:  # noqa: BLE001 - a converter may raise anything on a broken file, and the next file must be read
        return {"refused": "is broken or not what its name says; open it, save it again and put the new file there"}


def _draft(name: str, content: bytes, sidecar: bytes | None, limits: Limits) -> Draft:
    said: Details | None = details(decode(sidecar), "its sidecar") if sidecar is not None else None
    suffix = os.path.splitext(name)[1].lower()
    converted = convert(suffix, content, limits)
    text = _clean(converted.text)
    front = None
    if suffix in _PLAIN:
        front = _FRONT_MATTER.match(text)
        if sidecar is not None:
            raise Refused("has a sidecar; put those fields at the top of the file, between --- lines, and remove it")
        if front is None and _OPENED.match(text):  # it may say that the guide is not for everyone
            raise Refused("has front matter that is not closed; end it with a line of ---")
        if front:
            said = details(front["fields"], "its front matter")
            text = text[front.end() :]
    written = _clean(decode(content)) if suffix in {".html", ".htm", ".csv"} else text
    block = None if front else _BLOCK.match(written)
    if block and _AUDIENCE.search(block["fields"]):
        how = "begin the file with them, between two lines of ---" if suffix in _PLAIN else f"put them in {name}.yaml"
        raise Refused(f"names an audience at its top, in lines that are not read as fields; {how}")
    said = said or Details()
    if not text.strip():
        raise Refused(converted.when_empty)
    _check_length(text, limits)
    if suffix in _MARKDOWN:
        text = _clean(as_plain(text, _fields(front["fields"]) if front else {}, part_as_markdown))
    if suffix != ".txt":
        text = without_pictures(text)
        _check_length(text, limits)
    if not text.strip():
        raise Refused(converted.when_empty)
    first = converted.title or _first_heading(text)
    if suffix == ".txt":
        text = as_markdown(text)
        _check_length(text, limits)
        first = _heading_above(text) or first
    words = _in_words(name)
    title = said.title or (first if converted.has_own_headings else None) or words
    title = words if title == words.upper() else title  # small letters read better
    title = _with_products(title, said.product)
    return Draft(
        title=title,
        owner=said.owner,
        audience=said.audience,
        journey_stage=said.journey_stage,
        reviewed=said.reviewed,
        url=said.url,
        products=said.product,
        language=said.language,
        text=text,
        chunks=tuple(cut(title, text)),
    )


def _fields(written: str) -> dict[str, object]:
    said = in_yaml(written)  # which `details` has read already
    return said if isinstance(said, dict) else {}


def _check_length(text: str, limits: Limits) -> None:
    if len(text) > limits.characters:
        raise Refused(f"has {len(text):,} characters, more than {limits.characters:,}; split it into smaller files")


def _clean(text: str) -> str:
    """Words as people type them, line ends as one character, no unseen signs in front, and nothing that a database
    refuses.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return _UNSEEN.sub("", as_typed(text.encode("utf-8", "replace").decode()))


def _first_heading(text: str) -> str | None:
    return next((span.headings[-1] for span in sections(text) if span.headings), None)


def _heading_above(text: str) -> str | None:
    """The heading that a text begins with."""
    return next(iter(sections(text.lstrip())[0].headings), None)


def _in_words(name: str) -> str:
    stem = re.sub(r"[\s_-]+", " ", os.path.splitext(name)[0]).strip()
    return stem[:1].upper() + stem[1:] or name


def _with_products(title: str, products: Sequence[str]) -> str:
    """A title that says which products a guide is on, for that is what people ask: "Warranty (Heron Lite)"."""
    unnamed = [each for each in products if not re.search(rf"(?<!\w){re.escape(each)}(?!\w)", title, re.IGNORECASE)]
    named = f" ({', '.join(unnamed)})"[: _LONGEST_TITLE // 2] if unnamed else ""
    return title[: _LONGEST_TITLE - len(named)] + named


def _as_json(draft: Draft) -> dict[str, Any]:
    chunks = [(chunk.start, chunk.end, chunk.headings, chunk.hash) for chunk in draft.chunks]
    return vars(draft) | {"reviewed": draft.reviewed and draft.reviewed.isoformat(), "chunks": chunks}


def _lock_in(parent: int) -> None:
    """Die with the parent, write no file, open no connection, start no program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before that line
            sys.exit()
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_FSIZE, 0)
    sys.addaudithook(_forbid)


def _forbid(event: str, _: object) -> None:
    if event in _FORBIDDEN:
        raise Refused("asks for something outside itself while being read; save it without links to other files")


def _limit(limits: Limits) -> None:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _cap(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime) + limits.seconds)
    if sys.platform == "linux":  # elsewhere the kernel refuses or ignores it, and time is the limit
        _cap(resource.RLIMIT_AS, limits.memory_bytes)


def _cap(what: int, most: int) -> None:
    """Sets a limit that the next file may raise again, within what the system allows us."""
    _, allowed = resource.getrlimit(what)
    resource.setrlimit(what, (most if allowed == resource.RLIM_INFINITY else min(most, allowed), allowed))


if __name__ == "__main__":
    main()

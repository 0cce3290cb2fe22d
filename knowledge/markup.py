"""Markdown as sites and tools write it, with their own marks and HTML in it, as Markdown that says the same."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.components import without_components

_BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
_CODE = {"fence", "code_block"}
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_BOX = re.compile(  # of MkDocs; what stands in it is indented
    r'(?P<indent>[ \t]*)(?:!!!|\?\?\?\+?|===[!+]?(?=[ \t]+"))'
    r"(?:[ \t]+(?P<kind>[A-Za-z][\w-]*)(?:[ \t]+(?:inline|end|left|right|annotate|highlight))*)?"
    r'(?:[ \t]+"(?P<title>[^"]*)")?[ \t]*'
)
_FENCED_BOX = re.compile(  # of Docusaurus and its like
    r"(?P<indent>[ \t]*)(?P<colons>:{3,})[ \t]*\{?\.?(?P<kind>[A-Za-z][\w-]*)\}?"
    r"(?:\[(?P<name>[^\]]*)\]|[ \t]+(?P<title>[^\s{](?:[^{]*[^\s{])?))?[ \t]*(?:\{[^}]*\})?[ \t]*"
)
_TAB = re.compile(
    r"(?P<indent>[ \t]*)\{%-? *(?:tab title=\"(?P<title>[^\"\n]+)\"|(?P<end>endtab)) *-?%\}[ \t]*"
)  # GitBook
_KINDS = re.compile(  # of boxes; any other word may be the first of a sentence
    r"note|tip|hint|info|information|warning|caution|danger|important|attention|error|success|question|example|quote|"
    r"abstract|summary|details|see-?also|faq|bug|failure|todo|admonition|callout"
)
_DEEPEST = 50  # boxes, tables or lists in one another
_CALLOUT = re.compile(  # of GitHub
    r"^([ \t]*>[ \t]*)\[!([A-Za-z]+)\][+-]?[ \t]*(?:\n[ \t]*>[ \t]*)?(?=\S)", re.MULTILINE
)
_BEGINS_WITH_WORD = re.compile(r"[ \t]*[\w\"“(*_]")
_HTML = re.compile(r"<(?:table|ul|ol|dl|details|summary|figure|img|script|iframe|video)\b", re.IGNORECASE)
_MOST_CONVERTED = 200  # blocks of HTML in a file, for each takes milliseconds
_HELD = re.compile(r"[ \t]*<(table|ul|ol|dl|figure)\b", re.IGNORECASE)
_HOLDS = re.compile(r"<(/?)(table|ul|ol|dl|figure)\b", re.IGNORECASE)
_KEPT = re.compile(r"<(?:pre|textarea|!ENTITY)\b", re.IGNORECASE)
_ONLY_TAGS = re.compile(r"[ \t]*(?:</?(?:div|section|center|article|details|figure|br|hr|a|p|span)\b[^<>]*>[ \t]*)+")
_NUMBER = re.compile(r"(?P<before>[ \t>]*)(?P<number>\d{1,9})(?P<mark>[.)])")
_PLACE = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"  # behind a link's words
_SPAN = r"(?P<span>(?<!`)(?P<ticks>`+)(?!`)[^\n]{1,1000}?(?<!`)(?P=ticks)(?!`))"
_ATTRIBUTE = r"""[#.][\w:-]+|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+)"""
_LISTED = rf"[ \t]*(?:{_ATTRIBUTE})(?:[ \t]+(?:{_ATTRIBUTE}))*[ \t]*\}}"
_MARKS = re.compile(
    rf"""{_SPAN}
    | (?P<comment>(?<!\{{)\{{%-?\s{{0,5}}comment\s{{0,5}}-?%\}})
    | (?P<tag>(?<!\{{)\{{%(?P<within>(?:(?!\{{%|%\}})[^\n])*)%\}}(?!\}})) | (?<=\]\()\{{\{{[^{{}}\n]*\}}\}}
    | ^[ \t]*(?:\{{\{{[<%][^{{}}\n]*[%>]\}}\}}[ \t]*)+$
    | \{{\{{[ ]{{0,5}}page\.(?P<field>[\w-]+)[ ]{{0,5}}\}}\}}
    | (?<=[)\]*_])\{{:?{_LISTED} | (?<=`)\{{:{_LISTED}
    | (?<![ \t])[ \t]*\{{:(?:toc\}}|{_LISTED})[ \t]*$
    | (?P<heading>^[ ]{{0,3}}\#[^\n]*?)(?<![ \t])[ \t]*\{{:?{_LISTED}[ \t]*$
    """,
    re.VERBOSE | re.MULTILINE,
)
_COMMENT_END = re.compile(r"\{%-?\s{0,5}endcomment\s{0,5}-?%\}")
_CONDITION = re.compile(  # or a loop: its branches read as one text would say what neither does
    r"[-+\s]*(?:end)?(?:if|ifversion|ifchanged|ifequal|ifnotequal|elsif|elseif|elif|else|unless|case|when|for|"
    r"tablerow|while|switch)\b"
)
_GLUED = re.compile(r"[^\s(\[{}/\"'=]")  # with what stands behind a tag, once that is gone
_GLUES = re.compile(r"[^\s.,;:!?)\]/\"']")
_TITLE = re.compile(r"\btitle=\"([^\"\n]+)\"")
_FIELD = re.compile(r"\bpage\.([\w-]+)")
TO_TOP = (
    r"\W{0,5}(?:(?:back|return|go|jump|scroll) (?:up )?to (?:the )?)?top(?: of (?:the |this )?page)?\W{0,5}"
).replace(" ", "[ ]")
_PICTURES = re.compile(
    rf"""{_SPAN}
    | (?P<picture>!\[(?P<alt>[^\[\]\n]*)\]{_PLACE}[ ]?)
    | \[{TO_TOP}\]\(\#[^()\s]*(?:[ ]"[^"\n]*")?\)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOTE = re.compile(  # at the foot of a page
    r"^ {0,3}\[\^(?P<name>[^\]\s]{1,50})\]:[ \t]*(?P<words>[^\n]*(?:\n(?:[ \t]*\n)?(?: {2,}|\t)[ \t]*\S[^\n]*)*)\n?",
    re.MULTILINE,
)
_TO_NOTE = re.compile(rf"{_SPAN}|[ \t]?\[\^(?P<name>[^\]\s]{{1,50}})\](?!:)")
_NEW_BLOCK = re.compile(r"[ \t]*(?:$|[-*+•#|>]|\d{1,9}[.)][ \t])")
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_NO_WORDS = re.compile(  # the name of a picture's file, or what programs put in its place
    r"[^\n]*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|ico)|"
    r"(?:image|img|picture|photo|screen ?shot|figure|untitled|icon)?[\s_\d.-]*",
    re.IGNORECASE,
)


def as_plain(text: str, fields: Mapping[str, object], as_markdown: Callable[[str], str]) -> str:
    """Markdown without the marks of a site's tools, with its HTML as Markdown, and with its steps counted.

    Args:
        text: the Markdown, without its front matter.
        fields: of the front matter; what a page shows of them stands where it does.
        as_markdown: what makes Markdown of HTML.

    >>> print(as_plain("1. Open *Bills*{.menu}.\\n1. Pick one.\\n{: .steps}", {}, str).rstrip())
    1. Open *Bills*.
    2. Pick one.
    """
    original, text = text, "\n".join(_without_boxes(text.split("\n")))
    if (shown := without_components(text)) != text:
        text = "\n".join(_without_boxes(shown.split("\n")))
    lines = text.split("\n")
    tokens = _BLOCKS.parse(text)
    in_code = _lines_of(tokens, _CODE)
    plain: list[str] = []
    at = converted = 0
    for first, last in _html_spans(tokens, lines, in_code):
        html = "\n".join(lines[first:last])
        written = "\n".join(line for line in html.split("\n") if not _ONLY_TAGS.fullmatch(line))
        if _HTML.search(html) and not _is_unclosed(html):
            converted += 1
            written = _converted(html, as_markdown) if converted <= _MOST_CONVERTED else html
        plain += [*lines[at:first], "", *written.split("\n"), ""] if written.strip() else [*lines[at:first], ""]
        at = last
    lines = plain + lines[at:]
    text = "\n".join(lines)
    text = _with_notes("\n".join(_counted(text.split("\n"), _BLOCKS.parse(text))))
    text = _outside_code(text, lambda part: _CALLOUT.sub(_callout, _without_marks(part, fields)))
    return text if text == original else _outside_code(text, lambda part: _EMPTY_LINES.sub("\n\n", part))


def _is_unclosed(html: str) -> bool:
    """Whether it holds a script without an end, which would take all that follows along."""
    small = html.lower()
    return small.rfind("<script") > small.rfind("</script")


def _converted(html: str, as_markdown: Callable[[str], str]) -> str:
    """HTML as Markdown, as far to the right; as it is where it is nested too deeply."""
    indent = html[: len(html) - len(html.lstrip(" \t"))]
    if max(accumulate(-1 if tag[1] else 1 for tag in _HOLDS.finditer(html)), default=0) > _DEEPEST:
        return html
    try:
        return "\n".join(indent + line if line else "" for line in as_markdown(html).split("\n"))
    except RecursionError:
        return html


def without_pictures(text: str) -> str:
    """Markdown without pictures that say nothing in words, and without the ways back to the top of a page.

    >>> without_pictures("Press ![the gear](gear.png). ![img_02.png](img_02.png)[↑ Back to top](#top)")
    'Press ![the gear](gear.png). '
    """
    if "![" not in text and "](#" not in text:
        return text
    changed = _outside_code(text, lambda part: _PICTURES.sub(_picture, part))
    return text if text == changed else _outside_code(changed, lambda part: _EMPTY_LINES.sub("\n\n", part))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    in_code = _lines_of(_BLOCKS.parse(text), _CODE)
    parts = groupby(enumerate(text.split("\n")), lambda line: line[0] in in_code)
    written = ((is_code, "\n".join(line for _, line in part)) for is_code, part in parts)
    return "\n".join(part if is_code else change(part) for is_code, part in written)


def _lines_of(tokens: Iterable[Token], kinds: set[str]) -> set[int]:
    return {line for token in tokens if token.type in kinds and token.map for line in range(*token.map)}


def _without_boxes(lines: Sequence[str], depth: int = 0) -> list[str]:
    """The lines with what stands in a box ("!!! note") as other text below its title."""
    if depth > _DEEPEST:
        return [*lines]
    written: list[str] = []
    closing: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if (colons := line.strip()).startswith(":::"):
            closing.setdefault(colons, []).append(number)
    has_tabs = any("endtab" in line for line in lines)
    fence = ""
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if fence or (opened := _FENCE.match(line)):
            if not fence:
                assert opened is not None
                fence = opened[1]
            elif line.strip(" \t>").startswith(fence):
                fence = ""
        elif (box := _BOX.fullmatch(line)) and (_known(box["kind"]) or (box["title"] and not box["kind"])):
            inside = box["indent"]
            stop = at
            while stop < len(lines) and (not lines[stop].strip() or _is_within(lines[stop], inside)):
                stop += 1
            if any(map(str.strip, lines[at:stop])):
                body = [_dedented(each, inside) for each in lines[at:stop]]
                body = _without_boxes(body, depth + 1)
                written += (
                    _labelled(inside, box["title"], box["kind"], body)
                    if box["kind"]
                    else [f'{inside}<Tab title="{box["title"]}">', *body, f"{inside}</Tab>"]
                )
                at = stop
                continue
        elif has_tabs and (tab := _TAB.fullmatch(line)):
            line = f"{tab['indent']}</Tab>" if tab["end"] else f'{tab["indent"]}<Tab title="{tab["title"]}">'
        elif (box := _FENCED_BOX.fullmatch(line)) and _known(box["kind"]):
            closed = closing.get(box["colons"], [])
            if closed and closed[-1] >= at:
                stop = closed[bisect_left(closed, at)]
                body = _without_boxes(lines[at:stop], depth + 1)
                written += _labelled(box["indent"], box["name"] or box["title"], box["kind"], body)
                at = stop + 1
                continue
        written.append(line)
    return written


def _known(kind: str | None) -> str:
    """A box's kind, if it is one that tools know."""
    kind = (kind or "").lower().removeprefix("callout-")
    return kind if _KINDS.fullmatch(kind) else ""


def _is_within(line: str, indent: str) -> bool:
    return line.startswith(indent) and line[len(indent) :].startswith(("    ", "\t"))


def _dedented(line: str, indent: str) -> str:
    return indent + re.sub(r"^(?: {4}|\t)", "", line[len(indent) :]) if line.strip() else ""


def _labelled(indent: str, title: str | None, kind: str, body: Sequence[str]) -> list[str]:
    """A box's lines below its title, or behind the word for its kind."""
    first = next((at for at, line in enumerate(body) if line.strip()), len(body))
    body = [*body[first:], ""]
    if title == "" or body == [""]:
        return ["", *body]
    label = title or _known(kind).capitalize()
    if " " not in label and _BEGINS_WITH_WORD.match(body[0]):
        return ["", f"{indent}{label}: {body[0].lstrip()}", *body[1:]]
    return ["", f"{indent}**{label}**", "", *body]


def _html_spans(tokens: Sequence[Token], lines: Sequence[str], in_code: set[int]) -> list[tuple[int, int]]:
    """The lines of each block of HTML. Empty lines don't end what its tags hold together."""
    spans: list[tuple[int, int]] = []
    closed = _closed(lines)
    kept = [0, *accumulate(at in in_code or bool(_KEPT.search(line)) for at, line in enumerate(lines))]
    for token in tokens:
        if token.type != "html_block" or not token.map or (spans and token.map[0] < spans[-1][1]):
            continue
        first, last = token.map
        if held := _HELD.match(lines[first]):
            last = max(last, closed.get((first, held[1].lower()), 0))
        while last > first and not lines[last - 1].strip():
            last -= 1
        if lines[first].lstrip(" \t").startswith("<") and kept[first] == kept[last]:
            spans.append((first, last))
    return spans


def _closed(lines: Sequence[str]) -> dict[tuple[int, str], int]:
    """The line behind the one that closes an element, by the line that opens it and its name."""
    opened: dict[str, list[int]] = {}
    closed: dict[tuple[int, str], int] = {}
    for at, line in enumerate(lines):
        for tag in _HOLDS.finditer(line):
            name = tag[2].lower()
            if not tag[1]:
                opened.setdefault(name, []).append(at)
            elif opened.get(name):
                closed[opened[name].pop(), name] = at + 1
    return closed


def _with_notes(text: str) -> str:
    """Markdown with each note from the foot of the page, in brackets, behind the paragraph, item or cell it is on."""
    if "[^" not in text:
        return text
    notes: dict[str, str] = {}
    on = {found["name"] for found in _TO_NOTE.finditer(text)}

    def taken(found: re.Match[str]) -> str:
        if found["name"] not in on:
            return found[0]
        notes[found["name"]] = " ".join(found["words"].split())
        return ""

    text = _outside_code(text, lambda part: _NOTE.sub(taken, part))
    return _outside_code(text, lambda part: _in_place(part, notes)) if notes else text


def _in_place(text: str, notes: Mapping[str, str]) -> str:
    written: list[str] = []
    due: dict[str, None] = {}

    def moved(found: re.Match[str]) -> str:
        note = notes.get(found["name"] or "")
        if note is None:
            return found[0]
        if line.lstrip().startswith("|"):
            return f" ({note})"
        due[note] = None
        return ""

    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        line = _TO_NOTE.sub(moved, line)
        if due and _NEW_BLOCK.match(below):
            line = line.rstrip() + "".join(f" ({note})" for note in due)
            due.clear()
        written.append(line)
    return "\n".join(written)


def _counted(lines: list[str], tokens: Sequence[Token]) -> list[str]:
    """The lines with steps counted on, where two have the same number, and what belongs to a step still below it."""
    open_lists: list[list[Token]] = []
    for token in tokens:
        if token.type in {"ordered_list_open", "bullet_list_open"}:
            open_lists.append([])
        elif token.type == "list_item_open":
            open_lists[-1].append(token)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            items = open_lists.pop()
            numbers = [int(item.info) for item in items if item.info]
            if numbers == sorted(numbers) and len({*numbers}) < len(numbers):
                _count(lines, items)
    return lines


def _count(lines: list[str], items: Sequence[Token]) -> None:
    for more, item in enumerate(items):
        first, last = item.map or (0, 0)
        found = _NUMBER.match(lines[first])
        if not more or not found or found["number"] != item.info:
            continue
        number = str(int(items[0].info) + more)
        wider = " " * (len(number) - len(item.info))
        lines[first] = f"{found['before']}{number}{lines[first][found.end('number') :]}"
        for at in range(first + 1, last):
            if wider and lines[at].startswith((" ", "\t")):
                lines[at] = wider + lines[at]


def _without_marks(text: str, fields: Mapping[str, object]) -> str:
    written: list[str] = []
    at, has_end = 0, True
    while found := _MARKS.search(text, at):
        written.append(text[at : found.start()])
        at = found.end()
        ended = _COMMENT_END.search(text, at) if found["comment"] and has_end else None
        has_end = has_end and not (found["comment"] and not ended)
        if ended:
            at = ended.end()
        words = "" if found["comment"] else _as_said(found, fields)
        if not words and (found["tag"] or found["comment"]):
            is_between = _GLUED.match(text, found.start() - 1) if found.start() else None
            words = " " if is_between and _GLUES.match(text, at) else ""
        written.append(words)
    return "".join([*written, text[at:]])


def _as_said(found: re.Match[str], fields: Mapping[str, object]) -> str:
    """What a mark shows on the page."""
    if found["span"] or found["heading"]:
        return found["span"] or found["heading"]
    if found["field"]:
        value = fields.get(found["field"])
        return value if isinstance(value, str) else found[0]
    if not found["tag"]:
        return ""
    if _CONDITION.match(found["within"]):
        return found[0]
    shown = [_in_words(fields.get(name)) for name in _FIELD.findall(found["within"])]
    titles = [f"**{title}**" for title in _TITLE.findall(found["within"])]
    return "\n".join(["", *filter(None, [*titles, *shown]), ""]) if any([*titles, *shown]) else ""


def _in_words(value: object) -> str:
    """What a field says, if it is words or a list of them."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return "\n".join(f"- {each}" for each in value)
    return value if isinstance(value, str) and " " in value.strip() else ""


def _callout(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2].capitalize()}: "


def _picture(found: re.Match[str]) -> str:
    if found["span"]:
        return found["span"]
    return found["picture"] if found["picture"] and not _NO_WORDS.fullmatch(found["alt"]) else ""

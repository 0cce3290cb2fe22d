"""Markdown with a site's components in it (MDX), as Markdown that says what a page shows of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import dedent, indent

_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,500}\}){0,500}\}){0,2000}\}"
_STRING = r"\"[^\"]{0,2000}\"|'[^']{0,2000}'"
_PART = re.compile(
    rf"""(?P<code>^[ \t>]*(?P<fence>`{{3,}}+|~{{3,}}+)[^\n]*\n(?:.*?^[ \t>]*(?P=fence)|.*)
    | (?<!`)(?P<ticks>`++)[^\n]{{1,1000}}?(?<!`)(?P=ticks)(?!`))
    | (?P<heading>^[ ]{{0,3}}(?P<level>\#{{1,6}})[ \t]+(?=\S))
    | (?P<tag><(?P<end>/?)(?P<name>[A-Z]\w*[a-z]\w*(?:\.\w+)?)
        (?P<said>(?:\s+(?:[\w:-]+(?:=(?:{_STRING}|{_BRACES}))?|\{{\.\.\.[^{{}}]{{1,100}}\}}))*+)\s*(?P<empty>/?)>)
    | (?P<unseen>(?<![^\s;,'"}})]\n)^import\s(?:(?:(?!\n[ \t]*\n)[^'"]){{1,500}}?\sfrom\s{{0,5}})?(?:{_STRING});?[ \t]*$
    | (?<![^\s;,'"}})]\n)^export\s(?:default|const|let|var|function|async)\s[^\n]*[({{=](?:[^\n]|\n(?![ \t]*$))*
    | \{{/\*(?:(?!\*/).){{0,500}}\*/\}} | \{{\(\)[ ]=>[ ]? | (?<=/>)\}})
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_MAY_HAVE = re.compile(r"<[A-Z]\w*[a-z]|^(?:im|ex)port\s|\{/\*", re.MULTILINE)
_ATTRIBUTE = re.compile(rf"([\w:-]+)=\{{?({_STRING})")
_ITEMS = re.compile(rf"\bitems=({_BRACES})")
_OF_HTML = re.compile(
    r"br|hr|h\d|em|ul|ol|li|dl|dt|dd|td|th|tr|div|img|pre|sub|sup|code|font|span|html|body|head|table|thead|tbody|tfoot|"
    r"center|strong|figure|caption|iframe",
    re.IGNORECASE,
)
_LABELS = ("title", "label", "header", "heading", "summary", "question")
_BOX = re.compile("callout|admonition|aside|alert|banner|notice|note|tip|hint|info|warning|caution|danger|important")
_KIND = re.compile("note|tip|hint|info|warning|caution|danger|important|success|error")
_BEGINS, _ENDS = "\0+", "\0-"  # lines around what has a label, until it is known what follows; no text has a zero
_NOT_BY_ITSELF = re.compile(r"(?<=\S)[ \t]*(?=\0\+)|(?<=\0-)[ \t]*(?=\S)")
_AROUND_LABELLED = re.compile(r"\0(?:\+\d|-)")
_LOWEST = 6  # heading
_MARK = re.compile(r"\{%[^{}]{0,200}%\}")  # of another tool, by itself


@dataclass
class _Open:
    """A component that is not closed yet, with the text in it so far."""

    tag: str = ""
    name: str = ""
    said: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)  # the labels of what stands in it
    written: list[str] = field(default_factory=list)
    level: int = 0  # of the heading above
    steps: int = 0

    @property
    def text(self) -> str:
        return "".join(self.written)


def without_components(text: str) -> str:
    """Markdown with the words of components in the place of their tags, and without what imports and exports them.

    A tab or an answer to unfold gets a heading if nothing but such follows in its section, else a line in bold; steps
    are numbered, and boxes are written as those of Docusaurus. A tag that is not closed is a word in brackets.

    >>> without_components('# Keys\\n\\n<Tab label="At night">\\n  Ring the bell.\\n</Tab>').split()
    ['#', 'Keys', '##', 'At', 'night', 'Ring', 'the', 'bell.']
    """
    if not _MAY_HAVE.search(text):
        return text
    within = [_Open()]
    are_open: Counter[str] = Counter()
    at = level = 0
    for part in _PART.finditer(text):
        within[-1].written.append(text[at : part.start()])
        at = part.end()
        if part["heading"]:
            level = len(part["level"])
        if not part["tag"] or _OF_HTML.fullmatch(part["name"]):
            within[-1].written.append("" if part["unseen"] else part[0])
        elif part["end"]:
            if not are_open[part["name"]]:
                within[-1].written.append(part[0])
                continue
            while within[-1].name != part["name"]:
                _give_back(within, are_open)
            closed = within.pop()
            are_open[closed.name] -= 1
            within[-1].written.append(_shown(closed, within))
        else:
            said = {name: value[1:-1] for name, value in _ATTRIBUTE.findall(part["said"])}
            listed = _ITEMS.search(part["said"])
            items = [each[1:-1] for each in re.findall(_STRING, listed[1])] if listed else []
            opened = _Open(part[0], part["name"], said, items, level=level)
            if part["empty"]:
                within[-1].written.append(_shown(opened, within))
            else:
                within.append(opened)
                are_open[opened.name] += 1
    within[-1].written.append(text[at:])
    while len(within) > 1:
        _give_back(within, are_open)
    return "\n".join(_labelled(_NOT_BY_ITSELF.sub("\n", within[0].text).split("\n")))


def _give_back(within: list[_Open], are_open: Counter[str]) -> None:
    """Writes a tag that is never closed as it stands."""
    unclosed = within.pop()
    are_open[unclosed.name] -= 1
    within[-1].written.append(unclosed.tag + unclosed.text)


def _shown(component: _Open, within: Sequence[_Open]) -> str:
    """What the page shows of a component: the words in it, with its label above or in front."""
    parent = within[-1]
    body = component.text
    label = _label(component, parent)
    margin = parent.text.rpartition("\n")[2].rpartition(_ENDS)[2]
    if margin.strip(" \t"):  # in a line of others
        return body if body.strip() or not label else label
    said = indent(dedent(body.strip("\n")).rstrip(), margin)
    link = component.said.get("href") or component.said.get("to")
    if label and link:
        words = " ".join(_AROUND_LABELLED.sub("", body).split())
        return f"- [{label}]({link})" + (f": {words}" if words else "")
    if not body.strip():
        return label
    name = component.name.lower()
    if _BOX.fullmatch(name):
        colons = ":" * (2 + len(within))
        return f"{colons}{_kind(component)}{f'[{label}]' if label else ''}\n{said}\n{margin}{colons}"
    if label and name == "step":
        parent.steps += 1
        number = f"{parent.steps}."
        return f"{number} **{label}**\n\n{indent(said, ' ' * (len(number) + 1))}\n"
    if label:
        level = min(_LOWEST, component.level + 1 + sum(bool(_label(each, None)) for each in within))
        return f"{_BEGINS}{level if component.level else 0} {label}\n\n{said}\n\n{margin}{_ENDS}"
    return f"\n{said}\n"


def _label(component: _Open, parent: _Open | None) -> str:
    is_tab = component.name.lower().startswith("tab")
    names = (*_LABELS, "name", "value") if is_tab else _LABELS
    label = next((component.said[name] for name in names if component.said.get(name)), "")
    if not label and parent and parent.items:
        label = parent.items.pop(0)
    return " ".join(label.split())


def _kind(box: _Open) -> str:
    kinds = [box.said.get(each, "") for each in ("type", "kind", "variant", "intent")]
    known = ("warning" if each == "warn" else each for each in [*kinds, box.name.lower()])
    return next(filter(_KIND.fullmatch, known), "note")


def _labelled(lines: Sequence[str]) -> list[str]:
    """The lines with each label as a heading, if up to the next heading nothing stands outside of such parts."""
    written: list[str] = []
    is_free, outside = True, []
    for line in reversed(lines):
        words = line.strip()
        if words == _ENDS:
            outside.append(is_free)
        elif words.startswith(_BEGINS):
            is_free = outside.pop()
            level, _, label = words.removeprefix(_BEGINS).partition(" ")
            is_heading = is_free and level != "0" and line.startswith(_BEGINS)
            written += ["", f"{'#' * int(level)} {label}" if is_heading else line.replace(words, f"**{label}**"), ""]
        else:
            is_free = words.startswith("#") or (is_free and (not words or _MARK.fullmatch(words) is not None))
            written.append(line)
    return written[::-1]

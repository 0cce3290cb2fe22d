"""A web page as Markdown: its own part, without what stands around it on every page of a site."""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from knowledge.decoding import decode
from knowledge.html_tables import list_rows, open_boxes, with_flat_tables, words_in
from knowledge.loading import Converted, Refused
from knowledge.markup import TO_TOP

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_DECLARED_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_HIDDEN = "template, [hidden]:not([hidden=until-found])"  # by its style a part may be folded, or a page still loading
_TRAIL = ", ".join(  # from the home page to this one
    f"{tag}:is([class~={word} i], [id={word} i], [aria-label={word} i])"
    for tag in ("nav", "ol", "ul", "div", "p")
    for word in ("breadcrumb", "breadcrumbs", "crumbs")
)
_AROUND = "nav, footer, [role=navigation], div.related, .sphinxsidebar, .navheader, .navfooter"
_FOOTER = "div:is([id=footer i], [class~=footer i])"  # which a manual may also have a section about
_BESIDE = "header, [class~=sidebar i], [id=sidebar i], script, style, noscript"  # a page's own part
_ENDS = (".", "?", "!", "…", "。", "？", "！")  # a sentence
_SAYS = {"p", "td", "dd", "pre", "blockquote"}
_PRESSED = {"a", "button"}
_INLINE = {"b", "strong", "i", "em", "span", "small", "code", "mark", "abbr", "u", "sub", "sup", "font"}
_ANCHORS = {"¶", "#", "🔗", "\uf0c1"}  # of headings, to be copied
_TO_TOP = re.compile(TO_TOP, re.IGNORECASE)
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_MOST = 0.5  # of a page's words
_SITE = re.compile(r"(?P<page>.*\S)(?P<between>\s+[|–—·-]\s+|\s*::\s+)(?P<site>.+)")  # the last part of a name
_NAME = re.compile(r"[^\W\d_]{2}")
_NO_NAME = re.compile(
    r"<.*>|(?:untitled|new|no title|document|page|home|index)\W*(?:document|page|\d+)?|\S*\.\w{2,4}", re.IGNORECASE
)
_STOPS = (":", "?", "!", ".", ";", "…")  # behind a term that needs no colon
_NO_TRAIL = [*_HEADINGS, "p", "table", "dl"]  # holds one of these
MARKDOWNIFY: dict[str, Any] = {
    "strict": True,
    "escape_asterisks": False,
    "escape_underscores": False,
    "table_infer_header": True,
}


def html_as_markdown(content: bytes) -> Converted:
    declared = _DECLARED_CHARSET.search(content[:4_000])
    html = decode(content, declared[1].decode("ascii") if declared else None)
    if _ENTITY.search(html):
        raise Refused("declares XML entities, which can hide other files or grow without end; save it as plain HTML")
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "lxml")
    _strip(soup)
    _keep_own_part(soup)
    title = _title(soup)  # before the converter takes the page's head away
    return Converted(_as_markdown(soup), title=title)


def part_as_markdown(html: str) -> str:
    """A part of a page, as it may stand in Markdown."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "lxml")
    _strip(soup)
    return _as_markdown(soup).strip("\n")


def _strip(soup: "BeautifulSoup") -> None:
    """Takes away what stands around a page's own text: menus, footers, what is hidden or there for the eye only.

    A header with a menu is the site's, unless the only title of the page stands in it. What a click unfolds stays:
    what its style hides, a button controls or a search may find, and what readers aloud skip but holds blocks of text.
    """
    controlled = {name for button in soup.select("[aria-controls]") for name in str(button["aria-controls"]).split()}
    for hidden in soup.select(_HIDDEN):
        if hidden.get("id") not in controlled:
            hidden.extract()
    titles = soup("h1")
    for header in soup("header"):
        if header.nav and not (header.h1 and len(titles) == 1):
            header.decompose()
    for around in soup.select(_AROUND):
        around.decompose()
    for footer in soup.select(_FOOTER):
        if not footer(_HEADINGS, limit=1):
            footer.decompose()
    for empty in soup(_HEADINGS):
        if not words_in(empty) and not empty.img:
            empty.decompose()
    for link in soup("a"):
        is_to_top = str(link.get("href")).startswith("#") and _TO_TOP.fullmatch(words_in(link))
        if is_to_top or "headerlink" in str(link.get("class")) or _is_anchor(link):
            link.decompose()
    for trail in soup.select(_TRAIL):
        if not trail(_NO_TRAIL, limit=1):  # or it is a page that has one
            trail.decompose()
    for hidden in soup(None, {"aria-hidden": "true"}):
        if not hidden(["p", "li", "td"], limit=1):
            hidden.decompose()


def _is_anchor(link: "Tag") -> bool:
    """Whether a link is the sign at the end of a heading; in a sentence it may be a key to press."""
    words = words_in(link)
    heading = link.find_parent(_HEADINGS) if words in _ANCHORS else None
    return heading is not None and not any(str(after).strip() for after in _behind(link, heading))


def _behind(link: "Tag", heading: "Tag") -> Iterator[object]:
    for within in [link, *takewhile(lambda tag: tag is not heading, link.parents)]:
        yield from within.next_siblings


def _keep_own_part(soup: "BeautifulSoup") -> None:
    """Keeps only what a page says is its main part or its one article, if most words and the title stand there.

    Sentences beside it are what the page says as well.
    """
    parts = soup.select("main, [role=main]") or soup("article")
    own = [part for part in parts if not any(above in parts for above in part.parents)]
    body = soup.body
    if len(own) == 1 and body and len(words_in(own[0])) > len(words_in(body)) * _MOST:
        titled = next((level for level in ("h1", _HEADINGS) if body(level)), [])
        if (own[0](titled) or not titled) and not _says_more(body, own[0]):
            part = own[0].extract()
            body.clear()
            body.append(part)


def _says_more(body: "Tag", part: "Tag") -> bool:
    """Whether sentences, not only links, stand beside a part of a page."""
    from bs4.element import NavigableString

    out = {id(each) for each in [part, *body.select(_BESIDE)]}
    blocks: dict[tuple[int, str], list[str]] = {}
    for words in body(string=True):
        above = list(words.parents)
        if type(words) is NavigableString and not any(id(tag) in out or tag.name in _PRESSED for tag in above):
            block = next((tag for tag in above if tag.name not in _INLINE), body)
            blocks.setdefault((id(block), block.name), []).extend(words.split())
    return any(
        len(said) > 2
        and said[0] != "©"
        and (name in _SAYS or len(said) > 7 or any(word.rstrip("\"'”’)").endswith(_ENDS) for word in said[2:]))
        for (_, name), said in blocks.items()
    )


def _title(soup: "BeautifulSoup") -> str | None:
    """A page's title: its first heading of the first level, else its name without that of the site.

    >>> from bs4 import BeautifulSoup
    >>> _title(BeautifulSoup("<title>Lost keys | Hearth help</title><h2>At night</h2>", "lxml"))
    'Lost keys'
    """
    if words := next(filter(None, map(words_in, soup("h1"))), ""):
        return words
    name = _without_site(words_in(soup.title), soup)
    return name if _NAME.search(name) and not _NO_NAME.fullmatch(name) else None


def _without_site(name: str, soup: "BeautifulSoup") -> str:
    """A page's name without that of the site; what goes on in small letters or has no words is the page's own."""
    if not (found := _SITE.fullmatch(name)):
        return name
    site = found["site"]
    said = soup.select_one('meta[property="og:site_name"]')
    is_said = said is not None and " ".join(str(said.get("content")).split()) == site
    is_site = "-" not in found["between"] and _NAME.search(site) and not site[0].islower()
    return found["page"] if is_said or is_site else name


def _as_markdown(soup: "BeautifulSoup") -> str:
    from markitdown.converters import HtmlConverter

    for bold in soup(["b", "strong"]):
        if bold.find_parent(["b", "strong"]):
            bold.unwrap()
    open_boxes(soup)
    list_rows(soup)
    _list_terms(soup)
    closed = with_flat_tables(soup)  # markitdown's parser would nest items whose end tags are left out
    return HtmlConverter().convert_string(closed, **MARKDOWNIFY).markdown


def _list_terms(soup: "BeautifulSoup") -> None:
    """Terms with their meanings become a list, "term: meaning", for Markdown has no such thing."""
    for listed in soup("dl"):
        for group in listed("div", recursive=False):
            group.unwrap()
        terms: list[Tag] = []
        for item in listed(["dt", "dd"], recursive=False):
            if item.name == "dt":
                terms.append(item)
                continue
            item.name = "li"
            first = next((child for child in item.children if str(child).strip()), None)
            within: Any = first if first in item("p", recursive=False) else item
            for term, is_last in zip(reversed(terms), [True, *[False] * len(terms)], strict=False):
                behind = ", " if not is_last else " " if words_in(term).endswith(_STOPS) else ": "
                for part in [behind, *reversed(term.contents)] if words_in(term) else []:
                    within.insert(0, part)
                term.extract()
            terms = []
        for term in terms:
            term.name = "li"
        listed.name = "ul"

"""One file format after another, as Markdown. Runs in the parsing process only."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import groupby, pairwise, takewhile, zip_longest
from typing import TYPE_CHECKING, Any
from xml.sax import SAXParseException

from knowledge.loading import Converted, Limits, Refused
from knowledge.markup import TO_TOP
from knowledge.pdf import pages_as_markdown
from knowledge.rows import as_table, escaped, names_columns
from knowledge.sentences import has_second_head

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_AS_WINDOWS = {"iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"}  # as browsers take them
# A sign in the middle of a word, or many accents in a row: what another alphabet looks like when it is read as Western.
_NOT_WESTERN = re.compile(r"[^\W\d_][¡-©«¬®-³¶¸¹»-¿][^\W\d_]|[À-ÿ]{4}")
# The letters that languages have beyond a-z, and where they stand, by the encoding that Windows had for them.
_ALPHABETS = {
    "cp1252": (
        r"[àæéêëîïôœùûüÿ]|â(?!\b)|è(?![aeiou])|ç(?=[aouâôû])",  # French; as in English names
        r"[äåéõöüßšž]",  # German, Swedish, Finnish, Estonian
        r"[áàéíïñòóúüºª]|è(?![aeiou])|ç(?=[aouàóú]|\b)",  # Spanish, Catalan
        r"[áàéêíóôúüºª]|â(?!\b)|ã(?=[eos]|\b)|õ(?=e)|ç(?=[aouáãóõú])",  # Portuguese
        r"[àéìíîòóùú]|è(?![aeiou])",  # Italian
        r"[äåæéöøü]",  # Danish, Norwegian
        r"[áæéðíóöøúýþ]",  # Icelandic, Faroese
    ),
    "cp1250": ("[áéíóöőúüű]", "[áäčďéěíĺľňóôŕřšťúůýž]", "[čćđšž]", "[ăâîşţ]"),  # Hungary, Czechia, Croatia, Romania
    "cp1257": ("[ąčęėįšųūž]", "[āčēģīķļņšūž]", "[äõöšüž]"),  # Lithuania, Latvia, Estonia
    "cp1254": ("[âçğîöşûü]|(?-i:[ıİ])",),  # Turkey
}
_IN_WORDS = re.compile(r"(?<!\d)[^\W\d_]{2,}(?!\d)")
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
_LONGEST_TERM = 100
_NO_TRAIL = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "dl"]  # holds one of these
_COMMENT = re.compile(  # what no reader sees; in code it is an example, and one that is not closed is none
    r"(?P<kept>^[ \t>*+.)\d-]*(?P<fence>`{3,}|~{3,})[^`\n]*\n.*?(?:^[ \t>]*(?P=fence)|\Z)"
    r"|(?P<ticks>`{1,3})[^`\n]+(?P=ticks)|<!--(?!.*?-->).*)|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)
_SLIDE = re.compile(r"^<!-- Slide number: (\d+) -->$", re.MULTILINE)
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b"\0\0\0<")
_POINTS_OUTSIDE = re.compile(r"^[/\\]|^\w:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNIT = re.compile(r'\[\$([^\]-]+)|"([^"]*\w[^"]*|[^"]*[$€£¥][^"]*)"|(?<!\[)([$€£¥])')  # in a sheet's number format
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[$A-Za-z][^\]]*\]|[\s$€£¥]')  # what stands around the figure there
_FIGURE = re.compile(r"[#,]*0(?:\.(?P<decimals>0*))?%?")
_MEMBERS = 10_000
_LONG_NOTE = 60  # characters, at least, of what is no row among those of a sheet
_WORDS_OF_NOTE = 5  # the same below them all
_DIGIT = re.compile(r"\d")
_WIDEST = 100  # columns or rows that a cell may go over
_MARKDOWNIFY: dict[str, Any] = {
    "strict": True,
    "escape_asterisks": False,
    "escape_underscores": False,
    "table_infer_header": True,
}


def convert(suffix: str, content: bytes, limits: Limits) -> Converted:
    warnings.simplefilter("ignore")
    if not content:
        return Converted("")
    match suffix:
        case ".html" | ".htm":
            return _html(content)
        case ".pdf":
            return pages_as_markdown(content, limits)
        case ".docx":
            return _docx(content, limits)
        case ".pptx":
            return _pptx(content, limits)
        case ".xlsx":
            return _xlsx(content, limits)
        case ".csv":
            return _csv(content, limits)
        case _:
            return Converted(_COMMENT.sub(lambda found: found["kept"] or "", decode(content)))


def decode(content: bytes, declared: str | None = None) -> str:
    """Text from bytes: by its byte order mark, as UTF-8, as declared, as old Windows wrote, or as it looks."""
    if declared and declared.lower() in _AS_WINDOWS:
        declared = "windows-1252"
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        candidates = ["utf-32"]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", *([declared] if declared else []), *_by_its_letters(content)]
    for encoding in candidates:
        try:
            return _readable(content.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    guess = from_bytes(content[:200_000]).best()
    return _readable(content.decode(guess.encoding if guess else "cp1252", "replace"))


def _by_its_letters(content: bytes) -> list[str]:
    """The encoding of old Windows in which most letters of a text are of one language; the Western in doubt."""
    best, most = [], -1
    for encoding, alphabets in _ALPHABETS.items():
        text = content[:200_000].decode(encoding, "replace")
        words = " ".join(word for word in _IN_WORDS.findall(text) if not word.isascii())
        known = max(len(re.findall(letters, words, re.IGNORECASE)) for letters in alphabets)
        if encoding == "cp1252":
            fits = len(_NOT_WESTERN.findall(text)) <= len(text) // 200
        else:
            fits = known > 0.9 * len(re.findall(r"[^\x00-\x7f]", words))
        if fits and known > most:
            best, most = [encoding], known
    return best


def _readable(text: str) -> str:
    text = text.rstrip("\x1a")  # DOS ended a text with it
    if len(_CONTROL.findall(text)) + text.count("\0") > max(2, len(text) // 1_000):
        raise Refused("is not text, whatever its name says; give it the ending of its real format")
    return text


def _html(content: bytes) -> Converted:
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


def _as_markdown(soup: "BeautifulSoup") -> str:
    from markitdown.converters import HtmlConverter

    for bold in soup(["b", "strong"]):
        if bold.find_parent(["b", "strong"]):
            bold.unwrap()
    _open_boxes(soup)
    _list_rows(soup)
    _list_terms(soup)
    closed = _with_flat_tables(soup)  # markitdown's parser would nest items whose end tags are left out
    return HtmlConverter().convert_string(closed, **_MARKDOWNIFY).markdown


def _keep_own_part(soup: "BeautifulSoup") -> None:
    """Keeps only what a page says is its main part or its one article, if most words and the title stand there.

    Sentences beside it are what the page says as well.
    """
    parts = soup.select("main, [role=main]") or soup("article")
    own = [part for part in parts if not any(above in parts for above in part.parents)]
    body = soup.body
    if len(own) == 1 and body and len(_words(own[0])) > len(_words(body)) * _MOST:
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
    if words := next(filter(None, map(_words, soup("h1"))), ""):
        return words
    name = _without_site(_words(soup.title), soup)
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
                behind = ", " if not is_last else " " if _words(term).endswith(_STOPS) else ": "
                for part in [behind, *reversed(term.contents)] if _words(term) else []:
                    within.insert(0, part)
                term.extract()
            terms = []
        for term in terms:
            term.name = "li"
        listed.name = "ul"


def _open_boxes(soup: "BeautifulSoup") -> None:
    """A table that only stands a picture beside words, as manuals box a note, becomes those words, "Note: …"."""
    for table in soup("table"):
        rows = [row(["td", "th"], recursive=False) for row in table("tr")]
        pictures = [cell for row in rows for cell in row if cell.img and not _words(cell)]
        told = [[cell for cell in row if _words(cell)] for row in rows]
        are_alike = len({str(cell.img.get("alt")) for cell in pictures if cell.img}) == 1
        if table.table or not any(told) or not are_alike or any(len(cells) > 1 for cells in told):
            continue
        table.name = "div"
        table.clear()
        name = ""
        for cell in (cell for cells in told for cell in cells):
            if cell.name == "th":
                name = f"{_words(cell)}: "
                continue
            (cell.p or cell).insert(0, name)
            cell.name, name = "div", ""
            table.append(cell)


def _list_rows(soup: "BeautifulSoup") -> None:
    """A table of two columns without names becomes terms with their meanings, or its first row would name them."""
    for table in soup("table"):
        rows = [row(["td", "th"], recursive=False) for row in table("tr")]
        if table.table or table.thead or not rows or any(len(row) != 2 for row in rows):
            continue
        words = [[_words(cell) for cell in row] for row in rows]
        are_terms = all(0 < len(term) <= _LONGEST_TERM for term, _ in words)
        is_wide = any(_spans(cell) != (1, 1) or cell.find(["p", "ul", "ol"]) for cell, _ in rows)
        says_names = any(cell.name == "th" for _, cell in rows)
        if not are_terms or is_wide or says_names or not (rows[0][0].name == "th" or _is_headless(rows, words)):
            continue
        if table.caption and (caption := _words(table.caption)):
            table.insert_before(soup.new_tag("p", string=caption))
        table.clear()
        table.name = "dl"
        for term, meaning in rows:
            term.name, meaning.name = "dt", "dd"
            table.extend([term, meaning])


def _is_headless(rows: Sequence[Sequence["Tag"]], words: Sequence[Sequence[str]]) -> bool:
    """Whether the first of several rows of cells is written like the others, and above no figures."""
    if len(rows) < 2:
        return False
    are_bold = [all(cell.find(["b", "strong"]) for cell in row) for row in rows]
    are_figures = [_DIGIT.search(meaning) is not None for _, meaning in words]
    are_numbered = [_DIGIT.search(term) is not None for term, _ in words]
    is_above_figures = names_columns(*words) or any(
        not some[0] and all(some[1:]) for some in (are_figures, are_numbered)
    )
    return are_bold[0] == are_bold[-1] and not is_above_figures


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
        if not _words(empty) and not empty.img:
            empty.decompose()
    for link in soup("a"):
        is_to_top = str(link.get("href")).startswith("#") and _TO_TOP.fullmatch(_words(link))
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
    words = _words(link)
    heading = link.find_parent(_HEADINGS) if words in _ANCHORS else None
    return heading is not None and not any(str(after).strip() for after in _behind(link, heading))


def _behind(link: "Tag", heading: "Tag") -> Iterator[object]:
    for within in [link, *takewhile(lambda tag: tag is not heading, link.parents)]:
        yield from within.next_siblings


def _with_flat_tables(soup: "BeautifulSoup") -> str:
    """The page with each cell that goes over several columns or rows written into all of them.

    Markdown has no such cells, and ends one at each `|`. A table that holds others is a page's layout, and stays.
    """
    for table in soup("table"):
        if not table.table:
            _tidy(soup, table)
            _flatten(soup, table)
    for words in soup(string=re.compile(r"\|")):
        if words.find_parent(["td", "th"]):
            words.replace_with(type(words)(words.replace("|", "\\|")))
    return str(soup)


def _tidy(soup: "BeautifulSoup", table: "Tag") -> None:
    """Only rows stay in a table, or the first would be none for markdownify, and no head: its caption goes above it."""
    for other in table(["caption", "colgroup", "col"]):
        if words := _words(other):
            table.insert_before(soup.new_tag("p", string=words))
        other.extract()


def _flatten(soup: "BeautifulSoup", table: "Tag") -> None:
    """A title over all columns goes above the table; several head rows become one that says what all of them say."""
    grid = _grid(table("tr"))
    width = max((len(row) for row in grid if not _is_alone(row)), default=0)
    first = next((number for number, row in enumerate(grid) if not _is_alone(row)), len(grid))
    body = first + _heads(grid[first:])
    if not width or (body == 1 and all(_spans(cell) == (1, 1) for cell in table(["td", "th"]))):
        return
    titles = [cell for row in grid[:first] for cell in row[:1]]
    head = [" ".join(dict.fromkeys(map(_words, column))).strip() for column in zip_longest(*grid[first:body])]
    lines = [[soup.new_tag("th", string=name) for name in head]]
    for places in grid[body:]:
        told = places[: 1 if _is_alone(places) else width]
        lines.append([copy(cell) if cell else soup.new_tag("td") for cell in told])
    table.insert_before(*(soup.new_tag("p", string=_words(title)) for title in titles if title))
    table.clear()
    for line in lines:
        line += (soup.new_tag("td") for _ in range(width - len(line)))
        for cell in line:
            del cell["colspan"], cell["rowspan"]
        row = soup.new_tag("tr")
        row.extend(line)
        table.append(row)


def _grid(rows: Sequence["Tag"]) -> list[list["Tag | None"]]:
    """The cell at each place of a table; one that goes over several places is at each of them."""
    places: list[dict[int, Tag]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        at = 0
        for cell in row(["td", "th"]):
            while at in places[number]:
                at += 1
            wide, high = _spans(cell)
            for place in places[number : number + high]:
                place.update(dict.fromkeys(range(at, at + wide), cell))
            at += wide
    return [[place.get(column) for column in range(max(place, default=-1) + 1)] for place in places]


def _spans(cell: "Tag") -> tuple[int, int]:
    """Over how many columns and over how many rows a cell goes."""
    wide, high = (str(cell.get(name)) for name in ("colspan", "rowspan"))
    return _span(wide), _span(high)


def _span(written: str) -> int:
    return max(1, min(int(written), _WIDEST)) if re.fullmatch("[0-9]{1,9}", written) else 1


def _heads(grid: Sequence[Sequence["Tag | None"]]) -> int:
    """How many rows of a table name its columns.

    Where the page doesn't say so, the second does when a cell of the first reaches into it, or when the first has a
    name over several columns and the second no figures.
    """
    said = 0
    for row in grid:
        if _is_alone(row) or not all(cell and (cell.name == "th" or cell.find_parent("thead")) for cell in row):
            break
        said += 1
    if said < 2 and len(grid) > 2:
        first, second = grid[:2]
        reaches = any(cell and cell is below for cell, below in zip(first, second, strict=False))
        names_several = any(cell and cell is beside for cell, beside in pairwise(first))
        said = 2 if reaches or (names_several and not _DIGIT.search(" ".join(map(_words, second)))) else 1
    return max(1, min(said, len(grid) - 1))


def _is_alone(row: Sequence["Tag | None"]) -> bool:
    """Whether a row has no more than one cell, however wide it is."""
    return len({id(cell) for cell in row if cell}) < 2


def _words(cell: "Tag | None") -> str:
    return " ".join(cell.get_text(" ").split()) if cell else ""


def _docx(content: bytes, limits: Limits) -> Converted:
    _check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter

    styles = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
    stream = StreamInfo(extension=".docx")
    converter = DocxConverter()  # type: ignore[no-untyped-call]
    _let_flatten(converter)
    shown = io.BytesIO(_without_hidden_words(content))
    return Converted(converter.convert(shown, stream, style_map=styles, **_MARKDOWNIFY).markdown)


def _without_hidden_words(content: bytes) -> bytes:
    """A Word file without what its author formatted as hidden; a style that hides is not looked up."""
    from lxml import etree

    shown = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(shown, "w") as rest:
        for member in archive.infolist():
            part = archive.read(member)
            if b"vanish" in part and member.filename.endswith(".xml"):
                page = etree.fromstring(part)
                for run in page.findall(f".//{_WORD}r[{_WORD}rPr]"):
                    vanish = run.find(f"{_WORD}rPr/{_WORD}vanish")
                    if vanish is not None and vanish.get(f"{_WORD}val") not in ("0", "false", "off"):
                        run[:] = run.findall(f"{_WORD}fldChar")  # where a field begins or ends
                part = etree.tostring(page)
            rest.writestr(member, part)
    return shown.getvalue()


def _let_flatten(converter: Any) -> None:
    """Office files become HTML first; the converters offer no other way to it."""
    from bs4 import BeautifulSoup

    page = converter._html_converter
    as_markdown = page.convert_string
    page.convert_string = lambda html, **options: as_markdown(_with_flat_tables(BeautifulSoup(html, "lxml")), **options)


def _pptx(content: bytes, limits: Limits) -> Converted:
    _check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import PptxConverter
    from pptx import Presentation

    converter = PptxConverter()  # type: ignore[no-untyped-call]
    _let_flatten(converter)
    markdown = converter.convert(io.BytesIO(content), StreamInfo(extension=".pptx"), **_MARKDOWNIFY).markdown
    _, *parts = _SLIDE.split(markdown)
    said = (
        (number, slide.partition("\n\n### Notes:\n")[0].strip())
        for number, slide in zip(parts[::2], parts[1::2], strict=True)
    )
    slides = enumerate(Presentation(io.BytesIO(content)).slides, 1)
    hidden = {str(number) for number, slide in slides if slide.element.get("show") in ("0", "false")}
    return Converted(
        "\n\n".join(
            slide if re.search("^# ", slide, re.MULTILINE) else f"## Slide {number}\n\n{slide}"
            for number, slide in said
            if slide and number not in hidden
        )
    )


def _xlsx(content: bytes, limits: Limits) -> Converted:
    _check_archive(content, limits)
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    parts = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # as declared they may be the whole sheet
        table = _tables(_shown_rows(sheet), limits)
        if table:
            parts.append(f"## {_cell(sheet.title)}\n\n{table}")
    return Converted("\n\n".join(parts), has_own_headings=False)


def _shown_rows(sheet: Any) -> Iterator[list[object]]:
    """The rows of a sheet without what is hidden. Below the head merged cells are filled; a line by itself stays so."""
    hidden_columns, hidden_rows, merged = _layout(sheet)
    has_head = False
    going: list[tuple[int, int, int, object]] = []  # merged cells: left, right, bottom, and what they say
    for number, row in enumerate(sheet.iter_rows(), 1):
        values = [_as_shown(cell) for cell in row]
        said = sum(value is not None for value in values)
        going = [each for each in going if each[2] >= number]
        for left, right, bottom in merged.get(number, ()) if has_head and said else ():
            going.append((left, right if said > 1 else left, bottom, values[left - 1] if left <= len(values) else None))
        for left, right, _, value in going if said else ():
            values += [None] * (right - len(values))
            values[left - 1 : right] = [value] * (right - left + 1)
        has_head = has_head or said > 1
        if number not in hidden_rows:
            yield [value for column, value in enumerate(values, 1) if column not in hidden_columns]


def _layout(sheet: Any) -> tuple[set[int], set[int], dict[int, list[tuple[int, int, int]]]]:
    """Hidden columns and rows, and merged cells (left, right, bottom) by top row; openpyxl drops them as it streams."""
    from lxml.etree import iterparse
    from openpyxl.utils import range_boundaries

    columns: set[int] = set()
    rows: set[int] = set()
    merged: dict[int, list[tuple[int, int, int]]] = {}
    number = 0
    with sheet._get_source() as source:
        for _, part in iterparse(source, tag=("{*}col", "{*}row", "{*}mergeCell")):
            name, is_hidden = part.tag.rpartition("}")[2], part.get("hidden") in ("1", "true")
            if name == "col" and is_hidden:
                columns.update(range(int(part.get("min")), int(part.get("max")) + 1))
            elif name == "row":
                number = int(part.get("r", number + 1))
                if is_hidden:
                    rows.add(number)
                part.clear()
            elif name == "mergeCell":
                left, top, right, bottom = range_boundaries(part.get("ref"))
                merged.setdefault(top, []).append((left, right, bottom))
    return columns, rows, merged


def _as_shown(cell: Any) -> object:
    """A cell's value; where its number format makes it a share, money or so many of something, in that format.

    In any other the figure stays as it is, for a format may also leave digits out ("0.##") or scale ("#,##0,").
    """
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    form = (cell.number_format or "").split(";")[0]
    bare = _LITERAL.sub("", form)
    unit, is_share, figure = _UNIT.search(form), bare.endswith("%"), _FIGURE.fullmatch(bare)
    if not figure or not (unit or is_share):
        return value
    with localcontext(rounding=ROUND_HALF_UP):  # as sheets round
        exact = abs(Decimal(str(value))) * (100 if is_share else 1)
        number = f"{exact:{',' if ',' in bare else ''}.{len(figure['decimals'] or '')}f}"
    minus = "-" if value < 0 else ""
    if is_share or not unit:
        return f"{minus}{number}%"
    name = (unit[1] or unit[2] or unit[3]).strip()
    if re.search("[0#]", form[: unit.start()]):
        return f"{minus}{number} {name}"
    return f"{minus}{name}{' ' if name[-1:].isalnum() else ''}{number}"


def _csv(content: bytes, limits: Limits) -> Converted:
    text = decode(content)
    csv.field_size_limit(limits.characters)
    try:
        between = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|").delimiter
    except csv.Error:
        between = ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between, skipinitialspace=True)  # quotes are always "
    return Converted(_tables(rows, limits), has_own_headings=False)


def _tables(rows: Iterable[Sequence[object]], limits: Limits) -> str:
    """Rows as Markdown tables, the first row as the header of each, with the second if that names columns too.

    Titles above it become paragraphs, and so do notes between and below its rows.

    A long table becomes several that each fit into a chunk with the header on top, for a row alone says little.
    Where a row is too long for that, each is a list item that names its columns.
    """
    kept: list[list[str]] = []
    cells = 0
    for row in rows:
        cells += len(row)
        if cells > limits.cells:
            raise Refused(f"has more than {limits.cells:,} cells; keep what people ask about, or split it")
        words = [_cell(value) for value in row]
        while words and not words[-1]:
            words.pop()
        if len(words) > limits.columns:
            raise Refused(f"has {len(words):,} columns, more than {limits.columns:,}; keep what people ask about")
        if words:
            kept.append(words)
    if not kept:
        return ""
    titles = list(takewhile(lambda row: len([*filter(None, row)]) == 1, kept))
    if len(titles) * 2 >= len(kept):  # it is a list, with a note beside it perhaps
        titles = []
    return "\n\n".join([*(title for row in titles for title in row if title), *_with_notes(kept[len(titles) :])])


def _with_notes(rows: Sequence[list[str]]) -> Iterator[str]:
    """A table, in parts where notes are among its rows: cells by themselves, longer than all others of their column."""
    width = max(map(len, rows))
    top = [row + [""] * (width - len(row)) for row in rows[:2]]
    head = top[: 1 + has_second_head(as_table(top).split("\n"))]
    below = rows[len(head) :]
    longest = [max(map(len, column)) for column in zip_longest(*filter(_is_row, below), fillvalue="")]
    first = next(at for at, name in enumerate(head[0]) if name)
    last = max((at for at, row in enumerate(below) if _is_row(row)), default=-1)

    def is_note(at: int) -> bool:
        row = below[at]
        if _is_row(row) or len(row) > min(first + 1, len(longest)) or len(row[-1]) <= longest[len(row) - 1]:
            return False
        return len(row[-1]) >= _LONG_NOTE or (at > last and len(row[-1].split()) >= _WORDS_OF_NOTE)

    are_notes = [is_note(at) for at in range(len(below))]
    if not any(are_notes):
        yield as_table(rows)
        return
    for is_apart, some in groupby(zip(are_notes, below, strict=True), lambda each: each[0]):
        if is_apart:
            yield from (row[-1] for _, row in some)
        else:
            yield as_table([*head, *(row for _, row in some)])


def _is_row(row: Sequence[str]) -> bool:
    return len([*filter(None, row)]) > 1


def _cell(value: object) -> str:
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, datetime | time):
        value = str(value).removesuffix(":00")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else escaped(" ".join(str(value).split()))


def _check_archive(content: bytes, limits: Limits) -> None:
    """Refuses what an Office file, which is a zip archive of XML, must not hold, before a converter unpacks it.

    Sizes are counted while reading: those that the archive declares may be lies.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # the container of encrypted and of pre-2007 Office files
        raise Refused("is locked with a password or in an old Office format; save it in the new one without")
    from defusedxml import DefusedXmlException
    from defusedxml.sax import make_parser

    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > _MEMBERS:
            raise Refused(f"has {len(members):,} files inside, more than {_MEMBERS:,}; open it and save it again")
        for member in members:
            if member.flag_bits & 1:
                raise Refused("is locked with a password; save it without one")
            if _POINTS_OUTSIDE.search(member.orig_filename):
                raise Refused("holds a file that points outside it, as no ordinary document does; find out who made it")
            with archive.open(member) as part:
                block = part.read(1 << 16)
                xml = make_parser() if block.lstrip().startswith(_XML_STARTS) else None
                while block:
                    unpacked += len(block)
                    if unpacked > limits.unpacked_bytes:
                        most = f"{limits.unpacked_bytes / 1_000_000:,.0f} MB"
                        raise Refused(f"unpacks to more than {most}; split it into smaller files")
                    if xml is not None:
                        xml.forbid_dtd = True
                        try:
                            xml.feed(block)
                        except DefusedXmlException as error:
                            raise Refused("declares XML entities or a DTD, as no ordinary document does") from error
                        except SAXParseException:  # not XML after all; if it should be, the converter will say so
                            xml = None
                    block = part.read(1 << 16)

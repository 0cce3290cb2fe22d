"""Word files and slides as Markdown, and what no Office file may hold."""

import io
import re
import zipfile
from typing import Any
from xml.sax import SAXParseException

from knowledge.html_pages import MARKDOWNIFY
from knowledge.html_tables import with_flat_tables
from knowledge.loading import Converted, Limits, Refused

_SLIDE = re.compile(r"^<!-- Slide number: (\d+) -->$", re.MULTILINE)
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b"\0\0\0<")
_POINTS_OUTSIDE = re.compile(r"^[/\\]|^\w:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MEMBERS = 10_000


def docx_as_markdown(content: bytes, limits: Limits) -> Converted:
    check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter

    styles = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
    stream = StreamInfo(extension=".docx")
    converter = DocxConverter()  # type: ignore[no-untyped-call]
    _let_flatten(converter)
    shown = io.BytesIO(_without_hidden_words(content))
    return Converted(converter.convert(shown, stream, style_map=styles, **MARKDOWNIFY).markdown)


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
    page.convert_string = lambda html, **options: as_markdown(with_flat_tables(BeautifulSoup(html, "lxml")), **options)


def pptx_as_markdown(content: bytes, limits: Limits) -> Converted:
    check_archive(content, limits)
    from markitdown import StreamInfo
    from markitdown.converters import PptxConverter
    from pptx import Presentation

    converter = PptxConverter()  # type: ignore[no-untyped-call]
    _let_flatten(converter)
    markdown = converter.convert(io.BytesIO(content), StreamInfo(extension=".pptx"), **MARKDOWNIFY).markdown
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


def check_archive(content: bytes, limits: Limits) -> None:
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

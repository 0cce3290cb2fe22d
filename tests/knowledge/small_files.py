"""The smallest files of their format, with what a test puts in them."""

import io
import zipfile
from collections.abc import Sequence


def docx(body: str, prologue: str = "") -> bytes:
    """A Word file of nothing but this body."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/styles.xml",
            f'<w:styles xmlns:w="{word}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
            "</w:style></w:styles>",
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="s1" Type="{relations}/styles" Target="styles.xml"/>'
            "</Relationships>",
        )
        document = f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", prologue + document)
    return content.getvalue()


def pdf(pages: Sequence[Sequence[tuple[int, str, int, str]]], extra: str = "") -> bytes:
    """A PDF of lines (size, F1 plain or F2 bold, height on the page, words)."""
    return pdf_of(
        [
            "\n".join(f"BT /{font} {size} Tf 72 {y} Td ({words}) Tj ET" for size, font, y, words in lines)
            for lines in pages
        ],
        extra,
    )


def pdf_of(pages: Sequence[str], extra: str = "") -> bytes:
    """A PDF of pages as they are drawn, with further entries of its trailer."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    font = "<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"{font} /Helvetica >>",
        f"{font} /Helvetica-Bold >>",
    ]
    for number, content in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    body = "".join(f"{number} 0 obj\n{thing}\nendobj\n" for number, thing in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R {extra}>>\n%%EOF\n".encode("latin-1")

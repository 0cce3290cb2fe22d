"""Files of every format become drafts, and what may not be taken is refused with a reason in words."""

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import psutil
import pytest

from knowledge.loading import Draft, Limits, NotForEveryone, Parser, Refused, parse, read


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    """Front matter becomes fields; the text is the rest, exactly, with one kind of line end."""
    text = (
        "---\r\ntitle: Refunds\r\nowner: chloe@brightwater.example\r\naudience: everyone\r\njourney_stage: support\r\n"
        "reviewed: 2026-03-31\r\nurl: https://guides.example/refunds\r\n---\r\n\r\n# Late fees\r\n\r\nTen euros.  \r\n"
    )
    draft = _parse(tmp_path, "refunds.md", text)
    assert draft.text == "\n# Late fees\n\nTen euros.  \n"
    assert (draft.title, draft.owner, draft.audience) == ("Refunds", "chloe@brightwater.example", "everyone")
    assert (draft.journey_stage, draft.reviewed) == ("support", date(2026, 3, 31))
    assert draft.url == "https://guides.example/refunds"
    assert [draft.text[chunk.start : chunk.end] for chunk in draft.chunks] == ["# Late fees\n\nTen euros."]


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("late-fees.md", "Some *text*.\n\n## The `late` fee\n", "The late fee"),
        ("late_fees-2026.txt", "No heading at all.", "Late fees 2026"),
        ("prices.csv", "Plan,Price\nBasic,20\n", "Prices"),
        ("year.md", "---\ntitle: 2026\n---\nText", "2026"),
    ],
)
def test_title_of_a_guide_that_names_none(tmp_path: Path, name: str, text: str, title: str) -> None:
    """The title is the one written, else the first heading, else the file's name in words."""
    assert _parse(tmp_path, name, text).title == title


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("owners: ana", "`owners` in its front matter, which is none of title, owner"),
        ("reviewed: spring", "not a date; write it like 2026-03-31"),
        ("reviewed: 2026-02-31", "not YAML"),
        ("journey_stage: love", "write one of awareness, consideration"),
        ("url: javascript:alert(1)", "not a web address"),
        ("url: https://a.example/<x|y>", "not a web address"),
        ("title: [a, b]", "not one line of words"),
        ("title: a: b", "not YAML"),
        ("just words", "no `name: value` lines"),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "`a` in its front matter"),
        ("audience: managers", "needs access control that Frontline does not have yet"),
        ("audience: [everyone]", "needs access control"),
    ],
)
def test_front_matter_that_is_refused(tmp_path: Path, fields: str, reason: str) -> None:
    """A field that can't be understood is refused with what to write instead."""
    with pytest.raises(Refused) as refusal:
        _parse(tmp_path, "a.md", f"---\n{fields}\n---\n# Text\n")
    assert reason in str(refusal.value)
    assert isinstance(refusal.value, NotForEveryone) == fields.startswith("audience")


def test_front_matter_that_is_not_closed(tmp_path: Path) -> None:
    """A missing second line of --- must not turn `audience: managers` into text for everyone."""
    with pytest.raises(Refused, match="not closed"):
        _parse(tmp_path, "a.md", "---\naudience: managers\n\n# Text\n")


def test_sidecar(tmp_path: Path) -> None:
    """A file that can't carry front matter has its fields in NAME.yaml beside it; Markdown carries its own."""
    (tmp_path / "prices.csv.yaml").write_text("title: Prices of plans\nowner: UHUGO\nreviewed: 2026-01-02\n")
    draft = _parse(tmp_path, "prices.csv", "Plan;Price\nBasic|x;20\n")
    assert (draft.title, draft.owner, draft.reviewed) == ("Prices of plans", "UHUGO", date(2026, 1, 2))
    assert draft.text == "| Plan | Price |\n| --- | --- |\n| Basic\\|x | 20 |"
    (tmp_path / "a.md.yaml").write_text("title: A")
    with pytest.raises(Refused, match="put those fields at the top of the file"):
        _parse(tmp_path, "a.md", "Text")


def test_long_table_repeats_its_header(tmp_path: Path) -> None:
    """Every chunk of a long table has the header row, for a row alone does not say what its figures mean."""
    draft = _parse(tmp_path, "prices.csv", "Plan,Price\n" + "".join(f"Plan {n},{n} euros\n" for n in range(200)))
    pieces = [draft.text[chunk.start : chunk.end] for chunk in draft.chunks]
    assert all(piece.startswith("| Plan | Price |\n| --- | --- |\n| Plan ") for piece in pieces)
    assert sum(piece.count(" euros |") for piece in pieces) == 200


def test_wide_table_names_its_columns(tmp_path: Path) -> None:
    """Rows too long for a chunk become list items that name each column."""
    draft = _parse(tmp_path, "plans.csv", f"Plan,Terms\nBasic,{'long ' * 300}\nPlus,short\n")
    assert draft.text.startswith("- Plan: Basic; Terms: long long")
    assert draft.text.endswith("\n- Plan: Plus; Terms: short")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """Text in Unicode or in an old Western encoding is read as it was meant."""
    text = "Grüße aus München – für alle Kunden über 18 Jahre, natürlich.\n"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert parse(tmp_path / "a.txt").text == text


def test_html(tmp_path: Path) -> None:
    """HTML becomes Markdown with its headings, lists and tables, without scripts and script links."""
    html = (
        "<html><head><title>x</title><script>alert(1)</script></head><body><h1>Otter box</h1><p>a_b * c "
        "<a href='javascript:x()'>go</a></p><ol><li>One<li>Two</ol><table><tr><td>Box<td>Price<tr><td>Otter<td>5"
        "</table><img src='https://evil.example/p.png'></body></html>"
    )
    text = _parse(tmp_path, "otter.html", html).text
    assert "# Otter box\n\na_b * c go\n\n1. One\n2. Two" in text
    assert "| Box | Price |\n| --- | --- |\n| Otter | 5 |" in text
    assert "alert" not in text


def test_docx(tmp_path: Path) -> None:
    """Headings and tables of a Word file are kept."""
    content = docx(
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Porting</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Ask for form_9.</w:t></w:r></w:p>"
    )
    (tmp_path / "a.docx").write_bytes(content)
    draft = parse(tmp_path / "a.docx")
    assert (draft.title, draft.text) == ("Porting", "# Porting\n\nAsk for form_9.")


def test_pptx(tmp_path: Path) -> None:
    """A slide is a section under its title, or its number where it has none."""
    from pptx import Presentation

    slides = Presentation()
    first = slides.slides.add_slide(slides.slide_layouts[1])
    first.shapes.title.text, first.placeholders[1].text = "Refunds", "Within 14 days"
    slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Only words"
    slides.save(str(tmp_path / "a.pptx"))
    assert parse(tmp_path / "a.pptx").text == "# Refunds\nWithin 14 days\n\n## Slide 2\n\nOnly words"


def test_xlsx(tmp_path: Path) -> None:
    """Each sheet is a section with a table; dates and whole numbers look as they do in the sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Plans"
    for row in (["Plan", "Price", "From"], ["Basic", 20.0, datetime(2026, 3, 1)], [], ["Plus", 29.5, None]):  # noqa: DTZ001
        book.active.append(row)
    book.create_sheet("Empty")
    book.save(tmp_path / "a.xlsx")
    table = "| Plan | Price | From |\n| --- | --- | --- |\n| Basic | 20 | 2026-03-01 |\n| Plus | 29.5 |  |"
    assert parse(tmp_path / "a.xlsx").text == f"## Plans\n\n{table}"


def test_pdf(tmp_path: Path) -> None:
    """Large and bold lines of a PDF become headings, wrapped lines one paragraph, page numbers go."""
    page = [
        (24, "F2", 760, "Keeping a number {0}"),
        (11, "F1", 720, "Moving a number {0} from one provider to another is called porting, and when"),
        (11, "F1", 706, "done in the right order it takes a day."),
        (11, "F2", 680, "Before you start"),
        (11, "F1", 660, "1. Do the identity check {0}."),
        (11, "F1", 646, "2. Enter the number {0}."),
    ]
    names = ("here", "there", "abroad")
    pages = [
        [*((size, font, y, words.format(name)) for size, font, y, words in page), (9, "F1", 30, f"Page {number} of 3")]
        for number, name in enumerate(names, 1)
    ]
    (tmp_path / "a.pdf").write_bytes(pdf(pages))
    draft = parse(tmp_path / "a.pdf")
    once = (
        "# Keeping a number {0}\n\nMoving a number {0} from one provider to another is called porting, and when done "
        "in the right order it takes a day.\n\n## Before you start\n\n1. Do the identity check {0}.\n"
        "2. Enter the number {0}."
    )
    assert draft.text == "\n\n".join(once.format(name) for name in names)
    assert draft.title == "Keeping a number here"


def test_pdf_without_headings(tmp_path: Path) -> None:
    """A PDF without any heading is cited by page and titled by its name."""
    (tmp_path / "form-np4.pdf").write_bytes(pdf([[(11, "F1", 700, "Sign here.")], [(11, "F1", 700, "And here.")]]))
    draft = parse(tmp_path / "form-np4.pdf")
    assert (draft.title, draft.text) == ("Form np4", "## Page 1\n\nSign here.\n\n## Page 2\n\nAnd here.")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(seconds=1), "takes longer than 1 seconds"),
        (Limits(memory_bytes=150_000_000), "needs more than 150 MB of memory"),
        (Limits(characters=1_000), "has 3,000,000 characters, more than 1,000"),
        (Limits(file_bytes=1_000), "is 3 MB, more than 1 kB"),
    ],
)
def test_limits(tmp_path: Path, limits: Limits, reason: str) -> None:
    """A file that needs more time, memory or room than there is is refused, and the next is read."""
    (tmp_path / "long.md").write_text("a\n" * 1_500_000)
    (tmp_path / "good.md").write_text("Good.")
    with Parser(limits) as parser:
        with pytest.raises(Refused) as refusal:
            parser.parse(read(tmp_path / "long.md", tmp_path, limits))
        assert reason in str(refusal.value)
        assert parser.parse(read(tmp_path / "good.md", tmp_path, limits)).text == "Good."


def test_the_parsing_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds none of ours, and it can neither connect nor start a program nor write a file."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    (tmp_path / "a.md").write_text("Text")
    with Parser(Limits()) as parser:
        parser.parse(read(tmp_path / "a.md", tmp_path, Limits()))
        (child,) = (child for child in psutil.Process().children() if "knowledge.parsing" in child.cmdline())
        assert "canary" not in str(child.environ())
    attempts = (
        "socket.create_connection(('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        f"pathlib.Path({str(tmp_path / 'x')!r}).write_text('x')",
    )
    for attempt in attempts:
        code = f"import pathlib, socket, subprocess, knowledge.parsing as p; p._lock_in(); {attempt}"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert ended.returncode != 0
        assert "Refused" in ended.stderr or "File too large" in ended.stderr


def _parse(folder: Path, name: str, text: str) -> Draft:
    (folder / name).write_bytes(text.encode())
    return parse(folder / name)


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


def pdf(pages: list[list[tuple[int, str, int, str]]], extra: str = "") -> bytes:
    """A PDF of lines (size, F1 plain or F2 bold, height on the page, words)."""
    contents = [
        "\n".join(f"BT /{font} {size} Tf 72 {y} Td ({words}) Tj ET" for size, font, y, words in lines)
        for lines in pages
    ]
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    for number, content in enumerate(contents):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    body = "".join(f"{number} 0 obj\n{thing}\nendobj\n" for number, thing in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R {extra}>>\n%%EOF\n".encode("latin-1")

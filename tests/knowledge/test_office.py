"""Word files and slides."""

import io

from tests.knowledge.conftest import Take
from tests.knowledge.small_files import docx


def test_docx(take: Take) -> None:
    """Headings and tables of a Word file are kept."""
    content = docx(
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Porting</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Ask for form_9.</w:t></w:r></w:p>"
    )
    draft = take("a.docx", content)
    assert (draft.title, draft.text) == ("Porting", "# Porting\n\nAsk for form_9.")


def test_docx_with_cells_over_several_columns_or_rows(take: Take) -> None:
    """Word has them too, and names no head rows."""
    cells = [
        [('<w:vMerge w:val="restart"/>', "What"), ('<w:gridSpan w:val="2"/>', "Bronze")],
        [("<w:vMerge/>", ""), ("", "home"), ("", "landlord")],
        [("", "Price"), ("", "£9"), ("", "£12")],
    ]
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = "".join(f"<w:tr>{''.join(cell.format(*each) for each in row)}</w:tr>" for row in cells)
    assert take("a.docx", docx(f"<w:tbl>{rows}</w:tbl>")).text == (
        "| What | Bronze home | Bronze landlord |\n| --- | --- | --- |\n| Price | £9 | £12 |"
    )


def test_pptx(take: Take) -> None:
    """A slide is a section under its title, or its number where it has none."""
    from pptx import Presentation

    slides = Presentation()
    first = slides.slides.add_slide(slides.slide_layouts[1])
    first.shapes.title.text, first.placeholders[1].text = "Refunds", "Within 14 days"
    slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Only words"
    slides.save(content := io.BytesIO())
    assert take("a.pptx", content.getvalue()).text == "# Refunds\nWithin 14 days\n\n## Slide 2\n\nOnly words"


def test_words_hidden_in_docx(take: Take) -> None:
    """Words that are formatted as hidden are no part of the guide."""
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    runs = run.format("<w:b w:val='0'/>", "Fee ") + run.format("<w:vanish/>", "was 4, ") + run.format("", "is ")
    shown = run.format("<w:vanish w:val='false'/>", "£9.")
    assert take("a.docx", docx(f"<w:p>{runs}{shown}</w:p>")).text == "Fee is £9."


def test_slides_and_notes_for_the_speaker_only(take: Take) -> None:
    """Hidden slides and speaker notes are left out; the others keep their numbers."""
    from pptx import Presentation

    slides = Presentation()
    for words in ("First", "Hidden", "Third"):
        slide = slides.slides.add_slide(slides.slide_layouts[6])
        slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = words
        slide.notes_slide.notes_text_frame.text = "For managers"
    slides.slides[1].element.set("show", "0")
    slides.save(content := io.BytesIO())
    assert take("a.pptx", content.getvalue()).text == "## Slide 1\n\nFirst\n\n## Slide 3\n\nThird"

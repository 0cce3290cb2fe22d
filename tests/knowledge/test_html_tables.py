"""Tables of web pages, and what only looks like one."""

import io

import pytest

from tests.knowledge.conftest import Take
from tests.knowledge.small_files import docx


def test_cells_over_several_columns_or_rows(take: Take) -> None:
    """Each says what it says in all of them, so that no figure stands below the name of another column."""
    html = (
        "<table><caption>Cover</caption><thead><tr><th colspan=9>Prices 2026</th></tr>"
        "<tr><th rowspan=2>What</th><th colspan=2>Bronze</th></tr><tr><th>home</th><th>landlord</th></tr></thead>"
        "<tr><td rowspan=2>Price</td><td>£9</td><td>£12</td></tr><tr><td colspan=2>not <b>known</b></td></tr>"
        "<tr><td colspan=3>Extras</td></tr><tr><td>Drains</td><td>no</td></tr></table>"
    )
    assert take("cover.html", html).text == (
        "Cover\n\nPrices 2026\n\n"
        "| What | Bronze home | Bronze landlord |\n| --- | --- | --- |\n"
        "| Price | £9 | £12 |\n| Price | not **known** | not **known** |\n| Extras |  |  |\n| Drains | no |  |"
    )


@pytest.mark.parametrize(
    ("around", "above"),
    [
        ("<caption>What it <b>costs</b></caption>", "What it costs\n\n"),
        ("<colgroup><col><col></colgroup>", ""),
        ("<col>", ""),
    ],
)
def test_the_head_of_a_table_below_its_caption(take: Take, around: str, above: str) -> None:
    """The caption is a line above the table, and the first row is the head all the same."""
    html = f"<table>{around}<tr><th>Boat</th><th>An hour</th></tr><tr><td>Canoe</td><td>£9</td></tr></table>"
    assert take("boats.html", html).text == f"{above}| Boat | An hour |\n| --- | --- |\n| Canoe | £9 |"


def test_lines_in_the_cells_of_a_table(take: Take) -> None:
    """A `|` in a cell is no end of it, on a page, in Word and on a slide."""
    from pptx import Presentation

    rows = [["Bag", "Fee"], ["Cabin bag | small", "£5"]]
    html = "".join(f"<tr>{''.join(f'<td>{cell}' for cell in row)}" for row in rows)
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    word = "".join(f"<w:tr>{''.join(cell.format(each) for each in row)}</w:tr>" for row in rows)
    slides = Presentation()
    table = slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_table(2, 2, 0, 0, 9, 9).table
    for place, words in enumerate([*rows[0], *rows[1]]):
        table.cell(place // 2, place % 2).text = words
    slides.save(content := io.BytesIO())
    files = {
        "a.html": f"<p>x | y</p><table>{html}</table>",
        "a.docx": docx(f"<w:tbl>{word}</w:tbl>"),
        "a.pptx": content.getvalue(),
    }
    for name, written in files.items():
        text = take(name, written).text
        assert "| Bag | Fee |\n| --- | --- |\n| Cabin bag \\| small | £5 |" in text
        assert ("x | y" in text) == (name == "a.html")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<td>A<td colspan=2>B<tr><td>x<td>y<td>z<tr><td>1<td>2<td>3", "| A x | B y | B z |"),
        ("<td>A<td colspan=2>B<tr><td>x<td>7<td>z<tr><td>1<td>2<td>3", "| A | B | B |"),
        ("<td>A<td>B<tr><td rowspan=2>x<td>y<tr><td>z", "| A | B |"),
        ("<td>A<td>B<tr><td>x<td><table><tr><td colspan=2>y<td>z</table>", "| A | B |"),
        ("<td>A<td colspan=1000000>B<tr><td>x<td>7", "| A | B | B | B"),
    ],
    ids=["groups", "figures", "in the body", "layout", "endless"],
)
def test_head_rows_that_the_page_does_not_name(take: Take, rows: str, expected: str) -> None:
    """The row below a name over several columns is the head too, unless it has figures."""
    assert take("cover.html", f"<table><tr>{rows}</table>").text.startswith(expected)


def test_boxes_and_ways_on_in_a_manual(take: Take) -> None:
    """A picture beside a note makes no table of it, and the links around a page are no part of it."""
    signs = "<table><tr><td><img src=a alt=Oil><td>Stop.<tr><td><img src=b alt=Fuel><td>Go on.</table>"
    box = "<table><tr><td rowspan=2><img src=n.png></td><th>Note</th></tr><tr><td colspan=2><p>Ring first.</p></table>"
    way = "<table><tr><td>Prev</td><td>Home</td><td>Next</td></tr></table>"
    page = f"<div class=navheader>{way}</div><h1>Keys</h1><h2></h2><p><b>Ask <b>us</b></b>.</p>{box}"
    page += f"<div class=navfooter>{way}</div><div id=footer><a href=l>Legal</a></div>"

    assert take("a.html", page).text == "# Keys\n\n**Ask us**.\n\nNote: Ring first."
    assert take("b.html", "<h1>Pages</h1><div id=footer><h2>Footers</h2><p>Open it.</div>").text.endswith("Open it.")
    kept = take("c.html", "<table><tr><td><img src=a.png></td><td>Ann</td><td>Bo</td></tr></table>").text
    assert "Ann | Bo" in kept
    assert "![Fuel](b) | Go on." in take("d.html", signs).text


def test_terms_and_rows_without_names(take: Take) -> None:
    """A list of terms, or a table of two columns that names none, is "term: meaning"; figures are below names."""
    terms = "<dl><dt><code>-v</code></dt><dt>--loud</dt><dd><p>Say more.</p><dt>What is it?<dd>A key.<dt>Alone</dl>"
    rows = "<table><tr>{0}Add{1}<td>makes one<tr>{0}Drop{1}<td>takes one away</table>"
    listed = "* Add: makes one\n* Drop: takes one away"

    assert take("a.html", terms).text == "* `-v`, --loud: Say more.\n* What is it? A key.\n* Alone"
    assert take("b.html", rows.format("<td>", "</td>")).text == listed
    assert take("c.html", rows.format("<th>", "</th>")).text == listed
    hours = take("f.html", "<table><tr><td>Time<td>Meal<tr><td>8:00<td>Toast<tr><td>13:00<td>Soup</table>").text
    assert "| Time | Meal |\n| --- |" in hours
    assert "Add | one" in take("e.html", "<table><tr><td>Add<td>one</table>").text
    assert "| Size | Fee |\n| --- |" in take("d.html", "<table><tr><td>Size<td>Fee<tr><td>S<td>4<tr><td>L<td>9").text

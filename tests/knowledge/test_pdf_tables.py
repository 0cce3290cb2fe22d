"""Tables in PDFs, which have only words at places and lines between them; and what looks like one but is none."""

import pytest

from knowledge.loading import Limits
from knowledge.pdf import pages_as_markdown
from tests.knowledge.small_files import pdf_of

_PROSE = (
    "Moving a number from one provider to another",
    "is called porting, and when done in the right",
    "order it takes a day and nobody notices. In the",
    "wrong order the number is gone, and with it the",
    "years in which people have come to know it.",
)
_PRICES = "| Plan | A month | A year |\n| --- | --- | --- |\n| Basic | £20 | £200 |\n| Plus | £30 | £1,300 |"


def test_ruled_table() -> None:
    """Also where cells wrap, stand in the middle of the next or nearly meet it, and where no name is in bold."""
    rows = [
        _at(100, 652, "Code", "Meaning", "What to do", lefts=(80, 122, 300)),
        _at(100, 621, "R10", lefts=(80,)),
        _at(100, 628, "name or address differs from the", lefts=(104,)),
        _at(100, 614, "other provider's", lefts=(104,)),
        _at(100, 628, "ask for a photo of the bill,", lefts=(300,)),
        _at(100, 614, "correct | send again", lefts=(300,)),
        _at(100, 594, "R12", "number missing", "ask again", lefts=(80, 104, 300)),
    ]
    text = _read([*rows, _grid([76, 102, 296, 500], [590, 608, 642, 668]), _paragraph(560)])
    assert text == (
        "| Code | Meaning | What to do |\n| --- | --- | --- |\n"
        "| R10 | name or address differs from the other provider's "
        "| ask for a photo of the bill, correct \\| send again |\n"
        "| R12 | number missing | ask again |\n\n" + "\n".join(_PROSE)
    )


@pytest.mark.parametrize("lines", ["as boxes", "as thin boxes", "around cells", "around all"])
def test_rules_however_drawn(lines: str) -> None:
    xs, ys = [76, 196, 296, 400], [608, 628, 648, 668]
    rules = {
        "as boxes": _grid(xs, ys),
        "as thin boxes": " ".join(
            [f"{x} 608 0.5 60 re f" for x in xs] + [f"76 {y} 324 0.5 re f" for y in ys],
        ),
        "around cells": " ".join(
            f"{x} {y} {w} 20 re S" for x, w in ((76, 120), (196, 100), (296, 104)) for y in ys[:-1]
        ),
        "around all": "76 608 324 60 re S 196 608 m 196 668 l 296 668 m 296 608 l S 76 648 m 400 648 l S",
    }[lines]
    rows = [
        _at(100, 652, "Plan", "A month", "A year", lefts=(80, 200, 300)),
        _at(100, 632, "Basic", "£20", "£200", lefts=(80, 200, 300)),
        _at(100, 612, "Plus", "£30", "£1,300", lefts=(80, 200, 300)),
    ]
    assert _read([*rows, rules]) == _PRICES


def test_cells_over_several_columns_and_rows() -> None:
    """They are written into all; a title over all columns goes above, and of two rows of names one is made."""
    rules = (
        "76 588 m 76 688 l 400 588 m 400 688 l 196 588 m 196 668 l 296 588 m 296 648 l S "
        "76 688 m 400 688 l 76 668 m 400 668 l 196 648 m 400 648 l "
        "76 628 m 400 628 l 196 608 m 400 608 l 76 588 m 400 588 l S"
    )
    rows = [
        _at(100, 672, "All with VAT", lefts=(80,)),
        _at(100, 652, "Plan", "Price", lefts=(80, 200)),
        _at(100, 632, "a month", "a year", lefts=(200, 300)),
        _at(100, 612, "Basic", "£20", "£200", lefts=(80, 200, 300)),
        _at(100, 592, "£30", "£300", lefts=(200, 300)),
    ]
    assert _read([*rows, rules]) == (
        "All with VAT\n\n| Plan | Price a month | Price a year |\n| --- | --- | --- |\n"
        "| Basic | £20 | £200 |\n| Basic | £30 | £300 |"
    )


def test_table_without_rules() -> None:
    """Names in bold, figures that end below each other, a cell that wraps and one that is empty."""
    rows = [
        _at("bold", 660, "Plan", "A month", "A year", lefts=(72, 200, 320)),
        _at(100, 644, "Basic", "£20", lefts=(72, 221)),
        _at(100, 628, "Plus, for homes with", "£30", "£1,300", lefts=(72, 221, 318)),
        _at(100, 616, "several lines", lefts=(72,)),
        _at(100, 600, "Max", "£40", "£400", lefts=(72, 221, 327)),
    ]
    assert _read([_paragraph(760), *rows, _paragraph(560)]) == (
        f"{' '.join(_PROSE)}\n\n| Plan | A month | A year |\n| --- | --- | --- |\n| Basic | £20 |  |\n"
        f"| Plus, for homes with several lines | £30 | £1,300 |\n| Max | £40 | £400 |\n\n{' '.join(_PROSE)}"
    )


def test_cells_of_several_lines_in_the_middle_of_each_other() -> None:
    """As web pages are printed: where lines are missing, they stand beside the others, and not below the names."""
    rows = [
        _at("bold", 660, "Fee", "Now", "Later", lefts=(72, 200, 320)),
        _at(100, 644, "Move", "free", "£25", lefts=(72, 200, 320)),
        *(_at(100, 628 - 13 * at, line, lefts=(72,)) for at, line in enumerate(("Visit missed,", "also when", "rung"))),
        *(_at(100, 622 - 13 * at, line, lefts=(200,)) for at, line in enumerate(("£30, when it was", "agreed before"))),
        _at(100, 615, "£30", lefts=(320,)),
    ]
    assert _read(rows) == (
        "| Fee | Now | Later |\n| --- | --- | --- |\n| Move | free | £25 |\n"
        "| Visit missed, also when rung | £30, when it was agreed before | £30 |"
    )


@pytest.mark.parametrize("rule", ["", "72 656 m 400 656 l S"])
def test_names_without_bold(rule: str) -> None:
    """They are told by a line below them, or by having no figures above columns of figures."""
    words = ("£20", "£200"), ("£30", "£1,300")
    if rule:
        words = ("free", "not sold"), ("by phone", "by post")
    rows = [
        _at(100, 660, "Plan", "A month", "A year", lefts=(72, 200, 300)),
        _at(100, 640, "Basic", *words[0], lefts=(72, 200, 300)),
        _at(100, 624, "Plus", *words[1], lefts=(72, 200, 300)),
    ]
    text = _read([*rows, rule])
    assert text.startswith("| Plan | A month | A year |\n| --- | --- | --- |\n| Basic | ")
    assert len(text.splitlines()) == 4


def test_words_among_the_figures_of_a_column() -> None:
    """A row that has none there doesn't make all of them text."""
    rows = [
        ("Knot", "A metre", "Holds"),
        ("Bowline", "£2", "9 days"),
        ("Reef", "£3", "5 days"),
        ("Slip", "£1", "not long"),
    ]
    text = _read([_at(100, 660 - 16 * at, *row, lefts=(72, 200, 300)) for at, row in enumerate(rows)])
    assert text == "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ("---",) * 3, *rows[1:]))


@pytest.mark.parametrize("has_rules", [True, False])
@pytest.mark.parametrize("names_again", [True, False])
def test_table_over_a_page_break(has_rules: bool, names_again: bool) -> None:
    """It is one, even when only its names are on the first page; page numbers below it are no part of it."""
    xs = (80, 200, 300)
    names = _at("bold", 60, "Plan", "A month", "A year", lefts=xs)
    above = [_at("bold", 80, "Plan", "A month", "A year", lefts=xs), _at(100, 60, "Free", "£0", "£0", lefts=xs)]
    first = [names] if has_rules and not names_again else above
    again = [_at("bold", 780, "Plan", "A month", "A year", lefts=xs)] if names_again else []
    rest = [_at(100, 760, "Basic", "£20", "£200", lefts=xs), _at(100, 740, "Plus", "£30", "£1,300", lefts=xs)]
    columns = [76, 196, 296, 400]
    ys = [756 - 20, 756, 776, 796] if names_again else [756 - 20, 756, 776]
    pages = [
        [_paragraph(700), *first, *([_grid(columns, [56, 76, 96] if first is above else [56, 76])] * has_rules)],
        [*again, *rest, *([_grid(columns, ys)] * has_rules), _paragraph(600)],
        [_paragraph(700)],
    ]
    text = _read(*([*page, _at(100, 20, f"Page {at}", lefts=(280,))] for at, page in enumerate(pages, 1)))
    expected = _PRICES if first == [names] else _PRICES.replace("| Basic", "| Free | £0 | £0 |\n| Basic")
    assert text.count("| --- ") == 3
    assert expected in text


@pytest.mark.parametrize(
    "rows",
    [
        [(one, two) for one, two in zip(_PROSE, reversed(_PROSE), strict=True)],
        [("Brightwater Ltd", "Date: 3 May"), ("12 High Street", "Our ref: 4711"), ("Leeds LS1 4AB", "Your ref: 0815")],
        [("**Brightwater Ltd", "Jo Reed"), ("12 High Street", "7 Low Road"), ("Leeds LS1 4AB", "York YO1 7HH")],
        [("**Contents", "Page"), ("Before you start", "3"), ("Bringing a number", "7"), ("Rejected ports", "12")],
        [("**1.", "Do the identity check"), ("2.", "Enter the number"), ("3.", "Agree a day"), ("4.", "Ring")],
        [("**For us", "For you"), ("______________", "______________"), ("Ana Cole", "Jo Reed"), ("Leeds", "York")],
    ],
)
def test_no_table(rows: list[tuple[str, str]]) -> None:
    """Text in two columns, addresses, contents, lists and what is to be signed stay as they are."""
    lines = [
        _at("bold" if one.startswith("**") else 100, 700 - 14 * at, one.removeprefix("**"), two, lefts=(72, 320))
        for at, (one, two) in enumerate(rows)
    ]
    text = _read([*lines, _paragraph(600)])
    assert "|" not in text
    assert all(f"{one.removeprefix('**')} {two}" in text for one, two in rows)


def test_article_beside_a_frame() -> None:
    """Columns of text and boxes around them are no cells."""
    left = [_at(100, 700 - 14 * at, line, lefts=(72,)) for at, line in enumerate(_PROSE)]
    right = [_at(100, 700 - 14 * at, line, lefts=(320,)) for at, line in enumerate(_PROSE)]
    text = _read([*left, *right, "68 630 240 90 re S", "316 630 240 90 re S"])
    assert "|" not in text


def _read(*pages: list[str]) -> str:
    text = pages_as_markdown(pdf_of(["\n".join(page) for page in pages]), Limits()).text
    return "\n\n".join(part for part in text.split("\n\n") if not part.startswith("## Page "))


def _at(weight: str | int, height: int, *words: str, lefts: tuple[int, ...]) -> str:
    """Words at one height, as a file has them: cell after cell."""
    font = "F2" if weight == "bold" else "F1"
    escaped = [each.replace("£", "\\243") for each in words]
    return " ".join(f"BT /{font} 11 Tf {x} {height} Td ({word}) Tj ET" for x, word in zip(lefts, escaped, strict=False))


def _paragraph(height: int) -> str:
    return " ".join(_at(100, height - 13 * at, line, lefts=(72,)) for at, line in enumerate(_PROSE))


def _grid(xs: list[int], ys: list[int]) -> str:
    down = [f"{x} {ys[0]} m {x} {ys[-1]} l S" for x in xs]
    return " ".join([*down, *(f"{xs[0]} {y} m {xs[-1]} {y} l S" for y in ys)])

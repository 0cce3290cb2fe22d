"""Workbooks and CSV files."""

import io
from datetime import datetime, time

import pytest

from tests.knowledge.conftest import Take


def test_long_table_repeats_its_header(take: Take) -> None:
    """Every chunk of a long table has the header row, for a row alone does not say what its figures mean."""
    draft = take("prices.csv", "Plan,Price\n" + "".join(f"Plan {n},{n} euros\n" for n in range(200)))
    pieces = [draft.text[chunk.start : chunk.end] for chunk in draft.chunks]
    assert all(piece.startswith("| Plan | Price |\n| --- | --- |\n| Plan ") for piece in pieces)
    assert sum(piece.count(" euros |") for piece in pieces) == 200


def test_wide_table_names_its_columns(take: Take) -> None:
    """Rows too long for a chunk become list items that name each column."""
    draft = take("plans.csv", f"Plan,Terms\nBasic,{'long ' * 300}\nPlus,short\n")
    assert draft.text.startswith("- Plan: Basic; Terms: long long")
    assert draft.text.endswith("\n- Plan: Plus; Terms: short")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            'Question,Answer,Fee\n"Is it free?","He said ""yes, for now"" to us",5\n"What, then?","Nothing",7\n',
            '| Is it free? | He said "yes, for now" to us | 5 |\n| What, then? | Nothing | 7 |',
        ),
        ("Plan,Answer,Why\nBasic,'I can't, pay'\n", "| Basic | 'I can't | pay' |"),
        ('Plan, Answer\nBasic, "Yes, it is"\n', "| Basic | Yes, it is |"),
    ],
    ids=["doubled", "apostrophes", "spaces"],
)
def test_quotes_in_a_csv_file(take: Take, rows: str, expected: str) -> None:
    """They are double and may be doubled, and keep a comma within its cell; apostrophes are letters."""
    assert take("a.csv", rows).text.split("\n", 2)[2] == expected


def test_a_table_of_one_row(take: Take) -> None:
    """It heads nothing, so its cells are paragraphs, however long."""
    assert take("a.csv", f"Refunds,,{'long ' * 400}\n").text == f"Refunds\n\n{('long ' * 400).strip()}"


def test_xlsx(take: Take) -> None:
    """Each sheet is a section with a table; dates and whole numbers look as they do in the sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Plans"
    for row in (["Plan", "Price", "From"], ["Basic", 20.0, datetime(2026, 3, 1)], [], ["Plus", 29.5, None]):  # noqa: DTZ001
        book.active.append(row)
    book.create_sheet("Empty")
    book.save(content := io.BytesIO())
    table = "| Plan | Price | From |\n| --- | --- | --- |\n| Basic | 20 | 2026-03-01 |\n| Plus | 29.5 |  |"
    assert take("a.xlsx", content.getvalue()).text == f"## Plans\n\n{table}"


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.19, "0%", "19%"),
        (-0.195, "0.0%;[Red]-0.0%", "-19.5%"),
        (19, '0"%"', "19"),
        (7.5, "£#,##0.00", "£7.50"),
        (-1234.5, "_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-", "-£1,234.50"),
        (20, '#,##0 "€"', "20 €"),
        (20, "[$CHF] #,##0", "CHF 20"),
        (14, '0 "days"', "14 days"),
        (29.5, "[$-409]0.00", "29.5"),
        (-9.5, '_-* #,##0.00\\ "€"_-', "-9.50 €"),
        (0.125, "£0.00", "£0.13"),
        (0.285, "0%", "29%"),
        (7.25, '0.## "GB"', "7.25"),
        (19.99, '"£"General', "19.99"),
        (0.5, 'General "hours"', "0.5"),
        (1234567, '#,##0.0,,"M"', "1234567"),
        (45000, '#,##0,"k"', "45000"),
        (5, '[<2]0 "day";0 "days"', "5"),
        (time(9, 30), "hh:mm", "09:30"),
        (datetime(2026, 3, 1, 9, 0), "yyyy-mm-dd hh:mm", "2026-03-01 09:00"),  # noqa: DTZ001
    ],
)
def test_number_formats_in_a_sheet(take: Take, value: object, form: str, shown: str) -> None:
    """Shares, money and times are read as the sheet shows them; a format that is not understood changes no figure."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Name", "Value"])
    book.active.append(["a", value])
    book.active["B2"].number_format = form
    book.save(content := io.BytesIO())
    assert take("a.xlsx", content.getvalue()).text.endswith(f"| a | {shown} |")


def test_what_is_hidden_in_a_workbook_is_left_out(take: Take) -> None:
    """Sheets, rows and columns that the author hid."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (["Plan", "Cost", "Margin", "Price"], ["Basic", 1, 2, 20], ["Draft", 1, 2, 30], ["Plus", 1, 2, 40]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions.group("B", "C", hidden=True)
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet.sheet_state = state
        sheet.append(["For managers"])
    book.save(content := io.BytesIO())
    table = "| Plan | Price |\n| --- | --- |\n| Basic | 20 |\n| Plus | 40 |"
    assert take("a.xlsx", content.getvalue()).text == f"## Sheet\n\n{table}"


def test_merged_cells_in_a_sheet(take: Take) -> None:
    """Each says what it says in all of them; a title, the head and a line over all columns stay as they are."""
    from openpyxl import Workbook

    book = Workbook()
    rows = [
        ["Prices 2026"],
        ["Region", "Fee", None],
        [None, "home", "shop"],
        ["North", "cash only"],
        [None, 1, 2],
        [],
        ["Extras"],
    ]
    for row in rows:
        book.active.append(row)
    for place in ("A1:C1", "A2:A3", "B2:C2", "A4:A6", "B4:C4", "A7:C7"):
        book.active.merge_cells(place)
    book.save(content := io.BytesIO())
    assert take("a.xlsx", content.getvalue()).text == (
        "## Sheet\n\nPrices 2026\n\n| Region | Fee |  |\n| --- | --- | --- |\n|  | home | shop |\n"
        "| North | cash only | cash only |\n| North | 1 | 2 |\n| Extras |  |  |"
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [["Prices 2026"], [], [None, "by Ana"], ["Plan", "Price"], ["Basic", 20], ["Plus", 30]],
            "Prices 2026\n\nby Ana",
        ),
        ([["Colleague"], ["Ana"], ["Ben"], ["Chloe", "on leave"]], "| Colleague |  |\n| --- | --- |\n| Ana |  |"),
        ([["Colleague"], ["Ana"]], "| Colleague |\n| --- |\n| Ana |"),
    ],
)
def test_titles_above_a_table_in_a_sheet(take: Take, rows: list[list[object]], expected: str) -> None:
    """They stand above it, and the names of its columns at its head; a list has no titles."""
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(content := io.BytesIO())
    text = take("a.xlsx", content.getvalue()).text
    assert text.startswith(f"## Sheet\n\n{expected}")
    assert ("| Plan | Price |\n| --- | --- |\n| Basic | 20 |\n| Plus | 30 |" in text) == ("Prices" in expected)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "Tea,4\nMate,5\nAll of them are sold by weight,\n",
            "| Tea | 4 |\n| Mate | 5 |\n\nAll of them are sold by weight",
        ),
        (
            "Tea,4\nSold in our own shops in Leeds and York and never by post in June:\nMate,5\n",
            "| Tea | 4 |\n\nSold in our own shops in Leeds and York and never by post in June:\n\n{head}\n| Mate | 5 |",
        ),
        (
            "Tea,4\nCount the tea in the till and lock it away,\nMate,5\n",
            "| Tea | 4 |\n| Count the tea in the till and lock it away |  |\n| Mate | 5 |",
        ),
        ("Tea,4\nMuch more,\nMate,5\n", "| Tea | 4 |\n| Much more |  |\n| Mate | 5 |"),
        ("Tea from the hills behind Uji,4\nTea from the other side,\n", "Uji | 4 |\n| Tea from the other side |  |"),
        ("Tea,4\n,by the ounce and never by post\n", "| Tea | 4 |\n|  | by the ounce and never by post |"),
    ],
)
def test_notes_among_the_rows_of_a_table(take: Take, rows: str, expected: str) -> None:
    """One long cell by itself is a paragraph, and what follows names the columns again; a short one is a row."""
    head = "| Sort | Price |\n| --- | --- |"
    text = take("a.csv", f"Sort,Price\n{rows}").text
    assert text.startswith(head)
    assert text.endswith(expected.format(head=head))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Plan,a month,a year\n", "| Plan | a month | a year |\n| --- | --- | --- |\n| Plan "),
        (
            ",Price,,,Term\nPlan,a month,a year,,from\n",
            "|  | Price |  |  | Term |\n| --- | --- | --- | --- | --- |\n| Plan | a month | a year |  | from |\n| ",
        ),
    ],
)
def test_every_part_of_a_long_table_below_a_title_names_its_columns(take: Take, head: str, expected: str) -> None:
    """Not the title, which is no name of a column; and not only the first row of the names."""
    rows = "".join(f"Plan {number},{number} euros,{10 * number} euros\n" for number in range(200))
    parts = take("prices.csv", f"Prices,,\nof all plans,,\n{head}{rows}").text.split("\n\n")
    assert parts[:2] == ["Prices", "of all plans"]
    assert len(parts) > 3
    assert all(part.startswith(expected) for part in parts[2:])

"""What old systems print becomes headings, tables and lists; other plain text stays as it is."""

import random
import re
from collections import Counter

import pytest

from knowledge.plain_text import as_markdown
from knowledge.sentences import cells_of
from tests.knowledge.conftest import Take

HOURS = """OPENING HOURS

SITE              MON-TUE    WED
----------------  ---------  ---------
CIVIC CENTRE      0900-1700  1030-1700
OLD BANK          BY APPOINTMENT ONLY.
  (REGISTRARS)               CLOSED

Ring first."""

SCHEME = """                MM             MX
                ------------   -----------
Delivered by    The garage     Hartwell
                               Hire
Abroad          No             No"""


PITCHES = "        Basic   Plus\nSize    70 m2   90 m2\nDrain   no      yes"


def test_a_table_has_the_columns_of_the_line_below_their_names() -> None:
    """A text that is too long for its column stays whole."""
    assert as_markdown(HOURS) == (
        "## OPENING HOURS\n\n"
        "| SITE | MON-TUE | WED |\n| --- | --- | --- |\n| CIVIC CENTRE | 0900-1700 | 1030-1700 |\n"
        "| OLD BANK | BY APPOINTMENT ONLY. |  |\n| (REGISTRARS) |  | CLOSED |\n\n"
        "Ring first."
    )


def test_a_first_column_may_have_no_name_and_a_cell_two_lines() -> None:
    assert as_markdown(SCHEME) == (
        "|  | MM | MX |\n| --- | --- | --- |\n| Delivered by | The garage | Hartwell Hire |\n| Abroad | No | No |"
    )


@pytest.mark.parametrize("ruler", ["", "-----   ----------   -------\n"])
def test_the_names_of_columns_may_go_on_in_a_second_line(ruler: str) -> None:
    """Which stands below some of them."""
    text = (
        f"CLASS   PER HOUR     PRICE\n        FROM HOUR\n{ruler}A       8.00         12.00\nB       10.00        15.00"
    )

    assert as_markdown(text).splitlines() == [
        "| CLASS | PER HOUR FROM HOUR | PRICE |",
        "| --- | --- | --- |",
        "| A | 8.00 | 12.00 |",
        "| B | 10.00 | 15.00 |",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fees:\n  Bag     7.50\n  Laptop  15.00\nAsk first.", "Fees:\n- Bag: 7.50\n- Laptop: 15.00\n\nAsk first."),
        ("Phones  none\nLaptop  15.00", "- Phones: none\n- Laptop: 15.00"),
        ("Bag      7.50\nLaptop  15.00", "- Bag: 7.50\n- Laptop: 15.00"),
        ("Cash:   6 months   safe\nKeys:   3 months   shelf", "- Cash: 6 months; safe\n- Keys: 3 months; shelf"),
    ],
)
def test_columns_without_names_become_a_list(text: str, expected: str) -> None:
    assert as_markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{PITCHES}\nAsk.", ["|  | Basic | Plus |", "| Drain | no | yes |\n\nAsk."]),
        (f"Prices:\n{PITCHES}", ["Prices:\n\n|  | Basic | Plus |"]),
        ("Code   Meaning\nB1     stay has ended\nB12    no plate", ["| Code | Meaning |\n| --- | --- |\n| B1 | stay"]),
        ("Event   Guests   Price\nDay     40       350\nNight   60       480", ["| Event | Guests | Price |\n| --- |"]),
    ],
)  # fmt: skip
def test_names_above_columns_head_a_table(text: str, expected: list[str]) -> None:
    """With none above the first column, or in a row as long as the others, which have figures."""
    markdown = as_markdown(text)

    assert [each for each in expected if each not in markdown] == []


STANDS = "Stand    Where to find it   Open\n"
ROWS = """Ices     at the pier        all day
Tea      Mill Lane          from 2 pm
Soup     behind the church  at noon"""


@pytest.mark.parametrize(
    "text",
    [
        STANDS + ROWS,
        "WHAT   WHERE   WHEN\nKeys   Desk    Mondays\nPost   Hall    Tuesdays\nBins   Yard    Fridays",
        "Town   Day        Keeper\nHyde   Monday     Anna Bell\nDeal   Any day    Carl Dunn\nRye    Late May   Eve Fox",
        f"{STANDS}{ROWS}\nBeer     later\nCider    at the mill        from 5 pm",
    ],
)  # fmt: skip
def test_names_above_columns_of_words_head_a_table(text: str) -> None:
    """Told by their capitals: no other row is written so."""
    head, rule, *rows = as_markdown(text).split("\n")

    assert cells_of(head) == re.split(" {2,}", text.split("\n")[0])
    assert set(rule) == set("| -")
    assert len(rows) == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        f"Eggs     at the farm        all day\n{ROWS}",
        "Stand    Where\nIces     at the pier\nTea      in the lane\nSoup     by the church",
        f"{STANDS}{ROWS[:ROWS.rindex('Soup')].strip()}",
        "Hyde   Anna Bell   Monday\nDeal   Carl Dunn   Friday\nRye    Eve Fox     Sunday\nLydd   Gus Hall    Monday",
    ],
)  # fmt: skip
def test_words_in_columns_without_names_stay_a_list(text: str) -> None:
    """Also where there are too few to tell."""
    assert all(line.startswith("- ") for line in as_markdown(text).split("\n"))


@pytest.mark.parametrize(
    ("clause", "stays"), [("2.1 2.2 2.3", 1), ("1.9 2.1 2.2", 1), ("(a) (b) (c)", 1), ("1.50 1.80 2.10", 0)]
)
def test_numbers_of_clauses_are_no_column(clause: str, stays: bool) -> None:
    """They count up, and prices in front of what they buy don't."""
    said = ["Swans are fed on Mondays", "Ducks feed themselves", "Geese are not fed"]
    text = "\n".join(f"{number}  {words}" for number, words in zip(clause.split(), said, strict=True))

    assert (as_markdown(text) == text) == stays


LOANS = """Tool            Deposit   Per day   Notes
Drill           £20       £4        with bits
Ladder          £25       £5        2 people
Tower           £90       £18       two days at least
"""


@pytest.mark.parametrize(
    ("odd", "shown"),
    [
        ("Mixer             £60         £12       collect", "| Mixer | £60 | £12 | collect |"),
        ("Trolley         by phone  -         -", "| Trolley | by phone | - | - |"),
        ("Trolley         ask staff £7        -", "| Trolley | ask staff | £7 | - |"),
        ("Heater                    £3", "| Heater |  | £3 |  |"),
        ("                                    and a key", "| Ladder | £25 | £5 | 2 people and a key |"),
        ("Mixer, large  £60 or £70  £12 - ask", "\n\nMixer, large  £60 or £70  £12 - ask\n\n| Tool | Deposit |"),
        ("For members only:", "\n\nFor members only:\n\n| Tool | Deposit |"),
    ],
)  # fmt: skip
def test_an_odd_row_leaves_the_table_one(odd: str, shown: str) -> None:
    """It is a row as far as can be told, or a line between two parts that both name the columns."""
    *first, last = LOANS.splitlines()
    markdown = as_markdown("\n".join(["Prices", *first, odd, last, "Ask us."]))

    assert markdown.startswith("Prices\n\n| Tool | Deposit | Per day | Notes |\n| --- | --- | --- | --- |\n| Drill ")
    assert shown in markdown
    assert markdown.endswith("\n| Tower | £90 | £18 | two days at least |\n\nAsk us.")


def test_an_odd_row_in_a_table_too_wide_for_one() -> None:
    """No word of it is lost."""
    text = f"{LOANS}Mixer, large  £60 or £70  £12 - ask\nSaw             £15       £2        {'sharp ' * 200}end"

    assert as_markdown(text).count("sharp") == 200


OTHERS = "POST\nIn the hall.\n\nBINS\nIn the yard, on Mondays.\n\n"


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        (f"{OTHERS}WHO TO ASK\nThe warden knows.", 3),
        (f"{OTHERS}WHO TO ASK\nKeys    ext 12\nPost    ext 13", 3),
        (f"{OTHERS}KEYS KEPT (AT NIGHT)\nKeys    ext 12\nPost    ext 13", 3),
        (f"KEYS\nWarden   ext 12\nPOST\nIn the hall.\n\n{OTHERS}", 3),
        (f"{OTHERS}KEYS\n- In the hall", 3),
        (f"{OTHERS}WHO TO ASK\n\nThe warden knows.", 1),
        (f"{OTHERS}Ask for the card.\nVISA\nMastercard", 0),
        (f"{OTHERS}ANNA SMITH\nTeam lead", 0),
        (f"{OTHERS}The desk opens at nine.\nDO NOT OPEN\nUntil the manager is there.", 0),
        (f"{OTHERS}KEYS\nand press it.", 0),
        (f"{OTHERS}KEYS\nARE WITH THE WARDEN", 0),
        (f"{OTHERS}   KEYS\nThe warden has them.", 0),
        (f"{OTHERS}ALL KEYS ARE WITH THE WARDEN WHO LIVES ACROSS\nThe road.", 0),
        (f"{OTHERS}KEYS   ROOMS\nTwo    Four", 0),
        (f"{OTHERS}NO KEYS ON SUNDAYS.\nAsk on Monday.", 0),
        (f"{OTHERS}CODE   FEE\n       A DAY\nA1     12\nA2     14", 0),
        ("CONTACT\n\nFRONTLINE LTD\nHigh Street 5\nLeeds\n\nOPENING\n\nWe open at 9.", 2),
    ],
)
def test_a_line_in_capitals_right_above_text(text: str, headings: int) -> None:
    """It is a heading where it begins a block, can't be the beginning of a sentence, and two others are like it."""
    markdown = as_markdown(text)

    assert markdown.count("## ") == headings
    assert _words(markdown) == _words(text)


@pytest.mark.parametrize(
    "heading", ["FEES", "3  CLAIM TYPES", "2. LIBRARIES\n============", "4. LOST KEYS (FOBS)", "ÖFFNUNGSZEITEN"]
)
def test_a_line_in_capitals_by_itself_is_a_heading(heading: str) -> None:
    words = " ".join(heading.split("\n")[0].split())
    assert as_markdown(f"{heading}\n\nAll of them.") == f"## {words}\n\nAll of them."


GROUPED = """ITEM      SIZE   FEE
--------  -----  -----
Delivery  Small  5.00
          Large  7.00
                 -----
                 12.00
          Total  17.00
Pick-up   any    none"""


def test_a_line_without_a_first_cell_is_on_the_one_above() -> None:
    """It goes on with it only where it has no cell but one, and that no figure."""
    rows = as_markdown(GROUPED).split("\n")[2:]

    assert rows == [
        "| Delivery | Small | 5.00 |",
        "| Delivery | Large | 7.00 |",
        "|  |  | ----- |",
        "|  |  | 12.00 |",
        "|  | Total | 17.00 |",
        "| Pick-up | any | none |",
    ]


SOME = "Bag 7.50 free £12 FEES none Laptop Only for staff. A: B; C | # - * 1. 2) ---- ==== CLOSED möbel"


def test_a_stroke_within_a_cell_is_no_border() -> None:
    table = as_markdown("Code   Days|Nights\nA1     5|4\nA2     7|6")

    assert [len(cells_of(line)) for line in table.split("\n")] == [2, 2, 2, 2]


@pytest.mark.parametrize("seed", range(20))
def test_no_word_is_lost(seed: int) -> None:
    """However a text is laid out, all of its words are in what becomes of it."""
    chance = random.Random(seed)
    some = [*SOME.split(), "\t"]
    for _ in range(200):
        lines = []
        for _ in range(chance.randint(1, 9)):
            line = ""
            for start in sorted(chance.sample(range(0, 60, 6), chance.randint(1, 5))):
                line = line.ljust(start) + chance.choice(some) + chance.choice(["", f" {chance.choice(some)}", "  "])
            lines.append(line if chance.random() < 0.9 else "")
        if chance.random() < 0.5:
            lines.insert(1, "----- ----- -----")
        text = "\n".join(lines)

        lost = Counter(_words(text)) - Counter(_words(as_markdown(text)))
        assert not lost, text


def _words(text: str) -> list[str]:
    return re.findall(r"[\w.£:]*\w", text)


@pytest.mark.parametrize(
    "text",
    [
        "Stay out for four hours.  Then open\nall windows that you find.  Wait.",  # wide spaces behind a stop
        "Ask for a  receipt, and then\nfor a form.",
        "NEVER SAY THE CODE.\n\nIt is ours.",
        "FIRE ALARM FAULTS: 0800 123 456\n\nIt is ours.",
        "CALL 0800 123 456\n\nIt is ours.",
        "NO REFUNDS ON SALE ITEMS WITHOUT A RECEIPT\n\nIt is ours.",
        "Ask.\n\n1. SWITCH OFF\n\n2. UNPLUG IT\n\nThen call.",
        "使用 VPN\n\nAsk.",
        "# FEES\n\n- NO REFUNDS\n\nAsk.",
        "| Bag    | 7.50 |\n| Laptop | 9.00 |",
        "- Bag    7.50\n- Coat   9.00",
        "```\nx   =  1\nyy  =  2\n```",
        "Hello.\n\n" + "word " * 210 + "\n---- ----\n\nNext.",
        "January was cold     and February too\nand is not: six      months and more",
        "CLOSED ON SUNDAYS\nand on Mondays\n\nAsk.",
        "Ask.\n\nTHE END",
        "A-1\n\nAsk.",
        "Births\n------\n\nAsk.",
        "  - Bag\n  - Coat\n\n1. Ring\n2. Wait",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert as_markdown(text) == text


HOUSE = """House guide

1. Keys
   1.1. Lost keys?
   1.2. Spare keys

1. Keys

1.1. Lost keys?

Ring the desk:

1. Say your name

2. Say your flat

1.2. Spare keys
for guests

They cost £5.

1.2.1. "Can I post them?"

No.

2. Bins

2.1. Which days

Mondays."""


def test_numbered_headings() -> None:
    """Short lines by themselves that count up are headings; their contents, and steps, are none."""
    headings = [line for line in as_markdown(HOUSE).split("\n") if line.startswith("#")]

    assert headings == [
        "# 1. Keys",
        "## 1.1. Lost keys?",
        "## 1.2. Spare keys for guests",
        '### 1.2.1. "Can I post them?"',
        "# 2. Bins",
        "## 2.1. Which days",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2.1 Rent is due on Mondays.\n\n2.2 It is paid in cash.\n\n2.3 Nobody else pays.\n\nSigned",
        "1.1 Rent\n\n1.2 Bins\n\n1.3 Keys\n\n1.4 Pets\n\nAll is in the lease",
        "1.1 Rent\n\nOn Mondays\n\n1.4 Bins\n\nOn Tuesdays\n\n3.1 Keys\n\nAt the desk",
        "1. Open the lid\n\nIt clicks\n\n2. Fill it\n\nTo the line\n\n3. Shut it\n\nDone",
    ],
)
def test_numbers_that_head_nothing(text: str) -> None:
    """Clauses, lists, figures and steps have numbers, too."""
    assert "#" not in as_markdown(text)


def test_a_title_between_two_lines_is_a_heading() -> None:
    """Wherever it stands by itself; what has columns is the head of a table."""
    text = "=====\nCakes\n=====\n\nBaked daily.\n\n--------\n Orders\n--------\n\nBy noon.\n"
    table = "Below:\n\n----------\nCake    Fee\n----------\n\nBaked daily.\n"

    assert as_markdown(text) == "## Cakes\n\nBaked daily.\n\n## Orders\n\nBy noon.\n"
    assert "##" not in as_markdown(table)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("BOATS AND OARS\n\nFor hire.", "BOATS AND OARS"),
        ("BOATS AND OARS\nIssue 4, May 2026\n\nFor hire.", "BOATS AND OARS"),
        ("BOATS AND OARS\nHarbour office. Reviewed in May.\n\nFor hire.", "BOATS AND OARS"),
        ("Boats and oars\nVersion 4, reviewed in May\n\nFor hire.", "Boats and oars"),
        (
            "Boats: what we hire out\nNotes by the harbour master\n=====\n\nOars\n----\n\nTwo.",
            "Boats: what we hire out",
        ),
        ("BOAT HIRE\n\nFor hire.", "Boat hire"),
        ("HARBOUR LTD\nQuay 5\n\nOARS\n\nTwo.", "Boat hire"),
        ("Boats and oars\nThe last version is on the wall.\n\nTwo.", "Boat hire"),
        ("We hire out boats.\nUpdated in May\n\nTwo.", "Boat hire"),
        ("For hire.\n\nOARS\n\nTwo.", "Boat hire"),
    ],
)
def test_the_title_of_a_text_file(take: Take, text: str, title: str) -> None:
    """A heading at its top, or a line above one that says of its version, day or owner; no name above an address."""
    draft = take("boat-hire.txt", text)

    assert draft.title == title
    assert ("hire" in draft.text) == ("hire" in text)

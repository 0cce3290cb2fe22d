"""A text is cut into sentences, items and rows, in a time that grows with its length and no faster."""

import pytest

from knowledge.sentences import LONGEST_UNIT, Kind, pieces, units


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("no. 5 " * 50_000, [Kind.SENTENCE]),
        ("word" * 200_000 + ". A", [Kind.SENTENCE, Kind.SENTENCE]),
        (" " * 50_000 + "-" + " " * 50_000 + "x", [Kind.ITEM]),
        ("- " * 50_000 + "x", [Kind.ITEM]),
        ("**" * 50_000 + ":", [Kind.SENTENCE]),
        ("**a:" * 50_000, [Kind.SENTENCE]),
    ],
    ids=["abbreviations", "one word", "white space", "dashes", "asterisks", "labels"],
)
def test_no_line_takes_for_ever(line: str, kinds: list[Kind]) -> None:
    """Each of these took minutes or more, in the bot; the time that any test may take is what fails."""
    assert [piece.kind for piece in pieces(line)] == kinds


def test_neither_an_abbreviation_nor_the_number_of_an_item_ends_a_sentence() -> None:
    """However far into its paragraph it stands; a single letter does where no name follows."""
    text = "1. Ask Dr. Kim, e.g. 5 times. Then call no. 7. It costs £ 4.50. "
    text += "It takes max. 10 days, at 9 a.m. Monday. Wait 5 min. Done! Ask for J. Smith in Zone A. We don't go to B. "
    text += "From Oct. 3 to Nov. 9 we open Mon. 9 a.m. to 4 p.m. CT. Mt. Ash opens at 6 a.m. Sat. Rev. 2 holds. "
    text += "Stay out of the sun. 20 minutes will do. "
    text += "The D.C. Parks Office (the U.K. Crown's) sends it by 5 p.m. Staff wait in the U.S. The rest don't."

    assert [text[piece.start : piece.end] for piece in pieces(text)] == [
        "1. Ask Dr. Kim, e.g. 5 times.",
        "Then call no. 7.",
        "It costs £ 4.50.",
        "It takes max. 10 days, at 9 a.m. Monday.",
        "Wait 5 min.",
        "Done!",
        "Ask for J. Smith in Zone A.",
        "We don't go to B.",
        "From Oct. 3 to Nov. 9 we open Mon. 9 a.m. to 4 p.m. CT.",
        "Mt. Ash opens at 6 a.m. Sat.",
        "Rev. 2 holds.",
        "Stay out of the sun.",
        "20 minutes will do.",
        "The D.C. Parks Office (the U.K. Crown's) sends it by 5 p.m.",
        "Staff wait in the U.S.",
        "The rest don't.",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Call us first\n \nThe fee is £5", ["Call us first", "The fee is £5"]),
        ("- Adults pay £9\n  \nNobody else pays", ["- Adults pay £9", "Nobody else pays"]),
        ("Unit 6  \nFoundry Park\\\nMarfleet", ["Unit 6", "Foundry Park\\", "Marfleet"]),
        ("Payload 620 kg<BR />\nLength 3 m", ["Payload 620 kg<BR />", "Length 3 m"]),
        ("**Payload:** 620 kg\n**Seats**: 2\nor 3", ["**Payload:** 620 kg", "**Seats**: 2\nor 3"]),
        ("A wrapped line\nand **bold** words", ["A wrapped line\nand **bold** words"]),
    ],
)
def test_a_line_by_itself_is_marked_by_itself(text: str, lines: list[str]) -> None:
    """Of a data sheet of labelled lines, an answer has the line that is asked for in bold, not all of it."""
    assert [text[piece.start : piece.end] for piece in pieces(text)] == lines


@pytest.mark.parametrize("line", ["---", " - - -", "|---|:-:|", "| - |", ":--", "-|-"])
def test_a_line_of_dashes_is_a_rule(line: str) -> None:
    """Below the head of a table, below a heading, or across the page."""
    assert [piece.kind for piece in pieces(f"\n{line}\n")] == [Kind.RULE]


@pytest.mark.parametrize(
    ("head", "row", "kind"),
    [
        ("| | Flow | |", "| Region | rate | charge |", Kind.HEAD),
        ("| What | Bronze | |", "| | home | landlord |", Kind.HEAD),
        ("| Prices of 2026 | | |", "| Plan | a month | a year |", Kind.HEAD),
        ("| | Flow | |", "| Region 1 | rate | charge |", Kind.ROW),
        ("| | Basic | Plus |", "| Help | by phone | by mail |", Kind.ROW),
        ("| Fee | Amount | |", "| Paper bill | none | on the Care List |", Kind.ROW),
        ("| Plan | Price |", "| Basic | free |", Kind.ROW),
    ],
)
def test_a_row_that_names_the_columns_further_is_a_head(head: str, row: str, kind: Kind) -> None:
    """It answers nothing; what is only a row without figures may."""
    text = f"{head}\n|---|---|---|\n{row}\n| a | b | c |"

    assert [piece.kind for piece in pieces(text)] == [Kind.HEAD, Kind.RULE, kind, Kind.ROW]


def test_a_passage_falls_into_sentences_items_and_rows() -> None:
    """Abbreviations, decimals and wrapped lines don't end a sentence; code and table rules are told apart."""
    text = """Money
---
## Refunds
It costs 4.5 euros, e.g. for Mr. Berg. "Really?" Yes.

1. Open the app. Press *Reset*.
2. Wait
   for the light.

| Plan | Price |
|---|---|
| A | 10 |
```
code. Here
```"""
    assert [(piece.kind, text[piece.start : piece.end]) for piece in pieces(text)] == [
        (Kind.HEADING, "Money"),
        (Kind.RULE, "---"),
        (Kind.HEADING, "## Refunds"),
        (Kind.SENTENCE, "It costs 4.5 euros, e.g. for Mr. Berg."),
        (Kind.SENTENCE, '"Really?"'),
        (Kind.SENTENCE, "Yes."),
        (Kind.ITEM, "1. Open the app."),
        (Kind.SENTENCE, "Press *Reset*."),
        (Kind.ITEM, "2. Wait\n   for the light."),
        (Kind.HEAD, "| Plan | Price |"),
        (Kind.RULE, "|---|---|"),
        (Kind.ROW, "| A | 10 |"),
        (Kind.CODE, "```"),
        (Kind.CODE, "code. Here"),
        (Kind.CODE, "```"),
    ]


def test_units_are_runs_of_whole_pieces() -> None:
    """They leave nothing but white space out, and are short unless a single piece is long."""
    text = "\n\n".join(["One. Two.", "Word " * 80 + ".", "# Four\n\n## Five", "- a\n- b", "## Six", "Seven. " * 60])
    spans = units(text)
    parts = [text[low:high] for low, high in spans]

    assert " ".join(parts).split() == text.split()
    assert [part for part in parts if len(part) > LONGEST_UNIT] == ["Word " * 80 + "."]
    assert "# Four\n\n## Five\n\n- a\n- b" in parts
    assert units("") == []

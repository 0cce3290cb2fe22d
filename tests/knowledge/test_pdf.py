"""The text of a PDF; its tables have tests of their own."""

import re

import pytest

from tests.knowledge.conftest import Take
from tests.knowledge.small_files import pdf


def test_pdf(take: Take) -> None:
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
    draft = take("a.pdf", pdf(pages))
    once = (
        "# Keeping a number {0}\n\nMoving a number {0} from one provider to another is called porting, and when done "
        "in the right order it takes a day.\n\n## Before you start\n\n1. Do the identity check {0}.\n"
        "2. Enter the number {0}."
    )
    assert draft.text == "\n\n".join(once.format(name) for name in names)
    assert draft.title == "Keeping a number here"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Bees in town", "1. Our hives", "# Bees in town\n\n# 1. Our hives"),
        ("2. Honey", "2.1 Jars", "# 2. Honey\n\n# 2.1 Jars"),
        ("Hives that send on", "2.4 GHz", "# Hives that send on 2.4 GHz"),
        ("Wishes for", "2027 Season", "# Wishes for 2027 Season"),
        ("     Bees in our town", "Our hives", "# Bees in our town\n\n# Our hives"),
        ("     Bees in our", "hives and in those that", "# Bees in our hives and in those that"),
        ("1. Hives that", "     stand on roofs", "# 1. Hives that stand on roofs"),
    ],
)
def test_pdf_with_two_lines_of_one_size(take: Take, first: str, second: str, expected: str) -> None:
    """They are one heading, but where the second begins a section or stands further left as a whole."""
    page = [
        (24, "F2", 760, first),
        (24, "F2", 733, second),
        (11, "F1", 700, "The bees stand on the roof of the town hall, where nobody but the warden may go."),
        (24, "F2", 640, "2. Honey" if second[0] == "1" else "2.2 Lids"),
        (11, "F1", 600, "It is sold on the market on Saturdays."),
    ]
    assert take("a.pdf", pdf([page])).text.startswith(f"{expected}\n\nThe bees")


@pytest.mark.parametrize(
    ("words", "is_heading"),
    [
        (["Code", "Meaning", "Action"], False),
        (["1.2", "Circulation pump"], True),
        (["Chapter 1", "Circulation pump"], True),
        (["Step 1", "Then", "Last"], False),
    ],
)
def test_pdf_with_the_head_of_a_table(take: Take, words: list[str], is_heading: bool) -> None:
    """Bold words in columns head no section: the heading above goes on, and they have a line of their own."""
    columns = ") Tj 90 0 Td (".join(words)
    page = [
        (18, "F2", 760, "Ember 24"),
        (11, "F1", 720, "These codes are shown by the boiler, and each of them means that an engineer has to come."),
        (11, "F2", 706, columns),
        (11, "F1", 692, "F01 is a blocked pump."),
    ]
    draft = take("a.pdf", pdf([page]))
    assert ("## " + " ".join(words) in draft.text) == is_heading
    assert re.search(f"^(## )?{' '.join(words)}$", draft.text, re.MULTILINE)


def test_pdf_without_headings(take: Take) -> None:
    """A PDF without any heading is cited by page and titled by its name."""
    draft = take("form-np4.pdf", pdf([[(11, "F1", 700, "Sign here.")], [(11, "F1", 700, "And here.")]]))
    assert (draft.title, draft.text) == ("Form np4", "## Page 1\n\nSign here.\n\n## Page 2\n\nAnd here.")

"""Whatever guides and people write is shown by Slack and never acted on."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import (
    SECTION_LIMIT,
    day,
    escape,
    from_markdown,
    link,
    literal,
    one_line,
    packed,
    path,
    quoted,
    said,
    shortened,
    typed,
)

PIECES = [
    "<!channel>", "<!here|x>", "<@U123>", "<#C123|general>", "<https://evil.example|Open>", "&lt;!channel&gt;",
    "[label](https://evil.example)", "![a](b)", "`", "```\n", "*", "**", "_", "~", "~~", "\n", "\n\n", "> ", "- ",
    "1. ", "# ", "|", "| a | b |\n|---|---|\n", "---\n", "===\n", "\\", "<br>", "<b>", "<!-- x -->", "&amp;", "&#60;",
    "&#x3c;!here>", " ", "word", "5 * 3", "error_code_5", "é", "😀", "\x00", "\u202e", "\ud800", "\u2028", "\r\n",
]  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join)
spans = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=4)
LIVE = re.compile(r"<[!@#a-z]")


@given(hostile, spans)
def test_no_guide_text_is_live(source: str, highlights: list[tuple[int, int]]) -> None:
    """No mention, channel or link of a guide's text survives as one, and every line fits."""
    lines = quoted(from_markdown(source, highlights))
    for line in lines:
        assert LIVE.search(line) is None
        assert "<" not in line
        assert re.search(r"&(?!amp;|lt;|gt;)", line) is None
        assert len(line) <= SECTION_LIMIT
        line.encode()


@given(hostile)
def test_nothing_that_people_write_is_live(text: str) -> None:
    """What people write is escaped everywhere: no angle bracket is left, and nothing that formats."""
    for shown in (literal(text), *said(text)):
        assert "<" not in shown
        assert not set("*~`") & set(shown)
        shown.encode()
    assert "<" not in escape(text)


@given(hostile, spans)
def test_marks_come_in_pairs(source: str, highlights: list[tuple[int, int]]) -> None:
    """Every line opens and closes its own bold and strike-through, so that none runs on into the next line."""
    for line in from_markdown(source, highlights):
        outside_code = re.sub(r"`[^`]*`", "", line)
        assert outside_code.count("*") % 2 == outside_code.count("~") % 2 == 0
        assert "`" not in outside_code


@pytest.mark.parametrize(
    ("headings", "shown"),
    [
        ([], "Handbook"),
        (["Handbook", "Cargo bike", "Range", "Range"], "Handbook › Cargo bike › Range"),
        (["Bikes " * 5, "Cargo bike", "Range"], "Handbook › … › Cargo bike › Range"),
        (["Bikes " * 5, "Cargo", "Range", "Up"], "Handbook › … › Cargo › Range › Up"),
        (["Bikes " * 9, "Cargo bike " * 9, "Range " * 9], "Handbook › … › Cargo bik… › Range Ran…"),
        (["Range " * 9], "Handbook › Range Range Ra…"),
    ],
)
def test_a_path_keeps_its_title_and_its_innermost_headings(headings: list[str], shown: str) -> None:
    """Which product a section is about is seen; what is repeated is left out, and the middle of what is long."""
    assert " › ".join(path("Handbook", headings, 40)) == shown


@given(hostile, st.lists(hostile, max_size=6), st.integers(60, 300))
def test_a_path_fits(title: str, headings: list[str], limit: int) -> None:
    """However long titles and headings are, or however many."""
    assert len(escape(" › ".join(path(title, headings, limit)))) <= limit


@given(st.lists(st.text(max_size=2_900)), st.integers(100, 3_000))
def test_texts_are_cut_between_lines_only(lines: list[str], limit: int) -> None:
    """Texts hold whole lines in their order, and none is longer than the limit unless one line is."""
    texts = packed(lines, limit)
    assert all(len(text) <= max(limit, *map(len, lines)) for text in texts)
    kept = [line for line in "\n".join(texts).split("\n") if line.strip("> ")]
    assert [part for line in lines for part in line.split("\n") if part.strip("> ")] == kept


def test_markdown_reads_well_in_slack() -> None:
    """Headings are bold, lists have bullets, tables are rows, links are words, and wrapped lines are joined."""
    source = (
        "## 2. Refunds\n\nA refund takes **five**\nworking days; see [the policy](https://x.example/p).\n\n"
        "- First\n  goes on\n  1. inner\n\n| Plan | Price |\n|---|--:|\n| Stream_300 | £26 |\n| Basic | |\n"
    )
    assert from_markdown(source) == [
        "*2. Refunds*",
        "",
        "A refund takes five working days; see the policy.",
        "",
        "• First goes on",
        "   1. inner",
        "",
        "Plan | Price",
        "Stream_300 | £26",
        "Basic | –",
    ]


@pytest.mark.parametrize(
    ("source", "answer", "shown"),
    [
        (
            "It may. It does take *five* days! Ask.",
            "It does take *five* days!",
            "It may. *It does take five days!* Ask.",
        ),
        ("- Give £5.\n- Give £9.", "- Give £9.", "• Give £5.\n• *Give £9.*"),
        ("| A | 1 |\n| B | 2 |", "| B | 2 |", "A | 1\n*B | 2*"),
        ("| A | £65 | – |", "| A | £65 | – |", "*A | £65* | –"),  # an empty cell answers nothing
        ("| A | - | £65 |  |", "| A | - | £65 |  |", "*A* | - | *£65* | –"),
        ("| – | £65 |", "| – | £65 |", "– | *£65*"),
        ("Dial `*21#` now.", "Dial `*21#` now.", "*Dial* `*21#` *now.*"),
        ("We rebooked.", "book", "We *rebooked*."),
    ],
)
def test_the_sentence_that_answers_is_bold(source: str, answer: str, shown: str) -> None:
    """Highlights are spans of the Markdown; bold falls on the same words as shown, and on whole words."""
    start = source.index(answer)
    assert from_markdown(source, [(start, start + len(answer))]) == shown.split("\n")


@pytest.mark.parametrize(
    ("source", "answer", "shown"),
    [
        ("The late fee is ~~£5~~ £7.", "", "The late fee is ~£5~ £7."),
        ("Ask. The late fee is ~~£5~~ £7.", "The late fee is ~~£5~~ £7.", "Ask. *The late fee is ~£5~ £7.*"),
        ("**Fee (~~£5~~)**: ~~ask **Ana**~~", "Fee (~~£5~~)", "*Fee (~£5~)*: ~ask Ana~"),
        ("# The ~~old~~ fee", "", "*The ~old~ fee*"),
        ("Within ~~30~~45 days.", "45", "Within ~30~ *45* days."),
        ("Dial ~~`*21#`~~ `*22#`.", "", "Dial ~`*21#`~ `*22#`."),
        ("~~" + "word " * 60 + "end~~", "", "~" + "word " * 60 + "end~"),
        ("Never ~~ this ~~ nor `~~x~~`.", "", "Never ∼∼ this ∼∼ nor `~~x~~`."),
    ],
)
def test_what_is_struck_through_stays_so(source: str, answer: str, shown: str) -> None:
    """What a guide takes back is not read as what it says, in bold or not, at the edge of a word or within one."""
    start = source.index(answer)
    assert from_markdown(source, [(start, start + len(answer))] if answer else []) == [shown]


def test_long_struck_text_is_closed_and_opened_again() -> None:
    """Where a line is cut, what is struck through is so in both."""
    lines = from_markdown("~~" + "word " * 60 + "end~~", [(0, 400)], width=100)
    assert len(lines) == 4
    assert all(line.startswith("*~word") and line.endswith("~*") and len(line) <= 100 for line in lines)


def test_a_service_code_keeps_its_characters() -> None:
    """What looks like emphasis within a code or a name is not taken for it."""
    assert from_markdown("Dial *21*070# or use error_code_5, 5 * 3.") == ["Dial ∗21∗070# or use error_code_5, 5 ∗ 3."]


def test_what_no_database_keeps_is_left_out() -> None:
    """PostgreSQL refuses a null character, and half of a surrogate pair can't be written at all."""
    assert typed(" a\x00b \ud800 ") == "ab ?"


def test_slack_encoding_becomes_what_was_typed() -> None:
    """Mentions, channels and links are words again, and entities are undone."""
    said = "<@U1|ann> in <#C1|ask> said <https://x.example|this> &lt;b&gt; <!here> <@U2>"
    assert typed(said) == "@ann in #ask said this <b> here @U2"


@pytest.mark.parametrize(
    "url",
    [
        *(None, "javascript:alert(1)", "https://a.example|x", "https://a.example/ b", "ftp://a.example"),
        *("https://", "//a", f"https://a.example/{'?a&' * 200}"),
    ],
)
def test_only_a_whole_web_address_becomes_a_link(url: str | None) -> None:
    """An address that could end the link early, takes too much room or is none, makes no link."""
    assert link(url, "Open the guide") is None


def test_a_link_is_labelled_with_our_words() -> None:
    """The address is escaped inside the link."""
    assert link("https://a.example/?a=1&b=2", "Open") == "<https://a.example/?a=1&amp;b=2|Open>"


def test_a_long_paragraph_becomes_several_lines() -> None:
    """A paragraph longer than a section is cut at spaces, and bold is closed and opened again."""
    lines = from_markdown("word " * 2_000, [(0, 10_000)])
    assert len(lines) > 3
    assert all(line.startswith("*word") and line.endswith("word*") and len(line) <= SECTION_LIMIT for line in lines)


def test_the_day_of_an_instant_is_the_readers() -> None:
    """Monday evening in Los Angeles is Tuesday in UTC; Slack shows each reader their own day."""
    assert day(date(2026, 11, 23)) == "23 November 2026"
    asked = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert day(asked) == "<!date^1795483800^{date}|24 November 2026>"


def test_shortening_keeps_whole_lines() -> None:
    """What does not fit is left out from the end, and said to be."""
    assert shortened(["12345", "12345", "1"], 12) == (["12345", "12345"], True)
    assert shortened(["12345"], 6) == (["12345"], False)


def test_one_line_is_cut_with_an_ellipsis() -> None:
    """White space is folded before the text is cut, and what is escaped later has room for it."""
    assert one_line("a  b\n c", 5) == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("R&D <3", 13) == "R&D <3"
    assert one_line("R&D <3", 12) == "R&D…"

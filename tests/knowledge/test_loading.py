"""Files of every format become drafts, and what may not be taken is refused with a reason in words."""

import io
import os
import random
import re
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, date, datetime, time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import knowledge.ingest
from knowledge.decoding import decode
from knowledge.html_pages import part_as_markdown
from knowledge.ingest import ingest
from knowledge.loading import FORMATS, Limits, NotForEveryone, Parser, Refused, read
from knowledge.markup import as_plain, without_pictures
from knowledge.tables import KnowledgeTable, Refusal
from tests.knowledge.conftest import Take

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"


def test_markdown_with_front_matter(take: Take) -> None:
    """Front matter becomes fields; the text is the rest, exactly, with one kind of line end."""
    text = (
        "---\r\ntitle: Refunds\r\nowner: chloe@brightwater.example\r\naudience: everyone\r\njourney_stage: support\r\n"
        "reviewed: 2026-03-31\r\nurl: https://guides.example/refunds\r\n---\r\n\r\n# Late fees\r\n\r\nTen euros.  \r\n"
    )
    draft = take("refunds.md", text)
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
        ("one.md", "---\ntitle: Warranty\nproduct: Heron Lite\n---\nText", "Warranty (Heron Lite)"),
        ("some.md", "---\nproduct: [Brook 4, Heron]\n---\n# The brook 4", "The brook 4 (Heron)"),
        ("go.md", "---\nproduct: Go\n---\n# Going abroad", "Going abroad (Go)"),
        ("long.md", f"---\ntitle: {'x' * 300}\nproduct: Heron\n---\nText", f"{'x' * 292} (Heron)"),
    ],
)
def test_title_of_a_guide_that_names_none(take: Take, name: str, text: str, title: str) -> None:
    """The title is the one written, else the first heading, else the file's name in words; it names the products."""
    assert take(name, text).title == title


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("owners: ana", "`owners` in its front matter; did you mean `owner`?"),
        ("Journey-Stage: use", "did you mean `journey_stage`?"),
        ("owner: ana\nOwner: ben", "`owner` twice in its front matter"),
        ("reviewed: spring", "not a date; write it like 2026-03-31"),
        ("reviewed: 2026-02-31", "not YAML"),
        ("journey_stage: love", "write one of awareness, consideration"),
        ("url: javascript:alert(1)", "not a web address"),
        ("url: https://a.example/<x|y>", "not a web address"),
        ("title: [a, b]", "not one line of words"),
        ("title: [a: b", "not YAML"),
        ("just words", "no `name: value` lines"),
        ("audience: managers", "needs access control that Frontline does not have yet"),
        ("audience: [everyone]", "needs access control"),
        ("audience: everyone: but guests", "needs access control"),
    ],
)
def test_front_matter_that_is_refused(take: Take, fields: str, reason: str) -> None:
    """A field that can't be understood is refused with what to write instead."""
    with pytest.raises(Refused) as refusal:
        take("a.md", f"---\n{fields}\n---\n# Text\n")
    assert reason in str(refusal.value)
    assert isinstance(refusal.value, NotForEveryone) == fields.startswith("audience")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Lockers: keys and fobs", "Lockers: keys and fobs"),
        ('Lockers: what "lost" is: keys  # old', 'Lockers: what "lost" is: keys'),
        ("Lockers:", "Lockers:"),
    ],
)
def test_a_title_with_a_colon_is_taken_as_it_is(take: Take, title: str, expected: str) -> None:
    """Whoever writes it knows nothing of YAML."""
    draft = take("a.md", f"---\ntitle: {title}\nowner: ana\nreviewed: 2026-09-14\n---\nKeys are kept.\n")

    assert (draft.title, draft.owner, draft.reviewed) == (expected, "ana", date(2026, 9, 14))


def test_fields_of_other_tools_are_ignored(take: Take) -> None:
    """Whatever they hold; ours may be written with capitals."""
    endless = "a: &a [x, *a]\nb: &b [*a, *a]\nc: [*b, *b]"
    tools = (
        "tags: [tea, cups]\nlayout: page\nauthor: Ben\nreviewer: Ben\nvalid_from: 2026-01-05\n2026: x\nseo: {slug: tea}"
    )
    open_to_all = "draft: false\npublished: 2026-01-05\nprivate:\nvisibility: Public\ngroups: [everyone]\npublic: true"
    draft = take("a.md", f"---\nTitle: Tea\nOWNER: ana\n{tools}\n{open_to_all}\n{endless}\n---\nText\n")
    assert (draft.title, draft.owner, draft.text.strip()) == ("Tea", "ana", "Text")


@pytest.mark.parametrize(
    "fields",
    [
        "access: managers",
        "Visibility: internal",
        "visible_to: [everyone, hr]",
        "confidential: true",
        "confidental: yes",
        "classification: amber",
        "isDraft: true",
        "draft: 1",
        "published: false",
        "published_at:",
        "unpublished: 2026-03-01",
        "allowed_groups: [hr]",
        "user-roles: {may: read}",
        "staff_only: true",
        "public_access: none",
        "for: managers",
        "audiences: managers",
        "status: Draft",
        "tags: [tea, confidential]",
        "meta: [{audience: managers}]",
        "status: Internal - do not share",
        "status: draft v2",
        "status: in review",
        "tags: internal, hr",
        "shared_with: [managers]",
        "viewable_by: hr",
        "readers: hr",
        "viewers: hr",
        "can_view: hr",
        "owner_only: true",
        "who can read: hr",
        "distribution: Leeds only",
        "team: managers",
        "scope: managers",
        "not_for: agents",
        "for_hr: true",
        "management: true",
        "isinternal: yes",
        "nda: true",
        "hide: true",
        "restrictions: yes",
        "read_only: managers",
    ],
)
def test_fields_of_other_tools_that_say_who_may_read(take: Take, fields: str) -> None:
    """They are refused, whatever else is wrong, for nobody would see that they have no effect."""
    with pytest.raises(NotForEveryone, match=r"tells who may read it.*remove the line if everyone may read it"):
        take("a.md", f"---\nowners: ana\n{fields}\n---\n# Text\n")


@pytest.mark.parametrize(
    "fields",
    [
        "tags: [tea, password, draft]",
        "description: Where internal phones are kept",
        "password_reset: yes",
        "internal_links: true",
        "read_only: true",
        "toc: hidden",
        "hide: [toc, navigation]",
        "image: /img/private.png",
        "access: open",
        "visible: 1",
        "visibility: all staff",
        'group: ""',
        "draft: never",
        "confidential: n/a",
        "reviewed_by: Internal audit",
        "valid_for: 2 years",
        "section: Account management",
    ],
)
def test_fields_of_other_tools_that_only_seem_to(take: Take, fields: str) -> None:
    assert take("a.md", f"---\n{fields}\nowner: ana\n---\nText\n").owner == "ana"


def test_more_fields_than_can_be_looked_at(take: Take) -> None:
    """Whether everyone may read such a guide can't be told in time."""
    fields = "\n".join(f"field{number}: x" for number in range(20_000))
    with pytest.raises(NotForEveryone, match="too many fields"):
        take("a.md", f"---\n{fields}\n---\nText\n")


@pytest.mark.parametrize("fields", ["audiance: hr", "Audience: managers", "audience: everyone\nAudience: hr"])
def test_an_audience_with_a_slip(take: Take, fields: str) -> None:
    with pytest.raises(NotForEveryone, match=r"did you mean `audience`|is for an audience"):
        take("a.md", f"---\n{fields}\n---\n# Text\n")


@pytest.mark.parametrize("word", ["everyone", "Everyone", "EVERYONE"])
def test_everyone_may_be_written_large(take: Take, word: str) -> None:
    """As people write it at the head of a line."""
    assert take("a.md", f"---\naudience: {word}\n---\n# Text\n").audience == "everyone"


@pytest.mark.parametrize("first", ["audience: managers", "# internal\naudience: managers", "'audience': managers"])
def test_front_matter_that_is_not_closed(take: Take, first: str) -> None:
    """A missing second line of --- must not turn `audience: managers` into text for everyone."""
    with pytest.raises(Refused, match=r"not closed|names an audience at its top"):
        take("a.md", f"---\n{first}\n\n# Text\n")


@pytest.mark.parametrize(
    ("name", "before", "how"),
    [
        ("a.md", "+++\naudience = 'managers'\n+++", "begin the file with them"),
        ("a.md", "<!-- a --> <!-- b -->\n# c\n---\naudience: managers\n---", "begin the file with them"),
        ("a.html", "---\r\naudience: managers\r\n---", r"put them in a\.html\.yaml"),
        ("a.csv", '---\n"audience": managers\n---', r"put them in a\.csv\.yaml"),
        ("a.md", "+++\ntitle = 'a'\n\n# for\naudience = 'managers'\n+++", "begin the file with them"),
        ("a.md", "# c\n---\n\nAudience: everyone in HR\n", "begin the file with them"),
        ("a.md", "***\naudience: managers\n***", "begin the file with them"),
        ("a.md", "* * *\naudience: managers\n", "begin the file with them"),
        ("a.html", "___\ntitle: a\n\naudience: managers\n___", r"put them in a\.html\.yaml"),
        ("a.txt", "=====\nAudience: managers\n=====", "begin the file with them"),
    ],
)
def test_an_audience_where_no_front_matter_is_read(take: Take, name: str, before: str, how: str) -> None:
    """What is said to be for some only is not shown to all because it is said in another way."""
    with pytest.raises(Refused, match=f"names an audience at its top.*{how}"):
        take(name, f"{before}\nText, more\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "The war\u00adran\u00adty of the Zef\u200bfa\ufeff lasts 3 years at Cafe\u0301 Mu\u0308ller."),
        ("a.html", "<p>The war&shy;ran&shy;ty of the Zef&#8203;fa lasts 3 years at Cafe&#769; Mu&#776;ller.</p>"),
    ],
)
def test_words_are_kept_as_people_type_them(take: Take, name: str, content: str) -> None:
    """Without signs that nobody sees within them, and each letter in one piece with its accent."""
    assert take(name, content).text.strip() == "The warranty of the Zeffa lasts 3 years at Café Müller."


def test_joiners_of_emoji_are_kept(take: Take) -> None:
    assert take("a.md", "For families 👨\u200d👩\u200d👧.").text == "For families 👨\u200d👩\u200d👧."


def test_unseen_signs_before_front_matter(take: Take) -> None:
    """They are no part of a text: neither a second byte order mark nor a space without width."""
    assert take("a.md", "\ufeff\ufeff\n\u200b---\nowner: ana\n---\nText").owner == "ana"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "# Refunds\n---\nTen days.\n\n---\nAudience: home customers.\n"),
        ("a.md", "# Newsletter\n\n---\n\nHow we write.\n\n**Audience:** families with children.\n\n---\n\nEnd.\n"),
        ("a.md", "# Marketing\n\n---\n\n## Audience: who we write for\n"),
        ("a.md", "# Marketing\n---\nHow we write.\n## Who\nAudience: families with children.\n"),
        ("a.txt", "-----\nAudience: everyone\n-----\n\nTen days.\n"),
        ("a.md", "***How we write***\nAudience: families with children.\n"),
        ("a.md", "# Newsletter\n***\nHow we write.\n\n**Audience:** families with children.\n\n***\n\nEnd.\n"),
    ],
)
def test_rule_at_the_top_of_a_guide(take: Take, name: str, text: str) -> None:
    """A line of --- is no front matter by itself, and an audience further down is text."""
    assert "udience" in take(name, text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fees.\n\n<!-- internal: the margin is\n61 per cent -->\n\nTen euros.", "Fees.\n\n\n\nTen euros."),
        ("The fee <!-- was: 5 --> is £7.<!--x--> <!--y-->", "The fee  is £7. "),
        ("Write `<!-- a -->` or ``<!-- b -->``.<!-- c -->", "Write `<!-- a -->` or ``<!-- b -->``."),
        ("```html\n<!-- a -->\n```\n<!-- b -->", "```html\n<!-- a -->\n```\n"),
        ("1. ~~~\n   <!-- a -->\n   ~~~\n2. Go.<!-- b -->", "1. ~~~\n   <!-- a -->\n   ~~~\n2. Go."),
        ("```\n<!-- it is never closed -->", "```\n<!-- it is never closed -->"),
        ("```one``` or two\n<!-- b -->", "```one``` or two\n"),
        ("<!-- ``` -->\nFees.<!-- b -->", "\nFees."),
        ("A <!-- that is never closed stays.", "A <!-- that is never closed stays."),
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_comments_are_no_part_of_a_guide(take: Take, name: str, text: str, expected: str) -> None:
    """What authors tell each other between <!-- and --> is no answer; in code it is an example, and stays."""
    draft = take(name, text)

    assert draft.text == expected


def test_comments_around_front_matter(take: Take) -> None:
    """One above it doesn't turn `audience: managers` into text for everyone; a guide of comments is empty."""
    with pytest.raises(NotForEveryone):
        take("a.md", "<!-- by Ana -->\n---\naudience: managers\n---\n# Text\n")
    with pytest.raises(Refused, match="is empty"):
        take("a.md", "---\ntitle: A\n---\n<!-- to be written -->\n")


@pytest.mark.parametrize("ending", [".yaml", ".yml"])
def test_sidecar(take: Take, tmp_path: Path, ending: str) -> None:
    """What another file can't say in front matter stands in NAME.yaml or .yml beside it; Markdown carries its own."""
    (tmp_path / f"prices.csv{ending}").write_text("title: Prices of plans\nowner: UHUGO\nreviewed: 2026-01-02\n")
    draft = take("prices.csv", "Plan;Price\nBasic|x;20\n")
    assert (draft.title, draft.owner, draft.reviewed) == ("Prices of plans", "UHUGO", date(2026, 1, 2))
    assert draft.text == "| Plan | Price |\n| --- | --- |\n| Basic\\|x | 20 |"
    (tmp_path / f"a.md{ending}").write_text("title: A")
    with pytest.raises(Refused, match="put those fields at the top of the file"):
        take("a.md", "Text")


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


@pytest.mark.parametrize("text", ["REFUNDS\r\n\r\nTen days.\r\n\x1a", "\x02REFUNDS\x03\r\n\r\nTen days.\r\n"])
def test_text_from_dos(take: Take, text: str) -> None:
    """The sign that ends it is no part of it, and one or two others don't make it something else than text."""
    assert take("a.txt", text).text.endswith("Ten days.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(take: Take, encoding: str) -> None:
    """Text in Unicode or in an old Western encoding is read as it was meant."""
    text = "Grüße aus München – für alle Kunden über 18 Jahre, natürlich.\n"
    assert take("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("The late fee is £5 a day.", "cp1252"),
        ("Refund: €20 – within 5 days", "cp1252"),
        ("Umlauts (äöüß) cost extra. " + "The fee is £5. " * 20, "cp1252"),
        ("Każdy klient może zwrócić urządzenie za 20 zł.", "cp1250"),
        ("Őszi akció, fűtés, hűtő", "cp1250"),
        ("Vevő: fizetés után a következő munkanapon szállítjuk.", "cp1250"),
        ("Clienţii pot returna produsul în 14 zile. Plăţi şi reţele", "cp1250"),
        ("Příští týden dodáme zařízení.", "cp1250"),
        ("Račun lahko plačate s kartico, naročilo pa prekličete.", "cp1250"),
        ("grąžinti prekę", "cp1257"),
        ("Par kavējumu jāmaksā soda nauda.", "cp1257"),
        ("Müşteri ürünü 14 gün içinde iade edebilir.", "cp1254"),
        ("Það þarf að greiða gjald fyrir hverja nótt.", "cp1252"),
        ("Põe a mão no coração: não há devoluções, 1º andar.", "cp1252"),
        ("Kõik õiged vastused on 14 päeva jooksul.", "cp1252"),
        ("Køb på nettet. Gebyret er på 50 kr. pr. døgn.", "cp1252"),
        ("Où s’adresser ? À l’accueil, bien sûr, près du théâtre.", "cp1252"),
        ("Así es más fácil: perché è più facile. ¿Qué? 20 m³, 1¼ in, price¹", "cp1252"),
        ("José, Müller and Søren answer at the café – £5, Nº 3.", "cp1252"),
        ("Плата составляет 200 рублей.", "cp1251"),
        ("手数料は20円です。", "shift_jis"),
    ],
)
def test_old_encodings(take: Take, text: str, encoding: str) -> None:
    """Windows' own in the West comes first, so that prices stay what they are; other languages are still told."""
    assert take("a.txt", text.encode(encoding)).text == text


def test_sample_guides_in_the_encoding_of_windows() -> None:
    """Each says the same when it was saved by an old editor."""
    texts = [path.read_text() for path in GUIDES.rglob("*") if path.suffix in {".md", ".txt", ".csv"}]
    signs = [text for text in texts if not text.isascii()]
    western = [text for text in signs if text.encode("cp1252", "ignore").decode("cp1252") == text]
    assert western
    assert [text for text in western if decode(text.encode("cp1252")) != text] == []


def test_html_that_declares_latin_1(take: Take) -> None:
    """It is read as Windows' own encoding, as browsers do."""
    assert take("a.html", "<meta charset=iso-8859-1><p>Fee €5 – now".encode("cp1252")).text == "Fee €5 – now"


def test_html(take: Take) -> None:
    """HTML becomes Markdown with its headings, lists and tables, without scripts and script links."""
    html = (
        "<html><head><title>x</title><script>alert(1)</script></head><body><h1>Otter box</h1><p>a_b * c "
        "<a href='javascript:x()'>go</a></p><ol><li>One<li>Two</ol><table><tr><td>Box<td>Price<tr><td>Otter<td>5"
        "</table><img src='https://evil.example/p.png'></body></html>"
    )
    text = take("otter.html", html).text
    assert "# Otter box\n\na_b * c go\n\n1. One\n2. Two" in text
    assert "| Box | Price |\n| --- | --- |\n| Otter | 5 |" in text
    assert "alert" not in text


def test_what_stands_around_a_web_page_is_left_out(take: Take) -> None:
    """Menus and footers are no guide; a header's title and an answer that is still folded away are part of it."""
    html = (
        "<body><header><b>Larkfield</b><nav><nav>Home</nav></nav></header>"
        "<header><nav>Menu</nav><h1>Boiler cover <a aria-hidden='true' href='#c'>#</a></h1></header>"
        "<article><header>For engineers.</header><p>It costs £9.</p>"
        "<div aria-hidden='true'><p>Within 14 days.</p></div></article>"
        "<footer>Printed copies are not controlled.<nav>Imprint</nav></footer></body>"
    )
    assert take("cover.html", html).text == "# Boiler cover\n\nFor engineers.\n\nIt costs £9.\n\nWithin 14 days."


@pytest.mark.parametrize(
    "trail", ["div class='page Breadcrumbs'", "p id=crumbs", "ol aria-label='Breadcrumb'", "div class='breadcrumb'"]
)
def test_the_trail_to_a_web_page_is_left_out(take: Take, trail: str) -> None:
    """But not a page that only says that it has one."""
    html = f"<{trail}><a href='/'>Home</a> &rsaquo; Teas</{trail.split()[0]}><h1>Teas</h1><p>Green.</p>"
    page = f"<body class='has-breadcrumbs'>{html}</body>"
    assert take("a.html", page).text == "# Teas\n\nGreen."


@pytest.mark.parametrize(
    "part",
    [
        "div class=has-breadcrumbs",
        "div class='no-breadcrumb page'",
        "section id=breadcrumbs-and-flour",
        "section class=breadcrumbs",
        "ul class=crumbs-list",
    ],
)
def test_what_only_speaks_of_breadcrumbs_is_kept(take: Take, part: str) -> None:
    assert "Rye: 2 euros" in take("a.html", f"<h1>Bread</h1><{part}><li>Rye: 2 euros</li></{part.split()[0]}>").text


def test_a_page_called_a_trail_is_kept(take: Take) -> None:
    """Where it holds more than a line of links."""
    html = "<div class=breadcrumbs><h4>Bread</h4><ul><li>Rye: 2 euros</li></ul></div>"
    assert "Rye: 2 euros" in take("a.html", html).text


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


def test_what_is_hidden_on_a_web_page_is_left_out(take: Take) -> None:
    """Unless a click, a search or a script shows it."""
    html = (
        "<body style='display:none'><p>Fee £9.</p><template><p>Draft</p></template><p hidden>Old <b>fee</b></p>"
        "<h3 onclick='$(this).next().slideToggle()'>How long?</h3><div style='DISPLAY: none'><p>14 days.</p></div>"
        "<a data-toggle=tab href='#t2'>Limits</a><div id=t2 style='display:none'><p>20 GB.</p></div>"
        "<p hidden=until-found>Found.</p><button aria-controls='one two'>How?</button><div id=two hidden>By card.</div>"
    )
    shown = ["Fee £9.", "### How long?", "14 days.", "[Limits](#t2)", "20 GB.", "Found.", "How?", "By card."]
    assert take("a.html", html).text.split("\n\n") == shown


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


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(seconds=3), "takes longer than 3 seconds"),
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


def test_endless_pdf(tmp_path: Path) -> None:
    """A page whose few compressed kilobytes unpack to millions of lines is given up in time."""
    lines = zlib.compress(b"BT /F1 9 Tf 72 700 Td (flood flood flood) Tj ET\n" * 2_000_000)
    small = pdf([[(11, "F1", 700, "Flood")]])
    start, end = small.index(b"<< /Length"), small.index(b"endstream")
    head = f"<< /Length {len(lines)} /Filter /FlateDecode >>\nstream\n".encode()
    (tmp_path / "endless.pdf").write_bytes(small[:start] + head + lines + b"\n" + small[end:])
    either = r"takes longer than 3 seconds|stopped the converter"  # time or memory runs out first, by machine
    limits = Limits(seconds=3)
    with Parser(limits) as parser, pytest.raises(Refused, match=either):
        parser.parse(read(tmp_path / "endless.pdf", tmp_path, limits))


def test_the_parsing_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds none of ours, and it can neither connect nor start a program nor write a file."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    (tmp_path / "a.md").write_text("Text")
    with Parser(Limits()) as parser:
        parser.parse(read(tmp_path / "a.md", tmp_path, Limits()))
        children = [child for child in psutil.Process().children() if "knowledge.parsing" in child.cmdline()]
        assert children
        assert [child for child in children if "canary" in str(child.environ())] == []
    attempts = (
        "socket.create_connection(('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        f"pathlib.Path({str(tmp_path / 'x')!r}).write_text('x')",
    )
    for attempt in attempts:
        code = f"import os, pathlib, socket, subprocess, knowledge.parsing as p; p._lock_in(os.getppid()); {attempt}"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert ended.returncode != 0
        assert "Refused" in ended.stderr or "File too large" in ended.stderr


def test_hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each broken or hostile file is refused by name with a reason; the good one among them goes in."""
    small = Limits(unpacked_bytes=20_000_000, characters=1_000_000, cells=100_000)
    monkeypatch.setattr(knowledge.ingest, "Limits", lambda: small)
    engine = create_engine(f"sqlite:///{tmp_path / 'frontline.db'}")
    KnowledgeTable.metadata.create_all(engine)
    root = tmp_path / "guides"
    root.mkdir()
    expected = _write_hostile_files(root, tmp_path)
    (root / "good.md").write_text("Good.")
    (root / "zz-last.csv").write_text("Plan,Price\nBasic,20\n")
    summary = ingest(engine, root, now=datetime(2026, 11, 2, tzinfo=UTC))
    assert summary.added == ("good.md", "zz-last.csv")
    reasons = dict(summary.refused)
    assert reasons.keys() == expected.keys()
    assert {name: reason for name, reason in reasons.items() if expected[name] not in reason} == {}
    assert not list(tmp_path.rglob("*evil*"))
    with Session(engine) as session:
        assert dict(session.execute(select(Refusal.key, Refusal.reason)).all()) == reasons


def _write_hostile_files(root: Path, outside: Path) -> dict[str, str]:
    """Writes the files and says what each is to be refused for."""
    expected: dict[str, str] = {}

    def put(name: str, content: bytes, reason: str) -> None:
        (root / name).write_bytes(content)
        expected[name] = reason

    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    lol = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>]>"
    for ending in FORMATS:
        put(f"empty{ending}", b"", "is empty")
    put("only-front-matter.md", b"---\ntitle: A\n---\n", "is empty")
    put("garbage.md", random.Random(1).randbytes(50_000), "is not text")
    put("zeros.txt", bytes(10_000), "is not text")
    put("deep-yaml.md", b"---\n" + b"[" * 5_000 + b"\n---\nText", "nested too deeply")
    bomb = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 30))
    put("bomb-yaml.md", f"---\nx0: &x0 [lol]\n{bomb}product: *x29\n---\nText".encode(), "not one line of words")
    put("long.md", b"word " * 400_000, "more than 1,000,000")
    put("wide.csv", b"a," * 50_000, "columns, more than 1,000")
    put("tall.csv", b",,,\n" * 30_000, "more than 100,000 cells")
    put("deep.html", b"<div>" * 3_000 + b"deep", "nested too deeply")
    put("entity.html", f"{entity}<p>&e;</p>".encode(), "declares XML entities")
    put("secret.html", f"<?xml version='1.0'?>{lol}<p>&c;</p>".encode("utf-16"), "declares XML entities")
    put("entity.docx", docx("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", entity), "declares XML entities")
    put("lol.docx", docx("<w:p><w:r><w:t>&c;</w:t></w:r></w:p>", lol), "declares XML entities")
    put("deep.docx", docx("<w:tbl><w:tr><w:tc>" * 1_000 + "</w:tc></w:tr></w:tbl>" * 1_000), "nested too deeply")
    put("bomb.docx", _zip({"word/document.xml": bytes(30_000_000)}), "unpacks to more than 20 MB")
    put("bomb.xlsx", _zip({f"{n}.bin": bytes(9_000_000) for n in range(3)}), "unpacks to more than 20 MB")
    put("lying.docx", _zip({"word/document.xml": bytes(9_000_000)}, claim=10), "is broken")
    put("many.pptx", _zip({f"{n}": b"" for n in range(10_001)}), "files inside, more than 10,000")
    put("escape.docx", _zip({"../../evil.txt": b"x"}), "points outside it")
    put("root.pptx", _zip({"/tmp/evil.txt": b"x"}), "points outside it")
    put("locked.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000), "locked with a password")
    put("locked.xlsx", _zip({"xl/workbook.xml": b"x"}, flags=1), "locked with a password")
    put("text.docx", b"This is not a Word file.", "broken or not what its name says")
    put("half.docx", docx("<w:p/>")[:400], "broken or not what its name says")
    put("locked.pdf", pdf([[(11, "F1", 700, "Secret")]], _ENCRYPTED), "locked with a password")
    put("half.pdf", pdf([[(11, "F1", 700, "Half")]])[:60], "is broken or no PDF")
    put("picture.pdf", pdf([[]]), "has no text in it")
    loop = (
        pdf([[(11, "F1", 700, "Loop")]]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]").replace(b"/Count 1", b"/Count 9")
    )
    put("loop.pdf", loop, "is broken")
    put("pages.pdf", pdf([[]] * 2_001), "has 2,001 pages, more than 2,000")
    put("signs\n.md", b"Good.", "rename it")
    expected["signs\N{REPLACEMENT CHARACTER}.md"] = expected.pop("signs\n.md")
    with open(root / "sparse.md", "wb") as file:
        file.truncate(1_000_000_000)
    expected["sparse.md"] = "is 1,000 MB, more than 50 MB"
    os.mkfifo(root / "pipe.md")
    expected["pipe.md"] = "is not an ordinary file"
    (root / "folder.md").mkdir()
    (root / "device.md").symlink_to("/dev/zero")
    (outside / "private.md").write_text("Good.")
    (root / "link.md").symlink_to(outside / "private.md")
    (root / "up").symlink_to(outside, target_is_directory=True)
    (root / "circle.md").symlink_to("circle.md")
    expected |= {
        "device.md": "is a link to a place outside",
        "link.md": "is a link to a place outside",
        "up": "is a link to a folder outside",
        "circle.md": "can't be opened",
    }
    return expected


_ENCRYPTED = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>] "


def _zip(members: dict[str, bytes], claim: int | None = None, flags: int = 0) -> bytes:
    """A zip archive that claims a size for its members that is not theirs, or that they are encrypted."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
        for entry in archive.infolist():
            entry.file_size = entry.file_size if claim is None else claim
            entry.flag_bits |= flags
    return content.getvalue()


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


def test_a_parser_that_is_closed_starts_no_process_again(tmp_path: Path) -> None:
    """Another thread may have a file for it still when reading is broken off."""
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    source, before = read(tmp_path / "a.md", tmp_path, Limits()), psutil.Process().children()
    with Parser(Limits()) as parser:
        parser.parse(source)

    with pytest.raises(Refused, match="was not read"):
        parser.parse(source)

    assert psutil.Process().children() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pay by card.\n{: .lead}\n", "Pay by card.\n\n"),
        ('## Fees{#fees}\n\nSee [all](a.md){:target="_blank"} or [some](b.md){ target=_blank }.\n', None),
        ('{% hint style="info" %}\nOne a person\n{% endhint %}\n', "\nOne a person\n\n"),
        ("{{< tip >}}\nOne a person\n{{% /tip %}}\n", "\nOne a person\n\n"),
        ("One{% break %}two{% break %}, {% include a.html %}three.\n", "One two, three.\n"),
        ("One{% comment %}two\n{% endcomment %}three\n", "One three\n"),
        ("- Pay `x`{: .lead}\n{:#lead .big}\n", "- Pay `x`\n\n"),
        ('{% tab title="On the web" %}\nOpen it.\n', "\n**On the web**\n\nOpen it.\n"),
        ("[Open]({{ site.root }}/help)\n", "[Open](/help)\n"),
        ("!!! Note\n    Bring a card.\n", "\nNote: Bring a card.\n\n"),
        ("!!! note\n\n    Bring a card.\n\n    And a pen.\n\nBye.\n", "\nNote: Bring a card.\n\nAnd a pen.\n\nBye.\n"),
        ('??? tip "If it rains"\n    - a hat\n\nBye.\n', "\n**If it rains**\n\n- a hat\n\nBye.\n"),
        ("- One\n\n    !!! tip\n        Two\n", "- One\n\n    Tip: Two\n\n"),
        (":::warning[In winter]\nStay in.\n:::\n", "\n**In winter**\n\nStay in.\n\n"),
        ("::: tip\nStay in.\n:::\n", "\nTip: Stay in.\n\n"),
        ("::: {.callout-tip}\nStay in.\n:::\n", "\nTip: Stay in.\n\n"),
        ('=== "On the web"\n\n    Open it.\n', "\n**On the web**\n\nOpen it.\n"),
        ("> [!WARNING]\n> Stay in.\n", "> Warning: Stay in.\n"),
        ("!!! TODO: CHECK !!!\n\nText {x} and {% raw\n", "!!! TODO: CHECK !!!\n\nText {x} and {% raw\n"),
        ("Say `{{ x }}{: .a}` or\n\n```\n!!! note\n    {% if %}\n1. a\n1. b\n```\n", None),
    ],
)
def test_marks_of_other_tools(take: Take, text: str, expected: str | None) -> None:
    """What sites' tools are told in Markdown is not shown; what stands in their boxes is; code stays as it is."""
    if expected is None:
        expected = text.replace("{#fees}", "").replace('{:target="_blank"}', "").replace("{ target=_blank }", "")
    assert take("a.md", text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "::: Never refund cash\nAsk first.\n:::\n",
        ":::never\nRefund cash.\n:::\n",
        "!!! never refund customers\n\n    Ask first.\n",
        '!!! never "refund"\n    Ask first.\n',
        "!!! warning never refund\n    Ask first.\n",
        "{% if plus %}\nFree.\n{% else %}\nTen euros.\n{% endif %}\n",
        "{%- for x in y -%}\nFree.\n{%- endfor -%}\n",
        "Free{% ifversion a %}, for members{% endif %}.\n",
        "Write {{< name >}} into the letter.\n",
        "Type:\n\n{#reference}\n\n{.refund}\n\n{customer=name}\n",
        "Say it: {: never refund}\n",
        "Type ````a ``` {{ page.x }}{: .b}```` and `b`{.c}\n",
    ],
)
def test_words_that_only_look_like_marks(take: Take, text: str) -> None:
    """What no tool takes for a mark of its own is what the guide says."""
    assert take("a.md", text).text == text


@pytest.mark.parametrize(
    "part",
    [
        *["<ul>\n\n", "<table>\n\n", "<details>\n\n", "<ul>\n", "<table><tr><td>", ":::note\n", "!!! note\n\n"],
        *["<Tab>", '<Tab a="', "<Tab>\n</Step>\n", "<Tab a={", "{/*", "import {a,\n", "export const a = {\n"],
        *["[^a]", "[^a]: b\n", "[^a] [^a]: b\n    "],
        *["{%", "{{%", "{{<", "{% comment %}", "{:", "{: .a ", "![", "[ ", "`", " ", "x \t", "\n# \t"],
    ],
)
@pytest.mark.parametrize("end", ["", " {: x"])
def test_marks_that_are_never_closed(part: str, end: str) -> None:
    """A long text of them is read as well."""
    text = "Pay " + part * (20_000 // len(part)) + end

    assert without_pictures(as_plain(text, {}, part_as_markdown)).startswith("Pay ")


def test_marks_deep_in_one_another() -> None:
    """They stay as they are; nothing is lost."""
    boxes = "".join(f"{'    ' * depth}!!! note\n" for depth in range(90)) + "    " * 90 + "Ring the desk.\n"
    colons = [":" * depth for depth in range(3, 90)]
    fenced = "\n".join([*(f"{each}note" for each in reversed(colons)), "Ring the desk.", *colons])
    lists = "<ul>\n<li>\n" * 900 + "Ring the desk.\n" + "</li>\n</ul>\n" * 900
    spans = "<ul><li>" + "<b>" * 3_000 + "Ring the desk.\n"

    for text in (boxes, fenced, lists, spans):
        assert "Ring the desk." in as_plain(text, {}, part_as_markdown)


def test_words_in_front_matter_stand_where_a_page_shows_them(take: Take) -> None:
    """A list that an include is given is a list there, and a sentence a sentence."""
    fields = "title: Cards\nlost: It is blocked within the hour.\nnot_taken:\n  - cheques\n  - old notes\n"
    text = "We don't take:\n\n{% include list.html items=page.not_taken %}\n\n{{ page.lost }} {{ page.unknown }}\n"

    draft = take("cards.md", f"---\n{fields}---\n{text}")

    assert draft.text == (
        "We don't take:\n\n- cheques\n- old notes\n\nIt is blocked within the hour. {{ page.unknown }}\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Open it.\n1. Look.\n   - Well\n1. Shut it.\n", "1. Open it.\n2. Look.\n   - Well\n3. Shut it.\n"),
        ("1. Open it.\n3. Look.\n", "1. Open it.\n3. Look.\n"),
        ("1. Open it.\n\nThen:\n\n1. Look.\n", "1. Open it.\n\nThen:\n\n1. Look.\n"),
        ("1. Open it.\n2. Look.\n2. Shut it.\n3. Go.\n", "1. Open it.\n2. Look.\n3. Shut it.\n4. Go.\n"),
        ("1. Open it.\n2. Look.\n1. Shut it.\n", "1. Open it.\n2. Look.\n1. Shut it.\n"),
        ("1) a\n\n   1) b\n   1) c\n1) d\n", "1) a\n\n   1) b\n   2) c\n2) d\n"),
        ("1. a\n" * 9 + "1. z\n\n   ```\n   x\n   ```\n", None),
    ],
)
def test_steps_that_have_the_same_number(take: Take, text: str, expected: str | None) -> None:
    """They are counted as a reader of the page sees them, and what belongs to a step still does."""
    if expected is None:
        expected = "".join(f"{n}. a\n" for n in range(1, 10)) + "10. z\n\n    ```\n    x\n    ```\n"
    assert take("a.md", text).text == expected


def test_html_in_markdown(take: Take) -> None:
    """Tables and lists in HTML are read like those of a page, whole; code in them leaves them as they are."""
    table = "<table>\n<tr><th>Van</th><th>Load</th></tr>\n\n<tr><td>Lark</td>\n<td>620 kg</td></tr>\n\n</table>"

    text = take("a.md", f"## Vans\n\n{table}\n\n<details><summary>More</summary>\n\nOn *request*.\n\n</details>\n").text
    coded = take("a.md", "<table><tr><td>\n\n```\n<b>\n```\n\n</td></tr></table>\n").text

    assert text == "## Vans\n\n| Van | Load |\n| --- | --- |\n| Lark | 620 kg |\n\nMore\n\nOn *request*.\n\n"
    assert "```\n<b>\n```" in coded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '## Pay\n\n<Tabs>\n  <TabItem value="web" label="On the web">\n    Open it.\n  </TabItem>\n'
            '  <TabItem label="By phone">\n    Ring.\n  </TabItem>\n</Tabs>\n\n## Next\n',
            "## Pay\n\n### On the web\n\nOpen it.\n\n### By phone\n\nRing.\n\n## Next\n",
        ),
        (
            '# Pay\n\n{% tabs %}\n{% tab title="Web" %}\nOpen it.\n{% endtab %}\n{% endtabs %}\n',
            "# Pay\n\n## Web\n\nOpen it.\n",
        ),
        ('# Pay\n\n=== "Web"\n\n    Open it.\n\n    Look.\n', "# Pay\n\n## Web\n\nOpen it.\n\nLook.\n"),
        ('# Pay\n\n<Tab title="Web">Open it.</Tab>\n\nOr ask.\n', "# Pay\n\n**Web**\n\nOpen it.\n\nOr ask.\n"),
        ('# Pay\n\n<Tab title="Web">Open it.</Tab> Or ask.\n', "# Pay\n\n**Web**\n\nOpen it.\n\nOr ask.\n"),
        ('<Tab title="Web">Go.</Tab><Tab title="Post">Wait.</Tab>\n', "**Web**\n\nGo.\n\n**Post**\n\nWait.\n"),
        ('So <Foo><Tab title="Web">Go.</Tab></Foo> on.\n', "So\n\n**Web**\n\nGo.\n\non.\n"),
        ('<Card title="Fees" href="/fees"><Tab title="Web">Go.</Tab></Card>\n', "- [Fees](/fees): Web Go.\n"),
        (
            "You can\nexport default settings (all) at once.\nAsk.\n\n<Note>\nNo.\n</Note>\n",
            "You can\nexport default settings (all) at once.\nAsk.\n\nNote: No.\n",
        ),
        ('# Pay\n\n<Tabs.List items={["A"]}><Tabs.Tab>\nGo.\n</Tabs.Tab></Tabs.List>\n', "# Pay\n\n## A\n\nGo.\n"),
        (
            '<Steps>\n<Step title="Open">\n  It.\n</Step>\n<Step title="Shut">\n  ~~~\n  x\n  ~~~\n</Step>\n</Steps>\n',
            "1. **Open**\n\n   It.\n\n2. **Shut**\n\n   ~~~\n   x\n   ~~~\n\n",
        ),
        ('<Callout type="warn">\nStay in.\n</Callout>\n', "\nWarning: Stay in.\n\n"),
        ("<Note>\n  Stay in.\n</Note>\n", "\nNote: Stay in.\n\n"),
        ('<Card title="Fees" href="/fees">\n  All of\n  them.\n</Card>\n', "- [Fees](/fees): All of them.\n"),
        ('import { A,\n  B } from "./a"\n\nexport const a = {\n  b: 1,\n}\n\n# Pay\n', "\n# Pay\n"),
        ("Pay <Icon name='x' />{/* soon */}by <Tip text='bank'>card</Tip>.\n", "Pay by card.\n"),
        ("import a card from your phone, or\n\n`<Tab>` `</Tab>`\n", None),
        ("Write <Name> here, then <Name of the bank>.\n\n```\n<Tab>x</Tab>\n```\n", None),
    ],
)
def test_components_of_a_site(take: Take, text: str, expected: str | None) -> None:
    """Their words are shown, each of what a page shows by choice below its label; a word in brackets stays."""
    for name in ("a.md", "a.mdx"):
        said = re.sub(r"\n{2,}", "\n\n", take(name, text).text).strip()
        assert said == (text if expected is None else expected).strip()


def test_notes_at_the_foot_of_a_page(take: Take) -> None:
    """Each stands behind what it is on; what no note is on stays, and so does code."""
    text = (
        "Ten euros[^1] a month,\nor less.[^b] `[^1]`\n\n- Free[^1]\n- Not [^c]\n\n| A[^b] |\n| --- |\n\n"
        "[^1]: Seven for\n    students.\n[^b]: In May.\n[^d]: Bye.\n"
    )

    assert take("a.md", text).text == (
        "Ten euros a month,\nor less. `[^1]` (Seven for students.) (In May.)\n\n- Free (Seven for students.)\n"
        "- Not [^c]\n\n| A (In May.) |\n| --- |\n\n[^d]: Bye.\n"
    )


def test_pictures_in_html_without_words(take: Take) -> None:
    """Neither they nor what runs on a page are shown."""
    text = 'Press it.\n\n<div>\n<img src="a.png" alt="Image 1">\n</div>\n<script>\nlet a\n</script>\n\n<hr>\n\nDone.\n'

    assert take("a.md", text).text.split() == ["Press", "it.", "Done."]


def test_a_script_without_end(take: Take) -> None:
    """What follows it stays."""
    assert (
        take("a.md", "Press it.\n\n<script>\nlet a\n\n## Later\n\nDone.\n").text.rstrip().endswith("## Later\n\nDone.")
    )


def test_pictures_without_words(take: Take) -> None:
    """A picture's file name is nothing that a guide says, nor is the way back to the top of a page."""
    text = "![shot 2.png](shot%202.png)\n\nPress ![the gear](x.png), then ![](y.png) Save.\n\n[↑ Back to top](#top)\n"

    assert take("a.md", text).text == "\n\nPress ![the gear](x.png), then Save.\n\n"
    assert take("a.html", "<h1>Cake</h1><img alt='a.png' src='a.png'><p>Hi<a href='#'>Top</a>").text == "# Cake\n\nHi"


def test_page_of_a_manual(take: Take) -> None:
    """What stands around its text goes, and its title is its first heading of the first level."""
    html = (
        "<title>Keys — Hearth manual</title><body><div class=related><h3>Navigation</h3><a href=n>next</a></div>"
        "<div class=sphinxsidebar><h4>Previous topic</h4></div><ul role=navigation><li>Menu</ul>"
        "<div role=main><h1>Lost keys<a class=headerlink href='#k'>¶</a></h1><p>Ring the desk, day or night.</p></div>"
        "<div>Other manuals</div>"
    )

    draft = take("k.html", html)

    assert (draft.title, draft.text) == ("Lost keys", "# Lost keys\n\nRing the desk, day or night.")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>Keys — Hearth manual</title><h3>At night</h3>", "Keys"),
        ("<title>&lt;no title&gt; — Hearth manual</title><h3>At night</h3>", "At night"),
        ("<title>Fees 2026 - 2027</title><h3>At night</h3>", "Fees 2026 - 2027"),
        ("<title>Fees 2026 – 2027 | Hearth</title>", "Fees 2026 – 2027"),
        ("<title>Refunds - exceptions for VIPs</title>", "Refunds - exceptions for VIPs"),
        ("<title>Refunds - Hearth</title><meta property=og:site_name content=Hearth>", "Refunds"),
        ("<title>Untitled Document</title><p>At night", "The keys"),
        ("<title>Keys</title><h2>At night</h2><h1>By day</h1>", "By day"),
    ],
)
def test_title_of_a_page(take: Take, html: str, title: str) -> None:
    """The first heading of the first level, else the page's name without the site's, else its first heading."""
    assert take("the-keys.html", html).title == title


def test_main_part_is_not_all_that_a_page_says(take: Take) -> None:
    """What stands beside it stays where it has the title or most words."""
    titled = take("a.html", "<h1>Keys</h1><main><p>Ring the desk, day or night.</p></main><p>Bring a card.</p>").text
    short = take("b.html", "<main><h2>Keys</h2></main><p>Ring the desk, day or night.</p>").text

    said = "Ring the desk, day or night. " * 4
    page = f"<main><h1>Keys</h1><p>{said}</p></main>"
    for more in ("<section><p>Bring a <b>card</b>.</p></section>", "<aside>At night it costs £9.</aside>"):
        assert "Bring a" in (text := take("c.html", page + more).text) or "£9" in text
    around = "<header>We are here to help.</header><ul><li><a href=b>How do I pay?</a></ul><p>© 2026 Hearth Ltd."
    assert take("d.html", page + around).text == f"# Keys\n\n{said.strip()}"
    assert "Keys" in titled
    assert "Bring a card." in titled
    assert "Ring the desk" in short


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


def test_keys_that_look_like_anchors(take: Take) -> None:
    """Only at the end of a heading is the sign of a link to it no word."""
    page = "<h1>Calls <a href='#c'>#</a></h1><p>Press <a href='#'>#</a> to end.</p><h2>The <a href='#k'>#</a> key</h2>"

    assert take("a.html", page).text == "# Calls\n\nPress # to end.\n\n## The [#](#k) key"


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

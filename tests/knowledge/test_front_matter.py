"""What a guide says of itself: its fields and title, who may read it, and what stands around them."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.loading import NotForEveryone, Refused
from tests.knowledge.conftest import Take


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

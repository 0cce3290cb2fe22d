"""Markdown as sites and tools write it, with their marks, components and HTML."""

import re

import pytest

from knowledge.html_pages import part_as_markdown
from knowledge.markup import as_plain, without_pictures
from tests.knowledge.conftest import Take


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

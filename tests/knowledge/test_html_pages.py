"""A web page is read as its reader sees it, without what stands around it."""

import pytest

from tests.knowledge.conftest import Take


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


def test_keys_that_look_like_anchors(take: Take) -> None:
    """Only at the end of a heading is the sign of a link to it no word."""
    page = "<h1>Calls <a href='#c'>#</a></h1><p>Press <a href='#'>#</a> to end.</p><h2>The <a href='#k'>#</a> key</h2>"

    assert take("a.html", page).text == "# Calls\n\nPress # to end.\n\n## The [#](#k) key"

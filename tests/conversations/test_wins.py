"""Thanks by each of their ways, what people see of them, and how they change and go."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conversations.conftest import Bot
from tests.conversations.slack import Company, actions, as_typed, words
from tests.conversations.test_browser import FLAGS, picture

WINS = "C0WINS"
DAILY = 22  # so many that the tests before the last need no restart
DEED = "Stayed on the line with Mrs Okoye for forty minutes until her alarm panel was back."
EFFECT = "She slept at home that night."
VIEW_FIELDS = ("win_people", "win_deed", "win_effect", "win_words", "win_value", "win_stage", "win_visibility")


@pytest.fixture(scope="module")
def bot(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot with one short guide, and Wins as its wins channel."""
    folder = tmp_path_factory.mktemp("wins")
    (folder / "guides").mkdir()
    (folder / "guides" / "refunds.md").write_text("# Refunds\n\nWe credit a day for each day of an outage.\n")
    bot = start(Bot(company, folder / "data"))
    company.act("command", user="UADMIN", channel="C0GENERAL", text="/frontline setup")
    view = form_of(company, "UADMIN")
    values = {"ideas_channel": "C0IDEAS", "wins_channel": WINS, "digest_channel": WINS, "time_zone": "Europe/Paris"}
    company.act("submit", user="UADMIN", view_id=view["id"], values=values)
    company.until(lambda: "I joined" in words(company.view("UADMIN")), "the bot to join")
    yield bot
    bot.stop()


def start(bot: Bot) -> Bot:
    return bot.start(GUIDES_DIR=str(bot.data.parent / "guides"), DAILY_THANKS=str(DAILY))


@pytest.fixture(autouse=True)
def tidy(company: Company, bot: Bot) -> Iterator[None]:
    """Nobody has a form open at the start, and nothing goes wrong any more at the end."""
    for user, stack in company.state()["views"].items():
        if stack:
            company.act("close", user=user, all=True)
    yield
    company.fault("clear")


def form_of(company: Company, user: str) -> dict[str, Any]:
    """The form on somebody's screen, once it can be filled in."""
    return company.until(lambda: (v := company.view(user)) and v.get("submit") and v, "the form") or {}


def opened(company: Company, user: str, text: str = "") -> dict[str, Any]:
    answer = company.act("command", user=user, channel="C0SUPPORT", text=f"/kudos {text}")
    assert answer["ok"], answer
    return form_of(company, user)


def fill(company: Company, user: str, view: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Send the form; the sandbox's answer."""
    values = {"win_deed": DEED, "win_effect": EFFECT, **values}
    return company.act("submit", user=user, view_id=view["id"], values=values)


def give(company: Company, user: str, *people: str, **values: Any) -> dict[str, Any]:
    """A thank-you given with the command; the notice that the giver sees."""
    sent = fill(company, user, opened(company, user), win_people=list(people), **values)
    assert sent["response"].get("response_action") == "update", sent
    return sent["response"]["view"]


def cards(company: Company, has: str = "") -> list[dict[str, Any]]:
    """The cards in the wins channel that say this, oldest first."""
    return [m for m in company.messages(WINS) if m.get("bot_id") and has in words(m)]


def card(company: Company, has: str) -> dict[str, Any]:
    return company.until(lambda: cards(company, has), f"a card with {has!r}")[0]


def told(company: Company, user: str, has: str) -> dict[str, Any]:
    """The direct message that says this."""
    return company.until(lambda: [m for m in company.direct(user) if has in words(m)], f"{user} to hear {has!r}")[0]


def initial(view: dict[str, Any], block_id: str) -> Any:
    """What an input of the form holds."""
    states = view["state"]["values"][block_id].values()
    return next(value for state in states for key, value in state.items() if key != "type")


def appear(company: Company, user: str, how: str, **values: Any) -> None:
    company.act("command", user=user, channel="C0SUPPORT", text="/kudos settings")
    view = form_of(company, user)
    sent = company.act("submit", user=user, view_id=view["id"], values={"appears": how, **values})
    assert sent["response"]["response_action"] == "update", sent


def test_the_command_fills_the_form_and_the_card_and_messages_follow(company: Company) -> None:
    """`/kudos @ana @ben for …`: people and words are there; one card, and one message to each."""
    view = opened(company, "UDEV", "@ana and @ben for staying on the line with <b> & *Mrs Okoye*")
    assert initial(view, "win_people") == ["UANA", "UBEN"]
    assert initial(view, "win_deed") == "for staying on the line with <b> & *Mrs Okoye*"
    assert set(VIEW_FIELDS) <= {block.get("block_id") for block in view["blocks"]}

    choices = {"win_value": "Customer first", "win_stage": "support", "win_words": "You were an <!channel> angel."}
    sent = fill(company, "UDEV", view, win_deed=f"{DEED} <@UKIRA> & one", win_people=["UANA", "UBEN"], **choices)
    notice = words(sent["response"]["view"])
    posted = card(company, "&amp; one")

    assert f"<#{WINS}>" in notice
    assert "<@UANA> and <@UBEN>" in notice
    shown = words(posted["blocks"])
    for part in (
        "Dev Patel",
        "Ana Duarte",
        "Ben Okafor",
        EFFECT,
        "You were an &lt;!channel&gt; angel.",
        "Customer first",
    ):
        assert part in shown
    assert "Support" in shown
    assert "<@" not in shown
    assert "<@" not in posted["text"]
    assert "&lt;@UKIRA&gt;" in shown
    for user in ("UANA", "UBEN"):
        message = told(company, user, "&amp; one")
        assert "<@UDEV> thanked you" in words(message)
        assert len([m for m in company.direct(user) if "&amp; one" in words(m)]) == 1


def test_more_than_the_form_takes_comes_back_whole(company: Company) -> None:
    """The form has the beginning and says so; a direct message has every word."""
    deed = "She stayed & listened to *every* word. " * 40 + "That was the last one."
    view = opened(company, "UDEV", f"@ana {deed}")
    assert initial(view, "win_deed") == deed[:1_000]
    assert "Only the first 1,000 characters fit" in words(view)

    whole = company.until(lambda: [m for m in company.direct("UDEV") if "you typed 1," in m["text"]], "all of it")
    assert as_typed(whole[0]) == deed


def test_a_form_sent_twice_is_one_card(company: Company) -> None:
    """A double click on Send, and Slack bringing the same again."""
    view = opened(company, "UDEV")
    deed = "Helped Mr Double only once."
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: fill(company, "UDEV", view, win_people=["UANA"], win_deed=deed), range(2)))
    card(company, deed)
    company.quiet()
    assert len(cards(company, deed)) == 1
    assert len([m for m in company.direct("UANA") if deed in words(m)]) == 1


def test_the_shortcut_opens_an_empty_form(company: Company) -> None:
    """From the menu there is nothing to fill in, and everything on one screen."""
    company.act("shortcut", user="UDEV", callback_id="give_thanks")
    view = form_of(company, "UDEV")
    assert initial(view, "win_people") == []
    assert initial(view, "win_deed") is None
    assert len(view["blocks"]) <= 9


def test_a_colleagues_post_is_quoted_and_linked(company: Company) -> None:
    """Its author is filled in, and the card leads back to the message."""
    message = company.say("UBEN", "C0GENERAL", "I took a spare cable to the neighbour, too. <https://evil.example|x>")
    company.act("shortcut", user="UDEV", callback_id="thank_for_message", channel="C0GENERAL", message_ts=message["ts"])
    view = form_of(company, "UDEV")
    assert initial(view, "win_people") == ["UBEN"]
    assert "spare cable" in words(view)
    fill(company, "UDEV", view, win_deed="Helped the Quotes next door.")
    shown = words(card(company, "Quotes next door")["blocks"])
    assert "&gt; I took" not in shown
    assert "> I took a spare cable" in shown
    assert f"/archives/C0GENERAL/p{message['ts'].replace('.', '')}|this message>" in shown
    assert "evil" not in shown


def test_a_customers_praise_becomes_the_customers_words(company: Company) -> None:
    """What somebody from outside wrote, or the giver passes on, with the people it names."""
    praise = "Mrs Hale wrote: <@UINES> was so patient with me!"
    message = company.say("UDEV", "C0GENERAL", praise)
    company.act("shortcut", user="UDEV", callback_id="thank_for_message", channel="C0GENERAL", message_ts=message["ts"])
    view = form_of(company, "UDEV")
    assert initial(view, "win_people") == ["UINES"]
    assert "so patient with me!" in initial(view, "win_words")
    fill(company, "UDEV", view, win_deed="Explained the box to Mrs Hale.")
    assert "this message>" in words(card(company, "Explained the box to Mrs Hale")["blocks"])


def test_nothing_of_a_private_conversation_gets_out(company: Company) -> None:
    """A message that not everybody may read is neither filled in nor quoted nor linked."""
    message = company.say("UFINN", "C0PRIVATE", "Between us: Kira calmed the hotel chain down.")
    company.act(
        "shortcut", user="UELENA", callback_id="thank_for_message", channel="C0PRIVATE", message_ts=message["ts"]
    )
    view = form_of(company, "UELENA")
    assert "private conversation" in words(view)
    assert "Between us" not in str(view)
    fill(company, "UELENA", view, win_people=["UKIRA"], win_deed="Calmed a big customer down.")
    shown = words(card(company, "Calmed a big customer")["blocks"])
    assert "this message" not in shown


def test_a_reaction_offers_to_finish_a_thank_you(company: Company) -> None:
    """Privately, to whoever reacted, with the form filled in from the message; other reactions say nothing."""
    message = company.say("UINES", "C0GENERAL", "Walked a customer through the reset by phone.")
    before = len(company.private("UDEV"))
    for emoji in ("tada", "trophy"):
        company.act("react", user="UDEV", channel="C0GENERAL", message_ts=message["ts"], emoji=emoji)
    offer = company.until(lambda: company.private("UDEV")[before:], "the offer")[0]
    company.quiet()
    assert len(company.private("UDEV")) == before + 1
    assert actions(offer["blocks"], "finish_thanks")
    clicked = company.click("UDEV", offer, "finish_thanks", channel="C0GENERAL")
    assert clicked["ok"], clicked
    view = form_of(company, "UDEV")
    assert initial(view, "win_people") == ["UINES"]
    assert "reset by phone" in words(view)


def test_an_offer_only_shows_what_its_reader_reacted_to(company: Company) -> None:
    """A button with the place of another message in it opens nothing of that message."""
    secret = company.say("UINES", "C0GENERAL", "Nothing for Dev's eyes.")
    mine = company.say("UINES", "C0GENERAL", "Something for Dev.")
    before = len(company.private("UDEV"))
    company.act("react", user="UDEV", channel="C0GENERAL", message_ts=mine["ts"], emoji="trophy")
    offer = company.until(lambda: company.private("UDEV")[before:], "the offer")[0]
    forged = f"C0GENERAL:{secret['ts']}"
    company.click("UDEV", offer, "finish_thanks", channel="C0GENERAL", value=forged, forge=True)
    company.until(lambda: "isn't there any more" in words(company.view("UDEV")), "to be told")


def test_the_coach_asks_while_somebody_writes(company: Company) -> None:
    """The hint follows the text, what is typed stays, and an answer to an older text is dropped."""
    view = opened(company, "UDEV", "@ana")
    begun = "Thank you for everything this week, you are a star!"
    company.act("type", user="UDEV", view_id=view["id"], block_id="win_deed", text=begun)

    def hint() -> str:
        return words(next(block for block in (company.view("UDEV") or view)["blocks"] if block["block_id"] == "coach"))

    company.until(lambda: "What exactly did they do?" in hint(), "a hint")
    assert "Which customer was it for?" in hint()
    assert initial(company.view("UDEV") or {}, "win_deed") == begun
    assert initial(company.view("UDEV") or {}, "win_people") == ["UANA"]

    since = company.now()
    with ThreadPoolExecutor(4) as pool:
        for number, text in enumerate(("You", "You helped", "You helped a customer", DEED), 1):
            pool.submit(company.act, "type", user="UDEV", view_id=view["id"], block_id="win_deed", text=text)
            company.until(partial(has_typed, company, since, number), "the key stroke")
    company.until(lambda: "A reader may still ask" not in hint(), "the hint to go")
    assert len(company.calls("views.update", since)) == 1
    assert all(call["arguments"].get("hash") for call in company.calls("views.update", since))
    assert initial(company.view("UDEV") or {}, "win_deed") == DEED
    sent = fill(company, "UDEV", company.view("UDEV") or {}, win_deed="Such patience with customers, every day.")
    assert sent["response"]["response_action"] == "update"


def has_typed(company: Company, since: int, times: int) -> bool:
    entries = company.journal(since)["entries"]
    return sum(e["kind"] == "act" and e["arguments"]["do"] == "type" for e in entries) == times


@pytest.mark.parametrize(
    ("people", "deed", "field", "says"),
    [
        (["UDEV"], DEED, "win_people", "can't thank yourself"),
        (["UGUEST"], DEED, "win_people", "Gale Guest can't be thanked here"),
        (["UEXT", "UANA"], DEED, "win_people", "Extern Ellis can't be thanked here"),
        (["UNOTICE"], DEED, "win_people", "Noticeboard can't be thanked here"),
        (["UANA"], "Great job as always!!", "win_deed", "A few more words, please"),
    ],
)
def test_what_can_not_be_sent_is_told_with_the_form_as_it_was(
    company: Company, people: list[str], deed: str, field: str, says: str
) -> None:
    """Next to the field, and what was typed stays; corrected, it goes out."""
    view = opened(company, "UDEV")
    sent = fill(company, "UDEV", view, win_people=people, win_deed=deed)
    assert says in sent["response"]["errors"][field]
    still = company.view("UDEV") or {}
    assert initial(still, "win_deed") == deed
    corrected = f"Corrected for a customer, {says[:8]} {people[0]}."
    sent = fill(company, "UDEV", still, win_people=["UANA"], win_deed=corrected)
    assert sent["response"]["response_action"] == "update"
    card(company, corrected)


def test_a_guest_is_told_kindly(company: Company) -> None:
    """Before they fill in the form, with what they typed to take along."""
    company.act("command", user="UGUEST", channel="C0ASK", text="/kudos @ana for the coffee")
    company.until(lambda: "by employees" in words(company.view("UGUEST")), "the notice")
    assert "for the coffee" in words(company.view("UGUEST"))


def test_doubt_about_who_somebody_is_costs_no_word(company: Company, bot: Bot) -> None:
    """While Slack can't be asked, the form opens and stays, and can be sent again."""
    bot.stop()
    start(bot)  # who people are is kept for a minute
    company.fault("error", method="users.info", error="internal_error", times=99)
    view = opened(company, "UDEV", "@ana for the quiet keyboard")
    assert initial(view, "win_deed") == "for the quiet keyboard"
    refused = company.act("submit", user="UDEV", view_id=view["id"], values={})
    assert "could not check with Slack" in refused["response"]["errors"]["win_people"]
    company.fault("clear")
    sent = company.act("submit", user="UDEV", view_id=view["id"], values={})
    assert sent["response"]["response_action"] == "update"
    card(company, "for the quiet keyboard")


def test_a_private_thank_you_reaches_them_alone(company: Company) -> None:
    """No card; a direct message to the person, and to the manager whom they chose."""
    appear(company, "UJONAS", "public", manager="UKIRA")
    before = len(cards(company))
    notice = give(company, "UDEV", "UJONAS", win_deed="Quietly kept a customer with us.", win_visibility="private")
    assert "It is private and has no card" in words(notice)
    assert "<@UKIRA> hears of it" in words(told(company, "UJONAS", "Quietly kept"))
    assert "<@UJONAS> wants you to hear" in words(told(company, "UKIRA", "Quietly kept"))
    assert len(cards(company)) == before


def clicks(company: Company, posted: dict[str, Any], users: list[str]) -> None:
    """Eight clicks at the same moment of each of these."""
    one: Callable[[str], Any] = lambda user: company.click(user, posted, "add_kudos", channel=WINS)  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, users * 8))


def test_others_add_their_kudos_once(company: Company) -> None:
    """However often they click; the card follows in few redraws, with the few words that they add."""
    deed = "Walked the Added family through the setup."
    give(company, "UDEV", "UANA", win_deed=deed)
    posted = card(company, deed)
    since = company.now()
    clicks(company, posted, ["UBEN", "UINES"])
    company.until(lambda: "Ben Okafor and Inès Moreau" in sorted_kudos(company, deed), "both on the card")
    company.quiet()
    assert len([c for c in company.calls("chat.update", since) if c["arguments"]["ts"] == posted["ts"]]) <= 5
    mine = company.private("UBEN")[-1]
    company.click("UBEN", mine, "note_kudos", channel=WINS)
    view = form_of(company, "UBEN")
    company.act("submit", user="UBEN", view_id=view["id"], values={"note": "Mine *too* <!here>"})
    company.until(lambda: "Ben Okafor: Mine ∗too∗ &lt;!here&gt;" in words(card(company, deed)), "the note")
    company.click("UBEN", company.private("UBEN")[-1], "take_back_kudos", channel=WINS)
    company.until(lambda: "Ben Okafor" not in words(card(company, deed)), "it to go")
    company.click("UANA", posted, "add_kudos", channel=WINS)
    company.until(lambda: "the others can add to it" in words(company.private("UANA")[-1:]), "to be told")


def test_a_click_on_a_card_with_replies_is_told_in_the_channel(company: Company) -> None:
    """Its thread is where nobody looks; and where Slack has no place for it at all, a direct message tells it."""
    deed = "Stayed on the line with the Replies family."
    give(company, "UDEV", "UANA", win_deed=deed)
    posted = card(company, deed)
    company.say("UINES", WINS, "Well done!", thread_ts=posted["ts"])
    posted = company.until(lambda: (c := card(company, deed)) and c.get("reply_count") and c, "the reply")
    company.click("UHUGO", posted, "add_kudos", channel=WINS)
    line = company.until(lambda: company.private("UHUGO")[-1:], "to be told")[0]
    assert "on the card" in words(line)
    assert not line.get("thread_ts"), "it is in the thread"
    company.fault("error", method="response_url", status=404, times=1)
    company.click("UHUGO", posted, "add_kudos", channel=WINS)
    told(company, "UHUGO", "on the card already")


def sorted_kudos(company: Company, deed: str) -> str:
    """The line of kudos with its two names in order, for clicks of the same moment come in any."""
    line = next((line for line in words(card(company, deed)).splitlines() if line.startswith("👏")), "")
    return " and ".join(sorted(line.removeprefix("👏 Kudos from ").split(" and ")))


def pick(company: Company, user: str, posted: dict[str, Any], what: str) -> None:
    """Choose from ⋯ on a card."""
    option = next(o for o in actions(posted["blocks"], "win_more")[0]["options"] if o["text"]["text"] == what)
    clicked = company.click(user, posted, "win_more", channel=WINS, value=option["value"])
    assert clicked["ok"], clicked


def test_the_giver_changes_it_and_nobody_gets_a_new_message(company: Company) -> None:
    """Card and messages change in place; who is newly thanked is told."""
    deed = "Sorted the Changing invoice out."
    give(company, "UDEV", "UANA", win_deed=deed)
    posted = card(company, deed)
    told(company, "UANA", deed)
    before = len(company.direct("UANA"))
    pick(company, "UDEV", posted, "Change it")
    view = form_of(company, "UDEV")
    assert initial(view, "win_deed") == deed
    new = "Sorted the Changed invoice out."
    fill(company, "UDEV", view, win_people=["UANA", "UINES"], win_deed=new)
    shown = company.until(lambda: cards(company, new), "the new card")[0]
    assert shown["ts"] == posted["ts"]
    told(company, "UANA", new)
    told(company, "UINES", new)
    assert len(company.direct("UANA")) == before
    assert cards(company, deed) == []


def test_who_is_added_to_a_thank_you_without_a_card_is_on_one(company: Company) -> None:
    """It reached somebody in private, so it had none; it has one, and tells no less."""
    deed = "Answered the Cardless letter."
    appear(company, "UGRACE", "private")
    give(company, "UDEV", "UGRACE", win_deed=deed)
    company.act("open_home", user="UDEV")
    home = company.until(lambda: (h := company.home("UDEV")) and "Cardless" in words(h) and h, "Home")
    menus = [menu["options"] for menu in actions(home, "win_more")]
    change = menus[0][0]["value"]
    company.act("click", user="UDEV", view_id=home["id"], action_id="win_more", value=change)
    fill(company, "UDEV", form_of(company, "UDEV"), win_people=["UGRACE", "UANA"], win_deed=deed)
    shown = words(card(company, deed))
    appear(company, "UGRACE", "public")
    company.until(lambda: "Grace Kim" in words(cards(company, deed)), "the other name")

    assert "Ana Duarte" in shown
    assert "Grace Kim" not in shown
    assert len(cards(company, deed)) == 1


def test_only_the_giver_can_take_it_back(company: Company) -> None:
    """Others are told so; then the card goes and the messages say so, without a new one."""
    deed = "Answered the Withdrawn letter."
    give(company, "UDEV", "UANA", win_deed=deed)
    posted = card(company, deed)
    told(company, "UANA", deed)
    before = len(company.direct("UANA"))
    pick(company, "UBEN", posted, "Take it back")
    company.until(lambda: "Only the person who gave" in words(company.view("UBEN")), "to be told")
    pick(company, "UDEV", posted, "Take it back")
    company.act("submit", user="UDEV", view_id=form_of(company, "UDEV")["id"])
    company.until(lambda: not cards(company, deed), "the card to go")
    told(company, "UANA", "<@UDEV> took this thank-you back")
    assert len(company.direct("UANA")) == before
    clicked = company.click("UBEN", posted, "add_kudos", channel=WINS, forge=True)
    assert clicked["ok"], clicked
    company.until(lambda: "was taken back" in words(company.private("UBEN")[-1:]), "to be told")


def test_who_is_thanked_takes_their_name_off(company: Company) -> None:
    """From their message; others stay on the card, and nobody else can do it for them."""
    deed = "Repaired the Hidden line."
    give(company, "UDEV", "UANA", "UBEN", win_deed=deed)
    posted = card(company, deed)
    pick(company, "UKIRA", posted, "Take my name off")
    company.until(lambda: "Only somebody whom it thanks" in words(company.view("UKIRA")), "to be told")
    company.click("UBEN", told(company, "UBEN", deed), "win_hide")
    company.act("submit", user="UBEN", view_id=form_of(company, "UBEN")["id"])
    shown = company.until(lambda: [c for c in cards(company, deed) if "Ben Okafor" not in words(c)], "the name to go")
    assert "Ana Duarte" in words(shown)


def test_how_people_appear_holds_everywhere_at_once(company: Company) -> None:
    """Public, private, not at all: on cards that are there, for thanks to come, and for kudos that they added."""
    deed = "Reset the Appearing box."
    give(company, "UDEV", "UFINN", win_deed=deed)
    alone = card(company, deed)
    give(company, "UFINN", "UANA", "UGRACE", win_deed="Read the Appearing contract, until Grace found the line.")
    company.click("UGRACE", alone, "add_kudos", channel=WINS)
    company.until(lambda: "Grace Kim" in words(card(company, deed)), "the kudos")
    for user in ("UFINN", "UGRACE"):
        appear(company, user, "private")
    company.until(lambda: not cards(company, deed), "the card of somebody private to go")
    both = company.until(
        lambda: [c for c in cards(company, "Appearing contract") if "Grace Kim" not in words(c)], "the name to go"
    )
    company.until(lambda: "A colleague" in words(cards(company, "Appearing contract")), "the giver's name to go")
    assert "Ana Duarte" in words(both)
    assert "until a colleague found the line" in words(both)

    notice = give(company, "UDEV", "UGRACE", win_deed="Erased the Private records of a customer.")
    assert "<@UGRACE> would rather be thanked in private" in words(notice)
    told(company, "UGRACE", "Erased the Private records")
    assert cards(company, "Erased the Private records") == []

    appear(company, "UGRACE", "not_at_all")
    sent = fill(company, "UDEV", opened(company, "UDEV"), win_people=["UGRACE"])
    assert "Grace Kim would rather not be thanked" in sent["response"]["errors"]["win_people"]
    for user in ("UGRACE", "UFINN"):
        appear(company, user, "public")
    for deed in ("Appearing box", "Private records"):
        card(company, deed)
        company.quiet()
        assert len(cards(company, deed)) == 1


@pytest.fixture
def page(chromium: str, company: Company) -> Iterator[Page]:
    """Dev's window on the company."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=" ".join(FLAGS).split())
        page = browser.new_page(viewport={"width": 1280, "height": 960})
        page.goto(f"{company.address}/?user=UDEV")
        yield page
        browser.close()


def test_giving_thanks_on_the_page(page: Page, company: Company) -> None:
    """The command, the coach's question and its silence, the card, and kudos added to it."""
    page.locator('[data-channel="C0SUPPORT"]').first.click()
    page.get_by_test_id("composer").fill("/kudos @ana @ben")
    page.get_by_role("button", name="Send message").click()
    form = page.get_by_test_id("modal")
    expect(form.get_by_text("Which of our values it shows")).to_be_visible(timeout=30_000)
    expect(form.get_by_text("Ana Duarte")).to_be_visible()
    deed = form.locator('[data-action-id="win_deed"]')
    deed.press_sequentially("Thank you both so much, our customers love you!")
    expect(form.get_by_text("What exactly did they do?")).to_be_visible(timeout=30_000)
    expect(deed).to_be_focused()
    expect(deed).to_have_value("Thank you both so much, our customers love you!")
    picture(page, "kudos.png")

    deed.fill(
        "Ana kept Mrs Okoye company on the phone while Ben drove to her in the rain and repaired the alarm panel."
    )
    form.locator('[data-action-id="win_effect"]').fill("She slept at home that night instead of in a hotel.")
    form.locator('[data-action-id="win_words"]').fill("I have never felt so looked after by a company.")
    expect(form.get_by_text("The best thank-yous")).to_be_visible(timeout=30_000)
    form.get_by_role("combobox", name="Which of our values it shows").click()
    page.get_by_role("option", name="Customer first").click()
    page.get_by_test_id("modal-submit").click()
    expect(form.get_by_text("is on its way to")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")

    posted = card(company, "in the rain")
    company.act("click", user="UKIRA", channel=WINS, message_ts=posted["ts"], action_id="add_kudos")
    mine = company.until(lambda: company.private("UKIRA"), "the private line")[-1]
    company.click("UKIRA", mine, "note_kudos", channel=WINS)
    note = {"note": "Mrs Okoye called me, too. She was beaming!"}
    company.act("submit", user="UKIRA", view_id=form_of(company, "UKIRA")["id"], values=note)
    page.locator(f'[data-channel="{WINS}"]').first.click()
    expect(page.get_by_text("She was beaming!")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Dev Patel thanks Ana Duarte and Ben Okafor").last).to_be_visible()
    picture(page, "card.png")


def test_a_card_is_posted_once_and_catches_up(company: Company, bot: Bot) -> None:
    """Killed after Slack took the card unheard, and refused a redraw twice: one card, and it is up to date."""
    deed = "Calmed the Crashing office down."
    company.fault("drop", method="chat.postMessage", times=1)
    give(company, "UDEV", "UINES", win_deed=deed)
    bot.kill()
    start(bot)
    posted = card(company, deed)
    told(company, "UINES", deed)
    company.fault("error", method="chat.update", status=500, times=2)
    company.click("UKIRA", posted, "add_kudos", channel=WINS)
    company.until(lambda: "Kira Novak" in words(card(company, deed)), "the kudos on the card")
    assert len(cards(company, deed)) == 1
    assert len([m for m in company.direct("UINES") if deed in words(m)]) == 1


def test_the_daily_number_is_told_kindly(company: Company) -> None:
    """The one too many stays in the form, as it was typed."""
    for number in range(DAILY + 1):
        deed = f"Helped daily customer {number}."
        sent = fill(company, "UDEV", opened(company, "UDEV"), win_people=["UANA"], win_deed=deed)
        if sent["response"]["response_action"] == "errors":
            break
        company.act("close", user="UDEV")
    assert f"You have given {DAILY} thank-yous today" in sent["response"]["errors"]["win_deed"]
    assert initial(company.view("UDEV") or {}, "win_deed") == deed
    company.quiet()
    assert cards(company, deed) == []

"""Thanks: the form with its coach, the card in the wins channel, and what each person is told."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.given_back import cut_short
from bot.blocks.kit import Block, Element, View
from bot.blocks.text import day, link, literal, one_line, quoted, said, series, shortened
from bot.coach import Lack
from bot.records.appearances import Appears
from bot.records.stages import Stage
from bot.records.tables import Appearance, Win
from bot.records.wins import Shown, Story

GIVE = "Say thanks"
MOST_PEOPLE = 10
DEED_LIMIT, LIMIT, WORDS_LIMIT, NOTE_LIMIT = 1_000, 500, 1_000, 200  # characters to type
MOST_NOTES, MOST_NAMES = 5, 10  # of added kudos, on a card
LONGEST_NAME = 80  # as Slack has it
ROOM, SMALL_ROOM = 2_800, 1_900  # characters of Slack text for the deed; for each thing that goes with it
FORMER = "a colleague"  # who keeps their name to themselves

ADVICE = "💡 The best thank-yous say what was done, for which customer, and what it changed."
ASKS = {
    Lack.DEED: "What exactly did they do?",
    Lack.WHOM: "Which customer was it for?",
    Lack.EFFECT: "What did it change for the customer?",
}
HOW = {
    Appears.PUBLIC: ("By name", "On cards in the wins channel and in digests"),
    Appears.PRIVATE: ("Only to me", "Thanks reach me, and my name is shown to nobody else"),
    Appears.NOT_AT_ALL: ("Not at all", "Nobody can thank me through Frontline"),
}
EMPLOYEES = "Thank-yous are given by employees of this company. Please say yours directly."


# The form


def form(
    values: Sequence[str],
    people: Sequence[str] = (),
    story: Story | None = None,
    *,
    about: Sequence[Block] = (),
    win_id: int | None = None,
) -> View:
    """Everything on one screen.

    Args:
        about: shown above it: the message that it is about, or why there is nothing of it.
        win_id: the win that is changed; None for a new one.
    """
    story = story or Story(deed="")
    kept = {"quote": story.quote, "quote_of": story.quote_of, "link": story.link}
    return kit.modal(
        GIVE if win_id is None else "Change your thank-you",
        [
            *about,
            kit.question("win_people", "Who", _people(people)),
            kit.question(
                "win_deed",
                "What they did",
                kit.text_box(
                    DEED_LIMIT, initial=story.deed, placeholder="Stayed on the line with Mrs Okoye for forty minutes"
                ),
                live=True,
            ),
            *([cut_short(DEED_LIMIT, in_message=False)] if len(story.deed) > DEED_LIMIT else []),
            kit.question(
                "win_effect",
                "What it meant for the customer",
                kit.text_box(
                    LIMIT, initial=story.effect, placeholder="Her alarm worked again before night", multiline=False
                ),
                optional=True,
                live=True,
            ),
            coach([]),
            kit.question(
                "win_words",
                "The customer's own words",
                kit.text_box(WORDS_LIMIT, initial=story.words, placeholder="“I slept well at last.”", multiline=False),
                optional=True,
            ),
            *(
                [_visibility(story.is_public)]
                if win_id is None or story.is_public
                else [kit.context("This thank-you is private, and stays so.")]
            ),
            *_choices(values, story),
        ],
        callback_id="win",
        submit="Send" if win_id is None else "Save",
        close="Cancel",
        private_metadata=json.dumps({"win": win_id} if win_id else kept, ensure_ascii=False),
    )


def refused(story: Story) -> View:
    """What an outsider sees instead of the form, with what they typed."""
    return kit.notice(GIVE, EMPLOYEES, "win", story.deed, story.effect, story.words)


def _people(people: Sequence[str]) -> Element:
    element: Element = {
        "type": "multi_users_select",
        "placeholder": kit.plain("Choose one or more colleagues"),
        "max_selected_items": MOST_PEOPLE,
    }
    return {**element, "initial_users": list(people)} if people else element


def coach(lacks: Sequence[Lack]) -> Block:
    """A question that a reader would still ask; the usual advice when there is none."""
    asks = " ".join(ASKS[lack] for lack in lacks)
    return {**kit.context(f"💡 A reader may still ask: {asks}" if asks else ADVICE), "block_id": "coach"}


def coached(view: dict[str, Any], lacks: Sequence[Lack]) -> View | None:
    """The open form with this hint, everything else untouched; None when it has that hint already."""
    hint = coach(lacks)
    blocks = [hint if block["block_id"] == "coach" else block for block in view["blocks"]]
    if hint["elements"][0]["text"] in (block["elements"][0]["text"] for block in view["blocks"] if "elements" in block):
        return None
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {name: view[name] for name in kept} | {"blocks": blocks}


def _choices(values: Sequence[str], story: Story) -> list[Block]:
    stages = [kit.option(stage.capitalize(), stage) for stage in Stage]
    if story.value and story.value not in values:
        values = [*values, story.value]  # the list has changed since
    value = kit.choice([kit.option(value, value) for value in values], story.value, "Choose a value")
    stage = kit.choice(stages, story.stage, "Choose a stage")
    return [
        *([kit.question("win_value", "Which of our values it shows", value, optional=True)] if values else []),
        kit.question("win_stage", "Where in the customer's journey", stage, optional=True),
    ]


def _visibility(is_public: bool) -> Block:
    options = [
        kit.option("In the wins channel", "public", "A card that colleagues can add their kudos to"),
        kit.option("Only to them", "private", "And to their manager, if they asked for that"),
    ]
    return kit.question("win_visibility", "Who sees it", kit.radio(options, "public" if is_public else "private"))


def about(author: str | None, text: str) -> list[Block]:
    """The message that a thank-you is about, above the form."""
    whose = f"<@{author}>'s message" if author else "a message"
    return [kit.context(f"About {whose}, which goes with it:"), _section(quoted(said(text)), SMALL_ROOM)]


def about_private() -> list[Block]:
    return [kit.context("The message is in a private conversation, so nothing of it is filled in or shown with it.")]


def rather_not(names: Sequence[str]) -> str:
    """In a form, so plain text."""
    return f"{series(names)} would rather not be thanked through Frontline. Please say it to them directly."


def not_colleagues(names: Sequence[str]) -> str:
    them = "a colleague" if len(names) == 1 else "colleagues"
    return f"{series(names)} can't be thanked here: only {them} with an open account can. Please thank them directly."


def sent(channel: str | None, on_card: Sequence[str], only_told: Sequence[str], *, is_public: bool) -> View:
    """What happens with a thank-you now.

    Args:
        channel: where its card goes; None when no wins channel is chosen.
        on_card: who is named on the card.
        only_told: who hears of it alone, because they or the giver want it so.
    """
    lines = []
    if on_card and channel:
        lines.append(f"Your thank-you to {_mentions(on_card)} is on its way to <#{channel}>, and to them directly.")
    elif on_card:
        told = f"Your thank-you is on its way to {_mentions(on_card)}."
        lines.append(f"{told} It has no card, because no wins channel is chosen yet; an admin can do that.")
    if only_told and is_public:
        lines.append(f"{_mentions(only_told)} would rather be thanked in private, so only they hear of it.")
    elif only_told:
        lines.append(f"Your thank-you is on its way to {_mentions(only_told)}. It is private and has no card.")
    lines.append("You can change it or take it back from ⋯ on the card, or from my Home tab.")
    return kit.notice(GIVE, "\n".join(lines), "win")


def saved(*, was_taken_back: bool = False) -> View:
    text = "Saved. The card and the messages show it in a moment, and nobody gets a new one."
    back = "Taken back. Its card is removed, and the messages about it say so."
    return kit.notice(GIVE, back if was_taken_back else text, "win")


def ask_to_withdraw(win_id: int) -> View:
    words = "Its card is removed from the wins channel, and the messages about it say that you took it back."
    return _ask("Take it back", words, "withdraw_win", win_id)


def ask_to_hide(win_id: int) -> View:
    words = (
        "Your name is taken off this card for good; a card without names is removed. The thank-you stays yours, in "
        "my Home tab."
    )
    return _ask("Take my name off", words, "hide_win", win_id)


def _ask(title: str, words: str, callback_id: str, win_id: int) -> View:
    return kit.modal(
        title,
        [kit.section(words)],
        callback_id=callback_id,
        submit=title,
        close="Keep it",
        private_metadata=str(win_id),
    )


def hidden() -> View:
    return kit.notice("Take my name off", "Done. Your name goes from the card in a moment.", "hide_win")


# Messages


def card(shown: Shown, names: Mapping[str, str]) -> Said:
    """The card that everybody sees. Names are words, not mentions: who is thanked gets one message, not two."""
    names = {user: one_line(name, LONGEST_NAME) for user, name in names.items()}
    giver = names[shown.giver] if shown.giver else FORMER
    opening = f"*{literal(giver)}* thanks {series([f'*{literal(names[user])}*' for user in shown.people])}"
    opening = opening[:3].upper() + opening[3:] if shown.giver is None else opening
    blocks = [kit.section(f"🏆 {opening}"), *_story(shown.win, has_quote=shown.has_quote), *_kudos(shown, names)]
    more: Element = {"type": "overflow", "action_id": "win_more", "options": _more(shown.win.id, is_mine=False)}
    blocks.append(kit.actions(kit.button("Add my kudos", "add_kudos", str(shown.win.id)), more))
    plain = f"{giver} thanks {series([names[user] for user in shown.people])}: {shown.win.deed}"
    return Said(literal(one_line(plain, 500)), blocks)


def _more(win_id: int, *, is_mine: bool) -> list[Element]:
    mine = [kit.option("Change it", f"change:{win_id}"), kit.option("Take it back", f"withdraw:{win_id}")]
    return mine if is_mine else [*mine, kit.option("Take my name off", f"hide:{win_id}")]


def _story(win: Win, *, has_quote: bool = True) -> list[Block]:
    source = (win.link and link(win.link, "this message")) or "this message"
    blocks = [_section(said(win.deed), ROOM)]
    if win.effect:
        blocks.append(_section(["*What it meant for the customer:*", *said(win.effect)], SMALL_ROOM))
    if win.words:
        where = f" From {source}:" if win.link and not win.quote else ""
        blocks.append(_section([f"*In the customer's words:*{where}", *quoted(said(win.words))], SMALL_ROOM))
    if win.quote and has_quote:
        blocks.append(_section([f"About {source}:", *quoted(said(win.quote))], SMALL_ROOM))
    facts = [*([f"Shows: {literal(win.value)}"] if win.value else []), *([win.stage.capitalize()] if win.stage else [])]
    return [*blocks, *([kit.context(" · ".join(facts))] if facts else [])]


def _section(lines: Any, room: int) -> Block:
    fit, is_cut = shortened(list(lines), room)
    return kit.section("\n".join([*fit, *(["…"] if is_cut else [])]))


def _kudos(shown: Shown, names: Mapping[str, str]) -> list[Block]:
    if not shown.kudos:
        return []
    named = [literal(names[user]) for user, _ in shown.kudos if user][:MOST_NAMES]
    others = len(shown.kudos) - len(named)
    if others:
        named.append(f"{others} {'other' if others == 1 else 'others'}" if named else _colleagues(others))
    notes = [
        f"{literal(names[user]) if user else 'A colleague'}: {literal(one_line(note, NOTE_LIMIT))}"
        for user, note in shown.kudos
        if note
    ]
    latest, _ = shortened(notes[-MOST_NOTES:], ROOM)
    return [kit.context(f"👏 Kudos from {series(named)}"), *([kit.context("\n".join(latest))] if latest else [])]


def _colleagues(number: int) -> str:
    return "a colleague" if number == 1 else f"{number} colleagues"


def thanks(win: Win, others: Sequence[str], *, is_on_card: bool, manager: str | None) -> Said:
    """What somebody who is thanked gets.

    Args:
        others: who is thanked with them and may be named.
        manager: who is told as well, because this person asked for it.
    """
    together = f" and {_mentions(others)}" if others else ""
    blocks = [kit.section(f"🏆 <@{win.giver}> thanked you{together}:"), *_story(win)]
    if not is_on_card:
        also = f" <@{manager}> hears of it, as you asked." if manager else ""
        blocks.append(kit.context(f"This one is private: your name is on no card.{also}"))
    buttons = [kit.button("How I appear", "open_appearance", "thanks")]
    if is_on_card:
        buttons.insert(0, kit.button("Take my name off", "win_hide", str(win.id)))
    blocks.append(kit.actions(*buttons))
    return Said(f"Somebody thanked you: {literal(one_line(win.deed, 500))}", blocks)


def to_manager(win: Win, person: str) -> Said:
    """What the manager of somebody who wants it so gets."""
    opening = f"🏆 <@{win.giver}> thanked <@{person}> in private, and <@{person}> wants you to hear of it:"
    return Said(f"A private thank-you: {literal(one_line(win.deed, 500))}", [kit.section(opening), *_story(win)])


def taken_back(giver: str) -> Said:
    text = f"<@{giver}> took this thank-you back."
    return Said("This thank-you was taken back.", [kit.context(text)])


def added(win_id: int, *, is_new: bool) -> Said:
    """The private line after a click on Add my kudos."""
    text = "Your kudos is on the card." if is_new else "Your kudos is on the card already."
    buttons = [
        kit.button("Add a few words", "note_kudos", str(win_id)),
        kit.button("Take it back", "take_back_kudos", str(win_id)),
    ]
    return Said(text, [kit.section(text), kit.actions(*buttons)])


def note_form(win_id: int, note: str) -> View:
    box = kit.text_box(NOTE_LIMIT, initial=note, placeholder="You saved my day, too!", multiline=False)
    return kit.modal(
        "Add a few words",
        [kit.question("note", "Your words", box, hint="They are on the card, with your name.", optional=True)],
        callback_id="note_kudos",
        submit="Add",
        close="Cancel",
        private_metadata=str(win_id),
    )


def finish(place: str) -> Said:
    """The private offer to somebody who reacted."""
    text = "A lovely message! Want to say thanks for it?"
    button = kit.button("Finish the thank-you", "finish_thanks", place, primary=True)
    return Said(text, [kit.section(text), kit.actions(button)])


# How people appear, and what Home shows


def my_settings(appearance: Appearance) -> list[Block]:
    """The Home section about how somebody appears."""
    name, words = HOW[Appears(appearance.appears)]
    lines = [f"In thanks I appear: *{name}* ({words[0].lower()}{words[1:]})."]
    lines.append(
        "I get a direct message when I'm thanked." if appearance.tell_me else "Thanks wait for me here, unannounced."
    )
    if appearance.manager:
        lines.append(f"<@{appearance.manager}> hears of private thanks to me.")
    return [kit.section("\n".join(lines), kit.button("Change", "open_appearance", "home"))]


def appearance_form(appearance: Appearance) -> View:
    options = [kit.option(name, str(appears), words) for appears, (name, words) in HOW.items()]
    tell = [kit.option("Send me a direct message when I'm thanked", "tell_me")]
    return kit.modal(
        "How I appear",
        [
            kit.question("appears", "In thanks I appear", kit.radio(options, appearance.appears)),
            kit.question(
                "tell_me",
                "Messages",
                {"type": "checkboxes", "options": tell, **({"initial_options": tell} if appearance.tell_me else {})},
                optional=True,
            ),
            kit.question(
                "manager",
                "My manager, who hears of private thanks to me",
                kit.person("Nobody", appearance.manager),
                optional=True,
            ),
            kit.context("This holds for what is there already, too: cards are drawn anew at once."),
        ],
        callback_id="appearance",
        submit="Save",
        close="Cancel",
    )


def appearance_saved(appears: Appears) -> View:
    name, words = HOW[appears]
    return kit.notice("How I appear", f"Saved: *{name}*. {words}.", "appearance")


def received(wins: Sequence[Win]) -> list[Block]:
    """The Home section of thanks that somebody got."""
    if not wins:
        return [kit.section("Nothing yet. Thanks that you get will be here, private ones included.")]
    return [kit.section(f"<@{win.giver}>, {_line(win)}") for win in wins]


def given(wins: Sequence[Win], user: str, people: Mapping[int, Collection[str]]) -> list[Block]:
    """The Home section of thanks that somebody gave; their own can be changed and taken back there.

    Args:
        user: who gave them; nobody where nothing is to be changed.
        people: whom each of them thanks, by win.
    """
    if not wins:
        return [kit.section("Nothing yet. Who helped one of your customers this week?")]
    blocks = []
    for win in wins:
        more: Element = {"type": "overflow", "action_id": "win_more", "options": _more(win.id, is_mine=True)}
        to = f"To {_mentions(list(people.get(win.id, ()))) or FORMER}, {_line(win)}"
        blocks.append(kit.section(to, more if win.giver == user else None))
    return blocks


def _line(win: Win) -> str:
    return f"{day(win.told_at)}: {literal(one_line(win.deed, 150))}"


def _mentions(users: Sequence[str]) -> str:
    return series([f"<@{user}>" for user in users])

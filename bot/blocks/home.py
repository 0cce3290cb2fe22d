"""App Home: questions, ideas, thanks and settings of one person, and for admins how set-up and guides stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import kit
from bot.blocks.answers import IN_WORDS
from bot.blocks.kit import Block, View
from bot.blocks.text import counted, day, literal, one_line
from knowledge.answers import LibraryState, Outcome

CHANNELS = {
    "ideas_channel": "Ideas channel",
    "wins_channel": "Wins channel",
    "digest_channel": "Digest channel",
}
MOST_LISTED = 10


@dataclass(frozen=True)
class Asked:
    """One line of My questions."""

    id: int
    text: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True)
class SetUp:
    """What an admin has to know."""

    choices: Mapping[str, str]  # as in the records: channel ids and the time zone
    outside: Sequence[str]  # chosen channels that the bot is not in
    library: LibraryState
    is_loading: bool = False
    owners: Sequence[tuple[str, str]] = field(default=())  # (owner line, what is wrong with it)

    @property
    def is_complete(self) -> bool:
        return {*CHANNELS, "time_zone"} <= self.choices.keys() and not self.outside and self.library.guides > 0


@dataclass(frozen=True)
class Sections:
    """What the other features show of one person, each as its own blocks draw it."""

    ideas: Sequence[Block] = ()
    received: Sequence[Block] = ()
    given: Sequence[Block] = ()
    more_questions: Sequence[Block] = ()  # the way to older ones, where there are any
    settings: Sequence[Block] = ()
    digests: Sequence[Block] = ()  # when they come; for managers their figures


MORE = {"questions": "My questions", "received": "Thanks I received", "given": "Thanks I gave"}


def home(prefix: str, asked: Sequence[Asked], set_up: SetUp | None, sections: Sections) -> View:
    """The Home tab of one person; ``set_up`` is given for admins, and comes first until it is complete.

    Each section is short, and leads to the rest of it: together they stay below Slack's 100 blocks.
    """
    of_admins = [] if set_up is None else [*_set_up(set_up), *_guides(set_up)]
    is_first = set_up is not None and not set_up.is_complete
    blocks: list[Block] = [*of_admins, kit.divider()] if is_first else []
    blocks += [*_how_to_ask(prefix), *sections.digests, kit.divider(), *sections.ideas, kit.divider()]
    blocks += [
        kit.header("Thanks"),
        kit.actions(kit.button("Thank someone", "open_thanks", "home", primary=True)),
        kit.section("*Thanks I received*"),
        *sections.received,
        kit.section("*Thanks I gave*"),
        *sections.given,
        kit.divider(),
        kit.header("My questions"),
        *(questions(asked) or [kit.section("Nothing yet. What you ask, and the answers, will be here.")]),
        *sections.more_questions,
        kit.divider(),
        kit.header("My settings"),
        *sections.settings,
    ]
    if of_admins and not is_first:
        blocks += [kit.divider(), *of_admins]
    return {"type": "home", "blocks": blocks}


def more(what: str) -> list[Block]:
    """The way to the older ones, below a section that shows the latest."""
    return [kit.actions(kit.button("Show older ones, too", "home_more", what))]


def everything(what: str, rows: Sequence[Block], most: int) -> View:
    """All of what a section of Home shows the latest of.

    Args:
        rows: newest first.
        most: how many are shown.
    """
    note = [kit.context(f"These are the latest {most}.")] if len(rows) > most else []
    return kit.modal(MORE[what], [*rows[:most], *note], callback_id="home_more")


def news_of_ideas(*, is_muted: bool) -> Block:
    """The setting of direct messages about ideas."""
    if is_muted:
        return kit.section("News of ideas waits for me here.", kit.button("Send me news", "unmute_ideas", "ideas"))
    return kit.section(
        "I get direct messages with news of ideas that I suggested or voted for.",
        kit.button("Mute", "mute_ideas", "ideas"),
    )


def questions(asked: Sequence[Asked]) -> list[Block]:
    """Questions, each with the way to its answer."""
    return [
        kit.section(
            f"{literal(one_line(one.text, 150))}\n_{IN_WORDS[one.outcome]}, {day(one.at)}_",
            kit.button("Show", "show_answer", str(one.id)),
        )
        for one in asked
    ]


def _how_to_ask(prefix: str) -> list[Block]:
    return [
        kit.header("Ask the guides"),
        kit.section(
            "• Mention me in a channel: `@Frontline` and your question\n"
            "• Write to me in the Messages tab\n"
            f"• Type `/{prefix}ask` and your question for an answer that only you see\n"
            "• On any message: More actions › Find in the guides"
        ),
        kit.actions(kit.button("Ask a question", "open_ask", "home", primary=True)),
    ]


def _set_up(state: SetUp) -> list[Block]:
    lines = []
    for name, words in CHANNELS.items():
        channel = state.choices.get(name)
        if channel is None:
            lines.append(f"☐ {words}: not chosen yet")
        elif channel in state.outside:
            lines.append(f"☐ {words}: <#{channel}>, but I am not in it. Type `/invite @Frontline` there.")
        else:
            lines.append(f"☑ {words}: <#{channel}>")
    zone = state.choices.get("time_zone")
    lines.append(f"☑ Time zone: {literal(zone)}" if zone else "☐ Time zone: not chosen yet")
    lines.append("☑ Guides loaded" if state.library.guides else "☐ Guides: none loaded yet")
    title = "Set-up" if state.is_complete else "Finish setting up Frontline"
    return [
        kit.header(title),
        kit.section("\n".join(lines)),
        kit.actions(
            kit.button("Change" if state.is_complete else "Set up", "setup_open", "home", primary=not state.is_complete)
        ),
    ]


def _guides(state: SetUp) -> list[Block]:
    library = state.library
    if state.is_loading:
        words = "Loading the guides…"
    elif not library.guides:
        words = "No guides are loaded. Put them into the guides folder, then load them."
    elif library.ready:
        words = f"{counted(library.guides, 'guide')} loaded and ready."
    else:
        words = (
            f"{counted(library.guides, 'guide')} loaded; {library.vectors:,} of {library.chunks:,} passages indexed. "
            "Until that is done I find answers by words alone."
        )
    blocks = [kit.header("Guides"), kit.section(words)]
    if library.fault:
        blocks.append(kit.context(f"⚠️ {literal(one_line(library.fault, 500))}"))
    if library.refused:
        refused = [(key, reason) for key, reason in library.refused]
        blocks.append(kit.section(_listed("Not taken in:", refused)))
    if state.owners:
        blocks.append(kit.section(_listed("Owners of guides that Slack doesn't know:", state.owners)))
    if not state.is_loading:
        blocks.append(kit.actions(kit.button("Load the guides", "setup_ingest", "home")))
    return blocks


def _listed(title: str, items: Sequence[tuple[str, str]]) -> str:
    lines = [f"• `{literal(one_line(name, 60))}`: {literal(one_line(why, 140))}" for name, why in items[:MOST_LISTED]]
    if len(items) > MOST_LISTED:
        lines.append(f"… and {len(items) - MOST_LISTED:,} more")
    return "\n".join([title, *lines])

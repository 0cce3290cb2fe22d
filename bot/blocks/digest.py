"""The digests as people see them: a screen in the channel with the rest in its thread; figures for managers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.digest_chart import in_words
from bot.blocks.kit import Block
from bot.blocks.text import SECTION_LIMIT, counted, day, link, literal, one_line, packed, series, shortened

ON_THE_SCREEN = 3  # stories; the rest are in the thread
MOST_NAMES = 25  # in one line
MOST_IDEAS = 2  # completed ones, on the screen
LONGEST_LIST = 3_500  # characters of people, and of ideas, in the thread
LONGEST_DEED, LONGEST_EFFECT, LONGEST_WORDS, LONGEST_NAME = 200, 110, 130, 80
FORMER = "a former colleague"
OPENINGS = (
    "*{people} thanked {when}.* Here is what they did:",
    "*Worth a cheer: {people} thanked {when}.*",
    "*Good work {when}: {people} thanked.*",
)


@dataclass(frozen=True)
class Story:
    """A win, as far as it may be shown."""

    people: Sequence[str]  # user ids
    giver: str | None
    others: int  # further people who gave their kudos
    deed: str
    effect: str
    words: str
    value: str | None
    link: str | None


@dataclass(frozen=True)
class Suggestion:
    """An idea in one line."""

    title: str
    author: str | None  # None: they keep their name to themselves
    votes: int
    link: str | None


@dataclass(frozen=True)
class Recognition:
    """What the recognition digest tells."""

    start: datetime
    end: datetime
    zone: str
    stories: Sequence[Story]
    thanked: Sequence[str]  # everybody, once
    first: frozenset[str]  # of them, for the first time
    completed: Sequence[Suggestion]
    wanted: Sequence[Suggestion]
    values: Mapping[str, Sequence[int]]  # thank-yous by value, week by week; empty when there are too few for a picture
    weeks: Sequence[date]  # the first day of each of those weeks

    @property
    def is_quiet(self) -> bool:
        return not self.thanked and not self.completed


@dataclass(frozen=True)
class Drawn:
    """A digest ready to be posted."""

    screen: Said
    thread: Said | None = None


def recognition(told: Recognition, names: Mapping[str, str], *, note: str = "") -> Drawn:
    """The recognition digest.

    Args:
        names: of colleagues; whoever is not among them has left.
        note: how it comes to be here now, when that is not as usual.
    """
    names = {user: one_line(name, LONGEST_NAME) for user, name in names.items()}
    opening = _opening(told)
    screen: list[Block] = [kit.section(opening)]
    shown = told.stories[:ON_THE_SCREEN]
    screen += [kit.section(_story(story, told.first, names)) for story in shown]
    named = {user for story in told.stories for user in story.people}
    others = [user for user in told.thanked if user not in named]
    on_screen, in_thread = others[:MOST_NAMES], others[MOST_NAMES:]
    thread: list[Block] = [kit.section(_story(story, told.first, names)) for story in told.stories[ON_THE_SCREEN:]]
    if on_screen:
        rest = f" and {len(in_thread)} more in the thread" if in_thread else ""
        screen.append(kit.section(f"*Also thanked:* {_people(on_screen, told.first, names)}{rest}"))
    thread += _listed("Thanked as well", _mentions(in_thread, told.first, names))
    if told.values:
        screen.append({"type": "image", "alt_text": in_words(told.values)})
    screen += _completed("Ideas that came true", told.completed[:MOST_IDEAS], names)
    thread += _completed("Also came true", told.completed[MOST_IDEAS:], names)
    if told.wanted:
        lines = [f"• {_title(idea)}, {counted(idea.votes, 'vote')}" for idea in told.wanted]
        thread.append(kit.section("\n".join(["*Most wanted ideas still open*", *lines])))
    notes = [note] if note else []
    if told.first:
        notes.append("🌱 thanked for the first time")
    if thread:
        notes.append("more in the thread 🧵")
    screen += [kit.context(" · ".join(notes))] if notes else []
    screen.append(_buttons())
    text = f"{opening.replace('*', '')} {note}".strip()
    below = Said("The rest of the digest: more stories and ideas.", thread) if thread else None
    return Drawn(Said(text, screen), below)


def quiet(told: Recognition, *, note: str = "") -> Drawn:
    """What is said after a week in which nobody was thanked."""
    text = (
        f"A quiet week: nobody was thanked here {when(told.start, told.end, told.zone)}. "
        "Did somebody make a customer's day? A word from you is enough."
    )
    blocks = [kit.section(text), *([kit.context(note)] if note else []), _buttons()]
    return Drawn(Said(f"{text} {note}".strip(), blocks))


def when(start: datetime, end: datetime, zone: str) -> str:
    """A period in words: from 16 to 22 November"""
    here = ZoneInfo(zone)
    first, last = start.astimezone(here).date(), (end - timedelta(microseconds=1)).astimezone(here).date()
    if first == last:
        return f"on {day(first)}"
    if first.year != last.year:
        return f"from {day(first)} to {day(last)}"
    begin = str(first.day) if first.month == last.month else f"{first.day} {first:%B}"
    return f"from {begin} to {last.day} {last:%B}"


def late(due_at: datetime, zone: str) -> str:
    """Why a digest comes at an odd time."""
    local = due_at.astimezone(ZoneInfo(zone))
    return f"This was due on {local:%A} at {local:%H:%M}; I could not post it then, so it comes late."


def by_hand(user: str) -> str:
    return f"Posted now by <@{user}>; the regular digest comes as scheduled."


def _opening(told: Recognition) -> str:
    if not told.thanked:
        return f"*{counted(len(told.completed), 'idea')} of yours came true {when(told.start, told.end, told.zone)}.*"
    people = f"{counted(len(told.thanked), 'colleague')} {'was' if len(told.thanked) == 1 else 'were'}"
    number = told.end.astimezone(ZoneInfo(told.zone)).isocalendar().week
    return OPENINGS[number % len(OPENINGS)].format(people=people, when=when(told.start, told.end, told.zone))


def _story(story: Story, first: frozenset[str], names: Mapping[str, str]) -> str:
    head = [f"*{_people(story.people, first, names)}*"]
    if story.value:
        head.append(literal(one_line(story.value, 60)))
    thanks = [literal(names.get(story.giver, FORMER))] if story.giver else []
    thanks += [counted(story.others, "other" if thanks else "colleague")] if story.others else []
    if thanks:
        head.append(f"_thanked by {' and '.join(thanks)}_")
    if (live := link(story.link, "see the message")) is not None:
        head.append(live)
    told = literal(one_line(story.deed, LONGEST_DEED))
    if story.effect:
        told += f" {literal(one_line(story.effect, LONGEST_EFFECT))}"
    words = literal(one_line(story.words, LONGEST_WORDS)).strip('“”"')
    return "\n".join([" · ".join(head), told, *([f"> “{words}”"] if words else [])])


def _people(users: Sequence[str], first: frozenset[str], names: Mapping[str, str]) -> str:
    return series(_mentions(users, first, names))


def _mentions(users: Sequence[str], first: frozenset[str], names: Mapping[str, str]) -> list[str]:
    """Colleagues, once each, and how many there are who have left."""
    here = [f"<@{user}>{' 🌱' if user in first else ''}" for user in users if user in names]
    gone = len(users) - len(here)
    if gone:
        here.append(FORMER if gone == 1 else f"{gone} former colleagues")
    return here


def _completed(title: str, ideas: Sequence[Suggestion], names: Mapping[str, str]) -> list[Block]:
    authors = [names.get(idea.author, FORMER) if idea.author else "a colleague" for idea in ideas]
    done = [f"{_title(idea)} (suggested by {literal(who)})" for idea, who in zip(ideas, authors, strict=True)]
    return _listed(title, done)


def _listed(title: str, things: Sequence[str]) -> list[Block]:
    """As many as there is room for, and how many more there are."""
    shown, is_cut = shortened(things, LONGEST_LIST)
    more = [f"and {len(things) - len(shown):,} more"] if is_cut else []
    texts = packed([*shown, *more], SECTION_LIMIT - 100, between=", ")
    return [kit.section(f"*{title}:* {text}") for text in texts]


def _title(idea: Suggestion) -> str:
    words = one_line(idea.title, 100)
    return link(idea.link, words) or literal(words)


def _buttons() -> Block:
    return kit.actions(
        kit.button("Thank someone", "open_thanks", "digest", primary=True),
        kit.button("Suggest something", "open_idea", "digest"),
    )

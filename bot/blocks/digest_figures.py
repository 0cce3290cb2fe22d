"""The managers' digest: each figure with how it changed, and the list behind it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.digest import when
from bot.blocks.kit import Block, View
from bot.blocks.text import counted, series
from bot.records.figures import Figures

FEW = 5  # of so few each is named; a median of them says little
MOST_LISTED = 40
LISTS = {
    "waiting": "Ideas that wait",
    "answered": "First answers",
    "unanswered": "The guides don't say",
    "unhelpful": "Answers rated 👎",
    "thanks": "Thanks",
}


class Period(NamedTuple):
    """What a list button is about, within the 2,000 characters of its value."""

    what: str
    start: datetime
    end: datetime

    def packed(self) -> str:
        return f"{self.what}:{int(self.start.timestamp())}:{int(self.end.timestamp())}"


@dataclass(frozen=True)
class Team:
    """The figures of a period and of the one before it."""

    now: Figures
    before: Figures
    start: datetime
    end: datetime
    zone: str


def managers(team: Team, *, prefix: str, note: str = "") -> Said:
    """One manager's digest."""
    title = f"Your team's figures {when(team.start, team.end, team.zone)}"
    change = kit.context(f"Change when this comes with `/{prefix}digest`.")
    blocks: list[Block] = [kit.section(f"*{title}*"), *figures(team), *([kit.context(note)] if note else []), change]
    words = "; ".join(line.replace("*", "") for line in _lines(team).values())
    return Said(f"{title}. {words}.", blocks)


def figures(team: Team) -> list[Block]:
    """Each figure with how it was before, and a button for its list."""
    return [
        kit.section(line, kit.button("Show", "digest_list", Period(what, team.start, team.end).packed()))
        for what, line in _lines(team).items()
    ]


def _lines(team: Team) -> dict[str, str]:
    now, before = team.now, team.before
    return {
        "waiting": _waiting(now, before),
        "answered": _answered(now, before),
        "unanswered": f"*Questions the guides couldn't answer:* {_of(now.unanswered, now.asked)}"
        f"; {_of(before.unanswered, before.asked)} the period before",
        "unhelpful": f"*Ratings:* {now.helpful:,} 👍 and {now.ratings - now.helpful:,} 👎; "
        f"{before.helpful:,} and {before.ratings - before.helpful:,} the period before",
        "thanks": f"*Thanks:* {counted(now.stories, 'story', 'stories')} with {now.kudos:,} kudos; "
        f"{before.stories:,} with {before.kudos:,} the period before",
    }


def listed(what: str, period: str, lines: Sequence[str], note: str = "") -> View:
    """The list behind a figure.

    Args:
        lines: escaped.
    """
    shown = list(lines[:MOST_LISTED])
    if len(lines) > MOST_LISTED:
        shown.append(f"… and {len(lines) - MOST_LISTED:,} more")
    blocks = [kit.context(period), *kit.sections(shown or ["Nothing here."])]
    return kit.modal(LISTS[what], [*blocks, *([kit.context(note)] if note else [])], callback_id="digest_list")


def _waiting(now: Figures, before: Figures) -> str:
    late = f", {now.overdue:,} of them overdue" if now.overdue else ", none overdue"
    return (
        f"*Ideas waiting for a first answer:* {now.waiting:,}{late if now.waiting else ''}; "
        f"{before.waiting:,} the period before{_change(now.waiting, before.waiting)}"
    )


def _answered(now: Figures, before: Figures) -> str:
    return f"*First answers to ideas:* {_days(now.answer_days)}; {_days(before.answer_days)} the period before"


def _days(days: Sequence[int]) -> str:
    """How many there are, and after how many working days they came."""
    if not days:
        return "none"
    if not any(days):
        return f"{len(days):,} on the same day"
    if len(days) < FEW:
        return f"{len(days)} after {series(list(map(str, days)))} working {'day' if list(days) == [1] else 'days'}"
    middle = statistics.median(days)
    within = f"within {middle:g} working {'day' if middle == 1 else 'days'}" if middle else "on the same day"
    return f"{len(days):,}, half of them {within}"


def _of(some: int, every: int) -> str:
    return f"{some:,} of {every:,}" if every else "none was asked"


def _change(now: int, before: int) -> str:
    if now == before:
        return ""
    return f" ({'up' if now > before else 'down'} {abs(now - before):,})"

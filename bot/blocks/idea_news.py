"""What people are told of an idea: in the thread of its card, in news, and in reminders."""

from collections.abc import Sequence
from datetime import date

from bot.blocks import kit
from bot.blocks.answers import Said, plainly
from bot.blocks.ideas import SIGNS, named, quote
from bot.blocks.text import day, literal, one_line, quoted, said
from bot.records.ideas import Kind, Status
from bot.records.tables import Idea, IdeaChange

LONGEST_NEWS = 9_000  # characters; Slack refuses messages somewhat above


def other_in_thread(change: IdeaChange, idea: Idea) -> Said:
    """A merge or its undoing, told in the thread of the idea that the other one went into."""
    if change.kind == Kind.MERGED:
        text = f"<@{change.user}> merged {named(idea)} into this one. Its votes and comments count here now."
    else:
        text = f"<@{change.user}> took {named(idea)} out of this one again."
    return plainly(text)


def step_in_thread(change: IdeaChange, idea: Idea, other: Idea | None) -> Said:
    """A change, told in the thread of the card.

    Args:
        idea: what was changed, as it is now.
        other: the other idea of a merge.
    """
    if change.kind == Kind.MERGED and other is not None:
        text = f"<@{change.user}> merged this into {named(other)}. Votes and comments count there."
    elif change.kind == Kind.UNMERGED:
        text = f"<@{change.user}> took this out of {named(other) if other else 'the other idea'} again."
    elif change.kind == Kind.WITHDRAWN:
        text = f"<@{change.user}> withdrew this idea."
    elif change.kind == Kind.REWORDED:
        text = f"<@{change.user}> changed the words of this idea; the card shows them."
    elif change.kind == Kind.ASSIGNED:
        text = f"<@{change.user}> changed who does this, and when: {_doing(idea)}."
    elif change.before == change.after:
        text = f"<@{change.user}> answered:"
    else:
        text = f"<@{change.user}> set this to *{SIGNS[Status(change.after)]}*"
        text += ":" if change.reason else "."
    blocks = [kit.section(text)]
    if change.reason:
        blocks += quote(change.reason)
        text = f"{text} {literal(one_line(change.reason, 500))}"
    return Said(text, blocks)


def _doing(idea: Idea) -> str:
    owner = f"owner <@{idea.owner}>" if idea.owner else "no owner"
    return f"{owner}, {f'due {day(idea.due)}' if idea.due else 'no due date'}"


def news(steps: Sequence[tuple[IdeaChange, Idea, Idea | None]]) -> Said:
    """One direct message about everything that changed: (change, idea, the other idea of a merge)."""
    blocks = [kit.section("News of ideas that you suggested, voted for or own:")]
    room, told = LONGEST_NEWS, 0
    for change, idea, other in steps[: kit.FEW_BLOCKS - 3]:  # the opening, how many more there are, and the button
        where = f" {named(other)}" if other is not None else ""
        words = f"{named(idea)}: {_news_of(change)}{where}, by <@{change.user}>"
        if change.reason:
            words += "\n" + "\n".join(quoted(said(one_line(change.reason, 250))))
        room -= len(words)
        if room < 0:
            break
        told += 1
        blocks.append(kit.section(words, kit.button("Mute this idea", "mute_ideas", f"idea:{idea.id}")))
    if told < len(steps):
        blocks.append(kit.context(f"and {len(steps) - told:,} more; each is told in the thread of its card"))
    blocks.append(kit.actions(kit.button("Mute all news of ideas", "mute_ideas", "ideas")))
    first = literal(one_line(steps[0][1].title, 150))
    text = f"News of an idea: {first}" if len(steps) == 1 else f"News of {len(steps)} ideas, {first} among them"
    return Said(text, blocks)


def _news_of(change: IdeaChange) -> str:
    if change.kind == Kind.MERGED:
        return "merged into"
    if change.kind == Kind.UNMERGED:
        return "stands for itself again, taken out of"
    if change.kind in (Kind.WITHDRAWN, Kind.REWORDED):
        return change.kind
    if change.kind == Kind.ASSIGNED:
        return "it is yours now"
    return "answered" if change.before == change.after else f"*{SIGNS[Status(change.after)]}*"


def muted(topic: str, *, is_muted: bool) -> Said:
    what = "news of ideas" if topic == "ideas" else f"news of {topic.replace(':', ' ')}"
    text = f"You get no more {what}." if is_muted else f"You get {what} again."
    button = ("Undo", "unmute_ideas") if is_muted else ("Mute", "mute_ideas")
    return Said(text, [kit.section(text), kit.actions(kit.button(*button, topic))])


def reminder(idea: Idea, kind: str, today: date, *, to_owner: bool) -> Said:
    """What the owner of an idea is reminded of, or else a manager."""
    if kind == "due":
        late = idea.due is not None and idea.due < today
        text = f"{named(idea)} {'was' if late else 'is'} due on {day(idea.due or today)}."
    elif kind == "late":
        text = f"{named(idea)} was to get a first response by {day(idea.respond_by)} and has none yet."
    else:
        text = f"{named(idea)} is to get a first response by {day(idea.respond_by)}."
    if to_owner:
        whose = "You own this idea."
    else:
        why = f"Its owner, <@{idea.owner}>, has left" if idea.owner else "It has no owner yet"
        whose = f"{why}, so all managers are reminded."
    buttons = [
        kit.button("Decide", "decide_idea", str(idea.id), primary=True),
        kit.button("Details", "idea_details", str(idea.id)),
    ]
    return Said(f"⏰ {text}", [kit.section(f"⏰ {text}"), kit.context(whose), kit.actions(*buttons)])

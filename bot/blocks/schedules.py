"""/digest: when digests go out, as managers see and change it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks import kit
from bot.blocks.digest import Drawn
from bot.blocks.kit import Block, Element, View
from bot.blocks.text import literal, one_line
from bot.records.periods import WEEKDAYS
from bot.records.schedules import BY_HAND, Kind, Plan, Quiet, State
from bot.records.tables import Digest, Schedule

TITLE = "Digests"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = {Kind.RECOGNITION: "Recognition, in a channel", Kind.MANAGERS: "Figures, to each manager directly"}
QUIETS = {Quiet.NOTE: "A short, kind note", Quiet.NOTHING: "Nothing"}
STATES = {
    State.QUEUED: "on its way",
    State.POSTED: "posted",
    State.QUIET: "nothing to tell, so nothing was posted",
    State.SKIPPED: "skipped",
    State.FAILED: "could not be posted",
}


@dataclass(frozen=True)
class Planned:
    """A schedule and when it is due next; None while it is paused."""

    schedule: Schedule
    next_at: datetime | None


def overview(planned: Sequence[Planned], said: str = "") -> View:
    """All schedules, each with what can be done about it.

    Args:
        said: what came of the last click.
    """
    blocks: list[Block] = [kit.section(f"*{said}*")] if said else []
    if not planned:
        blocks.append(kit.section("No digest is scheduled yet."))
    for one in planned:
        blocks += _schedule(one)
    blocks.append(kit.divider())
    add = kit.button("Add a digest", "digest_add", "add", primary=not planned)
    blocks.append(kit.actions(add, kit.button("History of all", "digest_history", "all")))
    return kit.modal(TITLE, blocks, callback_id="digests")


def _schedule(one: Planned) -> list[Block]:
    schedule, number = one.schedule, str(one.schedule.id)
    lines = [f"*{name(schedule)}*", f"{rhythm(schedule)}"]
    if schedule.paused is not None:
        why = "Paused by hand" if schedule.paused == BY_HAND else f"Paused: {literal(schedule.paused)}"
        lines.append(f"⏸️ {why}")
    elif one.next_at is not None:
        lines.append(f"Next: {moment(one.next_at, schedule.zone)}")
    pause = (
        kit.button("Pause", "digest_pause", number)
        if schedule.paused is None
        else kit.button("Resume", "digest_resume", number, primary=True)
    )
    return [
        kit.divider(),
        kit.section("\n".join(lines)),
        kit.actions(
            kit.button("Preview", "digest_preview", number),
            {**kit.button("Post now", "digest_post_now", number), "confirm": _asking(schedule)},
            kit.button("Edit", "digest_edit", number),
            pause,
            kit.button("History", "digest_history", number),
            kit.button("Remove", "digest_remove", number, sure="Nothing more is posted. What was posted stays."),
        ),
    ]


def _asking(schedule: Schedule) -> Element:
    where = f"<#{schedule.channel}>" if schedule.kind == Kind.RECOGNITION else "each manager"
    return {
        "title": kit.plain("Post this digest now?", 100),
        "text": kit.mrkdwn(
            f"It goes to {where} at once and tells of the last seven days. The next one stays as it is."
        ),
        "confirm": kit.plain("Post now", 30),
        "deny": kit.plain("Not now", 30),
    }


def name(schedule: Schedule | Digest) -> str:
    if schedule.kind == Kind.RECOGNITION:
        return f"Recognition in <#{schedule.channel}>"
    return "Figures for managers"


def rhythm(schedule: Schedule) -> str:
    quiet = ", nothing in quiet weeks" * (schedule.quiet == Quiet.NOTHING and schedule.kind == Kind.RECOGNITION)
    return f"Every {_day(schedule.weekday)} at {schedule.at}, {literal(schedule.zone)}{quiet}"


def moment(at: datetime, zone: str) -> str:
    """Monday 30 November, 09:00"""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _by_readers_clock(at: datetime, zone: str) -> str:
    """The moment by the clock of whoever reads it, which Slack knows."""
    return f"<!date^{int(at.timestamp())}^{{date_long}} at {{time}}|{moment(at, zone)}>"


def form(plan: Plan, schedule_id: int | None) -> View:
    """One schedule, to be added or changed."""
    kinds = [kit.option(words, kind) for kind, words in KINDS.items()]
    days = [kit.option(_day(day), day) for day in WEEKDAYS]
    quiets = [kit.option(words, quiet) for quiet, words in QUIETS.items()]
    return kit.modal(
        "Add a digest" if schedule_id is None else "Edit the digest",
        [
            kit.question("kind", "What it tells", kit.radio(kinds, plan.kind)),
            kit.question(
                "channel",
                "Channel",
                kit.channel(plan.channel),
                optional=True,
                hint="For recognition; figures go to managers directly.",
            ),
            kit.question("weekday", "Day", kit.choice(days, plan.weekday)),
            kit.question(
                "at",
                "Time",
                {"type": "timepicker", "initial_time": plan.at},
                hint="On a public holiday it comes on the next working day of the week.",
            ),
            kit.question("zone", "Time zone", kit.text_box(60, initial=plan.zone, multiline=False)),
            kit.question("quiet", "When nobody was thanked in a week", kit.radio(quiets, plan.quiet)),
        ],
        callback_id="digest_schedule",
        submit="Save",
        close="Cancel",
        private_metadata="" if schedule_id is None else str(schedule_id),
    )


def saved(schedule: Schedule, next_at: datetime | None, joined: bool | None) -> View:
    """What was saved; ``joined`` is False where somebody has to invite the bot."""
    lines = ["Saved.", rhythm(schedule) + "."]
    if next_at is not None:
        lines.append(f"Next: {moment(next_at, schedule.zone)}.")
    if joined is False:
        lines.append(f"I can't join <#{schedule.channel}> by myself. Type `/invite @Frontline` there.")
    return kit.notice(TITLE, "\n".join(lines), "digests")


def preview(drawn: Drawn | None, picture: str | None) -> View:
    """The digest as it would look now; None for one that would not be posted.

    Args:
        picture: Slack's id of the picture; None shows its words instead.
    """
    if drawn is None:
        return kit.notice("Preview", "There is nothing to tell now, so nothing would be posted.", "digest_preview")
    blocks: list[Block] = [kit.context("As it would look now. Nothing has been posted.")]
    blocks += [_inert(block, picture) for block in drawn.screen.blocks]
    if drawn.thread is not None:
        blocks += [kit.divider(), kit.context("In the thread:"), *drawn.thread.blocks]
    return kit.modal("Preview", blocks, callback_id="digest_preview")


def _inert(block: Block, picture: str | None) -> Block:
    """A block of a message as a modal shows it: buttons are only named."""
    if block["type"] == "actions":
        return kit.context(" ".join(f"[ {element['text']['text']} ]" for element in block["elements"]))
    if block["type"] == "image":
        return {**block, "slack_file": {"id": picture}} if picture else kit.context(block["alt_text"])
    return block


def in_words(drawn: Drawn | None) -> str:
    """A digest as plain text, people still as mentions."""
    if drawn is None:
        return "There is nothing to tell now, so nothing would be posted."
    blocks = [*drawn.screen.blocks, *(drawn.thread.blocks if drawn.thread else [])]
    return "\n\n".join(_plain(block) for block in blocks)


def _plain(block: Block) -> str:
    shown = _inert(block, None)
    texts = [shown["text"]["text"]] if "text" in shown else [element["text"] for element in shown["elements"]]
    words = re.sub(r"<(?:#|https?:[^|>]*\|)([^>]+)>", r"\1", " ".join(texts))
    return html.unescape(re.sub(r"\*|(?<!\w)_|_(?!\w)", "", words))


def history(schedule: Schedule, digests: Sequence[Digest]) -> View:
    """What became of one schedule's digests."""
    return _history(name(schedule), [_past(digest, schedule.zone) for digest in digests])


def history_of_all(digests: Sequence[Digest], zone: str) -> View:
    """What became of all digests, those of removed schedules among them."""
    return _history("All digests", [f"{_past(digest, zone)}\n      {name(digest)}" for digest in digests])


def _history(title: str, lines: Sequence[str]) -> View:
    return kit.modal(
        "History",
        [kit.section(f"*{title}*"), *kit.sections(lines or ["Nothing has been posted yet."])],
        callback_id="digest_history",
    )


def _past(digest: Digest, zone: str) -> str:
    what = STATES[State(digest.state)]
    if digest.link:
        what = f"<{digest.link}|{what}>"
    why = f": {literal(one_line(digest.why, 150))}" if digest.why else ""
    asked = f", asked for by <@{digest.asked_by}>" if digest.asked_by else ""
    return f"• {moment(digest.made_at, zone)}: {what}{why}{asked}"


def in_home(planned: Sequence[Planned], team: Sequence[Block] | None) -> list[Block]:
    """The Home section of digests, the next one first; ``team`` are the figures, for managers."""
    coming = sorted((one.next_at, one.schedule.id, one.schedule) for one in planned if one.next_at)
    lines = [f"Next digest: {name(schedule)}, {_by_readers_clock(at, schedule.zone)}" for at, _, schedule in coming]
    next_ones = kit.context(*(lines[:10] or ["No digest is scheduled."]))
    if team is None:
        return [next_ones]
    return [
        kit.header("Your team, the last seven days"),
        *team,
        kit.actions(
            kit.button("Ideas to answer", "triage_ideas", "home"), kit.button("Digests", "digest_open", "home")
        ),
        next_ones,
    ]


def not_manager(admins: Sequence[str]) -> str:
    """What somebody without the role is told."""
    if not admins:
        return "Only managers can do this, and there is no admin yet who could make you one."
    return f"Only managers can do this. An admin can make you one: {', '.join(f'<@{admin}>' for admin in admins)}."


def paused(schedule: Schedule, why: str, prefix: str) -> str:
    """What its owner is told, once, when a digest can't be posted any more."""
    return (
        f"I paused the digest “{name(schedule)}”: {why}. "
        f"When that is mended, resume it with `/{prefix}digest`; or choose another channel there."
    )


def _day(weekday: str) -> str:
    return DAYS[WEEKDAYS.index(weekday)]

"""Lists of ideas: what /ideas shows, the sections in Home, what waits for managers, and the file for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.blocks import kit
from bot.blocks.ideas import SIGNS, named
from bot.blocks.kit import Block, View
from bot.blocks.text import counted, day, literal, one_line
from bot.records.idea_queries import Shown
from bot.records.ideas import LIVE, Status
from bot.records.stages import Stage

PAGE = 6
QUERY_LIMIT = 150
ANY = "any"  # a select always holds something
ORDERS = {"top": "Most wanted", "newest": "Newest", "mine": "My own"}
COLUMNS = (
    *("number", "title", "text", "author", "status", "reason", "stage", "tags", "votes", "customers", "comments"),
    *("owner", "due", "submitted", "respond by", "first response", "answered in working days", "merged into", "link"),
)


@dataclass(frozen=True)
class Choice:
    """What a list shows, as chosen so far."""

    order: str = "top"
    status: str = ANY
    stage: str = ANY
    tag: str = ""
    query: str = ""
    page: int = 0

    def first_page(self, **changed: str) -> "Choice":
        return replace(self, page=0, **changed)


@dataclass(frozen=True)
class Row:
    """An idea in a list, and whether this person has voted for it."""

    shown: Shown
    mine: bool


def listing(rows: Sequence[Row], total: int, choice: Choice, place: str, prefix: str, *, is_manager: bool) -> View:
    """One page of ideas.

    Args:
        place: the choice, kept with the view.
    """
    blocks: list[Block] = [_filters(choice), _search(choice)]
    for row in rows:
        blocks += _row(row, "list")
    if not rows:
        blocks.append(kit.section(_nothing(choice, prefix)))
    blocks += _pages(choice, total)
    if is_manager:
        blocks.append(
            kit.actions(
                kit.button("Waiting for a response", "triage_ideas", "list"),
                kit.button("Export as CSV", "export_ideas", "list"),
            )
        )
    return kit.modal("Ideas", blocks, callback_id="ideas", submit="Search", private_metadata=place)


def _filters(choice: Choice) -> Block:
    orders = [kit.option(words, order) for order, words in ORDERS.items()]
    statuses = [kit.option("Any status", ANY), *(kit.option(sign, status) for status, sign in SIGNS.items())]
    stages = [kit.option("Any stage", ANY), *(kit.option(stage.capitalize(), stage) for stage in Stage)]
    return {
        **kit.actions(
            {**kit.choice(orders, choice.order), "action_id": "list_order"},
            {**kit.choice(statuses, choice.status), "action_id": "list_status"},
            {**kit.choice(stages, choice.stage), "action_id": "list_stage"},
        ),
        "block_id": f"filters-{choice.order}-{choice.status}-{choice.stage}",
    }


def _search(choice: Choice) -> Block:
    text = f"#{choice.tag} {choice.query}".strip() if choice.tag else choice.query
    box = kit.text_box(QUERY_LIMIT, initial=text, placeholder="What is it about? Or #tag", multiline=False)
    return kit.question("list_search", "Search by meaning", box, optional=True)


def _row(row: Row, place: str) -> list[Block]:
    idea, tally = row.shown.idea, row.shown.tally
    facts = [SIGNS[Status(idea.status)], counted(tally.votes, "vote")]
    if tally.customers:
        facts.append(counted(tally.customers, "customer"))
    if tally.comments:
        facts.append(counted(tally.comments, "comment"))
    facts.append(f"<@{idea.author}>, {day(idea.created_at)}")
    if idea.owner:
        facts.append(f"owner <@{idea.owner}>")
    if row.shown.into is not None:
        facts.append(f"into {named(row.shown.into)}")
    number = str(idea.id)
    buttons = [kit.button("Details", "idea_details", number)]
    if idea.status in LIVE and row.mine:
        buttons.insert(0, kit.button("✓ Voted · Take back", f"take_back_in_{place}", number))
    elif idea.status in LIVE:
        buttons.insert(0, kit.button("Vote", f"vote_in_{place}", number))
    return [kit.section(f"{named(idea)}\n{' · '.join(facts)}"), kit.actions(*buttons)]


def _nothing(choice: Choice, prefix: str) -> str:
    if choice == Choice():
        return f"No ideas yet. Be the first: `/{prefix}idea` and what should change."
    return "Nothing matches this. Choose another status or stage, or search in other words."


def _pages(choice: Choice, total: int) -> list[Block]:
    first, last = choice.page * PAGE + 1, min((choice.page + 1) * PAGE, total)
    if total <= PAGE:
        return [kit.context(counted(total, "idea"))] if total else []
    buttons = []
    if choice.page:
        buttons.append(kit.button("‹ Previous", "list_page", str(choice.page - 1)))
    if last < total:
        buttons.append(kit.button("Next ›", "list_next", str(choice.page + 1)))
    return [kit.context(f"{first}–{last} of {total:,} ideas"), kit.actions(*buttons)]


# App Home


def home(mine: Sequence[Row], wanted: Sequence[Row], all_mine: int = 0, all_wanted: int = 0) -> list[Block]:
    """One's own ideas and their state, and open ones to vote for.

    Args:
        all_mine, all_wanted: how many there are; the ones shown are the newest, and the most wanted.
    """
    blocks = [
        kit.header("Ideas"),
        kit.actions(
            kit.button("Suggest an idea", "open_idea", "home", primary=True),
            kit.button("All ideas", "open_ideas", "home"),
        ),
    ]
    if mine:
        blocks.append(kit.section("*My ideas*"))
    for row in mine:
        idea = row.shown.idea
        words = f"{named(idea)}\n{SIGNS[Status(idea.status)]} · {counted(row.shown.tally.votes, 'vote')}"
        blocks.append(kit.section(words, kit.button("Details", "idea_details", str(idea.id))))
    if all_mine > len(mine):
        blocks.append(kit.context(f"The newest {len(mine)} of {all_mine:,}; *All ideas* › My own has the others."))
    if wanted:
        blocks.append(kit.section("*Most wanted*"))
    for row in wanted:
        blocks += _row(row, "home")
    if all_wanted > len(wanted):
        blocks.append(kit.context(f"{len(wanted)} of {all_wanted:,}; *All ideas* has the others."))
    return blocks


# Waiting for a response


@dataclass(frozen=True)
class Waiting:
    """Ideas that mean much the same and wait for a response, the oldest first."""

    ideas: Sequence[Shown]
    days: int  # working days that the oldest has waited
    owner: str | None  # who may be the one to decide, when it has no owner


def triage(groups: Sequence[Waiting], total: int, today: date) -> View:
    """What managers have to respond to."""
    if not groups:
        return kit.notice("Waiting", "Every idea has had a response. Well done!", "ideas_triage")
    blocks: list[Block] = [kit.context(f"{counted(total, 'idea')} without a response, oldest first")]
    for group in groups:
        first = group.ideas[0]
        idea = first.idea
        late = "⏰ late, was" if idea.respond_by < today else "first response"
        lines = [
            named(idea),
            f"{_waits(group.days)} · {late} due {day(idea.respond_by)} · "
            f"{counted(first.tally.votes, 'vote')} · by <@{idea.author}>",
        ]
        if idea.owner:
            lines.append(f"Owner: <@{idea.owner}>")
        elif group.owner:
            lines.append(f"Suggested owner: <@{group.owner}>")
        others = group.ideas[1:]
        if others:
            lines += [
                "Much the same:",
                *(f"• {named(one.idea)} ({counted(one.tally.votes, 'vote')})" for one in others),
            ]
        blocks += kit.sections(lines)
        buttons = [
            kit.button("Decide", "decide_idea", f"{idea.id}:{group.owner or ''}", primary=True),
            kit.button("Details", "idea_details", str(idea.id)),
        ]
        if others:
            numbers = ",".join(str(one.idea.id) for one in others)
            sure = "Their votes and comments count for the first one. It can be undone in the details of each."
            buttons.append(kit.button("Merge them into the first", "merge_alike", f"{idea.id}:{numbers}", sure=sure))
        blocks.append(kit.actions(*buttons))
    return kit.modal("Waiting", blocks, callback_id="ideas_triage")


def _waits(days: int) -> str:
    return f"waits for {counted(days, 'working day')}" if days else "new"


# For a spreadsheet


def spreadsheet(ideas: Sequence[Shown], names: Mapping[str, str]) -> str:
    """All ideas as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for shown in ideas:
        writer.writerow([_inert(cell) for cell in _cells(shown, names)])
    return "\ufeff" + file.getvalue()  # by this mark spreadsheets know that it is UTF-8


def _cells(shown: Shown, names: Mapping[str, str]) -> list[str]:
    idea, tally = shown.idea, shown.tally
    answered = "" if shown.answered_in is None else str(shown.answered_in)
    return [
        *(str(idea.id), idea.title, idea.text, names.get(idea.author, idea.author), idea.status, idea.reason),
        *(idea.stage or "", ", ".join(idea.tags), str(tally.votes), str(tally.customers), str(tally.comments)),
        *(names.get(idea.owner or "", idea.owner or ""), idea.due.isoformat() if idea.due else ""),
        *(idea.created_at.isoformat(timespec="minutes"), idea.respond_by.isoformat()),
        idea.responded_at.isoformat(timespec="minutes") if idea.responded_at else "",
        *(answered, str(idea.merged_into or ""), idea.card_url or ""),
    ]


def _inert(cell: str) -> str:
    return (
        f"'{cell}" if cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠") else cell
    )


def export_sent(count: int) -> View:
    return kit.notice("Export", f"{counted(count, 'idea')}: the file is in our direct messages.", "ideas_exported")


def not_exported(why: str) -> View:
    return kit.notice(
        "Export", f"Slack did not take the file ({literal(one_line(why, 100))}). Please try again.", "ideas"
    )

"""An idea as people see it: the form, the card, its details, and what managers decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import kit
from bot.blocks.answers import Said, plainly
from bot.blocks.given_back import cut_short
from bot.blocks.kit import Block, Element, View
from bot.blocks.text import counted, day, link, literal, one_line, quoted, said
from bot.records.idea_queries import Shown
from bot.records.ideas import DECISIONS, LIVE, Kind, Status
from bot.records.stages import Stage
from bot.records.tables import Comment, Evidence, Idea, IdeaChange

TITLE_LIMIT, TEXT_LIMIT, TAGS_LIMIT, NOTE_LIMIT, REASON_LIMIT = 150, 3_000, 150, 1_000, 1_000
CARD_TEXT = 1_200  # characters of an idea's text on its card; the rest is in its details
MOST_EVIDENCE, MOST_COMMENTS, MOST_MERGED = 10, 10, 20
SIGNS = {
    Status.OPEN: "💡 Open",
    Status.PLANNED: "🗓️ Planned",
    Status.STARTED: "🚧 Started",
    Status.COMPLETED: "✅ Completed",
    Status.DECLINED: "🚫 Declined",
    Status.DUPLICATE: "🔀 Merged",
}

OUTSIDER = "Ideas are for employees of this company. Please tell the colleague you work with."
UNSURE = "I could not check with Slack who you are. Please try again in a minute."
GONE = "This idea was withdrawn, or there never was one by that number."
NOTHING_CHANGED = "Nothing was changed."


def not_manager(prefix: str) -> str:
    return f"Only managers and admins can do that. An admin gives the role with /{prefix}frontline roles."


# The form


@dataclass(frozen=True)
class Draft:
    """What is in the form."""

    title: str = ""
    text: str = ""
    stage: str = ""
    tags: str = ""
    is_cut: bool = False  # what it began with was longer than the form takes


def begun(text: str) -> Draft:
    """The form with a text in it, as far as it fits."""
    return Draft(text=text[:TEXT_LIMIT], is_cut=len(text) > TEXT_LIMIT)


def form(draft: Draft, similar: Sequence[tuple[Shown, bool]] = (), place: str = "") -> View:
    """The form to suggest an idea in, on one screen.

    Args:
        similar: ideas like what is typed, each with whether this person has voted for it.
        place: the message that it is about, kept with the form.
    """
    stages = [kit.option(stage.capitalize(), stage) for stage in Stage]
    return kit.modal(
        "Suggest an idea",
        [
            kit.question(
                "idea_title", "Title", kit.text_box(TITLE_LIMIT, initial=draft.title, multiline=False), live=True
            ),
            *_similar(similar),
            kit.question(
                "idea_text",
                "What should change, and why?",
                kit.text_box(
                    TEXT_LIMIT, initial=draft.text, placeholder="What happens today, and what would be better"
                ),
                live=True,
            ),
            *([cut_short(TEXT_LIMIT, in_message=bool(place))] if draft.is_cut else []),
            kit.question(
                "stage",
                "Where in the customer's journey?",
                kit.choice(stages, draft.stage, "Choose a stage"),
                optional=True,
            ),
            kit.question(
                "tags",
                "Tags",
                kit.text_box(TAGS_LIMIT, initial=draft.tags, placeholder="billing, app", multiline=False),
                optional=True,
            ),
        ],
        callback_id="idea",
        submit="Suggest",
        close="Cancel",
        private_metadata=place,
    )


def refused(draft: Draft) -> View:
    """What an outsider sees instead of the form, with what they typed, to take along."""
    return kit.notice("Suggest an idea", OUTSIDER, "idea_refused", draft.title, draft.text)


def edit_form(idea: Idea) -> View:
    """The words of an idea, to be changed by its author."""
    draft = Draft(idea.title, idea.text, idea.stage or "", ", ".join(idea.tags))
    blocks = [_still(block) for block in form(draft)["blocks"]]
    blocks.append(kit.context("Its votes stay, and the thread of its card says that you changed it."))
    return kit.modal(
        "Edit the idea",
        blocks,
        callback_id="edit_idea",
        submit="Save",
        close="Cancel",
        private_metadata=str(idea.id),
    )


def _still(block: Block) -> Block:
    """An input that nobody listens to while somebody types in it."""
    element = {name: value for name, value in block["element"].items() if name != "dispatch_action_config"}
    return {**{name: value for name, value in block.items() if name != "dispatch_action"}, "element": element}


def edited(shown: Shown, *, is_news: bool) -> View:
    said = f"Saved. {named(shown.idea)}\nThe card shows it in a moment." if is_news else NOTHING_CHANGED
    return kit.notice("Edit the idea", said, "idea_edited")


def _similar(similar: Sequence[tuple[Shown, bool]]) -> list[Block]:
    if not similar:
        return []
    return [kit.context("Is it one of these already?"), *(_similar_one(shown, mine) for shown, mine in similar)]


def _similar_one(shown: Shown, mine: bool) -> Block:
    facts = [SIGNS[Status(shown.idea.status)], counted(shown.tally.votes, "vote")]
    words = f"{named(shown.idea)}\n{' · '.join([*facts, *(['you voted for it'] if mine else [])])}"
    if mine or shown.idea.status not in LIVE:
        return kit.section(words)
    return kit.section(words, kit.button("Add my vote instead", "vote_instead", str(shown.idea.id)))


def voted_instead(shown: Shown) -> View:
    """What the form shows once somebody has voted for an idea that is there already."""
    return kit.modal(
        "Voted",
        [
            kit.section(f"Your vote counts for {named(shown.idea)}. It has {counted(shown.tally.votes, 'vote')} now."),
            kit.context("You hear from me when something is decided. What you typed is kept."),
            kit.actions(
                kit.button("Back to my own idea", "back_to_idea", str(shown.idea.id)),
                kit.button("Take back my vote", "take_back_instead", str(shown.idea.id)),
            ),
        ],
        callback_id="idea_voted",
    )


def not_voted(why: str) -> View:
    """What the form shows when that idea takes no votes; the way back is the same."""
    back = kit.actions(kit.button("Back to my own idea", "back_to_idea", "0"))
    return kit.modal("Not voted", [kit.section(why), back], callback_id="idea_voted")


def submitted(idea: Idea, channel: str | None) -> View:
    """Thanks, and what happens next."""
    where = (
        f"It is on its way to <#{channel}>, where others can vote for it and discuss it."
        if channel
        else "Nobody has chosen a channel for ideas yet; it goes there as soon as an admin has."
    )
    return kit.modal(
        "Suggest an idea",
        [
            kit.section(f"Thank you! This is idea {idea.id}: *{literal(idea.title)}*"),
            kit.section(
                f"{where}\nYou get a first response by *{day(idea.respond_by)}*, and I tell you what is decided."
            ),
        ],
        callback_id="idea_submitted",
    )


def from_message(idea: Idea, url: str) -> Said:
    """What is said below the message that an idea was made from."""
    title = one_line(f"{idea.id}. {idea.title}", 160)
    text = f"<@{idea.author}> turned this into an idea: {link(url, title) or literal(title)}"
    return plainly(text)


# The card


def card(shown: Shown) -> Said:
    """The card in the ideas channel."""
    idea, tally = shown.idea, shown.tally
    if idea.deleted_at is not None:
        text = f"Idea {idea.id} was withdrawn."
        return Said(text, [kit.context(text)])
    body = [kit.section(f"*{idea.id}. {literal(idea.title)}*"), *_body(idea.text)]
    facts = kit.context(_origin(idea), _standing(shown))
    if shown.into is not None:
        note = f"Merged into {named(shown.into)}. Votes and comments count there."
        return Said(f"Idea {idea.id}, {literal(idea.title)}: merged", [*body, facts, kit.section(note), _buttons(idea)])
    reason = quote(idea.reason)
    text = f"Idea {idea.id} by <@{idea.author}>: {literal(idea.title)}. {_status(idea)}, {_wanted(shown)}."
    return Said(text, [*body, facts, *reason, kit.context(_wanted(shown)), _buttons(idea, tally.votes)])


def _body(text: str) -> list[Block]:
    cut = _cut(text, CARD_TEXT)
    return kit.sections(said(cut))


def _cut(text: str, limit: int) -> str:
    """At most so many characters, cut at a word; line breaks stay."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rsplit(maxsplit=1)[0]}… (the rest is in the details)"


def _origin(idea: Idea) -> str:
    parts = [f"by <@{idea.author}>"]
    source = link((idea.source or {}).get("url"), "from a message")
    if source:
        parts.append(source)
    if idea.stage:
        parts.append(f"stage: {idea.stage}")
    parts += [f"#{literal(tag)}" for tag in idea.tags]
    return " · ".join(parts)


def _standing(shown: Shown) -> str:
    """Status, owner and dates."""
    idea = shown.idea
    parts = [f"*{_status(idea)}*"]
    if idea.owner:
        parts.append(f"owner <@{idea.owner}>")
    if idea.due and idea.status in LIVE:
        parts.append(f"due {day(idea.due)}")
    if shown.answered_in is not None:
        parts.append(
            f"answered in {counted(shown.answered_in, 'working day')}" if shown.answered_in else "answered at once"
        )
    elif idea.status in LIVE:
        parts.append(f"first response by {day(idea.respond_by)}")
    return " · ".join(parts)


def _status(idea: Idea) -> str:
    return SIGNS[Status(idea.status)]


def _wanted(shown: Shown) -> str:
    tally = shown.tally
    parts = [counted(tally.votes, "vote") if tally.votes else "no votes yet"]
    if tally.customers:
        parts.append(f"asked for by {counted(tally.customers, 'customer')}")
    if tally.comments:
        parts.append(counted(tally.comments, "comment"))
    if tally.merged:
        parts.append(f"includes {counted(tally.merged, 'merged idea')}")
    return " · ".join(parts)


def _buttons(idea: Idea, votes: int = 0) -> Block:
    details = kit.button("Details", "idea_details", str(idea.id))
    if idea.status not in LIVE:
        return kit.actions(details)
    words = f"Vote ({votes})" if votes else "Vote"
    return kit.actions(
        kit.button(words, "vote_idea", str(idea.id), primary=True),
        kit.button("For a customer", "vote_for_customer", str(idea.id)),
        details,
    )


def quote(text: str) -> list[Block]:
    return kit.sections(quoted(said(text))) if text else []


def named(idea: Idea) -> str:
    """An idea by number and title, as a link to its card where it has one."""
    words = one_line(f"{idea.id}. {idea.title}", 160)
    return link(idea.card_url, words) or f"*{literal(words)}*"


# Voting


def voted(shown: Shown, *, is_new: bool) -> Said:
    """What the voter is told, privately."""
    opening = "Voted for" if is_new else "You had voted already for"
    text = f"{opening} {named(shown.idea)} ({counted(shown.tally.votes, 'vote')})."
    return Said(text, [kit.section(text), kit.actions(kit.button("Take back", "take_back_vote", str(shown.idea.id)))])


def taken_back(shown: Shown, *, was_there: bool) -> Said:
    text = f"{'Your vote is taken back from' if was_there else 'There was no vote of yours for'} {named(shown.idea)}."
    return Said(text, [kit.section(text), kit.actions(kit.button("Vote", "vote_idea", str(shown.idea.id)))])


def customer_form(idea: Idea) -> View:
    """A vote on behalf of customers."""
    return kit.modal(
        "For a customer",
        [
            kit.section(f"Who asks for {named(idea)}?"),
            kit.question("customer", "Customer or group of customers", kit.text_box(200, multiline=False)),
            kit.question(
                "customers",
                "How many customers are that?",
                {
                    "type": "number_input",
                    "is_decimal_allowed": False,
                    "min_value": "1",
                    "max_value": "1000000",
                    "initial_value": "1",
                },
            ),
            kit.question(
                "note", "What did they say?", kit.text_box(NOTE_LIMIT), hint="Everybody can read this in the details."
            ),
        ],
        callback_id="idea_customer",
        submit="Add",
        close="Cancel",
        private_metadata=str(idea.id),
    )


def customer_added(shown: Shown) -> View:
    asked = counted(shown.tally.customers, "customer")
    return kit.notice(
        "For a customer", f"Added. {named(shown.idea)} is asked for by {asked} now.", "idea_customer_added"
    )


# Details


@dataclass(frozen=True)
class May:
    """What somebody can do with an idea."""

    decide: bool = False
    edit: bool = False
    withdraw: bool = False
    remove: frozenset[int] = frozenset()  # evidence


def details(
    shown: Shown,
    evidence: Sequence[Evidence],
    comments: Sequence[Comment],
    changes: Sequence[IdeaChange],
    merged: Sequence[Idea],
    may: May,
    place: str = "",
    *,
    has_voted: bool,
) -> View:
    """All there is to know about an idea.

    Args:
        place: what is kept with the window.
    """
    idea = shown.idea
    blocks = [
        kit.section(f"*{literal(idea.title)}*"),
        *kit.sections(said(idea.text)),
        kit.context(_origin(idea), _standing(shown)),
        kit.context(f"{_wanted(shown)}{' · you voted for it' if has_voted else ''}"),
    ]
    if card_link := link(idea.card_url, "Open the card and its discussion"):
        blocks.append(kit.section(card_link))
    if shown.into is not None:
        blocks.append(kit.section(f"Merged into {named(shown.into)}."))
    if merged:
        lines = ["*Merged into this one*", *(f"• {named(one)}" for one in merged[:MOST_MERGED])]
        lines += [f"and {len(merged) - MOST_MERGED:,} more"] if len(merged) > MOST_MERGED else []
        blocks += kit.sections(lines)
    blocks += [*_acts(idea, may), *_evidence(evidence, may), *_comments(comments), *_history(changes)]
    return kit.modal(f"Idea {idea.id}", blocks, callback_id="idea_details", private_metadata=place)


def _acts(idea: Idea, may: May) -> list[Block]:
    number = str(idea.id)
    buttons: list[Element] = []
    if may.decide and idea.merged_into is None:
        buttons += [
            kit.button("Decide", "decide_idea", number, primary=True),
            kit.button("Merge into another", "merge_idea", number),
        ]
    if may.decide and idea.merged_into is not None:
        buttons.append(
            kit.button("Undo the merge", "unmerge_idea", number, sure="It gets its own votes and comments back.")
        )
    if may.edit:
        buttons.append(kit.button("Edit", "edit_idea", number))
    if may.withdraw:
        sure = "Its words, votes and comments are erased. This can't be undone."
        buttons.append(kit.button("Withdraw", "withdraw_idea", number, sure=sure))
    return [kit.actions(*buttons)] if buttons else []


def _evidence(evidence: Sequence[Evidence], may: May) -> list[Block]:
    if not evidence:
        return []
    blocks = [kit.header("What customers say")]
    for one in evidence[-MOST_EVIDENCE:]:
        many = counted(one.customers, "customer")
        who = f"*{literal(one.customer)}* ({many}), told by <@{one.user}> on {day(one.noted_at)}"
        remove = kit.button("Remove", "remove_evidence", str(one.id)) if one.id in may.remove else None
        blocks += [kit.section(who, remove), *quote(one.note)]
    if len(evidence) > MOST_EVIDENCE:
        blocks.append(kit.context(f"and {len(evidence) - MOST_EVIDENCE:,} earlier"))
    return blocks


def _comments(comments: Sequence[Comment]) -> list[Block]:
    if not comments:
        return []
    lines = [f"<@{one.user}>: {literal(one_line(one.text, 200))}" for one in comments[-MOST_COMMENTS:]]
    more = [kit.context(f"and {len(comments) - MOST_COMMENTS:,} earlier")] if len(comments) > MOST_COMMENTS else []
    return [kit.header("Latest comments"), *kit.sections(lines), *more]


def _history(changes: Sequence[IdeaChange]) -> list[Block]:
    if not changes:
        return []
    return [kit.header("History"), *kit.sections(map(_step, changes[-20:]))]


def _step(change: IdeaChange) -> str:
    return f"{day(change.changed_at)}: {_became(change)} by <@{change.user}>" + (
        f": {literal(one_line(change.reason, 200))}" if change.reason else ""
    )


def _became(change: IdeaChange) -> str:
    if change.kind == Kind.MERGED:
        return f"merged into idea {change.other_id}"
    if change.kind == Kind.UNMERGED:
        return f"taken out of idea {change.other_id} again"
    if change.kind in (Kind.WITHDRAWN, Kind.REWORDED, Kind.ASSIGNED):
        return change.kind
    return "answered" if change.before == change.after else change.after


# Deciding


def decide_form(idea: Idea, place: str = "", suggested_owner: str | None = None) -> View:
    """Status, reason, owner and due date.

    Args:
        place: what is kept with the form.
    """
    options = [kit.option(SIGNS[status], status) for status in DECISIONS]
    owner = kit.person("Nobody yet", idea.owner or suggested_owner)
    due: Element = {"type": "datepicker", "placeholder": kit.plain("No date")}
    if idea.due:
        due["initial_date"] = idea.due.isoformat()
    return kit.modal(
        "Decide",
        [
            kit.section(named(idea)),
            kit.question("status", "Status", kit.choice(options, idea.status)),
            kit.question(
                "reason",
                "Why",
                kit.text_box(REASON_LIMIT, initial=idea.reason),
                hint="Everybody reads this on the card. Declining needs it.",
                optional=True,
            ),
            kit.question("owner", "Owner", owner, hint="Is reminded of what is due.", optional=True),
            kit.question("due", "Due", due, optional=True),
        ],
        callback_id="decide_idea",
        submit="Save",
        close="Cancel",
        private_metadata=place,
    )


def decided(shown: Shown, *, is_news: bool) -> View:
    told = "Who is concerned hears of it within ten minutes." if is_news else NOTHING_CHANGED
    saved = "Saved. " if is_news else ""
    return kit.notice("Decide", f"{saved}{named(shown.idea)}: {_standing(shown)}.\n{told}", "idea_decided")


def merge_form(idea: Idea, others: Sequence[Shown], place: str = "") -> View:
    """Which idea to merge this one into: the ones most like it first, any other by number.

    Args:
        place: what is kept with the form.
    """
    options = [kit.option(f"{one.idea.id}. {one.idea.title}", str(one.idea.id)) for one in others]
    blocks = [
        kit.section(f"{named(idea)} becomes part of another idea. It keeps its votes and comments, and can be undone.")
    ]
    if options:
        blocks.append(
            kit.question("into", "Most like it", kit.choice(options, placeholder="Choose an idea"), optional=True)
        )
    number: Element = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
    blocks.append(kit.question("number", "Or another, by its number", number, optional=True))
    return kit.modal(
        "Merge",
        blocks,
        callback_id="merge_idea",
        submit="Merge",
        close="Cancel",
        private_metadata=place,
    )


def merged(idea: Idea, into: Idea) -> View:
    return kit.notice("Merge", f"{named(idea)} is part of {named(into)} now.", "idea_merged")

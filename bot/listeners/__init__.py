"""What happens in Slack, and which function it comes to."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from bot.listeners import (
    admin,
    answers,
    appearances,
    digest,
    home,
    idea_decisions,
    idea_lists,
    ideas,
    messages,
    questions,
    referrals,
    stale,
    wins,
    wins_from_messages,
)

ANY = re.compile(".*", re.DOTALL)


class Route(NamedTuple):
    kind: str  # event, command, action, shortcut or view
    on: str | re.Pattern[str]
    listener: Callable[..., Awaitable[None]]
    opens_a_view: bool = False  # before anything is written down: Slack waits three seconds for it


def routes(prefix: str = "") -> list[Route]:
    """Every route, the first that matches wins.

    Args:
        prefix: put in front of the commands' names, as in the manifest.
    """
    return [
        Route("event", "app_mention", questions.mentioned),
        Route("event", "message", messages.heard),
        Route("event", "app_home_opened", home.opened),
        Route("event", "member_joined_channel", home.joined),
        Route("event", "reaction_added", wins_from_messages.reacted),
        Route("event", ANY, stale.happened),
        Route("command", f"/{prefix}ask", questions.commanded),
        Route("command", f"/{prefix}kudos", wins_from_messages.commanded, opens_a_view=True),
        Route("command", f"/{prefix}frontline", admin.commanded),
        Route("command", f"/{prefix}digest", digest.commanded, opens_a_view=True),
        Route("command", f"/{prefix}idea", ideas.commanded, opens_a_view=True),
        Route("command", f"/{prefix}ideas", idea_lists.commanded, opens_a_view=True),
        Route("command", ANY, stale.asked),
        Route("shortcut", "ask_guides", questions.shortcut, opens_a_view=True),
        Route("shortcut", "ask_about_message", questions.shortcut, opens_a_view=True),
        Route("shortcut", "give_thanks", wins.open_form, opens_a_view=True),
        Route("shortcut", "thank_for_message", wins_from_messages.thank_for_message, opens_a_view=True),
        Route("shortcut", "suggest_idea", ideas.shortcut, opens_a_view=True),
        Route("shortcut", "turn_into_idea", ideas.from_message, opens_a_view=True),
        Route("shortcut", ANY, stale.chosen),
        Route("action", "open_ask", questions.open_ask, opens_a_view=True),
        Route("action", "read_section", answers.read_section, opens_a_view=True),
        Route("action", "show_answer", answers.show_answer, opens_a_view=True),
        Route("action", "rate_answer", answers.rate),
        Route("action", "ask_owner", referrals.ask_owner, opens_a_view=True),
        Route("action", "reply_referral", referrals.open_reply, opens_a_view=True),
        Route("action", "open_thanks", wins.open_form, opens_a_view=True),
        Route("action", "finish_thanks", wins_from_messages.finish, opens_a_view=True),
        *(Route("action", name, wins.wrote) for name in ("win_deed", "win_effect")),
        Route("action", "add_kudos", wins.add_kudos),
        Route("action", "note_kudos", wins.open_note, opens_a_view=True),
        Route("action", "take_back_kudos", wins.take_back_kudos),
        Route("action", "win_more", wins.more, opens_a_view=True),
        Route("action", "win_hide", wins.more, opens_a_view=True),
        Route("action", "open_appearance", appearances.open_form, opens_a_view=True),
        Route("action", "setup_open", admin.open_setup, opens_a_view=True),
        Route("action", "setup_ingest", home.load_guides),
        Route("action", "home_more", home.show_more, opens_a_view=True),
        Route("action", "digest_open", digest.open_overview, opens_a_view=True),
        Route("action", "digest_add", digest.add, opens_a_view=True),
        Route("action", "digest_edit", digest.edit, opens_a_view=True),
        Route("action", "digest_preview", digest.preview, opens_a_view=True),
        Route("action", "digest_history", digest.history, opens_a_view=True),
        Route("action", "digest_list", digest.show_list, opens_a_view=True),
        Route("action", "digest_post_now", digest.post_now),
        Route("action", "digest_pause", digest.pause),
        Route("action", "digest_resume", digest.resume),
        Route("action", "digest_remove", digest.remove),
        Route("action", "open_idea", ideas.open_form, opens_a_view=True),
        *(Route("action", name, ideas.look_for_similar) for name in ("idea_title", "idea_text")),
        Route("action", "vote_instead", ideas.vote_instead),
        Route("action", "back_to_idea", ideas.back_to_idea),
        Route("action", "take_back_instead", ideas.take_back_instead),
        Route("action", "vote_idea", ideas.vote),
        Route("action", "take_back_vote", ideas.take_back),
        Route("action", "vote_for_customer", ideas.open_customer, opens_a_view=True),
        Route("action", "idea_details", idea_decisions.open_details, opens_a_view=True),
        Route("action", "remove_evidence", idea_decisions.remove_evidence),
        Route("action", "decide_idea", idea_decisions.open_decide, opens_a_view=True),
        Route("action", "merge_idea", idea_decisions.open_merge, opens_a_view=True),
        Route("action", "edit_idea", idea_decisions.open_edit, opens_a_view=True),
        Route("action", "unmerge_idea", idea_decisions.unmerge),
        Route("action", "withdraw_idea", idea_decisions.withdraw),
        Route("action", "mute_ideas", idea_decisions.mute),
        Route("action", "unmute_ideas", idea_decisions.unmute),
        Route("action", "open_ideas", idea_lists.open_list, opens_a_view=True),
        *(Route("action", name, idea_lists.chosen) for name in idea_lists.CHOSEN),
        *(Route("action", name, idea_lists.vote_in_list) for name in idea_lists.VOTED),
        Route("action", "triage_ideas", idea_lists.open_triage, opens_a_view=True),
        Route("action", "merge_alike", idea_lists.merge_alike),
        Route("action", "export_ideas", idea_lists.open_export, opens_a_view=True),
        Route("action", ANY, stale.clicked),
        Route("view", "ask", questions.submitted),
        Route("view", "ask_owner", referrals.sent),
        Route("view", "reply_referral", referrals.replied),
        Route("view", "win", wins.submitted),
        Route("view", "withdraw_win", wins.withdrawn),
        Route("view", "hide_win", wins.hidden),
        Route("view", "note_kudos", wins.noted),
        Route("view", "appearance", appearances.submitted),
        Route("view", "roles", admin.roles_submitted),
        Route("view", "setup", admin.setup_submitted),
        Route("view", "digest_schedule", digest.submitted),
        Route("view", "idea", ideas.submitted),
        Route("view", "ideas", idea_lists.searched),
        Route("view", "idea_customer", ideas.customer_submitted),
        Route("view", "decide_idea", idea_decisions.decided),
        Route("view", "merge_idea", idea_decisions.merged),
        Route("view", "edit_idea", idea_decisions.edited),
        Route("view", ANY, stale.submitted),
    ]


def opens_a_view(body: dict[str, Any], prefix: str = "") -> bool:
    """Whether what Slack hands over opens a modal, so that nothing may be done before that."""
    if body.get("command") == f"/{prefix}frontline":
        return admin.opens_a_view(body)
    if "command" in body:
        kind, on = "command", body["command"]
    elif body.get("type") == "block_actions":
        kind, on = "action", (body.get("actions") or [{}])[0].get("action_id")
    else:
        kind, on = "shortcut", body.get("callback_id") if body.get("type") in ("shortcut", "message_action") else None
    return any(route.opens_a_view for route in routes(prefix) if (route.kind, route.on) == (kind, on))

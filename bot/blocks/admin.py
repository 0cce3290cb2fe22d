"""Set-up and roles: the admins' modals, and what people are told about their role."""

from collections.abc import Mapping, Sequence

from bot.blocks import kit
from bot.blocks.answers import Said
from bot.blocks.home import CHANNELS
from bot.blocks.kit import Block, View
from bot.blocks.text import literal, one_line
from bot.records.tables import Idea

WHAT_ROLES_DO = {
    "member": "asks, and has no other role",
    "expert": "owns guides and replies to questions that they don't answer",
    "manager": "decides on ideas and sees team figures",
    "admin": "sets Frontline up, gives roles, and may do what managers do",
}
CHANGES = {"grant": "Give it", "take_back": "Take it back"}


def help_text(prefix: str) -> str:
    return (
        f"• `/{prefix}ask` and your question: an answer from the guides that only you see\n"
        "• Mention me in a channel, or write to me directly, to ask there\n"
        f"• `/{prefix}idea` and a title: suggest an improvement; `/{prefix}ideas`: find ideas and vote for them\n"
        f"• `/{prefix}kudos @name for …`: say thanks; `/{prefix}kudos settings`: how you appear in thanks\n"
        f"• `/{prefix}digest`: schedule, preview and post the digests (managers)\n"
        f"• `/{prefix}frontline roles`: give people roles (admins)\n"
        f"• `/{prefix}frontline setup`: choose channels and the time zone (admins)\n"
        "• My Home tab keeps your questions and their answers"
    )


def not_admin(admins: Sequence[str]) -> str:
    """What somebody without the role is told."""
    if not admins:
        return "Only admins can do this, and there is none yet: whoever installed Frontline sets `ADMIN_USER_IDS`."
    return f"Only admins can do this: {', '.join(f'<@{admin}>' for admin in admins)}."


def cards_refused(channel: str, why: str, prefix: str) -> str:
    """What admins are told, once, when cards can't be posted or brought up to date."""
    return (
        f"I can't bring cards to <#{channel}>: {why}. I try again each hour. When that can't be mended, choose another "
        f"channel with `/{prefix}frontline setup`."
    )


def card_lost(idea: Idea, prefix: str) -> str:
    return (
        f"Somebody deleted the card of idea {idea.id}, “{literal(one_line(idea.title, 150))}”, in "
        f"<#{idea.card_channel}>. The idea itself is kept: find it with `/{prefix}ideas`."
    )


def roles_form(holders: Mapping[str, Sequence[str]]) -> View:
    """One change of one role.

    Args:
        holders: who holds each role now, as user or user group ids.
    """
    roles = [kit.option(role.capitalize(), role, words) for role, words in WHAT_ROLES_DO.items()]
    changes = [kit.option(words, change) for change, words in CHANGES.items()]
    return kit.modal(
        "Roles",
        [
            *_holders(holders),
            kit.question("person", "Person", kit.person("Choose a person")),
            kit.question("role", "Role", kit.radio(roles)),
            kit.question("change", "Change", kit.radio(changes, "grant")),
        ],
        callback_id="roles",
        submit="Save",
        close="Cancel",
    )


def _holders(holders: Mapping[str, Sequence[str]]) -> list[Block]:
    lines = [
        f"*{role.capitalize()}s*: {', '.join(map(_mention, holders[role][:50]))}"
        for role in WHAT_ROLES_DO
        if holders.get(role)
    ]
    return [*kit.sections(lines), kit.context("Everybody else at the company is a member.")]


def _mention(holder: str) -> str:
    return f"<!subteam^{holder}>" if holder.startswith("S") else f"<@{holder}>"


def role_saved(person: str, role: str, change: str, *, changed: bool) -> View:
    if change == "grant":
        text = f"<@{person}> is now {_a(role)}." if changed else f"<@{person}> was {_a(role)} already."
    else:
        text = f"<@{person}> is no longer {_a(role)}." if changed else f"<@{person}> was not {_a(role)}."
    return kit.notice("Roles", text, "roles")


def role_news(role: str, change: str, by: str) -> Said:
    """What the person is told."""
    if change == "grant":
        text = f"You are now {_a(role)} in Frontline: {_a(role)} {WHAT_ROLES_DO[role]}."
    else:
        text = f"You are no longer {_a(role)} in Frontline."
    return Said(text, [kit.section(text), kit.context(f"Changed by <@{by}>")])


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def setup_form(choices: Mapping[str, str], own_zone: str) -> View:
    """The channels and the time zone, as chosen so far; the zone is the admin's own to begin with."""
    return kit.modal(
        "Set up Frontline",
        [
            *(kit.question(name, words, kit.channel(choices.get(name))) for name, words in CHANNELS.items()),
            kit.question(
                "time_zone",
                "Time zone",
                kit.text_box(60, initial=choices.get("time_zone") or own_zone, multiline=False),
                hint="By name, such as Europe/Amsterdam. Digests go out by this clock.",
            ),
        ],
        callback_id="setup",
        submit="Save",
        close="Cancel",
    )


def unknown_zone(typed: str, near: Sequence[str]) -> str:
    hint = f"Did you mean {near[0]}?" if near else "Use a name such as Europe/Amsterdam or America/New_York."
    return f"“{typed[:60]}” is not a time zone name that I know. {hint}"


def setup_saved(joined: Sequence[str], to_invite: Sequence[str]) -> View:
    """What happened in the channels: joined, or the bot has to be invited."""
    lines = ["Saved."]
    if joined:
        lines.append(f"I joined {', '.join(f'<#{channel}>' for channel in joined)}.")
    lines += [f"I can't join <#{channel}> by myself. Type `/invite @Frontline` there." for channel in to_invite]
    return kit.notice("Set up Frontline", "\n".join(lines), "setup")

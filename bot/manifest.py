"""The app manifest: what Slack must know about Frontline, made from one table of scopes."""

from typing import Any, Literal, NamedTuple


class Scope(NamedTuple):
    """One permission, the feature that needs it, and whether Frontline can do without."""

    name: str
    feature: str
    kind: Literal["required", "optional"] = "required"


SCOPES = (
    Scope("app_mentions:read", "answers a mention in a channel"),
    Scope("assistant:write", "suggests questions and shows that it is working in its Messages tab"),
    Scope(
        "channels:history",
        "keeps the thread of an idea's card as its comments, and reads its own posts back, so that none is doubled "
        "after a lost connection",
    ),
    Scope("channels:join", "joins the public channels that an admin chooses"),
    Scope("channels:read", "sees which channels it is in and which are shared with other companies"),
    Scope("chat:write", "posts answers, digests and the cards of ideas and thank-yous"),
    Scope("commands", "takes /ask, /idea, /ideas, /kudos, /digest, /frontline and the shortcuts"),
    Scope("files:write", "puts a picture into the recognition digest, and sends managers all ideas as a file"),
    Scope("groups:history", "does the same as channels:history in private channels that it was invited to"),
    Scope("groups:read", "does the same as channels:read in private channels that it was invited to"),
    Scope("im:history", "answers direct messages"),
    Scope("im:write", "sends private answers, and questions to the owner of a guide"),
    Scope("mpim:history", "reads its own posts back in group messages, and forgets a question that is deleted there"),
    Scope("mpim:read", "answers in group messages, for it sees there whether people of other companies read along"),
    Scope("reactions:read", "offers to finish a thank-you when somebody reacts with 🏆"),
    Scope("reactions:write", "marks a question with 👀 while it looks, where Slack shows no status line"),
    Scope("users:read", "tells colleagues from guests, and knows their time zone"),
    Scope("users:read.email", "finds the owner of a guide by e-mail address", "optional"),
    Scope("usergroups:read", "lets a user group own a guide or hold a role", "optional"),
)


def manifest(prefix: str = "") -> dict[str, Any]:
    """The manifest to create the Slack app from.

    Args:
        prefix: put in front of the commands' names, which a whole workspace shares (``fl-`` makes ``/fl-ask``).
    """
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Frontline",
            "description": "Answers questions from the company's guides, with the passage and its source.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Frontline", "always_online": True},
            "agent_view": {
                "agent_description": "Ask me what our guides say. I quote the passage, or say who to ask.",
            },
            "slash_commands": [
                {
                    "command": f"/{prefix}ask",
                    "description": "Ask the guides; only you see the answer",
                    "usage_hint": "[question]",
                    "should_escape": True,
                },
                {
                    "command": f"/{prefix}digest",
                    "description": "Schedule, preview and post the digests (managers)",
                    "should_escape": True,
                },
                {
                    "command": f"/{prefix}idea",
                    "description": "Suggest an improvement",
                    "usage_hint": "[title]",
                    "should_escape": True,
                },
                {
                    "command": f"/{prefix}ideas",
                    "description": "Find ideas and vote for them",
                    "usage_hint": "[what about] | top | newest | mine | a status | a stage | #tag",
                    "should_escape": True,
                },
                {
                    "command": f"/{prefix}kudos",
                    "description": "Thank someone for what they did for a customer",
                    "usage_hint": "@name for … | settings",
                    "should_escape": True,
                },
                {
                    "command": f"/{prefix}frontline",
                    "description": "Set up Frontline and give people roles",
                    "usage_hint": "help | roles | setup",
                    "should_escape": True,
                },
            ],
            "shortcuts": [
                {
                    "name": "Ask the guides",
                    "type": "global",
                    "callback_id": "ask_guides",
                    "description": "Ask a question; only you see the answer",
                },
                {
                    "name": "Find in the guides",
                    "type": "message",
                    "callback_id": "ask_about_message",
                    "description": "Look up what this message asks",
                },
                {
                    "name": "Suggest an idea",
                    "type": "global",
                    "callback_id": "suggest_idea",
                    "description": "Say what should change, and why",
                },
                {
                    "name": "Turn into an idea",
                    "type": "message",
                    "callback_id": "turn_into_idea",
                    "description": "Suggest what this message is about",
                },
                {
                    "name": "Thank someone",
                    "type": "global",
                    "callback_id": "give_thanks",
                    "description": "Say thanks for good work for a customer",
                },
                {
                    "name": "Say thanks for this",
                    "type": "message",
                    "callback_id": "thank_for_message",
                    "description": "Thank the people behind this message",
                },
            ],
        },
        "oauth_config": {
            "scopes": {
                "bot": [scope.name for scope in SCOPES if scope.kind == "required"],
                "bot_optional": [scope.name for scope in SCOPES if scope.kind == "optional"],
            }
        },
        "settings": {
            "event_subscriptions": {
                "bot_events": [
                    *("app_home_opened", "app_mention", "member_joined_channel"),
                    *("message.channels", "message.groups", "message.im", "message.mpim", "reaction_added"),
                ]
            },
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }

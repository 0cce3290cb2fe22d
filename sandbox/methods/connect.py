"""Slack Connect: invitations to share a channel with another company, which is not there to answer them."""

from __future__ import annotations

import re

from sandbox.arguments import Json, Refused
from sandbox.local_slack import LocalSlack
from sandbox.methods.channels import channel_name
from sandbox.methods.table import Call, method, page, visible_channel

WRITE, MANAGE = ["conversations.connect:write"], ["conversations.connect:manage"]
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_EMAILS = 1


@method("conversations.inviteShared", tier=2, required=["channel"], scopes=WRITE)
def invite_shared(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    if channel["is_im"]:
        raise Refused("invalid_channel_type")
    if channel["is_archived"]:
        raise Refused("channel_archived")
    if not slack.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    emails, users = call.names("emails"), call.names("user_ids")
    if not emails and not users:
        raise Refused("recipients_not_specified")
    if len(emails) + len(users) > MAX_EMAILS:
        raise Refused("too_many_emails")
    if not all(EMAIL.fullmatch(email) for email in emails):
        raise Refused("invalid_email")
    if not set(users) <= set(slack.workspace.state["users"]):
        raise Refused("user_not_found")
    invite: Json = {
        "id": slack.workspace.new_id("I"),
        "channel": channel["id"],
        "recipient": (emails or users)[0],
        "status": "sent",
        "is_external_limited": call.flag("external_limited", True),
        "date_created": slack.workspace.stamp() // 1_000_000,
    }
    slack.workspace.state["invites"][invite["id"]] = invite
    slack.changed()
    return {
        "invite_id": invite["id"],
        "conf_code": invite["id"].lower(),
        "url": f"{slack.address}/share/{invite['id']}",
        "is_legacy_shared_channel": False,
    }


@method("conversations.listConnectInvites", tier=1, scopes=MANAGE)
def list_invites(slack: LocalSlack, call: Call) -> Json:
    shown = [
        {
            "direction": "outgoing",
            "status": invite["status"],
            "date_last_updated": invite["date_created"],
            "invite_type": "channel",
            "invite": {
                "id": invite["id"],
                "date_created": invite["date_created"],
                "inviting_team": slack.workspace.team,
                "inviting_user": {"id": slack.workspace.bot["user_id"]},
                "recipient_email" if "@" in invite["recipient"] else "recipient_user_id": invite["recipient"],
            },
            "channel": {"id": invite["channel"], "name": slack.workspace.channels[invite["channel"]]["name"]},
        }
        for invite in slack.workspace.state["invites"].values()
    ]
    invites, following = page(shown, call, "invalid_arguments")
    return {"invites": invites, "response_metadata": following}


@method("conversations.acceptSharedInvite", tier=2, required=["channel_name"], scopes=WRITE)
def accept_shared_invite(slack: LocalSlack, call: Call) -> Json:
    """Only invitations from other companies can be accepted, and no other company sends any here."""
    if "invite_id" not in call and "channel_id" not in call:
        raise Refused("invite_not_found")
    channel_name(slack, call.text("channel_name"))
    if call.text("invite_id") in slack.workspace.state["invites"]:
        raise Refused("invite_from_same_org")
    raise Refused("invite_not_found")


@method("conversations.approveSharedInvite", tier=3, required=["invite_id"], scopes=MANAGE)
def approve_shared_invite(slack: LocalSlack, call: Call) -> Json:
    invite = _invite(slack, call)
    if invite["status"] == "approved":
        raise Refused("already_approved")
    if invite["status"] != "sent":
        raise Refused("approval_inactive")
    return _settle(slack, invite, "approved")


@method("conversations.declineSharedInvite", tier=3, required=["invite_id"], scopes=MANAGE)
def decline_shared_invite(slack: LocalSlack, call: Call) -> Json:
    invite = _invite(slack, call)
    if invite["status"] != "sent":
        raise Refused("inactive_invite")
    return _settle(slack, invite, "declined")


@method(
    "conversations.externalInvitePermissions.set",
    tier=2,
    required=["action", "channel", "target_team"],
    scopes=MANAGE,
)
def set_external_permissions(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel"))
    if call.text("action") not in ("upgrade", "downgrade"):
        raise Refused("invalid_action")
    if call.text("target_team") not in slack.workspace.state["teams"]:
        raise Refused("invalid_target_team")
    if not channel["is_ext_shared"]:
        raise Refused("not_supported")
    return {}


@method("conversations.requestSharedInvite.list", tier=2, scopes=MANAGE)
def list_requests(slack: LocalSlack, call: Call) -> Json:
    none: list[Json] = []
    requests, following = page(none, call, "invalid_arguments")
    return {"invite_requests": requests, "total_count": 0, "response_metadata": following}


@method("conversations.requestSharedInvite.approve", tier=2, required=["invite_id"], scopes=MANAGE)
def approve_request(slack: LocalSlack, call: Call) -> Json:
    raise Refused("invite_not_found")  # nobody asks here


@method("conversations.requestSharedInvite.deny", tier=2, required=["invite_id"], scopes=MANAGE)
def deny_request(slack: LocalSlack, call: Call) -> Json:
    raise Refused("invite_not_found")


def _invite(slack: LocalSlack, call: Call) -> Json:
    invite: Json | None = slack.workspace.state["invites"].get(call.text("invite_id"))
    if invite is None:
        raise Refused("invite_not_found")
    return invite


def _settle(slack: LocalSlack, invite: Json, status: str) -> Json:
    invite["status"] = status
    slack.changed()
    return {}

"""What Slack says when it doesn't do what it was asked to, and what that means for a post."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

NO_REPLY = (aiohttp.ClientError, OSError)  # Slack was not reached, or said nothing in time
FAILURES = (SlackApiError, *NO_REPLY)
# Slack's word that it did not take the post, but may take it later
NOT_YET = frozenset({"ratelimited", "rate_limited", "team_added_to_org"})
# The token is at fault, not the post, which waits for a new one
NO_TOKEN = frozenset({"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"})
# The blocks are at fault, by a limit that Slack doesn't document or has changed; the words may still be said
NO_SUCH_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
# Slack's word that something broke on its side: the post may or may not stand
UNKNOWN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
GONE = frozenset({"thread_not_found", "message_not_found"})
# The stream that an answer was to take the place of can't be changed any more
LOST_STREAM = frozenset({"message_not_found", "message_not_owned_by_app", "cant_update_message", "edit_window_closed"})
# Our own words: what stays in the company was to go where others read it; nothing was taken for as long as we try
SHARED, NO_ANSWER = "is_shared", "no_answer"
IN_WORDS = {
    SHARED: "people of another company can read that channel now",
    NO_ANSWER: "Slack took nothing for a whole day",
    "channel_not_found": "I can't see that channel any more",
    "not_in_channel": "I'm not in that channel; someone there can type /invite @Frontline",
    "is_archived": "that channel is archived",
    "restricted_action": "only some people may post there",
    "restricted_action_thread_locked": "that thread is locked",
    "user_not_found": "that person's account is closed",
    "user_disabled": "that person's account is closed",
}


def refusal(error: SlackApiError) -> dict[str, Any]:
    """What Slack said when it refused; empty where what came was no JSON."""
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, dict) else {}


def explained(code: str) -> str:
    """Why Slack refuses, for whoever is told of it."""
    return IN_WORDS.get(code, f"Slack says {code}")


def code_of(error: BaseException | None) -> str:
    """Slack's word for why it refused; empty where it gave none."""
    return str(refusal(error).get("error") or "") if isinstance(error, SlackApiError) else ""


def may_pass(error: SlackApiError) -> bool:
    """Whether it is the moment, Slack itself or the token that is at fault, and not what it was asked to do."""
    code, status = code_of(error), status_of(error)
    return not code or status == 429 or status >= 500 or code in NOT_YET | UNKNOWN | NO_TOKEN


def status_of(error: SlackApiError) -> int:
    """The HTTP status of the answer, which is aiohttp's own where what came was no JSON."""
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0))

"""Where the answers differ from Slack's published reference, and why; everything else keeps to it."""

from __future__ import annotations

# Errors that any method may answer; the reference names them once for all.
COMMON = {
    "account_inactive": "the app was taken off the workspace",
    "fatal_error": "the sandbox itself failed; its log says how",
    "invalid_arguments": "an argument of the wrong type, too many or too few; `response_metadata.messages` says which",
    "invalid_auth": "a token that is none",
    "missing_scope": "the manifest lacks the scope, named in `needed`",
    "not_allowed_token_type": "an app token for a bot's method, or the other way round",
    "not_authed": "no token",
    "ratelimited": "too many calls, with `Retry-After`; only with `--rate-limits`",
}
# Errors that Slack is seen to answer although the method's reference leaves them out.
SEEN: dict[str, dict[str, str]] = {
    "chat.meMessage": {"messages_tab_disabled": "as chat.postMessage"},
    "chat.postEphemeral": {
        "invalid_thread_ts": "a thread_ts that is no timestamp",
        "msg_blocks_too_long": "as chat.postMessage",
        "thread_not_found": "a thread_ts without its message",
    },
    "chat.postMessage": {
        "invalid_attachments": "attachments that are not objects",
        "invalid_thread_ts": "a thread_ts that is no timestamp",
        "msg_too_long": "markdown_text beyond 12,000 characters",
        "thread_not_found": "a thread_ts without its message",
    },
    "chat.scheduleMessage": {
        "cannot_reply_to_message": "as chat.postMessage",
        "invalid_attachments": "as chat.postMessage",
        "invalid_thread_ts": "as chat.postMessage",
        "messages_tab_disabled": "as chat.postMessage",
        "msg_blocks_too_long": "as chat.postMessage",
        "thread_not_found": "as chat.postMessage",
    },
    "chat.startStream": {
        "cannot_reply_to_message": "as chat.postMessage",
        "invalid_thread_ts": "as chat.postMessage",
        "thread_not_found": "as chat.postMessage",
    },
    "chat.update": {"msg_blocks_too_long": "about 13,200 characters over all blocks (bolt-js #2509)"},
    "conversations.listConnectInvites": {"invalid_cursor": "its cursor is checked like every other"},
    "files.remote.share": {"channels_limit_exceeded": "as files.completeUploadExternal", "too_many_ids": "as its kin"},
    "files.remote.update": {"invalid_args": "as its kin", "too_many_ids": "as its kin"},
    "reactions.list": {"invalid_cursor": "its cursor is checked like every other"},
    "usergroups.update": dict.fromkeys(
        (
            "bad_handle",
            "description_too_long",
            "handle_already_exists",
            "invalid_channel_provided",
            "missing_subteam_name",
            "name_already_exists",
            "name_too_long",
        ),
        "as usergroups.create",
    ),
}
# Methods of the reference that are not here.
ABSENT = {
    "files.comments.add": "file comments are gone from Slack since 2018",
    "files.comments.delete": "file comments are gone from Slack since 2018",
    "files.comments.edit": "file comments are gone from Slack since 2018",
    "files.upload": "switched off by Slack in November 2025; `files_upload_v2` of the official clients works",
}

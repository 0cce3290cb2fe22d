"""assistant.*: the bot's status, suggested prompts and thread titles, and searching what was said."""

from __future__ import annotations

from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.local_slack import LocalSlack
from sandbox.methods.table import Call, method, page, visible_channel

MAX_PROMPTS = 4
MAX_LOADING_MESSAGES = 10
MAX_QUERY = 500
SEARCH = ("search:read.files", "search:read.public", "search:read.users")


@method("assistant.threads.setStatus", tier=0, required=["channel_id", "status", "thread_ts"], scopes=["chat:write"])
def set_status(slack: LocalSlack, call: Call) -> Json:
    channel, thread_ts = _thread(slack, call)
    messages = call.content("loading_messages", list) or []
    if len(messages) > MAX_LOADING_MESSAGES or not all(isinstance(message, str) for message in messages):
        raise bad_arguments(f"no more than {MAX_LOADING_MESSAGES} strings [json-pointer:/loading_messages]")
    slack.set_status(channel, thread_ts, call.text("status"), messages)
    return {}


@method("assistant.threads.setSuggestedPrompts", tier=4, required=["channel_id", "prompts"], scopes=["assistant:write"])
def set_suggested_prompts(slack: LocalSlack, call: Call) -> Json:
    channel = _direct_message(slack, call)
    if "thread_ts" in call:
        _thread(slack, call)
    prompts = call.content("prompts", list)
    if not prompts or len(prompts) > MAX_PROMPTS:
        raise bad_arguments(f"must have 1 to {MAX_PROMPTS} items [json-pointer:/prompts]")
    for number, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not all(isinstance(prompt.get(name), str) for name in ("title", "message")):
            raise bad_arguments(f"must have a title and a message [json-pointer:/prompts/{number}]")
    shown = {"title": call.text("title"), "prompts": prompts}
    slack.workspace.state["prompts"][channel["user"]] = shown
    slack.changed()
    slack.tell({"type": "prompts", "user": channel["user"], **shown}, user=channel["user"])
    return {}


@method("assistant.threads.setTitle", tier=4, required=["channel_id", "thread_ts", "title"], scopes=["assistant:write"])
def set_title(slack: LocalSlack, call: Call) -> Json:
    _direct_message(slack, call)
    channel, thread_ts = _thread(slack, call)
    root = slack.workspace.message(channel["id"], thread_ts)
    if root:
        root["assistant_thread_title"] = call.text("title")
        slack.workspace.touch(channel["id"], root)
        slack.changed()
    return {}


@method("assistant.search.info", tier=2, scopes=["search:read.public"])
def search_info(slack: LocalSlack, call: Call) -> Json:
    return {"is_ai_search_enabled": False}


@method("assistant.search.context", tier=0, required=["query"], scopes=SEARCH)
def search(slack: LocalSlack, call: Call) -> Json:
    """Messages of public channels in which all words of the query stand, the newest first."""
    words = call.text("query").casefold().split()
    if not words:
        raise Refused("missing_query")
    if len(call.text("query")) > MAX_QUERY:
        raise Refused("query_too_long")
    if "context_channel_id" in call and call.text("context_channel_id") not in slack.workspace.channels:
        raise Refused("context_channel_not_found")
    found = [
        _found(slack, channel, message)
        for channel in slack.workspace.channels.values()
        if not channel["is_private"] and not channel["is_archived"]
        for message in slack.workspace.messages(channel["id"])
        if not message.get("hidden") and all(word in message["text"].casefold() for word in words)
    ]
    rows, following = page(sorted(found, key=lambda one: str(one["message_ts"]), reverse=True), call, "invalid_cursor")
    return {"results": {"messages": rows}, "response_metadata": following}


def _found(slack: LocalSlack, channel: Json, message: Json) -> Json:
    author = message.get("user", "")
    return {
        "author_name": slack.workspace.state["users"].get(author, {"name": message.get("username", "")})["name"],
        "author_user_id": author,
        "team_id": message.get("team", slack.workspace.team["id"]),
        "channel_id": channel["id"],
        "channel_name": channel["name"],
        "message_ts": message["ts"],
        "content": message["text"],
        "is_author_bot": "bot_id" in message,
        "permalink": f"{slack.address}/archives/{channel['id']}/p{message['ts'].replace('.', '')}",
    }


def _thread(slack: LocalSlack, call: Call) -> tuple[Json, str]:
    channel = visible_channel(slack, call.text("channel_id"))
    if not slack.workspace.has_bot(channel):
        raise Refused("channel_not_found")
    message = slack.workspace.message(channel["id"], call.text("thread_ts"))
    if message is None:
        raise Refused("invalid_thread_ts")
    return channel, message["ts"]


def _direct_message(slack: LocalSlack, call: Call) -> Json:
    channel = visible_channel(slack, call.text("channel_id"))
    if not channel["is_im"]:
        raise Refused("channel_not_found")
    return channel

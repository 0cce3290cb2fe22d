"""files.*: uploading in three steps, listing, sharing and deleting; and files that stay elsewhere."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Iterable
from typing import Any

from sandbox.arguments import Json, Refused, bad_arguments
from sandbox.blocks import block_problems
from sandbox.deliveries import Envelope
from sandbox.limits import refuse_blocks
from sandbox.local_slack import LocalSlack
from sandbox.methods.chat import bot_author
from sandbox.methods.table import Call, method, page, visible_channel
from sandbox.shapes import MESSAGE
from sandbox.views import with_ids

MAX_FILES, MAX_CHANNELS, MAX_ALT = 10, 100, 1000
MAX_FILE_BYTES = 50 * 1024 * 1024  # 1 GB in Slack
DEFAULT_COUNT, MAX_COUNT = 100, 1000
TYPES = ("all", "spaces", "snippets", "images", "gdocs", "zips", "pdfs")
UNSAFE_IN_URL = re.compile(r"[^\w.-]+")


# Uploading


@method("files.getUploadURLExternal", tier=4, required=["filename", "length"], scopes=["files:write"])
def get_upload_url(slack: LocalSlack, call: Call) -> Json:
    name, length = call.text("filename").strip(), call.number("length", 0, "invalid_arguments")
    if not name or length < 1:
        raise bad_arguments(
            "must be more than 0 [json-pointer:/length]" if name else "missing required field: filename"
        )
    if length > MAX_FILE_BYTES:
        raise Refused("file_upload_size_restricted")
    if len(call.text("alt_txt")) > MAX_ALT:
        raise Refused("alt_txt_too_large")
    file_id = slack.workspace.new_id("F")
    upload = {
        "name": name,
        "length": length,
        "alt_txt": call.text("alt_txt"),
        "snippet_type": call.text("snippet_type"),
    }
    token = slack.workspace.new_id("").lower()
    slack.workspace.state["uploads"][file_id] = upload | {"token": token, "received": False}
    slack.changed()
    return {"upload_url": f"{slack.address}/upload/v1/{file_id}/{token}", "file_id": file_id}


@method("files.completeUploadExternal", tier=4, required=["files"], scopes=["files:write"])
def complete_upload(slack: LocalSlack, call: Call) -> Json:
    given = call.content("files", list)
    if not given or len(given) > MAX_FILES or not all(isinstance(one, dict) for one in given):
        raise bad_arguments(f"must have 1 to {MAX_FILES} files [json-pointer:/files]")
    uploads = slack.workspace.state["uploads"]
    for one in given:
        if not uploads.get(str(one.get("id")), {"received": False})["received"]:
            raise Refused("file_not_found")
    if len({one["id"] for one in given}) < len(given):
        raise bad_arguments("must not name a file twice [json-pointer:/files]")
    channels = _channels(slack, list(dict.fromkeys([*call.names("channel_id"), *call.names("channels")])))
    thread_ts = _thread(slack, call, channels)
    blocks = call.content("blocks", list, "invalid_blocks") or []
    refuse_blocks(block_problems(blocks, MESSAGE))
    bot = slack.workspace.bot["user_id"]
    for one in given:
        upload = uploads.pop(one["id"])
        slack.workspace.state["files"][one["id"]] = _file(slack, one["id"], upload, str(one.get("title") or ""), bot)
    content: Json = {"blocks": with_ids(blocks)} if blocks else {"text": call.text("initial_comment")}
    share(slack, [one["id"] for one in given], channels, bot_author(slack) | content | thread_ts, call.act)
    return {"files": [slack.workspace.file_out(one["id"]) for one in given]}


async def receive(slack: LocalSlack, file_id: str, token: str, content: bytes) -> None:
    """The bytes of an upload, at the address that `files.getUploadURLExternal` gave.

    Raises:
        Refused: there is no such upload (404), or other bytes were announced (400).
    """
    upload = slack.workspace.state["uploads"].get(file_id)
    if upload is None or upload["token"] != token:
        raise Refused("file_not_found", status=404)
    if len(content) != upload["length"]:
        told = f"{upload['length']} bytes were announced, {len(content)} came"
        raise Refused("file_size_mismatch", status=400, message=told)
    await asyncio.to_thread(slack.store.keep_file, file_id, content)
    upload["received"] = True
    slack.changed()


async def keep(slack: LocalSlack, name: str, content: bytes, user: str) -> Json:
    """A person's file, stored; it has been shared with nobody yet."""
    file_id = slack.workspace.new_id("F")
    await asyncio.to_thread(slack.store.keep_file, file_id, content)
    upload = {"name": name, "length": len(content), "alt_txt": "", "snippet_type": ""}
    file = slack.workspace.state["files"][file_id] = _file(slack, file_id, upload, "", user)
    slack.changed()
    return file


def share(
    slack: LocalSlack, file_ids: list[str], channels: list[Json], content: Json, act: str | None
) -> tuple[list[Json], list[Envelope]]:
    """Posts the files in each channel, and tells the app; `content` names the author and the words."""
    posted, envelopes = [], []
    for channel in channels:
        message = {"subtype": "file_share", "upload": True, "text": "", **content, "files": file_ids}
        files = slack.workspace.state["files"]
        ts = slack.workspace.new_ts()
        for file_id in file_ids:
            files[file_id]["shares"].setdefault(channel["id"], []).append(ts)
        shared, told = slack.post(channel, message | {"ts": ts}, act)
        posted.append(shared)
        envelopes += told
        for file_id in file_ids:
            event = {"type": "file_shared", "file_id": file_id, "file": {"id": file_id}, "user_id": content["user"]}
            event |= {"channel_id": channel["id"], "event_ts": slack.workspace.new_ts()}
            envelopes += slack.emit("file_shared", event, channel, act)
    slack.changed()
    return posted, envelopes


def _channels(slack: LocalSlack, names: list[str]) -> list[Json]:
    if len(names) > MAX_CHANNELS:
        raise Refused("channels_limit_exceeded")
    channels = []
    for name in names:
        user = slack.workspace.state["users"].get(name)
        channel = slack.direct_message(name) if user and not user["is_bot"] else visible_channel(slack, name)
        if not slack.workspace.has_bot(channel):
            raise Refused("not_in_channel")
        channels.append(channel)
    return channels


def _thread(slack: LocalSlack, call: Call, channels: list[Json]) -> Json:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return {}
    roots = [slack.workspace.message(channel["id"], thread_ts) for channel in channels]
    if not all(root and root.get("thread_ts", thread_ts) == thread_ts for root in roots):
        raise bad_arguments("no such thread [json-pointer:/thread_ts]")
    return {"thread_ts": thread_ts}


def _file(slack: LocalSlack, file_id: str, upload: Json, title: str, user: str) -> Json:
    name = upload["name"]
    mimetype = "text/plain" if upload["snippet_type"] else mimetypes.guess_type(name)[0] or "application/octet-stream"
    filetype = upload["snippet_type"] or (name.rpartition(".")[2].lower() if "." in name else "binary")
    return _record(slack, file_id, name, title or name, user) | {
        "mimetype": mimetype,
        "filetype": filetype,
        "pretty_type": filetype.upper(),
        "size": upload["length"],
        "mode": "snippet" if upload["snippet_type"] else "hosted",
        "is_external": False,
        "external_type": "",
        "alt_txt": upload["alt_txt"],
        "hosted_name": UNSAFE_IN_URL.sub("_", name) or "file",
    }


def _record(slack: LocalSlack, file_id: str, name: str, title: str, user: str) -> Json:
    now = slack.workspace.stamp() // 1_000_000
    return {
        "id": file_id,
        "created": now,
        "timestamp": now,
        "name": name,
        "title": title,
        "user": user,
        "user_team": slack.workspace.team["id"],
        "editable": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "comments_count": 0,
        "deleted": False,
        "shares": {},
    }


# What is there


@method("files.info", tier=4, required=["file"], scopes=["files:read"])
def info(slack: LocalSlack, call: Call) -> Json:
    file = known_file(slack, call.text("file"))
    shown = slack.workspace.file_out(file["id"])
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.list", tier=3, scopes=["files:read"])
def list_files(slack: LocalSlack, call: Call) -> Json:
    if "user" in call and call.text("user") not in slack.workspace.state["users"]:
        raise Refused("user_not_found")
    types = set(call.names("types")) or {"all"}
    if not types <= set(TYPES):
        raise Refused("unknown_type")
    first, last = call.number("ts_from", 0, "invalid_arguments"), call.number("ts_to", 2**40, "invalid_arguments")
    found = [
        slack.workspace.file_out(file["id"])
        for file in reversed(slack.workspace.state["files"].values())
        if sees_file(slack, file)
        and not file["deleted"]
        and file["mode"] != "external"
        and call.text("channel") in ("", *file["shares"])
        and call.text("user") in ("", file["user"])
        and first <= file["created"] <= last
        and types & {"all", _kind(file)}
    ]
    count = call.number("count", DEFAULT_COUNT, "invalid_arguments")
    number = call.number("page", 1, "invalid_arguments")
    if not 0 < count <= MAX_COUNT or not 0 < number < 10**6:
        raise bad_arguments(f"must be 1 to {MAX_COUNT} [json-pointer:/count]")
    pages = -(-len(found) // count)
    shown = found[(number - 1) * count : number * count]
    return {"files": shown, "paging": {"count": count, "total": len(found), "page": number, "pages": pages}}


@method("files.delete", tier=3, required=["file"], scopes=["files:write"])
def delete(slack: LocalSlack, call: Call) -> Json:
    file = known_file(slack, call.text("file"))
    if file["user"] != slack.workspace.bot["user_id"]:
        raise Refused("cant_delete_file")
    remove(slack, file, call.act)
    return {}


@method("files.sharedPublicURL", tier=3, required=["file"], token="xoxp-")
def shared_public_url(slack: LocalSlack, call: Call) -> Json:
    return _publish(slack, call, public=True)


@method("files.revokePublicURL", tier=3, required=["file"], scopes=["files:write"])
def revoke_public_url(slack: LocalSlack, call: Call) -> Json:
    return _publish(slack, call, public=False)


def known_file(slack: LocalSlack, file_id: str) -> Json:
    file: Json | None = slack.workspace.state["files"].get(file_id)
    if file is None or not sees_file(slack, file):
        raise Refused("file_not_found")
    if file["deleted"]:
        raise Refused("file_deleted")
    return file


def sees_file(slack: LocalSlack, file: Json) -> bool:
    """The bot sees its own files and those shared where it is."""
    channels: Iterable[Any] = (slack.workspace.channels.get(channel) for channel in file["shares"])
    bot = slack.workspace.bot["user_id"]
    return file["user"] == bot or any(channel and slack.workspace.has_bot(channel) for channel in channels)


def remove(slack: LocalSlack, file: Json, act: str | None) -> None:
    """The content goes; messages show that there was a file."""
    file["deleted"] = True
    slack.store.drop_file(file["id"])
    for channel_id, stamps in file["shares"].items():
        for message in filter(None, (slack.workspace.message(channel_id, ts) for ts in stamps)):
            slack.edit(slack.workspace.channels[channel_id], message, {}, None, act)
    event = {"type": "file_deleted", "file_id": file["id"], "event_ts": slack.workspace.new_ts()}
    slack.emit("file_deleted", event, None, act)
    slack.changed()


def _kind(file: Json) -> str:
    if file["mode"] == "snippet":
        return "snippets"
    kind = str(file["mimetype"]).partition("/")[0]
    return {"pdf": "pdfs", "zip": "zips"}.get(file["filetype"], f"{kind}s")


def _publish(slack: LocalSlack, call: Call, *, public: bool) -> Json:
    file = slack.workspace.state["files"].get(call.text("file"))
    if file is None or file["deleted"] or "hosted_name" not in file:
        raise Refused("file_not_found")
    file["public_url_shared"] = public
    slack.changed()
    if public:
        event = {"type": "file_public", "file_id": file["id"], "file": {"id": file["id"]}}
        slack.emit("file_public", event | {"event_ts": slack.workspace.new_ts()}, None, call.act)
    return {"file": slack.workspace.file_out(file["id"])}


# Files that stay elsewhere


@method("files.remote.add", tier=2, required=["external_id", "external_url", "title"], scopes=["remote_files:write"])
def add_remote(slack: LocalSlack, call: Call) -> Json:
    external_id, title = call.text("external_id"), call.text("title")
    if not external_id or _remote(slack, "external_id", external_id):
        raise Refused("invalid_external_id")
    if not title.strip():
        raise Refused("bad_title")
    file_id = slack.workspace.new_id("F")
    slack.workspace.state["files"][file_id] = _record(slack, file_id, title, title, slack.workspace.bot["user_id"]) | {
        "mimetype": "application/vnd.slack-remote",
        "filetype": call.text("filetype", "remote"),
        "pretty_type": "Remote",
        "size": 0,
        "mode": "external",
        "is_external": True,
        "external_type": "app",
        "external_id": external_id,
        "external_url": call.text("external_url"),
        "url_private": call.text("external_url"),
        "app_id": slack.workspace.bot["app_id"],
    }
    slack.changed()
    return {"file": slack.workspace.file_out(file_id)}


@method("files.remote.info", tier=2, scopes=["remote_files:read"])
def remote_info(slack: LocalSlack, call: Call) -> Json:
    return {"file": slack.workspace.file_out(_named(slack, call)["id"])}


@method("files.remote.list", tier=2, scopes=["remote_files:read"])
def list_remote(slack: LocalSlack, call: Call) -> Json:
    first, last = call.number("ts_from", 0, "invalid_arguments"), call.number("ts_to", 2**40, "invalid_arguments")
    found = [
        slack.workspace.file_out(file["id"])
        for file in slack.workspace.state["files"].values()
        if file["mode"] == "external"
        and not file["deleted"]
        and call.text("channel") in ("", *file["shares"])
        and first <= file["created"] <= last
    ]
    files, following = page(found, call, "invalid_arguments")
    return {"files": files, "response_metadata": following}


@method("files.remote.update", tier=2, scopes=["remote_files:write"])
def update_remote(slack: LocalSlack, call: Call) -> Json:
    file = _named(slack, call)
    if "title" in call:
        file["title"] = file["name"] = call.text("title")
    if "external_url" in call:
        file["external_url"] = file["url_private"] = call.text("external_url")
    if "filetype" in call:
        file["filetype"] = call.text("filetype")
    slack.changed()
    return {"file": slack.workspace.file_out(file["id"])}


@method("files.remote.share", tier=2, required=["channels"], scopes=["remote_files:share"])
def share_remote(slack: LocalSlack, call: Call) -> Json:
    file = _named(slack, call)
    share(slack, [file["id"]], _channels(slack, call.names("channels")), bot_author(slack), call.act)
    return {"file": slack.workspace.file_out(file["id"])}


@method("files.remote.remove", tier=2, scopes=["remote_files:write"])
def remove_remote(slack: LocalSlack, call: Call) -> Json:
    remove(slack, _named(slack, call), call.act)
    return {}


def _named(slack: LocalSlack, call: Call) -> Json:
    """The remote file that `external_id` or `file` names."""
    if "external_id" in call and "file" in call:
        raise Refused("too_many_ids")
    if "external_id" in call:
        found = _remote(slack, "external_id", call.text("external_id"))
    elif "file" in call:
        found = _remote(slack, "id", call.text("file"))
    else:
        raise Refused("invalid_args")
    if found is None:
        raise Refused("file_not_found")
    return found


def _remote(slack: LocalSlack, field: str, value: str) -> Json | None:
    remote = (file for file in slack.workspace.state["files"].values() if file["mode"] == "external")
    return next((file for file in remote if file[field] == value and not file["deleted"]), None)

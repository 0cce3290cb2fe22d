"""Slack's own Python client, unmodified, does everything an app does."""

import asyncio
import io
import time
from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.models.messages.chunk import MarkdownTextChunk, PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.local_slack import Limits
from tests.sandbox.conftest import Client, Connect, Json, Start, manifest
from tests.sandbox.contract import EVERY_SCOPE, section

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
async def sandbox(start_sandbox: Start) -> Client:
    return await start_sandbox(manifest(scopes=EVERY_SCOPE))


@pytest.fixture
def web(sandbox: Client) -> AsyncWebClient:
    return client_of(sandbox)


def client_of(sandbox: Client, token: str = "xoxb-test") -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{sandbox.address}/api/", retry_handlers=[])


async def refusal(call: object) -> str:
    """The code with which a call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call  # type: ignore[misc]
    return str(refused.value.response["error"])


async def change(changes: asyncio.Queue[Json | None], fits: Callable[[Json], bool]) -> Json:
    """The next change in the workspace that fits."""
    while True:
        told = await changes.get()
        if told and fits(told):
            return told


async def root(web: AsyncWebClient, channel: str = "C0ASK") -> str:
    return str((await web.chat_postMessage(channel=channel, text="root"))["ts"])


# Files


async def test_a_file_is_uploaded_shared_and_deleted(sandbox: Client, web: AsyncWebClient) -> None:
    """Its content comes back as it went; the message in the thread carries it, and shows when it is gone."""
    ts = await root(web)
    sent = await web.files_upload_v2(
        filename="chart.png",
        content=PNG,
        title="Chart",
        channel="C0ASK",
        thread_ts=ts,
        initial_comment="here",
        alt_txt="A",
    )
    file = (await web.files_info(file=sent["file"]["id"]))["file"]
    reply = (await web.conversations_replies(channel="C0ASK", ts=ts))["messages"][1]
    async with sandbox.session.get(file["url_private"]) as response:
        content, headers = await response.read(), response.headers
    listed = await web.files_list(channel="C0ASK", types="images")
    await web.files_delete(file=file["id"])
    gone = (await web.conversations_replies(channel="C0ASK", ts=ts))["messages"][1]

    assert content == PNG
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert (file["title"], file["size"], file["alt_txt"], file["channels"]) == ("Chart", len(PNG), "A", ["C0ASK"])
    assert (reply["text"], reply["subtype"], reply["files"][0]["id"]) == ("here", "file_share", file["id"])
    assert [one["id"] for one in listed["files"]] == [file["id"]]
    assert gone["files"] == [{"id": file["id"], "mode": "tombstone"}]
    assert await refusal(web.files_info(file=file["id"])) == "file_deleted"


async def test_several_files_go_into_one_message(web: AsyncWebClient) -> None:
    """A text, and a page that can't act: it is saved, never shown."""
    uploads = [{"filename": "a.txt", "content": "one"}, {"filename": "b.html", "content": "<script>alert(1)</script>"}]
    await web.files_upload_v2(file_uploads=uploads, channel="C0ASK")
    message = (await web.conversations_history(channel="C0ASK", limit=1))["messages"][0]

    assert [one["name"] for one in message["files"]] == ["a.txt", "b.html"]


async def test_a_page_is_never_shown_as_one(sandbox: Client, web: AsyncWebClient) -> None:
    """What could act in a browser is handed out as a download without a type."""
    sent = await web.files_upload_v2(filename="b.html", content="<script>alert(1)</script>", channel="C0ASK")
    async with sandbox.session.get((await web.files_info(file=sent["file"]["id"]))["file"]["url_private"]) as response:
        kind, how = response.headers["Content-Type"], response.headers["Content-Disposition"]

    assert (kind, how) == ("application/octet-stream", "attachment")


async def test_an_upload_is_checked_at_each_step(sandbox: Client, web: AsyncWebClient) -> None:
    """Announced and sent bytes must agree, a file must have come, and its channel must be one of ours."""
    place = await web.files_getUploadURLExternal(filename="a.txt", length=5)
    files = [{"id": place["file_id"], "title": "a"}]
    too_soon = await refusal(web.files_completeUploadExternal(files=files, channel_id="C0ASK"))
    async with sandbox.session.post(place["upload_url"], data=b"four") as response:
        short = (response.status, (await response.json())["error"])
    async with sandbox.session.post(place["upload_url"] + "x", data=b"fives") as response:
        elsewhere = response.status
    async with sandbox.session.post(place["upload_url"], data={"file": io.BytesIO(b"fives")}) as response:
        assert await response.text() == "OK - 5"
    nowhere = await refusal(web.files_completeUploadExternal(files=files, channel_id="C0NOWHERE"))
    reply = (await web.chat_postMessage(channel="C0ASK", text="reply", thread_ts=await root(web)))["ts"]
    place_of_reply = {"channel_id": "C0ASK", "thread_ts": reply}
    below = await refusal(web.files_completeUploadExternal(files=files, **place_of_reply))
    twice = await refusal(web.files_completeUploadExternal(files=files * 2, channel_id="C0ASK"))
    done = await web.files_completeUploadExternal(files=files)

    assert (too_soon, short, elsewhere) == ("file_not_found", (400, "file_size_mismatch"), 404)
    async with sandbox.session.get(done["files"][0]["url_private"]) as response:
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (below, twice) == ("invalid_arguments", "invalid_arguments")
    assert (nowhere, done["files"][0]["channels"]) == ("channel_not_found", [])
    assert await refusal(web.files_delete(file="F1")) == "file_not_found"


async def test_a_file_elsewhere_is_shared_by_its_own_id(web: AsyncWebClient) -> None:
    """Added, shared, renamed, removed; one external_id only once."""
    await web.files_remote_add(external_id="doc-1", external_url="https://example.com/doc", title="Doc")
    again = await refusal(web.files_remote_add(external_id="doc-1", external_url="https://example.com", title="Doc"))
    await web.files_remote_share(external_id="doc-1", channels="C0ASK")
    await web.files_remote_update(external_id="doc-1", title="Doc 2")
    message = (await web.conversations_history(channel="C0ASK", limit=1))["messages"][0]
    listed = await web.files_remote_list()
    await web.files_remote_remove(external_id="doc-1")

    assert again == "invalid_external_id"
    assert [(one["title"], one["is_external"]) for one in message["files"]] == [("Doc 2", True)]
    assert [one["external_id"] for one in listed["files"]] == ["doc-1"]
    assert await refusal(web.files_remote_info(external_id="doc-1")) == "file_not_found"


# Streams


async def test_a_stream_carries_text_tasks_plans_and_blocks(sandbox: Client, web: AsyncWebClient) -> None:
    """Text runs on, a task changes in place, a plan gathers the tasks, and the stop adds its own blocks."""
    ts = await root(web)
    people: Json = {"recipient_team_id": sandbox.slack.workspace.team["id"], "recipient_user_id": "UANA"}
    stream = await web.chat_stream(channel="C0ASK", thread_ts=ts, buffer_size=4, **people)
    await stream.append(markdown_text="**Look")
    await stream.append(markdown_text="ing**")
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Search", status="in_progress")])
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Search", status="complete", output="3 guides")])
    await stream.append(chunks=[PlanUpdateChunk(title="Plan"), MarkdownTextChunk(text="done")])
    metadata: Json = {"event_type": "answer", "event_payload": {"id": 1}}
    stopped = await stream.stop(blocks=[section("end")], metadata=metadata)
    page = await web.conversations_replies(channel="C0ASK", ts=ts, include_all_metadata=True)
    message = page["messages"][1]

    assert [block["type"] for block in message["blocks"]] == ["markdown", "plan", "markdown", "section"]
    assert message["text"] == "**Looking**done"
    plan = message["blocks"][1]
    assert (plan["title"], [(task["task_id"], task["status"]) for task in plan["tasks"]]) == (
        "Plan",
        [("1", "complete")],
    )
    assert plan["tasks"][0]["output"]["elements"][0]["elements"][0]["text"] == "3 guides"
    assert (stopped["ts"], message["metadata"]) == (message["ts"], metadata)


async def test_a_stream_is_guarded_while_open_and_closed_after_its_life(start_sandbox: Start) -> None:
    """No update meanwhile, recipients outside direct messages, and after its time only chat.update helps."""
    sandbox = await start_sandbox(manifest(scopes=EVERY_SCOPE), limits=Limits(stream_seconds=0.2))
    web, changes = client_of(sandbox), sandbox.slack.live.listen(None)
    ts = await root(web)
    team = sandbox.slack.workspace.team["id"]
    start = web.chat_startStream(channel="C0ASK", thread_ts=ts)
    nobody = web.chat_startStream(channel="C0ASK", thread_ts=ts, recipient_team_id=team, recipient_user_id="UX")
    errors = [await refusal(start), await refusal(nobody)]
    people: Json = {"recipient_team_id": team, "recipient_user_id": "UANA"}
    place: Json = {
        "channel": "C0ASK",
        "ts": str((await web.chat_startStream(channel="C0ASK", thread_ts=ts, **people))["ts"]),
    }
    errors.append(await refusal(web.chat_update(**place, text="x")))
    errors.append(await refusal(web.chat_appendStream(**place, chunks=[{"type": "poem"}])))
    errors.append(await refusal(web.chat_appendStream(channel="C0ASK", ts=ts, markdown_text="x")))
    await change(changes, lambda one: one["type"] == "message_changed" and "streaming" not in one["message"])
    errors.append(await refusal(web.chat_stopStream(**place)))

    assert errors == [
        "missing_recipient_team_id",
        "user_not_found",
        "streaming_state_conflict",
        "invalid_chunks",
        "message_not_in_streaming_state",
        "message_not_in_streaming_state",
    ]
    assert (await web.chat_update(**place, text="rest"))["text"] == "rest"


# Scheduled messages


async def test_a_scheduled_message_is_posted_when_due(sandbox: Client, web: AsyncWebClient) -> None:
    """It waits in the list, then stands in the channel; a later one can be called back."""
    ts = await root(web)
    soon, changes = int(time.time()) + 1, sandbox.slack.live.listen(None)
    first = await web.chat_scheduleMessage(channel="C0ASK", post_at=soon, text="due", thread_ts=ts)
    later = await web.chat_scheduleMessage(channel="C0ASK", post_at=soon + 3600, text="later")
    waiting = (await web.chat_scheduledMessages_list(channel="C0ASK", limit=1))["scheduled_messages"]
    await web.chat_deleteScheduledMessage(channel="C0ASK", scheduled_message_id=later["scheduled_message_id"])
    await change(changes, lambda one: one["type"] == "message" and one["message"]["text"] == "due")
    replies = (await web.conversations_replies(channel="C0ASK", ts=ts))["messages"][1:]

    assert [one["id"] for one in waiting] == [first["scheduled_message_id"]]
    assert (replies[0]["text"], float(replies[0]["ts"]) >= soon) == ("due", True)
    assert (await web.chat_scheduledMessages_list())["scheduled_messages"] == []


async def test_a_scheduled_message_has_its_limits(web: AsyncWebClient) -> None:
    """Neither in the past nor beyond 120 days, 30 within five minutes, and no calling back in the last minute."""
    now = int(time.time())
    past = await refusal(web.chat_scheduleMessage(channel="C0ASK", post_at=now - 5, text="x"))
    far = await refusal(web.chat_scheduleMessage(channel="C0ASK", post_at=now + 121 * 86400, text="x"))
    ids = [
        (await web.chat_scheduleMessage(channel="C0ASK", post_at=now + 30 + number, text="x"))["scheduled_message_id"]
        for number in range(30)
    ]
    many = await refusal(web.chat_scheduleMessage(channel="C0ASK", post_at=now + 100, text="x"))
    late = await refusal(web.chat_deleteScheduledMessage(channel="C0ASK", scheduled_message_id=ids[0]))

    assert [past, far, many, late] == [
        "time_in_past",
        "time_too_far",
        "restricted_too_many",
        "invalid_scheduled_message_id",
    ]


# Channels, groups, marks


async def test_a_channel_is_made_named_filled_and_closed(sandbox: Client, web: AsyncWebClient) -> None:
    """Each step shows in conversations.info, and what can't be is refused."""
    channel = (await web.conversations_create(name="project-x"))["channel"]["id"]
    names = {
        "project-x": "name_taken",
        "": "invalid_name_required",
        "x" * 81: "invalid_name_maxlength",
        "--": "invalid_name_punctuation",
        "Big News": "invalid_name_specials",
    }
    refused = {name: await refusal(web.conversations_create(name=name)) for name in names}
    await web.conversations_invite(channel=channel, users=["UANA", "UBEN"])
    twice = await refusal(web.conversations_invite(channel=channel, users=["UANA"]))
    await web.conversations_kick(channel=channel, user="UBEN")
    await web.conversations_rename(channel=channel, name="project-y")
    await web.conversations_setTopic(channel=channel, topic="All of it")
    await web.conversations_setPurpose(channel=channel, purpose="Y")
    await web.conversations_archive(channel=channel)
    closed = await refusal(web.chat_postMessage(channel=channel, text="x"))
    again = await refusal(web.conversations_archive(channel=channel))
    await web.conversations_unarchive(channel=channel)
    info = (await web.conversations_info(channel=channel, include_num_members=True))["channel"]

    assert refused == names
    assert (twice, closed, again) == ("already_in_channel", "is_archived", "already_archived")
    assert (info["name"], info["topic"]["value"], info["purpose"]["value"]) == ("project-y", "All of it", "Y")
    assert (info["num_members"], info["is_archived"]) == (2, False)
    assert "project-y" in [one["name"] for one in (await sandbox.state("UANA"))["channels"]]


async def test_several_people_share_one_direct_message(sandbox: Client, web: AsyncWebClient) -> None:
    """The same people, the same conversation; it is private and listed as what it is."""
    not_yet = await refusal(web.conversations_open(users="UANA,UBEN", prevent_creation=True))
    first = (await web.conversations_open(users="UANA,UBEN"))["channel"]["id"]
    second = (await web.conversations_open(users=["UBEN", "UANA"]))["channel"]["id"]
    await web.chat_postMessage(channel=first, text="hello both")
    listed = (await web.conversations_list(types="mpim"))["channels"]
    seen = {user: [one["id"] for one in (await sandbox.state(user))["channels"]] for user in ("UANA", "UDEV")}

    assert (not_yet, first) == ("channel_not_found", second)
    assert [(one["id"], one["is_mpim"], one["is_private"]) for one in listed] == [(first, True, True)]
    assert [first in seen[user] for user in seen] == [True, False]


async def test_pins_bookmarks_and_reactions_are_listed(web: AsyncWebClient) -> None:
    """Put on, found again, taken off; twice is refused."""
    ts = await root(web)
    where = {"channel": "C0ASK", "timestamp": ts}
    await web.pins_add(**where)
    await web.reactions_add(**where, name="tada")
    mark = await web.bookmarks_add(
        channel_id="C0ASK", title="Guide", type="link", link="https://example.com", emoji=":book:"
    )
    identity = mark["bookmark"]["id"]
    counted = (await web.conversations_history(channel="C0ASK", limit=1))["pin_count"]
    pins = (await web.pins_list(channel="C0ASK"))["items"]
    await web.bookmarks_edit(bookmark_id=identity, channel_id="C0ASK", title="Guides")
    found = [
        [one["message"]["ts"] for one in pins[:1]],  # those of the seed follow
        [one["message"]["ts"] for one in (await web.reactions_list())["items"]],
        [one["title"] for one in (await web.bookmarks_list(channel_id="C0ASK"))["bookmarks"]],
    ]
    errors = [
        await refusal(web.pins_add(**where)),
        await refusal(web.bookmarks_add(channel_id="C0ASK", title="x", type="link", link="nowhere")),
    ]
    await web.pins_remove(**where)
    await web.bookmarks_remove(bookmark_id=identity, channel_id="C0ASK")

    assert found == [[ts], [ts], ["Guides"]]
    assert (errors, counted) == (["already_pinned", "invalid_link"], len(pins))
    assert await refusal(web.pins_remove(**where)) == "no_pin"
    assert (await web.bookmarks_list(channel_id="C0ASK"))["bookmarks"] == []


async def test_user_groups_are_made_filled_and_switched_off(web: AsyncWebClient) -> None:
    """A handle is one of a kind; a group switched off is listed only on demand."""
    made = (await web.usergroups_create(name="Night shift", handle="night"))["usergroup"]
    group = made["id"]
    await web.usergroups_users_update(usergroup=group, users=["UANA", "UBEN"])
    members = (await web.usergroups_users_list(usergroup=group))["users"]
    taken = await refusal(web.usergroups_create(name="Nights", handle="night"))
    await web.usergroups_update(usergroup=group, name="Nights")
    await web.usergroups_disable(usergroup=group)
    listed = [one["id"] for one in (await web.usergroups_list())["usergroups"]]
    every = {one["id"]: one["name"] for one in (await web.usergroups_list(include_disabled=True))["usergroups"]}

    assert (made["handle"], members, taken) == ("night", ["UANA", "UBEN"], "handle_already_exists")
    assert (group in listed, every[group]) == (False, "Nights")


async def test_a_link_is_unfurled_where_it_was_posted(start_sandbox: Start, connect: Connect) -> None:
    """The app hears of links into its domains, and adds a preview to the person's message."""
    content = manifest(scopes=[*EVERY_SCOPE, "links:read"], events=["link_shared"])
    content["features"]["unfurl_domains"] = ["example.com"]
    sandbox = await start_sandbox(content)
    web = client_of(sandbox)
    app, heard, url = await connect(sandbox), asyncio.Queue[Json](), "https://docs.example.com/a"

    @app.event("link_shared")
    async def hear(event: Json) -> None:
        await heard.put(event)

    await sandbox.act("message", user="UANA", channel="C0ASK", text=f"see {url} and https://elsewhere.net/")
    shared = await heard.get()
    ts = shared["message_ts"]
    await web.chat_unfurl(unfurl_id=shared["unfurl_id"], source=shared["source"], unfurls={url: {"title": "A page"}})
    message = (await web.conversations_history(channel="C0ASK", limit=1))["messages"][0]

    assert shared["links"] == [{"url": url, "domain": "docs.example.com"}]
    assert [(one["title"], one["app_unfurl_url"]) for one in message["attachments"]] == [("A page", url)]
    other = web.chat_unfurl(channel="C0ASK", ts=ts, unfurls={"https://example.com/b": {"title": "x"}})
    assert await refusal(other) == "cannot_unfurl_url"


# Rates


async def test_calls_beyond_slacks_rates_wait(start_sandbox: Start) -> None:
    """The eleventh post in a channel at once is told to wait a second, and the client's own handler then succeeds."""
    sandbox = await start_sandbox(limits=Limits(rate_limits=True))
    web = client_of(sandbox)
    for number in range(10):
        await web.chat_postMessage(channel="C0ASK", text=str(number))
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="C0ASK", text="too soon")
    elsewhere = await web.chat_postMessage(channel="C0GENERAL", text="another channel")
    web.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))
    patient = await web.chat_postMessage(channel="C0ASK", text="patient")

    assert (refused.value.response.status_code, refused.value.response["error"]) == (429, "ratelimited")
    assert int(refused.value.response.headers["Retry-After"]) == 1
    assert (elsewhere["ok"], patient["ok"]) == (True, True)

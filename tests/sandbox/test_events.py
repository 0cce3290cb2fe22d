"""Every event that people's acts cause, as Slack sends it, and who may hear it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sandbox.manifest import EVENT_SCOPES, manifest_from
from tests.sandbox.conftest import SCOPES, Client, Json, Start, manifest

EVERY_SCOPE = sorted({*SCOPES, *EVENT_SCOPES.values()} - {""})


@asynccontextmanager
async def listening(start: Start, **changes: Any) -> AsyncIterator[tuple[Client, list[Json]]]:
    """A sandbox and what a connected app hears from it, acknowledged at once."""
    content = manifest(**{"events": sorted(EVENT_SCOPES), "scopes": EVERY_SCOPE} | changes)
    content["settings"]["event_subscriptions"]["metadata_subscriptions"] = [{"app_id": "*", "event_type": "job"}]
    sandbox = await start(content)
    heard: list[Json] = []
    ticket = await sandbox.api("apps.connections.open", token="xapp-test")
    async with sandbox.session.ws_connect(ticket["url"]) as socket:
        await socket.receive_json()

        async def listen() -> None:
            async for message in socket:
                envelope = message.json()
                heard.append(envelope["payload"])
                await socket.send_json({"envelope_id": envelope["envelope_id"]})

        task = asyncio.create_task(listen())
        yield sandbox, heard
        task.cancel()


def events(heard: list[Json], *names: str) -> list[Json]:
    found = [payload["event"] for payload in heard]
    return [event for event in found if event["type"] in names] if names else found


async def test_a_mention_is_two_events(start_sandbox: Start) -> None:
    """`app_mention` and `message`, with ids of their own, for one message; the bot's own post comes back too."""
    async with listening(start_sandbox) as (sandbox, heard):
        act = await sandbox.act("message", user="UEXT", channel="C0COBALT", text="<@UFRONTLINE> hello")
        posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="from the app")
        await sandbox.entry(lambda entry: entry.get("state") == "acked" and "app" in str(entry["payload"]["event"]))

    first, second = heard[:2]
    assert [payload["event"]["type"] for payload in (first, second)] == ["app_mention", "message"]
    assert first["event_id"] != second["event_id"]
    assert {payload["event"]["ts"] for payload in (first, second)} == {act["message"]["ts"]}
    assert (first["is_ext_shared_channel"], first["type"], first["api_app_id"]) == (
        True,
        "event_callback",
        "AFRONTLINE",
    )
    assert second["event"] | {"channel_type": "channel", "user_team": "T0COBALT"} == second["event"]
    echo = next(payload for payload in heard if payload["event"]["ts"] == posted["ts"])
    assert (echo["event"]["bot_id"], echo["is_ext_shared_channel"]) == ("BFRONTLINE", False)


async def test_what_happens_to_channels_is_told(start_sandbox: Start) -> None:
    """Made, renamed, joined, left, archived and opened again: public channels whether the app is in them or not."""
    async with listening(start_sandbox) as (sandbox, heard):
        made = await sandbox.act("create_channel", user="UANA", name="outages")
        hidden = await sandbox.act("create_channel", user="UANA", name="quiet", is_private=True)
        place = {"channel": made["channel"]["id"]}
        await sandbox.act("invite", user="UANA", **place)
        await sandbox.act("join", user="UBEN", **place)
        await sandbox.act("rename_channel", user="UANA", name="incidents", **place)
        await sandbox.act("leave", user="UBEN", **place)
        await sandbox.act("archive_channel", user="UANA", **place)
        closed = await sandbox.act("message", user="UANA", text="anybody?", **place)
        await sandbox.act("archive_channel", user="UANA", remove=True, **place)
        await sandbox.act("kick", user="UANA", **place)
        await sandbox.act("rename_channel", user="UANA", name="silence", channel=hidden["channel"]["id"])

    told = [event for event in events(heard) if event["type"] != "message"]
    assert [event["type"] for event in told] == [
        *("channel_created", "member_joined_channel", "member_joined_channel", "channel_rename", "member_left_channel"),
        *("channel_archive", "channel_unarchive", "member_left_channel", "channel_left"),
    ]
    assert told[0]["channel"] == {
        "id": made["channel"]["id"],
        "name": "outages",
        "created": made["channel"]["created"],
        "creator": "UANA",
    }
    assert (told[1]["user"], told[1]["inviter"], told[1]["channel_type"]) == ("UFRONTLINE", "UANA", "C")
    assert told[3]["channel"]["name"] == "incidents"
    assert (told[5]["channel"], told[5]["user"]) == (made["channel"]["id"], "UANA")
    assert [event.get("subtype") for event in events(heard, "message")] == ["channel_name", "channel_archive"]
    assert closed["error"] == "is_archived"


async def test_people_come_change_and_go(start_sandbox: Start) -> None:
    """`team_join` and `user_change` show them as `users.info` does."""
    async with listening(start_sandbox) as (sandbox, heard):
        added = await sandbox.act("add_person", user="UADMIN", name="Nora Falk", title="Trainee", tz="Europe/Oslo")
        nora = added["person"]["id"]
        await sandbox.act("change_person", user=nora, name="Nora Falk-Berg", tz="America/New_York")
        gone = await sandbox.act("deactivate_person", user="UADMIN", target="nora.falk")
        seen = await sandbox.api("users.info", user=nora)
        refused = [
            await sandbox.act("add_person", user="UANA", name="X"),
            await sandbox.act("change_person", user="UANA", target="UBEN", name="B"),
            await sandbox.act("change_person", user="UANA", tz="Mars/Olympus"),
            await sandbox.act("change_person", user="UANA", handle="ben"),
            await sandbox.act("change_person", user="UANA", name=" "),
            await sandbox.act("deactivate_person", user="UADMIN", target="UADMIN"),
        ]

    joined, changed, left = events(heard, "team_join", "user_change")
    assert [joined["type"], changed["type"], left["type"]] == ["team_join", "user_change", "user_change"]
    assert (joined["user"]["id"], joined["user"]["name"], joined["user"]["tz"]) == (nora, "nora.falk", "Europe/Oslo")
    assert changed["user"]["profile"]["real_name"] == "Nora Falk-Berg"
    assert changed["user"]["tz_offset"] in (-18_000, -14_400)
    assert left["user"] == seen["user"]
    assert left["user"]["deleted"] is True
    assert [event["channel"] for event in events(heard, "member_joined_channel")] == ["C0GENERAL"]
    assert gone["ok"]
    assert nora not in sandbox.slack.workspace.channels["C0GENERAL"]["members"]
    assert [answer["error"] for answer in refused] == [
        *("not_an_admin", "not_an_admin", "bad_field", "name_taken", "bad_field", "cant_deactivate")
    ]


async def test_files_pins_and_reactions_are_told(start_sandbox: Start) -> None:
    """Each names the message or file and who did it."""
    async with listening(start_sandbox) as (sandbox, heard):
        sent = await sandbox.act("upload", user="UANA", channel="C0ASK", name="notes.txt", content="é", text="Look")
        ts = sent["message"]["ts"]
        await sandbox.act("pin", user="UBEN", channel="C0ASK", message_ts=ts)
        again = await sandbox.act("pin", user="UBEN", channel="C0ASK", message_ts=ts)
        await sandbox.act("pin", user="UBEN", channel="C0ASK", message_ts=ts, remove=True)
        await sandbox.act("react", user="UBEN", channel="C0ASK", message_ts=ts, emoji="tada")
        await sandbox.act("react", user="UBEN", channel="C0ASK", message_ts=ts, emoji="tada", remove=True)
        empty = await sandbox.act("upload", user="UANA", channel="C0ASK", name="notes.txt", content="")
        heard_until_here = list(heard)
        in_thread = {"user": "UANA", "channel": "C0ASK", "name": "b.txt", "content": "b"}
        reply = (await sandbox.act("upload", **in_thread, thread_ts=ts))["message"]
        below = (await sandbox.act("upload", **in_thread, thread_ts=reply["ts"]))["message"]
        lost = await sandbox.act("upload", **in_thread, thread_ts="1.000001")
        identity = sent["message"]["files"][0]
        await sandbox.api("files.sharedPublicURL", token="xoxp-1", file=identity)
        await sandbox.act("message", user="UANA", channel="C0ASK", text="now everybody can see it")

    assert [event["file_id"] for event in events(heard, "file_public")] == [identity]
    assert (reply["thread_ts"], below["thread_ts"], lost["error"]) == (ts, ts, "thread_not_found")
    message, shared, pinned, unpinned, added, removed = events(heard_until_here)
    assert (message["subtype"], message["user"], message["files"][0]["name"]) == ("file_share", "UANA", "notes.txt")
    assert (shared["type"], shared["user_id"], shared["channel_id"]) == ("file_shared", "UANA", "C0ASK")
    assert shared["file_id"] == shared["file"]["id"] == message["files"][0]["id"]
    assert (pinned["type"], pinned["user"], pinned["item"]["created_by"]) == ("pin_added", "UBEN", "UBEN")
    assert (pinned["item"]["message"]["ts"], pinned["pin_count"] - unpinned["pin_count"]) == (ts, 1)
    assert [added["type"], removed["type"]] == ["reaction_added", "reaction_removed"]
    assert added["item"] == {"type": "message", "channel": "C0ASK", "ts": ts}
    assert (added["reaction"], added["user"], added["item_user"]) == ("tada", "UBEN", "UANA")
    assert (again["error"], empty["error"]) == ("already_pinned", "bad_file")


async def test_metadata_is_told_to_those_who_subscribe_to_its_type(start_sandbox: Start) -> None:
    """Posted, changed and deleted; of other types nothing is heard."""
    async with listening(start_sandbox) as (sandbox, heard):
        for kind in ("job", "other"):
            about = {"event_type": kind, "event_payload": {"n": 1}}
            posted = await sandbox.api("chat.postMessage", channel="C0ASK", text="x", metadata=about)
            place = {"channel": "C0ASK", "ts": posted["ts"]}
            about["event_payload"] = {"n": 2}
            await sandbox.api("chat.update", text="y", metadata=about, **place)
            await sandbox.api("chat.delete", **place)
        await sandbox.act("message", user="UANA", channel="C0ASK", text="the last")

    told = [event for event in events(heard) if event["type"] != "message"]
    assert [event["type"] for event in told] == [
        *("message_metadata_posted", "message_metadata_updated", "message_metadata_deleted")
    ]
    assert told[0]["metadata"] == {"event_type": "job", "event_payload": {"n": 1}}
    assert (told[0]["app_id"], told[0]["user_id"], told[0]["channel_id"]) == ("AFRONTLINE", "UFRONTLINE", "C0ASK")
    assert [told[1]["previous_metadata"]["event_payload"], told[1]["metadata"]["event_payload"]] == [{"n": 1}, {"n": 2}]
    assert "metadata" not in told[2]


async def test_what_somebody_looks_at_is_told_with_what_they_write(start_sandbox: Start) -> None:
    """`app_context_changed`, then the context of direct messages and opened tabs; not with messages elsewhere."""
    async with listening(start_sandbox) as (sandbox, heard):
        await sandbox.act("look", user="UANA", channel="C0WINS")
        for channel in ("dm", "C0ASK"):
            await sandbox.act("message", user="UANA", channel=channel, text="hi")
        await sandbox.act("open_messages", user="UANA")
        await sandbox.act("look", user="UANA")
        await sandbox.act("message", user="UANA", channel="dm", text="hi")

    context = {"entities": [{"type": "slack#/types/channel_id", "value": "C0WINS", "team_id": "T0BRIGHT"}]}
    looked, direct, elsewhere, opened, away, later = events(heard)
    assert (looked["type"], looked["context"], looked["user"]) == ("app_context_changed", context, "UANA")
    assert (direct["app_context"], opened["context"], opened["tab"]) == (context, context, "messages")
    assert ["app_context" in event for event in (elsewhere, later)] == [False, False]
    assert away["context"] == {"entities": []}


async def test_an_app_that_was_taken_off_hears_and_does_nothing_more(start_sandbox: Start) -> None:
    """Its tokens are told revoked and refused, until it is back."""
    async with listening(start_sandbox) as (sandbox, heard):
        await sandbox.act("uninstall", user="UADMIN")
        dead = await sandbox.api("auth.test")
        await sandbox.act("message", user="UANA", channel="C0ASK", text="anybody?")
        await sandbox.act("uninstall", user="UADMIN", remove=True)
        back = await sandbox.api("auth.test")
        await sandbox.act("message", user="UANA", channel="C0ASK", text="and now?")

    told = events(heard)
    assert [event["type"] for event in told] == ["tokens_revoked", "app_uninstalled", "message"]
    assert (told[0]["tokens"], told[2]["text"]) == ({"oauth": [], "bot": ["UFRONTLINE"]}, "and now?")
    assert (dead["error"], back["ok"]) == ("account_inactive", True)


async def test_a_group_message_reaches_the_app(start_sandbox: Start) -> None:
    """As `message` of the channel type mpim."""
    async with listening(start_sandbox) as (sandbox, heard):
        made = await sandbox.act("group_message", user="UANA", users=["UBEN", "chloe"])
        await sandbox.act("message", user="UBEN", channel=made["channel"]["id"], text="hello both")
        nobody = await sandbox.act("group_message", user="UANA", users="UNOBODY")
        alone = await sandbox.act("group_message", user="UANA", users="UANA")

    assert [(event["channel_type"], event["text"]) for event in events(heard)] == [("mpim", "hello both")]
    assert (nobody["error"], alone["error"]) == ("user_not_found", "invalid_user_combination")


async def test_an_event_needs_its_scope(start_sandbox: Start) -> None:
    """Subscribed or not: without the scope nothing comes."""
    async with listening(start_sandbox, scopes=["chat:write", "im:history"]) as (sandbox, heard):
        await sandbox.act("message", user="UANA", channel="C0ASK", text="<@UFRONTLINE> psst")
        await sandbox.act("add_person", user="UADMIN", name="Nora Falk")
        await sandbox.act("message", user="UANA", channel="dm", text="hello")

    assert [event["type"] for event in events(heard)] == ["member_joined_channel", "message"]


def test_what_will_not_come_is_said() -> None:
    """An event without its scope, and one that is not here at all."""
    content = manifest(scopes=["chat:write"], events=["app_home_opened", "app_mention", "emoji_changed"])

    assert list(manifest_from(content).unheard()) == [
        ("app_mention", "without its scope app_mentions:read: it will not be delivered"),
        ("emoji_changed", "which the sandbox doesn't send"),
    ]

"""The HTTP side: Web API, response_urls, the socket's address, the page and the /sandbox endpoints."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from aiohttp import BodyPartReader, web

from sandbox import methods
from sandbox.acts import perform
from sandbox.arguments import MALFORMED, Json, Refused, loads, read_arguments
from sandbox.dialogue import dialogue
from sandbox.faults import KINDS, REASONS
from sandbox.local_slack import LocalSlack
from sandbox.methods.files import MAX_FILE_BYTES, keep, receive
from sandbox.methods.scheduled import plan
from sandbox.methods.streams import resume
from sandbox.request_urls import is_loopback
from sandbox.responses import respond
from sandbox.snapshot import history, snapshot

PAGE = Path(__file__).parent / "page"
MAX_BODY = 4 * 1024 * 1024
MAX_WAIT_SECONDS = 60
HISTORY_PAGE = 100
ACK_HEAD_START_SECONDS = 0.5
OK = b'{"ok": true}'
CHUNK = 64 * 1024
LED_TO = re.compile(r"/$|/(archives|files)/")
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain")
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

log = logging.getLogger("sandbox")
SLACK = web.AppKey("slack", LocalSlack)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(slack: LocalSlack) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY, middlewares=[plain_errors, local_callers_only])
    app[SLACK] = slack
    app.router.add_route("*", "/api/{method}", call_method)
    app.router.add_get("/link/", open_socket)
    app.router.add_post("/{kind:commands|actions}/{team}/{number}/{token}", use_response_url)
    app.router.add_post("/upload/v1/{file}/{token}", upload)
    app.router.add_get("/files/{file}/{name}", show_file)
    app.router.add_post("/sandbox/act", act)
    app.router.add_post("/sandbox/upload", take_file)
    app.router.add_get("/sandbox/state", state)
    app.router.add_get("/sandbox/history", older)
    app.router.add_get("/sandbox/live", live)
    app.router.add_get("/sandbox/journal", journal)
    app.router.add_get("/sandbox/faults", faults)
    app.router.add_post("/sandbox/faults", faults)
    app.router.add_get("/sandbox/dialogue", exported)
    app.router.add_post("/sandbox/reset", reset)
    app.router.add_get("/archives/{channel}/{message}", permalink)
    app.router.add_get("/", index)
    app.router.add_static("/page/", PAGE)
    app.on_response_prepare.append(guard_page)
    app.on_startup.append(begin)
    app.on_shutdown.append(stop)
    return app


# Around every request


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal is JSON that says what is wrong."""
    try:
        return await handler(request)
    except Refused as refusal:
        return web.json_response(refusal.answer(), status=refusal.status)
    except web.HTTPRequestEntityTooLarge:
        return web.json_response({"ok": False, "error": "request_too_large"}, status=413)
    except web.HTTPException as problem:
        error = {404: "not_found", 405: "method_not_allowed"}.get(problem.status, "bad_request")
        return web.json_response({"ok": False, "error": error, "message": problem.reason}, status=problem.status)
    except ConnectionError:  # the caller went away in the middle of its request
        return web.Response(status=400)
    except UnicodeDecodeError:
        return web.json_response({"ok": False, "error": "invalid_charset"}, status=400)
    except Exception:  # the last resort: Slack's own word for it, the traceback in the log
        log.exception("The sandbox failed on %s %s", request.method, request.path)
        return web.json_response({"ok": False, "error": "fatal_error"}, status=200)


@web.middleware
async def local_callers_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page of another site can't drive the sandbox: not by posting or asking here, not by naming itself our host.

    It may lead here by a link: to the page, a message or a file.
    """
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
        origin = urlsplit(request.headers.get("Origin", f"//{request.host}")).netloc
    except ValueError as problem:
        raise Refused("forbidden_host", status=403, message="the Host or Origin header is no address") from problem
    if request.app[SLACK].loopback_only and not is_loopback(host):
        raise Refused("forbidden_host", status=403, message=f"this sandbox answers on loopback only, not to {host}")
    if origin != request.host:
        raise Refused("forbidden_origin", status=403, message="requests from other sites are refused")
    is_ours = request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    is_led = request.headers.get("Sec-Fetch-Mode") == "navigate" and LED_TO.match(request.path)
    if not is_ours and not is_led:
        raise Refused("forbidden_origin", status=403, message="requests from other sites are refused")
    return await handler(request)


async def guard_page(request: web.Request, response: web.StreamResponse) -> None:
    if not request.path.startswith("/files/"):
        response.headers.update(HEADERS)
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers["Cache-Control"] = "no-cache"


async def begin(app: web.Application) -> None:
    plan(app[SLACK])
    resume(app[SLACK])
    app[SLACK].fade_statuses()


async def stop(app: web.Application) -> None:
    slack = app[SLACK]
    slack.live.close()
    await slack.deliveries.close()
    await slack.close()


# What an app uses


async def call_method(request: web.Request) -> web.StreamResponse:
    slack, name = request.app[SLACK], request.match_info["method"]
    try:
        arguments = await read_arguments(request)
    except Refused as refusal:
        about = {"answer": refusal.answer(), "status": refusal.status, "ms": 0.0, "act": None}
        slack.journal.add("call", method=name, arguments={}, **about)
        raise
    token = _token(request, arguments)
    cause = slack.journal.cause(arguments)
    headers = {"x-oauth-scopes": ",".join(slack.manifest.scopes)} if name == "auth.test" else {}
    answered = await _through_faults(
        request, name, arguments, cause, lambda: methods.answer(slack, name, token, arguments, cause)
    )
    answered.headers.update(headers)
    return answered


async def use_response_url(request: web.Request) -> web.StreamResponse:
    slack, token = request.app[SLACK], request.match_info["token"]
    given = await read_arguments(request)
    if isinstance(given.get("payload"), str):
        given = _object(given["payload"])
    cause = slack.journal.cause({}, token)
    if token in slack.unacknowledged:  # the acknowledgement left first and is seen first, as over a real network
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(slack.unacknowledged[token].wait(), ACK_HEAD_START_SECONDS)
    answered = await _through_faults(request, "response_url", given, cause, lambda: respond(slack, token, given, cause))
    return web.Response(text="ok") if answered.body == OK else answered


async def _through_faults(
    request: web.Request, name: str, arguments: Json, cause: str | None, work: Callable[[], Json]
) -> web.Response:
    """Does the work, or suffers the trouble ordered for it; either way the journal gets a line."""
    slack, started = request.app[SLACK], time.monotonic()
    delay = slack.faults.take("delay", method=name) or {"seconds": 0, "after": False}
    if not delay["after"]:
        await asyncio.sleep(delay["seconds"])
    if _has_gone(request):  # the caller gave up while its call was held on the way: it never arrived
        return web.Response(status=204)
    fault = next((one for kind in ("ratelimit", "error", "drop") if (one := slack.faults.take(kind, method=name))), {})
    trouble, retry_after = fault.get("fault"), int(fault.get("retry_after", 1))
    if trouble in ("ratelimit", "error"):
        answer: Json = {"ok": False, "error": fault.get("error", "ratelimited")}
        status = int(fault.get("status", 429))
    else:
        try:
            answer, status = work(), 200
        except Refused as refusal:
            answer, status, retry_after = refusal.answer(), refusal.status, refusal.retry_after
    about: Json = {"status": status, "ms": round((time.monotonic() - started) * 1000, 1), "act": cause}
    about |= {"fault": trouble or "delay"} if trouble or delay["seconds"] else {}
    kept = copy.deepcopy(answer)  # as it was then: the message or view in it lives on
    slack.journal.add("call", method=name, arguments=arguments, answer=kept, **about)
    if delay["after"]:
        await asyncio.sleep(delay["seconds"])
    if trouble == "drop":
        if isinstance(request.transport, asyncio.Transport):
            request.transport.abort()
        return web.Response(status=204)  # nobody is left to read it
    headers = {"Retry-After": str(retry_after)} if status == 429 else {}
    return web.json_response(answer, status=status, headers=headers)


def _token(request: web.Request, arguments: Json) -> str:
    """From the header or the arguments, where it is taken out so that nothing shows it."""
    given = arguments.pop("token", None) or ""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(given)


def _has_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def upload(request: web.Request) -> web.StreamResponse:
    """The bytes of a file, as the whole body or as the first field of a form."""
    if request.content_type == "multipart/form-data":
        try:
            part = await (await request.multipart()).next()
            if not isinstance(part, BodyPartReader):
                raise Refused("invalid_form_data", status=400)
            content = await _bytes(part.read_chunk)
        except MALFORMED as problem:
            raise Refused("invalid_form_data", status=400) from problem
    else:
        content = await _bytes(request.content.read)
    await receive(request.app[SLACK], request.match_info["file"], request.match_info["token"], content)
    return web.Response(text=f"OK - {len(content)}")


async def _bytes(read: Callable[[int], Awaitable[bytes]]) -> bytes:
    content = bytearray()
    while chunk := await read(CHUNK):
        content += chunk
        if len(content) > MAX_FILE_BYTES:
            raise Refused("file_too_large", status=413, message=f"the most is {MAX_FILE_BYTES} bytes")
    return bytes(content)


async def show_file(request: web.Request) -> web.StreamResponse:
    """A file's content. Whatever it is, it can't act: only images and plain text are shown, the rest is saved."""
    slack, file_id = request.app[SLACK], request.match_info["file"]
    file = slack.workspace.state["files"].get(file_id)
    content = await asyncio.to_thread(slack.store.file, file_id)
    if file is None or content is None:
        raise Refused("file_not_found", status=404)
    shown = file["mimetype"] in SHOWN
    headers = {**HEADERS, "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private"}
    if not shown:
        headers["Content-Disposition"] = "attachment"
    kind = file["mimetype"] if shown else "application/octet-stream"
    charset = "utf-8" if kind == "text/plain" else None
    return web.Response(body=content, content_type=kind, charset=charset, headers=headers)


async def open_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[SLACK].sockets.connect(request)


# What the page and the tests use


async def act(request: web.Request) -> web.StreamResponse:
    return web.json_response(await perform(request.app[SLACK], await _body(request)))


async def take_file(request: web.Request) -> web.StreamResponse:
    """A file that somebody puts into a form: `user` and `name` in the query, the bytes as the body."""
    slack, user, name = request.app[SLACK], _viewer(request), request.query.get("name", "").strip()
    content = await _bytes(request.content.read)
    if user is None or not name or not content:
        raise Refused("bad_file", status=400, message="a file has a user, a name and some content")
    file = await keep(slack, name, content, user)
    return web.json_response({"ok": True, "file": slack.workspace.file_out(file["id"])})


async def state(request: web.Request) -> web.StreamResponse:
    newest = int(_number(request, "newest")) if "newest" in request.query else None
    return web.json_response(snapshot(request.app[SLACK], _viewer(request), newest))


async def older(request: web.Request) -> web.StreamResponse:
    """A page of a channel's messages: `count` of them before the timestamp `before`, each with its thread."""
    slack, channel = request.app[SLACK], _channel(request)
    count = int(_number(request, "count")) or HISTORY_PAGE
    messages, has_more = history(slack, channel["id"], count, request.query.get("before", ""))
    return web.json_response({"ok": True, "messages": messages, "has_more": has_more})


async def live(request: web.Request) -> web.StreamResponse:
    slack = request.app[SLACK]
    viewer = _viewer(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    queue = slack.live.listen(viewer)
    try:
        await response.write(b": listening\n\n")
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), 15)
            except TimeoutError:
                await response.write(b": still here\n\n")  # keeps the connection, and notices a page that is gone
                continue
            if change is None:
                break
            await response.write(f"data: {json.dumps(change)}\n\n".encode())
    except ConnectionError:
        pass  # the page was closed
    finally:
        slack.live.leave(queue)
    return response


async def journal(request: web.Request) -> web.StreamResponse:
    since, wait = _number(request, "since"), _number(request, "wait")
    return web.json_response(await request.app[SLACK].journal.read(int(since), min(wait, MAX_WAIT_SECONDS)))


async def faults(request: web.Request) -> web.StreamResponse:
    slack = request.app[SLACK]
    if request.method == "POST":
        fault = slack.faults.parse(await _body(request))
        if fault["fault"] == "clear":
            slack.faults.active.clear()
        elif fault["fault"] == "disconnect":
            await slack.disconnect(fault)
        elif fault["fault"] == "redeliver":
            if not await slack.deliveries.redeliver(fault):
                raise Refused("envelope_not_found")
        else:
            slack.faults.add(fault)
    return web.json_response({"ok": True, "faults": slack.faults.active, "kinds": KINDS, "reasons": REASONS})


async def exported(request: web.Request) -> web.StreamResponse:
    """A conversation as a Python test."""
    python = dialogue(request.app[SLACK], _channel(request), request.query.get("thread") or None)
    return web.json_response({"ok": True, "python": python})


async def permalink(request: web.Request) -> web.StreamResponse:
    """What chat.getPermalink gives, shown by the page."""
    channel, digits = request.match_info["channel"], request.match_info["message"].removeprefix("p")
    root = request.query.get("thread_ts", "")
    place = f"/#{quote(channel)}/{quote(root)}/{quote(digits[:-6])}.{quote(digits[-6:])}"
    return web.Response(status=302, headers={"Location": place})


async def reset(request: web.Request) -> web.StreamResponse:
    await request.app[SLACK].reset()
    return web.json_response({"ok": True})


async def index(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html")


async def _body(request: web.Request) -> Json:
    return _object(await request.read())


def _object(text: str | bytes) -> Json:
    try:
        body = loads(text)
    except Refused as refusal:
        raise Refused(refusal.code, status=400, message="the body is not JSON") from refusal
    if not isinstance(body, dict):
        raise Refused("json_not_object", status=400, message="send a JSON object")
    return body


def _viewer(request: web.Request) -> str | None:
    name = request.query.get("user")
    if not name:
        return None
    user = request.app[SLACK].workspace.user(name)
    if user is None:
        raise Refused("user_not_found", status=404, message=f"nobody is called {name!r}")
    return str(user["id"])


def _channel(request: web.Request) -> Json:
    """The channel named, as far as the viewer sees it."""
    workspace, viewer = request.app[SLACK].workspace, _viewer(request)
    channel = workspace.channel(request.query.get("channel", ""))
    if channel is None or (viewer is not None and not workspace.sees(viewer, channel)):
        raise Refused("channel_not_found", status=404, message="there is no such channel")
    return channel


def _number(request: web.Request, name: str) -> float:
    try:
        value = float(request.query.get(name) or 0)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:
        raise Refused("bad_field", status=400, message=f"{name} is a number, 0 or more")
    return value

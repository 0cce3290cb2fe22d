"""The Slack app: parts lent to listeners by name, every delivery marked done, every failure told in words."""

import inspect
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot import acknowledgement
from bot.blocks.answers import Said, plainly
from bot.blocks.given_back import given_back
from bot.blocks.text import typed
from bot.delivery.inbox import once_key
from bot.delivery.slack_errors import code_of
from bot.listeners import Route, opens_a_view, routes
from bot.parts import Parts
from bot.people import Unknown
from bot.privately import is_shown
from bot.records.tables import Delivery

log = logging.getLogger(__name__)

TOO_LATE = "expired_trigger_id"
OPENED_ALREADY = "exchanged_trigger_id"  # Slack brought the same click twice


def create_app(parts: Parts, client: AsyncWebClient, who: AuthorizeResult) -> AsyncApp:
    """The app with all its routes; it is connected by wiring.

    Args:
        client: Bolt's own, for connections and private replies; it has no token, which comes with `who`.
        who: what Slack said of our token. Bolt would ask at the first delivery, and lose those that come while Slack
            doesn't answer.
    """
    prefix = parts.settings.command_prefix

    async def authorize() -> AuthorizeResult:
        return who

    app = AsyncApp(
        name="frontline",
        client=client,
        authorize=authorize,
        before_authorize=parts.inbox.recorder(partial(opens_a_view, prefix=prefix)),
        # Our own messages are left out by the listeners, which then mark their deliveries done.
        ignoring_self_events_enabled=False,
    )
    for route in routes(prefix):
        register = getattr(app, route.kind)
        register(route.on)(_lending(route, parts))

    async def on_error(
        error: Exception, body: dict[str, Any], context: AsyncBoltContext, response: BoltResponse | None
    ) -> BoltResponse | None:
        try:
            return await _on_error(parts, error, body, context, response)
        except SQLAlchemyError:
            log.exception("delivery %s can't be told that it failed; it is handled again", context.get("delivery_id"))
            parts.inbox.let_go(context.get("delivery_id"))
            return None

    app.error(on_error)
    return app


def _lending(route: Route, parts: Parts) -> Callable[[AsyncArgs], Awaitable[None]]:
    """The listener as Bolt calls it: given what it asks for by name, and its delivery done once it has returned."""
    wanted = inspect.signature(route.listener).parameters.keys()

    async def listener(args: AsyncArgs) -> None:
        args.context["is_handled"] = True
        offered = {**vars(args), "parts": parts, "delivery_id": args.context["delivery_id"]}
        await route.listener(**{name: offered[name] for name in wanted})
        await parts.inbox.done(args.context["delivery_id"])

    listener.__name__ = f"{route.listener.__module__}.{route.listener.__name__}"
    return listener


async def _on_error(
    parts: Parts, error: Exception, body: dict[str, Any], context: AsyncBoltContext, response: BoltResponse | None
) -> BoltResponse | None:
    """Log the failure under a short id and tell the person the same id.

    Args:
        response: what Slack gets; None when it has its acknowledgement already.
    """
    delivery_id = context.get("delivery_id")
    if "is_handled" not in context:
        # Failed before any listener: without an acknowledgement Slack brings it again, so it must be new then.
        log.error("a delivery came to no listener: %s", _trace(error))
        if not context.get("is_replay"):
            await parts.inbox.release(delivery_id)
        return None
    if code_of(error) == OPENED_ALREADY:
        return None if response is None else BoltResponse(status=200)
    short_id = secrets.token_hex(3)
    log.error("error %s (delivery %s): %s", short_id, delivery_id, _trace(error))
    if once_key(body) is None:  # somebody types, and waits for nothing: the next key tries again
        return None if response is None else BoltResponse(status=200)
    if response is None:
        await acknowledgement.sent()
    text = _in_words(error, short_id)
    answer = None if response is None else BoltResponse(status=200, body=_form_error(body, text) or "")
    if answer is None or not answer.body:
        await _tell(parts, body, context, text, short_id)
        await parts.inbox.done(delivery_id)
    else:
        await parts.inbox.release(delivery_id)  # the form stays open, and may be sent again
    return answer


async def apologise(parts: Parts, delivery: Delivery) -> None:
    """Tell the person that a delivery was given up, where they can be told."""
    short_id = secrets.token_hex(3)
    log.error("error %s (delivery %s): given up", short_id, delivery.id)
    text = f"I stopped more than once while working on what you asked (error {short_id}). Please ask again."
    await _post(parts, delivery.id, delivery.body, text, f"error:{delivery.id}")


def _in_words(error: Exception, short_id: str) -> str:
    if code_of(error) == TOO_LATE:
        return "Slack allows three seconds to open that, and they were over. Please try again."
    if isinstance(error, Unknown):
        return f"I could not check something with Slack (error {short_id}). Please try again in a minute."
    return f"Something went wrong on my side (error {short_id}). Please try again; if it stays, tell an admin that id."


def _form_error(body: dict[str, Any], text: str) -> dict[str, Any] | None:
    """Shown in the form that was sent, so that nothing typed is lost; None where there is no form."""
    if body.get("type") != "view_submission":
        return None
    fields = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
    return {"response_action": "errors", "errors": {fields[0]: text}} if fields else None


async def _tell(parts: Parts, body: dict[str, Any], context: AsyncBoltContext, text: str, short_id: str) -> None:
    respond = context.respond if body.get("response_url") else None
    said = _with_what_was_typed(body, text)
    if respond is not None and len(said) == 1 and await is_shown(respond, said[0], in_place="command" in body):
        return
    delivery_id = context.get("delivery_id")
    await _post(parts, delivery_id, body, text, f"error:{delivery_id or short_id}")


def _with_what_was_typed(body: dict[str, Any], text: str) -> list[Said]:
    """These words, and what stood after a command, which Slack keeps nowhere."""
    words = typed(body.get("text") or "") if "command" in body else ""
    return given_back(f"{text} This is what you typed:", f"{body['command']} {words}") if words else [plainly(text)]


async def _post(parts: Parts, delivery_id: int | None, body: dict[str, Any], text: str, key: str) -> None:
    """In the thread where a question was asked; by direct message for everything else that somebody did."""
    event = body.get("event") or {}
    is_question = event.get("type") in ("app_mention", "message") and "ts" in event
    user = body.get("user_id") or (body["user"]["id"] if isinstance(body.get("user"), dict) else None)
    channel = event.get("channel") if is_question else user
    if not channel:
        return  # an event that nobody waits for
    async with parts.database.write() as session:
        for number, said in enumerate(_with_what_was_typed(body, text)):
            await parts.outbox.put(
                session,
                key=f"{key}:{number}",
                channel=channel,
                thread_ts=event.get("thread_ts") or event.get("ts") if is_question else None,
                text=said.text,
                blocks=said.blocks,
                fallback_user=event.get("user"),
            )
        await parts.inbox.settle(session, delivery_id)
    parts.outbox.wake()


def _trace(error: Exception) -> str:
    """Where it happened. Not the error's own words, which may hold what somebody typed."""
    code = f" ({code_of(error)})" if isinstance(error, SlackApiError) else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}{code}\n{frames}"

"""The composition root: settings in, running parts out; what the terminal needs of them too is in `library`."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.acknowledgement import Socket
from bot.app import apologise, create_app
from bot.delivery import Clock
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.delivery.slack_errors import refusal
from bot.library import CannotStart, clock_from, open_library
from bot.live_forms import LiveForms
from bot.parts import Parts
from bot.people import People
from bot.records import choices, roles
from bot.records.database import Database, migrate
from bot.records.similar import Similar
from bot.settings import Settings, make_data_dir
from bot.streams import Streams
from jobs import digest, schedule
from knowledge.ingest import NoGuidesFolder
from knowledge.library import Library
from knowledge.words import Filters

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
DRAIN_S = 10
SWITCH_S = 0.0005  # how long a thinking thread may hold the loop up; Python's own 5 ms add up to seconds under load
CLOSING_S = 3


First = Callable[[Parts], Awaitable[None]]


def slack_client(settings: Settings, *, retries: bool, token: bool = True) -> AsyncWebClient:
    """A client for Slack's Web API; without retries for posts, whose unknown outcomes the outbox resolves."""
    if settings.slack_is_local:
        for name in PROXY_VARIABLES:
            os.environ.pop(name, None)
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)] if retries else [],
    )


class CannotGoOn(Exception):
    """A part that has to last has ended by itself; the message says which and what to do."""


@dataclass
class Running:
    """A started bot."""

    parts: Parts
    app: AsyncApp
    lasting: "tuple[asyncio.Task[None], ...]"  # inbox and outbox, which end when the bot does
    warmed: "asyncio.Future[None]"  # done once the index is complete; until then words alone are searched


@asynccontextmanager
async def started(
    settings: Settings, *, chat_model: "BaseChatModel | None" = None, first: First | None = None
) -> AsyncIterator[Running]:
    """A bot that is connected to Slack for as long as the context lasts.

    Args:
        first: done before it connects, once the guides are read.

    Raises:
        SettingsError: the data folder can't be used.
        CannotStart: Slack or the chat model can't be used.
        sqlalchemy.exc.DatabaseError: the database can't be used.
        AlreadyOwned: another bot, or a command, holds the index.
    """
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)  # Bolt reads these by itself, beside what it is given
    make_data_dir(settings)
    clock = clock_from(settings)
    url = settings.sync_database_url()
    await asyncio.to_thread(migrate, url)
    library = await asyncio.to_thread(open_library, settings, clock, chat_model)
    await asyncio.to_thread(library.open)
    sys.setswitchinterval(SWITCH_S)
    threads = 16 if chat_model or settings.chat_model else 4  # who waits for a chat model keeps no core busy
    thinking = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="think", initializer=_give_way)
    background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background", initializer=_give_way)
    parts = _parts(settings, clock, library, _runner(thinking))
    database, slack, outbox = parts.database, parts.slack, parts.outbox
    async with database.write() as session:
        await roles.seed(session, settings.admin_user_ids, clock())
        library.zone = await choices.zone(session)
    posting = keeping = warmed = handler = scheduler = commands = None
    try:
        with _slack_at_hand(settings):  # a wrong token is said at once, not at the first question
            us = await slack.auth_test()
            who = AuthorizeResult.from_auth_test_response(auth_test_response=us, bot_token=slack.token)
            # Only asked: slack_sdk would try a token that is refused again and again. The address stays unused.
            await slack.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
        app = create_app(parts, slack_client(settings, retries=True, token=False), who)
        posting = asyncio.create_task(outbox.run(), name="outbox")
        read = asyncio.Event()
        warmed = asyncio.ensure_future(_warm(parts, _runner(background), read))
        if first is not None:
            await read.wait()
            await first(parts)
        await parts.inbox.replay(app, partial(apologise, parts))
        keeping = asyncio.create_task(parts.inbox.keep(app, partial(apologise, parts)), name="inbox")
        handler = Socket(app, settings.slack_app_token.get_secret_value())
        handler.client.message_listeners.append(_warn_of_a_twin)
        await handler.connect_async()
        log.info("connected to Slack as %s in %s", us["user"], us["team"])
        scheduler = schedule.start(parts, _runner(background))
        commands = await _serve_commands(parts)
        yield Running(parts, app, (posting, keeping), warmed)
    finally:
        if scheduler is not None:
            scheduler.shutdown(wait=False)
        if handler is not None:
            # What can't be acknowledged any more comes again at the next start; Bolt would log it as a failure.
            app.logger.setLevel(logging.CRITICAL)
            await handler.close_async()
        with suppress(TimeoutError):
            await asyncio.wait_for(parts.inbox.drained(), DRAIN_S)
        if keeping is not None:
            keeping.cancel()
        outbox.stop()
        if posting is not None:
            await asyncio.wait({posting}, timeout=DRAIN_S)
        if commands is not None:
            await commands.cleanup()
        if warmed is not None:
            warmed.cancel()
        # A refresh stops after its batch, but a model that is still loading is not worth waiting for.
        await asyncio.wait({asyncio.get_running_loop().run_in_executor(thinking, library.close)}, timeout=CLOSING_S)
        thinking.shutdown(wait=False, cancel_futures=True)
        background.shutdown(wait=False, cancel_futures=True)
        await database.close()


@asynccontextmanager
async def at_rest(settings: Settings) -> AsyncIterator[Parts]:
    """The parts of a bot that does not run, its indexes closed: for commands that only look."""
    clock = clock_from(settings)
    with ThreadPoolExecutor(max_workers=1) as thinking:
        parts = _parts(settings, clock, open_library(settings, clock), _runner(thinking))
        yield parts
        await parts.database.close()


def _parts(settings: Settings, clock: Clock, library: Library, think: Any) -> Parts:
    database = Database(settings.sync_database_url())
    slack, posting = slack_client(settings, retries=True), slack_client(settings, retries=False)
    people = People(slack, database, clock)
    outbox = Outbox(database, posting, clock, people.is_shared)
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        slack=slack,
        inbox=Inbox(database, clock),
        outbox=outbox,
        streams=Streams(posting, outbox),
        people=people,
        library=library,
        similar=Similar(database, partial(think, library.embed), library.model),
        live_forms=LiveForms(slack),
        think=think,
    )


async def run(
    settings: Settings,
    *,
    first: First | None = None,
    beside: Callable[[Running], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Run until Ctrl-C or SIGTERM; what is being answered is finished first.

    Args:
        beside: goes on beside the bot once it is connected, until it is told to stop.

    Raises:
        CannotGoOn: nothing more would be posted, or taken over.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    async with AsyncExitStack() as stack:
        starting = asyncio.create_task(stack.enter_async_context(started(settings, first=first)))
        try:
            await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not starting.done():
                starting.cancel()
                await asyncio.wait({starting})
        if starting.cancelled():
            log.info("stopped before it was connected")
            return
        running = starting.result()
        task_beside = asyncio.create_task(beside(running)) if beside is not None else None
        try:
            await asyncio.wait({stopping, *running.lasting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if task_beside is not None:
                task_beside.cancel()
        for task in running.lasting:
            if task.done():
                log.critical("the %s ended by itself", task.get_name(), exc_info=task.exception())
                raise CannotGoOn(
                    f"Frontline stops, because its {task.get_name()} ended by itself; why is written above. "
                    "Start it again: what waits is not lost."
                )
        log.info("stopping; what is being answered is finished first")
    log.info("stopped")


def _give_way() -> None:
    """Let this thread, and those that it starts, run behind the loop, which has to answer Slack in time."""
    if sys.platform == "linux":  # elsewhere a priority is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _runner(executor: ThreadPoolExecutor) -> Any:
    async def in_executor(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(executor, partial(func, *args, **kwargs))

    return in_executor


async def _warm(parts: Parts, in_background: Any, read: asyncio.Event) -> None:
    """Take in the guides folder, then load the model and fill the index; words alone are searched meanwhile."""
    try:
        try:
            loop = asyncio.get_running_loop()
            summary = await in_background(parts.library.ingest, read=partial(loop.call_soon_threadsafe, read.set))
            for line in (*summary.in_words().splitlines(), *summary.refusals()):
                log.info("guides: %s", line)
        except NoGuidesFolder as error:
            log.error("%s", error)  # what was taken in before is still answered from
        await parts.people.resolve_owners(await in_background(parts.library.owners))
        await in_background(parts.library.warm)
        state = await in_background(parts.library.state)
        if state.fault:
            log.warning("%s", state.fault)
        else:
            log.info("the index is complete: %s guides in %s passages", state.guides, state.chunks)
    except Exception:  # the bot goes on with lexical search, and App Home and doctor show why
        log.exception("the index could not be completed; answers are found by words alone")


@contextmanager
def _slack_at_hand(settings: Settings) -> Iterator[None]:
    """Raises CannotStart when Slack refuses what we are, or can't be reached."""
    try:
        yield
    except SlackApiError as error:
        raise CannotStart(
            f"Slack did not accept the connection ({refusal(error).get('error')}). Check SLACK_APP_TOKEN (starts with "
            "xapp-) and SLACK_BOT_TOKEN (starts with xoxb-) in .env, then run `frontline doctor`."
        ) from None
    except (ClientError, OSError, TimeoutError):
        raise CannotStart(f"{settings.slack_api_url} can't be reached. Check the network and try again.") from None


async def _warn_of_a_twin(_: Any, message: dict[str, Any], __: str | None = None) -> None:
    if message.get("type") == "hello" and (message.get("num_connections") or 1) > 1:
        log.warning("another process is connected with the same tokens and takes some of the questions")


async def _serve_commands(parts: Parts) -> web.AppRunner | None:
    """Answer the commands of the same machine, on a socket file that only we may open."""

    async def ask(request: web.Request) -> web.Response:
        asked = await request.json()
        filters = Filters(**asked["filters"])
        answer = await parts.think(parts.library.answer, str(asked["question"]), filters=filters)
        return web.json_response(asdict(answer), dumps=_dumps)

    async def state(_: web.Request) -> web.Response:
        return web.json_response(asdict(parts.library.state()), dumps=_dumps)

    async def digests(_: web.Request) -> web.Response:
        return web.json_response({"words": await digest.in_words(parts)})

    server = web.Application()
    server.add_routes([web.post("/ask", ask), web.get("/state", state), web.get("/digests", digests)])
    path = parts.settings.socket_path
    runner = web.AppRunner(server)
    await runner.setup()
    try:
        path.unlink(missing_ok=True)
        await web.UnixSite(runner, str(path)).start()
        path.chmod(0o600)
    except OSError as error:
        await runner.cleanup()
        log.warning("`frontline ask` can't reach this bot (%s); a shorter DATA_DIR may help", error)
        return None
    return runner


def _dumps(value: Any) -> str:
    import json

    return json.dumps(value, default=str)

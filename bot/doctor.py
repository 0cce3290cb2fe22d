"""`frontline doctor`: is everything that Frontline stands on there? One line each, with the remedy."""

import asyncio
import platform
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from aiohttp import ClientError
from pydantic import BaseModel
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot import demo, running
from bot.delivery.slack_errors import refusal
from bot.library import CannotStart, chat_model_of, clock_from, open_library
from bot.manifest import SCOPES
from bot.people import People
from bot.records import choices, owners
from bot.records.database import Database, engine_for
from bot.settings import ROOT, Settings, SettingsError, load, missing_tokens, why_unwritable
from bot.wiring import slack_client
from knowledge.calibration import load as load_calibration
from knowledge.chat_model import ChatModel, Unusable
from knowledge.encoder import Encoder, ModelUnavailable
from knowledge.index import AlreadyOwned
from knowledge.ingest import NoGuidesFolder, guide_files
from knowledge.library import Library

WITH_TOKENS = ("scopes", "channels", "owners")
MIGRATIONS = ROOT / "bot" / "migrations"
APP_PAGE = "api.slack.com/apps › your app"


class Finding(NamedTuple):
    """One line of the examination; only a `fail` keeps Frontline from working."""

    level: Literal["ok", "warn", "fail"]
    what: str
    words: str
    remedy: str = ""

    def in_words(self) -> str:
        line = f"{self.level:4}  {self.what:8}  {self.words}"
        return f"{line} → {self.remedy}" if self.remedy else line


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which one thing stands on another."""
    yield _python()
    try:
        settings = load()
    except SettingsError as error:
        yield Finding("fail", "settings", str(error))
        return
    yield Finding("ok", "settings", "nothing unknown, nothing out of bounds")
    unwritable = why_unwritable(settings.data_dir)
    if unwritable:
        words = f"DATA_DIR {settings.data_dir} can't be written to ({unwritable})"
        yield Finding("fail", "settings", words, "name another in .env, or let Frontline write there")
    if not settings.admin_user_ids:
        yield Finding("warn", "settings", "nobody is an admin from the start", "set ADMIN_USER_IDS in .env")
    theirs = demo.in_use(settings)
    if theirs is not None:
        words = "without Slack tokens, database and guides are the demo's, as for `frontline ask`"
        yield Finding("ok", "demo", words)
    used = theirs or settings
    yield _folder(used.guides_dir)
    database = _database(used)
    yield database
    library = None
    if database.level == "ok" and not unwritable:
        with suppress(CannotStart):  # for the chat model, which is looked at below
            library = open_library(used, clock_from(used))
    yield from asyncio.run(_slack(settings, library))
    if library is not None:
        yield from _guides(used, library)
    else:
        yield Finding("warn", "index", "not looked at: it stands on the database, DATA_DIR and CHAT_MODEL")
    yield _model(used)
    yield from _chat(used)


def _python() -> Finding:
    try:
        return Finding("ok", "python", f"Python {platform.python_version()}, torch {version('torch')}")
    except PackageNotFoundError:
        return Finding("fail", "python", "torch is not installed", "make install")


def _folder(guides_dir: Path) -> Finding:
    """Where guides are taken in from, so that a folder that isn't yours is seen."""
    if not guides_dir.is_dir():
        return Finding("fail", "guides", f"there is no guides folder at {guides_dir}", "set GUIDES_DIR in .env")
    try:
        files, _ = guide_files(guides_dir.resolve())
    except NoGuidesFolder as error:
        return Finding("fail", "guides", str(error))
    if not files:
        return Finding("warn", "guides", f"there are no guides in {guides_dir}", "put some in, or correct GUIDES_DIR")
    return Finding("ok", "guides", f"{'1 file' if len(files) == 1 else f'{len(files):,} files'} in {guides_dir}")


def _database(settings: Settings) -> Finding:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    url = settings.sync_database_url()
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
            if unwritable := why_unwritable(Path(parsed.database or "").absolute().parent):
                words = f"{parsed.database} can't be made ({unwritable})"
                return Finding("fail", "database", words, "check DATABASE_URL and DATA_DIR")
            return Finding("warn", "database", f"{parsed.database} is not there yet", "`frontline run` makes it")
        engine = engine_for(url)
        with engine.connect() as connection:
            has = MigrationContext.configure(connection).get_current_revision()
        engine.dispose()
    except ModuleNotFoundError as error:
        return Finding(
            "fail", "database", str(error), "for PostgreSQL: .venv/bin/pip install -c constraints.txt -e '.[postgres]'"
        )
    except SQLAlchemyError as error:
        return Finding("fail", "database", _first_line(error), "check DATABASE_URL and DATA_DIR")
    shown = parsed.render_as_string(hide_password=True)
    scripts = ScriptDirectory(str(MIGRATIONS))
    if has is not None and has not in {script.revision for script in scripts.walk_revisions()}:
        words = f"{shown} belongs to another version of Frontline"
        return Finding("fail", "database", words, "install that one, or a newer one")
    if has != scripts.get_current_head():
        return Finding("warn", "database", f"{shown} has older tables", "`frontline run` brings them up to date")
    return Finding("ok", "database", f"{shown}, tables up to date")


async def _slack(settings: Settings, library: Library | None) -> list[Finding]:
    if missing := missing_tokens(settings):
        unseen = [Finding("warn", what, "not looked at: Slack can't be asked without tokens") for what in WITH_TOKENS]
        return [*(Finding("fail", "tokens", words) for words in missing), *unseen]
    client = slack_client(settings, retries=True)
    found = []
    try:
        async for finding in _tokens(client, settings):
            found.append(finding)
        if library is not None and found[0].level == "ok":
            async for finding in _places_and_people(client, settings, library):
                found.append(finding)
    except (ClientError, OSError, TimeoutError) as error:
        words = f"{settings.slack_api_url} can't be reached ({_first_line(error)})"
        found.append(Finding("fail", "tokens", words, "check the network and the proxy"))
    return found


async def _tokens(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Finding]:
    try:
        who = await client.auth_test()
    except SlackApiError as error:
        yield Finding(
            "fail", "tokens", f"SLACK_BOT_TOKEN: {_code(error)}", f"copy it from {APP_PAGE} › OAuth & Permissions"
        )
        return
    yield Finding("ok", "tokens", f"SLACK_BOT_TOKEN is {who['user']} in {who['team']}")
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
        yield Finding("ok", "tokens", "SLACK_APP_TOKEN opens connections")
    except SlackApiError as error:
        remedy = f"{APP_PAGE} › Basic Information › App-Level Tokens, with connections:write"
        yield Finding("fail", "tokens", f"SLACK_APP_TOKEN: {_code(error)}", remedy)
    for finding in scopes(who.headers.get("x-oauth-scopes", "")):
        yield finding


def scopes(header: str) -> Iterator[Finding]:
    """What Slack granted (the header `x-oauth-scopes`) held against what Frontline uses."""
    granted = {name.strip() for name in header.split(",")}
    missing = [scope for scope in SCOPES if scope.name not in granted]
    if not missing:
        yield Finding("ok", "scopes", f"all {len(SCOPES)} are granted")
    for scope in missing:
        yield Finding(
            "fail" if scope.kind == "required" else "warn",
            "scopes",
            f"{scope.name} is missing; it {scope.feature}",
            f"{APP_PAGE} › App Manifest: paste `frontline manifest`, then reinstall the app",
        )


async def _places_and_people(client: AsyncWebClient, settings: Settings, library: Library) -> AsyncIterator[Finding]:
    database = Database(settings.sync_database_url())
    await People(client, database, clock_from(settings)).resolve_owners(library.owners())
    async with database.read() as session:
        chosen = await choices.every(session)
        unresolved = await owners.unresolved(session)
    await database.close()
    for choice in choices.CHANNELS:
        yield await _channel(client, choice.replace("_", " "), chosen.get(choice))
    if not unresolved:
        yield Finding("ok", "owners", "every owner of a guide is known to Slack")
    for owner in unresolved:
        remedy = "correct the line `owner:` of their guides, then `frontline ingest`"
        yield Finding("warn", "owners", f"{owner.name}: {owner.problem}", remedy)


async def _channel(client: AsyncWebClient, name: str, channel_id: str | None) -> Finding:
    if channel_id is None:
        return Finding("warn", "channels", f"the {name} is not chosen", "open Frontline's Home tab as an admin")
    try:
        channel: dict[str, Any] = (await client.conversations_info(channel=channel_id))["channel"]
    except SlackApiError as error:
        return Finding("fail", "channels", f"the {name}: {_code(error)}", "choose another in Frontline's Home tab")
    if not channel.get("is_member"):
        return Finding("fail", "channels", f"the {name}: not in #{channel['name']}", "type /invite @Frontline there")
    return Finding("ok", "channels", f"the {name} is #{channel['name']}")


def _guides(settings: Settings, library: Library) -> Iterator[Finding]:
    state, asked = running.library_state(settings), "the running bot"
    if state is None:
        asked = "no bot runs"
        try:
            library.open()
        except AlreadyOwned as error:
            yield Finding("warn", "index", str(error), "try again in a moment, or restart the bot")
            return
        state = vars(library.state())
        library.close()
    if not state["guides"]:
        yield Finding("warn", "index", "there are no guides yet", "frontline ingest")
    elif state["fault"]:
        yield Finding("fail", "index", state["fault"], "restart the bot; it rebuilds the index from the database")
    else:
        words = f"{state['guides']} guides, {state['vectors']} of {state['chunks']} passages indexed ({asked})"
        if asked == "no bot runs" and state["vectors"] < state["chunks"]:  # a bot is about to
            yield Finding("warn", "index", f"{words}, the others found by words alone", "frontline ingest")
        else:
            yield Finding("ok", "index", words)
    for key, reason in state["refused"]:
        yield Finding("warn", "guides", f"{key} was refused: {reason}")
    own = settings.data_dir / "calibration.json"
    if own.exists():
        yield Finding("ok", "answers", f"given by {own}, a calibration of your own: {load_calibration(own).how}")


def _model(settings: Settings) -> Finding:
    try:
        exports = settings.data_dir / "models"
        encoder = Encoder(
            settings.embedding_model, exports if exports.is_dir() else None
        )  # a look leaves nothing behind
        encoder.load()
    except ModelUnavailable as error:
        return Finding("fail", "model", str(error))
    return Finding("ok", "model", f"{encoder.name} loads, at {encoder.precision}")


class _Reply(BaseModel):
    ready: bool


def _chat(settings: Settings) -> Iterator[Finding]:
    """Whether the chat model answers; while it doesn't, the guides are quoted."""
    try:
        model = chat_model_of(settings)
    except CannotStart as error:
        yield Finding("fail", "chat", str(error))
        return
    if model is None:
        for name in ("chat_api_key", "chat_base_url"):
            if str(getattr(settings, name)):
                words = f"{name.upper()} is set, but no chat model, so guides are quoted"
                yield Finding("warn", "chat", words, "set CHAT_MODEL in .env, or take that line away")
        return
    try:
        deadline = time.monotonic() + settings.chat_timeout_s
        "".join(ChatModel(model, settings.chat_timeout_s).ask("Are you ready? Reply in JSON.", _Reply, deadline))
    except Unusable as error:
        cause = error.__cause__
        status = getattr(cause, "status_code", None)
        why = f" ({type(cause).__name__}{f', HTTP {status}' if status else ''})" if cause else ""
        words = f"{settings.chat_model} {error}{why}, so guides are quoted"
        yield Finding("warn", "chat", words, "check CHAT_MODEL, CHAT_API_KEY and CHAT_BASE_URL in .env")
    else:
        yield Finding("ok", "chat", f"{settings.chat_model} answers")


def _code(error: SlackApiError) -> str:
    return f"Slack says {refusal(error).get('error')}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]

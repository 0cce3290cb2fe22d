"""The guides as the settings have them; light, for a question from the terminal needs no Slack."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.records.database import engine_for
from bot.settings import Settings
from knowledge.encoder import Encoder
from knowledge.library import Library

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


PROVIDERS = ("openai", "anthropic", "ollama")  # of chat models: each is an extra in pyproject.toml, pinned and tried


class CannotStart(Exception):
    """Something outside Frontline is missing; the message says what and what to do."""


def clock_from(settings: Settings) -> Callable[[], datetime]:
    """The one place where the time is read: now, or the instant that a test starts at and real pace from there."""
    if settings.now_at_start is None:
        return lambda: datetime.now(UTC)
    ahead = settings.now_at_start - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead


def open_library(
    settings: Settings, clock: Callable[[], datetime], chat_model: "BaseChatModel | None" = None, *, exact: bool = False
) -> Library:
    """The guides, ready for `open`; the database must be migrated."""
    return Library(
        engine_for(settings.sync_database_url()),
        settings.data_dir / "index",
        Encoder(settings.embedding_model, settings.data_dir / "models"),
        chat_model or chat_model_of(settings),
        root=settings.guides_dir,
        clock=clock,
        calibration=settings.data_dir / "calibration.json",
        exact=exact,
        chat_timeout_s=settings.chat_timeout_s,
    )


def chat_model_of(settings: Settings) -> "BaseChatModel | None":
    """The chat model that is set; None where none is. Raises CannotStart where it can't be used."""
    if not settings.chat_model:
        return None
    if settings.chat_model.endswith(":"):
        raise CannotStart(f"CHAT_MODEL={settings.chat_model} names no model. Write its name behind the provider.")
    from langchain.chat_models import init_chat_model

    given: dict[str, Any] = {"timeout": settings.chat_timeout_s, "max_retries": 0, "temperature": 0}
    if settings.chat_api_key.get_secret_value():
        given["api_key"] = settings.chat_api_key.get_secret_value()
    if settings.chat_base_url:
        given["base_url"] = settings.chat_base_url
    try:
        model: BaseChatModel = init_chat_model(settings.chat_model, **given)
        return model
    except Exception as error:  # noqa: BLE001 - every provider has its own errors for a wrong name or a missing key
        raise CannotStart(f"CHAT_MODEL={settings.chat_model} {_why_not(error, settings)}") from None


def _why_not(error: Exception, settings: Settings) -> str:
    """What is wrong with the chat model, and what to write."""
    said = _without_values(error)
    if isinstance(error, ImportError):
        provider = re.search(r"langchain-([a-z-]+)", said)
        if provider is None:
            return f"needs a package that isn't installed: {said}"
        package = f"-c constraints.txt -e '.[{provider[1]}]'" if provider[1] in PROVIDERS else provider[0]
        return f"needs one more package: .venv/bin/pip install {package}"
    if "model provider" in said:
        forms = ", ".join(f"{name}:…" for name in PROVIDERS)
        return f"names no provider of chat models. Write one before the name of the model: {forms}."
    if re.search(r"api_?key|credentials", said, re.IGNORECASE) and not settings.chat_api_key.get_secret_value():
        return "needs the provider's key: set CHAT_API_KEY in .env."
    return f"can't be used: {said}"


def _without_values(error: Exception) -> str:
    """What is wrong; a validator's own text repeats what it was given, the key among it."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{one['loc'][-1] if one['loc'] else 'settings'}: {one['msg']}" for one in error.errors())
    return str(error)

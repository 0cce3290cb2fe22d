"""The running parts that wiring makes and lends to listeners and jobs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import Clock
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.live_forms import LiveForms
from bot.people import People
from bot.records.database import Database
from bot.records.similar import Similar
from bot.settings import Settings
from bot.streams import Streams
from knowledge.library import Library

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Think(Protocol):
    """Runs a slow synchronous call in the bounded executor, so that the loop keeps answering Slack."""

    def __call__(
        self, func: Callable[Args, Result], /, *args: Args.args, **kwargs: Args.kwargs
    ) -> Awaitable[Result]: ...


@dataclass(frozen=True)
class Parts:
    """Everything a listener may ask for by name."""

    settings: Settings
    clock: Clock
    database: Database
    slack: AsyncWebClient
    inbox: Inbox
    outbox: Outbox
    streams: Streams
    people: People
    library: Library
    similar: Similar
    live_forms: LiveForms
    think: Think

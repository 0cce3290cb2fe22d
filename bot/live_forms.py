"""Forms that answer while somebody types in them."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.kit import View
from bot.delivery.slack_errors import code_of

PAUSE_S = 0.4  # of typing, before anything is looked up
MOST_OPEN = 1_000  # forms that are remembered
OVERTAKEN = ("hash_conflict", "not_found", "view_not_found")  # changed or closed meanwhile: what we know is stale


@dataclass
class _Open:
    typed: int = 0
    hash: str = ""


class LiveForms:
    """Only the newest typing counts, and it is answered only on the form as it stands then."""

    def __init__(self, slack: AsyncWebClient) -> None:
        self._slack = slack
        self._open: OrderedDict[str, _Open] = OrderedDict()

    async def is_typed_out(self, body: dict[str, Any]) -> int | None:
        """Wait for a pause in the typing; the number of this typing, or None when more was typed meanwhile."""
        form = self._form(body["view"]["id"])
        form.typed += 1
        mine = form.typed
        await asyncio.sleep(PAUSE_S)
        return mine if form.typed == mine else None

    async def redraw(self, body: dict[str, Any], typing: int, view: View) -> bool:
        """Change the form below what is being typed; False when it was overtaken, and nothing was changed.

        Inputs keep what is typed in them as long as they keep their block and action ids.
        """
        form = self._form(body["view"]["id"])
        if form.typed != typing:
            return False
        try:
            # The payload's hash is older than our own last change when somebody types faster than Slack tells us.
            answer = await self._slack.views_update(
                view_id=body["view"]["id"], hash=form.hash or body["view"]["hash"], view=view
            )
        except SlackApiError as error:
            if code_of(error) not in OVERTAKEN:
                raise
            form.hash = ""
            return False
        form.hash = answer["view"]["hash"]
        return True

    def forget(self, view_id: str) -> None:
        """The form shows something else now, or was sent: typing on its way counts no more."""
        self._form(view_id).typed += 1
        self._form(view_id).hash = ""

    def _form(self, view_id: str) -> _Open:
        form = self._open.setdefault(view_id, _Open())
        self._open.move_to_end(view_id)
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return form

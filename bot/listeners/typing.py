"""Answering while somebody writes in a form: once they pause, and never with something older over something newer."""

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.kit import View
from bot.delivery import refusal

PAUSE_S = 0.4
PASSED_BY = ("hash_conflict", "not_found", "view_not_found")  # the form has changed or is closed meanwhile


class Pauses:
    """Knows the latest key stroke in each open form."""

    def __init__(self) -> None:
        self._latest: dict[str, object] = {}

    async def paused(self, view_id: str) -> bool:
        """Wait for a pause; False when somebody wrote on meanwhile, so that a later call answers."""
        stroke = self._latest[view_id] = object()
        await asyncio.sleep(PAUSE_S)
        if self._latest.get(view_id) is not stroke:
            return False
        del self._latest[view_id]
        return True


async def change(slack: AsyncWebClient, seen: dict[str, Any], view: View) -> bool:
    """Replace a form that is still as it was seen, what is typed in it kept; False when it is not, and nothing is done.

    Args:
        seen: the form as Slack sent it with the key stroke.
        view: with the same block and action ids wherever something may be typed.
    """
    try:
        await slack.views_update(view_id=seen["id"], hash=seen["hash"], view=view)
    except SlackApiError as error:
        if refusal(error).get("error") not in PASSED_BY:
            raise
        return False
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False  # a hint is not worth telling that it didn't come
    return True

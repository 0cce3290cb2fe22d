"""Opening a modal within Slack's three seconds and filling it in afterwards."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import acknowledgement
from bot.blocks.kit import View, loading, notice
from bot.blocks.text import kept
from bot.delivery.slack_errors import FAILURES, code_of


async def show(slack: AsyncWebClient, body: dict[str, Any], view: View) -> str:
    """Open a modal, on top of the one that was clicked in if there is one; returns its id.

    Slack piles up three at most: a fourth takes the place of the one that was clicked in.
    """
    in_modal = (body.get("view") or {}).get("type") == "modal"
    call = slack.views_push if in_modal else slack.views_open
    try:
        return str((await call(trigger_id=body["trigger_id"], view=view))["view"]["id"])
    except SlackApiError as error:
        if code_of(error) != "push_limit_reached":
            raise
    await fill(slack, body["view"]["id"], view)
    return str(body["view"]["id"])


async def show_then_fill(
    slack: AsyncWebClient, body: dict[str, Any], title: str, callback_id: str, make: Callable[[], Awaitable[View]]
) -> None:
    """Open an empty modal at once, then make what goes into it."""
    view_id = await show(slack, body, loading(title, callback_id))
    try:
        await fill(slack, view_id, await make())
    except Exception:
        with suppress(*FAILURES):
            words = "Something went wrong. Please close this and try again."
            await fill(slack, view_id, notice(title, words, callback_id))
        raise


async def fill(slack: AsyncWebClient, view_id: str, view: View) -> None:
    """Put something else into an open modal; nothing happens when the person has closed it."""
    await acknowledgement.sent()  # which may hold another view for the same modal
    try:
        await slack.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if code_of(error) not in ("not_found", "view_not_found"):
            raise


def several(view: dict[str, Any], block_id: str) -> list[str]:
    """What was chosen where several may be: people, or the values of check boxes."""
    for state in view["state"]["values"].get(block_id, {}).values():
        options = [option["value"] for option in state.get("selected_options") or []]
        return [str(one) for one in state.get("selected_users") or options]
    return []


def answers(view: dict[str, Any]) -> dict[str, str]:
    """What was filled in, by block id; an empty string where nothing was."""
    found = {}
    for block_id, elements in view["state"]["values"].items():
        for state in elements.values():
            option = (state.get("selected_option") or {}).get("value")
            picked = (state.get(f"selected_{kind}") for kind in ("user", "conversation", "date", "time"))
            value = state.get("value") or next(filter(None, picked), None) or option
            found[block_id] = kept(str(value or ""))
    return found

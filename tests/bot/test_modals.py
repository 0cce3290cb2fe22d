"""Windows that are opened at once and filled in afterwards."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.blocks import kit
from bot.listeners import modals

CLICK = {"trigger_id": "1"}
IN_A_WINDOW = {**CLICK, "view": {"id": "VBELOW", "type": "modal"}}


class Windows:
    """What Slack shows; it may refuse a call."""

    def __init__(self, **refusals: str) -> None:
        self.shown: dict[str, str] = {}
        self._refusals = refusals

    async def views_open(self, *, view: kit.View, **_: Any) -> Any:
        return self._show("open", "VNEW", view)

    async def views_push(self, *, view: kit.View, **_: Any) -> Any:
        return self._show("push", "VNEW", view)

    async def views_update(self, *, view_id: str, view: kit.View) -> Any:
        return self._show("update", view_id, view)

    def _show(self, call: str, view_id: str, view: kit.View) -> Any:
        if call in self._refusals:
            raise SlackApiError(call, {"ok": False, "error": self._refusals[call]})
        self.shown[view_id] = view["blocks"][0]["text"]["text"]
        return {"view": {"id": view_id}}


async def found() -> kit.View:
    return kit.notice("Ideas", "Found.", "ideas")


async def broken() -> kit.View:
    raise ZeroDivisionError


async def show(slack: Any, body: dict[str, Any], make: Any = found) -> None:
    await modals.show_then_fill(slack, body, "Ideas", "ideas", make)


async def test_a_fourth_window_takes_the_place_of_the_third() -> None:
    """Slack piles up no more than three."""
    slack = Windows(push="push_limit_reached")
    await show(slack, IN_A_WINDOW)
    assert slack.shown == {"VBELOW": "Found."}


async def test_a_window_that_can_not_be_filled_says_so() -> None:
    """It would say for ever that it is loading; why is for the log."""
    slack = Windows()
    with pytest.raises(ZeroDivisionError):
        await show(slack, CLICK, broken)
    assert slack.shown == {"VNEW": "Something went wrong. Please close this and try again."}


async def test_a_window_that_was_closed_meanwhile_stays_closed() -> None:
    """Nobody waits for what was to be in it."""
    slack = Windows(update="not_found")
    await show(slack, CLICK)
    assert slack.shown == {"VNEW": "Loading…"}


@pytest.mark.parametrize(("call", "why"), [("open", "expired_trigger_id"), ("update", "invalid_arguments")])
async def test_any_other_refusal_is_a_fault(call: str, why: str) -> None:
    """Whoever clicked is told by the one that handles faults."""
    with pytest.raises(SlackApiError) as refusal:
        await show(Windows(**{call: why}), CLICK)
    assert refusal.value.response["error"] == why

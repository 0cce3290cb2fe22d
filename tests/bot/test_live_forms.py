"""Forms that answer while somebody types."""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.live_forms import LiveForms

TYPED = {"view": {"id": "V1", "hash": "1.a"}}


async def test_only_the_last_of_what_is_typed_together_is_answered() -> None:
    """What comes within the pause is looked up once; another form is not held up by it."""
    forms = LiveForms(AsyncWebClient())
    other = {"view": {"id": "V2", "hash": "1.b"}}

    first, second, elsewhere = await asyncio.gather(*map(forms.is_typed_out, (TYPED, TYPED, other)))

    assert (first, second, elsewhere) == (None, 2, 1)


async def test_an_answer_that_was_overtaken_changes_nothing() -> None:
    """More was typed, or the form shows something else: Slack is not even asked."""
    forms = LiveForms(AsyncWebClient(base_url="http://127.0.0.1:9/"))
    typing = await forms.is_typed_out(TYPED)
    assert typing is not None
    forms.forget("V1")

    assert await forms.redraw(TYPED, typing, {}) is False

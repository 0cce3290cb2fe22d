"""Home when Slack can't say who somebody is, and what the Messages tab suggests."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.listeners import home
from bot.people import Unknown


async def test_doubt_is_told_in_home() -> None:
    """Neither a blank tab nor an old one that may no longer be theirs to see."""
    published: list[dict[str, Any]] = []

    async def roles_of(_: str) -> set[str]:
        raise Unknown("users.info")

    async def views_publish(*, user_id: str, view: dict[str, Any]) -> None:
        published.append(view)

    slack = SimpleNamespace(views_publish=views_publish)
    await home.publish(SimpleNamespace(people=SimpleNamespace(roles_of=roles_of), slack=slack), "UANA")  # type: ignore[arg-type]

    assert [block["text"]["text"] for view in published for block in view["blocks"]] == [home.UNSURE]


@pytest.mark.parametrize("is_sample", [True, False])
async def test_the_questions_of_the_sample_are_suggested_with_its_guides_only(is_sample: bool) -> None:
    """An admin's own guides would not answer them."""
    suggested: list[dict[str, str]] = []

    async def suggest(*, prompts: list[dict[str, str]], **_: Any) -> None:
        suggested.extend(prompts)

    async def think(verb: Any, *given: Any) -> Any:
        return verb(*given)

    slack = SimpleNamespace(assistant_threads_setSuggestedPrompts=suggest)
    parts: Any = SimpleNamespace(slack=slack, think=think, library=SimpleNamespace(has=lambda _: is_sample))
    await home.opened({"tab": "messages", "user": "UANA", "channel": "D1"}, parts)

    assert [one["message"] for one in suggested] == [question for _, question, _ in home.EXAMPLES] * is_sample

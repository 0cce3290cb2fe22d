"""Home when Slack can't say who somebody is."""

from types import SimpleNamespace
from typing import Any

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

"""How a question's answer is put before people."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.listeners.questions import render, whom_to_ask
from knowledge.answers import Answer, Outcome, Part
from tests.bot.test_blocks import CITATION, elements


class People:
    """Chloé owns every guide."""

    async def owner_names(self, owners: Any) -> dict[str, str]:
        return dict.fromkeys(owners, "Chloé Martin")

    async def resolve_owner(self, owner: str) -> list[str]:
        return ["UCHLOE"]

    async def names(self, users: list[str]) -> list[str]:
        return ["Chloé Martin" for _ in users]


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        (Outcome.ANSWERED, []),
        (Outcome.PARTLY, ["Ask Chloé Martin"]),
        (Outcome.NOT_IN_GUIDES, ["Ask Chloé Martin"]),
        (Outcome.FAULT, []),
    ],
)
async def test_the_owner_can_be_asked_what_the_guides_do_not_say_whole(outcome: Outcome, asked: list[str]) -> None:
    """Offered where nothing or only a part was found."""
    parts: Any = SimpleNamespace(people=People())
    said = await render(parts, 7, Answer(outcome, 0.5, (CITATION,), (CITATION,)))
    assert [button["text"]["text"] for button in elements(said.blocks, "ask_owner")] == asked


async def test_of_several_questions_the_owner_of_what_is_left_open_is_asked() -> None:
    """And not the owner of the quote that answers the other one."""

    class Owners(People):
        async def resolve_owner(self, owner: str) -> list[str]:
            return [owner]

    parts: Any = SimpleNamespace(people=Owners())
    near = replace(CITATION, owner="UNEAR")
    open_part = Part("Who pays?", Outcome.NOT_IN_GUIDES)
    partly = Answer(Outcome.PARTLY, 0.1, (replace(CITATION, owner="UQUOTED"),), (near,))
    assert await whom_to_ask(parts, replace(partly, parts=(open_part,))) == ["UNEAR"]
    assert await whom_to_ask(parts, partly) == ["UQUOTED"]

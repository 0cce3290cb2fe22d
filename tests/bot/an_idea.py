"""An idea to show, without a database."""

from datetime import date
from typing import Any

from bot.records.tables import Idea
from tests.conftest import NOW


def an_idea(**different: Any) -> Idea:
    """An open idea of Ana's."""
    given: dict[str, Any] = {
        "id": 1,
        "key": "view:V1",
        "author": "UANA",
        "title": "Text the engineer's arrival",
        "text": "Customers wait all day. A text with a one-hour window would help.",
        "stage": "onboarding",
        "tags": ["engineers"],
        "status": "open",
        "reason": "",
        "respond_by": date(2026, 11, 30),
        "created_at": NOW,
        "version": 1,
        "drawn_version": 0,
    }
    return Idea(**{**given, **different})

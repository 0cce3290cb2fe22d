"""Trouble on demand: what the next calls, envelopes and connections suffer."""

from __future__ import annotations

from typing import Any

from sandbox.arguments import Json, Refused

# Each kind of fault, and the fields it takes with their defaults.
KINDS: dict[str, Json] = {
    "duplicate": {"copies": 2, "times": 1, "event": None},
    "noack": {"times": 1, "event": None},
    "redeliver": {"envelope_id": None, "event": None, "times": 1},
    "disconnect": {"reason": "refresh_requested"},
    "delay": {"method": None, "seconds": 1.0, "times": 1, "after": False},
    "error": {"method": None, "error": "internal_error", "status": 200, "times": 1},
    "ratelimit": {"method": None, "retry_after": 1, "times": 1},
    "drop": {"method": None, "times": 1},
    "clear": {},
}
REASONS = ("warning", "refresh_requested", "link_disabled", "too_many_websockets", "close", "abort", "silence")
LIMITS = {"copies": (1, 20), "times": (1, 100_000), "seconds": (0, 120), "status": (200, 599), "retry_after": (0, 3600)}


class Faults:
    """The faults still to happen, oldest first. `method` null means any method; `response_url` counts as one."""

    def __init__(self) -> None:
        self.active: list[Json] = []

    def parse(self, body: Json) -> Json:
        kind = body.get("fault")
        if kind not in KINDS:
            raise Refused("unknown_fault", message=f"fault is one of {', '.join(KINDS)}")
        fields = KINDS[kind]
        if set(body) - {"fault", *fields}:  # one that is left out of account would strike more than was meant
            raise Refused("unknown_field", message=f"{kind} takes {', '.join(fields) or 'no fields'}")
        fault = {"fault": kind, **fields, **{name: body[name] for name in fields if body.get(name) is not None}}
        for name, value in fault.items():
            if name in LIMITS:
                low, high = LIMITS[name]
                if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                    raise Refused("bad_field", message=f"{name} is a number from {low} to {high}")
            elif name == "after":
                if not isinstance(value, bool):
                    raise Refused("bad_field", message="after is true or false")
            elif name == "reason" and value not in REASONS:
                raise Refused("bad_field", message=f"reason is one of {', '.join(REASONS)}")
            elif value is not None and not isinstance(value, str):
                raise Refused("bad_field", message=f"{name} is a string")
        return fault

    def add(self, fault: Json) -> None:
        self.active.append(fault)

    def take(self, kind: str, **about: Any) -> Json | None:
        """The oldest fault of this kind that fits, used up by one."""
        for fault in self.active:
            if fault["fault"] == kind and all(fault[name] in (None, value) for name, value in about.items()):
                fault["times"] -= 1
                if fault["times"] < 1:
                    self.active.remove(fault)
                return fault
        return None

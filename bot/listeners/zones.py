"""Time zones as people type them."""

import difflib
import zoneinfo
from functools import cache


def zone_named(typed: str) -> str | None:
    """A time zone as it is written, whatever the case and spaces; None for none."""
    return _zones().get(typed.lower().replace(" ", "_"))


def zones_like(typed: str) -> list[str]:
    """What may have been meant: a zone's city, or a name that looks alike."""
    wanted = typed.lower().replace(" ", "_")
    by_city = {name.rpartition("/")[2]: zone for name, zone in _zones().items()}
    if wanted in by_city:
        return [by_city[wanted]]
    return [_zones()[name] for name in difflib.get_close_matches(wanted, _zones(), n=1)]


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}

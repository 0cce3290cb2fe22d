"""How often Slack lets an app call: so many calls a minute by tier, and about one post a second in a channel."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_AT_ONCE, POSTS_PER_SECOND = 10, 1.0


@dataclass
class Bucket:
    """Holds so many calls and fills again with time."""

    left: float
    at: float


class Rates:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def wait(self, method: str, tier: int, channel: str) -> int:
        """Seconds until the call may be made; 0 when it counts as made now."""
        if tier:
            return self._take((method, ""), PER_MINUTE[tier], PER_MINUTE[tier] / 60)
        if method == "chat.postMessage":
            return self._take((method, channel), POSTS_AT_ONCE, POSTS_PER_SECOND)
        return 0

    def _take(self, key: tuple[str, str], most: int, per_second: float) -> int:
        now = self._clock()
        bucket = self._buckets.setdefault(key, Bucket(most, now))
        bucket.left, bucket.at = min(most, bucket.left + (now - bucket.at) * per_second), now
        if bucket.left < 1:
            return math.ceil((1 - bucket.left) / per_second)
        bucket.left -= 1
        return 0

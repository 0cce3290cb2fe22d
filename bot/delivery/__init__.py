"""Slack's deliveries handled once, and our posts seen once, across retries, restarts and crashes."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]

"""Slack's Web API, a family of methods a file."""

from sandbox.methods import (
    assistant,
    channels,
    chat,
    connect,
    conversations,
    files,
    marks,
    people,
    scheduled,
    streams,
    usergroups,
    views,
)
from sandbox.methods.table import METHODS, answer

__all__ = [
    "METHODS",
    "answer",
    "assistant",
    "channels",
    "chat",
    "connect",
    "conversations",
    "files",
    "marks",
    "people",
    "scheduled",
    "streams",
    "usergroups",
    "views",
]

"""Slack's Web API, a family of methods a file."""

from sandbox.methods import assistant, chat, conversations, people, streams, views
from sandbox.methods.table import METHODS, answer

__all__ = ["METHODS", "answer", "assistant", "chat", "conversations", "people", "streams", "views"]

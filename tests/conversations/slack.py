"""The sample company in the sandbox, as a test sees it: people ask Frontline and it answers."""

from typing import Any

from sandbox.testing import NeverHappened, Slack

__all__ = ["BOT", "Company", "NeverHappened", "actions", "as_typed", "words"]
BOT = "UFRONTLINE"


class Company(Slack):
    """The sandbox at one address."""

    def ask(self, user: str, question: str, channel: str = "C0ASK") -> dict[str, Any]:
        """Mention the bot with a question and wait for its one answer in the thread."""
        message = self.say(user, channel, f"<@{BOT}> {question}")
        return self.replies(channel, message["ts"], 1)[0]

    def click(self, user: str, message: dict[str, Any], action_id: str, **fields: Any) -> dict[str, Any]:
        """Click a button of a message as a person, in #ask-frontline where the message doesn't say."""
        channel = fields.pop("channel", None) or message.get("channel") or "C0ASK"
        return super().click(user, message, action_id, channel=channel, **fields)

    def direct(self, user: str) -> list[dict[str, Any]]:
        """What the bot has said to a person directly, oldest first."""
        channel = self.direct_channel(user)
        return [m for m in self.messages(channel) if m.get("user") == BOT or m.get("bot_id")] if channel else []

    def direct_channel(self, user: str) -> str | None:
        """The id of a person's direct messages with the bot."""
        return next((c["id"] for c in self.state()["channels"] if c.get("is_im") and c.get("user") == user), None)

    def quiet(self) -> None:
        """Wait until the bot has dealt with everything before: it answers in order within a direct message."""
        message = self.say("UKIRA", "dm", "help")
        self.until(lambda: self.thread(message["channel"], message["ts"]), "an answer to a last question")


def words(thing: Any) -> str:
    """Every text in a message, a view or a block, in reading order."""
    if isinstance(thing, dict):
        own = thing.get("text") if isinstance(thing.get("text"), str) else ""
        rest = [words(v) for k, v in thing.items() if k != "metadata" and not (k == "text" and isinstance(v, str))]
        return "\n".join(part for part in (own, *rest) if part)
    if isinstance(thing, list):
        return "\n".join(part for part in map(words, thing) if part)
    return ""


def as_typed(message: dict[str, Any]) -> str:
    """What a message gives back to the letter."""
    return "".join(b["text"]["text"] for b in message["blocks"] if b["text"]["type"] == "plain_text")


def actions(thing: Any, action_id: str) -> list[dict[str, Any]]:
    """Every element with this action id in a message or a view."""
    if isinstance(thing, dict):
        own = [thing] if thing.get("action_id") == action_id else []
        return own + [found for value in thing.values() for found in actions(value, action_id)]
    if isinstance(thing, list):
        return [found for value in thing for found in actions(value, action_id)]
    return []

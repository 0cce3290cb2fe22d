"""How long people wait: 200 questions spread over 20 conversations in the sandbox.

Run with the demo's requirements installed: ``python -m benchmarks.conversations``. Prints, in milliseconds, the time
from a question to its visible sign, to its answer, and to Slack's acknowledgement.
"""

import statistics
import tempfile
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conversations.conftest import Bot, ingested, sandbox_process
from tests.conversations.slack import BOT, Company

QUESTIONS = [
    "How long does a customer have to cancel after signing?",
    "Which light on the Brook 4 means there is no internet?",
    "When is an outage long enough for a credit?",
    "What do I check before I talk about an account on the phone?",
    "How soon must a complaint get its first reply?",
    "What is the difference between Heron and Heron Lite?",
    "Can a customer keep the phone number when moving home?",
    "How do I book an engineer visit?",
    "What do promoters and detractors mean?",
    "Does Frontline know the weather in Lisbon?",
]
PEOPLE = ["UANA", "UBEN", "UCHLOE", "UDEV", "UELENA", "UFINN", "UGRACE", "UHUGO", "UINES", "UJONAS"]
CONVERSATIONS = 20
EACH = 10


def converse(company: Company, number: int, asked: list[str]) -> None:
    """Ask one question after another, in the channel and in direct messages by turns."""
    user = PEOPLE[number % len(PEOPLE)]
    for turn in range(EACH):
        question = f"{QUESTIONS[(number + turn) % len(QUESTIONS)]} ({number}.{turn})"
        if number % 2:
            message = company.say(user, "C0ASK", f"<@{BOT}> {question}")
        else:
            message = company.say(user, "dm", question)
        asked.append(message["ts"])
        company.replies(message["channel"], message["ts"], 1)


def measure(company: Company, asked: Iterable[str], since: int) -> dict[str, list[float]]:
    """Milliseconds from each question to what followed it, read off the journal."""
    wanted = set(asked)
    starts = {ts: float(ts) for ts in wanted}
    found: dict[str, list[float]] = {"visible sign": [], "answer": [], "acknowledgement": []}
    seen: set[tuple[str, str]] = set()
    for entry in company.journal(since)["entries"]:
        arguments: dict[str, Any] = entry.get("arguments") or {}
        ts = arguments.get("thread_ts")
        kind = {"assistant.threads.setStatus": "visible sign", "chat.postMessage": "answer"}.get(
            entry.get("method", "")
        )
        if kind and ts in starts and (kind, ts) not in seen:
            seen.add((kind, ts))
            found[kind].append((datetime.fromisoformat(entry["at"]).timestamp() - starts[ts]) * 1000)
        if entry["kind"] == "envelope" and entry.get("acked_ms") is not None:
            found["acknowledgement"].append(entry["acked_ms"])
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sandbox_process(Path(folder)) as company:
        bot = Bot(company, ingested(Path(folder) / "data")).start()
        company.ask("UKIRA", "Are you there?")
        since = company.now()
        asked: list[str] = []
        threads = [threading.Thread(target=converse, args=(company, n, asked)) for n in range(CONVERSATIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = measure(company, asked, since)
        bot.stop()
    print(f"{len(asked)} questions in {CONVERSATIONS} conversations (milliseconds)")
    for kind, values in found.items():
        cuts = statistics.quantiles(values, n=100)
        print(f"{kind:16} n {len(values):4}  p50 {cuts[49]:7.0f}  p95 {cuts[94]:7.0f}  p99 {cuts[98]:7.0f}")


if __name__ == "__main__":
    main()

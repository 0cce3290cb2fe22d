"""How long people wait: 200 questions spread over 20 conversations in the sandbox.

Run with the demo's requirements installed: ``python -m benchmarks.conversations``. Prints, in milliseconds, the time
from a question to its visible sign, to its answer, and to Slack's acknowledgement.
"""

import statistics
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.answers import _library
from knowledge.encoder import Encoder
from knowledge.retriever import Retriever
from sandbox.testing import PATIENCE_S
from tests.conversations.conftest import Bot, ingested, sandbox_process
from tests.conversations.slack import Company, NeverHappened, words

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
PACE_S = 2.2  # one message a second in a place is the most that Slack takes


class Watch:
    """Follows the sandbox's journal from one thread, so that watching costs the bot as little as it can."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._since = company.now()
        self._news = threading.Condition()
        self.signs: dict[str, float] = {}  # by the thread's ts, when first seen
        self.answers: dict[str, float] = {}
        self.acks: list[float] = []
        threading.Thread(target=self._follow, daemon=True).start()

    def answered(self, ts: str) -> None:
        """Wait for the answer in a thread."""
        with self._news:
            if not self._news.wait_for(lambda: ts in self.answers, PATIENCE_S):
                raise NeverHappened(f"an answer in {ts}")

    def _follow(self) -> None:
        while True:
            try:
                page = self._company.journal(self._since, wait=10)
            except OSError:
                return  # the sandbox has been stopped
            self._since = page["next"]
            with self._news:
                for entry in page["entries"]:
                    self._note(entry)
                self._news.notify_all()

    def _note(self, entry: dict[str, Any]) -> None:
        kinds = {"assistant.threads.setStatus": self.signs, "chat.postMessage": self.answers}
        seen = kinds.get(entry.get("method", ""))
        if seen is not None and (ts := entry["arguments"].get("thread_ts")):
            seen.setdefault(ts, datetime.fromisoformat(entry["at"]).timestamp())
        if entry["kind"] == "envelope" and entry.get("acked_ms") is not None:
            self.acks.append(entry["acked_ms"])


def converse(company: Company, watch: Watch, number: int, asked: list[str]) -> None:
    """Ask one question after another by direct message, at the pace that Slack allows its answers."""
    user = PEOPLE[number % len(PEOPLE)]
    time.sleep(PACE_S * (number % len(PEOPLE)) / len(PEOPLE))  # people don't press at the same moment
    for turn in range(EACH):
        question = f"{QUESTIONS[(number + turn) % len(QUESTIONS)]} ({number}.{turn})"
        ts = company.say(user, "dm", question)["ts"]
        asked.append(ts)
        watch.answered(ts)
        time.sleep(PACE_S)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sandbox_process(Path(folder)) as company:
        bot = Bot(company, ingested(Path(folder) / "data")).start()
        company.until(
            lambda: "words alone" not in words(company.ask("UKIRA", "Is there a reconnection fee?")), "the index"
        )
        watch = Watch(company)
        asked: list[str] = []
        began = time.monotonic()
        for first in range(0, CONVERSATIONS, len(PEOPLE)):  # everybody has one at a time
            numbers = range(first, min(first + len(PEOPLE), CONVERSATIONS))
            threads = [threading.Thread(target=converse, args=(company, watch, n, asked)) for n in numbers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        took = time.monotonic() - began
        bot.stop()
        alone = retrieval(Path(folder) / "data")
    print(f"{len(asked)} questions in {CONVERSATIONS} conversations in {took:.0f} s (milliseconds)")
    show("visible sign", [(watch.signs[ts] - float(ts)) * 1000 for ts in asked])
    show("answer", [(watch.answers[ts] - float(ts)) * 1000 for ts in asked])
    show("acknowledgement", watch.acks)
    show("retrieval alone", alone)


def retrieval(data: Path) -> list[float]:
    """The same questions looked up without Slack, one after another, in milliseconds."""
    library = _library(data, data, Encoder(exports=data / "models"))
    library.warm()
    retriever = Retriever(library._engine, library._index, library._encoder)
    times = []
    for number in range(CONVERSATIONS * EACH):
        began = time.perf_counter()
        retriever.retrieve(f"{QUESTIONS[number % len(QUESTIONS)]} ({number})")
        times.append((time.perf_counter() - began) * 1000)
    library.close()
    return times


def show(kind: str, values: list[float]) -> None:
    cuts = statistics.quantiles(values, n=100)
    print(f"{kind:16} n {len(values):4}  p50 {cuts[49]:7.0f}  p95 {cuts[94]:7.0f}  p99 {cuts[98]:7.0f}")


if __name__ == "__main__":
    main()

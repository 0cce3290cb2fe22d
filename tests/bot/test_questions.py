"""How a question's answer is put before people."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext

from bot.blocks import questions as words
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.listeners.questions import (
    _in_essence,
    _not_one_question,
    _question_in,
    changed,
    mentioned,
    render,
    whom_to_ask,
)
from bot.records import questions
from bot.records.database import Database
from bot.records.tables import Question
from bot.streams import Streams
from bot.talk import without_emoji
from knowledge.answers import Answer, Outcome, Part, Sentence, as_json
from tests.bot.test_blocks import CITATION, elements
from tests.conftest import NOW, ours


class People:
    """Chloé owns every guide."""

    async def owner_names(self, owners: Any) -> dict[str, str]:
        return dict.fromkeys(owners, "Chloé Martin")

    async def resolve_owner(self, owner: str) -> list[str]:
        return ["UCHLOE"]

    async def names(self, users: list[str]) -> list[str]:
        return ["Chloé Martin" for _ in users]


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        (Outcome.ANSWERED, []),
        (Outcome.PARTLY, ["Ask Chloé Martin"]),
        (Outcome.NOT_IN_GUIDES, ["Ask Chloé Martin"]),
        (Outcome.FAULT, []),
    ],
)
async def test_the_owner_can_be_asked_what_the_guides_do_not_say_whole(outcome: Outcome, asked: list[str]) -> None:
    """Offered where nothing or only a part was found."""
    parts: Any = SimpleNamespace(people=People())
    said = await render(parts, Question(id=7, asker="UANA"), Answer(outcome, 0.5, (CITATION,), (CITATION,)))
    assert [button["text"]["text"] for button in elements(said.blocks, "ask_owner")] == asked


async def test_of_several_questions_the_owner_of_what_is_left_open_is_asked() -> None:
    """And not the owner of the quote that answers the other one."""

    class Owners(People):
        async def resolve_owner(self, owner: str) -> list[str]:
            return [owner]

    parts: Any = SimpleNamespace(people=Owners())
    near = replace(CITATION, owner="UNEAR")
    open_part = Part("Who pays?", Outcome.NOT_IN_GUIDES)
    partly = Answer(Outcome.PARTLY, 0.1, (replace(CITATION, owner="UQUOTED"),), (near,))
    assert await whom_to_ask(parts, replace(partly, parts=(open_part,))) == ["UNEAR"]
    assert await whom_to_ask(parts, partly) == ["UQUOTED"]


async def test_nobody_is_offered_to_ask_themselves() -> None:
    """Where the owner asks: another owner, the owner of the next guide, or another admin."""

    class Owners(People):
        async def resolve_owner(self, owner: str) -> list[str]:
            return owner.split()

        async def admins(self) -> list[str]:
            return ["UCHLOE", "UADMIN"]

    parts: Any = SimpleNamespace(people=Owners())
    answers = [
        Answer(Outcome.NOT_IN_GUIDES, 0.1, nearest=tuple(replace(CITATION, owner=owner) for owner in owners))
        for owners in (["UCHLOE UBEN"], ["UCHLOE", "UDEV"], ["UCHLOE"])
    ]
    assert [await whom_to_ask(parts, each, {"UCHLOE"}) for each in answers] == [["UBEN"], ["UDEV"], ["UADMIN"]]
    assert await whom_to_ask(parts, answers[2], {"UCHLOE", "UADMIN"}) == []


class Remembering:
    """A Slack that remembers what was called on which message; a stream's is 9.1."""

    def __init__(self) -> None:
        self.called: list[tuple[str, str | None]] = []

    def __getattr__(self, method: str) -> Any:
        async def call(**arguments: Any) -> dict[str, Any]:
            self.called.append((method, arguments.get("ts")))
            return {"ts": "9.1"}

        return call


@pytest.mark.parametrize(
    ("theirs", "taken_back"), [(None, ["chat_stopStream", "chat_delete"]), ("9.1", [])], ids=["beside", "in its place"]
)
async def test_a_stream_of_somebody_who_comes_second_goes(
    database: Database, theirs: str | None, taken_back: list[str]
) -> None:
    """Another process has answered meanwhile: no half answer stays beside its own, which may stand in its place."""
    slack: Any = Remembering()
    answer = Answer(Outcome.ANSWERED, 1.0, (CITATION,), sentences=(Sentence("Yes.", (0,)),))
    outbox = Outbox(database, slack, lambda: NOW, ours)

    async def think(_: Any, *__: Any, show: Any) -> Answer:
        show(Sentence("Yes.", (0,)))
        async with database.write() as session:
            await questions.finish(session, 1, "answered", as_json(answer), NOW)
            await outbox.put(session, key="answer:1", channel="C1", thread_ts="1.1", text="Yes.", stream_ts=theirs)
        return answer

    async def colleague(*_: Any) -> bool:
        return False

    people = People()
    people.is_outsider = people.shared_with_outsiders = colleague  # type: ignore[attr-defined]
    parts: Any = SimpleNamespace(
        settings=SimpleNamespace(command_prefix="", max_question_characters=2_000),
        clock=lambda: NOW,
        database=database,
        slack=slack,
        inbox=Inbox(database, lambda: NOW),
        outbox=outbox,
        streams=Streams(slack, outbox),
        people=people,
        library=SimpleNamespace(answer=None),
        think=think,
    )
    event = {"channel": "C1", "ts": "1.1", "user": "UANA", "text": "How long is the notice?"}
    context: Any = AsyncBoltContext({"bot_user_id": "UFRONTLINE"})
    await mentioned(event, {}, context, parts, 1)

    assert [method for method, ts in slack.called if ts == "9.1"] == taken_back


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        *(
            (said, words.WELCOME)
            for said in (
                "Thanks a lot!", "Thanks Frontline", "thank you, that helped", "ty!", "great, thx!!", "ok", "got it",
                "never mind", "bye", "sorry, wrong channel", "test", "👍", ":thumbsup:", "thanks :pray::skin-tone-2:",
                "@UANA thanks", "no thanks, that's all", "no problem", "nope, all good", "hi, thanks!", "yes",
                "cheers mate", "ta", "never mind, found it", "all sorted", "hiya, thanks",
            )
        ),
        *(
            (said, words.NOT_SO)
            for said in (
                "no", "wrong", "That's wrong", "it was wrong", "no help", "no good", "never worked", "you never helped",
                "that is not right", "you are wrong", "your answer is wrong, sorry", "👎", ":thumbsdown:",
                ":-1::skin-tone-2:", "wrong, thanks", "no that's all wrong", "thats wrong", "its wrong",
                "not what i meant", "thats not what i asked!", "no that’s not what I meant",
                "this is useless", "thats the wrong guide",
            )
        ),
        *(
            (said, words.ABOUT_ANSWER)
            for said in (
                "are you sure?", "where does it say that?", "which guide is that from?", "is that still valid?",
                "can you explain that in simpler words?", "what did I ask first?", "next", "hmm? Where is that from?",
                "thanks, but are you sure about that?", "sorry?", "Right?", "yes please", "r u sure", "what?",
                "tell me more", "more pls", "wheres that from", "what do u mean", "i dont understand",
            )
        ),
        *(
            (said, words.how_to(""))
            for said in (
                "good morning Frontline!", "👋", ":wave:", "?", "Hi all", "hi everyone", "Hi team", "good morning team",
                "👋 hi", "hello again, folks :smile:", ":wave::skin-tone-3: hey there", "@UANA hi", "help please",
                "What can you do?", "Hi Frontline, what can you do for me?", "what guides do you have", "Who are you?",
                "what's your name", "Hello! What’s your name?", "@UANA",
                "can u help me", "Hiya! I need help", "r u there?", "are you a bot", "how are you today",
            )
        ),
        *(
            (said, None)
            for said in (
                "ok so how long is the warranty?", "test line", "is that right for homes?", "where is it?",
                "explain the late fee", "no signal", "what do I say?", "no, the Lite", "help the team",
                "team evening window", "thanks! and for homes?", "is this ok",
                "more routers", "tell me more about the Heron", "not what i meant, the Lite", "what is it",
                "what do you mean by a chargeback?", "more than 10 users?",
                "got the wrong router", "it doesn't work", "found a guide dog", "can you help with a refund",
                "i need help with a bill", "how are you paid", "What do you do if it is red?",
                "who are you allowed to refund", "What can you do for the blind?",
            )
        ),
    ],
)  # fmt: skip
def test_talk_is_told_from_a_question(said: str, answer: str | None) -> None:
    """It is looked up no more than a greeting is, so that nothing later is understood by it."""
    parts: Any = SimpleNamespace(settings=SimpleNamespace(command_prefix="", max_question_characters=2_000))
    assert _not_one_question(said, parts) == answer


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("is theft covered :fire: :+1::skin-tone-3:", "is theft covered"),
        (":pray: is it 10:30:15 there?", "is it 10:30:15 there?"),
        ("Fees:\nlate fee: how much?", "Fees:\nlate fee: how much?"),
        (":fire::+1: Is arn:aws:s3 allowed?", "Is arn:aws:s3 allowed?"),
        ("users:profile:write, std::vector::at", "users:profile:write, std::vector::at"),
        ("What does :x: mean", "What does x mean"),
        ("is the :red_circle: light bad? :sob:", "is the red circle light bad?"),
        ("the customer is angry :rage: what now", "the customer is angry what now"),
        ("Who has aa:bb:cc:dd:ee:ff?", "Who has aa:bb:cc:dd:ee:ff?"),
        ("What is done on :503: :100:", "What is done on :503:"),
    ],
)
def test_emoji_are_no_words_of_a_question(typed: str, asked: str) -> None:
    """However Slack writes them."""
    assert without_emoji(typed) == asked


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("<@UB> <@U0ANA> How is NPS calculated?", "How is NPS calculated?"),
        ("<@UB|frontline> is <@W1> on <#C1|ask>?", "is   on #ask?"),
        ("<@UB>", ""),
        ("a &lt;@b&gt; c", "a <@b> c"),
        ("<!subteam^S07|@desk> <!here> <!channel> Is it due?", "Is it due?"),
        ("Is it due on <!date^1795824000^{date}|28 November>?", "Is it due on 28 November?"),
        ("<#C07> <#C07|> <https://x.example/a?b=1> Is it due?", "Is it due?"),
        ("Is <https://x.example|the form> for <mailto:a@x.example|a@x.example>?", "Is the form for a@x.example?"),
    ],
)
def test_mentions_are_no_words_of_a_question(sent: str, asked: str) -> None:
    """Slack writes them as numbers, which would count as names that no guide knows; so would bare addresses."""
    assert _question_in(sent) == asked


@pytest.mark.parametrize(
    ("changes", "is_answered"),
    [
        ({}, True),
        ({"edited": {"user": "UANA", "ts": "1700000700.0"}}, False),
        ({"edited": None}, False),
        ({"bot_id": "B1"}, False),
        ({"text": "ok thanks"}, False),
        ({"text": "thanks"}, False),
    ],
    ids=["at once", "late", "by nobody", "by a bot", "talk", "same"],
)
async def test_a_change_is_answered_that_a_person_makes_soon(
    changes: dict[str, Any], is_answered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what was no question, too, unless it is none still."""
    answered = []

    async def answer(event: dict[str, Any], *_: Any, **__: Any) -> None:
        answered.append(event["text"])

    monkeypatch.setattr("bot.listeners.questions._answer_in_thread", answer)
    message = {"user": "UANA", "ts": "1700000000.0", "text": "Is it due?", "edited": {"ts": "1700000060.0"}, **changes}
    event = {"channel": "D1", "message": message, "previous_message": {"text": "Thanks!"}}
    parts: Any = None
    await changed(event, {}, AsyncBoltContext({"bot_user_id": "UFRONTLINE"}), parts, 1)

    assert answered == ["Is it due?"] * is_answered


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("Is it due", "is it – due?!", True),
        ("A loss &lt; 24 hours?", "A loss &gt; 24 hours?", False),
        ("Kept at -18?", "Kept at 18?", False),
        ("An order of £50?", "An order of €50?", False),
    ],
)
def test_signs_that_count_make_another_question(before: str, after: str, is_same: bool) -> None:
    assert (_in_essence(_question_in(before)) == _in_essence(_question_in(after))) == is_same

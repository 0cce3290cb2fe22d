"""A message told apart: the questions in it, each by itself, and what is only said around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from knowledge.followups import LONGEST_CARRIED, both, stands_for
from knowledge.lexical import stems
from knowledge.names import QUALIFIERS, Names, word_set
from knowledge.questions import (
    ASKING_FOR,
    ATTRIBUTES,
    AUXILIARIES,
    DETERMINERS,
    ENOUGH_APART,
    LINK,
    NUMBER,
    OF_ELLIPSES,
    PREPOSITIONS,
    QUESTION_WORDS,
    WORD,
    meaning_of,
    names_something,
    says_enough,
    sentences_of,
    spelled_out,
    without_link,
)

ENOUGH_ALONE = 3  # words of meaning in a question that may do without what was said before it
MOST_TOLD_APART = 10  # questions of one message, and places where one sentence may fall in two
_SUBJECTS = DETERMINERS | word_set("i you he she it we they there these those customers people")
_ASKERS = word_set("i you he she we they customers people")
_TALK = re.compile(
    r"(?:hi|hello|hey|dear|good|morning|sorry|quick|anyone|anybody|team|guys|folks)\b(?!-\w)", re.IGNORECASE
)
_OF_IT = re.compile(r"\b(?:is|are|was|were|do|does|did|can|will) the [^\W_]+", re.IGNORECASE)
_SUBORDINATE = word_set("who what which whose why how whether where")
_JOINT = re.compile(r",?\s+(?=and\s)", re.IGNORECASE)
_OF_THEM = re.compile(r"(?:how many|which) (?:is|are|was|were|has|have|do|does|can|will)\b")
_GOES_ON = re.compile(r"(?:and|or|what about|how about)\b", re.IGNORECASE)


def without_openers(message: str, names: Names) -> str:
    """A message without the questions in front of its own that ask nothing yet: "Can I ask you something?"."""
    sentences = sentences_of(message)
    asking = _asking(sentences)
    first = next((at for at in asking if says_enough(sentences[at], names, 1)), -1)
    kept = [each for at, each in enumerate(sentences) if at >= first or at not in asking]
    return message if len(kept) == len(sentences) else " ".join(kept)


def asked_alone(message: str, names: Names) -> str | None:
    """What a message asks without the story around it: its questions, and what names or counts something.

    Where nothing ends with a question mark, the last sentence asks. One of few words ("What do we pay her?") takes the
    sentence before it along. None where that is all of the message, or where the question leans on the story ("Does it
    cost anything?").
    """
    sentences = sentences_of(message)
    asking = _asking(sentences)
    if sentences and len(meaning_of(WORD.findall(sentences[asking[0]]))) < ENOUGH_ALONE:
        asking.append(asking[0] - 1)
    told = {at for at, each in enumerate(sentences) if NUMBER.search(each) or names_something(each, names)}
    kept = [each for at, each in enumerate(sentences) if at in told.union(asking)]
    if len(kept) == len(sentences):
        return None
    story = " ".join(sentences[: asking[0]])
    leans = stands_for(sentences[asking[0]], [story], names) is not None
    return None if leans else " ".join(kept)


@dataclass(frozen=True)
class Apart:
    """One question of several in a message: as it is shown, as it is looked up, and all that stands before it."""

    question: str
    in_full: str
    before: str
    leans: bool  # whether it is looked up together with the one before it


def asked_apart(message: str, turns: Sequence[str], names: Names) -> list[Apart]:
    """The questions of a message that asks several things; fewer than two where it doesn't plainly.

    A question leans on the one before it as a follow-up does. One that says next to nothing by itself ("Any idea?",
    "How long?") is part of that one.
    """
    sentences = sentences_of(message)
    asking = _asking(sentences)
    if len(asking) > MOST_TOLD_APART:
        return []
    while asking and _is_talk(sentences[asking[0]]):
        del asking[0]
    before = story = " ".join(each for at, each in enumerate(sentences) if at not in asking)
    apart: list[Apart] = []
    for question in (half for at in asking for half in _halves(sentences[at])):
        turn = (apart[-1].in_full if apart else turns[-1] if turns else "")[: 2 * LONGEST_CARRIED]
        if apart:
            question = _of_a_sibling(question, apart[-1].question, names)
        stood = stands_for(question, [turn], names)
        leans = bool(apart) and stood is not None and stood.endswith(both("?", question)[1:])
        if apart and stood is None:
            question = _of_the_one_before(question, apart[-1].question, names)
        shown = without_link(question if stood is None or leans else stood)
        enough = ENOUGH_APART - (stood is None and _adds_subject(question))
        if apart and not (says_enough(shown, names, enough) and says_enough(apart[-1].question, names, 1)):
            whole = f"{apart[-1].question} {question}"
            apart[-1] = replace(apart[-1], question=whole, in_full=f"{apart[-1].in_full} {question}")
        else:
            shown = shown[0].upper() + shown[1:]
            apart.append(Apart(shown, stood or f"{story} {question}".strip(), before, leans))
        before = f"{before} {question}".strip()
    return apart


def _adds_subject(question: str) -> bool:
    """Whether it asks for one thing more, yes or no, and not for what the thing before has or costs: "and is there a
    slide", but not "and is there a charge".
    """
    begun = WORD.findall(without_link(question).casefold())[:1]
    adds = LINK.match(question) is not None and not AUXILIARIES.isdisjoint(begun) and _asks_outright(question)
    return adds and ATTRIBUTES.isdisjoint(stems(question))


def _of_a_sibling(question: str, before: str, names: Names) -> str:
    """The question before, for one that only names another of the kind: "Stream 500?", after "Is Stream 100 free?"."""
    named = [word for word in WORD.findall(without_link(question)) if word.casefold() not in DETERMINERS]
    kind = named[0] if named else ""
    if [kind.casefold()] != [name[0] for name, _ in names.spans_in(before)]:
        return question
    sibling = re.compile(rf"\b{kind}\b(?: (?:\d\w*|{'|'.join(QUALIFIERS)})\b)*", re.IGNORECASE)
    return sibling.sub(" ".join(named), before, count=1) if sibling.fullmatch(" ".join(named)) else question


def _of_the_one_before(question: str, before: str, names: Names) -> str:
    """A question on "the warranty", which is that of the product that the one before names."""
    if not _OF_IT.search(question) or says_enough(question, names, ENOUGH_APART):
        return question
    named = [before[start:end] for _, (start, end) in names.spans_in(before)][-1:]
    return ": ".join([*named, without_link(question) if named else question])


def _asking(sentences: Sequence[str]) -> list[int]:
    """The numbers of those that ask: the last one where nothing ends with a question mark, or where it goes on without
    ("Does it cover pets? What about gum").
    """
    asking = [at for at, each in enumerate(sentences) if each.endswith("?") or _asks_first(*sentences[at : at + 2])]
    last = len(sentences) - 1
    if sentences and last not in asking and (not asking or _goes_on(sentences[last])):
        asking.append(last)
    return asking


def _asks_first(sentence: str, then: str = "") -> bool:
    """Whether it asks though it ends with a full stop: "Can I pay by card. Also when is it due?"."""
    begun = [word.casefold() for word in WORD.findall(sentence)[:2]]
    is_asked = len(begun) > 1 and begun[0] in OF_ELLIPSES and begun[1] in _ASKERS
    return is_asked and sentence.endswith(".") and LINK.match(then) is not None


def _goes_on(sentence: str) -> bool:
    first = spelled_out(WORD.findall(without_link(sentence).casefold()))[:1]
    is_begun = _GOES_ON.match(sentence) or not (QUESTION_WORDS | PREPOSITIONS).isdisjoint(first)
    return sentence[-1] not in ".!…" and bool(is_begun)


def _halves(sentence: str, most: int = MOST_TOLD_APART) -> list[str]:
    """The questions in one sentence ("What does it cost and who pays?"), where all are plainly asked of us."""
    for joint in islice(_JOINT.finditer(sentence), most):
        first, second = sentence[: joint.start()], sentence[joint.end() :]
        tells = _SUBORDINATE & {word.casefold() for word in WORD.findall(without_link(first))[1:]}
        if not tells and _asks_outright(first) and _asks_outright(second):
            return [f"{first}?", *_halves(second, most - 1)]
    return [sentence]


def _is_talk(text: str) -> bool:
    """Whether it only speaks to somebody: "Hi team, anyone around today?"."""
    words = spelled_out([word.casefold() for word in WORD.findall(text)])
    return _TALK.match(text) is not None and QUESTION_WORDS.isdisjoint(words)


def _asks_outright(text: str) -> bool:
    """Whether it is a question of its own, and not "what it costs" or "how many are free"."""
    first, *words = spelled_out([word.casefold() for word in WORD.findall(without_link(text))]) or [""]
    if _OF_THEM.match(" ".join([first, *words])):
        return False
    if first in AUXILIARIES:
        return words[:1] != [] and words[0] in _SUBJECTS
    if first in {"who", "what", "which"} and words and words[0] not in _SUBJECTS:
        return True
    return first in ASKING_FOR and bool(AUXILIARIES & set(words[:3]))

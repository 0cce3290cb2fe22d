"""From a question to an answer that stands on passages: find, decide, then write."""

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine, select

from knowledge.answers import ONLY_WORDS, Answer, Outcome, Show
from knowledge.asides import without_asides
from knowledge.calibration import Calibration
from knowledge.chat_model import ChatModel
from knowledge.citations import Quotable
from knowledge.comparing import compared, is_on_all
from knowledge.extractive import CLOSE_PASSAGE, Evidence, Extractive, Writer, Written, marked_on, nearest
from knowledge.followups import condensed, is_whole, product_before, stands_for, with_matter_before
from knowledge.found import Found
from knowledge.index import NO_FILTERS, Index, reading
from knowledge.instructions import as_read, instructions_in
from knowledge.lexical import as_typed, covered, stems
from knowledge.names import Name, Names
from knowledge.products import is_on, is_on_sibling, path_of
from knowledge.questions import WORD, names_something, says_enough, things_in, without_link
from knowledge.retriever import Retriever
from knowledge.several import ENOUGH_ALONE, Apart, asked_alone, asked_apart, without_openers
from knowledge.superseded import is_put_away, supersedes
from knowledge.tables import Guide
from knowledge.together import MOST_APART, fitting, numbered_from, together, used
from knowledge.words import Filters

SOURCES = 8  # passages for a writer
LONGEST_MESSAGE = 4_000  # characters; a question may stand behind a long story
OF_UNKNOWN = 0.05  # most that a question on a product no guide knows is given; none of 548 answerable ones named any
LIKELIER = 0.05  # by how much, at least, a question alone is answered rather than with its story; that may matter
MOSTLY = 0.5  # of the words of one question of several, what a passage must have that another question found

NO_GUIDES = "There are no guides yet."
NO_SUCH_GUIDE = "No guide's front matter names that product or language."
NO_EDITION = "The guides have “{}”, and no edition of it for {}."
BEGINS_LATER = "“{}” holds from {} on, which is after what you ask about."
OTHER_HOLDS = "“{}” is quoted; the edition that holds is “{}”."
TOLD_APART = "This is about {}. If you mean {}, ask with its name: it may differ."
MOST_NAMED = 3  # siblings in such a note
WORDS_ALONE = "The index is still being built, so this was found by words alone."
NOT_YET = (
    "I have not found an answer yet. The guides are still being indexed, and until that is done I search by words "
    "alone: please ask again in a few minutes."
)
CHANGING = "The guides are just being changed. Please ask again in a moment."
IN_CHANGE = Answer(Outcome.FAULT, 0.0, notes=(CHANGING,))
SOME_MISSING = "Some new text is still being indexed; it was searched by words alone."

_ORDER = re.compile(
    r"\W*(?:please |now |and )?"
    r"(?:ignore|disregard|forget|override|reveal|leak|(?:print|repeat|show|output)(?: me)? (?:your|the))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Part:
    """One question of several, as it is shown and as it was looked up, and whether that answers it in part at most."""

    question: str
    in_full: str
    found: Found
    in_part: bool = False


class Answering:
    """Answers questions from one library of guides; any thread may ask."""

    def __init__(
        self,
        engine: Engine,
        index: Index,
        retriever: Retriever,
        writer: Writer,
        calibration: Calibration,
        chat_model: ChatModel | None = None,
    ) -> None:
        self._reading = reading(engine)
        self._index = index
        self._retriever = retriever
        self._writer = writer
        self._calibration = calibration
        self._chat_model = chat_model

    def answer(
        self,
        question: str,
        turns: Sequence[str] = (),
        filters: Filters = NO_FILTERS,
        show: Show | None = None,
    ) -> Answer:
        """The answer to a question, which may follow others, oldest first."""
        began = time.monotonic()
        says = self._index.words.lexical.says
        question, *turns = (without_asides(_readable(each), says) for each in (question, *turns))
        turns = self._without_missed(question, turns, filters)
        understood = condensed(question, turns, self._index.words.names, self._chat_model)
        asked = understood or question
        found = self.find(asked, filters)
        answer = self._answer_apart(question, turns, found, filters, show, began)
        if answer is None:
            alone = found
            found = found if understood else self.of_product_before(question, turns, found, filters)
            answer = self._answer_compared(asked, found, filters, show, began)
            if understood or found is not alone:
                answer = self._of_follow_up(question, found, answer)
        if answer.outcome is Outcome.NOT_IN_GUIDES and self._may_come(found, filters):
            answer = replace(answer, outcome=Outcome.FAULT, notes=(NOT_YET,))
        if found.features is None and self._index.words.guides and not self._index.words.within(filters):
            answer = replace(answer, notes=(NO_SUCH_GUIDE,))
        return replace(answer, understood=found.taken_as or understood)

    def _of_follow_up(self, question: str, found: Found, answer: Answer) -> Answer:
        """The answer to a follow-up, with what is said of what it names marked; a partial one where none of it is."""
        own = _things_of(question, found)
        if answer.outcome is not Outcome.ANSWERED or answer.parts or not own:
            return answer
        told = " ".join(text for each in answer.citations for text in (each.title, *each.headings, each.quote))
        if own.isdisjoint(stems(told)):
            near = nearest(self.evidence(found), answer.citations)
            answer = replace(answer, outcome=Outcome.PARTLY, nearest=near)
        if is_whole(question) or answer.sentences:
            return answer
        return replace(answer, citations=tuple(marked_on(own, each) for each in answer.citations))

    def _without_missed(self, question: str, turns: Sequence[str], filters: Filters) -> Sequence[str]:
        """The questions before, up to the last that found or named something: no follow-up leans on those behind it.

        All of them where there is none such, or where the question says enough by itself.
        """
        names = self._index.words.names
        if stands_for(question, turns, names) is None and says_enough(question, names, ENOUGH_ALONE):
            return turns
        for count in range(len(turns), 0, -1) if len(turns) > 1 else ():
            found = self.find(turns[count - 1], filters)
            is_on_something = found.unknown or found.unfamiliar or names_something(turns[count - 1], names)
            if is_on_something or self._outcome(found) is not Outcome.NOT_IN_GUIDES:
                return turns[:count]
        return turns

    def _answer_apart(
        self, message: str, turns: Sequence[str], whole: Found, filters: Filters, show: Show | None, began: float
    ) -> Answer | None:
        """Each question of a message that asks several, by itself; None where it is answered as one.

        Args:
            whole: what there is on the message as a whole.
        """
        apart = asked_apart(message, turns, self._index.words.names)
        if len(apart) < 2:
            return None
        asked = [of_it for each in apart for of_it in self._of_each(each, filters)]
        every = [self._look_up(each, whole, filters) for each in asked[:MOST_APART]]
        if any(each.found.is_changing for each in every):
            return IN_CHANGE
        missed = [each for each in every if self._outcome(each.found) is Outcome.NOT_IN_GUIDES]
        if len(missed) == len(every) or any(self._may_come(each.found, filters) for each in missed):
            return None
        return self._answer_each(every, [each.question for each in asked[MOST_APART:]], show, began)

    def _answer_compared(self, asked: str, found: Found, filters: Filters, show: Show | None, began: float) -> Answer:
        """The answer to a question; where it compares products, and no quote is on all of them, what there is on each,
        or a partial answer.
        """
        asked = found.taken_as or asked
        each = self._compared(asked, found)
        if not each:
            return self.answer_from(asked, found, show, began)
        every = [_Part(question, question, self.find(question, filters)) for question in each[:MOST_APART]]
        if all(self._outcome(of_it.found) is Outcome.NOT_IN_GUIDES for of_it in every):
            answer = self.answer_from(asked, found, None, began)
            return replace(answer, outcome=Outcome.PARTLY) if answer.outcome is Outcome.ANSWERED else answer
        return self._answer_each(every, (), show, began)

    def _answer_each(self, parts: Sequence[_Part], others: Sequence[str], show: Show | None, began: float) -> Answer:
        """The answers to several questions as one, which names those that are left for another time."""
        answers: list[Answer] = []
        for each in parts:
            shown = show and numbered_from(sum(len(used(answer)) for answer in answers), show)
            answer = self.answer_from(each.found.taken_as or each.in_full, each.found, shown, began)
            if answer.outcome is Outcome.FAULT:
                return answer
            answer = fitting(answer, len(parts))
            answers.append(replace(answer, outcome=Outcome.PARTLY) if each.in_part else answer)
        return together([*(each.question for each in parts), *others], answers)

    def _of_each(self, asked: Apart, filters: Filters) -> list[Apart]:
        """One question of several, or what it asks of each product that it compares."""
        is_comparing = compared(asked.in_full, self._index.words.names)
        each = self._compared(asked.in_full, self.find(asked.in_full, filters)) if is_comparing else ()
        return [Apart(question, question, asked.before, leans=False) for question in each] or [asked]

    def _compared(self, asked: str, found: Found) -> Sequence[str]:
        """What is asked of each product that a question compares; nothing where one quote is on all of them."""
        each = compared(asked, self._index.words.names)
        return () if not each or self._quotes_all(asked, found, each) else tuple(each.values())

    def _quotes_all(self, asked: str, found: Found, wanted: Collection[Name]) -> bool:
        """Whether one quote is on all products that are compared."""
        evidence = self.evidence(found)
        cited = Extractive().write(asked, evidence).citations if evidence.sources else ()
        quotes = [("\n".join((one.title, *one.headings)), one.quote) for one in cited]
        return is_on_all(asked, quotes, wanted, found.names)

    def _look_up(self, asked: Apart, whole: Found, filters: Filters) -> _Part:
        """What there is on one question of several.

        The product of a question before is put in front where a sibling of it is found. What only the whole message
        finds answers in part if it has the question's words, as does what the question before finds if it hasn't.
        """
        question, found, names = asked.question, self.find(asked.in_full, filters), self._index.words.names
        for name, (start, end) in names.spans_in(asked.before) if not names.known_in(question) else ():
            if _finds_sibling(found, name, names):
                question, in_full = (f"{asked.before[start:end]}: {each}" for each in (question, asked.in_full))
                return _Part(question, in_full, self.find(in_full, filters))
        outcome, other = self._outcome(found), self._outcome(whole)
        if outcome is Outcome.NOT_IN_GUIDES is not other and _has_words(whole, found, question):
            return _Part(question, question, whole, in_part=True)
        in_part = asked.leans and outcome is Outcome.ANSWERED and not _has_words(found, found, question)
        return _Part(question, asked.in_full, found, in_part)

    def of_product_before(
        self, question: str, turns: Sequence[str], found: Found, filters: Filters = NO_FILTERS
    ) -> Found:
        """What there is on a whole question that names no product ("How long is the warranty?"), asked of the one that
        the question before names.

        That holds where a sibling of it is found otherwise; and where the question says little, and a passage on the
        product is as likely and has as many of its words. Where no product was named, as `_of_matter_before`.

        Args:
            found: what there is on the question as it stands.
        """
        names = self._index.words.names
        product = product_before(question, turns, names)
        if found.features is None or found.unknown or found.unfamiliar:
            return found
        if product is None:
            return self._of_matter_before(question, turns, found, filters)
        name, written = product
        is_sibling = _finds_sibling(found, name, names)
        if not is_sibling and says_enough(question, names, ENOUGH_ALONE):
            return found
        asked = f"{written}: {without_link(question)}"
        of_that = self.find(asked, filters)
        if is_sibling:
            holds = any(self._outcome(each) is not Outcome.NOT_IN_GUIDES for each in (found, of_that))
        else:
            own, first = (_share_with_titles(each, found, question) for each in (of_that, found))
            holds = own >= first and self._likely(of_that) >= self._likely(found) - LIKELIER
            holds = holds and is_on(names, {name}, of_that.passages[0])
        return replace(of_that, taken_as=of_that.taken_as or asked) if holds else found

    def _of_matter_before(self, question: str, turns: Sequence[str], found: Found, filters: Filters) -> Found:
        """What there is on a question that says little ("Can I get a refund?"), asked together with the one before,
        where that finds as likely a passage with as many of its words, in another guide than the question alone does,
        or where that is answered only so.
        """
        asked = with_matter_before(question, turns, self._index.words.names)
        if asked is None:
            return found
        of_that = self.find(asked, filters)
        own, first = (_share_with_titles(each, found, question) for each in (of_that, found))
        is_other = self._outcome(found) is not Outcome.ANSWERED or _first_guide(of_that) != _first_guide(found)
        holds = is_other and own >= max(first, MOSTLY) and self._likely(of_that) >= self._likely(found) - LIKELIER
        return replace(of_that, taken_as=of_that.taken_as or asked) if holds else found

    def find(self, question: str, filters: Filters = NO_FILTERS) -> Found:
        """What there is on a question; on what it asks alone, where that is likelier answered than with its story.

        An order to an assistant ("Ignore all previous instructions") is not looked up; where that is all, nothing is
        found.
        """
        told = _without_orders(question)
        if told != question:
            if not re.search(r"\w", told):
                return Found((), None, dense=self._index.is_dense)
            found = self._find(told, filters)
            return replace(found, taken_as=found.taken_as or told)
        return self._find(question, filters)

    def _find(self, question: str, filters: Filters) -> Found:
        words = self._index.words
        question = without_openers(without_asides(question, words.lexical.says), words.names)
        found = self._retriever.retrieve(question, filters)
        alone = asked_alone(question, words.names)
        if alone is None:
            return found
        of_that = self._retriever.retrieve(alone, filters)
        of_that = replace(of_that, unfamiliar=of_that.unfamiliar or found.unfamiliar)  # its story may name the product
        if self._likely(of_that) < self._likely(found) + LIKELIER:
            return found
        return replace(of_that, taken_as=of_that.taken_as or alone)

    def answer_from(self, question: str, found: Found, show: Show | None = None, began: float | None = None) -> Answer:
        """The answer that stands on what was found, whichever way the decision falls.

        Args:
            began: when the asker began to wait, by the monotonic clock; now, when None.
        """
        notes = self._notes(found)
        if found.is_changing:
            return IN_CHANGE
        if found.features is None:
            return Answer(Outcome.NOT_IN_GUIDES, 0.0, notes=notes)
        likely, outcome = self._likely(found), self._outcome(found)
        evidence = self.evidence(found)
        if not evidence.sources or evidence.sources[0].passage is not found.passages[0]:
            return IN_CHANGE  # the decision was on what is no longer there
        if found.unknown or found.unfamiliar:
            notes = (_not_mentioned(found.unknown or found.unfamiliar), *notes)
        if outcome is Outcome.NOT_IN_GUIDES:
            return Answer(Outcome.NOT_IN_GUIDES, likely, nearest=nearest(evidence, ()), notes=notes)
        if not found.unfamiliar and _is_on_sibling_alone(found):
            notes = (_on_another(found), *notes)
        if found.missed:
            notes = (NO_EDITION.format(*found.missed), *notes)
        if begins := _begins_later(found):
            title, since = begins
            notes = (BEGINS_LATER.format(title, f"{since.day} {since:%B %Y}"), *notes)
        written = self._writer.write(question, evidence, show, began)
        notes = (*_edition_that_holds(found, written), *_of_one_alone(found, written), *notes)
        if written.outcome is Outcome.PARTLY:  # however likely it reads
            likely = min(likely, self._partial(found))
        outcome = written.outcome or outcome
        return Answer(
            outcome,
            likely,
            citations=written.citations,
            nearest=nearest(evidence, written.citations) if outcome is Outcome.PARTLY else (),
            sentences=written.sentences,
            notes=(*written.notes, *notes),
        )

    def _likely(self, found: Found) -> float:
        """How likely it is that the guides hold the answer."""
        if found.features is None:
            return 0.0
        half = self._calibration.half(dense=found.dense)
        likely = half.probability(found.features)
        # The answer for its sibling reads just as well, and is wrong, wherever the bars are.
        if found.unknown:
            return min(likely, OF_UNKNOWN)
        return min(likely, self._partial(found)) if is_partial(found) else likely

    def _partial(self, found: Found) -> float:
        """How likely a partial answer reads at most."""
        half = self._calibration.half(dense=found.dense)
        return (half.partly + half.answered) / 2

    def _outcome(self, found: Found) -> Outcome:
        """What that makes of the answer, before it is written."""
        half, likely = self._calibration.half(dense=found.dense), self._likely(found)
        if found.unknown or found.features is None or likely < half.partly:
            return Outcome.NOT_IN_GUIDES
        return Outcome.ANSWERED if likely >= half.answered else Outcome.PARTLY

    def _may_come(self, found: Found, filters: Filters) -> bool:
        """Whether vectors that are still being made may find what was missed, so that it is no gap in the guides."""
        is_early = not (found.dense and self._index.is_complete) and not self._index.fault
        return is_early and not found.unknown and bool(self._index.words.within(filters))

    def _notes(self, found: Found) -> tuple[str, ...]:
        if not self._index.words.guides:
            return (NO_GUIDES,)
        if not found.dense:
            return (ONLY_WORDS if self._index.fault else WORDS_ALONE,)
        return () if self._index.is_complete else (SOME_MISSING,)

    def evidence(self, found: Found) -> Evidence:
        """The passages with their guides; those whose guide was changed since they were read are left out."""
        passages = found.passages[:SOURCES]
        wanted = {passage.guide_id for passage in passages}
        with self._reading.connect() as connection:
            rows = connection.execute(select(Guide.id, Guide.text).where(Guide.id.in_(wanted)))
            texts: dict[int, str] = {row.id: row.text for row in rows}
        sources = [Quotable(passage, texts.get(passage.guide_id, "")) for passage in passages]
        return Evidence(tuple(each for each in sources if each.is_whole), found)


def _readable(message: str) -> str:
    """As much of a message as is looked at; half of an emoji, cut off somewhere on its way here, is no text."""
    return as_typed(message[:LONGEST_MESSAGE].encode("utf-8", "replace").decode())


def _without_orders(question: str) -> str:
    """A message without the sentences that order an assistant to drop or show its instructions; questions are none."""
    kept = question
    for start, end in instructions_in(question)[::-1]:
        (before, _), (told, _) = as_read(question[:start]), as_read(question[start:end])
        is_first = before.rstrip()[-1:] in {"", ".", "!", "?"}
        if _ORDER.match(told) and is_first and not told.rstrip().endswith("?"):
            kept = f"{kept[:start]} {kept[end:]}"
    return question if kept == question else " ".join(kept.split())


def _finds_sibling(found: Found, name: Name, names: Names) -> bool:
    """Whether the first passage is on a sibling of a product."""
    titles = "\n".join((found.passages[0].title, *found.passages[0].headings)) if found.passages else ""
    return is_on_sibling(names, name, names.known_in(titles, {name}))


def _has_words(found: Found, own: Found, question: str) -> bool:
    """Whether the first passage has most of a question's words."""
    return _share_of_words(found.passages[0].text, own, question) >= MOSTLY


def _things_of(question: str, found: Found) -> set[str]:
    """What a follow-up names by itself, as it is typed and as it was read."""
    typed, read = (WORD.findall(each.casefold()) for each in (without_link(question), found.asked))
    named, put_right = things_in(typed), things_in(read[-len(typed) :])
    return set(stems(" ".join([*named, *put_right]))) if named else set()


def _share_with_titles(found: Found, own: Found, question: str) -> float:
    """The share of a question's words that the first passage has, with what stands above it."""
    return (
        _share_of_words(f"{path_of(found.passages[0])}\n{found.passages[0].text}", own, question)
        if found.passages
        else 0.0
    )


def _first_guide(found: Found) -> str | None:
    return found.passages[0].guide_key if found.passages else None


def _share_of_words(text: str, own: Found, question: str) -> float:
    """The share of a question's words that a text has, rare ones counting for more."""
    asked = set(stems(question))
    rarity = {word: weight for word, weight in own.rarity.items() if word in asked}
    return covered(rarity, set(stems(text)))


def is_partial(found: Found) -> bool:
    """Whether it can be a partial answer at most, however likely it reads."""
    return bool(found.unfamiliar or found.missed or _begins_later(found)) or _is_on_sibling_alone(found)


def _begins_later(found: Found) -> tuple[str, date] | None:
    """The guide that answers and since when it holds, where that is after what is asked, and none that held then could
    be quoted instead.
    """
    if found.begins is None:
        return None
    first, *others = found.passages
    near = (each for each in others if each.score >= first.score - CLOSE_PASSAGE)
    return None if any(supersedes(each, first, found.day) for each in near) else found.begins


def _is_on_sibling_alone(found: Found) -> bool:
    """Whether all that could be quoted is on a sibling of the product that is asked for."""
    least = found.passages[0].score - CLOSE_PASSAGE if found.passages else 0.0
    return bool(found.passages) and all(found.is_aside(each) for each in found.passages if each.score >= least)


def _on_another(found: Found) -> str:
    spans = found.names.spans_in(found.asked, found.wanted)
    own = dict.fromkeys(found.asked[start:end] for name, (start, end) in spans if name in found.wanted)
    return f"This is said of another; the guides don't say it of {' or '.join(f'“{name}”' for name in own)}."


def _edition_that_holds(found: Found, written: Written) -> tuple[str, ...]:
    """A note where what is quoted first is of an edition in whose place another was found."""
    key = written.citations[0].guide_key if written.citations else None
    quoted = next((each for each in found.passages if each.guide_key == key), None)
    if quoted is None or _begins_later(found):
        return ()
    holding = (each for each in found.passages if supersedes(each, quoted, found.day) and not is_put_away(each))
    titles = (each.title for each in holding)
    return tuple(OTHER_HOLDS.format(quoted.title, title) for title in titles if title != quoted.title)[:1]


def _of_one_alone(found: Found, written: Written) -> tuple[str, ...]:
    """A note where a question that names no product is answered for one, and the guides say as much of its siblings."""
    own, others = found.told_apart(written.citations)
    if not others or found.unknown or found.unfamiliar:
        return ()
    named = [f"“{name}”" for name in others[:MOST_NAMED]] + ["another"] * (len(others) > MOST_NAMED)
    *rest, last = named
    either = f"{', '.join(rest)} or {last}" if rest else last
    return (TOLD_APART.format(" and ".join(f"“{name}”" for name in own), either),)


def _not_mentioned(names: Sequence[str]) -> str:
    return f"The guides don't mention {' or '.join(f'“{name}”' for name in names)}."

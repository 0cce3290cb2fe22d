"""An answer as people see it: quoted, with its source; or that the guides don't say, and who may know."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.blocks import kit
from bot.blocks.kit import Block, View
from bot.blocks.text import (
    day,
    from_markdown,
    link,
    literal,
    one_line,
    packed,
    path,
    quoted,
    said,
    shortened,
    table_head,
)
from knowledge.answers import ONLY_WORDS, Answer, Citation, Outcome, Part, Section, Sentence

LONGEST = 11_000  # characters of one message; Slack refuses somewhat more, without saying so beforehand
MOST_CITATIONS = 5
LONGEST_TEXT = 2_700  # of the words for notifications and screen readers
LONGEST_ASKED = 150  # of one question of several
LONGEST_NOTE = 300
MOST_NOTES = 11  # three on each of three questions, one on what is left and one on the index: none is lost
MOST_NEAREST = 3
LARGEST_VIEW = 200_000  # bytes; Slack takes 250 KB
LONGEST_SECTION = 60_000  # characters that are shown of one

TAKEN_AS = "I took this as:"
PARTLY = "The guides say this, which may answer only part of your question:"
IN_WORDS = {
    Outcome.ANSWERED: "answered",
    Outcome.PARTLY: "answered in part",
    Outcome.NOT_IN_GUIDES: "the guides don't say",
    Outcome.FAULT: "no answer yet, please ask again",
}
DONT_SAY = "The guides don't say:"
HOME = "My Home tab tells admins why."
NEAREST = "The nearest sections are:"
BESIDE = "Other sections that may help:"  # beside a partial answer
NOT_IN_GUIDES = "I looked in the guides, and they don't answer this."
FAULT = "I could not look in the guides just now. Please ask again in a minute."


class Said(NamedTuple):
    """A message: its words for notifications and screen readers, and its blocks."""

    text: str
    blocks: list[Block]


def plainly(text: str) -> Said:
    """A message of one section."""
    return Said(text, [kit.section(text)])


def answer(
    question_id: int,
    answer: Answer,
    owners: Mapping[str, str],
    *,
    ask: str | None = None,
    preface: str = "",
    rated: bool = True,
) -> Said:
    """The answer to a question.

    Args:
        owners: the name to show for each owner line of the guides.
        ask: the name of whoever can be asked when the guides don't say all; None when there is nobody, empty when
            somebody has been asked and replied.
        preface: a sentence before the answer, about how it comes to be here.
        rated: whether it can be rated here (messages only).
    """
    opening = [words for words in (literal(preface), _understood(answer)) if words]
    before = " ".join(words if words.endswith((".", "?", "!", "…", "”")) else f"{words}." for words in opening)
    blocks = [kit.context(words) for words in opening]
    if answer.outcome in (Outcome.ANSWERED, Outcome.PARTLY) and answer.citations:
        blocks += [*map(kit.context, _notes(answer)), *_cited(question_id, answer, owners, ask)]
        text = _answer_text(answer)
    elif answer.outcome == Outcome.FAULT:
        text = literal(one_line("".join(answer.notes[:1]), 300)) or FAULT
        blocks += [kit.section(text), *_nearest(question_id, answer, NEAREST, None)]
        return Said(f"{before} {text}".strip(), blocks)
    else:
        blocks += _not_in_guides(question_id, answer, ask)
        text = NOT_IN_GUIDES + _nearest_text(answer, "Nearest:")
        blocks += map(kit.context, _notes(answer))
    if rated:
        blocks.append(_rating(question_id))
    return Said(f"{before} {text}".strip(), blocks)


def _understood(answer: Answer) -> str:
    """What a question was taken to ask, so that a wrong guess is seen."""
    return literal(f"{TAKEN_AS} {one_line(answer.understood, 300)}") if answer.understood else ""


def _notes(answer: Answer) -> list[str]:
    notes = (f"{note} {HOME}" if note == ONLY_WORDS else note for note in answer.notes[:MOST_NOTES])
    return [note for note in map(_note, notes) if note]


def _note(note: str) -> str:
    """A note, escaped; of questions listed at its end each is cut by itself, and those without room are counted.

    >>> _note(f"Ask again: “How {'very ' * 40}long?” “Who?” “What?” “{'When ' * 40}?”")[-37:]
    'very very…” “Who?” “What?” and 1 more'
    """
    opening, _, listed = " ".join(note.split()).partition(": “")
    if not listed.endswith("”"):
        return literal(one_line(note, LONGEST_NOTE))
    questions = listed.removesuffix("”").split("” “")
    kept = f"{literal(opening)}:"
    for number, question in enumerate(questions):
        words = f" “{literal(one_line(question, LONGEST_ASKED))}”"
        if number and len(kept + words) > LONGEST_NOTE:
            return f"{kept} and {len(questions) - number} more"
        kept += words
    return kept


def _cited(question_id: int, answer: Answer, owners: Mapping[str, str], ask: str | None) -> list[Block]:
    is_partial = answer.outcome == Outcome.PARTLY
    blocks = [kit.section(literal(words)) for words in opening(answer)]
    beside = _nearest(question_id, answer, BESIDE, ask) if is_partial else []
    citations = answer.citations[:MOST_CITATIONS]
    room = LONGEST - 2_000 - sum(map(len, _notes(answer)))  # for the opening and the marks of quotation
    asked = [_asked(answer, number) for number in range(len(citations))]
    sources = [_source(citation, owners) for citation in citations]
    room -= sum(len(block["text"]["text"]) for block in (*blocks, *beside) if "text" in block)
    room -= sum(map(len, (*asked, *sources)))
    if answer.sentences:
        written, _ = shortened([_with_numbers(s.text, s.citations) for s in answer.sentences], room // 2)
        texts = packed(written)
        blocks += [kit.section(text) for text in texts]
        room -= sum(map(len, texts))
    for number, citation in enumerate(citations):
        quote = _quote(citation, room // (len(citations) - number))
        room -= sum(map(len, quote))
        read = kit.button("Read the section", "read_section", f"{question_id}:{number}")
        blocks += [kit.section(asked[number])] if asked[number] else []
        for part, text in enumerate(quote):
            blocks.append(kit.section(text, None if part else read))
        blocks.append(kit.context(f"[{number + 1}] " * bool(answer.sentences) + sources[number]))
    return blocks + beside


def opening(answer: Answer) -> list[str]:
    """What is said before the quotes, in plain words: what they leave open."""
    if answer.unanswered:
        return [f"{DONT_SAY} {' '.join(f'“{one_line(each, LONGEST_ASKED)}”' for each in answer.unanswered)}"]
    return [PARTLY] if answer.outcome == Outcome.PARTLY and (answer.sentences or not answer.parts) else []


def answered(answer: Answer, number: int) -> list[Part]:
    """Of several questions, those that a citation is the first to answer."""
    return [part for part in answer.parts if part.citations and min(part.citations) == number]


def _asked(answer: Answer, number: int) -> str:
    """The questions above a quote, and whether it may answer only part of one."""
    parts = answered(answer, number)
    lines = [f"*{literal(one_line(part.question, LONGEST_ASKED))}*" for part in parts]
    is_partial = not answer.sentences and any(part.outcome == Outcome.PARTLY for part in parts)
    return "\n".join([*lines, *[PARTLY][:is_partial]])


def streamed(sentence: Sentence) -> str:
    """A sentence of an answer that is still being written, as Slack's Markdown."""
    return _with_numbers(sentence.text, sentence.citations)


def _with_numbers(sentence: str, citations: Sequence[int]) -> str:
    numbers = " ".join(f"[{number + 1}]" for number in citations if number < MOST_CITATIONS)
    return f"{literal(one_line(sentence, 1_000))} {numbers}".strip()


def _quote(citation: Citation, room: int) -> list[str]:
    """The quoted passage as texts of sections, at most ``room`` characters in all."""
    width = max(min(room, 2_900) - 150, 50)
    lines = quoted(from_markdown(citation.quote, citation.highlights, width))
    kept, was_cut = shortened(["> …"] * citation.begins_above + lines, room - 60)
    if was_cut or citation.goes_on:
        kept.append("> … _(shortened: the section has the rest)_")
    return packed(kept) or ["> …"]


def _source(citation: Citation, owners: Mapping[str, str]) -> str:
    parts = [_place(citation)]
    if citation.owner:
        parts.append(f"owner {literal(one_line(owners.get(citation.owner, citation.owner), 60))}")
    if citation.reviewed:
        parts.append(f"reviewed {day(citation.reviewed)}")
    if live := link(citation.url, "Open the guide"):
        parts.append(live)
    return " · ".join(parts)


def _place(citation: Citation) -> str:
    title, *headings = map(literal, path(citation.title, citation.headings))
    return " › ".join([f"*{title}*", *headings])


def _not_in_guides(question_id: int, answer: Answer, ask: str | None) -> list[Block]:
    blocks = [kit.section(NOT_IN_GUIDES), *_nearest(question_id, answer, NEAREST, ask)]
    if ask is None:
        blocks.append(kit.context("No guide names an owner that I can reach. Please ask whoever installed Frontline."))
    return blocks


def _nearest(question_id: int, answer: Answer, opening: str, ask: str | None) -> list[Block]:
    """The nearest sections, and who can be asked where they don't help."""
    nearest = answer.nearest[:MOST_NEAREST]
    blocks = [kit.context(opening)] if nearest else []
    for number, citation in enumerate(nearest):
        read = kit.button("Read the section", "read_section", f"{question_id}:near:{number}")
        blocks.append(kit.section(_place(citation), read))
    if ask:
        blocks.append(kit.actions(ask_owner_button(question_id, ask)))
    return blocks


def ask_owner_button(question_id: int, name: str) -> kit.Element:
    return kit.button(f"Ask {name}", "ask_owner", str(question_id))


def _rating(question_id: int) -> Block:
    def thumb(words: str, value: str) -> kit.Element:
        return {"text": kit.plain(words), "value": f"{value}:{question_id}", "accessibility_label": words}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "rate_answer",
        "positive_button": thumb("Helpful", "up"),
        "negative_button": thumb("Not helpful", "down"),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _answer_text(answer: Answer) -> str:
    told = answer.citations[:MOST_CITATIONS] if answer.parts and not answer.sentences else answer.citations[:1]
    nearest = _nearest_text(answer, BESIDE) if answer.outcome == Outcome.PARTLY else ""
    room = (LONGEST_TEXT - len(nearest)) // len(told)
    said = [literal(words) for words in opening(answer)]
    for number, citation in enumerate(told):
        said += [
            literal(one_line(part.question, LONGEST_ASKED)) for part in answered(answer, number) if not answer.sentences
        ]
        if answer.sentences:
            parts = [_in_a_line(sentence.text) for sentence in answer.sentences]
        else:
            parts = [_highlighted(citation.quote, *span) for span in citation.highlights]
        source = literal(" › ".join(path(citation.title, citation.headings)))
        said.append(f"{_cut(' … '.join(parts or [_in_a_line(citation.quote)]), room)} ({source})")
    return _cut(" ".join(said) + nearest, 3_500)


def _highlighted(quote: str, start: int, end: int) -> str:
    """The words that answer; a table's row with the head that stands above it in the quote."""
    words, head = _in_a_line(quote[start:end]), _in_a_line(table_head(quote, start))
    return f"{head}: {words}" if head else words


def _in_a_line(markdown: str) -> str:
    return " ".join(line.strip("* ") for line in from_markdown(markdown) if line)


def _nearest_text(answer: Answer, opening: str) -> str:
    places = "; ".join(" › ".join(path(c.title, c.headings, 130)) for c in answer.nearest[:MOST_NEAREST])
    return f" {opening} {literal(places)}" if places else ""


def _cut(escaped: str, limit: int) -> str:
    """Escaped words, cut at a space, and within a long word so that no escape is cut in two."""
    if len(escaped) <= limit:
        return escaped
    return re.sub(r"&\w*$", "", escaped[:limit].rsplit(" ", 1)[0]) + "…"


def rating_thanks(question_id: int, helpful: bool, changed: bool, ask: str | None) -> Said:
    """What a person is told, privately, after a rating."""
    text = f"Thanks! I noted that this {'helped' if helpful else 'did not help'}."
    if changed:
        text = f"Changed. {text}"
    blocks = [kit.section(text)]
    if not helpful and ask:
        blocks.append(kit.actions(ask_owner_button(question_id, ask)))
    return Said(text, blocks)


def answer_modal(text: str, message: Said, reply: Sequence[Block] = ()) -> View:
    """One of my questions, whole, with the owner's reply where there is one."""
    asked = kit.sections(quoted(said(text)))
    return kit.modal("Your question", [*asked[:5], *reply, *message.blocks], callback_id="answer")


def section_modal(section: Section, owners: Mapping[str, str]) -> View:
    """A section as it stands now, the sentence that answered in bold."""
    parts = [literal(" › ".join(path(section.title, section.headings, 500)))]
    if section.owner:
        parts.append(f"owner {literal(one_line(owners.get(section.owner, section.owner), 60))}")
    if section.reviewed:
        parts.append(f"reviewed {day(section.reviewed)}")
    live = link(section.url, "Open the guide")
    if live:
        parts.append(live)
    blocks = [kit.context(" · ".join(parts))]
    if section.changed:
        blocks.append(kit.context("This section has changed since: the quoted words are no longer in it."))
    size, is_cut = 0, len(section.text) > LONGEST_SECTION
    for text in packed(from_markdown(section.text[:LONGEST_SECTION], section.highlights)):
        size += len(json.dumps(text))
        if size > LARGEST_VIEW or len(blocks) == kit.MANY_BLOCKS - 1:
            is_cut = True
            break
        blocks.append(kit.section(text))
    if is_cut:
        rest = "The section goes on, but Slack shows no more here."
        blocks.append(kit.context(f"{rest} {live}" if live else rest))
    return kit.modal("Read the section", blocks, callback_id="section")

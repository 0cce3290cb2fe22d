"""A follow-up as it stands by itself: what it leaves out is taken from the question before it.

People ask "And the Heron Lite?" or "How much is it?" and mean what was spoken of. A question with a subject of its
own stays as it is: to leave a follow-up alone costs one more question, to change a whole one costs a wrong answer.
"""

import re
import time
from collections.abc import Sequence

from pydantic import BaseModel, Field

from knowledge.amounts import days_in, figures_in
from knowledge.chat_model import ChatModel, Unusable, parsed
from knowledge.comparing import compared
from knowledge.lexical import asking, says_something, stems
from knowledge.names import NO_NAMES, QUALIFIERS, QUALIFIERS_IN_CAPITALS, UNITS, Name, Names, word_set
from knowledge.proper_nouns import names_of
from knowledge.questions import (
    ASKING_FOR,
    CONDITIONS,
    DETERMINERS,
    ENOUGH_BEFORE,
    LONGEST_END,
    NUMBER,
    OWNING,
    PREPOSITIONS,
    QUESTION_WORDS,
    SAYS_LITTLE,
    WORD,
    asks_attribute,
    asks_without_subject,
    has_another,
    is_of_all,
    meaning_of,
    noun_pointing_back,
    plain,
    products_in,
    pronoun_in,
    reads_as_fragment,
    says_enough,
    sentences_of,
    spans_of_names,
    spelled_out,
    tells_more,
    wants_to_be_told,
    without_link,
)
from prompts import fill, inside

LONGEST_CARRIED = 400  # characters of the question before
LONGEST_UNDERSTOOD = 600
MOST_TURNS = 3  # questions that a chat model is shown
SHARE_OF_PATIENCE = 0.4  # of the time that an answer may take, what its question may
ENOUGH_TO_ASK = 4  # words; a follow-up of so few leans on the question before
MOST_OF_A_SIBLING = 2  # words that are nothing but the name of a sibling: "the Lite"
LONGEST_IN_K = 3  # digits of an amount in thousands: "20" after "15k" may be 20k, "8000" is itself
MOST_MODIFIERS = 3  # words between an article and its noun, in whose place others may stand
_FOREIGN = re.compile(r"\w+://|www\.|<[@!#]|\]\(")
_OPENER = re.compile(
    r"(?:(?:ok|okay|and|but|or|so|also|even|then|plus|what about|how about|same for)\b[\s,]*)+", re.IGNORECASE
)
_CORRECTS = re.compile(
    r"(?:(?:no(?=[,.;:!]| the\b| i\b| not\b)|nope|sorry|oops|actually|i mean|i meant"
    r"|wrong(?=[,.;:!])|that['’]?s wrong|(?:that['’]?s )?not what i (?:meant|asked|said|wanted))\b[\s,.;:!–—-]*)+",
    re.IGNORECASE,
)
_MEANT = re.compile(r".*\bi meant?\b", re.IGNORECASE)
_MEANT_BEHIND = re.compile(r"[\s,–—-]+i meant?(?=\W*$)", re.IGNORECASE)  # "for a week, I mean"
_NOT_THAT = re.compile(
    r"^not (?:the|an?|for) [^,;.]*?(?:[,;.]+ (?:but )?| but )|[,;]? not (?:the|an?|for) [^,;.?!]*(?=[.?!]*$)",
    re.IGNORECASE,
)
_IT_IS = re.compile(r"^(?:it|that|this)(?:['’]?s| is| was)\s+(?=(?:the|an?)\b)", re.IGNORECASE)
_IN_FRONT = PREPOSITIONS | {"to", "of", "about"}  # of a name
_CHOOSES = re.compile(
    r"\b(?:which|others?|another|any|all|both|either|neither|every|compared?|difference|versus|vs|instead|alternatives?"
    r"|do (?:we|you) (?:have|sell|do|offer|stock)|is there|are there|\w+(?:er|est) (?:one|model|version))\b",
    re.IGNORECASE,
)
_ORDINARY = re.compile(r"\b(?:normal|regular|standard|ordinary|usual) $", re.IGNORECASE)  # "the normal Heron"
_KINDS = word_set("one ones version versions model models edition editions variant type")  # "the Extend version"
_AMOUNT = re.compile(r"(?<![\w.,:/-])(?P<number>[£$€]?\d+(?:[.,]\d+)*%?)(?![\w.,:/-]*\d)(?:[ -]?(?P<unit>[^\W\d_]+))?")
_SEASONS = word_set("spring summer autumn winter")
_RANGE = re.compile(r"\d\S* ?(?:to|and|or|[-–—]) ?$")  # in front of the last number of a range


class Worded(BaseModel):
    question: str = Field(min_length=1, max_length=LONGEST_UNDERSTOOD)


def condensed(question: str, turns: Sequence[str], names: Names, model: ChatModel | None) -> str | None:
    """What a follow-up asks, in a question that stands by itself; None where the question does already.

    The rules below decide whether it does. A chat model, where there is one, may put it better, in words of the
    questions alone; whatever else it says, and when it says nothing in time, the rules' question holds.

    Args:
        turns: the questions before, oldest first, as they were understood.
        names: what the guides call their products.
    """
    by_rules = stands_for(question, turns, names)
    if by_rules is None or model is None:
        return by_rules
    earlier = [plain(turn)[:LONGEST_CARRIED] for turn in turns[-MOST_TURNS:]]
    prompt = fill("followup", earlier="\n".join(map(inside, earlier)), question=inside(plain(question)))
    try:
        reply = model.ask(prompt, Worded, time.monotonic() + model.patience_s * SHARE_OF_PATIENCE)
        worded = parsed("".join(reply), Worded).question
    except Unusable:
        return by_rules
    worded = " ".join(worded.split())
    return worded if _says_nothing_new(worded, [*earlier, question]) else by_rules


def _says_nothing_new(worded: str, asked: Sequence[str]) -> bool:
    """Whether a rewording keeps to the words, names, numbers and length of what was asked."""
    there = " ".join(asked)
    if _FOREIGN.search(worded) or not set(NUMBER.findall(worded)) <= set(NUMBER.findall(there)):
        return False
    if not all(name.casefold() in there.casefold() for name in names_of(worded)):
        return False
    said, known = set(stems(worded)) - asking(), set(stems(there))
    own = set(stems(asked[-1])) - asking() - SAYS_LITTLE
    return bool(said) and said <= known and (not own or bool(said & own))


def stands_for(question: str, turns: Sequence[str], names: Names) -> str | None:
    """The same by rules alone: the subject of the question before is put in, or both are asked together."""
    question = plain(question)
    before = plain(turns[-1])[:LONGEST_CARRIED] if turns else ""
    if not before or not WORD.search(question):
        return None
    corrected = _corrected(question, before, names)
    asked = corrected or question
    named = _in_full(asked, before, names)
    is_sibling = named != asked and len(WORD.findall(asked)) <= MOST_OF_A_SIBLING  # "the Lite?", without an "and"
    is_correction = is_sibling or corrected is not None or _is_only_a_product(asked, names)
    stood = _with_subject(named, before, names, is_correction=is_correction)
    return stood or (named if named != asked else None)


def _is_only_a_product(question: str, names: Names) -> bool:
    """Whether all that is typed is the name of one of several products: "Brook 4", "for the Heron Lite?"."""
    rest = question
    for written in products_in(question, names).values():
        rest = rest.replace(written, " ")
    return rest != question and {word.casefold() for word in WORD.findall(rest)} <= DETERMINERS | _IN_FRONT


def _corrected(question: str, before: str, names: Names) -> str | None:
    """What a correction says instead: "the Lite" of "no, I meant the Lite" or "not the Heron, the Lite".

    "It's the Lite" is one, too; "it's a tenant" tells more of the case.
    """
    begun = _CORRECTS.match(question)
    rest = _NOT_THAT.sub("", _MEANT_BEHIND.sub("", question[begun.end() :] if begun else question)).strip()
    what = _IT_IS.sub("", rest)
    if what != rest and products_in(_in_full(what, before, names), names):
        rest = what
    words = WORD.findall(rest.casefold())
    if rest == question or not words:
        return None
    is_told = words[0] in DETERMINERS | PREPOSITIONS or tells_more(rest, words)
    is_told = is_told or bool(_MEANT.match(question) or _OPENER.match(rest))
    return rest if is_told or products_in(rest, names) else None


def _in_full(question: str, before: str, names: Names) -> str:
    """A question on "the Birch", after one on the Cabin Oak, with its whole name; "the 7" after the City 3 likewise.

    Only where no noun of its own is behind it ("the 7 forms", but "the 7 version"), and in a whole question only behind
    "the" and of what is no usual word: in "from home" nobody means the Hearth Home.
    """
    is_short = len(WORD.findall(question)) <= ENOUGH_TO_ASK
    is_all = len(WORD.findall(without_link(question))) == 1  # "and 7?"
    for name, (start, end) in names.spans_in(before)[::-1]:
        for sibling in sorted(names.siblings_of(name), key=lambda each: (-len(each), each)):
            shared = max(count for count in range(len(sibling)) if name[:count] == sibling[:count])
            kind, last = OWNING.sub("", " ".join(before[start:end].split()[:shared])), " ".join(sibling[shared:])
            if not kind or not names.known_in(question).isdisjoint({name, sibling}):
                continue
            is_usual = last in QUALIFIERS_IN_CAPITALS
            article = "(?:the )?" if is_all or (is_short and not last[0].isdigit()) else "the "
            typed_too = "".join(rf"(?:{re.escape(word)} )?" for word in name[1:shared])  # the 4 of "4 Pro"
            found = re.search(rf"(?<![\w-])({article}){typed_too}({re.escape(last)})(?![\w-])", question, re.IGNORECASE)
            if not found or (is_usual and not is_short and found[2].islower()):
                continue
            behind, rest = WORD.match(question, found.end() + 1), question[found.end() :]
            if behind and behind[0].casefold() in _KINDS:
                rest, behind = question[behind.end() :], None
            is_tier = behind is not None and behind[0].casefold() in QUALIFIERS  # "the 4 Pro"
            if is_tier or not (behind and (behind[0].casefold() in UNITS or says_something(behind[0]))):
                return f"{question[: found.end(1)]}{kind} {found[2]}{rest}"
    return question


def _with_subject(question: str, before: str, names: Names, *, is_correction: bool) -> str | None:
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    words = [word.casefold() for word in WORD.findall(rest)]
    if not words:
        return both(before, question) if opener else None
    if tells_more(rest, words):
        return both(before, question)
    own, earlier = spans_of_names(question, names), spans_of_names(before, names)
    is_fragment = reads_as_fragment(spelled_out(words), opened=opener is not None or is_correction)
    carried = _carried(before, names, is_fragment=is_fragment)
    if not own and (other := _with_amount(carried, rest, names, is_fragment=is_fragment)):
        return other
    if is_fragment and not wants_to_be_told(rest, words):
        new, old = (spans_of_names(text, names, in_small=True) for text in (rest, before))
        if len(new) == 1 < len(old) and (each := list(compared(before, names).values())):  # "and the Pro?", beside both
            before, old = each[-1], spans_of_names(each[-1], names, in_small=True)
        if len(new) == len(old) == 1 and _takes_its_place(before, old[0], rest, new[0], names):
            return _swapped(before, old[0], rest, new[0], names)
        if is_correction and (product := product_before(question, [before], names)):
            return f"{product[1]}: {question}"
        return (
            _with_day(carried, rest)
            or _of_its_kind(carried, rest)
            or _with_end(carried, rest, words)
            or both(carried, question)
        )
    if pronoun := pronoun_in(rest, words, names):
        says_enough = bool(set(stems(rest)) - asking() - SAYS_LITTLE)
        is_thing = len(earlier) == 1 and not has_another(before, earlier[0])
        if is_thing and says_enough and not is_of_all(rest, pronoun):
            start = len(question) - len(rest)
            return _named(question, (start + pronoun[0], start + pronoun[1]), _with_article(before, earlier[0]))
        return both(carried, question)
    if not own and (asks_without_subject(spelled_out(words)) or asks_attribute(words)):
        return both(carried, question)
    if not own and (noun := noun_pointing_back(question, before)):
        if len(earlier) == 1 and not has_another(before, earlier[0]):
            return _named(question, noun, _with_article(before, earlier[0]))
        return both(carried, question)
    return None


def _carried(before: str, names: Names, *, is_fragment: bool) -> str:
    """What a chain of questions ("A? And B? And its price?") hands on: its first, and the last that leans on that,
    with the whole question that a fragment leans on.

    A fragment takes the place of those before it: "and C?" is asked of the first, and not of B.
    """
    sentences = sentences_of(before)
    asked = next((at for at, each in enumerate(sentences) if each.endswith("?")), len(sentences)) + 1
    own, chain = sentences[:asked], sentences[asked:]
    while chain and not _leans(chain[0], own[-1], names):
        own.append(chain.pop(0))
    kept = [each for each in chain if not _is_bare(each)][-1:]
    if not is_fragment and kept != chain[-1:]:
        kept.append(chain[-1])
    return before if len(kept) == len(chain) else " ".join([*own, *kept])


def _leans(question: str, before: str, names: Names) -> bool:
    return _is_bare(question) or _with_subject(question, before, names, is_correction=False) is not None


def _is_bare(question: str) -> bool:
    """Whether a question of a chain is a fragment."""
    rest = without_link(question) if (opener := _OPENER.match(question)) is None else question[opener.end() :]
    words = spelled_out([word.casefold() for word in WORD.findall(rest)])
    return not words or reads_as_fragment(words, opened=opener is not None)


def is_whole(question: str) -> bool:
    """Whether a question asks by itself, and doesn't only name what is asked about.

    >>> [is_whole(each) for each in ("And what about chats?", "and for members", "What about them is free?")]
    [False, False, True]
    """
    opener = _OPENER.match(question)
    words = WORD.findall(question[opener.end() if opener else 0 :].casefold())
    return not QUESTION_WORDS.isdisjoint(spelled_out(words))


def _with_end(before: str, fragment: str, words: Sequence[str]) -> str | None:
    """The question before with a fragment in place of its end: "in Zone B" for "in Zone A", "a chair" for "a sofa"."""
    text = before.rstrip(" ?.!…")
    there = list(WORD.finditer(text))[-LONGEST_END - 1 :]
    same = {"a", "an"} if words[0] in {"a", "an"} else {words[0]} & PREPOSITIONS
    at = next((at for at, word in enumerate(there) if at and word[0].casefold() in same), None)
    if at is None or len(words) > LONGEST_END:
        return None
    end = {word[0].casefold() for word in there[at + 1 :]}
    if words[-1] in {"one", "ones"} and len(words) > 2:  # "a new one", after "a used sofa"
        fragment = f"{fragment[: fragment.casefold().rindex(words[-1])]}{there[-1][0]}"
    if words[0] in PREPOSITIONS:
        is_alike = bool(end & set(words[1:])) and end.isdisjoint(NO_NAMES) is NO_NAMES.isdisjoint(words)
    else:  # behind what is done, and not "does a refund take"
        is_alike = there[at - 1][0].casefold() not in QUESTION_WORDS
    if not is_alike or end & (PREPOSITIONS | CONDITIONS | QUESTION_WORDS):
        return None
    return f"{text[: there[at].start()]}{fragment.rstrip(' ?.!')}?"


def _of_its_kind(before: str, fragment: str) -> str | None:
    """The question before, of another of the kind that it names: of "a starter tenant" for "a supported tenant"."""
    text = before.rstrip(" ?.!…")
    there, said = (list(WORD.finditer(each)) for each in (text, fragment))
    while said and said[0][0].casefold() in PREPOSITIONS | DETERMINERS:
        del said[0]
    if not 1 < len(said) <= MOST_MODIFIERS + 1 or any(
        word[0].isdigit() or not says_something(word[0]) for word in said
    ):
        return None
    kinds = [at for at, word in enumerate(there) if stems(word[0]) == stems(said[-1][0])]
    if len(kinds) != 1:
        return None
    at = first = kinds[0]
    while first and at - first < MOST_MODIFIERS and _modifies(text, there[first - 1], there[first]):
        first -= 1
    if not (first and there[first - 1][0].casefold() in DETERMINERS):
        first = max(first, at - len(said) + 1)
    return (
        f"{text[: there[first].start()]}{fragment[said[0].start() :].rstrip(' ?.!')}{text[there[at].end() :]}?"
        if first < at
        else None
    )


def _modifies(text: str, word: re.Match[str], next_word: re.Match[str]) -> bool:
    """Whether a word belongs to the noun behind it, as far as one can tell."""
    return (
        text[word.end() : next_word.start()] == " "
        and bool(meaning_of([word[0]]))
        and (word[0].casefold() not in PREPOSITIONS | DETERMINERS | QUESTION_WORDS)
    )


def _with_amount(before: str, question: str, names: Names, *, is_fragment: bool) -> str | None:
    """The question before with another amount of the same unit in it: "and if its 10 days"; a number without a unit
    takes the place of the only one.
    """
    told, there = list(_AMOUNT.finditer(question)), list(_AMOUNT.finditer(before))
    if len(told) != 1 or not there:
        return None
    (amount,) = told
    rest = f"{question[: amount.start()]} {question[amount.end() :]}"
    words = {word.casefold() for word in WORD.findall(rest)}
    if words & ASKING_FOR or not set(stems(rest)) - asking() - SAYS_LITTLE <= set(stems(before)):
        return None
    unit = (amount["unit"] or "").casefold()
    if not unit and not is_fragment:
        return None
    same = [each for each in there if not unit or stems(each["unit"] or "") == stems(unit)]
    same = same or [each for each in there if _kind(each[0]) == _kind(amount[0]) is not None]
    if len(same) != 1:
        return None
    start, end = same[0].span("number")
    is_named = any(low < end and start < high for _, (low, high) in names.spans_in(before))
    if is_named or _RANGE.search(before[:start]):
        return None
    is_whole = (same[0]["unit"] or "").casefold() == "k" and len(re.findall(r"\d", amount["number"])) > LONGEST_IN_K
    end = same[0].end() if unit or is_whole else end
    return f"{before[:start]}{amount[0]}{before[end:]}".rstrip(" ?.!…") + "?"


def _with_day(before: str, fragment: str) -> str | None:
    """The question before with another day of the week, month or season in it: "and on Sundays", "and spring"."""
    told, there = (
        [word for word in WORD.finditer(text) if days_in(word[0]) or word[0].casefold() in _SEASONS]
        for text in (fragment, before)
    )
    if len(told) != 1 or len(there) != 1 or _kind(told[0][0]) != _kind(there[0][0]):
        return None
    rest = f"{fragment[: told[0].start()]} {fragment[told[0].end() :]}"
    if meaning_of([rest]):
        return None
    start, end = there[0].span()
    return f"{before[:start]}{told[0][0]}{before[end:].rstrip(' ?.!…')}?"


def _kind(amount: str) -> str | None:
    """What an amount measures."""
    return next((each.kind for each in [*figures_in(amount), *days_in(amount)]), None)


def product_before(question: str, turns: Sequence[str], names: Names) -> tuple[Name, str] | None:
    """The one product of a family that the last turn names, also as it is written; None for a question with its own,
    or on others: one that chooses ("Which one has a battery?"), or says what tells a sibling apart ("the 5").
    """
    before = products_in(turns[-1], names) if turns else {}
    if len(before) != 1 or products_in(question, names) or _CHOOSES.search(question):
        return None
    name, written = next(iter(before.items()))
    said = {word.casefold() for word in WORD.findall(question)}
    apart = {word for sibling in names.siblings_of(name) for word in set(sibling) - set(name)}
    return None if said & apart - QUALIFIERS_IN_CAPITALS else (name, written)


def with_matter_before(question: str, turns: Sequence[str], names: Names) -> str | None:
    """A question that says little, or supposes a case ("What if he dies?"), together with the one before; None for
    another.
    """
    rest = without_link(question)
    words = [word.casefold() for word in WORD.findall(rest)]
    if not turns or not words or _CHOOSES.search(question) or wants_to_be_told(rest, words):
        return None
    is_short = words[:2] == ["what", "if"] or not says_enough(question, names, ENOUGH_BEFORE)
    before = plain(turns[-1])[:LONGEST_CARRIED]
    return both(_carried(before, names, is_fragment=False), question) if is_short and before else None


def both(before: str, question: str) -> str:
    """Both questions: what is asked now, which ends as a question does, with all that it may be about."""
    asked = question if question.endswith("?") else f"{question.rstrip(' .')}?"
    return f"{before if before[-1] in '.?!…' else before + '?'} {asked[0].upper()}{asked[1:]}"


def _takes_its_place(before: str, old: tuple[int, int], question: str, new: tuple[int, int], names: Names) -> bool:
    """Whether a name may stand where another does: a sibling, another of its kind, or one with nothing in front or the
    same as there; neither "at Larkmere" for "a Heron" nor "with Alexa" for "the Heron".
    """
    in_front = [word.casefold() for word in WORD.findall(question[: new[0]])]
    if meaning_of([_ORDINARY.sub("", question[: new[0]])]):
        return False
    behind = [word.casefold() for word in WORD.findall(before[: old[0]])]
    links, linked = ([word for word in words if word not in DETERMINERS][-1:] for words in (in_front, behind))
    if _IN_FRONT.isdisjoint(links) or links == linked:
        return True
    return _are_alike(before[slice(*old)], question[slice(*new)], names)


def _are_alike(one: str, other: str, names: Names) -> bool:
    """Whether two names are of one family or kind, as far as one can tell."""
    first = other.casefold().split()[0]
    if first in QUALIFIERS or first == one.casefold().split()[0]:
        return True
    return any(
        not names.siblings_of(name).isdisjoint(names.known_in(other)) for name in names.known_in(OWNING.sub("", one))
    )


def _swapped(before: str, old: tuple[int, int], question: str, new: tuple[int, int], names: Names) -> str:
    """The question before, asked of another thing."""
    name = question[slice(*new)]
    kept = before[slice(*old)].split()
    if name.casefold() in QUALIFIERS:  # "and the Pro?": of the same family
        name = _in_family(name, kept, names)
    rest = question[new[1] :].strip(" ?.!")
    if rest in {"", "one", "ones"} and _is_of_kind(name, kept, names):  # "the Otter", or "the Otter one"
        rest = kept[-1]
    if rest and before[old[1] :].strip(" ?.!").casefold().startswith(rest.casefold()):  # "the Otter router", of another
        rest = ""
    if rest and rest.split()[0].casefold() not in PREPOSITIONS:  # the name goes on: "the Otter TV box"
        name, rest = f"{name} {rest}", ""
    text = (before[: old[0]] + name + before[old[1] :]).rstrip(" ?.!")
    return f"{text} {rest}".rstrip() + "?"


def _in_family(tier: str, name: Sequence[str], names: Names) -> str:
    """The whole name that a tier is short for: after the Brook 5, of which there is no Pro, that of the one sibling."""
    own = [*(name[:-1] if name[-1].casefold() in QUALIFIERS else name), tier]
    known = tuple(each.casefold() for each in own)
    tiers = {(*each, known[-1]) for each in (known[:-1], *names.siblings_of(known[:-1]))}
    tiers = {each for each in tiers if each in names.known_in(" ".join(each))}
    if known in tiers or len(tiers) != 1:
        return " ".join(own)
    (other,) = tiers
    shared = next(at for at, (mine, its) in enumerate(zip(known, other, strict=False)) if mine != its)
    return " ".join([*own[:shared], *other[shared:-1], tier])


def _is_of_kind(name: str, other: Sequence[str], names: Names) -> bool:
    """Whether a name ends as another does that begins otherwise: the Otter after the Heron Router."""
    kind, first = other[-1].casefold(), name.split()[0].casefold()
    if first == other[0].casefold() or kind in QUALIFIERS | QUALIFIERS_IN_CAPITALS or not kind.isalpha():
        return False
    return any(known[-1] == kind for known in names.known_in(f"{name} {kind}") if len(known) > 1)


def _with_article(text: str, span: tuple[int, int]) -> str:
    """A name with the article that it was spoken of with."""
    found = re.search(r"\b(?:the|an?|my|our|your|his|her|their)(?: \w+)?\s+$", text[: span[0]], re.IGNORECASE)
    name = OWNING.sub("", text[slice(*span)])
    return f"the {name}" if found else name


def _named(question: str, span: tuple[int, int], subject: str) -> str:
    """The question with its subject in the place of the word that points at it."""
    word = question[slice(*span)].casefold()
    if word == "its":
        subject += "'s"
    elif word == "it's":
        subject += " is"
    text = question[: span[0]] + subject + question[span[1] :]
    return text[0].upper() + text[1:]

"""A follow-up as it stands by itself: what it leaves out is taken from the question before it.

People ask "And the Heron Lite?" or "How much is it?" and mean what was spoken of. A question with a subject of its
own stays as it is: to leave a follow-up alone costs one more question, to change a whole one costs a wrong answer.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from pydantic import BaseModel, Field

from knowledge.amounts import days_in, figures_in
from knowledge.chat_model import ChatModel, Unusable, parsed
from knowledge.instructions import without_instructions
from knowledge.lexical import asking, says_something, stems
from knowledge.names import COUNTED, QUALIFIERS, QUALIFIERS_IN_CAPITALS, UNITS, Name, Names, word_set
from knowledge.retriever import names_of
from prompts import fill, inside

LONGEST_CARRIED = 400  # characters of the question before
LONGEST_UNDERSTOOD = 600
MOST_TURNS = 3  # questions that a chat model is shown
SHARE_OF_PATIENCE = 0.4  # of the time that an answer may take, what its question may
LONGEST_FRAGMENT = 8  # words
LONGEST_SHORT = 6  # words of a question that hardly says anything: "How long does that take?"
ENOUGH_ALONE = 3  # words of meaning in a question that may do without what was said before it
ENOUGH_APART = 2  # words of meaning in a question that is looked up apart from the one before it
MOST_TOLD_APART = 10  # questions of one message, and places where one sentence may fall in two
ENOUGH_TO_ASK = 4  # words; a follow-up of so few leans on the question before
ENOUGH_BEFORE = 3  # words of meaning before an "it" that it may well stand for
MOST_OF_A_SIBLING = 2  # words that are nothing but the name of a sibling: "the Lite"
LONGEST_END = 4  # words at the end of a question, in whose place others may be asked about
MOST_MODIFIERS = 3  # words between an article and its noun, in whose place others may stand

_FOREIGN = re.compile(r"\w+://|www\.|<[@!#]|\]\(")
_SENTENCE_END = re.compile(  # in a hurry, few begin the next one with a capital
    r"(?<=[.!?…])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)(?!(?<=\bno\.)\s+\d)\s+|\n+", re.IGNORECASE
)
_LISTED = re.compile(r"(?<![^?\n])[ \t]{0,3}\(?\d{1,2}[.)][ \t]+")  # the "2)" of a list of questions
_ITEM = re.compile(r"(?<!\S)\(?\d{1,2}[.)]\s+(?=([^\W\d_]+))")  # of any list, with its first word
_NUMBER = re.compile(r"\d+")
_ITS_NUMBER = re.compile(r" (\d{1,4}[^\W\d_]?)(?![\w.,])(?: ([^\W\d_]+))?")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENER = re.compile(
    r"(?:(?:ok|okay|and|but|or|so|also|then|plus|what about|how about|same for)\b[\s,]*)+", re.IGNORECASE
)
_CORRECTS = re.compile(
    r"(?:(?:no(?=[,.;:!]| the\b| i\b| not\b)|nope|sorry|oops|actually|i mean|i meant"
    r"|wrong(?=[,.;:!])|that['’]?s wrong|(?:that['’]?s )?not what i (?:meant|asked|said|wanted))\b[\s,.;:!–—-]*)+",
    re.IGNORECASE,
)
_MEANT = re.compile(r".*\bi meant?\b", re.IGNORECASE)
_NOT_THAT = re.compile(
    r"^not (?:the|an?|for) [^,;.]*?(?:[,;.]+ (?:but )?| but )|[,;]? not (?:the|an?|for) [^,;.?!]*(?=[.?!]*$)",
    re.IGNORECASE,
)
_IT_IS = re.compile(r"^(?:it|that|this)(?:['’]?s| is| was)\s+(?=(?:the|an?)\b)", re.IGNORECASE)
_AUXILIARIES = word_set(
    "is are was were do does did can could may might must shall should will would have has had am isn't aren't don't "
    "doesn't can't won't"
)
_ASKING_FOR = word_set("who what when where why which how whose")
_QUESTION_WORDS = _ASKING_FOR | _AUXILIARIES
_ASKED = _QUESTION_WORDS | {"if", "whether"}
_SHORTENED = re.compile(r"(?<!\S)(who|what|when|where|why|how)(?:['’][^\W\d_]+|s)(?!\S)")  # "what's", "how'd", "whats"
_OF_ELLIPSES = word_set("can could may might must should would will does did")
_TELLING = word_set("tell list explain describe show give send need want")  # "please tell me", "I need"
_PREPOSITIONS = word_set("for with without on in at by from after before until since during via as under over per")
_IN_FRONT = _PREPOSITIONS | {"to", "of", "about"}  # of a name
_CONDITIONS = word_set("if when unless while because")
_BEHIND_IT_IS = word_set("not still so very too always all only")
_DETERMINERS = word_set("a an the my our your his her their this that each every any no some")
_CLAUSE = re.compile(r"[,;:.?!–—]|\b(?:and|or|but|if|when|because|then)\b", re.IGNORECASE)
_PEOPLE = frozenset(stems("customer customers client user caller person people someone somebody lady man woman agent"))
_CHOOSING = word_set("which what who")
_POINTING = word_set("this that these those")
# What stands behind "this" or "that" when they point at something said before, and not at the noun behind them.
_BEHIND_POINTING = word_set(
    "apply work mean include cost take happen help count hold go also still always be for in when if not only depend "
    "cover covered allowed possible true free the come last need"
)
_BEFORE_POINTING = _QUESTION_WORDS | _PREPOSITIONS | {"much", "long", "to"}
# "this month" and "that way" speak of no subject that another question could name.
_NO_SUBJECT = word_set(
    "day week month year morning afternoon evening time way case moment customer person lady man woman guy one kind "
    "sort"
)
# "it" stands for nothing in "is it possible to …" and "how long does it take to …".
_IMPERSONAL = word_set(
    "take takes possible ok okay allowed necessary required true matter matters make makes mean means cost costs safe "
    "normal legal easy easier cheaper cheapest better best fine enough hard difficult mandatory free happen "
    "going happens rain rains raining snow snows snowing"
)
_BEHIND_IMPERSONAL = word_set("to if when that rain rains raining snow snows snowing")
_SAYS_LITTLE = frozenset(stems("take long work mean apply happen do does much many often need go get still also up"))
# What a thing has: "what age", "opening times?" and "whats her number" are asked of what was spoken of before.
_ATTRIBUTES = frozenset(
    stems(
        "address age amount closing cost date deadline depth duration email fee height hours length limit max maximum "
        "min minimum number old opening phone price size telephone time weight width charge"
    )
)
# "Any idea?", "Does anybody know?", "Is that right?": said to whoever answers, and no question of its own.
_CHOOSES = re.compile(
    r"\b(?:which|others?|another|any|all|both|either|neither|every|compared?|difference|versus|vs|instead|alternatives?"
    r"|do (?:we|you) (?:have|sell|do|offer|stock)|is there|are there|\w+(?:er|est) (?:one|model|version))\b",
    re.IGNORECASE,
)
_ASIDE = frozenset(
    stems(
        "advice advise answer anybody anyone ask clarify confirm correct explain hello help idea know look make minute "
        "now place please possible question quick right say see sense something suggest tell thank understand wrong"
    )
)
_SUBJECTS = _DETERMINERS | word_set("i you he she it we they there these those customers people")
_ASKERS = word_set("i you he she we they customers people")
_NEW_SUBJECT = re.compile(r"\bdo(?:es)? (?:an? )?([^\W_]+)", re.IGNORECASE)  # "How long does a refund take?"
_TALK = re.compile(
    r"(?:hi|hello|hey|dear|good|morning|sorry|quick|anyone|anybody|team|guys|folks)\b(?!-\w)", re.IGNORECASE
)
_OF_IT = re.compile(r"\b(?:is|are|was|were|do|does|did|can|will) the [^\W_]+", re.IGNORECASE)
_ORDINARY = re.compile(r"\b(?:normal|regular|standard|ordinary|usual) $", re.IGNORECASE)  # "the normal Heron"
_KINDS = word_set("one ones version versions model models edition editions variant type")  # "the Extend version"
_DONE = word_set("do did done doing")
_SUBORDINATE = word_set("who what which whose why how whether where")
_AMOUNT = re.compile(r"(?<![\w.,:/-])(?P<number>[£$€]?\d+(?:[.,]\d+)*%?)(?![\w.,:/-]*\d)(?:[ -]?(?P<unit>[^\W\d_]+))?")
_RANGE = re.compile(r"\d\S* ?(?:to|and|or|[-–—]) ?$")  # in front of the last number of a range
_OWNING = re.compile(r"['’]s$")
_ANY_THING = re.compile(r"\b(?:an?|any|another) ([^\W_]+)", re.IGNORECASE)  # "a mount", "any late" of a fee
_PART_OF = re.compile(  # in front of a name: "the password of the"
    r"\b(?:the|my|our|your|his|her|their) (?:[^\W_]+ ){1,3}(?:of|on|for|with) (?:[^\W_]+ ){0,2}$", re.IGNORECASE
)
_JOINT = re.compile(r",?\s+(?=and\s)", re.IGNORECASE)
_OF_THEM = re.compile(r"(?:how many|which) (?:is|are|was|were|has|have|do|does|can|will)\b")
_GOES_ON = re.compile(r"(?:and|or|what about|how about)\b", re.IGNORECASE)
_LINK = re.compile(r"^(?:(?:and|or|but|so|also|then|plus|ok|okay)\b[\s,]*)+", re.IGNORECASE)


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
    earlier = [_plain(turn)[:LONGEST_CARRIED] for turn in turns[-MOST_TURNS:]]
    prompt = fill("followup", earlier="\n".join(map(inside, earlier)), question=inside(_plain(question)))
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
    if _FOREIGN.search(worded) or not set(_NUMBER.findall(worded)) <= set(_NUMBER.findall(there)):
        return False
    if not all(name.casefold() in there.casefold() for name in names_of(worded)):
        return False
    said, known = set(stems(worded)) - asking(), set(stems(there))
    own = set(stems(asked[-1])) - asking() - _SAYS_LITTLE
    return bool(said) and said <= known and (not own or bool(said & own))


def stands_for(question: str, turns: Sequence[str], names: Names) -> str | None:
    """The same by rules alone: the subject of the question before is put in, or both are asked together."""
    question = _plain(question)
    before = _plain(turns[-1])[:LONGEST_CARRIED] if turns else ""
    if not before or not _WORD.search(question):
        return None
    corrected = _corrected(question, before, names)
    asked = corrected or question
    named = _in_full(asked, before, names)
    is_sibling = named != asked and len(_WORD.findall(asked)) <= MOST_OF_A_SIBLING  # "the Lite?", without an "and"
    stood = _with_subject(named, before, names, is_correction=is_sibling or corrected is not None)
    return stood or (named if named != asked else None)


def _corrected(question: str, before: str, names: Names) -> str | None:
    """What a correction says instead: "the Lite" of "no, I meant the Lite" or "not the Heron, the Lite".

    "It's the Lite" is one, too; "it's a tenant" tells more of the case.
    """
    begun = _CORRECTS.match(question)
    rest = _NOT_THAT.sub("", question[begun.end() :] if begun else question).strip()
    what = _IT_IS.sub("", rest)
    if what != rest and products_in(_in_full(what, before, names), names):
        rest = what
    words = _WORD.findall(rest.casefold())
    if rest == question or not words:
        return None
    is_told = words[0] in _DETERMINERS | _PREPOSITIONS or _adds(rest, words)
    is_told = is_told or bool(_MEANT.match(question) or _OPENER.match(rest))
    return rest if is_told or products_in(rest, names) else None


def _in_full(question: str, before: str, names: Names) -> str:
    """A question on "the Birch", after one on the Cabin Oak, with its whole name; "the 7" after the City 3 likewise.

    Only where no noun of its own is behind it ("the 7 forms", but "the 7 version"), and in a whole question only behind
    "the" and of what is no usual word: in "from home" nobody means the Hearth Home.
    """
    is_short = len(_WORD.findall(question)) <= ENOUGH_TO_ASK
    is_all = len(_WORD.findall(without_link(question))) == 1  # "and 7?"
    for name, (start, end) in names.spans_in(before)[::-1]:
        for sibling in sorted(names.siblings_of(name), key=lambda each: (-len(each), each)):
            shared = max(count for count in range(len(sibling)) if name[:count] == sibling[:count])
            kind, last = _OWNING.sub("", " ".join(before[start:end].split()[:shared])), " ".join(sibling[shared:])
            if not kind or not names.known_in(question).isdisjoint({name, sibling}):
                continue
            is_usual = last in QUALIFIERS_IN_CAPITALS
            article = "(?:the )?" if is_all or (is_short and not last[0].isdigit()) else "the "
            typed_too = "".join(rf"(?:{re.escape(word)} )?" for word in name[1:shared])  # the 4 of "4 Pro"
            found = re.search(rf"(?<![\w-])({article}){typed_too}({re.escape(last)})(?![\w-])", question, re.IGNORECASE)
            if not found or (is_usual and not is_short and found[2].islower()):
                continue
            behind, rest = _WORD.match(question, found.end() + 1), question[found.end() :]
            if behind and behind[0].casefold() in _KINDS:
                rest, behind = question[behind.end() :], None
            is_tier = behind is not None and behind[0].casefold() in QUALIFIERS  # "the 4 Pro"
            if is_tier or not (behind and (behind[0].casefold() in UNITS or says_something(behind[0]))):
                return f"{question[: found.end(1)]}{kind} {found[2]}{rest}"
    return question


def _with_subject(question: str, before: str, names: Names, *, is_correction: bool) -> str | None:
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    words = [word.casefold() for word in _WORD.findall(rest)]
    if not words:
        return _both(before, question) if opener else None
    if _adds(rest, words):
        return _both(before, question)
    own, earlier = _names_in(question, names), _names_in(before, names)
    is_fragment = _is_fragment(_spelled_out(words), opened=opener is not None or is_correction)
    carried = _carried(before, names, is_fragment=is_fragment)
    if not own and (other := _with_amount(carried, rest, names, is_fragment=is_fragment)):
        return other
    if is_fragment and not _tells(rest, words):
        new, old = (_names_in(text, names, in_small=True) for text in (rest, before))
        if len(new) == len(old) == 1 and _takes_its_place(before, old[0], rest, new[0], names):
            return _swapped(before, old[0], rest, new[0], names)
        if is_correction and (product := product_before(question, [before], names)):
            return f"{product[1]}: {question}"
        return (
            _with_day(carried, rest)
            or _of_its_kind(carried, rest)
            or _with_end(carried, rest, words)
            or _both(carried, question)
        )
    if pronoun := _pronoun(rest, words, names):
        says_enough = bool(set(stems(rest)) - asking() - _SAYS_LITTLE)
        is_thing = len(earlier) == 1 and not _has_another(before, earlier[0])
        if is_thing and says_enough and not _is_of_all(rest, pronoun):
            start = len(question) - len(rest)
            return _named(question, (start + pronoun[0], start + pronoun[1]), _with_article(before, earlier[0]))
        return _both(carried, question)
    if not own and (_is_short(_spelled_out(words)) or _asks_attribute(words)):
        return _both(carried, question)
    if not own and (noun := _noun_pointing_back(question, before)):
        if len(earlier) == 1 and not _has_another(before, earlier[0]):
            return _named(question, noun, _with_article(before, earlier[0]))
        return _both(carried, question)
    return None


def _carried(before: str, names: Names, *, is_fragment: bool) -> str:
    """What a chain of questions ("A? And B? And its price?") hands on: its first, and the last that leans on that,
    with the whole question that a fragment leans on.

    A fragment takes the place of those before it: "and C?" is asked of the first, and not of B.
    """
    sentences = _sentences(before)
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
    words = _spelled_out([word.casefold() for word in _WORD.findall(rest)])
    return not words or _is_fragment(words, opened=opener is not None)


def _adds(text: str, words: Sequence[str]) -> bool:
    """Whether it tells more of the case and asks nothing: "it won't pair", "its flashing", but not "its price"."""
    if text.endswith("?") or words[0] not in {"it", "it's", "it’s", "its"}:
        return False
    then = words[1] if len(words) > 1 else ""
    is_short_for = then.endswith(("ing", "ed")) or then in _DETERMINERS | _PREPOSITIONS | _BEHIND_IT_IS
    return bool(then) and (words[0] != "its" or is_short_for) and _ASKING_FOR.isdisjoint(words)


def _is_of_all(text: str, pronoun: tuple[int, int]) -> bool:
    """Whether a pronoun stands for all that was said, and no thing: "Is that free?", "Can I do it in the app?"."""
    before = _WORD.findall(text[: pronoun[0]].casefold())
    word = text[slice(*pronoun)].casefold()
    if word in {"one", "ones"}:  # "the express one"
        return bool(_meaning(before[-1:]))
    return word in {"this", "that"} or not _DONE.isdisjoint(before[-1:])


def _with_end(before: str, fragment: str, words: Sequence[str]) -> str | None:
    """The question before with a fragment in place of its end: "in Zone B" for "in Zone A", "a chair" for "a sofa"."""
    text = before.rstrip(" ?.!…")
    there = list(_WORD.finditer(text))[-LONGEST_END - 1 :]
    same = {"a", "an"} if words[0] in {"a", "an"} else {words[0]} & _PREPOSITIONS
    at = next((at for at, word in enumerate(there) if at and word[0].casefold() in same), None)
    if at is None or len(words) > LONGEST_END:
        return None
    end = {word[0].casefold() for word in there[at + 1 :]}
    if words[-1] in {"one", "ones"} and len(words) > 2:  # "a new one", after "a used sofa"
        fragment = f"{fragment[: fragment.casefold().rindex(words[-1])]}{there[-1][0]}"
    if words[0] in _PREPOSITIONS:
        is_alike = bool(end & set(words[1:]))
    else:  # behind what is done, and not "does a refund take"
        is_alike = there[at - 1][0].casefold() not in _QUESTION_WORDS
    if not is_alike or end & (_PREPOSITIONS | _CONDITIONS | _QUESTION_WORDS):
        return None
    return f"{text[: there[at].start()]}{fragment.rstrip(' ?.!')}?"


def _of_its_kind(before: str, fragment: str) -> str | None:
    """The question before, of another of the kind that it names: of "a starter tenant" for "a supported tenant"."""
    text = before.rstrip(" ?.!…")
    there, said = (list(_WORD.finditer(each)) for each in (text, fragment))
    while said and said[0][0].casefold() in _PREPOSITIONS | _DETERMINERS:
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
    if not (first and there[first - 1][0].casefold() in _DETERMINERS):
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
        and bool(_meaning([word[0]]))
        and (word[0].casefold() not in _PREPOSITIONS | _DETERMINERS | _QUESTION_WORDS)
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
    words = {word.casefold() for word in _WORD.findall(rest)}
    if words & _ASKING_FOR or not set(stems(rest)) - asking() - _SAYS_LITTLE <= set(stems(before)):
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
    end = same[0].end() if unit else end
    return f"{before[:start]}{amount[0]}{before[end:]}".rstrip(" ?.!…") + "?"


def _with_day(before: str, fragment: str) -> str | None:
    """The question before with another day of the week or month in it: "and on Sundays"."""
    told, there = ([word for word in _WORD.finditer(text) if days_in(word[0])] for text in (fragment, before))
    if len(told) != 1 or len(there) != 1 or _kind(told[0][0]) != _kind(there[0][0]):
        return None
    rest = f"{fragment[: told[0].start()]} {fragment[told[0].end() :]}"
    if _meaning([rest]):
        return None
    start, end = there[0].span()
    return f"{before[:start]}{told[0][0]}{before[end:].rstrip(' ?.!…')}?"


def _kind(amount: str) -> str | None:
    """What an amount measures."""
    return next((each.kind for each in [*figures_in(amount), *days_in(amount)]), None)


def without_openers(message: str, names: Names) -> str:
    """A message without the questions in front of its own that ask nothing yet: "Can I ask you something?"."""
    sentences = _sentences(message)
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
    sentences = _sentences(message)
    asking = _asking(sentences)
    if sentences and len(_meaning(_WORD.findall(sentences[asking[0]]))) < ENOUGH_ALONE:
        asking.append(asking[0] - 1)
    kept = [each for at, each in enumerate(sentences) if at in asking or _NUMBER.search(each) or _names_in(each, names)]
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
    sentences = _sentences(message)
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
        leans = bool(apart) and stood is not None and stood.endswith(_both("?", question)[1:])
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
    begun = _WORD.findall(without_link(question).casefold())[:1]
    adds = _LINK.match(question) is not None and not _AUXILIARIES.isdisjoint(begun) and _asks_outright(question)
    return adds and _ATTRIBUTES.isdisjoint(stems(question))


def _of_a_sibling(question: str, before: str, names: Names) -> str:
    """The question before, for one that only names another of the kind: "Stream 500?", after "Is Stream 100 free?"."""
    named = [word for word in _WORD.findall(without_link(question)) if word.casefold() not in _DETERMINERS]
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
    return ": ".join([*named, question])


def product_before(question: str, turns: Sequence[str], names: Names) -> tuple[Name, str] | None:
    """The one product of a family that the last turn names, also as it is written; None for a question with its own,
    or on others: one that chooses ("Which one has a battery?"), or says what tells a sibling apart ("the 5").
    """
    before = products_in(turns[-1], names) if turns else {}
    if len(before) != 1 or products_in(question, names) or _CHOOSES.search(question):
        return None
    name, written = next(iter(before.items()))
    said = {word.casefold() for word in _WORD.findall(question)}
    apart = {word for sibling in names.siblings_of(name) for word in set(sibling) - set(name)}
    return None if said & apart - QUALIFIERS_IN_CAPITALS else (name, written)


def products_in(text: str, names: Names) -> dict[Name, str]:
    """The products that a text names and that have siblings, as they are written."""
    spans = names.spans_in(text)
    return {name: _OWNING.sub("", text[start:end]) for name, (start, end) in spans if names.siblings_of(name)}


def names_something(text: str, names: Names) -> bool:
    """Whether a text has what is written as a name."""
    return bool(_names_in(text, names))


def without_link(question: str) -> str:
    """A question without the "and" that it begins with."""
    rest = _LINK.sub("", question)
    return rest if _WORD.search(rest) else question


def says_enough(question: str, names: Names, words: int) -> bool:
    """Whether a question can be looked up by itself: it has so many words of meaning, or a name, or a new subject."""
    said = [word for word in _meaning(_WORD.findall(question)) if not _ASIDE.issuperset(stems(word))]
    subject = _NEW_SUBJECT.search(question)
    return len(said) >= words or bool(_names_in(question, names)) or (subject is not None and subject[1] in said)


def _sentences(message: str) -> list[str]:
    listed = _LISTED.sub("\n", _as_asked(message))
    return [each for part in _SENTENCE_END.split(listed) if (each := _plain(part))]


def _as_asked(message: str) -> str:
    """A list of questions without question marks ("1) when it is sent 2) how to pay") with them."""
    before, *items = _ITEM.split(message)
    if len(items) < 4 or "?" in message or not {word.casefold() for word in items[::2]} <= _ASKED:
        return message
    return "\n".join([before, *(f"{item.rstrip().rstrip(',;.')}?" for item in items[1::2])])


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
    begun = [word.casefold() for word in _WORD.findall(sentence)[:2]]
    is_asked = len(begun) > 1 and begun[0] in _OF_ELLIPSES and begun[1] in _ASKERS
    return is_asked and sentence.endswith(".") and _LINK.match(then) is not None


def _goes_on(sentence: str) -> bool:
    first = _spelled_out(_WORD.findall(without_link(sentence).casefold()))[:1]
    is_begun = _GOES_ON.match(sentence) or not (_QUESTION_WORDS | _PREPOSITIONS).isdisjoint(first)
    return sentence[-1] not in ".!…" and bool(is_begun)


def _halves(sentence: str) -> list[str]:
    """Two questions in one sentence ("What does it cost and who pays?"), where both are plainly asked of us."""
    for joint in islice(_JOINT.finditer(sentence), MOST_TOLD_APART):
        first, second = sentence[: joint.start()], sentence[joint.end() :]
        tells = _SUBORDINATE & {word.casefold() for word in _WORD.findall(first)[1:]}
        if not tells and _asks_outright(first) and _asks_outright(second):
            return [f"{first}?", second]
    return [sentence]


def _is_talk(text: str) -> bool:
    """Whether it only speaks to somebody: "Hi team, anyone around today?"."""
    words = _spelled_out([word.casefold() for word in _WORD.findall(text)])
    return _TALK.match(text) is not None and _QUESTION_WORDS.isdisjoint(words)


def _asks_outright(text: str) -> bool:
    """Whether it is a question of its own, and not "what it costs" or "how many are free"."""
    first, *words = _spelled_out([word.casefold() for word in _WORD.findall(without_link(text))]) or [""]
    if _OF_THEM.match(" ".join([first, *words])):
        return False
    if first in _AUXILIARIES:
        return words[:1] != [] and words[0] in _SUBJECTS
    if first in {"who", "what", "which"} and words and words[0] not in _SUBJECTS:
        return True
    return first in _ASKING_FOR and bool(_AUXILIARIES & set(words[:3]))


def _plain(text: str) -> str:
    """On one line, without what is meant for an assistant: it is about to be repeated to everybody."""
    return " ".join(without_instructions(text)[0].split())


def _is_fragment(words: Sequence[str], *, opened: bool) -> bool:
    """Whether it is no whole question: "and for homes", "from which month", "and if it rains"."""
    if opened and words[0] in _CONDITIONS and _AUXILIARIES.isdisjoint(words[1:2]):
        return True
    if len(words) > LONGEST_FRAGMENT:
        return False
    if len(words) == 3 and words[0] in _OF_ELLIPSES and words[1] in _DETERMINERS:  # "can his wife?"
        return True
    if words[0] in _PREPOSITIONS:
        return not any(word in _QUESTION_WORDS for word in words[2:])
    return opened and not any(word in _QUESTION_WORDS for word in words)


def _spelled_out(words: Sequence[str]) -> list[str]:
    """The words with "what's" as "what is"."""
    return _SHORTENED.sub(r"\1 is", " ".join(words)).split()


def _tells(text: str, words: Sequence[str]) -> bool:
    """Whether it wants to be told of something that it names: "tell me the refund policy", but not "tell me more"."""
    told = next((at for at, word in enumerate(words[:2]) if word in _TELLING), None)
    return told is not None and not text.endswith("?") and len(_meaning(words[told + 1 :])) >= ENOUGH_APART


def _is_short(words: Sequence[str]) -> bool:
    """Whether it asks without saying about what: "How often?", "Who signs off?", but not "What is roaming?"."""
    if len(words) > LONGEST_SHORT or not _QUESTION_WORDS & set(words):
        return False
    meaning = [word for word in words if set(stems(word)) - asking() - _SAYS_LITTLE]
    is_definition = words[0] in {"what", "who"} and len(words) > 1 and words[1] in {"is", "are"}
    return not meaning or (len(meaning) == 1 and is_definition and words[2] in {"the", "its"})


def _asks_attribute(words: Sequence[str]) -> bool:
    """Whether it asks for nothing but what a thing or a person has, and doesn't say whose: "min age", "her number"."""
    said = {stem for word in words for stem in stems(word)} - asking() - _SAYS_LITTLE
    return len(words) <= LONGEST_FRAGMENT and bool(said) and said <= _ATTRIBUTES and not {"the", "it"} & set(words)


def _pronoun(text: str, words: Sequence[str], names: Names) -> tuple[int, int] | None:
    """The span of the first word that points at something which the question itself doesn't name."""
    spans = [match.span() for match in _WORD.finditer(text)]
    for at, word in enumerate(words):
        after = words[at + 1 :]
        if word in {"it", "its", "it's"}:
            if at >= 2 and words[at - 2] in {"time", "day", "date"}:
                return None
            points = not _is_impersonal(words[max(0, at - 2) : at], after)
        elif word in _POINTING:
            if ":" in text[spans[at][1] :].rstrip(": "):  # "What does this mean: error 404?"
                return None
            points = not after or after[0] in _BEHIND_POINTING or after[0].endswith("ed")
            points = points and (at == 0 or not after or words[at - 1] in _BEFORE_POINTING)
        else:
            points = word in {"one", "ones"} and not after and at > 0
        if points:
            first = _of_one(words[:at]) if word in {"one", "ones"} else at
            return None if _has_antecedent(text[: spans[first][0]], words[:first], names) else spans[at]
    return None


def _of_one(before: Sequence[str]) -> int:
    """Where "the express one" begins, which says nothing of what it is one of; where it is "one" alone, behind that."""
    articles = [at for at in range(max(0, len(before) - LONGEST_END), len(before)) if before[at] in _DETERMINERS]
    return articles[-1] if articles and _CHOOSING.isdisjoint(before) else len(before)


def _is_impersonal(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the "it" between these words stands for nothing: "is it possible to …", "how much is it to …"."""
    behind = set(after) & _BEHIND_IMPERSONAL or {"for", "a"} <= set(after)
    if [*before[-2:], *after[:1]] == ["much", "is", "to"]:
        return True
    return "worth" in after[:1] or (any(each in _IMPERSONAL for each in (*before, *after[:2])) and bool(behind))


def _has_antecedent(before: str, words: Sequence[str], names: Names) -> bool:
    """Whether something that "it" can stand for has been named: "the router", "Brook 4", or much else."""
    if _names_in(before, names):
        return True
    named = any(a in _DETERMINERS and _meaning([b]) for a, b in pairwise(words))
    clauses = _CLAUSE.split(before)
    return named or len(_meaning(words)) >= ENOUGH_BEFORE or (len(clauses) > 1 and bool(_meaning(clauses[:-1])))


def _meaning(texts: Sequence[str]) -> list[str]:
    """Those of the texts that name something, and not only people."""
    return [text for text in texts if set(stems(text)) - asking() - _PEOPLE - _SAYS_LITTLE]


def _noun_pointing_back(question: str, before: str) -> tuple[int, int] | None:
    """The span of "that router" or "this plan", where the question before spoke of one."""
    earlier = set(stems(before)) - asking()
    for match in re.finditer(r"\b(?:this|that|these|those)\s+([^\W\d_]+)", question, re.IGNORECASE):
        noun = match[1].casefold()
        if noun not in _NO_SUBJECT and set(stems(noun)) & earlier:
            return match.span()
    return None


def _names_in(text: str, names: Names, *, in_small: bool = False) -> list[tuple[int, int]]:
    """The spans of what is written as a name, or has the number or the article that names of products have.

    Args:
        in_small: whether a word that the guides' sentences write with a capital is one in small letters, too.
    """
    found = [
        _with_number(text, *span)
        for name, span in names.spans_in(text)
        if _reads_as_name(text, name, span, names)
        or (in_small and names.is_in_sentences(name[0]) and not _singular(name[0]) & (UNITS | COUNTED))
    ]
    for name in names_of(text):
        start = text.find(name)
        if _singular(name) & COUNTED:  # "on Monday", "on Mondays"
            continue
        if found and 0 <= start - found[-1][1] <= 1:  # "Whole Home"
            found[-1] = (found[-1][0], start + len(name))
        elif not any(low <= start < high for low, high in found):
            found.append((start, start + len(name)))
    return sorted(found)


def _singular(word: str) -> set[str]:
    return {word.casefold(), word.casefold().removesuffix("s")}


def _with_number(text: str, start: int, end: int) -> tuple[int, int]:
    """A name with the number behind it, which no guide may know: "the Brook 6"."""
    number = _ITS_NUMBER.match(text, end)
    return (start, number.end(1) if number and (number[2] or "").casefold() not in UNITS else end)


def _reads_as_name(text: str, name: Name, span: tuple[int, int], names: Names) -> bool:
    start, end = span
    written = text[start:end]
    if _singular(written) & (UNITS | COUNTED):  # "for a week", in whose column the prices are
        return False
    behind_article = text[:start].rstrip().casefold().endswith((" the", " a", "with")) and names.is_product(name)
    is_written_so = (start > 0 or text[end : end + 1] == ":") and any(
        sign.isdigit() or sign.isupper() for sign in written
    )
    return len(name) > 1 or is_written_so or behind_article or names.is_never_small(name[0])


def _both(before: str, question: str) -> str:
    """Both questions: what is asked now, which ends as a question does, with all that it may be about."""
    asked = question if question.endswith("?") else f"{question.rstrip(' .')}?"
    return f"{before if before[-1] in '.?!…' else before + '?'} {asked[0].upper()}{asked[1:]}"


def _takes_its_place(before: str, old: tuple[int, int], question: str, new: tuple[int, int], names: Names) -> bool:
    """Whether a name may stand where another does: a sibling, another of its kind, or one with nothing in front or the
    same as there; neither "at Larkmere" for "a Heron" nor "with Alexa" for "the Heron".
    """
    in_front = [word.casefold() for word in _WORD.findall(question[: new[0]])]
    if _meaning([_ORDINARY.sub("", question[: new[0]])]):
        return False
    behind = [word.casefold() for word in _WORD.findall(before[: old[0]])]
    links, linked = ([word for word in words if word not in _DETERMINERS][-1:] for words in (in_front, behind))
    if _IN_FRONT.isdisjoint(links) or links == linked:
        return True
    return _are_alike(before[slice(*old)], question[slice(*new)], names)


def _are_alike(one: str, other: str, names: Names) -> bool:
    """Whether two names are of one family or kind, as far as one can tell."""
    first = other.casefold().split()[0]
    if first in QUALIFIERS or first == one.casefold().split()[0]:
        return True
    return any(
        not names.siblings_of(name).isdisjoint(names.known_in(other)) for name in names.known_in(_OWNING.sub("", one))
    )


def _swapped(before: str, old: tuple[int, int], question: str, new: tuple[int, int], names: Names) -> str:
    """The question before, asked of another thing."""
    name = question[slice(*new)]
    kept = before[slice(*old)].split()
    if name.casefold() in QUALIFIERS:  # "and the Pro?": of the same family
        name = " ".join([*(kept[:-1] if kept[-1].casefold() in QUALIFIERS else kept), name])
    rest = question[new[1] :].strip(" ?.!")
    if rest in {"", "one", "ones"} and _is_of_kind(name, kept, names):  # "the Otter", or "the Otter one"
        rest = kept[-1]
    if rest and before[old[1] :].strip(" ?.!").casefold().startswith(rest.casefold()):  # "the Otter router", of another
        rest = ""
    if rest and rest.split()[0].casefold() not in _PREPOSITIONS:  # the name goes on: "the Otter TV box"
        name, rest = f"{name} {rest}", ""
    text = (before[: old[0]] + name + before[old[1] :]).rstrip(" ?.!")
    return f"{text} {rest}".rstrip() + "?"


def _is_of_kind(name: str, other: Sequence[str], names: Names) -> bool:
    """Whether a name ends as another does that begins otherwise: the Otter after the Heron Router."""
    kind, first = other[-1].casefold(), name.split()[0].casefold()
    if first == other[0].casefold() or kind in QUALIFIERS | QUALIFIERS_IN_CAPITALS or not kind.isalpha():
        return False
    return any(known[-1] == kind for known in names.known_in(f"{name} {kind}") if len(known) > 1)


def _has_another(text: str, name: tuple[int, int]) -> bool:
    """Whether a text speaks of another thing than what it names, which "it" may stand for as well: of "a mount", or of
    the password that a router has.
    """
    if _PART_OF.search(text[: name[0]]) or _OWNING.search(text[slice(*name)]) or text[name[1] :][:2] in {"'s", "’s"}:
        return True
    things = (
        found for found in _ANY_THING.finditer(text) if text[found.end() : name[0]].strip() or found.end() > name[1]
    )
    return any(_meaning([found[1]]) and found[1].casefold() not in UNITS | _NO_SUBJECT for found in things)


def _with_article(text: str, span: tuple[int, int]) -> str:
    """A name with the article that it was spoken of with."""
    found = re.search(r"\b(?:the|an?|my|our|your|his|her|their)(?: \w+)?\s+$", text[: span[0]], re.IGNORECASE)
    name = _OWNING.sub("", text[slice(*span)])
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

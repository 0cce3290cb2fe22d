"""What rules tell of a question as it is typed: what it is on, what it points at, and what it leaves out."""

import re
from collections.abc import Sequence
from itertools import pairwise

from knowledge.instructions import without_instructions
from knowledge.lexical import asking, stems
from knowledge.names import COUNTED, UNITS, Name, Names, word_set
from knowledge.proper_nouns import names_of

LONGEST_FRAGMENT = 8  # words
LONGEST_SHORT = 6  # words of a question that hardly says anything: "How long does that take?"
ENOUGH_APART = 2  # words of meaning in a question that is looked up apart from the one before it
ENOUGH_BEFORE = 3  # words of meaning before an "it" that it may well stand for
LONGEST_END = 4  # words at the end of a question, in whose place others may be asked about
_SENTENCE_END = re.compile(  # in a hurry, few begin the next one with a capital
    r"(?<=[.!?…])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)(?!(?<=\bno\.)\s+\d)\s+|\n+", re.IGNORECASE
)
_LISTED = re.compile(r"(?<![^?\n])[ \t]{0,3}\(?\d{1,2}[.)][ \t]+")  # the "2)" of a list of questions
_ITEM = re.compile(r"(?<!\S)\(?\d{1,2}[.)]\s+(?=([^\W\d_]+))")  # of any list, with its first word
NUMBER = re.compile(r"\d+")
_ITS_NUMBER = re.compile(r" (\d{1,4}[^\W\d_]?)(?![\w.,])(?: ([^\W\d_]+))?")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
AUXILIARIES = word_set(
    "is are was were do does did can could may might must shall should will would have has had am isn't aren't don't "
    "doesn't can't won't isnt arent dont doesnt cant wont"
)
ASKING_FOR = word_set("who what when where why which how whose")
QUESTION_WORDS = ASKING_FOR | AUXILIARIES
_ASKED = QUESTION_WORDS | {"if", "whether"}
_SHORTENED = re.compile(r"(?<!\S)(who|what|when|where|why|how)(?:['’][^\W\d_]+|s)(?!\S)")  # "what's", "how'd", "whats"
OF_ELLIPSES = word_set("can could may might must should would will does did")
_THAN_BEFORE = word_set("more less fewer another longer")  # of what, was said before
_PERSONS = word_set("i you he she we they")
_OF_WHAT = word_set("what which how whose")  # of what, one word behind it doesn't say: "which form", "how far"
_TELLING = word_set("tell list explain describe show give send need want")  # "please tell me", "I need"
PREPOSITIONS = word_set("for with without on in at by from after before until since during via as under over per")
CONDITIONS = word_set("if when unless while because")
_BEHIND_IT_IS = word_set("not still so very too always all only")
DETERMINERS = word_set("a an the my our your his her their this that each every any no some")
_CLAUSE = re.compile(r"[,;:.?!–—]|\b(?:and|or|but|if|when|because|then)\b", re.IGNORECASE)
_PEOPLE = frozenset(
    stems("customer customers client user caller person people someone somebody lady man woman agent him her them")
)
_CHOOSING = word_set("which what who")
_POINTING = word_set("this that these those")
_BEHIND_POINTING = word_set(
    "apply work mean include cost take happen help count hold go also still always be for in when if not only depend "
    "cover covered allowed possible true free the come last need monthly weekly daily yearly each incl "
    "including inclusive"
)
_BEFORE_POINTING = QUESTION_WORDS | PREPOSITIONS | {"much", "long", "to"}
_NO_SUBJECT = word_set(
    "hour day night week month year morning afternoon evening time way case moment customer person lady man woman guy "
    "one kind sort"
)
_IMPERSONAL = word_set(
    "take takes possible ok okay allowed necessary required true matter matters make makes mean means cost costs safe "
    "normal legal easy easier cheaper cheapest better best fine enough hard difficult mandatory free happen "
    "going happens rain rains raining snow snows snowing"
)
_BEHIND_IMPERSONAL = word_set("to if when that rain rains raining snow snows snowing")
SAYS_LITTLE = frozenset(
    stems("take long work mean apply happen do does much many often need go get still also up again")
)
ATTRIBUTES = frozenset(
    stems(
        "address age amount closing cost date deadline depth duration email fee height hours length limit max maximum "
        "min minimum number old opening phone price size telephone time weight width charge"
    )
)
_ASIDE = frozenset(
    stems(
        "advice advise answer anybody anyone ask clarify confirm correct explain hello help idea know look make minute "
        "now place please possible question quick right say see sense something suggest tell thank understand wrong"
    )
)
_NEW_SUBJECT = re.compile(r"\bdo(?:es)? (?:an? )?([^\W_]+)", re.IGNORECASE)  # "How long does a refund take?"
_DONE = word_set("do did done doing")
OWNING = re.compile(r"['’]s$")
_ANY_THING = re.compile(r"\b(?:an?|any|another) ([^\W_]+)", re.IGNORECASE)  # "a mount", "any late" of a fee
_PART_OF = re.compile(  # in front of a name: "the password of the"
    r"\b(?:the|my|our|your|his|her|their) (?:[^\W_]+ ){1,3}(?:of|on|for|with) (?:[^\W_]+ ){0,2}$", re.IGNORECASE
)
LINK = re.compile(r"^(?:(?:and|or|but|so|also|then|plus|ok|okay)\b[\s,]*)+", re.IGNORECASE)


def tells_more(text: str, words: Sequence[str]) -> bool:
    """Whether it tells more of the case and asks nothing: "it won't pair", "its flashing", but not "its price"."""
    if text.endswith("?") or words[0] not in {"it", "it's", "it’s", "its"}:
        return False
    then = words[1] if len(words) > 1 else ""
    is_short_for = then.endswith(("ing", "ed")) or then in DETERMINERS | PREPOSITIONS | _BEHIND_IT_IS
    return bool(then) and (words[0] != "its" or is_short_for) and ASKING_FOR.isdisjoint(words)


def is_of_all(text: str, pronoun: tuple[int, int]) -> bool:
    """Whether a pronoun stands for all that was said, and no thing: "Is that free?", "Can I do it in the app?"."""
    before = WORD.findall(text[: pronoun[0]].casefold())
    word = text[slice(*pronoun)].casefold()
    if word in {"one", "ones"}:  # "the express one"
        return bool(meaning_of(before[-1:]))
    return word in {"this", "that"} or not _DONE.isdisjoint(before[-1:])


def products_in(text: str, names: Names) -> dict[Name, str]:
    """The products that a text names and that have siblings, as they are written."""
    spans = names.spans_in(text)
    return {name: OWNING.sub("", text[start:end]) for name, (start, end) in spans if names.siblings_of(name)}


def names_something(text: str, names: Names) -> bool:
    """Whether a text has what is written as a name."""
    return bool(spans_of_names(text, names))


def without_link(question: str) -> str:
    """A question without the "and" that it begins with."""
    rest = LINK.sub("", question)
    return rest if WORD.search(rest) else question


def says_enough(question: str, names: Names, words: int) -> bool:
    """Whether a question can be looked up by itself: it has so many words of meaning, or a name, or a new subject."""
    said = [word for word in meaning_of(WORD.findall(question)) if not _ASIDE.issuperset(stems(word))]
    subject = _NEW_SUBJECT.search(question)
    return len(said) >= words or bool(spans_of_names(question, names)) or (subject is not None and subject[1] in said)


def sentences_of(message: str) -> list[str]:
    listed = _LISTED.sub("\n", _as_asked(message))
    return [each for part in _SENTENCE_END.split(listed) if (each := plain(part))]


def _as_asked(message: str) -> str:
    """A list of questions without question marks ("1) when it is sent 2) how to pay") with them."""
    before, *items = _ITEM.split(message)
    if len(items) < 4 or "?" in message or not {word.casefold() for word in items[::2]} <= _ASKED:
        return message
    return "\n".join([before, *(f"{item.rstrip().rstrip(',;.')}?" for item in items[1::2])])


def plain(text: str) -> str:
    """On one line, without what is meant for an assistant: it is about to be repeated to everybody."""
    return " ".join(without_instructions(text)[0].split())


def reads_as_fragment(words: Sequence[str], *, opened: bool) -> bool:
    """Whether it is no whole question: "and for homes", "from which month", "and if it rains"."""
    if opened and words[0] in CONDITIONS and AUXILIARIES.isdisjoint(words[1:2]):
        return True
    if len(words) > LONGEST_FRAGMENT:
        return False
    if len(words) == 3 and words[0] in OF_ELLIPSES and words[1] in DETERMINERS:  # "can his wife?"
        return True
    if words[0] in PREPOSITIONS:
        return not any(word in QUESTION_WORDS for word in words[2:])
    return opened and not any(word in QUESTION_WORDS for word in words)


def spelled_out(words: Sequence[str]) -> list[str]:
    """The words with "what's" as "what is"."""
    return _SHORTENED.sub(r"\1 is", " ".join(words)).split()


def wants_to_be_told(text: str, words: Sequence[str]) -> bool:
    """Whether it wants to be told of something that it names: "tell me the refund policy", but not "tell me more"."""
    told = next((at for at, word in enumerate(words[:2]) if word in _TELLING), None)
    return told is not None and not text.endswith("?") and len(meaning_of(words[told + 1 :])) >= ENOUGH_APART


def asks_without_subject(words: Sequence[str]) -> bool:
    """Whether it asks without saying about what: "How often?", "Which form?", "How much for a week?", "What if they
    want more?", but not "What is roaming?".
    """
    if len(words) > LONGEST_SHORT or not QUESTION_WORDS & set(words):
        return False
    if len(words) == ENOUGH_APART and words[0] in _OF_WHAT:
        return True
    little = _NO_SUBJECT if words[0] == "how" else frozenset[str]()
    meaning = [word for word in words if set(stems(word)) - asking() - SAYS_LITTLE and not _singular(word) & little]
    if words[0] == "how":
        meaning = [word for word in meaning if not word.isdigit()]  # "how much for 2 days"
    if words[-1] in _THAN_BEFORE and not _PERSONS.isdisjoint(words):
        return len(meaning) <= ENOUGH_APART
    is_definition = words[0] in {"what", "who"} and len(words) > 1 and words[1] in {"is", "are"}
    return not meaning or (len(meaning) == 1 and is_definition and words[2] in {"the", "its"})


def asks_attribute(words: Sequence[str]) -> bool:
    """Whether it asks for nothing but what a thing or a person has, and doesn't say whose: "min age", "her number"."""
    said = {stem for word in words for stem in stems(word)} - asking() - SAYS_LITTLE
    return len(words) <= LONGEST_FRAGMENT and bool(said) and said <= ATTRIBUTES and not {"the", "it"} & set(words)


def pronoun_in(text: str, words: Sequence[str], names: Names) -> tuple[int, int] | None:
    """The span of the first word that points at something which the question itself doesn't name."""
    spans = [match.span() for match in WORD.finditer(text)]
    for at, word in enumerate(words):
        after = words[at + 1 :]
        if word in {"it", "its", "it's"}:
            if at >= 2 and words[at - 2] in {"time", "day", "date"}:
                return None
            points = not _is_impersonal(words[max(0, at - 2) : at], after)
        elif word in _POINTING:
            if ":" in text[spans[at][1] :].rstrip(": "):  # "What does this mean: error 404?"
                return None
            is_said_of_it = word in {"this", "that"} and words[at - 1 : at] in (["is"], ["was"])  # "is that per month"
            if is_said_of_it and after[:1] and after[0] in DETERMINERS and not _NO_SUBJECT.isdisjoint(after[1:2]):
                after = after[1:]  # "is that a month or a year"
            behind = _BEHIND_POINTING | (PREPOSITIONS | _NO_SUBJECT if is_said_of_it else set())
            points = not after or after[0] in behind or after[0].endswith("ed")
            points = points and (at == 0 or not after or words[at - 1] in _BEFORE_POINTING)
        else:
            points = word in {"one", "ones"} and not after and at > 0
        if points:
            first = _of_one(words[:at]) if word in {"one", "ones"} else at
            return None if _has_antecedent(text[: spans[first][0]], words[:first], names) else spans[at]
    return None


def _of_one(before: Sequence[str]) -> int:
    """Where "the express one" begins, which says nothing of what it is one of; where it is "one" alone, behind that."""
    articles = [at for at in range(max(0, len(before) - LONGEST_END), len(before)) if before[at] in DETERMINERS]
    return articles[-1] if articles and _CHOOSING.isdisjoint(before) else len(before)


def _is_impersonal(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the "it" between these words stands for nothing: "is it possible to …", "how much is it to …"."""
    behind = set(after) & _BEHIND_IMPERSONAL or {"for", "a"} <= set(after)
    if [*before[-2:], *after[:1]] == ["much", "is", "to"]:
        return True
    return "worth" in after[:1] or (any(each in _IMPERSONAL for each in (*before, *after[:2])) and bool(behind))


def _has_antecedent(before: str, words: Sequence[str], names: Names) -> bool:
    """Whether something that "it" can stand for has been named: "the router", "Brook 4", or much else."""
    if spans_of_names(before, names):
        return True
    named = any(a in DETERMINERS and meaning_of([b]) for a, b in pairwise(words))
    *others, _ = _CLAUSE.split(before)
    return named or len(things_in(words)) >= ENOUGH_BEFORE or bool(things_in(others))


def meaning_of(texts: Sequence[str]) -> list[str]:
    """Those of the texts that name something, and not only people."""
    return [text for text in texts if set(stems(text)) - asking() - _PEOPLE - SAYS_LITTLE]


def things_in(texts: Sequence[str]) -> list[str]:
    """Those of the texts that may name a thing, and not only what one has: "what does it cost" names none."""
    said = asking() | _PEOPLE | SAYS_LITTLE | ATTRIBUTES
    return [text for text in texts if set(stems(text)) - said and text not in AUXILIARIES and not NUMBER.match(text)]


def noun_pointing_back(question: str, before: str) -> tuple[int, int] | None:
    """The span of "that router" or "this plan", where the question before spoke of one."""
    earlier = set(stems(before)) - asking()
    for match in re.finditer(r"\b(?:this|that|these|those)\s+([^\W\d_]+)", question, re.IGNORECASE):
        noun = match[1].casefold()
        if noun not in _NO_SUBJECT and set(stems(noun)) & earlier:
            return match.span()
    return None


def spans_of_names(text: str, names: Names, *, in_small: bool = False) -> list[tuple[int, int]]:
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


def has_another(text: str, name: tuple[int, int]) -> bool:
    """Whether a text speaks of another thing than what it names, which "it" may stand for as well: of "a mount", or of
    the password that a router has.
    """
    if _PART_OF.search(text[: name[0]]) or OWNING.search(text[slice(*name)]) or text[name[1] :][:2] in {"'s", "’s"}:
        return True
    things = (
        found for found in _ANY_THING.finditer(text) if text[found.end() : name[0]].strip() or found.end() > name[1]
    )
    return any(meaning_of([found[1]]) and found[1].casefold() not in UNITS | _NO_SUBJECT for found in things)

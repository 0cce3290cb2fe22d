"""What people say to Frontline that asks nothing of the guides: greetings, small talk, and talk about the answer."""

import re
import unicodedata
from enum import Enum, auto

MOST_WORDS = 20  # of talk; whoever says more asks something


class Talk(Enum):
    GREETING = auto()  # "hi all", "help", "what can you do?", a wave, and what has no word
    SMALL = auto()  # "ok thanks", "never mind", a thumb
    NOT_SO = auto()  # "no", "that's wrong", "it never worked", a thumb down
    ABOUT_ANSWER = auto()  # "are you sure?", "where does it say that?"


_SHORTCODE = re.compile(
    r"(?<![\w:])(?::(?:-1|(?=[0-9_'-]{0,60}[a-z+])[a-z0-9_+'-]{1,60}):)+(?!\w)|(?<!\S):(?:100|1234):(?!\S)"
)
# Where something must follow, what follows is spoken of: "What does :x: mean?", but not "Is it late :sob:".
_SPOKEN_OF = re.compile(rf"\b((?i:does|the|an?|of|use|using|what(?:['’]s| is))) ({_SHORTCODE.pattern})")
_MENTION = re.compile(r"@\S+|\bfrontline\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLIPPED = "that's what's where's i'm you're isn't wasn't didn't don't"
_IN_FULL = dict.fromkeys(("its", "it's"), "it") | {"u": "you", "r": "are", "ur": "your", "pls": "please"}
_IN_FULL |= {word.replace("'", ""): word for word in _CLIPPED.split()}  # people in a hurry leave letters out
_NOT_ASKED = re.compile(
    r"\bnot what i (?:meant|mean|asked|wanted|want|said)(?: (?:for|about))?(?=[ \t]*(?:[.,;:!?…()–—\n]|$))"
)
_IS = re.compile(r"\b(that|this|it|answer|you) (?:is|are)\b")
_BREAK = re.compile(r"[.,;:!?…()–—\n]+")
_DOWN = re.compile("👎|:(?:-1|thumbsdown):")
_WAVE = re.compile("👋|:wave:")
_ABOUT_US = (
    r"what(?: else)? (?:can|do) you (?:do|know|answer|help(?: me)? with)|what can i ask(?: you)?(?: about)?"
    r"|(?:what|which) guides (?:do you (?:have|know)|are there)|(?:who|what) are you|what(?:'?s| is) your name"
    r"|how (?:do you work|(?:do|can) i use you|are you(?: doing)?(?: today)?)|are you (?:there|an? (?:bot|robot|human))"
    r"|(?:can|could|would|will) you (?:please )?help(?: (?:me|us))?|i need (?:some )?help"
)
_GREETING = re.compile(
    rf"(?:please )?(?:help|hi|hiya|hello|hey|good (?:morning|afternoon|evening)|{_ABOUT_US})"
    r"(?: (?:all|again|everyone|folks|for me|for us|guys|hello|help|hi|me|please|team|there|you"
    rf"|good (?:morning|afternoon|evening)|{_ABOUT_US}))*"
)
# One of these makes a message talk, where it has no other words but those below.
SMALL = (
    "thanks thank thankyou thx tysm ty cheers appreciated ok okay k great perfect brilliant awesome excellent lovely "
    "cool nice super fantastic wonderful wow good helped helpful got gotcha understood noted nevermind forget "
    "bye goodbye hi hiya hello hey ta sorted sorry oops test testing ignore yes yep yeah right alright fine haha lol"
)
NOT_SO = "no nope wrong never not useless isn't wasn't didn't"  # too; what is not meant so is behind them
WITH_SMALL = (
    "a again all and answer channel chat correct everyone afternoon evening morning night folks for found guide guys "
    "help helping helps i'm it just lot many mate me mind much my now of one please problem quick see sense makes so "
    "team thread that that's the there this to very was window worked working works worries you you're your"
)
_NOT_SO = frozenset(NOT_SO.split())
_SMALL = _NOT_SO | frozenset(SMALL.split())
_TALK = _SMALL | frozenset(WITH_SMALL.split())
_MEANT_WELL = re.compile(
    r"\b(?:never mind|wrong (?:channel|chat|team|thread|window)"
    r"|no(?:pe)? (?:thank|thanks|thx|ty|cheers|problem|worries)"
    r"|(?:no(?:pe)? )?(?:(?:that|that's|i'm|you're|all) )+(?:all|fine|good|great|it|ok|okay|perfect|right))\b"
)
_PLACE = r"(?:guide|guides|section|page|document|source|policy)"
_ABOUT_ANSWER = re.compile(
    r"(?:(?:and|but|so|ok|okay|hmm|wait|well|please|sorry) )*(?:"
    r"(?:are )?(?:you|u) (?:really |absolutely |quite )?(?:sure|certain)(?: (?:about|of) (?:that|this|it))?"
    r"|is (?:that|this|(?:your|the) answer) (?:really |still |definitely )?"
    r"(?:true|right|correct|valid|current|accurate|up to date)"
    rf"|(?:where|(?:what|which) {_PLACE}) (?:exactly )?(?:does (?:it|the {_PLACE}) say|do (?:they|the guides) say"
    r"|did you (?:get|find|read|take|have)|do you (?:get|have)|says) (?:that|this|it|so)(?: from)?"
    rf"|(?:where|(?:what|which) {_PLACE})(?: is|'s) (?:that|this|it) (?:from|in|on|written|stated)"
    r"|(?:what is|what's) (?:your|the) source|source|who says (?:that|this|so)|says who|how do you know(?: that)?"
    r"|(?:(?:can|could|would|will) you (?:please )?)?(?:explain|rephrase|repeat|simplify|summari[sz]e|say|put)"
    r"(?: (?:that|this|it))?(?: again| more simply| shorter| in (?:\w+ ){1,2}(?:words|terms|english|sentence))*"
    r"|(?:(?:tell|give|show) me )?(?:(?:a bit|some|even) )?more(?: (?:details?|info|information|about (?:that|this)))?"
    r"|what(?: do you mean(?: by (?:that|this))?)?|i don't (?:understand|get)(?: (?:that|this|it))?"
    r"|in (?:simpler|simple|plain|other|fewer) (?:words|terms|english)"
    r"|what (?:did|have) (?:i|we|you) (?:just )?(?:ask|asked|say|said)(?: you)?(?: (?:first|before|earlier|last))?"
    r"|what was my (?:first|last|previous) question|really|seriously|next|continue|go on|hm+|huh"
    r"|(?:yes|yep|yeah) please"
    r")(?: (?:please|then|exactly|though))?"
)


def talk_in(text: str) -> Talk | None:
    """What kind of talk a message is, and nothing else; None for a question.

    >>> [talk_in(each) for each in ("ok thanks :pray:", "Hmm. Are you sure?", "ok so how long is it?", "?")]
    [<Talk.SMALL: 2>, <Talk.ABOUT_ANSWER: 4>, None, <Talk.GREETING: 1>]
    """
    said = _MENTION.sub(" ", _SHORTCODE.sub(" ", text)).casefold().replace("’", "'")
    said = _WORD.sub(lambda found: _IN_FULL.get(found[0], found[0]), said)
    said = _NOT_ASKED.sub("not", _IS.sub(r"\1", said))
    words = _WORD.findall(said)
    if len(words) > MOST_WORDS:
        return None
    is_empty = not words and not (_SHORTCODE.search(text) or _has_emoji(text))
    if _GREETING.fullmatch(" ".join(words)) or is_empty or (not words and _WAVE.search(text)):
        return Talk.GREETING
    sentences = [" ".join(_WORD.findall(each)) for each in _BREAK.split(said)]
    others = {word for each in sentences if not _ABOUT_ANSWER.fullmatch(each) for word in each.split()}
    if not others <= _TALK:
        return None
    if any(map(_ABOUT_ANSWER.fullmatch, sentences)):
        return Talk.ABOUT_ANSWER
    if _DOWN.search(text) or _NOT_SO & {*_MEANT_WELL.sub(" ", " ".join(words)).split()}:
        return Talk.NOT_SO
    if words and not others & _SMALL:
        return None
    return Talk.ABOUT_ANSWER if "?" in said else Talk.SMALL  # "sorry?"


def without_emoji(text: str) -> str:
    """A text without the emoji that Slack writes as ":pray:"; the time "10:30:15" and "arn:aws:s3" have none.

    >>> without_emoji(":wave: what does :red_circle: mean")
    'what does red circle mean'
    """
    named = _SPOKEN_OF.sub(lambda found: " ".join([found[1], *re.findall("[^:_]+", found[2])]), text)
    return re.sub(r" {2,}", " ", _SHORTCODE.sub(" ", named)).strip()


def _has_emoji(text: str) -> bool:
    return any(unicodedata.category(sign) == "So" for sign in text)

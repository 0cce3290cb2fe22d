"""Text from bytes, in whatever encoding they are."""

import re

from knowledge.loading import Refused

_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_AS_WINDOWS = {"iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"}  # as browsers take them
# A sign in the middle of a word, or many accents in a row: what another alphabet looks like when it is read as Western.
_NOT_WESTERN = re.compile(r"[^\W\d_][¡-©«¬®-³¶¸¹»-¿][^\W\d_]|[À-ÿ]{4}")
# The letters that languages have beyond a-z, and where they stand, by the encoding that Windows had for them.
_ALPHABETS = {
    "cp1252": (
        r"[àæéêëîïôœùûüÿ]|â(?!\b)|è(?![aeiou])|ç(?=[aouâôû])",  # French; as in English names
        r"[äåéõöüßšž]",  # German, Swedish, Finnish, Estonian
        r"[áàéíïñòóúüºª]|è(?![aeiou])|ç(?=[aouàóú]|\b)",  # Spanish, Catalan
        r"[áàéêíóôúüºª]|â(?!\b)|ã(?=[eos]|\b)|õ(?=e)|ç(?=[aouáãóõú])",  # Portuguese
        r"[àéìíîòóùú]|è(?![aeiou])",  # Italian
        r"[äåæéöøü]",  # Danish, Norwegian
        r"[áæéðíóöøúýþ]",  # Icelandic, Faroese
    ),
    "cp1250": ("[áéíóöőúüű]", "[áäčďéěíĺľňóôŕřšťúůýž]", "[čćđšž]", "[ăâîşţ]"),  # Hungary, Czechia, Croatia, Romania
    "cp1257": ("[ąčęėįšųūž]", "[āčēģīķļņšūž]", "[äõöšüž]"),  # Lithuania, Latvia, Estonia
    "cp1254": ("[âçğîöşûü]|(?-i:[ıİ])",),  # Turkey
}
_IN_WORDS = re.compile(r"(?<!\d)[^\W\d_]{2,}(?!\d)")


def decode(content: bytes, declared: str | None = None) -> str:
    """Text from bytes: by its byte order mark, as UTF-8, as declared, as old Windows wrote, or as it looks."""
    if declared and declared.lower() in _AS_WINDOWS:
        declared = "windows-1252"
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        candidates = ["utf-32"]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", *([declared] if declared else []), *_by_its_letters(content)]
    for encoding in candidates:
        try:
            return _readable(content.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    guess = from_bytes(content[:200_000]).best()
    return _readable(content.decode(guess.encoding if guess else "cp1252", "replace"))


def _by_its_letters(content: bytes) -> list[str]:
    """The encoding of old Windows in which most letters of a text are of one language; the Western in doubt."""
    best, most = [], -1
    for encoding, alphabets in _ALPHABETS.items():
        text = content[:200_000].decode(encoding, "replace")
        words = " ".join(word for word in _IN_WORDS.findall(text) if not word.isascii())
        known = max(len(re.findall(letters, words, re.IGNORECASE)) for letters in alphabets)
        if encoding == "cp1252":
            fits = len(_NOT_WESTERN.findall(text)) <= len(text) // 200
        else:
            fits = known > 0.9 * len(re.findall(r"[^\x00-\x7f]", words))
        if fits and known > most:
            best, most = [encoding], known
    return best


def _readable(text: str) -> str:
    text = text.rstrip("\x1a")  # DOS ended a text with it
    if len(_CONTROL.findall(text)) + text.count("\0") > max(2, len(text) // 1_000):
        raise Refused("is not text, whatever its name says; give it the ending of its real format")
    return text

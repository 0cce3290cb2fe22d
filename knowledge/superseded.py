"""Which edition of a guide holds, and what goes behind it."""

import re
from calendar import month_name
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from knowledge.answers import Passage
from knowledge.editions import Edition, edition_of, is_in_force, is_later, says_year, year_missed
from knowledge.lexical import asking, covered, stems
from knowledge.names import Names
from knowledge.products import path_of
from knowledge.words import Words, folders_of

EDITIONS = 4  # passages that are looked through for a newer edition of the first
HALF = 0.5  # of the words that the older has, what the newer must have in one passage
MOST = 0.8  # of the words that what holds no more has, what must be found of the guide that holds
CLOSE_EDITION = 1.0  # how much less one of another section may score
PUT_AWAY = {"archive", "archived", "archives", "former", "obsolete", "old", "outdated", "previous", "superseded"}

_YEAR = re.compile(r"(?<!\d\d\d\d[/–-])\b(?:19|20)\d\d\b")  # of "2026–2027" the first
_LINE_END = re.compile(r"\n|(?<=[.!?])\s")
_ANY_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d\d/\d\d\b")


def without_dates(rarity: Mapping[str, float]) -> dict[str, float]:
    """The words of a question but for months and years: what held before April need not say "April"."""
    return {word: weight for word, weight in rarity.items() if word not in _of_dates()}


@cache
def _of_dates() -> frozenset[str]:
    return frozenset((*stems(" ".join(month_name)), *map(str, range(1950, 2040))))


def newest_first(
    names: Names, rarity: Mapping[str, float], passages: Sequence[Passage], day: date | None
) -> list[Passage]:
    """The passages in order; one of the edition that holds on a day takes the place of the first: of "Fees 2026" for
    "Fees 2025". What was put away, or holds no more, goes behind all others.

    Only with as many of the question's words, or it may not say what is asked.
    """
    first, *others = passages
    newest = first
    for each in others if _is_past(first, day) else others[:EDITIONS]:
        if is_newer(each, newest, day) and _says_as_much(each, first, passages, names, rarity, day):
            newest = each
    rest = [each for each in passages if each is not newest]
    behind = [
        each
        for each in rest
        if _is_past(each, day)
        and any(
            supersedes(other, each, day) and _says_as_much(other, each, passages, names, rarity, day)
            for other in passages
        )
    ]
    kept = [each for each in rest if each not in behind]
    best, last = max(each.score for each in (newest, *kept)), min(each.score for each in passages)
    return [replace(newest, score=best), *kept, *(replace(each, score=last) for each in behind)]


def _says_as_much(
    one: Passage,
    other: Passage,
    passages: Sequence[Passage],
    names: Names,
    rarity: Mapping[str, float],
    day: date | None,
) -> bool:
    """Whether it has half of the question's words that another passage has, and what was found of its guide all of
    them; and is on the same products where it is the same section, or about as near where it is another. Where the
    other holds no more, most of them do, however near it is: a short guide has in one passage what a long one has in
    several.
    """
    is_past = _is_past(other, day)
    of_guide = [each for each in passages if each.guide_id == one.guide_id]
    has, guide_has, other_has = (
        covered(rarity, {word for each in some for word in stems(f"{path_of(each)}\n{each.text}")})
        for some in ([one], of_guide, [other])
    )
    if guide_has < (MOST if is_past else 1.0) * other_has or has < HALF * other_has:
        return False
    if not _is_same_section(one, other):
        return is_past or one.score >= other.score - CLOSE_EDITION
    about, other_about = (names.surely_in(_YEAR.sub("", each.text)) for each in (one, other))
    if is_past:  # it may name others that nobody asks about
        other_about = {each for each in other_about if not rarity.keys().isdisjoint(stems(" ".join(each)))}
        return about >= other_about
    return about == other_about


def is_newer(one: Passage, other: Passage, day: date | None) -> bool:
    """Whether it is of the edition of the guide that holds on a day in place of the other's, or the same section of a
    later year or review in a guide of the same title; of no day, none is.
    """
    if day is None or not _are_editions(one, other):
        return False
    editions = edition_shown(one), edition_shown(other)
    if supersedes(one, other, day) or (all(each.year for each in editions) and editions[0] != editions[1]):
        return supersedes(one, other, day)
    if not _is_same_section(one, other):
        return False
    years = [max(_YEAR.findall("\n".join((each.title, *each.headings))), default="") for each in (one, other)]
    if all(years) and years[0] != years[1]:
        own, others = map(int, years)
        return own <= day.year and (own > others or others > day.year)
    return other.reviewed is not None and one.reviewed is not None and other.reviewed < one.reviewed <= day


def supersedes(one: Passage, other: Passage, day: date | None) -> bool:
    """Whether the whole guide of the one holds on a day in place of the other's: as their titles or first lines tell,
    or because the other was put away, unless that was reviewed later or holds on that day.
    """
    if day is None or not _are_editions(one, other):
        return False
    edition, other_edition = edition_shown(one), edition_shown(other)
    if edition != other_edition and edition.year and other_edition.year:
        later, earlier = is_later(edition, other_edition, day), is_later(other_edition, edition, day)
        if later or earlier or not is_in_force(edition, day):
            return later
    if is_put_away(one) or not is_put_away(other) or (other_edition.side < 0 and is_in_force(other_edition, day)):
        return False
    if one.reviewed is None:
        return True
    return one.reviewed <= day and (other.reviewed is None or other.reviewed < one.reviewed)


def _are_editions(one: Passage, other: Passage) -> bool:
    """Whether two guides have the same title but for a date, and stand in the same folders, or in any where one of them
    was put away.
    """
    if one.guide_id == other.guide_id or edition_shown(one).of != edition_shown(other).of:
        return False
    away, kept = sorted((_shelf(each.title, each.guide_key)[1:] for each in (one, other)), reverse=True)
    return away[1] == kept[1] or (away[0] and not kept[0] and set(away[1]) <= set(kept[1]))


def edition_shown(passage: Passage) -> Edition:
    """The edition that its guide is, by its title without the folders that are shown, or its first lines."""
    return edition_of(_shelf(passage.title, passage.guide_key)[0], passage.dated)


def is_put_away(passage: Passage) -> bool:
    """Whether its guide is in a folder called archive, old or the like."""
    return _shelf(passage.title, passage.guide_key)[1]


def _is_past(passage: Passage, day: date | None) -> bool:
    """Whether its guide may hold no more on a day."""
    return day is not None and (is_put_away(passage) or not is_in_force(edition_shown(passage), day))


def missed_year(words: Words, asked: str, passages: Sequence[Passage], today: date) -> tuple[str, str] | None:
    """The guide that answers and the year asked for, where it has editions by year and none is of that, nor says what
    was found of it anything of that year on what is asked.
    """
    if not _ANY_YEAR.search(asked) or not (guide := words.shelved.get(passages[0].guide_id)):
        return None
    year = year_missed(asked, words.editions(guide.title), today)
    about = {word for word in stems(asked) if word.isalpha()} - asking()
    own = (line for each in passages if each.guide_id == passages[0].guide_id for line in _LINE_END.split(each.text))
    is_said = year and any(says_year(line, year) and about & set(stems(line)) for line in own)
    return (guide.title, year) if year and not is_said else None


def begins_later(words: Words, first: Passage, day: date | None) -> tuple[str, date] | None:
    """The guide that answers and the day since when it holds, where that is after the day that is asked of, and it has
    other editions.
    """
    guide, edition = words.shelved.get(first.guide_id), edition_shown(first)
    begins = edition.since if edition.side < 0 else edition.day
    is_later = bool(edition.side) and day is not None and day < begins
    return (first.title, begins) if guide and is_later and len(words.editions(guide.title)) > 1 else None


def _is_same_section(one: Passage, other: Passage) -> bool:
    titles = ((_shelf(each.title, each.guide_key)[0], *each.headings) for each in (one, other))
    return len({edition_of("\n".join(each)).of for each in titles}) == 1


@lru_cache(10_000)
def _shelf(shown: str, key: str) -> tuple[str, bool, tuple[str, ...]]:
    """The title of a guide without folders; whether one is for what no longer holds; and the others that are shown,
    which may tell what it is on.

    >>> _shelf("Fees (finance › archive)", "finance/archive/fees.md"), _shelf("Fees (uk)", "uk/fees.md")
    (('Fees', True, ('finance',)), ('Fees', False, ('uk',)))
    """
    folders = folders_of(key)
    kept = tuple(each for each in folders if each.casefold() not in PUT_AWAY)
    bare = shown.removesuffix(f" ({' › '.join(folders)})")
    return bare, len(kept) < len(folders), kept if bare != shown else ()

"""Which wins a digest tells when there are more than fit."""

from collections.abc import Sequence

from bot.records.wins import Shown

FEWEST, MOST = 3, 7


def chosen(wins: Sequence[Shown]) -> list[Shown]:
    """At most ``MOST`` of them, one after the other so that people and values vary.

    Next comes a win of people who are in none yet, for a value that is in none yet; of equals one with the customer's
    words, then one that says what it meant, then the one that more colleagues joined, then the earlier. Beyond
    ``FEWEST``, nobody is in a second one.
    """
    left, told = list(wins), list[Shown]()
    people, values = set[str](), set[str | None]()

    def worth(win: Shown) -> tuple[bool, bool, bool, bool, int]:
        is_new_value = win.win.value is not None and win.win.value not in values
        return (people.isdisjoint(win.people), is_new_value, bool(win.win.words), bool(win.win.effect), len(win.kudos))

    while left and len(told) < MOST:
        best = max(left, key=worth)  # of equals, the first
        if len(told) >= FEWEST and not people.isdisjoint(best.people):
            break
        left.remove(best)
        told.append(best)
        people.update(best.people)
        values.add(best.win.value)
    return told

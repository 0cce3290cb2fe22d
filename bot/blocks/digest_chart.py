"""The digest's picture: what people were thanked for, by value and week."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

from bot.blocks.text import one_line

ROWS = 8  # values; what is left over is one row of its own
INK, FAINT, PAPER = "#1d1c1d", "#9a9a9e", "#ffffff"
HUE = "#1f6f8b"


def rows(values: Mapping[str, Sequence[int]]) -> list[tuple[str, list[int]]]:
    """What is drawn: the values most thanked for first, at most ``ROWS`` of them."""
    ranked = sorted(values.items(), key=lambda item: (-sum(item[1]), item[0]))
    shown = [(one_line(name, 28), list(weeks)) for name, weeks in ranked[:ROWS]]
    others = [weeks for _, weeks in ranked[ROWS:]]
    return [*shown, *([("Others", [sum(week) for week in zip(*others, strict=True)])] if others else [])]


def draw(values: Mapping[str, Sequence[int]], weeks: Sequence[date]) -> bytes:
    """A PNG with a row for each value and a dot for each week, as large as the week's number of thank-yous.

    Args:
        weeks: the first day of each week.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = rows(values)
    figure = Figure(figsize=(5.4, 0.7 + 0.3 * len(shown)), dpi=160, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.33, 0.7 / 2 / figure.get_figheight(), 0.60, 1 - 0.7 / figure.get_figheight()))
    largest = max(max(counts) for _, counts in shown)
    for row, (name, counts) in enumerate(shown):
        there = [(week, count) for week, count in enumerate(counts) if count]
        axes.axhline(row, color="#e8e8e8", linewidth=1, zorder=0)
        areas = [70 + 150 * count / largest for _, count in there]
        axes.scatter([week for week, _ in there], [row] * len(there), s=areas, color=HUE, zorder=2, linewidths=0)
        for week, count in there:
            axes.text(week, row, str(count), color=PAPER, size=8, ha="center", va="center_baseline", zorder=3)
        axes.text(-0.9, row, name, color=INK, size=11, ha="right", va="center_baseline", parse_math=False)
        axes.text(len(weeks) - 0.3, row, str(sum(counts)), color=INK, size=11, weight="bold", va="center_baseline")
    for week in range(0, len(weeks), 1 + len(weeks) // 5):
        axes.text(
            week, len(shown) - 0.4, f"{weeks[week].day} {weeks[week]:%b}", color=FAINT, size=9, ha="center", va="top"
        )
    axes.text(-0.9, -0.62, "Thanked for, by week", color=FAINT, size=9, ha="right", va="bottom")
    axes.set(xlim=(-0.6, len(weeks) - 0.4), ylim=(len(shown) - 0.4, -0.6))
    axes.axis("off")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def in_words(values: Mapping[str, Sequence[int]]) -> str:
    """What the picture shows, for whoever can't see it."""
    shown = rows(values)
    totals = ", ".join(f"{name} {sum(counts)}" for name, counts in shown)
    return one_line(f"What people were thanked for in the last {len(shown[0][1])} weeks: {totals}.", 1_900)

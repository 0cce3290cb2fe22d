"""An evaluation as a page to read: figures with intervals, what changed, and how much would be answered wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from knowledge.answers import Outcome
from knowledge.measures import ECE_BINS, bar_for, changes, in_common

SHOWN = {
    "evidence@1": "The first passage is the right one",
    "evidence@5": "The right passage is among the first five",
    "mrr": "Mean reciprocal rank of the right passage",
    "doc@1": "The first passage is from the right guide",
    "doc@5": "The right guide is among the first five passages",
    "answer_hit@1": "The quote holds the answer",
    "marked@1": "Of the quotes that hold it, a sentence marked in bold is in it",
    "token_f1": "Words shared with the reference answer (F1)",
    "auroc": "Answerable questions score above the others (AUROC)",
    "declined_at_90_answered": "Others declined when 90% of the answerable are answered",
    "coverage_at_5_wrong": "Questions answered with 5% of the answers wrong at most",
    "ece": "Error of the stated probability (ECE)",
    "answered_at_threshold": "Answerable questions answered, as set",
    "declined_at_threshold": "Others declined, as set",
    "answered_wrongly_at_threshold": "Others answered, as set",
}
OF_PAIRS = {"auroc": "Pairs that ask for the same are more alike (AUROC)"}
WRONG = (
    "answered, though no guide does",
    "another guide came first",
    "not answered",
    "the quote doesn't hold the answer",
)
MOST_WRONG = 50  # questions that a page lists
NOTHING = "Nothing changed by more than chance allows."
PLAIN = {
    "guides": "Guides",
    "passage_characters": "Characters of a passage found, mean",
    "quote_characters": "Characters of a quote, mean",
    "seconds_p50": "Seconds for an answer, median",
    "seconds_p95": "Seconds for an answer, 95th percentile",
    "seconds_index": "Seconds to build the index",
}


def write(report: Mapping[str, Any], path: Path, old: Mapping[str, Any] | None = None) -> None:
    """Writes the page to ``path``, and its pictures beside it."""
    pictures = {
        "How much is answered, and how much of it wrongly": path.with_name(f"{path.stem}-risk-coverage.png"),
        "How far the stated probability can be trusted": path.with_name(f"{path.stem}-reliability.png"),
    }
    for draw, picture in zip((_risk_coverage, _reliability), pictures.values(), strict=True):
        draw(report, picture)
    path.write_text("\n".join(_lines(report, pictures, old)) + "\n", encoding="utf-8")


def write_related(report: Mapping[str, Any], path: Path, old: Mapping[str, Any] | None = None) -> None:
    """Likewise for pairs of texts."""
    picture = path.with_name(f"{path.stem}-likeness.png")
    _likeness(report, picture)
    low, high = report["intervals"]["auroc"]
    lines = [
        f"# {report['n']} pairs of texts",
        "",
        f"{OF_PAIRS['auroc']}.",
        "",
    ]
    rows = [("all", str(report["n"]), f"{report['figures']['auroc']:.3f}", f"{low:.3f} to {high:.3f}")]
    for source, own in report["by_source"].items():
        rows.append((source, str(own["n"]), f"{own['auroc']:.3f}" if "auroc" in own else "", ""))
    lines += _table(("Source", "n", "AUROC", "95% interval"), rows)
    if old is not None:
        lines += ["", "## Changes larger than noise", "", *(f"- {line}" for line in compared(report, old))]
    lines += ["", f"![How alike the pairs are]({picture.name})"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def incomparable(run: Mapping[str, Any], old: Mapping[str, Any]) -> str:
    """Why what changed since an earlier run would say nothing, for another part of the set was asked and searched.

    >>> incomparable({"tier": "mini", "kb": None}, {"tier": "core", "kb": None})
    'the tier was core, now mini'
    """
    return ", ".join(_differences(run, old, ("tier", "kb")))


def _differences(run: Mapping[str, Any], old: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    apart = [name for name in names if _is_another(name, run, old)]
    return [f"the {name} was {old[name] or 'not set'}, now {run[name] or 'not set'}" for name in apart]


def _is_another(name: str, run: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """As far as both runs have kept it."""
    return name in run and name in old and run[name] != old[name]


def compared(report: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """One line for each figure that changed by more than chance allows, or one that says that none did.

    Before them what else is not the same in both runs, and over how many questions they are compared.
    """
    if why := incomparable(report, old):
        return [f"The two evaluations can't be compared: {why}, so other guides were searched."]
    found = changes(report["questions"], old["questions"])
    shown = OF_PAIRS if "by_source" in report else SHOWN
    told = [
        f"{shown[name]}: {delta:+.3f} ({low:+.3f} to {high:+.3f})"
        for name, (delta, low, high) in found.items()
        if name in shown and (low > 0 or high < 0)
    ]
    if not found:
        shared = in_common(report["questions"], old["questions"])
        few = "only one question in common, too few to tell a change from chance" if shared else "nothing in common"
        return [f"The two evaluations have {few}."]
    shared = in_common(report["questions"], old["questions"])
    apart = _differences(report, old, ("limit", "model"))
    if _is_another("calibration", report, old):
        apart.append("the calibration is another")
    if _is_another("guides_hash", report, old) or _is_another(
        "guides", report.get("figures", {}), old.get("figures", {})
    ):
        apart.append(
            "the guides are not the same ({} then, {} now)".format(
                *(each["figures"]["guides"] for each in (old, report))
            )
        )
    if apart or {len(each["questions"]) for each in (report, old)} != {shared}:
        before = f"Not the same in both runs: {', '.join(apart)}. " if apart else ""
        return [f"{before}Compared over the {shared} questions that both have.", *(told or [NOTHING])]
    return told or [NOTHING]


def unplaced(report: Mapping[str, Any]) -> str:
    """What to say where answers have no one place in their guides, for a slip in one only makes the set smaller."""
    measured = (each for each in report["questions"] if each.get("token_f1") is not None)
    lost = [each["question"] for each in measured if each["evidence@1"] is None]
    if not lost:
        return ""
    return (
        "Answers that don't stand word for word in their guide, or are short and stand there more than once: "
        f"{len(lost)}, the first to “{lost[0][:80]}”. "
        "Whether their passages were found isn't measured."
    )


def _lines(report: Mapping[str, Any], pictures: Mapping[str, Path], old: Mapping[str, Any] | None) -> list[str]:
    figures, intervals = report["figures"], report["intervals"]
    lines = [f"# {report['n']} questions asked of {figures['guides']} guides", ""]
    rows = [
        (words, f"{figures[name]:.3f}", "{:.3f} to {:.3f}".format(*intervals[name]) if name in intervals else "")
        for name, words in SHOWN.items()
        if name in figures
    ]
    lines += _table(("What is measured", "Figure", "95% interval"), rows)
    for note in filter(None, (*report["notes"], unplaced(report))):
        lines += ["", note]
    about = [("Embedding model", report["model"]), *((PLAIN[name], f"{figures[name]:g}") for name in PLAIN)]
    lines += ["", *_table(("About the run", "Figure"), about)]
    if old is not None:
        lines += ["", "## Changes larger than noise", "", *(f"- {line}" for line in compared(report, old))]
    for heading, key in (("Kind of question", "by_kind"), ("Knowledge base", "by_kb")):
        names = [name for name in SHOWN if any(name in those for those in report[key].values())]
        cells = [
            (what, str(those["n"]), *(f"{those[name]:.3f}" if name in those else "" for name in names))
            for what, those in report[key].items()
        ]
        lines += ["", f"## {heading}", "", *_table((heading, "n", *names), cells)]
        lines += ["", "Fewer than 30 questions show a direction, no more."]
    lines += _went_wrong(report["questions"])
    lines += ["", "## Where to put the bar", "", *_bars(report), ""]
    lines += _table(
        (
            "Bar",
            "Answered, of the answerable",
            "Answered, of the others",
            "Wrong, of the answers",
            "… or quoted elsewhere",
        ),
        [
            (
                f"**{row['bar']:g}, as set**" if row["bar"] == report["bars"]["answered"] else f"{row['bar']:.2f}",
                *(f"{row[name]:.2f}" for name in ("answerable_answered", "others_answered")),
                *(f"{row[name]:.3f}" for name in ("wrong", "wrong_or_elsewhere")),
            )
            for row in report["risk_coverage"]
        ],
    )
    for words, picture in pictures.items():
        lines += ["", f"![{words}]({picture.name})"]
    return lines


def _went_wrong(questions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The questions to look at, each with what was wrong, the worst first."""
    wrong = [(why, each) for each in questions if (why := _fault(each))]
    if not wrong:
        return []
    wrong.sort(key=lambda one: (WRONG.index(one[0]), -one[1]["probability"]))
    shown = [(each["question"], why, f"{each['probability']:.2f}") for why, each in wrong[:MOST_WRONG]]
    lines = ["", "## Questions to look at", "", *_table(("Question", "What was wrong", "Probability"), shown)]
    more = len(wrong) - len(shown)
    return [*lines, "", f"{more} more stand in the file of `--json`."] if more else lines


def _fault(asked: Mapping[str, Any]) -> str | None:
    """What was wrong with an answer, as far as it was measured; a partial one is not, where no guide answers."""
    no_guide, another, missed, no_answer = WRONG
    if not asked["answerable"]:
        return no_guide if asked["outcome"] == Outcome.ANSWERED else None
    if asked["outcome"] == Outcome.NOT_IN_GUIDES:
        return missed
    if asked.get("doc@1") is False:
        return another
    return no_answer if asked.get("answer_hit@1") is False else None


def _bars(report: Mapping[str, Any]) -> list[str]:
    """What the table of bars is, and how a bar is set."""
    set_to, bar = report["bars"], bar_for(report["questions"])
    lines = [
        f"An answer is given from this probability on, now from {set_to['answered']:g}, and partly from "
        f"{set_to['partly']:g}. Fewer are given than the table says, for what names a product that no guide has, or is "
        "quoted only in part, is not answered whole however likely it is."
    ]
    if bar is not None:
        lines += ["", f"With a bar of {bar:.2f} 5% of the answers are wrong at most."]
    return [
        *lines,
        "",
        "For stricter bars measure with `--fit --wrong 0.02` (of the questions without an answer, 2% may get one). It "
        "fits the probability to these questions, too, so the bars of this page don't hold afterwards: measure again.",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    clean = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *clean)]


def _risk_coverage(report: Mapping[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    rows = report["risk_coverage"]
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    coverage = [100 * row["coverage"] for row in rows]
    axes.plot(coverage, [100 * row["wrong"] for row in rows], marker="o", label="not answered in the guides")
    elsewhere = [100 * row["wrong_or_elsewhere"] for row in rows]
    axes.plot(coverage, elsewhere, marker="s", linestyle="--", label="… or the quote stands elsewhere")
    for row in rows[1::4]:
        axes.annotate(
            f"{row['bar']:.2f}", (100 * row["coverage"], 100 * row["wrong"]), (0, 6), textcoords="offset points"
        )
    axes.set(xlabel="Questions answered, %", ylabel="Wrong, % of the answers", ylim=(0, None))
    axes.set_title("Answered and wrong, by the bar (beside the points)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)


def _likeness(report: Mapping[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for same, words in ((True, "ask for the same"), (False, "ask for something else")):
        cosines = [each["probability"] for each in report["questions"] if each["answerable"] is same]
        axes.hist(cosines, bins=40, range=(-0.2, 1), density=True, alpha=0.6, label=words)
    axes.set(xlabel="Cosine of the two texts", ylabel="Share of the pairs (density)")
    axes.set_title("How alike the pairs are")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)


def _reliability(report: Mapping[str, Any], path: Path) -> None:
    import numpy as np
    from matplotlib.figure import Figure

    likely = np.array([each["probability"] for each in report["questions"]], dtype=np.float64)
    held = np.array([each["answerable"] for each in report["questions"]], dtype=np.float64)
    bins = [each for each in np.array_split(np.argsort(likely), ECE_BINS) if len(each)]
    figure = Figure(figsize=(5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, label="as stated")
    axes.plot(
        [likely[each].mean() for each in bins], [held[each].mean() for each in bins], marker="o", label="as it was"
    )
    axes.set(
        xlabel="Stated probability",
        ylabel="Share that the guides answer",
        title="Stated and real, ten bins of questions",
    )
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)

"""`frontline …`: what can be done from a terminal. Heavy imports stay inside the commands that need them."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.library import Library

LOOK_EVERY_S = 0.5  # at the progress of the index
FOR_PEOPLE = (  # errors whose message says what happened and what to do
    ("bot.settings", "SettingsError"),
    ("bot.library", "CannotStart"),
    ("bot.wiring", "CannotGoOn"),
    ("bot.demo", "DemoStopped"),
    ("knowledge.ingest", "NoGuidesFolder"),
    ("knowledge.question_sets", "BadSet"),
    ("knowledge.calibration", "BadCalibration"),
    ("knowledge.index", "AlreadyOwned"),
    ("knowledge.encoder", "ModelUnavailable"),
)
OUT_OF_REACH = (("sqlalchemy.exc", "DatabaseError"), ("sqlalchemy.exc", "ArgumentError"))
NEWER_TABLES = (("alembic.util.exc", "CommandError"),)

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help="Answers staff questions in Slack from your guides, with the passage and its source.",
)
evaluate = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Measure Frontline on a question set.")
app.add_typer(evaluate, name="evaluate")


class Tier(StrEnum):
    """How much of an evaluation set is measured."""

    MINI = "mini"
    CORE = "core"
    FULL = "full"


def main() -> None:
    """The entry of `frontline`: what we know to go wrong is said in plain words, without a traceback."""
    try:
        app(prog_name="frontline")
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
    except Exception as error:
        if _is_one_of(FOR_PEOPLE, error):
            _stop(str(error).strip())
        if _is_one_of(OUT_OF_REACH, error):
            reason = str(error).splitlines()[0]
            _stop(f"The database can't be used: {reason}\nCheck DATABASE_URL and DATA_DIR.")
        if _is_one_of(NEWER_TABLES, error):
            _stop(f"The database belongs to another version of Frontline ({error}). Install that one, or a newer one.")
        if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
            _stop(
                "DATABASE_URL names PostgreSQL, which needs one more package: "
                ".venv/bin/pip install -c constraints.txt -e '.[postgres]'"
            )
        raise


def _is_one_of(kinds: tuple[tuple[str, str], ...], error: Exception) -> bool:
    """Without importing anything: what raised the error is loaded already."""
    loaded = (vars(sys.modules[module]).get(name) for module, name in kinds if module in sys.modules)
    return isinstance(error, tuple(kind for kind in loaded if kind))


def _stop(words: str) -> NoReturn:
    typer.echo(words, err=True)
    sys.exit(1)


@app.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Start over: clear the demo's messages and records.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65435, help="The page's port; the next free one if taken.")] = 4040,
) -> None:
    """Try Frontline in a local Slack look-alike."""
    from bot import demo as both

    _log("WARNING")
    asyncio.run(both.demo(port, reset=reset, say=typer.echo))
    _leave()


@app.command()
def run() -> None:
    """Start the bot on your Slack."""
    from bot.settings import load, missing_tokens

    settings = load()
    if missing := missing_tokens(settings):
        _stop("\n".join([*missing, "To try Frontline without Slack: `frontline demo`."]))
    from bot import wiring

    _log(settings.log_level)
    asyncio.run(wiring.run(settings))
    _leave()


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Only these files or folders, in GUIDES_DIR or elsewhere.")
    ] = None,
) -> None:
    """Take in new, changed and deleted guides."""
    from tqdm import tqdm

    from bot import library as opening
    from bot import running
    from bot.records.database import engine_for, migrate
    from knowledge import ingest as taking_in
    from knowledge.index import AlreadyOwned

    settings = _settings_in_use()
    url = settings.sync_database_url()
    migrate(url)
    with tqdm(unit="file", disable=None) as bar:

        def progress(done: int, total: int, name: str) -> None:
            bar.total = total
            bar.set_postfix_str(name, refresh=False)
            bar.update(done - bar.n)

        summary = taking_in.ingest(
            engine_for(url), settings.guides_dir, paths, now=opening.clock_from(settings)(), progress=progress
        )
    typer.echo(summary.in_words())
    is_indexed = True
    if running.library_state(settings) is None:
        try:
            with running.own_library(settings) as library:
                is_indexed = _warm(library)
        except AlreadyOwned:
            is_indexed = False
            typer.echo(
                "Another Frontline process is using the index. A bot takes the changes up by itself; "
                "after another `frontline ingest`, run this one again.",
                err=True,
            )
    else:
        typer.echo("The running bot takes the changes up by itself.")
    if summary.refused:
        _stop("\n".join(["Refused:", *(f"  {line}" for line in summary.refusals())]))
    sys.exit(int(not is_indexed))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In quotation marks, as you would ask it in Slack.")],
    product: Annotated[str | None, typer.Option(help="Only guides whose front matter names this product.")] = None,
    language: Annotated[str | None, typer.Option(help="Only guides in this language, such as en.")] = None,
) -> None:
    """Ask the guides here; shows quote and source."""
    from bot import running
    from knowledge.answers import as_json
    from knowledge.words import Filters

    if not any(map(str.isalnum, question)):
        raise typer.BadParameter("There is no question in this.", param_hint="QUESTION")
    settings = _settings_in_use()
    filters = Filters(product, language)
    answer = running.answer(settings, question, filters)
    if answer is None:
        from bot.records.database import migrate

        migrate(settings.sync_database_url())
        with running.own_library(settings, wait=partial(typer.echo, err=True)) as library:
            if not library.state().guides:
                _stop("There are no guides yet; take some in with `frontline ingest`.")
            _warm(library)
            answer = as_json(library.answer(question, filters=filters))
    typer.echo(_answer_in_words(answer))


@app.command()
def digest(
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what each digest would say now; posts nothing.")
    ] = False,
) -> None:
    """Show the digests as they would look now."""
    from bot import running
    from bot.records.database import migrate

    settings = _settings_in_use()
    if not preview:
        _stop(
            "Digests are posted on their schedules and by hand, both with "
            f"/{settings.command_prefix}digest in Slack. What they would say now: `frontline digest --preview`."
        )
    words = running.digests(settings)
    if words is None:
        migrate(settings.sync_database_url())
        words = asyncio.run(running.own_digests(settings))
    typer.echo(words)


JsonFile = Annotated[Path, typer.Option("--json", dir_okay=False, writable=True, help="Where the figures are written.")]
ReportFile = Annotated[
    Path | None,
    typer.Option(dir_okay=False, writable=True, help="Where a page to read is written (.md), its pictures beside it."),
]
Earlier = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Figures of an earlier run: what changed?")
]


@evaluate.command("answers")
def evaluate_answers(
    guides: Annotated[Path, typer.Argument(exists=True, readable=True, help="A folder of guides, or JSON lines.")],
    questions: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV (question,guide,answer) or JSON lines."),
    ],
    json_file: JsonFile,
    report: ReportFile = None,
    compare: Earlier = None,
    tier: Annotated[Tier, typer.Option(help="How much of the set.")] = Tier.FULL,
    kb: Annotated[str | None, typer.Option(help="Only the guides and questions of this knowledge base.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions, spread over the set.")] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Set when to answer by these questions, for this company.")
    ] = False,
    wrong: Annotated[
        float | None,
        typer.Option(
            min=0, max=0.5, help="With --fit: of the questions without an answer, how many may get one (0.05)."
        ),
    ] = None,
) -> None:
    """Measure answers: does the right passage come first, and does it know when the guides don't say?"""
    from bot import demo
    from bot.settings import load, make_data_dir
    from knowledge import calibration, evaluation
    from knowledge import report as page

    if wrong is not None and not fit:
        raise typer.BadParameter("It says how --fit is done, and that is missing.", param_hint="--wrong")
    _check_places(json_file, report, guides, questions)
    settings = load()
    make_data_dir(settings)
    data = settings.data_dir
    own = (demo.in_use(settings) or settings).data_dir / "calibration.json"  # of what is asked afterwards
    old = _earlier(compare) if compare else None
    if old and (why := page.incomparable({"tier": tier.value, "kb": kb}, old)):
        _stop(f"{compare} can't be compared with this run: {why}. Measure both with the same --tier and --kb.")
    with _bar() as progress:
        done = evaluation.evaluate_answers(
            guides,
            questions,
            tier.value,
            progress,
            kb=kb,
            limit=limit,
            cache=data / "evaluation",
            own=own,
            model=settings.embedding_model,
        )
    _write_figures(done.report, json_file)
    if report is not None:
        page.write(done.report, report, old)
    _tell(done.report, report, old)
    if fit:
        share = 0.05 if wrong is None else wrong
        fitted = done.fit((share, min(0.9, 2 * share)))
        calibration.save(fitted, own)
        whole, wrongly = done.answered(fitted.with_vectors)
        was, was_wrongly = (done.report["figures"][f"{name}_at_threshold"] for name in ("answered", "answered_wrongly"))
        typer.echo(
            f"{fitted.how}\n"
            f"Answers are given from a probability of {fitted.with_vectors.answered} on, partly from "
            f"{fitted.with_vectors.partly} on.\n"
            f"Of the answerable questions {whole:.0%} will be answered whole (before: {was:.0%}), of the others "
            f"{wrongly:.0%} ({was_wrongly:.0%}). The figures above are those before; measure again for the new ones.\n"
            f"Restart Frontline to use it; delete {own} to go back."
        )


@evaluate.command("related")
def evaluate_related(
    pairs: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines with a, b, same and source.")],
    json_file: JsonFile,
    report: ReportFile = None,
    compare: Earlier = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many pairs, spread over the set.")] = None,
) -> None:
    """Measure likeness: do two short texts that ask for the same lie closer than two that don't?"""
    from bot.settings import load
    from knowledge import evaluation
    from knowledge import report as page

    _check_places(json_file, report, pairs)
    model = load().embedding_model
    old = _earlier(compare) if compare else None
    with _bar() as progress:
        done = evaluation.evaluate_related(pairs, progress, limit=limit, model=model)
    _write_figures(done, json_file)
    if report is not None:
        page.write_related(done, report, old)
    _tell(done, report, old)


def _check_places(figures: Path, page: Path | None, *read: Path) -> None:
    """Stops where what is written can't be, or would overwrite the one the other, or what is measured."""
    from bot.settings import why_unwritable

    written = [path for path in (figures, page) if path]
    places = [path.resolve() for path in (*written, *read)]
    for number, path in enumerate(written):
        if places[number] in places[number + 1 :]:
            _stop(
                f"{path} is named twice, so one would overwrite the other. Give --json and --report names of their own."
            )
    for path in written:
        if not path.parent.is_dir():
            _stop(f"There is no folder {path.parent} to write {path.name} into.")
        if fault := why_unwritable(path.parent):
            _stop(f"{path.name} can't be written ({fault}). Name a folder that Frontline may write to.")


def _tell(figures: dict[str, Any], report: Path | None, old: dict[str, Any] | None) -> None:
    from knowledge.report import compared, unplaced

    for note in figures.get("notes", ()):
        typer.echo(note)
    if lost := unplaced(figures):
        typer.echo(lost)
    if report is not None:
        typer.echo(f"The page is {report}.")
    if old is not None:
        typer.echo("\n".join(["Changes larger than noise:", *(f"  {line}" for line in compared(figures, old))]))


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    from tqdm import tqdm

    with tqdm(disable=None) as bar:

        def progress(done: int, total: int, name: str) -> None:
            bar.total = total
            bar.set_description(name, refresh=False)
            bar.update(done - bar.n)

        yield progress


def _write_figures(report: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, figure in report["figures"].items():
        low, high = report["intervals"].get(name, (None, None))
        interval = f"  [{low:.3f}, {high:.3f}]" if low is not None else ""
        typer.echo(f"{name:30} {figure:.3f}{interval}" if isinstance(figure, float) else f"{name:30} {figure}")


def _earlier(path: Path) -> dict[str, Any]:
    from knowledge.measures import is_record

    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    questions = found.get("questions") if isinstance(found, dict) else None
    if not isinstance(questions, list) or not all(map(is_record, questions)):
        _stop(f"{path} is not a file that `frontline evaluate --json` wrote.")
    return found


@app.command()
def doctor() -> None:
    """Check everything that Frontline stands on."""
    from bot import doctor as examination

    _log("ERROR")
    failed = False
    for finding in examination.examine():
        typer.echo(finding.in_words())
        failed = failed or finding.level == "fail"
    sys.exit(int(failed))


@app.command()
def manifest(
    prefix: Annotated[str | None, typer.Option(help="Put in front of the commands' names: fl- makes /fl-ask.")] = None,
) -> None:
    """Print the manifest that the Slack app is made from."""
    from bot import manifest as describing
    from bot.settings import load

    listens_to = load().command_prefix
    if prefix is not None and prefix != listens_to:
        load(command_prefix=prefix)  # refuses what Slack would
        typer.echo(f"Set COMMAND_PREFIX={prefix} in .env too, so that Frontline answers these commands.", err=True)
    typer.echo(json.dumps(describing.manifest(listens_to if prefix is None else prefix), indent=2, ensure_ascii=False))


def _settings_in_use() -> "Settings":
    """Your settings, or the demo's as long as there are no Slack tokens and the demo has been started."""
    from bot import demo
    from bot.settings import load, make_data_dir

    yours = load()
    make_data_dir(yours)
    theirs = demo.in_use(yours)
    if theirs is None:
        return yours
    typer.echo("No Slack tokens are set, so this is about the demo's guides.", err=True)
    return theirs


def _warm(library: "Library") -> bool:
    """Bring the index up to date, with a bar while passages are embedded; False, and said, where that failed."""
    from concurrent.futures import ThreadPoolExecutor, wait

    from tqdm import tqdm

    with ThreadPoolExecutor(1) as pool, tqdm(unit="passage", disable=None, leave=False) as bar:
        warmed = pool.submit(library.warm)
        while not warmed.done():
            wait([warmed], timeout=LOOK_EVERY_S)
            state = library.state()
            bar.total = state.chunks
            bar.update(state.vectors - bar.n)
        warmed.result()
    if fault := library.state().fault:
        typer.echo(fault, err=True)
    return fault is None


def _answer_in_words(answer: dict[str, Any]) -> str:
    """An answer as plain text: what it says, then each quote with its source."""
    from bot.blocks.answers import BESIDE, NEAREST, PARTLY, TAKEN_AS, answered, opening
    from knowledge.answers import Outcome, from_json

    citations, nearest, whole = answer["citations"], answer["nearest"], from_json(answer)
    is_partial = bool(citations) and answer["outcome"] == "partly"
    said = opening(whole) if citations else []
    said += [" ".join([s["text"], *(f"[{n + 1}]" for n in s["citations"])]) for s in answer["sentences"]]
    for number, each in enumerate(citations):
        parts = answered(whole, number)
        said += [part.question for part in parts]
        is_in_part = not whole.sentences and any(part.outcome == Outcome.PARTLY for part in parts)
        said += [PARTLY] if is_in_part else []
        said.append(_citation_in_words(number + 1, each))
    is_fault = answer["outcome"] == "fault"
    if not citations:
        said = answer["notes"] if is_fault else ["The guides don't say."]
    if nearest:
        said += [BESIDE if is_partial else NEAREST, *(_source_in_words(each) for each in nearest)]
    taken_as = [f"{TAKEN_AS} {answer['understood']}"] if answer.get("understood") else []
    return "\n\n".join([*taken_as, *said, *([] if is_fault else answer["notes"])])


def _citation_in_words(number: int, citation: dict[str, Any]) -> str:
    quote, at = "", 0
    for start, end in citation["highlights"]:
        quote += citation["quote"][at:start] + _bold(citation["quote"][start:end])
        at = end
    quote += citation["quote"][at:]
    lines = ["…"] * citation.get("begins_above", False) + quote.splitlines() + ["…"] * citation.get("goes_on", False)
    quoted = "\n".join(f"  | {line}" for line in lines)
    return f"{quoted}\n  [{number}] {_source_in_words(citation)}"


def _bold(words: str) -> str:
    """In bold, which `typer.echo` takes back where no terminal is; line by line, for each stands behind a mark."""
    from bot.settings import may_mark

    if not may_mark():
        return words
    return "\n".join(typer.style(line, bold=True) if line else line for line in words.split("\n"))


def _source_in_words(citation: dict[str, Any]) -> str:
    from bot.blocks.text import path

    source = " › ".join(path(citation["title"], citation["headings"]))
    if citation["owner"]:
        source += f", owner {citation['owner']}"
    if citation["reviewed"]:
        source += f", reviewed {citation['reviewed']}"
    return source + (f", {citation['url']}" if citation["url"] else "")


def _leave() -> NoReturn:
    """End at once: all is written, and what the model's threads still compute is for nobody."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _log(level: str) -> None:
    """Our own words at this level; the libraries' only when something is wrong, for theirs hold message text."""
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that takes longer than its interval is no news
    for name in ("bot", "jobs", "knowledge"):
        logging.getLogger(name).setLevel(level)

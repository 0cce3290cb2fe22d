"""What `frontline` says in a terminal."""

import errno
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from filelock import FileLock
from sqlalchemy import insert, text

from bot import cli, demo, doctor, running, settings
from bot.blocks.answers import BESIDE, PARTLY
from bot.records.database import engine_for, migrate
from bot.records.tables import Choice
from knowledge.ingest import ingest
from knowledge.words import Filters
from tests.conftest import NOW

HEAVY = {"torch", "sentence_transformers", "chromadb", "tantivy", "langchain", "slack_bolt", "slack_sdk", "sqlalchemy"}
CITATION = {
    "guide_key": "billing/refunds.md",
    "title": "Refunds",
    "section": "Outages",
    "start": 0,
    "end": 34,
    "headings": ["Refunds", "Brook 4", "Outages"],
    "owner": "chloe@brightwater.example",
    "reviewed": "2026-09-14",
    "url": "https://guides.example/refunds",
    "quote": "We credit a day. It needs no form.",
    "highlights": [[0, 16]],
}
ANSWERED = {
    "outcome": "answered",
    "probability": 0.9,
    "citations": [CITATION],
    "nearest": [],
    "sentences": [],
    "notes": [],
}


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def frontline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Runs `frontline …` with an empty data folder and no settings of the developer's own."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "guides").mkdir()
    monkeypatch.setenv("GUIDES_DIR", str(tmp_path / "guides"))
    for module in (settings, demo, doctor):
        monkeypatch.setattr(module, "load", partial(settings.load, env_file=None))

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["frontline", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return Said(code if isinstance(code, int) else int(bool(code)), *capsys.readouterr())

    return run


def test_help_is_light() -> None:
    """`--help` loads nothing heavy, so it answers at once."""
    asked = "import sys; sys.argv = ['frontline', '--help']; from bot.cli import main\ntry: main()\nexcept SystemExit: "
    asked += f"pass\nprint('loaded:', sorted({HEAVY!r} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert "loaded: []" in said
    for command in ("demo", "run", "ingest", "ask", "evaluate", "doctor", "manifest"):
        assert f"\n  {command} " in said


@pytest.mark.parametrize(
    "arguments", [("ingets",), ("demo", "--prot", "1"), ("ask",), ("ask", " ?"), ("evaluate", "answers")]
)
def test_a_wrong_argument_is_explained(frontline: Callable[..., Said], arguments: tuple[str, ...]) -> None:
    """A typing mistake is answered with how to call the command, on stderr."""
    said = frontline(*arguments)
    assert said.code == 2
    assert "Usage: frontline" in said.err
    assert "Traceback" not in said.err


def test_missing_tokens_are_named_with_their_lines(frontline: Callable[..., Said]) -> None:
    """`frontline run` without tokens says which, and where to read about each."""
    said = frontline("run")
    assert said.code == 1
    lines = (settings.ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        number = lines.index(f"{name}=") + 1
        assert f"{name} is not set. Line {number} of .env.example" in said.err


def test_a_bad_setting_is_named(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting out of bounds stops the command by name, without a traceback."""
    monkeypatch.setenv("CHAT_TIMEOUT_S", "900")
    said = frontline("run")
    assert said.code == 1
    assert "CHAT_TIMEOUT_S" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMMAND_PREFIX", "FL_", "COMMAND_PREFIX: must be at most 20 lower-case letters, digits and hyphens"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'."),
        ("ADMIN_USER_IDS", "U1,chloe", "ADMIN_USER_IDS: chloe is not a member id"),
        ("CHAT_API_KEY", "sk-é", "CHAT_API_KEY: holds a letter that no key has; copy it anew. See `.env.example`."),
        ("MAX_QUESTION_CHARACTERS", "5", "MAX_QUESTION_CHARACTERS: should be greater than or equal to 100."),
    ],
)
def test_what_a_setting_must_be_is_said_in_words(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """No patterns and no validator's jargon."""
    monkeypatch.setenv(name, value)
    assert words in frontline("run").err


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:pa@ss:w0rd@host/db",
        "postgresql://u:pa@w0rd@host/db",
        "postgresql://u:pa@ss/w0rd@host/db",
        "mysql://u:w0rd@host/db",
        "w0rd",
    ],
)
def test_a_wrong_database_address_is_named_without_its_password(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Whatever part of it would be taken for the host, the port or the name."""
    monkeypatch.setenv("DATABASE_URL", address)
    said = frontline("digest", "--preview")
    assert "DATABASE_URL: must be like postgresql://user:password@host/name" in said.err
    assert "w0rd" not in said.err
    assert "w0rd" not in frontline("doctor").out


def test_the_address_that_hosts_hand_out_is_taken(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`postgres://` means PostgreSQL as well."""
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p%40ss@host/postgres://")
    assert settings.load().sync_database_url() == "postgresql+psycopg://u:p%40ss@host/postgres://"


def test_folders_may_begin_at_home(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is what a shell makes of it, not a folder in the checkout."""
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv("DATA_DIR", "~/frontline")
    monkeypatch.setenv("GUIDES_DIR", "guides")
    read = settings.load()
    assert (read.data_dir, read.guides_dir) == (Path("/home/ana/frontline"), settings.ROOT / "guides")
    monkeypatch.setenv("DATA_DIR", "~nobody-by-that-name/frontline")
    assert "DATA_DIR: there is no home folder for ~nobody-by-that-name on this machine." in frontline("run").err


@pytest.mark.parametrize("name", ["GUIDES_DIR", "DATA_DIR"])
def test_a_folder_left_empty_stops_the_start(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither the whole checkout is taken for guides, nor the sample company's for yours."""
    monkeypatch.setenv(name, " ")
    said = frontline("ingest")
    assert said.code == 1
    assert f"{name}: is empty; name a folder, or take the line away." in said.err


@pytest.mark.parametrize("line", ["GUIDES_DIR: /srv/guides", "GUIDES_DIR", "GUIDES_DIR='/srv/guides"])
def test_a_line_that_can_not_be_read_stops_the_start(tmp_path: Path, line: str) -> None:
    """It would be left out, and the sample guides taken in instead of yours."""
    (tmp_path / ".env").write_text(f"# ours\nDAILY_THANKS=5\n{line}\n")
    with pytest.raises(settings.SettingsError) as said:
        settings.load(tmp_path / ".env")
    assert str(said.value) == f"Line 3 of {tmp_path}/.env can't be read; write it like GUIDES_DIR=/srv/guides."


def test_a_database_of_a_newer_version_is_said_in_words(frontline: Callable[..., Said], tmp_path: Path) -> None:
    """Going back to older code with newer tables ends in words, not in a traceback."""
    url = f"sqlite:///{tmp_path / 'data' / 'frontline.db'}"
    migrate(url)
    engine = engine_for(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    said = frontline("ingest")
    assert said.code == 1
    assert "another version of Frontline" in said.err
    assert "Traceback" not in said.err
    line = next(line for line in frontline("doctor").out.splitlines() if "frontline.db" in line)
    assert line.startswith("fail")
    assert line.endswith("belongs to another version of Frontline → install that one, or a newer one")


def test_digests_of_a_fresh_installation(frontline: Callable[..., Said]) -> None:
    """There are none yet, and it says how they begin; without --preview it says where they are posted."""
    said = frontline("digest", "--preview")
    assert (said.code, said.err) == (0, "")
    assert "No digest is scheduled yet. Choose the channels in Slack" in said.out
    refused = frontline("digest")
    assert refused.code == 1
    assert "/digest in Slack" in refused.err


def test_the_manifest_is_json_and_yaml(frontline: Callable[..., Said]) -> None:
    """What is printed can be pasted into either tab of Slack's form."""
    said = frontline("manifest", "--prefix", "fl-")
    assert said.code == 0
    assert json.loads(said.out) == yaml.safe_load(said.out)
    assert json.loads(said.out)["features"]["slash_commands"][0]["command"] == "/fl-ask"
    assert "COMMAND_PREFIX=fl-" in said.err


def test_the_manifest_follows_the_settings(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --prefix the commands are those that the bot listens to."""
    monkeypatch.setenv("COMMAND_PREFIX", "bw-")
    assert json.loads(frontline("manifest").out)["features"]["slash_commands"][0]["command"] == "/bw-ask"


def test_ask_shows_quote_and_source(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """The running bot's answer is printed with the quote, the section, its owner and its date."""
    asked: list[tuple[str, Filters]] = []

    def answer(_: settings.Settings, question: str, filters: Filters) -> dict[str, Any]:
        asked.append((question, filters))
        return ANSWERED

    monkeypatch.setattr(running, "answer", answer)
    said = frontline("ask", "Is an outage credited?", "--product", "Brook 4", "--language", "en")
    assert asked == [("Is an outage credited?", Filters("Brook 4", "en"))]
    assert "| We credit a day. It needs no form." in said.out
    source = (
        "[1] Refunds › Brook 4 › Outages, owner chloe@brightwater.example, reviewed 2026-09-14, "
        "https://guides.example/refunds"
    )
    assert source in said.out


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "first", "second"),
    [
        (True, "", "  | Ask. \x1b[1mWe credit a day.\x1b[0m", "  | \x1b[1mIt needs no form.\x1b[0m"),
        (True, "1", "  | Ask. We credit a day.", "  | It needs no form."),
        (False, "", "  | Ask. We credit a day.", "  | It needs no form."),
    ],
)
def test_ask_marks_what_answers_in_a_terminal(
    is_terminal: bool,
    no_color: str,
    first: str,
    second: str,
    frontline: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In bold, as in Slack, and never the mark before a line; a file, or whoever wants no colours, gets the words."""
    quote = "Ask. We credit a day.\nIt needs no form."
    marked = CITATION | {"quote": quote, "highlights": [[5, len(quote)]]}
    monkeypatch.setattr(running, "answer", lambda *_: ANSWERED | {"citations": [marked]})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert frontline("ask", "Is an outage credited?").out.splitlines()[:2] == [first, second]


def test_ask_loads_only_what_an_answer_needs(tmp_path: Path) -> None:
    """A question from the terminal waits for neither Slack's libraries nor torch nor Chroma."""
    guides, url = tmp_path / "guides", f"sqlite:///{tmp_path}/data/frontline.db"
    guides.mkdir()
    (guides / "fees.md").write_text("---\nreviewed: 2026-09-14\n---\n# Fees\n\nThe reconnection fee is £20.\n")
    migrate(url)
    ingest(engine_for(url), guides, now=NOW)
    asked = (
        "import sys\nfrom bot.cli import main\nsys.argv = ['frontline', 'ask', 'How much is the reconnection fee?']\n"
    )
    asked += f"try: main()\nexcept SystemExit: pass\nprint('loaded:', sorted({HEAVY!r} & set(sys.modules)))"
    settings = {"DATA_DIR": str(tmp_path / "data"), "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}

    ran = subprocess.run(
        [sys.executable, "-c", asked], env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )

    assert "The reconnection fee is £20." in ran.stdout
    assert ran.stdout.splitlines()[-1] == "loaded: ['sqlalchemy', 'tantivy']"


def test_ask_says_that_a_list_goes_on(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Slack."""
    part = CITATION | {"begins_above": True, "goes_on": True}
    monkeypatch.setattr(running, "answer", lambda *_: ANSWERED | {"citations": [part]})
    lines = frontline("ask", "Is an outage credited?").out.splitlines()
    assert lines[:3] == ["  | …", "  | We credit a day. It needs no form.", "  | …"]


def test_ask_says_when_the_guides_do_not(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is an answer: the nearest sections are named, and the command did not fail."""
    nothing = ANSWERED | {"outcome": "not_in_guides", "citations": [], "nearest": [CITATION]}
    monkeypatch.setattr(running, "answer", lambda *_: nothing)
    said = frontline("ask", "Is the moon credited?")
    assert said.code == 0
    assert "The guides don't say." in said.out
    assert "Refunds › Brook 4 › Outages" in said.out


def test_ask_says_what_may_answer_only_a_part(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words that Slack shows, with the nearest sections below."""
    partly = ANSWERED | {"outcome": "partly", "nearest": [CITATION | {"headings": ["Fees"]}]}
    monkeypatch.setattr(running, "answer", lambda *_: partly)
    lines = frontline("ask", "Is an outage credited?").out.splitlines()
    assert lines[:3] == [PARTLY, "", "  | We credit a day. It needs no form."]
    assert lines[-3] == BESIDE
    assert lines[-1].startswith("Refunds › Fees, owner")


def test_ask_puts_each_question_of_several_above_its_quote(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in Slack, and says which one the guides leave open."""
    parts = [
        {"question": "Is an outage credited?", "outcome": "partly", "citations": [0]},
        {"question": "Is the moon?", "outcome": "not_in_guides", "citations": []},
    ]
    monkeypatch.setattr(running, "answer", lambda *_: ANSWERED | {"outcome": "partly", "parts": parts})
    lines = frontline("ask", "Is an outage credited? Is the moon?").out.splitlines()
    assert lines[:5:2] == ["The guides don't say: “Is the moon?”", "Is an outage credited?", PARTLY]
    assert lines[6] == "  | We credit a day. It needs no form."


def test_ask_says_how_it_took_the_question(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Slack, so that a wrong guess is seen."""
    monkeypatch.setattr(running, "answer", lambda *_: ANSWERED | {"understood": "Is an outage credited?"})
    assert frontline("ask", "Is an outtage credited?").out.startswith("I took this as: Is an outage credited?\n\n")


def test_ask_says_when_it_could_not_look(frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that is still reading the guides has not found that they don't say."""
    reading = ANSWERED | {"outcome": "fault", "citations": [], "notes": ["I am still reading the guides."]}
    monkeypatch.setattr(running, "answer", lambda *_: reading)
    assert frontline("ask", "Is an outage credited?").out == "I am still reading the guides.\n"


def test_ingest_takes_in_what_it_can_and_names_the_rest(
    frontline: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that can't be a guide is refused by name on stderr, other formats are counted; it ends with 1."""
    monkeypatch.setattr(running, "library_state", lambda _: {"guides": 0})  # a bot runs, and embeds by itself
    (tmp_path / "guides" / "good.md").write_text("# Refunds\n\nWe credit a day.\n")
    (tmp_path / "guides" / "broken.pdf").write_bytes(b"%PDF-1.7 nothing follows")
    (tmp_path / "guides" / "old.doc").write_bytes(b"")
    said = frontline("ingest")
    assert said.code == 1
    assert "1 added" in said.out
    assert "1 file skipped, of kinds that can't be read: .doc\n" in said.out
    assert "broken.pdf" in said.err
    assert "Traceback" not in said.err


def test_ingest_without_a_model_did_not_do_all(
    frontline: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guides are in and found by their words; that the rest failed is seen by a script too."""
    monkeypatch.setenv("EMBEDDING_MODEL", "nope")
    (tmp_path / "guides" / "good.md").write_text("# Refunds\n\nWe credit a day.\n")
    said = frontline("ingest")
    assert said.code == 1
    assert "1 added" in said.out
    assert "nope" in said.err


def test_a_second_ingest_says_what_to_do(frontline: Callable[..., Said], tmp_path: Path) -> None:
    """What it took in is in; only the index is the other's."""
    (tmp_path / "guides" / "good.md").write_text("# Refunds\n\nWe credit a day.\n")
    (tmp_path / "data" / "index").mkdir(parents=True)
    with FileLock(tmp_path / "data" / "index" / "owner.lock"):
        said = frontline("ingest")
    assert said.code == 1
    assert "1 added" in said.out
    assert "after another `frontline ingest`, run this one again." in said.err
    assert "ask your question" not in said.err


def test_a_database_in_a_folder_that_is_not_there(
    frontline: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in the address makes no folder, and no empty database, somewhere else."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nope/x.db")
    said = frontline("ingest")
    assert said.code == 1
    assert "DATABASE_URL: names a folder that isn't there; make it first" in said.err
    assert not (tmp_path / "nope").exists()


@pytest.mark.parametrize("command", ["demo", "run", "ingest", "ask why?", "digest --preview"])
def test_a_data_folder_that_cannot_be_made(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    """DATA_DIR is named, and why, without a traceback."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    (tmp_path / "file").write_text("not a folder")
    said = frontline(*command.split(maxsplit=1))
    assert said.code == 1
    assert said.err.startswith(f"DATA_DIR {tmp_path / 'file' / 'data'}")
    assert f"can't be made ({tmp_path / 'file'} is not a folder). Name a folder" in said.err


def test_a_data_folder_that_cannot_be_written_to(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on a mount that is read-only."""

    def refuse(dir: Path) -> Any:
        raise OSError(errno.EROFS, "Read-only file system", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    (tmp_path / "data").mkdir()
    said = frontline("ingest")
    assert said.code == 1
    assert f"DATA_DIR {tmp_path}/data can't be written to ({tmp_path}/data: Read-only file system)." in said.err


@pytest.fixture
def own_set(tmp_path: Path) -> tuple[str, str]:
    """A folder of guides, and questions on it in a CSV: twenty that it answers, and twenty others."""
    (tmp_path / "guides" / "refunds.md").write_text("# Refunds\n\nA refund is paid back within ten days.\n")
    lines = ["question,guide,answer", "When is a refund paid?,refunds.md,ten moons"]
    lines += [f"When is a refund paid back to customer {n}?,refunds.md,within ten days" for n in range(19)]
    lines += [f"What does the parking space {n} cost?,," for n in range(20)]
    (tmp_path / "own.csv").write_text("\n".join(lines))
    return str(tmp_path / "guides"), str(tmp_path / "own.csv")


def test_a_fit_says_what_it_costs(frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str]) -> None:
    """The share answered then and now, and that the figures are those before; a slip in an answer is named."""
    said = frontline(
        "evaluate", "answers", *own_set, "--json", str(tmp_path / "a.json"), "--report", str(tmp_path / "a.md"), "--fit"
    )
    assert said.code == 0
    assert re.search(
        r"Of the answerable questions \d+% will be answered whole \(before: \d+%\), of the others 0% \(\d+%\)\. "
        "The figures above are those before",
        said.out,
    )
    lost = "and stand there more than once: 1, the first to “When is a refund paid?”."
    assert lost in said.out
    assert lost in (tmp_path / "a.md").read_text()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        '{"questions": [{"a": 1}]}',
        '{"questions": [3]}',
        '{"questions": [{"question": "Why?", "kb": [], "outcome": "answered", "answerable": true, "probability": 1}]}',
        '{"questions": [{"question": "Why?", "kb": null, "outcome": "answered", "answerable": true}]}',
    ],
)
def test_figures_of_another_make_are_refused_before_anything_is_measured(
    frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str], written: str
) -> None:
    """Not after the whole run."""
    (tmp_path / "old.json").write_text(written)
    said = frontline(
        "evaluate", "answers", *own_set, "--json", str(tmp_path / "a.json"), "--compare", str(tmp_path / "old.json")
    )
    assert said.code == 1
    assert said.err == f"{tmp_path}/old.json is not a file that `frontline evaluate --json` wrote.\n"
    assert not (tmp_path / "a.json").exists()


def test_an_evaluation_measures_the_model_that_is_set(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_set: tuple[str, str]
) -> None:
    """A model that isn't there ends it."""
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("\n".join(json.dumps({"a": "a", "b": "b", "same": same}) for same in (True, False)))
    monkeypatch.setenv("EMBEDDING_MODEL", str(tmp_path / "not-there"))
    for what in (["answers", *own_set], ["related", str(pairs)]):
        said = frontline("evaluate", *what, "--json", str(tmp_path / "a.json"))
        assert said.code == 1
        assert f"The embedding model {tmp_path}/not-there is not on this machine" in said.err
        assert not (tmp_path / "a.json").exists()


def test_a_fit_that_would_silence_the_guides_is_not_saved(
    frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str]
) -> None:
    """As where the column of guides was filled the wrong way round."""
    head, *lines = Path(own_set[1]).read_text().splitlines()
    turned = [line.partition(",")[0] + ("," if "refunds.md" in line else ",refunds.md") for line in lines]
    Path(own_set[1]).write_text("\n".join([head, *turned]))
    said = frontline("evaluate", "answers", *own_set, "--json", str(tmp_path / "a.json"), "--fit")
    assert said.code == 1
    assert said.err.startswith(
        "No calibration was saved: the questions that are said to be answered don't score higher"
    )
    assert not (tmp_path / "data" / "calibration.json").exists()


@pytest.mark.parametrize(("figures", "page"), [("x.json", "x.json"), ("own.csv", "x.md"), ("x.json", "own.csv")])
def test_no_file_of_an_evaluation_overwrites_another(
    frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str], figures: str, page: str
) -> None:
    """Not the figures, and not the questions."""
    before = Path(own_set[1]).read_text()
    said = frontline(
        "evaluate", "answers", *own_set, "--json", str(tmp_path / figures), "--report", str(tmp_path / page)
    )
    assert said.code == 1
    assert "is named twice, so one would overwrite the other" in said.err
    assert Path(own_set[1]).read_text() == before


def test_another_tier_is_not_compared(frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str]) -> None:
    """Said before anything is measured."""
    (tmp_path / "old.json").write_text('{"tier": "core", "kb": null, "questions": []}')
    places = ("--json", str(tmp_path / "a.json"), "--compare", str(tmp_path / "old.json"))
    said = frontline("evaluate", "answers", *own_set, *places)
    assert said.code == 1
    assert "can't be compared with this run: the tier was core, now full." in said.err
    assert not (tmp_path / "a.json").exists()


def test_a_share_without_its_fit_is_refused(
    frontline: Callable[..., Said], tmp_path: Path, own_set: tuple[str, str]
) -> None:
    """It would change nothing."""
    said = frontline("evaluate", "answers", *own_set, "--json", str(tmp_path / "a.json"), "--wrong", "0.1")
    assert said.code == 2
    assert "--wrong" in said.err
    assert "--fit" in said.err


@pytest.mark.parametrize(
    ("closed", "words"),
    [
        ("json", "a.json can't be written ({folder}: Permission denied). Name a folder that Frontline may write to."),
        ("pages", "a.md can't be written ({folder}: Permission denied). Name a folder that Frontline may write to."),
        ("data", "DATA_DIR {folder} can't be written to ({folder}: Permission denied)."),
    ],
)
def test_an_evaluation_that_can_not_be_written_is_not_begun(
    frontline: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own_set: tuple[str, str],
    closed: str,
    words: str,
) -> None:
    """Said before the work, with the folder."""
    for name in ("json", "pages", "data"):
        (tmp_path / name).mkdir()
    write = tempfile.TemporaryFile

    def refuse(dir: Path) -> Any:
        if dir == tmp_path / closed:
            raise OSError(errno.EACCES, "Permission denied", str(dir))
        return write(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    places = ("--json", str(tmp_path / "json" / "a.json"), "--report", str(tmp_path / "pages" / "a.md"))
    said = frontline("evaluate", "answers", *own_set, *places)
    assert said.code == 1
    assert said.err.startswith(words.format(folder=tmp_path / closed))
    assert not (tmp_path / "data" / "evaluation").exists()


def test_ask_quotes_the_edition_of_the_company_s_day(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At 21:00 UTC it is tomorrow in the time zone that was set up, Sydney's."""
    monkeypatch.setenv("SLACK_API_URL", "http://localhost/api/")
    monkeypatch.setenv("FRONTLINE_NOW", "2026-02-28T21:00:00+00:00")
    for name, title, credit in (("old", "until 28 February 2026", 10), ("new", "from 1 March 2026", 25)):
        words = f"---\ntitle: Credits {title}\n---\n# Missed visits\n\nA missed visit gives {credit} euros.\n"
        (tmp_path / "guides" / f"{name}.md").write_text(words)
    frontline("ingest")
    before = frontline("ask", "How much does a missed visit give?").out
    engine = engine_for(f"sqlite:///{tmp_path}/data/frontline.db")
    with engine.begin() as connection:
        chosen = {"value": "Australia/Sydney", "chosen_by": "UADMIN", "chosen_at": NOW}
        connection.execute(insert(Choice).values(name="time_zone", **chosen))
    engine.dispose()

    assert "10 euros" in before
    assert "25 euros" not in before
    assert "25 euros" in frontline("ask", "How much does a missed visit give?").out


def test_a_question_waits_for_another_that_is_asked_at_the_same_time(
    frontline: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And says so; one that never ends is named."""
    (tmp_path / "guides" / "good.md").write_text("# Refunds\n\nA refund is paid within ten days.\n")
    frontline("ingest")
    lock = FileLock(tmp_path / "data" / "index" / "owner.lock", thread_local=False)
    lock.acquire()
    timer = threading.Timer(1, lock.release)
    timer.start()
    said = frontline("ask", "When is a refund paid?")
    timer.join()
    assert "within ten days" in said.out
    assert "Another Frontline process is using the index; waiting for it." in said.err

    monkeypatch.setattr(running, "TURN_S", 0.1)
    with lock:
        said = frontline("ask", "When is a refund paid?")
    assert said.code == 1
    assert "Wait until it is done, or stop it." in said.err


def test_ask_without_guides_says_what_to_do(frontline: Callable[..., Said]) -> None:
    """An empty library is not "the guides don't say"."""
    said = frontline("ask", "Is an outage credited?")
    assert said.code == 1
    assert "frontline ingest" in said.err

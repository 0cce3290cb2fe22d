"""`frontline doctor`, without Slack; with it, in tests/conversations/test_doctor.py."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from langchain_core.messages import AIMessageChunk

from bot import demo, doctor, settings
from bot.library import CannotStart, open_library
from bot.manifest import SCOPES
from bot.records.database import engine_for, migrate
from knowledge import calibration
from knowledge.encoder import ModelUnavailable
from knowledge.ingest import ingest
from tests.conftest import NOW


class QuickEncoder:
    """A model that is there, or isn't, without loading it."""

    precision = "int8"

    def __init__(self, name: str, _: Path | None) -> None:
        self.name = name

    def load(self) -> None:
        if self.name == "missing":
            raise ModelUnavailable("missing is not on this machine.")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but these, and a model that loads at once."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for module in (doctor, demo):
        monkeypatch.setattr(module, "load", partial(settings.load, env_file=None))
    monkeypatch.setattr(doctor, "Encoder", QuickEncoder)


def found() -> dict[str, list[str]]:
    """The levels found for each thing examined."""
    levels: dict[str, list[str]] = {}
    for finding in doctor.examine():
        levels.setdefault(finding.what, []).append(finding.level)
    return levels


def test_a_fresh_checkout_lacks_tokens_and_says_so() -> None:
    """Without Slack everything else is still examined, and each missing token is a line with its place."""
    levels = found()
    assert {
        "python": ["ok"],
        "tokens": ["fail", "fail"],
        "database": ["warn"],
        "model": ["ok"],
    }.items() <= levels.items()
    assert not any("Traceback" in finding.in_words() for finding in doctor.examine())


def test_until_there_are_tokens_it_looks_where_ask_and_ingest_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the demo's records and guides once it has been started, and says so; with tokens, at one's own."""
    (tmp_path / "demo").mkdir()
    migrate(f"sqlite:///{tmp_path}/demo/frontline.db")
    lines = {each.what: each for each in doctor.examine()}
    assert lines["demo"].words == "without Slack tokens, database and guides are the demo's, as for `frontline ask`"
    assert (lines["database"].level, lines["tokens"].level) == ("ok", "fail")
    assert "/demo/frontline.db" in lines["database"].words

    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-own")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-own")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    lines = {each.what: each for each in doctor.examine()}
    assert "demo" not in lines
    assert lines["database"].level == "warn"


def test_settings_that_cannot_be_read_end_the_examination(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be judged without settings; the wrong one is named."""
    monkeypatch.setenv("CHAT_TIMEOUT_S", "soon")
    last = list(doctor.examine())[-1]
    assert (last.level, last.what) == ("fail", "settings")
    assert "CHAT_TIMEOUT_S" in last.words


def test_database_and_guides_are_examined_without_a_bot(tmp_path: Path) -> None:
    """With no bot running the command opens the index itself; no guides is a warning with its remedy."""
    migrate(f"sqlite:///{tmp_path}/frontline.db")
    levels = found()
    assert levels["database"] == ["ok"]
    assert levels["index"] == ["warn"]


def test_the_guides_folder_is_named_with_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that isn't there, is a file or holds nothing is found before an ingest; another than yours is seen."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "fees.md").write_text("# Fees\n\nThe fee is £20.\n")
    for place, level, words in (
        ("nope", "fail", f"there is no guides folder at {tmp_path}/nope → set GUIDES_DIR in .env"),
        ("empty", "warn", f"there are no guides in {tmp_path}/empty → put some in, or correct GUIDES_DIR"),
        ("ours", "ok", f"1 file in {tmp_path}/ours"),
    ):
        monkeypatch.setenv("GUIDES_DIR", str(tmp_path / place))
        (finding,) = [each for each in doctor.examine() if each.what == "guides"]
        assert finding.level == level
        assert finding.in_words().endswith(f"  {words}")


def test_passages_that_are_not_indexed_and_a_calibration_of_one_s_own_are_said(tmp_path: Path) -> None:
    """Both change what is answered; without a bot nothing would index the passages."""
    url = f"sqlite:///{tmp_path}/frontline.db"
    migrate(url)
    ingest(engine_for(url), doctor.ROOT / "knowledge" / "guides", [Path("tv")], now=NOW)
    own = calibration.load().model_copy(update={"how": "Fitted to 40 questions."})
    calibration.save(own, tmp_path / "calibration.json")
    lines = {each.what: each for each in doctor.examine()}
    assert lines["index"].level == "warn"
    assert re.search(r" 0 of \d+ passages indexed .*by words alone → frontline ingest$", lines["index"].in_words())
    assert lines["answers"].words.endswith("calibration.json, a calibration of your own: Fitted to 40 questions.")


def test_a_data_folder_that_cannot_be_used_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is there yet, and nothing could be made: a failure, found without making anything."""
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    levels = found()
    assert "fail" in levels["settings"]
    assert levels["database"] == ["fail"]
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new" / "data"))
    assert found()["database"] == ["warn"]
    assert not (tmp_path / "new").exists()


def test_a_database_out_of_reach_fails_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password in DATABASE_URL is not for the terminal."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://frontline:secret@127.0.0.1:1/nothing")
    (finding,) = [each for each in doctor.examine() if each.what == "database"]
    assert finding.level == "fail"
    assert "secret" not in finding.in_words()


def test_a_chat_model_that_cannot_be_used_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examination goes on after it."""
    migrate(f"sqlite:///{tmp_path}/frontline.db")
    monkeypatch.setenv("CHAT_MODEL", "nobody:nothing")
    levels = found()
    assert (levels["chat"], levels["model"]) == (["fail"], ["ok"])


@pytest.mark.parametrize(
    ("chat_model", "what_to_write"),
    [
        ("foo", "openai:…, anthropic:…, ollama:…"),
        ("nobody:nothing", "openai:…, anthropic:…, ollama:…"),
        ("ollama:x", ".venv/bin/pip install -c constraints.txt -e '.[ollama]'"),
        ("groq:x", ".venv/bin/pip install langchain-groq"),
        ("openai:", "names no model. Write its name behind the provider."),
    ],
)
def test_a_wrong_chat_model_says_what_to_write(tmp_path: Path, chat_model: str, what_to_write: str) -> None:
    """In our words: whose model it may be, or the package that it needs."""
    wrong = settings.load(env_file=None, data_dir=tmp_path, chat_model=chat_model)
    with pytest.raises(CannotStart) as said:
        open_library(wrong, lambda: NOW)
    assert f"CHAT_MODEL={chat_model} " in str(said.value)
    assert what_to_write in str(said.value)
    assert "model_provider" not in str(said.value)


@pytest.mark.parametrize(
    ("problem", "words"), [("Pass an `api_key`.", "CHAT_API_KEY"), ("No such host.", "No such host.")]
)
def test_a_chat_model_without_its_key_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str, words: str
) -> None:
    """Anything else is said as the provider says it."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(problem)

    monkeypatch.setattr("langchain.chat_models.init_chat_model", refuse)
    with pytest.raises(CannotStart, match=words):
        open_library(settings.load(env_file=None, data_dir=tmp_path, chat_model="openai:x"), lambda: NOW)


@pytest.mark.parametrize(
    ("behaves", "level", "words"),
    [
        (lambda: iter([AIMessageChunk(content='{"ready": true}')]), "ok", "openai:x answers"),
        (
            lambda: 1 / 0,
            "warn",
            r"openai:x could not be reached \(ZeroDivisionError\), so guides are quoted → .*CHAT_API",
        ),
    ],
)
def test_the_chat_model_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, behaves: Callable[[], Iterator[AIMessageChunk]], level: str, words: str
) -> None:
    """A wrong key or address is found here, not in the first answer; what the server says may hold the key."""
    model = SimpleNamespace(stream=lambda _: behaves(), with_structured_output=lambda _: SimpleNamespace(first=model))
    monkeypatch.setattr(doctor, "chat_model_of", lambda _: model)
    monkeypatch.setenv("CHAT_MODEL", "openai:x")
    monkeypatch.setenv("CHAT_API_KEY", "sk-1")
    (finding,) = (each for each in doctor.examine() if each.what == "chat")
    assert finding.level == level
    assert re.search(words, finding.in_words())


@pytest.mark.parametrize("name", ["CHAT_API_KEY", "CHAT_BASE_URL"])
def test_a_key_without_a_chat_model_is_said(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever sets it means to use one."""
    monkeypatch.setenv(name, "sk-secret")
    (finding,) = (each for each in doctor.examine() if each.what == "chat")
    assert (finding.level, finding.words) == ("warn", f"{name} is set, but no chat model, so guides are quoted")


def test_a_model_that_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedding model is never downloaded, so a missing one is named."""
    monkeypatch.setenv("EMBEDDING_MODEL", "missing")
    assert found()["model"] == ["fail"]


def test_scopes_are_held_against_the_table() -> None:
    """A required scope that is missing fails, an optional one warns, and each says what it is for."""
    assert [each.level for each in doctor.scopes(",".join(scope.name for scope in SCOPES))] == ["ok"]
    granted = {scope.name for scope in SCOPES} - {"chat:write", "usergroups:read"}
    missing = {each.words.split()[0]: each.level for each in doctor.scopes(", ".join(granted))}
    assert missing == {"chat:write": "fail", "usergroups:read": "warn"}

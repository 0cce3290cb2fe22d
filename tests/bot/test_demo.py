"""`frontline demo`: what it takes from the settings and what it clears."""

import socket
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot import demo, settings
from bot.records.database import engine_for, migrate
from bot.records.tables import Choice
from knowledge.tables import Guide
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings as somebody has them who also runs Frontline on real Slack."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(demo, "load", partial(settings.load, env_file=None))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-real")
    monkeypatch.setenv("DATABASE_URL", "postgresql://real/records")


def test_the_demo_keeps_away_from_the_real_slack_and_its_records(tmp_path: Path) -> None:
    """Tokens and database of the real installation are ignored."""
    theirs = demo.settings_for(4040)
    assert theirs.slack_api_url == "http://127.0.0.1:4040/api/"
    assert theirs.slack_bot_token.get_secret_value() == "xoxb-demo"
    assert theirs.slack_app_token.get_secret_value() == "xapp-demo"
    assert f"sqlite:///{tmp_path}/demo/frontline.db" == theirs.sync_database_url()
    assert theirs.admin_user_ids == ("UADMIN",)


def test_the_demo_refuses_a_slack_that_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is not this machine is refused, not overruled in silence."""
    monkeypatch.setenv("SLACK_API_URL", "https://slack.example/api/")
    with pytest.raises(settings.SettingsError, match="not this machine"):
        demo.settings_for(4040)


def test_a_taken_port_is_passed_over() -> None:
    """The page moves to the next free port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert taken.getsockname()[1] < demo.free_port(taken.getsockname()[1])


def test_reset_clears_both_records_and_keeps_the_guides() -> None:
    """Starting over forgets the sandbox's messages and the bot's records, but nothing that costs an index."""
    theirs = demo.settings_for(4040)
    migrate(theirs.sync_database_url())
    (theirs.data_dir / "sandbox.db").write_text("{}")
    engine = engine_for(theirs.sync_database_url())
    with engine.begin() as connection:
        connection.execute(insert(Choice).values(name="time_zone", value="UTC", chosen_by="UADMIN", chosen_at=NOW))
        guide = {"key": "a.md", "title": "A", "text": "A", "hash": "0", "audience": "everyone", "updated_at": NOW}
        connection.execute(insert(Guide).values(guide))
    demo.forget(theirs)
    with Session(engine) as session:
        assert list(session.scalars(select(Choice))) == []
        assert list(session.scalars(select(Guide.key))) == ["a.md"]
    engine.dispose()
    assert not (theirs.data_dir / "sandbox.db").exists()

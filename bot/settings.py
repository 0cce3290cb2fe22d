"""The only reader of the environment: typed, bounded settings from `.env` and environment variables."""

import ipaddress
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


class SettingsError(Exception):
    """A setting is missing, unknown or out of bounds; the message names it and says what to do."""


class Settings(BaseSettings):
    """What an admin can set; `.env.example` explains each line."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="forbid", hide_input_in_errors=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("")  # SQLite in DATA_DIR unless set; may carry a password
    data_dir: Path = Path("data")
    guides_dir: Path = Path("knowledge/guides")
    admin_user_ids: Annotated[tuple[str, ...], NoDecode] = ()
    command_prefix: str = ""
    company_values: str = "Customer first, Own it, Help each other, Keep it simple"
    thanks_reaction: str = "trophy"
    daily_thanks: int = Field(default=10, ge=1, le=100)
    embedding_model: str = Field(default="all-MiniLM-L6-v2", min_length=1)
    chat_model: str = ""
    chat_api_key: SecretStr = SecretStr("")
    chat_base_url: str = ""
    chat_timeout_s: float = Field(default=10, gt=0, le=60)
    holidays_country: str = ""
    first_response_days: int = Field(default=5, ge=1, le=60)
    max_question_characters: int = Field(default=2000, ge=100, le=4_000)  # more is not looked at
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    frontline_now: AwareDatetime | None = None

    @field_validator("admin_user_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("admin_user_ids")
    @classmethod
    def _are_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not re.fullmatch(r"[UWS][A-Z0-9]{1,30}", one):
                raise ValueError(f"{one} is not a member id such as U012AB3CD (Slack: profile › ⋮ › Copy member ID)")
        return value

    @field_validator("command_prefix")
    @classmethod
    def _fits_a_command(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9-]{0,20}", value):
            raise ValueError("must be at most 20 lower-case letters, digits and hyphens, such as fl-")
        return value

    @field_validator("company_values")
    @classmethod
    def _are_values(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",") if name.strip()]
        if len(names) > 30 or any(len(name) > 60 for name in names) or len({*names}) < len(names):
            raise ValueError("must be at most 30 different values of at most 60 characters, separated by commas")
        return ", ".join(names)

    @field_validator("thanks_reaction")
    @classmethod
    def _is_an_emoji(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9_+'-]{1,100}", value.strip(":")):
            raise ValueError("must be the name of an emoji as Slack shows it, such as trophy")
        return value.strip(":")

    @field_validator("holidays_country")
    @classmethod
    def _has_holidays(cls, value: str) -> str:
        if value:
            from bot.records.working_days import UnknownCalendar, calendar

            try:
                calendar(value)
            except UnknownCalendar as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _with_slash(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must be an http or https address")
        return value if value.endswith("/") else value + "/"

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr) -> SecretStr:
        address = re.sub("^postgres://", "postgresql://", value.get_secret_value())  # as many hosts hand it out
        if address:
            from sqlalchemy import make_url
            from sqlalchemy.exc import ArgumentError

            try:
                url = make_url(address)
                is_right = url.drivername in DATABASES and not (url.host and "@" in f"{url.host}{url.database}")
            except (ArgumentError, ValueError):  # whose words may hold a part of the password
                is_right = False
            if not is_right:
                raise ValueError("must be like postgresql://user:password@host/name; in a password, write %40 for @")
            if url.drivername == "sqlite" and not Path(url.database or "").absolute().parent.is_dir():
                raise ValueError("names a folder that isn't there; make it first, or take the line away")
        return SecretStr(address)

    @field_validator("chat_api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().isascii():
            raise ValueError("holds a letter that no key has; copy it anew")
        return value

    @field_validator("data_dir", "guides_dir", mode="before")
    @classmethod
    def _is_named(cls, value: Any) -> Any:
        if not str(value).strip():  # another folder in its place would take your guides, or your records, away
            raise ValueError("is empty; name a folder, or take the line away")
        return value

    @field_validator("data_dir", "guides_dir")
    @classmethod
    def _from_the_checkout(cls, value: Path) -> Path:
        try:
            return ROOT / value.expanduser()
        except RuntimeError:
            raise ValueError(f"there is no home folder for {value.parts[0]} on this machine") from None

    @property
    def values(self) -> list[str]:
        """The company's values, in the order to show them."""
        return self.company_values.split(", ") if self.company_values else []

    @property
    def slack_is_local(self) -> bool:
        """Slack's address is this machine: a sandbox, so nothing leaves and the clock may be set."""
        host = urlsplit(self.slack_api_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def now_at_start(self) -> datetime | None:
        """The instant that the clock starts at, for tests of Monday 09:00; None on a real Slack."""
        return self.frontline_now if self.slack_is_local else None

    @property
    def socket_path(self) -> Path:
        """Where a running bot listens for the commands of the same machine."""
        return self.data_dir / "frontline.sock"

    def sync_database_url(self) -> str:
        """The database for SQLAlchemy without asyncio."""
        url = self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'frontline.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def load(env_file: Path | None = ROOT / ".env", **given: Any) -> Settings:
    """Read the settings.

    Args:
        env_file: the file with `NAME=value` lines; None to read only the environment.
        given: values that win over both, by field name.

    Raises:
        SettingsError: something is unknown or out of bounds.
    """
    unknown = [n for n in os.environ if n.startswith("FRONTLINE_") and n.lower() not in Settings.model_fields]
    if unknown:
        raise SettingsError(
            f"{sorted(unknown)[0]} is not a setting. `.env.example` lists them all; remove or rename it."
        )
    if env_file is not None and env_file.is_file():
        _check_lines(env_file)
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        problems = "; ".join(_in_words(e["loc"], e["type"], e["msg"]) for e in error.errors())
        raise SettingsError(f"{problems} See `.env.example`.") from None


def _check_lines(env_file: Path) -> None:
    """What can't be read would only be left out, and its default taken for what was meant."""
    with env_file.open(encoding="utf-8") as lines:
        for each in parse_stream(lines):
            if each.error or (each.key and each.value is None):
                raise SettingsError(
                    f"Line {each.original.line} of {env_file} can't be read; write it like GUIDES_DIR=/srv/guides."
                )


def make_data_dir(settings: Settings) -> None:
    """Make the data folder, closed to others: what people asked is nobody else's business.

    Raises:
        SettingsError: it can't be made, or nothing can be written there.
    """
    folder = settings.data_dir
    fault = why_unwritable(folder)
    try:
        if not fault:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fault = f"{folder}: {error.strerror}"
    if fault:
        what = "written to" if folder.is_dir() else "made"
        raise SettingsError(
            f"DATA_DIR {folder} can't be {what} ({fault}). Name a folder in .env that Frontline may write to."
        )


def why_unwritable(folder: Path) -> str | None:
    """Why nothing can be written into a folder, or why it can't be made; it is only looked at."""
    there = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    if not os.path.isdir(there):
        return f"{there} is not a folder"
    try:
        with tempfile.TemporaryFile(dir=there):  # permissions alone don't tell a mount that is read-only
            return None
    except OSError as error:
        return f"{there}: {error.strerror}"


def may_mark() -> bool:
    """Whether words may be marked in a terminal; NO_COLOR is what all programs are told not to by."""
    return not os.environ.get("NO_COLOR")


def missing_tokens(settings: Settings) -> list[str]:
    """What real Slack needs and isn't set, each with its line in `.env.example`."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    line_of = {line.split("=")[0]: number for number, line in enumerate(example, 1)}
    return [
        f"{name} is not set. Line {line_of[name]} of .env.example says where to find it; put it in .env."
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
        if not getattr(settings, name.lower()).get_secret_value()
    ]


def _in_words(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(place[0]).upper() if place else "A setting"
    if kind == "extra_forbidden":
        return f"{name} in .env is not a setting; remove or rename that line."
    plainly = re.sub(r"^(Input|String) should", "should", message.removeprefix("Value error, "))
    return f"{name}: {plainly}."

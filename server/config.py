"""Everything that can be set from outside, read once at the start, checked, and never changed afterwards."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.words import pseudo
from server.words.languages import CATALOGUES, ENGLISH, BadCatalogue, read, shipped

PREFIX = "HEARTH_"
KEY_BYTES = 32
EMBEDDED = "embedded"
LAST_PORT = 65535
MOST_WORKERS = 16
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Port = Annotated[int, Field(ge=1, le=LAST_PORT)]
Days = Annotated[int, Field(ge=1, le=3650)]


class BadConfig(Exception):
    """The environment does not make a house. `lines` has one sentence for each variable that is wrong."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = tuple(lines)


class Config(BaseSettings):
    """The settings: a field is the environment variable HEARTH_<FIELD>. See docs/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    origin: str = "http://localhost:8080"
    host: str = "127.0.0.1"
    port: Port = 8080
    database_url: str = "sqlite+aiosqlite:///hearth.db"
    key: Annotated[tuple[bytes, ...], NoDecode] = Field(default=(), repr=False)
    media: str = EMBEDDED
    media_key: str = Field(default="", repr=False)
    media_secret: str = Field(default="", repr=False)
    media_host: str = "127.0.0.1"
    media_port: Port = 7882
    media_host6: str = ""
    media_workers: Annotated[int, Field(ge=0, le=MOST_WORKERS)] = 0
    figures_port: Annotated[int, Field(ge=0, le=LAST_PORT)] = 0
    drain_minutes: Annotated[int, Field(ge=0, le=480)] = 0
    turn_urls: str = ""
    turn_secret: str = Field(default="", repr=False)
    redis_url: str = Field(default="", repr=False)
    exit_url: str = "https://www.bbc.co.uk/weather"
    time_zone: str = "Europe/London"
    languages: str = ENGLISH.tag
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    smtp: str = Field(default="", repr=False)
    mail_from: str = ""
    demo: str = Field(default="", repr=False)
    keep_location_hours: Annotated[int, Field(ge=0, le=24)] = 2
    keep_join_times_days: Days = 30
    keep_dead_invites_days: Days = 30
    keep_declined_days: Days = 92
    keep_left_days: Days = 183
    keep_notes_days: Days = 183
    keep_tasks_days: Days = 183
    keep_audit_days: Days = 365

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS: decides the names and flags of cookies."""
        return self.origin.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the wall where the groups meet."""
        return ZoneInfo(self.time_zone)

    @field_validator("key", mode="before")
    @classmethod
    def _decode_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_decode_key(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("key")
    @classmethod
    def _key_is_there(cls, keys: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(
                f"must be {KEY_BYTES} random bytes in base64 (several: comma between, the newest first)"
            )
        return keys

    @field_validator("origin")
    @classmethod
    def _origin_is_bare(cls, value: str) -> str:
        parts = _split(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or value.rstrip("/") != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError("must be a scheme and a host only, such as https://session.example")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError(
                "must start with https:// unless it is this machine: browsers give no camera without"
            )
        return value.rstrip("/")

    @field_validator("exit_url")
    @classmethod
    def _exit_is_a_page(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s;,\"'<>]", value):
            raise ValueError("must be the full address of a neutral page")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must start with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return value

    @field_validator("media")
    @classmethod
    def _media_is_known(cls, value: str) -> str:
        if value != EMBEDDED and _split(value).scheme not in {"ws", "wss"}:
            raise ValueError("must be 'embedded' or the ws:// or wss:// address of a LiveKit server")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_is_known(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("must be a time zone's name, such as Europe/London") from error
        return value

    @field_validator("languages")
    @classmethod
    def _languages_are_known(cls, value: str) -> str:
        tags, known = set(value.split()), {ENGLISH.tag, *shipped(), *pseudo.KINDS}
        if not tags or not tags <= known:
            raise ValueError(f"must be one or more of {', '.join(sorted(known))}, with spaces between")
        try:
            for tag in tags & set(shipped()):
                read(CATALOGUES / f"{tag}.po")
        except BadCatalogue as bad:
            raise ValueError(f"has a catalogue that cannot be used: {bad}") from bad
        return value

    @field_validator("smtp")
    @classmethod
    def _mail_server_is_known(cls, value: str) -> str:
        if value and (_split(value).scheme not in {"smtp", "smtps"} or not _split(value).hostname):
            raise ValueError("must be smtp://user:password@host:587 (STARTTLS) or smtps://… (TLS)")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender_is_an_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
            raise ValueError("must be an e-mail address alone, such as hello@session.example")
        return value

    @model_validator(mode="after")
    def _letters_have_a_sender(self) -> "Config":
        if self.smtp and not self.mail_from:
            raise ValueError("MAIL_FROM is needed when SMTP is set")
        return self

    @field_validator("demo")
    @classmethod
    def _demo_is_a_secret(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{43}", value):
            raise ValueError("must be 32 random bytes in base64url; only `dev.py demo` sets it")
        return value

    @model_validator(mode="after")
    def _demo_is_here(self) -> "Config":
        if self.demo and urlsplit(self.origin).hostname not in LOOPBACK:
            raise ValueError("DEMO lets people in without a second factor: only where ORIGIN is this machine")
        return self

    @model_validator(mode="after")
    def _made_up_languages_stay_here(self) -> "Config":
        if set(pseudo.KINDS) & set(self.languages.split()) and urlsplit(self.origin).hostname not in LOOPBACK:
            raise ValueError("LANGUAGES may have a made-up one only where ORIGIN is this machine")
        return self

    @model_validator(mode="after")
    def _every_worker_has_a_port(self) -> "Config":
        if self.media_port + self.media_workers - 1 > LAST_PORT:
            raise ValueError("MEDIA_PORT leaves too few ports above it for MEDIA_WORKERS: one each")
        return self

    @model_validator(mode="after")
    def _cluster_has_keys(self) -> "Config":
        if self.media != EMBEDDED and not (self.media_key and self.media_secret):
            raise ValueError("MEDIA_KEY and MEDIA_SECRET are needed when MEDIA is a LiveKit server")
        return self


def load() -> Config:
    """The settings of this process.

    Raises:
        BadConfig: with one line for every variable that is wrong.
    """
    try:
        config = Config()
    except ValidationError as error:
        raise BadConfig([_line(found["loc"], found["msg"]) for found in error.errors()]) from None
    if not config.key:
        raise BadConfig(
            [f"{PREFIX}KEY is missing: 32 random bytes in base64, such as `openssl rand -base64 32` prints"]
        )
    return config


def _line(place: tuple[int | str, ...], message: str) -> str:
    sentence = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(place[0]).upper()} {sentence}" if place else sentence


def _decode_key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("must be base64") from None


def _split(value: str) -> SplitResult:
    try:
        return urlsplit(value)
    except ValueError:
        raise ValueError("must be a full address, such as https://session.example") from None

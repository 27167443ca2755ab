"""Settings: every mistake is one line."""

import base64

import pytest
from pydantic import ValidationError

from server import config

KEY = base64.b64encode(bytes(range(32))).decode()
OLD = base64.b64encode(bytes(32)).decode()


def with_settings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in {"KEY": KEY, **settings}.items():
        monkeypatch.setenv(f"HEARTH_{name}", value)


def test_a_key_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch)
    settings = config.load()
    assert settings.origin == "http://localhost:8080"
    assert settings.key == (bytes(range(32)),)
    assert not settings.secure


def test_each_media_engine_needs_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch, MEDIA_PORT="65534", MEDIA_WORKERS="2")
    assert config.load().media_workers == 2
    with_settings(monkeypatch, MEDIA_WORKERS="3")
    with pytest.raises(config.BadConfig, match="too few ports"):
        config.load()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KEY", "", "KEY is missing"),
        ("KEY", "not base64", "must be base64"),
        ("KEY", base64.b64encode(b"short").decode(), "32 random bytes"),
        ("ORIGIN", "http://session.example", "https://"),
        ("ORIGIN", "https://session.example/path", "scheme and a host"),
        ("ORIGIN", "session.example", "scheme and a host"),
        ("ORIGIN", "http://[", "must be"),
        ("PORT", "0", "PORT"),
        ("PORT", "http", "PORT"),
        ("DATABASE_URL", "mysql://x", "sqlite+aiosqlite"),
        ("MEDIA", "http://x", "LiveKit"),
        ("MEDIA", "wss://x", "MEDIA_KEY"),
        ("REDIS_URL", "http://x", "redis://"),
        ("EXIT_URL", "weather", "neutral page"),
        ("EXIT_URL", "https://a; script-src *", "neutral page"),
        ("TIME_ZONE", "Europe/Atlantis", "time zone"),
        ("TIME_ZONE", "../etc/passwd", "time zone"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES"),
        ("MEDIA_WORKERS", "17", "MEDIA_WORKERS"),
        ("LANGUAGES", "", "one or more of ar-XB, en"),
        ("LANGUAGES", "en tlh", "one or more of ar-XB, en"),
        ("MEDIA_WORKERS", "many", "MEDIA_WORKERS"),
    ],
)
def test_a_mistake_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    with_settings(monkeypatch, **{name: value})
    with pytest.raises(config.BadConfig) as bad:
        config.load()
    assert len(bad.value.lines) == 1
    assert bad.value.lines[0].startswith("HEARTH_") or name == "MEDIA"
    assert says in bad.value.lines[0]
    assert "\n" not in bad.value.lines[0]


def test_languages_that_nobody_speaks_stay_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch, LANGUAGES="en ar-XB")
    assert config.load().languages == "en ar-XB"
    with_settings(monkeypatch, LANGUAGES="en ar-XB", ORIGIN="https://session.example")
    with pytest.raises(config.BadConfig, match="this machine"):
        config.load()


def test_every_mistake_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch, PORT="no", ORIGIN="no")
    with pytest.raises(config.BadConfig) as bad:
        config.load()
    assert len(bad.value.lines) == 2


def test_several_keys_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch, KEY=f"{KEY}, {OLD}")
    assert config.load().key == (bytes(range(32)), bytes(32))


def test_settings_cannot_change_and_do_not_show_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(monkeypatch, MEDIA="wss://media.example", MEDIA_KEY="devkey", MEDIA_SECRET="hush-hush")
    settings = config.load()
    with pytest.raises(ValidationError):
        settings.port = 1
    assert "hush-hush" not in repr(settings)
    assert "x01" not in repr(settings)

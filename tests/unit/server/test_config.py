from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from taskyard.server.config import Config
from taskyard.server.launch.reference import settings_reference

ROOT = Path(__file__).parents[3]


def test_the_defaults_keep_to_this_machine() -> None:
    config = Config()

    assert (config.host, config.port) == ("127.0.0.1", 7080)
    assert config.access_url == "http://127.0.0.1:7080"
    assert config.allow_public_bind is False


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("[::1]:8081", "http://[::1]:8081"),
        ("0.0.0.0:8081", "http://127.0.0.1:8081"),
        ("[::]:8081", "http://127.0.0.1:8081"),
    ],
)
def test_the_url_follows_the_address_that_is_served(listen: str, url: str) -> None:
    assert Config(listen=listen).access_url == url


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKYARD_LISTEN", "[::1]:8080")
    monkeypatch.setenv("TASKYARD_ACCESS_URL", "https://yard.example/")
    monkeypatch.setenv("TASKYARD_SESSION_LIFETIME", "PT12H")
    monkeypatch.setenv("TASKYARD_PROVISIONERS", "0")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-example")

    config = Config()

    assert (config.host, config.port) == ("::1", 8080)
    assert config.access_url == "https://yard.example"
    assert config.cookies_are_secure is True
    assert config.session_lifetime == timedelta(hours=12)
    assert config.provisioners == 0
    assert config.anthropic_api_key is not None
    assert "sk-ant" not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN", "7080"),
        ("LISTEN", "host:port"),
        ("LISTEN", "127.0.0.1:99999"),
        ("ACCESS_URL", "yard.example"),
        ("PROVISIONERS", "-1"),
        ("SECRET_KEY", "too short"),
        ("LOG_FORMAT", "xml"),
        ("MAX_BODY_BYTES", "0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TASKYARD_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        Config()


def test_every_setting_is_documented() -> None:
    bare = [
        name for name, field in Config.model_fields.items() if not field.description
    ]

    assert bare == []


def test_the_reference_is_what_the_settings_say() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()

    assert page == settings_reference(), "run `make docs`"

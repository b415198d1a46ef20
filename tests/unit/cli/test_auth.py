"""Signing in and out, and what is kept of it."""

import json
import stat
from pathlib import Path

import pytest

from tests.support import wire
from tests.support.fake_api import FakeApi, refusal
from tests.unit.cli.conftest import Taskyard


@pytest.fixture
def signed_out(taskyard: Taskyard, monkeypatch: pytest.MonkeyPatch) -> Taskyard:
    monkeypatch.delenv("TASKYARD_URL")
    monkeypatch.delenv("TASKYARD_TOKEN")
    return taskyard


def test_a_login_is_kept_for_later_commands_and_for_its_server_only(
    api: FakeApi, signed_out: Taskyard, tmp_path: Path
) -> None:
    api.on("POST /users/login", {"session_token": "fresh"})
    api.on("GET /users/me", wire.user())

    ran = signed_out(
        "login", api.url, "-u", "ada", "--password-stdin", stdin="secret words\n"
    )
    later = signed_out("whoami")
    elsewhere = signed_out("--url", api.url.replace("127.0.0.1", "localhost"), "whoami")

    assert ran.code == 0, ran.err
    sent = json.loads(api.bodies("POST /users/login")[0])
    assert sent == {"email": "ada", "password": "secret words"}
    assert "ada <ada@example.com> (owner)" in later.out
    assert elsewhere.code == 0
    tokens = [each.headers.get("coder-session-token") for each in api.asked]
    assert tokens == [None, "fresh", "fresh", None]
    kept = tmp_path / "config" / "config.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_token_the_server_refuses_is_not_kept(
    api: FakeApi, signed_out: Taskyard, tmp_path: Path
) -> None:
    api.on("GET /users/me", refusal(401, "unauthenticated", "Sign in."))

    ran = signed_out("login", api.url, "--token", "stale")

    assert ran.code == 4
    assert "does not accept this token" in ran.err
    assert not (tmp_path / "config").exists()


def test_logging_out_ends_the_session_and_forgets_the_token(
    api: FakeApi, signed_out: Taskyard, tmp_path: Path
) -> None:
    api.on("GET /users/me", wire.user())
    api.on("POST /users/logout", None)
    signed_out("login", api.url, "--token", "good")

    ran = signed_out("logout")

    assert ran.code == 0, ran.err
    assert api.asked[-1].headers["coder-session-token"] == "good"
    kept = json.loads((tmp_path / "config" / "config.json").read_text())
    assert kept == {"url": api.url, "token": ""}


def test_coders_environment_is_understood(
    api: FakeApi, signed_out: Taskyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_URL", api.url)
    monkeypatch.setenv("CODER_SESSION_TOKEN", "coders")
    api.on("GET /users/me", wire.user())

    ran = signed_out("whoami", "--json")

    assert json.loads(ran.out)["username"] == "ada"
    assert api.asked[-1].headers["coder-session-token"] == "coders"


def test_the_one_time_link_makes_the_first_user_and_signs_in(
    api: FakeApi, signed_out: Taskyard
) -> None:
    api.on("POST /users/first", wire.user())
    api.on("POST /users/login", {"session_token": "fresh"})
    api.on("GET /users/me", wire.user())
    link = f"{api.url}/setup?token=once"

    ran = signed_out(
        "setup", link, "-u", "ada", "--email", "a@b.c", "--password-stdin", stdin="pw\n"
    )

    assert ran.code == 0, ran.err
    assert json.loads(api.bodies("POST /users/first")[0])["setup_token"] == "once"
    assert "Signed in" in ran.err


def test_a_link_without_a_token_is_refused(signed_out: Taskyard) -> None:
    ran = signed_out("setup", "http://127.0.0.1:7080/setup")

    assert ran.code == 2
    assert "no setup token" in ran.err


def test_an_unreachable_server_ends_with_6_and_says_what_to_check(
    taskyard: Taskyard,
) -> None:
    ran = taskyard("--url", "http://127.0.0.1:9", "whoami")

    assert ran.code == 6
    assert "http://127.0.0.1:9 does not answer" in ran.err
    assert "taskyard server" in ran.err


def test_a_missing_login_says_how_to_sign_in(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /users/me", refusal(401, "unauthenticated", "Sign in."))

    ran = taskyard("whoami")

    assert ran.code == 4
    assert f"taskyard login {api.url}" in ran.err


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999",
        "http://[::1",
        "http://a b",
        "http://:7080",
        "http://ada/?x=1",
    ],
)
def test_a_url_that_is_none_is_refused(taskyard: Taskyard, url: str) -> None:
    ran = taskyard("--url", url, "task", "list")

    assert ran.code == 2
    assert "is not a server's URL" in ran.err


def test_a_token_that_can_be_none_is_refused(taskyard: Taskyard) -> None:
    ran = taskyard("--token", "größe", "task", "list")

    assert ran.code == 2
    assert "The token holds characters" in ran.err


def test_a_url_without_a_scheme_is_refused(taskyard: Taskyard) -> None:
    ran = taskyard("--url", "localhost:7080", "whoami")

    assert ran.code == 2
    assert "'localhost:7080' is not a server's URL" in ran.err


def test_a_broken_config_file_is_named(signed_out: Taskyard, tmp_path: Path) -> None:
    kept = tmp_path / "config" / "config.json"
    kept.parent.mkdir()
    kept.write_text("{")

    ran = signed_out("whoami")

    assert ran.code == 2
    assert str(kept) in ran.err

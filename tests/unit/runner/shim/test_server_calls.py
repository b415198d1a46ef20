"""Commands that ask the server: tokens of other services, the key for git."""

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from taskyard.runner.shim import external_auth, gitssh


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from a table; remembers what was asked."""

    answers: ClassVar[dict[str, tuple[int, dict[str, Any]]]] = {}
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Coder-Session-Token"]))
        status, body = self.answers.get(
            self.path.partition("?")[0].rsplit("/", 1)[-1], (404, {})
        )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Handler]]:
    handler = type("H", (Handler,), {"answers": {}, "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        monkeypatch.setenv(
            "CODER_AGENT_URL", f"http://127.0.0.1:{running.server_port}/"
        )
        monkeypatch.setenv("CODER_AGENT_TOKEN", "token")
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield handler
        running.shutdown()
        thread.join()


def test_a_token_is_printed(
    server: type[Handler], capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["external-auth"] = (
        200,
        {"access_token": "t", "token_extra": {"user": "ada"}},
    )

    assert external_auth.main(["github"]) == 0
    assert external_auth.main(["github", "--extra", "user"]) == 0

    assert capsys.readouterr().out == "t\nada\n"
    assert server.asked[0] == (
        "/api/v2/workspaceagents/me/external-auth?id=github",
        "token",
    )


def test_without_a_token_the_address_to_sign_in_is_printed(
    server: type[Handler], capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["external-auth"] = (200, {"url": "https://example.test/login"})

    assert external_auth.main(["github"]) == 1
    assert capsys.readouterr().out == "https://example.test/login\n"


def test_a_refusal_of_the_server_is_shown(
    server: type[Handler], capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["external-auth"] = (
        404,
        {"message": "No such provider.", "detail": "x"},
    )

    with pytest.raises(SystemExit):
        external_auth.main(["nothing"])

    assert "the server answered 404: No such provider. x" in capsys.readouterr().err


def test_git_uses_the_key_of_the_server_and_leaves_no_file(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["gitsshkey"] = (200, {"private_key": "KEY"})
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/words; cat "$2" > {tmp_path}/key\nexit 3\n'
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    code = gitssh.main(["--", "git@example.test", "git-upload-pack"])

    words = (tmp_path / "words").read_text().split()
    assert code == 3
    assert (tmp_path / "key").read_text() == "KEY\n"
    assert words[0] == "-i"
    assert words[2:] == ["git@example.test", "git-upload-pack"]
    assert not Path(words[1]).exists()


def test_without_a_key_git_tries_the_users_own(
    server: type[Handler],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\necho "$@"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert gitssh.main(["--", "host"]) == 0

    captured = capfd.readouterr()
    assert captured.out == "host\n"
    assert "the server answered 404" in captured.err
    assert server.asked

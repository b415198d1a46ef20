"""The command line against a fake server, as a user runs it: arguments in, text out."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from taskyard.cli.main import main
from tests.support.fake_api import FakeApi

__all__ = ["Ran", "Taskyard"]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind; `err` is what a person reads while `out` is piped."""

    code: int
    out: str
    err: str


Taskyard = Callable[..., Ran]


@pytest.fixture(scope="session")
def _fake_server() -> Iterator[FakeApi]:
    api = FakeApi()
    with api.running():
        yield api


@pytest.fixture
def api(_fake_server: FakeApi) -> FakeApi:
    for kept in (
        _fake_server.answers,
        _fake_server.streams,
        _fake_server.sockets,
        _fake_server.asked,
    ):
        kept.clear()
    _fake_server.was_asked.clear()
    _fake_server.streamed.clear()
    _fake_server.holds_streams = False
    return _fake_server


@pytest.fixture
def taskyard(
    api: FakeApi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Taskyard:
    """Runs a command signed in at the fake server; nothing of this machine is read."""
    monkeypatch.setenv("TASKYARD_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TASKYARD_URL", api.url)
    monkeypatch.setenv("TASKYARD_TOKEN", "a-token")
    monkeypatch.delenv("CI", raising=False)

    def taskyard(*arguments: str, stdin: str = "") -> Ran:
        piped = tmp_path / "stdin"
        piped.write_text(stdin)
        with piped.open() as source, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", source)
            with pytest.raises(SystemExit) as left:
                main(arguments)
        captured = capfd.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return taskyard

"""Which variables the workspace's processes see."""

import os
from pathlib import Path
from typing import Any

import pytest

from taskyard.runner import environment
from taskyard.runner.places import Places
from taskyard.testing.link_server import make_manifest


def build(
    home: Path, process: dict[str, str] | None = None, **manifest: Any
) -> dict[str, str]:
    made = make_manifest(access_url="http://127.0.0.1:7080", **manifest)
    return environment.build(
        made,
        process={"HOME": str(home), "PATH": "/usr/bin:/bin", **(process or {})},
        token="agent-token",
        places=Places(home=home),
    )


def test_a_later_source_wins(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {"A": "process", "B": "process", "LANG": "de_DE.UTF-8"},
        environment={"B": "template", "C": "template", "CODER": "false"},
        secret_environment={"C": "secret"},
    )

    assert (built["A"], built["B"], built["C"]) == ("process", "template", "secret")
    assert (built["LANG"], built["CODER"]) == ("de_DE.UTF-8", "true")


def test_values_of_the_template_may_use_others(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {"USER": "ada"},
        environment={"GREETING": "hi ${USER}, $NOBODY!", "PATH": "$HOME/bin:$PATH"},
    )

    assert built["GREETING"] == "hi ada, !"
    assert built["PATH"] == f"{tmp_path}/.taskyard/bin:{tmp_path}/bin:/usr/bin:/bin"


def test_what_tools_expect_is_there(tmp_path: Path) -> None:
    built = build(tmp_path)

    assert built["CODER_WORKSPACE_NAME"] == "dev"
    assert built["CODER_WORKSPACE_AGENT_NAME"] == "main"
    assert built["CODER_WORKSPACE_OWNER_NAME"] == "ada"
    assert built["GIT_SSH_COMMAND"] == f"{tmp_path}/.taskyard/bin/coder gitssh --"
    assert built["CODER_SCRIPT_DATA_DIR"] == f"{tmp_path}/.taskyard/script-data"
    assert len(os.fsencode(built["TASKYARD_RUNNER_SOCKET"])) < 108


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "."),
        ("~", "."),
        ("~/a/b", "a/b"),
        ("$HOME/c", "c"),
        ("d", "d"),
        ("/proc/no", "."),
    ],
)
def test_the_directory_is_made_or_the_home_is_taken(
    tmp_path: Path, given: str, expected: str
) -> None:
    manifest = make_manifest(access_url="http://x", directory=given)

    found = environment.directory(manifest, {"HOME": str(tmp_path)})

    assert found.resolve() == (tmp_path / expected).resolve()
    assert found.is_dir()


def test_a_shell_that_is_no_shell_is_not_used() -> None:
    assert (
        environment.login_shell({"SHELL": "/usr/sbin/nologin"}) != "/usr/sbin/nologin"
    )
    assert environment.login_shell({"SHELL": "/bin/sh"}) == "/bin/sh"


def test_a_long_home_gets_a_socket_that_fits(tmp_path: Path) -> None:
    deep = Places(home=tmp_path / ("x" * 100))

    assert len(os.fsencode(deep.socket)) < 108
    assert deep.socket == Places(home=deep.home).socket

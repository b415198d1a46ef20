"""Agents from PyPI run on the Python of the workspaces, and on nothing of the user's."""

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from taskyard.provisioner.agent_install import (
    AgentNotInstallable,
    install,
    installed,
    run_path,
)
from taskyard.provisioner.agent_packages import AgentPackage
from taskyard.provisioner.isolation.toolchain import find_toolchain

PROGRAM = """
import sys

def main():
    import tiny_words
    print(tiny_words.VERSION, sys.argv)
"""


def _wheel(folder: Path) -> Path:
    """A package that is installed from a file, without any index."""
    path = folder / "tiny_agent-1.2.3-py3-none-any.whl"
    info = "tiny_agent-1.2.3.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_agent.py", PROGRAM)
        wheel.writestr("tiny_words.py", "VERSION = '1.2.3'\n")
        wheel.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: tiny-agent\nVersion: 1.2.3\n",
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def package(tmp_path: Path) -> AgentPackage:
    return AgentPackage(
        name="tiny",
        pypi=str(_wheel(tmp_path)),
        version="1.2.3",
        program="tiny",
        speaks_acp=False,
        megabytes=1,
        pythons=tuple((3, minor) for minor in range(11, 20)),
        entry="tiny_agent:main",
    )


def _run(program: Path, *words: str, **environment: str) -> str:
    return subprocess.run(
        [program, *words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_it_starts_with_its_own_packages_only(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents = tmp_path / "agents"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/tiny_words.py").write_text("VERSION = 'mine'\n")

    result = install("tiny", agents, packages={"tiny": package})

    program = run_path(agents, "tiny")
    assert program is not None
    assert installed(agents) == [result]
    said = _run(program, "--flag", PYTHONPATH=str(tmp_path / "mine"))
    assert said.split() == ["1.2.3", "['tiny',", "'--flag']"]
    assert _run(result.path / "bin/tiny").startswith("1.2.3")


def test_it_may_be_moved_to_where_the_sandbox_shows_it(
    tmp_path: Path, package: AgentPackage
) -> None:
    result = install("tiny", tmp_path / "agents", packages={"tiny": package})

    moved = result.path.rename(tmp_path / "elsewhere")

    assert _run(moved / "run").startswith("1.2.3")
    links = [path for path in moved.rglob("*") if path.is_symlink()]
    assert not links, "a link to an interpreter would lead nowhere in a sandbox"


def test_a_python_it_does_not_run_on_is_named(
    tmp_path: Path, package: AgentPackage
) -> None:
    ancient = replace(package, pythons=((2, 7), (3, 4)))

    with pytest.raises(AgentNotInstallable, match=r"runs on Python 2\.7 or 3\.4 only"):
        install("tiny", tmp_path / "agents", packages={"tiny": ancient})


def test_one_that_says_another_version_is_not_installed(
    tmp_path: Path, package: AgentPackage
) -> None:
    other = replace(package, version="9.9.9")

    with pytest.raises(AgentNotInstallable, match=r"does not start.*It said: 1\.2\.3"):
        install("tiny", tmp_path / "agents", packages={"tiny": other})

    assert not installed(tmp_path / "agents")


def test_the_hosts_own_patience_counts(
    tmp_path: Path, package: AgentPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "waits $UV_HTTP_TIMEOUT s"\nexit 1\n')
    uv.chmod(0o755)
    find_toolchain()  # looked for once in a process: by the real interpreter
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    for own, waits in (({}, 60), ({"UV_HTTP_TIMEOUT": "300"}, 300)):
        environment = {"PATH": os.environ["PATH"], **own}
        with pytest.raises(AgentNotInstallable, match=f"waits {waits} s"):
            install(
                "tiny",
                tmp_path / "agents",
                packages={"tiny": package},
                environment=environment,
            )


@pytest.mark.skipif(
    not Path(sys.executable).with_name("uv").exists(), reason="uv is not beside us"
)
def test_an_index_that_cannot_be_reached_says_what_to_do(
    tmp_path: Path, package: AgentPackage
) -> None:
    absent = replace(package, pypi="taskyard-no-such-agent")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "UV_HTTP_RETRIES": "0",
    }

    with pytest.raises(AgentNotInstallable, match="index cannot be reached"):
        install(
            "tiny",
            tmp_path / "agents",
            packages={"tiny": absent},
            environment=environment,
        )

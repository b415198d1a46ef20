"""Agents are installed once, whole or not at all."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from taskyard.provisioner.agent_install import (
    AgentNotInstallable,
    install,
    installed,
    run_path,
)
from taskyard.provisioner.agent_packages import PACKAGES, AgentPackage

ANSWERS = """#!/usr/bin/env node
process.stdin.once("data", () => {
  console.log("some noise first");
  console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { protocolVersion: 1 } }));
});
"""
DIES = "#!/usr/bin/env node\nconsole.error('no licence'); process.exit(3);\n"


def _package(folder: Path, program: str, *, version: str = "1.2.3") -> AgentPackage:
    """A package that npm takes from a folder, without any registry."""
    folder.mkdir()
    (folder / "index.js").write_text(program)
    (folder / "index.js").chmod(0o755)
    (folder / "package.json").write_text(
        json.dumps(
            {"name": "tiny-agent", "version": version, "bin": {"tiny": "index.js"}}
        )
    )
    done = subprocess.run(
        ["npm", "pack", "--silent", str(folder)],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return AgentPackage(
        name="tiny",
        npm=f"file:{folder.parent / done.stdout.strip()}",
        version=version,
        program="tiny",
        megabytes=1,
    )


# npm needs a second for each: packed once for all tests.


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> AgentPackage:
    return _package(tmp_path_factory.mktemp("npm") / "package", ANSWERS)


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> AgentPackage:
    folder = tmp_path_factory.mktemp("npm") / "package"
    return _package(folder, ANSWERS, version="1.3.0")


@pytest.fixture(scope="session")
def dying(tmp_path_factory: pytest.TempPathFactory) -> AgentPackage:
    return _package(tmp_path_factory.mktemp("npm") / "package", DIES)


def test_an_installed_agent_answers_and_is_current(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents, said = tmp_path / "agents", list[str]()

    result = install("tiny", agents, packages={"tiny": package}, progress=said.append)

    assert result.path == agents / "tiny/1.2.3"
    assert installed(agents) == [result]
    assert run_path(agents, "tiny") == agents / "tiny/current/run"
    assert said[0].startswith("downloading")
    assert said[-1] == "installed tiny 1.2.3"


def test_a_second_installation_does_nothing(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents, said = tmp_path / "agents", list[str]()
    install("tiny", agents, packages={"tiny": package})

    install("tiny", agents, packages={"tiny": package}, progress=said.append)

    assert said == []


def test_everybody_can_read_and_run_it_whatever_the_umask(
    tmp_path: Path, package: AgentPackage
) -> None:
    before = os.umask(0o077)
    try:
        result = install("tiny", tmp_path / "agents", packages={"tiny": package})
    finally:
        os.umask(before)

    modes = {
        path: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "agents", result.path, *result.path.rglob("*")]
        if not path.is_symlink()
    }
    assert {path for path, mode in modes.items() if mode & 0o044 != 0o044} == set()
    assert modes[result.path / "run"] == 0o755


def test_an_agent_that_does_not_start_is_not_installed(
    tmp_path: Path, dying: AgentPackage
) -> None:
    agents = tmp_path / "agents"

    with pytest.raises(AgentNotInstallable, match=r"does not start.*no licence"):
        install("tiny", agents, packages={"tiny": dying})

    assert installed(agents) == []
    assert not list((agents / ".partial").iterdir())


def test_what_a_killed_installation_left_is_cleared(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents = tmp_path / "agents"
    left = agents / ".partial/tiny/node_modules/half"
    left.mkdir(parents=True)

    result = install("tiny", agents, packages={"tiny": package})

    assert not (result.path / "node_modules/half").exists()


def test_an_installation_of_another_make_is_replaced(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents = tmp_path / "agents"
    (agents / "tiny/1.2.3/node_modules").mkdir(parents=True)

    result = install("tiny", agents, packages={"tiny": package})

    assert installed(agents) == [result]
    assert not list((agents / ".partial").iterdir())


def test_a_new_version_becomes_current_and_the_old_one_stays(
    tmp_path: Path, package: AgentPackage, newer: AgentPackage
) -> None:
    agents = tmp_path / "agents"
    install("tiny", agents, packages={"tiny": package})

    install("tiny", agents, packages={"tiny": newer})

    assert [(a.version, a.is_current) for a in installed(agents)] == [
        ("1.2.3", False),
        ("1.3.0", True),
    ]


def test_an_unknown_agent_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(AgentNotInstallable, match=r"no agent 'nope'.*claude-code"):
        install("nope", tmp_path)


def test_without_node_it_says_what_to_install(
    tmp_path: Path, package: AgentPackage
) -> None:
    with pytest.raises(AgentNotInstallable, match=r"install Node\.js 20"):
        install(
            "tiny",
            tmp_path,
            packages={"tiny": package},
            environment={"PATH": str(tmp_path)},
        )


@pytest.mark.parametrize(
    ("message", "cure"),
    [
        ("npm error code ENOTFOUND", "registry cannot be reached"),
        ("npm error code ENOSPC", "disk is full"),
        ("npm error code ETARGET", "does not have this version"),
        ("npm error 42 something else", "something else"),
    ],
)
def test_what_npm_says_becomes_what_to_do(
    tmp_path: Path, package: AgentPackage, message: str, cure: str
) -> None:
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name, body in {
        "npm": f"echo '{message}'; exit 1",
        "node": "echo v20.1.0",
    }.items():
        (fakes / name).write_text(f"#!/bin/sh\n{body}\n")
        (fakes / name).chmod(0o755)

    with pytest.raises(AgentNotInstallable, match=cure):
        install(
            "tiny",
            tmp_path / "agents",
            packages={"tiny": package},
            environment={"PATH": f"{fakes}:/usr/bin:/bin"},
        )


def test_two_installations_at_once_are_one(
    tmp_path: Path, package: AgentPackage
) -> None:
    agents = tmp_path / "agents"
    program = (
        "import sys; from pathlib import Path\n"
        "from taskyard.provisioner.agent_install import install\n"
        "from taskyard.provisioner.agent_packages import AgentPackage\n"
        f"package = {package!r}\n"
        f"install('tiny', Path({str(agents)!r}), packages={{'tiny': package}}, progress=print)\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    said = [process.communicate(timeout=50)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum("downloading" in text for text in said) == 1
    assert len(installed(agents)) == 1


def test_every_known_agent_has_an_exact_version() -> None:
    assert all(
        p.spec in {f"{p.npm}@{p.version}", f"{p.pypi}=={p.version}"}
        for p in PACKAGES.values()
    )
    assert all(p.version.count(".") == 2 for p in PACKAGES.values())

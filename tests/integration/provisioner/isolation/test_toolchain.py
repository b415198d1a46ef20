"""What a workspace can work with."""

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from taskyard.provisioner.isolation.spec import Mount
from taskyard.provisioner.isolation.toolchain import (
    Bwrap,
    bwrap_candidates,
    find_toolchain,
)
from tests.integration.provisioner.isolation.conftest import PYTHON, MakeYard, Yard


@pytest.mark.parametrize(
    "bwrap", bwrap_candidates(), ids=lambda b: f"{b.path.parent.name}-{b.version}"
)
def test_every_bubblewrap_of_this_host_will_do(
    make_yard: MakeYard, bwrap: Bwrap
) -> None:
    yard = make_yard(candidates=(bwrap,))

    status, text = yard.output("sh", "-c", "id -un; hostname; pwd")

    assert (status, text.split()) == (0, ["coder", "box", "/home/coder"])


def test_a_python_that_lies_elsewhere_is_brought_in(make_yard: MakeYard) -> None:
    prefix = Path(sys.base_prefix)
    if not (prefix / "bin/python3").exists() or not os.access(prefix, os.R_OK):
        pytest.skip(f"{prefix} is not an installation that can be mounted")
    tools = replace(find_toolchain(), python=prefix, python_is_prefix=True)
    yard = make_yard(toolchain=tools)

    code = "import sys, json, sqlite3, ssl; print(sys.prefix, sys.version_info[:2])"
    status, text = yard.output(PYTHON, "-c", code)

    assert (status, text.strip()) == (
        0,
        f"/opt/taskyard/python {sys.version_info[:2]}",
    )


def test_a_node_that_lies_elsewhere_is_brought_in(
    make_yard: MakeYard, tmp_path: Path
) -> None:
    program = tmp_path / "closed/v20/bin/node"
    program.parent.mkdir(parents=True)
    _ = program.write_text("#!/bin/sh\necho v20 here\n")
    program.chmod(0o755)
    tools = replace(find_toolchain(), node=tmp_path / "closed/v20")
    yard = make_yard(toolchain=tools)

    status, text = yard.output("node")

    assert (status, text.strip()) == (0, "v20 here")


@pytest.mark.parametrize(
    "command",
    [
        (PYTHON, "-c", "import threading as t; x = t.Thread(); x.start(); x.join()"),
        (PYTHON, "-c", "import subprocess as s; s.run(['true'], check=True)"),
        (PYTHON, "-c", "import multiprocessing as m; m.Lock()"),
        (PYTHON, "-c", "import pty; pty.openpty()"),
        ("git", "init", "-q", "repository"),
        ("node", "-e", "require('child_process').execSync('true')"),
    ],
)
def test_ordinary_programs_run(yard: Yard, command: tuple[str, ...]) -> None:
    status, text = yard.output(*command)

    assert (status, text) == (0, "")


def test_the_home_stays_from_one_sandbox_to_the_next(yard: Yard) -> None:
    first = yard.inside()
    _ = first.run("open('kept', 'w').write('x')")
    yard.isolation.stop(first.spec.id)

    second = yard.inside(home=first.spec.home)

    assert second.run("print(open('/home/coder/kept').read())") == "x"
    assert stat.S_IMODE(first.spec.home.stat().st_mode) & 0o077 == 0


def test_mounts_are_there_as_asked(yard: Yard, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    source.chmod(0o755)
    (source / "file").touch()
    volume = yard.data / "volumes/extra"
    volume.mkdir(parents=True)

    inside = yard.inside(
        mounts=(
            Mount(source=source, target="/srv/given", read_only=True),
            Mount(source=source / "file", target="/srv/one-file", read_only=True),
            Mount(source=volume, target="/data"),
        )
    )

    assert inside.value("os.listdir('/srv/given')", "os") == ["file"]
    assert inside.value("os.path.isfile('/srv/one-file')", "os") is True
    assert "Error" in inside.run("open('/srv/given/x', 'w')")
    assert inside.run("open('/data/x', 'w')") == ""
    assert (volume / "x").exists()


def test_the_environment_is_ours_and_the_specs_and_nobody_elses(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST_SECRET", "x")

    values = yard.inside(environment={"MINE": "ä=1\n2"}).value("dict(os.environ)", "os")

    assert "HOST_SECRET" not in values
    assert values["MINE"] == "ä=1\n2"
    assert values["USER"] == "coder"
    assert values["PATH"].split(":")[0] == "/home/coder/.local/bin"
    assert values["HTTPS_PROXY"] == "http://127.0.0.1:3128"


def test_a_host_name_of_its_own(yard: Yard) -> None:
    inside = yard.inside(hostname="my-task")

    assert inside.value("socket.gethostname()", "socket") == "my-task"
    assert inside.value("socket.gethostbyname('my-task')", "socket") == "127.0.0.1"

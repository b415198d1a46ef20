"""What a workspace may use of the machine."""

from pathlib import Path

import pytest

from taskyard.provisioner.isolation.sandboxd import cgroups
from taskyard.provisioner.isolation.spec import Limits
from tests.integration.provisioner.isolation.conftest import PYTHON, Yard

needs_cgroups = pytest.mark.skipif(
    cgroups.locate("probe") is None, reason="no cgroup is writable for this user here"
)


@needs_cgroups
def test_too_much_memory_ends_the_process_that_asks(yard: Yard) -> None:
    status, _ = yard.output(
        PYTHON,
        "-c",
        "x = bytearray(500 << 20)",
        limits=Limits(memory_bytes=100 << 20),
    )

    assert status == 128 + 9


def test_files_in_memory_are_limited_before_they_end_the_workspace(yard: Yard) -> None:
    _, text = yard.output(
        "sh",
        "-c",
        "for d in /tmp /var/tmp /dev/shm /run/user/1000; do"
        " head -c 500000000 /dev/zero > $d/big; done; cat /tmp/big | wc -c",
        limits=Limits(memory_bytes=100 << 20),
    )

    assert text.count("No space left on device") == 4
    assert int(text.split()[-1]) == 50 << 20


def test_processes_are_counted(yard: Yard) -> None:
    _, text = yard.output(
        PYTHON,
        "-c",
        "import os, signal\n"
        "made = 0\n"
        "try:\n"
        "    while made < 500:\n"
        "        if os.fork() == 0:\n"
        "            signal.pause()\n"
        "        made += 1\n"
        "except OSError:\n"
        "    pass\n"
        "print(made)",
        limits=Limits(pids=40),
    )

    assert 0 < int(text) <= 40


@needs_cgroups
def test_a_fork_bomb_hurts_its_own_workspace_alone(yard: Yard) -> None:
    other = yard.inside()
    bomb = yard.spec(
        "sh",
        "-c",
        "b() { b | b & }; b; sleep 1000",
        limits=Limits(pids=100, memory_bytes=200 << 20, cpus=0.5),
        stop_grace_seconds=0.2,
    )
    _ = yard.create(bomb)

    alive = other.value("1 + 1")
    yard.isolation.stop(bomb.id)

    assert alive == 2
    assert yard.isolation.inspect(bomb.id) is None


@needs_cgroups
def test_the_sandbox_says_what_holds_the_limits(yard: Yard) -> None:
    limits = Limits(memory_bytes=100 << 20, cpus=0.5, pids=50)

    sandbox = yard.create(yard.spec(limits=limits))

    groups = [Path(each) for each in yard.state(sandbox.id)["cgroups"]]
    assert sandbox.limits == ("cgroup2" if len(groups) == 1 else "cgroup1")
    init = str(yard.init_of(sandbox.id).pid)
    for group in groups:
        assert init in (group / "cgroup.procs").read_text().split()
    quotas = [g / name for g in groups for name in ("cpu.max", "cpu.cfs_quota_us")]
    (quota,) = [path.read_text().split()[0] for path in quotas if path.exists()]
    assert quota == "50000"

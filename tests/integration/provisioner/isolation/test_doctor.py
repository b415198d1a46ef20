from pathlib import Path

import pytest

from taskyard.provisioner.isolation.doctor import Check, examine
from taskyard.provisioner.isolation.sandboxd import cgroups
from taskyard.provisioner.isolation.toolchain import Bwrap


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_machine_that_can_is_told_how(tmp_path: Path) -> None:
    checks = by_name(examine(tmp_path / "data", tmp_path / "agents"))

    if not checks["sandbox"].ok:
        pytest.skip(checks["sandbox"].fix)
    assert (
        "own user, pid, mount, ipc, uts, cgroup, network" in checks["sandbox"].finding
    )
    assert checks["limits"].ok is (cgroups.locate("x") is not None)
    assert "/usr/bin" in checks["python"].finding or checks["python"].ok
    assert list((tmp_path / "data/sandboxes").glob("*-*")) == []


def test_a_machine_without_bubblewrap_is_told_what_to_install(tmp_path: Path) -> None:
    checks = by_name(
        examine(tmp_path / "data", tmp_path / "agents", candidates=list[Bwrap])
    )

    assert not checks["bubblewrap"].ok
    assert "apt install bubblewrap" in checks["bubblewrap"].fix
    assert not checks["sandbox"].ok
    assert "limits" not in checks


def test_everything_that_is_wrong_has_a_fix(tmp_path: Path) -> None:
    checks = examine(tmp_path / "data", tmp_path / "agents", candidates=list[Bwrap])

    assert [check.name for check in checks if not check.ok and not check.fix] == []
    assert [check.name for check in checks if check.ok and check.fix] == []

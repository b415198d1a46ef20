"""Against directories that look like cgroups; the real ones are in the integration tests."""

import contextlib
import threading
from pathlib import Path

import pytest

from taskyard.provisioner.isolation.sandboxd import cgroups
from taskyard.provisioner.isolation.sandboxd.cgroups import Amounts, Places


class Host:
    """The files that tell a process about its cgroups."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mountinfo = root / "mountinfo"
        self.own = root / "cgroup"
        _ = self.mountinfo.write_text("")
        _ = self.own.write_text("")

    def mount(self, kind: str, options: str, own: str) -> Path:
        where = self.root / "sys fs" / (options or "unified")
        (where / own.lstrip("/")).mkdir(parents=True, exist_ok=True)
        escaped = str(where).replace(" ", "\\040")
        line = (
            f"30 20 0:26 / {escaped} rw,relatime shared:9 - {kind} cgroup {options}\n"
        )
        _ = self.mountinfo.write_text(self.mountinfo.read_text() + line)
        number = "0" if kind == "cgroup2" else "7"
        _ = self.own.write_text(self.own.read_text() + f"{number}:{options}:{own}\n")
        return where

    def locate(self, name: str = "box") -> Places | None:
        return cgroups.locate(name, mountinfo=self.mountinfo, own=self.own)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def v2_group(path: Path, controllers: str = "cpu memory pids") -> None:
    path.mkdir(parents=True, exist_ok=True)
    _ = (path / "cgroup.controllers").write_text(controllers)
    for name in ("cgroup.procs", "cgroup.subtree_control"):
        _ = (path / name).write_text("")


def test_unified_groups_stand_at_the_top_that_is_ours(host: Host) -> None:
    top = host.mount("cgroup2", "", "/user.slice/session.scope")
    v2_group(top)

    assert host.locate() == Places("cgroup2", (str(top / "taskyard/box"),))


def test_a_delegated_subtree_is_used_where_the_top_is_not_ours(host: Host) -> None:
    top = host.mount("cgroup2", "", "/user.slice/app.service/here")
    _ = (top / "cgroup.controllers").write_text("cpu memory pids")
    v2_group(top / "user.slice/app.service")

    places = host.locate()

    # Without cgroup.procs of its own the top is not a group that we may use.
    assert places == Places(
        "cgroup2", (str(top / "user.slice/app.service/taskyard/box"),)
    )


def test_split_groups_stand_below_our_own(host: Host) -> None:
    _ = v2_group(host.mount("cgroup2", "", "/"), controllers="")
    memory = host.mount("cgroup", "memory", "/service")
    pids = host.mount("cgroup", "pids", "/")
    cpu = host.mount("cgroup", "cpu", "/elsewhere")

    assert host.locate() == Places(
        "cgroup1",
        (
            str(memory / "service/taskyard/box"),
            str(pids / "taskyard/box"),
            str(cpu / "elsewhere/taskyard/box"),
        ),
    )


def test_controllers_that_share_a_hierarchy_share_a_group(host: Host) -> None:
    top = host.mount("cgroup", "memory,pids,cpu", "/")

    assert host.locate() == Places("cgroup1", (str(top / "taskyard/box"),))


def test_a_host_without_controllers_has_no_place(host: Host) -> None:
    _ = host.mount("cgroup", "pids", "/")

    assert host.locate() is None


def test_unified_limits_are_written(tmp_path: Path) -> None:
    v2_group(tmp_path)
    group = tmp_path / "taskyard/box"

    cgroups.create(
        Places("cgroup2", (str(group),)), Amounts(100_000_000, cpus=1.5, pids=64)
    )

    assert (group / "memory.max").read_text() == "100000000"
    assert (group / "memory.swap.max").read_text() == "0"
    assert (group / "pids.max").read_text() == "64"
    assert (group / "cpu.max").read_text() == "150000 100000"
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu"  # the last one


def test_what_is_not_limited_is_not_written(tmp_path: Path) -> None:
    group = tmp_path / "taskyard/box"

    cgroups.create(Places("cgroup2", (str(group),)), Amounts())

    assert not (group / "memory.max").exists()


def test_removing_takes_nested_groups_and_the_empty_parent(tmp_path: Path) -> None:
    group = tmp_path / "taskyard/box"
    (group / "made/inside").mkdir(parents=True)

    left = cgroups.remove((str(group),))

    assert left == []
    assert list(tmp_path.iterdir()) == []


def test_removing_spares_the_parent_of_others(tmp_path: Path) -> None:
    for name in ("box", "other"):
        (tmp_path / "taskyard" / name).mkdir(parents=True)

    _ = cgroups.remove((str(tmp_path / "taskyard/box"),))

    assert (tmp_path / "taskyard/other").is_dir()


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    group = tmp_path / "taskyard/box"
    group.mkdir(parents=True)
    _ = (group / "busy").write_text("a file stands for a process")

    assert cgroups.remove((str(group),), seconds=0) == [str(group)]


def test_sandboxes_that_come_and_go_at_once_do_not_lose_their_groups(
    tmp_path: Path,
) -> None:
    lost: list[OSError] = []

    def come_and_go(name: str) -> None:
        for number in range(1000):
            group = tmp_path / "taskyard" / f"{name}-{number}"
            try:
                cgroups.create(Places("cgroup1", (str(group),)), Amounts())
            except OSError as error:
                lost.append(error)
                continue
            group.rmdir()
            with contextlib.suppress(OSError):  # another sandbox is in it
                group.parent.rmdir()

    threads = [threading.Thread(target=come_and_go, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lost == []

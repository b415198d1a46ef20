"""What `coder stat` reads, on made-up machines."""

import json
from pathlib import Path

import pytest

from taskyard.runner.shim import stat

MEMINFO = "MemTotal: 8388608 kB\nMemFree: 100 kB\nMemAvailable: 4194304 kB\n"


def machine(root: Path, **files: str) -> Path:
    contents = {
        "proc/meminfo": MEMINFO,
        "proc/stat": "cpu  100 0 100 800 0 0 0 0 0 0\n",
    }
    for name, content in {
        **contents,
        **{n.replace("__", "/"): c for n, c in files.items()},
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def v2(root: Path, limit: str = "1073741824", cpu: str = "150000 100000") -> Path:
    made = machine(root, proc__self__cgroup="0::/box\n")
    folder = made / "sys/fs/cgroup/box"
    folder.mkdir(parents=True)
    (made / "sys/fs/cgroup/cgroup.controllers").write_text("cpu memory")
    (folder / "memory.current").write_text(str(600 * 1024 * 1024))
    (folder / "memory.max").write_text(limit)
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {88 * 1024 * 1024}\n")
    (folder / "cpu.stat").write_text("usage_usec 5000000\n")
    (folder / "cpu.max").write_text(cpu)
    return made


def test_memory_is_the_workspaces_own_without_cache(tmp_path: Path) -> None:
    usage = stat.memory(v2(tmp_path), host=False)

    assert (usage.used, usage.total) == (0.5, 1.0)
    assert str(usage) == "0.50/1.00 GiB (50%)"


def test_memory_without_a_limit_is_measured_against_the_machine(tmp_path: Path) -> None:
    assert stat.memory(v2(tmp_path, limit="max"), host=False).total == 8.0


def test_the_host_is_measured_on_request(tmp_path: Path) -> None:
    usage = stat.memory(v2(tmp_path), host=True)

    assert (usage.used, usage.total) == (4.0, 8.0)


def test_the_older_control_groups_are_read_too(tmp_path: Path) -> None:
    root = machine(tmp_path, proc__self__cgroup="3:memory:/x\n2:cpu,cpuacct:/x\n0::/\n")
    folder = root / "sys/fs/cgroup/memory"
    folder.mkdir(parents=True)
    (folder / "memory.usage_in_bytes").write_text(str(1024**3))
    (folder / "memory.limit_in_bytes").write_text("9223372036854771712")
    (folder / "memory.stat").write_text("total_inactive_file 0\n")

    usage = stat.memory(root, host=False)

    assert (usage.used, usage.total) == (1.0, 8.0)


def test_cores_are_those_of_the_limit(tmp_path: Path) -> None:
    usage = stat.cpu(v2(tmp_path), host=False, sample_seconds=0.0)

    assert (usage.used, usage.total) == (0.0, 1.5)


def test_a_machine_without_groups_is_measured_as_a_whole(tmp_path: Path) -> None:
    assert stat.memory(machine(tmp_path), host=False).total == 8.0
    assert stat.cpu(machine(tmp_path), host=False, sample_seconds=0.0).used == 0.0


def test_json_and_text_are_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stat.main(["disk", "--path", str(tmp_path), "-o", "json"])
    stat.main(["mem", "--host"])

    as_json, text = capsys.readouterr().out.splitlines()
    assert json.loads(as_json)["unit"] == "GiB"
    assert "GiB (" in text


def test_a_path_that_is_not_there_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        stat.main(["disk", "--path", "/no/such/path"])

    assert "cannot measure disk" in capsys.readouterr().err

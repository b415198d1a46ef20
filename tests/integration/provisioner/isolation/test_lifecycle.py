"""Create, inspect, stop: again and again, and with nothing left."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.provisioner.isolation.sandboxd.processes import Process
from taskyard.provisioner.isolation.spec import Sandbox, SandboxFailed, SandboxRefused
from taskyard.provisioner.isolation.toolchain import Bwrap
from tests.integration.provisioner.isolation.conftest import MakeYard, Yard

STUBBORN = "trap '' TERM; echo ready > ready; while :; do sleep 1; done"


def traces(yard: Yard, sandbox_id: UUID) -> list[str]:
    """Everything of a sandbox that can still be found on this host."""
    found = [str(p) for p in yard.data.glob(f"sandboxes/*{sandbox_id}*/*")]
    # Cgroups carry its id in their path; so does every process that is in one.
    found += [str(p) for p in Path("/sys/fs/cgroup").glob(f"**/{sandbox_id}")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (
                process / "cgroup"
            ).read_bytes()
            mounts = (process / "mountinfo").read_text()
        except OSError:
            continue
        if str(sandbox_id).encode() in text or str(sandbox_id) in mounts:
            found.append(str(process))
    found += [m for m in Path("/proc/self/mountinfo").read_text().splitlines()
              if str(yard.data) in m]  # fmt: skip
    return found


def home_named(yard: Yard, sandbox_id: UUID) -> Path:
    """A home whose path holds the id, so that its mount can be found by it."""
    return yard.data / "volumes" / str(sandbox_id)


def test_a_sandbox_is_created_once(yard: Yard) -> None:
    spec = yard.spec()

    first = yard.create(spec)
    second = yard.create(spec)

    assert first == second == yard.isolation.inspect(spec.id)
    assert first.running


def test_two_that_create_at_the_same_moment_get_the_same(make_yard: MakeYard) -> None:
    yards = [make_yard() for _ in range(4)]
    spec = yards[0].spec()
    made: list[Sandbox] = []

    def create(yard: Yard) -> None:
        made.append(yard.create(spec))

    threads = [threading.Thread(target=create, args=(yard,)) for yard in yards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 4
    assert len(set(made)) == 1


def test_stop_leaves_nothing(yard: Yard) -> None:
    sandbox_id = uuid4()
    script = "sleep 1000 & setsid sleep 1000 & (sleep 1000 &) ; wait"
    home = home_named(yard, sandbox_id)
    spec = yard.spec("sh", "-c", script, id=sandbox_id, home=home)
    sandbox = yard.create(spec)
    init = yard.init_of(sandbox_id)
    assert traces(yard, sandbox_id)

    yard.isolation.stop(sandbox_id)

    assert traces(yard, sandbox_id) == []
    assert not init.is_alive()
    assert not Process(sandbox.supervisor_pid, sandbox.supervisor_started).is_alive()
    assert yard.isolation.inspect(sandbox_id) is None


def test_the_command_is_asked_first_and_may_finish(yard: Yard) -> None:
    script = "trap 'echo bye > said; exit 0' TERM; echo > ready; sleep 1000 & wait"
    spec = yard.spec("sh", "-c", script)
    spec.home.mkdir(parents=True)
    os.mkfifo(spec.home / "ready")
    _ = yard.create(spec)
    _ = (spec.home / "ready").read_text()

    yard.isolation.stop(spec.id)

    assert (spec.home / "said").read_text() == "bye\n"


def test_a_command_that_does_not_listen_is_killed_after_the_grace(yard: Yard) -> None:
    spec = yard.spec("sh", "-c", STUBBORN, stop_grace_seconds=0.2)
    spec.home.mkdir(parents=True)
    os.mkfifo(spec.home / "ready")
    _ = yard.create(spec)
    _ = (spec.home / "ready").read_text()
    init = yard.init_of(spec.id)

    yard.isolation.stop(spec.id)

    assert not init.is_alive()


def test_stopping_what_is_not_there_is_a_success(yard: Yard) -> None:
    spec = yard.spec()
    yard.isolation.stop(spec.id)
    _ = yard.create(spec)
    yard.isolation.stop(spec.id)

    yard.isolation.stop(spec.id)

    assert yard.isolation.inspect(spec.id) is None


def test_a_command_that_ends_leaves_its_status_and_words(yard: Yard) -> None:
    spec = yard.spec("sh", "-c", "echo words; exit 7")

    status, text = yard.output("sh", "-c", "echo words; exit 7", id=spec.id)

    assert (status, text) == (7, "words\n")
    assert yard.isolation.console(spec.id) == "words\n"
    assert yard.isolation.console(spec.id, last_bytes=3) == "ds\n"
    assert yard.isolation.inspect(spec.id) is None
    assert [t for t in traces(yard, spec.id) if "sandboxes" not in t] == []


def test_what_the_command_left_running_ends_with_it(yard: Yard) -> None:
    spec = yard.spec()
    _ = yard.output("sh", "-c", "setsid sleep 1000 & sleep 0.1", id=spec.id)

    assert not any("/proc/" in trace for trace in traces(yard, spec.id))


def test_an_ended_sandbox_can_be_created_again(yard: Yard) -> None:
    spec = yard.spec("sh", "-c", "exit 7")
    _ = yard.output("sh", "-c", "exit 7", id=spec.id, home=spec.home)

    again = yard.create(yard.spec(id=spec.id, home=spec.home))

    assert again.running


@pytest.mark.parametrize(
    ("command", "said"),
    [(("no-such-program",), "No such file"), (("/etc/passwd",), "Permission denied")],
)
def test_a_command_that_cannot_start_says_so_and_leaves_nothing(
    yard: Yard, command: tuple[str, ...], said: str
) -> None:
    spec = yard.spec(*command)

    with pytest.raises(SandboxFailed, match=said):
        _ = yard.create(spec)

    assert traces(yard, spec.id) == []


def test_without_any_bubblewrap_nothing_starts(make_yard: MakeYard) -> None:
    yard = make_yard(candidates=())

    with pytest.raises(SandboxRefused, match="bubblewrap is not installed"):
        _ = yard.create(yard.spec())


def test_a_bubblewrap_that_is_refused_says_what_it_said(
    make_yard: MakeYard, tmp_path: Path
) -> None:
    refused = tmp_path / "bin/bwrap"
    refused.parent.mkdir(mode=0o755)
    said = "bwrap: No permissions to create a new namespace"
    _ = refused.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    refused.chmod(0o755)
    bwrap = Bwrap(path=refused, version="0.0", needs=(refused.parent,))
    yard = make_yard(candidates=(bwrap,))

    with pytest.raises(SandboxRefused, match=said):
        _ = yard.create(yard.spec())

    assert list(yard.data.glob("sandboxes/*-*")) == []


def test_a_talkative_command_fills_no_disk(yard: Yard) -> None:
    spec = yard.spec()

    _ = yard.output("sh", "-c", "head -c 10000000 /dev/zero", id=spec.id)

    sizes = [p.stat().st_size for p in yard.directory(spec.id).glob("console.log*")]
    assert sum(sizes) <= 4_100_000


def test_it_outlives_whoever_created_it(yard: Yard) -> None:
    spec = yard.spec()
    creator = (
        "import sys; from pathlib import Path; from uuid import UUID\n"
        "from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation\n"
        "from taskyard.provisioner.isolation.spec import SandboxSpec\n"
        "data = Path(sys.argv[1])\n"
        "spec = SandboxSpec(id=UUID(sys.argv[2]), workspace_id=UUID(int=1),\n"
        "    hostname='box', command=('sleep', '1000'), environment={},\n"
        "    home=data / 'volumes/h', access_url='http://127.0.0.1:7080',\n"
        "    server_address='127.0.0.1:1')\n"
        "BubblewrapIsolation(data, data / 'agents').create(spec)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", creator, str(yard.data), str(spec.id)],
        check=False,
        timeout=30,
        start_new_session=True,
    )

    sandbox = yard.isolation.inspect(spec.id)
    yard.isolation.stop(spec.id)
    assert result.returncode == -9
    assert sandbox is not None


def test_the_egress_log_stays_until_the_workspace_is_forgotten(yard: Yard) -> None:
    inside = yard.inside()
    _ = inside.run(
        "import socket; s = socket.create_connection(('127.0.0.1', 3128));"
        "s.sendall(b'CONNECT evil.org:443 HTTP/1.1\\r\\n\\r\\n'); s.recv(1000)"
    )
    directory = yard.directory(inside.spec.id)

    yard.isolation.stop(inside.spec.id)

    assert [p.name for p in directory.iterdir()] == ["egress.jsonl"]
    line = json.loads((directory / "egress.jsonl").read_text())
    assert (line["verdict"], line["host"]) == ("deny", "evil.org")
    yard.isolation.forget(inside.spec.id)
    assert not directory.exists()


def test_old_egress_logs_are_swept(make_yard: MakeYard) -> None:
    clock = ManualClock(datetime.now(tz=UTC))  # noqa: TID251 - files carry the real time
    yard = make_yard(clock=clock)
    directory = yard.directory(uuid4())
    directory.mkdir(parents=True)
    (directory / "egress.jsonl").touch()

    clock.advance(timedelta(days=29))
    _ = yard.isolation.sweep()
    kept = directory.exists()
    clock.advance(timedelta(days=2))
    _ = yard.isolation.sweep()

    assert kept
    assert not directory.exists()

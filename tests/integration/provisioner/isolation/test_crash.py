"""Whatever dies at whatever moment, the rest is cleared away."""

import json
import signal
from uuid import uuid4

import pytest

from taskyard.provisioner.isolation.sandboxd.plan import StateRecord
from taskyard.provisioner.isolation.sandboxd.processes import Process, boot_id
from tests.integration.provisioner.isolation.conftest import Yard
from tests.integration.provisioner.isolation.test_lifecycle import home_named, traces


def start_and_kill_supervisor(yard: Yard) -> tuple[Yard, Process]:
    sandbox_id = uuid4()
    script = "setsid sleep 1000 & trap '' TERM HUP; wait"
    home = home_named(yard, sandbox_id)
    sandbox = yard.create(yard.spec("sh", "-c", script, id=sandbox_id, home=home))
    init = yard.init_of(sandbox_id)
    supervisor = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
    assert supervisor.signal(signal.SIGKILL)
    assert supervisor.wait(10)
    return yard, init


def test_the_workspace_dies_with_its_supervisor(yard: Yard) -> None:
    _, init = start_and_kill_supervisor(yard)

    assert init.wait(10)


@pytest.mark.parametrize("way", ["stop", "sweep", "inspect and stop"])
def test_what_a_killed_supervisor_left_is_cleared_away(yard: Yard, way: str) -> None:
    _ = start_and_kill_supervisor(yard)
    (directory,) = yard.data.glob("sandboxes/*-*")
    (home,) = yard.data.glob("volumes/*")
    sandbox_id = next(i for i in [home.name] if i == directory.name)
    spec = yard.spec()

    if way == "sweep":
        assert [str(i) for i in yard.isolation.sweep()] == [sandbox_id]
    else:
        uuid = type(spec.id)(sandbox_id)
        if way == "inspect and stop":
            assert yard.isolation.inspect(uuid) is None
        yard.isolation.stop(uuid)

    assert traces(yard, type(spec.id)(sandbox_id)) == []


def test_it_can_be_created_again_after_its_supervisor_was_killed(yard: Yard) -> None:
    _ = start_and_kill_supervisor(yard)
    (directory,) = yard.data.glob("sandboxes/*-*")
    spec = yard.spec()
    same = yard.spec(id=type(spec.id)(directory.name), home=home_named(yard, spec.id))

    assert yard.create(same).running


def test_a_sweep_leaves_living_sandboxes_alone(yard: Yard) -> None:
    inside = yard.inside()

    cleared = yard.isolation.sweep()

    assert cleared == []
    assert inside.value("1 + 1") == 2


def test_a_killed_workspace_ends_its_supervisor(yard: Yard) -> None:
    sandbox = yard.create(yard.spec())

    assert yard.init_of(sandbox.id).signal(signal.SIGKILL)

    supervisor = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
    assert supervisor.wait(10)
    assert yard.isolation.inspect(sandbox.id) is None
    assert not any("cgroup" in t for t in traces(yard, sandbox.id))


@pytest.mark.parametrize("boot", ["this", "another"])
def test_a_record_of_processes_long_gone_harms_nobody(yard: Yard, boot: str) -> None:
    bystander = yard.inside()
    pid = yard.init_of(bystander.spec.id).pid
    sandbox_id = uuid4()
    directory = yard.directory(sandbox_id)
    directory.mkdir()
    state = StateRecord(
        phase="running",
        boot_id=boot_id() if boot == "this" else "another",
        pid=pid,  # used again by somebody else
        started=1,
        init_pid=pid,
        init_started=1,
        uid=None,
        cgroups=["/sys/fs/cgroup/nowhere/taskyard/x"],
        limits="none",
        isolation="",
        grace_seconds=1,
    )
    _ = (directory / "state.json").write_text(json.dumps(state))

    gone = yard.isolation.inspect(sandbox_id)
    yard.isolation.stop(sandbox_id)

    assert gone is None
    assert bystander.value("1 + 1") == 2
    assert not directory.exists()


@pytest.mark.parametrize("content", ["", "{", "null", "[]", '{"phase": "running"}'])
def test_half_a_record_is_cleared_away(yard: Yard, content: str) -> None:
    sandbox_id = uuid4()
    directory = yard.directory(sandbox_id)
    directory.mkdir(parents=True)
    _ = (directory / "state.json").write_text(content)

    assert yard.isolation.inspect(sandbox_id) is None
    assert yard.isolation.sweep() == [sandbox_id]
    assert not directory.exists()

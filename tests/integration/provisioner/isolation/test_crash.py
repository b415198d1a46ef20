"""Whatever dies at whatever moment, the rest is cleared away."""

import json
import signal
from uuid import UUID, uuid4

import pytest

from taskyard.provisioner.isolation.sandboxd.plan import StateRecord
from taskyard.provisioner.isolation.sandboxd.processes import Process, boot_id
from tests.integration.provisioner.isolation.conftest import Yard
from tests.integration.provisioner.isolation.test_lifecycle import home_named, traces


def killed(yard: Yard) -> tuple[UUID, Process]:
    """A sandbox whose supervisor was killed, and its pid 1."""
    sandbox_id = uuid4()
    script = "setsid sleep 1000 & trap '' TERM HUP; wait"
    home = home_named(yard, sandbox_id)
    sandbox = yard.create(yard.spec("sh", "-c", script, id=sandbox_id, home=home))
    init = yard.init_of(sandbox_id)
    supervisor = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
    assert supervisor.signal(signal.SIGKILL)
    assert supervisor.wait(10)
    return sandbox_id, init


def test_the_workspace_dies_with_its_supervisor(fresh_yard: Yard) -> None:
    _, init = killed(fresh_yard)

    assert init.wait(10)


def test_stop_clears_away_what_a_killed_supervisor_left(fresh_yard: Yard) -> None:
    sandbox_id, _ = killed(fresh_yard)

    fresh_yard.isolation.stop(sandbox_id)

    assert traces(fresh_yard, sandbox_id) == []


def test_a_sweep_clears_away_what_a_killed_supervisor_left(fresh_yard: Yard) -> None:
    sandbox_id, _ = killed(fresh_yard)

    cleared = fresh_yard.isolation.sweep()

    assert cleared == [sandbox_id]
    assert traces(fresh_yard, sandbox_id) == []


def test_inspecting_makes_sure_that_nothing_runs(fresh_yard: Yard) -> None:
    sandbox_id, init = killed(fresh_yard)

    found = fresh_yard.isolation.inspect(sandbox_id)

    assert found is None
    assert not init.is_alive()


def test_it_can_be_created_again_after_its_supervisor_was_killed(
    fresh_yard: Yard,
) -> None:
    sandbox_id, _ = killed(fresh_yard)
    spec = fresh_yard.spec(id=sandbox_id, home=home_named(fresh_yard, sandbox_id))

    assert fresh_yard.create(spec).running


def test_a_sweep_leaves_living_sandboxes_alone(fresh_yard: Yard) -> None:
    inside = fresh_yard.inside()

    cleared = fresh_yard.isolation.sweep()

    assert cleared == []
    assert inside.value("1 + 1") == 2


def test_a_killed_workspace_ends_its_supervisor(fresh_yard: Yard) -> None:
    sandbox = fresh_yard.create(fresh_yard.spec())

    assert fresh_yard.init_of(sandbox.id).signal(signal.SIGKILL)

    supervisor = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
    assert supervisor.wait(10)
    assert fresh_yard.isolation.inspect(sandbox.id) is None
    assert not any("cgroup" in t for t in traces(fresh_yard, sandbox.id))


@pytest.mark.parametrize("boot", ["this", "another"])
def test_a_record_of_processes_long_gone_harms_nobody(
    fresh_yard: Yard, boot: str
) -> None:
    bystander = fresh_yard.inside()
    pid = fresh_yard.init_of(bystander.spec.id).pid
    sandbox_id = uuid4()
    directory = fresh_yard.directory(sandbox_id)
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

    gone = fresh_yard.isolation.inspect(sandbox_id)
    fresh_yard.isolation.stop(sandbox_id)

    assert gone is None
    assert bystander.value("1 + 1") == 2
    assert not directory.exists()


@pytest.mark.parametrize("content", ["", "{", "null", "[]", '{"phase": "running"}'])
def test_half_a_record_is_cleared_away(fresh_yard: Yard, content: str) -> None:
    sandbox_id = uuid4()
    directory = fresh_yard.directory(sandbox_id)
    directory.mkdir(parents=True)
    _ = (directory / "state.json").write_text(content)

    assert fresh_yard.isolation.inspect(sandbox_id) is None
    assert fresh_yard.isolation.sweep() == [sandbox_id]
    assert not directory.exists()

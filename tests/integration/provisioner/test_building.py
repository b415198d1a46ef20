"""Workspaces through real applies."""

import asyncio
import json
import os
import signal
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from taskyard.protocol.provisioner import TaskInput
from taskyard.provisioner.engine.lookup import Engine
from taskyard.provisioner.provider.taskyard.egress import DEFAULT_EGRESS
from taskyard.testing.isolation import RefusingIsolation
from tests.integration.provisioner.templates import (
    AGENT,
    HEAD,
    LEGACY_TASK,
    SANDBOX,
    TASK,
)
from tests.integration.provisioner.yard import Yard, open_yard, settings_in
from tests.support.processes import wait_until_gone

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def _nothing_runs_on(yard: Yard) -> Iterator[None]:
    yield
    yard.isolation.close()


async def test_a_workspace_lives_through_start_stop_start_and_delete(
    yard: Yard,
) -> None:
    workspace = yard.workspace({"main.tf": TASK})
    task = TaskInput(id=uuid4(), prompt="write it")

    started = await workspace.build("start", task=task)
    [running] = yard.isolation.running
    spec = yard.isolation.specs[running]
    (spec.home / "kept").write_text("yes")
    home = spec.home

    [sandbox, _] = started.resources
    [agent] = sandbox.agents
    assert spec.environment == {"CODER_AGENT_TOKEN": agent.token}
    assert spec.command[2].endswith("http://127.0.0.1:7080/ token")
    assert spec.egress == DEFAULT_EGRESS
    assert [(t.id, t.app_id) for t in started.ai_tasks] == [(task.id, agent.apps[0].id)]
    actions = {(t.action, t.resource) for t in started.timings}
    assert ("create", "taskyard_sandbox.box[0]") in actions

    stopped = await workspace.build("stop", task=task)
    assert yard.isolation.running == []
    assert [r.type for r in stopped.resources] == ["taskyard_volume"]
    assert stopped.ai_tasks == []

    again = await workspace.build("start", task=task)
    [running_again] = yard.isolation.running
    assert running_again != running
    assert again.resources[0].agents[0].id == agent.id
    assert again.resources[0].agents[0].token != agent.token
    assert (home / "kept").read_text() == "yes"

    deleted = await workspace.build("delete", task=task)
    assert yard.isolation.running == []
    assert set(yard.isolation.forgotten) >= {running, running_again}
    assert not (yard.shop.host.records / str(workspace.id)).exists()
    assert deleted.resources == []
    assert not home.exists()


async def test_deleting_what_was_never_made_succeeds(yard: Yard) -> None:
    result = await yard.workspace({"main.tf": TASK}).build("delete")

    assert result.resources == []


async def test_the_prompt_reaches_a_template_of_the_older_form(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": LEGACY_TASK})

    result = await workspace.build(task=TaskInput(id=uuid4(), prompt="write it"))

    assert result.resources[0].agents[0].environment == {"PROMPT": "write it"}
    await workspace.build("delete")


async def test_a_sandbox_that_ended_by_itself_is_made_again(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX})
    await workspace.build()
    [first] = yard.isolation.running
    yard.isolation.stop(first)

    await workspace.build()

    [second] = yard.isolation.running
    assert second != first
    await workspace.build("delete")


async def test_a_start_of_a_running_workspace_replaces_the_sandbox(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX})
    await workspace.build()
    [first] = yard.isolation.running

    await workspace.build()

    assert first in yard.isolation.stopped
    assert len(yard.isolation.running) == 1
    await workspace.build("delete")


async def test_modules_kept_at_import_spare_the_build_its_init(yard: Yard) -> None:
    workspace = yard.workspace(
        {
            "main.tf": HEAD + AGENT + 'module "m" {\n source = "./m"\n}\n',
            "m/main.tf": 'output "x" {\n value = 1\n}\n',
        }
    )
    await yard.run(workspace.source)

    result = await workspace.build()

    assert "init" not in {timing.stage for timing in result.timings}
    assert result.resources[0].agents[0].name == "main"


async def test_without_kept_modules_the_build_fetches_them(yard: Yard) -> None:
    workspace = yard.workspace(
        {
            "main.tf": HEAD + AGENT + 'module "m" {\n source = "./m"\n}\n',
            "m/main.tf": 'output "x" {\n value = 1\n}\n',
        }
    )

    result = await workspace.build()

    assert "init" in {timing.stage for timing in result.timings}


async def test_a_failure_keeps_what_was_made(yard: Yard) -> None:
    broken = """
resource "terraform_data" "fails" {
  triggers_replace = taskyard_sandbox.box[*].id
  count            = data.coder_workspace.me.start_count
  provisioner "local-exec" { command = "echo why it fails; exit 3" }
}
"""
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + broken})

    record = await workspace.run(workspace.job())

    assert record.failure
    assert record.failure.error_code == "terraform_failed"
    assert "main.tf:" in record.failure.error
    assert "exit status 3" in record.failure.error
    assert "why it fails" in record.text
    assert len(yard.isolation.running) == 1
    await workspace.build("delete")
    assert yard.isolation.running == []


async def test_a_refused_sandbox_says_what_the_machine_needs(
    tmp_path: Path, engine: Engine
) -> None:
    async with open_yard(tmp_path, engine, isolation=RefusingIsolation()) as yard:
        workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX})

        record = await workspace.run(workspace.job())

    assert record.failure
    assert record.failure.error_code == "sandbox_refused"
    assert "kernel.unprivileged_userns_clone=1" in record.failure.error


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            ("home        = taskyard_volume.home.id", f'home = "{uuid4()}"'),
            "There is no volume",
        ),
        (
            (
                "stop_grace_seconds = 5",
                'mount {\n host_path = "/etc"\n target = "/x"\n }',
            ),
            'Templates may not mount "/etc"',
        ),
        (
            ("stop_grace_seconds = 5", 'mount {\n target = "/x"\n }'),
            "A mount comes from one place",
        ),
        (("stop_grace_seconds = 5", 'command = ["true"]'), "A sandbox runs one thing"),
        (("stop_grace_seconds = 5", "memory_mb = 1"), "Must be 64 or more"),
        (
            ("stop_grace_seconds = 5", 'egress = ["domain=x.org path=/a/*"]'),
            "interception is not available yet",
        ),
        (
            (
                "count       = data.coder_workspace.me.start_count",
                "count = 2 * data.coder_workspace.me.start_count",
            ),
            'Two sandboxes have the name "box"',
        ),
    ],
    ids=[
        "alien volume",
        "host path",
        "no source",
        "two things",
        "memory",
        "rule",
        "twice",
    ],
)
async def test_what_a_sandbox_may_not_be_is_said(
    yard: Yard, change: tuple[str, str], error: str
) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX.replace(*change)})

    record = await workspace.run(workspace.job())

    assert record.failure
    assert error in record.failure.error
    assert "main.tf:" in record.failure.error
    await workspace.build("delete")


async def test_an_allowed_directory_of_the_host_is_mounted(
    tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "shared" / "data").mkdir(parents=True)
    settings = settings_in(
        tmp_path / "data", TASKYARD_MOUNT_ROOTS=str(tmp_path / "shared")
    )
    mount = (
        f'mount {{\n host_path = "{tmp_path}/shared/data"\n target = "/data"\n'
        " read_only = true\n }"
    )
    sandbox = SANDBOX.replace("stop_grace_seconds = 5", mount)
    async with open_yard(tmp_path, engine, settings=settings) as yard:
        await yard.workspace({"main.tf": HEAD + AGENT + sandbox}).build()
        [spec] = yard.isolation.specs.values()

    [found] = spec.mounts
    assert (found.target, found.read_only) == ("/data", True)
    assert found.source == (tmp_path / "shared" / "data").resolve()


async def test_a_second_attempt_finds_what_the_first_one_made(yard: Yard) -> None:
    """The provisioner was killed after its last checkpoint, before it reported."""
    workspace = yard.workspace({"main.tf": TASK})
    job = workspace.job(task=TaskInput(id=uuid4(), prompt="x"))
    first = await yard.run(job)
    assert first.completion
    [running] = yard.isolation.running
    state = first.last_state

    second = await yard.run(job.model_copy(update={"state": state}), attempt=2)

    assert second.completion, second.failure
    assert yard.isolation.running == [running]
    assert running not in yard.isolation.stopped
    assert second.completion.result.type == "workspace_build"
    assert _tokens(second.last_state) == _tokens(state)
    workspace.state = second.last_state
    await workspace.build("delete")


async def test_a_second_attempt_without_a_state_leaves_no_second_sandbox(
    yard: Yard,
) -> None:
    """The provisioner was killed before anything of its state was kept."""
    workspace = yard.workspace({"main.tf": TASK})
    job = workspace.job(task=TaskInput(id=uuid4(), prompt="x"))
    await yard.run(job)
    [before] = yard.isolation.running

    second = await workspace.run(job, attempt=2)

    assert second.completion, second.failure
    [after] = yard.isolation.running
    assert after == before
    assert yard.isolation.specs[after].environment == {
        "CODER_AGENT_TOKEN": _tokens(workspace.state)[0]
    }
    await workspace.build("delete")
    assert yard.isolation.running == []


def _tokens(state: str) -> list[str]:
    content: dict[str, Any] = json.loads(b64decode(state))
    return [
        instance["attributes"]["token"]
        for resource in content["resources"]
        if resource["type"] == "coder_agent"
        for instance in resource["instances"]
    ]


async def test_the_state_is_kept_while_the_build_runs(yard: Yard) -> None:
    wait = _slow(yard)
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + wait})
    record = await yard.take(workspace.job())
    runner = yard.runner(record)

    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        await _running_pid(yard)
        while not any("taskyard_sandbox" in _text(s) for s in record.states):
            await record.checkpointed.wait()
            record.checkpointed.clear()
        runner.stop.cancel()

    assert record.failure
    workspace.state = record.last_state
    await workspace.build("delete")


def _slow(yard: Yard) -> str:
    """Runs, after the sandbox, for as long as a test wants; says its pid in a pipe."""
    pipe = yard.shop.base / "slow.pipe"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    return f"""
resource "terraform_data" "slow" {{
  count            = data.coder_workspace.me.start_count
  triggers_replace = taskyard_sandbox.box[*].id
  provisioner "local-exec" {{
    command = "echo $$ > {pipe}; exec sleep 600"
  }}
}}
"""


def _text(state: str) -> str:
    return b64decode(state).decode()


async def _running_pid(yard: Yard) -> int:
    """Wait for it to run."""
    pipe = yard.shop.base / "slow.pipe"
    return int(await asyncio.to_thread(pipe.read_text))


async def test_cancelling_ends_terraform_politely_and_keeps_the_state(
    yard: Yard,
) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + _slow(yard)})
    record = await yard.take(workspace.job())
    runner = yard.runner(record)

    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        pid = await _running_pid(yard)
        runner.stop.cancel()

    assert record.failure
    assert record.failure.error_code == "canceled"
    assert "taskyard_sandbox" in _text(record.failure.state or "")
    await asyncio.to_thread(wait_until_gone, pid)
    workspace.state = record.last_state
    await workspace.build("delete")
    assert yard.isolation.running == []


async def test_a_build_that_never_ends_is_ended(tmp_path: Path, engine: Engine) -> None:
    settings = settings_in(
        tmp_path, TASKYARD_BUILD_TIMEOUT="3", TASKYARD_CANCEL_GRACE="5"
    )
    async with open_yard(tmp_path, engine, settings=settings) as yard:
        endless = _slow(yard).replace("echo $$ >", "true")
        workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + endless})

        record = await workspace.run(workspace.job())

    assert record.failure
    assert record.failure.error_code == "timed_out"
    assert "did not end within 3 seconds" in record.failure.error
    assert record.failure.state


async def test_one_that_ignores_being_asked_is_killed(
    tmp_path: Path, engine: Engine
) -> None:
    settings = settings_in(tmp_path, TASKYARD_CANCEL_GRACE="0.5")
    async with open_yard(tmp_path, engine, settings=settings) as yard:
        slow = _slow(yard).replace("echo $$", "trap '' INT TERM; echo $$")
        slow = slow.replace("exec sleep 600", "while :; do sleep 600; done")
        workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + slow})
        record = await yard.take(workspace.job())
        runner = yard.runner(record)

        async with asyncio.TaskGroup() as group:
            group.create_task(runner.run())
            pid = await _running_pid(yard)
            runner.stop.cancel()

        await asyncio.to_thread(wait_until_gone, pid)
    assert record.failure
    assert record.failure.error_code == "canceled"


async def test_a_lost_lease_ends_everything_and_reports_nothing(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + _slow(yard)})
    record = await yard.take(workspace.job())
    runner = yard.runner(record)

    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        pid = await _running_pid(yard)
        record.is_lost = True
        runner.stop.lose_lease()

    assert record.failure is None
    assert record.completion is None
    await asyncio.to_thread(wait_until_gone, pid)


async def test_terraform_never_sees_a_secret(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKYARD_PROVISIONER_KEY", "provisioner-secret")
    seen = yard.shop.base / "seen"
    template = f"""
resource "terraform_data" "look" {{
  provisioner "local-exec" {{ command = "env > {seen}" }}
}}
"""
    workspace = yard.workspace({"main.tf": HEAD + AGENT + template})
    job = workspace.job(parameters={"secret": "parameter-secret"})
    job.owner.session_token = "session-secret"

    record = await workspace.run(job)

    assert record.completion, record.failure
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    assert "secret" not in seen.read_text()
    assert {n for n in names if not n.startswith("TF_")} <= {
        "PATH",
        "HOME",
        "CHECKPOINT_DISABLE",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    }


async def test_a_state_that_is_not_one_fails_with_its_reason(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": TASK})
    workspace.state = b64encode(b'{"version": 99}').decode()

    record = await workspace.run(workspace.job())

    assert record.failure
    assert "state" in record.failure.error.lower()


async def test_a_killed_engine_fails_the_build_and_keeps_the_state(yard: Yard) -> None:
    workspace = yard.workspace({"main.tf": HEAD + AGENT + SANDBOX + _slow(yard)})
    record = await yard.take(workspace.job())

    async with asyncio.TaskGroup() as group:
        group.create_task(yard.runner(record).run())
        pid = await _running_pid(yard)
        group_leader = os.getsid(pid)
        os.kill(group_leader, signal.SIGKILL)

    assert record.failure
    assert record.failure.error_code == "terraform_failed"
    assert "taskyard_sandbox" in _text(record.failure.state or "")
    assert UUID(str(yard.isolation.running[0]))
    workspace.state = record.last_state
    await workspace.build("delete")

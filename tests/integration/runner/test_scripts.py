"""Scripts of the workspace: their environment, output, ends and time."""

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import DurableEvent
from taskyard.runner.logs import LogSink
from taskyard.runner.masking import Mask
from taskyard.runner.places import Places
from taskyard.runner.scripts.scripts import Scripts
from taskyard.testing.link_server import make_script
from tests.integration.runner.workspace import SECRET, TestWorkspace

pytestmark = pytest.mark.asyncio


async def completed(workspace: TestWorkspace, count: int = 1) -> list[dict[str, Any]]:
    """Wait for `count` ended scripts; return what was reported, oldest first."""
    server = workspace.server
    await server.until(lambda: len(server.named("script_completed")) >= count)
    return server.named("script_completed")


async def test_output_is_streamed_logged_and_masked(tmp_path: Path) -> None:
    script = make_script('echo out; echo err >&2; echo "key $LLM_SECRET"; printf tail')
    async with TestWorkspace(tmp_path, script) as workspace:
        done = await completed(workspace)

        lines = [line for e in workspace.server.named("logs") for line in e["lines"]]
        said = {(line["level"], line["output"]) for line in lines}
        assert said == {
            ("info", "out"),
            ("error", "err"),
            ("info", "key [redacted]"),
            ("info", "tail"),
        }
        assert {line["source"] for line in lines} == {script["id"]}
        assert (done[0]["status"], done[0]["exit_code"], done[0]["stage"]) == (
            "ok",
            0,
            "start",
        )
        log = (tmp_path / ".taskyard/logs" / f"script-{script['id']}.log").read_text()
        assert SECRET in log, "the file in the workspace's own home is complete"


@dataclass(frozen=True)
class Case:
    script: str
    status: str
    code: int
    lifecycle: str
    seconds: int = 0


@pytest.mark.parametrize(
    "case",
    [
        Case("exit 3", "exit_failure", 3, "start_error"),
        Case("trap 'exit 9' INT; sleep 3 & wait", "timed_out", 9, "start_timeout", 1),
        Case("trap '' INT; sleep 3", "timed_out", -9, "start_timeout", 1),
        Case("sleep 3 & echo started", "pipes_left_open", 0, "ready"),
        Case("sleep 3 >/dev/null 2>&1 & echo started", "ok", 0, "ready"),
        Case(
            "#!/usr/bin/env python3\nimport sys\nsys.exit(4)\n",
            "exit_failure",
            4,
            "start_error",
        ),
        Case("#!/no/such/thing\n", "exit_failure", 127, "start_error"),
    ],
    ids=lambda case: case.script.replace("\n", " "),
)
async def test_the_end_of_a_script_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.setattr("taskyard.runner.scripts.process.PIPES_SECONDS", 0.3)
    monkeypatch.setattr("taskyard.runner.scripts.process.KILL_AFTER_SECONDS", 0.3)
    made = make_script(case.script, timeout_seconds=case.seconds)
    async with TestWorkspace(tmp_path, made) as workspace:
        done = await completed(workspace)

        assert (done[0]["status"], done[0]["exit_code"]) == (case.status, case.code)
        await workspace.server.until(
            lambda: case.lifecycle in workspace.server.lifecycles
        )


async def test_a_process_left_behind_may_go_on_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.scripts.process.PIPES_SECONDS", 0.1)
    script = make_script("(sleep 0.5; echo later; echo alive > ~/alive) & echo started")
    async with TestWorkspace(tmp_path, script) as workspace:
        await workspace.server.until(lambda: "later" in workspace.server.logged())

        await workspace.server.until((tmp_path / "alive").exists)


async def test_the_environment_follows_the_rules(tmp_path: Path) -> None:
    workspace = TestWorkspace(
        tmp_path,
        make_script("env > ~/env.txt; command -v coder > ~/coder.txt; pwd > ~/pwd.txt"),
        environment={
            "GREETING": "hello $USERNAME",
            "PATH": "$HOME/tools:$PATH",
            "LLM_SECRET": "from the template",
            "CODER_WORKSPACE_NAME": "a lie",
        },
        directory="~/project",
    )
    workspace.environment["USERNAME"] = "ada"
    async with workspace:
        await completed(workspace)

        lines = (tmp_path / "env.txt").read_text().splitlines()
        seen = dict(line.split("=", 1) for line in lines if "=" in line)
        assert seen["GREETING"] == "hello ada"
        assert seen["LLM_SECRET"] == SECRET, "the server's secrets win"
        assert seen["CODER_WORKSPACE_NAME"] == "dev", (
            "what the workspace is cannot be overruled"
        )
        assert seen["CODER_AGENT_TOKEN"] == workspace.server.token
        assert seen["CODER_AGENT_URL"] == workspace.server.url
        assert f"{tmp_path}/tools" in seen["PATH"].split(":")
        assert (
            tmp_path / "coder.txt"
        ).read_text().strip() == f"{tmp_path}/.taskyard/bin/coder"
        assert (tmp_path / "pwd.txt").read_text().strip() == f"{tmp_path}/project"


async def test_a_flood_of_output_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.logs.SOURCE_BYTES", 10_000)
    script = make_script(
        "i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done"
    )
    async with TestWorkspace(tmp_path, script) as workspace:
        await completed(workspace)

        logged = workspace.server.logged()
        assert len(logged) < 12_000
        assert logged.endswith("[output limit reached: the rest is in the log file]")


async def test_stop_scripts_run_after_the_agents_and_before_the_end(
    tmp_path: Path,
) -> None:
    stop = make_script(
        "taskyard session status chat > ~/seen.txt; echo bye",
        run_on_start=False,
        run_on_stop=True,
    )
    async with TestWorkspace(tmp_path, stop) as workspace:
        server = workspace.server
        await workspace.begin()

        reply = await server.command("stop", deadline_seconds=20)
        again = await server.command("stop", deadline_seconds=20)
        await workspace.stop()

        assert reply["ok"]
        assert again["ok"]
        assert (tmp_path / "seen.txt").read_text().strip() == "exited"
        assert [e["stage"] for e in server.named("script_completed")] == ["stop"]
        assert server.lifecycles[-2:] == ["shutting_down", "off"]


async def test_a_stop_script_cannot_hold_the_workspace(tmp_path: Path) -> None:
    stop = make_script("sleep 60", run_on_start=False, run_on_stop=True)
    async with TestWorkspace(tmp_path, stop) as workspace:
        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)

        await workspace.server.command("stop", deadline_seconds=1)
        await workspace.stop()

        assert workspace.server.named("script_completed")[0]["status"] == "timed_out"
        assert workspace.server.lifecycles[-2:] == ["shutdown_timeout", "off"]


async def test_a_runner_that_crashed_repeats_no_script_that_ended(
    tmp_path: Path,
) -> None:
    once = make_script("echo x >> ~/once.txt")
    async with TestWorkspace(tmp_path, once) as workspace:
        await workspace.server.until(lambda: "ready" in workspace.server.lifecycles)

        await workspace.crash()
        await workspace.start()
        await workspace.server.until(
            lambda: workspace.server.lifecycles.count("ready") == 2
        )

        assert (tmp_path / "once.txt").read_text() == "x\n"


async def test_cron_scripts_run_when_they_are_due(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC))
    events: list[DurableEvent] = []
    due: list[float] = []
    ran = asyncio.Event()

    def emit(event: DurableEvent) -> None:
        events.append(event)
        ran.set()

    async def sleep(seconds: float) -> None:
        due.append(seconds)
        clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)
        if len(due) > 3:
            await asyncio.Event().wait()

    async with Supervisor() as supervisor:
        scripts = Scripts(
            scripts=[make_script("true", cron="*/20 * * * * *", run_on_start=False)],
            environment={"SHELL": "/bin/sh", "PATH": os.environ["PATH"]},
            directory=tmp_path,
            places=Places(home=tmp_path),
            sink=LogSink(emit=events.append, mask=Mask(), clock=clock),
            emit=emit,
            supervisor=supervisor,
            clock=clock,
            sleep=sleep,
        )
        scripts.start_cron()
        await ran.wait()

    assert due[0] == 20
    done = [event for event in events if event["name"] == "script_completed"]
    assert (done[0]["stage"], done[0]["started_at"]) == (
        "cron",
        "2026-03-01T10:00:20+00:00",
    )


async def test_a_bad_cron_expression_is_reported_where_its_owner_looks(
    tmp_path: Path,
) -> None:
    bad = make_script("true", cron="every day", run_on_start=False)
    async with TestWorkspace(tmp_path, bad) as workspace:
        await workspace.server.until(
            lambda: "cron expression is invalid" in workspace.server.logged()
        )


async def test_metadata_is_collected_and_told_again_after_a_reconnect(
    tmp_path: Path,
) -> None:
    items = (
        {
            "key": "good",
            "display_name": "",
            "script": "echo 42",
            "interval_seconds": 0,
            "timeout_seconds": 0,
        },
        {
            "key": "bad",
            "display_name": "",
            "script": "echo no >&2; exit 1",
            "interval_seconds": 0,
            "timeout_seconds": 0,
        },
        {
            "key": "slow",
            "display_name": "",
            "script": "sleep 9",
            "interval_seconds": 0,
            "timeout_seconds": 1,
        },
    )
    async with TestWorkspace(tmp_path, metadata=items) as workspace:
        server = workspace.server
        await server.until(
            lambda: (
                {value["key"] for value in server.metadata} == {"good", "bad", "slow"}
            )
        )
        values = {
            value["key"]: (value["value"], value["error"]) for value in server.metadata
        }

        server.metadata.clear()
        await server.cut()
        await server.until(lambda: len(server.metadata) == 3)

        assert values == {
            "good": ("42", ""),
            "bad": ("", "no"),
            "slow": ("", "took longer than 1 s"),
        }


async def test_app_health_changes_are_reported(tmp_path: Path) -> None:
    status = ["500 Oh"]

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readline()
        writer.write(f"HTTP/1.1 {status[0]}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    app_server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = app_server.sockets[0].getsockname()[1]
    check = {
        "url": f"http://localhost:{port}/health",
        "interval_seconds": 1,
        "threshold": 1,
    }
    common = {"url": "", "command": "", "external": False}
    apps = (
        {"id": "a", "slug": "web", "healthcheck": check, **common},
        {"id": "b", "slug": "editor", "healthcheck": None, **common},
    )
    async with TestWorkspace(tmp_path, apps=apps) as workspace:
        server = workspace.server

        def health() -> list[tuple[str, str]]:
            return [(e["app_id"], e["health"]) for e in server.named("app_health")]

        await server.until(lambda: ("a", "unhealthy") in health())
        status[0] = "404 Not Found"
        await server.until(lambda: ("a", "healthy") in health())

        assert health() == [
            ("a", "initializing"),
            ("b", "disabled"),
            ("a", "unhealthy"),
            ("a", "healthy"),
        ]
    app_server.close()


async def test_scripts_wait_for_each_other_with_sync(tmp_path: Path) -> None:
    first = make_script(
        "coder exp sync start one; echo 1 >> ~/order; coder exp sync complete one"
    )
    second = make_script(
        "coder exp sync want two one && coder exp sync start two && echo 2 >> ~/order"
        " && coder exp sync complete two && coder exp sync list -o json > ~/units.json"
    )
    async with TestWorkspace(tmp_path, second, first) as workspace:
        done = await completed(workspace, 2)

        assert [event["status"] for event in done] == ["ok", "ok"], (
            workspace.server.logged()
        )
        assert (tmp_path / "order").read_text() == "1\n2\n"
        units = json.loads((tmp_path / "units.json").read_text())
        assert {unit["unit"]: unit["status"] for unit in units} == {
            "one": "completed",
            "two": "completed",
        }

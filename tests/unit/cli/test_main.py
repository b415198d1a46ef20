"""The command as a program: help, start-up, exit statuses, interrupts."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from taskyard.cli.exit_codes import ExitCode, for_error
from taskyard.cli.main import COMMANDS
from taskyard.kit.errors import Conflict, NotFound, TaskyardError, Unauthenticated
from taskyard.sdk import ServerUnreachable
from tests.support import wire
from tests.support.fake_api import FakeApi, frame
from tests.unit.cli.conftest import Taskyard

PROGRAM = [sys.executable, "-m", "taskyard.cli"]


def test_help_names_every_command_that_is_not_hidden(taskyard: Taskyard) -> None:
    ran = taskyard("--help")

    assert ran.code == 0
    for name, command in COMMANDS.items():
        is_listed = f"\n  {name} " in ran.out
        assert is_listed is not command.hidden, name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    module, attribute = COMMANDS[name].target.split(":")

    assert callable(getattr(import_module(module), attribute))


def test_an_unknown_command_is_a_usage_error(taskyard: Taskyard) -> None:
    ran = taskyard("tsak")

    assert ran.code == 2
    assert "No such command 'tsak'" in ran.err


def test_help_loads_neither_the_sdk_nor_the_server() -> None:
    script = (
        "import sys\n"
        "from taskyard.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'httpx', 'pydantic', 'fastapi', 'rich', 'asyncio'} & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TaskyardError(), 1),
        (NotFound(), 3),
        (Unauthenticated(), 4),
        (Conflict(), 5),
        (ServerUnreachable(), 6),
    ],
)
def test_errors_have_their_exit_status(error: TaskyardError, code: int) -> None:
    assert for_error(error) is ExitCode(code)


def test_a_pipe_without_colour_gets_none(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /tasks", {"tasks": [wire.task()], "count": 1})

    ran = taskyard("task", "list")

    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_is_no_failure(
    api: FakeApi, tmp_path: Path, unbuffered: str
) -> None:
    api.on("GET /tasks", {"tasks": [wire.task()], "count": 1})
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_TOKEN": "a-token",
        "TASKYARD_CONFIG_DIR": str(tmp_path),
    }
    read, write = os.pipe()
    os.close(read)

    with os.fdopen(write, "wb") as nobody_reads:
        ran = subprocess.run(
            [*PROGRAM, "task", "list"],
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"PYTHONUNBUFFERED": unbuffered},
            check=False,
        )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_an_interrupt_ends_with_130_and_no_traceback(
    api: FakeApi, tmp_path: Path
) -> None:
    api.streams["/tasks/me/fix/events"] = [b": nothing new\n\n"] * 50
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_TOKEN": "a-token",
        "TASKYARD_CONFIG_DIR": str(tmp_path),
    }

    with subprocess.Popen(
        [*PROGRAM, "task", "wait", "fix"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as program:
        assert api.was_asked.wait(20)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=20)

    assert program.returncode == 130
    assert "Traceback" not in err


def test_an_interrupted_question_ends_with_130_too(
    api: FakeApi, tmp_path: Path
) -> None:
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_TOKEN": "a-token",
        "TASKYARD_CONFIG_DIR": str(tmp_path),
    }

    with subprocess.Popen(
        [*PROGRAM, "login", api.url],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as program:
        assert program.stderr is not None
        asked = b""
        while b"Username or e-mail" not in asked and program.poll() is None:
            asked += program.stderr.read(1)
        # Its input stays open: what ends it is the signal, or the next one, if the first
        # comes in the moment in which Python begins to read.
        for _ in range(20):
            program.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                program.wait(timeout=1)
                break

    assert program.returncode == 130
    assert not api.asked


@pytest.mark.parametrize(
    ("flags", "last_calls", "said"),
    [
        ([], [], "goes on without this command"),
        (["--cancel-on-interrupt"], ["PATCH", "DELETE"], "is being deleted"),
    ],
)
def test_an_interrupted_create_takes_the_task_back_only_when_told_to(
    api: FakeApi, tmp_path: Path, flags: list[str], last_calls: list[str], said: str
) -> None:
    template, build = wire.template(), wire.build()
    workspace = wire.workspace(latest_build=build)
    task = wire.task("starting", workspace_id=workspace.id)
    path = f"/tasks/ada/{task.id}"
    api.on("GET /templates", [template])
    api.on(f"GET /templateversions/{template.active_version_id}/presets", [])
    api.on("POST /tasks/me", task)
    api.on(f"GET /workspaces/{workspace.id}", workspace)
    api.on(f"GET /workspacebuilds/{build.id}", build)
    api.on(f"PATCH /workspacebuilds/{build.id}/cancel", {"message": "done"})
    api.on(f"DELETE {path}", None)
    api.streams[f"{path}/events"] = [frame(task, "status")]
    api.holds_streams = True
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_TOKEN": "a-token",
        "TASKYARD_CONFIG_DIR": str(tmp_path),
    }

    with subprocess.Popen(
        [*PROGRAM, "task", "create", "go", *flags],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as program:
        assert api.streamed.wait(20)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=20)

    assert program.returncode == 130
    assert said in err
    assert "Traceback" not in err
    calls = [each.method for each in api.asked if each.method not in {"GET", "POST"}]
    assert calls == last_calls


def test_the_shell_completes_commands_and_names_of_tasks(
    api: FakeApi, tmp_path: Path
) -> None:
    api.on("GET /tasks", {"tasks": [wire.task(), wire.task(name="other")], "count": 2})
    environment = os.environ | {
        "TASKYARD_URL": api.url,
        "TASKYARD_CONFIG_DIR": str(tmp_path),
        "_TASKYARD_COMPLETE": "complete_bash",
    }

    def complete(words: str) -> list[str]:
        asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
        return subprocess.run(
            PROGRAM,
            env=environment | asked,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()

    assert complete("taskyard templ") == ["template"]
    assert complete("taskyard task logs ti") == ["tidy-up"]

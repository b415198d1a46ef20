"""The program itself: started, signalled and killed."""

import asyncio
import os
import signal
import sys
import tempfile
import textwrap
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from taskyard.testing.provisioning import FakeServer
from tests.integration.provisioner.templates import AGENT, HEAD, TASK
from tests.integration.provisioner.wire import KEY, application
from tests.support.processes import wait_until_gone
from tests.support.serving import served

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(90)]


@asynccontextmanager
async def _provisioner(
    url: str, data_dir: Path, *arguments: str, key: str = KEY
) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "taskyard.cli", "provisioner", *arguments),
        env={
            "PATH": os.environ["PATH"],
            "TASKYARD_SERVER_URL": url,
            "TASKYARD_PROVISIONER_KEY": key,
            "TASKYARD_DATA_DIR": str(data_dir),
            "TASKYARD_REGISTRY_UPSTREAM": "",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _waiting(pipe: Path) -> str:
    """Applies for ever; says its pid in the pipe."""
    os.mkfifo(pipe)
    return (
        HEAD
        + AGENT
        + f"""
resource "terraform_data" "first" {{}}
resource "terraform_data" "slow" {{
  depends_on = [terraform_data.first, coder_agent.main]
  provisioner "local-exec" {{ command = "echo $$ > {pipe}; exec sleep 600" }}
}}
"""
    )


def _sockets(data_dir: Path) -> Path:
    """Of the only provisioner there was."""
    [run] = (data_dir / "provisioner").glob("run-*")
    return Path(tempfile.gettempdir()) / run.name.replace("run-", "taskyard-")


def _wait_until_removed(path: Path) -> None:
    pause = threading.Event()
    while path.exists():
        pause.wait(0.02)


async def test_it_works_until_sigterm(tmp_path: Path) -> None:
    server = FakeServer()
    record = server.add(server.import_of({"main.tf": TASK}))
    async with (
        served(application(server)) as url,
        _provisioner(url, tmp_path) as process,
    ):
        await record.done.wait()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0

    assert record.completion
    assert server.acquired[0].version
    assert list((tmp_path / "provisioner").glob("run-*")) == []


async def test_a_refused_key_is_an_exit_code(tmp_path: Path) -> None:
    async with (
        served(application(FakeServer())) as url,
        _provisioner(url, tmp_path, key="wrong") as process,
    ):
        assert await process.wait() == 3


async def test_sigint_ends_the_build_and_reports_it(tmp_path: Path) -> None:
    server = FakeServer()
    source = server.import_of({"main.tf": _waiting(tmp_path / "pipe")})
    record = server.add(server.build_of(source))
    async with (
        served(application(server)) as url,
        _provisioner(url, tmp_path) as process,
    ):
        await asyncio.to_thread((tmp_path / "pipe").read_text)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0

    assert record.failure
    assert record.failure.error_code == "canceled"
    assert record.failure.state


async def test_killed_in_the_middle_it_leaves_nothing_running_and_a_state(
    tmp_path: Path,
) -> None:
    server = FakeServer()
    source = server.import_of({"main.tf": _waiting(tmp_path / "pipe")})
    record = server.add(server.build_of(source))
    async with served(application(server)) as url:
        async with _provisioner(url, tmp_path) as process:
            local_exec = int(await asyncio.to_thread((tmp_path / "pipe").read_text))
            terraform = os.getsid(local_exec)
            await record.checkpointed.wait()
            process.kill()
            await process.wait()

            await asyncio.to_thread(wait_until_gone, terraform)

        # What Terraform had started is found by the next one, by where it works.
        sockets = _sockets(tmp_path)
        async with _provisioner(url, tmp_path):
            await asyncio.to_thread(wait_until_gone, local_exec)
            await asyncio.to_thread(_wait_until_removed, sockets)

    assert record.failure is None
    assert record.states


async def test_it_ends_after_the_process_that_started_it(tmp_path: Path) -> None:
    server = FakeServer()
    record = server.add(server.import_of({"main.tf": TASK}))
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    starter = textwrap.dedent(
        f"""
        import subprocess, sys
        child = subprocess.Popen(
            [sys.executable, "-m", "taskyard.cli", "provisioner", "--die-with-parent"])
        open({str(pid_file)!r}, "w").write(str(child.pid))
        sys.stdin.read()
        """
    )
    async with served(application(server)) as url:
        parent = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            starter,
            env={
                "PATH": os.environ["PATH"],
                "TASKYARD_SERVER_URL": url,
                "TASKYARD_PROVISIONER_KEY": KEY,
                "TASKYARD_DATA_DIR": str(tmp_path),
            },
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        child = int(await asyncio.to_thread(pid_file.read_text))
        await record.done.wait()
        parent.kill()
        await parent.wait()

        await asyncio.to_thread(wait_until_gone, child)

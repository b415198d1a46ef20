"""Provisioner processes that the server brings along, for an installation on one host."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from taskyard.kit.crypto import random_text
from taskyard.kit.supervisor import Supervisor
from taskyard.server.config import Config
from taskyard.server.factory import Factory, ProcessContext

__all__ = ["COMMAND", "built_in_key", "provisioners", "release_jobs"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

COMMAND: Final = (
    sys.executable,
    *("-m", "taskyard.cli", "provisioner", "--die-with-parent"),
)
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_HEALTHY_SECONDS: Final = 60  # one that ran for so long starts again at once
_GRACE_SECONDS: Final = 10
#: What is the server's alone; a provisioner runs other people's Terraform.
_NOT_PASSED_ON: Final = (
    "ANTHROPIC_",
    "OPENAI_",
    "GEMINI_",
    "GOOGLE_API_KEY",
    "TASKYARD_DATABASE_URL",
    "TASKYARD_SECRET_KEY",
    "TASKYARD_ANTHROPIC_",
    "TASKYARD_OPENAI_",
    "TASKYARD_GEMINI_",
)


async def built_in_key(process: ProcessContext) -> str:
    async with process.sessions.begin() as session:
        return await Factory(process, session).provisioner_keys().new_built_in()


async def release_jobs(process: ProcessContext, name: str) -> None:
    """Let others take at once what a provisioner held that has certainly ended."""
    async with process.sessions.begin() as session:
        await Factory(process, session).provisioner_jobs().release(name)


async def _keep_jobs(name: str) -> None:
    """Wait for its leases to lapse."""


@asynccontextmanager
async def provisioners(
    config: Config,
    key: str,
    *,
    command: Sequence[str] = COMMAND,
    ended: Callable[[str], Awaitable[None]] = _keep_jobs,
) -> AsyncGenerator[None]:
    """Keep `config.provisioners` of them running; at the end stop them and wait.

    The key goes through the environment, which other users of the host cannot read.
    `ended` is called with the name of one that ended by itself; no two processes have
    the same name.
    """
    environment = _environment(config, key)
    async with Supervisor() as supervisor:
        for number in range(1, config.provisioners + 1):
            name = f"built-in-{number}"
            supervisor.start(
                _keep_running(command, environment, name, ended), name=name
            )
        yield


def _environment(config: Config, key: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_NOT_PASSED_ON)
    }
    return inherited | {
        "TASKYARD_SERVER_URL": f"http://{_reachable(config)}",
        "TASKYARD_PROVISIONER_KEY": key,
        "TASKYARD_PROVISIONER_CONCURRENCY": str(config.provisioner_slots),
        "TASKYARD_DATA_DIR": str(config.data_dir),
    }


def _reachable(config: Config) -> str:
    """Ourselves, without going through a proxy that stands before `access_url`."""
    wildcard = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    host = wildcard.get(config.host, config.host)
    return f"[{host}]:{config.port}" if ":" in host else f"{host}:{config.port}"


async def _keep_running(
    command: Sequence[str],
    environment: dict[str, str],
    place: str,
    ended: Callable[[str], Awaitable[None]],
) -> None:
    loop = asyncio.get_running_loop()
    pause = _FIRST_PAUSE
    while True:
        began = loop.time()
        name = f"{place}-{random_text(6)}"
        code = await _run_once(
            command, environment | {"TASKYARD_PROVISIONER_NAME": name}
        )
        if loop.time() - began > _HEALTHY_SECONDS:
            pause = _FIRST_PAUSE
        log.error("provisioner_ended", name=name, exit_code=code, next_start=pause)
        try:
            await ended(name)
        except Exception:
            log.exception("provisioner_not_released", name=name)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _run_once(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run it to its end; cancelled: stop it and wait for that."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # Ctrl-C at the terminal is for the server to pass on
    )
    try:
        return await child.wait()
    except asyncio.CancelledError:
        await asyncio.shield(_stop(child))
        raise


async def _stop(child: asyncio.subprocess.Process) -> None:
    """Asked to end, it takes no more work; idle, it ends at once.

    One that is in the middle of a build is left to finish it: killing Terraform loses
    track of what it made. It reports to the next server (see ProvisionerKeyService), or
    gives up by itself when nobody renews its lease.
    """
    if child.returncode is not None:
        return
    child.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await child.wait()
    except TimeoutError:
        log.warning("provisioner_still_builds", pid=child.pid)

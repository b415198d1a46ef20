"""The provisioner's process: settings in, exit code out."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib.metadata import version
from typing import Final

import httpx

from taskyard.kit.clock import SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.provisioner.client import HttpServer, KeyRefused
from taskyard.provisioner.errors import EngineMissing
from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation
from taskyard.provisioner.settings import Settings
from taskyard.provisioner.worker import Worker
from taskyard.provisioner.workshop import Workshop, open_workshop

__all__ = ["run"]

log = logging.getLogger(__name__)

_PARENT_INTERVAL: Final = timedelta(seconds=1)
_KEY_REFUSED: Final = 3


def run(settings: Settings) -> int:
    """Work until SIGTERM (finish what runs), SIGINT (end it) or a refused key.

    Exit code 0, or 3 when the server refused the key.
    """
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    clock = SystemClock()
    isolation = BubblewrapIsolation(
        settings.data_dir, settings.data_dir / "agents", clock=clock
    )
    # In the order of leaving: the worker has ended; then the parent is no longer
    # watched, the workshop closes (registry, parser, files), the connections last.
    async with (
        httpx.AsyncClient(base_url=settings.server_url) as client,
        open_workshop(
            settings=settings,
            clock=clock,
            isolation=isolation,
            environment=os.environ,
        ) as workshop,
        Supervisor() as supervisor,
    ):
        await asyncio.to_thread(isolation.sweep)
        await _say_what_runs(workshop)
        worker = Worker(
            server=HttpServer(client, settings.key),
            workshop=workshop,
            version=version("taskyard"),
        )
        _obey_signals(worker)
        if settings.die_with_parent:
            supervisor.every(_PARENT_INTERVAL, _parent_watch(worker), name="parent")
        try:
            await worker.run()
        except KeyRefused as error:
            log.error("key_refused: %s", error)  # noqa: TRY400 - no traceback for people
            return _KEY_REFUSED
    return 0


async def _say_what_runs(workshop: Workshop) -> None:
    try:
        engine = await workshop.engine()
    except EngineMissing as error:
        # Jobs fail with the same text until one is installed; then they do not.
        log.error("engine_missing: %s", error)  # noqa: TRY400 - no traceback for people
    else:
        log.info("provisioner_ready", extra={"engine": engine.name})


def _obey_signals(worker: Worker) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, worker.finish)
    loop.add_signal_handler(signal.SIGINT, worker.cancel)


def _parent_watch(worker: Worker) -> Callable[[], Awaitable[None]]:
    """Finish when the process that started this one is gone.

    Not PR_SET_PDEATHSIG with a kill: a build in the middle should come to its end, and
    its state to a server that may be back by then.
    """
    parent = os.getppid()

    async def look() -> None:
        if os.getppid() != parent:
            worker.finish()

    return look

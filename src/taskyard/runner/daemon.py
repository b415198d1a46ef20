"""The runner's process: lock, memory, link, workspace, and an orderly end."""

import asyncio
import logging
import os
import platform
import signal
import sys
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Final, Self, final

from taskyard.kit.clock import Clock, SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import DurableEvent, Hello, Manifest
from taskyard.runner import exits
from taskyard.runner.agentapi.agent_api import AgentApi
from taskyard.runner.agents.journal import Journal
from taskyard.runner.agents.sessions import Sessions
from taskyard.runner.agents.tui.driver import TuiDriver
from taskyard.runner.commands import Commands
from taskyard.runner.door import open_door
from taskyard.runner.link.backoff import Backoff
from taskyard.runner.link.client import Dialler, LinkClient, Refused
from taskyard.runner.link.dial import WebSocketDialler
from taskyard.runner.link.files import Files
from taskyard.runner.link.outbox import Outbox
from taskyard.runner.link.streams import Streams
from taskyard.runner.lock import hold
from taskyard.runner.logs import LogSink, SinkHandler
from taskyard.runner.masking import Mask
from taskyard.runner.places import Places
from taskyard.runner.reports import Reports
from taskyard.runner.store import Store
from taskyard.runner.version import RUNNER_VERSION
from taskyard.runner.workspace import Workspace, machine_boot

__all__ = ["Misconfigured", "Settings", "main", "serve"]

log = logging.getLogger(__name__)

LOCK_SECONDS: Final = 15.0
#: The last events have this long to reach the server.
DRAIN_SECONDS: Final = 5.0
DEFAULT_STOP_SECONDS: Final = 45.0


class Misconfigured(Exception):
    """The environment does not say where the server is; the text names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    url: str
    token: str
    stop_seconds: float

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        url = environment.get("CODER_AGENT_URL", "")
        token = environment.get("CODER_AGENT_TOKEN", "")
        if not url.startswith(("http://", "https://")):
            raise Misconfigured("CODER_AGENT_URL must be the server's http(s) address")
        if not token:
            raise Misconfigured("CODER_AGENT_TOKEN must be the agent's token")
        stop = environment.get("TASKYARD_STOP_SECONDS", "")
        return cls(
            url=url,
            token=token,
            stop_seconds=float(stop) if stop.isdigit() else DEFAULT_STOP_SECONDS,
        )


def main() -> int:
    """Run until told to stop; the exit code is one of `exits`."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        settings = Settings.of(os.environ)
    except Misconfigured as exc:
        log.critical("cannot start: %s", exc)
        return exits.MISCONFIGURED
    return asyncio.run(_main(settings))


async def _main(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return await serve(
        settings,
        stop=stop,
        environment=dict(os.environ),
        dialler=WebSocketDialler(url=settings.url, token=settings.token),
        clock=SystemClock(),
        backoff=Backoff(),
    )


async def serve(
    settings: Settings,
    *,
    stop: asyncio.Event,
    environment: Mapping[str, str],
    dialler: Dialler,
    clock: Clock,
    backoff: Backoff,
) -> int:
    """Run one runner in this process until `stop` is set or the server refuses it."""
    places = Places.of(environment)
    lock = await hold(places.lock, seconds=LOCK_SECONDS)
    if lock is None:
        log.error("another runner serves this workspace (%s is locked)", places.lock)
        return exits.LOCKED
    try:
        async with AsyncExitStack() as stack:
            runner = await _Runner.build(
                stack,
                settings=settings,
                places=places,
                environment=environment,
                dialler=dialler,
                clock=clock,
                backoff=backoff,
            )
            return await runner.run(stop)
    finally:
        os.close(lock)


@final
class _Runner:
    """All parts, wired.

    What is closed at the end, in this order: control socket → supervisor (link, watchers,
    chat surfaces) → store.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        outbox: Outbox,
        sink: LogSink,
        link: LinkClient,
        workspace: Workspace,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._sink = sink
        self._link = link
        self._workspace = workspace
        self._supervisor = supervisor
        self._clock = clock

    @classmethod
    async def build(
        cls,
        stack: AsyncExitStack,
        *,
        settings: Settings,
        places: Places,
        environment: Mapping[str, str],
        dialler: Dialler,
        clock: Clock,
        backoff: Backoff,
    ) -> Self:
        mask = Mask([settings.token])
        store = await Store.open(places.database)
        stack.push_async_callback(store.close)
        supervisor = await stack.enter_async_context(Supervisor())
        outbox = await Outbox.open(store, machine_boot=machine_boot())
        sink = LogSink(emit=outbox.append, mask=mask, clock=clock)
        _listen_to_logging(stack, sink)
        if store.problem:
            log.error("%s", store.problem)
        supervisor.start(outbox.run(), name="outbox")
        journal = Journal(store)
        sessions = Sessions(
            emit=outbox.append,
            journal=journal,
            mask=mask,
            clock=clock,
            supervisor=supervisor,
            surface=AgentApi(),
            make_tui_driver=lambda emit: TuiDriver(emit=emit),
        )

        def welcomed(manifest: Manifest) -> None:
            workspace.welcome(manifest)

        commands = Commands(journal=journal, sessions=sessions)
        files = Files(
            home=places.home, hidden=places.state, directory_of=sessions.directory_of
        )
        streams = Streams(supervisor, watch=sessions.watch, files=files)
        link = LinkClient(
            dialler=dialler,
            hello=_Hello(outbox),
            outbox=outbox,
            commands=commands,
            on_manifest=welcomed,
            on_open=streams.opened,
            backoff=backoff,
            supervisor=supervisor,
        )
        workspace = Workspace(
            places=places,
            token=settings.token,
            process_environment=environment,
            sessions=sessions,
            journal=journal,
            sink=sink,
            emit=outbox.append,
            tell=link.tell,
            mask=mask,
            clock=clock,
            supervisor=supervisor,
        )
        commands.on_stop(workspace.down)
        reports = Reports(sessions, url=settings.url, token=settings.token)
        await open_door(stack, places=places, sessions=sessions, reports=reports)
        return cls(
            settings=settings,
            outbox=outbox,
            sink=sink,
            link=link,
            workspace=workspace,
            supervisor=supervisor,
            clock=clock,
        )

    async def run(self, stop: asyncio.Event) -> int:
        loop = asyncio.get_running_loop()
        link = loop.create_task(self._link.run())
        stopped = loop.create_task(stop.wait())
        await asyncio.wait({link, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if link.done():
            refused = link.exception()
            log.error("not wanted any more: %s", refused)
            await self._workspace.down(self._settings.stop_seconds)
            return exits.REFUSED if isinstance(refused, Refused) else 1

        await self._workspace.down(self._settings.stop_seconds)
        self._sink.flush()
        off: DurableEvent = {
            "name": "lifecycle",
            "state": "off",
            "at": self._clock.now().isoformat(),
        }
        self._outbox.append(off)
        await self._outbox.flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._link.drained()
        link.cancel()
        with suppress(asyncio.CancelledError, Refused):
            await link
        return exits.STOPPED


@final
class _Hello:
    """Introduces this process."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._boot_id = str(uuid.uuid4())

    def __call__(self) -> Hello:
        return {
            "type": "hello",
            "runner_version": RUNNER_VERSION,
            "boot_id": self._boot_id,
            "stream": self._outbox.stream,
            "operating_system": sys.platform,
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(
                platform.machine(), platform.machine()
            ),
        }


def _listen_to_logging(stack: AsyncExitStack, sink: LogSink) -> None:
    handler = SinkHandler(sink)
    logging.getLogger("taskyard").addHandler(handler)
    stack.callback(logging.getLogger("taskyard").removeHandler, handler)

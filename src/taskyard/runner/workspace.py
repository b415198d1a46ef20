"""Bring the workspace up as its manifest says, and take it down again."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import AgentLifecycle, DurableEvent, Manifest, MetadataValue
from taskyard.runner import environment
from taskyard.runner.agents.journal import Journal
from taskyard.runner.agents.sessions import Sessions, Surroundings
from taskyard.runner.apps import AppChecks
from taskyard.runner.logs import LogSink
from taskyard.runner.masking import Mask
from taskyard.runner.metadata import Metadata
from taskyard.runner.places import Places
from taskyard.runner.scripts.process import Outcome
from taskyard.runner.scripts.scripts import Scripts, lifecycle_after

__all__ = ["Workspace", "boot_of"]

log = logging.getLogger(__name__)

AGENT_GRACE_SECONDS: Final = 5.0


@final
class Workspace:
    """The life of one workspace: `up` once, `down` once, in that order.

    Down: 1. agents end (their last words are events); 2. stop scripts run, while the chat
    surface still answers, for genuine modules read the conversation from it; 3. what start
    scripts left running is told to end.
    """

    def __init__(
        self,
        *,
        places: Places,
        token: str,
        process_environment: Mapping[str, str],
        sessions: Sessions,
        journal: Journal,
        sink: LogSink,
        emit: Callable[[DurableEvent], None],
        tell: Callable[[MetadataValue], None],
        mask: Mask,
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self._places = places
        self._token = token
        self._process_environment = process_environment
        self._sessions = sessions
        self._journal = journal
        self._sink = sink
        self._emit = emit
        self._tell = tell
        self._mask = mask
        self._clock = clock
        self._supervisor = supervisor
        self._scripts: Scripts | None = None
        self._metadata: Metadata | None = None
        self._down: asyncio.Task[None] | None = None
        self._begun = False

    def welcome(self, manifest: Manifest) -> None:
        """A manifest came: the first brings the workspace up, later ones refresh."""
        self._mask.learn(manifest["secret_environment"].values())
        if not self._begun:
            self._begun = True
            self._supervisor.start(self._up(manifest), name="bring up")
            return
        self._sessions.refresh(manifest)
        if self._metadata is not None:
            self._metadata.tell_again()

    async def down(self, deadline_seconds: float) -> None:
        """Stop everything; asked twice, both wait for the same end."""
        if self._down is None:
            loop = asyncio.get_running_loop()
            self._down = loop.create_task(self._take_down(deadline_seconds))
        await asyncio.shield(self._down)

    async def _up(self, manifest: Manifest) -> None:
        self._lifecycle("starting")
        merged = await asyncio.to_thread(self._prepare, manifest)
        folder = Path(merged["PWD"])
        boot = boot_of(manifest)
        self._sessions.settle(
            Surroundings(
                manifest=manifest,
                environment=merged,
                home=self._places.home,
                binaries=self._places.binaries,
                boot=boot,
            )
        )
        scripts = Scripts(
            scripts=manifest["scripts"],
            environment=merged,
            directory=folder,
            places=self._places,
            sink=self._sink,
            emit=self._emit,
            supervisor=self._supervisor,
            clock=self._clock,
        )
        self._scripts = scripts
        self._start_watching(manifest, merged, folder)
        await self._run_scripts(scripts, boot)

    def _prepare(self, manifest: Manifest) -> dict[str, str]:
        """Blocking: the environment, with the workspace's directory as PWD."""
        merged = environment.build(
            manifest,
            process=self._process_environment,
            token=self._token,
            places=self._places,
        )
        for folder in (self._places.script_data, self._places.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as exc:
                log.warning("cannot make %s: %s", folder, exc)
        merged["PWD"] = str(environment.directory(manifest, merged))
        return merged

    def _start_watching(
        self, manifest: Manifest, merged: dict[str, str], folder: Path
    ) -> None:
        AppChecks(
            apps=manifest["apps"], emit=self._emit, supervisor=self._supervisor
        ).start()
        self._metadata = Metadata(
            items=manifest["metadata"],
            environment=merged,
            directory=folder,
            tell=self._tell,
            mask=self._mask,
            clock=self._clock,
            supervisor=self._supervisor,
        )
        self._metadata.start()

    async def _run_scripts(self, scripts: Scripts, boot: str) -> None:
        """A runner that came back in a running workspace repeats no script that ended."""
        done = await self._journal.scripts_done(boot)

        async def note(script_id: str) -> None:
            await self._journal.script_done(boot, script_id)

        self._supervisor.start(self._sessions.restore(), name="restore sessions")
        outcomes = await scripts.run_start(done, note)
        scripts.login_allowed.set()
        if self._down is None:
            self._lifecycle(lifecycle_after(outcomes))
            scripts.start_cron()

    async def _take_down(self, deadline_seconds: float) -> None:
        self._lifecycle("shutting_down")
        await self._sessions.close(AGENT_GRACE_SECONDS)
        outcomes: list[Outcome] = []
        if self._scripts is not None:
            outcomes = await self._scripts.run_stop(deadline_seconds)
            self._scripts.interrupt()
        self._sink.flush()
        if any(outcome.status == "timed_out" for outcome in outcomes):
            self._lifecycle("shutdown_timeout")
        elif any(outcome.status == "exit_failure" for outcome in outcomes):
            self._lifecycle("shutdown_error")

    def _lifecycle(self, state: AgentLifecycle) -> None:
        self._emit(
            {"name": "lifecycle", "state": state, "at": self._clock.now().isoformat()}
        )


def boot_of(manifest: Manifest) -> str:
    """Name this start of the workspace: a new build, container or machine has another."""
    try:
        first = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
        namespace = str(os.stat("/proc/self/ns/pid").st_ino)  # noqa: PTH116 - follows the link
    except (OSError, IndexError):
        first = namespace = ""
    return "/".join((manifest["build_id"], machine_boot(), namespace, first))


def machine_boot() -> str:
    """The kernel's id of this boot; empty where there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""

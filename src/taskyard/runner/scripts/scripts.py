"""When the workspace's scripts run, and what is told about it."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import AgentLifecycle, DurableEvent, Script
from taskyard.runner.logs import LogSink
from taskyard.runner.places import Places
from taskyard.runner.scripts.cron import Cron, InvalidCron
from taskyard.runner.scripts.process import Outcome, ScriptProcess

__all__ = ["Scripts", "lifecycle_after"]

log = logging.getLogger(__name__)

Stage = Literal["start", "stop", "cron"]
#: A clock that was set, or a laptop that slept, is noticed within this time.
CRON_NAP_SECONDS: Final = 30.0


@final
class Scripts:
    """All scripts of one workspace. Those of a stage run in parallel."""

    def __init__(
        self,
        *,
        scripts: Iterable[Script],
        environment: Mapping[str, str],
        directory: Path,
        places: Places,
        sink: LogSink,
        emit: Callable[[DurableEvent], None],
        supervisor: Supervisor,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._scripts = tuple(scripts)
        self._environment = environment
        self._directory = directory
        self._places = places
        self._sink = sink
        self._emit = emit
        self._supervisor = supervisor
        self._clock = clock
        self._sleep = sleep
        self._running: set[ScriptProcess] = set()
        #: Set once every script that holds back logins has ended.
        self.login_allowed = asyncio.Event()

    async def run_start(
        self,
        skip: frozenset[str] = frozenset(),
        on_done: Callable[[str], Awaitable[None]] | None = None,
    ) -> list[Outcome]:
        """Run what runs on start, except `skip`; `on_done` is told of each that ended."""
        chosen = [s for s in self._scripts if s["run_on_start"] and s["id"] not in skip]
        blocking = {s["id"] for s in chosen if s["start_blocks_login"]}
        if not blocking:
            self.login_allowed.set()

        async def run(script: Script) -> Outcome:
            outcome = await self._run(script, "start", script["timeout_seconds"])
            blocking.discard(script["id"])
            if not blocking:
                self.login_allowed.set()
            if on_done is not None:
                await on_done(script["id"])
            return outcome

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(script)) for script in chosen]
        return [task.result() for task in tasks]

    async def run_stop(self, deadline_seconds: float) -> list[Outcome]:
        """Run what runs on stop; none may outlast the deadline."""
        chosen = [s for s in self._scripts if s["run_on_stop"]]

        async def run(script: Script) -> Outcome:
            limit = min(script["timeout_seconds"] or deadline_seconds, deadline_seconds)
            return await self._run(script, "stop", limit)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(script)) for script in chosen]
        return [task.result() for task in tasks]

    def start_cron(self) -> None:
        """Begin to run scripts by the clock, until the supervisor is closed."""
        for script in self._scripts:
            if not script["cron"].strip():
                continue
            try:
                cron = Cron.parse(script["cron"])
            except InvalidCron as exc:
                self._sink.add(
                    script["id"], "error", f"the cron expression is invalid: {exc}"
                )
                continue
            self._supervisor.start(self._by_clock(script, cron), name="cron")

    def interrupt(self) -> None:
        """Ask all running scripts to end (SIGTERM)."""
        for process in self._running:
            process.kill(signal.SIGTERM)

    async def _by_clock(self, script: Script, cron: Cron) -> None:
        """A run that takes longer than its interval skips what it missed."""
        while (due := cron.next_after(self._clock.now())) is not None:
            while (left := (due - self._clock.now()).total_seconds()) > 0:
                await self._sleep(min(left, CRON_NAP_SECONDS))
            await self._run(script, "cron", script["timeout_seconds"])

    async def _run(self, script: Script, stage: Stage, seconds: float) -> Outcome:
        source = script["id"]
        process = ScriptProcess(
            script=script["script"],
            shell=self._environment["SHELL"],
            environment=self._environment,
            directory=self._directory,
            log_path=self._log_path(script),
            script_file=self._places.state / "scripts" / source,
            on_line=lambda level, text: self._sink.add(source, level, text),
            supervisor=self._supervisor,
        )
        began = self._clock.now()
        self._running.add(process)
        try:
            outcome = await process.run(seconds)
        finally:
            self._running.discard(process)
        self._sink.flush()
        self._emit(
            {
                "name": "script_completed",
                "script_id": source,
                "stage": stage,
                "status": outcome.status,
                "exit_code": outcome.exit_code,
                "started_at": began.isoformat(),
                "ended_at": self._clock.now().isoformat(),
            }
        )
        return outcome

    def _log_path(self, script: Script) -> Path:
        text = script["log_path"]
        if not text:
            return self._places.logs / f"script-{script['id']}.log"
        text = text.removeprefix("~/")
        return self._places.home / text


def lifecycle_after(outcomes: Iterable[Outcome]) -> AgentLifecycle:
    """The state after the start scripts: the worst of them decides."""
    statuses = {outcome.status for outcome in outcomes}
    if "timed_out" in statuses:
        return "start_timeout"
    return "start_error" if "exit_failure" in statuses else "ready"

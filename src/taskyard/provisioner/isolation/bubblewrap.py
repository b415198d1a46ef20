"""Isolation by bubblewrap: no daemon, no image, works with and without root."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from signal import SIGTERM
from uuid import UUID, uuid4

from typing_extensions import override

from taskyard.kit.clock import Clock, SystemClock
from taskyard.provisioner.isolation import layout, remains, supervise
from taskyard.provisioner.isolation.locks import locked
from taskyard.provisioner.isolation.planning import Planner
from taskyard.provisioner.isolation.refusal import explain
from taskyard.provisioner.isolation.sandboxd import files
from taskyard.provisioner.isolation.sandboxd.plan import Plan, StateRecord
from taskyard.provisioner.isolation.sandboxd.processes import Process, boot_id
from taskyard.provisioner.isolation.spec import (
    Isolation,
    Sandbox,
    SandboxFailed,
    SandboxRefused,
    SandboxSpec,
)
from taskyard.provisioner.isolation.toolchain import (
    Bwrap,
    Toolchain,
    bwrap_candidates,
)

__all__ = ["BubblewrapIsolation"]

_START_SECONDS = 30.0
_LOOK_SECONDS = 0.02
_KILL_SECONDS = 15.0  # beyond the grace, for the supervisor to clear away


class BubblewrapIsolation(Isolation):
    """Workspaces on this host, each with a small supervisor process of its own.

    `data_dir` holds `sandboxes/<id>/` (state and logs of each) and should lie on a
    local disk; `agents_dir` is shown to every workspace, read-only, and must be readable
    for everyone. Nothing is kept in memory that matters: any number of objects and
    processes may use the same directories.
    """

    def __init__(
        self,
        data_dir: Path,
        agents_dir: Path,
        *,
        candidates: tuple[Bwrap, ...] | None = None,
        toolchain: Toolchain | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Look for nothing yet: the first `create`, or `probe`, does.

        Args:
            data_dir: See above.
            agents_dir: See above.
            candidates: The bubblewraps to try; None = those of this host.
            toolchain: What workspaces may use of this host; None = what is found.
            clock: For the age of logs.
        """
        self._clock = clock or SystemClock()
        self._planner = Planner(data_dir, agents_dir, toolchain)
        self._sandboxes = self._planner.sandboxes
        self._lock = self._sandboxes / "locks"
        self._candidates = candidates
        self._bwrap: Bwrap | None = None

    @override
    def create(self, spec: SandboxSpec) -> Sandbox:
        layout.check_spec(spec)
        door = layout.door_of(spec.access_url, spec.server_address)
        bwrap = self._working_bwrap()
        with locked(self._lock, spec.id):
            if (running := self._running(spec.id)) is not None:
                return running
            remains.clear_away(self._directory(spec.id))
            plan = self._planner.plan(spec, door, bwrap)
            self._start(plan)
            # None = the command ended at once; but it did run.
            return self._running(spec.id) or _ended(spec.id, plan["isolation"])

    @override
    def inspect(self, sandbox_id: UUID) -> Sandbox | None:
        running = self._running(sandbox_id)
        directory = self._directory(sandbox_id)
        if running is None and files.read_state(directory) is not None:
            with locked(self._lock, sandbox_id):  # not what is being created anew
                remains.kill_orphans(directory)
        return running

    @override
    def stop(self, sandbox_id: UUID) -> None:
        with locked(self._lock, sandbox_id):
            directory = self._directory(sandbox_id)
            state = files.read_state(directory)
            supervisor = _supervisor(state)
            if state is not None and supervisor is not None:
                _ = supervisor.signal(SIGTERM)
                _ = supervisor.wait(state["grace_seconds"] + _KILL_SECONDS)
            remains.clear_away(directory)

    def console(self, sandbox_id: UUID, *, last_bytes: int = 8000) -> str:
        """The end of what the command printed, until `stop`: why it ended by itself."""
        path = self._directory(sandbox_id) / files.CONSOLE_LOG
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                _ = file.seek(max(0, size - last_bytes))
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    @override
    def forget(self, sandbox_id: UUID) -> None:
        """`stop`, and the egress log too: the workspace is deleted."""
        self.stop(sandbox_id)
        with locked(self._lock, sandbox_id):
            remains.clear_away(self._directory(sandbox_id), keep_egress_log=False)

    def sweep(self, keep_logs: timedelta = timedelta(days=30)) -> list[UUID]:
        """Clear away what dead supervisors left; answers whose remains these were.

        For the start of a provisioner, and now and then. Egress logs without a sandbox
        stay for `keep_logs` after their last line.
        """
        cleared: list[UUID] = []
        for directory in self._directories():
            sandbox_id = UUID(directory.name)
            with locked(self._lock, sandbox_id):
                state = files.read_state(directory)
                if _supervisor(state) is None and remains.any_in(directory):
                    remains.clear_away(directory)
                    cleared.append(sandbox_id)
                if remains.is_stale(directory, self._clock.now() - keep_logs):
                    remains.remove_tree(directory)
        return cleared

    def probe(self) -> Sandbox:
        """Start and end a sandbox that does nothing, with the system's bubblewrap first.

        Raises `SandboxRefused` with what this machine refuses and how to allow it.
        """
        problems: list[str] = []
        candidates = self._candidates
        if candidates is None:
            candidates = tuple(bwrap_candidates())
        for bwrap in candidates:
            try:
                found = self._probe(bwrap)
            except SandboxFailed as error:
                problems.append(f"{bwrap.path} {bwrap.version}: {error}")
            else:
                self._bwrap = bwrap
                return found
        raise SandboxRefused(explain(problems))

    def _probe(self, bwrap: Bwrap) -> Sandbox:
        spec = _probe_spec(self._sandboxes / f"probe-{uuid4().hex}")
        spec.home.mkdir(parents=True)
        try:
            plan = self._planner.plan(
                spec, layout.door_of(spec.access_url, spec.server_address), bwrap
            )
            self._start(plan)
            found = self._running(spec.id)
            return found or _ended(spec.id, plan["isolation"])
        finally:
            self.forget(spec.id)
            remains.remove_tree(spec.home)

    def _working_bwrap(self) -> Bwrap:
        if self._bwrap is None:
            _ = self.probe()
        if self._bwrap is None:
            raise SandboxRefused(explain([]))
        return self._bwrap

    def _start(self, plan: Plan) -> None:
        """Raises `SandboxFailed`; then nothing is left."""
        try:
            ready = supervise.start(plan)
        except BaseException:
            remains.clear_away(Path(plan["directory"]))
            raise
        if ready["error"]:
            remains.clear_away(Path(plan["directory"]))
            raise SandboxFailed(f"the sandbox did not start: {ready['error']}")

    def _running(self, sandbox_id: UUID) -> Sandbox | None:
        state = _settled(self._directory(sandbox_id))
        if state is None:
            return None
        return Sandbox(
            id=sandbox_id,
            running=True,
            supervisor_pid=state["pid"],
            supervisor_started=state["started"],
            isolation=state["isolation"],
            limits=state["limits"],
        )

    def _directories(self) -> Iterator[Path]:
        for directory in sorted(self._sandboxes.glob("*-*-*-*-*")):
            try:
                _ = UUID(directory.name)
            except ValueError:
                continue
            yield directory

    def _directory(self, sandbox_id: UUID) -> Path:
        return self._sandboxes / str(sandbox_id)


def _supervisor(state: StateRecord | None) -> Process | None:
    """The living supervisor that wrote this state."""
    if state is None or state["boot_id"] != boot_id():
        return None
    process = Process(state["pid"], state["started"])
    return process if process.is_alive() else None


def _settled(directory: Path) -> StateRecord | None:
    """The record of a sandbox that runs; waits for one that is being started.

    Its starter may be another process, or dead: the supervisor goes on without it.
    """
    deadline = time.monotonic() + _START_SECONDS
    while True:
        state = files.read_state(directory)
        supervisor = _supervisor(state)
        if state is None or supervisor is None:
            return None
        if state["phase"] == "running":
            return state
        if supervisor.wait(_LOOK_SECONDS) or time.monotonic() > deadline:
            return None


def _ended(sandbox_id: UUID, state: str) -> Sandbox:
    """A sandbox whose command ran and is already over."""
    return Sandbox(
        id=sandbox_id,
        running=False,
        supervisor_pid=0,
        supervisor_started=0,
        isolation=state,
        limits="none",
    )


# It waits: a command that is over has no limits left to look at.
_PROBE = "import signal; signal.pause()"


def _probe_spec(home: Path) -> SandboxSpec:
    return SandboxSpec(
        id=uuid4(),
        workspace_id=uuid4(),
        hostname="probe",
        command=(f"{layout.PYTHON}/bin/python3", "-I", "-S", "-c", _PROBE),
        environment={},
        home=home,
        access_url="http://127.0.0.1:7080",
        server_address="127.0.0.1:1",
        stop_grace_seconds=1.0,
    )

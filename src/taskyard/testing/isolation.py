"""Isolation that isolates nothing: plain processes, for tests on any machine."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from typing_extensions import override

from taskyard.provisioner.isolation.spec import (
    Isolation,
    Sandbox,
    SandboxRefused,
    SandboxSpec,
)

__all__ = ["PlainIsolation", "RefusingIsolation"]


class PlainIsolation(Isolation):
    """Runs each command as a child of this process, in its home. `specs` keeps what came."""

    def __init__(self) -> None:
        self.specs: dict[UUID, SandboxSpec] = {}
        self.stopped: list[UUID] = []
        self.forgotten: list[UUID] = []
        #: Called before a sandbox starts: a place for a test to wait or to break.
        self.before_create: Callable[[SandboxSpec], None] = lambda _spec: None
        self._processes: dict[UUID, subprocess.Popen[bytes]] = {}

    @property
    def running(self) -> list[UUID]:
        return [id_ for id_ in self._processes if self.inspect(id_)]

    @override
    def create(self, spec: SandboxSpec) -> Sandbox:
        if found := self.inspect(spec.id):
            return found
        self.before_create(spec)
        self.specs[spec.id] = spec
        self._processes[spec.id] = subprocess.Popen(
            spec.command,
            cwd=spec.home,
            env={"PATH": "/usr/bin:/bin", "HOME": str(spec.home), **spec.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._sandbox(spec.id)

    @override
    def inspect(self, sandbox_id: UUID) -> Sandbox | None:
        process = self._processes.get(sandbox_id)
        if process is None or process.poll() is not None:
            return None
        return self._sandbox(sandbox_id)

    @override
    def stop(self, sandbox_id: UUID) -> None:
        self.stopped.append(sandbox_id)
        process = self._processes.pop(sandbox_id, None)
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(self.specs[sandbox_id].stop_grace_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @override
    def forget(self, sandbox_id: UUID) -> None:
        self.stop(sandbox_id)
        self.forgotten.append(sandbox_id)

    def close(self) -> None:
        """Stop what a test left running."""
        for sandbox_id in list(self._processes):
            self.stop(sandbox_id)

    def _sandbox(self, sandbox_id: UUID) -> Sandbox:
        return Sandbox(
            id=sandbox_id,
            running=True,
            supervisor_pid=self._processes[sandbox_id].pid,
            supervisor_started=0,
            isolation="none (for tests)",
            limits="none",
        )


class RefusingIsolation(PlainIsolation):
    """A machine without user namespaces."""

    @override
    def create(self, spec: SandboxSpec) -> Sandbox:
        raise SandboxRefused(
            "User namespaces are off. Set kernel.unprivileged_userns_clone=1."
        )

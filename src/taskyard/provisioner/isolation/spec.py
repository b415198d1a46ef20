"""What a sandbox is, whoever makes it: the contract between Terraform and the drivers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

__all__ = [
    "HOME",
    "InvalidSpec",
    "Isolation",
    "Limits",
    "Mount",
    "Sandbox",
    "SandboxFailed",
    "SandboxRefused",
    "SandboxSpec",
]

#: Home of the workspace's user inside every sandbox; genuine modules assume it.
HOME = "/home/coder"


class SandboxRefused(Exception):
    """This machine cannot isolate a workspace; the text says why and how to fix it."""


class SandboxFailed(Exception):
    """This sandbox did not start, another may; the text says what went wrong."""


class InvalidSpec(SandboxFailed, ValueError):
    """The spec cannot be carried out as written; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    source: Path  # on the host
    target: str  # inside, absolute
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None = not limited. What cannot be enforced is named in `Sandbox.limits`."""

    memory_bytes: int | None = None
    cpus: float | None = None
    pids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSpec:
    id: UUID
    workspace_id: UUID
    hostname: str
    command: tuple[str, ...]
    environment: dict[str, str]
    home: Path  # on the host; mounted at HOME, owned by the sandbox's user
    mounts: tuple[Mount, ...] = ()
    limits: Limits = field(default_factory=Limits)
    #: Rules in the words of the egress policy, one a string: `domain=registry.npmjs.org`
    #: (exact), `domain=*.x.org` (sub-domains), `method=GET,HEAD domain=x path=/a/*`.
    #: No match = denied; every decision is written down.
    egress: tuple[str, ...] = ()
    access_url: (
        str  # the server, as seen from inside; opened at the same host and port there
    )
    server_address: str  # host:port or unix:/path where the server really listens
    supervisor_token: str = (
        ""  # to report egress decisions with; empty = to the log file only
    )
    stop_grace_seconds: float = 60.0
    nested_namespaces: bool = (
        False  # let the workspace make user namespaces (browsers want it)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A sandbox that exists."""

    id: UUID
    running: bool
    supervisor_pid: int
    supervisor_started: int  # start time in clock ticks since boot: pid reuse is seen
    isolation: str  # for people: "bubblewrap 0.11 (own user, pid, mount, ipc, uts, cgroup, network)"
    limits: Literal["cgroup2", "cgroup1", "rlimit", "none"]


class Isolation(Protocol):
    """Called from Terraform's provider, in a worker thread: may block, never asyncio.

    Every method may be called again for the same id after a crash at any point.
    """

    def create(self, spec: SandboxSpec) -> Sandbox:
        """Start the sandbox, or return the running one of that id.

        Returns when its command runs. Raises `SandboxRefused` when the machine cannot,
        `InvalidSpec` when the spec cannot be carried out, else `SandboxFailed`.
        """
        ...

    def inspect(self, sandbox_id: UUID) -> Sandbox | None:
        """None when nothing of it is left running (files may be)."""
        ...

    def stop(self, sandbox_id: UUID) -> None:
        """SIGTERM to the command, wait for the spec's grace, kill all, remove every trace.

        No process, mount, namespace, cgroup, socket or file of the sandbox is left, except
        its home and its egress log. Unknown ids are a success.
        """
        ...

    def forget(self, sandbox_id: UUID) -> None:
        """`stop`, and the egress log too: its workspace is deleted."""
        ...

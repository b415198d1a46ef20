"""What a run of the `taskyard/taskyard` provider works with."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from taskyard.provisioner.isolation.spec import Isolation
from taskyard.provisioner.provider.servicer import Run

__all__ = ["Host", "TaskyardRun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine, as its administrator set it up."""

    isolation: Isolation
    volumes: Path
    #: Which sandboxes each workspace ever had on this host: a file for each.
    records: Path
    server_address: str  # host:port or unix:/path where the server really listens
    #: Directories of the host that templates may mount from. Empty = none at all.
    mount_roots: tuple[Path, ...] = ()


@dataclass(slots=True, kw_only=True)
class TaskyardRun(Run):
    host: Host
    workspace_id: UUID
    build_id: UUID
    access_url: str  # the server, as seen from inside
    supervisor_token: str = ""
    #: Terraform creates several things at once.
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: set[UUID] = field(default_factory=set[UUID])
    refusals: list[str] = field(default_factory=list[str])

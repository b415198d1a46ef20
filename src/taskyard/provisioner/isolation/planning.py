"""From what was asked for to what the supervisor is told, and the files that needs."""

import os
from dataclasses import asdict
from pathlib import Path

from taskyard.provisioner.isolation import layout
from taskyard.provisioner.isolation.sandboxd.plan import EgressPlan, LimitsPlan, Plan
from taskyard.provisioner.isolation.spec import InvalidSpec, SandboxSpec
from taskyard.provisioner.isolation.toolchain import Bwrap, Toolchain, find_toolchain
from taskyard.provisioner.isolation.uids import UidRange, own

__all__ = ["Planner"]

_NAMESPACES = "own user, pid, mount, ipc, uts, cgroup, network"
#: Covered by the stage in a mount namespace of the sandbox; the first that exists.
_STAGES = ("/mnt", "/media", "/srv", "/run")


class Planner:
    """Plans sandboxes below one data directory."""

    def __init__(
        self, data_dir: Path, agents_dir: Path, toolchain: Toolchain | None
    ) -> None:
        self.sandboxes = data_dir.resolve() / "sandboxes"
        self._agents = agents_dir.resolve()
        self._volumes = data_dir / "volumes"
        self._toolchain = toolchain
        self._uids = UidRange(self.sandboxes / "uids.json")

    def plan(self, spec: SandboxSpec, door: layout.Door, bwrap: Bwrap) -> Plan:
        """Makes the home and the sandbox's directory; raises `InvalidSpec`."""
        tools = self._toolchain or find_toolchain()
        self._agents.mkdir(parents=True, exist_ok=True)
        uid = self._prepare(spec)
        stage = next(s for s in _STAGES if os.path.isdir(s)) if uid is not None else ""  # noqa: PTH112 - plain names
        inside = layout.Layout(stage)
        inside.build(spec, tools, self._agents, door)
        who = "the provisioner's user" if uid is None else f"user {uid} of its own"
        return Plan(
            id=str(spec.id),
            directory=str(self.sandboxes / str(spec.id)),
            isolation=f"bubblewrap {bwrap.version} ({_NAMESPACES}; {who} on the host)",
            bwrap=inside.program(bwrap),
            uid=uid,
            stage=stage,
            staged=inside.staged,
            arguments=inside.arguments,
            files=layout.files(spec, tools, door),
            command=list(spec.command),
            nested_namespaces=spec.nested_namespaces,
            limits=LimitsPlan(**asdict(spec.limits)),
            grace_seconds=spec.stop_grace_seconds,
            listen=(door.host, door.port),
            server=door.server,
            egress=EgressPlan(
                rules=list(spec.egress),
                report_to=f"/api/v2/sandboxes/{spec.id}/egress",
                report_server=spec.server_address,
                token=spec.supervisor_token,
            ),
        )

    def _prepare(self, spec: SandboxSpec) -> int | None:
        """Answers the workspace's own user on the host, when we are root."""
        for path in (spec.home, *(mount.source for mount in spec.mounts)):
            self._refuse_planted_links(path)
        self.sandboxes.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.sandboxes / str(spec.id)).mkdir(exist_ok=True, mode=0o700)
        if not spec.home.exists():
            spec.home.mkdir(parents=True, mode=0o700)
        if os.geteuid() != 0:
            return None
        uid = self._uids.uid_for(spec.home.resolve())
        own(spec.home, uid)
        for mount in spec.mounts:
            if not mount.read_only and self._in_volume(mount.source) is not None:
                own(mount.source, uid)
        return uid

    def _refuse_planted_links(self, path: Path) -> None:
        # What lies in a volume was written by a workspace: a link there would choose
        # what of the host is mounted, with the provisioner's power.
        inside = self._in_volume(path)
        if inside is not None and path.resolve() != self._volumes.resolve() / inside:
            raise InvalidSpec(f"{str(path)!r} goes through a symbolic link in a volume")

    def _in_volume(self, path: Path) -> Path | None:
        """The path below the volumes' directory, which may be named in two ways."""
        for root in (self._volumes, self._volumes.resolve()):
            if path.is_relative_to(root):
                return path.relative_to(root)
        return None

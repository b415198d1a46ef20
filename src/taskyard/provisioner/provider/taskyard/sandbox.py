"""`taskyard_sandbox`: an isolated workspace on this machine."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

from taskyard.provisioner.isolation.sandboxd.rules import InvalidRule, parse
from taskyard.provisioner.isolation.spec import (
    Limits,
    Mount,
    Sandbox,
    SandboxFailed,
    SandboxRefused,
    SandboxSpec,
)
from taskyard.provisioner.provider.checks import at_least, at_most_long
from taskyard.provisioner.provider.coder.run import new_id
from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem
from taskyard.provisioner.provider.schema import (
    BOOL,
    LIST_OF_STRING,
    MAP_OF_STRING,
    NUMBER,
    Block,
    Nested,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.taskyard.egress import DEFAULT_EGRESS
from taskyard.provisioner.provider.taskyard.records import remember
from taskyard.provisioner.provider.taskyard.run import TaskyardRun
from taskyard.provisioner.provider.taskyard.volume import volume_path
from taskyard.provisioner.provider.values import Object, objects

__all__ = ["SANDBOX"]

_MIB = 1 << 20
_HOSTNAME = re.compile(r"[^a-z0-9]+")
_HOSTNAME_LENGTH = 63
_DEFAULT_GRACE = 60


def _is_absolute(value: Any) -> str | None:
    if str(value).startswith("/") and ".." not in Path(value).parts:
        return None
    return f'"{value}" must be an absolute path without "..".'


def _is_positive(value: Any) -> str | None:
    return None if value > 0 else f"Must be more than 0, not {value}."


_BLOCK = Block(
    {
        "id": computed(),
        "isolation": computed(description="How it is isolated, in words for people."),
        "limits": computed(
            description="What enforces the limits: cgroup2, rlimit, ..."
        ),
        "pid": computed(NUMBER, description="Of its supervisor, on the host."),
        "name": required(
            check=at_most_long(128), description="Unique in the template."
        ),
        "command": optional(LIST_OF_STRING, description="Program and arguments."),
        "init_script": optional(description="Instead of command: run by /bin/sh -c."),
        "env": optional(MAP_OF_STRING, sensitive=True),
        "home": required(description="Id of the taskyard_volume mounted at home."),
        "memory_mb": optional(NUMBER, check=at_least(64)),
        "cpus": optional(NUMBER, check=_is_positive),
        "pids": optional(NUMBER, check=at_least(16)),
        "egress": optional(
            LIST_OF_STRING,
            description="Rules such as domain=pypi.org. Not set: package registries. "
            "[]: nothing.",
        ),
        "stop_grace_seconds": optional(
            NUMBER, default=_DEFAULT_GRACE, check=at_least(0)
        ),
        "nested_namespaces": optional(
            BOOL,
            default=False,
            description="May make user namespaces of its own, as browsers do.",
        ),
    },
    {
        "mount": Nested(
            "list",
            Block(
                {
                    "volume": optional(description="Id of a taskyard_volume."),
                    "host_path": optional(check=_is_absolute),
                    "target": required(check=_is_absolute),
                    "read_only": optional(BOOL, default=False),
                }
            ),
        )
    },
)


def _validate(config: Object) -> Iterator[Diagnostic]:
    if (config.get("command") is None) == (config.get("init_script") is None):
        yield Diagnostic(
            "A sandbox runs one thing",
            'Set exactly one of "command" (a list) and "init_script" '
            "(usually coder_agent.NAME.init_script).",
        )
    if config.get("command") == []:
        yield Diagnostic('"command" is empty', "Name a program.", ("command",))
    yield from _validate_egress(config)
    for index, mount in enumerate(objects(config.get("mount"))):
        if (mount.get("volume") is None) == (mount.get("host_path") is None):
            yield Diagnostic(
                "A mount comes from one place",
                'Set exactly one of "volume" and "host_path".',
                ("mount", index),
            )


def _validate_egress(config: Object) -> Iterator[Diagnostic]:
    rules = config.get("egress")
    if not isinstance(rules, list):  # not set, or not known yet
        return
    for index, rule in enumerate(cast("list[object]", rules)):
        if not isinstance(rule, str):
            continue
        try:
            _ = parse(rule)
        except InvalidRule as error:
            yield Diagnostic(
                "An egress rule cannot be used", str(error), ("egress", index)
            )


def _create(run: TaskyardRun, planned: Object) -> Object:
    """Start it.

    The id follows from workspace, build and name (Terraform does not tell a provider the
    address), so an apply that is killed anywhere never leaves a second one behind:

    1. A provisioner is killed after the sandbox was started and before the state that
       names it was kept.
    2. The next attempt at the build plans to create it again, and comes here with the
       same id.
    3. What runs under that id has the token of an agent that no state knows: it could
       never report. So it is ended first, and one with the new token is started.
    """
    sandbox_id = uuid5(run.build_id, f"sandbox:{run.workspace_id}:{planned['name']}")
    with run.lock:
        is_second = sandbox_id in run.made
        run.made.add(sandbox_id)
    if is_second:
        raise Problem(
            f'Two sandboxes have the name "{planned["name"]}"',
            "Give each its own: with count, use count.index in the name.",
            ("name",),
        )

    remember(run.host, run.workspace_id, sandbox_id)
    isolation = run.host.isolation
    if isolation.inspect(sandbox_id):
        isolation.stop(sandbox_id)
    try:
        sandbox = isolation.create(_spec(run, sandbox_id, planned))
    except SandboxRefused as refused:
        run.refusals.append(str(refused))
        raise Problem(
            "This machine cannot isolate the workspace", str(refused)
        ) from None
    except SandboxFailed as failed:
        raise Problem(
            f'The sandbox "{planned["name"]}" did not start', str(failed)
        ) from None
    return {**planned, **_facts(sandbox)}


def _facts(sandbox: Sandbox) -> Object:
    return {
        "id": str(sandbox.id),
        "isolation": sandbox.isolation,
        "limits": sandbox.limits,
        "pid": sandbox.supervisor_pid,
    }


def _spec(run: TaskyardRun, sandbox_id: UUID, planned: Object) -> SandboxSpec:
    memory, cpus, pids = planned["memory_mb"], planned["cpus"], planned["pids"]
    egress: Sequence[str] | None = planned["egress"]
    return SandboxSpec(
        id=sandbox_id,
        workspace_id=run.workspace_id,
        hostname=_hostname(planned["name"]),
        command=_command(planned),
        environment=dict(planned["env"] or {}),
        home=volume_path(run, planned["home"], ("home",)),
        mounts=tuple(_mounts(run, planned)),
        limits=Limits(
            memory_bytes=None if memory is None else int(float(memory) * _MIB),
            cpus=None if cpus is None else float(cpus),
            pids=None if pids is None else int(pids),
        ),
        egress=DEFAULT_EGRESS if egress is None else tuple(egress),
        access_url=run.access_url,
        server_address=run.host.server_address,
        supervisor_token=run.supervisor_token,
        stop_grace_seconds=float(planned["stop_grace_seconds"]),
        nested_namespaces=bool(planned["nested_namespaces"]),
    )


def _command(planned: Object) -> tuple[str, ...]:
    if planned["command"]:
        return tuple(planned["command"])
    return ("/bin/sh", "-c", planned["init_script"])


def _hostname(name: str) -> str:
    label = _HOSTNAME.sub("-", name.lower())[:_HOSTNAME_LENGTH].strip("-")
    return label or "workspace"


def _mounts(run: TaskyardRun, planned: Object) -> Iterator[Mount]:
    for index, mount in enumerate(objects(planned["mount"])):
        if mount["volume"]:
            source = volume_path(run, mount["volume"], ("mount", index, "volume"))
        else:
            source = _host_path(run, mount["host_path"], index)
        yield Mount(
            source=source, target=mount["target"], read_only=bool(mount["read_only"])
        )


def _host_path(run: TaskyardRun, wanted: str, index: int) -> Path:
    # Links are followed first: a link inside an allowed directory must not lead out.
    path = Path(wanted).resolve()
    if not any(path.is_relative_to(root.resolve()) for root in run.host.mount_roots):
        allowed = ", ".join(map(str, run.host.mount_roots)) or "none"
        raise Problem(
            f'Templates may not mount "{wanted}"',
            f"Allowed directories of this host: {allowed}. An administrator adds to them "
            "with TASKYARD_MOUNT_ROOTS, set for the provisioner.",
            ("mount", index, "host_path"),
        )
    if not path.exists():
        raise Problem(
            f'"{wanted}" does not exist on the host',
            "Create it, or correct the path.",
            ("mount", index, "host_path"),
        )
    return path


def _read(run: TaskyardRun, state: Object) -> Object | None:
    """What runs; None, after removing its traces, when it ended by itself."""
    sandbox_id = UUID(state["id"])
    sandbox = run.host.isolation.inspect(sandbox_id)
    if sandbox is None or not sandbox.running:
        run.host.isolation.stop(sandbox_id)
        return None
    return {**state, **_facts(sandbox)}


def _delete(run: TaskyardRun, state: Object) -> None:
    run.host.isolation.stop(UUID(state["id"]))


def _plan(
    run: TaskyardRun, prior: Object | None, _config: Object, planned: Object
) -> None:
    if run.plans_ids and prior is None:
        planned["id"] = new_id()


SANDBOX = Resource(
    block=_BLOCK,
    create=_create,
    read=_read,
    delete=_delete,
    plan=_plan,
    validate=_validate,
)

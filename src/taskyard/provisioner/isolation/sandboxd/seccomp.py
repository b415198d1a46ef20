"""The system calls a workspace may not make, as a classic BPF program.

A list of refusals, not of permissions: a workspace is a developer's machine. What is
refused has no use there without privileges, or has been the way out of containers:
namespaces and mounts, the kernel's keyring, bpf, perf, userfaultfd, io_uring, modules,
clocks, and every socket family that a network namespace does not hold (vsock reaches the
hypervisor). `ptrace` stays: debuggers need it, and it reaches only the workspace's own.
"""

import errno
import platform
import struct
from typing import NamedTuple

__all__ = ["UnsupportedMachine", "program"]


class UnsupportedMachine(Exception):
    """No table of system calls for this processor."""


class _Abi(NamedTuple):
    audit: int
    highest: int  # numbers from here on belong to another ABI (x32)
    names: dict[str, int]


_COMMON = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "open_tree_attr": 467,
}
_ABIS = {
    "x86_64": _Abi(
        0xC000003E,
        0x4000_0000,
        _COMMON
        | {
            "ioctl": 16, "socket": 41, "clone": 56, "syslog": 103, "vhangup": 153,
            "pivot_root": 155, "acct": 163, "settimeofday": 164, "mount": 165,
            "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169,
            "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
            "init_module": 175, "delete_module": 176, "quotactl": 179,
            "lookup_dcookie": 212, "clock_settime": 227, "kexec_load": 246,
            "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
            "perf_event_open": 298, "fanotify_init": 300, "open_by_handle_at": 304,
            "clock_adjtime": 305, "setns": 308, "kcmp": 312, "finit_module": 313,
            "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
        },
    ),
    "aarch64": _Abi(
        0xC00000B7,
        0xFFFF_FFFF,
        _COMMON
        | {
            "lookup_dcookie": 18, "ioctl": 29, "umount2": 39, "mount": 40,
            "pivot_root": 41, "vhangup": 58, "quotactl": 60, "acct": 89, "unshare": 97,
            "kexec_load": 104, "init_module": 105, "delete_module": 106,
            "clock_settime": 112, "syslog": 116, "reboot": 142, "sethostname": 161,
            "setdomainname": 162, "settimeofday": 170, "socket": 198, "add_key": 217,
            "request_key": 218, "keyctl": 219, "clone": 220, "swapon": 224,
            "swapoff": 225, "perf_event_open": 241, "fanotify_init": 262,
            "open_by_handle_at": 265, "clock_adjtime": 266, "setns": 268, "kcmp": 272,
            "finit_module": 273, "bpf": 280, "userfaultfd": 282,
            "kexec_file_load": 294,
        },
    ),
}  # fmt: skip

#: What a program that nests namespaces of its own (a browser's sandbox) must be let do.
_FOR_NESTING = frozenset({
    "unshare", "setns", "mount", "umount2", "pivot_root", "open_tree", "move_mount",
    "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_tree_attr",
    "sethostname", "setdomainname",
})  # fmt: skip
_JUDGED_BY_ARGUMENT = frozenset({"clone", "clone3", "socket", "ioctl"})

_NEW_NAMESPACES = 0x7E02_0000  # CLONE_NEW{CGROUP,UTS,IPC,USER,PID,NET,NS}
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # type into the terminal of somebody else

_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000

_Code = list[tuple[int, int, int, int]]


def program(*, nested_namespaces: bool, machine: str | None = None) -> bytes:
    """The filter as `struct sock_filter[]`, as bubblewrap's --seccomp reads it.

    Raises `UnsupportedMachine` when the processor is neither x86_64 nor aarch64.
    """
    machine = machine or platform.machine()
    abi = _ABIS.get(machine)
    if abi is None:
        raise UnsupportedMachine(machine)

    code: _Code = [
        (_LOAD, 0, 0, _ARCH),
        (_JUMP_EQ, 1, 0, abi.audit),
        _refuse(errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_GE, 0, 1, abi.highest),
        _refuse(errno.ENOSYS),
    ]
    allowed = _JUDGED_BY_ARGUMENT | (
        _FOR_NESTING if nested_namespaces else frozenset[str]()
    )
    for name, number in abi.names.items():
        if name not in allowed:
            code += [(_JUMP_EQ, 0, 1, number), _refuse(errno.EPERM)]
    if not nested_namespaces:
        # clone3 hides its flags behind a pointer; ENOSYS makes libc fall back to clone.
        code += [(_JUMP_EQ, 0, 1, abi.names["clone3"]), _refuse(errno.ENOSYS)]
        code += _when(abi.names["clone"], _ARG0, [(_JUMP_SET, 0, 1, _NEW_NAMESPACES)])
    code += _when(
        abi.names["ioctl"],
        _ARG1,
        [(_JUMP_EQ, 1, 0, _TIOCSTI), (_JUMP_EQ, 0, 1, _TIOCLINUX)],
    )
    code += _families(abi.names["socket"])
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def _refuse(number: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, _ERRNO | number)


def _when(number: int, argument: int, tests: _Code) -> _Code:
    """Refuse system call `number` when one of `tests` jumps to the next line but one."""
    body: _Code = [(_LOAD, 0, 0, argument), *tests, _refuse(errno.EPERM)]
    return [(_JUMP_EQ, 0, len(body), number), *body, (_LOAD, 0, 0, _NUMBER)]


def _families(number: int) -> _Code:
    checks: _Code = [
        (_JUMP_EQ, len(_FAMILIES) - index, 0, family)
        for index, family in enumerate(_FAMILIES)
    ]
    body: _Code = [(_LOAD, 0, 0, _ARG0), *checks, _refuse(errno.EAFNOSUPPORT)]
    return [(_JUMP_EQ, 0, len(body), number), *body, (_LOAD, 0, 0, _NUMBER)]

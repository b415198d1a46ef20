"""Start bubblewrap, as an unprivileged user, and hold the command until told to go."""

import contextlib
import json
import os
import resource
import select
import signal
import time
from typing import NamedTuple

from taskyard.provisioner.isolation.sandboxd import cgroups, kernel, seccomp
from taskyard.provisioner.isolation.sandboxd.plan import LimitsPlan, Plan

__all__ = [
    "LaunchFailed",
    "Launched",
    "apply_rlimits",
    "last_words",
    "launch",
    "release",
]

_SETUP_SECONDS = 20.0
_ERROR_BYTES = 8000


class LaunchFailed(Exception):
    """bubblewrap ended before the command could run; the text is what it said."""


class Launched(NamedTuple):
    monitor: int  # our child: bubblewrap outside; ends with the command's exit status
    init: int  # pid 1 of the workspace
    gate: int  # write one byte and close: the command starts
    console: int  # what the command prints


def launch(plan: Plan, groups: tuple[str, ...]) -> Launched:
    """Make the workspace's namespaces; its command waits behind `gate`.

    Call it on the main thread and before any other exists: the workspace dies with the
    thread that forks it. Raises `LaunchFailed`.
    """
    console_read, console_write = os.pipe()
    info_read, info_write = os.pipe()
    gate_read, gate_write = os.pipe()
    passed = [info_write, gate_read]
    options = ["--info-fd", str(info_write), "--block-fd", str(gate_read)]
    for argument, data in _blobs(plan):
        descriptor = _memory_file(data)
        passed.append(descriptor)
        options += [*argument[:-1], str(descriptor), argument[-1]]
    final = _memory_file(_joined([*plan["arguments"], *options, "--remount-ro", "/"]))
    filter_file = _memory_file(_filter(nested=plan["nested_namespaces"]))
    passed += [final, filter_file]
    words = ["bwrap", "--args", str(final), "--seccomp", str(filter_file)]
    words += ["--", *plan["command"]]

    monitor = os.fork()
    if monitor == 0:
        _become_bubblewrap(plan, groups, words, passed, console_write)
    for descriptor in (*passed, console_write):
        os.close(descriptor)
    try:
        init = _read_init_pid(info_read)
    finally:
        os.close(info_read)
    if init is None:
        raise LaunchFailed(_cleaned(_rest_of(console_read)))
    return Launched(monitor, init, gate_write, console_read)


def release(launched: Launched) -> None:
    """Let the command start."""
    with contextlib.suppress(BrokenPipeError):  # it ended while it was set up
        _ = os.write(launched.gate, b"1")
    os.close(launched.gate)


def last_words(launched: Launched) -> bytes:
    """What was printed by a workspace that is already over.

    Raises `LaunchFailed` when these are bubblewrap's, and no command ever ran.
    """
    text = _rest_of(launched.console)
    if text.startswith((b"bwrap: ", b"taskyard: ")):
        raise LaunchFailed(_cleaned(text))
    return text


def apply_rlimits(init: int, limits: LimitsPlan) -> None:
    """Limit the waiting workspace where cgroups cannot.

    Weaker: the memory limit holds for each process alone, and processors not at all.
    """
    wanted = (
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_NPROC, limits["pids"]),
    )
    for kind, amount in wanted:
        if amount is not None:
            _ = resource.prlimit(init, kind, (amount, amount))


def _blobs(plan: Plan) -> list[tuple[list[str], bytes]]:
    """The words around a descriptor, and what is to be read from it."""
    return [
        (["--perms", "0644", "--file", path], text.encode())
        for path, text in plan["files"].items()
    ]


def _filter(*, nested: bool) -> bytes:
    try:
        return seccomp.program(nested_namespaces=nested)
    except seccomp.UnsupportedMachine as error:
        raise LaunchFailed(
            f"there is no system call filter for {error} processors, "
            "only for x86_64 and aarch64"
        ) from None


def _joined(words: list[str]) -> bytes:
    return b"".join(word.encode() + b"\0" for word in words)


def _memory_file(data: bytes) -> int:
    descriptor = os.memfd_create("taskyard")
    with open(descriptor, "wb", closefd=False) as file:
        _ = file.write(data)
    _ = os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _become_bubblewrap(
    plan: Plan,
    groups: tuple[str, ...],
    words: list[str],
    passed: list[int],
    console: int,
) -> None:
    """In the forked child: never returns."""
    try:
        _ = os.dup2(console, 2)
        _ = os.dup2(console, 1)
        nothing = os.open("/dev/null", os.O_RDONLY)
        _ = os.dup2(nothing, 0)
        for descriptor in passed:
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - the function's own signature
        # Python ignores these two and our main thread blocks others; both pass exec.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            _ = signal.signal(number, signal.SIG_DFL)
        _ = signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir("/")
        cgroups.enter(groups)
        if plan["uid"] is not None:
            _stage(plan)
            _drop_to(plan["uid"])
        kernel.die_with_parent()  # after the change of uid, which forgets it
        if os.getppid() == 1:
            os._exit(1)
        os.execve(plan["bwrap"], words, {"PATH": "/usr/bin:/bin"})  # noqa: S606 - the point of this program
    except BaseException as error:  # noqa: BLE001 - a forked child may only report and end
        with contextlib.suppress(OSError):
            _ = os.write(2, f"taskyard: {error}\n".encode())
    os._exit(127)


def _stage(plan: Plan) -> None:
    """Gather everything to be mounted where the workspace's user can walk to."""
    kernel.unshare(kernel.NEW_NS)
    kernel.make_slave()
    # Opened before the stage covers its directory, which may hold a source.
    sources = [
        (os.open(each["source"], os.O_PATH | os.O_CLOEXEC), each)
        for each in plan["staged"]
    ]
    kernel.mount_tmpfs(plan["stage"], "mode=755,size=1m")
    for descriptor, each in sources:
        target = f"{plan['stage']}/{each['name']}"
        link = f"/proc/self/fd/{descriptor}"
        if os.path.isdir(link):  # noqa: PTH112 - cheap in a forked child
            os.makedirs(target)  # noqa: PTH103 - as above
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        kernel.bind(link, target)
        os.close(descriptor)


def _drop_to(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _read_init_pid(descriptor: int) -> int | None:
    """The child-pid that bubblewrap writes; None when it ended instead."""
    deadline = time.monotonic() + _SETUP_SECONDS
    text = b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([descriptor], [], [], 1)
        if not ready:
            continue
        data = os.read(descriptor, 4096)
        text += data
        with contextlib.suppress(ValueError):
            answer: dict[str, int] = json.loads(text)
            return answer["child-pid"]
        if not data:
            return None
    return None


def _rest_of(descriptor: int) -> bytes:
    text = b""
    while len(text) < _ERROR_BYTES:
        ready, _, _ = select.select([descriptor], [], [], 2)
        data = os.read(descriptor, 4096) if ready else b""
        if not data:
            break
        text += data
    return text


def _cleaned(text: bytes) -> str:
    return text.decode(errors="replace").strip() or "bubblewrap ended without a word"

"""Start, watch and end one workspace: `sandboxd < plan.json`.

The order, so that whatever dies at any point leaves something that can be cleared away:

1. become a daemon, write `state.json` (who we are, where the cgroups will be)
2. make the cgroups and the namespaces; the command waits
3. open the listeners inside, then let the command go
4. say "ready" on standard output, carry bytes, wait for SIGTERM or the command's end
5. end the command, kill what is left, remove cgroups and files
"""

import contextlib
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from taskyard.provisioner.isolation.sandboxd import (
    cgroups,
    files,
    kernel,
    launch,
    namespaces,
    relay,
)
from taskyard.provisioner.isolation.sandboxd.egress import Decision, EgressProxy
from taskyard.provisioner.isolation.sandboxd.logs import BoundedLog
from taskyard.provisioner.isolation.sandboxd.plan import (
    LimitsKind,
    Plan,
    Ready,
    StateRecord,
)
from taskyard.provisioner.isolation.sandboxd.processes import (
    Process,
    boot_id,
    command_of,
)
from taskyard.provisioner.isolation.sandboxd.report import Reporter
from taskyard.provisioner.isolation.sandboxd.rules import Policy, parse

__all__ = ["EGRESS_PROXY", "main"]

EGRESS_PROXY = ("127.0.0.1", 3128)

_CONSOLE_BYTES = 2_000_000
_EGRESS_BYTES = 5_000_000
_CONNECTIONS = 256  # at once, for each listener
_DESCRIPTORS = 4096  # both ends of all these connections, and some
_STACK = 512 * 1024
_START_SECONDS = 20.0
_END_SECONDS = 10.0  # for killed processes to leave
_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD})


def main() -> NoReturn:
    plan: Plan = json.load(sys.stdin)
    if os.fork():
        os._exit(0)  # our starter does not want to wait for us
    os.chdir("/")
    _ = os.umask(0o022)
    kernel.reap_orphans()
    _ = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    _ = threading.stack_size(_STACK)
    daemon = _Daemon(plan)
    try:
        daemon.start()
    except Exception as error:  # noqa: BLE001 - the boundary: told to whoever started us
        daemon.clear(everything=True)
        _say(Ready(error=str(error) or repr(error)))
        os._exit(1)
    _say(Ready(error=""))
    daemon.watch()
    os._exit(0)


class _Daemon:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._directory = Path(plan["directory"])
        self._groups: tuple[str, ...] = ()
        self._started: launch.Launched | None = None
        self._init: Process | None = None
        self._command: Process | None = None
        self._console: threading.Thread | None = None

    def start(self) -> None:
        places = cgroups.locate(self._plan["id"])
        state = self._first_state(places)
        files.write_state(self._directory, state)
        state["limits"] = self._limit(places)

        started = launch.launch(self._plan, self._groups)
        self._started = started
        self._init = Process.of(started.init)
        if self._init is not None:
            state["init_pid"], state["init_started"] = self._init
        files.write_state(self._directory, state)
        if not self._groups:
            launch.apply_rlimits(started.init, self._plan["limits"])

        server, proxy = self._listen(started)
        launch.release(started)
        self._command = command_of(started.init, _START_SECONDS)
        early = launch.last_words(started) if self._command is None else b""
        _allow_descriptors()  # ours; the workspace has started with the usual number
        self._serve(server, proxy)
        self._keep_console(started.console, early)
        state["phase"] = "running"
        files.write_state(self._directory, state)

    def watch(self) -> None:
        """Return when nothing of the workspace is left."""
        monitor = self._started.monitor if self._started else 0
        deadline: float | None = None
        status: int | None = None
        while status is None:
            left = 3600.0 if deadline is None else deadline - time.monotonic()
            got = signal.sigtimedwait(_SIGNALS, max(0.0, left))
            if got is not None and got.si_signo == signal.SIGCHLD:
                status = _reap(monitor)
            elif got is not None:
                deadline = self._ask_to_end(again=deadline is not None)
            elif deadline is not None and time.monotonic() >= deadline:
                break
        self.clear(everything=deadline is not None, status=status or 0)

    def clear(self, *, everything: bool, status: int = 0) -> None:
        """Kill what is left; the console of a command that ended by itself stays."""
        if self._init is not None:
            _ = self._init.signal(signal.SIGKILL)
        cgroups.kill(self._groups)
        _reap_all()
        _ = cgroups.remove(self._groups)
        if self._console is not None:
            self._console.join(_END_SECONDS)  # what was printed last
        if everything:
            files.clear(self._directory)
        else:
            files.write_exit(self._directory, status)

    def _listen(self, started: launch.Launched) -> list[socket.socket]:
        host, port = self._plan["listen"]
        try:
            return namespaces.listen_inside(started.init, [(host, port), EGRESS_PROXY])
        except OSError:
            _ = launch.last_words(started)  # bubblewrap's reason is the better one
            raise

    def _first_state(self, places: cgroups.Places | None) -> StateRecord:
        us = Process.of(os.getpid()) or Process(os.getpid(), 0)
        return StateRecord(
            phase="starting",
            boot_id=boot_id(),
            pid=us.pid,
            started=us.started,
            init_pid=0,
            init_started=0,
            uid=self._plan["uid"],
            cgroups=list(places.directories) if places else [],
            limits="none",
            isolation=self._plan["isolation"],
            grace_seconds=self._plan["grace_seconds"],
        )

    def _limit(self, places: cgroups.Places | None) -> LimitsKind:
        limits = self._plan["limits"]
        amounts = cgroups.Amounts(**limits)
        if places is not None:
            try:
                cgroups.create(places, amounts)
            except OSError:
                _ = cgroups.remove(places.directories)
            else:
                self._groups = places.directories
                return places.version
        return "rlimit" if any(amounts) else "none"

    def _serve(self, server: socket.socket, proxy: socket.socket) -> None:
        address = self._plan["server"]
        log = BoundedLog(self._directory / files.EGRESS_LOG, limit=_EGRESS_BYTES)
        lock = threading.Lock()
        reporter = Reporter(self._plan["egress"])

        def record(decision: Decision) -> None:
            with lock:
                log.write(json.dumps(decision).encode() + b"\n")
            reporter.add(decision)

        policy = Policy(parse(rule) for rule in self._plan["egress"]["rules"])
        egress = EgressProxy(policy, record=record, now=time.time)
        reporter.start()
        relay.serve(proxy, egress.handle, at_once=_CONNECTIONS, name="egress")
        relay.serve(
            server,
            lambda client: relay.forward(client, address),
            at_once=_CONNECTIONS,
            name="server",
        )

    def _keep_console(self, descriptor: int, early: bytes) -> None:
        log = BoundedLog(self._directory / files.CONSOLE_LOG, limit=_CONSOLE_BYTES)

        def keep() -> None:
            data = early
            while data or (data := os.read(descriptor, 65_536)):
                log.write(data)
                data = b""

        self._console = threading.Thread(target=keep, name="console", daemon=True)
        self._console.start()

    def _ask_to_end(self, *, again: bool) -> float:
        """SIGTERM to the command; the deadline after which everything is killed."""
        if again or self._command is None:
            return time.monotonic()
        _ = self._command.signal(signal.SIGTERM)
        return time.monotonic() + self._plan["grace_seconds"]


def _allow_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _DESCRIPTORS:
        wanted = _DESCRIPTORS if hard < 0 else min(hard, _DESCRIPTORS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _reap(monitor: int) -> int | None:
    """Take the ended children; the exit status of `monitor` when it was among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return -1  # it was taken before: the workspace is over
        if pid == 0:
            return None
        if pid == monitor:
            return os.waitstatus_to_exitcode(status)


def _reap_all() -> None:
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            _ = signal.sigtimedwait({signal.SIGCHLD}, 0.05)


def _say(ready: Ready) -> None:
    """Answer our starter, who may be gone; then let go of its pipe."""
    with contextlib.suppress(OSError):
        _ = os.write(1, json.dumps(ready).encode() + b"\n")
    nothing = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1):
        _ = os.dup2(nothing, descriptor)
    os.close(nothing)


if __name__ == "__main__":
    main()

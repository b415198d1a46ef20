"""The single file that workspaces run: as it is served, on a bare interpreter."""

import asyncio
import http.server
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from taskyard.kit import zipapp
from taskyard.runner import exits
from taskyard.testing import acp_agents
from taskyard.testing.link_server import LinkServer, make_manifest, make_script

BARE = (sys.executable, "-I", "-S")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "taskyard-runner.pyz"
    path.write_bytes(zipapp.build())
    return path


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "SHELL": "/bin/sh", **more}


def run(
    runner: Path, *words: str, home: Path, **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BARE, runner, *words],
        env=environment(home, **options.pop("env", {})),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def test_every_module_of_the_runner_imports_on_a_bare_interpreter(
    runner: Path, tmp_path: Path
) -> None:
    code = (
        "import importlib, pkgutil, sys; sys.path[:0] = [sys.argv[1]]\n"
        "import taskyard.runner as r\n"
        "names = [m.name for m in pkgutil.walk_packages(r.__path__, 'taskyard.runner.')]\n"
        "[importlib.import_module(n) for n in names if not n.endswith('__main__')]\n"
        "print(len(names), 'pydantic' in sys.modules)"
    )

    done = subprocess.run(
        [*BARE, "-c", code, str(runner)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.stderr == ""
    count, heavy = done.stdout.split()
    assert int(count) > 30
    assert heavy == "False"


def test_the_file_is_small(runner: Path) -> None:
    """Two fifths of it are the terminal emulator; the rest is bytecode and source."""
    assert runner.stat().st_size < 2_400_000


def test_it_says_a_version_that_scripts_can_compare(
    runner: Path, tmp_path: Path
) -> None:
    assert run(runner, "--version", home=tmp_path).stdout == "v2.34.1+taskyard\n"


@pytest.mark.parametrize(
    "words", [("login",), ("exp", "nothing"), ("boundary", "--", "ls")]
)
def test_what_it_cannot_do_is_named(
    runner: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(runner, *words, home=tmp_path)

    assert done.returncode == 2
    assert "does not exist inside a workspace" in done.stderr
    assert "exp mcp server" in done.stderr


def test_it_does_not_start_without_knowing_its_server(
    runner: Path, tmp_path: Path
) -> None:
    done = run(runner, "run", home=tmp_path)

    assert done.returncode == exits.MISCONFIGURED
    assert "CODER_AGENT_URL must be" in done.stderr


def test_the_report_tool_answers_quickly(runner: Path, tmp_path: Path) -> None:
    began = time.perf_counter()
    with subprocess.Popen(
        [*BARE, runner, "mcp", "report"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(
            '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n'
        )
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
        took = time.perf_counter() - began
        server.stdin.close()

    assert answer["result"]["protocolVersion"] == "2025-11-25"
    assert took < 1.0, "30 ms on a quiet machine; agents drop servers after seconds"


@pytest.mark.asyncio
async def test_a_killed_runner_comes_back_and_so_does_its_agent(
    runner: Path, tmp_path: Path
) -> None:
    agent = " ".join(acp_agents.command("polite"))
    script = make_script(
        f"echo x >> ~/started; taskyard session start --agent polite --key chat -- {agent}"
    )
    async with LinkServer(
        lambda url: make_manifest(access_url=url, scripts=(script,))
    ) as server:
        guardian = start(runner, server, tmp_path)
        try:
            await server.until(lambda: "ready" in server.lifecycles)
            session = server.named("session_started")[0]["session_id"]
            wait = {"session_id": session, "message_id": "m1", "text": "say hi\nwait"}
            await server.command("prompt", **wait)
            await server.until(lambda: server.said() == "hi")
            agents = agents_of(tmp_path)

            os.kill(child_of(guardian.pid), signal.SIGKILL)
            await server.until_attached(2)
            await server.until(lambda: server.state == "idle")
            say = {"session_id": session, "message_id": "m2", "text": "say back"}
            await server.command("prompt", **say)
            await server.until(lambda: server.said() == "hiback")

            ends = [
                event["data"]["stop_reason"]
                for event in server.session_events("turn_ended")
            ]
            assert ends[0] == "interrupted"
            assert (tmp_path / "started").read_text() == "x\n"
            assert not set(agents) & set(agents_of(tmp_path)), "the old agent lives"
        finally:
            guardian.terminate()
            code = await asyncio.to_thread(guardian.wait)
    assert code == exits.STOPPED
    assert server.lifecycles[-1] == "off"


@pytest.mark.parametrize(
    ("kilobytes", "said"),
    [
        (48, "events are kept in memory only"),
        (300, "events cannot be written to the disk"),
    ],
)
@pytest.mark.asyncio
async def test_a_disk_that_takes_no_more_stops_nothing(
    runner: Path, tmp_path: Path, kilobytes: int, said: str
) -> None:
    """No file may grow beyond a limit: not the database, not the log, not the code."""
    agent = " ".join(acp_agents.command("polite"))
    script = make_script(
        f"taskyard session start --agent polite --key chat -- {agent}; seq 1 40000"
    )
    async with LinkServer(
        lambda url: make_manifest(access_url=url, scripts=(script,))
    ) as server:
        guardian = start(runner, server, tmp_path, f"ulimit -f {kilobytes}")
        try:
            await server.until(lambda: "ready" in server.lifecycles)
            session = server.named("session_started")[0]["session_id"]
            reply = await server.command(
                "prompt",
                session_id=session,
                message_id="m1",
                text="flood 5000\nsay done",
            )
            if reply["ok"]:
                await server.until(lambda: server.said().endswith("done"))
        finally:
            guardian.terminate()
            code = await asyncio.to_thread(guardian.wait)

    lines = [line for line in server.logged().splitlines() if line.isdigit()]
    assert lines == [str(number) for number in range(1, 40001)]
    assert said in server.logged()
    assert reply["ok"] or (
        reply.get("code") == "busy" and "disk" in reply.get("error", "")
    )
    assert code == exits.STOPPED
    assert server.lifecycles[-1] == "off"


@pytest.mark.asyncio
async def test_a_refused_runner_is_not_started_again(
    runner: Path, tmp_path: Path
) -> None:
    async with LinkServer(lambda url: make_manifest(access_url=url)) as server:
        server.refusal = "an older build"
        guardian = start(runner, server, tmp_path)

        assert await asyncio.to_thread(guardian.wait) == exits.REFUSED


# -- the init script ------------------------------------------------------------------


class _Downloads(http.server.BaseHTTPRequestHandler):
    """Serves the runner after a first failed try."""

    content = b""
    failures = 2  # a try may ask twice: by curl, then by Python
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        good = self.path == "/bin/taskyard-runner.pyz" and self.asked > self.failures
        self.send_response(200 if good else 503)
        self.end_headers()
        self.wfile.write(self.content if good else b"<html>starting</html>")

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def downloads(runner: Path) -> Iterator[str]:
    handler = type("Handler", (_Downloads,), {"content": runner.read_bytes()})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def bootstrap(url: str) -> str:
    text = (files("taskyard.runner") / "bootstrap.sh").read_text()
    return text.replace("${ACCESS_URL}", url).replace("${AUTH_TYPE}", "token")


@pytest.mark.parametrize("tools", [("curl",), ()])
def test_the_init_script_fetches_the_runner_and_becomes_it(
    downloads: str, tmp_path: Path, tools: tuple[str, ...]
) -> None:
    """With curl, and with nothing but Python; no server answers the link, so 64 tells it ran."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mktemp", "sleep", *tools):
        (folder / name).symlink_to(str(shutil.which(name)))
    (folder / "python3").symlink_to(sys.executable)

    done = subprocess.run(
        ["/bin/sh", "-c", bootstrap(downloads)],
        env={
            "HOME": str(tmp_path),
            "PATH": str(folder),
            "CODER_AGENT_TOKEN": "x",
            "CODER_AGENT_URL": "ftp://wrong",
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert "cannot fetch the runner" in done.stderr, "the first try had to fail"
    assert "CODER_AGENT_URL must be" in done.stderr
    assert done.returncode == exits.MISCONFIGURED


def test_the_init_script_says_when_there_is_no_python(
    downloads: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sleep").write_text("#!/bin/sh\nexit 0\n")
    (folder / "sleep").chmod((folder / "sleep").stat().st_mode | stat.S_IXUSR)
    script = bootstrap(downloads).replace(
        "/opt/taskyard/python/bin/python3", "/nothing/python3"
    )

    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"HOME": str(tmp_path), "PATH": str(folder), "CODER_AGENT_TOKEN": "x"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "there is no Python 3.11 or newer in this workspace" in done.stderr


def start(
    runner: Path, server: LinkServer, home: Path, first: str = "true"
) -> subprocess.Popen[bytes]:
    """Run the file; `first` is a shell command that sets limits."""
    return subprocess.Popen(
        ["bash", "-c", f'{first}; exec "$@"', "start", *BARE, str(runner), "run"],
        env=environment(
            home, CODER_AGENT_URL=server.url, CODER_AGENT_TOKEN=server.token
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def child_of(parent: int) -> int:
    """The runner below its guardian."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    runners = [
        pid
        for pid in children
        if b"--child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return int(runners[0])


def agents_of(home: Path) -> list[int]:
    """Pids of the fake agents, without their wardens, that live in a home."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_agent = b"acp_agents" in words and b"-c" not in words
        if is_agent and f"HOME={home}".encode() in variables:
            found.append(int(folder.name))
    return found

"""The command line and the SDK against the real server; what workspaces do is faked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from taskyard.cli.main import main
from taskyard.kit.supervisor import Supervisor
from taskyard.server.background.delivery import DELIVERY
from taskyard.server.background.loop import keep_going
from tests.conftest import PASSWORD
from tests.support.provisioning import provisioner, yard
from tests.support.serving import served
from tests.support.tasks import Bench, bench

__all__ = ["bench", "provisioner", "yard"]

pytestmark = pytest.mark.asyncio

Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def taskyard(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command beside the server: its exit status, stdout and stderr."""
    monkeypatch.setenv("TASKYARD_CONFIG_DIR", str(tmp_path / "config"))

    def in_thread(arguments: tuple[str, ...], stdin: str) -> int:
        piped = tmp_path / "stdin"
        piped.write_text(stdin)
        with piped.open() as source:
            monkeypatch.setattr("sys.stdin", source)
            try:
                main(arguments)
            except SystemExit as left:
                return int(left.code or 0)
        raise AssertionError

    async def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        code = await asyncio.to_thread(in_thread, arguments, stdin)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@asynccontextmanager
async def _living(bench: Bench) -> AsyncGenerator[str]:
    """The server on a port, with its delivery and a provisioner at work."""

    async def provision() -> None:
        while True:
            await bench.yard.provisioner.run_all()
            await asyncio.sleep(0.02)

    async with served(bench.app, sockets=True) as url, Supervisor() as around:
        around.start(keep_going(bench.process, DELIVERY), name="delivery")
        around.start(provision(), name="provisioner")
        yield url


async def test_from_signing_in_to_a_deleted_task(
    bench: Bench, taskyard: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "main.tf").write_text("# only the fake provisioner reads this\n")
    steps: list[tuple[int, str, str]] = []
    login = ("-u", "ada", "--password-stdin")

    async with _living(bench) as url:
        steps += [
            await taskyard("login", url, *login, stdin=f"{PASSWORD}\n"),
            await taskyard("template", "push", str(folder)),
            await taskyard(
                "task", "create", "write a song", "--template", "mine", "--no-wait"
            ),
        ]
        name = steps[-1][1].strip()
        steps += [
            await taskyard("task", "list", "-c", "name,template"),
            await taskyard("workspace", "list", "-c", "name,owner"),
            await taskyard("task", "status", name, "--json"),
            await taskyard("task", "delete", name, "-y"),
            await taskyard("task", "status", name),
            await taskyard("logout"),
            await taskyard("whoami"),
        ]

    codes = [code for code, _, _ in steps]
    assert codes == [0, 0, 0, 0, 0, 0, 0, 3, 0, 4], steps
    pushed, listed, status = steps[1][2], steps[3][1], json.loads(steps[5][1])
    assert "Template mine, version" in pushed
    assert listed.split()[2:] == [name.split("/")[1], "mine"]
    assert status["initial_prompt"] == "write a song"


async def test_talking_to_an_agent(
    bench: Bench, taskyard: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = await bench.active()
    name = active.task["name"]
    monkeypatch.setenv("TASKYARD_TOKEN", bench.yard.owner.token)

    has_answered = asyncio.Event()

    async def answer_the_follow_up() -> None:
        await active.runner.command("prompt", count=2)
        await active.turn("The docs are done.")
        has_answered.set()

    async with _living(bench) as url, Supervisor() as agent:
        monkeypatch.setenv("TASKYARD_URL", url)
        agent.start(answer_the_follow_up(), name="agent")
        sent = await taskyard("task", "send", name, "and the docs", "--json")
        await has_answered.wait()
        waited = await taskyard("task", "wait", name, "--timeout", "10s")
        logs = await taskyard("task", "logs", name)
        contract = await taskyard("task", "logs", name, "-o", "table")
        paused = await taskyard("task", "pause", name, "-y")
        refused = await taskyard("task", "send", name, "hello", "--now")

    assert json.loads(sent[1])["input"] == "and the docs"
    assert (waited[0], waited[1]) == (0, "idle\n")
    assert logs[1].splitlines()[-1] == "The docs are done."
    assert "The docs are done." in contract[1]
    assert (paused[0], refused[0]) == (0, 5), (paused, refused)

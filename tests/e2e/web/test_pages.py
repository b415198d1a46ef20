"""The pages in a real browser, on the real server; workspaces and agents are fakes."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from taskyard.kit.supervisor import Supervisor
from taskyard.server.api.pages import static_dir
from taskyard.server.background.delivery import DELIVERY
from taskyard.server.background.loop import keep_going
from tests.support.provisioning import provisioner, yard
from tests.support.serving import served
from tests.support.tasks import Active, Bench, bench

__all__ = ["bench", "provisioner", "yard"]

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[3]
#: A browser that starts on a busy machine takes its time, as a person does.
_A_PERSON = 100.0


@pytest.fixture
def browser() -> str:
    """The program of a browser; without one, or without pages, there is nothing to do."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here (Debian: apt install chromium)")
    if not (ROOT / "web/node_modules/playwright-core").is_dir():
        pytest.skip("playwright-core is not installed (npm --prefix web ci)")
    if not (static_dir() / "index.html").is_file():
        pytest.skip("the pages are not built (make ui)")
    return found


async def test_a_person_works_with_a_task_in_the_browser(
    bench: Bench, browser: str, tmp_path: Path
) -> None:
    active = await bench.active()
    await _work_until_asking(active)

    async with served(bench.app, sockets=True) as url, Supervisor() as around:
        around.start(keep_going(bench.process, DELIVERY), name="delivery")
        around.start(_again(bench.yard.provisioner.run_all), name="provisioner")
        around.start(_agent(active), name="agent")
        status, output = await _visit(browser, url, tmp_path)

    assert status == 0, f"{output}\npictures: {tmp_path}"


async def _work_until_asking(active: Active) -> None:
    """A turn with a diff, in the middle of which the agent needs a person."""
    runner, session = active.runner, active.session
    runner.state(session, "running")
    runner.session_events(
        session,
        [
            ("message_chunk", "m1", {"role": "agent", "text": "I change "}),
            ("message_chunk", "m1", {"role": "agent", "text": "**one** line."}),
            (
                "tool",
                "t1",
                {
                    "title": "Edit app.py",
                    "kind": "edit",
                    "status": "completed",
                    "content": [
                        {
                            "type": "diff",
                            "path": "app.py",
                            "oldText": "import os\nport = 80\n",
                            "newText": "import os\nport = 8080\n",
                        }
                    ],
                },
            ),
            (
                "permission_requested",
                "r1",
                {
                    "title": "make test",
                    "tool": {"title": "make test", "kind": "execute"},
                    "options": [
                        {"id": "yes", "name": "Allow it", "kind": "allow_once"},
                        {"id": "no", "name": "Refuse", "kind": "reject_once"},
                    ],
                },
            ),
        ],
    )
    runner.state(session, "requires_action", detail="make test")
    await runner.settled()


async def _agent(active: Active) -> None:
    """Goes on when it is allowed to, and answers the follow-up."""
    runner, session = active.runner, active.session
    await runner.command("answer_permission", seconds=_A_PERSON)
    runner.session_event(
        session,
        "permission_resolved",
        "r1",
        outcome="selected",
        option_id="yes",
        by="user",
    )
    await active.turn("The tests pass.")
    await runner.command("prompt", count=2, seconds=_A_PERSON)
    await active.turn("The docs are done.")


async def _again(work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await work()
        await asyncio.sleep(0.05)


async def _visit(browser: str, url: str, pictures: Path) -> tuple[int | None, str]:
    """The exit status of `visit.mjs` and what it said."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(Path(__file__).with_name("visit.mjs")),
        *(url, str(pictures), browser),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()

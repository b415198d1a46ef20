"""The starter template's script, run by a real shell."""

import os

import pytest

from taskyard.testing.installation import free_port
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.conftest import TEMPLATE, files_of
from tests.integration.registry.home import Home

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_demo_application_is_put_in_place_once_and_runs(
    yard: Yard, home: Home
) -> None:
    port = free_port()
    workspace = yard.workspace(files_of(TEMPLATE))
    built = await workspace.build()
    await workspace.build("delete")
    agent = next(a for r in built.resources for a in r.agents)
    script = agent.scripts[0].script.replace("8000", str(port))

    first = home.run(script)
    (home.path / "project/README.md").write_text("mine now\n")
    log = home.run("git -C ~/project log --oneline")

    assert first.returncode == 0, first.stderr
    assert "Corkboard answers" in first.stdout
    assert log.stdout.count("\n") == 1
    pid = _listener(home, port)
    os.kill(pid, 15)
    again = home.run(script)
    assert again.returncode == 0, again.stderr
    assert (home.path / "project/README.md").read_text() == "mine now\n"
    os.kill(_listener(home, port), 15)


def _listener(home: Home, port: int) -> int:
    found = home.run(f"pgrep -f -- 'backend --port {port} '")
    return int(found.stdout.split()[0])

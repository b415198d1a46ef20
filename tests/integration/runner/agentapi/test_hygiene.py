"""Nothing an agent leaves outlives its server, and floods do not fill its memory."""

import asyncio
from pathlib import Path

import pytest

from taskyard.testing import acp_agents, tui_agents
from tests.integration.runner.agentapi.process import serving, still_there

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

TERMINAL = ("-t", "claude", "--", *tui_agents.command("polite"))
ACP = ("--experimental-acp", "--", *acp_agents.command("polite"))
MEGABYTES = 1024


@pytest.mark.parametrize("words", [TERMINAL, ACP], ids=["terminal", "acp"])
async def test_a_server_that_is_killed_takes_everything_along(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    async with serving(tmp_path, *words) as server:
        await server.client.until_status("stable")
        await server.client.turn("daemon left-behind")
        family = await server.family_with_daemon()
        server.process.kill()
        await server.ended()

        async with asyncio.timeout(30):
            while still_there(family):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.05)

    assert len(family) >= 4, "server, warden, agent, daemon"


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(x for x in status if x.startswith("VmHWM")).split()[1]) / MEGABYTES


@pytest.mark.parametrize(
    ("words", "floods"),
    [
        pytest.param(TERMINAL, ["flood 8000", "lines 1000"], id="terminal"),
        pytest.param(
            ACP,
            ["flood 100000", "huge 20000000\nhuge 20000000", "overlong 60000000"],
            id="acp",
        ),
    ],
)
async def test_floods_do_not_fill_the_memory(
    tmp_path: Path, words: tuple[str, ...], floods: list[str]
) -> None:
    async with serving(tmp_path, *words) as server:
        await server.client.until_status("stable")
        before = await asyncio.to_thread(peak_megabytes, server.process.pid)
        for flood in (*floods, *floods):
            await server.client.turn(flood)
        peak = await asyncio.to_thread(peak_megabytes, server.process.pid)
        after = await server.client.turn("say still here")

    assert before < 60
    # A line of 32 MiB is read whole, as text and as JSON; nothing of it stays.
    assert peak < 300, f"{peak:.0f} MB"
    assert "still here" in after

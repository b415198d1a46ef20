"""Agents that fail, at both drivers: what is said of it, and what works afterwards."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.acp.driver import AcpDriver
from taskyard.runner.agents.driver import AgentFailed, Launch
from taskyard.testing import acp_failures
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio

FAILS = list(acp_failures.command())
SLOW_SERVER = """
import json, sys, time
time.sleep(2)
sys.stdin.readline()
print(json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"name": "slow"}}))
"""


def _launch(home: Path, agent: str) -> Launch:
    return Launch(
        agent="fake",
        command=acp_failures.command(agent),
        environment={"HOME": str(home)},
        directory=home,
    )


async def test_an_agent_that_never_answers_is_given_up(tmp_path: Path) -> None:
    def ignored(kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        del kind, key, data

    driver = AcpDriver(emit=ignored, start_seconds=0.5)

    with pytest.raises(AgentFailed, match=r"did not open a session in 0\.5 s"):
        await driver.start(_launch(tmp_path, "never-ready"))

    await driver.close(0)


async def test_a_session_waits_for_slow_servers_and_has_them_in_its_first_turn(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = {"command": sys.executable, "args": ["-c", SLOW_SERVER]}
        session = await workspace.begin(
            command=list(acp_failures.command("slow-servers")),
            mcp={"slow": server},
            report_tool=False,
        )

        await workspace.turn(session, "servers")

        assert workspace.server.said() == "slow"


@pytest.mark.parametrize(
    ("prompt", "state", "action", "words"),
    [
        ("login", "auth_required", "login", "Authentication required"),
        ("refuse 401", "auth_required", "login", "the vendor refused"),
        (
            'refuse -32603 {"errorKind":"rate_limit"}',
            "limited",
            "wait",
            "the vendor refused",
        ),
        (
            'refuse -32603 {"codexErrorInfo":"usageLimitExceeded","message":"Used up."}',
            "limited",
            "wait",
            "Used up.",
        ),
        (
            'refuse -32603 {"errorKind":"server_error"}',
            "idle",
            "",
            "the vendor refused",
        ),
        ("trouble no route to host", "idle", "", "no route to host"),
    ],
)
async def test_a_failed_turn_says_what_kind_of_failure_it_was(
    tmp_path: Path, prompt: str, state: str, action: str, words: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(command=FAILS)

        end = await workspace.turn(session, prompt)
        await server.until(lambda: server.state == state)

        last = server.session_events("state")[-1]["data"]
        assert (end["stop_reason"], end["detail"]) == ("error", words)
        assert (last.get("action", ""), last["source"]) == (action, "driver")
        assert words in last["detail"]


async def test_an_agent_that_tries_again_says_why_it_takes_so_long(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(command=FAILS)

        await workspace.turn(session, "retry status 503\nsay ok")

        told = [e["data"] for e in workspace.server.session_events("state")]
        details = [d.get("detail", "") for d in told if d["state"] == "running"]
        assert details == ["", "Reconnecting... 1/5: status 503", ""]
        assert workspace.server.said() == "ok"


async def test_two_questions_at_once_are_two_and_each_gets_its_answer(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(command=FAILS, permission_policy="ask")
        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, "twice execute")
        )
        await server.until(
            lambda: len(server.session_events("permission_requested")) == 2
        )
        first, second = (
            e["key"] for e in server.session_events("permission_requested")
        )

        for request, option in ((second, "id-reject_once"), (first, "id-allow_once")):
            await server.command(
                "answer_permission",
                session_id=session,
                request_id=request,
                option_id=option,
            )
            if request == second:
                assert server.state == "requires_action", "one is still open"
        await turn

        assert server.said() == "id-allow_once and id-reject_once"


async def test_an_agent_that_asks_and_dies_leaves_no_question_behind(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(command=FAILS, permission_policy="ask")

        end = await workspace.turn(session, "askdie execute")
        await server.until(lambda: server.state == "idle")

        asked = server.session_events("permission_requested")
        resolved = server.session_events("permission_resolved")
        assert end["stop_reason"] == "interrupted"
        assert [e["key"] for e in resolved] == [asked[0]["key"]]
        assert resolved[0]["data"]["outcome"] == "cancelled"


async def test_an_agent_that_ends_its_turn_leaves_no_question_behind(
    tmp_path: Path,
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(command=FAILS, permission_policy="ask")

        end = await workspace.turn(session, "askgo execute")
        await server.until(lambda: bool(server.session_events("permission_resolved")))
        await workspace.turn(session, "say again", message="m2")

        resolved = server.session_events("permission_resolved")
        assert end["stop_reason"] == "end_turn"
        assert [e["data"]["outcome"] for e in resolved] == ["cancelled"]
        assert (server.state, server.said()) == ("idle", "again")


async def test_nobody_is_asked_for_a_turn_that_is_cancelled(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin(command=FAILS, permission_policy="ask")
        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, "asklate execute")
        )
        await server.until(lambda: server.state == "running")

        await server.command("cancel", session_id=session)
        end = await turn
        await server.until(lambda: server.state == "idle")

        assert end["stop_reason"] == "cancelled"
        assert not server.session_events("permission_requested")


async def test_an_agent_that_reads_nothing_any_more_is_ended_by_a_cancel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.turns.CANCEL_SECONDS", 0.2)
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        deaf = list(acp_failures.command("stops-reading"))
        session = await workspace.begin(command=deaf)
        more_than_pipes_hold = "x" * 1_000_000
        turn = asyncio.get_running_loop().create_task(
            workspace.turn(session, more_than_pipes_hold)
        )
        await server.until(lambda: server.state == "running")

        async with asyncio.timeout(10):
            await server.command("cancel", session_id=session)
            end = await turn

        assert end["stop_reason"] == "cancelled"


async def test_a_line_of_60_megabytes_is_passed_over(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin(command=FAILS)

        end = await workspace.turn(session, f"overlong {60_000_000}\nsay fine")

        assert end["stop_reason"] == "end_turn"
        assert workspace.server.said() == "fine"

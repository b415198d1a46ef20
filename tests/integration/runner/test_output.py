"""What agents say, and what of it reaches the log."""

from pathlib import Path

import pytest

from taskyard.protocol.sessions import MAX_EVENT_BYTES
from tests.integration.runner.workspace import SECRET, TestWorkspace

pytestmark = pytest.mark.asyncio


async def test_secrets_are_masked_even_when_cut_in_two(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, f"secret\nsay {SECRET}\ntool {SECRET}")

        assert SECRET not in str(workspace.server.events)
        assert workspace.server.said() == "the key is [redacted]![redacted]"


async def test_a_flood_arrives_whole_and_in_order(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, "flood 20000")

        assert workspace.server.said() == "".join(
            f"{number} " for number in range(20000)
        )
        assert len(workspace.server.session_events("message_chunk")) < 500


async def test_huge_output_is_cut_and_says_so(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        await workspace.turn(session, "huge 3000000")

        tool = workspace.server.session_events("tool")[0]
        assert tool["data"]["truncated"] > 2_500_000
        assert len(str(tool)) < MAX_EVENT_BYTES


async def test_noise_and_news_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.runner.agents.process.LINE_BYTES", 100_000)
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        end = await workspace.turn(
            session, "garbage\nnovelty\noverlong 300000\nsay fine"
        )

        frames = [
            event["data"]["frame"] for event in workspace.server.session_events("raw")
        ]
        assert end["stop_reason"] == "end_turn"
        assert workspace.server.said() == "fine"
        assert {"sessionUpdate": "hologram_update", "shape": "sphere"} in frames
        assert any("300" in str(frame) and "skipped" in str(frame) for frame in frames)


async def test_a_failed_turn_leaves_the_session_usable(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()

        end = await workspace.turn(session, "fail")
        await workspace.turn(session, "say ok", message="m2")

        assert end["stop_reason"] == "error"
        assert (
            "out of order"
            in workspace.server.session_events("error")[0]["data"]["detail"]
        )
        assert workspace.server.said() == "ok"


async def test_a_usage_limit_is_a_state_with_an_end(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        server = workspace.server
        session = await workspace.begin()

        await workspace.turn(session, "limit 1800000000\nfail")
        await server.until(lambda: server.state == "limited")
        limited = server.session_events("state")[-1]["data"]
        await workspace.turn(session, "say again", message="m2")

        assert limited["action"] == "wait"
        assert limited["resets_at"] == "2027-01-15T08:00:00+00:00"
        await server.until(lambda: server.state == "idle")
        assert server.said() == "again"


async def test_the_report_tool_reaches_the_log_of_its_session(tmp_path: Path) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        await workspace.begin()

        good = await workspace.ask(
            "report", key="chat", state="complete", summary="Done", link=""
        )
        long = await workspace.ask(
            "report", key="chat", state="complete", summary="x" * 161
        )
        odd = await workspace.ask("report", key="chat", state="happy", summary="x")

        server = workspace.server
        await server.until(lambda: bool(server.session_events("report")))
        assert server.session_events("report")[0]["data"] == {
            "state": "complete",
            "summary": "Done",
            "link": "",
        }
        assert good["ok"]
        assert long["error"] == "summary must be less than 160 characters"
        assert "working, idle, complete, failure" in odd["error"]

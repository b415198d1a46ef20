"""`coder exp mcp configure` writes what genuine modules expect."""

import json
from pathlib import Path

import pytest

from taskyard.runner.shim import mcp_configure


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CODER_AGENT_URL", "http://127.0.0.1:7080")
    monkeypatch.setenv("CODER_AGENT_TOKEN", "token")
    monkeypatch.setenv("CODER_MCP_APP_STATUS_SLUG", "ccw")
    return tmp_path


def test_claude_learns_of_the_tool_its_folder_and_its_prompt(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_MCP_CLAUDE_SYSTEM_PROMPT", "Be brief.")
    (home / ".claude").mkdir()
    (home / ".claude/CLAUDE.md").write_text("My own notes.\n")
    (home / ".claude.json").write_text('{"mcpServers": {"mine": {"command": "x"}}}')

    for _ in range(2):
        mcp_configure.main(["claude-code", "/work"])

    state = json.loads((home / ".claude.json").read_text())
    server = state["mcpServers"]["coder"]
    assert server["args"] == ["exp", "mcp", "server"]
    assert server["env"]["CODER_MCP_APP_STATUS_SLUG"] == "ccw"
    assert state["mcpServers"]["mine"] == {"command": "x"}
    assert state["projects"]["/work"]["hasTrustDialogAccepted"] is True
    assert state["projects"]["/work"]["allowedTools"] == [
        "mcp__coder__coder_report_task"
    ]
    notes = (home / ".claude/CLAUDE.md").read_text()
    assert notes.count("<coder-prompt>") == 1
    assert "<system-prompt>\nBe brief.\n</system-prompt>" in notes
    assert notes.endswith("My own notes.\n")


def test_gemini_trusts_the_tool(home: Path) -> None:
    mcp_configure.main(["gemini"])

    settings = json.loads((home / ".gemini/settings.json").read_text())
    assert settings["mcpServers"]["coder"]["trust"] is True


def test_a_file_that_cannot_be_read_is_not_overwritten(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".claude.json").write_text("{broken")

    with pytest.raises(SystemExit):
        mcp_configure.main(["claude-code", "/work"])

    assert (home / ".claude.json").read_text() == "{broken"
    assert "move it away" in capsys.readouterr().err


def test_claude_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mcp_configure.main(["claude-code"])

    assert "configure claude-code DIR" in capsys.readouterr().err

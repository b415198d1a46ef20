"""The report tool as agents see it."""

import pytest

from taskyard.runner.mcp.report import handle


@pytest.mark.parametrize("tool", ["report_task", "coder_report_task"])
def test_it_offers_one_tool_that_needs_no_approval(tool: str) -> None:
    [offered] = handle(tool, "tools/list", {})["tools"]

    assert offered["name"] == tool
    assert offered["annotations"]["destructiveHint"] is False
    assert offered["annotations"]["openWorldHint"] is False
    assert offered["inputSchema"]["properties"]["state"]["enum"] == [
        "working",
        "idle",
        "complete",
        "failure",
    ]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("1999-01-01", "2025-11-25"),
    ],
)
def test_the_version_of_the_client_is_spoken(asked: str, answered: str) -> None:
    assert (
        handle("report_task", "initialize", {"protocolVersion": asked})[
            "protocolVersion"
        ]
        == answered
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            {"state": "working", "summary": "x" * 161},
            "summary must be less than 160 characters",
        ),
        ({"state": "working", "summary": "ok"}, "the runner cannot be reached"),
    ],
)
def test_what_goes_wrong_is_told_to_the_model(
    monkeypatch: pytest.MonkeyPatch, arguments: dict[str, str], error: str
) -> None:
    monkeypatch.setenv("TASKYARD_RUNNER_SOCKET", "/none/runner.sock")

    result = handle(
        "report_task", "tools/call", {"name": "report_task", "arguments": arguments}
    )

    assert result["isError"]
    assert error in result["content"][0]["text"]


def test_another_tool_is_refused() -> None:
    result = handle("report_task", "tools/call", {"name": "rm", "arguments": {}})

    assert result["isError"]


def test_a_tool_that_is_not_allowed_is_not_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "CODER_MCP_ALLOWED_TOOLS", "coder_list_workspaces, coder_get_task_status"
    )

    assert handle("coder_report_task", "tools/list", {}) == {"tools": []}

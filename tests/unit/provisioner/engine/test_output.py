import json
from datetime import UTC, datetime
from typing import Any

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.provisioner.engine.output import Output, describe_diagnostic
from taskyard.provisioner.journal import Journal


@pytest.fixture
def journal() -> Journal:
    return Journal(ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.fixture
def output(journal: Journal) -> Output:
    return Output(journal, timing="apply")


def _line(kind: str, message: str = "", **more: Any) -> str:
    return json.dumps({"type": kind, "@level": "info", "@message": message, **more})


def _error(summary: str, **more: Any) -> str:
    return _line(
        "diagnostic", diagnostic={"severity": "error", "summary": summary, **more}
    )


def test_what_terraform_says_is_logged(journal: Journal, output: Output) -> None:
    output.line(_line("apply_start", "coder_agent.main: Creating..."))
    output.line("plain words of a plugin")
    output.line("{ not json")
    output.line("")

    assert [line.output for line in journal.drain(9)] == [
        "coder_agent.main: Creating...",
        "plain words of a plugin",
        "{ not json",
    ]


@pytest.mark.parametrize("kind", ["version", "outputs", "resource_drift"])
def test_what_is_said_to_programs_is_not(
    journal: Journal, output: Output, kind: str
) -> None:
    output.line(_line(kind, "x"))

    assert journal.drain(1) == []


def test_refreshing_is_for_who_looks_closely(journal: Journal, output: Output) -> None:
    output.line(_line("refresh_start", "x: Refreshing..."))
    output.line(
        _line("apply_start", "data.x.y: Refreshing...", hook={"action": "read"})
    )

    assert [line.level for line in journal.drain(9)] == ["debug", "debug"]


def test_an_error_has_its_place(journal: Journal, output: Output) -> None:
    place = {"filename": "main.tf", "start": {"line": 4}}
    output.line(_error("Known", detail="Some\n  detail.", range=place))

    [error] = output.errors
    assert error.text == "main.tf:4: Known: Some detail."
    assert error.summary == "Known"
    assert journal.drain(1)[0].level == "error"


def test_the_same_error_of_each_instance_is_reported_once(output: Output) -> None:
    for _ in range(5):
        output.line(_error("Same"))
    for number in range(50):
        output.line(_error(f"Error {number}"))

    assert len(output.errors) == 10
    assert [error.text for error in output.errors[:2]] == ["Same", "Error 0"]


def test_a_warning_is_no_error(journal: Journal, output: Output) -> None:
    output.line(_line("diagnostic", diagnostic={"severity": "warning", "summary": "W"}))

    assert output.errors == []
    assert journal.drain(1)[0].level == "warn"


def _hook(kind: str, at: str, address: str = "coder_agent.main", **hook: Any) -> str:
    resource = {"addr": address, "implied_provider": "coder"}
    more: dict[str, Any] = {"@timestamp": at, "hook": {"resource": resource, **hook}}
    return _line(kind, "", **more)


def test_each_action_is_timed(journal: Journal, output: Output) -> None:
    output.line(_hook("apply_start", "2026-01-01T00:00:00Z", action="create"))
    output.line(_hook("refresh_start", "2026-01-01T00:00:01Z"))
    output.line(_hook("refresh_complete", "2026-01-01T00:00:02Z"))
    output.line(_hook("apply_errored", "2026-01-01T00:00:05.5Z", action="create"))

    refresh, create = journal.timings
    assert (refresh.action, refresh.stage) == ("refresh", "apply")
    assert (create.action, create.resource, create.source) == (
        "create",
        "coder_agent.main",
        "coder",
    )
    assert (create.ended_at - create.started_at).total_seconds() == 5.5


@pytest.mark.parametrize(
    "line",
    [
        _hook("apply_complete", "2026-01-01T00:00:00Z", action="create"),
        _hook("apply_start", "not a time", action="create"),
        _hook("provision_start", "2026-01-01T00:00:00Z"),
    ],
)
def test_what_has_no_beginning_or_no_end_is_not_timed(
    journal: Journal, output: Output, line: str
) -> None:
    output.line(line)

    assert journal.timings == []


@pytest.mark.parametrize(
    ("diagnostic", "text"),
    [
        ({"summary": "S"}, "S"),
        ({"summary": "S", "detail": ""}, "S"),
        ({"summary": "S", "detail": None, "range": None}, "S"),
        ({"summary": "S", "range": {"filename": "a.tf"}}, "a.tf:1: S"),
    ],
)
def test_a_diagnostic_is_one_line(diagnostic: dict[str, Any], text: str) -> None:
    assert describe_diagnostic(diagnostic) == text

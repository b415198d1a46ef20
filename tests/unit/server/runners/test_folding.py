from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskyard.server.runners import folding
from taskyard.server.runners.folding import AppStatus, SessionView, app_status
from taskyard.server.runners.messages import CleanEvent

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(seconds=5)
IDLE = SessionView(state="idle", state_source="driver", state_at=AT)


def _event(kind: str, **data: Any) -> CleanEvent:
    return CleanEvent(kind=kind, key=kind, at=AT, data=data, size=10)


def fold(view: SessionView, event: CleanEvent) -> SessionView:
    return folding.fold(view, event, now=LATER)


def _state(state: str, **data: Any) -> CleanEvent:
    return _event("state", state=state, source="hook", **data)


def test_a_state_is_folded_with_its_source_and_moment() -> None:
    view = fold(IDLE, _state("running", detail="turn 2"))

    assert (view.state, view.state_source, view.state_detail, view.state_at) == (
        "running",
        "hook",
        "turn 2",
        LATER,
    )


def test_usage_that_grows_without_end_is_left_as_it_was() -> None:
    view = fold(IDLE, _event("usage", used=5))

    for number in range(100):
        view = fold(view, _event("usage", **{f"k{number}": "x" * 100}))
    view = fold(view, _event("usage", used=6))

    assert view.usage is not None
    assert view.usage["used"] == 6
    assert len(str(view.usage)) < 5000


def test_the_same_state_again_keeps_its_moment() -> None:
    assert fold(IDLE, _state("idle")).state_at == AT


def test_an_idle_session_is_idle_since_the_end_of_its_last_turn() -> None:
    assert fold(IDLE, _event("turn_ended", stop_reason="end_turn")).state_at == LATER


def test_an_unknown_state_changes_nothing() -> None:
    assert fold(IDLE, _state("dreaming")) == IDLE


def test_a_new_turn_forgets_the_report_of_the_last() -> None:
    reported = replace(IDLE, report={"state": "failure", "summary": "", "link": ""})

    assert fold(reported, _state("running")).report is None


def test_a_permission_in_the_middle_of_a_turn_keeps_its_report() -> None:
    report = {"state": "working", "summary": "s", "link": ""}
    asking = replace(IDLE, state="requires_action", report=report)

    assert fold(asking, _state("running")).report == report


def test_usage_and_title_are_folded() -> None:
    view = fold(IDLE, _event("usage", used=5))
    view = fold(view, _event("usage", size=9))
    view = fold(view, _event("title", title="Do\nit"))

    assert (view.usage, view.title) == ({"used": 5, "size": 9}, "Do it")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("running", "working"),
        ("idle", "idle"),
        ("requires_action", "working"),
        ("auth_required", "failure"),
        ("limited", "failure"),
        ("exited", "failure"),
        ("error", "failure"),
        ("starting", None),
    ],
)
def test_what_an_agent_is_seen_to_do_becomes_its_apps_status(
    state: str, expected: str | None
) -> None:
    event = _state(state)

    status = app_status(fold(IDLE, event), event, None)

    assert (status.state if status else None) == expected


def test_an_agent_that_waits_for_an_answer_says_so() -> None:
    event = _state("requires_action", detail="Run rm -rf build?")

    status = app_status(fold(IDLE, event), event, None)

    assert status is not None
    assert status.message == "Run rm -rf build?"


def test_a_report_counts_as_said() -> None:
    event = _event("report", state="complete", summary="All done", link="https://pr/1")

    status = app_status(fold(IDLE, event), event, None)

    assert status == AppStatus(
        state="complete", message="All done", uri="https://pr/1", source="report"
    )


def test_an_empty_message_inherits_the_one_before() -> None:
    latest = AppStatus(state="working", message="reading", uri="u", source="report")
    event = _state("idle")

    status = app_status(fold(IDLE, event), event, latest)

    assert status == AppStatus(
        state="idle", message="reading", uri="u", source="session"
    )


def test_a_reported_failure_outlives_the_end_of_its_turn() -> None:
    failed = replace(
        IDLE, state="running", report={"state": "failure", "summary": "", "link": ""}
    )
    event = _state("idle")

    assert app_status(fold(failed, event), event, None) is None


def test_a_status_that_changes_nothing_is_not_repeated() -> None:
    latest = AppStatus(state="idle", message="", uri="", source="session")
    event = _state("idle")

    assert app_status(fold(IDLE, event), event, latest) is None


def test_long_summaries_are_cut_to_the_contracts_limit() -> None:
    event = _event("report", state="working", summary="x" * 500, link="")

    status = app_status(fold(IDLE, event), event, None)

    assert status is not None
    assert len(status.message) == 160

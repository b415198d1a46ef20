"""Six-field cron expressions."""

from datetime import UTC, datetime

import pytest

from taskyard.runner.scripts.cron import Cron, InvalidCron


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("* * * * * *", "2026-01-31 23:59:59", "2026-02-01 00:00:00"),
        ("*/20 * * * * *", "2026-01-01 00:00:21", "2026-01-01 00:00:40"),
        ("0 30 9-17/4 * * *", "2026-01-01 09:30:00", "2026-01-01 13:30:00"),
        ("0 0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 0 * * mon", "2026-11-23 00:00:00", "2026-11-30 00:00:00"),
        ("0 0 0 * * 7", "2026-11-23 00:00:00", "2026-11-29 00:00:00"),
        ("0 0 0 1 * 5", "2026-11-23 00:00:00", "2026-11-27 00:00:00"),
        ("0 0 0 1 * 5", "2026-11-28 00:00:00", "2026-12-01 00:00:00"),
        ("0 5 10 1,15 jan,DEC ?", "2026-02-01 00:00:00", "2026-12-01 10:05:00"),
        ("30 8 * * *", "2026-11-23 08:30:00", "2026-11-24 08:30:00"),
        ("@hourly", "2026-11-23 08:30:00", "2026-11-23 09:00:00"),
        ("@weekly", "2026-11-23 08:30:00", "2026-11-29 00:00:00"),
        ("0 0 0 31 * *", "2026-11-01 00:00:00", "2026-12-31 00:00:00"),
    ],
)
def test_the_next_moment_is_found(text: str, after: str, expected: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    found = Cron.parse(text).next_after(moment)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_day_that_never_comes_has_no_next_moment() -> None:
    assert (
        Cron.parse("0 0 0 30 2 *").next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * *",
        "61 * * * * *",
        "* * 24 * * *",
        "*/0 * * * * *",
        "5-1 * * * * *",
        "a * * * * *",
        "1.5 * * * * *",
        "* * * 0 * *",
    ],
)
def test_nonsense_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(InvalidCron):
        Cron.parse(text)

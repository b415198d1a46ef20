import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskyard.server.runners.sanitise import (
    clean_json,
    clean_text,
    one_line,
    read_time,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\0b", "a\ufffdb"),
        ("\ud800", "\ufffd\ufffd\ufffd"),
        ("日本\0", "日本\ufffd"),
    ],
)
def test_text_is_made_storable(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"a\0": ["\0", 1, True, None, 1.5]},
            {"a\ufffd": ["\ufffd", 1, True, None, 1.5]},
        ),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (10**400, str(10**400)[:64]),
    ],
)
def test_values_are_made_storable(value: Any, expected: Any) -> None:
    assert clean_json(value) == expected


def test_nesting_is_bounded() -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]

    cleaned = json.dumps(clean_json(deep))

    assert "nested too deeply" in cleaned
    assert "bottom" not in cleaned


def test_a_line_has_no_control_characters_and_an_end() -> None:
    assert one_line("a\x1b[31m\nb\tc\0", 100) == "a [31m b c\ufffd"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-31T23:00:00Z", NOW - timedelta(hours=1)),
        ("2025-12-31T23:00:00", NOW - timedelta(hours=1)),
        ("yesterday", NOW),
        ("1970-01-01T00:00:00Z", NOW),
        ("9999-01-01T00:00:00Z", NOW),
    ],
)
def test_the_workspaces_clock_is_believed_within_reason(
    text: str, expected: datetime
) -> None:
    assert read_time(text, now=NOW) == expected

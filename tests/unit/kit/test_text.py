"""Text from strangers."""

import pytest

from taskyard.kit.text import clean, clean_json, shorten


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("line\r\nend", "line\nend"),
        ("over\rwritten", "overwritten"),
        ("nul\0", "nul"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31m", "31m"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("grüße 🙂", "grüße 🙂"),
    ],
)
def test_what_cannot_be_stored_or_shown_is_left_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_json_is_cleaned_in_depth() -> None:
    assert clean_json({"a\0": ["b\0", 1, None, {"c": "\x1b[0m"}]}) == {
        "a": ["b", 1, None, {"c": ""}]
    }


def test_a_cut_is_shown() -> None:
    assert [shorten("abc", 3), shorten("abcd", 3)] == ["abc", "ab…"]

"""What of a watcher's keys is a person's, and what a terminal has answered by itself."""

import pytest

from taskyard.runner.terminals import without_answers


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b[24;80R",
        b"\x1b[1;80R",
        b"\x1b[?24;80R",
        b"\x1b[0n",
        b"\x1b[?997;1n",
        b"\x1b[?2026;2$y",
        b"\x1b[?0u",
        b"\x1b[8;40;120t",
        b"\x1b]11;rgb:0000/1111/ffff\x1b\\",
        b"\x1b]10;rgb:ffff/ffff/ffff\x07",
        b"\x1b]4;7;rgb:ffff/ffff/ffff\x07",
        b"\x1bP>|xterm.js(6.0.0)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
    ],
)
def test_answers_of_a_terminal_are_left_out(answer: bytes) -> None:
    assert without_answers(answer) == b""
    assert without_answers(b"ls" + answer + answer + b"\r") == b"ls\r"


@pytest.mark.parametrize(
    "keys",
    [
        b"hello\r",
        b"\x1b",
        b"\x1b[A",
        b"\x1bOP",
        b"\x1b[1;2R",
        b"\x1b[1;5C",
        b"\x1b[3~",
        b"\x1b[Z",
        b"\x1b[97;5u",
        b"\x1b[I\x1b[O",
        b"\x1b[<0;10;20M\x1b[<0;10;20m",
        b"\x1b[200~pasted \x1b[31m\x1b[201~",
        "grüße 你好".encode(),
        b"\x03\x04\x1a",
    ],
)
def test_keys_clicks_and_pastes_go_through_as_they_are(keys: bytes) -> None:
    assert without_answers(keys) == keys

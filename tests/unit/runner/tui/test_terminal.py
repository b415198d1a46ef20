"""One contract for every emulator: what an agent needs of a terminal."""

from collections.abc import Iterator

import pytest

from taskyard.kit import zipapp
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.tui import emulators
from taskyard.runner.agents.tui.emulators import EMULATORS, open_terminal
from taskyard.runner.agents.tui.terminal import (
    HISTORY_LINES,
    EmulatorMissing,
    Terminal,
)


@pytest.fixture(params=sorted(EMULATORS))
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    try:
        made = EMULATORS[request.param](40, 6)
    except EmulatorMissing as exc:
        pytest.skip(str(exc))
    yield made
    made.close()


def test_text_is_what_a_person_sees(terminal: Terminal) -> None:
    terminal.feed("a\x1b[31mb\x1b[0mc\r\n\r\nwörld 你好  \x1b[1;1HA".encode())

    assert terminal.text() == "Abc\n\nwörld 你好"


def test_sequences_may_be_cut_anywhere(terminal: Terminal) -> None:
    data = "\x1b]0;✳ Title\x07\x1b[2J\x1b[1;3Hgrüße\x07\x1b[?2004h".encode()

    for byte in data:
        terminal.feed(bytes([byte]))

    assert terminal.text() == "  grüße"
    assert terminal.title == "✳ Title"
    assert terminal.bells == 1
    assert terminal.takes_paste


def test_the_end_of_a_title_is_no_bell(terminal: Terminal) -> None:
    terminal.feed(b"\x1b]2;one\x07\x1b]0;two\x1b\\")

    assert (terminal.title, terminal.bells) == ("two", 0)


def test_what_left_the_screen_is_history(terminal: Terminal) -> None:
    for number in range(20):
        terminal.feed(b"line %d\r\n" % number)

    assert terminal.text().split("\n")[0] == "line 15"
    assert terminal.history().split("\n")[0] == "line 0"


def test_history_is_bounded(terminal: Terminal) -> None:
    for number in range(HISTORY_LINES * 3):
        terminal.feed(b"line %d\r\n" % number)

    assert terminal.history().count("\n") <= HISTORY_LINES * 1.5


def test_the_alternate_screen_comes_and_goes(terminal: Terminal) -> None:
    terminal.feed(b"shell\x1b[?1049h\x1b[2J\x1b[Hfull screen")
    inside = (terminal.is_alternate, terminal.text())
    terminal.feed(b"\x1b[?1049l")

    assert inside == (True, "full screen")
    assert (terminal.is_alternate, terminal.text()) == (False, "shell")


@pytest.mark.parametrize(
    ("query", "start"),
    [
        (b"\x1b[6n", b"\x1b[1;4R"),
        (b"\x1b[5n", b"\x1b[0n"),
        (b"\x1b[c", b"\x1b[?62"),
        (b"\x1b[>c", b"\x1b[>"),
        (b"\x1b[?u", b"\x1b[?0u"),
        (b"\x1b[?2026$p", b"\x1b[?2026;"),
    ],
)
def test_questions_of_the_program_are_answered_once(
    terminal: Terminal, query: bytes, start: bytes
) -> None:
    terminal.feed(b"abc" + query)

    assert terminal.replies().startswith(start)
    assert terminal.replies() == b""


def test_a_smaller_terminal_keeps_the_newest_rows(terminal: Terminal) -> None:
    terminal.feed(b"1\r\n2\r\n3\r\n4\r\n5\r\n6")

    terminal.resize(30, 3)

    assert terminal.text() == "4\n5\n6"
    assert terminal.cursor == (1, 2)


def test_without_any_emulator_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(_columns: int, _rows: int) -> Terminal:
        raise EmulatorMissing("not on this machine")

    monkeypatch.setattr(emulators, "EMULATORS", {"one": missing})

    with pytest.raises(AgentFailed, match=r"install `pyghostty`.*not on this machine"):
        open_terminal(80, 24)


def test_a_library_without_its_symbols_is_no_elf_or_shorter() -> None:
    assert zipapp.without_symbols(b"no library") == b"no library"

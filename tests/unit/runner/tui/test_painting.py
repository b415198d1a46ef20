"""What a watcher is sent first makes its terminal show what the agent's shows."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from taskyard.runner.agents.tui.emulators import EMULATORS
from taskyard.runner.agents.tui.terminal import EmulatorMissing, Terminal
from taskyard.testing.recordings import load

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.gz"))
COLUMNS, ROWS = 40, 8
MANY_LINES = b"".join(b"line %d\r\n" % number for number in range(30))

SCREENS = {
    "nothing": b"",
    "text and a cursor": b"one\r\ntwo\x1b[1;5H",
    "colours": b"\x1b[31mred\x1b[0m \x1b[1;4;48;2;1;2;3mbold\x1b[0m \x1b[7mback\x1b[0m",
    "wide characters": "你好 wörld 👍 e\u0301\r\n┌──┐".encode(),
    "a full line": b"x" * COLUMNS + b"\r\n" + b"y" * COLUMNS,
    "a wrapped line": b"z" * (COLUMNS * 2 + 3),
    "the last cell": b"\x1b[%d;%dHq" % (ROWS, COLUMNS),
    "history": MANY_LINES + b"$ ",
    "history with empty lines": MANY_LINES + b"\r\n" * 12 + b"$ ",
    "history and a cleared screen": MANY_LINES + b"\x1b[H\x1b[2Jtop",
    "the alternate screen": MANY_LINES + b"\x1b[?1049h\x1b[H\x1b[2J\x1b[3;4Hmenu",
    "back from the alternate screen": MANY_LINES + b"\x1b[?1049hmenu\x1b[?1049l$ ",
    "modes": b"\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[?1hhidden",
    "a region": b"\x1b[2;5r\x1b[3;1Hinside",
    "a title": b"\x1b]0;\xe2\x9c\xb3 Claude Code\x07hello",
    "a link": b"\x1b]8;;https://example.test\x1b\\here\x1b]8;;\x1b\\ there",
    "rows of one colour": b"\x1b[44m\x1b[2K\x1b[3;1H\x1b[48;2;9;8;7m\x1b[K\x1b[0m\x1b[5;1Hx",
    "a pen that is down": b"\x1b[1;32mgreen",
}


class Pair(NamedTuple):
    """Two emulators: the agent's, and the one a person watches with."""

    agents: str
    watchers: str


@pytest.fixture(params=[Pair(*pair) for pair in product(sorted(EMULATORS), repeat=2)])
def pair(request: pytest.FixtureRequest) -> Pair:
    made: Pair = request.param
    return made


def opened(name: str, columns: int = COLUMNS, rows: int = ROWS) -> Terminal:
    try:
        return EMULATORS[name](columns, rows)
    except EmulatorMissing as exc:
        pytest.skip(str(exc))


def shown(terminal: Terminal) -> tuple[object, ...]:
    column, row = terminal.cursor
    # Behind the last cell is the last cell: emulators count it either way.
    return (
        terminal.text(),
        terminal.title,
        (min(column, COLUMNS - 1), row),
        terminal.is_alternate,
        terminal.takes_paste,
    )


@pytest.mark.parametrize("screen", SCREENS)
def test_a_painted_terminal_shows_the_same(pair: Pair, screen: str) -> None:
    agents, watchers = opened(pair.agents), opened(pair.watchers)
    agents.feed(SCREENS[screen])

    watchers.feed(agents.paint())

    assert shown(watchers) == shown(agents)


@pytest.mark.parametrize("screen", SCREENS)
def test_what_comes_after_a_painting_lands_in_the_same_place(
    pair: Pair, screen: str
) -> None:
    agents, watchers = opened(pair.agents), opened(pair.watchers)
    agents.feed(SCREENS[screen])
    watchers.feed(agents.paint())

    for terminal in (agents, watchers):
        terminal.feed(b"more\r\n\x1b[2Kand more\x1b[Aup")

    assert watchers.text() == agents.text()


@pytest.mark.parametrize("screen", SCREENS)
def test_styles_are_painted_too(screen: str) -> None:
    """Two terminals that are painted alike look alike."""
    agents, watchers = opened("ghostty"), opened("ghostty")
    agents.feed(SCREENS[screen])

    painted = agents.paint()
    watchers.feed(painted)

    assert watchers.paint() == painted


def test_history_is_painted(pair: Pair) -> None:
    agents, watchers = opened(pair.agents), opened(pair.watchers)
    agents.feed(MANY_LINES + b"\r\n\r\n\r\n$ ")

    watchers.feed(agents.paint())

    assert watchers.history() == agents.history()
    assert watchers.history().startswith("line 0\nline 1\n")


def test_a_painting_covers_what_was_shown_before(pair: Pair) -> None:
    agents, watchers = opened(pair.agents), opened(pair.watchers)
    agents.feed(b"\x1b[2;2Hcalm")
    watchers.feed(b"\x1b[?1049h\x1b[?2004h\x1b[2;4r\x1b[31m" + b"noise " * 60)

    watchers.feed(agents.paint())

    assert shown(watchers) == shown(agents)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_real_agents_can_be_painted_at_any_moment(recording: Path, pair: Pair) -> None:
    given = load(recording)
    agents = opened(pair.agents, given.columns, given.rows)
    entries = list(given.entries)

    for number, entry in enumerate(entries):
        agents.feed(entry.data if entry.kind == "out" else b"")
        if number % max(1, len(entries) // 8) == 0 and agents.is_between:
            watchers = opened(pair.watchers, given.columns, given.rows)
            watchers.feed(agents.paint())
            assert watchers.text() == agents.text()
            watchers.close()


@pytest.fixture(params=sorted(EMULATORS))
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    made = opened(request.param)
    yield made
    made.close()


def test_it_is_known_when_a_sequence_or_a_character_is_cut(terminal: Terminal) -> None:
    said: list[bool] = []
    for piece in (b"abc", b"\x1b[3", b"1m", "你".encode()[:2], "你".encode()[2:]):
        terminal.feed(piece)
        said.append(terminal.is_between)

    assert said == [True, False, True, False, True]


def test_a_title_paints_no_sequences(terminal: Terminal) -> None:
    terminal.feed(b"\x1b]0;one\x1b\\two")
    painted = terminal.paint()

    assert b"one\x07" in painted
    assert terminal.title == "one"

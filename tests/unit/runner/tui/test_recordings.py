"""What is concluded from recorded terminals, of fake agents and of the real Claude Code.

The recordings are made by `python -m tests.integration.runner.tui.record`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taskyard.runner.agents.tui.emulators import EMULATORS
from taskyard.runner.agents.tui.terminal import EmulatorMissing, Terminal
from taskyard.testing.recordings import Recording, load, replay, save

FOLDER = Path(__file__).parent / "recordings"
ASKED = [
    ("running", "title"),
    ("requires_action", "dialog"),
    ("running", "title"),
]


@pytest.fixture(params=sorted(EMULATORS))
def emulator(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def terminal(emulator: str, recording: Recording) -> Terminal:
    try:
        return EMULATORS[emulator](recording.columns, recording.rows)
    except EmulatorMissing as exc:
        pytest.skip(str(exc))


def told(emulator: str, name: str, *, titles: bool = True) -> list[tuple[str, str]]:
    """States with sources, a state once until it changes."""
    recording = load(FOLDER / f"{name}.jsonl")
    shown = terminal(emulator, recording)
    seen = [
        (s.verdict.state, s.verdict.source)
        for s in replay(recording, shown, titles=titles)
    ]
    shown.close()
    return list(_without_repetition(seen))


def _without_repetition(seen: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    last = ""
    for state, source in seen:
        if state != last and not (last == "" and state == "running"):
            yield state, source
        last = state


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "polite",
            [
                ("idle", "title"),
                ("running", "title"),
                ("idle", "title"),
                *ASKED,
                ("idle", "title"),
            ],
            id="an agent with a title",
        ),
        pytest.param(
            "claude-code",
            [
                ("idle", "title"),
                *ASKED,
                *ASKED[1:],
                ("idle", "title"),
                ("running", "title"),
                ("idle", "title"),
            ],
            id="Claude Code: works, asks twice, rests, answers",
        ),
    ],
)
def test_states_follow_the_recording(
    emulator: str, name: str, expected: list[tuple[str, str]]
) -> None:
    assert told(emulator, name) == expected


def test_a_permission_is_seen_without_a_title_as_well(emulator: str) -> None:
    assert ("requires_action", "dialog") in told(emulator, "silent")
    assert ("requires_action", "dialog") in told(emulator, "claude-code", titles=False)


def test_both_emulators_draw_the_same(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.jsonl"):
        recording = load(path)
        texts: set[str] = set()
        for name in EMULATORS:
            shown = terminal(name, recording)
            shown.feed(recording.output)
            texts.add(shown.text())
            shown.close()
        assert len(texts) == 1, path.name
        save(recording, tmp_path / path.name)
        assert load(tmp_path / path.name) == recording

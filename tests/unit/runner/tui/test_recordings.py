"""What is concluded from recorded terminals of real agents, on the recordings' own clock.

`recordings/README.md` says what they are and how they are made.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from taskyard.runner.agents.tui.emulators import EMULATORS, open_terminal
from taskyard.runner.agents.tui.terminal import EmulatorMissing, Terminal
from taskyard.testing.recordings import Seen, load, replay, save

FOLDER = Path(__file__).parent / "recordings"
RECORDINGS = sorted(FOLDER.glob("*.jsonl.gz"))


class Row(NamedTuple):
    recording: str
    moment: str
    state: str
    source: str  # empty: any
    detail: str  # words of it; empty: none at all


def _work(agent: str, source: str, *, asks: str, by: str) -> list[Row]:
    name = f"{agent}.work"
    return [
        Row(name, "idle", "idle", source, ""),
        Row(name, "working", "running", source, ""),
        Row(name, "answered", "idle", source, ""),
        Row(name, "asked", "requires_action", by, asks),
        Row(name, "declined", "idle", source, ""),
    ]


WORK = [
    *_work("claude-code", "title", by="dialog", asks="create hello.txt"),
    *_work("codex", "title", by="title", asks="May I write hello.txt?"),
    *_work("gemini", "title", by="title", asks="Apply this change?"),
    *_work("qwen", "title", by="title", asks="Apply this change?"),
    # These say nothing in their titles.
    *_work("aider", "screen", by="dialog", asks="Create new file?"),
    *_work("copilot", "screen", by="dialog", asks="create /var/tmp"),
    *_work("opencode", "screen", by="dialog", asks="Permission required: Edit hello"),
]
LOGIN = [
    Row("claude-code.no-key", "started", "idle", "title", ""),
    Row("claude-code.no-key", "refused", "auth_required", "", "Not logged in"),
    Row("claude-code.no-key", "logging in", "auth_required", "dialog", "login method"),
    Row("claude-code.bad-key", "failed", "auth_required", "title", "Please run /login"),
    # Without any network it does not come to its first menu.
    Row("claude-code.fresh-home", "screen 1", "starting", "screen", ""),
    Row("codex.no-key", "refused", "auth_required", "title", "OPENAI_API_KEY"),
    Row("codex.bad-key", "trying", "running", "title", ""),
    Row("codex.bad-key", "failed", "auth_required", "title", "401 Unauthorized"),
    Row(
        "codex.fresh-home", "screen 1", "auth_required", "dialog", "how you want to use"
    ),
    Row("codex.fresh-home", "screen 2", "auth_required", "dialog", "via your browser"),
    Row("gemini.no-key", "started", "auth_required", "dialog", "Enter Gemini API Key"),
    Row("gemini.bad-key", "failed", "auth_required", "title", "API key not valid"),
    Row("gemini.fresh-home", "screen 1", "requires_action", "dialog", "Do you trust"),
    Row("gemini.fresh-home", "screen 3", "auth_required", "dialog", "authorize"),
    Row("qwen.no-key", "started", "auth_required", "dialog", "Connect a Provider"),
    Row("qwen.bad-key", "failed", "auth_required", "title", "API Error: 401"),
    Row("qwen.fresh-home", "screen 1", "auth_required", "dialog", "Connect a Provider"),
    Row("qwen.fresh-home", "screen 2", "auth_required", "dialog", "Access Method"),
    Row(
        "copilot.bad-key", "failed", "auth_required", "screen", "Authentication failed"
    ),
    Row("copilot.fresh-home", "screen 1", "requires_action", "dialog", "Do you trust"),
    Row("opencode.bad-key", "failed", "auth_required", "screen", "invalid x-api-key"),
    Row("aider.no-key", "refused", "auth_required", "screen", "AuthenticationError"),
    Row("aider.bad-key", "failed", "requires_action", "dialog", "Open URL for more"),
    Row("aider.fresh-home", "screen 1", "idle", "screen", ""),
    # It has a model of its own that needs no key.
    Row("opencode.fresh-home", "screen 1", "idle", "screen", ""),
]
TROUBLE = [
    Row("claude-code.server-error", "failed", "idle", "title", "API Error: 500"),
    Row("claude-code.overloaded", "failed", "idle", "title", "529 Overloaded"),
    Row("codex.server-error", "failed", "running", "title", ""),
    Row("codex.overloaded", "failed", "running", "title", ""),
    Row("gemini.server-error", "failed", "running", "title", ""),
    Row("gemini.overloaded", "failed", "running", "title", ""),
    Row("qwen.server-error", "failed", "running", "title", ""),
    Row("qwen.overloaded", "failed", "running", "title", ""),
    Row("aider.server-error", "failed", "running", "screen", ""),
    Row("aider.overloaded", "failed", "running", "screen", ""),
    Row("copilot.overloaded", "trying", "running", "screen", ""),
    Row("opencode.server-error", "failed", "running", "screen", ""),
    Row("opencode.overloaded", "failed", "running", "screen", ""),
]
#: Words about a limit are told, but no state is made of them.
LIMIT = [
    Row("claude-code.usage-limit", "failed", "idle", "title", "rejected (429)"),
    Row("codex.usage-limit", "failed", "idle", "title", "hit your usage limit"),
    Row("gemini.usage-limit", "failed", "requires_action", "dialog", "limit reached"),
    Row("aider.usage-limit", "failed", "running", "screen", ""),
    Row("qwen.usage-limit", "failed", "running", "title", ""),
    Row("copilot.usage-limit", "failed", "idle", "screen", "429"),
    Row("opencode.usage-limit", "failed", "running", "screen", ""),
]
ROWS = [*WORK, *LOGIN, *TROUBLE, *LIMIT]


@pytest.fixture(scope="module")
def seen() -> dict[str, list[Seen]]:
    """What is concluded, by recording; each is played once."""
    told: dict[str, list[Seen]] = {}
    for path in RECORDINGS:
        recording = load(path)
        terminal = open_terminal(recording.columns, recording.rows)
        told[path.name.removesuffix(".jsonl.gz")] = list(replay(recording, terminal))
        terminal.close()
    return told


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.recording}: {row.moment}") for row in ROWS]
)
def test_the_state_is_true(seen: dict[str, list[Seen]], row: Row) -> None:
    at = load(FOLDER / f"{row.recording}.jsonl.gz").moments[row.moment]
    verdict = [s.verdict for s in seen[row.recording] if s.at <= at][-1]

    assert (verdict.state, verdict.source) == (row.state, row.source or verdict.source)
    assert row.detail in verdict.detail
    assert bool(row.detail) == bool(verdict.detail) or row.state == "starting"


@pytest.mark.parametrize(
    "path", [p for p in RECORDINGS if p.name.endswith(".work.jsonl.gz")], ids=str
)
def test_titles_are_not_needed_to_see_work_and_questions(path: Path) -> None:
    recording = load(path)
    terminal = open_terminal(recording.columns, recording.rows)
    told = list(replay(recording, terminal, titles=False))
    terminal.close()

    def at(moment: str) -> str:
        past = [s for s in told if s.at <= recording.moments[moment]]
        return past[-1].verdict.state

    assert [at(m) for m in ("working", "answered", "asked", "declined")] == [
        "running",
        "idle",
        "requires_action",
        "idle",
    ]


def test_a_limit_is_never_concluded_from_a_screen(
    seen: dict[str, list[Seen]],
) -> None:
    states = {s.verdict.state for told in seen.values() for s in told}

    assert "limited" not in states


def test_every_recording_is_in_the_table() -> None:
    assert {row.recording for row in ROWS} >= {
        path.name.removesuffix(".jsonl.gz")
        for path in RECORDINGS
        if ".no-key" not in path.name and "copilot.server-error" not in path.name
    }


def test_both_emulators_draw_the_same(tmp_path: Path) -> None:
    terminals: list[Terminal] = []
    for path in RECORDINGS:
        recording = load(path)
        texts: set[str] = set()
        for name in EMULATORS:
            try:
                shown = EMULATORS[name](recording.columns, recording.rows)
            except EmulatorMissing as exc:
                pytest.skip(str(exc))
            shown.feed(recording.output)
            texts.add(shown.text())
            terminals.append(shown)
        assert len(texts) == 1, path.name
        save(recording, tmp_path / path.name)
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), (
            "the same recording is the same file"
        )
    for terminal in terminals:
        terminal.close()

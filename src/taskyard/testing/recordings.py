"""What agents wrote to their terminals, with times, and what is concluded from it.

A recording is a file of JSON lines: the first says whose it is and how large the terminal
was, the others are `[seconds, kind, text]` in order, where kind is

    out      the agent wrote `text` (UTF-8 that may be cut anywhere, as Latin-1)
    prompt   a message was typed; Enter was pressed in this moment
    rest     the driver that recorded it took the turn for ended
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

from taskyard.runner.agents.tui.dialogs import Dialog, find_dialog
from taskyard.runner.agents.tui.evidence import Evidence, Verdict, judge, works
from taskyard.runner.agents.tui.profiles import Profile, profile_of
from taskyard.runner.agents.tui.terminal import Terminal

__all__ = ["Entry", "Recording", "Seen", "load", "replay", "save"]

#: As the driver: a look 16 ms after the last output, and whenever a rule asks for it.
_QUIET: Final = 0.016
_STEP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    at: float
    kind: Literal["out", "prompt", "rest"]
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    agent: str
    columns: int
    rows: int
    entries: tuple[Entry, ...]

    @property
    def output(self) -> bytes:
        return b"".join(entry.data for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Seen:
    at: float
    verdict: Verdict


def load(path: Path) -> Recording:
    lines = path.read_text("ascii").splitlines()
    head = cast("dict[str, Any]", json.loads(lines[0]))
    entries: list[Entry] = []
    for line in lines[1:]:
        at, kind, text = json.loads(line)
        entries.append(Entry(float(at), kind, str(text).encode("latin-1")))
    return Recording(
        agent=str(head["agent"]),
        columns=int(head["columns"]),
        rows=int(head["rows"]),
        entries=tuple(entries),
    )


def save(recording: Recording, path: Path) -> None:
    head = {
        "agent": recording.agent,
        "columns": recording.columns,
        "rows": recording.rows,
    }
    lines = [json.dumps(head)]
    lines += [
        json.dumps([round(e.at, 3), e.kind, e.data.decode("latin-1")])
        for e in recording.entries
    ]
    path.write_text("\n".join(lines) + "\n", "ascii")


def replay(
    recording: Recording, terminal: Terminal, *, after: float = 5.0, titles: bool = True
) -> Iterator[Seen]:
    """Every change of what is concluded, until `after` seconds behind the end.

    Without `titles` only the screen counts, as if the agent said nothing there.
    """
    watcher = _Watcher(recording, terminal, titles=titles)
    end = recording.entries[-1].at + after
    for step in range(int(end / _STEP)):
        if (seen := watcher.look(step * _STEP)) is not None:
            yield seen


class _Watcher:
    """The driver's memory between two looks, on the recording's clock."""

    def __init__(
        self, recording: Recording, terminal: Terminal, *, titles: bool
    ) -> None:
        self._left = list(reversed(recording.entries))
        self._terminal = terminal
        self._profile: Profile = profile_of(recording.agent)
        self._titles = titles
        self._screen = self._title = ""
        self._dialog: Dialog | None = None
        self._ages = {"screen": 0.0, "title": 0.0, "dialog": 0.0}
        self._is_prompted = self._has_worked = False
        self._last_output = 0.0
        self._told: tuple[str, str] = ("", "")

    def look(self, now: float) -> Seen | None:
        while self._left and self._left[-1].at <= now:
            self._take(self._left.pop())
        if now - self._last_output < _QUIET:
            return None
        self._compare(now)
        evidence = Evidence(
            screen=self._screen,
            title=self._title,
            screen_age=now - self._ages["screen"],
            title_age=now - self._ages["title"],
            dialog_age=now - self._ages["dialog"],
            is_prompted=self._is_prompted,
            has_worked=self._has_worked,
        )
        if self._is_prompted and works(self._profile, evidence):
            self._has_worked = True
        verdict = judge(self._profile, evidence)
        told = (verdict.state, verdict.source)
        if verdict.again is not None or told == self._told:
            return None
        self._told = told
        self._is_prompted = self._is_prompted and verdict.state != "idle"
        return Seen(now, verdict)

    def _take(self, entry: Entry) -> None:
        if entry.kind == "prompt":
            self._is_prompted, self._has_worked = True, False
        elif entry.kind == "out":
            self._terminal.feed(entry.data)
            self._last_output = entry.at

    def _compare(self, now: float) -> None:
        text = self._terminal.text()
        title = self._terminal.title if self._titles else ""
        if text != self._screen:
            self._screen, self._ages["screen"] = text, now
            dialog = find_dialog(text, self._profile.dialogs)
            if dialog != self._dialog:
                self._dialog, self._ages["dialog"] = dialog, now
        if title != self._title:
            self._title, self._ages["title"] = title, now

"""What agents wrote to their terminals, with times, and what is concluded from it.

A recording is a compressed file of JSON lines: the first says whose it is, of which
version and when, and how large the terminal was; the others are `[seconds, kind, text]`
in order, where kind is

    out      the agent wrote `text` (UTF-8 that may be cut anywhere, as Latin-1)
    prompt   `text` was typed; Enter was pressed in this moment
    moment   `text` names what is there now, for a person and for the tests
"""

import gzip
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from taskyard.runner.agents.tui.answer import Answer
from taskyard.runner.agents.tui.complaints import Complaint, complaint_in
from taskyard.runner.agents.tui.dialogs import Dialog, find_dialog
from taskyard.runner.agents.tui.evidence import Evidence, Verdict, judge, works
from taskyard.runner.agents.tui.profiles import Profile, profile_of
from taskyard.runner.agents.tui.terminal import Terminal

__all__ = ["Entry", "Kind", "Recording", "Seen", "load", "replay", "save"]

Kind: TypeAlias = Literal["out", "prompt", "moment"]

#: As the driver: a look 16 ms after the last output, and whenever a rule asks for it.
_QUIET: Final = 0.016
_STEP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    at: float
    kind: Kind
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    agent: str
    version: str = ""
    made: str = ""  # the day, as 2026-01-31
    columns: int
    rows: int
    entries: tuple[Entry, ...]

    @property
    def moments(self) -> dict[str, float]:
        return {e.data.decode(): e.at for e in self.entries if e.kind == "moment"}

    @property
    def output(self) -> bytes:
        return b"".join(entry.data for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Seen:
    at: float
    verdict: Verdict


def load(path: Path) -> Recording:
    lines = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()
    head = cast("dict[str, Any]", json.loads(lines[0]))
    entries: list[Entry] = []
    for line in lines[1:]:
        at, kind, text = json.loads(line)
        entries.append(Entry(float(at), kind, str(text).encode("latin-1")))
    return Recording(
        agent=str(head["agent"]),
        version=str(head["version"]),
        made=str(head["made"]),
        columns=int(head["columns"]),
        rows=int(head["rows"]),
        entries=tuple(entries),
    )


def save(recording: Recording, path: Path) -> None:
    head = {
        "agent": recording.agent,
        "version": recording.version,
        "made": recording.made,
        "columns": recording.columns,
        "rows": recording.rows,
    }
    lines = [json.dumps(head)]
    lines += [
        json.dumps([round(e.at, 3), e.kind, e.data.decode("latin-1")])
        for e in recording.entries
    ]
    # The same recording is the same file, whenever it is written.
    path.write_bytes(gzip.compress("\n".join(lines).encode("ascii"), 9, mtime=0))


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
        self._answer: Answer | None = None  # to the prompt of the turn under way
        self._has_worked = False
        self._complaint: Complaint | None = None
        self._due = 0.0  # when to look next, if nothing comes before
        self._is_ready = False
        self._told: tuple[str, str, str] = ("", "", "")

    def look(self, now: float) -> Seen | None:
        while self._left and self._left[-1].at <= now:
            self._take(self._left.pop())
        if now < self._due:
            return None
        self._compare(now)
        verdict = self._judge(now)
        self._due = math.inf if verdict.again is None else now + verdict.again
        known = self._answer is None or self._told[0] == "running"
        if verdict.again is not None and self._is_ready and known:
            return None
        if self._answer is None and self._is_ready and verdict.state == "starting":
            return None
        verdict = self._after_complaint(verdict)
        self._is_ready = self._is_ready or verdict.state not in ("starting", "running")
        told = (verdict.state, verdict.source, verdict.detail)
        if told == self._told:
            return None
        self._told = told
        return Seen(now, verdict)

    def _judge(self, now: float) -> Verdict:
        evidence = Evidence(
            screen=self._screen,
            title=self._title,
            screen_age=now - self._ages["screen"],
            title_age=now - self._ages["title"],
            dialog_age=now - self._ages["dialog"],
            is_prompted=self._answer is not None,
            has_worked=self._has_worked,
        )
        if self._answer is not None and works(self._profile, evidence):
            self._has_worked = True
        return judge(self._profile, evidence)

    def _after_complaint(self, verdict: Verdict) -> Verdict:
        if verdict.state != "idle":
            self._complaint = None
            return verdict
        if self._answer is not None:
            self._complaint = complaint_in(self._profile.trouble, self._answer.text())
            self._answer = None
        return verdict if self._complaint is None else self._complaint.about(verdict)

    def _take(self, entry: Entry) -> None:
        if entry.kind == "prompt":
            before, said = self._whole(), entry.data.decode()
            self._answer = Answer(self._profile, before, said)
            self._has_worked, self._complaint = False, None
        elif entry.kind == "out":
            self._terminal.feed(entry.data)
            self._due = entry.at + _QUIET

    def _compare(self, now: float) -> None:
        text = self._terminal.text()
        title = self._terminal.title if self._titles else ""
        if text != self._screen:
            self._screen, self._ages["screen"] = text, now
            dialog = find_dialog(text, self._profile.dialogs)
            if dialog != self._dialog:
                self._dialog, self._ages["dialog"] = dialog, now
            if self._answer is not None:
                self._answer.see(self._whole())
        if title != self._title:
            self._title, self._ages["title"] = title, now

    def _whole(self) -> str:
        """As the driver's screen: with the history, where the agent has left one."""
        terminal = self._terminal
        return terminal.text() if terminal.is_alternate else terminal.history()

"""How fast terminals are emulated, and how soon an agent at rest is known to be at rest.

Feed: MB/s of each emulator over recorded terminals. Ready: on the same recordings, the
time from the agent's last sign of the turn to "idle", by our evidence and by AgentAPI's
rule, which waits for 81 equal looks at the screen, 25 ms apart. What it would say while
the agent asks for a permission or a login is printed as well. Goals: the emulator that is
used takes in at least 20 MB/s, and agents that tell by their title are known to be ready
within 300 ms.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from _goal import finish, goal

from taskyard.runner.agents.tui.emulators import EMULATORS
from taskyard.runner.agents.tui.terminal import EmulatorMissing, Terminal
from taskyard.testing.recordings import Recording, load, replay

FOLDER: Final = (
    Path(__file__).parents[1] / "tests" / "unit" / "runner" / "tui" / "recordings"
)
FEED_BYTES: Final = 8 * 1024 * 1024
CHUNK: Final = 4096  # what one read of a terminal gives
ROUNDS: Final = 3
LOG: Final = b"\x1b[32m2026-01-01 INFO\x1b[0m a line of a build, as logs have them\r\n"
#: AgentAPI's rule.
SNAPSHOT_SECONDS: Final = 0.025
EQUAL_SNAPSHOTS: Final = 81
#: Moments in which an agent waits for a person: to call it ready then is wrong.
BLOCKED: Final = frozenset({"asked", "logging in"})
#: Agents that say in their terminal's title whether they work.
TITLED: Final = ("claude-code", "codex", "gemini", "qwen")


def main() -> None:
    paths = sorted(FOLDER.glob("*.work.jsonl.gz"))
    recordings = {path.name.partition(".")[0]: load(path) for path in paths}
    slowest = dict[str, float]()
    for name in EMULATORS:
        try:
            terminal = EMULATORS[name](120, 40)
        except EmulatorMissing as exc:
            print(f"{name}: not here ({exc})")
            continue
        terminal.close()
        speeds = {"log": feed(name, LOG)}
        for title, recording in recordings.items():
            speeds[title] = feed(name, recording.output)
        told = ", ".join(f"{title} {speed:.0f}" for title, speed in speeds.items())
        print(
            f"{name}, MB/s: {told}; text of a screen {text_seconds(name) * 1e3:.2f} ms"
        )
        slowest[name] = min(speeds.values())
    for title, recording in recordings.items():
        ours, theirs = by_evidence(recording), by_snapshots(recording)
        print(
            f"ready after a turn of {title}: {_after(recording, ours)}, "
            f"81 equal snapshots {_after(recording, theirs)}; "
            f"asking: {_blocked(recording, ours)}, "
            f"81 equal snapshots {_blocked(recording, theirs)}"
        )
        if title in TITLED:
            delay = _delay(recording, ours)
            late = math.inf if delay is None else delay * 1e3
            goal(f"ready after a turn of {title}", late, 300, "ms")
    name, speed = next(iter(slowest.items()))
    goal(f"{name}, slowest of these", speed, 20, "MB/s", at_least=True)


def feed(emulator: str, data: bytes) -> float:
    """MB/s of the best round."""
    whole = data * (FEED_BYTES // len(data) + 1)
    best = 0.0
    for _ in range(ROUNDS):
        terminal = EMULATORS[emulator](120, 40)
        began = time.perf_counter()
        for start in range(0, len(whole), CHUNK):
            terminal.feed(whole[start : start + CHUNK])
            terminal.replies()
        best = max(best, len(whole) / (time.perf_counter() - began) / 1e6)
        terminal.close()
    return best


def text_seconds(emulator: str) -> float:
    terminal = EMULATORS[emulator](120, 40)
    terminal.feed(LOG * 200)
    began = time.perf_counter()
    for _ in range(200):
        terminal.text()
    seconds = (time.perf_counter() - began) / 200
    terminal.close()
    return seconds


#: From a moment on, it is known to be ready or not.
Course = Sequence[tuple[float, bool]]


def by_evidence(recording: Recording) -> Course:
    terminal = _terminal(recording)
    seen = list(replay(recording, terminal))
    terminal.close()
    return [(s.at, s.verdict.state == "idle") for s in seen]


def by_snapshots(recording: Recording) -> Course:
    """The screen every 25 ms; ready when the last 81 of them are equal."""
    terminal, course = _terminal(recording), list[tuple[float, bool]]()
    left, last, equal, at = list(reversed(recording.entries)), "", 0, 0.0
    while at < recording.entries[-1].at + 5:
        while left and left[-1].at <= at:
            terminal.feed(left.pop().data)
        text = terminal.text()
        equal = equal + 1 if text == last else 1
        course.append((at, equal >= EQUAL_SNAPSHOTS))
        last, at = text, at + SNAPSHOT_SECONDS
    terminal.close()
    return course


def _terminal(recording: Recording) -> Terminal:
    return next(iter(EMULATORS.values()))(recording.columns, recording.rows)


def _after(recording: Recording, course: Course) -> str:
    said, rested = _turn(recording)
    delay = _delay(recording, course)
    early = any(ready for at, ready in course if said + 0.5 < at < rested - 1)
    when = "never" if delay is None else f"{delay * 1e3:.0f} ms"
    return when + (" (and wrongly before)" if early else "")


def _delay(recording: Recording, course: Course) -> float | None:
    """From the last change on the screen or in the title to the knowledge of rest."""
    _, rested = _turn(recording)
    return next((at - rested for at, ready in course if ready and at >= rested), None)


def _turn(recording: Recording) -> tuple[float, float]:
    """When the prompt was given, and when the last sign of its turn came."""
    done = recording.moments["answered"]
    said = max(e.at for e in recording.entries if e.kind == "prompt" and e.at < done)
    return said, _last_sign(recording, said, done)


def _last_sign(recording: Recording, begin: float, end: float) -> float:
    """When text or title changed last."""
    terminal, last, changed = _terminal(recording), ("", ""), begin
    for entry in recording.entries:
        if entry.at > end:
            break
        if entry.kind == "out":
            terminal.feed(entry.data)
            now = (terminal.text(), terminal.title)
            if now != last and entry.at > begin:
                changed = entry.at
            last = now
    terminal.close()
    return changed


def _blocked(recording: Recording, course: Course) -> str:
    at = next(at for name, at in recording.moments.items() if name in BLOCKED)
    ready = [is_ready for when, is_ready in course if when <= at][-1]
    return "called ready" if ready else "not ready"


if __name__ == "__main__":
    main()
    finish()

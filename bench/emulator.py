"""How fast terminals are emulated, and how soon an agent at rest is known to be at rest.

Feed: MB/s of each emulator over recorded terminals. Ready: on the same recordings, the
time from the agent's last sign of the turn to "idle", by the title and by the rule of two
seconds without a change (AgentAPI's).
"""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

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
IDLE_TITLE: Final = b"\x1b]0;\xe2\x9c\xb3"


def main() -> None:
    recordings = {path.stem: load(path) for path in sorted(FOLDER.glob("*.jsonl"))}
    for name in EMULATORS:
        try:
            terminal = EMULATORS[name](120, 40)
        except EmulatorMissing as exc:
            print(f"{name}: not here ({exc})")
            continue
        terminal.close()
        print(f"{name}: log {feed(name, LOG):.0f} MB/s", end="")
        for title, recording in recordings.items():
            print(f", {title} {feed(name, recording.output):.0f} MB/s", end="")
        print(f"; text of a screen {text_seconds(name) * 1e3:.2f} ms")
    for title, recording in recordings.items():
        if IDLE_TITLE in recording.output:
            by_title = ready(recording, titles=True)
            by_screen = ready(recording, titles=False)
            print(
                f"ready after a turn of {title}: title {_ms(by_title)}, "
                f"two seconds without change {_ms(by_screen)}"
            )


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


def ready(recording: Recording, *, titles: bool) -> list[float]:
    """Seconds from the idle title of each turn to the conclusion that it is over."""
    terminal: Terminal = next(iter(EMULATORS.values()))(
        recording.columns, recording.rows
    )
    idle = [
        seen.at
        for seen in replay(recording, terminal, titles=titles)
        if seen.verdict.state == "idle"
    ]
    terminal.close()
    times: list[float] = []
    for rest in (entry.at for entry in recording.entries if entry.kind == "rest"):
        begins = [
            e.at for e in recording.entries if e.at <= rest and IDLE_TITLE in e.data
        ]
        known = [at for at in idle if at >= begins[-1]]
        times += [known[0] - begins[-1]] if known else []
    return times


def _ms(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.0f} ms" if seconds else "never"


if __name__ == "__main__":
    main()

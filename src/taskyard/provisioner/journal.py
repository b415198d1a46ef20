"""What a job has to tell: log lines with their stage, and how long things took."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Literal

from taskyard.kit.clock import Clock
from taskyard.protocol.provisioner import JobLog, Timing

__all__ = ["Journal", "Level"]

Level = Literal["trace", "debug", "info", "warn", "error"]

# A template can print without end; what a person reads is the beginning and the error.
_MAX_LINES: Final = 20_000
_MAX_LINE: Final = 8_192


class Journal:
    """Lines wait here until they are drained; those beyond the limit are counted only."""

    def __init__(self, clock: Clock, *, max_lines: int = _MAX_LINES) -> None:
        self.timings: list[Timing] = []
        self._clock = clock
        self._left = max_lines
        self._stage = ""
        self._waiting: list[JobLog] = []

    @contextmanager
    def stage(self, name: str, *, timing: str) -> Generator[None]:
        """Lines inside carry `name`; the time it took is kept under `timing`."""
        outer, self._stage = self._stage, name
        started = self._clock.now()
        try:
            yield
        finally:
            self._stage = outer
            self.timings.append(
                Timing(stage=timing, started_at=started, ended_at=self._clock.now())
            )

    def write(
        self,
        text: str,
        level: Level = "info",
        *,
        source: Literal["provisioner_daemon", "provisioner"] = "provisioner_daemon",
    ) -> None:
        # The last word of a job that failed must be there, whatever came before.
        if self._left <= 0 and level != "error":
            return
        self._left -= 1
        if self._left == 0:
            level, text = "warn", "The log is full: further lines are not kept."
        if len(text) > _MAX_LINE:
            text = f"{text[:_MAX_LINE]} [... {len(text) - _MAX_LINE} more characters]"
        self._waiting.append(
            JobLog(
                created_at=self._clock.now(),
                source=source,
                level=level,
                stage=self._stage,
                # PostgreSQL has no text with NUL in it.
                output=text.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            )
        )

    def drain(self, at_most: int) -> list[JobLog]:
        taken, self._waiting = self._waiting[:at_most], self._waiting[at_most:]
        return taken

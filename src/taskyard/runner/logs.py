"""Lines of output on their way to the server, in batches."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Literal, final

from typing_extensions import override

from taskyard.kit.clock import Clock
from taskyard.protocol.link import DurableEvent, LogLine
from taskyard.runner.masking import Mask

__all__ = ["Level", "LineSplitter", "LogSink", "SinkHandler"]

Level = Literal["trace", "debug", "info", "warn", "error"]

BATCH_LINES: Final = 200
BATCH_BYTES: Final = 128 * 1024
LINE_BYTES: Final = 16 * 1024
FLUSH_SECONDS: Final = 0.25
#: One script may send this much in a runner's life; its log file has the rest.
SOURCE_BYTES: Final = 4 * 1024 * 1024


@final
class LogSink:
    """Collects lines and emits `logs` events: every quarter second, or when many wait."""

    def __init__(
        self, *, emit: Callable[[DurableEvent], None], mask: Mask, clock: Clock
    ) -> None:
        self._emit = emit
        self._mask = mask
        self._clock = clock
        self._lines: list[LogLine] = []
        self._size = 0
        self._sent: defaultdict[str, int] = defaultdict(int)
        self._timer: asyncio.TimerHandle | None = None

    def add(self, source: str, level: Level, text: str) -> None:
        """Take one line of `source`: a script's id, or "runner"."""
        before = self._sent[source]
        if source != "runner" and before > SOURCE_BYTES:
            return

        self._sent[source] = before + len(text)
        if source != "runner" and self._sent[source] > SOURCE_BYTES:
            level, text = "warn", "[output limit reached: the rest is in the log file]"
        if len(text) > LINE_BYTES:
            text = f"{text[:LINE_BYTES]} [line cut: {len(text) - LINE_BYTES} more]"
        line: LogLine = {
            "at": self._clock.now().isoformat(),
            "source": source,
            "level": level,
            "output": self._mask.text(text.replace("\0", "")),
        }
        self._lines.append(line)
        self._size += len(text)
        if len(self._lines) >= BATCH_LINES or self._size >= BATCH_BYTES:
            self.flush()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Emit what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._lines:
            lines, self._lines, self._size = self._lines, [], 0
            self._emit({"name": "logs", "lines": lines})


@final
class LineSplitter:
    """Turns chunks of bytes into lines; a line without an end is cut at a limit."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line)
        if len(self._rest) > LINE_BYTES:
            self._line(self._rest)
            self._rest = b""

    def end(self) -> None:
        if self._rest:
            self._line(self._rest)
            self._rest = b""

    def _line(self, line: bytes) -> None:
        self._take(line.rstrip(b"\r").decode("utf-8", "replace"))


@final
class SinkHandler(logging.Handler):
    """The runner's own warnings, sent like a script's output."""

    def __init__(self, sink: LogSink) -> None:
        super().__init__(logging.WARNING)
        self._sink = sink
        self._loop = asyncio.get_running_loop()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "error" if record.levelno >= logging.ERROR else "warn"
        text = f"{record.name}: {record.getMessage()}"
        self._loop.call_soon_threadsafe(self._sink.add, "runner", level, text)

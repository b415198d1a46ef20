"""The terminal of asciinema: parses quickly, keeps text only; `Signals` hears the rest."""

import codecs
import importlib
from typing import Any, final

from taskyard.runner.agents.tui.signals import Signals
from taskyard.runner.agents.tui.terminal import HISTORY_LINES, EmulatorMissing, cleared

__all__ = ["Avt"]


@final
class Avt:
    """See `Terminal`."""

    def __init__(self, columns: int, rows: int) -> None:
        try:
            module: Any = importlib.import_module("avt")
        except ImportError as exc:
            raise EmulatorMissing(str(exc)) from exc
        self._vt: Any = module.Vt(columns, rows, HISTORY_LINES)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._signals = Signals()

    @property
    def title(self) -> str:
        return self._signals.title

    @property
    def bells(self) -> int:
        return self._signals.bells

    @property
    def is_alternate(self) -> bool:
        return self._signals.is_alternate

    @property
    def takes_paste(self) -> bool:
        return self._signals.takes_paste

    @property
    def cursor(self) -> tuple[int, int]:
        cursor = self._vt.cursor
        return int(cursor.col), int(cursor.row)

    @property
    def is_between(self) -> bool:
        return self._signals.is_between and not self._decoder.getstate()[0]

    def feed(self, data: bytes) -> None:
        # "The sign before is text, no picture" would take a cell of its own here.
        self._vt.feed_str(self._decoder.decode(data).replace("\ufe0e", ""))
        self._signals.feed(data, self.cursor)

    def text(self) -> str:
        return _joined([line.text for line in self._vt.view()])

    def history(self) -> str:
        return _joined([line.text for line in self._vt.lines()])

    def paint(self) -> bytes:
        lines = self._vt.lines()
        history = b""
        if len(lines) > (rows := self._vt.size[1]) and not self.is_alternate:
            past = "\r\n".join(line.text.rstrip() for line in lines[:-rows])
            history = past.encode() + b"\r\n" * rows + b"\x1b[H"
        # It writes CSI as one character, which terminals set to UTF-8 may show.
        screen = str(self._vt.dump()).replace("\x9b", "\x1b[").encode()
        return cleared(self.title) + history + screen + self._signals.modes()

    def replies(self) -> bytes:
        return self._signals.replies()

    def resize(self, columns: int, rows: int) -> None:
        self._vt.resize(columns, rows)

    def close(self) -> None:
        """Nothing: Python frees it."""


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip()

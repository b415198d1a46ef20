"""The terminal of asciinema: parses quickly, keeps text only; `Signals` hears the rest."""

import codecs
import importlib
from typing import Any, final

from taskyard.runner.agents.tui.signals import Signals
from taskyard.runner.agents.tui.terminal import HISTORY_LINES, EmulatorMissing

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
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
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

    def feed(self, data: bytes) -> None:
        self._vt.feed_str(self._decode(data))
        self._signals.feed(data, self.cursor)

    def text(self) -> str:
        return _joined([line.text for line in self._vt.view()])

    def history(self) -> str:
        return _joined([line.text for line in self._vt.lines()])

    def replies(self) -> bytes:
        return self._signals.replies()

    def resize(self, columns: int, rows: int) -> None:
        self._vt.resize(columns, rows)

    def close(self) -> None:
        """Nothing: Python frees it."""


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip()

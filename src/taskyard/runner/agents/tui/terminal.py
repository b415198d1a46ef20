"""A terminal without a window: what an agent draws becomes text, title, bell and replies."""

from typing import Final, Protocol

from taskyard.protocol.terminal import CLEARED

__all__ = ["HISTORY_LINES", "EmulatorMissing", "Terminal", "cleared"]

#: Lines that left the main screen at the top and are kept: an answer is rarely longer.
HISTORY_LINES: Final = 2000


class EmulatorMissing(Exception):
    """This emulator is not installed, or not for this platform; the text says what was tried."""


class Terminal(Protocol):
    """Columns × rows of text. Not safe for use from several threads."""

    @property
    def title(self) -> str:
        """What OSC 0 or 2 said last."""
        ...

    @property
    def bells(self) -> int:
        """How often the bell has rung; the end of an OSC is none."""
        ...

    @property
    def is_alternate(self) -> bool:
        """Whether a full-screen program has taken over: there is no history then."""
        ...

    @property
    def takes_paste(self) -> bool:
        """Whether the program has asked for bracketed paste."""
        ...

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        ...

    def feed(self, data: bytes) -> None:
        """Take in output of the program; sequences may be cut anywhere."""
        ...

    def text(self) -> str:
        """The screen, a line a row, without blanks at the ends of lines and of the screen."""
        ...

    def history(self) -> str:
        """As `text`, with what has left the main screen at the top before it."""
        ...

    @property
    def is_between(self) -> bool:
        """Whether the output so far ends between two characters and sequences."""
        ...

    def paint(self) -> bytes:
        """Output that makes any terminal of this size show the same.

        Text with its colours, history, cursor, title and modes. Ask for it only when
        `is_between`: else the rest of a sequence that comes next would be shown.
        """
        ...

    def replies(self) -> bytes:
        """What the terminal answers to queries of the program; each answer once."""
        ...

    def resize(self, columns: int, rows: int) -> None: ...

    def close(self) -> None:
        """Free what lies outside Python; the terminal is not used afterwards."""
        ...


def cleared(title: str) -> bytes:
    """What a painting begins with: an empty terminal of that title."""
    shown = "".join(rune for rune in title if rune.isprintable())
    return CLEARED + b"\x1b]0;" + shown.encode() + b"\x07"

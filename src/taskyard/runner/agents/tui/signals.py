"""What a terminal's output says beside the text: titles, bells, modes and questions.

For an emulator that keeps only the text. Sequences may be cut anywhere; a beginning that
never ends is forgotten after a while, as terminals do.
"""

import re
from typing import Final, final

__all__ = ["Signals"]

_SEQUENCE: Final = re.compile(
    rb"\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|\x1b[P_^X][^\x1b\x07]*(?:\x1b\\|\x07)"
    rb"|\x1b\[(?P<csi>[0-?]*)(?P<mid>[ -/]*)(?P<end>[hlncqup])"
    rb"|(?P<bell>\x07)"
)
#: The beginning of a sequence at the end of what has come.
_OPEN: Final = re.compile(rb"\x1b(?:[\]P_^X][^\x07\x1b]*\x1b?|\[[0-?]*[ -/]*)?\Z")
_LONGEST: Final = 64 * 1024
_TITLES: Final = (b"0", b"2")
_ALTERNATE: Final = frozenset({b"47", b"1047", b"1049"})
_PASTE: Final = b"2004"
#: What a program asks of the keyboard and the mouse.
_INPUT: Final = frozenset(
    {b"1000", b"1002", b"1003", b"1004", b"1005", b"1006", b"1015", _PASTE}
)
_TITLE_CHARACTERS: Final = 1000


@final
class Signals:
    """Feed it all output, and the emulator the same; `cursor` is asked for by `CSI 6 n`."""

    def __init__(self) -> None:
        self.title = ""
        self.bells = 0
        self.is_alternate = False
        self.takes_paste = False
        self._modes: set[bytes] = set()
        self._rest = b""
        self._replies = bytearray()

    @property
    def is_between(self) -> bool:
        """Whether no sequence has begun that has not ended."""
        return not self._rest

    def feed(self, data: bytes, cursor: tuple[int, int]) -> None:
        data = self._rest + data
        self._rest = b""
        if b"\x1b" not in data and b"\x07" not in data:
            return
        for match in _SEQUENCE.finditer(data):
            if match["bell"]:
                self.bells += 1
            elif match["osc"] is not None:
                self._command(match["osc"])
            elif match["end"]:
                self._control(match["csi"], match["mid"], match["end"], cursor)
        if (start := _OPEN.search(data)) and len(data) - start.start() <= _LONGEST:
            self._rest = data[start.start() :]

    def modes(self) -> bytes:
        """Output that asks for the same of the keyboard and the mouse."""
        return b"".join(b"\x1b[?%bh" % mode for mode in sorted(self._modes))

    def replies(self) -> bytes:
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def _command(self, body: bytes) -> None:
        number, _, text = body.partition(b";")
        if number in _TITLES:
            self.title = text.decode("utf-8", "replace")[:_TITLE_CHARACTERS]
        elif number in (b"10", b"11") and text == b"?":
            light = b"ffff/ffff/ffff" if number == b"10" else b"0000/0000/0000"
            self._replies += b"\x1b]%s;rgb:%s\x1b\\" % (number, light)

    def _control(
        self, parameters: bytes, middle: bytes, end: bytes, cursor: tuple[int, int]
    ) -> None:
        match (parameters[:1], middle, end):
            case (b"?", b"", b"h" | b"l"):
                self._mode(parameters[1:].split(b";"), on=end == b"h")
            case (_, b"", b"n") if parameters in (b"6", b"?6"):
                column, row = cursor
                self._replies += b"\x1b[%d;%dR" % (row + 1, column + 1)
            case (_, b"", b"n") if parameters == b"5":
                self._replies += b"\x1b[0n"
            case (_, b"", b"c") if parameters in (b"", b"0"):
                self._replies += b"\x1b[?62;22c"
            case (b">", b"", b"c"):
                self._replies += b"\x1b[>1;10;0c"
            case (b">", b"", b"q"):
                self._replies += b"\x1bP>|taskyard\x1b\\"
            case (b"?", b"", b"u"):
                self._replies += b"\x1b[?0u"
            case (b"?", b"$", b"p"):
                self._replies += b"\x1b[?%s;0$y" % parameters[1:]
            case _:
                pass

    def _mode(self, modes: list[bytes], *, on: bool) -> None:
        if _ALTERNATE.intersection(modes):
            self.is_alternate = on
        if _PASTE in modes:
            self.takes_paste = on
        asked = _INPUT.intersection(modes)
        self._modes = self._modes | asked if on else self._modes - asked

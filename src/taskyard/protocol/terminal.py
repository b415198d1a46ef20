"""A terminal on a stream of the link: what is drawn goes up, keys and sizes come down.

The server opens a stream with the target `{"service": "terminal", "session_id": ID,
"columns": N, "rows": N}` (0 × 0: watch, and leave the size as it is). Both sides then send
frames: one byte of kind, four of length (big endian), the content.

The runner begins with `REPLAY`: clear your terminal and make it this large. The `OUTPUT`
up to `REPLAY_END` paints what the agent's terminal shows now; what follows is live. A
watcher that is too slow gets another replay instead of what it missed. `SIZE` says that
somebody made the terminal another size. `CLOSED` is the last frame, with a sentence.
"""

import json
import struct
from enum import IntEnum
from typing import Any, Final, NamedTuple, cast, final

__all__ = [
    "CLEARED",
    "MAX_COLUMNS",
    "MAX_FRAME_BYTES",
    "MAX_ROWS",
    "BadFrame",
    "Frame",
    "FrameKind",
    "FrameReader",
    "TerminalSize",
    "encode",
    "encode_object",
    "read_size",
]

_HEAD: Final = struct.Struct("!BI")
#: Of the content; longer output and input is split.
MAX_FRAME_BYTES: Final = 64 * 1024
#: An emulator keeps every cell: a terminal of a million columns would take the memory.
MAX_COLUMNS: Final = 1000
MAX_ROWS: Final = 500
#: What makes any terminal an empty one: leave the alternate screen, forget modes (pastes,
#: mouse, focus, keyboard) and the region, clear. Softly: a full reset would take the
#: history of a person's own terminal.
CLEARED: Final = (
    b"\x1b[?1049l\x1b[!p\x1b[?9;1000;1002;1003;1004;1005;1006;1015;2004;2026l"
    b"\x1b[=0u\x1b[r\x1b[0m\x1b[H\x1b[2J"
)


class BadFrame(Exception):
    """The other side does not speak this protocol; the text says what came."""


class FrameKind(IntEnum):
    OUTPUT = 1  # runner -> server: bytes for a terminal
    REPLAY = 2  # runner -> server: {columns, rows}
    REPLAY_END = 3  # runner -> server: empty
    SIZE = 4  # runner -> server: {columns, rows}
    CLOSED = 5  # runner -> server: {reason}
    INPUT = 16  # server -> runner: keys
    RESIZE = 17  # server -> runner: {columns, rows}


class Frame(NamedTuple):
    kind: FrameKind
    content: bytes

    def object(self) -> dict[str, Any]:
        """The content of a frame that is JSON. Raises `BadFrame`."""
        try:
            found = json.loads(self.content)
        except (ValueError, RecursionError) as exc:
            raise BadFrame(f"{self.kind.name} holds no JSON") from exc
        if not isinstance(found, dict):
            raise BadFrame(f"{self.kind.name} holds no object")
        return cast("dict[str, Any]", found)


class TerminalSize(NamedTuple):
    columns: int
    rows: int


def encode(kind: FrameKind, content: bytes = b"") -> bytes:
    """Frames that carry `content`: one, or as many as its length needs."""
    if len(content) <= MAX_FRAME_BYTES:
        return _HEAD.pack(kind, len(content)) + content
    parts = (
        content[at : at + MAX_FRAME_BYTES]
        for at in range(0, len(content), MAX_FRAME_BYTES)
    )
    return b"".join(encode(kind, part) for part in parts)


def encode_object(kind: FrameKind, **fields: object) -> bytes:
    return encode(kind, json.dumps(fields).encode())


def read_size(given: dict[str, Any]) -> TerminalSize | None:
    """`columns` and `rows` of an object, cut to what is possible; None when it has none."""
    columns, rows = given.get("columns"), given.get("rows")
    if not isinstance(columns, int) or not isinstance(rows, int):
        return None
    if columns < 1 or rows < 1:
        return None
    return TerminalSize(min(columns, MAX_COLUMNS), min(rows, MAX_ROWS))


@final
class FrameReader:
    """Frames from bytes that come in pieces of any size."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete now. Raises `BadFrame`."""
        self._rest += data
        frames: list[Frame] = []
        at = 0
        while len(self._rest) - at >= _HEAD.size:
            kind, size = _HEAD.unpack_from(self._rest, at)
            if kind not in FrameKind.__members__.values():
                raise BadFrame(f"no frame is of kind {kind}")
            if size > MAX_FRAME_BYTES:
                raise BadFrame(f"a frame of {size} bytes is too large")
            end = at + _HEAD.size + size
            if len(self._rest) < end:
                break
            content = bytes(self._rest[at + _HEAD.size : end])
            frames.append(Frame(FrameKind(kind), content))
            at = end
        del self._rest[:at]
        return frames

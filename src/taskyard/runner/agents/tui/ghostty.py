"""libghostty-vt through ctypes: the fastest and most complete emulator we know.

The shared library has a plain C interface, so this needs no compiled Python module and
works with every Python. It is looked for in $TASKYARD_TERMINAL_LIBRARY, beside and
inside the runner's single file, and in an installed `pyghostty`, in that order.
"""

import ctypes
import hashlib
import importlib.util
import os
import platform
import sys
import weakref
import zipimport
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, final

from taskyard.runner.agents.tui import ghostty_paint
from taskyard.runner.agents.tui.terminal import HISTORY_LINES, EmulatorMissing, cleared
from taskyard.runner.places import Places

__all__ = ["LIBRARY", "Ghostty", "platform_name"]

LIBRARY: Final = "libghostty-vt.so"

# Numbers of the library's interface.
_ON_WRITE: Final = 1
_ON_BELL: Final = 2
_SCROLLBACK_BYTES: Final = 27
_SCROLLBACK_LINES: Final = 28
_CURSOR_X: Final = 3
_CURSOR_Y: Final = 4
_ACTIVE_SCREEN: Final = 6
_TITLE: Final = 12
_MODE: Final = 37
_HISTORY_ROWS: Final = 15
_IS_BETWEEN: Final = 38
_TAG_ACTIVE: Final = 0
_TAG_SCREEN: Final = 2
_PASTE_MODE: Final = 2004
_CELL_PIXELS: Final = (8, 16)
#: Room for the lines of history on a wide screen; a cell takes eight bytes.
_HISTORY_BYTES: Final = 4 * 1024 * 1024


class _String(ctypes.Structure):
    _fields_: ClassVar[Any] = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class _Reference(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("node", ctypes.c_void_p),
        ("x", ctypes.c_uint16),
        ("y", ctypes.c_uint16),
    ]


class _Selection(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("start", _Reference),
        ("end", _Reference),
        ("rectangle", ctypes.c_bool),
    ]


class _Format(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("emit", ctypes.c_int),
        ("unwrap", ctypes.c_bool),
        ("trim", ctypes.c_bool),
        ("selection", ctypes.POINTER(_Selection)),
    ]


class _Point(ctypes.Structure):
    # The value is a union of 16 bytes; ctypes passes no unions, and a structure of the
    # same layout is passed the same way.
    _fields_: ClassVar[Any] = [
        ("tag", ctypes.c_int),
        ("gap", ctypes.c_int),
        ("x", ctypes.c_uint16),
        ("y", ctypes.c_uint32),
        ("padding", ctypes.c_uint64),
    ]


class _Mode(ctypes.Structure):
    _fields_: ClassVar[Any] = [("mode", ctypes.c_uint16), ("value", ctypes.c_bool)]


_Write = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t
)
_Bell = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


def platform_name() -> str:
    """The folder of the library in the runner's file, such as `linux-x86_64`."""
    return f"{sys.platform}-{platform.machine()}"


@cache
def _library() -> Any:
    """Loaded once a process. Raises `EmulatorMissing`."""
    tried: list[str] = []
    for path in _places():
        try:
            library = ctypes.CDLL(str(path))
        except OSError as exc:
            tried.append(f"{path}: {exc}")
            continue
        _declare(library)
        return library
    raise EmulatorMissing("; ".join(tried) or f"{LIBRARY} is nowhere")


def _places() -> Iterator[Path]:
    if given := os.environ.get("TASKYARD_TERMINAL_LIBRARY"):
        yield Path(given)
    # Beside the runner's single file, or beside its sources.
    for folder in Path(__file__).parents[4:6]:
        bundled = folder / "lib" / platform_name() / LIBRARY
        if bundled.is_file():
            yield bundled
            return
    if (unpacked := _unpacked()) is not None:
        yield unpacked
    spec = importlib.util.find_spec("pyghostty")
    if spec is not None and spec.origin:
        yield from (Path(spec.origin).parent / "_lib").glob("libghostty-vt.*")


def _unpacked() -> Path | None:
    """The library inside the single file, put into the home once.

    For a file that was started by hand; in a workspace it lies beside the file already.
    """
    loader = __spec__.loader if __spec__ is not None else None
    if not isinstance(loader, zipimport.zipimporter):
        return None
    try:
        inside = Path(loader.archive) / "lib" / platform_name() / LIBRARY
        data = loader.get_data(str(inside))
        digest = hashlib.sha256(data).hexdigest()[:16]
        place = Places.of(os.environ).state / "runner" / f"{digest}-{LIBRARY}"
        if not place.is_file():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = place.with_name(f".{place.name}.{os.getpid()}")
            fresh.write_bytes(data)
            fresh.replace(place)
    except OSError:
        return None
    return place


def _declare(library: Any) -> None:
    handle, size, short = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint16
    out = ctypes.POINTER(size)
    signatures: dict[str, list[Any]] = {
        "new": [handle, ctypes.POINTER(handle), short, short],
        "free": [handle],
        "set": [handle, ctypes.c_int, handle],
        "get": [handle, ctypes.c_int, handle],
        "resize": [handle, short, short, ctypes.c_uint32, ctypes.c_uint32],
        "vt_write": [handle, ctypes.c_char_p, size],
        "grid_ref": [handle, _Point, ctypes.POINTER(_Reference)],
        "selection_format_buf": [handle, _Format, ctypes.c_char_p, size, out],
    }
    for name, arguments in signatures.items():
        function = getattr(library, f"ghostty_terminal_{name}")
        function.argtypes = arguments
        function.restype = None if name in ("free", "vt_write") else ctypes.c_int
    ghostty_paint.declare(library)


@final
class Ghostty:
    """See `Terminal`."""

    def __init__(self, columns: int, rows: int) -> None:
        self._library = _library()
        self._handle = ctypes.c_void_p()
        self._call("new", None, ctypes.byref(self._handle), columns, rows)
        self._free = weakref.finalize(
            self, self._library.ghostty_terminal_free, self._handle
        )
        self._size = (columns, rows)
        self._replies = bytearray()
        self._bells = [0]
        # Kept here: the library only holds the addresses. They hold no `self`, so that
        # the terminal is freed as soon as nobody uses it.
        replies, bells = self._replies, self._bells

        def write(_terminal: Any, _data: Any, at: int, size: int) -> None:
            replies.extend(ctypes.string_at(at, size))

        def bell(_terminal: Any, _data: Any) -> None:
            bells[0] += 1

        self._callbacks = (_Write(write), _Bell(bell))
        self._set(_ON_WRITE, ctypes.cast(self._callbacks[0], ctypes.c_void_p))
        self._set(_ON_BELL, ctypes.cast(self._callbacks[1], ctypes.c_void_p))
        for option, most in (
            (_SCROLLBACK_BYTES, _HISTORY_BYTES),
            (_SCROLLBACK_LINES, HISTORY_LINES),
        ):
            self._set(option, ctypes.byref(ctypes.c_size_t(most)))

    @property
    def title(self) -> str:
        text = _String()
        self._get(_TITLE, text)
        if not text.size:
            return ""
        return ctypes.string_at(text.at, text.size).decode("utf-8", "replace")

    @property
    def bells(self) -> int:
        return self._bells[0]

    @property
    def is_alternate(self) -> bool:
        screen = ctypes.c_int()
        self._get(_ACTIVE_SCREEN, screen)
        return screen.value == 1

    @property
    def takes_paste(self) -> bool:
        mode = _Mode(mode=_PASTE_MODE)
        self._get(_MODE, mode)
        return bool(mode.value)

    @property
    def cursor(self) -> tuple[int, int]:
        column, row = ctypes.c_uint16(), ctypes.c_uint16()
        self._get(_CURSOR_X, column)
        self._get(_CURSOR_Y, row)
        return column.value, row.value

    @property
    def is_between(self) -> bool:
        between = ctypes.c_bool(True)  # noqa: FBT003 - what the value is at first
        self._get(_IS_BETWEEN, between)
        return between.value

    def feed(self, data: bytes) -> None:
        self._library.ghostty_terminal_vt_write(self._handle, data, len(data))

    def text(self) -> str:
        return self._text(_TAG_ACTIVE)

    def history(self) -> str:
        return self._text(_TAG_SCREEN)

    def paint(self) -> bytes:
        rows = self._size[1]
        past = ctypes.c_size_t()
        self._get(_HISTORY_ROWS, past)
        history = b""
        if past.value and not self.is_alternate:
            lines = self._selection(_TAG_SCREEN, past.value - 1, tag=_TAG_SCREEN)
            history = ghostty_paint.paint(
                self._library, self._handle, lines, whole=False
            )
            # What the library leaves out at the end of it is empty lines.
            missing = past.value - 1 - history.count(b"\n")
            history += b"\x1b[0m" + b"\r\n" * (missing + rows) + b"\x1b[H"
        screen = ghostty_paint.paint(
            self._library,
            self._handle,
            self._selection(_TAG_ACTIVE, rows - 1),
            whole=True,
        )
        blank = (
            (row, self._reference(_TAG_ACTIVE, 0, row), self._end_of(row))
            for row, line in enumerate(self._lines())
            if not line
        )
        return (
            cleared(self.title)
            + history
            + screen
            + ghostty_paint.fill(self._library, blank)
        )

    def replies(self) -> bytes:
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def resize(self, columns: int, rows: int) -> None:
        self._size = (columns, rows)
        self._call("resize", self._handle, columns, rows, *_CELL_PIXELS)

    def close(self) -> None:
        self._free()

    def _text(self, from_tag: int) -> str:
        columns, rows = self._size
        selection = self._selection(from_tag, rows - 1)
        options = _Format(
            size=ctypes.sizeof(_Format), trim=True, selection=ctypes.pointer(selection)
        )
        size = ctypes.c_size_t()
        room = columns * rows * 4
        while True:
            buffer = ctypes.create_string_buffer(room)
            code = self._library.ghostty_terminal_selection_format_buf(
                self._handle, options, buffer, room, ctypes.byref(size)
            )
            if code == 0 or size.value <= room:
                break
            room = size.value
        text = buffer.raw[: size.value].decode("utf-8", "replace")
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()

    def _lines(self) -> list[str]:
        """As `text`, but every row is there."""
        lines = self.text().split("\n")
        return lines + [""] * (self._size[1] - len(lines))

    def _end_of(self, row: int) -> _Reference:
        return self._reference(_TAG_ACTIVE, self._size[0] - 1, row)

    def _selection(
        self, from_tag: int, to_row: int, *, tag: int = _TAG_ACTIVE
    ) -> _Selection:
        """Whole lines: the first of `from_tag` to one of `tag`."""
        return _Selection(
            size=ctypes.sizeof(_Selection),
            start=self._reference(from_tag, 0, 0),
            end=self._reference(tag, self._size[0] - 1, to_row),
        )

    def _reference(self, tag: int, x: int, y: int) -> _Reference:
        reference = _Reference(size=ctypes.sizeof(_Reference))
        point = _Point(tag=tag, x=x, y=y)
        self._call("grid_ref", self._handle, point, ctypes.byref(reference))
        return reference

    def _get(self, what: int, into: Any) -> None:
        # An answer that there is none leaves `into` as it was made: zero, empty, false.
        self._library.ghostty_terminal_get(self._handle, what, ctypes.byref(into))

    def _set(self, what: int, value: Any) -> None:
        self._call("set", self._handle, what, value)

    def _call(self, name: str, *arguments: Any) -> None:
        code = getattr(self._library, f"ghostty_terminal_{name}")(*arguments)
        if code:
            raise EmulatorMissing(f"libghostty-vt refused {name}: {code}")

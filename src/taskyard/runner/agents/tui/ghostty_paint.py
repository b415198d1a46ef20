"""Write down what a libghostty-vt terminal shows, as output that makes another show it."""

import ctypes
from collections.abc import Iterator
from typing import Any, ClassVar, Final

__all__ = ["declare", "fill", "paint"]

# Numbers of the library's interface.
_AS_OUTPUT: Final = 1
_CONTENT: Final = 2
_PALETTE_COLOUR: Final = 10
_RGB_COLOUR: Final = 11
_ONLY_PALETTE: Final = 2
_ONLY_RGB: Final = 3


class _ScreenParts(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("cursor", ctypes.c_bool),
        ("style", ctypes.c_bool),
        ("hyperlink", ctypes.c_bool),
        ("protection", ctypes.c_bool),
        ("kitty_keyboard", ctypes.c_bool),
        ("charsets", ctypes.c_bool),
    ]


class _Parts(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("palette", ctypes.c_bool),
        ("modes", ctypes.c_bool),
        ("scrolling_region", ctypes.c_bool),
        ("tabstops", ctypes.c_bool),
        ("pwd", ctypes.c_bool),
        ("keyboard", ctypes.c_bool),
        ("screen", _ScreenParts),
    ]


class _Options(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("size", ctypes.c_size_t),
        ("emit", ctypes.c_int),
        ("unwrap", ctypes.c_bool),
        ("trim", ctypes.c_bool),
        ("parts", _Parts),
        ("selection", ctypes.c_void_p),
    ]


class _Rgb(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("red", ctypes.c_uint8),
        ("green", ctypes.c_uint8),
        ("blue", ctypes.c_uint8),
    ]


def declare(library: Any) -> None:
    handle, size, cell = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64
    signatures: dict[str, list[Any]] = {
        "formatter_terminal_new": [handle, ctypes.POINTER(handle), handle, _Options],
        "formatter_format_buf": [
            handle,
            ctypes.c_char_p,
            size,
            ctypes.POINTER(size),
        ],
        "formatter_free": [handle],
        "grid_ref_cell": [handle, ctypes.POINTER(cell)],
        "cell_get": [cell, ctypes.c_int, handle],
    }
    for name, arguments in signatures.items():
        function = getattr(library, f"ghostty_{name}")
        function.argtypes = arguments
        function.restype = None if name == "formatter_free" else ctypes.c_int


def paint(library: Any, terminal: Any, selection: Any, *, whole: bool) -> bytes:
    """Lines of `selection`; `whole`: and modes, cursor, region, keyboard and pen."""
    given = ctypes.pointer(selection)
    options = _Options(
        size=ctypes.sizeof(_Options),
        emit=_AS_OUTPUT,
        parts=_parts(whole=whole),
        selection=ctypes.cast(given, ctypes.c_void_p),
    )
    formatter = ctypes.c_void_p()
    if library.ghostty_formatter_terminal_new(
        None, ctypes.byref(formatter), terminal, options
    ):
        return b""
    try:
        return _format(library, formatter)
    finally:
        library.ghostty_formatter_free(formatter)


def _parts(*, whole: bool) -> _Parts:
    screen = _ScreenParts(
        size=ctypes.sizeof(_ScreenParts),
        cursor=whole,
        style=whole,
        hyperlink=whole,
        kitty_keyboard=whole,
        charsets=whole,
    )
    return _Parts(
        size=ctypes.sizeof(_Parts),
        modes=whole,
        scrolling_region=whole,
        keyboard=whole,
        screen=screen,
    )


def _format(library: Any, formatter: ctypes.c_void_p) -> bytes:
    room, size = 64 * 1024, ctypes.c_size_t()
    while True:
        buffer = ctypes.create_string_buffer(room)
        code = library.ghostty_formatter_format_buf(
            formatter, buffer, room, ctypes.byref(size)
        )
        if code == 0 or size.value <= room:
            return buffer.raw[: size.value]
        room = size.value


def fill(library: Any, rows: Iterator[tuple[int, Any, Any]]) -> bytes:
    """Rows without a word but with a colour: the library's own output leaves them out.

    Each of `rows` is its number (from 0) and its first and last cell.
    """
    filled = b""
    for row, first, last in rows:
        colour = _background(library, first)
        if colour and colour == _background(library, last):
            filled += b"\x1b[%d;1H\x1b[%bm\x1b[K" % (row + 1, colour)
    # The cursor and its pen are where they belong already.
    return b"\x1b7" + filled + b"\x1b8" if filled else b""


def _background(library: Any, reference: Any) -> bytes:
    """The colour of a cell that holds nothing else, as a parameter of SGR."""
    cell, content = ctypes.c_uint64(), ctypes.c_int()
    if library.ghostty_grid_ref_cell(ctypes.byref(reference), ctypes.byref(cell)):
        return b""
    library.ghostty_cell_get(cell, _CONTENT, ctypes.byref(content))
    if content.value == _ONLY_PALETTE:
        index = ctypes.c_uint8()
        library.ghostty_cell_get(cell, _PALETTE_COLOUR, ctypes.byref(index))
        return b"48;5;%d" % index.value
    if content.value == _ONLY_RGB:
        rgb = _Rgb()
        library.ghostty_cell_get(cell, _RGB_COLOUR, ctypes.byref(rgb))
        return b"48;2;%d;%d;%d" % (rgb.red, rgb.green, rgb.blue)
    return b""

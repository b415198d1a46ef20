"""The frames of a terminal on the link."""

import pytest

from taskyard.protocol.terminal import (
    MAX_COLUMNS,
    MAX_FRAME_BYTES,
    MAX_ROWS,
    BadFrame,
    Frame,
    FrameKind,
    FrameReader,
    TerminalSize,
    encode,
    encode_object,
    read_size,
)

SOME = [
    Frame(FrameKind.REPLAY, b'{"columns": 80, "rows": 24}'),
    Frame(FrameKind.OUTPUT, b"\x1b[1mhi\x00\xff"),
    Frame(FrameKind.REPLAY_END, b""),
    Frame(FrameKind.INPUT, b"ls\r"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_frames_survive_any_cut(size: int) -> None:
    stream = b"".join(encode(frame.kind, frame.content) for frame in SOME)
    reader = FrameReader()

    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    read = [frame for piece in pieces for frame in reader.feed(piece)]

    assert read == SOME


def test_long_output_travels_in_several_frames() -> None:
    text = bytes(range(256)) * (MAX_FRAME_BYTES // 100)

    frames = FrameReader().feed(encode(FrameKind.OUTPUT, text))

    assert len(frames) == 3
    assert b"".join(frame.content for frame in frames) == text


def test_an_object_comes_out_as_it_went_in() -> None:
    [frame] = FrameReader().feed(encode_object(FrameKind.CLOSED, reason="it ended"))

    assert frame.kind is FrameKind.CLOSED
    assert frame.object() == {"reason": "it ended"}


@pytest.mark.parametrize(
    "data",
    [
        b"\x63\x00\x00\x00\x00",
        b"\x01" + (MAX_FRAME_BYTES + 1).to_bytes(4, "big"),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        FrameReader().feed(data)


@pytest.mark.parametrize(
    "content",
    [b"[1]", b"{", b"\xff", pytest.param(b"[" * MAX_FRAME_BYTES, id="deep")],
)
def test_a_frame_without_an_object_is_refused_when_one_is_read(content: bytes) -> None:
    with pytest.raises(BadFrame):
        Frame(FrameKind.RESIZE, content).object()


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"columns": 80, "rows": 24}, TerminalSize(80, 24)),
        ({"columns": 10**9, "rows": 10**9}, TerminalSize(MAX_COLUMNS, MAX_ROWS)),
        ({"columns": 0, "rows": 0}, None),
        ({"columns": -1, "rows": 24}, None),
        ({"columns": "80", "rows": 24}, None),
        ({}, None),
    ],
)
def test_a_size_is_cut_to_what_is_possible(
    given: dict[str, object], size: TerminalSize | None
) -> None:
    assert read_size(given) == size

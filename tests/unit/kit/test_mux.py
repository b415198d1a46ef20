"""Two multiplexers back to back: order, fairness, flow control, half close, loss."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
import pytest_asyncio
from typing_extensions import override

from taskyard.kit.mux import frames
from taskyard.kit.mux.mux import DEFAULT_WINDOW, Mux, MuxStream, StreamReset, Target
from taskyard.kit.mux.pump import PumpCarrier

pytestmark = pytest.mark.asyncio


class Far(asyncio.Protocol):
    """What the accepting side does with a stream: keeps what comes."""

    def __init__(self, *, hold: bool = False) -> None:
        self.data = bytearray()
        self.ended = asyncio.Event()
        self.arrived = asyncio.Event()
        self.lost = asyncio.Event()
        self.error: Exception | None = None
        self.transport: asyncio.Transport
        self._hold = hold

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self._hold:
            self.transport.pause_reading()

    @override
    def data_received(self, data: bytes) -> None:
        self.data += data
        self.arrived.set()

    @override
    def eof_received(self) -> bool:
        self.ended.set()
        return True

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc
        self.lost.set()


class Pair:
    """Two ends over queues; `accept` decides what the listening end does."""

    def __init__(self) -> None:
        self.accept: Callable[[MuxStream, Target], None] = lambda stream, _: (
            stream.reject("no")
        )
        self.messages: list[dict[str, Any]] = []
        self.near = Mux(dialled=True, on_open=lambda s, _: s.reject("no"))
        self.far = Mux(
            dialled=False,
            on_open=self._opened,
            on_message=self.messages.append,
        )
        self.to_far: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=4)
        self.to_near: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=4)
        self.sizes: list[int] = []

    def _opened(self, stream: MuxStream, target: Target) -> None:
        self.accept(stream, target)

    async def run(self) -> None:
        async def send(message: bytes) -> None:
            self.sizes.append(len(message))
            await self.to_far.put(message)

        async with asyncio.TaskGroup() as group:
            group.create_task(
                PumpCarrier(self.near, receive=self.to_near.get, send=send).run()
            )
            group.create_task(
                PumpCarrier(
                    self.far, receive=self.to_far.get, send=self.to_near.put
                ).run()
            )

    def cut(self) -> None:
        """Both sockets end, even when their queues are full."""
        for queue in (self.to_far, self.to_near):
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    async def stream(self, far: Far) -> tuple[MuxStream, Far]:
        self.accept = lambda stream, _: stream.accept(far)
        near = Far()
        stream, _ = await self.near.open({"service": "test"}, lambda: near, wait=True)
        return stream, near


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[Pair]:
    made = Pair()
    async with asyncio.TaskGroup() as group:
        group.create_task(made.run())
        yield made
        made.cut()


async def within(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_bytes_arrive_in_order_and_half_close_leaves_the_other_way_open(
    pair: Pair,
) -> None:
    far = Far()
    stream, near = await pair.stream(far)

    for number in range(1000):
        stream.write(b"%d," % number)
    stream.write_eof()
    await within(far.ended)
    far.transport.write(b"answer")
    far.transport.close()
    await within(near.ended)

    assert bytes(far.data) == b"".join(b"%d," % number for number in range(1000))
    assert bytes(near.data) == b"answer"


async def test_control_messages_arrive_in_order(pair: Pair) -> None:
    far = Far()
    stream, _ = await pair.stream(far)

    for number in range(100):
        pair.near.send_message({"n": number})
    stream.write(b"x")
    await within(far.arrived)

    assert [message["n"] for message in pair.messages] == list(range(100))


async def test_a_slow_reader_stops_its_own_stream_only(pair: Pair) -> None:
    slow = Far(hold=True)
    stream, _ = await pair.stream(slow)
    stream.write(b"x" * (DEFAULT_WINDOW * 4))
    quick = Far()
    other, _ = await pair.stream(quick)

    other.write(b"hello")
    await within(quick.arrived)

    assert bytes(quick.data) == b"hello"
    assert not slow.data
    assert stream.get_write_buffer_size() >= DEFAULT_WINDOW * 2

    slow.transport.resume_reading()
    stream.write_eof()
    await within(slow.ended)
    assert len(slow.data) == DEFAULT_WINDOW * 4


async def test_no_frame_is_larger_than_a_chunk(pair: Pair) -> None:
    far = Far()
    stream, _ = await pair.stream(far)

    stream.write(b"x" * 1_000_000)
    stream.write_eof()
    await within(far.ended)

    assert max(pair.sizes) <= frames.MAX_CHUNK + frames.HEAD_SIZE


async def test_a_refused_stream_says_why(pair: Pair) -> None:
    pair.accept = lambda stream, _: stream.reject("port 9 is closed")

    with pytest.raises(StreamReset, match="port 9 is closed"):
        await pair.near.open({"service": "tcp", "port": 9}, asyncio.Protocol, wait=True)


async def test_a_lost_link_ends_every_stream_with_an_error(pair: Pair) -> None:
    far = Far()
    _, near = await pair.stream(far)

    pair.cut()
    await within(near.lost)
    await within(far.lost)

    assert isinstance(near.error, StreamReset)
    assert len(pair.near) == len(pair.far) == 0
    with pytest.raises(StreamReset, match="link is down"):
        await pair.near.open({}, asyncio.Protocol)


async def test_an_aborted_stream_is_reset_on_the_other_side(pair: Pair) -> None:
    far = Far()
    stream, _ = await pair.stream(far)

    stream.abort()
    await within(far.lost)

    assert isinstance(far.error, StreamReset)


@pytest.mark.parametrize("message", [b"", b"\x03", b"\x63\x00\x00\x00\x00"])
async def test_a_peer_that_breaks_the_protocol_loses_the_link(
    pair: Pair, message: bytes
) -> None:
    far = Far()
    _, near = await pair.stream(far)

    if message[:1] == b"\x63":
        message = b"\x63\x00\x00\x00\x01"
    await pair.to_far.put(message)

    await within(far.lost)
    assert isinstance(far.error, frames.FrameError)
    pair.cut()
    await within(near.lost)

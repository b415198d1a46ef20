"""Read what a process writes, apart from waiting for its end.

asyncio's own subprocess pipes tie both together: `Process.wait` does not return while
anything that the process started holds its output open.
"""

import asyncio
import os
from types import TracebackType
from typing import Self, final

__all__ = ["OutputPipe"]


@final
class OutputPipe:
    """A pipe for the standard output or error of a child; `given` is the child's end."""

    def __init__(self) -> None:
        self._read, self.given = os.pipe()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close our copy of the child's end, and without a child the whole pipe."""
        os.close(self.given)
        if exc_type is not None:
            os.close(self._read)

    async def reader(self) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
        """The output as a stream; close the transport when it has ended."""
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(self._read, "rb", 0)
        )
        return stream, transport

"""The HTTP server: uvicorn, told when to stop by us and not by signals of its own."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from taskyard.kit.supervisor import Supervisor
from taskyard.server.launch.draining import Draining
from taskyard.server.launch.errors import CannotStart

__all__ = ["serving"]

#: Requests in progress get this long; streams that are open for ever are ended at once.
_GRACE_SECONDS: Final = 3
#: For what does not even let itself be ended.
_LAST_SECONDS: Final = 6


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # `main.run` has the signals: there is more to stop than HTTP


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Accept requests until the end of the block; then drain, then close the lifespan.

    Raises CannotStart when the application does not come up.
    """
    draining = Draining(app)
    server = _Server(
        uvicorn.Config(
            draining,
            log_config=None,
            access_log=False,  # paths with tokens in their query are not written down
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_LAST_SECONDS,
            ws_max_size=4 * 1024**2,
        )
    )
    ended = asyncio.Event()

    async def serve() -> None:
        try:
            await server.serve(sockets=[listener])
        finally:
            ended.set()

    async with Supervisor() as supervisor:
        supervisor.start(serve(), name="http")
        while not server.started:
            if ended.is_set():
                raise CannotStart("The server did not come up; see the log above.")
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            server.should_exit = True
            await draining.end(_GRACE_SECONDS)
            await ended.wait()

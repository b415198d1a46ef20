"""Serve an ASGI application on loopback, for what needs real sockets."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

__all__ = ["served"]


@asynccontextmanager
async def served(
    app: Any, *, sockets: bool = False, port: int = 0
) -> AsyncGenerator[str]:
    """The base URL; the port takes connections at once. `sockets`: WebSockets too."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="error",
                ws="websockets-sansio" if sockets else "none",
                timeout_graceful_shutdown=1,
            )
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listening]))
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True

"""What the server may reach in the workspace through a stream: its TCP ports."""

import asyncio
import logging
from typing import Any, Final, final

from taskyard.kit.mux.mux import MuxStream, Target
from taskyard.kit.mux.splice import Splice
from taskyard.kit.supervisor import Supervisor

__all__ = ["Streams"]

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 10.0
HIGHEST_PORT: Final = 65535


@final
class Streams:
    """Answers OPEN. A target is `{"service": "tcp", "port": N}`: that port on loopback."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def opened(self, stream: MuxStream, target: Target) -> None:
        self._supervisor.start(self._serve(stream, target), name="stream")

    async def _serve(self, stream: MuxStream, target: Target) -> None:
        port = _port(target)
        if port is None:
            stream.reject("unsupported: only {service: tcp, port: N} is served")
            return
        near, far = Splice.pair()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(lambda: far, "127.0.0.1", port)
        except (OSError, TimeoutError) as exc:
            stream.reject(f"refused: nothing answers on port {port}: {exc}")
            return
        stream.accept(near)


def _port(target: dict[str, Any]) -> int | None:
    port = target.get("port")
    if target.get("service") != "tcp" or not isinstance(port, int):
        return None
    return port if 0 < port <= HIGHEST_PORT else None

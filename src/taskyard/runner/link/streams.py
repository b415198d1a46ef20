"""What the server may reach in the workspace: ports, terminals and files, by streams."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias, final

from taskyard.kit.mux.mux import MuxStream, Target
from taskyard.kit.mux.splice import Splice
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.terminal import TerminalSize, read_size
from taskyard.runner.link.files import Files

__all__ = ["Streams"]

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 10.0
HIGHEST_PORT: Final = 65535

#: Show the terminal of a session on the stream, made so large, or reject it.
Watch: TypeAlias = Callable[[str, MuxStream, TerminalSize | None], None]


@final
class Streams:
    """Answers OPEN.

    A target is `{"service": "tcp", "port": N}`: that port on loopback; or
    `{"service": "terminal", "session_id": ID, "columns": N, "rows": N}`: what the agent
    of that session draws (see `protocol.terminal`); or `{"service": "file",
    "session_id": ID, "path": PATH}`: its bytes (see `link.files`).
    """

    def __init__(self, supervisor: Supervisor, *, watch: Watch, files: Files) -> None:
        self._supervisor = supervisor
        self._watch = watch
        self._files = files

    def opened(self, stream: MuxStream, target: Target) -> None:
        if target.get("service") == "terminal":
            session_id = str(target.get("session_id"))
            self._watch(session_id, stream, read_size(target))
        elif target.get("service") == "file":
            self._supervisor.start(self._files.send(stream, target), name="file")
        else:
            self._supervisor.start(self._serve(stream, target), name="stream")

    async def _serve(self, stream: MuxStream, target: Target) -> None:
        port = _port(target)
        if port is None:
            stream.reject(
                "unsupported: only {service: tcp, port: N}, {service: terminal, "
                "session_id: ID} and {service: file, session_id: ID, path: PATH} are "
                "served"
            )
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

"""The unix socket through which commands in the workspace reach the runner.

One JSON object a line: `{"method": …, "params": {…}}`, answered by
`{"ok": true, "result": {…}}` or `{"ok": false, "error": "sentence"}`. Only the workspace's
own user can open the socket.
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, final

from taskyard.kit.shapes import as_object

__all__ = ["ControlError", "ControlServer", "Method"]

log = logging.getLogger(__name__)

LINE_BYTES: Final = 4 * 1024 * 1024

Method = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ControlError(Exception):
    """The request cannot be carried out; the text is for the person at the shell."""


@final
class ControlServer:
    """Serves registered methods until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._methods: dict[str, Method] = {}
        self._server: asyncio.Server | None = None

    def register(self, name: str, method: Method) -> None:
        self._methods[name] = method

    async def start(self) -> None:
        """Listen; a socket file of a dead runner is replaced (the lock is ours)."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._serve, self._path, limit=LINE_BYTES
            )
        finally:
            os.umask(mask)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            with suppress(ConnectionError, ValueError):
                while line := await reader.readline():
                    answer = await self._answer(line)
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = as_object(json.loads(line))
        except (ValueError, RecursionError):
            request = {}
        name = request.get("method")
        method = self._methods.get(str(name))
        if method is None:
            return {"ok": False, "error": f"the runner has no method {name!r}"}
        try:
            result = await method(as_object(request.get("params")))
        except ControlError as exc:
            return {"ok": False, "error": str(exc)}
        except Exception as exc:
            log.exception("control method %r failed", name)
            return {"ok": False, "error": f"the runner failed: {exc!r}"}
        return {"ok": True, "result": result}

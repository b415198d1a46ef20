"""Files of the workspace that the server may read, one at a time."""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, final

from taskyard.kit.mux.mux import MuxStream, Target

__all__ = ["MAX_FILE_BYTES", "FileRefused", "Files"]

#: A file is looked at in a browser; what is larger is fetched by other means.
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024


class FileRefused(Exception):
    """The text begins with a code: not_found, refused or too_large."""


@final
class Files:
    """Regular files below the home and below the directory of a session.

    Not the runner's own (`hidden`): its journal is nobody's work. The server asks for
    paths that agents told, and an agent may tell anything.
    """

    def __init__(
        self,
        *,
        home: Path,
        hidden: Path,
        directory_of: Callable[[str], Path | None],
    ) -> None:
        self._home = home
        self._hidden = hidden
        self._directory_of = directory_of

    async def send(self, stream: MuxStream, target: Target) -> None:
        """Answer `{"service": "file", "session_id": ID, "path": PATH}` with its bytes."""
        session_id, path = str(target.get("session_id")), str(target.get("path"))
        try:
            file = await asyncio.to_thread(self.open, session_id, path)
        except FileRefused as refused:
            stream.reject(str(refused))
            return
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        stream.accept(protocol)
        writer = asyncio.StreamWriter(stream, protocol, reader, loop)
        try:
            with file:
                left = MAX_FILE_BYTES
                while chunk := await asyncio.to_thread(file.read, min(_CHUNK, left)):
                    left -= len(chunk)
                    writer.write(chunk)
                    await writer.drain()
        except ConnectionError:
            return  # whoever asked has gone
        writer.close()

    def open(self, session_id: str, path: str) -> BinaryIO:
        """Blocking. Raises `FileRefused`.

        What is opened is what was judged: a link that is put in place of the file after
        it was resolved is seen by where the opened file really is.
        """
        directory = self._directory_of(session_id) or self._home
        try:
            real = (directory / path).resolve(strict=True)
            self._judge(real, directory, path)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            number = os.open(real, flags)
        except (OSError, ValueError, RuntimeError) as exc:
            reason = getattr(exc, "strerror", None) or "it cannot be found"
            raise FileRefused(f"not_found: {path}: {reason}") from exc
        try:
            self._judge(Path(f"/proc/self/fd/{number}").resolve(), directory, path)
            _check(os.fstat(number), path)
        except BaseException:
            os.close(number)
            raise
        return os.fdopen(number, "rb")

    def _judge(self, real: Path, directory: Path, path: str) -> None:
        is_theirs = any(
            real.is_relative_to(root.resolve()) for root in (self._home, directory)
        )
        if not is_theirs or real.is_relative_to(self._hidden.resolve()):
            raise FileRefused(
                f"refused: {path} is not below the home or the agent's directory"
            )


def _check(facts: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise FileRefused(f"refused: {path} is not a file")
    if facts.st_size > MAX_FILE_BYTES:
        raise FileRefused(
            f"too_large: {path} has {facts.st_size} bytes; {MAX_FILE_BYTES} can be fetched"
        )

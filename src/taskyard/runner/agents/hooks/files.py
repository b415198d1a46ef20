"""Files that an agent writes while it works: read as they grow, a bounded piece a time."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, final

from taskyard.runner.agents.hooks.facts import HookFact
from taskyard.runner.agents.hooks.translations import TRANSLATIONS, facts_of

__all__ = ["Spool", "TranscriptFile"]

#: Read at a time: a line of an agent's file may hold a whole request to its model.
PIECE_BYTES: Final = 1024 * 1024
#: A line longer than this is no message; it is passed over.
LINE_BYTES: Final = 8 * 1024 * 1024


@final
class TranscriptFile:
    """The agent's own file of a conversation, a JSON object a line."""

    def __init__(
        self, path: Path, agent: str, conversation: str, *, from_end: bool
    ) -> None:
        self.path = path
        self.conversation = conversation
        self._read_line = TRANSLATIONS[agent].line
        self._piece = _Growing(path, from_end=from_end)
        self._rest = b""
        self._passes_over = False

    def news(self) -> list[HookFact]:
        """Blocking. The facts in what was written since; a file that is not there has none."""
        facts: list[HookFact] = []
        while data := self._piece.more():
            *lines, rest = (self._rest + data).split(b"\n")
            if self._passes_over and lines:
                lines, self._passes_over = lines[1:], False
            if len(rest) > LINE_BYTES:
                rest, self._passes_over = b"", True
            self._rest = rest
            for line in lines:
                facts += _tolerant(self._read_line, line, self.conversation)
        return facts


@final
class Spool:
    """Payloads that hooks append to a file, one JSON object after the other.

    For hooks that run ten times a second: to append costs a tenth of a message. Two that
    are written at the same time may mix; what cannot be read is passed over.
    """

    def __init__(self, path: Path, agent: str) -> None:
        self._path = path
        self._agent = agent
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(b"")
        self._piece = _Growing(path, from_end=False)
        self._rest = ""

    def news(self) -> list[HookFact]:
        """Blocking. The facts in what was appended since."""
        facts: list[HookFact] = []
        while data := self._piece.more():
            self._rest += data.decode("utf-8", "replace")
            facts += self._take()
        return facts

    def clear(self) -> None:
        """Forget what was read: nothing grows without bound."""
        if not self._rest and self._piece.is_at_end():
            os.truncate(self._path, 0)
            self._piece.rewind()

    def _take(self) -> list[HookFact]:
        facts: list[HookFact] = []
        decoder = json.JSONDecoder()
        while (start := self._rest.find("{")) >= 0:
            try:
                payload, end = decoder.raw_decode(self._rest, start)
            except (ValueError, RecursionError):
                # Broken, or not yet whole: a later object shows which.
                if (later := self._rest.find("\n{", start + 1)) < 0:
                    break
                self._rest = self._rest[later:]
                continue
            self._rest = self._rest[end:]
            facts += facts_of(self._agent, payload)
        self._rest = self._rest[-LINE_BYTES:].lstrip()
        return facts


@final
class _Growing:
    def __init__(self, path: Path, *, from_end: bool) -> None:
        self._path = path
        self._at = 0
        if from_end:
            self._at = self._size()

    def more(self) -> bytes:
        size = self._size()
        if size < self._at:
            self._at = 0  # written anew: an agent that resumes may do so
        if size == self._at:
            return b""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                data = file.read(PIECE_BYTES)
        except OSError:
            return b""
        self._at += len(data)
        return data

    def is_at_end(self) -> bool:
        return self._at > 0 and self._size() == self._at

    def rewind(self) -> None:
        self._at = 0

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except (OSError, ValueError):  # a hook may tell a path that there cannot be
            return 0


def _tolerant(
    read: Callable[[bytes, str], list[HookFact]], line: bytes, *more: Any
) -> list[HookFact]:
    try:
        return read(line, *more)
    except (ValueError, RecursionError):
        return []

"""How much of a message a reader has been told."""

from hashlib import blake2b
from typing import final

__all__ = ["Said"]


@final
class Said:
    """A length and a fingerprint: enough to know whether a text goes on from there."""

    def __init__(self) -> None:
        self._length = 0
        self._fingerprint = blake2b(digest_size=16)
        self._beginnings = 0

    def add(self, text: str) -> None:
        self._length += len(text)
        self._fingerprint.update(text.encode("utf-8", "replace"))

    def rest_of(self, whole: str) -> str | None:
        """What of `whole` is still to be told; None: it does not go on from what was."""
        told = whole[: self._length].encode("utf-8", "replace")
        if blake2b(told, digest_size=16).digest() != self._fingerprint.digest():
            return None
        return whole[self._length :]

    def begin_anew(self, text: str) -> None:
        """What was told does not count any more; `text` is told in its place."""
        self._length = 0
        self._fingerprint = blake2b(digest_size=16)
        self._beginnings += 1
        self.add(text)

    def id_of(self, key: str) -> str:
        """The message's id for the reader, to whom what was begun anew is another one."""
        return f"{key}~{self._beginnings}" if self._beginnings else key

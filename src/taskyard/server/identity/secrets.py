"""The form of a token: `<id>-<secret>`, of which the server keeps the id and a hash."""

import hmac
import re
from dataclasses import dataclass
from typing import Final

from taskyard.kit.crypto import digest, random_text

__all__ = ["Secret", "mint", "parse"]

_ID_LENGTH: Final = 10
_SECRET_LENGTH: Final = 22  # 131 bits
_FORM: Final = re.compile(r"([0-9A-Za-z]{10})-([0-9A-Za-z]{22})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secret:
    id: str
    secret: str

    @property
    def text(self) -> str:
        """What its owner gets to see, once."""
        return f"{self.id}-{self.secret}"

    @property
    def hash(self) -> bytes:
        return digest(self.secret)

    def matches(self, stored: bytes) -> bool:
        return hmac.compare_digest(self.hash, stored)


def mint() -> Secret:
    return Secret(id=random_text(_ID_LENGTH), secret=random_text(_SECRET_LENGTH))


def parse(text: str) -> Secret | None:
    """None when it cannot be a token of ours."""
    match = _FORM.fullmatch(text)
    return Secret(id=match[1], secret=match[2]) if match else None

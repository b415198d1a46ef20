"""Keep secrets of the workspace out of what is reported about it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast, final

from taskyard.kit.shapes import as_list

__all__ = ["Mask"]

REPLACEMENT: Final = "[redacted]"
#: Shorter values ("true", "1") would blank out ordinary text.
SHORTEST: Final = 8


@final
class Mask:
    """Replaces known secret values; learns new ones as they come."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Mask these too. Addresses are no secrets and stay readable."""
        fresh = {s for s in secrets if len(s) >= SHORTEST and not _is_address(s)}
        # Longest first: a secret may contain another.
        self._secrets = tuple(sorted({*self._secrets, *fresh}, key=len, reverse=True))

    def text(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, REPLACEMENT)
        return text

    def value(self, value: Any) -> Any:
        """Mask every string inside JSON-like data."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            fields = cast("Mapping[str, Any]", value).items()
            return {self.text(name): self.value(field) for name, field in fields}
        if isinstance(value, list):
            return [self.value(item) for item in as_list(value)]
        return value

    def held_back(self, text: str) -> int:
        """How many characters at the end of `text` may be the beginning of a secret.

        Text that arrives in pieces is cut there; the rest waits for the next piece.
        """
        longest = 0
        for secret in self._secrets:
            for size in range(min(len(secret) - 1, len(text)), longest, -1):
                if text.endswith(secret[:size]):
                    longest = size
                    break
        return longest


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://")) and "@" not in value

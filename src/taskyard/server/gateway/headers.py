"""Which headers pass the gateway, in each direction."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import parse_qs

from taskyard.server.gateway.exchange import Header

__all__ = ["backward", "credential_of", "forward", "without_key"]

#: Every place where a client may put its key.
_CREDENTIALS: Final = (b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key")
#: Headers of one connection, not of the request; and what would tell of our own house.
_HOP: Final = frozenset(
    {
        b"connection",
        b"content-length",
        b"cookie",
        b"expect",
        b"forwarded",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
    }
)
_BACK: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"set-cookie",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


def credential_of(headers: Iterable[Header], query: str = "") -> str:
    """The key that came with the request, wherever it stands; empty = none."""
    found = dict(headers)
    for name in _CREDENTIALS:
        value = found.get(name, b"").decode("latin-1").strip()
        scheme, _, rest = value.partition(" ")
        if scheme.lower() == "bearer":
            value = rest.strip()
        if value:
            return value

    return next(iter(parse_qs(query).get("key", ())), "")


def forward(headers: Iterable[Header]) -> list[Header]:
    """What goes to the vendor: all but credentials and what belongs to the connection.

    The answer must come uncompressed: usage is read from a copy of it.
    """
    dropped = {*_CREDENTIALS, *_HOP, b"accept-encoding"}
    kept = [(name, value) for name, value in headers if name not in dropped]
    return [*kept, (b"accept-encoding", b"identity")]


def without_key(query: str) -> str:
    """The query without `key=`: some clients put their key there."""
    parts = [p for p in query.split("&") if p and p.partition("=")[0] != "key"]
    return "&".join(parts)


def backward(headers: Sequence[Header]) -> list[Header]:
    """What goes to the agent: all but what belongs to the vendor's connection."""
    return [(n.lower(), v) for n, v in headers if n.lower() not in _BACK]

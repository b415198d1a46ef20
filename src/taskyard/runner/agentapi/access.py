"""Who may talk to the surface: host names it answers to, and origins a browser may use.

Host names guard against DNS rebinding, so the port is not looked at. Both lists take `*`
for "any"; the workspace's own loopback is the boundary that counts.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

__all__ = ["AllowedHosts", "AllowedOrigins", "InvalidList"]

_METHODS: Final = "GET, POST, PUT, DELETE, OPTIONS"
_HEADERS: Final = "Accept, Authorization, Content-Type, X-CSRF-Token"
_MAX_AGE: Final = "300"


class InvalidList(ValueError):
    """A list of hosts or origins cannot be used; the text says which entry and why."""


class AllowedHosts:
    def __init__(self, names: Sequence[str]) -> None:
        self.any = "*" in names
        self.names = list(names) if self.any else [_host(name) for name in _some(names)]

    def allows(self, host: str) -> bool:
        return self.any or _without_port(host).lower() in self.names


class AllowedOrigins:
    def __init__(self, origins: Sequence[str]) -> None:
        self.any = "*" in origins
        self._origins = [] if self.any else [_origin(o) for o in _some(origins)]

    def headers(self, origin: str | None, *, preflight: bool) -> list[tuple[str, str]]:
        """What to add to an answer; nothing for an origin that is not allowed."""
        if origin is None or not self._allows(origin):
            return [("vary", "Origin")]

        headers = [
            ("vary", "Origin"),
            ("access-control-allow-origin", "*" if self.any else origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "Link"),
        ]
        if preflight:
            headers += [
                ("access-control-allow-methods", _METHODS),
                ("access-control-allow-headers", _HEADERS),
                ("access-control-max-age", _MAX_AGE),
            ]
        return headers

    def _allows(self, origin: str) -> bool:
        return self.any or any(_matches(rule, origin.lower()) for rule in self._origins)


def _some(entries: Sequence[str]) -> Sequence[str]:
    if not entries:
        raise InvalidList("the list must not be empty")
    for entry in entries:
        if any(rune.isspace() for rune in entry):
            raise InvalidList(
                f"'{entry}' contains whitespace characters, which are not allowed"
            )
        if "," in entry:
            raise InvalidList(
                f"'{entry}' contains comma characters, which are not allowed"
            )
    return entries


def _host(name: str) -> str:
    if name.startswith(("http://", "https://")):
        raise InvalidList(f"'{name}' must not include http:// or https://")
    bare = _without_port(name)
    # An IPv6 address without brackets looks like a name with a port, and is refused so.
    if name not in {bare, f"[{bare}]"} or (":" in name and not name.startswith("[")):
        raise InvalidList(f"'{name}' must not include a port")
    return bare.lower()


def _without_port(host: str) -> str:
    """`[::1]:80` and `localhost:80` without port and brackets; bare IPv6 as it is."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def _origin(entry: str) -> str:
    try:
        parts = urlsplit(entry)
    except ValueError as exc:
        raise InvalidList(f"'{entry}' is not an origin: {exc}") from exc
    if not parts.scheme or not parts.netloc:
        raise InvalidList(f"'{entry}' must be of the form scheme://host[:port]")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _matches(rule: str, origin: str) -> bool:
    before, star, after = rule.partition("*")
    if not star:
        return rule == origin
    return (
        len(origin) > len(before) + len(after)
        and origin.startswith(before)
        and origin.endswith(after)
    )

"""Protection against requests that another site makes with a person's cookie.

A browser sends the session cookie along with whatever causes the request. SameSite=Lax
already keeps it from other sites' POSTs, but not from pages on a *sibling* host (another
service on the same domain, or an app of a workspace on its own subdomain), nor from
WebSockets of older browsers. So a request that is authenticated by cookie and could
change something must say that it comes from a page of this server: browsers state it in
`Sec-Fetch-Site`, older ones in `Origin`, and pages cannot forge either. Clients that are
not browsers send a token in a header, and are not asked.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from taskyard.server.identity.errors import CrossSiteRequest

__all__ = ["check_same_origin"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_same_origin(connection: HTTPConnection) -> None:
    """Raises CrossSiteRequest."""
    is_websocket = connection.scope["type"] == "websocket"
    if not is_websocket and connection.scope["method"] in _SAFE_METHODS:
        return

    site = connection.headers.get("sec-fetch-site")
    if site is not None and site in {"same-origin", "none"}:
        return
    origin = connection.headers.get("origin")
    if site is None and origin is not None and _host(origin) == _own_host(connection):
        return
    raise CrossSiteRequest(
        detail="Open the page on this server, or send the token in the header "
        "Coder-Session-Token."
    )


def _host(origin: str) -> str:
    return urlsplit(origin).netloc.lower()


def _own_host(connection: HTTPConnection) -> str:
    return connection.headers.get("host", "").lower()

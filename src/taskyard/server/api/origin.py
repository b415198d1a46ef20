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

from taskyard.server.factory import ProcessContext
from taskyard.server.identity.errors import CrossSiteRequest

__all__ = ["check_not_cross_site", "check_same_origin"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_same_origin(connection: HTTPConnection) -> None:
    """Raises CrossSiteRequest."""
    is_websocket = connection.scope["type"] == "websocket"
    if not is_websocket and connection.scope["method"] in _SAFE_METHODS:
        return

    if not (_is_same_site(connection) or _comes_from_here(connection)):
        raise _refusal()


def check_not_cross_site(connection: HTTPConnection) -> None:
    """For a login: a page of another site must not sign a person in as somebody else.

    Clients that are not browsers send neither header. Raises CrossSiteRequest.
    """
    said = {"sec-fetch-site", "origin"} & set(connection.headers.keys())
    if said and not (_is_same_site(connection) or _comes_from_here(connection)):
        raise _refusal()


def _is_same_site(connection: HTTPConnection) -> bool:
    return connection.headers.get("sec-fetch-site") in {"same-origin", "none"}


def _comes_from_here(connection: HTTPConnection) -> bool:
    """By `Origin`; it counts only where the browser does not know the newer header."""
    origin = connection.headers.get("origin")
    if origin is None or "sec-fetch-site" in connection.headers:
        return False
    return _host(origin) in _own_hosts(connection)


def _refusal() -> CrossSiteRequest:
    return CrossSiteRequest(
        detail="Open the page on this server, or send the token in the header "
        "Coder-Session-Token."
    )


def _host(origin: str) -> str:
    return urlsplit(origin).netloc.lower()


def _own_hosts(connection: HTTPConnection) -> set[str]:
    """As the request says, and as people know this server: a proxy may change the first."""
    process: ProcessContext = connection.app.state.process
    said = connection.headers.get("host", "").lower()
    return {said, _host(process.config.access_url)}

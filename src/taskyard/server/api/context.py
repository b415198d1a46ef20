"""What a handler asks for: services in a transaction, and the person behind the request.

* `Services`: one request = one transaction, committed before the answer is sent.
* `CurrentUser`: signed in, with a token whose scope covers the method. 401 / 403.
* `OwnerUser`, `TemplateAdmin`: and with that role.
* `AppUser`: signed in, with a token that is good for the apps of workspaces.
* `Process`: for handlers that must not hold a transaction (streams, logins).

All of them work for WebSockets too.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from taskyard.kit.errors import Unauthenticated
from taskyard.server.api.access import ACTOR
from taskyard.server.api.origin import check_same_origin
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.actor import Actor, Scope
from taskyard.server.identity.errors import RoleMissing, ScopeTooNarrow

__all__ = [
    "COOKIE",
    "SAFE_METHODS",
    "AppUser",
    "CurrentUser",
    "OwnerUser",
    "Process",
    "Services",
    "TemplateAdmin",
    "authenticate",
    "token_of",
]

COOKIE: Final = "coder_session_token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def _process(connection: HTTPConnection) -> ProcessContext:
    process: ProcessContext = connection.app.state.process
    return process


Process = Annotated[ProcessContext, Depends(_process)]


async def _services(process: Process) -> AsyncIterator[Factory]:
    """One request, one transaction: commit if the handler returns, else roll back."""
    async with process.sessions.begin() as session:
        yield Factory(process, session)


# scope="function": the commit happens before the response is sent, so that a 2xx is
# never a promise that the database then breaks.
Services = Annotated[Factory, Depends(_services, scope="function")]


def token_of(connection: HTTPConnection) -> tuple[str, bool]:
    """The token that came with the request (or ""), and whether a cookie brought it."""
    header = connection.headers.get("coder-session-token")
    if header:
        return header, False
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip(), False
    if query := connection.query_params.get(COOKIE):
        return query, False
    return connection.cookies.get(COOKIE, ""), True


async def authenticate(connection: HTTPConnection) -> Actor:
    """Who sent this, whatever the scope. Raises Unauthenticated, CrossSiteRequest."""
    token, by_cookie = token_of(connection)
    if not token:
        raise Unauthenticated
    if by_cookie:
        check_same_origin(connection)
    actor = await _process(connection).authenticator.identify(token)
    connection.scope["state"][ACTOR] = actor
    return actor


Authenticated = Annotated[Actor, Depends(authenticate)]


async def _current_user(actor: Authenticated, connection: HTTPConnection) -> Actor:
    if actor.scope is Scope.ALL:
        return actor
    method = connection.scope.get("method", "GET")  # a WebSocket of the API only reads
    if actor.scope is Scope.READ and method in SAFE_METHODS:
        return actor
    raise ScopeTooNarrow(detail=f"Its scope is {actor.scope}.")


CurrentUser = Annotated[Actor, Depends(_current_user)]


async def _app_user(actor: Authenticated) -> Actor:
    if actor.scope in {Scope.ALL, Scope.APPLICATION_CONNECT}:
        return actor
    raise ScopeTooNarrow(detail=f"Its scope is {actor.scope}.")


AppUser = Annotated[Actor, Depends(_app_user)]


async def _owner_user(actor: CurrentUser) -> Actor:
    if not actor.manages_everything:
        raise RoleMissing(detail="This needs the role owner.")
    return actor


OwnerUser = Annotated[Actor, Depends(_owner_user)]


async def _template_admin(actor: CurrentUser) -> Actor:
    if not actor.manages_templates:
        raise RoleMissing(detail="This needs the role template-admin or owner.")
    return actor


TemplateAdmin = Annotated[Actor, Depends(_template_admin)]

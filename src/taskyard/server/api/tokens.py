"""API tokens and keys of a user; whatever is secret is shown once, when it is made."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.users import CreatedToken, CreateToken, Token
from taskyard.server.api.context import CurrentUser, Process, Services
from taskyard.server.api.shapes import token_of
from taskyard.server.identity.actor import Scope

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2/users/{user}/keys",
    tags=["tokens"],
    responses={404: {"description": "Not one of theirs", "model": ErrorBody}},
)

_NANOSECONDS_OF_A_MICROSECOND: Final = 1000
_LONGEST: Final = 2**63 - 1  # what a client of the contract can send


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="A key that lives like a session, for a program of one's own",
)
async def create_key(user: str, actor: CurrentUser, services: Services) -> CreatedToken:
    found = await services.users().find_own(actor, user)
    return CreatedToken(key=await services.tokens().create_session(found.id))


@router.post(
    "/tokens",
    status_code=HTTPStatus.CREATED,
    summary="Make an API token",
    responses={409: {"description": "The name is taken", "model": ErrorBody}},
)
async def create_token(
    user: str, body: CreateToken, actor: CurrentUser, services: Services
) -> CreatedToken:
    found = await services.users().find_own(actor, user)
    nanoseconds = max(min(body.lifetime, _LONGEST), -_LONGEST)
    key = await services.tokens().create(
        found.id,
        name=body.token_name,
        lifetime=timedelta(microseconds=nanoseconds // _NANOSECONDS_OF_A_MICROSECOND),
        scope=Scope(body.scope),
    )
    return CreatedToken(key=key)


@router.get("/tokens", summary="API tokens, newest first")
async def list_tokens(
    user: str,
    actor: CurrentUser,
    services: Services,
    include_all: Annotated[bool, Query()] = False,
    include_expired: Annotated[bool, Query()] = False,
) -> list[Token]:
    found = await services.users().find_own(actor, user)
    everybody = include_all and actor.manages_users
    rows = await services.tokens().list_of(
        None if everybody else found.id, include_expired=include_expired
    )
    names = await services.users().names({row.user_id for row in rows})
    return [token_of(row, username=names.get(row.user_id, "")) for row in rows]


@router.get("/tokens/tokenconfig", summary="The longest lifetime a token may have")
async def token_config(
    user: str, actor: CurrentUser, services: Services, process: Process
) -> dict[str, int]:
    await services.users().find_own(actor, user)
    longest = process.config.max_token_lifetime
    nanoseconds = longest // timedelta(microseconds=1) * _NANOSECONDS_OF_A_MICROSECOND
    return {"max_token_lifetime": nanoseconds}


@router.get("/tokens/{name}", summary="One API token, by its name")
async def get_token_by_name(
    user: str, name: str, actor: CurrentUser, services: Services
) -> Token:
    found = await services.users().find_own(actor, user)
    row = await services.tokens().get(found.id, name=name)
    return token_of(row, username=found.row.username)


@router.get("/{token_id}", summary="One token, session or key, by its id")
async def get_token(
    user: str, token_id: str, actor: CurrentUser, services: Services
) -> Token:
    found = await services.users().find_own(actor, user)
    row = await services.tokens().get(found.id, token_id=token_id)
    return token_of(row, username=found.row.username)


@router.delete(
    "/{token_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Revoke a token, session or key",
)
async def revoke_token(
    user: str, token_id: str, actor: CurrentUser, services: Services
) -> None:
    found = await services.users().find_own(actor, user)
    await services.tokens().revoke(found.id, token_id)

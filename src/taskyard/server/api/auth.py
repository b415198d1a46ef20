"""Signing in and out, and what one may do."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.users import AuthChecks, Login, Session
from taskyard.server.api.context import COOKIE, CurrentUser, Process, Services
from taskyard.server.api.origin import check_not_cross_site
from taskyard.server.config import Config
from taskyard.server.identity.permissions import is_allowed

__all__ = ["router"]

router = APIRouter(prefix="/api/v2", tags=["auth"])

#: How long a session lives is for the server to say: it goes on while it is used. So the
#: browser keeps the cookie for as long as browsers keep any (400 days).
_COOKIE_SECONDS: Final = 400 * 24 * 3600


@router.post(
    "/users/login",
    status_code=HTTPStatus.CREATED,
    summary="Sign in by email (or username) and password",
    responses={
        401: {"description": "Wrong email or password", "model": ErrorBody},
        403: {"description": "The account is suspended", "model": ErrorBody},
        429: {"description": "Too many failed attempts", "model": ErrorBody},
    },
)
async def log_in(
    body: Login, process: Process, request: Request, response: Response
) -> Session:
    check_not_cross_site(request)
    address = request.client.host if request.client else ""
    token = await process.logins.log_in(
        body.email, body.password.get_secret_value(), address=address
    )
    _set_cookie(response, token, process.config)
    return Session(session_token=token)


@router.post("/users/logout", summary="End the session that makes this request")
async def log_out(
    actor: CurrentUser, services: Services, process: Process, response: Response
) -> dict[str, str]:
    await services.tokens().revoke(actor.user_id, actor.token_id)
    response.delete_cookie(
        COOKIE,
        secure=process.config.cookies_are_secure,
        httponly=True,
        samesite="lax",
    )
    return {"message": "Logged out!"}


@router.get("/users/authmethods", summary="How one can sign in here")
async def auth_methods() -> dict[str, dict[str, bool]]:
    return {
        "password": {"enabled": True},
        "github": {"enabled": False},
        "oidc": {"enabled": False},
    }


@router.post("/authcheck", summary="Which of these the caller may do")
async def check(body: AuthChecks, actor: CurrentUser) -> dict[str, bool]:
    return {
        name: is_allowed(
            actor,
            check.action,
            check.object.resource_type,
            owner_id=check.object.owner_id,
        )
        for name, check in body.checks.items()
    }


def _set_cookie(response: Response, token: str, config: Config) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=_COOKIE_SECONDS,
        secure=config.cookies_are_secure,
        httponly=True,
        samesite="lax",
    )

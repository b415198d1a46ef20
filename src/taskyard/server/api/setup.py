"""The first user, made with the one-time link that the server prints."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from taskyard.kit.errors import NotFound
from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.users import CreateFirstUser, FirstUser
from taskyard.server.api.context import Services
from taskyard.server.identity.users import NewUser

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/users/first", tags=["setup"])


@router.get(
    "",
    summary="Whether there is a user yet",
    responses={404: {"description": "Not yet: set up", "model": ErrorBody}},
)
async def is_set_up(services: Services) -> Response:
    if await services.setup().is_needed():
        raise NotFound(
            "The initial user has not been created!",
            detail="Open the set-up link that the server printed when it started.",
        )
    return Response(status_code=HTTPStatus.OK)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Make the first user, an owner",
    responses={
        401: {"description": "The link is not valid", "model": ErrorBody},
        409: {"description": "There are users already", "model": ErrorBody},
    },
)
async def create_first_user(body: CreateFirstUser, services: Services) -> FirstUser:
    created = await services.setup().create_first_user(
        body.setup_token,
        NewUser(
            username=body.username,
            email=body.email,
            name=body.name,
            password=body.password.get_secret_value(),
        ),
    )
    return FirstUser(user_id=created.id, organization_id=created.organization_ids[0])

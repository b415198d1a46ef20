"""Users: listed, made, changed, suspended."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.users import (
    ChangePassword,
    ChangeProfile,
    ChangeRoles,
    CreateUser,
    Role,
    User,
    UserRoles,
    Users,
)
from taskyard.server.api.context import CurrentUser, OwnerUser, Services
from taskyard.server.api.shapes import user_of
from taskyard.server.identity import actor as identity
from taskyard.server.identity.users import NewUser

__all__ = ["router"]

_PAGE: Final = 1000

router = APIRouter(
    prefix="/api/v2/users",
    tags=["users"],
    responses={404: {"description": "No such user for you", "model": ErrorBody}},
)


@router.get("", summary="Users that one may see, by a search query")
async def list_users(
    actor: CurrentUser,
    services: Services,
    q: str = "",
    limit: Annotated[int, Query(ge=0, le=_PAGE)] = 0,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Users:
    found, count = await services.users().search(
        actor, q, limit=limit or _PAGE, offset=offset
    )
    return Users(users=[user_of(details) for details in found], count=count)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Make a user",
    responses={409: {"description": "The name or email is taken", "model": ErrorBody}},
)
async def create_user(body: CreateUser, actor: OwnerUser, services: Services) -> User:
    del actor
    password = body.password.get_secret_value() if body.password else None
    if body.login_type == "password" and password is None:
        raise InvalidRequest(
            "A password is required.",
            detail='Give one, or use login_type "none" for a user who cannot log in.',
            validations=[Validation("password", "is required")],
        )
    details = await services.users().create(
        NewUser(
            username=body.username,
            email=body.email,
            name=body.name,
            password=password if body.login_type == "password" else None,
            status=body.user_status,
            organization_ids=body.organization_ids,
            github_com_user_id=body.github_com_user_id,
        ),
        roles=[identity.Role(role) for role in body.roles],
    )
    return user_of(details)


@router.get("/roles", summary="Roles that can be given to a user")
async def list_roles(actor: CurrentUser) -> list[Role]:
    del actor
    return [
        Role(name=role.value, display_name=role.display_name) for role in identity.Role
    ]


@router.get("/{user}", summary="One user, by id, name or `me`")
async def get_user(user: str, actor: CurrentUser, services: Services) -> User:
    return user_of(await services.users().find(actor, user))


@router.delete("/{user}", summary="Delete a user; what they own stays")
async def delete_user(user: str, actor: OwnerUser, services: Services) -> Response:
    users = services.users()
    await users.delete((await users.find_own(actor, user)).id)
    return Response(status_code=HTTPStatus.OK)


@router.put("/{user}/profile", summary="Change the name or username")
async def change_profile(
    user: str, body: ChangeProfile, actor: CurrentUser, services: Services
) -> User:
    users = services.users()
    found = await users.find_own(actor, user)
    await users.change_profile(found.id, username=body.username, name=body.name)
    return user_of(await users.find(actor, str(found.id)))


@router.put("/{user}/status/suspend", summary="End their sessions, let them in no more")
async def suspend(user: str, actor: OwnerUser, services: Services) -> User:
    users = services.users()
    found = await users.find_own(actor, user)
    await users.suspend(found.id)
    return user_of(await users.find(actor, str(found.id)))


@router.put("/{user}/status/activate", summary="Let a suspended user in again")
async def activate(user: str, actor: OwnerUser, services: Services) -> User:
    users = services.users()
    found = await users.find_own(actor, user)
    await users.activate(found.id)
    return user_of(await users.find(actor, str(found.id)))


@router.get("/{user}/roles", summary="The roles of a user")
async def get_roles(user: str, actor: CurrentUser, services: Services) -> UserRoles:
    details = await services.users().find(actor, user)
    return UserRoles(roles=details.row.roles)


@router.put("/{user}/roles", summary="Set the roles of a user")
async def change_roles(
    user: str, body: ChangeRoles, actor: OwnerUser, services: Services
) -> User:
    users = services.users()
    found = await users.find_own(actor, user)
    await users.change_roles(found.id, [identity.Role(role) for role in body.roles])
    return user_of(await users.find(actor, str(found.id)))


@router.put(
    "/{user}/password",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Change a password; every other session of the user ends",
)
async def change_password(
    user: str, body: ChangePassword, actor: CurrentUser, services: Services
) -> None:
    users = services.users()
    found = await users.find_own(actor, user)
    old = body.old_password.get_secret_value() if body.old_password else ""
    is_own = found.id == actor.user_id
    if is_own and not await users.knows_password(found.id, old):
        raise InvalidRequest(
            "Old password is incorrect.",
            validations=[Validation("old_password", "is incorrect")],
        )
    await users.change_password(
        found.id, body.password.get_secret_value(), keep_token=actor.token_id
    )

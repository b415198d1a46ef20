"""Organizations and who is in them."""

from fastapi import APIRouter

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.users import Organization, OrganizationMember
from taskyard.server.api.context import CurrentUser, Services
from taskyard.server.api.shapes import member_of, organization_of

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2",
    tags=["organizations"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)


@router.get("/organizations", summary="Organizations that one may see")
async def list_organizations(
    actor: CurrentUser, services: Services
) -> list[Organization]:
    rows = await services.organizations().list_all(actor)
    return [organization_of(row) for row in rows]


@router.get("/organizations/{organization}", summary="One, by id, name or `default`")
async def get_organization(
    organization: str, actor: CurrentUser, services: Services
) -> Organization:
    return organization_of(await services.organizations().find(actor, organization))


@router.get("/organizations/{organization}/members", summary="Who is in it")
async def list_members(
    organization: str, actor: CurrentUser, services: Services
) -> list[OrganizationMember]:
    organizations = services.organizations()
    found = await organizations.find(actor, organization)
    members = await organizations.members(actor, found.id)
    return [member_of(details, found) for details in members]


@router.get("/users/{user}/organizations", summary="Organizations that a user is in")
async def organizations_of_user(
    user: str, actor: CurrentUser, services: Services
) -> list[Organization]:
    found = await services.users().find(actor, user)
    rows = await services.organizations().list_of(actor, found.id)
    return [organization_of(row) for row in rows]


@router.get("/users/{user}/organizations/{organization}", summary="One of those")
async def organization_of_user(
    user: str, organization: str, actor: CurrentUser, services: Services
) -> Organization:
    found = await services.users().find(actor, user)
    row = await services.organizations().find_of(actor, found.id, organization)
    return organization_of(row)

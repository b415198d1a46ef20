"""Templates: what workspaces and tasks are made of."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from taskyard.protocol.api.common import Done, ErrorBody
from taskyard.protocol.api.templates import (
    CreateTemplate,
    PromoteVersion,
    Template,
    TemplateVersion,
    UpdateTemplate,
)
from taskyard.server.api.context import CurrentUser, Services, TemplateAdmin
from taskyard.server.templates.service import NewTemplate

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2",
    tags=["templates"],
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)


@router.get("/templates", summary="Templates that one may use")
async def list_templates(
    actor: CurrentUser, services: Services, q: str = ""
) -> list[Template]:
    rows = await services.templates().list_for(actor, query=q)
    return await services.template_views().templates(rows)


@router.post(
    "/organizations/{organization}/templates",
    summary="Make a template of an imported version",
    status_code=status.HTTP_201_CREATED,
)
async def create_template(
    organization: str, body: CreateTemplate, actor: TemplateAdmin, services: Services
) -> Template:
    found = await services.organizations().find(actor, organization)
    row = await services.templates().create(
        actor,
        NewTemplate(
            organization_id=found.id,
            version_id=body.template_version_id,
            name=body.name,
            display_name=body.display_name,
            description=body.description,
            icon=body.icon,
            permission_policy=body.permission_policy,
        ),
    )
    return await services.template_views().template(row)


@router.get(
    "/organizations/{organization}/templates", summary="Those of an organization"
)
async def list_templates_of_organization(
    organization: str, actor: CurrentUser, services: Services, q: str = ""
) -> list[Template]:
    found = await services.organizations().find(actor, organization)
    rows = await services.templates().list_for(actor, query=q, organization_id=found.id)
    return await services.template_views().templates(rows)


@router.get("/organizations/{organization}/templates/{name}", summary="One, by name")
async def get_template_by_name(
    organization: str, name: str, actor: CurrentUser, services: Services
) -> Template:
    found = await services.organizations().find(actor, organization)
    row = await services.templates().by_name(actor, found.id, name)
    return await services.template_views().template(row)


@router.get(
    "/organizations/{organization}/templates/{name}/versions/{version}",
    summary="A version, by its name",
)
async def get_version_by_name(
    organization: str,
    name: str,
    version: str,
    actor: CurrentUser,
    services: Services,
) -> TemplateVersion:
    found = await services.organizations().find(actor, organization)
    template = await services.templates().by_name(actor, found.id, name)
    row = await services.versions().find_by_name(actor, template, version)
    return await services.template_views().version(row)


@router.get("/templates/{template}", summary="One, by id")
async def get_template(
    template: UUID, actor: CurrentUser, services: Services
) -> Template:
    row = await services.templates().by_id(actor, template)
    return await services.template_views().template(row)


@router.patch("/templates/{template}", summary="Change what is not of a version")
async def update_template(
    template: UUID, body: UpdateTemplate, actor: TemplateAdmin, services: Services
) -> Template:
    row = await services.templates().by_id(actor, template, lock=True)
    values = body.model_dump(exclude_none=True)
    changed = await services.templates().change(row, values)
    return await services.template_views().template(changed)


@router.delete("/templates/{template}", summary="Delete one without workspaces")
async def delete_template(
    template: UUID, actor: TemplateAdmin, services: Services
) -> Done:
    row = await services.templates().by_id(actor, template, lock=True)
    await services.templates().delete(row)
    return Done(message="Template has been deleted!")


@router.get("/templates/{template}/versions", summary="Its versions, newest first")
async def list_versions(
    template: UUID,
    actor: CurrentUser,
    services: Services,
    *,
    include_archived: bool = False,
    after_id: UUID | None = None,
    limit: Annotated[int, Query(ge=0, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[TemplateVersion]:
    row = await services.templates().by_id(actor, template)
    versions = await services.versions().list_of(
        row,
        archived=include_archived,
        after_id=after_id,
        limit=limit or 1000,
        offset=offset,
    )
    return await services.template_views().versions(versions)


@router.patch("/templates/{template}/versions", summary="Promote one of its versions")
async def promote_version(
    template: UUID, body: PromoteVersion, actor: TemplateAdmin, services: Services
) -> Done:
    row = await services.templates().by_id(actor, template, lock=True)
    await services.templates().promote(row, body.id)
    return Done(message="Updated the active template version!")


@router.get("/templates/{template}/versions/{name}", summary="One of them, by name")
async def get_version_of_template(
    template: UUID, name: str, actor: CurrentUser, services: Services
) -> TemplateVersion:
    row = await services.templates().by_id(actor, template)
    version = await services.versions().find_by_name(actor, row, name)
    return await services.template_views().version(version)

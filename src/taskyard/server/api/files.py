"""Archives of templates: uploaded, normalised, given back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response, status

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.templates import UploadResponse
from taskyard.server.api.context import CurrentUser, Services, TemplateAdmin
from taskyard.server.templates.archives.entries import Limits
from taskyard.server.templates.files import check_type, read_upload

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v2/files",
    tags=["files"],
    responses={400: {"description": "It cannot be used", "model": ErrorBody}},
)


@router.post(
    "",
    summary="Upload a template's folder as tar, tar.gz or zip",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"description": "It was here already", "model": UploadResponse},
        413: {"description": "It is too large", "model": ErrorBody},
    },
)
async def upload_file(
    request: Request,
    response: Response,
    actor: TemplateAdmin,
    services: Services,
    *,
    content_type: Annotated[str, Header()] = "",
) -> UploadResponse:
    check_type(content_type)
    limit = services.process.config.max_upload_bytes
    upload = await read_upload(
        await request.body(), Limits(compressed=limit, unpacked=limit)
    )
    id_, is_new = await services.files().add(actor, upload)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    return UploadResponse(hash=id_)


@router.get(
    "/{file}",
    summary="An uploaded archive, as a plain tar",
    response_class=Response,
    responses={404: {"description": "Not one you may see", "model": ErrorBody}},
)
async def download_file(file: UUID, actor: CurrentUser, services: Services) -> Response:
    data = await services.files().data(actor, file)
    return Response(data, media_type="application/x-tar")

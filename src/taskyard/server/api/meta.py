"""What this server is, and whether it is well."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import text

from taskyard.protocol.api.users import BuildInfo
from taskyard.server.api.context import CurrentUser, Process
from taskyard.server.config import COMPATIBLE_VERSION, OWN_VERSION

__all__ = ["router"]

router = APIRouter(tags=["meta"])


@router.get("/api/v2/buildinfo", summary="Versions, for clients to gate features on")
async def build_info(process: Process) -> BuildInfo:
    return BuildInfo(
        version=COMPATIBLE_VERSION,
        external_url="https://github.com/taskyard/taskyard",
        dashboard_url=process.config.access_url,
        deployment_id=str(process.deployment_id),
        taskyard_version=OWN_VERSION,
    )


@router.get("/healthz", summary="200 when the server and its database answer")
async def healthz(process: Process) -> PlainTextResponse:
    async with process.engine.connect() as connection:
        await connection.execute(text("select 1"))
    return PlainTextResponse("OK")


@router.get("/latency-check", summary="An answer as fast as can be")
async def latency_check() -> Response:
    return PlainTextResponse("OK", headers={"cache-control": "no-store"})


@router.get("/api/v2/deployment/ssh", summary="How SSH hosts of workspaces are named")
async def ssh_settings(actor: CurrentUser) -> dict[str, object]:
    del actor
    return {
        "hostname_prefix": "coder.",
        "hostname_suffix": "",
        "ssh_config_options": {},
    }


@router.get("/api/v2/experiments", summary="None: what is here is finished")
async def experiments(actor: CurrentUser) -> list[str]:
    del actor
    return []

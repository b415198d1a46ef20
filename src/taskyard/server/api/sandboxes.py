"""What the supervisors of sandboxes report."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, status

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.workspaces import EgressBatch, EgressReport
from taskyard.server.api.context import Services
from taskyard.server.workspaces.egress import Decision

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/sandboxes", tags=["sandboxes"])


@router.post(
    "/{sandbox}/egress",
    summary="Egress decisions, with the token of the sandbox's build",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={401: {"description": "Not a running sandbox's", "model": ErrorBody}},
)
async def report_egress(
    sandbox: UUID,
    body: EgressBatch,
    services: Services,
    authorization: Annotated[str, Header()] = "",
) -> None:
    del sandbox  # the token says whose it is
    workspace_id = await services.egress().workspace_of(
        authorization.removeprefix("Bearer ").strip()
    )
    decisions = [_decision(report) for report in body.decisions]
    await services.egress().add(workspace_id, decisions)


def _decision(report: EgressReport) -> Decision:
    return Decision(
        at=datetime.fromtimestamp(report.at, tz=UTC),
        verdict=report.verdict,
        method=report.method,
        host=report.host,
        port=report.port,
        rule=report.rule,
        reason=report.why,
    )

"""What the supervisors of sandboxes report."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, status

from taskyard.protocol.api.common import ErrorBody
from taskyard.protocol.api.workspaces import EgressBatch, EgressReport
from taskyard.server.api.context import Services
from taskyard.server.workspaces.egress import Decision

__all__ = ["router"]

router = APIRouter(prefix="/api/v2/sandboxes", tags=["sandboxes"])


async def _sandbox_of(
    services: Services, authorization: Annotated[str, Header()] = ""
) -> UUID:
    """The workspace whose sandbox sent this. Before the body is even looked at."""
    return await services.egress().workspace_of(
        authorization.removeprefix("Bearer ").strip()
    )


SandboxOf = Annotated[UUID, Depends(_sandbox_of)]


@router.post(
    "/{sandbox}/egress",
    summary="Egress decisions, with the token of the sandbox's build",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={401: {"description": "Not a running sandbox's", "model": ErrorBody}},
)
async def report_egress(
    sandbox: UUID, body: EgressBatch, workspace_id: SandboxOf, services: Services
) -> None:
    del sandbox  # the token says whose it is
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

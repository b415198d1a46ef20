"""Which runner is let in: a token belongs to one build of one workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

__all__ = ["Admission", "AgentIdentity", "LaterBuild", "admit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIdentity:
    """Who a runner is, by its token: an agent of one build of one workspace."""

    agent_row_id: UUID
    build_id: UUID
    build_number: int
    workspace_id: UUID
    owner_id: UUID
    template_id: UUID
    task_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterBuild:
    """A build of the same workspace with a higher number than the token's.

    Neither under way nor succeeded: it failed, or was cancelled.
    """

    transition: str
    under_way: bool
    succeeded: bool


Admission: TypeAlias = Literal["admitted", "soon", "refused"]


def admit(later: Sequence[LaterBuild]) -> Admission:
    """Judge a token by the builds after its own, oldest first.

    * Any that succeeded replaced what the token was for: refused, for good.
    * A start under way may be about to give this very token (a coder_agent keeps it
      through builds) its new row: soon.
    * A stop or delete under way needs the runner for its stop scripts, and a build that
      failed or was cancelled left it running: admitted.
    """
    if any(build.succeeded for build in later):
        return "refused"
    if later and later[-1].transition == "start" and later[-1].under_way:
        return "soon"
    return "admitted"

"""The demo model behind the gateway, with nobody asking who calls."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

from starlette.applications import Starlette
from starlette.types import ASGIApp

from taskyard.kit.clock import SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.server.api import gateway as api
from taskyard.server.gateway.demo.upstream import DemoModel
from taskyard.server.gateway.dialects import DIALECTS
from taskyard.server.gateway.keys import Caller
from taskyard.server.gateway.limits import Limit
from taskyard.server.gateway.service import GatewayService
from taskyard.server.gateway.usage import Usage

__all__ = ["demo_model"]


class _OpenDoor:
    async def find(self, key_hash: bytes) -> Caller | None:
        assert key_hash
        return Caller(workspace_id=UUID(int=1), task_id=None)

    async def record(self, caller: Caller, usage: Usage) -> None:
        assert caller
        assert usage.exact

    async def limit(self, caller: Caller, protocol: str, limit: Limit) -> None:
        raise AssertionError(f"{caller} {protocol} {limit}: the demo model has none")


def demo_model() -> ASGIApp:
    """The gateway, with the demo model for every vendor."""
    app = Starlette(routes=api.router.routes)
    door = _OpenDoor()
    service = GatewayService(
        keys=door,
        upstreams={
            name: DemoModel(dialect=dialect, pause=timedelta(0))
            for name, dialect in DIALECTS.items()
        },
        usage=door,
        supervisor=Supervisor(),
        clock=SystemClock(),
    )
    app.state.process = SimpleNamespace(gateway=service)
    return app
